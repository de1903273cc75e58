"""Gazetteers by name: a region of one's own in one command, several side by side, and postal places as a layer."""

from __future__ import annotations

import json
import re
import warnings
from collections.abc import Iterator, Sequence
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_gazetteer_commands import run
from test_gazetteer_download import Server, serving
from test_gazetteer_geonames import PLACES, cache_in, name_line, place_line, zipped

import geomap
from geomap.errors import GazetteerDownloadFailed, GazetteerNotFound, GazetteerRowsSkipped, InvalidGazetteer
from geomap.gazetteer import Gazetteer
from geomap.gazetteer._adapters._geonames import FileKind, kind_of_file
from geomap.gazetteer._adapters._publishers import PUBLISHERS
from geomap.gazetteer._building import build, checked_countries, install_geonames, install_postal
from geomap.gazetteer._model import INDEX_SUFFIX, SCHEMA_VERSION
from geomap.gazetteer._sources import checked_name
from geomap.maps._credits import credit, credit_html

SYRIA: list[tuple[object, ...]] = [
    (163843, "Syria", "Syria", "", 35.0, 38.0, "A", "PCLI", "SY", "00", "", 18284000),
    (170654, "Damascus", "Damascus", "Damas,Dimashq", 33.5102, 36.29128, "P", "PPLC", "SY", "13", "", 1569394),
    (170017, "Al Mayādīn", "Al Mayadin", "Meyadine", 35.0191, 40.4505, "P", "PPL", "SY", "07", "", 44000),
]
IRAQ = [place for place in PLACES if place[8] == "IQ"]
# country, postcode, name, admin1, its code, admin2, its code, lat, lon, accuracy
POSTAL: dict[str, list[tuple[object, ...]]] = {
    "US": [
        ("US", "45701", "Athens", "Ohio", "OH", "Athens", "009", 39.33, -82.10, 4),
        ("US", "45711", "Umberville", "Ohio", "OH", "Athens", "009", 39.40, -81.96, 4),
        ("US", "45740", "Mill-on-the-Brook", "Ohio", "OH", "Athens", "009", 39.57, -82.08, 4),
        ("US", "45741", "Mill-on-the-Brook", "Ohio", "OH", "Athens", "009", 39.59, -82.06, 4),
        ("US", "45899", "Mill-on-the-Brook", "Ohio", "OH", "Van Wert", "161", 40.91, -84.49, 1),
        ("US", "09001", "APO AA", "", "", "", "", 38.1, 15.6, ""),
        ("US", "99999", "Nowhere", "Ohio", "OH", "Athens", "009", "", "", ""),
    ],
    "GB": [
        ("GB", "ZZ1", "Little Snoring-by-the-Sea", "England", "ENG", "Norfolk", "11609041", 52.9, 1.3, 4),
        ("GB", "ZZ2", "London", "England", "ENG", "Greater London", "GLA", 51.51, -0.12, 4),
    ],
    "CA": [("CA", "K2Z", "Kanata (Old Depot / Brookside)", "Ontario", "ON", "", "", 45.33, -75.9, 6)],
}


def text_of(places: Sequence[tuple[object, ...]]) -> str:
    return "".join(f"{place_line(place)}\n" for place in places)


def postal_text(country: str) -> str:
    rows = ["\t".join(map(str, (*row[:7], "", "", *row[7:]))) for row in POSTAL[country]]
    return "".join(f"{row}\n" for row in rows)


def region(folder: Path) -> tuple[Path, Path]:
    """Write what people download first: two countries, one packed and one not, with the tables beside."""
    folder.mkdir(exist_ok=True)
    zipped(folder / "IQ.zip", map(place_line, IRAQ))
    (folder / "SY.txt").write_text(text_of(SYRIA), "utf-8")
    (folder / "admin1CodesASCII.txt").write_text("IQ.15\tNineveh\tNineveh\t92877\n", "utf-8")
    return folder / "IQ.zip", folder / "SY.txt"


