"""The pipeline from articles to mentions with places: recognition, then resolution."""

from __future__ import annotations

import copy
import os
import threading
import warnings
from collections import Counter, OrderedDict
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

import numpy as np
import pandas as pd

from geomap._checks import at_least, of_kind, probability
from geomap._coordinates import point_of
from geomap._language import UNKNOWN, language_of_article
from geomap._notation import Notation, Plain
from geomap._processes import Job, Processes
from geomap._progress import Progress, no_progress
from geomap._served_languages import not_read
from geomap._text import Sentences
from geomap.articles import as_articles, title_is_repeated
from geomap.errors import GeomapError, InvalidTable, LanguageNotRead, WorkerFailed
from geomap.gazetteer import Gazetteer
from geomap.gazetteer._sources import Source, each_source, stamp
from geomap.recognition import Recognizer, Span, default_recognizer
from geomap.recognition._auto import ReadsLanguages
from geomap.recognition._defaults import ships
from geomap.resolution import Ranker, Resolver, default_ranker
from geomap.resolution._approximate import with_approximate_places
from geomap.resolution._dots import with_dot_probability
from geomap.resolution._fallback import Fallback, check_service
from geomap.resolution._homes import Homes, evidence_of, homes_of, known_homes, sampled
from geomap.resolution._relative import with_precision, with_relative_places
from geomap.resolution._resolver import CHUNK_SIZE, chunks_by_source, of_articles
from geomap.resolution._source_home import COLUMN as HOME_COLUMN
from geomap.resolution._source_home import HomeLike, alone, with_source_homes
from geomap.tables import (
    FIELDS,
    KINDS,
    MENTION_KEY,
    MIN_CONFIDENCE,
    SPANS,
    empty_mentions,
    empty_table,
    field_texts,
    finish_mentions,
    require_columns,
    with_further_columns,
)

if TYPE_CHECKING:
    import geopandas as gpd

    from geomap.geocoding import Service

__all__ = ["Geoparser", "forget", "geoparse", "homes"]

Table = TypeVar("Table", bound=pd.DataFrame)
Articles = str | os.PathLike[str] | Mapping[str, Any] | Iterable[Any] | pd.DataFrame
PARSERS_KEPT = 4
COORDINATE = KINDS[3]

ARTICLES_PER_JOB = 64  # of a process: few enough that all end at about the same time
ARTICLES_PER_CALL = 256  # of a recognizer: enough to fill its batches, few enough to report progress
RECOGNIZED: Mapping[str, str] = {
    **SPANS,
    **dict.fromkeys(("toponym", "kind", "usage"), "str"),
    "recognition_score": "float64",
    "read_as": "str",
}


