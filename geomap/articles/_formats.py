"""One reader for each format: a file -> records (column -> value), each with the number of its row."""

from __future__ import annotations

import csv
import json
import re
from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, TextIO

import pandas as pd

from geomap.articles._columns import known_names, match_columns, plain, require, unique_header
from geomap.articles._decoding import Content, decide, read_bytes, read_content
from geomap.articles._files import Source
from geomap.articles._problems import Problems
from geomap.errors import ArticlesUnreadable, MissingDependency

DELIMITERS = ",;\t|"


class CsvRows:
    """The rows of one CSV file; a broken row costs no other one.

    Parameters
    ----------
    stream
        The characters of the file, opened with ``newline=""``.
    label
        What messages call the file.
    known
        Plain column names (:func:`~geomap.articles._columns.plain`): the delimiter is the one that yields most of them
        in the header, which is surer than what ``csv.Sniffer`` makes of running text.
    problems
        Where broken rows are noted.
    """

    def __init__(self, stream: TextIO, label: str, known: Collection[str], problems: Problems) -> None:
        self._lines = _Lines(stream)
        self._label = label
        self._problems = problems
        self._delimiter = _delimiter(self._lines.peek(), known)
        self.header = unique_header(next(filter(any, csv.reader(self._lines, delimiter=self._delimiter)), []))

    def __iter__(self) -> Iterator[tuple[int, list[str]]]:
        """Yield the number of each row, counted from 1 below the header, and its fields, as many as the header has."""
        width = len(self.header)
        for number, fields in enumerate(self._parsed(), start=1):
            if isinstance(fields, str):
                self._problems.add(self._label, fields, row=number)
            elif len(fields) > width and any(fields[width:]):
                self._problems.add(self._label, f"has {len(fields)} fields, the header {width}", row=number)
            else:
                if len(fields) < width:
                    reason = f"has {len(fields)} fields, the header {width}; the others are missing"
                    self._problems.add(self._label, reason, row=number, action="repaired")
                yield number, [*fields[:width], *[""] * (width - len(fields))]

    def _parsed(self) -> Iterator[list[str] | str]:
        """Yield the fields of each row, or why it has none."""
        # Strict, because only then a quote that never closes is an error and not one row that swallows the others.
        reader = csv.reader(self._lines, delimiter=self._delimiter, strict=True)
        while True:
            self._lines.row.clear()
            try:
                fields: list[str] | str = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                fields = self._without_quoting(self._lines.give_back(), error)
                reader = csv.reader(self._lines, delimiter=self._delimiter, strict=True)
            if fields:
                yield fields

    def _without_quoting(self, line: str, error: csv.Error) -> list[str] | str:
        fields = next(csv.reader([line], delimiter=self._delimiter, quoting=csv.QUOTE_NONE), [])
        return fields if len(fields) == len(self.header) else f"its quotes do not pair ({error})"


