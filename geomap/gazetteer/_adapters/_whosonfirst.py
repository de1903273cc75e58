"""Who's On First: the SQLite distributions, and records as GeoJSON.

After the tables ``geojson`` of https://github.com/whosonfirst/go-whosonfirst-database (2024) and the properties of
https://github.com/whosonfirst/whosonfirst-properties. A distribution is a file such as
``whosonfirst-data-admin-iq-latest.db``, often packed with bzip2, which must be unpacked first.
"""

from __future__ import annotations

import contextlib
import json
import re
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from geomap.errors import InvalidGazetteer
from geomap.gazetteer._adapters._publishers import WHOS_ON_FIRST
from geomap.gazetteer._adapters._records import CustomName, CustomPlace, clean_name, coordinate, read_place, text
from geomap.gazetteer._adapters._skipping import NO_COORDINATES, NO_NAME, OUTSIDE, Skipped
from geomap.gazetteer._model import NameKind

# GeoNames' class and code of each placetype that is a place; campuses, venues, postal codes and time zones are left out.
PLACETYPES: Mapping[str, tuple[str, str]] = {
    "continent": ("L", "CONT"),
    "empire": ("A", "PCL"),
    "country": ("A", "PCLI"),
    "dependency": ("A", "PCLD"),
    "disputed": ("A", "TERR"),
    "macroregion": ("A", "ADMD"),
    "region": ("A", "ADM1"),
    "macrocounty": ("A", "ADMD"),
    "county": ("A", "ADM2"),
    "localadmin": ("A", "ADM3"),
    "locality": ("P", "PPL"),
    "borough": ("P", "PPLX"),
    "macrohood": ("P", "PPLX"),
    "neighbourhood": ("P", "PPLX"),
    "microhood": ("P", "PPLX"),
    "ocean": ("H", "OCN"),
    "marinearea": ("H", "SEA"),
}
NOT_CURRENT = "are superseded, deprecated or have ceased"
OTHER_TYPES = "are not of a type that geomap reads (postal codes, venues, time zones)"
_QUERY = "SELECT id, body FROM geojson WHERE coalesce({alternative}, 0) = 0 ORDER BY id"
_KINDS = {"abbreviation": NameKind.ABBREVIATION, "historical": NameKind.FORMER}
_POPULATIONS = ("wof:population", "gn:population", "qs:pop", "ne:pop_est")
_POINTS = (("lbl:latitude", "lbl:longitude"), ("geom:latitude", "geom:longitude"))
_COUNTRY = re.compile(r"[A-Z]{2}\Z")
_UNKNOWN = frozenset({"", "uuuu", "edtf:unknown", "edtf:open", ".."})


def is_distribution(path: Path) -> bool:
    """Return whether a SQLite file is a distribution of Who's On First."""
    with _opened(path) as connection:
        return bool(_columns(connection))


def distribution_places(path: Path, skipped: Skipped) -> Iterator[CustomPlace]:
    """Yield the places of a SQLite distribution.

    Raises
    ------
    InvalidGazetteer
        If the file is not one, or is damaged.
    """
    with _opened(path) as connection:
        columns = _columns(connection)
        if not columns:
            raise InvalidGazetteer(f"{path.name} has no table geojson; is this a distribution of Who's On First?")
        # Distributions before 2019 have no alternative geometries.
        query = _QUERY.format(alternative="is_alt" if "is_alt" in columns else "0")
        yield from whosonfirst_places(_records(connection, query, path), path, skipped)


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[sqlite3.Connection]:
    try:
        with contextlib.closing(
            sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True)
        ) as connection:
            yield connection
    except sqlite3.Error as error:
        raise InvalidGazetteer(f"cannot read {path.name} as SQLite: {error}; download it again") from error


def _columns(connection: sqlite3.Connection) -> set[str]:
    return {row[1] for row in connection.execute("PRAGMA table_info(geojson)")}


def _records(connection: sqlite3.Connection, query: str, path: Path) -> Iterator[Any]:
    for number, body in connection.execute(query):
        try:
            yield json.loads(body)
        except (TypeError, ValueError, RecursionError) as error:
            raise InvalidGazetteer(f"{path.name}, record {number}: invalid JSON: {error}") from error


