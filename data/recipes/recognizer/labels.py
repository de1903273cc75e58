"""What a word of a training text may be: one bit per label, over the three heads of the model.

A word carries the set of labels that its source does not rule out. The loss is the negative log of the probability that
the model gives to that set, head by head; a head about which the source says nothing has all its bits set and costs
nothing. So a source that never marked demonyms does not teach that "Iraqi" is no name.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

NAME_TYPES = ("LOC", "NORP", "ORG", "PER", "MISC")
KINDS = ("toponym", "demonym", "embedded")
USAGES = ("literal", "associative")

NAME_LABELS = ("O", *(f"{mark}-{kind}" for kind in NAME_TYPES for mark in "BI"))
SPAN_LABELS = ("O", *(f"{mark}-{kind}" for kind in KINDS for mark in "BI"))
HEADS = (("names", NAME_LABELS), ("spans", SPAN_LABELS), ("usage", USAGES))
SIZES = tuple(len(labels) for _, labels in HEADS)
OUTPUTS = sum(SIZES)

_OFFSETS = (0, SIZES[0], SIZES[0] + SIZES[1])
ANY_NAME = (1 << SIZES[0]) - 1
ANY_SPAN = ((1 << SIZES[1]) - 1) << _OFFSETS[1]
ANY_USAGE = ((1 << SIZES[2]) - 1) << _OFFSETS[2]
ANYTHING = ANY_NAME | ANY_SPAN | ANY_USAGE
NO_NAME = 1
NO_SPAN = 1 << _OFFSETS[1]


def name_bits(types: Iterable[str], *, begins: bool) -> int:
    """Return the bits of the first head for a word that begins (or goes on with) a name of one of some types."""
    bits = 0
    for kind in types:
        kind = "LOC" if kind == "FAC" else kind
        bits |= NO_NAME if kind == "O" else 1 << NAME_LABELS.index(f"{'B' if begins else 'I'}-{kind}")
    return bits


def span_bits(kinds: Iterable[str], *, begins: bool) -> int:
    """Return the bits of the second head for a word of a mention of one of some kinds."""
    bits = 0
    for kind in kinds:
        bits |= 1 << (_OFFSETS[1] + SPAN_LABELS.index(f"{'B' if begins else 'I'}-{kind}"))
    return bits


def usage_bits(usage: str | None) -> int:
    """Return the bits of the third head; all of them where the usage is not known."""
    return ANY_USAGE if usage is None else 1 << (_OFFSETS[2] + USAGES.index(usage))


def inside(words: Sequence[tuple[int, int]], start: int, end: int) -> list[int]:
    """Return the numbers of the words of which at least half lies in ``start:end``."""
    found = []
    for number, (left, right) in enumerate(words):
        if left >= end:
            break
        if 2 * (min(right, end) - max(left, start)) >= right - left:
            found.append(number)
    return found
