"""Answers of geocoding services, kept in one SQLite table.

Keys are made of the service and the address without its secret parameters; no request header and no cookie is stored.
Every answer is committed as it arrives, so that a killed process loses at most the request in flight.
"""

from __future__ import annotations

import contextlib
import csv
import functools
import hashlib
import os
import sqlite3
import threading
import time
import warnings
import weakref
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit, urlunsplit

from geomap import _json
from geomap._checks import file_path
from geomap._files import cache_folder, replacing
from geomap._text import clean
from geomap.errors import GeocodingCacheSetAside, GeocodingCacheUnusable, UnsupportedFormat

FILE_NAME = "geocoding.sqlite"
SIDE_FILES = ("", "-wal", "-shm", "-journal")
_LAYOUT = 1
_TABLE = """
CREATE TABLE answers (
    key TEXT PRIMARY KEY,
    url TEXT NOT NULL,  -- without secrets
    body TEXT NOT NULL,
    is_json INTEGER NOT NULL,
    fetched REAL NOT NULL,  -- seconds since 1970
    expires REAL NOT NULL
)
"""
_BUSY_SECONDS = 30.0
T = TypeVar("T")


def cache_path(path: str | Path | None = None) -> Path:
    """Return the cache file: the argument, or a file in it if it is a folder, or the user's."""
    if path is None:
        return cache_folder() / FILE_NAME
    chosen = file_path("path", path)
    return chosen / FILE_NAME if chosen.is_dir() else chosen


@dataclass(frozen=True)
class Entry:
    """An answer of a service.

    Attributes
    ----------
    key
        What identifies the request.
    url
        The request's address, without secrets.
    body
        The response as text.
    is_json
        Whether ``body`` is JSON.
    fetched
        When the service answered (UTC).
    """

    key: str
    url: str
    body: str
    is_json: bool
    fetched: datetime

    @functools.cached_property
    def content(self) -> Any:
        """The body as geopy expects it: parsed if it is JSON.

        Raises
        ------
        InvalidJson
            If it is not valid JSON.
        """
        return _json.parse(self.body) if self.is_json else clean(self.body)

    def has_data(self) -> bool:
        """Return whether the content is text, a list or an object that is not empty."""
        return not self.is_json or self.content == [] or (bool(self.content) and isinstance(self.content, (list, dict)))


def identify(service: str, url: str, *, secret: tuple[str, ...], language: str = "") -> tuple[str, str]:
    """Return the cache key of a request and its address, both without secrets.

    Parameters
    ----------
    service
        The service's short name.
    url
        The request's address.
    secret
        Names of parameters to leave out.
    language
        The ``Accept-Language`` header, if one is sent: it changes the answer.
    """
    parts = urlsplit(url)
    # geopy writes parameters one way only, so they need not be decoded to be compared.
    pairs = sorted(pair for pair in parts.query.split("&") if pair.partition("=")[0] not in secret)
    host = parts.netloc.rpartition("@")[2].lower()
    query = "&".join(pairs)
    clean = urlunsplit((parts.scheme, host, parts.path, query, ""))
    key = hashlib.sha256("\n".join((service, host, parts.path, query, language)).encode()).hexdigest()
    return key[:32], clean


