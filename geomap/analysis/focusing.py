"""The place or places that each article is about, and where it was filed."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from geomap import tables
from geomap.analysis.options import choose, positive
from geomap.analysis.tallies import (
    Distinct,
    coordinates,
    counted,
    empty,
    factorized,
    in_degrees_of,
    is_country,
    is_division,
    labels,
    probabilities,
    typed,
)
from geomap.geometry import distance_km

if TYPE_CHECKING:
    import geopandas as gpd

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

METHODS = ("score", "most frequent", "first mentioned")
_FOCUS = {
    "article_id": "str",
    "rank": "int64",
    "place_id": "str",
    "name": "str",
    "country_code": "str",
    "country": "str",
    "admin1": "str",
    "feature_code": "str",
    "score": "float64",
    "mentions": "int64",
    "in_title": "boolean",
}
_DATELINES = {
    "article_id": "str",
    "field": "str",
    "start": "int64",
    "end": "int64",
    "toponym": "str",
    "place_id": "str",
    "name": "str",
    "focus_place_id": "str",
    "focus_name": "str",
    "same_place": "boolean",
    "same_country": "boolean",
    "distance_km": "float64",
    "sentence": "str",
    "published": "datetime64[us, UTC]",
    "source": "str",
}
_NEEDED = (
    "field",
    "start",
    "toponym",
    "kind",
    "usage",
    "confidence",
    "place_id",
    "name",
    "country_code",
    "country",
    "admin1",
    "feature_code",
    "sentence",
    "published",
    "source",
    "geometry",
)
# What a mention weighs by where and how it stands, beside 1 for each. Set by hand, then the start, the associative use and
# the country once more on the focus of the Mosul sample, in coarse steps; the world sample had no part in it.
_IN_TITLE = 2.0
_AT_THE_START = 2.0  # as much as the title: scraped texts begin with theirs, and news says first what it is about
_REACH = 250.0  # characters after which the weight of standing early has fallen to a third
_ASSOCIATIVE = 0.75  # "Turkish officials said" is less about Turkey than "in Turkey"
_COUNTRY = 0.8  # a country is often named only to say where something lies
# What an area gains from two or more places in it, and what places gain from the area around them, as a share.
_FROM_WITHIN = 0.1
_FROM_AROUND = 0.5


def focus(
    mentions: gpd.GeoDataFrame,
    *,
    method: str = "score",
    limit: int = 1,
    least: float = 0.5,
    distinct: Distinct = False,
) -> gpd.GeoDataFrame:
    """Return the place or places that each article is about.

    Parameters
    ----------
    mentions
        A mentions table.
    method
        ``"score"``; or a baseline to hold it against, ``"most frequent"`` or ``"first mentioned"``.
    limit
        The most places of one article.
    least
        A further place is given only if its score is at least this share of the best one's.
    distinct
        As for :func:`~geomap.analysis.places`.

    Returns
    -------
    GeoDataFrame
        One row per article and place, in article order, the best first: ``article_id``, ``rank`` from 1, ``place_id``,
        ``name``, ``country_code``, ``country``, ``admin1``, ``feature_code``, ``score`` (the scores of all places of an
        article add up to 1), ``mentions``, ``in_title``, and the place's point (EPSG:4326). Articles without a resolved
        mention have no row.

    Raises
    ------
    ColumnMissing, InvalidTable
        If a column or an option is not one that can be used.

    See Also
    --------
    geomap.analysis.focus_accuracy : how often a method is right.

    Notes
    -----
    After the focus algorithms of Amitay et al. (2004), "Web-a-Where", and D'Ignazio et al. (2014), "CLIFF-CLAVIN":
    every mention counts for its place by its confidence, more in the title and near the start, less for a country and
    where only the adjective is used; a country or division also gains from two or more places in it, and a place from
    the mention of what it lies in. The weights were set in coarse steps on the focus of one sample corpus.

    Examples
    --------
    >>> import geomap.tables
    >>> len(focus(geomap.tables.empty_mentions()))
    0
    """
    choose("method", method, METHODS)
    positive("limit", limit)
    resolved, _ = counted(in_degrees_of(mentions), _NEEDED, distinct=distinct)
    return _focused(resolved, method, limit, least)


def _focused(resolved: pd.DataFrame, method: str, limit: int, least: float) -> gpd.GeoDataFrame:
    import geopandas as gpd

    resolved = resolved[resolved["place_id"].notna()].reset_index(drop=True)
    if resolved.empty:
        return gpd.GeoDataFrame(empty(_FOCUS), geometry=gpd.GeoSeries([], crs=tables.CRS), crs=tables.CRS)
    article, articles = factorized(resolved["article_id"])
    place, places = factorized(resolved["place_id"])
    cell, cells = factorized(pd.Series(article * len(places) + place))
    size = len(cells)
    of_article = np.asarray(cells, dtype=np.int64) // len(places)
    points = _points(resolved, cell, size, method)
    if method == "score":
        points = points + _hierarchy(resolved, cell, size, of_article, points)
    totals = np.bincount(of_article, weights=points, minlength=len(articles))
    kinds = {name: dtype for name, dtype in _FOCUS.items() if name in resolved.columns}
    found = labels(resolved, cell, size, {**kinds, "geometry": "geometry"})
    found["article"] = of_article
    found["score"] = np.divide(points, totals[of_article], out=np.zeros(size), where=totals[of_article] > 0)
    found["mentions"] = np.bincount(cell, minlength=size)
    found["in_title"] = np.bincount(cell, weights=(resolved["field"] == "title"), minlength=size) > 0
    return _best(found, limit, least)


def _points(resolved: pd.DataFrame, cell: Ints, size: int, method: str) -> Floats:
    """Return what the mentions of each article's places add up to."""
    if method == "most frequent":
        return np.bincount(cell, minlength=size).astype(np.float64)
    if method == "first mentioned":
        first = np.zeros(size)
        begins = ~resolved["article_id"].duplicated().to_numpy()
        first[cell[begins]] = 1.0
        return first
    in_title = (resolved["field"] == "title").to_numpy(dtype=bool)
    early = np.exp(-resolved["start"].to_numpy(dtype=float) / _REACH)
    weight = 1.0 + np.where(in_title, _IN_TITLE, _AT_THE_START * early)
    weight *= np.where((resolved["usage"] == "associative") | (resolved["kind"] == "demonym"), _ASSOCIATIVE, 1.0)
    weight *= np.where(is_country(resolved), _COUNTRY, 1.0)
    weight *= np.nan_to_num(probabilities(resolved["confidence"]), nan=1.0)
    return np.bincount(cell, weights=weight, minlength=size).astype(np.float64)


