"""Mentions as the columns of numbers and words that a map's script reads.

Every distinct article and sentence is stored once; a place's sentences are one run of rows, newest article first.
"""

from __future__ import annotations

import base64
import gzip
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from geomap import tables
from geomap.analysis import places as count_places
from geomap.maps.escaping import json_for_html, web_link

if TYPE_CHECKING:
    import geopandas as gpd

_NEEDED = (
    "article_id",
    "toponym",
    "status",
    "confidence",
    "place_id",
    "sentence",
    "title",
    "published",
    "source",
    "url",
)
_LARGEST_PLAIN = 2_000_000  # characters; beyond, a page carries its data compressed
_KINDS = {
    "P": "town or city",
    "A": "division",
    "L": "region or area",
    "H": "river, lake or sea",
    "T": "mountain, island or landform",
    "S": "building or site",
    "R": "road or railway",
    "V": "forest or heath",
    "U": "undersea feature",
}
_CAPITALS = {"PPLC": "capital city", "PPLA": "regional capital"}
_DIVISIONS = {"ADM1": "first-level division", "ADM2": "second-level division", "ADM3": "third-level division"}


def payload(mentions: gpd.GeoDataFrame) -> dict[str, Any]:
    """Return what a map shows of the mentions, ready for JSON.

    Parameters
    ----------
    mentions
        A mentions table. Only resolved mentions with a point become part of a place; all are counted in ``totals``.

    Returns
    -------
    dict
        ``totals``; ``places`` (columns, one row per place, ``rows`` holding where each place's run of sentences
        begins); ``rows`` (columns: article, sentence, marks, confidence); ``articles`` (columns) and ``sentences``.
        Marks are pairs of offsets in UTF-16 units, as JavaScript counts.

    Raises
    ------
    ColumnMissing
        If the mentions lack a column that is needed here.
    """
    tables.require_columns(mentions, _NEEDED, what="mentions")
    counted = count_places(mentions)
    counted = counted[counted.geometry.notna() & ~counted.geometry.is_empty].reset_index(drop=True)
    table = pd.DataFrame(mentions[[*_NEEDED]]).reset_index(drop=True)
    table["sentence"] = table["sentence"].where(table["sentence"].notna(), table["toponym"]).fillna("").astype(str)
    table["toponym"] = [" ".join(str(toponym).split()) for toponym in table["toponym"].tolist()]
    same = table.groupby(["article_id", "sentence", "toponym"], sort=False)["status"]
    table["turn"], table["turns"] = same.cumcount(), same.transform("size")
    totals = {
        "articles": int(table["article_id"].nunique()),
        "mentions": len(table),
        "resolved": int((table["status"] == "resolved").sum()),
    }
    place_numbers = pd.Series(np.arange(len(counted)), index=counted["place_id"].astype(str))
    table = table[(table["status"] == "resolved") & table["place_id"].isin(place_numbers.index)]
    articles = table.drop_duplicates("article_id").sort_values(
        "published", ascending=False, na_position="last", kind="stable"
    )
    article_numbers = pd.Series(np.arange(len(articles)), index=articles["article_id"])
    table = table.assign(
        place=table["place_id"].map(place_numbers).to_numpy(dtype=int),
        article=table["article_id"].map(article_numbers).to_numpy(dtype=int),
    ).sort_values(["place", "article"], kind="stable")
    table["number"], sentences = pd.factorize(table["sentence"])
    rows, begins = _rows(table, len(counted))
    return {
        "totals": totals,
        "places": _place_columns(counted) | {"rows": begins},
        "rows": rows,
        "articles": _article_columns(articles),
        "sentences": list(sentences),
    }


def _rows(table: pd.DataFrame, places: int) -> tuple[dict[str, list[Any]], list[int]]:
    """Return one row per sentence of a place in an article, with every mention of it marked."""
    order = table.groupby(["place", "article", "number"], sort=False).ngroup().tolist()
    found: dict[tuple[int, str], list[tuple[int, int]]] = {}
    rows: dict[str, list[Any]] = {"article": [], "sentence": [], "marks": [], "confidence": []}
    begins = [0] * (places + 1)
    columns = (
        table[name].tolist()
        for name in ("place", "article", "number", "sentence", "toponym", "turn", "turns", "confidence")
    )
    for group, (place, article, number, sentence, toponym, turn, turns, confidence) in zip(
        order, zip(*columns, strict=True), strict=True
    ):
        key = (number, toponym)
        if key not in found:
            found[key] = _occurrences(sentence, toponym)
        marks = _marked(found[key], turn, turns)
        if group == len(rows["article"]):
            rows["article"].append(article)
            rows["sentence"].append(number)
            rows["marks"].append(set(marks))
            rows["confidence"].append(_percent(confidence))
            begins[place + 1] += 1
        else:
            rows["marks"][group].update(marks)
            rows["confidence"][group] = min(rows["confidence"][group], _percent(confidence))
    rows["marks"] = [[offset for mark in sorted(marks) for offset in mark] for marks in rows["marks"]]
    return rows, np.cumsum(begins).tolist()


