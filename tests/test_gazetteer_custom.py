from __future__ import annotations

import json
import pickle
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import geopandas as gpd
import pytest
from shapely.geometry import Point, box

from geomap.errors import GazetteerNotFound, GazetteerRowsSkipped, InvalidGazetteer, UnsupportedFormat
from geomap.gazetteer import Gazetteer, NameKind
from geomap.gazetteer._adapters._dates import span_of, year_of
from geomap.gazetteer._model import INDEX_SUFFIX

ISTANBUL = """name,lat,lon,geonameid,valid_from,valid_to,feature_class,population
Constantinople,41.01,28.95,745044,330,1930,P,900000
Byzantion,41.01,28.95,,-0657,329,P,
Scutari,41.02,29.01,,,,P,
"""
LPF = {
    "type": "FeatureCollection",
    "@context": "https://example.org/linkedplaces-context-v1.1.jsonld",
    "features": [
        {
            "@id": "http://example.org/places/1",
            "type": "Feature",
            "properties": {"title": "İstanbul", "ccodes": ["TR"], "fclasses": ["P"]},
            "when": {"timespans": [{"start": {"in": "-0657"}}]},
            "names": [
                {"toponym": "İstanbul", "lang": "tr"},
                {
                    "toponym": "Constantinople",
                    "when": {"timespans": [{"start": {"earliest": "0330-05-11"}, "end": {"in": "1930-03-28"}}]},
                },
            ],
            "geometry": {
                "type": "GeometryCollection",
                "geometries": [{"type": "Point", "coordinates": [28.95, 41.01], "when": {"timespans": []}}],
            },
            "links": [{"type": "closeMatch", "identifier": "gn:745044"}],
        },
        {"@id": "2", "type": "Feature", "properties": {"title": "Lost City"}, "names": [], "geometry": None},
    ],
}


@pytest.fixture
def cache(gazetteer_cache: Path, tmp_path: Path) -> Path:
    """Return a folder of this test's own that holds the embedded index already."""
    folder = tmp_path / "cache"
    folder.mkdir()
    for index in gazetteer_cache.glob("gazetteer-*.*"):
        (folder / index.name).hardlink_to(index)
    return folder


def written(folder: Path, name: str, content: str) -> Path:
    path = folder / name
    path.write_text(content, encoding="utf-8")
    return path


def names(gazetteer: Gazetteer, name: str, year: int | None = None) -> list[str]:
    return [each.place_id for each in gazetteer.candidates([name], year=year)[name]]


def test_a_table_of_names_and_coordinates_is_a_gazetteer(tmp_path: Path, cache: Path) -> None:
    path = written(
        tmp_path,
        "My Places.csv",
        "Name;Latitude;Longitude;id;Alternate Names;Pop.;country code\nOld Mill;51,5;-0,1;7;Mill House|The Mill;1,200;gb\n",
    )
    gazetteer = Gazetteer(path, cache_dir=cache)
    mill = gazetteer.candidates(["mill house"])["mill house"][0]
    assert (mill.place_id, mill.name, mill.lat, mill.lon) == ("my-places:7", "Old Mill", 51.5, -0.1)
    assert (mill.population, mill.country_code, mill.feature_class) == (1200, "GB", "P")
    assert mill.kind == NameKind.ALTERNATE
    assert gazetteer.place("my-places:7") is not None
    assert gazetteer.lookup("Old Mill")["hierarchy"].tolist() == ["Old Mill"]
    assert gazetteer.lookup("mil hous", fuzzy=True)["place_id"].tolist() == ["my-places:7"]


def test_a_gazetteer_of_short_names_alone_has_nothing_similar(tmp_path: Path, cache: Path) -> None:
    gazetteer = Gazetteer(written(tmp_path, "my.csv", "name,lat,lon\nY,49.8,2.8\n"), cache_dir=cache)
    assert names(gazetteer, "Y") == ["my:y"]
    assert gazetteer.fuzzy("Yy") == []


def test_identifiers_do_not_depend_on_the_order_of_rows(tmp_path: Path, cache: Path) -> None:
    rows = ["Newtown,1,2", "Newtown,3,4", "Old Hall,5,6"]
    every = []
    for folder, order in (("a", rows), ("b", rows[::-1])):
        (tmp_path / folder).mkdir()
        path = written(tmp_path / folder, "my.csv", "\n".join(["name,lat,lon", *order]))
        gazetteer = Gazetteer(path, cache_dir=cache)
        every.append({*names(gazetteer, "Newtown"), *names(gazetteer, "Old Hall")})
    assert every[0] == every[1] == {"my:newtown@1.00000,2.00000", "my:newtown@3.00000,4.00000", "my:old-hall"}


