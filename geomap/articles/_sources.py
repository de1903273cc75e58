"""What a reader is given and what it returns: a source, the caller's options, and rows."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from geomap._decoding import Content, Undecodable, decode, read_bytes
from geomap.articles._problems import ProblemLog
from geomap.errors import ArticlesUnreadable

Record = dict[str, Any]

_CHARSET = re.compile(rb"<meta[^>]+charset\s*=\s*[\"']?([\w-]+)", re.IGNORECASE)


@dataclass(frozen=True)
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
    """

    path: Path
    label: str
    stem: str
    kind: str
    data: bytes | None = None

    def read(self) -> bytes:
        """Return the content, unpacked if the name ends in ``.gz``.

        Raises
        ------
        ArticlesUnreadable
            If the file cannot be unpacked.
        """
        if self.data is not None:
            return self.data
        try:
            return read_bytes(self.path)
        except Undecodable as error:
            raise ArticlesUnreadable(str(error)) from error


@dataclass(frozen=True)
class Options:
    """What the caller chose: which column is which, and the encoding."""

    columns: Mapping[str, str]
    encoding: str | None = None


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
    """

    numbers: list[int | None] = field(default_factory=list)
    table: list[Record] | pd.DataFrame = field(default_factory=list)


Reader = Callable[[Source, Options, ProblemLog], Rows]


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
        content = decode(data, encoding=options.encoding, declared=_charset(data) if source.kind == "html" else None)
    except Undecodable as error:
        raise ArticlesUnreadable(str(error)) from error
    problems.about(source.label).encoding = content.encoding
    if content.guessed:
        problems.add(source.label, f"read as {content.encoding}", action="guessed")
    if content.damage:
        problems.add(source.label, content.damage, action="repaired", loss=True)
    return content


def _charset(data: bytes) -> str | None:
    """Return the encoding that a web page declares."""
    found = _CHARSET.search(data[:4096])
    return found.group(1).decode("ascii", "replace") if found else None
