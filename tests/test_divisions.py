"""The first-order divisions of the world: one coverage, keyed as the gazetteer keys them."""

from __future__ import annotations

import importlib.util
import time
from pathlib import Path
from types import ModuleType

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from laws import many
from test_shapes import COLUMBUS, MOSUL, NOWHERE, OHIO, mentions

import geomap
from geomap import errors, tables
from geomap.analysis import by_area
from geomap.evaluation._regions import inside_region
from geomap.gazetteer import Gazetteer
from geomap.outlines import _coverage, _shipped, join_shapes
from geomap.resources._loading import manifest

ROOT = Path(__file__).resolve().parents[1]
DIVISIONS = geomap.shapes("division")
COUNTRIES = _coverage.outlines(_shipped.area_table("country").index)


def divisions_at(lon: float, lat: float) -> list[str]:
    return DIVISIONS[DIVISIONS.intersects(shapely.Point(lon, lat))]["area_id"].tolist()


# What ships


def test_divisions_have_the_columns_of_states_and_their_code() -> None:
    assert list(DIVISIONS.columns) == ["area_id", *_shipped.SHAPES, "geometry"]
    assert DIVISIONS.crs == tables.CRS
    assert DIVISIONS["area_id"].is_monotonic_increasing and DIVISIONS["area_id"].is_unique
    assert DIVISIONS["place_id"].is_unique
    assert DIVISIONS[["name", "country_code", "country", "admin1"]].notna().all(axis=None)
    assert (DIVISIONS["area_id"].str.partition(".")[0] == DIVISIONS["country_code"]).all()


def test_every_outline_is_a_valid_polygon_between_the_antimeridians() -> None:
    for shapes in (DIVISIONS.geometry.to_numpy(), np.array(list(COUNTRIES.values()))):
        assert shapely.is_valid(shapes).all()
        assert set(shapely.get_type_id(shapes).tolist()) == {3, 6}
        west, south, east, north = shapely.total_bounds(shapes)
        assert (west, east) == (-180, 180)
        assert -90 <= south < north <= 90


def test_neighbors_share_their_borders_without_gaps_and_overlaps() -> None:
    assert shapely.coverage_is_valid(DIVISIONS.geometry.to_numpy())
    assert shapely.coverage_is_valid(list(COUNTRIES.values()))
    some = DIVISIONS[DIVISIONS["country_code"].isin(["IQ", "SY", "TR", "CH", "AT", "IT", "SI"])].geometry.to_numpy()
    assert shapely.union_all(some).area == pytest.approx(shapely.area(some).sum(), rel=1e-12)


def test_a_country_is_the_union_of_its_divisions_where_all_have_an_outline() -> None:
    for code in ("IQ", "US", "FR", "IT", "GB"):
        own = shapely.coverage_union_all(geomap.shapes("division", countries=code).geometry.to_numpy())
        assert own.equals(COUNTRIES[code]), code


def test_every_country_has_an_outline() -> None:
    assert set(COUNTRIES) == set(_shipped.area_table("country").index)


def test_every_division_is_the_gazetteers_place_of_that_id(gazetteer: Gazetteer) -> None:
    for row in DIVISIONS.itertuples():
        place = gazetteer.place(row.place_id)
        assert place is not None, row.area_id
        assert f"{place.country_code}.{place.admin1_code}" == row.area_id
        assert place.name.strip() == row.name
        assert place.feature_code == "ADM1"


@pytest.mark.slow
def test_most_towns_lie_in_their_own_division_and_most_divisions_have_an_outline(gazetteer: Gazetteer) -> None:
    store = gazetteer._store
    places = pd.DataFrame(filter(None, map(store.by_row, range(1, sum(store.counts().values()) + 1))))
    code = places["country_code"] + "." + places["admin1_code"].fillna("")
    assert code[places["feature_code"] == "ADM1"].isin(DIVISIONS["area_id"]).mean() >= 0.9
    towns = (places["feature_class"] == "P") & (places["population"] >= 15_000) & code.isin(DIVISIONS["area_id"])
    towns_in, row = DIVISIONS.sindex.query(
        shapely.points(places["lon"][towns], places["lat"][towns]), predicate="intersects"
    )
    own = code[towns].to_numpy()[towns_in] == DIVISIONS["area_id"].to_numpy()[row]
    assert len(own) > 30_000
    # Most others are on a coast or in a lagoon.
    assert own.sum() / towns.sum() >= 0.97
    assert own.mean() >= 0.978