class AnswerCache:
    """A file of answers that any number of threads and processes may use at once.

    Parameters
    ----------
    path
        The SQLite file; its folder is created before the first write.
    read_only
        Never write, nor need permission to: for a recorded cache that ships with data. Its answers do not expire.

    Raises
    ------
    GeocodingCacheUnusable
        At the first use, if the file cannot be opened.
    """

    def __init__(self, path: Path, *, read_only: bool = False) -> None:
        self.path = path
        self.read_only = read_only
        self._lock = threading.RLock()
        self._connection: sqlite3.Connection | None = None
        self._close: Callable[[], object] = lambda: None
        self._process = os.getpid()

    def get(self, key: str, *, now: float) -> Entry | None:
        """Return the answer under a key; None if there is none, or it has expired at ``now`` or is damaged."""
        query = "SELECT url, body, is_json, fetched, expires FROM answers WHERE key = ?"
        row = self._run(lambda connection: connection.execute(query, (key,)).fetchone())
        if row is None:
            return None
        url, body, is_json, fetched, expires = row
        try:
            if not self.read_only and expires <= now:
                return None
            entry = Entry(key, url, body, bool(is_json), datetime.fromtimestamp(fetched, UTC))
            return entry if entry.has_data() else None
        except (ValueError, TypeError, OverflowError, OSError):
            return None  # the name is requested again and the row replaced

    def save(self, entry: Entry, *, days: float) -> None:
        """Keep an answer for some days; do nothing if that is 0.

        Raises
        ------
        GeocodingCacheUnusable
            If it cannot be written.
        """
        if self.read_only or days <= 0:
            return
        fetched = entry.fetched.timestamp()
        row = (entry.key, entry.url, entry.body, entry.is_json, fetched, fetched + days * 86_400)
        self._run(
            lambda connection: connection.execute("INSERT OR REPLACE INTO answers VALUES (?, ?, ?, ?, ?, ?)", row)
        )

    def close(self) -> None:
        """Close the file; it is opened again when needed."""
        with self._lock:
            if self._process == os.getpid():
                self._close()
            self._connection = None

    def _run(self, action: Callable[[sqlite3.Connection], T]) -> T:
        """Run an action on the file; if the file turns out to be damaged, set it aside and run it on a new one."""
        with self._lock:
            try:
                try:
                    return action(self._opened())
                except sqlite3.OperationalError:
                    raise
                except (sqlite3.DatabaseError, UnicodeDecodeError) as error:
                    self._set_aside(str(error))
                    return action(self._opened())
            except sqlite3.DatabaseError as error:
                raise GeocodingCacheUnusable(
                    f"cannot use the geocoding cache {self.path}: {error}; free disk space, or choose another file with "
                    "cache=..."
                ) from error

    def _opened(self) -> sqlite3.Connection:
        if self._process != os.getpid():  # a connection must not be used across a fork
            self._connection, self._process = None, os.getpid()
        if self._connection is None:
            self._connection = _open_recorded(self.path) if self.read_only else self._open_writable()
            self._close = weakref.finalize(self, self._connection.close)
        return self._connection

    def _open_writable(self) -> sqlite3.Connection:
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            # Private: what somebody looks up concerns nobody else. SQLite gives its side files the same mode.
            self.path.touch(mode=0o600)
        except OSError as error:
            raise GeocodingCacheUnusable(
                f"cannot create the geocoding cache {self.path}: {error.strerror}; choose another file with cache=..."
            ) from error
        with self._file_lock():  # two processes cannot switch to the write-ahead log at the same time
            return _open(self.path)

    def _file_lock(self) -> Any:
        from filelock import FileLock

        return FileLock(f"{self.path}.lock")

    def _set_aside(self, reason: str) -> None:
        if self.read_only:
            raise GeocodingCacheUnusable(f"the recorded cache {self.path} is damaged: {reason}")
        self.close()
        with self._file_lock():
            if _is_sound(self.path):
                return  # another process was faster
            aside = self.path.with_name(f"{self.path.name}.damaged-{datetime.now(UTC):%Y%m%dT%H%M%S%f}")
            for ending in SIDE_FILES:
                with contextlib.suppress(FileNotFoundError):
                    Path(f"{self.path}{ending}").rename(f"{aside}{ending}")
        warnings.warn(
            f"the geocoding cache {self.path} is damaged ({reason}); it was renamed to {aside.name} and a new one started, "
            "so names are requested again",
            GeocodingCacheSetAside,
            stacklevel=6,
        )


def _open(path: Path) -> sqlite3.Connection:
    """Open a cache for reading and writing; create its table if the file is empty."""
    connection = sqlite3.connect(path, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False)
    try:
        connection.execute("BEGIN IMMEDIATE")  # fails here if the file cannot be written
        if connection.execute("SELECT count(*) FROM sqlite_master").fetchone() == (0,):
            connection.execute(_TABLE)
            connection.execute(f"PRAGMA user_version = {_LAYOUT}")
        connection.execute("COMMIT")
        _check_layout(connection)
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")  # an answer survives a power cut
    except BaseException:
        connection.close()
        raise
    return connection


def _open_recorded(path: Path) -> sqlite3.Connection:
    """Open a cache for reading from where nothing may be written."""
    if not path.is_file():
        raise GeocodingCacheUnusable(f"recorded cache {path} does not exist")
    log = Path(f"{path}-wal")
    # "immutable" needs no lock and no side file, but does not see what another process still has in its write-ahead log.
    immutable = "" if log.exists() and log.stat().st_size else "&immutable=1"
    connection = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro{immutable}", uri=True, check_same_thread=False)
    try:
        _check_layout(connection)
    except BaseException:
        connection.close()
        raise
    return connection


def _check_layout(connection: sqlite3.Connection) -> None:
    if connection.execute("PRAGMA user_version").fetchone() != (_LAYOUT,):
        raise sqlite3.DatabaseError("not a cache of this version of geomap")


def _is_sound(path: Path) -> bool:
    """Return whether a file is an intact cache, or does not exist."""
    if not path.exists():
        return True
    try:
        with contextlib.closing(sqlite3.connect(path, timeout=_BUSY_SECONDS)) as connection:
            _check_layout(connection)
            return bool(connection.execute("PRAGMA quick_check(1)").fetchone() == ("ok",))
    except (sqlite3.DatabaseError, UnicodeDecodeError):
        return False


