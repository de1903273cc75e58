"""Download the files of GeoNames: resumed where a connection broke, checked when they have arrived."""

from __future__ import annotations

import http.client
import io
import json
import os
import re
import ssl
import time
import urllib.error
import urllib.parse
import urllib.request
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from geomap.errors import GazetteerDownloadFailed, GazetteerNotFound, GazetteerUnwritable, InvalidGazetteer
from geomap.gazetteer._index import check_space

# As GeoNames calls them. The build needs the first; without one of the others it knows less.
PLACES, NAMES = "allCountries.zip", "alternateNamesV2.zip"
ADMIN1, ADMIN2, COUNTRIES = "admin1CodesASCII.txt", "admin2Codes.txt", "countryInfo.txt"
FEATURE_CODES, HIERARCHY = "featureCodes_en.txt", "hierarchy.zip"
FILES = (PLACES, NAMES, ADMIN1, ADMIN2, COUNTRIES, FEATURE_CODES, HIERARCHY)
_BLOCK = 1 << 22
# Deflated text of this kind is about this much smaller.
_PACKED = 4


class Dump:
    """A folder of GeoNames files, each as ``.zip`` or as the text that is in it.

    Raises
    ------
    GazetteerNotFound
        If there is no ``allCountries`` in the folder.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        if self.path(PLACES) is None:
            raise GazetteerNotFound(
                f"{folder} has neither {PLACES} nor allCountries.txt; it should hold the files of GeoNames' export: "
                + ", ".join(FILES)
            )

    def path(self, file: str) -> Path | None:
        """Return where a file lies, zipped or not, or None."""
        stem = file.partition(".")[0]
        return next((path for end in (".txt", ".zip") if (path := self.folder / f"{stem}{end}").is_file()), None)

    def date(self) -> str:
        """Return the day on which the places were written, as ISO 8601."""
        path = self.path(PLACES)
        assert path is not None
        return datetime.fromtimestamp(path.stat().st_mtime, tz=UTC).date().isoformat()

    def size(self) -> int:
        """Return the bytes of the places and names as text."""
        return sum(self._text_size(path) for file in (PLACES, NAMES) if (path := self.path(file)))

    def _text_size(self, path: Path) -> int:
        if path.suffix != ".zip":
            return path.stat().st_size
        try:
            with zipfile.ZipFile(path) as archive:
                return archive.getinfo(f"{path.stem}.txt").file_size
        except (zipfile.BadZipFile, KeyError) as error:
            raise _broken(path, error) from error

    def rows(self, file: str, columns: int) -> Iterator[list[str]]:
        """Yield the rows of a small file that have at least so many columns; nothing if it is not there."""
        for _, lines in self.blocks(file):
            for line in lines:
                fields = line.split("\t")
                if len(fields) >= columns and not line.startswith("#"):
                    yield fields

    def blocks(
        self, file: str, advance: Callable[[float], None] = lambda share: None
    ) -> Iterator[tuple[int, list[str]]]:
        """Yield a file's lines in lists, each with the number of its first line; nothing if it is not there.

        Raises
        ------
        InvalidGazetteer
            If the archive is damaged or the text is not UTF-8.
        """
        path = self.path(file)
        if path is None:
            return
        size, done, first = max(self._text_size(path), 1), 0, 1
        try:
            with _opened(path) as stream:
                while lines := stream.readlines(_BLOCK):
                    text = b"".join(lines).decode("utf-8").removesuffix("\n").split("\n")
                    yield first, text
                    first += len(text)
                    done += sum(map(len, lines))
                    advance(min(done / size, 1.0))
        except (zipfile.BadZipFile, zlib.error, EOFError, UnicodeDecodeError) as error:
            raise _broken(path, error) from error


def _broken(path: Path, error: Exception) -> InvalidGazetteer:
    return InvalidGazetteer(f"{path} is damaged ({error}); delete it and download it again")


@contextmanager
def _opened(path: Path) -> Iterator[BinaryIO]:
    if path.suffix != ".zip":
        with path.open("rb", buffering=_BLOCK) as file:
            yield file
        return
    with zipfile.ZipFile(path) as archive:
        try:
            member = archive.open(f"{path.stem}.txt")
        except KeyError as error:
            raise zipfile.BadZipFile(f"there is no {path.stem}.txt in it") from error
        # What a ZipExtFile has is enough to be read as a raw stream; its stubs do not say so.
        with io.BufferedReader(member, _BLOCK) as reader:  # type: ignore[type-var]
            yield reader


URL_VARIABLE = "GEOMAP_GEONAMES_URL"
GEONAMES_URL = "https://download.geonames.org/export/dump/"
_CHUNK = 1 << 18
_SECONDS = 60
_LONGEST_PAUSE = 30.0
_TRY_AGAIN = frozenset({408, 425, 429, 500, 502, 503, 504})
_NOT_SATISFIABLE = 416
_PARTIAL = 206
_RANGE = re.compile(r"bytes (?:(\d+)-\d+|\*)/(\d+|\*)")

_NO_HEAD = frozenset({405, 501})

Advance = Callable[[str, int, int], None]


class _Broken(Exception):
    """What arrived is not all, or not right; trying again may help."""


_TRANSIENT = (
    urllib.error.URLError,
    http.client.HTTPException,
    ConnectionError,
    TimeoutError,
    ssl.SSLError,
    _Broken,
)


@dataclass(frozen=True)
class _Remote:
    """What a server says of a file: its size, and the tag by which the same content is known again."""

    size: int | None
    tag: str


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

    Files that are there and unchanged at the server are kept. A file appears under its name when all of it has arrived;
    until then what there is of it waits beside it, also for the next call.

    Parameters
    ----------
    folder
        Where the files go.
    url
        Where they come from; without it the environment variable ``GEOMAP_GEONAMES_URL``, else GeoNames' own server.
    files
        Their names.
    attempts
        How often in a row a file may fail without getting on.
    pause
        Waits for some seconds between attempts.
    advance
        Called with a file's name, its bytes that have arrived and its size.

    Raises
    ------
    GazetteerDownloadFailed
        If the server has no such file, or a file does not arrive whole.
    GazetteerUnwritable
        If the folder has no space for them.
    """
    base = (url or os.environ.get(URL_VARIABLE) or GEONAMES_URL).rstrip("/") + "/"
    if urllib.parse.urlsplit(base).scheme not in {"http", "https"}:
        raise GazetteerDownloadFailed(f"{base} is no address of a web server; it begins with http:// or https://")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        transfers = [_Transfer(base + file, folder / file, attempts, pause, advance) for file in files]
        wanted = [transfer for transfer in transfers if not transfer.is_there()]
        check_space(folder, sum(transfer.lacking() for transfer in wanted))
        for transfer in wanted:
            transfer.run()
    except OSError as error:
        if isinstance(error, GazetteerDownloadFailed | GazetteerUnwritable):
            raise
        raise GazetteerUnwritable(f"the download cannot be written in {folder}: {error}") from error
    return [folder / file for file in files]


