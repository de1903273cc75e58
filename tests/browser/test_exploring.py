"""Searching, filtering, linking, doubting and correcting on the page, with a mouse, with keys, and without eyes."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
from opened import DESKTOP, PHONE, Open, Opened
from playwright.sync_api import expect
from test_maps_corpus import alternatives, corpus, one

import geomap.corrections
from geomap import tables
from geomap.maps import ChoroplethLayer, ComentionLayer, HeatLayer, explore, save_html

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("leaflet_files")]
AXE = "axe-core@4.10.3"
AXE_SHA256 = "880970c081707360e64f34cea25ff91892f5bc95675b0776925b9709dd8a68bb"


@pytest.fixture
def exported(tmp_path: Path) -> Path:
    """Return the small corpus as a file, with runners-up."""
    mentions = corpus()
    return save_html(explore(mentions, alternatives=alternatives(mentions)), tmp_path / "map.html")


def shown(opened: Opened) -> dict[str, int]:
    """Return the places that the map shows and their mentions, as its model counts them."""
    counts: dict[str, int] = opened.page.evaluate(
        """() => Object.fromEntries(thePlaces.model.ranked()
            .map((n) => [thePlaces.model.places.name[n], thePlaces.model.mentions(n)]))"""
    )
    return counts


def until(opened: Opened, condition: str) -> None:
    """Wait for a condition; Playwright's own way is forbidden by the page's policy."""
    for _ in range(100):
        if opened.page.evaluate(condition):
            return
        opened.page.wait_for_timeout(50)
    pytest.fail(f"it never came to {condition}")


# Searching and filtering


def test_a_search_finds_places_sources_and_sentences(exported: Path, open_offline: Open) -> None:
    opened = open_offline(exported).wait()
    page = opened.page
    box = page.get_by_role("searchbox")
    box.fill("tigris")
    found = page.locator(".geomap-found button")
    expect(found).to_have_count(3)
    expect(found.nth(0)).to_contain_text("Tigris, Basra, Iraq")
    expect(found.nth(1)).to_contain_text("Tigris Post")
    box.press("ArrowDown")
    expect(found.nth(0)).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator(".geomap-card h2")).to_have_text("Tigris")
    box.fill("melons")
    page.get_by_role("button", name="Sentences and headlines with “melons”").click()
    expect(page.locator(".geomap-places summary")).to_have_text("Places (1)")
    assert shown(opened) == {"Sinjar": 1}
    expect(page.locator(".geomap-panel .geomap-facts")).to_contain_text("1 of 5 articles")
    page.get_by_role("button", name="Remove filter: “melons”").click()
    assert len(shown(opened)) == 12
    assert opened.complaints == []


def test_filters_combine_and_everything_follows(exported: Path, open_offline: Open) -> None:
    opened = open_offline(exported).wait()
    page = opened.page
    page.locator(".geomap-filters summary").click()
    page.get_by_label("Tigris Post (2)").check()
    assert shown(opened)["Mosul"] == 4
    opened.show_from("2018-01-01")
    assert shown(opened) == {"Mosul": 2, "Raqqa": 2, "Iraq": 1, "Tigris": 1, "Baghdad": 1}
    expect(page.locator(".geomap-chip")).to_have_count(2)
    page.evaluate("thePlaces.visit(thePlaces.model.places.name.indexOf('Mosul'))")
    expect(page.locator(".geomap-card blockquote")).to_have_count(2)
    expect(page.locator(".geomap-card .geomap-facts")).to_contain_text("2 mentions in 1 article")
    page.get_by_role("button", name="Table").click()
    expect(page.locator(".geomap-dialog tbody tr")).to_have_count(5)
    page.get_by_role("button", name="Close").last.click()
    page.get_by_role("button", name="Clear all").click()
    expect(page.locator(".geomap-card blockquote")).to_have_count(6)
    assert sum(shown(opened).values()) == 28


def test_the_confidence_line_tells_certain_from_possible(exported: Path, open_offline: Open) -> None:
    opened = open_offline(exported).wait()
    page = opened.page
    page.locator(".geomap-filters summary").click()
    slider = page.get_by_label("Counts as certain from")
    expect(page.get_by_text("From 50%: 27 certain, 1 possible")).to_be_visible()
    slider.evaluate("(input) => { input.value = 80; input.dispatchEvent(new Event('input')); }")
    expect(page.get_by_text("From 80%: 24 certain, 4 possible")).to_be_visible()
    page.get_by_label("Show what is only possible").uncheck()
    assert set(shown(opened)).isdisjoint({"Savusavu", "Provideniya", "Tigris"})
    expect(page.locator(".geomap-chip")).to_have_text("Remove filter: Only certain×")


def test_the_brush_filters_by_date_with_a_mouse_and_with_keys(exported: Path, open_offline: Open) -> None:
    opened = open_offline(exported).wait()
    page = opened.page
    box = page.locator(".geomap-chart").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 2, box["y"] + 20)
    page.mouse.down()
    page.mouse.move(box["x"] + 0.2 * box["width"], box["y"] + 20, steps=4)
    page.mouse.up()
    expect(page.locator(".geomap-panel .geomap-facts")).to_contain_text("2 of 5 articles")
    page.get_by_role("slider", name="To").focus()
    for _ in range(60):
        page.keyboard.press("ArrowRight")
    expect(page.locator(".geomap-chip")).to_have_count(0)
    assert page.get_by_role("slider", name="To").get_attribute("aria-valuetext") == "21 Jun 2018"
    assert opened.complaints == []


def test_time_plays_and_stops_at_the_end(exported: Path, open_offline: Open) -> None:
    opened = open_offline(exported).wait()
    page = opened.page
    page.get_by_role("button", name="Play").click()
    until(opened, "thePlaces.model.state.from !== null")
    page.get_by_role("button", name="Stop").click()
    page.evaluate("thePlaces.model.set({ from: thePlaces.model.edges.at(-3), to: thePlaces.model.edges.at(-2) - 1 })")
    page.get_by_role("button", name="Play").click()
    expect(page.get_by_role("button", name="Play")).to_be_visible()
    assert page.evaluate("thePlaces.model.state.to") is None


def test_a_view_can_be_linked_to(exported: Path, open_offline: Open) -> None:
    opened = open_offline(exported).wait()
    page = opened.page
    page.evaluate(
        """() => thePlaces.model.set({
            from: Date.parse("2018-01-01") / 86400000,
            sources: new Set([thePlaces.model.content.sources.indexOf("Tigris Post")]),
        })"""
    )
    page.evaluate("thePlaces.visit(thePlaces.model.places.name.indexOf('Raqqa'))")
    until(opened, "location.hash.includes('place=')")
    address = page.evaluate("location.hash")
    assert "from=2018-01-01" in address
    assert "place=geonames%3A172955" in address
    page.goto("about:blank")
    page.goto(exported.as_uri() + address)
    opened.wait()
    expect(page.locator(".geomap-card h2")).to_have_text("Raqqa")
    expect(page.locator(".geomap-chip")).to_have_count(2)
    page.evaluate("location.hash = '#text=melons'")
    expect(page.locator(".geomap-places summary")).to_have_text("Places (1)")
    page.evaluate("location.hash = '#from=never&source=Nobody&certain=1e9&at=x,y&place=nowhere'")
    expect(page.locator(".geomap-places summary")).to_have_text("Places (12)")
    assert opened.complaints == []


# Doubt and corrections


def open_check(opened: Opened, name: str) -> None:
    opened.page.evaluate("(name) => thePlaces.visit(thePlaces.model.places.name.indexOf(name))", name)
    # The popup before fades out for a moment.
    card = opened.page.locator(".geomap-card").last
    card.locator(".geomap-check button").first.click()
    card.locator(".geomap-reading").first.wait_for()


def test_the_runners_up_of_a_mention_show_as_rings(exported: Path, open_offline: Open) -> None:
    opened = open_offline(exported).wait()
    open_check(opened, "Sinjar")
    assert opened.page.evaluate("thePlaces.readings.others.map(({ name, percent }) => [name, percent])") == [
        ["Paris", 20],
        ["Erbil", 10],
    ]
    opened.keep("desktop-doubt")
    opened.page.keyboard.press("Escape")
    assert opened.page.evaluate("thePlaces.readings") is None


def test_corrections_survive_the_tab_and_replay_on_the_table(
    exported: Path, open_offline: Open, tmp_path: Path
) -> None:
    opened = open_offline(exported).wait()
    page = opened.page
    open_check(opened, "Sinjar")
    page.locator(".geomap-reading", has_text="Erbil").click()
    expect(page.locator(".geomap-badge")).to_have_text("You: Erbil")
    open_check(opened, "Savusavu")
    page.get_by_role("button", name="Not a place").click()
    open_check(opened, "Raqqa")
    page.get_by_role("button", name="Right").click()
    open_check(opened, "Brussels")
    page.get_by_label("The same for every “Brussels” that stands here").check()
    page.get_by_role("button", name="Click on the map").click()
    page.mouse.click(900, 700)
    page.reload()
    opened.wait()
    page.get_by_role("button", name="Corrections (4)").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="Download corrections.jsonl").click()
    assert download.value.suggested_filename == "corrections.jsonl"
    path = tmp_path / "corrections.jsonl"
    download.value.save_as(path)
    before = corpus()
    after = geomap.corrections.apply_corrections(before, path)
    assert after["checked"].value_counts().to_dict() == {"moved": 2, "right": 1, "not a place": 1}
    sinjar = after[(after["toponym"] == "Sinjar") & (after["checked"] == "moved")].iloc[0]
    assert (sinjar["place_id"], sinjar["name"], sinjar["confidence"]) == ("geonames:95446", "Erbil", 1.0)
    assert after.loc[after["toponym"] == "Savusavu", "status"].to_list() == ["nil"]
    brussels = after[after["toponym"] == "Brussels"].iloc[0]
    assert brussels["place_id"].startswith("point:")
    assert not brussels.geometry.equals(before.loc[before["toponym"] == "Brussels"].geometry.iloc[0])
    page.get_by_role("button", name="Remove all").click()
    page.get_by_role("button", name="Close").last.click()
    expect(page.get_by_role("button", name="Corrections", exact=True)).to_be_visible()
    assert opened.complaints == []


def test_the_map_shows_what_a_person_checked(tmp_path: Path, open_offline: Open) -> None:
    path = save_html(explore(one(checked="right")), tmp_path / "map.html")
    opened = open_offline(path).wait()
    opened.page.evaluate("thePlaces.visit(0)")
    expect(opened.page.locator(".geomap-badge")).to_have_text("Checked: right")


# Layers and what travels


def test_every_layer_draws_and_follows_the_filters(tmp_path: Path, open_offline: Open) -> None:
    mentions = corpus()
    m = explore(mentions, color="source")
    for layer in (ChoroplethLayer(mentions), HeatLayer(mentions), ComentionLayer(mentions, min_articles=1)):
        layer.add_to(m)
    opened = open_offline(save_html(m, tmp_path / "map.html")).wait()
    data = opened.page.locator(".leaflet-container")
    expect(data).to_have_attribute("data-geomap-areas", "6")
    expect(data).to_have_attribute("data-geomap-heat", "1")
    lines = int(data.get_attribute("data-geomap-lines") or 0)
    assert 10 < lines <= 60
    opened.keep("desktop-layers")
    opened.show_from("2018-06-01")
    expect(data).to_have_attribute("data-geomap-areas", "2")
    expect(data).to_have_attribute("data-geomap-lines", "1")
    assert opened.page.evaluate("document.querySelectorAll('[id$=_words]').length") == 1
    assert opened.complaints == []


@pytest.mark.parametrize("layer", [HeatLayer, ComentionLayer, ChoroplethLayer])
def test_each_layer_works_alone(layer: Callable[..., Any], tmp_path: Path, open_offline: Open) -> None:
    from geomap.maps import Map

    m = Map(location=[40, 20], zoom_start=3)
    layer(corpus()).add_to(m)
    opened = open_offline(save_html(m, tmp_path / "map.html"))
    opened.page.wait_for_selector("[data-geomap-areas], [data-geomap-heat], [data-geomap-lines]", state="attached")
    assert opened.complaints == []


def test_names_of_countries_are_written_over_the_color_of_their_areas(tmp_path: Path, open_offline: Open) -> None:
    from geomap.maps import Map

    m = Map(location=[36, 38], zoom_start=5)
    ChoroplethLayer(corpus()).add_to(m)
    opened = open_offline(save_html(m, tmp_path / "map.html"))
    opened.page.wait_for_selector("[data-geomap-areas]", state="attached")
    opened.page.evaluate(
        """(map) => {
            const context = document.querySelector(".leaflet-geomap-areas-pane canvas").getContext("2d");
            const write = context.fillText.bind(context);
            window.written = {};
            context.fillText = (text, x, y) => {
                window.written[text] = [context.fillStyle, context.strokeStyle];
                write(text, x, y);
            };
            window[map].panBy([1, 0], { animate: false });
        }""",
        m.get_name(),
    )
    until(opened, "window.written.Iraq && window.written.Syria")
    written = opened.page.evaluate("window.written")
    assert "Saudi Arabia" not in written  # nothing covers its name
    assert written["Iraq"][0] != written["Syria"][0]  # light words on a dark area, and dark ones on a light area
    assert all(fill != halo for fill, halo in written.values())


def test_without_words_a_place_lists_its_sources(tmp_path: Path, open_offline: Open) -> None:
    opened = open_offline(save_html(explore(corpus()), tmp_path / "map.html", text="none")).wait()
    opened.page.evaluate("thePlaces.visit(0)")
    card = opened.page.locator(".geomap-card")
    expect(card).to_contain_text("The words of the articles do not travel with this file.")
    expect(card.locator("li").first).to_have_text("Tigris Post: 4")
    expect(opened.page.get_by_role("button", name="Corrections")).to_have_count(0)
    opened.keep("desktop-no-words")


# Everybody


@pytest.fixture(scope="session")
def axe(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return axe-core's script, from npm at an exact version."""
    folder = tmp_path_factory.mktemp("axe")
    npm = shutil.which("npm")
    if npm is None:
        pytest.fail("axe-core comes from npm: install npm")
    packed = subprocess.run([npm, "pack", AXE, "--silent"], cwd=folder, check=True, capture_output=True, text=True)
    with tarfile.open(folder / packed.stdout.split()[-1]) as archive:
        member = archive.extractfile("package/axe.min.js")
        assert member is not None
        content = member.read()
    assert hashlib.sha256(content).hexdigest() == AXE_SHA256
    return content.decode("utf-8")


