"""The region-aware measure: a country or a state is right wherever in it the gold point lies.

Gold gives a point for a country, and gazetteers differ on it by hundreds of kilometers; a resolution to the right country
should not count as wrong for that, nor should "the Iraqi capital's country" resolved to Iraq.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from geomap.outlines import shapes

if TYPE_CHECKING:
    import shapely

_STATE, _OF_STATES = "ADM1", "US"
_INDEPENDENT = "PCL"


def inside_region(lat: npt.ArrayLike, lon: npt.ArrayLike, predicted: pd.DataFrame) -> npt.NDArray[np.bool_]:
    """Return whether each point lies in the outline of the country or United States state that was predicted for it.

    Parameters
    ----------
    lat, lon
        Points in degrees, shape (n,).
    predicted
        One row per point: ``feature_code``, ``country_code`` and ``geonameid``. What is neither a country nor a state of
        the United States, or has no outline, has no inside: False.
    """
    import shapely

    inside = np.zeros(len(predicted), dtype=bool)
    points = np.asarray(shapely.points(np.asarray(lon, dtype=float), np.asarray(lat, dtype=float)), dtype=object)
    keys = pd.Series(region_keys(predicted), dtype=object)
    for key, rows in keys.groupby(keys).groups.items():
        outline = _outlines().get(str(key))
        if outline is not None:
            where = np.asarray(rows, dtype=np.int64)
            inside[where] = shapely.intersects(outline, points[where])
    return inside


def region_keys(predicted: pd.DataFrame) -> list[str | None]:
    """Return which outline each row stands for: a country's code, a state's geonameid, or None."""
    if not {"feature_code", "country_code"} <= set(predicted.columns):
        return [None] * len(predicted)
    ids = predicted["geonameid"] if "geonameid" in predicted.columns else pd.Series(pd.NA, index=predicted.index)
    return [
        _key(code, country, geonameid)
        for code, country, geonameid in zip(predicted["feature_code"], predicted["country_code"], ids, strict=True)
    ]


def _key(code: object, country: object, geonameid: Any) -> str | None:
    if not isinstance(code, str) or not isinstance(country, str):
        return None
    if code.startswith(_INDEPENDENT):
        return country
    return f"{geonameid}" if code == _STATE and country == _OF_STATES and not pd.isna(geonameid) else None


def country_of(lat: npt.ArrayLike, lon: npt.ArrayLike) -> list[str | None]:
    """Return the code of the country whose outline each point lies in, None at sea."""
    import shapely

    outlines = {key: outline for key, outline in _outlines().items() if key.isalpha()}
    tree = shapely.STRtree(list(outlines.values()))
    codes = list(outlines)
    found: list[str | None] = [None] * len(np.asarray(lat))
    points = shapely.points(np.asarray(lon, dtype=float), np.asarray(lat, dtype=float))
    for point, outline in tree.query(points, predicate="intersects").T.tolist():
        found[point] = found[point] or codes[outline]
    return found


@cache
def _outlines() -> dict[str, shapely.Geometry]:
    """Return the outlines of countries by code and of states by geonameid, prepared once: none of them can be changed."""
    import shapely

    countries, states = shapes("country"), shapes("us_state")
    outlines = dict(zip(countries["country_code"], countries.geometry, strict=True))
    outlines |= {str(key): shape for key, shape in zip(states["geonameid"], states.geometry, strict=True)}
    for outline in outlines.values():
        shapely.prepare(outline)
    return outlines
