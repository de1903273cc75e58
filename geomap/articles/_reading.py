"""``read_articles``: files and folders in any usual format to the articles table."""

from __future__ import annotations

import codecs
import os
import posixpath
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, partial
from pathlib import Path, PurePosixPath
from typing import IO, Any, NamedTuple, TypeVar, get_args

import numpy as np
import pandas as pd

from geomap._checks import one_of
from geomap._csv import column_key, open_csv
from geomap._language import language_of
from geomap.articles._account import METADATA, attach, first_lines, refuse_losses, warn
from geomap.articles._columns import (
    FILE_NAMES,
    HOW_TO_FETCH,
    NoTextColumn,
    addresses_in,
    check_columns,
    fill_roles,
    is_prose,
    known_names,
    match_columns,
)
from geomap.articles._dates import check_dayfirst, parse_dates
from geomap.articles._files import expanded, find_sources
from geomap.articles._problems import ProblemLog
from geomap.articles._repairs import Entities, Repair, RepairLog, Repairs, load_ftfy, storable
from geomap.articles._sources import Options, Record, Rows, Source, read_content
from geomap.articles.readers import reader_of
from geomap.articles.readers._tables import usable_rows
from geomap.articles.readers._web import load_trafilatura
from geomap.errors import ArticlesUnreadable, MissingDependency
from geomap.tables import ARTICLES, as_dtype, is_missing

_File = TypeVar("_File", str, tuple[str, str])

METADATA_FILE = "articles.csv"
_WITH_METADATA = frozenset({"txt", "html", "md", "docx", "odt", "rtf", "pdf"})
# Articles whose language is looked at, so that thousands are read as quickly as without.
_MOST_LOOKED_AT = 500
# A table may have so many cells, and so many times the number of values that there are.
_FEW_CELLS, _CELLS_FOR_ONE = 5_000_000, 20
# Levels of lists and objects in a further column of JSON or Parquet.
_DEEPEST = 100
_ENDINGS = ("txt", "html", "htm", "md", "docx", "odt", "rtf", "pdf")


@dataclass
class Metadata:
    """What the ``articles.csv`` files say about other files.

    Parameters
    ----------
    records
        Columns of the articles table, by the real path of the file that they describe.
    paths
        The real paths of the ``articles.csv`` files themselves, which hold no articles.
    """

    records: dict[str, Record] = field(default_factory=dict)
    paths: set[str] = field(default_factory=set)

    def of(self, source: Source) -> Record:
        """Return what is known about a file; nothing for most formats."""
        is_described = source.kind in _WITH_METADATA and source.data is None
        return self.records.get(source.real, {}) if is_described else {}

    def about(self, sources: Iterable[Source]) -> Metadata:
        """Return what is known about some of the files."""
        return Metadata({source.real: self.of(source) for source in sources}, self.paths)

    def is_one(self, source: Source) -> bool:
        """Return whether a file is an ``articles.csv`` that describes others."""
        return source.data is None and source.real in self.paths


def read_metadata(sources: Iterable[Source], options: Options, problems: ProblemLog) -> Metadata:
    """Read every ``articles.csv`` beside a text or page that has a column ``file`` and no column of text."""
    # What comes from a stream lies beside no file; for what comes from an archive, see MembersMetadata.
    sources = [source for source in sources if source.data is None]
    # In a parent folder, only a file that the caller's own path reaches describes the articles.
    labels = {source.real: source.label for source in sources if source.path.name == METADATA_FILE}
    described = (source.real for source in sources if source.kind in _WITH_METADATA)
    metadata = Metadata()
    for folder in map(Path, dict.fromkeys(map(os.path.dirname, described))):
        above = (top / METADATA_FILE for top in folder.parents if str(top / METADATA_FILE) in labels)
        for path in (folder / METADATA_FILE, *above):
            real = str(path.resolve())
            if real in metadata.paths or not path.is_file():
                continue
            elsewhere = METADATA_FILE if len(sources) == 1 else path.as_posix()
            source = Source(path, labels.get(real, elsewhere), path.stem, "csv", real=real)
            try:
                table = _metadata_table(source, options)
            except (ArticlesUnreadable, OSError) as error:
                problems.add(source.label, _reason(error))
                metadata.paths.add(real)
                continue
            if table is not None:
                metadata.paths.add(real)
                _add_metadata(table, partial(_existing_file, path.parent), metadata.records, problems)
    return metadata


