"""``geomap.evaluate``: every score on gold annotations, as one table."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from geomap.errors import InvalidTable
from geomap.evaluation._bootstrap import Draws, Floats, draw, interval
from geomap.evaluation._gold import Gold, read_gold
from geomap.evaluation._metrics import NEAR_KM, confidence_scores, end_to_end, recognition, resolution
from geomap.evaluation._predictions import gold_features, read_predictions, with_coordinates
from geomap.evaluation.readers._annotated import Problem
from geomap.geometry import distance_km
from geomap.pipeline import Geoparser
from geomap.recognition import Recognizer
from geomap.recognition._spans import Span
from geomap.resolution._candidates import build_batch

RESOLUTION, WITHOUT_SOURCE = "resolution", "resolution without source"


@dataclass(frozen=True)
class Comparison:
    """Gold and what was predicted for its articles.

    Parameters
    ----------
    gold
        The gold.
    recognized
        The predicted spans, resolved or not: ``article_id, field, start, end, toponym, kind``.
    resolved
        By part of the evaluation, the gold spans as they were resolved, with ``lat`` and ``lon`` in degrees. Of
        predictions that were given, the given ones: a gold span that is not among them is unanswered.
    found
        The predicted spans with their places.
    features
        What is known of the place of each gold mention, as :func:`~geomap.evaluation._predictions.gold_features` gives.
    candidates
        For each gold mention with coordinates whether a candidate lies within 161 km; None where only predictions are
        known.
    problems
        Rows of gold and of predictions that were left out: ``article_id``, ``row`` and ``reason``.
    elsewhere
        How many predictions belong to articles or fields that the gold does not have.
    """

    gold: Gold
    recognized: pd.DataFrame
    resolved: Mapping[str, pd.DataFrame]
    found: pd.DataFrame
    features: pd.DataFrame
    candidates: npt.NDArray[np.bool_] | None = None
    problems: list[Problem] = field(default_factory=list)
    elsewhere: int = 0


def compare(
    gold: str | Path | Gold,
    predictions: pd.DataFrame | str | Path | None = None,
    *,
    geoparser: Geoparser | None = None,
) -> Comparison:
    """Put predictions beside gold: those given, or those of a geoparser.

    Parameters
    ----------
    gold
        A gold file or folder, or what :func:`~geomap.evaluation.read_gold` read from one.
    predictions
        A mentions table, or a file of one. Without them the geoparser reads the gold articles: once as they are, and once
        with the gold spans given, with and without the articles' sources.
    geoparser
        The default one when left out; with predictions, only its gazetteer is used.

    Raises
    ------
    InvalidGold, UnsupportedFormat, ColumnMissing
        If gold or predictions cannot be read at all; single bad rows are left out and listed.
    """
    geoparser = geoparser or Geoparser()
    if not isinstance(gold, Gold):
        gold = read_gold(gold, demonyms=_demonyms(geoparser), gazetteer=geoparser.gazetteer)
    features = gold_features(gold.mentions, geoparser.gazetteer)
    if predictions is not None:
        read = read_predictions(predictions, gold)
        given = read.mentions
        problems = [*gold.problems, *read.problems]
        return Comparison(gold, given, {RESOLUTION: given}, given, features, None, problems, read.elsewhere)
    return _by_geoparser(gold, features, _remembering(geoparser, gold))


def _by_geoparser(gold: Gold, features: pd.DataFrame, geoparser: Geoparser) -> Comparison:
    spans = gold.mentions[["article_id", "field", "start", "end"]]
    resolved = {
        RESOLUTION: with_coordinates(geoparser.resolve(gold.articles, spans)),
        WITHOUT_SOURCE: with_coordinates(geoparser.resolve(gold.articles.assign(source=None), spans)),
    }
    found = with_coordinates(geoparser.geoparse(gold.articles))
    found = found[found["field"].isin(gold.fields)].reset_index(drop=True)
    return Comparison(gold, found, resolved, found, features, near_candidates(gold, geoparser), list(gold.problems))


def near_candidates(gold: Gold, geoparser: Geoparser) -> npt.NDArray[np.bool_]:
    """Return for each gold mention with coordinates whether the gazetteer has a candidate within 161 km."""
    known = gold.mentions[gold.mentions["lat"].notna()].reset_index(drop=True)
    near = np.zeros(len(known), dtype=bool)
    if not len(known):
        return near
    batch = build_batch(gold.articles, known, geoparser.gazetteer)
    groups = batch.mention_group.tolist()
    for position, (lat, lon, group) in enumerate(zip(known["lat"], known["lon"], groups, strict=True)):
        if group >= 0:
            rows = slice(int(batch.starts[group]), int(batch.starts[group + 1]))
            near[position] = distance_km(lat, lon, batch.columns.lat[rows], batch.columns.lon[rows]).min() <= NEAR_KM
    return near


def _demonyms(geoparser: Geoparser) -> frozenset[str]:
    return frozenset(form.written.casefold() for form in geoparser.gazetteer.demonyms())


class Remembering:
    """A recognizer that reads each text once: evaluation needs the same spans four times."""

    def __init__(self, recognizer: Recognizer) -> None:
        self._recognizer = recognizer
        self._known: dict[str, list[Span]] = {}

    def recognize(self, texts: Sequence[str]) -> list[list[Span]]:
        """Return for each text its spans."""
        new = list(dict.fromkeys(text for text in texts if text not in self._known))
        if new:
            self._known.update(zip(new, self._recognizer.recognize(new), strict=True))
        return [self._known[text] for text in texts]


def _remembering(geoparser: Geoparser, gold: Gold) -> Geoparser:
    if not len(gold.articles):
        raise InvalidTable("the gold has no articles")
    twin = copy.copy(geoparser)
    twin._recognizer = Remembering(geoparser.recognizer)
    return twin


RESAMPLES = 1000
COUNTS = ("gold", "predicted")
_NONE = float("nan")


def evaluate(
    gold: str | Path | Gold,
    predictions: pd.DataFrame | str | Path | None = None,
    *,
    geoparser: Geoparser | None = None,
    bootstrap: int = RESAMPLES,
    seed: int = 0,
) -> pd.DataFrame:
    """Score a geoparser, or predictions from anywhere, on gold annotations.

    Parameters
    ----------
    gold
        A gold file or folder (JSONL, brat, WebAnno TSV 3, Recogito CSV), or what
        :func:`~geomap.evaluation.read_gold` read from one, which has more options.
    predictions
        A mentions table, or a file of one (what geomap writes, or any format that gold comes in). Without them the
        geoparser is run.
    geoparser
        The default one when left out.
    bootstrap
        How many times articles are drawn with replacement for the intervals; 0 for none.
    seed
        Of the draws, which all scores share.

    Returns
    -------
    DataFrame
        Columns ``part`` (``recognition``, ``resolution``, ``resolution without source``, ``end to end``), ``score``,
        ``value``, and ``low`` and ``high``, the limits of its 95 % interval over articles; shares in [0, 1], distances in
        kilometers. ``part`` ``gold`` counts articles, mentions and the rows that had to be left out, which are listed in
        ``attrs["problems"]``.

    Raises
    ------
    InvalidGold, UnsupportedFormat, ColumnMissing
        If gold or predictions cannot be read at all; single bad rows are left out and counted.

    Notes
    -----
    Resolution is scored on the gold spans over all gold mentions with coordinates; an unanswered one counts 20,039 km.
    Given predictions are scored the same way, so there a mention that was not found, or found with another span, is
    unanswered. ``accuracy_region`` counts a country or a state of the United States as right also where the gold point
    lies anywhere inside it. Predictions in a field that the gold does not annotate are not scored. Metrics after Gritta
    et al. (2020) and Guo et al. (2017); intervals by the percentile bootstrap.
    """
    return scores(compare(gold, predictions, geoparser=geoparser), bootstrap=bootstrap, seed=seed)


def scores(comparison: Comparison, *, bootstrap: int = RESAMPLES, seed: int = 0) -> pd.DataFrame:
    """Return every score of a comparison, as :func:`evaluate` does."""
    draws = draw(tuple(comparison.gold.articles["article_id"]), times=bootstrap, seed=seed)
    rows = [("gold", name, value, _NONE, _NONE) for name, value in _counts(comparison).items()]
    rows += [
        (part, score, *_limited(part, score, values)) for (part, score), values in _drawn(comparison, draws).items()
    ]
    table = pd.DataFrame(rows, columns=["part", "score", "value", "low", "high"])
    table.attrs["problems"] = comparison.problems
    return table


def difference(first: Comparison, second: Comparison, *, bootstrap: int = RESAMPLES, seed: int = 0) -> pd.DataFrame:
    """Return by how much the second of two sets of predictions on the same gold scores more than the first.

    Parameters
    ----------
    first, second
        What :func:`~geomap.evaluation.compare` returned for each.
    bootstrap, seed
        As for :func:`evaluate`.

    Returns
    -------
    DataFrame
        ``part``, ``score``, ``value`` (second less first), ``low`` and ``high``: the limits of its 95 % interval. Both
        are scored on the same draws of articles, so the interval is that of the difference; where it does not hold 0,
        the difference is more than the choice of articles explains.

    Raises
    ------
    InvalidTable
        If the two were not made from the same gold articles.
    """
    ids = tuple(first.gold.articles["article_id"])
    if ids != tuple(second.gold.articles["article_id"]):
        raise InvalidTable("the two comparisons have other gold articles; compare both with the same gold")
    draws = draw(ids, times=bootstrap, seed=seed)
    ours, theirs = _drawn(second, draws), _drawn(first, draws)
    rows = [
        (part, score, *interval(values - theirs[part, score]))
        for (part, score), values in ours.items()
        if (part, score) in theirs and not is_count(part, score)
    ]
    return pd.DataFrame(rows, columns=["part", "score", "value", "low", "high"])


def _drawn(comparison: Comparison, draws: Draws) -> dict[tuple[str, str], Floats]:
    """Return every score in each draw."""
    gold = comparison.gold.mentions
    parts = {"recognition": recognition(gold, comparison.recognized, draws)}
    for part, resolved in comparison.resolved.items():
        parts[part] = resolution(gold, resolved, draws) | confidence_scores(gold, resolved, draws)
        if part == RESOLUTION:
            parts[part] |= _candidate_recall(comparison, draws)
    parts["end to end"] = end_to_end(gold, comparison.found, draws)
    return {(part, score): values for part, scored in parts.items() for score, values in scored.items()}


def is_count(part: str, score: str) -> bool:
    """Return whether a score is a number of mentions or articles, which has no interval."""
    return part == "gold" or score in COUNTS


def _counts(comparison: Comparison) -> dict[str, float]:
    gold = comparison.gold
    return {
        "articles": float(len(gold.articles)),
        "mentions": float(len(gold.mentions)),
        "with_coordinates": float(gold.mentions["lat"].notna().sum()),
        "left_out": float(len(comparison.problems)),
        "predicted_elsewhere": float(comparison.elsewhere),
    }


def _candidate_recall(comparison: Comparison, draws: Draws) -> dict[str, Floats]:
    if comparison.candidates is None:
        return {}
    known = comparison.gold.mentions[comparison.gold.mentions["lat"].notna()]
    return {
        "candidate_recall": draws.share(draws.numbers(known["article_id"]), comparison.candidates.astype(np.float64))
    }


def _limited(part: str, score: str, values: Floats) -> tuple[float, float, float]:
    value, low, high = interval(values)
    return (value, _NONE, _NONE) if is_count(part, score) else (value, low, high)
