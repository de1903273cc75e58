"""What runs a token classifier: onnxruntime, or torch. Nothing is ever downloaded."""

from __future__ import annotations

import json
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from geomap.errors import MissingDependency, UnsupportedFormat
from geomap.recognition.neural import thread_count
from geomap.recognition.neural_decode import Floats

Ints = NDArray[np.int64]

LONGEST_WINDOW = 512
"""Word pieces that are read at once at most, however many a model could: attention costs their square."""

_CONFIG, _TOKENIZER = "config.json", "tokenizer.json"
_ONNX_NAMES = ("model.onnx", "onnx/model.onnx")
_INPUTS = frozenset(("input_ids", "attention_mask", "token_type_ids"))
_DTYPES: Mapping[str, type[np.signedinteger[Any]]] = {"tensor(int64)": np.int64, "tensor(int32)": np.int32}
# Some models count positions from behind the padding's number, and so read two pieces fewer than they have positions.
_SPARE_POSITIONS = 2


class Backend(Protocol):
    """A loaded token classifier."""

    name: str
    tokenizer: Any
    labels: tuple[str, ...]
    longest: int

    def logits(self, ids: Ints) -> Floats:
        """Return the model's outputs, shape (windows, pieces, labels), for windows of one length."""
        ...


class OnnxBackend:
    """A model in the ONNX format, read by onnxruntime.

    Parameters
    ----------
    path
        The model's file; ``config.json`` and ``tokenizer.json`` lie beside it or one folder above.
    threads
        Threads that the model may use; as many as there are cores when left out.
    """

    def __init__(self, path: Path, *, threads: int | None = None) -> None:
        self.name = str(path)
        config = _read_json(_beside(path, _CONFIG))
        self.labels = labels_of(config.get("id2label"), self.name)
        self.tokenizer = load_tokenizer(_beside(path, _TOKENIZER))
        self.longest = longest_of(config)
        self._session = _open_session(path, thread_count(threads))
        self._inputs = {each.name: _DTYPES.get(each.type) for each in self._session.get_inputs()}
        self._check_inputs()
        outputs = [each.name for each in self._session.get_outputs()]
        self._output = "logits" if "logits" in outputs else outputs[0]

    def logits(self, ids: Ints) -> Floats:
        """Return the model's outputs, shape (windows, pieces, labels), for windows of one length."""
        given = {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": np.zeros_like(ids)}
        feed = {name: given[name].astype(dtype) for name, dtype in self._inputs.items()}
        (found,) = self._session.run([self._output], feed)
        return checked_logits(np.asarray(found, dtype=np.float32), ids, self.labels, self.name)

    def _check_inputs(self) -> None:
        unknown = [name for name, dtype in self._inputs.items() if name not in _INPUTS or dtype is None]
        if unknown or "input_ids" not in self._inputs:
            raise UnsupportedFormat(
                f"{self.name} asks for {', '.join(self._inputs)}; a token classifier asks for integers by the names "
                f"{', '.join(sorted(_INPUTS))}, and at least for input_ids"
            )
        fixed = [each.name for each in self._session.get_inputs() if any(isinstance(size, int) for size in each.shape)]
        if fixed:
            raise UnsupportedFormat(
                f"{self.name} reads batches of one fixed size only ({', '.join(fixed)}); export it with free sizes "
                "(dynamic axes) for both batch and sequence"
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
        self._torch: Any = import_module("torch")
        fast = getattr(tokenizer, "backend_tokenizer", None)
        if fast is None:
            raise UnsupportedFormat(
                f"{name} has a tokenizer that tells no character offsets; take a fast one (AutoTokenizer, use_fast=True)"
            )
        # A copy: how the caller's own tokenizer truncates and pads is the caller's.
        self.tokenizer = _plain(type(fast).from_str(fast.to_str()))
        config = model.config.to_dict()
        self.labels = labels_of(config.get("id2label"), name)
        self.longest = min(longest_of(config), int(getattr(tokenizer, "model_max_length", LONGEST_WINDOW)))

    def logits(self, ids: Ints) -> Floats:
        """Return the model's outputs, shape (windows, pieces, labels), for windows of one length."""
        torch = self._torch
        with torch.inference_mode():
            given = torch.from_numpy(ids).to(getattr(self._model, "device", "cpu"))
            found = self._model(input_ids=given, attention_mask=torch.ones_like(given)).logits
        return checked_logits(found.float().cpu().numpy(), ids, self.labels, self.name)


def open_folder(path: Path, *, backend: str | None, device: str | None, threads: int | None) -> Backend:
    """Return the model in a folder, or in an ONNX file; ONNX where there is the choice.

    Raises
    ------
    UnsupportedFormat
        If there is no such folder, or nothing in it that can be read.
    MissingDependency
        If the model needs torch and transformers, and they are not installed.
    """
    if not path.exists():
        raise UnsupportedFormat(
            f"there is no model at {path}; geomap downloads none: fetch the model to a folder first, and give that folder"
        )
    onnx = None if backend == "torch" else find_onnx(path)
    if backend == "onnx" and onnx is None:
        raise UnsupportedFormat(f"there is no .onnx file in {path}; export the model to ONNX, or use backend='torch'")
    if onnx is None:
        return _open_torch(path, device)
    if device not in (None, "cpu"):
        raise UnsupportedFormat(f"device={device!r} is for torch, and {onnx} is an ONNX model; say backend='torch'")
    return OnnxBackend(onnx, threads=threads)


def open_pipeline(pipeline: Any) -> TorchBackend:
    """Return the model and the tokenizer of a pipeline that ``transformers.pipeline`` built."""
    model, tokenizer = getattr(pipeline, "model", None), getattr(pipeline, "tokenizer", None)
    if model is None or tokenizer is None or not hasattr(model, "config"):
        raise UnsupportedFormat(
            "a folder is wanted, or a pipeline that transformers.pipeline('token-classification', ...) built, not a "
            f"{type(pipeline).__name__}"
        )
    task = getattr(pipeline, "task", "token-classification")
    if task not in {"token-classification", "ner"}:
        raise UnsupportedFormat(f"the pipeline is one for {task}; a recognizer needs one for token-classification")
    return TorchBackend(model, tokenizer, name="the pipeline's model")


def find_onnx(path: Path) -> Path | None:
    """Return the ONNX file that a path means: itself, the usual one in the folder, or the only one."""
    if path.is_file():
        if path.suffix != ".onnx":
            raise UnsupportedFormat(f"{path} is a file, and no .onnx; give the model's folder")
        return path
    for name in _ONNX_NAMES:
        if (path / name).is_file():
            return path / name
    found = sorted(path.glob("*.onnx"))
    if len(found) > 1:
        raise UnsupportedFormat(f"{path} holds {', '.join(each.name for each in found)}; name the file that is meant")
    return found[0] if found else None


def load_tokenizer(path: Path) -> Any:
    """Return the ``tokenizers.Tokenizer`` of a file, one that neither truncates nor pads."""
    tokenizers: Any = import_module("tokenizers")
    try:
        return _plain(tokenizers.Tokenizer.from_file(str(path)))
    except Exception as error:  # tokenizers raises plain Exception for any bad file
        raise UnsupportedFormat(f"{path} cannot be read as a tokenizer ({error})") from error


def labels_of(id2label: Any, model: str) -> tuple[str, ...]:
    """Return a model's labels in the order of its outputs, from ``id2label`` of its configuration."""
    try:
        numbered = {int(number): str(label) for number, label in id2label.items()}
        return tuple(numbered[number] for number in range(max(len(numbered), 1)))
    except (AttributeError, KeyError, ValueError) as error:
        raise UnsupportedFormat(
            f"the configuration of {model} does not name the labels (id2label, numbered from 0); add them to its config.json"
        ) from error


def longest_of(config: Mapping[str, Any]) -> int:
    """Return how many word pieces a model is given at once, marks included."""
    positions = config.get("max_position_embeddings")
    if not isinstance(positions, int) or positions <= 0:
        return LONGEST_WINDOW
    return min(LONGEST_WINDOW, max(positions - _SPARE_POSITIONS, 1))


def checked_logits(found: Floats, ids: Ints, labels: tuple[str, ...], model: str) -> Floats:
    """Return the outputs if their shape is the one promised."""
    if found.shape != (*ids.shape, len(labels)):
        raise UnsupportedFormat(
            f"{model} gives outputs of shape {found.shape} for {ids.shape} word pieces; a token classifier with its "
            f"{len(labels)} labels gives {(*ids.shape, len(labels))}"
        )
    return found


def _open_torch(path: Path, device: str | None) -> TorchBackend:
    transformers = _transformers()
    try:
        model = transformers.AutoModelForTokenClassification.from_pretrained(
            path, local_files_only=True, use_safetensors=True
        )
        tokenizer = transformers.AutoTokenizer.from_pretrained(path, local_files_only=True, use_fast=True)
    except (OSError, ValueError) as error:
        raise UnsupportedFormat(
            f"{path} holds no token classifier that can be read ({error}); it needs config.json, tokenizer.json and "
            "model.safetensors or model.onnx"
        ) from error
    return TorchBackend(model.to(device or "cpu"), tokenizer, name=str(path))


def _transformers() -> Any:
    try:
        import_module("torch")
        return import_module("transformers")
    except ImportError as error:
        raise MissingDependency(
            "a model that is not in the ONNX format needs torch and transformers: pip install 'geomap-toolkit[transformers]'"
        ) from error


def _open_session(path: Path, threads: int) -> Any:
    onnxruntime: Any = import_module("onnxruntime")
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    # Batches of many shapes would make the arena keep the largest of everything.
    options.enable_cpu_mem_arena = False
    options.log_severity_level = 3
    try:
        return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    except Exception as error:  # onnxruntime's errors share no other base
        raise UnsupportedFormat(f"{path} cannot be read as an ONNX model ({error})") from error


def _plain(tokenizer: Any) -> Any:
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer


def _beside(path: Path, name: str) -> Path:
    for folder in (path.parent, path.parent.parent):
        if (folder / name).is_file():
            return folder / name
    raise UnsupportedFormat(f"{path} lacks its {name}; put the one that the model was trained with beside it")


def _read_json(path: Path) -> dict[str, Any]:
    try:
        return dict(json.loads(path.read_text("utf-8")))
    except ValueError as error:
        raise UnsupportedFormat(f"{path} cannot be read as JSON ({error})") from error
