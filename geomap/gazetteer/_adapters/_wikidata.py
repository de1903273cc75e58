"""Wikidata: the answer to a query, as the query service offers it for download: CSV, TSV, JSON (both kinds).

After https://www.mediawiki.org/wiki/Wikidata_Query_Service/User_Manual (2024). A query names its columns freely; those
read are ``item`` (or ``place``) with the entity, ``itemLabel``, ``coord`` (or ``coordinate``, ``location``) with the
value of P625, and where there are any ``itemAltLabel``, ``population`` (P1082), ``geonameid`` (or ``geonames``, P1566)
and ``countryCode`` (P297).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from geomap._csv import column_key
from geomap.errors import InvalidGazetteer
from geomap.gazetteer._adapters._publishers import WIKIDATA
from geomap.gazetteer._adapters._records import CustomPlace, read_place, text
from geomap.gazetteer._adapters._skipping import NO_COORDINATES, NO_NAME, Skipped

_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "item": ("item", "place"),
    "name": ("itemlabel", "placelabel"),
    "point": ("coord", "coords", "coordinate", "coordinates", "location"),
    "names": ("itemaltlabel", "placealtlabel", "altlabels", "altlabel"),
    "population": ("population",),
    "geonameid": ("geonameid", "geonames", "geonamesid"),
    "country_code": ("countrycode", "iso"),
}
_ENTITY = re.compile(r"Q\d+\Z")
# Of another globe than the Earth the point is written behind that globe's entity.
_POINT = re.compile(r"\s*(?:<\S+>\s*)?Point\(\s*(\S+)\s+(\S+)\s*\)\s*\Z", re.IGNORECASE)
_ON_ANOTHER_GLOBE = "lie on another globe"
_REPEATED = "come more than once, such as for several points or populations"


def is_wikidata(rows: Sequence[Any]) -> bool:
    """Return whether rows are the answer to a query for places: by their columns."""
    first = rows[0] if rows and isinstance(rows[0], dict) else {}
    columns = _columns(first)
    return {"item", "name", "point"} <= columns.keys()


def binding_places(bindings: Iterable[Any], path: Path, skipped: Skipped) -> Iterator[CustomPlace]:
    """Yield the places of an answer in the JSON of SPARQL, where each value is an object.

    Raises
    ------
    InvalidGazetteer
        If it has no columns for the entity, its label and its point, or a row is invalid.
    """

    def plain(binding: Any) -> dict[str, str]:
        if not isinstance(binding, dict):
            raise InvalidGazetteer(f"{path.name}: not the answer to a SPARQL query")
        return {key: value.get("value", "") if isinstance(value, dict) else "" for key, value in binding.items()}

    return wikidata_places(map(plain, bindings), path, skipped)


def wikidata_places(rows: Iterable[Mapping[str, Any]], path: Path, skipped: Skipped) -> Iterator[CustomPlace]:
    """Yield the places of an answer, of rows with the same entity the first.

    Raises
    ------
    InvalidGazetteer
        If it has no columns for the entity, its label and its point, or a row is invalid; the message names the row.
    """
    seen: set[int] = set()
    for number, row in enumerate(rows, start=1):
        where = f"{path.name}, row {number}"
        columns = _columns(row)
        record = {role: text(row[column]) for role, column in columns.items()}
        entity = record.get("item", "").rpartition("/")[2].rstrip(">")
        if not _ENTITY.match(entity):
            raise InvalidGazetteer(f"{where}: {record.get('item', '')!r} is not an entity of Wikidata such as Q1")
        reason = _reason_to_skip(record, entity, int(entity[1:]) in seen)
        if reason:
            skipped.add(reason, where)
            continue
        seen.add(int(entity[1:]))
        yield _place(record, entity, where)


def _columns(row: Mapping[str, Any]) -> dict[str, str]:
    by_key = {column_key(str(column)): str(column) for column in row}
    return {role: by_key[key] for role, keys in _COLUMNS.items() for key in reversed(keys) if key in by_key}


def _reason_to_skip(record: Mapping[str, str], entity: str, repeated: bool) -> str:
    point = record.get("point", "")
    if "<" in point and "Q2>" not in point:
        return _ON_ANOTHER_GLOBE
    if not _POINT.match(point):
        return NO_COORDINATES
    # Without a label in the language asked for, the service gives the entity.
    return NO_NAME if record.get("name", "") in {"", entity} else _REPEATED if repeated else ""


def _place(record: Mapping[str, str], entity: str, where: str) -> CustomPlace:
    found = _POINT.match(record["point"])
    assert found is not None
    values = {key: record.get(key, "") for key in ("name", "population", "geonameid", "country_code")}
    values["names"] = "|".join(record.get("names", "").split(", "))
    place = read_place(values, where=where, point=(found[2], found[1]), identifier=entity)
    place.source, place.prefix = WIKIDATA, WIKIDATA.key
    return place
