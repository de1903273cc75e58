"""The notebooks in a real JupyterLab: run from its menu, the map and the labeling widget drawn in output cells."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import nbformat
import pytest
from framed import Framed
from opened import ARTIFACTS
from playwright.sync_api import Browser, Page, Route

pytestmark = pytest.mark.browser

ROOT = Path(__file__).resolve().parents[2]
STARTED_WITHIN, RUN_WITHIN = 90, 40  # seconds; a tenth of it on an idle machine
LABELING = """\
import geomap
from geomap.evaluation import label, precision, sample

articles = geomap.read_articles("../data/corpora/mosul").head(10)
mentions = geomap.geoparse(articles)
labeled = label(sample(mentions[mentions["status"] == "resolved"], 3, by=None), path="labels.csv")
"""


SHOWN = """\
import json
from geomap import maps
from geomap.datasets import sample_mentions

mentions = sample_mentions()
w = maps.widget(mentions, title="Where the bridges are")
w
"""
SAVED = """\
from geomap import explore, maps
from geomap.datasets import sample_mentions

display(explore(sample_mentions(), title="Explored"))
maps.widget(sample_mentions(), title="Both ways")
"""
SETTLED = 800  # milliseconds until the kernel has heard what the map says
EVERYTHING = {"from": None, "to": None, "sources": None, "kinds": None, "certain": 50, "possible": True} | {
    "embedded": False,
    "approximate": False,
    "text": "",
}
ASKED = """\
print(json.dumps({"selected": w.selected, "view": w.view, "filters": dict(w.filters), "shown": len(w.shown_mentions),
    "verdicts": [row["verdict"] for row in w.corrections], "named": w.selected_mentions["name"].tolist(),
    "checked": w.corrected_mentions["checked"].dropna().tolist()}))
"""


class Lab(NamedTuple):
    """A running JupyterLab over a folder."""

    url: str
    token: str
    notebooks: Path


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """Return a JupyterLab with settings of its own, over a folder that holds the notebooks and the data."""
    folder = tmp_path_factory.mktemp("lab")
    notebooks = folder / "work" / "notebooks"
    notebooks.mkdir(parents=True)
    (folder / "work" / "data").symlink_to(ROOT / "data")
    shutil.copy(ROOT / "notebooks" / "01-first-map.ipynb", notebooks)
    _write(notebooks / "label.ipynb", LABELING)
    _write(notebooks / "widget.ipynb", SHOWN, ASKED)
    _write(notebooks / "saved.ipynb", SAVED)
    token, port = secrets.token_hex(16), _free_port()
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", "--ip=127.0.0.1"]
    command += [f"--port={port}", "--ServerApp.port_retries=0", f"--IdentityProvider.token={token}"]
    command += [
        f"--ServerApp.root_dir={folder / 'work'}",
    ]
    with (folder / "log.txt").open("wb") as log:
        process = subprocess.Popen(command, env=_own_settings(folder), stdout=log, stderr=log, cwd=folder)
        try:
            _wait_for(f"http://127.0.0.1:{port}/api/status?token={token}", process, folder / "log.txt")
            yield Lab(f"http://127.0.0.1:{port}", token, notebooks)
        finally:
            process.terminate()
            try:
                process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _write(path: Path, *cells: str) -> None:
    """Write a notebook that asks for the same kernel as those that ship."""
    notebook = nbformat.read(ROOT / "notebooks" / "01-first-map.ipynb", as_version=4)
    notebook.cells = [nbformat.v4.new_code_cell(cell) for cell in cells]
    nbformat.write(notebook, path)


def _free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])


def _own_settings(folder: Path) -> dict[str, str]:
    names = ("CONFIG_DIR", "DATA_DIR", "RUNTIME_DIR")
    own = {f"JUPYTER_{name}": str(folder / name.lower()) for name in names}
    for name in ("SETTINGS", "WORKSPACES"):
        own[f"JUPYTERLAB_{name}_DIR"] = str(folder / name.lower())
    _keep_settings(folder / "settings")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("JUPYTER", "IPYTHON"))}
    return kept | own | {"IPYTHONDIR": str(folder / "ipython"), "JUPYTER_NO_CONFIG": "1"}


def _keep_settings(folder: Path) -> None:
    """Let JupyterLab ask nothing about news, and keep cells out of view on the page, where the test looks for them."""
    for plugin, name, settings in (
        ("apputils-extension", "notification", {"fetchNews": "false", "checkForUpdates": False}),
        ("notebook-extension", "tracker", {"windowingMode": "none"}),
    ):
        file = folder / "@jupyterlab" / plugin / f"{name}.jupyterlab-settings"
        file.parent.mkdir(parents=True)
        file.write_text(json.dumps(settings), "utf-8")


def _wait_for(address: str, process: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + STARTED_WITHIN
    while time.monotonic() < until and process.poll() is None:
        try:
            with urllib.request.urlopen(address, timeout=5):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.3)
    pytest.fail(f"JupyterLab did not start: {log.read_text('utf-8', 'replace')[-2000:]}")


class Opened(NamedTuple):
    """A notebook in the browser, what it complained of and what it asked for elsewhere."""

    page: Page
    complaints: list[str]
    elsewhere: list[str]

    def run_all(self) -> None:
        """Run every cell from the menu and wait until the kernel is done."""
        page = self.page
        page.get_by_role("menuitem", name="Run", exact=True).click()
        page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
        prompts = ".jp-CodeCell .jp-InputArea-prompt"
        page.wait_for_function(
            """(prompts) => [...document.querySelectorAll(prompts)].every((each) => /\\[\\d+\\]/.test(each.textContent))""",
            arg=prompts,
        )

    def run(self, number: int, code: str | None = None) -> str:
        """Run a cell, with other code in it if some is given, and return what it prints."""
        page = self.page
        cell = page.locator(".jp-CodeCell").nth(number)
        before = cell.locator(".jp-InputArea-prompt").first.inner_text()
        cell.locator(".cm-content").click()
        if code is not None:
            page.keyboard.press("Control+A")
            page.keyboard.insert_text(code)
        page.keyboard.press("Control+Enter")
        page.wait_for_function(
            """([number, before]) => {
                const cell = document.querySelectorAll(".jp-CodeCell")[number];
                const now = cell.querySelector(".jp-InputArea-prompt").textContent;
                return /\\[\\d+\\]/.test(now) && now !== before;
            }""",
            arg=[number, before],
        )
        printed = cell.locator(".jp-OutputArea-output pre")
        return printed.first.inner_text() if printed.count() else ""


@pytest.fixture
def open_notebook(lab: Lab, chromium: Browser) -> Iterator[Callable[[str], Opened]]:
    """Return a function that opens a notebook, cut off from all but this machine."""
    context = chromium.new_context(viewport={"width": 1280, "height": 1000})
    context.set_default_timeout(RUN_WITHIN * 1000)

    def opened(name: str) -> Opened:
        notebook = Opened(context.new_page(), [], [])

        def pass_local(route: Route) -> None:
            if route.request.url.startswith((f"{lab.url}/", "data:", "blob:", "about:")):
                route.continue_()
            else:
                notebook.elsewhere.append(route.request.url)
                route.abort()

        context.route("**/*", pass_local)
        page = notebook.page
        page.on("pageerror", lambda error: notebook.complaints.append(str(error)))
        page.on("console", lambda said: notebook.complaints.append(said.text) if said.type == "error" else None)
        # A workspace of its own, since a shared one brings back the tabs of the test before.
        page.goto(f"{lab.url}/lab/workspaces/{name[:5]}/tree/notebooks/{name}?token={lab.token}")
        page.wait_for_selector(".jp-NotebookPanel .jp-Notebook-cell")
        # Whoever runs a cell before the kernel is there is asked which kernel to take.
        page.get_by_text("Python 3 (ipykernel) | Idle").wait_for()
        return notebook

    yield opened
    context.close()


def _keep(page: Page, name: str) -> None:
    ARTIFACTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=ARTIFACTS / f"{name}.png")


def _of_ours(complaints: list[str]) -> list[str]:
    """Return the complaints that speak of the map, not of JupyterLab's own missing services."""
    ours = ("geomap", "leaflet", "map_", "L is not defined", "is not a function", "Content Security Policy")
    return [text for text in complaints if any(word in text for word in ours)]


