"""Ordinary text to learn from, made by rule from the gazetteer: names alone, in company, with their container, and regions.

News corpora hardly hold an article with a single name, and where they do it is local news of a known outlet. What people
type is "Police in Manchester arrested a man.": without company the best known place of a name is meant. Nor is one other
name company enough for a hamlet: the flight from Khartoum to Riyadh does not land in the Riyadh of Sudan. Of the names that
the suites of ``tests/benchmarks/ordinary.py`` measure, half are left out by rule and the hand-made lists altogether, so
that these stay a test. Regions, seas and ranges have no population and span countries, so that other names speak neither
for them nor against them.
"""

from __future__ import annotations

import itertools
import random
import re
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from table import Table, labeled_table

from geomap.articles import as_articles
from geomap.gazetteer import Candidate, Gazetteer, fold
from geomap.geometry import distance_km
from geomap.pipeline import Geoparser
from geomap.resolution._candidates import Batch, build_batch
from geomap.resolution._resolver import joined
from geomap.resolution._signals import compute_signals

SUITES = Path(__file__).resolve().parents[3] / "tests" / "benchmarks" / "suites"
SEED = 29
NEAR_KM = 60.0
SMALLEST = 15_000
# How many times better known than any other place of the name, so that nobody would mean another.
MARGIN = 2.0
MEASURED = 500_000
# What a place is worth beside a town of the same population, when nothing else is said.
STANDING = {"PPLC": 8.0, "PPLA": 2.0, "ADM2": 0.2, "ADM1": 0.5, "PPLX": 0.3}
ALONE = (
    "Two people were hurt when a bus overturned in {}.",
    "{} has a new library.",
    "She was born in {} and still lives there.",
    "Hundreds marched through {} last night.",
    "The court in {} heard the case.",
    "Heavy rain fell on {}.",
    "{}",
    "He flew to {} this morning.",
)
TOLD = (
    "Farmers from {name} met ministers. The drought has hurt most of {container}.",
    "In {container}, prices rose again. Shops in {name} closed early.",
    "{name} lies in {container}.",
    "Officials in {container} said the bridge at {name} was safe.",
    "Rain is forecast for {container}. Schools in {name} stay open.",
)
# Where {0} is the region, the others a country or a town.
REGIONS = (
    "Ministers spoke of the {0} for an hour.",
    "{0}",
    "The {0} has changed, she wrote.",
    "Traders from {1}, {0} and {2} met.",
    "Prices in {1} and {0} fell while those in {2} rose.",
    "The route leads from {1} by {0} to {2}.",
    "Reports from {1} said that the {0} was calm.",
)
# Where {0} is the name to learn from, {1} a large town, near which there may be another place of that name.
COMPANY = (
    "{0} beat {1} 2-0.",
    "{1} lost to {0} after extra time.",
    "The train from {1} to {0} was late.",
    "Schools in {0} and {1} have reopened.",
    "She left {1} for {0} with her family.",
    "Offices in {1}, {0} and {2} will close.",
    "The mayor of {1} welcomed students from {0}.",
)
LARGE, MILLION = 100_000, 1_000_000
# How many times better known a place is than its namesake near the other town, so that it is meant in spite of that.
RENOWNED = 20.0
BESIDE_KM, NEARER_KM, APART_KM = 150.0, 600.0, 300.0
REGION_CLASSES = frozenset("HLT")
RIVERS = frozenset(("STM", "LK", "RSV", "CNL"))
NAMES_ALONE, NAMES_IN_COMPANY, NAMES_TOLD, NAMES_OF_REGIONS = 8_000, 5_000, 3_000, 3_000


@dataclass(frozen=True)
class Example:
    """A text, its mentions (start, end), of which the first is the one to learn from, and what it means.

    ``places`` are those that it may mean, the likeliest first: of three villages of a name in a country the largest.
    """

    text: str
    spans: tuple[tuple[int, int], ...]
    places: tuple[Candidate, ...]
    name: str