class Geoparser:
    """Find the place names in articles and decide which place each one means.

    Create one and keep it to geoparse several tables with the same options; :func:`geoparse` does it for a single table.
    Nothing is loaded before the first call.

    Parameters
    ----------
    recognizer
        What finds mentions: ``"auto"`` (the default) chooses the model by each article's language: ``"neural"`` for English,
        ``"multilingual"`` (``pip install geomap-multilingual``) for those of :func:`geomap.recognition.languages`; both can
        be named too. ``"gazetteer"`` looks names up, without a model,
        ``"spacy:MODEL"`` or ``"transformers:FOLDER"`` (a model of your own, needs the extra of that name), or any object
        with a method ``recognize(texts)``, see :class:`~geomap.recognition.Recognizer`.
    gazetteer
        Where places come from: ``"embedded"`` (the default, ships with geomap), ``"geonames"`` (all of GeoNames, once
        installed), the path of a file of your own, a list of these, or a :class:`~geomap.gazetteer.Gazetteer`. If its
        names have dates, only names that were in use in the year of an article's ``published`` count.
    ranker
        What scores candidates: ``"learned"`` (the default), ``"hand-set"`` (a weighted sum, without training), or any
        object with the methods of :class:`~geomap.resolution.Ranker`.
    min_confidence
        The least probability, from 0 to 1, that a mention's dot needs to be right (``dot_probability``, which is the
        ``confidence`` of spans without a recognition score); below it the mention is ``nil``. 0 resolves every mention that
        has a candidate. The default is 0.3, and 0 for places of a gazetteer of your own that gives no populations, because
        the confidence was learned on GeoNames and takes a place without one for a hamlet. See Notes.
    relative
        Whether "20 km south of Mosul" means the point that it describes (the default) rather than Mosul. See the columns
        ``precision`` and ``radius_km``.
    approximate
        Whether a name that stays without a place and is probably one, such as a street or a camp, gets the area in which it
        lies (the default): ``precision`` is then ``within``. Counts and maps leave such areas out unless asked.
    homes
        Where publishers are at home: the table of :func:`geomap.homes`, its file, or a dict of a publisher's name, as in
        the articles' column ``source``, to a place (``"Lebanon, Indiana"``), a ``place_id``, or (latitude, longitude) in
        degrees. A column ``source_home`` in the articles takes precedence. With homes, even none (``{}``), what an article
        mentions depends on that article alone; without, the publisher's other articles in the table are evidence too.
    source_home
        Deprecated: the same as a dict, but publishers that are not in it are still learned about from the table.
    fallback
        A :class:`~geomap.geocoding.Service` on the web to look up the names that stay ``nil``. None by default, so that
        nothing leaves the machine. Only the name, a country code and a language are sent, never the text.

    Raises
    ------
    InvalidTable
        If ``min_confidence`` is not a probability.
    GazetteerNotFound
        If there is no such gazetteer.
    GeocodingMisused
        If ``fallback`` is not a service.

    Notes
    -----
    Recognition followed by resolution is geoparsing as Gritta et al. (2020) define it. On gold annotations of
    outlets that were left out of training, the default ``min_confidence`` loses 0.6 percent of the right dots and removes
    24 percent of the wrong ones; 0.5 loses 1.8 and removes 39 percent.

    Examples
    --------
    >>> import geomap
    >>> parser = geomap.Geoparser(recognizer="gazetteer", min_confidence=0.6, homes={"Courier": "Mosul"})
    >>> mentions = parser.geoparse(geomap.datasets.sample_articles())
    >>> mentions[["toponym", "status", "name", "country"]].head(4)
      toponym    status    name country
    0   Mosul  resolved   Mosul    Iraq
    1   Erbil  resolved   Erbil    Iraq
    2  Tigris  resolved  Tigris     NaN
    3   Mosul  resolved   Mosul    Iraq
    """

    def __init__(
        self,
        *,
        recognizer: str | Recognizer | None = None,
        gazetteer: Source | Sequence[Source] | Gazetteer = "embedded",
        ranker: str | Ranker | None = None,
        min_confidence: float | None = None,
        relative: bool = True,
        approximate: bool = True,
        homes: Homes | None = None,
        source_home: Mapping[str, HomeLike] | None = None,
        fallback: Service | None = None,
    ) -> None:
        if min_confidence is not None:
            probability("min_confidence", min_confidence)
        self.gazetteer = gazetteer if isinstance(gazetteer, Gazetteer) else Gazetteer(gazetteer)
        self.min_confidence = MIN_CONFIDENCE if min_confidence is None else min_confidence
        self._by_default = min_confidence is None
        if source_home is not None:
            of_kind("source_home", source_home, Mapping, "a dict of a publisher's name to where it is based")
            _warn_of_source_home(homes)
        if recognizer is not None:
            of_kind(
                "recognizer", recognizer, (str, Recognizer), "the name of one, or an object with a method recognize"
            )
        if ranker is not None:
            of_kind("ranker", ranker, (str, Ranker), "'learned', 'hand-set', or an object with the methods of a Ranker")
        of_kind("relative", relative, bool, "True or False")
        of_kind("approximate", approximate, bool, "True or False")
        self.relative = relative
        self.approximate = approximate
        self.homes = None if homes is None else known_homes(homes)
        self.source_home = dict(source_home or {})
        if fallback is not None:
            check_service(fallback)
        self.fallback = fallback
        self._recognizer = self._given_recognizer = recognizer
        self._ships = ships(recognizer)
        self._name = recognizer if isinstance(recognizer, str) else None
        self._ranker = ranker
        self._resolver: Resolver | None = None
        self._notation: Notation | None = None

    def __getstate__(self) -> dict[str, Any]:
        # What is loaded belongs to this process: another one opens its own session and index, at first use.
        return self.__dict__ | {"_recognizer": self._given_recognizer, "_resolver": None, "_notation": None}

    def load(self) -> None:
        """Load the recognizer and the resolver now rather than at first use."""
        _ = self.recognizer, self.resolver

    @property
    def recognizer(self) -> Recognizer:
        """The recognizer, loaded at first use."""
        if self._recognizer is None or isinstance(self._recognizer, str):
            self._recognizer = default_recognizer(self.gazetteer, name=self._recognizer)
        return self._recognizer

    @property
    def resolver(self) -> Resolver:
        """The resolver, loaded at first use."""
        if self._resolver is None:
            ranker = self._ranker
            if ranker is None or isinstance(ranker, str):
                ranker = default_ranker(ranker)
            self._resolver = Resolver(self.gazetteer, ranker)
        return self._resolver

    @property
    def notation(self) -> Notation:
        """What reads spans as the names that they mean, made at first use."""
        if self._notation is None:
            self._notation = Notation(self.gazetteer)
        return self._notation

    def geoparse(
        self,
        articles: Articles,
        *,
        dayfirst: bool | None = None,
        workers: int | None = None,
        progress: Progress | None = None,
    ) -> gpd.GeoDataFrame:
        """Find and resolve the mentions of all articles.

        Parameters
        ----------
        articles
            The articles, in any form that :func:`geomap.geoparse` takes.
        dayfirst
            Whether a date such as 03/04/2017 is April 3; by default the dates decide together.
        workers
            How many processes share the work; each loads the model once. By default none is started. The mentions are
            the same.
        progress
            Called with the name of the stage, how much is done and how much there is: articles in the stages
            ``recognition`` and ``resolution``, names in the stage ``fallback``.

        Returns
        -------
        GeoDataFrame
            The mentions table (EPSG:4326, points in longitude, latitude order): one row per mention, in article order,
            title before text, then by position. Further columns of the articles follow its own.

        Raises
        ------
        WrongKind, ColumnMissing, InvalidTable
            If there are no articles in it.

        Warns
        -----
        LanguageNotRead
            If a tenth or more of the articles are in a language that the recognizer does not read, and it is one that ships.
        """
        table = as_articles(articles, dayfirst=dayfirst)
        self._warn_of_languages(table)
        return self._geoparse(table, progress or no_progress, workers)

    def _geoparse(self, articles: pd.DataFrame, progress: Progress, workers: int | None = None) -> gpd.GeoDataFrame:
        if workers is None or at_least("workers", workers, 1) == 1:
            return self._resolve(articles, self._recognize(articles, progress), None, progress)
        with Processes(self._worker(), workers) as processes:
            jobs = _parts(articles, ARTICLES_PER_JOB)
            parts = _all_answers(processes, "_recognize_or_name", jobs, len(articles), "recognition", progress)
            filled = [part for part in parts if len(part)]
            spans = pd.concat(filled, ignore_index=True) if filled else empty_table(RECOGNIZED)
            asked = looked_up(spans)
            # Articles that are evidence for each other are cut as in one process; those that count alone, to be shared out.
            size = CHUNK_SIZE if self.homes is None else ARTICLES_PER_JOB
            together = chunks_by_source(self._evidence(articles), size=size)
            chunks = ((chunk, of_articles(asked, chunk)) for chunk in together)
            places = _all_answers(processes, "_resolve_or_name", chunks, len(articles), "resolution", progress)
        return self._finished(articles, spans, pd.concat(places).reindex(asked.index), None, progress)

    def with_homes(self, homes: Homes) -> Geoparser:
        """Return the same parser with other homes."""
        parser = copy.copy(self)
        parser.homes = known_homes(homes)
        return parser

    def _worker(self) -> Geoparser:
        """Return the parser as processes get it: they recognize and resolve, and ask no service."""
        worker = copy.copy(self)
        worker.fallback = None
        return worker

    def _recognize_or_name(self, articles: pd.DataFrame) -> pd.DataFrame:
        return named(self._recognize_together, articles)

    def _resolve_or_name(self, articles: pd.DataFrame, spans: pd.DataFrame) -> pd.DataFrame:
        return named(lambda each: self.resolver.resolve(each, of_articles(spans, each)), articles)

    def _warn_of_languages(self, articles: pd.DataFrame) -> None:
        """Warn before the long work, if it is likely to be in vain; what a recognizer of one's own reads is not known."""
        if not self._ships:
            return
        if sentence := not_read(Counter(_languages(articles)), recognizer=self._name):
            warnings.warn(sentence, LanguageNotRead, stacklevel=3)

    def recognize(
        self, articles: Articles, *, dayfirst: bool | None = None, progress: Progress | None = None
    ) -> pd.DataFrame:
        """Find the mentions of all articles without resolving them.

        A title that the text repeats at its start is read in the text only.

        Parameters
        ----------
        articles, dayfirst, progress
            As for :meth:`geoparse`.

        Returns
        -------
        DataFrame
            ``article_id, field, start, end, toponym, kind, usage, recognition_score``, in the order of the mentions table;
            and ``read_as``, the name to look up where it is not the words as written ("North Dakota" for the first of "North
            and South Dakota").
        """
        table = as_articles(articles, dayfirst=dayfirst)
        self._warn_of_languages(table)
        return self._recognize(table, progress or no_progress)

    def _recognize(self, articles: pd.DataFrame, progress: Progress) -> pd.DataFrame:
        parts = []
        for begin in range(0, len(articles), ARTICLES_PER_CALL):
            part = self._recognize_together(articles.iloc[begin : begin + ARTICLES_PER_CALL])
            if len(part):
                parts.append(part)
            progress("recognition", min(begin + ARTICLES_PER_CALL, len(articles)), len(articles))
        return pd.concat(parts, ignore_index=True) if parts else empty_table(RECOGNIZED)

    def _recognize_together(self, articles: pd.DataFrame) -> pd.DataFrame:
        readings = list(_readings(articles))
        plain = [Plain(text) for _, _, text in readings]
        texts = [each.text for each in plain]
        if isinstance(self.recognizer, ReadsLanguages):
            # A title is in the language of its article, and too short to tell.
            of_articles = dict(zip(articles["article_id"], _languages(articles), strict=True))
            recognized = self.recognizer.recognize_in(texts, [of_articles[each] for each, _, _ in readings])
        else:
            recognized = self.recognizer.recognize(texts)
        read = [
            each.placed(self.notation.read(each.text, spans)) for each, spans in zip(plain, recognized, strict=True)
        ]
        rows = [
            (article_id, field, *_as_row(span, text))
            for (article_id, field, text), spans in zip(readings, read, strict=True)
            for span in spans
        ]
        return pd.DataFrame(rows, columns=list(RECOGNIZED))

    def resolve(
        self, articles: Articles, spans: pd.DataFrame, *, use_context: bool = True, dayfirst: bool | None = None
    ) -> gpd.GeoDataFrame:
        """Resolve spans that come from elsewhere: another recognizer, an annotator, gold.

        Parameters
        ----------
        articles
            The articles, in any form that :func:`geomap.geoparse` takes.
        spans
            ``article_id, field, start, end``; also ``kind``, ``usage``, ``recognition_score`` and ``read_as`` where known.
        use_context
            Whether the toponyms that geomap itself recognizes around the spans count as evidence too.
        dayfirst
            As for :meth:`geoparse`.

        Returns
        -------
        GeoDataFrame
            The mentions table, one row per span, in article order then text order.

        Raises
        ------
        InvalidTable
            If a span names an unknown article, or has offsets outside its field; the message names the row.
        """
        articles = as_articles(articles, dayfirst=dayfirst)
        spans = self._named(articles, _validated_spans(articles, spans))
        context = self._recognize(articles, no_progress) if use_context and len(spans) else None
        return self._resolve(articles, spans, context, no_progress)

    def _resolve(
        self, articles: pd.DataFrame, spans: pd.DataFrame, context: pd.DataFrame | None, progress: Progress
    ) -> gpd.GeoDataFrame:
        if not len(spans):
            return with_further_columns(empty_mentions(), articles)
        progress("resolution", 0, len(articles))
        context = None if context is None else looked_up(context)
        places = self.resolver.resolve(self._evidence(articles), looked_up(spans), context=context)
        return self._finished(articles, spans, places, context, progress)

    def _finished(
        self,
        given: pd.DataFrame,
        spans: pd.DataFrame,
        places: pd.DataFrame,
        context: pd.DataFrame | None,
        progress: Progress,
    ) -> gpd.GeoDataFrame:
        if not len(spans):
            return with_further_columns(empty_mentions(), given)
        articles, asked = self._evidence(given), looked_up(spans)
        if self.fallback is not None:
            places = Fallback(self.fallback, self.resolver, alone=self.homes is not None).resolve(
                articles, asked, places, nil=self._is_nil(places), context=context, progress=progress
            )
        places = _with_coordinates(spans, places.reindex(spans.index))
        table = with_dot_probability(pd.concat([spans, places], axis=1))
        nil = self._is_nil(table, by="dot_probability")
        table["status"] = np.where(nil, "nil", "resolved")
        if nil.any():
            table.loc[nil, places.columns.difference(["confidence", "alternatives"])] = None
        table = with_relative_places(articles, table) if self.relative else with_precision(table)
        if self.approximate:
            table = with_approximate_places(articles, table, self.gazetteer, min_confidence=self.min_confidence)
        mentions = with_further_columns(finish_mentions(_with_article(table, given)), given)
        progress("resolution", len(articles), len(articles))
        return mentions

    def _named(self, articles: pd.DataFrame, spans: pd.DataFrame) -> pd.DataFrame:
        """Return spans with the names that they mean, where these are not given."""
        texts = field_texts(articles)
        names: list[str | None] = []
        for (article_id, field), rows in groupby(
            zip(*(spans[name] for name in MENTION_KEY), strict=True), lambda row: row[:2]
        ):
            each = [Span(int(start), int(end), KINDS[0]) for _, _, start, end in rows]
            names += self.notation.names(texts[field][article_id], each)
        return spans.assign(read_as=spans["read_as"].where(spans["read_as"].notna(), names))

    def _evidence(self, articles: pd.DataFrame) -> pd.DataFrame:
        """Return the articles as the resolver is to see them: with the homes, and without what joins them where given."""
        if self.homes is None:
            return with_source_homes(articles, self.source_home)
        return alone(with_source_homes(articles, self.homes))

    def home_evidence(self, articles: Articles, *, progress: Progress | None = None) -> pd.DataFrame:
        """Return what a part of a corpus says of its publishers' homes, for :func:`geomap.homes`.

        Parameters
        ----------
        articles, progress
            As for :meth:`geoparse`.

        Returns
        -------
        DataFrame
            ``source``, ``article`` (a digest of its text) and ``place_id``: the places in some articles of each publisher,
            each article read by itself.
        """
        chosen = sampled(as_articles(articles))
        spans = looked_up(self._recognize(chosen, progress or no_progress))
        places = self.resolver.resolve(alone(chosen.drop(columns=HOME_COLUMN, errors="ignore")), spans)
        return evidence_of(chosen, pd.concat([spans, places[~self._is_nil(places)]], axis=1))

    def _is_nil(self, places: pd.DataFrame, *, by: str = "confidence") -> pd.Series[bool]:
        unsure = places[by] < self.min_confidence
        if self._by_default and unsure.any():
            ids = places.loc[unsure & places["place_id"].notna(), "place_id"]
            counted = {place_id: self.gazetteer.counts_populations(place_id) for place_id in ids.unique()}
            unsure &= np.array([counted.get(place_id, True) for place_id in places["place_id"]], dtype=bool)
        return places["place_id"].isna() | unsure


