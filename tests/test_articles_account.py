"""The account of a reading: every file and row exactly once, whatever lies in the folder."""

from __future__ import annotations

import contextlib
import gzip
import json
import os
import pickle
import re
import shutil
import socket
import tempfile
import threading
import time
import warnings
from collections import Counter
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import geomap
from geomap.articles import read_articles, reading_report
from geomap.articles._account import all_lines, attach, short_lines, warn
from geomap.articles._problems import ProblemLog
from geomap.errors import ArticlesLost, ArticlesNotFound, ArticlesSkipped, InvalidTable, UnsupportedFormat

ROOT = Path(__file__).resolve().parents[1]
ENGLISH = "Rain fell on Mosul for three days and the bridges that were open on Friday have been closed again."
# A language that no recognizer reads, whatever is installed.
GREEK = "Η βροχή έπεφτε στη Μοσούλη για τρεις ημέρες και οι γέφυρες έκλεισαν ξανά."
FRENCH = "La pluie est tombée sur Mossoul pendant trois jours et les ponts qui étaient ouverts sont de nouveau fermés."
WESTERN = "Muñoz in A Coruña\nThe café’s owner — a señor from Besançon — said “no” in España.\n"


def write(path: Path, content: str | bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def read_quietly(path, **options) -> pd.DataFrame:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return read_articles(path, **options)


def statuses(articles: pd.DataFrame) -> dict[str, str]:
    report = reading_report(articles)
    return dict(zip(report["file"], report["status"], strict=True))


@pytest.fixture
def messy(tmp_path: Path) -> pd.DataFrame:
    """Read a folder in which something of every kind happens."""
    folder = tmp_path / "news"
    write(folder / "a.txt", "Rain\nRain fell on Mosul.")
    write(folder / "b.csv", "id,text,date\n1,In Erbil.,2017-03-31\n2,,2017-03-31\n3,In Basra.,soon\n")
    write(folder / "c.jsonl", '{"text": "In Najaf."}\n{"text": broken\n{"text": "In Duhok."}\n')
    write(folder / "d.json", "")
    write(folder / "e.txt", WESTERN.encode("cp1252"))
    write(folder / "photo.png", b"\x89PNG\r\n\x1a\n\0\0")
    write(folder / ".DS_Store", b"\0")
    return read_quietly(folder)


def test_the_report_has_one_row_per_file_in_the_order_of_the_folder(messy: pd.DataFrame) -> None:
    report = geomap.reading_report(messy)
    counts = report[["file", "format", "rows", "articles", "repaired", "skipped", "status"]]
    assert counts.astype(object).where(counts.notna(), None).to_numpy().tolist() == [
        [".DS_Store", None, 0, 0, 0, 0, "ignored"],
        ["a.txt", "txt", 1, 1, 0, 0, "read"],
        ["b.csv", "csv", 3, 2, 1, 1, "partly read"],
        ["c.jsonl", "jsonl", 3, 2, 0, 1, "partly read"],
        ["d.json", "json", 0, 0, 0, 0, "skipped"],
        ["e.txt", "txt", 1, 1, 0, 0, "read"],
        ["photo.png", None, 0, 0, 0, 0, "ignored"],
    ]
    assert report.set_index("file")["encoding"].dropna().to_dict() == {
        **dict.fromkeys(("a.txt", "b.csv", "c.jsonl"), "utf-8"),
        "e.txt": "cp1252",
    }
    reasons = report.set_index("file")["reason"]
    assert reasons["b.csv"] == "no text; unrecognized date 'soon'; left missing"
    assert reasons["d.json"] == "the file is empty"
    assert pd.isna(reasons["a.txt"])


def test_the_account_in_short_has_a_line_for_each_kind_of_thing(messy: pd.DataFrame) -> None:
    first, files, rows, repaired, ignored, encoding, languages = short_lines(messy)
    assert first == "6 articles from 4 files"
    assert files == "skipped 1 file: d.json (the file is empty)"
    assert rows.startswith("skipped 2 rows of 2 files: no text, invalid JSON: ")
    assert repaired == "repaired 1 row of b.csv: unrecognized date 'soon'; left missing"
    assert ignored == "ignored 2 files: .DS_Store (hidden), photo.png (not an article format)"
    assert encoding == "encoding: cp1252 (1 file, guessed)"
    assert languages == "languages: English 1, unknown 5"


def test_the_account_in_full_has_a_line_for_each_file_and_row(messy: pd.DataFrame) -> None:
    lines = all_lines(messy)
    assert "a.txt: read (txt, utf-8), 1 article from 1 row" in lines
    assert "photo.png: ignored: not an article format" in lines
    assert "b.csv, row 2: no text (skipped)" in lines
    assert "b.csv, row 3: unrecognized date 'soon'; left missing (repaired)" in lines
    assert len(lines) == 7 + 3


def test_python_warns_once_with_the_same_lines(tmp_path: Path) -> None:
    write(tmp_path / "a.txt", "Rain fell on Mosul.")
    write(tmp_path / "b.txt", "")
    with pytest.warns(ArticlesSkipped) as caught:
        articles = read_articles(tmp_path)
    assert len(caught) == 1
    message = str(caught[0].message)
    assert "geomap.reading_report(articles)" in message
    assert message.splitlines()[1:] == [f"  {line}" for line in short_lines(articles)[:-1]]


def test_repairs_of_one_kind_are_one_line_with_their_number(tmp_path: Path) -> None:
    rows = [f'{{"text": "In Mosul.", "id": "a", "date": "never {n}"}}' for n in range(9)]
    write(tmp_path / "n.jsonl", "\n".join(rows + ['{"id": 3}'] * 4))
    lines = short_lines(read_quietly(tmp_path))
    assert lines[1] == "skipped 4 rows of n.jsonl: no text (4)"
    assert lines[2].startswith(
        "repaired 9 rows of n.jsonl: unrecognized date 'never 0'; left missing (and 8 like it), duplicate"
    )


def test_thousands_of_files_make_a_few_short_lines(tmp_path: Path) -> None:
    for number in range(300):
        write(tmp_path / f"{number:03}.txt", "" if number % 3 else "In Mosul.")
        write(tmp_path / f"{number:03}.png", "")
    articles = read_quietly(tmp_path)
    assert short_lines(articles)[1] == (
        "skipped 200 files: the file is empty (001.txt, 002.txt, 004.txt, 005.txt, and 196 more)"
    )
    assert max(map(len, short_lines(articles))) < 200
    for number in range(30):
        write(tmp_path / f"{number:03}.webp", "")
    assert short_lines(read_quietly(tmp_path))[2] == ("ignored 330 files: not an article format (300 .png, 30 .webp)")


def test_what_a_reader_leaves_out_of_a_file_or_decides_for_it_is_told() -> None:
    log = ProblemLog()
    for file in ("a.eml", "b.csv"):
        facts = log.about(file)
        facts.format, facts.rows, facts.articles = file[2:], 1, 1
    log.add("a.eml", "1 attachment not read: map.png", row=1, action="ignored")
    log.add("b.csv", "dates: day first (19 of 30 prove it)", action="decided")
    articles = pd.DataFrame({"text": ["In Mosul.", "In Erbil."]})
    attach(articles, log)
    assert short_lines(articles)[1:] == [
        "left out of a.eml: 1 attachment not read: map.png",
        "dates: day first (19 of 30 prove it)",
    ]
    assert reading_report(articles)["status"].tolist() == ["read", "read"]


def test_the_members_of_an_archive_stand_below_it_and_count_once() -> None:
    log = ProblemLog()
    for file in ("a.zip", "b.txt", "c.zip", "d.zip"):
        log.about(file)
    for file, count in (("b.txt", 1), ("a.zip/x.csv", 3), ("a.zip/y.zip/z.txt", 1), ("c.zip/x.csv", 2)):
        facts = log.about(file)
        facts.format, facts.rows, facts.articles = file[-3:], 3 if file.endswith("csv") else 1, count
    log.add("c.zip/x.csv", "no text", row=3)
    log.add("d.zip", "the archive is encrypted")
    log.finish()
    articles = pd.DataFrame({"text": ["In Mosul."] * 7})
    attach(articles, log)
    report = reading_report(articles)
    assert dict(zip(report["file"], report["status"], strict=True)) == {
        "a.zip": "read",
        "a.zip/x.csv": "read",
        "a.zip/y.zip/z.txt": "read",
        "b.txt": "read",
        "c.zip": "partly read",
        "c.zip/x.csv": "partly read",
        "d.zip": "skipped",
    }
    assert report["file"].tolist() == sorted(report["file"])
    assert (report["rows"] == report["articles"] + report["skipped"]).all()
    assert short_lines(articles) == [
        "7 articles from 4 files",
        "skipped 1 file: d.zip (the archive is encrypted)",
        "skipped 1 row of c.zip/x.csv: no text",
    ]


def test_a_warning_about_a_table_that_somebody_holds_speaks_of_no_files() -> None:
    log = ProblemLog()
    log.add("articles", "unrecognized date 'soon'; left missing", row=1, action="repaired", loss=True)
    with pytest.warns(ArticlesSkipped) as caught:
        warn(log, stacklevel=1)
    assert str(caught[0].message).splitlines()[1:] == [
        "  repaired 1 row of articles: unrecognized date 'soon'; left missing"
    ]
    assert "reading_report" not in str(caught[0].message)


def test_a_long_reason_is_cut_in_the_short_lines_and_whole_in_the_report(tmp_path: Path) -> None:
    write(tmp_path / "a.txt", "In Mosul.")
    write(tmp_path / "n.csv", ",".join(f"column {n}" for n in range(50)) + "\nx\n")
    articles = read_quietly(tmp_path)
    assert max(map(len, short_lines(articles))) < 150
    assert "column 49" in reading_report(articles)["reason"].dropna().item()


def test_the_account_in_the_documentation_is_what_such_a_folder_gives(tmp_path: Path) -> None:
    for number in range(27):
        write(tmp_path / f"{number}.txt", ENGLISH if number else WESTERN.encode("cp1252"))
    rows = (f"{ENGLISH},2017-03-31", f"{FRENCH},soon", ",", f"{ENGLISH},2017-03-31")
    write(tmp_path / "export.csv", "\n".join(("text,date", *rows)))
    write(tmp_path / "notes.json", "notes")
    write(tmp_path / "page.html", "<html><body></body></html>")
    write(tmp_path / "photo.png", b"\x89PNG\r\n\x1a\n\0\0")
    page = (ROOT / "docs/getting-started.md").read_text("utf-8")
    shown = re.search(r"\$ geomap map some/folder -o map.html\n(.*?)```", page, re.DOTALL)
    assert shown
    assert short_lines(read_quietly(tmp_path)) == shown.group(1).splitlines()


def test_the_account_survives_copies_selections_pickle_and_parquet(messy: pd.DataFrame, tmp_path: Path) -> None:
    report = reading_report(messy)
    messy.to_parquet(tmp_path / "out.parquet")
    for table in (
        messy.copy(),
        messy[messy["text"].str.contains("Mosul")],
        messy.sort_values("article_id").head(2),
        messy.assign(desk="x"),
        pickle.loads(pickle.dumps(messy)),
        pd.read_parquet(tmp_path / "out.parquet"),
    ):
        pd.testing.assert_frame_equal(reading_report(table), report)
    assert json.loads(json.dumps(messy.attrs["files"])) == messy.attrs["files"]


@pytest.mark.parametrize("wrong", [None, "news", 3, pd.DataFrame({"text": ["In Mosul."]}), {"text": "x"}])
def test_a_report_of_what_was_not_read_is_a_clear_error(wrong: object) -> None:
    with pytest.raises(InvalidTable, match=r"articles: .*geomap\.read_articles"):
        reading_report(wrong)


def test_a_table_of_metadata_has_no_articles_and_tells_which_rows_were_not_used(tmp_path: Path) -> None:
    write(tmp_path / "a.txt", "In Mosul.")
    write(tmp_path / "articles.csv", "file,source\na.txt,Post\nghost.txt,Post\na.txt,Again\n")
    report = reading_report(read_quietly(tmp_path)).set_index("file")
    assert report.loc["articles.csv", ["format", "rows", "articles", "skipped", "status"]].tolist() == [
        *("metadata", 0, 0, 0, "partly read"),
    ]
    assert report.loc["articles.csv", "reason"].startswith(
        "the file that it names does not exist; duplicate row for a.txt"
    )
    assert short_lines(read_quietly(tmp_path))[1].startswith("read in part articles.csv: the file that it names")


def test_a_file_reached_by_two_names_is_read_once_and_told(tmp_path: Path) -> None:
    write(tmp_path / "a.txt", "In Mosul.")
    (tmp_path / "b.txt").symlink_to(tmp_path / "a.txt")
    articles = read_quietly(tmp_path)
    assert articles["article_id"].tolist() == ["a"]
    assert statuses(articles) == {"a.txt": "read", "b.txt": "ignored"}
    assert "the same file as a.txt" in reading_report(articles)["reason"].tolist()
    assert len(reading_report(read_quietly([tmp_path, tmp_path / "a.txt"]))) == 2


# --- strict ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("x.txt", b""),
        ("x.csv", b"text\nIn Mosul.\n,\n"),
        ("x.jsonl", b'{"text": "In Mosul."}\nbroken\n'),
        ("x.csv", b"text,date\nIn Mosul.,never\n"),
        ("x.csv", b"text\nIn Mo\0sul.\n"),
        ("x.txt", WESTERN.encode() + b"cut \xe2\x80"),
        ("x.json", b'[{"text": "In Mosul \\ud800."}]'),
    ],
)
def test_strict_makes_any_loss_an_error_that_names_it(tmp_path: Path, name: str, content: bytes) -> None:
    write(tmp_path / "a.txt", "In Mosul.")
    write(tmp_path / name, content)
    assert len(read_quietly(tmp_path))
    with pytest.raises(ArticlesLost, match=rf"1 loss in reading, and strict allows none:\n  {name}") as caught:
        read_articles(tmp_path, strict=True)
    assert isinstance(caught.value, ValueError)


