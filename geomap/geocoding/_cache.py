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
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit, urlunsplit

from requests.structures import CaseInsensitiveDict
from requests_cache.backends.sqlite import SQLiteDict
from requests_cache.models.request import CachedRequest
from requests_cache.models.response import CachedResponse

from geomap._files import replacing
from geomap.errors import GeocodingCacheSetAside, GeocodingCacheUnusable

BUSY_MILLISECONDS = 30_000


class Rows(SQLiteDict):
    """requests-cache's table of answers, with writing that ends and speaks up.

    The inherited lock tries again for ever where the file cannot be written, and swallows what failed to be written.
    """

    @contextlib.contextmanager
    def _acquire_sqlite_lock(self) -> Iterator[None]:
        with self._lock:
            connection = self._connection
            assert connection is not None
            connection.execute("BEGIN IMMEDIATE")
            self._active_transaction = True
            try:
                yield
                connection.commit()
            except BaseException:
                connection.rollback()
                raise
            finally:
                self._active_transaction = False


class Store:
    """One open file of answers.

    Raises
    ------
    sqlite3.DatabaseError
        If the file is no database; :class:`sqlite3.OperationalError` if it cannot be opened.
    """

    def __init__(self, path: Path, *, read_only: bool) -> None:
        self._rows: Rows | None = None
        if read_only:
            # immutable: no lock and no side file, so that it works from a folder that cannot be written to; but then what
            # still lies in the write-ahead log of somebody who has the file open is not seen.
            uri = f"{path.resolve().as_uri()}?mode=ro{'' if _has_log(path) else '&immutable=1'}"
            self._connection = sqlite3.connect(uri, uri=True, check_same_thread=False)
            self._connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
            return
        _check_writable(path)
        self._rows = Rows(
            path,
            table_name="responses",
            serializer="json",
            decode_content=True,
            wal=True,
            busy_timeout=BUSY_MILLISECONDS,
            check_same_thread=False,
        )
        with self._rows.connection() as connection:
            # requests-cache relaxes this with the write-ahead log; a power cut would then lose the last answers.
            connection.execute("PRAGMA synchronous=FULL")
            self._connection = connection

    def read(self, key: str) -> tuple[Any, float | None] | None:
        """Return a row's value and when it expires (seconds since 1970)."""
        row: tuple[Any, float | None] | None
        try:
            row = self._connection.execute("SELECT value, expires FROM responses WHERE key = ?", (key,)).fetchone()
        except UnicodeDecodeError as error:
            raise sqlite3.DatabaseError(f"a row is not text: {error.reason}") from error
        return row

    def write(self, fresh: Fresh, *, expires: float) -> None:
        """Add or replace a row; it is on the disk when this returns."""
        assert self._rows is not None
        headers = CaseInsensitiveDict({"Content-Type": "application/json" if fresh.is_json else "text/plain"})
        self._rows[fresh.key] = CachedResponse(
            status_code=200,
            reason="OK",
            url=fresh.url,
            content=fresh.body.encode(),
            encoding="utf-8",
            headers=headers,
            request=CachedRequest(method="GET", url=fresh.url),
            created_at=fresh.fetched,
            expires=datetime.fromtimestamp(expires, UTC),
        )

    def close(self) -> None:
        """Close the file."""
        if self._rows is not None:
            self._rows.close()  # type: ignore[no-untyped-call]
        else:
            self._connection.close()


def _has_log(path: Path) -> bool:
    log = Path(f"{path}-wal")
    return log.exists() and log.stat().st_size > 0


def _check_writable(path: Path) -> None:
    with contextlib.closing(
        sqlite3.connect(path, timeout=BUSY_MILLISECONDS / 1000, isolation_level=None)
    ) as connection:
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("ROLLBACK")


def addresses(connection: sqlite3.Connection) -> Iterator[tuple[str, str, datetime, float | None]]:
    """Give key, address without secrets, time fetched and expiry of every readable row."""
    for key, value, expires in connection.execute("SELECT key, value, expires FROM responses ORDER BY key"):
        try:
            row = json.loads(value)
            yield key, row["url"], datetime.fromisoformat(row["created_at"]), expires
        except (ValueError, TypeError, KeyError):
            continue


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


