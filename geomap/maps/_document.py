"""The HTML document of a map, with every script, style, font and image in it."""

from __future__ import annotations

import base64
import hashlib
import math
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from html import escape
from typing import Any
from urllib.parse import urlsplit

import folium
from branca.element import CssLink, Element, Figure, Html, JavascriptLink
from folium.template import Template

from geomap.maps._assets import (
    MIRROR,
    Asset,
    AssetReader,
    AssetUnavailable,
    asset_of,
    inlined,
    is_omitted,
    pinned_links,
)
from geomap.maps._layers import Basemap
from geomap.maps._markup import Verbatim, data_uri, descendants, needs_only_leaflet, script_tag, style_tag

Files = Mapping[str, str | os.PathLike[str]]

_HEIGHT = 600  # pixels, in a notebook
# What a page contains if it uses an npm package.
_USES = {
    "jquery": re.compile(r"\bjQuery\b|(?<![\w$])\$\s?[(.]"),
    "@fortawesome/fontawesome-free": re.compile(r"\bfa-(?!rotate-)[a-z]|[\"']?\bprefix[\"']?\s*:\s*[\"']fa"),
    "@neos21/bootstrap3-glyphicons": re.compile(r"\bglyphicon"),
    "drmonty-leaflet-awesome-markers": re.compile(r"\bAwesomeMarkers\b"),
}
_REQUIRED_AS = {"@fortawesome/fontawesome-free": "font-awesome"}
_USES_BOOTSTRAP = re.compile(r"\bbootstrap\.|\bdata-bs-")
_CLASSES = re.compile(r"\bclass(?:Name)?\\?[\"']?\s*[=:]\s*\\?[\"']([^\"'\\]+)")
_OWN_PREFIXES = ("folium", "geomap", "leaflet")  # of classes that Bootstrap does not style
_STYLED_CLASSES = re.compile(r"\.(-?[A-Za-z_][\w-]*)")
_DATA = re.compile(r"<script type=\"application/[^>]*>.*?</script>", re.DOTALL)
_ROTATED = re.compile(r"\bfa-rotate-(-?\d+)\b")
_INLINE_SCRIPT = re.compile(r"<script>(.*?)</script>", re.DOTALL)
_LINKED = re.compile(
    r"<(?:script|link|img|iframe|source|video|audio)\b[^>]*?\b(?:src|href)\s*=\s*\\?[\"']?((?:https?:)?//[^\"'\s>\\]+)",
    re.IGNORECASE,
)
_CLOSEST_ZOOM = 18  # of maps that neither say it themselves nor have tiles that do
_TILED = ("Tiles", "TileLayer", "WmsTileLayer")
# Elements that show the user's own HTML, which Bootstrap's style changes.
_SHOW_HTML = ("DivIcon", "GeoJsonPopup", "Html", "IFrame", "Popup", "VegaLite", "Vega")


class PageUsage:
    """Which scripts and styles a page uses.

    Parameters
    ----------
    page
        The document without its linked scripts and styles.
    elements
        The elements of the map.
    assets
        What replaces the page's links.
    """

    def __init__(self, page: str, elements: Iterable[Element], assets: Iterable[Asset]) -> None:
        self.page = _DATA.sub("", page)
        self._required = {name for asset in assets for name in asset.requires}
        self._shows_html = any(map(_shows_html, elements))

    def uses(self, url: str, asset: Asset, reader: AssetReader) -> bool:
        """Return whether the page uses what replaces a link."""
        package = asset.package
        if package == "bootstrap":
            if url.endswith(".js"):
                return _USES_BOOTSTRAP.search(self.page) is not None
            return self._shows_html or self._uses_class_of(asset, url, reader)
        if package not in _USES:
            return True
        return _REQUIRED_AS.get(package) in self._required or _USES[package].search(self.page) is not None

    def _uses_class_of(self, asset: Asset, url: str, reader: AssetReader) -> bool:
        """Return whether the page uses a class of a style sheet; true if that cannot be read."""
        used = {
            name
            for names in _CLASSES.findall(self.page)
            for name in names.split()
            if not name.startswith(_OWN_PREFIXES)
        }
        if not used:
            return False
        try:
            css = "".join(reader.read(file, url).decode("utf-8") for file in asset.files)
        except AssetUnavailable:
            return True
        return not used.isdisjoint(_STYLED_CLASSES.findall(css))

    def rotations(self) -> str:
        """Return the style of rotated markers, empty if there are none."""
        angles = sorted({int(angle) for angle in _ROTATED.findall(self.page)} - {0})
        return "".join(f".fa-rotate-{angle}{{transform:rotate({angle}deg)}}" for angle in angles)


def _shows_html(element: Element) -> bool:
    module = type(element).__module__
    return not module.startswith(("folium.", "geomap.", "branca.")) or type(element).__name__ in _SHOW_HTML


