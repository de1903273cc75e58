"""Make one coverage of polygons of several owners: no gaps, no overlaps, shared arcs; and pack it."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from geomap._varints import packed as varints
from geomap._varints import zigzag
from geomap.tables import Ints

PER_DEGREE = 1000
# The antimeridian is a border with the strips beyond, so that what lies on it stays there.
_BEYOND = [shapely.box(180, -90, 181, 90), shapely.box(-181, -90, -180, 90)]
_STRIP = "beyond"
Shapes = npt.NDArray[Any]


def covered(polygons: Sequence[shapely.Geometry], owners: Sequence[str], *, tolerance: float) -> dict[str, Any]:
    """Return the area of each owner as one shape on the grid of :data:`PER_DEGREE`, in units of the grid.

    Parameters
    ----------
    polygons, owners
        Shapes in degrees that hardly overlap, and whose each is; several may belong to one.
    tolerance
        Of the simplification, in degrees. It keeps whatever vertices it keeps in both neighbors.
    """
    faces = _faces([*polygons, *_BEYOND])
    owner = _owners(faces, polygons, owners)
    owned = [number for number, name in enumerate(owner) if name]
    # Edges between two faces of one owner go before the lines are simplified, else their ends would stay as corners.
    whole = {
        name: shapely.coverage_union_all(faces[[number for number in owned if owner[number] == name]])
        for name in sorted({owner[number] for number in owned})
    }
    simple = shapely.coverage_simplify(np.array(list(whole.values())), tolerance * PER_DEGREE)
    return {
        name: shape for name, shape in zip(whole, simple, strict=True) if name != _STRIP and not shapely.is_empty(shape)
    }


def _faces(polygons: Sequence[shapely.Geometry]) -> Shapes:
    """Return the faces between all lines of the polygons, rounded to the grid and cut wherever two meet."""
    points, line = shapely.get_coordinates(shapely.get_parts(shapely.boundary(polygons)), return_index=True)
    on_grid = np.rint(points * PER_DEGREE).astype(np.int64)
    same_line = line[1:] == line[:-1]
    begin, end = on_grid[:-1][same_line], on_grid[1:][same_line]
    moved = (begin != end).any(axis=1)
    begin, end = begin[moved], end[moved]
    turned = (begin[:, 0] > end[:, 0]) | ((begin[:, 0] == end[:, 0]) & (begin[:, 1] > end[:, 1]))
    begin[turned], end[turned] = end[turned], begin[turned]
    segments = np.unique(np.hstack([begin, end]), axis=0)
    lines = shapely.linestrings(segments.reshape(-1, 2, 2).astype(float))
    cut = shapely.union_all(lines, grid_size=1.0)
    return np.asarray(shapely.get_parts(shapely.polygonize(shapely.get_parts(cut))))


def _owners(faces: Shapes, polygons: Sequence[shapely.Geometry], owners: Sequence[str]) -> list[str]:
    """Return whose each face is, empty for water and gaps."""
    inside = shapely.transform(shapely.point_on_surface(faces), lambda points: points / PER_DEGREE)
    face, polygon = shapely.STRtree([*polygons, *_BEYOND]).query(inside, predicate="intersects")
    names = [*owners, *[_STRIP] * len(_BEYOND)]
    found = [""] * len(faces)
    for number, which in zip(face.tolist(), polygon.tolist(), strict=True):
        found[number] = names[which]
    return found


def packed(coverage: Mapping[str, Any], areas: Mapping[str, Any]) -> bytes:
    """Return areas as :mod:`geomap.outlines._coverage` reads them.

    Parameters
    ----------
    coverage
        Shapes in units of the grid, whose edges are the same to the last digit wherever they meet: the arcs are theirs.
    areas
        What is written, by code: shapes of the coverage, and unions of them.
    """
    arcs = _arcs(np.array(list(coverage.values())))
    lengths, points = [len(arc) for arc in arcs], np.concatenate(arcs)
    walker = _Walker(arcs)
    polygons_of, rings_of, arcs_of, uses = [], [], [], []
    for shape in areas.values():
        polygons = shapely.get_parts(shape)
        polygons_of.append(len(polygons))
        for polygon in polygons:
            rings = shapely.get_rings(polygon)
            rings_of.append(len(rings))
            for ring in rings:
                found = walker.uses(_integers(ring))
                arcs_of.append(len(found))
                uses += found
    lists: tuple[Any, ...] = (
        lengths,
        zigzag(_steps(points)),
        polygons_of,
        rings_of,
        arcs_of,
        zigzag(_steps(np.array(uses))),
    )
    header = {"codes": list(areas), "per_degree": PER_DEGREE, "counts": [len(numbers) for numbers in lists]}
    first = json.dumps(header, separators=(",", ":")).encode() + b"\n"
    return gzip.compress(first + b"".join(map(varints, lists)), 9, mtime=0)


def _arcs(shapes: Shapes) -> list[Ints]:
    """Return the lines between the points where three areas meet, and the rings without such a point; west to east."""
    lines = shapely.union_all(shapely.boundary(shapes))
    arcs = [_integers(line) for line in shapely.get_parts(shapely.line_merge(lines))]
    return sorted(arcs, key=lambda arc: (arc[0][0] // 1000, arc[0].tolist()))


class _Walker:
    """Finds the arcs along a ring."""

    def __init__(self, arcs: Sequence[Ints]) -> None:
        self._arcs = arcs
        self._begins: dict[tuple[int, ...], int] = {}
        for number, arc in enumerate(arcs):
            self._begins[(*arc[0].tolist(), *arc[1].tolist())] = 2 * number
            self._begins[(*arc[-1].tolist(), *arc[-2].tolist())] = 2 * number + 1

    def uses(self, ring: Ints) -> list[int]:
        """Return the arcs of a closed ring: twice the number, plus one if it runs backward."""
        points = ring[:-1].tolist()
        count = len(points)
        edges = ((*points[place], *points[(place + 1) % count]) for place in range(count))
        first = next(place for place, edge in enumerate(edges) if edge in self._begins)
        found, place = [], first
        while place < first + count:
            use = self._begins[(*points[place % count], *points[(place + 1) % count])]
            found.append(use)
            place += len(self._arcs[use >> 1]) - 1
        assert place == first + count
        return found


def _integers(line: Any) -> Ints:
    return np.rint(shapely.get_coordinates(line)).astype(np.int64)


def _steps(values: Ints) -> Ints:
    return np.diff(values, axis=0, prepend=np.zeros_like(values[:1])).ravel()


def by_country(areas: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield each country's code and the union of its areas, along the edges that they share."""
    codes = sorted({code.split(".")[0] for code in areas} - {""})
    for country in codes:
        parts = [shape for code, shape in areas.items() if code.split(".")[0] == country]
        yield country, shapely.coverage_union_all(parts)
