"""The sources of a gazetteer: the embedded data, an installed gazetteer, an index file, a custom file."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Sequence
from pathlib import Path

from geomap._checks import of_kind, wrong_kind
from geomap._files import cache_folder
from geomap.errors import GazetteerNotFound
from geomap.gazetteer._custom import ensure_custom_index
from geomap.gazetteer._embedded import ensure_index
from geomap.gazetteer._model import SCHEMA_VERSION

EMBEDDED = "embedded"
GEONAMES = "geonames"
INDEX_SUFFIX = ".sqlite"

_WANTED = "'embedded', 'geonames', the path of a file of your own, or a list of these"

Source = str | os.PathLike[str]
CacheDir = str | os.PathLike[str] | None


def each_source(source: Source | Sequence[Source]) -> tuple[Source, ...]:
    """Return the parts of a gazetteer, the front one first.

    Raises
    ------
    GazetteerNotFound
        If the list is empty.
    """
    if isinstance(source, str | os.PathLike):
        return (source,)
    if not isinstance(source, list | tuple):
        raise wrong_kind("gazetteer", source, _WANTED)
    parts = tuple(source)
    for number, part in enumerate(parts):
        of_kind(f"gazetteer[{number}]", part, (str, os.PathLike), _WANTED)
    if not parts:
        raise GazetteerNotFound("empty list of gazetteers; give at least one of 'embedded', 'geonames' or a file")
    return parts


def check_source(source: Source, cache_dir: CacheDir) -> None:
    """Raise GazetteerNotFound if a source is neither a known gazetteer nor an existing file; nothing is built."""
    if source == EMBEDDED:
        return
    if source == GEONAMES:
        if not installed_path(GEONAMES, cache_dir).is_file():
            raise GazetteerNotFound(
                f"the gazetteer 'geonames' is not installed in {cache_folder(cache_dir)}; download and build it (2.5 GB): "
                "geomap gazetteer install geonames"
            )
        return
    if not Path(source).is_file():
        raise GazetteerNotFound(
            f"no gazetteer or file {str(source)!r}; use 'embedded', 'geonames', or the path of a CSV, GeoJSON or Linked "
            "Places file or of an index that geomap built"
        )


def stamp(source: Source, cache_dir: CacheDir = None) -> tuple[int, int] | None:
    """Return what changes when the file of a gazetteer does: its time and size; None if there is no file."""
    if source == EMBEDDED:
        return None  # it ships
    path = installed_path(GEONAMES, cache_dir) if source == GEONAMES else Path(source)
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size


def index_of(source: Source, cache_dir: CacheDir) -> Path:
    """Return the path of a gazetteer's index; build it first, unless that needs a download."""
    if source == EMBEDDED:
        return ensure_index(cache_dir)
    check_source(source, cache_dir)
    if source == GEONAMES:
        return installed_path(GEONAMES, cache_dir)
    path = Path(source)
    return path if path.suffix.lower() == INDEX_SUFFIX else ensure_custom_index(path, cache_dir)


def installed_path(name: str, cache_dir: CacheDir = None) -> Path:
    """Return the path of an installed gazetteer's index, whether or not it exists."""
    return cache_folder(cache_dir) / f"{name}-v{SCHEMA_VERSION}{INDEX_SUFFIX}"


def downloads_folder(name: str, cache_dir: CacheDir = None) -> Path:
    """Return the folder of a gazetteer's downloaded files, whether or not it exists."""
    return cache_folder(cache_dir) / f"{name}-download"


def indexes(cache_dir: CacheDir = None) -> list[Path]:
    """Return all indexes of this version in the cache folder, by name."""
    return sorted(cache_folder(cache_dir).glob(f"*-v{SCHEMA_VERSION}{INDEX_SUFFIX}"))


def remove_installed(name: str, cache_dir: CacheDir = None) -> list[Path]:
    """Delete an installed gazetteer's index and its downloads.

    Returns
    -------
    list of Path
        The deleted files and folders.

    Raises
    ------
    GazetteerNotFound
        If there is nothing to delete by that name.
    """
    folder = cache_folder(cache_dir)
    stems = {EMBEDDED: "gazetteer-[0-9a-f]{16}", GEONAMES: GEONAMES}
    stem = stems.get(name, rf"custom-{re.escape(name)}-[0-9a-f]{{16}}")
    pattern = re.compile(rf"{stem}-v\d+\.(?:sqlite|lock)")
    removed = [path for path in sorted(folder.glob("*-v*")) if pattern.fullmatch(path.name)]
    for path in removed:
        path.unlink(missing_ok=True)
    downloads = downloads_folder(name, cache_dir)
    if name == GEONAMES and downloads.is_dir():
        shutil.rmtree(downloads)
        removed.append(downloads)
    if not removed:
        raise GazetteerNotFound(f"no gazetteer {name!r} in {folder}; see 'geomap gazetteer list'")
    return removed
