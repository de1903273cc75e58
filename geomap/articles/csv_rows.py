"""Rows of CSV files as people and programs really write them."""

from __future__ import annotations

import csv
from collections import deque
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import TextIO

from geomap.articles.columns import plain, unique_header
from geomap.articles.problems import Problems

DELIMITERS = ",;\t|"


class CsvRows:
    """The rows of one CSV file; a broken row costs no other one.

    Parameters
    ----------
    stream
        The characters of the file, opened with ``newline=""``.
    label
        What messages call the file.
    known
        Plain column names (:func:`~geomap.articles.columns.plain`): the delimiter is the one that yields most of them
        in the header, which is surer than what ``csv.Sniffer`` makes of running text.
    problems
        Where broken rows are noted.
    """

    def __init__(self, stream: TextIO, label: str, known: Collection[str], problems: Problems) -> None:
        self._lines = _Lines(stream)
        self._label = label
        self._problems = problems
        self._delimiter = _delimiter(self._lines.peek(), known)
        self.header = unique_header(next(filter(any, csv.reader(self._lines, delimiter=self._delimiter)), []))

    def __iter__(self) -> Iterator[tuple[int, list[str]]]:
        """Yield the number of each row, counted from 1 below the header, and its fields, as many as the header has."""
        width = len(self.header)
        for number, fields in enumerate(self._parsed(), start=1):
            if isinstance(fields, str):
                self._problems.add(self._label, fields, row=number)
            elif len(fields) > width and any(fields[width:]):
                self._problems.add(self._label, f"has {len(fields)} fields, the header {width}", row=number)
            else:
                if len(fields) < width:
                    reason = f"has {len(fields)} fields, the header {width}; the others are missing"
                    self._problems.add(self._label, reason, row=number, action="repaired")
                yield number, [*fields[:width], *[""] * (width - len(fields))]

    def _parsed(self) -> Iterator[list[str] | str]:
        """Yield the fields of each row, or why it has none."""
        # Strict, because only then a quote that never closes is an error and not one row that swallows the others.
        reader = csv.reader(self._lines, delimiter=self._delimiter, strict=True)
        while True:
            self._lines.row.clear()
            try:
                fields: list[str] | str = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                fields = self._without_quoting(self._lines.give_back(), error)
                reader = csv.reader(self._lines, delimiter=self._delimiter, strict=True)
            if fields:
                yield fields

    def _without_quoting(self, line: str, error: csv.Error) -> list[str] | str:
        fields = next(csv.reader([line], delimiter=self._delimiter, quoting=csv.QUOTE_NONE), [])
        return fields if len(fields) == len(self.header) else f"its quotes do not pair ({error})"


class _Lines:
    """The lines of a stream, of which those of the present row can be given back."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._again: deque[str] = deque()
        self.row: list[str] = []

    def __iter__(self) -> Iterator[str]:
        while line := self._again.popleft() if self._again else self._stream.readline():
            self.row.append(line)
            yield line

    def peek(self) -> str:
        """Return the first line that is not blank; those before it are gone."""
        line = next((line for line in self if line.strip()), "")
        self._again.append(line)
        return line

    def give_back(self) -> str:
        """Return the first line of the row, and have the others read again."""
        first, *others = self.row
        self._again.extendleft(reversed(others))
        return first


def _delimiter(line: str, known: Collection[str]) -> str:
    def worth(delimiter: str) -> tuple[int, int]:
        fields = next(csv.reader([line], delimiter=delimiter), [])
        return sum(plain(field) in known for field in fields), len(fields)

    return max(DELIMITERS, key=worth)


@contextmanager
def fields_of_any_size(size: int) -> Iterator[None]:
    """Let the csv module read fields of up to `size` characters, and set its limit back after that."""
    before = csv.field_size_limit()
    csv.field_size_limit(max(before, min(size, 2**31 - 1)))
    try:
        yield
    finally:
        csv.field_size_limit(before)
