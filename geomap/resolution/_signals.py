"""Signals: the evidence for each candidate, as numbers.

The families are those of the literature (Leidner 2007; Lieberman and Samet 2012; Kamalloo and Rafiei 2018): prominence,
name match, containment in the text, coherence with the article's other names, distance to their candidates, and, where
the publisher (the "outlet") is known, where its other articles are set. Every signal is computed for a whole batch at
once, one entry per row of the batch. Other candidates count by their *mass*: the share of their group that prominence,
and what the text says outright, give them.
"""

from __future__ import annotations

import itertools

import numpy as np
import numpy.typing as npt

from geomap.gazetteer import Candidate
from geomap.gazetteer._model import NameKind
from geomap.geometry import EARTH_RADIUS_KM, distance_km, unit_vectors
from geomap.resolution._candidates import LEAST_EVIDENCE, Batch
from geomap.resolution._context import FOLLOWERS, holds
from geomap.resolution._source_home import SourceHome
from geomap.tables import Floats, Ints

# What only other names in the article can say.
COMPANY = (
    "country_share",
    "first_order_share",
    "second_order_share",
    "country_named",
    "first_order_named",
    "near_25",
    "near_100",
    "near_400",
    "nearest",
    "neighbor",
    "neighbor_kind",
    "dateline_near",
)
NAMES = (
    # How prominent a place is, what it is, and how it bears the name.
    "prominence",
    "prominence_gap",
    "prior",
    "rank",
    "log_population",
    "is_country",
    "is_first_order",
    "is_second_order",
    "is_populated",
    "is_capital",
    "is_seat",
    "is_natural",
    "is_spot",
    "main_name",
    "alternate_name",
    "demonym",
    "abbreviation",
    "log_alternates",
    "name_cut",
    # What the text says about its location.
    "contained",
    "contradicted",
    # What it shares with the article's other names: country, divisions, distance, kind. Missing where there are none.
    "alone",
    *COMPANY,
    # What it shares with the publisher's other articles.
    "outlet_known",
    "outlet_country",
    "outlet_first_order",
    "outlet_second_order",
    "outlet_near",
    "outlet_around",
    # What the words around the mentions say, and how many candidates there are.
    "follower_fits",
    "follower_clashes",
    "preposition",
    "in_title",
    "mentions",
    "candidates",
    "same_name_parent",
)
"""The signals in the order of their columns. The ranker that ships and the column ``alternatives`` rely on it."""

SCALES_KM = (25.0, 100.0, 400.0)
# Another spelling counts as an alternate name; what it is less worth is in its depth.
OTHER_NAMES = (int(NameKind.ALTERNATE), int(NameKind.SPELLING))
METROPOLIS, SHARE_OF_DIVISION = 1_000_000, 0.3  # inhabitants, and the share of a division's inhabitants
# How much a division counts beside that city.
DIVISION_BESIDE_CITY = 0.1
MIN_MASS = 0.02  # candidates with less mass are not evidence for others: they would only add noise and time
NEIGHBORS = 2
NEIGHBOR_CHARACTERS = 40
LEVELS = 5
MISSING = -1.0
CELL_DEGREES = 1.0
CELLS_IN_ROW = 400  # of the grid, with room for a margin on either side
# The signals of a candidate at the publisher's home, so that a home that the user names weighs as much as one that is
# learned: upper quartiles over the right candidates of LGL's local papers.
HOME_SHARE = {
    "outlet_country": 0.88,
    "outlet_first_order": 0.52,
    "outlet_second_order": 0.20,
    "outlet_near": 0.27,
    "outlet_around": 0.36,
}
HOME_KM = 60.0
# How well known a feature is apart from its population, in powers of ten: news names countries and divisions more often
# than towns of the same size, and rivers or mountains have no population at all.
_STANDING = {
    "A.PCLI": 9.0,
    "A.PCLD": 7.5,
    "A.PCLF": 7.5,
    "A.PCLS": 7.5,
    "A.PCLIX": 7.0,
    "A.PCL": 7.5,
    "A.TERR": 7.0,
    "A.ADM1": 6.2,
    "A.ADM2": 3.5,
    "P.PPLC": 6.5,
    "P.PPLA": 5.0,
    "L.CONT": 9.0,
    "L.RGN": 5.5,
    "H.OCN": 8.0,
    "H.SEA": 6.0,
    "H.STM": 4.5,
    "T.MT": 4.0,
}
_STANDING_OF_CLASS = {"A": 3.0, "P": 2.3, "L": 4.5, "H": 4.5, "T": 4.0, "S": 2.8}
# Landmarks, facilities and streets that are listed by hand, and large airports, are there since all the world names them.
_STANDING_OF_LANDMARKS = 6.0
_LANDMARKS = ("geomap:region/", "geomap:airport/")
# What spans countries is known in all of them, better than a division that is named after its share.
_STANDING_ACROSS_COUNTRIES = 8.0


