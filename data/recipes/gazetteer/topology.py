"""Points inside the areas of a TopoJSON file (world-atlas, us-atlas)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import shapely


def area_points(path: Path, layer: str) -> dict[str, tuple[float, float]]:
    """Return the (latitude, longitude) of each area's centroid, in degrees, by its id.

    Where the centroid of the largest part lies outside of it, a point inside of that part is taken.
    """
    topology = json.loads(path.read_text("utf-8"))
    arcs = _arcs(topology)
    found: dict[str, tuple[float, float]] = {}
    for area in topology["objects"][layer]["geometries"]:
        if area.get("id") is None or area["type"] not in ("Polygon", "MultiPolygon"):
            continue
        polygons = [area["arcs"]] if area["type"] == "Polygon" else area["arcs"]
        outlines = [_ring(rings[0], arcs) for rings in polygons]
        # Simplifying leaves islets of two points behind.
        parts = [shapely.Polygon(outline) for outline in outlines if len(outline) >= 4]
        if not parts:
            continue
        largest = max(parts, key=lambda part: part.area)
        point = largest.centroid if largest.contains(largest.centroid) else largest.representative_point()
        found.setdefault(str(area["id"]), (round(point.y, 4), round(point.x, 4)))
    return found


def _arcs(topology: dict[str, Any]) -> list[list[tuple[float, float]]]:
    (scale_x, scale_y), (left, bottom) = topology["transform"]["scale"], topology["transform"]["translate"]
    decoded = []
    for arc in topology["arcs"]:
        x = y = 0
        line = []
        for step_x, step_y in arc:
            x, y = x + step_x, y + step_y
            line.append((x * scale_x + left, y * scale_y + bottom))
        decoded.append(line)
    return decoded


def _ring(indices: list[int], arcs: list[list[tuple[float, float]]]) -> list[tuple[float, float]]:
    ring: list[tuple[float, float]] = []
    for index in indices:
        arc = arcs[index] if index >= 0 else arcs[~index][::-1]
        ring.extend(arc if not ring else arc[1:])
    return ring
