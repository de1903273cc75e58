"""The gazetteer's index: one SQLite schema for the embedded data, a full GeoNames and a user's own."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

# Rises with every change of the tables, of their meaning, or of folding: an index of another version is built anew.
SCHEMA_VERSION = 1

_TABLES = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE place (
    row INTEGER PRIMARY KEY,  -- in order of falling population
    place_id TEXT NOT NULL,
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
CREATE TABLE country (code TEXT PRIMARY KEY, place INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE division (code TEXT PRIMARY KEY, place INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE demonym (written TEXT, place INTEGER, form TEXT, PRIMARY KEY (written, place, form)) WITHOUT ROWID;
CREATE TABLE abbreviation (written TEXT, place INTEGER, form TEXT, PRIMARY KEY (written, place, form)) WITHOUT ROWID;
CREATE TABLE stop_name (written TEXT PRIMARY KEY) WITHOUT ROWID;
"""
_INDEXES = """
CREATE UNIQUE INDEX place_by_id ON place (place_id);
CREATE INDEX place_by_geonameid ON place (geonameid) WHERE geonameid IS NOT NULL;
"""
# SQLite can be told to forget about crashes: a half-built index is never moved to its place.
_FAST = "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA locking_mode = EXCLUSIVE; PRAGMA page_size = 4096;"

PlaceRow = tuple[int, str, int | None, str, float, float, str, str | None, str | None, str | None, str | None, int, int]
NameRow = tuple[str, int, int]


class IndexRows(NamedTuple):
    """Everything that goes into an index.

    ``places`` come in order of falling population with rows counted from 1; ``names`` come sorted, which makes loading
    about twice as fast.
    """

    meta: Mapping[str, str]
    places: Iterable[PlaceRow]
    names: Iterable[NameRow]
    countries: Iterable[tuple[str, int]]
    divisions: Iterable[tuple[str, int]]
    demonyms: Iterable[tuple[str, int, str]]
    abbreviations: Iterable[tuple[str, int, str]]
    stop_names: Iterable[str]


def write_index(path: Path, rows: IndexRows) -> None:
    """Write a new index file at a path where none is."""
    connection = sqlite3.connect(path)
    try:
        connection.executescript(_FAST + _TABLES)
        with connection:
            fill = connection.executemany
            fill("INSERT INTO place VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", rows.places)
            fill("INSERT OR IGNORE INTO name VALUES (?, ?, ?)", rows.names)
            fill("INSERT OR IGNORE INTO country VALUES (?, ?)", rows.countries)
            fill("INSERT OR IGNORE INTO division VALUES (?, ?)", rows.divisions)
            fill("INSERT OR IGNORE INTO demonym VALUES (?, ?, ?)", rows.demonyms)
            fill("INSERT OR IGNORE INTO abbreviation VALUES (?, ?, ?)", rows.abbreviations)
            fill("INSERT OR IGNORE INTO stop_name VALUES (?)", ((name,) for name in rows.stop_names))
            fill("INSERT INTO meta VALUES (?, ?)", sorted(rows.meta.items()))
        connection.executescript(_INDEXES)
        connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
        connection.commit()
    finally:
        connection.close()
