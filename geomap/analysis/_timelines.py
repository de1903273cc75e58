"""Counts by period, and bursts."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import partial
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from geomap._checks import at_least, one_of
from geomap.analysis._grouping import KEYS, SELECTING, Distinct, Selection, counted, group_codes, label_dtypes, ratio
from geomap.analysis._reducing import Counting, MentionsLike, reduced
from geomap.analysis._sums import added
from geomap.analysis._tallies import Articles, Tally, Total
from geomap.errors import InvalidTable
from geomap.tables import Floats, Ints, as_times, empty_table, with_dtypes

_MAX_CELLS = 20_000_000
_LINE = {"mentions": "int64", "articles": "int64", "share": "float64"}
_BURST = {"level": "int64", "start": "", "end": "", "periods": "int64", "articles": "int64", "weight": "float64"}


class Periods(NamedTuple):
    """The period of each row, counted from the first (-1 without a date), and which these are."""

    codes: Ints
    first: int  # pandas' ordinal of the first period
    size: int


def periods_of(published: pd.Series[Any], *, freq: str, timezone: str) -> Periods:
    """Return which period each date falls in, by the calendar and clock of a time zone.

    Parameters
    ----------
    published
        Times; those without a zone are taken as UTC.
    freq
        A pandas period alias: ``"D"``, ``"W"``, ``"M"``, ``"Q"``, ``"Y"``, also ``"W-SUN"`` and the like.
    timezone
        The name of a time zone, such as ``"Asia/Baghdad"``.

    Raises
    ------
    InvalidTable
        If the alias or the zone is unknown.
    """
    times = as_times(published)
    try:
        local = times.dt.tz_convert(timezone).dt.tz_localize(None)
    except (KeyError, ValueError) as error:
        raise InvalidTable(f"timezone must be a name such as 'Asia/Baghdad'; got {timezone!r}") from error
    try:
        if not isinstance(freq, str):
            raise ValueError(f"not a string but {type(freq).__name__}")
        numbers = local.dt.to_period(freq).array.asi8
    except (AttributeError, TypeError, ValueError) as error:
        raise InvalidTable(f"freq must be a pandas period alias, D, W, M, Q or Y; got {freq!r} ({error})") from error
    known = local.notna().to_numpy()
    if not known.any():
        return Periods(np.full(len(known), -1, dtype=np.int64), 0, 0)
    first, last = int(numbers[known].min()), int(numbers[known].max())
    return Periods(np.where(known, numbers - first, -1), first, last - first + 1)


def dated(table: pd.DataFrame, *, freq: str, timezone: str) -> tuple[pd.DataFrame, Periods]:
    """Return the rows with a date, and their periods."""
    periods = periods_of(table["published"], freq=freq, timezone=timezone)
    known = periods.codes >= 0
    return table[known].reset_index(drop=True), periods._replace(codes=periods.codes[known])


def starts(first: int, size: int, *, freq: str, timezone: str) -> pd.Series[Any]:
    """Return the start of so many periods from the first one, by its ordinal, in a time zone."""
    begin = pd.Period("1970-01-01", freq=freq)
    index = pd.period_range(begin + (first - begin.ordinal), periods=size, freq=freq)
    # Where clocks change, midnight may be skipped or come twice.
    local = index.start_time.tz_localize(timezone, nonexistent="shift_forward", ambiguous=True)
    return pd.Series(local.as_unit("us"))


def timeline(
    mentions: MentionsLike,
    *,
    freq: str = "M",
    by: str | None = None,
    limit: int | None = None,
    timezone: str = "UTC",
    distinct: Distinct = False,
    embedded: bool = False,
    approximate: bool = False,
) -> pd.DataFrame:
    """Count mentions and articles by period.

    Parameters
    ----------
    mentions
        A mentions table, or mentions that need not fit in memory, as for :func:`~geomap.analysis.places`. Those without a
        date are left out.
    freq
        A pandas period: ``"D"``, ``"W"``, ``"M"``, ``"Q"``, ``"Y"``.
    by
        ``"place"``, ``"division"``, ``"country"`` or ``"source"`` for one line each; None for one line of all.
    limit
        The maximum number of groups, those with the most mentions; None for all.
    timezone
        Where a day begins: the name of a time zone, such as ``"Asia/Baghdad"``.
    distinct, embedded, approximate
        As for :func:`~geomap.analysis.places`.

    Returns
    -------
    DataFrame
        One row per group and period from the corpus's first period to its last, empty ones included, the group with the
        most mentions first: the columns that describe the group; ``period`` (its start, in the time zone); ``mentions``;
        ``articles``; ``share`` of the period's articles with any resolved mention, missing where there are none.

    Raises
    ------
    ColumnMissing
        If the mentions lack ``published`` or a column to group by.
    InvalidTable
        If an option is invalid, or the table would have more than twenty million rows.

    Examples
    --------
    >>> from geomap.datasets import sample_mentions
    >>> timeline(sample_mentions(), freq="W", by="country", limit=1)[["country", "period", "mentions", "share"]]
      country                    period  mentions  share
    0    Iraq 2017-02-27 00:00:00+00:00         2    1.0
    1    Iraq 2017-03-06 00:00:00+00:00         2    0.5
    2    Iraq 2017-03-13 00:00:00+00:00         0    NaN
    3    Iraq 2017-03-20 00:00:00+00:00         2    1.0
    """
    return reduced(
        mentions,
        timeline_counting(
            freq=freq,
            by=by,
            limit=limit,
            timezone=timezone,
            distinct=distinct,
            embedded=embedded,
            approximate=approximate,
        ),
    )


class Lines(NamedTuple):
    """The groups in order of first mention, what is known of each in each period, and of each period."""

    groups: Tally
    cells: Tally
    periods: Tally

    @classmethod
    def joined(cls, parts: Sequence[Lines]) -> Lines:
        """Return the lines of several parts of a table, in the order of the table."""
        return cls(*(Tally.joined(each) for each in zip(*parts, strict=True)))

    def articles(self) -> Ints:
        """Return how many articles mention each group."""
        return added(self.cells["articles"].counts(), self._group_of_cell(), len(self.groups))

    def matrices(self, chosen: Ints) -> tuple[Ints, Ints, Ints]:
        """Return mentions and articles, one row per group chosen and one column per period, and all articles of each.

        Raises
        ------
        InvalidTable
            If they would not fit in memory.
        """
        first, size = self.reach()
        shape = (len(chosen), size)
        if len(chosen) * size > _MAX_CELLS:
            raise InvalidTable(
                f"{len(chosen)} groups in {size} periods are more than {_MAX_CELLS} rows; choose longer periods "
                "(freq='M') or fewer groups (limit=100, by='country')"
            )
        row = np.full(len(self.groups) + 1, -1, dtype=np.int64)
        row[chosen] = np.arange(len(chosen))
        row, column = row[self._group_of_cell()], self.cells.labels["period"].to_numpy() - first
        kept = row >= 0
        mentioned, articles, totals = np.zeros(shape, np.int64), np.zeros(shape, np.int64), np.zeros(size, np.int64)
        mentioned[row[kept], column[kept]] = self.cells.total("mentions")[kept]
        articles[row[kept], column[kept]] = self.cells["articles"].counts()[kept]
        totals[self.periods.labels["period"].to_numpy() - first] = self.periods["articles"].counts()
        return mentioned, articles, totals

    def reach(self) -> tuple[int, int]:
        """Return the first period and how many there are up to the last."""
        periods = self.periods.labels["period"]
        return (int(periods.min()), int(periods.max() - periods.min()) + 1) if len(periods) else (0, 0)

    def closed(self) -> Lines:
        """See :meth:`Tally.closed`."""
        return Lines(*(tally.closed() for tally in self))

    def _group_of_cell(self) -> Ints:
        keys = list(self.groups.keys)
        both = pd.concat([self.groups.labels[keys], self.cells.labels[keys]], ignore_index=True)
        return group_codes(both, keys)[len(self.groups) :]


def _part_of_lines(mentions: pd.DataFrame, *, freq: str, by: str | None, timezone: str, which: Selection) -> Lines:
    resolved, ids = counted(mentions, ("published",), by=by, which=which)
    resolved, periods = dated(resolved, freq=freq, timezone=timezone)
    resolved["period"] = periods.codes + periods.first
    keys = () if by is None else KEYS[by]
    every = Total(np.ones(len(resolved), dtype=np.int64))
    measures = {"mentions": every, "articles": Articles.of(resolved["article_id"], ids)}
    cell_dtypes = {**dict.fromkeys(keys, "str"), "period": "int64"}
    return Lines(
        Tally.of(resolved, keys, label_dtypes(by), {"mentions": every}),
        Tally.of(resolved, (*keys, "period"), cell_dtypes, measures),
        Tally.of(resolved, ("period",), {"period": "int64"}, {"articles": measures["articles"]}),
    )


def timeline_counting(
    *,
    freq: str = "M",
    by: str | None = None,
    limit: int | None = None,
    timezone: str = "UTC",
    distinct: Distinct = False,
    embedded: bool = False,
    approximate: bool = False,
) -> Counting[Lines, pd.DataFrame]:
    """Return how :func:`timeline` counts a table in parts."""
    if limit is not None:
        at_least("limit", limit, 1)
    label_dtypes(by)
    options: dict[str, Any] = {"freq": freq, "by": by, "timezone": timezone}
    which = Selection(distinct, embedded, approximate)
    return Counting(
        partial(_part_of_lines, **options, which=which),
        Lines.joined,
        partial(_timeline_table, **options, limit=limit),
        which.only_whole,
        (*SELECTING, *label_dtypes(by), "published"),
    )


def _timeline_table(lines: Lines, *, freq: str, by: str | None, limit: int | None, timezone: str) -> pd.DataFrame:
    columns = {**label_dtypes(by), "period": f"datetime64[us, {timezone}]", **_LINE}
    # Stable: of two groups with as many mentions the one mentioned first comes first.
    chosen = np.argsort(-lines.groups.total("mentions"), kind="stable")[:limit]
    first, size = lines.reach()
    if not size or not len(chosen):
        return empty_table(columns)
    mentioned, articles, totals = lines.matrices(chosen)
    found = lines.groups.labels.iloc[np.repeat(chosen, size)].reset_index(drop=True)
    begins = starts(first, size, freq=freq, timezone=timezone)
    found["period"] = begins.iloc[np.tile(np.arange(size), len(chosen))].array
    found["mentions"], found["articles"] = mentioned.ravel(), articles.ravel()
    found["share"] = ratio(articles, totals).ravel()
    return with_dtypes(found, columns)


def bursts(
    mentions: MentionsLike,
    *,
    by: str = "place",
    freq: str = "D",
    scale: float = 2.0,
    gamma: float = 1.0,
    levels: int = 2,
    min_articles: int = 5,
    timezone: str = "UTC",
    distinct: Distinct = False,
    embedded: bool = False,
    approximate: bool = False,
) -> pd.DataFrame:
    """Find the periods in which something is written about more than usual.

    Parameters
    ----------
    mentions
        A mentions table, or mentions that need not fit in memory, as for :func:`~geomap.analysis.places`. Those without a
        date are left out.
    by
        ``"place"``, ``"division"``, ``"country"`` or ``"source"``.
    freq, timezone
        As for :func:`timeline`.
    scale
        How many times more likely an article is to mention the group at each level than at the one below.
    gamma
        The cost of rising one level; a higher one finds fewer and longer bursts.
    levels
        The number of states, the one without a burst included.
    min_articles
        Groups in fewer articles are left out.
    distinct, embedded, approximate
        As for :func:`~geomap.analysis.places`.

    Returns
    -------
    DataFrame
        One row per burst, the one with the largest weight first: the columns that describe the group; ``level`` (from
        1); ``start`` of its first period and ``end`` of its last (exclusive, both in the time zone); the number of
        ``periods``; the ``articles`` in them; ``weight`` (Kleinberg's: how much the burst costs less than the level
        below). A burst of level 2 lies within one of level 1.

    Raises
    ------
    ColumnMissing, InvalidTable
        If a column is missing or an option is invalid.

    Notes
    -----
    Kleinberg (2003), "Bursty and hierarchical structure in streams", Data Mining and Knowledge Discovery 7, the batched
    model of section 4: of a period's articles with any resolved mention, how many mention the group. Periods without
    articles are no evidence and neither begin nor end a burst.

    Examples
    --------
    >>> from geomap.datasets import sample_mentions
    >>> found = bursts(sample_mentions(), min_articles=2, gamma=0.2)
    >>> found[["name", "start", "articles", "weight"]].assign(weight=found["weight"].round(2))
        name                     start  articles  weight
    0  Erbil 2017-03-01 00:00:00+00:00         1    0.69
    1  Erbil 2017-03-20 00:00:00+00:00         1    0.69
    """
    counting = bursts_counting(
        by=by,
        freq=freq,
        scale=scale,
        gamma=gamma,
        levels=levels,
        min_articles=min_articles,
        timezone=timezone,
        distinct=distinct,
        embedded=embedded,
        approximate=approximate,
    )
    return reduced(mentions, counting)


def bursts_counting(
    *,
    by: str = "place",
    freq: str = "D",
    scale: float = 2.0,
    gamma: float = 1.0,
    levels: int = 2,
    min_articles: int = 5,
    timezone: str = "UTC",
    distinct: Distinct = False,
    embedded: bool = False,
    approximate: bool = False,
) -> Counting[Lines, pd.DataFrame]:
    """Return how :func:`bursts` counts a table in parts."""
    if not scale > 1:
        raise InvalidTable(f"scale must be greater than 1; got {scale}")
    at_least("levels", levels, 2)
    one_of("by", by, KEYS)
    options: dict[str, Any] = {"freq": freq, "by": by, "timezone": timezone}
    which = Selection(distinct, embedded, approximate)
    return Counting(
        partial(_part_of_lines, **options, which=which),
        Lines.joined,
        partial(_bursts_table, **options, scale=scale, gamma=gamma, levels=levels, min_articles=min_articles),
        which.only_whole,
        (*SELECTING, *label_dtypes(by), "published"),
    )


def _bursts_table(
    lines: Lines, *, by: str, freq: str, timezone: str, scale: float, gamma: float, levels: int, min_articles: int
) -> pd.DataFrame:
    zone = f"datetime64[us, {timezone}]"
    columns = {**label_dtypes(by), **_BURST, "start": zone, "end": zone}
    first, size = lines.reach()
    if not size:
        return empty_table(columns)
    chosen = np.flatnonzero(lines.articles() >= min_articles)
    _, articles, totals = lines.matrices(chosen)
    fits = _fits(articles, totals, scale=scale, levels=levels)
    states = _cheapest(fits, gamma * math.log(max(size, 2)))
    found = _stretches(states, fits, articles)
    if found.empty:
        return empty_table(columns)
    begins = starts(first, size + 1, freq=freq, timezone=timezone)
    for name in ("start", "end"):
        found[name] = begins.iloc[found[name]].reset_index(drop=True)
    table = pd.concat([lines.groups.labels.iloc[chosen[found["group"]]].reset_index(drop=True), found], axis=1)
    order = table.sort_values(["weight", "group", "start"], ascending=[False, True, True], kind="stable")
    return with_dtypes(order, columns)


def _fits(articles: Ints, totals: Ints, *, scale: float, levels: int) -> list[Floats]:
    """Return what each period costs at each level: minus the log of its binomial probability.

    The binomial coefficient is the same at every level and left out.
    """
    share = articles.sum(axis=1) / max(totals.sum(), 1)
    found = []
    for level in range(levels):
        chance = np.clip(share * scale**level, 1e-12, 1 - 1e-6)[:, None]
        found.append(-(articles * np.log(chance) + (totals - articles) * np.log1p(-chance)))
    return found


def _cheapest(fits: list[Floats], rise: float) -> Ints:
    """Return the level of each period along the cheapest path from level 0 (Viterbi), all groups at once."""
    groups, size = fits[0].shape
    levels = len(fits)
    climbs = np.array([[max(to - before, 0) * rise for before in range(levels)] for to in range(levels)])
    costs = np.tile(climbs[:, 0], (groups, 1))
    came_from = np.zeros((size, groups, levels), dtype=np.int8)
    for period in range(size):
        if period:  # from every level to every level: shape (groups, to, before)
            options = costs[:, None, :] + climbs[None, :, :]
            came_from[period] = options.argmin(axis=2)
            costs = options.min(axis=2)
        costs = costs + np.column_stack([fit[:, period] for fit in fits])
    states = np.zeros((groups, size), dtype=np.int64)
    states[:, size - 1] = costs.argmin(axis=1)
    rows = np.arange(groups)
    for period in range(size - 1, 0, -1):
        states[:, period - 1] = came_from[period][rows, states[:, period]]
    return states


def _stretches(states: Ints, fits: list[Floats], articles: Ints) -> pd.DataFrame:
    """Return the runs of periods at or above each level: group, level, start, end (exclusive), articles, weight."""
    parts = []
    for level in range(1, len(fits)):
        above = np.pad(states >= level, ((0, 0), (1, 1))).astype(np.int8)
        changes = np.diff(above, axis=1)
        group, start = np.nonzero(changes == 1)
        _, end = np.nonzero(changes == -1)
        # Sums up to each period, so that the sum over a run is one difference.
        saved = np.cumsum(np.pad(fits[level - 1] - fits[level], ((0, 0), (1, 0))), axis=1)
        seen = np.cumsum(np.pad(articles, ((0, 0), (1, 0))), axis=1)
        columns = {
            "group": group,
            "level": level,
            "start": start,
            "end": end,
            "periods": end - start,
            "articles": seen[group, end] - seen[group, start],
            "weight": saved[group, end] - saved[group, start],
        }
        parts.append(pd.DataFrame(columns))
    return pd.concat(parts, ignore_index=True)
