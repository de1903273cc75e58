"""Web pages: the article of a page, without menus."""

from __future__ import annotations

import re
from typing import Any

from geomap._optional import optional
from geomap.articles._problems import ProblemLog
from geomap.articles._sources import Options, Record, Rows, Source, read_content
from geomap.articles.readers._complexity import count_elements, without_crowded_tags
from geomap.articles.readers._exports import exported_pages, rows_of
from geomap.articles.readers._markup import text_of_html
from geomap.errors import ArticlesUnreadable

# Elements of a page; those of news have some thousands. Telling the article by comparing all ways to do so takes the square
# of their number: of more, one way is enough, and of still more, all text is read.
_MOST_COMPARED, _MOST_SEARCHED = 10_000, 30_000
_TITLE = re.compile(r"<title[^<>]*>([^<]*)", re.IGNORECASE)


def read_html(source: Source, options: Options, problems: ProblemLog) -> Rows:
    """Read the article of a web page with trafilatura: its text without menus, and its metadata."""
    html = read_content(source, options, problems).text()
    exported = exported_pages(html)
    if exported is not None:
        return rows_of(exported, source, problems, shown=True)
    return Rows([None], [article_of_page(html, source, problems)])


def article_of_page(
    page_source: str, source: Source, problems: ProblemLog, *, url: str | None = None, row: int | None = None
) -> Record:
    """Return the article of a web page as a record.

    Parameters
    ----------
    page_source
        The page.
    source, problems, row
        What it comes from, and the log that is told where it is simplified or not searched.
    url
        Its address.

    Raises
    ------
    ArticlesUnreadable
        If there is no article in it.
    """
    page_source, stripped = without_crowded_tags(page_source)
    if stripped:
        what = "a tag has" if stripped == 1 else f"{stripped:,} tags have"
        problems.add(source.label, f"{what} thousands of attributes, which were left out", row=row, action="repaired")
    count = count_elements(page_source)
    if count > _MOST_SEARCHED:
        reason = f"the page has {count:,} elements, too many to tell its article from its menus; all its text is read"
        problems.add(source.label, reason, row=row, action="repaired")
        return _whole_page(page_source, url)
    page = load_trafilatura().bare_extraction(
        page_source,
        url=url,
        fast=count > _MOST_COMPARED,
        with_metadata=True,
        include_comments=False,
        include_images=False,
        # The date that the page declares, not one found somewhere in its words.
        date_extraction_params={
            "original_date": True,
            "extensive_search": False,
            "outputformat": "%Y-%m-%dT%H:%M:%S%z",
        },
    )
    if page is None:
        raise ArticlesUnreadable("no article found in the page")
    record = {"title": page.title, "text": page.text, "published": page.date, "url": page.url}
    return {**record, "source": page.sitename or page.hostname}


def _whole_page(page_source: str, url: str | None) -> Record:
    title = _TITLE.search(page_source)
    text = text_of_html(page_source)
    return {"title": title[1].strip() if title else None, "text": text, "published": None, "url": url, "source": None}


def load_trafilatura() -> Any:
    """Return trafilatura, or raise what to install."""
    return optional("trafilatura", needed_by="reading .html", extra="html")
