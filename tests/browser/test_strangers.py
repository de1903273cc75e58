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
