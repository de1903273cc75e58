"""Files that are short to write and long to read: what takes the square of the time is cut off, and the account says so."""

from __future__ import annotations

import json
import time
import warnings
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import geomap
from geomap.articles.readers._complexity import MOST_ATTRIBUTES, count_elements, without_crowded_tags
from geomap.export import read_mentions, write_mentions

PARAGRAPH = "<p>Rain fell on Mosul on Monday, and the river rose by two meters in the night, officials said.</p>"
MAIL = "From: a@example.org\nSubject: Rain\nMIME-Version: 1.0\n"
ITEM = "<item><title>Rain</title><description>{}</description></item>"
FEED = f"<rss version='2.0'><channel><title>t</title>{ITEM}</channel></rss>"


def page(inside: str) -> str:
    return (
        f"<html><head><title>Rain in Mosul</title></head><body><article>{PARAGRAPH * 5}{inside}</article></body></html>"
    )


def attributes(count: int) -> str:
    return "<div " + " ".join(f"data-{number}='{number}'" for number in range(count)) + ">x</div>"


def mhtml(content: str) -> str:
    return f"{MAIL}Content-Type: multipart/related; boundary=b\n\n--b\nContent-Type: text/html\n\n{content}\n--b--\n"


CROWDED = "a tag has thousands of attributes, which were left out"
TOO_MANY = "too many to tell its article from its menus; all its text is read"
# Each took more than four times the time for four times as much; 40,000 of the first took half a minute.
QUADRATIC: dict[str, tuple[str, Callable[[int], str], str]] = {
    "attributes": ("html", lambda n: page(attributes(n)), CROWDED),
    "attributes in a saved page": ("mhtml", lambda n: mhtml(page(attributes(n))), CROWDED),
    "attributes in a mail": ("eml", lambda n: f"{MAIL}Content-Type: text/html\n\n{page(attributes(n))}", ""),
    "attributes in a feed": ("xml", lambda n: FEED.format(attributes(n).replace("<", "&lt;")), ""),
    "paragraphs": ("html", lambda n: page("<p>x</p>" * n), TOO_MANY),
    "unclosed paragraphs": ("html", lambda n: page("<p>x" * n), TOO_MANY),
    "unclosed forms": ("html", lambda n: page("<form>x " * n), TOO_MANY),
    "nested forms": ("html", lambda n: page("<form>x " * n + "</form>" * n), TOO_MANY),
    "nested tables": ("html", lambda n: page("<table><tr><td>x" * n), TOO_MANY),
}


def seconds_to_read(path: Path, content: str) -> float:
    path.write_text(content, "utf-8")
    started = time.process_time()
    geomap.read_articles(path)
    return time.process_time() - started


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::geomap.errors.ArticlesSkipped")
@pytest.mark.parametrize("what", QUADRATIC)
def test_four_times_as_much_markup_takes_about_four_times_as_long(what: str, tmp_path: Path) -> None:
    ending, content, _ = QUADRATIC[what]
    path = tmp_path / f"page.{ending}"
    seconds_to_read(path, content(10))  # loads the libraries
    once, fourfold = seconds_to_read(path, content(10_000)), seconds_to_read(path, content(40_000))
    assert fourfold < 8 * max(once, 0.1)
    assert fourfold < 4.0


@pytest.mark.filterwarnings("ignore::geomap.errors.ArticlesSkipped")
@pytest.mark.parametrize("what", QUADRATIC)
def test_what_is_cut_off_is_in_the_account_and_the_text_is_not_lost(what: str, tmp_path: Path) -> None:
    ending, content, told = QUADRATIC[what]
    path = tmp_path / f"page.{ending}"
    path.write_text(content(31_000), "utf-8")
    articles = geomap.read_articles(path)
    assert "x" in articles["text"][0]
    if ending != "xml":
        assert "Rain fell on Mosul" in articles["text"][0]
    reasons = [problem["reason"] for problem in articles.attrs["problems"]]
    assert [told in reason for reason in reasons] == ([True] if told else [])
    if ending == "html":
        assert articles["title"][0] == "Rain in Mosul"


def test_a_long_page_below_the_bounds_is_searched_for_its_article(tmp_path: Path) -> None:
    menu = "<nav>" + "<a href='/x'>Sections</a>" * 4_000 + "</nav>"
    (tmp_path / "page.html").write_text(page("").replace("<article>", f"{menu}<article>"), "utf-8")
    articles = geomap.read_articles(tmp_path)
    assert "Sections" not in articles["text"][0]
    assert articles.attrs["problems"] == []


@pytest.mark.parametrize(
    "untouched",
    [
        "<script>if (a<b && " + "c && " * 2_000 + "d) {}</script><p>Rain</p>",
        "<!-- <p " + "a " * 2_000 + "> --><p>Rain</p>",
        "<style>x<y " + "a " * 2_000 + "</style><p>Rain</p>",
        "<p data-x='" + "a=1 > " * 2_000 + "'>Rain</p>",
        "<p title=\"it's " + "a b='c' " * 2_000 + '">Rain</p>',
        "1 < 2 " + "a " * 2_000 + "<p>Rain</p>",
    ],
)
def test_words_that_are_no_attributes_are_left_alone(untouched: str) -> None:
    assert without_crowded_tags(untouched) == (untouched, 0)


