"""Markup to plain text, and XML parsed with nothing fetched and nothing blown up."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator
from typing import Any

from geomap._optional import optional
from geomap.articles._problems import ProblemLog
from geomap.articles._sources import Options, Source, read_content
from geomap.articles.readers._complexity import without_crowded_tags
from geomap.errors import ArticlesUnreadable

_SPACE = re.compile(r"[ \t\r\n\f]+")
_ENTITY = re.compile(r"&([A-Za-z][A-Za-z0-9]{1,31});|&(?!#|[\w:.-]+;)")
_CDATA = "<![CDATA["
_ENTITIES_OF_XML = frozenset({"amp", "lt", "gt", "quot", "apos"})
_MARKUP = re.compile(r"<[a-zA-Z/!][^<>]*>|&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_XML_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")
_TAG = re.compile(r"<[^<>]*>")
_PARAGRAPHS = re.compile(r"<(?:p|br|div|li|h[1-6]|tr|td|blockquote|section|article|body)\b", re.IGNORECASE)
# Numbers of libxml2's errors; lxml names only the first one.
_ENTITY_LOOP, _RESOURCE_LIMIT = 89, 114

# HTML, NITF and TEI: what begins a paragraph of its own. Others (em, a, hi, persName ...) are words of one.
_BLOCK_NAMES = (
    "address article aside blockquote body body.content block caption center dd details dialog div dl dt fieldset "
    "figcaption figure footer form h1 h2 h3 h4 h5 h6 header hedline hl1 hl2 hr li main menu nav nitf ol option p pre "
    "section summary table tbody tfoot thead tr ul byline bq fn head lg l item list note opener closer salute signed "
    "dateline trailer row ab sp stage speaker quote epigraph argument postscript text front back group"
)
BLOCKS = frozenset(_BLOCK_NAMES.split())
_CELLS = frozenset({"td", "th", "cell"})
_BREAKS = frozenset({"br", "lb"})
_UNSEEN = frozenset({"script", "style", "noscript", "template", "svg", "math", "iframe", "object", "select", "title"})


def load_lxml(source: Source) -> Any:
    """Return ``lxml.etree``, or raise what to install."""
    return optional("lxml.etree", needed_by=f"reading {source.label}", extra="formats", package="lxml")


def text_of(element: Any, *, unseen: frozenset[str] = _UNSEEN) -> str:
    """Return the text of an element: a blank line between paragraphs, one space where markup has white space.

    Parameters
    ----------
    element
        An element of lxml, of HTML or of an XML of news.
    unseen
        Local names of elements that are left out with all they hold.
    """
    paragraphs: list[str] = []
    pieces: list[str] = []

    def end_paragraph() -> None:
        lines = [_SPACE.sub(" ", line).strip(" ") for line in "".join(pieces).split("\0")]
        paragraph = "\n".join(lines).strip("\n")
        if paragraph.strip():
            paragraphs.append(paragraph)
        pieces.clear()

    for piece, name in _events(element, unseen):
        if name in BLOCKS:
            end_paragraph()
        elif name in _BREAKS:
            pieces.append("\0")
        elif name in _CELLS:
            pieces.append("\t")
        # NUL stands for a line break until the paragraph ends; a text of XML cannot contain one.
        pieces.append(piece)
    end_paragraph()
    return "\n\n".join(paragraphs)


def _events(element: Any, unseen: frozenset[str]) -> Iterator[tuple[str, str]]:
    """Yield each piece of text with the name of the tag before it, without recursion: markup may nest very deep."""
    skipped: Any = None
    etree = optional("lxml.etree", needed_by="reading markup", extra="formats", package="lxml")
    for event, node in etree.iterwalk(element, events=("start", "end", "comment", "pi")):
        if event == "start":
            if skipped is None:
                name = local_name(node)
                if name in unseen and node is not element:
                    skipped = node
                elif name == "lb" and node.get("break") == "no":
                    yield "", ""
                else:
                    yield node.text or "", name
            continue
        if skipped is node:
            skipped = None
        if skipped is None and node is not element:
            yield node.tail or "", local_name(node) if event == "end" and local_name(node) in BLOCKS else ""


def local_name(element: Any) -> str:
    """Return the name of a tag without its namespace, in lower case; nothing for comments."""
    tag = element.tag
    return tag.rpartition("}")[2].lower() if isinstance(tag, str) else ""


def text_of_html(markup: str) -> str:
    """Return the text of a page or of a piece of HTML, all of it."""
    if not markup.strip():
        return ""
    if not _PARAGRAPHS.search(markup):
        # Plain text with a few tags in it: its own lines are the paragraphs.
        markup = markup.strip().replace("\n", "<br>")
    root = parse_html(markup)
    return html.unescape(_TAG.sub("\n\n", markup)).strip() if root is None else text_of(root)


def parse_html(markup: str) -> Any:
    """Return the root element of a page; None if it is beyond libxml2, which leaves out what nests too deep."""
    etree = optional("lxml.etree", needed_by="reading HTML", extra="formats", package="lxml")
    parser = etree.HTMLParser(encoding="utf-8", no_network=True, remove_comments=True, huge_tree=True)
    markup, _ = without_crowded_tags(markup.replace("\0", ""))
    data = _XML_DECLARATION.sub("", markup, count=1).encode("utf-8", "replace")
    try:
        root = etree.fromstring(data, parser)
    except etree.LxmlError:
        return None
    return None if any(entry.type == _RESOURCE_LIMIT for entry in parser.error_log) else root


def text_of_field(value: str) -> str:
    """Return a field that may be plain text or HTML as text: markup is read as such only where there is any."""
    return text_of_html(value) if _MARKUP.search(value) else value.strip()


def parse_xml(source: Source, options: Options, problems: ProblemLog) -> Any:
    """Return the root element of an XML file, read as far as possible where it is damaged.

    External entities and DTDs are never loaded, and libxml2's limits on depth, length and the growth of entities hold.

    Raises
    ------
    ArticlesUnreadable
        If the file is no XML, or exceeds the limits.
    """
    etree = load_lxml(source)
    data = xml_bytes(source, options, problems)
    root, error = _parsed(etree, data, recover=False)
    if error is not None:
        data = _with_numeric_entities(data.decode("utf-8")).encode()
        root, error = _parsed(etree, data, recover=False)
    if error is not None:
        root, _ = _parsed(etree, data, recover=True)
        if root is None:
            raise ArticlesUnreadable(f"not XML: {error.msg}")
        etree.strip_tags(root, etree.Entity)
        reason = f"the XML is damaged and may be incomplete: {error.msg}"
        problems.add(source.label, reason, action="repaired", loss=True)
    return root


def _parsed(etree: Any, data: bytes, *, recover: bool) -> tuple[Any, Any]:
    """Return the root element, if there is one, and the error that ended parsing, if one did."""
    parser = etree.XMLParser(
        encoding="utf-8",
        # Entities that the file itself declares are resolved within libxml2's limits; while recovering, none are.
        resolve_entities=False if recover else "internal",
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        recover=recover,
    )
    root, error = None, None
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as syntax_error:
        error = syntax_error
    for entry in parser.error_log:
        if entry.type in (_ENTITY_LOOP, _RESOURCE_LIMIT):
            raise ArticlesUnreadable(f"the XML exceeds the limits of safe reading: {entry.message}") from error
    return root, error


def _with_numeric_entities(text: str) -> str:
    """Return XML in which characters by HTML's names ("&eacute;") and lone "&", both errors without harm, are right."""
    first, *others = text.split(_CDATA)
    pieces = [_ENTITY.sub(_numeric, first)]
    for other in others:
        data, end, rest = other.partition("]]>")
        pieces.append(data + end + _ENTITY.sub(_numeric, rest))
    return _CDATA.join(pieces)


