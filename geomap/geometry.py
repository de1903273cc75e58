"""Distances and shortest lines on the sphere, and which polygon a point lies in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from geomap import tables
from geomap._checks import wrong_kind
from geomap.errors import InvalidTable
from geomap.tables import Floats, Ints

if TYPE_CHECKING:
    import geopandas as gpd
    import shapely

EARTH_RADIUS_KM = 6371.0088

_STEP_KM = 250.0
_SAME_KM = 1e-6
_VERTICES, _POLAR_VERTICES, _POLAR_KM = 72, 720, 1_000.0
_POLAR_SHARE = 0.004  # of its radius: how near to a pole the edge of a circle may pass


def distance_km(lat_a: npt.ArrayLike, lon_a: npt.ArrayLike, lat_b: npt.ArrayLike, lon_b: npt.ArrayLike) -> Floats:
    """Return great-circle distances in kilometers between points in degrees (haversine, mean Earth radius)."""
    # As arrays: two Series would be aligned by their labels.
    named = {"lat_a": lat_a, "lon_a": lon_a, "lat_b": lat_b, "lon_b": lon_b}
    phi_a, theta_a, phi_b, theta_b = (np.radians(_numbers(name, angle)) for name, angle in named.items())
    half_lat = np.sin((phi_b - phi_a) / 2) ** 2
    half_lon = np.sin((theta_b - theta_a) / 2) ** 2
    chord = half_lat + np.cos(phi_a) * np.cos(phi_b) * half_lon
    return np.asarray(2 * EARTH_RADIUS_KM * np.arcsin(np.sqrt(np.clip(chord, 0, 1))), dtype=np.float64)


def _numbers(name: str, values: npt.ArrayLike) -> Floats:
    try:
        return np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise wrong_kind(name, values, "degrees, a number or an array of numbers") from error


def unit_vectors(lat: npt.ArrayLike, lon: npt.ArrayLike) -> Floats:
    """Return points in degrees as unit vectors, shape (n, 3); their dot product is the cosine of the angle between."""
    phi, theta = np.radians(lat), np.radians(lon)
    return np.column_stack([np.cos(phi) * np.cos(theta), np.cos(phi) * np.sin(theta), np.sin(phi)])


def distinct_points(lon: Floats, lat: Floats) -> tuple[Ints, Floats, Floats]:
    """Return which of the distinct points each point is, and their longitudes and latitudes."""
    import pandas as pd

    codes, points = pd.factorize(lon + 1j * lat)
    return codes.astype(np.int64), np.real(points), np.imag(points)


def great_circles(lon_a: Floats, lat_a: Floats, lon_b: Floats, lat_b: Floats) -> gpd.GeoSeries:
    """Return the shortest line on the sphere between each pair of points.

    Parameters
    ----------
    lon_a, lat_a, lon_b, lat_b
        Degrees, shape (n,).

    Returns
    -------
    GeoSeries
        EPSG:4326, one line per pair. A LineString from a to b with a vertex about every 250 km; a MultiLineString where
        it crosses the antimeridian and is cut there; None where a coordinate is missing or both points are the same.
        Antipodes are joined over the north pole, one of their many shortest lines.

    Examples
    --------
    >>> import numpy as np
    >>> line = great_circles(np.array([170.0]), np.array([0.0]), np.array([-170.0]), np.array([0.0]))[0]
    >>> line.geom_type, [part.length for part in line.geoms]
    ('MultiLineString', [10.0, 10.0])
    """
    import geopandas as gpd
    import shapely

    ends = np.array([lon_a, lat_a, lon_b, lat_b], dtype=np.float64)
    length = distance_km(ends[1], ends[0], ends[3], ends[2])
    drawn = np.flatnonzero(length > _SAME_KM)
    geometry = np.full(len(length), None, dtype=object)
    if len(drawn):
        lon, lat, line = _vertices(*ends[:, drawn])
        lon, lat, line, part = _cut(lon, lat, line)
        strings = np.asarray(shapely.linestrings(np.column_stack([lon, lat]), indices=part))
        line_of_part = line[np.flatnonzero(np.diff(part, prepend=-1))]
        parts = np.bincount(line_of_part)
        geometry[drawn[line_of_part]] = strings
        crossing = np.flatnonzero(parts > 1)
        if len(crossing):
            several = parts[line_of_part] > 1
            numbers = np.repeat(np.arange(len(crossing)), parts[crossing])
            geometry[drawn[crossing]] = shapely.multilinestrings(strings[several], indices=numbers)
    return gpd.GeoSeries(geometry, crs=tables.CRS)


def _vertices(lon_a: Floats, lat_a: Floats, lon_b: Floats, lat_b: Floats) -> tuple[Floats, Floats, Ints]:
    """Return the vertices of all lines one after another, and which line each belongs to."""
    import pyproj

    sphere = pyproj.Geod(a=EARTH_RADIUS_KM * 1000, b=EARTH_RADIUS_KM * 1000)
    azimuth, _, meters = sphere.inv(lon_a, lat_a, lon_b, lat_b)
    # Between antipodes every azimuth is right, and which one comes back depends on the sign of a zero.
    antipodal = meters > np.pi * EARTH_RADIUS_KM * 1000 - 1e-3
    azimuth[antipodal & (lat_a < 90)] = 0.0
    steps = np.ceil(meters / (_STEP_KM * 1000)).astype(np.int64)
    line = np.repeat(np.arange(len(steps)), steps + 1)
    last = np.cumsum(steps + 1) - 1
    first = last - steps
    share = (np.arange(len(line)) - first[line]) / steps[line]
    lon, lat, _ = sphere.fwd(lon_a[line], lat_a[line], azimuth[line], meters[line] * share)
    # The ends are the points as given, to the last digit.
    lon[first], lat[first], lon[last], lat[last] = lon_a, lat_a, lon_b, lat_b
    return lon, lat, line


def _cut(lon: Floats, lat: Floats, line: Ints) -> tuple[Floats, Floats, Ints, Ints]:
    """Cut lines at the antimeridian; return the vertices, and the line and the part that each belongs to."""
    same_line = line[1:] == line[:-1]
    first = np.flatnonzero(np.diff(line, prepend=-1))
    # Longitudes that run on beyond 180 degrees: a step of more than half a circle means that a line wrapped around.
    wraps = np.concatenate([[0], np.cumsum(np.where(same_line, -np.rint(np.diff(lon) / 360.0), 0.0))])
    lon = lon + 360.0 * (wraps - wraps[first][line])
    # A vertex on the antimeridian wherever a segment crosses it.
    edge = np.copysign(180.0, lon[1:] + lon[:-1])
    crossed = np.flatnonzero(same_line & ((lon[1:] - edge) * (lon[:-1] - edge) < 0))
    latitude = _latitude_at_edge(lon[crossed], lat[crossed], lon[crossed + 1], lat[crossed + 1])
    lon = np.insert(lon, crossed + 1, edge[crossed])
    lat = np.insert(lat, crossed + 1, latitude)
    line = np.insert(line, crossed + 1, line[crossed])
    # Every segment now lies in one turn around the globe; a vertex between two turns ends one part and begins the next.
    turn = np.rint((lon[1:] + lon[:-1]) / 720.0)
    begins, ends = np.diff(line, prepend=-1) > 0, np.diff(line, append=line[-1] + 1) > 0
    before = np.where(begins, np.append(turn, 0), np.insert(turn, 0, 0))
    after = np.where(ends, before, np.append(turn, 0))
    copies = 1 + (before != after)
    second = np.cumsum(copies) - 1
    turn_of = np.repeat(before, copies)
    turn_of[second] = after
    begins_part = np.zeros(len(turn_of), dtype=bool)
    begins_part[second] = begins | (copies == 2)
    lon = np.clip(np.repeat(lon, copies) - 360.0 * turn_of, -180.0, 180.0)
    return lon, np.repeat(lat, copies), np.repeat(line, copies), np.cumsum(begins_part) - 1


def _latitude_at_edge(lon_a: Floats, lat_a: Floats, lon_b: Floats, lat_b: Floats) -> Floats:
    """Return the latitude at which the great circle through two points meets the antimeridian."""
    a, b = unit_vectors(lat_a, lon_a), unit_vectors(lat_b, lon_b)
    # The point of the chord from a to b at which y is 0.
    share = a[:, 1] / (a[:, 1] - b[:, 1])
    point = a + (b - a) * share[:, None]
    return np.asarray(np.degrees(np.arctan2(point[:, 2], np.hypot(point[:, 0], point[:, 1]))), dtype=np.float64)


def circles(lon: npt.ArrayLike, lat: npt.ArrayLike, radius_km: npt.ArrayLike) -> gpd.GeoSeries:
    """Return the circle on the sphere around each point.

    Parameters
    ----------
    lon, lat, radius_km
        Degrees and kilometers, shape (n,).

    Returns
    -------
    GeoSeries
        EPSG:4326, one polygon per point, to within 0.5 % of its radius. A MultiPolygon where it crosses the antimeridian
        and is cut there; around a pole, up to the pole. None where a value is missing or the radius is not above 0; the
        entire globe for half its circumference or more.

    Examples
    --------
    >>> fiji, pole = circles([179.5, 0.0], [-17.0, 90.0], [100.0, 100.0])
    >>> fiji.geom_type, [round(degrees, 1) for degrees in pole.bounds]
    ('MultiPolygon', [-180.0, 89.1, 180.0, 90.0])
    """
    import geopandas as gpd

    columns = np.broadcast_arrays(*(np.asarray(values, dtype=np.float64) for values in (lon, lat, radius_km)))
    points = np.column_stack([column.ravel() for column in columns])
    known = np.flatnonzero(np.isfinite(points).all(axis=1) & (points[:, 2] > 0))
    distinct, inverse = np.unique(points[known], axis=0, return_inverse=True)
    shapes = np.full(len(points), None, dtype=object)
    shapes[known] = _circles(distinct)[inverse.ravel()]
    return gpd.GeoSeries(shapes, crs=tables.CRS)


def _circles(circled: Floats) -> npt.NDArray[np.object_]:
    """Return circles around points; rows are longitude, latitude and kilometers."""
    import shapely

    reach = np.abs(circled[:, 1]) + np.degrees((circled[:, 2] + _POLAR_KM) / EARTH_RADIUS_KM)
    rings = _rings(circled, _VERTICES)
    plain = (reach < 90) & (np.abs(rings[:, :, 0]).max(axis=1, initial=0) <= 180)
    shapes = np.full(len(circled), None, dtype=object)
    shapes[plain] = shapely.polygons(rings[plain])
    for row in np.flatnonzero(~plain).tolist():
        shapes[row] = _circle(*circled[row].tolist())
    return shapes


def _circle(lon: float, lat: float, km: float) -> shapely.Geometry:
    """Return a circle that may lie around a pole or across the antimeridian."""
    import shapely
    from shapely.affinity import translate
    from shapely.geometry.polygon import orient

    world = shapely.box(-180, -90, 180, 90)
    to_poles = EARTH_RADIUS_KM * np.radians([90 - lat, 90 + lat])
    if km >= to_poles.sum():
        return world
    # An edge that runs almost through a pole would be ambiguous: let it pass on one side.
    for away in to_poles:
        if abs(km - away) < _POLAR_SHARE * km:
            km = float(away) * (1 - _POLAR_SHARE) or _POLAR_SHARE * km
    north, south = (to_poles < km).tolist()
    if north and south:
        return world.difference(_circle((lon + 360) % 360 - 180, -lat, float(to_poles.sum()) - km))
    is_polar = bool((to_poles < km + _POLAR_KM).any())
    (ring,) = _rings(np.array([[lon, lat, km]]), _POLAR_VERTICES if is_polar else _VERTICES)
    if north or south:
        edge = 90.0 if north else -90.0
        ring = np.concatenate([ring, [[ring[-1, 0], edge], [ring[0, 0], edge]]])
    whole = shapely.Polygon(ring)
    turns = range(int(np.floor((whole.bounds[0] + 180) / 360)), int(np.floor((whole.bounds[2] + 180) / 360)) + 1)
    parts = [shapely.intersection(translate(whole, -360 * turn), world) for turn in turns]
    pieces = [orient(piece) for piece in shapely.get_parts(shapely.union_all(parts)) if piece.area > 0]
    return pieces[0] if len(pieces) == 1 else shapely.MultiPolygon(pieces)


def _rings(circled: Floats, vertices: int) -> Floats:
    """Return the vertices of circles, the first again at the end, with longitudes that run on beyond 180 degrees."""
    import pyproj

    sphere = pyproj.Geod(a=EARTH_RADIUS_KM * 1000, b=EARTH_RADIUS_KM * 1000)
    # The exterior of a polygon runs counterclockwise.
    azimuth, lon = np.broadcast_arrays(np.linspace(0, -360, vertices + 1), circled[:, [0]])
    lat, meters = (np.broadcast_to(circled[:, [column]], lon.shape) for column in (1, 2))
    east, north, _ = sphere.fwd(lon, lat, azimuth, 1000 * meters)
    east = np.unwrap(east, period=360, axis=1)
    turns = np.round((east[:, -1] - east[:, 0]) / 360)
    east[:, -1], north[:, -1] = east[:, 0] + 360 * turns, north[:, 0]
    return np.stack([east, north], axis=2)


def polygons(shapes: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return polygons in EPSG:4326, with the columns and labels that they have.

    Raises
    ------
    InvalidTable
        If they have no coordinate system or a row is not a polygon.
    """
    tables.require_geometry(shapes, what="shapes")
    if shapes.crs is None:
        raise InvalidTable("the shapes have no coordinate system; set it with shapes.set_crs(...)")
    kinds = shapes.geometry.geom_type
    wrong = (kinds.notna() & ~kinds.isin(("Polygon", "MultiPolygon"))).to_numpy()
    if wrong.any():
        row = int(wrong.argmax())
        raise InvalidTable(f"row {row} of the shapes is not a polygon but a {kinds.iloc[row]}")
    return shapes.to_crs(tables.CRS)


