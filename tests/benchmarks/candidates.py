"""Measure whether the right place is among the candidates of a mention, and what other spellings add.

``python tests/benchmarks/candidates.py [FOLDER] [--gazetteer SOURCE ...] [--only PART ...]``

The folder holds ``*.jsonl`` gold files; both sample corpora are always measured. A candidate is right when it lies within
161 km of the gold point or when the gold point lies in its outline (a country, a division). Candidates are what the resolver
asks for: every variant of a name, with its stages of spelling. The parts are

- ``overview``: each corpus, with the accuracy of the ranker that ships;
- ``stages``: names as written, then other spellings by rule, then similar names, and what each adds, right or wrong;
- ``rules``: each rule of spelling: on how many places it fires (two of a place's names differ by it alone), how many names
  it brings together with a more populous other place, and what is lost without it;
- ``words``: ordinary words and given names taken for misspelled places, which they are not.

Nothing is trained, nothing is written but the gazetteer's index.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
from gold import SAMPLES, Bench
from pages import ROOT, markdown, table_of

import geomap
from geomap.evaluation import Gold, read_gold
from geomap.evaluation._metrics import NEAR_KM, judge, located, match_spans
from geomap.evaluation._predictions import with_coordinates
from geomap.evaluation._regions import inside_region
from geomap.evaluation._scoring import CachedRecognizer
from geomap.gazetteer import fold
from geomap.gazetteer._spelled import Spelled, spelled
from geomap.gazetteer._spelling import FAMILIES, RULES, Rule, family_of, spelling_keys
from geomap.geometry import distance_km
from geomap.resolution import Resolver, default_ranker
from geomap.resolution._candidates import Batch, build_batch
from geomap.tables import MENTION_KEY, Ints, validate_articles

SEED = 7
# The written form, other spellings by rule, and similar names: what the resolver is allowed.
STAGES = {"as written": (False, False), "by rule": (True, False), "similar": (True, True)}
WORDS = 2_000
NAMED_COUNTRIES = ("US", "GB", "IQ", "SY", "UA", "CN")
NEAR_DEGREES = 0.3


@dataclass
class Recall:
    """The candidates of gold mentions with coordinates.

    Parameters
    ----------
    near, right
        Whether each mention has a candidate within 161 km; the same or around whose outline it lies.
    counts
        How many candidates each mention has.
    seconds
        What collecting them took.
    """

    near: npt.NDArray[np.bool_]
    right: npt.NDArray[np.bool_]
    counts: Ints
    seconds: float

    def row(self) -> dict[str, object]:
        """Return the figures as a row of a table."""
        return {
            "mentions": len(self.near),
            "within 161 km": float(self.near.mean()),
            "region-aware": float(self.right.mean()),
            "candidates a mention": f"{self.counts.mean():.2f}",
            "without any": float((self.counts == 0).mean()),
            "seconds": f"{self.seconds:.1f}",
        }


def recall(gold: Gold, gazetteer: geomap.Gazetteer, *, spelling: bool = True, similar: bool = True) -> Recall:
    """Return what the resolver's candidates hold for each gold mention with coordinates."""
    known = located(gold.mentions)
    begin = time.perf_counter()
    batch = build_batch(gold.articles, known, gazetteer, spelling=spelling, similar=similar)
    seconds = time.perf_counter() - begin
    near, inside = np.zeros(len(known), dtype=bool), np.zeros(len(known), dtype=bool)
    counts = np.array([len(_rows(batch, group)) for group in batch.mention_group], dtype=np.int64)
    pairs = [(position, row) for position, group in enumerate(batch.mention_group) for row in _rows(batch, group)]
    if pairs:
        positions, rows = (np.array(each) for each in zip(*pairs, strict=True))
        lat, lon = (known[name].to_numpy(dtype=float)[positions] for name in ("lat", "lon"))
        close = distance_km(lat, lon, batch.columns.lat[rows], batch.columns.lon[rows]) <= NEAR_KM
        near[positions[close]] = True
        places = pd.DataFrame([batch.places[row]._asdict() for row in rows])
        holds = inside_region(lat, lon, places)
        inside[positions[holds]] = True
    return Recall(near, near | inside, counts, seconds)


def _rows(batch: Batch, group: int) -> range:
    return range(int(batch.starts[group]), int(batch.starts[group + 1])) if group >= 0 else range(0)


