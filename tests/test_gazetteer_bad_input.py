"""What is wrong with files of gazetteers is said with a remedy, and the index that was there before stays."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from laws import many
from test_gazetteer_geonames import PLACES, cache_in, name_line, place_line, zipped

from geomap.errors import GeomapError, InvalidGazetteer
from geomap.gazetteer import Gazetteer
from geomap.gazetteer._adapters import _opening
from geomap.gazetteer._adapters._geonames import kind_of_file
from geomap.gazetteer._adapters._opening import line_blocks, open_bytes
from geomap.gazetteer._adapters._postal import postal_places
from geomap.gazetteer._adapters._skipping import Skipped
from geomap.gazetteer._building import build

MOSUL = (99072, "Mosul", "Mosul", "", 36.335, 43.11889, "P", "PPLA", "IQ", "15", "", 1739800)
ROW = place_line(MOSUL)


@pytest.fixture(scope="module")
def cache(gazetteer_cache: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder for indexes with a gazetteer named iraq."""
    folder = cache_in(tmp_path_factory.mktemp("cache"), gazetteer_cache)
    path = tmp_path_factory.mktemp("good") / "IQ.txt"
    path.write_text(f"{ROW}\n", "utf-8")
    build([path], name="iraq", cache_dir=folder)
    return folder


def refused(paths: list[Path], cache: Path, message: str) -> None:
    """Assert that building the gazetteer iraq of some files fails with a message, and that the old one stays."""
    with pytest.raises(InvalidGazetteer, match=message):
        build(paths, name="iraq", cache_dir=cache)
    with Gazetteer("iraq", cache_dir=cache) as old:
        assert [each.geonameid for each in old.candidates(["Mosul"])["Mosul"]] == [99072]
    assert not list(cache.glob(".geomap*"))


def written(folder: Path, name: str, *lines: str) -> Path:
    path = folder / name
    path.write_text("".join(f"{line}\n" for line in lines), "utf-8")
    return path


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ([ROW, ROW], r"the geonameid 99072 \(Mosul\) occurs twice; is a country given twice"),
        ([ROW, ROW.replace("36.335", "96.335").replace("99072", "5")], r"IQ\.txt, line 2: a number is out of range"),
        ([ROW, ROW.replace("43.11889", "nan").replace("99072", "5")], r"IQ\.txt, line 2: a number is out of range"),
        ([ROW, ROW.replace("1739800", "-").replace("99072", "5")], r"IQ\.txt, line 2: invalid literal"),
        ([ROW, ROW[:40]], r"IQ\.txt, line 2: 8 columns, not 19; is the file whole"),
        ([ROW, ROW.replace("Mosul\tMosul", "\tMosul").replace("99072", "5")], r"line 2: the name is empty"),
        (
            [ROW, ROW.replace("Mosul\tMosul", f"{'x' * 10_000}\tMosul")],
            r"line 2: the name 'x+'\.\.\. has 10,000 characters",
        ),
        ([ROW.replace("\tIQ\t", "\tSY\t")], r"IQ\.txt holds places of SY, none of IQ; rename it, or download it again"),
        ([ROW, "", ROW.replace("99072", "0")], r"IQ\.txt, line 3: a number is out of range"),
    ],
)
def test_wrong_lines_of_a_country_are_named(cache: Path, tmp_path: Path, lines: list[str], message: str) -> None:
    refused([written(tmp_path, "IQ.txt", *lines)], cache, message)


