"""Files of other publishers as gazetteers; each is written here after its published schema, with odd rows that it allows."""

from __future__ import annotations

import bz2
import gzip
import json
import lzma
import sqlite3
import tracemalloc
import warnings
import zipfile
from collections.abc import Callable, Iterable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from laws import many

from geomap.errors import GazetteerRowsSkipped, InvalidGazetteer, MissingDependency
from geomap.gazetteer import Gazetteer, NameKind
from geomap.gazetteer._adapters._formats import places_of_file
from geomap.gazetteer._adapters._json_items import JsonItems
from geomap.gazetteer._adapters._records import CustomPlace, clean_name
from geomap.gazetteer._adapters._skipping import Skipped


def read(path: Path) -> tuple[list[CustomPlace], Skipped]:
    skipped = Skipped()
    return list(places_of_file(path, skipped)), skipped


def names_of(place: CustomPlace) -> set[str]:
    return {place.place.name, *(name.name for name in place.names)}


def record(number: int, **properties: Any) -> dict[str, Any]:
    """Return a record of Who's On First."""
    usual = {
        "wof:id": number,
        "wof:name": f"Place {number}",
        "wof:placetype": "locality",
        "wof:country": "IQ",
        "wof:lastmodified": 1700000000,
        "geom:latitude": 36.0,
        "geom:longitude": 43.0,
        "mz:is_current": 1,
        "wof:superseded_by": [],
        "edtf:deprecated": "uuuu",
        "edtf:cessation": "",
    }
    geometry = {"type": "Point", "coordinates": [43.0, 36.0]}
    return {"type": "Feature", "id": number, "properties": usual | properties, "geometry": geometry}


RECORDS = [
    record(
        1,
        **{
            "wof:name": "Hamam",
            "name:eng_x_preferred": ["Hammam al-Alil"],
            "name:ara_x_preferred": ["حمام العليل"],
            "name:eng_x_variant": ["Hamam Alil", ""],
            "name:eng_x_historical": ["Old Baths"],
            "wof:concordances": {"gn:id": "98717.0", "wd:id": "Q1"},
            "wof:population": 60000,
            "lbl:latitude": 36.16,
            "lbl:longitude": 43.26,
        },
    ),
    record(2, **{"wof:placetype": "neighbourhood", "wof:concordances": [], "qs:pop": "many", "gn:population": 0}),
    record(3, **{"wof:placetype": "postalcode"}),
    record(4, **{"wof:superseded_by": [1]}),
    record(5, **{"edtf:deprecated": "2020-01-01"}),
    record(6, **{"mz:is_current": 0}),
    record(7, **{"geom:latitude": 0.0, "geom:longitude": 0.0}),
    record(8, **{"wof:name": None}),
    record(9, **{"geom:latitude": 123.0}),
    record(10, **{"wof:placetype": "region", "wof:country": "XYZ", "iso:country": "SY"}),
]


def distribution(path: Path, *, alternatives: bool) -> Path:
    """Write a SQLite distribution of Who's On First, of today or as it was before alternative geometries."""
    with closing(sqlite3.connect(path)) as connection:
        if alternatives:
            connection.execute(
                "CREATE TABLE geojson (id INTEGER NOT NULL, body TEXT, source TEXT, is_alt BOOLEAN, alt_label TEXT, "
                "lastmodified INTEGER)"
            )
            other = json.dumps(record(1, **{"wof:name": "Outline"}))
            connection.execute("INSERT INTO geojson VALUES (1, ?, 'quattroshapes', 1, 'qs', 0)", (other,))
        else:
            connection.execute("CREATE TABLE geojson (id INTEGER PRIMARY KEY, body TEXT, lastmodified INTEGER)")
        columns = "(id, body, is_alt) VALUES (?, ?, 0)" if alternatives else "(id, body) VALUES (?, ?)"
        rows = [(each["id"], json.dumps(each, ensure_ascii=False)) for each in RECORDS]
        connection.executemany(f"INSERT INTO geojson {columns}", rows)
        connection.commit()
    return path


