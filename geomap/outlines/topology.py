"""Polygons from TopoJSON's arcs, cut at the antimeridian."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
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
