"""Any token classifier of the Hugging Face kind, as a recognizer: ONNX or torch, from this machine."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from geomap.errors import UnsupportedFormat
from geomap.recognition.labels import Demonyms, KindsOfLabels, LabelChoice
from geomap.recognition.neural_decode import Floats, softmax
from geomap.recognition.spans import Span
from geomap.recognition.transformers_backends import Backend, open_folder, open_pipeline
from geomap.recognition.transformers_decode import LabelDecoder, parse_label
from geomap.recognition.transformers_words import Window, Word, frame_of, sentence_starts, windows_of, words_of

PIECES_PER_BATCH = 2048
TEXTS_AT_ONCE = 256
"""Texts that are held at a time: enough to sort their windows by length, few enough to keep memory flat."""

BACKENDS = ("onnx", "torch")


class TransformersRecognizer:
    """Takes what a token classifier finds for mentions.

    Parameters
    ----------
    model
        A folder with ``config.json``, ``tokenizer.json`` and ``model.onnx`` (or ``onnx/model.onnx``), which needs nothing
        beyond geomap; a folder with ``model.safetensors`` in place of it, which needs torch and transformers; an
        ``.onnx`` file; or what ``transformers.pipeline("token-classification", ...)`` built. Nothing is downloaded.
    labels
        Which labels are mentions, without what tells the position (``LOC`` of ``B-LOC``): their names, or a mapping of
        names to kinds (``"toponym"``, ``"demonym"``, ``"embedded"``). When left out, GPE, LOC, LOCATION and FAC are
        toponyms, NORP and MISC demonyms where the word is one.
    demonyms
        Folded demonyms (:func:`geomap.gazetteer.fold`), or what returns them; those of the embedded gazetteer when left
        out.
    backend
        ``"onnx"`` or ``"torch"``, for a folder that has both; ONNX when left out.
    device
        Where torch computes (``"cuda"``), for a folder; the processor when left out.
    threads
        Threads that onnxruntime may use; as many as this process has cores when left out.
    window
        Word pieces that are read at once, the marks at the ends included; as many as the model can when left out, but at
        most 512.

    Raises
    ------
    UnsupportedFormat
        If there is no such folder (a name of a hub, say), a file in it is missing or cannot be read, or none of the
        model's labels is looked for.
    MissingDependency
        If the model needs torch and transformers, and they are not installed.

    Notes
    -----
    A window holds as many sentences as fit; a longer sentence is read in windows that overlap. The first piece of a
    word carries its label. BIO, IOB1, BIOES, BILOU, BMES and bare labels are understood. The score of a span is the
    least probability that a word of it belongs to a place. The same text gives the same spans whatever stands beside it
    in the list.
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
            raise UnsupportedFormat(f"there is no back end {backend!r}; there is: {', '.join(BACKENDS)}")
        kinds = KindsOfLabels(labels, demonyms=demonyms)
        self.backend: Backend = (
            open_folder(Path(model), backend=backend, device=device, threads=threads)
            if isinstance(model, str | Path)
            else open_pipeline(model)
        )
        kinds.check((parse_label(label)[1] for label in self.backend.labels), model=self.backend.name)
        self._decoder = LabelDecoder(self.backend.labels, kinds)
        longest = self.backend.longest if window is None else min(window, self.backend.longest)
        self._frame = frame_of(self.backend.tokenizer, longest)
        if self._frame.room < 1:
            raise UnsupportedFormat(
                f"windows of {longest} word pieces hold no word between their marks; take a longer window"
            )

    def recognize(self, texts: Sequence[str]) -> list[list[Span]]:
        """Return for each text its spans, sorted by start, none overlapping another.

        Parameters
        ----------
        texts
            Any strings; offsets count their characters.
        """
        found: list[list[Span]] = []
        for begin in range(0, len(texts), TEXTS_AT_ONCE):
            found.extend(self._recognize(texts[begin : begin + TEXTS_AT_ONCE]))
        return found

    def _recognize(self, texts: Sequence[str]) -> list[list[Span]]:
        words = [words_of(self.backend.tokenizer, text) for text in texts]
        sentences = [sentence_starts(text, own) for text, own in zip(texts, words, strict=True)]
        return self._decoder.spans(texts, words, sentences, self._probabilities(words, sentences))

    def _probabilities(self, words: Sequence[Sequence[Word]], sentences: Sequence[Sequence[int]]) -> list[Floats]:
        """Return the label probabilities of each text's words, shape (words, labels)."""
        found = [np.zeros((len(own), len(self.backend.labels)), dtype=np.float32) for own in words]
        items = [
            (number, window)
            for number, own in enumerate(words)
            for window in windows_of(own, sentences[number], self._frame)
        ]
        for batch in _batched(items):
            logits = self.backend.logits(np.array([window.ids for _, window in batch], dtype=np.int64))
            for row, (number, window) in enumerate(batch):
                places = [place for place, _ in window.reads]
                found[number][[word for _, word in window.reads]] = softmax(logits[row, places])
        return found


def _batched(items: Sequence[tuple[int, Window]]) -> Iterator[list[tuple[int, Window]]]:
    """Yield windows of one length together: without padding, no window's labels depend on its neighbors."""
    batch: list[tuple[int, Window]] = []
    for item in sorted(items, key=lambda each: len(each[1].ids)):
        size = len(item[1].ids)
        if batch and (len(batch[0][1].ids) != size or (len(batch) + 1) * size > PIECES_PER_BATCH):
            yield batch
            batch = []
        batch.append(item)
    if batch:
        yield batch
