"""``read_articles``: files and folders of any usual shape -> the articles table."""

from __future__ import annotations

import codecs
import os
from collections.abc import Iterable, Mapping

import pandas as pd

from geomap.articles.assembling import Origin, assemble
from geomap.articles.columns import NoTextColumn, check_given
from geomap.articles.companions import Companions, find_companions
from geomap.articles.files import Source, find_sources
from geomap.articles.problems import Problems, shorten, warn
from geomap.articles.readers import READERS, Options, Record, Rows, import_trafilatura
from geomap.errors import ArticlesUnreadable

PathLike = str | os.PathLike[str]


def read_articles(
    path: PathLike | Iterable[PathLike],
    *,
    columns: Mapping[str, str] | None = None,
    encoding: str | None = None,
    recursive: bool = True,
) -> pd.DataFrame:
    """Read articles from files and folders.

    Read are ``.txt``, ``.csv`` and ``.tsv``, ``.jsonl`` and ``.ndjson``, ``.json``, ``.parquet`` and ``.html``; all but
    Parquet also gzipped (``.csv.gz``).

    Parameters
    ----------
    path
        A file, a folder, or several of both. A folder may mix formats; its files are taken in the order of their paths,
        hidden ones left out; those of other endings, and gold annotations (``gold*.jsonl``), are noted as ``ignored``.
    columns
        Which column of the files is which column of the articles table: ``{"text": "Body", "published": "Day"}``. The
        usual names (headline, body, content, date, published_at, publisher, outlet, link, doc_id ...) are known, in any
        case. Further columns are carried through; from CSV, as strings.
    encoding
        The encoding of all text files. By default UTF-8, with or without a byte order mark; a file in another one is
        guessed, with a warning.
    recursive
        Whether the folders in a folder are read too.

    Returns
    -------
    DataFrame
        One row per article: ``article_id`` (unique), ``title``, ``text``, ``published`` (UTC, may be missing),
        ``source`` and ``url`` (may be missing), then further columns. ``attrs["problems"]`` lists every row and file
        that did not come through as it was: dicts of ``file``, ``row`` (counted from 1, the line in JSON lines, None
        for a whole file), ``reason`` and ``action`` (``skipped``, ``repaired``, ``guessed``, ``ignored``).

    Raises
    ------
    ArticlesNotFound
        If a path does not exist, or a folder holds no file of articles.
    ArticlesUnreadable
        If no row of any file is an article.
    UnsupportedFormat
        If a file that is named itself has an ending that is not read.
    ColumnMissing
        If a file lacks a column named in `columns`, or the only file has no column of text.
    MissingDependency
        If there is HTML and trafilatura is not installed.

    Warns
    -----
    ArticlesSkipped
        Once, if rows or files were skipped or repaired.
    EncodingGuessed
        Once, if files are not UTF-8.

    Notes
    -----
    The text keeps its characters exactly, so that offsets hold: newlines (also CRLF), spaces and HTML entities stay
    as they are; only NUL characters are removed. In a ``.txt`` the first line is the title, and the text is the whole
    file with it. An ``articles.csv`` beside ``.txt`` and ``.html`` files, with the file's name in a column ``file``,
    gives their ``published``, ``source``, ``url`` and further columns.

    An ``article_id`` that no column gives is the path in the folder without the ending, with ``:`` and the row where a
    file holds many. One that stands twice gets ``-2`` behind it.

    Dates are read as ISO 8601, RFC 2822, English words, digits, and seconds or milliseconds since 1970. Of "03/04/2017"
    the month is taken to come first, of "31/03/2017" and "03.04.2017" the day. A time without a zone is taken as UTC.
    """
    options = Options(check_given(columns), _checked(encoding))
    problems = Problems()
    sources = find_sources(path, problems, recursive=recursive)
    if any(source.kind == "html" for source in sources):
        import_trafilatura()
    companions = find_companions(sources, options, problems)
    tables, origins = _read_all(sources, options, companions, problems)
    articles = assemble(tables, origins, problems) if origins else pd.DataFrame()
    problems.settle([source.label for source in sources])
    if articles.empty:
        raise ArticlesUnreadable(_why_none(sources, problems))
    warn(problems, stacklevel=2)
    articles.attrs["problems"] = problems
    return articles


def _checked(encoding: str | None) -> str | None:
    if encoding is not None:
        try:
            codecs.lookup(encoding)
        except LookupError as error:
            reason = f"Python knows no encoding {encoding!r}; usual ones are utf-8, utf-16 and cp1252"
            raise ArticlesUnreadable(reason) from error
    return encoding


def _read_all(
    sources: list[Source], options: Options, companions: Companions, problems: Problems
) -> tuple[list[list[Record] | pd.DataFrame], list[Origin]]:
    tables: list[list[Record] | pd.DataFrame] = []
    origins: list[Origin] = []
    for source in sources:
        if source.path.resolve() in companions.paths:
            continue
        rows = _read_one(source, options, problems, alone=len(sources) == 1)
        origins += [Origin(source.label, number, source.stem) for number in rows.numbers]
        known = companions.of(source)
        if isinstance(rows.table, pd.DataFrame):
            tables.append(rows.table)
            continue
        records = [{**record, **known} for record in rows.table] if known else rows.table
        # Thousands of small files are one table, not thousands.
        if tables and isinstance(tables[-1], list):
            tables[-1].extend(records)
        else:
            tables.append(records)
    return tables, origins


def _read_one(source: Source, options: Options, problems: Problems, *, alone: bool) -> Rows:
    """Read one file; that it cannot be read is a problem of this file alone."""
    before = len(problems)
    try:
        rows = READERS[source.kind](source, options, problems)
    except NoTextColumn as error:
        if alone:
            raise
        problems.add(source.label, str(error).removeprefix(f"{source.label} "))
    except (ArticlesUnreadable, OSError) as error:
        problems.add(source.label, str(error))
    else:
        if not rows.numbers and not any(problem["action"] == "skipped" for problem in problems[before:]):
            problems.add(source.label, "it holds no rows")
        return rows
    return Rows()


def _why_none(sources: list[Source], problems: Problems) -> str:
    lines = problems.told("skipped")
    return f"no article could be read from {len(sources)} file{'s' if len(sources) > 1 else ''}:\n{shorten(lines)}"
