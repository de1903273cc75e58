"""JSON: an array of articles, an object that holds one, one article, or one object a line."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from geomap._decoding import Content
from geomap.articles._columns import match_columns, require
from geomap.articles._problems import ProblemLog
from geomap.articles._sources import Options, Record, Rows, Source, read_content
from geomap.errors import ArticlesUnreadable


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
