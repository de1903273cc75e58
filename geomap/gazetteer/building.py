"""Build an index once, whole or not at all, however many processes ask for it."""

from __future__ import annotations

import os
import shutil
import sqlite3
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from geomap.errors import GazetteerUnwritable, GeomapError

CACHE_VARIABLE = "GEOMAP_CACHE"
_SECONDS_TO_WAIT = 3600


def cache_folder(cache_dir: str | os.PathLike[str] | None = None) -> Path:
    """Return where indexes lie: the argument, else ``GEOMAP_CACHE``, else the user's cache folder."""
    from platformdirs import user_cache_path

    chosen = cache_dir or os.environ.get(CACHE_VARIABLE)
    return Path(chosen).expanduser() if chosen else user_cache_path("geomap", appauthor=False)


def build_once(target: Path, write: Callable[[Path], None], *, needed: int, anew: bool = False) -> Path:
    """Return the target; write it first if it is not there.

    Several processes may call this at once: one builds, the others wait.

    Parameters
    ----------
    target
        The index.
    write
        Writes it at the path it is given.
    needed
        Bytes that must be free in the target's folder, temporary files included.
    anew
        Whether to replace a target that is there; readers that have the old one open keep it.

    Raises
    ------
    GazetteerUnwritable
        If the folder cannot be written or has too little space.
    """
    from filelock import FileLock

    if target.is_file() and not anew:
        return target
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(target.with_suffix(".lock"), timeout=_SECONDS_TO_WAIT):
            if anew or not target.is_file():
                check_space(target.parent, needed)
                _write(target, write)
    except GeomapError:
        raise
    except (OSError, sqlite3.Error) as error:
        raise GazetteerUnwritable(
            f"the gazetteer's index (about {_size(needed)}) cannot be built in {target.parent}: {error}; free space there, "
            f"or name a writable folder in the environment variable {CACHE_VARIABLE} or as Gazetteer(cache_dir=...)"
        ) from error
    return target


def _write(target: Path, write: Callable[[Path], None]) -> None:
    temporary = target.with_suffix(f".{os.getpid()}.tmp")
    temporary.unlink(missing_ok=True)
    try:
        write(temporary)
        temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)


def check_space(folder: Path, needed: int) -> None:
    """Raise GazetteerUnwritable if fewer bytes are free in a folder than are needed."""
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise GazetteerUnwritable(
            f"{folder} has {_size(free)} free and {_size(needed)} are needed; free space there, or name another folder "
            f"in the environment variable {CACHE_VARIABLE} or as Gazetteer(cache_dir=...)"
        )


def _size(count: int) -> str:
    return f"{count / 1e9:,.1f} GB" if count >= 1e9 else f"{count / 1e6:,.0f} MB"


@contextmanager
def progress_bar(text: str) -> Iterator[Callable[[float], None]]:
    """Show a bar on stderr if that is a terminal; yield what moves it, in [0, 1]."""
    if not sys.stderr.isatty():
        yield lambda share: None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(text, total=1.0)
        yield lambda share: bar.update(task, completed=share)
