"""Join mentions and places to shapes: by id, country or division, or by the shape that the point lies in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from geomap import tables
from geomap._checks import one_of
from geomap.errors import InvalidTable
from geomap.geometry import distinct_points, polygons, rows_inside
from geomap.tables import Ints

if TYPE_CHECKING:
    import geopandas as gpd

# The ways to join, and the columns that both tables need for each.
ON = {
    "geometry": (),
    "place_id": ("place_id",),
    "geonameid": ("geonameid",),
    "country_code": ("country_code",),
    "admin1": ("country_code", "admin1"),
}
# GeoNames' classes of areas, and that of bodies of states: their point lies in one shape and says nothing of the others.
_AREA_CLASSES = ("A", "L", "X")


def join_shapes(
    table: gpd.GeoDataFrame, shapes: gpd.GeoDataFrame, *, on: str = "geometry", areas: bool = False
) -> gpd.GeoDataFrame:
    """Find the shape that each mention or place belongs to.

    Parameters
    ----------
    table
        A mentions or a places table.
    shapes
        Polygons in any coordinate system: those of :func:`geomap.shapes`, or your own.
    on
        ``"geometry"`` for the shape that the point lies in (the first, if several overlap); or a column of both tables:
        ``"place_id"``, ``"geonameid"``, ``"country_code"``, or ``"admin1"`` for the division's name within its
        ``country_code``.
    areas
        Whether ``on="geometry"`` also joins countries, divisions and regions, by their single point.

    Returns
    -------
    GeoDataFrame
        The same rows in the same order, with the same index, and two more columns: ``area_id``, the shape's own
        ``area_id``, else its ``place_id``, else its index label as text; and ``area``, its ``name``. Both are missing
        for rows that belong to no shape.

    Raises
    ------
    ColumnMissing
        If either table lacks a column to join on.
    InvalidTable
        If ``on`` is anything else, a key occurs twice among the shapes, or the shapes have no CRS or are not polygons.

    Examples
    --------
    >>> from geomap.datasets import sample_mentions
    >>> from geomap.outlines import shapes
    >>> join_shapes(sample_mentions(), shapes())[["toponym", "area_id", "area"]].head(3)
      toponym         area_id  area
    0   Mosul  geonames:99237  Iraq
    1   Erbil  geonames:99237  Iraq
    2  Tigris  geonames:99237  Iraq
    """
    positions = matched_rows(table, shapes, on=on, areas=areas)
    ids = shape_ids(shapes)
    names = shapes["name"] if "name" in shapes.columns else pd.Series([None] * len(shapes), dtype=object)
    joined = table.copy()
    for name, values in (("area_id", ids), ("area", names)):
        matched = pd.Series(values.to_numpy(dtype=object), dtype=object).reindex(positions)
        joined[name] = tables.as_dtype(pd.Series(matched.to_numpy(), index=table.index, dtype=object), "str")
    return joined


def shape_ids(shapes: gpd.GeoDataFrame) -> pd.Series[Any]:
    """Return an id for each shape: its ``area_id``, else its ``place_id``, else its index label as text."""
    for name in ("area_id", "place_id"):
        if name in shapes.columns:
            return tables.as_dtype(shapes[name].reset_index(drop=True), "str")
    return pd.Series(shapes.index.astype(str))


def matched_rows(
    table: gpd.GeoDataFrame, shapes: gpd.GeoDataFrame, *, on: str = "geometry", areas: bool = False
) -> Ints:
    """Return the position of each row's shape, -1 for none; the options and errors are those of :func:`join_shapes`."""
    one_of("on", on, ON)
    if on == "geometry":
        return _by_point(table, polygons(shapes), areas)
    tables.require_columns(shapes, ON[on], what="shapes")
    tables.require_columns(table, ON[on], what="mentions or places")
    keys = _keys(shapes, ON[on])
    known = keys.notna().to_numpy()
    repeated = keys[known & keys.duplicated().to_numpy()]
    if len(repeated):
        raise InvalidTable(
            f"duplicate {on} {repeated.iloc[0]!r} in the shapes; dissolve them, or join on another column"
        )
    position_of = pd.Series(np.flatnonzero(known), index=keys[known])
    return position_of.reindex(_keys(table, ON[on])).fillna(-1).to_numpy(dtype=np.int64)


def rows_in_divisions(table: gpd.GeoDataFrame, divisions: gpd.GeoDataFrame) -> Ints:
    """Return the row of each mention's or place's division by name, else, of a place, by its point; -1 for none.

    Gazetteers differ in what they call a division, and in which divisions they know.
    """
    row = matched_rows(table, divisions, on="admin1")
    left = np.flatnonzero(row < 0)
    by_point = matched_rows(table.iloc[left], divisions)
    found = np.flatnonzero(by_point >= 0)
    # Outlines are simplified: a town at a border does not belong abroad for that.
    of_shape, of_row = (each["country_code"].astype(object).to_numpy() for each in (divisions, table))
    same = of_shape[by_point[found]] == of_row[left[found]]
    row[left[found]] = np.where(same, by_point[found], -1)
    return row


def _by_point(table: gpd.GeoDataFrame, shapes: gpd.GeoDataFrame, areas: bool) -> Ints:
    table = tables.in_degrees_of(table)
    tables.require_columns(table, ("geometry",) if areas else ("geometry", "feature_class"), what="mentions or places")
    lon, lat = tables.coordinates(table["geometry"])
    inside = np.isfinite(lon)
    if not areas:
        inside &= ~is_area(table)
    found = np.full(len(table), -1, dtype=np.int64)
    # Places are few beside mentions: each point is looked up once.
    point, lon, lat = distinct_points(lon[inside], lat[inside])
    if len(lon):
        found[inside] = rows_inside(shapes, lon, lat)[point]
    return found


def is_area(table: pd.DataFrame) -> npt.NDArray[np.bool_]:
    """Return which mentions or places are countries, divisions, parks, regions or bodies, drawn at one point."""
    return table["feature_class"].isin(_AREA_CLASSES).to_numpy(dtype=bool)


def _keys(table: pd.DataFrame, columns: tuple[str, ...]) -> pd.Series[Any]:
    """Return one key per row as text, missing where any part is missing."""
    parts = [_text(table[name].reset_index(drop=True)) for name in columns]
    key = parts[0]
    for part in parts[1:]:
        key = key + "/" + part
    return key


def _text(values: pd.Series[Any]) -> pd.Series[Any]:
    # File formats without missing integers turn the id 99072 into 99072.0.
    if pd.api.types.is_numeric_dtype(values.dtype):
        values = values.astype("Int64")
    return tables.as_dtype(values, "str")
