"""Files on disk: atomic writes, the cache folder, free space."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from geomap.errors import GeomapError, UnsafeOutput

CACHE_VARIABLE = "GEOMAP_CACHE"


def cache_folder(cache_dir: str | os.PathLike[str] | None = None) -> Path:
    """Return the folder of geomap's caches: the argument, else ``$GEOMAP_CACHE``, else the user's cache folder."""
    from platformdirs import user_cache_path

    chosen = cache_dir or os.environ.get(CACHE_VARIABLE)
    return Path(chosen).expanduser() if chosen else user_cache_path("geomap", appauthor=False)


def free_space(folder: Path) -> int:
    """Return how many bytes are free in a folder."""
    return shutil.disk_usage(folder).free


def size_in_words(count: int) -> str:
    """Return a number of bytes as people write it: ``"28 MB"``, ``"2.5 GB"``."""
    return f"{count / 1e9:,.1f} GB" if count >= 1e9 else f"{count / 1e6:,.0f} MB"


@contextlib.contextmanager
def replacing(path: str | os.PathLike[str]) -> Iterator[Path]:
    """Yield a temporary path to write to; it replaces the target when the block ends without an error.

    Readers see either the old file or the new one, never half of one, also after a power cut: the content is flushed to
    disk before the rename. A symbolic link is followed, so that the file it points to is replaced and the link stays.

    Parameters
    ----------
    path
        The file to write. Its folder must exist.

    Yields
    ------
    Path
        An unused path with the target's name, in a temporary folder beside it.

    Raises
    ------
    UnsafeOutput
        If the folder does not exist, or the file cannot be written there. The old file, if any, is unchanged.
    """
    target = Path(path)
    if not target.parent.is_dir():
        raise UnsafeOutput(f"cannot write {target}: folder {target.parent} does not exist; create it first")
    if target.is_dir():
        raise UnsafeOutput(f"cannot write {target}: it is a folder; give a file name, such as {target / 'output'}")
    target = Path(os.path.realpath(target))
    try:
        folder = tempfile.TemporaryDirectory(prefix=".geomap-", dir=target.parent, ignore_cleanup_errors=True)
    except OSError as error:
        raise UnsafeOutput(f"cannot write {target}: {error.strerror}; choose another folder") from error
    with folder as name:
        temporary = Path(name) / target.name
        try:
            yield temporary
            _flush(temporary)
            temporary.replace(target)
        except GeomapError:
            raise
        except OSError as error:
            raise UnsafeOutput(f"cannot write {target}: {error.strerror or error}; nothing was changed") from error


def _flush(path: Path) -> None:
    with path.open("rb+") as stream:
        os.fsync(stream.fileno())
