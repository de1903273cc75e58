"""Build an index once, whole or not at all, however many processes ask for it."""

from __future__ import annotations

import os
import shutil
import sqlite3
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from geomap.errors import GazetteerUnwritable, GeomapError
from geomap.gazetteer._fuzzy import write_fuzzy

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


CACHE_VARIABLE = "GEOMAP_CACHE"
_SECONDS_TO_WAIT = 3600


def cache_folder(cache_dir: str | os.PathLike[str] | None = None) -> Path:
    """Return where indexes lie: the argument, else ``GEOMAP_CACHE``, else the user's cache folder."""
    from platformdirs import user_cache_path

    chosen = cache_dir or os.environ.get(CACHE_VARIABLE)
    return Path(chosen).expanduser() if chosen else user_cache_path("geomap", appauthor=False)


def build_once(target: Path, write: Callable[[Path], None], *, needed: int, anew: bool = False) -> Path:
    """Return the target; write it first if it is not there.

    Several processes may call this at once: one builds, the others wait.

    Parameters
    ----------
    target
        The index.
    write
        Writes it at the path it is given.
    needed
        Bytes that must be free in the target's folder, temporary files included.
    anew
        Whether to replace a target that is there; readers that have the old one open keep it.

    Raises
    ------
    GazetteerUnwritable
        If the folder cannot be written or has too little space.
    """
    from filelock import FileLock

    if target.is_file() and not anew:
        return target
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(target.with_suffix(".lock"), timeout=_SECONDS_TO_WAIT):
            if anew or not target.is_file():
                check_space(target.parent, needed)
                _write(target, write)
    except GeomapError:
        raise
    except (OSError, sqlite3.Error) as error:
        raise GazetteerUnwritable(
            f"the gazetteer's index (about {_size(needed)}) cannot be built in {target.parent}: {error}; free space there, "
            f"or name a writable folder in the environment variable {CACHE_VARIABLE} or as Gazetteer(cache_dir=...)"
        ) from error
    return target


def _write(target: Path, write: Callable[[Path], None]) -> None:
    temporary = target.with_suffix(f".{os.getpid()}.tmp")
    temporary.unlink(missing_ok=True)
    try:
        write(temporary)
        temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)


def check_space(folder: Path, needed: int) -> None:
    """Raise GazetteerUnwritable if fewer bytes are free in a folder than are needed."""
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise GazetteerUnwritable(
            f"{folder} has {_size(free)} free and {_size(needed)} are needed; free space there, or name another folder "
            f"in the environment variable {CACHE_VARIABLE} or as Gazetteer(cache_dir=...)"
        )


def _size(count: int) -> str:
    return f"{count / 1e9:,.1f} GB" if count >= 1e9 else f"{count / 1e6:,.0f} MB"


@contextmanager
def progress_bar(text: str) -> Iterator[Callable[[float], None]]:
    """Show a bar on stderr if that is a terminal; yield what moves it, in [0, 1]."""
    if not sys.stderr.isatty():
        yield lambda share: None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(text, total=1.0)
        yield lambda share: bar.update(task, completed=share)
