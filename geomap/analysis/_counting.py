"""How often, in how many articles and when: places, divisions, countries, and what lies in what."""

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
    counted,
    grouping,
    is_country,
    is_division,
    labels,
    tally,
)
from geomap.tables import coordinates, empty_table, factorized, in_degrees, in_degrees_of, with_dtypes

if TYPE_CHECKING:
    import geopandas as gpd

_OF_THE_PLACE = {name: dtype for name, dtype in tables.PLACES.items() if name not in COUNTS}
_COUNTED = ("published", "confidence")
_AREAS = ("country_code", "country", "admin1", "feature_code")
_COUNTRIES = {"country_code": "str", "country": "str", **COUNTS, "own": "int64", "within": "int64"}
_DIVISIONS = {"country_code": "str", "country": "str", "admin1": "str", **COUNTS, "own": "int64", "within": "int64"}
_ROLLUP = {"level": "str", "key": "str", "parent": "str", "name": "str", **COUNTS, "own": "int64", "within": "int64"}


def places(mentions: gpd.GeoDataFrame, *, distinct: Distinct = False, level: float = 0.95) -> gpd.GeoDataFrame:
    """Count the resolved mentions of each place.

    Parameters
    ----------
    mentions
        A mentions table. Unresolved mentions (``status="nil"``) are left out, and those that a person marked as no
        place.
    distinct
        Whether near-duplicate stories count once (see :func:`~geomap.analysis.duplicates`): True to look for them in
        the sentences of the mentions, or the table that ``duplicates(articles)`` returned.
    level
        How much of its distribution the interval around the expected count holds.

    Returns
    -------
    GeoDataFrame
        One row per ``place_id`` with the columns of :data:`geomap.tables.PLACES`: how many ``mentions``, in how many
        different ``articles`` and what ``share`` that is of the articles with any mention, the ``first`` and ``last``
        date they were published, their mean ``confidence``, how many of the mentions can be ``expected`` to be right,
        from ``expected_low`` to ``expected_high``, and a point (longitude, latitude) in EPSG:4326. Most mentions first,
        then by ``place_id``; a fresh RangeIndex.

    Raises
    ------
    ColumnMissing
        If the mentions lack a column that is needed here.
    InvalidTable
        If a confidence is no probability.

    Notes
    -----
    The expected count is the sum of the confidences; its interval is that of the Poisson-binomial distribution (Hong
    2013). It takes mentions as independent, which those of one article are not, so it is somewhat narrow; and it knows
    only mentions that were found, none that were overlooked.

    Examples
    --------
    >>> import geomap.tables
    >>> places(geomap.tables.empty_mentions()).columns[:3].to_list()
    ['place_id', 'geonameid', 'name']
    """
    import geopandas as gpd

    needed = ("place_id", *_OF_THE_PLACE, *_COUNTED, "geometry")
    resolved, total = counted(mentions, needed, distinct=distinct)
    resolved = resolved[resolved["place_id"].notna()].reset_index(drop=True)
    if resolved.empty:
        return tables.empty_places()
    groups = grouping(resolved, "place")
    size = len(groups.labels)
    of_place = labels(resolved, groups.codes, size, {**_OF_THE_PLACE, "geometry": "geometry"})
    found = pd.concat([of_place, tally(resolved, groups.codes, size, total=total, level=level)], axis=1)
    found = found.sort_values(["mentions", "place_id"], ascending=[False, True], ignore_index=True)
    geometry = gpd.GeoSeries(found["geometry"])
    return in_degrees(gpd.GeoDataFrame(found[list(tables.PLACES)], geometry=geometry), mentions)


def countries(mentions: gpd.GeoDataFrame, *, distinct: Distinct = False, level: float = 0.95) -> gpd.GeoDataFrame:
    """Count the resolved mentions of each country and of all that lies in it.

    Parameters
    ----------
    mentions, distinct, level
        As for :func:`places`.

    Returns
    -------
    GeoDataFrame
        One row per ``country_code``, most mentions first: ``country``; ``mentions``, ``articles``, ``share``, ``first``,
        ``last``, ``confidence``, ``expected``, ``expected_low``, ``expected_high`` as for :func:`places`; of the
        mentions, how many name the country itself (``own``) and how many something in it (``within``); and its outline
        (EPSG:4326), None where none ships. Seas and regions that lie in no country are in no row.

    Raises
    ------
    ColumnMissing, InvalidTable
        As for :func:`places`.

    Notes
    -----
    Nothing counts twice: a mention of Mosul is one mention for Iraq, and an article that names both is one article.

    Examples
    --------
    >>> import geomap.tables
    >>> len(countries(geomap.tables.empty_mentions()))
    0
    """
    import geopandas as gpd

    from geomap.outlines import shapes

    resolved, total = counted(mentions, (*_AREAS, *_COUNTED), distinct=distinct)
    groups = grouping(resolved, "country")
    found = _areas(resolved, groups, own=is_country(resolved), total=total, level=level)
    found = found.sort_values(["mentions", "country_code"], ascending=[False, True], ignore_index=True)
    outlines = shapes("country").set_index("country_code")["geometry"]
    geometry = gpd.GeoSeries(outlines.reindex(found["country_code"]).to_numpy(), crs=tables.CRS)
    return gpd.GeoDataFrame(found[list(_COUNTRIES)], geometry=geometry, crs=tables.CRS)


