"""EPUB: each chapter of a book that holds text is an article."""

from __future__ import annotations

import posixpath
import zipfile
from typing import Any
from urllib.parse import unquote

from geomap._decoding import decode
from geomap.articles._problems import ProblemLog
from geomap.articles._sources import Options, Record, Rows, Source
from geomap.articles.readers._archives import opened_zip, read_zipped
from geomap.articles.readers._markup import find_all, first_text, load_lxml, local_name, parse_html, text_of
from geomap.errors import ArticlesUnreadable

LARGEST_PART = 50_000_000
MOST_BYTES = 500_000_000
MOST_CHAPTERS = 20_000


def read_epub(source: Source, options: Options, problems: ProblemLog) -> Rows:
    """Read a book in the order of its spine: a chapter's heading is the title, the book's title the source.

    Raises
    ------
    ArticlesUnreadable
        If it is no EPUB, or is protected.
    """
    with opened_zip(source, "an EPUB") as archive:
        return _Book(archive, source).read(problems)


class _Book:
    """The parts of one EPUB."""

    def __init__(self, archive: zipfile.ZipFile, source: Source) -> None:
        self.archive, self.etree = archive, load_lxml(source)
        self.source = source
        self.left = MOST_BYTES
        container = self._xml("META-INF/container.xml")
        opf = first_text(container, "rootfile@full-path") if container is not None else None
        if opf is None:
            raise ArticlesUnreadable("not an EPUB: META-INF/container.xml names no book")
        self.folder = posixpath.dirname(opf)
        self.package = self._xml(opf)
        if self.package is None:
            raise ArticlesUnreadable(f"not an EPUB: {opf} is missing or damaged")
        self.items = {item.get("id"): item for item in find_all(self.package, "manifest/item")}

    def read(self, problems: ProblemLog) -> Rows:
        """Return the chapters."""
        rows, records = Rows(), list[Record]()
        book = _metadata(self.package)
        titles, protected = self._contents(), self._protected()
        without_text = 0
        for number, path in enumerate(self._spine(), start=1):
            if number > MOST_CHAPTERS:
                problems.add(self.source.label, f"only the first {MOST_CHAPTERS:,} chapters are read")
                break
            if path in protected:
                problems.add(self.source.label, f"{path} is encrypted (DRM)", row=number)
                continue
            page = self._page(path, number, problems)
            text = text_of(page) if page is not None else ""
            if page is not None and not text:
                without_text += 1
            if text:
                rows.numbers.append(number)
                records.append({**book, "title": _heading(page) or titles.get(path) or _title(page), "text": text})
        if without_text:
            pages = "pages hold" if without_text > 1 else "page holds"
            problems.add(self.source.label, f"{without_text} {pages} no text (a cover, pictures)", action="ignored")
        if not records and not any(p["file"] == self.source.label and p["row"] for p in problems):
            raise ArticlesUnreadable("the book contains no text")
        rows.table = records
        return rows

    def _spine(self) -> list[str]:
        """Return the paths of the chapters in reading order, without the table of contents."""
        items = [self.items.get(each.get("idref")) for each in find_all(self.package, "spine/itemref")]
        return [
            self._path(item.get("href", ""), self.folder)
            for item in items
            if item is not None and "nav" not in item.get("properties", "").split()
        ]

    @staticmethod
    def _path(href: str, folder: str) -> str:
        return posixpath.normpath(posixpath.join(folder, unquote(href.partition("#")[0])))

    def _bytes(self, path: str) -> bytes | None:
        """Return a part; None if it is missing.

        Raises
        ------
        ArticlesUnreadable
            If it is damaged, or too large.
        """
        try:
            info = self.archive.getinfo(path)
        except KeyError:
            return None
        if info.file_size > min(LARGEST_PART, self.left):
            raise ArticlesUnreadable(f"{path} is too large: {info.file_size:,} bytes")
        self.left -= info.file_size
        try:
            return read_zipped(self.archive, info)
        except ArticlesUnreadable as error:
            raise ArticlesUnreadable(f"{path}: {error}") from error

    def _xml(self, path: str) -> Any:
        """Return the root of a part of XML or XHTML, read as far as possible; None if it is missing or no XML."""
        data = self._bytes(path)
        if data is None:
            return None
        parser = self.etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, recover=True)
        try:
            return self.etree.fromstring(data.strip(), parser)
        except self.etree.XMLSyntaxError:
            return None

    def _page(self, path: str, number: int, problems: ProblemLog) -> Any:
        try:
            data = self._bytes(path)
        except ArticlesUnreadable as error:
            problems.add(self.source.label, str(error), row=number)
            return None
        if data is None:
            problems.add(self.source.label, f"{path} is missing", row=number)
            return None
        # As HTML: its parser knows the names of characters, and chapters are often no valid XHTML.
        page = parse_html(decode(data).text())
        if page is None:
            problems.add(self.source.label, f"{path} is not readable", row=number)
        return page

    def _contents(self) -> dict[str, str]:
        """Return the titles in the table of contents, of EPUB 3 or 2, by chapter."""
        titles: dict[str, str] = {}
        for item in self.items.values():
            is_nav = "nav" in item.get("properties", "").split()
            if not is_nav and item.get("media-type") != "application/x-dtbncx+xml":
                continue
            path = self._path(item.get("href", ""), self.folder)
            root = self._xml(path)
            if root is None:
                continue
            for point in find_all(root, "a" if is_nav else "navpoint"):
                href = point.get("href") if is_nav else first_text(point, "content@src")
                title = text_of(point) if is_nav else first_text(point, "navlabel/text")
                if href and title:
                    titles.setdefault(self._path(href, posixpath.dirname(path)), " ".join(title.split()))
        return titles

    def _protected(self) -> frozenset[str]:
        root = self._xml("META-INF/encryption.xml")
        references = find_all(root, "cipherreference") if root is not None else ()
        return frozenset(self._path(each.get("URI", ""), "") for each in references)


def _metadata(package: Any) -> Record:
    record: Record = {
        "published": first_text(package, "metadata/date"),
        "source": first_text(package, "metadata/title"),
        "url": None,
    }
    creators = [text for each in find_all(package, "metadata/creator") if (text := " ".join(text_of(each).split()))]
    return {**record, "byline": "; ".join(creators)} if creators else record


def _heading(page: Any) -> str | None:
    for element in page.iter():
        if local_name(element) in ("h1", "h2", "h3") and (text := " ".join(text_of(element).split())):
            return text
    return None


def _title(page: Any) -> str | None:
    title = first_text(page, "head/title")
    return " ".join(title.split()) if title else None
