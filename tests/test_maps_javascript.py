"""The scripts and the style sheet of the map: their logic, their lint, their format."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[1]
HERE = ROOT / "tests" / "javascript"
TEMPLATES = ROOT / "geomap" / "maps" / "templates"


def run(*command: str, cwd: Path) -> str:
    """Return what a tool complains of; nothing if it is content."""
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True)
    return done.stdout[-6000:] + done.stderr[-2000:] if done.returncode else ""


@pytest.fixture(scope="session")
def tools(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the tools from npm, at exact versions, and copies of what they check."""
    npm = shutil.which("npm")
    if npm is None:
        pytest.fail("the JavaScript tools come from npm: install Node.js")
    folder = tmp_path_factory.mktemp("javascript")
    for path in (HERE / "package.json", HERE / "eslint.config.mjs"):
        shutil.copy(path, folder)
    shutil.copytree(TEMPLATES, folder / "templates")
    complaint = run(npm, "install", "--silent", "--no-package-lock", "--no-audit", "--no-fund", cwd=folder)
    assert complaint == ""
    return folder


def test_the_model_of_the_page_does_what_its_tests_say() -> None:
    node = shutil.which("node")
    if node is None:
        pytest.fail("the tests of the map's scripts need Node.js")
    assert run(node, "--test", str(HERE / "model.test.mjs"), cwd=ROOT) == ""


def test_the_scripts_are_linted(tools: Path) -> None:
    eslint = str(tools / "node_modules" / ".bin" / "eslint")
    assert run(eslint, "--max-warnings=0", "templates", cwd=tools) == ""


def test_the_scripts_and_the_style_sheet_are_formatted(tools: Path) -> None:
    prettier = str(tools / "node_modules" / ".bin" / "prettier")
    assert run(prettier, "--check", "templates", cwd=tools) == ""


def test_the_tools_are_pinned_exactly() -> None:
    versions = json.loads((HERE / "package.json").read_text("utf-8"))["devDependencies"].values()
    assert all(version.replace(".", "").isdecimal() for version in versions)


def test_every_script_is_on_the_page() -> None:
    from geomap.maps._layers import _SCRIPTS, _STYLES

    assert sorted(path.stem for path in TEMPLATES.glob("*.js")) == sorted(_SCRIPTS)
    assert sorted(path.stem for path in TEMPLATES.glob("*.css")) == sorted(_STYLES)


@pytest.mark.parametrize("path", sorted(TEMPLATES.iterdir()), ids=lambda path: path.name)
def test_scripts_stay_short_enough_to_read(path: Path) -> None:
    assert len(path.read_text("utf-8").splitlines()) <= 400
