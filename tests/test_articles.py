"""Reading articles: every format, every kind of broken row, and the characters as they were."""

import csv
import gzip
import io
import json
import re
import subprocess
import sys
import time
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from laws import many

from geomap.articles import read_articles
from geomap.errors import (
    ArticlesNotFound,
    ArticlesSkipped,
    ArticlesUnreadable,
    ColumnMissing,
    EncodingGuessed,
    MissingDependency,
    UnsupportedFormat,
)
from geomap.tables import ARTICLES

TITLE = "Flood waters reach the markets of Kirkuk"
TEXT = (
    f"{TITLE}\nOfficials in Erbil opened two camps on Friday.\n"
    "— -- KIRKUK, Iraq — The river rose “faster than in 1988,” Mayor Anwar Saleh’s office said.\n"
)
PAGE = """<!DOCTYPE html><html><head><meta charset="{charset}"><title>Floods reach Kirkuk | The Daily Test</title>
<meta property="og:title" content="Floods reach Kirkuk"/><meta property="og:site_name" content="The Daily Test"/>
<meta property="article:published_time" content="2017-03-31T10:20:00+02:00"/>
<link rel="canonical" href="https://test.example/floods"/></head><body><nav><a href="/">Home</a></nav><article>
<h1>Floods reach Kirkuk</h1><p>Heavy rain flooded the café quarter of Kirkuk on Friday, and the mayor asked Baghdad for
help with the evacuation of many families.</p><p>Roads to Erbil were closed &amp; schools stayed shut in Sulaymaniyah,
officials said, while more rain was forecast for the weekend.</p></article></body></html>"""


def write(path: Path, text: str, encoding: str = "utf-8") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode(encoding))
    return path


def csv_text(rows: list[list[str]], **options: str) -> str:
    buffer = io.StringIO(newline="")
    csv.writer(buffer, **options).writerows(rows)
    return buffer.getvalue()


def read_with_problems(path, **options) -> tuple[pd.DataFrame, list[dict]]:
    with pytest.warns(ArticlesSkipped) as caught:
        articles = read_articles(path, **options)
    assert len([w for w in caught if w.category is ArticlesSkipped]) == 1
    return articles, list(articles.attrs["problems"])


@pytest.fixture
def quiet():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


# --- formats ---------------------------------------------------------------------------------------------------------


def test_a_text_file_has_its_first_line_as_title_and_the_whole_file_as_text(tmp_path, quiet):
    articles = read_articles(write(tmp_path / "000_9f5e.txt", TEXT))
    assert articles.loc[0, ["article_id", "title", "text"]].tolist() == ["000_9f5e", TITLE, TEXT]
    assert articles[["published", "source", "url"]].isna().all(axis=None)
    assert {name: str(dtype) for name, dtype in articles.dtypes.items()} == dict(ARTICLES)
    assert articles.attrs["problems"] == []


def test_a_title_is_the_first_line_that_is_not_blank_stripped(tmp_path):
    articles = read_articles(write(tmp_path / "a.txt", "\r\n  Rain in Basra \r\nIt rained.\r\n"))
    assert articles.title[0] == "Rain in Basra"
    assert articles.text[0] == "\r\n  Rain in Basra \r\nIt rained.\r\n"


def test_a_text_of_one_long_paragraph_gets_a_title_cut_at_a_word(tmp_path):
    articles = read_articles(write(tmp_path / "a.txt", "Basra " * 200))
    assert articles.title[0].endswith("Basra…")
    assert len(articles.title[0]) <= 301


