"""RIS, the exchange format of reference managers and databases: a record's abstract is the text of an article."""

from __future__ import annotations

import re

from geomap.articles._problems import ProblemLog
from geomap.articles._sources import Options, Record, Rows, Source, read_content
from geomap.articles.readers._markup import text_of_field
from geomap.errors import ArticlesUnreadable

_TAG = re.compile(r"([A-Z][A-Z0-9])  ?-(?: (.*))?$")
# By column: the tags that may hold it, the best first.
_TAGS = {
    "title": ("TI", "T1", "CT"),
    "published": ("DA", "PY", "Y1", "Y2"),
    "source": ("T2", "JO", "JF", "JA", "J2", "PB", "DB"),
    "url": ("UR", "L2", "LK"),
}
_TEXT = ("AB", "N2")


def read_ris(source: Source, options: Options, problems: ProblemLog) -> Rows:
    """Read a RIS file; records without an abstract are skipped with that reason."""
    rows, records = Rows(), list[Record]()
    found = _records(read_content(source, options, problems).text())
    if not found:
        raise ArticlesUnreadable('not a RIS file: no line begins with "TY  - "')
    for number, fields in enumerate(found, start=1):
        # Databases repeat an abstract under both tags, or give it in several languages.
        texts = dict.fromkeys(text_of_field(text) for tag in _TEXT for text in fields.get(tag, ()))
        text = "\n\n".join(filter(None, texts))
        if not text:
            problems.add(source.label, "the record has no abstract", row=number)
            continue
        rows.numbers.append(number)
        records.append({**_metadata(fields), "text": text})
    rows.table = records
    return rows


def _records(text: str) -> list[dict[str, list[str]]]:
    """Return the fields of each record; a field may repeat, and go on in lines without a tag."""
    records: list[dict[str, list[list[str]]]] = []
    values: list[list[str]] | None = None
    is_open = False
    for line in re.split(r"\r\n|\r|\n", text):
        match = _TAG.match(line.lstrip("\ufeff").rstrip())
        if match is None:
            if values and line.strip():
                values[-1].append(line.strip())
            continue
        tag, value = match.group(1), (match.group(2) or "").strip()
        if tag == "TY" or not is_open:
            # A record whose end is missing ends where the next one begins; what stands before the first is no record.
            is_open = tag == "TY"
            if is_open:
                records.append({})
            values = None
        if not is_open:
            continue
        if tag == "ER":
            is_open, values = False, None
            continue
        values = records[-1].setdefault(tag, [])
        values.append([value])
    return [
        {tag: ["\n".join(lines).strip() for lines in values] for tag, values in record.items()} for record in records
    ]


def _metadata(fields: dict[str, list[str]]) -> Record:
    record: Record = {column: _first(fields, tags) for column, tags in _TAGS.items()}
    if record["published"]:
        # "2017/03/01/morning edition": year, month, day and words, each of which may be missing.
        record["published"] = _date(record["published"])
    if record["title"]:
        record["title"] = " ".join(text_of_field(record["title"]).split())
    if authors := [name for tag in ("AU", "A1") for name in fields.get(tag, ()) if name]:
        record["byline"] = "; ".join(dict.fromkeys(authors))
    return record


def _first(fields: dict[str, list[str]], tags: tuple[str, ...]) -> str | None:
    return next((value for tag in tags for value in fields.get(tag, ()) if value), None)


def _date(text: str) -> str:
    parts = [part.strip() for part in text.split("/")]
    if not re.fullmatch(r"\d{4}", parts[0]):
        return text
    numbers = []
    for part in parts[:3]:
        if not part.isdecimal():
            break
        numbers.append(part.zfill(2))
    return "-".join(numbers)
