"""What a map close up draws beside the divisions: rivers, lakes, seas, disputed lines, and where names are written.

The file is gzip. Its first line is JSON: ``kinds`` (of what is drawn), ``waters`` (their names, and their places in the
gazetteer, empty for none), ``divisions`` (the SHA-256 of the coverage that it belongs to), ``per_degree`` and
``per_degree_label`` (the grids of the coordinates) and ``counts`` (how many numbers each list has). The rest is
whole numbers as in :mod:`geomap._varints`, list after list:

- of everything that is drawn: its kind, the zoom from which on, the number of its water plus one (0 for none), how many
  parts it has;
- of each part: how many lines; a river has one, a polygon its outer ring and its holes;
- of each line: how many points; the points, x and y in turn, as differences to the one before in zigzag;
- of the divisions in the order of their table, then of the waters: where the name is written, and the room for it in
  degrees of longitude, in zigzag;
- the arcs of the coverage that are dashed, as differences.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Collection
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt

from geomap._varints import from_zigzag, unpacked
from geomap.resources._loading import read_resource
from geomap.tables import Floats, Ints

if TYPE_CHECKING:
    import shapely

RESOURCE = "detail.bin.gz"


class Detail(NamedTuple):
    """The decoded file.

    Attributes
    ----------
    kind, zoom, water, shape
        Of everything that is drawn: ``"river"``, ``"lake"``, ``"sea"`` or ``"disputed"``; the zoom from which on; the number
        of its water, -1 for none; and its shape in degrees.
    names, place_ids
        Of the waters; a ``place_id`` is empty where the gazetteer has no such water.
    water_labels, division_labels
        Longitude and latitude of each name, and its room in degrees of longitude, shape (n, 3).
    dashed
        The arcs of the coverage that are dashed.
    divisions
        The SHA-256 of the coverage that the file belongs to.
    """

    kind: npt.NDArray[Any]
    zoom: Ints
    water: Ints
    shape: npt.NDArray[Any]
    names: list[str]
    place_ids: list[str]
    water_labels: Floats
    division_labels: Floats
    dashed: Ints
    divisions: str


@cache
def detail() -> Detail:
    """Return the detail that ships, decoded."""
    return decoded(read_resource(RESOURCE))


def decoded(content: bytes) -> Detail:
    """Decode a file of the format above."""
    first, _, packed = gzip.decompress(content).partition(b"\n")
    header = json.loads(first)
    lists = np.split(unpacked(packed), np.cumsum(header["counts"])[:-1])
    kind, zoom, water, parts, lines, lengths, steps, labels, dashed = lists
    names, place_ids = header["waters"]
    places = from_zigzag(labels).reshape(-1, 3) / header["per_degree_label"]
    points = np.cumsum(from_zigzag(steps).reshape(-1, 2), axis=0) / header["per_degree"]
    kinds = np.array(header["kinds"])[kind]
    return Detail(
        kind=kinds,
        zoom=zoom,
        water=water - 1,
        shape=_shapes(points, lengths, lines, parts, areal=np.isin(kinds, ("lake", "sea"))),
        names=names,
        place_ids=place_ids,
        water_labels=places[len(places) - len(names) :],
        division_labels=places[: len(places) - len(names)],
        dashed=np.cumsum(dashed),
        divisions=header["divisions"],
    )


def water_shapes(place_ids: Collection[str]) -> dict[str, shapely.Geometry]:
    """Return the courses of rivers and the outlines of lakes and seas by ``place_id``; those without one are left out.

    Examples
    --------
    >>> found = water_shapes(["geomap:region/tigris-river", "geonames:99072"])
    >>> {place_id: shape.geom_type for place_id, shape in found.items()}
    {'geomap:region/tigris-river': 'MultiLineString'}
    """
    import shapely

    whole = detail()
    wanted = {number: place_id for number, place_id in enumerate(whole.place_ids) if place_id and place_id in place_ids}
    found: dict[str, list[Any]] = {}
    for position in np.flatnonzero(np.isin(whole.water, list(wanted))).tolist():
        found.setdefault(wanted[int(whole.water[position])], []).append(whole.shape[position])
    return {place_id: _one(shapely.get_parts(parts)) for place_id, parts in found.items()}


def _one(parts: Any) -> shapely.Geometry:
    """Return parts as one shape: areas if there are any, else lines."""
    import shapely

    areas = parts[shapely.get_dimensions(parts) == 2]
    whole: shapely.Geometry = shapely.multipolygons(areas) if len(areas) else shapely.multilinestrings(parts)
    return whole


def _shapes(
    points: Floats, lengths: Ints, lines: Ints, parts: Ints, *, areal: npt.NDArray[np.bool_]
) -> npt.NDArray[Any]:
    import shapely

    line = np.repeat(np.arange(len(lengths)), lengths)
    part = np.repeat(np.arange(len(lines)), lines)
    whole = np.repeat(np.arange(len(parts)), parts)
    drawn: npt.NDArray[Any] = np.empty(len(parts), dtype=object)
    of_area = areal[whole]
    ring = of_area[part]
    numbers = np.cumsum(of_area) - 1
    rings: Any = shapely.linearrings(points[ring[line]], indices=(np.cumsum(ring) - 1)[line[ring[line]]])
    polygons: Any = shapely.polygons(rings, indices=numbers[part[ring]])
    courses: Any = shapely.linestrings(points[~ring[line]], indices=(np.cumsum(~ring) - 1)[line[~ring[line]]])
    drawn[areal] = shapely.multipolygons(polygons, indices=(np.cumsum(areal) - 1)[whole[of_area]])
    drawn[~areal] = shapely.multilinestrings(courses, indices=(np.cumsum(~areal) - 1)[whole[~of_area]])
    return drawn
