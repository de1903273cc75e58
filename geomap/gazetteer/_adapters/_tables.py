"""Tables of one's own: CSV and its relatives, with a column for the name and columns for the coordinates."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

from geomap._csv import CsvRows
from geomap.errors import InvalidGazetteer
from geomap.gazetteer._adapters._opening import open_text, reading
from geomap.gazetteer._adapters._records import HEADERS, CustomPlace, find_columns, read_place


def table_rows(path: Path) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield each row of a table, as file and row for messages and as its values by column.

    Raises
    ------
    InvalidGazetteer
        If a row does not fit the header or a quote is never closed; the message names row and line.
    """
    try:
        with open_text(path) as stream, reading(path):
            rows = CsvRows(stream, HEADERS, strict=True)
            for row in rows:
                where = f"{path.name}, row {row.number} (line {row.line})"
                if not row.usable:
                    raise InvalidGazetteer(f"{where}: {row.problem}")
                if any(map(str.strip, row.fields)):
                    yield where, dict(zip(rows.header, row.fields, strict=True))
    except csv.Error as error:
        raise InvalidGazetteer(f"{path.name}, {error}") from error


def table_header(path: Path) -> list[str]:
    """Return the columns of a table, none if it is empty.

    Raises
    ------
    InvalidGazetteer
        If the file is not UTF-8 text.
    """
    try:
        with open_text(path) as stream, reading(path):
            return CsvRows(stream, HEADERS).header
    except csv.Error as error:
        raise InvalidGazetteer(f"{path.name}, {error}") from error


def table_places(path: Path) -> Iterator[CustomPlace]:
    """Yield the places of a table.

    Raises
    ------
    InvalidGazetteer
        If there is no column for the name or the coordinates, or a row is invalid.
    """
    columns = find_columns(table_header(path), where=path.name)
    for where, row in table_rows(path):
        yield read_place({key: row[column] for key, column in columns.items()}, where=where)
