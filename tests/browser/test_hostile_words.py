"""Words that try to become code, at every field that can reach the page: nothing runs, and they appear as written."""

from __future__ import annotations

import re
from pathlib import Path

import folium
import pytest
from hostile import HOSTILE, alternatives, corpus
from opened import Open, Opened
from playwright.sync_api import expect

from geomap.maps import ChoroplethLayer, ComentionLayer, HeatLayer, explore, save_html

EVERYTHING = " ".join(HOSTILE)
TITLE, NOTE = (" ".join(part.split()) for part in (EVERYTHING[:200], EVERYTHING[200:1200]))
pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("leaflet_files")]


@pytest.fixture(scope="module")
def exported(leaflet_files: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a map of hostile words alone, with every layer and every caption made of them."""
    everything = EVERYTHING
    mentions = corpus()
    mentions[everything] = mentions["name"]
    m = explore(
        mentions,
        title=TITLE,
        note=NOTE,
        annotations=[((30 + number / 10, 41), text) for number, text in enumerate(HOSTILE) if text.strip()],
        names="gazetteer",
        color=everything,
        alternatives=alternatives(mentions),
        manifest={text: text for text in HOSTILE},
    )
    shapes = mentions[["name", "geometry"]].assign(geometry=mentions.geometry.map(lambda point: point.buffer(0.04)))
    HeatLayer(mentions, name=f"1 {everything}", caption=everything).add_to(m)
    ComentionLayer(mentions, name=f"2 {everything}", caption=everything).add_to(m)
    ChoroplethLayer(mentions, shapes=shapes, name=f"3 {everything}", caption=everything).add_to(m)
    folium.LayerControl(collapsed=False).add_to(m)
    return save_html(m, tmp_path_factory.mktemp("hostile") / "map.html")


def harmless(opened: Opened) -> None:
    assert opened.page.evaluate("window.ran") is None
    assert opened.complaints == []
    assert opened.requests == []


def test_there_are_at_least_forty() -> None:
    assert len(set(HOSTILE)) >= 40


def test_the_panel_the_legends_and_the_layers_show_them_as_written(exported: Path, open_offline: Open) -> None:
    opened = open_offline(exported).wait()
    page = opened.page
    everything = EVERYTHING
    assert page.locator(".geomap-panel h1").text_content() == TITLE
    assert page.locator(".geomap-panel .geomap-note").text_content() == NOTE
    assert page.evaluate("document.title") == re.sub(r"[ \t\n\f\r]+", " ", TITLE)
    names = page.locator(".geomap-places .geomap-name").all_text_contents()
    assert sorted(names) == sorted(HOSTILE)
    within = page.locator(".geomap-places .geomap-within").all_text_contents()
    assert sorted(within) == sorted("regional capital" for _ in HOSTILE)
    kinds = page.locator(".geomap-filters fieldset").nth(1).locator("label").all_text_contents()
    assert sorted(kinds) == sorted(HOSTILE)
    sources = page.locator(".geomap-many label").all_text_contents()
    assert sorted(sources) == sorted(f"{text} (1)" for text in HOSTILE)
    assert page.locator(".geomap-shades p").text_content() == f"Color: {everything}"
    assert set(page.locator(".geomap-shades li").all_text_contents()) <= {*HOSTILE, "Other"}
    assert page.locator(".geomap-key > p").all_text_contents() == [everything] * 3
    listed = page.locator(".leaflet-control-layers-overlays label").all_text_contents()
    assert sum(everything in label for label in listed) == 3
    harmless(opened)


def test_every_place_opens_with_its_words_as_written(exported: Path, open_offline: Open) -> None:
    opened = open_offline(exported).wait()
    found = opened.page.evaluate(
        """async () => {
            const found = [];
            for (let number = 0; number < thePlaces.model.size.places; number += 1) {
                thePlaces.visit(number);
                await geomap_settled();
                const card = thePlaces.popup.getContent();
                card.querySelector(".geomap-check button").click();
                await geomap_settled();
                const text = (selector) => card.querySelector(selector)?.textContent;
                found.push({
                    name: text("h2"), title: text("h3"), quote: text("blockquote"), mark: text("mark"),
                    url: text(".geomap-url"), links: card.querySelectorAll("a").length,
                    about: text(".geomap-articles .geomap-about"), reading: text(".geomap-reading span"),
                });
            }
            return found;
            function geomap_settled() { return new Promise((done) => setTimeout(done, 15)); }
        }"""
    )
    assert sorted(one["name"] for one in found) == sorted(HOSTILE)
    for one in found:
        text = one["name"]
        assert one["title"] == text
        assert one["quote"] == " ".join(f"x {text} y".split())
        assert one["mark"] == " ".join(text.split())
        assert one["url"] == text.strip()
        assert one["links"] == 0
        assert one["about"].startswith(text)
        assert one["reading"] == f"{text} ({text}, {text} · {text})"
    harmless(opened)


def test_a_search_a_filter_and_an_address_made_of_them_do_nothing(exported: Path, open_offline: Open) -> None:
    opened = open_offline(exported).wait()
    page = opened.page
    for text in HOSTILE:
        page.locator(".geomap-search input").fill(text)
        page.evaluate("(text) => { location.hash = new URLSearchParams({ text, source: text, place: text }); }", text)
        page.evaluate("(text) => { location.hash = text; }", text)
    page.locator(".geomap-search input").fill("")
    page.evaluate("location.hash = ''")
    expect(page.locator(".geomap-places summary")).to_have_text(f"Places ({len(HOSTILE)})")
    harmless(opened)


def test_a_correction_the_table_and_the_manifest_show_them_as_written(exported: Path, open_offline: Open) -> None:
    opened = open_offline(exported).wait()
    page = opened.page
    page.get_by_role("button", name="Table").click()
    assert sorted(page.locator(".geomap-dialog tbody th").all_text_contents()) == sorted(HOSTILE)
    with page.expect_download() as download:
        page.get_by_role("button", name="Download places.csv").click()
    lines = Path(download.value.path()).read_text("utf-8")
    assert not re.search(r"(^|,|\n)=", lines)
    page.get_by_role("button", name="Close").click()
    page.get_by_role("button", name="About").click()
    expect(page.locator(".geomap-dialog dt").filter(has_text=HOSTILE[0]).first).to_be_visible()
    terms = page.locator(".geomap-dialog dt").all_text_contents()
    assert [term for term in terms if term in HOSTILE] == HOSTILE
    page.get_by_role("button", name="Close").click()
    page.evaluate("thePlaces.visit(0)")
    # What lies over what with names that long is not the question here.
    page.locator(".geomap-check button").first.evaluate("(button) => button.click()")
    page.locator(".geomap-reading").first.evaluate("(button) => button.click()")
    page.get_by_role("button", name="Corrections (1)").click()
    expect(page.locator(".geomap-corrections li")).to_have_count(1)
    harmless(opened)
