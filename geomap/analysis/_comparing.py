"""Two tables side by side: two corpora, sources, periods, or two runs over one corpus."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from geomap import tables
from geomap._checks import one_of, positive
from geomap.analysis._grouping import (
    KEYS,
    Distinct,
    Grouping,
    counted,
    distinct_articles,
    grouping,
    label_dtypes,
    labels,
)
from geomap.analysis._intervals import ODDS, log_odds
from geomap.errors import InvalidTable
from geomap.geometry import distance_km
from geomap.tables import coordinates, empty_table, in_degrees, in_degrees_of, with_dtypes

if TYPE_CHECKING:
    import geopandas as gpd

Totals = tuple[int, int] | None
_SPAN = ["article_id", "field", "start", "end"]
_ALTERNATIVES = "geomap_alternatives"


def change(
    before: gpd.GeoDataFrame,
    after: gpd.GeoDataFrame,
    *,
    by: str = "place",
    articles: Totals = None,
    min_articles: int = 1,
    level: float = 0.95,
    distinct: Distinct = False,
) -> pd.DataFrame:
    """Tell what is written about more, and what less, than before.

    Parameters
    ----------
    before, after
        Mentions tables of two periods: ``mentions[mentions["published"] < "2017-07-10"]`` and the rest.
    by
        ``"place"``, ``"division"``, ``"country"`` or ``"source"``.
    articles
        How many articles there were in each; None for those with any mention.
    min_articles
        Groups in fewer articles, of both together, are left out.
    level
        Of the intervals.
    distinct
        As for :func:`~geomap.analysis.places`.

    Returns
    -------
    DataFrame (GeoDataFrame where ``by="place"``)
        One row per group, the largest rise first: what names it; the articles ``before`` and ``after`` that mention it;
        ``share_before`` and ``share_after`` of all; ``log_odds`` of the change, above 0 where it is mentioned in more
        articles than before; its interval ``low`` to ``high``; ``q``, the p-value adjusted for the number of rows (at
        most 0.05: of all rows called changed, one in twenty is expected not to be).

    Raises
    ------
    ColumnMissing, InvalidTable
        If a column or an option is not one that can be used.

    Notes
    -----
    The log of the odds ratio of an article to mention the group, with half a count added to each cell (Haldane 1956;
    Gart 1966) and Woolf's (1955) interval; Benjamini and Hochberg (1995) for ``q``. It counts articles and not mentions,
    because the mentions of one article are not independent.

    Examples
    --------
    >>> import geomap.tables
    >>> nothing = geomap.tables.empty_mentions()
    >>> change(nothing, nothing, by="country").columns[2:5].to_list()
    ['before', 'after', 'share_before']
    """
    found = _odds(after, before, ("after", "before"), by, articles and articles[::-1], min_articles, level, distinct)
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
) -> pd.DataFrame:
    """Tell what one corpus, source or run speaks of more than another.

    Parameters
    ----------
    a, b
        Mentions tables.
    by, articles, min_articles, level, distinct
        As for :func:`change`.

    Returns
    -------
    DataFrame (GeoDataFrame where ``by="place"``)
        One row per group, what is most particular to a first: what names it; the articles of ``a`` and ``b`` that
        mention it; ``share_a`` and ``share_b``; ``log_odds``, above 0 where a has more, with its interval ``low`` to
        ``high``; ``q`` as for :func:`change`; ``only_in`` (``a`` or ``b``, missing where it is in both).

    Raises
    ------
    ColumnMissing, InvalidTable
        If a column or an option is not one that can be used.

    See Also
    --------
    moved : which mentions two runs over one corpus resolve differently.

    Notes
    -----
    The method is that of :func:`change`.

    Examples
    --------
    >>> import geomap.tables
    >>> nothing = geomap.tables.empty_mentions()
    >>> compare(nothing, nothing, by="source").columns[:3].to_list()
    ['source', 'a', 'b']
    """
    found = _odds(a, b, ("a", "b"), by, articles, min_articles, level, distinct)
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
    distinct: Distinct,
) -> pd.DataFrame:
    one_of("by", by, KEYS)
    needed = [*label_dtypes(by), *(["geometry"] if by == "place" else [])]
    tables.require_columns(a, ("article_id", "status", *needed), what=f"{names[0]} mentions")
    tables.require_columns(b, ("article_id", "status", *needed), what=f"{names[1]} mentions")
    if by == "place":
        a, b = in_degrees_of(a), in_degrees_of(b)
    (table_a, total_a), (table_b, total_b) = (counted(side, needed, distinct=distinct) for side in (a, b))
    both = pd.concat([table_a, table_b], ignore_index=True)
    groups = grouping(both, by)
    counts = [_articles(side, codes, len(groups.labels)) for side, codes in _sides(table_a, table_b, groups)]
    totals = _totals((total_a, total_b), articles, counts)
    kept = counts[0] + counts[1] >= min_articles
    found = groups.labels.copy()
    if by == "place":
        found["geometry"] = labels(both, groups.codes, len(found), {"geometry": "geometry"})["geometry"]
    for name, count, total in zip(names, counts, totals, strict=True):
        found[name], found[f"share_{name}"] = count, count / total if total else np.nan
    found = found[kept].reset_index(drop=True)
    odds = log_odds(found[names[0]].to_numpy(float), totals[0], found[names[1]].to_numpy(float), totals[1], level=level)
    found = pd.concat([found, odds], axis=1).sort_values(
        ["log_odds", *KEYS[by]], ascending=[False, *(True for _ in KEYS[by])], ignore_index=True
    )
    return _finished(found, by, names, a)


def _sides(table_a: pd.DataFrame, table_b: pd.DataFrame, groups: Grouping) -> list[tuple[pd.DataFrame, Any]]:
    return [(table_a, groups.codes[: len(table_a)]), (table_b, groups.codes[len(table_a) :])]


def _articles(table: pd.DataFrame, codes: Any, size: int) -> Any:
    inside = codes >= 0
    return distinct_articles(table["article_id"][inside], codes[inside], size)


def _totals(seen: tuple[int, int], given: Totals, counts: list[Any]) -> tuple[int, int]:
    if given is None:
        return seen
    for number, count in zip(given, counts, strict=True):
        positive("articles", number)
        if number < count.max(initial=0):
            raise InvalidTable(f"articles says {number}, and {count.max()} articles mention one group alone")
    return given


def _finished(found: pd.DataFrame, by: str, names: tuple[str, str], mentions: gpd.GeoDataFrame) -> pd.DataFrame:
    import geopandas as gpd

    dtypes = {
        **label_dtypes(by),
        **dict.fromkeys(names, "int64"),
        **{f"share_{name}": "float64" for name in names},
        **ODDS,
    }
    table = with_dtypes(found, dtypes) if len(found) else empty_table(dtypes)
    if by != "place":
        return table
    geometry = gpd.GeoSeries(found["geometry"].to_numpy(), index=table.index)
    return in_degrees(gpd.GeoDataFrame(table, geometry=geometry), mentions)


def moved(a: gpd.GeoDataFrame, b: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Tell which mentions two runs over one corpus see differently, and why.

    Parameters
    ----------
    a, b
        Mentions tables of the same articles.

    Returns
    -------
    GeoDataFrame
        One row per mention that differs, in the order of a, then of what is only in b: ``article_id``, ``field``,
        ``start``, ``end``, ``toponym``; ``difference`` (``only in a``, ``only in b``: the recognizer; ``nil in a``, ``nil
        in b``: the threshold; ``moved``: the ranker); ``name_a``, ``name_b``, ``place_id_a``, ``place_id_b``,
        ``confidence_a``, ``confidence_b``; ``distance_km``; ``chance_in_a``, the probability that a gave to b's place,
        and ``chance_in_b``, the other way round (missing where the table does not carry its alternatives or the place
        was no candidate); ``sentence``; and the line from a's point to b's (EPSG:4326), None where one has none.

    Raises
    ------
    ColumnMissing
        If one of the tables lacks a column that is needed here.
    InvalidTable
        If a span stands twice in one table.

    Examples
    --------
    >>> import geomap.tables
    >>> len(moved(geomap.tables.empty_mentions(), geomap.tables.empty_mentions()))
    0
    """
    import geopandas as gpd

    from geomap.geometry import great_circles

    one, other = _run(a, "a"), _run(b, "b")
    both = one.merge(other, on=_SPAN, how="outer", suffixes=("_a", "_b"), indicator=True, sort=False)
    both = both.sort_values(["order_a", "order_b"], kind="stable", ignore_index=True)
    both["difference"] = _difference(both)
    both = both[both["difference"].notna()].reset_index(drop=True)
    ends = [both[f"{name}_{side}"].to_numpy(float) for side in "ab" for name in ("lat", "lon")]
    both["distance_km"] = distance_km(*ends)
    for name in ("toponym", "sentence"):
        both[name] = both[f"{name}_a"].where(both[f"{name}_a"].notna(), both[f"{name}_b"])
    both["chance_in_a"] = _chances(a, both, "place_id_b")
    both["chance_in_b"] = _chances(b, both, "place_id_a")
    dtypes = {
        "article_id": "str",
        "field": "str",
        "start": "int64",
        "end": "int64",
        "toponym": "str",
        "difference": "str",
    }
    dtypes |= {f"{name}_{side}": "str" for name in ("name", "place_id") for side in "ab"}
    dtypes |= dict.fromkeys(("confidence_a", "confidence_b", "distance_km", "chance_in_a", "chance_in_b"), "float64")
    lines = great_circles(ends[1], ends[0], ends[3], ends[2])
    return gpd.GeoDataFrame(with_dtypes(both, dtypes | {"sentence": "str"}), geometry=lines, crs=tables.CRS)


