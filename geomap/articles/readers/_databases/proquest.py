"""ProQuest: texts whose documents stand between lines of underscores, each with labelled fields."""

from __future__ import annotations

import re
from collections.abc import Sequence

from geomap.articles._sources import Record
from geomap.articles.readers._databases.lines import (
    ExportedArticles,
    Line,
    columns_of,
    count_note,
    fields_of,
    find_date,
    label_of,
    paragraphs_of,
    record,
    unparsed,
    width_of,
)
from geomap.articles.readers._databases.words import COPYRIGHT, DOCUMENT, OF, PROQUEST_LABELS

NAME = "ProQuest"
_RULE = re.compile(r"_{20,}")
_NUMBER = re.compile(rf"{DOCUMENT}\s+(\d{{1,5}})\s+{OF}\s+(\d{{1,5}})", re.IGNORECASE)
_LINK = re.compile(r"https?://\S+")
_FOOTER = re.compile(
    r"(?i).*(?:contact us at|proquest llc|terms and conditions|bibliography|citation style)", re.DOTALL
)
_OMITTED = re.compile(r"[\[(]\s*ProQuest\s*:.{0,200}", re.IGNORECASE)
_NOTHING = re.compile(r"(?i)(?:none|not) available\.?|aucun.{0,20}disponible\.?|nicht verfügbar\.?|no disponible\.?")
# What a document says of itself at its end, in all versions of the export.
_CLOSING = frozenset({"id", "database", "source", "published", "year", "url"})
# What it says once, so that a second one is a line of the text.
_ONCE = frozenset({"title", "byline", "source", "published"})
_FEWEST_FIELDS = 4


def proquest_articles(lines: Sequence[Line]) -> ExportedArticles | None:
    """Return the articles of a ProQuest text; None for anything else."""
    roles = {label[0] for line in lines if (label := label_of(line.text, PROQUEST_LABELS))}
    rules = sum(_RULE.fullmatch(line.text) is not None for line in lines)
    named = any("proquest" in line.text.casefold() for line in lines if len(line.text) < 200)
    if "id" not in roles and not (named and rules):
        return None
    if len(roles) < _FEWEST_FIELDS:
        return (
            unparsed(lines, NAME, "its fields (Full text, Publication date ...) were not found") if rules > 1 else None
        )
    width = width_of(lines)
    chunks = _documents(lines)
    articles = ExportedArticles()
    for chunk in chunks:
        article, abstract_only = _article(chunk, width)
        articles.append(article)
        if abstract_only:
            articles.notes.append(
                f"document {len(articles)} of the {NAME} export has no full text; its abstract is read"
            )
    numbers = [number for chunk in chunks for line in chunk[:4] if (number := _NUMBER.fullmatch(line.text))]
    if numbers and numbers[0].group(1) == "1":
        articles.notes += count_note(NAME, int(numbers[0].group(2)), len(articles))
    return articles


def _documents(lines: Sequence[Line]) -> list[list[Line]]:
    """Split at the lines of underscores, but for those that an article contains."""
    chunks: list[list[Line]] = [[]]
    for line in lines:
        if _RULE.fullmatch(line.text):
            chunks.append([])
        chunks[-1].append(line)
    documents: list[list[Line]] = []
    known: set[str] = set()
    for chunk in chunks:
        roles = _roles(chunk)
        numbered = any(_NUMBER.fullmatch(line.text) for line in chunk[:6])
        begins = numbered or "text" in roles or "abstract" in roles
        closed = len(known & _CLOSING) > 1
        if begins or (len(roles & _CLOSING) > 1 and (closed or not documents)):
            documents.append(chunk)
            known = roles
        elif documents and not _is_footer(chunk) and any(line.text for line in chunk[1:]):
            documents[-1] += chunk
            known |= roles
    return [document[1:] if document and _RULE.fullmatch(document[0].text) else document for document in documents]


def _roles(lines: Sequence[Line]) -> set[str]:
    return {label[0] for line in lines if (label := label_of(line.text, PROQUEST_LABELS))}


def _is_footer(lines: Sequence[Line]) -> bool:
    return not _roles(lines) and any(_FOOTER.match(line.text) or COPYRIGHT.fullmatch(line.text) for line in lines)


def _article(lines: Sequence[Line], width: int) -> tuple[Record, bool]:
    """Return an article and whether it has an abstract only."""
    starts = [i for i, line in enumerate(lines) if _role(line) == "text"]
    start = starts[0] if starts else len(lines)
    stop = _end_of_text(lines, start)
    header = [line for line in lines[:start] if not _RULE.fullmatch(line.text)]
    fields = fields_of(header, PROQUEST_LABELS)
    fields |= fields_of(lines[stop:], PROQUEST_LABELS)
    text = _text(lines[start:stop], width)
    abstract = _without_nothing(fields.get("abstract", ""))
    top = next((line.text for line in header if line.text and not _NUMBER.fullmatch(line.text)), None)
    if top and (label_of(top, PROQUEST_LABELS) or _LINK.match(top)):
        top = None
    info = fields.get("info", "")
    link = next((found.group() for line in header if (found := _LINK.match(line.text))), None)
    article = record(
        NAME,
        title=fields.get("title") or top,
        text=text or abstract,
        published=fields.get("published") or find_date(info) or fields.get("year"),
        source=re.split(r"\s*;\s", fields.get("source") or info, maxsplit=1)[0],
        url=(fields.get("url") or link or "").split(" ")[0],
        byline=fields.get("byline"),
        section=fields.get("section"),
    )
    return article, bool(abstract and not text)


def _role(line: Line) -> str | None:
    parts = columns_of(line.text, PROQUEST_LABELS)
    label = next(filter(None, (label_of(part, PROQUEST_LABELS) for part in parts)), None)
    return label[0] if label else None


def _end_of_text(lines: Sequence[Line], start: int) -> int:
    """Return where the fields behind the text begin; a line of the text may look like one of them.

    Going back from the end, a field begins wherever a labelled line does, and what stands between two fields is at most
    the second line of a value.
    """
    stop = len(lines)
    unlabelled = 0
    seen: set[str] = set()
    for i in range(len(lines) - 1, start, -1):
        if role := _role(lines[i]):
            if role in seen and role in _ONCE:
                break
            seen.add(role)
            stop, unlabelled = i, 0
        elif lines[i].text:
            # A value goes on in the next line, without a blank one between.
            unlabelled += 1
            if unlabelled > 1 or not _continues(lines, i):
                break
    return stop


def _continues(lines: Sequence[Line], i: int) -> bool:
    return bool(lines[i - 1].text) and _role(lines[i - 1]) is not None and not lines[i].style


def _text(lines: Sequence[Line], width: int) -> str:
    if not lines:
        return ""
    label = label_of(lines[0].text, PROQUEST_LABELS)
    first = lines[0]._replace(text=label[1] if label else lines[0].text)
    kept = [line for line in (first, *lines[1:]) if not _OMITTED.fullmatch(line.text)]
    return _without_nothing(paragraphs_of(kept, width))


def _without_nothing(text: str) -> str:
    return "" if _NOTHING.fullmatch(text) else text
