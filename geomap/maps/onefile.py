"""A map's document with every script, style, font and image written into it."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import folium
from branca.element import CssLink, Element, Figure, JavascriptLink

from geomap.maps.assets import Asset, AssetUnavailable, Shelf, asset_of, left_out
from geomap.maps.inlining import data_uri, inlined, script, style
from geomap.maps.layers import Basemap
from geomap.maps.needs import Needs
from geomap.maps.page import Page, Verbatim, below, is_known, policy

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
        return (script(text) if isinstance(link, JavascriptLink) else style(text)), ""
    if left_out(link.url) is not None:
        turned = needs.turns() if "rotate" in link.url else ""
        return (style(turned) if turned else ""), ""
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
