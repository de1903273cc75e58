from __future__ import annotations

import json
import random
import zipfile
from pathlib import Path
from typing import Any

import pytest
from laws import many
from test_gazetteer_geonames import cache_in
from test_gazetteer_index import MOSUL, place, written
from typer.testing import CliRunner

from geomap.cli import NOTHING_FOUND, app
from geomap.errors import GazetteerDamaged, GazetteerNotFound, InvalidGazetteer, UnsafeOutput
from geomap.gazetteer import Gazetteer
from geomap.gazetteer._bundle import bundle, install_bundle
from geomap.gazetteer._model import SCHEMA_VERSION

RUN = CliRunner()
INSTALLED = f"geonames-v{SCHEMA_VERSION}.gazetteer"


@pytest.fixture
def packed(tmp_path: Path) -> Path:
    """Return a bundle of a small gazetteer called geonames."""
    (tmp_path / "here").mkdir()
    written(tmp_path / "here" / INSTALLED, MOSUL)
    return bundle("geonames", tmp_path / "geonames.zip", cache_dir=tmp_path / "here")


def test_a_bundle_is_installed_elsewhere_and_answers_the_same(packed: Path, tmp_path: Path) -> None:
    path = install_bundle(packed, cache_dir=tmp_path / "there")
    assert path == tmp_path / "there" / INSTALLED
    assert path.read_bytes() == (tmp_path / "here" / INSTALLED).read_bytes()
    assert Gazetteer("geonames", cache_dir=tmp_path / "there").candidates(["Mosul"])["Mosul"][0].geonameid == 1
    assert [each.name for each in tmp_path.joinpath("there").iterdir() if each.suffix != ".lock"] == [INSTALLED]


def test_the_same_index_gives_the_same_bundle_which_says_what_it_is(packed: Path, tmp_path: Path) -> None:
    again = bundle("geonames", tmp_path / "again.zip", cache_dir=tmp_path / "here")
    assert again.read_bytes() == packed.read_bytes()
    about = about_of(packed)
    assert (about["name"], about["schema"], about["places"]) == ("geonames", SCHEMA_VERSION, "2")
    assert len(about["sha256"]) == 64


def about_of(path: Path) -> dict[str, Any]:
    with zipfile.ZipFile(path) as archive:
        return dict(json.loads(archive.read("bundle.json")))


def changed(path: Path, index: bytes | None = None, **about: object) -> None:
    """Write a bundle that says something else than the truth."""
    with zipfile.ZipFile(path) as archive:
        content = archive.read("index") if index is None else index
    said = about_of(path) | about
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("index", content)
        archive.writestr("bundle.json", json.dumps(said))


def test_a_damaged_bundle_is_refused_and_the_old_index_stays(packed: Path, tmp_path: Path) -> None:
    there = tmp_path / "there"
    there.mkdir()
    old = written(there / INSTALLED, MOSUL._replace(places=[place(1), place(2)])).read_bytes()
    content = packed.read_bytes()
    draw, refused = random.Random(9), 0
    for _ in range(many(200)):
        damaged = bytearray(content)
        damaged[draw.randrange(len(damaged))] ^= 1 << draw.randrange(8)
        packed.write_bytes(damaged)
        try:
            install_bundle(packed, cache_dir=there)
        except (GazetteerDamaged, InvalidGazetteer, GazetteerNotFound) as error:
            refused += 1
            assert str(packed) in str(error) or "name of a gazetteer" in str(error) or "another name" in str(error)
            assert (there / INSTALLED).read_bytes() == old
        else:
            # Some bits of an archive mean nothing, such as the time of a member: the index itself is whole.
            assert (there / INSTALLED).read_bytes() == (tmp_path / "here" / INSTALLED).read_bytes()
            (there / INSTALLED).write_bytes(old)
    assert refused > many(200) * 0.7
    assert not list(there.glob(".geomap*"))


def test_a_cut_bundle_is_refused(packed: Path, tmp_path: Path) -> None:
    packed.write_bytes(packed.read_bytes()[:500])
    with pytest.raises(InvalidGazetteer, match=r"geonames\.zip is not a bundle, or is damaged"):
        install_bundle(packed, cache_dir=tmp_path)


@pytest.mark.parametrize("name", ["../escaped", "a/b", "", "embedded", "C:\\x", "x" * 65, "nul\0"])
def test_a_bundle_cannot_choose_where_it_goes(packed: Path, tmp_path: Path, name: str) -> None:
    changed(packed, name=name)
    with pytest.raises(InvalidGazetteer, match=r"the name of a gazetteer|choose another name"):
        install_bundle(packed, cache_dir=tmp_path / "there")
    assert not (tmp_path / "there").exists()


