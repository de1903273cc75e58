"""Features of two hand-kept tables: quarters of large cities, and bodies of states."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

import natural
import shapely
from features import Feature
from handtables import Problems, Row, rows
from shapely.geometry.base import BaseGeometry

from geomap.gazetteer._folding import fold
from geomap.gazetteer._model import Candidate, NameKind
from geomap.geometry import distance_km
from geomap.outlines import shapes

# A quarter that GeoNames has lies within this of the hand-kept point, in kilometers; one of another city does not.
_SAME_QUARTER, _OF_CITY = 12.0, 40.0
_BODY_CLASS, _BODY_CODE = "X", "BODY"


def add_quarters(features: list[Feature], problems: Problems) -> list[Feature]:
    """Return the quarters that GeoNames lacks; those that it has, under any name, get the names of the table."""
    towns: dict[str, list[Feature]] = defaultdict(list)
    for feature in features:
        if feature.place.feature_class == "P":
            for name in {fold(feature.place.name), *(folded for folded, _ in feature.names)}:
                towns[name].append(feature)
    found: dict[str, Feature] = {}
    for number, row in rows("quarters", problems):
        city = _city(row, towns)
        if city is None:
            problems.add("quarters", number, f"no city {row['city']!r} in {row['country_codes']!r}")
            continue
        point = float(row["lat"]), float(row["lon"])
        away = float(distance_km(*point, city.place.lat, city.place.lon))
        if away > _OF_CITY:
            problems.add("quarters", number, f"{row['name']} lies {away:.0f} km from {row['city']}")
        others = [fold(name) for name in row["alternate_names"].split("|")]
        known = _known(row, point, towns)
        if known is not None:
            known.add([fold(row["name"]), *others])
            known.by_hand.update([fold(row["name"]), *others])
            continue
        feature = _quarter(row, city, point)
        feature.add(others)
        if feature.place.place_id in found:
            problems.add("quarters", number, f"{row['city']} has {row['name']} twice")
        found[feature.place.place_id] = feature
    return list(found.values())


def _city(row: Row, towns: dict[str, list[Feature]]) -> Feature | None:
    codes = row["country_codes"].split("|")
    named = [each for each in towns.get(fold(row["city"]), ()) if each.place.country_code in codes]
    return max(named, key=lambda each: each.place.population, default=None)


def _known(row: Row, point: natural.Point, towns: dict[str, list[Feature]]) -> Feature | None:
    """Return the feature that a quarter already is; never the city itself."""
    for name in [row["name"], *row["alternate_names"].split("|")]:
        for each in towns.get(fold(name), ()):
            away = float(distance_km(*point, each.place.lat, each.place.lon))
            if away <= _SAME_QUARTER and fold(each.place.name) != fold(row["city"]):
                return each
    return None


def _quarter(row: Row, city: Feature, point: natural.Point) -> Feature:
    codes = row["country_codes"].split("|")
    slug = fold(f"{row['city']} {row['name']}").replace(" ", "-")
    return Feature(
        Candidate(
            row=0,
            place_id=f"geomap:quarter/{codes[0].lower()}-{slug}",
            geonameid=None,
            name=row["name"],
            lat=point[0],
            lon=point[1],
            feature_class="P",
            feature_code="PPLX",
            # What several states claim belongs to none here, as with regions.
            country_code=codes[0] if len(codes) == 1 else None,
            admin1_code=city.place.admin1_code if len(codes) == 1 else None,
            admin2_code=city.place.admin2_code if len(codes) == 1 else None,
            alternates=len([name for name in row["alternate_names"].split("|") if name]),
        )
    )


def body_features(problems: Problems) -> list[Feature]:
    """Return the bodies of states (the European Union, NATO), at their seat; their members' land gives further points."""
    outlines = dict(zip(shapes("country")["country_code"], shapes("country").geometry, strict=True))
    found = []
    for number, row in rows("bodies", problems):
        point = float(row["lat"]), float(row["lon"])
        others = [name for name in row["alternate_names"].split("|") if name]
        members = [code for code in row["members"].split("|") if code]
        for code in members:
            if code not in outlines:
                problems.add("bodies", number, f"no outline of {code!r}")
        feature = Feature(
            Candidate(
                row=0,
                place_id=f"geomap:body/{row['slug']}",
                geonameid=None,
                name=row["name"],
                lat=point[0],
                lon=point[1],
                feature_class=_BODY_CLASS,
                feature_code=_BODY_CODE,
                population=int(row["population"] or 0),
                alternates=len(others),
            )
        )
        feature.add(fold(name) for name in others)
        feature.add((fold(name) for name in row["abbreviations"].split("|")), NameKind.ABBREVIATION)
        feature.points = natural.spread(_largest(outlines[code] for code in members if code in outlines), own=point)
        found.append(feature)
    return found


def _largest(outlines: Iterable[BaseGeometry]) -> list[BaseGeometry]:
    """Return the largest part of each outline: overseas land would put points on other continents."""
    return [max(shapely.get_parts(outline), key=lambda part: part.area) for outline in outlines]