def geoparse(
    articles: Articles,
    *,
    recognizer: str | Recognizer | None = None,
    gazetteer: Source | Sequence[Source] | Gazetteer = "embedded",
    min_confidence: float | None = None,
    relative: bool = True,
    approximate: bool = True,
    homes: Homes | None = None,
    source_home: Mapping[str, HomeLike] | None = None,
    fallback: Service | None = None,
    dayfirst: bool | None = None,
    workers: int | None = None,
) -> gpd.GeoDataFrame:
    """Find the place names in articles and decide which place each one means.

    Parameters
    ----------
    articles
        A text, or a list, Series or generator of texts; a dict or a list of dicts with a key ``text``; a table with a
        column ``text`` (pandas, polars, pyarrow ...), such as :func:`geomap.read_articles` returns; or the path of files
        to read. A string is read as a path if it names an existing file or folder and has a separator or the ending of
        a format; strings in a list are texts always. ``title`` is read too, ``source`` and ``published`` are used as
        evidence, ``article_id`` is given where there is none ("1", "2" ...): see :func:`geomap.articles.as_articles`.
    recognizer
        What finds mentions: ``"auto"`` (the default) chooses the model by each article's language: ``"neural"`` for English,
        ``"multilingual"`` (``pip install geomap-multilingual``) for those of :func:`geomap.recognition.languages`; both can
        be named too. ``"gazetteer"`` looks names up, without a model,
        ``"spacy:MODEL"`` or ``"transformers:FOLDER"`` (a model of your own, needs the extra of that name), or any object
        with a method ``recognize(texts)``.
    gazetteer
        Where places come from: ``"embedded"`` (the default, ships with geomap), ``"geonames"`` (all of GeoNames, once
        installed), the path of a file of your own, a list of these, or a :class:`~geomap.gazetteer.Gazetteer`.
    min_confidence
        The least probability, from 0 to 1, that a mention's dot needs to be right; below it the mention is ``nil``: it
        stays in the table, without a place. 0 resolves every mention that has a candidate. The default is 0.3, and 0
        for places of a gazetteer of your own that gives no populations.
    relative
        Whether "20 km south of Mosul" means the point that it describes (the default) rather than Mosul.
    approximate
        Whether a street, a camp or another place that no gazetteer has gets the area in which it lies (the default).
    homes
        Where publishers are at home: the table of :func:`geomap.homes`, its file, or a dict of a publisher's name, as in
        the articles' column ``source``, to a place (``"Lebanon, Indiana"``), a ``place_id``, or (latitude, longitude) in
        degrees. With it, what an article mentions depends on that article alone. By default a publisher's other articles
        in the table are evidence.
    source_home
        Deprecated: the same as a dict, but publishers that are not in it are still learned about from the table.
    fallback
        A :class:`~geomap.geocoding.Service` on the web to look up the names that stay ``nil``. None by default, so that
        nothing leaves the machine. Only the name, a country code and a language are sent, never the text.
    dayfirst
        Whether a date such as 03/04/2017 is April 3. By default the dates of the articles decide together: one such as
        31/03/2017 proves that the day comes first in all of them.
    workers
        How many processes share the work, each with the model loaded; by default none is started. The mentions are the
        same. Worth its start of some seconds from a few hundred articles on. A script that uses it needs
        ``if __name__ == "__main__":``.

    Returns
    -------
    GeoDataFrame
        The mentions table (EPSG:4326, points in longitude, latitude order): one row per mention, in article order, title
        before text, then by position. Its columns are those of :data:`geomap.tables.MENTIONS`, then the further columns
        of the articles, then the geometry. A further column that bears the name of one of those gets the suffix
        ``_article``.

    Raises
    ------
    WrongKind, ColumnMissing, InvalidTable
        If there are no articles in what was given, or an option is out of range.
    GazetteerNotFound, UnsupportedFormat, MissingDependency
        If the gazetteer or the recognizer is unknown, or needs something that is not installed.

    Warns
    -----
    LanguageNotRead
        If a tenth or more of the articles are in a language that the recognizer does not read, and it is one that ships.
    ArticlesSkipped, ArticlesDoubtful
        If articles could not be read as they are; see :func:`geomap.articles.as_articles`.

    See Also
    --------
    Geoparser : the same with more options, worth keeping when called often.
    geomap.alternatives : what else each mention might have meant.
    geomap.explore : the mentions on a map.

    Notes
    -----
    The parser is kept for the next call with the same options, so that a sentence takes milliseconds;
    :func:`geomap.pipeline.forget` lets go of it.

    Examples
    --------
    >>> import geomap
    >>> geomap.geoparse("Protests in Mosul")[["toponym", "name", "country"]]
      toponym   name country
    0   Mosul  Mosul    Iraq

    >>> articles = geomap.datasets.sample_articles()
    >>> mentions = geomap.geoparse(articles, recognizer="gazetteer")
    >>> mentions[["article_id", "toponym", "name", "country", "confidence"]].head(3).round(2)
      article_id toponym    name country  confidence
    0         a1   Mosul   Mosul    Iraq        0.98
    1         a1   Erbil   Erbil    Iraq        0.99
    2         a2  Tigris  Tigris     NaN        0.89
    """
    table = as_articles(
        articles, dayfirst=dayfirst
    )  # first: a wrong argument is said at once, before a model is loaded
    parser = _KEPT.parser(
        recognizer=recognizer,
        gazetteer=gazetteer,
        min_confidence=min_confidence,
        relative=relative,
        approximate=approximate,
        homes=None if homes is None else known_homes(homes),
        source_home=source_home,
        fallback=fallback,
    )
    parser._warn_of_languages(table)
    return parser._geoparse(table, no_progress, workers)


