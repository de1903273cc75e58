"""The files of GeoNames' export (https://download.geonames.org/export/dump/readme.txt): what each is, and their lines.

What a file is is told from its content: a country's places and its alternate names bear the same name there.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path

from geomap.errors import GazetteerNotFound, InvalidGazetteer
from geomap.gazetteer._adapters._opening import line_blocks, open_bytes, reading, unpacked_size
from geomap.gazetteer._adapters._postal import is_postal

COLUMNS = 19
_NUMBER = re.compile(r"-?\d{1,10}\Z")
_DECIMAL = re.compile(r"-?\d{1,3}(?:\.\d*)?\Z")
_FIRST_ORDER = re.compile(r"[A-Z]{2}\.[^.\s]+\Z")
_SECOND_ORDER = re.compile(r"[A-Z]{2}\.[^.\s]+\.\S+\Z")
_COUNTRY = re.compile(r"[A-Z]{2}\Z")
_LOOKED_AT = 1 << 16
_MOST_COMMENTS = 200
ENDINGS = (".txt", ".zip", ".gz", ".xz", ".bz2")
# Names of files that say what lies in a whole export; the places of all countries make others superfluous.
_EVERYTHING = "allcountries"
_MAIN_FILES = frozenset({_EVERYTHING, "alternatenamesv2"})
EXPECTED = "allCountries.zip or a country's file such as IQ.zip"


class FileKind(Enum):
    """What a file of GeoNames holds."""

    PLACES = "places"
    NAMES = "alternate names"
    POSTAL = "postal codes"
    ADMIN1 = "first-order divisions"
    ADMIN2 = "second-order divisions"
    COUNTRIES = "countries"
    UNKNOWN = "unknown"


# Small tables that are taken from beside the places where they are not given.
_BESIDE = {
    FileKind.ADMIN1: "admin1CodesASCII.txt",
    FileKind.ADMIN2: "admin2Codes.txt",
    FileKind.COUNTRIES: "countryInfo.txt",
}


def kind_of_file(path: Path) -> FileKind:
    """Return what a file of GeoNames holds, by its first line that is no comment; UNKNOWN if it is none of them.

    Raises
    ------
    InvalidGazetteer
        If the file is damaged.
    """
    with open_bytes(path) as stream, reading(path):
        start = stream.read(_LOOKED_AT)
    text = start.decode("utf-8-sig", "replace")
    lines = (line.rstrip("\r") for line in text.split("\n")[:_MOST_COMMENTS])
    comments = text.startswith("#")
    content = next((line for line in lines if line.strip() and not line.startswith("#")), "")
    return _kind(content.split("\t"), comments)


def _kind(fields: list[str], comments: bool) -> FileKind:
    width = len(fields)
    if width == COLUMNS and _NUMBER.match(fields[0]) and _DECIMAL.match(fields[4]) and _DECIMAL.match(fields[5]):
        return FileKind.PLACES
    # The table of countries has nineteen columns too; it begins with comments, but may have lost them.
    if width >= 17 and _COUNTRY.match(fields[0]) and (comments or _NUMBER.match(fields[16])):
        return FileKind.COUNTRIES
    if is_postal(fields):
        return FileKind.POSTAL
    if 8 <= width <= 10 and _NUMBER.match(fields[0]) and _NUMBER.match(fields[1]):
        return FileKind.NAMES
    if width == 4 and _NUMBER.match(fields[3]):
        if _FIRST_ORDER.match(fields[0]):
            return FileKind.ADMIN1
        if _SECOND_ORDER.match(fields[0]):
            return FileKind.ADMIN2
    return FileKind.UNKNOWN


@dataclass
class Dump:
    """Files of GeoNames, by what they hold.

    Attributes
    ----------
    places, names, postal
        Places, alternate names and postal codes, each of a country or of all.
    tables
        The small tables: divisions and countries.
    """

    places: list[Path] = field(default_factory=list)
    names: list[Path] = field(default_factory=list)
    postal: list[Path] = field(default_factory=list)
    tables: dict[FileKind, Path] = field(default_factory=dict)

    @classmethod
    def of(cls, paths: Sequence[str | os.PathLike[str]]) -> Dump:
        """Return the files among some paths; of a folder, those in it, and of a file's folder the small tables.

        Raises
        ------
        GazetteerNotFound
            If a path does not exist, or a folder holds no places.
        InvalidGazetteer
            If a file is none of GeoNames'.
        """
        dump = cls()
        for path in map(Path, paths):
            if path.is_dir():
                dump._add_folder(path)
            elif path.is_file():
                dump._add(path, kind_of_file(path))
            else:
                raise GazetteerNotFound(f"no file or folder {path}")
        for parent in dict.fromkeys(path.parent for path in dump.places):
            for kind, name in _BESIDE.items():
                if kind not in dump.tables and (parent / name).is_file():
                    dump.tables[kind] = parent / name
        return dump

    def _add(self, path: Path, kind: FileKind) -> None:
        if kind is FileKind.UNKNOWN:
            raise InvalidGazetteer(
                f"{path} is no file of GeoNames that geomap reads; expected {EXPECTED} ({COLUMNS} columns, no header), "
                "alternateNamesV2, postal codes, or the tables of divisions and countries"
            )
        lists = {FileKind.PLACES: self.places, FileKind.NAMES: self.names, FileKind.POSTAL: self.postal}
        if kind not in lists:
            self.tables[kind] = path
        elif any(path.samefile(other) for other in lists[kind]):
            raise InvalidGazetteer(f"{path} is given twice")
        else:
            lists[kind].append(path)

    def _add_folder(self, folder: Path) -> None:
        # Of a file that lies there packed and unpacked, the unpacked one.
        by_stem: dict[str, Path] = {}
        for path in sorted(folder.iterdir(), key=lambda each: each.suffix != ".txt"):
            if path.is_file() and path.suffix.lower() in ENDINGS:
                by_stem.setdefault(path.name.partition(".")[0], path)
        kinds = {path: kind_of_file(path) for _, path in sorted(by_stem.items())}
        for path, kind in kinds.items():
            if kind is FileKind.UNKNOWN and path.stem.lower() in _MAIN_FILES:
                self._add(path, kind)
        for kind in (FileKind.PLACES, FileKind.POSTAL):
            every = [path for path, each in kinds.items() if each is kind and path.stem.lower().startswith(_EVERYTHING)]
            if every:
                kinds = {path: each for path, each in kinds.items() if each is not kind or path == every[0]}
        if FileKind.PLACES not in kinds.values() and FileKind.POSTAL not in kinds.values():
            raise GazetteerNotFound(f"{folder} contains no places of GeoNames; expected {EXPECTED}, packed or not")
        for path, kind in kinds.items():
            if kind is not FileKind.UNKNOWN:
                self._add(path, kind)

    def size(self) -> int:
        """Return the uncompressed size of places, names and postal codes in bytes."""
        return sum(map(unpacked_size, [*self.places, *self.names, *self.postal]))

    def rows(self, kind: FileKind, columns: int) -> Iterator[list[str]]:
        """Yield the rows of a small table with at least ``columns`` columns; none if there is no such table."""
        paths = [self.tables[kind]] if kind in self.tables else []
        for _, _, lines in blocks(paths):
            for line in lines:
                fields = line.split("\t")
                if len(fields) >= columns and not line.startswith("#"):
                    yield fields


def blocks(
    paths: Iterable[Path], advance: Callable[[float], None] = lambda share: None
) -> Iterator[tuple[Path, int, list[str]]]:
    """Yield the lines of files in lists, each with its file and the number of its first line.

    Raises
    ------
    InvalidGazetteer
        If a file is damaged, not UTF-8 or without line ends.
    """
    files = list(paths)
    size, done = max(sum(map(unpacked_size, files)), 1), 0
    for path in files:
        with open_bytes(path) as stream:
            for first, length, lines in line_blocks(stream, path):
                yield path, first, lines
                done += length
                advance(min(done / size, 1.0))
