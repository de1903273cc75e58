"""Which column of a file is which column of the articles table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from geomap._csv import column_key
from geomap.errors import ColumnMissing
from geomap.tables import ARTICLES

# The usual names, most telling first; compared without case, spaces, "_", "-" and ".".
USUAL_NAMES: Mapping[str, tuple[str, ...]] = {
    "article_id": ("articleid", "id", "docid", "documentid", "newsid", "storyid", "uid", "uuid", "guid"),
    "title": ("title", "headline", "articletitle", "newstitle", "heading"),
    "text": (
        *("text", "body", "content", "fulltext", "articletext", "articlebody", "bodytext", "maintext", "contents"),
        *("story", "articlecontent", "newstext", "article"),
    ),
    "published": (
        *("published", "publishedat", "publisheddate", "publishdate", "publicationdate", "pubdate", "datepublished"),
        *("datepublish", "date", "datetime", "timestamp", "articledate", "createdat", "seendate"),
    ),
    "source": (
        *("source", "publisher", "outlet", "newspaper", "publication", "sourcename", "sourcedomain", "sitename"),
        *("site", "media", "medianame", "domain", "hostname"),
    ),
    "url": ("url", "link", "href", "articleurl", "weburl", "permalink", "sourceurl", "uri"),
}
FILE_NAMES = ("file", "filename")


class NoTextColumn(ColumnMissing):
    """A file has no column that is known to hold the text of articles."""


def check_given(columns: Mapping[str, str] | None) -> dict[str, str]:
    """Return the caller's choice of columns, once it is sure that it names columns of an articles table."""
    given = dict(columns or {})
    for name in given:
        if name not in ARTICLES:
            raise ColumnMissing(f"columns names {name!r}, and an articles table has only: {', '.join(ARTICLES)}")
    return given


def known_names(given: Mapping[str, str]) -> frozenset[str]:
    """Return all column keys that mean something, to tell a header's delimiter by."""
    return frozenset(
        {*FILE_NAMES, *map(column_key, given.values()), *(n for names in USUAL_NAMES.values() for n in names)}
    )


def match_columns(found: Iterable[str], given: Mapping[str, str]) -> dict[str, str]:
    """Return the new name of every column that is found.

    Parameters
    ----------
    found
        The columns of a file, or the keys of a JSON object.
    given
        The caller's choice: column of the articles table to column of the file. What is not found is left out.

    Returns
    -------
    dict
        Column of the file to column of the table. A further column keeps its name; where that is taken by a column of
        the articles table, ``_in_file`` is put behind it.
    """
    names = list(found)
    by_plain: dict[str, str] = {}
    for name in names:
        by_plain.setdefault(column_key(name), name)
    chosen: dict[str, str] = {}
    for role, wanted in given.items():
        present = wanted if wanted in names else by_plain.get(column_key(wanted))
        if present is not None:
            chosen[present] = role
    for role, usual in USUAL_NAMES.items():
        free = [by_plain[n] for n in usual if n in by_plain and by_plain[n] not in chosen]
        if free and role not in chosen.values():
            chosen[free[0]] = role
    return {name: chosen.get(name) or (f"{name}_in_file" if name in ARTICLES else name) for name in names}


def require(found: Iterable[str], given: Mapping[str, str], file: str) -> None:
    """Raise where a file lacks a column that the caller gave, or any column of text.

    Raises
    ------
    ColumnMissing
        Naming the file and the columns found.
    """
    names = list(found)
    told = ", ".join(names) or "none"
    plains = {column_key(name) for name in names}
    for role, wanted in given.items():
        if wanted not in names and column_key(wanted) not in plains:
            raise ColumnMissing(f"{file} has no column {wanted!r} to take as {role}; it has: {told}")
    if "text" not in match_columns(names, given).values():
        raise NoTextColumn(
            f"{file} has no column that is known to hold the text (text, body, content ...); it has: {told}. "
            'Say which one it is: read_articles(path, columns={"text": "..."})'
        )
