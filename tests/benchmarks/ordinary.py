"""Suites of ordinary text: names alone, two cities, well-known names, small namesakes, names with a container, and regions.

    python tests/benchmarks/ordinary.py [--only alone] [--part develop] [--show 20]

The suites are made by rule from the embedded gazetteer, or from the lists in ``suites/`` that were written before anything
was measured on them. Items are never taken out. A name that stands alone is right within 60 km of the place meant, or at a
place of that name with at least its population; with a container only within 60 km of the place in it. Each suite is
measured twice: the whole line, and resolution alone, whose mentions are given.
"""

from __future__ import annotations

import argparse
import csv
import random
import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pandas as pd
from pages import ROOT, markdown

sys.path.append(str(ROOT / "data" / "recipes" / "ranker"))
from ordinary_text import best_known, company, is_kept_apart, regions

import geomap
from geomap.articles import as_articles
from geomap.gazetteer import Candidate, Gazetteer, fold
from geomap.geometry import distance_km

SUITES = Path(__file__).parent / "suites"
SEED = 13
NEAR_KM = 60.0
# Large areas have a point by convention alone.
AREA_KM = 1500.0
# The ten everyday forms of a name alone; of the sixth, a headline in capitals, more is forgiven.
FORMS = {
    "fire": "A fire broke out in {} on Monday.",
    "police": "Police in {} arrested a man.",
    "subject": "{} is great.",
    "live": "I have lived in {} for ten years.",
    "cell": "{}",
    "headline": "THREE KILLED IN {} BLAST",
    "dateline": "{}, March 3 - Officials said that the talks had ended.",
    "flight": "Flights to {} were canceled because of fog.",
    "mayor": "The mayor of {} resigned after the vote.",
    "possessive": "{}'s schools will reopen next week.",
}
CONTAINED = {
    "bracket": "The factory in {name} ({container}) closed.",
    "comma": "The factory in {name}, {container}, closed.",
    "in": "Voters of {name} in {container} went to the polls.",
    "town": "The {container} town of {name} was flooded.",
    "owned": "{container}'s {name} was flooded on Friday.",
    "dateline": "{name}, {container} - The river rose again.",
    "near": "A bus overturned near {name}, {container}, on Friday.",
    "later": "The mayor of {name} said that help from the rest of {container} was needed.",
}
REGIONS = {
    "exports": "Exports from Japan, the {} and Brazil rose.",
    "alone": "The {} is changing fast.",
    "cell": "{}",
    "crossed": "Refugees crossed the {} on foot.",
    "storm": "A storm over the {} moved toward Spain.",
    "towns": "Flights from Lagos and Mumbai over the {} were late.",
    "headline": "WAR FEARS GROW IN THE {}",
    "dateline": "KABUL, March 3 - Leaders of the {} met again.",
    "possessive": "The {}'s future is unclear.",
    "list": "He has worked in Chile, Norway and the {}.",
}
# Two large towns in one sentence, near the first of which lies a hamlet with the name of the second.
COMPANY = {
    "match": "{other} beat {name} 3-1 on Sunday.",
    "flight": "A flight from {other} to {name} was delayed.",
    "shops": "Shops in {other} and {name} will close early.",
    "tour": "The tour stops in {other}, {name} and Oslo.",
    "suspect": "Officials in {other} said that a suspect from {name} had been arrested.",
    "anywhere": "{other} and {name} have signed an agreement.",
}
TOGETHER = 400
PAIRS = 600
SMALLEST = 5_000


@dataclass(frozen=True)
class Item:
    """A text, where in it the name stands, and which places are right.

    Attributes
    ----------
    suite, form
        What it belongs to.
    text, start, end
        The text, and the name's offsets in it.
    right
        Points (latitude, longitude) of which one must be near; none where the gazetteer has no such place, so that no
        answer is the right one.
    within_km
        How near.
    """

    suite: str
    form: str
    text: str
    start: int
    end: int
    right: tuple[tuple[float, float], ...]
    within_km: float = NEAR_KM


