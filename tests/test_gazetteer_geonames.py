from __future__ import annotations

import shutil
import zipfile
from collections.abc import Iterable
from pathlib import Path

import pytest

from geomap import _files
from geomap.errors import GazetteerNotFound, GazetteerUnwritable, InvalidGazetteer
from geomap.gazetteer import Gazetteer, NameKind
from geomap.gazetteer._geonames import build_geonames
from geomap.gazetteer._sorting import LineSorter

# geonameid, name, asciiname, alternatenames, lat, lon, class, code, country, admin1, admin2, population
PLACES = [
    (99237, "Republic of Iraq", "Republic of Iraq", "Irak,Iraq", 33.0, 44.0, "A", "PCLI", "IQ", "00", "", 38433600),
    (92877, "Nīnawá", "Ninawa", "Nineveh", 36.0, 42.0, "A", "ADM1", "IQ", "15", "", 3270422),
    (99072, "Mosul", "Mosul", "Al Mawsil,Mossoul", 36.335, 43.11889, "P", "PPLA", "IQ", "15", "", 1739800),
    (6252001, "United States", "United States", "USA", 39.76, -98.5, "A", "PCLI", "US", "00", "", 327167434),
    (5165418, "Ohio", "Ohio", "", 40.25, -83.0, "A", "ADM1", "US", "OH", "", 11800000),
    (4505546, "Athens County", "Athens County", "", 39.33, -82.05, "A", "ADM2", "US", "OH", "009", 64757),
    (4140963, "Washington", "Washington", "", 38.89511, -77.03637, "P", "PPLC", "US", "DC", "", 601723),
    (
        4140704,
        "Ronald Reagan Airport",
        "Ronald Reagan Airport",
        "DCA,KDCA",
        38.85,
        -77.04,
        "S",
        "AIRP",
        "US",
        "VA",
        "",
        0,
    ),
    (745044, "İstanbul", "Istanbul", "", 41.01384, 28.94966, "P", "PPLA", "TR", "34", "", 15701602),
    (1, "Ghost Creek", "Ghost Creek", "", 41.0, -82.0, "H", "STM", "US", "OH", "", 0),
]
# geonameid, language, name, preferred, short, colloquial, historic, from, to
NAMES = [
    (99072, "en", "Nineveh City", "", "", "", "", "", ""),
    (99072, "ar", "الموصل", "", "", "", "", "", ""),
    (99072, "link", "https://en.wikipedia.org/wiki/Mosul", "", "", "", "", "", ""),
    (99072, "post", "41001", "", "", "", "", "", ""),
    (99072, "", "Unreviewed Town", "", "", "", "", "", ""),
    (92877, "en", "Nineveh", "1", "", "", "", "", ""),
    (4505546, "abbr", "A.C.", "", "", "", "", "", ""),
    (745044, "en", "Constantinople", "", "", "", "1", "0330", "1930"),
    (745044, "", "Konstantinoupolis", "1", "", "", "", "after the fall", ""),
    (745044, "tr", "İstanbul", "", "", "", "", "1930", ""),
    (1, "", "Spirit Creek", "", "", "", "", "", ""),
    (1, "ar", "جدول الأشباح", "", "", "", "", "", ""),
    (77, "en", "Nowhere", "", "", "", "", "", ""),
]


def place_line(place: tuple[object, ...]) -> str:
    number, name, plain, others, lat, lon, kind, code, country, first, second, people = place
    fields = (number, name, plain, others, lat, lon, kind, code, country, "", first, second, "", "", people, "", "10")
    return "\t".join(map(str, (*fields, "Etc/UTC", "2024-01-01")))


def name_line(number: int, name: tuple[object, ...]) -> str:
    return "\t".join(map(str, (number, *name)))


def zipped(path: Path, lines: Iterable[str]) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(f"{path.stem}.txt", "".join(f"{line}\n" for line in lines))


