"""Any spaCy pipeline that finds names, as a recognizer."""

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
    """Takes the named entities of a spaCy pipeline for mentions.

    Parameters
    ----------
    pipeline
        A loaded pipeline (``spacy.load(...)``), or the path or the package of one that is installed. Nothing is downloaded.
    labels
        Which labels are mentions: their names, or a mapping of names to kinds (``"toponym"``, ``"demonym"``,
        ``"embedded"``). When left out, GPE, LOC, LOCATION and FAC are toponyms, NORP and MISC demonyms where the word
        is one.
    demonyms
        Folded demonyms (:func:`geomap.gazetteer.fold`), or what returns them; those of the embedded gazetteer when left
        out.
    batch_size
        Texts that spaCy reads at a time; the pipeline's own number when left out.

    Raises
    ------
    MissingDependency
        If spaCy is not installed.
    UnsupportedFormat
        If there is no such pipeline, it has no components, or ``labels`` names no kind.

    Notes
    -----
    The offsets are those of the entities, the article in front of "the Tigris" included where the pipeline includes it.
    spaCy gives its entities no score. A text longer than the pipeline's ``max_length`` is read in parts that end with a
    sentence.

    Examples
    --------
    >>> import spacy
    >>> nlp = spacy.blank("en")
    >>> nlp.add_pipe("entity_ruler").add_patterns([{"label": "GPE", "pattern": "Mosul"}])
    >>> SpacyRecognizer(nlp, demonyms=frozenset()).recognize(["A bridge in Mosul."])
    [[Span(start=12, end=17, kind='toponym', usage=None, score=None)]]
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
        found: list[list[Span]] = [[] for _ in texts]
        parts = self._parts(texts)
        for doc, (number, offset) in self.nlp.pipe(parts, as_tuples=True, batch_size=self.batch_size):
            found[number].extend(spans_of_entities(doc, self.kinds, offset=offset))
        return found

    def _parts(self, texts: Sequence[str]) -> Iterator[tuple[str, tuple[int, int]]]:
        for number, text in enumerate(texts):
            # A lone surrogate is no character that spaCy takes; what stands for it is as long.
            clean = text if text.isascii() else _SURROGATE.sub("\ufffd", text)
            for start, end in parts_of(clean, self.nlp.max_length):
                yield clean[start:end], (number, start)


def load_pipeline(pipeline: Any) -> Any:
    """Return a pipeline that is ready to read: the one given, or the one of that path or package."""
    spacy = optional("spacy", needed_by="a spaCy pipeline", extra="spacy", package="spaCy")
    loaded = pipeline
    if isinstance(pipeline, str | Path):
        try:
            loaded = spacy.load(pipeline)
        except OSError as error:
            raise UnsupportedFormat(
                f"there is no spaCy pipeline {str(pipeline)!r} on this machine ({error}); install its package, or give the "
                "folder that nlp.to_disk wrote"
            ) from error
    if not isinstance(loaded, spacy.language.Language):
        raise UnsupportedFormat(
            f"a spaCy pipeline is wanted (spacy.load(...)), or its path or package, not a {type(loaded).__name__}"
        )
    if not loaded.pipe_names:
        raise UnsupportedFormat(
            "this spaCy pipeline has no component, and so finds no names; add one (nlp.add_pipe), or load a trained pipeline"
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
    """Yield a text as offsets of parts that follow on each other, none longer than ``longest`` characters.

    A part ends with a sentence, else at white space, else where it must.
    """
    begin = 0
    while len(text) - begin > longest:
        end = begin + _cut(text[begin : begin + longest])
        yield begin, end
        begin = end
    if begin < len(text):
        yield begin, len(text)


def _cut(window: str) -> int:
    sentences = sentence_bounds(window)
    if len(sentences) > 1:
        # The last sentence of a window may be half of one.
        return sentences[-1][0]
    space = max(window.rfind(" "), window.rfind("\n"), window.rfind("\t"))
    return space + 1 if space > 0 else len(window)
