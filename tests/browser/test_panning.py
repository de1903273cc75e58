"""A map that is moved: what was painted stays, what comes into view is painted beside it, and both fit together."""

from __future__ import annotations

from pathlib import Path

import pytest
from opened import Open, Opened

from geomap.datasets import sample_mentions
from geomap.maps import explore, save_html

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("leaflet_files")]
# Counts what the layers paint from now on.
WATCH = """() => {
    window.painted = { land: 0, places: 0, names: 0 };
    const watch = (layer, name) => {
        const draw = layer.draw;
        layer.draw = function (...given) { painted[name] += 1; return draw.apply(this, given); };
    };
    watch(theBasemap, "land");
    watch(thePlaces, "places");
    watch(theBasemap._names, "names");
}"""
# The share of pixels of the land that a fresh painting changes by more than a shade.
COMPARE = """() => {
    const { context, _container: canvas } = theBasemap;
    const read = () => context.getImageData(0, 0, canvas.width, canvas.height).data;
    const before = read();
    theBasemap.redraw();
    const after = read();
    let different = 0;
    for (let i = 0; i < after.length; i += 1) different += Math.abs(after[i] - before[i]) > 8 ? 1 : 0;
    return different / after.length;
}"""


@pytest.fixture
def opened(tmp_path: Path, open_offline: Open) -> Opened:
    """Return a small corpus with its detail, at rest."""
    page = open_offline(save_html(explore(sample_mentions()), tmp_path / "map.html")).wait()
    page.until("thePlaces.outlines.size > 0")
    page.page.wait_for_timeout(500)
    return page


@pytest.mark.parametrize(("zoom", "steps"), [(5, [(350, 0)] * 3), (8, [(-300, 260)] * 3), (7, [(0, -300), (400, 100)])])
def test_land_that_came_into_view_is_as_if_painted_at_once(
    opened: Opened, zoom: int, steps: list[tuple[int, int]]
) -> None:
    page = opened.page
    page.evaluate(f"theMap.setView([35.5, 41.5], {zoom}, {{ animate: false }})")
    page.wait_for_timeout(400)
    page.evaluate(WATCH)
    whole = page.evaluate("(() => { const { x, y } = theBasemap._bounds.getSize(); return x * y; })()")
    page.evaluate(
        """() => {
            window.area = 0;
            const draw = theBasemap.draw;
            theBasemap.draw = function (context, bounds) {
                const { x, y } = bounds.getSize();
                window.area += x * y;
                draw.call(this, context, bounds);
            };
        }"""
    )
    for step in steps:
        page.evaluate("(step) => theMap.panBy(step, { animate: false })", list(step))
    assert 0 < page.evaluate("window.area") < whole * len(steps)
    assert page.evaluate(COMPARE) < 0.0005


def test_a_pan_within_what_is_painted_paints_nothing_and_names_are_written_at_rest(opened: Opened) -> None:
    page = opened.page
    page.evaluate("theMap.setView([35.5, 41.5], 6, { animate: false })")
    page.wait_for_timeout(500)
    page.evaluate(WATCH)
    counted = page.evaluate(
        """async () => {
            for (let i = 0; i < 5; i += 1) {
                theMap.panBy([30, 0], { animate: false });
                await new Promise((done) => requestAnimationFrame(done));
            }
            return { ...painted };
        }"""
    )
    assert counted == {"land": 0, "places": 0, "names": 0}
    opened.until("painted.names === 1 && painted.places >= 1")
    assert page.evaluate("painted.land") == 0


def test_symbols_and_clicks_stay_right_while_and_after_a_map_is_moved(opened: Opened) -> None:
    page = opened.page
    page.evaluate("theMap.setView([35.5, 41.5], 6, { animate: false })")
    page.wait_for_timeout(500)
    page.evaluate("theMap.panBy([200, 60], { animate: false })")
    page.mouse.click(*opened.symbol("Erbil"))
    assert page.locator(".geomap-card h2").last.inner_text() == "Erbil"
    page.keyboard.press("Escape")
    page.evaluate("theMap.panBy([500, 0], { animate: false })")
    page.wait_for_timeout(500)
    page.evaluate("theMap.setZoom(5)")
    page.wait_for_timeout(900)
    placed = page.evaluate(
        """() => {
            const canvas = document.querySelector(".leaflet-geomap-places-pane canvas").getBoundingClientRect();
            const { min } = thePlaces._bounds;
            const at = theMap.layerPointToContainerPoint(min);
            return [canvas.left - at.x, canvas.top - at.y].map(Math.round);
        }"""
    )
    assert placed == [0, 0]
