"""Tables: CSV, Parquet and spreadsheets; each row is an article."""

from __future__ import annotations

import re
import struct
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any

import pandas as pd

from geomap._csv import CsvRows, column_key, open_csv, unguarded, unique_names
from geomap._optional import optional, require_installed
from geomap.articles._apart import Limits, run_apart
from geomap.articles._columns import NoTextColumn, known_names, match_columns, require
from geomap.articles._containers import OLE, library, open_zip, refuse_other_containers
from geomap.articles._problems import ProblemLog
from geomap.articles._sources import PARSER_ERRORS, Options, Record, Rows, Source, read_content
from geomap.errors import ArticlesUnreadable, ColumnMissing

# A header may stand below a title and a note or two.
_HEADER_WITHIN = 20
# Excel cuts the text of a cell there, as programs do that write for it.
_LONGEST_CELL = 32_767
# In rows of more columns only what is not empty is held, and in the first all.
_MANY_COLUMNS = 100
# Of the rectangle that all filled cells of a sheet span; it is held in memory as a whole.
_MOST_CELLS = 20_000_000
# What the reading of a workbook may take: at least, and for what it unpacks to and the cells that it spans.
_JOB = Path(__file__).with_name("_workbook_cells.py")
_SECONDS, _CELLS_A_SECOND = 5, 1_000_000
_MEGABYTES, _MEGABYTES_A_MEGABYTE, _MEGABYTES_A_MILLION = 500, 10, 80
_VALUES: Mapping[str, Callable[[Any], Any]] = {
    "datetime": datetime.fromisoformat,
    "date": date.fromisoformat,
    "time": time.fromisoformat,
    "timedelta": lambda seconds: timedelta(seconds=seconds),
}
_PLACE = re.compile(rb"<(?:\w+:)?c [^>]*?\br=[\"']([A-Z]{1,3})(\d{1,7})[\"']")
_SAID_SPAN = re.compile(rb"\x94\x01\x10(.{16})", re.DOTALL)


def read_csv(source: Source, options: Options, problems: ProblemLog) -> Rows:
    """Read a CSV file; values stay strings, and empty fields are missing."""
    result, records = Rows(), list[Record]()
    with open_csv(read_content(source, options, problems), known_names(options.columns)) as rows:
        require(rows.header, options.columns, source.label)
        names = list(match_columns(rows.header, options.columns).values())
        # An apostrophe before a formula is no part of the text in a file that geomap wrote; in others it may be.
        plain = unguarded if {"article_id", "text"}.issubset(rows.header) else str
        for number, fields in usable_rows(rows, source, problems):
            result.numbers.append(number)
            named = zip(names, fields, strict=True)
            if records and len(names) > _MANY_COLUMNS:
                records.append({name: plain(value) for name, value in named if value})
            else:
                records.append({name: plain(value) or None for name, value in named})
    result.table = records
    return result


def usable_rows(rows: CsvRows, source: Source, problems: ProblemLog) -> Iterator[tuple[int, list[str]]]:
    """Yield the number and the fields of each usable row, and log what is wrong with rows."""
    for row in rows:
        if row.problem:
            problems.add(source.label, row.problem, row=row.number, action="repaired" if row.usable else "skipped")
        if row.usable:
            yield row.number, row.fields


def read_parquet(source: Source, options: Options, problems: ProblemLog) -> Rows:
    """Read a Parquet file; further columns keep their dtypes."""
    pyarrow = optional("pyarrow", needed_by=f"reading {source.label}", extra="parquet")
    try:
        table = pd.read_parquet(source.path if source.data is None else BytesIO(source.data))
        _check_characters(table, pyarrow)
    except (pyarrow.ArrowException, *PARSER_ERRORS) as error:
        # Beside the file itself, the notes that pandas leaves in it may be damaged.
        raise ArticlesUnreadable(f"not a readable Parquet file: {str(error) or type(error).__name__}") from error
    if any(name is not None for name in table.index.names):
        table = table.reset_index()
    table.columns = pd.Index(unique_names(map(str, table.columns)))
    require(table.columns, options.columns, source.label)
    table = table.rename(columns=match_columns(table.columns, options.columns))
    return Rows(list(range(1, len(table) + 1)), table)


