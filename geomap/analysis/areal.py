"""Mentions counted in areas: countries, any shapes, or the cells of a hexagonal grid."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from geomap import tables
from geomap.analysis.options import choose, needed
from geomap.analysis.sphere import AREA_CLASSES
from geomap.analysis.tallies import Distinct, coordinates, counted, distinct_articles, factorized, in_degrees_of, typed
from geomap.errors import InvalidTable

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


def by_area(
    mentions: gpd.GeoDataFrame,
    *,
    within: str | gpd.GeoDataFrame = "country",
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
        ``"country"`` for the countries of :func:`~geomap.analysis.shapes`, by the code of each mention; ``"h3"`` for a
        hexagonal grid; or a GeoDataFrame of polygons, whose columns ``area_id``, ``name`` and ``population`` are used
        where it has them. Polygons should not overlap: a point that lies in several counts in the first.
    resolution
        Of the H3 grid, from 0 to 15; 3 has cells of about 12,000 square kilometers.
    ring
        How many rings of cells without a mention to keep around those with one.
    areas
        Whether mentions of countries, divisions and regions count in a grid or in shapes, at the one point they are
        drawn at. By country they always count.
    distinct
        As for :func:`~geomap.analysis.places`.

    Returns
    -------
    GeoDataFrame
        One row per area, in the order of the shapes, or of ``area_id`` for a grid: ``area_id`` (country code, H3 cell, or
        the row's label), ``name``, ``population`` (where known), ``area_km2``, ``mentions``, ``articles``, and the polygon
        (EPSG:4326).

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
    mentions = in_degrees_of(mentions)
    needs = ("place_id", "country_code", "feature_class", "geometry")
    resolved, _ = counted(mentions, needs, distinct=distinct)
    if isinstance(within, str) and choose("within", within, ("country", "h3")) == "country":
        frame = _countries()
        rows = pd.Series(np.arange(len(frame)), index=frame["area_id"]).reindex(resolved["country_code"])
        return _counts(frame, resolved, rows.fillna(-1).to_numpy(dtype=np.int64))
    resolved = resolved if areas else resolved[~resolved["feature_class"].isin(AREA_CLASSES)]
    lon, lat = coordinates(resolved["geometry"])
    resolved, lon, lat = resolved[np.isfinite(lon)].reset_index(drop=True), lon[np.isfinite(lon)], lat[np.isfinite(lat)]
    # Places are few beside mentions: each point is looked up once.
    point, points = factorized(pd.Series(lon + 1j * lat))
    lon, lat = np.real(points.to_numpy(dtype=complex)), np.imag(points.to_numpy(dtype=complex))
    if isinstance(within, str):
        frame, row = _grid(lon, lat, resolution, ring)
    else:
        frame = _given(within)
        row = _inside(frame, lon, lat)
    return _counts(frame, resolved, row[point] if len(point) else point)


def _counts(frame: gpd.GeoDataFrame, resolved: pd.DataFrame, row: Ints) -> gpd.GeoDataFrame:
    import geopandas as gpd

    inside = row >= 0
    frame = frame.assign(
        mentions=np.bincount(row[inside], minlength=len(frame)),
        articles=distinct_articles(resolved["article_id"][inside], row[inside], len(frame)),
    )
    geometry = frame.geometry.reset_index(drop=True)
    return gpd.GeoDataFrame(typed(pd.DataFrame(frame), AREAS), geometry=geometry, crs=tables.CRS)


def _countries() -> gpd.GeoDataFrame:
    from geomap.analysis.shapes import shapes

    return shapes("country").rename(columns={"country_code": "area_id", "country": "name"})


def _given(shapes: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    if getattr(shapes, "crs", None) is None:
        raise InvalidTable("the shapes have no coordinate system; say which with shapes.set_crs(...)")
    frame = shapes.to_crs(tables.CRS)
    wrong = ~frame.geometry.geom_type.isin(("Polygon", "MultiPolygon"))
    if wrong.any():
        raise InvalidTable(f"row {int(wrong.to_numpy().argmax())} of the shapes is no polygon")
    frame = frame.set_geometry(frame.geometry.rename("geometry"))
    if "area_id" not in frame.columns:
        frame = frame.assign(area_id=frame.index.astype(str))
    for name in ("name", "population"):
        if name not in frame.columns:
            frame = frame.assign(**{name: None})
    return frame.assign(area_km2=frame.geometry.to_crs(_EQUAL_AREA).area / 1e6).reset_index(drop=True)


def _inside(frame: gpd.GeoDataFrame, lon: Any, lat: Any) -> Ints:
    """Return the row of the shape that each point lies in, -1 for none."""
    import shapely

    found = np.full(len(lon), -1, dtype=np.int64)
    points, rows = frame.sindex.query(shapely.points(lon, lat), predicate="intersects")
    order = np.lexsort([-rows, points])
    found[points[order]] = rows[order]
    return found


def _grid(lon: Any, lat: Any, resolution: int, ring: int) -> tuple[gpd.GeoDataFrame, Ints]:
    """Return the cells around the points, and the row of each point's cell."""
    import geopandas as gpd

    h3 = needed("h3", verb="by_area")
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
    from geomap.analysis.shapes import cut_at_antimeridian

    return cut_at_antimeridian(shapely.Polygon(np.column_stack([ring, lat])))
