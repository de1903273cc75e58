"""Counts by area, and tests on them: spatial autocorrelation and hot spots."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from geomap import tables
from geomap._checks import at_least, one_of
from geomap._optional import optional
from geomap.analysis._grouping import Distinct, Selection, counted, distinct_articles, geo_table
from geomap.analysis._intervals import adjusted
from geomap.errors import InvalidTable
from geomap.geometry import distinct_points, polygons, unit_vectors
from geomap.outlines import shapes
from geomap.outlines._joining import ON, is_area, matched_rows, rows_in_divisions, shape_ids
from geomap.outlines._shipped import cut_at_antimeridian
from geomap.tables import Floats, Ints, coordinates, in_degrees_of

if TYPE_CHECKING:
    import geopandas as gpd
    import shapely

AREAS = {
    "area_id": "str",
    "name": "str",
    "population": "Int64",
    "area_km2": "float64",
    "mentions": "int64",
    "articles": "int64",
}
_EQUAL_AREA = "EPSG:6933"
# The column by which mentions find the shapes that geomap ships.
_KEYS = {"country": "country_code", "us_state": "admin1", "division": "admin1"}
NEIGHBORS = ("contiguity", "nearest")
_LOCAL = ("local_i", "local_p", "local_q", "gi_star", "gi_p", "gi_q")
# Fewer areas have no pattern that could be tested.
_MIN_AREAS = 4
_QUADRANTS = {1: "high among high", 2: "low among high", 3: "low among low", 4: "high among low"}


def by_area(
    mentions: gpd.GeoDataFrame,
    *,
    within: str | gpd.GeoDataFrame = "country",
    on: str = "geometry",
    resolution: int = 3,
    ring: int = 1,
    areas: bool = False,
    distinct: Distinct = False,
    embedded: bool = False,
    approximate: bool = False,
) -> gpd.GeoDataFrame:
    """Count mentions by area, including areas without any.

    Parameters
    ----------
    mentions
        A mentions table.
    within
        ``"country"``, ``"us_state"`` or ``"division"`` for those of :func:`geomap.shapes`, by the country code or
        division of each mention (of a place without a division's name that is known, by its point); ``"h3"`` for a
        hexagonal grid; or a GeoDataFrame of polygons, whose columns ``area_id`` (else ``place_id``), ``name`` and
        ``population`` are used where it has them. Polygons should not overlap: a point in several of them is counted in
        the first.
    on
        How mentions find your own polygons, as for :func:`~geomap.analysis.join_shapes`.
    resolution
        Of the H3 grid, from 0 to 15; cells of resolution 3 have about 12,000 square kilometers.
    ring
        The number of rings of empty cells to keep around those with a mention.
    areas
        Whether mentions of countries, divisions and regions count in a grid or in shapes, at the one point they are
        drawn at. By country, state or another column they always count.
    distinct, embedded, approximate
        As for :func:`~geomap.analysis.places`.

    Returns
    -------
    GeoDataFrame
        One row per area, in the order of the shapes, or of ``area_id`` for a grid: ``area_id`` (country code,
        ``place_id`` of the state, GeoNames' code of the division such as ``IQ.15``, H3 cell; of your own polygons see
        above, else the row's label), ``name``, ``population`` (where known), ``area_km2``, ``mentions``, ``articles``,
        and the polygon (EPSG:4326).

    Raises
    ------
    ColumnMissing, InvalidTable
        If a column is missing or an option is invalid.
    MissingDependency
        If ``within="h3"`` and h3 is not installed.

    Notes
    -----
    H3 is Uber's discrete global grid; cells that cross the antimeridian are cut there.

    Examples
    --------
    >>> from geomap.datasets import sample_mentions
    >>> found = by_area(sample_mentions())
    >>> found.loc[found["mentions"] > 0, ["area_id", "name", "population", "mentions", "articles"]]
        area_id         name  population  mentions  articles
    41       CH  Switzerland     8516543         1         1
    73       FR       France    66987244         1         1
    104      IQ         Iraq    38433600         6         3
    209      SY        Syria    16906283         1         1

    By division; countries, of which two are mentioned, are in none:

    >>> found = by_area(sample_mentions(), within="division")
    >>> found.loc[found["mentions"] > 0, ["area_id", "name", "mentions", "articles"]].reset_index(drop=True)
      area_id     name  mentions  articles
    0   CH.GE   Geneva         1         1
    1   IQ.07  Baghdad         1         1
    2   IQ.11    Erbil         2         2
    3   IQ.15  Nineveh         3         3
    """
    import geopandas as gpd

    if isinstance(within, str):
        on = _KEYS.get(one_of("within", within, (*_KEYS, "h3")), "geometry")
    needed = ON[one_of("on", on, ON)]
    if on == "geometry":
        needed = ("geometry",) if areas else ("geometry", "feature_class")
    elif isinstance(within, str) and within == "division":
        needed = (*needed, "geometry", "feature_class")
    resolved, _ = counted(mentions, needed, which=Selection(distinct, embedded, approximate))
    if isinstance(within, str) and within == "h3":
        frame, row = _in_grid(resolved, resolution, ring, areas)
    else:
        frame = _shipped(within) if isinstance(within, str) else _own(within)
        if isinstance(within, str) and within == "division":
            row = rows_in_divisions(gpd.GeoDataFrame(resolved, geometry="geometry"), frame)
        else:
            row = matched_rows(gpd.GeoDataFrame(resolved), frame, on=on, areas=areas)
    inside = row >= 0
    frame = frame.assign(
        mentions=np.bincount(row[inside], minlength=len(frame)),
        articles=distinct_articles(resolved["article_id"], row, len(frame)),
    )
    return geo_table(pd.DataFrame(frame), AREAS, frame.geometry)


def _in_grid(resolved: pd.DataFrame, resolution: int, ring: int, areas: bool) -> tuple[gpd.GeoDataFrame, Ints]:
    """Return the cells around the mentions that count in a grid, and the row of each mention's cell, -1 for none."""
    lon, lat = coordinates(resolved["geometry"])
    inside = np.isfinite(lon)
    if not areas:
        inside &= ~is_area(resolved)
    # Places are few beside mentions: each point is looked up once.
    point, lon, lat = distinct_points(lon[inside], lat[inside])
    frame, cell = _grid(lon, lat, resolution, ring)
    row = np.full(len(resolved), -1, dtype=np.int64)
    row[inside] = cell[point]
    return frame, row


def _shipped(kind: str) -> gpd.GeoDataFrame:
    frame = shapes(kind)
    if kind == "division":
        return frame
    return frame.assign(area_id=frame["country_code" if kind == "country" else "place_id"])


def _own(shapes: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    frame = in_degrees_of(polygons(shapes)).assign(area_id=shape_ids(shapes).to_numpy())
    for name in ("name", "population"):
        if name not in frame.columns:
            frame = frame.assign(**{name: None})
    return frame.assign(area_km2=frame.geometry.to_crs(_EQUAL_AREA).area / 1e6).reset_index(drop=True)


def _grid(lon: Any, lat: Any, resolution: int, ring: int) -> tuple[gpd.GeoDataFrame, Ints]:
    """Return the cells around the points, and the row of each point's cell."""
    import geopandas as gpd

    h3 = optional("h3", extra="analysis", needed_by="geomap.analysis.by_area")
    at_least("ring", ring, 0)
    if not 0 <= resolution <= 15:
        raise InvalidTable(f"resolution must be between 0 and 15; got {resolution}")
    cells = [h3.latlng_to_cell(y, x, resolution) for x, y in zip(lon.tolist(), lat.tolist(), strict=True)]
    around = sorted({near for cell in set(cells) for near in h3.grid_disk(cell, ring)})
    rows = {cell: row for row, cell in enumerate(around)}
    frame = gpd.GeoDataFrame(
        {
            "area_id": around,
            "name": [None] * len(around),
            "population": [None] * len(around),
            "area_km2": [h3.cell_area(cell, unit="km^2") for cell in around],
        },
        geometry=gpd.GeoSeries([cell_polygon(h3.cell_to_boundary(cell)) for cell in around], crs=tables.CRS),
        crs=tables.CRS,
    )
    return frame, np.array([rows[cell] for cell in cells], dtype=np.int64)


def cell_polygon(boundary: Any) -> shapely.Geometry:
    """Return a cell as a polygon from its corners (lat, lon), cut at the antimeridian; around a pole, up to the pole."""
    import shapely

    lat, lon = np.array(boundary, dtype=float).T
    # Longitudes that run on beyond 180 degrees; those of a ring around a pole do not return to where they began.
    ring = np.degrees(np.unwrap(np.radians(np.append(lon, lon[0]))))
    lat = np.append(lat, lat[0])
    if abs(ring[-1] - ring[0]) > 180:
        pole = np.copysign(90.0, lat.mean())
        ring, lat = np.append(ring, [ring[-1], ring[0]]), np.append(lat, [pole, pole])
    return cut_at_antimeridian(shapely.Polygon(np.column_stack([ring, lat])))


def autocorrelation(
    areas: gpd.GeoDataFrame,
    *,
    value: str = "articles",
    neighbors: str = "contiguity",
    k: int = 6,
    permutations: int = 9999,
    seed: int = 0,
) -> pd.DataFrame:
    """Test whether neighboring areas are more alike than by chance: global Moran's I.

    Parameters
    ----------
    areas
        What :func:`~geomap.analysis.by_area` returned, or any GeoDataFrame of polygons with a column of numbers. Rows
        without a number are left out.
    value
        The column. Counts follow population and area: a rate (``articles`` per ``population``) or a logarithm is often
        more informative.
    neighbors
        ``"contiguity"``: areas that share a border or a corner, an island with the nearest area; ``"nearest"``: the ``k``
        nearest by great-circle distance.
    k
        The number of nearest neighbors.
    permutations
        The number of times that the values are shuffled over the areas.
    seed
        Of the random number generator.

    Returns
    -------
    DataFrame
        One row: ``areas`` (their number), ``moran_i`` (about 0 without a pattern, up to 1 where neighbors are alike,
        below 0 where they are unlike), ``expected`` (without a pattern), ``z`` and ``p`` (two-sided, by permutation).
        Missing with fewer than four areas or only one distinct value.

    Raises
    ------
    ColumnMissing, InvalidTable
        If a column is missing or an option is invalid.
    MissingDependency
        If libpysal and esda are not installed.

    Notes
    -----
    Moran (1950), "Notes on continuous stochastic phenomena"; Cliff and Ord (1981), *Spatial Processes*; computed by
    PySAL's ``esda``, row-standardized weights.

    Examples
    --------
    >>> states = shapes("us_state")
    >>> states["density"] = np.log(states["population"].astype(float) / states["area_km2"])
    >>> autocorrelation(states, value="density", permutations=999)[["areas", "moran_i", "p"]].round(3)
       areas  moran_i      p
    0     51    0.507  0.001
    """
    table, values = _usable(areas, value)
    row = {"areas": len(table), **dict.fromkeys(("moran_i", "expected", "z", "p"), np.nan)}
    esda = optional("esda", extra="analysis", needed_by="geomap.analysis.autocorrelation")
    if _varies(values):
        weights = spatial_weights(table, neighbors=neighbors, k=k, verb="autocorrelation")
        with _quietly():
            moran = esda.Moran(values, weights, permutations=0)
        shuffled = _shuffled(values, weights.sparse, permutations, seed)
        away = moran.I - shuffled.mean()
        extreme = np.abs(shuffled - shuffled.mean()) >= abs(away) - 1e-12
        p = (extreme.sum() + 1) / (permutations + 1)
        row |= {"moran_i": moran.I, "expected": moran.EI, "z": away / shuffled.std(), "p": p}
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
    """Find hot spots and cold spots: areas whose neighborhood has more, or less, than by chance.

    Parameters
    ----------
    areas, value, neighbors, k, permutations, seed
        As for :func:`autocorrelation`. With few permutations no p-value can be small enough to pass among many areas.
    alpha
        The false discovery rate: the expected share of false positives among the spots, and among the clusters.

    Returns
    -------
    GeoDataFrame
        The areas, with: ``local_i``, local Moran's I, its ``local_p`` (two-sided, by permutation) and ``local_q``,
        adjusted for the number of areas; ``cluster``: ``high among high``, ``low among low``, ``high among low``, ``low
        among high`` where ``local_q`` is at most ``alpha``, else missing; ``gi_star``, the z-score of Getis and Ord's
        Gi*, ``gi_p``, ``gi_q``; ``spot``: ``hot`` or ``cold`` where ``gi_q`` is at most ``alpha``, else missing. All are
        missing where there are too few areas or values to test.

    Raises
    ------
    ColumnMissing, InvalidTable
        If a column is missing or an option is invalid.
    MissingDependency
        If libpysal and esda are not installed.

    Notes
    -----
    Anselin (1995), "Local indicators of spatial association"; Ord and Getis (1995), "Local spatial autocorrelation
    statistics"; conditional permutation by PySAL's ``esda``; false discovery rate after Benjamini and Hochberg (1995), as
    Caldas de Castro and Singer (2006) advise for local statistics.

    Examples
    --------
    >>> states = shapes("us_state")
    >>> states["density"] = np.log(states["population"].astype(float) / states["area_km2"])
    >>> found = hot_spots(states, value="density", neighbors="nearest", k=8, permutations=999)
    >>> found.nlargest(3, "gi_star")[["name", "gi_star", "spot"]].round(1)
                        name  gi_star spot
    31            New Jersey      4.6  hot
    7   District of Columbia      3.7  hot
    8               Delaware      3.7  hot
    """
    table, values = _usable(areas, value)
    esda = optional("esda", extra="analysis", needed_by="geomap.analysis.hot_spots")
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
        Polygons. Cells of an H3 grid, recognized by their ``area_id``, are neighbors in the grid, also across the
        antimeridian.
    neighbors, k
        As for :func:`autocorrelation`.
    verb
        The name of the calling verb, for the message when libpysal is not installed.

    Returns
    -------
    libpysal.weights.W
        The row numbers of the neighbors of every area, all with the same weight.

    Examples
    --------
    >>> from geomap.analysis import shapes
    >>> countries = shapes("country")
    >>> near = spatial_weights(countries).neighbors[countries["country_code"].tolist().index("IQ")]
    >>> sorted(countries["country_code"].iloc[near])
    ['IR', 'JO', 'KW', 'SA', 'SY', 'TR']
    """
    one_of("neighbors", neighbors, NEIGHBORS)
    tables.require_geometry(areas, what="areas")
    libpysal = optional("libpysal", extra="analysis", needed_by=f"geomap.analysis.{verb or 'spatial_weights'}")
    if neighbors == "nearest":
        at_least("k", k, 1)
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
        h3 = optional("h3", extra="analysis", needed_by="geomap.analysis.spatial_weights")
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
        # Stable: of two at the same distance the first.
        found[row] = np.argsort(-near, kind="stable")[:k].tolist()
    return found


def _usable(areas: gpd.GeoDataFrame, value: str) -> tuple[gpd.GeoDataFrame, Floats]:
    """Return the rows with a number and a shape, in EPSG:4326, and the numbers."""
    tables.require_geometry(areas, what="areas")
    areas = in_degrees_of(areas)
    tables.require_columns(areas, (value, "geometry"), what="areas")
    if not areas.index.is_unique:
        raise InvalidTable("the areas have duplicate index labels; renumber them with areas.reset_index(drop=True)")
    values = pd.to_numeric(areas[value], errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)
    kept = np.isfinite(values) & areas.geometry.notna().to_numpy() & ~areas.geometry.is_empty.to_numpy()
    return areas[kept], values[kept]


def _varies(values: Floats) -> bool:
    return len(values) >= _MIN_AREAS and bool(np.ptp(values) > 0)


def _two_sided(observed: Floats, shuffled: Floats) -> Floats:
    """Return p-values by permutation; ties count against both sides, which matters where most areas have no mention.

    PySAL's own count only shuffles strictly beyond the observed value, so that areas among nothing but zeros look extreme.
    """
    above = (shuffled >= observed[:, None] - 1e-9).sum(axis=1)
    below = (shuffled <= observed[:, None] + 1e-9).sum(axis=1)
    return np.asarray(np.minimum(1.0, 2.0 * (1 + np.minimum(above, below)) / (shuffled.shape[1] + 1)))


def _shuffled(values: Floats, sparse: Any, permutations: int, seed: int) -> Floats:
    """Return Moran's I of the values in random orders, for row-standardized weights."""
    at_least("permutations", permutations, 1)
    random = np.random.default_rng(seed)
    centered = values - values.mean()
    scale = len(values) / sparse.sum() / (centered @ centered)
    found = []
    for begin in range(0, permutations, 500):  # in blocks, which bounds the memory
        count = min(500, permutations - begin)
        orders = random.permuted(np.tile(centered, (count, 1)), axis=1)
        found.append(np.einsum("ij,ij->i", orders, (sparse @ orders.T).T) * scale)
    return np.concatenate(found)


@contextmanager
def _quietly() -> Iterator[None]:
    """Silence warnings of esda and numba on speed, and divisions by zero at areas whose neighbors are all alike."""
    with warnings.catch_warnings(), np.errstate(divide="ignore", invalid="ignore"):
        warnings.simplefilter("ignore")
        yield
