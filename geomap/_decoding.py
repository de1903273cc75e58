"""Bytes of a file to characters: UTF-8 wherever possible, else the best guess."""

from __future__ import annotations

import codecs
import gzip
import io
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

_SAMPLE = 1 << 16
GZIP = b"\x1f\x8b\x08"
# Text shrinks to a third or a tenth, and a "gzip bomb" to a thousandth.
_HIGHEST_RATIO = 200
_SMALL = 10 << 20
# Of one file, unpacked, or of one stream.
MOST_BYTES = 4_000_000_000
_CHUNK = 1 << 20
_TOO_MUCH = f"it holds more than {MOST_BYTES:,} bytes; split it into several files"
_BYTE_ORDER_MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    # The UTF-32 mark begins with the UTF-16 one, so it is looked for first.
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
# DOS and Mac code pages are left out: news is hardly stored in them, and on short texts they win over KOI8-R and cp1252.
_CODE_PAGES = [
    *("cp1252", "cp1250", "cp1251", "cp1253", "cp1254", "cp1255", "cp1256", "cp1257", "cp1258", "iso8859_2", "koi8_r"),
    *("gb18030", "big5", "shift_jis", "euc_jp", "euc_kr", "cp874"),
]
_UTF_16 = ["utf_16_le", "utf_16_be"]
_CONTROLS = bytes(sorted({*range(32)} - {*b"\t\n\r\f"}))


@runtime_checkable
class Readable(Protocol):
    """A stream of bytes or characters."""

    def read(self, size: int, /) -> Any:
        """Return at most so many of them; none at the end."""


class Undecodable(ValueError):
    """A file cannot be unpacked, or is not in the encoding that the caller named."""


@dataclass(frozen=True)
class Content:
    """The bytes of a file and how to read them as characters.

    Parameters
    ----------
    data
        The bytes, unpacked.
    encoding
        The encoding to read them in.
    guessed
        Whether the encoding is a guess: neither UTF-8 nor named by the caller or by the file.
    damage
        Which characters cannot be decoded, for a message; they read as U+FFFD. Empty if all can.
    """

    data: bytes
    encoding: str = "utf-8-sig"
    guessed: bool = False
    damage: str = ""

    @property
    def _errors(self) -> str:
        return "replace" if self.damage else "strict"

    def text(self) -> str:
        """Return all characters, line ends as they are."""
        return self.data.decode(self.encoding, self._errors)

    def lines(self, *, newline: str = "") -> io.TextIOWrapper:
        r"""Return the lines with their ends: ``\n``, ``\r`` and ``\r\n`` each end one, or only `newline` if given."""
        # Not StringIO: it takes four bytes for each character.
        return io.TextIOWrapper(io.BytesIO(self.data), encoding=self.encoding, errors=self._errors, newline=newline)


def read_content(path: Path, *, encoding: str | None = None) -> Content:
    """Read a file and decide on its encoding; see :func:`read_bytes` and :func:`decode`."""
    return decode(read_bytes(path), encoding=encoding)


def read_bytes(path: Path) -> bytes:
    """Return the bytes of a file, unpacked if it is gzipped, whatever its name.

    Raises
    ------
    Undecodable
        If the file cannot be unpacked, is named ``.gz`` and is none, or is larger than 4 GB.
    """
    if path.stat().st_size > MOST_BYTES:
        raise Undecodable(_TOO_MUCH)
    return unpacked(path.read_bytes(), path.name)


def read_stream(stream: Readable) -> bytes:
    r"""Return what is left of a stream, as UTF-8 if it is one of text; it may have no end.

    Raises
    ------
    Undecodable
        If it is longer than a file may be: 4 GB.

    Examples
    --------
    >>> read_stream(io.BytesIO(b"Rain")), read_stream(io.StringIO("Zürich"))
    (b'Rain', b'Z\xc3\xbcrich')
    """
    size, pieces = 0, []
    while piece := stream.read(_CHUNK):
        pieces.append(piece.encode("utf-8", "surrogatepass") if isinstance(piece, str) else bytes(piece))
        size += len(pieces[-1])
        if size > MOST_BYTES:
            raise Undecodable(_TOO_MUCH)
    return b"".join(pieces)


def unpacked(data: bytes, name: str) -> bytes:
    """Return the content of a file, unpacked if it is packed with gzip.

    Raises
    ------
    Undecodable
        If it cannot be unpacked, or is named ``.gz`` and is none.
    """
    return _gunzipped(data) if name.lower().endswith(".gz") or data.startswith(GZIP) else data