def test_constantinople_resolves_in_1910_and_not_today(tmp_path: Path, cache: Path) -> None:
    gazetteer = Gazetteer(written(tmp_path, "my.csv", ISTANBUL), cache_dir=cache)
    assert gazetteer.dated
    assert names(gazetteer, "Constantinople", 1910) == ["geonames:745044"]
    assert names(gazetteer, "Constantinople", 1930) == ["geonames:745044"]
    assert names(gazetteer, "Constantinople", 1931) == []
    assert names(gazetteer, "Constantinople") == ["geonames:745044"]
    assert names(gazetteer, "Byzantion", -500) == ["my:byzantion"]
    assert names(gazetteer, "Byzantion", 330) == []
    assert names(gazetteer, "Scutari", 1910) == names(gazetteer, "Scutari", 2020) == ["my:scutari"]
    assert [each.name for each, _ in gazetteer.fuzzy("Constantinopel", year=1910)] == ["Constantinople"]
    assert gazetteer.fuzzy("Constantinopel", year=2000) == []


def test_the_front_gazetteer_wins_and_the_names_of_both_are_known(tmp_path: Path, cache: Path) -> None:
    path = written(tmp_path, "my.csv", ISTANBUL)
    both = Gazetteer([path, "embedded"], cache_dir=cache)
    assert names(both, "Mosul")[0] == "geonames:99072"
    assert both.candidates(["Constantinople"], year=1910)["Constantinople"][0].population == 900000
    now = both.candidates(["Istanbul"], year=2020)["Istanbul"]
    then = both.candidates(["Istanbul"], year=1910)["Istanbul"]
    assert [each.name for each in now if each.geonameid == 745044] == ["Istanbul"]
    assert [each.name for each in then if each.geonameid == 745044] == ["Constantinople"]
    assert len({each.row for each in now}) == len(now)
    place = both.place("geonames:745044")
    assert place is not None
    assert place.name == "Constantinople"
    assert both.country_name("IQ") == "Iraq"
    assert both.info()["source"] == "my + embedded"
    assert "GeoNames" in both.attribution
    assert len({form.place_id for form in both.demonyms()}) > 100
    back = Gazetteer(["embedded", path], cache_dir=cache)
    place = back.place("geonames:745044")
    assert place is not None
    assert place.name == "Istanbul"
    assert "my:scutari" in [each.place_id for each, _ in back.fuzzy("Scutary")]


def test_names_of_several_gazetteers_come_merged_in_order(tmp_path: Path, cache: Path) -> None:
    path = written(tmp_path, "my.csv", "name,lat,lon,population\nMosul,1,2,5000000\nAaaa,1,2,\n")
    both = Gazetteer([str(path), "embedded"], cache_dir=cache)
    entries = list(both.iter_names(places=5000))
    folded = [entry.folded for entry in entries]
    assert folded == sorted(set(folded))
    assert next(entry.population for entry in entries if entry.folded == "mosul") == 5_000_000
    assert [each.place_id for each in both.candidates(["Mosul"])["Mosul"]][:2] == ["my:mosul", "geonames:99072"]
    assert len(list(both.iter_names(places=100))) < len(entries) < 100_000


def test_a_small_front_is_never_capped(tmp_path: Path, cache: Path) -> None:
    path = written(tmp_path, "my.csv", "name,lat,lon,aliases\nX,1,2,San Antonio\n")
    both = Gazetteer([path, "embedded"], cache_dir=cache)
    assert "my:x" in names(both, "San Antonio")
    assert "my:x" in [each.place_id for each in both.candidates(["San Antonio"], limit=1)["San Antonio"]]


def test_linked_places_have_names_with_their_own_dates(tmp_path: Path, cache: Path) -> None:
    path = written(tmp_path, "whg.json", json.dumps(LPF))
    with pytest.warns(GazetteerRowsSkipped, match="1 of 2 places have no coordinates and were skipped"):
        Gazetteer(path, cache_dir=cache).info()
    gazetteer = Gazetteer(path, cache_dir=cache)
    found = gazetteer.candidates(["Constantinople"], year=1910)["Constantinople"]
    assert [(each.place_id, each.geonameid, each.country_code) for each in found] == [
        ("whg:http://example.org/places/1", 745044, "TR")
    ]
    assert names(gazetteer, "Constantinople", 1950) == []
    assert len(names(gazetteer, "Istanbul", 1950)) == 1
    assert names(gazetteer, "Istanbul", -700) == []


