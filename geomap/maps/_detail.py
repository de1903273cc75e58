"""What a map shows close up without a network: lines, waters and names around the places of a corpus.

A page holds one block, gzip. Its first line is JSON; the rest is whole numbers as in :mod:`geomap._varints`:

- tier after tier and, within it, block after block (``tiers`` says the side of the blocks in degrees, the grid of their
  points, and of each block its column, its row, which of its 16 cells it covers, and how many bytes it takes). A block is
  a row of lines and rings: the number of its layer plus 8 times the zoom from which on it is drawn, the number of points,
  and the points as differences in zigzag, x and y in turn, from the lower left corner of the block on, also across lines;
- the names (``names`` has the texts, one a line): the kinds, the zooms, the rooms, and the points in zigzag, list by list;
- the shapes of places of the corpus (``shapes`` has the numbers of the places): of each the number of its lines and rings,
  and these as in a block, with their kind instead of a layer; of countries the names on the basemap.

Land in the second tier has instead of a zoom the number of its country among the names of ``shapes``, from 1 on; 0 for
others.

The first tier is the world, for low zooms and for what lies beyond the cells; the second the cells around the corpus.
Blocks are cut apart so that a page decodes what it shows.
"""

from __future__ import annotations

import gzip
import json
import math
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt

from geomap._varints import packed, zigzag
from geomap.gazetteer._embedded import ensure_index
from geomap.gazetteer._store import Store
from geomap.geometry import distance_km
from geomap.outlines import _coverage, _detail
from geomap.outlines._shipped import area_table, basemap_names
from geomap.tables import Floats, Ints

if TYPE_CHECKING:
    import pandas as pd
    import shapely

DETAILS = ("corpus", "world")
# Whose view the lines are, for the readers of a map.
BOUNDARIES = (
    "Natural Earth, by who holds the ground; provinces as GeoNames counts them; disputed lines are dashed. "
    "geomap takes no position on them."
)
_CELL = 0.25  # degrees
_CELLS = (round(180 / _CELL), round(360 / _CELL))
_PER_BLOCK = 4  # cells along a side of a block of the second tier
_NEAR_KM, _WIDE_KM = 50.0, 200.0
# What is seen from these zooms on comes along from the whole world, and from 200 km around the corpus's places.
_WORLD_ZOOM, _WIDE_ZOOM = 4, 7
_CELLS_ZOOM = 7  # the cells are drawn from here on
_CLOSEST = 11
_CLOSEST_TOWNS = 10
# The first tier: the whole world to zoom 4, lines around the corpus to zoom 6; simplified, on a coarser grid.
_FAR_ZOOM, _COARSE_ZOOM = 4, 6
_COARSE_DEGREES = 0.03
_COARSE_SIDE, _COARSE_GRID, _GRID = 10, 50, 1000
_AREA_DEGREES, _SEA_DEGREES = 0.005, 0.05  # what shapes of provinces and of large waters are simplified by
_LARGE = 20.0  # square degrees of a water whose shape lies below the land
_PER_ROOM = 100  # of rooms, per degree
_BLEED = 0.012  # degrees that land runs on beyond its cells, so that no seam is seen: a pixel at zoom 7
_EDGE, _SOUTH = 179.9995, 89.99  # the antimeridian is no line, and no more is the pole
_TOWN_PIXELS = 150  # one town in a square of that side, the largest
_DIVISION_PIXELS = 50  # the side of a country's typical division, when its lines are first drawn
_LETTER_PIXELS = 7.0
_TILE, _EQUATOR_KM = 256, 40_075.0
_LAYERS = ("land", "lake", "river", "coast", "border", "disputed", "division")
_KINDS = ("river", "division", "sea", "lake")  # of shapes of places
_NAMES = ("town", "division", "sea", "lake", "river")
_SECTIONS = ("PPLX", "PPLH", "PPLQ", "PPLW")  # parts of towns, and what is no more
Mask = npt.NDArray[np.bool_]


