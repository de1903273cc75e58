"""``geomap.evaluate``: every score on gold annotations, as one table."""

from __future__ import annotations

import copy
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from geomap._checks import of_kind
from geomap.errors import InvalidTable
from geomap.evaluation._bootstrap import Draws, draw, interval, share_interval
from geomap.evaluation._gold import Gold, read_gold
from geomap.evaluation._metrics import NEAR_KM, Scores, end_to_end, located, recognition, resolution
from geomap.evaluation._predictions import gold_features, read_predictions, with_coordinates
from geomap.evaluation.readers._annotated import Problem
from geomap.geometry import distance_km
from geomap.pipeline import Geoparser
from geomap.recognition import Recognizer
from geomap.recognition._spans import Span
from geomap.resolution._candidates import build_batch
from geomap.tables import MENTION_KEY, Floats

RESOLUTION, WITHOUT_SOURCE = "resolution", "resolution without source"
RESAMPLES = 1000
_COUNTS = ("gold", "predicted")
_COLUMNS = ["part", "score", "value", "low", "high"]


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
        :func:`~geomap.evaluation.read_gold` returned, which has more options: separate articles, annotation types.
    predictions
        A mentions table, or a file of one: what :func:`geomap.export.write_mentions` writes, or any format that gold
        comes in. By default the geoparser reads the gold articles three times: as they are, with the gold spans given,
        and with the gold spans given and the articles' sources hidden.
    geoparser
        What to score; by default ``Geoparser(relative=False, approximate=False)``, since gold gives the point of the name
        itself, and an area is no dot. With ``predictions`` only its gazetteer is used,
        for the coordinates of gold that has ids alone and for the demonyms.
    bootstrap
        How many times the articles are resampled with replacement for the intervals; 0 for no intervals.
    seed
        Seed of the resampling, which all scores share.

    Returns
    -------
    DataFrame
        One row per score, with the columns ``part``, ``score``, ``value``, and ``low`` and ``high``, the bounds of its
        95 % interval over articles. Shares are in [0, 1], distances in kilometers. The parts, in this order:

        - ``gold`` counts the articles, the mentions, those with coordinates, the rows that had to be left out (listed in
          ``attrs["problems"]``) and the predictions in other articles or fields;
        - ``recognition``: precision, recall and F1 of spans;
        - ``resolution``: gold spans only, over all gold mentions with coordinates;
        - ``resolution without source``: the same with the articles' sources hidden; not with ``predictions``;
        - ``end to end``: recognition and resolution together.

    Raises
    ------
    InvalidGold, UnsupportedFormat, ColumnMissing
        If gold or predictions cannot be read at all. Single bad rows are left out and counted.
    InvalidTable
        If ``bootstrap`` is negative or the gold has no articles.

    Notes
    -----
    An unanswered mention is wrong, and its error is 20,039 km. Predictions from elsewhere are scored in the same way, so
    a mention that they lack, or have with another span, is unanswered. ``accuracy_region`` counts a country or a division
    of the first order as right wherever in it the gold point lies. Predictions in a field that the gold does not annotate
    are not scored. Metrics after Gritta et al. (2020) and Guo et al. (2017). Intervals by the bootstrap over articles: of
    shares Wilson's with the number of independent mentions that the spread of the resamples shows, of distances and of
    differences the expanded percentile interval of Hesterberg (2015). [](statistics.md) has their coverage.

    Examples
    --------
    Score the sample mentions on themselves with one place taken away:

    >>> from geomap.datasets import sample_articles, sample_mentions
    >>> from geomap.evaluation import Gold, evaluate
    >>> mentions = sample_mentions()
    >>> gold = Gold(sample_articles(), mentions.assign(lat=mentions.geometry.y, lon=mentions.geometry.x))
    >>> scores = evaluate(gold, mentions.drop(index=0), bootstrap=100).set_index(["part", "score"])
    >>> scores.loc["recognition"].loc[["exact_precision", "exact_recall"], "value"].tolist()
    [1.0, 0.9]
    >>> scores.loc[("resolution", "accuracy_161km")].round(2).tolist()
    [0.9, 0.32, 0.99]
    """
    return scores(compare(gold, predictions, geoparser=geoparser), bootstrap=bootstrap, seed=seed)


@dataclass(frozen=True)
class Comparison:
    """Gold and what was predicted for its articles.

    Parameters
    ----------
    gold
        The gold.
    predicted
        The predicted mentions, with ``lat`` and ``lon`` in degrees, missing where unresolved.
    resolved
        The gold spans as they were resolved, by part of the evaluation. Predictions from elsewhere stand here as they
        are: a gold span that is not among them is unanswered.
    features
        What is known of the place of each gold mention: ``name, feature_class, feature_code, country_code, population``.
    candidates
        For each gold mention with coordinates, whether the gazetteer has a candidate within 161 km; None for predictions
        from elsewhere.
    problems
        Rows of gold and predictions that were left out: ``article_id``, ``row`` and ``reason``.
    elsewhere
        How many predictions belong to articles or fields that the gold does not have.
    """

    gold: Gold
    predicted: pd.DataFrame
    resolved: Mapping[str, pd.DataFrame]
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
    """Put predictions, or those of a geoparser, beside gold.

    Parameters
    ----------
    gold, predictions, geoparser
        As for :func:`evaluate`.

    Returns
    -------
    Comparison
        What :func:`scores`, :func:`~geomap.evaluation.breakdown`, :func:`~geomap.evaluation.confusions`,
        :func:`~geomap.evaluation.reliability` and :func:`~geomap.evaluation.distances` count.

    Raises
    ------
    InvalidGold, UnsupportedFormat, ColumnMissing
        If gold or predictions cannot be read at all. Single bad rows are left out and listed.
    InvalidTable
        If the gold has no articles.
    """
    of_kind(
        "gold", gold, (str, os.PathLike, Gold), "the path of a gold file, or what geomap.evaluation.read_gold returns"
    )
    if geoparser is not None:
        of_kind("geoparser", geoparser, Geoparser, "a geomap.Geoparser")
    geoparser = geoparser or Geoparser(relative=False, approximate=False)
    if not isinstance(gold, Gold):
        gold = gold_for(geoparser, gold)
    features = gold_features(gold.mentions, geoparser.gazetteer)
    if predictions is not None:
        read = read_predictions(predictions, gold)
        problems = [*gold.problems, *read.problems]
        return Comparison(gold, read.mentions, {RESOLUTION: read.mentions}, features, None, problems, read.elsewhere)
    if not len(gold.articles):
        raise InvalidTable("the gold has no articles")
    geoparser = _with_cache(geoparser)
    spans = gold.mentions[list(MENTION_KEY)]
    resolved = {
        RESOLUTION: with_coordinates(geoparser.resolve(gold.articles, spans)),
        WITHOUT_SOURCE: with_coordinates(geoparser.resolve(gold.articles.assign(source=None), spans)),
    }
    predicted = with_coordinates(geoparser.geoparse(gold.articles))
    predicted = predicted[predicted["field"].isin(gold.fields)].reset_index(drop=True)
    candidates = _has_near_candidate(gold, geoparser)
    return Comparison(gold, predicted, resolved, features, candidates, list(gold.problems))


def gold_for(geoparser: Geoparser, path: str | Path, *, articles: pd.DataFrame | str | Path | None = None) -> Gold:
    """Read gold with the demonyms and the coordinates that the geoparser's gazetteer knows."""
    demonyms = frozenset(form.written.casefold() for form in geoparser.gazetteer.demonyms())
    return read_gold(path, articles=articles, demonyms=demonyms, gazetteer=geoparser.gazetteer)


