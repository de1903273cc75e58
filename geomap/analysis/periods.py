"""Periods of time: the number of the one that a date falls in, and where it starts."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from geomap.analysis.tallies import dates
from geomap.errors import InvalidTable

Ints = npt.NDArray[np.int64]

MOST_CELLS = 20_000_000


class Periods(NamedTuple):
    """The period of each row, counted from the first (-1 without a date), and what the numbers mean."""

    codes: Ints
    first: int
    size: int
    freq: str
    timezone: str

    @property
    def known(self) -> npt.NDArray[np.bool_]:
        """Which rows have a date."""
        return self.codes >= 0

    def known_only(self) -> Periods:
        """Return the same periods for the rows that have a date."""
        return self._replace(codes=self.codes[self.known])


def ordinals(published: pd.Series[Any], *, freq: str, timezone: str) -> Periods:
    """Return which period each date falls in, as read off the calendar and the clock of a time zone.

    Parameters
    ----------
    published
        Times; those without a zone are taken as UTC.
    freq
        A pandas period alias: ``"D"``, ``"W"``, ``"M"``, ``"Q"``, ``"Y"``, also ``"W-SUN"`` and the like.
    timezone
        A time zone's name, such as ``"Asia/Baghdad"``.

    Raises
    ------
    InvalidTable
        If the alias or the zone is not known.
    """
    times = dates(published)
    try:
        local = times.dt.tz_convert(timezone).dt.tz_localize(None)
    except (KeyError, ValueError) as error:
        raise InvalidTable(
            f"timezone is {timezone!r}, which is not known; it is a name such as 'Asia/Baghdad'"
        ) from error
    try:
        if not isinstance(freq, str):
            raise ValueError(f"it is of the type {type(freq).__name__}")
        numbers = local.dt.to_period(freq).array.asi8
    except (AttributeError, TypeError, ValueError) as error:
        raise InvalidTable(f"freq is {freq!r}; it can be 'D', 'W', 'M', 'Q', 'Y' ({error})") from error
    known = local.notna().to_numpy()
    if not known.any():
        return Periods(np.full(len(known), -1, dtype=np.int64), 0, 0, freq, timezone)
    first, last = int(numbers[known].min()), int(numbers[known].max())
    return Periods(np.where(known, numbers - first, -1), first, last - first + 1, freq, timezone)


def starts(periods: Periods) -> pd.Series[Any]:
    """Return the start of every period from the first to the last, in its time zone."""
    begin = pd.Period("1970-01-01", freq=periods.freq)
    index = pd.period_range(begin + (periods.first - begin.ordinal), periods=periods.size, freq=periods.freq)
    # Midnight may be skipped or come twice where clocks change.
    local = index.start_time.tz_localize(periods.timezone, nonexistent="shift_forward", ambiguous=True)
    return pd.Series(local.as_unit("us"))


def require_room(groups: int, periods: Periods) -> None:
    """Raise if a table of every group in every period would not fit in memory."""
    if groups * periods.size > MOST_CELLS:
        raise InvalidTable(
            f"{groups} groups in {periods.size} periods are more than {MOST_CELLS} rows; choose longer periods (freq), "
            "or count fewer groups (most, by='country')"
        )
