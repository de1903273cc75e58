"""The mean center of the places mentioned and how far they spread, on the sphere."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from geomap import tables
from geomap.analysis._grouping import Distinct, Grouping, Selection, counted, geo_table, grouping, label_dtypes, ratio
from geomap.analysis._timelines import dated, starts
from geomap.geometry import distance_km, unit_vectors
from geomap.outlines._joining import is_area
from geomap.tables import Floats, Ints, coordinates

if TYPE_CHECKING:
    import geopandas as gpd

_CENTER = {"mentions": "int64", "articles": "int64", "resultant": "float64", "standard_distance_km": "float64"}
_STEP = ("moved_km", "bearing")
# Below this length of the mean vector the points balance out around the globe, and there is no center.
_BALANCED = 1e-9


def centers(lon: Floats, lat: Floats, codes: Ints, size: int) -> pd.DataFrame:
    """Return the mean direction of the points of each group, in degrees, and their standard distance from it.

    Parameters
    ----------
    lon, lat
        Degrees; points with a missing coordinate are left out.
    codes, size
        The group of each point (-1: none), and the number of groups.

    Returns
    -------
    DataFrame
        One row per group: ``lon``, ``lat`` (missing where there is no center), ``resultant`` (length of the mean vector:
        1 when all points coincide, 0 when they balance out) and ``standard_distance_km``.
    """
    known = (codes >= 0) & np.isfinite(lon) & np.isfinite(lat)
    lon, lat, codes = lon[known], lat[known], codes[known]
    total = np.bincount(codes, minlength=size)
    vectors = unit_vectors(lat, lon)
    sums: Floats = np.column_stack([np.bincount(codes, weights=vectors[:, axis], minlength=size) for axis in range(3)])
    center_lon, center_lat, resultant = direction(sums, total)
    squares = distance_km(lat, lon, center_lat[codes], center_lon[codes]) ** 2
    distance = np.sqrt(ratio(np.bincount(codes, weights=squares, minlength=size), total))
    return pd.DataFrame(
        {
            "lon": center_lon,
            "lat": center_lat,
            "resultant": np.minimum(resultant, 1.0),
            "standard_distance_km": distance,
        }
    )


def direction(sums: Floats, total: npt.ArrayLike) -> tuple[Floats, Floats, Floats]:
    """Return where sums of unit vectors point to, in degrees, missing where they balance out, and the length of the mean."""
    resultant = ratio(np.linalg.norm(sums, axis=1), total)
    exists = resultant > _BALANCED
    lon = np.where(exists, np.degrees(np.arctan2(sums[:, 1], sums[:, 0])), np.nan)
    lat = np.where(exists, np.degrees(np.arctan2(sums[:, 2], np.hypot(sums[:, 0], sums[:, 1]))), np.nan)
    return lon, lat, resultant


def mean_center(
    mentions: gpd.GeoDataFrame,
    *,
    by: str | None = None,
    areas: bool = False,
    distinct: Distinct = False,
    embedded: bool = False,
    approximate: bool = False,
) -> gpd.GeoDataFrame:
    """Return the mean center of the places mentioned, and their standard distance from it.

    Parameters
    ----------
    mentions
        A mentions table; every resolved mention has the same weight.
    by
        ``"country"``, ``"division"``, ``"source"`` or ``"place"`` for one center each; None for one center of all.
    areas
        Whether mentions of countries, divisions and regions count, at the one point they are drawn at.
    distinct, embedded, approximate
        As for :func:`~geomap.analysis.places`.

    Returns
    -------
    GeoDataFrame
        One row per group in order of first mention: the columns that describe the group, ``mentions``, ``articles``,
        ``resultant`` (length of the mean vector: 1 for a single point, near 0 when the points lie all around the globe
        and the center means little), ``standard_distance_km`` (root mean square of the great-circle distances to the
        center), and the center (EPSG:4326), None where there is none. No rows when no mention counts.

    Raises
    ------
    ColumnMissing, InvalidTable
        If a column is missing or an option is invalid.

    Notes
    -----
    The mean direction of Fisher, Lewis and Embleton (1987), *Statistical Analysis of Spherical Data*, section 3.2: an
    average of longitudes would put the center of Fiji and Samoa in Africa. Standard distance after Bachi (1963).

    Examples
    --------
    >>> from geomap.datasets import sample_mentions
    >>> mean_center(sample_mentions(), by="source")[["source", "mentions", "standard_distance_km"]].round(1)
        source  mentions  standard_distance_km
    0  Courier         5                 280.8
    1  Gazette         3                1547.9
    """
    resolved = points_mentioned(mentions, by=by, areas=areas, which=Selection(distinct, embedded, approximate))
    groups = grouping(resolved, by)
    return _table(resolved, groups if len(resolved) else groups.pick(np.arange(0)), label_dtypes(by))


def movement(
    mentions: gpd.GeoDataFrame,
    *,
    freq: str = "M",
    areas: bool = False,
    timezone: str = "UTC",
    distinct: Distinct = False,
    embedded: bool = False,
    approximate: bool = False,
) -> gpd.GeoDataFrame:
    """Follow the mean center of the places mentioned from period to period.

    Parameters
    ----------
    mentions, areas, distinct, embedded, approximate
        As for :func:`mean_center`. Mentions without a date are left out.
    freq, timezone
        As for :func:`~geomap.analysis.timeline`.

    Returns
    -------
    GeoDataFrame
        One row per period from the first to the last, empty ones included: ``period`` (its start), the columns of
        :func:`mean_center`, and since the last period that had a center: ``moved_km`` and ``bearing`` (degrees clockwise
        from north).

    Raises
    ------
    ColumnMissing, InvalidTable
        If a column is missing or an option is invalid.

    Examples
    --------
    >>> from geomap.datasets import sample_mentions
    >>> found = movement(sample_mentions(), freq="W")
    >>> found[["period", "mentions", "moved_km"]].assign(moved_km=found["moved_km"].round(1))
                         period  mentions  moved_km
    0 2017-02-27 00:00:00+00:00         2       NaN
    1 2017-03-06 00:00:00+00:00         4     617.0
    2 2017-03-13 00:00:00+00:00         0       NaN
    3 2017-03-20 00:00:00+00:00         2     617.0
    """
    resolved = points_mentioned(mentions, ("published",), areas=areas, which=Selection(distinct, embedded, approximate))
    resolved, periods = dated(resolved, freq=freq, timezone=timezone)
    groups = Grouping(
        periods.codes, pd.DataFrame({"period": starts(periods.first, periods.size, freq=freq, timezone=timezone)})
    )
    table = _table(resolved, groups, {"period": f"datetime64[us, {timezone}]"})
    lon, lat = coordinates(table.geometry)
    moved, bearing = np.full(len(table), np.nan), np.full(len(table), np.nan)
    known = np.flatnonzero(np.isfinite(lon))
    before, after = known[:-1], known[1:]
    moved[after] = distance_km(lat[before], lon[before], lat[after], lon[after])
    bearing[after] = bearings(lat[before], lon[before], lat[after], lon[after])
    return table.assign(moved_km=moved, bearing=bearing)[[*table.columns[:-1], *_STEP, "geometry"]]


def bearings(lat_a: Floats, lon_a: Floats, lat_b: Floats, lon_b: Floats) -> Floats:
    """Return the initial bearing from a to b in degrees clockwise from north, in [0, 360)."""
    phi_a, theta_a, phi_b, theta_b = map(np.radians, (lat_a, lon_a, lat_b, lon_b))
    east = np.sin(theta_b - theta_a) * np.cos(phi_b)
    north = np.cos(phi_a) * np.sin(phi_b) - np.sin(phi_a) * np.cos(phi_b) * np.cos(theta_b - theta_a)
    return np.asarray(np.degrees(np.arctan2(east, north)) % 360.0, dtype=np.float64)


def points_mentioned(
    mentions: gpd.GeoDataFrame,
    needed: tuple[str, ...] = (),
    *,
    by: str | None = None,
    areas: bool,
    which: Selection,
) -> pd.DataFrame:
    """Return the resolved mentions that have a point; without ``areas``, none whose point stands for an area.

    Such points would pull a center to where nothing happened.
    """
    needed = (*needed, "geometry") if areas else (*needed, "geometry", "feature_class")
    resolved, _ = counted(mentions, needed, by=by, which=which)
    kept = np.isfinite(coordinates(resolved["geometry"])[0])
    if not areas:
        kept &= ~is_area(resolved)
    return resolved[kept].reset_index(drop=True)


def _table(resolved: pd.DataFrame, groups: Grouping, described: dict[str, str]) -> gpd.GeoDataFrame:
    center = centers(*coordinates(resolved["geometry"]), groups.codes, groups.size)
    found = pd.concat([groups.labels, center], axis=1)
    found["mentions"], found["articles"] = groups.mentions(), groups.articles(resolved["article_id"])
    return geo_table(found, described | _CENTER, tables.points(center["lon"], center["lat"]))
