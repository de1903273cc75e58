"""Small regressions, exact and without randomness."""

from __future__ import annotations

import numpy as np
from scipy.optimize import linprog

STEPS = 50


def logistic(features: np.ndarray, right: np.ndarray, weight: np.ndarray, *, ridge: float) -> np.ndarray:
    """Return the intercept and the weights of a logistic regression, by Newton's method: its loss is convex."""
    columns = np.column_stack([np.ones(len(features)), features])
    shrunk = ridge * np.array([0.0, *np.ones(features.shape[1])])
    found = np.zeros(columns.shape[1])
    for _ in range(STEPS):
        stated = 1.0 / (1.0 + np.exp(-columns @ found))
        slope = columns.T @ (weight * (right - stated)) - shrunk * found
        curve = (columns * (weight * stated * (1.0 - stated))[:, None]).T @ columns + np.diag(shrunk)
        found = found + np.linalg.solve(curve, slope)
    return found


def quantile(features: np.ndarray, values: np.ndarray, weight: np.ndarray, *, share: float) -> np.ndarray:
    """Return the weights with which a share of the values lies below the sums (Koenker and Bassett 1978)."""
    rows, columns = features.shape
    cost = np.concatenate([np.zeros(2 * columns), share * weight, (1.0 - share) * weight])
    equal = np.hstack([features, -features, np.eye(rows), -np.eye(rows)])
    solved = linprog(cost, A_eq=equal, b_eq=values, bounds=(0, None), method="highs").x
    return np.asarray(solved[:columns] - solved[columns : 2 * columns])
