"""Factiva: a headline, the number of words, date and source line by line; or fields with codes of two letters."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from itertools import pairwise

from geomap.articles._sources import Record
from geomap.articles.readers._databases.lines import (
    LONGEST_DATE_LINE,
    ExportedArticles,
    Line,
    date_line,
    looks_like_names,
    paragraphs_of,
    record,
    unparsed,
    width_of,
)
from geomap.articles.readers._databases.words import BY, COPYRIGHT, LANGUAGE, WORD_COUNT

NAME = "Factiva"
PARAGRAPH = "articleParagraph"
_ID = re.compile(r"(?:Document|Dokument|Documento|文件)\s+[A-Z][A-Z0-9]{2,}\d{4}\w{4,}")
_SUMMARY = re.compile(
    r"(?i)search summary|résumé de la recherche|zusammenfassung der suche|resumen de (?:la )?búsqueda"
)
_TIME = re.compile(r"\d{1,2}:\d{2}(?::\d{2})?(?:\s*[AP]M)?(?:\s+[A-Z]{2,5})?")
_COUNT = re.compile(r"\d[\d.,'\s]{0,9}[^\W\d]{1,12}")
_BARE_COPYRIGHT = re.compile(r"(?i)(?:©|\(c\)|copyright)\s*\S.{0,100}")
_SOURCE_CODE = re.compile(r"[A-Z][A-Z0-9]{2,9}")
_CODES = (
    "SE CLM HD BY CR WC PD ET SN SC NGC GC ED PG VOL LA CY LP TD CT RF CO IN NS RE IPC IPD PUB AN ART DLN CX RST DE"
)
_CODE = re.compile(rf"({'|'.join(sorted(_CODES.split(), key=len, reverse=True))})(?:(?:\s*[|\t]\s*|\s{{2,}})(.*)|\s*)")
_SPACED = re.compile(r"(HD|BY|WC|PD|SN|SC|LA|CY|LP|TD|AN|SE|PUB|NS)\s(.+)|(CO|IN|RE|IPC)\s(\w+ : .+)")
# What an article of coded fields has.
_USUAL = frozenset({"HD", "WC", "PD", "SN", "AN"})
# What may stand behind the text of an article, in any order; other codes there are words of the text.
_BEHIND = frozenset(["CT", "RF", "ART", "CO", "IN", "NS", "RE", "IPC", "IPD", "PUB", "DLN", "AN", "CX", "RST"])
# The lines from the number of words to the copyright: date, time, source, its code, edition, page, language.
_HEADER_LINES = 12
_LAST_WORDS = 60


def factiva_articles(lines: Sequence[Line]) -> ExportedArticles | None:
    """Return the articles of a Factiva document; None for anything else."""
    summary = next((i for i, line in enumerate(lines) if _SUMMARY.fullmatch(line.text) and i > 5), len(lines))
    before = [Line(""), *lines]
    kept = [
        line._replace(apart=not above.text) for above, line in zip(before, lines[:summary], strict=False) if line.text
    ]
    width = width_of(lines)
    coded = [None if line.style == PARAGRAPH else _code(line) for line in kept]
    if len(_USUAL & {code for code, _ in filter(None, coded)}) > 3:
        return _coded_articles(kept, coded, width)
    ids = [i for i, line in enumerate(kept) if _ID.fullmatch(line.text)]
    counts = [i for i in range(len(kept)) if _is_count(kept, i)]
    if not ids:
        return None
    if not counts:
        reason = "no number of words with a date behind it was found"
        return unparsed(lines, NAME, reason) if len(ids) > 1 else None
    articles = ExportedArticles(_articles(kept, ids, counts, width))
    if len(ids) > len(articles):
        articles.notes.append(
            f"the {NAME} export has {len(ids)} lines with the number of a document, but {len(articles)} articles were found"
        )
    return articles


def _is_count(lines: Sequence[Line], i: int) -> bool:
    text = lines[i].text
    if i == 0 or len(text) > 30 or not _COUNT.fullmatch(text):
        return False
    if not WORD_COUNT.fullmatch(text):
        # In a language that is not known here, the date must follow at once.
        return i + 1 < len(lines) and date_line(lines[i + 1].text) is not None
    behind = _header(lines, i + 1)
    return any(date_line(line.text) for line in behind[:3]) or any(map(_closes_header, behind))


def _header(lines: Sequence[Line], start: int) -> Sequence[Line]:
    """Return the short lines behind the number of words, up to the text or to what belongs to another document."""
    stop = min(start + _HEADER_LINES, len(lines))
    for i in range(start, stop):
        text = lines[i].text
        if len(text) > LONGEST_DATE_LINE or lines[i].style == PARAGRAPH or _ID.fullmatch(text):
            return lines[start:i]
        if WORD_COUNT.fullmatch(text):
            return lines[start:i]
    return lines[start:stop]


def _closes_header(line: Line) -> bool:
    """Tell whether a line is the language or the copyright, which stand in every header even where a date is missing."""
    return any(pattern.fullmatch(line.text) for pattern in (LANGUAGE, COPYRIGHT))


def _articles(lines: Sequence[Line], ids: Sequence[int], counts: Sequence[int], width: int) -> list[Record]:
    ends = []
    for count, following in pairwise([*counts, len(lines)]):
        # The last number of a document before the next article; one that a text quotes stands before it.
        last = bisect_left(ids, following) - 1
        ends.append(ids[last] if last >= 0 and ids[last] > count else following - 1)
    starts = [_first_start(lines, counts[0]), *(end + 1 for end in ends[:-1])]
    return [
        _article(lines[start:end], count - start, width) for start, count, end in zip(starts, counts, ends, strict=True)
    ]


def _first_start(lines: Sequence[Line], count: int) -> int:
    headings = [i for i in range(count) if lines[i].heading]
    if headings:
        start = headings[-1]
        while start - 1 in headings:
            start -= 1
        # The section stands before the headline.
        return 0 if start == 1 else start
    return max(0, count - 4)


def _article(lines: Sequence[Line], count: int, width: int) -> Record:
    head = _head(lines[max(0, count - _HEADER_LINES) : count])
    near = range(count + 1, min(count + 4, len(lines)))
    dated = next((i for i in near if date_line(lines[i].text)), None)
    published = date_line(lines[dated].text) or "" if dated is not None else ""
    rest = count + 1 if dated is None else dated + 1
    if rest < len(lines) and _TIME.fullmatch(lines[rest].text):
        published, rest = f"{published} {lines[rest].text}", rest + 1
    body_at = _body_at(lines, rest)
    # Of no words but a publisher's name.
    body = [] if re.match(r"0\D", lines[count].text) else list(lines[body_at:])
    if any(line.style == PARAGRAPH for line in body):
        body = [line for line in body if line.style == PARAGRAPH]
    elif len(body) > 1 and len(body[-1].text) <= _LAST_WORDS and not re.search(r"[.!?:\"”’»)]$", body[-1].text):
        # The publisher's name closes an article.
        del body[-1]
    source = lines[rest].text if rest < body_at else None
    return record(NAME, **head, published=published, source=source, text=paragraphs_of(body, width))


def _body_at(lines: Sequence[Line], rest: int) -> int:
    """Return where the body begins: behind the copyright, else the language, the source's code, or the source."""
    header = range(rest, min(rest + _HEADER_LINES, len(lines)))
    marked = next((i for i in header if lines[i].style == PARAGRAPH), None)
    if marked is not None:
        return marked
    for pattern in (COPYRIGHT, LANGUAGE, _SOURCE_CODE):
        found = next((i for i in header if pattern.fullmatch(lines[i].text)), None)
        if found is not None:
            # Some copyrights name neither a year nor their rights; the line behind the language is one all the same.
            bare = found + 1 < len(lines) and _BARE_COPYRIGHT.fullmatch(lines[found + 1].text)
            return found + (2 if bare else 1)
    return min(rest + 1, len(lines))


