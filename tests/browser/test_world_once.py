"""A map that is wider than the world shows every place once, wherever it is turned."""

from __future__ import annotations

from pathlib import Path

import folium
import pytest
from opened import Open, Opened
from test_maps_corpus import corpus

from geomap.maps import Map, PlacesLayer, explore, save_html

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("leaflet_files")]
# Which turns of the world show land at a point that is land.
SHOWN = """([lat, lon]) => {
    const { context } = theBasemap;
    return [-2, -1, 0, 1, 2].filter((turn) => {
        const { x, y } = theMap.latLngToLayerPoint([lat, lon + 360 * turn]);
        const { min, max } = theBasemap._bounds;
        return x > min.x && x < max.x && context.getImageData(x - min.x, y - min.y, 1, 1).data[3] > 0;
    }).length;
}"""
INLAND = ((39, -98), (-10, -55), (25, 15), (62, 100), (-25, 134), (65, -173.5))  # the last in Chukotka, Russia


def twice(opened: Opened) -> list[str]:
    """Return the places that are drawn more than once."""
    drawn: list[str] = opened.page.evaluate(
        """() => {
            const numbers = thePlaces._drawn.map(({ number }) => number);
            return numbers.filter((number, at) => numbers.indexOf(number) !== at)
                .map((number) => thePlaces.model.places.name[number]);
        }"""
    )
    return drawn


@pytest.mark.parametrize("center", [(20, 10), (0, 179), (10, -100), (30, 500)])
def test_a_plain_map_shows_every_land_once(center: tuple[int, int], tmp_path: Path, open_offline: Open) -> None:
    m = Map(location=list(center), zoom_start=1)
    PlacesLayer(corpus(), panel=False).add_to(m)
    opened = open_offline(save_html(m, tmp_path / "map.html")).wait()
    opened.page.wait_for_timeout(500)
    assert [opened.page.evaluate(SHOWN, list(at)) for at in INLAND] == [1] * len(INLAND)
    assert twice(opened) == []
    assert opened.page.evaluate("thePlaces._drawn.length") == 12


def test_an_explored_map_shows_the_world_once_beside_its_panel(tmp_path: Path, open_offline: Open) -> None:
    opened = open_offline(save_html(explore(corpus(), view="all"), tmp_path / "map.html")).wait()
    page = opened.page
    for zoom in (1, 1.5, 2):
        page.evaluate(f"theMap.setZoom({zoom}, {{ animate: false }})")
        page.wait_for_timeout(500)
        assert [page.evaluate(SHOWN, list(at)) for at in INLAND] == [1] * len(INLAND)
        assert twice(opened) == []
    opened.keep("desktop-world-once")
    for name in ("Mosul", "Savusavu", "Provideniya"):
        x, _ = opened.symbol(name)
        assert 330 < x < 1280, name
        page.evaluate("(name) => thePlaces.open(thePlaces.model.places.name.indexOf(name))", name)
    page.evaluate("theMap.closePopup()")
    page.evaluate("theMap.setZoom(1, { animate: false })")
    page.evaluate("theMap.panBy([200, 0], { animate: false })")
    page.wait_for_timeout(400)
    assert [page.evaluate(SHOWN, list(at)) for at in INLAND] == [1] * len(INLAND)


def test_a_map_of_folium_with_places_shows_them_once(tmp_path: Path, open_offline: Open) -> None:
    m = folium.Map(tiles=None, location=[20, 10], zoom_start=1)
    PlacesLayer(corpus()).add_to(m)
    opened = open_offline(save_html(m, tmp_path / "map.html")).wait()
    assert twice(opened) == []
    assert opened.page.evaluate("thePlaces._drawn.length") == 12


def test_tiles_of_a_narrow_world_are_those_of_one_copy(tmp_path: Path, open_offline: Open) -> None:
    opened = open_offline(save_html(Map(location=[20, 10], zoom_start=2), tmp_path / "map.html"))
    opened.until("document.querySelector('.leaflet-geomap-lettering-pane canvas') !== null")
    shown = opened.page.evaluate(
        """async () => {
            const map = Object.values(window).find((each) => each instanceof L.Map);
            const dot = "data:image/gif;base64,R0lGODlhAQABAIAAAAUEBAAAACwAAAAAAQABAAACAkQBADs=";
            const tiles = L.geomap.tiles(dot, {}).addTo(map);
            const found = [];
            for (const step of [0, 300, 500, -900]) {
                map.panBy([step, 0], { animate: false });
                await new Promise((done) => setTimeout(done, 900));
                const columns = Object.values(tiles._tiles).map(({ coords }) => coords.x);
                const wrapped = [...new Set(columns)].map((column) => ((column % 4) + 4) % 4);
                found.push(wrapped.sort());
            }
            return found;
        }"""
    )
    assert all(columns == [0, 1, 2, 3] for columns in shown), shown
    assert opened.complaints == []
