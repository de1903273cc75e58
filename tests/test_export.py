"""Mentions to files and back: what each format keeps, what it cannot hold, and the idioms that still work on them."""

from __future__ import annotations

import csv
import math
import warnings
from pathlib import Path

import folium
import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from laws import many

import geomap
from geomap import errors, tables
from geomap._csv import read_back, write_csv
from geomap.articles import write_articles
from geomap.export import read_mentions, write_mentions
from geomap.gazetteer import Gazetteer

pytestmark = pytest.mark.slow

ENDINGS = (".geojson", ".gpkg", ".parquet", ".csv")
ROW: dict[str, object] = {
    "article_id": "a", "field": "text", "start": 0, "end": 5, "toponym": "Mosul", "kind": "toponym", "usage": "literal",
    "status": "resolved", "recognition_score": 0.1 + 0.2, "confidence": 2 / 3, "place_id": "geonames:99072",
    "geonameid": 99072, "name": "Mosul", "country_code": "IQ", "country": "Iraq", "admin1": "Nineveh",
    "feature_class": "P", "feature_code": "PPLA", "population": 1_683_000, "sentence": "In Mosul.", "title": "A title",
    "published": "2016-10-18T01:02:03.456Z", "source": "Nineveh Ledger", "url": "https://example.org/1",
    "checked": "right", "boilerplate": False, "lon": 43.11889, "lat": 36.335,
    "alternatives": '[[[99072,"Mosul","IQ","15","PPLA",1683000,0.9,36.335,43.11889],["x:1","«موصل»\\t😀",null]],[1,-2]]',
}  # fmt: skip


def mentions(*changes: dict[str, object]) -> gpd.GeoDataFrame:
    """Return one mention for each set of changed values."""
    return tables.finish_mentions(pd.DataFrame([ROW | change for change in changes]))


def difficult() -> gpd.GeoDataFrame:
    """Return mentions with everything that files tend to lose."""
    nil = dict.fromkeys(
        ("place_id", "geonameid", "name", "country_code", "country", "admin1", "feature_class", "feature_code",
         "population", "lon", "lat", "usage", "recognition_score", "checked", "boilerplate", "alternatives")
    )  # fmt: skip
    return mentions(
        {},
        nil | {"status": "nil", "toponym": "Xyzzyville", "published": None, "source": None, "url": None},
        {"toponym": "Windhoek", "country_code": "NA", "sentence": "null, None, NaN; \"quoted\", 'quoted'\tand a tab"},
        {"toponym": "Nan", "name": "Nan", "admin1": "nan", "boilerplate": True, "population": 0},
        {"toponym": "موصل 😀", "sentence": "Café, 東京 😀\r\nand a new line", "title": ""},
        {"article_id": "2016-10-18", "sentence": '["Mosul", 1]', "title": '{"a": 1}', "start": 2**40, "end": 2**40 + 5},
        {"article_id": "007", "lon": 180.0, "lat": -89.99999999999999, "confidence": 5e-324},
        {"lon": 0.1 + 0.2, "lat": 1e-12, "published": "1969-12-31T23:59:59.999+00:00"},
    )


def assert_same(found: gpd.GeoDataFrame, wanted: gpd.GeoDataFrame) -> None:
    """Hold two mentions tables against each other, cell by cell, dtypes and points included."""
    assert isinstance(found, gpd.GeoDataFrame)
    assert found.crs == wanted.crs
    pd.testing.assert_index_equal(found.columns, wanted.columns)
    assert found.geometry.isna().tolist() == wanted.geometry.isna().tolist()
    for axis in (shapely.get_x, shapely.get_y):
        np.testing.assert_array_equal(axis(found.geometry.to_numpy()), axis(wanted.geometry.to_numpy()))
    cells, wanted_cells = (pd.DataFrame(table.drop(columns="geometry")) for table in (found, wanted))
    # Categories that no row has are not written; those that are used are the same.
    for name in cells.select_dtypes("category"):
        assert isinstance(wanted_cells[name].dtype, pd.CategoricalDtype)
        cells[name], wanted_cells[name] = cells[name].astype("str"), wanted_cells[name].astype("str")
    pd.testing.assert_frame_equal(cells, wanted_cells, check_exact=True)


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_file_gives_back_every_cell(tmp_path: Path, ending: str) -> None:
    table = difficult()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        path = write_mentions(table, tmp_path / f"mentions{ending}")
    assert_same(read_mentions(path), table)


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_table_without_rows_comes_back_with_its_columns(tmp_path: Path, ending: str) -> None:
    found = read_mentions(write_mentions(tables.empty_mentions(), tmp_path / f"mentions{ending}"))
    assert len(found) == 0
    pd.testing.assert_series_equal(found.dtypes.astype(str), tables.empty_mentions().dtypes.astype(str))


