"""The outlines that ship with geomap: countries, their first-order divisions, the states of the United States."""

from __future__ import annotations

import gzip
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from geomap import tables
from geomap._checks import one_of
from geomap.errors import InvalidTable
from geomap.outlines import _coverage
from geomap.resources._loading import read_resource
from geomap.tables import Floats

if TYPE_CHECKING:
    import geopandas as gpd
    import shapely

AREAS: Mapping[str, str] = {
    "place_id": "str",
    "geonameid": "Int64",
    "name": "str",
    "country_code": "str",
    "country": "str",
    "admin1": "str",
    "population": "Int64",
}
SHAPES: Mapping[str, str] = {**AREAS, "area_km2": "float64", "note": "str"}
# The resource of each kind, and the keys of its arcs and of its areas.
_SOURCES = {"country": ("basemap.json.gz", "world", "countries"), "us_state": ("us_states.json.gz", "arcs", "states")}
KINDS = (*_SOURCES, "division")
# Natural Earth draws these inside another country; GeoNames gives them a code of their own. (code, drawn in, box of
# west, south, east and north).
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
Outlines = Mapping[str, "shapely.Geometry"]


def shapes(kind: str = "country", *, countries: str | Iterable[str] | None = None) -> gpd.GeoDataFrame:
    """Return the outlines that ship with geomap.

    Parameters
    ----------
    kind
        ``"country"``; ``"division"`` for the first-order divisions of the world (states, provinces, governorates); or
        ``"us_state"`` for the fifty states of the United States and the District of Columbia.
    countries
        Only those of a country, or of several, by ISO code: ``"IQ"``, ``["IQ", "SY"]``. None: all.

    Returns
    -------
    GeoDataFrame
        EPSG:4326, one row per country in the order of ``country_code`` (ISO 3166-1, as in the mentions table), per state
        in the order of postal codes, or per division in the order of GeoNames' codes: ``place_id`` and ``geonameid`` as
        in the gazetteer, ``name``, ``country_code``, ``country``, ``admin1`` (the state or division; missing for a
        country), ``population``, ``area_km2``, ``note`` (what the outline shows where several countries claim a
        territory, else missing), and a Polygon or MultiPolygon, cut at the antimeridian. Divisions have one more
        column, ``area_id``: GeoNames' code, such as ``IQ.15``.

    Raises
    ------
    InvalidTable
        If ``kind`` is anything else, or a country code is not known.
    ResourceDamaged
        If the file of outlines is missing or differs from its checksum.

    See Also
    --------
    geomap.outlines.join_shapes : find the shape of each mention or place, with these shapes or your own.

    Notes
    -----
    Countries are Natural Earth 1:50m (public domain), which draws boundaries by who holds the ground; geomap takes no
    position on them. ``note`` says where that matters; functions that take shapes accept your own instead. Countries
    too small for that scale (Gibraltar, Tuvalu) have no row. Codes follow GeoNames, so that a mention and its shape
    agree: Hargeisa is in ``SO``, Northern Cyprus in ``CY``. States are the United States Census Bureau's (public
    domain), simplified to 1:10m: land and inland waters. Ids and populations are GeoNames' (CC BY 4.0).

    Divisions are Natural Earth 1:10m (public domain), brought to .001 degrees and simplified by .002; lakes count as
    land, so that those of the United States reach into the Great Lakes, which ``"us_state"`` leaves out. Each polygon is
    given GeoNames' division that most of its towns are in, so that Crimea is ``UA.11``, whoever holds it. A division has
    no row where Natural Earth draws others: in Kenya, the DR Congo and Luxembourg former ones, in Western Sahara and the
    north of Somalia none. Neighbors share their borders to the last digit.

    Examples
    --------
    >>> shapes("country")[["country_code", "name", "population"]].head(3)
      country_code                  name  population
    0           AD               Andorra       77006
    1           AE  United Arab Emirates     9630959
    2           AF           Afghanistan    37172386
    >>> shapes("us_state").set_index("name").loc["Ohio", "place_id"]
    'geonames:5165418'
    >>> shapes("division", countries="IQ").set_index("area_id")["name"].tail(3)
    area_id
    IQ.16           Wasit
    IQ.17           Najaf
    IQ.18    Salah ad Din
    Name: name, dtype: str
    """
    one_of("kind", kind, KINDS)
    import geopandas as gpd

    table = area_table(kind)
    if countries is not None:
        table = table[table["country_code"].isin(_country_codes(countries))]
    if kind == "division":
        outlines: Outlines = _coverage.outlines(table.index)
    else:
        outlines, square_km = _outlines(kind), _square_km(kind)
        table = table.assign(area_km2=table.index.map(square_km))
    table = table[table.index.isin(outlines.keys())]
    geometry = gpd.GeoSeries([outlines[code] for code in table.index], index=table.index, crs=tables.CRS)
    table = tables.with_dtypes(table, SHAPES).set_index(table.index)
    if kind == "division":
        table.insert(0, "area_id", table.index)
    return gpd.GeoDataFrame(table, geometry=geometry).reset_index(drop=True)


