"""Approximate places: the area in which a place lies that no gazetteer holds, such as a street, a camp or a village.

A mention that stays nil and is probably a place gets the area of a name beside it: the one that the text says outright, one
inside its own name ("Basra International Stadium"), the nearest in its sentence, the last before it, or the article's focus.
None counts that lies across the world from what the article is about. The place is then somewhere within ``radius_km`` of
that name's place: an area, no point to count or draw as such.
"""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from geomap._text import sentence_bounds
from geomap.errors import ResourceDamaged
from geomap.gazetteer import Candidate, Gazetteer, NameKind, fold
from geomap.geometry import distance_km
from geomap.resources._loading import read_resource
from geomap.tables import PLACE, WITHIN, Floats, chances, field_texts

SOURCES = ("inside", "explicit", "sentence", "before", "focus")
"""Where an area may come from, the surest first."""
NEEDED: Mapping[str, float] = {"inside": 0.0, "explicit": 0.0, "sentence": 0.35, "before": 0.5, "focus": 0.6}
"""The share of the article's places that must lie around an area from each source."""
AROUND_KM = 300.0
INSIDE_KM = 60.0
CITY = 100_000
_OWN_NAMES = (NameKind.MAIN, NameKind.ALTERNATE)
SURE = 0.5
LEAST_PLACE = 0.5
RADII = ("inside", "explicit", "beside")
"""Where a radius was learned: of areas that stand only beside a mention the surest are no nearer to the truth."""
# A ring grows with the square root of how widely the places are spread: fitted freely, its growth follows the few farthest.
SPREAD_POWER = 0.5
NEAREST_SPREAD_KM, FARTHEST_SPREAD_KM, UNKNOWN_SPREAD_KM, UNIT_SPREAD_KM = 10.0, 300.0, 50.0, 100.0
SHORTEST_INSIDE = 4
FOLLOWS = 5  # characters that a name behind a mention is nearer than one before it
# Streets bear the names of places far away.
_STREETS = frozenset(
    (
        "street",
        "st",
        "road",
        "rd",
        "avenue",
        "ave",
        "drive",
        "lane",
        "boulevard",
        "highway",
        "route",
        "pike",
        "way",
        "court",
    )
)
# "The Shomali bridge in Mosul": what may stand between a name and the word that tells where it lies.
_NOUNS = (
    "airfield|airport|airstrip|area|base|block|bridge|camp|cemetery|checkpoint|church|clinic|crossing|dam|depot|district|"
    "estate|factory|farm|field|hamlet|hill|hospital|hotel|market|mine|mosque|neighbou?rhood|park|plant|port|prison|quarter|"
    "refinery|river|school|settlement|slum|square|stadium|station|street|suburb|temple|township|valley|village|ward"
)
_EXPLICIT = re.compile(
    rf"\s?(?:,|\(|(?<=\s)(?:(?:[a-z]+\s)?(?:{_NOUNS})\s)?(?:in|of|near|outside|inside|within|at)(?:\sthe)?)\s?"
    r"(?:(?:the|an?|[a-z]+)\s){0,3}"
)
_OWNER = re.compile(r"['’]s\s(?:[a-z]+\s){0,2}")


class Container(NamedTuple):
    """What an unknown place lies in: a mention of the table by its position, or else a feature that no mention has."""

    lat: float
    lon: float
    row: int = -1
    feature: Candidate | None = None


@dataclass(frozen=True)
class Area:
    """The area of a mention: from which source, around what, and how widely the article's other places are spread."""

    row: int
    source: str
    container: Container
    spread_km: float


