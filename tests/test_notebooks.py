"""The notebooks' form; that they run is tested by executing each (nbmake; on other corpora, test_notebooks_elsewhere)."""

from __future__ import annotations

import ast
import re
import sys
from pathlib import Path

import nbformat
import pandas as pd
import pytest

pytestmark = pytest.mark.slow

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


def statements(notebook: nbformat.NotebookNode) -> list[ast.stmt]:
    """Return the statements of all code cells, one after another."""
    sources = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
    return [statement for source in sources for statement in ast.parse(source.replace("%matplotlib", "# ")).body]


def assigned(notebook: nbformat.NotebookNode) -> dict[str, ast.expr]:
    """Return the parameters and their values."""
    cell = next(cell for cell in notebook.cells if "parameters" in cell.metadata.get("tags", []))
    return {
        statement.targets[0].id: statement.value
        for statement in ast.parse(cell.source).body
        if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name)
    }


def test_its_parameters_are_plain_values_one_a_line_that_papermill_can_follow(notebook: nbformat.NotebookNode) -> None:
    cell = next(cell for cell in notebook.cells if "parameters" in cell.metadata.get("tags", []))
    values = assigned(notebook)
    assert next(iter(values)) == "corpus"
    assert len(values) == len(ast.parse(cell.source).body)
    assert all(ast.literal_eval(value) is not None for value in values.values())


def test_the_text_above_its_parameters_says_what_each_is_for(notebook: nbformat.NotebookNode) -> None:
    place = next(n for n, cell in enumerate(notebook.cells) if "parameters" in cell.metadata.get("tags", []))
    told = notebook.cells[place - 1].source
    assert "your own" in told
    unexplained = {name for name in assigned(notebook) if f"`{name}`" not in told}
    assert not unexplained


def test_it_knows_the_sample_by_one_line_and_asserts_its_finding_of_the_sample_alone(
    notebook: nbformat.NotebookNode,
) -> None:
    all_statements = statements(notebook)
    known = [
        number
        for number, statement in enumerate(all_statements)
        if isinstance(statement, ast.Assign) and ast.unparse(statement.targets[0]) == "on_sample"
    ]
    assert len(known) == 1
    only_of_it = [
        number
        for number, statement in enumerate(all_statements)
        if isinstance(statement, ast.If) and ast.unparse(statement.test) == "on_sample"
    ]
    assert only_of_it
    assert known[0] < only_of_it[0]
    assert only_of_it[-1] == len(all_statements) - 1
    assert any(isinstance(node, ast.Assert) for node in ast.walk(all_statements[-1]))


def test_its_text_gives_no_share_that_no_cell_computes(notebook: nbformat.NotebookNode) -> None:
    text = " ".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    assert set(re.findall(r"[\d.]+ ?%.{9}|[\d.]+ percent", text)) <= {"95 % interval"}


@pytest.mark.parametrize("path", [path for path in NOTEBOOKS if path.name[:2] <= "10"], ids=lambda path: path.name)
def test_a_lesson_says_what_is_learned_answers_and_sets_two_exercises(path: Path) -> None:
    cells = nbformat.read(path, as_version=4).cells
    assert "**What you will learn**" in cells[0].source
    assert any(cell.source.startswith("## Answer") for cell in cells)
    _, exercises = cells[-1].source.split("**Exercises.**")
    assert "1. " in exercises
    assert "2. " in exercises


def test_a_menu_gives_way_to_a_table_where_ipywidgets_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    path = next(path for path in NOTEBOOKS if path.name.startswith("06"))
    sources = [cell.source for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]
    number = next(number for number, source in enumerate(sources) if "ipywidgets" in source)
    monkeypatch.setitem(sys.modules, "ipywidgets", None)
    monkeypatch.chdir(path.parent)
    names: dict[str, object] = {}
    with pd.option_context("display.max_colwidth", None):  # a notebook may set it, other tests keep theirs
        for source in sources[:number]:
            exec(source, names)
    *statements, shown = ast.parse(sources[number]).body
    assert isinstance(shown, ast.Expr)
    exec(compile(ast.Module(statements, []), path.name, "exec"), names)
    table = eval(compile(ast.Expression(shown.value), path.name, "eval"), names)
    assert isinstance(table, pd.DataFrame)
    assert table["sentence"].notna().all()


def test_it_opens_everywhere_without_a_question_about_its_kernel(notebook: nbformat.NotebookNode) -> None:
    nbformat.validate(notebook)
    assert notebook.metadata["kernelspec"]["name"] == "python3"
    ids = [cell["id"] for cell in notebook.cells]
    assert len(set(ids)) == len(ids)
