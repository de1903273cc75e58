"""Read an index: features by name, identifier or row; names by code; several indexes as one."""

from __future__ import annotations

import contextlib
import heapq
import json
import os
import sqlite3
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property, lru_cache
from itertools import groupby
from pathlib import Path
from typing import Any
from weakref import WeakSet

from geomap.errors import GazetteerNotFound
from geomap.gazetteer._folding import fold
from geomap.gazetteer._fuzzy import SMALLEST_SCORE, similar_names
from geomap.gazetteer._model import (
    SCHEMA_VERSION,
    STORED,
    Candidate,
    NameEntry,
    NameKind,
    Origin,
    SourceRow,
    WrittenForm,
)
from geomap.gazetteer._spelling import bare

# The most rows that a name gets, the most prominent ones: at full size "San Antonio" has thousands.
MOST_ROWS = 1000
_PLACE_ID = "coalesce(p.place_id, 'geonames:' || p.geonameid)"
_COLUMNS = ", ".join(_PLACE_ID if name == "place_id" else f"p.{name}" for name in STORED)
# Queries are put together from constants alone; whatever is looked up is passed as a parameter.
_BY_NAME = (
    f"SELECT {_COLUMNS}, n.kind FROM name n JOIN place p ON p.row = n.place "  # noqa: S608
    "WHERE n.folded = ? ORDER BY n.place LIMIT ?"
)
SELECT_PLACES = f"SELECT {_COLUMNS}, {NameKind.MAIN:d} FROM place p "  # noqa: S608
_BY_ID = SELECT_PLACES + "WHERE p.place_id = ?"
_BY_ALIAS = SELECT_PLACES + "JOIN alias a ON a.place = p.row WHERE a.place_id = ?"
_BY_GEONAMEID = SELECT_PLACES + "WHERE p.geonameid = ? ORDER BY p.row"
_BY_ROW = SELECT_PLACES + "WHERE p.row = ?"
_EXISTING = "SELECT value FROM json_each(?) WHERE EXISTS (SELECT 1 FROM name WHERE folded = value)"
_WORDS = "SELECT word FROM word WHERE id IN (SELECT value FROM json_each(?))"
_CACHE_KIB = 8 * 1024
_MAPPED = 1 << 32