def divisions(mentions: gpd.GeoDataFrame, *, distinct: Distinct = False, level: float = 0.95) -> gpd.GeoDataFrame:
    """Count the resolved mentions of each first-order division (state, province) and of all that lies in it.

    Parameters
    ----------
    mentions, distinct, level
        As for :func:`places`.

    Returns
    -------
    GeoDataFrame
        One row per ``country_code`` and ``admin1``, most mentions first, with the columns of :func:`countries`. The
        point (EPSG:4326) is the division's own where it is mentioned, else the middle of what is mentioned in it.
        Mentions of a whole country, or of what no division holds, are in no row.

    Raises
    ------
    ColumnMissing, InvalidTable
        As for :func:`places`.

    Examples
    --------
    >>> import geomap.tables
    >>> divisions(geomap.tables.empty_mentions()).columns[:3].to_list()
    ['country_code', 'country', 'admin1']
    """
    import geopandas as gpd

    resolved, total = counted(in_degrees_of(mentions), (*_AREAS, *_COUNTED, "geometry"), distinct=distinct)
    groups = grouping(resolved, "division")
    own = is_division(resolved)
    found = _areas(resolved, groups, own=own, total=total, level=level)
    lon, lat = coordinates(resolved["geometry"])
    size = len(found)
    named = np.bincount(groups.codes[(groups.codes >= 0) & own], minlength=size) > 0
    # Where the division itself is mentioned only its own point counts.
    weights = np.where(own | ~named[groups.codes], 1.0, 0.0) if size else np.ones(len(resolved))
    middle = centers(lon, lat, groups.codes, size, weights=weights)
    found["geometry"] = tables.points(middle["lon"], middle["lat"]).to_numpy()
    found = found.sort_values(["mentions", "country_code", "admin1"], ascending=[False, True, True], ignore_index=True)
    geometry = gpd.GeoSeries(found["geometry"], crs=tables.CRS)
    return gpd.GeoDataFrame(found[list(_DIVISIONS)], geometry=geometry, crs=tables.CRS)


def _areas(
    resolved: pd.DataFrame,
    groups: Grouping,
    *,
    own: np.ndarray[tuple[int], np.dtype[np.bool_]],
    total: int,
    level: float,
) -> pd.DataFrame:
    """Count groups, and of each what names the area itself and what lies in it."""
    size = len(groups.labels)
    found = pd.concat([groups.labels, tally(resolved, groups.codes, size, total=total, level=level)], axis=1)
    found["own"] = np.bincount(groups.codes[(groups.codes >= 0) & own], minlength=size).astype(np.int64)
    found["within"] = found["mentions"] - found["own"]
    return found


def rollup(mentions: gpd.GeoDataFrame, *, distinct: Distinct = False, level: float = 0.95) -> pd.DataFrame:
    """Count every level of the hierarchy in one table: Mosul counts for Nineveh and for Iraq, and once for each.

    Parameters
    ----------
    mentions, distinct, level
        As for :func:`places`.

    Returns
    -------
    DataFrame
        One row per country, division and place: ``level`` (``country``, ``division``, ``place``), its ``key`` and that
        of its ``parent`` (``IQ``, ``IQ/Nineveh``, ``geonames:99072``; missing where it lies in nothing known), ``name``,
        and the columns of :func:`countries`. A country comes before its divisions, a division before its places, each
        by falling mentions. Summing ``mentions`` over one level counts nothing twice; summing ``own`` over all rows
        gives the number of resolved mentions.

    Raises
    ------
    ColumnMissing, InvalidTable
        As for :func:`places`.

    Examples
    --------
    >>> import geomap.tables
    >>> rollup(geomap.tables.empty_mentions()).columns[:4].to_list()
    ['level', 'key', 'parent', 'name']
    """
    resolved, total = counted(mentions, (*_AREAS, "place_id", "name", *_COUNTED), distinct=distinct)
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
    for level_name, key, parent, own, words in levels:
        frame = resolved.assign(key=key, parent=parent, name=resolved[words])
        codes, _ = factorized(frame["key"])
        named = labels(frame, codes, int(codes.max(initial=-1)) + 1, {"key": "str", "parent": "str", "name": "str"})
        groups = Grouping(codes, named.assign(level=level_name))
        parts.append(_areas(frame, groups, own=own, total=total, level=level))
    return _nested(with_dtypes(pd.concat(parts, ignore_index=True), _ROLLUP)) if len(resolved) else empty_table(_ROLLUP)


def _nested(found: pd.DataFrame) -> pd.DataFrame:
    """Order rows so that each follows what it lies in, by falling mentions."""
    mentions = dict(zip(found["key"], found["mentions"], strict=True))
    above = dict(zip(found["key"], found["parent"], strict=True))

    def path(key: str) -> tuple[tuple[int, str], ...]:
        parent = above.get(key)
        own = (-int(mentions[key]), key)
        return (*path(parent), own) if isinstance(parent, str) and parent in mentions else (own,)

    order = sorted(range(len(found)), key=[path(key) for key in found["key"]].__getitem__)
    return found.iloc[order].reset_index(drop=True)