def homes(
    articles: Articles,
    *,
    recognizer: str | Recognizer | None = None,
    gazetteer: Source | Sequence[Source] | Gazetteer = "embedded",
    dayfirst: bool | None = None,
) -> pd.DataFrame:
    """Learn where publishers are at home from what they write about.

    Look at the table, correct it, keep it as a file, and give it to :func:`geomap.geoparse`: then what an article mentions
    depends on that article alone, and a corpus may be geoparsed in parts, in any order.

    Parameters
    ----------
    articles, recognizer, gazetteer, dayfirst
        As for :func:`geomap.geoparse`. Articles without ``source`` do not count, and of a publisher with more than fifty
        only fifty, chosen by their text, so that their order makes no difference.

    Returns
    -------
    DataFrame
        One row per publisher, by name: ``source``; ``home``, the ``place_id`` of a town, a division or a country, missing
        where its articles do not say; the place's ``name`` and ``country``; ``articles``, how many were looked at; and
        ``share``, how much of what they name lies in that area, or around that town. To correct a row, put a ``place_id``
        or a name (``"Lebanon, Indiana"``) into ``home``.

    Examples
    --------
    >>> import geomap
    >>> articles = geomap.datasets.sample_articles().assign(source="Tigris Post")
    >>> homes = geomap.homes(articles, recognizer="gazetteer")
    >>> homes[["source", "name", "country", "articles"]]
            source   name country  articles
    0  Tigris Post  Erbil    Iraq         4
    >>> homes.loc[homes["source"] == "Tigris Post", "home"] = "Mosul, Iraq"
    >>> mentions = geomap.geoparse(articles, recognizer="gazetteer", homes=homes)
    """
    table = as_articles(articles, dayfirst=dayfirst)
    parser = _KEPT.parser(
        recognizer=recognizer,
        gazetteer=gazetteer,
        min_confidence=None,
        relative=True,
        approximate=True,
        homes=None,
        source_home=None,
        fallback=None,
    )
    return homes_of(parser.home_evidence(table), parser.gazetteer)


