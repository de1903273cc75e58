"""Odds of two counts against each other, with intervals, and the control of many tests at once."""

from __future__ import annotations

from math import erfc

import numpy as np
import numpy.typing as npt
import pandas as pd

from geomap.analysis.options import normal_quantile

Floats = npt.NDArray[np.float64]
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
        Of the interval.

    Returns
    -------
    DataFrame
        The columns of :data:`ODDS`; above 0 where a has more. ``q`` is the p-value of a two-sided test, adjusted for
        the number of rows (Benjamini and Hochberg).

    Notes
    -----
    Half a count is added to each cell (Haldane 1956; Gart 1966), so that what is missing on one side still has a finite
    log-odds; the interval is Wald's on that scale (Woolf 1955).
    """
    reach = normal_quantile(level)
    cells = (count_a + 0.5, total_a - count_a + 0.5, count_b + 0.5, total_b - count_b + 0.5)
    value = np.log(cells[0]) - np.log(cells[1]) - np.log(cells[2]) + np.log(cells[3])
    error = np.sqrt(sum(1.0 / cell for cell in cells))
    return pd.DataFrame(
        {
            "log_odds": value,
            "low": value - reach * error,
            "high": value + reach * error,
            "q": adjusted(two_sided(value / error)),
        }
    )


def two_sided(z: Floats) -> Floats:
    """Return the two-sided p-values of standard normal scores."""
    return np.array([erfc(abs(value) / np.sqrt(2.0)) for value in np.atleast_1d(z)], dtype=np.float64)


def adjusted(p: Floats) -> Floats:
    """Return p-values adjusted for their number.

    To call a row where it is at most 0.05 keeps the expected share of false calls at 5 % (Benjamini and Hochberg 1995).
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
    ranks = np.arange(len(order), 0, -1)
    found[order] = np.minimum.accumulate(np.minimum(p[order] * len(order) / np.maximum(ranks, 1), 1.0))
    return found


def wilson(successes: float, total: float, *, level: float) -> tuple[float, float]:
    """Return the interval of a share (Wilson 1927); missing and missing when nothing was tried."""
    if not total:
        return float("nan"), float("nan")
    z = normal_quantile(level)
    share = successes / total
    middle = share + z * z / (2 * total)
    reach = z * np.sqrt(share * (1 - share) / total + z * z / (4 * total * total))
    scale = 1 + z * z / total
    return float(max((middle - reach) / scale, 0.0)), float(min((middle + reach) / scale, 1.0))
