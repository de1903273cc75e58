"""The documentation site's generated pages: nothing that a reader can use is left out of them.

The site itself is built, with warnings as errors, by ``make docs``.
"""

from __future__ import annotations

import importlib
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

import geomap
from geomap import tables
from geomap.cli import EXIT_CODES

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def generated() -> dict[str, str]:
    """Return all pages that are written from the code, by name."""
    pages: dict[str, str] = {}
    sys.path.insert(0, str(ROOT / "docs" / "site"))
    try:
        for name, maker in (
            ("columns", "column_tables"),
            ("methods", "method_tables"),
            ("interface", "interface_pages"),
        ):
            pages |= getattr(importlib.import_module(name), maker)()
    finally:
        sys.path.remove(str(ROOT / "docs" / "site"))
    return pages


def names_of(module: ModuleType) -> list[str]:
    return list(getattr(module, "__all__", ()))


@pytest.mark.parametrize("table", ["articles", "mentions", "places"])
def test_every_column_of_a_table_is_explained_in_its_order(generated, table: str) -> None:
    rows = generated[f"generated/columns-{table}.txt"].splitlines()[2:]
    columns = [row.split("|")[1].strip(" `") for row in rows]
    assert [column for column in columns if column != "geometry"] == list(getattr(tables, table.upper()))
    assert all(len(row.split("|")[3].strip()) > 3 for row in rows)


def test_every_public_name_has_an_entry(generated) -> None:
    modules = [name for name in geomap.__all__ if isinstance(getattr(geomap, name), ModuleType)]
    for name in geomap.__all__:
        assert name in (*modules, "__version__") or f"geomap.{name} <" in generated["api/geomap.rst"]
    for part in modules:
        page = generated[f"api/{part}.rst"]
        module = importlib.import_module(f"geomap.{part}")
        assert all(f":: geomap.{part}.{name}\n" in page for name in names_of(module)), part


def test_every_error_and_exit_code_is_listed(generated) -> None:
    own = {name for name, value in vars(geomap.errors).items() if isinstance(value, type)}
    assert own
    assert all(f".. autoexception:: geomap.errors.{name}\n" in generated["api/errors.rst"] for name in own)
    assert all(f"| {code} |" in generated["commands.md"] for _, code in EXIT_CODES)


def test_every_command_and_option_is_listed(generated) -> None:
    page = generated["commands.md"]
    done = subprocess.run([sys.executable, "-m", "geomap.cli", "--help"], capture_output=True, text=True, check=True)
    for command in ("map", "geoparse", "lookup", "evaluate", "geocode"):
        assert command in done.stdout
        assert f"\n## geomap {command}\n" in page
    for option in ("--fallback", "--min-confidence", "--user-agent", "--only-cached", "-o, --output"):
        assert f"`{option}" in page


def test_methods_name_their_sources(generated) -> None:
    page = generated["generated/methods-analysis.txt"]
    for name, source in (
        ("bursts", "Kleinberg"),
        ("keywords", "Monroe"),
        ("autocorrelation", "Moran"),
        ("focus", "Amitay"),
    ):
        assert source in page.split(f"<geomap.analysis.{name}>`\n")[1].split("{func}")[0]


def test_every_page_is_reached_from_another() -> None:
    pages = {path.stem: path.read_text("utf-8") for path in (ROOT / "docs").glob("*.md")}
    assert "index" in pages
    for name in pages.keys() - {"index"}:
        assert any(f"\n{name}\n" in text or f"<{name}>\n" in text for other, text in pages.items() if other != name), (
            name
        )