def test_articles_csv_beside_texts_gives_what_is_known_of_each(tmp_path, quiet):
    write(tmp_path / "a.txt", "A\nIn Mosul.")
    write(tmp_path / "b.txt", "B\nIn Erbil.")
    write(tmp_path / "sub/c.txt", "C\nIn Basra.")
    rows = [
        ["file", "Date", "publisher", "link", "desk"],
        ["b.txt", "2017-03-31", "Post", "https://b.example", "07"],
        ["sub/c", "", "", "", "08"],
    ]
    write(tmp_path / "articles.csv", csv_text(rows))
    articles = read_articles(tmp_path)
    assert articles.article_id.tolist() == ["a", "b", "sub/c"]
    assert articles.published.tolist() == [pd.NaT, pd.Timestamp("2017-03-31", tz="UTC"), pd.NaT]
    assert articles.loc[1, ["source", "url", "desk"]].tolist() == ["Post", "https://b.example", "07"]
    assert articles.desk.tolist()[1:] == ["07", "08"]
    assert pd.isna(articles.desk[0])
    assert list(articles.columns) == [*ARTICLES, "desk"]
    assert read_articles(tmp_path / "b.txt").source.tolist() == ["Post"]


def test_articles_csv_that_names_no_file_or_one_twice_is_told(tmp_path):
    write(tmp_path / "a.txt", "A\nIn Mosul.")
    write(tmp_path / "articles.csv", "file,source\nghost.txt,Post\na.txt,First\na.txt,Second\n")
    articles, problems = read_with_problems(tmp_path)
    assert articles.source.tolist() == ["First"]
    assert [(p["file"], p["row"], p["action"]) for p in problems] == [
        ("articles.csv", 1, "skipped"),
        ("articles.csv", 3, "skipped"),
    ]


def test_articles_csv_with_texts_of_its_own_is_a_file_of_articles(tmp_path, quiet):
    write(tmp_path / "a.txt", "A\nIn Mosul.")
    write(tmp_path / "articles.csv", "file,title,text\nx,B,In Erbil.\n")
    assert read_articles(tmp_path).article_id.tolist() == ["a", "articles:1"]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_csv_with_any_delimiter_and_newlines_and_quotes_in_fields(tmp_path, quiet, delimiter):
    text = 'He said "go", then; a\ttab | and\r\na new line.'
    rows = [["Headline", "Body", "pub_date", "extra"], ["T, one; two", text, "2017-03-31 10:00", "007"]]
    articles = read_articles(write(tmp_path / "n.csv", csv_text(rows, delimiter=delimiter)))
    assert articles.loc[0, ["article_id", "title", "text", "extra"]].tolist() == ["n:1", "T, one; two", text, "007"]
    assert articles.published[0] == pd.Timestamp("2017-03-31 10:00", tz="UTC")


def test_json_lines_with_keys_of_their_own_and_nested_extras(tmp_path, quiet):
    lines = [
        {"id": 7, "headline": "A", "text": "In Mosul.", "tags": ["x"], "views": 3},
        {"docId": "z", "title": "B", "body": "In Erbil\u2028now.", "publishedAt": "2017-03-31T10:00:00Z"},
    ]
    articles = read_articles(write(tmp_path / "n.jsonl", "\n\n".join(json.dumps(x, ensure_ascii=False) for x in lines)))
    assert articles.article_id.tolist() == ["7", "z"]
    assert articles.title.tolist() == ["A", "B"]
    assert articles.text.tolist() == ["In Mosul.", "In Erbil\u2028now."]
    assert articles.tags[0] == ["x"]
    assert articles.views.tolist() == [3, pd.NA]
    assert str(articles.views.dtype) == "Int64"


@pytest.mark.parametrize(
    "document",
    [
        [{"text": "In Mosul.", "source": {"id": None, "name": "Post"}}],
        {"status": "ok", "articles": [{"text": "In Mosul.", "source": {"name": "Post"}}]},
        {"status": "ok", "docs": [{"text": "In Mosul.", "source": "Post"}]},
    ],
)
def test_json_arrays_bare_or_in_an_object(tmp_path, quiet, document):
    articles = read_articles(write(tmp_path / "n.json", json.dumps(document, indent=1)))
    assert articles.loc[0, ["article_id", "text", "source"]].tolist() == ["n:1", "In Mosul.", "Post"]


