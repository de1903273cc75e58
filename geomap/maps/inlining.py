"""Scripts and styles as elements that need no other file."""

from __future__ import annotations

import base64
import json
import mimetypes
import posixpath
import re

from geomap.maps.assets import Asset, AssetUnavailable, Shelf, asset_of

_URL = re.compile(r"url\(\s*(?P<quote>[\"']?)(?P<address>(?!data:|#|%23)[^\"')]+?)(?P=quote)\s*\)", re.IGNORECASE)
_FACE = re.compile(r"@font-face\s*{[^}]*}")
_SOURCES = re.compile(r"(?<![\w-])src\s*:[^;}]*;?")
# Leaflet finds its marker images beside its style sheet, which no longer has a place of its own.
_ICONS = (
    "delete L.Icon.Default.prototype._getIconUrl;"
    "L.Icon.Default.mergeOptions({{iconUrl:{},iconRetinaUrl:{},shadowUrl:{}}});"
)
_COMMONJS = '(function(require,module){{{}\n}})(function(name){{return name==="leaflet"?L:{{}};}},{{}});'


def inlined(url: str, asset: Asset, shelf: Shelf) -> str:
    """Return the elements that stand for a link.

    Parameters
    ----------
    url
        The address that the map links to.
    asset
        What stands for it.
    shelf
        Where the files come from.

    Raises
    ------
    AssetUnavailable
        If a file cannot be had.
    """
    return "\n".join(_element(file, url, asset, shelf) for file in asset.files)


def _element(file: str, url: str, asset: Asset, shelf: Shelf) -> str:
    text = shelf.read(file, url).decode("utf-8")
    if file.endswith(".css"):
        return style(whole_style(text, file, shelf, url))
    text = re.sub(r"(?m)^//[#@] ?sourceMappingURL=.*$", "", text)
    if asset.commonjs:
        text = _COMMONJS.format(text)
    if asset.package == "leaflet":
        text += "\n" + _ICONS.format(*(json.dumps(data_uri(one, shelf.read(one))) for one in asset.companions))
    return script(text)


def whole_style(css: str, file: str, shelf: Shelf, url: str = "") -> str:
    """Return a style sheet with the images and fonts that it names written into it.

    Of a font's formats only WOFF2 goes in, which every browser of today reads, and each font once: Font Awesome's sheet
    names its fonts three times over, for the names of older versions.
    """
    seen: set[str] = set()

    def place(match: re.Match[str]) -> str:
        address = match["address"]
        wanted = _beside(file, address)
        if wanted is None:
            raise AssetUnavailable(f"its style names {address}, which geomap does not know")
        return f"url({data_uri(wanted, shelf.read(wanted))})"

    return _URL.sub(place, _FACE.sub(lambda face: _one_format(face[0], seen), css))


def _one_format(face: str, seen: set[str]) -> str:
    """Return a font face with one source, WOFF2 or else WOFF; nothing for a font that was seen before."""
    lists = _SOURCES.findall(face)
    if not lists:
        return face
    addresses = [match["address"] for match in _URL.finditer(lists[-1])]
    best = next((one for end in (".woff2", ".woff") for one in addresses if one.partition("?")[0].endswith(end)), None)
    if best is None:
        return face
    if best in seen:
        return ""
    seen.add(best)
    kept = f"src:url({best});"
    return _SOURCES.sub("", face).replace("{", "{" + kept, 1)


def _beside(file: str, address: str) -> str | None:
    """Return the file that a style sheet names."""
    if "//" in address:
        known = asset_of(address)
        return None if known is None else known.files[0]
    path = re.split("[?#]", address)[0]
    return posixpath.normpath(posixpath.join(posixpath.dirname(file), path))


def data_uri(name: str, content: bytes) -> str:
    """Return a file as an address that holds it."""
    kind = "font/woff2" if name.endswith(".woff2") else mimetypes.guess_type(name)[0] or "application/octet-stream"
    return f"data:{kind};base64,{base64.b64encode(content).decode('ascii')}"


def script(javascript: str) -> str:
    """Return a script element."""
    closed = re.sub("</(?=script)", r"<\\/", javascript, flags=re.IGNORECASE)
    # After "<!--", an HTML parser takes "<script" in a string for a second beginning.
    return "<script>" + closed.replace("<!--", "<\\!--") + "</script>"


def style(css: str) -> str:
    """Return a style element."""
    return "<style>" + re.sub("</(?=style)", r"<\\/", css, flags=re.IGNORECASE) + "</style>"
