"""Places that would lie on top of each other, summed in one circle."""

from __future__ import annotations

from pathlib import Path

import pytest
from opened import Open, Opened
from playwright.sync_api import expect
from test_maps_corpus import corpus

from geomap.maps import explore, save_html

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("leaflet_files")]


def until(opened: Opened, condition: str) -> None:
    """Wait for a condition; Playwright's own way is forbidden by the page's policy."""
    for _ in range(100):
        if opened.page.evaluate(condition):
            return
        opened.page.wait_for_timeout(50)
    pytest.fail(f"it never came to {condition}")


def clusters(opened: Opened) -> dict[str, tuple[int, int]]:
    """Return the clusters in view by their best known place: how many places, how many mentions."""
    found: dict[str, tuple[int, int]] = opened.page.evaluate(
        """() => Object.fromEntries(thePlaces._drawn.filter(({ members }) => members).map(
            ({ number, members, mentions }) => [thePlaces.model.places.name[number], [members.length, mentions]]))"""
    )
    return found


def test_places_on_top_of_each_other_are_summed_until_one_comes_closer(tmp_path: Path, open_offline: Open) -> None:
    mentions = corpus()
    opened = open_offline(save_html(explore(mentions, cluster=True), tmp_path / "map.html")).wait()
    page = opened.page
    page.evaluate("theMap.setView([38, 40], 5, { animate: false })")
    towns = mentions[mentions["name"].isin(["Mosul", "Sinjar", "Erbil"])]
    assert clusters(opened)["Mosul"] == [3, len(towns)]
    opened.keep("desktop-clusters")
    x, y = opened.symbol("Mosul")
    page.mouse.move(x, y)
    expect(page.locator(".geomap-tip")).to_have_text(f"Mosul, Sinjar and 1 more · {len(towns)} mentions")
    late = towns[towns["published"] >= "2018-06-01"]
    opened.show_from("2018-06-01")
    assert clusters(opened).get("Mosul", [1, len(late)])[1] == len(late)
    page.evaluate("thePlaces.model.set({ from: null })")
    page.mouse.click(x, y)
    until(opened, "!theMap._animatingZoom && theMap.getZoom() > 6 && thePlaces._drawn.length > 0")
    until(opened, "!thePlaces._drawn.some(({ members }) => members && members.length === 3)")
    expect(page.locator(".geomap-card")).to_have_count(0)
    page.evaluate("theMap.setView([38, 40], 5, { animate: false })")
    page.evaluate("thePlaces.open(thePlaces.model.places.name.indexOf('Sinjar'))")
    assert clusters(opened)["Mosul"][0] == 2
    assert opened.complaints == []


def test_areas_are_not_summed_and_by_default_few_places_stand_alone(tmp_path: Path, open_offline: Open) -> None:
    opened = open_offline(save_html(explore(corpus()), tmp_path / "map.html")).wait()
    opened.page.evaluate("theMap.setView([38, 40], 5, { animate: false })")
    assert clusters(opened) == {}
    opened.page.evaluate("thePlaces.settings.cluster = true; delete thePlaces._layout; thePlaces.redraw()")
    forms = "thePlaces._drawn.filter(({ members }) => members).flatMap(({ members }) => members)"
    assert set(opened.page.evaluate(f"{forms}.map((number) => thePlaces.model.places.form[number])")) == {"town"}
