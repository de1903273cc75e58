"""Find each mention in its sentence, with offsets in UTF-16 units as JavaScript counts them."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd

from geomap._text import utf16_length
from geomap.tables import Ints


class Highlights(NamedTuple):
    """The distinct sentences of a table, and where its mentions are in them.

    Attributes
    ----------
    sentences
        Every distinct sentence, once.
    number
        The sentence of each mention.
    start, length
        Where the mention begins in its sentence (-1: not found) and how long it is.
    candidates
        By row, for the few mentions whose toponym occurs several times while the table does not say which occurrence it
        is: every start.
    """

    sentences: list[str]
    number: Ints
    start: list[int]
    length: list[int]
    candidates: dict[str, list[int]]


def find_highlights(table: pd.DataFrame) -> Highlights:
    """Find each mention of a table in its sentence."""
    toponyms = [" ".join(toponym.split()) for toponym in table["toponym"].fillna("").astype(str)]
    sentence = table["sentence"].where(table["sentence"].notna(), table["toponym"]).fillna("").astype(object)
    number, distinct = pd.factorize(sentence)
    sentences: list[str] = np.asarray(distinct, dtype=object).tolist()
    # The nth mention of a toponym in a sentence, in text order, is its nth occurrence there. Rows are grouped by place,
    # so that text order has to be restored first.
    keys = pd.DataFrame({"article": pd.factorize(table["article_id"])[0], "number": number, "toponym": toponyms})
    columns = list(keys.columns)
    size = keys.groupby(columns, sort=False)["number"].transform("size").tolist()
    position = table["start"].to_numpy() if "start" in table.columns else np.arange(len(table))
    ordered = keys.iloc[np.argsort(position, kind="stable")]
    nth = ordered.groupby(columns, sort=False).cumcount().sort_index().tolist()
    starts, lengths, candidates = [], [], {}
    for row, (sentence_number, toponym) in enumerate(zip(number.tolist(), toponyms, strict=True)):
        text = sentences[sentence_number]
        occurrences = _occurrences(text, toponym)
        if len(occurrences) > 1 and size[row] % len(occurrences):
            candidates[str(row)] = [utf16_length(text[:start]) for start in occurrences]
        starts.append(utf16_length(text[: occurrences[nth[row] % len(occurrences)]]) if occurrences else -1)
        lengths.append(utf16_length(toponym))
    return Highlights(sentences, number.astype(np.int64), starts, lengths, candidates)


def _occurrences(sentence: str, toponym: str) -> list[int]:
    """Return where the toponym occurs in the sentence as a whole word, else anywhere."""
    start = sentence.find(toponym) if toponym else -1
    anywhere, whole = [], []
    while start >= 0:
        end = start + len(toponym)
        anywhere.append(start)
        if not (sentence[start - 1 : start].isalnum() or sentence[end : end + 1].isalnum()):
            whole.append(start)
        start = sentence.find(toponym, end)
    return whole or anywhere
