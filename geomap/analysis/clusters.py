"""Is it really clustered, and where? Spatial autocorrelation and hot spots over areas."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from geomap import tables
from geomap.analysis.odds import adjusted
from geomap.analysis.options import choose, needed, positive
from geomap.errors import InvalidTable
from geomap.geometry import unit_vectors

if TYPE_CHECKING:
    import geopandas as gpd

Floats = npt.NDArray[np.float64]
NEIGHBORS = ("contiguity", "nearest")
_LOCAL = ("local_i", "local_p", "local_q", "gi_star", "gi_p", "gi_q")
# Fewer areas than that have no pattern that could be tested.
_FEWEST = 4
_QUADRANTS = {1: "high among high", 2: "low among high", 3: "low among low", 4: "high among low"}


def autocorrelation(
    areas: gpd.GeoDataFrame,
    *,
    value: str = "articles",
    neighbors: str = "contiguity",
    k: int = 6,
    permutations: int = 9999,
    seed: int = 0,
) -> pd.DataFrame:
    """Tell whether areas that are near each other are more alike than by chance: global Moran's I.

    Parameters
    ----------
    areas
        What :func:`~geomap.analysis.by_area` returned, or any GeoDataFrame of polygons with a column of numbers. Rows
        without a number are left out.
    value
        The column. Counts follow population and area: a rate (``articles`` per ``population``) or a logarithm often
        says more.
    neighbors
        ``"contiguity"``: areas that share a border or a corner, islands with the area nearest to them; ``"nearest"``:
        the ``k`` nearest by great circle.
    k
        How many nearest.
    permutations
        How often the values are shuffled over the areas.
    seed
        Of the shuffling.

    Returns
    -------
    DataFrame
        One row: ``areas`` (how many), ``moran_i`` (about 0 without a pattern, up to 1 where like lies beside like, below
        0 where unlike does), ``expected`` (without a pattern), ``z`` and ``p`` (two-sided, by permutation). Missing where
        fewer than four areas or no two different values are there.

    Raises
    ------
    ColumnMissing, InvalidTable
        If a column or an option is not one that can be used.
    MissingDependency
        If libpysal and esda are not installed.

    Notes
    -----
    Moran (1950), "Notes on continuous stochastic phenomena"; Cliff and Ord (1981), *Spatial Processes*; computed by
    PySAL's ``esda``, row-standardized weights.

    Examples
    --------
    >>> import geomap.tables
    >>> from geomap.analysis import by_area
    >>> autocorrelation(by_area(geomap.tables.empty_mentions()))["moran_i"].isna().to_list()
    [True]
    """
    table, values = _usable(areas, value)
    row = {"areas": len(table), "moran_i": np.nan, "expected": np.nan, "z": np.nan, "p": np.nan}
    esda = needed("esda", verb="autocorrelation")
    if _varies(values):
        weights = spatial_weights(table, neighbors=neighbors, k=k, verb="autocorrelation")
        with _quietly():
            moran = esda.Moran(values, weights, permutations=0)
        shuffled = _shuffled(values, weights.sparse, permutations, seed)
        away = np.abs(shuffled - shuffled.mean()) >= abs(moran.I - shuffled.mean()) - 1e-12
        row |= {"moran_i": float(moran.I), "expected": float(moran.EI)}
        row |= {
            "z": float((moran.I - shuffled.mean()) / shuffled.std()),
            "p": float((away.sum() + 1) / (permutations + 1)),
        }
    return pd.DataFrame([row])


def hot_spots(
    areas: gpd.GeoDataFrame,
    *,
    value: str = "articles",
    neighbors: str = "contiguity",
    k: int = 6,
    alpha: float = 0.05,
    permutations: int = 9999,
    seed: int = 0,
) -> gpd.GeoDataFrame:
    """Find hot spots and cold spots: areas whose surroundings have more, or less, than by chance.

    Parameters
    ----------
    areas, value, neighbors, k, permutations, seed
        As for :func:`autocorrelation`. Few permutations cannot give a p-value small enough to stand among many areas.
    alpha
        Of all areas that are called one, the share that is expected not to be.

    Returns
    -------
    GeoDataFrame
        The areas, with: ``local_i``, local Moran's I, its ``local_p`` (two-sided, by permutation) and ``local_q``,
        adjusted for the number of areas; ``cluster``: ``high among high``, ``low among low``, ``high among low``, ``low
        among high`` where ``local_q`` is at most ``alpha``, else missing; ``gi_star``, the z-score of Getis and Ord's
        Gi*, ``gi_p``, ``gi_q``; ``spot``: ``hot`` or ``cold`` where ``gi_q`` is at most ``alpha``, else missing. All are
        missing where nothing can be tested.

    Raises
    ------
    ColumnMissing, InvalidTable
        If a column or an option is not one that can be used.
    MissingDependency
        If libpysal and esda are not installed.

    Notes
    -----
    Anselin (1995), "Local indicators of spatial association"; Ord and Getis (1995), "Local spatial autocorrelation
    statistics"; conditional permutation by PySAL's ``esda``; false discovery rate after Benjamini and Hochberg (1995), as
    Caldas de Castro and Singer (2006) advise for local statistics.

    Examples
    --------
    >>> import geomap.tables
    >>> from geomap.analysis import by_area
    >>> hot_spots(by_area(geomap.tables.empty_mentions()))["spot"].notna().sum()
    np.int64(0)
    """
    table, values = _usable(areas, value)
    esda = needed("esda", verb="hot_spots")
    found = pd.DataFrame(np.nan, index=table.index, columns=list(_LOCAL))
    cluster, spot = (pd.Series(None, index=table.index, dtype=object) for _ in range(2))
    if _varies(values):
        weights = spatial_weights(table, neighbors=neighbors, k=k, verb="hot_spots")
        with _quietly():
            local = esda.Moran_Local(values, weights, permutations=permutations, seed=seed, n_jobs=1)
            around = esda.G_Local(
                values, weights, star=True, transform="B", permutations=permutations, seed=seed, n_jobs=1
            )
        found["local_i"], found["local_p"] = local.Is, _two_sided(local.Is, local.rlisas)
        found["gi_star"], found["gi_p"] = around.Zs, _two_sided(around.Gs, around.rGs)
        found["local_q"], found["gi_q"] = adjusted(found["local_p"].to_numpy()), adjusted(found["gi_p"].to_numpy())
        cluster = pd.Series(local.q, index=table.index).map(_QUADRANTS).where(found["local_q"] <= alpha)
        sign = pd.Series(np.where(found["gi_star"] > 0, "hot", "cold"), index=table.index)
        spot = sign.where(found["gi_q"] <= alpha)
    rest = areas.drop(columns=[name for name in (*_LOCAL, "cluster", "spot") if name in areas.columns])
    new = found.assign(cluster=tables.as_dtype(cluster, "str"), spot=tables.as_dtype(spot, "str")).reindex(rest.index)
    return rest.assign(**{str(name): new[name] for name in new.columns})


def spatial_weights(areas: gpd.GeoDataFrame, *, neighbors: str = "contiguity", k: int = 6, verb: str = "") -> Any:
    """Return which areas are neighbors, as ``libpysal.weights.W`` by row number.

    Parameters
    ----------
    areas
        Polygons. The cells of an H3 grid, known by their ``area_id``, are neighbors where the grid says so, also across
        the antimeridian.
    neighbors, k
        As for :func:`autocorrelation`.
    verb
        Who asks, for the message when libpysal is not installed.

    Returns
    -------
    libpysal.weights.W
        Every area with the row numbers of its neighbors, each weighing the same.

    Examples
    --------
    >>> from geomap.analysis import shapes
    >>> countries = shapes("country")
    >>> near = spatial_weights(countries).neighbors[countries["country_code"].tolist().index("IQ")]
    >>> sorted(countries["country_code"].iloc[near])
    ['IR', 'JO', 'KW', 'SA', 'SY', 'TR']
    """
    choose("neighbors", neighbors, NEIGHBORS)
    libpysal = needed("libpysal", verb=verb or "spatial_weights")
    if neighbors == "nearest":
        positive("k", k)
        near = _nearest(areas, min(k, len(areas) - 1))
    else:
        near = _bordering(areas)
        alone = [row for row, others in near.items() if not others]
        closest = _nearest(areas, 1) if alone else {}
        for row in alone:
            (other,) = closest[row]
            near[row].append(other)
            if row not in near[other]:
                near[other].append(row)
    return libpysal.weights.W(near, silence_warnings=True)


def _bordering(areas: gpd.GeoDataFrame) -> dict[int, list[int]]:
    cells = areas["area_id"].tolist() if "area_id" in areas.columns else []
    if cells and all(isinstance(cell, str) and len(cell) == 15 for cell in cells):
        h3 = needed("h3", verb="spatial_weights")
        if all(h3.is_valid_cell(cell) for cell in cells):
            rows = {cell: row for row, cell in enumerate(cells)}
            return {
                row: sorted(rows[near] for near in h3.grid_disk(cell, 1) if near in rows and near != cell)
                for cell, row in rows.items()
            }
    first, second = areas.sindex.query(areas.geometry, predicate="intersects")
    found: dict[int, list[int]] = {row: [] for row in range(len(areas))}
    for a, b in zip(first.tolist(), second.tolist(), strict=True):
        if a != b:
            found[a].append(b)
    return found


def _nearest(areas: gpd.GeoDataFrame, k: int) -> dict[int, list[int]]:
    points = areas.geometry.representative_point()
    vectors = unit_vectors(points.y.to_numpy(), points.x.to_numpy())
    found = {}
    for row, vector in enumerate(vectors):
        near = vectors @ vector
        near[row] = -2.0
        # Of two at the same distance the one that comes first.
        found[row] = np.argsort(-near, kind="stable")[:k].tolist()
    return found


def _usable(areas: gpd.GeoDataFrame, value: str) -> tuple[gpd.GeoDataFrame, Floats]:
    """Return the rows with a number and a shape, in EPSG:4326, and the numbers."""
    tables.require_columns(areas, (value, "geometry"), what="areas")
    if not areas.index.is_unique:
        raise InvalidTable(
            "the areas have labels that stand twice; give them new ones with areas.reset_index(drop=True)"
        )
    values = pd.to_numeric(areas[value], errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)
    kept = np.isfinite(values) & areas.geometry.notna().to_numpy() & ~areas.geometry.is_empty.to_numpy()
    table = areas[kept]
    return (table if table.crs is None or table.crs == tables.CRS else table.to_crs(tables.CRS)), values[kept]


def _varies(values: Floats) -> bool:
    return len(values) >= _FEWEST and bool(np.ptp(values) > 0)


def _two_sided(observed: Floats, shuffled: Floats) -> Floats:
    """Return p-values by permutation; an equal value is evidence for neither side, as where most areas have none.

    PySAL's own counts the shuffles strictly beyond the observed, so that areas among nothing but zeros look extreme.
    """
    above = (shuffled >= observed[:, None] - 1e-9).sum(axis=1)
    below = (shuffled <= observed[:, None] + 1e-9).sum(axis=1)
    return np.asarray(np.minimum(1.0, 2.0 * (1 + np.minimum(above, below)) / (shuffled.shape[1] + 1)))


def _shuffled(values: Floats, sparse: Any, permutations: int, seed: int) -> Floats:
    """Return Moran's I of the values in random orders, for row-standardized weights."""
    positive("permutations", permutations)
    random = np.random.default_rng(seed)
    centered = values - values.mean()
    scale = len(values) / sparse.sum() / (centered @ centered)
    found = []
    for begin in range(0, permutations, 500):
        count = min(500, permutations - begin)
        orders = random.permuted(np.tile(centered, (count, 1)), axis=1)
        found.append(np.einsum("ij,ij->i", orders, (sparse @ orders.T).T) * scale)
    return np.concatenate(found)


@contextmanager
def _quietly() -> Iterator[None]:
    """Keep back what esda and numba say about speed, and divisions by zero at areas whose neighbors are all alike."""
    with warnings.catch_warnings(), np.errstate(divide="ignore", invalid="ignore"):
        warnings.simplefilter("ignore")
        yield