def test_strict_lets_pass_what_loses_nothing(tmp_path: Path) -> None:
    write(tmp_path / "a.csv", "id,text\n1,In Mosul.\n1,In Erbil.\n")
    write(tmp_path / "b.txt", WESTERN.encode("cp1252"))
    write(tmp_path / "photo.png", "")
    write(tmp_path / ".hidden.txt", "")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert len(read_articles(tmp_path, strict=True)) == 3


# --- what is no file -------------------------------------------------------------------------------------------------


def test_pipes_sockets_devices_and_broken_links_are_named_and_never_opened(tmp_path: Path) -> None:
    write(tmp_path / "good.txt", "In Mosul.")
    os.mkfifo(tmp_path / "pipe.txt")
    (tmp_path / "zero.txt").symlink_to("/dev/zero")
    (tmp_path / "gone.txt").symlink_to(tmp_path / "nothing.txt")
    (tmp_path / "loop.txt").symlink_to(tmp_path / "loop.txt")
    with contextlib.chdir(tmp_path), socket.socket(socket.AF_UNIX) as listener:
        listener.bind("socket.txt")
    begin = time.perf_counter()
    articles = read_quietly(tmp_path)
    assert time.perf_counter() - begin < 5
    assert articles["article_id"].tolist() == ["good"]
    reasons = reading_report(articles).set_index("file")["reason"].dropna().to_dict()
    assert reasons.pop("loop.txt").startswith("a broken link: ")
    assert reasons.pop("gone.txt").startswith("a broken link: ")
    assert reasons == {
        "pipe.txt": "a named pipe, not a file; it was not opened",
        "socket.txt": "a socket, not a file; it was not opened",
        "zero.txt": "a device, not a file; it was not opened",
    }