def _hierarchy(resolved: pd.DataFrame, cell: Ints, size: int, of_article: Ints, points: Floats) -> Floats:
    """Return what each place of an article gains from what lies in it and from what it lies in."""
    rows = np.zeros(size, dtype=np.int64)
    rows[cell[::-1]] = np.arange(len(cell))[::-1]
    of_place = resolved.iloc[rows]
    country, division = is_country(of_place), is_division(of_place)
    countries, _ = factorized(of_place["country_code"])
    admin1, _ = factorized(of_place["admin1"])
    gained = np.zeros(size)
    unknown = (admin1 < 0) | (countries < 0)
    divisions = np.where(unknown, -1, admin1 * (countries.max(initial=0) + 1) + countries)
    levels = ((country, ~country, countries), (division, ~country & ~division, divisions))
    for area, inner, key in levels:
        group, _ = factorized(pd.Series(of_article * (key.max(initial=0) + 2) + key + 1).where(key >= 0))
        known = group >= 0
        number = int(group.max(initial=-1)) + 1
        within = np.bincount(group[known & inner], weights=points[known & inner], minlength=number)
        several = np.bincount(group[known & inner], minlength=number) >= 2
        around = np.bincount(group[known & area], weights=points[known & area], minlength=number)
        up, down = np.flatnonzero(known & area), np.flatnonzero(known & inner)
        gained[up] += _FROM_WITHIN * (within * several)[group[up]]
        # The area's weight is shared out among the places in it.
        gained[down] += _FROM_AROUND * around[group[down]] * points[down] / np.maximum(within[group[down]], 1e-12)
    return gained


def _best(found: pd.DataFrame, limit: int, least: float) -> gpd.GeoDataFrame:
    import geopandas as gpd

    # Stable: of two places with the same score the one mentioned first is better.
    found = found.sort_values(["article", "score"], ascending=[True, False], kind="stable")
    found["rank"] = found.groupby("article").cumcount() + 1
    best = found.groupby("article")["score"].transform("max")
    worth = (found["score"] >= least * best) & (found["score"] > 0)
    found = found[(found["rank"] == 1) | ((found["rank"] <= limit) & worth)].reset_index(drop=True)
    return gpd.GeoDataFrame(typed(found, _FOCUS), geometry=gpd.GeoSeries(found["geometry"], crs=tables.CRS))


