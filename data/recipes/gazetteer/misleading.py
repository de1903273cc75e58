"""Alternate names of towns that everybody takes for another place: found by rule and dropped.

GeoNames keeps what a town was called once, or is called in a register: Jerusalem for El Rio in California, Harlem for
Oak Park. Where the name is the main name of a much better known place elsewhere, or an abbreviation that stands for a state,
a reader means that place, and the town would only stand in its way. ``build.py --report FILE`` lists what is dropped.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterable
from difflib import SequenceMatcher
from pathlib import Path
from typing import NamedTuple

from features import Feature

from geomap.gazetteer._folding import fold
from geomap.gazetteer._model import Candidate, NameKind
from geomap.geometry import distance_km

# A place is well known from this many inhabitants on, and much better known than a town with a tenth of them.
_KNOWN_CITY, _KNOWN_DIVISION, _TIMES = 100_000, 500_000, 10
# Of the regions kept by hand, whose inhabitants are mostly not counted, it is better known than towns up to this size.
_SMALLER_THAN_REGIONS = 200_000
# Places nearer than this, in kilometers, may well share a name.
_ELSEWHERE = 200.0
# Names at least this much alike are spellings of one: Makó is Macau in no language, but Kiev is Kyiv.
_ALIKE = 0.55
# Villages leave the saint out of the name or put him in; what is called San Juan locally may be San Juan in a paper.
_SAINTS = frozenset(("san", "santa", "santo", "sant", "sao", "saint", "sainte", "santiago", "villa"))
_LONGEST_ABBREVIATION = 5


class Dropped(NamedTuple):
    """An alternate that a place lost, and to which better known place, or to which abbreviation."""

    name: str
    place_id: str
    place: str
    country_code: str
    population: int
    instead: str


def drop_misleading(features: list[Feature], abbreviations: Iterable[str]) -> list[Dropped]:
    """Take misleading alternates from towns, and return them in order of place and name.

    Parameters
    ----------
    features
        All features; towns among them lose names.
    abbreviations
        Written forms of abbreviations, such as "Mass." and "W. Va.".
    """
    known: dict[str, list[Candidate]] = defaultdict(list)
    for feature in features:
        if _is_known(feature.place):
            known[fold(feature.place.name)].append(feature.place)
    short = {fold(form) for form in abbreviations if len(form) <= _LONGEST_ABBREVIATION}
    kept = _kept()
    dropped = []
    for feature in features:
        if feature.place.feature_class != "P":
            continue
        for name, kind in list(feature.names):
            if kind is not NameKind.ALTERNATE or name in feature.by_hand or (feature.place.place_id, name) in kept:
                continue
            instead = "an abbreviation" if name in short else _instead(feature.place, name, known.get(name, ()))
            if instead:
                del feature.names[name, kind]
                place = feature.place
                dropped.append(
                    Dropped(name, place.place_id, place.name, place.country_code or "", place.population, instead)
                )
    return sorted(dropped, key=lambda row: (row.place_id, row.name))


def write_report(path: Path, dropped: Iterable[Dropped]) -> None:
    """Write what was dropped as CSV."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(Dropped._fields)
        writer.writerows(dropped)


def _is_known(place: Candidate) -> bool:
    code = place.feature_code or ""
    if place.feature_class == "P" and not place.place_id.startswith("geomap:"):
        return place.population >= _KNOWN_CITY
    if place.feature_class == "A":
        return code.startswith("PCL") or (code == "ADM1" and place.population >= _KNOWN_DIVISION)
    return place.place_id.startswith("geomap:region/") and place.feature_class in "PLT"


def _instead(town: Candidate, name: str, known: Iterable[Candidate]) -> str | None:
    """Return the better known place that a town's alternate name means to everybody else, if there is one."""
    own = fold(town.name)
    words = set(name.split())
    if words & (set(own.split()) | _SAINTS) or _alike(own, name):
        return None
    for place in known:
        larger = place.population >= _TIMES * town.population
        if not (larger if place.population else town.population <= _SMALLER_THAN_REGIONS):
            continue
        if float(distance_km(town.lat, town.lon, place.lat, place.lon)) >= _ELSEWHERE:
            return f"{place.name} ({place.place_id})"
    return None


def _alike(one: str, other: str) -> bool:
    return SequenceMatcher(None, one.replace(" ", ""), other.replace(" ", "")).ratio() > _ALIKE


def _kept() -> set[tuple[str, str]]:
    """Return the alternates that the rule would take and that people do use, by place_id and folded name."""
    with (Path(__file__).parent / "kept_alternates.csv").open(encoding="utf-8", newline="") as file:
        return {(f"geonames:{row['geonameid']}", fold(row["name"])) for row in csv.DictReader(file)}
