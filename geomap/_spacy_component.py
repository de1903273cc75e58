"""The spaCy component ``geomap``: resolved places on the spans and entities of a ``Doc``.

spaCy imports this module through the entry point group ``spacy_factories`` when a pipeline asks for ``"geomap"``.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from itertools import islice
from typing import Any, TypedDict, cast

import pandas as pd
from spacy.language import Language
from spacy.tokens import Doc, Span

from geomap.gazetteer import Gazetteer
from geomap.pipeline import Geoparser
from geomap.recognition._labels import KindsOfLabels, demonyms_of
from geomap.recognition._spacy_recognizer import spans_of_entities
from geomap.tables import MENTION_KEY

EXTENSION = "geomap"
ENTITIES = "ents"
"""The name for the pipeline's own entities in place of a recognizer."""


class ResolvedPlace(TypedDict):
    """What ``span._.geomap`` holds: plain values, which ``Doc.to_bytes`` and ``DocBin`` can write.

    ``start`` and ``end`` are the mention's character offsets in ``doc.text``; the span's tokens may cover more. ``lat``
    and ``lon`` are degrees, EPSG:4326. For a ``nil`` everything from ``place_id`` on is None.
    """

    toponym: str
    kind: str
    start: int
    end: int
    status: str
    confidence: float
    place_id: str | None
    geonameid: int | None
    name: str | None
    country_code: str | None
    lat: float | None
    lon: float | None


_COLUMNS = tuple(name for name in ResolvedPlace.__annotations__ if name not in ("lat", "lon"))


class GeomapComponent:
    """Finds and resolves the mentions in a ``Doc``, or resolves the entities that it has.

    Parameters
    ----------
    recognizer
        ``"auto"``, ``"gazetteer"``, any other name that :class:`geomap.Geoparser` takes, an object with a method
        ``recognize(texts)``, or ``"ents"`` for the entities of the components before this one.
    gazetteer
        What :class:`geomap.Gazetteer` takes: ``"embedded"``, ``"geonames"``, a path, or a list of these.
    min_confidence
        Mentions whose best candidate is less probable stay ``nil``.
    spans_key
        The key of ``doc.spans`` to put the mentions under.
    labels
        For ``"ents"``: as for :class:`geomap.recognition.SpacyRecognizer`.

    Notes
    -----
    Each mention is a span in ``doc.spans[spans_key]``, in text order, with its kind as label and its ``place_id`` as
    ``kb_id_``; ``span._.geomap`` is a :class:`ResolvedPlace`. Where a mention ends inside a token, the span includes the
    whole token; of two mentions in the same tokens, the one with the higher confidence is kept. An entity that overlaps
    a mention has its place as ``ent._.geomap``; if it overlaps several, that of the one it shares most characters with.

    Models and gazetteer are loaded once per process, when the first document arrives.
    """

    def __init__(
        self,
        *,
        recognizer: Any = "auto",
        gazetteer: str | list[str] = "embedded",
        min_confidence: float | None = None,
        spans_key: str = EXTENSION,
        labels: dict[str, str] | list[str] | None = None,
    ) -> None:
        self.spans_key = spans_key
        self._of_entities = isinstance(recognizer, str) and recognizer == ENTITIES
        self._labels = labels
        self._recognizer = None if self._of_entities else recognizer
        self._gazetteer = gazetteer
        self._min_confidence = min_confidence
        self._loaded = {os.getpid(): self._load()}
        if not Span.has_extension(EXTENSION):
            Span.set_extension(EXTENSION, default=None)

    def __call__(self, doc: Doc) -> Doc:
        """Annotate one document."""
        return self._annotate([doc])[0]

    def pipe(self, stream: Iterable[Doc], *, batch_size: int = 128) -> Iterator[Doc]:
        """Annotate documents in batches, in order."""
        documents = iter(stream)
        while docs := list(islice(documents, batch_size)):
            yield from self._annotate(docs)

    def __getstate__(self) -> dict[str, Any]:
        return self.__dict__ | {"_loaded": {}}

    def _load(self) -> tuple[Geoparser, KindsOfLabels]:
        gazetteer = Gazetteer(self._gazetteer)
        # An entity has no precision to say that its point is only the middle of an area.
        geoparser = Geoparser(
            recognizer=self._recognizer, gazetteer=gazetteer, min_confidence=self._min_confidence, approximate=False
        )
        return geoparser, KindsOfLabels(self._labels, demonyms=partial(demonyms_of, gazetteer))

    def _ready(self) -> tuple[Geoparser, KindsOfLabels]:
        # A forked worker can neither use its parent's model, whose threads exist only there, nor release it, which would
        # wait for these threads.
        process = os.getpid()
        if process not in self._loaded:
            self._loaded[process] = self._load()
        return self._loaded[process]

    def _annotate(self, docs: list[Doc]) -> list[Doc]:
        places = self._places(docs)
        for doc, own in zip(docs, places, strict=True):
            _set_spans(doc, own, self.spans_key)
            _set_on_entities(doc, own)
        return docs

    def _places(self, docs: Sequence[Doc]) -> list[list[ResolvedPlace]]:
        geoparser, kinds = self._ready()
        articles = pd.DataFrame({"article_id": [str(n) for n in range(len(docs))], "text": [doc.text for doc in docs]})
        if self._of_entities:
            mentions = geoparser.resolve(articles, _entity_table(docs, kinds), use_context=False)
        else:
            mentions = geoparser.geoparse(articles)
        places: list[list[ResolvedPlace]] = [[] for _ in docs]
        for number, place in _resolved(mentions):
            places[number].append(place)
        return places


