"""Intervals of a sum of independent yes-or-no chances that differ: the Poisson-binomial distribution."""

from __future__ import annotations

from statistics import NormalDist

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

# Up to so many chances the distribution is computed exactly, above it by its first three moments.
_EXACT = 64
_CELLS = 4_000_000


def interval(codes: Ints, chances: Floats, size: int, *, level: float) -> tuple[Floats, Floats]:
    """Return the central interval of the sum of chances in each group.

    Parameters
    ----------
    codes
        The group of each chance, from 0 to ``size - 1``.
    chances
        Probabilities in [0, 1]. A group that holds a missing one has a missing interval.
    size
        How many groups there are.
    level
        How much of the distribution the interval holds at least.

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
    >>> low, high = interval(np.array([0, 0, 0, 1]), np.array([1.0, 1.0, 0.5, 0.0]), 2, level=0.95)
    >>> low.tolist(), high.tolist()
    ([2.0, 0.0], [3.0, 0.0])
    """
    tail = (1.0 - level) / 2.0
    counts = np.bincount(codes, minlength=size)
    unknown = np.bincount(codes, weights=np.isnan(chances), minlength=size) > 0
    low, high = _approximate(codes, np.nan_to_num(chances), counts, tail)
    order = np.argsort(codes, kind="stable")
    begins = np.concatenate([[0], np.cumsum(counts)])
    sorted_chances = np.nan_to_num(chances)[order]
    width = 1
    while width <= _EXACT:
        groups = np.flatnonzero((counts <= width) & (counts > width // 2))
        step = max(1, _CELLS // (width + 1))
        for begin in range(0, len(groups), step):
            chosen = groups[begin : begin + step]
            low[chosen], high[chosen] = _exact(sorted_chances, begins[chosen], counts[chosen], width, tail)
        width *= 2
    low[unknown] = high[unknown] = np.nan
    return low, high


def _exact(chances: Floats, begins: Ints, counts: Ints, width: int, tail: float) -> tuple[Floats, Floats]:
    places = begins[:, None] + np.arange(width)
    inside = np.arange(width) < counts[:, None]
    padded = np.where(inside, chances[np.minimum(places, len(chances) - 1)], 0.0)
    mass = np.zeros((len(begins), width + 1))
    mass[:, 0] = 1.0
    for number in range(width):
        chance = padded[:, number, None]
        mass[:, 1:] = mass[:, 1:] * (1.0 - chance) + mass[:, :-1] * chance
        mass[:, 0] *= 1.0 - chance[:, 0]
    cumulated = np.cumsum(mass, axis=1)
    # A whisker below the tail, so that rounding does not move a bound that is met exactly.
    slack = 1e-12
    low = (cumulated < tail - slack).sum(axis=1)
    high = (cumulated < 1.0 - tail - slack).sum(axis=1)
    return low.astype(float), np.minimum(high, counts).astype(float)


def _approximate(codes: Ints, chances: Floats, counts: Ints, tail: float) -> tuple[Floats, Floats]:
    size = len(counts)
    mean = np.bincount(codes, weights=chances, minlength=size)
    spread = chances * (1.0 - chances)
    variance = np.bincount(codes, weights=spread, minlength=size)
    third = np.bincount(codes, weights=spread * (1.0 - 2.0 * chances), minlength=size)
    deviation = np.sqrt(variance)
    cubed = deviation**3
    skewness = np.divide(third, cubed, out=np.zeros(size), where=cubed > 0)
    z = NormalDist().inv_cdf(1.0 - tail)
    bend = skewness * (z * z - 1.0) / 6.0
    low = np.ceil(mean + deviation * (bend - z) - 0.5 - 1e-9)
    high = np.ceil(mean + deviation * (bend + z) - 0.5 - 1e-9)
    return np.clip(low, 0, counts), np.clip(high, 0, counts)