def test_a_json_file_with_one_article_and_one_with_json_lines(tmp_path, quiet):
    write(tmp_path / "a.json", json.dumps({"text": "In Mosul.", "tags": [{"t": 1}]}, indent=1))
    write(tmp_path / "b.json", '{"text": "In Erbil."}\n{"text": "In Basra."}\n')
    write(tmp_path / "c.jsonl", '[{"text": "In Najaf."},\n{"text": "In Duhok."}]')
    assert read_articles(tmp_path).article_id.tolist() == ["a", "b:1", "b:2", "c:1", "c:2"]


def test_parquet_keeps_the_dtypes_of_further_columns(tmp_path, quiet):
    table = pd.DataFrame(
        {
            "content": ["In Mosul.", "In Erbil."],
            "date": pd.to_datetime(["2017-03-31 10:00+02:00", None], utc=True),
            "rank": np.array([1, 2], dtype="int8"),
            "desk": pd.Categorical(["a", "b"]),
        }
    )
    table.set_index(pd.Index(["x", "y"], name="article_id")).to_parquet(tmp_path / "n.parquet")
    articles = read_articles(tmp_path / "n.parquet")
    assert articles.article_id.tolist() == ["x", "y"]
    assert articles.published.tolist() == [pd.Timestamp("2017-03-31 08:00", tz="UTC"), pd.NaT]
    assert [str(articles[name].dtype) for name in ("rank", "desk")] == ["int8", "category"]


@pytest.mark.parametrize("charset", ["utf-8", "windows-1252"])
def test_html_gives_text_and_metadata(tmp_path, quiet, charset):
    articles = read_articles(write(tmp_path / "p.html", PAGE.format(charset=charset), charset))
    assert articles.loc[0, ["article_id", "title", "source", "url"]].tolist() == [
        "p",
        "Floods reach Kirkuk",
        "The Daily Test",
        "https://test.example/floods",
    ]
    assert articles.published[0] == pd.Timestamp("2017-03-31 08:20", tz="UTC")
    assert "café quarter of Kirkuk" in articles.text[0]
    assert "Home" not in articles.text[0]


def test_html_without_trafilatura_says_what_to_install(tmp_path, monkeypatch):
    write(tmp_path / "p.html", PAGE.format(charset="utf-8"))
    write(tmp_path / "a.txt", TEXT)
    monkeypatch.setitem(sys.modules, "trafilatura", None)
    with pytest.raises(MissingDependency, match=r"pip install 'geomap-toolkit\[html\]'"):
        read_articles(tmp_path)


def test_a_mixed_folder_is_read_in_the_order_of_paths_hidden_files_left_out(tmp_path, quiet):
    write(tmp_path / "b.txt", "B\nIn Mosul.")
    write(tmp_path / "a/z.jsonl", '{"text": "In Erbil."}')
    write(tmp_path / "c.csv", "text\nIn Basra.\n")
    write(tmp_path / ".hidden.txt", "H")
    write(tmp_path / ".git/x.txt", "H")
    write(tmp_path / "photo.png", "H")
    pd.DataFrame({"text": ["In Najaf."]}).to_parquet(tmp_path / "bb.parquet")
    articles = read_articles(str(tmp_path))
    assert articles.article_id.tolist() == ["a/z:1", "b", "bb:1", "c:1"]
    assert articles.text.tolist() == ["In Erbil.", "B\nIn Mosul.", "In Najaf.", "In Basra."]
    assert [(p["file"], p["action"]) for p in articles.attrs["problems"]] == [
        *((name, "ignored") for name in (".git/", ".hidden.txt", "photo.png")),
    ]
    assert read_articles(tmp_path, recursive=False).article_id.tolist() == ["b", "bb:1", "c:1"]


def test_a_list_of_paths_is_read_in_its_order_and_no_file_twice(tmp_path, quiet):
    b, a = write(tmp_path / "b.txt", "B\nIn Mosul."), write(tmp_path / "x/a.txt", "A\nIn Erbil.")
    assert read_articles([b, str(tmp_path / "x"), a]).article_id.tolist() == ["b", "a"]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("n.csv.gz", "text\nIn Mosul.\n"),
        ("n.jsonl.gz", '{"text": "In Mosul."}'),
        ("n.json.gz", '[{"text": "In Mosul."}]'),
    ],
)
def test_gzipped_files_are_read(tmp_path, quiet, name, content):
    (tmp_path / name).write_bytes(gzip.compress(content.encode()))
    articles = read_articles(tmp_path)
    assert articles.loc[0, ["article_id", "text"]].tolist() == ["n:1", "In Mosul."]