def _run(mentions: gpd.GeoDataFrame, side: str) -> pd.DataFrame:
    needed = [*_SPAN, "toponym", "status", "place_id", "name", "confidence", "sentence", "geometry"]
    tables.require_columns(mentions, tuple(needed), what=f"{side} mentions")
    table = in_degrees_of(mentions)[needed]
    lon, lat = coordinates(table["geometry"])
    plain = pd.DataFrame(table.drop(columns="geometry")).reset_index(drop=True)
    twice = plain.duplicated(_SPAN)
    if twice.any():
        span = list(plain[_SPAN].iloc[int(twice.to_numpy().argmax())])
        raise InvalidTable(f"the span {span} stands twice in the {side} mentions; each mention has one row")
    return plain.assign(lon=lon, lat=lat, order=np.arange(len(plain)))


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
    """Return the probability that a run gave to a place which it did not choose."""
    kept: Any = mentions.attrs.get(_ALTERNATIVES)
    if kept is None or not hasattr(kept, "table") or rows.empty:
        return pd.Series(np.nan, index=rows.index)
    candidates = kept.table(rows[[*_SPAN, "toponym"]])
    chances = candidates.drop_duplicates([*_SPAN, "place_id"]).set_index([*_SPAN, "place_id"])["probability"]
    wanted = pd.MultiIndex.from_frame(rows[[*_SPAN, place_id]])
    return pd.Series(chances.reindex(wanted).to_numpy(dtype=float), index=rows.index)
