"""Sums by group that do not depend on the order of what is added, so that those of parts add up to that of the whole.

Floating-point numbers do not add up that way: they are added as whole numbers here, three for each.
"""

from __future__ import annotations

import numpy as np

from geomap.tables import Floats, Ints

_BITS = 26  # of each of the three: a billion of them add up within 64 bits
_SHARES = 2.0 ** -np.array([_BITS, 2 * _BITS, 3 * _BITS])
_EXACT = 2**53  # whole numbers below it are exact as floating-point numbers


def added(values: Ints, codes: Ints, size: int) -> Ints:
    """Return the sums of whole numbers, or of rows of them, by group; a code of -1 is no group."""
    inside = codes >= 0
    if not inside.all():
        values, codes = values[inside], codes[inside]
    if not len(values):
        return np.zeros((size, *values.shape[1:]), dtype=np.int64)
    if int(np.abs(values).max()) * len(values) < _EXACT:
        columns = values.reshape(len(values), -1).T
        sums = [np.bincount(codes, weights=column, minlength=size).astype(np.int64) for column in columns]
        return np.column_stack(sums).reshape(size, *values.shape[1:])
    found = np.zeros((size, *values.shape[1:]), dtype=np.int64)
    np.add.at(found, codes, values)
    return found


def in_whole_numbers(values: Floats) -> Ints:
    """Return numbers from -1 to 1 as rows of three whole numbers: the sum of a single one is that one, to 23 digits.

    Examples
    --------
    >>> tenths = np.full(10, 0.1)
    >>> print(sum(tenths.tolist()), in_fractions(in_whole_numbers(tenths).sum(axis=0)))
    0.9999999999999999 1.0
    """
    found = np.empty((*values.shape, 3), dtype=np.int64)
    rest = values * 2.0**_BITS
    for number in range(3):
        whole = np.rint(rest)
        found[..., number] = whole
        rest = (rest - whole) * 2.0**_BITS
    return found


def in_fractions(sums: Ints) -> Floats:
    """Return what sums of such rows stand for."""
    first, second, third = np.moveaxis(sums.astype(np.float64) * _SHARES, -1, 0)
    return np.asarray(first + (second + third), dtype=np.float64)
