"""The whole line: articles in, mentions with places out."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from geomap._text import Sentences
from geomap.articles import title_is_repeated
from geomap.errors import InvalidTable
from geomap.gazetteer import Gazetteer
from geomap.gazetteer._sources import EMBEDDED, GEONAMES, Source, each_source
from geomap.recognition import Recognizer, default_recognizer
from geomap.resolution import Ranker, Resolver, default_ranker
from geomap.resolution._fallback import Fallback, check_service
from geomap.resolution._homes import HomeLike, with_homes
from geomap.tables import (
    FIELDS,
    KINDS,
    MIN_CONFIDENCE,
    SPANS,
    empty_mentions,
    finish_mentions,
    require_columns,
    validate_articles,
)

if TYPE_CHECKING:
    import geopandas as gpd

    from geomap.geocoding import Service

ARTICLES_AT_ONCE = 256
MENTION_KEY = ("article_id", "field", "start", "end", "toponym")
Progress = Callable[[str, int, int], None]


class Geoparser:
    """Find the place names in articles and work out which place each means.

    Parameters
    ----------
    recognizer
        What finds mentions: ``"neural"`` (the default), ``"gazetteer"`` (by names alone), or any object with a method
        ``recognize(texts)``.
    gazetteer
        Where places come from: a :class:`~geomap.gazetteer.Gazetteer` or what its constructor takes (a name, the path of a
        gazetteer of your own, a list of these). Where its names have dates, an article's names are those of the year in
        which it was published.
    ranker
        What scores candidates: ``"learned"`` (the default), ``"hand-set"``, or any object with the methods of
        :class:`~geomap.resolution.Ranker`.
    min_confidence
        Mentions whose best candidate is less probable stay ``nil``, by default below 0.3; 0 answers every mention that has
        a candidate. The default takes away up to half a percent of the right answers on gold spans and raises the F1 of
        recognition and resolution together by 0.2 to 1 point (measured with outlets left out); 0.5 takes away 0.2 to 3
        percent and raises it by 0.7 to 1.5 points. With a gazetteer of your own the default is 0: the confidence was
        learned on GeoNames, and takes a place without a population for a hamlet.
    source_home
        Where publishers are at home, by their name in the articles' ``source``: a place ("Lebanon, Indiana"), a place_id or
        (latitude, longitude) in degrees. A column ``source_home`` of the articles says it of each one and counts before
        this. What is given stands in place of what is learned from the publisher's other articles.
    fallback
        A service on the web to ask for the names of mentions that stay ``nil``; by default none, and nothing leaves the
        machine. See :class:`~geomap.resolution._fallback.Fallback` for what is sent.

    Notes
    -----
    Nothing is loaded before the first call. Recognition and resolution follow Gritta et al. (2020).
    """

    def __init__(
        self,
        *,
        recognizer: str | Recognizer | None = None,
        gazetteer: Source | Sequence[Source] | Gazetteer = "embedded",
        ranker: str | Ranker | None = None,
        min_confidence: float | None = None,
        source_home: Mapping[str, HomeLike] | None = None,
        fallback: Service | None = None,
    ) -> None:
        if min_confidence is not None and not 0.0 <= min_confidence <= 1.0:
            raise InvalidTable(f"min_confidence is {min_confidence}; it is a probability, from 0 to 1")
        self.gazetteer = gazetteer if isinstance(gazetteer, Gazetteer) else Gazetteer(gazetteer)
        self.min_confidence = _default_threshold(self.gazetteer) if min_confidence is None else min_confidence
        self.source_home = dict(source_home or {})
        if fallback is not None:
            check_service(fallback)
        self.fallback = fallback
        self._recognizer = recognizer
        self._ranker = ranker
        self._resolver: Resolver | None = None

    @property
    def recognizer(self) -> Recognizer:
        """The recognizer, loaded when first asked for."""
        if self._recognizer is None or isinstance(self._recognizer, str):
            self._recognizer = default_recognizer(self.gazetteer, name=self._recognizer)
        return self._recognizer

    @property
    def resolver(self) -> Resolver:
        """The resolver, loaded when first asked for."""
        if self._resolver is None:
            given = self._ranker
            ranker = default_ranker(given) if given is None or isinstance(given, str) else given
            self._resolver = Resolver(self.gazetteer, ranker)
        return self._resolver

    def geoparse(self, articles: pd.DataFrame, *, progress: Progress | None = None) -> gpd.GeoDataFrame:
        """Find and resolve the mentions of all articles.

        Parameters
        ----------
        articles
            The articles table; ``article_id`` and ``text`` are enough.
        progress
            Called with the stage's name, what is done and what there is: articles, in the stage ``fallback`` names.

        Returns
        -------
        GeoDataFrame
            The mentions table (EPSG:4326, points in longitude, latitude order), one row per mention, in article order,
            the title before the text, then by position.

        Raises
        ------
        ColumnMissing, InvalidTable
            If the table is not one of articles.
        """
        articles = validate_articles(articles)
        spans = self.recognize(articles, progress=progress)
        return self._resolve(articles, spans, None, progress)

    def recognize(self, articles: pd.DataFrame, *, progress: Progress | None = None) -> pd.DataFrame:
        """Find the mentions of all articles without resolving them.

        A title that the text repeats at its start is read in the text only.

        Returns
        -------
        DataFrame
            ``article_id, field, start, end, toponym, kind, usage, recognition_score``, ordered as the mentions table.
        """
        articles = validate_articles(articles)
        parts = [_no_spans()]
        for begin in range(0, len(articles), ARTICLES_AT_ONCE):
            chunk = articles.iloc[begin : begin + ARTICLES_AT_ONCE]
            parts.append(self._recognize_chunk(chunk))
            if progress:
                progress("recognition", min(begin + ARTICLES_AT_ONCE, len(articles)), len(articles))
        return pd.concat([part for part in parts if len(part)] or parts[:1], ignore_index=True)

    def _recognize_chunk(self, articles: pd.DataFrame) -> pd.DataFrame:
        pieces = list(_pieces(articles))
        found = self.recognizer.recognize([text for _, _, text in pieces])
        rows = [
            (article_id, field, span.start, span.end, text[span.start : span.end], span.kind, span.usage, span.score)
            for (article_id, field, text), spans in zip(pieces, found, strict=True)
            for span in spans
        ]
        return pd.DataFrame(rows, columns=_no_spans().columns) if rows else _no_spans()

    def resolve(self, articles: pd.DataFrame, spans: pd.DataFrame, *, use_context: bool = True) -> gpd.GeoDataFrame:
        """Resolve spans that come from elsewhere: another recognizer, an annotator, gold.

        Parameters
        ----------
        articles
            The articles table.
        spans
            ``article_id, field, start, end``; ``kind`` and ``usage`` are carried where given.
        use_context
            Whether the toponyms that geomap itself recognizes around the spans count as evidence too.

        Returns
        -------
        GeoDataFrame
            The mentions table, one row per span, in article order then text order.

        Raises
        ------
        InvalidTable
            If a span names an article that is not there, or offsets outside its field; the row is named.
        """
        articles = validate_articles(articles)
        spans = _validated_spans(articles, spans)
        context = self.recognize(articles) if use_context and len(spans) else None
        return self._resolve(articles, spans, context, None)

    def _resolve(
        self, articles: pd.DataFrame, spans: pd.DataFrame, context: pd.DataFrame | None, progress: Progress | None
    ) -> gpd.GeoDataFrame:
        if not len(spans):
            return empty_mentions()
        if progress:
            progress("resolution", 0, len(articles))
        articles = with_homes(articles, self.source_home)
        places = self.resolver.resolve(articles, spans, context=context)
        if self.fallback is not None:
            places = Fallback(self.fallback, self.resolver).resolve(
                articles,
                spans,
                places,
                nil=self._unsure(places),
                context=context,
                progress=progress,
            )
        table = pd.concat([spans, places], axis=1)
        unsure = self._unsure(table)
        table["status"] = np.where(unsure, "nil", "resolved")
        of_place = places.columns.difference(["confidence", "alternatives"])
        table.loc[unsure, of_place] = None
        mentions = finish_mentions(_with_article(table, articles))
        if progress:
            progress("resolution", len(articles), len(articles))
        return mentions

    def _unsure(self, places: pd.DataFrame) -> pd.Series[bool]:
        return places["place_id"].isna() | (places["confidence"] < self.min_confidence)


def _default_threshold(gazetteer: Gazetteer) -> float:
    return MIN_CONFIDENCE if set(each_source(gazetteer.source)) <= {EMBEDDED, GEONAMES} else 0.0


def geoparse(
    articles: pd.DataFrame,
    *,
    recognizer: str | Recognizer | None = None,
    gazetteer: Source | Sequence[Source] | Gazetteer = "embedded",
    min_confidence: float | None = None,
    source_home: Mapping[str, HomeLike] | None = None,
    fallback: Service | None = None,
) -> gpd.GeoDataFrame:
    """Find the place names in articles and work out which place each means.

    Parameters
    ----------
    articles
        The articles table; ``article_id`` and ``text`` are enough.
    recognizer, gazetteer, min_confidence, source_home, fallback
        As for :class:`Geoparser`, which is worth keeping when called often.

    Returns
    -------
    GeoDataFrame
        The mentions table: one row per mention, EPSG:4326, points in (longitude, latitude) order, in article order
        then text order.
    """
    parser = Geoparser(
        recognizer=recognizer,
        gazetteer=gazetteer,
        min_confidence=min_confidence,
        source_home=source_home,
        fallback=fallback,
    )
    return parser.geoparse(articles)


def _pieces(articles: pd.DataFrame) -> Iterator[tuple[str, str, str]]:
    for article_id, title, text in zip(articles["article_id"], articles["title"], articles["text"], strict=True):
        if title and not title_is_repeated(title, text):
            yield article_id, "title", title
        yield article_id, "text", text


def _no_spans() -> pd.DataFrame:
    columns = {**SPANS, "toponym": "str", "kind": "str", "usage": "str", "recognition_score": "float64"}
    return pd.DataFrame({name: pd.Series([], dtype=dtype) for name, dtype in columns.items()})


def _validated_spans(articles: pd.DataFrame, spans: pd.DataFrame) -> pd.DataFrame:
    require_columns(spans, SPANS, what="spans")
    texts = {field: dict(zip(articles["article_id"], articles[field], strict=True)) for field in FIELDS}
    numbers = {article_id: number for number, article_id in enumerate(articles["article_id"])}
    toponyms = []
    rows = zip(spans["article_id"], spans["field"], spans["start"], spans["end"], strict=True)
    for row, (article_id, field, start, end) in enumerate(rows):
        if field not in FIELDS:
            raise InvalidTable(f"spans row {row}: field is {field!r}, not 'title' or 'text'")
        if article_id not in numbers:
            raise InvalidTable(f"spans row {row}: there is no article {article_id!r}")
        text = texts[field][article_id]
        if not 0 <= start < end <= len(text):
            raise InvalidTable(
                f"spans row {row}: offsets {start}-{end} lie outside the {field} of article {article_id!r}, which has "
                f"{len(text)} characters"
            )
        toponyms.append(text[start:end])
    table = spans.assign(toponym=toponyms)
    if "kind" not in table.columns:
        table["kind"] = KINDS[0]
    table["kind"] = table["kind"].fillna(KINDS[0])
    for name in ("usage", "recognition_score"):
        if name not in table.columns:
            table[name] = None
    table["_article"] = table["article_id"].map(numbers)
    ordered = table.sort_values(
        ["_article", "field", "start", "end"], ascending=[True, False, True, True], kind="stable"
    )
    return ordered[list(_no_spans().columns)].reset_index(drop=True)


def _with_article(table: pd.DataFrame, articles: pd.DataFrame) -> pd.DataFrame:
    known = articles.set_index("article_id")
    table["sentence"] = _sentences(table, articles)
    for name in ("title", "published", "source", "url"):
        column = known[name]
        if name != "published":
            column = column.astype("category")
        table[name] = column.loc[table["article_id"]].set_axis(table.index)
    table["boilerplate"] = None
    return table


def _sentences(table: pd.DataFrame, articles: pd.DataFrame) -> list[str]:
    texts = {field: dict(zip(articles["article_id"], articles[field], strict=True)) for field in FIELDS}
    current: tuple[str, str] | None = None
    reader = Sentences("")
    found = []
    rows: Sequence[tuple[str, str, int, int]] = list(
        zip(table["article_id"], table["field"], table["start"], table["end"], strict=True)
    )
    for article_id, field, start, end in rows:
        if current != (article_id, field):
            current, reader = (article_id, field), Sentences(texts[field][article_id])
        found.append(reader.around(start, end))
    return found
