"""Any Hugging Face token classifier as a recognizer: ONNX or torch, from this machine."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from geomap._optional import optional
from geomap.errors import UnsupportedFormat
from geomap.recognition._decoding import Float32s, best_labels, runs, softmax
from geomap.recognition._labels import Demonyms, KindsOfLabels, LabelChoice
from geomap.recognition._onnx import open_session, open_tokenizer, thread_count
from geomap.recognition._spans import Span
from geomap.recognition._windows import Word, batched, cut_windows, layout_of, sentence_starts, words_of
from geomap.tables import Ints

LONGEST_WINDOW = 512
"""Longest window in word pieces, even if a model can read more: the cost of attention grows with their square."""

TEXTS_AT_ONCE = 256
"""Texts held at a time: enough to sort their windows by length, few enough to bound memory."""

BACKENDS = ("onnx", "torch")

_OVERLAP = 0.25
"""Share of a window that the next one repeats inside a long sentence."""

_NAME = "a token classifier in the ONNX format"
_CONFIG, _TOKENIZER = "config.json", "tokenizer.json"
_ONNX_NAMES = ("model.onnx", "onnx/model.onnx")
_INPUTS = frozenset(("input_ids", "attention_mask", "token_type_ids"))
_DTYPES: Mapping[str, type[np.signedinteger[Any]]] = {"tensor(int64)": np.int64, "tensor(int32)": np.int32}
# Some models start counting positions after the padding's number, and so read two pieces fewer than they have positions.
_SPARE_POSITIONS = 2
_LABEL = re.compile(r"(?:([BIOESLUM])[-_])?(.+)", re.DOTALL)
_FIRST = frozenset("BSU")
_LATER_COUNTS_AS_FIRST = np.float32(0.99)
"""A name may begin with the label for going on (IOB1, IO), but preferably does not."""


class Backend(Protocol):
    """A loaded token classifier."""

    name: str
    tokenizer: Any
    labels: tuple[str, ...]
    longest: int

    def logits(self, ids: Ints) -> Float32s:
        """Return the model's outputs, shape (windows, pieces, labels), for windows of one length."""
        ...


