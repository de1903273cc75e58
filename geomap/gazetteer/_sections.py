"""The file of an index: flat arrays behind one another, with a table of contents and checksums, read by memory-mapping.

.. code-block:: text

    header     magic, version, where the table of contents is and its CRC-32, size of the file, CRC-32 of the header
    sections   arrays of numbers or of bytes, each padded to eight bytes
    contents   JSON: of each section its start, its length in bytes, the type of its numbers and its CRC-32

All numbers are little-endian. The header is written last, so that half a file is never taken for a whole one.
"""

from __future__ import annotations

import contextlib
import json
import mmap
import os
import struct
import sys
import tempfile
import zlib
from array import array
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain, pairwise
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, NamedTuple, Self

from geomap.errors import GazetteerDamaged, GazetteerNotFound, InvalidGazetteer

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Array = npt.NDArray[np.generic]

MAGIC = b"geomap\0\x1a"
_HEADER = struct.Struct("<8sIIQQQ4xI")
_ALIGNED = 8
_COPIED = 1 << 20
_TEXTS_AT_ONCE = 50_000
# Temporary data up to this size stays in memory, in bytes.
_SPOOLED = 1 << 25
# What numpy calls the types that memory views name by one letter.
_LETTERS = {"u1": "B", "u2": "H", "u4": "I", "i4": "i"}
# Up to this size, in bytes, the whole content is checked whenever a file is opened; that takes a hundredth of a second.
_ALWAYS_CHECKED = 200_000_000
CHECKED_SUFFIX = ".checked"


class Section(NamedTuple):
    """Where a section lies in its file, in bytes, and what it holds."""

    start: int
    length: int
    letter: str
    crc: int