@pytest.mark.parametrize("ending", ENDINGS)
def test_columns_without_any_value_come_back_in_their_dtype(tmp_path: Path, ending: str) -> None:
    nothing = tables.finish_mentions(
        pd.DataFrame([{"article_id": "a", "field": "text", "start": 0, "end": 1, "toponym": "x", "title": ""}] * 3)
    )
    assert_same(read_mentions(write_mentions(nothing, tmp_path / f"mentions{ending}")), nothing)


_TEXT = st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=12)
_MENTIONS = st.lists(
    st.fixed_dictionaries(
        {
            "toponym": _TEXT,
            "sentence": _TEXT,
            "source": st.none() | _TEXT,
            "confidence": st.floats(0, 1),
            "geonameid": st.none() | st.integers(0, 2**40),
            "published": st.none()
            | st.integers(-(10**9), 4 * 10**9).map(lambda s: pd.Timestamp(s, unit="s", tz="UTC")),
            "boilerplate": st.none() | st.booleans(),
            "lon": st.none() | st.floats(-180, 180),
            "lat": st.floats(-90, 90),
        }
    ),
    min_size=1,
    max_size=4,
)


@pytest.mark.parametrize("ending", ENDINGS)
@settings(max_examples=many(25), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(changes=_MENTIONS)
def test_any_mentions_come_back_the_same(tmp_path: Path, ending: str, changes: list[dict[str, object]]) -> None:
    table = mentions(*changes)
    assert_same(read_mentions(write_mentions(table, tmp_path / f"mentions{ending}")), table)


def _geoparsed(gazetteer: Gazetteer) -> gpd.GeoDataFrame:
    text = "Rain fell on Mosul, on Paris, Texas, and on Qwxyzzton; Iraqi officials met in Córdoba and in Xi'an."
    articles = pd.DataFrame({"article_id": ["a", "b"], "text": [text, "A storm hit Springfield."]})
    found = geomap.Geoparser(recognizer="gazetteer", gazetteer=gazetteer).geoparse(articles)
    assert len(found) >= 5
    return found


@pytest.mark.parametrize("ending", ENDINGS)
def test_every_format_holds_the_runners_up_and_why_the_choice_was_made(
    tmp_path: Path, ending: str, gazetteer: Gazetteer
) -> None:
    table = _geoparsed(gazetteer)
    found = read_mentions(write_mentions(table, tmp_path / f"mentions{ending}"))
    wanted = geomap.alternatives(table)
    assert wanted["rank"].max() == 8
    pd.testing.assert_frame_equal(geomap.alternatives(found), wanted)
    for number in range(len(table)):
        one, same = (geomap.why(each.iloc[[number]], gazetteer=gazetteer) for each in (table, found))
        assert str(one) == str(same)
        pd.testing.assert_frame_equal(one.table, same.table)


@pytest.mark.parametrize("ending", [".geojson", ".gpkg", ".fgb"])
def test_the_runners_up_survive_a_program_that_writes_with_gdal(
    tmp_path: Path, ending: str, gazetteer: Gazetteer
) -> None:
    table, path = _geoparsed(gazetteer), tmp_path / f"mentions{ending}"
    table.to_file(path)
    found = gpd.read_file(path).sort_values(["article_id", "start"], ignore_index=True)
    pd.testing.assert_frame_equal(geomap.alternatives(found), geomap.alternatives(table), check_dtype=False)
    if ending in ENDINGS:
        pd.testing.assert_frame_equal(geomap.alternatives(read_mentions(path)), geomap.alternatives(table))


# What a format cannot hold


def test_geopackage_says_that_it_cuts_times_to_milliseconds(tmp_path: Path) -> None:
    table = mentions({"published": "2016-10-18T01:02:03.456789Z"})
    with pytest.warns(errors.LossyExport, match="times in published are truncated to milliseconds"):
        path = write_mentions(table, tmp_path / "mentions.gpkg")
    assert read_mentions(path)["published"][0] == pd.Timestamp("2016-10-18T01:02:03.456Z")


@pytest.mark.parametrize("ending", [".geojson", ".parquet", ".csv"])
def test_the_other_formats_keep_microseconds(tmp_path: Path, ending: str) -> None:
    table = mentions({"published": "2016-10-18T01:02:03.456789Z"}, {"published": "2016-10-18T00:00:00.000000Z"})
    assert_same(read_mentions(write_mentions(table, tmp_path / f"mentions{ending}")), table)


def test_csv_says_which_empty_text_reads_as_missing(tmp_path: Path) -> None:
    with pytest.warns(errors.LossyExport, match="empty text in admin1 will be read as missing"):
        path = write_mentions(mentions({"admin1": ""}), tmp_path / "mentions.csv")
    assert read_mentions(path)["admin1"].isna().all()


@pytest.mark.parametrize("ending", [".geojson", ".gpkg", ".parquet"])
def test_the_other_formats_tell_empty_text_from_missing(tmp_path: Path, ending: str) -> None:
    path = write_mentions(mentions({"admin1": ""}, {"admin1": None}), tmp_path / f"mentions{ending}")
    assert read_mentions(path)["admin1"].fillna("missing").tolist() == ["", "missing"]


def test_csv_says_that_a_column_named_lon_gives_way(tmp_path: Path) -> None:
    table = mentions({}).assign(lon=1.0)
    with pytest.warns(errors.LossyExport, match="column lon is replaced by that of the points"):
        path = write_mentions(table, tmp_path / "mentions.csv")
    assert read_mentions(path).geometry.x.tolist() == [43.11889]
    kept = read_mentions(write_mentions(table, tmp_path / "mentions.gpkg"))
    assert (kept["lon"].tolist(), kept.geometry.x.tolist()) == ([1.0], [43.11889])


@pytest.mark.parametrize("ending", ENDINGS)
def test_further_columns_go_along_before_the_points(tmp_path: Path, ending: str) -> None:
    table = mentions({}, {}).assign(area="Iraq", note=["a", "b"])
    found = read_mentions(write_mentions(table, tmp_path / f"mentions{ending}"))
    assert list(found.columns[-3:]) == ["area", "note", "geometry"]
    assert found["note"].tolist() == ["a", "b"]


@pytest.mark.parametrize("ending", ENDINGS)
def test_points_in_another_system_are_written_in_degrees(tmp_path: Path, ending: str) -> None:
    found = read_mentions(write_mentions(mentions({}).to_crs("EPSG:3857"), tmp_path / f"mentions{ending}"))
    assert found.crs == tables.CRS
    assert found.geometry.x[0] == pytest.approx(43.11889)
    assert found.geometry.y[0] == pytest.approx(36.335)


@pytest.mark.parametrize("ending", ENDINGS)
def test_the_geometry_column_may_have_any_name_and_columns_may_be_missing(tmp_path: Path, ending: str) -> None:
    table = mentions({}, {"lon": None, "lat": None}).rename_geometry("point")
    few = table[["article_id", "field", "start", "end", "toponym", "source", "point"]]
    found = read_mentions(write_mentions(few, tmp_path / f"mentions{ending}"))
    assert found.geometry.name == "geometry"
    assert (found.geometry.x[0], found.geometry.y[0]) == (43.11889, 36.335)
    assert found.geometry[1] is None
    pd.testing.assert_series_equal(found.dtypes.astype(str), tables.empty_mentions().dtypes.astype(str))
    assert found["source"].tolist() == ["Nineveh Ledger"] * 2
    assert found["status"].isna().all()
    if ending == ".parquet":
        few.to_parquet(tmp_path / "own.parquet")
        assert_same(read_mentions(tmp_path / "own.parquet"), found)


def test_a_category_keeps_its_order_in_geoparquet(tmp_path: Path) -> None:
    table = mentions({"source": "B"}, {"source": "A"})
    table["source"] = table["source"].cat.set_categories(["B", "A", "C"], ordered=True)
    found = read_mentions(write_mentions(table, tmp_path / "mentions.parquet"))
    pd.testing.assert_series_equal(found["source"], table["source"])


def test_writing_leaves_the_table_as_it_was(tmp_path: Path) -> None:
    table = difficult()
    table.attrs["kept"] = 1
    before = table.copy()
    for ending in ENDINGS:
        write_mentions(table, tmp_path / f"mentions{ending}")
    assert_same(table, before)
    assert table.attrs == {"kept": 1}


# Files that are no mentions


def test_a_missing_file_another_ending_and_a_broken_file_are_clear_errors(tmp_path: Path) -> None:
    with pytest.raises(errors.MentionsNotFound, match="file not found"):
        read_mentions(tmp_path / "mentions.csv")
    with pytest.raises(errors.UnsupportedFormat, match=r"\.geojson, \.gpkg, \.parquet, \.csv"):
        read_mentions(tmp_path / "mentions.xlsx")
    for ending in (".geojson", ".gpkg", ".parquet"):
        (tmp_path / f"broken{ending}").write_bytes(b"\x00 not a file of that kind")
        with pytest.raises(errors.MentionsUnreadable, match=rf"broken{ending} cannot be read"):
            read_mentions(tmp_path / f"broken{ending}")
    (tmp_path / "broken.csv").write_bytes(b"article_id,start\n\xff\xfe,1\n")
    with pytest.raises(errors.MentionsUnreadable, match="cannot be read"):
        read_mentions(tmp_path / "broken.csv")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"start": "early"}, "column start cannot be read as int64"),
        ({"confidence": "high"}, "column confidence cannot be read as float64"),
        ({"published": "some day"}, "column published cannot be read as datetime64"),
        (
            {"boilerplate": "perhaps"},
            "column boilerplate cannot be read as boolean: 'perhaps' is neither true nor false",
        ),
        ({"start": None}, "column start"),
    ],
)
def test_a_value_of_the_wrong_type_names_the_file_and_the_column(
    tmp_path: Path, change: dict[str, object], words: str
) -> None:
    pd.DataFrame([ROW | change]).to_csv(tmp_path / "mentions.csv", index=False)
    with pytest.raises(errors.MentionsUnreadable, match=rf"mentions\.csv: {words}"):
        read_mentions(tmp_path / "mentions.csv")


