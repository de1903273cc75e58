"""Stories that are copies of others, and sentences that repeat over a source."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from geomap import tables
from geomap._checks import positive
from geomap._optional import optional
from geomap.errors import InvalidTable
from geomap.tables import as_times, empty_table, factorized, with_dtypes

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
# From how many articles of a source on a sentence is boilerplate, and what share of them.
_MIN_ARTICLES, _SHARE = 3, 0.02

Ints = npt.NDArray[np.int64]


def duplicates(
    articles: pd.DataFrame, *, threshold: float = 0.6, words: int = 4, permutations: int = 128
) -> pd.DataFrame:
    """Find stories that are copies of one another, word for word or nearly.

    Parameters
    ----------
    articles
        The articles table; ``article_id`` and ``text`` are enough.
    threshold
        From which Jaccard similarity of their runs of words two stories count as one.
    words
        How many words a run has. Stories with fewer words are never copies.
    permutations
        Of the MinHash; more find more of the pairs near the threshold.

    Returns
    -------
    DataFrame
        One row per article that has a copy, groups in article order, the original first: ``article_id``; ``original``,
        the article of its group that was published first (without dates, the first in the table); ``copies``, how many
        articles the group has, the original included; ``similarity`` with the original; ``published``; ``source``.

    Raises
    ------
    ColumnMissing, InvalidTable
        If the table is not one of articles, an id stands twice, or the threshold is no share.
    MissingDependency
        If datasketch is not installed.

    Notes
    -----
    MinHash (Broder 1997) with locality-sensitive hashing proposes pairs (Leskovec, Rajaraman and Ullman 2020, *Mining of
    Massive Datasets*, chapter 3), by ``datasketch``; each pair is then checked by its exact similarity, so that none is
    called a copy by chance. Copies of copies belong to one group.

    Examples
    --------
    >>> story = "Rain fell on the plain of Nineveh all night and the river rose above its banks by dawn"
    >>> table = pd.DataFrame({"article_id": ["a", "b", "c"], "text": [story, "Nothing new.", story + "."]})
    >>> duplicates(table)[["article_id", "original", "similarity"]].values.tolist()
    [['a', 'a', 1.0], ['c', 'a', 1.0]]
    """
    articles = tables.validate_articles(articles)
    if not 0.0 < threshold <= 1.0:
        raise InvalidTable(f"threshold is {threshold}; it is a share, above 0 and up to 1")
    positive("words", words)
    runs = [_runs(text, words) for text in articles["text"]]
    groups = _groups(runs, threshold, permutations)
    if not groups:
        return empty_table(_COPIES)
    published = as_times(articles["published"])
    rows = []
    for group in groups:
        # Without a date a story is no original where another has one.
        order = published.iloc[group].sort_values(kind="stable", na_position="last").index.tolist()
        first = order[0]
        rows += [(row, first, len(group), jaccard(runs[row], runs[first])) for row in order]
    found = pd.DataFrame(rows, columns=["row", "first", "copies", "similarity"])
    for name in ("article_id", "published", "source"):
        found[name] = articles[name].iloc[found["row"]].array
    found["original"] = articles["article_id"].iloc[found["first"]].array
    return with_dtypes(found, _COPIES)


def _runs(text: str, words: int) -> frozenset[tuple[str, ...]]:
    found = _WORDS.findall(text.lower())
    return frozenset(zip(*(found[number:] for number in range(words)), strict=False))


def jaccard(a: frozenset[tuple[str, ...]], b: frozenset[tuple[str, ...]]) -> float:
    """Return the share of what either has that both have; 0 for two that are empty."""
    either = len(a | b)
    return len(a & b) / either if either else 0.0


def _groups(runs: list[frozenset[tuple[str, ...]]], threshold: float, permutations: int) -> list[list[int]]:
    """Return the rows of each group of copies, in rising order."""
    datasketch = optional("datasketch", extra="analysis", needed_by="geomap.analysis.duplicates")
    # Asked for somewhat less than the threshold, so that pairs just above it are proposed too.
    index = datasketch.MinHashLSH(threshold=max(threshold * 0.85, 0.05), num_perm=permutations)
    parent = list(range(len(runs)))
    for row, run in enumerate(runs):
        if not run:
            continue
        sketch = datasketch.MinHash(num_perm=permutations, seed=1)
        sketch.update_batch([" ".join(part).encode() for part in run])
        for other in sorted(index.query(sketch)):
            if _root(parent, other) != _root(parent, row) and jaccard(run, runs[other]) >= threshold:
                low, high = sorted((_root(parent, other), _root(parent, row)))
                parent[high] = low
        index.insert(row, sketch)
    members: dict[int, list[int]] = {}
    for row in range(len(runs)):
        members.setdefault(_root(parent, row), []).append(row)
    return [group for group in members.values() if len(group) > 1]


def _root(parent: list[int], row: int) -> int:
    while parent[row] != row:
        parent[row] = parent[parent[row]]
        row = parent[row]
    return row


def originals(mentions: pd.DataFrame, distinct: bool | pd.DataFrame) -> npt.NDArray[np.bool_]:
    """Tell which mentions stand in no copy of an earlier story.

    Parameters
    ----------
    mentions
        A mentions table.
    distinct
        False: all do. A table that :func:`duplicates` returned. True: copies are looked for among the mentions, where
        all that is known of a story is the sentences that name a place.

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
        raise InvalidTable(f"distinct is {distinct!r}; it can be True, False, or the table that duplicates() returned")
    tables.require_columns(distinct, ("article_id", "original"), what="duplicates")
    copies = distinct["article_id"][distinct["article_id"] != distinct["original"]]
    return ~mentions["article_id"].isin(copies).to_numpy(dtype=bool)