def test_the_first_notebook_runs_from_the_menu_and_shows_its_map(
    open_notebook: Callable[[str], Opened], lab: Lab
) -> None:
    notebook = open_notebook("01-first-map.ipynb")
    notebook.run_all()
    page = notebook.page
    assert page.locator(".jp-OutputArea-output[data-mime-type='application/vnd.jupyter.stderr']").count() == 0
    page.get_by_role("heading", name="The map").scroll_into_view_if_needed()
    frame = page.frame_locator(".jp-OutputArea-output iframe")
    drawn = frame.locator("[data-geomap-drawn]").first
    drawn.wait_for(state="attached")
    page.locator(".jp-OutputArea-output iframe").scroll_into_view_if_needed()
    page.wait_for_timeout(600)
    _keep(page, "jupyterlab")
    inks = frame.locator("canvas").evaluate_all(
        """(canvases) => canvases.filter((each) => each.width && each.height).map((canvas) => {
            const pixels = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
            let inked = 0;
            for (let at = 3; at < pixels.length; at += 4) inked += pixels[at] > 0;
            return inked;
        })"""
    )
    assert max(inks) > 2000
    assert frame.get_by_role("heading", name="Where these reports happen").is_visible()
    assert _of_ours(notebook.complaints) == []
    assert notebook.elsewhere == []
    assert (lab.notebooks / "01-first-map.html").stat().st_size > 100_000


def test_the_labeling_widget_takes_clicks_and_keeps_them(open_notebook: Callable[[str], Opened], lab: Lab) -> None:
    notebook = open_notebook("label.ipynb")
    notebook.run_all()
    page = notebook.page
    for button in ("Right", "Wrong place", "Not a place"):
        page.get_by_role("button", name=button, exact=True).click()
        page.wait_for_timeout(300)
    page.get_by_text("3 of 3, 3 labeled").wait_for()
    assert page.locator(".jp-OutputArea-output mark").count() >= 1
    _keep(page, "labeling")
    kept = (lab.notebooks / "labels.csv").read_text("utf-8")
    assert all(f",{given}," in kept for given in ("right", "wrong place", "not a place"))


