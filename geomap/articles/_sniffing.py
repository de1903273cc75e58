"""What format a file is in: its content decides, since the endings of exports lie; the ending decides between likes."""

from __future__ import annotations

import codecs
import csv
import json
import os
import re
import zlib

from geomap._csv import DELIMITERS, column_key
from geomap.articles._columns import known_names, match_columns
from geomap.articles._containers import OLE, ZIP, ole_kind, zip_names
from geomap.articles.readers import EXTENSIONS

HEAD = 1 << 13
# The names in an archive stand at its end, so that one must be read whole to tell its kind.
WHOLE = 1 << 26

_MAGIC = {
    b"PAR1": "parquet",
    b"%PDF-": "pdf",
    b"SQLite format 3\0": "sqlite",
    b"7z\xbc\xaf\x27\x1c": "7z",
    b"Rar!\x1a\x07": "rar",
    b"\x89PNG": "png",
    b"\xff\xd8\xff": "jpeg",
    b"GIF8": "gif",
}
_GZIP = b"\x1f\x8b\x08"
# OpenDocument and EPUB name their type in the first member of their archive.
_MIMETYPES = {
    b"vnd.oasis.opendocument.text": "odt",
    b"vnd.oasis.opendocument.spreadsheet": "spreadsheet",
    b"epub+zip": "epub",
}
_DECLARED = re.compile(
    rb"PK.{24}\x08\0..mimetypeapplication/(" + b"|".join(map(re.escape, _MIMETYPES)) + b")", re.DOTALL
)
# The roots of XML that means something; the prefixes of names are left out. The reader tells them apart.
_FEEDS = ("rss", "feed", "RDF")
_NEWS = ("nitf", "newsItem", "newsMessage", "packageItem", "NewsML")
_SCHOLARS = ("TEI", "TEI.2", "teiCorpus")
_ROOTS = {"html": "html", **dict.fromkeys((*_FEEDS, *_NEWS, *_SCHOLARS), "xml")}
_ROOT = re.compile(
    r"\s*(?:<\?.*?\?>\s*|<!--.*?-->\s*|<!DOCTYPE[^>\[]*(?:\[.*?\])?\s*>\s*)*<(?:[\w.-]+:)?([\w.-]+)", re.DOTALL
)
_HTML = re.compile(r"<!DOCTYPE\s+html|<(?:html|head|body)[\s>]", re.IGNORECASE)
_DOUBLE = tuple(ending for ending in EXTENSIONS if ending.count(".") > 1)
_CONTROLS = bytes({*range(32)} - {*b"\t\n\r\f\v\x1a\x1b"})
_KNOWN = known_names({})
_LONGEST_NAME, _LONGEST_HEADER = 60, 2000
# What the ending names although the content is text: such a file is damaged, and its reader says so.
_OLD_OFFICE = frozenset({".doc", ".xls"})


def kind_of(head: bytes, name: str) -> str | None:
    r"""Return the format of a file.

    Parameters
    ----------
    head
        Its first bytes; all bytes of a zip archive or an OLE container, if it is one and they are at hand.
    name
        Its name, whose ending decides where the content fits several formats.

    Returns
    -------
    str or None
        A key of :data:`geomap.articles.readers.READERS`, or the name of a format without a reader. None if the content is
        no known format and the ending names none: plain text with an unknown ending, pictures, programs.

    Examples
    --------
    >>> kind_of(b"{\\rtf1 Rain fell on Mosul.}", "report.doc")
    'rtf'
    >>> kind_of(b'{"text": "Rain"}\n{"text": "Snow"}\n', "articles.json")
    'jsonl'
    >>> kind_of(b"Title;Date;Text\nFloods;2017-03-31;Rain fell.", "export.txt")
    'csv'
    >>> kind_of(b"Floods\nRain fell on Mosul.", "export.txt")
    'txt'
    >>> kind_of(b"Rain fell on Mosul.", "notes.log") is None
    True
    """
    if head.startswith(_GZIP):
        return kind_of(_inflated(head), re.sub(r"\.gz$", "", name, flags=re.IGNORECASE))
    ending = ending_of(name)
    hinted = EXTENSIONS.get(ending)
    packed = _packed_kind(head, hinted)
    if packed is not None:
        return packed
    text = characters(head)
    if text is None or not text.strip():
        return "pdf" if hinted in (None, "pdf") and b"%PDF-" in head[:1024] else hinted
    return _kind_of_text(text, ending, hinted)


def ending_of(name: str) -> str:
    """Return the ending of a name in lower case, with its dot; that before ``.gz``.

    Examples
    --------
    >>> ending_of("News.CSV.gz"), ending_of("a.b/notes"), ending_of("news.tar.xz")
    ('.csv', '', '.tar.xz')
    """
    name = name.lower().removesuffix(".gz")
    double = next((ending for ending in _DOUBLE if name.endswith(ending)), None)
    if double is not None:
        return double
    return os.path.splitext(name)[1]  # noqa: PTH122 (not a path; Path takes longer than the rest)