def write_dump(folder: Path) -> Path:
    """Write a small dump in the format of the real one, all seven files."""
    folder.mkdir(parents=True, exist_ok=True)
    zipped(folder / "allCountries.zip", map(place_line, PLACES))
    zipped(folder / "alternateNamesV2.zip", (name_line(number, name) for number, name in enumerate(NAMES, 1)))
    (folder / "admin1CodesASCII.txt").write_text(
        "IQ.15\tNineveh\tNineveh\t92877\nUS.OH\tOhio\tOhio\t5165418\n", "utf-8"
    )
    (folder / "admin2Codes.txt").write_text("US.OH.009\tAthens County\tAthens County\t4505546\n", "utf-8")
    country = "{}\t\t\t\t{}" + "\t" * 12 + "{}\t\t\n"
    (folder / "countryInfo.txt").write_text(
        "#ISO\tISO3\n" + country.format("IQ", "Iraq", 99237) + country.format("US", "United States", 6252001), "utf-8"
    )
    (folder / "featureCodes_en.txt").write_text("P.PPL\tpopulated place\ta city\n", "utf-8")
    zipped(folder / "hierarchy.zip", ["6252001\t5165418\tADM"])
    return folder


@pytest.fixture(scope="module")
def built(gazetteer_cache: Path, tmp_path_factory: pytest.TempPathFactory) -> Gazetteer:
    """Return a gazetteer built from the small dump."""
    cache = cache_in(tmp_path_factory.mktemp("geonames"), gazetteer_cache)
    build_geonames(write_dump(cache / "dump"), cache_dir=cache)
    return Gazetteer("geonames", cache_dir=cache)


def cache_in(folder: Path, gazetteer_cache: Path) -> Path:
    # The embedded index alone: other tests keep gazetteers of their own there.
    for index in gazetteer_cache.glob("gazetteer-*.*"):
        (folder / index.name).hardlink_to(index)
    return folder


def ids(gazetteer: Gazetteer, name: str, **options: int) -> list[str]:
    return [each.place_id for each in gazetteer.candidates([name], **options)[name]]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("name", "place_id"),
    [
        ("Mosul", "geonames:99072"),
        ("Nineveh City", "geonames:99072"),
        ("Ninawa", "geonames:92877"),
        ("Nineveh", "geonames:92877"),
        ("Iraq", "geonames:99237"),
        ("Republic of Iraq", "geonames:99237"),
        ("Istanbul", "geonames:745044"),
        ("Spirit Creek", "geonames:1"),
        ("الموصل", "geonames:99072"),
        ("Reagan National Airport", "geonames:4140704"),
        ("Iraqi", "geonames:99237"),
        ("Yukon River", "geomap:region/yukon-river"),
    ],
)
def test_names_of_all_sources_find_their_place(built: Gazetteer, name: str, place_id: str) -> None:
    assert ids(built, name)[:1] == [place_id]


@pytest.mark.parametrize(
    "name", ["جدول الأشباح", "41001", "https://en.wikipedia.org/wiki/Mosul", "Unreviewed Town", "Nowhere"]
)
def test_links_codes_other_scripts_and_unreviewed_names_are_left_out(built: Gazetteer, name: str) -> None:
    assert ids(built, name) == []


def test_flags_say_how_a_name_belongs_to_its_place(built: Gazetteer) -> None:
    kinds = {
        name: NameKind(built.candidates([name])[name][0].kind)
        for name in ("Mosul", "Nineveh", "Constantinople", "A.C.", "Nineveh City", "Republic of Iraq", "Iraqi")
    }
    assert kinds == {
        "Mosul": NameKind.MAIN,
        "Nineveh": NameKind.MAIN,
        "Constantinople": NameKind.FORMER,
        "A.C.": NameKind.ABBREVIATION,
        "Nineveh City": NameKind.ALTERNATE,
        "Republic of Iraq": NameKind.OFFICIAL,
        "Iraqi": NameKind.DEMONYM,
    }


