"""Mail: one message, the messages of a mailbox, and pages that browsers save as messages."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from email import message_from_bytes
from email.message import EmailMessage, MIMEPart
from email.policy import default
from email.utils import parseaddr
from io import BytesIO

from geomap._decoding import decode
from geomap.articles._problems import ProblemLog
from geomap.articles._sources import Options, Record, Rows, Source
from geomap.articles.readers._markup import text_of_html
from geomap.articles.readers._web import article_of_page
from geomap.errors import ArticlesUnreadable

# The line before each message of a mailbox: "From news@example.org Sat Jan  3 01:05:34 2015".
_FROM = re.compile(rb"From \S.*\d\d:\d\d.*\d{4}\s*$")
_QUOTED_FROM = re.compile(rb"^>(>*From )", re.MULTILINE)
_ENCRYPTED = frozenset({"multipart/encrypted", "application/pkcs7-mime", "application/x-pkcs7-mime"})
# What the standard library's parser of headers trips over where a message is malformed.
_PARSER_ERRORS = (ValueError, LookupError, AttributeError, TypeError)
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
    part = message.get_body(preferencelist=("html",)) if message.keys() else None
    if part is None:
        raise ArticlesUnreadable("no web page in the file")
    record = article_of_page(_content(part))
    if record is None:
        raise ArticlesUnreadable("no article found in the page")
    location = _header(message, "Snapshot-Content-Location") or _header(part, "Content-Location")
    is_address = location is not None and location.startswith(("http://", "https://"))
    return Rows([None], [{**record, "url": record["url"] or (location if is_address else None)}])


def _parsed(data: bytes) -> EmailMessage:
    message = message_from_bytes(data.lstrip(b"\r\n\0 \t"), policy=default)
    assert isinstance(message, EmailMessage)
    return message


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


def _record(message: EmailMessage, source: Source, row: int | None, problems: ProblemLog) -> Record:
    if message.get_content_type() in _ENCRYPTED:
        raise ArticlesUnreadable("the message is encrypted")
    try:
        text, attachments = _body(message), list(_attachments(message))
    except _PARSER_ERRORS as error:
        raise ArticlesUnreadable(f"the message is malformed: {error}") from error
    if attachments:
        counted = Counter(attachments).most_common(5)
        named = ", ".join(f"{name} ({n})" if n > 1 else name for name, n in counted)
        reason = f"{len(attachments)} attachment{'s' if len(attachments) > 1 else ''} not read: {named}"
        problems.add(source.label, reason, row=row, action="ignored")
    name, address = parseaddr(_header(message, "From") or "")
    archived = (_header(message, "Archived-At") or "").strip("<> ")
    return {
        "title": _header(message, "Subject"),
        "text": text,
        "published": _raw_header(message, "Date"),
        "source": name or address or None,
        "url": archived if archived.startswith(("http://", "https://")) else None,
    }


def _header(message: MIMEPart, name: str) -> str | None:
    try:
        value = message.get(name)
    except _PARSER_ERRORS:
        return _raw_header(message, name)
    return " ".join(str(value).split()) or None if value is not None else None


def _raw_header(message: MIMEPart, name: str) -> str | None:
    """Return a header as it stands there; the standard library leaves out a date that it cannot read."""
    value = next((raw for key, raw in message.raw_items() if key.lower() == name.lower()), None)
    return " ".join(str(value).split()) or None if value is not None else None


def _body(message: EmailMessage) -> str | None:
    """Return the plain text, or that of the HTML where there is no plain one worth the name."""
    plain, page = (message.get_body(preferencelist=(kind,)) for kind in ("plain", "html"))
    text = _unwrapped(plain) if plain is not None else ""
    if len(text.strip()) >= _STUB or page is None:
        return text
    from_page = text_of_html(_content(page))
    return from_page if len(from_page) > 4 * len(text.strip()) else text


def _content(part: MIMEPart) -> str:
    data = part.get_payload(decode=True)
    if not isinstance(data, bytes):
        return ""
    charset = part.get_content_charset("utf-8")
    try:
        return data.decode(charset)
    except (LookupError, UnicodeError):
        return decode(data).text()


def _unwrapped(part: MIMEPart) -> str:
    """Return a plain text; the lines of one that says ``format=flowed`` are joined to paragraphs (RFC 3676)."""
    text = _content(part).replace("\r\n", "\n").strip("\n")
    if str(part.get_param("format", "")).lower() != "flowed":
        return text
    joined = []
    for line in text.split("\n"):
        line = line.removeprefix(" ")
        joined.append(line if line.endswith(" ") and line != "-- " else f"{line}\n")
    return "".join(joined).rstrip("\n")


def _attachments(message: EmailMessage) -> Iterator[str]:
    for part in message.iter_attachments() if message.is_multipart() else ():
        if part.get_content_disposition() == "attachment" or part.get_filename():
            yield part.get_filename() or f"an unnamed {part.get_content_type()}"
