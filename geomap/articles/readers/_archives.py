"""Archives: zip and tar, whose members are read in memory, one after another, within bounds."""

from __future__ import annotations

import bz2
import gzip
import lzma
import tarfile
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from io import BytesIO
from typing import IO, Any

from geomap.articles._sources import PARSER_ERRORS, Budget, Member, Source
from geomap.errors import ArticlesUnreadable

_DAMAGED = (*PARSER_ERRORS, zipfile.BadZipFile, tarfile.TarError, RuntimeError)
_PASSWORD = 0x1
_CHUNK = 1 << 20
# As much of LZMA as zipfile unpacks at once grows to 30 MB at most.
_PIECE = 1 << 12
_UNPACKERS: Mapping[bytes, Callable[[IO[bytes]], Any]] = {
    b"\x1f\x8b": gzip.open,
    b"BZh": bz2.open,
    b"\xfd7zXZ\0": lzma.open,
}


def zip_members(source: Source, budget: Budget) -> Iterator[Member]:
    """Yield the files of a zip archive, sorted by their path in it.

    Raises
    ------
    ArticlesUnreadable
        If it is no zip archive.
    """
    with opened_zip(source, "a zip archive") as archive:
        for info in sorted(archive.infolist(), key=lambda info: info.filename.split("/")):
            if not info.filename.endswith("/"):
                budget.count()
                yield Member(info.filename, partial(_read_member, archive, info, budget))


@contextmanager
def opened_zip(source: Source, what: str) -> Iterator[zipfile.ZipFile]:
    """Open a zip archive; raise ArticlesUnreadable if it is not `what` it should be."""
    with opened(source) as file:
        try:
            archive = zipfile.ZipFile(file)
        except _DAMAGED as error:
            raise ArticlesUnreadable(f"not {what}, or damaged: {error}") from error
        with archive:
            yield archive


def read_zipped(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes:
    """Return a file of a zip archive, whose size is checked before.

    Raises
    ------
    ArticlesUnreadable
        If it is protected or damaged, which includes that it is larger than the archive says.
    """
    if info.flag_bits & _PASSWORD:
        raise ArticlesUnreadable("protected by a password")
    if info.compress_type == zipfile.ZIP_BZIP2:
        # zipfile unpacks a piece of bzip2 whole, and gigabytes may come of a few hundred bytes.
        raise ArticlesUnreadable("packed with bzip2, which cannot be done safely in a zip archive; pack it as usual")
    try:
        with archive.open(info) as file:
            # In pieces, so that what is larger than the archive says is noticed before it fills the memory.
            return b"".join(iter(partial(file.read, _PIECE), b""))
    except _DAMAGED as error:
        raise ArticlesUnreadable(f"cannot be unpacked: {error}") from error


def opened(source: Source) -> IO[bytes]:
    """Return the content of a source as a stream, as it is stored."""
    return source.path.open("rb") if source.data is None else BytesIO(source.data)


def _read_member(archive: zipfile.ZipFile, info: zipfile.ZipInfo, budget: Budget) -> bytes:
    budget.take(info.file_size, packed=info.compress_size)
    return read_zipped(archive, info)


def tar_members(source: Source, budget: Budget) -> Iterator[Member]:
    """Yield the files of a tar archive, packed or not, in their order.

    Raises
    ------
    ArticlesUnreadable
        If it is no tar archive, or where it is cut off or damaged; the members before are yielded.
    """
    with opened(source) as packed:
        stream = BoundedStream(unpacked(packed), budget.longest_stream)
        count = 0
        try:
            # Without random access ("r|") tarfile could not say where the archive ends.
            with tarfile.open(fileobj=stream, mode="r:", errors="replace") as archive:  # type: ignore[call-overload]
                for info in archive:
                    # tarfile remembers each member, which a long archive does not need.
                    archive.members.clear()
                    if not info.isdir():
                        budget.count()
                        yield Member(info.name, partial(_read_tarred, archive, info, budget))
                        count += 1
            # tarfile takes a header that it cannot read for the end of the archive.
            if stream.last.strip(b"\0") or not stream.last:
                raise tarfile.ReadError("it does not end as an archive ends")
            stream.read_to_end()
        except ArticlesUnreadable:
            raise
        except _DAMAGED as error:
            raise ArticlesUnreadable(_cut_off(count, str(error))) from error


def unpacked(packed: IO[bytes]) -> IO[bytes]:
    """Return a stream that unpacks gzip, bzip2 and xz, told by its first bytes."""
    start = packed.read(6)
    packed.seek(0)
    unpacker = next((each for magic, each in _UNPACKERS.items() if start.startswith(magic)), None)
    stream: IO[bytes] = unpacker(packed) if unpacker else packed
    return stream


def _cut_off(count: int, reason: str) -> str:
    if not count:
        return f"not a tar archive, or damaged: {reason}"
    return f"the archive is damaged or cut off after {count} file{'s' if count > 1 else ''}: {reason}"


def _read_tarred(archive: tarfile.TarFile, info: tarfile.TarInfo, budget: Budget) -> bytes:
    if not info.isreg():
        raise ArticlesUnreadable("a link or device, not a file")
    budget.take(info.size)
    try:
        file = archive.extractfile(info)
        return file.read() if file is not None else b""
    except ArticlesUnreadable:
        raise
    except _DAMAGED as error:
        raise ArticlesUnreadable(f"cannot be unpacked: {error}") from error


class BoundedStream:
    """A stream that ends with an error where it grows beyond a limit.

    Parameters
    ----------
    stream
        What to read.
    limit
        The most bytes to read or to pass over.
    piecemeal
        Whether to return what there is, where that is less than was asked for: what stands before damage is then not
        lost with it.

    Attributes
    ----------
    last
        What was read last.
    tail
        The last four bytes that were read.
    """

    def __init__(self, stream: Any, limit: int, *, piecemeal: bool = False) -> None:
        self._stream, self._limit = stream, limit
        self._read = stream.read1 if piecemeal else stream.read
        self.last = self.tail = b""

    def read(self, size: int) -> bytes:
        """Return at most so many bytes."""
        self._check(self._stream.tell())
        self.last = self._read(min(size, self._limit - self._stream.tell() + 1))
        self.tail = (self.tail + self.last[-4:])[-4:]
        return self.last

    def read_to_end(self) -> None:
        """Read what is left, where gzip keeps the sum that shows damage."""
        while self.read(_CHUNK):
            pass

    def seek(self, position: int) -> int:
        """Go to a position from the start."""
        self._check(position)
        return int(self._stream.seek(position))

    def tell(self) -> int:
        """Return the position from the start."""
        return int(self._stream.tell())

    def _check(self, position: int) -> None:
        if position > self._limit:
            raise ArticlesUnreadable(f"it unpacks to more than {self._limit:,} bytes; the rest is not read")
