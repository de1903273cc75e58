"""XML of news and of scholars, told apart by its root element: RSS and Atom, NITF, NewsML-G2 and NewsML 1, TEI."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from io import BytesIO
from typing import Any

from geomap._optional import optional
from geomap.articles._problems import ProblemLog
from geomap.articles._sources import PARSER_ERRORS, Options, Record, Rows, Source
from geomap.articles.readers._markup import (
    find_all,
    first_text,
    load_lxml,
    local_name,
    parse_xml,
    text_of,
    text_of_field,
    text_of_html,
    xml_bytes,
)
from geomap.articles.readers._web import read_html
from geomap.errors import ArticlesUnreadable

_FEEDS = frozenset({"rss", "rdf", "feed"})
_WITHOUT_TEXT = {
    "urlset": "a sitemap: it holds addresses of pages, no text; fetch the pages and read those",
    "sitemapindex": "an index of sitemaps: it holds addresses, no text; fetch the pages and read those",
    "opml": "a list of feeds (OPML), without articles; fetch the feeds and read those",
    "packageitem": "a package of NewsML: it lists items that are files of their own; read those",
}
_CHUNK = 1 << 16


def read_xml(source: Source, options: Options, problems: ProblemLog) -> Rows:
    """Read an XML file by what its root element says that it is.

    Raises
    ------
    ArticlesUnreadable
        If it is in no format of articles; the message names the root element.
    """
    data = xml_bytes(source, options, ProblemLog())
    written = _root_name(load_lxml(source), data)
    root = written.lower()
    if root in _FEEDS:
        return _read_feed(source, options, problems)
    if root == "html":
        return read_html(replace(source, kind="html"), options, problems)
    if root in _WITHOUT_TEXT:
        raise ArticlesUnreadable(_WITHOUT_TEXT[root])
    if root not in _RECORDS:
        what = f"XML whose root element is <{written}>" if root else "not XML: there is no element in it"
        raise ArticlesUnreadable(f"{what}; the formats of articles in XML are RSS, Atom, NITF, NewsML and TEI")
    records = list(_RECORDS[root](parse_xml(source, options, problems)))
    if not records:
        raise ArticlesUnreadable(f"the XML (<{root}>) contains no article")
    return _rows(records)


def _rows(records: list[Record]) -> Rows:
    return Rows([None] if len(records) == 1 else list(range(1, len(records) + 1)), records)


def _root_name(etree: Any, data: bytes) -> str:
    """Return the local name of the first element as written, however damaged what follows is."""
    parser = etree.XMLPullParser(
        events=("start",), encoding="utf-8", resolve_entities=False, no_network=True, load_dtd=False, recover=True
    )
    for start in range(0, len(data), _CHUNK):
        try:
            parser.feed(data[start : start + _CHUNK])
        except etree.XMLSyntaxError:
            return ""
        for _, element in parser.read_events():
            return str(element.tag).rpartition("}")[2]
    return ""


def _read_feed(source: Source, options: Options, problems: ProblemLog) -> Rows:
    """Read RSS of any version, or Atom: each entry is an article."""
    feedparser = optional("feedparser", needed_by=f"reading {source.label}", extra="formats")
    # Feedparser has a reader of its own for what is no XML, which takes seconds for each megabyte.
    data = load_lxml(source).tostring(parse_xml(source, options, problems), encoding="utf-8", xml_declaration=True)
    try:
        feed = feedparser.parse(
            BytesIO(data),
            response_headers={"content-type": "application/xml; charset=utf-8"},
            resolve_relative_uris=False,
            sanitize_html=False,
        )
    except PARSER_ERRORS as error:
        raise ArticlesUnreadable(f"the feed is damaged: {error}") from error
    if not feed.entries:
        raise ArticlesUnreadable("the feed contains no entries")
    publisher = _plain(feed.feed.get("title_detail"))
    return Rows(list(range(1, len(feed.entries) + 1)), [_entry_record(entry, publisher) for entry in feed.entries])


def _entry_record(entry: Any, publisher: str | None) -> Record:
    # The whole text of an article (content:encoded, Atom's content) before its summary.
    parts = [*entry.get("content", ()), entry.get("summary_detail")]
    return {
        "title": _plain(entry.get("title_detail")),
        "text": next((text for text in map(_plain, parts) if text), None),
        "published": entry.get("published") or entry.get("updated") or entry.get("created"),
        "source": _plain(entry.get("source", {}).get("title_detail")) or publisher,
        "url": entry.get("link"),
        **({"byline": entry.author} if entry.get("author") else {}),
    }


def _plain(detail: Any) -> str | None:
    """Return one of feedparser's values, which say whether they are HTML, as text."""
    if not detail or not detail.get("value"):
        return None
    value = str(detail["value"])
    return (text_of_html(value) if "html" in detail.get("type", "") else text_of_field(value)) or None


