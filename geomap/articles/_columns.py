"""Which column of a file is which column of the articles table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from geomap._csv import column_key
from geomap.errors import ColumnMissing
from geomap.tables import ARTICLES

# The usual names, most specific first, as column_key() returns them.
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
    """No column of a file is recognized as the text of articles."""


def check_columns(columns: Mapping[str, str] | None) -> dict[str, str]:
    """Return the caller's choice of columns if its keys are columns of an articles table, else raise ColumnMissing."""
    for name in columns or ():
        if name not in ARTICLES:
            raise ColumnMissing(f"columns: {name!r} is not a column of an articles table ({', '.join(ARTICLES)})")
    return dict(columns or {})


def role_named(name: str) -> str | None:
    """Return the column of the articles table that somebody means: by its own name, or by a usual one.

    Examples
    --------
    >>> role_named("published"), role_named("date"), role_named("ID"), role_named("desk")
    ('published', 'published', 'article_id', None)
    """
    key = column_key(name)
    if name.strip() in ARTICLES:
        return name.strip()
    return next((role for role, usual in USUAL_NAMES.items() if key in usual), None)


def known_names(chosen: Mapping[str, str]) -> frozenset[str]:
    """Return the keys of all column names with a meaning, by which the delimiter of a header is recognized."""
    usual = (name for names in USUAL_NAMES.values() for name in names)
    return frozenset({*FILE_NAMES, *map(column_key, chosen.values()), *usual})


def match_columns(names: Iterable[str], chosen: Mapping[str, str]) -> dict[str, str]:
    """Return the new name of every column of a file.

    Parameters
    ----------
    names
        The columns of a file, or the keys of a JSON object.
    chosen
        The caller's choice: column of the articles table to column of the file. Columns that the file lacks are left out.

    Returns
    -------
    dict
        Column of the file to column of the table. A further column keeps its name, with the suffix ``_in_file`` if that
        is the name of a column of the articles table.

    Examples
    --------
    >>> match_columns(["Headline", "Body", "date", "section"], {})
    {'Headline': 'title', 'Body': 'text', 'date': 'published', 'section': 'section'}
    >>> match_columns(["text", "abstract"], {"text": "abstract"})
    {'text': 'text_in_file', 'abstract': 'text'}
    """
    names = list(names)
    by_key: dict[str, str] = {}
    for name in names:
        by_key.setdefault(column_key(name), name)
    roles: dict[str, str] = {}
    for role, wanted in chosen.items():
        present = wanted if wanted in names else by_key.get(column_key(wanted))
        if present is not None:
            roles[present] = role
    for role, usual in USUAL_NAMES.items():
        free = [by_key[key] for key in usual if key in by_key and by_key[key] not in roles]
        if free and role not in roles.values():
            roles[free[0]] = role
    return {name: roles.get(name) or (f"{name}_in_file" if name in ARTICLES else name) for name in names}


def require(names: Iterable[str], chosen: Mapping[str, str], file: str) -> None:
    """Raise if a file lacks a column that the caller chose, or any column of text.

    Raises
    ------
    ColumnMissing
        Naming the file and its columns.
    """
    names = list(names)
    listed = ", ".join(names) or "none"
    keys = {column_key(name) for name in names}
    for role, wanted in chosen.items():
        if wanted not in names and column_key(wanted) not in keys:
            raise ColumnMissing(f"{file} has no column {wanted!r}, chosen as {role}; its columns: {listed}")
    if "text" not in match_columns(names, chosen).values():
        raise NoTextColumn(
            f"{file} has no column recognized as text (text, body, content ...); its columns: {listed}. "
            'Name the column: read_articles(path, columns={"text": "..."})'
        )
