"""What a map shows first: boxes around places, across the antimeridian if that is shorter."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from geomap.errors import InvalidTable
from geomap.tables import Floats

Box = list[list[float]]

CORE, ALL = "core", "all"
_SHARES = (0.6, 0.65, 0.7, 0.75, 0.8)  # of the mentions that the core may hold
_PER_DOUBLING = 0.1  # of the mentions: what a view of twice the side has to bring
_CLOSEST = 1.0  # degrees: no view is closer
_CLEARLY_SMALLER = 0.5  # as a share of the area of the box around everything
_MIN_SIDE = 3.0  # degrees: sides below this count as equal
_DECISIVE = 0.2  # of the mentions of anything smaller than a country: from here on towns alone decide
_CELLS = 256  # along the longer side, when looking for the densest square
_ROUNDS = 6
_TURNED = (
    60 / 360
)  # of the world: what a view across the antimeridian has to save, because it turns the familiar map around
_WIDE = ("CONT", "OCN", "RGNE", "ECF")  # continents and the like, by GeoNames' code
# Half the height of the view of one place, in degrees.
_AROUND = {"town": 0.4, "division": 2.0, "region": 3.0, "country": 6.0}


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

    The smallest square on the map that holds four fifths of the mentions, cut to the places in it; or one that holds
    fewer, but three fifths, where each doubling of its side would bring less than a tenth more. The box around all places
    if that is not clearly larger.
    """
    everything = bounds(longitudes, latitudes)
    if everything is None:
        return None
    lon, lat = np.asarray(longitudes, dtype=float), np.asarray(latitudes, dtype=float)
    weight = np.asarray(mentions, dtype=float)
    x, y = np.mod(lon / 360 + 0.5, 1), _down(lat)
    cut = _cut(x, y, weight)
    x = np.where(x < cut, x + 1, x)
    found = [_densest(x, y, weight, share) for share in _SHARES]
    within = max(found, key=lambda held: _worth(weight[held].sum() / weight.sum(), _side(x[held], y[held])))
    around = 360 * x[within] - 180
    inner: Box = [
        [float(lat[within].min()), float(around.min())],
        [float(lat[within].max()), float(around.max())],
    ]
    return inner if _area(inner) < _CLEARLY_SMALLER * _area(everything) else everything


def _worth(share: float, side: float) -> float:
    """Return what a view is worth that shows a share of the mentions: less, the farther off one has to be."""
    return share - _PER_DOUBLING * math.log2(max(360 * side, _CLOSEST))


def _cut(x: Floats, y: Floats, weight: Floats) -> float:
    """Return where to cut the map open: at the antimeridian, unless a square across it is clearly smaller."""
    within = _densest(x, y, weight, _SHARES[-1])
    # The same again on two turns of the world; half a share of twice the weight is as much.
    twice = np.append(x, x + 1)
    across = _densest(twice, np.append(y, y), np.append(weight, weight), _SHARES[-1] / 2)
    west, east = across[: len(x)], across[len(x) :] & ~across[: len(x)]
    if not (west.any() and east.any()):
        return 0.0
    turned, both = np.where(east, x + 1, x), west | east
    saved = _side(x[within], y[within]) - _side(turned[both], y[both])
    return float(x[west].min()) if saved > _TURNED else 0.0


def _down(latitudes: Floats) -> Floats:
    """Return latitudes as fractions of the world's width, in the Web Mercator projection."""
    phi = np.radians(np.clip(latitudes, -85.05, 85.05))
    down: Floats = 0.5 - np.log(np.tan(np.pi / 4 + phi / 2)) / (2 * np.pi)
    return down


def _side(x: Floats, y: Floats) -> float:
    return max(float(np.ptp(x)), float(np.ptp(y)))


