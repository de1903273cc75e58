"""The region-aware measure: a country or a US state is right wherever in it the gold point lies.

Gold gives one point for a country, and gazetteers differ on it by hundreds of kilometers. A resolution to the right
country should not count as wrong for that.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from geomap.geometry import rows_inside
from geomap.outlines import shapes
from geomap.tables import is_missing

if TYPE_CHECKING:
    import shapely

_STATE, _OF_STATES = "ADM1", "US"
_INDEPENDENT = "PCL"


def inside_region(lat: npt.ArrayLike, lon: npt.ArrayLike, predicted: pd.DataFrame) -> npt.NDArray[np.bool_]:
    """Return whether each point lies in the country or US state that was predicted for it.

    Parameters
    ----------
    lat, lon
        Points in degrees, shape (n,).
    predicted
        One row per point: ``feature_code``, ``country_code`` and ``geonameid``. A place that is neither a country nor a
        US state, or has no outline, contains no point.
    """
    import shapely

    outlines = np.array([_outlines().get(key or "") for key in _region_keys(predicted)], dtype=object)
    points = shapely.points(np.asarray(lon, dtype=float), np.asarray(lat, dtype=float))
    return np.asarray(shapely.intersects(outlines, points), dtype=bool)


def country_of(lat: npt.ArrayLike, lon: npt.ArrayLike) -> list[str | None]:
    """Return the code of the country whose outline each point in degrees lies in, None at sea."""
    countries = shapes("country")
    rows = rows_inside(countries, np.asarray(lon, dtype=float), np.asarray(lat, dtype=float))
    codes = countries["country_code"].tolist()
    return [codes[row] if row >= 0 else None for row in rows.tolist()]


def _region_keys(predicted: pd.DataFrame) -> list[str | None]:
    """Return the key of each row's outline: a country's code, a state's geonameid, or None."""
    missing = pd.Series(pd.NA, index=predicted.index)
    columns = (predicted.get(name, missing) for name in ("feature_code", "country_code", "geonameid"))
    return [_key(*values) for values in zip(*columns, strict=True)]


def _key(code: object, country: object, geonameid: Any) -> str | None:
    if not isinstance(code, str) or not isinstance(country, str):
        return None
    if code.startswith(_INDEPENDENT):
        return country
    return f"{geonameid}" if code == _STATE and country == _OF_STATES and not is_missing(geonameid) else None


@cache
def _outlines() -> dict[str, shapely.Geometry]:
    """Return the outlines of countries by code and of US states by geonameid, prepared for many comparisons."""
    import shapely

    countries, states = shapes("country"), shapes("us_state")
    outlines = dict(zip(countries["country_code"], countries.geometry, strict=True))
    outlines |= {str(key): shape for key, shape in zip(states["geonameid"], states.geometry, strict=True)}
    for outline in outlines.values():
        shapely.prepare(outline)
    return outlines
