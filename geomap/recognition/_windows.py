"""Cut a text into words and windows for a model of any tokenizer, by offsets alone."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import accumulate
from typing import Any

from geomap._text import sentence_bounds

WINDOW = 128
"""Longest window in word pieces, the two marks at its ends included."""

LONGEST_SEGMENT = 1000
"""A sentence of more characters than this is cut at white space: scraped text can lack sentence ends."""

SHAPES = ("none", "lower", "title", "upper", "letter", "mixed", "digits", "mark", "uncased", "alphanumeric")
"""Case shapes of a word, by number; the encoder is uncased and gets the case back from these."""

_SURROGATE = re.compile(r"[\ud800-\udfff]")

_NONE, _LOWER, _TITLE, _UPPER, _LETTER, _MIXED, _DIGITS, _MARK, _UNCASED, _ALPHANUMERIC = range(len(SHAPES))


@lru_cache(maxsize=65536)
def shape_of(word: str) -> int:
    """Return the number of a word's case shape (an index of :data:`SHAPES`)."""
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
class Window:
    """Word pieces of some consecutive sentences.

    Parameters
    ----------
    ids
        Numbers of the word pieces, with the marks for start and end.
    shapes
        Case shape of the word that each piece belongs to.
    words
        One (piece, start, end) per word: the position of its first piece in ``ids`` and its offsets in the text.
    """

    ids: list[int] = field(default_factory=list)
    shapes: list[int] = field(default_factory=list)
    words: list[tuple[int, int, int]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class WordPieces:
    """A word with its pieces and its offsets in the text."""

    ids: list[int]
    shape: int
    start: int
    end: int


def segments(text: str) -> Iterator[tuple[int, int]]:
    """Yield the sentences of a text as offsets, the overlong ones cut at white space where there is any."""
    for start, end in sentence_bounds(text):
        begin = start
        while end - begin > LONGEST_SEGMENT:
            cut = text.rfind(" ", begin + LONGEST_SEGMENT // 2, begin + LONGEST_SEGMENT)
            cut = cut if cut > 0 else begin + LONGEST_SEGMENT
            yield begin, cut
            begin = cut
        yield begin, end


def words_of(tokenizer: Any, text: str, start: int, end: int) -> list[WordPieces]:
    """Return the words of ``text[start:end]``.

    Parameters
    ----------
    tokenizer
        A ``tokenizers.Tokenizer`` whose offsets count characters.
    text
        The text.
    start, end
        The part of it to read.

    Returns
    -------
    list of WordPieces
        In text order. Their offsets take in the combining marks that follow a word, which the tokenizer strips.
    """
    part = text[start:end]
    if not part.isascii():
        # A lone surrogate is no character that a tokenizer takes.
        part = _SURROGATE.sub("\ufffd", part)
    encoding = tokenizer.encode(part, add_special_tokens=False)
    words: list[WordPieces] = []
    previous = None
    for piece, word, (left, right) in zip(encoding.ids, encoding.word_ids, encoding.offsets, strict=True):
        if word == previous and words:
            last = words[-1]
            last.ids.append(piece)
            words[-1] = WordPieces(last.ids, last.shape, last.start, start + right)
        else:
            words.append(WordPieces([piece], _NONE, start + left, start + right))
        previous = word
    return [_finished(text, word, end) for word in words]


def _finished(text: str, word: WordPieces, limit: int) -> WordPieces:
    end = word.end
    while end < limit and unicodedata.combining(text[end]):
        end += 1
    return WordPieces(word.ids, shape_of(text[word.start : end]), word.start, end)


def windows(tokenizer: Any, text: str, *, start_id: int, end_id: int, size: int = WINDOW) -> Iterator[Window]:
    """Yield the windows of a text: as many consecutive sentences as fit, and the parts of a sentence that does not.

    Parameters
    ----------
    tokenizer
        A ``tokenizers.Tokenizer``.
    text
        The text.
    start_id, end_id
        Numbers of the pieces that mark the start and the end of a window.
    size
        Longest window, in word pieces.
    """
    window = _opened(start_id)
    for start, end in segments(text):
        words = words_of(tokenizer, text, start, end)
        pieces = sum(len(word.ids) for word in words)
        if len(window.ids) + pieces >= size and window.words:
            yield _closed(window, end_id)
            window = _opened(start_id)
        for word in words:
            if len(window.ids) + len(word.ids) >= size and window.words:
                yield _closed(window, end_id)
                window = _opened(start_id)
            add_word(window, word, size)
    if window.words:
        yield _closed(window, end_id)


def add_word(window: Window, word: WordPieces, size: int = WINDOW) -> None:
    """Append a word to a window; of a word longer than a window only the pieces that fit are read."""
    pieces = word.ids[: size - 2]
    window.words.append((len(window.ids), word.start, word.end))
    window.ids.extend(pieces)
    window.shapes.extend([word.shape] * len(pieces))


def _opened(start_id: int) -> Window:
    return Window([start_id], [_NONE], [])


def _closed(window: Window, end_id: int) -> Window:
    window.ids.append(end_id)
    window.shapes.append(_NONE)
    return window


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
class OverlappingWindow:
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


def runs_of(tokenizer: Any, text: str) -> list[Word]:
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


def windows_of(words: Sequence[Word], sentences: Sequence[int], frame: Frame) -> Iterator[OverlappingWindow]:
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
        yield OverlappingWindow([*ids, *frame.behind], reads)


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
