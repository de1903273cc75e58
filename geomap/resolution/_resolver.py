"""The resolver: mentions in, the same mentions with the place that each most probably means."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol, runtime_checkable

import numpy as np
import pandas as pd

from geomap.gazetteer import Candidate, Gazetteer
from geomap.resolution._alternatives import alternatives_as_text
from geomap.resolution._candidates import Batch, build_batch
from geomap.resolution._signals import compute_signals
from geomap.tables import MENTION_KEY, PLACE, Floats, Ints

CHUNK_SIZE = 1000  # articles that are resolved together: they are each other's evidence, and bound the memory


@runtime_checkable
class Ranker(Protocol):
    """Scores candidates from their signals; the higher, the likelier."""

    def scores(self, signals: Floats) -> Floats:
        """Return one score per row of signals, such that a softmax over a group gives probabilities."""
        ...

    def confidence(self, probabilities: Floats, signals: Floats) -> Floats:
        """Return the calibrated probability that a row chosen with this probability and these signals is right."""
        ...

    def contributions(self, signals: Floats) -> Floats:
        """Return what each signal adds to each row's score, up to a constant that all rows share; shape as ``signals``."""
        ...


class Resolver:
    """Rank the candidates of every mention and choose.

    Parameters
    ----------
    gazetteer
        Where candidates come from.
    ranker
        What scores them.
    limit
        The most candidates per name, as for :meth:`~geomap.gazetteer.Gazetteer.candidates`.
    spelling, similar
        Whether a name that the gazetteer lacks may mean a place of which it is another spelling by rule
        (:meth:`~geomap.gazetteer.Gazetteer.spelled`), and then one with a similar name
        (:meth:`~geomap.gazetteer.Gazetteer.fuzzy`), both in the countries that the article is about. Similar names count
        only where names are spelled out from another alphabet.
    """

    def __init__(
        self, gazetteer: Gazetteer, ranker: Ranker, *, limit: int = 100, spelling: bool = True, similar: bool = True
    ) -> None:
        self.gazetteer = gazetteer
        self.ranker = ranker
        self.limit = limit
        self.spelling = spelling
        self.similar = similar

    def resolve(
        self, articles: pd.DataFrame, mentions: pd.DataFrame, *, context: pd.DataFrame | None = None
    ) -> pd.DataFrame:
        """Choose a place for every mention.

        Parameters
        ----------
        articles
            The articles table.
        mentions
            ``article_id, field, start, end, toponym``, in article order then text order.
        context
            Further mentions of the same articles: evidence for the others, not resolved themselves.

        Returns
        -------
        DataFrame
            One row per mention, in the same order and with the same index: ``place_id, geonameid, name, country_code,
            country, admin1, feature_class, feature_code, population, lat, lon`` (degrees) and ``confidence``; missing,
            with confidence 0, where nothing is known by that name. Last, ``alternatives``: the likeliest candidates as
            text, see :mod:`geomap.resolution._alternatives`.
        """
        parts: list[pd.DataFrame] = []
        for chunk in chunks_by_source(articles):
            own = of_articles(mentions, chunk)
            if not len(own):
                continue
            around = None if context is None else of_articles(context, chunk)
            parts.append(self._resolve_chunk(chunk, own, around))
        if not parts:
            return pd.DataFrame(columns=[*RESULT_COLUMNS, "alternatives"], index=mentions.index)
        return pd.concat(parts).reindex(mentions.index)

    def _resolve_chunk(
        self, articles: pd.DataFrame, mentions: pd.DataFrame, context: pd.DataFrame | None
    ) -> pd.DataFrame:
        together = mentions if context is None else joined(articles, mentions, context)
        batch = build_batch(
            articles, together, self.gazetteer, limit=self.limit, spelling=self.spelling, similar=self.similar
        )
        signals = compute_signals(batch)
        probabilities = softmax(self.ranker.scores(signals), batch)
        chosen = best_rows(probabilities, batch)
        confidence = calibrated(probabilities, signals, chosen, self.ranker, batch)
        given = np.ones(len(together), dtype=bool) if context is None else together["_given"].to_numpy(dtype=bool)
        groups = batch.mention_group[given]
        rows = [None if group < 0 else int(chosen[group]) for group in groups]
        records = [self._record(None if row is None else batch.places[row]) for row in rows]
        table = pd.DataFrame(records, columns=RESULT_COLUMNS, index=mentions.index)
        table["confidence"] = [0.0 if row is None else float(confidence[row]) for row in rows]
        table["alternatives"] = alternatives_as_text(
            batch, groups, chosen, confidence, signals, self.ranker.contributions
        )
        return table

    def _record(self, place: Candidate | None) -> tuple[object, ...]:
        if place is None:
            return (None,) * len(RESULT_COLUMNS)
        record = self.gazetteer.describe(place) | {"population": place.population or None, "confidence": 0.0}
        return tuple(record[name] for name in RESULT_COLUMNS)


