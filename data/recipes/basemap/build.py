"""Build ``geomap/resources/basemap.json.gz``: the countries and US states drawn below the places of a map.

Also ``geomap/resources/us_states.json.gz``: the outline of each state, for counting in states. It is a separate file
because maps carry the basemap inside them, and need no more of the states than the borders between them.

Inputs, fetched by name at exact versions into a temporary folder (Node's ``npm`` is needed):

- npm ``world-atlas`` 2.0.2 (ISC), ``countries-50m.json``: Natural Earth 1:50m, public domain;
- npm ``us-atlas`` 3.0.1 (ISC), ``states-10m.json``: US Census Bureau, public domain.

The file keeps TopoJSON's arcs, so that a border shared by two countries is stored and drawn once. Where an arc crosses
the antimeridian its longitudes run on past 180 degrees instead of jumping to -180: the map draws copies of the world
side by side, so that Russia and Fiji are whole, without bands and without a seam. Each country also carries its name,
the point where it is written, and the room there is for it.

Natural Earth draws boundaries by who holds the ground; geomap takes no position on them.

Run from the repository root: ``python data/recipes/basemap/build.py``.
"""

from __future__ import annotations

import gzip
import json
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from geomap.outlines._shipped import decoded_lines, polygon
from geomap.tables import Floats

ROOT = Path(__file__).resolve().parents[3]
sys.path[:0] = [str(ROOT / "data" / "recipes"), str(Path(__file__).parent)]

from labels import label
from manifest import record
from packages import fetch

TARGET = ROOT / "geomap" / "resources" / "basemap.json.gz"
STATES = ROOT / "geomap" / "resources" / "us_states.json.gz"
STATES_SOURCE = {
    "name": "US Census Bureau states, through npm us-atlas",
    "version": "3.0.1",
    "licence": "public domain (data), ISC (package)",
    "registry": "npm",
}
# The Census Bureau counts them beside the states; geomap has them as countries, as GeoNames does.
TERRITORIES = {
    "American Samoa",
    "Commonwealth of the Northern Mariana Islands",
    "Guam",
    "Puerto Rico",
    "United States Virgin Islands",
}
# Natural Earth's labels are abbreviated for print, and world-atlas 2.0.2 is older than two changes of name.
SPELLED_OUT = {
    "Bosnia and Herz.": "Bosnia and Herzegovina",
    "Central African Rep.": "Central African Republic",
    "Cook Is.": "Cook Islands",
    "Dem. Rep. Congo": "DR Congo",
    "Dominican Rep.": "Dominican Republic",
    "Eq. Guinea": "Equatorial Guinea",
    "Falkland Is.": "Falkland Islands",
    "Faeroe Is.": "Faroe Islands",
    "Fr. Polynesia": "French Polynesia",
    "Macedonia": "North Macedonia",
    "Marshall Is.": "Marshall Islands",
    "N. Cyprus": "Northern Cyprus",
    "S. Sudan": "South Sudan",
    "Solomon Is.": "Solomon Islands",
    "São Tomé and Principe": "São Tomé and Príncipe",
    "W. Sahara": "Western Sahara",
    "eSwatini": "Eswatini",
}
Arc = list[tuple[int, int]]


def main() -> None:
    """Fetch the inputs, build the files, and enter them in the manifest."""
    with tempfile.TemporaryDirectory() as folder:
        world = fetch("world-atlas@2.0.2", Path(folder))
        states = fetch("us-atlas@3.0.1", Path(folder))
    world_arcs = [_absolute(arc, world) for arc in world["arcs"]]
    packed = _packed(world, world_arcs)
    lines = decoded_lines(packed)
    countries = world["objects"]["countries"]["geometries"]
    uses = Counter(number for country in countries for number in _numbers(country["arcs"]))
    content = {
        "world": packed,
        "borders": sorted(number for number, count in uses.items() if count > 1),
        "coasts": sorted(number for number, count in uses.items() if count == 1),
        "countries": [_country(country, lines) for country in countries],
        "states": _inner_borders(states),
    }
    _write(TARGET, content)
    record(
        TARGET,
        sources=[
            {
                "name": "Natural Earth 1:50m admin 0 countries, through npm world-atlas",
                "version": "2.0.2",
                "licence": "public domain (data), ISC (package)",
                "registry": "npm",
            },
            STATES_SOURCE,
        ],
        licence="public domain",
        recipe="data/recipes/basemap/build.py",
    )
    outlines = _state_outlines(states)
    _write(STATES, outlines)
    record(STATES, sources=[STATES_SOURCE], licence="public domain", recipe="data/recipes/basemap/build.py")
    print(f"{TARGET.name}: {len(countries)} countries, {TARGET.stat().st_size} bytes")
    print(f"{STATES.name}: {len(outlines['states'])} states, {STATES.stat().st_size} bytes")


