"""Recognizers for the tests of runs, which other processes can import: one fails at a word, one ends its process."""

from __future__ import annotations

import os
import signal
from collections.abc import Sequence

from geomap.recognition import Span

POISON = "poison"


class Failing:
    """Finds "Mosul", and raises an error where a text has the word "poison"."""

    def recognize(self, texts: Sequence[str]) -> list[list[Span]]:
        for text in texts:
            if POISON in text:
                self.fail()
        return [
            [Span(text.index("Mosul"), text.index("Mosul") + 5, "toponym")] if "Mosul" in text else [] for text in texts
        ]

    def fail(self) -> None:
        raise ValueError("it chokes on that")


class Killing(Failing):
    """The same, but the process is killed, as one that takes too much memory is."""

    def fail(self) -> None:
        os.kill(os.getpid(), signal.SIGKILL)
