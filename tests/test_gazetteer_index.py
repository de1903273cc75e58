"""The file of an index: what is written comes back, damage is noticed and mended, what ships unpacks to the same bytes."""

from __future__ import annotations

import os
import random
import shutil
import struct
import zlib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from laws import many

from geomap.errors import GazetteerDamaged, GazetteerNotFound, InvalidGazetteer
from geomap.gazetteer import Candidate, Gazetteer, NameKind, _companions, _sections, _spelling, _store, fold
from geomap.gazetteer._index import IndexRows, write_index
from geomap.gazetteer._model import SCHEMA_VERSION, Origin, SourceRow
from geomap.gazetteer._packing import pack, unpack
from geomap.gazetteer._sections import SectionsWriter, is_sound
from geomap.gazetteer._spelling import FAMILIES, bare, family_of, spelling_key
from geomap.gazetteer._store import Store

TOWNS = "name,lat,lon,id,population,alternate names\nOld Mill,51.5,-0.1,7,1200,Mill House|The Mill\nFord,52,1,8,,\n"


def place(row: int, **fields: object) -> Candidate:
    values = {"place_id": "", "geonameid": row, "name": f"Place {row}", "lat": 1.0, "lon": 2.0, "feature_class": "P"}
    return Candidate(row=row, **(values | fields))  # type: ignore[arg-type]


def written(path: Path, rows: IndexRows, *, complete: bool = True) -> Path:
    write_index(path, rows, complete=complete)
    return path


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """Return a small index."""
    rows = IndexRows(
        meta={"source": "test"},
        places=[place(1, population=9, name="Zürich"), place(2, geonameid=None, place_id="own:2")],
        names=[("zurich", 1, 0), ("zurigo", 1, 1)],
    )
    return written(tmp_path / "small.gazetteer", rows)


# Folded names have no colon, which ends the family of a key.
texts = st.text(st.characters(exclude_characters="\n:"), max_size=12) | st.sampled_from(
    ["al hawijah", "hawija", "hawijah"]
)
codes = st.sampled_from([None, "US", "IQ", "UA", "Ä", "009", "a b"])


@st.composite
def indexes(draw: st.DrawFn) -> IndexRows:
    """Return the rows of an index, in order."""
    count = draw(st.integers(1, 12))
    populations = sorted(draw(st.lists(st.integers(0, 10**10), min_size=count, max_size=count)), reverse=True)
    geonameids = draw(st.lists(st.none() | st.integers(1, 2**32 - 1), min_size=count, max_size=count))
    own = draw(st.lists(texts.filter(bool), min_size=count, max_size=count, unique=True))
    rows = range(1, count + 1)
    places = [
        Candidate(
            row,
            f"x:{own[row - 1]}" if geonameids[row - 1] is None or draw(st.booleans()) else f"geonames:{geonameids[row - 1]}",
            geonameids[row - 1],
            draw(texts),
            draw(st.integers(-90 * 10**5, 90 * 10**5)) / 10**5,
            draw(st.integers(-180 * 10**5, 180 * 10**5)) / 10**5,
            draw(st.sampled_from("APH")),
            draw(codes),
            draw(codes),
            draw(codes),
            draw(codes),
            populations[row - 1],
            draw(st.integers(0, 65_535)),
        )
        for row in rows
    ]  # fmt: skip
    row = st.integers(1, count)
    names = sorted(draw(st.sets(st.tuples(texts, row, st.sampled_from(list(map(int, NameKind)))), max_size=30)))
    folded = st.sampled_from([name for name, *_ in names] or [""])
    origins = sorted(draw(st.dictionaries(row, texts, max_size=5)).items())
    return IndexRows(
        meta={"source": "test", "file": draw(texts)},
        places=places,
        names=names,
        countries=draw(st.dictionaries(texts, row, max_size=4)).items(),
        divisions=draw(st.dictionaries(texts, row, max_size=4)).items(),
        demonyms=draw(st.sets(st.tuples(texts, row, texts), max_size=4)),
        stop_names=draw(st.sets(texts, max_size=3)),
        validity=draw(st.sets(st.tuples(folded, row, st.integers(-500, 0), st.integers(1, 2000)), max_size=5)),
        aliases=draw(st.dictionaries(texts.map("alias:{}".format), row, max_size=4)).items(),
        sources=[SourceRow("survey", "A survey", "CC0-1.0", "", "")],
        origins=[Origin(number, "survey", identifier) for number, identifier in origins],
        points=sorted((number, 1.5, -number / 7) for number in draw(st.lists(row, max_size=5))),
    )


