"""What the gazetteer hands out: candidates, and the kinds of names by which they are found."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from enum import IntEnum
from typing import Any, NamedTuple

# Raise with every change to the tables of an index, to their meaning, or to folding: older indexes are then rebuilt.
SCHEMA_VERSION = 5
# How the name of an index file ends.
INDEX_SUFFIX = ".gazetteer"


class NameKind(IntEnum):
    """How a name belongs to its feature; the smaller, the closer."""

    MAIN = 0
    ALTERNATE = 1
    ABBREVIATION = 2
    DEMONYM = 3
    OFFICIAL = 4
    FORMER = 5
    # An airport's code, and a name that only its spelling key finds: see ``_spelling``.
    CODE = 6
    SPELLING = 7


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
    feature_code: str | None = None
    country_code: str | None = None
    admin1_code: str | None = None
    admin2_code: str | None = None
    population: int = 0
    alternates: int = 0
    kind: int = NameKind.MAIN.value


class Field(NamedTuple):
    """How a field of a place is stored, and where it is read from.

    Attributes
    ----------
    sql
        Type of its column in an index. An empty text is stored as NULL where the column allows that.
    geonames
        Its column in GeoNames' ``allCountries``, counted from 0.
    headers
        Usual names of its column in a custom gazetteer, the most usual first, in lower case without punctuation.
    """

    sql: str
    geonames: int | None = None
    headers: tuple[str, ...] = ()


FIELDS: Mapping[str, Field] = {
    "row": Field("INTEGER PRIMARY KEY"),  # in order of falling population
    # Empty where it is 'geonames:' and the geonameid, which saves half a gigabyte at full size.
    "place_id": Field("TEXT"),
    "geonameid": Field("INTEGER", 0, ("geonameid", "geonamesid", "gnid")),
    "name": Field("TEXT NOT NULL", 1, ("name", "toponym", "title", "placename", "place", "label", "asciiname")),
    "lat": Field("REAL NOT NULL", 4, ("lat", "latitude", "decimallatitude", "y", "ycoord", "reprlat")),
    "lon": Field(
        "REAL NOT NULL", 5, ("lon", "lng", "long", "longitude", "decimallongitude", "x", "xcoord", "reprlong")
    ),
    "feature_class": Field("TEXT NOT NULL", 6, ("featureclass", "fclass", "fclasses", "fcl")),
    "feature_code": Field("TEXT", 7, ("featurecode", "fcode")),
    "country_code": Field("TEXT", 8, ("countrycode", "ccodes", "ccode", "iso2", "isoa2", "iso", "cc")),
    "admin1_code": Field("TEXT", 10, ("admin1code", "admin1")),
    "admin2_code": Field("TEXT", 11, ("admin2code", "admin2")),
    "population": Field("INTEGER NOT NULL", 14, ("population", "pop", "inhabitants")),
    "alternates": Field("INTEGER NOT NULL"),
}
"""Every field of a candidate but the last, ``kind``, which belongs to the name, not to the place."""
STORED = tuple(FIELDS)
# So few places at a time that their texts stay in the processor's cache: twice as fast as ten thousand.
PLACES_AT_ONCE = 300


def places_of(columns: Mapping[str, Sequence[str]], *, first_row: int) -> Iterator[Candidate]:
    """Yield places from the texts of their fields.

    Parameters
    ----------
    columns
        For every field but ``row`` its texts, one per place; an empty text is a missing value.
    first_row
        Row of the first place; the others follow.

    Raises
    ------
    ValueError
        If a text is not a number where there should be one.
    """
    # Column by column, so that built-in functions do the work for each of thirteen million places' thirteen fields.
    values = [_converted(columns[name], FIELDS[name].sql) for name in STORED[1:]]
    return map(Candidate, range(first_row, first_row + len(values[0])), *values)


def _converted(texts: Sequence[str], sql: str) -> Sequence[Any]:
    if sql.startswith("REAL"):
        return list(map(float, texts))
    if sql == "INTEGER NOT NULL":
        return list(map(int, texts))
    return [int(text) if text else None for text in texts] if sql == "INTEGER" else texts


def texts_of(place: Candidate) -> list[str]:
    """Return the texts of a place's fields but ``row``, in the order of :data:`STORED`: what :func:`places_of` reads."""
    return ["" if value is None else str(value) for value in place[1 : len(STORED)]]


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


class SourceRow(NamedTuple):
    """A source of places, and what it asks of those who use it."""

    key: str
    name: str
    licence: str
    attribution: str
    url: str


class Origin(NamedTuple):
    """Where a feature comes from: the key of its source, and its identifier there."""

    row: int
    source: str
    source_id: str
