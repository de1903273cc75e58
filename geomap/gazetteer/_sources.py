"""The parts of a gazetteer: the embedded data, an installed gazetteer by its name, an index file, a custom file."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Sequence
from pathlib import Path

from geomap._checks import of_kind, wrong_kind
from geomap._files import cache_folder
from geomap.errors import GazetteerNotFound, InvalidGazetteer
from geomap.gazetteer._custom import ensure_custom_index
from geomap.gazetteer._embedded import ensure_index
from geomap.gazetteer._model import INDEX_SUFFIX, SCHEMA_VERSION

EMBEDDED = "embedded"
GEONAMES = "geonames"
POSTAL = "postal"

# Indexes of older versions ended in .sqlite; they are opened to say so.
_INDEXES = frozenset({INDEX_SUFFIX, ".sqlite"})
_ENDINGS = "|".join(sorted(suffix[1:] for suffix in _INDEXES))
# What lies beside an index, and what older versions left.
_BESIDE = rf"(?:{_ENDINGS}|lock|checked|fuzzy|spelling\d+)"

_WANTED = "'embedded', the name of an installed gazetteer, the path of a file of your own, or a list of these"
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}\Z")
# Named as before there were other names, so that it need not be built again.
_STEMS = {GEONAMES: GEONAMES}
_COMMANDS = {
    GEONAMES: "download and build it (2.5 GB): geomap gazetteer install geonames",
    POSTAL: "download and build it: geomap gazetteer install postal",
}

Source = str | os.PathLike[str]
CacheDir = str | os.PathLike[str] | None


def checked_name(name: str) -> str:
    """Return a name for a gazetteer, in lower case.

    Raises
    ------
    InvalidGazetteer
        If it has other characters than letters of ASCII, digits, hyphens and underscores, or is ``embedded``.

    Examples
    --------
    >>> checked_name("Levant")
    'levant'
    """
    found = name.lower()
    if not _NAME.match(found):
        raise InvalidGazetteer(
            f"{name!r} cannot be the name of a gazetteer: use up to 64 letters (a to z), digits, - and _, such as 'levant'"
        )
    if found == EMBEDDED:
        raise InvalidGazetteer("'embedded' is the gazetteer that ships with geomap; choose another name")
    return found


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
        raise GazetteerNotFound("empty list of gazetteers; give 'embedded', the name of an installed one, or a file")
    return parts


def check_source(source: Source, cache_dir: CacheDir) -> None:
    """Raise GazetteerNotFound if a source is neither a known gazetteer nor an existing file; nothing is built."""
    if source == EMBEDDED or _installed(source, cache_dir) is not None:
        return
    name = str(source).lower()
    if name in _COMMANDS or (isinstance(source, str) and _NAME.match(name) and not Path(source).is_file()):
        raise GazetteerNotFound(_missing(name, cache_dir))
    if not Path(source).is_file():
        raise GazetteerNotFound(
            f"no gazetteer or file {str(source)!r}; use 'embedded', a name that 'geomap gazetteer list' shows, or the path "
            "of a CSV, GeoJSON or Linked Places file or of an index that geomap built"
        )


def _missing(name: str, cache_dir: CacheDir) -> str:
    folder = cache_folder(cache_dir)
    advice = _COMMANDS.get(name, f"build it: geomap gazetteer build FILE... --name {name}")
    if outdated_indexes(name, cache_dir):
        return f"the gazetteer {name!r} in {folder} was built by another version of geomap; {advice}"
    there = ", ".join(installed_names(cache_dir))
    return f"the gazetteer {name!r} is not installed in {folder} (there are {there}), nor is it a file; {advice}"


def installed_names(cache_dir: CacheDir = None) -> list[str]:
    """Return the names that a gazetteer can be opened by."""
    named = (installed_name(path) for path in indexes(cache_dir))
    return [EMBEDDED, *sorted(filter(None, named))]


def installed_name(path: Path) -> str:
    """Return the name by which the index of an installed gazetteer is opened, empty for other indexes."""
    stem = path.name.removesuffix(f"-v{SCHEMA_VERSION}{INDEX_SUFFIX}")
    return stem.removeprefix("named-") if stem in _STEMS.values() or stem.startswith("named-") else ""


def _installed(source: Source, cache_dir: CacheDir) -> Path | None:
    """Return the index of an installed gazetteer, None if the source is not the name of one."""
    if not isinstance(source, str) or not _NAME.match(source.lower()):
        return None
    path = installed_path(source.lower(), cache_dir)
    return path if path.is_file() else None


def stamp(source: Source, cache_dir: CacheDir = None) -> tuple[int, int] | None:
    """Return what changes when the file of a gazetteer does: its time and size; None if there is no file."""
    if source == EMBEDDED:
        return None  # it ships
    path = _installed(source, cache_dir) or Path(source)
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
    installed = _installed(source, cache_dir)
    if installed is not None:
        return installed
    path = Path(source)
    return path if path.suffix.lower() in _INDEXES else ensure_custom_index(path, cache_dir)


def installed_path(name: str, cache_dir: CacheDir = None) -> Path:
    """Return the path of an installed gazetteer's index, whether or not it exists."""
    return cache_folder(cache_dir) / f"{_stem(name)}-v{SCHEMA_VERSION}{INDEX_SUFFIX}"


def _stem(name: str) -> str:
    return _STEMS.get(name, f"named-{name}")


def outdated_indexes(name: str, cache_dir: CacheDir = None) -> list[Path]:
    """Return the indexes of an installed gazetteer that other versions of geomap built."""
    pattern = re.compile(rf"{re.escape(_stem(name))}-v\d+\.(?:{_ENDINGS})")
    current = installed_path(name, cache_dir)
    return [path for path in cache_folder(cache_dir).glob("*-v*") if pattern.fullmatch(path.name) and path != current]


def downloads_folder(name: str, cache_dir: CacheDir = None) -> Path:
    """Return the folder of a gazetteer's downloaded files, whether or not it exists."""
    return cache_folder(cache_dir) / f"{name}-download"


def indexes(cache_dir: CacheDir = None) -> list[Path]:
    """Return all indexes of this version in the cache folder, by name."""
    return sorted(cache_folder(cache_dir).glob(f"*-v{SCHEMA_VERSION}{INDEX_SUFFIX}"))


def remove_installed(name: str, cache_dir: CacheDir = None) -> list[Path]:
    """Delete an installed gazetteer's index and its downloads, and the indexes of files of that name.

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
    own = rf"{re.escape(_stem(name.lower()))}|custom-{re.escape(name)}-[0-9a-f]{{16}}"
    stem = "gazetteer-[0-9a-f]{16}" if name == EMBEDDED else own
    pattern = re.compile(rf"(?:{stem})-v\d+\.{_BESIDE}")
    removed = [path for path in sorted(folder.glob("*-v*")) if pattern.fullmatch(path.name)]
    for path in removed:
        path.unlink(missing_ok=True)
    downloads = downloads_folder(name.lower(), cache_dir)
    if _NAME.match(name.lower()) and downloads.is_dir():
        shutil.rmtree(downloads)
        removed.append(downloads)
    if not removed:
        raise GazetteerNotFound(f"no gazetteer {name!r} in {folder}; see 'geomap gazetteer list'")
    return removed
