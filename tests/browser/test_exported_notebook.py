"""Notebooks run and made a page by nbconvert: their maps are there, without a kernel, a network or anybody's trust."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from opened import Open, Opened
from playwright.sync_api import Frame, Locator, expect

pytestmark = pytest.mark.browser

ROOT = Path(__file__).resolve().parents[2]
EXPLORED = """\
import geomap
from geomap.datasets import sample_mentions

mentions = sample_mentions()
geomap.explore(mentions, title="Explored")
"""
WIDGET = """\
w = geomap.maps.widget(mentions, title="Both ways")
w.selected = "geonames:99072"
w
"""


@pytest.fixture(scope="module")
def executed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a notebook with a map and a widget, run by nbconvert, which keeps the state of widgets."""
    path = tmp_path_factory.mktemp("notebook") / "maps.ipynb"
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in (EXPLORED, WIDGET)])
    nbformat.write(notebook, path)
    _nbconvert("--execute", "--to", "notebook", "--inplace", str(path))
    return path


def _nbconvert(*arguments: str) -> None:
    command = [sys.executable, "-m", "nbconvert", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
    assert done.returncode == 0, done.stderr[-2000:]


def _as_page(notebook: Path) -> Path:
    _nbconvert("--to", "html", str(notebook))
    return notebook.with_suffix(".html")


def _drawn_in(opened: Opened, title: str) -> Frame:
    """Return the frame with a map of that title, once its places are drawn."""
    element: Locator = opened.page.locator(f"iframe[title='{title}']:visible")
    element.scroll_into_view_if_needed()
    handle = element.element_handle()
    assert handle is not None
    frame = handle.content_frame()
    assert frame is not None
    frame.wait_for_selector("[data-geomap-drawn]")
    return frame


@pytest.mark.parametrize("keeping_state", [True, False])
def test_a_notebook_made_a_page_shows_its_maps(
    executed: Path, tmp_path: Path, open_offline: Open, keeping_state: bool
) -> None:
    notebook = nbformat.read(executed, as_version=4)
    assert "widgets" in notebook.metadata
    if not keeping_state:
        del notebook.metadata["widgets"]
    nbformat.write(notebook, tmp_path / "maps.ipynb")
    opened = open_offline(_as_page(tmp_path / "maps.ipynb"))
    for title in ("Explored", "Both ways"):
        frame = _drawn_in(opened, title)
        assert frame.get_by_role("heading", name=title).is_visible()
        # The panel of a map that had no size at first is that of a large one.
        assert frame.locator(".geomap-chart").is_visible()
        assert int(frame.locator("[data-geomap-drawn]").get_attribute("data-geomap-drawn") or 0) >= 2
        opened.keep(f"nbconvert-{title.split()[0].lower()}-{keeping_state}")
    assert "trust this notebook" not in opened.page.locator("body").inner_text()
    expect(opened.page.locator("iframe:visible")).to_have_count(2)


def test_the_map_without_a_kernel_waits_and_then_shows(executed: Path, open_offline: Open) -> None:
    opened = open_offline(_as_page(executed))
    waiting = opened.page.locator("[data-geomap-static]")
    assert waiting.evaluate("(each) => getComputedStyle(each).display") == "none"
    expect(waiting).to_be_visible()
    # As the front end of a widget that lives says.
    token = waiting.get_attribute("data-geomap-static")
    opened.page.add_style_tag(content=f'[data-geomap-static="{token}"]{{display:none!important}}')
    expect(waiting).to_be_hidden()
