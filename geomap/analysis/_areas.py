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
from geomap._checks import one_of, positive
from geomap._optional import optional
from geomap.analysis._centers import AREA_CLASSES
from geomap.analysis._grouping import Distinct, counted, distinct_articles
from geomap.analysis._intervals import adjusted
from geomap.errors import InvalidTable
from geomap.geometry import polygons, unit_vectors
from geomap.outlines import shapes
from geomap.outlines._joining import ON, matched_rows, shape_ids
from geomap.outlines._shipped import cut_at_antimeridian
from geomap.tables import coordinates, factorized, in_degrees_of, with_dtypes

if TYPE_CHECKING:
    import geopandas as gpd
    import shapely

Ints = npt.NDArray[np.int64]
AREAS = {
    "area_id": "str",
    "name": "str",
    "population": "Int64",
    "area_km2": "float64",
    "mentions": "int64",
    "articles": "int64",
}
_EQUAL_AREA = "EPSG:6933"
# How mentions find the shapes that ship.
_KEYS = {"country": "country_code", "us_state": "admin1"}


def by_area(
    mentions: gpd.GeoDataFrame,
    *,
    within: str | gpd.GeoDataFrame = "country",
    on: str = "geometry",
    resolution: int = 3,
    ring: int = 1,
    areas: bool = False,
    distinct: Distinct = False,
) -> gpd.GeoDataFrame:
    """Count mentions in areas, those without any included.

    Parameters
    ----------
    mentions
        A mentions table.
    within
        ``"country"`` or ``"us_state"`` for those of :func:`geomap.shapes`, by the country code or division of each
        mention; ``"h3"`` for a hexagonal grid; or a GeoDataFrame of polygons, whose columns ``area_id`` (else
        ``place_id``), ``name`` and ``population`` are used where it has them. Polygons should not overlap: a point that
        lies in several counts in the first.
    on
        How mentions find polygons of your own, as for :func:`~geomap.analysis.join_shapes`.
    resolution
        Of the H3 grid, from 0 to 15; 3 has cells of about 12,000 square kilometers.
    ring
        How many rings of cells without a mention to keep around those with one.
    areas
        Whether mentions of countries, divisions and regions count in a grid or in shapes, at the one point they are
        drawn at. By country, state or another column they always count.
    distinct
        As for :func:`~geomap.analysis.places`.

    Returns
    -------
    GeoDataFrame
        One row per area, in the order of the shapes, or of ``area_id`` for a grid: ``area_id`` (country code,
        ``place_id`` of the state, H3 cell; of your own polygons see above, else the row's label), ``name``,
        ``population`` (where known), ``area_km2``, ``mentions``, ``articles``, and the polygon (EPSG:4326).

    Raises
    ------
    ColumnMissing, InvalidTable
        If a column or an option is not one that can be used.
    MissingDependency
        If a grid is asked for and h3 is not installed.

    Notes
    -----
    H3 is Uber's discrete global grid; cells that cross the antimeridian are cut there.

    Examples
    --------
    >>> import geomap.tables
    >>> table = by_area(geomap.tables.empty_mentions())
    >>> table["mentions"].sum(), table.columns[:3].to_list()
    (np.int64(0), ['area_id', 'name', 'population'])
    """
    import geopandas as gpd

    mentions = in_degrees_of(mentions)
    if isinstance(within, str):
        one_of("within", within, (*_KEYS, "h3"))
        on = _KEYS.get(within, "geometry")
    needs = ("place_id", "country_code", "feature_class", "geometry", *ON[one_of("on", on, ON)])
    resolved, _ = counted(mentions, needs, distinct=distinct)
    if isinstance(within, str) and within == "h3":
        frame, row = _in_grid(resolved, resolution, ring, areas)
    else:
        frame = _shipped(within) if isinstance(within, str) else _given(within)
        points = gpd.GeoDataFrame(resolved, geometry="geometry", crs=tables.CRS)
        row = matched_rows(points, frame, on=on, areas=areas)
    return _counts(frame, resolved, row)


def _in_grid(resolved: pd.DataFrame, resolution: int, ring: int, areas: bool) -> tuple[gpd.GeoDataFrame, Ints]:
    """Return the cells around the mentions that count in a grid, and the row of each mention's cell, -1 for none."""
    lon, lat = coordinates(resolved["geometry"])
    inside = np.isfinite(lon)
    if not areas:
        inside &= ~resolved["feature_class"].isin(AREA_CLASSES).to_numpy(dtype=bool)
    # Places are few beside mentions: each point is looked up once.
    point, points = factorized(pd.Series(lon[inside] + 1j * lat[inside]))
    places = points.to_numpy(dtype=complex)
    frame, cell = _grid(np.real(places), np.imag(places), resolution, ring)
    row = np.full(len(resolved), -1, dtype=np.int64)
    row[inside] = cell[point] if len(point) else point
    return frame, row


def _counts(frame: gpd.GeoDataFrame, resolved: pd.DataFrame, row: Ints) -> gpd.GeoDataFrame:
    import geopandas as gpd

    inside = row >= 0
    frame = frame.assign(
        mentions=np.bincount(row[inside], minlength=len(frame)),
        articles=distinct_articles(resolved["article_id"][inside], row[inside], len(frame)),
    )
    geometry = frame.geometry.reset_index(drop=True)
    return gpd.GeoDataFrame(with_dtypes(pd.DataFrame(frame), AREAS), geometry=geometry, crs=tables.CRS)


def _shipped(kind: str) -> gpd.GeoDataFrame:
    frame = shapes(kind)
    return frame.assign(area_id=frame["country_code" if kind == "country" else "place_id"])


def _given(own: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    frame = polygons(own)
    frame = frame.set_geometry(frame.geometry.rename("geometry")).assign(area_id=shape_ids(own).to_numpy())
    for name in ("name", "population"):
        if name not in frame.columns:
            frame = frame.assign(**{name: None})
    return frame.assign(area_km2=frame.geometry.to_crs(_EQUAL_AREA).area / 1e6).reset_index(drop=True)


def _grid(lon: Any, lat: Any, resolution: int, ring: int) -> tuple[gpd.GeoDataFrame, Ints]:
    """Return the cells around the points, and the row of each point's cell."""
    import geopandas as gpd

    h3 = optional("h3", extra="analysis", needed_by="geomap.analysis.by_area")
    if not 0 <= resolution <= 15 or ring < 0:
        raise InvalidTable(f"resolution is {resolution} and ring is {ring}; they go from 0 to 15, and from 0")
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
    """Return a cell from its corners as (lat, lon), cut at the antimeridian; around a pole, up to the pole."""
    import shapely

    lat, lon = np.array(boundary, dtype=float).T
    ring = np.degrees(np.unwrap(np.radians(np.append(lon, lon[0]))))
    lat = np.append(lat, lat[0])
    if abs(ring[-1] - ring[0]) > 180:
        pole = np.copysign(90.0, lat.mean())
        ring, lat = np.append(ring, [ring[-1], ring[0]]), np.append(lat, [pole, pole])
    if ring.min() >= -180 and ring.max() <= 180:
        return shapely.Polygon(np.column_stack([ring, lat]))
    return cut_at_antimeridian(shapely.Polygon(np.column_stack([ring, lat])))


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
    esda = optional("esda", extra="analysis", needed_by="geomap.analysis.autocorrelation")
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
    one_of("neighbors", neighbors, NEIGHBORS)
    libpysal = optional("libpysal", extra="analysis", needed_by=f"geomap.analysis.{verb or 'spatial_weights'}")
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
