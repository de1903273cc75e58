"""The notebooks' form; that they run is tested by executing each (nbmake)."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest

NOTEBOOKS = sorted((Path(__file__).resolve().parents[1] / "notebooks").glob("*.ipynb"))


@pytest.fixture(params=NOTEBOOKS, ids=lambda path: path.name)
def notebook(request: pytest.FixtureRequest) -> nbformat.NotebookNode:
    return nbformat.read(request.param, as_version=4)


def test_there_is_a_notebook_and_its_name_is_numbered() -> None:
    assert NOTEBOOKS
    assert all(path.name[:2].isdigit() for path in NOTEBOOKS)


def test_it_is_short(notebook: nbformat.NotebookNode) -> None:
    assert len(notebook.cells) <= 25
    assert all(len(cell.source.splitlines()) <= 12 for cell in notebook.cells if cell.cell_type == "code")


def test_it_asks_a_question_first_and_says_where_it_goes_wrong_last(notebook: nbformat.NotebookNode) -> None:
    assert "**Question.**" in notebook.cells[0].source
    assert "Where this goes wrong" in notebook.cells[-1].source


def test_its_parameters_are_in_one_tagged_cell(notebook: nbformat.NotebookNode) -> None:
    tagged = [cell for cell in notebook.cells if "parameters" in cell.metadata.get("tags", [])]
    assert len(tagged) == 1


def test_no_output_is_kept_in_the_file(notebook: nbformat.NotebookNode) -> None:
    assert not any(
        cell.get("outputs") or cell.get("execution_count") for cell in notebook.cells if cell.cell_type == "code"
    )


def test_it_ends_with_an_assertion_on_its_finding(notebook: nbformat.NotebookNode) -> None:
    last_code = [cell for cell in notebook.cells if cell.cell_type == "code"][-1]
    assert "assert " in last_code.source