def forget() -> None:
    """Let go of the parsers that :func:`geomap.geoparse` keeps between calls, with their models and gazetteers.

    Calls that are under way finish with theirs. A :class:`Geoparser` of your own is not touched.

    Examples
    --------
    >>> import geomap
    >>> geomap.pipeline.forget()
    """
    _KEPT.clear()


class _Kept(NamedTuple):
    parser: Geoparser
    loading: threading.Lock


class _KeptParsers:
    """The parsers of the last few sets of options, shared by all threads."""

    def __init__(self) -> None:
        self._kept: OrderedDict[Hashable, _Kept] = OrderedDict()
        self._lock = threading.Lock()

    def parser(self, **options: Any) -> Geoparser:
        """Return the parser of these options, loaded."""
        return self.of(_key(options), lambda: Geoparser(**options))

    def of(self, key: Hashable, make: Callable[[], Geoparser]) -> Geoparser:
        """Return the parser of this key, loaded; of several threads that ask for it, one makes and loads it."""
        with self._lock:
            kept = self._kept.get(key)
            if kept is None:
                kept = self._kept[key] = _Kept(make(), threading.Lock())
            self._kept.move_to_end(key)
            while len(self._kept) > PARSERS_KEPT:
                self._kept.popitem(last=False)
        with kept.loading:
            kept.parser.load()
        return kept.parser

    def clear(self) -> None:
        """Let go of all."""
        with self._lock:
            self._kept.clear()


