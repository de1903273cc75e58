"""One file that needs no network: what is written into it, how, and where Leaflet comes from."""

from __future__ import annotations

import hashlib
import html
import http.server
import json
import os
import re
import shutil
import subprocess
import sys
import threading
import warnings
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import folium
import geopandas as gpd
import pytest
import shapely
import xyzservices
from branca.element import Element, Figure, JavascriptLink
from folium import plugins
from test_maps_corpus import HOSTILE, corpus, one

from geomap import errors, tables
from geomap.maps import (
    ChoroplethLayer,
    ComentionLayer,
    HeatLayer,
    Map,
    PlacesLayer,
    _assets,
    explore,
    offline_plugins,
    save_html,
)
from geomap.maps._disclosure import FULL

LEAFLET = "leaflet@1.9.4"


@pytest.fixture
def offline_leaflet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, gazetteer_cache: Path) -> dict[str, bytes]:
    """Stand in for Leaflet's files, so that no test needs the real ones or the network."""
    table = json.loads(json.dumps(_assets._table()))
    content = {name: f"/* {name} */".encode() for name in table["packages"][LEAFLET]}
    table["packages"][LEAFLET] = {name: hashlib.sha256(data).hexdigest() for name, data in content.items()}
    monkeypatch.setattr(_assets, "_table", lambda: table)
    monkeypatch.setattr(_assets, "_installed_folder", lambda: tmp_path / "installed")
    monkeypatch.setenv("GEOMAP_CACHE", str(tmp_path / "cache"))
    write(tmp_path / "cache" / "maps" / LEAFLET, content)
    for index in gazetteer_cache.iterdir():
        os.link(index, tmp_path / "cache" / index.name)
    return {Path(name).name: data for name, data in content.items()}


def write(folder: Path, content: dict[str, bytes]) -> None:
    for name, data in content.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)


