"""Nexis: the texts of LexisNexis, "1 of 30 DOCUMENTS", and the documents of Nexis Uni, "Body ... End of Document"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from geomap.articles._sources import Record
from geomap.articles.readers._databases.lines import (
    Block,
    ExportedArticles,
    Line,
    blocks_of,
    columns_of,
    count_note,
    date_line,
    fields_of,
    label_of,
    looks_like_body,
    marker_of,
    paragraphs_of,
    record,
    unparsed,
    width_of,
)
from geomap.articles.readers._databases.words import COPYRIGHT, DOCUMENT, EDITION, NEXIS_LABELS, OF

NAME = "Nexis"
_NUMBERED = re.compile(
    rf"\W*(?:{DOCUMENT}\s+(\d{{1,5}})\s+{OF}\s+(\d{{1,5}})|(\d{{1,5}})\s+{OF}\s+(\d{{1,5}})\s+{DOCUMENT})\W*",
    re.IGNORECASE,
)
_ANNOUNCED = re.compile(rf"{DOCUMENT}\s*\((\d+)\)", re.IGNORECASE)
_LISTED = re.compile(r"\d{1,4}\.\s+\S")
_ABOUT_SEARCH = re.compile(
    r"(?:user name|date and time|job number|client/matter|search t(?:erms|ype)|narrowed by)\b", re.I
)
_REMARKS = {"abstract", "full text", "link to image", "link to the original story.", "link to pdf"}
# From a headline to "Body" stand the source, the date, the copyright and a handful of labels.
_FARTHEST_HEADLINE = 25
_HIGHEST_SCORE = 5
_NEAR = 40  # lines, many of them blank
_LONGEST_CORRECTION = 4  # paragraphs
_CORRECTED = re.compile(r"(?i)correction appended")
_HEADER = frozenset({"headline", "byline", "section", "length", "lead", "url"})


def nexis_articles(lines: Sequence[Line]) -> ExportedArticles | None:
    """Return the articles of a LexisNexis text or a Nexis Uni document; None for anything else."""
    return _numbered_articles(lines) or _uni_articles(lines)


# LexisNexis: each document begins with its number.


class _Number(NamedTuple):
    position: int
    number: int
    total: int
    score: int


def _numbered_articles(lines: Sequence[Line]) -> ExportedArticles | None:
    candidates = _candidates(lines)
    numbers = _accepted(candidates)
    width = width_of(lines)
    positions = [*(number.position for number in numbers), len(lines)]
    chunks = [lines[start + 1 : end] for start, end in pairwise(positions)]
    if not any(label_of(line.text, NEXIS_LABELS) for chunk in chunks for line in chunk):
        counted = [(candidate.number, candidate.total) for candidate in candidates]
        if len(counted) > 1 and counted == sorted(set(counted)) and counted[0][0] == 1:
            return unparsed(lines, NAME, "its documents have no metadata (LENGTH, BYLINE, LOAD-DATE ...)")
        return None
    articles = ExportedArticles(_numbered_article(chunk, width) for chunk in chunks)
    # Several exports may have been joined; each run of numbers begins with its first.
    firsts = [n for i, n in enumerate(numbers) if i == 0 or n.number <= numbers[i - 1].number]
    announced = sum(first.total - first.number + 1 for first in firsts)
    articles.notes += count_note(NAME, announced, len(articles)) if firsts[0].number == 1 else []
    return articles


def _candidates(lines: Sequence[Line]) -> list[_Number]:
    """Return the lines that may begin a document."""
    found: list[_Number] = []
    for position, line in enumerate(lines):
        match = _NUMBERED.fullmatch(line.text) if len(line.text) < 60 else None
        if match:
            number, total = (int(group) for group in match.groups() if group)
            if 1 <= number <= total:
                found.append(_Number(position, number, total, _score(lines, position, first=not found)))
    return found


def _accepted(candidates: Sequence[_Number]) -> list[_Number]:
    """Return the candidates that begin a document; those that an article quotes do not fit in."""
    best: dict[tuple[int, int], int] = {}
    for candidate in candidates:
        best[candidate[1:3]] = max(candidate.score, best.get(candidate[1:3], 0))
    accepted: list[_Number] = []
    for candidate in candidates:
        certain = candidate.score == _HIGHEST_SCORE
        fits = not accepted or (candidate.number > accepted[-1].number and candidate.total == accepted[-1].total)
        begins = fits or (certain and candidate.number > accepted[-1].number)
        again = candidate.number == 1 and candidate.score > 2
        if candidate.score == best[candidate[1:3]] and candidate.score > 1 and (begins or again):
            accepted.append(candidate)
    return accepted


def _score(lines: Sequence[Line], position: int, *, first: bool) -> int:
    """Weigh how much a numbered line looks like a beginning: an end before it, a date and metadata behind it."""
    above = lines[max(0, position - _NEAR) : position]
    before = next((line for line in reversed(above) if line.text), None)
    after = [line for line in lines[position + 1 : position + _NEAR] if line.text]
    score = 2 if first or before is None or _is_appendix(before.text) else 0
    score += 2 if any(date_line(part) for line in after[:5] for part in columns_of(line.text, NEXIS_LABELS)) else 0
    roles = (label_of(line.text, NEXIS_LABELS) for line in after[:14])
    return score + (1 if any(role and role[0] in _HEADER for role in roles) else 0)


def _numbered_article(lines: Sequence[Line], width: int) -> Record:
    blocks = blocks_of(lines, NEXIS_LABELS)
    at, labelled = _body_at(blocks)
    plain = [block for block in blocks[:at] if not _label(block)]
    fields = fields_of((line for block in blocks[:at] if _label(block) for line in block.lines), NEXIS_LABELS)
    head = _head(plain, labelled=labelled, titled="headline" in fields)
    if not labelled:
        at = min(at, head.blocks)
    stop = _end_of_body(blocks, at)
    body = lines[blocks[at].start : blocks[stop].start if stop < len(blocks) else len(lines)] if at < stop else []
    return _article({"title": head.title, "source": head.source, "published": head.date} | fields, _body(body, width))


def _label(block: Block) -> tuple[str, str] | None:
    parts = columns_of(block.lines[0].text, NEXIS_LABELS)
    return next(filter(None, (label_of(part, NEXIS_LABELS) for part in parts)), None)


def _body_at(blocks: Sequence[Block]) -> tuple[int, bool]:
    """Return the number of the first block of the body, and whether labels stand before it."""
    seen: set[str] = set()
    for i, block in enumerate(blocks):
        label = _label(block)
        if marker_of(block.lines[0].text) == "body" or (label and label[0] == "body"):
            return i, True
        if label is None:
            complete = seen and ("length" in seen or not _more_metadata(blocks[i : i + 4]))
            # A headline may be as long as a paragraph; metadata below it tell.
            below = _label(blocks[i + 1]) if i + 1 < len(blocks) else None
            headline = not seen and below is not None and below[0] in ("byline", "section", "length")
            if complete or (looks_like_body(block.text) and not headline):
                return i, bool(seen)
        elif label[0] not in _HEADER:
            return i, bool(seen)
        else:
            seen |= fields_of(block.lines, NEXIS_LABELS).keys()
    return len(blocks), bool(seen)


def _more_metadata(blocks: Sequence[Block]) -> bool:
    """Tell whether the length, the last of the metadata, is still to come behind a line without a label."""
    for block in blocks:
        label = _label(block)
        if label:
            return label[0] in ("length", "headline", "body")
        if looks_like_body(block.text) or block.text.endswith((".", "!", "?", '"', "”")):
            return False
    return False


class _Head(NamedTuple):
    title: str | None
    source: str | None
    date: str | None
    blocks: int  # how many blocks it takes, where no label ends it


def _head(blocks: Sequence[Block], *, labelled: bool, titled: bool) -> _Head:
    """Read source, date, edition and headline, which have no labels but an order; the first three are centered.

    Where labels follow, all that stands before them is the headline; else it is one block. Where the headline has a label
    itself (`titled`), a single line is the source.
    """
    parts = [
        (number, line, part)
        for number, block in enumerate(blocks)
        for line in block.lines
        for part in columns_of(line.text, NEXIS_LABELS)
        if not COPYRIGHT.fullmatch(line.text) and not _CORRECTED.fullmatch(part)
    ]
    dated = next((i for i, (_, _, part) in enumerate(parts) if date_line(part)), None)
    if dated is None:
        alone = len({number for number, _, _ in parts}) < 2
        first = parts[0][2] if parts and (titled or not alone) else None
        rest = [part for part in parts[1:] if not EDITION.search(part[2])] if first else parts
        date = None
    else:
        first = parts[0][2] if dated else None
        date = date_line(parts[dated][2])
        rest = parts[dated + 1 :]
        centered = parts[dated][1].indent > 4
        behind = [part for part in rest if part[0] != parts[dated][0] or (centered and part[1].indent < 5)]
        rest = [part for part in behind or rest if not (centered and part[1].indent > 4)] or behind or rest
        rest = [part for part in rest if len(rest) == 1 or not _is_edition(part[2])]
    if not rest:
        return _Head(None, first, date, len(blocks))
    number = rest[0][0]
    same = [part for at, _, part in rest if at == number]
    everything = " ".join(part for _, _, part in rest)
    title = everything if labelled and not looks_like_body(everything) else " ".join(same)
    return _Head(title, first, date, number + 1)


def _is_edition(text: str) -> bool:
    return len(text) < 40 and EDITION.search(text) is not None and not re.search(r"[.!?:]", text)


def _end_of_body(blocks: Sequence[Block], at: int) -> int:
    """Return the number of the first block behind the body that begins at a block."""
    stop = len(blocks)
    while stop > at:
        if _is_appendix(blocks[stop - 1].lines[0].text):
            stop -= 1
            continue
        # A correction may stand below its label, among other labels.
        above = range(stop - 2, max(at, stop - 2 - _LONGEST_CORRECTION), -1)
        label = next((i for i in above if _is_appendix(blocks[i].lines[0].text)), at)
        if label == at or blocks[label].text[-1] not in ":：" or not _is_appendix(blocks[label - 1].lines[0].text):
            break
        stop = label
    return stop


def _is_appendix(text: str) -> bool:
    """Tell whether a block stands behind the body: indexing, copyright, the markers of the end."""
    label = label_of(text, NEXIS_LABELS)
    return (
        (label is not None and label[0] in ("indexing", "url"))
        or COPYRIGHT.fullmatch(text) is not None
        or marker_of(text) in ("end", "classification")
    )


# Nexis Uni: "Body" begins the text of a document, "End of Document" ends it.


def _uni_articles(lines: Sequence[Line]) -> ExportedArticles | None:
    markers = {i: marker for i, line in enumerate(lines) if (marker := marker_of(line.text)) in ("body", "end")}
    starts = _starts(lines, markers)
    if not starts or not _is_uni(lines, starts, ended="end" in markers.values()):
        return None
    width = width_of(lines)
    ends = [start for start, _ in starts[1:]] + [len(lines)]
    articles = ExportedArticles(
        _uni_article(lines[start:end], None if body is None else body - start, width)
        for (start, body), end in zip(starts, ends, strict=True)
    )
    cover = (_ANNOUNCED.fullmatch(line.text) for line in lines[: starts[0][0]])
    for announced in filter(None, cover):
        articles.notes += count_note(NAME, int(announced.group(1)), len(articles))
    return articles


def _starts(lines: Sequence[Line], markers: dict[int, str]) -> list[tuple[int, int | None]]:
    """Return where each document starts and where its "Body" is; None for a document without one."""
    starts: list[tuple[int, int | None]] = []
    ended = "end" in markers.values()
    lowest = 0
    open_body = False
    following = dict(pairwise(markers))
    for position, marker in markers.items():
        if marker == "body" and not open_body:
            start = _start(lines, lowest, position, bounded=ended and bool(starts))
            if start is not None:
                starts.append((start, position))
                open_body, lowest = ended, position + 1
        elif marker == "end":
            if not open_body and starts and (start := _bodiless(lines, lowest, position)) is not None:
                starts.append((start, None))
            if _is_end(lines, position, following.get(position), markers):
                open_body, lowest = False, position + 1
    return starts


def _is_end(lines: Sequence[Line], position: int, following: int | None, markers: dict[int, str]) -> bool:
    """Tell whether "End of Document" ends one, and is not quoted by it: metadata and "Body" follow, or nothing."""
    if following is None or markers[following] == "body":
        return True
    between = [line for line in lines[position + 1 : following] if line.text]
    return any(line.heading or date_line(line.text) for line in between[:6]) or not between


def _bodiless(lines: Sequence[Line], lowest: int, end: int) -> int | None:
    """Return where a document begins that has metadata but no "Body"; None if there is none."""
    filled = [i for i in range(lowest, end) if lines[i].text]
    labelled = any((label := label_of(lines[i].text, NEXIS_LABELS)) and label[0] in _HEADER for i in filled)
    return filled[0] if filled and labelled and any(date_line(lines[i].text) for i in filled[:5]) else None


def _start(lines: Sequence[Line], lowest: int, body: int, *, bounded: bool) -> int | None:
    """Return where the headline of the document begins whose "Body" is given; None if there is no headline."""
    filled = [i for i in range(max(lowest, body - 5 * _NEAR), body) if lines[i].text]
    near = filled[-_FARTHEST_HEADLINE:]
    headings = [i for i in near if lines[i].heading]
    if headings:
        start = headings[-1]
        while start - 1 in headings:
            start -= 1
        return start
    if bounded:
        return filled[0] if near == filled else None
    return _unmarked_start(lines, near)


def _unmarked_start(lines: Sequence[Line], near: Sequence[int]) -> int | None:
    """Go back from "Body" over labels, copyright and date to the source and the headline before it."""
    left = list(near)
    while left and _is_metadata(lines, left):
        left.pop()
    if len(left) == len(near) or len(left) < 2:
        return None
    start = left[-2]
    # Where blank lines set off the documents, a headline may have several lines.
    if any(not line.text for line in lines[near[0] : near[-1]]):
        for i in reversed(left[:-2]):
            text = lines[i].text
            if i != start - 1 or _LISTED.match(text) or _ABOUT_SEARCH.match(text) or _is_appendix(text):
                break
            start = i
    return start


def _is_metadata(lines: Sequence[Line], left: Sequence[int]) -> bool:
    """Tell whether the last of the lines is a label, the value of the label before it, a copyright or a date."""
    text = lines[left[-1]].text
    above = label_of(lines[left[-2]].text, NEXIS_LABELS) if len(left) > 1 else None
    labelled = label_of(text, NEXIS_LABELS) is not None or (above is not None and not above[1])
    return labelled or COPYRIGHT.fullmatch(text) is not None or date_line(text) is not None


def _is_uni(lines: Sequence[Line], starts: Sequence[tuple[int, int | None]], *, ended: bool) -> bool:
    """Tell an export from any document with a line "Body": by the signs that stand around it."""
    signs = 2 if ended else 0
    for start, body in starts:
        header = [line for line in lines[start : body if body is not None else start + 8] if line.text]
        signs += 1 if header and header[0].heading else 0
        signs += 1 if any(date_line(line.text) for line in header) else 0
        signs += 1 if any(COPYRIGHT.fullmatch(line.text) for line in header) else 0
        signs += (
            1 if any((label := label_of(line.text, NEXIS_LABELS)) and label[0] in _HEADER for line in header) else 0
        )
    return signs >= 2


def _uni_article(lines: Sequence[Line], body: int | None, width: int) -> Record:
    header = [line for line in lines[: body if body is not None else len(lines)] if line.text]
    # Source, headline and date stand before the first label; what stands behind it is a value.
    first = next((i for i, line in enumerate(header) if any(label_of(part, NEXIS_LABELS) for part in _parts(line))), 0)
    plain = [line for line in header[: first or len(header)] if not COPYRIGHT.fullmatch(line.text)]
    fields = fields_of(header, NEXIS_LABELS)
    found = _uni_head(plain) | fields
    text = _body(_without_appendix(lines[body + 1 :], single=not width), width) if body is not None else ""
    return _article(found, text)


def _parts(line: Line) -> list[str]:
    return columns_of(line.text, NEXIS_LABELS)


def _uni_head(plain: Sequence[Line]) -> dict[str, str]:
    parts: list[tuple[Line, str]] = []
    for line in plain:
        for part in _parts(line):
            if parts and re.fullmatch(r"\(.*\)", part) and not line.heading:
                # The second line of a source: "The Harbor Sheet Blogs", "(Tides)".
                parts[-1] = (parts[-1][0], f"{parts[-1][1]} {part}")
            elif not _CORRECTED.fullmatch(part):
                parts.append((line, part))
    dated = next((i for i, (_, part) in enumerate(parts) if date_line(part)), None)
    headings = sum(line.heading for line, _ in parts)
    if dated is None:
        titles = headings or max(len(parts) - 1, 1)
        source = titles if titles < len(parts) else None
    elif dated > max(headings, 1):
        titles, source = headings or dated - 1, dated - 1
    else:
        titles, source = headings or dated, dated + 1 if dated + 1 < len(parts) else None
    found = {"title": " ".join(part for _, part in parts[:titles])}
    if dated is not None:
        found["published"] = date_line(parts[dated][1]) or ""
    if source is not None:
        found["source"] = parts[source][1]
    return found


def _without_appendix(lines: Sequence[Line], *, single: bool) -> Sequence[Line]:
    """Return the lines before the classification, the captions and the end of the document."""
    blocks = blocks_of(lines, NEXIS_LABELS, single=single)
    stop = _end_of_body(blocks, 0)
    if stop < len(blocks):
        # Captions and notes have a heading of their own between the body and the classification.
        # A document may be a caption alone.
        for i in range(0 if stop <= 3 else max(stop - 8, 1), stop):
            if marker_of(blocks[i].lines[0].text) == "appendix" and len(blocks[i].lines) == 1:
                stop = i
                break
    return lines[: blocks[stop].start] if stop < len(blocks) else lines


def _body(lines: Sequence[Line], width: int) -> str:
    kept = list(lines)
    first = next((i for i, line in enumerate(kept) if line.text), None)
    if first is not None:
        label = label_of(kept[first].text, NEXIS_LABELS)
        if label and label[0] == "body":
            kept[first] = kept[first]._replace(text=label[1])
        elif marker_of(kept[first].text) == "body":
            kept[first] = Line("")
    return paragraphs_of((line for line in kept if line.text.casefold() not in _REMARKS), width)


def _article(found: dict[str, str | None] | dict[str, str], text: str) -> Record:
    return record(
        NAME,
        title=found.get("headline") or found.get("title"),
        text=text,
        published=found.get("published"),
        source=found.get("source"),
        url=found.get("url"),
        byline=found.get("byline"),
        section=found.get("section"),
    )
