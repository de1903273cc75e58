"""Which files stand for the scripts and styles that Folium links to, and where their contents come from.

``assets.json`` names, for every address that Folium writes into its maps, files of npm packages at exact versions, with
their SHA-256. Leaflet and what most maps need come with the wheel (``data/recipes/vendor/hatch_build.py`` takes them
from npm when it is built); the rest, or all of it in an install from a checkout without npm, is fetched once, checked,
and kept in the user's cache folder (or in ``$GEOMAP_CACHE``).
"""

from __future__ import annotations

import hashlib
import inspect
import json
import os
import posixpath
import re
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.error import HTTPError
from urllib.parse import quote, urljoin, urlsplit

from geomap._files import replacing
from geomap.errors import ResourceDamaged, UnsafeOutput
from geomap.maps._markup import data_uri, script_tag, style_tag

if TYPE_CHECKING:
    import pandas as pd

_TIMEOUT = 10  # seconds
_FOLIUM = "folium:"  # a file that Folium's own package holds
# Holds every file of every npm package as it was published; Folium takes Leaflet from it too.
MIRROR = "https://cdn.jsdelivr.net/npm/"


class AssetUnavailable(Exception):
    """A file is neither installed nor cached, and was not or could not be fetched."""


@dataclass(frozen=True)
class Asset:
    """What stands for one address.

    Attributes
    ----------
    files
        Paths that begin with the npm package and its version, in the order in which they go on the page.
    companions
        Files that the script names for itself.
    brings
        What else of Folium's defaults the script needs: ``font-awesome``.
    commonjs
        Whether the script asks for Leaflet by ``require``.
    """

    files: tuple[str, ...]
    companions: tuple[str, ...] = ()
    brings: tuple[str, ...] = ()
    commonjs: bool = False

    @property
    def package(self) -> str:
        """The npm package without its version; ``folium`` for what Folium's own package holds."""
        return self.files[0].rpartition("@")[0] or "folium"


def asset_of(url: str) -> Asset | None:
    """Return what stands for an address, None where geomap knows nothing."""
    link = _table()["links"].get(_whole(url))
    if link is None:
        return None
    return Asset(
        tuple(link["files"]), tuple(link.get("with", ())), tuple(link.get("brings", ())), link.get("commonjs", False)
    )


def left_out(url: str) -> str | None:
    """Return why an address needs nothing in its place, None where it does."""
    reason: str | None = _table()["left_out"].get(_whole(url))
    return reason


def shipped(package: str) -> bool:
    """Return whether the wheel carries a package, given with its version."""
    return package in _table()["shipped"]


def package_of(file: str) -> str:
    """Return the package and version that a file's path begins with."""
    return "/".join(file.split("/")[: 2 if file.startswith("@") else 1])


class Shelf:
    """Reads the files: of the install, of the cache, or fetched from the address that Folium names.

    Parameters
    ----------
    fetch
        Whether what is not here may be fetched.
    given
        Files of the caller's own, by the address that they stand for.
    """

    def __init__(self, *, fetch: bool, given: Mapping[str, str | os.PathLike[str]] | None = None) -> None:
        self._fetch = fetch
        self._given = {_whole(url): Path(path) for url, path in (given or {}).items()}
        self._silent: set[str] = set()  # hosts that did not answer: one wait for each is enough

    def given(self, url: str) -> bytes | None:
        """Return the caller's own file for an address."""
        path = self._given.get(_whole(url))
        return None if path is None else path.read_bytes()

    def read(self, file: str, url: str = "") -> bytes:
        """Return the content of a file.

        Parameters
        ----------
        file
            Its path, package first.
        url
            The address that it stands for.

        Raises
        ------
        AssetUnavailable
            If it is not here and cannot be fetched; the message says why.
        ResourceDamaged
            If the file that came with the wheel differs from its checksum.
        """
        if file.startswith(_FOLIUM):
            return (Path(str(files("folium"))) / file.removeprefix(_FOLIUM)).read_bytes()
        package = package_of(file)
        digest = _table()["packages"][package][file.removeprefix(package + "/")]
        installed = _content(_installed_folder() / file)
        if installed is not None:
            if _sha256(installed) != digest:
                raise ResourceDamaged(f"{_installed_folder() / file} differs from its checksum; install geomap again")
            return installed
        cached = _content(_cache_folder() / file)
        if cached is not None and _sha256(cached) == digest:
            return cached
        if not self._fetch:
            raise AssetUnavailable("it is not installed, and fetch=False")
        content = self._fetched(file, url, digest)
        _keep(_cache_folder() / file, content)
        return content

    def _fetched(self, file: str, url: str, digest: str) -> bytes:
        problem = "it cannot be fetched"
        for address in _addresses(file, url):
            host = urlsplit(address).netloc
            if host in self._silent:
                continue
            try:
                with urllib.request.urlopen(address, timeout=_TIMEOUT) as response:  # noqa: S310  (http and https only)
                    content: bytes = response.read()
            except OSError as error:
                if not isinstance(error, HTTPError):
                    self._silent.add(host)
                problem = f"{address} cannot be fetched: {error}"
                continue
            if _sha256(content) == digest:
                return content
            problem = f"{address} differs from its checksum and was not used"
        raise AssetUnavailable(problem)


