"""Download the files of GeoNames' export: broken downloads are resumed, complete ones checked."""

from __future__ import annotations

import json
import os
import re
import time
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from geomap import _http
from geomap._deadlines import Pace
from geomap.errors import GazetteerDownloadFailed, GazetteerUnwritable
from geomap.gazetteer._index import check_space

if TYPE_CHECKING:
    from requests import Response, Session

# Files of the whole export. Only the first is required; without one of the others the gazetteer knows less.
TABLES = ("admin1CodesASCII.txt", "admin2Codes.txt", "countryInfo.txt", "featureCodes_en.txt")
EVERYTHING = "allCountries.zip"
FILES = (EVERYTHING, "alternateNamesV2.zip", *TABLES, "hierarchy.zip")
URL_VARIABLE, POSTAL_URL_VARIABLE = "GEOMAP_GEONAMES_URL", "GEOMAP_GEONAMES_POSTAL_URL"
GEONAMES_URL = "https://download.geonames.org/export/dump/"
POSTAL_URL = "https://download.geonames.org/export/zip/"
_TIMEOUT = 60.0
# A file of hundreds of megabytes may take hours, but not come at so few bytes a second for as long as the timeout.
_SLOWEST = 1_000
_LONGEST_PAUSE = 30.0
_RANGE = re.compile(r"bytes (\d+)-\d+/(\d+|\*)")
_PARTIAL = 206
_NOT_SATISFIABLE = frozenset({416})
_HEAD_NOT_ALLOWED = frozenset({405, 501})
# No compression in transit: sizes and ranges are those of the file.
_HEADERS = MappingProxyType({"User-Agent": "geomap", "Accept-Encoding": "identity"})

Advance = Callable[[str, int, int], None]


@dataclass(frozen=True)
class _Version:
    """A file as the server describes it: its size in bytes, and the tag that changes with its content."""

    size: int | None
    tag: str

    @classmethod
    def of(cls, response: Response) -> _Version:
        size, tag = response.headers.get("Content-Length", ""), response.headers.get("ETag", "")
        # A weak tag does not promise the same bytes.
        tag = response.headers.get("Last-Modified", "") if not tag or tag.startswith("W/") else tag
        return cls(int(size) if size.isdecimal() else None, tag)


def country_files(countries: Sequence[str]) -> tuple[str, ...]:
    """Return the names of the files of some countries: their places, their alternate names, and the small tables."""
    return (
        *(f"{code}.zip" for code in countries),
        *(f"alternatenames/{code}.zip" for code in countries),
        *TABLES[:3],
    )


def download_postal(
    folder: Path,
    *,
    countries: Sequence[str] = (),
    url: str | None = None,
    pause: Callable[[float], None] = time.sleep,
    advance: Advance = lambda file, done, size: None,
) -> list[Path]:
    """Download GeoNames' postal codes of some countries, by default of all; otherwise as :func:`download_geonames`."""
    files = [f"{code}.zip" for code in countries] or [EVERYTHING]
    base = url or os.environ.get(POSTAL_URL_VARIABLE) or POSTAL_URL
    return download_geonames(folder, url=base, files=files, pause=pause, advance=advance)


def download_geonames(
    folder: Path,
    *,
    url: str | None = None,
    files: Sequence[str] = FILES,
    attempts: int = 6,
    pause: Callable[[float], None] = time.sleep,
    advance: Advance = lambda file, done, size: None,
) -> list[Path]:
    """Download GeoNames' files into a folder.

    Files that are up to date are kept. A file gets its name when it is complete; until then it is a ``.part`` beside it,
    which a later call resumes.

    Parameters
    ----------
    folder
        Where the files go.
    url
        Base address; by default ``$GEOMAP_GEONAMES_URL``, else GeoNames' own server.
    files
        File names, with the folder below the base address where there is one.
    attempts
        How many attempts in a row may fail without progress: with less than 1,000 bytes a second. An attempt fails after
        a minute without headers or a byte, or at less than 1,000 bytes a second for a minute.
    pause
        Called with the seconds to wait between attempts.
    advance
        Called with a file's name, the bytes received so far and its size (0 if unknown).

    Returns
    -------
    list of Path
        The files, in the order of ``files``.

    Raises
    ------
    GazetteerDownloadFailed
        If the server lacks a file, or a file cannot be downloaded completely.
    GazetteerUnwritable
        If the folder cannot be written or has too little space.
    """
    base = (url or os.environ.get(URL_VARIABLE) or GEONAMES_URL).rstrip("/") + "/"
    if not base.startswith(("http://", "https://")):
        raise GazetteerDownloadFailed(f"invalid URL {base}: expected http:// or https://")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for file in files:
            (folder / file).parent.mkdir(exist_ok=True)
        with _http.open_session(pace=Pace(slowest=_SLOWEST)) as session:
            transfers = [_Transfer(session, base + file, folder / file, attempts, pause, advance) for file in files]
            outdated = [transfer for transfer in transfers if not transfer.is_up_to_date()]
            check_space(folder, sum(transfer.remaining() for transfer in outdated))
            for transfer in outdated:
                transfer.run()
    except (GazetteerDownloadFailed, GazetteerUnwritable):
        raise
    except OSError as error:
        raise GazetteerUnwritable(f"cannot write the download in {folder}: {error}") from error
    return [folder / file for file in files]


