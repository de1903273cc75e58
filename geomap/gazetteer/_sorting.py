"""Sort more lines than fit into memory: sorted runs on disk, merged block by block.

SQLite's ``ORDER BY`` would do, but takes twice as long: 10.7 against 5.7 seconds for 4.7 million names.
"""

from __future__ import annotations

import tempfile
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from itertools import islice
from pathlib import Path
from typing import IO, Literal

_LINES_IN_RUN = 2_500_000
_LINES_IN_BLOCK = 100_000


class LineSorter:
    """Sorts lines by code point, which is also the order of their UTF-8 bytes and of SQLite.

    A line must not contain a line feed.

    Parameters
    ----------
    folder
        Folder for runs that do not fit into memory; they are deleted by :meth:`close` and when the ``with`` block ends.
    lines_in_run
        Number of lines to hold in memory.
    """

    def __init__(self, folder: Path, *, lines_in_run: int = _LINES_IN_RUN) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix=".geomap-sort-", dir=folder, ignore_cleanup_errors=True)
        self._lines_in_run = lines_in_run
        self._held: list[str] = []
        self._runs: list[Path] = []

    def __enter__(self) -> LineSorter:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def extend(self, lines: list[str]) -> None:
        """Add lines."""
        self._held += lines
        if len(self._held) >= self._lines_in_run:
            self._spill()

    def blocks(self) -> Iterator[list[str]]:
        """Yield all lines in order, in lists; no lines can be added afterwards."""
        if not self._runs:
            self._held.sort()
            yield self._held
            return
        if self._held:
            self._spill()
        with ExitStack() as stack:
            files = [stack.enter_context(_opened(path, "r")) for path in self._runs]
            yield from _merged(files)

    def close(self) -> None:
        """Delete the temporary files."""
        self._held = []
        self._folder.cleanup()

    def _spill(self) -> None:
        self._held.sort()
        path = Path(self._folder.name) / f"{len(self._runs)}.txt"
        with _opened(path, "w") as file:
            for begin in range(0, len(self._held), _LINES_IN_BLOCK):
                file.write("\n".join(self._held[begin : begin + _LINES_IN_BLOCK]))
                file.write("\n")
        self._runs.append(path)
        self._held = []


def _opened(path: Path, mode: Literal["r", "w"]) -> IO[str]:
    return path.open(mode, encoding="utf-8", errors="surrogatepass", newline="\n")


def _merged(files: Sequence[IO[str]]) -> Iterator[list[str]]:
    """Merge sorted files block by block: sorting a few sorted stretches costs little more than reading them."""
    heads = [(_block(file), file) for file in files]
    heads = [(block, file) for block, file in heads if block]
    while heads:
        # Everything up to the smallest of the blocks' ends has been read from every file.
        bound = min(block[-1] for block, _ in heads)
        part: list[str] = []
        following = []
        for block, file in heads:
            cut = bisect_right(block, bound)
            part += block[:cut]
            rest = block[cut:] or _block(file)
            if rest:
                following.append((rest, file))
        heads = following
        part.sort()
        yield part


def _block(file: IO[str]) -> list[str]:
    return [line[:-1] for line in islice(file, _LINES_IN_BLOCK)]