@pytest.fixture
def cache(gazetteer_cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder for indexes that the environment names."""
    folder = tmp_path / "cache"
    folder.mkdir()
    monkeypatch.setenv("GEOMAP_CACHE", str(folder))
    return cache_in(folder, gazetteer_cache)


@pytest.fixture
def levant(cache: Path, tmp_path: Path) -> Gazetteer:
    """Return a gazetteer of two countries that was built by name."""
    build(region(tmp_path / "files"), name="levant")
    return Gazetteer("levant")


def ids(gazetteer: Gazetteer, name: str) -> list[str]:
    return [each.place_id for each in gazetteer.candidates([name])[name]]


@pytest.mark.slow
def test_one_command_builds_a_region_of_countries(cache: Path, tmp_path: Path) -> None:
    iraq, syria = region(tmp_path / "files")
    assert "places" in run("build", iraq, syria, "--name", "Levant")
    levant = Gazetteer("levant")
    assert ids(levant, "Meyadine") == ["geonames:170017"]
    assert levant.hierarchy("geonames:99072") == ("Mosul", "Nineveh", "Iraq")
    assert "geonames:170654" in ids(Gazetteer(["levant", "embedded"]), "Damascus")
    assert len(ids(Gazetteer(["levant", "embedded"]), "Paris")) > 1
    info = levant.info()
    assert (info["date"], info["version"], info["countries"]) == ("2024-01-01", "2024-01-01", "IQ, SY")
    assert (info["source"], info["licence"]) == ("levant", "CC BY 4.0")
    row = levant.lookup("Mosul").iloc[0]
    assert (row["source"], row["source_id"], row["licence"]) == ("GeoNames", "99072", "CC BY 4.0")
    sea = levant.lookup("Black Sea").iloc[0]
    assert (sea["source"], sea["source_id"].split("/")[0]) == ("geomap's regions", "black-sea")


@pytest.mark.slow
def test_several_gazetteers_lie_side_by_side_and_go_by_name(levant: Gazetteer, tmp_path: Path) -> None:
    _, syria = region(tmp_path / "files")
    (tmp_path / "my.csv").write_text("name,lat,lon\nOld Mill,1,2\n", "utf-8")
    run("build", syria)
    run("build", tmp_path / "my.csv", "--name", "mills", "--licence", "CC0", "--attribution", "Thanks to the millers.")
    listed = [line.split()[0] for line in run("list").splitlines()]
    assert listed == ["gazetteer", "embedded", "levant", "mills", "sy"]
    assert "Thanks to the millers." in run("info", "mills")
    assert "mills (CC0)" in run("info", "mills")
    assert ids(levant, "Mosul") == ["geonames:99072"]
    assert ids(Gazetteer("sy"), "Mosul") == []
    assert ids(Gazetteer(["mills", "sy"]), "Old Mill") == ["mills:old-mill"]
    assert "deleted" in run("remove", "levant")
    with pytest.raises(GazetteerNotFound, match=r"'levant' is not installed in .* \(there are embedded, mills, sy\)"):
        Gazetteer("levant")
    run("build", syria, "--name", "mills")
    assert ids(Gazetteer("mills"), "Old Mill") == []


@pytest.mark.slow
def test_alternate_names_and_tables_are_told_from_their_content(cache: Path, tmp_path: Path) -> None:
    places, syria = region(tmp_path / "files")
    zipped(places, [place_line(place).replace("Al Mawsil,", "Old Nineveh,") for place in IRAQ])
    names = tmp_path / "names" / "IQ.zip"
    names.parent.mkdir()
    zipped(names, [name_line(1, (99072, "en", "Nineveh City", "", "", "", "", "", ""))])
    tables = tmp_path / "t.txt"
    tables.write_text("#ISO\n" + "SY\t\t\t\tSyria" + "\t" * 12 + "163843\t\t\n", "utf-8")
    assert [kind_of_file(path) for path in (names, syria, tables)] == [
        *(FileKind.NAMES, FileKind.PLACES, FileKind.COUNTRIES),
    ]
    build([names, tables, places, syria], name="both")
    both = Gazetteer("both")
    assert ids(both, "Nineveh City") == ["geonames:99072"]
    # The alternate names of the places' own file count where there are no better ones.
    assert ids(both, "Old Nineveh") == []
    assert ids(both, "Damas") == ["geonames:170654"]
    assert both.country_name("SY") == "Syria"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """Serve the files of countries as GeoNames does: names in a folder of their own."""
    folder = tmp_path / "origin"
    region(folder)
    zipped(folder / "SY.zip", map(place_line, SYRIA))
    (folder / "SY.txt").unlink()
    (folder / "alternatenames").mkdir()
    zipped(folder / "alternatenames" / "IQ.zip", [name_line(1, (99072, "en", "Nineveh City", "", "", "", "", "", ""))])
    zipped(folder / "alternatenames" / "SY.zip", [name_line(2, (170654, "fr", "Damas", "", "", "", "", "", ""))])
    (folder / "admin2Codes.txt").write_text("SY.07.1\tMayadin\tMayadin\t1\n", "utf-8")
    (folder / "countryInfo.txt").write_text("#ISO\nIQ\t\t\t\tIraq" + "\t" * 12 + "99237\t\t\n", "utf-8")
    with serving(folder) as running:
        yield running


@pytest.mark.network
@pytest.mark.slow
def test_installing_countries_fetches_just_those(cache: Path, server: Server) -> None:
    run("install", "geonames", "--countries", "iq, SY", "--url", server.url)
    asked = {name for command, name, _ in server.asked if command == "GET"}
    assert asked == {
        *("IQ.zip", "SY.zip", "alternatenames/IQ.zip", "alternatenames/SY.zip"),
        *("admin1CodesASCII.txt", "admin2Codes.txt", "countryInfo.txt"),
    }
    installed = Gazetteer("geonames-iq-sy")
    assert ids(installed, "Nineveh City") == ["geonames:99072"]
    assert ids(installed, "Damas") == ["geonames:170654"]
    assert not (cache / "geonames-iq-sy-download").exists()
    run("install", "geonames", "--countries", "SY", "--name", "syria", "--url", server.url, "--keep-files")
    assert (cache / "syria-download" / "alternatenames" / "SY.zip").is_file()
    assert ids(Gazetteer("syria"), "Mosul") == []
    assert ids(installed, "Mosul") == ["geonames:99072"]
    run("remove", "syria")
    assert not (cache / "syria-download").exists()


@pytest.mark.network
@pytest.mark.slow
def test_an_interrupted_country_is_resumed(cache: Path, server: Server) -> None:
    server.behave = lambda handler, name, body: body[: len(body) // 2] if name == "IQ.zip" else body
    with pytest.raises(GazetteerDownloadFailed, match=r"IQ\.zip: download incomplete .* run it again to resume"):
        install_geonames(countries=["IQ"], url=server.url)
    server.behave = lambda handler, name, body: body
    server.asked.clear()
    install_geonames(countries=["IQ"], url=server.url)
    assert [each for _, name, each in server.asked if name == "IQ.zip" and each] != []
    assert ids(Gazetteer("geonames-iq"), "Mosul") == ["geonames:99072"]


@pytest.mark.parametrize(
    ("countries", "message"),
    [
        (["UK"], "do you mean GB"),
        (["IRAQ"], "do you mean IQ"),
        (["XX"], "write them as IQ,SY,TR"),
        (["../x"], "no ISO"),
    ],
)
def test_what_is_no_country_is_refused_with_a_suggestion(cache: Path, countries: list[str], message: str) -> None:
    with pytest.raises(InvalidGazetteer, match=message):
        checked_countries(countries)


def postal_origin(folder: Path) -> Path:
    folder.mkdir()
    for country in POSTAL:
        zipped(folder / f"{country}.zip", postal_text(country).splitlines())
    zipped(folder / "allCountries.zip", "".join(map(postal_text, POSTAL)).splitlines())
    return folder


@pytest.fixture
def postal(cache: Path, tmp_path: Path) -> Gazetteer:
    """Return the postal places of a few countries, installed from a server."""
    with serving(postal_origin(tmp_path / "postal")) as server, warnings.catch_warnings():
        warnings.simplefilter("ignore", GazetteerRowsSkipped)
        install_postal(countries=["US", "GB", "CA"], url=server.url)
    return Gazetteer("postal")


@pytest.mark.network
def test_postal_places_are_those_that_the_embedded_gazetteer_lacks(postal: Gazetteer) -> None:
    assert ids(postal, "Athens") == ids(postal, "London") == []
    assert ids(postal, "Umberville") == ["postal:US/OH/009/umberville"]
    assert ids(postal, "APO AA") == ids(postal, "Nowhere") == []
    one, other = sorted(postal.candidates(["Mill on the Brook"])["Mill on the Brook"], key=lambda each: each.lat)
    assert (one.lat, one.lon) == (pytest.approx(39.58), pytest.approx(-82.07))
    assert (one.admin1_code, one.admin2_code, one.feature_code, one.geonameid) == ("OH", "009", "PPL", None)
    assert one.place_id == "postal:US/OH/009/mill-on-the-brook"
    assert other.admin2_code == "161"
    both = Gazetteer(["postal", "embedded"])
    assert both.hierarchy(one.place_id) == ("Mill-on-the-Brook", "Ohio", "United States")
    assert [each for each in ids(both, "London") if each.startswith("postal")] == []


@pytest.mark.network
def test_canadian_places_are_taken_apart_and_get_geonames_divisions(postal: Gazetteer) -> None:
    depot, side = (postal.candidates([name])[name][0] for name in ("Old Depot", "Brookside"))
    assert {depot.admin1_code, side.admin1_code} == {"08"}
    assert (depot.name, depot.feature_code) == ("Old Depot", "PPLX")


@pytest.mark.network
def test_british_postal_places_carry_the_credit_that_they_ask_for(postal: Gazetteer) -> None:
    row = postal.lookup("Little Snoring-by-the-Sea").iloc[0]
    assert (row["source"], row["source_id"]) == ("GeoNames postal codes of Great Britain", "ZZ1")
    assert "Open Government Licence" in row["licence"]
    row = postal.lookup("Old Depot").iloc[0]
    assert (row["source"], row["source_id"], row["licence"]) == ("GeoNames postal codes", "K2Z", "CC BY 4.0")
    assert "Ordnance Survey" in postal.attribution
    assert "Royal Mail" in postal.attribution


@pytest.mark.network
@pytest.mark.slow
def test_postal_places_of_all_countries_are_one_file(cache: Path, tmp_path: Path) -> None:
    with serving(postal_origin(tmp_path / "postal")) as server, pytest.warns(GazetteerRowsSkipped) as warned:
        run("install", "postal", "--url", server.url, "--name", "mail")
    assert {name for _, name, _ in server.asked} == {"allCountries.zip"}
    assert "armies" in str(warned[0].message)
    assert ids(Gazetteer("mail"), "Old Depot") != []


@pytest.mark.slow
def test_postal_places_join_those_of_geonames_in_one_gazetteer(cache: Path, tmp_path: Path) -> None:
    places = tmp_path / "US.txt"
    brook = (5, "Mill-on-the-Brook", "Mill-on-the-Brook", "", 39.56, -82.07, "P", "PPL", "US", "OH", "009", 12)
    ohio = [place for place in PLACES if place[8] == "US"]
    places.write_text(text_of([*ohio, brook]), "utf-8")
    codes = tmp_path / "codes.txt"
    codes.write_text(postal_text("US"), "utf-8")
    with pytest.warns(GazetteerRowsSkipped, match="1 are addresses of armies"):
        build([places, codes], name="ohio")
    ohio_alone = Gazetteer("ohio")
    assert ids(ohio_alone, "Mill on the Brook") == ["geonames:5", "postal:US/OH/161/mill-on-the-brook"]
    assert ids(ohio_alone, "Umberville") == ["postal:US/OH/009/umberville"]
    assert ohio_alone.lookup("Umberville").iloc[0]["source"] == "GeoNames postal codes"
    assert ohio_alone.lookup("Washington").iloc[0]["source"] == "GeoNames"


@pytest.mark.parametrize(
    "name", ["a b", "../x", "", "x" * 65, "-x", "é", "a/b", "a.csv", "a\n", "embedded", "Embedded"]
)
def test_names_that_would_be_confused_are_refused(name: str) -> None:
    with pytest.raises(InvalidGazetteer, match=r"cannot be the name|ships with geomap"):
        checked_name(name)


@given(st.from_regex(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}", fullmatch=True))
def test_any_other_name_is_kept_in_lower_case(name: str) -> None:
    if name.lower() != "embedded":
        assert checked_name(name) == name.lower() == checked_name(checked_name(name))


def test_reserved_names_keep_their_meaning(cache: Path, tmp_path: Path) -> None:
    path = tmp_path / "my.csv"
    path.write_text("name,lat,lon\nOld Mill,1,2\n", "utf-8")
    _, syria = region(tmp_path / "files")
    with pytest.raises(InvalidGazetteer, match="'geonames' is the name of a gazetteer of GeoNames' places"):
        build([path], name="geonames")
    with pytest.raises(InvalidGazetteer, match="'postal' is the name of GeoNames' postal places"):
        build([syria], name="postal")
    with pytest.raises(InvalidGazetteer, match=r"my\.csv is no file of GeoNames, but others are"):
        build([syria, path], name="mixed")
    with pytest.raises(InvalidGazetteer, match="no places among"):
        build([tmp_path / "files" / "admin1CodesASCII.txt"], name="tables")
    with pytest.raises(GazetteerNotFound, match="no file or folder"):
        build([tmp_path / "IQ.zip"], name="iraq")


def test_a_file_of_geonames_used_by_its_path_says_how_to_build_it(cache: Path, tmp_path: Path) -> None:
    _, syria = region(tmp_path / "files")
    with pytest.raises(
        InvalidGazetteer, match=r"SY\.txt is a file of GeoNames \(places\).*geomap gazetteer build SY\.txt"
    ):
        Gazetteer(syria).info()


@pytest.mark.slow
def test_an_index_of_another_version_says_to_build_it_again(levant: Gazetteer, cache: Path) -> None:
    path = Path(str(levant.info()["path"]))
    levant.close()
    path.rename(cache / f"named-levant-v{SCHEMA_VERSION - 1}.sqlite")
    with pytest.raises(
        GazetteerNotFound, match=r"built by another version of geomap; build it: geomap gazetteer build"
    ):
        Gazetteer("levant")
    assert "deleted" in run("remove", "levant")


@pytest.mark.slow
def test_a_damaged_index_does_not_hide_the_others(levant: Gazetteer, cache: Path) -> None:
    (cache / f"named-broken-v{SCHEMA_VERSION}{INDEX_SUFFIX}").write_bytes(b"not an index")
    assert "levant" in run("list")


ARTICLE = "The mayor of Zembrowica met the mayor of Paris in Zembrowica."


@pytest.mark.parametrize(("population", "resolved"), [("", True), ("5", False)])
def test_only_places_of_a_layer_without_populations_need_no_confidence(
    cache: Path, tmp_path: Path, population: str, resolved: bool
) -> None:
    path = tmp_path / "my.csv"
    # So many namesakes that none is sure.
    rows = [f"Zembrowica,{lat},{lon}," for lat in (-60, -20, 20, 60) for lon in range(-150, 151, 50)]
    rows.append(f"Another Place,1,1,{population}")
    path.write_text("\n".join(["name,lat,lon,population", *rows, ""]), "utf-8")
    parser = geomap.Geoparser(recognizer="gazetteer", gazetteer=[path, "embedded"], approximate=False)
    assert parser.min_confidence == geomap.Geoparser().min_confidence > 0
    mentions = parser.geoparse([ARTICLE])
    own = mentions[mentions["toponym"] == "Zembrowica"]
    low = own["confidence"] < parser.min_confidence
    assert low.any()
    assert own.loc[low, "status"].eq("resolved").all() == resolved
    others = mentions[mentions["toponym"] != "Zembrowica"]
    assert (others["status"].eq("resolved") == (others["confidence"] >= parser.min_confidence)).all()
    given = geomap.Geoparser(recognizer="gazetteer", gazetteer=[path, "embedded"], min_confidence=0.9)
    assert (given.geoparse([ARTICLE])["status"] == "nil").any()


def test_the_account_of_a_postal_layer_can_be_read_by_programs(cache: Path, tmp_path: Path) -> None:
    path = tmp_path / "CA.txt"
    path.write_text(postal_text("CA"), "utf-8")
    build([path])
    info = Gazetteer("postal").info()
    assert json.loads(json.dumps(info))["sources"] == {"GeoNames postal codes": "CC BY 4.0"}


GUIDE = Path(__file__).resolve().parents[1] / "docs" / "gazetteers.md"


@pytest.mark.slow
def test_the_guides_commands_and_cells_run(cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    region(tmp_path)
    (tmp_path / "villages.csv").write_text("name,lat,lon\nOld Mill,1,2\n", "utf-8")
    monkeypatch.chdir(tmp_path)
    text = GUIDE.read_text("utf-8")
    commands = re.findall(r"^geomap gazetteer (build .*)$|`geomap gazetteer (build [^`]*)`", text, re.MULTILINE)
    assert len(commands) == 2
    for command in ("".join(each) for each in commands):
        assert "places" in run(*command.split())
    cells = re.findall(r"^```\{code-cell\} ipython3\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    variables: dict[str, object] = {}
    for cell in cells:
        exec(compile(cell, str(GUIDE), "exec"), variables)
    assert "Left Bank" in str(cells[0])
    assert geomap.Gazetteer([variables["villages"], "embedded"]).lookup("Mill House").iloc[0]["licence"] == "CC0"  # type: ignore[list-item]
    for message in re.findall(r"^\| `(.*?)` \|", text.partition("## What can be wrong")[2], re.MULTILINE):
        longest = max(message.split("..."), key=len).strip()
        sources = (GUIDE.parents[1] / "geomap" / "gazetteer").rglob("*.py")
        assert any(_comparable(longest) in _comparable(path.read_text("utf-8")) for path in sources), message


def _comparable(text: str) -> str:
    return "".join(re.sub(r"\{[^{}]*\}|\b(?:SY|IQ|19)\b", "", text).split())


@pytest.mark.parametrize("key", sorted(set(PUBLISHERS) - {"geonames", "postal", "postal-gb"}))
def test_maps_credit_every_publisher(key: str) -> None:
    shown = credit(pd.Series(["geonames:1", f"{key}:x"]))
    assert shown.startswith("GeoNames (CC BY 4.0), ")
    assert PUBLISHERS[key].name.split()[0] in credit_html(pd.Series([f"{key}:x"]))


def test_maps_credit_the_post_of_britain_only_where_a_place_is_from_there() -> None:
    assert "Royal Mail" in credit(pd.Series(["postal:GB/ENG/1/x"]))
    assert credit(pd.Series(["postal:US/OH/1/x", None])) == "GeoNames (CC BY 4.0)"