def violations(opened: Opened, axe: str) -> list[str]:
    opened.page.evaluate(f"() => {{ {axe} }}")
    found = opened.page.evaluate("axe.run(document)")
    return [f"{one['id']}: {[node['html'][:200] for node in one['nodes']]}" for one in found["violations"]]


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_violation(
    tmp_path: Path, open_offline: Open, axe: str, size: tuple[int, int], scheme: str
) -> None:
    mentions = corpus()
    m = explore(mentions, alternatives=alternatives(mentions), color="source", title="Rebuilding Mosul")
    for layer in (ChoroplethLayer(mentions), ComentionLayer(mentions)):
        layer.add_to(m)
    opened = open_offline(save_html(m, tmp_path / "map.html"), size=size, scheme=scheme).wait()
    page = opened.page
    assert violations(opened, axe) == []
    page.locator(".geomap-filters summary").click()
    page.get_by_role("searchbox").fill("tigris")
    assert violations(opened, axe) == []
    page.get_by_role("searchbox").fill("")
    page.locator(".geomap-filters summary").click()
    page.locator(".geomap-layers summary").click()
    page.get_by_role("checkbox", name="Density of mentions").check()
    assert violations(opened, axe) == []
    page.get_by_role("checkbox", name="Density of mentions").uncheck()
    page.locator(".geomap-layers summary").click()
    opened.show_from("2017-07-14")
    page.wait_for_timeout(400)  # a change of the filters draws an open popup anew
    open_check(opened, "Tigris")
    page.wait_for_timeout(400)  # the popup fades in, and its colors with it
    assert violations(opened, axe) == []
    page.evaluate("thePlaces.open(0, { among: [0, 1, 2] })")
    page.wait_for_timeout(400)
    assert violations(opened, axe) == []
    page.evaluate("theMap.closePopup()")
    page.wait_for_timeout(400)
    page.locator(".geomap-foot").get_by_text("Table").evaluate("(button) => button.click()")  # a phone hides it
    assert violations(opened, axe) == []
    page.keyboard.press("Escape")
    page.locator(".geomap-foot").get_by_text("Corrections").evaluate("(button) => button.click()")  # a phone hides it
    assert violations(opened, axe) == []


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_keys_reach_everything_and_are_never_caught(exported: Path, open_offline: Open, size: tuple[int, int]) -> None:
    opened = open_offline(exported, size=size).wait()
    page = opened.page
    seen = []
    for _ in range(60):
        page.keyboard.press("Tab")
        seen.append(
            page.evaluate("(document.activeElement.textContent || document.activeElement.ariaLabel || '').slice(0, 20)")
        )
    for wanted in ("Filters", "Legend", "Leaflet"):
        assert wanted in seen


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
@pytest.mark.parametrize("case", ["empty", "one", "no-dates", "one-place"])
def test_small_and_odd_corpora_look_whole(
    case: str, size: tuple[int, int], scheme: str, tmp_path: Path, open_offline: Open
) -> None:
    mentions = {
        "empty": tables.empty_mentions(),
        "one": one(),
        "no-dates": corpus().assign(published=pd.Series(pd.NaT, index=corpus().index, dtype="datetime64[us, UTC]")),
        "one-place": corpus().query("name == 'Savusavu' or name == 'Provideniya'"),
    }[case]
    opened = open_offline(save_html(explore(mentions), tmp_path / "map.html"), size=size, scheme=scheme).wait()
    opened.keep(f"{'phone' if size == PHONE else 'desktop'}-{scheme}-{case}")
    assert opened.page.locator(".geomap-time").count() == (1 if case == "one-place" and len(mentions) > 2 else 0)
    assert opened.page.evaluate("document.documentElement.scrollWidth") <= size[0]
    assert opened.complaints == []


