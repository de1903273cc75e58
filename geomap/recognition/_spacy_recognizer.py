"""Any spaCy pipeline with named entities as a recognizer."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from geomap._optional import optional
from geomap._text import sentence_bounds
from geomap.errors import UnsupportedFormat
from geomap.recognition._labels import Demonyms, KindsOfLabels, LabelChoice
from geomap.recognition._spans import Span

if TYPE_CHECKING:
    from spacy.language import Language

_SURROGATE = re.compile(r"[\ud800-\udfff]")


class SpacyRecognizer:
    """Finds mentions with a spaCy pipeline: its named entities.

    Parameters
    ----------
    pipeline
        A loaded pipeline (``spacy.load(...)``), or the path or the package of an installed one. Nothing is downloaded.
    labels
        Which labels are mentions: their names, or a mapping of names to kinds (``"toponym"``, ``"demonym"``,
        ``"embedded"``). By default GPE, LOC, LOCATION and FAC are toponyms; NORP and MISC are demonyms if the word is
        one.
    demonyms
        Folded demonyms (:func:`geomap.gazetteer.fold`), or a function that returns them; by default those of the
        embedded gazetteer.
    batch_size
        Texts that spaCy reads at a time; by default as the pipeline is set.

    Raises
    ------
    MissingDependency
        If spaCy is not installed.
    UnsupportedFormat
        If there is no such pipeline, it has no components, or a kind in ``labels`` is unknown.

    Notes
    -----
    The offsets are those of the entities, with the article of "the Tigris" if the pipeline includes it. spaCy's entities
    have no score. A text longer than the pipeline's ``max_length`` is read in parts that end with a sentence.

    Examples
    --------
    >>> import spacy
    >>> nlp = spacy.blank("en")
    >>> nlp.add_pipe("entity_ruler").add_patterns([{"label": "GPE", "pattern": "Mosul"}])
    >>> SpacyRecognizer(nlp, demonyms=frozenset()).recognize(["A bridge in Mosul."])
    [[Span(start=12, end=17, kind='toponym', usage=None, score=None, name=None)]]
    """

    def __init__(
        self,
        pipeline: Language | str | Path,
        *,
        labels: LabelChoice | None = None,
        demonyms: Demonyms | None = None,
        batch_size: int | None = None,
    ) -> None:
        self.kinds = KindsOfLabels(labels, demonyms=demonyms)
        self.nlp = load_pipeline(pipeline)
        self.batch_size = batch_size

    def recognize(self, texts: Sequence[str]) -> list[list[Span]]:
        """Return for each text its spans, sorted by start, none overlapping another.

        Parameters
        ----------
        texts
            Any strings; offsets count their characters.
        """
        spans: list[list[Span]] = [[] for _ in texts]
        parts = self._parts(texts)
        for doc, (number, offset) in self.nlp.pipe(parts, as_tuples=True, batch_size=self.batch_size):
            spans[number].extend(spans_of_entities(doc, self.kinds, offset=offset))
        return spans

    def _parts(self, texts: Sequence[str]) -> Iterator[tuple[str, tuple[int, int]]]:
        for number, text in enumerate(texts):
            # spaCy takes no lone surrogates; what replaces one has the same length.
            clean = text if text.isascii() else _SURROGATE.sub("\ufffd", text)
            for start, end in parts_of(clean, self.nlp.max_length):
                yield clean[start:end], (number, start)


def load_pipeline(pipeline: Any) -> Any:
    """Return a pipeline that is ready to use: the one passed, or the one at that path or in that package."""
    spacy = optional("spacy", needed_by="a spaCy pipeline", extra="spacy", package="spaCy")
    loaded = pipeline
    if isinstance(pipeline, str | Path):
        try:
            loaded = spacy.load(pipeline)
        except OSError as error:
            raise UnsupportedFormat(
                f"no spaCy pipeline {str(pipeline)!r} on this machine ({error}); install its package, or pass the folder "
                "that nlp.to_disk wrote"
            ) from error
    if not isinstance(loaded, spacy.language.Language):
        raise UnsupportedFormat(
            f"expected a spaCy pipeline (spacy.load(...)) or its path or package, got {type(loaded).__name__}"
        )
    if not loaded.pipe_names:
        raise UnsupportedFormat(
            "the spaCy pipeline has no components and finds no names; add one (nlp.add_pipe), or load a trained pipeline"
        )
    return loaded


def spans_of_entities(doc: Any, kinds: KindsOfLabels, *, offset: int = 0) -> list[Span]:
    """Return the entities of a spaCy ``Doc`` that are mentions, in order; ``offset`` is added to their positions."""
    spans = []
    for entity in doc.ents:
        kind = kinds.kind(entity.label_, entity.text)
        if kind:
            spans.append(Span(entity.start_char + offset, entity.end_char + offset, kind))
    return spans


def parts_of(text: str, longest: int) -> Iterator[tuple[int, int]]:
    """Yield the offsets of consecutive parts of a text, none longer than ``longest`` characters.

    A part ends with a sentence if it can, else at white space, else anywhere.
    """
    begin = 0
    while len(text) - begin > longest:
        end = begin + _cut(text[begin : begin + longest])
        yield begin, end
        begin = end
    if begin < len(text):
        yield begin, len(text)


def _cut(part: str) -> int:
    sentences = sentence_bounds(part)
    if len(sentences) > 1:
        # The last sentence may be incomplete.
        return sentences[-1][0]
    space = max(part.rfind(" "), part.rfind("\n"), part.rfind("\t"))
    return space + 1 if space > 0 else len(part)
