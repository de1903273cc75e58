r"""Measure recognizers and rankers side by side: on the sample corpora, on suites of ordinary text, and on gold corpora.

    python data/recipes/measure.py --variant shipped geomap/resources/recognizer geomap/resources/ranker.npz \
        --variant new out/models/recognizer out/models/ranker.npz [--gold FOLDER] [--suites 0.25] [--out table.json]

A variant is a name, the folder of a recognizer and the file of a ranker. Beside them may lie what is measured instead
where they themselves have learned from what they would be measured on:

- ``halves``, beside the folder: the recognizers that :mod:`halves` wrote, for gold corpora that are left out (without them
  the recognizer must be one that has seen no gold);
- ``RANKER-without-SAMPLE.npz``, beside the file: a ranker that has not learned from that sample corpus.

With ``--left-out`` the gold corpora are read by halves, and by rankers that are trained anew without each fold of the
outlets. On the suites, resolution of given names is measured where the rankers differ. All figures are percentages; the last
column is the last variant less the first, in points.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path[:0] = [str(ROOT), str(HERE / "ranker"), str(HERE / "recognizer"), str(ROOT / "tests" / "benchmarks")]

import ordinary
from gold import SAMPLES
from pages import markdown
from resolution import joined

import geomap
from geomap.evaluation import Gold, compare, outlet_folds, read_gold, scores
from geomap.evaluation._sampling import SEED
from geomap.gazetteer import Gazetteer
from geomap.recognition._defaults import neural
from geomap.resolution import Ranker
from geomap.resolution._rankers import LearnedRanker

SHOWN = {
    ("recognition", "exact_precision"): "exact P",
    ("recognition", "exact_recall"): "exact R",
    ("recognition", "exact_f1"): "exact F1",
    ("resolution", "accuracy_161km"): "gold spans within 161 km",
    ("resolution without source", "accuracy_161km"): "the same, source hidden",
    ("end to end", "end_to_end_161km_f1"): "end to end F1 within 161 km",
}
Figures = dict[str, float]


@dataclass
class Variant:
    """A recognizer and a ranker that belong together.

    Parameters
    ----------
    name
        What it is called in the table.
    recognizer, ranker
        The model's folder and the trees' file.
    gazetteer
        Where places come from.
    without_folds
        Rankers that have not learned from the outlets of one fold each; where given, the gold corpora are left out.
    """

    name: str
    recognizer: Path
    ranker: Path
    gazetteer: Gazetteer
    without_folds: Sequence[Ranker] = field(default_factory=list)

    def parser(self, *, recognizer: Path | None = None, ranker: Ranker | None = None) -> geomap.Geoparser:
        """Return the geoparser, or one with another recognizer or ranker."""
        return geomap.Geoparser(
            gazetteer=self.gazetteer,
            recognizer=neural(self.gazetteer, folder=recognizer or self.recognizer),
            ranker=ranker or LearnedRanker.read(self.ranker.read_bytes()),
        )

    def for_sample(self, sample: str) -> geomap.Geoparser:
        """Return the geoparser for a sample corpus, which its ranker has not learned from."""
        apart = self.ranker.with_name(f"{self.ranker.stem}-without-{sample}.npz")
        return self.parser(ranker=LearnedRanker.read(apart.read_bytes())) if apart.is_file() else self.parser()

    def left_out(self, corpus: str, gold: Gold) -> Iterator[tuple[geomap.Geoparser, set[str]]]:
        """Yield geoparsers, each with the articles whose outlet neither its recognizer nor its ranker has seen."""
        folds = outlet_folds(list(gold.articles["source"]), seed=SEED)
        for recognizer, unseen in self._halves(corpus, gold):
            for fold, ranker in enumerate(self.without_folds):
                ids = unseen & set(gold.articles["article_id"][folds == fold])
                if ids:
                    yield self.parser(recognizer=recognizer, ranker=ranker), ids

    def _halves(self, corpus: str, gold: Gold) -> Iterator[tuple[Path, set[str]]]:
        """Yield recognizers, each with the articles that it has not seen."""
        folder = self.recognizer.parent / "halves"
        if not folder.is_dir():
            yield self.recognizer, set(gold.articles["article_id"])
            return
        for number in (0, 1):
            unseen = json.loads((folder / f"half{number}.json").read_text("utf-8"))
            yield folder / f"half{number}", {name for of, name in unseen if of == corpus}


def on_gold(parts: Iterable[tuple[geomap.Geoparser, Gold]]) -> Figures:
    """Return the scores of geoparsers on gold, each on a part of it."""
    made = [compare(gold, geoparser=parser) for parser, gold in parts]
    table = scores(joined(made), bootstrap=0).set_index(["part", "score"])["value"]
    return {shown: 100 * float(table[key]) for key, shown in SHOWN.items() if key in table.index}


def on_corpora(variant: Variant, folder: Path) -> Iterator[tuple[str, Figures]]:
    """Yield the scores on each gold corpus, with its outlets left out where the variant has learned from them."""
    for path in sorted(folder.glob("*.jsonl")):
        corpus, gold = path.name.split(".")[0], read_gold(path, gazetteer=variant.gazetteer)
        if variant.without_folds:
            yield corpus, on_gold((parser, gold.subset(ids)) for parser, ids in variant.left_out(corpus, gold))
        else:
            yield corpus, on_gold([(variant.parser(), gold)])


def on_samples(variant: Variant) -> Iterator[tuple[str, Figures]]:
    """Yield the scores on each sample corpus."""
    for name, path in SAMPLES.items():
        yield f"{name} (sample)", on_gold([(variant.for_sample(name), read_gold(path, gazetteer=variant.gazetteer))])


def on_suites(variant: Variant, share: float, *, alone: bool) -> Iterator[tuple[str, Figures]]:
    """Yield the shares of each verdict on each suite of ordinary text, or on a seeded part of it.

    Where ``alone`` is set, resolution is measured alone too: names are given, and what is right depends on the ranker only.
    """
    parser = variant.parser()
    for items in ordinary.suites(variant.gazetteer).values():
        chosen = [item for item in items if random.Random(item.text).random() < share]
        for given in (False, True)[: 1 + alone] if chosen else ():
            table = ordinary.summary(ordinary.answers(chosen, parser, given=given), ["suite"])
            shown = ["right"] if given else ["right", "elsewhere", "nil", "not found"]
            for suite, row in table.iterrows():
                yield str(suite), {f"{name}, name given" if given else name: float(row[name]) for name in shown}


def measured(variant: Variant, *, gold: Path | None, suites: float, alone: bool) -> Figures:
    """Return all figures of a variant by row."""
    found: Figures = {}
    of_gold = on_corpora(variant, gold) if gold else iter(())
    for of, figures in (*of_gold, *on_samples(variant), *on_suites(variant, suites, alone=alone)):
        found |= {f"{of}: {name}": round(value, 2) for name, value in figures.items()}
        print(variant.name, of, {name: round(value, 2) for name, value in figures.items()}, flush=True)
    return found


def side_by_side(found: Mapping[str, Figures]) -> pd.DataFrame:
    """Return one row a figure, one column a variant, and the last less the first."""
    rows = [dict.fromkeys(figures) for figures in found.values()]
    names = [name for name in rows[0] if all(name in row for row in rows)]
    first, last = (list(found.values())[place] for place in (0, -1))
    return pd.DataFrame.from_dict(
        {
            name: {**{of: figures[name] for of, figures in found.items()}, "change": last[name] - first[name]}
            for name in names
        },
        orient="index",
    )


def percent(value: float) -> str:
    """Write a figure of the table."""
    return f"{value:.2f}"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--variant", action="append", nargs=3, required=True, metavar=("NAME", "RECOGNIZER", "RANKER"))
    parser.add_argument("--gold", type=Path, help="folder of gold corpora")
    parser.add_argument(
        "--left-out", action="append", default=[], metavar="NAME", help="a variant that has learned from them"
    )
    parser.add_argument("--suites", type=float, default=1.0, help="share of the suites of ordinary text")
    parser.add_argument("--out", type=Path, help="also write the table as JSON")
    given = parser.parse_args()
    gazetteer = Gazetteer()
    rankers: Sequence[Ranker] = []
    if given.left_out:
        import train
        from table import load_tables

        context = geomap.Geoparser(gazetteer=gazetteer, recognizer="gazetteer")
        rankers = train.left_out_rankers(load_tables(train.gold_files(given.gold), context))
    found = {}
    differ = len({ranker for _, _, ranker in given.variant}) > 1
    for name, recognizer, ranker in given.variant:
        without = rankers if name in given.left_out else []
        variant = Variant(name, Path(recognizer), Path(ranker), gazetteer, without)
        found[name] = measured(variant, gold=given.gold, suites=given.suites, alone=differ)
    print(markdown(side_by_side(found), first="figure", form=percent))
    if given.out:
        given.out.write_text(json.dumps(found, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
