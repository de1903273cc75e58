"""Cut a text into words and windows for a model of any tokenizer, by offsets alone."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

from geomap.sentences import sentence_bounds

_SURROGATE = re.compile(r"[\ud800-\udfff]")
# Thai to Tibetan, Burmese, Khmer, kana, Han: no space stands between two words, so each piece is its own.
_UNSPACED = re.compile(r"[\u0e00-\u0fff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")
_MARKERS = frozenset(("▁", "Ġ"))
"""Pieces that stand for a space and nothing else, of SentencePiece and of byte-level tokenizers."""


@dataclass(slots=True)
class Word:
    """A word of a text.

    Parameters
    ----------
    ids
        Numbers of its pieces.
    start, end
        Its offsets in the text.
    lead
        Which of the pieces carries its label: the first that is more than the sign for a space.
    """

    ids: list[int]
    start: int
    end: int
    lead: int = 0


@dataclass(frozen=True, slots=True)
class Window:
    """What the model reads at once.

    Parameters
    ----------
    ids
        Numbers of the pieces, with the marks that the model wants at the ends.
    reads
        One (place in ``ids``, number of the word) for each word whose label is taken from this window.
    """

    ids: list[int]
    reads: list[tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Frame:
    """The numbers of the marks that a model wants before and behind a text, and the pieces that fit with them."""

    before: tuple[int, ...]
    behind: tuple[int, ...]
    size: int

    @property
    def room(self) -> int:
        """Pieces of the text itself that fit."""
        return self.size - len(self.before) - len(self.behind)


def frame_of(tokenizer: Any, size: int) -> Frame:
    """Return the marks that a ``tokenizers.Tokenizer`` puts around a text, for windows of ``size`` pieces."""
    encoding = tokenizer.encode("a", add_special_tokens=True)
    marks = encoding.special_tokens_mask
    first = next((place for place, mark in enumerate(marks) if not mark), len(marks))
    last = next((place for place in range(len(marks) - 1, -1, -1) if not marks[place]), len(marks) - 1)
    return Frame(tuple(encoding.ids[:first]), tuple(encoding.ids[last + 1 :]), size)


def words_of(tokenizer: Any, text: str) -> list[Word]:
    """Return the words of a text in order, white space left out.

    Parameters
    ----------
    tokenizer
        A ``tokenizers.Tokenizer``.
    text
        The text.

    Notes
    -----
    What a tokenizer itself calls a word may hold the comma behind it or a whole Japanese sentence. Here a word is a run
    of letters, digits and the marks on them, and any other piece is a word of its own.
    """
    if not text.isascii():
        # A lone surrogate is no character that a tokenizer takes.
        text = _SURROGATE.sub("\ufffd", text)
    encoding = tokenizer.encode(text, add_special_tokens=False)
    words: list[Word] = []
    waiting: list[int] = []
    for number, token, (left, right) in zip(encoding.ids, encoding.tokens, encoding.offsets, strict=True):
        start, end = _trimmed(text, left, right)
        if start >= end or token in _MARKERS:
            waiting.append(number)
        elif words and not waiting and (start < words[-1].end or (start == words[-1].end and _joins(text, start))):
            words[-1].ids.append(number)
            words[-1].end = max(words[-1].end, end)
        else:
            words.append(Word([*waiting, number], start, end, len(waiting)))
            waiting = []
    _take_in_marks(text, words)
    return words


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    part = text[start:end]
    return start + len(part) - len(part.lstrip()), start + len(part.rstrip())


def _joins(text: str, place: int) -> bool:
    """Whether the characters on both sides of a place belong to one word."""
    before, after = text[place - 1], text[place]
    return _in_word(before) and _in_word(after) and not (_UNSPACED.match(before) or _UNSPACED.match(after))


def _in_word(char: str) -> bool:
    return char.isalnum() or unicodedata.category(char)[0] == "M"


def _take_in_marks(text: str, words: Sequence[Word]) -> None:
    """Move the ends of words behind the combining marks that a tokenizer strips."""
    for number, word in enumerate(words):
        limit = words[number + 1].start if number + 1 < len(words) else len(text)
        while word.end < limit and unicodedata.combining(text[word.end]):
            word.end += 1


def sentence_starts(text: str, words: Sequence[Word]) -> list[int]:
    """Return the numbers of the words that a sentence begins with, in order, the first word left out."""
    starts = [start for start, _ in sentence_bounds(text)]
    sentence = [bisect_right(starts, word.start) for word in words]
    return [number for number in range(1, len(words)) if sentence[number] > sentence[number - 1]]


def windows_of(words: Sequence[Word], sentences: Sequence[int], frame: Frame) -> Iterator[Window]:
    """Yield windows of as many sentences as fit; a sentence that does not fit is read in windows that overlap.

    Parameters
    ----------
    words
        The words of one text.
    sentences
        Numbers of the words that sentences begin with (:func:`sentence_starts`).
    frame
        The marks around a window and its size.

    Notes
    -----
    Each word's label is taken from one window: in an overlap from the one in which it stands farther from the edge. Of
    a word longer than a window only the pieces that fit are read.
    """
    sizes = [min(len(word.ids), frame.room) for word in words]
    for first, last, own_first, own_last in ranges(sizes, sentences, frame.room):
        ids, reads = list(frame.before), []
        for number in range(first, last):
            if own_first <= number < own_last:
                reads.append((len(ids) + min(words[number].lead, sizes[number] - 1), number))
            ids.extend(words[number].ids[: sizes[number]])
        yield Window([*ids, *frame.behind], reads)


def ranges(sizes: Sequence[int], sentences: Sequence[int], room: int) -> Iterator[tuple[int, int, int, int]]:
    """Yield (first, last, own first, own last) words of windows; the own ones follow on each other without a gap.

    Parameters
    ----------
    sizes
        Pieces of each word, none above ``room``.
    sentences
        Numbers of the words that sentences begin with, in order.
    room
        Pieces that fit into a window.
    """
    sums = [0, *accumulate(sizes)]
    first = own = 0
    while own < len(sizes):
        reach = bisect_right(sums, sums[first] + room) - 1
        if reach >= len(sizes):
            yield first, len(sizes), own, len(sizes)
            return
        cut = bisect_right(sentences, reach) - 1
        if cut >= 0 and sentences[cut] > own:
            yield first, sentences[cut], own, sentences[cut]
            first = own = sentences[cut]
            continue
        following = max(first + 1, bisect_left(sums, sums[reach] - room // 4))
        middle = (min(following, reach) + reach) // 2
        if middle > own:
            yield first, reach, own, middle
            own = middle
        first = min(following, own)
