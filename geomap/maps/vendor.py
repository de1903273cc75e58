"""Leaflet, the one script that geomap's maps need, to be written into their files.

It is not part of the source: ``data/recipes/vendor/hatch_build.py`` takes it from npm when a wheel is built. An install
from a checkout without npm lacks it; it is then fetched once, from the addresses that Folium itself writes into its
maps, checked against ``leaflet.json``, and kept in the user's cache folder (or in ``$GEOMAP_CACHE``).
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import re
import secrets
import urllib.request
from collections.abc import Iterable, Mapping
from importlib.resources import files
from pathlib import Path

from geomap.errors import ResourceDamaged

_LINK = re.compile(r"(?P<base>https?://.+/leaflet@(?P<version>1\.9\.\d+)/dist/)(?P<file>leaflet\.(?:js|css))")
_TIMEOUT = 10  # seconds
_IMAGES = ("layers.png", "layers-2x.png", "marker-icon.png", "marker-icon-2x.png", "marker-shadow.png")
# Leaflet finds its marker images beside its style sheet, which no longer has a place of its own.
_ICONS = (
    "delete L.Icon.Default.prototype._getIconUrl;"
    "L.Icon.Default.mergeOptions({{iconUrl:{icon},iconRetinaUrl:{retina},shadowUrl:{shadow}}});"
)


class LeafletUnavailable(Exception):
    """Leaflet's files are neither installed nor cached, and were not or could not be fetched."""


def is_leaflet(url: str) -> bool:
    """Return whether a link of a map is to a Leaflet 1.9 that geomap can write into the file instead."""
    return _LINK.fullmatch(url) is not None


def leaflet(links: Iterable[str], *, fetch: bool) -> dict[str, str]:
    """Return Leaflet's script and style sheet as texts that need no other file.

    Parameters
    ----------
    links
        The addresses that the map links to, for the case that the files must be fetched.
    fetch
        Whether they may be.

    Returns
    -------
    dict
        ``leaflet.js`` and ``leaflet.css``, images written into them.

    Raises
    ------
    LeafletUnavailable
        If the files are not here; the message says why.
    ResourceDamaged
        If the files that came with the wheel differ from their checksums.
    """
    sums = _sums()
    installed = _installed_folder()
    if installed.is_dir():
        content = _read(installed, sums["1.9.4"])
        if content is None:
            raise ResourceDamaged(f"{installed} differs from its checksums; install geomap again")
        return _joined(content)
    found = next((match for match in map(_LINK.fullmatch, links) if match and match["version"] in sums), None)
    if found is None:
        raise LeafletUnavailable("the map links to no version of Leaflet that geomap knows")
    wanted = sums[found["version"]]
    cache = _cache_folder() / f"leaflet-{found['version']}"
    content = _read(cache, wanted)
    if content is None:
        if not fetch:
            raise LeafletUnavailable("Leaflet is not installed, and fetch=False")
        content = _fetched(found["base"], wanted)
        _keep(cache, content)
    return _joined(content)


def _sums() -> dict[str, dict[str, str]]:
    sums: dict[str, dict[str, str]] = json.loads((files("geomap.maps") / "leaflet.json").read_text("utf-8"))
    return {version: {name: sha for name, sha in each.items() if name != "LICENSE"} for version, each in sums.items()}


def _installed_folder() -> Path:
    return Path(str(files("geomap"))) / "resources" / "vendor" / "leaflet"


def _cache_folder() -> Path:
    if chosen := os.environ.get("GEOMAP_CACHE"):
        return Path(chosen)
    import platformdirs

    return platformdirs.user_cache_path("geomap")


def _read(folder: Path, sums: Mapping[str, str]) -> dict[str, bytes] | None:
    try:
        content = {name: (folder / name).read_bytes() for name in sums}
    except OSError:
        return None
    return content if all(_sha256(content[name]) == digest for name, digest in sums.items()) else None


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _fetched(base: str, sums: Mapping[str, str]) -> dict[str, bytes]:
    content = {}
    for name, digest in sums.items():
        try:
            with urllib.request.urlopen(base + name, timeout=_TIMEOUT) as response:  # noqa: S310  (_LINK is http only)
                content[name] = response.read()
        except OSError as error:
            raise LeafletUnavailable(f"{base}{name} cannot be fetched ({error})") from error
        if _sha256(content[name]) != digest:
            raise LeafletUnavailable(f"{base}{name} differs from its checksum and was not used")
    return content


def _keep(folder: Path, content: Mapping[str, bytes]) -> None:
    """Write the files to the cache; a cache that cannot be written only means fetching again next time."""
    try:
        for name, data in content.items():
            target = folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            temporary = target.with_name(f".{target.name}.{secrets.token_hex(4)}")
            temporary.write_bytes(data)
            temporary.replace(target)
    except OSError:
        return


def _joined(content: Mapping[str, bytes]) -> dict[str, str]:
    images = {name: _data_uri(content[f"images/{name}"]) for name in _IMAGES}
    css = content["leaflet.css"].decode("utf-8")
    for name, uri in images.items():
        css = css.replace(f"url(images/{name})", f"url({uri})")
    javascript = re.sub(r"//# sourceMappingURL=.*", "", content["leaflet.js"].decode("utf-8"))
    icons = _ICONS.format(
        icon=json.dumps(images["marker-icon.png"]),
        retina=json.dumps(images["marker-icon-2x.png"]),
        shadow=json.dumps(images["marker-shadow.png"]),
    )
    return {"leaflet.js": f"{javascript}\n{icons}", "leaflet.css": css}


def _data_uri(image: bytes) -> str:
    return "data:image/png;base64," + base64.b64encode(image).decode("ascii")