@Language.factory(
    EXTENSION,
    assigns=["doc.spans", f"span._.{EXTENSION}"],
    default_config={
        "recognizer": "auto",
        "gazetteer": "embedded",
        "min_confidence": None,
        "spans_key": EXTENSION,
        "labels": None,
    },
)
def make_geomap(
    nlp: Language,
    name: str,
    recognizer: Any,
    gazetteer: str | list[str],
    min_confidence: float | None,
    spans_key: str,
    labels: dict[str, str] | list[str] | None,
) -> GeomapComponent:
    """Return the component; spaCy calls this for ``nlp.add_pipe("geomap", config={...})``."""
    return GeomapComponent(
        recognizer=recognizer,
        gazetteer=gazetteer,
        min_confidence=min_confidence,
        spans_key=spans_key,
        labels=labels,
    )


def _entity_table(docs: Sequence[Doc], kinds: KindsOfLabels) -> pd.DataFrame:
    rows = [
        (str(number), "text", span.start, span.end, span.kind)
        for number, doc in enumerate(docs)
        for span in spans_of_entities(doc, kinds)
    ]
    return pd.DataFrame(rows, columns=[*MENTION_KEY, "kind"])


def _resolved(mentions: pd.DataFrame) -> Iterator[tuple[int, ResolvedPlace]]:
    """Yield the number of the document and the place of each mention, with plain values."""
    table = pd.DataFrame({name: mentions[name].astype(object) for name in _COLUMNS})
    rows = table.where(table.notna(), None).to_dict("records")
    for article_id, row, point in zip(mentions["article_id"], rows, mentions["geometry"], strict=True):
        lat, lon = (None, None) if point is None else (float(point.y), float(point.x))
        yield int(article_id), cast(ResolvedPlace, {**row, "lat": lat, "lon": lon})


def _set_spans(doc: Doc, places: Iterable[ResolvedPlace], key: str) -> None:
    chosen: dict[tuple[int, int], tuple[Span, ResolvedPlace]] = {}
    for place in places:
        span = doc.char_span(
            place["start"], place["end"], label=place["kind"], kb_id=place["place_id"] or "", alignment_mode="expand"
        )
        if span is None:
            continue
        other = chosen.get((span.start, span.end))
        if other is None or place["confidence"] > other[1]["confidence"]:
            chosen[span.start, span.end] = span, place
    for span, place in chosen.values():
        span._.set(EXTENSION, place)
    doc.spans[key] = [span for span, _ in chosen.values()]


def _set_on_entities(doc: Doc, places: Sequence[ResolvedPlace]) -> None:
    for entity in doc.ents:
        shared = [min(entity.end_char, place["end"]) - max(entity.start_char, place["start"]) for place in places]
        if max(shared, default=0) > 0:
            entity._.set(EXTENSION, places[shared.index(max(shared))])