def compute_signals(batch: Batch) -> Floats:
    """Return the signals of every row, shape (rows, len(NAMES))."""
    if not len(batch.group):
        return np.zeros((0, len(NAMES)))
    columns = batch.columns
    prominence, prior = prior_masses(batch)
    best = np.maximum.reduceat(prominence, batch.starts[:-1])[batch.group]
    sizes = np.diff(batch.starts)
    contained, contradicted = area_matches(batch)
    # A name that the text itself locates ("Athens, Ohio") is better evidence for its neighbors than its prominence.
    mass = np.where(columns.trust < LEAST_EVIDENCE, 0.0, _sharpened(batch, prior, contained))
    feature = columns.feature
    is_class = {letter: np.char.startswith(feature, f"{letter}.") for letter in "APHTLS"}
    country = is_class["A"] & (np.char.find(feature, "PCL") >= 0)
    first = feature == "A.ADM1"
    named_country = share_of_others(batch, columns.country, np.where(country, mass, 0.0))
    named_first = share_of_others(batch, columns.admin1, np.where(first, mass, 0.0))
    near = kernel_signals(batch, mass)
    outlet = outlet_signals(batch, mass)
    fits, clashes = _follower_signals(batch, is_class)
    per_group = _per_group(batch)
    table = {
        "prominence": prominence,
        "prominence_gap": prominence - best,
        "prior": prior,
        "rank": _rank(batch, prominence),
        "log_population": np.log10(columns.population + 1),
        "is_country": country,
        "is_first_order": first,
        "is_second_order": feature == "A.ADM2",
        "is_populated": is_class["P"],
        "is_capital": feature == "P.PPLC",
        "is_seat": np.char.startswith(feature, "P.PPLA"),
        "is_natural": is_class["H"] | is_class["T"] | is_class["L"],
        "is_spot": is_class["S"],
        "main_name": columns.kind == 0,
        "alternate_name": np.isin(columns.kind, OTHER_NAMES),
        "demonym": columns.kind == 3,
        "abbreviation": columns.kind == 2,
        "log_alternates": np.log1p(columns.alternates),
        "name_cut": columns.depth,
        "contained": contained,
        "contradicted": contradicted,
        "country_share": share_of_others(batch, columns.country, mass),
        "first_order_share": share_of_others(batch, columns.admin1, mass),
        "second_order_share": share_of_others(batch, columns.admin2, mass),
        "country_named": named_country,
        "first_order_named": named_first,
        "follower_fits": fits,
        "follower_clashes": clashes,
        "candidates": np.log1p(sizes)[batch.group],
        "same_name_parent": _same_name_parent(batch),
        "neighbor_kind": enumerated_kind(batch, mass),
        **near,
        **outlet,
        **per_group,
        "alone": alone(batch),
    }
    # No company is no evidence, neither for a place far from everything nor against it.
    table |= {name: np.where(table["alone"] > 0, MISSING, table[name]) for name in COMPANY}
    return np.column_stack([np.asarray(table[name], dtype=float) for name in NAMES])


def alone(batch: Batch) -> Floats:
    """Return 1 for rows whose article has no other name that the gazetteer knows."""
    families = np.unique(np.column_stack([batch.group_article, batch.family]), axis=0)[:, 0]
    names = np.bincount(families, minlength=int(batch.group_article.max()) + 1)
    return np.asarray(names[batch.article] == 1, dtype=float)