class _Transfer:
    """One file on its way."""

    def __init__(self, url: str, target: Path, attempts: int, pause: Callable[[float], None], advance: Advance) -> None:
        self.url, self.target, self.attempts, self.pause, self.advance = url, target, attempts, pause, advance
        self.part = target.with_name(target.name + ".part")
        self.note = target.with_name(target.name + ".json")
        self.remote: _Remote | None = None

    def is_there(self) -> bool:
        """Ask the server for the file's size and tag; tell whether that file is there already."""
        self.remote = self._persist(self._ask)
        known = self._noted()
        whole = self.target.is_file() and self.remote.size in {None, self.target.stat().st_size}
        return whole and bool(self.remote.tag) and known == self.remote

    def lacking(self) -> int:
        """Return how many bytes are still to come, as far as the server said."""
        return max(((self.remote.size if self.remote else None) or 0) - _size(self.part), 0)

    def run(self) -> None:
        """Receive the file, check it, give it its name."""
        self._persist(self._receive_checked)
        self.part.replace(self.target)

    def _persist(self, act: Callable[[], _Remote]) -> _Remote:
        """Do something until it succeeds, or fails too often without getting on."""
        failures, most = 0, _size(self.part)
        while True:
            try:
                return act()
            except urllib.error.HTTPError as error:
                if error.code not in _TRY_AGAIN:
                    raise GazetteerDownloadFailed(
                        f"{self.url}: the server answers {error.code} {error.reason}"
                    ) from error
                reason: Exception = error
            except _TRANSIENT as error:
                reason = error
            arrived = _size(self.part)
            failures, most = (1, arrived) if arrived > most else (failures + 1, most)
            if failures >= self.attempts:
                raise GazetteerDownloadFailed(
                    f"{self.url} does not arrive whole ({reason or type(reason).__name__}); {arrived:,} bytes are kept in "
                    f"{self.part.parent}, and trying again goes on from there"
                ) from reason
            self.pause(_seconds(reason, failures))

    def _ask(self) -> _Remote:
        try:
            with urllib.request.urlopen(_request(self.url, method="HEAD"), timeout=_SECONDS) as answer:  # noqa: S310
                return _told(answer.headers)
        except urllib.error.HTTPError as error:
            if error.code in _NO_HEAD:
                return _Remote(None, "")
            raise

    def _receive_checked(self) -> _Remote:
        remote = self._receive()
        arrived = _size(self.part)
        if remote.size is not None and arrived != remote.size:
            if arrived > remote.size:
                self.part.unlink()
            raise _Broken(f"{arrived:,} of {remote.size:,} bytes")
        wrong = _damage(self.part, self.target.suffix)
        if wrong:
            self.part.unlink()
            raise _Broken(wrong)
        return remote

    def _receive(self) -> _Remote:
        have, known = _size(self.part), self._noted()
        headers = {}
        if have and known is not None and known.size == have:
            return known
        if have and known is not None and known.tag:
            # Without the tag a changed file would be sewn to the old one's beginning.
            headers = {"Range": f"bytes={have}-", "If-Range": known.tag}
        try:
            answer = urllib.request.urlopen(_request(self.url, headers=headers), timeout=_SECONDS)  # noqa: S310
        except urllib.error.HTTPError as error:
            if error.code == _NOT_SATISFIABLE:
                self.part.unlink(missing_ok=True)
                raise _Broken("the file has changed at the server") from error
            raise
        with answer:
            remote, begin = _told(answer.headers), 0
            if answer.status == _PARTIAL:
                begin, size = _range(answer.headers.get("Content-Range", ""))
                if begin != have:
                    self.part.unlink(missing_ok=True)
                    raise _Broken(f"the server goes on at byte {begin:,} instead of {have:,}")
                remote = _Remote(size, remote.tag)
            self._note(remote)
            self._write(answer, begin, remote.size)
        return remote

    def _write(self, answer: http.client.HTTPResponse, begin: int, size: int | None) -> None:
        with self.part.open("ab" if begin else "wb") as file:
            while chunk := answer.read(_CHUNK):
                file.write(chunk)
                begin += len(chunk)
                self.advance(self.target.name, begin, size or 0)

    def _note(self, remote: _Remote) -> None:
        self.note.write_text(json.dumps({"size": remote.size, "tag": remote.tag}), "utf-8")

    def _noted(self) -> _Remote | None:
        try:
            noted = json.loads(self.note.read_text("utf-8"))
            return _Remote(noted["size"], noted["tag"])
        except (FileNotFoundError, ValueError, KeyError, TypeError):
            return None


