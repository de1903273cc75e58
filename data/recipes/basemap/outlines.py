"""Build ``geomap/resources/outlines.csv``: which country or state each outline of the basemap is.

Which outlines make up a country, and what is disputed about them, is kept by hand in ``data/gazetteer/countries.csv``;
populations come from the gazetteer that ships, so build that first.
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterator
from pathlib import Path

from geomap.gazetteer import Gazetteer

ROOT = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "data" / "recipes"))

from manifest import record

TARGET = ROOT / "geomap" / "resources" / "outlines.csv"
SOURCES = [
    {"name": "data/gazetteer/countries.csv, data/gazetteer/us_states.csv", "licence": "Apache-2.0"},
    {"name": "geomap/resources/gazetteer.pack", "licence": "CC BY 4.0", "text": "GeoNames' ids and populations"},
]
COLUMNS = ("kind", "code", "geonameid", "name", "country_code", "country", "admin1", "population", "outlines", "note")


def main() -> None:
    """Write the table and enter it in the manifest."""
    with TARGET.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(_rows(Gazetteer()))
    record(TARGET, sources=SOURCES, licence="CC BY 4.0", recipe="data/recipes/basemap/outlines.py")


def _rows(gazetteer: Gazetteer) -> Iterator[dict[str, object]]:
    for row in _table("countries.csv"):
        code, name = row["country_code"], row["name"]
        yield {**row, "kind": "country", "code": code, "country": name, "population": _population(row, gazetteer)}
    for row in _table("us_states.csv"):
        name = row["name"]
        shared = {"kind": "us_state", "country_code": "US", "country": "United States"}
        yield {**row, **shared, "admin1": name, "outlines": name, "population": _population(row, gazetteer)}


def _table(name: str) -> list[dict[str, str]]:
    with (ROOT / "data" / "gazetteer" / name).open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def _population(row: dict[str, str], gazetteer: Gazetteer) -> int | None:
    place = gazetteer.place(f"geonames:{row['geonameid']}")
    if place is None or place.name.strip() != row["name"]:
        raise SystemExit(f"{row['name']}: the gazetteer has no place {row['geonameid']} of that name")
    return place.population or None


if __name__ == "__main__":
    main()
