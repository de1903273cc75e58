"""The training sources of the recognizer for many languages: which there are, what is left out, what a pass reads."""

from __future__ import annotations

import json
import random
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from corpora import Text

SEED = 15


@dataclass(frozen=True, slots=True)
class Source:
    """A folder of sentences.

    Parameters
    ----------
    language
        ISO 639-1 code.
    genre
        What its sentences are taken from.
    share
        How much more or less often than others of its language it is read.
    """

    language: str
    genre: str
    share: float = 1.0


OCR, TWEETS = "newspapers before 1950, with OCR errors", "tweets"
LINKED = "encyclopedia, marked by its links"
SOURCES = {
    "aqmar": Source("ar", "encyclopedia"),
    "estner": Source("et", "news"),
    "europeana_de": Source("de", OCR, 0.1),
    "europeana_fr": Source("fr", OCR),
    "europeana_nl": Source("nl", OCR),
    "factrueval": Source("ru", "news"),
    "germeval14": Source("de", "news and encyclopedia"),
    "hiner": Source("hi", "news"),
    "ja_gsd": Source("ja", "web and encyclopedia"),
    "klue": Source("ko", "news"),
    "kpwr": Source("pl", "mixed"),
    "lumii_lv": Source("lv", "mixed"),
    "meddocan": Source("es", "clinical records"),
    "mobie": Source("de", "traffic messages", 0.5),
    "multiconer_hi": Source("hi", LINKED, 0.5),
    "nergrit": Source("id", "news"),
    "nerkor": Source("hu", "mixed"),
    "nerp": Source("id", "news, in small letters", 0.25),
    "newseye_de": Source("de", OCR, 0.1),
    "newseye_fi": Source("fi", OCR, 0.2),
    "newseye_fr": Source("fr", OCR),
    "newseye_sv": Source("sv", OCR, 0.2),
    "ronec": Source("ro", "news"),
    "sonar_de": Source("de", OCR, 0.1),
    "stockmark": Source("ja", "encyclopedia"),
    "sv_webnews": Source("sv", "news"),
    "tr_wiki": Source("tr", "encyclopedia"),
    "turku": Source("fi", "mixed"),
    "uner_bosque": Source("pt", "news"),
    "uner_ddt": Source("da", "mixed"),
    "uner_gsdsimp": Source("zh", "encyclopedia"),
    "uner_hr": Source("hr", "news"),
    "uner_nno": Source("no", "mixed"),
    "uner_nob": Source("no", "mixed"),
    "uner_sk": Source("sk", "mixed"),
    "uner_sr": Source("sr", "news"),
    "uner_talbanken": Source("sv", "mixed"),
    "wikiner_ru": Source("ru", LINKED, 0.5),
    "xlime_de": Source("de", TWEETS, 0.3),
    "xlime_es": Source("es", TWEETS),
    "xlime_it": Source("it", TWEETS),
}
"""The sources of languages that are served. Silver ones are read half as often, and so is what is far from news."""

ENGLISH = {
    "uner_ewt": Source("en", "web"),
    "gum": Source("en", "mixed"),
    "wikigold": Source("en", "encyclopedia"),
    "redocred": Source("en", "encyclopedia"),
    "re3d_open": Source("en", "news"),
    "crossner": Source("en", "encyclopedia", 0.5),
    "btc": Source("en", TWEETS, 0.35),
    "wnut17": Source("en", TWEETS, 0.35),
}
"""The sources of the English recognizer without ``uner_pud``, whose sentences exist in five other languages."""

WITHOUT_GOLD = ("bg", "cs", "sl", "uk")
"""Languages that are served by what their neighbors teach."""

LANGUAGES = sorted({source.language for source in SOURCES.values()} | {"en", *WITHOUT_GOLD})
WITH_PLACE = 0.4
"""Share of the sentences of a pass that hold a place, at most; in running text far fewer do, and precision follows."""

PASS = 46_000
"""Sentences of a pass in other languages than English."""

ENGLISH_SHARE = 0.22
WIDELY_READ = frozenset({"de", "fr", "es", "it", "pt", "nl", "pl", "ru", "ar", "zh"})
WIDELY = 1.6
"""How much more of these languages a pass reads than of others."""

LEFT_OUT_SHARE, LEFT_OUT_MOST, CHOOSING_MOST = 0.1, 400, 60
FEWEST_DOCUMENTS, BLOCK = 20, 40
PLACES = frozenset({"LOC", "FAC"})