def test_a_pipe_or_device_given_by_name_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.txt")
    with pytest.raises(UnsupportedFormat, match=r"pipe\.txt is a named pipe, not a file"):
        read_articles(tmp_path / "pipe.txt")
    with pytest.raises(UnsupportedFormat, match="is a device"):
        read_articles("/dev/zero")


def test_links_to_folders_are_named_and_not_followed(tmp_path: Path) -> None:
    folder = tmp_path / "news"
    write(folder / "good.txt", "In Mosul.")
    write(tmp_path / "elsewhere/a.txt", "In Erbil.")
    (folder / "circle").symlink_to(folder)
    (folder / "other").symlink_to(tmp_path / "elsewhere")
    articles = read_quietly(folder)
    assert articles["article_id"].tolist() == ["good"]
    assert statuses(articles) == {"circle/": "ignored", "good.txt": "read", "other/": "skipped"}


def test_a_link_out_of_the_folder_is_named_and_followed_only_if_asked(tmp_path: Path) -> None:
    folder = tmp_path / "news"
    write(folder / "good.txt", "In Mosul.")
    write(tmp_path / "secret.txt", "In Erbil.")
    write(tmp_path / "news-too/b.txt", "In Raqqa.")
    (folder / "out.txt").symlink_to(tmp_path / "secret.txt")
    (folder / "beside.txt").symlink_to("../news-too/b.txt")
    (folder / "deep").mkdir()
    (folder / "deep/in.txt").symlink_to("../good.txt")
    (folder / "deep/again.txt").symlink_to(folder / "out.txt")
    articles = read_quietly(folder)
    assert articles["text"].tolist() == ["In Mosul."]
    assert statuses(articles) == {
        "beside.txt": "skipped",
        "deep/again.txt": "skipped",
        "deep/in.txt": "read",
        "good.txt": "ignored",
        "out.txt": "skipped",
    }
    reasons = reading_report(articles).set_index("file")["reason"]
    assert reasons["out.txt"] == "a link to a file outside of the folder; pass that file to read it"
    asked = read_quietly([folder, folder / "out.txt"])
    assert sorted(asked["text"]) == ["In Erbil.", "In Mosul."]
    (tmp_path / "alias").symlink_to(folder)
    assert read_quietly(tmp_path / "alias")["text"].tolist() == ["In Mosul."]


