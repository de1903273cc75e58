"""The modules and style sheets of the map's page: their types, their lint, their format, their tests, their bundle."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[1]
RECIPE = Path("data/recipes/page")
MODULES = Path("geomap/maps/page")
BUNDLES = (Path("geomap/maps/page.js"), Path("geomap/maps/widget.js"))


def run(*command: str, cwd: Path) -> str:
    """Return what a tool complains of; nothing if it is content."""
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True)
    return done.stdout[-6000:] + done.stderr[-2000:] if done.returncode else ""


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a copy of the modules with their recipe and tests, and the tools from npm at the versions of the lock file."""
    npm = shutil.which("npm")
    if npm is None:
        pytest.fail("the JavaScript tools come from npm: install Node.js")
    folder = tmp_path_factory.mktemp("javascript")
    for part in (RECIPE, MODULES, Path("tests/javascript")):
        shutil.copytree(ROOT / part, folder / part, ignore=shutil.ignore_patterns("node_modules"))
    assert run(npm, "ci", "--silent", cwd=folder / RECIPE) == ""
    return folder


def test_the_modules_do_what_their_tests_say() -> None:
    node = shutil.which("node")
    if node is None:
        pytest.fail("the tests of the map's modules need Node.js")
    tests = sorted(map(str, (ROOT / "tests" / "javascript").glob("*.test.mjs")))
    assert run(node, "--test", *tests, cwd=ROOT) == ""


@pytest.mark.parametrize("check", ["types", "lint", "format"])
def test_the_modules_pass_a_check(check: str, checkout: Path) -> None:
    assert run("npm", "run", "--silent", check, cwd=checkout / RECIPE) == ""


def test_the_bundles_are_built_from_the_modules(checkout: Path) -> None:
    assert run("npm", "run", "--silent", "build", cwd=checkout / RECIPE) == ""
    for bundle in BUNDLES:
        committed = (ROOT / bundle).read_text("utf-8")
        assert (checkout / bundle).read_text("utf-8") == committed, "run `make page` and commit the bundles"


def test_modules_that_import_each_other_are_not_bundled(checkout: Path) -> None:
    model = checkout / MODULES / "model.js"
    whole = model.read_text("utf-8")
    model.write_text('import "./words.js";\n' + whole, "utf-8")
    complaint = run("node", "build.mjs", cwd=checkout / RECIPE)
    model.write_text(whole, "utf-8")
    assert "modules import each other: page/model.js > page/words.js > page/model.js" in complaint


def test_every_module_is_in_a_bundle() -> None:
    bundles = "".join((ROOT / bundle).read_text("utf-8") for bundle in BUNDLES)
    left_out = [path.name for path in (ROOT / MODULES).glob("*.js") if f"// page/{path.name}" not in bundles]
    assert left_out == []


def test_every_style_sheet_is_on_the_page() -> None:
    from geomap.maps._layers import _STYLES

    assert sorted(f"page/{path.name}" for path in (ROOT / MODULES).glob("*.css")) == sorted(_STYLES)


def test_the_tools_are_pinned_exactly_and_name_no_registry() -> None:
    versions = json.loads((ROOT / RECIPE / "package.json").read_text("utf-8"))["devDependencies"].values()
    assert all(version.replace(".", "").isdecimal() for version in versions)
    lock = json.loads((ROOT / RECIPE / "package-lock.json").read_text("utf-8"))
    packages = [package for name, package in lock["packages"].items() if name]
    assert all(package["integrity"].startswith("sha512-") for package in packages)
    assert not any("resolved" in package for package in packages)
