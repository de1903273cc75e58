"""The command line as a user meets it: a process of its own, its exit code, its two streams."""

from __future__ import annotations

import inspect
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
from geomap.resources._loading import manifest

pytestmark = pytest.mark.slow

ARTICLE = "Rain over Mosul\nThe Tigris rose.\nRoads between Mosul and Erbil were closed on Monday."


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    folder = tmp_path / "corpus"
    folder.mkdir()
    (folder / "one.txt").write_text(ARTICLE, encoding="utf-8")
    return folder


@pytest.fixture
def run(gazetteer: geomap.Gazetteer, gazetteer_cache: Path, tmp_path: Path):
    def call(*arguments: str | Path, stdin: str | bytes = b"", **variables: str) -> subprocess.CompletedProcess[str]:
        environment = os.environ | {"GEOMAP_CACHE": str(gazetteer_cache), "COLUMNS": "200"} | variables
        command = [sys.executable, "-m", "geomap.cli", *map(str, arguments)]
        data = stdin.encode() if isinstance(stdin, str) else stdin
        done = subprocess.run(command, capture_output=True, env=environment, cwd=tmp_path, timeout=300, input=data)
        streams = (stream.decode().replace(os.linesep, "\n") for stream in (done.stdout, done.stderr))
        return subprocess.CompletedProcess(command, done.returncode, *streams)

    return call


def test_map_writes_one_file_and_prints_what_it_did(run, corpus: Path, tmp_path: Path) -> None:
    done = run("map", corpus, "-o", tmp_path / "out.html", "--recognizer", "gazetteer")
    assert done.returncode == 0, done.stderr
    words = done.stdout.split()
    for name in ("articles", "mentions", "resolved", "seconds", "map"):
        assert name in words
    assert str(tmp_path / "out.html") in done.stdout
    assert "Mosul" in (tmp_path / "out.html").read_text("utf-8")
    assert done.stderr == "1 article from 1 file\nlanguages: English 1\n"


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
    assert nothing.returncode == 7
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


def test_evaluate_tells_of_the_articles_that_it_reads(run, tmp_path: Path) -> None:
    text = "Rain over Mosul &amp; Erbil. The Tigris rose, and the roads were closed on Monday."
    (tmp_path / "news").mkdir()
    (tmp_path / "news" / "a.csv").write_text(f"key,Copy\na,{text!r}\nb,\n".replace("'", '"'), encoding="utf-8")
    start = text.index("Erbil")
    gold = {
        "article_id": ["a"],
        "start": [start],
        "end": [start + 5],
        "toponym": ["Erbil"],
        "lat": [36.19],
        "lon": [44.01],
    }
    pd.DataFrame(gold | {"field": ["text"]}).to_csv(tmp_path / "gold.csv", index=False)
    columns = ("--columns", "id=key,text=Copy")
    options = ("--articles", "news", "--recognizer", "gazetteer", "--bootstrap", "0")
    done = run("evaluate", "gold.csv", *options, *columns)
    assert done.returncode == 0, done.stderr
    assert done.stderr.splitlines()[:2] == ["1 article from 1 file", "skipped 1 row of a.csv: no text"]
    assert "languages: English 1" in done.stderr
    assert run("evaluate", "gold.csv", *options, *columns, "--strict").returncode == 3
    alone = run("evaluate", "gold.csv", *columns)
    assert alone.returncode == 2
    assert "--articles" in alone.stderr


def test_a_corpus_in_another_language_is_told_once_before_the_work(run, tmp_path: Path) -> None:
    (tmp_path / "el.txt").write_text(
        "Οι γέφυρες στον Τίγρη είναι κλειστές από τη Δευτέρα και οι κάτοικοι μένουν στο σπίτι.", "utf-8"
    )
    said = "the article is in Greek, which the installed recognizer does not read"
    for command in (("read",), ("geoparse", "-o", "m.csv")):
        done = run(command[0], "el.txt", *command[1:])
        assert done.returncode == 0
        assert done.stderr.splitlines()[1] == "languages: Greek 1"
        assert done.stderr.count(said) == 1
    spoken = run("text", (tmp_path / "el.txt").read_text("utf-8"))
    assert spoken.stderr.count(said) == 1


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("map", "nowhere"), 3, "nowhere"),
        (("map", "corpus", "-o", "no/such/folder/map.html"), 4, "create it first"),
        (("geoparse", "corpus", "-o", "mentions.xlsx"), 2, ".geojson"),
        (("map", "corpus", "--gazetteer", "atlantis"), 6, "atlantis"),
        (("map", "corpus", "--text", "some"), 2, "'snippets'"),
        (("map", "corpus", "--coarsen", "country"), 2, "text='none'"),
        (("evaluate", "nowhere.jsonl"), 3, "nowhere.jsonl"),
        (("lookup", "Mosul", "--limit", "0"), 2, "limit"),
        (("read", "nowhere"), 3, "nowhere"),
        (("read", "corpus", "-o", "out.xlsx"), 2, ".parquet, .csv, .jsonl"),
        (("read", "corpus", "-o", "no/such/folder/out.csv"), 4, "create it first"),
        (("read",), 2, "articles"),
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