def _addresses(file: str, url: str) -> list[str]:
    """Return where a file may be fetched: from npm's mirror, then from where Folium says, if that is the same file."""
    found = [MIRROR + quote(file, safe="@/")]
    if url.startswith(("http:", "https:")) and url.rpartition("/")[2] == file.rpartition("/")[2]:
        found.append(url)
    return list(dict.fromkeys(found))


@cache
def _table() -> Mapping[str, Any]:
    table: dict[str, Any] = json.loads((files("geomap.maps") / "assets.json").read_text("utf-8"))
    return table


def _whole(url: str) -> str:
    return urljoin("https:", url) if url.startswith("//") else url


def _installed_folder() -> Path:
    return Path(str(files("geomap"))) / "resources" / "vendor"


def _cache_folder() -> Path:
    if chosen := os.environ.get("GEOMAP_CACHE"):
        return Path(chosen) / "maps"
    import platformdirs

    return platformdirs.user_cache_path("geomap") / "maps"


def _content(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except OSError:
        return None


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _keep(target: Path, content: bytes) -> None:
    """Write to the cache; a cache that cannot be written only means fetching again next time."""
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with replacing(target) as temporary:
            temporary.write_bytes(content)
    except (OSError, UnsafeOutput):
        return


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
        return style_tag(whole_style(text, file, shelf, url))
    text = re.sub(r"(?m)^//[#@] ?sourceMappingURL=.*$", "", text)
    if asset.commonjs:
        text = _COMMONJS.format(text)
    if asset.package == "leaflet":
        text += "\n" + _ICONS.format(*(json.dumps(data_uri(one, shelf.read(one))) for one in asset.companions))
    return script_tag(text)


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


# What a plugin asks of a server by its nature, whatever is written into the file.
_ASKS = {
    "FloatImage": "shows the picture at the address that it is given; an address that begins with data: needs no network",
    "Geocoder": "sends what a reader types to a geocoding service",
    "LocateControl": "asks the browser for the reader's position, which most browsers refuse to a file opened from disk",
    "Realtime": "asks the address that it is given for its data, again and again",
    "TimestampedWmsTileLayers": "shows tiles of the WMS server that it is given",
    "VectorGridProtobuf": "shows tiles of the server that it is given",
}
_IMAGES = re.compile(r"https://[^\s\"']+\.png")
COLUMNS = ("plugin", "inlined", "packages", "shipped", "asks", "reason")


def offline_plugins() -> pd.DataFrame:
    """Return what :func:`~geomap.maps.save_html` does with every plugin of the installed Folium.

    Returns
    -------
    DataFrame
        One row per class in ``folium.plugins``, by name: ``plugin``; ``inlined``, whether all of its scripts and styles
        are written into the file; ``packages``, the npm packages that they are taken from; ``shipped``, whether those
        come with the wheel, or are fetched once; ``asks``, what it asks of a server all the same, empty for most;
        ``reason``, why it is not inlined, empty where it is.

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
    needed = [url for url in links if left_out(url) is None]
    pictures = [url for url in _IMAGES.findall(inspect.getsource(plugin)) if asset_of(url) is not None]
    assets = [asset for asset in map(asset_of, needed + pictures) if asset is not None]
    unknown = [url for url in needed if asset_of(url) is None]
    packages = list(dict.fromkeys(package_of(file) for asset in assets for file in asset.files))
    here = all(shipped(package) or package.startswith("folium:") for package in packages)
    told = ", ".join(package.replace("folium:templates", "folium itself") for package in packages)
    reason = f"geomap has no checksum of {', '.join(unknown)}" if unknown else ""
    return name, not unknown, told, here and not unknown, _ASKS.get(name, ""), reason
