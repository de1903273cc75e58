"""The outlines that ship with geomap: countries and the states of the United States."""

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
from geomap.errors import InvalidTable
from geomap.outlines._codes import DISPUTED, country_list, state_list
from geomap.resources._loading import read_resource

if TYPE_CHECKING:
    import geopandas as gpd
    import shapely

Lines = list[npt.NDArray[np.float64]]


def areal(shape: shapely.Geometry) -> shapely.Geometry:
    """Return the polygons of a shape, without lines that have no area."""
    import shapely

    parts = shapely.get_parts(shapely.get_parts(shape))
    kept = [part for part in parts if part.area > 0]
    return kept[0] if len(kept) == 1 else shapely.MultiPolygon(kept)


def decoded_lines(packed: dict[str, Any]) -> Lines:
    """Return each arc as points in degrees; longitudes may run on past 180."""
    scale, translate = np.array(packed["scale"]), np.array(packed["translate"])
    return [np.cumsum(np.array(arc).reshape(-1, 2), axis=0) * scale + translate for arc in packed["arcs"]]


def _ring(numbers: Sequence[int], lines: Lines) -> npt.NDArray[np.float64]:
    """Join arcs to a closed ring, each where the last one ended, also across the antimeridian and around a pole."""
    pieces: Lines = []
    for number in numbers:
        line = lines[number] if number >= 0 else lines[~number][::-1]
        shift = round((pieces[-1][-1, 0] - line[0, 0]) / 360) * 360 if pieces else 0
        pieces.append(line + np.array([shift, 0]))
    ring = np.concatenate(pieces)
    if abs(ring[0, 0] - ring[-1, 0]) > 180:
        ring = np.vstack([ring, [(ring[-1, 0], -90.0), (ring[0, 0], -90.0)]])
    return ring


def polygon(rings: Sequence[Sequence[int]], lines: Lines) -> shapely.Geometry:
    """Return the polygon of rings given as numbers of arcs, the outline first; a negative number is the arc backward."""
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


SHAPES = {
    "place_id": "str",
    "geonameid": "Int64",
    "name": "str",
    "country_code": "str",
    "country": "str",
    "admin1": "str",
    "population": "Int64",
    "area_km2": "float64",
    "note": "str",
}
KINDS = ("country", "us_state")
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
_Decoded = tuple[tuple[str, ...], tuple["shapely.Geometry", ...], tuple[float, ...]]


def shapes(kind: str = "country") -> gpd.GeoDataFrame:
    """Return the outlines that ship with geomap.

    Parameters
    ----------
    kind
        ``"country"``; or ``"us_state"`` for the fifty states of the United States and the District of Columbia.

    Returns
    -------
    GeoDataFrame
        One row per country in the order of ``country_code`` (ISO 3166-1, as the mentions table has it), or per state in
        the order of postal codes: ``place_id`` and ``geonameid`` as in the gazetteer, ``name``, ``country_code``,
        ``country``, ``admin1`` (the state; missing for a country), ``population``, ``area_km2``, ``note`` (what the
        outline shows where several are claimed, else missing), and a Polygon or MultiPolygon in EPSG:4326, cut at the
        antimeridian.

    Raises
    ------
    InvalidTable
        If the kind is another.
    ResourceDamaged
        If the file of outlines is missing or differs from its checksum.

    See Also
    --------
    geomap.outlines.join_shapes : which shape each mention or place lies in, with these shapes or your own.

    Notes
    -----
    Countries are Natural Earth 1:50m (public domain), which draws boundaries by who holds the ground; geomap takes no
    position on them. ``note`` says where that matters; verbs that take shapes take your own instead. Countries too
    small for that scale (Gibraltar, Tuvalu) are not in it. States are the United States Census Bureau's (public
    domain), simplified to 1:10m: the land with its inland waters. Ids and populations are GeoNames' (CC BY 4.0).

    Examples
    --------
    >>> shapes("country").set_index("country_code").loc["IQ", "name"]
    'Iraq'
    >>> shapes("us_state").set_index("name").loc["Ohio", "place_id"]
    'geonames:5165418'
    """
    if kind not in KINDS:
        raise InvalidTable(f"kind is {kind!r}; it can be {', '.join(map(repr, KINDS))}")
    keys, outlines, square_km = _decoded(kind)
    columns = _of_countries(keys) if kind == "country" else _of_states(keys)
    columns["area_km2"] = list(square_km)
    return _table(columns, outlines)