def test_subfolders_that_are_not_read_are_named(tmp_path: Path) -> None:
    write(tmp_path / "a.txt", "In Mosul.")
    write(tmp_path / "sub/b.txt", "In Erbil.")
    assert statuses(read_quietly(tmp_path, recursive=False)) == {"a.txt": "read", "sub/": "ignored"}


def test_a_very_deep_folder_is_walked_to_its_end(tmp_path: Path) -> None:
    depth = 300
    write(tmp_path.joinpath(*["d"] * depth, "a.txt"), "In Mosul.")
    assert read_quietly(tmp_path)["article_id"].tolist() == ["d/" * depth + "a"]


def test_names_that_are_no_utf_8_are_shown_with_a_replacement_each_of_them_once(tmp_path: Path) -> None:
    for name in (b"caf\xe9.txt", b"caf\xe8.txt"):
        Path(os.fsdecode(os.fsencode(tmp_path) + b"/" + name)).write_text("In Mosul.", "utf-8")
    write(tmp_path / "two\nlines.txt", "In Erbil.")
    write(tmp_path / "empty\x1b[31m.txt", "")
    articles = read_quietly(tmp_path)
    assert len(articles) == 3
    assert articles["article_id"].tolist()[:2] == ["caf\ufffd", "caf\ufffd-2"]
    assert statuses(articles) == {
        "caf\ufffd.txt": "read",
        "caf\ufffd.txt (2)": "read",
        "empty\ufffd[31m.txt": "skipped",
        "two\ufffdlines.txt": "read",
    }


