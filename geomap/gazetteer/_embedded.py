"""The gazetteer that ships with geomap: unpacked once, at first use, into an index in the user's cache folder."""

from __future__ import annotations

import lzma
import os
from pathlib import Path

from geomap._files import cache_folder
from geomap.errors import ResourceDamaged
from geomap.gazetteer._index import build_once
from geomap.gazetteer._model import INDEX_SUFFIX, SCHEMA_VERSION
from geomap.gazetteer._packing import unpack
from geomap.gazetteer._sections import is_sound
from geomap.resources._loading import manifest, read_resource

RESOURCE = "gazetteer.pack"
_SIZE = 60_000_000


def ensure_index(cache_dir: str | os.PathLike[str] | None = None) -> Path:
    """Return the path of the embedded gazetteer's index; unpack it if it does not exist or is damaged.

    Several processes may call this at once: one unpacks, the others wait.

    Raises
    ------
    ResourceDamaged
        If the shipped resource differs from its checksum.
    GazetteerUnwritable
        If the folder is not writable or the disk is full.
    """
    digest = str(manifest().get(RESOURCE, {}).get("sha256", "none"))
    target = cache_folder(cache_dir) / f"gazetteer-{digest[:16]}-v{SCHEMA_VERSION}{INDEX_SUFFIX}"
    if is_sound(target, SCHEMA_VERSION):
        return target
    content = read_resource(RESOURCE)
    return build_once(target, lambda path: unpack_resource(content, path), needed=_SIZE)


def unpack_resource(content: bytes, path: Path) -> None:
    """Write the index that the resource holds.

    Raises
    ------
    ResourceDamaged
        If the content is not in the format that the recipe writes.
    """
    try:
        unpack(content, path)
    except (lzma.LZMAError, UnicodeDecodeError, KeyError, ValueError) as error:
        raise ResourceDamaged(f"cannot read the resource {RESOURCE} ({error}); reinstall geomap-toolkit") from error
