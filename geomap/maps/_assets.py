"""The files that replace the scripts and styles that Folium links to.

For every URL that Folium writes into its maps, ``assets.json`` names files of npm packages at exact versions, with their
SHA-256. Leaflet and what most maps need ship in the wheel (``data/recipes/vendor/hatch_build.py`` takes them from npm at
build time); the rest, or everything in an install from a checkout without npm, is downloaded once, verified, and kept in
the user's cache folder (or in ``$GEOMAP_CACHE``).
"""

from __future__ import annotations

import base64
import hashlib
import inspect
import json
import os
import posixpath
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urljoin, urlsplit

from geomap._deadlines import Pace
from geomap._files import cache_folder, replacing
from geomap.errors import ResourceDamaged, UnsafeOutput
from geomap.maps._markup import data_uri, script_tag, style_tag

if TYPE_CHECKING:
    import pandas as pd

_TIMEOUT = 10.0  # seconds without headers or a byte
_LONGEST = 60.0  # seconds for a whole file; all of them are smaller than 5 MB
_MAX_BYTES = 32 << 20
_FOLIUM = "folium:"  # prefix of files from Folium's own package
# Serves every file of every npm package as published; Folium itself links to it.
MIRROR = "https://cdn.jsdelivr.net/npm/"


class AssetUnavailable(Exception):
    """A file is neither installed nor cached, and was not or could not be downloaded."""


@dataclass(frozen=True)
class Asset:
    """What replaces one URL.

    Attributes
    ----------
    files
        Paths that begin with the npm package and its version, in the order in which they go on the page.
    companions
        Files that the script loads by itself: Leaflet's marker images.
    requires
        Which of Folium's default styles the script needs: ``font-awesome``.
    commonjs
        Whether the script loads Leaflet by ``require``.
    """

    files: tuple[str, ...]
    companions: tuple[str, ...] = ()
    requires: tuple[str, ...] = ()
    commonjs: bool = False

    @property
    def package(self) -> str:
        """The npm package without its version; ``folium`` for files from Folium's own package."""
        return self.files[0].rpartition("@")[0] or "folium"


def asset_of(url: str) -> Asset | None:
    """Return what replaces a URL, None if it is unknown."""
    link = _table()["links"].get(_absolute(url))
    if link is None:
        return None
    return Asset(
        tuple(link["files"]), tuple(link.get("with", ())), tuple(link.get("requires", ())), link.get("commonjs", False)
    )


def is_omitted(url: str) -> bool:
    """Return whether a URL can be dropped from a page without a replacement."""
    return _absolute(url) in _table()["left_out"]


def is_shipped(package: str) -> bool:
    """Return whether the wheel contains a package, named with its version."""
    return package in _table()["shipped"]


def pinned_links(asset: Asset) -> list[tuple[str, str]] | None:
    """Return where npm's mirror serves an asset's files, with the integrity of each; None if a link is not enough."""
    if asset.commonjs or any(file.startswith(_FOLIUM) for file in asset.files):
        return None
    return [(MIRROR + quote(file, safe="@/"), _integrity(file)) for file in asset.files]


def _integrity(file: str) -> str:
    return "sha256-" + base64.b64encode(bytes.fromhex(_digest(file))).decode("ascii")


def _digest(file: str) -> str:
    """Return the SHA-256 of a file of npm in hexadecimal digits."""
    package = package_of(file)
    return str(_table()["packages"][package][file.removeprefix(package + "/")])


def package_of(file: str) -> str:
    """Return the package and version that a file's path begins with."""
    return "/".join(file.split("/")[: 2 if file.startswith("@") else 1])


