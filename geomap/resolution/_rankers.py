"""What turns signals into scores."""

from __future__ import annotations

import functools
import io
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from geomap.errors import ResourceDamaged, UnsupportedFormat
from geomap.resolution._resolver import Ranker
from geomap.resolution._signals import COMPANY, NAMES
from geomap.resources._loading import read_resource
from geomap.tables import Floats, Ints

Nodes = npt.NDArray[np.int32]

ROWS_AT_ONCE = 128  # so that the state of all trees stays in the processor's cache


class Trees:
    """An ensemble of regression trees.

    Parameters
    ----------
    feature, threshold, left, right
        One entry per inner node of all trees: which signal it looks at, and where the row goes: left if the signal is at
        most the threshold, else right. A child below zero is the leaf ``-child - 1``.
    value
        One entry per leaf of all trees.
    middle
        One entry per inner node: the mean of what training rows there were given, for explanations.
    roots
        First node of each tree.
    """

    def __init__(
        self, feature: Nodes, threshold: Floats, left: Nodes, right: Nodes, value: Floats, middle: Floats, roots: Nodes
    ) -> None:
        self.feature, self.threshold, self.value, self.roots = feature, threshold, value, roots
        self.middle = middle
        self.children = np.column_stack([left, right]).ravel()
        # For the walk, leaves are nodes behind the inner ones and lead to themselves: nothing exceeds infinity, so that
        # a row that has arrived stays, and rows and trees can all take their steps together.
        inner, leaves = len(feature), len(value)
        self._feature = np.concatenate([feature, np.zeros(leaves)]).astype(np.int64)
        self._threshold = np.concatenate([threshold, np.full(leaves, np.inf)])
        children = np.where(self.children < 0, inner - self.children - 1, self.children)
        self._children = np.concatenate([children, np.repeat(np.arange(inner, inner + leaves), 2)]).astype(np.int64)

    def scores(self, signals: Floats) -> Floats:
        """Return the sum of the leaves that each row of signals reaches, shape (rows,)."""
        total = np.zeros(len(signals))
        for rows, leaves in self._leaves(signals):
            # Tree by tree: numpy's own sum would add in another order for one row than for many.
            for of_tree in leaves:
                total[rows] += self.value[of_tree]
        return total

    def contributions(self, signals: Floats) -> Floats:
        """Return what each signal adds to each row's score, shape (rows, signals).

        At each split on a row's way to its leaf, the change of the node's mean is the signal's doing (Saabas 2014). The
        sum is the score less the mean of the roots, which is the same for every row: two rows' contributions therefore
        differ by exactly as much as their scores.
        """
        added = np.zeros(signals.shape)
        for rows, leaves in self._leaves(signals):
            part = added[rows, : self._on_the_way.shape[1]]
            for of_tree in leaves:
                part += self._on_the_way[of_tree]
        return added

    @functools.cached_property
    def _on_the_way(self) -> Floats:
        """What each signal adds on the way from a tree's root to each leaf, shape (leaves, signals)."""
        added = np.zeros((len(self.value), int(self.feature.max()) + 1))
        waiting = [(root, np.zeros(added.shape[1])) for root in self.roots.tolist()]
        while waiting:
            node, before = waiting.pop()
            for child in self.children[2 * node : 2 * node + 2].tolist():
                reached = self.middle[child] if child >= 0 else self.value[-child - 1]
                after = before.copy()
                after[self.feature[node]] += reached - self.middle[node]
                if child < 0:
                    added[-child - 1] = after
                else:
                    waiting.append((child, after))
        return added

    def _leaves(self, signals: Floats) -> Iterator[tuple[slice, Ints]]:
        """Yield some rows at a time and the leaf that each of them reaches in each tree, shape (trees, rows)."""
        inner = len(self.feature)
        for begin in range(0, len(signals), ROWS_AT_ONCE):
            rows = slice(begin, min(begin + ROWS_AT_ONCE, len(signals)))
            flat, first = signals[rows].ravel(), np.arange(rows.stop - begin) * signals.shape[1]
            node = np.tile(self.roots.astype(np.int64)[:, None], rows.stop - begin)
            while (node < inner).any():
                right = flat.take(self._feature.take(node) + first) > self._threshold.take(node)
                node = self._children.take(2 * node + right)
            yield rows, node - inner

    def to_arrays(self) -> dict[str, npt.NDArray[np.generic]]:
        """Return the arrays by the names of the constructor's parameters."""
        return {
            "feature": self.feature.astype(np.int16),
            "threshold": self.threshold,
            "left": self.children[0::2].astype(np.int32),
            "right": self.children[1::2].astype(np.int32),
            "value": self.value,
            "middle": self.middle,
            "roots": self.roots.astype(np.int32),
        }


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
        """Return the probabilities, without the digits that depend on how arrays are cut for the processor."""
        return np.round(probabilities, 9)

    def contributions(self, signals: Floats) -> Floats:
        """Return what each signal adds to each row's score, shape (rows, signals)."""
        return np.asarray(signals * self._weights)


