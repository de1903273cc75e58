"""Write a trained tagger as a folder that the recognizer of geomap reads: one small ONNX file, int8 throughout.

The graph is built by hand from onnxruntime's fused operators, so that it does not depend on what an exporter makes of
the Python code, and two exports of the same weights are the same bytes.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import labels
import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper
from tokenizers import Tokenizer

from geomap.recognition._windows import SHAPES, WINDOW

Array = NDArray[np.generic]
Ranges = Mapping[str, tuple[float, float]]
CONTRIB = "com.microsoft"
HEADS = 12
START, END = 101, 102
BIAS = -0.5
"""Added to the log probability of a mention's first word: it evens out precision and recall on gold."""

SMALL_BIAS = 1.0
"""The same where a window has no capital letter."""

EPSILON = 1e-12
LARGEST = 63
"""Weights take 7 of 8 bits: processors without VNNI add two products in 16 bits, which full range would overflow."""


class Graph:
    """Collects nodes and initializers under running names."""

    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.values: list[onnx.TensorProto] = []

    def value(self, name: str, array: Array) -> str:
        """Add an initializer."""
        self.values.append(numpy_helper.from_array(np.ascontiguousarray(array), name))
        return name

    def node(self, kind: str, inputs: list[str], outputs: int = 1, *, domain: str = "", **attributes: Any) -> str:
        """Add a node and return the name of its first output; further outputs end in ``_1``, ``_2``."""
        name = f"{kind}_{len(self.nodes)}"
        names = [name, *(f"{name}_{number}" for number in range(1, outputs))]
        self.nodes.append(helper.make_node(kind, inputs, names, name=name, domain=domain, **attributes))
        return name

    def coded(self, hidden: str, name: str, reach: tuple[float, float]) -> tuple[str, str, str]:
        """Quantise activations to 8 bits over a fixed range; return the names of the codes, the scale and the zero."""
        low, high = min(reach[0], 0.0), max(reach[1], 1e-6)
        scale = np.float32((high - low) / 255)
        zero = np.uint8(np.clip(np.rint(-low / scale), 0, 255))
        names = self.value(f"{name}.in_scale", np.array(scale)), self.value(f"{name}.in_zero", np.array(zero))
        return self.node("QuantizeLinear", [hidden, *names]), *names

    def dense(self, hidden: str, name: str, state: Mapping[str, Array], ranges: Ranges) -> str:
        """Add a linear map with int8 weights, one scale a column."""
        whole, scale = quantised(state[f"{name}.weight"].T, axis=0)
        codes, in_scale, in_zero = self.coded(hidden, name, ranges[name])
        inputs = [
            codes,
            self.value(f"{name}.weight", whole),
            in_scale,
            self.value(f"{name}.scale", scale),
            in_zero,
            "",
            self.value(f"{name}.bias", state[f"{name}.bias"]),
        ]
        return self.node("MatMulIntegerToFloat", inputs, domain=CONTRIB)

    def norm(self, hidden: str, residual: str, name: str, state: Mapping[str, Array]) -> str:
        """Add a residual connection and its norm (two operators: the fused one is several times slower on CPUs)."""
        weights = [self.value(f"{name}.{what}", state[f"{name}.{what}"]) for what in ("weight", "bias")]
        total = self.node("Add", [hidden, residual])
        return self.node("LayerNormalization", [total, *weights], axis=-1, epsilon=EPSILON)


def quantised(weight: Array, axis: int, largest: int = LARGEST) -> tuple[Array, Array]:
    """Return int8 weights and their float32 scales, symmetric, one scale for each slice along the other axis."""
    scale = np.maximum(np.abs(weight).max(axis=axis), 1e-8) / largest
    whole = np.rint(weight / np.expand_dims(scale, axis)).clip(-largest, largest).astype(np.int8)
    return whole, scale.astype(np.float32)


def build(
    state: Mapping[str, Array],
    layers: int,
    ranges: Ranges,
    *,
    positions: int = WINDOW,
    words: Callable[[Graph], str] | None = None,
) -> onnx.ModelProto:
    """Return the ONNX model of a tagger.

    Parameters
    ----------
    state
        The tagger's weights by name, as float32 arrays.
    layers
        How many layers it has.
    ranges
        Least and greatest input of every linear map inside the layers, by its name.
    positions
        Longest window; later positions are left out of the file.
    words
        Adds the embeddings of the word pieces ``ids`` and returns their name; by default those of the state, int8.
    """
    graph = Graph()
    graph.value("thirds", np.full(3, state["norm.bias"].shape[0]))
    hidden = _embeddings(graph, state, positions, words(graph) if words else _words(graph, state["words.weight"]))
    for number in range(layers):
        hidden = _layer(graph, state, f"layers.{number}", hidden, ranges)
    weight, bias = state["output.weight"], state["output.bias"]
    product = graph.node("MatMul", [hidden, graph.value("output.weight", weight.T)])
    graph.nodes.append(helper.make_node("Add", [product, graph.value("output.bias", bias)], ["logits"], name="logits"))
    names = ("ids", "shapes")
    inputs = [helper.make_tensor_value_info(name, TensorProto.INT32, ["batch", "length"]) for name in names]
    outputs = [helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["batch", "length", bias.shape[0]])]
    made = helper.make_graph(graph.nodes, "recognizer", inputs, outputs, graph.values)
    opsets = [helper.make_opsetid("", 17), helper.make_opsetid(CONTRIB, 1)]
    return helper.make_model(made, opset_imports=opsets, ir_version=8, producer_name="geomap")


