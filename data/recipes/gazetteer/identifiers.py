"""Which division codes are themselves geonameids.

Where a country has no official code for a division, GeoNames uses the division's geonameid as its code. Official codes
are numbers too (those of Brazil's municipalities), so a country's codes are believed to be geonameids only if nearly
all of them lie where that country's ids lie, and none is the id of a city.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable

from sources import City

_DIGITS = 5
_FIRST_ORDER_DIGITS = 6
# Ids from here on were given out worldwide, one after the other; below, country by country in blocks.
_SHARED_FROM, _SHARED_TO = 6_000_000, 14_000_000
_BLOCKS_END = 5_000_000
_LEAST_CITIES, _LEAST_CODES, _LEAST_SHARE = 10, 4, 0.9


def ids_among_codes(codes: Iterable[str], cities: Iterable[City]) -> dict[str, int]:
    """Return the geonameid of each division code ("IQ.15.9166649") that ends in one."""
    taken: set[int] = set()
    blocks: dict[str, list[int]] = defaultdict(list)
    for city in cities:
        number, country_code = city.place.geonameid, city.place.country_code
        assert number is not None and country_code is not None, "every city of GeoNames has an id and a country"
        taken.add(number)
        if number < _BLOCKS_END:
            blocks[country_code].append(number)
    numbers: dict[str, dict[str, int]] = defaultdict(dict)
    for code in codes:
        country, last = code.partition(".")[0], code.rpartition(".")[2]
        if last.isdigit() and len(last) >= _DIGITS:
            numbers[country][code] = int(last)
    repeated = {number for numbered in numbers.values() for number, times in _times(numbered) if times > 1}
    found: dict[str, int] = {}
    for country, numbered in numbers.items():
        if len(numbered) < _LEAST_CODES or len(blocks[country]) < _LEAST_CITIES:
            continue
        block = _without_fringe(blocks[country])
        plausible = {code: number for code, number in numbered.items() if _plausible(number, block)}
        if len(plausible) >= _LEAST_SHARE * len(numbered) and taken.isdisjoint(numbered.values()):
            found.update({code: number for code, number in plausible.items() if number not in repeated})
    return found


def first_order_id(code: str) -> int | None:
    """Return the geonameid that a first-order code ("XK.10097360") ends in, else None.

    All 65 such codes of divisions whose geonameid iso3166-2-db knows equal it; no official code has as many digits.
    """
    last = code.partition(".")[2]
    return int(last) if last.isdigit() and len(last) >= _FIRST_ORDER_DIGITS else None


def _times(numbered: dict[str, int]) -> Iterable[tuple[int, int]]:
    return Counter(numbered.values()).items()


def _without_fringe(ids: list[int]) -> range:
    ordered = sorted(ids)
    fringe = len(ordered) // 50
    return range(ordered[fringe], ordered[-1 - fringe] + 1)


def _plausible(number: int, block: range) -> bool:
    return number in block or _SHARED_FROM <= number <= _SHARED_TO
