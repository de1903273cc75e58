"""The package's edges: metadata in step, imports inert and downward, the public names pinned."""

from __future__ import annotations

import pkgutil
import re
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import geopandas as gpd
import pytest
import yaml

import geomap
from geomap.errors import MissingDependency

POINTS = gpd.GeoDataFrame(geometry=gpd.points_from_xy([43.1], [36.3]))
ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "geomap"


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
    for extra in ("html", "notebooks", "parquet"):
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
    names = {name for name in geomap.__all__ if not isinstance(getattr(geomap, name), ModuleType)}
    assert names == {
        "Gazetteer",
        "Geoparser",
        "__version__",
        "alternatives",
        "apply_corrections",
        "evaluate",
        "explore",
        "geocode",
        "geoparse",
        "homes",
        "places",
        "read_articles",
        "reading_report",
        "save_html",
        "shapes",
        "why",
    }


def test_every_module_that_is_not_public_bears_an_underscore() -> None:
    public = {name for name in geomap.__all__ if isinstance(getattr(geomap, name), ModuleType)}
    found = {
        module.name
        for folder in (PACKAGE, *(path.parent for path in PACKAGE.glob("*/__init__.py")))
        for module in pkgutil.iter_modules([str(folder)])
        if not module.name.startswith("_")
    }
    assert found - public == {"cli", "readers", "resources"}


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="geoparsers"):
        geomap.geoparsers  # type: ignore[attr-defined]  # noqa: B018


def test_imports_keep_to_the_contracts_in_pyproject() -> None:
    done = subprocess.run(
        [sys.executable, "-c", "from importlinter.cli import lint_imports_command; lint_imports_command()"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_changelog_and_citation_name_the_version() -> None:
    assert f"## {geomap.__version__.partition('.dev')[0]}" in (ROOT / "CHANGELOG.md").read_text("utf-8")
    assert f"version: {geomap.__version__}" in (ROOT / "CITATION.cff").read_text("utf-8")


@pytest.mark.parametrize(
    "use",
    [
        lambda folder: geomap.read_articles(folder / "table.parquet"),
        lambda folder: geomap.export.read_mentions(folder / "table.parquet"),
        lambda folder: geomap.export.write_mentions(POINTS, folder / "new.parquet"),
    ],
    ids=["read_articles", "read_mentions", "write_mentions"],
)
def test_parquet_without_pyarrow_says_how_to_install_it(
    use: Callable[[Path], object], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "table.parquet").write_bytes(b"PAR1")
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(MissingDependency, match=r"pip install 'geomap-toolkit\[parquet\]'"):
        use(tmp_path)