def prior_masses(batch: Batch) -> tuple[Floats, Floats]:
    """Return each row's prominence in powers of ten and its share of its group's mass before any context."""
    columns = batch.columns
    standing = np.array(
        [_STANDING.get(code, _STANDING_OF_CLASS.get(code[:1], 2.0)) for code in columns.feature], dtype=float
    )
    natural = np.isin(columns.feature.astype("U1"), ("H", "L", "T")) & (columns.feature != "L.RGNH")
    across = natural & (columns.country < 0)
    standing = np.where(across, np.maximum(standing, _STANDING_ACROSS_COUNTRIES), standing)
    listed = np.fromiter((place.place_id.startswith(_LANDMARKS) for place in batch.places), bool, len(batch.places))
    region = np.isin(columns.feature.astype("U1"), ("H", "T")) | np.char.startswith(columns.feature, "L.RGN")
    landmark = listed & ~region
    standing = np.where(landmark, np.maximum(standing, _STANDING_OF_LANDMARKS), standing)
    population = np.log10(columns.population + 1)
    prominence = np.maximum(population, 0.85 * standing) + 0.15 * standing
    prominence = prominence - 0.35 * np.isin(columns.kind, OTHER_NAMES) - 0.5 * columns.depth
    mass = _shared_with_cities(batch, 10 ** (prominence * 0.9))
    totals = np.add.reduceat(mass, batch.starts[:-1]) if len(mass) else mass
    return prominence, mass / totals[batch.group] if len(mass) else mass


def _shared_with_cities(batch: Batch, mass: Floats) -> Floats:
    """Return the masses with those of divisions cut below that of the city of their name in which much of them lives.

    "New York and Rome" speaks of two cities, and not of the Rome in the state of New York; "Rome, New York" says so.
    """
    columns = batch.columns
    key = batch.group.astype(np.int64) * (int(columns.admin1.max(initial=0)) + 2) + columns.admin1
    city = np.char.startswith(columns.feature, "P.") & (columns.admin1 >= 0) & (columns.population >= METROPOLIS)
    division = np.flatnonzero((columns.feature == "A.ADM1") & (columns.admin1 >= 0))
    largest: dict[int, int] = {}
    for row in np.flatnonzero(city):
        held = largest.get(int(key[row]))
        if held is None or columns.population[row] > columns.population[held]:
            largest[int(key[row])] = int(row)
    shared = mass.copy()
    for row in division:
        held = largest.get(int(key[row]))
        if held is not None and columns.population[held] >= SHARE_OF_DIVISION * columns.population[row]:
            shared[row] = min(mass[row], DIVISION_BESIDE_CITY * mass[held])
    return shared


def _sharpened(batch: Batch, prior: Floats, contained: Floats) -> Floats:
    mass = prior * (1 + 1e4 * contained)
    totals = np.add.reduceat(mass, batch.starts[:-1])
    return np.asarray(mass / totals[batch.group])


def _rank(batch: Batch, prominence: Floats) -> Floats:
    order = np.lexsort((-prominence, batch.group))
    rank = np.empty(len(order))
    rank[order] = np.arange(len(order)) - batch.starts[batch.group[order]]
    return np.log1p(rank)


def area_matches(batch: Batch) -> tuple[Floats, Floats]:
    """Return whether the text places each candidate where it lies, and whether it places another candidate instead."""
    contained = np.zeros(len(batch.group))
    for group, context in enumerate(batch.contexts):
        for row in range(batch.starts[group], batch.starts[group + 1]) if context.areas else ():
            contained[row] = holds(context.areas, batch.places[row])
    possible = np.maximum.reduceat(contained, batch.starts[:-1])[batch.group]
    return contained, np.where(contained > 0, 0.0, possible)


def _per_group(batch: Batch) -> dict[str, Floats]:
    contexts = batch.contexts
    values = {
        "preposition": [float(context.preposition) for context in contexts],
        "in_title": [float(context.in_title) for context in contexts],
        "mentions": [float(np.log1p(context.mentions)) for context in contexts],
    }
    return {name: np.array(column)[batch.group] for name, column in values.items()}