def _occurrences(sentence: str, toponym: str) -> list[tuple[int, int]]:
    """Return where the toponym stands in the sentence as a word of its own, else anywhere, in UTF-16 units."""
    found, whole = [], []
    start = sentence.find(toponym) if toponym else -1
    while start >= 0:
        end = start + len(toponym)
        found.append((start, end))
        if not (sentence[start - 1 : start].isalnum() or sentence[end : end + 1].isalnum()):
            whole.append((start, end))
        start = sentence.find(toponym, end)
    found = whole or found
    if sentence.isascii() or max(sentence) <= "\uffff":
        return found
    return [(_utf16(sentence[:start]), _utf16(sentence[:end])) for start, end in found]


def _utf16(text: str) -> int:
    return len(text) + sum(char > "\uffff" for char in text)


def _marked(occurrences: list[tuple[int, int]], turn: int, turns: int) -> list[tuple[int, int]]:
    """Return the occurrence that the mention is, or all of them where the table does not say which."""
    if occurrences and turns % len(occurrences) == 0:
        return [occurrences[turn % len(occurrences)]]
    return occurrences


def _percent(confidence: float) -> int:
    return round(100 * confidence) if confidence == confidence else -1


def _place_columns(counted: gpd.GeoDataFrame) -> dict[str, list[Any]]:
    features = list(zip(counted["feature_class"].fillna(""), counted["feature_code"].fillna(""), strict=True))
    names = _words(counted["name"])
    return {
        "name": [name or place_id for name, place_id in zip(names, counted["place_id"], strict=True)],
        "within": [
            ", ".join(part for part in dict.fromkeys((admin1, country)) if part and part != name)
            for name, admin1, country in zip(names, _words(counted["admin1"]), _words(counted["country"]), strict=True)
        ],
        "form": [_form(feature_class, feature_code) for feature_class, feature_code in features],
        "kind": [_kind(feature_class, feature_code) for feature_class, feature_code in features],
        "lon": counted.geometry.x.round(5).to_list(),
        "lat": counted.geometry.y.round(5).to_list(),
        "mentions": counted["mentions"].to_list(),
        "articles": counted["articles"].to_list(),
        "first": _dates(counted["first"]),
        "last": _dates(counted["last"]),
        "confidence": [_percent(value) for value in counted["confidence"]],
    }


def _article_columns(articles: pd.DataFrame) -> dict[str, list[Any]]:
    urls = [url.strip() for url in _words(articles["url"])]
    return {
        "title": _words(articles["title"]),
        "source": _words(articles["source"]),
        "date": _dates(articles["published"]),
        "url": urls,
        # The page decides again for itself; a link that is none is shown as words.
        "link": [int(web_link(url)) for url in urls],
    }


def _form(feature_class: str, feature_code: str) -> str:
    """Return how a place is drawn: only towns and sites, which are points, are filled circles."""
    if feature_class == "A":
        return "country" if feature_code.startswith("PCL") else "division"
    return "region" if feature_class in ("L", "H", "T", "V", "U") else "town"


def _kind(feature_class: str, feature_code: str) -> str:
    if feature_class == "A":
        return "country" if feature_code.startswith("PCL") else _DIVISIONS.get(feature_code, "division")
    if feature_class == "P":
        return _CAPITALS.get(feature_code, _KINDS["P"])
    return _KINDS.get(feature_class, "")


def _words(column: pd.Series) -> list[str]:
    return column.astype(object).where(column.notna(), "").astype(str).to_list()


def _dates(column: pd.Series) -> list[str]:
    return list(column.dt.strftime("%Y-%m-%d").fillna(""))


def bounds(longitudes: list[float], latitudes: list[float]) -> list[list[float]] | None:
    """Return the smallest box of the points as [[south, west], [north, east]], None without points.

    The box may run across the antimeridian: its east then lies beyond 180 degrees.
    """
    if not longitudes:
        return None
    around = np.unique(np.round(np.mod(np.asarray(longitudes) + 180, 360) - 180, 5))
    gaps = np.diff(np.append(around, around[0] + 360))
    widest = int(gaps.argmax())
    # Leave the world as people know it unless turning it makes the box clearly smaller.
    if 360 - gaps[widest] > (around[-1] - around[0]) - 60:
        west, east = float(around[0]), float(around[-1])
    else:
        west = float(around[(widest + 1) % len(around)])
        east = float(around[widest]) + 360
    return [[float(min(latitudes)), west], [float(max(latitudes)), east]]


def data_block(element_id: str, content: object) -> str:
    """Return the content as a script element that a browser does not run, compressed where it is large."""
    text = json_for_html(content)
    if len(text) <= _LARGEST_PLAIN:
        return f'<script type="application/json" id="{element_id}">{text}</script>'
    return compressed_block(element_id, gzip.compress(text.encode("utf-8"), 5, mtime=0))


def compressed_block(element_id: str, gzipped: bytes) -> str:
    """Return gzipped JSON as a script element that a browser does not run."""
    encoded = base64.b64encode(gzipped).decode("ascii")
    return f'<script type="application/gzip" id="{element_id}">{encoded}</script>'