def test_a_table_of_something_else_is_refused(tmp_path: Path) -> None:
    geomap.shapes("us_state").to_parquet(tmp_path / "states.parquet")
    with pytest.raises(errors.MentionsUnreadable, match="not a mentions table: missing column article_id"):
        read_mentions(tmp_path / "states.parquet")
    table = mentions({}).set_geometry(mentions({}).to_crs(3857).buffer(1000).to_crs(4326))
    table.to_file(tmp_path / "areas.gpkg")
    with pytest.raises(errors.MentionsUnreadable, match=r"row 0: expected a Point, got a Polygon"):
        read_mentions(tmp_path / "areas.gpkg")


def test_a_file_of_another_program_with_few_columns_becomes_a_mentions_table(tmp_path: Path) -> None:
    (tmp_path / "few.csv").write_text(
        "article_id,field,start,end,toponym,lon,lat,boilerplate\n7,text,0,5,Mosul,43.1,36.3,1\n7,text,9,14,Nan,,,\n"
    )
    found = read_mentions(tmp_path / "few.csv")
    pd.testing.assert_series_equal(found.dtypes.astype(str), tables.empty_mentions().dtypes.astype(str))
    assert found["toponym"].tolist() == ["Mosul", "Nan"]
    assert found["article_id"].tolist() == ["7", "7"]
    assert found["boilerplate"].tolist() == [True, pd.NA]
    assert found.geometry.isna().tolist() == [False, True]


