"""One reader per format: a file to rows, with the columns named as in the articles table."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from geomap._csv import CsvRows, open_csv, unique_names
from geomap._decoding import Content, Undecodable, decode, read_bytes
from geomap._optional import optional
from geomap.articles._columns import known_names, match_columns, require
from geomap.articles._files import Source
from geomap.articles._problems import ProblemLog
from geomap.errors import ArticlesUnreadable

Record = dict[str, Any]

LONGEST_TITLE = 300
_CHARSET = re.compile(rb"<meta[^>]+charset\s*=\s*[\"']?([\w-]+)", re.IGNORECASE)


@dataclass(frozen=True)
class Options:
    """What the caller chose: which column is which, and the encoding."""

    columns: Mapping[str, str]
    encoding: str | None = None


@dataclass
class Rows:
    """The rows of one file, with the columns named as in the articles table.

    Parameters
    ----------
    numbers
        The number of each row, counted from 1; None for the only article of a file.
    table
        The rows; a DataFrame where the format has dtypes to keep.
    """

    numbers: list[int | None] = field(default_factory=list)
    table: list[Record] | pd.DataFrame = field(default_factory=list)


def read_content(source: Source, options: Options, problems: ProblemLog) -> Content:
    """Read a file and decide on its encoding; log a guessed one and damaged characters.

    Raises
    ------
    ArticlesUnreadable
        If the file is empty, cannot be unpacked, or is not in the encoding that the caller named.
    """
    try:
        data = read_bytes(source.path)
        if not data.strip(b"\0\t\n\r\f "):
            raise ArticlesUnreadable("the file is empty")
        content = decode(data, encoding=options.encoding, declared=_charset(data) if source.kind == "html" else None)
    except Undecodable as error:
        raise ArticlesUnreadable(str(error)) from error
    if content.guessed:
        problems.add(source.label, f"read as {content.encoding}", action="guessed")
    if content.damage:
        problems.add(source.label, content.damage, action="repaired")
    return content


def _charset(data: bytes) -> str | None:
    """Return the encoding that a web page declares."""
    found = _CHARSET.search(data[:4096])
    return found.group(1).decode("ascii", "replace") if found else None


def read_txt(source: Source, options: Options, problems: ProblemLog) -> Rows:
    """Read a text whose first line is its title; the text is the whole file, with the title."""
    content = read_content(source, options, problems)
    text = content.text()
    return Rows([None], [{"title": first_line(text.replace("\0", "")), "text": text}])


def first_line(text: str) -> str:
    """Return the first line that is not blank, stripped; one of more than 300 characters is cut after a word."""
    lines = re.split(r"[\r\n]", text.lstrip(), maxsplit=1)
    title = lines[0].strip()
    return title if len(title) <= LONGEST_TITLE else title[:LONGEST_TITLE].rsplit(maxsplit=1)[0] + "…"


def read_csv(source: Source, options: Options, problems: ProblemLog) -> Rows:
    """Read a CSV file; values stay strings, and empty fields are missing."""
    result, records = Rows(), list[Record]()
    with open_csv(read_content(source, options, problems), known_names(options.columns)) as rows:
        require(rows.header, options.columns, source.label)
        names = list(match_columns(rows.header, options.columns).values())
        for number, fields in usable_rows(rows, source, problems):
            result.numbers.append(number)
            records.append({name: value or None for name, value in zip(names, fields, strict=True)})
    result.table = records
    return result


def usable_rows(rows: CsvRows, source: Source, problems: ProblemLog) -> Iterator[tuple[int, list[str]]]:
    """Yield the number and the fields of each usable row, and log what is wrong with rows."""
    for row in rows:
        if row.problem:
            problems.add(source.label, row.problem, row=row.number, action="repaired" if row.usable else "skipped")
        if row.usable:
            yield row.number, row.fields


def read_jsonl(source: Source, options: Options, problems: ProblemLog) -> Rows:
    """Read a file with one JSON object per line."""
    content = read_content(source, options, problems)
    if _first_line(content).startswith("["):
        return _json_document(content, source, options, problems)
    return _json_lines(content, source, options, problems)


def read_json(source: Source, options: Options, problems: ProblemLog) -> Rows:
    """Read a JSON array of objects, an object that holds one (``{"articles": [...]}``), one article, or JSON lines."""
    content = read_content(source, options, problems)
    return _json_document(content, source, options, problems)


def _json_document(content: Content, source: Source, options: Options, problems: ProblemLog) -> Rows:
    try:
        document = json.loads(content.text(), strict=False)
    except (ValueError, RecursionError) as error:
        if source.kind == "jsonl" or _is_object(_first_line(content)):
            return _json_lines(content, source, options, problems)
        raise ArticlesUnreadable(f"invalid JSON: {error}") from error
    listed = _listed(document)
    if listed is None:
        return _named([(None, document)], source, options, problems)
    return _named(enumerate(listed, start=1), source, options, problems)


def _first_line(content: Content) -> str:
    return next((line.strip() for line in content.lines(newline="\n") if line.strip()), "")


def _is_object(line: str) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except (ValueError, RecursionError):
        return False


def _listed(document: object) -> list[Any] | None:
    """Return the list of articles that a document is or contains."""
    if isinstance(document, list):
        return document
    if isinstance(document, dict):
        if isinstance(document.get("articles"), list):
            return list(document["articles"])
        lists = [v for v in document.values() if isinstance(v, list) and v and all(isinstance(e, dict) for e in v)]
        if len(lists) == 1 and "text" not in match_columns(document, {}).values():
            return lists[0]
    return None


def _json_lines(content: Content, source: Source, options: Options, problems: ProblemLog) -> Rows:
    numbered: list[tuple[int | None, object]] = []
    # Only "\n" ends a line here: U+2028 and "\r" may stand inside of JSON.
    for number, line in enumerate(content.lines(newline="\n"), start=1):
        if not line.strip(" \t\r\n\0"):
            continue
        try:
            # Not strict: a NUL or tab in a string is repaired or kept, not a reason to lose the article.
            numbered.append((number, json.loads(line, strict=False)))
        except (ValueError, RecursionError) as error:
            problems.add(source.label, f"invalid JSON: {error}", row=number)
    return _named(numbered, source, options, problems)


def _named(
    numbered: Iterable[tuple[int | None, object]], source: Source, options: Options, problems: ProblemLog
) -> Rows:
    """Return JSON objects with their keys renamed; each may have different keys."""
    objects: list[tuple[int | None, Record]] = []
    keys: dict[str, None] = {}
    for number, value in numbered:
        if isinstance(value, dict):
            objects.append((number, value))
            keys.update(dict.fromkeys(value))
        else:
            problems.add(source.label, f"JSON {_json_type(value)} instead of an object", row=number)
    if objects:
        require(keys, options.columns, source.label)
    cache: dict[tuple[str, ...], dict[str, str]] = {}
    records: list[Record] = []
    for _, value in objects:
        names = tuple(value)
        if names not in cache:
            cache[names] = match_columns(names, options.columns)
        records.append({cache[names][key]: content for key, content in value.items()})
    return Rows([number for number, _ in objects], records)


def _json_type(value: object) -> str:
    return {str: "string", list: "array", bool: "boolean", type(None): "null"}.get(type(value), "number")


def read_parquet(source: Source, options: Options, problems: ProblemLog) -> Rows:
    """Read a Parquet file; further columns keep their dtypes."""
    import pyarrow

    try:
        table = pd.read_parquet(source.path)
    except (pyarrow.ArrowException, OSError, ValueError) as error:
        raise ArticlesUnreadable(f"not a readable Parquet file: {error}") from error
    if any(name is not None for name in table.index.names):
        table = table.reset_index()
    table.columns = pd.Index(unique_names(map(str, table.columns)))
    require(table.columns, options.columns, source.label)
    table = table.rename(columns=match_columns(table.columns, options.columns))
    return Rows(list(range(1, len(table) + 1)), table)


def read_html(source: Source, options: Options, problems: ProblemLog) -> Rows:
    """Read the article of a web page with trafilatura: its text without menus, and its metadata."""
    page = load_trafilatura().bare_extraction(
        read_content(source, options, problems).text(),
        with_metadata=True,
        include_comments=False,
        include_images=False,
        # The date that the page declares, not one found somewhere in its words.
        date_extraction_params={
            "original_date": True,
            "extensive_search": False,
            "outputformat": "%Y-%m-%dT%H:%M:%S%z",
        },
    )
    if page is None:
        raise ArticlesUnreadable("no article found in the page")
    record = {"title": page.title, "text": page.text, "published": page.date, "url": page.url}
    return Rows([None], [{**record, "source": page.sitename or page.hostname}])


def load_trafilatura() -> Any:
    """Return trafilatura, or raise what to install."""
    return optional("trafilatura", needed_by="reading .html", extra="html")


READERS: Mapping[str, Callable[[Source, Options, ProblemLog], Rows]] = {
    "txt": read_txt,
    "csv": read_csv,
    "jsonl": read_jsonl,
    "json": read_json,
    "parquet": read_parquet,
    "html": read_html,
}
