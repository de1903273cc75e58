"""The word embeddings at 4 bits inside an ONNX graph: as the encoder has them, since they are not trained."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from encoder import BLOCK, Encoder, Packed
from export import Graph
from onnx import TensorProto


def word_rows(encoder: Encoder, numbers: Sequence[int]) -> Packed:
    """Return the embeddings of some pieces."""
    words = encoder.tensors["emb.word"]
    assert isinstance(words, Packed)
    return words.rows(np.asarray(numbers, dtype=np.int64))


def words(rows: Packed) -> Callable[[Graph], str]:
    """Return a function that adds embeddings at 4 bits to a graph.

    The rows of a window are unpacked after they are looked up, by operators that every version of onnxruntime has: what is
    in the file stays packed in memory too.
    """
    blocks = rows.scales.shape[1]

    def add(graph: Graph) -> str:
        codes = graph.node("Gather", [graph.value("words.codes", rows.codes), "ids"])
        whole = graph.node("Cast", [codes], to=TensorProto.INT32)
        sixteen = graph.value("sixteen", np.array(16, dtype=np.int32))
        high = graph.node("Div", [whole, sixteen])
        low = graph.node("Sub", [whole, graph.node("Mul", [high, sixteen])])
        shape = graph.value("words.halves", np.array([0, 0, blocks, BLOCK // 2]))
        halves = [graph.node("Reshape", [half, shape]) for half in (low, high)]
        both = graph.node("Cast", [graph.node("Concat", halves, axis=3)], to=TensorProto.FLOAT)
        centered = graph.node("Sub", [both, graph.value("eight", np.array(8, dtype=np.float32))])
        scales = graph.node("Gather", [graph.value("words.scales", rows.scales[:, :, None]), "ids"])
        scaled = graph.node("Mul", [centered, graph.node("Cast", [scales], to=TensorProto.FLOAT)])
        name: str = graph.node("Reshape", [scaled, graph.value("words.shape", np.array([0, 0, blocks * BLOCK]))])
        return name

    return add
