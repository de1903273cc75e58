"""The recognizer that ships: a small transformer, run by onnxruntime, offline."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from geomap.errors import ResourceDamaged
from geomap.recognition._decoding import DEEP_DOUBT, DOUBT, Decoder, Float32s, Labels
from geomap.recognition._name_rules import Famous, Known, with_famous_names, with_known_names, without_people
from geomap.recognition._onnx import open_session, open_tokenizer, thread_count
from geomap.recognition._spans import Span
from geomap.recognition._windows import Window, WindowLayout, batched, cut_windows, pieced_words, shaped_words

FOLDER = Path(__file__).resolve().parents[1] / "resources" / "recognizer"
CONFIG = "config.json"
BLOCK = 512
"""Windows held at a time: enough to sort by length, few enough to bound memory."""

LIFT = 1.0
"""Added to the log probability of a mention where the name may be known from elsewhere in the text."""

DEEP_LIFT = 4.0
"""The same where the name may be that of a large place."""

_ADVICE = "reinstall geomap-toolkit"
_NAME = "the neural recognizer"
_Item = tuple[int, Window]


class NeuralRecognizer:
    """Finds toponyms, demonyms, and toponyms inside other names, with the model that ships in the package.

    Parameters
    ----------
    folder
        The folder of the model; by default the one that ships.
    demonyms
        Folded demonyms (:func:`geomap.gazetteer.fold`), which distinguish "Iraqi" from "Muslim".
    known
        Whether a folded name is well known, by which the ends of names are found in text without case.
    famous
        Whether a name as written is that of a large place and little else: it counts where the model doubts it.
    threads
        Threads that the model may use; by default, and at most, the cores that this process may use.
    advice
        What to do where a file of the model is damaged.
    expected_format
        The format that the model's settings must have.

    Raises
    ------
    ResourceDamaged
        If a file of the model is missing, differs from its checksum, or is of another format.
    MissingDependency
        If onnxruntime or tokenizers is not installed.

    Notes
    -----
    ``data/recipes/recognizer/MODEL_CARD.md`` describes how the model was trained. It reads windows of up to 128 word
    pieces: as many consecutive sentences as fit. Nothing is kept between calls, and a text gives the same spans whatever
    else is in the list.
    """

    def __init__(
        self,
        folder: Path | None = None,
        *,
        demonyms: frozenset[str] = frozenset(),
        known: Known | None = None,
        famous: Famous | None = None,
        threads: int | None = None,
        advice: str = _ADVICE,
        expected_format: int | None = None,
    ) -> None:
        folder = FOLDER if folder is None else Path(folder)
        config = read_config(folder, advice)
        if config.get("format") != expected_format:
            raise ResourceDamaged(
                f"the recognizer in {folder} has the format {config.get('format')}, and this version of geomap reads "
                f"{expected_format}; upgrade both: pip install --upgrade geomap-toolkit geomap-multilingual"
            )
        self.threads = thread_count(threads)
        self._tokenizer = open_tokenizer(checked(folder, "tokenizer.json", config, advice), needed_by=_NAME)
        self._model = checked(folder, "model.onnx", config, advice)
        # One per process, never dropped: a forked child would wait forever for its parent's session, whose locks it
        # inherited as they were.
        self._sessions = {os.getpid(): open_session(self._model, threads=1, needed_by=_NAME)}
        self._layout = WindowLayout((int(config["start_id"]),), (int(config["end_id"]),), int(config["window"]))
        self._words = pieced_words if config.get("words") == "pieces" else shaped_words
        heads = tuple((str(name), tuple(map(str, labels))) for name, labels in config["heads"])
        biases = float(config["bias"]), float(config["small_bias"])
        self._famous = famous
        tells_usage = bool(config.get("tells_usage", True))
        self._decoder = Decoder(Labels(heads), demonyms, *biases, known, tells_usage=tells_usage)

    def __getstate__(self) -> dict[str, Any]:
        return self.__dict__ | {"_sessions": {}}  # each process opens its own

    def recognize(self, texts: Sequence[str]) -> list[list[Span]]:
        """Return for each text its spans, sorted by start, none overlapping another.

        Parameters
        ----------
        texts
            Any strings; offsets count their characters.
        """
        readings = [_Reading() for _ in texts]
        items = self._items(texts)
        # One batch per thread, the longest first: batches are small, and splitting each leaves cores idle. While they run,
        # this thread decodes those that are ready.
        with ThreadPoolExecutor(self.threads, thread_name_prefix="geomap-recognizer") as pool:
            while block := list(islice(items, BLOCK)):
                batches = list(batched(block))[::-1]
                # A thread for a single sentence would take longer than the sentence.
                run = map if len(batches) == 1 else pool.map
                for batch, logits in zip(batches, run(self._run, batches), strict=True):
                    self._decode(texts, batch, logits, readings)
        return [reading.spans(text, self._famous) for text, reading in zip(texts, readings, strict=True)]

    def _items(self, texts: Sequence[str]) -> Iterator[_Item]:
        for number, text in enumerate(texts):
            for window in cut_windows(*self._words(self._tokenizer, text), self._layout):
                yield number, window

    def _decode(
        self, texts: Sequence[str], batch: Sequence[_Item], logits: Float32s, readings: Sequence[_Reading]
    ) -> None:
        owners = [texts[number] for number, _ in batch]
        words = [[(word.start, word.end) for word in window.words] for _, window in batch]
        certain = self._decoder.spans(owners, words, logits)
        possible = self._possible(owners, words, logits, DOUBT, LIFT)
        doubted = self._possible(owners, words, logits, DEEP_DOUBT, DEEP_LIFT) if self._famous else {}
        surnames = self._decoder.surnames(owners, words, logits)
        for row, (number, _) in enumerate(batch):
            readings[number].certain += certain[row]
            readings[number].possible += [span for span in possible.get(row, ()) if span not in certain[row]]
            readings[number].doubted += [span for span in doubted.get(row, ()) if span not in certain[row]]
            readings[number].surnames |= surnames[row]

    def _session(self) -> Any:
        process = os.getpid()
        if process not in self._sessions:
            self._sessions[process] = open_session(self._model, threads=1, needed_by=_NAME)
        return self._sessions[process]

    def _possible(
        self,
        texts: Sequence[str],
        words: Sequence[Sequence[tuple[int, int]]],
        logits: Float32s,
        doubt: tuple[float, float],
        lift: float,
    ) -> dict[int, list[Span]]:
        rows = self._decoder.in_doubt(logits, doubt)
        spans = self._decoder.spans([texts[row] for row in rows], [words[row] for row in rows], logits[rows], lift=lift)
        return dict(zip(rows, spans, strict=True))

    def _run(self, batch: Sequence[_Item]) -> Float32s:
        read = [window for _, window in batch]
        ids = np.array([window.ids for window in read], dtype=np.int32)
        shapes = np.array([window.shapes for window in read], dtype=np.int32)
        positions = np.zeros((len(read), max(len(window.positions) for window in read)), dtype=np.int64)
        for row, window in enumerate(read):
            positions[row, : len(window.positions)] = window.positions
        (logits,) = self._session().run(["logits"], {"ids": ids, "shapes": shapes})
        return np.asarray(np.take_along_axis(logits, positions[:, :, None], axis=1), dtype=np.float32)


@dataclass(slots=True)
class _Reading:
    """What the windows of one text have given so far: spans, spans in doubt and in deep doubt, and surnames."""

    certain: list[Span] = field(default_factory=list)
    possible: list[Span] = field(default_factory=list)
    doubted: list[Span] = field(default_factory=list)
    surnames: set[str] = field(default_factory=set)

    def spans(self, text: str, famous: Famous | None) -> list[Span]:
        certain = without_people(text, self.certain, self.surnames)
        spans = with_known_names(text, certain, without_people(text, self.possible, self.surnames))
        if famous is None:
            return spans
        return with_famous_names(text, spans, without_people(text, self.doubted, self.surnames), famous)


def read_config(folder: Path, advice: str = _ADVICE) -> dict[str, Any]:
    """Return the configuration of a model: its labels, its special tokens, and the checksums of its files."""
    path = folder / CONFIG
    try:
        config = json.loads(path.read_text("utf-8"))
        for key in ("files", "heads", "start_id", "end_id", "window", "bias", "small_bias"):
            config[key]
    except FileNotFoundError:
        raise ResourceDamaged(f"the recognizer's {path} is missing; {advice}") from None
    except (ValueError, KeyError, TypeError) as error:
        raise ResourceDamaged(f"the recognizer's {path} cannot be read ({error!r}); {advice}") from error
    return dict(config)


def checked(folder: Path, name: str, config: dict[str, Any], advice: str = _ADVICE) -> Path:
    """Return the path of a file of the model after verifying its checksum."""
    path, expected = folder / name, str(config["files"].get(name))
    if not path.is_file():
        raise ResourceDamaged(f"the recognizer's {path} is missing (expected SHA-256 {expected}); {advice}")
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    if digest != expected:
        raise ResourceDamaged(f"the recognizer's {path} is damaged (SHA-256 {digest}, expected {expected}); {advice}")
    return path