def _nitf(root: Any) -> Iterator[Record]:
    yield _nitf_record(root)


def _nitf_record(nitf: Any) -> Record:
    # Archives repeat the first paragraphs in a block of their own beside the full text.
    full = [block for block in find_all(nitf, "body.content/block") if block.get("class") == "full_text"]
    bodies = full or list(find_all(nitf, "body.content"))
    text = "\n\n".join(filter(None, (text_of(body, unseen=_NITF_UNSEEN) for body in bodies)))
    return _record(
        title=first_text(nitf, "hedline/hl1", "hedline", "head/title", read=_one_line),
        text=text or first_text(nitf, "body.head/abstract", "body"),
        published=first_text(
            nitf,
            *("docdata/date.issue@norm", "docdata/date.release@norm", "head/pubdata@date.publication"),
            *("dateline/story.date@norm", "dateline/story.date"),
        ),
        source=first_text(nitf, "head/pubdata@name", "distributor/org", "distributor", read=_one_line),
        url=first_text(nitf, "head/pubdata@ex-ref", "docdata/doc-id@href"),
        byline=first_text(nitf, "body.head/byline", read=_one_line),
        dateline=first_text(nitf, "dateline/location", read=_one_line),
    )


_NITF_UNSEEN = frozenset({"media", "hedline", "script", "style"})


def _record(*, title: str | None, text: str | None, **others: str | None) -> Record:
    """Return a record with the columns of the articles table, and further ones where the file has them."""
    usual = ("published", "source", "url")
    return {"title": title, "text": text, **{key: value for key, value in others.items() if value or key in usual}}


def _one_line(element: Any) -> str:
    return " ".join(text_of(element).split())


def _newsml_g2(root: Any) -> Iterator[Record]:
    """Yield the news items of NewsML-G2; also the articles of Reuters' corpora, whose root is called ``newsitem`` too."""
    if root.tag == "newsitem":
        yield _reuters_record(root)
        return
    items = [root] if local_name(root) == "newsitem" else list(find_all(root, "newsitem"))
    for item in items:
        yield _news_item_record(item)


def _news_item_record(item: Any) -> Record:
    texts, inner = [], Record()
    for content in find_all(item, "contentset"):
        for part in content.iterchildren():
            if local_name(part) == "inlinexml":
                nitf = next(find_all(part, "nitf"), None)
                inner = _nitf_record(nitf) if nitf is not None else inner
                texts.append(inner["text"] if nitf is not None else text_of(part))
            elif local_name(part) == "inlinedata":
                texts.append(text_of_field("".join(part.itertext())))
    guid = item.get("guid", "")
    record = _record(
        title=first_text(item, "contentmeta/headline", "itemmeta/title", read=_one_line),
        text="\n\n".join(filter(None, texts)) or None,
        published=first_text(
            item, "itemmeta/firstcreated", "contentmeta/contentcreated", "itemmeta/versioncreated", read=_one_line
        ),
        source=_provider(item),
        url=guid if guid.startswith(("http://", "https://")) else None,
        byline=first_text(item, "contentmeta/by", "contentmeta/creator/name", read=_one_line),
        dateline=first_text(item, "contentmeta/dateline", read=_one_line),
    )
    return {**record, **{key: value for key, value in inner.items() if value and not record.get(key)}}


def _provider(item: Any) -> str | None:
    """Return who published an item: a name, else the code without its scheme ("nprov:AFP")."""
    name = first_text(item, "itemmeta/provider/name", "contentmeta/infosource/name", "itemmeta/provider@literal")
    if name is None:
        code = first_text(
            item, "itemmeta/provider@qcode", "contentmeta/infosource@literal", "contentmeta/infosource@qcode"
        )
        name = code.rpartition(":")[2] if code else first_text(item, "copyrightholder/name", "copyrightholder@literal")
    return " ".join(name.split()) if name else None


