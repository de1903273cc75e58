"""The page around a map, and what stands on it."""

from __future__ import annotations

import base64
import hashlib
import math
import re
from collections.abc import Iterator
from contextlib import contextmanager
from html import escape
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import folium
from branca.element import Element, Figure
from folium.template import Template

from geomap.maps import inlining
from geomap.maps.disclosure import FULL, Disclosure

if TYPE_CHECKING:
    from geomap.maps.corpus import Corpus

_INLINE_SCRIPT = re.compile(r"<script>(.*?)</script>", re.DOTALL)
_HEIGHT = 600  # pixels, in a notebook


class Verbatim(Element):
    """Markup that goes on the page as it is, without Jinja.

    Parameters
    ----------
    markup
        HTML.
    """

    def __init__(self, markup: str) -> None:
        super().__init__()
        self._name = "Verbatim"
        self.markup = markup

    def render(self, **kwargs: Any) -> str:
        """Return the markup."""
        return self.markup


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
        from geomap.maps.onefile import self_contained

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


def below(element: Element) -> Iterator[Element]:
    """Return every element under an element."""
    for child in element._children.values():
        yield child
        yield from below(child)


def script(javascript: str) -> Verbatim:
    """Return a script element."""
    return Verbatim(inlining.script(javascript))


def style(css: str) -> Verbatim:
    """Return a style element."""
    return Verbatim(inlining.style(css))


def is_known(element: Element) -> bool:
    """Return whether an element is of geomap, of branca, or one of Folium's that needs nothing but Leaflet."""
    module = type(element).__module__
    if module.startswith("folium."):
        return type(element).__name__ in NEEDS_ONLY_LEAFLET
    return module.startswith(("geomap.", "branca."))


# What Folium puts on every page beside Leaflet, and what on a map does without.
NEEDS_ONLY_LEAFLET = (
    "Circle",
    "CircleMarker",
    "ElementAddToElement",
    "FeatureGroup",
    "FitBounds",
    "GeoJson",
    "LayerControl",
    "Marker",
    "PolyLine",
    "Polygon",
    "Rectangle",
    "TileLayer",
    "Tooltip",
    "WmsTileLayer",
)


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