# --- columns ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "header",
    [
        "doc_id,Headline,BODY,Published_At,outlet,Link",
        "ID,title,content,date,Publisher,url",
        "guid,TITLE,Full Text,publishDate,Source Name,web-url",
        "docid,headline,article,timestamp,newspaper,href",
    ],
)
def test_usual_names_of_columns_are_known(tmp_path, quiet, header):
    articles = read_articles(write(tmp_path / "n.csv", f"{header}\n7,T,In Mosul.,2017-03-31,Post,https://x.example\n"))
    assert list(articles.columns) == list(ARTICLES)
    assert articles.astype(str).loc[0].tolist() == [
        *("7", "T", "In Mosul.", "2017-03-31 00:00:00+00:00", "Post", "https://x.example"),
    ]


def test_columns_can_be_given_and_those_in_the_way_are_kept(tmp_path, quiet):
    path = write(tmp_path / "n.csv", "text,Lead,Body,date,day\nteaser,L,In Mosul.,never,2017-03-31\n")
    articles = read_articles(path, columns={"text": "body", "title": "Lead", "published": "day"})
    assert articles.loc[0, ["title", "text", "text_in_file", "date"]].tolist() == ["L", "In Mosul.", "teaser", "never"]
    assert articles.published[0] == pd.Timestamp("2017-03-31", tz="UTC")


def test_a_given_column_that_is_not_there_names_the_file_and_what_is(tmp_path):
    write(tmp_path / "n.csv", "text,day\nIn Mosul.,1\n")
    with pytest.raises(ColumnMissing, match=r"n\.csv has no column 'Bodie', chosen as text; .* text, day") as caught:
        read_articles(tmp_path, columns={"text": "Bodie"})
    assert isinstance(caught.value, KeyError)
    with pytest.raises(ColumnMissing, match="'txt'"):
        read_articles(tmp_path, columns={"txt": "text"})


def test_a_file_without_a_column_of_text_says_how_to_name_it(tmp_path):
    path = write(tmp_path / "n.csv", "alpha,beta\nA,In Mosul.\n")
    with pytest.raises(ColumnMissing, match=r'n\.csv .*alpha, beta.*columns=\{"text": "\.\.\."\}'):
        read_articles(path)
    assert read_articles(path, columns={"text": "beta"}).text.tolist() == ["In Mosul."]
    write(tmp_path / "a.txt", TEXT)
    _, problems = read_with_problems(tmp_path)
    assert [(p["file"], p["row"], p["action"]) for p in problems] == [("n.csv", None, "skipped")]


def test_blank_and_repeated_names_in_a_header_keep_all_columns(tmp_path, quiet):
    articles = read_articles(write(tmp_path / "n.csv", ",text,text,x,x\n0,In Mosul.,b,c,d\n"))
    assert list(articles.columns)[6:] == ["Unnamed: 0", "text.1", "x", "x.1"]
    assert articles.iloc[0, 6:].tolist() == ["0", "b", "c", "d"]


# --- encodings -------------------------------------------------------------------------------------------------------

WESTERN = "Muñoz in A Coruña\nThe café’s owner — a señor from Besançon — said “no” in España.\n"
ARABIC = "تحرير مدينة الموصل\nأعلن رئيس الوزراء العراقي حيدر العبادي اليوم تحرير مدينة الموصل بعد معركة استمرت أشهر.\n"


