"""A map's document with every script, style, font and image written into it."""

from __future__ import annotations

import base64
import hashlib
import math
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from html import escape
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import folium
from branca.element import CssLink, Element, Figure, JavascriptLink
from folium.template import Template

from geomap.maps._assets import Asset, AssetUnavailable, Shelf, asset_of, inlined, left_out
from geomap.maps._disclosure import FULL, Disclosure
from geomap.maps._layers import Basemap
from geomap.maps._markup import Verbatim, below, data_uri, is_known, script_tag, style_tag

if TYPE_CHECKING:
    from geomap.maps._corpus import Corpus

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


_INLINE_SCRIPT = re.compile(r"<script>(.*?)</script>", re.DOTALL)
_HEIGHT = 600  # pixels, in a notebook


class Page(Figure):
    """The document that holds a geomap map, with a title and a language, fit for phones and for zooming.

    Parameters
    ----------
    title
        What the browser's tab says.
    language
        A BCP 47 tag.
    """

    _template = Template(
        "<!DOCTYPE html>\n"
        '<html lang="{{ this.language|e }}">\n'
        "<head>\n"
        '<meta charset="utf-8">\n'
        "<title>{{ this.title|e }}</title>\n"
        "{{ this.header.render(**kwargs) }}\n"
        "</head>\n"
        "<body>\n"
        "<main>\n{{ this.html.render(**kwargs) }}\n</main>\n"
        "<script>\n{{ this.script.render(**kwargs) }}\n</script>\n"
        "</body>\n"
        "</html>\n"
    )

    def __init__(self, *, title: str = "Map", language: str = "en") -> None:
        super().__init__(title=title)
        self.language = language
        self.header._children.pop("meta_http", None)

    def _repr_html_(self, **kwargs: Any) -> str:
        """Return the page in a frame that a notebook shows without a network."""
        document, _ = self_contained(self, fetch=True)
        size = f'width="100%" height="{self.height or self._height()}"'
        return (
            '<span style="color:#565656">To see the map, trust this notebook.</span>'
            f'<iframe srcdoc="{escape(document)}" title="{escape(self.title or "Map")}" {size} '
            'style="display:block;border:0;margin-top:-1.4em;position:relative" allowfullscreen></iframe>'
        )

    def _height(self) -> int:
        """Return how many pixels high a notebook shows the page: as high as its maps, where they say so in pixels."""
        maps = [child for child in self._children.values() if isinstance(child, folium.Map)]
        heights = [_pixels(m.height) + _pixels(m.top) for m in maps if _pixels(m.height)]
        return math.ceil(sum(heights)) or _HEIGHT


def _pixels(size: tuple[float, str]) -> float:
    """Return a size as Folium keeps it in pixels; 0 where it is a share of the page."""
    return size[0] if size[1] == "px" else 0.0


@contextmanager
def disclosed(root: Element, disclosure: Disclosure) -> Iterator[None]:
    """Let the corpora of a map disclose only so much for a while."""
    corpora: list[Corpus] = [
        corpus for corpus in (getattr(element, "corpus", None) for element in below(root)) if corpus is not None
    ]
    try:
        for corpus in corpora:
            corpus.disclose(disclosure)
        yield
    finally:
        for corpus in corpora:
            corpus.disclose(FULL)


def _tile_hosts(root: Figure) -> list[str]:
    """Return the servers that the map's tiles come from, as a policy names them."""
    hosts = set()
    for element in below(root):
        url = getattr(element, "tiles", None) or getattr(element, "url", None)
        if isinstance(url, str) and url.startswith(("http:", "https:")) and type(element).__name__.endswith(_TILED):
            parts = urlsplit(re.sub(r"\{s\}", "*", url))
            # A policy allows a * as the first label only.
            host = re.sub(r"^[^.]*\*[^.]*(?=\.)", "*", parts.netloc)
            hosts.add(f"{parts.scheme}://{host}" if re.fullmatch(r"[\w.*:-]+", host) else f"{parts.scheme}:")
    return sorted(hosts)


_TILED = ("Tiles", "TileLayer", "WmsTileLayer")


def policy(document: str, root: Figure) -> str:
    """Return a content security policy that runs only the scripts that the page was written with.

    The second wall behind the escaping: were a word of an article ever to become a script, a browser would not run it.
    Pictures may come from the map's tile servers only. A map that carries layers of others gets no policy: their scripts
    may need what it forbids.
    """
    hosts = _tile_hosts(root)
    digests = {hashlib.sha256(text.encode("utf-8")).digest() for text in _INLINE_SCRIPT.findall(document)}
    hashes = " ".join(f"'sha256-{base64.b64encode(digest).decode('ascii')}'" for digest in sorted(digests))
    return (
        '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; '
        f"script-src {hashes}; style-src 'unsafe-inline'; img-src {' '.join(['data:', 'blob:', *hosts])}; "
        "base-uri 'none'; form-action 'none'\">"
    )


Files = Mapping[str, str | os.PathLike[str]]

