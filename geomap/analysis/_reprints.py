"""Articles that are copies of others, and sentences that repeat across a source."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from geomap import tables
from geomap._checks import at_least, probability
from geomap._optional import optional
from geomap.analysis._reducing import Counting, Passes, reduced
from geomap.errors import InvalidTable
from geomap.tables import Ints, as_times, factorized, with_dtypes

if TYPE_CHECKING:
    import geopandas as gpd

_COPIES = {
    "article_id": "str",
    "original": "str",
    "copies": "int64",
    "similarity": "float64",
    "published": "datetime64[us, UTC]",
    "source": "str",
}
_WORDS = re.compile(r"\w+")
# In how many articles of a source, and in what share of them, a sentence is boilerplate.
_MIN_ARTICLES, _MIN_SHARE = 3, 0.02


def duplicates(
    articles: pd.DataFrame | str | os.PathLike[str] | Any,
    *,
    threshold: float = 0.6,
    words: int = 4,
    permutations: int = 128,
) -> pd.DataFrame:
    """Find articles that are copies or near-copies of one another.

    Parameters
    ----------
    articles
        The articles table; ``article_id`` and ``text`` are enough. Or the path of files, as for
        :func:`geomap.read_articles`, which are read twice and need not fit in memory; or a Dask DataFrame.
    threshold
        Minimum Jaccard similarity of the word n-grams of two copies.
    words
        The length of the n-grams. Articles with fewer words are never copies.
    permutations
        Of the MinHash; more of them miss fewer pairs near the threshold.

    Returns
    -------
    DataFrame
        One row per article that has a copy, groups in article order, the original first: ``article_id``; ``original``,
        the article of its group that was published first (without dates, the first in the table); ``copies``, the number
        of articles in the group, the original included; ``similarity`` with the original; ``published``; ``source``.

    Raises
    ------
    ColumnMissing, InvalidTable
        If the articles lack a column, an id is not unique, or an option is invalid.
    MissingDependency
        If datasketch is not installed.

    Notes
    -----
    MinHash (Broder 1997) with locality-sensitive hashing proposes pairs (Leskovec, Rajaraman and Ullman 2020, *Mining of
    Massive Datasets*, chapter 3), by ``datasketch``; each pair is then checked by its exact similarity, so that there are
    no false copies. Copies of copies belong to one group.

    Examples
    --------
    >>> story = "Rain fell on the plain of Nineveh all night and the river rose above its banks by dawn"
    >>> table = pd.DataFrame({"article_id": ["a", "b", "c"], "text": [story, "Nothing new.", story + "."]})
    >>> duplicates(table)[["article_id", "original", "similarity"]].values.tolist()
    [['a', 'a', 1.0], ['c', 'a', 1.0]]
    """
    counting = duplicates_counting(threshold=threshold, words=words, permutations=permutations)
    return reduced(articles, counting, of_articles=True)


def duplicates_counting(
    *, threshold: float = 0.6, words: int = 4, permutations: int = 128
) -> Passes[Signatures, Proposals, Texts, pd.DataFrame]:
    """Return how :func:`duplicates` compares articles in parts: signatures of all, then texts that may be copies."""
    if not 0.0 < threshold <= 1.0:
        raise InvalidTable(f"threshold must be greater than 0 and at most 1; got {threshold}")
    at_least("words", words, 1)
    signed = partial(_signatures, threshold=threshold, words=words, permutations=permutations)
    return Passes(
        Counting(signed, Signatures.joined, _proposals),
        partial(_comparing, threshold=threshold, words=words),
    )


class Signatures(NamedTuple):
    """Articles, and the bands of the signature of each: two articles that share one may be copies."""

    articles: pd.DataFrame
    row: Ints  # of the articles that have a signature
    bands: npt.NDArray[np.uint64]

    @classmethod
    def joined(cls, parts: Sequence[Signatures]) -> Signatures:
        """Return the signatures of several parts of a table, in the order of the table."""
        begins = np.cumsum([0, *(len(part.articles) for part in parts)])
        return cls(
            pd.concat([part.articles for part in parts], ignore_index=True),
            np.concatenate([part.row + begin for part, begin in zip(parts, begins, strict=False)]),
            np.concatenate([part.bands for part in parts]),
        )


class Proposals(NamedTuple):
    """Articles, and the rows of those that share a band."""

    articles: pd.DataFrame
    buckets: list[Ints]


Texts = dict[str, str]


def _signatures(articles: pd.DataFrame, *, threshold: float, words: int, permutations: int) -> Signatures:
    datasketch = optional("datasketch", extra="analysis", needed_by="geomap.analysis.duplicates")
    articles = tables.validate_articles(articles)
    # Somewhat below the threshold, so that pairs just above it are proposed too.
    index = datasketch.MinHashLSH(threshold=max(threshold * 0.85, 0.05), num_perm=permutations)
    rows, hashes = [], []
    for row, text in enumerate(articles["text"]):
        if own := _ngrams(text, words):
            sketch = datasketch.MinHash(num_perm=permutations, seed=1)
            sketch.update_batch([" ".join(part).encode() for part in own])
            rows.append(row)
            hashes.append(sketch.hashvalues)
    values = np.array(hashes, dtype=np.uint64).reshape(len(rows), permutations)
    bands = np.empty((len(rows), len(index.hashranges)), dtype=np.uint64)
    for number, (begin, end) in enumerate(index.hashranges):
        bands[:, number] = _mixed(values[:, begin:end])
    return Signatures(articles[["article_id", "published", "source"]], np.array(rows, dtype=np.int64), bands)


def _mixed(values: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
    """Return one number for each row, the same for the same rows (FNV-1a); that others share it costs a comparison."""
    found = np.full(len(values), 0xCBF29CE484222325, dtype=np.uint64)
    for column in values.T:
        found = (found ^ column) * np.uint64(0x100000001B3)
    return found


def _proposals(signatures: Signatures) -> Proposals:
    ids = signatures.articles["article_id"]
    if ids.duplicated().any():
        raise InvalidTable(f"duplicate article_id {ids[ids.duplicated()].iloc[0]!r} in the articles table")
    buckets = []
    for band in signatures.bands.T:
        order = np.argsort(band, kind="stable")
        ends = np.flatnonzero(np.diff(band[order])) + 1
        buckets += [signatures.row[rows] for rows in np.split(order, ends) if len(rows) > 1]
    return Proposals(signatures.articles, buckets)


def _comparing(proposals: Proposals, *, threshold: float, words: int) -> Counting[Texts, pd.DataFrame]:
    rows = np.unique(np.concatenate([*proposals.buckets, np.zeros(0, dtype=np.int64)]))
    wanted = pd.Index(proposals.articles["article_id"].iloc[rows])
    return Counting(
        partial(_texts_of, wanted=wanted), _all_texts, partial(_copies, proposals, threshold=threshold, words=words)
    )


def _texts_of(articles: pd.DataFrame, *, wanted: pd.Index[Any]) -> Texts:
    articles = tables.validate_articles(articles)
    some = articles[articles["article_id"].isin(wanted)]
    return dict(zip(some["article_id"], some["text"], strict=True))


def _all_texts(parts: Sequence[Texts]) -> Texts:
    return {article_id: text for part in parts for article_id, text in part.items()}


def _copies(proposals: Proposals, texts: Texts, *, threshold: float, words: int) -> pd.DataFrame:
    articles = proposals.articles
    number = {article_id: row for row, article_id in enumerate(articles["article_id"])}
    ngrams = {number[article_id]: _ngrams(text, words) for article_id, text in texts.items()}
    published = as_times(articles["published"])
    rows: list[tuple[int, int, int, float]] = []
    for group in _groups(proposals.buckets, ngrams, threshold):
        # An article without a date is not the original if another has one.
        order = published.iloc[group].sort_values(kind="stable", na_position="last").index.tolist()
        first = order[0]
        rows += [(row, first, len(group), jaccard(ngrams[row], ngrams[first])) for row in order]
    found = pd.DataFrame(rows, columns=["row", "first", "copies", "similarity"])
    found = found.astype({"row": "int64", "first": "int64"})
    for name in ("article_id", "published", "source"):
        found[name] = articles[name].iloc[found["row"]].array
    found["original"] = articles["article_id"].iloc[found["first"]].array
    return with_dtypes(found, _COPIES)


def _ngrams(text: str, words: int) -> frozenset[tuple[str, ...]]:
    found = _WORDS.findall(text.lower())
    return frozenset(zip(*(found[number:] for number in range(words)), strict=False))


def jaccard(a: frozenset[tuple[str, ...]], b: frozenset[tuple[str, ...]]) -> float:
    """Return the size of the intersection divided by that of the union; 0 for two empty sets."""
    either = len(a | b)
    return len(a & b) / either if either else 0.0


def _groups(
    buckets: Iterable[Ints], ngrams: Mapping[int, frozenset[tuple[str, ...]]], threshold: float
) -> list[list[int]]:
    """Return the rows of each group of copies, in ascending order."""
    parent = {row: row for row in ngrams}
    for bucket in buckets:
        groups: dict[int, list[int]] = {}
        for row in bucket.tolist():
            own = _root(parent, row)
            for other, members in list(groups.items()):
                if other != own and any(jaccard(ngrams[row], ngrams[each]) >= threshold for each in members):
                    low, high = sorted((other, own))
                    parent[high] = own = low
                    groups[low] = groups.pop(low, []) + groups.pop(high, [])
            groups.setdefault(own, []).append(row)
    found: dict[int, list[int]] = {}
    for row in sorted(parent):
        found.setdefault(_root(parent, row), []).append(row)
    return [group for group in found.values() if len(group) > 1]


def _root(parent: dict[int, int], row: int) -> int:
    """Return the first row of the group (union-find, halving the path on the way)."""
    while parent[row] != row:
        parent[row] = parent[parent[row]]
        row = parent[row]
    return row


def originals(mentions: pd.DataFrame, distinct: bool | pd.DataFrame) -> npt.NDArray[np.bool_]:
    """Return which mentions are not in a copy of an earlier story.

    Parameters
    ----------
    mentions
        A mentions table.
    distinct
        False: all of them. A table that :func:`duplicates` returned. True: look for copies among the mentions, where only
        the sentences that name a place are known of a story.

    Raises
    ------
    ColumnMissing, InvalidTable
        If ``distinct`` is something else, or a column is missing.
    """
    if distinct is False:
        return np.ones(len(mentions), dtype=bool)
    if distinct is True:
        distinct = duplicates(_as_articles(mentions))
    if not isinstance(distinct, pd.DataFrame):
        raise InvalidTable(f"distinct must be True, False or the table that duplicates() returned; got {distinct!r}")
    tables.require_columns(distinct, ("article_id", "original"), what="duplicates")
    copies = distinct["article_id"][distinct["article_id"] != distinct["original"]]
    return ~mentions["article_id"].isin(copies).to_numpy(dtype=bool)


def _as_articles(mentions: pd.DataFrame) -> pd.DataFrame:
    tables.require_columns(mentions, ("article_id", "sentence"), what="mentions")
    sentences = pd.DataFrame(mentions).reindex(columns=["article_id", "sentence", "published"])
    sentences = sentences.drop_duplicates(["article_id", "sentence"])
    sentences["published"] = as_times(sentences["published"])
    groups = sentences.groupby("article_id", sort=False)
    joined = groups["sentence"].agg(lambda values: " ".join(values.dropna().astype(str)))
    return pd.DataFrame({"text": joined, "published": groups["published"].min()}).reset_index()


def boilerplate(
    mentions: gpd.GeoDataFrame, *, min_articles: int = _MIN_ARTICLES, min_share: float = _MIN_SHARE
) -> gpd.GeoDataFrame:
    """Mark mentions in sentences that repeat across a source ("Reporting by the Baghdad desk").

    Parameters
    ----------
    mentions
        A mentions table.
    min_articles
        The minimum number of articles of its source that a sentence is in.
    min_share
        The minimum share of them.

    Returns
    -------
    GeoDataFrame
        The same rows, with ``boilerplate`` true or false; false where the sentence is missing. Leave them out with
        ``mentions[~mentions["boilerplate"]]``.

    Raises
    ------
    ColumnMissing
        If the mentions lack ``article_id`` or ``sentence``.

    Notes
    -----
    Sentences are compared ignoring case, digits and white space, so that a line with a date repeats. Articles without a
    source count as one source. Copies of one story repeat all of its sentences: remove them first (:func:`duplicates`),
    or set ``min_articles`` higher than the number of copies.

    Examples
    --------
    >>> from geomap.datasets import sample_mentions
    >>> mentions = sample_mentions()
    >>> mentions.loc[[0, 2, 6], "sentence"] = [f"Reporting by the Erbil desk, {day} March." for day in (7, 8, 9)]
    >>> mentions["source"] = "Courier"
    >>> boilerplate(mentions)["boilerplate"].to_numpy().nonzero()[0].tolist()
    [0, 2, 6]
    """
    tables.require_columns(mentions, ("article_id", "sentence"), what="mentions")
    at_least("min_articles", min_articles, 1)
    probability("min_share", min_share)
    article, _ = factorized(mentions["article_id"])
    source = factorized(mentions["source"])[0] if "source" in mentions.columns else np.full(len(mentions), -1)
    number, sentences = factorized(mentions["sentence"])
    same = np.append(pd.factorize(folded(pd.Series(sentences)))[0], -1)[number].astype(np.int64)
    marked = repeats(source, same, article, min_articles=min_articles, min_share=min_share)
    table = mentions.copy()
    table["boilerplate"] = pd.array(marked, dtype="boolean")
    return table


def folded(sentences: pd.Series[Any]) -> pd.Series[Any]:
    """Return sentences in lower case, with digits and white space as one space, so that a line with a date repeats."""
    text = tables.as_dtype(sentences, "str")
    return text.str.lower().str.replace(r"[\d\s]+", " ", regex=True).str.strip()


def repeats(
    source: Ints, sentence: Ints, article: Ints, *, min_articles: int = _MIN_ARTICLES, min_share: float = _MIN_SHARE
) -> npt.NDArray[np.bool_]:
    """Return which sentences are in several articles of their source.

    Parameters
    ----------
    source, sentence, article
        Codes; a source of -1 is one more source, a sentence of -1 never repeats.
    min_articles, min_share
        As for :func:`boilerplate`.
    """
    pairs = pd.DataFrame({"source": source, "sentence": sentence, "article": article})
    of_source = pairs.drop_duplicates(["source", "article"]).groupby("source").size()
    several = pairs[sentence >= 0].drop_duplicates().groupby(["source", "sentence"]).size().rename("articles")
    found = pairs.join(several, on=["source", "sentence"])["articles"].fillna(0).to_numpy()
    total = of_source.reindex(source).to_numpy()
    marked: npt.NDArray[np.bool_] = (found >= min_articles) & (found >= min_share * total)
    return marked
