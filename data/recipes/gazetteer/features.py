"""Features built from the sources: cities, countries, divisions of two orders, airports."""

from __future__ import annotations

import csv
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from pathlib import Path

import names
import sources
from fetch import npm
from handtables import points
from topology import area_points

from geomap.gazetteer._folding import fold
from geomap.gazetteer._model import Candidate, NameKind

# Codes of political entities that are certain; every other entity of ISO 3166 that is not a United Nations member or
# observer carries the general code PCL.
# fmt: off
_DEPENDENT = frozenset({
    "AI", "AS", "AW", "BL", "BM", "BQ", "CC", "CK", "CW", "CX", "FK", "FO", "GF", "GG", "GI", "GL", "GP", "GU",
    "IM", "JE", "KY", "MF", "MP", "MQ", "MS", "NC", "NF", "NU", "PF", "PM", "PN", "PR", "RE", "SH", "SJ", "SX",
    "TC", "TK", "VG", "VI", "WF", "YT",
})
# fmt: on
_GENERAL = frozenset(("AQ", "AX", "BV", "EH", "GS", "HM", "IO", "PS", "TF", "UM"))
_SEMI_INDEPENDENT = frozenset({"HK", "MO"})
# Since iso3166-2-db was written, GeoNames' codes of these countries' divisions have changed hands.
_RENUMBERED = frozenset({"TW", "VN"})
# Countries whose first-order divisions are few: a town anywhere in them counts for what a name means.
_ONE_REGION = frozenset({"GB", "IE"})
_GONE = frozenset({"AN", "CS", "YU"})
Point = tuple[float, float]


@dataclass
class Feature:
    """One gazetteer entry on its way into the resource: the place, without a row yet, and its names."""

    place: Candidate
    division: str | None = None
    names: dict[tuple[str, NameKind], None] = field(default_factory=dict)
    # Further points of a long or large feature, (latitude, longitude) in degrees.
    points: list[Point] = field(default_factory=list)
    # Folded names that a table gives by hand to a feature of another source, which no rule takes away again.
    by_hand: set[str] = field(default_factory=set)

    def add(self, folded: Iterable[str], kind: NameKind = NameKind.ALTERNATE) -> None:
        """Give the feature further folded names; its main name is never repeated."""
        main = fold(self.place.name)
        self.names.update({(each, kind): None for each in folded if each and each != main})


def city_features(cities: Iterable[sources.City]) -> list[Feature]:
    """Return the populated places."""
    found = []
    for city in cities:
        feature = Feature(city.place)
        feature.add(names.alternates(city.place.name, city.names))
        found.append(feature)
    return found


def country_features(iso_names: dict[str, dict[str, str]], cities: Iterable[sources.City]) -> list[Feature]:
    """Return the countries, at GeoNames' points where they are known and inside their outlines elsewhere."""
    known, outlines = points("country_points"), area_points(npm("world-atlas") / "countries-10m.json", "countries")
    middles = _middles((city.place.country_code or "", city) for city in cities)
    found = []
    for code, country in sources.countries().items():
        point = known.get(code) or outlines.get(f"{int(country['isonumeric']):03}") or middles.get(code)
        if code in _GONE or point is None:
            continue
        names_of = iso_names.get(code, {})
        identifier = int(country["geonameid"])
        place = Candidate(
            row=0,
            place_id=f"geonames:{identifier}",
            geonameid=identifier,
            name=country["name"],
            lat=point[0],
            lon=point[1],
            feature_class="A",
            feature_code=_country_feature_code(code),
            country_code=code,
            population=int(country["population"] or 0),
            alternates=len(set(names_of.values())),
        )
        feature = Feature(place)
        feature.add(names.alternates(country["name"], names_of.values()))
        found.append(feature)
    return found


def _country_feature_code(code: str) -> str:
    if code in _DEPENDENT:
        return "PCLD"
    if code in _SEMI_INDEPENDENT:
        return "PCLS"
    return "PCL" if code in _GENERAL else "PCLI"