def is_whosonfirst(features: Iterable[Any]) -> bool:
    """Return whether features are records of Who's On First: by their properties."""
    first = next((feature for feature in features if isinstance(feature, dict)), {})
    properties = first.get("properties")
    return isinstance(properties, dict) and "wof:placetype" in properties


def whosonfirst_places(features: Iterable[Any], path: Path, skipped: Skipped) -> Iterator[CustomPlace]:
    """Yield the current places of records.

    Raises
    ------
    InvalidGazetteer
        If a record has no properties or a value is invalid; the message names the record.
    """
    for number, feature in enumerate(features, start=1):
        properties = feature.get("properties") if isinstance(feature, dict) else None
        if not isinstance(properties, dict):
            raise InvalidGazetteer(f"{path.name}, record {number}: no properties; is this a record of Who's On First?")
        where = f"{path.name}, record {text(properties.get('wof:id')) or number}"
        reason = _reason_to_skip(properties)
        if reason:
            skipped.add(reason, where)
        else:
            yield _place(properties, where)


def _reason_to_skip(properties: Mapping[str, Any]) -> str:
    if properties.get("wof:placetype") not in PLACETYPES:
        return OTHER_TYPES
    ended = any(text(properties.get(key)) not in _UNKNOWN for key in ("edtf:deprecated", "edtf:cessation"))
    if ended or properties.get("wof:superseded_by") or text(properties.get("mz:is_current")) == "0":
        return NOT_CURRENT
    if not clean_name(_main_name(properties)):
        return NO_NAME
    point = _point(properties)
    if point is None:
        return NO_COORDINATES
    try:
        coordinate(*point)
    except ValueError:
        return OUTSIDE
    return ""


def _main_name(properties: Mapping[str, Any]) -> object:
    # The English name where there is one, as in the rest of the gazetteer.
    english = properties.get("name:eng_x_preferred")
    return (english[0] if isinstance(english, list) and english else "") or properties.get("wof:name")


def _point(properties: Mapping[str, Any]) -> tuple[object, object] | None:
    for lat, lon in _POINTS:
        found = properties.get(lat), properties.get(lon)
        # Unknown positions are written as 0, 0.
        if None not in found and any(text(value) not in {"0", "0.0"} for value in found):
            return found
    return None


def _place(properties: Mapping[str, Any], where: str) -> CustomPlace:
    feature_class, feature_code = PLACETYPES[properties["wof:placetype"]]
    concordances = properties.get("wof:concordances")
    place = read_place(
        {
            "name": _main_name(properties),
            "country_code": _country(properties),
            "feature_class": feature_class,
            "feature_code": feature_code,
            "population": next((value for key in _POPULATIONS if (value := _count(properties.get(key)))), None),
            "geonameid": concordances.get("gn:id") if isinstance(concordances, dict) else None,
        },
        where=where,
        point=_point(properties),
        identifier=properties.get("wof:id"),
    )
    place.names = list(_names(properties))
    place.source, place.prefix = WHOS_ON_FIRST, WHOS_ON_FIRST.key
    modified = properties.get("wof:lastmodified")
    if isinstance(modified, int | float) and 0 < modified < 1 << 33:
        place.modified = datetime.fromtimestamp(modified, tz=UTC).date().isoformat()
    return place


def _count(value: object) -> object:
    """Return a population, None where it is text that is no number or below 1."""
    try:
        return value if value is not None and float(str(value)) >= 1 else None
    except ValueError:
        return None


def _country(properties: Mapping[str, Any]) -> str:
    codes = (text(properties.get(key)) for key in ("wof:country", "iso:country"))
    return next((code for code in codes if _COUNTRY.match(code)), "")


def _names(properties: Mapping[str, Any]) -> Iterator[CustomName]:
    """Yield the names of all languages: ``name:eng_x_variant`` is a list of English variants."""
    yield CustomName(clean_name(properties.get("wof:name")))
    for key, values in properties.items():
        if not key.startswith("name:") or not isinstance(values, list):
            continue
        kind = _KINDS.get(key.rpartition("_x_")[2], NameKind.ALTERNATE)
        for value in values:
            if name := clean_name(value):
                yield CustomName(name, kind=kind)
