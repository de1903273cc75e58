from __future__ import annotations

import json
import multiprocessing
import os
import pickle
import shutil
import sqlite3
import subprocess
import sys
import warnings
import weakref
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest

from geomap.errors import GazetteerNotFound, GazetteerUnwritable, ResourceDamaged
from geomap.gazetteer import Candidate, Gazetteer, NameKind, _embedded, fold
from geomap.gazetteer._index import IndexRows, write_index
from geomap.gazetteer._model import FIELDS, INDEX_SUFFIX, STORED, Origin, SourceRow, places_of, texts_of
from geomap.gazetteer._spelling import spelling_key
from geomap.gazetteer._store import Store
from geomap.tables import PLACE


def first(gazetteer: Gazetteer, name: str) -> Candidate:
    return gazetteer.candidates([name])[name][0]


@pytest.mark.parametrize(
    ("name", "place_id"),
    [
        ("Nineveh", "geonames:92877"),
        ("Ninawa", "geonames:92877"),
        ("Nineveh Governorate", "geonames:92877"),
        ("Nineveh Province", "geonames:92877"),
        ("Anbar province", "geonames:99592"),
        ("Ohio", "geonames:5165418"),
        ("U.S.", "geonames:6252001"),
        ("UK", "geonames:2635167"),
        ("Burma", "geonames:1327865"),
        ("The Hague", "geonames:2747373"),
        ("Hague", "geonames:2747373"),
        ("Washington, D.C.", "geonames:4140963"),
        ("Heathrow Airport", "geomap:airport/LHR"),
        ("Rapides Parish", "geonames:4338356"),
        ("Iraqi", "geonames:99237"),
    ],
)
def test_the_most_populous_bearer_of_a_name_comes_first(gazetteer: Gazetteer, name: str, place_id: str) -> None:
    assert first(gazetteer, name).place_id == place_id


def test_all_names_of_a_place_lead_back_to_it(gazetteer: Gazetteer) -> None:
    ids = ["geonames:99072", "geonames:99237", "geomap:region/tigris-river"]
    found = gazetteer.names_of([*ids, "geonames:0", "nominatim:N1"])
    assert list(found) == ids
    assert {"mosul", "mossoul", "الموصل"} <= set(found["geonames:99072"])
    for place_id, names in found.items():
        assert names == sorted(set(names))
        for name in names:
            assert place_id in {place.place_id for place in gazetteer.candidates([name], limit=1000)[name]}


def test_the_names_of_places_in_several_gazetteers_come_from_the_one_in_front(tmp_path: Path) -> None:
    own = tmp_path / "own.csv"
    own.write_text("geonameid,name,latitude,longitude\n99072,Mosul al-Hadba,36.3,43.1\n1,Nowhere,1,1\n", "utf-8")
    with Gazetteer([own, "embedded"]) as both:
        found = both.names_of(["geonames:99072", "geonames:1", "geonames:98182"])
    assert found["geonames:99072"] == ["mosul al hadba"]
    assert found["geonames:1"] == ["nowhere"]
    assert "baghdad" in found["geonames:98182"]


@pytest.mark.parametrize(("one", "other"), [("Saint Louis", "St. Louis"), ("Zürich", "Zurich"), ("MOSUL", "Mosul")])
def test_spellings_find_the_same_candidates(gazetteer: Gazetteer, one: str, other: str) -> None:
    found = gazetteer.candidates([one, other])
    assert found[one] == found[other] != []


def test_a_city_and_the_division_of_the_same_name_are_both_candidates(gazetteer: Gazetteer) -> None:
    found = {(each.feature_class, each.feature_code) for each in gazetteer.candidates(["Mosul"])["Mosul"]}
    assert {("P", "PPLA"), ("A", "ADM2")} <= found


