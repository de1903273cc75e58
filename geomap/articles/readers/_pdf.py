"""PDF: the text layer of its pages, in the order in which they were set, as one article."""

from __future__ import annotations

import re
from array import array
from base64 import b64decode
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from geomap._optional import require_installed
from geomap.articles._apart import Answer, Limits, run_apart
from geomap.articles._problems import ProblemLog
from geomap.articles._sources import Options, Paragraph, Rows, Source
from geomap.articles.readers._databases.lines import ExportedArticles
from geomap.articles.readers._documents import EXTRA, Properties, document_rows
from geomap.articles.readers._exports import exported_articles, rows_of
from geomap.errors import ArticlesUnreadable

# A page of a few kilobytes can be made to fill any memory, so PDFium works in a process of its own.
_JOB = Path(__file__).with_name("_pdf_pages.py")
_SECONDS, _SECONDS_A_MEGABYTE = 5, 2
_MEGABYTES, _MEGABYTES_A_MEGABYTE = 700, 4

# PDFium writes this where a word is divided at the end of a line, and goes on with the next line.
_DIVISION = "\ufffe"
_DIVIDED = re.compile(rf"(\w+)[ ]*{_DIVISION}\s*(\w+)")
_HYPHENS = ("-", "\u00ad", "\u2010")
_WORD_WITH_HYPHEN = re.compile(r"\w[-\u00ad\u2010]")
_COMPOUND = re.compile(r"\b\w+-\w+")
_LIGATURES = str.maketrans({"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st", "\0": None})
_PAGE_OF = re.compile(r"(?i)(?:page|seite|página|pagina)\s+\d+\s+(?:of|von|de|sur|di|van)\s+\d+")
_SENTENCE_ENDS = tuple(".!?:…")
_CLOSING = "'\"’”»)]"
_UNREADABLE = re.compile("[\ue000-\uf8ff\ufffd\x01-\x08\x0e-\x1f]")

# Lines at the top and bottom of pages among which those that repeat are looked for.
_MARGIN = 2
_APART = 1.8
_FEWEST_REPEATS = 3
# In heights of a line: what separates paragraphs, and what is an indentation.
_GAP, _INDENT = 0.25, 0.7
_NARROW, _FEW_LINES = 1.2, 10
_FONT_CHANGE = 1.25
_FULL = 0.8  # of the width of a page
_SAMPLE = 100_000


class Line(NamedTuple):
    """One line of a page and where it stands: from the left and bottom edge of the page, in points.

    Parameters
    ----------
    text
        Its characters.
    left, first_base
        Where its first character stands.
    right, last_base
        Where its last one ends; on a lower line, if a word is divided between them.
    height
        Height of its font.
    """

    text: str
    left: float
    first_base: float
    right: float
    last_base: float
    height: float


def read_pdf(source: Source, options: Options, problems: ProblemLog) -> Rows:
    """Read the text layer of a PDF with PDFium."""
    require_installed("pypdfium2", needed_by=f"reading {source.label}", extra=EXTRA)
    data = source.read()
    size = len(data) >> 20
    limits = Limits(_SECONDS + _SECONDS_A_MEGABYTE * size, _MEGABYTES + _MEGABYTES_A_MEGABYTE * size)
    pages, properties = _pages(run_apart(_JOB, data, limits), source, problems)
    empty = [number for number, page in enumerate(pages, start=1) if not page]
    if len(empty) == len(pages):
        raise ArticlesUnreadable("no text layer: this is a scan; run OCR first")
    if empty:
        reason = f"no text layer on {_listed(empty)} of {len(pages)}"
        problems.add(source.label, reason, action="repaired", loss=True)
    text = "".join(line.text for page in pages for line in page)[:_SAMPLE]
    plain = text.isascii() and text.isprintable()
    if not plain and 2 * len(_UNREADABLE.findall(text)) > len(text):
        raise ArticlesUnreadable("the text layer has no readable characters, its fonts lack them; run OCR first")
    pages = _without_repeated(pages)
    if (exported := exported_articles(_set_lines(pages))) and exported[0]["database"]:
        return rows_of(_undivided(exported), source, problems)
    paragraphs = _paragraphs(pages)
    properties = properties._replace(title=_printed(properties.title, paragraphs))
    return document_rows(paragraphs, properties, source, problems)


