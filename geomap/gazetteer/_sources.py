"""What a gazetteer may be made of: the embedded data, an installed gazetteer, an index file, a user's own file."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Sequence
from pathlib import Path

from geomap._files import cache_folder
from geomap.errors import GazetteerNotFound
from geomap.gazetteer._embedded import ensure_index
from geomap.gazetteer._model import SCHEMA_VERSION
from geomap.gazetteer._own import ensure_own_index

EMBEDDED = "embedded"
GEONAMES = "geonames"
INDEX_SUFFIX = ".sqlite"

Source = str | os.PathLike[str]
CacheDir = str | os.PathLike[str] | None


def each_source(source: Source | Sequence[Source]) -> tuple[Source, ...]:
    """Return the parts of a gazetteer, the front one first.

    Raises
    ------
    GazetteerNotFound
        If there is none.
    """
    parts = (source,) if isinstance(source, str | os.PathLike) else tuple(source)
    if not parts:
        raise GazetteerNotFound("an empty list names no gazetteer; name 'embedded', 'geonames' or a file")
    return parts


def check_source(source: Source, cache_dir: CacheDir) -> None:
    """Raise GazetteerNotFound if no gazetteer is known by that name or lies at that path; nothing is built."""
    if source == EMBEDDED:
        return
    if source == GEONAMES:
        if not installed_path(GEONAMES, cache_dir).is_file():
            raise GazetteerNotFound(
                f"the gazetteer 'geonames' is not in {cache_folder(cache_dir)}; to download and build it (2.5 GB): "
                "geomap gazetteer install geonames"
            )
        return
    if not Path(source).is_file():
        raise GazetteerNotFound(
            f"no gazetteer is called {str(source)!r} and no file lies there; use 'embedded', 'geonames', or the path of a "
            "CSV, GeoJSON or Linked Places file or of an index that geomap built"
        )


def index_of(source: Source, cache_dir: CacheDir) -> Path:
    """Return the path of a gazetteer's index; build it first if that takes no download."""
    if source == EMBEDDED:
        return ensure_index(cache_dir)
    check_source(source, cache_dir)
    if source == GEONAMES:
        return installed_path(GEONAMES, cache_dir)
    path = Path(source)
    return path if path.suffix.lower() == INDEX_SUFFIX else ensure_own_index(path, cache_dir)


def installed_path(name: str, cache_dir: CacheDir = None) -> Path:
    """Return where the index of an installed gazetteer lies or will lie."""
    return cache_folder(cache_dir) / f"{name}-v{SCHEMA_VERSION}{INDEX_SUFFIX}"


def downloads_folder(name: str, cache_dir: CacheDir = None) -> Path:
    """Return where the downloaded files of a gazetteer lie or will lie."""
    return cache_folder(cache_dir) / f"{name}-download"


def indexes(cache_dir: CacheDir = None) -> list[Path]:
    """Return all indexes of this version in the cache folder, by name."""
    return sorted(cache_folder(cache_dir).glob(f"*-v{SCHEMA_VERSION}{INDEX_SUFFIX}"))


def remove_installed(name: str, cache_dir: CacheDir = None) -> list[Path]:
    """Delete an installed gazetteer and its downloads, whichever there is.

    Returns
    -------
    list of Path
        What was deleted.

    Raises
    ------
    GazetteerNotFound
        If there is nothing of that name to delete.
    """
    folder = cache_folder(cache_dir)
    begins = {EMBEDDED: "gazetteer-[0-9a-f]{16}", GEONAMES: GEONAMES}
    begin = begins.get(name, rf"own-{re.escape(name)}-[0-9a-f]{{16}}")
    pattern = re.compile(rf"{begin}-v\d+\.(?:sqlite|lock)")
    wanted = [path for path in sorted(folder.glob("*-v*")) if pattern.fullmatch(path.name)]
    removed = []
    for path in wanted:
        path.unlink(missing_ok=True)
        removed.append(path)
    downloads = downloads_folder(name, cache_dir)
    if name == GEONAMES and downloads.is_dir():
        shutil.rmtree(downloads)
        removed.append(downloads)
    if not removed:
        raise GazetteerNotFound(f"no gazetteer {name!r} lies in {folder}; 'geomap gazetteer list' shows what does")
    return removed