def _check_characters(table: pd.DataFrame, pyarrow: Any) -> None:
    """Raise ArrowInvalid if strings are no UTF-8, which is found out when they are looked at."""
    for position in range(table.shape[1]):
        column = table.iloc[:, position]
        values = column.cat.categories if isinstance(column.dtype, pd.CategoricalDtype) else column
        if isinstance(values.dtype, pd.StringDtype):
            pyarrow.array(values.array).validate(full=True)


def read_spreadsheet(source: Source, options: Options, problems: ProblemLog) -> Rows:
    """Read a workbook of Excel or LibreOffice: each sheet with a column of text is a table.

    Rows are numbered through all sheets. Where several sheets hold articles, a column ``sheet`` says which.
    """
    found: dict[str, list[Record]] = {}
    refused: dict[str, ColumnMissing] = {}
    for sheet, cells in _sheets(source):
        try:
            found[sheet] = _articles(cells, source, options)
        except ColumnMissing as error:
            refused[sheet] = error
    if refused and not found:
        raise next(iter(refused.values()))
    for sheet, missing in refused.items():
        reason = "it has no column of text" if isinstance(missing, NoTextColumn) else str(missing)
        problems.add(source.label, f"sheet {sheet!r} left out: {reason}", action="repaired")
    sheets = [sheet for sheet, articles in found.items() for _ in articles]
    records = [article for articles in found.values() for article in articles]
    for number, (sheet, record) in enumerate(zip(sheets, records, strict=True), start=1):
        if len(found) > 1:
            record["sheet"] = sheet
        text = record.get("text")
        if isinstance(text, str) and len(text) == _LONGEST_CELL:
            reason = f"the text is as long as a cell can hold ({_LONGEST_CELL:,} characters) and may be cut off"
            problems.add(source.label, reason, row=number, action="repaired", loss=True)
    return Rows(list(range(1, len(records) + 1)), records)


def _articles(cells: Sequence[Sequence[Any]], source: Source, options: Options) -> list[Record]:
    """Return the rows of a sheet below its header, blank ones left out."""
    header, names = _header(cells, options)
    require(names, options.columns, source.label)
    columns = list(match_columns(names, options.columns).values())
    rows = ([_value(cell) for cell in row] for row in cells[header + 1 :])
    return [dict(zip(columns, row, strict=False)) for row in rows if any(value is not None for value in row)]


def _sheets(source: Source) -> Iterator[tuple[str, list[list[Any]]]]:
    """Yield the name and the cells of each sheet that has any."""
    data = source.read()
    refuse_other_containers(source, data)
    if data.startswith(OLE):
        yield from _old_sheets(source, data)
        return
    require_installed(
        "python_calamine", needed_by=f"reading {source.label}", extra="formats", package="python-calamine"
    )
    # What is damaged makes calamine panic, take any memory, or go on for ever.
    answer = run_apart(_JOB, data, _limits(data))
    if answer.broken:
        raise ArticlesUnreadable(answer.broken if answer.stopped else f"not a spreadsheet, or damaged: {answer.broken}")
    sheets: list[tuple[str, list[list[Any]]]] = []
    for part in answer.parts:
        if isinstance(part, str):
            sheets.append((part, []))
        else:
            sheets[-1][1].extend([_from_json(value) for value in row] for row in part)
    yield from sheets


def _from_json(value: Any) -> Any:
    """Return a value of a cell as calamine has it."""
    if not isinstance(value, dict):
        return value
    [(kind, written)] = value.items()
    return _VALUES[kind](written)