@contextlib.contextmanager
def _existing(file: Path) -> Iterator[sqlite3.Connection]:
    """Open a cache that exists, to look after it."""
    try:
        with contextlib.closing(sqlite3.connect(file, timeout=_BUSY_SECONDS, isolation_level=None)) as connection:
            _check_layout(connection)
            yield connection
    except (sqlite3.DatabaseError, UnicodeDecodeError) as error:
        reason = str(error) if _is_sound(file) else "it is damaged; the next geocoding sets it aside"
        raise GeocodingCacheUnusable(f"cannot use the geocoding cache {file}: {reason}") from error


@dataclass(frozen=True)
class CacheInfo:
    """What a cache of geocoding answers holds.

    Attributes
    ----------
    path
        The file.
    answers, expired
        Number of answers, and how many of them have expired.
    size
        File size in bytes.
    hosts
        Hosts and their numbers of answers, the most first.
    oldest, newest
        When the first and the last answer was fetched (UTC), or None.
    """

    path: Path
    answers: int
    expired: int
    size: int
    hosts: tuple[tuple[str, int], ...]
    oldest: datetime | None
    newest: datetime | None

    def __str__(self) -> str:
        lines = [
            f"{self.answers:,} answers, {self.expired:,} of them expired, {self.size / 1e6:,.2f} MB",
            str(self.path),
        ]
        if self.oldest and self.newest:
            lines.append(f"fetched from {self.oldest:%Y-%m-%d} to {self.newest:%Y-%m-%d}")
        return "\n".join([*lines, *(f"{number:>8,} {host}" for host, number in self.hosts)])


def cache_info(path: str | Path | None = None) -> CacheInfo:
    """Return what a cache of geocoding answers holds; zeros if there is no such file.

    Parameters
    ----------
    path
        The file; by default the user's.

    Raises
    ------
    GeocodingCacheUnusable
        If it cannot be read.

    Examples
    --------
    >>> from geomap.geocoding import cache_info
    >>> cache_info("no-such-file.sqlite").answers
    0
    """
    file = cache_path(path)
    if not file.is_file():
        return CacheInfo(file, 0, 0, 0, (), None, None)
    totals = "SELECT count(*), count(*) FILTER (WHERE expires <= ?), min(fetched), max(fetched) FROM answers"
    with _existing(file) as connection:
        answers, expired, *times = connection.execute(totals, (time.time(),)).fetchone()
        hosts = Counter(urlsplit(url).netloc for (url,) in connection.execute("SELECT url FROM answers"))
    oldest, newest = (None if fetched is None else datetime.fromtimestamp(fetched, UTC) for fetched in times)
    ranking = tuple(sorted(hosts.items(), key=lambda pair: (-pair[1], pair[0])))
    return CacheInfo(file, answers, expired, file.stat().st_size, ranking, oldest, newest)


def clear_cache(path: str | Path | None = None, *, expired_only: bool = False) -> int:
    """Delete answers, and return how many.

    Parameters
    ----------
    path
        The file; by default the user's. It is emptied rather than deleted, as other processes may be using it.
    expired_only
        Delete only answers that have expired.

    Raises
    ------
    GeocodingCacheUnusable
        If it cannot be written.
    """
    file = cache_path(path)
    if not file.is_file():
        return 0
    with _existing(file) as connection:
        deleted = connection.execute(
            "DELETE FROM answers WHERE expires <= ? OR NOT ?", (time.time(), expired_only)
        ).rowcount
        connection.execute("VACUUM")
    return int(deleted)


def export_cache(output: str | Path, *, path: str | Path | None = None) -> int:
    """Write a copy of the cache, and return how many answers it holds.

    Parameters
    ----------
    output
        The file to write: ``.sqlite`` for ``Service(cache=..., only_cached=True)``, which also reads it from a folder
        without write permission; ``.csv`` for a list of addresses and dates.
    path
        The cache; by default the user's.

    Raises
    ------
    GeocodingCacheUnusable
        If there is none, or it cannot be read.
    UnsafeOutput
        If the output cannot be written.
    UnsupportedFormat
        If the output has another ending.
    """
    file, target = cache_path(path), file_path("output", output)
    if target.suffix not in {".sqlite", ".csv"}:
        raise UnsupportedFormat(f"cannot export a cache as {target.name!r}; use the ending .sqlite or .csv")
    if not file.is_file():
        raise GeocodingCacheUnusable(f"geocoding cache {file} does not exist")
    with _existing(file) as connection, replacing(target) as temporary:
        if target.suffix == ".sqlite":
            connection.execute("VACUUM INTO ?", (str(temporary),))  # one file, without a write-ahead log
        else:
            _write_list(connection, temporary)
        (count,) = connection.execute("SELECT count(*) FROM answers").fetchone()
    return int(count)


def _write_list(connection: sqlite3.Connection, path: Path) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("url", "fetched", "expires"))
        for url, *times in connection.execute("SELECT url, fetched, expires FROM answers ORDER BY key"):
            writer.writerow((url, *(datetime.fromtimestamp(t, UTC).isoformat(timespec="seconds") for t in times)))