def _write(path: Path, content: dict[str, Any]) -> None:
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    path.write_bytes(gzip.compress(text.encode(), 9, mtime=0))


def _absolute(arc: list[list[int]], topology: dict[str, Any]) -> Arc:
    """Undo the delta encoding, and let longitudes run on where they jump across the antimeridian."""
    turn = round(360 / topology["transform"]["scale"][0])
    points: Arc = []
    x = y = shift = 0
    before: int | None = None
    for dx, dy in arc:
        x, y = x + dx, y + dy
        if before is not None and abs(x - before) > turn / 2:
            shift += turn if x < before else -turn
        before = x
        points.append((x + shift, y))
    return points


def _packed(topology: dict[str, Any], arcs: list[Arc]) -> dict[str, Any]:
    """Return arcs as flat lists of differences: x, y, dx, dy, dx, dy ..."""
    transform = topology["transform"]
    return {
        "scale": [round(value, 12) for value in transform["scale"]],
        "translate": [round(value, 6) for value in transform["translate"]],
        "arcs": [np.diff(np.array(arc), axis=0, prepend=[(0, 0)]).ravel().tolist() for arc in arcs],
    }


def _numbers(arcs: list[Any]) -> Iterator[int]:
    for entry in arcs:
        if isinstance(entry, list):
            yield from _numbers(entry)
        else:
            yield entry if entry >= 0 else ~entry


def _polygons(geometry: dict[str, Any]) -> list[list[list[int]]]:
    return geometry["arcs"] if geometry["type"] == "MultiPolygon" else [geometry["arcs"]]


def _country(geometry: dict[str, Any], lines: list[Floats]) -> dict[str, Any]:
    polygons = _polygons(geometry)
    shapes = [polygon(rings, lines) for rings in polygons]
    largest = max(shapes, key=lambda shape: _area(shape))
    name = geometry["properties"]["name"]
    x, y, room = label(largest)
    return {"name": SPELLED_OUT.get(name, name), "at": [x, y], "room": room, "polygons": polygons}


def _area(shape: Any) -> float:
    return float(shape.area * np.cos(np.radians(shape.centroid.y)))


def _inner_borders(states: dict[str, Any]) -> dict[str, Any]:
    geometries = states["objects"]["states"]["geometries"]
    uses = Counter(number for state in geometries for number in _numbers(state["arcs"]))
    arcs = [_absolute(states["arcs"][number], states) for number, count in sorted(uses.items()) if count > 1]
    return _packed(states, [_thinned(arc, every=4) for arc in arcs])


def _state_outlines(states: dict[str, Any]) -> dict[str, Any]:
    """Return each state as polygons of numbered arcs, with the arcs that they use."""
    kept = [
        state for state in states["objects"]["states"]["geometries"] if state["properties"]["name"] not in TERRITORIES
    ]
    used = sorted({number for state in kept for number in _numbers(state["arcs"])})
    place = {number: position for position, number in enumerate(used)}
    return {
        "arcs": _packed(states, [_absolute(states["arcs"][number], states) for number in used]),
        "states": [
            {"name": state["properties"]["name"], "polygons": _renumbered(_polygons(state), place)}
            for state in sorted(kept, key=lambda state: str(state["properties"]["name"]))
        ],
    }


def _renumbered(polygons: list[list[list[int]]], place: dict[int, int]) -> list[list[list[int]]]:
    return [
        [[place[number] if number >= 0 else ~place[~number] for number in ring] for ring in rings] for rings in polygons
    ]


def _thinned(arc: Arc, *, every: int) -> Arc:
    """Drop the points of an arc that lie within some units of the last one kept."""
    kept = [arc[0]]
    for point in arc[1:-1]:
        if abs(point[0] - kept[-1][0]) + abs(point[1] - kept[-1][1]) > every:
            kept.append(point)
    return [*kept, arc[-1]]


if __name__ == "__main__":
    main()
