"""Small places of four English-speaking countries, which GeoNames' postal files have and its cities-500 tier has not.

Of 50,000 American post offices more than half stand in places of fewer than 500 inhabitants, which local papers write about.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable

import sources
from features import Feature

from geomap.gazetteer._folding import fold
from geomap.gazetteer._model import Candidate
from geomap.geometry import distance_km

# Canada's rows describe districts ("Saskatoon North"), those of Great Britain ask for attributions of their own.
COUNTRIES = ("AU", "NZ", "US", "ZA")
# A town of the same name within this distance, in kilometers, is the same place; so are rows of one name within it.
_SAME = 40.0
# Military post offices, sorting centers, and offices that are no places.
_ARMED_FORCES = frozenset(("AA", "AE", "AP"))
_NO_PLACE = re.compile(
    r"[\d()/&]|\b(?:[ABDM]C|GPO|Po|Box(?:es)?|University|Mail Cent(?:re|er)|College|Airport|Hospital|Naval Air Station|"
    r"Air Force Base|Afb|Apo|Fpo|Dpo|Postshop|Centre|Plaza|Mall|Lodge|Facility|Institute)\b"
)


def postal_features(features: list[Feature], divisions: dict[str, str]) -> list[Feature]:
    """Return the places of the postal files that no town among the features is.

    Parameters
    ----------
    features
        All features so far.
    divisions
        Names of first-order divisions by GeoNames code.
    """
    towns: dict[tuple[str, str], list[Candidate]] = defaultdict(list)
    for feature in features:
        place = feature.place
        if place.feature_class == "P" and place.country_code in COUNTRIES:
            for name in {fold(place.name), *(folded for folded, _ in feature.names)}:
                towns[place.country_code, name].append(place)
    named = {(code.partition(".")[0], fold(name)): code.partition(".")[2] for code, name in divisions.items()}
    found = []
    for row in _merged(sources.postal(COUNTRIES)):
        same = towns[row.country_code, fold(row.name)]
        if any(float(distance_km(row.lat, row.lon, each.lat, each.lon)) <= _SAME for each in same):
            continue
        admin1 = named.get((row.country_code, fold(row.admin1))) if row.admin1 else None
        slug = f"{row.country_code}.{admin1 or '00'}.{fold(row.name).replace(' ', '-')}"
        place = Candidate(
            row=0,
            place_id=f"geomap:postal/{slug}",
            geonameid=None,
            name=row.name,
            lat=round(row.lat, 4),
            lon=round(row.lon, 4),
            feature_class="P",
            country_code=row.country_code,
            admin1_code=admin1,
            admin2_code=row.admin2_code if row.country_code == "US" else None,
        )
        same.append(place)
        found.append(Feature(place))
    return _with_own_ids(found)


def _merged(rows: Iterable[sources.PostalRow]) -> list[sources.PostalRow]:
    """Return one row for each name and division that is a place, at the first of its postcodes, in a fixed order."""
    first: dict[tuple[str, str, str], sources.PostalRow] = {}
    for row in sorted(rows):
        if row.admin1_code not in _ARMED_FORCES and not _NO_PLACE.search(row.name) and len(fold(row.name)) > 2:
            first.setdefault((row.country_code, row.admin1, fold(row.name)), row)
    return list(first.values())


def _with_own_ids(found: list[Feature]) -> list[Feature]:
    """Tell places of one name and division apart by numbers; the division is not known everywhere."""
    times: dict[str, int] = defaultdict(int)
    numbered = []
    for feature in found:
        identifier = feature.place.place_id
        times[identifier] += 1
        if times[identifier] > 1:
            feature.place = feature.place._replace(place_id=f"{identifier}-{times[identifier]}")
        numbered.append(feature)
    return numbered
