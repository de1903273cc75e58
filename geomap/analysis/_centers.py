"""Where the middle of a corpus lies and how far it reaches, on the sphere."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from geomap import tables
from geomap.analysis._grouping import Distinct, counted, grouping, label_dtypes
from geomap.analysis._timelines import ordinals, starts
from geomap.geometry import distance_km, unit_vectors
from geomap.tables import coordinates, in_degrees_of, with_dtypes

if TYPE_CHECKING:
    import geopandas as gpd

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

_CENTER = {"mentions": "int64", "articles": "int64", "resultant": "float64", "standard_distance_km": "float64"}
_STEP = ("moved_km", "bearing")
# Of areas: their point stands for all of them, which would pull a middle to where nothing happened.
AREA_CLASSES = ("A", "L")
# Below this length of the mean vector the points balance out all around the globe, and there is no middle.
_BALANCED = 1e-9


def centers(lon: Floats, lat: Floats, codes: Ints, size: int, *, weights: Floats | None = None) -> pd.DataFrame:
    """Return the mean direction of points in each group, in degrees, and how far they lie from it.

    Parameters
    ----------
    lon, lat
        Degrees; points with a missing coordinate count for nothing.
    codes, size
        The group of each point (-1: none), and how many there are.
    weights
        Of each point, 1 without.

    Returns
    -------
    DataFrame
        ``lon``, ``lat`` (missing where there is no middle), ``resultant`` (length of the mean vector: 1 when all points
        are one, 0 when they balance out) and ``standard_distance_km``.
    """
    weights = np.ones(len(lon)) if weights is None else weights
    known = (codes >= 0) & np.isfinite(lon) & np.isfinite(lat)
    lon, lat, codes, weights = lon[known], lat[known], codes[known], weights[known]
    total = np.bincount(codes, weights=weights, minlength=size)
    vectors = unit_vectors(lat, lon)
    sums = np.column_stack(
        [np.bincount(codes, weights=weights * vectors[:, axis], minlength=size) for axis in range(3)]
    )
    lengths = np.linalg.norm(sums, axis=1)
    resultant = np.divide(lengths, total, out=np.full(size, np.nan), where=total > 0)
    there = resultant > _BALANCED
    middle_lon = np.where(there, np.degrees(np.arctan2(sums[:, 1], sums[:, 0])), np.nan)
    middle_lat = np.where(there, np.degrees(np.arctan2(sums[:, 2], np.hypot(sums[:, 0], sums[:, 1]))), np.nan)
    away = distance_km(lat, lon, middle_lat[codes], middle_lon[codes]) ** 2
    squares = np.bincount(codes, weights=weights * away, minlength=size)
    distance = np.sqrt(np.divide(squares, total, out=np.full(size, np.nan), where=total > 0))
    return pd.DataFrame(
        {
            "lon": middle_lon,
            "lat": middle_lat,
            "resultant": np.minimum(resultant, 1.0),
            "standard_distance_km": distance,
        }
    )


def mean_center(
    mentions: gpd.GeoDataFrame, *, by: str | None = None, areas: bool = False, distinct: Distinct = False
) -> gpd.GeoDataFrame:
    """Return the middle of the places mentioned, and their standard distance from it.

    Parameters
    ----------
    mentions
        A mentions table; every resolved mention weighs the same.
    by
        ``"country"``, ``"division"``, ``"source"`` or ``"place"`` for a middle of each; None for one of all.
    areas
        Whether mentions of countries, divisions and regions count, at the one point they are drawn at.
    distinct
        As for :func:`~geomap.analysis.places`.

    Returns
    -------
    GeoDataFrame
        One row per group in the order of first mention: what names it, ``mentions``, ``articles``, ``resultant`` (the
        length of the mean vector, 1 for a single point, near 0 when the points lie all around the globe and the middle
        says little), ``standard_distance_km`` (root of the mean squared great-circle distance to the middle), and the
        middle (EPSG:4326), None where there is none. No rows when nothing is counted.

    Raises
    ------
    ColumnMissing, InvalidTable
        If a column or an option is not one that can be used.

    Notes
    -----
    The mean direction of Fisher, Lewis and Embleton (1987), *Statistical Analysis of Spherical Data*, section 3.2: an
    average of longitudes would put the middle of Fiji and Samoa in Africa. Standard distance after Bachi (1963).

    Examples
    --------
    >>> import geomap.tables
    >>> mean_center(geomap.tables.empty_mentions()).columns.to_list()
    ['mentions', 'articles', 'resultant', 'standard_distance_km', 'geometry']
    """
    resolved = spots(mentions, by, areas=areas, distinct=distinct)
    groups = grouping(resolved, by)
    size = len(groups.labels) if len(resolved) else 0
    return _table(resolved, groups.codes, groups.labels.iloc[:size], label_dtypes(by))


def movement(
    mentions: gpd.GeoDataFrame,
    *,
    freq: str = "M",
    areas: bool = False,
    timezone: str = "UTC",
    distinct: Distinct = False,
) -> gpd.GeoDataFrame:
    """Follow the middle of the places mentioned from period to period.

    Parameters
    ----------
    mentions, areas, distinct
        As for :func:`mean_center`. Mentions without a date are left out.
    freq, timezone
        As for :func:`~geomap.analysis.timeline`.

    Returns
    -------
    GeoDataFrame
        One row per period from the first to the last, empty ones kept: ``period`` (its start), the columns of
        :func:`mean_center`, and from the last period that had a middle: ``moved_km`` and ``bearing`` (degrees from
        north, clockwise).

    Raises
    ------
    ColumnMissing, InvalidTable
        If a column or an option is not one that can be used.

    Examples
    --------
    >>> import geomap.tables
    >>> movement(geomap.tables.empty_mentions()).columns[:2].to_list()
    ['period', 'mentions']
    """
    resolved = spots(mentions, None, areas=areas, distinct=distinct)
    numbers = ordinals(resolved["published"], freq=freq, timezone=timezone)
    resolved, numbers = resolved[numbers.known], numbers.known_only()
    named = pd.DataFrame({"period": starts(numbers)})
    table = _table(resolved, numbers.codes, named, {"period": f"datetime64[us, {timezone}]"})
    lon, lat = coordinates(table.geometry)
    moved, bearing = np.full(len(table), np.nan), np.full(len(table), np.nan)
    there = np.flatnonzero(np.isfinite(lon))
    before, after = there[:-1], there[1:]
    moved[after] = distance_km(lat[before], lon[before], lat[after], lon[after])
    bearing[after] = bearings(lat[before], lon[before], lat[after], lon[after])
    return table.assign(moved_km=moved, bearing=bearing)[[*table.columns[:-1], *_STEP, "geometry"]]


def bearings(lat_a: Floats, lon_a: Floats, lat_b: Floats, lon_b: Floats) -> Floats:
    """Return the initial bearing from a to b in degrees from north, clockwise, in [0, 360)."""
    phi_a, theta_a, phi_b, theta_b = map(np.radians, (lat_a, lon_a, lat_b, lon_b))
    east = np.sin(theta_b - theta_a) * np.cos(phi_b)
    north = np.cos(phi_a) * np.sin(phi_b) - np.sin(phi_a) * np.cos(phi_b) * np.cos(theta_b - theta_a)
    return np.asarray(np.degrees(np.arctan2(east, north)) % 360.0, dtype=np.float64)


def spots(mentions: gpd.GeoDataFrame, by: str | None, *, areas: bool, distinct: Distinct) -> pd.DataFrame:
    """Return the resolved mentions that have a point, in EPSG:4326."""
    needed = ("feature_class", "published", *label_dtypes(by), "geometry")
    resolved, _ = counted(in_degrees_of(mentions), needed, distinct=distinct)
    kept = np.isfinite(coordinates(resolved["geometry"])[0])
    if not areas:
        kept &= ~resolved["feature_class"].isin(AREA_CLASSES).to_numpy(dtype=bool)
    return resolved[kept].reset_index(drop=True)


def _table(resolved: pd.DataFrame, codes: Ints, named: pd.DataFrame, dtypes: dict[str, str]) -> gpd.GeoDataFrame:
    import geopandas as gpd

    from geomap.analysis._grouping import distinct_articles

    size = len(named)
    inside = codes >= 0
    middle = centers(*coordinates(resolved["geometry"]), codes, size)
    found = pd.concat([named, middle], axis=1)
    found["mentions"] = np.bincount(codes[inside], minlength=size)
    found["articles"] = distinct_articles(resolved["article_id"][inside], codes[inside], size)
    table = with_dtypes(found, dtypes | _CENTER)
    return gpd.GeoDataFrame(table, geometry=tables.points(middle["lon"], middle["lat"]), crs=tables.CRS)
