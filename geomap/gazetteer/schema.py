"""The gazetteer's index: one SQLite schema for the embedded data, a full GeoNames and a user's own."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

from geomap.gazetteer.fuzzy_index import write_fuzzy

# Rises with every change of the tables, of their meaning, or of folding: an index of another version is built anew.
SCHEMA_VERSION = 2
# Years that stand for "since ever" and "to this day" in the table of validity.
FIRST_YEAR, LAST_YEAR = -1_000_000, 1_000_000

_TABLES = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE place (
    row INTEGER PRIMARY KEY,  -- in order of falling population
    place_id TEXT,  -- NULL where it is 'geonames:' and the geonameid, which saves half a gigabyte at full size
    geonameid INTEGER,
    name TEXT NOT NULL,
    lat REAL NOT NULL,
    lon REAL NOT NULL,
    feature_class TEXT NOT NULL,
    feature_code TEXT,
    country_code TEXT,
    admin1_code TEXT,
    admin2_code TEXT,
    population INTEGER NOT NULL,
    alternates INTEGER NOT NULL
);
CREATE TABLE name (
    folded TEXT NOT NULL,
    place INTEGER NOT NULL,
    kind INTEGER NOT NULL,
    PRIMARY KEY (folded, place, kind)
) WITHOUT ROWID;
CREATE TABLE validity (  -- only of names that have dates: years, both included
    folded TEXT NOT NULL,
    place INTEGER NOT NULL,
    first INTEGER NOT NULL,
    last INTEGER NOT NULL,
    PRIMARY KEY (folded, place, first, last)
) WITHOUT ROWID;
CREATE TABLE alias (place_id TEXT PRIMARY KEY, place INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE country (code TEXT PRIMARY KEY, place INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE division (code TEXT PRIMARY KEY, place INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE demonym (written TEXT, place INTEGER, form TEXT, PRIMARY KEY (written, place, form)) WITHOUT ROWID;
CREATE TABLE abbreviation (written TEXT, place INTEGER, form TEXT, PRIMARY KEY (written, place, form)) WITHOUT ROWID;
CREATE TABLE stop_name (written TEXT PRIMARY KEY) WITHOUT ROWID;
"""
_INDEXES = """
CREATE UNIQUE INDEX place_by_id ON place (place_id) WHERE place_id IS NOT NULL;
CREATE INDEX place_by_geonameid ON place (geonameid) WHERE geonameid IS NOT NULL;
"""
# SQLite can be told to forget about crashes: a half-built index is never moved to its place. Sorting happens outside.
_FAST = (
    "PRAGMA page_size = 4096; PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA locking_mode = EXCLUSIVE; "
    "PRAGMA cache_size = -65536;"
)

PlaceRow = tuple[
    int, str | None, int | None, str, float, float, str, str | None, str | None, str | None, str | None, int, int
]
NameRow = tuple[str, int, int]
ValidityRow = tuple[str, int, int, int]


class IndexRows(NamedTuple):
    """Everything that goes into an index, in the order in which it is asked for.

    ``places`` come in order of falling population with rows counted from 1; ``names`` come sorted, which makes loading
    about twice as fast. The parts may be generators of which a later one needs what an earlier one has seen.
    """

    meta: Mapping[str, str]
    places: Iterable[PlaceRow]
    names: Iterable[NameRow]
    countries: Iterable[tuple[str, int]] = ()
    divisions: Iterable[tuple[str, int]] = ()
    demonyms: Iterable[tuple[str, int, str]] = ()
    abbreviations: Iterable[tuple[str, int, str]] = ()
    stop_names: Iterable[str] = ()
    validity: Iterable[ValidityRow] = ()
    aliases: Iterable[tuple[str, int]] = ()


def _nothing(share: float) -> None:
    """Stand in for a progress bar."""


def write_index(path: Path, rows: IndexRows, *, advance: Callable[[float], None] = _nothing) -> None:
    """Write a new index file at a path where none is.

    Parameters
    ----------
    path
        The file to write; temporary files lie beside it.
    rows
        What it holds.
    advance
        Called with the share of the fuzzy index that is done, in [0, 1], after everything else.
    """
    connection = sqlite3.connect(path)
    try:
        connection.executescript(_FAST + _TABLES)
        with connection:
            _fill(connection, rows)
            write_fuzzy(connection, path.parent, advance=advance)
        connection.executescript(_INDEXES)
        connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
        connection.commit()
    finally:
        connection.close()


def _fill(connection: sqlite3.Connection, rows: IndexRows) -> None:
    fill = connection.executemany
    fill("INSERT INTO place VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", rows.places)
    fill("INSERT OR IGNORE INTO name VALUES (?, ?, ?)", rows.names)
    fill("INSERT OR IGNORE INTO country VALUES (?, ?)", rows.countries)
    fill("INSERT OR IGNORE INTO division VALUES (?, ?)", rows.divisions)
    fill("INSERT OR IGNORE INTO demonym VALUES (?, ?, ?)", rows.demonyms)
    fill("INSERT OR IGNORE INTO abbreviation VALUES (?, ?, ?)", rows.abbreviations)
    fill("INSERT OR IGNORE INTO stop_name VALUES (?)", ((name,) for name in rows.stop_names))
    fill("INSERT OR IGNORE INTO validity VALUES (?, ?, ?, ?)", rows.validity)
    fill("INSERT OR IGNORE INTO alias VALUES (?, ?)", rows.aliases)
    fill("INSERT INTO meta VALUES (?, ?)", sorted(rows.meta.items()))
    counted = "INSERT OR REPLACE INTO meta SELECT ?, count(*) FROM "
    connection.execute(counted + "place", ("places",))
    connection.execute(counted + "name", ("names",))
    connection.execute("INSERT OR REPLACE INTO meta VALUES ('schema', ?)", (str(SCHEMA_VERSION),))
