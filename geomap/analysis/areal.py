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
from geomap.outlines import shapes
from geomap.outlines.joining import ON, matched_rows, polygons, shape_ids
from geomap.outlines.topology import cut_at_antimeridian

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
        choose("within", within, (*_KEYS, "h3"))
        on = _KEYS.get(within, "geometry")
    needs = ("place_id", "country_code", "feature_class", "geometry", *ON[choose("on", on, ON)])
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
    return gpd.GeoDataFrame(typed(pd.DataFrame(frame), AREAS), geometry=geometry, crs=tables.CRS)


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
    return cut_at_antimeridian(shapely.Polygon(np.column_stack([ring, lat])))
