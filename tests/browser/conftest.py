"""A headless Chromium that opens exported maps, cut off from the network."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
from opened import DESKTOP, PHONE, Open, Opened
from playwright.sync_api import Browser, sync_playwright

from geomap.maps import _assets

ROOT = Path(__file__).resolve().parents[2]
ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
LEAFLET = "leaflet@1.9.4"
CHARTS = ("vega", "leaflet-dvf", "topojson", "d3@3")  # what no plugin needs
INSTALL = ["apt-get", "install", "-y", "chromium", "fonts-dejavu", "fonts-noto-core"]


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Return a running Chromium."""
    with sync_playwright() as playwright:
        found = _chromium(playwright.chromium.executable_path)
        if found is None:
            pytest.fail("no Chromium: apt-get install chromium, or playwright install chromium, or set CHROMIUM")
        browser = playwright.chromium.launch(executable_path=found, args=ARGUMENTS)
        yield browser
        browser.close()


def _chromium(of_playwright: str) -> str | None:
    if not (found := _found(of_playwright)) and Path("/etc/debian_version").exists() and os.geteuid() == 0:
        subprocess.run(["apt-get", "update"], check=False, capture_output=True)
        subprocess.run(INSTALL, check=False, capture_output=True)
        found = _found(of_playwright)
    return found


def _found(of_playwright: str) -> str | None:
    names = (os.environ.get("CHROMIUM"), "chromium", "chromium-browser", "google-chrome", of_playwright)
    return next((path for name in names if name and (path := shutil.which(name))), None)


@pytest.fixture(scope="session")
def leaflet_files(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Return a folder with Leaflet's files: the installed ones, else from npm as the build hook takes them."""
    folder = _assets._installed_folder()
    with pytest.MonkeyPatch.context() as patch:
        if not (folder / LEAFLET).is_dir():
            folder = tmp_path_factory.mktemp("vendor")
            _from_npm(folder, {LEAFLET})
            patch.setattr(_assets, "_installed_folder", lambda: folder)
        yield folder / LEAFLET / "dist"


@pytest.fixture(scope="session")
def every_asset(tmp_path_factory: pytest.TempPathFactory, leaflet_files: Path) -> Iterator[None]:
    """Put everything that any plugin of Folium needs in a cache folder, from npm at the pinned versions."""
    folder = tmp_path_factory.mktemp("cache")
    _from_npm(folder / "maps", {one for one in _assets._table()["packages"] if not one.startswith(CHARTS)})
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GEOMAP_CACHE", str(folder))
        yield


def _from_npm(folder: Path, packages: set[str]) -> None:
    wanted = {package: sums for package, sums in _assets._table()["packages"].items() if package in packages}
    try:
        _hook().fetch(folder, wanted)
    except (OSError, subprocess.SubprocessError) as error:
        pytest.fail(f"what maps need is not here ({error}): install npm, then pip install -e .")


def _hook() -> ModuleType:
    path = ROOT / "data" / "recipes" / "vendor" / "hatch_build.py"
    spec = importlib.util.spec_from_file_location("hatch_build", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def open_again(chromium: Browser) -> Iterator[Open]:
    """Return a function that opens a file as ``open_offline`` does, in a context that many tests share."""
    context = chromium.new_context(viewport={"width": 640, "height": 480})
    context.set_offline(True)
    context.set_default_timeout(15_000)

    def opened(path: Path) -> Opened:
        for old in context.pages:
            old.close()
        page = Opened(context.new_page())
        page.page.route("**/*", page.block)
        page.page.goto(path.resolve().as_uri())
        return page

    yield opened
    context.close()


@pytest.fixture
def open_offline(chromium: Browser) -> Iterator[Open]:
    """Return a function that opens a file from disk with the network cut off."""
    contexts = []

    def opened(path: Path, *, size: tuple[int, int] = DESKTOP, scheme: str = "light") -> Opened:
        phone = size == PHONE
        context = chromium.new_context(
            viewport={"width": size[0], "height": size[1]},
            color_scheme="dark" if scheme == "dark" else "light",
            device_scale_factor=2 if phone else 1,
            has_touch=phone,
            is_mobile=phone,
        )
        contexts.append(context)
        context.set_offline(True)
        context.set_default_timeout(15_000)
        page = Opened(context.new_page())
        context.route("**/*", page.block)
        page.page.goto(path.resolve().as_uri())
        return page

    yield opened
    for context in contexts:
        context.close()
