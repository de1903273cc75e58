"""Dates as newspapers, feeds and exports write them, to timestamps in UTC."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta, timezone
from email.utils import parsedate_to_datetime
from numbers import Real
from typing import Any

import numpy as np
import pandas as pd

from geomap.tables import is_missing

_ISO = re.compile(r"\d{4}-\d{2}(?:-\d{2}.*)?", re.DOTALL)
_RFC_2822 = re.compile(r"[A-Z][a-z]{2}, \d{1,2} [A-Z][a-z]{2} \d{4} ")
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
# "Wed Nov 23, 2016 | 4:58pm EST", "Published: March 31, 2017"; and the zone of a day without a time.
_AROUND = re.compile(r"[|•·]|^(?i:published|posted|updated)(?i: on)?:?(?=\s)|(?<=\d{4})\s+[A-Z]{2,5}$")
_DOTTED = re.compile(r"\d{1,2}\.\s?\d{1,2}\.\s?\d{2,4}\b")
# Those of RFC 2822 and of Europe; other names are ignored, so that the time is taken as UTC.
_ZONES = "EST-5 EDT-4 CST-6 CDT-5 MST-7 MDT-6 PST-8 PDT-7 GMT+0 UTC+0 Z+0 BST+1 CET+1 CEST+2 EET+2 EEST+3 MSK+3"
_HOURS: Mapping[str, int] = {zone[:-2]: int(zone[-2:]) for zone in _ZONES.split()}


def parse_dates(values: Sequence[Any] | pd.Series) -> tuple[pd.Series, list[int]]:
    """Parse dates of any usual form.

    Parameters
    ----------
    values
        Strings, numbers, dates, timestamps or missing values, in any mixture. Forms: ISO 8601; RFC 2822; "March 31,
        2017" and the like in English; "31.03.2017" with the day first; "2017"; the digits of a date ("20170331",
        "20170331103300"); and seconds, milliseconds, microseconds or nanoseconds since 1970. With slashes or hyphens
        the month comes first ("03/04/2017" is March 4), unless that is impossible ("31/03/2017").

    Returns
    -------
    dates
        Series of ``datetime64[us, UTC]``. A time without a zone is taken as UTC.
    unreadable
        Positions of values that are neither dates nor missing; they are missing in `dates`.

    Examples
    --------
    >>> dates, unreadable = parse_dates(["March 31, 2017", "31.03.2017", 1490918400, "soon", None])
    >>> dates.dt.strftime("%Y-%m-%d").tolist(), unreadable
    (['2017-03-31', '2017-03-31', '2017-03-31', nan, nan], [3])
    """
    items = list(values)
    strings = {i: v.strip() for i, v in enumerate(items) if isinstance(v, str)}
    iso = [i for i, text in strings.items() if _ISO.fullmatch(text)]
    parsed: dict[int, Any] = dict(zip(iso, _iso([strings[i] for i in iso]), strict=True))
    cache: dict[str, pd.Timestamp | None] = {}
    for i, value in enumerate(items):
        if parsed.get(i) is not None:
            continue
        if i not in strings:
            parsed[i] = _from_object(value)
        elif strings[i]:
            parsed[i] = cache[strings[i]] if strings[i] in cache else cache.setdefault(strings[i], _read(strings[i]))
    unreadable = [i for i, v in enumerate(items) if parsed.get(i) is None and not is_missing(v, blank=True)]
    dates = pd.Series([parsed.get(i) for i in range(len(items))], dtype="datetime64[us, UTC]")
    return dates, unreadable


def _iso(texts: list[str]) -> list[pd.Timestamp | None]:
    stamps = pd.to_datetime(pd.Series(texts, dtype=object), format="ISO8601", utc=True, errors="coerce")
    return [None if pd.isna(stamp) else stamp for stamp in stamps]


def _read(text: str) -> pd.Timestamp | None:
    if _NUMBER.fullmatch(text):
        return _from_digits(text)
    try:
        if _RFC_2822.match(text):
            return _utc(parsedate_to_datetime(text))
        return _in_words(text)
    except (ValueError, OverflowError, IndexError, TypeError):
        return None


def _in_words(text: str) -> pd.Timestamp | None:
    from dateutil import parser

    text = _AROUND.sub(" ", text).strip()
    day_first = _DOTTED.match(text) is not None
    # The parser fills in what a text leaves open ("Monday", "10:30") from a default; with two defaults, that shows.
    first, second = (
        parser.parse(text, default=datetime(year, month, 1), dayfirst=day_first, tzinfos=_zone)
        for year, month in ((2000, 1), (2001, 2))
    )
    return _utc(first) if first == second else None


def _zone(name: str | None, offset: int | None) -> timezone | None:
    if offset is not None:
        return timezone(timedelta(seconds=offset))
    return timezone(timedelta(hours=_HOURS[name])) if name is not None and name in _HOURS else None


def _from_object(value: object) -> pd.Timestamp | None:
    try:
        if isinstance(value, date | np.datetime64):
            return None if pd.isna(value) else _utc(value)
        if isinstance(value, Real) and not isinstance(value, bool | np.bool_) and np.isfinite(float(value)):
            number = float(value)
            return _from_digits(str(int(number)) if number.is_integer() else str(number))
    except (ValueError, OverflowError):
        return None
    return None


def _from_digits(text: str) -> pd.Timestamp | None:
    """Read a year, the digits of a date, or a count since 1970, told apart by the number of digits."""
    forms = {4: "%Y", 8: "%Y%m%d", 12: "%Y%m%d%H%M", 14: "%Y%m%d%H%M%S"}
    try:
        if len(text) in forms and text.isdecimal():
            return _utc(datetime.strptime(text, forms[len(text)]))
        number = float(text)
        if abs(number) < 1e8:
            return None
        seconds = number / next(unit for unit in (1, 1e3, 1e6, 1e9) if abs(number) < 1e11 * unit)
        return _utc(datetime(1970, 1, 1) + timedelta(seconds=seconds))
    except (ValueError, OverflowError, StopIteration):
        return None


def _utc(moment: date | np.datetime64) -> pd.Timestamp:
    stamp = pd.Timestamp(moment)
    stamp = stamp.tz_localize("UTC") if stamp.tzinfo is None else stamp.tz_convert("UTC")
    return stamp.as_unit("us")
