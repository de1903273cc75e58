"""An exported map where its makers are not: addresses made up by others, frames that allow little, no scripts at all."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from opened import Open
from playwright.sync_api import expect
from test_maps_corpus import corpus

from geomap.maps import explore, save_html

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_html(explore(corpus(), title="Places of the corpus"), tmp_path_factory.mktemp("strangers") / "map.html")


@pytest.mark.parametrize("at", ["1e300,1e300,1e300", "0,1e300,5", "0,99999999,5", "NaN,NaN,NaN"])
def test_an_address_that_leads_nowhere_opens_the_first_view(exported: Path, open_offline: Open, at: str) -> None:
    opened = open_offline(exported).wait()
    first = opened.page.evaluate("theMap.getBounds().toBBoxString()")
    opened.page.evaluate("(at) => { location.hash = `#at=${at}`; }", at)
    opened.page.wait_for_timeout(300)
    assert opened.page.evaluate("theMap.getBounds().toBBoxString()") == first
    expect(opened.page.locator(".geomap-panel h1")).to_have_text("Places of the corpus")


def test_corrections_that_another_file_left_are_shown_as_such_and_not_applied(
    exported: Path, open_offline: Open, tmp_path: Path
) -> None:
    # Files opened from disk share one storage: another map, and a page that means harm, left something in it.
    opened = open_offline(exported).wait()
    page = opened.page
    page.evaluate(
        """() => {
            const { hash, places } = thePlaces.model.content;
            const planted = { article_id: "999", field: "text", start: 0, end: 6, toponym: "Mosul" };
            const rule = { rule: true, toponym: "Mosul", was: "geonames:1", verdict: "not a place" };
            const keep = (map, record) => localStorage.setItem(`geomap.corrections.${map}`, JSON.stringify(record));
            keep(hash, { map: hash, corrections: [{ ...planted, verdict: "right" }, rule] });
            keep("f00", { map: "f00", title: "Floods", corrections: [{ ...planted, verdict: "not a place" }] });
        }"""
    )
    page.reload()
    opened.wait()
    page.get_by_role("button", name="Corrections", exact=True).click()
    others = page.locator(".geomap-others li > span")
    expect(others).to_have_text(["2 corrections of mentions that this map does not have", "1 correction of “Floods”"])
    opened.keep("desktop-corrections-of-others")
    with page.expect_download() as download:
        page.get_by_role("button", name="Download corrections.jsonl").last.click()
    download.value.save_as(tmp_path / "floods.jsonl")
    assert '"not a place"' in (tmp_path / "floods.jsonl").read_text("utf-8")
    page.get_by_role("button", name="Remove").first.click()
    expect(others).to_have_text(["1 correction of “Floods”"])
    assert opened.complaints == []


def framed(path: Path, exported: Path, attributes: str) -> Path:
    path.write_text(f'<!DOCTYPE html><iframe src="{exported.as_uri()}" {attributes}></iframe>', "utf-8")
    return path


@pytest.mark.parametrize("hidden", ["fold", "tab"])
def test_a_map_that_opens_hidden_shows_its_places_once_it_is_seen(
    exported: Path, open_offline: Open, tmp_path: Path, hidden: str
) -> None:
    frame = f'<iframe src="{exported.as_uri()}" width="900" height="600"></iframe>'
    holder = {"fold": f"<details><summary>Map</summary>{frame}</details>", "tab": f"<div hidden>{frame}</div>"}[hidden]
    (tmp_path / "page.html").write_text(f"<!DOCTYPE html>{holder}", "utf-8")
    page = open_offline(tmp_path / "page.html").page
    page.wait_for_timeout(1000)
    page.evaluate(
        """() => {
            document.querySelector("details")?.setAttribute("open", "");
            document.querySelector("div")?.removeAttribute("hidden");
        }"""
    )
    inner = page.frames[1]
    inner.wait_for_function("Number(document.querySelector('[data-geomap-drawn]')?.dataset.geomapDrawn) > 5")
    shown = inner.evaluate(
        """() => {
            const map = window[Object.keys(window).find((key) => key.startsWith("map_"))];
            return map.getBounds().contains([36.335, 43.119]);
        }"""
    )
    assert shown


@pytest.mark.parametrize("sandbox", ['sandbox=""', 'sandbox="allow-scripts"'])
def test_a_sandboxed_frame_shows_the_map_or_says_what_it_needs(
    exported: Path, open_offline: Open, tmp_path: Path, sandbox: str
) -> None:
    page = open_offline(framed(tmp_path / "page.html", exported, f'{sandbox} width="900" height="600"')).page
    frame = page.frame_locator("iframe")
    if sandbox == 'sandbox=""':
        expect(frame.locator(".geomap-fallback h1")).to_have_text("Places of the corpus")
        expect(frame.locator(".geomap-fallback")).to_contain_text("needs JavaScript")
        expect(frame.locator(".geomap-fallback li").first).to_contain_text("Mosul")
        page.wait_for_timeout(2500)
        page.screenshot(path="tests/artifacts/desktop-no-scripts.png")
        return
    expect(frame.locator(".geomap-fallback")).to_have_count(0)
    frame.get_by_role("button", name="Table").click()
    frame.get_by_text("No download? Copy the text").click()
    copied = frame.get_by_label("The text of places.csv")
    expect(copied).to_have_value(re.compile("^Place,.*Mosul", re.DOTALL))


def test_a_strict_policy_of_a_server_leaves_the_places_as_a_list(
    exported: Path, open_offline: Open, tmp_path: Path
) -> None:
    policy = '<meta http-equiv="Content-Security-Policy" content="default-src \'self\'">'
    document = exported.read_text("utf-8").replace("<head>", f"<head>{policy}", 1)
    (tmp_path / "page.html").write_text(document, "utf-8")
    opened = open_offline(tmp_path / "page.html")
    expect(opened.page.locator(".geomap-fallback")).to_be_visible()
    expect(opened.page.locator(".geomap-fallback li").first).to_have_text("Mosul (Nineveh, Iraq): 6")
    opened.keep("desktop-strict-policy")


@pytest.mark.parametrize("size", [(1280, 800), (500, 900), (1600, 300)])
def test_paper_has_the_whole_map_its_legend_and_its_places(
    exported: Path, open_offline: Open, tmp_path: Path, size: tuple[int, int]
) -> None:
    opened = open_offline(exported).wait()
    page = opened.page
    page.set_viewport_size({"width": size[0], "height": size[1]})
    page.wait_for_timeout(500)
    before = page.evaluate("theMap.getBounds().toBBoxString()")
    page.locator(".geomap-layers summary").click()
    expect(page.get_by_text("Draw as well")).to_have_count(1)
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    width, height, sheet = page.evaluate(
        """() => {
            const { width, height } = theMap.getContainer().getBoundingClientRect();
            return [width, height, document.documentElement.scrollHeight];
        }"""
    )
    assert width <= 681
    assert height <= 621
    assert sheet > height + 100, "there is something below the map"
    assert page.evaluate("theMap.getBounds().toBBoxString()") == before
    paper = page.locator(".geomap-paper")
    expect(paper.locator("h1")).to_have_text("Places of the corpus")
    expect(paper.locator("h2")).to_have_text("12 places")
    expect(paper.locator(":scope > ol > li").first).to_have_text(
        re.compile(r"^Mosul \(.*Iraq\): 6 mentions in 4 articles$")
    )
    expect(paper.get_by_text("Town, city or site")).to_be_visible()
    fills = "(svgs) => svgs.map((svg) => getComputedStyle(svg.querySelector('*')).fill)"
    assert paper.locator(".geomap-panel li svg").evaluate_all(fills) != []
    assert "rgb(0, 0, 0)" not in paper.locator(".geomap-panel li svg").evaluate_all(fills)
    expect(paper.get_by_role("searchbox")).to_have_count(0)
    expect(paper.get_by_text("Draw as well")).to_be_hidden()
    expect(page.locator(".leaflet-container .geomap-panel")).to_be_hidden()
    page.emulate_media(media="screen")
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    expect(paper).to_have_count(0)
    assert page.evaluate("theMap.getBounds().toBBoxString()") == before
    assert opened.complaints == []


@pytest.mark.parametrize(("width", "height"), [(200, 150), (320, 240), (900, 120), (420, 260), (600, 320)])
def test_a_frame_that_is_small_shows_its_title_and_places_and_nothing_over_them(
    exported: Path, open_offline: Open, tmp_path: Path, width: int, height: int
) -> None:
    page = open_offline(framed(tmp_path / "page.html", exported, f'width="{width}" height="{height}"')).page
    frame = page.frames[1]
    frame.wait_for_function("Number(document.querySelector('[data-geomap-drawn]')?.dataset.geomapDrawn) > 5")
    expect(page.frame_locator("iframe").locator(".geomap-panel h1")).to_be_visible()
    covered = frame.evaluate(
        """() => {
            const shown = [...document.querySelectorAll(".leaflet-control")].filter((one) => one.offsetWidth);
            const area = (box) => box.width * box.height;
            const boxes = shown.map((control) => control.getBoundingClientRect());
            const apart = boxes.every((a, n) => boxes.slice(n + 1).every(
                (b) => a.right <= b.left || b.right <= a.left || a.bottom <= b.top || b.bottom <= a.top));
            return { apart, share: boxes.map(area).reduce((sum, one) => sum + one, 0) / (innerWidth * innerHeight) };
        }"""
    )
    assert covered["apart"], "no control covers another one"
    assert covered["share"] < 0.5


def test_a_frame_that_gets_its_size_late_shows_its_places(exported: Path, open_offline: Open, tmp_path: Path) -> None:
    page = open_offline(framed(tmp_path / "page.html", exported, 'width="0" height="0"')).page
    page.wait_for_timeout(1500)
    page.evaluate("Object.assign(document.querySelector('iframe'), { width: 900, height: 600 })")
    frame = page.frames[1]
    frame.wait_for_function("Number(document.querySelector('[data-geomap-drawn]')?.dataset.geomapDrawn) > 5")
    assert frame.evaluate(
        """() => {
            const map = window[Object.keys(window).find((key) => key.startsWith("map_"))];
            return map.getBounds().contains([36.335, 43.119]) && map.getZoom() > 3;
        }"""
    )
