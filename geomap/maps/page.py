"""The page around a map: a whole HTML document, and the same with every script and style written into it."""

from __future__ import annotations

import base64
import hashlib
import re
from html import escape
from typing import Any

from branca.element import CssLink, Element, Figure, JavascriptLink
from folium.template import Template

from geomap.maps.vendor import LeafletUnavailable, is_leaflet, leaflet

_INLINE_SCRIPT = re.compile(r"<script>(.*?)</script>", re.DOTALL)
_LINKED = re.compile(r"<(?:script|link)\b[^>]*?\b(?:src|href)\s*=\s*[\"']?((?:https?:)?//[^\"'\s>]+)", re.IGNORECASE)
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
        "{{ this.html.render(**kwargs) }}\n"
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
        size = f'width="100%" height="{self.height or _HEIGHT}"'
        return (
            '<span style="color:#565656">To see the map, trust this notebook.</span>'
            f'<iframe srcdoc="{escape(document)}" title="{escape(self.title or "Map")}" {size} '
            'style="display:block;border:0;margin-top:-1.4em;position:relative" allowfullscreen></iframe>'
        )


def self_contained(root: Figure, *, fetch: bool) -> tuple[str, dict[str, str]]:
    """Return a map's document with every script and style in it that geomap knows.

    Parameters
    ----------
    root
        The figure that holds the map.
    fetch
        Whether Leaflet may be fetched where it is not installed.

    Returns
    -------
    document
        HTML.
    links
        The scripts and styles that are still links, each with why.
    """
    root.render()
    children = root.header._children
    urls = [child.url for child in children.values() if isinstance(child, JavascriptLink | CssLink)]
    known = [url for url in urls if is_leaflet(url)]
    try:
        content = leaflet(known, fetch=fetch) if known else {}
        reason = ""
    except LeafletUnavailable as error:
        content, reason = {}, str(error)
    inlined = {
        name: _inline(child.url, content)
        for name, child in children.items()
        if content and isinstance(child, JavascriptLink | CssLink) and is_leaflet(child.url)
    }
    kept = {name: children[name] for name in inlined}
    try:
        children.update(inlined)
        document = root._template.render(this=root, kwargs={})
    finally:
        children.update(kept)
    links = {url: reason if url in known else "geomap does not ship it" for url in _LINKED.findall(document)}
    if isinstance(root, Page) and not links:
        document = document.replace('<meta charset="utf-8">', f'<meta charset="utf-8">\n{_policy(document)}', 1)
    return document, links


def _inline(url: str, content: dict[str, str]) -> Verbatim:
    return script(content["leaflet.js"]) if url.endswith(".js") else style(content["leaflet.css"])


def script(javascript: str) -> Verbatim:
    """Return a script element."""
    closed = re.sub("</(?=script)", r"<\\/", javascript, flags=re.IGNORECASE)
    return Verbatim(f"<script>{closed}</script>")


def style(css: str) -> Verbatim:
    """Return a style element."""
    return Verbatim(f"<style>{css}</style>")


def _policy(document: str) -> str:
    """Return a content security policy that runs only the scripts that the page was written with.

    The second wall behind the escaping: were a word of an article ever to become a script, a browser would not run it.
    Pictures may come over the network, because tiles are pictures.
    """
    digests = {hashlib.sha256(text.encode("utf-8")).digest() for text in _INLINE_SCRIPT.findall(document)}
    hashes = " ".join(f"'sha256-{base64.b64encode(digest).decode('ascii')}'" for digest in sorted(digests))
    return (
        '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; '
        f"script-src {hashes}; style-src 'unsafe-inline'; img-src data: http: https:; base-uri 'none'; "
        "form-action 'none'\">"
    )
