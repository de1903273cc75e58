"""Find names that a misspelled one may mean: proposals from the index, judged by string similarity."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import combinations, pairwise
from typing import Protocol

from geomap.gazetteer.fuzzy_index import TAG_BITS
from geomap.gazetteer.fuzzy_keys import HASH_BITS, indexed, plain_hash, skeleton, skeleton_key

SMALLEST_SCORE = 0.65
_MOST_WORDS = 600
_NEIGHBORS = 60
_NEIGHBORS_IN_PAIRS = 16
_LONGEST_ENDING = 3
_LONGEST_QUERY = 60
_TAG_BYTES, _WORD_BYTES = 2, 4


class Words(Protocol):
    """What the search needs of an index; see :class:`geomap.gazetteer.store.Store`."""

    @property
    def word_count(self) -> int:
        """How many different words the names are made of."""

    @property
    def bucket_bits(self) -> int:
        """How many bits of a hash tell the buckets apart."""

    def existing(self, names: Iterable[str]) -> list[str]:
        """Return those of the folded names that are in the index."""

    def entries(self, bucket: int) -> bytes | None:
        """Return the packed entries of a bucket, None where it is empty."""

    def words(self, numbers: Iterable[int]) -> list[str]:
        """Return the words of these numbers."""

    def word(self, number: int) -> str:
        """Return the word of a number."""


def similar_names(words: Words, folded: str, *, smallest: float = SMALLEST_SCORE) -> list[tuple[str, float]]:
    """Return the names of an index that are like a folded name, the likest first, each with its similarity in [0, 1].

    Each word is replaced by its neighbors in the index, one at a time, or two where one is not enough; words are joined
    and split. What then is a name counts.
    """
    asked = folded.split(" ")[:8]
    if not folded or len(folded) > _LONGEST_QUERY:
        return []
    near = [neighbors(words, word) for word in asked]
    found = _scored(words, folded, _changed(asked, near), smallest)
    if not found and len(asked) > 1:
        found = _scored(words, folded, _changed_twice(asked, near), smallest)
    if len(asked) > 1:
        joined = (" ".join([*asked[:at], other, *asked[at + 2 :]]) for at, other in _joined(words, asked))
        found |= _scored(words, folded, joined, smallest)
    return sorted(found.items(), key=lambda each: (-each[1], each[0]))


def similarity(one: str, other: str) -> float:
    """Return how alike two folded names are, in [0, 1].

    Two thirds are the letters (optimal string alignment, normalized), one third the skeletons, which transliterations
    share.
    """
    from rapidfuzz.distance import OSA

    letters = OSA.normalized_similarity(one, other)
    bones = OSA.normalized_similarity(skeleton(one).replace(" ", ""), skeleton(other).replace(" ", ""))
    return (2 * letters + bones) / 3


def neighbors(words: Words, word: str) -> list[str]:
    """Return the indexed words that are like a word, the likest first, itself included."""
    from rapidfuzz import process
    from rapidfuzz.distance import OSA

    if not indexed(word):
        return [word]
    found = _words(words, word)
    # The endings that languages add or change are longer than one letter.
    ranked = process.extract(word, found, scorer=OSA.normalized_similarity, score_cutoff=0.4, limit=None)
    bones = skeleton(word)
    scored = [(score + 0.4 * (skeleton(other) == bones), other) for other, score, _ in ranked]
    scored.sort(key=lambda each: (-each[0], each[1]))
    return [other for _, other in scored[:_NEIGHBORS]]


def _words(words: Words, word: str) -> list[str]:
    import numpy as np

    keys = {plain_hash(form) for form in _forms(word)}
    if bones := skeleton_key(word):
        keys.add(plain_hash(bones))
    numbers: set[int] = set()
    for key in keys:
        bucket = words.entries(key >> (HASH_BITS - words.bucket_bits))
        if bucket is None:
            continue
        size = len(bucket) // (_TAG_BYTES + _WORD_BYTES)
        tags = np.frombuffer(bucket, dtype="<u2", count=size)
        tag = (key >> (HASH_BITS - words.bucket_bits - TAG_BITS)) & ((1 << TAG_BITS) - 1)
        numbers.update(np.frombuffer(bucket, dtype="<u4", offset=_TAG_BYTES * size)[tags == tag].tolist())
    if len(numbers) > _MOST_WORDS:
        # Words are numbered by the alphabet: those nearby begin alike.
        place = _place(words, word)
        numbers = set(sorted(numbers, key=lambda number: abs(number - place))[:_MOST_WORDS])
    return words.words(numbers)


def _forms(word: str) -> Iterator[str]:
    yield word
    for at in range(len(word)):
        yield word[:at] + word[at + 1 :]
    for ending in range(2, _LONGEST_ENDING + 1):
        if len(word) - ending > 3:
            yield word[:-ending]


def _place(words: Words, word: str) -> int:
    low, high = 1, words.word_count + 1
    while low < high:
        middle = (low + high) // 2
        if words.word(middle) < word:
            low = middle + 1
        else:
            high = middle
    return low


def _changed(asked: list[str], near: list[list[str]]) -> Iterator[str]:
    yield " ".join(asked)
    for at, others in enumerate(near):
        for other in others:
            yield " ".join([*asked[:at], other, *asked[at + 1 :]])
        word = asked[at]
        for cut in range(2, len(word) - 1):
            yield " ".join([*asked[:at], word[:cut], word[cut:], *asked[at + 1 :]])


def _changed_twice(asked: list[str], near: list[list[str]]) -> Iterator[str]:
    for first, second in combinations(range(len(asked)), 2):
        for one in near[first][:_NEIGHBORS_IN_PAIRS]:
            for other in near[second][:_NEIGHBORS_IN_PAIRS]:
                yield " ".join([*asked[:first], one, *asked[first + 1 : second], other, *asked[second + 1 :]])


def _joined(words: Words, asked: list[str]) -> Iterator[tuple[int, str]]:
    for at, (one, other) in enumerate(pairwise(asked)):
        for near in neighbors(words, one + other):
            yield at, near


def _scored(words: Words, folded: str, proposals: Iterable[str], smallest: float) -> dict[str, float]:
    scores = ((name, similarity(folded, name)) for name in words.existing(dict.fromkeys(proposals)))
    return {name: score for name, score in scores if score >= smallest}
