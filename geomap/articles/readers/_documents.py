"""Documents of word processors: Word, OpenDocument and rich text; each is an article, or a database's export of many."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from io import BytesIO
from typing import Any, ClassVar, NamedTuple, NoReturn

from geomap._optional import optional
from geomap.articles._containers import library, open_zip, refuse_other_containers
from geomap.articles._problems import ProblemLog
from geomap.articles._sources import Options, Paragraph, Record, Rows, Source
from geomap.articles.readers._exports import exported_articles, rows_of
from geomap.articles.readers._plain import first_line
from geomap.errors import ArticlesUnreadable

EXTRA = "formats"
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_ODT_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_ODT_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_ODT_OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_ODT_STYLE = "{urn:oasis:names:tc:opendocument:xmlns:style:1.0}"
_ODT_META = "{urn:oasis:names:tc:opendocument:xmlns:meta:1.0}"
_DC = "{http://purl.org/dc/elements/1.1/}"

_WHITE = re.compile(r"[ \t\r\n]+")
# Of rich text: pictures are written as digits; marks for outline levels are of the private area, which no text uses.
_HEXADECIMAL = re.compile(r"(?:[0-9a-fA-F]{60,}\s*){4,}")
_CELL_END = re.compile(r"\\(?:nest)?cell(?![a-z])\s?")
_OUTLINE_LEVEL = re.compile(r"\\outlinelevel(\d) ?")
_FIELD = re.compile(r"\\field(?=\{)", re.IGNORECASE)
_LARGE_FONT_TABLE = 10_000
_LEVEL_MARK = "\ue00f"
_MARKED_LEVEL = re.compile(f"{_LEVEL_MARK}(\\d){_LEVEL_MARK}")
_BODY_LEVEL = "9"
_LONGEST_HEAD = 1 << 18

_HEADINGS = re.compile(r"Heading [1-3]$")
# What programs write where nobody gave a title.
_NO_TITLE = re.compile(
    r"(microsoft )?word[ -]*(document|dokument)?|untitled.*|unbenannt.*|(document|dokument)\d*", re.IGNORECASE
)
# More spaces in one element of a damaged or hostile file than anyone types.
_MOST_SPACES = 1000


class Properties(NamedTuple):
    """What a document says of itself; its dates are those of the file, not of a publication."""

    title: str = ""
    author: str = ""
    created: str = ""


def read_docx(source: Source, options: Options, problems: ProblemLog) -> Rows:
    """Read a Word document with python-docx."""
    docx = optional("docx", needed_by=f"reading {source.label}", extra=EXTRA, package="python-docx")
    data = source.read()
    refuse_other_containers(source, data)
    open_zip(data, "a Word document").close()
    with library("a Word document"):
        document = docx.Document(BytesIO(data))
        paragraphs = list(_Word(_WordStyles(document)).paragraphs(document.element.body))
        core = document.core_properties
        properties = Properties(core.title or "", _author(core.author), _moment(core.created))
    return document_rows(paragraphs, properties, source, problems)


def read_odt(source: Source, options: Options, problems: ProblemLog) -> Rows:
    """Read an OpenDocument text, whose XML needs no library of its own."""
    etree = optional("lxml.etree", needed_by=f"reading {source.label}", extra=EXTRA)
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    what = "an OpenDocument text"
    with open_zip(source.read(), what) as archive, library(what):
        names = set(archive.namelist())
        if b"encryption-data" in (archive.read("META-INF/manifest.xml") if "META-INF/manifest.xml" in names else b""):
            raise ArticlesUnreadable("the file is protected by a password; save it without one")
        content = etree.fromstring(archive.read("content.xml"), parser)
        meta = etree.fromstring(archive.read("meta.xml"), parser) if "meta.xml" in names else None
        body = content.find(f"{_ODT_OFFICE}body/{_ODT_OFFICE}text")
        if body is None:
            raise ArticlesUnreadable(f"not {what}: it has no text body")
        paragraphs = list(_OpenDocument(_automatic_styles(content)).paragraphs(body))
        properties = Properties() if meta is None else _open_document_properties(meta)
    return document_rows(paragraphs, properties, source, problems)


def read_rtf(source: Source, options: Options, problems: ProblemLog) -> Rows:
    """Read a document in rich text format with striprtf."""
    striprtf = optional("striprtf.striprtf", needed_by=f"reading {source.label}", extra=EXTRA)
    data = source.read()
    if not data.lstrip(b"\xef\xbb\xbf \t\r\n\0").startswith(b"{\\rtf"):
        raise ArticlesUnreadable("not a document in rich text format, or damaged: it does not begin with {\\rtf")
    if not data.rstrip(b"\0 \t\r\n\x1a").endswith(b"}"):
        reason = "the file is cut off: its last closing brace is missing"
        problems.add(source.label, reason, action="repaired", loss=True)
    rtf = _rtf_characters(data, options.encoding)
    with library("a document in rich text format"):
        rtf = _with_sound_fonts(rtf, striprtf.font_table_group(rtf))
        lines = striprtf.rtf_to_text(_prepared_rtf(rtf), errors="replace").split("\n")
        title, author = (
            striprtf.rtf_to_text(f"{{\\rtf1 {_rtf_property(rtf, name)}}}", errors="replace").strip()
            for name in ("title", "author")
        )
    return document_rows([_rtf_paragraph(line) for line in lines], Properties(title, author), source, problems)


def refuse_doc(source: Source, options: Options, problems: ProblemLog) -> NoReturn:
    """Say that Word documents from before 2007 are not read."""
    raise ArticlesUnreadable("an old Word document (.doc); save it as .docx")


def refuse_encrypted(source: Source, options: Options, problems: ProblemLog) -> NoReturn:
    """Say that the file has a password."""
    raise ArticlesUnreadable("the file is protected by a password; save it without one")


def document_rows(
    paragraphs: Sequence[Paragraph], properties: Properties, source: Source, problems: ProblemLog
) -> Rows:
    """Return the articles of an export, else the whole document as one article.

    Raises
    ------
    ArticlesUnreadable
        If there is no text.
    """
    exported = exported_articles(paragraphs)
    if exported is not None:
        return rows_of(exported, source, problems)
    text = "\n\n".join(paragraph.text.strip() for paragraph in paragraphs if paragraph.text.strip())
    if not text:
        raise ArticlesUnreadable("the document contains no text")
    record: Record = {"title": _title(paragraphs, properties, text), "text": text}
    # Never as `published`: a file is created when someone saves an article, not when it appears.
    further = {"document_author": properties.author, "document_created": properties.created}
    return Rows([None], [{**record, **{name: value for name, value in further.items() if value}}])


def _title(paragraphs: Sequence[Paragraph], properties: Properties, text: str) -> str:
    """Return the title that readers see, else the one among the file's properties, else the first heading or line."""
    styled = [paragraph for paragraph in paragraphs if paragraph.text.strip()]
    titles = (paragraph.text for paragraph in styled if paragraph.style == "Title")
    headings = (paragraph.text for paragraph in styled if _HEADINGS.match(paragraph.style))
    given = "" if _NO_TITLE.fullmatch(properties.title.strip()) else properties.title
    return first_line(next(titles, "") or given or next(headings, "") or text)