def _table(columns: dict[str, list[Any]], outlines: tuple[shapely.Geometry, ...]) -> gpd.GeoDataFrame:
    import geopandas as gpd

    typed = {name: tables.as_dtype(pd.Series(columns[name], dtype=object), dtype) for name, dtype in SHAPES.items()}
    return gpd.GeoDataFrame(typed, geometry=gpd.GeoSeries(list(outlines), crs=tables.CRS), crs=tables.CRS)


def _of_countries(codes: tuple[str, ...]) -> dict[str, list[Any]]:
    known = {country.code: country for country in country_list()}
    chosen = [known[code] for code in codes]
    return {
        "place_id": [f"geonames:{country.geonameid}" for country in chosen],
        "geonameid": [country.geonameid for country in chosen],
        "name": [country.name for country in chosen],
        "country_code": list(codes),
        "country": [country.name for country in chosen],
        "admin1": [None] * len(codes),
        "population": [country.population or None for country in chosen],
        "note": [DISPUTED.get(code) for code in codes],
    }


def _of_states(codes: tuple[str, ...]) -> dict[str, list[Any]]:
    known = {state.code: state for state in state_list()}
    chosen = [known[code] for code in codes]
    names = [state.name for state in chosen]
    return {
        "place_id": [f"geonames:{state.geonameid}" for state in chosen],
        "geonameid": [state.geonameid for state in chosen],
        "name": names,
        "country_code": ["US"] * len(codes),
        "country": ["United States"] * len(codes),
        "admin1": names,
        "population": [state.population for state in chosen],
        "note": [None] * len(codes),
    }


@cache
def _decoded(kind: str) -> _Decoded:
    """Return codes, outlines and areas, decoded once: none of them can be changed."""
    import geopandas as gpd

    outlines = _country_outlines() if kind == "country" else _state_outlines()
    codes = tuple(sorted(outlines))
    geometry = gpd.GeoSeries([outlines[code] for code in codes], crs=tables.CRS)
    return codes, tuple(geometry), tuple((geometry.to_crs(_EQUAL_AREA).area / 1e6).tolist())


def _country_outlines() -> dict[str, shapely.Geometry]:
    """Return the outline of each country code."""
    import shapely

    content = _content("basemap.json.gz")
    lines = decoded_lines(content["world"])
    code_of = {name: country.code for country in country_list() for name in country.shapes}
    parts: dict[str, list[shapely.Geometry]] = {}
    for country in content["countries"]:
        code = code_of.get(country["name"])
        if code:
            parts.setdefault(code, []).extend(polygon(rings, lines) for rings in country["polygons"])
    for code, drawn_in, box in _DRAWN_INSIDE:
        inside = shapely.box(*box)
        taken = [part for part in parts.get(drawn_in, []) if shapely.within(part, inside)]
        if taken:
            parts[code] = taken
            parts[drawn_in] = [part for part in parts[drawn_in] if not shapely.within(part, inside)]
    return {code: _whole(pieces) for code, pieces in parts.items()}


def _state_outlines() -> dict[str, shapely.Geometry]:
    """Return the outline of each state by its postal code."""
    content = _content("us_states.json.gz")
    lines = decoded_lines(content["arcs"])
    code_of = {state.name: state.code for state in state_list()}
    return {
        code_of[state["name"]]: _whole([polygon(rings, lines) for rings in state["polygons"]])
        for state in content["states"]
    }


def _content(resource: str) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(gzip.decompress(read_resource(resource)))
    return content


def _whole(parts: list[shapely.Geometry]) -> shapely.Geometry:
    import shapely

    return areal(shapely.union_all([cut_at_antimeridian(part) for part in parts]))