@dataclass(frozen=True)
class RingModel:
    """How large a ring must be, and how probable it is that a nil mention is a place at all.

    Parameters
    ----------
    inside
        The share of the rings that hold the truth.
    log_km
        By :data:`RADII`, the logarithm of the radius in kilometers; of what stands only beside a mention, where the
        article's other places are spread over 100 km.
    place
        ``intercept`` and ``recognition`` of a logistic regression on the log odds of the recognition score.
    """

    inside: float
    log_km: Mapping[str, float]
    place: Mapping[str, float]

    def radius_km(self, area: Area) -> float:
        """Return the radius of an area's ring."""
        return float(np.exp(self.log_km[radius_of(area.source)] + growth(area)))

    def place_probability(self, score: Floats) -> Floats:
        """Return how probable it is that spans of these scores are places; 1 without a score, as of a person's span."""
        held = np.clip(np.where(np.isnan(score), 0.5, score), 0.002, 0.998)
        odds = self.place["intercept"] + self.place["recognition"] * (np.log(held) - np.log1p(-held))
        return np.where(np.isnan(score), 1.0, 1.0 / (1.0 + np.exp(-odds)))

    @classmethod
    def read(cls, content: bytes) -> RingModel:
        """Return the model of a file that ``data/recipes/dots/rings.py`` wrote."""
        read = json.loads(content)
        if tuple(read["log_km"]) != RADII:
            raise ResourceDamaged("rings.json was fitted to other sources; rebuild it by data/recipes/dots/rings.py")
        return cls(read["inside"], read["log_km"], read["place"])


@cache
def shipped() -> RingModel:
    """Return the model that ships."""
    return RingModel.read(read_resource("rings.json"))


def radius_of(source: str) -> str:
    """Return under which name the radius of areas from a source was learned."""
    return source if source in RADII else RADII[-1]


def growth(area: Area) -> float:
    """Return what the spread of the article's places adds to the logarithm of a radius; 0 where a name says the place."""
    if area.source in RADII:
        return 0.0
    known = area.spread_km if np.isfinite(area.spread_km) else UNKNOWN_SPREAD_KM
    return SPREAD_POWER * float(np.log(np.clip(known, NEAREST_SPREAD_KM, FARTHEST_SPREAD_KM) / UNIT_SPREAD_KM))


def with_approximate_places(
    articles: pd.DataFrame,
    table: pd.DataFrame,
    gazetteer: Gazetteer,
    *,
    min_confidence: float,
    model: RingModel | None = None,
) -> pd.DataFrame:
    """Return mentions in which nil ones that are probably places have the area that they lie in.

    Parameters
    ----------
    articles
        The articles table.
    table
        Mentions in article order then text order, as :func:`~geomap.resolution._relative.with_relative_places` returns them.
    gazetteer
        Looks up names inside names.
    min_confidence
        The least probability that the truth lies in the ring.
    model
        By default the one that ships.

    Notes
    -----
    Such a mention is ``resolved`` to what it lies in, its ``precision`` is ``within``, and ``radius_km`` that of the ring.
    ``confidence`` is the share of such rings that hold the truth, ``dot_probability`` that and the span's being a place.
    """
    model = model or shipped()
    score = table["recognition_score"].to_numpy(dtype=np.float64, na_value=np.nan)
    place = model.place_probability(score)
    asked = (table["status"] == "nil") & (table["kind"] == "toponym") & (place >= LEAST_PLACE)
    asked &= place * model.inside >= min_confidence
    if not asked.any():
        return table
    found = pd.DataFrame(
        [_values(area, table, gazetteer, model, place) for area in areas(articles, table, gazetteer, asked.to_numpy())]
    )
    if not len(found):
        return table
    rows = table.index[found.pop("row")]
    result = table.copy()
    for name in found.columns:
        column = result[name].astype(object)
        column.loc[rows] = found[name].astype(object).to_numpy()
        result[name] = column
    return result


def _values(area: Area, table: pd.DataFrame, gazetteer: Gazetteer, model: RingModel, place: Floats) -> dict[str, Any]:
    holder = area.container
    if holder.feature is not None:
        described = gazetteer.describe(holder.feature)
        values = {name: described[name] for name in PLACE} | {"population": holder.feature.population or None}
    else:
        place_of = table.iloc[holder.row]
        values = {name: place_of[name] for name in PLACE}
    return {
        "row": area.row,
        **values,
        "lat": holder.lat,
        "lon": holder.lon,
        "status": "resolved",
        "confidence": model.inside,
        "dot_probability": model.inside * float(place[area.row]),
        "precision": WITHIN,
        "radius_km": round(model.radius_km(area), 1),
    }


