"""Web pages: the article of a page, without menus."""

from __future__ import annotations

from typing import Any

from geomap._optional import optional
from geomap.articles._problems import ProblemLog
from geomap.articles._sources import Options, Record, Rows, Source, read_content
from geomap.articles.readers._exports import exported_pages, rows_of
from geomap.errors import ArticlesUnreadable


def read_html(source: Source, options: Options, problems: ProblemLog) -> Rows:
    """Read the article of a web page with trafilatura: its text without menus, and its metadata."""
    html = read_content(source, options, problems).text()
    exported = exported_pages(html)
    if exported is not None:
        return rows_of(exported, source, problems, shown=True)
    record = article_of_page(html)
    if record is None:
        raise ArticlesUnreadable("no article found in the page")
    return Rows([None], [record])


def article_of_page(page_source: str, *, url: str | None = None) -> Record | None:
    """Return the article of a web page as a record; None if there is none in it."""
    page = load_trafilatura().bare_extraction(
        page_source,
        url=url,
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
        return None
    record = {"title": page.title, "text": page.text, "published": page.date, "url": page.url}
    return {**record, "source": page.sitename or page.hostname}


def load_trafilatura() -> Any:
    """Return trafilatura, or raise what to install."""
    return optional("trafilatura", needed_by="reading .html", extra="html")