@dataclass(frozen=True)
class CacheInfo:
    """What a cache of geocoding answers holds.

    Attributes
    ----------
    path
        The file.
    answers, expired
        How many answers there are, and how many of them are too old to be used.
    size
        Of the file, in bytes.
    hosts
        Host and number of answers, the most first.
    oldest, newest
        When the first and the last were fetched (UTC), or None.
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
    """Return what a cache holds; an empty answer where there is none.

    Parameters
    ----------
    path
        The file; by default the user's.

    Raises
    ------
    GeocodingCacheUnusable
        If it cannot be read.
    """
    file = cache_path(path)
    if not file.is_file():
        return CacheInfo(file, 0, 0, 0, (), None, None)
    with _opened(file) as connection:
        rows = list(addresses(connection))
    hosts = Counter(urlsplit(url).netloc for _, url, _, _ in rows)
    fetched = [when for _, _, when, _ in rows]
    now = time.time()
    return CacheInfo(
        path=file,
        answers=len(rows),
        expired=sum(expires is not None and expires <= now for _, _, _, expires in rows),
        size=file.stat().st_size,
        hosts=tuple(sorted(hosts.items(), key=lambda pair: (-pair[1], pair[0]))),
        oldest=min(fetched, default=None),
        newest=max(fetched, default=None),
    )


def clear_cache(path: str | Path | None = None, *, expired_only: bool = False) -> int:
    """Forget answers, and return how many.

    Parameters
    ----------
    path
        The file; by default the user's. It stays, emptied, as others may be using it.
    expired_only
        Only those that are too old to be used.

    Raises
    ------
    GeocodingCacheUnusable
        If it cannot be written.
    """
    file = cache_path(path)
    if not file.is_file():
        return 0
    with _opened(file) as connection:
        if expired_only:
            removed = connection.execute("DELETE FROM responses WHERE expires <= ?", (time.time(),)).rowcount
        else:
            removed = connection.execute("DELETE FROM responses").rowcount
        connection.execute("VACUUM")
    return int(removed)


def export_cache(output: str | Path, *, path: str | Path | None = None) -> int:
    """Write a copy of the cache that can be read from anywhere, and return how many answers it holds.

    Parameters
    ----------
    output
        The file to write: ``.sqlite`` for one that ``Service(cache=..., only_cached=True)`` reads, in one file and also
        from a folder that cannot be written to; ``.csv`` for a list of what was asked and when.
    path
        The cache; by default the user's.

    Raises
    ------
    GeocodingCacheUnusable
        If there is none, or it cannot be read.
    UnsafeOutput
        If the output cannot be written.
    UnsupportedFormat
        If the output's ending is another.
    """
    from geomap.errors import UnsupportedFormat

    file, target = cache_path(path), Path(output)
    if target.suffix not in {".sqlite", ".csv"}:
        raise UnsupportedFormat(f"a cache is exported as .sqlite or .csv, not as {target.suffix or 'no ending'!r}")
    if not file.is_file():
        raise GeocodingCacheUnusable(f"there is no cache {file}")
    with _opened(file) as connection, replacing(target) as temporary:
        rows = list(addresses(connection))
        if target.suffix == ".sqlite":
            # A copy in one file: the write-ahead log's mode is not carried over.
            connection.execute("VACUUM INTO ?", (str(temporary),))
        else:
            _write_list(rows, temporary)
    return len(rows)


def _write_list(rows: list[tuple[str, str, datetime, float | None]], path: Path) -> None:
    import csv

    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("url", "fetched", "expires"))
        for _, url, fetched, expires in rows:
            until = "" if expires is None else datetime.fromtimestamp(expires, UTC).isoformat(timespec="seconds")
            writer.writerow((url, fetched.isoformat(timespec="seconds"), until))


@contextlib.contextmanager
def _opened(file: Path) -> Iterator[sqlite3.Connection]:
    try:
        with contextlib.closing(sqlite3.connect(file, timeout=30, isolation_level=None)) as connection:
            yield connection
    except sqlite3.DatabaseError as error:
        why = str(error) if is_sound(file) else "it is damaged; it will be set aside at the next geocoding"
        raise GeocodingCacheUnusable(f"the cache {file} cannot be used: {why}") from error