def areas(
    articles: pd.DataFrame, table: pd.DataFrame, gazetteer: Gazetteer, asked: np.ndarray[Any, np.dtype[np.bool_]]
) -> Iterator[Area]:
    """Yield the areas of those mentions that are asked for and have one; the same name has the same in an article."""
    texts = field_texts(articles)
    for article_id, rows in table.assign(position=np.arange(len(table)), is_asked=asked).groupby(
        "article_id", sort=False
    ):
        if rows["is_asked"].any():
            of_fields = {field: texts[field][str(article_id)] for field in rows["field"].unique()}
            yield from _Article(of_fields, rows, gazetteer).areas()


class _Article:
    """The mentions of one article: those with a place, and those that are to get one."""

    def __init__(self, texts: Mapping[str, str], rows: pd.DataFrame, gazetteer: Gazetteer) -> None:
        sure = (rows["status"] == "resolved") & (chances(rows).astype(float) >= SURE) & (rows["feature_class"] != "X")
        self._texts, self._gazetteer = texts, gazetteer
        self._bounds = {field: sentence_bounds(text) for field, text in texts.items()}
        self._asked = rows[rows["is_asked"]]
        self._country: str | None = None
        self._set_known(rows[sure & rows["lat"].notna()])

    def _set_known(self, known: pd.DataFrame) -> None:
        self._known = known
        code, kind = known["feature_code"].fillna(""), known["feature_class"].fillna("")
        self._wide = code.str.startswith("PCL") | (code == "ADM1")
        # Rivers, seas and regions have a point that says little about what is beside them.
        self._fine = known[~self._wide & ~kind.isin(["H", "L"]) & (known["kind"] != "demonym")]
        self._lat, self._lon = (known[name].to_numpy(dtype=np.float64) for name in ("lat", "lon"))
        self._focus = self._middle() if len(self._fine) else None

    def _middle(self) -> Container:
        """Return the town around which most of the article's places lie, the first of equals."""
        lat, lon = (self._fine[name].to_numpy(dtype=np.float64)[:, None] for name in ("lat", "lon"))
        around = np.asarray(distance_km(lat, lon, self._lat, self._lon)) <= AROUND_KM
        return self._of(self._fine.index[int(np.argmax(around.sum(axis=1)))])

    def _in(self, area: pd.Series[Any]) -> _Article:
        """Return the same article with the places alone that lie in a country or a division."""
        narrowed = copy.copy(self)
        known = self._known[~self._wide & (self._known["country_code"] == area["country_code"])]
        narrowed._country = area["country_code"]
        narrowed._set_known(known if area["feature_code"] != "ADM1" else known[known["admin1"] == area["admin1"]])
        return narrowed

    def areas(self) -> Iterator[Area]:
        """Yield the area of each mention asked for."""
        best: dict[str, Area] = {}
        names = [fold(toponym) for toponym in self._asked["toponym"]]
        for name, mention in zip(names, self._asked.itertuples(index=False), strict=True):
            area = self._area(mention)
            if area and (name not in best or SOURCES.index(area.source) < SOURCES.index(best[name].source)):
                best[name] = area
        for name, row in zip(names, self._asked["position"].tolist(), strict=True):
            if name in best:
                chosen = best[name]
                yield Area(row, chosen.source, chosen.container, chosen.spread_km)

    def _area(self, mention: Any) -> Area | None:
        outright = self._outright(mention)
        if outright is not None and self._wide.loc[outright]:
            article = self._in(self._known.loc[outright])
            found = article._containers(mention)
        else:
            article, found = self, self._containers(mention, outright)
        for source, container in found:
            if article._support(container) >= NEEDED[source]:
                return Area(int(mention.position), source, container, article._spread(container))
        return None

    def _containers(self, mention: Any, outright: Any = None) -> Iterator[tuple[str, Container]]:
        """Yield what a mention may lie in, the likeliest first."""
        if outright is not None:
            yield "explicit", self._of(outright)
        inside = self._inside(mention.toponym)
        if inside is not None:
            yield "inside", inside
        for label in self._in_sentence(mention):
            yield "sentence", self._of(label)
        same = self._fine[(self._fine["field"] == mention.field) & (self._fine["end"] <= mention.start)]
        for label in same.index[::-1]:
            yield "before", self._of(label)
        if self._focus is not None:
            yield "focus", self._focus

    def _outright(self, mention: Any) -> Any:
        """Return the name that the text says a mention lies in ("Shifa, Mosul", "Mosul's Shifa"), by its label."""
        text = self._texts[mention.field]
        same = self._known[(self._known["field"] == mention.field) & (self._known["kind"] == "toponym")]
        behind, before = same[same["start"] >= mention.end], same[same["end"] <= mention.start]
        if len(behind) and _EXPLICIT.fullmatch(text, mention.end, int(behind["start"].iloc[0])):
            return behind.index[0]
        if len(before) and _OWNER.fullmatch(text, int(before["end"].iloc[-1]), mention.start):
            return before.index[-1]
        return None

    def _inside(self, toponym: str) -> Container | None:
        """Return the place whose name begins a longer one ("Qayyarah Airstrip"), if it lies near another of the article.

        Where the article has no other, only a city is surely meant ("Cologne Cathedral").
        """
        words = toponym.split()
        if words[-1].casefold().rstrip(".") in _STREETS:
            return None
        parts = [" ".join(words[:count]) for count in range(len(words) - 1, 0, -1)]
        found = self._gazetteer.candidates([part for part in parts if len(part) >= SHORTEST_INSIDE])
        places = next((kept for part in parts if (kept := self._populated(found.get(part, ())))), [])
        if not len(self._known):
            cities = [each for each in places if each.population >= CITY and each.kind in _OWN_NAMES]
            city = max(cities, key=lambda each: each.population, default=None)
            return None if city is None else Container(city.lat, city.lon, feature=city)
        if not len(self._fine):
            return None
        lat, lon = (self._fine[name].to_numpy(dtype=np.float64) for name in ("lat", "lon"))
        away = [float(np.min(distance_km(each.lat, each.lon, lat, lon))) for each in places]
        nearest = int(np.argmin(away)) if away else -1
        if nearest < 0 or away[nearest] > INSIDE_KM:
            return None
        return Container(places[nearest].lat, places[nearest].lon, feature=places[nearest])

    def _in_sentence(self, mention: Any) -> list[Any]:
        """Return the labels of the names in a mention's sentence, the nearest first."""
        bounds = self._bounds[mention.field]
        begin, stop = next(
            ((one, end) for one, end in bounds if one <= mention.start < end), (mention.start, mention.end)
        )
        same = self._fine[(self._fine["field"] == mention.field) & self._fine["start"].between(begin, stop)]
        gaps = np.where(
            same["start"] >= mention.end, same["start"] - mention.end - FOLLOWS, mention.start - same["end"]
        )
        return [same.index[place] for place in np.argsort(gaps, kind="stable")]

    def _of(self, label: Any) -> Container:
        row = self._known.loc[label]
        return Container(float(row["lat"]), float(row["lon"]), row=int(row["position"]))

    def _support(self, container: Container) -> float:
        if not len(self._known):
            return 1.0
        return float(np.mean(distance_km(container.lat, container.lon, self._lat, self._lon) <= AROUND_KM))

    def _spread(self, container: Container) -> float:
        away = np.asarray(distance_km(container.lat, container.lon, self._lat, self._lon))
        others = away[away > 0]
        return float(np.median(others)) if len(others) else float("nan")

    def _populated(self, places: Iterable[Candidate]) -> list[Candidate]:
        """Return the candidates in which something may lie: towns, districts and hills, in the country if one is given."""
        return [
            each
            for each in places
            if each.feature_class in "PAT"
            and each.feature_code not in ("ADM1", "PCLI")
            and self._country in (None, each.country_code)
        ]