def _pages(answer: Answer, source: Source, problems: ProblemLog) -> tuple[list[list[Line]], Properties]:
    """Return the lines of each page, and what the document says of itself; log the pages that were not reached."""
    said, *found = answer.parts or [{}]
    if "protected" in said:
        raise ArticlesUnreadable("the file is protected by a password; save it without one")
    if answer.broken and not any(page and page[0] for page in found):
        raise ArticlesUnreadable(answer.broken if answer.stopped else f"not a PDF, or damaged: {answer.broken}")
    if answer.broken:
        reason = f"only the first {len(found)} of {said['pages']:,} pages are read: {answer.broken}"
        problems.add(source.label, reason, action="repaired", loss=True)
    if found and all(page is None for page in found):
        raise ArticlesUnreadable("damaged PDF: none of its pages can be opened")
    pages = [[] if page is None else _lines(*page) for page in found]
    return pages, Properties(said["Title"], said["Author"], _moment(said["CreationDate"]))


def _lines(texts: Sequence[str], packed: str) -> list[Line]:
    places = array("f", b64decode(packed))
    # What stands together: a line has five numbers.
    by_line = zip(*[iter(places)] * (len(Line._fields) - 1), strict=True)
    return [Line(text.translate(_LIGATURES), *where) for text, where in zip(texts, by_line, strict=True)]


def _moment(written: str) -> str:
    """Return a date of PDF, "D:20210504120000+02'00'", as others write it; empty if it is none."""
    found = re.match(r"D:(\d{4})(\d\d)(\d\d)(?:(\d\d)(\d\d)(\d\d)?)?", written)
    if found is None:
        return ""
    year, month, day, hour, minute, second = found.groups()
    return f"{year}-{month}-{day}" + (f"T{hour}:{minute}:{second or '00'}" if hour else "")


def _without_repeated(pages: Sequence[Sequence[Line]]) -> list[list[Line]]:
    """Return the pages without the headers and footers that repeat, with changing numbers, from page to page."""
    margins = [_margins(page) for page in pages]
    count = Counter(key for margin in margins for key in set(margin.values()))
    fewest = max(_FEWEST_REPEATS, len(pages) / 4)

    def repeats(key: tuple[str, str] | None) -> bool:
        if key is None:
            return False
        numbered = "#" in key[1] and not re.search(r"[^\W\d_]{3}.*[^\W\d_]{3}", key[1])
        return count[key] >= (2 if numbered else fewest)

    kept = [
        [line for position, line in enumerate(page) if not repeats(margin.get(position))]
        for page, margin in zip(pages, margins, strict=True)
    ]
    return kept if any(kept) else [list(page) for page in pages]


def _margins(page: Sequence[Line]) -> dict[int, tuple[str, str]]:
    """Return the lines that stand apart at the top and bottom of a page, by their position, with ``#`` for numbers."""
    downward = sorted(range(len(page)), key=lambda position: -page[position].first_base)
    places = {
        **dict.fromkeys(_apart(page, downward), "top"),
        **dict.fromkeys(_apart(page, downward[::-1]), "bottom"),
    }
    return {position: (place, re.sub(r"\d+", "#", page[position].text)) for position, place in places.items()}


def _apart(page: Sequence[Line], inward: Sequence[int]) -> Sequence[int]:
    """Return the first lines from an edge of the page, if white space divides them from the others."""
    if len(inward) == 1:
        return inward
    for count in range(min(_MARGIN, len(inward) - 1), 0, -1):
        last, following = page[inward[count - 1]], page[inward[count]]
        if abs(last.first_base - following.first_base) > _APART * last.height:
            return inward[:count]
    return ()


def _paragraphs(pages: Sequence[Sequence[Line]]) -> list[Paragraph]:
    pitch = _pitch(pages)
    paragraphs: list[list[str]] = []
    before: Line | None = None
    for page in pages:
        for turned, line in enumerate(page):
            if before is not None and _continues(before, line, pitch, new_page=not turned):
                paragraphs[-1] += _link(paragraphs[-1], line.text)
            else:
                paragraphs.append([line.text])
            before = line
    texts = ["".join(parts) for parts in paragraphs]
    if any(_DIVISION in text for text in texts):
        texts = _without_divisions(texts)
    return [Paragraph(re.sub(r" {2,}", " ", text) if "  " in text else text) for text in texts]