# The idioms of pandas and geopandas on what geoparse returns


@pytest.fixture(scope="module")
def geoparsed(gazetteer: Gazetteer) -> gpd.GeoDataFrame:
    """Return real mentions: with a nil, an emoji, an undated article and one without a source."""
    articles = pd.DataFrame(
        {
            "article_id": ["a", "b", "c"],
            "title": ["Mosul 😀", "", "Windhoek"],
            "text": [
                "Troops moved from Mosul to Erbil.\r\nThey passed Xyzzyville, Iraq 😀.",
                "Rain fell on Nan, Thailand, and on Springfield.",
                "The minister left Windhoek, Namibia, for Paris.",
            ],
            "published": pd.to_datetime(["2016-10-18T01:02:03.456Z", None, "2017-01-01T00:00:00.000Z"], utc=True),
            "source": ["Desk", None, "Desk"],
        }
    )
    parser = geomap.Geoparser(recognizer="gazetteer", ranker="hand-set", gazetteer=gazetteer, min_confidence=0.7)
    return parser.geoparse(articles)


@pytest.mark.parametrize("ending", ENDINGS)
def test_geoparsed_mentions_come_back_the_same(geoparsed: gpd.GeoDataFrame, tmp_path: Path, ending: str) -> None:
    assert set(geoparsed["status"]) == {"resolved", "nil"}
    found = read_mentions(write_mentions(geoparsed, tmp_path / f"mentions{ending}"))
    assert_same(found, geoparsed)
    pd.testing.assert_frame_equal(pd.DataFrame(geomap.places(found)), pd.DataFrame(geomap.places(geoparsed)))


