"""The encoder and its heads, in plain torch, and the loss over sets of labels."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import labels
import torch
from torch import Tensor, nn
from torch.nn import functional

from geomap.recognition._windows import SHAPES

HIDDEN, HEADS, INNER, LAYERS, POSITIONS, VOCABULARY, EPSILON = 384, 12, 1536, 6, 512, 30522, 1e-12


class Layer(nn.Module):
    """One transformer layer of BERT: attention, then a network of one hidden layer, each with a residual and a norm."""

    def __init__(self, dropout: float) -> None:
        super().__init__()
        self.query, self.key, self.value = (nn.Linear(HIDDEN, HIDDEN) for _ in range(3))
        self.mixed, self.mixed_norm = nn.Linear(HIDDEN, HIDDEN), nn.LayerNorm(HIDDEN, EPSILON)
        self.inner, self.outer = nn.Linear(HIDDEN, INNER), nn.Linear(INNER, HIDDEN)
        self.outer_norm = nn.LayerNorm(HIDDEN, EPSILON)
        self.dropout = nn.Dropout(dropout)

    def forward(self, hidden: Tensor, bias: Tensor) -> Tensor:
        """Return the hidden states after this layer; ``bias`` is added to the attention scores."""
        batch, length, _ = hidden.shape

        def split(states: Tensor) -> Tensor:
            return states.view(batch, length, HEADS, HIDDEN // HEADS).transpose(1, 2)

        scores = split(self.query(hidden)) @ split(self.key(hidden)).transpose(2, 3) / math.sqrt(HIDDEN // HEADS)
        mixed = (scores + bias).softmax(-1).to(hidden.dtype) @ split(self.value(hidden))
        mixed = self.mixed(mixed.transpose(1, 2).reshape(batch, length, HIDDEN))
        hidden = self.mixed_norm(hidden + self.dropout(mixed))
        return self.outer_norm(hidden + self.dropout(self.outer(functional.gelu(self.inner(hidden)))))


class Tagger(nn.Module):
    """A BERT encoder whose second embedding is the case shape of a word, with one linear map for all heads.

    Parameters
    ----------
    layers
        How many transformer layers to keep, from the bottom.
    dropout
        Share of hidden units left out in training.
    vocabulary
        How many word pieces it knows.
    """

    def __init__(self, layers: int = LAYERS, dropout: float = 0.1, vocabulary: int = VOCABULARY) -> None:
        super().__init__()
        self.words = nn.Embedding(vocabulary, HIDDEN)
        self.positions = nn.Embedding(POSITIONS, HIDDEN)
        self.shapes = nn.Embedding(len(SHAPES), HIDDEN)
        self.norm = nn.LayerNorm(HIDDEN, EPSILON)
        self.layers = nn.ModuleList(Layer(dropout) for _ in range(layers))
        self.dropout = nn.Dropout(dropout)
        self.output = nn.Linear(HIDDEN, labels.OUTPUTS)

    def forward(self, ids: Tensor, shapes: Tensor, mask: Tensor) -> Tensor:
        """Return logits of shape (batch, length, outputs).

        Parameters
        ----------
        ids, shapes
            Word pieces and case shapes, shape (batch, length).
        mask
            1 where there is a piece, 0 in the padding.
        """
        places = torch.arange(ids.shape[1], device=ids.device)
        hidden = self.dropout(self.norm(self.words(ids) + self.positions(places) + self.shapes(shapes)))
        bias = (1.0 - mask[:, None, None, :].float()) * -10000.0
        for layer in self.layers:
            hidden = layer(hidden, bias)
        return self.output(self.dropout(hidden))


def load_encoder(tagger: Tagger, weights: Path, *, kept: tuple[int, ...] = tuple(range(LAYERS))) -> None:
    """Fill an untrained tagger with the weights of a BERT encoder in safetensors form.

    Parameters
    ----------
    tagger
        The tagger; every row of its shape embedding starts as the encoder's first token type.
    weights
        ``model.safetensors`` of all-MiniLM-L6-v2.
    kept
        The encoder's layers that become the tagger's layers.
    """
    from safetensors.torch import load_file

    given = load_file(str(weights))
    state = tagger.state_dict()
    pairs = {
        "words.weight": "embeddings.word_embeddings.weight",
        "positions.weight": "embeddings.position_embeddings.weight",
        "norm.weight": "embeddings.LayerNorm.weight",
        "norm.bias": "embeddings.LayerNorm.bias",
    }
    parts = {
        "query": "attention.self.query",
        "key": "attention.self.key",
        "value": "attention.self.value",
        "mixed": "attention.output.dense",
        "mixed_norm": "attention.output.LayerNorm",
        "inner": "intermediate.dense",
        "outer": "output.dense",
        "outer_norm": "output.LayerNorm",
    }
    for own, number in enumerate(kept):
        for mine, theirs in parts.items():
            for what in ("weight", "bias"):
                pairs[f"layers.{own}.{mine}.{what}"] = f"encoder.layer.{number}.{theirs}.{what}"
    for mine, theirs in pairs.items():
        state[mine].copy_(given[theirs])
    state["shapes.weight"].copy_(
        given["embeddings.token_type_embeddings.weight"][:1] + 0.02 * torch.randn(len(SHAPES), HIDDEN)
    )


def thinned(teacher: Tagger, kept: Sequence[int]) -> Tagger:
    """Return a tagger that begins with some of the layers of a trained one, and all of its embeddings and its heads."""
    tagger = Tagger(len(kept))
    given = teacher.state_dict()
    for name, value in tagger.state_dict().items():
        own = re.sub(r"^layers\.(\d+)", lambda match: f"layers.{kept[int(match[1])]}", name)
        value.copy_(given[own])
    return tagger


def save(tagger: Tagger, path: Path) -> None:
    """Write a checkpoint: the weights by name."""
    from safetensors.torch import save_file

    path.parent.mkdir(parents=True, exist_ok=True)
    save_file({name: value.contiguous() for name, value in tagger.state_dict().items()}, str(path))


def load(path: Path) -> Tagger:
    """Read a checkpoint back, with as many layers as it holds."""
    from safetensors.torch import load_file

    state = load_file(str(path))
    tagger = Tagger(len({name.split(".")[1] for name in state if name.startswith("layers.")}))
    tagger.load_state_dict(state)
    return tagger


def soft_loss(logits: Tensor, wanted: Tensor) -> Tensor:
    """Return the mean divergence of the labels' probabilities from those of a teacher, summed over the heads.

    Parameters
    ----------
    logits, wanted
        Of the tagger and of its teacher, shape (words, outputs).
    """
    total = logits.new_zeros(())
    offset = 0
    for size in labels.SIZES:
        part = slice(offset, offset + size)
        own, given = logits[:, part].log_softmax(1), wanted[:, part].log_softmax(1)
        total = total + functional.kl_div(own, given, reduction="batchmean", log_target=True)
        offset += size
    return total


def set_loss(logits: Tensor, bits: Tensor) -> Tensor:
    """Return the mean negative log probability of the sets of labels, over words and heads that say something.

    Parameters
    ----------
    logits
        Shape (words, outputs).
    bits
        Sets of labels as in :mod:`labels`, shape (words,).
    """
    allowed = (bits[:, None] >> torch.arange(labels.OUTPUTS)) & 1
    masked = logits.masked_fill(allowed == 0, -1e4)
    total = logits.new_zeros(())
    offset = 0
    for size in labels.SIZES:
        part = slice(offset, offset + size)
        says = allowed[:, part].sum(1) < size
        gap = logits[:, part].logsumexp(1) - masked[:, part].logsumexp(1)
        total = total + (gap * says).sum() / says.sum().clamp(min=1)
        offset += size
    return total


@torch.no_grad()
def input_ranges(
    tagger: Tagger, batches: Iterable[tuple[Tensor, Tensor, Tensor]], *, kept: float = 0.99999
) -> dict[str, tuple[float, float]]:
    """Return the least and greatest input of every linear map in the layers, over some batches.

    Parameters
    ----------
    tagger
        A trained tagger.
    batches
        ids, shapes and mask.
    kept
        Share of the values that must lie inside, batch by batch; the few beyond are cut off in use.
    """
    ranges: dict[str, tuple[float, float]] = {}

    def watch(name: str) -> Callable[[nn.Module, tuple[Tensor, ...]], None]:
        def hook(_: nn.Module, inputs: tuple[Tensor, ...]) -> None:
            values = inputs[0].flatten().sort().values
            cut = int(len(values) * (1 - kept) / 2)
            low, high = float(values[cut]), float(values[len(values) - 1 - cut])
            old = ranges.get(name, (low, high))
            ranges[name] = (min(low, old[0]), max(high, old[1]))

        return hook

    tagger.eval()
    named = [(name, part) for name, part in tagger.layers.named_modules(prefix="layers") if isinstance(part, nn.Linear)]
    hooks = [part.register_forward_pre_hook(watch(name)) for name, part in named]
    for ids, shapes, mask in batches:
        tagger(ids, shapes, mask)
    for hook in hooks:
        hook.remove()
    return ranges