def _reuters_record(item: Any) -> Record:
    return _record(
        title=first_text(item, "headline", "title", read=_one_line),
        text=first_text(item, "text"),
        published=item.get("date"),
        source="Reuters" if "reuters" in str(first_text(item, "copyright")).lower() else None,
        url=None,
        byline=first_text(item, "byline", read=_one_line),
        dateline=first_text(item, "dateline", read=_one_line),
    )


def _newsml_1(root: Any) -> Iterator[Record]:
    """Yield the news items of NewsML 1, which often carry NITF."""
    for item in find_all(root, "newsitem"):
        inner = Record()
        texts = []
        for content in find_all(item, "datacontent"):
            nitf = next(find_all(content, "nitf"), None)
            inner = _nitf_record(nitf) if nitf is not None else inner
            texts.append(inner["text"] if nitf is not None else text_of(content))
        record = _record(
            title=first_text(item, "newslines/headline", "headline", read=_one_line),
            text="\n\n".join(filter(None, texts)) or None,
            published=first_text(item, "newsmanagement/firstcreated", "newsidentifier/dateid", read=_one_line),
            source=first_text(item, "provider/party@formalname", "newsidentifier/providerid", read=_one_line),
            url=None,
            byline=first_text(item, "newslines/byline", read=_one_line),
            dateline=first_text(item, "newslines/dateline", read=_one_line),
        )
        yield {**record, **{key: value for key, value in inner.items() if value and not record.get(key)}}


def _tei(root: Any) -> Iterator[Record]:
    """Yield the texts of TEI; a text that consists of articles (``div type="article"``) is read as those."""
    documents = [root] if local_name(root) != "teicorpus" else list(find_all(root, "tei"))
    for document in documents:
        header = next(find_all(document, "teiheader"), document)
        common = {
            "published": first_text(
                header, "sourcedesc/date@when", *_TEI_DATES, "creation/date@when", "creation/date", read=_one_line
            ),
            "source": _tei_source(header),
            "url": first_text(header, "sourcedesc/ref@target", "publicationstmt/ptr@target", "sourcedesc/ptr@target"),
            "byline": first_text(header, "titlestmt/author", "analytic/author", read=_one_line),
        }
        title = first_text(header, "titlestmt/title", "analytic/title", read=_one_line)
        texts = [text for text in find_all(document, "text") if next(find_all(text, "group"), None) is None]
        for text in texts:
            body = next(find_all(text, "body"), text)
            articles = [div for div in _divisions(body) if div.get("type", "").lower() == "article"]
            for part in articles if len(articles) > 1 else [body]:
                own = first_text(part, "head", read=_one_line) if part is not body or len(texts) > 1 else None
                yield _record(title=own or title, text=text_of(_regular(part), unseen=_TEI_UNSEEN), **common)


_TEI_DATES = (
    *("imprint/date@when", "imprint/date", "bibl/date@when", "bibl/date"),
    *("publicationstmt/date@when", "publicationstmt/date"),
)
_TEI_UNSEEN = frozenset({"fw", "figdesc", "gap"})


def _divisions(body: Any) -> Iterator[Any]:
    for name in ("div", "div1", "div2", "div3"):
        yield from find_all(body, name)


def _tei_source(header: Any) -> str | None:
    """Return the newspaper that a text was taken from, else who published the file."""
    for title in find_all(header, "title"):
        if title.get("level") == "j" and (name := _one_line(title)):
            return name
    return first_text(header, "publicationstmt/publisher", "imprint/publisher", read=_one_line)


def _regular(element: Any) -> Any:
    """Drop the other spelling wherever an editor gives two: ``choice`` with ``sic`` and ``corr``, ``orig`` and ``reg``."""
    for choice in list(find_all(element, "choice")):
        spellings = {local_name(child): child for child in choice.iterchildren()}
        for kept, dropped in (("corr", "sic"), ("reg", "orig"), ("expan", "abbr")):
            if kept in spellings and dropped in spellings:
                spellings[dropped].clear()
    return element


_RECORDS: dict[str, Callable[[Any], Iterable[Record]]] = {
    "nitf": _nitf,
    "newsitem": _newsml_g2,
    "newsmessage": _newsml_g2,
    "newsml": _newsml_1,
    "tei": _tei,
    "tei.2": _tei,
    "teicorpus": _tei,
}
