"""Statistics of counts: intervals of shares, odds ratios and sums of chances, and p-values adjusted for their number.

In numpy and the standard library, since verbs of the base installation need them; the tests hold them against scipy.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import erfc
from statistics import NormalDist
from typing import Any, overload

import numpy as np
import numpy.typing as npt
import pandas as pd

from geomap._checks import wrong_kind
from geomap.analysis._sums import added, in_fractions, in_whole_numbers
from geomap.errors import InvalidTable
from geomap.tables import Floats, Ints

Numbers = Sequence[float] | npt.NDArray[Any] | pd.Series
ODDS = {"log_odds": "float64", "low": "float64", "high": "float64", "q": "float64"}


def log_odds(count_a: Floats, total_a: float, count_b: Floats, total_b: float, *, level: float) -> pd.DataFrame:
    """Return the log of the odds ratio of counts in a against b, with an interval.

    Parameters
    ----------
    count_a, count_b
        How many of each total have the property.
    total_a, total_b
        The totals.
    level
        Coverage of the interval.

    Returns
    -------
    DataFrame
        The columns of :data:`ODDS`; above 0 where a has more. ``q`` is the p-value of a two-sided test, adjusted for
        the number of rows (Benjamini and Hochberg).

    Notes
    -----
    Half a count is added to each cell (Haldane 1956; Gart 1966), so that a group missing on one side still has finite
    log-odds; the interval is Wald's on that scale (Woolf 1955).
    """
    z = normal_quantile(level)
    cells = (count_a + 0.5, total_a - count_a + 0.5, count_b + 0.5, total_b - count_b + 0.5)
    value = np.log(cells[0]) - np.log(cells[1]) - np.log(cells[2]) + np.log(cells[3])
    error = np.sqrt(sum(1.0 / cell for cell in cells))
    return pd.DataFrame(
        {
            "log_odds": value,
            "low": value - z * error,
            "high": value + z * error,
            "q": adjusted(two_sided(value / error)),
        }
    )


def two_sided(z: Floats) -> Floats:
    """Return the two-sided p-values of standard normal scores."""
    return np.array([erfc(abs(value) / np.sqrt(2.0)) for value in np.atleast_1d(z)], dtype=np.float64)


def adjusted(p: Floats) -> Floats:
    """Return p-values adjusted for their number.

    Of the rows where it is at most 0.05, at most 5 % are expected to be false positives (Benjamini and Hochberg 1995).
    Missing values stay missing and do not count.

    Examples
    --------
    >>> import numpy as np
    >>> adjusted(np.array([0.01, 0.04, 0.03, 0.5])).round(4).tolist()
    [0.04, 0.0533, 0.0533, 0.5]
    """
    found = np.full(len(p), np.nan)
    known = np.flatnonzero(~np.isnan(p))
    order = known[np.argsort(p[known], kind="stable")[::-1]]
    # From the largest p-value down: none may be adjusted to more than a larger one.
    ranks = np.arange(len(order), 0, -1)
    found[order] = np.minimum.accumulate(np.minimum(p[order] * len(order) / ranks, 1.0))
    return found


@overload
def share_interval(successes: float, total: float, *, level: float = 0.95) -> tuple[float, float]: ...
@overload
def share_interval(successes: Numbers, total: Numbers | float, *, level: float = 0.95) -> tuple[Floats, Floats]: ...
def share_interval(successes: Any, total: Any, *, level: float = 0.95) -> tuple[Any, Any]:
    """Return the confidence interval of a share, such as the share of a place's mentions that are literal.

    Parameters
    ----------
    successes
        How many have the property: a number, or an array or column of numbers.
    total
        Out of how many.
    level
        Coverage of the interval.

    Returns
    -------
    tuple
        The lower and the upper end, in [0, 1]: two numbers, or two arrays in the order of ``successes``. NaN where
        ``total`` is 0.

    Raises
    ------
    InvalidTable
        If there are more successes than the total, a number is negative or missing, the two have different lengths, or
        the level is not between 0 and 1.

    Notes
    -----
    The score interval of Wilson (1927), "Probable inference, the law of succession, and statistical inference", Journal
    of the American Statistical Association 22. It treats what is counted as independent: mentions of one article are
    not, so theirs is somewhat narrow.

    Examples
    --------
    >>> low, high = share_interval(81, 263)
    >>> f"{low:.4f} to {high:.4f}"
    '0.2553 to 0.3662'
    """
    z = normal_quantile(level)
    hits, tries = _numbers("successes", successes), _numbers("total", total)
    if hits.ndim and tries.ndim and hits.shape != tries.shape:
        raise InvalidTable(
            f"successes and total must have the same length, or total be one number; got {hits.size} and {tries.size}"
        )
    if not ((hits >= 0) & (hits <= tries)).all():
        raise InvalidTable("successes must be at least 0 and at most the total, and neither may be missing")
    some = np.where(tries > 0, tries, np.nan)
    share = hits / some
    center = share + z * z / (2 * some)
    reach = z * np.sqrt(share * (1 - share) / some + z * z / (4 * some * some))
    scale = 1 + z * z / some
    # Shares of 0 and 1 have exact ends, which rounding would miss.
    low = np.where((hits == 0) & (tries > 0), 0.0, (center - reach) / scale)
    high = np.where((hits == tries) & (tries > 0), 1.0, (center + reach) / scale)
    return low[()], high[()]


def _numbers(name: str, values: Any) -> Floats:
    try:
        return np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise wrong_kind(name, values, "a number, or an array of numbers") from error


def normal_quantile(level: float) -> float:
    """Return how many standard errors an interval with this coverage reaches to either side.

    Raises
    ------
    InvalidTable
        If the level is not between 0 and 1.
    """
    if not 0.0 < level < 1.0:
        raise InvalidTable(f"level must be between 0 and 1, such as 0.95; got {level}")
    return NormalDist().inv_cdf((1.0 + level) / 2.0)


# For so many chances the distribution is computed exactly, for more from its first three moments.
_EXACT = 64
_MAX_CELLS = 4_000_000
_UNIT = 2.0**-36


@dataclass(frozen=True)
class Chances:
    """The chances of events, by group: as much of them as their sum and its interval take.

    Parameters
    ----------
    counts, known
        How many events each group has, and of how many the chance is known.
    sums
        The sum of those known, in whole numbers (:mod:`geomap.analysis._sums`).
    moments
        Variance and third moment of the sum, as multiples of a small unit, which is enough where chances are many.
    group, chance
        The chances themselves, of groups that have few.
    """

    counts: Ints
    known: Ints
    sums: Ints
    moments: Ints
    group: Ints
    chance: Floats

    @classmethod
    def of(cls, chances: Floats) -> Chances:
        """Return chances, one to a group; a missing one is not known."""
        known = ~np.isnan(chances)
        chance = np.where(known, chances, 0.0)
        spread = chance * (1.0 - chance)
        moments = np.rint(np.column_stack([spread, spread * (1.0 - 2.0 * chance)]) / _UNIT).astype(np.int64)
        one = np.ones(len(chances), dtype=np.int64)
        return cls(one, known.astype(np.int64), in_whole_numbers(chance), moments, np.arange(len(chances)), chance)

    @classmethod
    def joined(cls, parts: Sequence[Chances]) -> Chances:
        """Return the groups of all parts, one after the other."""
        begins = np.cumsum([0, *(len(part.counts) for part in parts)])
        group = np.concatenate([part.group + begin for part, begin in zip(parts, begins, strict=False)])
        columns = ("counts", "known", "sums", "moments", "chance")
        joined = {name: np.concatenate([getattr(part, name) for part in parts]) for name in columns}
        return cls(**joined, group=group)

    def grouped(self, codes: Ints, size: int) -> Chances:
        """Return larger groups: the code of each group says which it becomes part of, -1 none."""
        counts, known, sums, moments = (
            added(each, codes, size) for each in (self.counts, self.known, self.sums, self.moments)
        )
        group = codes[self.group]
        few = (group >= 0) & (np.append(counts, 0)[group] <= _EXACT)
        return Chances(counts, known, sums, moments, group[few], self.chance[few])

    def expected(self) -> Floats:
        """Return the sum of the known chances of each group."""
        return in_fractions(self.sums)

    def interval(self, level: float) -> tuple[Floats, Floats]:
        """Return the central interval of the sum of each group, as :func:`sum_interval` does."""
        tail = (1.0 - level) / 2.0
        low, high = _approximate(self.expected(), self.moments, self.counts, tail)
        # Groups of up to 1, 2, 4 ... 64 chances, so that little is padded; the chances in an order that is always the same.
        chances = self.chance[np.lexsort([self.chance, self.group])]
        few = np.where(self.counts <= _EXACT, self.counts, 0)
        begins = np.concatenate([[0], np.cumsum(few)])
        width = 1
        while width <= _EXACT:
            groups = np.flatnonzero((few <= width) & (few > width // 2))
            step = max(1, _MAX_CELLS // (width + 1))
            for begin in range(0, len(groups), step):
                chosen = groups[begin : begin + step]
                low[chosen], high[chosen] = _exact(chances, begins[chosen], few[chosen], width, tail)
            width *= 2
        unknown = self.known < self.counts
        low[unknown] = high[unknown] = np.nan
        return low, high


def sum_interval(codes: Ints, chances: Floats, size: int, *, level: float) -> tuple[Floats, Floats]:
    """Return the central interval of a Poisson-binomial sum: of how many events happen, given the chance of each.

    Parameters
    ----------
    codes
        The group of each chance, from 0 to ``size - 1``.
    chances
        Probabilities in [0, 1]. A group with a missing one has a missing interval.
    size
        The number of groups.
    level
        Minimum coverage of the interval.

    Returns
    -------
    tuple
        The lower and upper bound of each group, whole numbers; a group without chances has 0 and 0.

    Notes
    -----
    Exact by convolution for groups of up to 64 chances. Above that, a Cornish-Fisher expansion with mean, variance and
    skewness and a continuity correction, the inverse of the refined normal approximation (Volkova 1996; Hong 2013,
    "On computing the distribution function for the Poisson binomial distribution", Computational Statistics & Data
    Analysis 59), which is within one of the exact bound there.

    Examples
    --------
    >>> import numpy as np
    >>> low, high = sum_interval(np.array([0, 0, 0, 1]), np.array([1.0, 1.0, 0.5, 0.0]), 2, level=0.95)
    >>> low.tolist(), high.tolist()
    ([2.0, 0.0], [3.0, 0.0])
    """
    return Chances.of(chances).grouped(codes, size).interval(level)


def _exact(chances: Floats, begins: Ints, counts: Ints, width: int, tail: float) -> tuple[Floats, Floats]:
    """Convolve the chances of each group one after another: one row per group, one column per possible sum."""
    positions = begins[:, None] + np.arange(width)
    inside = np.arange(width) < counts[:, None]
    padded = np.where(inside, chances[np.minimum(positions, len(chances) - 1)], 0.0)
    mass = np.zeros((len(begins), width + 1))
    mass[:, 0] = 1.0
    for number in range(width):
        chance = padded[:, number, None]
        mass[:, 1:] = mass[:, 1:] * (1.0 - chance) + mass[:, :-1] * chance
        mass[:, 0] *= 1.0 - chance[:, 0]
    cumulated = np.cumsum(mass, axis=1)
    # Slightly below the tail, so that rounding does not move a bound that is met exactly.
    slack = 1e-12
    low = (cumulated < tail - slack).sum(axis=1)
    high = (cumulated < 1.0 - tail - slack).sum(axis=1)
    return low.astype(float), np.minimum(high, counts).astype(float)


def _approximate(mean: Floats, moments: Ints, counts: Ints, tail: float) -> tuple[Floats, Floats]:
    """Invert a Cornish-Fisher expansion with a continuity correction."""
    variance, third = (moments * _UNIT).T
    deviation = np.sqrt(np.maximum(variance, 0.0))
    cubed = deviation**3
    skewness = np.divide(third, cubed, out=np.zeros(len(counts)), where=cubed > 0)
    z = NormalDist().inv_cdf(1.0 - tail)
    bend = skewness * (z * z - 1.0) / 6.0
    low = np.ceil(mean + deviation * (bend - z) - 0.5 - 1e-9)
    high = np.ceil(mean + deviation * (bend + z) - 0.5 - 1e-9)
    return np.clip(low, 0, counts), np.clip(high, 0, counts)