def match_divisions(divisions: dict[str, str], iso: Iterable[sources.IsoDivision]) -> dict[str, sources.IsoDivision]:
    """Pair GeoNames' first-order codes with the ISO divisions that know the geonameid.

    The code that iso3166-2-db gives is believed unless another division of the country bears the ISO name, or the
    country's codes have been given to other divisions since; what is left is paired by equal names or
    by hand.
    """
    by_country: dict[str, dict[str, str]] = defaultdict(dict)
    for code, name in divisions.items():
        country = code.partition(".")[0]
        for form in [*names.division_names(country, name, [name]), fold(name)]:
            by_country[country].setdefault(form, code)
    paired: dict[str, sources.IsoDivision] = {}
    left = []
    for division in iso:
        code = f"{division.country_code}.{division.admin1_code}"
        named = _by_name(division, by_country[division.country_code])
        fits = named == code or (
            division.country_code not in _RENUMBERED and (named is None or _alike(divisions.get(code, ""), division))
        )
        if code in divisions and code not in paired and fits:
            paired[code] = division
        else:
            left.append((named, division))
    by_hand = {geonameid: code for code, geonameid in _numbers("division_pairs", "geonameid").items()}
    for named, division in left:
        code = by_hand.get(division.geonameid) or named or ""
        if code in divisions and code not in paired:
            paired[code] = division
    return paired


def _by_name(division: sources.IsoDivision, known: dict[str, str]) -> str | None:
    for name in division.names.values():
        if names.usable(name):
            for form in [fold(name), *names.division_names(division.country_code, name, [name])]:
                if form in known:
                    return known[form]
    return None


def _alike(name: str, division: sources.IsoDivision) -> bool:
    own = fold(names.base(division.country_code, name))
    return any(
        SequenceMatcher(None, own, fold(names.base(division.country_code, other))).ratio() > 0.75
        for other in division.names.values()
    )


def first_order_features(
    divisions: dict[str, str], paired: dict[str, sources.IsoDivision], cities: list[sources.City]
) -> list[Feature]:
    """Return the first-order divisions that have a point."""
    known, census = points("admin1_points"), _numbers("admin1_population", "population")
    identifiers = sources.division_ids()
    middles = _box_middles((f"{city.place.country_code}.{city.place.admin1_code}", city) for city in cities)
    people = _people((f"{city.place.country_code}.{city.place.admin1_code}", city) for city in cities)
    found = []
    for code, name in divisions.items():
        point = known.get(code) or middles.get(code)
        if point is None:
            continue
        country, _, admin1 = code.partition(".")
        iso = paired.get(code)
        others = list(iso.names.values()) if iso else []
        identifier = identifiers[code]
        place = Candidate(
            row=0,
            place_id=f"geonames:{identifier}",
            geonameid=identifier,
            name=name,
            lat=point[0],
            lon=point[1],
            feature_class="A",
            feature_code="ADM1",
            country_code=country,
            admin1_code=admin1,
            population=census.get(code, people[code]),
            alternates=len(set(others)),
        )
        feature = Feature(place, division=code)
        feature.add(names.division_names(country, name, others))
        found.append(feature)
    return found


def second_order_features(divisions: dict[str, str], cities: list[sources.City]) -> list[Feature]:
    """Return the second-order divisions that have a point: of their county's outline, or of their cities."""
    outlines, fips = area_points(npm("us-atlas") / "counties-10m.json", "counties"), sources.counties()
    middles = _middles((_second_order(city), city) for city in cities)
    identifiers, others = sources.division_ids(), sources.division_aliases()
    people = _people((_second_order(city), city) for city in cities)
    towns = {_named(city.place.country_code, city.place.admin1_code, fold(city.place.name)) for city in cities}
    found = []
    for code, name in divisions.items():
        country, admin1, admin2 = code.split(".", 2)
        point = (outlines.get(fips.get((admin1, admin2), "")) if country == "US" else None) or middles.get(code)
        if point is None:
            continue
        aliases = others.get(code, [])
        place = Candidate(
            row=0,
            place_id=f"geonames:{identifiers[code]}",
            geonameid=identifiers[code],
            name=name,
            lat=point[0],
            lon=point[1],
            feature_class="A",
            feature_code="ADM2",
            country_code=country,
            admin1_code=admin1,
            admin2_code=admin2,
            population=people[code],
        )
        feature = Feature(place, division=code)
        feature.add(names.county_names(country, name))
        further = {*names.alternates(name, aliases), *names.bare_names(country, name, aliases)}
        # What a town of the same region is called means the town; the division of that name would only compete with it.
        feature.add(sorted(each for each in further if _named(country, admin1, each) not in towns))
        found.append(feature)
    return found


