"""Escaping: what keeps the text of an article from becoming code on a page.

Text reaches a page in two ways only: as JSON in a ``<script type="application/json">`` block, which the page's own script
reads and inserts with ``textContent`` (:func:`json_for_html`); or, for the few strings that Folium or Leaflet render as
HTML, as numeric entities (:func:`html_text`).
"""

from __future__ import annotations

import base64
import html
import json
import mimetypes
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlsplit

from branca.element import Element

# Valid in a JSON string, and without meaning to a parser of HTML or JavaScript.
_IN_JSON = {char: f"\\u{ord(char):04x}" for char in "<>&\u2028\u2029"}
_IN_HTML = {ord(char): f"&#{ord(char)};" for char in "\\`${}"}
# branca compiles what a layer has rendered as a Jinja template.
_OPENS_JINJA = re.compile(r"\{(?=[{%#])")
_ABSOLUTE = re.compile(r"https?://[^/?#\\\s]", re.IGNORECASE)
_SURROGATES = re.compile("[\ud800-\udfff]")


def json_for_html(content: object) -> str:
    """Return the content as JSON that is safe in any ``<script>`` block, including that of a Jinja template."""
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    for char, escaped in _IN_JSON.items():
        text = text.replace(char, escaped)
    return _SURROGATES.sub("\ufffd", _OPENS_JINJA.sub(r"\\u007b", text))


def html_text(text: str) -> str:
    r"""Return text as HTML that shows it as written, even where Folium puts it in a JavaScript template literal.

    Examples
    --------
    >>> html_text("<b>${a}`")
    '&lt;b&gt;&#36;&#123;a&#125;&#96;'
    """
    return html.escape(text).translate(_IN_HTML)


def web_link(url: str) -> bool:
    """Return whether the URL is an absolute one over HTTP or HTTPS, the only kind that a page links to."""
    url = url.strip()
    if not _ABSOLUTE.match(url):
        return False
    try:
        return bool(urlsplit(url).netloc) if "[" in url or "]" in url else True
    except ValueError:
        return False


class _Attribution(HTMLParser):
    """Keeps the text of an attribution and its links over HTTP and HTTPS; drops every other tag."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = []
        self._open = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        href = dict(attrs).get("href") or ""
        if tag == "a" and not self._open and web_link(href):
            self.pieces.append(f'<a href="{html_text(href.strip())}" target="_blank" rel="noopener noreferrer">')
            self._open = True

    def handle_endtag(self, tag: str) -> None:
        if tag == "a" and self._open:
            self.pieces.append("</a>")
            self._open = False

    def handle_data(self, data: str) -> None:
        self.pieces.append(html_text(data))


def clean_attribution(attribution: str) -> str:
    """Return a tile provider's attribution as HTML with nothing but text and links to web pages.

    Examples
    --------
    >>> clean_attribution('&copy; <a href="https://example.org" onclick="x()">Maps</a><img src=x onerror="y()">')
    '© <a href="https://example.org" target="_blank" rel="noopener noreferrer">Maps</a>'
    """
    parser = _Attribution()
    parser.feed(attribution)
    parser.close()
    if parser._open:
        parser.pieces.append("</a>")
    return "".join(parser.pieces)


def data_uri(name: str, content: bytes) -> str:
    """Return a file as a ``data:`` URL."""
    kind = "font/woff2" if name.endswith(".woff2") else mimetypes.guess_type(name)[0] or "application/octet-stream"
    return f"data:{kind};base64,{base64.b64encode(content).decode('ascii')}"


def script_tag(javascript: str) -> str:
    """Return a script element."""
    closed = re.sub("</(?=script)", r"<\\/", javascript, flags=re.IGNORECASE)
    # After "<!--", an HTML parser takes "<script" in a string for a nested script.
    return "<script>" + closed.replace("<!--", "<\\!--") + "</script>"


def style_tag(css: str) -> str:
    """Return a style element."""
    return "<style>" + re.sub("</(?=style)", r"<\\/", css, flags=re.IGNORECASE) + "</style>"


class Verbatim(Element):
    """Markup that goes on the page unchanged, without Jinja.

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


def descendants(element: Element) -> Iterator[Element]:
    """Yield every element below an element, depth first."""
    for child in element._children.values():
        yield child
        yield from descendants(child)


def needs_only_leaflet(element: Element) -> bool:
    """Return whether an element works without jQuery, Bootstrap and the rest that Folium puts on every page."""
    module = type(element).__module__
    if module.startswith("folium."):
        return type(element).__name__ in _FOLIUM_WITH_LEAFLET_ONLY
    return module.startswith(("geomap.", "branca."))


_FOLIUM_WITH_LEAFLET_ONLY = (
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
