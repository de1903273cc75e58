"""Linked Places Format: the World Historical Gazetteer's GeoJSON of places with dated names.

Version 1.2 of the format (https://github.com/LinkedPasts/linked-places-format). Pleiades' own dump, a list of places under
``@graph`` (https://pleiades.stoa.org/downloads, its JSON of 2024), is read as well.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from geomap.errors import InvalidGazetteer
from geomap.gazetteer._adapters._dates import Span, span_of, year_of
from geomap.gazetteer._adapters._geojson import middle_of
from geomap.gazetteer._adapters._publishers import PLEIADES
from geomap.gazetteer._adapters._records import CustomName, CustomPlace, clean_name, geonameid_in, read_place, text
from geomap.gazetteer._adapters._skipping import NO_COORDINATES, Skipped

_SAME = frozenset({"closematch", "exactmatch", "sameas", "owl:sameas", "skos:closematch", "skos:exactmatch"})


def is_linked_places(head: Mapping[str, Any], features: Iterable[Any]) -> bool:
    """Return whether features are Linked Places: by the context of their collection, or by one with ``names``."""
    if "linkedplaces" in str(head.get("@context", "")).replace("-", "").lower():
        return True
    return any(isinstance(feature, dict) and isinstance(feature.get("names"), list) for feature in features)


def linked_places(features: Iterable[Any], path: Path, skipped: Skipped) -> Iterator[CustomPlace]:
    """Yield the places of the features.

    A name's own ``when`` counts before the feature's; of several geometries the first is taken.

    Raises
    ------
    InvalidGazetteer
        If a feature is not in that format; the message names it by number.
    """
    yield from _each(features, _place, "Linked Places Format", path, skipped)


def pleiades_places(places: Iterable[Any], path: Path, skipped: Skipped) -> Iterator[CustomPlace]:
    """Yield the places of Pleiades' own dump; where it knows no point, there is none.

    Raises
    ------
    InvalidGazetteer
        If an item is not a place of Pleiades; the message names it by number.
    """
    yield from _each(places, _pleiades_place, "the format of Pleiades", path, skipped)


def _each(
    features: Iterable[Any],
    read: Callable[[Mapping[str, Any], str], CustomPlace | None],
    form: str,
    path: Path,
    skipped: Skipped,
) -> Iterator[CustomPlace]:
    for number, feature in enumerate(features, start=1):
        where = f"{path.name}, feature {number}"
        if not isinstance(feature, dict):
            raise InvalidGazetteer(f"{where}: not a feature")
        try:
            place = read(feature, where)
        except (AttributeError, KeyError, TypeError, IndexError) as error:
            raise InvalidGazetteer(f"{where}: not in {form}: {error!r}") from error
        except InvalidGazetteer:
            raise
        except ValueError as error:
            raise InvalidGazetteer(f"{where}: {error}") from error
        if place is None:
            skipped.add(NO_COORDINATES, where)
        else:
            yield place


def _pleiades_place(entry: Mapping[str, Any], where: str) -> CustomPlace | None:
    point = entry.get("reprPoint")
    if not point:
        return None
    title = entry["title"]
    place = read_place(
        {"name": title}, where=where, point=(point[1], point[0]), identifier=entry.get("id") or entry.get("uri")
    )
    # "Athenae/Athens" has two names.
    place.names = [CustomName(part) for part in map(clean_name, title.split("/")) if part and part != place.place.name]
    place.names += [name for each in entry.get("names") or [] for name in _pleiades_names(each)]
    place.source, place.prefix = PLEIADES, PLEIADES.key
    return place


def _pleiades_names(entry: Mapping[str, Any]) -> Iterator[CustomName]:
    try:
        span = span_of(entry.get("start"), entry.get("end"))
    except ValueError:
        span = None
    # Several romanizations stand in one field.
    forms = [*text(entry.get("romanized")).split(","), text(entry.get("attested"))]
    for form in dict.fromkeys(map(clean_name, forms)):
        if form:
            yield CustomName(form, [span] if span else [])


def _place(feature: Mapping[str, Any], where: str) -> CustomPlace | None:
    middle = _middle(feature)
    if middle is None:
        return None
    properties = feature.get("properties") or {}
    names = [_linked_name(each) for each in feature.get("names") or []]
    title = text(properties.get("title")) or next((name.name for name in names), "")
    place = read_place(
        {
            "name": title,
            "country_code": properties.get("ccodes"),
            "feature_class": "".join((properties.get("fclasses") or feature.get("fclasses") or ["P"])[:1]),
            "population": properties.get("population"),
        },
        where=where,
        point=middle,
        identifier=feature.get("@id") or feature.get("id") or properties.get("id"),
    )
    place.place = place.place._replace(geonameid=_linked(feature))
    place.spans = _spans(feature.get("when"))
    place.names = names
    return place


def _linked_name(entry: Mapping[str, Any]) -> CustomName:
    return CustomName(clean_name(entry["toponym"]), _spans(entry.get("when")))


def _linked(feature: Mapping[str, Any]) -> int | None:
    for link in feature.get("links") or []:
        if text(link.get("type")).lower() in _SAME and (found := geonameid_in(text(link.get("identifier")))):
            return found
    return None


def _spans(when: Mapping[str, Any] | None) -> list[Span]:
    spans = (when or {}).get("timespans") or []
    if isinstance(spans, dict):
        spans = [spans]
    found = [(_year(span.get("start"), "earliest"), _year(span.get("end"), "latest")) for span in spans]
    return [span for span in found if span != (None, None)]


def _year(moment: Mapping[str, Any] | str | None, outer: str) -> int | None:
    """Return the year of a start or an end; of an uncertain one, its outermost, so that nothing valid is left out."""
    if not isinstance(moment, dict):
        return year_of(moment)
    inner = "latest" if outer == "earliest" else "earliest"
    given = (moment.get(key) for key in (outer, "in", inner))
    return next((year for value in given if (year := year_of(value)) is not None), None)


def _middle(feature: Mapping[str, Any]) -> tuple[float, float] | None:
    geometry = feature.get("geometry")
    if geometry and geometry.get("type") == "GeometryCollection":
        parts = [part for part in geometry.get("geometries") or [] if part.get("coordinates")]
        geometry = parts[0] if parts else None
    return middle_of(geometry) if geometry and geometry.get("coordinates") else None
