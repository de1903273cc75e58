"""The place or places that each article is about, and where it was filed."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from geomap import tables
from geomap._checks import one_of, positive
from geomap._datelines import opens_sentence
from geomap.analysis._grouping import Distinct, counted, is_country, is_division, labels, probabilities
from geomap.analysis._intervals import share_interval
from geomap.errors import ArticlesNotFound, InvalidGold
from geomap.geometry import distance_km, rows_inside
from geomap.outlines import shapes
from geomap.tables import coordinates, empty_table, factorized, in_degrees_of, with_dtypes

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
    one_of("method", method, METHODS)
    positive("limit", limit)
    resolved, _ = counted(in_degrees_of(mentions), _NEEDED, distinct=distinct)
    return _focused(resolved, method, limit, least)


def _focused(resolved: pd.DataFrame, method: str, limit: int, least: float) -> gpd.GeoDataFrame:
    import geopandas as gpd

    resolved = resolved[resolved["place_id"].notna()].reset_index(drop=True)
    if resolved.empty:
        return gpd.GeoDataFrame(empty_table(_FOCUS), geometry=gpd.GeoSeries([], crs=tables.CRS), crs=tables.CRS)
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
    return gpd.GeoDataFrame(with_dtypes(found, _FOCUS), geometry=gpd.GeoSeries(found["geometry"], crs=tables.CRS))


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
    return gpd.GeoDataFrame(with_dtypes(found, _DATELINES), geometry=geometry, crs=tables.CRS)


def filed(resolved: pd.DataFrame) -> Bools:
    """Tell which mentions are the dateline of their article: the first of its text that opens a sentence as one does."""
    found = np.zeros(len(resolved), dtype=bool)
    in_text = np.flatnonzero((resolved["field"] == "text").to_numpy(dtype=bool, na_value=False))
    rows = resolved.iloc[in_text]
    # A dateline stands near the start of a text, behind at most a title and a deck.
    near = rows["start"].to_numpy() <= 600
    in_text, rows = in_text[near], rows[near]
    looks = [
        isinstance(toponym, str) and isinstance(sentence, str) and opens_sentence(toponym, sentence)
        for toponym, sentence in zip(rows["toponym"].tolist(), rows["sentence"].tolist(), strict=True)
    ]
    chosen = in_text[np.array(looks, dtype=bool)]
    first = ~resolved["article_id"].iloc[chosen].duplicated().to_numpy()
    found[chosen[first]] = True
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
# How far off its country's outline, in degrees, a point on a coast or an island may lie.
_OFF_SHORE = 0.5


def read_focus(path: str | Path) -> pd.DataFrame:
    """Read which places articles are about.

    Parameters
    ----------
    path
        A file with one JSON object on each line, with ``article_id`` and ``focus``: a list of places, each with ``lat``
        and ``lon`` in degrees, and where they are known ``name``, ``geonameid`` and ``place_id``.

    Returns
    -------
    DataFrame
        One row per article and place, in the order of the file: ``article_id, name, place_id`` (missing where none is
        known), ``lat, lon``, and the ``country_code`` of the country that ships whose outline the point lies in or within
        half a degree of, else missing.

    Raises
    ------
    ArticlesNotFound
        If there is no such file.
    InvalidGold
        If a line cannot be used; the message names it.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     line = '{"article_id": "a", "focus": [{"geonameid": 99072, "lat": 36.335, "lon": 43.119}]}'
    ...     _ = (file := Path(folder) / "focus.jsonl").write_text(line)
    ...     read_focus(file).loc[0, ["place_id", "country_code"]].to_list()
    ['geonames:99072', 'IQ']
    """
    path = Path(path)
    if not path.is_file():
        raise ArticlesNotFound(f"there is no file {path}")
    rows = []
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        try:
            article = json.loads(line)
            rows += [_row(str(article["article_id"]), place) for place in article["focus"]]
        except (ValueError, KeyError, TypeError) as error:
            raise InvalidGold(
                f"{path}, line {number}: it should be an object with article_id and focus, a list of places with lat and "
                f"lon; {type(error).__name__}: {error}"
            ) from error
    table = pd.DataFrame(rows, columns=[name for name in FOCUS_GOLD if name != "country_code"])
    table["country_code"] = _countries(table["lat"].to_numpy(dtype=float), table["lon"].to_numpy(dtype=float))
    return pd.DataFrame({name: tables.as_dtype(table[name], dtype) for name, dtype in FOCUS_GOLD.items()})


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
    """Measure how often the best place is what an article is about, beside the simple baselines.

    Parameters
    ----------
    mentions
        A mentions table.
    gold
        The table that :func:`read_focus` returns; or of each article the ``place_id`` it is about, or several that are
        right.
    within_km
        How near the point of a gold place without a ``place_id`` the best place must lie to be right.
    level
        Of the intervals.

    Returns
    -------
    DataFrame
        One row per way to judge and method. ``judged`` is ``place``: right if the best place is one of gold's; and, where
        gold has country codes, ``country``: right if the country whose places have the highest score together is one of
        gold's. ``method`` is ``score``, ``most frequent`` or ``first mentioned``. Then ``articles`` (all of gold),
        ``right``, ``accuracy``, and its interval ``low`` to ``high`` (Wilson 1927); and how many articles
        ``only_score`` and ``only_method`` gets right, of the two. An article without a resolved mention counts as wrong.

    Raises
    ------
    ColumnMissing
        If the mentions or gold lack a column that is needed here.

    Examples
    --------
    >>> import geomap.tables
    >>> focus_accuracy(geomap.tables.empty_mentions(), {"a": "geonames:99072"})["accuracy"].tolist()
    [0.0, 0.0, 0.0]
    """
    table = gold if isinstance(gold, pd.DataFrame) else _listed(gold)
    tables.require_columns(table, ("article_id", "place_id"), what="gold")
    ranked = {method: focus(mentions, method=method, limit=max(len(mentions), 1), least=0.0) for method in METHODS}
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
    return pd.DataFrame({name: tables.as_dtype(found[name], dtype) for name, dtype in _ACCURACY.items()})


def _listed(gold: Mapping[str, str | Collection[str]]) -> pd.DataFrame:
    pairs: list[tuple[str, str | None]] = []
    for article, places in gold.items():
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
    """Tell of each article of gold whether its best place is one that it is about."""
    best = found[found["rank"] == 1].set_index("article_id")
    right = (gold["place_id"] == gold["article_id"].map(best["place_id"])).to_numpy(dtype=bool, na_value=False)
    if {"lat", "lon"} <= set(gold.columns):
        lat, lon = (gold["article_id"].map(values) for values in (best.geometry.y, best.geometry.x))
        near = distance_km(gold["lat"], gold["lon"], lat, lon) <= within_km
        right = right | (gold["place_id"].isna().to_numpy() & near)
    return pd.Series(right).groupby(gold["article_id"].to_numpy(), sort=False).any()


def _countries_right(found: gpd.GeoDataFrame, gold: pd.DataFrame) -> pd.Series[Any]:
    """Tell of each article of gold whether the country that its places speak for most is one that it is about."""
    # Stable: of two countries with the same score the one with the better place.
    score = found.groupby(["article_id", "country_code"], sort=False)["score"].sum().reset_index()
    best = score.sort_values("score", ascending=False, kind="stable").drop_duplicates("article_id")
    chosen = gold["article_id"].map(best.set_index("article_id")["country_code"])
    right = (gold["country_code"] == chosen).to_numpy(dtype=bool, na_value=False)
    return pd.Series(right).groupby(gold["article_id"].to_numpy(), sort=False).any()