def test_a_county_keeps_a_stable_identifier_and_lies_in_its_state(gazetteer: Gazetteer) -> None:
    county = gazetteer.place("geonames:4505546")
    assert county is not None
    assert (county.name, county.place_id, county.feature_code) == ("Athens County", "geonames:4505546", "ADM2")
    # What older versions called it still finds it.
    assert gazetteer.place("geomap:adm2/US.OH.009") == county
    assert gazetteer.place("geomap:adm2/US.OH.000") is None
    assert abs(county.lat - 39.33) < 0.2
    assert abs(county.lon + 82.05) < 0.2
    assert gazetteer.hierarchy(county) == ("Athens County", "Ohio", "United States")


def test_a_hierarchy_runs_from_the_feature_to_its_country(gazetteer: Gazetteer) -> None:
    assert gazetteer.hierarchy("geonames:99072") == ("Mosul", "Nineveh", "Iraq")
    assert gazetteer.hierarchy("geonames:92877") == ("Nineveh", "Iraq")
    assert gazetteer.hierarchy("geonames:99237") == ("Iraq",)
    assert gazetteer.hierarchy("geonames:0") == ()


def test_codes_have_names(gazetteer: Gazetteer) -> None:
    assert gazetteer.country_name("IQ") == "Iraq"
    assert gazetteer.admin1_name("IQ", "15") == "Nineveh"
    assert gazetteer.country_name(None) is gazetteer.country_name("??") is gazetteer.admin1_name("IQ", None) is None


def test_a_looked_up_table_has_points_in_falling_population(gazetteer: Gazetteer) -> None:
    table = gazetteer.lookup("Springfield", limit=10)
    assert len(table) == 10
    assert table.crs.to_epsg() == 4326
    assert table["population"].is_monotonic_decreasing
    assert set(table["kind"]) <= {kind.name.lower() for kind in NameKind}
    assert table.geometry.notna().all()


def test_an_unknown_name_gives_an_empty_table_of_the_same_shape(gazetteer: Gazetteer) -> None:
    empty, full = gazetteer.lookup("Xyzzyville"), gazetteer.lookup("Mosul")
    assert len(empty) == 0
    assert list(empty.columns) == list(full.columns)
    assert empty.dtypes.to_dict() == full.dtypes.to_dict()
    assert empty.crs == full.crs
    assert gazetteer.candidates(["Xyzzyville", ""]) == {"Xyzzyville": [], "": []}


def test_many_names_are_looked_up_into_one_table(gazetteer: Gazetteer) -> None:
    names = ["Springfield", "Xyzzyville", "MOSUL", "Springfield", "Nineveh"]
    together = gazetteer.lookup(names, limit=3)
    apart = [gazetteer.lookup(name, limit=3) for name in ("Springfield", "MOSUL", "Nineveh")]
    assert together.equals(gpd.GeoDataFrame(pd.concat(apart, ignore_index=True), crs=together.crs))
    assert together["toponym"].unique().tolist() == ["Springfield", "MOSUL", "Nineveh"]
    assert together.columns[0] == "toponym"
    assert gazetteer.lookup(iter(names), limit=3).equals(together)
    assert gazetteer.lookup([]).dtypes.to_dict() == together.dtypes.to_dict()


def test_misspelled_names_among_many_bring_similar_ones(gazetteer: Gazetteer) -> None:
    found = gazetteer.lookup(["Mosul", "Mosull"], limit=2, fuzzy=True)
    assert set(found["toponym"]) == {"Mosul", "Mosull"}
    assert found.loc[found["toponym"] == "Mosul", "similarity"].eq(1).all()
    assert found.loc[found["toponym"] == "Mosull", "similarity"].lt(1).all()


def test_a_row_of_a_table_says_the_same_as_the_description_of_its_place(gazetteer: Gazetteer) -> None:
    row = gazetteer.lookup("Athens County").iloc[0]
    described = gazetteer.describe(first(gazetteer, "Athens County"))
    shared = [name for name in described if name in row.index and name != "kind"]
    assert len(shared) > 8
    assert [row[name] for name in shared if described[name] is not None] == [
        described[name] for name in shared if described[name] is not None
    ]