class AssetReader:
    """Reads files from the install, from the cache, or from the web.

    Parameters
    ----------
    fetch
        Whether missing files may be downloaded.
    replacements
        The user's own files, by the URL that they replace.
    """

    def __init__(self, *, fetch: bool, replacements: Mapping[str, str | os.PathLike[str]] | None = None) -> None:
        self._fetch = fetch
        self._replacements = {_absolute(url): Path(path) for url, path in (replacements or {}).items()}
        self._unreachable: set[str] = set()  # hosts, so that a timeout is waited for once each

    def replacement(self, url: str) -> bytes | None:
        """Return the content of the user's own file for a URL."""
        path = self._replacements.get(_absolute(url))
        return None if path is None else path.read_bytes()

    def read(self, file: str, url: str = "") -> bytes:
        """Return the content of a file.

        Parameters
        ----------
        file
            Its path, package first.
        url
            The URL that it replaces, to download from if the mirror fails.

        Raises
        ------
        AssetUnavailable
            If it is neither installed nor cached and cannot be downloaded; the message says why.
        ResourceDamaged
            If the installed file differs from its checksum.
        """
        if file.startswith(_FOLIUM):
            return (Path(str(files("folium"))) / file.removeprefix(_FOLIUM)).read_bytes()
        digest = _digest(file)
        installed = _content(_installed_folder() / file)
        if installed is not None:
            if _sha256(installed) != digest:
                raise ResourceDamaged(
                    f"{_installed_folder() / file} does not match its checksum; reinstall geomap-toolkit"
                )
            return installed
        cache = cache_folder() / "maps" / file
        cached = _content(cache)
        if cached is not None and _sha256(cached) == digest:
            return cached
        if not self._fetch:
            raise AssetUnavailable("it is not installed, and fetch=False")
        content = self._downloaded(file, url, digest)
        _write_to_cache(cache, content)
        return content

    def _downloaded(self, file: str, url: str, digest: str) -> bytes:
        from geomap import _http

        problem = "the server cannot be reached"
        for address in _addresses(file, url):
            host = urlsplit(address).netloc
            if host in self._unreachable:
                continue
            try:
                content = _fetched(address)
            except _http.HttpError as error:
                if error.status is None:
                    self._unreachable.add(host)
                problem = f"{address} cannot be downloaded: {error}"
                continue
            if _sha256(content) == digest:
                return content
            problem = f"{address} does not match its checksum and was not used"
        raise AssetUnavailable(problem)


def _fetched(address: str) -> bytes:
    """Return what a server sends; raise HttpError if it sends nothing, too much or too slowly."""
    from geomap import _http

    with (
        _http.open_session(pace=Pace(longest=_LONGEST)) as session,
        _http.send(session, "GET", address, headers={}, timeout=_TIMEOUT, follow_redirects=True) as response,
    ):
        if not response.ok:
            raise _http.HttpError(f"HTTP {response.status_code}", status=response.status_code)
        return _http.body(response, timeout=_TIMEOUT, max_bytes=_MAX_BYTES)


def _addresses(file: str, url: str) -> list[str]:
    """Return where to download a file: npm's mirror, then Folium's own URL if it names the same file."""
    addresses = [MIRROR + quote(file, safe="@/")]
    if url.startswith(("http:", "https:")) and url.rpartition("/")[2] == file.rpartition("/")[2]:
        addresses.append(url)
    return list(dict.fromkeys(addresses))


@cache
def _table() -> Mapping[str, Any]:
    table: dict[str, Any] = json.loads((files("geomap.maps") / "assets.json").read_text("utf-8"))
    return table


def _absolute(url: str) -> str:
    """Return a URL with its scheme, which Folium leaves out of some."""
    return urljoin("https:", url) if url.startswith("//") else url


def _installed_folder() -> Path:
    return Path(str(files("geomap"))) / "resources" / "vendor"


