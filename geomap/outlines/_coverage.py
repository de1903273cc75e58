"""One coverage of the world by divisions and countries: outlines that share their arcs, decoded when they are asked for.

The file is gzip. Its first line is JSON: ``codes`` (of the areas), ``per_degree`` (the grid of the coordinates) and
``counts`` (how many numbers each list has); the rest is unsigned integers of seven bits a byte, the lowest first
(LEB128), list after list:

- the number of points of each arc;
- the points, x and y in turn, each as the difference to the point before, also across arcs, in zigzag;
- the number of polygons of each area, of rings of each polygon, of arcs of each ring;
- the arcs of the rings, each as the difference to the one before, in zigzag: twice the number, plus one if backward.

Neighbors use the same arcs, so that their borders are the same to the last digit.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt

from geomap._varints import from_zigzag, unpacked
from geomap.resources._loading import read_resource
from geomap.tables import Floats, Ints

if TYPE_CHECKING:
    import shapely

RESOURCE = "divisions.bin.gz"


class Coverage(NamedTuple):
    """The decoded lists. Offsets have one entry more than there are things: those of ``i`` begin at ``i``, end at ``i + 1``.

    Attributes
    ----------
    numbers
        The number of each area by its code.
    points
        Degrees (longitude, latitude), shape (n, 2), arc after arc.
    arcs, areas, polygons, rings
        Offsets: of arcs in ``points``, of areas in polygons, of polygons in rings, of rings in ``uses``.
    uses
        The arcs of the rings: twice the number, plus one if it runs backward.
    """

    numbers: dict[str, int]
    points: Floats
    arcs: Ints
    areas: Ints
    polygons: Ints
    rings: Ints
    uses: Ints

    def lines(self) -> npt.NDArray[Any]:
        """Return every arc as a LineString in degrees."""
        import shapely

        arc = np.repeat(np.arange(len(self.arcs) - 1), np.diff(self.arcs))
        return np.asarray(shapely.linestrings(self.points, indices=arc))

    def sides(self, *, countries: bool) -> Ints:
        """Return the two areas that each arc has beside it by number, shape (n, 2), -1 for none: countries, or divisions."""
        codes = list(self.numbers)
        chosen = np.array([("." not in code[1:]) == countries for code in codes])
        begins = self.rings[self.polygons[self.areas]]
        area = np.repeat(np.arange(len(codes)), np.diff(begins))
        arc, area = self.uses[chosen[area]] >> 1, area[chosen[area]]
        order = np.argsort(arc, kind="stable")
        arc, area = arc[order], area[order]
        second = np.concatenate([[False], arc[1:] == arc[:-1]])
        found = np.full((len(self.arcs) - 1, 2), -1, dtype=np.int64)
        found[arc[~second], 0] = area[~second]
        found[arc[second], 1] = area[second]
        return found


@cache
def coverage() -> Coverage:
    """Return the coverage that ships, decoded."""
    return decoded(read_resource(RESOURCE))


def decoded(content: bytes) -> Coverage:
    """Decode a file of the format above."""
    first, _, packed = gzip.decompress(content).partition(b"\n")
    header = json.loads(first)
    ends = np.cumsum(header["counts"])
    lengths, steps, areas, polygons, rings, uses = np.split(unpacked(packed), ends[:-1])
    return Coverage(
        numbers={code: number for number, code in enumerate(header["codes"])},
        points=np.cumsum(from_zigzag(steps).reshape(-1, 2), axis=0) / header["per_degree"],
        arcs=_offsets(lengths),
        areas=_offsets(areas),
        polygons=_offsets(polygons),
        rings=_offsets(rings),
        uses=np.cumsum(from_zigzag(uses)),
    )


def outlines(codes: Iterable[str]) -> dict[str, shapely.Geometry]:
    """Return the outlines of areas by code, a Polygon or MultiPolygon in degrees; codes without one are left out.

    Examples
    --------
    >>> found = outlines(["IQ.15", "IQ.99"])
    >>> list(found), [round(degree, 1) for degree in found["IQ.15"].bounds]
    (['IQ.15'], [41.2, 34.9, 44.3, 37.1])
    """
    whole = coverage()
    known = [code for code in dict.fromkeys(codes) if code in whole.numbers]
    if not known:
        return {}
    chosen = np.array([whole.numbers[code] for code in known])
    return dict(zip(known, _assembled(whole, chosen), strict=True))


def area_codes() -> list[str]:
    """Return the codes of all areas: divisions such as ``IQ.15`` and countries such as ``IQ``."""
    return list(coverage().numbers)


def _assembled(whole: Coverage, areas: Ints) -> Any:
    """Return the outlines of areas by number, without a loop over their rings."""
    import shapely

    area, polygons = _members(whole.areas, areas)
    polygon, rings = _members(whole.polygons, polygons)
    ring, places = _members(whole.rings, rings)
    uses = whole.uses[places]
    use, points = _members(whole.arcs, uses >> 1)
    first, last = whole.arcs[uses >> 1], whole.arcs[(uses >> 1) + 1] - 1
    backward = (uses & 1).astype(bool)[use]
    points = np.where(backward, (first + last)[use] - points, points)
    # An arc begins where the one before it ended: that point is taken once.
    begins_use = np.diff(use, prepend=-1) > 0
    begins_ring = np.diff(ring[use], prepend=-1) > 0
    kept = ~begins_use | begins_ring
    closed: Any = shapely.linearrings(whole.points[points[kept]], indices=ring[use[kept]])
    filled: Any = shapely.polygons(closed, indices=polygon)
    shapes: Any = shapely.multipolygons(filled, indices=area)
    single = shapely.get_num_geometries(shapes) == 1
    shapes[single] = shapely.get_geometry(shapes[single], 0)
    return shapes


def _members(offsets: Ints, chosen: Ints) -> tuple[Ints, Ints]:
    """Return the members of what was chosen, one after another, after the position of the one that each belongs to."""
    counts = offsets[chosen + 1] - offsets[chosen]
    owner = np.repeat(np.arange(len(chosen)), counts)
    before = np.cumsum(counts) - counts
    return owner, offsets[chosen][owner] + np.arange(len(owner)) - before[owner]


def _offsets(counts: Ints) -> Ints:
    return np.concatenate([[0], np.cumsum(counts)])
