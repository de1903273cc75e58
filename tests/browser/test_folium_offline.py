"""Any Folium map as one file: every plugin, opened from disk in a browser without a network."""

from __future__ import annotations

import re
import warnings
from pathlib import Path

import folium
import pytest
from folium import plugins
from folium_samples import HERE, PLACES, SAMPLES, SERVER, plain
from opened import Open
from playwright.sync_api import expect

from geomap.maps import offline_plugins, save_html

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("every_asset")]


@pytest.mark.parametrize("plugin", sorted(SAMPLES))
def test_a_plugin_draws_without_a_network(plugin: str, tmp_path: Path, open_again: Open) -> None:
    m, shown = SAMPLES[plugin]()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        opened = open_again(save_html(m, tmp_path / "map.html", fetch=False))
    opened.page.wait_for_selector(shown, state="attached")
    asks = bool(offline_plugins().set_index("plugin").loc[plugin, "asks"])
    assert [url for url in opened.requests if not (asks and url.startswith(SERVER))] == []
    # Some plugins were written for an older Leaflet, which says so.
    serious = [words for words in opened.complaints if not words.startswith("Deprecated")]
    assert [words for words in serious if not (asks and re.search("ERR_FAILED|Failed to fetch", words))] == []


def test_every_plugin_has_a_sample() -> None:
    assert set(SAMPLES) == set(plugins.__all__)


def test_a_map_as_folium_makes_it_shows_its_markers_and_the_land_below_tiles_that_do_not_come(
    tmp_path: Path, open_offline: Open
) -> None:
    m = folium.Map(HERE, zoom_start=6)
    folium.Marker(HERE, popup="<table class='table'><tr><td>one</td></tr></table>", icon=folium.Icon(angle=90)).add_to(
        m
    )
    folium.Marker([41, 21], icon=folium.Icon(color="red", prefix="fa", icon="cloud")).add_to(m)
    folium.Marker([41, 19]).add_to(m)
    cluster = plugins.MarkerCluster().add_to(m)
    for place in PLACES:
        folium.Marker(place).add_to(cluster)
    folium.LayerControl().add_to(m)
    opened = open_offline(save_html(m, tmp_path / "map.html", fetch=False))
    page = opened.page
    assert all("tile.openstreetmap.org" in url for url in opened.requests)
    page.locator(".awesome-marker-icon-blue").click()
    expect(page.locator(".leaflet-popup td")).to_have_text("one")
    for font in ("900 12px 'Font Awesome 6 Free'", "12px 'Glyphicons Halflings'"):
        page.wait_for_function("(font) => document.fonts.check(font)", arg=font)
    turned = page.locator(".awesome-marker-icon-blue i").evaluate("(icon) => getComputedStyle(icon).transform")
    assert turned.startswith("matrix(0, 1, -1, 0")
    pixels = """() => {
        const canvas = document.querySelector("canvas.geomap-canvas");
        const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
        return new Set(new Uint32Array(data.buffer)).size;
    }"""
    page.wait_for_function(f"({pixels})() > 20")
    opened.keep("folium-offline")
    assert [words for words in opened.complaints if "ERR_FAILED" not in words] == []


def test_clusters_show_on_a_map_without_tiles(tmp_path: Path, open_offline: Open) -> None:
    m = plain()
    plugins.MarkerCluster(PLACES).add_to(m)
    before = dict(m.options)
    opened = open_offline(save_html(m, tmp_path / "map.html", fetch=False))
    expect(opened.page.locator(".marker-cluster").first).to_be_visible()
    assert m.options == before
