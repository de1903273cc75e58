"""Texts to windows of word pieces, as transformer models read them: words, case shapes, windows, batches.

The model that ships and other people's token classifiers share the windows and the batches. They differ in what a word
is (:func:`shaped_words`, :func:`words_of`), and in how a sentence longer than a window is read: the model that ships
was trained on windows that follow on each other, other models read windows that overlap.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate, pairwise
from typing import Any

from geomap._text import sentence_bounds

WINDOW = 128
"""Size of a window of the model that ships, in word pieces, with the special tokens at its ends."""

PIECES_PER_BATCH = 2048

LONGEST_SEGMENT = 1000
"""A sentence of more characters than this is cut at white space: scraped text can lack sentence ends."""

SHAPES = ("none", "lower", "title", "upper", "letter", "mixed", "digits", "mark", "uncased", "alphanumeric")
"""Case shapes of a word, by number; the encoder is uncased and gets the case back from these."""

_NONE, _LOWER, _TITLE, _UPPER, _LETTER, _MIXED, _DIGITS, _MARK, _UNCASED, _ALPHANUMERIC = range(len(SHAPES))
_SURROGATE = re.compile(r"[\ud800-\udfff]")
# Thai to Tibetan, Burmese, Khmer, kana, Han: written without spaces between words, so each piece is a word.
_UNSPACED = re.compile(r"[\u0e00-\u0fff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")
# Hangul besides: particles follow on a Korean name without a space.
_BY_PIECES = re.compile(_UNSPACED.pattern[:-1] + r"\u1100-\u11ff\u3130-\u318f\uac00-\ud7af]")
_SPACE_PIECES = frozenset(("▁", "Ġ"))
"""Pieces that stand for a space and nothing else, in SentencePiece and in byte-level tokenizers."""


@lru_cache(maxsize=65536)
def shape_of(word: str) -> int:
    """Return the number of a word's case shape (an index of :data:`SHAPES`).

    Examples
    --------
    >>> [SHAPES[shape_of(word)] for word in ("Mosul", "U.S.", "McCook", "2017", "M25")]
    ['title', 'upper', 'mixed', 'digits', 'alphanumeric']
    """
    if word.isalpha():
        return _shape_of_letters(word)
    if word.isdigit():
        return _DIGITS
    letters = "".join(char for char in word if char.isalpha())
    if not letters:
        return _MARK
    return _ALPHANUMERIC if any(char.isdigit() for char in word) else _shape_of_letters(letters)


def _shape_of_letters(word: str) -> int:
    if word.islower():
        return _LOWER
    if word.isupper():
        return _LETTER if len(word) == 1 else _UPPER
    if word[0].isupper() and word[1:].islower():
        return _TITLE
    return _MIXED if word.lower() != word.upper() else _UNCASED


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
    shape
        Its case shape, an index of :data:`SHAPES`, for a model that reads case shapes.
    """

    ids: list[int]
    start: int
    end: int
    lead: int = 0
    shape: int = _NONE


@dataclass(frozen=True, slots=True)
class WindowLayout:
    """The special tokens that a model wants before and after a text, and the size of a window with them."""

    before: tuple[int, ...]
    after: tuple[int, ...]
    size: int

    @property
    def room(self) -> int:
        """The pieces of the text itself that fit."""
        return self.size - len(self.before) - len(self.after)


@dataclass(frozen=True, slots=True)
class Window:
    """What a model reads at once.

    Parameters
    ----------
    ids
        Numbers of the pieces, with the special tokens at the ends.
    shapes
        Case shape of the word that each piece belongs to.
    words
        The words whose labels are taken from this window; they follow on each other.
    positions
        Where in `ids` the piece is that carries the label of each of these words.
    first
        Number of the first of these words in its text.
    """

    ids: list[int]
    shapes: list[int]
    words: list[Word]
    positions: list[int]
    first: int = 0


# --- words ---


def shaped_words(tokenizer: Any, text: str) -> tuple[list[Word], list[int]]:
    """Return the words of a text with their case shapes, as the model that ships reads them.

    Parameters
    ----------
    tokenizer
        A ``tokenizers.Tokenizer`` whose offsets count characters.
    text
        The text.

    Returns
    -------
    words
        In text order. Their offsets take in the combining marks that follow a word, which the tokenizer strips.
    sentences
        Numbers of the words that sentences begin with, in order.
    """
    words: list[Word] = []
    sentences: list[int] = []
    for start, end in _segments(text):
        sentences.append(len(words))
        # By sentence, as in training: a tokenizer may read the first word of a text differently.
        encoding = tokenizer.encode(_clean(text[start:end]), add_special_tokens=False)
        previous = None
        for piece, word, (left, right) in zip(encoding.ids, encoding.word_ids, encoding.offsets, strict=True):
            if word == previous and len(words) > sentences[-1]:
                words[-1].ids.append(piece)
                words[-1].end = start + right
            else:
                words.append(Word([piece], start + left, start + right))
            previous = word
    _take_in_marks(text, words)
    for each in words:
        each.shape = shape_of(text[each.start : each.end])
    return words, sentences


