"""The widget in a real marimo: what is done on the map runs the cells that read it, and what a cell sets is on the map."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from framed import Framed
from opened import ARTIFACTS
from playwright.sync_api import Browser, Route, expect

pytestmark = pytest.mark.browser

STARTED_WITHIN, SEEN_WITHIN = 90, 60  # seconds; a tenth of it on an idle machine
APP = """\
import marimo

app = marimo.App()


@app.cell
def _():
    import marimo as mo
    from geomap import maps
    from geomap.datasets import sample_mentions

    made = maps.widget(sample_mentions(), title="Where the bridges are")
    w = mo.ui.anywidget(made)
    w
    return made, mo, w


@app.cell
def _(made, mo):
    def choose(_):
        made.selected = "geonames:95446"
        made.filters = {"sources": ["Courier"]}

    mo.ui.button(label="Choose Erbil", on_click=choose)


@app.cell
def _(mo, w):
    w.value
    mo.md(f"Selected: {len(w.selected_mentions)} mentions of {' '.join(w.selected)}, to {w.filters['to']}")


if __name__ == "__main__":
    app.run()
"""


@pytest.fixture
def address(tmp_path: Path) -> Iterator[str]:
    """Return the address of a running app, with settings of its own."""
    (tmp_path / "app.py").write_text(APP, "utf-8")
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        port = listening.getsockname()[1]
    command = [sys.executable, "-m", "marimo", "-q", "run", "app.py", "--headless", "--no-token"]
    command += ["--host", "127.0.0.1", "--port", str(port)]
    own = {"MARIMO_SKIP_UPDATE_CHECK": "1"} | {
        f"XDG_{name}_HOME": str(tmp_path / name.lower()) for name in ("CONFIG", "STATE", "DATA")
    }
    log = tmp_path / "log.txt"
    with log.open("wb") as out:
        process = subprocess.Popen(command, cwd=tmp_path, env=os.environ | own, stdout=out, stderr=out)
        try:
            _wait_for(f"http://127.0.0.1:{port}/health", process, log)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            try:
                process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _wait_for(address: str, process: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + STARTED_WITHIN
    while time.monotonic() < until and process.poll() is None:
        try:
            with urllib.request.urlopen(address, timeout=5):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.3)
    pytest.fail(f"marimo did not start: {log.read_text('utf-8', 'replace')[-2000:]}")


def test_the_widget_and_the_cells_of_marimo_follow_each_other(address: str, chromium: Browser) -> None:
    context = chromium.new_context(viewport={"width": 1280, "height": 1000})
    context.set_default_timeout(SEEN_WITHIN * 1000)
    page = context.new_page()

    def pass_local(route: Route) -> None:
        if route.request.url.startswith((address, "data:", "blob:", "about:")):
            route.continue_()
        else:
            route.abort()

    context.route("**/*", pass_local)
    page.goto(address)
    shown = Framed(page, page.locator("iframe[title='Where the bridges are']"))
    shown.click("Erbil")
    expect(page.get_by_text("Selected: 2 mentions of geonames:95446, to None")).to_be_visible(timeout=20_000)
    shown.brush(0.5, 0.01)
    expect(page.get_by_text("geonames:95446, to 2017-03-1")).to_be_visible(timeout=20_000)
    shown.inside.get_by_role("button", name="Close").press("Enter")
    expect(page.get_by_text("Selected: 0 mentions")).to_be_visible(timeout=20_000)
    page.get_by_role("button", name="Choose Erbil").click()
    shown.wait_until("thePlaces.selected === thePlaces.model.number.get('geonames:95446')")
    shown.wait_until("thePlaces.model.totals.mentions === 5")
    expect(page.get_by_text("Selected: 2 mentions of geonames:95446, to None")).to_be_visible(timeout=20_000)
    ARTIFACTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=ARTIFACTS / "marimo.png")
    context.close()
