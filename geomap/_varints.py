"""Whole numbers in seven bits a byte, the lowest first (LEB128), as geomap's files of outlines and its pages hold them."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

_Ints = npt.NDArray[np.int64]
_MORE = 0x80  # another byte of the number follows


def packed(numbers: npt.ArrayLike) -> bytes:
    """Return whole numbers of at least 0 as bytes, small ones as one byte.

    Examples
    --------
    >>> packed([1, 300]).hex()
    '01ac02'
    """
    left = np.asarray(numbers, dtype=np.int64)
    length = np.maximum(1, -(-_bits(left) // 7))
    begins = np.cumsum(length) - length
    parts = np.zeros(int(length.sum()), dtype=np.uint8)
    for place in range(int(length.max(initial=0))):
        longer = length > place
        more = np.where(length[longer] > place + 1, _MORE, 0)
        parts[begins[longer] + place] = (left[longer] >> (7 * place)) & 0x7F | more
    return parts.tobytes()


def unpacked(content: bytes) -> _Ints:
    """Return the numbers that :func:`packed` wrote.

    Examples
    --------
    >>> unpacked(packed([1, 300])).tolist()
    [1, 300]
    """
    parts = np.frombuffer(content, dtype=np.uint8)
    if not len(parts):
        return np.zeros(0, dtype=np.int64)
    ends = np.flatnonzero(parts < _MORE)
    begins = np.concatenate([[0], ends[:-1] + 1])
    place = np.arange(len(parts)) - np.repeat(begins, ends - begins + 1)
    return np.add.reduceat((parts & 0x7F).astype(np.int64) << (7 * place), begins)


def zigzag(numbers: npt.ArrayLike) -> _Ints:
    """Return signed numbers as unsigned ones, those near 0 small: 0, -1, 1, -2 as 0, 1, 2, 3."""
    signed = np.asarray(numbers, dtype=np.int64)
    return np.where(signed < 0, -2 * signed - 1, 2 * signed)


def from_zigzag(numbers: _Ints) -> _Ints:
    """Return the signed numbers that :func:`zigzag` was given."""
    return (numbers >> 1) ^ -(numbers & 1)


def _bits(numbers: _Ints) -> _Ints:
    """Return how many binary digits numbers have."""
    return np.frexp(numbers.astype(np.float64))[1].astype(np.int64)