def test_a_printed_map_keeps_its_title_and_legend(exported: Path, open_offline: Open) -> None:
    opened = open_offline(exported).wait()
    opened.page.emulate_media(media="print")
    expect(opened.page.locator(".geomap-search")).to_be_hidden()
    expect(opened.page.locator(".leaflet-control-zoom")).to_be_hidden()
    expect(opened.page.locator(".geomap-panel h1")).to_be_visible()
    expect(opened.page.locator(".geomap-legend > div")).to_be_visible()
    opened.keep("print")


def test_the_manifest_can_be_read_on_the_page(exported: Path, open_offline: Open) -> None:
    opened = open_offline(exported).wait()
    opened.page.get_by_role("button", name="About").click()
    told = opened.page.locator(".geomap-dialog dl")
    expect(told).to_contain_text(f"geomap {geomap.__version__}")
    expect(told).to_contain_text("5 articles, 29 mentions, 28 of them resolved")
    expect(told).to_contain_text("GeoNames (CC BY 4.0)")
    opened.keep("desktop-about")
    assert json.loads(opened.page.evaluate("JSON.stringify(document.documentElement.lang)")) == "en"


# What counts only if it is asked for, and what is no place of its own


def described() -> gpd.GeoDataFrame:
    """Return the small corpus with a relative place, a coordinate, an approximate place and a name inside another name."""
    relative = {"place_id": "geonames:99072+20kmS", "name": "20 km south of Mosul", "precision": "offset"}
    written = {"place_id": "coordinate:36.9,43.9", "name": "36.9 N, 43.9 E", "kind": "coordinate"}
    rows = (
        relative | {"radius_km": 20.4, "lat": 36.15},
        written | {"lon": 43.9, "lat": 36.9},
        {"precision": "within", "radius_km": 8.0},
        {"kind": "embedded"},
        {"radius_km": 15.0, "precision": "place"},
    )
    further = [one(**row).assign(article_id=f"r{number}") for number, row in enumerate(rows)]
    return gpd.GeoDataFrame(pd.concat([corpus(), *further], ignore_index=True), crs=4326)