_KEPT = _KeptParsers()


def kept_parser(key: Hashable, make: Callable[[], Geoparser]) -> Geoparser:
    """Return a parser that this process keeps under a key, loaded; made at first."""
    return _KEPT.of(key, make)


def _key(options: Mapping[str, Any]) -> Hashable:
    """Return what tells options apart: values where they are text or numbers, else the very objects."""
    # A gazetteer that was installed or changed since, or another cache folder, makes another parser.
    return (
        tuple((name, _part(value)) for name, value in options.items()),
        os.environ.get("GEOMAP_CACHE"),
        _stamps(options),
    )


def _part(value: Any) -> Hashable:
    if isinstance(value, Mapping):
        return tuple((str(name), _part(each)) for name, each in value.items())
    if isinstance(value, list | tuple):
        return tuple(map(_part, value))
    if value is None or isinstance(value, str | int | float | os.PathLike):
        return type(value).__name__, value
    return _Same(value)


class _Same:
    """An object, equal to itself alone; held, so that no other takes its identity."""

    def __init__(self, value: object) -> None:
        self.value = value

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and self.value is other.value

    def __hash__(self) -> int:
        return id(self.value)


def _stamps(options: Mapping[str, Any]) -> Hashable:
    gazetteer = options["gazetteer"]
    if isinstance(gazetteer, Gazetteer):
        return ()
    return tuple(stamp(part) for part in each_source(gazetteer))


