"""One place of a file: the record that every adapter yields, and how the values of a record are read."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from geomap._csv import column_key
from geomap.errors import InvalidGazetteer
from geomap.gazetteer._adapters._dates import Span, span_of
from geomap.gazetteer._folding import fold
from geomap.gazetteer._model import FIELDS, Candidate, NameKind, SourceRow

# Usual names of columns, the most usual first; case, spaces, dots and hyphens make no difference.
COLUMNS: Mapping[str, tuple[str, ...]] = {
    **{name: field.headers for name, field in FIELDS.items() if field.headers},
    "wkt": ("geowkt", "wkt", "geom", "geometry", "thegeom"),
    "id": ("id", "placeid", "identifier", "uri", "gid", "fid"),
    "names": ("alternatenames", "alternatename", "altnames", "altname", "aliases", "alias", "variants", "names"),
    "first": ("validfrom", "start", "startyear", "startdate", "from", "mindate"),
    "last": ("validto", "end", "endyear", "enddate", "to", "maxdate"),
    "matches": ("matches",),
    "source": ("source", "datasource", "provider"),
    "licence": ("licence", "license", "rights"),
}
HEADERS = frozenset(name for names in COLUMNS.values() for name in names)
_OPTIONAL_TEXTS = tuple(name for name, field in FIELDS.items() if field.headers and field.sql == "TEXT")
_SEPARATOR = re.compile(r"[|;]")
_GEONAMES = re.compile(r"(?:\b(?:gn|geonames):|geonames\.org/)(\d+)")
LONGEST_NAME = 400
_MISSING = frozenset({"nan", "None", "NaT", "<NA>"})
# Marks without width that belong to the spelling of Persian and of Indic languages.
_JOINERS = frozenset("\u200c\u200d")
_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})


@dataclass
class CustomName:
    """A further name of a place; without spans of its own it has those of the place."""

    name: str
    spans: list[Span] = field(default_factory=list)
    kind: NameKind = NameKind.ALTERNATE


@dataclass
class CustomPlace:
    """One place of a file.

    Attributes
    ----------
    where
        File and row, for messages.
    place
        Its fields; the row is not known yet, and the place_id is the file's own identifier, empty where it has none.
    names, spans
        Its further names, and the years in which it is valid (always, if there are none).
    source
        Where it comes from; None if the file itself is the source.
    source_id
        Its identifier there, empty if that is its place_id.
    prefix
        What stands before the place_id; empty for the title of the gazetteer. Publishers whose identifiers are the same in
        every file have one of their own.
    modified
        Day of its last change, as ISO 8601; empty where it is not known.
    """

    where: str
    place: Candidate
    names: list[CustomName] = field(default_factory=list)
    spans: list[Span] = field(default_factory=list)
    source: SourceRow | None = None
    source_id: str = ""
    prefix: str = ""
    modified: str = ""


def find_columns(header: Iterable[str], *, where: str, located: bool = False) -> dict[str, str]:
    """Return the file's columns by the names of :data:`COLUMNS`.

    Parameters
    ----------
    header
        The names of the file's columns.
    where
        The file, for messages.
    located
        Whether coordinates come from a geometry rather than from columns.

    Raises
    ------
    InvalidGazetteer
        If there is no column for the name or for the coordinates.
    """
    columns = list(header)
    by_key = {column_key(column): column for column in reversed(columns)}
    found = {
        key: next(by_key[name] for name in names if name in by_key)
        for key, names in COLUMNS.items()
        if not by_key.keys().isdisjoint(names)
    }
    needed = ("name",) if located or "wkt" in found else ("name", "lat", "lon")
    missing = [key for key in needed if key not in found]
    if missing:
        recognized = "; ".join(f"{key}: {', '.join(COLUMNS[key])}" for key in missing)
        raise InvalidGazetteer(
            f"{where} has no column for {' and '.join(missing)}; its columns are {', '.join(columns) or 'none'}, "
            f"recognized names are {recognized}"
        )
    return found


def read_place(
    record: Mapping[str, object], *, where: str, point: tuple[object, object] | None = None, identifier: object = None
) -> CustomPlace:
    """Return the place of a record.

    Parameters
    ----------
    record
        Values by the names of :data:`COLUMNS`.
    where
        File and row, for messages.
    point
        Latitude and longitude in degrees, if not from columns.
    identifier
        An identifier, if not from a column.

    Raises
    ------
    InvalidGazetteer
        If the name is missing or a value is invalid.
    """
    try:
        lat, lon = coordinate(*(point or _point(record)))
        span = span_of(record.get("first"), record.get("last"))
        fields: dict[str, Any] = {name: identifier_of(record.get(name)) or None for name in _OPTIONAL_TEXTS}
        fields |= {
            "place_id": identifier_of(identifier) or identifier_of(record.get("id")),
            "geonameid": _geonameid(record),
            "name": _name(record),
            "lat": lat,
            "lon": lon,
            "feature_class": text(record.get("feature_class"))[:1].upper() or "P",
            "country_code": _country(record.get("country_code")),
            "population": max(_integer(record.get("population"), "population") or 0, 0),
        }
        names = [CustomName(name) for name in _several(record.get("names"))]
        source = _source(record.get("source"), record.get("licence"))
        return CustomPlace(where, Candidate(row=0, **fields), names, [span] if span else [], source)
    except ValueError as error:
        raise InvalidGazetteer(f"{where}: {error}") from error


def coordinate(lat: object, lon: object) -> tuple[float, float]:
    """Return latitude and longitude in degrees, or raise ValueError if they are not on the globe."""
    values = []
    for what, value, limit in (("latitude", lat, 90), ("longitude", lon, 180)):
        try:
            number = float(text(value).replace(",", "."))
        except ValueError:
            raise ValueError(f"the {what} is {text(value)!r}, not a number of degrees") from None
        if not (math.isfinite(number) and abs(number) <= limit):
            raise ValueError(
                f"the {what} is {number:g}, not between -{limit} and {limit}; are latitude and longitude swapped?"
            )
        values.append(number)
    return values[0], values[1]


def text(value: object) -> str:
    """Return a value as text without surrounding space; empty if missing."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    found = str(value).strip()
    return "" if found in _MISSING else found


