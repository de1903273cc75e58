"""The map of an editor: in the corpus's words, opened on it, with a headline and notes, in a frame, as a picture."""

from __future__ import annotations

import struct
import warnings
from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest
from opened import DESKTOP, PHONE, Open, Opened
from playwright.sync_api import expect
from test_maps_corpus import corpus

from geomap.maps import explore, save_html

pytestmark = pytest.mark.browser

NOTES = [("Mosul", "Five bridges, all of them hit"), ((36.0, 40.5), "Nobody reported from here")]


def renamed() -> gpd.GeoDataFrame:
    """Return the corpus with a gazetteer that calls Sinjar otherwise than the articles do."""
    table = corpus()
    table.loc[table["name"] == "Sinjar", "name"] = "Shingāl"
    return table


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory, leaflet_files: Path) -> Path:
    m = explore(renamed(), title="Where the bridges are", note="Five articles.", annotations=NOTES)
    return save_html(m, tmp_path_factory.mktemp("told") / "map.html")


def zoom(opened: Opened) -> float:
    found: float = opened.page.evaluate("theMap.getZoom()")
    return found


def center(opened: Opened) -> tuple[float, float]:
    lon, lat = opened.page.evaluate("[theMap.getCenter().lng, theMap.getCenter().lat]")
    return lon, lat


def layout(opened: Opened) -> dict[str, Any]:
    found: dict[str, Any] = opened.page.evaluate("({ ...thePlaces._layout })")
    return found


def test_places_are_called_as_the_corpus_calls_them_and_the_card_says_both(told: Path, open_offline: Open) -> None:
    opened = open_offline(told).wait()
    page = opened.page
    expect(page.locator(".geomap-places").get_by_text("Sinjar", exact=True)).to_be_visible()
    box = page.get_by_role("searchbox")
    box.fill("shingal")
    offer = page.locator(".geomap-found button").first
    expect(offer).to_contain_text("Sinjar, Nineveh, Iraq (Shingāl)")
    expect(offer.locator(".geomap-number")).to_have_text("2")
    offer.click()
    expect(page.locator(".geomap-card h2")).to_have_text("Sinjar")
    expect(page.locator(".geomap-called")).to_have_text("Shingāl in GeoNames")
    assert zoom(opened) == 8
    assert opened.complaints == []


def test_the_gazetteers_names_are_a_choice(tmp_path: Path, open_offline: Open) -> None:
    opened = open_offline(save_html(explore(renamed(), names="gazetteer"), tmp_path / "map.html")).wait()
    page = opened.page
    expect(page.locator(".geomap-places").get_by_text("Shingāl", exact=True)).to_be_visible()
    page.get_by_role("searchbox").fill("sinjar")
    page.locator(".geomap-found button").first.click()
    expect(page.locator(".geomap-called")).to_have_text("Sinjar in the articles")
    assert opened.complaints == []


def test_a_full_text_search_lists_sentences_that_lead_to_places(told: Path, open_offline: Open) -> None:
    opened = open_offline(told).wait()
    page = opened.page
    box = page.get_by_role("searchbox")
    box.fill("BRIDGE")
    offer = page.get_by_role("button", name="Sentences and headlines with “BRIDGE”")
    expect(offer.locator(".geomap-number")).to_have_text("2")
    offer.click()
    passages = page.locator(".geomap-passages li")
    expect(page.locator(".geomap-passages summary")).to_have_text("Sentences (2)")
    expect(passages.first.locator("mark")).to_have_text("bridge")
    expect(passages.first).to_contain_text("Headline · Tigris Post · 14 Jul 2017")
    passages.last.get_by_role("button", name="Tigris").click()
    expect(page.locator(".geomap-card h2")).to_have_text("Tigris")
    page.get_by_role("button", name="Remove filter: “BRIDGE”").click()
    expect(page.locator(".geomap-passages")).to_be_hidden()
    assert opened.complaints == []


def test_a_search_that_finds_nothing_says_so(told: Path, open_offline: Open) -> None:
    opened = open_offline(told).wait()
    opened.page.get_by_role("searchbox").fill("zeppelin")
    expect(opened.page.locator(".geomap-none")).to_have_text("Nothing on this map is called or says “zeppelin”.")
    assert opened.complaints == []


def test_a_map_opens_on_the_core_and_turns_to_everything_and_back(told: Path, open_offline: Open) -> None:
    opened = open_offline(told).wait()
    page = opened.page
    assert 39 < center(opened)[0] < 46
    near = zoom(opened)
    page.get_by_role("button", name="All", exact=True).click()
    assert zoom(opened) < near - 2
    page.get_by_role("button", name="Core", exact=True).click()
    assert zoom(opened) == near


