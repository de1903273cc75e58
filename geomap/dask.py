"""geomap on a Dask cluster: articles, mentions and counts as Dask's own tables and values, computed when they are asked for.

The same verbs as in :mod:`geomap`, over the same unit of work: a part of the articles in, their mentions out. Each process
of the cluster loads one model and maps one gazetteer, at its first part, and keeps them. Needs the extra ``dask``.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

import pandas as pd

from geomap._checks import wrong_kind
from geomap._optional import optional
from geomap._progress import no_progress
from geomap.analysis import _counting, _pairs, _reprints, _timelines
from geomap.analysis._reducing import Counting, Passes, as_delayed, lazily, tree
from geomap.articles import ArticleStream, as_articles
from geomap.errors import GeocodingMisused, InvalidTable
from geomap.pipeline import Geoparser, kept_parser, named
from geomap.resolution._homes import EVIDENCE, Homes, homes_of, merged, sampled
from geomap.tables import (
    ARTICLES,
    empty_articles,
    empty_mentions,
    require_columns,
    validate_articles,
    with_dtypes,
    with_further_columns,
)

if TYPE_CHECKING:
    import geopandas as gpd

__all__ = [
    "bursts",
    "comentions",
    "countries",
    "divisions",
    "duplicates",
    "geoparse",
    "homes",
    "places",
    "read_articles",
    "rollup",
    "timeline",
]

_PART_BYTES = 1 << 20  # a few hundred articles: some seconds of work
_WANTED = (
    "a Dask DataFrame with the columns article_id and text, or a Bag of such dicts; of a table: "
    "dask.dataframe.from_pandas(articles, npartitions=8)"
)


def read_articles(
    path: str | os.PathLike[str] | Iterable[str | os.PathLike[str]],
    *,
    columns: dict[str, str] | None = None,
    encoding: str | None = None,
    dayfirst: bool | None = None,
    recursive: bool = True,
    part_bytes: int = _PART_BYTES,
) -> Any:
    """Read files and folders into a Dask DataFrame of articles.

    Parameters
    ----------
    path, columns, encoding, dayfirst, recursive
        As for :func:`geomap.read_articles`. The paths must be those of the workers too: a disk that all machines share.
    part_bytes
        How many bytes of files one partition has. A file is never cut: cut a large one first, or read it with
        ``dask.dataframe.read_parquet`` and the like, which :func:`geoparse` takes as well.

    Returns
    -------
    dask.dataframe.DataFrame
        The columns of :data:`geomap.tables.ARTICLES`, then the further columns of the first files, as text; one that other
        files lack is missing there. Divisions are unknown. Each partition decides by itself on the order of day and month
        and on the encoding. Ids of a column must be unique among the files.

    Raises
    ------
    GeomapError
        As :func:`geomap.read_articles` does, where there are no files or the first ones cannot be read.
    MissingDependency
        If Dask is not installed.

    Examples
    --------
    >>> import tempfile, geomap
    >>> from pathlib import Path
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     for name in ("a", "b"):
    ...         _ = (Path(folder) / f"{name}.txt").write_text(f"Rain fell on Mosul, said {name}.")
    ...     articles = read_articles(folder, part_bytes=1)
    ...     articles.npartitions, len(articles.compute(scheduler="sync"))
    (2, 2)
    """
    frames = _dask("dask.dataframe", "reading articles")
    stream = ArticleStream(
        path, columns=columns, encoding=encoding, dayfirst=dayfirst, recursive=recursive, block_bytes=part_bytes
    )
    parts = stream.parts()
    first = _read(parts[0], None)
    dtypes = {**ARTICLES, **{str(name): "str" for name in first.columns if name not in ARTICLES}}
    return frames.from_map(_read, parts, dtypes=dtypes, meta=with_dtypes(first.iloc[:0], dtypes))


def _read(part: ArticleStream, dtypes: Mapping[str, str] | None) -> pd.DataFrame:
    tables = list(part)
    table = pd.concat(tables, ignore_index=True) if tables else empty_articles()
    return table if dtypes is None else with_dtypes(table.reindex(columns=list(dtypes)), dtypes)


class _Sent(NamedTuple):
    """A parser on its way to a worker, and what tells it apart from others."""

    token: str
    parser: Geoparser

    @classmethod
    def of(cls, parser: Geoparser) -> Any:
        """Return a parser as one value of Dask's, which each worker gets once, whatever the number of tasks."""
        sent = cls(_dask("dask.base", "geomap.dask").tokenize(parser), parser)
        return optional("dask", needed_by="geomap.dask", extra="dask").delayed(_arrived)(sent)

    def loaded(self) -> Geoparser:
        """Return the parser of this process, which loads its model once."""
        return kept_parser(("sent", self.token), lambda: self.parser)


def _arrived(sent: _Sent) -> _Sent:
    return sent