class Page(Figure):
    """The document that holds a geomap map, with a title and a language, fit for phones and page zoom.

    Parameters
    ----------
    title
        The title in the browser's tab.
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
        size = f'width="100%" height="{self.height or self.pixels_high()}"'
        return framed(document, self.title or "Map", size)

    def pixels_high(self) -> int:
        """Return the height of the page in a notebook, in pixels: that of its maps if they have one in pixels."""
        maps = [child for child in self._children.values() if isinstance(child, folium.Map)]
        heights = [_pixels(m.height) + _pixels(m.top) for m in maps if _pixels(m.height)]
        return math.ceil(sum(heights)) or _HEIGHT


def framed(document: str, title: str, size: str) -> str:
    """Return a document in a frame, for the output of a notebook.

    What stands in a frame's own text no browser shows. JupyterLab takes the frame away from notebooks that it does not
    trust, and leaves the text.
    """
    return (
        f'<iframe srcdoc="{escape(document)}" title="{escape(title)}" {size} '
        'style="display:block;border:0" allowfullscreen>To see the map, trust this notebook.</iframe>'
    )


def _pixels(size: tuple[float, str]) -> float:
    """Return one of Folium's sizes in pixels; 0 if it is a share of the page."""
    return size[0] if size[1] == "px" else 0.0


def _tile_hosts(root: Figure) -> list[str]:
    """Return the servers that the map's tiles come from, as sources of a content security policy."""
    hosts = set()
    for element in descendants(root):
        url = getattr(element, "tiles", None) or getattr(element, "url", None)
        if isinstance(url, str) and url.startswith(("http:", "https:")) and type(element).__name__.endswith(_TILED):
            parts = urlsplit(re.sub(r"\{s\}", "*", url))
            # A policy allows a * as the first label only.
            host = re.sub(r"^[^.]*\*[^.]*(?=\.)", "*", parts.netloc)
            hosts.add(f"{parts.scheme}://{host}" if re.fullmatch(r"[\w.*:-]+", host) else f"{parts.scheme}:")
    return sorted(hosts)


def policy(document: str, root: Figure, *, linked_from: str = "") -> str:
    """Return a content security policy that runs only the scripts that the page was written with.

    A second defense behind the escaping: should text of an article ever become a script, the browser will not run it.
    Images may come from the map's tile servers only. ``linked_from`` is the server of linked scripts and styles. Maps
    with layers from other packages get no policy, because their scripts may need what it forbids.
    """
    digests = {hashlib.sha256(text.encode("utf-8")).digest() for text in _INLINE_SCRIPT.findall(document)}
    hashes = [f"'sha256-{base64.b64encode(digest).decode('ascii')}'" for digest in sorted(digests)]
    linked = [linked_from] if linked_from else []
    rules = {
        "default-src": ["'none'"],
        "script-src": [*hashes, *linked],
        "style-src": ["'unsafe-inline'", *linked],
        "img-src": ["data:", "blob:", *linked, *_tile_hosts(root)],
        "base-uri": ["'none'"],
        "form-action": ["'none'"],
    }
    content = "; ".join(" ".join([name, *sources]) for name, sources in rules.items())
    return f'<meta http-equiv="Content-Security-Policy" content="{content}">'


def self_contained(root: Figure, *, fetch: bool, files: Files | None = None) -> tuple[str, dict[str, str]]:
    """Return a map's document with every script and style in it that geomap knows.

    Parameters
    ----------
    root
        The figure that holds the map.
    fetch
        Whether files that are not installed may be downloaded.
    files
        The user's own files, by the URL that they replace.

    Returns
    -------
    document
        HTML.
    links
        The URLs that the document still links to, each with the reason.
    """
    with _ready_for_file(root) as maps:
        root.render()
        for m in maps:
            _draw_land_below(m)
        return _document(root, AssetReader(fetch=fetch, replacements=files))


def marked(document: str, place: str) -> str:
    """Return a document marked with where it stands: ``embed``, in a frame on another page; ``widget``, in a notebook's."""
    return document.replace("<head>", f'<head>\n<meta name="geomap" content="{place}">', 1)


def linked(root: Figure) -> str:
    """Return a map's document with links to scripts and styles, for pages on the web.

    Files of npm packages are linked where npm's mirror serves them as published, so that a browser can verify them.
    """
    with _ready_for_file(root):
        root.render()
        header = root.header._children
        for name, child in header.items():
            if isinstance(child, JavascriptLink | CssLink):
                header[name] = Verbatim(_pinned(child)) if _pinned(child) else child
        document = _html(root)
        if isinstance(root, Page) and all(map(needs_only_leaflet, descendants(root))):
            document = _with_policy(document, policy(document, root, linked_from=MIRROR))
        return document


def _pinned(link: JavascriptLink | CssLink) -> str:
    """Return a link with the integrity of its file, empty if geomap has no checksum of it."""
    asset = asset_of(link.url)
    found = None if asset is None else pinned_links(asset)
    return "\n".join(
        f'<link rel="stylesheet" href="{url}" integrity="{integrity}" crossorigin="anonymous">'
        if url.endswith(".css")
        else f'<script src="{url}" integrity="{integrity}" crossorigin="anonymous"></script>'
        for url, integrity in found or []
    )


