"""The stages of the recognizer's training, each from the checkpoint of the one before; ``make models`` runs them.

    python data/recipes/recognizer/stages.py STAGE --ner FOLDER --gold FOLDER --work FOLDER

``names`` and ``news`` learn from open sources and written sentences alone, and ``news`` writes the model that these give
(``open``). ``gold`` goes on with all gold articles and writes ``recognizer``, ``halves`` twice with half of the outlets.
``distilled`` writes ``four``: a model of four layers that has learned from the open one of six.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parents[2]), str(HERE), str(HERE.parent)]

if TYPE_CHECKING:
    from train import Recipe

LAYERS, FEWER = 6, 4


def names(recipe: Recipe, given: argparse.Namespace) -> None:
    """Learn names in general, from the open sources."""
    from model import save
    from train import KEPT

    tagger = recipe.untrained(KEPT[given.layers])
    recipe.first_stage(tagger)
    save(tagger, given.work / "names.safetensors")


def news(recipe: Recipe, given: argparse.Namespace) -> None:
    """Learn news, from the written sentences; what it writes has seen no gold."""
    from model import load, save

    tagger = load(given.work / "names.safetensors")
    recipe.second_stage(tagger)
    recipe.write(tagger, given.work / "open")
    save(tagger, given.work / "news.safetensors")


def gold(recipe: Recipe, given: argparse.Namespace) -> None:
    """Learn how annotators decide, from all gold articles."""
    from model import load, save

    tagger = load(given.work / "news.safetensors")
    recipe.third_stage(tagger, recipe.gold_texts(given.gold))
    recipe.write(tagger, given.work / "recognizer")
    save(tagger, given.work / "gold.safetensors")


def halves(recipe: Recipe, given: argparse.Namespace) -> None:
    """Learn from half of the outlets, twice, to measure on the others."""
    from halves import write_halves
    from model import load

    write_halves(recipe, load(given.work / "news.safetensors"), given.gold, given.work / "halves")


def distilled(recipe: Recipe, given: argparse.Namespace) -> None:
    """Teach a model of fewer layers, before any gold."""
    from model import load, save
    from train import KEPT

    kept = KEPT[FEWER] if given.layers > FEWER else (0,)
    tagger = recipe.distilled(load(given.work / "news.safetensors"), kept)
    recipe.write(tagger, given.work / "four")
    save(tagger, given.work / "four.safetensors")


STAGES: Mapping[str, Callable[[Recipe, argparse.Namespace], None]] = {
    each.__name__: each for each in (names, news, gold, halves, distilled)
}


def main() -> None:
    """Run one stage."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("stage", choices=STAGES)
    parser.add_argument("--ner", type=Path, required=True, help="folder of open sources")
    parser.add_argument("--gold", type=Path, required=True, help="folder of gold articles")
    parser.add_argument("--work", type=Path, required=True, help="folder of the checkpoints")
    parser.add_argument("--written", type=Path, help="folder of written sentences, if not those beside this file")
    parser.add_argument("--layers", type=int, default=LAYERS, help="layers of the model")
    parser.add_argument("--threads", type=int, default=1)
    given = parser.parse_args()
    import torch
    from train import Recipe, timed

    torch.set_num_threads(given.threads)
    STAGES[given.stage](Recipe(given.ner, sentences=given.written, log=timed), given)


if __name__ == "__main__":
    main()