def _as_articles(mentions: pd.DataFrame) -> pd.DataFrame:
    columns = ("article_id", "sentence", "published")
    tables.require_columns(mentions, columns, what="mentions")
    sentences = pd.DataFrame(mentions[list(columns)]).drop_duplicates(["article_id", "sentence"])
    sentences["published"] = as_times(sentences["published"])
    groups = sentences.groupby("article_id", sort=False)
    joined = groups["sentence"].agg(lambda values: " ".join(values.dropna().astype(str)))
    return pd.DataFrame({"text": joined, "published": groups["published"].min()}).reset_index()


def boilerplate(
    mentions: gpd.GeoDataFrame, *, min_articles: int = _MIN_ARTICLES, share: float = _SHARE
) -> gpd.GeoDataFrame:
    """Mark mentions in sentences that repeat over a source ("Reporting by the Baghdad desk").

    Parameters
    ----------
    mentions
        A mentions table.
    min_articles
        In how many articles of its source a sentence has to stand.
    share
        And in what share of them.

    Returns
    -------
    GeoDataFrame
        The same rows, with ``boilerplate`` true or false; false where the sentence is missing. Leave them out with
        ``mentions[~mentions["boilerplate"]]``.

    Raises
    ------
    ColumnMissing
        If the mentions lack a column that is needed here.

    Notes
    -----
    Sentences are compared without regard to case, digits and white space, so that a line with a date repeats. Articles
    without a source count as one source. Copies of one story repeat all of its sentences: leave them out first
    (:func:`duplicates`), or ask for more articles than a story has copies.

    Examples
    --------
    >>> import geomap.tables
    >>> boilerplate(geomap.tables.empty_mentions())["boilerplate"].dtype
    BooleanDtype
    """
    needed_columns = ("article_id", "sentence", "source")
    tables.require_columns(mentions, needed_columns, what="mentions")
    positive("min_articles", min_articles)
    article, _ = factorized(mentions["article_id"])
    source, _ = factorized(mentions["source"])
    number, sentences = factorized(mentions["sentence"])
    same = np.append(pd.factorize(folded(pd.Series(sentences)))[0], -1)[number].astype(np.int64)
    marked = repeats(source, same, article, min_articles=min_articles, share=share)
    table = mentions.copy()
    table["boilerplate"] = pd.array(marked, dtype="boolean")
    return table


def folded(sentences: pd.Series[Any]) -> pd.Series[Any]:
    """Return sentences without regard to case, digits and white space, so that a line with a date repeats."""
    text = tables.as_dtype(sentences, "str")
    return text.str.lower().str.replace(r"[\d\s]+", " ", regex=True).str.strip()


def repeats(
    source: Ints, sentence: Ints, article: Ints, *, min_articles: int = _MIN_ARTICLES, share: float = _SHARE
) -> npt.NDArray[np.bool_]:
    """Tell which sentences stand in several articles of their source.

    Parameters
    ----------
    source, sentence, article
        The numbers of each; a source of -1 is one more source, a sentence of -1 never repeats.
    min_articles, share
        As for :func:`boilerplate`.
    """
    pairs = pd.DataFrame({"source": source, "sentence": sentence, "article": article})
    of_source = pairs.drop_duplicates(["source", "article"]).groupby("source").size()
    several = pairs[sentence >= 0].drop_duplicates().groupby(["source", "sentence"]).size().rename("articles")
    found = pairs.join(several, on=["source", "sentence"])["articles"].fillna(0).to_numpy()
    total = of_source.reindex(source).to_numpy()
    marked: npt.NDArray[np.bool_] = (found >= min_articles) & (found >= share * total)
    return marked
