"""Files on disk: atomic writes, the cache folder, free space."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from geomap.errors import GeomapError, UnsafeOutput

CACHE_VARIABLE = "GEOMAP_CACHE"
TEMPORARY = ".geomap-"
# In a temporary folder, locked for as long as the process lives that writes there.
_OWNER = ".owner"
# A folder is made before its owner is known, which takes milliseconds; older versions of geomap named none.
_SECONDS_WITHOUT_LOCK, _SECONDS_WITHOUT_OWNER = 5, 24 * 3600


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

    What a process left there that was killed while it wrote is swept first.

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
    _sweep_once(target.parent)
    try:
        folder = tempfile.TemporaryDirectory(prefix=TEMPORARY, dir=target.parent, ignore_cleanup_errors=True)
    except OSError as error:
        raise UnsafeOutput(f"cannot write {target}: {error.strerror}; choose another folder") from error
    with folder as name, _owned(Path(name)):
        temporary = Path(name) / target.name
        try:
            yield temporary
            _flush(temporary)
            temporary.replace(target)
        except GeomapError:
            raise
        except OSError as error:
            raise UnsafeOutput(f"cannot write {target}: {error.strerror or error}; nothing was changed") from error


@contextlib.contextmanager
def _owned(folder: Path) -> Iterator[None]:
    """Hold the lock that says that a temporary folder has a living owner; without one where no file can be locked."""
    from filelock import FileLock

    lock = FileLock(folder / _OWNER)
    with contextlib.suppress(OSError, NotImplementedError):
        lock.acquire(timeout=0)
    try:
        yield
    finally:
        lock.release()


@lru_cache(maxsize=4096)
def _sweep_once(folder: Path) -> None:
    """Sweep a folder the first time that this process writes there: a run may write a hundred thousand files."""
    sweep(folder)


def sweep(folder: Path) -> None:
    """Remove the temporary folders in a folder that processes left behind which no longer live."""
    with contextlib.suppress(OSError):
        for path in folder.glob(f"{TEMPORARY}*"):
            if path.is_dir() and not path.is_symlink() and _is_abandoned(path):
                shutil.rmtree(path, ignore_errors=True)


def _is_abandoned(folder: Path) -> bool:
    from filelock import FileLock, Timeout

    age = time.time() - folder.stat().st_mtime
    if not (folder / _OWNER).exists():
        return age > _SECONDS_WITHOUT_OWNER
    if age <= _SECONDS_WITHOUT_LOCK:
        return False
    try:
        with FileLock(folder / _OWNER, timeout=0):
            return True
    except (Timeout, OSError, NotImplementedError):
        return False


def _flush(path: Path) -> None:
    with path.open("rb+") as stream:
        os.fsync(stream.fileno())
