"""Read a gazetteer's index: names to rows, rows to features, codes to names."""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

from geomap.errors import GazetteerNotFound
from geomap.gazetteer.model import Candidate, NameEntry, NameKind, WrittenForm
from geomap.gazetteer.schema import SCHEMA_VERSION

_COLUMNS = (
    "p.row, p.place_id, p.geonameid, p.name, p.lat, p.lon, p.feature_class, p.feature_code, p.country_code, "
    "p.admin1_code, p.admin2_code, p.population, p.alternates"
)
_BY_NAME = f"SELECT {_COLUMNS}, n.kind FROM name n JOIN place p ON p.row = n.place WHERE n.folded = ?"  # noqa: S608
_BY_ID = f"SELECT {_COLUMNS}, 0 FROM place p WHERE p.place_id = ?"  # noqa: S608
_BY_ROW = f"SELECT {_COLUMNS}, 0 FROM place p WHERE p.row = ?"  # noqa: S608
_CACHE_KIB = 8 * 1024


class Store:
    """One index file, opened read-only at first use, once per thread and process."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._local = threading.local()
        with_version = self.connection.execute("PRAGMA user_version").fetchone()[0]
        if with_version != SCHEMA_VERSION:
            raise GazetteerNotFound(
                f"{path} is a gazetteer of schema {with_version}, this geomap reads {SCHEMA_VERSION}; build it anew"
            )

    @property
    def connection(self) -> sqlite3.Connection:
        """The connection of this thread; a forked child opens its own."""
        process, connection = getattr(self._local, "opened", (0, None))
        if connection is None or process != os.getpid():
            connection = _open(self.path)
            self._local.opened = (os.getpid(), connection)
        return connection

    def by_name(self, folded: str) -> list[Candidate]:
        """Return the features that bear a folded name, once per kind of name, in order of falling population."""
        return list(map(Candidate._make, self.connection.execute(_BY_NAME, (folded,))))

    def by_id(self, place_id: str) -> Candidate | None:
        """Return the feature of an identifier."""
        found = self.connection.execute(_BY_ID, (place_id,)).fetchone()
        return Candidate._make(found) if found else None

    def by_row(self, row: int) -> Candidate | None:
        """Return the feature of a row."""
        found = self.connection.execute(_BY_ROW, (row,)).fetchone()
        return Candidate._make(found) if found else None

    def area_names(self, table: str) -> dict[str, str]:
        """Return the names of all countries or divisions by code."""
        if table not in {"country", "division"}:
            raise ValueError(f"no table of areas is called {table!r}")
        query = f"SELECT a.code, p.name FROM {table} a JOIN place p ON p.row = a.place"  # noqa: S608
        return dict(self.connection.execute(query))

    def name_entries(self) -> Iterator[NameEntry]:
        """Yield every folded name, in order, with the largest population and all kinds of those that bear it."""
        # The kinds as bits: one row per name instead of one per name and kind.
        query = (
            "SELECT n.folded, max(p.population), sum(DISTINCT 1 << n.kind) FROM name n JOIN place p ON p.row = n.place "
            "GROUP BY n.folded ORDER BY n.folded"
        )
        for folded, population, bits in self.connection.execute(query):
            yield NameEntry(folded, population, _kinds(bits))

    def written_forms(self, table: str) -> list[WrittenForm]:
        """Return the rows of the demonyms or abbreviations, in order of the written form."""
        if table not in {"demonym", "abbreviation"}:
            raise ValueError(f"no table of written forms is called {table!r}")
        query = (
            f"SELECT w.written, w.place, p.place_id, w.form FROM {table} w JOIN place p ON p.row = w.place "  # noqa: S608
            "ORDER BY w.written, w.place, w.form"
        )
        return list(map(WrittenForm._make, self.connection.execute(query)))

    def stop_names(self) -> frozenset[str]:
        """Return the forms that are never taken for a name."""
        return frozenset(written for (written,) in self.connection.execute("SELECT written FROM stop_name"))

    def meta(self) -> dict[str, str]:
        """Return what the index says of itself."""
        return dict(self.connection.execute("SELECT key, value FROM meta ORDER BY key"))

    def counts(self) -> dict[str, int]:
        """Return the number of places by feature class."""
        query = "SELECT feature_class, count(*) FROM place GROUP BY feature_class ORDER BY feature_class"
        return dict(self.connection.execute(query))

    def __getstate__(self) -> dict[str, Any]:
        return {"path": self.path}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.path = state["path"]
        self._local = threading.local()


@lru_cache(maxsize=256)
def _kinds(bits: int) -> frozenset[NameKind]:
    return frozenset(kind for kind in NameKind if bits & 1 << kind)


def _open(path: Path) -> sqlite3.Connection:
    try:
        # Immutable: nobody writes a finished index, so that it also opens in a read-only folder and takes no locks.
        connection = sqlite3.connect(
            f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True, check_same_thread=False
        )
        connection.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
        connection.execute("SELECT count(*) FROM meta")
    except sqlite3.Error as error:
        raise GazetteerNotFound(
            f"no gazetteer can be opened at {path}: {error}; delete the file and try again"
        ) from error
    return connection