class SectionsWriter:
    """Writes a file of sections, one after the other; leaving the ``with`` block without an error completes it.

    Parameters
    ----------
    path
        The file to write.
    version
        Version of the format, which readers compare.
    """

    def __init__(self, path: Path, version: int) -> None:
        self._path = path
        self._file = path.open("wb")
        self._version = version
        self._sections: dict[str, Section] = {}
        self._file.write(bytes(_HEADER.size))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        with contextlib.closing(self._file):
            if kind is None:
                self._finish()

    def add(self, name: str, values: Array | bytes | IO[bytes], letter: str = "B") -> None:
        """Add a section: an array of numbers, or bytes, or a file of them, whose numbers have the given type."""
        import numpy as np

        start, crc = self._file.tell(), 0
        if isinstance(values, bytes):
            chunks: Iterator[Any] = iter((values,))
        elif isinstance(values, np.ndarray):
            letter = _LETTERS.get(values.dtype.str[1:], "B")
            chunks = iter((values.view("u1") if len(values) else b"",))
        else:
            values.seek(0)
            chunks = iter(lambda: values.read(_COPIED), b"")
        for chunk in chunks:
            crc = zlib.crc32(chunk, crc)
            self._file.write(chunk)
        length = self._file.tell() - start
        crc = zlib.crc32(self._pad(), crc)
        self._sections[name] = Section(start, length, letter, crc)

    def add_json(self, name: str, value: object) -> None:
        """Add a section of JSON."""
        self.add(name, json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass"))

    def add_all(self, prefix: str, parts: Mapping[str, Array]) -> None:
        """Add sections whose names begin the same."""
        for ending, values in parts.items():
            self.add(prefix + ending, values)

    def so_far(self) -> Sections:
        """Return the sections that have been added, to read them."""
        self._file.flush()
        with self._path.open("rb") as file:
            data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        return Sections(data, dict(self._sections))

    def _pad(self) -> bytes:
        padding = bytes(-self._file.tell() % _ALIGNED)
        self._file.write(padding)
        return padding

    def _finish(self) -> None:
        contents = json.dumps(self._sections, separators=(",", ":")).encode()
        start = self._file.tell()
        self._file.write(contents)
        size = self._file.tell()
        header = _HEADER.pack(MAGIC, self._version, zlib.crc32(contents), start, len(contents), size, 0)[:-4]
        self._file.seek(0)
        self._file.write(header + zlib.crc32(header).to_bytes(4, "little"))


def spooled(folder: Path) -> IO[bytes]:
    """Return a temporary file, in memory while it is small, that lies in a folder when it is not."""
    return tempfile.SpooledTemporaryFile(max_size=_SPOOLED, prefix=".geomap-", dir=str(folder))


class TextsWriter:
    """Collects the texts that :class:`Texts` reads.

    Parameters
    ----------
    folder
        Folder for a temporary file.
    """

    def __init__(self, folder: Path) -> None:
        self._file = spooled(folder)
        self._lengths: list[npt.NDArray[np.uint32]] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def extend(self, texts: Iterable[str]) -> list[bytes]:
        """Add texts and return them as they are stored."""
        import numpy as np

        raw = [text.encode("utf-8", "surrogatepass") for text in texts]
        self._file.write(b"".join(raw))
        self._lengths.append(np.fromiter(map(len, raw), np.uint32, len(raw)))
        return raw

    def starts(self) -> npt.NDArray[np.uint32]:
        """Return where each text begins, in bytes, and where the last one ends.

        Raises
        ------
        InvalidGazetteer
            If the texts take more than four gigabytes.
        """
        import numpy as np

        found = np.cumsum(np.concatenate([[0], *self._lengths]), dtype=np.uint64)
        if found[-1] >= 1 << 32:
            raise InvalidGazetteer("the names of a gazetteer must not take more than 4 GB; build it in parts")
        return found.astype(np.uint32)

    def add_to(self, sections: SectionsWriter, name: str) -> None:
        """Add the two sections of the texts."""
        sections.add(name, self._file)
        sections.add(f"{name}_starts", self.starts())


class Sections:
    """A file of sections, mapped into memory read-only; what is looked at is what the system reads from the disk.

    Objects may be shared by threads and by forked processes. The file is closed when nothing refers to the object or to
    one of its views any more.

    Parameters
    ----------
    data
        The bytes.
    contents
        Where the sections lie.
    stamp
        What tells this content from any other.
    """

    def __init__(self, data: mmap.mmap | bytes, contents: Mapping[str, Section], stamp: str = "") -> None:
        self.data = data
        self.contents = contents
        self.stamp = stamp
        self._view = memoryview(data)

    @classmethod
    def open(cls, path: Path, version: int) -> Self:
        """Return the sections of a file.

        Parameters
        ----------
        path
            The file.
        version
            The version that the caller can read.

        Raises
        ------
        GazetteerNotFound
            If there is no such file, it is not one of these, or it has another version.
        GazetteerDamaged
            If its contents do not match their checksums.
        """
        check_file(path, version)
        with path.open("rb") as file:
            data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        header = _header(data[: _HEADER.size], path, version, len(data))
        return cls(data, _contents(data, header, path), f"{header.crc:08x}-{header.size}")

    @classmethod
    def loaded(cls, path: Path, version: int) -> Self:
        """Return the sections of a file that may go away, read into memory; otherwise as :meth:`open`."""
        check_file(path, version)
        data = path.read_bytes()
        header = _header(data[: _HEADER.size], path, version, len(data))
        return cls(data, _contents(data, header, path), f"{header.crc:08x}-{header.size}")

    def __contains__(self, name: str) -> bool:
        return name in self.contents

    def start(self, name: str) -> int:
        """Return where a section begins, in bytes."""
        return self.contents[name].start

    def view(self, name: str) -> memoryview[int]:
        """Return a section's numbers."""
        section = self.contents[name]
        if not section.length:
            return memoryview(array(section.letter))
        return self._view[section.start : section.start + section.length].cast(section.letter)  # type: ignore[call-overload, no-any-return]

    def array(self, name: str) -> npt.NDArray[Any]:
        """Return a section's numbers as an array that must not be written to."""
        import numpy as np

        return np.asarray(self.view(name))

    def json(self, name: str) -> Any:
        """Return what a section of JSON holds."""
        return json.loads(bytes(self.view(name)).decode("utf-8", "surrogatepass"))


def is_sound(path: Path, version: int) -> bool:
    """Return whether a file of this version exists and matches its checksums."""
    try:
        check_file(path, version)
    except (GazetteerNotFound, GazetteerDamaged):
        return False
    return True


def check_file(path: Path, version: int) -> None:
    """Check a file against its checksums, a large one only if it has not been checked since it was written.

    Raises
    ------
    GazetteerNotFound, GazetteerDamaged
        As in :meth:`Sections.open`.
    """
    if sys.byteorder != "little":
        raise GazetteerNotFound("indexes of gazetteers need a little-endian machine")
    try:
        file = path.open("rb")
    except OSError as error:
        raise GazetteerNotFound(f"cannot open {path}: {error.strerror or error}") from error
    with file:
        found = os.fstat(file.fileno())
        header = _header(file.read(_HEADER.size), path, version, found.st_size)
        noted = path.with_suffix(CHECKED_SUFFIX)
        mark = f"{found.st_size} {found.st_mtime_ns} {header.crc:08x}"
        large = found.st_size > _ALWAYS_CHECKED
        # Closed before an error leaves: Windows cannot replace a file that is mapped.
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            contents = _contents(data, header, path)
            wrong = [] if large and _read(noted) == mark else _wrong_sections(data, contents)
    if wrong:
        raise GazetteerDamaged(f"{path} is damaged: checksums of {', '.join(wrong)} do not match; {_mend(path)}")
    if large:
        # Where the folder cannot be written to, every process checks the file.
        with contextlib.suppress(OSError):
            noted.write_text(mark, "utf-8")


def _read(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        return ""


def _mend(path: Path) -> str:
    return f"delete {path.name} and build, install or copy it again"


class _Header(NamedTuple):
    magic: bytes
    version: int
    crc: int
    start: int
    length: int
    size: int
    check: int


def _header(found: bytes, path: Path, version: int, size: int) -> _Header:
    if found.startswith(b"SQLite format 3"):
        raise GazetteerNotFound(f"{path} is an index of an older version of geomap; build or install it again")
    if not found.strip(b"\0") or MAGIC.startswith(found):
        raise GazetteerDamaged(f"{path} is empty or half-written; {_mend(path)}")
    if not found.startswith(MAGIC):
        raise GazetteerNotFound(f"cannot open {path} as a gazetteer: it is not an index that geomap built")
    if len(found) < _HEADER.size or zlib.crc32(found[:-4]) != int.from_bytes(found[-4:], "little"):
        raise GazetteerDamaged(f"{path} is damaged: its header does not match its checksum; {_mend(path)}")
    header = _Header._make(_HEADER.unpack(found))
    if header.version != version:
        raise GazetteerNotFound(
            f"{path} has schema version {header.version}, but this version of geomap reads {version}; build or install it "
            "again"
        )
    if header.size != size:
        raise GazetteerDamaged(f"{path} is damaged: it has {size:,} bytes, not {header.size:,}; {_mend(path)}")
    return header


def _contents(data: mmap.mmap | bytes, header: _Header, path: Path) -> dict[str, Section]:
    found = data[header.start : header.start + header.length]
    if zlib.crc32(found) != header.crc:
        raise GazetteerDamaged(f"{path} is damaged: its contents do not match their checksum; {_mend(path)}")
    return {name: Section(*values) for name, values in json.loads(found).items()}


def _wrong_sections(data: mmap.mmap, contents: Mapping[str, Section]) -> list[str]:
    """Return the names of the sections that do not match their checksums."""
    with memoryview(data) as view:
        return [name for name, section in contents.items() if _crc(view, section) != section.crc]


def _crc(view: memoryview, section: Section) -> int:
    end = section.start + section.length
    with view[section.start : end + -end % _ALIGNED] as part:
        return zlib.crc32(part)


class Texts:
    """Texts by number: a section with one behind the other, and one that says where each begins.

    Parameters
    ----------
    sections
        Where they are.
    name
        The section of the texts; the other's is the same with ``_starts``.
    """

    def __init__(self, sections: Sections, name: str) -> None:
        self.data = sections.data
        self.begin = sections.start(name)
        self.starts = sections.view(f"{name}_starts")

    def __len__(self) -> int:
        return len(self.starts) - 1

    def __getitem__(self, number: int) -> str:
        return self.raw(number).decode("utf-8", "surrogatepass")

    def __iter__(self) -> Iterator[str]:
        return chain.from_iterable(self.blocks())

    def raw(self, number: int) -> bytes:
        """Return a text as it is stored."""
        return self.data[self.begin + self.starts[number] : self.begin + self.starts[number + 1]]

    def raw_blocks(self) -> Iterator[list[bytes]]:
        """Yield all texts as they are stored, in lists."""
        for low, starts in self._parts():
            raw = self.data[self.begin + low : self.begin + starts[-1]]
            yield [raw[begin - low : end - low] for begin, end in pairwise(starts)]

    def blocks(self) -> Iterator[list[str]]:
        """Yield all texts in order, in lists."""
        for low, starts in self._parts():
            raw = self.data[self.begin + low : self.begin + starts[-1]]
            if raw.isascii():
                text = raw.decode("ascii")
                yield [text[begin - low : end - low] for begin, end in pairwise(starts)]
            else:
                yield [raw[begin - low : end - low].decode("utf-8", "surrogatepass") for begin, end in pairwise(starts)]

    def _parts(self) -> Iterator[tuple[int, list[int]]]:
        for first in range(0, len(self), _TEXTS_AT_ONCE):
            starts = self.starts[first : first + _TEXTS_AT_ONCE + 1].tolist()
            yield starts[0], starts


class Numbers:
    """Numbers by the hash of a key: buckets of numbers behind one another, and where each bucket begins.

    The keys themselves are elsewhere; whoever asks compares them.
    """

    def __init__(self, sections: Sections, name: str) -> None:
        self._starts = sections.view(f"{name}_buckets")
        self._numbers = sections.view(f"{name}_numbers")
        self._shift = 32 - (len(self._starts) - 1).bit_length() + 1

    def of(self, key: bytes) -> memoryview[int]:
        """Return the numbers whose keys may be this one, in ascending order."""
        bucket = zlib.crc32(key) >> self._shift
        return self._numbers[self._starts[bucket] : self._starts[bucket + 1]]


def bucketed(crcs: npt.NDArray[np.uint32], numbers: npt.NDArray[np.uint32] | None = None) -> dict[str, Array]:
    """Return what :class:`Numbers` reads, by the endings of its sections: of the CRC-32 of keys and their numbers.

    Parameters
    ----------
    crcs
        The checksum of each key.
    numbers
        The number of each key; without, keys are counted from 0.
    """
    import numpy as np

    bits = max(len(crcs).bit_length(), 1)
    buckets = crcs >> np.uint32(32 - bits)
    # Sorting numbers of 64 bits is much faster than sorting by a key: the bucket above, the number below.
    low = np.arange(len(crcs), dtype=np.uint64) if numbers is None else numbers
    together = (buckets.astype(np.uint64) << np.uint64(32)) | low
    together.sort()
    sizes = np.bincount(buckets, minlength=1 << bits)
    starts = np.zeros(len(sizes) + 1, np.uint32)
    np.cumsum(sizes, out=starts[1:])
    return {"_buckets": starts, "_numbers": together.astype(np.uint32)}
