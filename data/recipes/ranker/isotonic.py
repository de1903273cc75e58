"""Isotonic regression by pooling adjacent violators, as a few steps to interpolate between."""

from __future__ import annotations

import numpy as np

SMALLEST_BLOCK = 25


def isotonic_steps(stated: np.ndarray, right: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return positions and values of a non-decreasing curve from stated probability to the share that is right.

    Blocks smaller than 25 are merged into their neighbor, so that no value rests on a handful of cases.
    """
    order = np.argsort(stated, kind="stable")
    blocks: list[list[float]] = []
    for sure, truth in zip(stated[order], right[order], strict=True):
        blocks.append([sure, truth, 1.0])
        while len(blocks) > 1 and blocks[-2][1] >= blocks[-1][1]:
            blocks[-2:] = [_merged(blocks[-2], blocks[-1])]
    merged: list[list[float]] = []
    for block in blocks:
        if merged and (merged[-1][2] < SMALLEST_BLOCK or block[2] < SMALLEST_BLOCK):
            merged[-1] = _merged(merged[-1], block)
        else:
            merged.append(block)
    return np.array([block[0] for block in merged]), np.array([block[1] for block in merged])


def _merged(a: list[float], b: list[float]) -> list[float]:
    count = a[2] + b[2]
    return [(a[0] * a[2] + b[0] * b[2]) / count, (a[1] * a[2] + b[1] * b[2]) / count, count]