def datelines(mentions: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Set where articles were filed from against what they are about.

    Parameters
    ----------
    mentions
        A mentions table.

    Returns
    -------
    GeoDataFrame
        One row per article with a dateline ("KHAZER, Iraq —", "BAGHDAD (Reuters) -", "MOSUL, Jan. 24.") whose place was
        resolved, in article order: ``article_id``, ``field``, ``start`` and ``end``, which tell the mention; its
        ``toponym`` as written, ``place_id`` and ``name``; ``focus_place_id`` and ``focus_name`` of what the article is
        about (:func:`focus`), the dateline aside; ``same_place``, ``same_country`` (missing where one is not known);
        ``distance_km`` between the two; ``sentence``, ``published``, ``source``; and the point of the dateline
        (EPSG:4326). Articles about nothing else have themselves as focus.

    Raises
    ------
    ColumnMissing
        If the mentions lack a column that is needed here.

    Notes
    -----
    A dateline is read off the sentence: a name near its start, in capitals or with an agency or a date behind it, then
    a dash, a colon or a full stop.

    Examples
    --------
    To count places without those that articles were only filed from, leave out the mentions with these spans:

    >>> import geomap.tables
    >>> mentions = geomap.tables.empty_mentions()
    >>> span = ["article_id", "field", "start", "end"]
    >>> in_dateline = mentions.set_index(span).index.isin(datelines(mentions).set_index(span).index)
    >>> len(mentions[~in_dateline])
    0
    >>> len(datelines(geomap.tables.empty_mentions()))
    0
    """
    import geopandas as gpd

    resolved, _ = counted(in_degrees_of(mentions), (*_NEEDED, "end"))
    is_dateline = filed(resolved)
    found = resolved[is_dateline].reset_index(drop=True)
    elsewhere, anywhere = (_focused(rows, "score", 1, 0.0) for rows in (resolved[~is_dateline], resolved))
    only = anywhere[~anywhere["article_id"].isin(elsewhere["article_id"])]
    about = pd.concat([elsewhere, only]).set_index("article_id").reindex(found["article_id"])
    code, place = about["country_code"].reset_index(drop=True), about["place_id"].reset_index(drop=True)
    found["focus_place_id"], found["focus_name"] = place, about["name"].reset_index(drop=True)
    known = found["place_id"].notna() & place.notna()
    found["same_place"] = (found["place_id"] == place).astype("boolean").where(known)
    known = found["country_code"].notna() & code.notna()
    found["same_country"] = (found["country_code"] == code).astype("boolean").where(known)
    lon, lat = coordinates(found["geometry"])
    focus_lon, focus_lat = coordinates(about["geometry"])
    found["distance_km"] = distance_km(lat, lon, focus_lat, focus_lon)
    geometry = gpd.GeoSeries(found["geometry"].to_numpy(), crs=tables.CRS)
    return gpd.GeoDataFrame(typed(found, _DATELINES), geometry=geometry, crs=tables.CRS)


# What may stand before and behind the name: "— -- SOUTH OF MOSUL, Iraq (AP), Dec 9 — At first light".
_BEFORE = re.compile(r"[\s\-–—*|•]*(?:[A-Z]{2,}\s+){0,3}$")
_DATE = r"(?:[A-Z][a-z]{2,8}\.?\s+\d{1,2}|\d{1,2}\s+[A-Z][a-z]{2,8}\.?)(?:,?\s+\d{4})?"
_PARENTHESIS = r"(?:\s*\([^)]{1,40}\))?"
_BEHIND = re.compile(
    rf"(?:[ /-][A-Z]{{2,}}[A-Z’'-]*){{0,3}}{_PARENTHESIS}(?:\s*,\s*[^\W\d_][^\W\d_.’' -]*(?:[.’' -][^\W\d_]+){{0,3}}\.?)?"
    rf"{_PARENTHESIS}(?:\s*,?\s*{_DATE})?{_PARENTHESIS}\s*(?:[-–—]+|:|(?<=\d)\.)(?=\s|[A-Z“\"'‘]|$)"
)
_DIGIT_OR_PARENTHESIS = re.compile(r"[\d(]")


def filed(resolved: pd.DataFrame) -> Bools:
    """Tell which mentions are the dateline of their article: the first of its text that opens a sentence as one does."""
    found = np.zeros(len(resolved), dtype=bool)
    in_text = np.flatnonzero((resolved["field"] == "text").to_numpy(dtype=bool, na_value=False))
    rows = resolved.iloc[in_text]
    # A dateline stands near the start of a text, behind at most a title and a deck.
    near = rows["start"].to_numpy() <= 600
    in_text, rows = in_text[near], rows[near]
    looks: list[Any] = [
        _is_dateline(toponym, sentence)
        for toponym, sentence in zip(rows["toponym"].tolist(), rows["sentence"].tolist(), strict=True)
    ]
    chosen = in_text[np.array(looks, dtype=bool)]
    first = ~resolved["article_id"].iloc[chosen].duplicated().to_numpy()
    found[chosen[first]] = True
    return found


def _is_dateline(toponym: object, sentence: object) -> bool:
    """Tell whether a sentence opens with a name as a dateline does: in capitals, or with an agency or a date behind."""
    if not isinstance(toponym, str) or not isinstance(sentence, str):
        return False
    name = " ".join(toponym.split())
    at = sentence.find(name)
    if not 0 <= at <= 24 or not _BEFORE.match(sentence[:at]):
        return False
    behind = _BEHIND.match(sentence, at + len(name))
    return behind is not None and (name.isupper() or bool(_DIGIT_OR_PARENTHESIS.search(behind.group())))
