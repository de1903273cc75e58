"""Where each mention stands in its sentence, counted in UTF-16 units as JavaScript counts."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

if TYPE_CHECKING:
    Integers = npt.NDArray[np.int64]


class Marks(NamedTuple):
    """The distinct sentences of a table and the places of its mentions in them.

    Attributes
    ----------
    sentences
        Every distinct sentence, once.
    number
        The sentence of each mention.
    at, length
        Where the mention begins there (-1: nowhere) and how long it is.
    also
        For the few mentions of which the table does not say which of several same words they are: all the beginnings.
    """

    sentences: list[str]
    number: Integers
    at: list[int]
    length: list[int]
    also: dict[str, list[int]]


def marks_of(table: pd.DataFrame) -> Marks:
    """Find each mention of a table in its sentence."""
    toponyms = [" ".join(str(toponym).split()) for toponym in table["toponym"].tolist()]
    sentence = table["sentence"].where(table["sentence"].notna(), table["toponym"]).fillna("").astype(object)
    number, distinct = pd.factorize(sentence)
    sentences: list[str] = np.asarray(distinct, dtype=object).tolist()
    keys = pd.DataFrame({"article": pd.factorize(table["article_id"])[0], "number": number, "toponym": toponyms})
    same = keys.groupby(["article", "number", "toponym"], sort=False)["number"]
    size = same.transform("size").tolist()
    start = table["start"].to_numpy() if "start" in table.columns else np.arange(len(table))
    # Same words in one sentence belong to different places, and so stand in different runs: count in text order.
    turn = keys.iloc[np.argsort(start, kind="stable")].groupby(["article", "number", "toponym"], sort=False).cumcount()
    turns = turn.sort_index().tolist()
    wide = [not text.isascii() and max(text) > "\uffff" for text in sentences]
    at, length, also = [], [], {}
    for row, (sentence_number, toponym) in enumerate(zip(number.tolist(), toponyms, strict=True)):
        text = sentences[sentence_number]
        found = _occurrences(text, toponym)
        if len(found) > 1 and size[row] % len(found):
            also[str(row)] = [_utf16(text[:begin]) if wide[sentence_number] else begin for begin in found]
        begin = found[turns[row] % len(found)] if found else -1
        at.append(_utf16(text[:begin]) if begin > 0 and wide[sentence_number] else begin)
        length.append(_utf16(toponym) if wide[sentence_number] else len(toponym))
    return Marks(sentences, number.astype(np.int64), at, length, also)


def _occurrences(sentence: str, toponym: str) -> list[int]:
    """Return where the toponym stands in the sentence as a word of its own, else anywhere."""
    start = sentence.find(toponym) if toponym else -1
    if start < 0:
        return []
    found, whole = [], []
    while start >= 0:
        end = start + len(toponym)
        found.append(start)
        if not (sentence[start - 1 : start].isalnum() or sentence[end : end + 1].isalnum()):
            whole.append(start)
        start = sentence.find(toponym, end)
    return whole or found


def _utf16(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2
