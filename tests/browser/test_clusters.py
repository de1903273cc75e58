"""Places that would lie on top of each other, summed in one circle."""

from __future__ import annotations

import math
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from opened import Open, Opened
from playwright.sync_api import expect
from test_maps_corpus import corpus, one

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


def crowd(count: int) -> gpd.GeoDataFrame:
    """Return mentions of towns on a grid of half a degree: they hide each other on a map of the world, and not close up."""
    side = math.ceil(math.sqrt(count))
    rows = one().loc[[0] * count].reset_index(drop=True)
    rows["place_id"] = rows["name"] = [f"x:{number}" for number in range(count)]
    lon, lat = ([start + 0.5 * at for at in range(side)] for start in (5, 40))
    points = gpd.points_from_xy([lon[n % side] for n in range(count)], [lat[n // side] for n in range(count)])
    return gpd.GeoDataFrame(rows.assign(article_id=[f"a{n}" for n in range(count)]), geometry=points, crs=4326)


def test_many_crowded_places_are_summed_far_off_and_the_legend_follows(tmp_path: Path, open_offline: Open) -> None:
    opened = open_offline(save_html(explore(crowd(225), names="gazetteer"), tmp_path / "map.html")).wait()
    page = opened.page
    legend = page.locator(".geomap-legend")
    page.evaluate("theMap.setView([44, 9], 3, { animate: false })")
    summed = clusters(opened)
    assert sum(places for places, _ in summed.values()) > 200
    expect(legend).to_contain_text("Several places and how often they are named")
    opened.keep("desktop-crowd")
    page.evaluate("theMap.setView([44, 9], 6, { animate: false })")
    assert clusters(opened) == {}
    expect(legend).not_to_contain_text("Several places")
    few = open_offline(save_html(explore(crowd(150)), tmp_path / "few.html")).wait()
    few.page.evaluate("theMap.setView([44, 9], 3, { animate: false })")
    assert clusters(few) == {}


def test_places_do_not_part_and_join_while_time_passes(tmp_path: Path, open_offline: Open) -> None:
    mentions = crowd(225)
    days = pd.to_datetime("2020-01-01", utc=True) + pd.to_timedelta(range(len(mentions)), unit="D")
    opened = open_offline(
        save_html(explore(mentions.assign(published=days), names="gazetteer"), tmp_path / "map.html")
    ).wait()
    opened.page.evaluate("theMap.setView([44, 9], 3, { animate: false })")
    opened.show_from("2020-07-01")
    assert sum(places for places, _ in clusters(opened).values()) > 20


def test_a_reader_chooses_how_crowded_places_are_drawn_and_the_address_keeps_it(
    tmp_path: Path, open_offline: Open
) -> None:
    path = save_html(explore(crowd(225), names="gazetteer", view=[5, 40, 12, 47]), tmp_path / "map.html")
    opened = open_offline(path).wait()
    page = opened.page
    page.evaluate("theMap.setView([44, 9], 3, { animate: false })")
    page.locator(".geomap-layers summary").click()
    choice = page.get_by_label("Places close together")
    expect(choice).to_have_value("auto")
    choice.select_option("Each by itself")
    assert clusters(opened) == {}
    until(opened, "location.hash.includes('sum=no')")
    page.evaluate("theMap.setView([44, 9], 5, { animate: false })")
    choice.select_option("Summed")
    until(opened, "location.hash.includes('sum=yes')")
    assert len(clusters(opened)) > 5
    page.goto("about:blank")
    page.goto(path.as_uri() + "#sum=no")
    opened.wait()
    page.evaluate("theMap.setView([44, 9], 3, { animate: false })")
    assert clusters(opened) == {}
    assert opened.complaints == []


def test_a_sum_of_places_that_no_zoom_parts_opens_them_as_pages(tmp_path: Path, open_offline: Open) -> None:
    mentions = crowd(3)
    mentions = mentions.set_geometry([mentions.geometry.iloc[0]] * 3, crs=4326)
    opened = open_offline(save_html(explore(mentions, cluster=True, names="gazetteer"), tmp_path / "map.html")).wait()
    opened.page.evaluate("theMap.setView([44, 9], 5, { animate: false })")
    x, y = opened.symbol(next(iter(clusters(opened))))
    opened.page.mouse.click(x, y)
    expect(opened.page.locator(".geomap-pager")).to_contain_text("1 of 3")
    assert opened.page.evaluate("theMap.getZoom()") == 5


def test_areas_are_not_summed_and_by_default_few_places_stand_alone(tmp_path: Path, open_offline: Open) -> None:
    opened = open_offline(save_html(explore(corpus()), tmp_path / "map.html")).wait()
    opened.page.evaluate("theMap.setView([38, 40], 5, { animate: false })")
    assert clusters(opened) == {}
    opened.page.evaluate("thePlaces.settings.cluster = true; delete thePlaces._layout; thePlaces.redraw()")
    forms = "thePlaces._drawn.filter(({ members }) => members).flatMap(({ members }) => members)"
    assert set(opened.page.evaluate(f"{forms}.map((number) => thePlaces.model.places.form[number])")) == {"town"}
