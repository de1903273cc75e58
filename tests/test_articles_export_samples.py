"""Exports of news databases that were written from descriptions of their layouts, read and compared field by field."""

from __future__ import annotations

import json
import warnings
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import geomap

SAMPLES = Path(__file__).parent / "data" / "exports"
FIELDS = ("title", "text", "published", "source", "byline")
NAMES = sorted(path.name.removesuffix(".expected.json") for path in SAMPLES.glob("*.expected.json"))

# What is still read wrongly, in one article of the sample unless it says more.
_SHIFTED = "a document number that an article quotes hides the end of it, so that the next document is part of its text"
_UNMARKED = "two bylines of the print window are bare text below the headline, which begins the text there"
WRONG: dict[tuple[str, str], str] = {
    ("europresse_french", "text"): "a quoted tag, written with entities, is taken out as a left-over tag",
    ("europresse_popup", "text"): _UNMARKED,
    ("europresse_popup", "byline"): _UNMARKED,
    ("factiva_english", "source"): "the source of a document without a date is not found",
    ("factiva_french", "text"): "lines of a letter that begin with field codes are taken for fields",
    ("factiva_german", "title"): _SHIFTED,
    ("factiva_german", "text"): _SHIFTED,
    ("factiva_german", "published"): _SHIFTED,
    ("factiva_german", "source"): _SHIFTED,
    ("factiva_indexed", "text"): "lines of a letter that begin with field codes are taken for fields",
    ("nexis_us", "source"): "the source of a document without a date is not found",
}


def expected(name: str) -> list[dict[str, Any]]:
    """Return the articles of a sample that have a text; documents without one are skipped rows."""
    articles = json.loads((SAMPLES / f"{name}.expected.json").read_text("utf-8"))
    return [article for article in articles if article["text"]]


@cache
def read(name: str) -> list[dict[str, Any]]:
    """Return the articles that are read from a sample, in the form of the expected ones."""
    path = next(path for path in SAMPLES.glob(f"{name}.*") if path.suffix != ".json")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of documents without a text, and of encodings
        articles = geomap.read_articles(path)
    return [
        {
            "title": folded(row["title"]),
            "text": "\n\n".join(map(folded, row["text"].split("\n\n"))),
            "published": None if pd.isna(row["published"]) else row["published"].strftime("%Y-%m-%d"),
            "source": folded(row["source"]),
            "byline": folded(row.get("byline")),
        }
        for row in articles.to_dict("records")
    ]


def folded(text: Any) -> str | None:
    """Return a text with one space where it has white space; None for a missing one."""
    return " ".join(text.split()) if isinstance(text, str) else None


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=pytest.mark.xfail(strict=True, reason=WRONG[name, "title"]))
        if (name, "title") in WRONG
        else name
        for name in NAMES
    ],
)
def test_every_document_with_a_text_is_one_article(name: str) -> None:
    assert [article["title"] for article in read(name)] == [article["title"] for article in expected(name)]


@pytest.mark.parametrize(
    ("name", "field"),
    [
        pytest.param(name, field, marks=pytest.mark.xfail(strict=True, reason=WRONG[name, field]))
        if (name, field) in WRONG
        else (name, field)
        for name in NAMES
        for field in FIELDS
    ],
)
def test_every_field_of_every_article_is_what_the_document_says(name: str, field: str) -> None:
    assert [article[field] for article in read(name)] == [article[field] for article in expected(name)]
