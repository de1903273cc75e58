"""Find names similar to a misspelled one: proposals from the index, scored by string similarity.

Every word of a name is indexed under the hashes of itself, of itself with one letter deleted (symmetric deletes, Garbe's
SymSpell) and of its consonant skeleton. Buckets of packed arrays hold the hashes, as a row for each would
take far more space.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import combinations, pairwise
from pathlib import Path
from typing import IO, TYPE_CHECKING, Protocol

from geomap.gazetteer._sections import SectionsWriter, TextsWriter, spooled
from geomap.gazetteer._sorting import LineSorter

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

SHORTEST, LONGEST = 3, 32
HASH_BITS = 36
_SHORTEST_SKELETON = 3
_BASE = 0x9E3779B97F4A7C15
_MASK = (1 << 64) - 1
# Transliterations exchange letters of one class, and add or drop those that map to nothing.
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
    """Return whether a word is in the fuzzy index: not too short, not too long, not a number."""
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
        # A polynomial hash, highest power first. Deleting a letter keeps what follows it as is and lowers every power
        # before it by one; that is the whole hash less (prefix with the letter - prefix without) at this power.
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
    """Return a word's skeleton as a key, empty where it is too short to distinguish words."""
    bones = skeleton(word)
    if len(bones) < _SHORTEST_SKELETON:
        return ""
    # "#", which begins no word, keeps skeletons apart from words; transliterations seldom lose an initial vowel.
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
    """Return hashes with their bits mixed (two rounds of multiply and xor-shift), the upper 36 bits of them."""
    import numpy as np

    shift, factor = np.uint64(32), np.uint64(0xD6E8FEB86659FD93)
    value = (value ^ (value >> shift)) * factor
    value = (value ^ (value >> shift)) * factor
    return value >> np.uint64(64 - HASH_BITS)


WORD_BITS = 28
TAG_BITS = 16
_MOST_BUCKET_BITS = HASH_BITS - TAG_BITS
_ENTRIES_IN_BUCKET = 48
_PARTS_BITS = 3
_WORDS_AT_ONCE = 250_000
_WORDS_HELD = 1_500_000


def write_fuzzy(
    sections: SectionsWriter, names: Iterable[list[str]], folder: Path, *, advance: Callable[[float], None]
) -> None:
    """Add the words of all names, and the keys by which similar words are found.

    Parameters
    ----------
    sections
        Where to add them: ``word`` with the words in the order of the alphabet, and ``fuzzy_starts``, ``fuzzy_tags`` and
        ``fuzzy_words``, the buckets of hashes.
    names
        All folded names, in lists.
    folder
        Folder for temporary files.
    advance
        Called with the share of the work that is done, in [0, 1].
    """
    with (
        LineSorter(folder) as words,
        tempfile.TemporaryDirectory(prefix=".geomap-keys-", dir=folder, ignore_cleanup_errors=True) as name,
        spooled(folder) as tags,
        spooled(folder) as numbers,
    ):
        _collect_words(names, words)
        advance(0.4)
        parts = [Path(name) / str(number) for number in range(1 << _PARTS_BITS)]
        total = _write_words(sections, words, parts, folder)
        advance(0.8)
        sections.add("fuzzy_starts", _write_buckets(parts, bucket_bits(total), tags, numbers))
        sections.add("fuzzy_tags", tags, "H")
        sections.add("fuzzy_words", numbers, "I")
        advance(1.0)


