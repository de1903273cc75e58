"""Open files as streams, packed or not, in bounded memory: nothing here holds more than one line or one block."""

from __future__ import annotations

import bz2
import codecs
import csv
import gzip
import io
import lzma
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO, BinaryIO, TextIO

from geomap.errors import InvalidGazetteer

BLOCK = 1 << 22
# No table or feature of places has a longer line; a file without line ends would fill the memory.
LONGEST_LINE = 1 << 24
# What reading a damaged archive or text raises.
DAMAGES = (
    *(zipfile.BadZipFile, zlib.error, lzma.LZMAError, gzip.BadGzipFile, EOFError, UnicodeDecodeError),
    NotImplementedError,  # of zipfile, for a method of packing that is not known
)
_ZIP, _GZIP, _BZIP2, _XZ = b"PK\x03\x04", b"\x1f\x8b", b"BZh", b"\xfd7zXZ\x00"
_TABLES = (".txt", ".csv", ".tsv", ".tab", ".json", ".geojson", ".jsonl")


def damaged(path: Path, error: Exception) -> InvalidGazetteer:
    """Return the error that says that a file is damaged."""
    return InvalidGazetteer(f"{path} is damaged ({error}); delete it and download it again")


@contextmanager
def reading(path: Path) -> Iterator[None]:
    """Turn what a damaged or unreadable file raises into InvalidGazetteer."""
    try:
        yield
    except DAMAGES as error:
        raise damaged(path, error) from error
    except OSError as error:
        raise InvalidGazetteer(f"cannot read {path}: {error.strerror or error}") from error


@contextmanager
def open_bytes(path: Path) -> Iterator[BinaryIO]:
    """Open a file for reading; unpack it if it is packed with zip, gzip, bzip2 or xz, whatever its name.

    Raises
    ------
    InvalidGazetteer
        If the file cannot be opened, or an archive holds no table or more than one.
    """
    with ExitStack() as stack:
        with reading(path):
            file: IO[bytes] = stack.enter_context(path.open("rb", buffering=BLOCK))
            start = file.read(6)
            file.seek(0)
            if start.startswith(_ZIP) or path.suffix.lower() == ".zip":
                archive = stack.enter_context(zipfile.ZipFile(file))
                member = stack.enter_context(archive.open(_table_in(archive, path)))
                # A ZipExtFile works as a raw stream, though its type stub does not say so.
                file = stack.enter_context(io.BufferedReader(member, BLOCK))  # type: ignore[type-var]
            elif start.startswith(_GZIP):
                file = stack.enter_context(gzip.open(file))  # type: ignore[arg-type]
            elif start.startswith(_BZIP2):
                file = stack.enter_context(bz2.open(file))
            elif start.startswith(_XZ):
                file = stack.enter_context(lzma.open(file))
        yield file  # type: ignore[misc]


def _table_in(archive: zipfile.ZipFile, path: Path) -> zipfile.ZipInfo:
    """Return the one table of an archive; GeoNames' have a readme beside it."""
    infos = [info for info in archive.infolist() if not info.is_dir() and not info.filename.startswith("__MACOSX/")]
    tables = [info for info in infos if Path(info.filename).suffix.lower() in _TABLES]
    named = [info for info in tables if Path(info.filename).stem.lower() == path.stem.lower()]
    others = [info for info in tables if not Path(info.filename).name.lower().startswith("readme")]
    for found in (named, others):
        if len(found) == 1:
            return found[0]
    if not others:
        raise zipfile.BadZipFile(f"it contains no {path.stem}.txt")
    shown = ", ".join(info.filename for info in others[:5])
    raise InvalidGazetteer(f"{path} contains {len(others)} tables ({shown}); unpack it and give the ones you want")


def unpacked_size(path: Path) -> int:
    """Return the size of a file's content in bytes: of a zip archive's table unpacked, of other packed files a guess."""
    with reading(path):
        if path.suffix.lower() == ".zip":
            with zipfile.ZipFile(path) as archive:
                return _table_in(archive, path).file_size
        size = path.stat().st_size
        return 6 * size if path.suffix.lower() in {".gz", ".bz2", ".xz"} else size


def line_blocks(stream: BinaryIO, path: Path) -> Iterator[tuple[int, int, list[str]]]:
    """Yield the lines of a UTF-8 text in lists, each with the number of its first line and its size in bytes.

    A byte order mark and carriage returns before line feeds are dropped.

    Raises
    ------
    InvalidGazetteer
        If the text is damaged or a line is too long.
    """
    first, rest = 1, b""
    with reading(path):
        while block := stream.read(BLOCK):
            if first == 1 and not rest:
                block = block.removeprefix(codecs.BOM_UTF8)
            whole, feed, after = block.rpartition(b"\n")
            if not feed:
                rest += after
                _check_length(rest, first, path)
                continue
            text = (rest + whole).decode("utf-8")
            rest = after
            lines = (text.replace("\r\n", "\n").removesuffix("\r") if "\r" in text else text).split("\n")
            yield first, len(block), lines
            first += len(lines)
        if rest:
            yield first, 0, [rest.decode("utf-8").removesuffix("\r")]


def _check_length(line: bytes, number: int, path: Path) -> None:
    if len(line) > LONGEST_LINE:
        raise InvalidGazetteer(
            f"{path}, line {number} has more than {LONGEST_LINE:,} bytes; is it a table with one place a line?"
        )


class _BoundedLines(io.TextIOWrapper):
    """A text whose lines have a largest length."""

    def readline(self, size: int = -1, /) -> str:  # type: ignore[override]
        line = super().readline(LONGEST_LINE if size < 0 else size)
        if len(line) == LONGEST_LINE and not line.endswith(("\n", "\r")):
            raise InvalidGazetteer(
                f"a line has more than {LONGEST_LINE:,} characters; is it a table with one place a line?"
            )
        return line


@contextmanager
def open_text(path: Path) -> Iterator[TextIO]:
    """Open a UTF-8 text for reading, with line ends as they are.

    Raises
    ------
    InvalidGazetteer
        If it is not UTF-8; the message names the byte. Another encoding is not guessed: a wrong guess would put misspelled
        names into the index, and no reader would see them.
    """
    with open_bytes(path) as file:
        _check_utf8(file, path)
    with open_bytes(path) as file, _fields_of_any_size():
        yield _BoundedLines(file, encoding="utf-8-sig", newline="")


@contextmanager
def _fields_of_any_size() -> Iterator[None]:
    before = csv.field_size_limit(LONGEST_LINE)
    try:
        yield
    finally:
        csv.field_size_limit(before)


def _check_utf8(file: BinaryIO, path: Path) -> None:
    decoder = codecs.getincrementaldecoder("utf-8")()
    done = 0
    with reading(path):
        while block := file.read(BLOCK):
            kept = len(decoder.getstate()[0])
            try:
                decoder.decode(block)
            except UnicodeDecodeError as error:
                raise InvalidGazetteer(
                    f"{path.name}: byte {done - kept + error.start} is not UTF-8; save the file as UTF-8"
                ) from error
            done += len(block)
    if kept := len(decoder.getstate()[0]):
        raise InvalidGazetteer(f"{path.name}: byte {done - kept} is not UTF-8; the file ends inside a character")
