"""What turns signals into scores."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from geomap.resolution.resolver import Ranker
from geomap.resolution.signals import NAMES

Floats = npt.NDArray[np.float64]

# Set by hand: powers of e. One power of ten of prominence weighs about as much as lying in the country that half of the
# article's other names lie in; what the text says outright ("Paris, Texas") outweighs both.
WEIGHTS: Mapping[str, float] = {
    "prominence": 1.6,
    "demonym": 1.0,
    "abbreviation": 1.0,
    "alternate_name": -0.7,
    "name_cut": -1.0,
    "contained": 9.0,
    "contradicted": -3.0,
    "country_share": 2.5,
    "first_order_share": 3.0,
    "second_order_share": 2.0,
    "country_named": 2.0,
    "first_order_named": 3.5,
    "near_25": 2.0,
    "near_100": 3.5,
    "near_400": 1.5,
    "nearest": -0.12,
    "neighbor": 1.0,
    "dateline_near": 1.0,
    "outlet_country": 3.0,
    "outlet_first_order": 5.0,
    "outlet_near": 8.0,
    "follower_fits": 3.0,
    "follower_clashes": -1.5,
    "same_name_parent": 2.0,
    "is_second_order": -1.5,
}


class HandSetRanker:
    """A weighted sum of signals, without training.

    Parameters
    ----------
    weights
        Weight of each signal; signals that are not named weigh nothing.
    """

    def __init__(self, weights: Mapping[str, float] = WEIGHTS) -> None:
        self._weights = np.array([weights.get(name, 0.0) for name in NAMES])

    def scores(self, signals: Floats) -> Floats:
        """Return the weighted sums."""
        return np.asarray(signals @ self._weights)

    def confidence(self, probabilities: Floats, signals: Floats) -> Floats:
        """Return the probabilities as they are."""
        return probabilities


def default_ranker() -> Ranker:
    """Return the ranker that geomap uses unless told otherwise."""
    return HandSetRanker()