def _follower_signals(batch: Batch, is_class: dict[str, npt.NDArray[np.bool_]]) -> tuple[Floats, Floats]:
    follower = np.array([context.follower for context in batch.contexts], dtype="U8")[batch.group]
    feature = batch.columns.feature
    wanted = {
        "water": is_class["H"],
        "land": is_class["T"] | is_class["L"],
        "second": feature == "A.ADM2",
        "first": feature == "A.ADM1",
        "spot": is_class["S"],
        "town": is_class["P"],
    }
    fits = np.zeros(len(feature), dtype=bool)
    for name in FOLLOWERS:
        fits |= (follower == name) & wanted[name]
    possible = np.maximum.reduceat(fits.astype(float), batch.starts[:-1])[batch.group]
    return fits.astype(float), np.where(fits, 0.0, possible)


def enumerated_kind(batch: Batch, mass: Floats) -> Floats:
    """Return how much of the mass of the names close by in the text is of a candidate's own kind.

    Enumerations are of a kind: "casinos in Iowa, Missouri and Nevada" names states (Lieberman, Samet 2010, comma groups).
    """
    level = _levels(batch)
    count = int(batch.group.max()) + 1
    # Mass by group and level, shape (groups, LEVELS): the level is the inner half of a combined number.
    of_kind = np.bincount(batch.group * LEVELS + level, weights=mass, minlength=count * LEVELS).reshape(count, LEVELS)
    firsts = np.array([context.first for context in batch.contexts])
    orders = np.array([context.order for context in batch.contexts])
    totals = np.zeros((count, LEVELS))
    seen = np.zeros(count)
    in_text_order = np.lexsort((orders, batch.group_article))
    for step in range(1, NEIGHBORS + 1):
        left, right = in_text_order[:-step], in_text_order[step:]
        close = (
            (batch.group_article[left] == batch.group_article[right])
            & (batch.family[left] != batch.family[right])
            & (np.abs(firsts[left] - firsts[right]) <= NEIGHBOR_CHARACTERS * step)
        )
        for one, other in ((left[close], right[close]), (right[close], left[close])):
            np.add.at(totals, one, of_kind[other])
            np.add.at(seen, one, 1.0)
    return np.asarray(totals[batch.group, level] / np.maximum(seen[batch.group], 1.0))


def _levels(batch: Batch) -> Ints:
    feature = batch.columns.feature
    level = np.full(len(feature), 4, dtype=np.int64)
    level[np.char.startswith(feature, "P.")] = 3
    level[feature == "A.ADM2"] = 2
    level[feature == "A.ADM1"] = 1
    level[np.char.startswith(feature, "A.PCL")] = 0
    return level


def _same_name_parent(batch: Batch) -> Floats:
    """Return 1 for a town whose own division is a candidate of the same name (New York in New York)."""
    first = batch.columns.feature == "A.ADM1"
    size = int(batch.columns.admin1.max(initial=0)) + 2
    key = batch.group.astype(np.int64) * size + batch.columns.admin1
    parents = np.unique(key[first & (batch.columns.admin1 >= 0)])
    return np.asarray(np.isin(key, parents) & ~first, dtype=float)


def share_of_others(batch: Batch, code: Ints, mass: Floats) -> Floats:
    """Return for each row how much of the mass of the article's other names has its code, per other group.

    Groups of one name ("Paris, Texas" and "Paris, France") are not evidence for each other.
    """
    # Article and code in one number: a single sum by key then covers all articles, and what the row's own name
    # contributes to it is taken off again.
    size = int(code.max(initial=-1)) + 2
    known = code >= 0
    article_key = batch.article * size + code
    group_key = batch.family[batch.group] * size + code
    in_article = _sum_by(article_key, mass, known)
    in_group = _sum_by(group_key, mass, known)
    groups = np.bincount(batch.group_article, minlength=int(batch.article.max()) + 1)
    own = np.bincount(batch.family)[batch.family]
    others = np.maximum(groups[batch.article] - own[batch.group], 1)
    return np.where(known, (in_article - in_group) / others, 0.0)


def _sum_by(key: Ints, mass: Floats, known: npt.NDArray[np.bool_]) -> Floats:
    _, inverse = np.unique(key, return_inverse=True)
    return np.asarray(np.bincount(inverse, weights=np.where(known, mass, 0.0))[inverse])


