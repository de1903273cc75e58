"""Choose the pieces that the languages served need, out of a quarter of a million, and write a tokenizer of them.

A piece is worth its mean share of the words of each language: of the training text, of the words of ``wordfreq`` (half of
the languages have little training text or none), and of the names of the gazetteer in every script. Without the last,
"Genève" would be read letter by letter.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np
from encoder import Encoder
from numpy.typing import NDArray
from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers, processors

KEPT = 124_000
"""Pieces of the model that ships."""

SPECIAL = ("<s>", "<pad>", "</s>", "<unk>")
START, PADDING, END, UNKNOWN = range(4)
SPACE = "▁"
WORDS_OF_LANGUAGE = 30_000
"""Words of a language that are counted, the most frequent first."""

NAMES_WEIGHT, LARGE_NAMES_WEIGHT = 3.0, 5.0
"""How many languages the names of the gazetteer count for, and those of large cities once more."""

AT_ONCE = 4096


def tokenizer_of(pieces: Sequence[str], scores: Sequence[float]) -> Tokenizer:
    """Return a Unigram tokenizer that reads as the encoder's own does, and adds its special tokens.

    NFKC composes accents, which the encoder's own normalizer does not; offsets count the characters before it.
    """
    tokenizer = Tokenizer(models.Unigram(list(zip(pieces, scores, strict=True)), unk_id=UNKNOWN, byte_fallback=False))
    tokenizer.normalizer = normalizers.Sequence(
        [
            normalizers.Replace(Regex(r"[\u0000-\u0008\u000b\u000e-\u001f\u007f]"), ""),
            normalizers.Replace(Regex(r"\s"), " "),
            normalizers.NFKC(),
            normalizers.Replace(Regex(" {2,}"), " "),
        ]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(SPACE, prepend_scheme="always", split=False)
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", special_tokens=[("<s>", START), ("</s>", END)]
    )
    return tokenizer


def counts_of(tokenizer: Tokenizer, texts: Iterable[str]) -> Counter[int]:
    """Return how often each piece stands in some texts."""
    counts: Counter[int] = Counter()
    waiting: list[str] = []

    def count() -> None:
        for encoding in tokenizer.encode_batch(waiting, add_special_tokens=False):
            counts.update(encoding.ids)
        waiting.clear()

    for text in texts:
        waiting.append(text)
        if len(waiting) == AT_ONCE:
            count()
    count()
    return counts


def counts_of_words(tokenizer: Tokenizer, language: str) -> Counter[int]:
    """Return how often each piece stands in a language at large, by ``wordfreq``; nothing for a language it lacks."""
    import wordfreq

    code = {"hr": "sh", "sr": "sh", "no": "nb"}.get(language, language)
    if code not in wordfreq.available_languages():
        return Counter()
    shares = wordfreq.get_frequency_dict(code)
    words = sorted(shares, key=lambda word: (-shares[word], word))[:WORDS_OF_LANGUAGE]
    counts: Counter[int] = Counter()
    # Names are in the lists too, in small letters.
    for shown in (words, [word.capitalize() for word in words]):
        for word, encoding in zip(words, tokenizer.encode_batch(shown, add_special_tokens=False), strict=True):
            for number in encoding.ids:
                counts[number] += round(1e9 * shares[word])
    return counts


def chosen(encoder: Encoder, counts: Iterable[tuple[Counter[int], float]], kept: int = KEPT) -> list[int]:
    """Return the numbers of the pieces to keep, in order: special ones, single characters that occur, then the worthiest.

    Parameters
    ----------
    encoder
        The encoder.
    counts
        Of each kind of text, a language say, and how much it weighs.
    kept
        How many to keep.
    """
    worth: NDArray[np.float64] = np.zeros(len(encoder.pieces))
    for each, weight in counts:
        total = max(1, each.total())
        for number, count in each.items():
            worth[number] += weight * count / total
    single = np.array([len(piece.removeprefix(SPACE)) <= 1 for piece in encoder.pieces])
    worth[single & (worth > 0)] += 1e3
    worth[: len(SPECIAL)] = 1e6
    order = np.lexsort((np.arange(len(worth)), -worth))[:kept]
    return sorted(int(number) for number in order if worth[number] > 0)