def bucket_bits(entries: int) -> int:
    """Return how many bits of a hash select its bucket, so that a bucket holds about 48 entries."""
    return min(max(entries // _ENTRIES_IN_BUCKET, 1).bit_length(), _MOST_BUCKET_BITS)


def _collect_words(names: Iterable[list[str]], words: LineSorter) -> None:
    held: set[str] = set()
    for some in names:
        held.update(" ".join(some).split(" "))
        if len(held) > _WORDS_HELD:
            words.extend(list(held))
            held = set()
    words.extend(list(held))


def _write_words(sections: SectionsWriter, words: LineSorter, parts: list[Path], folder: Path) -> int:
    total, first = 0, 0
    held: list[str] = []
    with TextsWriter(folder) as texts:
        for block in _distinct(words):
            held += block
            if len(held) >= _WORDS_AT_ONCE:
                total += _write_some(texts, held, first, parts)
                first, held = first + len(held), []
        total += _write_some(texts, held, first, parts) if held else 0
        texts.add_to(sections, "word")
    return total


def _distinct(words: LineSorter) -> Iterator[list[str]]:
    last = ""
    for block in words.blocks():
        kept = [word for word in dict.fromkeys(block) if indexed(word)]
        # Equal lines may be split across two blocks.
        yield kept[1:] if kept and kept[0] == last else kept
        last = kept[-1] if kept else last


def _write_some(texts: TextsWriter, words: list[str], first: int, parts: list[Path]) -> int:
    import numpy as np

    texts.extend(words)
    packed = []
    for length, positions in _by_length(words).items():
        hashes = word_hashes([words[position] for position in positions], length)
        numbers = np.repeat(np.array(positions, dtype=np.uint64) + np.uint64(first), length + 1)
        packed.append(_pack(hashes.ravel(), numbers))
    bones = [skeleton_key(word) for word in words]
    for length, positions in _by_length(bones).items():
        hashes = whole_hashes([bones[position] for position in positions], length)
        packed.append(_pack(hashes, np.array(positions, dtype=np.uint64) + np.uint64(first)))
    # One 64-bit number per entry, the hash in its upper 36 bits and the word's number below: sorting the numbers sorts
    # by hash. The hash's first three bits choose the file, so that each file can be sorted alone.
    together = np.concatenate(packed)
    chosen = together >> np.uint64(HASH_BITS + WORD_BITS - _PARTS_BITS)
    for number, part in enumerate(parts):
        with part.open("ab") as file:
            together[chosen == number].tofile(file)
    return len(together)


def _by_length(words: list[str]) -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    for position, word in enumerate(words):
        if word:
            found.setdefault(len(word), []).append(position)
    return found


def _pack(hashes: npt.NDArray[np.uint64], numbers: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
    import numpy as np

    return (hashes << np.uint64(WORD_BITS)) | numbers


def _write_buckets(parts: list[Path], bits: int, tags: IO[bytes], words: IO[bytes]) -> npt.NDArray[np.uint32]:
    """Write the entries in the order of their buckets, and return where each bucket begins."""
    import numpy as np

    sizes = np.zeros(1 << bits, np.int64)
    # Without a word of three letters there are no parts.
    for part in filter(Path.is_file, parts):
        packed = np.fromfile(part, dtype=np.uint64)
        packed.sort()
        packed = packed[np.concatenate(([True], packed[1:] != packed[:-1]))] if len(packed) else packed
        sizes += np.bincount((packed >> np.uint64(HASH_BITS + WORD_BITS - bits)).astype(np.int64), minlength=1 << bits)
        # The hash's next bits after those of the bucket are stored as a tag of 16 bits; the rest is not needed.
        tags.write((packed >> np.uint64(HASH_BITS + WORD_BITS - bits - TAG_BITS)).astype("<u2").tobytes())
        words.write((packed & np.uint64((1 << WORD_BITS) - 1)).astype("<u4").tobytes())
    return np.concatenate(([0], np.cumsum(sizes))).astype(np.uint32)


# Below this, four of five names offered for a string of letters that is no name would be noise, and hardly a misspelled
# name would be lost with them. Of short names nearly every string is similar to one, so that there a name that is not the
# main one has to be closer. docs/benchmarks/gazetteer.md has the figures.
SMALLEST_SCORE = 0.72
_SMALLEST_OF_SHORT = 0.88
_SHORT = 5
_MOST_WORDS = 600
_NEIGHBORS = 60
_NEIGHBORS_IN_PAIRS = 16
_LONGEST_ENDING = 3
_LONGEST_QUERY = 60


class Words(Protocol):
    """What the search needs from an index; see :class:`geomap.gazetteer._store.Store`."""

    @property
    def word_count(self) -> int:
        """Number of distinct words in the names."""

    @property
    def bucket_bits(self) -> int:
        """Number of bits of a hash that select its bucket."""

    def existing(self, names: Iterable[str]) -> list[str]:
        """Return those of the folded names that are in the index."""

    def entries(self, bucket: int) -> tuple[memoryview[int], memoryview[int]]:
        """Return the tags of a bucket, and the numbers of their words."""

    def words(self, numbers: Iterable[int]) -> list[str]:
        """Return the words of these numbers."""

    def word(self, number: int) -> str:
        """Return the word of a number."""


def similar_names(words: Words, folded: str, *, smallest: float = SMALLEST_SCORE) -> list[tuple[str, float]]:
    """Return the names of an index that are similar to a folded name, the most similar first, with scores in [0, 1].

    Each word is replaced by its neighbors in the index, one at a time, or two where one is not enough; words are joined
    and split. Of these proposals, those that are names are scored.
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


def is_likely(folded: str, score: float, *, main: bool) -> bool:
    """Return whether a name is similar enough to a folded one to be offered.

    Parameters
    ----------
    folded
        The name that was asked for.
    score
        The similarity of the two.
    main
        Whether the similar name is the main one of its feature.
    """
    return score >= (SMALLEST_SCORE if main or len(folded) > _SHORT else _SMALLEST_OF_SHORT)


def similarity(one: str, other: str) -> float:
    """Return the similarity of two folded names, in [0, 1].

    Two thirds are the letters (optimal string alignment, normalized), one third the skeletons, which transliterations
    share.
    """
    from rapidfuzz.distance import OSA

    letters = OSA.normalized_similarity(one, other)
    bones = OSA.normalized_similarity(skeleton(one).replace(" ", ""), skeleton(other).replace(" ", ""))
    return (2 * letters + bones) / 3


def neighbors(words: Words, word: str) -> list[str]:
    """Return the indexed words that are similar to a word, the most similar first, itself included."""
    from rapidfuzz import process
    from rapidfuzz.distance import OSA

    if not indexed(word):
        return [word]
    found = _words(words, word)
    # A low cutoff, because inflections change more than one letter.
    ranked = process.extract(word, found, scorer=OSA.normalized_similarity, score_cutoff=0.4, limit=None)
    bones = skeleton(word)
    scored = [(score + 0.4 * (skeleton(other) == bones), other) for other, score, _ in ranked]
    scored.sort(key=lambda each: (-each[0], each[1]))
    return [other for _, other in scored[:_NEIGHBORS]]


def _words(words: Words, word: str) -> list[str]:
    keys = {plain_hash(form) for form in _forms(word)}
    if bones := skeleton_key(word):
        keys.add(plain_hash(bones))
    numbers: set[int] = set()
    for key in keys:
        tags, found = words.entries(key >> (HASH_BITS - words.bucket_bits))
        tag = (key >> (HASH_BITS - words.bucket_bits - TAG_BITS)) & ((1 << TAG_BITS) - 1)
        numbers.update(number for each, number in zip(tags, found, strict=True) if each == tag)
    if len(numbers) > _MOST_WORDS:
        # Words are numbered alphabetically: those with close numbers share a beginning.
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
    low, high = 0, words.word_count
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
