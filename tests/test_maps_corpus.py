"""A small corpus of our own for the tests of maps: twelve places, sentences made up, and the law it keeps."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import pandas as pd

from geomap import tables

PLACES: dict[str, tuple[str, str, str, str, str, str, float, float, int]] = {
    # key: geonameid, name, country code, country, admin1, feature code, lat, lon, population
    "Mosul": ("99072", "Mosul", "IQ", "Iraq", "Nineveh", "PPLA", 36.335, 43.11889, 1739800),
    "Sinjar": ("448149", "Sinjar", "IQ", "Iraq", "Nineveh", "PPLA2", 36.3209, 41.87656, 38294),
    "Erbil": ("95446", "Erbil", "IQ", "Iraq", "Erbil", "PPLA", 36.19257, 44.01062, 932800),
    "Baghdad": ("98182", "Baghdad", "IQ", "Iraq", "Baghdad", "PPLC", 33.34058, 44.40088, 7216000),
    "Brussels": ("2800866", "Brussels", "BE", "Belgium", "Brussels Capital", "PPLC", 50.85045, 4.34878, 1019022),
    "Raqqa": ("172955", "Raqqa", "SY", "Syria", "Raqqa", "PPLA", 35.95283, 39.00788, 177636),
    "Iraq": ("99237", "Iraq", "IQ", "Iraq", "", "PCLI", 33.0, 44.0, 38433600),
    "Nineveh": ("99069", "Nineveh", "IQ", "Iraq", "Nineveh", "ADM1", 36.0, 42.48, 3270422),
    "Savusavu": ("2198446", "Savusavu", "FJ", "Fiji", "Northern", "PPL", -16.77933, 179.33987, 3285),
    "Provideniya": ("4031574", "Provideniya", "RU", "Russia", "Chukotka", "PPL", 64.42345, -173.22584, 1970),
    "Paris": ("2988507", "Paris", "FR", "France", "Île-de-France", "PPLC", 48.85341, 2.3488, 2138551),
    "Tigris": ("91580", "Tigris", "IQ", "Iraq", "Basra", "STM", 31.00437, 47.44203, 0),
}
_CLASSES = {"PCLI": "A", "ADM1": "A", "STM": "H"}

ARTICLES: list[tuple[str, str, str, str, str]] = [
    # title, source, date, url, text
    (
        "Families return to Mosul as the bridges reopen",
        "Tigris Post",
        "2017-07-14",
        "https://example.org/mosul-bridges",
        "Families came back to Mosul on Friday. In Mosul the old bridge over the Tigris carried cars again, and buses "
        "from Erbil stood in line. The governor of Nineveh promised water within a week. Iraq has asked for help.",
    ),
    (
        "The road to Sinjar",
        "The Northern Courier",
        "2017-08-02",
        "https://example.org/sinjar-road",
        "The road from Mosul to Sinjar is open. Drivers in Sinjar sell melons by the tents. Iraq will pave it, officials "
        "in Baghdad said. Nobody in Erbil had heard of the plan. Iraq counts its kilometers.",
    ),
    (
        "Donors meet in Brussels over rebuilding",
        "Continental Daily",
        "2018-02-11",
        "https://example.org/donors",
        "Ministers met in Brussels. A delegation from Paris brought a list of schools in Mosul. Paris will pay for ten. "
        "The engineers of Nineveh came by train from Paris.",
    ),
    (
        "What Raqqa and Mosul share",
        "Tigris Post",
        "2018-03-05",
        "https://example.org/raqqa",
        "Raqqa fell silent before Mosul did. Markets in Raqqa opened again, slowly; those of Mosul were never shut. The "
        "Tigris was low. Iraq and its neighbor signed a paper in Baghdad.",
    ),
    (
        "Two harbors at the edge of the map",
        "Meridian",
        "2018-06-21",
        "",
        "A yacht left Savusavu in May. Its owner had once wintered in Provideniya, on the other side of the date line.",
    ),
]
CONFIDENCE = {"Savusavu": 0.41, "Provideniya": 0.72, "Sinjar": 0.88, "Tigris": 0.78}


def mention(article: str, text: str, start: int, toponym: str, **columns: Any) -> dict[str, Any]:
    """Return one unresolved mention, as a row before :func:`geomap.tables.finish_mentions`."""
    from geomap._text import Sentences

    end = start + len(toponym)
    sentence = Sentences(text).around(start, end)
    row = {"article_id": article, "field": "text", "start": start, "end": end, "toponym": toponym, "kind": "toponym"}
    return row | {"status": "nil", "confidence": 0.0, "sentence": sentence} | columns


def of_place(key: str) -> dict[str, Any]:
    """Return the columns of a mention that is resolved to one of the places."""
    geonameid, name, code, country, admin1, feature_code, lat, lon, population = PLACES[key]
    return {
        "status": "resolved",
        "confidence": CONFIDENCE.get(key, 0.96),
        "place_id": f"geonames:{geonameid}",
        "geonameid": int(geonameid),
        "name": name,
        "country_code": code,
        "country": country,
        "admin1": admin1 or None,
        "feature_class": _CLASSES.get(feature_code, "P"),
        "feature_code": feature_code,
        "population": population,
        "lat": lat,
        "lon": lon,
    }


def corpus() -> gpd.GeoDataFrame:
    """Return the mentions of the five articles, one of them unresolved."""
    rows = []
    for number, (title, source, date, url, text) in enumerate(ARTICLES):
        carried = {"title": title, "source": source, "published": date, "url": url or None}
        found = []
        for key in PLACES:
            start = text.find(key)
            while start >= 0:
                found.append(mention(str(number), text, start, key, **of_place(key), **carried))
                start = text.find(key, start + 1)
        rows += sorted(found, key=lambda row: row["start"])
    rows.append(mention("4", ARTICLES[4][4], 2, "yacht", title=ARTICLES[4][0], published=ARTICLES[4][2]))
    return tables.finish_mentions(pd.DataFrame(rows))


def one(**columns: object) -> gpd.GeoDataFrame:
    row = mention("a", "They came to Mosul.", 13, "Mosul", **(of_place("Mosul") | {"title": "T"} | columns))
    return tables.finish_mentions(pd.DataFrame([row]))


HOSTILE = [
    "<img src=x onerror=alert(1)>",
    "</script><script>alert(1)</script>",
    "`${alert(1)}`",
    "\\",
    "{{ 7 * 7 }}{% raw %}{# no #}",
    "<!--<script>",
    "\u2028\u2029",
]


def test_every_mention_of_the_corpus_stands_where_it_says() -> None:
    for row in corpus().itertuples():
        assert ARTICLES[int(row.article_id)][4][row.start : row.end] == row.toponym
        assert row.toponym in row.sentence


def alternatives(mentions: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return for each mention its place and, less likely, Paris and Erbil."""
    keys = mentions[["article_id", "field", "start", "end", "toponym"]]
    parts = []
    for key, probability in ((None, 0.7), ("Paris", 0.2), ("Erbil", 0.1)):
        columns: dict[str, Any] = {"place_id": mentions["place_id"], "name": mentions["name"]}
        columns |= {"lat": mentions.geometry.y, "lon": mentions.geometry.x, "country_code": mentions["country_code"]}
        if key:
            geonameid, name, code, *_, lat, lon, _ = PLACES[key]
            columns = {"place_id": f"geonames:{geonameid}", "name": name, "lat": lat, "lon": lon, "country_code": code}
        parts.append(
            keys.assign(**columns, admin1_code=None, feature_code="PPL", population=1, probability=probability)
        )
    return pd.concat(parts).sort_index(kind="stable")
