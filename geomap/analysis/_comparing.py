"""Two mentions tables compared: two corpora, sources or periods, or two runs over one corpus."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from geomap import tables
from geomap._alternatives import alternatives, carries_alternatives
from geomap._checks import one_of, positive
from geomap.analysis._grouping import (
    KEYS,
    Distinct,
    Selection,
    counted,
    distinct_articles,
    first_values,
    geo_table,
    grouping,
    label_dtypes,
    ratio,
)
from geomap.analysis._intervals import ODDS, log_odds
from geomap.errors import InvalidTable
from geomap.geometry import distance_km, great_circles
from geomap.tables import MENTION_KEY, MENTIONS, SPANS, Ints, coordinates, in_degrees_of, with_dtypes

if TYPE_CHECKING:
    import geopandas as gpd

Totals = tuple[int, int] | None
_KEY = list(MENTION_KEY)
_MOVED = {
    **SPANS,
    "toponym": "str",
    "difference": "str",
    **{f"{name}_{side}": "str" for name in ("name", "place_id") for side in "ab"},
    **dict.fromkeys(("confidence_a", "confidence_b", "distance_km", "chance_in_a", "chance_in_b"), "float64"),
    "sentence": "str",
}


def change(
    before: gpd.GeoDataFrame,
    after: gpd.GeoDataFrame,
    *,
    by: str = "place",
    articles: Totals = None,
    min_articles: int = 1,
    level: float = 0.95,
    distinct: Distinct = False,
    embedded: bool = False,
    approximate: bool = False,
) -> pd.DataFrame:
    """Compare how often each group is mentioned in two periods.

    Parameters
    ----------
    before, after
        Mentions tables of two periods: ``mentions[mentions["published"] < "2017-07-10"]`` and the rest.
    by
        ``"place"``, ``"division"``, ``"country"`` or ``"source"``.
    articles
        The number of articles in each, as a pair; None for those with any mention.
    min_articles
        Groups mentioned in fewer articles, of both together, are left out.
    level
        Coverage of the intervals.
    distinct, embedded, approximate
        As for :func:`~geomap.analysis.places`.

    Returns
    -------
    DataFrame (GeoDataFrame where ``by="place"``)
        One row per group, the largest rise first: the columns that describe it; the articles ``before`` and ``after``
        that mention it; ``share_before`` and ``share_after`` of all; ``log_odds`` of the change, positive for a rise,
        with its interval ``low`` to ``high``, which is infinite to a side that the counts do not bound; the two-sided
        p-value ``p``, and ``q``, adjusted for the number of rows (of the rows with a ``q`` of at most 0.05, one in twenty
        is expected to be unchanged).

    Raises
    ------
    ColumnMissing, InvalidTable
        If a column is missing or an option is invalid.

    Notes
    -----
    The log of the odds ratio of an article to mention the group; for display, half a count is added to each cell (Haldane
    1956; Gart 1966). The test is Fisher's exact one, whose size is at most nominal for any counts; the interval the exact
    conditional one with the mid-p (Lancaster 1961), of more than 500 possible counts the score interval of Miettinen
    and Nurminen (1985); Benjamini and Hochberg (1995) for ``q``. Where one side mentions a group in no article, one end
    is infinite: "at least so many times the odds" is all that the counts say. Sort by ``p`` for the strongest evidence
    first. It counts articles, not mentions, because the mentions of one article are not independent.

    Examples
    --------
    >>> from geomap.datasets import sample_mentions
    >>> mentions = sample_mentions()
    >>> early = mentions["published"] < "2017-03-10"
    >>> change(mentions[early], mentions[~early], by="country")[["country", "before", "after", "log_odds"]].round(2)
           country  before  after  log_odds
    0         Iraq       2      1      0.59
    1  Switzerland       1      0     -0.59
    2       France       1      0     -0.59
    3        Syria       1      0     -0.59
    """
    which = Selection(distinct, embedded, approximate)
    found = _odds(after, before, ("after", "before"), by, articles and articles[::-1], min_articles, level, which)
    order = [*label_dtypes(by), "before", "after", "share_before", "share_after", *ODDS]
    return found[[*order, *(["geometry"] if by == "place" else [])]]


def compare(
    a: gpd.GeoDataFrame,
    b: gpd.GeoDataFrame,
    *,
    by: str = "place",
    articles: Totals = None,
    min_articles: int = 1,
    level: float = 0.95,
    distinct: Distinct = False,
    embedded: bool = False,
    approximate: bool = False,
) -> pd.DataFrame:
    """Compare how often two corpora, sources or runs mention each group.

    Parameters
    ----------
    a, b
        Mentions tables.
    by, articles, min_articles, level, distinct, embedded, approximate
        As for :func:`change`.

    Returns
    -------
    DataFrame (GeoDataFrame where ``by="place"``)
        One row per group, the most characteristic of a first: the columns that describe it; the articles of ``a`` and
        ``b`` that mention it; ``share_a`` and ``share_b``; ``log_odds``, positive where a has more, with its interval
        ``low`` to ``high``; ``p`` and ``q`` as for :func:`change`; ``only_in`` (``a`` or ``b``, missing where it is in
        both).

    Raises
    ------
    ColumnMissing, InvalidTable
        If a column is missing or an option is invalid.

    See Also
    --------
    moved : which mentions two runs over one corpus resolve differently.

    Notes
    -----
    The method is that of :func:`change`.

    Examples
    --------
    >>> from geomap.datasets import sample_mentions
    >>> mentions = sample_mentions()
    >>> courier = mentions["source"] == "Courier"
    >>> found = compare(mentions[courier], mentions[~courier], by="country")
    >>> found[["country", "a", "b", "log_odds", "only_in"]].round(2)
           country  a  b  log_odds only_in
    0         Iraq  2  1      1.61     NaN
    1  Switzerland  0  1     -1.61       b
    2       France  0  1     -1.61       b
    3        Syria  0  1     -1.61       b
    """
    which = Selection(distinct, embedded, approximate)
    found = _odds(a, b, ("a", "b"), by, articles, min_articles, level, which)
    only = pd.Series(None, index=found.index, dtype="object")
    only[found["b"] == 0] = "a"
    only[found["a"] == 0] = "b"
    found["only_in"] = tables.as_dtype(only, "str")
    order = [*label_dtypes(by), "a", "b", "share_a", "share_b", *ODDS, "only_in"]
    return found[[*order, *(["geometry"] if by == "place" else [])]]


def _odds(
    a: gpd.GeoDataFrame,
    b: gpd.GeoDataFrame,
    names: tuple[str, str],
    by: str,
    articles: Totals,
    min_articles: int,
    level: float,
    which: Selection,
) -> pd.DataFrame:
    keys = KEYS[one_of("by", by, KEYS)]
    geometry = ("geometry",) if by == "place" else ()
    sides, seen = [], []
    for name, mentions in zip(names, (a, b), strict=True):
        tables.require_columns(mentions, ("article_id", "status", *keys), what=f"{name} mentions")
        table, ids = counted(mentions, optional=geometry, by=by, which=which)
        sides.append(table)
        seen.append(len(ids))
    both = pd.concat(sides, ignore_index=True)
    groups = grouping(both, by)
    codes = np.split(groups.codes, [len(sides[0])])
    counts = [distinct_articles(side["article_id"], of, groups.size) for side, of in zip(sides, codes, strict=True)]
    totals = _totals(seen, articles, counts)
    found = pd.concat([groups.labels, first_values(both, groups.codes, dict.fromkeys(geometry, "geometry"))], axis=1)
    for name, count, total in zip(names, counts, totals, strict=True):
        found[name], found[f"share_{name}"] = count, ratio(count, total)
    found = found[counts[0] + counts[1] >= min_articles].reset_index(drop=True)
    a_count, b_count = (found[name].to_numpy(dtype=np.int64) for name in names)
    odds = log_odds(a_count, totals[0], b_count, totals[1], level=level)
    found = pd.concat([found, odds], axis=1)
    found = found.sort_values(["log_odds", *keys], ascending=[False, *(True for _ in keys)], ignore_index=True)
    shares = {f"share_{name}": "float64" for name in names}
    dtypes = {**label_dtypes(by), **dict.fromkeys(names, "int64"), **shares, **ODDS}
    return geo_table(found, dtypes, found["geometry"]) if geometry else with_dtypes(found, dtypes)


def _totals(seen: list[int], articles: Totals, counts: list[Ints]) -> list[int]:
    """Return the number of articles of each side: as given, else those with any mention."""
    if articles is None:
        return seen
    for number, count in zip(articles, counts, strict=True):
        positive("articles", number)
        if number < count.max(initial=0):
            raise InvalidTable(f"articles must be at least {count.max()}, as many as mention one group; got {number}")
    return list(articles)


def moved(a: gpd.GeoDataFrame, b: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """List the mentions that two runs over one corpus resolve differently, and why.

    Parameters
    ----------
    a, b
        Mentions tables of the same articles.

    Returns
    -------
    GeoDataFrame
        One row per mention that differs, in the order of a, then those that only b has: ``article_id``, ``field``,
        ``start``, ``end``, ``toponym``; ``difference`` (``only in a``, ``only in b``: due to the recognizer; ``nil in a``,
        ``nil in b``: to the threshold; ``moved``: to the ranker); ``name_a``, ``name_b``, ``place_id_a``, ``place_id_b``,
        ``confidence_a``, ``confidence_b``; ``distance_km``; ``chance_in_a``, the probability that a gave to b's place,
        and ``chance_in_b``, the reverse (missing where the table does not carry its alternatives or the place was not a
        candidate); ``sentence``; and the line from a's point to b's (EPSG:4326), None where one has none.

    Raises
    ------
    ColumnMissing
        If one of the tables lacks a column of the mention's key, ``status`` or ``place_id``.
    InvalidTable
        If a table has two rows for one mention.

    Examples
    --------
    >>> from geomap.datasets import sample_mentions
    >>> mentions = sample_mentions()
    >>> stricter = mentions.assign(status=mentions["status"].mask(mentions["confidence"] < 0.8, "nil"))
    >>> moved(mentions, stricter)[["article_id", "toponym", "difference", "confidence_a"]]
      article_id toponym difference  confidence_a
    0         a2  Tigris   nil in b      0.799039
    1         a3  Geneva   nil in b      0.682391
    """
    one, other = _run(a, "a"), _run(b, "b")
    both = one.merge(other, on=_KEY, how="outer", suffixes=("_a", "_b"), indicator=True, sort=False)
    both = both.sort_values(["order_a", "order_b"], kind="stable", ignore_index=True)
    both["difference"] = _difference(both)
    both = both[both["difference"].notna()].reset_index(drop=True)
    lat_a, lon_a, lat_b, lon_b = (both[f"{name}_{side}"].to_numpy(float) for side in "ab" for name in ("lat", "lon"))
    both["distance_km"] = distance_km(lat_a, lon_a, lat_b, lon_b)
    for name in ("toponym", "sentence"):
        both[name] = both[f"{name}_a"].where(both[f"{name}_a"].notna(), both[f"{name}_b"])
    both["chance_in_a"] = _chances(a, both, "place_id_b")
    both["chance_in_b"] = _chances(b, both, "place_id_a")
    return geo_table(both, _MOVED, great_circles(lon_a, lat_a, lon_b, lat_b))


def _run(mentions: gpd.GeoDataFrame, side: str) -> pd.DataFrame:
    tables.require_columns(mentions, (*_KEY, "status", "place_id"), what=f"{side} mentions")
    mentions = in_degrees_of(mentions)
    columns = [*_KEY, "status", "place_id", "toponym", "name", "confidence", "sentence", "geometry"]
    table = pd.DataFrame(mentions.reindex(columns=columns)).reset_index(drop=True)
    for name in ("toponym", "name", "sentence"):
        table[name] = tables.as_dtype(table[name], MENTIONS[name])
    repeated = table.duplicated(_KEY)
    if repeated.any():
        key = list(table[_KEY].iloc[int(repeated.to_numpy().argmax())])
        raise InvalidTable(f"duplicate mention {key} in the {side} mentions; each mention must have one row")
    lon, lat = coordinates(table["geometry"]) if "geometry" in mentions.columns else (np.nan, np.nan)
    return table.drop(columns="geometry").assign(lon=lon, lat=lat, order=np.arange(len(table)))


def _difference(both: pd.DataFrame) -> pd.Series[Any]:
    resolved_a, resolved_b = both["status_a"] == "resolved", both["status_b"] == "resolved"
    found = pd.Series(None, index=both.index, dtype=object)
    found[resolved_a & resolved_b & (both["place_id_a"] != both["place_id_b"])] = "moved"
    found[resolved_a & ~resolved_b] = "nil in b"
    found[~resolved_a & resolved_b] = "nil in a"
    found[both["_merge"] == "left_only"] = "only in a"
    found[both["_merge"] == "right_only"] = "only in b"
    return found


def _chances(mentions: gpd.GeoDataFrame, rows: pd.DataFrame, place_id: str) -> pd.Series[Any]:
    """Return the probability that a run gave to a place that it did not choose."""
    if rows.empty or not carries_alternatives(mentions):
        return pd.Series(np.nan, index=rows.index)
    differing = pd.MultiIndex.from_frame(mentions[_KEY]).isin(pd.MultiIndex.from_frame(rows[_KEY]))
    candidates = alternatives(mentions[differing])
    chances = candidates.drop_duplicates([*_KEY, "place_id"]).set_index([*_KEY, "place_id"])["probability"]
    wanted = pd.MultiIndex.from_frame(rows[[*_KEY, place_id]])
    return pd.Series(chances.reindex(wanted).to_numpy(dtype=float), index=rows.index)
