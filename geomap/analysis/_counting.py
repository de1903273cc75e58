"""Counts by place, division and country: how often, in how many articles, and when."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from geomap import tables
from geomap.analysis._centers import centers
from geomap.analysis._grouping import (
    COUNTS,
    Distinct,
    Grouping,
    Selection,
    counted,
    first_values,
    geo_table,
    grouping,
    is_country,
    is_division,
    tally,
)
from geomap.analysis._naming import commonest_names
from geomap.tables import Bools, coordinates, empty_table, factorized, with_dtypes

if TYPE_CHECKING:
    import geopandas as gpd

_DESCRIPTION = tables.PLACE
_COUNTED = ("published", "confidence", "precision")
_NAMING = ("toponym", "kind")
_OF_AREAS = {**COUNTS, "own": "int64", "within": "int64"}
_COUNTRIES = {"country_code": "str", "country": "str", **_OF_AREAS}
_DIVISIONS = {"country_code": "str", "country": "str", "admin1": "str", **_OF_AREAS}
_ROLLUP = {"level": "str", "key": "str", "parent": "str", "name": "str", **_OF_AREAS}


def places(
    mentions: gpd.GeoDataFrame,
    *,
    distinct: Distinct = False,
    embedded: bool = False,
    approximate: bool = False,
    level: float = 0.95,
) -> gpd.GeoDataFrame:
    """Count the resolved mentions of each place.

    Parameters
    ----------
    mentions
        A mentions table. Unresolved mentions (``status="nil"``) are left out, those that a person marked as not a place,
        and, unless asked for, names inside other names and approximate places.
    distinct
        Whether near-duplicate stories count once (see :func:`~geomap.analysis.duplicates`): True to look for them in
        the sentences of the mentions, or the table that ``duplicates(articles)`` returned.
    embedded
        Whether names inside other names count, such as the Paris of "Paris Police Department" (``kind="embedded"``).
    approximate
        Whether approximate places count, such as a street that no gazetteer has (``precision="within"``): for the place
        that they lie in.
    level
        Coverage of the interval around the expected count.

    Returns
    -------
    GeoDataFrame
        One row per ``place_id`` with the columns of :data:`geomap.tables.PLACES`: the ``name`` in the gazetteer and the
        one that the mentions have ``written`` most often; the number of ``mentions``, how many of them are
        ``approximate``, and of different ``articles``; the ``share`` of all articles with any mention, the dates of the
        ``first`` and ``last`` article, the mean ``confidence``, the number of mentions ``expected`` to be right with its
        interval ``expected_low`` to ``expected_high``, and a point (longitude, latitude) in EPSG:4326. Most mentions
        first, then by ``place_id``; a fresh RangeIndex. What the mentions do not have, such as ``population``, is
        missing.

    Raises
    ------
    ColumnMissing
        If the mentions lack ``article_id``, ``status`` or ``place_id``.
    InvalidTable
        If a confidence is not between 0 and 1.

    Notes
    -----
    The expected count is the sum of the confidences; its interval is that of the Poisson-binomial distribution (Hong
    2013). It treats mentions as independent, which those of one article are not, so it is somewhat narrow; and it knows
    nothing of places that the recognizer missed.

    Examples
    --------
    >>> from geomap.datasets import sample_mentions
    >>> places(sample_mentions())[["name", "mentions", "articles", "expected_low", "expected_high"]].head(3)
         name  mentions  articles  expected_low  expected_high
    0   Mosul         3         3           2.0            3.0
    1   Erbil         2         2           1.0            2.0
    2  Tigris         1         1           0.0            1.0
    """
    optional = (*_DESCRIPTION, *_COUNTED, *_NAMING, "geometry")
    resolved, total = counted(
        mentions, ("place_id",), optional=optional, which=Selection(distinct, embedded, approximate)
    )
    groups = grouping(resolved, "place")
    described = first_values(resolved, groups.codes, {**_DESCRIPTION, "geometry": "geometry"})
    described = described.assign(written=commonest_names(resolved, groups.codes, described["name"]))
    found = pd.concat([described, tally(resolved, groups, total=total, level=level)], axis=1)
    found = found.sort_values(["mentions", "place_id"], ascending=[False, True], ignore_index=True)
    return geo_table(found, tables.PLACES, found["geometry"])


def countries(
    mentions: gpd.GeoDataFrame,
    *,
    distinct: Distinct = False,
    embedded: bool = False,
    approximate: bool = False,
    level: float = 0.95,
) -> gpd.GeoDataFrame:
    """Count the resolved mentions of each country and of everything in it.

    Parameters
    ----------
    mentions, distinct, embedded, approximate, level
        As for :func:`places`.

    Returns
    -------
    GeoDataFrame
        One row per ``country_code``, most mentions first: ``country``; ``mentions``, ``articles``, ``share``, ``first``,
        ``last``, ``confidence``, ``expected``, ``expected_low``, ``expected_high`` as for :func:`places`; how many of the
        mentions name the country itself (``own``) and how many a place in it (``within``, the approximate ones too); and
        its outline (EPSG:4326), None where geomap ships none. Seas and regions that belong to no country are not counted.

    Raises
    ------
    ColumnMissing, InvalidTable
        As for :func:`places`.

    Notes
    -----
    Nothing is counted twice: a mention of Mosul is one mention of Iraq, and an article that names both is one article.

    Examples
    --------
    >>> from geomap.datasets import sample_mentions
    >>> countries(sample_mentions())[["country", "mentions", "own", "within", "articles"]]
           country  mentions  own  within  articles
    0         Iraq         6    0       6         3
    1  Switzerland         1    0       1         1
    2       France         1    1       0         1
    3        Syria         1    1       0         1
    """
    from geomap.outlines import shapes

    resolved, total = counted(
        mentions, ("feature_code",), optional=_COUNTED, by="country", which=Selection(distinct, embedded, approximate)
    )
    found = _areas(resolved, grouping(resolved, "country"), own=is_country(resolved), total=total, level=level)
    found = found.sort_values(["mentions", "country_code"], ascending=[False, True], ignore_index=True)
    outlines = shapes("country").set_index("country_code")["geometry"]
    return geo_table(found, _COUNTRIES, outlines.reindex(found["country_code"]))


def divisions(
    mentions: gpd.GeoDataFrame,
    *,
    distinct: Distinct = False,
    embedded: bool = False,
    approximate: bool = False,
    level: float = 0.95,
) -> gpd.GeoDataFrame:
    """Count the resolved mentions of each first-order division (state, province) and of everything in it.

    Parameters
    ----------
    mentions, distinct, embedded, approximate, level
        As for :func:`places`.

    Returns
    -------
    GeoDataFrame
        One row per ``country_code`` and ``admin1``, most mentions first, with the columns of :func:`countries`. The
        point (EPSG:4326) is the division's own where it is mentioned, else the mean center of the places mentioned in
        it. Mentions of a whole country, or of a place outside any division, are not counted.

    Raises
    ------
    ColumnMissing, InvalidTable
        As for :func:`places`.

    Examples
    --------
    >>> from geomap.datasets import sample_mentions
    >>> divisions(sample_mentions())[["country", "admin1", "mentions", "own", "within"]]
           country   admin1  mentions  own  within
    0         Iraq  Nineveh         3    0       3
    1         Iraq    Erbil         2    0       2
    2  Switzerland   Geneva         1    0       1
    3         Iraq  Baghdad         1    0       1
    """
    needed = ("feature_code", "geometry")
    resolved, total = counted(
        mentions, needed, optional=_COUNTED, by="division", which=Selection(distinct, embedded, approximate)
    )
    groups = grouping(resolved, "division")
    own = is_division(resolved)
    found = _areas(resolved, groups, own=own, total=total, level=level)
    # Where the division itself is mentioned only its own point counts; -1 reads the last value, which is not used.
    named = np.append(found["own"] > 0, False)[groups.codes]
    weights = np.where(own | ~named, 1.0, 0.0)
    middle = centers(*coordinates(resolved["geometry"]), groups.codes, groups.size, weights=weights)
    found["geometry"] = tables.points(middle["lon"], middle["lat"]).to_numpy()
    found = found.sort_values(["mentions", "country_code", "admin1"], ascending=[False, True, True], ignore_index=True)
    return geo_table(found, _DIVISIONS, found["geometry"])


def _areas(resolved: pd.DataFrame, groups: Grouping, *, own: Bools, total: int, level: float) -> pd.DataFrame:
    """Count groups; of each, also the mentions that name the area itself, and those of places in it."""
    found = pd.concat([groups.labels, tally(resolved, groups, total=total, level=level)], axis=1)
    # What lies somewhere in an area does not name it.
    named = groups.mentions(own & ~tables.is_approximate(resolved))
    return found.assign(own=named, within=found["mentions"] - named)


def rollup(
    mentions: gpd.GeoDataFrame,
    *,
    distinct: Distinct = False,
    embedded: bool = False,
    approximate: bool = False,
    level: float = 0.95,
) -> pd.DataFrame:
    """Count every level of the hierarchy in one table: Mosul counts once for Nineveh and once for Iraq.

    Parameters
    ----------
    mentions, distinct, embedded, approximate, level
        As for :func:`places`.

    Returns
    -------
    DataFrame
        One row per country, division and place: ``level`` (``country``, ``division``, ``place``), its ``key`` and that
        of its ``parent`` (``IQ``, ``IQ/Nineveh``, ``geonames:99072``; missing where no parent is known), ``name``, and
        the columns of :func:`countries`. Each country is followed by its divisions, each division by its places, the
        most mentioned first. ``mentions`` of one level add up without counting anything twice; ``own`` of all rows adds
        up to the number of resolved mentions.

    Raises
    ------
    ColumnMissing, InvalidTable
        As for :func:`places`.

    Examples
    --------
    >>> from geomap.datasets import sample_mentions
    >>> rollup(sample_mentions())[["level", "key", "parent", "mentions", "own"]].head(4)
          level             key      parent  mentions  own
    0   country              IQ         NaN         6    0
    1  division      IQ/Nineveh          IQ         3    0
    2     place  geonames:99072  IQ/Nineveh         3    3
    3  division        IQ/Erbil          IQ         2    0
    """
    needed, optional = ("place_id", "feature_code"), ("name", *_COUNTED)
    resolved, total = counted(
        mentions, needed, optional=optional, by="division", which=Selection(distinct, embedded, approximate)
    )
    if resolved.empty:
        return empty_table(_ROLLUP)
    country, division = is_country(resolved), is_division(resolved)
    code = tables.as_dtype(resolved["country_code"], "str")
    inside = (code + "/" + tables.as_dtype(resolved["admin1"], "str")).where(~country)
    nothing = pd.Series(None, index=code.index, dtype=object)
    # A country or division is a row of its own level already, unless its code is missing there.
    place = resolved["place_id"].where(~((country & code.notna()) | (division & inside.notna())))
    everything = np.ones(len(code), dtype=bool)
    levels = (
        ("country", code, nothing, country, "country"),
        ("division", inside, code, division, "admin1"),
        ("place", place, inside.fillna(code), everything, "name"),
    )
    parts = []
    for level_name, key, parent, own, name in levels:
        frame = resolved.assign(key=key, parent=parent, name=resolved[name])
        codes, _ = factorized(frame["key"])
        named = first_values(frame, codes, {"key": "str", "parent": "str", "name": "str"})
        groups = Grouping(codes, named.assign(level=level_name))
        parts.append(_areas(frame, groups, own=own, total=total, level=level))
    return _nested(with_dtypes(pd.concat(parts, ignore_index=True), _ROLLUP))


def _nested(found: pd.DataFrame) -> pd.DataFrame:
    """Sort rows so that each area is followed by what lies in it, the most mentioned first."""
    mentions = dict(zip(found["key"], found["mentions"], strict=True))
    above = dict(zip(found["key"], found["parent"], strict=True))

    def path(key: str) -> tuple[tuple[int, str], ...]:
        parent = above.get(key)
        own = (-int(mentions[key]), key)
        return (*path(parent), own) if isinstance(parent, str) and parent in mentions else (own,)

    order = sorted(range(len(found)), key=[path(key) for key in found["key"]].__getitem__)
    return found.iloc[order].reset_index(drop=True)
