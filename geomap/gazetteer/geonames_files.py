"""The files of a GeoNames dump: which there are, and their lines, from ZIP archives or as they are."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from geomap.errors import GazetteerNotFound, InvalidGazetteer

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