@pytest.mark.parametrize("alternatives", [True, False])
def test_whos_on_first_gives_its_current_places(tmp_path: Path, alternatives: bool) -> None:
    places, skipped = read(distribution(tmp_path / "whosonfirst-data-admin-iq-latest.db", alternatives=alternatives))
    assert [each.place.place_id for each in places] == ["1", "2", "10"]
    baths = places[0]
    assert (baths.place.name, baths.place.geonameid, baths.place.population) == ("Hammam al-Alil", 98717, 60000)
    assert (baths.place.lat, baths.place.lon, baths.place.country_code) == (36.16, 43.26, "IQ")
    assert names_of(baths) == {"Hammam al-Alil", "Hamam", "حمام العليل", "Hamam Alil", "Old Baths"}
    assert {name.name: name.kind for name in baths.names}["Old Baths"] is NameKind.FORMER
    assert (baths.prefix, baths.modified) == ("wof", "2023-11-14")
    assert [(each.place.feature_class, each.place.feature_code) for each in places[1:]] == [
        ("P", "PPLX"),
        ("A", "ADM1"),
    ]
    assert places[2].place.country_code == "SY"
    assert sum(skipped.reasons.values()) == len(RECORDS) - len(places)
    assert skipped.reasons["are superseded, deprecated or have ceased"] == 3


def test_records_of_whos_on_first_may_come_as_geojson(tmp_path: Path) -> None:
    path = tmp_path / "records.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": RECORDS}), "utf-8")
    lines = tmp_path / "records.jsonl"
    lines.write_text("".join(f"\x1e{json.dumps(each)}\n" for each in RECORDS), "utf-8")
    for file in (path, lines):
        assert [each.place.place_id for each in read(file)[0]] == ["1", "2", "10"]


def test_a_database_that_is_something_else_says_so(tmp_path: Path) -> None:
    path = tmp_path / "other.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE spr (id INTEGER)")
        connection.commit()
    with pytest.raises(InvalidGazetteer, match=r"other\.db is a database, but not a distribution of Who's On First"):
        read(path)
    path.write_bytes(path.read_bytes()[:50])
    with pytest.raises(InvalidGazetteer, match=r"cannot read other\.db as SQLite: .*download it again"):
        read(path)


def test_whos_on_first_is_looked_up_with_its_source(tmp_path: Path, gazetteer_cache: Path) -> None:
    path = distribution(tmp_path / "iq.db", alternatives=True)
    with pytest.warns(GazetteerRowsSkipped, match=r"iq\.db: 7 of 10 places were skipped: 3 are superseded"):
        Gazetteer(path, cache_dir=tmp_path).info()
    gazetteer = Gazetteer([path, "embedded"], cache_dir=cache_with(tmp_path, gazetteer_cache))
    row = gazetteer.lookup("Hamam Alil").iloc[0]
    assert (row["place_id"], row["source"], row["source_id"]) == ("wof:1", "Who's On First", "1")
    assert row["licence"].startswith("CC BY 4.0")
    assert gazetteer.lookup("Mosul").iloc[0]["source"] == "GeoNames"
    assert "whosonfirst.org" in gazetteer.attribution
    assert gazetteer.info()["date"] == "2023-11-14"


def cache_with(folder: Path, gazetteer_cache: Path) -> Path:
    for index in gazetteer_cache.glob("gazetteer-*"):
        if not (folder / index.name).exists():
            (folder / index.name).hardlink_to(index)
    return folder


PLEIADES = {
    "@context": {"names": "_:n1"},
    "@graph": [
        {
            "id": "100001",
            "uri": "https://example.org/places/100001",
            "title": "Vetus Portus/Oldport",
            "reprPoint": [12.5, 41.9],
            "names": [
                {"romanized": "Vetus Portus, Portus Vetus", "attested": None, "start": -330, "end": 300},
                {"romanized": "Vieux", "attested": "Βετους", "start": 640, "end": 300},
            ],
        },
        {"id": "100002", "title": "Lost", "reprPoint": None, "names": []},
    ],
}


