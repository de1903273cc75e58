"""Distances and lines are tested in tests/analysis; here, which polygon a point lies in."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pyproj
import pytest
import shapely
from hypothesis import example, given
from hypothesis import strategies as st

from geomap.errors import InvalidTable
from geomap.geometry import EARTH_RADIUS_KM, circles, distance_km, polygons, rows_inside

BOXES = gpd.GeoDataFrame(
    {"name": ["west", "east", "over both"]},
    geometry=[shapely.box(0, 0, 1, 1), shapely.box(2, 0, 3, 1), shapely.box(0, 0, 3, 1)],
    crs="EPSG:4326",
)


def test_a_point_lies_in_the_first_of_several_polygons() -> None:
    assert rows_inside(BOXES, [0.5, 2.5, 1.5, 9.0, np.nan], [0.5] * 5).tolist() == [0, 1, 2, -1, -1]
    assert rows_inside(BOXES, [], []).tolist() == []


def test_a_point_off_shore_belongs_to_the_nearest_polygon_within_the_tolerance() -> None:
    lon, lat = [0.5, 0.5, 2.9, 0.5, np.nan], [0.5, 1.2, 0.5, 1.4, 0.0]
    assert rows_inside(BOXES[:2], lon, lat, tolerance=0.3).tolist() == [0, 0, 1, -1, -1]


def test_polygons_come_in_degrees_and_nothing_else_is_a_polygon() -> None:
    again = polygons(BOXES.to_crs("EPSG:3857"))
    assert again.crs == "EPSG:4326"
    assert np.allclose(again.total_bounds, BOXES.total_bounds)
    with pytest.raises(InvalidTable, match="row 1 of the shapes is not a polygon"):
        polygons(BOXES.set_geometry([BOXES.geometry[0], shapely.Point(0, 0), None]))
    with pytest.raises(InvalidTable, match="no coordinate system"):
        polygons(BOXES.set_crs(None, allow_override=True))


@given(st.floats(-90, 90), st.floats(-180, 180), st.floats(0.5, 19_900), st.floats(0, 360))
@example(90.0, 0.0, 100.0, 10.0)
@example(89.5, -180.0, 55.7, 0.0)
@example(-89.0, 10.0, 19_900.0, 200.0)
@example(0.0, 180.0, 10_007.0, 90.0)
def test_a_circle_holds_what_is_nearer_than_its_radius_also_at_the_poles_and_the_antimeridian(
    lat: float, lon: float, km: float, azimuth: float
) -> None:
    (circle,) = circles(lon, lat, km)
    assert circle.is_valid and shapely.box(-180, -90, 180, 90).covers(circle)
    sphere = pyproj.Geod(a=EARTH_RADIUS_KM * 1000, b=EARTH_RADIUS_KM * 1000)
    for share, inside in ((0.99, True), (1.01, False)):
        if km * share < np.pi * EARTH_RADIUS_KM - 1:
            east, north, _ = sphere.fwd(lon, lat, azimuth, 1000 * km * share)
            assert float(distance_km(lat, lon, north, east)) == pytest.approx(km * share, rel=1e-6, abs=1e-3)
            assert circle.covers(shapely.Point(east, north)) == inside


def test_without_a_radius_there_is_no_circle_and_beyond_half_the_globe_it_is_the_globe() -> None:
    nothing, negative, everything = circles([0.0, 0.0, 50.0], [0.0, 0.0, 10.0], [np.nan, -5.0, 30_000.0])
    assert nothing is None and negative is None
    assert everything.bounds == (-180, -90, 180, 90)


def test_the_outer_rings_of_circles_run_counterclockwise() -> None:
    shapes = circles([10.0, 179.9, 0.0], [50.0, 0.0, 89.9], [30.0, 300.0, 500.0])
    assert all(part.exterior.is_ccw for part in shapely.get_parts(shapes.to_numpy()))