@pytest.mark.parametrize(
    ("lon", "lat", "code"),
    [
        (43.12, 36.335, "IQ.15"), (38.0, 36.0, "SY.09"), (-82.99, 39.96, "US.OH"), (-0.12, 51.5, "GB.ENG"),
        (2.35, 48.85, "FR.11"), (9.19, 45.46, "IT.09"), (-5.98, 37.38, "ES.51"), (-1.9, 47.2, "FR.52"),
        (-66.1, 18.4, "PR.127"), (179.3, -16.5, "FJ.03"), (-173.2, 64.5, "RU.15"), (178.0, 67.0, "RU.15"),
    ],
)  # fmt: skip
def test_a_point_lies_in_its_division_and_no_other(lon: float, lat: float, code: str) -> None:
    assert divisions_at(lon, lat) == [code]


@pytest.mark.parametrize(
    ("lon", "lat", "code", "noted"),
    [
        (34.10, 44.95, "UA.11", True), (33.52, 44.6, "UA.20", True), (35.77, 33.0, "IL.03", True),
        (33.35, 35.25, "CY.01", True), (21.17, 42.67, "XK.10097360", True), (121.5, 25.03, "TW.03", True),
        (41.02, 43.0, "GE.02", True), (29.64, 46.84, "MD.58", True), (74.80, 34.08, "IN.12", True),
        (74.31, 35.92, "PK.07", True), (93.6, 27.1, "IN.30", True), (35.2, 31.9, "PS.WE", True),
        (44.06, 9.56, "SO", False), (-13.2, 27.15, "EH", False), (-15.0, 23.7, "EH", False), (55.45, -20.9, "RE", False),
    ],
)  # fmt: skip
def test_disputed_ground_goes_by_the_code_of_geonames(lon: float, lat: float, code: str, noted: bool) -> None:
    assert [name for name, shape in COUNTRIES.items() if shapely.intersects(shape, shapely.Point(lon, lat))] == [
        code[:2]
    ]
    if "." in code:
        assert divisions_at(lon, lat) == [code]
        assert DIVISIONS.set_index("area_id")["note"].notna()[code] == noted


def test_divisions_that_natural_earth_draws_otherwise_are_left_out() -> None:
    counts = DIVISIONS["country_code"].value_counts()
    assert counts.get("KE", 0) <= 1
    assert "LU.LU" not in set(DIVISIONS["area_id"])
    assert (counts["FR"], counts["ES"], counts["GB"], counts["US"]) == (13, 19, 4, 51)


def test_the_outlines_fit_into_two_megabytes_together() -> None:
    shipped = manifest()
    files = ("divisions.bin.gz", "divisions.csv", "basemap.json.gz", "us_states.json.gz", "outlines.csv")
    assert sum(int(str(shipped[name]["bytes"])) for name in files) < 1_900_000


# Asking for some


def test_one_country_or_several_are_those_rows_of_the_whole() -> None:
    own = geomap.shapes("division", countries=["SY", "IQ"])
    assert set(own["country_code"]) == {"IQ", "SY"}
    assert own.equals(DIVISIONS[DIVISIONS["country_code"].isin(["IQ", "SY"])].reset_index(drop=True))
    assert geomap.shapes("country", countries="IQ")["name"].tolist() == ["Iraq"]
    assert len(geomap.shapes("us_state", countries="US")) == 51
    assert geomap.shapes("us_state", countries="IQ").empty


def test_a_country_that_there_is_not_is_named() -> None:
    with pytest.raises(errors.InvalidTable, match="'Iraq' is no country code"):
        geomap.shapes("division", countries=["SY", "Iraq"])


def test_a_country_is_decoded_without_the_others() -> None:
    _coverage.coverage()
    begin = time.perf_counter()
    found = _coverage.outlines(f"IQ.{number:02}" for number in range(30))
    assert 18 <= len(found) <= 19
    assert time.perf_counter() - begin < 0.2  # milliseconds; the world takes half a second


