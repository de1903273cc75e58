"""The SQLite file behind the cache, in requests-cache's layout."""

from __future__ import annotations

import contextlib
import json
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from requests.structures import CaseInsensitiveDict
from requests_cache.backends.sqlite import SQLiteDict
from requests_cache.models.request import CachedRequest
from requests_cache.models.response import CachedResponse

from geomap.geocoding.cache import Fresh

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