@pytest.mark.slow
def test_files_that_vanish_while_the_folder_is_read_are_named(tmp_path: Path) -> None:
    for number in range(2000):
        write(tmp_path / f"{number:04}.txt", "In Mosul.")

    def remove() -> None:
        for number in reversed(range(1000, 2000)):
            (tmp_path / f"{number:04}.txt").unlink()

    thread = threading.Thread(target=remove)
    thread.start()
    articles = read_quietly(tmp_path)
    thread.join()
    report = reading_report(articles)
    assert len(report) == len(articles) + (report["status"] == "skipped").sum()
    assert set(report["reason"].dropna()) <= {"cannot be read: No such file or directory"}


def test_a_folder_without_articles_says_so_though_it_holds_hidden_files(tmp_path: Path) -> None:
    write(tmp_path / ".hidden.txt", "H")
    write(tmp_path / "photo.png", "H")
    with pytest.raises(ArticlesNotFound, match=r"only \.png \(1\)"):
        read_articles(tmp_path)


# --- nothing is lost silently ----------------------------------------------------------------------------------------

WORDS = st.sampled_from(["Rain fell on Mosul.", "Erbil was dry.", "Roads to Basra — closed.", "نزح الناس من الموصل"])
GOOD_ROW, BAD_ROW = True, False
ROWS = st.lists(st.tuples(st.sampled_from([GOOD_ROW, BAD_ROW]), WORDS), max_size=5)