OUTRIGHT = 6.0


def said_outright(signals: Floats) -> Floats:
    """Return what a score gains by what the text says outright ("Paris, Texas"), or loses by its saying otherwise.

    The corpora hardly teach this, since there the rest of the article nearly always agrees with it; left-out outlets
    score the same with it and without.
    """
    contained, contradicted = NAMES.index("contained"), NAMES.index("contradicted")
    return np.asarray(OUTRIGHT * (signals[..., contained] - signals[..., contradicted]))


def _without_company(added: Floats, signals: Floats) -> Floats:
    """Return contributions in which missing company adds to ``alone``: what is not there is no evidence to be named."""
    company, alone = np.array([NAMES.index(name) for name in COMPANY]), NAMES.index("alone")
    missing = np.flatnonzero(signals[:, alone] > 0)
    cells = missing[:, None], company[None, :]
    added[missing, alone] += added[cells].sum(axis=1)
    added[cells] = 0.0
    return added


class LearnedRanker:
    """Gradient-boosted trees for the choice among candidates, and others for the probability that the choice is right.

    Parameters
    ----------
    trees
        What scores the signals of :data:`~geomap.resolution._signals.NAMES`.
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

    def contributions(self, signals: Floats) -> Floats:
        """Return what each signal adds to each row's score, up to a constant that all rows share, shape (rows, signals)."""
        added = self.trees.contributions(signals)
        for name, sign in (("contained", 1.0), ("contradicted", -1.0)):
            column = NAMES.index(name)
            added[:, column] += sign * OUTRIGHT * signals[:, column]
        return _without_company(added, signals)

    @classmethod
    def shipped(cls) -> LearnedRanker:
        """Return the ranker that ships with geomap; its card lies in ``data/recipes/ranker``."""
        return cls.read(read_resource("ranker.npz"))

    @classmethod
    def read(cls, content: bytes) -> LearnedRanker:
        """Return the ranker of a file that ``data/recipes/ranker`` wrote."""
        with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
            if tuple(arrays["names"]) != NAMES:
                raise ResourceDamaged("ranker.npz was trained on other signals; rebuild it by data/recipes/ranker")
            return cls(_trees(arrays, "choice"), _trees(arrays, "surety"))


def _trees(arrays: Mapping[str, npt.NDArray[Any]], prefix: str) -> Trees:
    parts = ("feature", "threshold", "left", "right", "value", "middle", "roots")
    return Trees(*(arrays[f"{prefix}_{part}"] for part in parts))


RANKERS: Mapping[str, Callable[[], Ranker]] = {"learned": LearnedRanker.shipped, "hand-set": HandSetRanker}


def default_ranker(name: str | None = None) -> Ranker:
    """Return a ranker that ships, by its name: ``"learned"`` (the default) or ``"hand-set"``."""
    chosen = name or "learned"
    if chosen not in RANKERS:
        raise UnsupportedFormat(f"unknown ranker {name!r}; choose from: {', '.join(RANKERS)}")
    return RANKERS[chosen]()