class Lines(NamedTuple):
    """Lines or rings of areas in degrees, with the layer of each and the zoom from which on it is drawn."""

    shapes: npt.NDArray[Any]
    layer: Ints
    zoom: Ints


class Name(NamedTuple):
    """A name on the map: whose it is, its kind, the zoom from which on, where it is written, and its room in degrees."""

    text: str
    place_id: str
    kind: int
    zoom: int
    at: tuple[float, float]
    room: float


def detail_bytes(places: pd.DataFrame, detail: str) -> bytes:
    """Return the block of detail for a page, gzipped.

    Parameters
    ----------
    places
        The places of the page, in its order: ``place_id``, ``lon``, ``lat``, ``feature_class``, ``feature_code``,
        ``country_code``.
    detail
        ``"corpus"`` for the cells around these places, ``"world"`` for all.
    """
    places = places.reset_index(drop=True)
    shapes, countries = place_shapes(places)
    if detail == "world":
        near = wide = _land_cells()
    else:
        dots = ~places.index.isin([*shapes, *countries])
        lon, lat = places["lon"].to_numpy(dtype=float)[dots], places["lat"].to_numpy(dtype=float)[dots]
        near, wide = cells_around(lon, lat, _NEAR_KM), cells_around(lon, lat, _WIDE_KM)
    names_of_countries = list(dict.fromkeys(countries.values()))
    owners = {
        str(places["country_code"][number]): names_of_countries.index(name) + 1 for number, name in countries.items()
    }
    tiers = (_world_tier(wide), _cell_tier(near, owners))
    names = _names(near, wide, {str(place_id) for place_id in places["place_id"]})
    named, shaped = _packed_names(names), _packed_shapes(shapes, places["place_id"])
    header = {
        "layers": _LAYERS,
        "tiers": [tier for tier, _ in tiers],
        "names": {
            "kinds": _NAMES,
            "grid": _GRID,
            "bytes": len(named),
            "text": "\n".join(name.text for name in names),
        },
        "shapes": {
            "kinds": _KINDS,
            "grid": _GRID,
            "bytes": len(shaped),
            "places": list(shapes),
            "countries": list(countries.items()),
        },
    }
    first = json.dumps(header, separators=(",", ":"), ensure_ascii=False).encode() + b"\n"
    return gzip.compress(b"".join([first, *(content for _, content in tiers), named, shaped]), 9, mtime=0)


# Which cells