def test_utf_8_with_a_byte_order_mark_is_no_guess(tmp_path, quiet):
    assert read_articles(write(tmp_path / "a.txt", TEXT, "utf-8-sig")).text[0] == TEXT
    path = write(tmp_path / "n.csv", "text,id\nIn Mosul.,1\n", "utf-8-sig")
    assert read_articles(path).loc[0, ["article_id", "text"]].tolist() == ["1", "In Mosul."]


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("utf-16", ARABIC),
        ("utf-16", WESTERN),
        ("utf-32", WESTERN),
        ("utf-16-le", WESTERN),
        ("utf-16-be", ARABIC),
        ("cp1252", WESTERN),
        ("cp1256", ARABIC),
    ],
)
def test_another_encoding_is_found_and_told(tmp_path, encoding, text):
    path = write(tmp_path / "old.txt", text, encoding)
    with pytest.warns(EncodingGuessed, match=rf"old\.txt: read as {encoding.replace('-', '.')}"):
        articles = read_articles(path)
    assert articles.text[0] == text
    assert articles.attrs["problems"][0]["action"] == "guessed"


@pytest.mark.parametrize("ending", ["csv", "jsonl"])
@pytest.mark.parametrize("encoding", ["utf-16", "cp1252"])
def test_tables_in_another_encoding(tmp_path, ending, encoding):
    content = csv_text([["text"], [WESTERN]]) if ending == "csv" else json.dumps({"text": WESTERN}, ensure_ascii=False)
    with pytest.warns(EncodingGuessed, match=encoding):
        articles = read_articles(write(tmp_path / f"n.{ending}", content, encoding))
    assert articles.text.tolist() == [WESTERN]


def test_a_given_encoding_is_taken_without_a_word(tmp_path, quiet):
    path = write(tmp_path / "a.txt", WESTERN, "cp1252")
    assert read_articles(path, encoding="cp1252").text[0] == WESTERN
    with pytest.raises(ArticlesUnreadable, match="is not utf-8"):
        read_articles(path, encoding="utf-8")
    with pytest.raises(ArticlesUnreadable, match="unknown encoding 'utf-9'"):
        read_articles(path, encoding="utf-9")


def test_utf_8_with_one_broken_byte_stays_utf_8(tmp_path):
    data = WESTERN.encode() + b"cut \xe2\x80"
    (tmp_path / "a.txt").write_bytes(data)
    articles, problems = read_with_problems(tmp_path)
    assert articles.text[0] == WESTERN + "cut \ufffd"
    assert [p["action"] for p in problems] == ["repaired"]


def test_one_warning_tells_of_all_guessed_files(tmp_path):
    for name in "abc":
        write(tmp_path / f"{name}.txt", WESTERN, "cp1252")
    with pytest.warns(EncodingGuessed) as caught:
        read_articles(tmp_path)
    assert len(caught) == 1
    assert all(f"{name}.txt" in str(caught[0].message) for name in "abc")
    assert caught[0].filename == __file__


# --- broken rows -----------------------------------------------------------------------------------------------------


def test_broken_csv_rows_cost_no_other_row(tmp_path):
    lines = [
        "id,title,text,date",
        "1,A,In Mosul.,2017-03-31",
        "2,B,,2017-03-31",
        "3,C,In Erbil.,soon",
        "4,D,In Basra.,2017-03-31,too,many",
        "1,E,In Najaf.,2017-03-31",
        "6,F,In Duhok.",
        "7,G,In Ki\0rkuk.,2017-03-31",
        '8,H,"In Tikrit and the quote never closes,2017-03-31',
        "9,I,In Ramadi.,2017-03-31,,",
        '10,J,"In ""Hit"".",2017-03-31',
    ]
    articles, problems = read_with_problems(write(tmp_path / "n.csv", "\n".join(lines)))
    assert articles.article_id.tolist() == ["1", "3", "1-2", "6", "7", "8", "9", "10"]
    assert articles.text.tolist()[-4:] == [
        *("In Kirkuk.", '"In Tikrit and the quote never closes', "In Ramadi.", 'In "Hit".'),
    ]
    assert articles.published.isna().tolist() == [False, True, False, True, False, False, False, False]
    assert [(p["row"], p["action"]) for p in problems] == [
        (2, "skipped"),
        (3, "repaired"),
        (4, "skipped"),
        (5, "repaired"),
        (6, "repaired"),
        (7, "repaired"),
    ]
    assert all(p["file"] == "n.csv" for p in problems)


