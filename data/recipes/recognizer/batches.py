"""Training texts to batches of tensors."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import labels
import torch
from corpora import Labeller, Text
from tokenizers import Tokenizer

from geomap.recognition._windows import WINDOW, Window, WindowLayout, cut_windows, shaped_words

LAYOUT = WindowLayout(before=(101,), after=(102,), size=WINDOW)
PIECES_PER_BATCH = 2048

Windows = Callable[[str], Iterable[Window]]
"""Cuts a text into windows, as the recognizer will."""


def windows_of(tokenizer: Tokenizer) -> Windows:
    """Return how the English recognizer cuts a text."""
    return lambda text: cut_windows(*shaped_words(tokenizer, text), LAYOUT)


@dataclass(slots=True)
class Example:
    """One window: word pieces, case shapes, positions of the words, and what each word may be."""

    ids: list[int]
    shapes: list[int]
    places: list[int]
    bits: list[int]


def examples(texts: Iterable[Text], windows: Windows, labeller: Labeller) -> list[Example]:
    """Return the windows of some texts, those with nothing to learn from left out."""
    found = []
    for text in texts:
        for window in windows(text.text):
            bits = labeller.bits(text, [(word.start, word.end) for word in window.words])
            if any(each != labels.ANYTHING for each in bits):
                found.append(Example(window.ids, window.shapes, window.positions, bits))
    return found


Batch = tuple[torch.Tensor, torch.Tensor, torch.Tensor, torch.Tensor, torch.Tensor]


def batches(found: Sequence[Example], rng: random.Random, pieces: int = PIECES_PER_BATCH) -> Iterator[Batch]:
    """Yield shuffled batches of windows of like length: ids, shapes, mask, places of the words (flat), bits."""
    order = sorted(range(len(found)), key=lambda number: (len(found[number].ids) // 8, rng.random()))
    groups: list[list[int]] = []
    group: list[int] = []
    for number in order:
        if group and (len(group) + 1) * len(found[number].ids) > pieces:
            groups.append(group)
            group = []
        group.append(number)
    groups.append(group)
    rng.shuffle(groups)
    for group in groups:
        yield collate([found[number] for number in group])


def collate(group: Sequence[Example]) -> Batch:
    """Pad some windows to one length."""
    length = max(len(example.ids) for example in group)
    ids = torch.zeros(len(group), length, dtype=torch.long)
    shapes = torch.zeros_like(ids)
    mask = torch.zeros_like(ids)
    places: list[int] = []
    bits: list[int] = []
    for row, example in enumerate(group):
        size = len(example.ids)
        ids[row, :size] = torch.tensor(example.ids)
        shapes[row, :size] = torch.tensor(example.shapes)
        mask[row, :size] = 1
        places += [row * length + place for place in example.places]
        bits += example.bits
    return ids, shapes, mask, torch.tensor(places), torch.tensor(bits)
