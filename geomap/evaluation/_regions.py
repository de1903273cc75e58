"""The region-aware measure: a country or a first-order division is right wherever in it the gold point lies.

Gold gives one point for a country, and gazetteers differ on it by hundreds of kilometers. A resolution to the right
country should not count as wrong for that. Outlines follow GeoNames' codes, as the places that are predicted do.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from geomap.geometry import rows_inside
from geomap.outlines import shapes
from geomap.outlines._coverage import outlines
from geomap.outlines._shipped import area_table
from geomap.tables import is_missing

_DIVISION = "ADM1"
_INDEPENDENT = "PCL"


def inside_region(lat: npt.ArrayLike, lon: npt.ArrayLike, predicted: pd.DataFrame) -> npt.NDArray[np.bool_]:
    """Return whether each point lies in the country or division that was predicted for it.

    Parameters
    ----------
    lat, lon
        Points in degrees, shape (n,).
    predicted
        One row per point: ``feature_code``, ``country_code`` and ``geonameid``. A place that is neither a country nor a
        division of the first order, or has no outline, contains no point.
    """
    import shapely

    codes = _region_codes(predicted)
    found = outlines(code for code in codes if code)
    # Many points ask for few outlines.
    for outline in found.values():
        shapely.prepare(outline)
    asked = np.array([found.get(code or "") for code in codes], dtype=object)
    points = shapely.points(np.asarray(lon, dtype=float), np.asarray(lat, dtype=float))
    return np.asarray(shapely.intersects(asked, points), dtype=bool)


def country_of(lat: npt.ArrayLike, lon: npt.ArrayLike) -> list[str | None]:
    """Return the code of the country whose outline each point in degrees lies in, None at sea."""
    countries = shapes("country")
    rows = rows_inside(countries, np.asarray(lon, dtype=float), np.asarray(lat, dtype=float))
    codes = countries["country_code"].tolist()
    return [codes[row] if row >= 0 else None for row in rows.tolist()]


def _region_codes(predicted: pd.DataFrame) -> list[str | None]:
    """Return the code of each row's outline, of a country or a division, or None."""
    missing = pd.Series(pd.NA, index=predicted.index)
    columns = (predicted.get(name, missing) for name in ("feature_code", "country_code", "geonameid"))
    return [_code(*values) for values in zip(*columns, strict=True)]


def _code(feature: object, country: object, geonameid: Any) -> str | None:
    if not isinstance(feature, str) or not isinstance(country, str):
        return None
    if feature.startswith(_INDEPENDENT):
        return country
    return _divisions().get(int(geonameid)) if feature == _DIVISION and not is_missing(geonameid) else None


@cache
def _divisions() -> dict[int, str]:
    """Return the codes of the divisions that have an outline, by geonameid."""
    known = area_table("division")["geonameid"].dropna()
    return {int(geonameid): str(code) for code, geonameid in known.items()}