def test_a_cap_never_loses_areas_and_main_names(gazetteer: Gazetteer) -> None:
    every = gazetteer.candidates(["Franklin"], limit=10_000)["Franklin"]
    few = gazetteer.candidates(["Franklin"], limit=1)["Franklin"]
    spared = [each for each in every if each.kind == NameKind.MAIN or each.feature_class == "A"]
    assert few == spared
    assert len({each.row for each in every}) == len(every)


def test_written_forms_keep_their_case_and_dots(gazetteer: Gazetteer) -> None:
    short = {(form.written, form.place_id) for form in gazetteer.abbreviations()}
    assert ("US", "geonames:6252001") in short
    assert ("Ore.", "geonames:5744337") in short
    assert ("us", "geonames:6252001") not in short
    assert ("Iraqi", "geonames:99237") in {(form.written, form.place_id) for form in gazetteer.demonyms()}


def test_a_stopped_alternate_is_taken_from_its_place_only(gazetteer: Gazetteer) -> None:
    found = {each.geonameid for each in gazetteer.candidates(["Alaska"])["Alaska"]}
    assert 5879092 in found
    assert 4806346 not in found
    assert "Alaska" not in gazetteer.stop_names()


@pytest.mark.slow
def test_every_stored_name_is_folded_and_in_order(gazetteer: Gazetteer) -> None:
    entries = list(gazetteer.iter_names())
    assert [entry.folded for entry in entries] == sorted(entry.folded for entry in entries)
    assert all(entry.kinds and entry.population >= 0 for entry in entries)
    assert [entry.folded for entry in entries if fold(entry.folded) != entry.folded] == []


def test_the_gazetteer_says_what_it_is(gazetteer: Gazetteer) -> None:
    info = gazetteer.info()
    assert info["source"] == "embedded"
    assert info["places"] == sum(info["feature_classes"].values())  # type: ignore[attr-defined]
    assert "GeoNames" in gazetteer.attribution
    assert "CC BY 4.0" in gazetteer.attribution


def test_a_pickled_gazetteer_answers_the_same(gazetteer: Gazetteer) -> None:
    again = pickle.loads(pickle.dumps(gazetteer))
    assert again.candidates(["Mosul"]) == gazetteer.candidates(["Mosul"])


def test_threads_share_one_gazetteer(gazetteer_cache: Path) -> None:
    shared = Gazetteer(cache_dir=gazetteer_cache)
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: first(shared, "Mosul").place_id, range(64)))
    assert len(set(found)) == 1


def test_making_a_gazetteer_touches_no_file(tmp_path: Path) -> None:
    Gazetteer(cache_dir=tmp_path / "absent")
    assert not (tmp_path / "absent").exists()


def test_importing_the_gazetteer_loads_no_geopandas() -> None:
    code = (
        "import sys, geomap.gazetteer; sys.exit(bool({'geopandas', 'pandas', 'rich', 'filelock'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_the_fields_of_a_place_are_those_of_a_candidate() -> None:
    assert (*FIELDS, "kind") == Candidate._fields
    assert set(PLACE) - {"country", "admin1"} <= set(FIELDS)


def test_texts_of_places_are_read_back_as_the_same_places(gazetteer: Gazetteer) -> None:
    ids = ("geonames:99072", "geomap:region/tigris-river", "geonames:99237")
    places = [place._replace(row=row) for row, place in enumerate(filter(None, map(gazetteer.place, ids)), start=7)]
    columns = dict(zip(STORED[1:], zip(*map(texts_of, places), strict=True), strict=True))
    # Missing texts come back empty, and are stored as NULL.
    assert [tuple(value or None for value in place) for place in places_of(columns, first_row=7)] == [
        tuple(value or None for value in place) for place in places
    ]


def mapped(store: Store) -> weakref.ref[object]:
    """Return a reference to the open file that does not keep it open."""
    return weakref.ref(store._open.sections.data)


def test_a_closed_gazetteer_opens_again_when_it_is_used(gazetteer_cache: Path) -> None:
    with Gazetteer(cache_dir=gazetteer_cache) as names:
        opened = mapped(names._store.stores[0])
        assert first(names, "Mosul").place_id == "geonames:99072"
        assert names.fuzzy("Mosull")
        assert opened() is not None
    assert opened() is None
    assert first(names, "Mosul").place_id == "geonames:99072"
    names.close()


def test_a_file_closes_with_its_store_in_whatever_thread_it_was_used(gazetteer: Gazetteer) -> None:
    stores = [Store(Path(str(gazetteer.info()["path"])))]
    opened = mapped(stores[0])
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(stores[0].by_name, ["mosul"] * 16))
    assert found[0][0].place_id == "geonames:99072"
    stores.clear()
    assert opened() is None