def geoparse(articles: Any, *, homes: Homes | None = None, parser: Geoparser | None = None) -> Any:
    """Find the place names in the articles of a Dask DataFrame or Bag, and decide which place each one means.

    Parameters
    ----------
    articles
        A Dask DataFrame with the columns ``article_id`` and ``text``, or a Bag of dicts with these keys, in parts of some
        hundred articles. Of a Bag only the columns of :data:`geomap.tables.ARTICLES` are carried along.
    homes
        Where publishers are at home: what :func:`homes` returns, its file, or a dict; ``{}`` for nowhere. Needed here or in
        the parser, since each part would else learn its own.
    parser
        A :class:`geomap.Geoparser` with other options than the default ones.

    Returns
    -------
    dask_geopandas.GeoDataFrame
        The mentions table, as :func:`geomap.geoparse` returns it with the same homes: a partition for each of the
        articles. Rows are numbered within each partition, so that divisions are unknown; nothing is computed yet.

    Raises
    ------
    WrongKind, ColumnMissing
        If there are no articles in it.
    InvalidTable
        If there are no homes.
    GeocodingMisused
        If the parser has a fallback: a service is asked by one process.
    MissingDependency
        If Dask or dask-geopandas is not installed.

    Examples
    --------
    >>> import geomap, dask.dataframe
    >>> articles = dask.dataframe.from_pandas(geomap.datasets.sample_articles(), npartitions=2)
    >>> parser = geomap.Geoparser(recognizer="gazetteer")
    >>> mentions = geoparse(articles, homes={}, parser=parser)
    >>> mentions.npartitions, mentions.compute(scheduler="sync")["name"].head(3).tolist()
    (2, ['Mosul', 'Erbil', 'Tigris'])
    """
    _dask("dask_geopandas", "geomap.dask.geoparse", package="dask-geopandas")
    frames = _dask("dask.dataframe", "geomap.dask.geoparse")
    parts, columns = _parts(articles)
    chosen = parser or Geoparser()
    if homes is not None:
        chosen = chosen.with_homes(homes)
    if chosen.homes is None:
        raise InvalidTable(
            "each part would learn its own homes: geoparse(articles, homes=geomap.dask.homes(articles)), or homes={}"
        )
    if chosen.fallback is not None:
        raise GeocodingMisused("a geocoding service is asked by one process: leave out the fallback")
    delayed, sent = _delayed(_geoparsed), _Sent.of(chosen)
    mentions = with_further_columns(empty_mentions(), validate_articles(columns))
    # Each part has categories of its own; those of a table without rows would pass for those of all.
    unknown = _dask("dask.dataframe.utils", "geomap.dask.geoparse").clear_known_categories
    return frames.from_delayed(
        [delayed(part, sent) for part in parts],
        meta=unknown(mentions),
        prefix="geoparse",
        verify_meta=False,
    )


def _geoparsed(articles: Any, sent: _Sent) -> gpd.GeoDataFrame:
    return named(lambda part: sent.loaded()._geoparse(part, no_progress), _table(articles))


def homes(articles: Any, *, parser: Geoparser | None = None) -> pd.DataFrame:
    """Learn where publishers are at home from the articles of a Dask DataFrame or Bag.

    Parameters
    ----------
    articles, parser
        As for :func:`geoparse`.

    Returns
    -------
    DataFrame
        As :func:`geomap.homes` returns it: in memory, since :func:`geoparse` begins with it. The articles are read twice,
        first to choose fifty of each publisher, then to geoparse those.

    Raises
    ------
    WrongKind, ColumnMissing, MissingDependency
        As for :func:`geoparse`.

    Examples
    --------
    >>> import geomap, dask
    >>> table = geomap.datasets.sample_articles().assign(source="Tigris Post")
    >>> articles = dask.dataframe.from_pandas(table, npartitions=2)
    >>> with dask.config.set(scheduler="sync"):
    ...     found = homes(articles, parser=geomap.Geoparser(recognizer="gazetteer"))
    >>> found[["source", "name", "articles"]].values.tolist()
    [['Tigris Post', 'Erbil', 4]]
    """
    parts, _ = _parts(articles)
    parser = parser or Geoparser()
    asked, read = _delayed(_asked), _delayed(_evidence)
    chosen = tree([asked(part) for part in parts], _delayed(merged)).compute()
    sent, of_all = _Sent.of(parser), _delayed(_arrived)(chosen[["source", "article"]])
    evidence = tree([read(part, sent, of_all) for part in parts], _delayed(merged)).compute()
    return homes_of(evidence, parser.gazetteer)


def _asked(articles: Any) -> pd.DataFrame:
    """Return which articles of a part may say where publishers are at home: evidence without places."""
    return with_dtypes(sampled(_table(articles)).assign(place_id=None), EVIDENCE)


def _evidence(articles: Any, sent: _Sent, chosen: pd.DataFrame) -> pd.DataFrame:
    some = sampled(_table(articles))
    wanted = pd.MultiIndex.from_frame(chosen)
    kept = pd.MultiIndex.from_frame(some[["source", "article"]]).isin(wanted)
    return named(sent.loaded().home_evidence, some[kept].drop(columns="article"))


