"""Which of the scripts and styles that Folium puts on every page a map really uses."""

from __future__ import annotations

import re
from collections.abc import Iterable

from branca.element import Element

from geomap.maps.assets import Asset, AssetUnavailable, Shelf

# Signs in a page, by npm package, that something on it uses the package.
_SIGNS = {
    "jquery": re.compile(r"\bjQuery\b|(?<![\w$])\$\s?[(.]"),
    "@fortawesome/fontawesome-free": re.compile(r"\bfa-(?!rotate-)[a-z]|[\"']?\bprefix[\"']?\s*:\s*[\"']fa"),
    "@neos21/bootstrap3-glyphicons": re.compile(r"\bglyphicon"),
    "drmonty-leaflet-awesome-markers": re.compile(r"\bAwesomeMarkers\b"),
}
_BROUGHT = {"@fortawesome/fontawesome-free": "font-awesome"}
_BOOTSTRAP_CALLED = re.compile(r"\bbootstrap\.|\bdata-bs-")
_CLASSES = re.compile(r"\bclass(?:Name)?\\?[\"']?\s*[=:]\s*\\?[\"']([^\"'\\]+)")
_OTHERS = ("folium", "geomap", "leaflet")  # whose classes are no one else's
_STYLED = re.compile(r"\.(-?[A-Za-z_][\w-]*)")
_DATA = re.compile(r"<script type=\"application/[^>]*>.*?</script>", re.DOTALL)
_TURNED = re.compile(r"\bfa-rotate-(-?\d+)\b")
# Elements that show HTML of the map's maker, which Bootstrap's style changes.
_HOLDS_HTML = ("DivIcon", "GeoJsonPopup", "Html", "IFrame", "Popup", "VegaLite", "Vega")


class Needs:
    """What a page uses.

    Parameters
    ----------
    page
        The document without its linked scripts and styles.
    elements
        The elements of the map.
    assets
        What stands for the page's links.
    """

    def __init__(self, page: str, elements: Iterable[Element], assets: Iterable[Asset]) -> None:
        self.page = _DATA.sub("", page)
        self._brought = {name for asset in assets for name in asset.brings}
        self._html = any(_holds_html(element) for element in elements)

    def has(self, url: str, asset: Asset, shelf: Shelf) -> bool:
        """Return whether the page uses what stands for a link."""
        package = asset.package
        if package == "bootstrap":
            if url.endswith(".js"):
                return _BOOTSTRAP_CALLED.search(self.page) is not None
            return self._html or self._dressed(asset, url, shelf)
        if package not in _SIGNS:
            return True
        return _BROUGHT.get(package) in self._brought or _SIGNS[package].search(self.page) is not None

    def _dressed(self, asset: Asset, url: str, shelf: Shelf) -> bool:
        """Return whether the page uses a class of a style sheet; true where that cannot be read."""
        used = {name for names in _CLASSES.findall(self.page) for name in names.split() if not name.startswith(_OTHERS)}
        if not used:
            return False
        try:
            css = "".join(shelf.read(file, url).decode("utf-8") for file in asset.files)
        except AssetUnavailable:
            return True
        return not used.isdisjoint(_STYLED.findall(css))

    def turns(self) -> str:
        """Return the style of markers that are turned, nothing where none is."""
        angles = sorted({int(angle) for angle in _TURNED.findall(self.page)} - {0})
        return "".join(f".fa-rotate-{angle}{{transform:rotate({angle}deg)}}" for angle in angles)


def _holds_html(element: Element) -> bool:
    module = type(element).__module__
    if module.startswith(("folium.", "geomap.", "branca.")):
        return type(element).__name__ in _HOLDS_HTML
    return True