def geonameid_in(links: str) -> int | None:
    """Return the geonameid that an identifier or a list of them names (``gn:745044``), or None."""
    found = _GEONAMES.search(links)
    return int(found[1]) if found else None


def _point(record: Mapping[str, object]) -> tuple[object, object]:
    if text(record.get("lat")) or text(record.get("lon")) or not text(record.get("wkt")):
        return record.get("lat"), record.get("lon")
    import shapely

    try:
        shape = shapely.from_wkt(text(record["wkt"]))
    except shapely.errors.ShapelyError as error:
        raise ValueError(f"cannot read the geometry: {error}") from error
    if shape is None or shape.is_empty:
        raise ValueError("the geometry is empty")
    middle = shape.representative_point()
    return middle.y, middle.x


def clean_name(value: object) -> str:
    r"""Return a name on one line without control characters and without marks that turn the direction of writing.

    Raises
    ------
    ValueError
        If the name has more than 400 characters, which means a missing column or an open quote.

    Examples
    --------
    >>> clean_name("Old\nMill"), clean_name("Mo\x00sul"), clean_name("\u202eMosul\u202c")
    ('Old Mill', 'Mosul', 'Mosul')
    """
    found = text(value)
    if not found.isprintable() or "  " in found:
        found = " ".join(found.split())
        found = "".join(each for each in found if each in _JOINERS or unicodedata.category(each) not in _INVISIBLE)
        found = " ".join(found.split())
    if len(found) > LONGEST_NAME:
        raise ValueError(
            f"the name {found[:20]!r}... has {len(found):,} characters, more than {LONGEST_NAME}; is a quote open, or the "
            "separator of names neither | nor ;?"
        )
    return found


def identifier_of(value: object) -> str:
    """Return an identifier on one line, cleaned like a name; raise ValueError if it has more than 400 characters."""
    try:
        return clean_name(value)
    except ValueError:
        raise ValueError(f"the identifier has more than {LONGEST_NAME} characters") from None


def _name(record: Mapping[str, object]) -> str:
    found = clean_name(record.get("name"))
    if not found:
        raise ValueError("the name is empty")
    return found


def _source(name: object, licence: object) -> SourceRow | None:
    shown, terms = clean_name(name), clean_name(licence)
    if not shown and not terms:
        return None
    return SourceRow(slug_of(f"{shown} {terms}"), shown, terms, "", "")


def slug_of(words: str) -> str:
    """Return words as one key: ``"Gazetteer of 1920"`` as ``"gazetteer-of-1920"``."""
    return fold(words).replace(" ", "-")


def _several(value: object) -> list[str]:
    parts = value if isinstance(value, list | tuple) else _SEPARATOR.split(text(value))
    # The World Historical Gazetteer writes "name@language-script".
    names = (clean_name(text(part).split("@")[0]) for part in parts)
    return [name for name in names if name]


def _country(value: object) -> str | None:
    codes = _several(value)
    return codes[0].upper() if len(codes) == 1 else None


def _geonameid(record: Mapping[str, object]) -> int | None:
    given = _integer(record.get("geonameid"), "geonameid")
    return given if given and given > 0 else geonameid_in(text(record.get("matches")))


def _integer(value: object, what: str) -> int | None:
    found = text(value).replace(" ", "")
    if not found:
        return None
    if re.fullmatch(r"\d{1,3}(?:,\d{3})+", found):
        found = found.replace(",", "")
    number = float(found) if re.fullmatch(r"-?\d+(?:\.\d*)?(?:[eE]\+?\d+)?", found) else math.nan
    if not abs(number) <= 2**53 or number != int(number):
        raise ValueError(f"the {what} is {text(value)!r}, not a whole number")
    return int(number)
