"""CSV files: read with any delimiter, where a broken row costs no other one, and written so that they are read back."""

from __future__ import annotations

import csv
import re
import warnings
from collections import deque
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TextIO

from geomap._decoding import Content

if TYPE_CHECKING:
    import pandas as pd

DELIMITERS = ",;\t|"
# What spreadsheets take for a formula, unless an apostrophe stands before it; a number with a sign is none.
_GUARDED = re.compile(r"'+[=+\-@\t\r]")
_MAY_CHANGE = frozenset("'=+-@\t\r")
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")


def write_csv(table: pd.DataFrame, path: Path, *, escape_formulas: bool) -> None:
    """Write a table as CSV so that :func:`read_back` finds every text as it was.

    Parameters
    ----------
    table
        Its text may be anything.
    path
        The file.
    escape_formulas
        Whether text that a spreadsheet would run gets an apostrophe before it.
    """
    written = table.copy()
    written.columns = [_guarded(str(name), escape=escape_formulas) for name in table.columns]
    quoted = False
    for position in range(written.shape[1]):
        column = written.iloc[:, position]
        if not _holds_text(column):
            continue
        cells = [_guarded(one, escape=escape_formulas) if isinstance(one, str) else one for one in column]
        if any(isinstance(one, str) and "\r" in one for one in cells):
            quoted = True  # some versions of Python leave a lone carriage return outside of quotes
        written.isetitem(position, cells)
    options: dict[str, Any] = {"quoting": csv.QUOTE_ALL} if quoted else {}
    written.to_csv(path, index=False, encoding="utf-8", lineterminator="\n", **options)


def _holds_text(column: pd.Series[Any]) -> bool:
    import pandas as pd  # not at import: the gazetteer reads CSV too, and needs no pandas

    return column.dtype == object or isinstance(column.dtype, pd.StringDtype | pd.CategoricalDtype)


def _guarded(text: str, *, escape: bool) -> str:
    if not text or text[0] not in _MAY_CHANGE:
        return text
    runs = text[0] != "'" and not _NUMBER.fullmatch(text)
    # Text that looks guarded as it is gets one more apostrophe, or reading would take its own away.
    return f"'{text}" if _GUARDED.match(text) or (escape and runs) else text


def unguarded(text: str) -> str:
    """Return text of a cell without the apostrophe that keeps a spreadsheet from running it.

    Examples
    --------
    >>> unguarded("'=1+1"), unguarded("-3.5"), unguarded("'tis")
    ('=1+1', '-3.5', "'tis")
    """
    return text[1:] if _GUARDED.match(text) else text