def test_linked_places_as_a_table(tmp_path: Path, cache: Path) -> None:
    path = written(
        tmp_path,
        "whg.tsv",
        "id\ttitle\ttitle_source\tfclasses\tccodes\tmatches\tvariants\tgeowkt\tstart\tend\n"
        "p1\tSmyrna\tAtlas\tP\tTR\tgn:311046;wd:Q35997\tSmyrne@fr;Ismir\tPOINT(27.14 38.42)\t-0900\t1930\n",
    )
    gazetteer = Gazetteer(path, cache_dir=cache)
    found = gazetteer.candidates(["Smyrne"], year=1900)["Smyrne"]
    assert [(each.place_id, each.geonameid, each.lat, each.lon) for each in found] == [("whg:p1", 311046, 38.42, 27.14)]
    assert names(gazetteer, "Smyrna", 1931) == []


def test_geojson_and_geopandas_files_have_points_inside_their_shapes(tmp_path: Path, cache: Path) -> None:
    frame = gpd.GeoDataFrame(
        {"NAME": ["Green Park", "High Tower"], "code": ["a", "b"]},
        geometry=[box(10, 50, 12, 52), Point(3, 4)],
        crs="EPSG:4326",
    )
    frame.to_file(tmp_path / "parks.geojson", driver="GeoJSON")
    frame.to_crs("EPSG:3857").to_file(tmp_path / "parks.gpkg", driver="GPKG")
    for name in ("parks.geojson", "parks.gpkg"):
        gazetteer = Gazetteer(tmp_path / name, cache_dir=cache)
        park = gazetteer.candidates(["green park"])["green park"][0]
        assert park.place_id == "parks:green-park"
        assert (park.lon, park.lat) == pytest.approx((11, 51), abs=0.2)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("my.csv", "name,lat,lon\nA,1,2\nB,95,3\n", r"my\.csv, row 2 \(line 3\): the latitude is 95"),
        ("my.csv", "name,lat,lon\nA,1,181\n", r"row 1 \(line 2\): the longitude is 181"),
        ("my.csv", "name,lat,lon\nA,1,\n", r"row 1 .*the longitude is ''"),
        ("my.csv", "name,lat,lon\nA,north,2\n", r"row 1 .*the latitude is 'north'"),
        ("my.csv", "name,lat,lon\nA,nan,2\n", r"row 1 .*the latitude is ''"),
        ("my.csv", "name,lat,lon\n,1,2\n", r"row 1 .*the name is empty"),
        ("my.csv", "name,lat\nA,1\n", r"no column for lon; its columns are name, lat"),
        ("my.csv", "", r"no column for name and lat and lon; its columns are none"),
        ("my.csv", "name,lat,lon\n", r"my\.csv contains no places"),
        (
            "my.csv",
            "name,lat,lon,id\nA,1,2,x\nB,3,4,y\nC,5,6,x\n",
            r"row 3 \(line 4\): .*'my:x', also used by .*row 1",
        ),
        ("my.csv", "name,lat,lon\nA,1,2\nA,1,2\n", r"row 2 .*also used by my\.csv, row 1"),
        ("my.csv", "name,lat,lon,population\nA,1,2,many\n", r"row 1 .*the population is 'many'"),
        ("my.csv", "name,lat,lon,valid_from,valid_to\nA,1,2,1900,1800\n", r"row 1 .*end \(1800\) before they begin"),
        ("my.csv", "name,lat,lon,valid_from\nA,1,2,soon\n", r"row 1 .*invalid date 'soon'"),
        ("my.csv", "name,lat,lon\nA,1,2,3\n", r"row 1 .*4 fields, but the header has 3"),
        ("my.csv", 'name,lat,lon\n"A,1,2\n', r"my\.csv, line 2: "),
        ("my.tsv", "title\tgeowkt\nA\tPOINT(1\n", r"row 1 .*cannot read the geometry"),
        ("my.json", "{", r"my\.json, line 1: invalid JSON"),
        ("my.json", "[1]", r"is not a feature collection"),
        (
            "my.geojson",
            json.dumps({"features": [{"properties": {"name": "A"}, "geometry": {"type": "Q"}}]}),
            "feature 1",
        ),
        ("my.geojson", json.dumps({"features": [7]}), "feature 1: not a GeoJSON feature"),
        (
            "my.geojson",
            json.dumps({"features": [{"properties": {"x": 1}, "geometry": {"type": "Point", "coordinates": [1, 2]}}]}),
            "feature 1 has no column for name",
        ),
        (
            "my.geojson",
            json.dumps(
                {"features": [{"properties": {"name": "A"}, "geometry": {"type": "Point", "coordinates": [500, 2]}}]}
            ),
            "feature 1: the longitude is 500",
        ),
        (
            "my.lpf",
            json.dumps({"features": [{"names": [{}], "geometry": LPF["features"][0]["geometry"]}]}),
            "feature 1",
        ),  # type: ignore[index]
        (
            "my.lpf",
            json.dumps(
                {
                    "features": [
                        {
                            "names": [{"toponym": "A"}],
                            "when": {"timespans": [{"start": {"in": "long ago"}}]},
                            "geometry": {"type": "Point", "coordinates": [1, 2]},
                        }
                    ]
                }
            ),
            "feature 1: invalid date 'long ago'",
        ),
    ],
)
def test_a_wrong_row_is_named(tmp_path: Path, cache: Path, name: str, content: str, message: str) -> None:
    gazetteer = Gazetteer(written(tmp_path, name, content), cache_dir=cache)
    with pytest.raises(InvalidGazetteer, match=message) as raised:
        gazetteer.info()
    assert isinstance(raised.value, ValueError)
    assert not list(cache.glob(f"custom-*{INDEX_SUFFIX}"))