def test_pleiades_dump_has_names_with_their_years(tmp_path: Path) -> None:
    path = tmp_path / "pleiades-places.json.gz"
    path.write_bytes(gzip.compress(json.dumps(PLEIADES).encode()))
    (port,), skipped = read(path)
    assert names_of(port) == {"Vetus Portus/Oldport", "Vetus Portus", "Oldport", "Portus Vetus", "Vieux", "Βετους"}
    assert {name.name: name.spans for name in port.names}["Portus Vetus"] == [(-330, 300)]
    # Years in the wrong order are no reason to lose a name.
    assert {name.name: name.spans for name in port.names}["Vieux"] == []
    assert (port.place.lat, port.place.lon, port.place.place_id, port.prefix) == (41.9, 12.5, "100001", "pleiades")
    assert skipped.reasons == {"have no coordinates": 1}


WIKIDATA_CSV = (
    "item,itemLabel,coord,itemAltLabel,population,geonames,countryCode\n"
    'http://www.wikidata.org/entity/Q11,Karamles,Point(43.4 36.3),"Karamlesh, Keremles",9500,98000,IQ\n'
    "http://www.wikidata.org/entity/Q11,Karamles,Point(43.5 36.3),,9600,,IQ\n"
    "http://www.wikidata.org/entity/Q12,Q12,Point(43.4 36.3),,,,\n"
    "http://www.wikidata.org/entity/Q13,Crater,<http://www.wikidata.org/entity/Q405> Point(1 2),,,,\n"
    "http://www.wikidata.org/entity/Q14,Somewhere,,,,,\n"
    "http://www.wikidata.org/entity/Q15,Unknown,_:t1,,,,\n"
)


def wikidata_json(*, bindings: bool) -> str:
    header, *lines = WIKIDATA_CSV.replace('"Karamlesh, Keremles"', "Karamlesh").splitlines()
    rows = [dict(zip(header.split(","), line.split(","), strict=True)) for line in lines]
    if not bindings:
        return json.dumps(rows)
    typed = [{key: {"type": "literal", "value": value} for key, value in row.items() if value} for row in rows]
    return json.dumps({"head": {"vars": header.split(",")}, "results": {"bindings": typed}})


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("query.csv", WIKIDATA_CSV),
        ("query.json", wikidata_json(bindings=False)),
        ("sparql.json", wikidata_json(bindings=True)),
    ],
)
def test_answers_of_wikidata_hold_each_entity_once(tmp_path: Path, name: str, content: str) -> None:
    path = tmp_path / name
    path.write_text(content, "utf-8")
    (village,), skipped = read(path)
    assert (village.place.place_id, village.place.geonameid, village.place.population) == ("Q11", 98000, 9500)
    assert (village.place.lat, village.place.lon, village.place.country_code) == (36.3, 43.4, "IQ")
    assert "Karamlesh" in names_of(village)
    assert skipped.reasons.total() == 5


def test_a_row_of_wikidata_without_an_entity_is_named(tmp_path: Path) -> None:
    path = tmp_path / "query.csv"
    path.write_text(WIKIDATA_CSV.replace("entity/Q14", "entity/L14"), "utf-8")
    with pytest.raises(InvalidGazetteer, match=r"query\.csv, row 5: '.*L14' is not an entity"):
        read(path)


OSM = """<?xml version="1.0" encoding="UTF-8"?>
<osm version="0.6" generator="test">
  <node id="1" lat="36.30" lon="43.10" version="1" timestamp="2023-04-05T06:07:08Z">
    <tag k="place" v="village"/><tag k="name" v="قرية"/><tag k="name:en" v="Old Mill"/><tag k="population" v="1 200"/>
    <tag k="alt_name" v="The Mill;Mill House"/><tag k="old_name:fr" v="Vieux Moulin"/>
  </node>
  <node id="2" lat="36.31" lon="43.11" version="1"><tag k="place" v="suburb"/><tag k="name" v="Left Bank"/>
    <tag k="population" v="about 500"/></node>
  <node id="3" lat="36.32" lon="43.12" version="1"><tag k="place" v="town"/></node>
  <node id="4" lat="36.33" lon="43.13" version="1"><tag k="natural" v="peak"/><tag k="name" v="High Top"/></node>
  <node id="5" lat="36.34" lon="43.14" version="1"><tag k="natural" v="tree"/><tag k="name" v="Old Oak"/></node>
  <node id="6" lat="36.40" lon="43.20" version="1"/>
  <node id="7" lat="36.42" lon="43.20" version="1"/>
  <way id="8" version="1"><nd ref="6"/><nd ref="7"/><nd ref="99"/>
    <tag k="place" v="island"/><tag k="name" v="Long Isle"/></way>
</osm>
"""


