"""Where a map looks first: boxes around places, across the antimeridian where that is shorter."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

Box = list[list[float]]

_KEPT = 0.8  # of the mentions, along each axis
_CLEARLY_SMALLER = 0.5  # of the area of the box around everything
_LEAST = 3.0  # degrees: a smaller side is no reason to leave a place out


def bounds(longitudes: npt.ArrayLike, latitudes: npt.ArrayLike) -> Box | None:
    """Return the smallest box of the points as [[south, west], [north, east]], None without points.

    The box may run across the antimeridian: its east then lies beyond 180 degrees.
    """
    lon, lat = np.asarray(longitudes, dtype=float), np.asarray(latitudes, dtype=float)
    if not len(lon):
        return None
    around = np.unique(np.round(np.mod(lon + 180, 360) - 180, 5))
    gaps = np.diff(np.append(around, around[0] + 360))
    widest = int(gaps.argmax())
    # Leave the world as people know it unless turning it makes the box clearly smaller.
    if 360 - gaps[widest] > (around[-1] - around[0]) - 60:
        west, east = float(around[0]), float(around[-1])
    else:
        west = float(around[(widest + 1) % len(around)])
        east = float(around[widest]) + 360
    return [[float(lat.min()), west], [float(lat.max()), east]]


def first_view(longitudes: npt.ArrayLike, latitudes: npt.ArrayLike, mentions: npt.ArrayLike) -> Box | None:
    """Return the box where most mentions lie, None without points.

    The shortest stretch of longitudes that holds four fifths of the mentions, and in it the shortest of latitudes.
    Where that leaves a box not clearly smaller, it is the box around all places.
    """
    everything = bounds(longitudes, latitudes)
    if everything is None:
        return None
    lon, lat = np.asarray(longitudes, dtype=float), np.asarray(latitudes, dtype=float)
    weight = np.asarray(mentions, dtype=float)
    west = everything[0][1]
    lon = np.mod(lon - west + 1e-9, 360) + west  # along the box, also where it crosses the antimeridian
    within = _shortest(lon, weight)
    kept = within.copy()
    kept[within] = _shortest(lat[within], weight[within])
    inner: Box = [
        [float(lat[kept].min()), float(lon[kept].min())],
        [float(lat[kept].max()), float(lon[kept].max())],
    ]
    return inner if _area(inner) < _CLEARLY_SMALLER * _area(everything) else everything


def _shortest(values: npt.NDArray[np.float64], weight: npt.NDArray[np.float64]) -> npt.NDArray[np.bool_]:
    """Return which values lie in the shortest stretch that holds that much of the weight."""
    order = np.argsort(values, kind="stable")
    line = values[order]
    before = np.concatenate([[0.0], np.cumsum(weight[order])])
    wanted = _KEPT * before[-1]
    # For every beginning, the first end with enough between.
    ends = np.searchsorted(before, before[:-1] + wanted - 1e-9, side="left") - 1
    possible = ends < len(line)
    length = np.where(possible, line[np.minimum(ends, len(line) - 1)] - line, np.inf)
    begin = int(length.argmin())
    low, high = line[begin], line[ends[begin]]
    found: npt.NDArray[np.bool_] = (values >= low) & (values <= high)
    return found


def _area(box: Box) -> float:
    (south, west), (north, east) = box
    return max(east - west, _LEAST) * max(north - south, _LEAST)


def middle(box: Box | None) -> list[float]:
    """Return the middle of a box as [latitude, longitude]; of none, a view of the whole world."""
    if box is None:
        return [20.0, 10.0]
    (south, west), (north, east) = box
    return [math.fsum((south, north)) / 2, math.fsum((west, east)) / 2]
