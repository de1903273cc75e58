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


@pytest.mark.parametrize("name", NAMES)
def test_every_document_with_a_text_is_one_article(name: str) -> None:
    assert [article["title"] for article in read(name)] == [article["title"] for article in expected(name)]


@pytest.mark.parametrize("field", FIELDS)
@pytest.mark.parametrize("name", NAMES)
def test_every_field_of_every_article_is_what_the_document_says(name: str, field: str) -> None:
    assert [article[field] for article in read(name)] == [article[field] for article in expected(name)]