def pieced_words(tokenizer: Any, text: str) -> tuple[list[Word], list[int]]:
    """Return the words of a text with their case shapes, as the model for many languages reads them.

    Parameters, results
        As for :func:`shaped_words`, for a tokenizer of pieces without words (SentencePiece). Where a script has no spaces,
        and in Korean, whose names bear particles, each piece is a word.
    """
    words: list[Word] = []
    sentences: list[int] = []
    for start, end in _segments(text):
        sentences.append(len(words))
        for word in words_of(tokenizer, text[start:end], by_pieces=_BY_PIECES):
            word.start += start
            word.end += start
            word.shape = shape_of(text[word.start : word.end])
            words.append(word)
    return words, sentences


def _segments(text: str) -> Iterator[tuple[int, int]]:
    """Yield the sentences of a text as offsets, the overlong ones cut at white space where there is any."""
    for start, end in sentence_bounds(text):
        begin = start
        while end - begin > LONGEST_SEGMENT:
            cut = text.rfind(" ", begin + LONGEST_SEGMENT // 2, begin + LONGEST_SEGMENT)
            cut = cut if cut > 0 else begin + LONGEST_SEGMENT
            yield begin, cut
            begin = cut
        yield begin, end


def words_of(tokenizer: Any, text: str, *, by_pieces: re.Pattern[str] = _UNSPACED) -> list[Word]:
    """Return the words of a text in order, without white space, for a tokenizer of any kind.

    Parameters
    ----------
    tokenizer
        A ``tokenizers.Tokenizer``.
    text
        The text.
    by_pieces
        Characters of scripts in which each piece is a word.

    Notes
    -----
    What a tokenizer calls a word may include the comma after it, or be a whole Japanese sentence. Here a word is a run
    of letters, digits and the marks on them, and any other piece is a word of its own.
    """
    text = _clean(text)
    encoding = tokenizer.encode(text, add_special_tokens=False)
    words: list[Word] = []
    waiting: list[int] = []
    for number, token, (left, right) in zip(encoding.ids, encoding.tokens, encoding.offsets, strict=True):
        start, end = _trimmed(text, left, right)
        if start >= end or token in _SPACE_PIECES:
            waiting.append(number)
        elif (
            words
            and not waiting
            and (start < words[-1].end or (start == words[-1].end and _joins(text, start, by_pieces)))
        ):
            words[-1].ids.append(number)
            words[-1].end = max(words[-1].end, end)
        else:
            words.append(Word([*waiting, number], start, end, len(waiting)))
            waiting = []
    _take_in_marks(text, words)
    return words


def sentence_starts(text: str, words: Sequence[Word]) -> list[int]:
    """Return the numbers of the words that sentences begin with, in order, without the first word."""
    starts = [start for start, _ in sentence_bounds(text)]
    sentence = [bisect_right(starts, word.start) for word in words]
    return [number for number in range(1, len(words)) if sentence[number] > sentence[number - 1]]


def _clean(text: str) -> str:
    """Return text without lone surrogates, which no tokenizer takes, and as long as it was."""
    return text if text.isascii() else _SURROGATE.sub("\ufffd", text)


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    part = text[start:end]
    return start + len(part) - len(part.lstrip()), start + len(part.rstrip())


def _joins(text: str, place: int, by_pieces: re.Pattern[str]) -> bool:
    """Return whether the characters on both sides of a place belong to one word."""
    before, after = text[place - 1], text[place]
    return _in_word(before) and _in_word(after) and not (by_pieces.match(before) or by_pieces.match(after))


def _in_word(char: str) -> bool:
    return char.isalnum() or unicodedata.category(char)[0] == "M"


def _take_in_marks(text: str, words: Sequence[Word]) -> None:
    """Move the ends of words behind the combining marks that a tokenizer strips."""
    if text.isascii():
        return
    for word, following in pairwise([*words, Word([], len(text), len(text))]):
        while word.end < following.start and unicodedata.combining(text[word.end]):
            word.end += 1


# --- windows ---


def layout_of(tokenizer: Any, size: int) -> WindowLayout:
    """Return the special tokens that a ``tokenizers.Tokenizer`` puts around a text, for windows of ``size`` pieces."""
    encoding = tokenizer.encode("a", add_special_tokens=True)
    special = encoding.special_tokens_mask
    first = next((place for place, mark in enumerate(special) if not mark), len(special))
    last = next((place for place in range(len(special) - 1, -1, -1) if not special[place]), len(special) - 1)
    return WindowLayout(tuple(encoding.ids[:first]), tuple(encoding.ids[last + 1 :]), size)


def cut_windows(
    words: Sequence[Word], sentences: Sequence[int], layout: WindowLayout, *, overlap: float = 0.0
) -> Iterator[Window]:
    """Yield windows of as many sentences as fit; a sentence that does not fit is read in several windows.

    Parameters
    ----------
    words
        The words of one text.
    sentences
        Numbers of the words that sentences begin with, in order.
    layout
        The special tokens around a window and its size.
    overlap
        Which share of a window the next one repeats inside a sentence that does not fit.

    Notes
    -----
    Each word's label is taken from one window: in an overlap, from the one in which it is farther from the edge. Of a
    word longer than a window only the pieces that fit are read.
    """
    sizes = [min(len(word.ids), layout.room) for word in words]
    for first, last, read_from, read_to in window_ranges(sizes, sentences, layout.room, int(layout.room * overlap)):
        ids = list(layout.before)
        shapes = [_NONE] * len(ids)
        positions = []
        for number in range(first, last):
            word, size = words[number], sizes[number]
            if read_from <= number < read_to:
                positions.append(len(ids) + min(word.lead, size - 1))
            ids += word.ids[:size]
            shapes += [word.shape] * size
        ids += layout.after
        shapes += [_NONE] * len(layout.after)
        yield Window(ids, shapes, list(words[read_from:read_to]), positions, read_from)


def window_ranges(
    sizes: Sequence[int], sentences: Sequence[int], room: int, overlap: int = 0
) -> Iterator[tuple[int, int, int, int]]:
    """Yield the words of windows as (first, last, read from, read to), the ends exclusive.

    Each window holds the words from first to last, and the labels of some of them are read from it; these ranges follow
    on each other without a gap.

    Parameters
    ----------
    sizes
        Pieces of each word, none above ``room``.
    sentences
        Numbers of the words that sentences begin with, in order.
    room
        Pieces that fit into a window.
    overlap
        Pieces of a window that the next one repeats inside a sentence that does not fit.

    Examples
    --------
    Two sentences of three words; four pieces fit:

    >>> list(window_ranges([1] * 6, [0, 3], 4))
    [(0, 3, 0, 3), (3, 6, 3, 6)]

    One sentence of six words, in windows that overlap by two:

    >>> list(window_ranges([1] * 6, [0], 4, overlap=2))
    [(0, 4, 0, 3), (2, 6, 3, 6)]
    """
    sums = [0, *accumulate(sizes)]
    first = unread = 0
    while unread < len(sizes):
        reach = bisect_right(sums, sums[first] + room) - 1
        if reach >= len(sizes):
            yield first, len(sizes), unread, len(sizes)
            return
        sentence = bisect_right(sentences, reach) - 1
        if sentence >= 0 and sentences[sentence] > unread:
            yield first, sentences[sentence], unread, sentences[sentence]
            first = unread = sentences[sentence]
            continue
        following = max(first + 1, bisect_left(sums, sums[reach] - overlap))
        middle = (min(following, reach) + reach) // 2
        if middle > unread:
            yield first, reach, unread, middle
            unread = middle
        first = min(following, unread)


def batched(items: Sequence[tuple[int, Window]]) -> Iterator[list[tuple[int, Window]]]:
    """Yield the windows of several texts, each with the number of its text, in batches of one length.

    Windows of one length need no padding and no mask, which attention without a mask repays, and what is found in one
    cannot depend on its neighbors in the batch. A batch has at most :data:`PIECES_PER_BATCH` pieces.
    """
    batch: list[tuple[int, Window]] = []
    for item in sorted(items, key=lambda each: len(each[1].ids)):
        size = len(item[1].ids)
        if batch and (len(batch[0][1].ids) != size or (len(batch) + 1) * size > PIECES_PER_BATCH):
            yield batch
            batch = []
        batch.append(item)
    if batch:
        yield batch
