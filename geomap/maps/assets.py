"""Which files stand for the scripts and styles that Folium links to, and where their contents come from.

``assets.json`` names, for every address that Folium writes into its maps, files of npm packages at exact versions, with
their SHA-256. Leaflet and what most maps need come with the wheel (``data/recipes/vendor/hatch_build.py`` takes them
from npm when it is built); the rest, or all of it in an install from a checkout without npm, is fetched once, checked,
and kept in the user's cache folder (or in ``$GEOMAP_CACHE``).
"""

from __future__ import annotations

import hashlib
import json
import os
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import quote, urljoin, urlsplit

from geomap.errors import ResourceDamaged, UnsafeOutput
from geomap.files import replacing

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
