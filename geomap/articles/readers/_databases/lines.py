"""The lines of an export: their labels, dates and columns, and how they make paragraphs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

from geomap.articles._sources import Paragraph, Record
from geomap.articles.readers._databases.words import BY, EDITION, MARKERS, MONTH, WEEKDAY, label_key

_LABEL = re.compile(r"([^\W\d][^:：]{1,45}?)\s*[:：](?!//)\s*(.*)", re.DOTALL)
_HEADING = re.compile(r"(?:heading|title|titre|überschrift|titel|encabezado|título|titolo|kop)", re.IGNORECASE)
_COLUMNS = re.compile(r"\s{3,}|\s*\t\s*|\s+\|\s+")
_TIME = r"\d{1,2}(?::|h|\.)\d{2}(?::\d{2})?(?:\s*[ap]\.?m\.?)?(?:\s+[A-Z]{2,5}\b)?"
_DATE = re.compile(
    rf"(?:\b{WEEKDAY},?\s+)?"
    rf"(?:\b{MONTH}\s+\d{{1,2}}(?:st|nd|rd|th)?,?\s+\d{{4}}\b"
    rf"|\b\d{{1,2}}(?:\.|er|º|°)?\s+(?:de\s+)?{MONTH},?\s+(?:del?\s+)?\d{{4}}\b"
    r"|\b\d{4}-\d{2}-\d{2}\b|\b\d{1,2}[./]\d{1,2}[./]\d{4}\b|\b\d{4}\s*年\s*\d{1,2}\s*月\s*\d{1,2}\s*日"
    rf"|\b{MONTH}\s+\d{{4}}\b)"
    rf"(?:,?\s+{WEEKDAY})?(?:,?\s+(?:at\s+)?{_TIME})?",
    re.IGNORECASE,
)
_AROUND_DATE = re.compile(r"(?i)\b(?:date|published|le|el|il|op|am|den|vom|uhr)\b|[\W_]+")
_LONGEST_NAMES = 100
_NO_NAME = re.compile(r"[:;!?()\d«»\"“”]|\.$")
_PARTICLES = "al|and|avec|bin|da|del?|della|de[nrs]|d[iou]|el|en|et|in|la|les?|und|van|von|y|zu"
_PART_OF_NAME = re.compile(rf"(?:{_PARTICLES})|(?:[dl]['’])?[^\W\d_a-zß-öø-ÿ].*", re.DOTALL)
LONGEST_HEADER = 250
LONGEST_DATE_LINE = 120
_LONGEST_ROW = 500
_NARROWEST, _WIDEST = 55, 110  # the widths at which programs break lines


class Line(NamedTuple):
    """One line or paragraph of an export, stripped."""

    text: str
    style: str = ""
    indent: int = 0
    apart: bool = False  # whether a blank line before it has been left out

    @property
    def heading(self) -> bool:
        """Whether the document marks it as a heading."""
        return bool(self.text) and _HEADING.match(self.style) is not None


class Block(NamedTuple):
    """Lines that belong together, and where in the document they start."""

    start: int
    lines: list[Line]

    @property
    def text(self) -> str:
        """Its lines in one."""
        return " ".join(line.text for line in self.lines)


def as_lines(paragraphs: Iterable[Paragraph]) -> list[Line]:
    """Return the lines of paragraphs; a paragraph with line breaks becomes several."""
    lines = []
    for paragraph in paragraphs:
        for text in re.split(r"\r\n|[\r\n\f\v\x85\u2028\u2029]", paragraph.text.rstrip("\r\n")):
            text = text.replace("\ufeff", "")
            stripped = text.strip()
            lines.append(Line(stripped, paragraph.style, len(text) - len(text.lstrip()) if stripped else 0))
    return lines


def label_of(text: str, labels: Mapping[str, str]) -> tuple[str, str] | None:
    """Return the role and the value of a line such as ``LENGTH: 55 words``; None for any other line."""
    found = _LABEL.match(text)
    role = labels.get(label_key(found.group(1))) if found else None
    return (role, found.group(2).strip()) if found and role else None


def marker_of(text: str) -> str | None:
    """Return what a line that stands for itself marks: ``body``, ``end``, ``classification`` or ``appendix``."""
    return MARKERS.get(label_key(text)) if 0 < len(text) < 40 and text[-1].isalpha() else None


def columns_of(text: str, labels: Mapping[str, str]) -> list[str]:
    """Return the parts of a header line that is set in columns, else the line itself.

    >>> columns_of("SECTION: News; Pg. 3      LENGTH: 55 words", {"section": "section", "length": "length"})
    ['SECTION: News; Pg. 3', 'LENGTH: 55 words']
    """
    parts = [part for part in _COLUMNS.split(text) if part] if len(text) <= _LONGEST_ROW else []
    if len(parts) < 2 or not any(label_of(part, labels) or date_line(part) for part in parts):
        return [text]
    joined: list[str] = []
    for part in parts:
        if joined and not label_of(part, labels) and label_of(joined[-1], labels):
            joined[-1] += f" {part}"
        else:
            joined.append(part)
    return joined


def fields_of(lines: Iterable[Line], labels: Mapping[str, str]) -> dict[str, str]:
    """Return the labelled values of header lines by role.

    A value may go on in the lines below it up to a blank one, or stand below its label altogether.
    """
    fields: dict[str, str] = {}
    role = ""
    for line in lines:
        if role in fields and (not line.text or line.style):
            role = ""
        for part in columns_of(line.text, labels):
            found = label_of(part, labels)
            if found:
                role = found[0] if found[0] not in fields else ""
            value = found[1] if found else part
            if role and value:
                fields[role] = f"{fields[role]} {value}" if role in fields else value
    return fields


def find_date(text: str) -> str | None:
    """Return the date that a text contains, as it is written.

    >>> find_date("Politique, mardi 14 mars 2006, p. 12")
    'mardi 14 mars 2006'
    """
    found = _DATE.search(text[:400])
    return " ".join(found.group().split()) if found else None


def date_line(text: str) -> str | None:
    """Return the date of a line that is nothing but a date, perhaps with an edition; None for any other line.

    >>> date_line("May 2, 2002, Thursday, FINAL EDITION")
    'May 2, 2002, Thursday'
    >>> date_line("On May 2, 2002 the river rose") is None
    True
    """
    if len(text) > LONGEST_DATE_LINE:
        return None
    found = _DATE.search(text)
    if not found:
        return None
    before = _AROUND_DATE.sub("", text[: found.start()])
    after = _AROUND_DATE.sub(" ", text[found.end() :]).strip()
    # "July 12, 2018 Thursday, The New York Times on the Web": a headline has no day of the week behind a date.
    named = re.search(rf"\d\s*,?\s+{WEEKDAY}", found.group(), re.IGNORECASE) is not None and len(after) < 50
    if before or (after and not named and not EDITION.search(after)):
        return None
    return " ".join(found.group().split())


def blocks_of(lines: Sequence[Line], labels: Mapping[str, str], *, single: bool = False) -> list[Block]:
    """Return the blocks of lines: those between blank lines, and from each label on.

    Each styled paragraph is one, and if `single`, each line.
    """
    blocks: list[Block] = []
    alone = True
    for position, line in enumerate(lines):
        if not line.text:
            alone = True
            continue
        label = label_of(line.text, labels)
        if alone or single or label or line.style:
            blocks.append(Block(position, [line]))
        else:
            blocks[-1].lines.append(line)
        # The length is the last of the metadata and has no second line.
        alone = label is not None and label[0] == "length"
    return blocks


def looks_like_body(text: str) -> bool:
    """Tell whether a block is a paragraph of an article rather than a headline or a name."""
    return len(text) > LONGEST_HEADER or (len(text) > 120 and re.search(r"[.!?][\"”’»)]?(?:\s|$)", text) is not None)


def looks_like_names(text: str) -> bool:
    """Tell whether a line that no label marks is a byline: names alone, perhaps behind "By".

    >>> looks_like_names("Par Anne de La Tour et Li Wei"), looks_like_names("The river rose in Graz")
    (True, False)
    """
    if len(text) > _LONGEST_NAMES or _NO_NAME.search(text):
        return False
    words = [word for word in re.split(r"[\s,&]+", BY.sub("", text)) if word]
    capitalized = sum(word[0].isupper() for word in words)
    return capitalized > 1 and all(map(_PART_OF_NAME.fullmatch, words))


def width_of(lines: Sequence[Line]) -> int:
    """Return the width at which the lines of a text are broken; 0 if each paragraph is one line."""
    lengths = sorted(len(line.text) for line in lines if line.text and not line.style)
    width = lengths[len(lengths) * 98 // 100] if lengths else 0
    followed = [line.text for line, below in pairwise(lines) if below.text and len(line.text) > 0.7 * width]
    # A paragraph ends with a sentence, a broken line seldom does.
    whole = sum(text.endswith((".", "!", "?", '"', "”", "»")) for text in followed)
    return width if followed and _NARROWEST <= width <= _WIDEST and whole < len(followed) / 2 else 0


def paragraphs_of(lines: Iterable[Line], width: int) -> str:
    """Return the text of lines: broken lines joined, paragraphs with a blank line between them."""
    paragraphs: list[str] = []
    last = ""
    for line in lines:
        word = line.text.split(maxsplit=1)[0] if line.text else ""
        joins = last and not line.style and not line.apart
        # A line was broken where the next word did not fit, or within a sentence.
        broken = (width and len(last) + 1 + len(word) > 0.8 * width) or _is_within_sentence(last, word)
        if line.text and joins and broken:
            paragraphs[-1] += f" {line.text}"
        elif line.text:
            paragraphs.append(line.text)
        last = line.text
    return "\n\n".join(paragraphs)


def _is_within_sentence(last: str, word: str) -> bool:
    """Tell whether a line goes on in another that begins with a word: no heading, row of a table or address."""
    words = last.count(" ") + 1
    # Rows of a table end with a number, too, but are shorter than most lines.
    open_end = (last[-1:].isalpha() and words > 2) or (last[-1:].isdigit() and words > 6)
    return open_end and word[:1].islower() and "://" not in word


def record(database: str, **values: str | None) -> Record:
    """Return an article; what is not given or blank is None, and the text alone keeps its spaces."""
    names = ("title", "text", "published", "source", "url", "byline", "section")
    article: dict[str, Any] = {name: values.get(name) for name in names}
    for name, value in article.items():
        tidy = value if name == "text" or value is None else " ".join(value.split()).strip()
        article[name] = tidy or None
    return {**article, "database": database}


class ExportedArticles(list[Record]):
    """The articles of an export, and in `notes` what did not fit its layout, each as a sentence for the problem log."""

    def __init__(self, records: Iterable[Record] = (), notes: Iterable[str] = ()) -> None:
        super().__init__(records)
        self.notes = list(notes)


def unparsed(lines: Sequence[Line], database: str, reason: str) -> ExportedArticles:
    """Return the whole document as one article, with the suspicion that it is an export."""
    first = next((line.text for line in lines if line.text), "")
    text = "\n".join(line.text for line in lines).strip()
    note = f"looks like an export from {database}, but {reason}; read as one article"
    return ExportedArticles([{**record(database, title=first[:LONGEST_HEADER], text=text), "database": None}], [note])


def count_note(database: str, announced: int, found: int) -> list[str]:
    """Return the note on an export that announces another number of documents than it holds."""
    if announced == found:
        return []
    return [f"the {database} export announces {announced} documents, but {found} were found"]