@pytest.mark.slow
@given(indexes())
@settings(max_examples=many(60))
def test_an_index_answers_what_was_written_also_after_packing(
    tmp_path_factory: pytest.TempPathFactory, rows: IndexRows
) -> None:
    folder = tmp_path_factory.mktemp("index")
    path = written(folder / "a.gazetteer", rows, complete=False)
    unpack(pack(path), folder / "b.gazetteer")
    assert path.read_bytes() == (folder / "b.gazetteer").read_bytes()
    with Store(folder / "b.gazetteer") as store:
        _compare(store, rows)


def _compare_spellings(store: Store, rows: IndexRows, name: str) -> None:
    countries = {each.row: each.country_code for each in rows.places}
    for family in FAMILIES:
        key = spelling_key(name, family)
        own = {folded for folded, row, _ in rows.names if family_of(countries[row]) == family}
        same = {other for other in own - {bare(key)} if spelling_key(other, family) == key}
        known = {bare(key)} & {folded for folded, *_ in rows.names}
        found = store.names_of_key(key)
        assert found[: len(known)] == list(known)
        others = found[len(known) :]
        assert others == sorted(set(others))
        assert same <= set(others)
        assert {spelling_key(other, family) for other in others} <= {key}


def _compare(store: Store, rows: IndexRows) -> None:
    places = {each.row: each for each in rows.places}
    assert list(store.places()) == list(places.values())
    assert list(store.name_rows()) == list(rows.names)
    for name in {name for name, *_ in rows.names} | {"absent"}:
        bearers = [(row, kind) for folded, row, kind in rows.names if folded == name]
        assert store.by_name(name, codes=True) == [places[row]._replace(kind=kind) for row, kind in bearers]
        dated = {row for folded, row, *_ in rows.validity if folded == name}
        valid = {row for folded, row, first, last in rows.validity if folded == name and first <= 1900 <= last}
        assert [each.row for each in store.by_name(name, year=1900, codes=True)] == [
            row for row, _ in bearers if row not in dated or row in valid
        ]
        _compare_spellings(store, rows, name)
    for each in places.values():
        found = store.by_id(each.place_id)
        assert found is not None
        assert found.place_id == each.place_id or found.geonameid == each.geonameid
        assert store.points(each.row) == [
            (pytest.approx(lat), pytest.approx(lon, abs=1e-7)) for row, lat, lon in rows.points if row == each.row
        ]
    for alias, row in rows.aliases:
        assert store.by_id(alias) == places[row]
    assert {row: store.origin(row) for row in places} == {
        row: next((origin for origin in rows.origins if origin.row == row), None) for row in places
    }
    assert store.area_names("country") == {code: places[row].name for code, row in rows.countries}
    assert store.stop_names() == frozenset(rows.stop_names)
    for entry in store.name_entries():
        bearers = [(row, kind) for folded, row, kind in rows.names if folded == entry.folded and kind != NameKind.CODE]
        assert entry.population == max(places[row].population for row, _ in bearers)
        assert entry.kinds == {kind for _, kind in bearers}


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([place(1, place_id="own:a"), place(2, place_id="own:a")], "duplicate identifier 'own:a'"),
        ([place(1, geonameid=2**32)], "geonameid 4294967296"),
        ([place(1, geonameid=-1)], "geonameid -1"),
        ([place(1, lat=91.0)], "between -90 and 90"),
        ([place(1, lon=float("nan"))], "between -180 and 180"),
    ],
)
def test_what_an_index_cannot_hold_is_said(tmp_path: Path, rows: list[Candidate], message: str) -> None:
    with pytest.raises(InvalidGazetteer, match=message):
        write_index(tmp_path / "index", IndexRows(meta={}, places=rows, names=()))
    assert not is_sound(tmp_path / "index", SCHEMA_VERSION)


@pytest.mark.parametrize(
    "names", [[("b", 1, 0), ("a", 1, 0)], [("a", 1, 1), ("a", 1, 0)], [("a", 2, 0)], [("a", 0, 0)]]
)
def test_names_out_of_order_or_of_no_place_are_refused(tmp_path: Path, names: list[tuple[str, int, int]]) -> None:
    with pytest.raises(ValueError, match="names must come sorted"):
        write_index(tmp_path / "index", IndexRows(meta={}, places=[place(1)], names=names))


def test_an_empty_index_answers_nothing(tmp_path: Path) -> None:
    with Store(written(tmp_path / "empty.gazetteer", IndexRows(meta={"source": "x"}, places=(), names=()))) as store:
        assert store.by_name("a") == []
        assert store.by_id("a") is store.by_geonameid(1) is store.by_row(1) is None
        assert (list(store.places()), list(store.name_entries()), store.counts(), store.words([])) == ([], [], {}, [])


