"""What a reader draws besides the places: density, countries by mentions, and lines between places of the same articles."""

from __future__ import annotations

from pathlib import Path

import pytest
from opened import DESKTOP, PHONE, Open, Opened
from playwright.sync_api import expect
from test_maps_corpus import corpus, one

from geomap.maps import ChoroplethLayer, ComentionLayer, HeatLayer, Map, explore, save_html

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("leaflet_files")]
HEAT, COUNTRIES, PAIRS = "Density of mentions", "Countries by mentions", "Lines between places of the same articles"


@pytest.fixture
def exported(tmp_path: Path) -> Path:
    """Return the small corpus as a file."""
    return save_html(explore(corpus()), tmp_path / "map.html")


def unfold(opened: Opened) -> None:
    """Open the fold with the layers."""
    opened.page.locator(".geomap-layers summary").click()


def test_a_reader_draws_density_and_countries_and_takes_them_away(exported: Path, open_offline: Open) -> None:
    opened = open_offline(exported).wait()
    page = opened.page
    container = page.locator(".leaflet-container")
    before = page.locator("canvas").count()
    unfold(opened)
    page.get_by_role("checkbox", name=HEAT).check()
    expect(container).to_have_attribute("data-geomap-heat", "1")
    expect(page.get_by_role("region", name=f"Legend: {HEAT}")).to_contain_text("few – many")
    page.get_by_role("checkbox", name=COUNTRIES).check()
    expect(container).to_have_attribute("data-geomap-areas", "6")
    legend = page.get_by_role("region", name="Legend: Mentions by country")
    expect(legend.locator("li")).to_have_count(4)  # as many as there are different counts
    expect(page.locator(".geomap-legend")).not_to_contain_text("shaded by mentions")
    opened.keep("desktop-layers-chosen")
    opened.show_from("2018-06-01")
    expect(container).to_have_attribute("data-geomap-areas", "2")
    expect(legend.locator("li")).to_have_count(4)  # the classes stay
    page.get_by_role("checkbox", name=HEAT).uncheck()
    page.get_by_role("checkbox", name=COUNTRIES).uncheck()
    expect(page.locator(".geomap-key")).to_have_count(0)
    assert page.locator("canvas").count() == before
    assert opened.complaints == []


def test_lines_join_places_of_two_articles_and_say_so_under_the_pointer(exported: Path, open_offline: Open) -> None:
    opened = open_offline(exported).wait()
    page = opened.page
    page.evaluate("theMap.setView([38, 30], 4, { animate: false })")
    unfold(opened)
    page.get_by_role("checkbox", name=PAIRS).check()
    legend = page.get_by_role("region", name="Legend: Named in the same articles")
    expect(legend.locator("li").first).to_have_text("Mosul – Tigris: 2 articles")
    told = legend.locator("li").all_inner_texts()
    assert all(text.endswith(("2 articles", "3 articles")) for text in told)
    assert not any(text.startswith("Mosul – Iraq") for text in told)  # the one lies in the other
    x, y = page.evaluate(
        """() => {
            let lines;
            theMap.eachLayer((layer) => { lines = layer._curves ? layer : lines; });
            const { a, b, middle, shift } = lines._curves.at(-1);
            const { x, y } = theMap.layerPointToContainerPoint(
                [(a.x + 2 * middle.x + b.x) / 4 + shift, (a.y + 2 * middle.y + b.y) / 4]);
            return [x, y];
        }"""
    )
    page.mouse.move(x, y)
    expect(page.locator(".geomap-tip").last).to_contain_text("articles")
    opened.keep("desktop-lines")
    opened.show_from("2018-06-01")
    expect(legend).to_contain_text("None in this view")
    assert opened.complaints == []


def test_the_address_and_a_frame_know_what_is_drawn(exported: Path, open_offline: Open) -> None:
    opened = open_offline(exported).wait()
    page = opened.page
    unfold(opened)
    page.get_by_role("checkbox", name=HEAT).check()
    page.get_by_role("checkbox", name=PAIRS).check()
    opened.until("location.hash.includes('also=heat') && location.hash.includes('also=pairs')")
    address = page.evaluate("location.hash")
    for query in ("", "?embed"):
        page.goto("about:blank")
        page.goto(exported.as_uri() + query + address)
        opened.wait()
        expect(page.locator(".leaflet-container")).to_have_attribute("data-geomap-heat", "1")
        expect(page.locator(".geomap-key")).to_have_count(2)
    page.evaluate("location.hash = '#also=countries&also=nothing'")
    expect(page.locator(".leaflet-container")).to_have_attribute("data-geomap-areas", "6")
    expect(page.locator(".geomap-key")).to_have_count(1)
    assert opened.complaints == []


def test_clearing_the_filters_leaves_the_layers(exported: Path, open_offline: Open) -> None:
    opened = open_offline(exported).wait()
    page = opened.page
    unfold(opened)
    page.get_by_role("checkbox", name=HEAT).check()
    page.evaluate("thePlaces.model.set({ possible: false })")
    opened.show_from("2018-01-01")
    page.get_by_role("button", name="Clear all").click()
    expect(page.get_by_role("checkbox", name=HEAT)).to_be_checked()
    expect(page.locator(".leaflet-container")).to_have_attribute("data-geomap-heat", "1")


def test_only_what_there_are_data_for_is_offered(tmp_path: Path, open_offline: Open) -> None:
    opened = open_offline(save_html(explore(one()), tmp_path / "one.html")).wait()
    unfold(opened)
    expect(opened.page.get_by_label("Places close together")).to_be_visible()
    expect(opened.page.locator(".geomap-layers input")).to_have_count(0)
    mentions = corpus()
    m = explore(mentions)
    for layer in (HeatLayer(mentions), ChoroplethLayer(mentions)):
        layer.add_to(m)
    opened = open_offline(save_html(m, tmp_path / "there.html")).wait()
    opened.page.wait_for_selector("[data-geomap-areas]", state="attached")
    unfold(opened)
    expect(opened.page.locator(".geomap-layers label")).to_contain_text([PAIRS, "Places close together"])
    expect(opened.page.locator(".geomap-layers input")).to_have_count(1)


def test_lines_from_code_join_two_articles_at_least_unless_told_otherwise(tmp_path: Path, open_offline: Open) -> None:
    for least in (1, 2, 9):
        m = Map(location=[40, 20], zoom_start=3)
        ComentionLayer(corpus(), min_articles=least).add_to(m)
        opened = open_offline(save_html(m, tmp_path / f"{least}.html"))
        opened.page.wait_for_selector("[data-geomap-lines]", state="attached")
        lines = int(opened.page.locator(".leaflet-container").get_attribute("data-geomap-lines") or -1)
        assert {1: lines > 20, 2: 5 < lines < 15, 9: lines == 0}[least], (least, lines)


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_legends_of_layers_are_seen_on_every_screen(
    exported: Path, open_offline: Open, size: tuple[int, int], scheme: str
) -> None:
    opened = open_offline(exported, size=size, scheme=scheme).wait()
    page = opened.page
    unfold(opened)
    page.get_by_role("checkbox", name=HEAT).check()
    page.get_by_role("checkbox", name=COUNTRIES).check()
    expect(page.get_by_role("region", name="Legend: Mentions by country")).to_be_visible()
    opened.keep(f"{'phone' if size == PHONE else 'desktop'}-{scheme}-layers")
    assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