def test_version_is_printed_with_those_of_the_models_and_the_gazetteer(run) -> None:
    lines = run("--version").stdout.splitlines()
    assert lines[0].split() == ["geomap", geomap.__version__]
    shipped = manifest()["gazetteer.pack"]
    assert lines[-1].split() == ["gazetteer", f"{shipped['date']},", "sha256", str(shipped["sha256"])[:12]]
    assert [line.split()[0] for line in lines] == ["geomap", "recognizer", "ranker", "dots", "gazetteer"]


# --- what was read ---------------------------------------------------------------------------------------------------


@pytest.fixture
def messy(corpus: Path) -> Path:
    (corpus / "two.csv").write_text("id,body,pubdate\n7,In Erbil.,2017-03-31\n8,,2017-03-31\n", encoding="utf-8")
    (corpus / "three.txt").write_text("", encoding="utf-8")
    (corpus / "photo.png").write_bytes(b"\x89PNG")
    return corpus


ACCOUNT = """\
2 articles from 2 files
skipped 1 file: three.txt (the file is empty)
skipped 1 row of two.csv: no text
ignored 1 file: photo.png (not an article format)
languages: English 1, unknown 1
"""


@pytest.mark.parametrize("command", [("map",), ("geoparse", "-o", "mentions.csv"), ("read",)])
def test_every_command_that_reads_articles_tells_what_it_read(run, messy: Path, command: tuple[str, ...]) -> None:
    options = () if command[0] == "read" else ("--recognizer", "gazetteer")
    done = run(command[0], messy, *command[1:], *options)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ACCOUNT
    assert "skipped" not in done.stdout


def test_verbose_tells_of_every_file_and_row(run, messy: Path) -> None:
    done = run("read", messy, "--verbose")
    lines = done.stderr.splitlines()
    assert lines[-5:] == ACCOUNT.splitlines()
    assert "one.txt: read (txt, utf-8), 1 article from 1 row" in lines
    assert "two.csv, row 2: no text (skipped)" in lines


@pytest.mark.parametrize(
    "command", [("map", "-o", "out.html"), ("geoparse", "-o", "out.csv"), ("read", "-o", "out.csv")]
)
def test_strict_writes_nothing_and_ends_with_3_if_anything_was_lost(
    run, messy: Path, tmp_path: Path, command: tuple[str, ...]
) -> None:
    done = run(command[0], messy, *command[1:], "--strict")
    assert done.returncode == 3
    assert done.stderr.startswith("error: 2 losses in reading")
    assert "three.txt: the file is empty" in done.stderr
    assert not list(tmp_path.glob("out.*"))
    for lossy in ("two.csv", "three.txt"):
        (messy / lossy).unlink()
    assert run("read", messy, "--strict").returncode == 0


def test_read_prints_the_first_articles_and_further_columns(run, tmp_path: Path) -> None:
    rows = [{"headline": f"Rain {n}", "text": "In Mosul.", "date": "2017-03-31", "desk": "x"} for n in range(25)]
    (tmp_path / "n.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    done = run("read", "n.jsonl")
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines[0].split() == ["article_id", "published", "source", "title", "characters"]
    assert lines[1].split() == ["n:1", "2017-03-31", "Rain", "0", "9"]
    assert lines[-2].startswith("and 5 more")
    assert lines[-1] == "further columns: desk"


@pytest.mark.parametrize("ending", [".parquet", ".csv", ".jsonl"])
def test_read_writes_a_table_that_is_read_back_the_same(run, messy: Path, tmp_path: Path, ending: str) -> None:
    done = run("read", messy, "-o", f"out{ending}")
    assert done.returncode == 0, done.stderr
    assert str(tmp_path / f"out{ending}") in done.stdout
    again = geomap.read_articles(tmp_path / f"out{ending}")
    with pytest.warns(geomap.errors.ArticlesSkipped):
        first = geomap.read_articles(messy)
    pd.testing.assert_frame_equal(again, first)


def test_columns_are_named_as_in_the_table_or_with_the_usual_words(run, tmp_path: Path) -> None:
    (tmp_path / "n.csv").write_text('nr,kop,"tekst, volledig",dag\n7,Regen,In Mosul.,2017-03-31\n', encoding="utf-8")
    for options in (
        ("--columns", "id=nr,title=kop,text=tekst, volledig,date=dag"),
        ("--columns", "article_id=nr,headline=kop", "--columns", "text=tekst, volledig,published=dag"),
    ):
        done = run("read", "n.csv", "-o", "out.jsonl", *options)
        assert done.returncode == 0, done.stderr
        written = json.loads((tmp_path / "out.jsonl").read_text("utf-8"))
        assert written == {
            "article_id": "7",
            "title": "Regen",
            "text": "In Mosul.",
            "published": "2017-03-31 00:00:00+00:00",
        }


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ("body", "is not NAME=COLUMN"),
        ("text=", "is not NAME=COLUMN"),
        ("wörter=body", "is none of id, title, text"),
        ("text=body,text=x", "text is given twice"),
    ],
)
def test_columns_that_are_not_understood_are_wrong_usage(run, messy: Path, given: str, words: str) -> None:
    done = run("read", messy, "--columns", given)
    assert done.returncode == 2
    assert words in done.stderr
    assert done.stdout == ""


