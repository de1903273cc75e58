"""Words with their offsets, and the marks of how they are written."""

from __future__ import annotations

import re
from dataclasses import dataclass

# A word keeps inner apostrophes and hyphens' parts apart; initials with dots ("U.S.") are one word.
_WORD = re.compile(r"(?:[^\W\d_]\.){2,}|[^\W_]+(?:['’ʼ][^\W_]+)*")
_SENTENCE_END = re.compile(r"[.!?:;…\n\"“”]")


@dataclass(frozen=True, slots=True)
class Token:
    """A word of a text.

    Parameters
    ----------
    start, end
        Character offsets.
    word
        The word as written.
    joined
        Whether only a space or a hyphen parts it from the word before.
    opens
        Whether it stands at the start of a sentence, a line or a quotation.
    """

    start: int
    end: int
    word: str
    joined: bool
    opens: bool

    @property
    def capital(self) -> bool:
        """Whether the word begins with a capital letter."""
        return self.word[0].isupper()

    @property
    def shouting(self) -> bool:
        """Whether the word is in capitals altogether and longer than an abbreviation."""
        return len(self.word) > 4 and self.word.isupper()


def tokenize(text: str) -> list[Token]:
    """Return the words of a text in order; a possessive ``'s`` is no part of its word."""
    tokens: list[Token] = []
    end = 0
    for match in _WORD.finditer(text):
        start, stop = match.span()
        word = match.group()
        if word[-2:] in {"'s", "’s", "'S", "’S"}:
            word, stop = word[:-2], stop - 2
        gap = text[end:start]
        opens = not tokens or bool(_SENTENCE_END.search(gap))
        if (
            opens
            and gap.startswith(".")
            and len(tokens[-1].word if tokens else "") <= 4
            and "\n" not in gap
            and gap.strip() == "."
        ):
            opens = not (tokens and tokens[-1].capital and len(tokens[-1].word) <= 4)
        tokens.append(Token(start, stop, word, gap in {" ", "-", "\u00a0", "'s ", "’s ", ". "} and not opens, opens))
        end = stop
    return tokens
