"""One file that needs no network: what is written into it, how, and where Leaflet comes from."""

from __future__ import annotations

import hashlib
import html
import http.server
import re
import subprocess
import sys
import threading
import warnings
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import folium
import geopandas as gpd
import pytest
import xyzservices
from test_maps_corpus import HOSTILE, corpus, one

from geomap import errors, tables
from geomap.maps import PlacesLayer, explore, save_html, vendor


@pytest.fixture
def offline_leaflet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, bytes]:
    """Stand in for Leaflet's files, so that no test needs the real ones or the network."""
    content = {name: f"/* {name} */".encode() for name in vendor._sums()["1.9.4"]}
    sums = {name: hashlib.sha256(data).hexdigest() for name, data in content.items()}
    monkeypatch.setattr(vendor, "_sums", lambda: {"1.9.3": sums, "1.9.4": sums})
    monkeypatch.setattr(vendor, "_installed_folder", lambda: tmp_path / "installed")
    monkeypatch.setenv("GEOMAP_CACHE", str(tmp_path / "cache"))
    for name, data in content.items():
        target = tmp_path / "cache" / "leaflet-1.9.3" / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
    return content


@pytest.fixture
def server(tmp_path: Path, offline_leaflet: dict[str, bytes]) -> Iterator[str]:
    """Serve the files of Leaflet from this machine; yields the address of the folder."""
    folder = tmp_path / "served" / "npm" / "leaflet@1.9.4" / "dist"
    for name, data in offline_leaflet.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    handler = partial(_Quiet, directory=str(tmp_path / "served"))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as running:
        thread = threading.Thread(target=running.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{running.server_port}/npm/leaflet@1.9.4/dist"
        running.shutdown()
        thread.join()


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *args: object) -> None:
        pass


# One file


def test_the_file_links_to_no_script_and_no_style(tmp_path: Path, offline_leaflet: dict[str, bytes]) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        document = save_html(explore(corpus()), tmp_path / "map.html").read_text("utf-8")
    assert not re.search(r"<script[^>]+src|<link", document)
    assert offline_leaflet["leaflet.js"].decode() in document
    assert "jquery" not in document.lower()


def test_the_page_has_a_language_a_title_and_can_be_zoomed(tmp_path: Path, offline_leaflet: object) -> None:
    document = save_html(explore(corpus(), title="A & B"), tmp_path / "map.html").read_text("utf-8")
    assert '<html lang="en">' in document
    assert "<title>A &amp; B</title>" in document
    assert "user-scalable" not in document
    assert '<meta name="referrer" content="strict-origin-when-cross-origin">' in document


def test_every_script_of_the_file_is_named_in_its_policy(tmp_path: Path, offline_leaflet: object) -> None:
    document = save_html(explore(corpus()), tmp_path / "map.html").read_text("utf-8")
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]+)"', document)
    assert policy is not None
    assert policy[1].count("sha256-") == document.count("<script>")
    assert "unsafe-inline" not in policy[1].split("style-src")[0]


def test_pictures_may_come_from_the_tile_servers_of_the_map_only(tmp_path: Path, offline_leaflet: object) -> None:
    def pictures(**options: object) -> str:
        document = save_html(explore(corpus(), **options), tmp_path / "map.html").read_text("utf-8")
        found = re.search("img-src ([^;]*);", document)
        assert found is not None
        return found[1]

    assert pictures() == "data: blob:"
    assert pictures(tiles="OpenTopoMap") == "data: blob: https://*.tile.opentopomap.org"
    assert pictures(tiles="OpenStreetMap") == "data: blob: https://tile.openstreetmap.org"


def test_a_map_with_layers_of_others_has_no_policy(tmp_path: Path, offline_leaflet: object) -> None:
    m = explore(corpus())
    Foreign().add_to(m)
    with pytest.warns(errors.NotSelfContained):
        document = save_html(m, tmp_path / "map.html").read_text("utf-8")
    assert "Content-Security-Policy" not in document


class Foreign(folium.FeatureGroup):
    """A layer that somebody else wrote."""


def test_saving_twice_writes_the_same_file(tmp_path: Path, offline_leaflet: object) -> None:
    m = explore(corpus())
    first = save_html(m, tmp_path / "1.html").read_bytes()
    assert save_html(m, tmp_path / "2.html").read_bytes() == first


def test_large_data_is_compressed(tmp_path: Path, offline_leaflet: object) -> None:
    content = "".join(f"{number} Mosul. " for number in range(300_000))
    document = save_html(explore(one(sentence=content)), tmp_path / "map.html").read_text("utf-8")
    assert document.count('type="application/gzip"') == 2  # the words and the land
    assert "299998 Mosul" not in document


@pytest.mark.parametrize("path", ["missing/map.html", "."])
def test_a_place_that_cannot_be_written_says_what_to_do(path: str, tmp_path: Path, offline_leaflet: object) -> None:
    with pytest.raises(errors.UnsafeOutput, match="folder"):
        save_html(explore(corpus()), tmp_path / path)
    with pytest.raises(OSError):
        save_html(explore(corpus()), tmp_path / path)