def test_a_table_without_a_column_of_text_is_answered_with_the_option_of_the_shell(run, tmp_path: Path) -> None:
    (tmp_path / "n.csv").write_text("eins,zwei\nRegen,In Mosul.\n", encoding="utf-8")
    done = run("read", "n.csv")
    assert done.returncode == 3
    assert "its columns: eins, zwei. Name the column: --columns text=..." in done.stderr
    assert run("read", "n.csv", "--columns", "text=zwei").returncode == 0


def test_a_column_that_is_missing_is_named_with_those_of_the_file(run, messy: Path) -> None:
    done = run("read", messy / "two.csv", "--columns", "text=bodie")
    assert done.returncode == 3
    assert "id, body, pubdate" in done.stderr


def test_the_encoding_can_be_given(run, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes("Muñoz in A Coruña".encode("cp850"))
    assert run("read", "a.txt", "--encoding", "cp850", "-o", "out.jsonl").returncode == 0
    assert "Muñoz in A Coruña" in (tmp_path / "out.jsonl").read_text("utf-8")
    assert run("read", "a.txt", "--encoding", "utf-9").returncode == 3


def reads_with(option: str) -> pytest.MarkDecorator:
    known = option in inspect.signature(geomap.read_articles).parameters
    return pytest.mark.skipif(not known, reason=f"read_articles has no option {option} yet")


@reads_with("entities")
def test_entities_can_be_kept(run, tmp_path: Path) -> None:
    (tmp_path / "n.csv").write_text("id,text\n7,In S&atilde;o Paulo.\n", encoding="utf-8")
    for options, text in (((), "In São Paulo."), (("--entities", "keep"), "In S&atilde;o Paulo.")):
        assert run("read", "n.csv", "-o", "out.jsonl", *options).returncode == 0
        assert text in (tmp_path / "out.jsonl").read_text("utf-8")


@reads_with("fix_encoding")
def test_mojibake_can_be_repaired(run, tmp_path: Path) -> None:
    pytest.importorskip("ftfy")
    (tmp_path / "a.txt").write_text("Zug nach MÃ¼nchen\nDer Zug von ZÃ¼rich nach MÃ¼nchen.", encoding="utf-8")
    assert run("read", "a.txt", "-o", "out.jsonl", "--fix-encoding").returncode == 0
    assert "nach München" in (tmp_path / "out.jsonl").read_text("utf-8")


@reads_with("dayfirst")
@pytest.mark.parametrize(("option", "day"), [("--dayfirst", "2017-04-03"), ("--monthfirst", "2017-03-04")])
def test_the_order_of_day_and_month_can_be_given(run, tmp_path: Path, option: str, day: str) -> None:
    (tmp_path / "n.csv").write_text("text,date\nIn Mosul.,03/04/2017\n", encoding="utf-8")
    assert day in run("read", "n.csv", option).stdout


def test_several_files_can_be_given_as_a_shell_expands_them(run, corpus: Path) -> None:
    (corpus / "two.txt").write_text("In Erbil.", encoding="utf-8")
    done = run("read", *sorted(corpus.iterdir()))
    assert done.returncode == 0
    assert done.stderr == "2 articles from 2 files\nlanguages: English 1, unknown 1\n"


def test_subfolders_can_be_left_out(run, corpus: Path) -> None:
    (corpus / "sub").mkdir()
    (corpus / "sub/two.txt").write_text("In Erbil.", encoding="utf-8")
    assert run("read", corpus).stderr.startswith("2 articles")
    done = run("read", corpus, "--no-recursive")
    assert done.stderr.startswith("1 article from 1 file\n")
    assert "sub/" in done.stderr


# --- standard input --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "ids", "texts"),
    [
        ("Rain\nIn Mosul, and\nin Erbil.", ["stdin"], ["Rain\nIn Mosul, and\nin Erbil."]),
        ("[Reuters] Rain fell on Mosul.", ["stdin"], ["[Reuters] Rain fell on Mosul."]),
        ("Text, body and soul: rain fell.\nIn Mosul.", ["stdin"], ["Text, body and soul: rain fell.\nIn Mosul."]),
        ('{"text": "In Mosul."}\n{"text": "In Erbil."}\n', ["stdin:1", "stdin:2"], ["In Mosul.", "In Erbil."]),
        ('{\n "text": "In Mosul."\n}', ["stdin"], ["In Mosul."]),
        ('[\n {"id": 7, "text": "In Mosul."}\n]', ["7"], ["In Mosul."]),
        ("id;text\n7;In Mosul.\n8;In Erbil.\n", ["7", "8"], ["In Mosul.", "In Erbil."]),
        ("text\tdate\nIn Mosul.\t2017-03-31\n".encode("utf-16"), ["stdin:1"], ["In Mosul."]),
    ],
)
def test_standard_input_is_read_as_what_it_holds(
    run, tmp_path: Path, content, ids: list[str], texts: list[str]
) -> None:
    done = run("read", "-", "-o", "out.jsonl", stdin=content)
    assert done.returncode == 0, done.stderr
    written = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text("utf-8").split("\n") if line]
    assert [(row["article_id"], row["text"]) for row in written] == list(zip(ids, texts, strict=True))


