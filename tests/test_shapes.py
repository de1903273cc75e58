"""The outlines that ship, their ids, and how mentions and places find their shape."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from laws import many

import geomap
from geomap import errors, tables
from geomap.analysis import by_area
from geomap.gazetteer import Gazetteer
from geomap.outlines import _joining, _shipped, join_shapes

ROOT = Path(__file__).resolve().parents[1]
COUNTRIES = geomap.shapes("country")
STATES = geomap.shapes("us_state")


def mentions(*rows: dict[str, object]) -> gpd.GeoDataFrame:
    """Return resolved mentions of points with the columns given, one article each."""
    common = {"status": "resolved", "feature_class": "P", "feature_code": "PPL", "confidence": 0.9}
    numbered = [{"article_id": f"a{number}", **common, **row} for number, row in enumerate(rows)]
    base = {"field": "text", "start": 0, "end": 1, "toponym": "x", "kind": "toponym"}
    return tables.finish_mentions(pd.DataFrame([base | row for row in numbered]))


COLUMBUS = {"country_code": "US", "admin1": "Ohio", "place_id": "p:1", "lon": -82.99, "lat": 39.96}
OHIO = {
    "country_code": "US", "admin1": "Ohio", "place_id": "geonames:5165418", "geonameid": 5165418,
    "feature_class": "A", "feature_code": "ADM1", "lon": -83.0, "lat": 40.25,
}  # fmt: skip
MOSUL = {"country_code": "IQ", "admin1": "Nineveh", "place_id": "geonames:99072", "lon": 43.12, "lat": 36.335}
NOWHERE: dict[str, object] = {"status": "nil", "feature_class": None}


# What ships


def test_both_kinds_have_the_same_columns_in_degrees() -> None:
    for table in (COUNTRIES, STATES):
        assert list(table.columns) == [*_shipped.SHAPES, "geometry"]
        assert table.crs == tables.CRS
        assert table.geometry.is_valid.all()
        assert set(table.geom_type) <= {"Polygon", "MultiPolygon"}
        assert table["place_id"].is_unique
        assert table["geonameid"].notna().all()


@pytest.mark.parametrize("table", [COUNTRIES, STATES], ids=["country", "us_state"])
def test_every_shape_is_the_gazetteers_place_of_that_id(table: gpd.GeoDataFrame, gazetteer: Gazetteer) -> None:
    for row in table.itertuples():
        place = gazetteer.place(row.place_id)
        assert place is not None, row.place_id
        assert (place.place_id, place.geonameid, place.country_code) == (row.place_id, row.geonameid, row.country_code)
        assert place.name.strip() == row.name
        assert str(place.feature_code).startswith(("ADM1",) if table is STATES else ("PCL", "TERR")), row.name


def test_most_gazetteer_points_lie_in_their_own_shape_and_all_near_it(gazetteer: Gazetteer) -> None:
    for table in (COUNTRIES, STATES):
        points = [gazetteer.place(place_id) for place_id in table["place_id"]]
        lon_lat = np.array([(point.lon, point.lat) for point in points])
        degrees = shapely.distance(table.geometry.to_numpy(), shapely.points(lon_lat))
        # Archipelagos, as Hawaii, have their point in the sea between the islands.
        assert (degrees == 0).mean() > (0.97 if table is STATES else 0.85)
        assert degrees.max() < 2.5


@pytest.mark.parametrize(
    ("lon", "lat", "state"),
    [
        (-82.99, 39.96, "Ohio"),
        (-77.03, 38.9, "District of Columbia"),
        (-73.97, 40.78, "New York"),
        (-157.86, 21.31, "Hawaii"),
        (-149.9, 61.2, "Alaska"),
        (172.95, 52.9, "Alaska"),
        (-88.57, 47.0, "Michigan"),
    ],
)
def test_a_point_lies_in_its_state_and_no_other(lon: float, lat: float, state: str) -> None:
    assert STATES[STATES.intersects(shapely.Point(lon, lat))]["name"].tolist() == [state]


def test_states_are_as_large_as_the_census_says_and_do_not_overlap() -> None:
    area = STATES.set_index("name")["area_km2"]
    # Land, United States Census Bureau; the outlines hold inland waters too.
    for name, known in {"Ohio": 105_829, "Texas": 676_587, "Colorado": 268_431, "Rhode Island": 2_678}.items():
        assert known <= area[name] <= 1.08 * known
    total = STATES.to_crs("EPSG:6933").area.sum()
    assert shapely.union_all(STATES.to_crs("EPSG:6933").geometry).area == pytest.approx(total, rel=1e-3)


@pytest.mark.parametrize(
    ("lon", "lat", "code"),
    [
        (34.10, 44.95, "RU"), (37.80, 48.0, "UA"), (41.02, 43.0, "GE"), (43.97, 42.22, "GE"), (29.64, 46.84, "MD"),
        (46.75, 39.82, "AZ"), (74.80, 34.08, "IN"), (74.31, 35.92, "PK"), (79.5, 35.2, "CN"), (76.6, 36.1, "CN"),
        (93.6, 27.1, "IN"), (35.77, 33.0, "IL"), (35.235, 31.78, "PS"), (34.45, 31.5, "PS"), (-13.2, 27.15, "MA"),
        (-10.57, 26.16, "EH"), (44.06, 9.56, "SO"), (21.17, 42.67, "XK"), (121.5, 25.03, "TW"), (145.8, 44.1, "RU"),
        (-57.85, -51.7, "FK"), (35.9, 22.4, "EG"), (33.75, 21.87, "SD"), (28.5, 9.6, "SD"), (24.3, 9.3, "SD"),
        (35.3, 4.9, "KE"), (-59.5, 6.0, "GY"), (-57.3, 3.3, "GY"), (33.35, 35.25, "CY"), (32.97, 34.6, "CY"),
    ],
)  # fmt: skip
def test_a_disputed_place_is_drawn_where_the_note_says(lon: float, lat: float, code: str) -> None:
    inside = COUNTRIES[COUNTRIES.intersects(shapely.Point(lon, lat))]
    assert inside["country_code"].tolist() == [code]
    assert inside["note"].notna().all()


def test_notes_belong_to_countries_that_have_a_shape_and_others_have_none() -> None:
    disputed = _shipped.area_table("country")["note"].dropna()
    assert len(disputed) == 30
    assert set(disputed.index) <= set(COUNTRIES["country_code"])
    assert COUNTRIES.set_index("country_code")["note"].dropna().to_dict() == disputed.to_dict()
    assert STATES["note"].isna().all()


def test_the_shapes_stay_small() -> None:
    shipped_bytes = sum(
        len((files("geomap.resources") / name).read_bytes()) for name in ("basemap.json.gz", "us_states.json.gz")
    )
    assert shipped_bytes < 1_500_000


def test_codes_are_unique_and_in_order() -> None:
    for kind, count in (("country", 250), ("us_state", 51)):
        table = _shipped.area_table(kind)
        assert len(table) == count
        assert table.index.to_list() == sorted(set(table.index))
        assert table["geonameid"].is_unique


def test_the_shipped_table_of_outlines_is_the_one_kept_by_hand() -> None:
    table = pd.read_csv(ROOT / "data" / "gazetteer" / "countries.csv", dtype="str", keep_default_na=False)
    shipped = _shipped.area_table("country").reset_index()[table.columns].astype(object).fillna("").astype(str)
    assert shipped.to_dict("list") == table.to_dict("list")


def test_every_outline_of_a_country_is_in_the_shipped_file() -> None:
    names = _shipped.area_table("country")["outlines"].dropna().str.split("|").explode()
    assert names.is_unique
    # The glacier lies between three claims.
    assert set(_shipped.drawn_outlines("country")) - set(names) == {"Siachen Glacier"}
    assert set(names) <= set(_shipped.drawn_outlines("country"))


def test_changing_a_table_of_shapes_changes_no_later_one() -> None:
    table = geomap.shapes("us_state")
    table.loc[0, "name"] = "changed"
    table.geometry = table.geometry.translate(90, 0)
    assert geomap.shapes("us_state").equals(STATES)


def test_another_kind_is_an_error_that_names_those_there_are() -> None:
    with pytest.raises(errors.InvalidTable, match="'country', 'us_state'"):
        geomap.shapes("county")


# Joining


def test_a_mention_joins_the_shape_that_its_point_lies_in() -> None:
    joined = join_shapes(mentions(COLUMBUS, MOSUL, OHIO, NOWHERE), STATES)
    assert joined["area"].tolist()[0] == "Ohio"
    assert joined["area_id"].tolist()[0] == "geonames:5165418"
    # Mosul is in no state; a state's one point says nothing of the shapes around; a nil mention has no point.
    assert joined["area"].isna().tolist() == [False, True, True, True]
    assert join_shapes(mentions(OHIO), STATES, areas=True)["area"].tolist() == ["Ohio"]


def test_every_row_stays_with_its_index_and_columns() -> None:
    table = mentions(COLUMBUS, NOWHERE, MOSUL).set_index(pd.Index([7, 3, 5]))
    joined = join_shapes(table, COUNTRIES, on="country_code")
    assert isinstance(joined, gpd.GeoDataFrame)
    pd.testing.assert_frame_equal(pd.DataFrame(joined[table.columns]), pd.DataFrame(table))
    assert joined["area"].fillna("").tolist() == ["United States", "", "Iraq"]
    assert "area_id" not in table.columns


def test_ids_and_divisions_join_by_their_columns() -> None:
    table = mentions(COLUMBUS, OHIO, MOSUL)
    assert join_shapes(table, STATES, on="geonameid")["area"].notna().tolist() == [False, True, False]
    assert join_shapes(table, STATES, on="place_id")["area"].notna().tolist() == [False, True, False]
    assert join_shapes(table, STATES, on="admin1")["area"].notna().tolist() == [True, True, False]


def test_own_shapes_of_another_system_and_ids_read_as_decimals_join(tmp_path: Path) -> None:
    own = STATES[["geonameid", "geometry"]].to_crs("EPSG:3857").astype({"geonameid": "float64"})
    own.to_file(tmp_path / "own.gpkg")
    own = gpd.read_file(tmp_path / "own.gpkg")
    table = mentions(COLUMBUS, OHIO)
    ohio = str(STATES.index[STATES["name"] == "Ohio"][0])
    assert join_shapes(table, own, on="geonameid")["area_id"].fillna("").tolist() == ["", ohio]
    assert join_shapes(table, own)["area_id"].fillna("").tolist() == [ohio, ""]
    assert join_shapes(table, own)["area"].isna().all()


def test_a_places_table_joins_as_mentions_do() -> None:
    places = geomap.places(mentions(COLUMBUS, COLUMBUS, MOSUL))
    joined = join_shapes(places, COUNTRIES)
    assert dict(zip(joined["place_id"], joined["area"], strict=True)) == {
        "p:1": "United States", "geonames:99072": "Iraq",
    }  # fmt: skip


def test_mentions_in_another_system_are_brought_to_degrees() -> None:
    assert join_shapes(mentions(COLUMBUS).to_crs("EPSG:3857"), STATES)["area"].tolist() == ["Ohio"]


def test_the_active_geometry_joins_whatever_its_column_is_called() -> None:
    table = mentions(COLUMBUS).rename_geometry("point")
    assert join_shapes(table, STATES)["area"].tolist() == ["Ohio"]


@pytest.mark.parametrize(
    ("shapes", "on", "error", "words"),
    [
        (STATES, "country_code", errors.InvalidTable, "duplicate country_code 'US'"),
        (STATES, "region", errors.InvalidTable, "'geometry', 'place_id', 'geonameid', 'country_code', 'admin1'"),
        (
            STATES.drop(columns="geonameid"),
            "geonameid",
            errors.ColumnMissing,
            "shapes table lacks the column geonameid",
        ),
        (STATES.set_crs(None, allow_override=True), "geometry", errors.InvalidTable, "no coordinate system"),
        (STATES.set_geometry(STATES.to_crs(3857).centroid), "geometry", errors.InvalidTable, "row 0 .* not a polygon"),
    ],
)
def test_shapes_that_cannot_be_joined_say_why(
    shapes: gpd.GeoDataFrame, on: str, error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        join_shapes(mentions(COLUMBUS), shapes, on=on)


@settings(max_examples=many(25), deadline=None)
@given(st.lists(st.tuples(st.floats(-180, 180), st.floats(-90, 90)), max_size=30))
def test_the_join_by_point_is_what_shapely_finds_point_by_point(points: list[tuple[float, float]]) -> None:
    table = mentions(*({"lon": lon, "lat": lat} for lon, lat in points)) if points else tables.empty_mentions()
    rows = _joining.matched_rows(table, STATES)
    shapes = STATES.geometry.to_numpy()
    for row, (lon, lat) in zip(rows, points, strict=True):
        hits = [number for number, shape in enumerate(shapes) if shape.intersects(shapely.Point(lon, lat))]
        assert row == (hits[0] if hits else -1)


# Counting in shapes


def test_by_area_counts_a_state_and_what_lies_in_it() -> None:
    found = by_area(mentions(COLUMBUS, OHIO, MOSUL, NOWHERE), within="us_state").set_index("name")
    assert len(found) == 51
    assert found.loc["Ohio", "mentions"] == 2
    assert found["mentions"].sum() == 2
    assert found.loc["Ohio", "area_id"] == "geonames:5165418"


def test_by_area_joins_own_shapes_on_a_column() -> None:
    own = COUNTRIES[COUNTRIES["country_code"].isin(["IQ", "SY"])]
    found = by_area(mentions(COLUMBUS, OHIO, MOSUL), within=own, on="country_code").set_index("name")
    assert found["mentions"].to_dict() == {"Iraq": 1, "Syria": 0}
    assert found.loc["Iraq", "population"] == 38_433_600