@dataclass
class Resolved:
    """Gold mentions with coordinates as the ranker that ships resolves them.

    Parameters
    ----------
    near, right
        Of each, whether its place lies within 161 km; the same or around the gold point.
    answered
        Of each, whether it has a place.
    seconds
        What resolving them took.
    """

    near: npt.NDArray[np.bool_]
    right: npt.NDArray[np.bool_]
    answered: npt.NDArray[np.bool_]
    seconds: float

    def row(self) -> dict[str, object]:
        """Return the figures as a row of a table."""
        return {
            "accuracy 161 km": float(self.near.mean()),
            "accuracy region-aware": float(self.right.mean()),
            "right of resolved": float(self.right.sum() / max(self.answered.sum(), 1)),
            "resolved": float(self.answered.mean()),
            "resolution seconds": f"{self.seconds:.1f}",
        }


def resolve(gold: Gold, parser: geomap.Geoparser) -> Resolved:
    """Return how gold spans are resolved, with the recognizer's mentions for context."""
    known = located(gold.mentions)
    begin = time.perf_counter()
    resolved = with_coordinates(parser.resolve(gold.articles, known[list(MENTION_KEY)]))
    seconds = time.perf_counter() - begin
    judged = judge(known, resolved, match_spans(known, resolved, exact=True))
    answered = resolved["lat"].notna().to_numpy()
    return Resolved(judged["near"].to_numpy(), judged["in_region"].to_numpy(), answered, seconds)


def parser_with(gazetteer: geomap.Gazetteer, recognizer: CachedRecognizer, stage: str) -> geomap.Geoparser:
    """Return a geoparser that goes as far as a stage."""
    parser = geomap.Geoparser(recognizer=recognizer, gazetteer=gazetteer)
    spelling, similar = STAGES[stage]
    parser._resolver = Resolver(gazetteer, default_ranker(), spelling=spelling, similar=similar)
    return parser


def corpora(folder: Path | None, gazetteer: geomap.Gazetteer) -> dict[str, Gold]:
    """Return the gold of a folder's corpora and of the samples by name."""
    paths = {path.name.split(".")[0]: path for path in sorted(folder.glob("*.jsonl"))} if folder else {}
    demonyms = frozenset(form.written.casefold() for form in gazetteer.demonyms())
    every = {**paths, **{name: path for name, path in SAMPLES.items() if path.is_file()}}
    return {name: read_gold(path, demonyms=demonyms, gazetteer=gazetteer) for name, path in every.items()}


def size(gazetteer: geomap.Gazetteer) -> str:
    """Return the size of a gazetteer in words."""
    info = gazetteer.info()
    megabytes = sum(store.path.stat().st_size for store in gazetteer._store.stores) / 1e6
    return f"{info['source']}: {info['places']:,} places, {info['names']:,} names, {megabytes:,.0f} MB of index"


def overview(golds: dict[str, Gold], gazetteer: geomap.Gazetteer) -> str:
    """Return recall and accuracy on every corpus as a table."""
    parser = parser_with(gazetteer, CachedRecognizer(geomap.Geoparser(gazetteer=gazetteer).recognizer), "similar")
    rows = {name: recall(gold, gazetteer).row() | resolve(gold, parser).row() for name, gold in golds.items()}
    return markdown(table_of(rows), first="corpus")


def stages(golds: dict[str, Gold], gazetteer: geomap.Gazetteer) -> str:
    """Return what each stage adds on every corpus: candidates and answers, right ones and wrong ones."""
    recognizer = CachedRecognizer(geomap.Geoparser(gazetteer=gazetteer).recognizer)
    rows: dict[str, dict[str, object]] = {}
    for name, gold in golds.items():
        before: tuple[Recall, Resolved] | None = None
        for stage, (spelling, similar) in STAGES.items():
            found = recall(gold, gazetteer, spelling=spelling, similar=similar)
            resolved = resolve(gold, parser_with(gazetteer, recognizer, stage))
            row: dict[str, object] = {
                "region-aware": float(found.right.mean()),
                "candidates a mention": f"{found.counts.mean():.2f}",
                "accuracy region-aware": float(resolved.right.mean()),
                "right of resolved": float(resolved.right.sum() / max(resolved.answered.sum(), 1)),
                "seconds": f"{found.seconds:.2f}",
            }
            if before:
                new, answered = (found.counts > 0) & (before[0].counts == 0), resolved.answered & ~before[1].answered
                row |= {
                    "new candidates, right": f"{(new & found.right).sum()}",
                    "wrong": f"{(new & ~found.right).sum()}",
                    "new answers, right": f"{(answered & resolved.right).sum()}",
                    "wrong ": f"{(answered & ~resolved.right).sum()}",
                    "answers lost": f"{(before[1].right & ~resolved.right).sum()}",
                }
            rows[f"{name}, {stage}"] = row
            before = found, resolved
    return markdown(table_of(rows).fillna(""), first="corpus, stage")