def _with_policy(document: str, markup: str) -> str:
    return document.replace('<meta charset="utf-8">', f'<meta charset="utf-8">\n{markup}', 1)


def _html(root: Figure) -> str:
    document: str = root._template.render(this=root, kwargs={})
    return document


def _document(root: Figure, reader: AssetReader) -> tuple[str, dict[str, str]]:
    header = root.header._children
    linking = {name: child for name, child in header.items() if isinstance(child, JavascriptLink | CssLink)}
    for name in linking:
        header[name] = Verbatim("")
    bare = _html(root)
    links = dict.fromkeys(_LINKED.findall(bare), "geomap leaves it as it is")
    assets = {name: asset_of(child.url) for name, child in linking.items()}
    usage = PageUsage(bare, descendants(root), [asset for asset in assets.values() if asset is not None])
    for name, child in linking.items():
        markup, problem = _replacement(child, assets[name], usage, reader)
        if problem:
            links[child.url] = problem
            header[name] = child
        else:
            header[name] = Verbatim(markup)
    document = _html(root)
    for url in links.copy():
        asset = asset_of(url) if url.endswith(".png") else None
        if asset is None:
            continue
        try:
            document = document.replace(url, data_uri(url, reader.read(asset.files[0], url)))
            del links[url]
        except AssetUnavailable as error:
            links[url] = str(error)
    if isinstance(root, Page) and not links and all(map(needs_only_leaflet, descendants(root))):
        document = _with_policy(document, policy(document, root))
    return document, links


def _replacement(
    link: JavascriptLink | CssLink, asset: Asset | None, usage: PageUsage, reader: AssetReader
) -> tuple[str, str]:
    """Return what replaces a link, and the reason if the link has to stay."""
    own = reader.replacement(link.url)
    if own is not None:
        text = own.decode("utf-8")
        return (script_tag(text) if isinstance(link, JavascriptLink) else style_tag(text)), ""
    if is_omitted(link.url):
        style = usage.rotations() if "rotate" in link.url else ""
        return (style_tag(style) if style else ""), ""
    if asset is None:
        return "", "geomap has no checksum of it; pass your own copy in files="
    if not usage.uses(link.url, asset, reader):
        return "", ""
    try:
        return inlined(link.url, asset, reader), ""
    except AssetUnavailable as error:
        return "", str(error)


@contextmanager
def _ready_for_file(root: Figure) -> Iterator[list[folium.Map]]:
    """Yield the maps that need land below their tiles; undo afterward what rendering and inlining add to the page.

    Folium writes a map's ``max_zoom`` only with tiles. Without one, Leaflet has no closest zoom, and layers that count
    down from it, such as clusters, show nothing.
    """
    parts = (root.header, root.html, root.script)
    before = [part._children.copy() for part in parts]
    texts = list(_texts_in_templates(root))
    maps = [element for element in descendants(root) if isinstance(element, folium.Map)]
    unlimited = [m for m in maps if "max_zoom" not in m.options and not _has(folium.TileLayer, m)]
    for m in unlimited:
        m.options["max_zoom"] = _CLOSEST_ZOOM
    for element, name, text in texts:
        setattr(element, name, _in_template(text))
    try:
        yield [m for m in maps if _has(folium.TileLayer, m) and not _has(Basemap, m) and m.crs == "EPSG3857"]
    finally:
        for m in unlimited:
            del m.options["max_zoom"]
        for element, name, text in texts:
            setattr(element, name, text)
        for part, children in zip(parts, before, strict=True):
            part._children.clear()
            part._children.update(children)


def _texts_in_templates(root: Figure) -> Iterator[tuple[Element, str, str]]:
    """Yield what Folium puts into template literals of JavaScript: the element, the name of its text, the text."""
    for element in descendants(root):
        if isinstance(element, folium.Popup):
            for part in element.html._children.values():
                if isinstance(part, Html) and isinstance(part.data, str):
                    yield part, "data", part.data
        elif isinstance(element, folium.Tooltip):
            yield element, "text", element.text


def _in_template(text: str) -> str:
    r"""Return text so that a template literal holds it as written; Folium escapes the backticks of popups alone.

    A popup with ``\2019`` in it would be an error of syntax, for which the browser drops the script of the entire map.
    """
    doubled = re.sub(r"\\(?!`)", r"\\\\", text)
    return re.sub(r"(?<!\\)`", r"\`", doubled).replace("${", "\\${")


def _draw_land_below(m: folium.Map) -> None:
    """Put the basemap on the page of a rendered map, which stays as it is; it has a pane below all tiles."""
    land = Basemap()
    land._id, land._parent = m._id, m  # the map's id, so that saving it twice writes the same file
    land.render()


def _has(kind: type[Element], m: folium.Map) -> bool:
    return any(isinstance(element, kind) for element in descendants(m))
