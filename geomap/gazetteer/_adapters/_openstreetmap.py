"""OpenStreetMap: the places of an extract (``.osm.pbf``, ``.osm.bz2``, ``.osm``), by the package osmium.

Nodes and ways with a name that are a ``place`` (https://wiki.openstreetmap.org/wiki/Key:place, 2024), mountains and
waters. A relation's outline is not put together: of a boundary its node with the role ``label`` or ``admin_centre``
counts, which is a place of its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from geomap._optional import optional
from geomap.errors import InvalidGazetteer
from geomap.gazetteer._adapters._publishers import OPENSTREETMAP
from geomap.gazetteer._adapters._records import CustomName, CustomPlace, clean_name, read_place
from geomap.gazetteer._adapters._skipping import NO_COORDINATES, NO_NAME, Skipped
from geomap.gazetteer._model import NameKind

ENDINGS = (".osm.pbf", ".osm.bz2", ".osm.gz", ".osm", ".pbf")
_PLACES: Mapping[str, tuple[str, str]] = {
    "country": ("A", "PCLI"),
    "state": ("A", "ADM1"),
    "province": ("A", "ADM1"),
    "region": ("L", "RGN"),
    "district": ("A", "ADM2"),
    "county": ("A", "ADM2"),
    "municipality": ("A", "ADM3"),
    **dict.fromkeys(("city", "town", "village", "hamlet"), ("P", "PPL")),
    **dict.fromkeys(("isolated_dwelling", "farm", "allotments"), ("P", "PPLF")),
    **dict.fromkeys(("borough", "suburb", "quarter", "neighbourhood"), ("P", "PPLX")),
    **dict.fromkeys(("island", "islet"), ("T", "ISL")),
    "archipelago": ("T", "ISLS"),
    "locality": ("L", "LCTY"),
    "sea": ("H", "SEA"),
    "ocean": ("H", "OCN"),
}
_NATURAL: Mapping[str, tuple[str, str]] = {
    **dict.fromkeys(("peak", "volcano"), ("T", "MT")),
    "mountain_range": ("T", "MTS"),
    "bay": ("H", "BAY"),
    "strait": ("H", "STRT"),
    "cape": ("T", "CAPE"),
    "spring": ("H", "SPNG"),
}
_NAMES: Mapping[str, NameKind] = {
    "name": NameKind.ALTERNATE,
    "int_name": NameKind.ALTERNATE,
    "alt_name": NameKind.ALTERNATE,
    "loc_name": NameKind.ALTERNATE,
    "short_name": NameKind.ALTERNATE,
    "official_name": NameKind.OFFICIAL,
    "old_name": NameKind.FORMER,
}
_LANGUAGE_AT_MOST = 12


def openstreetmap_places(path: Path, skipped: Skipped) -> Iterator[CustomPlace]:
    """Yield the places of an extract.

    Raises
    ------
    MissingDependency
        If the package osmium is not installed.
    InvalidGazetteer
        If the file is damaged or not OpenStreetMap's.
    """
    osmium = optional("osmium", needed_by="reading OpenStreetMap extracts", extra="osm")
    keys = osmium.filter.KeyFilter("place", "natural")
    try:
        for found in osmium.FileProcessor(str(path)).with_locations().with_filter(keys):
            kind = _kind(found.tags)
            if kind is None or not (found.is_node() or found.is_way()):
                continue
            where = f"{path.name}, {found.type_str()}{found.id}"
            place = _place(found, kind, where, skipped)
            if place is not None:
                yield place
    except (RuntimeError, OSError) as error:
        raise InvalidGazetteer(f"cannot read {path.name} as an extract of OpenStreetMap: {error}") from error


def _kind(tags: Any) -> tuple[str, str] | None:
    return _PLACES.get(tags.get("place", "")) or _NATURAL.get(tags.get("natural", ""))


def _place(found: Any, kind: tuple[str, str], where: str, skipped: Skipped) -> CustomPlace | None:
    tags = {tag.k: tag.v for tag in found.tags}
    name = clean_name(tags.get("name:en") or tags.get("int_name") or tags.get("name"))
    point = _point(found)
    if not name or point is None:
        skipped.add(NO_COORDINATES if name else NO_NAME, where)
        return None
    feature_class, feature_code = kind
    population = tags.get("population", "").replace(" ", "")
    place = read_place(
        {
            "name": name,
            "country_code": tags.get("is_in:country_code") or tags.get("country_code_iso3166_1_alpha_2") or "",
            "feature_class": feature_class,
            "feature_code": "PPLC" if tags.get("capital") == "yes" and feature_class == "P" else feature_code,
            # Written by hand: "about 500", "1200;1300".
            "population": population if population.isdecimal() and len(population) < 11 else "",
        },
        where=where,
        point=point,
        identifier=f"{found.type_str()}{found.id}",
    )
    place.names = list(_names(tags))
    place.source, place.prefix = OPENSTREETMAP, OPENSTREETMAP.key
    if found.timestamp.year > 2000:  # extracts without metadata have none
        place.modified = found.timestamp.date().isoformat()
    return place


def _point(found: Any) -> tuple[float, float] | None:
    if found.is_node():
        return (found.lat, found.lon) if found.location.valid() else None
    # Whole outlines need a second pass over the file; the middle of a way's corners is near enough for a name.
    corners = [(node.lat, node.lon) for node in found.nodes if node.location.valid()]
    if not corners:
        return None
    return sum(lat for lat, _ in corners) / len(corners), sum(lon for _, lon in corners) / len(corners)


def _names(tags: Mapping[str, str]) -> Iterator[CustomName]:
    for key, value in tags.items():
        base, _, language = key.partition(":")
        kind = _NAMES.get(base)
        if kind is not None and len(language) < _LANGUAGE_AT_MOST:
            yield from (CustomName(name, kind=kind) for part in value.split(";") if (name := clean_name(part)))
