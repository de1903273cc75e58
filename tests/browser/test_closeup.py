"""A map close up: its scale, where its detail ends, and places that are drawn as what they are."""

from __future__ import annotations

from pathlib import Path

from opened import Open

from geomap.datasets import sample_mentions
from geomap.maps import explore, save_html

CLOSE = "thePlaces.map.setView([36.34, 43.13], {zoom}, {{animate: false}})"


def test_a_map_has_a_scale_and_says_from_zoom_eleven_on_that_its_detail_ends(
    tmp_path: Path, open_offline: Open
) -> None:
    page = open_offline(save_html(explore(sample_mentions()), tmp_path / "map.html")).wait().page
    page.wait_for_function("thePlaces.outlines.size > 0")
    assert page.locator(".leaflet-control-scale-line").is_visible()
    reach = page.locator(".geomap-reach")
    assert reach.is_hidden()
    page.evaluate(CLOSE.format(zoom=11))
    assert "ends here" in reach.inner_text()
    page.evaluate(CLOSE.format(zoom=8))
    assert reach.is_hidden()


def test_a_river_and_a_country_are_a_course_and_a_shade_and_no_dots(tmp_path: Path, open_offline: Open) -> None:
    page = open_offline(save_html(explore(sample_mentions()), tmp_path / "map.html")).wait().page
    page.wait_for_function("thePlaces.outlines.size > 0")
    drawn = page.evaluate(
        "[...thePlaces.outlines].map(([number, { kind }]) => [thePlaces.model.places.name[number], kind])"
    )
    assert dict(drawn)["Tigris"] == "river"
    assert "country" in dict(drawn).values()
    page.evaluate(CLOSE.format(zoom=3))
    assert page.evaluate("thePlaces._drawn.filter(({ shaped }) => shaped).length") > 0
    legend = page.locator(".geomap-panel").inner_text()
    assert "River: its course" in legend
    assert "Country as a whole" not in legend


def test_a_map_without_detail_has_dots_alone(tmp_path: Path, open_offline: Open) -> None:
    page = open_offline(save_html(explore(sample_mentions(), detail=None), tmp_path / "map.html")).wait().page
    assert page.evaluate("thePlaces.outlines.size") == 0
    assert page.locator(".geomap-reach").count() == 0