def test_an_open_quote_over_lines_does_not_swallow_the_rest_of_the_file(tmp_path):
    rows = "".join(f"{i},In Mosul on day {i}.\n" for i in range(5, 500))
    path = write(tmp_path / "n.csv", f'id,text\n1,"fine\nstill fine"\n2,"open, with a comma\n{rows}')
    articles, problems = read_with_problems(path)
    assert articles.article_id.tolist() == ["1", *map(str, range(5, 500))]
    assert [(p["row"], p["action"]) for p in problems] == [(2, "skipped")]
    assert "unbalanced quotes" in problems[0]["reason"]


def test_a_field_beyond_the_limit_of_the_csv_module_is_read(tmp_path, quiet):
    before = csv.field_size_limit()
    huge = "In Mosul. " * 50_000
    path = write(tmp_path / "n.csv", csv_text([["text"], [huge], ["In Erbil."]]))
    assert read_articles(path).text.tolist() == [huge, "In Erbil."]
    assert csv.field_size_limit() == before


def test_broken_json_lines_are_told_with_their_line(tmp_path):
    lines = [
        '{"text": "In Mosul."}',
        '{"text": "In Erb',
        '["a"]',
        '{"title": "no text"}',
        '{"text": ["a", 1]}',
        '{"text": "In\\u0000 Basra\\ud800."}',
        '{"text": "In Najaf.", "date": "2017-13-45", "title": {"a": 1}}',
        '{"text": "   "}',
        "null",
    ]
    articles, problems = read_with_problems(write(tmp_path / "n.jsonl", "\n".join(lines)))
    assert articles.article_id.tolist() == ["n:1", "n:6", "n:7"]
    assert articles.text.tolist() == ["In Mosul.", "In Basra\ufffd.", "In Najaf."]
    assert [(p["row"], p["action"]) for p in problems] == [
        *((row, "skipped") for row in (2, 3, 4, 5)),
        *((row, "repaired") for row in (6, 6, 7, 7)),
        *((row, "skipped") for row in (8, 9)),
    ]


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("x.txt", b"", "empty"),
        ("x.txt", b" \n\0\n", "empty"),
        ("x.csv", b"", "empty"),
        ("x.csv", b"text,title\n", "no rows"),
        ("x.csv.gz", b"text\nno gzip\n", "not a gzip file"),
        ("x.json", b"{broken", "invalid JSON"),
        ("x.json", b"[]", "no rows"),
        ("x.json", b"3", "JSON number"),
        ("x.json", b"[" * 100_000, "invalid JSON"),
        ("x.parquet", b"PAR1 not really", "not a readable Parquet"),
    ],
)
def test_a_broken_file_is_skipped_alone_and_an_error_when_it_is_all_there_is(tmp_path, name, content, reason):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(ArticlesUnreadable, match=reason):
        read_articles(tmp_path / name)
    write(tmp_path / "a.txt", TEXT)
    articles, problems = read_with_problems(tmp_path)
    assert articles.article_id.tolist() == ["a"]
    assert [(p["file"], p["action"]) for p in problems] == [(name, "skipped")]


def test_a_folder_where_every_row_failed_gives_the_reasons(tmp_path):
    write(tmp_path / "a.csv", "text,id\n,1\n,2\n")
    write(tmp_path / "b.json", "{")
    with pytest.raises(ArticlesUnreadable, match=r"2 files[\s\S]*a\.csv, row 1: no text[\s\S]*b\.json") as caught:
        read_articles(tmp_path)
    assert isinstance(caught.value, ValueError)


