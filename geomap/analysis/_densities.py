"""Kernel density of mentions on the sphere."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geomap import tables
from geomap._checks import positive, probability
from geomap.analysis._centers import points_mentioned
from geomap.analysis._grouping import Distinct, Selection, distinct_articles
from geomap.errors import InvalidTable
from geomap.geometry import EARTH_RADIUS_KM, distinct_points, unit_vectors
from geomap.tables import Floats, Ints, coordinates

if TYPE_CHECKING:
    import geopandas as gpd

_KM_PER_DEGREE = np.pi * EARTH_RADIUS_KM / 180.0
_NARROWEST_KM = 25.0
_BLOCK = 6.0  # degrees
# At so many bandwidths a kernel has fallen to one part in a hundred million.
_REACH = 6.0
_AT_ONCE = 4_000_000
_MAX_CELLS = 400_000


def density(
    mentions: gpd.GeoDataFrame,
    *,
    bandwidth_km: float | None = None,
    step: float | None = None,
    min_relative: float = 0.001,
    areas: bool = False,
    distinct: Distinct = False,
    embedded: bool = False,
    approximate: bool = False,
) -> gpd.GeoDataFrame:
    """Estimate how densely each part of the globe is mentioned, by a kernel density on the sphere.

    Parameters
    ----------
    mentions
        A mentions table. Each article counts once for each place.
    bandwidth_km
        Standard deviation of the kernel around each mention; None to choose it from the data.
    step
        Width of the cells in degrees; None for half the bandwidth, from 0.25 to 2.
    min_relative
        Cells below this share of the densest are left out; 0 keeps every cell that a kernel reaches.
    areas
        Whether mentions of countries, divisions and regions count, at the one point they are drawn at.
    distinct, embedded, approximate
        As for :func:`~geomap.analysis.places`.

    Returns
    -------
    GeoDataFrame
        One row per cell, from south to north, then from west to east: ``density``, the share of all mentions per million
        square kilometers (multiplied by the cells' areas it adds up to about 1), ``relative`` to the densest cell,
        ``bandwidth_km``, and the cell's polygon (EPSG:4326). No rows when no mention counts.

    Raises
    ------
    ColumnMissing, InvalidTable
        If a column is missing or an option is invalid.

    Notes
    -----
    A von Mises-Fisher kernel (Hall, Watson and Cabrera 1987, "Kernel density estimation with spherical data", Biometrika
    74), which has no seams at the poles or the antimeridian. Its concentration is the square of Earth's radius over the
    bandwidth. The default bandwidth is García-Portugués's rule of thumb (2013), Electronic Journal of Statistics 7; it
    oversmooths a corpus with several centers, and is never below 25 km.

    Examples
    --------
    >>> from geomap.datasets import sample_mentions
    >>> cells = density(sample_mentions(), bandwidth_km=200, step=1)
    >>> densest = cells.loc[cells["relative"].idxmax()]
    >>> densest.geometry.bounds
    (43.0, 36.0, 44.0, 37.0)
    """
    for name, value in (("bandwidth_km", bandwidth_km), ("step", step)):
        if value is not None:
            positive(name, value)
    probability("min_relative", min_relative)
    table = points_mentioned(mentions, areas=areas, which=Selection(distinct, embedded, approximate))
    point, lon, lat = distinct_points(*coordinates(table["geometry"]))
    vectors = unit_vectors(lat, lon)
    weights = distinct_articles(table["article_id"], point, len(lon)).astype(np.float64)
    if not len(weights):
        return _table(np.zeros(0), np.zeros(0), np.zeros(0), 1.0, 0.0)
    bandwidth = float(bandwidth_km) if bandwidth_km else rule_of_thumb_km(vectors, weights)
    step = step or float(np.clip(round(bandwidth / _KM_PER_DEGREE / 2, 2), 0.25, 2.0))
    lon, lat, block = _cells(vectors, step, bandwidth)
    values = _kernel(unit_vectors(lat, lon), block, vectors, weights / weights.sum(), bandwidth)
    kept = (values > 0) & (values >= min_relative * values.max(initial=0.0))
    return _table(lon[kept], lat[kept], values[kept], step, bandwidth)


def rule_of_thumb_km(vectors: Floats, weights: Floats) -> float:
    """Return the bandwidth that is optimal for points from a single von Mises-Fisher distribution.

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
    """Return the centers of the cells that some point reaches, south to north and west to east, and their blocks.

    Blocks of 6 degrees, because every cell with every point would be far too many pairs.
    """
    across = round(360.0 / _BLOCK)
    reach = _cosine(bandwidth)
    blocks = np.arange(across * round(180.0 / _BLOCK))
    centers = _block_centers(blocks)
    near = np.zeros(len(blocks), dtype=bool)
    for begin in range(0, len(vectors), 2000):
        near |= (centers @ vectors[begin : begin + 2000].T >= reach).any(axis=1)
    rows, columns = max(round(180.0 / step), 1), max(round(360.0 / step), 1)
    if near.mean() * rows * columns > _MAX_CELLS:
        raise InvalidTable(f"step={step} makes more than {_MAX_CELLS} cells here; choose a wider one")
    lat = -90.0 + (np.arange(rows) + 0.5) * 180.0 / rows
    lon = -180.0 + (np.arange(columns) + 0.5) * 360.0 / columns
    lines, columns_of = ((lat + 90) // _BLOCK).astype(np.int64), ((lon + 180) // _BLOCK).astype(np.int64)
    kept = near[(lines[:, None] * across + columns_of)]
    row, column = np.nonzero(kept)
    return lon[column], lat[row], lines[row] * across + columns_of[column]


def _block_centers(blocks: Ints) -> Floats:
    """Return the centers of blocks as unit vectors."""
    line, column = np.divmod(blocks, round(360.0 / _BLOCK))
    return unit_vectors(-90.0 + (line + 0.5) * _BLOCK, -180.0 + (column + 0.5) * _BLOCK)


def _cosine(bandwidth: float) -> float:
    """Return the cosine of the angle within which a point reaches into a block, from the block's center."""
    return float(np.cos(min(_REACH * bandwidth / EARTH_RADIUS_KM + np.radians(_BLOCK), np.pi)))


def _kernel(cells: Floats, block: Ints, vectors: Floats, shares: Floats, bandwidth: float) -> Floats:
    """Return the density at each cell per million square kilometers, block by block from the points that reach it."""
    kappa = (EARTH_RADIUS_KM / bandwidth) ** 2
    peak = kappa / (2.0 * np.pi * -np.expm1(-2.0 * kappa)) / EARTH_RADIUS_KM**2 * 1e6
    values = np.zeros(len(cells))
    order = np.argsort(block, kind="stable")
    used, begins = np.unique(block[order], return_index=True)
    for center, rows in zip(_block_centers(used), np.split(order, begins[1:]), strict=True):
        near = np.flatnonzero(vectors @ center >= _cosine(bandwidth))
        step = max(1, _AT_ONCE // max(len(near), 1))
        for begin in range(0, len(rows), step):
            chosen = rows[begin : begin + step]
            cosine = np.minimum(cells[chosen] @ vectors[near].T, 1.0)
            values[chosen] = np.exp(kappa * (cosine - 1.0)) @ shares[near]
    return np.asarray(values * peak, dtype=np.float64)


def _table(lon: Floats, lat: Floats, values: Floats, step: float, bandwidth: float) -> gpd.GeoDataFrame:
    import geopandas as gpd
    import shapely

    half_width, half_height = 180.0 / max(round(360.0 / step), 1), 90.0 / max(round(180.0 / step), 1)
    columns = {
        "density": values,
        "relative": values / values.max() if len(values) else values,
        "bandwidth_km": np.full(len(values), bandwidth),
    }
    boxes = shapely.box(lon - half_width, lat - half_height, lon + half_width, lat + half_height)
    return gpd.GeoDataFrame(columns, geometry=gpd.GeoSeries(boxes, crs=tables.CRS), crs=tables.CRS)