class Made:
    """A file to write, and what becomes of its rows."""

    def __init__(self, ending: str, content: bytes, rows: int, articles: int) -> None:
        self.ending, self.content, self.rows, self.articles = ending, content, rows, articles


def counted(ending: str, content: str, rows: list[tuple[bool, str]]) -> Made:
    return Made(ending, content.encode(), len(rows), sum(good for good, _ in rows))


def csv_file(rows: list[tuple[bool, str]]) -> Made:
    lines = [f'{number},"{text}"' if good else f"{number},{text},too,many" for number, (good, text) in enumerate(rows)]
    return counted(".csv", "\n".join(["id,text", *lines]) + "\n", rows)


def jsonl_file(rows: list[tuple[bool, str]]) -> Made:
    lines = [json.dumps({"text": text}) if good else f'{{"text": "{text}' for good, text in rows]
    # Blank lines are no rows.
    return counted(".jsonl", "\n\n".join(lines), rows)


def json_file(rows: list[tuple[bool, str]]) -> Made:
    return counted(".json", json.dumps([{"text": text if good else None} for good, text in rows]), rows)


def gzipped(made: Made) -> Made:
    return Made(f"{made.ending}.gz", gzip.compress(made.content), made.rows, made.articles)


def page(text: str) -> Made:
    body = f"<p>{text} Officials asked for help with the evacuation of many families on Friday.</p>" * 3
    return Made(".html", f"<html><body><article><h1>Rain</h1>{body}</article></body></html>".encode(), 1, 1)


