"""The documentation site's generated pages: nothing that a reader can use is left out of them.

The site itself is built, with warnings as errors, by ``make docs``.
"""

from __future__ import annotations

import importlib
import os
import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

import geomap
from geomap import tables
from geomap.cli import EXIT_CODES

ROOT = Path(__file__).resolve().parents[1]


API = ROOT / "docs" / "api"
MODULES = [name for name in geomap.__all__ if isinstance(getattr(geomap, name), ModuleType)]


@pytest.fixture(scope="module")
def generated() -> dict[str, str]:
    """Return all pages that are written from the code, by name."""
    sys.path.insert(0, str(ROOT / "docs" / "site"))
    try:
        pages: dict[str, str] = importlib.import_module("build").generated_pages()
    finally:
        sys.path.remove(str(ROOT / "docs" / "site"))
    return pages


def listed(page: str) -> list[str]:
    """Return the full names in the summary of a page of the interface."""
    return re.findall(r"^   ~?(geomap\.\S+)$", (API / page).read_text("utf-8"), re.MULTILINE)


def names_of(module: ModuleType) -> list[str]:
    """Return a module's ``__all__``; without it, what the module defines."""
    own = (name for name, value in vars(module).items() if getattr(value, "__module__", None) == module.__name__)
    return list(getattr(module, "__all__", (name for name in own if not name.startswith("_"))))


@pytest.mark.parametrize("table", ["articles", "mentions", "places", "candidates"])
def test_every_column_of_a_table_is_explained_in_its_order(generated: dict[str, str], table: str) -> None:
    rows = generated[f"generated/columns-{table}.txt"].splitlines()[2:]
    columns = [row.split("|")[1].strip(" `") for row in rows]
    assert [column for column in columns if column != "geometry"] == list(getattr(tables, table.upper()))
    assert all(len(row.split("|")[3].strip()) > 3 for row in rows)


def test_every_public_module_has_a_page() -> None:
    assert sorted(listed("index.rst")) == sorted(f"geomap.{name}" for name in MODULES)


def test_every_name_at_the_top_is_listed_where_it_is_described() -> None:
    entries = {name.rpartition(".")[2]: name for name in listed("geomap.rst")}
    assert entries.keys() == set(geomap.__all__) - {*MODULES, "__version__"}
    for name, full_name in entries.items():
        module = importlib.import_module(full_name.rpartition(".")[0])
        assert module.__name__.removeprefix("geomap.") in MODULES
        assert name in names_of(module)
        assert getattr(module, name) is getattr(geomap, name)


@pytest.mark.parametrize("name", MODULES)
def test_every_public_name_has_a_docstring_of_its_own(name: str) -> None:
    """Sphinx describes what a module lists as public and what has a docstring."""
    module = importlib.import_module(f"geomap.{name}")
    names = names_of(module)
    assert names
    values = {each: getattr(module, each) for each in names if not each.isupper()}
    assert [each for each, value in values.items() if not (value.__doc__ or "").strip()] == []


def test_every_error_has_a_docstring_and_every_exit_code_is_listed(generated: dict[str, str]) -> None:
    own = {name for name, value in vars(geomap.errors).items() if isinstance(value, type)}
    assert own == set(names_of(geomap.errors))
    page = generated["commands.md"]
    assert all(f"| {code} | " in page and f"geomap.errors.{error.__name__}`" in page for error, code in EXIT_CODES)


def test_every_command_and_option_is_listed(generated: dict[str, str]) -> None:
    page = generated["commands.md"]
    done = subprocess.run([sys.executable, "-m", "geomap.cli", "--help"], capture_output=True, text=True, check=True)
    for command in ("map", "geoparse", "lookup", "evaluate", "geocode"):
        assert command in done.stdout
        assert f"\n## `geomap {command}`\n" in page
    for option in ("--fallback", "--min-confidence", "--user-agent", "--only-cached", "-o, --output"):
        assert f"`{option}" in page