def test_query_groupby_and_merge_keep_a_geodataframe(geoparsed: gpd.GeoDataFrame) -> None:
    iraq = geoparsed.query("country_code == 'IQ' and confidence > 0")
    assert isinstance(iraq, gpd.GeoDataFrame)
    assert set(iraq["country"]) == {"Iraq"}
    assert geoparsed.groupby("article_id").size().sum() == len(geoparsed)
    assert geoparsed.groupby("source", observed=True)["place_id"].nunique()["Desk"] > 2
    merged = geoparsed.merge(pd.DataFrame({"country_code": ["IQ"], "seen": [True]}), on="country_code", how="left")
    assert isinstance(merged, gpd.GeoDataFrame)
    assert merged["seen"].notna().sum() == len(geoparsed.query("country_code == 'IQ'"))
    assert len(geomap.places(iraq)) == iraq["place_id"].nunique()


def test_geopandas_own_writers_take_mentions_and_places(geoparsed: gpd.GeoDataFrame, tmp_path: Path) -> None:
    for number, table in enumerate((geoparsed, geomap.places(geoparsed), geoparsed.query("country_code == 'IQ'"))):
        table.to_parquet(tmp_path / f"{number}.parquet")
        table.to_file(tmp_path / f"{number}.gpkg")
        table.to_file(tmp_path / f"{number}.geojson")
        back = gpd.read_parquet(tmp_path / f"{number}.parquet")
        pd.testing.assert_series_equal(back.dtypes.astype(str), table.dtypes.astype(str))
        for name in ("gpkg", "geojson"):
            found = gpd.read_file(tmp_path / f"{number}.{name}")
            assert len(found) == len(table)
            assert found["name"].fillna("").tolist() == table["name"].fillna("").tolist()


def test_explore_of_geopandas_draws_mentions_and_places(geoparsed: gpd.GeoDataFrame) -> None:
    for table in (geoparsed, geomap.places(geoparsed)):
        drawn = table.explore()
        assert isinstance(drawn, folium.Map)
        assert "Windhoek" in drawn.get_root().render()


def test_spatial_idioms_measure_from_the_points(geoparsed: gpd.GeoDataFrame) -> None:
    world = geomap.shapes("country")[["country_code", "geometry"]].rename(columns={"country_code": "inside"})
    joined = geoparsed.sjoin(world, predicate="within")
    assert (joined["inside"] == joined["country_code"]).all()
    known = geoparsed[geoparsed.geometry.notna()]
    assert math.isfinite(known.to_crs("EPSG:6933").distance(known.to_crs("EPSG:6933").geometry.iloc[0]).max())


