"""The map in a notebook's frame, and what tests ask of it."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Frame, FrameLocator, Locator, Page

SCROLLED = 500  # milliseconds until a mouse meets what was scrolled in a frame of another origin
READY = """() => {
    const name = Object.keys(window).find((key) => key.startsWith("map_"));
    if (!name || !document.querySelector("[data-geomap-drawn]")) {
        return false;
    }
    window.theMap = window[name];
    window.theMap.eachLayer((layer) => {
        if (layer.options.pane === "geomap-places") window.thePlaces = layer;
    });
    return Boolean(window.thePlaces.model && window.theMap.geomapNotebook);
}"""


class Framed:
    """The map of a widget: its frame on the page of a notebook."""

    def __init__(self, page: Page, element: Locator) -> None:
        self.page, self.element = page, element
        element.wait_for()
        element.scroll_into_view_if_needed()
        handle = element.element_handle()
        assert handle is not None
        frame = handle.content_frame()
        assert frame is not None
        self.frame: Frame = frame
        frame.wait_for_function(READY)

    @property
    def inside(self) -> FrameLocator:
        """What is in the frame."""
        return self.element.content_frame

    def ask(self, script: str, given: Any = None) -> Any:
        """Return what a script says in the frame, where the map is ``theMap`` and its places are ``thePlaces``."""
        return self.frame.evaluate(script, given)

    def wait_until(self, script: str) -> None:
        """Wait until a script says in the frame that something is so."""
        # As a function: the page's policy lets no text run.
        self.frame.wait_for_function(f"() => Boolean({script})")

    def click(self, name: str) -> None:
        """Click a place where it is drawn."""
        x, y = self.ask(
            """(name) => {
                const number = thePlaces.model.places.name.indexOf(name);
                const { x, y } = theMap.latLngToContainerPoint(thePlaces.nearest(number));
                return [x, y];
            }""",
            name,
        )
        box = self.element.bounding_box()
        assert box is not None
        self.page.mouse.click(box["x"] + x, box["y"] + y)

    def brush(self, begin: float, end: float) -> None:
        """Drag over the histogram of time, from one share of its width to another."""
        chart = self.inside.locator(".geomap-chart")
        chart.scroll_into_view_if_needed()
        self.page.wait_for_timeout(SCROLLED)
        box = chart.bounding_box()
        assert box is not None
        mouse, high = self.page.mouse, box["y"] + box["height"] / 2
        mouse.move(box["x"] + begin * box["width"], high)
        mouse.down()
        mouse.move(box["x"] + end * box["width"], high, steps=5)
        mouse.up()