def _named(country_code: str | None, admin1_code: str | None, folded: str) -> tuple[str | None, str | None, str]:
    return country_code, None if country_code in _ONE_REGION else admin1_code, folded


def airport_features(divisions: dict[str, str]) -> list[Feature]:
    """Return the airports that have an IATA code, as S/AIRP."""
    codes = {(code.partition(".")[0], fold(name)): code.partition(".")[2] for code, name in divisions.items()}
    called = _airport_calls()
    found = []
    for row in sources.airports():
        name = row["name"]
        admin1 = codes.get((row["country"], fold(row["subd"])))
        place = Candidate(
            row=0,
            place_id=f"geomap:airport/{row['iata']}",
            geonameid=None,
            name=name,
            lat=round(float(row["lat"]), 5),
            lon=round(float(row["lon"]), 5),
            feature_class="S",
            feature_code="AIRP",
            country_code=row["country"],
            admin1_code=admin1,
        )
        feature = Feature(place)
        feature.add(names.airport_names(name, row["city"]))
        feature.add(fold(each) for each in called.pop(row["iata"], ()))
        feature.add((fold(code) for code in (row["iata"], row["icao"]) if code), NameKind.CODE)
        found.append(feature)
    if called:
        raise SystemExit(f"airport_names.csv names airports that airportsdata lacks: {', '.join(called)}")
    return found


def _airport_calls() -> dict[str, list[str]]:
    with (Path(__file__).parent / "airport_names.csv").open(encoding="utf-8", newline="") as file:
        return {row["iata"]: row["names"].split("|") for row in csv.DictReader(file)}


def _numbers(table: str, column: str) -> dict[str, int]:
    """Return a column of numbers by code, from a table beside this file."""
    with (Path(__file__).parent / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        return {row["code"]: int(row[column]) for row in csv.DictReader(file)}


def _second_order(city: sources.City) -> str:
    return f"{city.place.country_code}.{city.place.admin1_code}.{city.place.admin2_code}"


def _people(members: Iterable[tuple[str, sources.City]]) -> Counter[str]:
    """Return the inhabitants of each area's cities; sections of cities are not counted a second time."""
    found: Counter[str] = Counter()
    for key, city in members:
        if city.place.feature_code != "PPLX":
            found[key] += city.place.population
    return found


def _middles(members: Iterable[tuple[str, sources.City]]) -> dict[str, Point]:
    """Return the mean (latitude, longitude) of each area's cities, weighted by population.

    Longitudes are taken relative to the area's first city, so that areas across the antimeridian stay together.
    """
    sums: dict[str, list[float]] = {}
    for key, city in members:
        total = sums.setdefault(key, [0.0, 0.0, 0.0, city.place.lon])
        weight = float(max(city.place.population, 1))
        total[0] += weight
        total[1] += weight * city.place.lat
        total[2] += weight * ((city.place.lon - total[3] + 180) % 360 - 180)
    return {
        key: (round(lat / weight, 4), round((lon / weight + first + 180) % 360 - 180, 4))
        for key, (weight, lat, lon, first) in sums.items()
    }


def _box_middles(members: Iterable[tuple[str, sources.City]]) -> dict[str, Point]:
    """Return the middle (latitude, longitude) of the box around each area's cities.

    Of GeoNames' points for first-order divisions it lies nearer than means of the cities do, weighted or not: 38 km
    off in the median over American, Canadian, Australian and British divisions, against 75 and 51 km.
    """
    boxes: dict[str, list[float]] = {}
    for key, city in members:
        box = boxes.setdefault(key, [city.place.lat, city.place.lat, 0.0, 0.0, city.place.lon])
        # Relative to the first city, so that areas across the antimeridian stay together.
        east = (city.place.lon - box[4] + 180) % 360 - 180
        box[:4] = min(box[0], city.place.lat), max(box[1], city.place.lat), min(box[2], east), max(box[3], east)
    return {
        key: (round((south + north) / 2, 4), round((first + (west + east) / 2 + 180) % 360 - 180, 4))
        for key, (south, north, west, east, first) in boxes.items()
    }
