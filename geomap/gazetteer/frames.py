"""Candidates as a table for people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from geomap.gazetteer.model import Candidate, NameKind

if TYPE_CHECKING:
    import geopandas as gpd

    from geomap.gazetteer.gazetteer import Gazetteer

CANDIDATES: Mapping[str, str] = {
    "place_id": "str",
    "geonameid": "Int64",
    "name": "str",
    "kind": "str",
    "country_code": "str",
    "country": "str",
    "admin1": "str",
    "admin1_code": "str",
    "feature_class": "str",
    "feature_code": "str",
    "population": "Int64",
    "hierarchy": "str",
    "similarity": "float64",
}


def candidate_table(scored: Sequence[tuple[Candidate, float]], gazetteer: Gazetteer) -> gpd.GeoDataFrame:
    """Return candidates as a GeoDataFrame, EPSG:4326, in the order given.

    ``kind`` is how the name that matched belongs to the feature (``main``, ``alternate``, ...), ``similarity`` how alike
    it is to the name asked for: 1 where it is the same.
    """
    import geopandas as gpd
    import pandas as pd

    from geomap.tables import CRS, as_dtype, points

    candidates = [candidate for candidate, _ in scored]
    rows = [(*_record(candidate, gazetteer), score) for candidate, score in scored]
    raw = pd.DataFrame(rows, columns=list(CANDIDATES), dtype=object)
    columns = {name: as_dtype(raw[name], dtype) for name, dtype in CANDIDATES.items()}
    longitude = pd.Series([candidate.lon for candidate in candidates], dtype="float64")
    latitude = pd.Series([candidate.lat for candidate in candidates], dtype="float64")
    return gpd.GeoDataFrame(columns, geometry=points(longitude, latitude), crs=CRS)


def _record(candidate: Candidate, gazetteer: Gazetteer) -> tuple[object, ...]:
    return (
        candidate.place_id,
        candidate.geonameid,
        candidate.name,
        NameKind(candidate.kind).name.lower(),
        candidate.country_code,
        gazetteer.country_name(candidate.country_code),
        gazetteer.admin1_name(candidate.country_code, candidate.admin1_code),
        candidate.admin1_code,
        candidate.feature_class,
        candidate.feature_code,
        candidate.population,
        ", ".join(gazetteer.hierarchy(candidate)),
    )