def _content(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except OSError:
        return None


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _write_to_cache(target: Path, content: bytes) -> None:
    """Write to the cache; if that fails, the file is downloaded again next time."""
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with replacing(target) as temporary:
            temporary.write_bytes(content)
    except (OSError, UnsafeOutput):
        return


_URL = re.compile(r"url\(\s*(?P<quote>[\"']?)(?P<address>(?!data:|#|%23)[^\"')]+?)(?P=quote)\s*\)", re.IGNORECASE)
_FACE = re.compile(r"@font-face\s*{[^}]*}")
_SOURCES = re.compile(r"(?<![\w-])src\s*:[^;}]*;?")
# Leaflet looks for its marker images beside its style sheet, which has no URL once it is inlined.
_ICONS = (
    "delete L.Icon.Default.prototype._getIconUrl;"
    "L.Icon.Default.mergeOptions({{iconUrl:{},iconRetinaUrl:{},shadowUrl:{}}});"
)
_COMMONJS = '(function(require,module){{{}\n}})(function(name){{return name==="leaflet"?L:{{}};}},{{}});'


def inlined(url: str, asset: Asset, reader: AssetReader) -> str:
    """Return the elements that replace a link to a URL.

    Raises
    ------
    AssetUnavailable
        If a file cannot be read.
    """
    return "\n".join(_element(file, url, asset, reader) for file in asset.files)


def _element(file: str, url: str, asset: Asset, reader: AssetReader) -> str:
    text = reader.read(file, url).decode("utf-8")
    if file.endswith(".css"):
        return style_tag(_inlined_style(text, file, reader))
    text = re.sub(r"(?m)^//[#@] ?sourceMappingURL=.*$", "", text)
    if asset.commonjs:
        text = _COMMONJS.format(text)
    if asset.package == "leaflet":
        text += "\n" + _ICONS.format(*(json.dumps(data_uri(one, reader.read(one))) for one in asset.companions))
    return script_tag(text)


def _inlined_style(css: str, file: str, reader: AssetReader) -> str:
    """Return a style sheet with its images and fonts inlined.

    Of a font's formats only WOFF2, which every current browser reads, and each font once: Font Awesome's sheet names its
    fonts three times, under the family names of older versions too.
    """
    seen: set[str] = set()

    def embedded(match: re.Match[str]) -> str:
        address = match["address"]
        target = _linked_file(file, address)
        if target is None:
            raise AssetUnavailable(f"its style sheet links to {address}, which geomap has no checksum of")
        return f"url({data_uri(target, reader.read(target))})"

    return _URL.sub(embedded, _FACE.sub(lambda face: _one_format(face[0], seen), css))


def _one_format(face: str, seen: set[str]) -> str:
    """Return a font face with one source, WOFF2 or else WOFF; nothing for a font that has been seen before."""
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
    return _SOURCES.sub("", face).replace("{", f"{{src:url({best});", 1)


def _linked_file(file: str, address: str) -> str | None:
    """Return the file that a style sheet links to."""
    if "//" in address:
        known = asset_of(address)
        return None if known is None else known.files[0]
    path = re.split("[?#]", address)[0]
    return posixpath.normpath(posixpath.join(posixpath.dirname(file), path))


# What a plugin requests from a server by its nature, even when all its scripts are in the file.
_ASKS = {
    "FloatImage": "shows the picture at its URL; a URL that begins with data: needs no network",
    "Geocoder": "sends what a reader types to a geocoding service",
    "LocateControl": "asks the browser for the reader's position, which most browsers refuse to a file opened from disk",
    "Realtime": "polls its URL for data",
    "TimestampedWmsTileLayers": "shows tiles of its WMS server",
    "VectorGridProtobuf": "shows tiles of its server",
}
_IMAGES = re.compile(r"https://[^\s\"']+\.png")
COLUMNS = ("plugin", "inlined", "packages", "shipped", "asks", "reason")


def offline_plugins() -> pd.DataFrame:
    """Return which plugins of the installed Folium work offline in a file from :func:`~geomap.maps.save_html`.

    Returns
    -------
    DataFrame
        One row per class in ``folium.plugins``, by name: ``plugin``; ``inlined``, whether all of its scripts and styles
        are written into the file; ``packages``, the npm packages that they come from; ``shipped``, whether those are in
        the wheel, or downloaded once; ``asks``, what it requests from a server all the same, empty for most; ``reason``,
        why it is not inlined, empty if it is.

    Examples
    --------
    >>> table = offline_plugins().set_index("plugin")
    >>> bool(table.loc["MarkerCluster", "inlined"]), table.loc["MarkerCluster", "packages"]
    (True, 'leaflet.markercluster@1.1.0')
    """
    import folium.plugins
    import pandas as pd

    rows = [_row(name, getattr(folium.plugins, name)) for name in sorted(folium.plugins.__all__)]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _row(name: str, plugin: Any) -> tuple[str, bool, str, bool, str, str]:
    links = [url for _, url in (*getattr(plugin, "default_js", ()), *getattr(plugin, "default_css", ()))]
    needed = [url for url in links if not is_omitted(url)]
    pictures = [url for url in _IMAGES.findall(inspect.getsource(plugin)) if asset_of(url) is not None]
    assets = [asset for asset in map(asset_of, needed + pictures) if asset is not None]
    unknown = [url for url in needed if asset_of(url) is None]
    packages = list(dict.fromkeys(package_of(file) for asset in assets for file in asset.files))
    here = all(is_shipped(package) or package.startswith("folium:") for package in packages)
    listed = ", ".join(package.replace("folium:templates", "folium itself") for package in packages)
    reason = f"geomap has no checksum of {', '.join(unknown)}" if unknown else ""
    return name, not unknown, listed, here and not unknown, _ASKS.get(name, ""), reason