def test_switches_bring_what_is_left_out_and_every_view_follows(tmp_path: Path, open_offline: Open) -> None:
    opened = open_offline(save_html(explore(described()), tmp_path / "map.html")).wait()
    page = opened.page
    legend = page.locator(".geomap-legend")
    assert shown(opened)["Mosul"] == 7 and "somewhere in Mosul" not in shown(opened)
    expect(legend).to_contain_text("Coordinates in the text")
    expect(legend).to_contain_text("Relative or approximate place (within 20 km)")
    page.locator(".geomap-filters summary").click()
    page.get_by_label("Names inside other names").check()
    assert shown(opened)["Mosul"] == 8
    page.get_by_label("Approximate places").check()
    assert shown(opened)["somewhere in Mosul"] == 1
    expect(legend).to_contain_text("Relative or approximate place (within 8 to 20 km)")
    until(opened, "location.hash.includes('embedded=yes') && location.hash.includes('approximate=yes')")
    page.get_by_role("button", name="Remove filter: With names inside other names").click()
    assert shown(opened)["Mosul"] == 7
    opened.page.evaluate("thePlaces.model.set({ kinds: new Set([thePlaces.model.content.kinds.indexOf('demonym')]) })")
    expect(legend).not_to_contain_text("Relative or approximate place")
    expect(legend).not_to_contain_text("Coordinates in the text")
    assert opened.complaints == []


