"""The command line as a user meets it: a process of its own, its exit code, its two streams."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest

import geomap
import geomap.cli

ARTICLE = "Rain over Mosul\nThe Tigris rose.\nRoads between Mosul and Erbil were closed on Monday."


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    folder = tmp_path / "corpus"
    folder.mkdir()
    (folder / "one.txt").write_text(ARTICLE, encoding="utf-8")
    return folder


@pytest.fixture
def run(gazetteer: geomap.Gazetteer, gazetteer_cache: Path, tmp_path: Path):
    def call(*arguments: str | Path, given: bytes | None = None) -> subprocess.CompletedProcess[str]:
        environment = os.environ | {"GEOMAP_CACHE": str(gazetteer_cache), "COLUMNS": "200"}
        command = [sys.executable, "-m", "geomap.cli", *map(str, arguments)]
        done = subprocess.run(command, capture_output=True, input=given, env=environment, cwd=tmp_path, timeout=300)
        return subprocess.CompletedProcess(
            done.args,
            done.returncode,
            done.stdout.decode().replace("\r\n", "\n"),
            done.stderr.decode().replace("\r\n", "\n"),
        )

    return call


def test_map_writes_one_file_and_prints_what_it_did(run, corpus: Path, tmp_path: Path) -> None:
    done = run("map", corpus, "-o", tmp_path / "out.html", "--recognizer", "gazetteer")
    assert done.returncode == 0, done.stderr
    words = done.stdout.split()
    for name in ("articles", "mentions", "resolved", "seconds", "map"):
        assert name in words
    assert str(tmp_path / "out.html") in done.stdout
    assert "Mosul" in (tmp_path / "out.html").read_text("utf-8")
    assert done.stderr == ""


def test_map_gives_away_only_as_much_as_asked(run, corpus: Path, tmp_path: Path) -> None:
    done = run("map", corpus, "--recognizer", "gazetteer", "--text", "none", "--coarsen", "country")
    assert done.returncode == 0, done.stderr
    told = (tmp_path / "map.html").read_text("utf-8")
    assert "coarse:IQ." in told
    assert not re.search('"Mosul"|Tigris', told)
    done = run("map", corpus, "--recognizer", "gazetteer", "--min-articles", "9")
    assert done.returncode == 0, done.stderr
    assert '"Mosul"' not in (tmp_path / "map.html").read_text("utf-8")


@pytest.mark.parametrize("ending", [".geojson", ".gpkg", ".parquet", ".csv"])
def test_geoparse_writes_a_table_that_other_programs_read(run, corpus: Path, tmp_path: Path, ending: str) -> None:
    target = tmp_path / f"mentions{ending}"
    done = run("geoparse", corpus, "-o", target, "--recognizer", "gazetteer")
    assert done.returncode == 0, done.stderr
    if ending == ".csv":
        table = pd.read_csv(target)
        assert table["lat"].between(30, 40).all()
    else:
        table = gpd.read_parquet(target) if ending == ".parquet" else gpd.read_file(target)
        assert table.crs == "EPSG:4326"
        assert table.geometry.y.between(30, 40).all()
    assert {"Mosul", "Erbil"} <= set(table["toponym"])


def test_lookup_prints_the_candidates(run) -> None:
    done = run("lookup", "Mosul")
    assert done.returncode == 0
    assert "geonames:99072" in done.stdout
    nothing = run("lookup", "Qwxyzzton")
    assert nothing.returncode == 0
    assert nothing.stdout == ""
    assert "Qwxyzzton" in nothing.stderr


def test_lookup_loads_no_pandas(gazetteer: geomap.Gazetteer, gazetteer_cache: Path) -> None:
    code = (
        "import sys; from typer.testing import CliRunner; from geomap.cli import app; "
        "done = CliRunner().invoke(app, ['lookup', 'Mosul']); "
        "print(done.exit_code, 'geonames:99072' in done.stdout, 'pandas' in sys.modules)"
    )
    environment = os.environ | {"GEOMAP_CACHE": str(gazetteer_cache)}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=True)
    assert done.stdout.split() == ["0", "True", "False"]


def test_the_help_lists_the_commands_in_the_order_of_the_module(run) -> None:
    source = Path(geomap.cli.__file__).read_text("utf-8")
    declared = re.findall(r'^@app\.command\("(\w+)"\)', source, re.MULTILINE)
    listed = [word for line in run("--help").stdout.splitlines() for word in line.strip("│ ").split()[:1]]
    assert [word for word in listed if word in {*declared, "gazetteer", "cache"}] == [*declared, "gazetteer", "cache"]


def test_evaluate_prints_scores_and_names_what_was_left_out(run, tmp_path: Path) -> None:
    toponyms = [
        {"start": 10, "end": 15, "text": "Mosul", "lat": 36.335, "lon": 43.119, "geonameid": 99072},
        {"start": 20, "end": 26, "text": "wrong"},
    ]
    gold = {"article_id": "a", "title": "", "text": ARTICLE, "source": "x", "toponyms": toponyms}
    (tmp_path / "gold.jsonl").write_text(json.dumps(gold), encoding="utf-8")
    done = run("evaluate", tmp_path / "gold.jsonl", "--recognizer", "gazetteer", "-o", tmp_path / "scores.csv")
    assert done.returncode == 0, done.stderr
    assert "accuracy_161km" in done.stdout
    assert "not 'wrong'" in done.stderr
    scores = pd.read_csv(tmp_path / "scores.csv").set_index(["part", "score"])["value"]
    assert scores["resolution", "accuracy_161km"] == 1
    assert scores["gold", "left_out"] == 1


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("map", "nowhere"), 3, "nowhere"),
        (("map", "corpus", "-o", "no/such/folder/map.html"), 4, "create it first"),
        (("geoparse", "corpus", "-o", "mentions.xlsx"), 2, ".geojson"),
        (("geoparse", "corpus"), 2, "--output"),
        (("map", "corpus", "--gazetteer", "atlantis"), 6, "atlantis"),
        (("map", "corpus", "--text", "some"), 2, "'snippets'"),
        (("map", "corpus", "--coarsen", "country"), 2, "text='none'"),
        (("evaluate", "nowhere.jsonl"), 3, "nowhere.jsonl"),
        (("lookup", "Mosul", "--limit", "0"), 2, "limit"),
    ],
)
def test_bad_usage_ends_with_its_exit_code_and_one_clear_sentence(
    run,
    corpus: Path,
    arguments: tuple[str, ...],
    code: int,
    words: str,
) -> None:
    done = run(*arguments)
    assert done.returncode == code, done.stderr
    assert words in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


def test_an_empty_folder_is_an_error_that_says_what_is_read(run, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    done = run("map", "empty")
    assert done.returncode == 3
    assert ".txt" in done.stderr
    assert not (tmp_path / "map.html").exists()


def test_a_broken_file_is_named_on_stderr_and_the_rest_is_mapped(run, corpus: Path) -> None:
    (corpus / "two.txt").write_text("", encoding="utf-8")
    done = run("map", corpus, "--recognizer", "gazetteer")
    assert done.returncode == 0
    assert "two.txt" in done.stderr


def test_version_is_printed(run) -> None:
    assert run("--version").stdout.strip() == geomap.__version__


HEADER = ["toponym", "name", "country", "feature", "lat", "lon", "confidence"]


def test_text_prints_the_places_of_a_text(run) -> None:
    done = run("text", "Protests in Mosul and Qwxyzzton", "--recognizer", "gazetteer")
    assert done.returncode == 0, done.stderr
    header, row = done.stdout.splitlines()
    assert header.split() == HEADER
    assert row.split()[:4] == ["Mosul", "Mosul", "Iraq", "PPLA"]
    assert done.stderr == ""


def test_text_and_geoparse_read_standard_input(run) -> None:
    for command in (["text", "-"], ["geoparse", "-"]):
        done = run(*command, "--recognizer", "gazetteer", given="Regen in Mosul, Schnee in Zürich\n".encode("utf-16"))
        assert done.returncode == 0, done.stderr
        assert [line.split()[0] for line in done.stdout.splitlines()[1:]] == ["Mosul", "Zürich"]
    empty = run("geoparse", "-", given=b" \n")
    assert (empty.returncode, empty.stderr.strip()) == (3, "error: there is no text on standard input")


def test_text_with_an_output_writes_a_file_and_one_without_places_says_so(run, tmp_path: Path) -> None:
    done = run("text", "Rain in Mosul", "-o", "m.csv", "--recognizer", "gazetteer")
    assert done.stdout == f"1 mention: {tmp_path / 'm.csv'}\n"
    assert geomap.export.read_mentions(tmp_path / "m.csv")["toponym"].tolist() == ["Mosul"]
    nothing = run("text", "Nothing of note", "--recognizer", "gazetteer")
    assert (nothing.returncode, nothing.stdout, nothing.stderr) == (0, "", "no place names found\n")


def test_geoparse_without_an_output_prints_the_mentions(run, corpus: Path) -> None:
    (corpus / "two.txt").write_text("Snow fell on Ankara.", encoding="utf-8")
    done = run("geoparse", corpus, "--recognizer", "gazetteer")
    assert done.returncode == 0, done.stderr
    assert done.stdout.split()[:8] == ["article_id", *HEADER]
    assert done.stdout.splitlines()[-1].split()[:2] == ["two", "Ankara"]