def _head(lines: Sequence[Line]) -> dict[str, str]:
    """Read section, headline and byline, which stand in this order; the first and the last may be missing."""
    left = list(lines)
    found: dict[str, str] = {}
    headings = [line for line in left if line.heading]
    if headings:
        at = left.index(headings[-1])
        found["title"] = " ".join(line.text for line in headings)
        before = [line for line in left[:at] if not line.heading]
        found |= {"section": before[-1].text} if before else {}
        found |= {"byline": left[at + 1].text} if at + 1 < len(left) else {}
        return found
    if len(left) > 1 and (BY.match(left[-1].text) or looks_like_names(left[-1].text)):
        found["byline"] = left.pop().text
    if len(left) > 1 and len(left[0].text.split()) < 4 and not left[1].text[0].islower():
        found["section"] = left.pop(0).text
    return found | {"title": " ".join(line.text for line in left)}


def _code(line: Line) -> tuple[str, str] | None:
    found = _CODE.fullmatch(line.text.rstrip("| ")) or _SPACED.fullmatch(line.text)
    code, value, *_ = (*filter(None, found.groups()), "") if found else ("", "")
    return (code, value.strip()) if code else None


def _coded_articles(
    lines: Sequence[Line], codes: Sequence[tuple[str, str] | None], width: int
) -> ExportedArticles | None:
    articles: list[dict[str, list[Line]]] = []
    current = ""
    for i, (line, coded) in enumerate(zip(lines, codes, strict=True)):
        if coded and _begins(coded[0], current, articles):
            articles.append({})
        if not articles:
            continue
        below = lines[i + 1].text if i + 1 < len(lines) else ""
        if coded and not _is_quoted(coded, below, current, articles[-1]):
            current = coded[0]
            articles[-1].setdefault(current, [])
            line = line._replace(text=coded[1])
        if current and line.text:
            articles[-1][current].append(line._replace(text=line.text.strip("| \t")))
    found = [article for article in articles if len(article) > 3]
    return ExportedArticles(_coded_article(article, width) for article in found) if found else None


def _is_quoted(coded: tuple[str, str], below: str, current: str, fields: Mapping[str, Sequence[Line]]) -> bool:
    """Tell whether a line of the text begins with letters that are a code elsewhere."""
    code, value = coded
    if current not in ("LP", "TD"):
        return False
    if code == "AN":
        return not _ID.fullmatch(value or below)
    return code in fields or (code not in _BEHIND and (current, code) != ("LP", "TD"))


def _begins(code: str, current: str, articles: Sequence[dict[str, list[Line]]]) -> bool:
    """Tell whether a code begins the next article: the first three may, each once."""
    if code not in ("SE", "CLM", "HD"):
        return False
    return not articles or current in ("AN", "PUB", "RE", "NS", "IPC", "IPD") or not articles[-1]


def _coded_article(fields: dict[str, list[Line]], width: int) -> Record:
    values = {code: " ".join(line.text for line in lines) for code, lines in fields.items()}
    published = " ".join(filter(None, (values.get("PD"), values.get("ET"))))
    return record(
        NAME,
        title=values.get("HD"),
        text=paragraphs_of([*fields.get("LP", []), Line(""), *fields.get("TD", [])], width),
        published=published,
        source=values.get("SN"),
        byline=values.get("BY"),
        section=values.get("SE"),
    )