def _packed_kind(head: bytes, hinted: str | None) -> str | None:
    """Return the kind of what is no text; None if it may be text."""
    for magic, kind in _MAGIC.items():
        if head.startswith(magic):
            return kind
    if head.startswith(ZIP):
        return _zip_kind(head, hinted)
    if head.startswith(OLE):
        return ole_kind(head) or hinted
    return "tar" if head[257:262] == b"ustar" else None


def _zip_kind(head: bytes, hinted: str | None) -> str | None:
    declared = _DECLARED.match(head)
    if declared:
        return _MIMETYPES[declared.group(1)]
    names = zip_names(head)
    if hinted != "zip" or "[Content_Types].xml" in names:
        for folder, kind in (("word/", "docx"), ("xl/", "spreadsheet"), ("ppt/", "pptx")):
            if any(name.startswith(folder) for name in names):
                return kind
    if "META-INF/container.xml" in names:
        return "epub"
    if "content.xml" in names and hinted != "zip":
        return hinted if hinted == "spreadsheet" else "odt"
    # Of a truncated file the name may be all there is to go by.
    return hinted if hinted in ("docx", "odt", "spreadsheet", "epub") and len(head) < HEAD else "zip"


def _inflated(head: bytes) -> bytes:
    try:
        return zlib.decompressobj(wbits=31).decompress(head, HEAD)
    except zlib.error:
        return b""


def characters(head: bytes) -> str | None:
    """Return the first characters of a text in any encoding; None if the bytes are no text."""
    for mark, encoding in (
        (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF32_LE, "utf-32"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if head.startswith(mark):
            return head.decode(encoding, "ignore")
    if b"\0" in head:
        # UTF-16 without a mark: of European text, every other byte is zero.
        for first, encoding in ((1, "utf-16-le"), (0, "utf-16-be")):
            if head[first::2].count(0) > len(head) / 5:
                return head.decode(encoding, "ignore")
        return None
    if len(head) - len(head.translate(None, _CONTROLS)) > len(head) / 50:
        return None
    try:
        return codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return head.decode("latin-1")


def _kind_of_text(text: str, ending: str, hinted: str | None) -> str | None:
    start = text.lstrip("\ufeff \t\r\n\f")
    kind = _structured_kind(start, hinted)
    if kind is not None:
        return kind
    if hinted == "txt" or hinted is None:
        return "csv" if is_table(start) else hinted
    if ending in _OLD_OFFICE:
        return "csv" if ending == ".xls" else "txt"
    return hinted


def _structured_kind(start: str, hinted: str | None) -> str | None:
    """Return the kind of a text that says at its beginning what it is."""
    if start.startswith("{\\rtf"):
        return "rtf"
    if start.startswith("<"):
        return _markup_kind(start, hinted)
    if start.startswith(("WARC/0.", "WARC/1.")):
        return "warc"
    if re.match(r"TY  ?- ", start):
        return "ris"
    if re.match(r"\{\s*[\"}]|\[\s*\{", start):
        return _json_kind(start, hinted)
    return None


def _markup_kind(start: str, hinted: str | None) -> str | None:
    if _HTML.match(start):
        return "html"
    root = _ROOT.match(start)
    name = root.group(1) if root else ""
    kind = "html" if name.lower() == "html" else _ROOTS.get(name)
    if kind is None and hinted is None and start.startswith("<?xml"):
        return "markup"  # pictures, settings ...: no format of articles, and no plain text
    return kind


def _json_kind(start: str, hinted: str | None) -> str | None:
    first, _, rest = start.partition("\n")
    following = rest.lstrip()
    if first.startswith("{") and (following.startswith("{") or not following):
        try:
            json.loads(first)
        except (ValueError, RecursionError):
            # Longer than what has been read of the file, or not ended on its line.
            return hinted if hinted in ("json", "jsonl") else "jsonl" if not rest else "json"
        if following:
            return "jsonl"
    return hinted if hinted in ("json", "jsonl") else "json"


def is_table(start: str) -> bool:
    """Return whether a text begins with the header of a table: known names of columns, one of them for the text."""
    header, _, rest = start.partition("\n")
    following = rest.lstrip().partition("\n")[0]
    if not following or len(header) > _LONGEST_HEADER:
        return False
    for delimiter in DELIMITERS:
        if delimiter not in header:
            continue
        try:
            names = [name.strip() for name in next(csv.reader([header], delimiter=delimiter), [])]
        except csv.Error:
            continue  # such as a carriage return in the midst of it
        short = all(len(name) <= _LONGEST_NAME for name in names)
        meant = sum(column_key(name) in _KNOWN for name in names)
        if short and meant >= 2 and 2 * meant >= len(names) and "text" in match_columns(names, {}).values():
            return delimiter in following or '"' in following
    return False
