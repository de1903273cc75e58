"""Made-up mentions tables, small enough to count by hand."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import geopandas as gpd
import pandas as pd
from hypothesis import strategies as st

from geomap import tables

# place_id: name, country_code, country, admin1, feature_class, feature_code, lon, lat
PLACES: dict[str, tuple[str, str | None, str | None, str | None, str, str, float, float]] = {
    "mosul": ("Mosul", "IQ", "Iraq", "Nineveh", "P", "PPLA", 43.12, 36.34),
    "sinjar": ("Sinjar", "IQ", "Iraq", "Nineveh", "P", "PPL", 41.88, 36.32),
    "nineveh": ("Nineveh", "IQ", "Iraq", "Nineveh", "A", "ADM1", 42.5, 36.0),
    "baghdad": ("Baghdad", "IQ", "Iraq", "Baghdad", "P", "PPLC", 44.4, 33.34),
    "iraq": ("Iraq", "IQ", "Iraq", None, "A", "PCLI", 44.0, 33.0),
    "syria": ("Syria", "SY", "Syria", None, "A", "PCLI", 38.0, 35.0),
    "raqqa": ("Raqqa", "SY", "Syria", "Raqqa", "P", "PPLA", 39.02, 35.95),
    "suva": ("Suva", "FJ", "Fiji", "Central", "P", "PPLC", 178.44, -18.14),
    "apia": ("Apia", "WS", "Samoa", "Tuamasaga", "P", "PPLC", -171.76, -13.83),
    "dead-sea": ("Dead Sea", None, None, None, "H", "LK", 35.48, 31.52),
}


def mention(article: str, place: str | None, number: int = 0, **values: Any) -> dict[str, Any]:
    """Return one row; without a place it is unresolved."""
    row: dict[str, Any] = {
        "article_id": article,
        "field": "text",
        "start": 10 * number,
        "end": 10 * number + 5,
        "toponym": "Nowhere",
        "kind": "toponym",
        "usage": "literal",
        "status": "nil",
        "confidence": 0.0,
        "sentence": f"Sentence {number} of {article}.",
        "published": "2017-07-09T12:00:00Z",
        "source": "Tigris Dispatch",
    }
    if place is not None:
        name, code, country, admin1, feature_class, feature_code, lon, lat = PLACES[place]
        row |= {"toponym": name, "name": name, "status": "resolved", "confidence": 0.9, "place_id": place}
        row |= {"country_code": code, "country": country, "admin1": admin1, "lon": lon, "lat": lat}
        row |= {"feature_class": feature_class, "feature_code": feature_code, "population": 1000}
        row["sentence"] = f"Sentence {number} of {article} is about {name}."
    return row | values


def table(rows: Iterable[dict[str, Any]]) -> gpd.GeoDataFrame:
    """Return rows as a mentions table."""
    rows = list(rows)
    return tables.finish_mentions(pd.DataFrame(rows)) if rows else tables.empty_mentions()


def example() -> gpd.GeoDataFrame:
    """Return a table of four articles from two desks."""
    return table(
        [
            mention("a", "mosul", 0, published="2017-06-30T10:00:00Z"),
            mention("a", "mosul", 1, published="2017-06-30T10:00:00Z", confidence=0.5),
            mention("a", "iraq", 2, published="2017-06-30T10:00:00Z", sentence="Sentence 1 of a is about Mosul."),
            mention("b", "mosul", 0),
            mention("b", "sinjar", 1, sentence="Sentence 0 of b is about Mosul."),
            mention("b", "nineveh", 2),
            mention("b", None, 3),
            mention("c", "raqqa", 0, published="2017-09-01T00:00:00Z", source="Ankara Line"),
            mention("c", "syria", 1, published="2017-09-01T00:00:00Z", source="Ankara Line", field="title"),
            mention("d", "suva", 0, published=None, source="Ankara Line"),
            mention("d", "apia", 1, published=None, source="Ankara Line", sentence="Sentence 0 of d is about Suva."),
            mention("d", "dead-sea", 2, published=None, source="Ankara Line"),
        ]
    )


@st.composite
def mentions_tables(draw: st.DrawFn, *, most: int = 30) -> gpd.GeoDataFrame:
    """Draw a mentions table: some mentions unresolved, some without a date, some in one sentence."""
    row = st.tuples(
        st.sampled_from("abcdef"),
        st.sampled_from([*PLACES, None]),
        st.floats(0, 1),
        st.integers(0, 3),
    )
    dates = draw(st.lists(st.one_of(st.none(), st.integers(0, 500)), min_size=6, max_size=6))
    rows = []
    for number, (article, place, confidence, sentence) in enumerate(draw(st.lists(row, max_size=most))):
        day = dates["abcdef".index(article)]
        values = {
            "published": None if day is None else pd.Timestamp("2016-01-01", tz="UTC") + pd.Timedelta(days=day),
            "source": f"Source {'abcdef'.index(article) % 2}",
            "sentence": f"Sentence {sentence} of {article}.",
        }
        rows.append(mention(article, place, number, confidence=confidence, **values))
    return table(rows)
