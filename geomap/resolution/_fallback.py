"""Resolve mentions that the gazetteer leaves unresolved with candidates from a geocoding service.

Only names are sent, each once per country. The service's candidates join the gazetteer's, get the same signals and go
through the same ranker. Mentions that are already resolved keep their resolution and only serve as evidence.
"""

from __future__ import annotations

import copy
import warnings
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import pandas as pd

from geomap._progress import Progress, no_progress
from geomap.errors import BulkGeocoding, FallbackIncomplete, GeocodingFailed, GeocodingMisused
from geomap.gazetteer import Candidate, Gazetteer, fold
from geomap.gazetteer._model import NameKind
from geomap.geometry import distance_km
from geomap.resolution._names import name_variants
from geomap.resolution._resolver import Ranker, Resolver
from geomap.tables import Floats

if TYPE_CHECKING:
    from geomap.geocoding import Service, ServiceCandidate

ASKED_KINDS = ("toponym",)
SHARING_KINDS = ("toponym", "embedded")
MAX_CANDIDATES = 10
LANGUAGE = "en"
# Services list a road piece by piece; pieces with the same name and class within this distance are one place.
ONE_PLACE_KM = 5.0
# The ranker was calibrated on the gazetteer's candidates, not on a service's. The closest measurement: of 120 gold mentions
# in LGL, TR-News and GeoWebNews whose name belongs to a single small town, road or building, 107 meant that place.
MAX_CONFIDENCE = 0.89

Key = tuple[str, str | None]


@dataclass(frozen=True)
class Question:
    """A name to ask for, within the country that its articles are mostly about (None: anywhere)."""

    name: str
    country_code: str | None

    @property
    def key(self) -> Key:
        """Equal for mentions that ask for the same: the folded name and the country."""
        return fold(self.name), self.country_code