def _first_in_child(store: Store, answers: multiprocessing.Queue[str]) -> None:
    answers.put(store.by_name("mosul")[0].place_id)


@pytest.mark.skipif(sys.platform == "win32", reason="no fork")
def test_a_forked_child_reads_the_file_that_its_parent_opened(gazetteer: Gazetteer) -> None:
    store = gazetteer._store.stores[0]
    context = multiprocessing.get_context("fork")
    answers: multiprocessing.Queue[str] = context.Queue()
    child = context.Process(target=_first_in_child, args=(store, answers))
    with warnings.catch_warnings():
        # Python 3.12 warns of forks in a process with threads; this child only reads.
        warnings.simplefilter("ignore", DeprecationWarning)
        child.start()
    assert answers.get(timeout=60) == "geonames:99072"
    child.join(60)
    assert child.exitcode == 0
    assert store.by_name("mosul")[0].place_id == "geonames:99072"


def _answer(folder: Path) -> tuple[str, int]:
    builds = 0
    unpack = _embedded.unpack

    def counted(content: bytes, path: Path) -> None:
        nonlocal builds
        builds += 1
        unpack(content, path)

    _embedded.unpack = counted
    return first(Gazetteer(cache_dir=folder), "Nineveh").place_id, builds


@pytest.mark.slow
def test_processes_that_start_together_build_one_index(tmp_path: Path) -> None:
    with multiprocessing.get_context("spawn").Pool(4) as pool:
        answers = pool.map(_answer, [tmp_path / "cache"] * 4, chunksize=1)
    assert {place_id for place_id, _ in answers} == {"geonames:92877"}
    assert sum(builds for _, builds in answers) == 1
    assert [path.suffix for path in (tmp_path / "cache").iterdir() if path.suffix not in {".lock"}] == [INDEX_SUFFIX]


