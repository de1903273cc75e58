"""P-codes: the administrative divisions of OCHA's Common Operational Datasets on HDX, as CSV or a workbook.

After https://humanitarian.atlassian.net/wiki/spaces/imtoolbox/pages/2493153411/COD+FAQ (2024): columns ``ADM0_EN`` to
``ADM4_EN`` and ``ADM0_PCODE`` to ``ADM4_PCODE`` (or another language than EN; newer files write ``adm1_name``), one row
for each division of the finest level. Points come from columns such as ``x_coord`` and ``y_coord`` or ``center_lat``
and ``center_lon``; the tables of the attributes of boundary files have them, pure gazetteers often have not.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from geomap._csv import column_key, unique_names
from geomap._optional import optional
from geomap.errors import InvalidGazetteer
from geomap.gazetteer._adapters._publishers import P_CODES
from geomap.gazetteer._adapters._records import COLUMNS, CustomName, CustomPlace, clean_name, read_place, text
from geomap.gazetteer._adapters._skipping import NO_COORDINATES, NO_NAME, Skipped

_CODE = re.compile(r"adm(?:in)?([0-5])pcode\Z")
_NAME = re.compile(r"adm(?:in)?([0-5])(?:name)?(?:ref(?:erence)?name|alt[12]?)?([a-z]{2})?(?:alt[12]?)?\Z")
_CENTERS = {"lat": ("centerlat", "centroidlat", "latcentroid"), "lon": ("centerlon", "centroidlon", "loncentroid")}
_WORKBOOK_ERRORS = (OSError, ValueError, RuntimeError, KeyError)


def has_p_codes(header: Iterable[str]) -> bool:
    """Return whether a table has columns of P-codes below the country."""
    return any((found := _CODE.match(column_key(column))) and found[1] != "0" for column in header)


def sheet_rows(path: Path) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield the rows of every sheet that has P-codes, by sheet and row for messages and as values by column.

    Raises
    ------
    MissingDependency
        If python-calamine is not installed.
    InvalidGazetteer
        If the file is no workbook, or no sheet has P-codes.
    """
    calamine = optional("python_calamine", needed_by="reading workbooks", extra="formats", package="python-calamine")
    try:
        book = calamine.CalamineWorkbook.from_path(str(path))
        sheets = {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}
    except (calamine.CalamineError, *_WORKBOOK_ERRORS) as error:
        raise InvalidGazetteer(f"cannot read {path.name} as a workbook: {error}") from error
    usable = {name: rows for name, rows in sheets.items() if rows and has_p_codes(map(str, rows[0]))}
    if not usable:
        raise InvalidGazetteer(
            f"{path.name} has no sheet with columns of P-codes (ADM1_PCODE, ADM1_EN, ...); save a sheet of your own "
            "places as CSV"
        )
    for name, rows in usable.items():
        header = unique_names(map(str, rows[0]))
        for number, row in enumerate(rows[1:], start=2):
            yield f"{path.name}, sheet {name}, row {number}", dict(zip(header, map(str, row), strict=False))


def p_code_places(rows: Iterable[tuple[str, Mapping[str, str]]], path: Path, skipped: Skipped) -> Iterator[CustomPlace]:
    """Yield the division of the finest level of each row; sheets of several levels hold each division once.

    Raises
    ------
    InvalidGazetteer
        If no row has a point, or a row is invalid; the message names the row.
    """
    seen: set[str] = set()
    pointless = True
    for where, row in rows:
        columns = {column_key(column): text(value) for column, value in row.items()}
        levels = {int(found[1]): value for key, value in columns.items() if (found := _CODE.match(key)) and value}
        if not levels:
            continue
        finest = max(levels)
        names = _names(columns, finest)
        point = tuple(_first(columns, (*COLUMNS[axis], *_CENTERS[axis])) for axis in ("lat", "lon"))
        pointless = pointless and not all(point)
        if levels[finest] in seen:
            continue
        if not names or not all(point):
            skipped.add(NO_COORDINATES if names else NO_NAME, where)
            continue
        seen.add(levels[finest])
        yield _place(names, levels, (point[0], point[1]), where)
    if pointless:
        raise InvalidGazetteer(
            f"{path.name} has P-codes but no coordinates; take the table or the shapes of the boundaries, which have them "
            "(x_coord and y_coord, or center_lat and center_lon)"
        )


def _names(columns: Mapping[str, str], level: int) -> list[str]:
    """Return the names of a level, the English one first."""
    found = [
        (match[2] not in {None, "en"}, "alt" in key or "ref" in key, clean_name(value))
        for key, value in columns.items()
        if (match := _NAME.match(key)) and int(match[1]) == level and value
    ]
    return list(dict.fromkeys(name for _, _, name in sorted(found) if name))


def _first(columns: Mapping[str, str], keys: Iterable[str]) -> str:
    return next((columns[key] for key in keys if columns.get(key)), "")


def _place(names: list[str], levels: Mapping[int, str], point: tuple[str, str], where: str) -> CustomPlace:
    finest = max(levels)
    country = levels.get(0, levels[finest])[:2].upper()
    place = read_place(
        {
            "name": names[0],
            "country_code": country if country.isalpha() else "",
            "feature_class": "A",
            "feature_code": f"ADM{finest}" if finest else "PCLI",
        },
        where=where,
        point=point,
        identifier=levels[finest],
    )
    place.names = [CustomName(name) for name in names[1:]]
    place.source, place.prefix = P_CODES, P_CODES.key
    return place
