"""Keys under which a misspelled word meets the right one.

Two words meet when one letter taken from either makes them equal (one insertion, deletion, substitution or swap of
neighbors apart; the symmetric deletes of SymSpell), or when their skeletons are equal: what is left when the letters
that transliterations disagree about are merged or dropped ("Nasiriyah", "Nassiriya").
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

SHORTEST, LONGEST = 3, 32
HASH_BITS = 36
_SHORTEST_SKELETON = 3
_BASE = 0x9E3779B97F4A7C15
_MASK = (1 << 64) - 1
# Letters of one class are exchanged by transliterations; what maps to nothing comes and goes with them.
_CLASSES = str.maketrans(
    {
        **dict.fromkeys("aeiouyjh", ""),
        **dict.fromkeys("ckqg", "k"),
        **dict.fromkeys("sz", "s"),
        **dict.fromkeys("td", "t"),
        **dict.fromkeys("fvw", "f"),
        "x": "ks",
    }
)
_GROUPS = re.compile(r"t?sch|tch|dzh|kh|ts|tz|cz|ph|c(?=[eiy])")
_GROUP_LETTERS = {"ph": "f", "sch": "s", "ts": "s", "tz": "s", "dzh": "", "kh": "", "c": "s"}
_DOUBLED = re.compile(r"(.)\1+")


def skeleton(word: str) -> str:
    """Return what transliterations of a folded word have in common.

    Examples
    --------
    >>> skeleton("nasiriyah"), skeleton("nassiriya"), skeleton("mohammed"), skeleton("muhamad")
    ('nsr', 'nsr', 'mmt', 'mmt')
    """
    grouped = _GROUPS.sub(lambda found: _GROUP_LETTERS.get(found[0], "k"), word)
    return _DOUBLED.sub(r"\1", grouped).translate(_CLASSES)


def indexed(word: str) -> bool:
    """Tell whether a word has keys: not too short, not too long, no number."""
    return SHORTEST <= len(word) <= LONGEST and not word.isdigit()


def word_hashes(words: Sequence[str], length: int) -> npt.NDArray[np.uint64]:
    """Return the hashes of words of one length, and of each word with one letter left out.

    Parameters
    ----------
    words
        Words of the same length.
    length
        That length.

    Returns
    -------
    numpy.ndarray
        Of shape (words, length + 1), 36 bits each; the last column is the whole word.
    """
    import numpy as np

    codes = _codes(words, length)
    powers = [np.uint64(pow(_BASE, power, 1 << 64)) for power in range(length)]
    prefix = np.zeros((len(words), length + 1), dtype=np.uint64)
    for place in range(length):
        prefix[:, place + 1] = prefix[:, place] * np.uint64(_BASE) + codes[:, place]
    found = np.empty_like(prefix)
    whole = prefix[:, length]
    for place in range(length):
        # The word without this letter: what stands before it moves one place to the right.
        power = powers[length - 1 - place]
        found[:, place] = whole - (prefix[:, place + 1] - prefix[:, place]) * power
    found[:, length] = whole
    return mixed(found)


def whole_hashes(words: Sequence[str], length: int) -> npt.NDArray[np.uint64]:
    """Return the hashes of words of one length."""
    import numpy as np

    value = np.zeros(len(words), dtype=np.uint64)
    for letters in _codes(words, length).T:
        value = value * np.uint64(_BASE) + letters
    return mixed(value)


def skeleton_key(word: str) -> str:
    """Return a word's skeleton as a key, or nothing where it is too short to tell words apart."""
    bones = skeleton(word)
    if len(bones) < _SHORTEST_SKELETON:
        return ""
    # A letter that no word begins with keeps skeletons apart from words; an initial vowel is seldom lost.
    return f"#a{bones}" if word[0] in "aeiou" else f"#{bones}"


def plain_hash(word: str) -> int:
    """Return the hash of one word, the same as :func:`word_hashes` gives."""
    value = 0
    for letter in word:
        value = (value * _BASE + ord(letter) + 1) & _MASK
    value ^= value >> 32
    value = (value * 0xD6E8FEB86659FD93) & _MASK
    value ^= value >> 32
    return (value * 0xD6E8FEB86659FD93 & _MASK) >> (64 - HASH_BITS)


def _codes(words: Sequence[str], length: int) -> npt.NDArray[np.uint64]:
    import numpy as np

    letters = np.array(words, dtype=f"U{length}").view(np.uint32).reshape(len(words), length)
    return letters.astype(np.uint64) + np.uint64(1)


def mixed(value: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
    """Spread hashes over all bits and keep the upper ones."""
    import numpy as np

    shift, factor = np.uint64(32), np.uint64(0xD6E8FEB86659FD93)
    value = (value ^ (value >> shift)) * factor
    value = (value ^ (value >> shift)) * factor
    return value >> np.uint64(64 - HASH_BITS)
