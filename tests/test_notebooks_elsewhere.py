"""Every notebook with a corpus that it was not written for: it runs to its end, and says what does not apply.

Three corpora: thirty articles of mixed formats, the world sample, and texts without dates and sources.
The notebooks of one corpus share a kernel, so that what they import and load is loaded once.
"""

from __future__ import annotations

import os
import re
import warnings
from pathlib import Path
from typing import Any, NamedTuple

import nbformat
import pytest
from foreign_corpora import CORPORA, ROOT, WORLD, mixed, undated
from nbclient import NotebookClient

import geomap

# The first test of a corpus waits for all notebooks.
pytestmark = [pytest.mark.slow, pytest.mark.network, pytest.mark.timeout(2400)]

NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
WITHIN = 180  # seconds a cell
OWN_SAMPLE = {("world", "03"), ("world", "07")}

# What a notebook says of a corpus to which its subject does not apply, or that lacks what its parameters name.
SAID = {
    ("undated", "02"): "Raqqa is not named in this corpus.",
    ("mixed", "10"): "Nothing is labeled yet",
    ("world", "08"): "We look into US, which has most.",
    ("world", "13"): "All mentions are in one language (en)",
    ("undated", "03"): "All articles have one source.",
    ("undated", "04"): "No article is dated, so nothing can be said about time",
    ("undated", "06"): "Kirkuk is not named in this corpus.",
    ("undated", "07"): "There are fewer than two sources in this corpus",
    ("undated", "10"): "Without a gold file nobody knows the whole",
    ("undated", "11"): "This corpus has none of the names that you set.",
}


class Desk(NamedTuple):
    """A corpus and what the notebooks made of it: their cells with outputs, by the number of the notebook."""

    name: str
    cells: dict[str, list[nbformat.NotebookNode]]


@pytest.fixture(scope="module", params=CORPORA)
def desk(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, gazetteer_cache: Path) -> Desk:
    """Run all notebooks on a corpus, one below the other in one kernel, in a folder like the repository."""
    work = tmp_path_factory.mktemp("work")
    (work / "notebooks").mkdir()
    (work / "data").symlink_to(ROOT / "data", target_is_directory=True)
    corpus = CORPORA[request.param](work / "articles")
    cells = {path.name[:2]: prepared(path, request.param, corpus) for path in NOTEBOOKS}
    everything = nbformat.v4.new_notebook(cells=[cell for some in cells.values() for cell in some])
    client = NotebookClient(
        everything,
        kernel_name="python3",
        timeout=WITHIN,
        allow_errors=True,
        resources={"metadata": {"path": str(work / "notebooks")}},
    )
    environment = {"GEOMAP_CACHE": str(gazetteer_cache), "PYTHONPATH": str(ROOT)}
    client.execute(env=os.environ | environment)
    return Desk(request.param, cells)


def prepared(path: Path, name: str, corpus: Path) -> list[nbformat.NotebookNode]:
    """Return a notebook's cells of code in an empty namespace, with its parameters set in a cell below the tagged one."""
    cells = [cell for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]
    number = path.name[:2]
    tagged = next(n for n, cell in enumerate(cells) if "parameters" in cell.metadata.get("tags", []))
    given = "\n".join(f"{key} = {value!r}" for key, value in parameters(number, name, corpus).items())
    cells.insert(tagged + 1, nbformat.v4.new_code_cell(given))
    cells = [nbformat.v4.new_code_cell(cell.source) for cell in cells]  # whose ids are unique among all notebooks
    last = "" if (name, number) in OWN_SAMPLE else "assert not on_sample"
    return [nbformat.v4.new_code_cell("%reset -f"), *cells, nbformat.v4.new_code_cell(last)]


def parameters(number: str, name: str, corpus: Path) -> dict[str, Any]:
    """Return what a reader would set: the corpus, and for some notebooks what says how it is written; shorter tests."""
    if (name, number) in OWN_SAMPLE:
        return {}
    others: dict[str, dict[str, Any]] = {
        "08": {"permutations": 199},
        "09": {"columns": {}, "home": None},
        "10": {"repeats": 20},
    }
    if name == "world":  # the one of the three whose places are marked
        others["02"] = {"gold_file": str(WORLD / "gold.jsonl")}
        others["10"] |= {"corpus": str(WORLD / "gold.jsonl")}
    return {"corpus": str(corpus)} | others.get(number, {})


def outputs(cells: list[nbformat.NotebookNode], kind: str) -> list[nbformat.NotebookNode]:
    """Return the outputs of one kind of some cells."""
    return [output for cell in cells for output in cell.outputs if output.output_type == kind]


def test_the_mixed_corpus_has_thirty_articles_of_which_some_lack_a_date_and_a_source(tmp_path: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", geomap.errors.GeomapWarning)
        articles = geomap.read_articles(mixed(tmp_path / "mixed"))
    assert len(articles) == 30
    assert 5 < articles["published"].isna().sum() < 25
    assert 5 < articles["source"].isna().sum() < 25
    assert geomap.reading_report(articles)["format"].nunique() >= 8


def test_the_undated_corpus_has_neither_dates_nor_sources(tmp_path: Path) -> None:
    articles = geomap.read_articles(undated(tmp_path / "undated"))
    assert len(articles) == 24
    assert articles[["published", "source"]].isna().all(axis=None)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name[:2])
def test_a_notebook_runs_to_its_end_on_a_corpus_that_it_was_not_written_for(path: Path, desk: Desk) -> None:
    cells = desk.cells[path.name[:2]]
    assert [(error.ename, error.evalue) for error in outputs(cells, "error")] == []
    assert all(cell.execution_count for cell in cells if cell.source)
    said = "".join(output.text for output in outputs(cells, "stream") if output.name == "stdout")
    assert not re.findall(r"[^\n]*\bnan\b[^\n]*", said)
    assert SAID.get((desk.name, path.name[:2]), "") in said
