"""The spaCy component ``geomap``: resolved places on the spans and entities of a ``Doc``.

spaCy imports this module through the entry point group ``spacy_factories`` when a pipeline asks for ``"geomap"``.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Any, TypedDict

from spacy.language import Language
from spacy.tokens import Doc, Span
from spacy.util import registry

from geomap.gazetteer import Gazetteer
from geomap.recognition._labels import KindsOfLabels, demonyms_of
from geomap.recognition._spacy_recognizer import spans_of_entities

if TYPE_CHECKING:
    import pandas as pd

EXTENSION = "geomap"
ENTITIES = "ents"
"""The name for the pipeline's own entities in place of a recognizer."""

# Recognition knows nothing of the pipeline above it: spaCy's registry hands the geoparser in, by an entry point as well.
GEOPARSER = "geomap.Geoparser.v1"

_COLUMNS = ("toponym", "kind", "status", "confidence", "place_id", "geonameid", "name", "country_code")


class ResolvedPlace(TypedDict):
    """What ``span._.geomap`` holds: plain values, which ``Doc.to_bytes`` and ``DocBin`` can write.

    ``start`` and ``end`` are the mention's own character offsets in ``doc.text``, of which the span's tokens may cover
    more; ``lat`` and ``lon`` are degrees, EPSG:4326. Of a ``nil`` all but ``confidence`` is None from ``place_id`` on.
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


class GeomapComponent:
    """Finds and resolves the mentions of a ``Doc``, or resolves the entities that it has.

    Parameters
    ----------
    recognizer
        ``"neural"``, ``"gazetteer"``, any other name that :class:`geomap.Geoparser` takes, an object with a method
        ``recognize(texts)``, or ``"ents"`` for the entities of the components before this one.
    gazetteer
        What :class:`geomap.Gazetteer` takes: ``"embedded"``, ``"geonames"``, a path, or a list of these.
    min_confidence
        Mentions whose best candidate is less probable stay ``nil``.
    spans_key
        Under which key of ``doc.spans`` the mentions stand.
    labels
        For ``"ents"``: as for :class:`geomap.recognition.SpacyRecognizer`.

    Notes
    -----
    Each mention is a span in ``doc.spans[spans_key]``, in text order, with its kind as label and its ``place_id`` as
    ``kb_id_``; ``span._.geomap`` is a :class:`ResolvedPlace`. Where a mention ends inside a token the span takes in the
    whole token; of two mentions in the same tokens the surer one is kept. An entity that overlaps a mention has the
    mention's place as its ``ent._.geomap``, of several that which it shares most characters with.

    Models and gazetteer are loaded once per process, when the first document arrives.
    """

    def __init__(
        self,
        *,
        recognizer: Any = "neural",
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

    def _load(self) -> tuple[Any, KindsOfLabels]:
        gazetteer = Gazetteer(self._gazetteer)
        geoparser = registry.get("misc", GEOPARSER)(
            recognizer=self._recognizer, gazetteer=gazetteer, min_confidence=self._min_confidence
        )
        return geoparser, KindsOfLabels(self._labels, demonyms=partial(demonyms_of, gazetteer))

    def _ready(self) -> tuple[Any, KindsOfLabels]:
        # A forked worker can neither use its parent's model, whose threads stayed behind, nor let go of it: that waits
        # for these threads.
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
        import pandas as pd

        geoparser, kinds = self._ready()
        articles = pd.DataFrame({"article_id": [str(n) for n in range(len(docs))], "text": [doc.text for doc in docs]})
        if self._of_entities:
            mentions = geoparser.resolve(articles, _entity_table(docs, kinds), use_context=False)
        else:
            mentions = geoparser.geoparse(articles)
        found: list[list[ResolvedPlace]] = [[] for _ in docs]
        for number, place in _resolved(mentions):
            found[number].append(place)
        return found


@Language.factory(
    EXTENSION,
    assigns=["doc.spans", f"span._.{EXTENSION}"],
    default_config={
        "recognizer": "neural",
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
    import pandas as pd

    rows = [
        (str(number), "text", span.start, span.end, span.kind)
        for number, doc in enumerate(docs)
        for span in spans_of_entities(doc, kinds)
    ]
    return pd.DataFrame(rows, columns=["article_id", "field", "start", "end", "kind"])


def _resolved(mentions: pd.DataFrame) -> Iterator[tuple[int, ResolvedPlace]]:
    """Yield the number of the document and the place of each mention, with plain values."""
    columns = [mentions[name].astype(object).where(mentions[name].notna(), None) for name in _COLUMNS]
    spans = zip(mentions["article_id"], mentions["start"], mentions["end"], mentions["geometry"], strict=True)
    for (article_id, start, end, point), values in zip(spans, zip(*columns, strict=True), strict=True):
        toponym, kind, status, confidence, place_id, geonameid, name, country_code = values
        yield (
            int(article_id),
            ResolvedPlace(
                toponym=toponym,
                kind=kind,
                start=int(start),
                end=int(end),
                status=status,
                confidence=float(confidence),
                place_id=place_id,
                geonameid=None if geonameid is None else int(geonameid),
                name=name,
                country_code=country_code,
                lat=None if point is None else float(point.y),
                lon=None if point is None else float(point.x),
            ),
        )


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