def test_a_map_that_counts_everything_opens_so_and_a_reader_can_leave_it_out(
    tmp_path: Path, open_offline: Open
) -> None:
    m = explore(described(), embedded=True, approximate=True)
    opened = open_offline(save_html(m, tmp_path / "map.html")).wait()
    assert (shown(opened)["Mosul"], shown(opened)["somewhere in Mosul"]) == (8, 1)
    opened.page.locator(".geomap-filters summary").click()
    opened.page.get_by_label("Names inside other names").uncheck()
    assert shown(opened)["Mosul"] == 7
    until(opened, "location.hash.includes('embedded=no')")


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_card_says_in_words_how_far_the_truth_may_lie(
    tmp_path: Path, open_offline: Open, size: tuple[int, int], scheme: str
) -> None:
    path = save_html(explore(described(), approximate=True, view="Mosul"), tmp_path / "map.html")
    opened = open_offline(path, size=size, scheme=scheme).wait()
    page = opened.page
    page.evaluate("thePlaces.open(thePlaces.model.places.name.indexOf('20 km south of Mosul'))")
    expect(page.locator(".geomap-card .geomap-within")).to_contain_text("relative place · within about 20 km (13 mi)")
    opened.keep(f"rings-{scheme}-{size[0]}")
    page.evaluate("thePlaces.open(thePlaces.model.places.name.indexOf('Mosul'))")
    expect(page.locator(".geomap-card")).to_contain_text("within about 15 km (9 mi)")
    assert opened.complaints == []


def test_what_lies_somewhere_in_a_place_is_corrected_as_a_mention_of_it(tmp_path: Path, open_offline: Open) -> None:
    mentions = described()
    opened = open_offline(save_html(explore(mentions, approximate=True), tmp_path / "map.html")).wait()
    page = opened.page
    page.evaluate("thePlaces.open(thePlaces.model.places.name.indexOf('somewhere in Mosul'))")
    page.get_by_role("button", name="Check").click()
    page.get_by_role("button", name="Not a place").click()
    lines = page.evaluate("thePlaces.corrections.lines()")
    assert json.loads(lines)["was"] == "geonames:99072"
    path = tmp_path / "corrections.jsonl"
    path.write_text(lines, encoding="utf-8")
    after = geomap.apply_corrections(mentions, path)
    assert after.loc[after["checked"].notna(), ["status", "radius_km"]].isna().to_numpy().tolist() == [[False, True]]
