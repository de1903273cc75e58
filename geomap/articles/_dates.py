"""Dates as newspapers, feeds and exports write them, to timestamps in UTC: one parser for every way in."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from numbers import Real
from typing import Any, Literal, NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np
import pandas as pd

from geomap.articles._date_words import FILLERS, MONTHS, REGIONS, ZONES, fold
from geomap.errors import InvalidTable
from geomap.tables import is_missing

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)

_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
_ISO = re.compile(r"\d{4}-?(?:\d{2}-?\d{2}|W\d{2})")
_YEAR_AND_MONTH = re.compile(r"(\d{4})-(\d{2})")
_ORDINAL = re.compile(r"(\d{4})-?(\d{3})")

# A time of day: "10:27am", "16:30:05.25", "16h30", "16.30 Uhr", "kl. 16.30", "4 p.m."; and what says its zone after it.
_CLOCK = re.compile(
    r"(?<![\d.])(?P<hour>\d{1,2})(?:"
    r":(?P<minute>\d{2})(?::(?P<second>\d{2})(?:[.,](?P<fraction>\d{1,9}))?)?(?:\s*(?P<half>[ap])\.?\s?m\b\.?)?"
    r"|\s?h\s?(?P<minute_h>\d{2})?\b"
    r"|\s*(?P<half_only>[ap])\.?\s?m\b\.?"
    r"|\.(?P<minute_dot>\d{2})(?=\s*uhr\b|\s*(?P<half_dot>[ap])\.?\s?m\b\.?)"
    r")"
)
_CLOCK_WITH_DOT = re.compile(r"\b(?:kl|klo|ore|alle)\.?\s*(\d{1,2})[.](\d{2})\b")
_OFFSET = re.compile(r"\s*(?:utc|gmt|z)?\s*([+\-−])\s?(\d{1,2}):?(\d{2})?(?!\d)")
_ZONE_NAME = re.compile(r"\s*(?:uhr\b\s*)?\(?([a-z]{1,5})\b(?!\.)\)?")
_SPELLED_ZONE = re.compile(r"\b([ecmp])(?:astern|entral|ountain|acific)(?: standard| daylight)? time\b")
_REGION = re.compile(r"\[?\b([A-Z][A-Za-z]+/[A-Z][A-Za-z_]+)\]?")
_EAST_ASIAN_DAY = re.compile(r"(\d{2,4})\s?[年년]\s?(\d{1,2})\s?[月월](?:\s?(\d{1,2})\s?[日일号號])?")
_EAST_ASIAN_CLOCK = re.compile(r"(\d{1,2})\s?[时時시點点]\s?(?:(\d{1,2})\s?[分분])?(?:\s?(\d{1,2})\s?[秒초])?")
_EAST_ASIAN_WEEKDAY = re.compile(r"(?:星期|周|週|礼拜)[一二三四五六日天]|[月火水木金土日]曜日?|[월화수목금토일]요일")
_AFTERNOON = re.compile(r"下午|午後|晚上|오후")
_MORNING = re.compile(r"上午|午前|早上|凌晨|오전")
_VIETNAMESE_MONTH = re.compile(r"\bthang (\d{1,2})\b(?: nam)?")
_TWO_WORDS = re.compile("(كانون|تشرين)\\s+(?=ال)")  # months of the Levant
_IN_PARENTHESES = re.compile(r"\([^()]*\)")
_DECORATION = re.compile(r"[|•·,;]|–|—")
_THREE_NUMBERS = re.compile(r"\D*?(\d{1,4})\s?([/.\-\s])\s?(\d{1,2})\s?[/.\-\s]\s?(\d{1,4})\D*")
_MONTH_AND_YEAR = re.compile(r"\D*?(?:(\d{1,2})\s?[/.\-]\s?(\d{4})|(\d{4})\s?[/.\-]\s?(\d{1,2}))\D*")
_WORD = re.compile(r"[^\W\d_]+")
_DIGITS = re.compile(r"\d+")


@dataclass(frozen=True)
class DateOrder:
    """Whether the day or the month comes first in the dates of a column such as 03/04/2017, and how that is known.

    Parameters
    ----------
    choice
        ``day first`` or ``month first`` if values prove it (a part above 12) or the caller said so (`given`), ``not
        proven`` if none does, ``contradictory`` if some prove the one and some the other; None if no value leaves it
        open.
    day_first, month_first
        How many values prove the one and the other.
    undecided
        How many values do not show their order and were read by the choice.
    examples
        A value that proves that the day comes first, one that proves the month, and one that proves nothing; empty where
        there is none.
    given
        Whether the caller decided.
    """

    choice: Literal["day first", "month first", "not proven", "contradictory"] | None = None
    day_first: int = 0
    month_first: int = 0
    undecided: int = 0
    examples: tuple[str, str, str] = ("", "", "")
    given: bool = False

    @property
    def doubtful(self) -> bool:
        """Whether dates were read in an order that nothing proves."""
        return self.choice in ("not proven", "contradictory")

    def sentence(self) -> str:
        """Return what to tell the reader of an account; empty if there is nothing to tell."""
        advice = "pass dayfirst=True if the day comes first, dayfirst=False if not"
        by_day, by_month, neither = self.examples
        if self.given:
            against = self.month_first if self.choice == "day first" else self.day_first
            if not against:
                return ""
            example = by_month if self.choice == "day first" else by_day
            other = "month" if self.choice == "day first" else "day"
            return f"{_count(against, 'date')} can only be read with the {other} first ({example}), and was read so"
        if self.choice in ("day first", "month first"):
            proofs, example = (self.day_first, by_day) if self.choice == "day first" else (self.month_first, by_month)
            total = self.day_first + self.month_first + self.undecided
            return f"dates read with the {self.choice}, as {proofs} of {total} prove ({example})"
        undecided = f"{_count(self.undecided, 'date')} such as {neither} read with the month first"
        if self.choice == "not proven":
            return f"{undecided}, but nothing proves that order; {advice}"
        if self.choice == "contradictory":
            return (
                f"the day is proven to come first by {_count(self.day_first, 'date')} ({by_day}) and the month by "
                f"{self.month_first} ({by_month}), so that each is read by itself, and {undecided}; {advice}"
            )
        return ""


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def check_dayfirst(dayfirst: bool | None) -> bool | None:
    """Return what a caller says of the order of day and month, if it is one of its choices, else raise InvalidTable."""
    if dayfirst is not None and not isinstance(dayfirst, bool | np.bool_):
        raise InvalidTable(f"dayfirst must be True, False or None; got {dayfirst!r}")
    return None if dayfirst is None else bool(dayfirst)


class ParsedDates(NamedTuple):
    """The dates of a column, the positions of those that could not be read, and the order of day and month."""

    dates: pd.Series[Any]
    unreadable: list[int]
    order: DateOrder


class _Numbers(NamedTuple):
    """A date in numbers that does not say by its form whether the day or the month comes first."""

    first: int
    second: int
    year: int
    clock: int
    zone: tzinfo | int
    dotted: bool

    @property
    def proves(self) -> Literal["day", "month"] | None:
        """Which of the two comes first for certain."""
        if self.first > 12:
            return "day"
        return "month" if self.second > 12 else None

    def moment(self, *, day_first: bool) -> int | None:
        day, month = (self.first, self.second) if day_first else (self.second, self.first)
        return _moment(self.year, month, day, self.clock, self.zone)


def parse_dates(values: Sequence[Any] | pd.Series[Any], *, dayfirst: bool | None = None) -> ParsedDates:
    """Parse dates of any usual form.

    Parameters
    ----------
    values
        Strings, numbers, dates, timestamps or missing values, in any mixture. Forms: ISO 8601, with weeks and days of
        the year; RFC 2822; "March 31, 2017", "31 mars 2017", "31 марта 2017", "2017年3月31日" and the like in some
        twenty languages; "31.03.2017", "03/31/2017"; "2017"; the digits of a date ("20170331", "20170331103300"); and
        seconds, milliseconds, microseconds or nanoseconds since 1970.
    dayfirst
        Whether 03/04/2017 is April 3. By default the values decide together: if one of them can only be read with the
        day first (31/03/2017), all are; if none proves it, the month comes first, and with dots (03.04.2017) the day.
        A value that is impossible in the order given is read in the other one.

    Returns
    -------
    ParsedDates
        ``dates``, a Series of ``datetime64[us, UTC]``, where a time without a zone is taken as UTC; ``unreadable``, the
        positions of values that are neither dates nor missing, which are missing in `dates`; and ``order``, how day and
        month were told apart.

    Examples
    --------
    >>> parsed = parse_dates(["March 31, 2017", "31.03.2017", 1490918400, "soon", None])
    >>> parsed.dates.dt.strftime("%Y-%m-%d").tolist(), parsed.unreadable
    (['2017-03-31', '2017-03-31', '2017-03-31', nan, nan], [3])
    >>> parsed = parse_dates(["03/04/2017", "13/04/2017"])
    >>> parsed.dates.dt.strftime("%B %d").tolist(), parsed.order.choice
    (['April 03', 'April 13'], 'day first')
    """
    if isinstance(values, pd.Series) and pd.api.types.is_datetime64_any_dtype(values.dtype):
        return ParsedDates(_as_utc(values), [], DateOrder())
    items = list(values)
    cache: dict[Any, int | _Numbers | None] = {}
    read: list[int | _Numbers | None] = []
    for value in items:
        if type(value) is str:
            if value not in cache:
                cache[value] = _from_text(value.strip())
            read.append(cache[value])
        else:
            read.append(_from_text(value.strip()) if isinstance(value, str) else _from_object(value))
    order = _order(items, read, dayfirst)
    moments = [_placed(each, order) if isinstance(each, _Numbers) else each for each in read]
    unreadable = [i for i, moment in enumerate(moments) if moment is None and not is_missing(items[i], blank=True)]
    return ParsedDates(_series(moments), unreadable, order)


def _as_utc(times: pd.Series[Any]) -> pd.Series[Any]:
    times = times.reset_index(drop=True)
    times = times.dt.tz_localize("UTC") if times.dt.tz is None else times.dt.tz_convert("UTC")
    return pd.Series(times.dt.as_unit("us"), name=None)


def _series(moments: Iterable[int | None]) -> pd.Series[Any]:
    missing = np.iinfo("int64").min  # what NaT is
    counts = np.array([missing if moment is None else moment for moment in moments], dtype="int64")
    return pd.Series(counts.view("datetime64[us]")).dt.tz_localize("UTC")


# --- day or month first ------------------------------------------------------------------------------------------------


def _order(items: Sequence[Any], read: Sequence[int | _Numbers | None], dayfirst: bool | None) -> DateOrder:
    proofs = {"day": 0, "month": 0, None: 0}
    examples: dict[str | None, str] = {}
    dotted_only = True
    for value, numbers in zip(items, read, strict=True):
        # 03/03/2017 is the same day either way.
        if isinstance(numbers, _Numbers) and numbers.first != numbers.second:
            proven = numbers.proves
            proofs[proven] += 1
            examples.setdefault(proven, str(value).strip()[:60])
            dotted_only = dotted_only and (proven is not None or numbers.dotted)
    by_day, by_month, undecided = proofs["day"], proofs["month"], proofs[None]
    shown = (examples.get("day", ""), examples.get("month", ""), examples.get(None, ""))
    if dayfirst is not None:
        return DateOrder("day first" if dayfirst else "month first", by_day, by_month, undecided, shown, given=True)
    if not undecided:
        return DateOrder(None, by_day, by_month, 0, shown)
    if by_day and by_month:
        return DateOrder("contradictory", by_day, by_month, undecided, shown)
    if by_day or by_month:
        return DateOrder("day first" if by_day else "month first", by_day, by_month, undecided, shown)
    # With dots the day comes first wherever dates are written so: nothing is left open.
    return DateOrder(None if dotted_only else "not proven", 0, 0, undecided, shown)


def _placed(numbers: _Numbers, order: DateOrder) -> int | None:
    if proven := numbers.proves:
        return numbers.moment(day_first=proven == "day")
    if order.choice in ("day first", "month first"):
        return numbers.moment(day_first=order.choice == "day first")
    return numbers.moment(day_first=numbers.dotted)


# --- single values -----------------------------------------------------------------------------------------------------


def _from_object(value: object) -> int | None:
    try:
        if isinstance(value, pd.Timestamp):
            return None if pd.isna(value) else _microseconds(value.to_pydatetime(warn=False))
        if isinstance(value, datetime):
            return None if pd.isna(value) else _microseconds(value)
        if isinstance(value, date):
            return _microseconds(datetime(value.year, value.month, value.day))
        if isinstance(value, np.datetime64):
            return None if np.isnat(value) else int(value.astype("datetime64[us]").astype("int64"))
        if isinstance(value, Real) and not isinstance(value, bool | np.bool_) and np.isfinite(float(value)):
            number = float(value)
            return _from_digits(str(int(number)) if number.is_integer() else repr(number))
    except (ValueError, OverflowError):
        return None
    return None


def _microseconds(moment: datetime) -> int:
    """Return the microseconds since 1970; a time without a zone is one in UTC."""
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return (moment - _EPOCH) // _MICROSECOND


def _from_text(text: str) -> int | _Numbers | None:
    if not text or len(text) > 200:
        return None
    try:
        if _NUMBER.fullmatch(text):
            return _from_digits(text)
        if _ISO.match(text):
            try:
                return _microseconds(datetime.fromisoformat(text))
            except ValueError:
                pass  # a day without zeros, a zone by name: read below
        if found := _YEAR_AND_MONTH.fullmatch(text):
            return _moment(int(found[1]), int(found[2]), 1)
        if found := _ORDINAL.fullmatch(text):
            return _day_of_year(int(found[1]), int(found[2]))
        return _in_words(text)
    except (ValueError, OverflowError):
        return None


def _from_digits(text: str) -> int | None:
    """Read a year, the digits of a date, or a count since 1970, told apart by the number of digits."""
    whole, _, fraction = text.partition(".")
    if not fraction.strip("0"):
        text = whole
    forms = {4: "%Y", 8: "%Y%m%d", 12: "%Y%m%d%H%M", 14: "%Y%m%d%H%M%S"}
    if len(text) in forms and text.isdecimal():
        return _microseconds(datetime.strptime(text, forms[len(text)]))
    if len(text) == 7 and text.isdecimal() and "1500" <= text[:4] <= "2199":
        return _day_of_year(int(text[:4]), int(text[4:]))
    number = float(text)
    if not 1e8 <= abs(number) < 1e20:
        return None
    unit = next(unit for unit in (1, 10**3, 10**6, 10**9) if abs(number) < 1e11 * unit)
    return round(number * (10**6 / unit)) if fraction.strip("0") else int(text) * 10**6 // unit


def _day_of_year(year: int, number: int) -> int | None:
    day = datetime(year, 1, 1) + timedelta(days=number - 1)
    return _microseconds(day) if day.year == year and number else None


def _moment(year: int, month: int, day: int, clock: int = 0, zone: tzinfo | int = 0) -> int | None:
    """Return the microseconds since 1970 of a day and the microseconds of its clock, or None if there is no such day."""
    try:
        midnight = datetime(year, month, day)
    except ValueError:
        return None
    if isinstance(zone, int):
        return _microseconds(midnight) + clock - zone * 60_000_000
    return _microseconds((midnight + clock * _MICROSECOND).replace(tzinfo=zone))


# --- dates in words ----------------------------------------------------------------------------------------------------


def _in_words(text: str) -> int | _Numbers | None:
    region = _REGION.search(text)
    if region:
        text = text[: region.start()] + text[region.end() :]
    text = _with_plain_numbers(fold(text))
    rest, clock, zone = _without_clock(text)
    if clock is None:
        return None
    if region:
        zone = _zone_of_region(region[1]) or zone
    rest = _DECORATION.sub(" ", _IN_PARENTHESES.sub(" ", rest))
    words = _WORD.findall(rest)
    months = [(i, MONTHS[word]) for i, word in enumerate(words) if word in MONTHS]
    if len(months) == 2 and words[months[0][0]] == "mar":
        del months[0]  # Tuesday in Spanish and Italian
    used = {i for i, _ in months}
    if len(months) > 1 or any(i not in used and word not in FILLERS for i, word in enumerate(words)):
        return None
    if months:
        return _with_month(_DIGITS.findall(rest), months[0][1], clock, zone)
    return _in_numbers(rest.strip(), clock, zone)


def _with_plain_numbers(text: str) -> str:
    """Return the text with the ways to write dates in East Asia and Vietnam put in numbers."""
    if text.isascii() and "thang" not in text:
        return text
    text = _TWO_WORDS.sub(r"\1", text)
    text = _VIETNAMESE_MONTH.sub(r"/\1/", text).replace(" /", "/").replace("/ ", "/")
    half = " pm" if _AFTERNOON.search(text) else " am" if _MORNING.search(text) else ""
    text = _MORNING.sub(" ", _AFTERNOON.sub(" ", text))
    text = _EAST_ASIAN_WEEKDAY.sub(" ", text)
    text = _EAST_ASIAN_DAY.sub(lambda m: f"{m[1]}-{m[2]}-{m[3] or 1} ", text)
    text = _EAST_ASIAN_CLOCK.sub(lambda m: f"{m[1]}:{int(m[2] or 0):02}:{int(m[3] or 0):02}", text)
    return re.sub(r"(\d:\d\d(?::\d\d)?)", rf"\1{half}", text, count=1) if half else text


def _without_clock(text: str) -> tuple[str, int | None, tzinfo | int]:
    """Return the text without its time of day, that time in microseconds (None if there is no such), and its zone."""
    text = _SPELLED_ZONE.sub(r"\1t", text)
    text = _CLOCK_WITH_DOT.sub(r"\1:\2", text)
    found = _CLOCK.search(text)
    if found is None:
        return text, 0, 0
    hour = int(found["hour"])
    minute = int(found["minute"] or found["minute_h"] or found["minute_dot"] or 0)
    second = int(found["second"] or 0)
    half = found["half"] or found["half_only"] or found["half_dot"]
    if hour > 24 or minute > 59 or second > 60:
        return text, None, 0
    if half and hour <= 12:
        hour = hour % 12 + (12 if half == "p" else 0)
    clock = ((hour * 60 + minute) * 60 + second) * 10**6 + int((found["fraction"] or "0").ljust(6, "0")[:6])
    after = text[found.end() :]
    if found["half_dot"]:
        after = re.sub(r"^\s*[ap]\.?\s?m\b\.?", "", after)
    rest, zone = _without_zone(after)
    return f"{text[: found.start()]} {rest}", clock, zone


def _without_zone(after: str) -> tuple[str, tzinfo | int]:
    if (found := _OFFSET.match(after)) and not re.match(r"\s*-\s?\d{1,2}[-/.]", after):
        minutes = int(found[2]) * 60 + int(found[3] or 0) if len(found[2]) < 3 else 0
        if minutes <= 15 * 60:
            return after[found.end() :], minutes if found[1] == "+" else -minutes
    if (found := _ZONE_NAME.match(after)) and found[1] in ZONES:
        return after[found.end() :], ZONES[found[1]]
    if found and found[1] in REGIONS:
        return after[found.end() :], _zone_of_region(REGIONS[found[1]]) or 0
    return after, 0


def _zone_of_region(name: str) -> tzinfo | None:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def _with_month(numbers: list[str], month: int, clock: int, zone: tzinfo | int) -> int | None:
    if len(numbers) == 1 and len(numbers[0]) == 4:
        return _moment(int(numbers[0]), month, 1, clock, zone)
    if len(numbers) != 2:
        return None
    day, year = numbers if len(numbers[0]) <= 2 else reversed(numbers)
    if len(day) > 2 or len(year) not in (2, 4):
        return None
    return _moment(_full_year(year), month, int(day), clock, zone)


def _in_numbers(text: str, clock: int, zone: tzinfo | int) -> int | _Numbers | None:
    if found := _THREE_NUMBERS.fullmatch(text):
        first, separator, second, third = found.groups()
        if len(first) > 2 or int(first) > 31:
            year, one, two = _full_year(first), int(second), int(third)
            # 2017/31/03 is the day before the month; 2017/03/04 never.
            return _moment(year, one, two, clock, zone) if one <= 12 else _moment(year, two, one, clock, zone)
        if len(third) not in (2, 4):
            return None
        one, two = int(first), int(second)
        if not (0 < one <= 31 and 0 < two <= 31) or min(one, two) > 12:
            return None
        return _Numbers(one, two, _full_year(third), clock, zone, separator == ".")
    if found := _MONTH_AND_YEAR.fullmatch(text):
        return _moment(int(found[2] or found[3]), int(found[1] or found[4]), 1, clock, zone)
    return None


def _full_year(digits: str) -> int:
    """Return the year; one of two digits is the last that is not in the future, since articles tell what was."""
    year = int(digits)
    if len(digits) != 2:
        return year
    this_year = datetime.now(UTC).year
    return year + next(century for century in _centuries(this_year) if year + century <= this_year + 1)


def _centuries(year: int) -> Iterator[int]:
    yield from range(year // 100 * 100 + 100, 0, -100)
