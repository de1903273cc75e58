"""Answers of geocoding services, kept in SQLite.

The file is one that requests-cache reads and writes with its JSON serializer, never pickle. Keys are made of the
service, the address and its parameters without the secret ones; no request header and no cookie is stored. Every answer
is committed when it comes, so that a killed process loses at most the request in flight.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import sqlite3
import threading
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlsplit, urlunsplit

from geomap.errors import GeocodingCacheSetAside, GeocodingCacheUnusable

if TYPE_CHECKING:
    from geomap.geocoding.store import Store

CACHE_VARIABLE = "GEOMAP_CACHE"
FILE_NAME = "geocoding.sqlite"
SIDE_FILES = ("", "-wal", "-shm", "-journal")
T = TypeVar("T")


def cache_folder() -> Path:
    """Return the folder of geomap's caches: ``$GEOMAP_CACHE``, else the user's cache folder."""
    if chosen := os.environ.get(CACHE_VARIABLE):
        return Path(chosen)
    from platformdirs import user_cache_path

    return user_cache_path("geomap")


def cache_path(path: str | Path | None = None) -> Path:
    """Return the file that answers are kept in: the argument, a file in it if it is a folder, else the default."""
    if path is None:
        return cache_folder() / FILE_NAME
    chosen = Path(path)
    return chosen / FILE_NAME if chosen.is_dir() else chosen


@dataclass(frozen=True)
class Entry:
    """A cached answer: what the body said, and when it was fetched (UTC)."""

    content: Any
    fetched: datetime


@dataclass(frozen=True)
class Fresh:
    """An answer that just came and may be kept: its key, its address without secrets, and its body as text."""

    key: str
    url: str
    body: str
    is_json: bool
    fetched: datetime


def identify(service: str, url: str, *, secret: tuple[str, ...], language: str = "") -> tuple[str, str]:
    """Return the cache key of a request and its address, both without secrets.

    Parameters
    ----------
    service
        The service's short name.
    url
        The request's address.
    secret
        Names of parameters that are left out.
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
        The SQLite file; its folder is made when first written to.
    read_only
        Never write, and do not ask the file system for more than reading: for a recorded cache that ships with data.

    Raises
    ------
    GeocodingCacheUnusable
        At the first use, if the file cannot be opened.
    """

    def __init__(self, path: Path, *, read_only: bool = False) -> None:
        self.path = path
        self.read_only = read_only
        self._lock = threading.RLock()
        self._store: Store | None = None
        self._process = os.getpid()

    def peek(self, key: str, *, now: float | None = None) -> Entry | None:
        """Return the answer kept under a key, unless it is not there or too old."""
        now = time.time() if now is None else now
        row = self._use(lambda store: store.read(key))
        if row is None or (row[1] is not None and row[1] <= now and not self.read_only):
            return None
        return _entry(row[0])

    def save(self, fresh: Fresh, *, days: float) -> None:
        """Keep an answer for some days; nothing if it may not be kept at all.

        Raises
        ------
        GeocodingCacheUnusable
            If it cannot be written; the answer itself is not lost, it is only not kept.
        """
        if self.read_only or days <= 0:
            return
        self._use(lambda store: store.write(fresh, expires=fresh.fetched.timestamp() + days * 86_400))

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            if self._store is not None and self._process == os.getpid():
                self._store.close()
            self._store = None

    def _use(self, action: Callable[[Store], T]) -> T:
        """Do something with the store; where the file turns out to be damaged, set it aside and do it with a new one."""
        with self._lock:
            try:
                try:
                    return action(self._opened())
                except sqlite3.OperationalError:
                    raise
                except sqlite3.DatabaseError as error:
                    self._set_aside(str(error))
                    return action(self._opened())
            except sqlite3.DatabaseError as error:
                raise GeocodingCacheUnusable(
                    f"the cache of geocoding answers {self.path} cannot be used: {error}; free the disk, or choose "
                    "another file with cache=..."
                ) from error

    def _opened(self) -> Store:
        if self._process != os.getpid():
            # A connection must not cross a fork.
            self._store, self._process = None, os.getpid()
        if self._store is None:
            self._prepare()
            self._store = self._open_alone()
        return self._store

    def _open_alone(self) -> Store:
        from filelock import FileLock

        from geomap.geocoding.store import Store

        if self.read_only:
            return Store(self.path, read_only=True)
        # Turning the write-ahead log on fails at once, whatever the timeout, while somebody else does the same.
        with FileLock(f"{self.path}.opening.lock"):
            return Store(self.path, read_only=False)

    def _prepare(self) -> None:
        if self.read_only:
            if not self.path.is_file():
                raise GeocodingCacheUnusable(f"there is no recorded cache {self.path}")
            return
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            # What somebody looks up is nobody else's business; SQLite gives its side files the same mode.
            self.path.touch(mode=0o600)
        except OSError as error:
            raise GeocodingCacheUnusable(
                f"the cache {self.path} cannot be made: {error.strerror}; choose another file with cache=..."
            ) from error

    def _set_aside(self, why: str) -> None:
        if self.read_only:
            raise GeocodingCacheUnusable(f"the recorded cache {self.path} is damaged: {why}")
        from filelock import FileLock

        self.close()
        with FileLock(f"{self.path}.lock"):
            if is_sound(self.path):
                return  # another process was faster
            aside = self.path.with_name(f"{self.path.name}.damaged-{datetime.now(UTC):%Y%m%dT%H%M%S%f}")
            for ending in SIDE_FILES:
                with contextlib.suppress(FileNotFoundError):
                    Path(f"{self.path}{ending}").rename(f"{aside}{ending}")
        warnings.warn(
            f"the cache of geocoding answers {self.path} was damaged ({why}); it now lies in {aside.name}, and a new one "
            "was begun: names are asked again",
            GeocodingCacheSetAside,
            stacklevel=6,
        )


def is_sound(path: Path) -> bool:
    """Return whether a file is a SQLite database that can be read through, or not there at all."""
    if not path.exists():
        return True
    try:
        with contextlib.closing(sqlite3.connect(path, timeout=30)) as connection:
            return bool(connection.execute("PRAGMA quick_check(1)").fetchone() == ("ok",))
    except sqlite3.DatabaseError:
        return False


def _entry(value: object) -> Entry | None:
    """Read a row as requests-cache's JSON serializer writes it; None if it is not such a row."""
    try:
        row = json.loads(value)  # type: ignore[arg-type]
        return Entry(row["_decoded_content"], datetime.fromisoformat(row["created_at"]))
    except (ValueError, TypeError, KeyError, RecursionError):
        return None  # a damaged row is asked for again and written over
