"""Where a publisher is at home, when the user says so."""

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
class Home:
    """Where a publisher is at home.

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


def with_homes(articles: pd.DataFrame, homes: Mapping[str, HomeLike]) -> pd.DataFrame:
    """Return the articles with a column ``source_home``; what an article says of itself counts before ``homes``."""
    if not homes:
        return articles
    of_source = [homes.get(source) if isinstance(source, str) else None for source in articles["source"]]
    own = articles[COLUMN] if COLUMN in articles.columns else [None] * len(articles)
    column = [said if _is_given(said) else given for said, given in zip(own, of_source, strict=True)]
    return articles.assign(**{COLUMN: pd.Series(column, index=articles.index, dtype=object)})


def read_homes(articles: pd.DataFrame, gazetteer: Gazetteer) -> list[Home | None]:
    """Return the home of each article's publisher, None where none is given.

    Raises
    ------
    InvalidTable
        If a home is neither a place that the gazetteer knows nor a pair of latitude and longitude.
    """
    if COLUMN not in articles.columns:
        return [None] * len(articles)
    known: dict[HomeLike, Home] = {}
    homes: list[Home | None] = []
    for value in articles[COLUMN]:
        if not _is_given(value):
            homes.append(None)
            continue
        key = value if isinstance(value, str) else tuple(value)
        if key not in known:
            known[key] = find_home(key, gazetteer)
        homes.append(known[key])
    return homes


def find_home(value: HomeLike, gazetteer: Gazetteer) -> Home:
    """Return the home that a user names: ``"Lebanon, Indiana"``, ``"geonames:4922459"`` or ``(40.05, -86.47)``.

    Raises
    ------
    InvalidTable
        If nothing is known by that name or identifier, or the numbers are no latitude and longitude in degrees.
    """
    if not isinstance(value, str):
        return _point(value)
    place = gazetteer.place(value.strip()) or _named(value, gazetteer)
    if place is None:
        raise InvalidTable(
            f"source_home {value!r} is not known to the gazetteer; give a town and what it lies in ('Lebanon, Indiana'), a "
            "place_id, or (latitude, longitude)"
        )
    return Home(place.lat, place.lon, place.country_code, place.admin1_code, place.admin2_code)


def _named(value: str, gazetteer: Gazetteer) -> Candidate | None:
    head, *chain = [part for part in COMMA.split(value.strip()) if part]
    areas, _ = combined(chain, areas_named(chain, gazetteer))
    if chain and not areas:
        return None
    found = [place for place in gazetteer.candidates([head])[head] if not chain or holds(areas, place)]
    return min(found, key=_most_people_first, default=None)


def _most_people_first(place: Candidate) -> tuple[bool, int, int]:
    return place.feature_class != "P", -place.population, place.row


def _point(value: Sequence[float]) -> Home:
    try:
        lat, lon = (float(number) for number in value)
    except (TypeError, ValueError) as error:
        raise InvalidTable(f"source_home {value!r} is no pair of latitude and longitude") from error
    if not (math.isfinite(lat) and math.isfinite(lon) and abs(lat) <= 90 and abs(lon) <= 180):
        raise InvalidTable(f"source_home {value!r}: latitude and longitude are degrees, within 90 and 180")
    return Home(lat, lon)


def _is_given(value: object) -> bool:
    return isinstance(value, Sequence) and len(value) > 0