class _Opened:
    """A connection, which closes when nothing refers to this object any more, such as when its thread has ended.

    A connection itself would wait for the garbage collector: with its cache of statements it is a circle.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection
        self.process = os.getpid()

    def __del__(self) -> None:
        self.connection.close()


class Store:
    """One index file, opened read-only at first use, once per thread and process.

    Connections close when their thread ends and when the object is collected; :meth:`close`, or leaving a ``with``
    block, closes them at once.
    """

    def __init__(self, path: Path) -> None:
        self.__setstate__({"path": path})
        version = self.connection.execute("PRAGMA user_version").fetchone()[0]
        if version != SCHEMA_VERSION:
            self.close()
            raise GazetteerNotFound(
                f"{path} has schema version {version}, but this version of geomap reads {SCHEMA_VERSION}; rebuild it"
            )

    @property
    def connection(self) -> sqlite3.Connection:
        """The connection of this thread; a forked child opens its own."""
        opened: _Opened | None = getattr(self._local, "opened", None)
        if opened is None or opened.process != os.getpid():
            opened = self._local.opened = _Opened(_open(self.path))
            self._all_opened.add(opened)
        return opened.connection

    def close(self) -> None:
        """Close the connections of all threads; the next use opens one again."""
        every = list(self._all_opened)
        self.__setstate__({"path": self.path})
        for opened in every:
            opened.connection.close()

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @cached_property
    def dated(self) -> bool:
        """Whether any name has dates of validity."""
        return bool(self.connection.execute("SELECT EXISTS (SELECT 1 FROM validity)").fetchone()[0])

    @cached_property
    def identified(self) -> bool:
        """Whether any feature has a geonameid."""
        query = "SELECT EXISTS (SELECT 1 FROM place WHERE geonameid IS NOT NULL)"
        return bool(self.connection.execute(query).fetchone()[0])

    def by_name(self, folded: str, *, year: int | None = None, limit: int = MOST_ROWS) -> list[Candidate]:
        """Return the features that have a folded name, once per kind of name, the most populous first.

        With a year, features that had the name only at other times are left out.
        """
        found = list(map(Candidate._make, self.connection.execute(_BY_NAME, (folded, limit))))
        if year is None or not found or not self.dated:
            return found
        return self._of_year(folded, found, year)

    def _of_year(self, folded: str, found: list[Candidate], year: int) -> list[Candidate]:
        query = "SELECT place, max(? BETWEEN first AND last) FROM validity WHERE folded = ? GROUP BY place"
        valid = dict(self.connection.execute(query, (year, folded)))
        return [candidate for candidate in found if valid.get(candidate.row, True)]

    def names_of_key(self, key: str) -> list[str]:
        """Return the folded names that have a spelling key; see :mod:`geomap.gazetteer._spelling`."""
        found = self.connection.execute("SELECT folded FROM spelling WHERE key = ? ORDER BY folded", (key,))
        return [*self.existing([bare(key)]), *(folded for (folded,) in found)]

    def sources(self) -> dict[str, SourceRow]:
        """Return the sources of the features by key."""
        return {row[0]: SourceRow._make(row) for row in self.connection.execute("SELECT * FROM source ORDER BY key")}

    def origin(self, row: int) -> Origin | None:
        """Return where a feature comes from, None if from where most of this index do."""
        found = self.connection.execute("SELECT * FROM origin WHERE place = ?", (row,)).fetchone()
        return Origin._make(found) if found else None

    def by_id(self, place_id: str) -> Candidate | None:
        """Return the feature of an identifier, its own or an alias."""
        prefix, _, number = place_id.partition(":")
        if prefix == "geonames" and number.isdecimal() and len(number) < 19:
            return self.by_geonameid(int(number))
        return self._one(_BY_ID, place_id) or self._one(_BY_ALIAS, place_id)

    def by_geonameid(self, geonameid: int) -> Candidate | None:
        """Return the feature that has a geonameid."""
        return self._one(_BY_GEONAMEID, geonameid)

    def by_row(self, row: int) -> Candidate | None:
        """Return the feature of a row."""
        return self._one(_BY_ROW, row)

    def _one(self, query: str, key: str | int) -> Candidate | None:
        found = self.connection.execute(query, (key,)).fetchone()
        return Candidate._make(found) if found else None

    def existing(self, names: Iterable[str]) -> list[str]:
        """Return those of some folded names that a feature has."""
        found = self.connection.execute(_EXISTING, (json.dumps(list(names), ensure_ascii=False),))
        return [name for (name,) in found]

    def entries(self, bucket: int) -> bytes | None:
        """Return a bucket of the fuzzy index."""
        found = self.connection.execute("SELECT entries FROM deletion WHERE bucket = ?", (bucket,)).fetchone()
        return found[0] if found else None

    def words(self, numbers: Iterable[int]) -> list[str]:
        """Return words of the fuzzy index by their numbers."""
        return [word for (word,) in self.connection.execute(_WORDS, (json.dumps(list(numbers)),))]

    def word(self, number: int) -> str:
        """Return one word of the fuzzy index, empty past the last."""
        found = self.connection.execute("SELECT word FROM word WHERE id = ?", (number,)).fetchone()
        return str(found[0]) if found else ""

    @cached_property
    def word_count(self) -> int:
        """How many words the fuzzy index has, numbered from 1 in the order of the alphabet."""
        return int(self.connection.execute("SELECT coalesce(max(id), 0) FROM word").fetchone()[0])

    @cached_property
    def bucket_bits(self) -> int:
        """How many bits number the buckets of the fuzzy index."""
        return int(self.meta()["bucket_bits"])

    def area_names(self, table: str) -> dict[str, str]:
        """Return the names of all countries or divisions by code."""
        if table not in {"country", "division"}:
            raise ValueError(f"unknown table of areas: {table!r}")
        query = f"SELECT a.code, p.name FROM {table} a JOIN place p ON p.row = a.place"  # noqa: S608
        return dict(self.connection.execute(query))

    def name_entries(self, *, places: int | None = None) -> Iterator[NameEntry]:
        """Yield every folded name in order, with the largest population and all kinds of the features that have it."""
        # The kinds as bits: one row per name instead of one per name and kind.
        query = (
            "SELECT n.folded, max(p.population), sum(DISTINCT 1 << n.kind) FROM name n JOIN place p ON p.row = n.place "
            "WHERE n.place <= ? GROUP BY n.folded ORDER BY n.folded"
        )
        for folded, population, bits in self.connection.execute(query, (_MAPPED if places is None else places,)):
            yield NameEntry(folded, population, _kinds(bits))

    def written_forms(self, table: str) -> list[WrittenForm]:
        """Return the rows of the demonyms or abbreviations, in order of the written form."""
        if table not in {"demonym", "abbreviation"}:
            raise ValueError(f"unknown table of written forms: {table!r}")
        query = (
            f"SELECT w.written, w.place, {_PLACE_ID}, w.form FROM {table} w "  # noqa: S608
            "JOIN place p ON p.row = w.place ORDER BY w.written, w.place, w.form"
        )
        return list(map(WrittenForm._make, self.connection.execute(query)))

    def stop_names(self) -> frozenset[str]:
        """Return the written forms that are never recognized as a name."""
        return frozenset(written for (written,) in self.connection.execute("SELECT written FROM stop_name"))

    def meta(self) -> dict[str, str]:
        """Return the metadata of the index."""
        return dict(self.connection.execute("SELECT key, value FROM meta ORDER BY key"))

    def counts(self) -> dict[str, int]:
        """Return the number of places by feature class."""
        query = "SELECT feature_class, count(*) FROM place GROUP BY feature_class ORDER BY feature_class"
        return dict(self.connection.execute(query))

    def __getstate__(self) -> dict[str, Any]:
        return {"path": self.path}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.path: Path = state["path"]
        self._local = threading.local()
        self._all_opened: WeakSet[_Opened] = WeakSet()


@lru_cache(maxsize=256)
def _kinds(bits: int) -> frozenset[NameKind]:
    return frozenset(kind for kind in NameKind if bits & 1 << kind)


def _open(path: Path) -> sqlite3.Connection:
    # Immutable: nobody writes to a finished index, so that it also opens in a read-only folder and takes no locks.
    uri = f"{path.resolve().as_uri()}?mode=ro&immutable=1"
    with contextlib.ExitStack() as on_error:
        try:
            connection = sqlite3.connect(uri, uri=True, check_same_thread=False)
            on_error.callback(connection.close)
            connection.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
            connection.execute(f"PRAGMA mmap_size = {_MAPPED}")
            connection.execute("SELECT count(*) FROM meta")
        except sqlite3.Error as error:
            raise GazetteerNotFound(f"cannot open {path} as a gazetteer: {error}; delete the file and retry") from error
        on_error.pop_all()
    return connection


# Rows of the second index begin here, those of the third at twice as much.
LAYER = 1 << 32


class Layers:
    """Several indexes as one: where two have a feature of the same geonameid, the one in front counts.

    Parameters
    ----------
    stores
        The front one first. Its rows keep their numbers; those of each further one are raised by another :data:`LAYER`.
    """

    def __init__(self, stores: Sequence[Store]) -> None:
        self.stores = tuple(stores)
        # Rows below this belong to a store that is in front of another.
        self.front = LAYER * (len(self.stores) - 1)

    def close(self) -> None:
        """Close all connections; the next use opens them again."""
        for store in self.stores:
            store.close()

    @property
    def path(self) -> Path:
        """The front index."""
        return self.stores[0].path

    @property
    def dated(self) -> bool:
        """Whether any name has dates of validity."""
        return any(store.dated for store in self.stores)

    def by_name(self, folded: str, *, year: int | None = None, limit: int = MOST_ROWS) -> list[Candidate]:
        """Return the features that have a folded name, the most populous first; see :class:`Store`."""
        if len(self.stores) == 1:
            return self.stores[0].by_name(folded, year=year, limit=limit)
        found: list[Candidate] = []
        for number, store in enumerate(self.stores):
            found += [self._front(each, number, year) for each in store.by_name(folded, year=year, limit=limit)]
        # A feature in front is found by its own name before it is found by a name of the one that it replaces.
        return sorted(found, key=_prominence)

    def names_of_key(self, key: str) -> list[str]:
        """Return the folded names that have a spelling key in any of the indexes."""
        return list(dict.fromkeys(name for store in self.stores for name in store.names_of_key(key)))

    def _front(self, candidate: Candidate, number: int, year: int | None) -> Candidate:
        """Return the same feature from an index further in front, if there is one; the name's kind is kept."""
        for layer, store in enumerate(self.stores[:number]):
            same = _same(store, candidate)
            if same is not None and _valid(store, same, year):
                return same._replace(row=same.row + layer * LAYER, kind=candidate.kind)
        return candidate._replace(row=candidate.row + number * LAYER)

    def by_id(self, place_id: str) -> Candidate | None:
        """Return the feature of an identifier, its own or an alias."""
        return self._first(lambda store: store.by_id(place_id))

    def by_geonameid(self, geonameid: int) -> Candidate | None:
        """Return the feature that has a geonameid."""
        return self._first(lambda store: store.by_geonameid(geonameid))

    def by_row(self, row: int) -> Candidate | None:
        """Return the feature of a row."""
        number, own = divmod(row, LAYER)
        found = self.stores[number].by_row(own) if number < len(self.stores) else None
        return found._replace(row=row) if found else None

    def _first(self, find: Callable[[Store], Candidate | None]) -> Candidate | None:
        for number, store in enumerate(self.stores):
            found = find(store)
            if found is not None:
                return found._replace(row=found.row + number * LAYER)
        return None

    def similar(self, folded: str, *, names: int, year: int | None) -> list[tuple[Candidate, float]]:
        """Return the features with names similar to a folded one, each with its similarity, in no particular order."""
        scored: dict[str, float] = {}
        for store in self.stores:
            scored.update(similar_names(store, folded, smallest=SMALLEST_SCORE)[:names])
        found: dict[int, tuple[Candidate, float]] = {}
        for name, score in sorted(scored.items(), key=lambda each: (-each[1], each[0]))[:names]:
            for candidate in self.by_name(name, year=year, limit=names):
                found.setdefault(candidate.row, (candidate, score))
        return list(found.values())

    def area_names(self, table: str) -> dict[str, str]:
        """Return the names of all countries or divisions by code."""
        found: dict[str, str] = {}
        for store in reversed(self.stores):
            found |= store.area_names(table)
        return found

    def name_entries(self, *, places: int | None = None) -> Iterator[NameEntry]:
        """Yield every folded name in order, with the largest population and all kinds of the features that have it."""
        if len(self.stores) == 1:
            yield from self.stores[0].name_entries(places=places)
            return
        streams = [store.name_entries(places=places) for store in self.stores]
        for folded, same in groupby(heapq.merge(*streams, key=_folded), key=_folded):
            entries = list(same)
            kinds = frozenset(kind for entry in entries for kind in entry.kinds)
            yield NameEntry(folded, max(entry.population for entry in entries), kinds)

    def written_forms(self, table: str) -> list[WrittenForm]:
        """Return the demonyms or abbreviations, in order of the written form, each place once."""
        found: dict[tuple[str, str, str], WrittenForm] = {}
        for number, store in enumerate(self.stores):
            for form in store.written_forms(table):
                moved = form._replace(row=form.row + number * LAYER)
                found.setdefault((form.written, form.place_id, form.form), moved)
        return sorted(found.values(), key=lambda form: (form.written, form.row, form.form))

    def stop_names(self) -> frozenset[str]:
        """Return the written forms that are never recognized as a name."""
        return frozenset[str]().union(*(store.stop_names() for store in self.stores))

    def meta(self) -> dict[str, str]:
        """Return the metadata: the front index counts, but for sums of the counts and all attributions."""
        every = [store.meta() for store in self.stores]
        if len(self.stores) == 1:
            return every[0]
        both: dict[str, str] = {}
        for meta in reversed(every):
            both |= meta
        both |= {key: str(sum(int(meta[key]) for meta in every)) for key in ("places", "names")}
        both["source"] = " + ".join(meta["source"] for meta in every)
        both["attribution"] = " ".join(dict.fromkeys(meta.get("attribution", "") for meta in every)).strip()
        return both

    def counts(self) -> dict[str, int]:
        """Return the number of places by feature class."""
        found: dict[str, int] = {}
        for store in self.stores:
            for letter, count in store.counts().items():
                found[letter] = found.get(letter, 0) + count
        return dict(sorted(found.items()))


def _prominence(candidate: Candidate) -> tuple[int, int, int]:
    return -candidate.population, candidate.row, candidate.kind


def _folded(entry: NameEntry) -> str:
    return entry.folded


def _same(store: Store, candidate: Candidate) -> Candidate | None:
    if candidate.geonameid is not None:
        return store.by_geonameid(candidate.geonameid) if store.identified else None
    return store.by_id(candidate.place_id)


def _valid(store: Store, candidate: Candidate, year: int | None) -> bool:
    if year is None or not store.dated:
        return True
    folded = fold(candidate.name)
    return any(each.row == candidate.row for each in store.by_name(folded, year=year))
