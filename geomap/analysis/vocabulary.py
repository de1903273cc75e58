"""The words of articles, counted: without markup, names, boilerplate and stop words."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from geomap import tables
from geomap.analysis.options import choose, needed
from geomap.analysis.syndication import folded, repeats
from geomap.analysis.tallies import factorized, texts_of
from geomap.sentences import sentence_bounds

StopWords = str | Iterable[str] | None
Spans = dict[tuple[str, str], list[tuple[int, int]]]

# An apostrophe or a hyphen inside belongs to the word. One letter is no word, and still stands between two others.
_TOKEN = re.compile(r"\b[^\W\d_](?:[\w'’-]*[^\W\d_])?\b")
# Who filed an article, behind the dateline: "BASRA, Iraq, Sept 9 (Tigris Dispatch) –".
_SIGNATURE = re.compile(r"\(([^()\n]{2,60})\)\s*[-–—]")
_HEAD = 300  # characters of a text in which a dateline stands
# On scikit-learn's list, and the subject of news all the same.
_NEWS = frozenset(
    ("amount", "bill", "bottom", "cry", "describe", "detail", "fill", "fire", "interest", "mill", "serious", "system")
)
_SHORTENED = ("s", "re", "ve", "ll", "d", "m")  # it's, they're, we've, she'll, I'd, I'm
_SPAN = ("article_id", "field", "start", "end")


def texts_without(
    articles: pd.DataFrame, mentions: pd.DataFrame, *, drop_names: bool, drop_boilerplate: bool
) -> list[str]:
    """Return the title and text of each article, with what is not to be counted cut out and HTML's entities decoded.

    Parameters
    ----------
    articles
        The articles table.
    mentions
        The mentions table.
    drop_names
        Whether to cut the mentions.
    drop_boilerplate
        Whether to cut sentences of the text that repeat over a source (as :func:`~geomap.analysis.boilerplate` tells by
        its defaults), those of mentions that the table marks as boilerplate, and signatures in datelines.
    """
    pieces = texts_of(articles, articles["article_id"])
    spans: Spans = {}
    if drop_names:
        tables.require_columns(mentions, _SPAN, what="mentions")
        for article_id, field, start, end in zip(*(mentions[name].tolist() for name in _SPAN), strict=True):
            spans.setdefault((field, article_id), []).append((start, end))
    if drop_boilerplate:
        for article_id, start, end in (*_boilerplate(articles, mentions), *_signatures(articles)):
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
    """Return a text with ``&amp;`` as ``&``; what was encoded twice is decoded twice."""
    return html.unescape(html.unescape(text))


def _boilerplate(articles: pd.DataFrame, mentions: pd.DataFrame) -> list[tuple[str, int, int]]:
    """Return the article and the offsets of sentences of its text that are boilerplate."""
    rows = [
        (number, start, end, text[start:end])
        for number, text in enumerate(articles["text"])
        for start, end in sentence_bounds(text)
    ]
    found = pd.DataFrame(rows, columns=["row", "start", "end", "sentence"])
    if found.empty:
        return []
    # Articles with one and the same text are one story, which does not repeat itself.
    story, _ = factorized(folded(articles["text"]))
    source, _ = factorized(articles["source"])
    row = found["row"].to_numpy()
    sentence = folded(found["sentence"])
    codes, _ = pd.factorize(sentence.where(sentence.str.contains(r"\w")))
    drop = repeats(source[row], codes.astype(np.int64), story[row])
    if "boilerplate" in mentions.columns and "sentence" in mentions.columns:
        marked = mentions["boilerplate"].fillna(False).to_numpy(dtype=bool)
        drop |= sentence.isin(folded(mentions["sentence"][marked].dropna())).to_numpy()
    ids = articles["article_id"].to_numpy()[row]
    return [(ids[at], int(found["start"].iloc[at]), int(found["end"].iloc[at])) for at in np.flatnonzero(drop)]


def _signatures(articles: pd.DataFrame) -> list[tuple[str, int, int]]:
    """Return the article and the offsets of who filed it: a name of its source, or one that repeats over it."""
    heads = [_SIGNATURE.search(text, 0, _HEAD) for text in articles["text"]]
    signed = pd.Series([None if head is None else head.group(1) for head in heads], dtype=object)
    words, sources = folded(signed), folded(articles["source"].reset_index(drop=True))
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
    """Return how often each word stands in each text, as a sparse matrix, and the words.

    Parameters
    ----------
    texts
        One per article.
    min_articles
        Words in fewer texts are left out.
    ngrams
        The shortest and longest run of words to count as one.
    stop_words
        As for :func:`~geomap.analysis.keywords`. A run that begins or ends with one is left out.
    """
    text = needed("sklearn.feature_extraction.text", verb="keywords", package="scikit-learn")
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
    """Return what tells whether a word in lower case is a stop word."""
    if stop_words is None:
        return lambda word: False
    if not isinstance(stop_words, str):
        given = frozenset(_straight(str(word).lower()) for word in stop_words)
        return lambda word: _straight(word) in given
    choose("stop_words", stop_words, ("english",))
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