def kernel_signals(batch: Batch, mass: Floats) -> dict[str, Floats]:
    """Return closeness to the candidates of the article's other names.

    ``near_25`` and the like are mass-weighted Gaussian-like densities at that many kilometers, per other group;
    ``nearest`` is the log distance in km to the nearest likely candidate of another name; ``neighbor`` the density at
    100 km of the two names mentioned next to this one; ``dateline_near`` that of the dateline.
    """
    names = ("near_25", "near_100", "near_400", "nearest", "neighbor", "dateline_near")
    result = {name: np.zeros(len(batch.group)) for name in names}
    result["nearest"] += np.log(20_000.0)
    vectors = unit_vectors(batch.columns.lat, batch.columns.lon)
    orders = np.array([context.order for context in batch.contexts])[batch.group]
    datelines = np.array([context.dateline for context in batch.contexts])[batch.group]
    families = batch.family[batch.group]
    places = np.array([place.row for place in batch.places])
    for begin, end in _article_slices(batch):
        if batch.group[begin] == batch.group[end - 1]:
            continue
        # Every row of the article against every likely candidate in it: shape (rows, likely).
        strong = begin + np.flatnonzero(mass[begin:end] >= MIN_MASS)
        cosine = np.clip(vectors[begin:end] @ vectors[strong].T, -1.0, 1.0)
        distance = EARTH_RADIUS_KM * np.arccos(cosine)
        other = (families[begin:end, None] != families[None, strong]) & (
            places[begin:end, None] != places[None, strong]
        )
        weight = np.where(other, mass[None, strong], 0.0)
        groups = batch.group[end - 1] - batch.group[begin]
        for scale in SCALES_KM:
            closeness = weight / (1.0 + (distance / scale) ** 2)
            result[f"near_{scale:.0f}"][begin:end] = closeness.sum(axis=1) / groups
            if scale == 100.0:
                gap = np.abs(orders[begin:end, None] - orders[None, strong])
                result["neighbor"][begin:end] = (closeness * (gap <= 2)).sum(axis=1)
                result["dateline_near"][begin:end] = (closeness * datelines[None, strong]).sum(axis=1)
        likely = np.where(other & (mass[None, strong] > 0.3), distance, 20_000.0)
        result["nearest"][begin:end] = np.log1p(likely.min(axis=1, initial=20_000.0))
    return result


def _article_slices(batch: Batch) -> list[tuple[int, int]]:
    changes = np.flatnonzero(np.diff(batch.article)) + 1
    bounds = [0, *changes.tolist(), len(batch.article)]
    return list(itertools.pairwise(bounds))


def outlet_signals(batch: Batch, mass: Floats) -> dict[str, Floats]:
    """Return how much of what the publisher's *other* articles in the batch name lies where each candidate lies.

    A name is not evidence for itself: that a paper in Dublin, Ohio, names Dublin in every article says nothing about
    Ireland. The publisher's own name is not used. Without ``source``, or with a single article of it, all are zero.
    """
    source = _publishers(batch)[batch.article]
    # Each article weighs one in all: a long article is not stronger evidence.
    weight = np.where(source >= 0, mass / np.bincount(batch.group_article)[batch.article], 0.0)
    others = _OtherArticles(batch, source, weight)
    everything = others.share(np.zeros(len(source), dtype=np.int64))
    known = everything > 1e-9
    scale = np.where(known, 1.0 / np.maximum(everything, 1e-9), 0.0)
    row, column = _cells(batch)
    around = np.zeros(len(source))
    for north in (-1, 0, 1):
        for east in (-1, 0, 1):
            around += others.share(row * CELLS_IN_ROW + column, (row + north) * CELLS_IN_ROW + column + east) / 2 ** (
                north**2 + east**2
            )
    learned = {
        "outlet_known": known.astype(float),
        "outlet_country": scale * others.share(batch.columns.country),
        "outlet_first_order": scale * others.share(batch.columns.admin1),
        "outlet_second_order": scale * others.share(batch.columns.admin2),
        "outlet_near": scale * others.share(row * CELLS_IN_ROW + column),
        "outlet_around": scale * around,
    }
    _put_homes(batch, learned)
    return learned


