"""The bootstrap over articles: every score is a function of how often each article was drawn.

Articles are drawn rather than mentions, because mentions of one article tend to be right or wrong together. All scores
share the draws, so that the difference of two is paired. Source: Efron and Tibshirani (1993), "An introduction to the
bootstrap", and Hesterberg (2015), "What teachers should know about the bootstrap", The American Statistician 69, whose
expanded percentile interval is used; shares have a score interval instead.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
import numpy.typing as npt
import pandas as pd

from geomap._checks import at_least
from geomap.analysis._intervals import wilson
from geomap.tables import Floats, Ints

LEVEL = 0.95
_NORMAL = NormalDist().inv_cdf(0.5 + LEVEL / 2)
_FEWEST = 3  # of fewer articles no quantile is far enough out
_CELLS_AT_ONCE = 4_000_000  # 32 MB of weights


@dataclass(frozen=True)
class Draws:
    """How often each article counts in each draw.

    Parameters
    ----------
    article_ids
        The articles.
    weights
        Shape (draws, articles). The first row is the sample itself, every article once; each of the others is a resample
        with replacement.
    """

    article_ids: tuple[str, ...]
    weights: Floats

    def positions(self, article_ids: pd.Series) -> Ints:
        """Return the position of each row's article among those drawn from; every one must be among them."""
        order = {article_id: position for position, article_id in enumerate(self.article_ids)}
        return np.asarray([order[article_id] for article_id in article_ids], dtype=np.int64)

    def total(self, articles: Ints, values: npt.ArrayLike = 1.0) -> Floats:
        """Return the sum of the rows' values in each draw, shape (draws,)."""
        per_row = np.broadcast_to(np.asarray(values, dtype=np.float64), articles.shape)
        # Summed by article first, so that one product serves all draws, however many rows there are.
        return np.asarray(self.weights @ np.bincount(articles, per_row, minlength=len(self.article_ids)))

    def mean(self, articles: Ints, values: npt.ArrayLike) -> Floats:
        """Return the mean of the rows' values in each draw, a share where they are booleans; nan without rows."""
        return ratio(self.total(articles, values), self.total(articles))

    def share(self, articles: Ints, values: npt.ArrayLike) -> tuple[float, float, float]:
        """Return the share of the rows that are right in the sample, and the bounds of its 95 % interval."""
        return share_interval(self.mean(articles, values), len(np.unique(articles)))

    def row_weights(self, articles: Ints) -> Iterator[tuple[slice, Floats]]:
        """Yield how often each row counts, in blocks that fit in memory: which draws, and shape (draws, rows)."""
        step = max(1, _CELLS_AT_ONCE // max(1, len(articles)))
        for begin in range(0, len(self.weights), step):
            block = slice(begin, begin + step)
            yield block, self.weights[block][:, articles]


def draw(article_ids: Iterable[str], *, times: int, seed: int) -> Draws:
    """Draw articles with replacement.

    Raises
    ------
    InvalidTable
        If ``times`` is negative.
    """
    at_least("bootstrap", times, 0)
    ids = tuple(article_ids)
    weights = np.ones((times + 1, len(ids)))
    if ids and times:
        weights[1:] = np.random.default_rng(seed).multinomial(len(ids), np.full(len(ids), 1 / len(ids)), size=times)
    return Draws(ids, weights)


def ratio(numerator: Floats, denominator: Floats) -> Floats:
    """Return the quotients; nan where the denominator is 0."""
    nothing = np.full(np.shape(numerator), np.nan)
    return np.asarray(np.divide(numerator, denominator, out=nothing, where=denominator > 0), dtype=np.float64)


def interval(values: Floats, articles: int) -> tuple[float, float, float]:
    """Return the score of the sample itself and the bounds of its 95 % interval, which are nan without resamples.

    Parameters
    ----------
    values
        The score in each draw.
    articles
        How many articles bear on the score. The fewer, the farther out the quantiles of the resamples are read, which of
        few articles are too near (Hesterberg 2015).
    """
    resampled = values[1:][np.isfinite(values[1:])]
    if not len(resampled):
        return float(values[0]), float("nan"), float("nan")
    if articles < _FEWEST:
        return float(values[0]), float(resampled.min()), float(resampled.max())
    reach = _student(articles - 1) * np.sqrt(articles / (articles - 1))
    tail = NormalDist().cdf(-reach)
    low, high = np.quantile(resampled, [tail, 1 - tail])
    return float(values[0]), float(low), float(high)


def share_interval(values: Floats, articles: int) -> tuple[float, float, float]:
    """Return a share of the sample itself and the bounds of its 95 % interval, in [0, 1]; nan without resamples.

    The spread of the resamples says how many independent mentions the sample is worth, and Wilson's (1927) score interval
    is that of so many (Korn and Graubard 1998): the quantiles of the resamples of few articles, of which all or none are
    right, would be a point. An article is worth at least one mention.
    """
    share, resampled = float(values[0]), values[1:][np.isfinite(values[1:])]
    if not len(resampled) or not np.isfinite(share):
        return share, float("nan"), float("nan")
    variance = float(np.mean((resampled - share) ** 2))
    worth = float(articles)
    if variance > 0 and 0 < share < 1:
        fewer = (_NORMAL / _student(articles - 1)) ** 2 * (articles - 1) / articles if articles > 1 else 1.0
        worth = max(share * (1 - share) / variance * fewer, 1.0)
    low, high = wilson(np.array(share), np.array(worth), _NORMAL)
    return share, float(low), float(high)


def _student(degrees: int) -> float:
    """Return the quantile of Student's t at the level, by the expansion of Abramowitz and Stegun (26.7.5)."""
    if degrees == 1:
        return float(np.tan(np.pi * LEVEL / 2))
    if degrees == 2:
        return float(LEVEL * np.sqrt(2 / (1 - LEVEL**2)))
    z, n = _NORMAL, degrees
    return (
        z
        + (z**3 + z) / (4 * n)
        + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * n**2)
        + (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / (384 * n**3)
        + (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / (92160 * n**4)
    )


def weighted_median(draws: Draws, articles: Ints, values: Floats) -> Floats:
    """Return the median of the rows' values in each draw, the mean of the middle two for an even number of rows."""
    medians = np.full(len(draws.weights), np.nan)
    if not len(values):
        return medians
    order = np.argsort(values, kind="stable")
    ordered = values[order]
    last = len(values) - 1
    for block, counts in draws.row_weights(articles[order]):
        # A row that counts n times stands for n equal rows: the median lies where the running count passes one half. The
        # two searches differ only where the running count hits one half exactly, which is the even case.
        reached = np.cumsum(counts, axis=1)
        half = reached[:, -1:] / 2
        lower = np.minimum((reached < half).sum(axis=1), last)
        upper = np.minimum((reached <= half).sum(axis=1), last)
        medians[block] = np.where(half[:, 0] > 0, (ordered[lower] + ordered[upper]) / 2, np.nan)
    return medians


def mean_of_first(draws: Draws, articles: Ints, values: npt.ArrayLike, order: Ints, share: float) -> Floats:
    """Return the mean value of the first rows of each draw in the order given: a share of them, at least one."""
    means = np.full(len(draws.weights), np.nan)
    if not len(order):
        return means
    ordered = np.asarray(values, dtype=np.float64)[order]
    for block, counts in draws.row_weights(articles[order]):
        reached = np.cumsum(counts, axis=1)
        wanted = np.maximum(1, np.rint(share * reached[:, -1:]))
        # Of a row that counts n times, as many copies as are still wanted when its turn comes.
        taken = np.clip(wanted - (reached - counts), 0, counts)
        means[block] = ratio(taken @ ordered, taken.sum(axis=1))
    return means