def test_the_environment_names_the_cache_folder(gazetteer_cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GEOMAP_CACHE", str(gazetteer_cache))
    assert Path(str(Gazetteer().info()["path"])).parent == gazetteer_cache


def test_a_finished_index_opens_in_a_read_only_folder(gazetteer_cache: Path, tmp_path: Path) -> None:
    folder = tmp_path / "shared"
    shutil.copytree(gazetteer_cache, folder)
    for path in folder.iterdir():
        path.chmod(0o444)
    folder.chmod(0o555)
    try:
        assert first(Gazetteer(cache_dir=folder), "Nineveh").place_id == "geonames:92877"
    finally:
        folder.chmod(0o755)


def test_an_unwritable_cache_says_what_to_do(tmp_path: Path) -> None:
    # A file where the folder should be is unwritable for everybody, also for root, whom permissions do not stop.
    (tmp_path / "taken").write_text("")
    with pytest.raises(GazetteerUnwritable, match="GEOMAP_CACHE") as raised:
        Gazetteer(cache_dir=tmp_path / "taken").info()
    assert isinstance(raised.value, OSError)


@pytest.mark.skipif(os.geteuid() == 0, reason="permissions do not stop root")
def test_a_read_only_cache_says_what_to_do(tmp_path: Path) -> None:
    tmp_path.chmod(0o555)
    try:
        with pytest.raises(GazetteerUnwritable, match="GEOMAP_CACHE"):
            Gazetteer(cache_dir=tmp_path).info()
    finally:
        tmp_path.chmod(0o755)


@pytest.mark.slow
def test_a_full_disk_leaves_nothing_half_built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(content: bytes, path: Path) -> None:
        path.write_bytes(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(_embedded, "unpack", fail)
    with pytest.raises(GazetteerUnwritable, match="No space left"):
        Gazetteer(cache_dir=tmp_path).info()
    assert [path.name for path in tmp_path.iterdir() if path.suffix != ".lock"] == []


def test_a_damaged_resource_is_named_with_its_checksums(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from geomap.resources import _loading

    real = _loading.files("geomap.resources")
    for name in ("MANIFEST.json", _embedded.RESOURCE):
        (tmp_path / name).write_bytes((real / name).read_bytes())
    content = bytearray((tmp_path / _embedded.RESOURCE).read_bytes())
    content[1000] ^= 1
    (tmp_path / _embedded.RESOURCE).write_bytes(content)
    monkeypatch.setattr(_loading, "files", lambda _: tmp_path)
    with pytest.raises(ResourceDamaged, match=r"gazetteer\.pack.*SHA-256 is [0-9a-f]{64}, expected [0-9a-f]{64}"):
        Gazetteer(cache_dir=tmp_path / "cache").info()


def test_an_unreadable_resource_is_damaged() -> None:
    with pytest.raises(ResourceDamaged, match="reinstall"):
        _embedded.unpack_resource(b"not a gazetteer", Path("nowhere"))


def test_an_unknown_gazetteer_says_what_there_is() -> None:
    with pytest.raises(GazetteerNotFound, match="embedded") as raised:
        Gazetteer("geonomes")
    assert isinstance(raised.value, FileNotFoundError)


def test_a_file_that_is_no_index_is_not_a_gazetteer(tmp_path: Path) -> None:
    (tmp_path / f"notes{INDEX_SUFFIX}").write_text(json.dumps({}) * 1000)
    with pytest.raises(GazetteerNotFound, match=r"notes\.gazetteer.*not an index"):
        Gazetteer(tmp_path / f"notes{INDEX_SUFFIX}").info()


def test_an_index_of_an_older_version_says_so(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "geonames-v2.sqlite")) as connection:
        connection.execute("CREATE TABLE place (row INTEGER)")
        connection.commit()
    with pytest.raises(GazetteerNotFound, match=r"geonames-v2\.sqlite is an index of an older version"):
        Gazetteer(tmp_path / "geonames-v2.sqlite").info()


def test_an_index_is_opened_by_its_path(gazetteer: Gazetteer) -> None:
    by_path = Gazetteer(Path(str(gazetteer.info()["path"])))
    assert by_path.lookup("Mosul").equals(gazetteer.lookup("Mosul"))


def test_an_index_answers_by_spelling_key_and_tells_where_a_place_comes_from(tmp_path: Path) -> None:
    place = Candidate(1, "", 7, "Al Ḩawījah", 35.3, 43.8, "P", country_code="IQ")
    rows = IndexRows(
        meta={"source": "test"},
        places=[place, place._replace(row=2, geonameid=8, name="Kirkūk")],
        names=[("al hawijah", 1, 0), ("kirkuk", 2, 0)],
        sources=[SourceRow("survey", "A survey", "CC0-1.0", "", "")],
        origins=[Origin(1, "survey", "S-17")],
    )
    write_index(tmp_path / "index.gazetteer", rows)
    with Store(tmp_path / "index.gazetteer") as store:
        assert store.names_of_key(spelling_key("hawija", "arabic")) == ["al hawijah"]
        assert store.names_of_key(spelling_key("kirkuk", "arabic")) == ["kirkuk"]
        assert store.names_of_key(spelling_key("erbil", "arabic")) == []
        assert store.sources()["survey"].licence == "CC0-1.0"
        assert (store.origin(1), store.origin(2)) == (Origin(1, "survey", "S-17"), None)
