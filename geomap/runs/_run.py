"""A run: the articles of a corpus in parts, each geoparsed once, in any number of processes and jobs."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Any

import pandas as pd

from geomap._checks import at_least, file_path, wrong_kind
from geomap._optional import optional
from geomap._processes import Job, Processes
from geomap._progress import Progress, no_progress
from geomap.articles import ArticleStream
from geomap.errors import GeocodingMisused, GeomapError, InvalidTable, PartsFailed, WorkerFailed
from geomap.pipeline import Geoparser, named
from geomap.resolution._homes import ARTICLES_LOOKED_AT, homes_of, merged, sampled
from geomap.resolution._source_home import find_home
from geomap.runs._folder import WHOLE, RunFolder, Share
from geomap.runs._unit import Unit, made_with
from geomap.tables import validate_articles

ARTICLES_PER_PART = 200
TRIES = 3
Corpus = str | os.PathLike[str] | ArticleStream | pd.DataFrame | Iterable[pd.DataFrame]


@dataclass
class Summary:
    """What a run did.

    Parameters
    ----------
    folder
        The folder of mentions.
    parts, articles, mentions
        Of this run: how many parts it has, with those that were there, and what is in them.
    made
        How many of the parts it made itself.
    failed
        Reasons of the parts that were set aside, by number.
    changed
        What differs from the run before, in words; empty if nothing does.
    """

    folder: Path
    parts: int = 0
    articles: int = 0
    mentions: int = 0
    made: int = 0
    failed: dict[int, str] | None = None
    changed: str = ""

    def check(self) -> None:
        """Raise PartsFailed if parts were set aside."""
        if self.failed:
            number, reason = next(iter(self.failed.items()))
            raise PartsFailed(
                f"{len(self.failed):,} of {self.parts:,} parts failed {TRIES} times and were set aside, the others are in "
                f"{self.folder}; run it again to try them again. Part {number}: {reason}"
            )


def geoparse_corpus(
    articles: Corpus,
    folder: str | os.PathLike[str],
    *,
    parser: Geoparser | None = None,
    workers: int = 1,
    share: tuple[int, int] = WHOLE,
    articles_per_part: int = ARTICLES_PER_PART,
    progress: Progress | None = None,
) -> Summary:
    """Geoparse a corpus of any size into a folder of Parquet files, and go on there where the last run stopped.

    Parameters
    ----------
    articles
        The path of a file or folder; or an :class:`~geomap.articles.ArticleStream`, which has options; or the articles
        table, or a list of such tables, with ids that are unique among all. Where homes are to be learned, the articles
        are read more than once.
    folder
        The output: ``part-00000.parquet`` and so on (GeoParquet), and ``_manifest.json``.
    parser
        The parser. If it has no homes, they are learned in a first pass and kept in the folder.
    workers
        How many processes share the work.
    share
        Which share of the parts to do, ``(3, 100)`` for the third of a hundred jobs; needs a parser with homes.
    articles_per_part
        How many articles a part has.
    progress
        Called with ``"homes"`` or ``"mentions"``, how many articles are done, and how many are known of.

    Returns
    -------
    Summary
        What was done; its ``check`` raises PartsFailed if something failed.

    Raises
    ------
    UnsafeOutput
        If the folder is none of mentions, of another layout, or cannot be written to: what is done stays.
    FolderBusy
        If another run writes to it.
    InvalidTable
        If there is a share and no homes, a home is not in the gazetteer, or an option is out of range.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> import geomap
    >>> articles = geomap.datasets.sample_articles()
    >>> with TemporaryDirectory() as folder:
    ...     parser = geomap.Geoparser(recognizer="gazetteer")
    ...     summary = geoparse_corpus([articles], folder, parser=parser, articles_per_part=2)
    ...     mentions = geomap.export.read_mentions(folder)
    >>> summary.parts, summary.made, len(mentions) == summary.mentions
    (2, 2, True)
    """
    at_least("workers", workers, 1)
    at_least("articles_per_part", articles_per_part, 1)
    optional("pyarrow", needed_by="a folder of mentions", extra="parquet")
    own, parser = _share(share), parser or Geoparser()
    tables = _tables(articles, once=parser.homes is not None)
    if own != WHOLE and parser.homes is None:
        raise InvalidTable(
            f"share {own} needs homes, or each job would learn its own: geomap.homes(articles), and Geoparser(homes=...)"
        )
    if parser.fallback is not None and workers > 1:
        raise GeocodingMisused("a geocoding service is asked by one process: leave workers at 1 with a fallback")
    for home in {str(each): each for each in (parser.homes or {}).values()}.values():
        find_home(home, parser.gazetteer)  # a wrong one is told now, not by each part
    run = RunFolder(file_path("folder", folder))
    before = run.open()
    with run.locked(own):
        run.write_manifest(lambda last: {**_said(last), "complete": False})
        total = 0
        if parser.homes is None:
            parser, total = _with_homes(parser, tables, run, workers, progress or no_progress)
        settings = made_with(parser) | {"articles_per_part": articles_per_part}
        unit = Unit(parser, run.path, settings)

        def report(stage: str, done: int, known: int) -> None:
            (progress or no_progress)(stage, done, max(known, total))

        summary = _do(unit, tables, own, run, workers, articles_per_part, report)
        summary.changed = _changes(before.get("made_with", {}), settings)

        def said(last: Mapping[str, Any]) -> Mapping[str, Any]:
            shares = _shares(last, own, settings, finished=not summary.failed)
            return {"complete": len(shares) == own.of, "shares": shares, "made_with": settings}

        run.write_manifest(said)
    return summary


def _tables(articles: Any, *, once: bool = False) -> Iterable[pd.DataFrame]:
    """Return what yields tables of articles, again and again unless they are needed once."""
    if isinstance(articles, str | os.PathLike):
        return ArticleStream(articles)
    if isinstance(articles, pd.DataFrame):
        return [validate_articles(articles)]
    if isinstance(articles, ArticleStream):
        return articles
    if not isinstance(articles, Iterable):
        raise wrong_kind("articles", articles, "a path, an ArticleStream, an articles table or a list of them")
    if isinstance(articles, Iterator):
        if not once:
            raise InvalidTable("articles are read more than once to learn homes: give a list, or a parser with homes")
        return map(validate_articles, articles)
    return [validate_articles(table) for table in articles]


def _share(share: Any) -> Share:
    try:
        number, of = (int(each) for each in share)
    except (TypeError, ValueError):
        raise wrong_kind("share", share, "two numbers, such as (3, 100)") from None
    if not 1 <= number <= of:
        raise InvalidTable(f"share must be one of 1/{of} to {of}/{of}; got {number}/{of}")
    return Share(number, of)


def _said(manifest: Mapping[str, Any]) -> dict[str, Any]:
    return {name: manifest[name] for name in ("shares", "made_with") if name in manifest}


def _shares(before: Any, own: Share, settings: dict[str, Any], *, finished: bool) -> list[str]:
    """Return which shares of this division are finished with these settings."""
    kept = before.get("shares", []) if before.get("made_with") == settings else []
    others = [each for each in kept if each.endswith(f"/{own.of}") and each != str(own)]
    return sorted([*others, *([str(own)] if finished else [])])


def _changes(before: dict[str, Any], now: dict[str, Any]) -> str:
    changed = [name for name in now if before and before.get(name) != now[name]]
    return ", ".join(f"{name} ({before.get(name)} -> {now[name]})" for name in changed)


def _do(
    unit: Unit,
    tables: Iterable[pd.DataFrame],
    share: Share,
    run: RunFolder,
    workers: int,
    articles_per_part: int,
    progress: Progress,
) -> Summary:
    summary = Summary(run.path, failed={})
    ids: dict[int, list[str]] = {}
    seen = numbers = 0

    def jobs() -> Iterator[Job]:
        nonlocal seen, numbers
        for number, part in enumerate(parts_of(tables, articles_per_part)):
            numbers = number + 1
            if share.has(number):
                seen += len(part)
                ids[number] = part["article_id"].tolist()
                yield Job(number, "do", (number, part))

    assert summary.failed is not None
    with Processes(unit, workers) as processes:
        for answer in processes.answers(jobs(), tries=TRIES, final=_ends_the_run):
            article_ids = ids.pop(answer.key)
            summary.parts += 1
            if answer.error is not None and _ends_the_run(answer.error):
                raise answer.error
            if answer.error is not None:
                summary.failed[answer.key] = str(answer.error)
                run.set_aside(answer.key, str(answer.error), TRIES, article_ids)
            else:
                run.succeeded(answer.key)
                summary.articles += answer.value.articles
                summary.mentions += answer.value.mentions
                summary.made += not answer.value.was_there
            progress("mentions", summary.articles, seen)
    run.drop_from(numbers, share)
    return summary


def _ends_the_run(error: Exception) -> bool:
    """Return whether every other part would fail as well: the disk is full, a model or a gazetteer is missing."""
    return isinstance(error, GeomapError) and not isinstance(error, WorkerFailed)


def parts_of(tables: Iterable[pd.DataFrame], size: int) -> Iterator[pd.DataFrame]:
    """Yield the articles of tables in parts of equal size, across their borders."""
    waiting: list[pd.DataFrame] = []
    held = 0
    for table in tables:
        begin = 0
        while held + len(table) - begin >= size:
            end = begin + size - held
            yield _joined([*waiting, table.iloc[begin:end]])
            waiting, held, begin = [], 0, end
        if begin < len(table):
            waiting.append(table.iloc[begin:])
            held += len(table) - begin
    if waiting:
        yield _joined(waiting)


def _joined(tables: list[pd.DataFrame]) -> pd.DataFrame:
    table = pd.concat(tables, ignore_index=True) if len(tables) > 1 else tables[0].reset_index(drop=True)
    table.attrs = {}
    return table


def _with_homes(
    parser: Geoparser, tables: Iterable[pd.DataFrame], run: RunFolder, workers: int, progress: Progress
) -> tuple[Geoparser, int]:
    """Return the parser with the homes of the corpus, learned now or when the run began, and how many articles there are."""
    chosen, total = _chosen(tables)
    key = blake2b(f"{made_with(parser)}\n{sorted(chosen)}".encode("utf-8", "surrogatepass")).hexdigest()
    homes = run.homes(key)
    if homes is None:
        run.keep_homes(key, _homes(tables, chosen, parser, workers, progress))
        homes = run.homes(key)
    return parser.with_homes(homes or {}), total


def corpus_homes(
    articles: Corpus,
    *,
    parser: Geoparser | None = None,
    workers: int = 1,
    progress: Progress | None = None,
) -> pd.DataFrame:
    """Learn where the publishers of a corpus of any size are at home.

    Parameters
    ----------
    articles, parser, workers, progress
        As for :func:`geoparse_corpus`; the articles are read twice.

    Returns
    -------
    DataFrame
        As :func:`geomap.homes` returns it.
    """
    at_least("workers", workers, 1)
    tables = _tables(articles)
    return _homes(tables, _chosen(tables)[0], parser or Geoparser(), workers, progress or no_progress)


def _homes(
    tables: Iterable[pd.DataFrame],
    chosen: set[tuple[str, str]],
    parser: Geoparser,
    workers: int,
    progress: Progress,
) -> pd.DataFrame:
    evidence = merged([])
    with Processes(_Reader(parser), workers) as processes:
        for answer in processes.answers(_evidence_jobs(tables, chosen)):
            if answer.error is not None:
                raise answer.error
            evidence = merged([evidence, answer.value])
            progress("homes", len(evidence[["source", "article"]].drop_duplicates()), len(chosen))
    return homes_of(evidence, parser.gazetteer)


@dataclass(frozen=True)
class _Reader:
    """What processes hold that read articles for their publishers' homes."""

    parser: Geoparser

    def home_evidence(self, articles: pd.DataFrame) -> pd.DataFrame:
        return named(self.parser.home_evidence, articles)


def _chosen(tables: Iterable[pd.DataFrame]) -> tuple[set[tuple[str, str]], int]:
    """Return publisher and digest of the articles that say where publishers are at home, and how many articles there are."""
    total = 0
    kept = pd.DataFrame({"source": [], "article": []}, dtype="str")
    for table in tables:
        total += len(table)
        kept = pd.concat([kept, sampled(table)[["source", "article"]]]).drop_duplicates()
        ranks = kept.groupby("source", sort=False)["article"].rank(method="first")
        kept = kept[ranks <= ARTICLES_LOOKED_AT]
    return set(zip(kept["source"], kept["article"], strict=True)), total


def _evidence_jobs(tables: Iterable[pd.DataFrame], chosen: set[tuple[str, str]]) -> Iterator[Job]:
    waiting = set(chosen)

    def wanted() -> Iterator[pd.DataFrame]:
        for table in tables:
            if not waiting:
                return
            some = sampled(table)
            keys = list(zip(some["source"], some["article"], strict=True))
            yield some[[key in waiting for key in keys]].drop(columns="article")
            waiting.difference_update(keys)

    for number, part in enumerate(parts_of(wanted(), ARTICLES_PER_PART)):
        yield Job(number, "home_evidence", (part,))