def items_of(text: str, name: str, **rest: object) -> Item:
    """Return the item of a name that stands once in a text."""
    start = text.index(name)
    return Item(text=text, start=start, end=start + len(name), **rest)  # type: ignore[arg-type]


class Suites:
    """All suites over one gazetteer."""

    def __init__(self, gazetteer: Gazetteer) -> None:
        self.gazetteer = gazetteer

    @cached_property
    def places(self) -> list[Candidate]:
        """Every populated place of 5,000 and more, the most populous first."""
        found: dict[int, Candidate] = {}
        names = [entry.folded for entry in self.gazetteer.iter_names() if entry.population >= SMALLEST]
        for candidates in self.gazetteer.candidates(names).values():
            for place in candidates:
                if place.feature_class == "P" and place.feature_code != "PPLX" and place.population >= SMALLEST:
                    found[place.row] = place
        return [found[row]._replace(kind=0) for row in sorted(found)]

    def alone(self) -> Iterator[Item]:
        """Yield every capital over 20,000 and every city over 500,000 in ten everyday forms."""
        for place in self.places:
            capital = place.feature_code == "PPLC" and place.population > 20_000
            if not capital and place.population <= 500_000:
                continue
            suite = "capitals alone" if capital else "cities alone"
            if is_kept_apart(place.name):
                suite += ", never learned from"
            yield from self._alone(place, suite)

    def _alone(self, place: Candidate, suite: str) -> Iterator[Item]:
        for form, pattern in FORMS.items():
            name = place.name.upper() if form == "headline" else place.name
            yield items_of(pattern.format(name), name, suite=suite, form=form, right=self._as_large(place))

    def _as_large(self, place: Candidate) -> tuple[tuple[float, float], ...]:
        """Return the points of the place and of those of its name with at least its population."""
        same = self.gazetteer.candidates([place.name])[place.name]
        every = [place, *(each for each in same if each.population >= place.population)]
        return tuple(dict.fromkeys((each.lat, each.lon) for each in every))

    def together(self) -> Iterator[Item]:
        """Yield pairs of cities over 500,000, in six forms; in the last one the other city may be any."""
        named = {each.name: best_known(each.name, self.gazetteer) for each in self.places if each.population > 500_000}
        cities = [each for each in named.values() if each and each.population > 500_000]
        measured = [each for each in cities if is_kept_apart(each.name)]
        draw = random.Random(SEED)
        pairs = [(city, other) for city in measured for other in company(city, cities, self.gazetteer)]
        for city, beside in draw.sample(pairs, TOGETHER):
            for form, pattern in COMPANY.items():
                other = draw.choice(cities) if form == "anywhere" else beside
                text = pattern.format(other=other.name, name=city.name)
                if text.count(city.name) == 1 and other.name not in city.name:
                    yield items_of(text, city.name, suite="two cities", form=form, right=self._as_large(city))

    def famous(self, part: str) -> Iterator[Item]:
        """Yield well-known names with well-known namesakes, in the ten forms; half of them are kept for the last test."""
        for row in _rows(SUITES / "famous.csv"):
            if row["part"] != part:
                continue
            place = self._of(row["name"], row["country_code"])
            far = AREA_KM if place.feature_class == "A" else NEAR_KM
            for item in self._alone(place._replace(name=row["name"]), f"famous names ({part})"):
                yield Item(**{**vars(item), "within_km": far})

    def regions(self) -> Iterator[Item]:
        """Yield thirty macro regions and every other that nothing is learned from, in ten forms."""
        macro = {name: self._region(name) for name in (SUITES / "macro_regions.txt").read_text("utf-8").splitlines()}
        others = {each.name: each for each in regions(self.gazetteer) if is_kept_apart(each.name)}
        for name, place in (others | macro).items():
            suite = "macro regions" if name in macro else "regions, never learned from"
            for form, pattern in REGIONS.items():
                written = name.upper() if form == "headline" else name
                yield items_of(pattern.format(written), written, suite=suite, form=form, right=_at(place))

    def _region(self, name: str) -> Candidate:
        return next(each for each in self.gazetteer.candidates([name])[name] if each.feature_class in "HLT")

    def _of(self, name: str, country: str, admin1: str = "") -> Candidate:
        found = [
            each
            for each in self.gazetteer.candidates([name])[name]
            if each.country_code == country
            and (not admin1 or each.admin1_code == admin1)
            and each.feature_class in "PA"
            and each.feature_code not in {"ADM1", "ADM2"}
        ]
        if not found:
            raise SystemExit(f"suites: no {name!r} in {country}.{admin1}")
        return max(
            found, key=lambda each: ((each.feature_code or "").startswith("PCL"), each.kind == 0, each.population)
        )

    def small(self) -> Iterator[Item]:
        """Yield small namesakes of well-known places, with one word of context."""
        lines = (SUITES / "small_namesakes.txt").read_text("utf-8").splitlines()
        for line in filter(None, map(str.strip, lines)):
            marked = re.search(r"\[([^|]+)\|([A-Z]{2})(?:\.(\w+))?\]", line)
            assert marked is not None, line
            place = self._of(marked[1], marked[2], marked[3] or "")
            text = line.replace(marked[0], marked[1])
            yield Item("small namesakes", "context", text, marked.start(), marked.start() + len(marked[1]), _at(place))

    def pairs(self) -> Iterator[Item]:
        """Yield pairs of places of one name in different containers, each with its container in eight forms."""
        for number, (name, one, other) in enumerate(self._drawn()):
            for place in (one, other):
                container = self._container(place)
                for form, pattern in CONTAINED.items():
                    text = pattern.format(name=name, container=container)
                    yield self._item(text, name, container, "containers", form, self._within(name, container))
            if number < PAIRS // 2:
                yield from self._elsewhere(name, number)

    def _within(self, name: str, container: str) -> tuple[tuple[float, float], ...]:
        """Return the points of all populated places of a name in a container: "Westbury in England" may be any of three."""
        every = self.gazetteer.candidates([name], limit=1000)[name]
        inside = [each for each in every if each.feature_class == "P" and self._container(each) == container]
        return tuple((each.lat, each.lon) for each in inside)

    def _item(
        self, text: str, name: str, container: str, suite: str, form: str, right: tuple[tuple[float, float], ...]
    ) -> Item:
        start = (
            text.index(name)
            if CONTAINED[form].index("{name}") < CONTAINED[form].index("{container}")
            else (text.rindex(name))
        )
        return Item(suite, form, text, start, start + len(name), right)

    def _elsewhere(self, name: str, number: int) -> Iterator[Item]:
        """Yield the name in a country that has no such place: no answer is the right one."""
        have = {each.country_code for each in self.gazetteer.candidates([name], limit=1000)[name]}
        without = [code for code in ("TR", "PL", "TH", "KE", "FI", "JP", "PE", "EG", "VN") if code not in have]
        if without:
            container = self.gazetteer.country_name(without[number % len(without)]) or ""
            for form in ("bracket", "comma"):
                text = CONTAINED[form].format(name=name, container=container)
                yield self._item(text, name, container, "not in the container", form, ())

    def _drawn(self) -> list[tuple[str, Candidate, Candidate]]:
        by_name: dict[str, list[Candidate]] = {}
        for place in self.places:
            if place.name.isascii() and self._container(place):
                by_name.setdefault(place.name, []).append(place)
        shared = []
        for name, bearers in sorted(by_name.items()):
            largest: dict[str, Candidate] = {}
            for each in bearers:
                largest.setdefault(self._container(each), each)
            distinct = [each for each in largest.values() if fold(self._container(each)) != fold(name)]
            if len(distinct) > 1:
                shared.append((name, distinct))
        draw = random.Random(SEED)
        draw.shuffle(shared)
        return [(name, *draw.sample(bearers, 2)) for name, bearers in shared[:PAIRS]]  # type: ignore[misc]

    def _container(self, place: Candidate) -> str:
        """Return the state of a place in the United States, Canada or Australia, else its country."""
        if place.country_code in {"US", "CA", "AU"}:
            return self.gazetteer.admin1_name(place.country_code, place.admin1_code) or ""
        return self.gazetteer.country_name(place.country_code) or ""