def _old_sheets(source: Source, data: bytes) -> Iterator[tuple[str, list[list[Any]]]]:
    """Yield the sheets of a workbook from before 2007, with xlrd: calamine ends the process at a damaged one."""
    xlrd = optional("xlrd", needed_by=f"reading {source.label}", extra="formats")

    def value(cell: Any) -> Any:
        if cell.ctype == xlrd.XL_CELL_DATE:
            return xlrd.xldate_as_datetime(cell.value, book.datemode)
        if cell.ctype == xlrd.XL_CELL_BOOLEAN:
            return bool(cell.value)
        return "" if cell.ctype in (xlrd.XL_CELL_ERROR, xlrd.XL_CELL_BLANK) else cell.value

    with library("a spreadsheet"):
        try:
            # It writes its doubts to the standard output unless it gets another place for them.
            book = xlrd.open_workbook(file_contents=data, ragged_rows=True, logfile=StringIO())
        except xlrd.XLRDError as error:
            if "encrypted" in str(error):
                raise ArticlesUnreadable("the file is protected by a password; save it without one") from error
            raise
        for sheet in book.sheets():
            cells = [[value(cell) for cell in sheet.row(number)] for number in range(sheet.nrows)]
            if any(cells):
                yield sheet.name, cells


def _limits(data: bytes) -> Limits:
    """Return what the reading of a workbook may take.

    Raises
    ------
    ArticlesUnreadable
        If a stray cell far away makes a sheet span more cells than memory holds.
    """
    cells = 0
    with open_zip(data, "a spreadsheet") as archive, library("a spreadsheet"):
        size = sum(member.file_size for member in archive.infolist()) >> 20
        for name in archive.namelist():
            if name.startswith("xl/worksheets/") and name.endswith((".xml", ".bin")):
                rows, columns = (_span if name.endswith(".xml") else _span_of_binary)(archive.read(name))
                if rows * columns > _MOST_CELLS:
                    raise ArticlesUnreadable(
                        f"a sheet spans {rows:,} rows and {columns:,} columns; delete the stray cells far from its table"
                    )
                cells = max(cells, rows * columns)
    memory = _MEGABYTES + _MEGABYTES_A_MEGABYTE * size + _MEGABYTES_A_MILLION * cells // 1_000_000
    return Limits(_SECONDS + size + cells / _CELLS_A_SECOND, memory)


def _span(sheet: bytes) -> tuple[int, int]:
    """Return the last row and column of a sheet that have a cell."""
    places = set(_PLACE.findall(sheet))
    columns = {letters for letters, _ in places}
    return max((int(row) for _, row in places), default=0), max(map(_column, columns), default=0)


def _span_of_binary(sheet: bytes) -> tuple[int, int]:
    """Return what a sheet of the binary format says of its last row and column."""
    said = _SAID_SPAN.search(sheet)
    if said is None:
        return 0, 0
    _, row, _, column = struct.unpack("<4I", said.group(1))
    return row + 1, column + 1


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = 26 * number + letter - 64
    return number


def _header(cells: Sequence[Sequence[Any]], options: Options) -> tuple[int, list[str]]:
    """Return the position of the header and the names in it: the first row with a column of text, else the likeliest."""
    known = known_names(options.columns)
    best, most = next((position for position, row in enumerate(cells) if any(map(str, row))), 0), 0
    for position, row in enumerate(cells[:_HEADER_WITHIN]):
        meant = _meant(row, known)
        chosen = options.columns.get("text")
        text = "text" in match_columns(_names(row), options.columns).values()
        if text and meant >= (1 if chosen or sum(map(bool, map(str, row))) == 1 else 2):
            return position, _names(row)
        if meant > most:
            best, most = position, meant
    return best, _names(cells[best])


def _names(row: Sequence[Any]) -> list[str]:
    return unique_names(str(cell) for cell in row)


def _meant(row: Sequence[Any], known: Collection[str]) -> int:
    return sum(isinstance(cell, str) and column_key(cell) in known for cell in row)


def _value(cell: Any) -> Any:
    """Return the value of a cell; numbers without a fraction are integers, since a spreadsheet knows no other."""
    if isinstance(cell, str):
        return cell or None
    return int(cell) if isinstance(cell, float) and cell.is_integer() else cell