@pytest.mark.parametrize("size", [DESKTOP, PHONE])
def test_headline_note_and_annotations_are_legible(told: Path, open_offline: Open, size: tuple[int, int]) -> None:
    opened = open_offline(told, size=size).wait()
    page = opened.page
    expect(page.locator(".geomap-panel h1")).to_have_text("Where the bridges are")
    expect(page.locator(".geomap-panel .geomap-note")).to_have_text("Five articles.")
    notes = layout(opened)["notes"]
    assert [" ".join(note["lines"]) for note in notes] == [text for _, text in NOTES]
    for note in notes:
        left, top, right, bottom = note["box"]
        begin = page.evaluate("(at) => theMap.layerPointToContainerPoint(at)", [left, top])
        assert 0 <= begin["x"] <= size[0] - (right - left)
        assert 0 <= begin["y"] <= size[1] - (bottom - top)
    opened.keep(f"annotations-{size[0]}")
    opened.page.evaluate(
        "thePlaces.model.set({ sources: new Set([thePlaces.model.content.sources.indexOf('Meridian')]) })"
    )
    assert [" ".join(note["lines"]) for note in layout(opened)["notes"]] == [NOTES[1][1]]
    assert opened.complaints == []


def test_the_largest_symbols_of_a_view_have_their_names(told: Path, open_offline: Open) -> None:
    opened = open_offline(told).wait()
    drawn = layout(opened)
    largest = max(drawn["symbols"], key=lambda symbol: symbol["radius"])
    name = opened.page.evaluate("(number) => thePlaces.model.places.name[number]", largest["number"])
    assert name in {label["text"] for label in drawn["labels"]}


@pytest.mark.parametrize("how", ["file", "address"])
def test_in_a_frame_there_is_no_panel_but_headline_and_credit(
    told: Path, tmp_path: Path, open_offline: Open, how: str
) -> None:
    if how == "file":
        m = explore(renamed(), title="Where the bridges are", note="Five articles.", annotations=NOTES)
        opened = open_offline(save_html(m, tmp_path / "map.html", embed=True)).wait()
    else:
        opened = open_offline(told)
        opened.page.goto(f"{told.resolve().as_uri()}?embed")
        opened.wait()
    page = opened.page
    expect(page.locator(".geomap-panel")).to_have_count(0)
    expect(page.locator(".geomap-headline h1")).to_have_text("Where the bridges are")
    expect(page.locator(".leaflet-control-attribution")).to_contain_text("GeoNames")
    assert not page.evaluate("theMap.scrollWheelZoom.enabled()")
    page.mouse.click(600, 500)
    assert page.evaluate("theMap.scrollWheelZoom.enabled()")
    opened.keep(f"embedded-{how}")
    assert opened.complaints == []


def test_a_picture_of_the_view_can_be_saved(told: Path, tmp_path: Path, open_offline: Open) -> None:
    opened = open_offline(told).wait()
    page = opened.page
    page.get_by_role("button", name="Share").click()
    expect(page.get_by_label("Address", exact=True)).to_have_value(page.url)
    with page.expect_download() as download:
        page.get_by_role("button", name="Save as PNG").click()
    picture = tmp_path / "map.png"
    download.value.save_as(picture)
    content = picture.read_bytes()
    assert content.startswith(b"\x89PNG")
    width, height = struct.unpack(">II", content[16:24])
    assert width == 2 * 1280
    assert height > 2 * 800
    assert opened.complaints == []


def test_an_arabic_name_and_note_stand_right_to_left(tmp_path: Path, open_offline: Open) -> None:
    table = corpus()
    is_mosul = table["name"] == "Mosul"
    table.loc[is_mosul, "toponym"] = "الموصل"
    table.loc[is_mosul, "sentence"] = "عاد الناس إلى الموصل."
    m = explore(table, title="الجسور", annotations=[("Mosul", "خمسة جسور (2017)")])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        opened = open_offline(save_html(m, tmp_path / "map.html")).wait()
    page = opened.page
    expect(page.locator(".geomap-panel h1")).to_have_attribute("dir", "auto")
    assert "الموصل" in {label["text"] for label in layout(opened)["labels"]}
    page.get_by_role("searchbox").fill("موصل")
    expect(page.locator(".geomap-found button").first).to_contain_text("الموصل")
    opened.keep("arabic")
    assert opened.complaints == []
