"""Gradient-boosted trees as plain arrays, evaluated with numpy.

Training needs LightGBM and happens in ``data/recipes/ranker``; what ships is the trees' splits and leaves. All trees
are walked together, level by level, so that the cost is a few array operations per level of depth.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int32]

ROWS_AT_ONCE = 20_000


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
        self, feature: Ints, threshold: Floats, left: Ints, right: Ints, value: Floats, middle: Floats, roots: Ints
    ) -> None:
        self.feature, self.threshold, self.value, self.roots = feature, threshold, value, roots
        self.middle = middle
        self.children = np.column_stack([left, right]).ravel()

    def scores(self, signals: Floats) -> Floats:
        """Return the sum of the leaves that each row of signals reaches, shape (rows,)."""
        parts = [self._walk(signals[begin : begin + ROWS_AT_ONCE]) for begin in range(0, len(signals), ROWS_AT_ONCE)]
        return np.concatenate(parts) if parts else np.zeros(0)

    def _walk(self, signals: Floats) -> Floats:
        total = np.zeros(len(signals))
        rows = np.arange(len(signals))
        for root in self.roots.tolist():
            node = np.full(len(signals), root, dtype=np.int64)
            active = rows
            while len(active):
                at = node[active]
                right = signals[active, self.feature[at]] > self.threshold[at]
                node[active] = self.children[2 * at + right]
                active = active[node[active] >= 0]
            total += self.value[-node - 1]
        return total

    def contributions(self, row: Floats) -> Floats:
        """Return what each signal adds to one row's score, shape (signals,).

        At each split on a row's way to its leaf, the change of the node's mean is the signal's doing (Saabas 2014). The
        sum is the score less the mean of the roots, which is the same for every row: two rows' contributions therefore
        differ by exactly as much as their scores.
        """
        added = np.zeros(len(row))
        for root in self.roots.tolist():
            node = root
            while node >= 0:
                signal = int(self.feature[node])
                child = int(self.children[2 * node + int(row[signal] > self.threshold[node])])
                reached = self.middle[child] if child >= 0 else self.value[-child - 1]
                added[signal] += reached - self.middle[node]
                node = child
        return added

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
