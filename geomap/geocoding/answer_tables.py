"""The tables that geocoding returns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import pandas as pd

from geomap.geocoding.answers import Answer
from geomap.geocoding.questions import Question
from geomap.geocoding.readings import Place
from geomap.tables import CRS, as_dtype, points

if TYPE_CHECKING:
    import geopandas as gpd

ANSWERS: Mapping[str, str] = MappingProxyType(
    {
        "name": "str",
        "query": "str",
        "status": "str",
        "reason": "str",
        "address": "str",
        "place_id": "str",
        "category": "str",
        "type": "str",
        "importance": "float64",
        "country_code": "str",
        "west": "float64",
        "south": "float64",
        "east": "float64",
        "north": "float64",
        "service": "str",
        "fetched": "datetime64[us, UTC]",
    }
)
CANDIDATES: Mapping[str, str] = MappingProxyType(
    {"row": "int64", "rank": "int64", **{k: v for k, v in ANSWERS.items() if k not in {"status", "reason"}}}
)
_OF_PLACE = ("address", "place_id", "category", "type", "importance", "country_code")


def answers_table(
    questions: Sequence[Question], answers: Sequence[Answer], index: pd.Index, service: str
) -> gpd.GeoDataFrame:
    """Return one row per question with the first place of its answer."""
    rows = [
        {
            "name": question.given,
            "query": question.query,
            "status": answer.status,
            "reason": answer.reason,
            "service": service,
            "fetched": answer.fetched,
            **_place(answer.places[0] if answer.places else None),
        }
        for question, answer in zip(questions, answers, strict=True)
    ]
    return _table(rows, ANSWERS, index)


def candidates_table(questions: Sequence[Question], answers: Sequence[Answer], service: str) -> gpd.GeoDataFrame:
    """Return one row per place of every answer."""
    rows = [
        {
            "row": number,
            "rank": rank,
            "name": question.given,
            "query": question.query,
            "service": service,
            "fetched": answer.fetched,
            **_place(place),
        }
        for number, (question, answer) in enumerate(zip(questions, answers, strict=True))
        for rank, place in enumerate(answer.places, start=1)
    ]
    return _table(rows, CANDIDATES, pd.RangeIndex(len(rows)))


def _place(place: Place | None) -> dict[str, Any]:
    if place is None:
        return {}
    west, south, east, north = place.bounds or (None, None, None, None)
    edges = {"west": west, "south": south, "east": east, "north": north}
    return {**{name: getattr(place, name) for name in _OF_PLACE}, **edges, "lon": place.lon, "lat": place.lat}


def _table(rows: Sequence[dict[str, Any]], columns: Mapping[str, str], index: pd.Index) -> gpd.GeoDataFrame:
    import geopandas as gpd

    table = {
        name: as_dtype(pd.Series([row.get(name) for row in rows], dtype=object), dtype).set_axis(index)
        for name, dtype in columns.items()
    }
    lon, lat = (pd.Series([row.get(name) for row in rows], dtype="float64") for name in ("lon", "lat"))
    return gpd.GeoDataFrame(table, geometry=points(lon, lat).set_axis(index), crs=CRS, index=index)