def test_openstreetmap_extracts_give_places_and_mountains(tmp_path: Path) -> None:
    pytest.importorskip("osmium")
    path = tmp_path / "small.osm"
    path.write_text(OSM, "utf-8")
    places, skipped = read(path)
    by_id = {each.place.place_id: each for each in places}
    assert {key: each.place.name for key, each in by_id.items()} == {
        "n1": "Old Mill",
        "n2": "Left Bank",
        "n4": "High Top",
        "w8": "Long Isle",
    }
    assert names_of(by_id["n1"]) == {"Old Mill", "قرية", "The Mill", "Mill House", "Vieux Moulin"}
    assert (by_id["n1"].place.population, by_id["n2"].place.population) == (1200, 0)
    assert by_id["n1"].modified == "2023-04-05"
    assert (by_id["w8"].place.lat, by_id["w8"].place.feature_code) == (pytest.approx(36.41), "ISL")
    assert by_id["n4"].place.feature_class == "T"
    assert skipped.reasons == {"have no name": 1}
    path.write_text(OSM[:900], "utf-8")
    with pytest.raises(InvalidGazetteer, match=r"cannot read small\.osm as an extract of OpenStreetMap"):
        read(path)


def test_openstreetmap_without_osmium_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "osmium", None)
    (tmp_path / "small.osm").write_text(OSM, "utf-8")
    with pytest.raises(MissingDependency, match=r"pip install 'geomap-toolkit\[osm\]'"):
        read(tmp_path / "small.osm")


def overture(path: Path) -> Path:
    """Write divisions in the schema of Overture, whose names are maps and lists in one column."""
    import pyarrow as pa
    import pyarrow.parquet as pq
    import shapely

    point = shapely.to_wkb(shapely.Point(43.1, 36.3))
    kind = pa.struct(
        [
            ("primary", pa.string()),
            ("common", pa.map_(pa.string(), pa.string())),
            (
                "rules",
                pa.list_(pa.struct([("variant", pa.string()), ("language", pa.string()), ("value", pa.string())])),
            ),
        ]
    )
    rules = [{"variant": "alternate", "language": None, "value": "Mill House"}]
    names = [
        {"primary": "قرية", "common": [("en", "Old Mill"), ("ar", "قرية")], "rules": rules},
        {"primary": "Left Bank", "common": None, "rules": None},
        {"primary": None, "common": None, "rules": None},
        {"primary": "Somewhere", "common": [], "rules": []},
        {"primary": "A Pole", "common": [], "rules": []},
    ]
    columns = {
        "id": pa.array(["08a1", "08a2", "08a3", "08a4", "08a5"]),
        "geometry": pa.array([point, point, point, None, point], pa.binary()),
        "type": pa.array(["division"] * 5),
        "subtype": pa.array(["locality", "neighborhood", "county", "region", "lamppost"]),
        "class": pa.array(["village", None, None, None, None]),
        "names": pa.array(names, kind),
        "country": pa.array(["IQ", "IQ", "IQ", "IQ", None]),
        "population": pa.array([1200, None, None, None, None], pa.int32()),
    }
    pq.write_table(pa.table(columns), path)
    return path


def test_overture_divisions_are_read_with_all_their_names(tmp_path: Path) -> None:
    places, skipped = read(overture(tmp_path / "divisions.parquet"))
    assert [(each.place.name, each.place.feature_code) for each in places] == [
        ("Old Mill", "PPL"),
        ("Left Bank", "PPLX"),
    ]
    assert names_of(places[0]) == {"Old Mill", "قرية", "Mill House"}
    assert (places[0].place.population, places[0].place.country_code, places[0].prefix) == (1200, "IQ", "overture")
    assert skipped.reasons == {"have no name": 1, "have no coordinates": 1, "are not divisions": 1}