def read_back(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table of text, as pandas reads a file of :func:`write_csv`, as it was before it was written."""
    # Column by column, because one without a value would lose its dtype.
    plain: pd.DataFrame = table.apply(lambda column: column.map(unguarded, na_action="ignore").astype(column.dtype))
    return plain.rename(columns=unguarded)


def read_table(content: Content, known: Collection[str], *, texts: Collection[str] | None = None) -> pd.DataFrame:
    """Return a CSV file of any delimiter as a table, in which only empty cells are missing.

    Parameters
    ----------
    content
        The file.
    known
        As for :func:`delimiter_of`.
    texts
        The columns that stay text, others become numbers where they hold no others; by default all stay text.

    Raises
    ------
    ValueError
        If it is no table: unbalanced quotes, or rows longer than the header.
    """
    import pandas as pd

    delimiter = delimiter_of(next((line for line in content.lines() if line.strip()), ""), known)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", pd.errors.ParserWarning)
            # Namibia's code is NA, and Nan is a town in Thailand. Without index_col, fields too many would name the rows.
            return pd.read_csv(
                content.lines(),
                sep=delimiter,
                dtype=str if texts is None else dict.fromkeys(texts, str),
                keep_default_na=False,
                na_values=[""],
                index_col=False,
            )
    except pd.errors.ParserWarning as error:
        raise ValueError("rows have more fields than the header has columns") from error


def column_key(name: str) -> str:
    """Return a column's name without case, spaces and punctuation, to compare it with others.

    Examples
    --------
    >>> column_key("Published_At"), column_key("published-at")
    ('publishedat', 'publishedat')
    """
    return "".join(letter for letter in name.casefold() if letter.isalnum())


# Fields that short rows lack may be added so often: a wide header and many empty rows must not fill the memory.
_MOST_ADDED = 5_000_000


def unique_names(header: Iterable[str]) -> list[str]:
    """Return the column names of a header, with blank and repeated ones named as pandas names them.

    Examples
    --------
    >>> unique_names(["id", "", "text", "text"])
    ['id', 'Unnamed: 1', 'text', 'text.1']
    """
    # A broken file may have a million columns of one name: none is compared with all others, or counted from the start.
    names: dict[str, None] = {}
    counts: dict[str, int] = {}
    for position, field in enumerate(header):
        name = field.strip() or f"Unnamed: {position}"
        count, candidate = counts.get(name, 0), name
        while candidate in names:
            count += 1
            candidate = f"{name}.{count}"
        names[candidate], counts[name] = None, count
    return list(names)


def delimiter_of(header: str, known: Collection[str]) -> str:
    """Return the delimiter of a header line.

    Parameters
    ----------
    header
        The line.
    known
        Column names that may be expected, as :func:`column_key` returns them. The delimiter is the one that yields most
        of them, which is more reliable than what ``csv.Sniffer`` makes of running text.

    Examples
    --------
    >>> delimiter_of("headline;body, in full;date", {"headline", "date"})
    ';'
    """

    def score(delimiter: str) -> tuple[int, int]:
        fields = next(csv.reader([header], delimiter=delimiter), [])
        return sum(column_key(field) in known for field in fields), len(fields)

    return max(DELIMITERS, key=score)


class Row(NamedTuple):
    """One row of a CSV file.

    Parameters
    ----------
    number
        Counted from 1 below the header; blank lines do not count.
    line
        The line of the file on which it begins, counted from 1.
    fields
        As many as the header has; none if the row is not `usable`.
    problem
        What is wrong with the row; empty if nothing is.
    usable
        Whether its fields are those of the columns; the last ones of a short row are empty.
    """

    number: int
    line: int
    fields: list[str]
    problem: str = ""
    usable: bool = True


class CsvRows:
    """The column names of a CSV file and, iterated over once, its rows.

    Parameters
    ----------
    stream
        The characters of the file, with line ends as they are (``newline=""``).
    known
        As for :func:`delimiter_of`.
    strict
        Whether unbalanced quotes are an error. Otherwise such a line is read without quoting if it then has as many
        fields as the header, and is not usable if it has not.

    Attributes
    ----------
    header : list of str
        The column names, unique.
    """

    def __init__(self, stream: TextIO, known: Collection[str], *, strict: bool = False) -> None:
        self._lines = _Lines(stream)
        self._strict = strict
        self._delimiter = delimiter_of(self._lines.peek(), known)
        self.header = unique_names(next(filter(any, csv.reader(self._lines, delimiter=self._delimiter)), []))

    def __iter__(self) -> Iterator[Row]:
        """Yield the rows; raise ``csv.Error``, with the line, for unbalanced quotes if these are an error."""
        width, added = len(self.header), 0
        for number, (line, fields) in enumerate(self._parsed(), start=1):
            if isinstance(fields, str):
                yield Row(number, line, [], fields, usable=False)
            elif len(fields) > width and any(fields[width:]):
                yield Row(number, line, [], f"{len(fields)} fields, but the header has {width}", usable=False)
            elif len(fields) < width:
                problem = f"{len(fields)} fields, but the header has {width}; the others are left missing"
                added += width - len(fields)
                if added > _MOST_ADDED:
                    yield Row(number, line, [], problem.partition(";")[0], usable=False)
                    continue
                yield Row(number, line, fields + [""] * (width - len(fields)), problem)
            else:
                yield Row(number, line, fields[:width])

    def _parsed(self) -> Iterator[tuple[int, list[str] | str]]:
        """Yield the first line and the fields of each row, or what is wrong with it."""
        # Strict, because only then a quote that never closes is an error and not one row that swallows the others.
        reader = csv.reader(self._lines, delimiter=self._delimiter, strict=True)
        while True:
            self._lines.row.clear()
            line = self._lines.count + 1
            try:
                fields: list[str] | str = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                if self._strict:
                    raise csv.Error(f"line {line}: {error}") from error
                fields = self._without_quoting(self._lines.unread(), error)
                reader = csv.reader(self._lines, delimiter=self._delimiter, strict=True)
            if fields:
                yield line, fields

    def _without_quoting(self, line: str, error: csv.Error) -> list[str] | str:
        fields = next(csv.reader([line], delimiter=self._delimiter, quoting=csv.QUOTE_NONE), [])
        return fields if len(fields) == len(self.header) else f"unbalanced quotes ({error})"


class _Lines:
    """The lines of a stream; those of the current row can be read again."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._again: deque[str] = deque()
        self.row: list[str] = []
        self.count = 0

    def __iter__(self) -> Iterator[str]:
        while line := self._again.popleft() if self._again else self._stream.readline():
            self.row.append(line)
            self.count += 1
            yield line

    def peek(self) -> str:
        """Return the first line that is not blank, without consuming it; blank lines before it are dropped."""
        line = next((line for line in self if line.strip()), "")
        self._again.append(line)
        self.count -= 1
        return line

    def unread(self) -> str:
        """Return the first line of the row, and have the others read again."""
        first, *others = self.row
        self._again.extendleft(reversed(others))
        self.count -= len(others)
        return first


@contextmanager
def open_csv(content: Content, known: Collection[str], *, strict: bool = False) -> Iterator[CsvRows]:
    r"""Open a CSV file for reading, with fields of any size; the parameters are those of :class:`CsvRows`.

    Examples
    --------
    >>> with open_csv(Content(b"name;lat;lon\nMosul;36.34;43.13\n"), {"name", "lat", "lon"}) as rows:
    ...     print(rows.header, [row.fields for row in rows])
    ['name', 'lat', 'lon'] [['Mosul', '36.34', '43.13']]
    """
    before = csv.field_size_limit()
    csv.field_size_limit(max(before, min(len(content.data), 2**31 - 1)))
    try:
        with content.lines() as stream:
            yield CsvRows(stream, known, strict=strict)
    finally:
        csv.field_size_limit(before)