TABLES = st.one_of(ROWS.map(csv_file), ROWS.map(jsonl_file), ROWS.map(json_file))
MADE = st.one_of(
    WORDS.map(lambda text: Made(".txt", text.encode(), 1, 1)),
    WORDS.map(lambda text: Made(".TXT", text.encode("utf-16"), 1, 1)),
    TABLES,
    TABLES.map(gzipped),
    WORDS.map(page),
    st.sampled_from([".txt", ".csv", ".jsonl", ".html", ".csv.gz"]).map(lambda ending: Made(ending, b"", 0, 0)),
    st.sampled_from([".png", ".xyz", ""]).map(lambda ending: Made(ending, b"\x89\0\x01", 0, 0)),
    st.just(Made(".txt.gz", b"no gzip at all", 0, 0)),
    st.just(Made(".parquet", b"PAR1 no more", 0, 0)),
    st.just(Made(".json", b"{broken", 0, 0)),
)
FOLDERS = st.sampled_from(["", "sub/", "sub/deeper/", "übung/"])
NAMES = st.sampled_from(["a", "B", "news 1", "été", ".hidden"])


@pytest.mark.slow
@settings(max_examples=60, deadline=None)
@given(files=st.dictionaries(st.tuples(FOLDERS, NAMES), MADE, max_size=8))
def test_every_file_and_row_of_any_folder_is_accounted_for_exactly_once(files) -> None:
    folder = Path(tempfile.mkdtemp())
    try:
        expected = {"zz.txt": Made(".txt", b"In Mosul.", 1, 1)}
        write(folder / "zz.txt", "In Mosul.")
        for (place, name), made in files.items():
            hidden = name.startswith(".")
            file = f"{place}{name}{made.ending}"
            expected[file] = Made(made.ending, made.content, 0, 0) if hidden else made
            write(folder / file, made.content)
        articles = read_quietly(folder)
    finally:
        shutil.rmtree(folder)
    report = reading_report(articles)
    assert report["file"].tolist() == sorted(expected, key=lambda file: Path(file).parts)
    told = report.set_index("file")
    for file, made in expected.items():
        assert tuple(told.loc[file, ["rows", "articles"]]) == (made.rows, made.articles), file
    assert (report["rows"] == report["articles"] + report["skipped"]).all()
    assert report["articles"].sum() == len(articles)
    assert report.loc[report["status"] != "read", "reason"].notna().all()
    problems = articles.attrs["problems"]
    lost = Counter((p["file"], p["row"]) for p in problems if p["action"] == "skipped" and p["row"] is not None)
    assert set(lost.values()) <= {1}
    rows_lost = Counter(file for file, _ in lost)
    assert rows_lost == Counter({file: n for file, n in zip(report["file"], report["skipped"], strict=True) if n})


def test_a_file_that_says_that_a_document_is_open_is_no_loss(tmp_path: Path) -> None:
    write(tmp_path / "a.txt", "In Mosul.")
    write(tmp_path / "~$report.docx", b"\x04Anna" + b" " * 157)
    report = reading_report(read_articles(tmp_path, strict=True)).set_index("file")
    assert report["status"].to_dict() == {"a.txt": "read", "~$report.docx": "ignored"}


def test_of_many_articles_some_tell_the_languages_and_the_account_says_how_many(tmp_path: Path) -> None:
    rows = [json.dumps({"text": GREEK if number % 4 else ENGLISH}) for number in range(2001)]
    write(tmp_path / "n.jsonl", "\n".join(rows))
    articles = read_articles(tmp_path)
    assert short_lines(articles)[1:] == [
        "languages: Greek 300, English 101 (of 401 of 2,001 articles)",
        "300 of 401 articles are in Greek, which the installed recognizer does not read; most of their places will be "
        "missed",
    ]
    assert reading_report(articles)["languages"].tolist() == ["Greek 300, English 101"]


def test_the_languages_of_a_table_of_an_older_version_are_missing(messy: pd.DataFrame) -> None:
    messy.attrs["files"] = [
        {key: value for key, value in one.items() if key != "languages"} for one in messy.attrs["files"]
    ]
    assert reading_report(messy)["languages"].isna().all()
