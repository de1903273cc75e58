"""Outlines of countries, decoded from the basemap that ships with geomap."""

from __future__ import annotations

import gzip
import json
from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from geomap import tables
from geomap.analysis.codes import country_list
from geomap.analysis.options import choose
from geomap.resources.loading import read_resource

if TYPE_CHECKING:
    import geopandas as gpd
    import shapely

SHAPES = {"country_code": "str", "country": "str", "population": "Int64", "area_km2": "float64"}
# Natural Earth draws these inside another country; GeoNames gives them a code of their own. (code, drawn in, box of
# longitudes and latitudes).
_DRAWN_INSIDE = (
    ("GF", "FR", (-55.0, 2.0, -51.0, 6.5)),
    ("GP", "FR", (-62.0, 15.7, -60.9, 16.7)),
    ("MQ", "FR", (-61.4, 14.2, -60.7, 15.0)),
    ("RE", "FR", (55.0, -21.6, 56.0, -20.7)),
    ("YT", "FR", (44.8, -13.2, 45.4, -12.5)),
    ("SJ", "NO", (-10.0, 70.5, 36.0, 81.5)),
    ("CX", "CC", (105.0, -11.0, 106.0, -10.0)),
    ("BQ", "NL", (-69.0, 11.9, -62.5, 18.0)),
)
_EQUAL_AREA = "EPSG:6933"
_Lines = list[npt.NDArray[np.float64]]


def shapes(kind: str = "country") -> gpd.GeoDataFrame:
    """Return the outlines that ship with geomap.

    Parameters
    ----------
    kind
        ``"country"``, the only kind that ships.

    Returns
    -------
    GeoDataFrame
        One row per country in the order of ``country_code`` (ISO 3166-1, as the mentions table has it), with
        ``country``, ``population``, ``area_km2`` and a Polygon or MultiPolygon in EPSG:4326, cut at the antimeridian.

    Raises
    ------
    InvalidTable
        If the kind is another.
    ResourceDamaged
        If the basemap is missing or differs from its checksum.

    Notes
    -----
    Natural Earth 1:50m (public domain), which draws boundaries by who holds the ground; geomap takes no position on
    them. Countries too small for that scale (Gibraltar, Tuvalu) are not in it. Populations are GeoNames'.

    Examples
    --------
    >>> shapes("country").set_index("country_code").loc["IQ", "country"]
    'Iraq'
    """
    import geopandas as gpd

    choose("kind", kind, ("country",))
    codes, outlines, square_km = _decoded()
    known = {country.code: country for country in country_list()}
    geometry = gpd.GeoSeries(list(outlines), crs=tables.CRS)
    columns = {
        "country_code": codes,
        "country": [known[code].name for code in codes],
        "population": [known[code].population or None for code in codes],
        "area_km2": square_km,
    }
    typed = {name: tables.as_dtype(pd.Series(columns[name]), dtype) for name, dtype in SHAPES.items()}
    return gpd.GeoDataFrame(typed, geometry=geometry, crs=tables.CRS)


@cache
def _decoded() -> tuple[tuple[str, ...], tuple[shapely.Geometry, ...], tuple[float, ...]]:
    """Return codes, outlines and areas, decoded once: none of them can be changed."""
    import geopandas as gpd

    outlines = _outlines()
    codes = tuple(sorted(outlines))
    geometry = gpd.GeoSeries([outlines[code] for code in codes], crs=tables.CRS)
    return codes, tuple(geometry), tuple((geometry.to_crs(_EQUAL_AREA).area / 1e6).tolist())


def _outlines() -> dict[str, shapely.Geometry]:
    """Return the outline of each country code."""
    import shapely

    content = json.loads(gzip.decompress(read_resource("basemap.json.gz")))
    lines = _lines(content["world"])
    code_of = {name: country.code for country in country_list() for name in country.shapes}
    parts: dict[str, list[shapely.Geometry]] = {}
    for country in content["countries"]:
        code = code_of.get(country["name"])
        if code:
            parts.setdefault(code, []).extend(_polygon(rings, lines) for rings in country["polygons"])
    for code, drawn_in, box in _DRAWN_INSIDE:
        inside = shapely.box(*box)
        taken = [part for part in parts.get(drawn_in, []) if shapely.within(part, inside)]
        if taken:
            parts[code] = taken
            parts[drawn_in] = [part for part in parts[drawn_in] if not shapely.within(part, inside)]
    return {
        code: _areal(shapely.union_all([cut_at_antimeridian(part) for part in pieces]))
        for code, pieces in parts.items()
    }


def _areal(shape: shapely.Geometry) -> shapely.Geometry:
    """Return the polygons of a shape, without lines that have no area."""
    import shapely

    parts = shapely.get_parts(shapely.get_parts(shape))
    kept = [part for part in parts if part.area > 0]
    return kept[0] if len(kept) == 1 else shapely.MultiPolygon(kept)


def _lines(world: dict[str, Any]) -> _Lines:
    """Return each arc as points in degrees; longitudes may run on past 180."""
    scale, translate = np.array(world["scale"]), np.array(world["translate"])
    return [np.cumsum(np.array(arc).reshape(-1, 2), axis=0) * scale + translate for arc in world["arcs"]]


def _ring(numbers: Sequence[int], lines: _Lines) -> npt.NDArray[np.float64]:
    """Join arcs to a closed ring, each where the last one ended, also across the antimeridian and around a pole."""
    pieces: _Lines = []
    for number in numbers:
        line = lines[number] if number >= 0 else lines[~number][::-1]
        shift = round((pieces[-1][-1, 0] - line[0, 0]) / 360) * 360 if pieces else 0
        pieces.append(line + np.array([shift, 0]))
    ring = np.concatenate(pieces)
    if abs(ring[0, 0] - ring[-1, 0]) > 180:
        ring = np.vstack([ring, [(ring[-1, 0], -90.0), (ring[0, 0], -90.0)]])
    return ring


def _polygon(rings: Sequence[Sequence[int]], lines: _Lines) -> shapely.Geometry:
    import shapely

    outlines = [_ring(ring, lines) for ring in rings]
    if any(np.ptp(outline[:, 0]) >= 359 for outline in outlines):
        # Around the pole the coast and the pole are rings of their own, each closed along the pole.
        return shapely.union_all([shapely.make_valid(shapely.Polygon(outline)) for outline in outlines])
    # Holes lie in the same turn of the world as the outline around them.
    middle = outlines[0][:, 0].mean()
    holes = [hole - np.array([round((hole[:, 0].mean() - middle) / 360) * 360, 0]) for hole in outlines[1:]]
    return shapely.make_valid(shapely.Polygon(outlines[0], holes), method="structure")


def cut_at_antimeridian(shape: shapely.Geometry) -> shapely.Geometry:
    """Cut a shape at the antimeridian and bring every part between -180 and 180 degrees."""
    import shapely
    from shapely.affinity import translate

    west, _, east, _ = shapely.bounds(shape)
    if west >= -180 and east <= 180:
        return shape
    turns = range(int(np.floor((west + 180) / 360)), int(np.floor((east + 180) / 360)) + 1)
    pieces = [
        translate(shapely.intersection(shape, shapely.box(360 * turn - 180, -90, 360 * turn + 180, 90)), -360.0 * turn)
        for turn in turns
    ]
    return shapely.union_all([piece for piece in pieces if piece.area > 0])