def _parts(articles: Any) -> tuple[list[Any], pd.DataFrame]:
    """Return the partitions of articles, and a table without rows that has their columns."""
    parts = as_delayed(articles)
    if parts is None:
        raise wrong_kind("articles", articles, _WANTED)
    if hasattr(articles, "columns"):
        columns = articles._meta
        require_columns(columns, ("article_id", "text"), what="articles")
        return parts, columns
    return parts, empty_articles()


def _table(articles: Any) -> pd.DataFrame:
    """Return a part of the articles as a table, in whatever form it arrives."""
    if isinstance(articles, pd.DataFrame):
        return as_articles(articles)
    rows = pd.DataFrame(list(articles))
    if not len(rows):
        return empty_articles()
    require_columns(rows, ("article_id", "text"), what="articles")
    return validate_articles(rows[[name for name in ARTICLES if name in rows.columns]])


# --- what is counted ---


def _verb(table: Any, counting: Counting[Any, Any] | Passes[Any, Any, Any, Any], *, what: str = "mentions") -> Any:
    if as_delayed(table) is None:
        raise wrong_kind(what, table, f"a Dask table of {what}")
    return lazily(table, counting)


def places(mentions: Any, **options: Any) -> Any:
    """Count the resolved mentions of each place.

    Parameters
    ----------
    mentions
        A Dask table of mentions: what :func:`geoparse` returned, or ``dask_geopandas.read_parquet("mentions/")``.
    **options
        Those of the verb of the same name in :mod:`geomap.analysis`, except ``distinct=True``: copies are found among all
        articles, so give the table of :func:`duplicates`.

    Returns
    -------
    dask.delayed.Delayed
        Its ``compute()`` returns exactly the table that the verb returns of the whole table of mentions, wherever that is
        cut. Several are computed together by ``dask.compute(places(mentions), countries(mentions))``, so that the
        articles are read once.

    Raises
    ------
    WrongKind, InvalidTable
        If it is no Dask table, or an option is out of range.
    MissingDependency
        If Dask is not installed.

    Notes
    -----
    Each partition is counted by itself, and the counts are joined in a tree, in the order of the partitions. What the
    counts remember of each mention is the article that it is in, 16 bytes for each place and article.

    Examples
    --------
    >>> import dask.dataframe
    >>> from geomap.datasets import sample_mentions
    >>> mentions = dask.dataframe.from_pandas(sample_mentions(), npartitions=3)
    >>> places(mentions).compute(scheduler="sync")[["name", "mentions", "articles"]].head(2)
        name  mentions  articles
    0  Mosul         3         3
    1  Erbil         2         2
    """
    return _verb(mentions, _counting.places_counting(**options))


def countries(mentions: Any, **options: Any) -> Any:
    """Count the resolved mentions of each country; see :func:`places` and :func:`geomap.analysis.countries`."""
    return _verb(mentions, _counting.countries_counting(**options))


def divisions(mentions: Any, **options: Any) -> Any:
    """Count the resolved mentions of each division; see :func:`places` and :func:`geomap.analysis.divisions`."""
    return _verb(mentions, _counting.divisions_counting(**options))


def rollup(mentions: Any, **options: Any) -> Any:
    """Count every level of the hierarchy; see :func:`places` and :func:`geomap.analysis.rollup`."""
    return _verb(mentions, _counting.rollup_counting(**options))


def timeline(mentions: Any, **options: Any) -> Any:
    """Count mentions and articles by period; see :func:`places` and :func:`geomap.analysis.timeline`."""
    return _verb(mentions, _timelines.timeline_counting(**options))


def bursts(mentions: Any, **options: Any) -> Any:
    """Find periods in which more is written than usual; see :func:`places` and :func:`geomap.analysis.bursts`."""
    return _verb(mentions, _timelines.bursts_counting(**options))


def comentions(mentions: Any, *, lines: bool = False, **options: Any) -> Any:
    """Count which places are mentioned together, without drawing lines unless asked.

    See :func:`places` and :func:`geomap.analysis.comentions`. ``min_count`` leaves out pairs when all of them are counted.
    """
    return _verb(mentions, _pairs.comentions_counting(lines=lines, **options))


def duplicates(articles: Any, **options: Any) -> Any:
    """Find articles that are copies of one another, in a Dask table of articles.

    See :func:`places` and :func:`geomap.analysis.duplicates`. The articles are read twice: first for a signature of each,
    some 200 bytes, then for the texts of those that may be copies. Give the table as ``distinct=`` to the counting verbs.
    """
    return _verb(articles, _reprints.duplicates_counting(**options), what="articles")


def _delayed(function: Any) -> Any:
    return _dask("dask", "geomap.dask").delayed(function)


def _dask(module: str, needed_by: str, *, package: str | None = None) -> Any:
    return optional(module, needed_by=needed_by, extra="dask", package=package)
