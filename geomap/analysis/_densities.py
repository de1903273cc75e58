"""How densely an area is written about: a kernel density on the sphere."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from geomap import tables
from geomap._checks import positive
from geomap.analysis._centers import spots
from geomap.analysis._grouping import Distinct
from geomap.errors import InvalidTable
from geomap.geometry import EARTH_RADIUS_KM, unit_vectors
from geomap.tables import coordinates, factorized, sorted_unique

if TYPE_CHECKING:
    import geopandas as gpd

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

_KM_PER_DEGREE = np.pi * EARTH_RADIUS_KM / 180.0
_NARROWEST_KM = 25.0
_BLOCK = 6.0  # degrees
# So many bandwidths away a kernel has fallen to one part in a hundred million.
_REACH = 6.0
_AT_ONCE = 4_000_000
_MOST_CELLS = 400_000


def density(
    mentions: gpd.GeoDataFrame,
    *,
    bandwidth_km: float | None = None,
    step: float | None = None,
    least: float = 0.001,
    areas: bool = False,
    distinct: Distinct = False,
) -> gpd.GeoDataFrame:
    """Return how densely each part of the globe is written about.

    Parameters
    ----------
    mentions
        A mentions table. Each article counts once for each place.
    bandwidth_km
        How far a mention reaches; None to choose it by the data.
    step
        The width of the cells in degrees; None for half the bandwidth, from 0.25 to 2.
    least
        Cells below this share of the densest are left out; 0 keeps all that anything reaches.
    areas
        Whether mentions of countries, divisions and regions count, at the one point they are drawn at.
    distinct
        As for :func:`~geomap.analysis.places`.

    Returns
    -------
    GeoDataFrame
        One row per cell, from south to north, then from west to east: ``density``, the share of all mentions per million
        square kilometers (times the cell's area in those, it adds up to about 1 over all cells), ``relative`` to the
        densest cell, ``bandwidth_km``, and the cell's polygon (EPSG:4326). No rows when nothing is counted.

    Raises
    ------
    ColumnMissing, InvalidTable
        If a column or an option is not one that can be used.

    Notes
    -----
    A von Mises-Fisher kernel (Hall, Watson and Cabrera 1987, "Kernel density estimation with spherical data", Biometrika
    74), which knows neither poles nor an antimeridian. Its concentration is the square of Earth's radius over the
    bandwidth. The bandwidth by rule of thumb is García-Portugués's (2013), Electronic Journal of Statistics 7; it smooths
    too much where a corpus has several centers, and is never below 25 km.

    Examples
    --------
    >>> import geomap.tables
    >>> density(geomap.tables.empty_mentions()).columns.to_list()
    ['density', 'relative', 'bandwidth_km', 'geometry']
    """
    for name, value in (("bandwidth_km", bandwidth_km), ("step", step)):
        if value is not None:
            positive(name, value)
    found = spots(mentions, None, areas=areas, distinct=distinct)
    vectors, weights = _weighted(found)
    if not len(weights):
        return _table(np.zeros(0), np.zeros(0), np.zeros(0), 1.0, 0.0)
    bandwidth = float(bandwidth_km) if bandwidth_km else rule_of_thumb_km(vectors, weights)
    step = step or float(np.clip(round(bandwidth / _KM_PER_DEGREE / 2, 2), 0.25, 2.0))
    lon, lat, block = _cells(vectors, step, bandwidth)
    values = _kernel(unit_vectors(lat, lon), block, vectors, weights / weights.sum(), bandwidth)
    kept = (values > 0) & (values >= least * values.max(initial=0.0))
    return _table(lon[kept], lat[kept], values[kept], step, bandwidth)


def _weighted(found: pd.DataFrame) -> tuple[Floats, Floats]:
    """Return the distinct points as unit vectors, and in how many articles each is mentioned."""
    lon, lat = coordinates(found["geometry"])
    point, points = factorized(pd.Series(lon + 1j * lat))
    article, articles = factorized(found["article_id"])
    pairs = sorted_unique(point * max(len(articles), 1) + article) // max(len(articles), 1)
    places = points.to_numpy(dtype=complex)
    return unit_vectors(np.imag(places), np.real(places)), np.bincount(pairs, minlength=len(places)).astype(float)


def rule_of_thumb_km(vectors: Floats, weights: Floats) -> float:
    """Return the bandwidth that would be best if the points came from one von Mises-Fisher distribution.

    García-Portugués (2013), "Exact risk improvement of bandwidth selectors for kernel density estimation with directional
    data", the rule of thumb for the sphere.
    """
    count = weights.sum()
    resultant = float(np.linalg.norm(weights @ vectors) / count)
    # Banerjee et al. (2005): the concentration from the mean resultant length.
    kappa = resultant * (3.0 - resultant**2) / max(1.0 - resultant**2, 1e-9)
    kappa = max(kappa, 1e-3)
    # Every term divided by exp(2 kappa), which would overflow.
    decay = np.exp(-4.0 * kappa)
    squared = ((1.0 - np.exp(-2.0 * kappa)) / 2.0) ** 2
    spread = (1.0 + 4.0 * kappa**2) * (1.0 - decay) / 2.0 - kappa * (1.0 + decay)
    radians = (8.0 * squared / (count * kappa * max(spread, 1e-12))) ** (1.0 / 6.0)
    return float(np.clip(radians * EARTH_RADIUS_KM, _NARROWEST_KM, np.pi * EARTH_RADIUS_KM / 4))


def _cells(vectors: Floats, step: float, bandwidth: float) -> tuple[Floats, Floats, Ints]:
    """Return the middles of the cells that some point reaches, south to north and west to east, and their blocks."""
    across = round(360.0 / _BLOCK)
    reach = _cosine(bandwidth)
    blocks = np.arange(across * round(180.0 / _BLOCK))
    middles = _middles(blocks)
    near = np.zeros(len(blocks), dtype=bool)
    for begin in range(0, len(vectors), 2000):
        near |= (middles @ vectors[begin : begin + 2000].T >= reach).any(axis=1)
    rows, columns = max(round(180.0 / step), 1), max(round(360.0 / step), 1)
    if near.mean() * rows * columns > _MOST_CELLS:
        raise InvalidTable(f"a step of {step} degrees makes more than {_MOST_CELLS} cells here; choose a wider one")
    lat = -90.0 + (np.arange(rows) + 0.5) * 180.0 / rows
    lon = -180.0 + (np.arange(columns) + 0.5) * 360.0 / columns
    lines, posts = ((lat + 90) // _BLOCK).astype(np.int64), ((lon + 180) // _BLOCK).astype(np.int64)
    kept = near[(lines[:, None] * across + posts)]
    row, column = np.nonzero(kept)
    return lon[column], lat[row], lines[row] * across + posts[column]


def _middles(blocks: Ints) -> Floats:
    """Return the middles of blocks as unit vectors."""
    line, post = np.divmod(blocks, round(360.0 / _BLOCK))
    return unit_vectors(-90.0 + (line + 0.5) * _BLOCK, -180.0 + (post + 0.5) * _BLOCK)


def _cosine(bandwidth: float) -> float:
    """Return the cosine of how far from the middle of a block a point reaches into it."""
    return float(np.cos(min(_REACH * bandwidth / EARTH_RADIUS_KM + np.radians(_BLOCK), np.pi)))


def _kernel(cells: Floats, block: Ints, vectors: Floats, shares: Floats, bandwidth: float) -> Floats:
    """Return the density at each cell per million square kilometers, block by block from the points that reach it."""
    kappa = (EARTH_RADIUS_KM / bandwidth) ** 2
    peak = kappa / (2.0 * np.pi * -np.expm1(-2.0 * kappa)) / EARTH_RADIUS_KM**2 * 1e6
    values = np.zeros(len(cells))
    order = np.argsort(block, kind="stable")
    used, begins = np.unique(block[order], return_index=True)
    for middle, rows in zip(_middles(used), np.split(order, begins[1:]), strict=True):
        near = np.flatnonzero(vectors @ middle >= _cosine(bandwidth))
        step = max(1, _AT_ONCE // max(len(near), 1))
        for begin in range(0, len(rows), step):
            chosen = rows[begin : begin + step]
            cosine = np.minimum(cells[chosen] @ vectors[near].T, 1.0)
            values[chosen] = np.exp(kappa * (cosine - 1.0)) @ shares[near]
    return np.asarray(values * peak, dtype=np.float64)


def _table(lon: Floats, lat: Floats, values: Floats, step: float, bandwidth: float) -> gpd.GeoDataFrame:
    import geopandas as gpd
    import shapely

    wide, high = 180.0 / max(round(360.0 / step), 1), 90.0 / max(round(180.0 / step), 1)
    columns = {
        "density": values,
        "relative": values / values.max() if len(values) else values,
        "bandwidth_km": np.full(len(values), bandwidth),
    }
    boxes = shapely.box(lon - wide, lat - high, lon + wide, lat + high)
    return gpd.GeoDataFrame(columns, geometry=gpd.GeoSeries(boxes, crs=tables.CRS), crs=tables.CRS)
