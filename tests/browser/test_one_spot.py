"""Places that lie at one spot, below others, or in lines and areas: whatever is clicked opens, and leads to the rest."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
from opened import PHONE, Open, Opened
from playwright.sync_api import expect
from test_maps_corpus import corpus, one

from geomap.datasets import sample_mentions
from geomap.maps import explore, save_html

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("leaflet_files")]
SUBURBS = ("Alpha", "Beta", "Gamma")


def with_suburbs() -> gpd.GeoDataFrame:
    """Return the small corpus with three places at the point of Mosul's market, beside Mosul's own."""
    rows = [one(place_id=f"x:{name}", name=name, lat=36.36, lon=43.12) for name in SUBURBS]
    further = [row.assign(article_id=f"s{number}") for number, row in enumerate(rows)]
    return gpd.GeoDataFrame(pd.concat([corpus(), *further], ignore_index=True), crs=4326)


def heading(opened: Opened) -> Any:
    """Return the heading of the card that is open, the one before it fading out."""
    return opened.page.locator(".geomap-card h2").last


def click(opened: Opened, lat: float, lon: float) -> None:
    """Click at a point of the globe."""
    x, y = opened.page.evaluate(
        "(at) => { const p = theMap.latLngToContainerPoint(at); return [p.x, p.y]; }", [lat, lon]
    )
    opened.page.mouse.click(x, y)


def test_places_at_one_point_are_paged_through_with_buttons_and_with_keys(tmp_path: Path, open_offline: Open) -> None:
    opened = open_offline(
        save_html(explore(with_suburbs(), view="Mosul", names="gazetteer"), tmp_path / "map.html")
    ).wait()
    page = opened.page
    page.evaluate("theMap.setView([36.36, 43.12], 12, { animate: false })")
    x, y = opened.symbol("Beta")
    page.mouse.move(x, y)
    expect(page.locator(".geomap-tip")).to_contain_text("2 others here")
    page.mouse.click(x, y)
    pager = page.get_by_role("navigation", name="3 places at this spot")
    expect(pager).to_contain_text("1 of 3")
    names = [heading(opened).inner_text()]
    for number in (2, 3):
        pager.get_by_role("button", name="Next place").click()
        expect(pager).to_contain_text(f"{number} of 3")
        expect(pager.get_by_role("button", name="Next place")).to_be_focused()
        names.append(heading(opened).inner_text())
    assert sorted(names) == sorted(SUBURBS)
    expect(page.locator(".geomap-said")).to_have_text(f"{names[2]}, 3 of 3")
    opened.keep("desktop-paged")
    page.keyboard.press("ArrowRight")
    expect(heading(opened)).to_have_text(names[0])
    page.keyboard.press("ArrowLeft")
    expect(heading(opened)).to_have_text(names[2])
    assert page.evaluate("thePlaces.model.places.name[thePlaces.selected]") == names[2]
    expect(page.locator(".geomap-card")).to_have_count(1)
    page.keyboard.press("Escape")
    expect(page.locator(".geomap-card")).to_have_count(0)
    assert opened.complaints == []


def test_a_large_circle_leads_to_what_it_covers_and_a_lonely_place_has_no_pages(
    tmp_path: Path, open_offline: Open
) -> None:
    opened = open_offline(save_html(explore(with_suburbs(), names="gazetteer"), tmp_path / "map.html")).wait()
    page = opened.page
    page.evaluate("theMap.setView([36.4, 43], 6, { animate: false })")
    x, y = opened.symbol("Mosul")
    page.mouse.click(x - 8, y + 8)
    expect(heading(opened)).to_have_text("Mosul")
    expect(page.locator(".geomap-pager")).to_contain_text("1 of 4")
    page.keyboard.press("Escape")
    page.mouse.click(*opened.symbol("Raqqa"))
    expect(heading(opened)).to_have_text("Raqqa")
    expect(page.locator(".geomap-pager")).to_have_count(0)


def test_a_click_on_land_or_on_a_river_opens_what_is_drawn_there(tmp_path: Path, open_offline: Open) -> None:
    opened = open_offline(save_html(explore(sample_mentions()), tmp_path / "map.html")).wait()
    page = opened.page
    opened.until("thePlaces.outlines.size > 0")
    page.evaluate("theMap.setView([35, 38], 6, { animate: false })")
    click(opened, 34.6, 38.6)
    expect(heading(opened)).to_have_text("Syria")
    opened.keep("desktop-area-opened")
    page.wait_for_timeout(400)  # a click soon after would be the second of two
    click(opened, 34.3, 38.2)
    expect(page.locator(".geomap-card")).to_have_count(0)
    page.wait_for_timeout(400)
    river: list[float] = page.evaluate(
        """() => {
            const number = thePlaces.model.places.name.indexOf("Tigris");
            const { line } = thePlaces.outlines.get(number).lines[0];
            const at = 2 * Math.floor(line.length / 4);
            const width = 256 * 2 ** theMap.getZoom();
            const { lat, lng } = theMap.unproject([line[at] * width, line[at + 1] * width]);
            theMap.setView([lat, lng], 9, { animate: false });
            return [lat, lng];
        }"""
    )
    x, y = page.evaluate("(at) => { const p = theMap.latLngToContainerPoint(at); return [p.x, p.y]; }", river)
    page.mouse.move(x, y)
    expect(page.locator(".geomap-tip")).to_contain_text("Tigris")
    page.mouse.click(x, y)
    expect(heading(opened)).to_have_text("Tigris")
    assert opened.complaints == []


def test_two_clicks_on_land_zoom_and_open_nothing(tmp_path: Path, open_offline: Open) -> None:
    opened = open_offline(save_html(explore(sample_mentions()), tmp_path / "map.html")).wait()
    page = opened.page
    opened.until("thePlaces.outlines.size > 0")
    page.evaluate("theMap.setView([35, 38], 6, { animate: false })")
    x, y = page.evaluate("(() => { const p = theMap.latLngToContainerPoint([34.6, 38.6]); return [p.x, p.y]; })()")
    page.mouse.dblclick(x, y)
    page.wait_for_timeout(900)
    assert page.evaluate("theMap.getZoom()") == 7
    expect(page.locator(".geomap-card")).to_have_count(0)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_pages_fit_a_phone_and_are_within_reach_of_a_finger(
    tmp_path: Path, open_offline: Open, scheme: str
) -> None:
    path = save_html(explore(with_suburbs(), view="Mosul", names="gazetteer"), tmp_path / "map.html")
    opened = open_offline(path, size=PHONE, scheme=scheme).wait()
    page = opened.page
    page.evaluate("theMap.setView([36.36, 43.12], 12, { animate: false })")
    page.touchscreen.tap(*opened.symbol("Beta"))
    pager = page.locator(".geomap-pager")
    expect(pager).to_contain_text("1 of 3")
    box = pager.get_by_role("button", name="Next place").bounding_box()
    assert box is not None
    assert min(box["width"], box["height"]) >= 36
    opened.keep(f"phone-{scheme}-paged")
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]
