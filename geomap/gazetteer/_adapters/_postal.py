"""GeoNames' postal codes (https://download.geonames.org/export/zip/): twelve columns, one row for each code of a place."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from operator import itemgetter
from pathlib import Path
from statistics import median
from typing import NamedTuple

from geomap.errors import InvalidGazetteer
from geomap.gazetteer._adapters._opening import line_blocks, open_bytes
from geomap.gazetteer._adapters._records import clean_name, coordinate
from geomap.gazetteer._adapters._skipping import NO_COORDINATES, NO_NAME, OUTSIDE, Skipped
from geomap.gazetteer._folding import fold

COLUMNS = 12
ARMY = "are addresses of armies, not places"
_PARENTHESES = re.compile(r"\s*\(([^()]*)\)?\s*")
_COUNTRY = re.compile(r"[A-Z]{2}\Z")
# Codes of the same name and division farther apart, in degrees of latitude, belong to two places.
_APART = 0.3
_ARMY = re.compile(r"(?:apo|fpo|dpo|bfpo)(?: (?:a[aep]|\d+))?\Z")


class PostalPlace(NamedTuple):
    """A place with postal codes.

    Attributes
    ----------
    where
        File and line, for messages.
    identifier
        Made of the country, the divisions' codes as the file has them, and the name.
    name, quarter
        Its name, and whether it is a part of another place, written in parentheses behind its name.
    country_code, admin1, admin1_code, admin2, admin2_code
        Country and divisions, names and codes as the file has them; codes are not always those of GeoNames' other files.
    lat, lon
        In the middle of its codes' points, in degrees.
    postcode
        The first of its codes.
    """

    where: str
    identifier: str
    name: str
    quarter: bool
    country_code: str
    admin1: str
    admin1_code: str
    admin2: str
    admin2_code: str
    lat: float
    lon: float
    postcode: str


_Row = tuple[float, float, str, str]  # latitude, longitude, postcode, file and line
# Country, the divisions' codes, folded name, whether it is a quarter. Divisions without a code are regions of the post.
_Key = tuple[str, str, str, str, bool]


@dataclass
class _Group:
    """The rows of one key, with the names in the first of them."""

    name: str
    admin1: str
    admin2: str
    rows: list[_Row]


_Groups = dict[_Key, _Group]


def is_postal(fields: list[str]) -> bool:
    """Return whether the fields of a line are those of a postal file."""
    return len(fields) == COLUMNS and bool(_COUNTRY.match(fields[0])) and bool(fields[1]) and not fields[0].isdigit()


def postal_places(paths: list[Path], skipped: Skipped) -> Iterator[list[PostalPlace]]:
    """Yield the places of postal files, those of one country at a time.

    Raises
    ------
    InvalidGazetteer
        If a line is not of that format, a file holds another country than its name says, or a country comes twice.
    """
    seen: dict[str, Path] = {}
    for path in paths:
        for country, groups in _countries(path, skipped):
            if country in seen:
                raise InvalidGazetteer(
                    f"{path.name}: places of {country} were read already, from {seen[country].name}; give each country once"
                )
            seen[country] = path
            yield [place for key, group in sorted(groups.items(), key=itemgetter(0)) for place in _places(key, group)]


def _countries(path: Path, skipped: Skipped) -> Iterator[tuple[str, _Groups]]:
    """Yield the groups of rows of each country; the rows of a country stand together."""
    current, groups = "", _Groups()
    with open_bytes(path) as stream:
        for first, _, lines in line_blocks(stream, path):
            for number, line in enumerate(lines, start=first):
                if not line.strip():
                    continue
                fields = line.split("\t")
                where = f"{path.name}, line {number}"
                if not is_postal(fields):
                    raise InvalidGazetteer(
                        f"{where}: {len(fields)} columns, {COLUMNS} expected; is this a whole postal file of GeoNames?"
                    )
                if fields[0] != current:
                    if groups:
                        yield current, groups
                    current, groups = fields[0], {}
                    _check_country(path, current)
                _add(groups, fields, where, skipped)
    if groups:
        yield current, groups


def _check_country(path: Path, country: str) -> None:
    stem = path.name.partition(".")[0].removesuffix("_full").upper()
    if _COUNTRY.match(stem) and stem != country:
        raise InvalidGazetteer(f"{path.name} holds places of {country}, not of {stem}; rename it or download it again")


def _add(groups: _Groups, fields: list[str], where: str, skipped: Skipped) -> None:
    country, postcode, written, admin1, code1, admin2, code2, _, _, lat, lon, _ = fields
    try:
        names = _names(written)
        point = coordinate(lat, lon)
    except ValueError:
        skipped.add(OUTSIDE if lat.strip() and lon.strip() else NO_COORDINATES, where)
        return
    if not names:
        skipped.add(ARMY if _ARMY.match(fold(written)) else NO_NAME, where)
    for name, quarter in names:
        key = country, clean_name(code1) or fold(admin1), clean_name(code2), fold(name), quarter
        group = groups.setdefault(key, _Group(name, clean_name(admin1), clean_name(admin2), []))
        group.rows.append((*point, clean_name(postcode), where))


def _names(written: str) -> list[tuple[str, bool]]:
    """Return the names in a field: ``"Kanata (Terry Fox / Palladium)"`` is a place and two of its quarters."""
    before, *inside = _PARENTHESES.split(clean_name(written), maxsplit=1)
    found = [(before, False)]
    if inside:
        found += [(part.strip(), True) for part in inside[0].split("/")]
    return [(name, quarter) for name, quarter in found if (folded := fold(name)) and not _ARMY.match(folded)]


def _places(key: _Key, group: _Group) -> Iterator[PostalPlace]:
    country, code1, code2, folded, quarter = key
    identifier = "/".join(part for part in (country, code1, code2, folded.replace(" ", "-")) if part)
    clusters = _clusters(group.rows)
    for cluster in clusters:
        lat, lon = median(row[0] for row in cluster), median(row[1] for row in cluster)
        own = identifier + (f"@{lat:.2f},{lon:.2f}" if len(clusters) > 1 or quarter else "")
        postcode, where = min((row[2], row[3]) for row in cluster)
        named = group.name, quarter, country, group.admin1, code1, group.admin2, code2
        yield PostalPlace(where, own, *named, lat, lon, postcode)


def _clusters(rows: list[_Row]) -> list[list[_Row]]:
    """Return rows in groups, cut where nothing lies between two of them for a third of a degree, north or east."""
    by_latitude = _cut(rows, itemgetter(0))
    return [part for group in by_latitude for part in _cut(group, itemgetter(1))]


def _cut(rows: list[_Row], along: Callable[[_Row], float]) -> Iterator[list[_Row]]:
    rows = sorted(rows, key=along)
    begin = 0
    for end in range(1, len(rows)):
        if along(rows[end]) - along(rows[end - 1]) > _APART:
            yield rows[begin:end]
            begin = end
    yield rows[begin:]
