"""How often the focus of an article is what a person says it is about, beside simple baselines."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from geomap import tables
from geomap.analysis.focusing import METHODS, focus
from geomap.analysis.odds import share_interval
from geomap.errors import ArticlesNotFound, InvalidGold
from geomap.geometry import distance_km
from geomap.outlines import shapes

if TYPE_CHECKING:
    import geopandas as gpd

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


def _countries(lat: npt.NDArray[np.float64], lon: npt.NDArray[np.float64]) -> pd.Series[Any]:
    import shapely

    countries = shapes("country")
    points, rows = countries.sindex.nearest(shapely.points(lon, lat), return_all=False, max_distance=_OFF_SHORE)
    codes = pd.Series(np.full(len(lat), None), dtype=object)
    codes.iloc[points] = countries["country_code"].iloc[rows].to_numpy(dtype=object)
    return codes


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