class _Lines:
    """The lines of a stream, of which those of the present row can be given back."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._again: deque[str] = deque()
        self.row: list[str] = []

    def __iter__(self) -> Iterator[str]:
        while line := self._again.popleft() if self._again else self._stream.readline():
            self.row.append(line)
            yield line

    def peek(self) -> str:
        """Return the first line that is not blank; those before it are gone."""
        line = next((line for line in self if line.strip()), "")
        self._again.append(line)
        return line

    def give_back(self) -> str:
        """Return the first line of the row, and have the others read again."""
        first, *others = self.row
        self._again.extendleft(reversed(others))
        return first


def _delimiter(line: str, known: Collection[str]) -> str:
    def worth(delimiter: str) -> tuple[int, int]:
        fields = next(csv.reader([line], delimiter=delimiter), [])
        return sum(plain(field) in known for field in fields), len(fields)

    return max(DELIMITERS, key=worth)


@contextmanager
def fields_of_any_size(size: int) -> Iterator[None]:
    """Let the csv module read fields of up to `size` characters, and set its limit back after that."""
    before = csv.field_size_limit()
    csv.field_size_limit(max(before, min(size, 2**31 - 1)))
    try:
        yield
    finally:
        csv.field_size_limit(before)


Record = dict[str, Any]

LONGEST_TITLE = 300
_CHARSET = re.compile(rb"<meta[^>]+charset\s*=\s*[\"']?([\w-]+)", re.IGNORECASE)


@dataclass(frozen=True)
class Options:
    """What the caller chose: columns, encoding."""

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


def read_txt(source: Source, options: Options, problems: Problems) -> Rows:
    """Read a text whose first line is its title; the text is the whole file, title included."""
    content = read_content(source.path, source.label, problems, encoding=options.encoding)
    text = content.text()
    return Rows([None], [{"title": first_line(text.replace("\0", "")), "text": text}])


def first_line(text: str) -> str:
    """Return the first line that is not blank, stripped; a paragraph of more than 300 characters is cut at a word."""
    lines = re.split(r"[\r\n]", text.lstrip(), maxsplit=1)
    title = lines[0].strip()
    return title if len(title) <= LONGEST_TITLE else title[:LONGEST_TITLE].rsplit(maxsplit=1)[0] + "…"


def read_csv(source: Source, options: Options, problems: Problems) -> Rows:
    """Read a CSV file; every value stays the string that it is, and an empty field is missing."""
    content = read_content(source.path, source.label, problems, encoding=options.encoding)
    with fields_of_any_size(len(content.data)), content.lines() as stream:
        rows = CsvRows(stream, source.label, known_names(options.columns), problems)
        require(rows.header, options.columns, source.label)
        return _csv_records(rows, options)


def _csv_records(rows: CsvRows, options: Options) -> Rows:
    names = list(match_columns(rows.header, options.columns).values())
    result = Rows()
    records: list[Record] = []
    for number, fields in rows:
        result.numbers.append(number)
        records.append({name: value or None for name, value in zip(names, fields, strict=True)})
    result.table = records
    return result


def read_csv_head(source: Source, options: Options) -> list[str]:
    """Return the column names of a CSV file."""
    content = read_content(source.path, source.label, Problems(), encoding=options.encoding)
    with fields_of_any_size(len(content.data)), content.lines() as stream:
        return CsvRows(stream, source.label, known_names(options.columns), Problems()).header


def read_jsonl(source: Source, options: Options, problems: Problems) -> Rows:
    """Read a file with one JSON object a line."""
    content = read_content(source.path, source.label, problems, encoding=options.encoding)
    if _first_line(content).startswith("["):
        return _json_document(content, source, options, problems)
    return _json_lines(content, source, options, problems)


def read_json(source: Source, options: Options, problems: Problems) -> Rows:
    """Read a JSON array of objects, an object that holds one (``{"articles": [...]}``), one article, or JSON lines."""
    content = read_content(source.path, source.label, problems, encoding=options.encoding)
    return _json_document(content, source, options, problems)


def _json_document(content: Content, source: Source, options: Options, problems: Problems) -> Rows:
    try:
        document = json.loads(content.text(), strict=False)
    except (ValueError, RecursionError) as error:
        if source.kind == "jsonl" or _is_object(_first_line(content)):
            return _json_lines(content, source, options, problems)
        raise ArticlesUnreadable(f"is no JSON: {error}") from error
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
    """Return the list of articles that a document is or holds."""
    if isinstance(document, list):
        return document
    if isinstance(document, dict):
        if isinstance(document.get("articles"), list):
            return list(document["articles"])
        lists = [v for v in document.values() if isinstance(v, list) and v and all(isinstance(e, dict) for e in v)]
        if len(lists) == 1 and "text" not in match_columns(document, {}).values():
            return lists[0]
    return None


def _json_lines(content: Content, source: Source, options: Options, problems: Problems) -> Rows:
    numbered: list[tuple[int | None, object]] = []
    # Only "\n" ends a line here: U+2028 and "\r" may stand inside of JSON.
    for number, line in enumerate(content.lines(newline="\n"), start=1):
        if not line.strip(" \t\r\n\0"):
            continue
        try:
            # Not strict: a NUL or tab in a string is repaired or kept, not a reason to lose the article.
            numbered.append((number, json.loads(line, strict=False)))
        except (ValueError, RecursionError) as error:
            problems.add(source.label, f"is no JSON: {error}", row=number)
    return _named(numbered, source, options, problems)


def _named(numbered: Iterable[tuple[int | None, object]], source: Source, options: Options, problems: Problems) -> Rows:
    """Return JSON objects with their keys renamed; each may have keys of its own."""
    objects: list[tuple[int | None, Record]] = []
    keys: dict[str, None] = {}
    for number, value in numbered:
        if isinstance(value, dict):
            objects.append((number, value))
            keys.update(dict.fromkeys(value))
        else:
            problems.add(source.label, f"is a JSON {_json_type(value)}, not an object", row=number)
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


def read_parquet(source: Source, options: Options, problems: Problems) -> Rows:
    """Read a Parquet file; the dtypes of further columns are kept."""
    import pyarrow

    try:
        table = pd.read_parquet(source.path)
    except (pyarrow.ArrowException, OSError, ValueError) as error:
        raise ArticlesUnreadable(f"is no Parquet file that can be read: {error}") from error
    if any(name is not None for name in table.index.names):
        table = table.reset_index()
    table.columns = pd.Index(unique_header(map(str, table.columns)))
    require(table.columns, options.columns, source.label)
    table = table.rename(columns=match_columns(table.columns, options.columns))
    return Rows(list(range(1, len(table) + 1)), table)


def read_html(source: Source, options: Options, problems: Problems) -> Rows:
    """Read the article of a web page through trafilatura: its text without menus, and its metadata."""
    bare_extraction = import_trafilatura()
    data = read_bytes(source.path)
    found = _CHARSET.search(data[:4096])
    declared = found.group(1).decode("ascii", "replace") if found else None
    content = decide(data, source.label, problems, encoding=options.encoding, declared=declared)
    page = bare_extraction(
        content.text(),
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
        raise ArticlesUnreadable("no article is found in the page")
    record = {"title": page.title, "text": page.text, "published": page.date, "url": page.url}
    return Rows([None], [{**record, "source": page.sitename or page.hostname}])


def import_trafilatura() -> Callable[..., Any]:
    """Return trafilatura's extraction, or raise what to install."""
    try:
        from trafilatura import bare_extraction
    except ImportError as error:
        raise MissingDependency("reading .html needs trafilatura: pip install 'geomap-toolkit[html]'") from error
    extraction: Callable[..., Any] = bare_extraction
    return extraction


READERS: Mapping[str, Callable[[Source, Options, Problems], Rows]] = {
    "txt": read_txt,
    "csv": read_csv,
    "jsonl": read_jsonl,
    "json": read_json,
    "parquet": read_parquet,
    "html": read_html,
}