def require_comparison(comparison: object, *, name: str = "comparison") -> None:
    """Raise :class:`~geomap.errors.WrongKind` unless this is what :func:`compare` returns."""
    of_kind(name, comparison, Comparison, "what geomap.evaluation.compare(gold, predictions) returns")


def scores(comparison: Comparison, *, bootstrap: int = RESAMPLES, seed: int = 0) -> pd.DataFrame:
    """Return every score of a comparison, as :func:`evaluate` does."""
    require_comparison(comparison)
    draws = draw(comparison.gold.articles["article_id"], times=bootstrap, seed=seed)
    nan = float("nan")
    rows = [("gold", name, float(count), nan, nan) for name, count in _counts(comparison).items()]
    for (part, score), values in _all_scores(comparison, draws).items():
        if is_count(part, score):
            rows.append((part, score, float(values[0]), nan, nan))
        else:
            bounded = interval if score.endswith("_km") else share_interval
            rows.append((part, score, *bounded(values, len(draws.article_ids))))
    table = pd.DataFrame(rows, columns=_COLUMNS)
    table.attrs["problems"] = comparison.problems
    return table


def difference(first: Comparison, second: Comparison, *, bootstrap: int = RESAMPLES, seed: int = 0) -> pd.DataFrame:
    """Return how much higher the second of two sets of predictions on the same gold scores than the first.

    Parameters
    ----------
    first, second
        What :func:`~geomap.evaluation.compare` returned for each.
    bootstrap, seed
        As for :func:`evaluate`.

    Returns
    -------
    DataFrame
        ``part``, ``score``, ``value`` (second minus first), and ``low`` and ``high``, the bounds of its 95 % interval.
        Both are scored on the same resamples of articles, so the interval is that of the difference: where it excludes
        0, the choice of articles does not explain the difference.

    Raises
    ------
    InvalidTable
        If the two were not made from the same gold articles.
    """
    require_comparison(first, name="first")
    require_comparison(second, name="second")
    ids = first.gold.articles["article_id"].tolist()
    if ids != second.gold.articles["article_id"].tolist():
        raise InvalidTable("the comparisons have different gold articles; compare both with the same gold")
    draws = draw(ids, times=bootstrap, seed=seed)
    before, after = _all_scores(first, draws), _all_scores(second, draws)
    rows = [
        (*key, *interval(values - before[key], len(ids)))
        for key, values in after.items()
        if key in before and not is_count(*key)
    ]
    return pd.DataFrame(rows, columns=_COLUMNS)


