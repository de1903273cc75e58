"""Where a publisher is based, as the user says it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from geomap.errors import InvalidTable
from geomap.gazetteer import Candidate, Gazetteer
from geomap.resolution._context import areas_named, combined, holds
from geomap.resolution._names import COMMA

HomeLike = str | tuple[float, float]
COLUMN = "source_home"


@dataclass(frozen=True)
class SourceHome:
    """Where a publisher is based.

    Parameters
    ----------
    lat, lon
        Degrees, EPSG:4326.
    country_code, admin1_code, admin2_code
        ISO country code and GeoNames' division codes; None where only a point was given.
    """

    lat: float
    lon: float
    country_code: str | None = None
    admin1_code: str | None = None
    admin2_code: str | None = None


def with_source_homes(articles: pd.DataFrame, homes: Mapping[str, HomeLike]) -> pd.DataFrame:
    """Return the articles with a column ``source_home``; values that it has already take precedence over ``homes``."""
    if not homes:
        return articles
    by_source = [homes.get(source) if isinstance(source, str) else None for source in articles["source"]]
    own = articles[COLUMN] if COLUMN in articles.columns else [None] * len(articles)
    column = [home if _is_home(home) else default for home, default in zip(own, by_source, strict=True)]
    return articles.assign(**{COLUMN: pd.Series(column, index=articles.index, dtype=object)})


def alone(articles: pd.DataFrame) -> pd.DataFrame:
    """Return articles that are no evidence for each other: without the publishers that join them."""
    return articles.assign(source=pd.Series(None, index=articles.index, dtype="str"))


def read_source_homes(articles: pd.DataFrame, gazetteer: Gazetteer) -> list[SourceHome | None]:
    """Return the home of each article's publisher, None where unknown.

    Raises
    ------
    InvalidTable
        If a home is neither known to the gazetteer nor a pair of latitude and longitude.
    """
    if COLUMN not in articles.columns:
        return [None] * len(articles)
    known: dict[HomeLike, SourceHome] = {}
    homes: list[SourceHome | None] = []
    for value in articles[COLUMN]:
        if not _is_home(value):
            homes.append(None)
            continue
        key = value if isinstance(value, str) else tuple(value)
        if key not in known:
            known[key] = find_home(key, gazetteer)
        homes.append(known[key])
    return homes


def find_home(value: HomeLike, gazetteer: Gazetteer) -> SourceHome:
    """Return the home that a user named: ``"Lebanon, Indiana"``, ``"geonames:4922459"`` or ``(40.05, -86.47)``.

    Raises
    ------
    InvalidTable
        If the gazetteer has no such name or identifier, or the numbers are not a latitude and longitude in degrees.
    """
    if not isinstance(value, str):
        return _point(value)
    place = gazetteer.place(value.strip()) or _named(value, gazetteer)
    if place is None:
        raise InvalidTable(
            f"source_home {value!r} is not in the gazetteer; give a town and its state or country ('Lebanon, Indiana'), "
            "a place_id, or (latitude, longitude)"
        )
    return SourceHome(place.lat, place.lon, place.country_code, place.admin1_code, place.admin2_code)


def _named(value: str, gazetteer: Gazetteer) -> Candidate | None:
    head, *chain = [part for part in COMMA.split(value.strip()) if part]
    areas, _ = combined(chain, areas_named(chain, gazetteer))
    if chain and not areas:
        return None
    found = [place for place in gazetteer.candidates([head])[head] if not chain or holds(areas, place)]
    return min(found, key=_most_people_first, default=None)


def _most_people_first(place: Candidate) -> tuple[bool, int, int]:
    return place.feature_class != "P", -place.population, place.row


def _point(value: Sequence[float]) -> SourceHome:
    try:
        lat, lon = (float(number) for number in value)
    except (TypeError, ValueError) as error:
        raise InvalidTable(f"source_home {value!r} must be a pair (latitude, longitude)") from error
    if not (math.isfinite(lat) and math.isfinite(lon) and abs(lat) <= 90 and abs(lon) <= 180):
        raise InvalidTable(
            f"source_home {value!r} is out of range: latitude must be within 90 degrees and longitude within 180"
        )
    return SourceHome(lat, lon)


def _is_home(value: object) -> bool:
    return isinstance(value, Sequence) and len(value) > 0