def test_methods_name_their_sources(generated: dict[str, str]) -> None:
    page = generated["generated/methods-analysis.txt"]
    for name, source in (
        ("bursts", "Kleinberg"),
        ("keywords", "Egbert"),
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


def run_guide(name: str, checks: str, folder: Path, cache: Path) -> int:
    """Run the code of a page with its checks below, warnings of geomap as errors; return how many cells it has."""
    page = (ROOT / "docs" / name).read_text("utf-8")
    cells = re.findall(r"^```\{code-cell\} ipython3\n(.*?)^```", page, re.DOTALL | re.MULTILINE)
    script = folder / "guide.py"
    strict = "import warnings, geomap.errors; warnings.simplefilter('error', geomap.errors.GeomapWarning)"
    script.write_text("\n".join([strict, *cells, checks]), "utf-8")
    environment = os.environ | {"GEOMAP_CACHE": str(cache)}
    command = [sys.executable, script]
    done = subprocess.run(command, capture_output=True, text=True, cwd=folder, env=environment, timeout=300)
    assert done.returncode == 0, done.stderr
    return len(cells)


@pytest.mark.slow
def test_the_guide_to_ones_own_texts_runs_and_shows_what_it_says(gazetteer_cache: Path, tmp_path: Path) -> None:
    checks = """
assert articles["title"].tolist() == ["Bridge closed", "Snow"] and str(articles["published"][1])[:10] == "2021-02-14"
assert crawl["title"].tolist() == ["Mill reopens"] and "Contact" not in crawl["text"][0]
assert geomap.reading_report(packed)["status"].tolist() == ["read", "read", "ignored"]
assert exported["title"].tolist() == ["Caves draw visitors", "Trains to the coast"]
assert exported["text"][0].endswith("in all of last winter, and the hotels in Sežana and Divača are full.")
assert held["text"][0] == "Around Izola the harvest has begun." and held["published"].dt.month.eq(11).all()
everything = geomap.read_articles(folder, columns={"published": "day"}, strict=False)
assert len(everything) == 2 + 1 + 2 + 1 + 2 + 1 + 2
"""
    assert run_guide("bring-your-own-texts.md", checks, tmp_path, gazetteer_cache) >= 8


@pytest.mark.slow
def test_the_guide_to_an_archive_reads_stand_ins_of_the_archives_form(gazetteer_cache: Path, tmp_path: Path) -> None:
    checks = """
assert articles["source"].tolist() == ["Valley Party", "Harbor Union", "Valley Party"]  # and not the chair
assert articles["text"].str.contains('said "Rijeka".', regex=False).any()  # a quotation mark is only that
assert set(mentions["speaker"]) == {"Costa, Ben", "Dorn, Eva"} and {"Koper", "Rijeka"} <= set(mentions["name"])
again = geomap.read_articles(corpus)
assert again["text"].tolist() == articles["text"].tolist() and again["published"].notna().all()
assert again["source"].tolist() == articles["source"].tolist() and "speaker" in again
assert novel["title"].str.startswith(("CHAPTER I.", "CHAPTER II.")).all() and len(novel) == 2
assert novel["source"].eq("A Journey for the Post").all() and not novel["text"].str.contains("Gutenberg|license").any()
assert {"New York", "Hamburg", "Harwich"} <= set(in_novel["toponym"])
assert in_novel.loc[in_novel["toponym"] == "New York", "sentence"].str.contains("already in New York").all()
"""
    assert run_guide("own-corpus.md", checks, tmp_path, gazetteer_cache) >= 7


def test_the_guide_to_an_archive_says_that_it_runs_on_stand_ins_and_what_to_set_in_each_notebook() -> None:
    page = (ROOT / "docs" / "own-corpus.md").read_text("utf-8")
    assert "**stand-ins**" in page
    table = page.split("## What to set in the notebooks")[1]
    rows = re.findall(r"^\| ([\d, ]+) \|", table, re.MULTILINE)
    numbers = sorted(number for row in rows for number in row.split(", "))
    assert numbers == sorted(path.name[:2] for path in (ROOT / "notebooks").glob("*.ipynb"))