_LINKED = re.compile(
    r"<(?:script|link|img|iframe|source|video|audio)\b[^>]*?\b(?:src|href)\s*=\s*\\?[\"']?((?:https?:)?//[^\"'\s>\\]+)",
    re.IGNORECASE,
)
_CLOSEST = 18  # zoom, where neither the map nor any tiles say how close it goes


def self_contained(root: Figure, *, fetch: bool, files: Files | None = None) -> tuple[str, dict[str, str]]:
    """Return a map's document with every script and style in it that geomap knows.

    Parameters
    ----------
    root
        The figure that holds the map.
    fetch
        Whether files may be fetched where they are not installed.
    files
        Files of the caller's own, by the address that the map links to.

    Returns
    -------
    document
        HTML.
    links
        The addresses that the document still links to, each with why.
    """
    with _prepared(root):
        root.render()
        return _written(root, Shelf(fetch=fetch, given=files))


def linked(root: Figure) -> str:
    """Return a map's document as Folium writes it, with links, for pages on the web."""
    root.render()
    document: str = root._template.render(this=root, kwargs={})
    return document


def _written(root: Figure, shelf: Shelf) -> tuple[str, dict[str, str]]:
    children = root.header._children
    linking = {name: child for name, child in children.items() if isinstance(child, JavascriptLink | CssLink)}
    bare = _bare(root, linking)
    links = dict.fromkeys(_LINKED.findall(bare), "geomap leaves it as it is")
    assets = {name: asset_of(child.url) for name, child in linking.items()}
    needs = Needs(bare, below(root), [asset for asset in assets.values() if asset is not None])
    for name, child in linking.items():
        markup, problem = _instead(child, assets[name], needs, shelf)
        if problem:
            links[child.url] = problem
        else:
            children[name] = Verbatim(markup)
    document: str = root._template.render(this=root, kwargs={})
    for url in [url for url in links if _is_picture(url)]:
        try:
            document = document.replace(url, _picture(url, shelf))
            del links[url]
        except AssetUnavailable as error:
            links[url] = str(error)
    if isinstance(root, Page) and not links and all(map(is_known, below(root))):
        document = document.replace('<meta charset="utf-8">', f'<meta charset="utf-8">\n{policy(document, root)}', 1)
    return document, links


def _bare(root: Figure, linking: Mapping[str, Element]) -> str:
    """Return the document without its linked scripts and styles."""
    children = root.header._children
    kept = children.copy()
    for name in linking:
        del children[name]
    try:
        document: str = root._template.render(this=root, kwargs={})
    finally:
        children.clear()
        children.update(kept)
    return document


def _instead(link: JavascriptLink | CssLink, asset: Asset | None, needs: Needs, shelf: Shelf) -> tuple[str, str]:
    """Return what goes on the page instead of a link, and why the link has to stay, one of the two empty."""
    own = shelf.given(link.url)
    if own is not None:
        text = own.decode("utf-8")
        return (script_tag(text) if isinstance(link, JavascriptLink) else style_tag(text)), ""
    if left_out(link.url) is not None:
        turned = needs.turns() if "rotate" in link.url else ""
        return (style_tag(turned) if turned else ""), ""
    if asset is None:
        return "", "geomap has no checksum of it; give a file that stands for it in files="
    if not needs.has(link.url, asset, shelf):
        return "", ""
    try:
        return inlined(link.url, asset, shelf), ""
    except AssetUnavailable as error:
        return "", str(error)


def _is_picture(url: str) -> bool:
    return url.endswith(".png") and asset_of(url) is not None


def _picture(url: str, shelf: Shelf) -> str:
    asset = asset_of(url)
    assert asset is not None
    return data_uri(url, shelf.read(asset.files[0], url))


@contextmanager
def _prepared(root: Figure) -> Iterator[None]:
    """Let a map be ready for a file for a while: land below tiles that may not come, and an end to zooming in.

    Folium hands ``max_zoom`` to tiles only; without any, Leaflet knows no end, and layers that count down from there,
    such as clusters, show nothing.
    """
    parts = (root.header, root.html, root.script)
    before = [part._children.copy() for part in parts]
    maps = [element for element in below(root) if isinstance(element, folium.Map)]
    endless = [m for m in maps if "max_zoom" not in m.options and not _tiles(m)]
    bare = [m for m in maps if _lacks_land(m)]
    try:
        for m in bare:
            land = Basemap()
            land._id = m._id  # so that a map saved twice gives the same file
            m.add_child(land, index=0)
        for m in endless:
            m.options["max_zoom"] = _CLOSEST
        yield
    finally:
        for m in endless:
            del m.options["max_zoom"]
        for m in bare:
            del m._children[f"basemap_{m._id}"]
        for part, kept in zip(parts, before, strict=True):
            part._children.clear()
            part._children.update(kept)


def _tiles(m: folium.Map) -> list[folium.TileLayer]:
    return [element for element in below(m) if isinstance(element, folium.TileLayer)]


def _lacks_land(m: folium.Map) -> bool:
    drawn = any(isinstance(element, Basemap) for element in below(m))
    return not drawn and bool(_tiles(m)) and m.crs == "EPSG3857"
