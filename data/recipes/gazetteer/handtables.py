"""Read and check the tables that people keep by hand in ``data/gazetteer`` and beside this file.

Every problem is collected with file and row number, so that one run shows them all.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

TABLES = Path(__file__).resolve().parents[2] / "gazetteer"
COLUMNS = {
    "regions": [
        *("slug", "name", "feature_class", "feature_code", "lat", "lon"),
        *("country_codes", "population", "alternate_names", "note"),
    ],
    "country_aliases": ["country_code", "alias", "kind"],
    "demonyms": ["demonym", "target_kind", "target", "form"],
    "abbreviations": ["abbreviation", "country_code", "target", "name", "kind"],
    "quarters": ["city", "country_codes", "name", "lat", "lon", "alternate_names"],
    "bodies": [
        *("slug", "name", "lat", "lon", "population", "alternate_names", "abbreviations", "members", "note"),
    ],
    "script_names": ["slug", "names"],
    "stop_names": ["name", "geonameid", "reason"],
}
Row = dict[str, str]


class Problems:
    """Collects what is wrong in the tables; :meth:`stop` ends the build with the whole list."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def add(self, table: str, number: int, text: str) -> None:
        """Note one problem of one row; ``number`` is the line in the file."""
        self.lines.append(f"data/gazetteer/{table}.csv:{number}: {text}")

    def stop(self) -> None:
        """End the build if anything was noted."""
        if self.lines:
            raise SystemExit("\n".join([*self.lines, f"{len(self.lines)} problems in the hand-kept tables"]))


def region_tables() -> list[str]:
    """Return the tables of regions: ``regions.csv`` and every other with the same header (``waters.csv``)."""
    header = ",".join(COLUMNS["regions"])
    found = [path.stem for path in sorted(TABLES.glob("*.csv")) if _header(path) == header]
    return found if "regions" in found else ["regions", *found]


def _header(path: Path) -> str:
    with path.open(encoding="utf-8") as file:
        return file.readline().strip()


def rows(table: str, problems: Problems) -> Iterator[tuple[int, Row]]:
    """Yield line number and row of a hand-kept table, values stripped; nothing when the file does not exist."""
    path = TABLES / f"{table}.csv"
    if not path.exists():
        print(f"  {path.name} is not there yet; building without it")
        return
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        missing = [name for name in COLUMNS.get(table, COLUMNS["regions"]) if name not in (reader.fieldnames or ())]
        if missing:
            problems.add(table, 1, f"lacks the columns {', '.join(missing)}")
            return
        for row in reader:
            if None in row or None in row.values():
                problems.add(table, reader.line_num, f"has not {len(reader.fieldnames or ())} fields")
            else:
                yield reader.line_num, {key: value.strip() for key, value in row.items()}


def points(name: str) -> dict[str, tuple[float, float]]:
    """Return (latitude, longitude) in degrees by code, from a table beside this file."""
    with (Path(__file__).parent / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        reader = csv.reader(file)
        next(reader)
        return {code: (float(lat), float(lon)) for code, lat, lon in reader}
