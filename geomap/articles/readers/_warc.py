"""Web archives: the pages of a crawl (WARC) and their plain text (WET)."""

from __future__ import annotations

from collections import Counter
from io import SEEK_END
from typing import Any

from geomap._decoding import Undecodable, decode
from geomap._optional import optional
from geomap.articles._problems import ProblemLog
from geomap.articles._sources import PARSER_ERRORS, Budget, Options, Record, Rows, Source, declared_encoding
from geomap.articles.readers._archives import BoundedStream, opened, unpacked
from geomap.articles.readers._plain import first_line
from geomap.articles.readers._web import article_of_page
from geomap.errors import ArticlesUnreadable

LARGEST_PAGE = 10_000_000
MOST_BYTES = 2_000_000_000
_PAGES = frozenset({"text/html", "application/xhtml+xml"})


def read_warc(source: Source, options: Options, problems: ProblemLog) -> Rows:
    """Read the web pages of a crawl and the converted texts; images, redirects and errors are counted in the log.

    Rows are numbered by the records that answer a request. A page that declares no date has the crawl's, since there is
    no other; the column ``crawled`` holds that of every page.
    """
    reading = _Reading(source, options, problems)
    warcio = optional("warcio.archiveiterator", needed_by=f"reading {source.label}", extra="formats", package="warcio")
    errors = optional("warcio.exceptions", needed_by=f"reading {source.label}", extra="formats", package="warcio")
    with opened(source) as packed:
        limit = Budget.of(packed.seek(0, SEEK_END)).longest_stream
        packed.seek(0)
        stream = BoundedStream(unpacked(packed), limit, piecemeal=True)
        try:
            records = warcio.ArchiveIterator(stream)
            # What warcio writes to the standard error where a record's length is wrong; it is counted instead.
            records.INC_RECORD = ""
            for record in records:
                reading.take(record)
                if reading.size > MOST_BYTES:
                    problems.add(source.label, f"only the first {MOST_BYTES:,} bytes of pages are read")
                    break
            else:
                reading.check_end(stream.tail)
            reading.damaged = records.err_count
        except (errors.ArchiveLoadFailed, *PARSER_ERRORS) as error:
            reading.stop(str(error) or "it ends too early")
    return reading.finish()


class _Reading:
    """The pages of one archive, and the count of all that is no page."""

    def __init__(self, source: Source, options: Options, problems: ProblemLog) -> None:
        self.source, self.options, self.problems = source, options, problems
        self.number = self.size = self.undated = self.damaged = 0
        self.others = Counter[str]()
        self.rows, self.records = Rows(), list[Record]()
        self.last: Any = None

    def take(self, record: Any) -> None:
        """Read one record of the archive, if it carries a page or a text."""
        self.last = record
        if record.rec_type not in ("response", "resource", "conversion"):
            return
        self.number += 1
        reason = self._not_a_page(record)
        if reason is not None:
            self.others[reason] += 1
            return
        try:
            data = record.content_stream().read(LARGEST_PAGE + 1)
            article = self._article(record, data) if len(data) <= LARGEST_PAGE else None
        except ArticlesUnreadable as error:
            self.problems.add(self.source.label, str(error), row=self.number)
            return
        self.size += len(data)
        if len(data) > LARGEST_PAGE:
            self.problems.add(self.source.label, f"the page is larger than {LARGEST_PAGE:,} bytes", row=self.number)
            return
        if article is None:
            self.problems.add(self.source.label, "no article found in the page", row=self.number)
            return
        crawled = record.rec_headers.get_header("WARC-Date")
        self.undated += not article.get("published")
        article["published"] = article.get("published") or crawled
        article["url"] = self._url(record) or article.get("url")
        self.rows.numbers.append(self.number)
        self.records.append({**article, "crawled": crawled})

    def _not_a_page(self, record: Any) -> str | None:
        """Return what a record is that is no page; None for a page or a text."""
        if record.http_headers is not None and not (record.http_headers.get_statuscode() or "200").startswith("2"):
            return f"status {record.http_headers.get_statuscode()}"
        kind = self._media_type(record)
        if record.rec_type == "conversion":
            return None if kind in ("", "text/plain") else kind
        return None if kind in _PAGES else kind or "no media type"

    @staticmethod
    def _media_type(record: Any) -> str:
        headers = record.http_headers if record.http_headers is not None else record.rec_headers
        return str(headers.get_header("Content-Type") or "").partition(";")[0].strip().lower()

    @staticmethod
    def _url(record: Any) -> str | None:
        url = record.rec_headers.get_header("WARC-Target-URI")
        return str(url).strip("<>") if url else None

    def _article(self, record: Any, data: bytes) -> Record | None:
        if record.rec_type == "conversion":
            text = self._decoded(data, None)
            return {"title": first_line(text.replace("\0", "")), "text": text} if text.strip() else None
        headers = record.http_headers if record.http_headers is not None else record.rec_headers
        declared = str(headers.get_header("Content-Type") or "").lower().partition("charset=")[2].strip("\"' ;")
        page = self._decoded(data, declared or declared_encoding(data, "html"))
        return article_of_page(page, self.source, self.problems, url=self._url(record), row=self.number)

    def _decoded(self, data: bytes, declared: str | None) -> str:
        try:
            return decode(data, encoding=self.options.encoding, declared=declared).text()
        except Undecodable as error:
            raise ArticlesUnreadable(str(error)) from error

    def stop(self, reason: str) -> None:
        """Log where the archive is damaged; raise ArticlesUnreadable if that is at its start."""
        if self.last is None:
            raise ArticlesUnreadable(f"not a web archive (WARC), or damaged: {reason}")
        reason = f"the archive is damaged or cut off after record {self.number}: {reason}"
        self.problems.add(self.source.label, reason)

    def check_end(self, tail: bytes) -> None:
        """Log that the archive ends in the midst of a record, which warcio takes for a short one or for none."""
        if self.last is not None and (self.last.raw_stream.limit or not tail.endswith((b"\r\n\r\n", b"\n\n"))):
            self.stop("it does not end as an archive ends")

    def finish(self) -> Rows:
        """Return the rows, and log what was counted."""
        label = self.source.label
        if self.others:
            kinds = ", ".join(f"{kind} ({n})" for kind, n in self.others.most_common(5))
            reason = (
                f"{_counted(self.others.total(), 'record is not a web page', 'records are not web pages')}: {kinds}"
            )
            self.problems.add(label, reason, action="ignored")
        if self.damaged:
            reason = _counted(self.damaged, "record has a wrong length", "records have a wrong length")
            self.problems.add(label, f"{reason} and may be incomplete", action="repaired", loss=True)
        if not self.number:
            raise ArticlesUnreadable("the web archive contains no responses")
        if not self.records and not any(problem["file"] == label for problem in self.problems if problem["row"]):
            raise ArticlesUnreadable("none of the records is a web page")
        if self.undated:
            undated = _counted(self.undated, "page declares no date", "pages declare no date")
            reason = f"{undated}; the date of the crawl stands for it"
            self.problems.add(label, reason, action="decided")
        self.rows.table = self.records
        return self.rows


def _counted(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"