class _OtherArticles:
    """Sums over the rows of a publisher's other articles and of other names."""

    def __init__(self, batch: Batch, source: Ints, weight: Floats) -> None:
        self._source, self._weight = source, weight
        self._article = batch.article
        self._name = batch.name[batch.group]
        self._names = int(self._name.max(initial=0)) + 1

    def share(self, code: Ints, at: Ints | None = None) -> Floats:
        """Return for each row the weight of others that have its code, or the code ``at``; 0 without one.

        Parameters
        ----------
        code
            Of each row, as what it counts for others; -1 for nothing.
        at
            Of each row, what it looks for in others; ``code`` when left out.
        """
        wanted = code if at is None else at
        size = int(max(code.max(initial=0), wanted.max(initial=0))) + 1
        total = np.zeros(len(code))
        # Of the publisher's rows, those of the same article and those of the same name do not count. What is in both was
        # then taken off twice, so it is added again: source - article - (source and name) + (article and name).
        for sign, number in ((1, self._source), (-1, self._article)):
            total += sign * self._sum(number * size + code, number * size + wanted, code)
            named = number * self._names + self._name
            total -= sign * self._sum(named * size + code, named * size + wanted, code)
        return np.where((wanted >= 0) & (self._source >= 0), np.maximum(total, 0.0), 0.0)

    def _sum(self, key: Ints, wanted: Ints, code: Ints) -> Floats:
        """Return for each row the weight of the rows whose key it wants."""
        # Combined keys are far larger than their number: number those that occur before summing by them.
        known, inverse = np.unique(key, return_inverse=True)
        sums = np.bincount(inverse, weights=np.where(code >= 0, self._weight, 0.0))
        if wanted is key:
            return np.asarray(sums[inverse])
        place = np.minimum(np.searchsorted(known, wanted), len(known) - 1)
        return np.where(known[place] == wanted, sums[place], 0.0)


def _cells(batch: Batch) -> tuple[Ints, Ints]:
    """Return the row and column of each candidate in a grid of one degree, a margin of one around it."""
    row = np.floor((batch.columns.lat + 90) / CELL_DEGREES).astype(np.int64)
    column = np.floor((batch.columns.lon + 180) / CELL_DEGREES).astype(np.int64)
    return row + 1, column + 1


def _publishers(batch: Batch) -> Ints:
    """Return a number for the publisher of each article, -1 without one."""
    numbers: dict[str, int] = {}
    return np.array(
        [-1 if source is None else numbers.setdefault(source, len(numbers)) for source in batch.sources],
        dtype=np.int64,
    )


def _put_homes(batch: Batch, learned: dict[str, Floats]) -> None:
    """Replace what is learned from a publisher's other articles by its home, where the user named one."""
    articles: dict[SourceHome, list[int]] = {}
    for article, home in enumerate(batch.homes):
        if home is not None:
            articles.setdefault(home, []).append(article)
    for home, of_home in articles.items():
        rows = np.flatnonzero(np.isin(batch.article, of_home))
        distance = distance_km(home.lat, home.lon, batch.columns.lat[rows], batch.columns.lon[rows])
        near = 1.0 / (1.0 + (distance / HOME_KM) ** 2)
        learned["outlet_known"][rows] = 1.0
        learned["outlet_near"][rows] = HOME_SHARE["outlet_near"] * near**2
        learned["outlet_around"][rows] = HOME_SHARE["outlet_around"] * near
        for level, name in enumerate(("outlet_country", "outlet_first_order", "outlet_second_order"), start=1):
            same = _in_area(batch, rows, home, distance, level)
            learned[name][rows] = HOME_SHARE[name] * same


def _in_area(batch: Batch, rows: Ints, home: SourceHome, distance: Floats, level: int) -> npt.NDArray[np.bool_]:
    """Return which rows lie in the home's country or division; that of the nearest row where only a point is given."""
    codes = [_codes(batch.places[row])[:level] for row in rows.tolist()]
    wanted: tuple[str | None, ...] = (home.country_code, home.admin1_code, home.admin2_code)[:level]
    if home.country_code is None and len(rows):
        nearest = int(np.argmin(distance))
        wanted = codes[nearest] if distance[nearest] <= HOME_KM else (None,)
    return np.array([None not in wanted and own == wanted for own in codes], dtype=bool)


def _codes(place: Candidate) -> tuple[str | None, ...]:
    return (place.country_code or None, place.admin1_code or None, place.admin2_code or None)