class Fallback:
    """Resolve mentions that the gazetteer could not, with candidates from a geocoding service.

    Parameters
    ----------
    service
        The service. Only names (at most one request per name and country), the country code and the language of the
        answer are sent.
    resolver
        What ranks the candidates.
    alone
        Whether an article counts by itself: only what it asks itself is answered in it.

    Raises
    ------
    GeocodingMisused
        If ``service`` is not a :class:`geomap.geocoding.Service`.
    """

    def __init__(self, service: Service, resolver: Resolver, *, alone: bool = False) -> None:
        check_service(service)
        self.alone = alone
        self.service = service
        self.resolver = resolver

    def resolve(
        self,
        articles: pd.DataFrame,
        mentions: pd.DataFrame,
        places: pd.DataFrame,
        *,
        nil: pd.Series[bool],
        context: pd.DataFrame | None = None,
        progress: Progress | None = None,
    ) -> pd.DataFrame:
        """Return the resolution with the unresolved mentions tried again.

        Parameters
        ----------
        articles
            The articles table.
        mentions
            ``article_id, field, start, end, toponym, kind``, in article order then text order.
        places
            What :meth:`Resolver.resolve` returned for the mentions.
        nil
            Whether each mention is unresolved. Demonyms are never asked for; a name inside another one ("Elmwood Police
            Department") is not asked for either, but shares the answer of the same name elsewhere.
        context
            As for :meth:`Resolver.resolve`.
        progress
            Called with ``"fallback"``, the number of names requested and their total.

        Returns
        -------
        DataFrame
            As ``places``; only rows of unresolved mentions differ. Their confidence is at most :data:`MAX_CONFIDENCE`.

        Warns
        -----
        FallbackIncomplete
            If the service had no answer for some names, whose mentions stay unresolved.
        BulkGeocoding
            If more names are requested than a public service wants in one run.
        """
        hints = country_hints(mentions, places, nil)
        keys = _keys(mentions, hints)
        questions = _questions(mentions, keys, hints, nil)
        proposals = self._ask(questions, progress or no_progress)
        sharing = nil & mentions["kind"].isin(SHARING_KINDS) & pd.Series([key in proposals for key in keys], nil.index)
        table = places.copy()
        for chunk, known in self._scopes(articles, mentions, keys, nil, hints, proposals):
            own = mentions["article_id"].isin(set(chunk["article_id"]))
            again = self._with(known).resolve(chunk, mentions[own], context=context)
            answered = pd.Series([key[0] in known for key in keys], nil.index)
            rows = sharing & own & answered & again["place_id"].reindex(mentions.index).notna()
            table.loc[rows] = again.loc[rows[rows].index]
        return table

    def _scopes(
        self,
        articles: pd.DataFrame,
        mentions: pd.DataFrame,
        keys: Sequence[Key],
        nil: pd.Series[bool],
        hints: Mapping[str, str],
        proposals: Mapping[Key, list[Candidate]],
    ) -> Iterator[tuple[pd.DataFrame, dict[str, list[Candidate]]]]:
        """Yield the articles that are tried again together, and the names with new candidates in them."""
        if not self.alone:
            for country_code in sorted({code for _, code in proposals}, key=str):
                chunk = articles[[hints.get(article_id) == country_code for article_id in articles["article_id"]]]
                yield chunk, {name: found for (name, code), found in proposals.items() if code == country_code}
            return
        asked = nil & mentions["kind"].isin(ASKED_KINDS)
        by_article: dict[str, dict[str, list[Candidate]]] = {}
        for key, article_id, is_asked in zip(keys, mentions["article_id"], asked, strict=True):
            if is_asked and key in proposals:
                by_article.setdefault(article_id, {})[key[0]] = proposals[key]
        for article_id, known in by_article.items():
            yield articles[articles["article_id"] == article_id], known

    def _ask(self, questions: Sequence[Question], progress: Progress) -> dict[Key, list[Candidate]]:
        self._warn_of_bulk(questions)
        proposals: dict[Key, list[Candidate]] = {}
        reasons: list[str] = []
        row = -1  # below all rows of the gazetteer
        for done, question in enumerate(questions, start=1):
            try:
                proposed = one_per_place(self._proposed(question))
            except GeocodingFailed as error:
                reasons.append(str(error))
                proposed = []
            if proposed:
                proposals[question.key] = [_candidate(each, question.name, row - n) for n, each in enumerate(proposed)]
                row -= len(proposed)
            progress("fallback", done, len(questions))
        if reasons:
            warnings.warn(
                f"{self.service.name} gave no answer for {len(reasons):,} of {len(questions):,} names, whose mentions stay "
                f"unresolved; run it again later, answers so far are kept. First error: {reasons[0]}",
                FallbackIncomplete,
                stacklevel=6,
            )
        return proposals

    def _proposed(self, question: Question) -> list[ServiceCandidate]:
        codes = [question.country_code] if question.country_code else None
        return self.service.candidates(question.name, country_codes=codes, language=LANGUAGE, limit=MAX_CANDIDATES)

    def _warn_of_bulk(self, questions: Sequence[Question]) -> None:
        bulk = self.service.policy.bulk
        if bulk is not None and len(questions) > bulk and not self.service.only_cached:
            warnings.warn(
                f"about to request up to {len(questions):,} names from {self.service.host}, a public service that asks "
                f"not to be used in bulk ({self.service.policy.page}); consider your own server (domain=...) or a paid "
                "service",
                BulkGeocoding,
                stacklevel=7,
            )

    def _with(self, proposals: Mapping[str, list[Candidate]]) -> Resolver:
        resolver = copy.copy(self.resolver)
        resolver.gazetteer = cast("Gazetteer", _Widened(self.resolver.gazetteer, proposals))
        resolver.ranker = cast("Ranker", _Cautious(self.resolver.ranker))
        return resolver


class _Widened:
    """A gazetteer with additional candidates for some folded names."""

    def __init__(self, gazetteer: Gazetteer, proposals: Mapping[str, list[Candidate]]) -> None:
        self._gazetteer = gazetteer
        self._proposals = proposals

    def candidates(self, names: Iterable[str], **options: Any) -> dict[str, list[Candidate]]:
        known = self._gazetteer.candidates(names, **options)
        return {name: [*own, *self._proposals.get(fold(name), ())] for name, own in known.items()}

    def __getattr__(self, name: str) -> Any:
        return getattr(self._gazetteer, name)