def cells_around(lon: Floats, lat: Floats, km: float) -> Mask:
    """Return which cells of the world lie within a distance of any point, shape (rows from the south, columns).

    Examples
    --------
    >>> around = cells_around(np.array([43.13]), np.array([36.34]), 50)
    >>> int(around.sum()), bool(around[505, 892])
    (21, True)
    """
    found = np.zeros(_CELLS, dtype=np.bool_)
    rows, columns = _CELLS
    reach = math.ceil(km / (_CELL * _EQUATOR_KM / 360)) + 1
    for x, y in np.unique(np.column_stack([lon, lat]), axis=0).tolist():
        row = np.arange(max(0, int((y + 90) / _CELL) - reach), min(rows, int((y + 90) / _CELL) + reach + 1))
        south = row * _CELL - 90
        wide = np.cos(np.radians(np.maximum(np.abs(south), np.abs(south + _CELL)))).min(initial=1.0)
        # Around a pole, all columns.
        side = min(columns // 2, math.ceil(reach / max(float(wide), 1e-6)))
        column = int((x + 180) / _CELL) + np.arange(-side, side + 1)
        # The nearest point of each cell.
        nearest_y = np.clip(y, south, south + _CELL)[:, None]
        nearest_x = np.clip(x, column * _CELL - 180, (column + 1) * _CELL - 180)[None, :]
        found[np.ix_(row, column % columns)] |= distance_km(y, x, nearest_y, nearest_x) <= km
    return found


@cache
def _land_cells() -> Mask:
    """Return the cells of all degrees with land."""
    import shapely

    rows, columns = (side // _PER_BLOCK for side in _CELLS)
    row, column = np.divmod(np.arange(rows * columns), columns)
    boxes = shapely.box(column - 180, row - 90, column - 179, row - 89)
    with_land = np.zeros(rows * columns, dtype=np.bool_)
    with_land[shapely.STRtree(boxes).query(_land().shapes, predicate="intersects")[1]] = True
    return np.repeat(np.repeat(with_land.reshape(rows, columns), _PER_BLOCK, axis=0), _PER_BLOCK, axis=1)


def _inside(mask: Mask, lon: Floats, lat: Floats) -> Mask:
    row = np.clip(((lat + 90) / _CELL).astype(int), 0, _CELLS[0] - 1)
    inside: Mask = mask[row, ((lon + 180) / _CELL).astype(int) % _CELLS[1]]
    return inside


# Lines and areas


@cache
def _land() -> Lines:
    """Return the land of all countries, cut into squares of ten degrees, so that cutting it further is quick.

    Instead of a zoom it has the number of the country.
    """
    import shapely

    polygons, country = shapely.get_parts(list(_coverage.outlines(_countries()).values()), return_index=True)
    return _cut(_lines(polygons, "land")._replace(zoom=country), _squares(10)).lines


def _countries() -> list[str]:
    return [code for code in _coverage.area_codes() if "." not in code[1:]]


def _lines(shapes: npt.NDArray[Any], layer: str) -> Lines:
    return Lines(shapes, np.full(len(shapes), _LAYERS.index(layer)), np.zeros(len(shapes), dtype=np.int64))


@cache
def _all_lines() -> Lines:
    """Return coasts, borders, lines within countries, rivers and disputed lines, cut at the antimeridian."""
    whole, detail = _coverage.coverage(), _detail.detail()
    countries, divisions = whole.sides(countries=True), whole.sides(countries=False)
    number = (countries >= 0).sum(axis=1)
    layer = np.choose(number, [_LAYERS.index("division"), _LAYERS.index("coast"), _LAYERS.index("border")])
    layer[detail.dashed] = _LAYERS.index("disputed")
    codes = np.array([code.split(".")[0] for code in whole.numbers])
    zooms = _division_zooms()
    zoom = np.zeros(len(layer), dtype=np.int64)
    within = np.flatnonzero(number == 0)
    zoom[within] = [zooms.get(country, _CLOSEST) for country in codes[divisions[within].max(axis=1)].tolist()]
    zoom[detail.dashed] = 0
    drawn = np.isin(detail.kind, ("river", "disputed"))
    return Lines(
        np.concatenate([_without_edges(whole.lines()), detail.shape[drawn]]),
        np.concatenate([layer, [_LAYERS.index(kind) for kind in detail.kind[drawn].tolist()]]),
        np.concatenate([zoom, detail.zoom[drawn]]),
    )


@cache
def _lakes() -> Lines:
    detail = _detail.detail()
    drawn = detail.kind == "lake"
    return _lines(detail.shape[drawn], "lake")._replace(zoom=detail.zoom[drawn])


def _without_edges(lines: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Return lines without what runs along the antimeridian or the pole, where shapes are cut and no coast is."""
    import shapely

    bounds = shapely.bounds(lines)
    touching = (np.abs(bounds[:, [0, 2]]) > _EDGE).any(axis=1) | (bounds[:, 1] < -_SOUTH)
    cut = lines.copy()
    cut[touching] = shapely.clip_by_rect(lines[touching], -_EDGE, -_SOUTH, _EDGE, 90)
    return cut


def _division_zooms() -> dict[str, int]:
    """Return the zoom from which on the lines within each country are drawn, by its typical division."""
    table = area_table("division")
    side = np.sqrt(table["area_km2"].groupby(table["country_code"].astype(str)).median())
    zoom = np.ceil(np.log2(_DIVISION_PIXELS * _EQUATOR_KM / _TILE / side) - 0.25)
    return {str(country): int(value) for country, value in zoom.clip(4, _CLOSEST).items()}


def _world_tier(wide: Mask) -> tuple[dict[str, Any], bytes]:
    """Return the world for low zooms: no coasts and settled borders, which the basemap has."""
    cuts = [*_coarse(0, _FAR_ZOOM), *_coarse(_FAR_ZOOM + 1, _COARSE_ZOOM)]
    by_block = wide.reshape(180 // _COARSE_SIDE, -1, 360 // _COARSE_SIDE, round(_COARSE_SIDE / _CELL)).any(axis=(1, 3))
    for number in (2, 3):
        kept = by_block.ravel()[cuts[number].block]
        cuts[number] = _Cut(cuts[number].block[kept], Lines(*(column[kept] for column in cuts[number].lines)))
    return _tier(_squares(_COARSE_SIDE), cuts, side=_COARSE_SIDE, grid=_COARSE_GRID, zoom=0)


@cache
def _coarse(first: int, last: int) -> tuple[_Cut, ...]:
    """Return lakes and lines that are first drawn between two zooms, simplified, in squares of the world."""
    import shapely

    cuts = []
    for lines, layers in ((_lakes(), ("lake",)), (_all_lines(), ("river", "division", "disputed"))):
        kept = (lines.zoom >= first) & (lines.zoom <= last)
        kept &= np.isin(lines.layer, [_LAYERS.index(name) for name in layers])
        coarse = Lines(shapely.simplify(lines.shapes[kept], _COARSE_DEGREES), lines.layer[kept], lines.zoom[kept])
        cuts.append(_cut(coarse, _squares(_COARSE_SIDE)))
    return tuple(cuts)


def _squares(side: int) -> _Blocks:
    """Return squares that cover the world."""
    import shapely

    row, column = np.divmod(np.arange(180 * 360 // side**2), 360 // side)
    west, south = column * side - 180, row * side - 90
    return _Blocks(row, column, np.zeros(len(row), dtype=np.int64), shapely.box(west, south, west + side, south + side))


class _Blocks(NamedTuple):
    """Blocks of a tier: row, column, the cells that they cover as bits, and the area of these."""

    row: Ints
    column: Ints
    cells: Ints
    area: npt.NDArray[Any]


def _cell_tier(mask: Mask, owners: Mapping[str, int]) -> tuple[dict[str, Any], bytes]:
    """Return the cells of a mask in full; land has instead of a zoom the number of its owner, 0 for none."""
    import shapely

    blocks = _blocks(mask)
    grown = blocks._replace(area=shapely.buffer(blocks.area, _BLEED, join_style="mitre", cap_style="square"))
    land = _cut(_land(), grown)
    owner = np.array([owners.get(code, 0) for code in _countries()])[land.lines.zoom]
    land = land._replace(lines=land.lines._replace(zoom=owner))
    cuts = [land, _cut(_lakes(), grown), _cut(_all_lines(), blocks)]
    return _tier(blocks, cuts, side=1, grid=_GRID, zoom=_CELLS_ZOOM)


def _blocks(mask: Mask) -> _Blocks:
    import shapely

    rows, columns = (side // _PER_BLOCK for side in _CELLS)
    by_block = mask.reshape(rows, _PER_BLOCK, columns, _PER_BLOCK).transpose(0, 2, 1, 3).reshape(rows * columns, -1)
    number = np.flatnonzero(by_block.any(axis=1))
    row, column = np.divmod(number, columns)
    bits = (by_block[number] << np.arange(_PER_BLOCK**2)).sum(axis=1)
    block, cell = np.nonzero(by_block[number])
    south, west = row[block] - 90 + cell // _PER_BLOCK * _CELL, column[block] - 180 + cell % _PER_BLOCK * _CELL
    boxes = shapely.box(west, south, west + _CELL, south + _CELL)
    ends = np.cumsum(np.bincount(block, minlength=len(number)))[:-1]
    area = np.empty(len(number), dtype=object)
    area[:] = [shapely.union_all(one) for one in np.split(boxes, ends)] if len(number) else []
    return _Blocks(row, column, bits, area)


class _Cut(NamedTuple):
    """Lines and areas cut to blocks: the block of each piece, and the piece with its layer and zoom."""

    block: Ints
    lines: Lines


def _cut(lines: Lines, blocks: _Blocks) -> _Cut:
    """Return what of lines or areas lies in each block."""
    import shapely

    number, block = shapely.STRtree(blocks.area).query(lines.shapes, predicate="intersects")
    pieces, areas = lines.shapes[number], blocks.area[block]
    cut = ~shapely.covers(areas, pieces)
    pieces[cut] = _clipped(pieces[cut], areas[cut])
    parts, piece = shapely.get_parts(pieces, return_index=True)
    # Where a shape only touches a block, a point or a line of an area is left.
    whole = ~shapely.is_empty(parts)
    whole &= shapely.get_dimensions(parts) == shapely.get_dimensions(lines.shapes[number])[piece]
    parts, piece = parts[whole], piece[whole]
    return _Cut(block[piece], Lines(parts, lines.layer[number][piece], lines.zoom[number][piece]))


def _clipped(shapes: npt.NDArray[Any], areas: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Return the intersections of shapes and areas; a large shape is first cut by the box of the area, which is quick."""
    import shapely

    boxes = shapely.bounds(areas)
    found = np.empty(len(shapes), dtype=object)
    found[:] = [shapely.clip_by_rect(shape, *box) for shape, box in zip(shapes, boxes.tolist(), strict=True)]
    partly = shapely.area(areas) < (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1]) - 1e-9
    # The quick cut may leave a ring that crosses itself, which the exact one does not take.
    found[partly] = shapely.intersection(shapely.make_valid(found[partly]), areas[partly])
    return found


# Packing


def _tier(blocks: _Blocks, cuts: Sequence[_Cut], *, side: int, grid: int, zoom: int) -> tuple[dict[str, Any], bytes]:
    """Return the header of a tier, and the bytes of its blocks one after another."""
    pieces: list[list[Any]] = [[] for _ in blocks.row]
    for cut in cuts:
        codes = cut.lines.layer + 8 * cut.lines.zoom
        for block, code, shape in zip(cut.block.tolist(), codes.tolist(), cut.lines.shapes, strict=True):
            pieces[block] += [(code, line) for line in _rings(shape)]
    corners = np.column_stack([blocks.column * side - 180, blocks.row * side - 90])
    content = [_packed_lines(of_one, corner, grid) for of_one, corner in zip(pieces, corners, strict=True)]
    kept = [number for number, packed_block in enumerate(content) if packed_block]
    header = {
        "side": side,
        "grid": grid,
        "zoom": zoom,
        "columns": blocks.column[kept].tolist(),
        "rows": blocks.row[kept].tolist(),
        "cells": blocks.cells[kept].tolist(),
        "bytes": [len(content[number]) for number in kept],
    }
    return header, b"".join(content)


def _rings(shape: shapely.Geometry) -> Iterable[Any]:
    """Return a line, or the rings of an area: outer ones one way around, holes the other."""
    import shapely

    if shapely.get_dimensions(shape) == 2:
        return shapely.get_rings(shapely.orient_polygons(shape)).tolist()  # type: ignore[no-any-return]
    return [shape]


def _packed_lines(lines: Sequence[tuple[int, Any]], origin: npt.ArrayLike, grid: int) -> bytes:
    """Return lines and rings, each after its code and the number of its points."""
    import shapely

    last = np.asarray(origin) * grid
    numbers: list[Ints] = []
    for code, line in lines:
        points = np.rint(shapely.get_coordinates(line) * grid).astype(np.int64)
        points = points[np.concatenate([[True], (np.diff(points, axis=0) != 0).any(axis=1)])]
        if len(points) > 1:
            numbers += [np.array([code, len(points)]), zigzag(np.diff(points, axis=0, prepend=[last]).ravel())]
            last = points[-1]
    return packed(np.concatenate(numbers)) if numbers else b""


def _packed_names(names: Sequence[Name]) -> bytes:
    points = np.rint(np.array([name.at for name in names]).reshape(-1, 2) * _GRID).astype(np.int64)
    lists = (
        [name.kind for name in names],
        [name.zoom for name in names],
        [round(name.room * _PER_ROOM) for name in names],
        zigzag(np.diff(points, axis=0, prepend=[[0, 0]]).ravel()),
    )
    return b"".join(packed(each) for each in lists)


def _packed_shapes(shapes: Mapping[int, shapely.Geometry], place_ids: pd.Series[Any]) -> bytes:
    """Return the shapes of places: of each the number of its lines, then these, each after its kind."""
    import shapely

    kinds = dict(zip(_detail.detail().water.tolist(), _detail.detail().kind.tolist(), strict=True))
    waters = {place_id: kinds.get(number, "") for number, place_id in enumerate(_detail.detail().place_ids)}
    content = []
    for number, shape in shapes.items():
        kind = _KINDS.index(waters.get(str(place_ids[number]), "division"))
        lines = [(kind, line) for part in shapely.get_parts(shape) for line in _rings(part)]
        content += [packed([len(lines)]), _packed_lines(lines, (0, 0), _GRID)]
    return b"".join(content)


# Names


class Towns(NamedTuple):
    """Towns that a map may name, in the order of the gazetteer's rows: where they are, and the zoom from which on."""

    rows: Ints
    lon: Floats
    lat: Floats
    zoom: Ints


@cache
def towns() -> Towns:
    """Return the towns of the gazetteer that have inhabitants, each seen where it is the largest in a square of the map."""
    with Store(ensure_index()) as store:
        located = store.located("P", without=_SECTIONS)
    peopled = located.population > 0
    rows, lat, lon = located.rows[peopled], located.lat[peopled], located.lon[peopled]
    order = np.argsort(-located.population[peopled], kind="stable")
    across = (lon[order] + 180) / 360
    down = np.arcsinh(np.tan(np.radians(np.clip(lat[order], -85, 85)))) / (2 * np.pi)
    zoom = np.full(len(rows), _CLOSEST_TOWNS + 1)
    for level in range(_CLOSEST_TOWNS, 1, -1):
        squares = 2**level * _TILE / _TOWN_PIXELS
        square = np.floor(across * squares) * 1e6 + np.floor(down * squares)
        zoom[order[np.unique(square, return_index=True)[1]]] = level
    seen = zoom <= _CLOSEST_TOWNS
    return Towns(rows[seen], lon[seen], lat[seen], zoom[seen])


def _names(near: Mask, wide: Mask, drawn: set[str]) -> list[Name]:
    """Return the names for the cells near a corpus, without those of its own places, by zoom and from west to east."""
    found = _along(near, wide, *_area_names(), drawn)
    found += _along(near, wide, *_town_names(), drawn)
    return sorted(found, key=lambda name: (name.zoom, name.kind, name.at))


def _along(near: Mask, wide: Mask, names: Sequence[Name], places: Floats, drawn: set[str]) -> list[Name]:
    """Return which of all names come along, by where they are and the zoom from which on they are seen."""
    lon, lat, zoom = places.T
    along = (zoom <= _WORLD_ZOOM) | ((zoom <= _WIDE_ZOOM) & _inside(wide, lon, lat)) | _inside(near, lon, lat)
    return [name for number in np.flatnonzero(along).tolist() if (name := names[number]).place_id not in drawn]


@cache
def _town_names() -> tuple[Sequence[Name], Floats]:
    found = towns()
    places = np.column_stack([found.lon, found.lat, found.zoom])
    town = _NAMES.index("town")
    with Store(ensure_index()) as store:
        names = [
            Name(store.name_of(row), store.id_of(row), town, int(zoom), (lon, lat), 0.0)
            for row, (lon, lat, zoom) in zip(found.rows.tolist(), places.tolist(), strict=True)
        ]
    return names, places


@cache
def _area_names() -> tuple[Sequence[Name], Floats]:
    """Return the names of divisions and waters."""
    detail, divisions = _detail.detail(), area_table("division")
    found = []
    labels = zip(divisions["place_id"], divisions["name"], detail.division_labels.tolist(), strict=True)
    for place_id, text, (lon, lat, room) in labels:
        found.append(Name(text.strip(), place_id, _NAMES.index("division"), _name_zoom(text, room), (lon, lat), room))
    kinds = dict(zip(detail.water.tolist(), detail.kind.tolist(), strict=True))
    waters = zip(detail.place_ids, detail.names, detail.water_labels.tolist(), strict=True)
    for number, (place_id, text, (lon, lat, room)) in enumerate(waters):
        if number in kinds:
            # A lake's name may run on over its shore.
            zoom = max(0, _name_zoom(text, room) - (kinds[number] == "lake"))
            found.append(Name(text, place_id, _NAMES.index(kinds[number]), zoom, (lon, lat), room))
    return found, np.array([(*name.at, name.zoom) for name in found])


def _name_zoom(text: str, room: float) -> int:
    """Return the zoom from which on a name fits its room."""
    pixels = _LETTER_PIXELS * len(text)
    return max(0, math.ceil(math.log2(pixels * 360 / _TILE / max(room, 1e-3))))


# Places that are drawn as what they are


def place_shapes(places: pd.DataFrame) -> tuple[dict[int, shapely.Geometry], dict[int, str]]:
    """Return the shapes of the rivers, lakes, seas and divisions among places, and the names of countries on the basemap.

    Both are by the label of the place in the table; what has no shape is in neither.

    Examples
    --------
    >>> from geomap.datasets import sample_mentions
    >>> from geomap.maps._payload import Payload
    >>> shapes, countries = place_shapes(Payload(sample_mentions()).places)
    >>> sorted(shape.geom_type for shape in shapes.values()), countries
    (['MultiLineString'], {3: 'Syria', 5: 'France'})
    """
    import shapely

    ids = places["place_id"].astype(str)
    waters = {
        place_id: shapely.simplify(shape, _SEA_DEGREES) if shapely.area(shape) > _LARGE else shape
        for place_id, shape in _detail.water_shapes(set(ids)).items()
    }
    table = area_table("division")
    codes = dict(zip(table["place_id"].tolist(), table.index.tolist(), strict=True))
    divisions = {
        code: shapely.simplify(shape, _AREA_DEGREES)
        for code, shape in _coverage.outlines(codes[place_id] for place_id in ids if place_id in codes).items()
    }
    shapes = {
        number: shape
        for number, place_id in zip(ids.index.tolist(), ids, strict=True)
        if (shape := waters.get(place_id) or divisions.get(codes.get(place_id, ""))) is not None
    }
    with_outlines = set(area_table("country")["outlines"].dropna().index)
    # What is drawn as a part of another country has no outline of its own.
    basemap = {code: name for code, name in basemap_names().items() if code in with_outlines}
    country = places["feature_code"].astype(object).fillna("").astype(str).str.startswith("PCL")
    countries = {
        number: basemap[code]
        for number, code in zip(places.index[country].tolist(), places.loc[country, "country_code"], strict=True)
        if code in basemap
    }
    return shapes, countries