class _WithRules(geomap.Gazetteer):
    """The same gazetteer, whose other spellings follow some rules alone."""

    def __init__(self, like: geomap.Gazetteer, rules: Sequence[Rule]) -> None:
        super().__init__(like.source, cache_dir=like.cache_dir)
        self._rules = tuple(rules)

    def spelled(self, name: str, *, limit: int = 50, year: int | None = None) -> list[Spelled]:
        return spelled(self._store, fold(name), year=year, limit=limit, rules=self._rules)


def rules(golds: dict[str, Gold], gazetteer: geomap.Gazetteer) -> str:
    """Return for each rule on what it fires, what it confuses, and what is lost without it."""
    every = {name: recall(gold, gazetteer, similar=False) for name, gold in golds.items()}
    named = {family: _named(gazetteer, family) for family in FAMILIES}
    rows: dict[str, dict[str, object]] = {}
    for rule in RULES:
        rest = [each for each in RULES if each is not rule]
        without = {name: recall(gold, _WithRules(gazetteer, rest), similar=False) for name, gold in golds.items()}
        fired: list[str] = []
        confused = names = 0
        for family in rule.families or FAMILIES:
            names += len(named[family])
            for pair, is_one_place, is_outdone in _brought_together(named[family], family, rest):
                fired += [pair] if is_one_place else []
                confused += is_outdone
        fewer = sum(int(each.counts.sum()) - int(without[name].counts.sum()) for name, each in every.items())
        rows[rule.name] = {
            "families": " ".join(rule.families) or "all",
            "names": names,
            "names of one place": len(fired),
            "with a more populous other": confused,
            "mentions gained": " ".join(
                f"{name} {gain}"
                for name, each in every.items()
                if (gain := int(each.right.sum()) - int(without[name].right.sum()))
            ),
            "candidates a mention": f"+{fewer / sum(len(each.counts) for each in every.values()):.3f}",
            "examples": "; ".join(random.Random(SEED).sample(fired, min(3, len(fired)))),
        }
    return markdown(table_of(rows), first="rule")


Named = dict[str, dict[int, tuple[float, float, int]]]


def _named(gazetteer: geomap.Gazetteer, family: str) -> Named:
    """Return the Latin names of a family, each with its places: latitude and longitude in degrees, population."""
    found: Named = defaultdict(dict)
    for store in gazetteer._store.stores:
        places = list(store.places())
        for folded, row, _ in store.name_rows():
            place = places[row - 1]
            if family_of(place.country_code) == family and folded.isascii():
                found[folded][row] = (place.lat, place.lon, place.population)
    return found


def _brought_together(named: Named, family: str, rest: Sequence[Rule]) -> Iterator[tuple[str, bool, bool]]:
    """Yield the names that only one more rule than the rest brings together with others.

    Each as a pair with one of them, whether one place (or two within .3 degrees) has both, and whether another place that
    is more populous than all of its own shares the key.
    """
    names = list(named)
    groups: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    with_all, without = spelling_keys(names, family), spelling_keys(names, family, rules=rest)
    for name, key, part in zip(names, with_all, without, strict=True):
        groups[key][part].append(name)
    for parts in groups.values():
        for part, own in parts.items() if len(parts) > 1 else ():
            others = [name for other, same in parts.items() if other != part for name in same]
            places = {row: place for name in others for row, place in named[name].items()}
            for name in own:
                near = [row for row, place in places.items() if _is_near(place, named[name])]
                most = max(population for _, _, population in named[name].values())
                outdone = any(place[2] > most for row, place in places.items() if row not in near)
                yield f"{name} / {others[0]}", bool(near), outdone