def test_an_interrupted_write_leaves_the_old_file_and_no_other(
    tmp_path: Path, offline_leaflet: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "out" / "map.html"
    target.parent.mkdir()
    target.write_text("old")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("geomap.maps.saving.os.fsync", full)
    with pytest.raises(errors.UnsafeOutput, match="No space left"):
        save_html(explore(corpus()), target)
    assert target.read_text() == "old"
    assert [path.name for path in target.parent.iterdir()] == ["map.html"]


def test_any_folium_map_is_written_with_a_warning_for_what_is_not_ours(
    tmp_path: Path, offline_leaflet: dict[str, bytes]
) -> None:
    m = folium.Map(tiles=None)
    PlacesLayer(corpus()).add_to(m)
    with pytest.warns(errors.NotSelfContained, match="bootstrap"):
        document = save_html(m, tmp_path / "map.html").read_text("utf-8")
    assert offline_leaflet["leaflet.js"].decode() in document


def test_a_popup_of_foliums_own_brings_back_what_it_needs(tmp_path: Path, offline_leaflet: object) -> None:
    m = explore(corpus())
    folium.Marker([36, 43], popup="x").add_to(m)
    with pytest.warns(errors.NotSelfContained, match="jquery"):
        save_html(m, tmp_path / "map.html")


def test_a_map_for_the_web_is_still_a_folium_map_with_links(offline_leaflet: object) -> None:
    m = explore(corpus())
    assert isinstance(m, folium.Map)
    assert "leaflet@" in m.get_root().render()


def test_a_notebook_gets_a_frame_that_needs_nothing(offline_leaflet: object) -> None:
    shown = explore(corpus(), title="A <b>")._repr_html_()
    assert "<iframe srcdoc=" in shown
    assert "cdn.jsdelivr.net" not in shown
    assert "<b>" not in shown


def test_max_zoom_is_set_without_tiles() -> None:
    assert explore(corpus()).options["max_zoom"] == 12


def test_an_unknown_tile_provider_is_named_in_the_error() -> None:
    with pytest.raises(ValueError, match="Nowhere Maps"):
        explore(corpus(), tiles="Nowhere Maps")


@pytest.mark.parametrize("tiles", ["OpenStreetMap", "OpenTopoMap", xyzservices.providers.OpenTopoMap])
def test_tiles_lie_over_the_basemap_with_their_attribution(tiles: object, offline_leaflet: object) -> None:
    document = explore(corpus(), tiles=tiles).get_root().render()
    assert "L.geomap.basemap(" in document
    assert "openstreetmap.org/copyright" in document


@pytest.mark.parametrize(
    "mentions",
    [tables.empty_mentions(), corpus().query("status == 'nil'"), one(), one(published=None, title=None, sentence=None)],
    ids=["empty", "all nil", "one", "one with gaps"],
)
def test_a_map_is_made_of_any_mentions(mentions: gpd.GeoDataFrame, tmp_path: Path, offline_leaflet: object) -> None:
    written = save_html(explore(mentions), tmp_path / "map.html")
    assert written.read_text("utf-8").startswith("<!DOCTYPE html>")


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_words_do_not_reach_the_page_as_markup(
    text: str, tmp_path: Path, offline_leaflet: dict[str, bytes]
) -> None:
    tiles = xyzservices.TileProvider(name=text, url="https://tiles.test/{z}/{x}/{y}.png", attribution=text)
    mentions = one(name=text, admin1=text, country=text, sentence=f"{text} Mosul", title=text, source=text, url=text)
    document = save_html(explore(mentions, title=text, tiles=tiles), tmp_path / "map.html").read_text("utf-8")
    plain = save_html(explore(one()), tmp_path / "plain.html").read_text("utf-8")
    assert document.count("<script") == plain.count("<script")
    assert "<img" not in document
    assert "49" not in re.findall("<title>(.*?)</title>", document, re.DOTALL)[0]
    assert text.strip() in html.unescape(re.findall("<title>(.*?)</title>", document, re.DOTALL)[0]) or not text.strip()


# Leaflet


@pytest.mark.network
def test_leaflet_is_fetched_once_where_it_is_not_installed(
    server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GEOMAP_CACHE", str(tmp_path / "new"))
    links = [f"{server}/leaflet.js", f"{server}/leaflet.css"]
    fetched = vendor.leaflet(links, fetch=True)
    assert (tmp_path / "new" / "leaflet-1.9.4" / "leaflet.js").is_file()
    assert vendor.leaflet(links, fetch=False) == fetched


@pytest.mark.network
def test_leaflet_that_differs_from_its_checksum_is_not_used(
    server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GEOMAP_CACHE", str(tmp_path / "new"))
    (tmp_path / "served" / "npm" / "leaflet@1.9.4" / "dist" / "leaflet.js").write_text("alert(1)")
    with pytest.raises(vendor.LeafletUnavailable, match="checksum"):
        vendor.leaflet([f"{server}/leaflet.js"], fetch=True)
    assert not (tmp_path / "new").exists()


def test_without_leaflet_the_file_has_links_and_a_warning_says_so(
    tmp_path: Path, offline_leaflet: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GEOMAP_CACHE", str(tmp_path / "nothing"))
    with pytest.warns(errors.NotSelfContained, match=r"leaflet\.js"):
        document = save_html(explore(corpus()), tmp_path / "map.html", fetch=False).read_text("utf-8")
    assert "leaflet.js" in document


def test_installed_leaflet_that_was_changed_is_an_error(tmp_path: Path, offline_leaflet: object) -> None:
    (tmp_path / "installed").mkdir()
    (tmp_path / "installed" / "leaflet.js").write_text("alert(1)")
    with pytest.raises(errors.ResourceDamaged, match="install"):
        vendor.leaflet([], fetch=False)


def test_the_real_checksums_cover_the_version_that_folium_links_to() -> None:
    version = re.search(r"leaflet@([\d.]+)/", dict(folium.Map.default_js)["leaflet"])
    assert version is not None
    assert version[1] in vendor._sums()


def test_importing_maps_loads_neither_folium_nor_geopandas() -> None:
    code = "import sys, geomap.maps; print(sorted({'folium', 'geopandas', 'branca', 'shapely'} & set(sys.modules)))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"