def _author(name: str | None) -> str:
    return "" if name in (None, "python-docx") else str(name)


def _moment(value: object) -> str:
    # python-docx's template is of 2013 and passes its date on to all documents made of it.
    if not isinstance(value, datetime) or value.replace(tzinfo=None) == datetime(2013, 12, 23, 23, 15):
        return ""
    return value.isoformat()


class _Markup(ABC):
    """The text of a document's XML: its paragraphs in reading order; the rows of its tables are paragraphs too.

    Parameters
    ----------
    styles
        Names of styles, by what paragraphs refer to them with.
    """

    PARAGRAPHS: frozenset[str]
    ROW: str
    CELL: str
    # Boxes of text stand in a paragraph and contain others.
    BOX: str
    # Deletions, notes, instructions: not part of the text.
    SKIPPED: frozenset[str]
    CHARACTERS: ClassVar[Mapping[str, str]]

    def __init__(self, styles: Mapping[str, str]) -> None:
        self._styles = styles

    def paragraphs(self, element: Any) -> Iterator[Paragraph]:
        """Yield the paragraphs in an element."""
        for child in element:
            if child.tag in self.PARAGRAPHS:
                yield from self._paragraph(child)
            elif child.tag == self.ROW:
                yield from self._row(child)
            elif child.tag not in self.SKIPPED:
                yield from self.paragraphs(child)

    def _paragraph(self, element: Any) -> Iterator[Paragraph]:
        parts: list[str] = []
        boxes: list[Any] = []
        self._collect(element, parts, boxes)
        yield Paragraph("".join(parts), self._style(element))
        for box in boxes:
            yield from self.paragraphs(box)

    def _row(self, row: Any) -> Iterator[Paragraph]:
        """Yield a row with tabs between its cells, or the paragraphs of its cells if it holds running text."""
        own = (cell for cell in row.iter(self.CELL) if next(cell.iterancestors(self.ROW)) is row)
        cells = [[each for each in self.paragraphs(cell) if each.text.strip()] for cell in own]
        if sum(map(bool, cells)) > 1 and all(len(cell) <= 1 for cell in cells):
            yield Paragraph("\t".join(cell[0].text.strip() if cell else "" for cell in cells))
        else:
            yield from (paragraph for cell in cells for paragraph in cell)

    def _collect(self, element: Any, parts: list[str], boxes: list[Any]) -> None:
        for child in element:
            if child.tag in self.CHARACTERS:
                parts.append(self.CHARACTERS[child.tag])
            elif child.tag == self.BOX:
                boxes.append(child)
            elif child.tag not in self.SKIPPED:
                self._collect_own(child, parts, boxes)
            self._collect_tail(child, parts)

    def _collect_own(self, child: Any, parts: list[str], boxes: list[Any]) -> None:
        self._collect(child, parts, boxes)

    @abstractmethod
    def _collect_tail(self, child: Any, parts: list[str]) -> None:
        """Add the characters after an element, where the format has any there."""

    @abstractmethod
    def _style(self, element: Any) -> str:
        """Return the name of a paragraph's style."""


