"""Archives: zip and tar, whose members are read in memory, one after another, within bounds."""

from __future__ import annotations

import bz2
import gzip
import lzma
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from functools import partial
from io import BytesIO
from typing import IO

from geomap.articles._sources import Budget, Member, Source
from geomap.errors import ArticlesUnreadable

# What the standard library raises at damaged archives; RecursionError at chains of long names.
_DAMAGED = (
    *(zipfile.BadZipFile, tarfile.TarError, zlib.error, lzma.LZMAError, EOFError, OSError, ValueError, OverflowError),
    *(NotImplementedError, RecursionError, LookupError),
)
_PASSWORD = 0x1
_UNPACKERS = {b"\x1f\x8b": gzip.GzipFile, b"BZh": bz2.BZ2File, b"\xfd7zXZ\0": lzma.LZMAFile}


def zip_members(source: Source, budget: Budget) -> Iterator[Member]:
    """Yield the files of a zip archive, sorted by their path in it.

    Raises
    ------
    ArticlesUnreadable
        If it is no zip archive.
    """
    try:
        archive = zipfile.ZipFile(_opened(source))
    except _DAMAGED as error:
        raise ArticlesUnreadable(f"not a zip archive, or damaged: {error}") from error
    with archive:
        for info in sorted(archive.infolist(), key=lambda info: info.filename.split("/")):
            if not info.is_dir():
                budget.count()
                yield Member(info.filename, partial(_read_zipped, archive, info, budget))


def _opened(source: Source) -> IO[bytes]:
    return source.path.open("rb") if source.data is None else BytesIO(source.data)


def _read_zipped(archive: zipfile.ZipFile, info: zipfile.ZipInfo, budget: Budget) -> bytes:
    if info.flag_bits & _PASSWORD:
        raise ArticlesUnreadable("protected by a password")
    budget.take(info.file_size, packed=info.compress_size)
    try:
        # zipfile unpacks no more than the size that the archive states, which is within the budget.
        return archive.read(info)
    except (*_DAMAGED, RuntimeError) as error:
        raise ArticlesUnreadable(f"cannot be unpacked: {error}") from error


def tar_members(source: Source, budget: Budget) -> Iterator[Member]:
    """Yield the files of a tar archive, packed or not, in their order.

    Raises
    ------
    ArticlesUnreadable
        If it is no tar archive, or where it is cut off or damaged; the members before are yielded.
    """
    with _opened(source) as packed:
        start = packed.read(6)
        packed.seek(0)
        unpacker = next((each for magic, each in _UNPACKERS.items() if start.startswith(magic)), None)
        stream = _Bounded(unpacker(packed) if unpacker else packed, budget.longest_stream)
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
        except _DAMAGED as error:
            raise ArticlesUnreadable(_cut_off(count, str(error))) from error
        # tarfile takes a header that it cannot read for the end of the archive.
        if stream.last.strip(b"\0") or not stream.last:
            raise ArticlesUnreadable(_cut_off(count, "it does not end as an archive ends"))


def _cut_off(count: int, reason: str) -> str:
    if not count:
        return f"not a tar archive, or damaged: {reason}"
    return f"the archive is damaged or cut off after {count} file{'s' if count > 1 else ''}: {reason}"


def _read_tarred(archive: tarfile.TarFile, info: tarfile.TarInfo, budget: Budget) -> bytes:
    if not info.isreg():
        raise ArticlesUnreadable("a link or device, not a file")
    budget.take(info.size)
    file = archive.extractfile(info)
    return file.read() if file is not None else b""


class _Bounded:
    """A stream that ends with an error where it grows beyond a limit, and remembers what was read last."""

    def __init__(self, stream: IO[bytes], limit: int) -> None:
        self._stream, self._limit = stream, limit
        self.last = b""

    def read(self, size: int) -> bytes:
        self._check(self._stream.tell())
        self.last = self._stream.read(min(size, self._limit - self._stream.tell() + 1))
        return self.last

    def seek(self, position: int) -> int:
        self._check(position)
        return self._stream.seek(position)

    def tell(self) -> int:
        return self._stream.tell()

    def _check(self, position: int) -> None:
        if position > self._limit:
            raise ArticlesUnreadable(f"it unpacks to more than {self._limit:,} bytes; the rest is not read")