def test_half_a_download_is_noticed(cache: Path, tmp_path: Path) -> None:
    path = written(tmp_path, "IQ.txt", ROW, ROW.replace("99072", "5"))
    whole = path.read_bytes()
    path.write_bytes(whole[:-4])
    refused([path], cache, r"IQ\.txt, line 2: '2024-01' is no day such as 2024-03-05; is the file whole\?")
    zipped(tmp_path / "IQ.zip", [f"{ROW}"] * 50)
    archive = (tmp_path / "IQ.zip").read_bytes()
    (tmp_path / "IQ.zip").write_bytes(archive[: len(archive) // 2])
    refused([tmp_path / "IQ.zip"], cache, r"IQ\.zip is damaged .*download it again")


def test_a_file_given_twice_is_refused(cache: Path, tmp_path: Path) -> None:
    path = written(tmp_path, "IQ.txt", ROW)
    refused([path, path], cache, r"IQ\.txt is given twice")
    copy = written(tmp_path, "other.txt", ROW)
    refused([path, copy], cache, r"99072 .* occurs twice")


def test_alternate_names_that_break_off_are_named(cache: Path, tmp_path: Path) -> None:
    names = written(
        tmp_path, "names.txt", name_line(1, (99072, "en", "Nineveh", "", "", "", "", "", "")), "2\t99072\ten"
    )
    refused([written(tmp_path, "IQ.txt", ROW), names], cache, r"names\.txt, line 2: 3 columns, at least 8 expected")


def test_an_archive_with_two_tables_asks_which(cache: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "both.zip", "w") as archive:
        archive.writestr("a.txt", f"{ROW}\n")
        archive.writestr("b.txt", f"{ROW}\n")
    refused([tmp_path / "both.zip"], cache, r"both\.zip contains 2 tables \(a\.txt, b\.txt\); unpack it")


def test_a_file_of_another_kind_is_refused(cache: Path, tmp_path: Path) -> None:
    refused(
        [written(tmp_path, "IQ.txt", "Dear reader,", "this is no table.")], cache, r"IQ\.txt has no column for name"
    )
    picture = tmp_path / "IQ.txt"
    picture.write_bytes(b"\x89PNG\r\n\x1a\n\x00\xff\xfe")
    refused([picture], cache, r"IQ\.txt: byte 0 is not UTF-8")


def test_a_line_without_end_does_not_fill_the_memory(
    cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_opening, "LONGEST_LINE", 100_000)
    monkeypatch.setattr(_opening, "BLOCK", 50_000)
    endless = ROW.replace("Mosul\tMosul", f"Mosul\t{'x' * 400_000}")
    refused([written(tmp_path, "IQ.txt", ROW, endless)], cache, r"IQ\.txt, line 2 has more than 100,000 bytes")
    table = written(tmp_path, "my.csv", "name,lat,lon", f"Mosul,1,2,{'x' * 400_000}")
    with pytest.raises(InvalidGazetteer, match="a line has more than 100,000 characters"):
        build([table], name="mine", cache_dir=cache)


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (["US\t1\tA"], r"US\.txt has no column"),
        (["US\t1\tA\tOhio\tOH\t\t\t\t\t1\t2\t4", "US\t1\tA"], r"US\.txt, line 2: 3 columns, 12 expected"),
        (["CA\t1\tA\tOhio\tOH\t\t\t\t\t1\t2\t4"], r"US\.txt holds places of CA, not of US"),
        (
            [f"{country}\t1\tA\tOhio\tOH\t\t\t\t\t1\t2\t4" for country in ("US", "US")] + ["CA\t1\tA" + "\t" * 9],
            r"US\.txt holds places of CA, not of US",
        ),
    ],
)
def test_wrong_postal_files_are_named(cache: Path, tmp_path: Path, lines: list[str], message: str) -> None:
    refused([written(tmp_path, "US.txt", *lines)], cache, message)


def test_a_country_of_postal_codes_counts_once(tmp_path: Path) -> None:
    row = "US\t1\tA\tOhio\tOH\t\t\t\t\t1\t2\t4"
    files = [written(tmp_path, "a.txt", row), written(tmp_path, "b.txt", row)]
    with pytest.raises(InvalidGazetteer, match=r"b\.txt: places of US were read already, from a\.txt"):
        list(postal_places(files, Skipped()))


