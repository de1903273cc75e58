from __future__ import annotations

from pathlib import Path

import pytest
from test_gazetteer_download import serving
from test_gazetteer_geonames import cache_in, write_dump
from typer.testing import CliRunner

from geomap.cli import gazetteer_app as app
from geomap.errors import GazetteerNotFound
from geomap.gazetteer import Gazetteer

RUN = CliRunner()


@pytest.fixture
def cache(gazetteer_cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder for indexes that the environment names."""
    folder = tmp_path / "cache"
    folder.mkdir()
    monkeypatch.setenv("GEOMAP_CACHE", str(folder))
    return cache_in(folder, gazetteer_cache)


def run(*arguments: object) -> str:
    answer = RUN.invoke(app, [str(each) for each in arguments])
    if answer.exception is not None and not isinstance(answer.exception, SystemExit):
        raise answer.exception
    assert answer.exit_code == 0, answer.output
    return answer.output


@pytest.mark.network
def test_install_downloads_builds_and_leaves_no_files(cache: Path, tmp_path: Path) -> None:
    with serving(write_dump(tmp_path / "origin")) as server:
        said = run("install", "geonames", "--url", server.url)
    assert "places" in said
    assert "geonames" in run("list")
    assert not (cache / "geonames-download").exists()
    assert Gazetteer("geonames").candidates(["Mosul"])["Mosul"][0].geonameid == 99072


@pytest.mark.slow
def test_build_list_info_and_remove(cache: Path, tmp_path: Path) -> None:
    dump = write_dump(tmp_path / "dump")
    (tmp_path / "my.csv").write_text("name,lat,lon\nOld Mill,1,2\n")
    run("build", "--geonames", dump)
    Gazetteer(tmp_path / "my.csv").info()
    listed = run("list")
    assert [line.split()[0] for line in listed.splitlines()] == ["gazetteer", "embedded", "geonames", "my"]
    assert "CC BY 4.0" in run("info", "geonames")
    assert "Old Mill" not in run("info", tmp_path / "my.csv")
    assert "deleted" in run("remove", "geonames")
    assert "deleted" in run("remove", "my")
    assert (tmp_path / "my.csv").is_file()
    assert {path.name.partition("-")[0] for path in cache.iterdir()} == {"gazetteer"}
    run("remove", "embedded")
    assert "built at first use" in run("list")
    with pytest.raises(GazetteerNotFound, match="geomap gazetteer install geonames"):
        Gazetteer("geonames")


@pytest.mark.parametrize("name", ["geonames", "../geonames", "*", "mine"])
def test_removing_what_is_not_there_says_so(cache: Path, name: str) -> None:
    with pytest.raises(GazetteerNotFound, match="geomap gazetteer list"):
        run("remove", name)


def test_what_cannot_be_installed_is_told_how_to_be_built(cache: Path) -> None:
    with pytest.raises(GazetteerNotFound, match="'geonames', 'postal' and bundles can"):
        run("install", "everything")
