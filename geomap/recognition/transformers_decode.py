"""From the label probabilities of any token classifier to spans, whatever scheme its labels follow."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from geomap.recognition.labels import KindsOfLabels
from geomap.recognition.neural_decode import BEGINS, OUTSIDE, Floats, best_labels
from geomap.recognition.spans import Span
from geomap.recognition.transformers_words import Word

_LABEL = re.compile(r"(?:([BIOESLUM])[-_])?(.+)", re.DOTALL)
_FIRST = frozenset("BSU")
_LATER_COUNTS_AS_FIRST = np.float32(0.99)
"""A name may begin with the label for going on (IOB1, IO), if rather not."""

_CELLS = 200_000
"""Words, padding included, whose labels are sought at a time."""

Bools = NDArray[np.bool_]


def parse_label(label: str) -> tuple[str, str]:
    """Return the position that a label tells ("" for none) and its type: ``("B", "LOC")`` of ``B-LOC``."""
    match = _LABEL.fullmatch(label)
    return (match.group(1) or "", match.group(2)) if match else ("", label)


class LabelDecoder:
    """Turns label probabilities into spans.

    Parameters
    ----------
    labels
        The labels of the model in the order of its outputs: BIO, IOB1, BIOES, BILOU, BMES or bare types.
    kinds
        Which types are mentions.

    Notes
    -----
    Of a label only two things count: whether it begins a name (B, S, U) or goes on with one (all others), and its type.
    The best sequence of outside, begins and goes on is found as for the model that ships; everything that is no place
    is outside.
    """

    def __init__(self, labels: Sequence[str], kinds: KindsOfLabels) -> None:
        self.kinds = kinds
        parsed = [parse_label(label) for label in labels]
        # With labels that never begin a name, the end of a sentence or another type must part two names.
        self.marks_begins = any(position in _FIRST for position, _ in parsed)
        self.types = list(dict.fromkeys(kind for _, kind in parsed if kinds.expected(kind)))
        self._begins = np.zeros((len(labels), len(self.types)), dtype=np.float32)
        self._goes_on = np.zeros_like(self._begins)
        for row, (position, kind) in enumerate(parsed):
            if kind in self.types:
                (self._begins if position in _FIRST else self._goes_on)[row, self.types.index(kind)] = 1.0

    def spans(
        self,
        texts: Sequence[str],
        words: Sequence[Sequence[Word]],
        sentences: Sequence[Sequence[int]],
        probabilities: Sequence[Floats],
    ) -> list[list[Span]]:
        """Return the spans of each text, in order, none overlapping another.

        Parameters
        ----------
        texts
            The texts.
        words
            The words of each.
        sentences
            Numbers of the words that sentences begin with, of each.
        probabilities
            Of each text, shape (words, labels).
        """
        found: list[list[Span]] = [[] for _ in texts]
        for batch in _batches([len(each) for each in words]):
            lengths = [len(words[number]) for number in batch]
            three = np.zeros((len(batch), max(lengths), 3), dtype=np.float32)
            for row, number in enumerate(batch):
                three[row, : lengths[row]] = self._three(probabilities[number], sentences[number])
            best = best_labels(three, lengths)
            for row, number in enumerate(batch):
                found[number] = self._spans(texts[number], words[number], best[row], probabilities[number])
        return found

    def _three(self, probabilities: Floats, sentences: Sequence[int]) -> Floats:
        begins, goes_on = (probabilities @ self._begins).sum(axis=1), (probabilities @ self._goes_on).sum(axis=1)
        outside = np.maximum(1.0 - begins - goes_on, 0.0)
        first = np.maximum(begins, _LATER_COUNTS_AS_FIRST * goes_on)
        if not self.marks_begins:
            goes_on = goes_on.copy()
            goes_on[list(sentences)] = 0.0
        return np.stack([outside, first, goes_on], axis=1).astype(np.float32)

    def _spans(self, text: str, words: Sequence[Word], best: NDArray[np.int8], probabilities: Floats) -> list[Span]:
        of_types = probabilities @ (self._begins + self._goes_on)
        spans: list[Span] = []
        for first, last in _runs(best[: len(words)], None if self.marks_begins else of_types.argmax(axis=1)):
            start, end = words[first].start, max(word.end for word in words[first : last + 1])
            if spans and start < spans[-1].end:
                continue
            kind = self.kinds.kind(self.types[int(of_types[first : last + 1].sum(axis=0).argmax())], text[start:end])
            if kind:
                score = float(of_types[first : last + 1].sum(axis=1).min())
                spans.append(Span(start, end, kind, None, min(max(score, 0.0), 1.0)))
        return spans


def _runs(best: NDArray[np.int8], types: NDArray[np.int64] | None) -> list[tuple[int, int]]:
    """Return the first and last words of names; with types given, a name ends where its type changes."""
    runs: list[tuple[int, int]] = []
    for word in np.flatnonzero(best != OUTSIDE).tolist():
        parted = types is not None and word > 0 and types[word] != types[word - 1]
        if best[word] == BEGINS or parted or not runs or runs[-1][1] != word - 1:
            runs.append((word, word))
        else:
            runs[-1] = (runs[-1][0], word)
    return runs


def _batches(lengths: Sequence[int]) -> Iterator[list[int]]:
    """Yield numbers of texts that have words, those of like length together."""
    batch: list[int] = []
    for number in sorted((n for n, length in enumerate(lengths) if length), key=lambda n: lengths[n]):
        if batch and (len(batch) + 1) * lengths[number] > _CELLS:
            yield batch
            batch = []
        batch.append(number)
    if batch:
        yield batch
