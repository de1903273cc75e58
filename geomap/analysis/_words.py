"""The words of articles on a place, and the words around its mentions."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from geomap import tables
from geomap._checks import at_least, of_kind, one_of
from geomap._datelines import byline
from geomap._optional import optional
from geomap._text import sentence_bounds
from geomap.analysis._grouping import Distinct, Selection, counted, grouping, label_dtypes
from geomap.analysis._intervals import ODDS, log_odds, normal_quantile
from geomap.analysis._reprints import duplicates, folded, originals, repeats
from geomap.analysis._timelines import periods_of, starts
from geomap.tables import MENTION_KEY, SPANS, Ints, empty_table, factorized, texts_of, with_dtypes

if TYPE_CHECKING:
    import geopandas as gpd

StopWords = str | Iterable[str] | None
Spans = dict[tuple[str, str], list[tuple[int, int]]]

# An apostrophe or hyphen inside belongs to the word. A single letter is not counted, but still separates two words.
_TOKEN = re.compile(r"\b[^\W\d_](?:[\w'’-]*[^\W\d_])?\b")
# Stop words on scikit-learn's list that are subjects of news.
_NEWS = frozenset(
    ("amount", "bill", "bottom", "cry", "describe", "detail", "fill", "fire", "interest", "mill", "serious", "system")
)
_SHORTENED = ("s", "re", "ve", "ll", "d", "m")  # it's, they're, we've, she'll, I'd, I'm


def texts_without(
    articles: pd.DataFrame, mentions: pd.DataFrame, *, drop_names: bool, drop_boilerplate: bool
) -> list[str]:
    """Return the title and text of each article, without what is not to be counted and with HTML entities decoded.

    Parameters
    ----------
    articles
        The articles table.
    mentions
        The mentions table.
    drop_names
        Whether to cut the mentions.
    drop_boilerplate
        Whether to cut sentences of the text that repeat across a source (by the defaults of
        :func:`~geomap.analysis.boilerplate`), those of mentions that the table marks as boilerplate, and bylines in
        datelines.
    """
    pieces = texts_of(articles, articles["article_id"])
    spans: Spans = {}
    if drop_names:
        tables.require_columns(mentions, MENTION_KEY, what="mentions")
        for article_id, field, start, end in zip(*(mentions[name].tolist() for name in MENTION_KEY), strict=True):
            spans.setdefault((field, article_id), []).append((start, end))
    if drop_boilerplate:
        for article_id, start, end in (*_boilerplate(articles, mentions), *_bylines(articles)):
            spans.setdefault(("text", article_id), []).append((start, end))
    for (field, article_id), found in spans.items():
        if article_id in pieces[field]:
            pieces[field][article_id] = _cut(pieces[field][article_id], sorted(found))
    return [_decoded(f"{pieces['title'][key]}\n{pieces['text'][key]}") for key in articles["article_id"]]


def _cut(text: str, spans: list[tuple[int, int]]) -> str:
    kept, at = [], 0
    for start, end in spans:
        kept.append(text[at : max(start, at)])
        at = max(at, end)
    return " · ".join([*kept, text[at:]])


def _decoded(text: str) -> str:
    """Return a text with ``&amp;`` as ``&``, also where it was encoded twice."""
    return html.unescape(html.unescape(text))


def _boilerplate(articles: pd.DataFrame, mentions: pd.DataFrame) -> list[tuple[str, int, int]]:
    """Return the article and offsets of each sentence of its text that is boilerplate."""
    rows = [
        (number, start, end, text[start:end])
        for number, text in enumerate(articles["text"])
        for start, end in sentence_bounds(text)
    ]
    found = pd.DataFrame(rows, columns=["row", "start", "end", "sentence"])
    if found.empty:
        return []
    # Articles with the same text are one story, which does not repeat itself.
    story, _ = factorized(folded(articles["text"]))
    source, _ = factorized(articles["source"])
    row = found["row"].to_numpy()
    sentence = folded(found["sentence"])
    codes, _ = pd.factorize(sentence.where(sentence.str.contains(r"\w")))
    drop = repeats(source[row], codes.astype(np.int64), story[row])
    if "boilerplate" in mentions.columns and "sentence" in mentions.columns:
        marked = mentions["boilerplate"].fillna(False).to_numpy(dtype=bool)
        drop |= sentence.isin(folded(mentions["sentence"][marked].dropna())).to_numpy()
    found = found.assign(article_id=articles["article_id"].to_numpy()[row])[drop]
    return list(zip(*(found[name].tolist() for name in ("article_id", "start", "end")), strict=True))


def _bylines(articles: pd.DataFrame) -> list[tuple[str, int, int]]:
    """Return the article and offsets of each byline that names its source, or repeats across it."""
    heads = [byline(text) for text in articles["text"]]
    named = pd.Series([None if head is None else head.group(1) for head in heads], dtype=object)
    words, sources = folded(named), folded(articles["source"].reset_index(drop=True))
    known = words.notna().to_numpy()
    source, _ = factorized(articles["source"])
    codes, _ = pd.factorize(words)
    drop = repeats(source[known], codes[known].astype(np.int64), np.flatnonzero(known))
    own = [word in name for word, name in zip(words[known], sources[known].fillna(""), strict=True)]
    ids = articles["article_id"].to_list()
    return [
        (ids[row], head.start(), head.end())
        for row, dropped in zip(np.flatnonzero(known), drop | np.array(own, dtype=bool), strict=True)
        if dropped and (head := heads[row]) is not None
    ]


def count_words(
    texts: list[str], *, min_articles: int, ngrams: tuple[int, int], stop_words: StopWords
) -> tuple[Any, npt.NDArray[np.object_]]:
    """Return how often each word occurs in each text, as a sparse matrix, and the words.

    Parameters
    ----------
    texts
        One per article.
    min_articles
        Words in fewer texts are left out.
    ngrams
        The shortest and longest run of words to count as one.
    stop_words
        As for :func:`~geomap.analysis.keywords`. N-grams that begin or end with one are left out.
    """
    text = optional(
        "sklearn.feature_extraction.text",
        extra="analysis",
        needed_by="geomap.analysis.keywords",
        package="scikit-learn",
    )
    analyze = _analyzer(_stopping(stop_words, text.ENGLISH_STOP_WORDS), ngrams)
    if not any(analyze(piece) for piece in texts):
        return None, np.zeros(0, dtype=object)
    vectorizer = text.CountVectorizer(analyzer=analyze)
    counts = vectorizer.fit_transform(texts)
    often = np.flatnonzero(np.bincount(counts.indices, minlength=counts.shape[1]) >= min_articles)
    return counts[:, often].tocsr(), vectorizer.get_feature_names_out()[often]


def _analyzer(stops: Callable[[str], bool], ngrams: tuple[int, int]) -> Callable[[str], list[str]]:
    known: dict[str, bool] = {}

    def analyze(text: str) -> list[str]:
        words = _TOKEN.findall(text.lower())
        for word in words:
            if word not in known:
                known[word] = len(word) == 1 or stops(word)
        return [
            " ".join(words[at : at + length])
            for length in range(ngrams[0], ngrams[1] + 1)
            for at in range(len(words) - length + 1)
            if not known[words[at]] and not known[words[at + length - 1]]
        ]

    return analyze


def _stopping(stop_words: StopWords, english: frozenset[str]) -> Callable[[str], bool]:
    """Return a function that says whether a word in lower case is a stop word."""
    if stop_words is None:
        return lambda word: False
    if not isinstance(stop_words, str):
        chosen = frozenset(_straight(str(word).lower()) for word in stop_words)
        return lambda word: _straight(word) in chosen
    one_of("stop_words", stop_words, ("english",))
    listed = (english - _NEWS) | {"did", "does", "doing", "having"}

    def stops(word: str) -> bool:
        word = _straight(word)
        head, _, tail = word.rpartition("'")
        return (
            word in listed or word.endswith("n't") or (tail in _SHORTENED and (head in listed or head in ("i", "let")))
        )

    return stops


def _straight(word: str) -> str:
    return word.replace("’", "'")


BY = ("place", "division", "country", "source", "period")
_WORDS = {
    "word": "str",
    "count": "int64",
    "count_elsewhere": "int64",
    "articles": "int64",
    "articles_elsewhere": "int64",
    **ODDS,
}


def keywords(
    mentions: gpd.GeoDataFrame,
    articles: pd.DataFrame,
    *,
    by: str = "country",
    limit: int = 20,
    group_limit: int | None = 10,
    drop_names: bool = False,
    drop_boilerplate: bool = True,
    stop_words: StopWords = "english",
    min_articles: int = 2,
    ngrams: tuple[int, int] = (1, 1),
    freq: str = "Y",
    timezone: str = "UTC",
    level: float = 0.95,
    distinct: Distinct = False,
    embedded: bool = False,
    approximate: bool = False,
) -> pd.DataFrame:
    """Find the words that are characteristic of articles on a place, country, source or period.

    Parameters
    ----------
    mentions, articles
        The mentions table and its articles.
    by
        ``"place"``, ``"division"`` or ``"country"``: the articles that mention it against those that do not;
        ``"source"``; or ``"period"``, of the length ``freq``.
    limit
        The maximum number of words per group.
    group_limit
        The maximum number of groups, those with the most articles; None for all.
    drop_names
        Whether to cut the place names that were found from the texts first.
    drop_boilerplate
        Whether to cut sentences that repeat across a source ("Reporting by the Baghdad desk") from the texts first: those
        that :func:`~geomap.analysis.boilerplate` would mark by its defaults, with or without a mention in them, and
        those of mentions that are already marked. Also bylines in datelines ("(Tigris Dispatch)").
    stop_words
        Words that are not counted: ``"english"``, words of your own, or None to count all. A run of words may contain
        them but not begin or end with one.
    min_articles
        Words in fewer articles are left out.
    ngrams
        The shortest and longest run of words to count as one.
    freq, timezone
        Of periods, as for :func:`~geomap.analysis.timeline`.
    level
        Coverage of the intervals.
    distinct
        As for :func:`~geomap.analysis.places`; with True, copies are looked for in the articles.
    embedded, approximate
        As for :func:`~geomap.analysis.places`: whether such a mention makes its article one on the place.

    Returns
    -------
    DataFrame
        One row per group and word, the group with the most articles and its most characteristic word first: the columns
        that describe the group; ``word``; its ``count`` in the group's articles and ``count_elsewhere`` in all others;
        the number of the group's ``articles`` that contain it, and of the others (``articles_elsewhere``); ``log_odds`` of
        an article to contain it, against the others, with its interval ``low`` to ``high``; ``p``, by which the words are
        sorted; and ``q``, the p-value adjusted for all words of the group. Only words with positive log-odds. A group of
        all articles has nothing to be compared with and no rows.

    Raises
    ------
    ColumnMissing, InvalidTable
        If a column is missing or an option is invalid.
    MissingDependency
        If scikit-learn is not installed.

    Notes
    -----
    Compared are articles, not words, since the words of one article are not independent: the text dispersion keyness of
    Egbert and Biber (2019), "Incorporating text dispersion into keyword analyses", Corpora 14, tested by Fisher's exact
    test, with the interval of :func:`~geomap.analysis.compare`. Words are counted in title and text by scikit-learn's
    ``CountVectorizer``, with HTML entities (``&amp;``) decoded. ``"english"`` is scikit-learn's list
    with the contractions that it lacks ("didn't", "they're") and without words that are subjects of news ("fire", "bill",
    "mill"); on both faults see Nothman, Qin and Yurchak (2018), "Stop word lists in free open-source software packages".

    Examples
    --------
    >>> from geomap.datasets import sample_articles, sample_mentions
    >>> found = keywords(sample_mentions(), sample_articles(), by="source", limit=2, min_articles=1)
    >>> found[["source", "word", "count", "count_elsewhere"]]
        source      word  count  count_elsewhere
    0  Courier    bridge      2                0
    1  Courier  families      2                0
    2  Gazette       aid      2                0
    3  Gazette    convoy      2                0
    """
    one_of("by", by, BY)
    limits = {"limit": limit, "group_limit": 1 if group_limit is None else group_limit, "min_articles": min_articles}
    for name, value in limits.items():
        at_least(name, value, 1)
    normal_quantile(level)
    articles = _kept(tables.validate_articles(articles), distinct)
    members, named = _members(
        mentions, articles, by, freq, timezone, Selection(embedded=embedded, approximate=approximate)
    )
    columns = {**_named_dtypes(by, timezone), **_WORDS}
    texts = texts_without(articles, mentions, drop_names=drop_names, drop_boilerplate=drop_boilerplate)
    counts, words = count_words(texts, min_articles=min_articles, ngrams=ngrams, stop_words=stop_words)
    if not len(words) or not len(named):
        return empty_table(columns)
    largest = np.argsort(-np.bincount(members[:, 0], minlength=len(named)), kind="stable")[:group_limit]
    parts = []
    for group in largest:
        rows = members[members[:, 0] == group, 1]
        scored = _distinctive(counts, rows, words, level=level, limit=limit)
        label = named.iloc[np.full(len(scored), group)].reset_index(drop=True)
        parts.append(pd.concat([label, scored], axis=1))
    return with_dtypes(pd.concat(parts, ignore_index=True), columns)


def _kept(articles: pd.DataFrame, distinct: Distinct) -> pd.DataFrame:
    if distinct is True:
        distinct = duplicates(articles)
    return articles[originals(articles, distinct)].reset_index(drop=True)


def _named_dtypes(by: str, timezone: str) -> dict[str, str]:
    return {"period": f"datetime64[us, {timezone}]"} if by == "period" else label_dtypes(by)


def _members(
    mentions: pd.DataFrame,
    articles: pd.DataFrame,
    by: str,
    freq: str,
    timezone: str,
    which: Selection,
) -> tuple[Ints, pd.DataFrame]:
    """Return pairs of a group and the row of one of its articles, and what describes each group."""
    if by == "source":
        codes, names = factorized(articles["source"])
        return _pairs(codes, np.arange(len(articles))), pd.DataFrame({"source": names})
    if by == "period":
        periods = periods_of(articles["published"], freq=freq, timezone=timezone)
        begins = starts(periods.first, periods.size, freq=freq, timezone=timezone)
        return _pairs(periods.codes, np.arange(len(articles))), pd.DataFrame({"period": begins})
    resolved, _ = counted(mentions, by=by, which=which)
    found = grouping(resolved, by)
    rows = pd.Series(np.arange(len(articles)), index=articles["article_id"]).reindex(resolved["article_id"])
    known = rows.notna().to_numpy()
    return _pairs(found.codes[known], rows.to_numpy()[known].astype(np.int64)), found.labels


def _pairs(codes: Ints, rows: Ints) -> Ints:
    inside = codes >= 0
    return np.unique(np.column_stack([codes[inside], rows[inside]]), axis=0)


def _distinctive(counts: Any, rows: Ints, words: Any, *, level: float, limit: int) -> pd.DataFrame:
    """Return the words that more of some rows have than of all others, by evidence."""
    if len(rows) == counts.shape[0] or not counts.nnz:
        return pd.DataFrame(columns=[*_WORDS])
    here, total = (np.asarray(some.sum(axis=0)).ravel().astype(np.int64) for some in (counts[rows], counts))
    having, of_all = (np.bincount(some.indices, minlength=len(words)) for some in (counts[rows], counts))
    odds = log_odds(having, len(rows), of_all - having, counts.shape[0] - len(rows), level=level)
    found = pd.DataFrame(
        {
            "word": words,
            "count": here,
            "count_elsewhere": total - here,
            "articles": having,
            "articles_elsewhere": of_all - having,
        }
    ).join(odds)
    order = ["p", "log_odds", "count", "word"]
    found = found[found["log_odds"] > 0].sort_values(order, ascending=[True, False, False, True])
    return found.head(limit).reset_index(drop=True)


_LINES = {
    **SPANS,
    "left": "str",
    "toponym": "str",
    "right": "str",
    "place_id": "str",
    "name": "str",
    "published": "datetime64[us, UTC]",
    "source": "str",
}
_OPTIONAL = ("place_id", "name", "sentence", "published", "source")


def concordance(
    mentions: gpd.GeoDataFrame, place: str, *, width: int = 60, articles: pd.DataFrame | None = None
) -> pd.DataFrame:
    """Show every mention of a place in context.

    Parameters
    ----------
    mentions
        A mentions table; unresolved mentions are included.
    place
        A ``place_id``, or a name as the gazetteer has it or as it is written, ignoring case.
    width
        The maximum number of characters on each side.
    articles
        The articles table, to show words beyond the sentence.

    Returns
    -------
    DataFrame
        One row per mention, in the order of the mentions: ``article_id``, ``field``, ``start``, ``end``; ``left``, the
        ``toponym`` as written, ``right``, on one line; ``place_id``, ``name``, ``published``, ``source``. No rows when
        no mention matches.

    Raises
    ------
    ColumnMissing
        If the mentions lack a column of their key, ``toponym``, or, without articles, ``sentence``.
    InvalidTable
        If a mention's article is not in the articles table, or the width is below 1.

    See Also
    --------
    aligned_text : the same as text to read.

    Notes
    -----
    Keyword in context after Luhn (1960). The context is cut to ``width`` characters, also within words.

    Examples
    --------
    >>> from geomap.datasets import sample_mentions
    >>> print(aligned_text(concordance(sample_mentions(), "Mosul", width=39)))
                 Hundreds of families left Mosul on Wednesday.
    s reopened a bridge over the Tigris in Mosul, and trucks from Baghdad crossed it wi
                     An aid convoy reached Mosul from Erbil on Monday.
    """
    at_least("width", width, 1)
    of_kind("place", place, str, "the name or the place_id of a place (str)")
    needed = (*MENTION_KEY, "toponym") if articles is not None else (*MENTION_KEY, "toponym", "sentence")
    tables.require_columns(mentions, needed, what="mentions")
    columns = list(dict.fromkeys((*needed, *_OPTIONAL)))
    table = pd.DataFrame(mentions).reindex(columns=columns).reset_index(drop=True)
    # Which of the times that the sentence contains the name this mention is.
    table["turn"] = table.groupby(["article_id", "field", "sentence", "toponym"], sort=False, dropna=False).cumcount()
    wanted = place.casefold()
    same = table["place_id"] == place
    for name in ("name", "toponym"):
        same |= tables.as_dtype(table[name], "str").str.casefold() == wanted
    table = table[same.to_numpy(dtype=bool, na_value=False)].reset_index(drop=True)
    if table.empty:
        return empty_table(_LINES)
    sides = _from_articles(table, articles, width) if articles is not None else _from_sentences(table, width)
    table["left"], table["right"] = zip(*sides, strict=True)
    return with_dtypes(table, _LINES)


def _from_articles(table: pd.DataFrame, articles: pd.DataFrame, width: int) -> list[tuple[str, str]]:
    texts = texts_of(articles, table["article_id"])
    found = []
    for article_id, field, start, end in zip(*(table[name].tolist() for name in MENTION_KEY), strict=True):
        text = texts[field][article_id]
        # Twice the width, since white space is about to shrink.
        found.append(_clipped(text[max(start - 2 * width, 0) : start], text[end : end + 2 * width], width))
    return found


def _from_sentences(table: pd.DataFrame, width: int) -> list[tuple[str, str]]:
    found = []
    for toponym, sentence, turn in zip(
        *(table[name].tolist() for name in ("toponym", "sentence", "turn")), strict=True
    ):
        if not isinstance(sentence, str):
            found.append(("", ""))
            continue
        name = " ".join(str(toponym).split())
        at = _occurrence(sentence, name, turn)
        found.append(_clipped(sentence[:at], sentence[at + len(name) :], width) if at >= 0 else ("", ""))
    return found


def _occurrence(sentence: str, name: str, turn: int) -> int:
    """Return where a name occurs in a sentence after ``turn`` earlier times; the last time if there are fewer."""
    at = sentence.find(name)
    for _ in range(turn):
        following = sentence.find(name, at + len(name))
        if following < 0:
            break
        at = following
    return at


def _clipped(left: str, right: str, width: int) -> tuple[str, str]:
    # A space next to the name must stay: without one the word goes on ("Mosul" in "Mosulites").
    left = (" " if left[:1].isspace() else "") + " ".join(left.split()) + (" " if left[-1:].isspace() else "")
    right = (" " if right[:1].isspace() else "") + " ".join(right.split())
    return left[-width:].lstrip() if len(left) > width else left.lstrip(), right[:width].rstrip()


def aligned_text(lines: pd.DataFrame) -> str:
    """Format a concordance as text with the place names aligned.

    Parameters
    ----------
    lines
        What :func:`concordance` returned.

    Returns
    -------
    str
        One line per row: left, toponym, right; empty for no rows. Columns are counted in characters, so the names are
        aligned in a fixed-width font unless the text has double-width characters.

    Raises
    ------
    ColumnMissing
        If the table lacks ``left``, ``toponym`` or ``right``.

    Examples
    --------
    >>> print(aligned_text(pd.DataFrame({"left": ["north of ", "in "], "toponym": ["Mosul"] * 2, "right": [" fell", "."]})))
    north of Mosul fell
          in Mosul.
    """
    tables.require_columns(lines, ("left", "toponym", "right"), what="concordance")
    reach = max((len(left) for left in lines["left"]), default=0)
    rows = zip(lines["left"], lines["toponym"], lines["right"], strict=True)
    return "\n".join(f"{left:>{reach}}{' '.join(toponym.split())}{right}" for left, toponym, right in rows)
