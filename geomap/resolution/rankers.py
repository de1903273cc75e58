"""What turns signals into scores."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from geomap.errors import ResourceDamaged, UnsupportedFormat
from geomap.resolution.resolver import Ranker
from geomap.resolution.signals import NAMES
from geomap.resolution.trees import Trees
from geomap.resources.loading import read_resource

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

    def contributions(self, row: Floats) -> Floats:
        """Return what each signal adds to one row's score, shape (signals,)."""
        return np.asarray(row * self._weights)


OUTRIGHT = 2.0


def said_outright(signals: Floats) -> Floats:
    """Return what a score gains by what the text says outright ("Paris, Texas"), or loses by its saying otherwise.

    The corpora hardly teach this, since there the rest of the article nearly always agrees with it; left-out outlets
    score the same with it and without.
    """
    contained, contradicted = NAMES.index("contained"), NAMES.index("contradicted")
    return np.asarray(OUTRIGHT * (signals[..., contained] - signals[..., contradicted]))


class LearnedRanker:
    """Gradient-boosted trees for the choice among candidates, and others for the probability that the choice is right.

    Parameters
    ----------
    trees
        What scores the signals of :data:`~geomap.resolution.signals.NAMES`.
    surety
        What scores the signals of a chosen candidate and, behind them, its share of its group's softmax: the log odds of
        its being right. A name of which the gazetteer has only one bearer leaves no choice and may still mean another.
    """

    def __init__(self, trees: Trees, surety: Trees) -> None:
        self.trees = trees
        self.surety = surety

    def scores(self, signals: Floats) -> Floats:
        """Return the trees' sums, and what the text says outright."""
        return self.trees.scores(signals) + said_outright(signals)

    def confidence(self, probabilities: Floats, signals: Floats) -> Floats:
        """Return the share of mentions that were right when chosen with such a probability and such signals."""
        odds = self.surety.scores(np.column_stack([signals, probabilities]))
        return np.asarray(1.0 / (1.0 + np.exp(-odds)))

    def contributions(self, row: Floats) -> Floats:
        """Return what each signal adds to one row's score, up to a constant that all rows share, shape (signals,)."""
        added = self.trees.contributions(row)
        for name, sign in (("contained", 1.0), ("contradicted", -1.0)):
            added[NAMES.index(name)] += sign * OUTRIGHT * row[NAMES.index(name)]
        return added

    @classmethod
    def shipped(cls) -> LearnedRanker:
        """Return the ranker that ships with geomap; its card lies in ``data/recipes/ranker``."""
        with np.load(io.BytesIO(read_resource("ranker.npz")), allow_pickle=False) as arrays:
            if tuple(arrays["names"]) != NAMES:
                raise ResourceDamaged(
                    "the ranker was trained on other signals than these; build it anew with its recipe"
                )
            return cls(_trees(arrays, "choice"), _trees(arrays, "surety"))


def _trees(arrays: Mapping[str, npt.NDArray[Any]], prefix: str) -> Trees:
    parts = ("feature", "threshold", "left", "right", "value", "middle", "roots")
    return Trees(*(arrays[f"{prefix}_{part}"] for part in parts))


RANKERS: Mapping[str, Callable[[], Ranker]] = {"learned": LearnedRanker.shipped, "hand-set": HandSetRanker}


def default_ranker(name: str | None = None) -> Ranker:
    """Return a ranker that ships, by its name: ``"learned"`` (the default) or ``"hand-set"``."""
    chosen = name or "learned"
    if chosen not in RANKERS:
        raise UnsupportedFormat(f"there is no ranker {name!r}; there is: {', '.join(RANKERS)}")
    return RANKERS[chosen]()
