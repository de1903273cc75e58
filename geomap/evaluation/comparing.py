"""Gold beside predicted: what every score, breakdown and list of errors is made from."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from geomap.errors import InvalidTable
from geomap.evaluation.features import gold_features
from geomap.evaluation.gold import Gold, read_gold
from geomap.evaluation.metrics import NEAR_KM
from geomap.evaluation.predictions import read_predictions, with_coordinates
from geomap.evaluation.readers.annotated import Problem
from geomap.geometry import distance_km
from geomap.pipeline import Geoparser
from geomap.recognition import Recognizer
from geomap.recognition.spans import Span
from geomap.resolution.batch import build_batch

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
        What is known of the place of each gold mention, as :func:`~geomap.evaluation.features.gold_features` gives.
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