def rows_inside(
    shapes: gpd.GeoDataFrame, lon: npt.ArrayLike, lat: npt.ArrayLike, *, tolerance: float | None = None
) -> Ints:
    """Return which polygon each point lies in.

    Parameters
    ----------
    shapes
        Polygons in EPSG:4326.
    lon, lat
        Degrees, shape (n,).
    tolerance
        In degrees: a point outside all polygons belongs to the nearest one that is at most so far away.

    Returns
    -------
    ndarray
        The position of the polygon in the table, of several the first; -1 for none, or where a coordinate is missing.

    Examples
    --------
    >>> import geomap
    >>> countries = geomap.shapes("country")
    >>> row, at_sea = rows_inside(countries, [43.12, -30.0], [36.34, 0.0])
    >>> countries["country_code"].iloc[row], int(at_sea)
    ('IQ', -1)
    """
    import shapely

    points = np.asarray(shapely.points(np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64)))
    found = np.full(len(points), -1, dtype=np.int64)
    if tolerance is not None:
        known = np.flatnonzero(np.isfinite(shapely.get_x(points) + shapely.get_y(points)))
        near, rows = shapes.sindex.nearest(points[known], return_all=False, max_distance=tolerance)
        found[known[near]] = rows
    point, rows = shapes.sindex.query(points, predicate="intersects")
    # Of several polygons the one assigned last stays: the first in the table.
    order = np.lexsort([-rows, point])
    found[point[order]] = rows[order]
    return found