def test_a_folder_that_is_empty_or_absent_or_of_other_files(tmp_path):
    with pytest.raises(ArticlesNotFound, match=r"no article files in .*\.txt, \.csv"):
        read_articles(tmp_path)
    with pytest.raises(FileNotFoundError, match=r"no such file or folder: .*absent"):
        read_articles(tmp_path / "absent")
    with pytest.raises(ArticlesNotFound, match="empty list"):
        read_articles([])
    (tmp_path / "a.png").write_bytes(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR")
    with pytest.raises(ArticlesNotFound, match=r"\.png \(1\)"):
        read_articles(tmp_path)
    with pytest.raises(UnsupportedFormat, match=r"a\.png is not in a supported .*\.parquet"):
        read_articles(tmp_path / "a.png")


def test_ids_that_stand_twice_never_take_one_that_is_given(tmp_path):
    articles, problems = read_with_problems(write(tmp_path / "n.csv", "id,text\na,x\na,x\na-2,x\n,x\na,x\n"))
    assert articles.article_id.tolist() == ["a", "a-3", "a-2", "n:4", "a-4"]
    assert [p["row"] for p in problems] == [2, 5]


def test_a_warning_is_short_however_many_rows_it_is_about(tmp_path):
    path = write(tmp_path / "n.csv", "id,text,date\n" + "".join(f"{i},x,never {i}\n" for i in range(30)))
    with pytest.warns(ArticlesSkipped, match=r"repaired 30 rows of n.csv: .*'never 0'.* \(and 29 like it\)") as caught:
        articles = read_articles(path)
    assert len(str(caught[0].message).splitlines()) == 3
    assert caught[0].filename == __file__
    assert len(articles.attrs["problems"]) == 30


def test_problems_stay_with_the_table_and_are_plain_data(tmp_path):
    articles, problems = read_with_problems(write(tmp_path / "n.csv", "text,date\nx,never\n"))
    assert set(problems[0]) == {"file", "row", "reason", "action", "loss"}
    assert json.loads(json.dumps(articles.attrs["problems"])) == problems
    assert list(articles.head().attrs["problems"]) == problems
    articles.to_parquet(tmp_path / "out.parquet")
    assert len(read_articles(tmp_path / "out.parquet")) == 1


# --- dates -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("2017-03-31", "2017-03-31"),
        ("2017-03", "2017-03-01"),
        ("2017", "2017-01-01"),
        ("2017-03-31T10:20:30Z", "2017-03-31 10:20:30"),
        ("2017-03-31 10:20:30.5+02:00", "2017-03-31 08:20:30.5"),
        ("Fri, 31 Mar 2017 10:20:30 +0200", "2017-03-31 08:20:30"),
        ("Fri, 31 Mar 2017 10:20:30 EDT", "2017-03-31 14:20:30"),
        ("March 31, 2017", "2017-03-31"),
        ("Mar. 31, 2017, 4:30 p.m.", "2017-03-31 16:30"),
        ("Wed Nov 23, 2016 | 4:58pm EST", "2016-11-23 21:58"),
        ("Published on: March 31, 2017", "2017-03-31"),
        ("7 December 2016 GMT", "2016-12-07"),
        ("31 March 2017", "2017-03-31"),
        ("31/03/2017", "2017-03-31"),
        ("03.04.2017", "2017-04-03"),
        ("20170331", "2017-03-31"),
        ("20170331102030", "2017-03-31 10:20:30"),
        ("1490955630", "2017-03-31 10:20:30"),
        (1490955630, "2017-03-31 10:20:30"),
        (1490955630000, "2017-03-31 10:20:30"),
        (1490955630.5, "2017-03-31 10:20:30.5"),
        ("1805-10-21", "1805-10-21"),
    ],
)
def test_usual_dates_are_read(tmp_path, quiet, written, meant):
    articles = read_articles(write(tmp_path / "n.jsonl", json.dumps({"text": "x", "date": written})))
    assert articles.published[0] == pd.Timestamp(meant, tz="UTC")


@pytest.mark.parametrize("written", ["Monday", "10:30", "May", "12", 12, "soon", True, [2017], "31/31/2017", 1e30])
def test_what_is_no_date_is_missing_and_told(tmp_path, written):
    line = json.dumps({"text": "x", "date": written})
    articles, problems = read_with_problems(write(tmp_path / "n.jsonl", line))
    assert articles.published.isna().all()
    assert "unrecognized date" in problems[0]["reason"]


def test_a_date_that_is_missing_is_no_problem(tmp_path, quiet):
    path = write(tmp_path / "n.jsonl", '{"text": "x", "date": null}\n{"text": "y", "date": " "}\n{"text": "z"}')
    assert read_articles(path).published.isna().all()


