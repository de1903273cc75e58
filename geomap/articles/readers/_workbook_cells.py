"""The cells of a workbook, as calamine finds them. Run in a process of its own: it imports nothing of geomap."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from io import BytesIO
from typing import Any

import python_calamine as calamine

_AT_A_TIME = 1000
# No program writes more; a file may claim any number.
_MOST_COLUMNS = 16_384


def run(data: bytes) -> Iterator[Any]:
    """Yield each sheet that has cells.

    Yields
    ------
    str or list
        The name of a sheet, then its rows, a list of at most a thousand of them at a time. A row without values is empty. A
        value that JSON does not know is an object with its kind as the only key: ``{"datetime": "2019-03-31T08:30:00"}``.
    """
    book = calamine.CalamineWorkbook.from_filelike(BytesIO(data))
    for sheet in book.sheets_metadata:
        if sheet.typ == calamine.SheetTypeEnum.WorkSheet:
            rows = book.get_sheet_by_name(sheet.name).to_python(skip_empty_area=True)
            if rows and len(rows[0]) > _MOST_COLUMNS:
                raise ValueError(f"a sheet has {len(rows[0]):,} columns")
            if rows:
                yield sheet.name
            for start in range(0, len(rows), _AT_A_TIME):
                yield [_plain(row) for row in rows[start : start + _AT_A_TIME]]


def _plain(row: Sequence[Any]) -> list[Any]:
    if not any(value != "" for value in row):
        return []
    return [value if isinstance(value, str | int | float) else _named(value) for value in row]


def _named(value: Any) -> Any:
    if isinstance(value, datetime | date | time):
        return {type(value).__name__: value.isoformat()}
    return {"timedelta": value.total_seconds()} if isinstance(value, timedelta) else None
