"""JSON: articles as a list, nested in the answer of a news API, by key or by column; one article; or one object a line."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from sys import intern
from typing import Any, NamedTuple

from geomap._csv import column_key
from geomap._decoding import Content
from geomap.articles._columns import columns_of, is_named, match_columns, require
from geomap.articles._problems import ProblemLog
from geomap.articles._sources import Options, Record, Rows, Source, read_content
from geomap.errors import ArticlesUnreadable

Numbered = list[tuple[int | None, object]]

_DEEPEST = 8  # levels of objects in which articles are looked for
_OPENED = 3  # levels of objects in an article in which its text is looked for
_SAMPLE = 5  # articles of a list that show what it holds


def read_jsonl(source: Source, options: Options, problems: ProblemLog) -> Rows:
    """Read a file with one JSON object per line."""
    content = read_content(source, options, problems)
    if _first_line(content).startswith("["):
        return _json_document(content, source, options, problems)
    return _json_lines(content, source, options, problems)


def read_json(source: Source, options: Options, problems: ProblemLog) -> Rows:
    """Read a JSON document with any number of articles, wherever in it they stand, or JSON lines."""
    content = read_content(source, options, problems)
    return _json_document(content, source, options, problems)


def _json_document(content: Content, source: Source, options: Options, problems: ProblemLog) -> Rows:
    try:
        document = json.loads(content.text(), strict=False)
    except (ValueError, RecursionError) as error:
        if source.kind == "jsonl" or _is_object(_first_line(content)):
            return _json_lines(content, source, options, problems)
        raise ArticlesUnreadable(_invalid(error)) from error
    articles = listed(document, options.columns)
    if articles is None:
        return _named([(None, document)], source, options, problems)
    return _named(_opened(list(enumerate(articles, start=1)), options.columns), source, options, problems)


def _invalid(error: Exception) -> str:
    return f"invalid JSON: {'nested too deep' if isinstance(error, RecursionError) else error}"


def _first_line(content: Content) -> str:
    return next((line.strip() for line in content.lines(newline="\n") if line.strip()), "")


def _is_object(line: str) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except (ValueError, RecursionError):
        return False


def _json_lines(content: Content, source: Source, options: Options, problems: ProblemLog) -> Rows:
    numbered: Numbered = []
    # Not strict: a NUL or tab in a string is repaired or kept, not a reason to lose the article.
    decoder = json.JSONDecoder(strict=False)
    # Only "\n" ends a line here: U+2028 and "\r" may stand inside of JSON.
    for number, line in enumerate(content.lines(newline="\n"), start=1):
        if not line.strip(" \t\r\n\0"):
            continue
        try:
            value = decoder.decode(line)
        except (ValueError, RecursionError) as error:
            problems.add(source.label, _invalid(error), row=number)
            continue
        # Every line has keys of its own, which take as much memory as a short text where they are not shared.
        numbered.append((number, {intern(key): v for key, v in value.items()} if isinstance(value, dict) else value))
    return _named(_opened(numbered, options.columns), source, options, problems)


# --- where the articles are --------------------------------------------------------------------------------------------


class _Listing(NamedTuple):
    """A list of objects in a document: how much they look like articles, how deep it lies, and the objects."""

    score: int
    depth: int
    articles: list[Any]


def listed(document: object, chosen: Mapping[str, str]) -> list[Any] | None:
    """Return the articles that a document holds, None if it is one itself."""
    if isinstance(document, list):
        return document
    if not isinstance(document, dict):
        return None
    if isinstance(document.get("articles"), list):
        return list(document["articles"])
    if (columns := _by_column(document)) is not None:
        return columns
    if _has_text(document, chosen, deep=False):
        return None
    listings = list(_listings(document, chosen))
    best = max(listings, key=lambda listing: (listing.score, -listing.depth), default=None)
    if best is None or (best.score < 3 and _has_text(document, chosen)):
        return None
    if best.score < 3:
        # Without a text it is told from other lists, of tags or pictures, by being the only one, or by its titles.
        return best.articles if best.score or len(listings) == 1 else None
    alike = [each for each in listings if (each.score, each.depth) == (best.score, best.depth)]
    return [article for listing in alike for article in listing.articles]


def _opened(numbered: Numbered, chosen: Mapping[str, str]) -> Numbered:
    """Return the rows with answers of an API replaced by their articles, as where many answers were saved in one file."""
    opened: list[object] = []
    found = False
    for _, value in numbered:
        inner = None
        if isinstance(value, dict) and not _has_text(value, chosen):
            best = max(_listings(value, chosen), key=lambda listing: listing.score, default=None)
            inner = best.articles if best is not None and best.score > 1 else None
        found = found or inner is not None
        opened.extend([value] if inner is None else inner)
    return list(enumerate(opened, start=1)) if found else numbered


def _listings(value: object, chosen: Mapping[str, str], depth: int = 0) -> Iterator[_Listing]:
    """Yield the lists of objects in an object, and the objects whose values are articles by their id."""
    if not isinstance(value, dict) or depth > _DEEPEST:
        return
    for content in value.values():
        if isinstance(content, list):
            objects = [each for each in content if isinstance(each, dict)]
            if objects and len(objects) == len(content):
                yield _Listing(_score(objects, chosen), depth, content)
        elif isinstance(content, dict):
            if len(content) > 1 and all(isinstance(each, dict) for each in content.values()):
                by_id = [{"article_id": key, **each} for key, each in content.items()]
                if _score(by_id, chosen) > 2:
                    yield _Listing(_score(by_id, chosen), depth, by_id)
                    continue
            yield from _listings(content, chosen, depth + 1)
    if depth == 0 and len(value) > 1 and all(isinstance(each, dict) for each in value.values()):
        by_id = [{"article_id": key, **each} for key, each in value.items()]
        if all(_has_text(each, chosen, deep=False) for each in by_id[:_SAMPLE]):
            yield _Listing(3, -1, by_id)


def _score(objects: list[dict[str, Any]], chosen: Mapping[str, str]) -> int:
    """Return how much objects look like articles: 3 with a text, 2 with an abstract, 1 with a title or an address."""
    sample = objects[:_SAMPLE]
    if any(_has_text(each, chosen) for each in sample):
        return 3
    keys = {key for each in sample for key in each}
    titled = columns_of("title", keys) or columns_of("url", keys)
    if titled and any(is_named(key, "abstract") for key in keys):
        return 2
    return 1 if titled else 0


def _has_text(value: Mapping[str, Any], chosen: Mapping[str, str], *, deep: bool = True, level: int = 0) -> bool:
    """Return whether an object has a key for the text of an article; of ``deep`` also in objects in it."""
    wanted = chosen.get("text")
    if wanted is not None:
        return _at(value, wanted) is not None or any(column_key(key) == column_key(wanted) for key in value)
    for key, content in value.items():
        if (content is None or isinstance(content, str)) and is_named(key, "text"):
            return True
        if isinstance(content, dict) and _wraps(key, content, "text"):
            return True
    return (
        deep
        and level < _OPENED
        and any(isinstance(c, dict) and _has_text(c, chosen, level=level + 1) for c in value.values())
    )


def _at(value: object, path: str) -> object:
    """Return what stands at a path such as ``fields.bodyText``, None if nothing does."""
    for key in path.split("."):
        value = value.get(key) if isinstance(value, dict) else None
    return value


def _by_column(document: Mapping[str, Any]) -> list[Any] | None:
    """Return the rows of a table that pandas wrote by its columns (``to_json`` with ``columns``, ``list``, ``split``)."""
    if isinstance(names := document.get("columns"), list) and isinstance(rows := document.get("data"), list):
        if all(isinstance(row, list) and len(row) == len(names) for row in rows):
            return [dict(zip(map(str, names), row, strict=True)) for row in rows]
        return None
    columns = list(document.values())
    if not any(is_named(key, "text") for key in document):
        return None
    if all(isinstance(column, list) for column in columns) and len({len(column) for column in columns}) == 1:
        return [dict(zip(document, row, strict=True)) for row in zip(*columns, strict=True)]
    if all(isinstance(column, dict) and column.keys() == columns[0].keys() for column in columns):
        labels = list(columns[0])
        if labels and all(label.isdecimal() for label in labels):
            return [{name: column[label] for name, column in document.items()} for label in labels]
    return None


# --- what an article is ------------------------------------------------------------------------------------------------


def _named(
    numbered: Iterable[tuple[int | None, object]], source: Source, options: Options, problems: ProblemLog
) -> Rows:
    """Return JSON objects with their keys renamed; each may have different keys."""
    numbers: list[int | None] = []
    records: list[Record] = []
    keys: dict[str, None] = {}
    for number, value in numbered:
        if isinstance(value, dict):
            article = flattened(value, options.columns)
            numbers.append(number)
            records.append(article)
            keys.update(dict.fromkeys(article))
        else:
            problems.add(source.label, f"JSON {_json_type(value)} instead of an object", row=number)
    if records:
        require(keys, options.columns, source.label)
    cache: dict[tuple[str, ...], dict[str, str]] = {}
    for record in records:
        names = tuple(record)
        if names not in cache:
            cache[names] = match_columns(names, options.columns)
        _rename(record, cache[names])
    return Rows(numbers, records)


def _rename(record: Record, names: Mapping[str, str]) -> None:
    """Rename the keys of a record in place, so that no file is in memory twice."""
    values = list(record.values())
    renamed = [names[key] for key in record]
    record.clear()
    record.update(zip(renamed, values, strict=True))


def flattened(article: Record, chosen: Mapping[str, str], level: int = 0) -> Record:
    """Return an article with the objects opened that hold its text, title or a chosen column: ``fields.bodyText``."""
    if not any(isinstance(content, dict) for content in article.values()):
        return article
    flat: Record = {}
    for key, content in article.items():
        inner = {role: path.removeprefix(f"{key}.") for role, path in chosen.items() if path.startswith(f"{key}.")}
        if isinstance(content, dict) and level < _OPENED and (inner or _opens(key, content)):
            for name, value in flattened(content, inner, level + 1).items():
                flat.setdefault(f"{key}.{name}", value)
        else:
            flat[key] = content
    return flat


def _opens(key: str, content: Mapping[str, Any]) -> bool:
    """Return whether an object holds what belongs to the article itself, and not to its author or picture."""
    # A publisher is an object that stays one: {"source": {"id": "post", "name": "The Post"}}.
    site = not is_named(key, "source") and _wraps(key, content, "source")
    return site or any(_wraps(key, content, role) for role in ("text", "title", "abstract")) or _has_text(content, {})


def _wraps(key: str, content: Mapping[str, Any], role: str) -> bool:
    """Return whether an object wraps a role: ``{"headline": {"main": "..."}}``."""
    return any(isinstance(value, str) and is_named(f"{key}.{inner}", role) for inner, value in content.items())


def _json_type(value: object) -> str:
    return {str: "string", list: "array", bool: "boolean", type(None): "null"}.get(type(value), "number")
