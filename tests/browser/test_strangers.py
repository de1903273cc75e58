"""An exported map where its makers are not: addresses made up by others, frames that allow little, no scripts at all."""

from __future__ import annotations

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
