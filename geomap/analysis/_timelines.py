"""When: counts by period, and the bursts among them."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from geomap._checks import positive
from geomap.analysis._grouping import Distinct, Grouping, counted, distinct_articles, grouping, label_dtypes
from geomap.errors import InvalidTable
from geomap.tables import as_times, empty_table, with_dtypes

if TYPE_CHECKING:
    import geopandas as gpd

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
    times = as_times(published)
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


Floats = npt.NDArray[np.float64]
_LINE = {"mentions": "int64", "articles": "int64", "share": "float64"}
_BURST = {"level": "int64", "start": "", "end": "", "periods": "int64", "articles": "int64", "weight": "float64"}


def timeline(
    mentions: gpd.GeoDataFrame,
    *,
    freq: str = "M",
    by: str | None = None,
    most: int | None = None,
    timezone: str = "UTC",
    distinct: Distinct = False,
) -> pd.DataFrame:
    """Count mentions and articles by period.

    Parameters
    ----------
    mentions
        A mentions table. Mentions without a date are left out.
    freq
        A pandas period: ``"D"``, ``"W"``, ``"M"``, ``"Q"``, ``"Y"``.
    by
        ``"place"``, ``"division"``, ``"country"`` or ``"source"`` for a line of each; None for one line.
    most
        Only so many groups, those with the most mentions; None for all.
    timezone
        By whose calendar a day begins: a name such as ``"Asia/Baghdad"``.
    distinct
        As for :func:`~geomap.analysis.places`.

    Returns
    -------
    DataFrame
        One row per group and period from the corpus's first period to its last, the empty ones kept, groups by falling
        mentions: what names the group; ``period`` (its start, in the time zone); ``mentions``; ``articles``; ``share`` of
        the period's articles with any resolved mention, missing where there are none.

    Raises
    ------
    ColumnMissing
        If the mentions lack a column that is needed here.
    InvalidTable
        If an option is not one that can be used, or groups times periods are more than twenty million.

    Examples
    --------
    >>> import geomap.tables
    >>> timeline(geomap.tables.empty_mentions(), by="country").columns.to_list()
    ['country_code', 'country', 'period', 'mentions', 'articles', 'share']
    """
    columns = {**label_dtypes(by), "period": f"datetime64[us, {timezone}]", **_LINE}
    resolved, _ = counted(mentions, ("published", *label_dtypes(by)), distinct=distinct)
    periods = ordinals(resolved["published"], freq=freq, timezone=timezone)
    resolved, periods = resolved[periods.known].reset_index(drop=True), periods.known_only()
    groups = _most(grouping(resolved, by), most)
    if not periods.size or not len(groups.labels):
        return empty_table(columns)
    require_room(len(groups.labels), periods)
    counts, articles = _matrices(resolved, groups, periods)
    totals = distinct_articles(resolved["article_id"], periods.codes, periods.size)
    share = np.divide(articles, totals, out=np.full(articles.shape, np.nan), where=totals > 0)
    number = len(groups.labels)
    found = groups.labels.loc[np.repeat(np.arange(number), periods.size)].reset_index(drop=True)
    found["period"] = starts(periods).iloc[np.tile(np.arange(periods.size), number)].array
    found["mentions"], found["articles"], found["share"] = counts.ravel(), articles.ravel(), share.ravel()
    return with_dtypes(found, columns)


def _most(groups: Grouping, most: int | None) -> Grouping:
    """Keep the groups with the most mentions, in that order; on ties the one that comes first."""
    if most is not None:
        positive("most", most)
    size = len(groups.labels)
    counts = np.bincount(groups.codes[groups.codes >= 0], minlength=size)
    order = np.argsort(-counts, kind="stable")[:most]
    numbers = np.full(size + 1, -1, dtype=np.int64)
    numbers[order] = np.arange(len(order))
    return Grouping(numbers[groups.codes], groups.labels.iloc[order].reset_index(drop=True))


def _matrices(resolved: pd.DataFrame, groups: Grouping, periods: Periods) -> tuple[Ints, Ints]:
    """Return mentions and articles, one row per group and one column per period."""
    inside = groups.codes >= 0
    size = len(groups.labels) * periods.size
    cells = groups.codes[inside] * periods.size + periods.codes[inside]
    shape = (len(groups.labels), periods.size)
    counts = np.bincount(cells, minlength=size).reshape(shape)
    return counts, distinct_articles(resolved["article_id"][inside], cells, size).reshape(shape)


def bursts(
    mentions: gpd.GeoDataFrame,
    *,
    by: str = "place",
    freq: str = "D",
    scale: float = 2.0,
    gamma: float = 1.0,
    levels: int = 2,
    min_articles: int = 5,
    timezone: str = "UTC",
    distinct: Distinct = False,
) -> pd.DataFrame:
    """Find the stretches of time in which something is written about more than otherwise.

    Parameters
    ----------
    mentions
        A mentions table. Mentions without a date are left out.
    by
        ``"place"``, ``"division"``, ``"country"`` or ``"source"``.
    freq, timezone
        As for :func:`timeline`.
    scale
        How many times likelier an article is to mention the group at each level than at the one below.
    gamma
        What it costs to rise a level; higher finds fewer and longer bursts.
    levels
        How many states there are, the one without a burst included.
    min_articles
        Groups in fewer articles are not looked at.
    distinct
        As for :func:`~geomap.analysis.places`.

    Returns
    -------
    DataFrame
        One row per burst, the heaviest first: what names the group; ``level`` (from 1); ``start`` of its first period and
        ``end`` of its last (exclusive, both in the time zone); how many ``periods``; the ``articles`` in them; ``weight``
        (how much cheaper the burst is than the level below, Kleinberg's weight). A burst of level 2 lies in one of level 1.

    Raises
    ------
    ColumnMissing, InvalidTable
        If a column or an option is not one that can be used.

    Notes
    -----
    Kleinberg (2003), "Bursty and hierarchical structure in streams", Data Mining and Knowledge Discovery 7, the batched
    model of section 4: of a period's articles with any resolved mention, how many mention the group. Periods without
    articles say nothing and neither begin nor end a burst.

    Examples
    --------
    >>> import geomap.tables
    >>> bursts(geomap.tables.empty_mentions()).columns[-5:].to_list()
    ['start', 'end', 'periods', 'articles', 'weight']
    """
    if not scale > 1 or levels < 2:
        raise InvalidTable(f"scale is {scale} and levels is {levels}; scale must be above 1 and levels at least 2")
    zone = f"datetime64[us, {timezone}]"
    columns = {**label_dtypes(by), **_BURST, "start": zone, "end": zone}
    resolved, _ = counted(mentions, ("published", *label_dtypes(by)), distinct=distinct)
    periods = ordinals(resolved["published"], freq=freq, timezone=timezone)
    resolved, periods = resolved[periods.known].reset_index(drop=True), periods.known_only()
    groups = grouping(resolved, by)
    if not periods.size or not len(groups.labels):
        return empty_table(columns)
    groups = _at_least(resolved, groups, min_articles)
    require_room(len(groups.labels), periods)
    _, articles = _matrices(resolved, groups, periods)
    totals = distinct_articles(resolved["article_id"], periods.codes, periods.size)
    fits = _fits(articles, totals, scale=scale, levels=levels)
    states = _cheapest(fits, gamma * math.log(max(periods.size, 2)))
    found = _stretches(states, fits, articles)
    if found.empty:
        return empty_table(columns)
    begins = starts(periods._replace(size=periods.size + 1))
    for name in ("start", "end"):
        found[name] = begins.iloc[found[name]].reset_index(drop=True)
    named = groups.labels.iloc[found["group"]].reset_index(drop=True)
    table = pd.concat([named, found], axis=1)
    order = table.sort_values(["weight", "group", "start"], ascending=[False, True, True], kind="stable")
    return with_dtypes(order, columns)


def _at_least(resolved: pd.DataFrame, groups: Grouping, least: int) -> Grouping:
    inside = groups.codes >= 0
    size = len(groups.labels)
    articles = distinct_articles(resolved["article_id"][inside], groups.codes[inside], size)
    kept = np.flatnonzero(articles >= least)
    numbers = np.full(size + 1, -1, dtype=np.int64)
    numbers[kept] = np.arange(len(kept))
    return Grouping(numbers[groups.codes], groups.labels.iloc[kept].reset_index(drop=True))


def _fits(articles: Ints, totals: Ints, *, scale: float, levels: int) -> list[Floats]:
    """Return what it costs each level to explain each period: minus the log of the binomial chance.

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
        if period:
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
    """Return the runs of periods at or above each level: group, level, start, end (exclusive), weight."""
    parts = []
    for level in range(1, len(fits)):
        above = np.pad(states >= level, ((0, 0), (1, 1))).astype(np.int8)
        turns = np.diff(above, axis=1)
        group, start = np.nonzero(turns == 1)
        _, end = np.nonzero(turns == -1)
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
