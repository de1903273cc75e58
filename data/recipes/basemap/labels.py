"""Where the name of an area is written."""

from __future__ import annotations

from typing import Any

import shapely
from shapely.ops import polylabel


def label(shape: Any) -> tuple[float, float, float]:
    """Return where a name is written (longitude, latitude) and the width in degrees that it may take there."""
    whole = max(shapely.get_parts(shape), key=lambda part: part.area)
    middle = polylabel(whole, tolerance=0.05)
    west, _, east, _ = whole.bounds
    chords = shapely.get_parts(whole.intersection(shapely.LineString([(west - 1, middle.y), (east + 1, middle.y)])))
    chord = min(chords, key=lambda part: part.distance(middle))
    return round((chord.bounds[0] + chord.bounds[2]) / 2, 2), round(middle.y, 2), round(chord.length, 2)