def test_every_byte_of_an_index_is_checked(small: Path) -> None:
    content = small.read_bytes()
    for at in random.Random(3).sample(range(len(content)), many(200)) if many(1) == 1 else range(len(content)):
        damaged = bytearray(content)
        damaged[at] ^= 1 << at % 8
        small.write_bytes(damaged)
        assert not is_sound(small, SCHEMA_VERSION), at
    small.write_bytes(content)
    assert is_sound(small, SCHEMA_VERSION)


@pytest.mark.parametrize("share", [0.0, 0.001, 0.3, 0.7, 0.999])
def test_a_cut_index_is_damaged(small: Path, share: float) -> None:
    content = small.read_bytes()
    small.write_bytes(content[: int(len(content) * share)])
    with pytest.raises(
        GazetteerDamaged, match=r"small\.gazetteer is (?:empty|damaged).*build, install or copy it again"
    ):
        Gazetteer(small).info()


def test_half_an_index_is_never_taken_for_a_whole_one(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError), SectionsWriter(tmp_path / "half", SCHEMA_VERSION) as sections:
        sections.add("meta", b"{}")
        raise RuntimeError
    with pytest.raises(GazetteerDamaged, match="half-written"):
        _sections.check_file(tmp_path / "half", SCHEMA_VERSION)


def test_an_index_of_another_version_says_which(small: Path) -> None:
    content = bytearray(small.read_bytes())
    content[8:12] = struct.pack("<I", 99)
    content[44:48] = zlib.crc32(content[:44]).to_bytes(4, "little")
    small.write_bytes(content)
    with pytest.raises(
        GazetteerNotFound, match=rf"has schema version 99.*reads {SCHEMA_VERSION}; build or install it again"
    ):
        Gazetteer(small).info()


@pytest.mark.slow
def test_a_damaged_index_of_a_file_of_ones_own_is_made_again(tmp_path: Path) -> None:
    towns = tmp_path / "towns.csv"
    towns.write_text(TOWNS, "utf-8")
    cache = tmp_path / "cache"
    with Gazetteer(towns, cache_dir=cache) as names:
        expected = names.lookup("mill house", fuzzy=True)
        index = Path(str(names.info()["path"]))
    content = index.read_bytes()
    draw = random.Random(5)
    for _ in range(many(200)):
        damaged = bytearray(content)
        damaged[draw.randrange(len(damaged))] ^= 1 << draw.randrange(8)
        index.write_bytes(damaged[: draw.choice((len(damaged), draw.randrange(len(damaged))))])
        with Gazetteer(towns, cache_dir=cache) as names:
            assert names.candidates(["mill house", "Ford"])["Ford"][0].place_id == "towns:8"
        assert index.read_bytes() == content
    assert Gazetteer(towns, cache_dir=cache).lookup("mill house", fuzzy=True).equals(expected)


@pytest.mark.slow
@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 0.9])
def test_a_damaged_embedded_index_is_unpacked_again(gazetteer: Gazetteer, tmp_path: Path, share: float) -> None:
    whole = Path(str(gazetteer.info()["path"]))
    index = tmp_path / whole.name
    content = bytearray(whole.read_bytes())
    content[int(share * len(content))] ^= 4
    index.write_bytes(content)
    with Gazetteer(cache_dir=tmp_path) as names:
        assert names.candidates(["Mosul"])["Mosul"][0].place_id == "geonames:99072"
    assert index.read_bytes() == whole.read_bytes()


