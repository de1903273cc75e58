"""Distances and lines are tested in tests/analysis; here, which polygon a point lies in."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely

from geomap.errors import InvalidTable
from geomap.geometry import polygons, rows_inside

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
