"""The package's edges: metadata in step, imports inert and downward, the public names pinned."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml

import geomap

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "geomap"

# Which part of the package may import which: a part may import those below it. Files at the same height know nothing of
# each other unless they are the same part.
HEIGHTS = {
    "cli": 9,
    "evaluation": 8,
    "pipeline": 7,
    "export": 6,
    "corrections": 6,
    "maps": 6,
    "analysis": 5,
    "resolution": 4,
    "recognition": 4,
    "articles": 3,
    "geocoding": 3,
    "gazetteer": 2,
    "outlines": 2,
    "resources": 1,
    "sentences": 1,
    "geometry": 1,
    "files": 1,
    "tables": 1,
    "errors": 0,
}


def _requirements(pairs: list[str]) -> dict[str, str]:
    found = {}
    for pair in pairs:
        match = re.match(r"([A-Za-z0-9._-]+)(?:\[[^]]*\])?\s*(.*)", pair)
        assert match, pair
        found[match.group(1).lower()] = match.group(2).replace(" ", "")
    return found


def test_environment_yml_and_pyproject_ask_for_the_same_versions() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    environment = yaml.safe_load((ROOT / "environment.yml").read_text("utf-8"))["dependencies"]
    conda = _requirements([entry for entry in environment if isinstance(entry, str)])
    by_pip = next(entry["pip"] for entry in environment if isinstance(entry, dict))
    conda |= _requirements([entry for entry in by_pip if not entry.startswith("--")])
    wanted = _requirements(project["dependencies"])
    for extra in ("html", "notebooks"):
        wanted |= _requirements(project["optional-dependencies"][extra])
    assert conda.pop("python") == project["requires-python"]
    conda.pop("pip")
    assert conda == wanted


def test_importing_geomap_loads_neither_pandas_nor_folium_nor_opens_anything() -> None:
    heavy = ("pandas", "numpy", "geopandas", "folium", "shapely", "onnxruntime", "pyarrow", "sqlite3", "rich", "typer")
    code = f"import sys, geomap; print([name for name in {heavy!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout.strip() == "[]"


def test_the_public_names_are_the_pinned_ones_and_all_resolve() -> None:
    assert geomap.__all__ == [
        "Gazetteer",
        "Geoparser",
        "alternatives",
        "apply_corrections",
        "errors",
        "evaluate",
        "explore",
        "geocode",
        "geoparse",
        "places",
        "read_articles",
        "save_html",
        "shapes",
        "why",
    ]
    for name in geomap.__all__:
        assert getattr(geomap, name) is not None


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="geoparsers"):
        geomap.geoparsers  # noqa: B018


def _part(module: str) -> str:
    return module.split(".")[1] if module.count(".") else ""


@pytest.mark.parametrize("path", sorted(PACKAGE.rglob("*.py")), ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_point_downward(path: Path) -> None:
    own = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
    if own == "__init__":
        return
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        modules = []
        if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] == "geomap":
            modules = [f"geomap.{alias.name}" for alias in node.names] if node.module == "geomap" else [node.module]
        elif isinstance(node, ast.Import):
            modules = [alias.name for alias in node.names if alias.name.startswith("geomap.")]
        for module in modules:
            other = _part(module)
            if other == "__version__" or (own == "cli" and other in geomap.__all__):
                continue
            assert other == own or HEIGHTS[own] > HEIGHTS[other], f"{path.name} of {own} imports {module}"


@pytest.mark.parametrize("path", sorted(PACKAGE.rglob("*.py")), ids=lambda path: str(path.relative_to(ROOT)))
def test_files_stay_short_enough_to_read(path: Path) -> None:
    assert len(path.read_text("utf-8").splitlines()) <= 420


def test_changelog_and_citation_name_the_version() -> None:
    assert f"## {geomap.__version__}" in (ROOT / "CHANGELOG.md").read_text("utf-8")
    assert f"version: {geomap.__version__}" in (ROOT / "CITATION.cff").read_text("utf-8")