@dataclass(slots=True)
class Sentences:
    """The sentences of a source: for training, for choosing settings, and left out for measuring."""

    training: list[Text] = field(default_factory=list)
    choosing: list[Text] = field(default_factory=list)
    left_out: list[Text] = field(default_factory=list)


def read_source(folder: Path) -> Sentences:
    """Return the sentences of one source, split by document with a seed.

    A source that does not tell its documents apart is split by runs of forty sentences. A sentence that is left out is
    not trained on elsewhere in the source.
    """
    meta = json.loads((folder / "META.json").read_text("utf-8"))
    rows = [json.loads(line) for line in (folder / "data.jsonl").read_text("utf-8").split("\n") if line.strip()]
    if len({row["doc"] for row in rows}) < FEWEST_DOCUMENTS:
        rows = [{**row, "doc": f"{row['doc']}.{number // BLOCK}"} for number, row in enumerate(rows)]
    parts = split([row["doc"] for row in rows], f"{SEED} {folder.name}")
    sentences = Sentences()
    for row, part in zip(rows, parts, strict=True):
        getattr(sentences, part).append(text_of(row, folder.name, meta["ambiguity"]))
    kept = {text.text for text in (*sentences.left_out, *sentences.choosing)}
    sentences.training = [text for text in sentences.training if text.text not in kept]
    return sentences


def split(documents: Sequence[Any], seed: str) -> list[str]:
    """Return for each sentence, given its document, which part it belongs to."""
    sizes: dict[Any, int] = defaultdict(int)
    for document in documents:
        sizes[document] += 1
    order = sorted(sizes, key=str)
    random.Random(seed).shuffle(order)
    most = min(LEFT_OUT_MOST, int(LEFT_OUT_SHARE * len(documents)))
    home: dict[Any, str] = {}
    filled = 0
    for document in order:
        part = "left_out" if filled < most else "choosing" if filled < most + CHOOSING_MOST else "training"
        home[document] = part
        filled += sizes[document]
    return [home[document] for document in documents]


def text_of(row: dict[str, Any], source: str, ambiguity: dict[str, list[str]]) -> Text:
    """Return a sentence as a training text; places inside organizations stay open unless the source marks them."""
    names = [(start, end, tuple(ambiguity.get(kind, [kind]))) for start, end, kind in row["spans"]]
    outside = tuple(ambiguity.get("O", ["O"]))
    return Text(
        row["text"],
        names,
        outside,
        [(start, end) for start, end in row["ign"]],
        unsure=[(0, len(row["text"]))] if "LOC" in outside else [],
        source=source,
        group=f"{source}/{row['doc']}",
    )


def has_place(text: Text) -> bool:
    """Return whether a text names a place."""
    return any(not PLACES.isdisjoint(types[:1]) for _, _, types in text.names or ())


def quotas() -> dict[str, int]:
    """Return how many sentences of each language a pass reads, where there are so many."""
    others = sorted({source.language for source in SOURCES.values()})
    weights = {language: WIDELY if language in WIDELY_READ else 1.0 for language in others}
    total = sum(weights.values())
    found = {language: round(PASS * weight / total) for language, weight in weights.items()}
    found["en"] = round(PASS * ENGLISH_SHARE / (1 - ENGLISH_SHARE))
    return found


def one_pass(training: dict[str, list[Text]], rng: random.Random) -> Iterator[Text]:
    """Yield the sentences of one pass: of each language its quota, at most four in ten with a place.

    Parameters
    ----------
    training
        The sentences of each source.
    rng
        Draws them.
    """
    by_language: dict[str, list[str]] = defaultdict(list)
    every = {**SOURCES, **ENGLISH}
    for name in training:
        by_language[every[name].language].append(name)
    for language, quota in sorted(quotas().items()):
        names = by_language[language]
        room = {name: every[name].share * len(training[name]) for name in names}
        part = min(1.0, quota / max(1.0, sum(room.values())))
        for name in names:
            yield from _drawn(training[name], round(part * room[name]), rng)


def _drawn(texts: Sequence[Text], number: int, rng: random.Random) -> list[Text]:
    """Return some sentences in their order, at most four in ten with a place."""
    with_place = [place for place, text in enumerate(texts) if has_place(text)]
    without = [place for place, text in enumerate(texts) if not has_place(text)]
    some = rng.sample(with_place, min(len(with_place), round(number * WITH_PLACE)))
    rest = rng.sample(without, min(len(without), number - len(some)))
    return [texts[place] for place in sorted([*some, *rest])]
