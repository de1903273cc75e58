"""Measure on outlets that were left out: train twice without half of them, then score each model on its half.

``python halves.py train DATA_FOLDER GOLD_FOLDER OUT`` writes two models (an hour on 2 cores). ``python halves.py score
GOLD_FOLDER OUT [FILE]`` prints the recognition scores, in other letter cases too, and the end-to-end scores, for which
rankers are trained without the outlet as well (lightgbm), and writes them: to ``scores.json`` beside this file, which the
benchmark shows, if no other is named. ``OUT`` may be the folder of one model that has seen no gold. ``make models`` does
both.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

if TYPE_CHECKING:
    from model import Tagger
    from train import Recipe

    from geomap import Geoparser

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[2]
sys.path[:0] = [str(ROOT), str(HERE), str(HERE.parent)]

from evaluate import Tally, read_articles, score

CORPORA = {"lgl": "LGL", "trnews": "TR-News", "geowebnews": "GeoWebNews"}
CASES = {"": "as written", "lower": "lower case", "upper": "capitals"}
THRESHOLDS = (0.0, 0.3, 0.5)


def train(data: Path, gold: Path, out: Path) -> None:
    """Train up to the gold articles, then write both halves."""
    import torch
    from train import KEPT, Recipe, timed

    torch.set_num_threads(1)
    recipe = Recipe(data, log=timed)
    base = recipe.untrained(KEPT[6])
    recipe.first_stage(base)
    recipe.second_stage(base)
    write_halves(recipe, base, gold, out)


def write_halves(recipe: Recipe, base: Tagger, gold: Path, out: Path) -> None:
    """Write ``half0`` and ``half1``, and the articles of the half that each did not see."""
    from train import folds

    texts = recipe.gold_texts(gold)
    names = [(name, a["article_id"]) for name in CORPORA for a in read_articles(gold / f"{name}.train.jsonl")]
    before = {name: value.clone() for name, value in base.state_dict().items()}
    for number, (seen, unseen) in enumerate(folds(texts, 2)):
        base.load_state_dict(before)
        recipe.third_stage(base, [texts[place] for place in seen])
        recipe.write(base, out / f"half{number}")
        (out / f"half{number}.json").write_text(json.dumps([names[place] for place in unseen]), "utf-8")
    base.load_state_dict(before)


class Halves:
    """The two models, each with the articles that it did not see; or one model that has seen none, by its own folder."""

    def __init__(self, gold: Path, out: Path) -> None:
        from geomap.gazetteer import Gazetteer
        from geomap.recognition._defaults import neural

        self.gold = gold
        self.gazetteer = Gazetteer()
        if (out / "model.onnx").is_file():
            ids = {
                name: [each["article_id"] for each in read_articles(gold / f"{name}.train.jsonl")] for name in CORPORA
            }
            self.models = [neural(self.gazetteer, folder=out)]
            self.unseen = [{(name, article_id) for name in CORPORA for article_id in ids[name]}]
            return
        self.models = [neural(self.gazetteer, folder=out / f"half{number}") for number in (0, 1)]
        self.unseen = [
            {tuple(name) for name in json.loads((out / f"half{number}.json").read_text("utf-8"))} for number in (0, 1)
        ]

    def recognition(self, corpus: str, case: str) -> Tally:
        """Return the tally of both models on the articles that they did not see."""
        from corpora import read_demonyms

        articles = read_articles(self.gold / f"{corpus}.train.jsonl")
        tally = Tally()
        for model, unseen in zip(self.models, self.unseen, strict=True):
            own = [article for article in articles if (corpus, article["article_id"]) in unseen]
            _add(tally, score(model, own, read_demonyms(), case=case))
        return tally

    def end_to_end(self, corpus: str, rankers: Sequence[object]) -> dict[float, float]:
        """Return F1 within 161 km at each threshold; neither recognizer nor ranker saw the outlet."""
        from geomap.evaluation import read_gold
        from geomap.evaluation._metrics import end_to_end, sample_scores
        from geomap.evaluation._sampling import SEED, outlet_folds

        gold = read_gold(self.gold / f"{corpus}.train.jsonl")
        spans = self._spans(corpus, gold.articles)
        fold = outlet_folds(list(gold.articles["source"]), seed=SEED)
        parts = []
        for number, ranker in enumerate(rankers):
            resolved = self._parser(ranker=ranker, min_confidence=0.0).resolve(gold.articles, spans, use_context=False)
            parts.append(resolved[resolved["article_id"].isin(set(gold.articles["article_id"][fold == number]))])
        found = pd.concat(parts, ignore_index=True)
        found = found[found["field"] == "text"].reset_index(drop=True)
        places = pd.DataFrame(found.drop(columns="geometry")).assign(lat=found.geometry.y, lon=found.geometry.x)
        return {least: _f1(sample_scores(end_to_end, gold.mentions, _above(places, least))) for least in THRESHOLDS}

    def _spans(self, corpus: str, articles: pd.DataFrame) -> pd.DataFrame:
        parts = []
        for model, unseen in zip(self.models, self.unseen, strict=True):
            own = articles[[(corpus, name) in unseen for name in articles["article_id"]]]
            parts.append(self._parser(recognizer=model).recognize(own))
        return pd.concat(parts, ignore_index=True)

    def _parser(self, **options: Any) -> Geoparser:
        from geomap import Geoparser

        return Geoparser(gazetteer=self.gazetteer, **options)


def _above(places: pd.DataFrame, least: float) -> pd.DataFrame:
    from geomap.tables import chances

    unsure = chances(places) < least
    return places.assign(lat=places["lat"].mask(unsure), lon=places["lon"].mask(unsure))


def _f1(scores: dict[str, float]) -> float:
    return round(scores["end_to_end_161km_f1"], 3)


def _add(tally: Tally, other: Tally) -> None:
    for name in ("gold", "found", "exact", "overlapping"):
        setattr(tally, name, getattr(tally, name) + getattr(other, name))
    tally.kinds += Counter(other.kinds)
    tally.usages += Counter(other.usages)


def measure(gold: Path, out: Path) -> dict[str, dict[str, float]]:
    """Return every score of every corpus."""
    sys.path.insert(0, str(HERE.parent / "ranker"))
    from importlib import util

    # The ranker's recipe has a train.py of its own.
    place = util.spec_from_file_location("ranker_train", HERE.parent / "ranker" / "train.py")
    assert place and place.loader
    ranker_train = util.module_from_spec(place)
    sys.modules["ranker_train"] = ranker_train
    place.loader.exec_module(ranker_train)
    halves = Halves(gold, out)
    parser = halves._parser(recognizer="gazetteer")
    rankers = ranker_train.left_out_rankers(ranker_train.load_tables(ranker_train.gold_files(gold), parser))
    table: dict[str, dict[str, float]] = {}
    for corpus, shown in CORPORA.items():
        row = table.setdefault(shown, {})
        for case, name in CASES.items():
            scores = halves.recognition(corpus, case).scores()
            if not case:
                row |= {"exact P": scores["exact P"] / 100, "R": scores["exact R"] / 100}
                row |= {part: scores[part] / 100 for part in ("kind accuracy", "usage accuracy") if part in scores}
            row |= {f"{name}, F1": scores["exact F1"] / 100, f"{name}, overlap F1": scores["overlap F1"] / 100}
        row |= {f"end-to-end F1 at {least}": value for least, value in halves.end_to_end(corpus, rankers).items()}
        table[shown] = {key: round(value, 3) for key, value in row.items()}
        print(shown, table[shown], flush=True)
    return table


def main() -> None:
    """Train or score."""
    what, *folders = sys.argv[1:] or [""]
    if what == "train" and len(folders) == 3:
        train(*map(Path, folders))
    elif what == "score" and len(folders) in (2, 3):
        gold, out, target = [*map(Path, folders), HERE / "scores.json"][:3]
        target.write_text(json.dumps(measure(gold, out), indent=1) + "\n", "utf-8")
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    main()
