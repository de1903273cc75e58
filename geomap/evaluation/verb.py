"""``geomap.evaluate``: every score of a geoparser on a gold file, as one table."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from geomap.evaluation.gold import Gold, read_gold
from geomap.evaluation.matching import match_spans
from geomap.evaluation.metrics import (
    NEAR_KM,
    calibration_error,
    end_to_end_scores,
    errors_km,
    recognition_scores,
    resolution_scores,
)
from geomap.geometry import distance_km
from geomap.pipeline import Geoparser
from geomap.resolution.batch import build_batch

if TYPE_CHECKING:
    import geopandas as gpd


def evaluate(gold: str | Path | Gold, *, geoparser: Geoparser | None = None) -> pd.DataFrame:
    """Score a geoparser on gold annotations.

    Parameters
    ----------
    gold
        A gold file (JSONL), or what :func:`~geomap.evaluation.read_gold` read from one.
    geoparser
        The default one when left out.

    Returns
    -------
    DataFrame
        Columns ``part`` (``recognition``, ``resolution``, ``resolution without source``, ``end to end``), ``score`` and
        ``value``; shares in [0, 1], distances in kilometers. ``part`` ``gold`` counts articles, mentions and the rows
        that had to be left out, which are listed in ``attrs["problems"]``.

    Notes
    -----
    Resolution is scored on the gold spans over all gold mentions with coordinates; an unanswered one counts 20,039 km.
    Predictions in a field that the gold does not annotate are not scored.
    """
    geoparser = geoparser or Geoparser()
    if not isinstance(gold, Gold):
        gold = read_gold(gold, demonyms=_demonyms(geoparser))
    annotated = set(gold.mentions["field"]) or {"text"}
    recognized = geoparser.recognize(gold.articles)
    recognized = recognized[recognized["field"].isin(annotated)].reset_index(drop=True)
    rows = [
        *_rows("gold", _counts(gold)),
        *_rows("recognition", recognition_scores(gold.mentions, recognized)),
    ]
    for part, articles in (
        ("resolution", gold.articles),
        ("resolution without source", gold.articles.assign(source=None)),
    ):
        resolved = with_coordinates(geoparser.resolve(articles, gold.mentions[["article_id", "field", "start", "end"]]))
        scores = resolution_scores(gold.mentions, resolved) | _confidence_scores(gold.mentions, resolved)
        rows.extend(_rows(part, scores))
    rows.extend(_rows("resolution", {"candidate_recall": candidate_recall(gold, geoparser)}))
    found = with_coordinates(geoparser.geoparse(gold.articles))
    found = found[found["field"].isin(annotated)].reset_index(drop=True)
    rows.extend(_rows("end to end", end_to_end_scores(gold.mentions, found)))
    table = pd.DataFrame(rows, columns=["part", "score", "value"])
    table.attrs["problems"] = gold.problems
    return table


def with_coordinates(mentions: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return the mentions with ``lat`` and ``lon`` in degrees, missing where there is no point."""
    table = pd.DataFrame(mentions.drop(columns="geometry"))
    table["lat"], table["lon"] = mentions.geometry.y.to_numpy(), mentions.geometry.x.to_numpy()
    return table.reset_index(drop=True)


def candidate_recall(gold: Gold, geoparser: Geoparser) -> float:
    """Return the share of gold mentions with coordinates that have a candidate within 161 km."""
    known = gold.mentions[gold.mentions["lat"].notna()].reset_index(drop=True)
    if not len(known):
        return float("nan")
    batch = build_batch(gold.articles, known, geoparser.gazetteer)
    near = 0
    for lat, lon, group in zip(known["lat"], known["lon"], batch.mention_group.tolist(), strict=True):
        if group >= 0:
            rows = slice(int(batch.starts[group]), int(batch.starts[group + 1]))
            distances = distance_km(lat, lon, batch.columns.lat[rows], batch.columns.lon[rows])
            near += bool(distances.min() <= NEAR_KM)
    return near / len(known)


def _demonyms(geoparser: Geoparser) -> frozenset[str]:
    return frozenset(form.written.casefold() for form in geoparser.gazetteer.demonyms())


def _counts(gold: Gold) -> dict[str, float]:
    return {
        "articles": float(len(gold.articles)),
        "mentions": float(len(gold.mentions)),
        "with_coordinates": float(gold.mentions["lat"].notna().sum()),
        "left_out": float(len(gold.problems)),
    }


def _confidence_scores(gold: pd.DataFrame, resolved: pd.DataFrame) -> dict[str, float]:
    known = gold[gold["lat"].notna()].reset_index(drop=True)
    pairs = match_spans(known, resolved, exact=True)
    if not len(pairs):
        return {}
    right = errors_km(known, resolved, pairs)[pairs[:, 0]] <= NEAR_KM
    confidence = resolved["confidence"].to_numpy()[pairs[:, 1]]
    surest = np.argsort(-confidence, kind="stable")[: max(1, round(0.8 * len(confidence)))]
    return {
        "calibration_error": calibration_error(confidence, right),
        "accuracy_of_surest_80": float(right[surest].mean()),
    }


def _rows(part: str, scores: dict[str, float]) -> list[tuple[str, str, float]]:
    return [(part, name, value) for name, value in scores.items()]
