"""The span: what every recognizer returns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable


@dataclass(frozen=True, slots=True)
class Span:
    """One mention that a recognizer found in a string.

    Parameters
    ----------
    start, end
        Character offsets in the string that was read: ``text[start:end]`` are the words as written.
    kind
        ``"toponym"``, ``"demonym"`` or ``"embedded"``.
    usage
        ``"literal"``, ``"associative"``, or None where the recognizer cannot tell.
    score
        Score of the span in [0, 1], or None from a recognizer that has none.
    """

    start: int
    end: int
    kind: str
    usage: str | None = None
    score: float | None = None


@runtime_checkable
class Recognizer(Protocol):
    """Anything that finds mentions in strings; implement this one method to bring your own.

    >>> class Shouting:
    ...     def recognize(self, texts):
    ...         return [[Span(0, 5, "toponym")] if text.startswith("MOSUL") else [] for text in texts]
    """

    def recognize(self, texts: Sequence[str]) -> list[list[Span]]:
        """Return for each text its spans, sorted by start, none of kind toponym overlapping another."""
        ...
