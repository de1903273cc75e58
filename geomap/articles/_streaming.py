"""Articles of any number, some at a time: files one after the other, and large files block by block."""

from __future__ import annotations

import gzip
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from hashlib import blake2b
from typing import IO, Any, NamedTuple, get_args

import pandas as pd

from geomap._checks import one_of
from geomap._csv import unique_names
from geomap._decoding import GZIP
from geomap._optional import optional
from geomap.articles._account import refuse_losses
from geomap.articles._columns import check_columns, match_columns, require
from geomap.articles._dates import check_dayfirst
from geomap.articles._files import find_sources
from geomap.articles._problems import ProblemLog
from geomap.articles._reading import (
    Metadata,
    Origin,
    PathLike,
    assemble,
    known_encoding,
    no_article,
    read_all,
    read_metadata,
    read_one,
)
from geomap.articles._repairs import Entities, Repairs, load_ftfy
from geomap.articles._sources import PARSER_ERRORS, Options, Rows, Source
from geomap.articles.readers._web import load_trafilatura
from geomap.errors import ArticlesUnreadable
from geomap.tables import as_dtype

BLOCK_BYTES = 16 << 20

ROWS_AT_ONCE = 2000
_IN_BLOCKS = frozenset({"jsonl", "csv", "parquet"})


@dataclass
class ArticleStream:
    """The articles of files and folders, some at a time, in the order in which :func:`geomap.read_articles` reads them.

    Small files are read together, a large file of lines or rows (``.jsonl``, ``.csv``, ``.parquet``; gzipped too) block by
    block, so that memory does not grow with the number of articles. Other formats, and archives, are read file by file.
    Each block decides by itself on the order of day and month and on its encoding, where they are not given.

    Parameters
    ----------
    path, columns, encoding, dayfirst, entities, fix_encoding, recursive, strict
        As for :func:`geomap.read_articles`.
    block_bytes
        How much is read at a time: by default thousands of articles, among which dates and encodings are decided.

    Attributes
    ----------
    problems : ProblemLog
        The account of the last time that the articles were read.
    """

    path: PathLike | IO[Any] | Iterable[PathLike]
    columns: dict[str, str] | None = None
    encoding: str | None = None
    dayfirst: bool | None = None
    entities: Entities = "decode"
    fix_encoding: bool = False
    recursive: bool = True
    strict: bool = False
    block_bytes: int = BLOCK_BYTES
    problems: ProblemLog = field(default_factory=ProblemLog)
    _found: _Found | None = field(default=None, repr=False)

    def parts(self) -> list[ArticleStream]:
        """Return streams that have the same articles together, in the same order, each for a process or machine of its own.

        Files are found now and read later; a file is never cut. Ids are unique within each part: those made of the
        files' names are so among all, those of a column if they are in the files.

        Raises
        ------
        GeomapError
            As ``__iter__`` does, where there are no files.
        """
        found = self._find(ProblemLog())
        described = [source for source in found.sources if found.metadata.is_one(source)]
        groups = _groups((source for source in found.sources if source not in described), self.block_bytes)
        return [
            replace(self, problems=ProblemLog(), _found=_Found(group, found.metadata.about(group), alone=found.alone))
            for group in groups
        ]

    def _find(self, problems: ProblemLog) -> _Found:
        sources = find_sources(self.path, problems, recursive=self.recursive)
        return _Found(sources, read_metadata(sources, self._options(), problems), alone=len(sources) == 1)

    def _options(self) -> Options:
        repairs = Repairs(self.entities, self.fix_encoding)
        dayfirst = check_dayfirst(self.dayfirst)
        return Options(check_columns(self.columns), known_encoding(self.encoding), dayfirst, repairs)

    def __iter__(self) -> Iterator[pd.DataFrame]:
        """Yield tables of articles whose ids are unique among all.

        Raises
        ------
        GeomapError
            As :func:`geomap.read_articles` does; with ``strict`` as soon as something is lost.
        """
        one_of("entities", self.entities, get_args(Entities))
        if self.fix_encoding:
            load_ftfy()
        options = self._options()
        self.problems = problems = ProblemLog()
        files = self._found or self._find(problems)
        if any(source.kind == "html" for source in files.sources):
            load_trafilatura()
        used, found = set[bytes](), False
        for table in _tables(files, options, problems, self.block_bytes):
            if self.strict:
                refuse_losses(problems)
            if len(table):
                found = True
                yield _with_unique_ids(table, used)
        problems.finish()
        if not found and self._found is None:
            raise ArticlesUnreadable(no_article(files.sources, problems))


class _Found(NamedTuple):
    """The files of a stream or of a part of one, what is known about them, and whether the whole stream is one file."""

    sources: list[Source]
    metadata: Metadata
    alone: bool


def _tables(files: _Found, options: Options, problems: ProblemLog, size: int) -> Iterator[pd.DataFrame]:
    _, metadata, alone = files
    for group in _groups(files.sources, size):
        if len(group) == 1 and _in_blocks(group[0], size) and not metadata.is_one(group[0]):
            yield from _table_by_table(group[0], options, problems, size, alone=alone)
            continue
        tables, origins = read_all(group, options, metadata, problems, alone=alone)
        if origins:
            yield assemble(tables, origins, problems, options)


def _groups(sources: Iterable[Source], block_bytes: int) -> Iterator[list[Source]]:
    """Yield files that are read together: as many as a block holds, a large one by itself."""
    group, size = list[Source](), 0
    for source in sources:
        own = _size(source)
        if group and size + own > block_bytes:
            yield group
            group, size = [], 0
        group.append(source)
        size += own
    if group:
        yield group


