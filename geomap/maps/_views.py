"""What a map shows first: boxes around places, across the antimeridian if that is shorter."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from geomap.tables import Floats

Box = list[list[float]]

_SHARE = 0.8  # of the mentions that the view holds, along each axis
_CLEARLY_SMALLER = 0.5  # as a share of the area of the box around everything
_MIN_SIDE = 3.0  # degrees: sides below this count as equal


def bounds(longitudes: npt.ArrayLike, latitudes: npt.ArrayLike) -> Box | None:
    """Return the smallest box around points as [[south, west], [north, east]] in degrees, None without points.

    The box may cross the antimeridian: its east is then beyond 180 degrees.
    """
    lon, lat = np.asarray(longitudes, dtype=float), np.asarray(latitudes, dtype=float)
    if not len(lon):
        return None
    around = np.unique(np.round(np.mod(lon + 180, 360) - 180, 5))
    gaps = np.diff(np.append(around, around[0] + 360))
    widest = int(gaps.argmax())
    # Cross the antimeridian, which turns the familiar map around, only if that makes the box clearly narrower.
    if 360 - gaps[widest] > (around[-1] - around[0]) - 60:
        west, east = float(around[0]), float(around[-1])
    else:
        west = float(around[(widest + 1) % len(around)])
        east = float(around[widest]) + 360
    return [[float(lat.min()), west], [float(lat.max()), east]]


def first_view(longitudes: npt.ArrayLike, latitudes: npt.ArrayLike, mentions: npt.ArrayLike) -> Box | None:
    """Return the box where most mentions are, None without points.

    The shortest interval of longitudes with four fifths of the mentions, and within it the shortest of latitudes; the box
    around all places if that is not clearly smaller.
    """
    everything = bounds(longitudes, latitudes)
    if everything is None:
        return None
    lon, lat = np.asarray(longitudes, dtype=float), np.asarray(latitudes, dtype=float)
    weight = np.asarray(mentions, dtype=float)
    west = everything[0][1]
    lon = np.mod(lon - west + 1e-9, 360) + west  # rising along the box, even where it crosses the antimeridian
    within = _shortest(lon, weight)
    kept = within.copy()
    kept[within] = _shortest(lat[within], weight[within])
    inner: Box = [
        [float(lat[kept].min()), float(lon[kept].min())],
        [float(lat[kept].max()), float(lon[kept].max())],
    ]
    return inner if _area(inner) < _CLEARLY_SMALLER * _area(everything) else everything


def _shortest(values: Floats, weight: Floats) -> npt.NDArray[np.bool_]:
    """Return which values are in the shortest interval that holds the share of the weight."""
    order = np.argsort(values, kind="stable")
    ordered = values[order]
    cumulative = np.concatenate([[0.0], np.cumsum(weight[order])])
    # For every start, the first end with enough weight between.
    ends = np.searchsorted(cumulative, cumulative[:-1] + _SHARE * cumulative[-1] - 1e-9, side="left") - 1
    possible = ends < len(ordered)
    length = np.where(possible, ordered[np.minimum(ends, len(ordered) - 1)] - ordered, np.inf)
    start = int(length.argmin())
    inside: npt.NDArray[np.bool_] = (values >= ordered[start]) & (values <= ordered[ends[start]])
    return inside


def _area(box: Box) -> float:
    (south, west), (north, east) = box
    return max(east - west, _MIN_SIDE) * max(north - south, _MIN_SIDE)


def middle(box: Box | None) -> list[float]:
    """Return the middle of a box as [latitude, longitude]; without one, that of a map of the world."""
    if box is None:
        return [20.0, 10.0]
    (south, west), (north, east) = box
    return [math.fsum((south, north)) / 2, math.fsum((west, east)) / 2]