def _words(graph: Graph, weight: Array) -> str:
    # One scale a word piece; nothing is multiplied here in 16 bits, so that all 8 bits serve.
    whole, scale = quantised(weight, axis=1, largest=127)
    pieces = graph.node("Gather", [graph.value("words.weight", whole), "ids"])
    scales = graph.node("Gather", [graph.value("words.scale", scale[:, None]), "ids"])
    return graph.node("Mul", [graph.node("Cast", [pieces], to=TensorProto.FLOAT), scales])


def _embeddings(graph: Graph, state: Mapping[str, Array], positions: int, words: str) -> str:
    shapes = graph.node("Gather", [graph.value("shapes.weight", state["shapes.weight"]), "shapes"])
    length = graph.node("Shape", ["ids"], start=1, end=2)
    table = graph.value("positions.weight", state["positions.weight"][:positions])
    where = graph.node("Slice", [table, graph.value("start", np.array([0])), length])
    total = graph.node("Add", [graph.node("Add", [words, shapes]), where])
    weights = [graph.value(f"norm.{what}", state[f"norm.{what}"]) for what in ("weight", "bias")]
    return graph.node("LayerNormalization", [total, *weights], axis=-1, epsilon=EPSILON)


def _layer(graph: Graph, state: Mapping[str, Array], name: str, hidden: str, ranges: Ranges) -> str:
    mixed = graph.node(
        "MultiHeadAttention", _attended(graph, state, name, hidden, ranges), domain=CONTRIB, num_heads=HEADS
    )
    mixed = graph.dense(mixed, f"{name}.mixed", state, ranges)
    hidden = graph.norm(mixed, hidden, f"{name}.mixed_norm", state)
    inner = graph.node("Gelu", [graph.dense(hidden, f"{name}.inner", state, ranges)], domain=CONTRIB)
    outer = graph.dense(inner, f"{name}.outer", state, ranges)
    return graph.norm(outer, hidden, f"{name}.outer_norm", state)


def _attended(graph: Graph, state: Mapping[str, Array], name: str, hidden: str, ranges: Ranges) -> list[str]:
    """Add the maps to queries, keys and values as one product; return the three.

    There is no mask: windows of one batch have one length, and without a mask onnxruntime attends block by block,
    which is twice as fast.
    """
    whole = {f"{name}.attention.{what}": _stacked(state, name, what) for what in ("weight", "bias")}
    joined = graph.dense(hidden, f"{name}.attention", whole, {f"{name}.attention": ranges[f"{name}.query"]})
    first = graph.node("Split", [joined, "thirds"], 3, axis=-1)
    return [first, f"{first}_1", f"{first}_2"]


def _stacked(state: Mapping[str, Array], name: str, what: str) -> Array:
    return np.concatenate([state[f"{name}.{part}.{what}"] for part in ("query", "key", "value")])


def write_folder(
    state: Mapping[str, Array],
    layers: int,
    ranges: Ranges,
    tokenizer: Tokenizer,
    folder: Path,
    *,
    words: Callable[[Graph], str] | None = None,
    settings: Mapping[str, Any] | None = None,
) -> None:
    """Write model, tokenizer and settings with their checksums.

    Parameters
    ----------
    state, layers, ranges, words
        As for :func:`build`.
    tokenizer
        The tokenizer, without truncation and padding.
    folder
        Where to write; made when it does not exist.
    settings
        What differs from the settings of the English recognizer.
    """
    folder.mkdir(parents=True, exist_ok=True)
    onnx.save_model(build(state, layers, ranges, words=words), str(folder / "model.onnx"))
    tokenizer.save(str(folder / "tokenizer.json"), pretty=False)
    names = ("model.onnx", "tokenizer.json")
    config = {
        "files": {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in names},
        "heads": [[name, list(given)] for name, given in labels.HEADS],
        "shapes": list(SHAPES),
        "window": WINDOW,
        "bias": BIAS,
        "small_bias": SMALL_BIAS,
        "start_id": START,
        "end_id": END,
        **(settings or {}),
    }
    (folder / "config.json").write_text(json.dumps(config, indent=1) + "\n", encoding="utf-8")