def test_codes_without_an_outline_are_left_out() -> None:
    assert _coverage.outlines([]) == {}
    assert list(_coverage.outlines(["XX.99", "IQ.15", "IQ.15"])) == ["IQ.15"]


# What reads them


def test_a_mention_joins_its_division_by_point_id_and_name() -> None:
    table = mentions(COLUMBUS, OHIO, MOSUL, NOWHERE)
    assert join_shapes(table, DIVISIONS)["area_id"].fillna("").tolist() == ["US.OH", "", "IQ.15", ""]
    assert join_shapes(table, DIVISIONS, on="place_id")["area_id"].fillna("").tolist() == ["", "US.OH", "", ""]
    assert join_shapes(table, DIVISIONS, on="admin1")["area"].fillna("").tolist() == ["Ohio", "Ohio", "Nineveh", ""]


def test_by_area_counts_a_division_by_name_and_else_by_point() -> None:
    unknown = MOSUL | {"admin1": "Ninawa"}
    abroad = MOSUL | {"admin1": "Ninawa", "country_code": "TR"}
    region = OHIO | {"admin1": "Buckeye", "place_id": "p:2"}
    found = by_area(mentions(COLUMBUS, OHIO, MOSUL, unknown, abroad, region, NOWHERE), within="division")
    assert len(found) == len(DIVISIONS)
    counted = found[found["mentions"] > 0].set_index("area_id")["mentions"]
    assert counted.to_dict() == {"IQ.15": 2, "US.OH": 2}


def test_a_division_is_right_wherever_the_gold_point_lies_in_it() -> None:
    predicted = pd.DataFrame(
        {
            "feature_code": ["ADM1", "ADM1", "ADM1", "PCLI", "ADM2", "ADM1"],
            "country_code": ["IQ", "IQ", "FR", "UA", "IQ", "IQ"],
            "geonameid": pd.array([92877, 92877, 3012874, 690791, 92877, None], dtype="Int64"),
        }
    )
    lat, lon = [36.3, 33.3, 48.85, 44.95, 36.3, 36.3], [42.0, 44.4, 2.35, 34.1, 42.0, 42.0]
    assert inside_region(lat, lon, predicted).tolist() == [True, False, True, True, False, False]


# How they are packed


def coverage_recipe() -> ModuleType:
    path = ROOT / "data" / "recipes" / "basemap" / "coverage.py"
    spec = importlib.util.spec_from_file_location("basemap_coverage", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


RECIPE = coverage_recipe()


@settings(max_examples=many(25), deadline=None)
@given(
    st.lists(st.sampled_from("abcd"), min_size=16, max_size=16),
    st.lists(st.integers(-300, 300), min_size=50, max_size=50),
)
def test_packing_keeps_every_outline_of_a_coverage(owners: list[str], shifts: list[int]) -> None:
    # Four by four cells whose corners are shifted: owners touch, enclose and surround one another.
    corner = np.array([(x, y) for y in range(5) for x in range(5)]) + np.array(shifts).reshape(-1, 2) / 1000
    cells = [shapely.Polygon(corner[[row, row + 1, row + 6, row + 5]]) for row in range(20) if row % 5 < 4]
    areas = RECIPE.covered(cells, [f"{owner}.1" for owner in owners], tolerance=0.0)
    assert set(areas) == {f"{owner}.1" for owner in owners}
    whole = _coverage.decoded(RECIPE.packed(areas, {**areas, **dict(RECIPE.by_country(areas))}))
    found = _coverage._assembled(whole, np.arange(len(whole.numbers)))
    for code, shape in zip(whole.numbers, found, strict=True):
        expected = shapely.transform(areas[f"{code[0]}.1"], lambda points: points / 1000)
        assert shape.is_valid and shape.equals(expected)


def test_a_ring_between_two_owners_is_written_once() -> None:
    inner, outer = shapely.box(1, 1, 2, 2), shapely.box(0, 0, 3, 3)
    areas = RECIPE.covered([outer.difference(inner), inner], ["a.1", "b.1"], tolerance=0.0)
    whole = _coverage.decoded(RECIPE.packed(areas, areas))
    assert len(whole.arcs) - 1 == 2
    assert gpd.GeoSeries(_coverage._assembled(whole, np.arange(2))).area.tolist() == [8.0, 1.0]
