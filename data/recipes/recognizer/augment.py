"""Vary the training texts: rare gazetteer names in place of the given ones, and the letter case of headlines."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from corpora import Text

SWAP_CHANCE = 0.25
"""Share of texts in which names are replaced."""

CASE_CHANCES = (("upper", 0.05), ("lower", 0.05), ("title", 0.04))
"""Share of texts that are put in capitals, in small letters, or in the Title Case of headlines."""


def swapped(text: Text, names: Sequence[str], rng: random.Random) -> Text:
    """Return the text with some of its toponyms replaced by rare names, each the same throughout and in its case."""
    toponyms = _swappable(text)
    if not toponyms:
        return text
    chosen: dict[str, str] = {}
    cuts: list[tuple[int, int, str]] = []
    for start, end in toponyms:
        old = text.text[start:end]
        if old not in chosen:
            chosen[old] = _like(old, rng.choice(names)) if rng.random() < 0.6 else old
        if chosen[old] != old:
            cuts.append((start, end, chosen[old]))
    return _replaced(text, cuts)


def _swappable(text: Text) -> list[tuple[int, int]]:
    if text.mentions is not None:
        found = [(start, end) for start, end, kinds, _ in text.mentions if "toponym" in kinds]
    else:
        found = [(start, end) for start, end, types in text.names or () if types[0] == "LOC"]
    # Abbreviations and facilities keep their words: "Fla." and "Fifth Avenue" say more than a name does.
    found = [(s, e) for s, e in sorted(found) if e - s > 3 and text.text[s:e].replace(" ", "").isalpha() and e - s < 25]
    return [(s, e) for number, (s, e) in enumerate(found) if number == 0 or s >= found[number - 1][1]]


def _like(old: str, new: str) -> str:
    if old.isupper():
        return new.upper()
    return new.lower() if old.islower() else new


def _replaced(text: Text, cuts: Sequence[tuple[int, int, str]]) -> Text:
    """Replace parts of the text and move every span along; a span that ends inside a part ends where the part does."""
    pieces: list[str] = []
    position = 0
    for start, end, new in cuts:
        pieces += [text.text[position:start], new]
        position = end
    pieces.append(text.text[position:])

    def at(offset: int) -> int:
        shift = 0
        for start, end, new in cuts:
            if offset >= end:
                shift += len(new) - (end - start)
            elif offset > start:
                return start + shift + len(new)
            else:
                break
        return offset + shift

    def moved(spans: Sequence[tuple[Any, ...]] | None) -> Any:
        return None if spans is None else [(at(span[0]), at(span[1]), *span[2:]) for span in spans]

    return replace(
        text,
        text="".join(pieces),
        names=moved(text.names),
        mentions=moved(text.mentions),
        ignored=moved(text.ignored),
        unsure=moved(text.unsure),
    )


def recased(text: Text, rng: random.Random) -> Text:
    """Return the text, sometimes in another letter case; a change that would move offsets is not made."""
    draw = rng.random()
    for case, chance in CASE_CHANCES:
        draw -= chance
        if draw < 0:
            changed = _title(text.text) if case == "title" else getattr(text.text, case)()
            return replace(text, text=changed) if len(changed) == len(text.text) else text
    return text


_SMALL = frozenset(
    ("a", "an", "the", "and", "or", "of", "in", "on", "at", "to", "for", "from", "by", "with", "as", "but")
)


def _title(text: str) -> str:
    def word(match: re.Match[str]) -> str:
        found = match.group()
        return found if found in _SMALL else found[0].upper() + found[1:]

    return re.sub(r"[^\W\d_][\w'’]*", word, text)


def varied(text: Text, names: Sequence[str], rng: random.Random) -> Text:
    """Return the text with names swapped and case changed, each by its chance."""
    if rng.random() < SWAP_CHANCE:
        text = swapped(text, names, rng)
    return recased(text, rng)