def _gunzipped(data: bytes) -> bytes:
    largest = min(MOST_BYTES, max(_SMALL, _HIGHEST_RATIO * len(data)))
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(data)) as file:
            content = file.read(largest + 1)
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise Undecodable(f"not a gzip file, or truncated: {error}") from error
    if len(content) > MOST_BYTES:
        raise Undecodable(f"unpacks to more than {MOST_BYTES:,} bytes")
    if len(content) > largest:
        raise Undecodable(f"unpacks to more than {_HIGHEST_RATIO} times its size, which no text does")
    return content


def decode(data: bytes, *, encoding: str | None = None, declared: str | None = None) -> Content:
    """Decide on the encoding of some bytes.

    Parameters
    ----------
    data
        The bytes of a file.
    encoding
        The encoding that the caller named; nothing is guessed then.
    declared
        The encoding that the file itself names, tried after UTF-8 and before guessing.

    Raises
    ------
    Undecodable
        If the bytes are not in `encoding`.

    Examples
    --------
    >>> decode("Zürich".encode()).encoding
    'utf-8-sig'
    >>> guess = decode("Ein Zug fährt von Zürich über Köln nach Malmö.".encode("cp1252"))
    >>> guess.encoding, guess.guessed, guess.text()[18:24]
    ('cp1252', True, 'Zürich')
    """
    if encoding is not None:
        return _in_encoding(data, encoding)
    for mark, name in _BYTE_ORDER_MARKS.items():
        if data.startswith(mark):
            return _readable(data, name, guessed=name != "utf-8-sig")
    if not _looks_like_utf_16(data) and _decodes(data, "utf-8"):
        return Content(data)
    if declared is not None and _decodes(data, declared):
        return Content(data, declared)
    damaged = _damaged_utf8(data)
    if damaged:
        return Content(data, damage=f"{damaged} invalid UTF-8 sequence{'s' if damaged > 1 else ''} replaced by U+FFFD")
    return _guess(data)


def _in_encoding(data: bytes, encoding: str) -> Content:
    name = "utf-8-sig" if codecs.lookup(encoding).name == "utf-8" else encoding
    try:
        data.decode(name)
    except UnicodeDecodeError as error:
        raise Undecodable(f"byte {error.start} is not {encoding}") from error
    except UnicodeError as error:
        raise Undecodable(f"the file is not {encoding}: {error}") from error
    return Content(data, name)


def _readable(data: bytes, encoding: str, *, guessed: bool) -> Content:
    damage = "" if _decodes(data, encoding) else f"some characters are not {encoding}; replaced by U+FFFD"
    return Content(data, encoding, guessed, damage)


def _decodes(data: bytes, encoding: str) -> bool:
    try:
        data.decode(encoding)
    except (UnicodeError, LookupError):
        return False
    return True


def _looks_like_utf_16(data: bytes) -> bool:
    """Return whether the bytes may be UTF-16 without a mark, which is often valid UTF-8 full of control characters."""
    sample = data[:_SAMPLE]
    return len(sample) >= 64 and len(sample) - len(sample.translate(None, _CONTROLS)) > len(sample) / 4


def _damaged_utf8(data: bytes) -> int:
    """Return the number of invalid sequences in what is UTF-8 otherwise; 0 if it is not UTF-8 at all."""
    if _looks_like_utf_16(data):
        return 0
    text = data.decode("utf-8", "replace")
    bad = text.count("\ufffd") - data.count("\ufffd".encode())
    good = len(text) - len(text.encode("ascii", "ignore")) - bad
    return bad if good >= 2 * bad else 0


def _guess(data: bytes) -> Content:
    for name in _ranked_encodings(data):
        if _decodes(data, name):
            return Content(data, name, guessed=True)
    return Content(data) if _decodes(data, "utf-8") else _readable(data, "cp1252", guessed=True)


def _ranked_encodings(data: bytes) -> list[str]:
    """Return the encodings that the bytes may be in, the best guess first."""
    import charset_normalizer

    wide = _looks_like_utf_16(data)
    matches = charset_normalizer.from_bytes(
        data[:_SAMPLE] if wide else _lines_beyond_ascii(data), cp_isolation=_UTF_16 if wide else _CODE_PAGES
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


def _lines_beyond_ascii(data: bytes) -> bytes:
    """Return the lines with bytes beyond ASCII: only they distinguish one code page from another."""
    taken, size = [], 0
    for line in io.BytesIO(data):
        if not line.isascii():
            taken.append(line)
            size += len(line)
        if size > _SAMPLE:
            break
    return b"".join(taken)[:_SAMPLE]
