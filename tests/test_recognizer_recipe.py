"""The written sentences of the recognizer's recipe, and the check that holds them to their rules."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

RECIPE = Path(__file__).parents[1] / "data" / "recipes" / "recognizer"
TOWNS = ["Ulm", "Lomé", "Salta", "Cagliari", "New Plymouth", "Port Louis"]


@pytest.fixture(scope="module", autouse=True)
def _recipe_on_path() -> Iterator[None]:
    sys.path.insert(0, str(RECIPE))
    yield
    sys.path.remove(str(RECIPE))


def written() -> ModuleType:
    import importlib

    return importlib.import_module("written")


def check(*folder: Path) -> tuple[int, str]:
    environment = {**os.environ, "PYTHONIOENCODING": "utf-8"}
    script = [sys.executable, str(RECIPE / "written.py"), *map(str, folder)]
    done = subprocess.run(script, capture_output=True, encoding="utf-8", env=environment, check=False)
    return done.returncode, done.stdout + done.stderr


def lines(folder: Path, name: str, *rows: str) -> Path:
    (folder / name).write_text("\n".join(("# topic: a test", *rows, "")), "utf-8")
    return folder


def from_template(towns: list[str]) -> list[str]:
    """Return sentences of one template; the other words differ, so that no two share much of their text."""
    ends = ["goats", "a bus", "eleven chairs", "the mayor", "salt", "no one at all"]
    starts = ["Rain", "By noon hail", "On Friday a late frost", "Snow", "Ash", "Then a long fog"]
    return [
        f"{start} came to the old mill in <l>{town}</l> and spared {end}, so the keeper wrote {number} notes of thanks."
        for number, (town, start, end) in enumerate(zip(towns, starts, ends, strict=False))
    ]


def test_the_written_sentences_keep_every_rule() -> None:
    code, report = check()
    assert code == 0, report
    assert "0 broken, 0 pairs too alike, 0 frames and names too common" in report


def test_a_template_is_found_behind_its_names(tmp_path: Path) -> None:
    module = written()
    sentences = [module.parse(row, f"c-01.txt:{number}") for number, row in enumerate(from_template(TOWNS))]
    found = module.too_common(sentences)
    assert any("'the old mill in _ and' stands in 6 sentences" in line for line in found), found
    assert module.too_common(sentences[:5]) == []
    code, report = check(lines(tmp_path, "c-01.txt", *from_template(TOWNS)))
    assert code == 1
    assert "'the old mill in _ and' stands in 6 sentences, more than 5: c-01.txt:2, c-01.txt:3" in report


def test_a_toponym_may_stand_twice_and_a_demonym_as_often_as_it_likes(tmp_path: Path) -> None:
    twice = [
        "<l>Ulm</l> flooded.",
        "Nobody in <l>ULM</l> slept.",
        "A <d>Swabian</d> baker.",
        "Two <d>Swabian</d> hens.",
    ]
    code, report = check(lines(tmp_path, "c-01.txt", *twice, "Three <d>Swabian</d> saws."))
    assert (code, "at most 2 times" in report) == (0, True), report
    code, report = check(lines(tmp_path, "c-02.txt", "<o><e>Ulm</e> Opera</o> reopened."))
    assert code == 1
    assert "the toponym 'ulm' stands 3 times, more than 2: c-01.txt:2, c-01.txt:3, c-02.txt:2" in report


def test_older_files_are_not_held_to_the_rules_on_frames_and_names(tmp_path: Path) -> None:
    code, report = check(lines(tmp_path, "a-01.txt", *(f"<l>Ulm</l> sold {count}." for count in ("hay", "tin", "fog"))))
    assert code == 0, report


def test_a_line_that_begins_with_a_hashtag_is_a_sentence(tmp_path: Path) -> None:
    read = written().read_written(lines(tmp_path, "c-05.txt", "#<l>Iquique</l> sirens going off"))
    assert [sentence.text for sentence in read] == ["#Iquique sirens going off"]


def test_training_reads_every_file_of_the_folder() -> None:
    files = {path.name for path in (RECIPE / "written").glob("*.txt")}
    assert {sentence.origin.partition(":")[0] for sentence in written().read_written()} == files