class OnnxBackend:
    """A model in the ONNX format, read by onnxruntime.

    Parameters
    ----------
    path
        The model's file, with ``config.json`` and ``tokenizer.json`` beside it or one folder above.
    threads
        Threads that the model may use; by default as many as there are cores.
    """

    def __init__(self, path: Path, *, threads: int | None = None) -> None:
        self.name = str(path)
        config = _read_json(_beside(path, _CONFIG))
        self.labels = labels_of(config.get("id2label"), self.name)
        self.tokenizer = _plain(open_tokenizer(_beside(path, _TOKENIZER), needed_by=_NAME))
        self.longest = longest_of(config)
        self._session = open_session(path, threads=thread_count(threads), needed_by=_NAME)
        self._inputs = {each.name: _DTYPES.get(each.type) for each in self._session.get_inputs()}
        self._check_inputs()
        outputs = [each.name for each in self._session.get_outputs()]
        self._output = "logits" if "logits" in outputs else outputs[0]

    def logits(self, ids: Ints) -> Float32s:
        """Return the model's outputs, shape (windows, pieces, labels), for windows of one length."""
        inputs = {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": np.zeros_like(ids)}
        feed = {name: inputs[name].astype(dtype) for name, dtype in self._inputs.items()}
        (logits,) = self._session.run([self._output], feed)
        return checked_logits(np.asarray(logits, dtype=np.float32), ids, self.labels, self.name)

    def _check_inputs(self) -> None:
        unknown = [name for name, dtype in self._inputs.items() if name not in _INPUTS or dtype is None]
        if unknown or "input_ids" not in self._inputs:
            raise UnsupportedFormat(
                f"{self.name} has the inputs {', '.join(self._inputs)}; a token classifier has input_ids, and may have "
                "attention_mask and token_type_ids, all of them integers"
            )
        fixed = [each.name for each in self._session.get_inputs() if any(isinstance(size, int) for size in each.shape)]
        if fixed:
            raise UnsupportedFormat(
                f"{self.name} has inputs of fixed size ({', '.join(fixed)}); export it with dynamic axes for batch and "
                "sequence"
            )


class TorchBackend:
    """A model in torch, with the tokenizer that transformers has for it.

    Parameters
    ----------
    model, tokenizer
        As transformers loads them.
    name
        For messages.
    """

    def __init__(self, model: Any, tokenizer: Any, *, name: str) -> None:
        self.name = name
        self._model = model.eval() if hasattr(model, "eval") else model
        self._torch = optional("torch", needed_by=name, extra="transformers")
        fast = getattr(tokenizer, "backend_tokenizer", None)
        if fast is None:
            raise UnsupportedFormat(
                f"the tokenizer of {name} gives no character offsets; use a fast one (AutoTokenizer, use_fast=True)"
            )
        # A copy, so that the caller's tokenizer still truncates and pads as the caller set it.
        self.tokenizer = _plain(type(fast).from_str(fast.to_str()))
        config = model.config.to_dict()
        self.labels = labels_of(config.get("id2label"), name)
        self.longest = min(longest_of(config), int(getattr(tokenizer, "model_max_length", LONGEST_WINDOW)))

    def logits(self, ids: Ints) -> Float32s:
        """Return the model's outputs, shape (windows, pieces, labels), for windows of one length."""
        torch = self._torch
        with torch.inference_mode():
            inputs = torch.from_numpy(ids).to(getattr(self._model, "device", "cpu"))
            logits = self._model(input_ids=inputs, attention_mask=torch.ones_like(inputs)).logits
        return checked_logits(logits.float().cpu().numpy(), ids, self.labels, self.name)


def open_folder(path: Path, *, backend: str | None, device: str | None, threads: int | None) -> Backend:
    """Return the model in a folder or an ONNX file; ONNX if the folder has both.

    Raises
    ------
    UnsupportedFormat
        If there is no such folder, or no readable model in it.
    MissingDependency
        If the model needs torch and transformers, and they are not installed.
    """
    if not path.exists():
        raise UnsupportedFormat(
            f"no model at {path}; geomap downloads none: download the model to a folder first, and pass that folder"
        )
    onnx = None if backend == "torch" else find_onnx(path)
    if backend == "onnx" and onnx is None:
        raise UnsupportedFormat(f"no .onnx file in {path}; export the model to ONNX, or use backend='torch'")
    if onnx is None:
        return _open_torch(path, device)
    if device not in (None, "cpu"):
        raise UnsupportedFormat(f"device={device!r} is for torch, but {onnx} is an ONNX model; pass backend='torch'")
    return OnnxBackend(onnx, threads=threads)


def open_pipeline(pipeline: Any) -> TorchBackend:
    """Return the model and the tokenizer of a pipeline that ``transformers.pipeline`` built."""
    model, tokenizer = getattr(pipeline, "model", None), getattr(pipeline, "tokenizer", None)
    if model is None or tokenizer is None or not hasattr(model, "config"):
        raise UnsupportedFormat(
            "expected a folder or a pipeline built by transformers.pipeline('token-classification', ...), got "
            f"{type(pipeline).__name__}"
        )
    task = getattr(pipeline, "task", "token-classification")
    if task not in {"token-classification", "ner"}:
        raise UnsupportedFormat(f"the pipeline is for {task}; a recognizer needs one for token-classification")
    return TorchBackend(model, tokenizer, name="the pipeline's model")


def find_onnx(path: Path) -> Path | None:
    """Return the ONNX file at a path: the path itself, the usual file of the folder, or its only one."""
    if path.is_file():
        if path.suffix != ".onnx":
            raise UnsupportedFormat(f"{path} is not an .onnx file; pass the model's folder")
        return path
    for name in _ONNX_NAMES:
        if (path / name).is_file():
            return path / name
    files = sorted(path.glob("*.onnx"))
    if len(files) > 1:
        raise UnsupportedFormat(f"{path} contains {', '.join(each.name for each in files)}; pass one of these files")
    return files[0] if files else None


def labels_of(id2label: Any, model: str) -> tuple[str, ...]:
    """Return a model's labels in the order of its outputs, from ``id2label`` of its configuration."""
    try:
        numbered = {int(number): str(label) for number, label in id2label.items()}
        return tuple(numbered[number] for number in range(max(len(numbered), 1)))
    except (AttributeError, KeyError, ValueError) as error:
        raise UnsupportedFormat(
            f"the configuration of {model} lacks the labels (id2label, numbered from 0); add them to its config.json"
        ) from error


def longest_of(config: Mapping[str, Any]) -> int:
    """Return how many word pieces a model reads at once, with the special tokens."""
    positions = config.get("max_position_embeddings")
    if not isinstance(positions, int) or positions <= 0:
        return LONGEST_WINDOW
    return min(LONGEST_WINDOW, max(positions - _SPARE_POSITIONS, 1))


def checked_logits(logits: Float32s, ids: Ints, labels: tuple[str, ...], model: str) -> Float32s:
    """Return the outputs if their shape is the expected one."""
    if logits.shape != (*ids.shape, len(labels)):
        raise UnsupportedFormat(
            f"{model} returns outputs of shape {logits.shape} for {ids.shape} word pieces; with its {len(labels)} labels, "
            f"{(*ids.shape, len(labels))} was expected"
        )
    return logits


def _open_torch(path: Path, device: str | None) -> TorchBackend:
    torch_model = "a model that is not in the ONNX format"
    optional("torch", needed_by=torch_model, extra="transformers")
    transformers = optional("transformers", needed_by=torch_model, extra="transformers")
    try:
        model = transformers.AutoModelForTokenClassification.from_pretrained(
            path, local_files_only=True, use_safetensors=True
        )
        tokenizer = transformers.AutoTokenizer.from_pretrained(path, local_files_only=True, use_fast=True)
    except (OSError, ValueError) as error:
        raise UnsupportedFormat(
            f"no readable token classifier in {path} ({error}); it needs config.json, tokenizer.json and model.safetensors "
            "or model.onnx"
        ) from error
    return TorchBackend(model.to(device or "cpu"), tokenizer, name=str(path))


def _plain(tokenizer: Any) -> Any:
    """Have a tokenizer neither truncate nor pad."""
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer


def _beside(path: Path, name: str) -> Path:
    for folder in (path.parent, path.parent.parent):
        if (folder / name).is_file():
            return folder / name
    raise UnsupportedFormat(f"{path} lacks its {name}; add the one that the model was trained with")


def _read_json(path: Path) -> dict[str, Any]:
    try:
        return dict(json.loads(path.read_text("utf-8")))
    except ValueError as error:
        raise UnsupportedFormat(f"{path} is not valid JSON ({error})") from error


def parse_label(label: str) -> tuple[str, str]:
    """Return the position in a name that a label gives ("" for none), and its type.

    Examples
    --------
    >>> parse_label("B-LOC"), parse_label("LOC")
    (('B', 'LOC'), ('', 'LOC'))
    """
    match = _LABEL.fullmatch(label)
    return (match.group(1) or "", match.group(2)) if match else ("", label)


class LabelDecoder:
    """Turns label probabilities into spans.

    Parameters
    ----------
    labels
        The labels of the model in the order of its outputs: BIO, IOB1, BIOES, BILOU, BMES or bare types.
    kinds
        Which types are mentions.

    Notes
    -----
    Only two things matter about a label: whether it begins a name (B, S, U) or goes on with one (all others), and its
    type. The best sequence of outside, begins and goes on is found as for the model that ships; every type that is not a
    mention is outside.
    """

    def __init__(self, labels: Sequence[str], kinds: KindsOfLabels) -> None:
        self.kinds = kinds
        parsed = [parse_label(label) for label in labels]
        # With labels that never begin a name, only the end of a sentence or another type separates two names.
        self.marks_begins = any(position in _FIRST for position, _ in parsed)
        self.types = list(dict.fromkeys(kind for _, kind in parsed if kinds.expected(kind)))
        self._begins = np.zeros((len(labels), len(self.types)), dtype=np.float32)
        self._goes_on = np.zeros_like(self._begins)
        for row, (position, kind) in enumerate(parsed):
            if kind in self.types:
                (self._begins if position in _FIRST else self._goes_on)[row, self.types.index(kind)] = 1.0

    def spans(
        self,
        texts: Sequence[str],
        words: Sequence[Sequence[Word]],
        sentences: Sequence[Sequence[int]],
        probabilities: Sequence[Float32s],
    ) -> list[list[Span]]:
        """Return the spans of each text, in order, none overlapping another.

        Parameters
        ----------
        texts
            The texts.
        words
            The words of each.
        sentences
            Numbers of the words that sentences begin with, of each.
        probabilities
            Of each text, shape (words, labels).
        """
        return [
            self._spans(*each) if each[1] else [] for each in zip(texts, words, sentences, probabilities, strict=True)
        ]

    def _three(self, probabilities: Float32s, sentences: Sequence[int]) -> Float32s:
        begins, goes_on = (probabilities @ self._begins).sum(axis=1), (probabilities @ self._goes_on).sum(axis=1)
        outside = np.maximum(1.0 - begins - goes_on, 0.0)
        first = np.maximum(begins, _LATER_COUNTS_AS_FIRST * goes_on)
        if not self.marks_begins:
            goes_on = goes_on.copy()
            goes_on[list(sentences)] = 0.0
        return np.stack([outside, first, goes_on], axis=1).astype(np.float32)

    def _spans(self, text: str, words: Sequence[Word], sentences: Sequence[int], probabilities: Float32s) -> list[Span]:
        (best,) = best_labels(self._three(probabilities, sentences)[None], [len(words)])
        of_types = probabilities @ (self._begins + self._goes_on)
        spans: list[Span] = []
        for first, last in runs(best, None if self.marks_begins else of_types.argmax(axis=1)):
            start, end = words[first].start, max(word.end for word in words[first : last + 1])
            if spans and start < spans[-1].end:
                continue
            kind = self.kinds.kind(self.types[int(of_types[first : last + 1].sum(axis=0).argmax())], text[start:end])
            if kind:
                score = float(of_types[first : last + 1].sum(axis=1).min())
                spans.append(Span(start, end, kind, None, min(max(score, 0.0), 1.0)))
        return spans


class TransformersRecognizer:
    """Finds mentions with a token classifier.

    Parameters
    ----------
    model
        A folder with ``config.json``, ``tokenizer.json`` and ``model.onnx`` (or ``onnx/model.onnx``), which needs no
        further packages; a folder with ``model.safetensors`` instead, which needs torch and transformers; an ``.onnx``
        file; or a pipeline built by ``transformers.pipeline("token-classification", ...)``. Nothing is downloaded.
    labels
        Which labels are mentions, without the position in a name (``LOC`` for ``B-LOC``): their names, or a mapping of
        names to kinds (``"toponym"``, ``"demonym"``, ``"embedded"``). By default GPE, LOC, LOCATION and FAC are toponyms;
        NORP and MISC are demonyms if the word is one.
    demonyms
        Folded demonyms (:func:`geomap.gazetteer.fold`), or a function that returns them; by default those of the
        embedded gazetteer.
    backend
        ``"onnx"`` or ``"torch"``, for a folder that has both; by default ONNX.
    device
        The device for torch (``"cuda"``), for a folder; by default the processor.
    threads
        Threads that onnxruntime may use; by default, and at most, the cores that this process may use.
    window
        Word pieces that are read at once, with the special tokens; by default as many as the model can, at most 512.

    Raises
    ------
    UnsupportedFormat
        If there is no such folder (a name on a hub, say), a file in it is missing or unreadable, or none of the model's
        labels is a mention.
    MissingDependency
        If the model needs torch and transformers, and they are not installed.

    Notes
    -----
    A window consists of as many sentences as fit; a longer sentence is read in windows that overlap. The first piece of
    a word carries its label. BIO, IOB1, BIOES, BILOU, BMES and bare labels are understood. The score of a span is the
    lowest probability that a word of it belongs to a place. A text gives the same spans whatever else is in the list.
    """

    def __init__(
        self,
        model: Any,
        *,
        labels: LabelChoice | None = None,
        demonyms: Demonyms | None = None,
        backend: str | None = None,
        device: str | None = None,
        threads: int | None = None,
        window: int | None = None,
    ) -> None:
        if backend not in (None, *BACKENDS):
            raise UnsupportedFormat(f"unknown backend {backend!r}; expected one of: {', '.join(BACKENDS)}")
        kinds = KindsOfLabels(labels, demonyms=demonyms)
        self.backend: Backend = (
            open_folder(Path(model), backend=backend, device=device, threads=threads)
            if isinstance(model, str | Path)
            else open_pipeline(model)
        )
        kinds.check((parse_label(label)[1] for label in self.backend.labels), model=self.backend.name)
        self._decoder = LabelDecoder(self.backend.labels, kinds)
        longest = self.backend.longest if window is None else min(window, self.backend.longest)
        self._layout = layout_of(self.backend.tokenizer, longest)
        if self._layout.room < 1:
            raise UnsupportedFormat(
                f"a window of {longest} word pieces has no room beside the special tokens; use a longer window"
            )

    def recognize(self, texts: Sequence[str]) -> list[list[Span]]:
        """Return for each text its spans, sorted by start, none overlapping another.

        Parameters
        ----------
        texts
            Any strings; offsets count their characters.
        """
        spans: list[list[Span]] = []
        for begin in range(0, len(texts), TEXTS_AT_ONCE):
            spans.extend(self._recognize(texts[begin : begin + TEXTS_AT_ONCE]))
        return spans

    def _recognize(self, texts: Sequence[str]) -> list[list[Span]]:
        words = [words_of(self.backend.tokenizer, text) for text in texts]
        sentences = [sentence_starts(text, own) for text, own in zip(texts, words, strict=True)]
        return self._decoder.spans(texts, words, sentences, self._probabilities(words, sentences))

    def _probabilities(self, words: Sequence[Sequence[Word]], sentences: Sequence[Sequence[int]]) -> list[Float32s]:
        """Return the label probabilities of each text's words, shape (words, labels)."""
        probabilities = [np.zeros((len(own), len(self.backend.labels)), dtype=np.float32) for own in words]
        items = [
            (number, window)
            for number, own in enumerate(words)
            for window in cut_windows(own, sentences[number], self._layout, overlap=_OVERLAP)
        ]
        for batch in batched(items):
            logits = self.backend.logits(np.array([window.ids for _, window in batch], dtype=np.int64))
            for row, (number, window) in enumerate(batch):
                read = slice(window.first, window.first + len(window.words))
                probabilities[number][read] = softmax(logits[row, window.positions])
        return probabilities