@pytest.mark.parametrize("ending", [".geojson", ".gpkg", ".parquet"])
def test_a_mention_with_a_radius_is_written_as_a_ring_when_asked_for_and_read_back_as_its_middle(
    tmp_path: Path, ending: str
) -> None:
    table = mentions({}, {"precision": "offset", "radius_km": 12.5, "lon": 179.95, "lat": -17.0})
    path = write_mentions(table, tmp_path / f"mentions{ending}", rings=True)
    written = gpd.read_parquet(path) if ending == ".parquet" else gpd.read_file(path)
    assert written.geometry.geom_type.tolist() == ["Point", "MultiPolygon"]
    assert written["precision"].tolist()[1] == "offset" and written["radius_km"].tolist()[1] == 12.5
    assert (written["lon"].tolist()[1], written["lat"].tolist()[1]) == (179.95, -17.0)
    area_km2 = written.geometry.iloc[[1]].to_crs("ESRI:54034").area.iloc[0] / 1e6
    assert area_km2 == pytest.approx(np.pi * 12.5**2, rel=0.02)
    assert_same(read_mentions(path), table)


def test_a_table_of_csv_holds_no_rings(tmp_path: Path) -> None:
    with pytest.raises(errors.UnsupportedFormat, match="CSV holds no shapes"):
        write_mentions(mentions({}), tmp_path / "mentions.csv", rings=True)


@pytest.mark.parametrize("ending", ENDINGS)
def test_every_format_has_precision_and_radius(tmp_path: Path, ending: str) -> None:
    table = mentions({"precision": "within", "radius_km": 4.0}, {"precision": "place"})
    found = read_mentions(write_mentions(table, tmp_path / f"mentions{ending}"))
    assert found["precision"].tolist() == ["within", "place"] and found["radius_km"].iloc[0] == 4.0


# What a spreadsheet would run

FORMULAS = ("=1+1", '=HYPERLINK("x")', "+44 20 7946", "-5 people", "@here", "\t=1", "\r=1", "=", "-")
PLAIN = ("-3.5", "+7", "1e5", "-.5e-3", "'tis", "a=b", " =1", "'")


@pytest.mark.parametrize("escape", [True, False])
@pytest.mark.parametrize("text", [*FORMULAS, *PLAIN, "'=1", "''=1", "'-3.5"])
def test_text_in_csv_is_read_back_whether_or_not_formulas_are_escaped(tmp_path: Path, text: str, escape: bool) -> None:
    table = mentions({"toponym": text, "sentence": f"{text}\nand more"}).assign(note=text)
    path = write_mentions(table.rename(columns={"note": "=note"}), tmp_path / "m.csv", escape_formulas=escape)
    back = read_mentions(path)
    assert back["sentence"].to_list() == table["sentence"].to_list()
    assert back["toponym"].to_list() == back["=note"].to_list() == [text]


@pytest.mark.parametrize("text", FORMULAS)
def test_no_cell_is_a_formula_where_they_are_escaped(tmp_path: Path, text: str) -> None:
    table = mentions({"toponym": text, "title": text, "lon": -3.5}).assign(**{text: text})
    path = write_mentions(table, tmp_path / "m.csv", escape_formulas=True)
    with path.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.reader(stream))
    suspect = [cell for row in rows for cell in row if cell[:1] and cell[0] in "=+-@\t\r"]
    assert suspect == ["-3.5"]
    assert [cell for cell in rows[1] if cell == "-3.5"] == ["-3.5"]
    bare = write_mentions(table, tmp_path / "bare.csv").read_text("utf-8")
    assert "'" + text not in bare.replace("\r\n", "\n")


@settings(max_examples=many(60), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(st.sampled_from("'=+-@\t\r\n1.e\"a, "), min_size=1, max_size=6), st.booleans())
def test_any_text_comes_back_from_csv(tmp_path: Path, text: str, escape: bool) -> None:
    path = tmp_path / "any.csv"
    write_csv(pd.DataFrame({"id": ["x"], "text": [text]}), path, escape_formulas=escape)
    back = read_back(pd.read_csv(path, dtype=str, keep_default_na=False, na_values=[""]))
    assert back["text"].to_list() == [text]


def test_articles_that_begin_like_formulas_come_back_from_csv(tmp_path: Path) -> None:
    articles = pd.DataFrame(
        {"article_id": ["=1", "@2"], "title": ["-5 degrees", "'=x"], "text": ["=A1 in Mosul", "+ Erbil"]}
    )
    path = write_articles(articles, tmp_path / "articles.csv", escape_formulas=True)
    assert "'=A1 in Mosul" in path.read_text("utf-8")
    back = geomap.read_articles(path)
    assert back[["article_id", "title", "text"]].to_numpy().tolist() == articles.to_numpy().tolist()