def test_a_damaged_index_that_cannot_be_made_again_says_how_to_mend_it_and_stays(small: Path, tmp_path: Path) -> None:
    target = tmp_path / f"geonames-v{SCHEMA_VERSION}.gazetteer"
    content = bytearray(small.read_bytes())
    content[len(content) // 2] ^= 1
    target.write_bytes(content)
    with pytest.raises(
        GazetteerDamaged, match=r"geonames-v\d+\.gazetteer is damaged.*install or copy it again"
    ) as raised:
        Gazetteer("geonames", cache_dir=tmp_path).info()
    assert isinstance(raised.value, ValueError)
    assert target.read_bytes() == content


def test_a_large_index_is_checked_once_and_again_when_it_changes(small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_sections, "_ALWAYS_CHECKED", 0)
    assert is_sound(small, SCHEMA_VERSION)
    noted = small.with_suffix(".checked")
    assert noted.is_file()
    before = small.stat()
    content = bytearray(small.read_bytes())
    content[60] ^= 1
    small.write_bytes(content)
    os.utime(small, ns=(before.st_atime_ns, before.st_mtime_ns))
    # Nobody reads gigabytes at each start: a file of the same size and time is the same file.
    assert is_sound(small, SCHEMA_VERSION)
    os.utime(small, ns=(before.st_atime_ns, before.st_mtime_ns + 1))
    assert not is_sound(small, SCHEMA_VERSION)
    small.write_bytes(content[:60] + bytes([content[60] ^ 1]) + content[61:])
    assert is_sound(small, SCHEMA_VERSION)


HAWIJA = spelling_key("hawija", "arabic")
MOSUL = IndexRows(
    meta={"source": "test"},
    places=[place(1, name="Mosul", country_code="IQ"), place(2, name="Al Ḩawījah", country_code="IQ")],
    names=[("al hawijah", 2, 0), ("mosul", 1, 0)],
)


def test_what_finds_similar_names_is_made_at_first_need_and_kept(tmp_path: Path) -> None:
    path = written(tmp_path / "a.gazetteer", MOSUL, complete=False)
    assert [each.name for each, _ in Gazetteer(path).fuzzy("Mosull")] == ["Mosul"]
    assert Store(path).names_of_key(HAWIJA) == ["al hawijah"]
    kept = {each.name: each.read_bytes() for each in tmp_path.iterdir() if each.suffix != ".lock"}
    assert sorted(kept) == sorted(["a.gazetteer", "a.fuzzy", f"a.spelling{_spelling.VERSION}"])
    assert Store(path).names_of_key(HAWIJA) == ["al hawijah"]
    assert [each.name for each, _ in Gazetteer(path).fuzzy("Mosull")] == ["Mosul"]
    assert {each.name: each.read_bytes() for each in tmp_path.iterdir() if each.suffix != ".lock"} == kept


@pytest.mark.parametrize("damage", [lambda content: content[:-9], lambda content: content[:70] + b"?" + content[71:]])
def test_what_finds_similar_names_is_made_again_if_damaged(tmp_path: Path, damage: object) -> None:
    path = written(tmp_path / "a.gazetteer", MOSUL, complete=False)
    assert Gazetteer(path).fuzzy("Mosull")
    whole = (tmp_path / "a.fuzzy").read_bytes()
    (tmp_path / "a.fuzzy").write_bytes(damage(whole))  # type: ignore[operator]
    assert [each.name for each, _ in Gazetteer(path).fuzzy("Mosull")] == ["Mosul"]
    assert (tmp_path / "a.fuzzy").read_bytes() == whole


def test_what_finds_similar_names_of_another_content_is_made_again(tmp_path: Path) -> None:
    path = written(tmp_path / "a.gazetteer", MOSUL, complete=False)
    assert Gazetteer(path).fuzzy("Mosull")
    path.unlink()
    written(path, MOSUL._replace(places=[place(1, name="Erbil")], names=[("erbil", 1, 0)]), complete=False)
    assert [each.name for each, _ in Gazetteer(path).fuzzy("Erbill")] == ["Erbil"]


def test_where_nothing_can_be_kept_similar_names_are_found_all_the_same(tmp_path: Path) -> None:
    path = written(tmp_path / "a.gazetteer", MOSUL, complete=False)
    # A folder where the file should be cannot be replaced, not even by root.
    (tmp_path / "a.fuzzy").mkdir()
    assert [each.name for each, _ in Gazetteer(path).fuzzy("Mosull")] == ["Mosul"]


def test_keys_of_an_older_version_are_made_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = written(tmp_path / "a.gazetteer", MOSUL)
    monkeypatch.setattr(_store, "SPELLING_VERSION", _spelling.VERSION + 1)
    monkeypatch.setitem(_companions.SUFFIXES, "spelling", ".spelling999")
    assert Store(path).names_of_key(HAWIJA) == ["al hawijah"]
    assert (tmp_path / "a.spelling999").is_file()


def test_a_copied_index_answers_the_same(gazetteer: Gazetteer, tmp_path: Path) -> None:
    path = Path(str(gazetteer.info()["path"]))
    shutil.copy(path, tmp_path / "elsewhere.gazetteer")
    copied = Gazetteer(tmp_path / "elsewhere.gazetteer")
    assert copied.candidates(["Mosul"]) == gazetteer.candidates(["Mosul"])
    assert fold("Mosul") in {entry.folded for entry in copied.iter_names(places=2000)}