def _numeric(match: re.Match[str]) -> str:
    characters = html.unescape(match.group())
    if match.group() == "&":
        return "&amp;"
    if match.group(1) in _ENTITIES_OF_XML or characters == match.group():
        return match.group()
    return "".join(f"&#{ord(character)};" for character in characters)


def xml_bytes(source: Source, options: Options, problems: ProblemLog) -> bytes:
    """Return an XML file in UTF-8, without characters that no XML can hold."""
    text = read_content(source, options, problems).text().lstrip("\ufeff \t\r\n")
    kept = _FORBIDDEN.sub("", text)
    if len(kept) != len(text):
        count = len(text) - len(kept)
        reason = f"{count} control characters removed, which XML cannot hold"
        problems.add(source.label, reason, action="repaired", loss=True)
    return kept.encode("utf-8", "replace")


_FORBIDDEN = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def first_text(element: Any, *paths: str, read: Callable[[Any], str] = text_of) -> str | None:
    """Return the first text that is not blank at one of the paths of local names (``docdata/date.issue@norm``)."""
    for path in paths:
        path, _, attribute = path.partition("@")
        for found in find_all(element, path):
            text = found.get(attribute) if attribute else read(found)
            if text and text.strip():
                return str(text).strip()
    return None


def find_all(element: Any, path: str) -> Iterator[Any]:
    """Yield the descendants at a path of local names, whatever their namespace: ``head/title``, the head at any depth."""
    first, _, rest = path.partition("/")
    for found in element.iterdescendants():
        if local_name(found) == first:
            if not rest:
                yield found
            else:
                yield from _children(found, rest)


def _children(element: Any, path: str) -> Iterator[Any]:
    first, _, rest = path.partition("/")
    for child in element.iterchildren():
        if local_name(child) == first:
            if rest:
                yield from _children(child, rest)
            else:
                yield child
