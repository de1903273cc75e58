"""What a whole text tells about its single sentences: names that it knows, and surnames that it gives."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence

from geomap.gazetteer.folding import fold
from geomap.recognition.spans import Span

SURE_PLACE = 0.97
"""Below this score a span that is elsewhere in the text a surname is taken for the person again."""

SURE_NAME = 0.8
"""From this score on a span tells what the same name means elsewhere in the text."""

LEAST = 0.3
"""Below this score not even a name that the text knows is a mention."""


def with_known_names(text: str, spans: Sequence[Span], possible: Iterable[Span]) -> list[Span]:
    """Return the spans, and of the possible ones those whose name is surely a place elsewhere in the same text.

    A short or odd sentence may leave the model in doubt about a name that the rest of the article makes clear.

    Parameters
    ----------
    text
        The text.
    spans
        Its spans.
    possible
        Spans with a lower score; those that overlap one of ``spans`` are left out.

    Returns
    -------
    list of Span
        By start; none overlaps another if none of ``spans`` and none of ``possible`` do.
    """
    sure = {
        fold(text[span.start : span.end])
        for span in spans
        if span.kind != "demonym" and span.score is not None and span.score >= SURE_NAME
    }
    kept = sorted(spans, key=lambda span: span.start)
    starts = [span.start for span in kept]
    lifted = []
    for span in possible:
        before = bisect_left(starts, span.end) - 1
        free = before < 0 or kept[before].end <= span.start
        if free and (span.score is None or span.score >= LEAST) and fold(text[span.start : span.end]) in sure:
            lifted.append(span)
    return sorted([*kept, *lifted], key=lambda span: span.start)


def without_people(text: str, spans: Sequence[Span], surnames: set[str]) -> list[Span]:
    """Return the spans but for those that are a surname in the same text, and not surely a place.

    An article names a person in full once and by the surname from then on, where a short window may take it for a place.
    """
    return [
        span
        for span in spans
        if span.score is None or span.score >= SURE_PLACE or text[span.start : span.end] not in surnames
    ]
