"""The words that are particular to a place, a country, a source or a period."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from geomap import tables
from geomap.analysis.odds import adjusted, two_sided
from geomap.analysis.options import choose, normal_quantile, positive
from geomap.analysis.periods import ordinals, starts
from geomap.analysis.syndication import originals
from geomap.analysis.tallies import KEYS, Distinct, counted, empty, factorized, grouping, label_dtypes, typed
from geomap.analysis.vocabulary import StopWords, count_words, texts_without

if TYPE_CHECKING:
    import geopandas as gpd

BY = ("place", "division", "country", "source", "period")
_WORDS = {
    "word": "str",
    "count": "int64",
    "count_elsewhere": "int64",
    "articles": "int64",
    "log_odds": "float64",
    "low": "float64",
    "high": "float64",
    "z": "float64",
    "q": "float64",
}


def keywords(
    mentions: gpd.GeoDataFrame,
    articles: pd.DataFrame,
    *,
    by: str = "country",
    most: int = 20,
    groups: int | None = 10,
    drop_names: bool = False,
    drop_boilerplate: bool = True,
    stop_words: StopWords = "english",
    prior: float = 500.0,
    min_articles: int = 2,
    ngrams: tuple[int, int] = (1, 1),
    freq: str = "Y",
    timezone: str = "UTC",
    level: float = 0.95,
    distinct: Distinct = False,
) -> pd.DataFrame:
    """Find the words that are particular to articles on a place, country, source or period.

    Parameters
    ----------
    mentions, articles
        The mentions table and its articles.
    by
        ``"place"``, ``"division"`` or ``"country"``: the articles that mention it against those that do not;
        ``"source"``; or ``"period"``, of the length ``freq``.
    most
        How many words of each group.
    groups
        Only so many groups, those with the most articles; None for all.
    drop_names
        Whether the place names that were found are cut from the texts first.
    drop_boilerplate
        Whether sentences that repeat over a source ("Reporting by the Baghdad desk") are cut from the texts first: those
        that :func:`~geomap.analysis.boilerplate` would mark by its defaults, with or without a mention in them, and
        those of the mentions that are marked already. Also who filed an article, in its dateline ("(Tigris Dispatch)").
    stop_words
        Words that are not counted: ``"english"``, words of your own, or None to count all. A run of words may hold them
        but not begin or end with one.
    prior
        How many words of the whole corpus each group is mixed with; more asks for more evidence from rare words.
    min_articles
        Words in fewer articles are left out.
    ngrams
        The shortest and longest run of words to count as one.
    freq, timezone
        Of periods, as for :func:`~geomap.analysis.timeline`.
    level
        Of the intervals.
    distinct
        As for :func:`~geomap.analysis.places`; with True, copies are looked for in the articles.

    Returns
    -------
    DataFrame
        One row per group and word, groups by falling number of articles, the most particular word first: what names the
        group; ``word``; its ``count`` in the group's articles and ``count_elsewhere`` in all others; in how many
        ``articles`` of the group it stands; ``log_odds`` against the others with its interval ``low`` to ``high``; its
        ``z`` score; and ``q``, the p-value adjusted for all words of the group. Only words above 0. A group of all
        articles has nothing to be held against and no rows.

    Raises
    ------
    ColumnMissing, InvalidTable
        If a column or an option is not one that can be used.
    MissingDependency
        If scikit-learn is not installed.

    Notes
    -----
    Log-odds with an informative Dirichlet prior, Monroe, Colaresi and Quinn (2008), "Fightin' words", Political Analysis
    16, equations 16 and 22; the prior is the corpus itself, without the stop words. Words are counted in title and text
    by scikit-learn's ``CountVectorizer``, HTML's entities (``&amp;``) decoded. ``"english"`` is scikit-learn's list with
    the contractions that it lacks ("didn't", "they're") and without words that are subjects of news ("fire", "bill",
    "mill"); on both gaps see Nothman, Qin and Yurchak (2018), "Stop word lists in free open-source software packages".

    Examples
    --------
    >>> import geomap.tables
    >>> nothing = geomap.tables.empty_mentions(), geomap.tables.empty_articles()
    >>> keywords(*nothing, by="source").columns[:3].to_list()
    ['source', 'word', 'count']
    """
    choose("by", by, BY)
    for name, value in (("most", most), ("prior", prior), ("min_articles", min_articles), ("groups", groups or 1)):
        positive(name, value)
    reach = normal_quantile(level)
    articles = _kept(tables.validate_articles(articles), distinct)
    members, named = _members(mentions, articles, by, freq, timezone)
    columns = {**_named_dtypes(by, timezone), **_WORDS}
    texts = texts_without(articles, mentions, drop_names=drop_names, drop_boilerplate=drop_boilerplate)
    counts, words = count_words(texts, min_articles=min_articles, ngrams=ngrams, stop_words=stop_words)
    if not len(words) or not len(named):
        return empty(columns)
    largest = np.argsort(-np.bincount(members[:, 0], minlength=len(named)), kind="stable")[:groups]
    parts = []
    for group in largest:
        rows = members[members[:, 0] == group, 1]
        scored = _particular(counts, rows, words, prior=prior, reach=reach, most=most)
        label = named.iloc[np.full(len(scored), group)].reset_index(drop=True)
        parts.append(pd.concat([label, scored], axis=1))
    return typed(pd.concat(parts, ignore_index=True), columns)


def _kept(articles: pd.DataFrame, distinct: Distinct) -> pd.DataFrame:
    if distinct is True:
        from geomap.analysis.syndication import duplicates

        distinct = duplicates(articles)
    return articles[originals(articles, distinct)].reset_index(drop=True)


def _named_dtypes(by: str, timezone: str) -> dict[str, str]:
    return {"period": f"datetime64[us, {timezone}]"} if by == "period" else label_dtypes(by)


def _members(
    mentions: pd.DataFrame, articles: pd.DataFrame, by: str, freq: str, timezone: str
) -> tuple[npt.NDArray[np.int64], pd.DataFrame]:
    """Return pairs of a group's number and an article's row, and what names each group."""
    if by == "source":
        codes, names = factorized(articles["source"])
        return _pairs(codes, np.arange(len(articles))), pd.DataFrame({"source": names})
    if by == "period":
        periods = ordinals(articles["published"], freq=freq, timezone=timezone)
        return _pairs(periods.codes, np.arange(len(articles))), pd.DataFrame({"period": starts(periods)})
    resolved, _ = counted(mentions, (*KEYS[by], *label_dtypes(by)))
    found = grouping(resolved, by)
    rows = pd.Series(np.arange(len(articles)), index=articles["article_id"]).reindex(resolved["article_id"])
    known = rows.notna().to_numpy()
    return _pairs(found.codes[known], rows.to_numpy()[known].astype(np.int64)), found.labels


def _pairs(codes: npt.NDArray[np.int64], rows: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    inside = codes >= 0
    return np.unique(np.column_stack([codes[inside], rows[inside]]), axis=0)


def _particular(
    counts: Any, rows: npt.NDArray[np.int64], words: Any, *, prior: float, reach: float, most: int
) -> pd.DataFrame:
    """Return the words that stand out in some rows against all others (Monroe et al. 2008)."""
    total = np.asarray(counts.sum(axis=0)).ravel().astype(float)
    here = np.asarray(counts[rows].sum(axis=0)).ravel().astype(float)
    elsewhere = total - here
    columns = [*_WORDS]
    if len(rows) == counts.shape[0] or not total.sum():
        return pd.DataFrame(columns=columns)
    share = prior * total / total.sum()
    log_odds = _log_odds(here, share) - _log_odds(elsewhere, share)
    error = np.sqrt(1.0 / (here + share) + 1.0 / (elsewhere + share))
    z = log_odds / error
    found = pd.DataFrame(
        {
            "word": words,
            "count": here.astype(np.int64),
            "count_elsewhere": elsewhere.astype(np.int64),
            "articles": np.bincount(counts[rows].indices, minlength=len(words)),
            "log_odds": log_odds,
            "low": log_odds - reach * error,
            "high": log_odds + reach * error,
            "z": z,
            "q": adjusted(two_sided(z)),
        }
    )
    found = found[found["log_odds"] > 0].sort_values(["z", "word"], ascending=[False, True])
    return found.head(most).reset_index(drop=True)


def _log_odds(counts: npt.NDArray[np.float64], prior: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    mixed = counts + prior
    return np.asarray(np.log(mixed) - np.log(np.maximum(mixed.sum() - mixed, 1e-12)), dtype=np.float64)
