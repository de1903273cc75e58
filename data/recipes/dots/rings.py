"""How large the rings of approximate places must be, and when a nil mention is a place at all; :mod:`fit` runs it.

A mention that stays nil and overlaps gold with a point shows how far the truth lies from the area that it would get. The
radius is the distance below which a share of them lies, by the source of the area and the spread of the article's places
(quantile regression). Whether a nil span is a place is learned from GeoWebNews alone, which marks everything.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from regression import logistic, quantile
from table import corpus_name
from train import SAMPLES

from geomap.evaluation import Gold, outlet_folds
from geomap.evaluation._dots import _overlaps
from geomap.evaluation._metrics import NEAR_KM, end_to_end, sample_scores
from geomap.evaluation._predictions import with_coordinates
from geomap.evaluation._sampling import SEED
from geomap.evaluation._scoring import gold_for
from geomap.gazetteer import Gazetteer
from geomap.geometry import distance_km
from geomap.pipeline import Geoparser
from geomap.resolution import Ranker
from geomap.resolution._approximate import (
    LEAST_PLACE,
    RADII,
    RingModel,
    areas,
    growth,
    radius_of,
    with_approximate_places,
)
from geomap.tables import MIN_CONFIDENCE

SHARE = 0.83
"""Of the rings that hold the truth where the radius was learned; a little more than the .8 that is promised."""
LEAST_KM = 5.0
MARKS_EVERYTHING = "geowebnews"
SAMPLE = -1
RIDGE = 1.0 / 200.0


def unknown_in(found: pd.DataFrame, gold: Gold, gazetteer: Gazetteer) -> pd.DataFrame:
    """Return the nil mentions found: whether they are places, the source of their area, and how far it is off."""
    asked = ((found["status"] == "nil") & (found["kind"] == "toponym")).to_numpy(dtype=bool)
    points = gold.mentions[["lat", "lon"]].to_numpy(dtype=np.float64)
    marked: dict[int, tuple[float, float]] = {}
    for mention, truth in _overlaps(found, gold.mentions).tolist():
        if mention not in marked or np.isnan(marked[mention][0]):
            marked[mention] = (points[truth, 0], points[truth, 1])
    rows = {
        row: {"is_place": row in marked, "score": found["recognition_score"].iat[row]}
        for row in np.flatnonzero(asked).tolist()
    }
    for area in areas(gold.articles, found, gazetteer, asked):
        lat, lon = marked.get(area.row, (np.nan, np.nan))
        away = float(distance_km(lat, lon, area.container.lat, area.container.lon)) if np.isfinite(lat) else np.nan
        rows[area.row] |= {"source": area.source, "growth": growth(area), "km": away}
    columns = ["is_place", "score", "source", "growth", "km"]
    table = pd.DataFrame(list(rows.values()), columns=columns)
    return table.assign(known=[np.isfinite(marked.get(row, (np.nan,))[0]) for row in rows])


@dataclass(frozen=True)
class Corpus:
    """What was found in a corpus without approximate places, part by part, and the unknown places in it."""

    name: str
    gold: Gold
    parts: Sequence[tuple[Gold, pd.DataFrame]]
    unknown: pd.DataFrame

    @classmethod
    def of(cls, name: str, gold: Gold, parts: Mapping[int, tuple[Gold, pd.DataFrame]], gazetteer: Gazetteer) -> Corpus:
        """Return a corpus of the gold and the mentions of each fold."""
        kept = {
            fold: (part, found[found["field"].isin(gold.fields)].reset_index(drop=True))
            for fold, (part, found) in parts.items()
        }
        unknown = [unknown_in(found, part, gazetteer).assign(fold=fold) for fold, (part, found) in kept.items()]
        return cls(name, gold, list(kept.values()), pd.concat(unknown, ignore_index=True).assign(corpus=name))

    def f1(self, model: RingModel | None, gazetteer: Gazetteer) -> float:
        """Return the F1 of dots, with the approximate places of a model counted as such."""
        tables = [
            found
            if model is None
            else with_approximate_places(part.articles, found, gazetteer, min_confidence=MIN_CONFIDENCE, model=model)
            for part, found in self.parts
        ]
        table = pd.concat(tables, ignore_index=True)
        table = table.assign(lat=table["lat"].astype(float), lon=table["lon"].astype(float))
        return round(sample_scores(end_to_end, self.gold.mentions, table)["end_to_end_region_f1"], 4)


def corpora(
    paths: Sequence[Path], parser_of: Callable[[Ranker | None], Geoparser], rankers: Sequence[Ranker]
) -> Iterator[Corpus]:
    """Yield the corpora and the samples, each article read by a ranker that saw nothing of its outlet.

    Parameters
    ----------
    paths, rankers
        The corpora, and the rankers that saw nothing of each fold.
    parser_of
        Makes a geoparser without approximate places of a ranker, or of None the one that ships.
    """
    for path in [*paths, *SAMPLES]:
        gold = gold_for(parser_of(None), path)
        folds = outlet_folds(list(gold.articles["source"]), seed=SEED)
        chosen: Sequence[tuple[int, Ranker | None]] = list(enumerate(rankers)) if path in paths else [(SAMPLE, None)]
        parts = {}
        for fold, ranker in chosen:
            part = gold if fold == SAMPLE else gold.subset(gold.articles["article_id"][folds == fold])
            parts[fold] = (part, with_coordinates(parser_of(ranker).geoparse(part.articles)))
        yield Corpus.of(corpus_name(path), gold, parts, parser_of(None).gazetteer)


def fitted(unknown: pd.DataFrame) -> RingModel:
    """Fit radii and probabilities; each corpus counts as much as another for the radii."""
    known = unknown[unknown["km"].notna()]
    weight = 1.0 / known.groupby("corpus")["km"].transform("size").to_numpy()
    logs = np.log(known["km"].to_numpy() + LEAST_KM) - known["growth"].to_numpy(dtype=np.float64)
    found = quantile(_features(known), logs, weight, share=SHARE)
    log_km = dict(zip(RADII, (round(float(each), 3) for each in found), strict=True))
    scored = unknown[(unknown["corpus"] == MARKS_EVERYTHING) & unknown["score"].notna()]
    held = np.clip(scored["score"].to_numpy(dtype=np.float64), 0.002, 0.998)
    odds = (np.log(held) - np.log1p(-held))[:, None]
    right = scored["is_place"].to_numpy(dtype=np.float64)
    intercept, slope = logistic(odds, right, np.ones(len(right)), ridge=RIDGE)
    place = {"intercept": round(float(intercept), 3), "recognition": round(float(slope), 3)}
    return RingModel(SHARE, log_km, place)


def _features(known: pd.DataFrame) -> np.ndarray:
    radius = known["source"].map(radius_of)
    return np.column_stack([(radius == name).to_numpy(dtype=np.float64) for name in RADII])


def radii(model: RingModel, unknown: pd.DataFrame) -> np.ndarray:
    """Return the radius of each ring in kilometers."""
    logs = unknown["source"].map(lambda source: model.log_km[radius_of(source)])
    return np.asarray(np.exp(logs.to_numpy(dtype=np.float64) + unknown["growth"].to_numpy(dtype=np.float64)))


def figures_of(every: Sequence[Corpus], gazetteer: Gazetteer) -> tuple[RingModel, dict[str, Any]]:
    """Return the model, whose share is the one measured on left-out outlets, and what was measured."""
    unknown = pd.concat([each.unknown for each in every], ignore_index=True)
    model = fitted(unknown[unknown["fold"] != SAMPLE])
    drawn = unknown[unknown["source"].notna()].copy()
    drawn["radius"], drawn["place"] = np.nan, np.nan
    for fold in drawn["fold"].unique():
        learned = unknown[(unknown["fold"] != fold) & (unknown["fold"] != SAMPLE)]
        rows, without = drawn["fold"] == fold, fitted(learned)
        drawn.loc[rows, "radius"] = radii(without, drawn[rows])
        drawn.loc[rows, "place"] = without.place_probability(
            drawn.loc[rows, "score"].to_numpy(dtype=np.float64, na_value=np.nan)
        )
    drawn = drawn[drawn["place"] >= LEAST_PLACE]
    drawn["holds"] = drawn["km"] <= drawn["radius"]
    rows = {}
    for each in every:
        corpus = each.name
        own = drawn[(drawn["corpus"] == corpus) & drawn["km"].notna()]
        rows[corpus] = {
            "unknown with a point": int(each.unknown["known"].sum()),
            "rings": len(own),
            "hold the truth": round(float(own["holds"].mean()), 3),
            "median radius km": round(float(own["radius"].median())),
            "within 161 km": round(float((own["km"] <= NEAR_KM).mean()), 3),
            "rings where gold marks no place": round(
                float(1 - drawn.loc[drawn["corpus"] == corpus, "is_place"].mean()), 3
            ),
            "F1 without": each.f1(None, gazetteer),
            "F1 counted as dots": each.f1(model, gazetteer),
        }
    learned = drawn[(drawn["fold"] != SAMPLE) & drawn["km"].notna()]
    by_source = learned.groupby("source").agg(rings=("km", "size"), hold=("holds", "mean"), radius=("radius", "median"))
    sources = by_source.round(3).to_dict("index")
    share = round(float(learned.groupby("corpus")["holds"].mean().mean()), 2)
    return RingModel(share, model.log_km, model.place), {"rings": rows, "sources": sources}
