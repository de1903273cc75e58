"""A headless Chromium that opens exported maps, cut off from the network."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
from opened import DESKTOP, PHONE, Open, Opened
from playwright.sync_api import Browser, sync_playwright

from geomap.maps import vendor

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
    folder = vendor._installed_folder()
    with pytest.MonkeyPatch.context() as patch:
        if not folder.is_dir():
            folder = tmp_path_factory.mktemp("leaflet")
            sums = json.loads((ROOT / "geomap" / "maps" / "leaflet.json").read_text("utf-8"))["1.9.4"]
            try:
                _hook().fetch(folder, sums)
            except (OSError, subprocess.SubprocessError) as error:
                pytest.fail(f"Leaflet is not here ({error}): install npm, then pip install -e .")
            patch.setattr(vendor, "_installed_folder", lambda: folder)
        yield folder


def _hook() -> ModuleType:
    path = ROOT / "data" / "recipes" / "vendor" / "hatch_build.py"
    spec = importlib.util.spec_from_file_location("hatch_build", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


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