@pytest.mark.parametrize(
    ("about", "error", "message"),
    [
        ({"sha256": "0" * 64}, GazetteerDamaged, "SHA-256"),
        ({"bytes": 10}, GazetteerDamaged, "SHA-256"),
        ({"bytes": -1}, InvalidGazetteer, "not a bundle"),
        ({"bytes": "many"}, InvalidGazetteer, "not a bundle"),
        ({"format": "something else"}, InvalidGazetteer, "not a bundle"),
        ({"schema": 99}, GazetteerNotFound, "schema version 99"),
    ],
)
def test_a_bundle_that_says_something_else_is_refused(
    packed: Path, tmp_path: Path, about: dict[str, object], error: type[Exception], message: str
) -> None:
    changed(packed, **about)
    with pytest.raises(error, match=message):
        install_bundle(packed, cache_dir=tmp_path / "there")
    assert not list((tmp_path / "there").glob("*.gazetteer"))


def test_an_archive_that_holds_more_than_it_says_does_not_fill_the_disk(packed: Path, tmp_path: Path) -> None:
    changed(packed, index=bytes(50_000_000), bytes=1000)
    with pytest.raises(GazetteerDamaged, match="SHA-256"):
        install_bundle(packed, cache_dir=tmp_path / "there")


def test_what_is_no_bundle_says_how_to_make_one(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("notes")
    with pytest.raises(InvalidGazetteer, match="geomap gazetteer bundle NAME"):
        install_bundle(tmp_path / "notes.txt", cache_dir=tmp_path)
    with pytest.raises(GazetteerNotFound, match="no such file"):
        install_bundle(tmp_path / "absent.zip", cache_dir=tmp_path)


def test_the_embedded_gazetteer_needs_no_bundle(tmp_path: Path) -> None:
    with pytest.raises(GazetteerNotFound, match="comes with geomap"):
        bundle("embedded", tmp_path / "x.zip")


def test_a_bundle_that_cannot_be_written_says_so(packed: Path, tmp_path: Path) -> None:
    with pytest.raises(UnsafeOutput, match="does not exist"):
        bundle("geonames", tmp_path / "absent" / "x.zip", cache_dir=tmp_path / "here")


def test_a_file_of_ones_own_is_bundled_under_its_name(tmp_path: Path) -> None:
    (tmp_path / "Old Towns.csv").write_text("name,lat,lon\nOld Mill,1,2\n")
    packed = bundle(tmp_path / "Old Towns.csv", tmp_path / "towns.zip", cache_dir=tmp_path / "here")
    path = install_bundle(packed, cache_dir=tmp_path / "there")
    assert path.name == f"named-old-towns-v{SCHEMA_VERSION}.gazetteer"
    installed = Gazetteer("old-towns", cache_dir=tmp_path / "there")
    assert installed.candidates(["old mill"])["old mill"][0].name == "Old Mill"


def test_commands_bundle_and_install(packed: Path, tmp_path: Path) -> None:
    output = tmp_path / "by-command.zip"
    said = RUN.invoke(app, ["gazetteer", "bundle", "geonames", "-o", str(output), "--cache", str(tmp_path / "here")])
    assert said.exit_code == 0, said.output
    assert output.read_bytes() == packed.read_bytes()
    said = RUN.invoke(app, ["gazetteer", "install", str(output), "--cache", str(tmp_path / "there")])
    assert said.exit_code == 0, said.output
    assert "2 places, 2 names" in said.output


def test_a_bundle_is_listed_by_the_name_that_it_is_installed_under(packed: Path, tmp_path: Path) -> None:
    there = ["--cache", str(tmp_path / "there")]
    said = RUN.invoke(app, ["gazetteer", "install", str(packed), "--name", "Colleagues", *there])
    assert said.exit_code == 0, said.output
    assert RUN.invoke(app, ["gazetteer", "list", *there]).output.splitlines()[1].startswith("colleagues ")
    assert RUN.invoke(app, ["gazetteer", "remove", "colleagues", *there]).exit_code == 0


@pytest.mark.parametrize(
    ("name", "offered"),
    [("Mosull", "similar names: Mosul"), ("Xqzzyvwk", "no place named 'Xqzzyvwk' in the gazetteer\n")],
)
def test_looking_up_an_unknown_name_ends_with_a_code_of_its_own(
    gazetteer_cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, offered: str
) -> None:
    monkeypatch.setenv("GEOMAP_CACHE", str(cache_in(tmp_path, gazetteer_cache)))
    answer = RUN.invoke(app, ["lookup", name])
    assert answer.exit_code == NOTHING_FOUND == 7
    assert answer.stdout == ""
    assert offered in answer.stderr
    assert RUN.invoke(app, ["lookup", "Mosul"]).exit_code == 0
