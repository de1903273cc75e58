"""The exported file, opened from disk in a browser without a network: what a reader sees and can do."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import folium
import geopandas as gpd
import pandas as pd
import pytest
import xyzservices
from opened import DESKTOP, PHONE, Open
from playwright.sync_api import Browser, Route, expect
from test_maps_corpus import corpus, mention, of_place

from geomap import tables
from geomap.maps import PlacesLayer, explore, save_html

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("leaflet_files")]

TITLE = "Rebuilding Mosul, 2017–2018"
SPELL = "window.ran = true"
HOSTILE = [
    f"<img src=x onerror='{SPELL}'>",
    f"</script><script>{SPELL}</script>",
    f"`${{{SPELL}}}`",
    "back\\slash\\",
    "{{ 7 * 7 }}{% raw %}",
    f'"><svg onload="{SPELL}">',
    "<b>bold</b> &amp; &lt;i&gt;",
]


@pytest.fixture
def exported(tmp_path: Path) -> Path:
    """Return the small corpus as a file."""
    return save_html(explore(corpus(), title=TITLE), tmp_path / "map.html")


def answer_with(path: Path) -> Callable[[Route], None]:
    return lambda route: route.fulfill(path=path)


def hostile(text: str) -> gpd.GeoDataFrame:
    """Return one mention of which every word came from someone who means harm."""
    words = dict.fromkeys(("name", "admin1", "title", "source"), text)
    row = mention("a", "They came to Mosul.", 13, "Mosul", **(of_place("Mosul") | words))
    row |= {"sentence": f"{text} Mosul {text}", "url": f"javascript:{SPELL}", "published": "2018-01-01"}
    return tables.finish_mentions(pd.DataFrame([row]))


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_map_shows_its_places_without_a_network(
    exported: Path, open_offline: Open, size: tuple[int, int], scheme: str
) -> None:
    opened = open_offline(exported, size=size, scheme=scheme).wait()
    name = f"{'phone' if size == PHONE else 'desktop'}-{scheme}"
    opened.keep(name)
    assert int(opened.page.locator("[data-geomap-drawn]").get_attribute("data-geomap-drawn") or 0) >= 6
    opened.page.evaluate("thePlaces.visit(0)")
    opened.keep(f"{name}-popup")
    assert opened.complaints == []
    assert opened.requests == []


def test_a_symbol_has_the_color_of_its_form_where_its_place_is(exported: Path, open_offline: Open) -> None:
    opened = open_offline(exported).wait()
    opened.page.evaluate("theMap.setView([45, 8], 4, { animate: false })")
    x, y = opened.symbol("Paris")
    red, green, blue = opened.page.evaluate(
        """([x, y]) => {
            const { min } = thePlaces._bounds;
            const point = theMap.containerPointToLayerPoint([x, y]);
            const pixel = thePlaces.context.getImageData(point.x - min.x - 3, point.y - min.y, 1, 1).data;
            return [...pixel].slice(0, 3);
        }""",
        [x, y],
    )
    assert red > 150 > green > blue


def test_land_is_drawn_and_russia_draws_no_band(exported: Path, open_offline: Open) -> None:
    opened = open_offline(exported).wait()
    opened.page.evaluate("theMap.setView([0, 180], 3, { animate: false })")
    colors = opened.page.evaluate(
        """(points) => points.map(([lat, lon]) => {
            const { min } = theBasemap._bounds;
            const at = theMap.latLngToLayerPoint([lat, lon]);
            return [...theBasemap.context.getImageData(at.x - min.x, at.y - min.y, 1, 1).data].join();
        })""",
        [[-25, 134], [0, 160], [0, 200], [-17.8, 170], [-17.8, 185], [-41.6, 172.6], [38.4, 245]],
    )
    australia, sea, *more_sea, new_zealand, nevada = colors
    assert sea == "0,0,0,0"
    assert set(more_sea) == {sea}
    assert australia == new_zealand == nevada != sea


def test_a_click_on_a_symbol_opens_its_sentences(exported: Path, open_offline: Open) -> None:
    opened = open_offline(exported).wait()
    opened.page.evaluate("theMap.setView([45, 8], 4, { animate: false })")
    opened.page.mouse.click(*opened.symbol("Paris"))
    card = opened.page.locator(".geomap-card")
    expect(card.locator("h2")).to_have_text("Paris")
    expect(card.locator(".geomap-within")).to_have_text("Île-de-France, France · capital city")
    expect(card.locator(".geomap-facts")).to_contain_text("3 mentions in 1 article")
    expect(card.locator(".geomap-confidence")).to_have_text("High confidence, 96% on average")
    expect(card.locator("mark")).to_have_text(["Paris", "Paris", "Paris"])
    expect(card.locator("blockquote").first).to_have_text("A delegation from Paris brought a list of schools in Mosul.")
    link = card.locator("h3 a")
    expect(link).to_have_attribute("href", "https://example.org/donors")
    expect(link).to_have_attribute("rel", "noopener noreferrer")
    expect(link).to_have_attribute("target", "_blank")
    assert opened.complaints == []


def test_a_finger_opens_a_place_on_both_sides_of_the_antimeridian(exported: Path, open_offline: Open) -> None:
    opened = open_offline(exported, size=PHONE).wait()
    for name, within in (("Savusavu", "Northern, Fiji"), ("Provideniya", "Chukotka, Russia")):
        opened.page.evaluate("theMap.setView([20, 180], 2, { animate: false })")
        opened.page.touchscreen.tap(*opened.symbol(name))
        card = opened.page.locator(".geomap-card", has_text=within)
        expect(card.locator("h2")).to_have_text(name)
        opened.page.locator(".leaflet-popup-close-button").click()
        expect(opened.page.locator(".geomap-card")).to_have_count(0)
    assert opened.complaints == []


def test_doubt_is_said_in_words(exported: Path, open_offline: Open) -> None:
    opened = open_offline(exported).wait()
    opened.page.get_by_role("button", name="Savusavu").click()
    expect(opened.page.locator(".geomap-confidence")).to_have_text("Doubtful: low confidence, 41% on average")
    opened.keep("desktop-doubtful")


def test_keys_alone_open_and_close_a_place(exported: Path, open_offline: Open) -> None:
    opened = open_offline(exported).wait()
    button = opened.page.get_by_role("button", name="Mosul")
    button.focus()
    opened.page.keyboard.press("Enter")
    expect(opened.page.locator(".geomap-card h2")).to_be_focused()
    opened.page.keyboard.press("Escape")
    expect(opened.page.locator(".geomap-card")).to_have_count(0)
    expect(button).to_be_focused()


def test_the_panel_counts_and_explains(exported: Path, open_offline: Open) -> None:
    opened = open_offline(exported).wait()
    panel = opened.page.locator(".geomap-panel")
    expect(panel.locator("h1")).to_have_text(TITLE)
    expect(panel.locator(".geomap-facts")).to_contain_text("5 articles")
    expect(panel.locator(".geomap-facts")).to_contain_text("29 mentions")
    expect(panel.locator(".geomap-facts")).to_contain_text("96% resolved")
    expect(panel.locator(".geomap-legend li")).to_have_count(5)
    expect(opened.page.locator(".leaflet-control-attribution")).to_contain_text("Natural Earth")
    expect(opened.page.locator(".leaflet-control-attribution")).to_contain_text("GeoNames (CC BY 4.0)")
    assert opened.page.title() == TITLE


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_the_popup_and_the_panel_fit_on_the_screen(exported: Path, open_offline: Open, size: tuple[int, int]) -> None:
    opened = open_offline(exported, size=size).wait()
    opened.page.evaluate("thePlaces.visit(0)")
    opened.page.wait_for_timeout(600)
    popup = opened.page.locator(".leaflet-popup").bounding_box()
    panel = opened.page.locator(".geomap-panel").bounding_box()
    assert popup is not None
    assert panel is not None
    for box in (popup, panel):
        assert box["x"] >= 0
        assert box["y"] >= 0
        assert box["x"] + box["width"] <= size[0]
        assert box["y"] + box["height"] <= size[1]
    apart = popup["x"] >= panel["x"] + panel["width"] or popup["y"] >= panel["y"] + panel["height"]
    assert apart
    assert opened.page.evaluate("document.documentElement.scrollWidth") <= size[0]


def test_more_sentences_come_twenty_at_a_time(tmp_path: Path, open_offline: Open) -> None:
    rows = [
        mention(f"{number:02}", f"Number {number} is in Mosul.", 0, "Mosul", **of_place("Mosul"))
        | {"sentence": f"Number {number} is in Mosul."}
        for number in range(45)
    ]
    exported = save_html(explore(tables.finish_mentions(pd.DataFrame(rows))), tmp_path / "map.html")
    opened = open_offline(exported).wait()
    opened.page.evaluate("thePlaces.visit(0)")
    quotes = opened.page.locator(".geomap-card blockquote")
    expect(quotes).to_have_count(20)
    opened.page.get_by_role("button", name="Show more (25 mentions left)").click()
    expect(quotes).to_have_count(40)
    opened.page.get_by_role("button", name="Show more (5 mentions left)").click()
    expect(quotes).to_have_count(45)
    expect(quotes.last).to_be_visible()
    assert opened.page.evaluate("thePlaces.popup.isOpen()")
    expect(opened.page.get_by_role("button", name="Show more")).to_have_count(0)


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_words_do_nothing_and_appear_as_written(text: str, tmp_path: Path, open_offline: Open) -> None:
    exported = save_html(explore(hostile(text), title=text, names="gazetteer"), tmp_path / "map.html")
    opened = open_offline(exported).wait()
    opened.page.evaluate("thePlaces.visit(0)")
    card = opened.page.locator(".geomap-card")
    assert card.locator("h2").text_content() == text
    assert card.locator("h3").text_content() == text
    assert card.locator("blockquote").text_content() == f"{text} Mosul {text}"
    assert text in (card.locator(".geomap-about").first.text_content() or "")
    assert card.locator(".geomap-url").text_content() == f"javascript:{SPELL}"
    assert card.locator("a").count() == 0
    assert opened.page.locator(".geomap-panel h1").text_content() == text
    assert opened.page.evaluate("document.title") == text
    x, y = opened.symbol(text)
    opened.page.mouse.move(x, y)
    assert opened.page.evaluate("window.ran") is None
    assert opened.complaints == []
    assert opened.requests == []


def test_a_hostile_attribution_does_nothing_and_appears_as_written(tmp_path: Path, open_offline: Open) -> None:
    tiles = xyzservices.TileProvider(
        name="x", url="https://tiles.test/{z}/{x}/{y}.png", attribution="".join(HOSTILE[2:5]) + HOSTILE[0]
    )
    exported = save_html(explore(corpus(), tiles=tiles), tmp_path / "map.html")
    opened = open_offline(exported).wait()
    opened.page.wait_for_timeout(300)
    assert opened.page.evaluate("window.ran") is None
    assert not [words for words in opened.complaints if "ERR_" not in words]


def test_the_policy_of_the_page_stops_a_script_that_was_not_there(exported: Path, open_offline: Open) -> None:
    opened = open_offline(exported).wait()
    opened.page.evaluate("document.body.insertAdjacentHTML('beforeend', '<img src=x onerror=\"window.ran=true\">')")
    opened.page.wait_for_timeout(200)
    assert opened.page.evaluate("window.ran") is None


def test_large_data_is_read_back(tmp_path: Path, open_offline: Open) -> None:
    mentions = corpus()
    mentions.loc[0, "sentence"] = "Mosul. " + "".join(f"word{number} " for number in range(250_000))
    exported = save_html(explore(mentions), tmp_path / "map.html")
    assert exported.stat().st_size < 2_500_000
    opened = open_offline(exported).wait()
    expect(opened.page.locator(".geomap-places summary")).to_have_text("Places (12)")
    assert opened.complaints == []


def test_a_map_without_a_place_says_so(tmp_path: Path, open_offline: Open) -> None:
    opened = open_offline(save_html(explore(tables.empty_mentions()), tmp_path / "map.html")).wait()
    expect(opened.page.locator(".geomap-empty")).to_have_text("No place was found to show.")
    assert opened.complaints == []


def test_tiles_that_do_not_come_give_way_to_the_basemap(tmp_path: Path, open_offline: Open) -> None:
    opened = open_offline(save_html(explore(corpus(), tiles="OpenTopoMap"), tmp_path / "map.html")).wait()
    expect(opened.page.locator(".geomap-notice")).to_contain_text("The built-in map is shown instead")
    expect(opened.page.locator(".leaflet-tile")).to_have_count(0)
    opened.keep("desktop-tiles-failed")


def test_openstreetmap_is_not_asked_for_tiles_from_a_file(tmp_path: Path, open_offline: Open) -> None:
    opened = open_offline(save_html(explore(corpus(), tiles="OpenStreetMap"), tmp_path / "map.html")).wait()
    expect(opened.page.locator(".geomap-notice")).to_contain_text("OpenStreetMap")
    assert opened.requests == []


def test_a_notebook_shows_the_map_without_a_network(tmp_path: Path, open_offline: Open) -> None:
    notebook = tmp_path / "notebook.html"
    notebook.write_text(f"<!DOCTYPE html><title>n</title>{explore(corpus(), title=TITLE)._repr_html_()}", "utf-8")
    opened = open_offline(notebook)
    frame = opened.page.frame_locator("iframe")
    expect(frame.locator(".geomap-panel h1")).to_have_text(TITLE)
    frame.locator("[data-geomap-drawn]").wait_for(state="attached")
    frame.get_by_role("button", name="Mosul").click()
    expect(frame.locator(".geomap-card h2")).to_have_text("Mosul")
    opened.keep("notebook")
    assert opened.complaints == []
    assert opened.requests == []


def test_the_layer_works_on_any_folium_map_with_links(chromium: Browser, leaflet_files: Path, tmp_path: Path) -> None:
    m = folium.Map([36, 43], zoom_start=5, tiles=None)
    PlacesLayer(corpus()).add_to(m)
    folium.LayerControl().add_to(m)
    path = tmp_path / "linked.html"
    m.save(str(path))
    complaints: list[str] = []
    page = chromium.new_page(viewport={"width": DESKTOP[0], "height": DESKTOP[1]})
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.route("http*://**/*", lambda route: route.abort())
    for name in ("leaflet.js", "leaflet.css"):
        page.route(f"**/leaflet@*/dist/{name}", answer_with(leaflet_files / name))
    page.goto(path.as_uri())
    page.get_by_role("button", name="Mosul").click()
    expect(page.locator(".geomap-card h2")).to_have_text("Mosul")
    page.screenshot(path=tmp_path / "linked.png")
    page.close()
    assert [words for words in complaints if "AwesomeMarkers" not in words] == []
