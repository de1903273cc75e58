"""Distances on the sphere."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from geomap import tables

if TYPE_CHECKING:
    import geopandas as gpd

EARTH_RADIUS_KM = 6371.0088

Floats = npt.NDArray[np.float64]


def distance_km(lat_a: npt.ArrayLike, lon_a: npt.ArrayLike, lat_b: npt.ArrayLike, lon_b: npt.ArrayLike) -> Floats:
    """Return great-circle distances in kilometers between points in degrees (haversine, mean Earth radius)."""
    # As arrays: two Series would be aligned by their labels.
    phi_a, theta_a, phi_b, theta_b = (
        np.radians(np.asarray(angle, dtype=float)) for angle in (lat_a, lon_a, lat_b, lon_b)
    )
    half_lat = np.sin((phi_b - phi_a) / 2) ** 2
    half_lon = np.sin((theta_b - theta_a) / 2) ** 2
    chord = half_lat + np.cos(phi_a) * np.cos(phi_b) * half_lon
    return np.asarray(2 * EARTH_RADIUS_KM * np.arcsin(np.sqrt(np.clip(chord, 0, 1))), dtype=np.float64)


def unit_vectors(lat: npt.ArrayLike, lon: npt.ArrayLike) -> Floats:
    """Return points in degrees as unit vectors, shape (n, 3); their dot product is the cosine of the angle between."""
    phi, theta = np.radians(lat), np.radians(lon)
    return np.column_stack([np.cos(phi) * np.cos(theta), np.cos(phi) * np.sin(theta), np.sin(phi)])


Ints = npt.NDArray[np.int64]

STEP_KM = 250.0
_MOST_STEPS = 80
_SAME_KM = 1e-6


def great_circles(lon_a: Floats, lat_a: Floats, lon_b: Floats, lat_b: Floats) -> gpd.GeoSeries:
    """Return the shortest line on the sphere between each two points.

    Parameters
    ----------
    lon_a, lat_a, lon_b, lat_b
        Degrees.

    Returns
    -------
    GeoSeries
        EPSG:4326. A LineString from a to b with a point about every 250 km; where it crosses the antimeridian a
        MultiLineString of its two sides; None where a coordinate is missing or both points are one. Points opposite each
        other on the globe are joined over the north pole, one of their many shortest lines.

    Examples
    --------
    >>> import numpy as np
    >>> line = great_circles(np.array([170.0]), np.array([0.0]), np.array([-170.0]), np.array([0.0]))[0]
    >>> line.geom_type, [part.length for part in line.geoms]
    ('MultiLineString', [10.0, 10.0])
    """
    import geopandas as gpd
    import shapely

    ends = [np.asarray(values, dtype=np.float64) for values in (lon_a, lat_a, lon_b, lat_b)]
    geometry = np.full(len(ends[0]), None, dtype=object)
    length = distance_km(ends[1], ends[0], ends[3], ends[2])
    drawn = np.flatnonzero(np.isfinite(length) & (length > _SAME_KM))
    if len(drawn):
        lon_a, lat_a, lon_b, lat_b = (values[drawn] for values in ends)
        lon, lat, line = _vertices(lon_a, lat_a, lon_b, lat_b, length[drawn])
        lon, lat, line, part = _cut(lon, lat, line)
        strings = np.asarray(shapely.linestrings(np.column_stack([lon, lat]), indices=part))
        line_of_part = line[np.concatenate([[True], part[1:] != part[:-1]])]
        parts = np.bincount(line_of_part, minlength=len(drawn))
        single = parts[line_of_part] == 1
        geometry[drawn[line_of_part[single]]] = strings[single]
        crossing, numbers = np.unique(line_of_part[~single], return_inverse=True)
        if len(crossing):
            geometry[drawn[crossing]] = shapely.multilinestrings(strings[~single], indices=numbers)
    return gpd.GeoSeries(geometry, crs=tables.CRS)


def _vertices(
    lon_a: Floats, lat_a: Floats, lon_b: Floats, lat_b: Floats, length: Floats
) -> tuple[Floats, Floats, Ints]:
    """Return the points of all lines one behind the other, and the line that each belongs to."""
    steps = np.clip(np.ceil(length / STEP_KM), 1, _MOST_STEPS).astype(np.int64)
    line = np.repeat(np.arange(len(steps)), steps + 1)
    begins = np.cumsum(steps + 1) - (steps + 1)
    within = np.arange(len(line)) - begins[line]
    share = within / steps[line]
    a, b = unit_vectors(lat_a, lon_a), unit_vectors(lat_b, lon_b)
    # From a towards b: the part of b at right angles to a. Of opposite points there is none, and the way leads north.
    across = b - a * np.sum(a * b, axis=1, keepdims=True)
    size = np.linalg.norm(across, axis=1)
    opposite = size < 1e-9
    if opposite.any():
        phi, theta = np.radians(lat_a[opposite]), np.radians(lon_a[opposite])
        across[opposite] = np.column_stack([-np.sin(phi) * np.cos(theta), -np.sin(phi) * np.sin(theta), np.cos(phi)])
        size[opposite] = np.linalg.norm(across[opposite], axis=1)
    across /= size[:, None]
    angle = np.arctan2(np.where(opposite, 0.0, size), np.sum(a * b, axis=1))[line] * share
    vectors = a[line] * np.cos(angle)[:, None] + across[line] * np.sin(angle)[:, None]
    lon = np.degrees(np.arctan2(vectors[:, 1], vectors[:, 0]))
    lat = np.degrees(np.arctan2(vectors[:, 2], np.hypot(vectors[:, 0], vectors[:, 1])))
    # The ends are the points as they were given, to the last digit.
    lon[begins], lat[begins] = lon_a, lat_a
    last = begins + steps
    lon[last], lat[last] = lon_b, lat_b
    return lon, lat, line


def _cut(lon: Floats, lat: Floats, line: Ints) -> tuple[Floats, Floats, Ints, Ints]:
    """Insert the two points at +-180 degrees wherever a line jumps there; return also the part of each point."""
    jump = np.abs(np.diff(lon)) > 180.0
    before = np.flatnonzero(jump & (line[1:] == line[:-1]))
    # An end that lies on the antimeridian belongs to the side that its neighbor is on: there is nothing to cut.
    on_edge = np.abs(lon[before]) == 180.0
    lon[before[on_edge]] *= -1.0
    after_edge = np.abs(lon[before + 1]) == 180.0
    lon[before[after_edge] + 1] *= -1.0
    before = before[~on_edge & ~after_edge]
    edge = np.copysign(180.0, lon[before])
    crossing = _latitude_at_edge(lon[before], lat[before], lon[before + 1], lat[before + 1])
    where = np.repeat(before + 1, 2)
    new_lon = np.insert(lon, where, np.column_stack([edge, -edge]).ravel())
    new_lat = np.insert(lat, where, np.repeat(crossing, 2))
    new_line = np.insert(line, where, np.repeat(line[before], 2))
    begins = np.concatenate([[0], new_line[1:] != new_line[:-1]]).astype(np.int64)
    second = before + 2 * np.arange(1, len(before) + 1)
    begins[second] = 1
    return new_lon, new_lat, new_line, np.cumsum(begins)


def _latitude_at_edge(lon_a: Floats, lat_a: Floats, lon_b: Floats, lat_b: Floats) -> Floats:
    """Return the latitude at which the great circle through two points meets the antimeridian."""
    a, b = unit_vectors(lat_a, lon_a), unit_vectors(lat_b, lon_b)
    # Between a and b on the chord, where y is 0.
    share = a[:, 1] / (a[:, 1] - b[:, 1])
    point = a + (b - a) * share[:, None]
    return np.asarray(np.degrees(np.arctan2(point[:, 2], np.hypot(point[:, 0], point[:, 1]))), dtype=np.float64)
