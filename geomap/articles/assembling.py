"""Rows of all files -> one articles table: values cleaned, broken rows left out, ids made unique."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from geomap.articles.dates import is_missing, parse_dates
from geomap.articles.problems import Problems
from geomap.articles.readers import Record
from geomap.tables import ARTICLES, as_dtype


class Origin(NamedTuple):
    """Where a row comes from."""

    file: str
    row: int | None
    stem: str


def assemble(tables: list[list[Record] | pd.DataFrame], origins: list[Origin], problems: Problems) -> pd.DataFrame:
    """Return one articles table.

    Parameters
    ----------
    tables
        Rows in the order of the files, columns named as in the articles table.
    origins
        The origin of each row of all tables.
    problems
        Where rows that are skipped or repaired are noted.
    """
    frames = [table if isinstance(table, pd.DataFrame) else _frame(table) for table in tables]
    table = pd.concat(frames, ignore_index=True) if len(frames) != 1 else frames[0].reset_index(drop=True)
    texts = [_text(value, origin, problems) for value, origin in zip(_values(table, "text"), origins, strict=True)]
    kept = [position for position, text in enumerate(texts) if text is not None]
    origins = [origins[position] for position in kept]
    table = table.iloc[kept].reset_index(drop=True)
    columns: dict[str, pd.Series] = {"text": as_dtype([texts[position] for position in kept], "str")}
    for name in ("article_id", "title", "source", "url"):
        columns[name] = as_dtype(_strings(_values(table, name), name, origins, problems), "str")
    columns["title"] = columns["title"].fillna("")
    columns["published"] = _dates(_values(table, "published"), origins, problems)
    columns["article_id"] = as_dtype(_ids(columns["article_id"], origins, problems), "str")
    further = {str(name): _inferred(table[name]) for name in table.columns if name not in ARTICLES}
    return pd.DataFrame({**{name: columns[name] for name in ARTICLES}, **further})


def _frame(records: list[Record]) -> pd.DataFrame:
    # Object, because pandas would make floats of integers, and fail at half a surrogate pair.
    return pd.DataFrame(records, dtype=object)


def _values(table: pd.DataFrame, name: str) -> Sequence[Any]:
    return table[name].tolist() if name in table.columns else [None] * len(table)


def _text(value: object, origin: Origin, problems: Problems) -> str | None:
    """Return the text of an article, or None and a problem."""
    if isinstance(value, str):
        text = _repaired(value, "text", origin, problems)
        if text and not text.isspace():
            return text
    if is_missing(value) or isinstance(value, str):
        problems.add(origin.file, "there is no text", row=origin.row)
    else:
        problems.add(origin.file, f"the text is of type {type(value).__name__}, not a string", row=origin.row)
    return None


def _repaired(value: str, name: str, origin: Origin, problems: Problems) -> str:
    """Return the string without what no file or table can hold, noting that."""
    if "\0" in value:
        value = value.replace("\0", "")
        problems.add(origin.file, f"NUL characters in the {name}; removed", row=origin.row, action="repaired")
    try:
        value.encode()
    except UnicodeEncodeError:
        value = value.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
        reason = f"half of a surrogate pair in the {name}; replaced by U+FFFD"
        problems.add(origin.file, reason, row=origin.row, action="repaired")
    return value


def _strings(values: Sequence[Any], name: str, origins: list[Origin], problems: Problems) -> list[str | None]:
    result: list[str | None] = []
    for value, origin in zip(values, origins, strict=True):
        string = _string(value)
        if string is None and not is_missing(value):
            reason = f"the {name} is of type {type(value).__name__}, not a string; left missing"
            problems.add(origin.file, reason, row=origin.row, action="repaired")
        result.append(_repaired(string, name, origin, problems).strip() or None if string else None)
    return result


def _string(value: Any) -> str | None:
    if isinstance(value, str):
        return value
    if isinstance(value, dict) and isinstance(value.get("name"), str):
        # NewsAPI and schema.org write a publisher as an object with its name.
        return str(value["name"])
    if is_missing(value) or not isinstance(value, int | float | np.number):
        return None
    # A column of integers with gaps has become one of floats.
    return str(int(value)) if float(value).is_integer() else str(value)


def _dates(values: Sequence[Any], origins: list[Origin], problems: Problems) -> pd.Series:
    dates, unreadable = parse_dates(values)
    for position in unreadable:
        reason = f"cannot read the date {str(values[position])[:60]!r}; left missing"
        problems.add(origins[position].file, reason, row=origins[position].row, action="repaired")
    return dates


def _ids(given: pd.Series, origins: list[Origin], problems: Problems) -> list[str]:
    """Return the given ids, else the file's stem and the row; one that is taken already gets a number behind it."""
    wanted = [
        value if isinstance(value, str) else origin.stem if origin.row is None else f"{origin.stem}:{origin.row}"
        for value, origin in zip(given.tolist(), origins, strict=True)
    ]
    names, used, count = set(wanted), set[str](), dict[str, int]()
    result = []
    for name, origin in zip(wanted, origins, strict=True):
        unique = name
        while unique in used or (unique != name and unique in names):
            count[name] = count.get(name, 1) + 1
            unique = f"{name}-{count[name]}"
        if unique != name:
            reason = f"the article_id {name!r} stands twice; this one is now {unique!r}"
            problems.add(origin.file, reason, row=origin.row, action="repaired")
        used.add(unique)
        result.append(unique)
    return result


def _inferred(column: pd.Series) -> pd.Series:
    """Return a further column with the dtype of its values, which stay what they are."""
    if column.dtype != object:
        return column
    try:
        if column.hasnans and pd.api.types.infer_dtype(column, skipna=True) == "integer":
            return column.astype("Int64")
        return column.infer_objects()
    except (OverflowError, UnicodeEncodeError):
        return column