def test_dates_of_a_name_hold_unless_it_is_also_the_main_one(built: Gazetteer) -> None:
    assert ids(built, "Constantinople", year=1910) == ["geonames:745044"]
    assert ids(built, "Constantinople", year=1950) == []
    assert ids(built, "Istanbul", year=1910) == ["geonames:745044"]
    assert ids(built, "Konstantinoupolis", year=1300) == ["geonames:745044"]


def test_geomaps_own_identifiers_lead_to_the_geonameid(built: Gazetteer) -> None:
    county, airport = built.place("geomap:adm2/US.OH.009"), built.place("geomap:airport/DCA")
    assert county is not None
    assert airport is not None
    assert (county.place_id, county.geonameid) == ("geonames:4505546", 4505546)
    assert airport.geonameid == 4140704
    assert len(built.candidates(["Athens County"])["Athens County"]) == 1


def test_hierarchies_use_the_names_people_know(built: Gazetteer) -> None:
    assert built.hierarchy("geonames:99072") == ("Mosul", "Nineveh", "Iraq")
    assert built.hierarchy("geonames:4505546") == ("Athens County", "Ohio", "United States")


def test_features_of_countries_that_the_dump_lacks_stay_out(built: Gazetteer) -> None:
    assert ids(built, "Heathrow Airport") == []
    assert built.place("geonames:2643743") is None


def test_forms_and_stop_names_come_along(built: Gazetteer, gazetteer: Gazetteer) -> None:
    assert ("US", "geonames:6252001") in {(form.written, form.place_id) for form in built.abbreviations()}
    assert ("Iraqi", "geonames:99237") in {(form.written, form.place_id) for form in built.demonyms()}
    assert built.stop_names() == gazetteer.stop_names()


def test_the_index_says_what_it_is(built: Gazetteer) -> None:
    info = built.info()
    assert info["source"] == "geonames"
    assert info["places"] == sum(info["feature_classes"].values())  # type: ignore[attr-defined]
    assert "GeoNames (CC BY 4.0)" in built.attribution


def test_seas_and_regions_kept_by_hand_stand_among_the_prominent(built: Gazetteer) -> None:
    (county,) = built.candidates(["athens county"])["athens county"]
    assert county.population < 100_000
    for name in ("black sea", "middle east", "tigris"):
        assert min(each.row for each in built.candidates([name])[name]) < county.row


def test_a_misspelled_name_is_found(built: Gazetteer) -> None:
    assert [each.place_id for each, _ in built.fuzzy("Gost Crek")][:1] == ["geonames:1"]


@pytest.mark.slow
def test_places_alone_are_enough(gazetteer_cache: Path, tmp_path: Path) -> None:
    cache = cache_in(tmp_path, gazetteer_cache)
    dump = tmp_path / "dump"
    dump.mkdir()
    (dump / "allCountries.txt").write_text("".join(f"{place_line(place)}\n" for place in PLACES), "utf-8")
    build_geonames(dump, cache_dir=cache)
    gazetteer = Gazetteer("geonames", cache_dir=cache)
    assert ids(gazetteer, "Mossoul") == ["geonames:99072"]
    assert ids(gazetteer, "KDCA") == []
    assert gazetteer.hierarchy("geonames:4505546") == ("Athens County", "Ohio", "United States")
    found = gazetteer.place("geomap:adm2/US.OH.009")
    assert found is not None
    assert found.geonameid == 4505546


