"""The span, which every recognizer returns, and the recognizer itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable


@dataclass(frozen=True, slots=True)
class Span:
    """One mention that a recognizer found in a text.

    Parameters
    ----------
    start, end
        Character offsets in the text: ``text[start:end]`` are the words as written.
    kind
        ``"toponym"``, ``"demonym"``, ``"embedded"`` or ``"coordinate"``.
    usage
        ``"literal"`` or ``"associative"``; None if the recognizer cannot tell.
    score
        Score of the span in [0, 1]; None if the recognizer has none.
    name
        The name to look up where it is not the words as written: "North Dakota" for the first of "North and South Dakota".
    """

    start: int
    end: int
    kind: str
    usage: str | None = None
    score: float | None = None
    name: str | None = None


@runtime_checkable
class Recognizer(Protocol):
    """Anything that finds mentions in texts; implement this one method to use your own.

    Examples
    --------
    >>> import re
    >>> class Datelines:
    ...     def recognize(self, texts):
    ...         found = [re.match("([A-Z]+), ", text) for text in texts]
    ...         return [[Span(*match.span(1), "toponym")] if match else [] for match in found]
    >>> Datelines().recognize(["MOSUL, Iraq: rain fell.", "Rain fell."])
    [[Span(start=0, end=5, kind='toponym', usage=None, score=None, name=None)], []]
    """

    def recognize(self, texts: Sequence[str]) -> list[list[Span]]:
        """Return the spans of each text, sorted by start; no toponym overlaps another."""
        ...