def _at(place: Candidate) -> tuple[tuple[float, float], ...]:
    return ((place.lat, place.lon),)


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def answers(items: list[Item], parser: geomap.Geoparser, *, given: bool) -> pd.DataFrame:
    """Return what became of each item: ``right``, ``elsewhere``, ``nil`` or ``not found``.

    Parameters
    ----------
    items
        One article each.
    parser
        What reads them.
    given
        Whether the mention is given, so that only its resolution is measured.
    """
    articles = pd.DataFrame({"article_id": [str(n) for n in range(len(items))], "text": [each.text for each in items]})
    articles = as_articles(articles)
    if given:
        spans = pd.DataFrame(
            {
                "article_id": articles["article_id"],
                "field": "text",
                "start": [each.start for each in items],
                "end": [each.end for each in items],
                "toponym": [each.text[each.start : each.end] for each in items],
            }
        )
        mentions = parser.resolve(articles, spans)
    else:
        mentions = parser.geoparse(articles)
    by_article = dict(iter(mentions.groupby("article_id", observed=True)))
    rows = []
    for number, item in enumerate(items):
        verdict, answer = _verdict(item, by_article.get(str(number), mentions.iloc[:0]))
        rows.append({"suite": item.suite, "form": item.form, "text": item.text, "verdict": verdict, "answer": answer})
    return pd.DataFrame(rows)


