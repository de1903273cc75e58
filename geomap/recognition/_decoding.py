"""From the outputs of the neural recognizer to spans: the best sequence of labels, then rules about names."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geomap.gazetteer._folding import fold
from geomap.recognition._name_rules import Known, is_no_name, tidy, whole_name
from geomap.recognition._spans import Span
from geomap.tables import Ints

Float32s = NDArray[np.float32]
OUTSIDE, BEGINS, GOES_ON = range(3)
SURE_PERSON = 0.9
"""From this probability on, a word counts as continuing a person's name."""

DOUBT = (0.2, 0.7)
"""A word whose probability of being outside a mention lies between these is in doubt."""

DEEP_DOUBT = (0.5, 0.98)
"""The same for names so well known that the gazetteer's word counts beside the model's."""


@dataclass(frozen=True, slots=True)
class Labels:
    """Which outputs of the model belong to which label.

    Parameters
    ----------
    heads
        Name and labels of each head, in the order of the outputs: ``names`` in BIO form over the types of names,
        ``spans`` in BIO form over kinds, ``usage``.
    """

    heads: tuple[tuple[str, tuple[str, ...]], ...]

    def part(self, head: str) -> tuple[slice, tuple[str, ...]]:
        """Return the outputs of a head and its labels."""
        offset = 0
        for name, labels in self.heads:
            if name == head:
                return slice(offset, offset + len(labels)), labels
            offset += len(labels)
        raise KeyError(head)


def softmax(logits: Float32s) -> Float32s:
    """Return probabilities along the last axis."""
    powers = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=-1, keepdims=True), dtype=np.float32)


def best_labels(probabilities: Float32s, lengths: Sequence[int]) -> NDArray[np.int8]:
    """Return the most probable sequences of outside, begins, goes on (Viterbi).

    Parameters
    ----------
    probabilities
        Of the three labels, shape (sequences, words, 3).
    lengths
        Words of each sequence; padding after them is not used.

    Returns
    -------
    ndarray of shape (sequences, words)
    """
    inside = np.arange(probabilities.shape[1]) < np.asarray(lengths)[:, None]
    labels = np.where(inside, probabilities.argmax(axis=2), OUTSIDE).astype(np.int8)
    before = np.pad(labels[:, :-1], ((0, 0), (1, 0)), constant_values=OUTSIDE)
    # The most probable label of each word makes the most probable sequence, unless one goes on with nothing: only such
    # rows need the dynamic program.
    for row in np.flatnonzero(((labels == GOES_ON) & (before == OUTSIDE)).any(axis=1)).tolist():
        length = int(lengths[row])
        labels[row, :length] = _best_sequence(np.log(np.maximum(probabilities[row, :length], 1e-9)).tolist())
    return labels


def _best_sequence(scores: list[list[float]]) -> list[int]:
    """Return the best labels of one window; loops over short lists are faster here than arrays."""
    outside, begins, goes_on = *scores[0][:GOES_ON], -math.inf
    came_from = []
    for at_outside, at_begins, at_goes_on in scores[1:]:
        to_any = max((outside, begins, goes_on))
        of_any = (outside, begins, goes_on).index(to_any)
        of_name = BEGINS if begins >= goes_on else GOES_ON
        came_from.append((of_any, of_any, of_name))
        outside, begins, goes_on = to_any + at_outside, to_any + at_begins, max(begins, goes_on) + at_goes_on
    last = (outside, begins, goes_on)
    labels = [last.index(max(last))]
    for step in reversed(came_from):
        labels.append(step[labels[-1]])
    return labels[::-1]