class _Word(_Markup):
    # Not the text of python-docx's paragraphs: it lacks insertions that were tracked, content controls and boxes.
    PARAGRAPHS = frozenset({f"{_W}p"})
    ROW, CELL, BOX = f"{_W}tr", f"{_W}tc", f"{_W}txbxContent"
    SKIPPED = frozenset({*(f"{_W}{name}" for name in ("del", "moveFrom", "instrText", "pPr", "rPr")), f"{_MC}Fallback"})
    CHARACTERS: ClassVar = {f"{_W}tab": "\t", f"{_W}br": "\n", f"{_W}cr": "\n", f"{_W}noBreakHyphen": "-"}

    def _collect_own(self, child: Any, parts: list[str], boxes: list[Any]) -> None:
        if child.tag == f"{_W}t":
            parts.append(child.text or "")
        else:
            self._collect(child, parts, boxes)

    def _collect_tail(self, child: Any, parts: list[str]) -> None:
        """Add nothing: Word has its characters in ``w:t`` alone."""

    def _style(self, element: Any) -> str:
        named = element.find(f"{_W}pPr/{_W}pStyle")
        return "" if named is None else self._styles[named.get(f"{_W}val", "")]


class _WordStyles(dict[str, str]):
    """The names of a Word document's styles by their ids, each looked up when a paragraph has it.

    python-docx makes an object of each of some 160 styles, which takes longer than to read a short text.
    """

    def __init__(self, document: Any) -> None:
        super().__init__()
        etree = optional("lxml.etree", needed_by="reading .docx", extra=EXTRA)
        self._styles = document.styles.element
        self._name = etree.XPath(
            "string(w:style[@w:styleId=$key]/w:name/@w:val)", namespaces={"w": _W.strip("{}")}, smart_strings=False
        )

    def __missing__(self, key: str) -> str:
        name = str(self._name(self._styles, key=key))
        # Word shows "Heading 1" and writes "heading 1".
        self[key] = name.capitalize() if name.startswith("heading ") else name
        return self[key]