def _country_codes(countries: str | Iterable[str]) -> list[str]:
    codes = [countries] if isinstance(countries, str) else list(countries)
    known = area_table("country").index
    for code in codes:
        if code not in known:
            raise InvalidTable(f"countries: {code!r} is no country code; give ISO 3166-1 codes, such as 'IQ'")
    return codes


def area_table(kind: str) -> pd.DataFrame:
    """Return every country with an ISO code, every state or every division with an outline.

    Returns
    -------
    DataFrame
        Indexed by ``code`` (of the country, state or division), in its order: the columns of :data:`AREAS` and ``note``;
        of countries and states also ``outlines`` (the names of their outlines in the shipped file, the main one first,
        separated by ``|``), of divisions ``area_km2``.
    """
    if kind == "division":
        return _division_table()
    table = _read_table("outlines.csv")
    table = table[table["kind"] == kind].set_index("code")
    table["place_id"] = "geonames:" + table["geonameid"]
    columns = {**AREAS, "outlines": "str", "note": "str"}
    return tables.with_dtypes(table, columns).set_index(table.index)


def _division_table() -> pd.DataFrame:
    table = _read_table("divisions.csv").set_index("code")
    country = table.index.str.partition(".").get_level_values(0)
    names = area_table("country")["name"]
    table = table.assign(country_code=country, country=names.reindex(country).to_numpy(), admin1=table["name"])
    return tables.with_dtypes(table, SHAPES).set_index(table.index)


def _read_table(name: str) -> pd.DataFrame:
    return pd.read_csv(io.BytesIO(read_resource(name)), dtype="str", keep_default_na=False, na_values=[""])


def basemap_names() -> dict[str, str]:
    """Return what the built-in basemap calls each country, by country code.

    Territories that the basemap draws as a part of another country go by that country's name.

    Examples
    --------
    >>> names = basemap_names()
    >>> names["CI"], names["GF"]
    ("Côte d'Ivoire", 'France')
    """
    outlines = area_table("country")["outlines"].dropna()
    names = dict(zip(outlines.index, outlines.str.split("|").str[0], strict=True))
    return names | {code: names[country] for code, country, _ in _DRAWN_INSIDE}


@cache
def drawn_outlines(kind: str) -> Outlines:
    """Return every outline of a shipped file by its name there, in degrees, cut at the antimeridian."""
    resource, arcs, areas = _SOURCES[kind]
    content = json.loads(gzip.decompress(read_resource(resource)))
    lines = decoded_lines(content[arcs])
    return MappingProxyType(
        {area["name"]: _joined([polygon(rings, lines) for rings in area["polygons"]]) for area in content[areas]}
    )


