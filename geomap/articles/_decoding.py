"""Bytes of a file -> characters: UTF-8 wherever that is possible, else the best guess, which is reported."""

from __future__ import annotations

import codecs
import gzip
import io
import zlib
from dataclasses import dataclass
from pathlib import Path

from geomap.articles._problems import Problems
from geomap.errors import ArticlesUnreadable

SAMPLE = 1 << 16
BOMS = {
    codecs.BOM_UTF8: "utf-8-sig",
    # The UTF-32 mark begins with the UTF-16 one, so it is looked for first.
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
# Without DOS and Mac code pages, which news is hardly stored in and which win over KOI8-R and cp1252 on short texts.
CANDIDATES = [
    *("cp1252", "cp1250", "cp1251", "cp1253", "cp1254", "cp1255", "cp1256", "cp1257", "cp1258", "iso8859_2", "koi8_r"),
    *("gb18030", "big5", "shift_jis", "euc_jp", "euc_kr", "cp874"),
]
WIDE = ["utf_16_le", "utf_16_be"]
_CONTROLS = bytes(sorted({*range(32)} - {*b"\t\n\r\f"}))


@dataclass(frozen=True)
class Content:
    """The bytes of a file and how to read them as characters."""

    data: bytes
    encoding: str = "utf-8-sig"
    errors: str = "strict"

    def text(self) -> str:
        """Return all characters, newlines as they are."""
        return self.data.decode(self.encoding, self.errors)

    def lines(self, *, newline: str = "") -> io.TextIOWrapper:
        r"""Return the lines with their ends: ``\n``, ``\r`` and ``\r\n`` each end one, or else only `newline` does."""
        # Not StringIO: it takes four bytes for each character.
        return io.TextIOWrapper(io.BytesIO(self.data), encoding=self.encoding, errors=self.errors, newline=newline)


def read_content(
    path: Path, label: str, problems: Problems, *, encoding: str | None = None, declared: str | None = None
) -> Content:
    """Read a file (unpacked where it ends in ``.gz``) and decide on its encoding.

    Parameters
    ----------
    path
        The file.
    label
        What messages call the file.
    problems
        Where a guessed encoding and damaged characters are noted.
    encoding
        The encoding that the caller gave; nothing is guessed then.
    declared
        The encoding that the file itself names, tried before guessing.

    Raises
    ------
    ArticlesUnreadable
        If the file is empty, cannot be unpacked, or is not in the encoding given.
    """
    return decide(read_bytes(path), label, problems, encoding=encoding, declared=declared)


def read_bytes(path: Path) -> bytes:
    """Return the bytes of a file, unpacked where it ends in ``.gz``."""
    data = path.read_bytes()
    if path.suffix.lower() == ".gz":
        try:
            data = gzip.decompress(data)
        except (EOFError, gzip.BadGzipFile, zlib.error) as error:
            raise ArticlesUnreadable(f"is no gzip file, or is cut short: {error}") from error
    if not data.strip(b"\0\t\n\r\f "):
        raise ArticlesUnreadable("the file is empty")
    return data


def decide(
    data: bytes, label: str, problems: Problems, *, encoding: str | None = None, declared: str | None = None
) -> Content:
    """Return the bytes with the encoding to read them in; see :func:`read_content`."""
    if encoding is not None:
        return _given(data, encoding)
    for mark, name in BOMS.items():
        if data.startswith(mark):
            return _marked(data, name, label, problems)
    if not _looks_wide(data) and _decodes(data, "utf-8"):
        return Content(data)
    if declared is not None and _decodes(data, declared):
        return Content(data, declared)
    damaged = _damaged_utf8(data)
    if damaged:
        problems.add(label, f"{damaged} places are not UTF-8; replaced by U+FFFD", action="repaired")
        return Content(data, errors="replace")
    return _guess(data, label, problems)


def _given(data: bytes, encoding: str) -> Content:
    name = "utf-8-sig" if codecs.lookup(encoding).name == "utf-8" else encoding
    try:
        data.decode(name)
    except UnicodeError as error:
        raise ArticlesUnreadable(f"is not {encoding}: {error}") from error
    return Content(data, name)


def _marked(data: bytes, encoding: str, label: str, problems: Problems) -> Content:
    if encoding != "utf-8-sig":
        problems.add(label, f"read as {encoding}", action="guessed")
    if _decodes(data, encoding):
        return Content(data, encoding)
    problems.add(label, f"some places are not {encoding}; replaced by U+FFFD", action="repaired")
    return Content(data, encoding, errors="replace")


def _decodes(data: bytes, encoding: str) -> bool:
    try:
        data.decode(encoding)
    except (UnicodeError, LookupError):
        return False
    return True


def _looks_wide(data: bytes) -> bool:
    """Tell whether the bytes look like UTF-16 without a mark, which is often valid UTF-8 full of control characters."""
    sample = data[:SAMPLE]
    return len(sample) >= 64 and len(sample) - len(sample.translate(None, _CONTROLS)) > len(sample) / 4


def _damaged_utf8(data: bytes) -> int:
    """Return how many places of a text that is UTF-8 otherwise are broken; 0 if it is no UTF-8 at all."""
    if _looks_wide(data):
        return 0
    text = data.decode("utf-8", "replace")
    bad = text.count("\ufffd") - data.count("\ufffd".encode())
    good = len(text) - len(text.encode("ascii", "ignore")) - bad
    return bad if good >= 2 * bad else 0


def _guess(data: bytes, label: str, problems: Problems) -> Content:
    for name in _ranked(data):
        if _decodes(data, name):
            problems.add(label, f"read as {name}", action="guessed")
            return Content(data, name)
    if _decodes(data, "utf-8"):
        return Content(data)
    problems.add(label, "read as cp1252", action="guessed")
    if not _decodes(data, "cp1252"):
        problems.add(label, "some places are not cp1252; replaced by U+FFFD", action="repaired")
    return Content(data, "cp1252", errors="replace")


def _ranked(data: bytes) -> list[str]:
    """Return the encodings that the bytes may be in, the best guess first."""
    import charset_normalizer

    wide = _looks_wide(data)
    matches = charset_normalizer.from_bytes(
        data[:SAMPLE] if wide else _telling_lines(data), cp_isolation=WIDE if wide else CANDIDATES
    )
    names = [match.encoding for match in matches]
    best = matches.best()
    if best is None:
        return []
    # Western Europe is the more usual of two code pages that fit equally well: "ñ" rather than "ń".
    tied = [match for match in matches if (match.chaos, match.coherence) == (best.chaos, best.coherence)]
    if any("cp1252" in match.could_be_from_charset for match in tied):
        names.insert(0, "cp1252")
    return names


def _telling_lines(data: bytes) -> bytes:
    """Return the lines with bytes beyond ASCII: only they tell one code page from another."""
    taken, size = [], 0
    for line in io.BytesIO(data):
        if not line.isascii():
            taken.append(line)
            size += len(line)
        if size > SAMPLE:
            break
    return b"".join(taken)[:SAMPLE]