@pytest.mark.parametrize("quoted", ["a=1", "a = '>'", 'a=">"', "a/b", "a\n=\n'<p>'"])
def test_attributes_are_counted_however_they_are_written(quoted: str) -> None:
    crowded = f"<p {' '.join([quoted] * (MOST_ATTRIBUTES + 1))}>Rain</p><b>x</b>"
    assert without_crowded_tags(crowded) == ("<p>Rain</p><b>x</b>", 1)


@pytest.mark.parametrize(
    "piece", ["<a b='", '<a b="', "<!--", "<script>", "<a ", "<a/", "<a b=", "<title>", "<a b=\"'", "<a\t="]
)
def test_telling_how_much_markup_there_is_takes_no_square_of_the_time(piece: str) -> None:
    started = time.process_time()
    without_crowded_tags(piece * 200_000)
    count_elements(piece * 200_000)
    assert time.process_time() - started < 2.0


@given(st.text(alphabet="<>/='\"! -abscript\n", max_size=300))
def test_any_text_without_crowded_tags_is_returned_as_it_is(markup: str) -> None:
    assert without_crowded_tags(markup) == (markup, 0)


@pytest.mark.parametrize("ending", ["csv", "geojson", "parquet", "gpkg"])
def test_a_value_nested_too_deep_to_be_written_costs_itself(ending: str, tmp_path: Path) -> None:
    deep, flat = "[" * 300 + "]" * 300, '{"a": [{"b": [1]}]}'
    lines = [f'{{"text": "Rain fell on Mosul.", "x": {value}}}' for value in (deep, flat)]
    (tmp_path / "a.jsonl").write_text("\n".join(lines), "utf-8")
    with pytest.warns(geomap.errors.ArticlesSkipped, match="x is nested more than 100 deep; left missing"):
        articles = geomap.read_articles(tmp_path / "a.jsonl")
    assert articles["x"].tolist() == [None, json.loads(flat)]
    mentions = geomap.datasets.sample_mentions().head(2)
    mentions["x"] = articles["x"]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", geomap.errors.LossyExport)
        write_mentions(mentions, tmp_path / f"m.{ending}")
    assert len(read_mentions(tmp_path / f"m.{ending}")) == 2


def test_json_beyond_any_depth_is_said_in_plain_words(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text("[" * 100_000, "utf-8")
    with pytest.raises(geomap.errors.ArticlesUnreadable, match="invalid JSON: nested too deep"):
        geomap.read_articles(tmp_path / "a.json")


@pytest.mark.filterwarnings("ignore::geomap.errors.ArticlesSkipped")
def test_a_column_for_each_row_does_not_fill_the_memory_with_empty_cells(tmp_path: Path) -> None:
    """40,000 such rows, 1.4 MB, took 14 GB."""
    lines = [json.dumps({"text": "Rain fell on Mosul.", "date": "2017-04-03", f"k{row}": row}) for row in range(4_000)]
    (tmp_path / "a.jsonl").write_text("\n".join(lines), "utf-8")
    articles = geomap.read_articles(tmp_path / "a.jsonl")
    assert len(articles) == 4_000
    assert articles["published"].notna().all()
    assert articles["k0"][0] == 0
    assert articles.shape[1] < 1_500
    (problem,) = articles.attrs["problems"]
    assert "values left out, of columns that only few rows have" in problem["reason"]
    assert problem["loss"]


@pytest.mark.filterwarnings("ignore::geomap.errors.ArticlesSkipped")
def test_a_header_much_wider_than_its_rows_costs_the_rows_that_would_fill_the_memory(tmp_path: Path) -> None:
    header = ",".join(["text", *(f"c{column}" for column in range(9_999))])
    (tmp_path / "a.csv").write_text(f"{header}\nRain fell on Mosul.,x\n" + "Rain.,y\n" * 900, "utf-8")
    articles = geomap.read_articles(tmp_path / "a.csv")
    assert len(articles) == 500
    assert articles["c0"][0] == "x"
    assert sum(problem["action"] == "skipped" for problem in articles.attrs["problems"]) == 401


def test_a_wide_table_that_is_full_is_read_whole(tmp_path: Path) -> None:
    names = ["text", *(f"c{column}" for column in range(3_000))]
    rows = "".join(f"Rain fell on Mosul.{',x' * 3_000}\n" for _ in range(5))
    (tmp_path / "a.csv").write_text(f"{','.join(names)}\n{rows}", "utf-8")
    articles = geomap.read_articles(tmp_path / "a.csv")
    assert articles[names[1:]].eq("x").all(axis=None)
    assert articles.attrs["problems"] == []
