"""Spelling keys: one form for the spellings of a name that folding keeps apart, such as transliterations.

``Hawija`` and ``Al Ḩawījah`` fold to different strings and share a key. Keys find names only where no feature has the name
as it is written.
"""

from __future__ import annotations

import re

# The Arabic article, as it is written before every letter or as it sounds before some.
_ARTICLE = re.compile(r"\b(?:al|el|ad|an|ar|as|ash|at|az) (?=[a-z]{3})")
_FINAL_H = re.compile(r"(?<=[ae])h\b")
_REPEATED = re.compile(r"([a-z])\1+")


def spelling_key(folded: str) -> str:
    """Return the key of a folded name; names of one key are spellings of each other, or look like it.

    Examples
    --------
    >>> spelling_key("al hawijah") == spelling_key("hawija")
    True
    """
    return _REPEATED.sub(r"\1", _FINAL_H.sub("", _ARTICLE.sub("", folded)))
