"""Join the hand-kept tables to the features: regions, aliases, demonyms, abbreviations, stop names."""

from __future__ import annotations

import csv
from dataclasses import dataclass, field
from pathlib import Path

from features import Feature
from handtables import TABLES, Problems, region_tables, rows
from sources import IsoDivision

from geomap.gazetteer._folding import fold
from geomap.gazetteer._model import Candidate, NameKind

_ALIAS_KINDS = {
    "alias": NameKind.ALTERNATE,
    "abbreviation": NameKind.ABBREVIATION,
    "former": NameKind.FORMER,
    "official": NameKind.OFFICIAL,
}


@dataclass
class Forms:
    """Written forms, each with the place_id it stands for (empty for a stop name) and what sort of form it is."""

    demonyms: set[tuple[str, str, str]] = field(default_factory=set)
    abbreviations: set[tuple[str, str, str]] = field(default_factory=set)
    stop_names: set[str] = field(default_factory=set)


class Targets:
    """Finds the feature that a hand-kept row means."""

    def __init__(self, features: list[Feature], paired: dict[str, IsoDivision]) -> None:
        self.by_id = {feature.place.place_id: feature for feature in features}
        self.countries = {
            feature.place.country_code: feature
            for feature in features
            if (feature.place.feature_code or "").startswith("PCL")
        }
        self.divisions = {feature.division: feature for feature in features if feature.division}
        for code, division in paired.items():
            if code in self.divisions:
                self.divisions.setdefault(f"{division.country_code}-{division.iso_code}", self.divisions[code])

    def find(self, kind: str, target: str) -> Feature | None:
        """Return the feature of a country code, division code (GeoNames' or ISO's), geonameid or region's slug."""
        if kind == "country":
            return self.countries.get(target)
        if kind == "admin1":
            return self.divisions.get(target) or self.by_id.get(f"geonames:{target}")
        if kind == "city":
            return self.by_id.get(target) or self.by_id.get(f"geonames:{target}")
        return self.by_id.get(f"geomap:region/{target}")


def region_features(problems: Problems) -> list[Feature]:
    """Return the seas, rivers, deserts, continents and historic regions that are kept by hand."""
    found: dict[str, Feature] = {}
    for table in region_tables():
        _add_regions(table, found, problems)
    return list(found.values())


def _add_regions(table: str, found: dict[str, Feature], problems: Problems) -> None:
    for number, row in rows(table, problems):
        identifier = f"geomap:region/{row['slug']}"
        try:
            lat, lon, people = float(row["lat"]), float(row["lon"]), int(row["population"] or 0)
        except ValueError as error:
            problems.add(table, number, str(error))
            continue
        if identifier in found or not row["slug"]:
            problems.add(table, number, f"the slug {row['slug']!r} is empty or used twice")
        if not (-90 <= lat <= 90 and -180 <= lon <= 180):
            problems.add(table, number, f"latitude {lat}, longitude {lon} are not on the globe")
        countries = [code for code in row["country_codes"].replace(";", "|").split("|") if code]
        others = [name.strip() for name in row["alternate_names"].replace(";", "|").split("|") if name.strip()]
        feature = Feature(
            Candidate(
                row=0,
                place_id=identifier,
                geonameid=None,
                name=row["name"],
                lat=lat,
                lon=lon,
                feature_class=row["feature_class"],
                feature_code=row["feature_code"] or None,
                country_code=countries[0] if len(countries) == 1 else None,
                population=people,
                alternates=len(others),
            )
        )
        feature.add(fold(name) for name in others)
        found[identifier] = feature


def add_aliases(targets: Targets, forms: Forms, problems: Problems) -> None:
    """Give countries their aliases; abbreviations among them also count as written."""
    for number, row in rows("country_aliases", problems):
        feature, kind = targets.find("country", row["country_code"]), _ALIAS_KINDS.get(row["kind"])
        if feature is None or kind is None:
            problems.add("country_aliases", number, f"no country {row['country_code']!r} or no kind {row['kind']!r}")
            continue
        feature.add([fold(row["alias"])], kind)
        if kind is NameKind.ABBREVIATION:
            forms.abbreviations.add((row["alias"], feature.place.place_id, "abbreviation"))


def add_abbreviations(targets: Targets, forms: Forms, problems: Problems) -> None:
    """Give divisions their abbreviations."""
    for number, row in rows("abbreviations", problems):
        feature = targets.find("admin1", row["target"])
        if feature is None:
            problems.add("abbreviations", number, f"no division {row['target']!r} ({row['name']})")
            continue
        feature.add([fold(row["abbreviation"])], NameKind.ABBREVIATION)
        forms.abbreviations.add((row["abbreviation"], feature.place.place_id, row["kind"]))


def add_demonyms(targets: Targets, forms: Forms, problems: Problems) -> None:
    """Give features the words for their people; those of regions wait until ``regions.csv`` exists."""
    without_regions = not (TABLES / "regions.csv").exists()
    for number, row in rows("demonyms", problems):
        if row["target_kind"] not in {"country", "admin1", "city", "region"}:
            problems.add("demonyms", number, f"no target_kind {row['target_kind']!r}")
            continue
        feature = targets.find(row["target_kind"], row["target"])
        if feature is not None:
            feature.add([fold(row["demonym"])], NameKind.DEMONYM)
            forms.demonyms.add((row["demonym"], feature.place.place_id, row["form"]))
        elif not (without_regions and row["target_kind"] == "region"):
            problems.add("demonyms", number, f"no {row['target_kind']} {row['target']!r} ({row['demonym']})")


def take_stop_names(targets: Targets, forms: Forms, problems: Problems) -> None:
    """Take misleading alternates from their place, and collect the forms that are never a name."""
    for number, row in rows("stop_names", problems):
        if not row["geonameid"]:
            forms.stop_names.add(row["name"])
            continue
        feature = targets.by_id.get(f"geonames:{row['geonameid']}") or targets.by_id.get(row["geonameid"])
        if feature is None:
            problems.add("stop_names", number, f"no place {row['geonameid']!r} ({row['name']})")
            continue
        feature.names.pop((fold(row["name"]), NameKind.ALTERNATE), None)


def add_bare_counties(features: list[Feature]) -> None:
    """Let an American county be called without "County", as local papers do ("Clarke and Oconee counties")."""
    for feature in features:
        if feature.place.country_code == "US" and feature.place.feature_code == "ADM2":
            bare = fold(feature.place.name.removesuffix(" County").removesuffix(" Parish"))
            feature.add({bare})


def add_division_names(targets: Targets, problems: Problems) -> None:
    """Give divisions the further names of ``division_names.csv`` beside this file."""
    with (Path(__file__).parent / "division_names.csv").open(encoding="utf-8", newline="") as file:
        for number, row in enumerate(csv.DictReader(file), start=2):
            feature = targets.divisions.get(row["code"])
            if feature is None:
                problems.add("../recipes/gazetteer/division_names", number, f"no division {row['code']!r}")
            else:
                feature.add(fold(name) for name in row["names"].split("|"))
