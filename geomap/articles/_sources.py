"""What a reader is given and what it returns: a source, the caller's options, and rows."""

from __future__ import annotations

import lzma
import re
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from geomap._decoding import Content, Undecodable, decode, read_bytes, unpacked
from geomap.articles._problems import ProblemLog
from geomap.articles._repairs import Repairs
from geomap.errors import ArticlesUnreadable

Record = dict[str, Any]

# What parsers of foreign bytes trip over at damaged files, beside errors of their own.
PARSER_ERRORS = (
    *(ValueError, LookupError, ArithmeticError, AttributeError, TypeError, AssertionError, RecursionError),
    *(EOFError, OSError, zlib.error, lzma.LZMAError),
)
_CHARSETS = {
    "html": re.compile(rb"<meta[^>]+charset\s*=\s*[\"']?([\w-]+)", re.IGNORECASE),
    "xml": re.compile(rb"<\?xml[^>]+encoding\s*=\s*[\"']([\w.:-]+)"),
}


@dataclass(frozen=True, slots=True)
class Source:
    """One file to read.

    Parameters
    ----------
    path
        Where it is.
    label
        Its name in messages.
    stem
        What its article ids begin with: its path in the folder that was read, without extension.
    kind
        Its format, one of the keys of :data:`geomap.articles.readers.READERS`.
    data
        Its content, for a member of an archive that has been unpacked into memory; `path` is then the archive's.
    real
        Its path with all links followed, which is one for each file on disk. Empty for what has no path of its own.
    archive, member
        For a member of an archive: the label of the archive, and the path in it.
    """

    path: Path
    label: str
    stem: str
    kind: str
    data: bytes | None = None
    real: str = ""
    archive: str = ""
    member: str = ""

    def read(self) -> bytes:
        """Return the content, unpacked if the name ends in ``.gz``.

        Raises
        ------
        ArticlesUnreadable
            If the file cannot be unpacked.
        """
        try:
            if self.data is None:
                return read_bytes(self.path)
            return unpacked(self.data, self.label)
        except Undecodable as error:
            raise ArticlesUnreadable(str(error)) from error


@dataclass(frozen=True)
class Options:
    """What the caller chose: which column is which, the encoding, and how dates and texts are read.

    See :func:`geomap.read_articles` for the meaning of each.
    """

    columns: Mapping[str, str] = field(default_factory=dict)
    encoding: str | None = None
    dayfirst: bool | None = None
    repairs: Repairs = field(default_factory=Repairs)


class Paragraph(NamedTuple):
    """One paragraph of a document, or one line of a text, as the splitting of exports needs it.

    Parameters
    ----------
    text
        Its text; may be empty, since blank lines separate parts of exports.
    style
        The name of its style as Word writes it, also for outline levels of other formats: ``"Title"``, ``"Heading 1"``.
        Empty where there is none.
    """

    text: str
    style: str = ""


@dataclass
class Rows:
    """The rows of one file, with the columns named as in the articles table.

    Parameters
    ----------
    numbers
        The number of each row, counted from 1; None for the only article of a file.
    table
        The rows; a DataFrame where the format has dtypes to keep.
    shown
        Whether the texts are what a page shows, so that a tag in them is one that an article quotes.
    """

    numbers: list[int | None] = field(default_factory=list)
    table: list[Record] | pd.DataFrame = field(default_factory=list)
    shown: bool = False


Reader = Callable[[Source, Options, ProblemLog], Rows]


@dataclass(frozen=True)
class Member:
    """A file in an archive: its path there, and what reads it, which may raise ArticlesUnreadable."""

    name: str
    read: Callable[[], bytes]


@dataclass
class Budget:
    """How much more may be unpacked from an archive and the archives in it.

    Parameters
    ----------
    files
        The number of files.
    size
        The number of bytes, unpacked.
    longest_stream
        The number of bytes of a packed tar archive, with the members that are not read.
    """

    files: int = 100_000
    size: int = 2_000_000_000
    longest_stream: int = 8_000_000_000

    LARGEST_FILE = 500_000_000
    # Texts are packed to a third or a tenth, and lists of much the same to a fiftieth; bombs to a thousandth.
    _RATIO, _SMALL = 100, 10_000_000

    @classmethod
    def of(cls, packed: int) -> Budget:
        """Return the budget of an archive of so many bytes."""
        whole = cls()
        # Texts stay in memory once they are read, so a bomb of many small files is stopped early.
        allowed = max(cls._RATIO * packed, 10 * cls._SMALL)
        return cls(whole.files, min(whole.size, allowed), min(whole.longest_stream, allowed))

    def count(self) -> None:
        """Take one file; raise ArticlesUnreadable if there were too many."""
        self.files -= 1
        if self.files < 0:
            raise ArticlesUnreadable(f"more than {type(self)().files:,} files in the archive; the rest is not read")

    def take(self, size: int, *, packed: int | None = None) -> None:
        """Take the bytes of a file before it is unpacked; raise ArticlesUnreadable if that are too many."""
        if packed is not None and size > max(self._SMALL, self._RATIO * packed):
            raise ArticlesUnreadable(
                f"it would grow from {packed:,} to {size:,} bytes, as only files do that are made to exhaust memory"
            )
        if size > min(self.size, self.LARGEST_FILE):
            raise ArticlesUnreadable(f"its {size:,} bytes are more than may still be unpacked from the archive")
        self.size -= size


Container = Callable[[Source, Budget], Iterator[Member]]


def read_content(source: Source, options: Options, problems: ProblemLog) -> Content:
    """Read a file and decide on its encoding; log a guessed one and damaged characters.

    Raises
    ------
    ArticlesUnreadable
        If the file is empty, cannot be unpacked, or is not in the encoding that the caller named.
    """
    try:
        data = source.read()
        if not data.strip(b"\0\t\n\r\f "):
            raise ArticlesUnreadable("the file is empty")
        content = decode(data, encoding=options.encoding, declared=declared_encoding(data, source.kind))
    except Undecodable as error:
        raise ArticlesUnreadable(str(error)) from error
    problems.about(source.label).encoding = content.encoding
    if content.guessed:
        problems.add(source.label, f"read as {content.encoding}", action="guessed")
    if content.damage:
        problems.add(source.label, content.damage, action="repaired", loss=True)
    return content


def declared_encoding(data: bytes, kind: str) -> str | None:
    """Return the encoding that a web page or an XML file declares."""
    found = _CHARSETS[kind].search(data[:4096]) if kind in _CHARSETS else None
    return found.group(1).decode("ascii", "replace") if found else None