@dataclass
class _Transfer:
    """The download of one file."""

    session: Session
    url: str
    target: Path
    attempts: int
    pause: Callable[[float], None]
    advance: Advance

    def __post_init__(self) -> None:
        self.part = self.target.with_name(self.target.name + ".part")
        self.record = self.target.with_name(self.target.name + ".json")
        self.version = _Version(None, "")
        self._failures = self._received = 0
        self._began = time.monotonic()

    def is_up_to_date(self) -> bool:
        """Ask the server for the file's version, and return whether that is the one in the folder."""
        self.version = self._persist(self._ask)
        complete = self.target.is_file() and self.version.size in {None, self.target.stat().st_size}
        return complete and bool(self.version.tag) and self._recorded() == self.version

    def remaining(self) -> int:
        """Return how many bytes are still to come, as far as the server said."""
        return max((self.version.size or 0) - _size(self.part), 0)

    def run(self) -> None:
        """Receive the file, check it and give it its name."""
        self._persist(self._receive_checked)
        self.part.replace(self.target)

    def _persist(self, action: Callable[[], _Version]) -> _Version:
        """Retry until it succeeds or stops making progress."""
        self._failures, self._received = 0, _size(self.part)
        attempt = _http.retrying(
            before=self._note_time,
            after=self._count_failure,
            wait=lambda state: min(_http.backoff(state, failures=self._failures, first=2.0), _LONGEST_PAUSE),
            stop=lambda state: self._failures >= self.attempts,
            sleep=self.pause,
        )
        try:
            return attempt(action)
        except _http.TransientError as error:
            raise GazetteerDownloadFailed(
                f"{self.url}: download incomplete ({error}); {_size(self.part):,} bytes are kept in {self.part.parent}, "
                "run it again to resume"
            ) from error
        except _http.HttpError as error:
            raise GazetteerDownloadFailed(f"{self.url}: {error}") from error

    def _note_time(self, _: object) -> None:
        self._began = time.monotonic()

    def _count_failure(self, _: object) -> None:
        """Count the failures in a row, which end at one before which the file grew fast enough to be complete one day."""
        received = _size(self.part)
        enough = _SLOWEST * (time.monotonic() - self._began)
        self._failures = 1 if received - self._received > enough else self._failures + 1
        self._received = max(received, self._received)

    @contextmanager
    def _response(
        self, method: str, headers: Mapping[str, str] | None = None, *, allowed: frozenset[int]
    ) -> Iterator[Response]:
        """Send a request and yield the response if it succeeded or has one of the ``allowed`` statuses."""
        with _http.send(
            self.session,
            method,
            self.url,
            headers={**_HEADERS, **(headers or {})},
            timeout=_TIMEOUT,
            follow_redirects=True,
        ) as response:
            status = response.status_code
            if status in _http.RETRIED_STATUSES:
                wait = _http.retry_after(response.headers, now=time.time())
                raise _http.TransientError(f"HTTP {status}", status=status, retry_after=wait)
            if status >= 400 and status not in allowed:
                raise _http.HttpError(f"HTTP {status} {response.reason}", status=status)
            yield response

    def _ask(self) -> _Version:
        with self._response("HEAD", allowed=_HEAD_NOT_ALLOWED) as response:
            return _Version.of(response) if response.ok else _Version(None, "")

    def _receive_checked(self) -> _Version:
        version = self._receive()
        received = _size(self.part)
        if version.size is not None and received != version.size:
            if received > version.size:
                self.part.unlink()
            raise _http.TransientError(f"{received:,} of {version.size:,} bytes")
        if damage := _damage(self.part, self.target.suffix):
            self.part.unlink()
            raise _http.TransientError(damage)
        return version

    def _receive(self) -> _Version:
        start, recorded = _size(self.part), self._recorded()
        headers = {}
        if start and recorded is not None:
            if recorded.size == start:
                return recorded
            if recorded.tag:
                # If-Range: else the rest of a changed file would be appended to the beginning of the old one.
                headers = {"Range": f"bytes={start}-", "If-Range": recorded.tag}
        with self._response("GET", headers, allowed=_NOT_SATISFIABLE) as response:
            if response.status_code in _NOT_SATISFIABLE:
                self.part.unlink(missing_ok=True)
                raise _http.TransientError("the file changed on the server")
            version = _Version.of(response)
            if response.status_code == _PARTIAL:
                version = _Version(self._size_of_rest(response, start), version.tag)
            else:
                start = 0
            self.record.write_text(json.dumps(asdict(version)), "utf-8")
            self._write(response, start, version.size)
        return version

    def _size_of_rest(self, response: Response, start: int) -> int | None:
        """Check that a partial response begins where the ``.part`` ends, and return the size of the whole file."""
        header = response.headers.get("Content-Range", "")
        match = _RANGE.match(header)
        if match is None or int(match[1]) != start:
            self.part.unlink(missing_ok=True)
            raise _http.TransientError(f"asked for bytes from {start}, got Content-Range {header!r}")
        return None if match[2] == "*" else int(match[2])

    def _write(self, response: Response, start: int, size: int | None) -> None:
        with self.part.open("ab" if start else "wb") as file:
            for chunk in _http.chunks(response, timeout=_TIMEOUT, decode=False):
                file.write(chunk)
                start += len(chunk)
                self.advance(self.target.name, start, size or 0)

    def _recorded(self) -> _Version | None:
        """Return the version that the ``.part`` or the file belongs to."""
        try:
            return _Version(**json.loads(self.record.read_text("utf-8")))
        except (FileNotFoundError, ValueError, TypeError):
            return None


def _damage(path: Path, suffix: str) -> str:
    """Return what is wrong with a received file, or an empty string."""
    if suffix == ".zip":
        try:
            with zipfile.ZipFile(path) as archive:
                broken = archive.testzip()
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
            return f"the archive is damaged: {error}"
        return f"the archive is damaged at {broken}" if broken else ""
    with path.open("rb") as file:
        start = file.read(1 << 16)
    return "" if b"\t" in start and not start.lstrip().startswith(b"<") else "not a tab-separated table"


def _size(path: Path) -> int:
    return path.stat().st_size if path.is_file() else 0