class MetadataTable(NamedTuple):
    """An ``articles.csv`` that describes other files.

    Parameters
    ----------
    source
        The file.
    rows
        The number of each usable row, the file that it names, and what it says of it.
    problems
        What was noted while it was read.
    """

    source: Source
    rows: list[tuple[int, str, Record]]
    problems: ProblemLog


def _metadata_table(source: Source, options: Options) -> MetadataTable | None:
    """Return what an ``articles.csv`` says; None if it is a table of articles, to be read as such."""
    # Not the log of the call, in which a table of articles is told of when it is read.
    table = MetadataTable(source, [], ProblemLog())
    with open_csv(read_content(source, options, table.problems), known_names(options.columns)) as rows:
        by_file = next((name for name in rows.header if column_key(name) in FILE_NAMES), None)
        names = match_columns(rows.header, options.columns)
        if by_file is None or "text" in names.values():
            return None
        for number, fields in usable_rows(rows, source, table.problems):
            values = dict(zip(rows.header, fields, strict=True))
            file = values.pop(by_file)
            table.rows.append((number, file, {names[name]: value for name, value in values.items() if value}))
    return table


def _add_metadata(
    table: MetadataTable, find: Callable[[str], _File | None], records: dict[_File, Record], problems: ProblemLog
) -> None:
    """Add what a table says of each file that is there, and log the rows of others."""
    label = table.source.label
    problems.extend(table.problems)
    facts = problems.about(label)
    facts.format, facts.encoding = METADATA, table.problems.about(label).encoding
    for number, name, record in table.rows:
        file = next(filter(None, map(find, _possible_names(name))), None)
        if file is None:
            problems.add(label, "the file that it names does not exist", row=number)
        elif file in records:
            shown = Path(file).name if isinstance(file, str) else posixpath.basename(file[1])
            problems.add(label, f"duplicate row for {shown}; the first one is used", row=number)
        else:
            records[file] = record


def _possible_names(name: str) -> list[str]:
    name = name.strip().replace("\\", "/")
    return [name, *(f"{name}.{ending}" for ending in _ENDINGS)] if name else []


def _existing_file(folder: Path, name: str) -> str | None:
    return str((folder / name).resolve()) if (folder / name).is_file() else None


@dataclass
class MembersMetadata:
    """What an ``articles.csv`` in an archive says about the files in it, which may stand before or after it.

    Parameters
    ----------
    waiting
        The tables that describe members, by their archive and their folder in it.
    described
        The articles of each member that can be described, by its archive and its path in it.
    """

    waiting: dict[tuple[str, str], MetadataTable] = field(default_factory=dict)
    described: dict[tuple[str, str], list[Record]] = field(default_factory=dict)

    def keep(self, source: Source, options: Options) -> bool:
        """Return whether a source is such a table; it is kept until all files are read."""
        folder, name = posixpath.split(source.member)
        if not source.archive or name != METADATA_FILE or (source.archive, folder) in self.waiting:
            return False
        try:
            table = _metadata_table(source, options)
        except ArticlesUnreadable:
            return False  # its reader meets the same error and reports it
        if table is not None:
            self.waiting[source.archive, folder] = table
        return table is not None

    def note(self, source: Source, records: list[Record]) -> None:
        """Remember the articles of a member."""
        if source.archive and source.kind in _WITH_METADATA:
            self.described[source.archive, source.member] = list(records)

    def apply(self, problems: ProblemLog) -> list[Source]:
        """Write what is known into the articles, and return the tables that have no file to describe."""
        found: dict[tuple[str, str], Record] = {}
        # In the order in which the tables of a folder on disk are read, since of two rows for a file the first one counts.
        for archive, member in sorted(self.described, key=lambda place: (place[0], place[1].split("/"))):
            for folder in PurePosixPath(member).parents:
                table = self.waiting.pop((archive, "" if folder.name == "" else str(folder)), None)
                if table is not None:
                    _add_metadata(table, _members_beside(table.source, problems), found, problems)
        for place, known in found.items():
            for record in self.described.get(place, ()):
                record.update(known)
        return [table.source for table in self.waiting.values()]


