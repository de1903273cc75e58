"""Write an index file: once, completely or not at all, however many processes ask for it."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Mapping
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

from geomap._files import CACHE_VARIABLE, free_space, replacing, size_in_words
from geomap.errors import GazetteerUnwritable, GeomapError, UnsafeOutput
from geomap.gazetteer._fuzzy import write_fuzzy
from geomap.gazetteer._model import FIELDS, SCHEMA_VERSION, Candidate, Origin, SourceRow
from geomap.gazetteer._spelling import stored_keys

# Years for an open beginning and an open end in the table of validity.
FIRST_YEAR, LAST_YEAR = -1_000_000, 1_000_000

_PLACE_TABLE = "CREATE TABLE place (" + ", ".join(f"{name} {field.sql}" for name, field in FIELDS.items()) + ");"
_VALUES = ", ".join("nullif(?, '')" if field.sql == "TEXT" else "?" for field in FIELDS.values())
_INSERT_PLACE = f"INSERT INTO place VALUES ({_VALUES})"  # noqa: S608 (of constants alone)
_TABLES = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
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
CREATE TABLE spelling (key TEXT NOT NULL, folded TEXT NOT NULL, PRIMARY KEY (key, folded)) WITHOUT ROWID;
CREATE TABLE source (key TEXT PRIMARY KEY, name TEXT, licence TEXT, attribution TEXT, url TEXT) WITHOUT ROWID;
CREATE TABLE origin (  -- only of places from another source than most, which the metadata name
    place INTEGER PRIMARY KEY,
    source TEXT NOT NULL,
    source_id TEXT NOT NULL
);
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
# No journal and no syncing: a half-built index is never moved to its place. Rows come sorted, so a small cache is enough.
_FAST = (
    "PRAGMA page_size = 4096; PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA locking_mode = EXCLUSIVE; "
    "PRAGMA cache_size = -65536;"
)

NameRow = tuple[str, int, int]
ValidityRow = tuple[str, int, int, int]


class IndexRows(NamedTuple):
    """Everything that goes into an index, in the order in which it is consumed.

    ``places`` come in order of falling population with rows counted from 1; ``names`` come sorted, which makes loading
    about twice as fast. The parts may be generators, and a later one may rely on an earlier one being exhausted.
    """

    meta: Mapping[str, str]
    places: Iterable[Candidate]
    names: Iterable[NameRow]
    countries: Iterable[tuple[str, int]] = ()
    divisions: Iterable[tuple[str, int]] = ()
    demonyms: Iterable[tuple[str, int, str]] = ()
    abbreviations: Iterable[tuple[str, int, str]] = ()
    stop_names: Iterable[str] = ()
    validity: Iterable[ValidityRow] = ()
    aliases: Iterable[tuple[str, int]] = ()
    sources: Iterable[SourceRow] = ()
    origins: Iterable[Origin] = ()


def write_index(path: Path, rows: IndexRows, *, advance: Callable[[float], None] = lambda share: None) -> None:
    """Write a new index file; nothing may be at the path yet.

    Parameters
    ----------
    path
        The file to write; temporary files lie beside it.
    rows
        What it holds.
    advance
        Called with the share of the fuzzy index that is done, in [0, 1]; it is built last.
    """
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(_FAST + _PLACE_TABLE + _TABLES)
        with connection:
            _fill(connection, rows)
            write_fuzzy(connection, path.parent, advance=advance)
        connection.executescript(_INDEXES)
        connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
        connection.commit()


def _fill(connection: sqlite3.Connection, rows: IndexRows) -> None:
    fill = connection.executemany
    fill(_INSERT_PLACE, (place[: len(FIELDS)] for place in rows.places))
    fill("INSERT OR IGNORE INTO name VALUES (?, ?, ?)", rows.names)
    fill("INSERT OR IGNORE INTO country VALUES (?, ?)", rows.countries)
    fill("INSERT OR IGNORE INTO division VALUES (?, ?)", rows.divisions)
    fill("INSERT OR IGNORE INTO demonym VALUES (?, ?, ?)", rows.demonyms)
    fill("INSERT OR IGNORE INTO abbreviation VALUES (?, ?, ?)", rows.abbreviations)
    fill("INSERT OR IGNORE INTO stop_name VALUES (?)", ((name,) for name in sorted(rows.stop_names)))
    fill("INSERT OR IGNORE INTO validity VALUES (?, ?, ?, ?)", rows.validity)
    fill("INSERT OR IGNORE INTO alias VALUES (?, ?)", rows.aliases)
    fill("INSERT INTO source VALUES (?, ?, ?, ?, ?)", rows.sources)
    fill("INSERT INTO origin VALUES (?, ?, ?)", rows.origins)
    named = connection.execute("SELECT DISTINCT n.folded, p.country_code FROM name n JOIN place p ON p.row = n.place")
    fill("INSERT OR IGNORE INTO spelling VALUES (?, ?)", sorted(stored_keys(named)))
    fill("INSERT INTO meta VALUES (?, ?)", sorted(rows.meta.items()))
    counted = "INSERT OR REPLACE INTO meta SELECT ?, count(*) FROM "
    connection.execute(counted + "place", ("places",))
    connection.execute(counted + "name", ("names",))
    connection.execute("INSERT OR REPLACE INTO meta VALUES ('schema', ?)", (str(SCHEMA_VERSION),))


_SECONDS_TO_WAIT = 3600
_ANOTHER_FOLDER = f"free some space, or set {CACHE_VARIABLE} or Gazetteer(cache_dir=...) to another folder"


def build_once(target: Path, write: Callable[[Path], None], *, needed: int, anew: bool = False) -> Path:
    """Write the target unless it exists, and return it.

    Several processes may call this at once: one builds, the others wait.

    Parameters
    ----------
    target
        Path of the index.
    write
        Called with a temporary path, to write the index there; its folder may hold further temporary files.
    needed
        Bytes that must be free in the target's folder, temporary files included.
    anew
        Whether to replace an existing target; readers that have it open keep the old content.

    Raises
    ------
    GazetteerUnwritable
        If the folder is not writable or has too little free space.
    """
    from filelock import FileLock

    if target.is_file() and not anew:
        return target
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(target.with_suffix(".lock"), timeout=_SECONDS_TO_WAIT):
            if anew or not target.is_file():
                check_space(target.parent, needed)
                with replacing(target) as temporary:
                    write(temporary)
    except (OSError, sqlite3.Error) as error:
        if isinstance(error, GeomapError) and not isinstance(error, UnsafeOutput):
            raise
        raise GazetteerUnwritable(
            f"cannot build the gazetteer's index (about {size_in_words(needed)}) in {target.parent}: "
            f"{error.__cause__ or error}; {_ANOTHER_FOLDER}"
        ) from error
    return target


def check_space(folder: Path, needed: int) -> None:
    """Raise GazetteerUnwritable if a folder has less free space than is needed, in bytes."""
    free = free_space(folder)
    if free < needed:
        raise GazetteerUnwritable(
            f"not enough space in {folder}: {size_in_words(needed)} needed, {size_in_words(free)} free; {_ANOTHER_FOLDER}"
        )
