"""The countries of the built-in basemap: their names there, and their shapes for maps drawn in Python."""

from __future__ import annotations

import gzip
import json
from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    import geopandas as gpd

# ISO codes of the countries that the basemap calls otherwise than GeoNames does. French overseas departments are part of
# France's shape there, so they have none of their own.
_CALLED: Mapping[str, str] = MappingProxyType(
    {
        "AG": "Antigua and Barb.",
        "AX": "Åland",
        "BL": "St-Barthélemy",
        "CC": "Indian Ocean Ter.",
        "CD": "DR Congo",
        "CG": "Congo",
        "CI": "Côte d'Ivoire",
        "CW": "Curaçao",
        "CX": "Indian Ocean Ter.",
        "GF": "France",
        "GP": "France",
        "GS": "S. Geo. and the Is.",
        "HM": "Heard I. and McDonald Is.",
        "IO": "Br. Indian Ocean Ter.",
        "KN": "St. Kitts and Nevis",
        "KY": "Cayman Is.",
        "MF": "St-Martin",
        "MP": "N. Mariana Is.",
        "MQ": "France",
        "NL": "Netherlands",
        "PM": "St. Pierre and Miquelon",
        "PN": "Pitcairn Is.",
        "PS": "Palestine",
        "RE": "France",
        "SJ": "Norway",
        "ST": "São Tomé and Príncipe",
        "TC": "Turks and Caicos Is.",
        "TF": "Fr. S. Antarctic Lands",
        "TL": "Timor-Leste",
        "US": "United States of America",
        "VC": "St. Vin. and Gren.",
        "VG": "British Virgin Is.",
        "VI": "U.S. Virgin Is.",
        "WF": "Wallis and Futuna Is.",
        "YT": "France",
    }
)


def basemap_names(code: str, name: str) -> str:
    """Return what the basemap calls a country, given its ISO code and GeoNames' name for it.

    Examples
    --------
    >>> basemap_names("CI", "Ivory Coast")
    "Côte d'Ivoire"
    """
    return _CALLED.get(code, name)


def countries() -> gpd.GeoDataFrame:
    """Return the countries of the basemap as shapes.

    Returns
    -------
    GeoDataFrame
        ``name`` and polygons in degrees (EPSG:4326), longitudes from -180 to 180: what crosses the antimeridian is cut
        there. In the order of the basemap.
    """
    import geopandas as gpd
    import shapely

    from geomap.resources._loading import read_resource

    content = json.loads(gzip.decompress(read_resource("basemap.json.gz")))
    arcs = [np.cumsum(np.reshape(arc, (-1, 2)), axis=0) for arc in content["world"]["arcs"]]
    scale, translate = np.array(content["world"]["scale"]), np.array(content["world"]["translate"])
    turn = round(360 / scale[0])
    shapes = []
    for country in content["countries"]:
        parts = []
        for rings in country["polygons"]:
            outlines = [_ring(numbers, arcs, turn) * scale + translate for numbers in rings]
            parts.append(_cut(shapely.make_valid(shapely.Polygon(outlines[0], outlines[1:]))))
        shapes.append(shapely.union_all(parts))
    return gpd.GeoDataFrame({"name": [country["name"] for country in content["countries"]]}, geometry=shapes, crs=4326)


def _ring(numbers: list[int], arcs: list[npt.NDArray[np.int64]], turn: int) -> npt.NDArray[np.float64]:
    line: list[Any] = []
    for number in numbers:
        points = arcs[number] if number >= 0 else arcs[~number][::-1]
        shift = round((line[-1][0] - points[0][0]) / turn) * turn if line else 0
        line.extend((points + np.array([shift, 0])).tolist())
    if abs(line[0][0] - line[-1][0]) > turn / 2:  # around the pole
        line += [[line[-1][0], 0], [line[0][0], 0]]
    return np.array(line, dtype=float)


def _cut(shape: Any) -> Any:
    """Return a shape that may run on past 180 degrees as parts between -180 and 180."""
    import shapely
    from shapely.affinity import translate

    west, _, east, _ = shape.bounds
    if west >= -180 and east <= 180:
        return shape
    turns = range(int(np.floor((west + 180) / 360)), int(np.floor((east + 180) / 360)) + 1)
    parts = [
        translate(shapely.clip_by_rect(shape, -180 + 360 * n, -90, 180 + 360 * n, 90), xoff=-360 * n) for n in turns
    ]
    return shapely.union_all([shapely.make_valid(part) for part in parts])