ELSEWHERE = 0.1
RESULT_COLUMNS = [*PLACE, "lat", "lon", "confidence"]


def softmax(scores: Floats, batch: Batch) -> Floats:
    """Return the scores as probabilities within each group."""
    if not len(scores):
        return scores
    highest = np.maximum.reduceat(scores, batch.starts[:-1])
    raised = np.exp(scores - highest[batch.group])
    return np.asarray(raised / np.add.reduceat(raised, batch.starts[:-1])[batch.group])


def best_rows(probabilities: Floats, batch: Batch) -> Ints:
    """Return the likeliest row of each group; the first of equals."""
    order = np.lexsort((np.arange(len(probabilities)), -probabilities, batch.group))
    return order[batch.starts[:-1]] if len(order) else np.zeros(0, dtype=np.int64)


def calibrated(probabilities: Floats, signals: Floats, chosen: Ints, ranker: Ranker, batch: Batch) -> Floats:
    """Return each row's confidence: the ranker's for the chosen rows; the others of a group share the rest.

    None is more confident than its name is to be trusted.
    """
    if not len(probabilities):
        return probabilities
    sure = ranker.confidence(probabilities[chosen], signals[chosen])
    # The text names a container without such a place: a namesake elsewhere is not what it means.
    sure = np.where([context.absent for context in batch.contexts], ELSEWHERE * sure, sure)
    left = (1.0 - sure) / np.maximum(1.0 - probabilities[chosen], 1e-12)
    # Calibration may leave more for a runner-up than for the choice; the choice must stay the likeliest.
    confidence = np.minimum(probabilities * left[batch.group], sure[batch.group])
    confidence[chosen] = sure
    return np.minimum(confidence, batch.columns.trust)


def chunks_by_source(articles: pd.DataFrame, *, size: int = CHUNK_SIZE) -> Iterator[pd.DataFrame]:
    """Yield the articles in parts, those of one source together where they fit."""
    if len(articles) <= size:
        yield articles
        return
    ordered = articles.sort_values("source", kind="stable", na_position="last")
    for begin in range(0, len(ordered), size):
        yield ordered.iloc[begin : begin + size]


def of_articles(mentions: pd.DataFrame, articles: pd.DataFrame) -> pd.DataFrame:
    """Return the mentions that stand in the articles."""
    return mentions[mentions["article_id"].isin(set(articles["article_id"]))]


def joined(articles: pd.DataFrame, mentions: pd.DataFrame, context: pd.DataFrame) -> pd.DataFrame:
    """Return mentions and context in article then text order, without context that overlaps a mention.

    A column ``_given`` marks the mentions, which keep their relative order.
    """
    order = {article_id: number for number, article_id in enumerate(articles["article_id"])}
    taken: dict[tuple[str, str], list[tuple[int, int]]] = {}
    for article_id, field, start, end in zip(*(mentions[name] for name in MENTION_KEY), strict=True):
        taken.setdefault((article_id, field), []).append((start, end))
    keep = [
        not any(begin < end and start < stop for begin, stop in taken.get((article_id, field), ()))
        for article_id, field, start, end in zip(*(context[name] for name in MENTION_KEY), strict=True)
    ]
    columns = [*MENTION_KEY, "toponym"]
    table = pd.concat([mentions[columns].assign(_given=True), context.loc[keep, columns].assign(_given=False)])
    table["_article"] = table["article_id"].map(order)
    table["_position"] = np.arange(len(table))
    ordered = table.sort_values(["_article", "field", "start", "_position"], ascending=[True, False, True, True])
    if not ordered.index[ordered["_given"]].equals(mentions.index):
        # Mentions that were not in text order keep their own; context then only follows.
        return table.sort_values(["_article"], kind="stable")
    return ordered