@pytest.fixture
def server(tmp_path: Path, offline_leaflet: dict[str, bytes], monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Serve the files of Leaflet from this machine; yields the folder that is served."""
    served = tmp_path / "served"
    shutil.move(tmp_path / "cache" / "maps", served)
    handler = partial(_Quiet, directory=str(served))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as running:
        thread = threading.Thread(target=running.serve_forever)
        thread.start()
        monkeypatch.setattr(_assets, "MIRROR", f"http://127.0.0.1:{running.server_port}/")
        yield served / LEAFLET
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
        document = save_html(m, tmp_path / "map.html", fetch=False).read_text("utf-8")
    assert "Content-Security-Policy" not in document


class Foreign(folium.FeatureGroup):
    """A layer that somebody else wrote."""


def test_saving_twice_writes_the_same_file(tmp_path: Path, offline_leaflet: object) -> None:
    m = explore(corpus())
    first = save_html(m, tmp_path / "1.html").read_bytes()
    assert save_html(m, tmp_path / "2.html").read_bytes() == first


@pytest.mark.slow
def test_large_data_is_compressed(tmp_path: Path, offline_leaflet: object) -> None:
    content = "".join(f"{number} Mosul. " for number in range(300_000))
    document = save_html(explore(one(sentence=content)), tmp_path / "map.html").read_text("utf-8")
    assert document.count('type="application/gzip"') == 3  # the words, the land, and what of it lies around the places
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

    m = explore(corpus())
    save_html(m, tmp_path / "before.html")  # by now the gazetteer is unpacked
    monkeypatch.setattr("geomap._files.os.fsync", full)
    with pytest.raises(errors.UnsafeOutput, match="No space left"):
        save_html(m, target)
    assert target.read_text() == "old"
    assert [path.name for path in target.parent.iterdir()] == ["map.html"]


# Maps of Folium's own


def page_of(m: folium.Map) -> Figure:
    page = m.get_root()
    assert isinstance(page, Figure)
    return page


def test_a_link_that_geomap_does_not_know_stays_and_is_named(tmp_path: Path, offline_leaflet: object) -> None:
    m = explore(corpus())
    page_of(m).header.add_child(JavascriptLink("https://somebody.test/own.js"), name="own")
    with pytest.warns(errors.NotSelfContained, match=r"somebody\.test/own\.js \(geomap has no checksum"):
        document = save_html(m, tmp_path / "map.html").read_text("utf-8")
    assert '<script src="https://somebody.test/own.js">' in document


def test_a_file_of_ones_own_stands_for_a_link(tmp_path: Path, offline_leaflet: object) -> None:
    m = explore(corpus())
    page_of(m).header.add_child(JavascriptLink("https://somebody.test/own.js"), name="own")
    (tmp_path / "own.js").write_text("const own = '</script>';")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        saved = save_html(m, tmp_path / "map.html", files={"https://somebody.test/own.js": tmp_path / "own.js"})
    assert "<script>const own = '<\\/script>';</script>" in saved.read_text("utf-8")


def test_a_picture_at_an_address_stays_there_and_is_named(tmp_path: Path, offline_leaflet: object) -> None:
    m = explore(corpus())
    page_of(m).html.add_child(Element("<img src='https://somebody.test/a.jpg'>"))
    with pytest.warns(errors.NotSelfContained, match=r"somebody\.test/a\.jpg"):
        save_html(m, tmp_path / "map.html")


def test_only_what_a_map_uses_is_looked_for(tmp_path: Path, offline_leaflet: object) -> None:
    def missed(element: object) -> set[str]:
        m = folium.Map(tiles=None)
        element.add_to(m)  # type: ignore[attr-defined]
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            save_html(m, tmp_path / "map.html", fetch=False)
        told = " ".join(str(one.message) for one in caught if one.category is errors.NotSelfContained)
        return set(re.findall("jquery|bootstrap.bundle|bootstrap.min|glyphicons|fontawesome|awesome-markers", told))

    assert missed(folium.CircleMarker([1, 2])) == set()
    assert missed(folium.Marker([1, 2], icon=folium.Icon(icon="cloud", prefix="fa"))) == {
        "awesome-markers",
        "fontawesome",
    }
    assert missed(folium.Marker([1, 2], icon=folium.Icon())) == {"awesome-markers", "glyphicons"}
    assert missed(folium.Marker([1, 2], popup="x")) == {"jquery", "bootstrap.min"}


def test_a_map_for_the_web_keeps_foliums_links(tmp_path: Path, offline_leaflet: object) -> None:
    m = folium.Map()
    document = save_html(m, tmp_path / "map.html", offline=False).read_text("utf-8")
    assert "bootstrap.bundle.min.js" in document
    assert "geomap" not in document
    assert (tmp_path / "map.html").stat().st_size < 20_000


def test_saving_leaves_a_map_as_it_was(tmp_path: Path, offline_leaflet: object) -> None:
    m = folium.Map()
    children, options, root = list(m._children), dict(m.options), m.get_root()
    save_html(m, tmp_path / "map.html", fetch=False)
    assert list(m._children) == children
    assert dict(m.options) == options
    assert "geomap" not in root.render()


def test_every_plugin_of_folium_is_in_the_table_and_all_are_inlined() -> None:
    table = offline_plugins()
    assert table["plugin"].to_list() == sorted(plugins.__all__)
    assert table.query("not inlined")["reason"].to_list() == []
    assert set(table.query("asks != ''")["plugin"]) == {
        "FloatImage",
        "Geocoder",
        "LocateControl",
        "Realtime",
        "TimestampedWmsTileLayers",
        "VectorGridProtobuf",
    }


def test_a_map_for_the_web_is_still_a_folium_map_with_links(offline_leaflet: object) -> None:
    m = explore(corpus())
    assert isinstance(m, folium.Map)
    assert "leaflet@" in m.get_root().render()


def test_a_notebook_gets_a_frame_that_needs_nothing(offline_leaflet: object) -> None:
    shown = explore(corpus(), title="A <b>")._repr_html_()
    assert "<iframe srcdoc=" in shown
    assert "cdn.jsdelivr.net" not in shown
    assert "<b>" not in shown


@pytest.mark.parametrize(
    ("options", "height"), [({"height": 420}, 420), ({"height": "300px"}, 300), ({"height": "50%"}, 600), ({}, 600)]
)
def test_a_notebook_gives_a_map_as_much_height_as_it_takes(
    options: dict[str, Any], height: int, offline_leaflet: object
) -> None:
    assert f' height="{height}" ' in Map(**options)._repr_html_()


@pytest.mark.slow
def test_a_map_says_that_points_of_openstreetmap_are_theirs(tmp_path: Path) -> None:
    ours = corpus()
    theirs = ours.assign(place_id=ours["place_id"].where(ours["name"] != "Sinjar", "nominatim:N123"))
    words = "OpenStreetMap contributors"
    for number, (mentions, said) in enumerate(((ours, False), (theirs, True))):
        for kind in (PlacesLayer, HeatLayer, ChoroplethLayer, ComentionLayer):
            m = Map()
            kind(mentions).add_to(m)
            page = save_html(m, tmp_path / f"{number}.html").read_text("utf-8")
            assert (words in page) == said, kind
    manifest = dict(PlacesLayer(theirs).corpus.manifest({}, FULL))
    assert "© OpenStreetMap contributors (ODbL)" in manifest["Attribution"]
    assert words not in dict(PlacesLayer(ours).corpus.manifest({}, FULL))["Attribution"]


def test_a_map_that_leaves_out_the_points_of_openstreetmap_does_not_name_it(tmp_path: Path) -> None:
    ours = corpus()
    theirs = ours.assign(place_id=ours["place_id"].where(ours["name"] != "Tigris", "nominatim:N123"))
    page = save_html(explore(theirs), tmp_path / "all.html", text="none", coarsen="country")
    assert "OpenStreetMap contributors" in page.read_text("utf-8")  # its point is part of that of Iraq
    page = save_html(explore(theirs), tmp_path / "few.html", min_articles=3)
    assert "OpenStreetMap contributors" not in page.read_text("utf-8")


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
    calm = xyzservices.TileProvider(name="Calm", url=tiles.url, attribution="Calm")
    plain = save_html(explore(one(), tiles=calm), tmp_path / "plain.html").read_text("utf-8")
    assert document.count("<script") == plain.count("<script")
    assert "<img" not in document
    assert "49" not in re.findall("<title>(.*?)</title>", document, re.DOTALL)[0]
    assert text.strip() in html.unescape(re.findall("<title>(.*?)</title>", document, re.DOTALL)[0]) or not text.strip()


# Where the scripts come from

LEAFLETS_SCRIPT = f"{LEAFLET}/dist/leaflet.js"


@pytest.mark.network
def test_what_is_not_installed_is_fetched_once(server: Path, tmp_path: Path) -> None:
    fetched = save_html(explore(corpus()), tmp_path / "1.html").read_bytes()
    assert (tmp_path / "cache" / "maps" / LEAFLETS_SCRIPT).is_file()
    m = explore(corpus())
    again = save_html(m, tmp_path / "2.html", fetch=False)
    assert len(again.read_bytes()) == len(fetched)


@pytest.mark.network
def test_a_file_that_differs_from_its_checksum_is_not_used(server: Path, tmp_path: Path) -> None:
    (server / "dist" / "leaflet.js").write_text("alert(1)")
    with pytest.raises(_assets.AssetUnavailable, match="checksum"):
        _assets.AssetReader(fetch=True).read(LEAFLETS_SCRIPT)
    assert not (tmp_path / "cache" / "maps").exists()


@pytest.mark.network
def test_a_mirror_that_lacks_a_file_gives_way_to_the_address_that_folium_names(server: Path, tmp_path: Path) -> None:
    elsewhere = server.parent / "elsewhere" / "leaflet.js"
    elsewhere.parent.mkdir()
    (server / "dist" / "leaflet.js").rename(elsewhere)
    url = f"{_assets.MIRROR}elsewhere/leaflet.js"
    assert _assets.AssetReader(fetch=True).read(LEAFLETS_SCRIPT, url) == elsewhere.read_bytes()
    assert (tmp_path / "cache" / "maps" / LEAFLETS_SCRIPT).is_file()


def test_without_leaflet_the_file_has_links_and_a_warning_says_so(
    tmp_path: Path, offline_leaflet: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GEOMAP_CACHE", str(tmp_path / "nothing"))
    with pytest.warns(errors.NotSelfContained, match=r"leaflet\.js \(it is not installed, and fetch=False\)"):
        document = save_html(explore(corpus()), tmp_path / "map.html", fetch=False).read_text("utf-8")
    assert "leaflet.js" in document


def test_an_installed_file_that_was_changed_is_an_error(tmp_path: Path, offline_leaflet: object) -> None:
    write(tmp_path / "installed", {LEAFLETS_SCRIPT: b"alert(1)"})
    with pytest.raises(errors.ResourceDamaged, match="install"):
        _assets.AssetReader(fetch=False).read(LEAFLETS_SCRIPT)


def test_a_cached_file_that_was_changed_counts_as_missing(tmp_path: Path, offline_leaflet: object) -> None:
    write(tmp_path / "cache" / "maps", {LEAFLETS_SCRIPT: b"alert(1)"})
    with pytest.raises(_assets.AssetUnavailable):
        _assets.AssetReader(fetch=False).read(LEAFLETS_SCRIPT)


def test_what_ships_with_geomap_is_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if not (_assets._installed_folder() / LEAFLET).is_dir():
        pytest.skip("installed from a checkout without npm")
    monkeypatch.setenv("GEOMAP_CACHE", str(tmp_path))
    shelf = _assets.AssetReader(fetch=False)
    for package in _assets._table()["shipped"]:
        for name in _assets._table()["packages"][package]:
            assert shelf.read(f"{package}/{name}")


def test_every_file_that_stands_for_a_link_is_pinned() -> None:
    table = _assets._table()
    for url, link in table["links"].items():
        for file in (*link["files"], *link.get("with", ())):
            package = _assets.package_of(file)
            assert file.startswith("folium:") or file.removeprefix(f"{package}/") in table["packages"][package], url
            assert "@latest" not in file


def test_importing_maps_loads_neither_folium_nor_geopandas() -> None:
    code = "import sys, geomap.maps; print(sorted({'folium', 'geopandas', 'branca', 'shapely'} & set(sys.modules)))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"


# What strangers and other packages put on a map


@pytest.mark.parametrize("text", ["\\2019", "C:\\temp\\new", "\\u12", "\\x", "a \\` b ` c", "${alert(1)}", "\\"])
def test_what_a_popup_says_ends_no_script(text: str, tmp_path: Path) -> None:
    m = explore(corpus())
    marker = folium.Marker([36, 43], popup=folium.Popup(text), tooltip=text).add_to(m)
    before = m.get_root().render()
    document = save_html(m, tmp_path / "map.html", fetch=False).read_text("utf-8")
    node = shutil.which("node")
    if node is None:
        pytest.fail("scripts are checked by Node.js")
    script = tmp_path / "page.js"
    script.write_text(re.findall(r"<script>(.*?)</script>", document, re.DOTALL)[-1], "utf-8")
    assert subprocess.run([node, "--check", str(script)], capture_output=True).returncode == 0
    assert marker.get_root().render() == before  # the map itself is as it was


def test_a_point_beyond_the_pole_is_an_error_that_names_its_row() -> None:
    mentions = corpus()
    points = mentions.geometry.copy()
    points.iloc[3] = shapely.Point(43, 120)
    with pytest.raises(errors.InvalidTable, match=r"mentions, row 3: latitude 120, longitude 43 is not on the earth"):
        explore(mentions.set_geometry(points))


def test_folium_save_writes_the_file_that_needs_no_network(tmp_path: Path, offline_leaflet: object) -> None:
    m = explore(corpus())
    m.save(tmp_path / "a.html")
    m.save(str(tmp_path / "b.html"))
    with (tmp_path / "c.html").open("wb") as stream:
        m.save(stream, close_file=False)
        assert not stream.closed
    save_html(m, tmp_path / "d.html")
    texts = {path.read_text("utf-8") for path in tmp_path.glob("*.html")}
    assert len(texts) == 1
    assert "<script src=" not in texts.pop()


def test_linked_scripts_are_verified_and_their_page_has_a_policy(tmp_path: Path, offline_leaflet: object) -> None:
    document = save_html(explore(corpus()), tmp_path / "map.html", offline=False).read_text("utf-8")
    links = re.findall(r"<(?:script|link)\b[^>]*\b(?:src|href)=[^>]*>", document)
    assert len(links) >= 2
    assert all('integrity="sha256-' in link and 'crossorigin="anonymous"' in link for link in links)
    assert all("https://cdn.jsdelivr.net/npm/leaflet@" in link for link in links)
    (meta,) = re.findall(r'http-equiv="Content-Security-Policy" content="([^"]*)"', document)
    assert "default-src 'none'" in meta
    assert re.search(r"script-src [^;]*https://cdn\.jsdelivr\.net/npm/", meta)
    assert "'unsafe-inline'" not in meta.split("style-src")[0]