def _members_beside(table: Source, problems: ProblemLog) -> Callable[[str], tuple[str, str] | None]:
    """Return what finds a member of an archive by the name that a table in it gives."""
    start, folder = f"{table.archive}/", posixpath.dirname(table.member)
    there = {file.removeprefix(start) for file in problems.files if file.startswith(start)}

    @cache
    def find(name: str) -> tuple[str, str] | None:
        member = posixpath.normpath(posixpath.join(folder, name))
        return (table.archive, member) if member in there else None

    return find


class Origin(NamedTuple):
    """Where a row comes from: the file, its row, what its id begins with, and whether its text is what a page shows."""

    file: str
    row: int | None
    stem: str
    shown: bool = False


def assemble(
    tables: list[list[Record] | pd.DataFrame], origins: list[Origin], problems: ProblemLog, options: Options
) -> pd.DataFrame:
    """Return one articles table.

    Parameters
    ----------
    tables
        Rows in the order of the files, with the columns named as in the articles table.
    origins
        Where each row of all tables comes from.
    problems
        The log for rows that are skipped or repaired.
    options
        What the caller chose.
    """
    _drop_rare_columns(tables, origins, problems)
    frames = [table if isinstance(table, pd.DataFrame) else _frame(table) for table in tables]
    table = pd.concat(frames, ignore_index=True) if len(frames) != 1 else frames[0].reset_index(drop=True)
    table = fill_roles(table, [origin.file for origin in origins], options.columns, problems)
    texts = _texts(_values(table, "text"), origins, problems, options)
    kept = [position for position, text in enumerate(texts) if text is not None]
    origins = [origins[position] for position in kept]
    _count_articles(origins, [text for text in texts if text is not None], problems)
    table = table.iloc[kept].reset_index(drop=True)
    columns: dict[str, pd.Series] = {"text": as_dtype([texts[position] for position in kept], "str")}
    for name in ("article_id", "title", "source", "url"):
        columns[name] = as_dtype(_strings(_values(table, name), name, origins, problems, options), "str")
    columns["title"] = columns["title"].fillna("")
    columns["published"] = _dates(_values(table, "published"), origins, problems, options.dayfirst)
    columns["article_id"] = as_dtype(_ids(columns["article_id"], origins, problems), "str")
    further = {
        str(name): _inferred(_shallow(table[name], origins, problems)) for name in table.columns if name not in ARTICLES
    }
    return pd.DataFrame({**{name: columns[name] for name in ARTICLES}, **further})


def _drop_rare_columns(tables: list[list[Record] | pd.DataFrame], origins: list[Origin], problems: ProblemLog) -> None:
    """Drop further columns that few rows have, where a table of all columns would be all but empty and fill the memory."""
    records = [record for table in tables if isinstance(table, list) for record in table]
    names = set().union(*records) if records else set()
    if len(names) * len(records) <= _FEW_CELLS:
        return
    filled = Counter(name for record in records for name, value in record.items() if value is not None)
    most = (_FEW_CELLS + _CELLS_FOR_ONE * filled.total()) // len(records)
    if len(names) <= most:
        return
    kept = {*ARTICLES, *(name for name, _ in filled.most_common(most))}
    start = 0
    dropped = Counter[str]()
    for table in tables:
        for origin, record in zip(origins[start:], table if isinstance(table, list) else (), strict=False):
            for name in record.keys() - kept:
                dropped[origin.file] += record.pop(name) is not None
        start += len(table)
    for file, count in dropped.items():
        if count:
            reason = (
                f"{count:,} values left out, of columns that only few rows have; the {most:,} most frequent are kept"
            )
            problems.add(file, reason, action="repaired", loss=True)


