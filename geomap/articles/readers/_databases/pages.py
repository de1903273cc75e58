"""Exports in HTML: Factiva, Europresse, and the older pages of LexisNexis."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from geomap._optional import optional
from geomap.articles._sources import Paragraph, Record
from geomap.articles.readers._databases.factiva import NAME as FACTIVA
from geomap.articles.readers._databases.factiva import PARAGRAPH, factiva_articles
from geomap.articles.readers._databases.lines import (
    ExportedArticles,
    as_lines,
    date_line,
    find_date,
    looks_like_names,
    record,
)
from geomap.articles.readers._databases.words import COPYRIGHT

EUROPRESSE = "Europresse"
_NUMBER_OF_ISSUE = re.compile(r"[,;]?\s+(?:no|n°|nº|nr)\.?\s*\d.*", re.IGNORECASE | re.DOTALL)
_NUMBER = re.compile(r"Numéro de document|Document number", re.IGNORECASE)
_BLOCKS = frozenset({"p", "div", "td", "tr", "li", "table", "h1", "h2", "h3", "h4", "h5", "section", "pre", "center"})
_APPEARED_IN = "Cet article est paru dans"
# Ends an article whose page leaves out the number that Factiva ends it with.
_UNNUMBERED = "Document XXXX00000000"
_UNSEEN = frozenset({"script", "style", "head", "title", "noscript", "template"})


def load_tree(html: str) -> Any:
    """Return the root element of a page; None if it has none."""
    lxml = optional("lxml.html", needed_by="reading .html", extra="html")
    parser = lxml.HTMLParser(encoding="utf-8", huge_tree=False)
    try:
        return lxml.document_fromstring(html.encode("utf-8", "replace"), parser=parser)
    except lxml.etree.ParserError:
        return None


def factiva_page(root: Any) -> ExportedArticles | None:
    """Return the articles of a page that Factiva saved; None for any other page."""
    articles: list[Record] = []
    notes: list[str] = []
    for element in _with_class(root, "article"):
        if any(inner is not element for inner in _with_class(element, "article")):
            continue
        if not any(_classes(inner, "headline") or _classes(inner, PARAGRAPH) for inner in element.iter()):
            continue
        found = factiva_articles(as_lines(_factiva_paragraphs(element)))
        if found:
            articles += found[:1]
        else:
            articles.append(_by_class(element))
            notes.append(f"article {len(articles)} of the {FACTIVA} export has no number of words or no date")
    return ExportedArticles(articles, notes) if articles else None


def _factiva_paragraphs(element: Any) -> Iterator[Paragraph]:
    """Yield what an article shows, line by line; a row of the table of coded fields as code, tab and value."""
    numbered = False
    for inner in element.iter("div", "p", "td", "b", "span"):
        text = _text(inner)
        if not text or (inner.tag in ("b", "span") and not _classes(inner, "headline")):
            continue
        if inner.tag == "td" and _classes(inner, "index"):
            yield Paragraph(text)
        elif any(_classes(above, "index") for above in inner.iterancestors("td")):
            continue
        elif _classes(inner, "headline") and inner.tag in ("b", "span"):
            yield Paragraph(text, "Heading 1")
        elif _classes(inner, PARAGRAPH):
            yield Paragraph(text, PARAGRAPH)
        elif inner is not element and not _holds_blocks(inner):
            yield Paragraph(text)
            numbered = numbered or re.match(r"(?:Document|Dokument|Documento|文件)\s+\w+$", text) is not None
    if not numbered:
        yield Paragraph(_UNNUMBERED)


def _holds_blocks(element: Any) -> bool:
    return any(
        inner is not element and (inner.tag in ("div", "p", "td") or _classes(inner, "headline"))
        for inner in element.iter()
        if isinstance(inner.tag, str)
    )


def _by_class(element: Any) -> Record:
    """Read an article by the classes alone."""
    headlines = [_text(inner) for inner in element.iter() if _classes(inner, "headline")]
    authors = [_text(inner) for inner in _with_class(element, "author")]
    texts = [_text(inner) for inner in element.iter("p") if _classes(inner, PARAGRAPH)]
    dates = (date_line(_text(inner)) for inner in element.iter("div", "td"))
    return record(
        FACTIVA,
        title=" ".join(headlines[:1]),
        byline=" ".join(authors[:1]),
        published=next(filter(None, dates), None),
        text="\n\n".join(texts),
    )


def europresse_page(root: Any) -> ExportedArticles | None:
    """Return the articles of a page that Europresse saved; None for any other page."""
    articles = []
    seen = set()
    for name in _with_class(root, "DocPublicationName"):
        element = next((e for e in name.iterancestors() if e.tag == "article"), None)
        if element is None:
            element = next((e for e in name.iterancestors() if e.tag in ("td", "table", "body")), name)
        if element not in seen:
            seen.add(element)
            articles.append(_europresse_article(element, name))
    return ExportedArticles(articles) if articles else None


def _europresse_article(element: Any, name: Any) -> Record:
    header = " ".join(_text(inner) for inner in _with_class(element, "DocHeader"))
    header = header or " ".join(_text(inner) for inner in _with_class(element, "DocTitreSousSection"))
    titles = _with_class(element, "titreArticleVisu") or _with_class(element, "titreArticle")
    date = find_date(header) or _date_above(element, titles)
    section = header.split(date)[0] if date and date in header else ""
    text, byline = _europresse_text(element), _europresse_byline(element)
    if not text:
        body = _older_europresse_body(element)
        if byline is None and len(body) > 1 and looks_like_names(body[0]):
            byline = body.pop(0)
        text = "\n\n".join(body)
    return record(
        EUROPRESSE,
        title=_text(titles[0]) if titles else None,
        text=text,
        published=date,
        source=_NUMBER_OF_ISSUE.sub("", _text(name)),
        url=_europresse_link(element),
        byline=byline,
        section=section.strip(" ,;"),
    )


def _date_above(element: Any, titles: list[Any]) -> str | None:
    """Return the date that stands above the headline outside the header."""
    shown = _shown(element)
    title = _text(titles[0]) if titles else None
    above = shown[: shown.index(title)] if title in shown else []
    return next(filter(None, map(find_date, above)), None)


def _europresse_text(element: Any) -> str:
    for kind in ("docOcurrContainer", "DocText"):
        for body in _with_class(element, kind):
            text = "\n\n".join(part for part in _shown(body) if not part.startswith(_APPEARED_IN))
            if text:
                return text
    return ""


def _older_europresse_body(element: Any) -> list[str]:
    """Return what stands between the headline and the copyright, where no element holds the text or the byline."""
    titles = _with_class(element, "titreArticleVisu")
    shown = _shown(element)
    title = _text(titles[0]) if titles else None
    start = shown.index(title) + 1 if title in shown else len(shown)
    stops = (i for i in range(start, len(shown)) if COPYRIGHT.fullmatch(shown[i]) or _NUMBER.match(shown[i]))
    return shown[start : next(stops, len(shown))]


def _europresse_byline(element: Any) -> str | None:
    named = _with_class(element, "docAuthors")
    if named:
        return _text(named[0])
    titles = _with_class(element, "titreArticle")
    after = titles[0].getnext() if titles else None
    if after is not None and after.tag in ("div", "p") and len(_text(after)) < 100:
        return _text(after)
    return None


def _europresse_link(element: Any) -> str | None:
    links = (link.get("href", "") for link in element.iter("a") if _APPEARED_IN in _text(link))
    return next((link for link in links if link.startswith("http")), None)


def shown_paragraphs(root: Any) -> list[Paragraph]:
    """Return the text of a page block by block, as a reader sees it."""
    return [Paragraph(text, "p") for text in _shown(root)]


def _shown(element: Any) -> list[str]:
    parts: list[str] = [""]

    def walk(node: Any) -> None:
        block = node.tag in _BLOCKS or node.tag == "br"
        if block:
            parts.append("")
        parts[-1] += node.text or ""
        for child in node:
            if isinstance(child.tag, str) and child.tag not in _UNSEEN:
                walk(child)
            parts[-1] += child.tail or ""
        if block:
            parts.append("")

    walk(element)
    return [tidy for part in parts if (tidy := " ".join(part.split()))]


def _with_class(element: Any, name: str) -> list[Any]:
    wanted = name.casefold()
    return [e for e in element.iter() if isinstance(e.tag, str) and wanted in (e.get("class") or "").casefold().split()]


def _classes(element: Any, ending: str) -> bool:
    """Tell whether a class of the element ends so; Factiva puts the language before ("enHeadline")."""
    if not isinstance(element.tag, str):
        return False
    return any(name.endswith(ending.casefold()) for name in (element.get("class") or "").casefold().split())


def _text(element: Any) -> str:
    """Return the text of an element on one line."""
    return " ".join("".join(_pieces(element)).split())


def _pieces(element: Any) -> Iterator[str]:
    yield " " if element.tag == "br" else element.text or "" if isinstance(element.tag, str) else ""
    for child in element:
        yield from _pieces(child)
        yield child.tail or ""