class _Cautious:
    """A ranker whose confidence is at most :data:`MAX_CONFIDENCE`."""

    def __init__(self, ranker: Ranker) -> None:
        self._ranker = ranker

    def confidence(self, probabilities: Floats, signals: Floats) -> Floats:
        return np.minimum(self._ranker.confidence(probabilities, signals), MAX_CONFIDENCE)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._ranker, name)


def check_service(service: object) -> None:
    """Raise :class:`~geomap.errors.GeocodingMisused` if this is not a geocoding service."""
    from geomap.geocoding import Service

    if not isinstance(service, Service):
        raise GeocodingMisused(
            f"fallback must be a Service, which holds your user agent; got {service!r}. Pass "
            'fallback=geomap.geocoding.Service("nominatim", user_agent="<your project> (<your address>)")'
        )


def country_hints(mentions: pd.DataFrame, places: pd.DataFrame, nil: pd.Series[bool]) -> dict[str, str]:
    """Return for each article the country of most of its resolved mentions; among equals, the one mentioned first.

    Parameters
    ----------
    mentions, places, nil
        As for :meth:`Fallback.resolve`.

    Returns
    -------
    dict
        ISO 3166-1 alpha-2 codes by ``article_id``; an article without a resolved mention has no entry.
    """
    counts: dict[str, Counter[str]] = {}
    known = ~nil & places["country_code"].notna()
    for article_id, code in zip(mentions.loc[known, "article_id"], places.loc[known, "country_code"], strict=True):
        counts.setdefault(article_id, Counter())[code] += 1
    return {article_id: counter.most_common(1)[0][0] for article_id, counter in counts.items()}


def one_per_place(candidates: Sequence[ServiceCandidate]) -> list[ServiceCandidate]:
    """Return the candidates without those that are another piece of an earlier one."""
    kept: list[ServiceCandidate] = []
    for each in candidates:
        if not any(_same_place(each, other) for other in kept):
            kept.append(each)
    return kept


def _same_place(one: ServiceCandidate, other: ServiceCandidate) -> bool:
    alike = one.place_id == other.place_id or (
        fold(one.name) == fold(other.name) and one.feature_class == other.feature_class
    )
    return alike and float(distance_km(one.lat, one.lon, other.lat, other.lon)) <= ONE_PLACE_KM


def _keys(mentions: pd.DataFrame, hints: Mapping[str, str]) -> list[Key]:
    names = {toponym: fold(_asked_name(toponym)) for toponym in mentions["toponym"].unique()}
    rows = zip(mentions["article_id"], mentions["toponym"], strict=True)
    return [(names[toponym], hints.get(article_id)) for article_id, toponym in rows]


def _questions(
    mentions: pd.DataFrame, keys: Sequence[Key], hints: Mapping[str, str], nil: pd.Series[bool]
) -> list[Question]:
    distinct: dict[Key, Question] = {}
    asked = nil & mentions["kind"].isin(ASKED_KINDS)
    rows = zip(keys, mentions["article_id"], mentions["toponym"], asked, strict=True)
    for key, article_id, toponym, is_asked in rows:
        if is_asked and key[0] and key not in distinct:
            distinct[key] = Question(_asked_name(toponym), hints.get(article_id))
    return list(distinct.values())


def _asked_name(toponym: str) -> str:
    """Return the first, most faithful form of a toponym that the resolver looks up."""
    return next(name_variants(toponym), "")


def _candidate(proposed: ServiceCandidate, name: str, row: int) -> Candidate:
    number = proposed.place_id.removeprefix("geonames:")
    return Candidate(
        row=row,
        place_id=proposed.place_id,
        geonameid=int(number) if proposed.place_id.startswith("geonames:") and number.isdecimal() else None,
        name=proposed.name or name,
        lat=proposed.lat,
        lon=proposed.lon,
        feature_class=proposed.feature_class,
        feature_code=proposed.feature_code,
        country_code=proposed.country_code,
        kind=int(NameKind.MAIN if fold(proposed.name) == fold(name) else NameKind.ALTERNATE),
    )