class _OpenDocument(_Markup):
    PARAGRAPHS = frozenset({f"{_ODT_TEXT}p", f"{_ODT_TEXT}h"})
    ROW, CELL = f"{_ODT_TABLE}table-row", f"{_ODT_TABLE}table-cell"
    BOX = "{urn:oasis:names:tc:opendocument:xmlns:drawing:1.0}text-box"
    SKIPPED = frozenset(
        {
            *(f"{_ODT_TEXT}{name}" for name in ("tracked-changes", "note", "table-of-content", "sequence-decls")),
            *(f"{_ODT_OFFICE}{name}" for name in ("annotation", "forms")),
        }
    )
    CHARACTERS: ClassVar = {f"{_ODT_TEXT}tab": "\t", f"{_ODT_TEXT}line-break": "\n"}

    def _collect(self, element: Any, parts: list[str], boxes: list[Any]) -> None:
        # Spaces and line ends of the file mean one space.
        parts.append(_WHITE.sub(" ", element.text or ""))
        super()._collect(element, parts, boxes)

    def _collect_own(self, child: Any, parts: list[str], boxes: list[Any]) -> None:
        if child.tag == f"{_ODT_TEXT}s":
            count = child.get(f"{_ODT_TEXT}c", "1")
            parts.append(" " * min(int(count) if count.isdecimal() else 1, _MOST_SPACES))
        elif isinstance(child.tag, str):  # not a comment
            self._collect(child, parts, boxes)

    def _collect_tail(self, child: Any, parts: list[str]) -> None:
        parts.append(_WHITE.sub(" ", child.tail or ""))

    def _style(self, element: Any) -> str:
        level = element.get(f"{_ODT_TEXT}outline-level")
        if level is not None:
            return f"Heading {level}"
        name = str(element.get(f"{_ODT_TEXT}style-name", ""))
        return self._styles.get(name, name).replace("_20_", " ")


def _automatic_styles(content: Any) -> dict[str, str]:
    """Return the style that each automatic one ("P1") of an OpenDocument text is made from."""
    styles = content.iterfind(f"{_ODT_OFFICE}automatic-styles/{_ODT_STYLE}style")
    return {
        style.get(f"{_ODT_STYLE}name", ""): style.get(f"{_ODT_STYLE}parent-style-name", "")
        for style in styles
        if style.get(f"{_ODT_STYLE}family") == "paragraph"
    }


def _open_document_properties(meta: Any) -> Properties:
    def first(*tags: str) -> str:
        return next((str(found.text) for tag in tags for found in meta.iter(tag) if found.text), "")

    return Properties(
        first(f"{_DC}title"), first(f"{_ODT_META}initial-creator", f"{_DC}creator"), first(f"{_ODT_META}creation-date")
    )


def _rtf_characters(data: bytes, encoding: str | None) -> str:
    """Return the file as characters: it should be ASCII, but programs write other bytes too."""
    for name in (encoding, "utf-8-sig", "cp1252"):
        if name is not None:
            try:
                return data.decode(name)
            except UnicodeError:
                continue
    return data.decode("latin-1")


def _prepared_rtf(rtf: str) -> str:
    """Return the file without pictures, with tabs between cells, and with outline levels as characters."""
    rtf = _HEXADECIMAL.sub("", rtf)
    rtf = _CELL_END.sub(r"\\tab ", rtf)
    # The space means nothing, but keeps striprtf from writing the addresses of links into the text, and from searching
    # for them in time that grows with the square of a file of many.
    rtf = _FIELD.sub(r"\g<0> ", rtf)
    return _OUTLINE_LEVEL.sub(lambda found: f"{_LEVEL_MARK}{found.group(1)}{_LEVEL_MARK}", rtf)


def _with_sound_fonts(rtf: str, fonts: str) -> str:
    """Return the file without the parts of a huge font table in which striprtf would search for hours."""
    if len(fonts) <= _LARGE_FONT_TABLE:
        return rtf
    end = fonts.rfind(";") + 1
    return rtf.replace(fonts, "\n".join(map(_sound_fonts, fonts[:end].split("\n"))) + _braces(fonts[end:]), 1)


def _sound_fonts(line: str) -> str:
    """Return a line of a font table up to the last font that names its characters, and the braces of the rest."""
    last = line.rfind("\\fcharset")
    end = line.find(";", last) + 1 if last >= 0 else 0
    return line[:end] + _braces(line[end:])


def _braces(rtf: str) -> str:
    return re.sub(r"[^{}]+", "", rtf)


def _rtf_paragraph(line: str) -> Paragraph:
    levels = _MARKED_LEVEL.findall(line)
    style = f"Heading {int(levels[-1]) + 1}" if levels and levels[-1] != _BODY_LEVEL else ""
    return Paragraph(_MARKED_LEVEL.sub("", line).strip("\t"), style)


def _rtf_property(rtf: str, name: str) -> str:
    """Return a property of the document as it is written in the file."""
    found = re.search(rf"\{{\\{name}[ \r\n]([^{{}}]{{0,1000}})\}}", rtf[:_LONGEST_HEAD])
    return found.group(1) if found else ""