def test_half_a_parquet_file_is_named(tmp_path: Path) -> None:
    path = overture(tmp_path / "divisions.parquet")
    path.write_bytes(path.read_bytes()[:-200])
    with pytest.raises(InvalidGazetteer, match=r"cannot read divisions\.parquet as Parquet"):
        read(path)


P_CODES = (
    "ADM0_EN,ADM0_PCODE,ADM1_EN,ADM1_AR,ADM1_PCODE,ADM2_EN,ADM2_PCODE,x_coord,y_coord\n"
    "Iraq,IQ,Northland,شمال,IQG90,Old Mill,IQG90Q01,43.1,36.3\n"
    "Iraq,IQ,Northland,شمال,IQG90,Left Bank,IQG90Q02,43.2,36.4\n"
    "Iraq,IQ,Northland,شمال,IQG90,Left Bank,IQG90Q02,43.2,36.4\n"
    "Iraq,IQ,Northland,شمال,IQG90,,,43.3,36.5\n"
    "Iraq,IQ,Southland,جنوب,IQG91,Nowhere,IQG91Q01,,\n"
    ",,,,,,,,\n"
)


def test_p_codes_give_the_finest_division_of_each_row(tmp_path: Path) -> None:
    path = tmp_path / "irq_adminboundaries.csv"
    path.write_text(P_CODES, "utf-8")
    places, skipped = read(path)
    assert [(each.place.place_id, each.place.name, each.place.feature_code) for each in places] == [
        ("IQG90Q01", "Old Mill", "ADM2"),
        ("IQG90Q02", "Left Bank", "ADM2"),
        ("IQG90", "Northland", "ADM1"),
    ]
    assert names_of(places[2]) == {"Northland", "شمال"}
    assert {each.place.country_code for each in places} == {"IQ"}
    assert skipped.reasons == {"have no coordinates": 1}


def test_p_codes_may_be_sheets_of_a_workbook(tmp_path: Path) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    book.active.append(["ReadMe"])
    for title in ("ADM2", "ADM2 again"):
        sheet = book.create_sheet(title)
        for line in P_CODES.splitlines()[:3]:
            sheet.append(line.split(","))
    book.save(tmp_path / "irq.xlsx")
    places, _ = read(tmp_path / "irq.xlsx")
    assert [each.place.name for each in places] == ["Old Mill", "Left Bank"]
    book.remove(book["ADM2"])
    book.remove(book["ADM2 again"])
    book.save(tmp_path / "irq.xlsx")
    with pytest.raises(InvalidGazetteer, match=r"irq\.xlsx has no sheet with columns of P-codes"):
        read(tmp_path / "irq.xlsx")


def test_p_codes_without_coordinates_say_where_some_are(tmp_path: Path) -> None:
    path = tmp_path / "irq.csv"
    path.write_text("ADM1_EN,ADM1_PCODE\nNorthland,IQG90\n", "utf-8")
    with pytest.raises(InvalidGazetteer, match="P-codes but no coordinates; take the table or the shapes"):
        read(path)


def test_a_table_may_say_the_source_and_licence_of_each_row(tmp_path: Path, gazetteer_cache: Path) -> None:
    path = tmp_path / "my.csv"
    path.write_text("name,lat,lon,id,source,license\nA Mill,1,2,a,Atlas of 1900,CC0\nB Mill,1,2,b,,\n", "utf-8")
    gazetteer = Gazetteer(path, cache_dir=cache_with(tmp_path, gazetteer_cache))
    row = gazetteer.lookup("A Mill").iloc[0]
    assert (row["source"], row["source_id"], row["licence"]) == ("Atlas of 1900", "a", "CC0")
    row = gazetteer.lookup("B Mill").iloc[0]
    assert (row["source"], row["source_id"]) == ("my", "b")
    assert row.isna()["licence"]


def packed_with_zip(content: bytes) -> bytes:
    import io

    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("readme.txt", "Read me.")
        archive.writestr("places.csv", content)
    return file.getvalue()