def _set_lines(pages: Sequence[Sequence[Line]]) -> list[Paragraph]:
    """Return the lines one by one, with a blank one at each gap, as what a news database exports is split by.

    Headlines are of larger letters. Where a page begins with a headline again, it is its header.
    """
    pitch = _pitch(pages, among=20)
    heights = sorted(line.height for page in pages for line in page)
    large = _FONT_CHANGE * heights[len(heights) // 2] if heights else 0.0
    lines: list[Paragraph] = []
    headlines: set[str] = set()
    fits = True  # whether the last line of the page before goes on
    for page in pages:
        before: Line | None = None
        for position, line in enumerate(page):
            if line.height > large:
                headlines.add(line.text)
            elif (position < _MARGIN and line.text in headlines) or _PAGE_OF.fullmatch(line.text):
                continue
            gap = before is None or (before.last_base - line.first_base) / line.height > pitch + _GAP
            if gap and not (before is None and fits):
                lines.append(Paragraph(""))
            lines.append(Paragraph(line.text, "Heading 1" if line.height > large else ""))
            before = line
        fits = before is None or _fills(before, page)
    return lines


def _fills(line: Line, page: Sequence[Line]) -> bool:
    """Tell whether a line, the last of a page, is as wide as others and ends within a sentence."""
    widest = max(each.right for each in page) - min(each.left for each in page)
    within = line.text[-1:].isalnum() or line.text.endswith((",", ";"))
    return within and line.right - line.left > _FULL * widest


def _undivided(articles: ExportedArticles) -> ExportedArticles:
    for article in articles:
        for name in ("title", "text"):
            if article[name] and _DIVISION in article[name]:
                article[name] = "\n\n".join(_without_divisions(article[name].split("\n\n")))
    return articles


def _pitch(pages: Sequence[Sequence[Line]], *, among: int = 5) -> float:
    """Return the usual distance between lines, as a multiple of their height; the narrowest of so many."""
    steps = [
        (line.last_base - following.first_base) / following.height
        for page in pages
        for line, following in pairwise(page)
    ]
    # Not the middle one: where paragraphs are of one line, most steps are those between paragraphs.
    usual = sorted(step for step in steps if 0.5 < step < 4)
    narrow = usual[len(usual) // among] if usual else _NARROW
    return narrow if len(usual) > _FEW_LINES else min(narrow, _NARROW)


def _continues(before: Line, line: Line, pitch: float, *, new_page: bool) -> bool:
    """Return whether a line continues the paragraph of the one before it."""
    ended = before.text.rstrip(_CLOSING).endswith(_SENTENCE_ENDS)
    step = (before.last_base - line.first_base) / line.height
    if not 1 / _FONT_CHANGE < before.height / line.height < _FONT_CHANGE:
        return False
    if new_page or step < -0.5 or step > 4 * pitch:
        # Another column or page: the sentence tells.
        return not ended and before.text[-1:].isalnum() | (before.text[-1:] in f",;-–—{_DIVISION}")
    if step < 0.5:
        return True  # beside it on the same line
    if step > pitch + _GAP:
        return False
    indented = line.left - before.left > _INDENT * line.height
    if not _has_room(before, line):
        return not (ended and indented)
    return not ended and line.text[0].islower()


def _has_room(before: Line, line: Line) -> bool:
    """Return whether the first word of a line would have fitted on the line before, which ends a paragraph then."""
    word = len(line.text.split(maxsplit=1)[0])
    width = (line.right - line.left) / max(len(line.text), 1)
    return before.right + (word + 2) * width < line.right


def _link(parts: list[str], following: str) -> tuple[str, str]:
    """Return what joins a line to the parts of its paragraph, and the line; a hyphen at their end becomes a division."""
    last = parts[-1]
    if last[-1:] == _DIVISION or following[:1] == _DIVISION:
        return "", following
    if last[-1:] in _HYPHENS and following[:1].isalnum() and _WORD_WITH_HYPHEN.fullmatch(last[-2:]):
        parts[-1] = last[:-1]
        return _DIVISION, following
    return " ", following


def _without_divisions(texts: Sequence[str]) -> list[str]:
    """Return paragraphs with their divided words whole.

    The hyphen goes where the word continues in lower case, unless the text has the word with a hyphen elsewhere:
    "recon-struction", but "Stratford-upon-Avon".
    """
    written = {found.casefold() for text in texts if "-" in text for found in _COMPOUND.findall(text)}

    def whole(found: re.Match[str]) -> str:
        first, second = found.groups()
        hyphen = (
            "-"
            if not second[0].islower() or not first[-1].isalpha() or f"{first}-{second}".casefold() in written
            else ""
        )
        return f"{first}{hyphen}{second}"

    # Twice, for words that are divided at two ends of lines.
    return [
        _DIVIDED.sub(whole, _DIVIDED.sub(whole, text)).replace(_DIVISION, "-") if _DIVISION in text else text
        for text in texts
    ]


def _printed(title: str, paragraphs: Sequence[Paragraph]) -> str:
    """Return the title among the file's properties if the text has it too; programs fill in names of files."""

    def bare(text: str) -> str:
        return re.sub(r"\W+", "", text).casefold()

    wanted = bare(title)
    if not wanted:
        return ""
    return title if wanted in bare(" ".join(paragraph.text for paragraph in paragraphs[:10])[:3000]) else ""


def _listed(pages: Sequence[int]) -> str:
    shown = ", ".join(map(str, pages[:10]))
    return f"page{'s' if len(pages) > 1 else ''} {shown}{' ...' if len(pages) > 10 else ''}"
