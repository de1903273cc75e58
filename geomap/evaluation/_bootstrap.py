"""The bootstrap over articles: every score is a function of how often each article was drawn.

Source: Efron and Tibshirani (1993), "An introduction to the bootstrap": the percentile interval. Articles are drawn, not
mentions, since mentions of one article are right or wrong together. All scores share the draws, so that a difference of
two is paired.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from geomap.errors import InvalidTable

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

SHARE = 0.95
_CELLS_AT_ONCE = 4_000_000


@dataclass(frozen=True)
class Draws:
    """How often each article counts.

    Parameters
    ----------
    article_ids
        The articles.
    weights
        Shape (draws, articles). The first row is the sample itself, every article once; the others are drawn from it with
        replacement.
    """

    article_ids: tuple[str, ...]
    weights: Floats

    def numbers(self, article_ids: pd.Series) -> Ints:
        """Return the number of the article of each row; every row's article must be among those drawn from."""
        order = {article_id: number for number, article_id in enumerate(self.article_ids)}
        return np.asarray([order[article_id] for article_id in article_ids], dtype=np.int64)

    def total(self, articles: Ints, values: npt.ArrayLike = 1.0) -> Floats:
        """Return the sum of the rows' values in each draw, shape (draws,)."""
        each = np.broadcast_to(np.asarray(values, dtype=np.float64), articles.shape)
        return np.asarray(self.weights @ np.bincount(articles, each, minlength=len(self.article_ids)))

    def share(self, articles: Ints, right: npt.ArrayLike) -> Floats:
        """Return the share of the rows that is right in each draw; nan where a draw has no row."""
        return divided(self.total(articles, right), self.total(articles))

    def rows(self, articles: Ints) -> Iterator[tuple[slice, Floats]]:
        """Yield how often each row counts, some draws at a time: which draws, and shape (draws, rows)."""
        step = max(1, _CELLS_AT_ONCE // max(1, len(articles)))
        for begin in range(0, len(self.weights), step):
            part = slice(begin, begin + step)
            yield part, self.weights[part][:, articles]


def draw(article_ids: Sequence[str], *, times: int, seed: int) -> Draws:
    """Draw articles with replacement.

    Raises
    ------
    InvalidTable
        If ``times`` is negative.
    """
    if times < 0:
        raise InvalidTable(f"bootstrap is {times}; it is a number of resamples, 0 for none")
    count = len(article_ids)
    weights = np.ones((times + 1, count))
    if count and times:
        weights[1:] = np.random.default_rng(seed).multinomial(count, np.full(count, 1 / count), size=times)
    return Draws(tuple(article_ids), weights)


def divided(above: Floats, below: Floats) -> Floats:
    """Return the quotients; nan where there is nothing to divide by."""
    return np.asarray(np.divide(above, below, out=np.full(np.shape(above), np.nan), where=below > 0), dtype=np.float64)


def interval(values: Floats) -> tuple[float, float, float]:
    """Return a score of the sample itself and the limits between which 95 % of the draws lie; nan without draws."""
    drawn = values[1:][np.isfinite(values[1:])]
    if not len(drawn):
        return float(values[0]), float("nan"), float("nan")
    low, high = np.quantile(drawn, [(1 - SHARE) / 2, (1 + SHARE) / 2])
    return float(values[0]), float(low), float(high)


def of_sample(scores: Mapping[str, Floats]) -> dict[str, float]:
    """Return the scores of the sample itself."""
    return {name: float(values[0]) for name, values in scores.items()}


def weighted_median(draws: Draws, articles: Ints, values: Floats) -> Floats:
    """Return the median of the rows' values in each draw; of an even number the mean of the middle two."""
    medians = np.full(len(draws.weights), np.nan)
    if not len(values):
        return medians
    order = np.argsort(values, kind="stable")
    ordered = values[order]
    for part, counts in draws.rows(articles[order]):
        reached = np.cumsum(counts, axis=1)
        middle = reached[:, -1:]
        below = (reached < middle / 2).sum(axis=1)
        above = (reached <= middle / 2).sum(axis=1)
        last = len(values) - 1
        found = (ordered[np.minimum(below, last)] + ordered[np.minimum(above, last)]) / 2
        medians[part] = np.where(middle[:, 0] > 0, found, np.nan)
    return medians


def share_of_first(draws: Draws, articles: Ints, right: npt.ArrayLike, order: Ints, share: float) -> Floats:
    """Return how many of the first rows in an order are right, the first being a share of all rows of each draw."""
    found = np.full(len(draws.weights), np.nan)
    if not len(order):
        return found
    truth = np.asarray(right, dtype=np.float64)[order]
    for part, counts in draws.rows(articles[order]):
        reached = np.cumsum(counts, axis=1)
        wanted = np.maximum(1, np.rint(share * reached[:, -1:]))
        taken = np.clip(wanted - (reached - counts), 0, counts)
        found[part] = divided(taken @ truth, taken.sum(axis=1))
    return found