class Decoder:
    """Turns the outputs of the model into spans.

    Parameters
    ----------
    labels
        The labels of the model.
    demonyms
        Folded demonyms. A demonym of the model that is not among them is dropped, a toponym that is becomes a demonym. If
        empty, the kinds of the model are kept.
    bias
        Added to the log probability of a mention's first word; above zero finds more mentions, below zero fewer.
    small_bias
        The same for windows without a capital letter, where the model is less certain.
    known
        Whether a folded name is well known: in windows without case, a span becomes the name that it is part of.
    tells_usage
        Whether the model has learned literal and associative usage well enough to say which it is.
    """

    def __init__(
        self,
        labels: Labels,
        demonyms: frozenset[str] = frozenset(),
        bias: float = 0.0,
        small_bias: float | None = None,
        known: Known | None = None,
        *,
        tells_usage: bool = True,
    ) -> None:
        self._tells_usage = tells_usage
        self.demonyms = demonyms
        self.known = known
        self._gain = np.float32(np.exp(bias))
        self._small_gain = np.float32(np.exp(bias if small_bias is None else small_bias))
        self._spans, names = labels.part("spans")
        self._usage, self._usages = labels.part("usage")
        self._names, types = labels.part("names")
        self._person = types.index("I-PER")
        self._begins = [place for place, name in enumerate(names) if name.startswith("B-")]
        self._goes_on = [place for place, name in enumerate(names) if name.startswith("I-")]
        self.kinds = [names[place][2:] for place in self._begins]

    def spans(
        self,
        texts: Sequence[str],
        words: Sequence[Sequence[tuple[int, int]]],
        logits: Float32s,
        *,
        lift: float = 0.0,
    ) -> list[list[Span]]:
        """Return the spans of windows.

        Parameters
        ----------
        texts
            The text that each window was cut from.
        words
            Offsets of the words of each window.
        logits
            Outputs of the model at the first piece of each word, padded, shape (windows, words, outputs).
        lift
            Added to the log probability of a mention's first word, in addition to the bias.
        """
        lengths = [len(each) for each in words]
        if not max(lengths, default=0):
            return [[] for _ in words]
        chances = softmax(logits[:, :, self._spans])
        usages = softmax(logits[:, :, self._usage])
        begins, goes_on = chances[:, :, self._begins], chances[:, :, self._goes_on]
        parts = [text[own[0][0] : own[-1][1]] if own else "" for text, own in zip(texts, words, strict=True)]
        lower = [part.islower() for part in parts]
        without_case = [part.islower() or part.isupper() for part in parts]
        gains = np.where(lower, self._small_gain, self._gain)[:, None] * np.float32(np.exp(lift))
        # Where a mention is matters more than its kind: the kinds are summed for the labels, and chosen afterwards.
        three = np.stack([chances[:, :, 0], begins.sum(axis=2) * gains, goes_on.sum(axis=2)], axis=2)
        best = best_labels(three, lengths)
        kinds = begins + goes_on
        of_windows = []
        for row, own in enumerate(words):
            spans: list[Span] = []
            for first, last in runs(best[row, : len(own)]):
                kind = self.kinds[int(kinds[row, first : last + 1].sum(axis=0).argmax())]
                usage = (
                    self._usages[int(usages[row, first : last + 1].sum(axis=0).argmax())] if self._tells_usage else None
                )
                score = float(1.0 - chances[row, first : last + 1, 0].max())
                span = Span(own[first][0], own[last][1], kind, usage, min(max(score, 0.0), 1.0))
                checked = self._checked(texts[row], span, without_case=without_case[row])
                if without_case[row] and spans and checked and checked[0].start < spans[-1].end:
                    # Widened into the name before it: take it as the model has it.
                    checked = self._checked(texts[row], span, without_case=False)
                spans += checked
            of_windows.append(_without_overlaps(spans))
        return of_windows

    def in_doubt(self, logits: Float32s, doubt: tuple[float, float] = DOUBT) -> list[int]:
        """Return the windows with a word that is neither surely in a mention nor surely outside.

        Parameters
        ----------
        logits
            As for :meth:`spans`.
        doubt
            Between which probabilities of being outside a word is in doubt.
        """
        outside = softmax(logits[:, :, self._spans])[:, :, 0]
        low, high = doubt
        return [int(row) for row in np.flatnonzero(((outside > low) & (outside < high)).any(axis=1))]

    def surnames(
        self, texts: Sequence[str], words: Sequence[Sequence[tuple[int, int]]], logits: Float32s
    ) -> list[set[str]]:
        """Return for each window the words that continue a person's name, such as the "London" of "Jack London".

        Parameters
        ----------
        texts, words, logits
            As for :meth:`spans`.
        """
        later = softmax(logits[:, :, self._names])[:, :, self._person] > SURE_PERSON
        return [
            {texts[row][own[place][0] : own[place][1]] for place in np.flatnonzero(later[row, : len(own)]).tolist()}
            for row, own in enumerate(words)
        ]

    def _checked(self, text: str, span: Span, *, without_case: bool) -> list[Span]:
        start, end = tidy(text, span.start, span.end)
        if is_no_name(text, start, end):
            return []
        kind, usage = span.kind, span.usage
        if without_case and self.known:
            narrow = start, end
            start, end = whole_name(text, start, end, self.known)
            # "russian" may be one, "russian federation" is not.
            kind = "toponym" if kind == "demonym" and (start, end) != narrow else kind
        if self.demonyms and kind != "embedded":
            is_demonym = fold(text[start:end]) in self.demonyms
            if kind == "demonym" and not is_demonym:
                # Groups without a place ("Muslims", "Democrats") are not mentions.
                return []
            kind = "demonym" if is_demonym else "toponym"
        return [Span(start, end, kind, usage, span.score)]


def _without_overlaps(spans: Sequence[Span]) -> list[Span]:
    """Return spans in order without those that overlap an earlier one, as two halves of one name do."""
    kept: list[Span] = []
    for span in spans:
        if not kept or span.start >= kept[-1].end:
            kept.append(span)
    return kept


def runs(labels: NDArray[np.int8], types: Ints | None = None) -> list[tuple[int, int]]:
    """Return the first and the last word of each name.

    Parameters
    ----------
    labels
        Outside, begins or goes on, of each word.
    types
        A number for the type of each word, where a name ends when its type changes.

    Examples
    --------
    >>> runs(np.array([OUTSIDE, BEGINS, GOES_ON, BEGINS, OUTSIDE], dtype=np.int8))
    [(1, 2), (3, 3)]
    """
    names: list[tuple[int, int]] = []
    for word in np.flatnonzero(labels != OUTSIDE).tolist():
        changed = types is not None and word > 0 and types[word] != types[word - 1]
        if labels[word] == BEGINS or changed or not names or names[-1][1] != word - 1:
            names.append((word, word))
        else:
            names[-1] = (names[-1][0], word)
    return names