def test_standard_input_is_mapped(run, tmp_path: Path) -> None:
    done = run("map", "-", "--recognizer", "gazetteer", stdin=ARTICLE)
    assert done.returncode == 0, done.stderr
    assert "<title>Articles</title>" in (tmp_path / "map.html").read_text("utf-8")


def test_standard_input_without_content_or_beside_files_is_an_error(run, corpus: Path) -> None:
    empty = run("read", "-", stdin="")
    assert empty.returncode == 3
    assert "standard input: the file is empty" in empty.stderr
    both = run("read", "-", corpus, stdin="x")
    assert both.returncode == 2
    assert "cannot be combined" in both.stderr


# --- the shell itself ------------------------------------------------------------------------------------------------


def test_every_command_has_a_help_page_that_names_it(run) -> None:
    pages = [("map",), ("geoparse",), ("read",), ("lookup",), ("evaluate",), ("geocode",), ("gazetteer", "install")]
    for page in [(), *pages, ("cache", "info")]:
        short, long = run(*page, "-h"), run(*page, "--help")
        assert short.returncode == 0
        assert short.stdout == long.stdout
        assert f"Usage: {' '.join(['geomap', *page])} " in short.stdout


def test_the_help_names_every_exit_code(run) -> None:
    told = " ".join(line.strip() for line in run("-h").stdout.splitlines())
    for code in {0, 1, 2, 130, *(code for _, code in geomap.cli.EXIT_CODES)}:
        assert re.search(rf"(?:codes:|,) {code} \w", told), code


def test_the_shell_completes_commands_and_values(gazetteer_cache: Path) -> None:
    code = "import sys; sys.argv[:] = ['geomap']; from geomap.cli import main; main()"

    def completed(words: str) -> list[str]:
        environment = os.environ | {
            "_GEOMAP_COMPLETE": "complete_bash",
            "COMP_WORDS": words,
            "COMP_CWORD": str(words.count(" ")),
        }
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment)
        return done.stdout.split()

    assert completed("geomap ge") == ["geoparse", "geocode"]
    assert completed("geomap map --text s") == ["snippets"]
    assert completed("geomap read --stri") == ["--strict"]


def test_open_shows_the_map_in_the_browser(run, corpus: Path, tmp_path: Path) -> None:
    seen = tmp_path / "seen.txt"
    browser = tmp_path / "browser.sh"
    browser.write_text(f'#!/bin/sh\necho "$1" > {seen}\n', encoding="utf-8")
    browser.chmod(0o755)
    done = run("map", corpus, "--open", "--recognizer", "gazetteer", BROWSER=f"{browser} %s")
    assert done.returncode == 0, done.stderr
    assert seen.read_text("utf-8").strip() == (tmp_path / "map.html").as_uri()


def test_open_says_when_there_is_no_browser(run, corpus: Path, tmp_path: Path) -> None:
    done = run("map", corpus, "--open", "--recognizer", "gazetteer", BROWSER="false %s", PATH="/nowhere")
    assert done.returncode == 0, done.stderr
    assert "no browser could be started" in done.stderr
    assert (tmp_path / "map.html").exists()


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
        done = run(*command, "--recognizer", "gazetteer", stdin="Regen in Mosul, Schnee in Zürich\n".encode("utf-16"))
        assert done.returncode == 0, done.stderr
        assert [line.split()[0] for line in done.stdout.splitlines()[1:]] == ["Mosul", "Zürich"]
    empty = run("geoparse", "-", stdin=b" \n")
    assert empty.returncode == 3


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
