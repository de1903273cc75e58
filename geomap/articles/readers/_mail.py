"""Mail: one message, the messages of a mailbox, and pages that browsers save as messages."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from email import message_from_bytes
from email.errors import MessageError
from email.header import decode_header, make_header
from email.message import Message
from email.utils import parseaddr
from io import BytesIO

from geomap._decoding import decode
from geomap.articles._problems import ProblemLog
from geomap.articles._sources import PARSER_ERRORS, Options, Record, Rows, Source
from geomap.articles.readers._exports import exported_pages, rows_of
from geomap.articles.readers._markup import text_of_html
from geomap.articles.readers._web import article_of_page
from geomap.errors import ArticlesUnreadable

# The line before each message of a mailbox: "From news@example.org Sat Jan  3 01:05:34 2015".
_FROM = re.compile(rb"From \S.*\d\d:\d\d.*\d{4}\s*$")
_QUOTED_FROM = re.compile(rb"^>(>*From )", re.MULTILINE)
_ENCRYPTED = frozenset({"multipart/encrypted", "application/pkcs7-mime", "application/x-pkcs7-mime"})
# A plain part that only says where the message can be read.
_STUB = 200


def read_eml(source: Source, options: Options, problems: ProblemLog) -> Rows:
    """Read one message: its subject is the title, its sender the source."""
    message = _parsed(source.read())
    if not message.keys():
        raise ArticlesUnreadable("not a mail message: it has no header")
    return Rows([None], [_record(message, source, None, problems)])


def read_mbox(source: Source, options: Options, problems: ProblemLog) -> Rows:
    """Read a mailbox; each message is an article."""
    rows, records = Rows(), list[Record]()
    number = 0
    for number, data in enumerate(_messages(source.read()), start=1):
        try:
            records.append(_record(_parsed(data), source, number, problems))
            rows.numbers.append(number)
        except ArticlesUnreadable as error:
            problems.add(source.label, str(error), row=number)
    if not number:
        raise ArticlesUnreadable('not a mailbox: no line begins with "From "')
    rows.table = records
    return rows


def read_mhtml(source: Source, options: Options, problems: ProblemLog) -> Rows:
    """Read a page that a browser saved with all its parts in one file."""
    message = _parsed(source.read())
    pages = _Parts(message).pages
    if not pages:
        raise ArticlesUnreadable("no web page in the file")
    html = _content(pages[0])
    exported = exported_pages(html)
    if exported is not None:
        return rows_of(exported, source, problems, shown=True)
    record = article_of_page(html, source, problems)
    location = _header(message, "Snapshot-Content-Location") or _header(pages[0], "Content-Location")
    is_address = location is not None and location.startswith(("http://", "https://"))
    return Rows([None], [{**record, "url": record["url"] or (location if is_address else None)}])


def _parsed(data: bytes) -> Message:
    # The older of the library's two ways to read headers, which takes a tenth of the time.
    try:
        return message_from_bytes(data.lstrip(b"\r\n\0 \t"))
    except PARSER_ERRORS as error:
        raise ArticlesUnreadable(f"the message is malformed: {error}") from error


def _messages(data: bytes) -> Iterator[bytes]:
    """Yield the messages of a mailbox, which begin with a "From " line after an empty one."""
    start: int | None = None
    position, after_empty = 0, True
    for line in BytesIO(data):
        if after_empty and _FROM.match(line):
            if start is not None:
                yield _QUOTED_FROM.sub(rb"\1", data[start:position])
            start = position + len(line)
        position += len(line)
        after_empty = not line.strip()
    if start is not None:
        yield _QUOTED_FROM.sub(rb"\1", data[start:])


class _Parts:
    """The parts of a message: plain texts, pages, and the names of what is attached."""

    def __init__(self, message: Message) -> None:
        self.plain: list[Message] = []
        self.pages: list[Message] = []
        self.attached: list[str] = []
        waiting = [message]
        while waiting:
            part = waiting.pop()
            kind = part.get_content_type()
            if part.get_content_disposition() == "attachment" or (part.get_filename() and part is not message):
                self.attached.append(part.get_filename() or f"an unnamed {kind}")
            elif part.is_multipart():
                waiting += reversed([each for each in part.get_payload() if isinstance(each, Message)])
            elif kind == "text/plain":
                self.plain.append(part)
            elif kind in ("text/html", "application/xhtml+xml"):
                self.pages.append(part)
            elif part.get_content_maintype() not in ("image", "multipart"):
                # Pictures in a page have no text to lose.
                self.attached.append(f"an unnamed {kind}")

    def text(self) -> str:
        """Return the plain text, or that of the pages where there is no plain one worth the name."""
        text = "\n\n".join(filter(None, map(_unwrapped, self.plain)))
        if len(text.strip()) >= _STUB or not self.pages:
            return text
        of_pages = "\n\n".join(filter(None, (text_of_html(_content(page)) for page in self.pages)))
        return of_pages if len(of_pages) > 4 * len(text.strip()) else text


def _record(message: Message, source: Source, row: int | None, problems: ProblemLog) -> Record:
    try:
        if message.get_content_type() in _ENCRYPTED:
            raise ArticlesUnreadable("the message is encrypted")
        parts = _Parts(message)
        text = parts.text()
    except ArticlesUnreadable:
        raise
    except PARSER_ERRORS as error:
        raise ArticlesUnreadable(f"the message is malformed: {error}") from error
    if number := len(parts.attached):
        counted = Counter(parts.attached).most_common(5)
        named = ", ".join(f"{name} ({n})" if n > 1 else name for name, n in counted)
        reason = f"{number} attachment{'s' if number > 1 else ''} not read: {named}"
        problems.add(source.label, reason, row=row, action="ignored")
    archived = (_header(message, "Archived-At") or "").strip("<> ")
    return {
        "title": _header(message, "Subject"),
        "text": text,
        "published": _header(message, "Date"),
        "source": _sender(message),
        "url": archived if archived.startswith(("http://", "https://")) else None,
    }


def _sender(message: Message) -> str | None:
    """Return the name of the sender, else the address."""
    try:
        name, address = parseaddr(_raw_header(message, "From") or "")
    except PARSER_ERRORS:
        return None  # thousands of brackets are nobody's name
    return _decoded(name) or address or None


def _header(message: Message, name: str) -> str | None:
    value = _raw_header(message, name)
    return _decoded(value) or None if value else None


def _raw_header(message: Message, name: str) -> str | None:
    """Return a header as it stands there, on one line."""
    for key, value in message.raw_items():
        if key.lower() == name.lower():
            # Bytes beyond ASCII, which headers should not hold, are mostly UTF-8.
            return " ".join(decode(str(value).encode("utf-8", "surrogateescape")).text().split())
    return None


def _decoded(value: str) -> str:
    """Return a header without its encoding ("=?utf-8?q?Troms=C3=B8?=")."""
    if "=?" not in value:
        return value
    try:
        return " ".join(str(make_header(decode_header(value))).split())
    except (*PARSER_ERRORS, MessageError):
        return value


def _content(part: Message) -> str:
    data = part.get_payload(decode=True)
    if not isinstance(data, bytes):
        return ""
    charset = part.get_content_charset("utf-8")
    try:
        return data.decode(charset)
    except (LookupError, UnicodeError):
        return decode(data).text()


def _unwrapped(part: Message) -> str:
    """Return a plain text; the lines of one that says ``format=flowed`` are joined to paragraphs (RFC 3676)."""
    text = _content(part).replace("\r\n", "\n").strip("\n")
    if str(part.get_param("format", "")).lower() != "flowed":
        return text
    joined = []
    for line in text.split("\n"):
        line = line.removeprefix(" ")
        joined.append(line if line.endswith(" ") and line != "-- " else f"{line}\n")
    return "".join(joined).rstrip("\n")