def test_geonames_and_embedded_know_each_feature_once(built: Gazetteer) -> None:
    both = Gazetteer(["geonames", "embedded"], cache_dir=built.cache_dir)
    found = both.candidates(["Athens County", "Mosul", "Heathrow Airport"])
    assert [each.place_id for each in found["Athens County"]] == ["geonames:4505546"]
    assert [each.place_id for each in found["Mosul"]].count("geonames:99072") == 1
    assert [each.place_id for each in found["Heathrow Airport"]] == ["geomap:airport/LHR"]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("1\tonly\tfour\tcolumns", r"line 11: 4 columns, not 19"),
        (place_line((2, "A", "A", "", "north", 0, "P", "PPL", "US", "", "", 0)), r"line 11: .*north"),
        (place_line((2, "A", "A", "", 91, 0, "P", "PPL", "US", "", "", 0)), r"line 11: .*out of range"),
        (place_line((2**40, "A", "A", "", 9, 0, "P", "PPL", "US", "", "", 0)), r"line 11: .*out of range"),
    ],
)
def test_a_wrong_line_is_named_and_nothing_is_left(
    gazetteer_cache: Path, tmp_path: Path, line: str, message: str
) -> None:
    cache = cache_in(tmp_path, gazetteer_cache)
    dump = write_dump(tmp_path / "dump")
    zipped(dump / "allCountries.zip", [*map(place_line, PLACES), line])
    with pytest.raises(InvalidGazetteer, match=message):
        build_geonames(dump, cache_dir=cache)
    assert [path.name for path in cache.iterdir() if "geonames" in path.name and path.suffix != ".lock"] == []
    assert not list(cache.glob(".geomap*"))


@pytest.mark.slow
def test_a_damaged_archive_is_named(gazetteer_cache: Path, tmp_path: Path) -> None:
    cache = cache_in(tmp_path, gazetteer_cache)
    dump = write_dump(tmp_path / "dump")
    path = dump / "alternateNamesV2.zip"
    content = bytearray(path.read_bytes())
    content[60] ^= 0xFF
    path.write_bytes(content)
    with pytest.raises(InvalidGazetteer, match=r"alternateNamesV2\.zip is damaged"):
        build_geonames(dump, cache_dir=cache)


@pytest.mark.slow
def test_an_old_index_stays_until_the_new_one_is_whole(gazetteer_cache: Path, tmp_path: Path) -> None:
    cache = cache_in(tmp_path, gazetteer_cache)
    dump = write_dump(tmp_path / "dump")
    before = build_geonames(dump, cache_dir=cache).read_bytes()
    zipped(dump / "allCountries.zip", ["broken"])
    with pytest.raises(InvalidGazetteer):
        build_geonames(dump, cache_dir=cache)
    assert ids(Gazetteer("geonames", cache_dir=cache), "Mosul") == ["geonames:99072"]
    write_dump(dump)
    assert build_geonames(dump, cache_dir=cache).read_bytes() == before


def test_too_little_space_is_said_before_anything_is_written(
    gazetteer_cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache = cache_in(tmp_path, gazetteer_cache)
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(_files.shutil, "disk_usage", lambda _: usage._replace(free=1000))
    with pytest.raises(GazetteerUnwritable, match=r"\d+ MB needed, 0 MB free"):
        build_geonames(write_dump(tmp_path / "dump"), cache_dir=cache)


def test_a_folder_without_places_says_what_it_should_hold(tmp_path: Path) -> None:
    with pytest.raises(GazetteerNotFound, match=r"allCountries\.zip"):
        build_geonames(tmp_path)


@pytest.mark.parametrize("lines_in_run", [3, 7, 1000])
def test_lines_come_sorted_whatever_fits_into_memory(
    tmp_path: Path, lines_in_run: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    from geomap.gazetteer import _sorting

    monkeypatch.setattr(_sorting, "_LINES_IN_BLOCK", 2)
    lines = [f"{number * 7919 % 101}\té𝔘{number % 3}" for number in range(100)] + ["a b\t1", "a\t1", "a\t1"]
    with LineSorter(tmp_path, lines_in_run=lines_in_run) as sorter:
        for line in lines:
            sorter.extend([line])
        assert [line for block in sorter.blocks() for line in block] == sorted(lines)
    assert list(tmp_path.iterdir()) == []
