"""Write files so that an interruption leaves either the old file or the new one, never half of one."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterator
from pathlib import Path

from geomap.errors import UnsafeOutput


@contextlib.contextmanager
def replacing(path: str | Path) -> Iterator[Path]:
    """Give a temporary path beside the target to write to; it takes the target's name when the block ends well.

    Parameters
    ----------
    path
        The file to write. Its folder must exist.

    Yields
    ------
    Path
        A path in the same folder with the same suffix, on which nothing lies yet.

    Raises
    ------
    UnsafeOutput
        If the folder does not exist, or the file cannot be written there; the old file, if any, is untouched.
    """
    target = Path(path)
    if not target.parent.is_dir():
        raise UnsafeOutput(f"cannot write {target}: there is no folder {target.parent}; create it first")
    if target.is_dir():
        raise UnsafeOutput(f"cannot write {target}: it is a folder; name a file")
    try:
        folder = tempfile.TemporaryDirectory(prefix=".geomap-", dir=target.parent, ignore_cleanup_errors=True)
    except OSError as error:
        raise UnsafeOutput(f"cannot write {target}: {error.strerror}; choose another folder") from error
    with folder as name:
        temporary = Path(name) / target.name
        try:
            yield temporary
            temporary.replace(target)
        except OSError as error:
            raise UnsafeOutput(f"cannot write {target}: {error.strerror or error}; nothing was changed") from error
