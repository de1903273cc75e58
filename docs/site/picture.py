"""Draw ``docs/map.png``, the picture of the map in the README and on the first page: ``python docs/site/picture.py``.

It geoparses the sample corpus on Mosul, opens the map as the shell writes it in a headless Chromium (the one of the browser
tests: ``$CHROMIUM``, one on the path, or Playwright's), and goes to Mosul in the list of places.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

from playwright.sync_api import ViewportSize, sync_playwright

import geomap

ROOT = Path(__file__).resolve().parents[2]
PICTURE = ROOT / "docs" / "map.png"
SIZE = ViewportSize(width=1280, height=720)


def draw(target: Path) -> None:
    """Write the picture."""
    mentions = geomap.geoparse(geomap.read_articles(ROOT / "data" / "corpora" / "mosul"))
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        page_file = geomap.save_html(geomap.explore(mentions, title="Mosul, 2016 to 2018"), Path(folder) / "map.html")
        found = os.environ.get("CHROMIUM") or shutil.which("chromium") or playwright.chromium.executable_path
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        page = browser.new_page(viewport=SIZE, color_scheme="light")
        page.goto(page_file.as_uri())
        page.wait_for_selector("[data-geomap-drawn]", state="attached")
        page.locator(".geomap-places").get_by_role("button", name="Mosul Nineveh, Iraq").first.click()
        page.locator(".geomap-card blockquote").first.wait_for()
        page.wait_for_timeout(1_000)  # until the land below is drawn
        page.screenshot(path=target)
        browser.close()


if __name__ == "__main__":
    draw(PICTURE)