def _size(source: Source) -> int:
    try:
        return source.path.stat().st_size if source.data is None else len(source.data)
    except OSError:
        return 0  # its reader meets the error and reports it


def _in_blocks(source: Source, size: int) -> bool:
    if source.kind not in _IN_BLOCKS or source.data is not None or _size(source) <= size:
        return False
    if source.kind == "parquet":
        return True
    with _opened(source) as file:
        head = file.read(1 << 16)
    # A list in one document, or characters of several bytes, cannot be cut at the ends of lines.
    return b"\0" not in head[:4096] and not (source.kind == "jsonl" and head.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"[")


def _table_by_table(
    source: Source, options: Options, problems: ProblemLog, size: int, *, alone: bool
) -> Iterator[pd.DataFrame]:
    before = 0
    pieces = _of_parquet(source, options) if source.kind == "parquet" else _of_text(source, size)
    try:
        for piece in pieces:
            log = ProblemLog()
            if isinstance(piece, Rows):
                rows, lines = piece, len(piece.numbers)
            else:
                rows = read_one(piece, options, log, alone=alone)
                lines = _rows_in(piece, rows, log)
            tables = [rows.table]
            origins = [
                Origin(source.label, None if number is None else number + before, source.stem, rows.shown)
                for number in rows.numbers
            ]
            _note(source, log, rows, before, problems)
            before += lines
            if origins:
                counted = problems.about(source.label).articles
                table = assemble(tables, origins, problems, options)
                problems.about(source.label).articles += counted
                yield table
    except (*PARSER_ERRORS, ArticlesUnreadable) as error:
        if alone and not before:
            raise ArticlesUnreadable(f"{source.label}: {error}") from error
        problems.add(source.label, f"cannot be read any further: {error}")


def _rows_in(piece: Source, rows: Rows, log: ProblemLog) -> int:
    """Return how many lines (JSON) or rows (CSV) a block has."""
    if piece.kind == "jsonl":
        return (piece.data or b"").count(b"\n")
    numbers = [number or 0 for number in rows.numbers] + [problem["row"] or 0 for problem in log]
    return max(numbers, default=0)


def _note(source: Source, log: ProblemLog, rows: Rows, before: int, problems: ProblemLog) -> None:
    """Add what was noted of a block to what is known of its file; rows are counted from the file's beginning."""
    facts = problems.about(source.label)
    facts.format = source.kind
    for of_block in log.files.values():
        facts.encoding = of_block.encoding or facts.encoding
    facts.rows += sum(of_block.rows for of_block in log.files.values()) or len(rows.numbers)
    for problem in log:
        problem["file"] = source.label
        if problem["row"] is not None:
            problem["row"] += before
        problems.append(problem)


def _of_parquet(source: Source, options: Options) -> Iterator[Rows]:
    parquet = optional("pyarrow.parquet", needed_by=f"reading {source.label}", extra="parquet", package="pyarrow")
    with parquet.ParquetFile(source.path) as file:
        names = unique_names(file.schema_arrow.names)
        require(names, options.columns, source.label)
        roles = match_columns(names, options.columns)
        for batch in file.iter_batches(batch_size=ROWS_AT_ONCE):
            batch.validate(full=True)
            table = batch.to_pandas()
            table.columns = pd.Index([roles[name] for name in names])
            yield Rows(list(range(1, len(table) + 1)), table)


def _of_text(source: Source, size: int) -> Iterator[Source]:
    """Yield blocks of whole lines or rows of a file, each as a file of its own with the header of a CSV."""
    label = source.label.removesuffix(".gz")
    with _opened(source) as file:
        rest = header = b""
        while block := file.read(size):
            data = rest + block
            end = _last_row(data) if source.kind == "csv" else data.rfind(b"\n") + 1
            if not end:
                rest = data
                continue
            piece, rest = data[:end], data[end:]
            yield replace(source, label=label, data=header + piece)
            if source.kind == "csv" and not header:
                header = _header(piece)
        if rest.strip():
            yield replace(source, label=label, data=header + rest + b"\n")


def _last_row(data: bytes) -> int:
    """Return where the last whole row of a CSV ends; an end of line within quotes ends none."""
    end = data.rfind(b"\n") + 1
    # With an odd number of quotes before it, it lies within some. A file with broken quotes is cut at a line after all.
    for _ in range(10_000):
        if not end or data.count(b'"', 0, end) % 2 == 0:
            return end
        end = data.rfind(b"\n", 0, end - 1) + 1
    return data.rfind(b"\n") + 1


def _header(data: bytes) -> bytes:
    lines = io.BytesIO(data)
    header = b""
    for line in lines:
        header += line
        if header.strip() and header.count(b'"') % 2 == 0:
            return header
    return header


def _opened(source: Source) -> io.BufferedIOBase:
    with source.path.open("rb") as file:
        packed = file.read(len(GZIP)) == GZIP
    return gzip.open(source.path) if packed else source.path.open("rb")


def _with_unique_ids(table: pd.DataFrame, used: set[bytes]) -> pd.DataFrame:
    """Return the articles with a number behind each id that was there before; of ids only digests are kept."""
    ids: list[str] = table["article_id"].tolist()
    for position, article_id in enumerate(ids):
        unique, count = article_id, 1
        while (digest := blake2b(unique.encode(), digest_size=8).digest()) in used:
            count += 1
            unique = f"{article_id}-{count}"
        used.add(digest)
        ids[position] = unique
    return table.assign(article_id=as_dtype(ids, "str"))
