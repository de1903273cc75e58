"""What office files are packed in: zip archives and OLE containers, opened with bounds on time and memory."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager

from geomap.articles._sources import Source
from geomap.errors import ArticlesUnreadable, GeomapError

ZIP = b"PK\x03\x04"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

# Word, Excel and LibreOffice stay far below both: XML shrinks to a tenth or a twentieth, a "zip bomb" to a thousandth.
_LARGEST = 200 << 20
_HIGHEST_RATIO = 200
_SMALL = 10 << 20
_NAME_LENGTH, _NAME = slice(26, 28), 30
_ENCRYPTED = 1


@contextmanager
def library(what: str) -> Iterator[None]:
    """Raise whatever a library raises at a damaged file as ArticlesUnreadable.

    Parameters
    ----------
    what
        What the file should be, with its article: ``"a Word document"``.
    """
    try:
        yield
    except (GeomapError, MemoryError):
        raise
    except Exception as error:
        # Parsers of foreign bytes fail in every way there is: KeyError, AttributeError, struct.error ...
        raise ArticlesUnreadable(f"not {what}, or damaged: {str(error) or type(error).__name__}") from error


def open_zip(data: bytes, what: str) -> zipfile.ZipFile:
    """Return the archive that an office file is, once its members are known to unpack to a reasonable size.

    Raises
    ------
    ArticlesUnreadable
        If it is no archive, has a password, or would unpack to more than 200 MB or 200 times its size.
    """
    if not data.startswith(ZIP):
        raise ArticlesUnreadable(f"not {what}, or damaged: it does not begin like one")
    with library(what):
        archive = zipfile.ZipFile(io.BytesIO(data))
        members = archive.infolist()
    if any(member.flag_bits & _ENCRYPTED for member in members):
        raise ArticlesUnreadable("the file is protected by a password; save it without one")
    size = sum(member.file_size for member in members)
    if size > _LARGEST or (size > _SMALL and size > _HIGHEST_RATIO * len(data)):
        raise ArticlesUnreadable(f"the file would unpack to {size >> 20:,} MB, too much for {what}")
    return archive


def zip_names(data: bytes) -> list[str]:
    """Return the names of the members of an archive, those that are left of a truncated one."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return archive.namelist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return [_local_name(data, found.start()) for found in re.finditer(re.escape(ZIP), data)]


def _local_name(data: bytes, start: int) -> str:
    header = data[start : start + _NAME]
    length = int.from_bytes(header[_NAME_LENGTH], "little")
    return data[start + _NAME : start + _NAME + length].decode("utf-8", "replace")


def ole_kind(data: bytes) -> str | None:
    """Return the kind of an OLE container, the form of Microsoft's files before 2007, by the streams in it."""
    for stream, kind in (
        ("EncryptedPackage", "encrypted"),
        ("WordDocument", "doc"),
        ("Workbook", "spreadsheet"),
        ("Book", "spreadsheet"),
        ("PowerPoint Document", "ppt"),
        ("__properties_version1.0", "msg"),
    ):
        if stream.encode("utf-16-le") in data:
            return kind
    return None


def refuse_other_containers(source: Source, data: bytes) -> None:
    """Raise the reason why a file in an OLE container cannot be read as the newer format that its name promises."""
    if data.startswith(OLE):
        kind = ole_kind(data)
        if kind == "encrypted":
            raise ArticlesUnreadable("the file is protected by a password; save it without one")
        if source.kind != "spreadsheet" and kind != "spreadsheet":
            raise ArticlesUnreadable("an old Word document (.doc); save it as .docx")
