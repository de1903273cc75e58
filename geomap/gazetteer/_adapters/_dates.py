"""Years of dates as gazetteers write them."""

from __future__ import annotations

import re

Span = tuple[int | None, int | None]

# ISO 8601 with an expanded year (-0044-03-15), a year alone, GeoNames' 19910101, a spreadsheet's 1453.0.
_ISO = re.compile(r"\s*([+-]?\d{1,6})(?:[-/]\d{1,2}){0,2}(?:[T ]\d.*)?\s*\Z")
_COMPACT = re.compile(r"\s*(\d{4})(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\s*\Z")
_DECIMAL = re.compile(r"\s*([+-]?\d{1,6})\.0+\s*\Z")
_BEFORE = re.compile(r"\s*(\d{1,6})\s*(?:bc|bce|b\.c\.|b\.c\.e\.)\s*\Z", re.IGNORECASE)
_OPEN = frozenset({"", "..", "nan", "none", "null", "nat", "now", "open", "present", "today"})


def year_of(value: object) -> int | None:
    """Return the year of a date.

    Parameters
    ----------
    value
        A date as text, a number, or anything whose text is a date.

    Returns
    -------
    int or None
        The astronomical year as ISO 8601 counts (1 BC is 0, 44 BC is -43); None where the date is open or not given.

    Raises
    ------
    ValueError
        If the value is not a date.

    Examples
    --------
    >>> year_of("1453-05-29"), year_of(-43), year_of("44 BC"), year_of("")
    (1453, -43, -43, None)
    """
    text = "" if value is None else str(value)
    if text.strip().lower() in _OPEN:
        return None
    if found := _COMPACT.match(text) or _DECIMAL.match(text) or _ISO.match(text):
        return int(found[1])
    if found := _BEFORE.match(text):
        return 1 - int(found[1])
    raise ValueError(f"invalid date {text!r}; expected a year or a date such as 1453-05-29")


def span_of(first: object, last: object) -> Span | None:
    """Return the years from a first to a last date, None at an open end; None altogether where neither is given.

    Raises
    ------
    ValueError
        If one is not a date, or the last is before the first.
    """
    begin, end = year_of(first), year_of(last)
    if begin is None and end is None:
        return None
    if begin is not None and end is not None and end < begin:
        raise ValueError(f"the dates of validity end ({end}) before they begin ({begin})")
    return begin, end