@pytest.mark.parametrize(
    ("ending", "pack"), [("gz", gzip.compress), ("bz2", bz2.compress), ("xz", lzma.compress), ("zip", packed_with_zip)]
)
def test_packed_tables_are_unpacked(tmp_path: Path, ending: str, pack: Callable[[bytes], bytes]) -> None:
    path = tmp_path / f"my.csv.{ending}"
    path.write_bytes(pack(b"name,lat,lon\nOld Mill,1,2\n"))
    assert [each.place.name for each in read(path)[0]] == ["Old Mill"]
    path.write_bytes(path.read_bytes()[:-30])
    with pytest.raises(InvalidGazetteer, match="is damaged"):
        read(path)


def json_of(features: Iterable[Any]) -> str:
    return json.dumps({"type": "FeatureCollection", "features": list(features)}, ensure_ascii=False)


@settings(max_examples=many(50))
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
        max_leaves=12,
    ),
    st.sampled_from([None, 1, 4]),
    st.integers(1, 7),
)
def test_items_come_as_json_reads_them_whatever_the_size_of_a_chunk(
    tmp_path_factory: pytest.TempPathFactory, value: Any, indent: int | None, chunk: int
) -> None:
    from geomap.gazetteer._adapters import _json_items

    path = tmp_path_factory.mktemp("json") / "items.json"
    content = {"before": value, "features": [value, {"a": value}], "after": [value]}
    path.write_text(json.dumps(content, indent=indent), "utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_json_items, "_CHUNK", chunk)
        items = JsonItems(path)
        assert list(items) == content["features"]
    assert items.head == {"before": value, "after": [value]}
    assert items.list_name == "features"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ('{"features": [1, 2', r"line 1: invalid JSON: .*is the download complete\?"),
        ('{"features": [{"a": "b', r"line 1: invalid JSON: Unterminated string"),
        ('{\n"features": [1,\n 2 3]}', r"line 3: invalid JSON: Expecting ','"),
        ('{"features": [1,]}', "invalid JSON"),
        ("{1: 2}", "a name must be a text"),
        ('{"features": ' + "[" * 100_000, "too many brackets"),
        ("plain words", "invalid JSON"),
    ],
)
def test_broken_json_is_named_by_line(tmp_path: Path, content: str, message: str) -> None:
    (tmp_path / "my.json").write_text(content, "utf-8")
    with pytest.raises(InvalidGazetteer, match=message):
        list(JsonItems(tmp_path / "my.json"))


@pytest.mark.slow
def test_a_large_collection_is_read_in_little_memory(tmp_path: Path) -> None:
    path = tmp_path / "large.geojson"
    point = {"type": "Point", "coordinates": [1, 2]}
    feature = json.dumps({"type": "Feature", "properties": {"name": "P", "note": "x" * 1000}, "geometry": point})
    with path.open("w", encoding="utf-8") as file:
        file.write('{"type": "FeatureCollection", "features": [')
        file.write(",\n".join([feature] * 40_000))
        file.write("]}")
    tracemalloc.start()
    count = sum(1 for _ in places_of_file(path, Skipped()))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert count == 40_000
    assert peak < path.stat().st_size / 2


@given(st.text(max_size=300))
@settings(max_examples=many(200))
def test_clean_names_are_one_printable_line_and_stay_as_they_are(name: str) -> None:
    cleaned = clean_name(name)
    assert cleaned == clean_name(cleaned)
    assert "\n" not in cleaned
    assert "\t" not in cleaned
    assert not set(cleaned) & set("\u0000\u202a\u202b\u202d\u202e\u2066\u2067\u2069\u200e\u200f")
    cleaned.encode("utf-8")


@given(st.lists(st.tuples(st.text(min_size=1, max_size=20), st.floats(-90, 90), st.floats(-180, 180)), max_size=8))
@settings(max_examples=many(25))
def test_any_collection_is_indexed_or_refused_with_a_reason(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, float, float]]
) -> None:
    folder = tmp_path_factory.mktemp("any")
    path = folder / "any.geojson"
    path.write_text(
        json_of(
            {"type": "Feature", "properties": {"name": name}, "geometry": {"type": "Point", "coordinates": [lon, lat]}}
            for name, lat, lon in rows
        ),
        "utf-8",
        "surrogatepass",
    )
    gazetteer = Gazetteer(path, cache_dir=folder)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            assert gazetteer.info()["places"] == len(rows)
        except InvalidGazetteer as error:
            assert "any.geojson" in str(error)
