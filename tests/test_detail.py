"""Rivers, lakes, seas, dashed lines and where names are written: what a map close up draws beside the divisions."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

import geomap
from geomap.outlines import _coverage, _detail, _shipped
from geomap.resources._loading import manifest

DETAIL = _detail.detail()
MOSUL = shapely.Point(43.13, 36.34)


def test_the_detail_takes_less_than_a_megabyte_of_the_wheel() -> None:
    assert int(str(manifest()[_detail.RESOURCE]["bytes"])) <= 1_000_000


def test_the_detail_belongs_to_the_divisions_that_ship() -> None:
    assert DETAIL.divisions == manifest()[_coverage.RESOURCE]["sha256"]
    assert len(DETAIL.division_labels) == len(_shipped.area_table("division"))


def test_everything_that_is_drawn_is_a_valid_shape_between_the_antimeridians() -> None:
    assert shapely.is_valid(DETAIL.shape).all() and not shapely.is_empty(DETAIL.shape).any()
    areal = np.isin(DETAIL.kind, ("lake", "sea"))
    assert set(shapely.get_dimensions(DETAIL.shape[areal]).tolist()) == {2}
    assert set(shapely.get_dimensions(DETAIL.shape[~areal]).tolist()) == {1}
    west, south, east, north = shapely.total_bounds(DETAIL.shape)
    assert -180 <= west < east <= 180 and -90 <= south < north <= 90


def test_names_are_written_within_what_they_name() -> None:
    divisions = geomap.shapes("division")
    inside = shapely.dwithin(divisions.geometry.to_numpy(), shapely.points(DETAIL.division_labels[:, :2]), 0.05)
    assert inside.mean() > 0.99


@pytest.mark.parametrize(
    ("place_id", "near"),
    [
        ("geomap:region/tigris-river", MOSUL),
        ("geomap:region/euphrates-river", shapely.Point(40.15, 35.33)),  # Deir ez-Zor
        ("geomap:region/yangtze-river", shapely.Point(104.6, 28.77)),  # Yibin, a thousand miles from the mouth
    ],
)
def test_a_river_is_a_line_past_the_towns_on_it(place_id: str, near: shapely.Point) -> None:
    (river,) = _detail.water_shapes([place_id]).values()
    assert shapely.get_dimensions(river) == 1
    assert shapely.distance(river, near) < 0.05


def test_a_lake_and_a_sea_are_areas() -> None:
    names = dict(zip(DETAIL.place_ids, DETAIL.names, strict=True))
    ids = {name: place_id for place_id, name in names.items() if place_id}
    found = _detail.water_shapes([ids["Lake Van"], ids["Black Sea"]])
    assert shapely.contains(found[ids["Lake Van"]], shapely.Point(42.9, 38.6))
    assert shapely.contains(found[ids["Black Sea"]], shapely.Point(34, 43))


def test_what_has_no_outline_is_left_out() -> None:
    assert _detail.water_shapes(["geonames:99072", "", "nowhere:1"]) == {}


def between(first: str, second: str) -> set[int]:
    whole = _coverage.coverage()
    wanted = sorted((whole.numbers[first], whole.numbers[second]))
    sides = np.sort(whole.sides(countries=False), axis=1)
    return set(np.flatnonzero((sides == wanted).all(axis=1)).tolist())


@pytest.mark.parametrize(
    ("first", "second", "why"),
    [
        ("UA.11", "UA.08", "Russia holds Crimea"),
        ("IN.12", "PK.06", "the line of control in Kashmir"),
        ("GE.02", "GE.71", "Georgia does not hold Abkhazia"),
        ("KP.09", "KR.13", "the military demarcation line"),
    ],
)
def test_a_disputed_line_is_dashed(first: str, second: str, why: str) -> None:
    lines = between(first, second)
    assert lines and lines <= set(DETAIL.dashed.tolist()), why


def test_a_settled_border_is_not_dashed() -> None:
    lines = between("FR.44", "DE.01") | between("IQ.15", "IQ.18") | between("UA.11", "UA.20")
    assert lines and not lines & set(DETAIL.dashed.tolist())


def test_arcs_have_coasts_borders_and_lines_within_countries_beside_them() -> None:
    countries = _coverage.coverage().sides(countries=True)
    number = (countries >= 0).sum(axis=1)
    assert set(number.tolist()) == {0, 1, 2}
    (line,) = sorted(between("IQ.15", "IQ.18"))[:1]
    assert number[line] == 0