def _verdict(item: Item, mentions: pd.DataFrame) -> tuple[str, str]:
    overlapping = mentions[
        (mentions["field"] == "text") & (mentions["start"] < item.end) & (mentions["end"] > item.start)
    ]
    if not len(overlapping):
        return ("right" if not item.right else "not found"), ""
    resolved = overlapping[overlapping["status"] == "resolved"]
    if not len(resolved):
        return ("right" if not item.right else "nil"), ""
    one = resolved.iloc[0]
    near = any(
        float(distance_km(lat, lon, one.geometry.y, one.geometry.x)) <= item.within_km for lat, lon in item.right
    )
    answer = f"{one['name']}, {one['admin1']}, {one['country']} ({one['confidence']:.2f})"
    return ("right" if near else "elsewhere"), answer


def summary(table: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    """Return the shares of each verdict in percent."""
    counts = table.groupby(by, sort=False)["verdict"].value_counts().unstack(fill_value=0)
    counts = counts.reindex(columns=["right", "elsewhere", "nil", "not found"], fill_value=0)
    total = counts.sum(axis=1)
    shares = counts.div(total, axis=0) * 100
    return shares.round(2).assign(items=total)


def suites(gazetteer: Gazetteer, *, part: str = "develop") -> dict[str, Iterable[Item]]:
    """Return the suites by name."""
    every = Suites(gazetteer)
    return {
        "alone": every.alone(),
        "together": every.together(),
        "famous": every.famous(part),
        "small": every.small(),
        "pairs": every.pairs(),
        "regions": every.regions(),
    }


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--only", choices=["alone", "together", "famous", "small", "pairs", "regions"])
    options.add_argument(
        "--part", choices=["develop", "test"], default="develop", help="which half of the famous names"
    )
    options.add_argument("--show", type=int, default=0, help="how many wrong answers of each suite to print")
    options.add_argument("--given", action="store_true", help="resolution alone: mentions are given")
    options.add_argument("--sample", type=float, default=1.0, help="share of each suite to measure, drawn by a seed")
    given = options.parse_args()
    parser = geomap.Geoparser()
    for name, items in suites(parser.gazetteer, part=given.part).items():
        if given.only in (None, name):
            chosen = [item for item in items if random.Random(item.text).random() < given.sample]
            table = answers(chosen, parser, given=given.given)
            print(markdown(summary(table, ["suite"]), first="suite"), "\n", flush=True)
            print(markdown(summary(table, ["suite", "form"]), first="suite, form"), "\n", flush=True)
            wrong = table[table["verdict"] != "right"]
            for row in wrong.sample(min(given.show, len(wrong)), random_state=1).itertuples():
                print(f"  {row.verdict:<10} {row.text!r} -> {row.answer}")


if __name__ == "__main__":
    main()
