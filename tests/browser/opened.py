"""A page of an exported map, opened without a network, and what tests ask of it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Dialog, Page, Route

ARTIFACTS = Path(__file__).resolve().parents[1] / "artifacts"
DESKTOP, PHONE = (1280, 800), (390, 844)


class Opened:
    """A page that was opened without a network, and what it tried to do."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.complaints: list[str] = []
        self.requests: list[str] = []
        page.on("console", self._heard)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("dialog", self._dismiss)

    def _dismiss(self, dialog: Dialog) -> None:
        self.complaints.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def _heard(self, message: object) -> None:
        if message.type in ("error", "warning"):  # type: ignore[attr-defined]
            self.complaints.append(message.text)  # type: ignore[attr-defined]

    def block(self, route: Route) -> None:
        """Let files and data pass, and nothing else."""
        if route.request.url.startswith(("file:", "data:", "blob:")):
            route.continue_()
        else:
            self.requests.append(route.request.url)
            route.abort()

    def wait(self) -> Opened:
        """Wait until the places are drawn, and leave the map and its layer in ``window``."""
        self.page.wait_for_selector("[data-geomap-drawn]", state="attached")
        self.page.evaluate(
            """() => {
                const name = Object.keys(window).find((key) => key.startsWith("map_"));
                window.theMap = window[name];
                window.theMap.eachLayer((layer) => {
                    if (layer.options.pane === "geomap-places") window.thePlaces = layer;
                    if (layer.options.pane === "geomap-basemap") window.theBasemap = layer;
                });
            }"""
        )
        self.until("!window.theBasemap || window.theBasemap.world !== undefined")
        return self

    def until(self, condition: str) -> None:
        """Wait until a condition holds; Playwright's own way is forbidden by the page's policy."""
        for _ in range(100):
            if self.page.evaluate(condition):
                return
            self.page.wait_for_timeout(50)
        raise AssertionError(f"it never came to {condition}")

    def symbol(self, name: str) -> tuple[float, float]:
        """Return the pixel at which a place is drawn, nearest to the middle of the map."""
        x, y = self.page.evaluate(
            """(name) => {
                const number = thePlaces.model.places.name.indexOf(name);
                const { x, y } = theMap.latLngToContainerPoint(thePlaces.nearest(number));
                return [x, y];
            }""",
            name,
        )
        return x, y

    def show_from(self, day: str) -> None:
        """Leave out what was published before a day, such as ``2018-01-01``."""
        self.page.evaluate("(day) => thePlaces.model.set({ from: Date.parse(day) / 86400000 })", day)

    def keep(self, name: str) -> None:
        """Write a screenshot to ``tests/artifacts``."""
        ARTIFACTS.mkdir(parents=True, exist_ok=True)
        self.page.wait_for_timeout(400)
        self.page.screenshot(path=ARTIFACTS / f"{name}.png")


Open = Callable[..., Opened]