def is_count(part: str, score: str) -> bool:
    """Return whether a score is a number of mentions or articles, which has no interval."""
    return part == "gold" or score in _COUNTS


def _counts(comparison: Comparison) -> dict[str, int]:
    gold = comparison.gold
    return {
        "articles": len(gold.articles),
        "mentions": len(gold.mentions),
        "with_coordinates": int(gold.mentions["lat"].notna().sum()),
        "left_out": len(comparison.problems),
        "predicted_elsewhere": comparison.elsewhere,
    }


def _all_scores(comparison: Comparison, draws: Draws) -> dict[tuple[str, str], Floats]:
    """Return every score in each draw, by part and name."""
    gold = comparison.gold.mentions
    parts: dict[str, Scores] = {"recognition": recognition(gold, comparison.predicted, draws)}
    for part, resolved in comparison.resolved.items():
        parts[part] = resolution(gold, resolved, draws)
    if comparison.candidates is not None:
        articles = draws.positions(located(gold)["article_id"])
        parts[RESOLUTION]["candidate_recall"] = draws.mean(articles, comparison.candidates)
    parts["end to end"] = end_to_end(gold, comparison.predicted, draws)
    return {(part, score): values for part, scored in parts.items() for score, values in scored.items()}


def _has_near_candidate(gold: Gold, geoparser: Geoparser) -> npt.NDArray[np.bool_]:
    """Return for each gold mention with coordinates whether the gazetteer has a candidate within 161 km."""
    known = located(gold.mentions)
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


class CachedRecognizer:
    """A recognizer that reads each text once, since evaluation needs the same spans several times."""

    def __init__(self, recognizer: Recognizer) -> None:
        self._recognizer = recognizer
        self._known: dict[str, list[Span]] = {}

    def recognize(self, texts: Sequence[str]) -> list[list[Span]]:
        """Return the spans of each text."""
        new = list(dict.fromkeys(text for text in texts if text not in self._known))
        if new:
            self._known.update(zip(new, self._recognizer.recognize(new), strict=True))
        return [self._known[text] for text in texts]


def _with_cache(geoparser: Geoparser) -> Geoparser:
    twin = copy.copy(geoparser)
    twin._recognizer = CachedRecognizer(geoparser.recognizer)
    return twin
