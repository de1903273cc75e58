"""Cut a text into the windows that the neural recognizer reads: word pieces, case shapes, offsets.

The recipe that trains the model uses this module too, so that the model meets in use exactly what it met in training.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from geomap.sentences import sentence_bounds

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