def tables(parser: Geoparser, *, weight: float, share: float = 1.0) -> list[Table]:
    """Return one table each of names alone, in company and with a container, and of regions, or of a share of these."""
    gazetteer = parser.gazetteer
    names = _shared_names(gazetteer)
    draw = random.Random(SEED)
    draw.shuffle(names)
    # What is named most is rare among all names: large places first.
    names.sort(key=lambda name: -min(_largest(gazetteer, name), MEASURED) // MEASURED)
    made = {
        "names alone": (_alone(names, gazetteer, draw), NAMES_ALONE),
        "names with a container": (_told(names, gazetteer, draw), NAMES_TOLD),
        "regions": (_regions(names, gazetteer, draw), NAMES_OF_REGIONS),
        "names in company": (_in_company(names, gazetteer, draw), NAMES_IN_COMPANY),
    }
    return [_table(name, list(some)[: int(share * count)], parser, weight) for name, (some, count) in made.items()]


def regions(gazetteer: Gazetteer) -> list[Candidate]:
    """Return the regions, seas, ranges and others without a population that are the best known of their name.

    What spans countries is, even if a division is named after its share: the Sahel, the Red Sea. Rivers that share their
    name with towns are left out: "Jordan" and "Orange" are mostly something else.
    """
    found = {}
    for entry in gazetteer.iter_names():
        candidates = gazetteer.candidates([entry.folded], limit=10)[entry.folded]
        named = [each for each in candidates if each.feature_class in REGION_CLASSES and each.kind == 0]
        rival = max((each.population for each in candidates), default=0)
        if not named:
            continue
        clear = rival < SMALLEST and (len(candidates) == 1 or named[0].feature_code not in RIVERS)
        if clear or (_spans_countries(named[0]) and not any(_is_country(each) for each in candidates)):
            found[named[0].row] = named[0]
    return list(found.values())


def _spans_countries(place: Candidate) -> bool:
    return not place.country_code and place.feature_code not in {"RGNH", *RIVERS}


def _is_country(place: Candidate) -> bool:
    return (place.feature_code or "").startswith("PCL")


def _regions(names: list[str], gazetteer: Gazetteer, draw: random.Random) -> Iterator[Example]:
    """Yield each region that is learned from in forms drawn by a seed, beside large towns and countries."""
    apart = _kept_apart()
    learned = [each for each in regions(gazetteer) if not is_kept_apart(each.name) and fold(each.name) not in apart]
    large = [name for name in names if _largest(gazetteer, name) > MEASURED]
    beside = [*large, *(gazetteer.country_name(each.country_code) or "Chad" for each in learned)]
    for place in learned:
        for pattern in draw.sample(REGIONS, 2):
            others = draw.sample(beside, 2)
            text = pattern.format(place.name, *others)
            spans = tuple((at, at + len(name)) for name in (place.name, *others) if (at := text.find(name)) >= 0)
            if all(text.count(name) == 1 for name in (place.name, *(each for each in others if each in text))):
                yield Example(text, spans, (place,), place.name)


def _shared_names(gazetteer: Gazetteer) -> list[str]:
    """Return the main names of towns from which may be learned."""
    kept_apart = _kept_apart()
    found: dict[str, None] = {}
    for entry in gazetteer.iter_names():
        if entry.population < SMALLEST or entry.folded in kept_apart:
            continue
        candidates = gazetteer.candidates([entry.folded])[entry.folded]
        largest = max(candidates, key=lambda each: each.population)
        measured = largest.population > MEASURED or any(each.feature_code == "PPLC" for each in candidates)
        if len(candidates) > 1 and not (measured and is_kept_apart(largest.name)):
            found |= dict.fromkeys(
                each.name for each in candidates if each.feature_class == "P" and each.kind == 0 and each.population
            )
    return sorted(found)


def _largest(gazetteer: Gazetteer, name: str) -> int:
    return max(each.population for each in gazetteer.candidates([name])[name])


def is_kept_apart(name: str) -> bool:
    """Return whether a measured name is in the half that nothing is learned from."""
    return bool(zlib.crc32(fold(name).encode()) % 2)


def _kept_apart() -> frozenset[str]:
    """Return the folded names of the lists that were made by hand."""
    names = re.findall(r"^([^,\n]+),", (SUITES / "famous.csv").read_text("utf-8"), flags=re.MULTILINE)
    names += re.findall(r"\[([^|\]]+)\|", (SUITES / "small_namesakes.txt").read_text("utf-8"))
    names += (SUITES / "macro_regions.txt").read_text("utf-8").splitlines()
    return frozenset(map(fold, names))


def _renown(place: Candidate) -> float:
    factor = STANDING.get(place.feature_code or "", 1.0)
    if _is_country(place):
        factor = 20.0
    return (place.population + 100) * factor * (1.0 if place.kind == 0 else 0.15)


def _alone(names: Iterable[str], gazetteer: Gazetteer, draw: random.Random) -> Iterator[Example]:
    for name in names:
        ranked = sorted(gazetteer.candidates([name])[name], key=_renown, reverse=True)
        best = ranked[0]
        rivals = [each for each in ranked[1:] if distance_km(best.lat, best.lon, each.lat, each.lon) > NEAR_KM]
        if best.population < SMALLEST or not rivals or _renown(best) < MARGIN * _renown(rivals[0]):
            continue
        pattern = draw.choice(ALONE)
        written = name.upper() if draw.random() < 0.1 else name
        start = pattern.index("{}")
        yield Example(pattern.format(written), ((start, start + len(written)),), (best,), name)


def _in_company(names: Sequence[str], gazetteer: Gazetteer, draw: random.Random) -> Iterator[Example]:
    """Yield large towns with another large town: first near a namesake of theirs, and nearer to it, then anywhere."""
    towns = [each for each in (best_known(name, gazetteer) for name in names) if each and each.population >= LARGE]
    like_divisions = called_like_divisions(gazetteer)
    others = [*towns, *like_divisions]
    for some, within_km in ((others, BESIDE_KM), (others, NEARER_KM), (like_divisions, NEARER_KM), (others, None)):
        for place in towns:
            near = company(place, some, gazetteer, within_km=within_km) if within_km else some
            for other in draw.sample(near, min(len(near), 1)):
                example = _beside(place, other, draw.choice(towns), draw.choice(COMPANY))
                if example is not None:
                    yield example


def _beside(place: Candidate, other: Candidate, third: Candidate, pattern: str) -> Example | None:
    """Return a town with one or two others; None where a name stands in another."""
    text = pattern.format(place.name, other.name, third.name)
    written = list(dict.fromkeys(each.name for each in (place, other, third) if each.name in text))
    spans = tuple((text.index(name), text.index(name) + len(name)) for name in written)
    apart = all(one[1] <= two[0] for one, two in itertools.pairwise(sorted(spans)))
    once = len(written) > 1 and all(text.count(name) == 1 for name in written)
    return Example(text, spans, (place,), place.name) if apart and once else None


def called_like_divisions(gazetteer: Gazetteer) -> list[Candidate]:
    """Return the cities over a million that are mostly called like their division, by that name: New York, Basra."""
    found = {}
    for entry in gazetteer.iter_names():
        if entry.population < MILLION:
            continue
        candidates = gazetteer.candidates([entry.folded])[entry.folded]
        divisions = {
            (each.country_code, each.admin1_code): each.name
            for each in candidates
            if each.feature_code == "ADM1" and each.kind == 0
        }
        for each in candidates:
            name = divisions.get((each.country_code, each.admin1_code))
            if each.feature_class == "P" and each.kind != 0 and each.population >= MILLION and name:
                found[each.row] = each._replace(name=name)
    return list(found.values())


def best_known(name: str, gazetteer: Gazetteer) -> Candidate | None:
    """Return the town that is the best known place of a name, if it bears it as its main name."""
    best = max(gazetteer.candidates([name])[name], key=_renown)
    return best if best.feature_class == "P" and best.name == name else None


def company(
    place: Candidate, towns: Sequence[Candidate], gazetteer: Gazetteer, *, within_km: float = BESIDE_KM
) -> list[Candidate]:
    """Return the towns, far from a place, near which lies a namesake of it that is far less known, and no other."""
    namesakes = [each for each in gazetteer.candidates([place.name], limit=200)[place.name] if each.row != place.row]
    at = np.array([(each.lat, each.lon) for each in towns])
    near = np.zeros(len(towns), dtype=bool)
    for each in namesakes:
        beside = distance_km(each.lat, each.lon, at[:, 0], at[:, 1]) < within_km
        if each.feature_class == "P" and _renown(place) >= RENOWNED * _renown(each):
            near |= beside
    for each in namesakes:
        if _renown(place) < RENOWNED * _renown(each):
            near &= distance_km(each.lat, each.lon, at[:, 0], at[:, 1]) >= APART_KM
    near &= distance_km(place.lat, place.lon, at[:, 0], at[:, 1]) >= max(APART_KM, 2 * within_km)
    return [towns[number] for number in np.flatnonzero(near).tolist()]


def _told(names: Iterable[str], gazetteer: Gazetteer, draw: random.Random) -> Iterator[Example]:
    for name in names:
        bearers = [
            each
            for each in gazetteer.candidates([name])[name]
            if each.feature_class == "P" and each.kind == 0 and each.population >= 3_000
        ]
        if len(bearers) < 2:
            continue
        place = draw.choice(bearers)
        container = _container(place, gazetteer)
        if not container or container == name or _container(place, gazetteer, first=True) == name:
            continue
        text = draw.choice(TOLD).format(name=name, container=container)
        start, holder = text.index(name), text.index(container)
        if start < holder + len(container) and holder < start + len(name):
            continue
        inside = tuple(each for each in bearers if _container(each, gazetteer) == container)
        yield Example(text, ((start, start + len(name)), (holder, holder + len(container))), inside, name)


def _container(place: Candidate, gazetteer: Gazetteer, *, first: bool = False) -> str:
    if first or place.country_code in {"US", "CA", "AU"}:
        return gazetteer.admin1_name(place.country_code, place.admin1_code) or ""
    return gazetteer.country_name(place.country_code) or ""


def _table(name: str, examples: list[Example], parser: Geoparser, weight: float) -> Table:
    articles = as_articles([each.text for each in examples])
    identifiers = list(articles["article_id"])
    rows = [
        (identifier, "text", start, end, each.text[start:end], number == 0)
        for identifier, each in zip(identifiers, examples, strict=True)
        for number, (start, end) in enumerate(each.spans)
    ]
    spans = pd.DataFrame(rows, columns=["article_id", "field", "start", "end", "toponym", "asked"])
    asked = spans[spans["asked"]].drop(columns="asked").reset_index(drop=True)
    together = joined(articles, asked, spans[~spans["asked"]].drop(columns="asked"))
    batch = build_batch(articles, together, parser.gazetteer)
    group_of = batch.mention_group[together["_given"].to_numpy(dtype=bool)]
    return _labeled(name, batch, group_of, examples, weight)


def _labeled(name: str, batch: Batch, group_of: np.ndarray, examples: list[Example], weight: float) -> Table:
    signals = compute_signals(batch)
    groups = len(batch.starts) - 1
    right = np.zeros(len(batch.group), dtype=bool)
    label = np.zeros(len(batch.group), dtype=np.int64)
    asked = np.zeros(groups, dtype=np.int64)
    for group, example in zip(group_of, examples, strict=True):
        if group < 0:
            continue
        asked[group] = 1
        rows = np.arange(batch.starts[group], batch.starts[group + 1])
        near = [
            distance_km(place.lat, place.lon, batch.columns.lat[rows], batch.columns.lon[rows]) <= NEAR_KM
            for place in example.places
        ]
        right[rows] = np.any(near, axis=0)
        best = np.array([batch.places[row].row == example.places[0].row for row in rows])
        label[rows] = np.where(best, 2, right[rows].astype(int))
    return labeled_table(
        name,
        batch,
        signals,
        right,
        label,
        asked,
        weight=np.full(groups, weight),
        gold=len(examples),
        # Folds are dealt by name: no name is both learned from and measured on.
        outlets=[example.name for example in examples],
    )