# Addresses are http or https: the download refuses others before it begins.
def _request(url: str, *, method: str = "GET", headers: dict[str, str] | None = None) -> urllib.request.Request:
    # No compression in transit: sizes and ranges are those of the file.
    every = {"User-Agent": "geomap", "Accept-Encoding": "identity", **(headers or {})}
    return urllib.request.Request(url, headers=every, method=method)  # noqa: S310


def _told(headers: http.client.HTTPMessage) -> _Remote:
    size, tag = headers.get("Content-Length"), headers.get("ETag") or ""
    # A weak tag does not promise the same bytes.
    tag = headers.get("Last-Modified") or "" if not tag or tag.startswith("W/") else tag
    return _Remote(int(size) if size and size.isdecimal() else None, tag)


def _range(header: str) -> tuple[int, int | None]:
    found = _RANGE.match(header)
    if found is None or found[1] is None:
        raise _Broken(f"the server's range {header!r} makes no sense")
    return int(found[1]), int(found[2]) if found[2] != "*" else None


def _damage(path: Path, suffix: str) -> str:
    """Return what is wrong with a file that has arrived, nothing if it is right."""
    if suffix == ".zip":
        try:
            with zipfile.ZipFile(path) as archive:
                broken = archive.testzip()
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
            return f"the archive is damaged: {error}"
        return f"the archive is damaged at {broken}" if broken else ""
    with path.open("rb") as file:
        begin = file.read(1 << 16)
    if b"\t" not in begin or begin.lstrip().startswith(b"<"):
        return "this is no table"
    return ""


def _seconds(reason: Exception, failures: int) -> float:
    """Return how long to wait: what the server asks for, else twice as long as the time before."""
    asked = (
        reason.headers.get("Retry-After", "") if isinstance(reason, urllib.error.HTTPError) and reason.headers else ""
    )
    return min(float(asked) if asked.isdecimal() else 2.0**failures, _LONGEST_PAUSE)


def _size(path: Path) -> int:
    return path.stat().st_size if path.is_file() else 0