def _is_near(place: tuple[float, float, int], own: dict[int, tuple[float, float, int]]) -> bool:
    return any(
        abs(place[0] - lat) < NEAR_DEGREES and abs(place[1] - lon) < NEAR_DEGREES for lat, lon, _ in own.values()
    )


def words(gazetteer: geomap.Gazetteer) -> str:
    """Return how many ordinary words and given names are taken for another spelling of a place in some countries."""
    content = json.loads(gzip.decompress((ROOT / "geomap" / "resources" / "words.json.gz").read_bytes()))
    draw = random.Random(SEED)
    rows: dict[str, dict[str, object]] = {}
    for kind in ("given_names", "ordinary_words"):
        drawn = draw.sample(content[kind], WORDS)
        known = gazetteer.candidates([word.capitalize() for word in drawn])
        unknown = [word for word, candidates in known.items() if not candidates]
        for country in NAMED_COUNTRIES:
            batch = build_batch(*_about(unknown, country, gazetteer), gazetteer)
            taken = [int(batch.starts[group]) for group in batch.mention_group[::2] if group >= 0]
            by_rule = sum(batch.columns.trust[row] > _SIMILAR for row in taken)
            rows[f"{kind.replace('_', ' ')}, articles about {country}"] = {
                "unknown": len(unknown),
                "by rule": float(by_rule / len(unknown)),
                "similar": float((len(taken) - by_rule) / len(unknown)),
            }
    return markdown(table_of(rows), first="words")


_SIMILAR = 0.5


def _about(unknown: Sequence[str], country: str, gazetteer: geomap.Gazetteer) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return an article a word that names the word and a country, and these two mentions of each."""
    named = gazetteer.country_name(country) or country
    texts = [f"{word} and {named}" for word in unknown]
    ids = [f"a{number}" for number in range(len(texts))]
    spans = [
        (article_id, "text", start, start + len(word), word)
        for article_id, text, unnamed in zip(ids, texts, unknown, strict=True)
        for word, start in ((unnamed, 0), (named, len(text) - len(named)))
    ]
    articles = validate_articles(pd.DataFrame({"article_id": ids, "text": texts}))
    return articles, pd.DataFrame(spans, columns=[*MENTION_KEY, "toponym"])


def section(bench: Bench) -> str:
    """Return the part of the benchmark page on candidates."""
    golds, gazetteer = {corpus.name: corpus.gold for corpus in bench.corpora}, bench.parser.gazetteer
    return "\n\n".join(
        [
            "## Candidates",
            f"Whether the right place is among the candidates ({size(gazetteer)}). A name that the gazetteer lacks as it is "
            "written is looked up by its other spellings, by rule, and then by similar names:",
            stages(golds, gazetteer),
            "**By rule:** how many of the names that a rule is for it brings together with another name of the same place "
            "(or of one within .3 degrees) and with a more populous other place, and what it gains:",
            rules(golds, gazetteer),
            "**What is no place:** shares of given names and ordinary words, in articles about a country, that are taken "
            "for another spelling, or for a similar name, of a place there:",
            words(gazetteer),
        ]
    )


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", nargs="?", type=Path, help="folder of gold corpora (*.jsonl); default: samples alone")
    parser.add_argument("--gazetteer", nargs="+", default=["embedded"], help="sources, the front one first")
    parser.add_argument("--only", nargs="+", choices=PARTS, default=list(PARTS), help="parts; default: all")
    options = parser.parse_args(arguments)
    if options.folder is not None and not options.folder.is_dir():
        parser.error(f"no such folder: {options.folder}")
    sources = options.gazetteer
    gazetteer = geomap.Gazetteer(sources[0] if len(sources) == 1 else sources)
    golds = corpora(options.folder, gazetteer)
    print(size(gazetteer), flush=True)
    for name in options.only:
        print(f"\n{name}\n\n{PARTS[name](golds, gazetteer)}", flush=True)


PARTS: dict[str, Callable[[dict[str, Gold], geomap.Gazetteer], str]] = {
    "overview": overview,
    "stages": stages,
    "rules": rules,
    "words": lambda _, gazetteer: words(gazetteer),
}


if __name__ == "__main__":
    main()