def named(work: Callable[[pd.DataFrame], Table], articles: pd.DataFrame) -> Table:
    """Return what work makes of articles.

    Raises
    ------
    WorkerFailed
        If it raises an error that is none of geomap's; the message names the first article that it raises it for.
    """
    try:
        return work(articles)
    except GeomapError:
        raise  # a model or a gazetteer is not there: no article is to blame
    except Exception as error:
        guilty, reason = "", error
        for row in range(len(articles)):
            try:
                work(articles.iloc[row : row + 1])
            except Exception as again:
                guilty, reason = f"article {articles['article_id'].iloc[row]!r}: ", again
                break
        raise WorkerFailed(f"{guilty}{type(reason).__name__}: {reason}") from error


def _parts(articles: pd.DataFrame, size: int) -> Iterator[tuple[pd.DataFrame]]:
    return ((articles.iloc[begin : begin + size],) for begin in range(0, len(articles), size))


def _all_answers(
    processes: Processes,
    method: str,
    arguments: Iterable[tuple[Any, ...]],
    total: int,
    stage: str,
    progress: Progress,
) -> list[pd.DataFrame]:
    """Return what the method of the parser returned in each process, in the order of the arguments."""
    done, found = 0, dict[int, pd.DataFrame]()
    sizes: dict[int, int] = {}

    def jobs() -> Iterator[Job]:
        for number, each in enumerate(arguments):
            sizes[number] = len(each[0])
            yield Job(number, method, each)

    for answer in processes.answers(jobs()):
        if answer.error is not None:
            raise answer.error
        done += sizes[answer.key]
        progress(stage, done, total)
        found[answer.key] = answer.value
    return [found[number] for number in sorted(found)]


def _warn_of_source_home(homes: object) -> None:
    if homes is not None:
        raise InvalidTable("give homes= or source_home=, not both; homes= takes what source_home= takes")
    warnings.warn(
        "source_home= is deprecated, and goes with the next release: use homes=, which takes the same dict or the table "
        "of geomap.homes(articles)",
        DeprecationWarning,
        stacklevel=3,
    )


