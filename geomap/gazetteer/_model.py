"""What the gazetteer hands out: candidates, and the kinds of names by which they are found."""

from __future__ import annotations

from enum import IntEnum
from typing import NamedTuple


class NameKind(IntEnum):
    """How a name belongs to its feature; the smaller, the closer."""

    MAIN = 0
    ALTERNATE = 1
    ABBREVIATION = 2
    DEMONYM = 3
    OFFICIAL = 4
    FORMER = 5


class Candidate(NamedTuple):
    """A feature proposed for a toponym. Coordinates are in degrees, EPSG:4326.

    Attributes
    ----------
    row
        Number of the feature in this index; smaller is more populous. Not stable between gazetteers.
    place_id, geonameid
        Stable identifiers; ``geonameid`` is None where GeoNames' own is not known.
    name
        The main name, as its source writes it.
    lat, lon
        Latitude and longitude of the feature's point.
    feature_class, feature_code
        GeoNames' codes (``P``, ``PPLA``); the code is None where it is not known.
    country_code, admin1_code, admin2_code
        ISO country code and GeoNames' division codes, None where there are none.
    population
        Inhabitants; 0 where not known.
    alternates
        How many alternate names the source gives, a sign of prominence.
    kind
        The :class:`NameKind` of the name that matched, as an integer.
    """

    row: int
    place_id: str
    geonameid: int | None
    name: str
    lat: float
    lon: float
    feature_class: str
    feature_code: str | None
    country_code: str | None
    admin1_code: str | None
    admin2_code: str | None
    population: int
    alternates: int
    kind: int


class NameEntry(NamedTuple):
    """A folded name of the gazetteer with what is known of all features that bear it."""

    folded: str
    population: int
    kinds: frozenset[NameKind]


class WrittenForm(NamedTuple):
    """A form that counts only as written, with its case and dots ("US", "Ore."), and a feature it stands for."""

    written: str
    row: int
    place_id: str
    form: str