@cache
def _outlines(kind: str) -> Outlines:
    """Return the outline of each country or state by its code."""
    import shapely

    drawn = drawn_outlines(kind)
    outlines: dict[str, shapely.Geometry] = {}
    for code, names in area_table(kind)["outlines"].dropna().to_dict().items():
        main, *others = (drawn[name] for name in names.split("|"))
        outlines[str(code)] = _joined([main, *others]) if others else main
    for code, country, box in _DRAWN_INSIDE if kind == "country" else ():
        parts = shapely.get_parts(outlines[country])
        inside = shapely.within(parts, shapely.box(*box))
        outlines[code], outlines[country] = _areal(parts[inside]), _areal(parts[~inside])
    return MappingProxyType(outlines)


@cache
def _square_km(kind: str) -> Mapping[str, float]:
    """Return the area of each outline by its code, on an equal-area projection."""
    import geopandas as gpd

    outlines = _outlines(kind)
    equal_area = gpd.GeoSeries(list(outlines.values()), crs=tables.CRS).to_crs(_EQUAL_AREA)
    return MappingProxyType(dict(zip(outlines, (equal_area.area / 1e6).tolist(), strict=True)))


def _joined(parts: Sequence[shapely.Geometry]) -> shapely.Geometry:
    import shapely

    whole = shapely.union_all([cut_at_antimeridian(part) for part in parts])
    return _areal(shapely.get_parts(whole))


def _areal(parts: Any) -> shapely.Geometry:
    """Return the polygons among the parts as one shape; making a shape valid can leave lines, which have no area."""
    import shapely

    kept = [part for part in shapely.get_parts(parts) if part.area > 0]
    return kept[0] if len(kept) == 1 else shapely.MultiPolygon(kept)


def decoded_lines(packed: Mapping[str, Any]) -> list[Floats]:
    """Return each arc as points in degrees (longitude, latitude), shape (n, 2); longitudes may run past 180."""
    scale, translate = np.array(packed["scale"]), np.array(packed["translate"])
    return [np.cumsum(np.array(arc).reshape(-1, 2), axis=0) * scale + translate for arc in packed["arcs"]]


def polygon(rings: Sequence[Sequence[int]], lines: Sequence[Floats]) -> shapely.Geometry:
    """Return the polygon of rings given as numbers of arcs, the outer ring first.

    As in TopoJSON, ``~number`` is arc ``number`` backward. GDAL reads TopoJSON too, but neither joins rings across the
    antimeridian nor closes Antarctica around the pole.
    """
    import shapely

    outlines = [_ring(ring, lines) for ring in rings]
    if any(np.ptp(outline[:, 0]) >= 359 for outline in outlines):
        # Around the pole the coast and the pole are rings of their own, each closed along the pole.
        return shapely.union_all([shapely.make_valid(shapely.Polygon(outline)) for outline in outlines])
    # A hole may have been written one turn of the globe away from the outer ring.
    middle = outlines[0][:, 0].mean()
    holes = [hole - np.array([round((hole[:, 0].mean() - middle) / 360) * 360, 0]) for hole in outlines[1:]]
    return shapely.make_valid(shapely.Polygon(outlines[0], holes), method="structure")


def _ring(numbers: Sequence[int], lines: Sequence[Floats]) -> Floats:
    """Join arcs to a ring, each beginning where the last one ended, also across the antimeridian and around a pole."""
    pieces: list[Floats] = []
    for number in numbers:
        line = lines[number] if number >= 0 else lines[~number][::-1]
        shift = round((pieces[-1][-1, 0] - line[0, 0]) / 360) * 360 if pieces else 0
        pieces.append(line + np.array([shift, 0]))
    ring = np.concatenate(pieces)
    if abs(ring[0, 0] - ring[-1, 0]) > 180:
        ring = np.vstack([ring, [(ring[-1, 0], -90.0), (ring[0, 0], -90.0)]])
    return ring


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
