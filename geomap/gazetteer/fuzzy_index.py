"""Write the fuzzy part of an index: the words of all names, and the keys under which misspellings find them.

A key is a hash of 36 bits. Its upper bits number a bucket, the next 16 are stored with the word's number: six bytes for
each way to leave one letter out, a quarter of a gigabyte at the full size of GeoNames.
"""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from geomap.gazetteer.fuzzy_keys import HASH_BITS, indexed, skeleton_key, whole_hashes, word_hashes
from geomap.gazetteer.sorting import LineSorter

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

WORD_BITS = 28
TAG_BITS = 16
_MOST_BUCKET_BITS = HASH_BITS - TAG_BITS
_ENTRIES_IN_BUCKET = 48
_PARTS_BITS = 3
_WORDS_AT_ONCE = 250_000
_WORDS_HELD = 1_500_000
_NAMES_AT_ONCE = 50_000

_TABLES = (
    "CREATE TABLE word (id INTEGER PRIMARY KEY, word TEXT NOT NULL)",  # in the order of the alphabet
    "CREATE TABLE deletion (bucket INTEGER PRIMARY KEY, entries BLOB NOT NULL)",
)


def write_fuzzy(connection: sqlite3.Connection, folder: Path, *, advance: Callable[[float], None]) -> None:
    """Add the words and keys of all names in an index.

    Parameters
    ----------
    connection
        The index, its names already in it.
    folder
        Where temporary files may lie.
    advance
        Called with the share that is done, in [0, 1].
    """
    for table in _TABLES:
        connection.execute(table)
    with (
        LineSorter(folder) as words,
        tempfile.TemporaryDirectory(prefix=".geomap-keys-", dir=folder, ignore_cleanup_errors=True) as name,
    ):
        _collect_words(connection, words)
        advance(0.3)
        parts = [Path(name) / str(number) for number in range(1 << _PARTS_BITS)]
        total = _write_words(connection, words, parts)
        advance(0.7)
        bits = bucket_bits(total)
        connection.executemany("INSERT INTO deletion VALUES (?, ?)", _buckets(parts, bits))
        connection.execute("INSERT OR REPLACE INTO meta VALUES ('bucket_bits', ?)", (str(bits),))
        advance(1.0)


def bucket_bits(entries: int) -> int:
    """Return how many bits number the buckets of that many entries."""
    return min(max(entries // _ENTRIES_IN_BUCKET, 1).bit_length(), _MOST_BUCKET_BITS)


def _collect_words(connection: sqlite3.Connection, words: LineSorter) -> None:
    cursor = connection.execute("SELECT DISTINCT folded FROM name")
    held: set[str] = set()
    while names := cursor.fetchmany(_NAMES_AT_ONCE):
        held.update(" ".join([folded for (folded,) in names]).split(" "))
        if len(held) > _WORDS_HELD:
            words.extend(list(held))
            held = set()
    words.extend(list(held))


def _write_words(connection: sqlite3.Connection, words: LineSorter, parts: list[Path]) -> int:
    total, first = 0, 1
    held: list[str] = []
    for block in _distinct(words):
        held += block
        if len(held) >= _WORDS_AT_ONCE:
            total += _write_some(connection, held, first, parts)
            first, held = first + len(held), []
    return total + (_write_some(connection, held, first, parts) if held else 0)


def _distinct(words: LineSorter) -> Iterator[list[str]]:
    last = ""
    for block in words.blocks():
        kept = [word for word in dict.fromkeys(block) if indexed(word)]
        # Equal lines may be parted by the end of a block.
        yield kept[1:] if kept and kept[0] == last else kept
        last = kept[-1] if kept else last


def _write_some(connection: sqlite3.Connection, words: list[str], first: int, parts: list[Path]) -> int:
    import numpy as np

    connection.executemany("INSERT INTO word VALUES (?, ?)", enumerate(words, first))
    packed = []
    for length, positions in _by_length(words).items():
        hashes = word_hashes([words[position] for position in positions], length)
        numbers = np.repeat(np.array(positions, dtype=np.uint64) + np.uint64(first), length + 1)
        packed.append(_pack(hashes.ravel(), numbers))
    bones = [skeleton_key(word) for word in words]
    for length, positions in _by_length(bones).items():
        hashes = whole_hashes([bones[position] for position in positions], length)
        packed.append(_pack(hashes, np.array(positions, dtype=np.uint64) + np.uint64(first)))
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


def _buckets(parts: list[Path], bits: int) -> Iterator[tuple[int, bytes]]:
    import numpy as np

    held: tuple[int, bytes, bytes] | None = None
    for part in parts:
        packed = np.fromfile(part, dtype=np.uint64)
        if not len(packed):
            continue
        packed.sort()
        packed = packed[np.concatenate(([True], packed[1:] != packed[:-1]))]
        buckets = packed >> np.uint64(HASH_BITS + WORD_BITS - bits)
        tags = (packed >> np.uint64(HASH_BITS + WORD_BITS - bits - TAG_BITS)).astype("<u2")
        words = (packed & np.uint64((1 << WORD_BITS) - 1)).astype("<u4")
        starts = [0, *(np.flatnonzero(np.diff(buckets)) + 1).tolist(), len(packed)]
        for begin, end in pairwise(starts):
            bucket = int(buckets[begin])
            # With few buckets, one may lie across two parts.
            if held and held[0] != bucket:
                yield held[0], held[1] + held[2]
                held = None
            before = held or (bucket, b"", b"")
            held = (bucket, before[1] + tags[begin:end].tobytes(), before[2] + words[begin:end].tobytes())
    if held:
        yield held[0], held[1] + held[2]