# --- characters ------------------------------------------------------------------------------------------------------

# A byte order mark is no character of the text; NUL, soft hyphens and zero-width characters in words are repaired; other
# control characters no article has.
CHARACTERS = st.characters(
    exclude_categories=("Cs", "Cc"),
    include_characters="\t\n\r\x85",
    exclude_characters="\ufeff\u00ad\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060",
)
PARTS = st.one_of(
    st.sampled_from(
        ["\r\n", "\n", "\r", "\u2028", "😀", "👩🏽‍🚒", "e\u0301", '"', '""', ",", ";", "'", "&amp;", "نص", "\t"]
    ),
    st.text(CHARACTERS, max_size=8),
)
TEXTS = st.lists(PARTS, max_size=12).map("".join).filter(lambda text: not re.fullmatch(r"[\d\s.,:+%-]*", text))


@pytest.mark.slow
@settings(max_examples=many(150), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(texts=st.lists(TEXTS, min_size=1, max_size=3))
def test_every_format_brings_a_text_back_character_for_character(tmp_path, texts):
    titles = ["T"] * len(texts)
    write(tmp_path / "a.txt", texts[0])
    write(tmp_path / "a.csv", csv_text([["title", "text"], *([["T", text] for text in texts])]))
    write(tmp_path / "a.jsonl", "\n".join(json.dumps({"text": text}, ensure_ascii=False) for text in texts))
    write(tmp_path / "a.json", json.dumps([{"text": text} for text in texts]))
    pd.DataFrame({"title": titles, "text": texts}).to_parquet(tmp_path / "a.parquet")
    assert read_articles(tmp_path / "a.txt", entities="keep").text.tolist() == texts[:1]
    for ending in ("csv", "jsonl", "json", "parquet"):
        assert read_articles(tmp_path / f"a.{ending}", entities="keep").text.tolist() == texts, ending


@pytest.mark.slow
@settings(max_examples=many(100), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.binary(max_size=300), ending=st.sampled_from(["txt", "csv", "json", "jsonl", "parquet", "csv.gz"]))
def test_no_bytes_end_a_run_or_give_an_invalid_table(tmp_path, data, ending):
    for old in tmp_path.iterdir():
        old.unlink()
    write(tmp_path / "good.txt", TEXT)
    (tmp_path / f"bad.{ending}").write_bytes(b"text,id\n" + data if ending == "csv" else data)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        articles = read_articles(tmp_path)
    assert "good" in articles.article_id.tolist()
    assert articles.article_id.is_unique
    assert not articles.text.str.contains("\0", regex=False).any()


# --- size ------------------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_a_hundred_thousand_rows_are_read_in_seconds(tmp_path, quiet):
    text = 'Officials in Mosul said "no", and\r\nleft for Erbil. ' * 6
    rows = [["id", "title", "text", "date"], *([str(i), "T", text, "2017-03-31T10:00:00Z"] for i in range(100_000))]
    path = write(tmp_path / "n.csv", csv_text(rows))
    begin = time.perf_counter()
    articles = read_articles(path)
    assert time.perf_counter() - begin < 15  # 2 s on a laptop; the margin is for a busy machine
    assert len(articles) == 100_000
    assert (articles.text == text).all()


@pytest.mark.slow
def test_importing_articles_loads_no_reader():
    readers = "{'pyarrow.parquet', 'trafilatura', 'charset_normalizer'}"
    code = f"import sys, geomap.articles; print({readers} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


def test_gold_annotations_beside_the_articles_are_no_articles(tmp_path: Path) -> None:
    (tmp_path / "one.txt").write_text("A title\nA text.", encoding="utf-8")
    (tmp_path / "gold.jsonl").write_text('{"article_id": "one", "text": "A title\\nA text."}\n', encoding="utf-8")
    assert read_articles(tmp_path)["article_id"].tolist() == ["one"]
    assert read_articles(tmp_path / "gold.jsonl")["article_id"].tolist() == ["one"]
