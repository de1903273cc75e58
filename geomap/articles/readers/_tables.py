"""Tables: CSV and Parquet; each row is an article."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from geomap._csv import CsvRows, open_csv, unique_names
from geomap._optional import optional
from geomap.articles._columns import known_names, match_columns, require
from geomap.articles._problems import ProblemLog
from geomap.articles._sources import Options, Record, Rows, Source, read_content
from geomap.errors import ArticlesUnreadable


def read_csv(source: Source, options: Options, problems: ProblemLog) -> Rows:
    """Read a CSV file; values stay strings, and empty fields are missing."""
    result, records = Rows(), list[Record]()
    with open_csv(read_content(source, options, problems), known_names(options.columns)) as rows:
        require(rows.header, options.columns, source.label)
        names = list(match_columns(rows.header, options.columns).values())
        for number, fields in usable_rows(rows, source, problems):
            result.numbers.append(number)
            records.append({name: value or None for name, value in zip(names, fields, strict=True)})
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
        table = pd.read_parquet(source.path)
    except (pyarrow.ArrowException, OSError, ValueError) as error:
        raise ArticlesUnreadable(f"not a readable Parquet file: {error}") from error
    if any(name is not None for name in table.index.names):
        table = table.reset_index()
    table.columns = pd.Index(unique_names(map(str, table.columns)))
    require(table.columns, options.columns, source.label)
    table = table.rename(columns=match_columns(table.columns, options.columns))
    return Rows(list(range(1, len(table) + 1)), table)
