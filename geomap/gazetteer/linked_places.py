"""Linked Places Format (LPF): GeoJSON features whose names, geometries and types may each have their time.

The format of the World Historical Gazetteer, https://github.com/LinkedPasts/linked-places-format. Its table form, LP-TSV,
is read as a table.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from geomap.errors import InvalidGazetteer
from geomap.gazetteer.own_places import OwnName, OwnPlace, Span, geonameid_in, read_place, text
from geomap.gazetteer.years import year_of

_SAME = frozenset({"closematch", "exactmatch", "sameas", "owl:sameas", "skos:closematch", "skos:exactmatch"})


def is_linked_places(content: Mapping[str, Any]) -> bool:
    """Tell whether a collection of features is Linked Places: by its context, or by features with names."""
    if "linkedplaces" in str(content.get("@context", "")).replace("-", "").lower():
        return True
    return any(isinstance(feature, dict) and isinstance(feature.get("names"), list) for feature in content["features"])


def linked_places(features: list[Any], *, file: str) -> Iterator[OwnPlace | None]:
    """Yield the places of the features, None for one without coordinates.

    A name's own ``when`` counts before the feature's; of several geometries the first is taken.

    Raises
    ------
    InvalidGazetteer
        If a feature is not what the format says; it is named by its number.
    """
    for number, feature in enumerate(features, start=1):
        where = f"{file}, feature {number}"
        if not isinstance(feature, dict):
            raise InvalidGazetteer(f"{where}: this is no feature")
        try:
            yield _place(feature, where)
        except (AttributeError, KeyError, TypeError, IndexError) as error:
            raise InvalidGazetteer(f"{where}: this is not in Linked Places Format: {error!r}") from error
        except InvalidGazetteer:
            raise
        except ValueError as error:
            raise InvalidGazetteer(f"{where}: {error}") from error


def _place(feature: Mapping[str, Any], where: str) -> OwnPlace | None:
    middle = _middle(feature)
    if middle is None:
        return None
    properties = feature.get("properties") or {}
    names = [_name(each) for each in feature.get("names") or []]
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
    place.geonameid = _linked(feature)
    place.spans = _spans(feature.get("when"))
    place.names = names
    return place


def _name(entry: Mapping[str, Any]) -> OwnName:
    return OwnName(" ".join(text(entry["toponym"]).split()), _spans(entry.get("when")))


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
    import shapely
    from shapely.geometry import shape

    geometry = feature.get("geometry")
    if geometry and geometry.get("type") == "GeometryCollection":
        parts = [part for part in geometry.get("geometries") or [] if part.get("coordinates")]
        geometry = parts[0] if parts else None
    if not geometry or not geometry.get("coordinates"):
        return None
    try:
        middle = shape(geometry).representative_point()
    except shapely.errors.ShapelyError as error:
        raise ValueError(f"the geometry cannot be read: {error}") from error
    return None if middle.is_empty else (middle.y, middle.x)