def _count_articles(origins: list[Origin], texts: list[str], problems: ProblemLog) -> None:
    """Note how many articles came out of each file, and in which languages they are."""
    for file, number in Counter(origin.file for origin in origins).items():
        problems.about(file).articles = number
    for position in range(0, len(texts), -(-len(texts) // _MOST_LOOKED_AT) or 1):
        found = problems.about(origins[position].file).languages
        code = language_of(texts[position])
        found[code] = found.get(code, 0) + 1


def _frame(records: list[Record]) -> pd.DataFrame:
    # Object, because pandas would make floats of integers, and fail at half a surrogate pair.
    return pd.DataFrame(records, dtype=object)


def _values(table: pd.DataFrame, name: str) -> Sequence[Any]:
    return table[name].tolist() if name in table.columns else [None] * len(table)


def _texts(values: Sequence[Any], origins: list[Origin], problems: ProblemLog, options: Options) -> list[str | None]:
    """Return the text of each article; None, and a problem in the log, where there is none."""
    log = RepairLog("text")
    texts: list[str | None] = []
    for value, origin in zip(values, origins, strict=True):
        text, done = options.repairs.of(value, shown=origin.shown) if isinstance(value, str) else (None, [])
        reason = _reason_against(value, text)
        if reason:
            problems.add(origin.file, reason, row=origin.row)
        else:
            log.note(origin.file, origin.row, done)
        texts.append(None if reason else text)
    log.tell(problems)
    return texts


def _reason_against(value: Any, text: str | None) -> str:
    """Return why a value is no text of an article, empty if it is one."""
    if text is None and not is_missing(value):
        return f"text is of type {type(value).__name__}, not a string"
    if text is None or not text.strip():
        return "no text"
    if not is_prose(text):
        return f"no text, only {text.strip()!r}"
    if count := addresses_in(text):
        what = f"it lists {count:,} addresses" if count > 1 else "it is an address"
        return f"no text: {what}; {HOW_TO_FETCH}"
    return ""


def _strings(
    values: Sequence[Any], name: str, origins: list[Origin], problems: ProblemLog, options: Options
) -> list[str | None]:
    log = RepairLog(name)
    result: list[str | None] = []
    for value, origin in zip(values, origins, strict=True):
        string = _string(value)
        if string is None and not is_missing(value, blank=True):
            reason = f"{name} is of type {type(value).__name__}, not a string; left missing"
            problems.add(origin.file, reason, row=origin.row, action="repaired", loss=True)
        done: list[Repair] = []
        if string and name == "article_id":
            string, done = storable(string)
        elif string:
            string, done = options.repairs.of(string, shown=origin.shown)
        log.note(origin.file, origin.row, done)
        result.append(string.strip() or None if string else None)
    log.tell(problems)
    return result


def _string(value: Any) -> str | None:
    if isinstance(value, str):
        return value
    if isinstance(value, dict):
        # NewsAPI and schema.org write a publisher as an object with its name, Event Registry with its title.
        return next((value[key] for key in ("name", "title") if isinstance(value.get(key), str)), None)
    if is_missing(value) or not isinstance(value, int | float | np.number):
        return None
    # A column of integers with gaps has become one of floats.
    return str(int(value)) if float(value).is_integer() else str(value)


def _dates(values: Sequence[Any], origins: list[Origin], problems: ProblemLog, dayfirst: bool | None) -> pd.Series[Any]:
    """Return the dates; whether the day or the month comes first is decided for each file by itself."""
    columns: dict[tuple[str, str], list[int]] = {}
    for position, origin in enumerate(origins):
        columns.setdefault(_written_with(origin), []).append(position)
    moments = pd.Series(pd.NaT, index=range(len(values)), dtype=ARTICLES["published"])
    for positions in columns.values():
        parsed = parse_dates([values[position] for position in positions], dayfirst=dayfirst)
        moments.iloc[positions] = parsed.dates
        if sentence := parsed.order.sentence():
            problems.add(origins[positions[0]].file, sentence, action="decided", doubtful=parsed.order.doubtful)
        for unread in parsed.unreadable:
            position = positions[unread]
            reason = f"unrecognized date {str(values[position])[:60]!r}; left missing"
            problems.add(origins[position].file, reason, row=origins[position].row, action="repaired", loss=True)
    return moments


def _written_with(origin: Origin) -> tuple[str, str]:
    """Return what articles have in common that were written by one hand: a file, or a folder of single articles."""
    if origin.row is not None:
        return origin.file, ""
    folder, _, name = origin.file.rpartition("/")
    return folder, name.rpartition(".")[2]


def _ids(ids: pd.Series, origins: list[Origin], problems: ProblemLog) -> list[str]:
    """Return the ids of the table, else made of the file's stem and the row; duplicates get a number as suffix."""
    wanted = [
        value if isinstance(value, str) else origin.stem if origin.row is None else f"{origin.stem}:{origin.row}"
        for value, origin in zip(ids.tolist(), origins, strict=True)
    ]
    names, used, count = set(wanted), set[str](), dict[str, int]()
    result = []
    for name, origin in zip(wanted, origins, strict=True):
        unique = name
        while unique in used or (unique != name and unique in names):
            count[name] = count.get(name, 1) + 1
            unique = f"{name}-{count[name]}"
        if unique != name:
            reason = f"duplicate article_id {name!r} renamed to {unique!r}"
            problems.add(origin.file, reason, row=origin.row, action="repaired")
        used.add(unique)
        result.append(unique)
    return result


def _shallow(column: pd.Series, origins: list[Origin], problems: ProblemLog) -> pd.Series:
    """Return a further column without values that nest so deep that no file can be written of them."""
    if column.dtype != object:
        return column
    deep = [position for position, value in enumerate(column) if _nests_deep(value)]
    for position in deep:
        reason = f"{column.name} is nested more than {_DEEPEST} deep; left missing"
        problems.add(origins[position].file, reason, row=origins[position].row, action="repaired", loss=True)
    return column.where(~column.index.isin(deep), None) if deep else column


def _nests_deep(value: object) -> bool:
    level = [value]
    for _ in range(_DEEPEST + 1):
        level = [
            inner
            for each in level
            if isinstance(each, dict | list)
            for inner in (each.values() if isinstance(each, dict) else each)
        ]
        if not level:
            return False
    return True


def _inferred(column: pd.Series) -> pd.Series:
    """Return a further column with the dtype of its values, which stay as they are."""
    if column.dtype != object:
        return column
    try:
        if column.hasnans and pd.api.types.infer_dtype(column, skipna=True) == "integer":
            return column.astype("Int64")
        return column.infer_objects()
    except (OverflowError, UnicodeEncodeError):
        return column


PathLike = str | os.PathLike[str]


def read_articles(
    path: PathLike | IO[Any] | Iterable[PathLike],
    *,
    columns: Mapping[str, str] | None = None,
    encoding: str | None = None,
    dayfirst: bool | None = None,
    entities: Entities = "decode",
    fix_encoding: bool = False,
    recursive: bool = True,
    strict: bool = False,
) -> pd.DataFrame:
    r"""Read articles from files, folders and streams.

    The formats are ``.txt`` and ``.md``; ``.csv`` and ``.tsv``; ``.jsonl``, ``.ndjson`` and ``.json``; ``.parquet``;
    ``.html``; with the extra ``formats`` also ``.docx``, ``.odt``, ``.rtf``, ``.pdf``, ``.xlsx``, ``.xls``, ``.xlsb`` and
    ``.ods``; RSS and Atom, NITF, NewsML and TEI (``.rss``, ``.atom``, ``.xml``), ``.eml`` and ``.mbox``, ``.mhtml``,
    ``.ris``, ``.warc`` and ``.wet``, ``.epub``. Most may be gzipped. What a file is is told from its content; its ending
    is a hint. The files in ``.zip`` and ``.tar`` archives (also ``.tgz``, ``.tar.gz``, ``.tar.bz2``, ``.tar.xz``) are read
    like those of a folder, without unpacking them to disk; an archive in an archive is opened, one in that is not.

    Parameters
    ----------
    path
        A file, a folder, or several of both. A folder may mix formats; its files are read in the order of their paths.
        Hidden files, files of other formats, gold annotations (``gold*.jsonl``) and a README are reported as ``ignored``;
        a README, or a text with an unknown ending, is read if it is named itself. Links to folders and
        out of the folder are not followed, and what is not a file (a pipe, a device) is not opened. An open stream, such as
        ``sys.stdin.buffer``, is read by its content too.
    columns
        Which column of the files is which column of the articles table: ``{"text": "Body", "published": "Day"}``. The
        usual names (headline, body, content, date, published_at, publisher, outlet, link, doc_id ...; Titel, Inhalt,
        Datum; titre, contenu ...) are recognized in any case and some twenty languages; of several, each row takes the
        first that holds something. A dot leads into the objects of JSON: ``{"text": "fields.bodyText"}``. Further
        columns are kept; from CSV, as strings.
    encoding
        The encoding of all text files. By default they are read as UTF-8, with or without a byte order mark, and the
        encoding of a file that is not UTF-8 is guessed, with a warning.
    dayfirst
        Whether 03/04/2017 is April 3. By default each file decides by its dates: one such as 31/03/2017 proves that the
        day comes first in all of them. Where none proves it, the month comes first (with dots, the day), and
        ``attrs["problems"]`` says so.
    entities
        ``decode``: HTML entities become the characters that they stand for (``S&atilde;o``), and left-over tags are taken
        out; ``keep``: texts stay as they are. Either is told in ``attrs["problems"]``. ``AT&T`` and ``a < b`` stay anyway.
    fix_encoding
        Whether to repair text that was once read in the wrong encoding (``MÃ¼nchen``), with ftfy. Otherwise it is told.
    recursive
        Whether to read subfolders too.
    strict
        Whether a loss is an error: a file or row that cannot be read, or a repair that takes something away (characters
        that are no UTF-8, a date that cannot be understood). By default the rest is read, with a warning. Files that are
        ignored are no loss.

    Returns
    -------
    DataFrame
        One row per article: ``article_id`` (unique), ``title``, ``text``, ``published`` (UTC, may be missing),
        ``source`` and ``url`` (may be missing), then further columns. The table carries the account of its reading:
        :func:`geomap.reading_report` tells what became of each file, and ``attrs["problems"]`` lists every row and file
        that was not read as it is, as dicts of ``file``, ``row`` (counted from 1; the line in JSON lines; None for a
        whole file), ``reason`` and ``action`` (``skipped``, ``repaired``, ``guessed``, ``decided``, ``ignored``), with
        ``loss`` where a repair took something away.

    Raises
    ------
    ArticlesNotFound
        If a path does not exist, or a folder contains no article files.
    ArticlesUnreadable
        If no row of any file is an article.
    ArticlesLost
        With `strict`, if anything was lost.
    UnsupportedFormat
        If a path is a file of another format.
    ColumnMissing
        If a file lacks a column named in `columns`, or the only file has no column of text.
    InvalidTable
        If `entities` or `dayfirst` is none of its choices.
    MissingDependency
        If there is HTML and trafilatura is not installed, the only file needs another library that is not, or
        `fix_encoding` is asked for and ftfy is not. In a folder such a file is skipped, and the problem says what to
        install.

    Warns
    -----
    ArticlesSkipped
        Once, if rows or files were skipped or repaired.
    EncodingGuessed
        Once, if files are not UTF-8.
    ArticlesDoubtful
        Once, if dates such as 03/04/2017 were read in an order that nothing proves; `dayfirst` settles it.

    Notes
    -----
    Repairs are made before the text is stored, so that offsets into the column ``text`` are exact. Line ends (also CRLF)
    and spaces (also those that do not break) stay. Beside entities and tags, these are removed or replaced, and told: NUL
    characters, lone surrogates, soft hyphens and zero-width characters inside words, and the mark of an API that cut the
    text (``[+1234 chars]``). Where a row has no text but an abstract or a description, that is its text, which is told
    too. In a ``.txt`` the first line is the title, and the text is the whole file with it. An ``articles.csv`` beside
    texts, documents and pages, with the file's name in a column ``file``, gives their ``published``, ``source``,
    ``url`` and further columns, in an archive too.

    Without a column of ids, an ``article_id`` is the path in the folder without extension, followed by ``:`` and the row
    if the file contains several articles. Duplicates get the suffix ``-2``, ``-3`` ...

    Dates may be ISO 8601, RFC 2822, words of some twenty languages, digits, or seconds or milliseconds since 1970. A time
    without a zone is taken as UTC.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     file = Path(folder, "news.csv")
    ...     _ = file.write_text("Headline;Body;Day\nFloods;Rain fell on Mosul.;31 March 2017", "utf-8")
    ...     articles = read_articles(file, columns={"published": "Day"})
    >>> articles[["article_id", "title", "text"]].values.tolist()
    [['news:1', 'Floods', 'Rain fell on Mosul.']]
    >>> str(articles["published"][0])
    '2017-03-31 00:00:00+00:00'
    """
    dayfirst = check_dayfirst(dayfirst)
    one_of("entities", entities, get_args(Entities))
    if fix_encoding:
        load_ftfy()
    repairs = Repairs(entities, fix_encoding)
    options = Options(check_columns(columns), known_encoding(encoding), dayfirst, repairs)
    problems = ProblemLog()
    sources = find_sources(path, problems, recursive=recursive)
    if any(source.kind == "html" for source in sources):
        load_trafilatura()
    metadata = read_metadata(sources, options, problems)
    tables, origins = read_all(sources, options, metadata, problems, alone=len(sources) == 1)
    articles = assemble(tables, origins, problems, options) if origins else pd.DataFrame()
    problems.finish()
    if articles.empty:
        raise ArticlesUnreadable(no_article(sources, problems))
    if strict:
        refuse_losses(problems)
    attach(articles, problems)
    warn(problems, stacklevel=2)
    return articles


def known_encoding(encoding: str | None) -> str | None:
    """Return the encoding that the caller named; raise ArticlesUnreadable if there is none of that name."""
    if encoding is not None:
        try:
            codecs.lookup(encoding)
        except LookupError as error:
            raise ArticlesUnreadable(
                f"unknown encoding {encoding!r}; common ones are utf-8, utf-16 and cp1252"
            ) from error
    return encoding


def read_all(
    sources: list[Source], options: Options, metadata: Metadata, problems: ProblemLog, *, alone: bool
) -> tuple[list[list[Record] | pd.DataFrame], list[Origin]]:
    """Return the rows of files and where each comes from; where a file is ``alone``, its error is raised."""
    tables: list[list[Record] | pd.DataFrame] = []
    origins: list[Origin] = []
    in_archives = MembersMetadata()
    for source in expanded(sources, problems):
        if metadata.is_one(source) or in_archives.keep(source, options):
            continue
        rows = read_one(source, options, problems, alone=alone and source is sources[0])
        origins += [Origin(source.label, number, source.stem, rows.shown) for number in rows.numbers]
        known = metadata.of(source)
        if isinstance(rows.table, pd.DataFrame):
            tables.append(rows.table)
            continue
        records = [{**record, **known} for record in rows.table] if known else rows.table
        in_archives.note(source, records)
        # Thousands of small files make one table, not thousands.
        if tables and isinstance(tables[-1], list):
            tables[-1].extend(records)
        else:
            tables.append(records)
    for source in in_archives.apply(problems):
        read_one(source, options, problems, alone=False)  # for the reason why it is none of articles
    return tables, origins


def read_one(source: Source, options: Options, problems: ProblemLog, *, alone: bool) -> Rows:
    """Read one file; if it cannot be read, that is a problem of this file alone."""
    before = len(problems)
    rows = Rows()
    try:
        rows = reader_of(source.kind)(source, options, problems)
    except NoTextColumn as error:
        if alone:
            raise
        problems.add(source.label, str(error).removeprefix(f"{source.label} "))
    except MissingDependency as error:
        if alone:
            raise
        # "reading a.docx needs python-docx: pip install ...", without the name that the problem has already.
        problems.add(source.label, str(error).removeprefix(f"reading {source.label} "))
    except (ArticlesUnreadable, OSError) as error:
        problems.add(source.label, _reason(error))
    skipped = [p["row"] for p in problems[before:] if p["file"] == source.label and p["action"] == "skipped"]
    if not rows.numbers and not skipped:
        problems.add(source.label, "no rows")
    facts = problems.about(source.label)
    facts.format = source.kind
    facts.rows = len(rows.numbers) + len({row for row in skipped if row is not None} - {*rows.numbers})
    return rows


def _reason(error: Exception) -> str:
    if isinstance(error, OSError) and error.strerror:
        # Without the number and the path, which its line names already.
        return f"cannot be read: {error.strerror}"
    return str(error)


def no_article(sources: list[Source], problems: ProblemLog) -> str:
    """Return the message that nothing was read, with the reasons."""
    lines = problems.lines("skipped")
    return f"no article could be read from {len(sources)} file{'s' if len(sources) > 1 else ''}:\n{first_lines(lines)}"