HOSTILE = [
    "Mo\x00sul",
    "\u202elusoM",
    "Mosul\u2028Two",
    "\ufeffMosul",
    "<script>alert(1)</script>",
    "Mosul\r",
    "Robert'); DROP TABLE place;--",
    "\u200f\u200e",
    "🏙️ City",
    "a" * 400,
]


def test_hostile_names_become_one_plain_line_or_are_refused(cache: Path, tmp_path: Path) -> None:
    lines = [
        ROW.replace("Mosul\tMosul", f"{name}\tplain {number}").replace("99072", str(number))
        for number, name in enumerate(HOSTILE, start=1)
        if name != "\u200f\u200e"
    ]
    build([written(tmp_path, "IQ.txt", *lines)], name="hostile", cache_dir=cache)
    with Gazetteer("hostile", cache_dir=cache) as gazetteer:
        for number in range(1, len(HOSTILE) + 1):
            place = gazetteer.place(f"geonames:{number}")
            if place is not None:
                assert place.name.replace("\u200d", "").replace("\ufe0f", "").isprintable()
                assert "\n" not in place.name
                assert place.row in {each.row for each in gazetteer.candidates([place.name])[place.name]}
    refused([written(tmp_path, "IQ.txt", ROW.replace("Mosul\tMosul", "\u200f\u200e\tx"))], cache, "the name is empty")


FIELDS = st.lists(
    st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\t\n"), max_size=12), min_size=1, max_size=21
)


@pytest.mark.slow
@settings(max_examples=many(15), suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(FIELDS | st.just(ROW.split("\t")), max_size=6), st.binary(max_size=40), st.integers(0, 19))
def test_any_table_is_built_or_refused_with_a_reason(
    tmp_path_factory: pytest.TempPathFactory, cache: Path, rows: list[list[str]], tail: bytes, place: int
) -> None:
    fields = ROW.split("\t")
    if place < len(fields) and rows:
        fields[place] = rows[0][0]
    path = tmp_path_factory.mktemp("any") / "any.txt"
    path.write_bytes("\n".join("\t".join(row) for row in [fields, *rows]).encode() + tail)
    try:
        build([path], name="any", cache_dir=cache)
    except GeomapError as error:
        assert str(error).strip()
    else:
        with Gazetteer("any", cache_dir=cache) as gazetteer:
            assert gazetteer.place(f"geonames:{int(fields[0])}") is not None or kind_of_file(path).value == "unknown"
    assert not list(cache.glob(".geomap*"))


@settings(max_examples=many(80))
@given(
    st.lists(st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\n\r"), max_size=9), min_size=1),
    st.integers(1, 9),
)
def test_lines_are_those_of_the_file_whatever_the_size_of_a_block(
    tmp_path_factory: pytest.TempPathFactory, lines: list[str], block: int
) -> None:
    path = tmp_path_factory.mktemp("lines") / "lines.txt"
    for end in ("\n", "\r\n"):
        path.write_bytes("".join(f"{line}{end}" for line in lines).encode())
        with pytest.MonkeyPatch.context() as patch, open_bytes(path) as stream:
            patch.setattr(_opening, "BLOCK", block)
            found = list(line_blocks(stream, path))
        text = [line for _, _, some in found for line in some]
        expected = "\n".join(lines).removeprefix("\ufeff").split("\n")
        assert text == expected
        assert found[0][0] == 1


def test_all_places_of_the_small_dump_survive_the_way(cache: Path, tmp_path: Path) -> None:
    build([written(tmp_path, "small.txt", *map(place_line, PLACES))], name="small", cache_dir=cache)
    with Gazetteer("small", cache_dir=cache) as gazetteer:
        for number, _, _, _, lat, lon, kind, code, country, *_ in PLACES:
            place = gazetteer.place(f"geonames:{number}")
            assert place is not None
            assert (place.lat, place.lon, place.feature_class, place.feature_code) == (lat, lon, kind, code)
            assert place.country_code == country