def _languages(articles: pd.DataFrame) -> list[str]:
    """Return the language of each article, ``unknown`` where it is neither given nor clear."""
    given = articles["language"] if "language" in articles.columns else [None] * len(articles)
    return [language_of_article(*each) for each in zip(given, articles["text"], strict=True)]


def _readings(articles: pd.DataFrame) -> Iterator[tuple[str, str, str]]:
    """Yield what is read: article_id, field and the text in it."""
    for article_id, title, text in zip(articles["article_id"], articles["title"], articles["text"], strict=True):
        if title and not title_is_repeated(title, text):
            yield article_id, "title", title
        yield article_id, "text", text


def _validated_spans(articles: pd.DataFrame, spans: pd.DataFrame) -> pd.DataFrame:
    require_columns(spans, SPANS, what="spans")
    texts = field_texts(articles)
    numbers = {article_id: number for number, article_id in enumerate(articles["article_id"])}
    toponyms = []
    rows = zip(*(spans[name] for name in MENTION_KEY), strict=True)
    for row, (article_id, field, start, end) in enumerate(rows):
        if field not in FIELDS:
            raise InvalidTable(f"row {row} of the spans: field must be 'title' or 'text'; got {field!r}")
        if article_id not in numbers:
            raise InvalidTable(f"row {row} of the spans: no article has the article_id {article_id!r}")
        text = texts[field][article_id]
        if not 0 <= start < end <= len(text):
            raise InvalidTable(
                f"row {row} of the spans: offsets {start} to {end} lie outside the {field} of article {article_id!r}, "
                f"which has {len(text)} characters"
            )
        toponyms.append(text[start:end])
    table = spans.assign(toponym=toponyms)
    if "kind" not in table.columns:
        table["kind"] = KINDS[0]
    table["kind"] = table["kind"].fillna(KINDS[0])
    for name in ("usage", "recognition_score", "read_as"):
        if name not in table.columns:
            table[name] = None
    table["_article"] = table["article_id"].map(numbers)
    ordered = table.sort_values(
        ["_article", "field", "start", "end"], ascending=[True, False, True, True], kind="stable"
    )
    return ordered[list(RECOGNIZED)].reset_index(drop=True)


def _as_row(span: Span, text: str) -> tuple[object, ...]:
    words = text[span.start : span.end]
    return (span.start, span.end, words, span.kind, span.usage, span.score, span.name)


def looked_up(spans: pd.DataFrame) -> pd.DataFrame:
    """Return the spans that a gazetteer is asked for, with the name that each means as its toponym."""
    asked = spans[spans["kind"] != COORDINATE]
    return asked.assign(toponym=asked["read_as"].where(asked["read_as"].notna(), asked["toponym"]))


def _with_coordinates(spans: pd.DataFrame, places: pd.DataFrame) -> pd.DataFrame:
    """Return the places with those of coordinates, which are the point that they say."""
    written = spans.loc[spans["kind"] == COORDINATE, "toponym"]
    if not len(written):
        return places
    said = pd.DataFrame([_said(words) for words in written], index=written.index)
    return places.assign(
        **{name: places[name].where(~places.index.isin(said.index), said[name]) for name in said.columns}
    )


def _said(words: str) -> dict[str, object]:
    lat, lon = point_of(words) or (np.nan, np.nan)
    known = np.isfinite(lat)
    return {
        "place_id": f"{COORDINATE}:{lat:.5f},{lon:.5f}" if known else None,
        "name": " ".join(words.split()) if known else None,
        "lat": lat,
        "lon": lon,
        "confidence": float(known),
    }


def _with_article(table: pd.DataFrame, articles: pd.DataFrame) -> pd.DataFrame:
    by_id = articles.set_index("article_id")
    table["sentence"] = _sentences(table, articles)
    for name in ("title", "published", "source", "url"):
        # Categories are made of a few articles, before they are repeated for many mentions.
        column = by_id[name] if name == "published" else by_id[name].astype("category")
        table[name] = column.loc[table["article_id"]].set_axis(table.index)
    mentioned = articles[articles["article_id"].isin(set(table["article_id"]))]
    languages = [None if each == UNKNOWN else each for each in _languages(mentioned)]
    column = pd.Series(languages, index=mentioned["article_id"], dtype="str").astype("category")
    table["language"] = column.loc[table["article_id"]].set_axis(table.index)
    return table


def _sentences(table: pd.DataFrame, articles: pd.DataFrame) -> list[str]:
    texts = field_texts(articles)
    current: tuple[str, str] | None = None
    reader = Sentences("")
    sentences = []
    for article_id, field, start, end in zip(*(table[name] for name in MENTION_KEY), strict=True):
        if current != (article_id, field):
            current, reader = (article_id, field), Sentences(texts[field][article_id])
        sentences.append(reader.around(start, end))
    return sentences
