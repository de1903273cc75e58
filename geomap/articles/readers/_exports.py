"""Files that news databases export, with many documents in one: which database, and its articles."""

from __future__ import annotations

import re
from collections.abc import Sequence

from geomap.articles._problems import ProblemLog
from geomap.articles._sources import Paragraph, Rows, Source
from geomap.articles.readers._databases.factiva import factiva_articles
from geomap.articles.readers._databases.lines import ExportedArticles, Line, as_lines, unparsed
from geomap.articles.readers._databases.nexis import nexis_articles
from geomap.articles.readers._databases.pages import europresse_page, factiva_page, load_tree, shown_paragraphs
from geomap.articles.readers._databases.proquest import proquest_articles
from geomap.articles.readers._databases.words import BODY_WORDS, DOCUMENT, OF, label_key

# Every export has one of these; the few articles that have one too are looked at more closely.
_HINTS = ("document", "dokument", "文件", "proquest", "newsbank")
# Lines with which other databases end each document, whose layouts are not known well enough to split them.
_SUSPECTS = {
    "Gale": re.compile(r"(?i).{0,200}gale document number:?\s*\S+"),
    "NewsBank": re.compile(r"(?i)record number:\s*\S+"),
}
_LONGEST_BODY_WORD = 20
# What the page of an export has, whoever made it: the number of a document, its end, or the database's name.
_SIGNS = re.compile(
    rf"\b\d{{1,5}} (?:<[^>]*> ?)?{OF} \d{{1,5}} {DOCUMENT}\b|\b{DOCUMENT} \d{{1,5}} {OF} \d{{1,5}}\b|proquest"
    r"|\bend of document\b|\bfin (?:du|de) document\b|\bende des dokuments\b"
    r"|(?:\b(?:document|dokument|documento)|文件)\s[a-z][a-z0-9]{2,}\d{4}[a-z0-9]{4,}"
)


def exported_articles(paragraphs: Sequence[Paragraph]) -> ExportedArticles | None:
    """Return the articles of an export from Nexis, ProQuest or Factiva.

    Parameters
    ----------
    paragraphs
        The paragraphs of a document with their styles, or the lines of a text without.

    Returns
    -------
    ExportedArticles or None
        A list of records with ``title``, ``text``, ``published`` (as it is written), ``source``, ``url``, ``byline``,
        ``section`` and ``database``; its ``notes`` say what did not fit. None if the document is no such export.

    Examples
    --------
    >>> lines = ["1 of 1 DOCUMENT", "", "Tigris Post", "", "March 1, 2017 Wednesday", "", "Bridge reopens", "",
    ...          "LENGTH: 5 words", "", "Traffic crossed Mosul again.", "", "LOAD-DATE: March 2, 2017"]
    >>> articles = exported_articles([Paragraph(line) for line in lines])
    >>> articles[0]["title"], articles[0]["published"], articles[0]["text"]
    ('Bridge reopens', 'March 1, 2017 Wednesday', 'Traffic crossed Mosul again.')
    """
    if not _may_be_export(paragraphs):
        return None
    lines = as_lines(paragraphs)
    return proquest_articles(lines) or factiva_articles(lines) or nexis_articles(lines) or _suspected(lines)


def _suspected(lines: Sequence[Line]) -> ExportedArticles | None:
    """Return the whole as one article with a suspicion, if it has the last lines of several documents."""
    for database, last in _SUSPECTS.items():
        number = sum(last.fullmatch(line.text) is not None for line in lines)
        if number > 1:
            return unparsed(lines, database, f"the layout of its {number:,} documents is not known")
    return None


def _may_be_export(paragraphs: Sequence[Paragraph]) -> bool:
    lowered = "\n".join(paragraph.text for paragraph in paragraphs).casefold()
    if any(hint in lowered for hint in _HINTS):
        return True
    short = (paragraph.text for paragraph in paragraphs if 0 < len(paragraph.text) < _LONGEST_BODY_WORD)
    return any(label_key(text) in BODY_WORDS for text in short)


def exported_pages(html: str) -> ExportedArticles | None:
    """Return the articles of a page that was saved from a news database; None for any other page.

    The records are those of :func:`exported_articles`.

    Raises
    ------
    MissingDependency
        If the page may be an export and lxml is not installed.
    """
    lowered = html.casefold()
    if "articleparagraph" in lowered or ("headline" in lowered and "factiva" in lowered):
        reader = factiva_page
    elif "docpublicationname" in lowered:
        reader = europresse_page
    elif _SIGNS.search(lowered):
        return None if (root := load_tree(html)) is None else exported_articles(shown_paragraphs(root))
    else:
        return None
    root = load_tree(html)
    return None if root is None else reader(root)


def rows_of(articles: ExportedArticles, source: Source, problems: ProblemLog, *, shown: bool = False) -> Rows:
    """Return the articles of an export as the rows of its file, and log what did not fit.

    `shown` is for pages, where a tag that is still in a text is one that the article quotes.
    """
    for note in articles.notes:
        problems.add(source.label, note, action="repaired")
    alone = len(articles) == 1
    return Rows([None] if alone else list(range(1, len(articles) + 1)), list(articles), shown)