def _densest(x: Floats, y: Floats, weight: Floats, share: float) -> npt.NDArray[np.bool_]:
    """Return which points are in the smallest square that holds a share of the weight.

    It is found on a grid, then on finer ones around what was found, so that twenty thousand places take milliseconds; up
    to a few cells of the first grid it is the smallest.
    """
    wanted = share * float(weight.sum()) - 1e-9
    within = np.ones(len(x), dtype=bool)
    for _ in range(_ROUNDS):
        left, top, side = float(x[within].min()), float(y[within].min()), _side(x[within], y[within])
        cell = side / _CELLS
        if cell < 1e-9:
            break
        columns, rows = ((values[within] - least) // cell for values, least in ((x, left), (y, top)))
        size = (int(rows.max()) + 1, int(columns.max()) + 1)
        grid = np.zeros(size)
        np.add.at(grid, (rows.astype(int), columns.astype(int)), weight[within])
        row, column, cells = _smallest_window(grid, wanted)
        inside = (columns >= column) & (columns < column + cells) & (rows >= row) & (rows < row + cells)
        if inside.all():
            break
        kept = np.flatnonzero(within)[inside]
        within = np.zeros(len(x), dtype=bool)
        within[kept] = True
    return within


def _smallest_window(grid: Floats, wanted: float) -> tuple[int, int, int]:
    """Return row, column and side of the smallest square of cells with enough weight, the heaviest of its size."""
    sums = np.pad(grid.cumsum(axis=0).cumsum(axis=1), ((1, 0), (1, 0)))
    low, high = 1, max(grid.shape)
    while low < high:
        middle = (low + high) // 2
        if _windows(sums, middle).max() >= wanted:
            high = middle
        else:
            low = middle + 1
    found = _windows(sums, low)
    row, column = np.unravel_index(int(found.argmax()), found.shape)
    return int(row), int(column), low


def _windows(sums: Floats, side: int) -> Floats:
    """Return the weight of every square of so many cells, from the sums of all cells above and left of each corner."""
    high, wide = (min(side, length - 1) for length in sums.shape)
    windows: Floats = sums[high:, wide:] - sums[:-high, wide:] - sums[high:, :-wide] + sums[:-high, :-wide]
    return windows


def _area(box: Box) -> float:
    (south, west), (north, east) = box
    return max(east - west, _MIN_SIDE) * max(north - south, _MIN_SIDE)


def deciding(places: pd.DataFrame) -> pd.DataFrame:
    """Return the places whose mentions decide what a map shows first: towns, if it has enough of them.

    A country's point is the middle of an area, and a continent's the middle of nothing: they decide only where a corpus
    names nothing else.
    """
    mentions = places["mentions"]
    towns = places["form"].isin(("town", "coordinate"))
    wide = (places["form"] == "country") | places["feature_class"].eq("X") | places["feature_code"].isin(_WIDE)
    if mentions[towns].sum() >= max(1, _DECISIVE * mentions[~wide].sum()):
        return places[towns]
    return places[~wide] if (~wide).any() else places


def core(places: pd.DataFrame) -> Box | None:
    """Return the box where a corpus is; see :func:`deciding` and :func:`first_view`."""
    chosen = deciding(places)
    return first_view(chosen["lon"], chosen["lat"], chosen["mentions"])


def around(lon: float, lat: float, form: str) -> Box:
    """Return the view of one place."""
    high = _AROUND.get(form, _AROUND["town"])
    wide = high / max(0.2, math.cos(math.radians(lat)))
    return [[max(lat - high, -85.0), lon - wide], [min(lat + high, 85.0), lon + wide]]


def checked_bounds(name: str, value: Sequence[Any]) -> Box:
    """Return bounds as a box: west, south, east, north, or Folium's two corners [[south, west], [north, east]].

    Raises
    ------
    InvalidTable
        If they are neither.
    """
    try:
        given = np.asarray(value, dtype=float)
    except (TypeError, ValueError):
        given = np.empty(0)
    west, south, east, north = (
        given if given.shape == (4,) else given[[0, 0, 1, 1], [1, 0, 1, 0]] if given.shape == (2, 2) else [math.nan] * 4
    )
    if not (west < east <= west + 360 and -90 <= south < north <= 90):  # not a number fails too
        raise InvalidTable(
            f"{name} must be west, south, east, north in degrees, west < east, south < north; got {value!r}"
        )
    return [[float(south), float(west)], [float(north), float(east)]]


def middle(box: Box | None) -> list[float]:
    """Return the middle of a box as [latitude, longitude]; without one, that of a map of the world."""
    if box is None:
        return [20.0, 10.0]
    (south, west), (north, east) = box
    return [math.fsum((south, north)) / 2, math.fsum((west, east)) / 2]
