"""What is in the cache, emptying it, and taking it along."""

from __future__ import annotations

import contextlib
import sqlite3
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

from geomap.errors import GeocodingCacheUnusable
from geomap.files import replacing
from geomap.geocoding.cache import cache_path, is_sound


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
    from geomap.geocoding.store import addresses

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
    from geomap.geocoding.store import addresses

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
