"""The place or places that each article is about, and where it was filed from."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from geomap import _json, tables
from geomap._checks import at_least, file_path, of_kind, one_of, probability, wrong_kind
from geomap._datelines import opens_sentence
from geomap._decoding import Undecodable
from geomap.analysis._grouping import (
    Distinct,
    Selection,
    counted,
    first_values,
    geo_table,
    is_country,
    is_division,
    numbered,
    paired,
    probabilities,
    ratio,
)
from geomap.analysis._intervals import share_interval
from geomap.errors import ArticlesNotFound, InvalidGold
from geomap.geometry import distance_km, rows_inside
from geomap.outlines import shapes
from geomap.tables import SPANS, Bools, Floats, Ints, coordinates, factorized, with_dtypes

if TYPE_CHECKING:
    import geopandas as gpd

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
    **SPANS,
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
_NEEDED = ("field", "start", "place_id")
_OPTIONAL = (
    "kind",
    "usage",
    "confidence",
    "name",
    "country_code",
    "country",
    "admin1",
    "feature_code",
    "geometry",
)
# What a mention weighs by where it is and how it is used, beside 1 for each. Set by hand, then the start, the associative
# use and the country adjusted on the focus of the Mosul sample, in coarse steps; the world sample had no part in it.
_IN_TITLE = 2.0
_AT_THE_START = 2.0  # as much as the title: scraped texts begin with theirs, and news says first what it is about
_REACH = 250.0  # characters after which the weight of an early position has fallen to a third
_ASSOCIATIVE = 0.75  # "Turkish officials said" is less about Turkey than "in Turkey"
_COUNTRY = 0.8  # a country is often named only to say where something lies
# What an area gains from two or more places in it, and what places gain from the area around them, as a share.
_FROM_WITHIN = 0.1
_FROM_AROUND = 0.5
# Characters from the start of a text within which a dateline begins, after at most a title and a deck.
_HEAD = 600


def focus(
    mentions: gpd.GeoDataFrame,
    *,
    method: str = "score",
    limit: int = 1,
    min_share: float = 0.5,
    distinct: Distinct = False,
    embedded: bool = False,
    approximate: bool = False,
) -> gpd.GeoDataFrame:
    """Find the place or places that each article is about.

    Parameters
    ----------
    mentions
        A mentions table.
    method
        ``"score"``; or a baseline to compare it with, ``"most frequent"`` or ``"first mentioned"``.
    limit
        The maximum number of places per article.
    min_share
        Further places need at least this share of the best one's score.
    distinct, embedded, approximate
        As for :func:`~geomap.analysis.places`.

    Returns
    -------
    GeoDataFrame
        One row per article and place, in article order, the best first: ``article_id``, ``rank`` from 1, ``place_id``,
        ``name``, ``country_code``, ``country``, ``admin1``, ``feature_code``, ``score`` (the scores of all places of an
        article add up to 1), ``mentions``, ``in_title``, and the point of the place (EPSG:4326). Articles without a
        resolved mention have no row.

    Raises
    ------
    ColumnMissing, InvalidTable
        If a column is missing or an option is invalid.

    See Also
    --------
    geomap.analysis.focus_accuracy : how often a method is right.

    Notes
    -----
    After the focus algorithms of Amitay et al. (2004), "Web-a-Where", and D'Ignazio et al. (2014), "CLIFF-CLAVIN":
    every mention counts for its place by its confidence, more in the title and near the start, less for a country and
    where only the adjective is used; a country or division also gains from two or more places in it, and a place from
    a mention of the area around it. The weights were set in coarse steps on the focus of one sample corpus.

    Examples
    --------
    >>> from geomap.datasets import sample_mentions
    >>> focus(sample_mentions())[["article_id", "name", "score", "mentions"]].round(2)
      article_id    name  score  mentions
    0         a1   Mosul   0.53         1
    1         a2   Mosul   0.36         1
    2         a3  Geneva   0.36         1
    3         a4   Mosul   0.51         1
    """
    one_of("method", method, METHODS)
    at_least("limit", limit, 1)
    probability("min_share", min_share)
    resolved, _ = counted(mentions, _NEEDED, optional=_OPTIONAL, which=Selection(distinct, embedded, approximate))
    return _focused(resolved, method, limit, min_share)


def _focused(resolved: pd.DataFrame, method: str, limit: int, min_share: float) -> gpd.GeoDataFrame:
    resolved = resolved[resolved["place_id"].notna()].reset_index(drop=True)
    article, _ = factorized(resolved["article_id"])
    # One row for each place of each article.
    row = numbered(paired(article, factorized(resolved["place_id"])[0]))
    kinds = {name: dtype for name, dtype in _FOCUS.items() if name in resolved.columns}
    found = first_values(resolved.assign(article=article), row, {**kinds, "article": "int64", "geometry": "geometry"})
    of_article, size = found["article"].to_numpy(), len(found)
    points = _points(resolved, row, size, method)
    if method == "score":
        points = points + _hierarchy(found, of_article, points)
    totals = np.bincount(of_article, weights=points)[of_article]
    found["score"] = np.nan_to_num(ratio(points, totals))
    found["mentions"] = np.bincount(row, minlength=size)
    found["in_title"] = np.bincount(row, weights=(resolved["field"] == "title"), minlength=size) > 0
    return _best(found, limit, min_share)


def _points(resolved: pd.DataFrame, row: Ints, size: int, method: str) -> Floats:
    """Return the points of each place of each article: the sum over its mentions."""
    if method == "most frequent":
        return np.bincount(row, minlength=size).astype(np.float64)
    if method == "first mentioned":
        first = np.zeros(size)
        begins = ~resolved["article_id"].duplicated().to_numpy()
        first[row[begins]] = 1.0
        return first
    in_title = (resolved["field"] == "title").to_numpy(dtype=bool)
    early = np.exp(-resolved["start"].to_numpy(dtype=float) / _REACH)
    weight = 1.0 + np.where(in_title, _IN_TITLE, _AT_THE_START * early)
    weight *= np.where((resolved["usage"] == "associative") | (resolved["kind"] == "demonym"), _ASSOCIATIVE, 1.0)
    weight *= np.where(is_country(resolved), _COUNTRY, 1.0)
    weight *= np.nan_to_num(probabilities(resolved["confidence"]), nan=1.0)
    return np.bincount(row, weights=weight, minlength=size).astype(np.float64)


def _hierarchy(places: pd.DataFrame, of_article: Ints, points: Floats) -> Floats:
    """Return what each place of an article gains from the places in it and from the area around it."""
    country, division = is_country(places), is_division(places)
    countries, _ = factorized(places["country_code"])
    divisions = paired(factorized(places["admin1"])[0], countries)
    gained = np.zeros(len(places))
    levels = ((country, ~country, countries), (division, ~country & ~division, divisions))
    for area, inner, key in levels:
        group = numbered(paired(of_article, key))
        known = group >= 0
        number = int(group.max(initial=-1)) + 1
        within = np.bincount(group[known & inner], weights=points[known & inner], minlength=number)
        several = np.bincount(group[known & inner], minlength=number) >= 2
        around = np.bincount(group[known & area], weights=points[known & area], minlength=number)
        up, down = np.flatnonzero(known & area), np.flatnonzero(known & inner)
        gained[up] += _FROM_WITHIN * (within * several)[group[up]]
        # The points of the area are shared among the places in it, in proportion to their own.
        gained[down] += _FROM_AROUND * around[group[down]] * points[down] / np.maximum(within[group[down]], 1e-12)
    return gained


def _best(found: pd.DataFrame, limit: int, min_share: float) -> gpd.GeoDataFrame:
    # Stable: of two places with the same score the one mentioned first is better.
    found = found.sort_values(["article", "score"], ascending=[True, False], kind="stable")
    found["rank"] = found.groupby("article").cumcount() + 1
    best = found.groupby("article")["score"].transform("max")
    worth = (found["score"] >= min_share * best) & (found["score"] > 0)
    found = found[(found["rank"] == 1) | ((found["rank"] <= limit) & worth)].reset_index(drop=True)
    return geo_table(found, _FOCUS, found["geometry"])


def datelines(mentions: gpd.GeoDataFrame, *, embedded: bool = False, approximate: bool = False) -> gpd.GeoDataFrame:
    """Compare where articles were filed from with what they are about.

    Parameters
    ----------
    mentions
        A mentions table.
    embedded, approximate
        As for :func:`~geomap.analysis.places`.

    Returns
    -------
    GeoDataFrame
        One row per article with a dateline ("KHAZER, Iraq —", "BAGHDAD (Reuters) -", "MOSUL, Jan. 24.") whose place was
        resolved, in article order: ``article_id``, ``field``, ``start`` and ``end``, which identify the mention; its
        ``toponym`` as written, ``place_id`` and ``name``; ``focus_place_id`` and ``focus_name`` of what the article is
        about (:func:`focus`) apart from the dateline; ``same_place``, ``same_country`` (missing where one is unknown);
        ``distance_km`` between the two; ``sentence``, ``published``, ``source``; and the point of the dateline
        (EPSG:4326). For an article with no other place, the focus is the place of the dateline.

    Raises
    ------
    ColumnMissing
        If the mentions lack a column of the mention's key, ``toponym``, ``sentence`` or ``place_id``.

    Notes
    -----
    A dateline is recognized in the sentence: a name near its start, in capitals or followed by an agency or a date, then
    a dash, a colon or a full stop.

    Examples
    --------
    >>> from geomap.datasets import sample_mentions
    >>> mentions = sample_mentions()
    >>> mentions.loc[1, ["toponym", "sentence"]] = ["ERBIL", "ERBIL, Iraq (Courier) — Families left Mosul."]
    >>> found = datelines(mentions)
    >>> found[["article_id", "toponym", "focus_name", "same_country", "distance_km"]].round(1)
      article_id toponym focus_name  same_country  distance_km
    0         a1   ERBIL      Mosul          True         81.4

    To count places without those that articles were only filed from, leave these mentions out:

    >>> from geomap.tables import MENTION_KEY
    >>> key = list(MENTION_KEY)
    >>> in_dateline = mentions.set_index(key).index.isin(found.set_index(key).index)
    >>> len(mentions), len(mentions[~in_dateline])
    (10, 9)
    """
    needed = (*_NEEDED, "end", "toponym", "sentence")
    which = Selection(embedded=embedded, approximate=approximate)
    resolved, _ = counted(mentions, needed, optional=(*_OPTIONAL, "published", "source"), which=which)
    is_dateline = filed(resolved)
    found = resolved[is_dateline].reset_index(drop=True)
    elsewhere, anywhere = (_focused(rows, "score", 1, 0.0) for rows in (resolved[~is_dateline], resolved))
    only = anywhere[~anywhere["article_id"].isin(elsewhere["article_id"])]
    about = pd.concat([elsewhere, only]).set_index("article_id").reindex(found["article_id"]).reset_index(drop=True)
    found["focus_place_id"], found["focus_name"] = about["place_id"], about["name"]
    for name, column in (("same_place", "place_id"), ("same_country", "country_code")):
        known = found[column].notna() & about[column].notna()
        found[name] = (found[column] == about[column]).astype("boolean").where(known)
    lon, lat = coordinates(found["geometry"])
    focus_lon, focus_lat = coordinates(about["geometry"])
    found["distance_km"] = distance_km(lat, lon, focus_lat, focus_lon)
    return geo_table(found, _DATELINES, found["geometry"])


def filed(resolved: pd.DataFrame) -> Bools:
    """Return which mentions are the dateline of their article: the first in its text that opens a sentence as one does."""
    near = (resolved["field"] == "text").to_numpy(dtype=bool, na_value=False) & (resolved["start"] <= _HEAD).to_numpy()
    rows = np.flatnonzero(near)
    looks = [
        isinstance(toponym, str) and isinstance(sentence, str) and opens_sentence(toponym, sentence)
        for toponym, sentence in zip(resolved["toponym"].iloc[rows], resolved["sentence"].iloc[rows], strict=True)
    ]
    rows = rows[np.array(looks, dtype=bool)]
    found = np.zeros(len(resolved), dtype=bool)
    found[rows[~resolved["article_id"].iloc[rows].duplicated().to_numpy()]] = True
    return found


FOCUS_GOLD = {
    "article_id": "str",
    "name": "str",
    "place_id": "str",
    "lat": "float64",
    "lon": "float64",
    "country_code": "str",
}
_ACCURACY = {
    "method": "str",
    "judged": "str",
    "articles": "int64",
    "right": "int64",
    "accuracy": "float64",
    "low": "float64",
    "high": "float64",
    "only_score": "int64",
    "only_method": "int64",
}
# How far from its country's outline, in degrees, a point on a coast or an island may lie.
_OFF_SHORE = 0.5


def read_focus(path: str | Path) -> pd.DataFrame:
    """Read a gold standard of which places articles are about.

    Parameters
    ----------
    path
        A file with one JSON object per line, with ``article_id`` and ``focus``: a list of places, each with ``lat`` and
        ``lon`` in degrees, and where known ``name``, ``geonameid`` and ``place_id``.

    Returns
    -------
    DataFrame
        One row per article and place, in file order: ``article_id, name, place_id`` (missing where unknown), ``lat,
        lon``, and the ``country_code`` of the country in whose outline, or within half a degree of it, the point lies,
        else missing.

    Raises
    ------
    ArticlesNotFound
        If the file does not exist.
    InvalidGold
        If a line is invalid; the message names it.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     line = '{"article_id": "a", "focus": [{"geonameid": 99072, "lat": 36.335, "lon": 43.119}]}'
    ...     _ = (file := Path(folder) / "focus.jsonl").write_text(line)
    ...     read_focus(file).loc[0, ["place_id", "country_code"]].to_list()
    ['geonames:99072', 'IQ']
    """
    path = file_path("path", path)
    if not path.is_file():
        raise ArticlesNotFound(f"no such file: {path}")
    rows = []
    try:
        for number, line in _json.lines(path):
            rows += _focus_of(line, f"{path}, line {number}")
    except (OSError, Undecodable) as error:
        raise InvalidGold(f"{path} cannot be read: {error}") from error
    table = pd.DataFrame(rows, columns=[name for name in FOCUS_GOLD if name != "country_code"])
    table["country_code"] = _countries(table["lat"].to_numpy(dtype=float), table["lon"].to_numpy(dtype=float))
    return with_dtypes(table, FOCUS_GOLD)


def _focus_of(line: str, where: str) -> list[tuple[str, str | None, str | None, float, float]]:
    try:
        article = _json.parse(line)
        return [_row(str(article["article_id"]), place) for place in article["focus"]]
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError) as error:
        raise InvalidGold(
            f"{where}: expected an object with article_id and focus, a list of places with lat and lon "
            f"({type(error).__name__}: {error!s:.200})"
        ) from error


def _row(article_id: str, place: Mapping[str, Any]) -> tuple[str, str | None, str | None, float, float]:
    geonameid = place.get("geonameid")
    place_id = place.get("place_id") or (f"geonames:{int(geonameid)}" if geonameid is not None else None)
    lat, lon = float(place["lat"]), float(place["lon"])
    if not (-90 <= lat <= 90 and -180 <= lon <= 180):
        raise ValueError(f"lat {lat} or lon {lon} is out of range")
    return article_id, place.get("name"), place_id, lat, lon


def _countries(lat: Floats, lon: Floats) -> pd.Series[Any]:
    countries = shapes("country")
    return (
        countries["country_code"].reindex(rows_inside(countries, lon, lat, tolerance=_OFF_SHORE)).reset_index(drop=True)
    )


def focus_accuracy(
    mentions: gpd.GeoDataFrame,
    gold: pd.DataFrame | Mapping[str, str | Collection[str]],
    *,
    within_km: float = 10.0,
    level: float = 0.95,
) -> pd.DataFrame:
    """Measure how often the best place is what an article is about, compared with simple baselines.

    Parameters
    ----------
    mentions
        A mentions table.
    gold
        The table that :func:`read_focus` returns; or for each article the ``place_id`` it is about, or several that are
        all right.
    within_km
        The maximum distance of the best place from a gold place without a ``place_id``.
    level
        Coverage of the intervals.

    Returns
    -------
    DataFrame
        One row per criterion and method. ``judged`` is ``place``: right if the best place is one of gold's; and, where
        gold has country codes, ``country``: right if the country whose places together have the highest score is one of
        gold's. ``method`` is ``score``, ``most frequent`` or ``first mentioned``. Then ``articles`` (all of gold),
        ``right``, ``accuracy``, and its interval ``low`` to ``high``, as by :func:`~geomap.analysis.share_interval`; and
        how many articles only the score
        gets right (``only_score``) and only the method (``only_method``). An article without a resolved mention counts as
        wrong.

    Raises
    ------
    ColumnMissing
        If gold lacks ``article_id`` or ``place_id``, or the mentions a column that :func:`focus` needs.

    Examples
    --------
    >>> from geomap.datasets import sample_mentions
    >>> gold = {"a1": "geonames:99072", "a4": "geonames:98182"}
    >>> focus_accuracy(sample_mentions(), gold)[["method", "articles", "right", "accuracy"]]
                method  articles  right  accuracy
    0            score         2      1       0.5
    1    most frequent         2      1       0.5
    2  first mentioned         2      1       0.5
    """
    tables.require_table(mentions, what="mentions")
    table = gold if isinstance(gold, pd.DataFrame) else _listed(gold)
    tables.require_columns(table, ("article_id", "place_id"), what="gold")
    ranked = {method: focus(mentions, method=method, limit=max(len(mentions), 1), min_share=0.0) for method in METHODS}
    judged = {"place": {method: _places_right(found, table, within_km) for method, found in ranked.items()}}
    if "country_code" in table.columns:
        known = table[table["country_code"].notna()]
        judged["country"] = {method: _countries_right(found, known) for method, found in ranked.items()}
    rows = [
        (method, way, *_counts(right, of_method["score"], level))
        for way, of_method in judged.items()
        for method, right in of_method.items()
    ]
    found = pd.DataFrame(rows, columns=list(_ACCURACY))
    return with_dtypes(found, _ACCURACY)


def _listed(gold: Mapping[str, str | Collection[str]]) -> pd.DataFrame:
    of_kind("gold", gold, Mapping, "a table as read_focus returns, or a dict of article_id to place_id")
    pairs: list[tuple[str, str | None]] = []
    for article, places in gold.items():
        if not isinstance(places, Collection):
            raise wrong_kind(f"gold[{article!r}]", places, "a place_id, or a list of them")
        wanted: list[str | None] = [places] if isinstance(places, str) else [*places]
        # An article that is about no known place counts too.
        pairs += [(article, place) for place in wanted or [None]]
    return pd.DataFrame(pairs, columns=["article_id", "place_id"])


def _counts(right: pd.Series[Any], score: pd.Series[Any], level: float) -> tuple[float, ...]:
    number, hits = len(right), int(right.sum())
    share = hits / number if number else float("nan")
    low, high = share_interval(hits, number, level=level)
    return number, hits, share, low, high, int((score & ~right).sum()), int((right & ~score).sum())


def _places_right(found: gpd.GeoDataFrame, gold: pd.DataFrame, within_km: float) -> pd.Series[Any]:
    """Return for each article of gold whether its best place is one that it is about."""
    best = found[found["rank"] == 1].set_index("article_id")
    right = (gold["place_id"] == gold["article_id"].map(best["place_id"])).to_numpy(dtype=bool, na_value=False)
    if {"lat", "lon"} <= set(gold.columns):
        lat, lon = (gold["article_id"].map(values) for values in (best.geometry.y, best.geometry.x))
        near = distance_km(gold["lat"], gold["lon"], lat, lon) <= within_km
        right = right | (gold["place_id"].isna().to_numpy() & near)
    return pd.Series(right).groupby(gold["article_id"].to_numpy(), sort=False).any()


def _countries_right(found: gpd.GeoDataFrame, gold: pd.DataFrame) -> pd.Series[Any]:
    """Return for each article of gold whether the country with the highest score is one that it is about."""
    # Stable: of two countries with the same score the one with the better place comes first.
    score = found.groupby(["article_id", "country_code"], sort=False)["score"].sum().reset_index()
    best = score.sort_values("score", ascending=False, kind="stable").drop_duplicates("article_id")
    chosen = gold["article_id"].map(best.set_index("article_id")["country_code"])
    right = (gold["country_code"] == chosen).to_numpy(dtype=bool, na_value=False)
    return pd.Series(right).groupby(gold["article_id"].to_numpy(), sort=False).any()
