"""Points inside the areas of a TopoJSON file (world-atlas, us-atlas)."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import shapely


def area_points(path: Path, layer: str) -> dict[str, tuple[float, float]]:
    """Return the (latitude, longitude) of each area's centroid, in degrees, by its id.

    Where the centroid of the largest part lies outside of it, a point inside of that part is taken.
    """
    areas = gpd.read_file(path, layer=layer).dropna(subset=["id", "geometry"])
    points: dict[str, tuple[float, float]] = {}
    for number, shape in zip(areas["id"], areas.geometry, strict=True):
        # Simplification leaves islets without an area behind.
        parts = [shapely.Polygon(part.exterior) for part in shapely.get_parts(shape) if not part.is_empty]
        if not parts:
            continue
        largest = max(parts, key=lambda part: part.area)
        point = largest.centroid if largest.contains(largest.centroid) else largest.representative_point()
        points.setdefault(str(number), (round(point.y, 4), round(point.x, 4)))
    return points