def test_a_file_that_is_not_utf_8_is_named(tmp_path: Path, cache: Path) -> None:
    (tmp_path / "my.csv").write_bytes("name,lat,lon\nZürich,47,8\n".encode("latin-1"))
    with pytest.raises(InvalidGazetteer, match="byte 14 is not UTF-8"):
        Gazetteer(tmp_path / "my.csv", cache_dir=cache).info()


def test_an_unknown_ending_is_named_with_those_that_are_read(tmp_path: Path, cache: Path) -> None:
    with pytest.raises(UnsupportedFormat, match=r"places\.docx.*\.csv"):
        Gazetteer(written(tmp_path, "places.docx", "?"), cache_dir=cache).info()


def test_a_missing_gazetteer_says_how_to_get_it(tmp_path: Path) -> None:
    with pytest.raises(GazetteerNotFound, match="geomap gazetteer install geonames"):
        Gazetteer("geonames", cache_dir=tmp_path)
    with pytest.raises(GazetteerNotFound, match=r"my\.csv"):
        Gazetteer(["embedded", "my.csv"], cache_dir=tmp_path)
    with pytest.raises(GazetteerNotFound, match="empty list"):
        Gazetteer([], cache_dir=tmp_path)


def test_a_changed_file_is_read_anew_and_an_unchanged_one_is_not(tmp_path: Path, cache: Path) -> None:
    path = written(tmp_path, "my.csv", "name,lat,lon\nA Place,1,2\n")
    assert names(Gazetteer(path, cache_dir=cache), "A Place") == ["my:a-place"]
    Gazetteer(path, cache_dir=cache).info()
    assert len(list(cache.glob("custom-my-*.gazetteer"))) == 1
    written(tmp_path, "my.csv", "name,lat,lon\nB Place,1,2\n")
    assert names(Gazetteer(path, cache_dir=cache), "B Place") == ["my:b-place"]
    assert names(Gazetteer(path, cache_dir=cache), "A Place") == []


def test_threads_and_pickles_share_a_list_of_gazetteers(tmp_path: Path, cache: Path) -> None:
    path = written(tmp_path, "my.csv", ISTANBUL)
    both = Gazetteer([path, "embedded"], cache_dir=cache)
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: tuple(names(both, "Constantinople", 1910)), range(64)))
    assert len(set(found)) == 1
    again = pickle.loads(pickle.dumps(both))
    assert again.candidates(["Scutari"]) == both.candidates(["Scutari"])


def test_spans_are_resolved_with_a_gazetteer_in_front(tmp_path: Path, cache: Path) -> None:
    import pandas as pd

    import geomap

    path = written(tmp_path, "my.csv", "name,lat,lon,id\nZarquon Heights,36.2,43.1,1\n")
    parser = geomap.Geoparser(recognizer="gazetteer", gazetteer=Gazetteer([path, "embedded"], cache_dir=cache))
    text = "Fighting went on in Zarquon Heights near Mosul, Iraq."
    spans = [
        {"article_id": "1", "field": "text", "start": text.index(name), "end": text.index(name) + len(name)}
        for name in ("Zarquon Heights", "Mosul")
    ]
    articles = pd.DataFrame({"article_id": ["1"], "text": [text]})
    mentions = parser.resolve(articles, pd.DataFrame(spans), use_context=False)
    assert mentions["place_id"].tolist()[:2] == ["my:1", "geonames:99072"]


@pytest.mark.parametrize(
    ("value", "year"),
    [
        ("1453", 1453),
        ("1453-05-29", 1453),
        ("-0044-03-15", -44),
        (-500, -500),
        (1453.0, 1453),
        ("19910101", 1991),
        ("44 BC", -43),
        ("2020-01-01T00:00:00", 2020),
        ("", None),
        (None, None),
        (float("nan"), None),
        ("present", None),
    ],
)
def test_years_are_read_as_gazetteers_write_them(value: object, year: int | None) -> None:
    assert year_of(value) == year


def test_a_span_is_open_where_no_date_is_given() -> None:
    assert span_of("", None) is None
    assert span_of("1900", "") == (1900, None)
    with pytest.raises(ValueError, match="before"):
        span_of(1900, 1800)
