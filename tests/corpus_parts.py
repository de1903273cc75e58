"""A small corpus with publishers, its parts, and mentions as bytes: for tests that cut a corpus in parts."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import geopandas as gpd
import pandas as pd
from pandas.testing import assert_frame_equal

import geomap

ROOT = Path(__file__).resolve().parents[1]
PUBLISHERS = ("Boone Courier", "Nineveh Post", "The Wire", None)
# Names that mean one place or another by where their publisher is at home.
LOCAL = {
    "Boone Courier": "The council of Lebanon met. Zionsville and Lebanon police agreed, and so did Carmel and Indianapolis.",
    "Nineveh Post": "Rain fell on Mosul, Erbil and Baghdad. The river at Hamdaniya rose.",
    "The Wire": "Talks in Paris, Tokyo and Nairobi went on. Lebanon was absent.",
}


def corpus(size: int, *, characters: int = 500) -> pd.DataFrame:
    """Return so many short articles of a few publishers, one without any; they repeat with other ids."""
    reports = geomap.read_articles(ROOT / "data" / "corpora" / "mosul")
    sources = [PUBLISHERS[number % len(PUBLISHERS)] for number in range(size)]
    texts = [
        f"{LOCAL.get(source or '', '')} {reports['text'].iloc[number % len(reports)][:characters]}"
        for number, source in enumerate(sources)
    ]
    table = pd.DataFrame({"article_id": [f"a{number:05}" for number in range(size)], "text": texts, "source": sources})
    return geomap.articles.as_articles(table.assign(desk=[f"desk {number % 3}" for number in range(size)]))


def parts(articles: pd.DataFrame, cuts: Sequence[int]) -> list[pd.DataFrame]:
    """Return the articles cut at some rows."""
    bounds = [0, *sorted(set(cuts)), len(articles)]
    return [articles.iloc[begin:end] for begin, end in pairwise(bounds) if begin < end]


def as_bytes(*tables: pd.DataFrame) -> bytes:
    """Return mentions as bytes, every column and digit of them, sorted by article; categories as what they stand for."""
    table = pd.concat(
        [pd.DataFrame(each.drop(columns="geometry")).assign(point=each.geometry.to_wkb(hex=True)) for each in tables]
    )
    plain = table.assign(**{name: table[name].astype(object) for name in table.select_dtypes("category")})
    return plain.sort_values("article_id", kind="stable").to_csv(index=False).encode()


def same(found: pd.DataFrame, expected: pd.DataFrame) -> None:
    """Check that two tables are equal to the last bit."""
    plain = [pd.DataFrame(each.drop(columns="geometry", errors="ignore")) for each in (found, expected)]
    assert_frame_equal(plain[0], plain[1], check_exact=True)
    if isinstance(expected, gpd.GeoDataFrame):
        assert isinstance(found, gpd.GeoDataFrame)
        assert found.geometry.to_wkb().tolist() == expected.geometry.to_wkb().tolist()
        assert found.crs == expected.crs