def test_the_widget_and_python_follow_each_other(open_notebook: Callable[[str], Opened]) -> None:
    notebook = open_notebook("widget.ipynb")
    page = notebook.page
    notebook.run(0)
    frames = page.locator(".jp-OutputArea-output iframe:visible")
    shown = Framed(page, frames.first)

    # What the analyst does is a table in the next cell.
    shown.click("Erbil")
    shown.brush(0.5, 0.01)
    shown.inside.get_by_role("button", name="Check").first.click()
    shown.inside.get_by_role("button", name="Not a place").click()
    page.wait_for_timeout(SETTLED)
    said = json.loads(notebook.run(1, ASKED))
    assert (said["selected"], said["named"]) == (["geonames:95446"], ["Erbil", "Erbil"])
    assert said["filters"] | {"to": None} == EVERYTHING
    assert "2017-03-08" <= said["filters"]["to"] < "2017-03-20"
    assert (said["shown"], said["verdicts"], said["checked"]) == (8, ["not a place"], ["not a place"])

    # What Python sets is on the map.
    notebook.run(1, 'w.selected = "geonames:98182"; w.filters = {"sources": ["Courier"]}')
    shown.wait_until("thePlaces.selected === thePlaces.model.number.get('geonames:98182')")
    assert shown.ask("thePlaces.model.totals.mentions") == 5
    assert shown.inside.get_by_role("heading", name="Baghdad").is_visible()
    notebook.run(1, "w.view = (33.3, 44.4, 7); w.only = mentions[mentions['name'] != 'Mosul']; w.corrections = []")
    shown.wait_until("theMap.getZoom() === 7 && thePlaces.model.state.only && !thePlaces.corrections.list.length")
    assert shown.ask("[theMap.getCenter().lat, theMap.getCenter().lng].map((part) => +part.toFixed(3))") == [33.3, 44.4]
    assert shown.inside.get_by_role("button", name="Remove filter: 7 mentions from the notebook").is_visible()
    page.wait_for_timeout(SETTLED)
    said = json.loads(notebook.run(1, ASKED))
    assert (said["view"], said["shown"], said["verdicts"]) == ([33.3, 44.4, 7], 3, [])
    notebook.run(1, "w.selected = mentions[mentions['source'] == 'Gazette']; w.filters = {}; w.only = None")
    shown.wait_until("thePlaces.marked.size === 5 && thePlaces.model.totals.mentions === 10")
    _keep(page, "widget")

    # Another view of the same map follows too, and so does one that comes later.
    notebook.run(1, "w")
    again = Framed(page, frames.nth(1))
    again.wait_until("thePlaces.marked.size === 5")
    again.click("Baghdad")
    shown.wait_until("thePlaces.selected === thePlaces.model.number.get('geonames:98182')")
    page.wait_for_timeout(SETTLED)
    _keep(page, "widget-again")
    assert _of_ours(notebook.complaints) == []
    assert notebook.elsewhere == []


def test_a_notebook_that_is_opened_again_shows_its_maps_if_it_is_trusted(
    open_notebook: Callable[[str], Opened], lab: Lab
) -> None:
    notebook = open_notebook("saved.ipynb")
    page = notebook.page
    notebook.run(0)
    Framed(page, page.locator("iframe[title='Both ways']:visible"))
    assert page.locator("iframe[title='Both ways']:visible").count() == 1
    page.keyboard.press("Escape")
    page.keyboard.press("Control+S")
    page.wait_for_function("!document.querySelector('.jp-Document.jp-mod-dirty, .lm-TabBar-tab.jp-mod-dirty')")
    page.wait_for_timeout(SETTLED)
    saved = (lab.notebooks / "saved.ipynb").read_text("utf-8")
    assert "data-geomap-static" in saved
    # The same file from somebody else, whom nobody trusts.
    (lab.notebooks / "other.ipynb").write_text(saved.replace("Both ways", "Both paths"), "utf-8")
    page.get_by_role("menuitem", name="Kernel", exact=True).click()
    page.get_by_role("menuitem", name="Shut Down Kernel", exact=True).click()
    page.wait_for_timeout(SETTLED)
    page.reload()
    page.wait_for_selector(".jp-NotebookPanel .jp-Notebook-cell")
    for title in ("Explored", "Both ways"):
        element = page.locator(f"iframe[title='{title}']:visible")
        element.scroll_into_view_if_needed()
        element.content_frame.locator("[data-geomap-drawn]").wait_for()
    _keep(page, "widget-reopened")
    page.goto(f"{lab.url}/lab/workspaces/other/tree/notebooks/other.ipynb?token={lab.token}")
    page.wait_for_selector(".jp-NotebookPanel .jp-Notebook-cell")
    page.get_by_text("To see the map, trust this notebook.").first.wait_for()
    _keep(page, "widget-untrusted")
    assert page.locator("iframe").count() == 0
