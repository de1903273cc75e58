"""The candidates of a batch of articles, laid out in flat arrays.

A *group* is what is resolved together: the mentions of one name in one article, told apart where the text itself says
where each lies ("Paris, Texas" and "Paris, France"). Rows are the candidates of all groups, group after group, article
after article, so that signals are sums over slices.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from geomap.gazetteer import Candidate, Gazetteer, fold
from geomap.gazetteer._model import NameKind
from geomap.gazetteer._spelling import is_transliterated
from geomap.resolution._context import MentionContext, holds, lies_elsewhere, read_contexts
from geomap.resolution._names import SHORT_FORMS, is_namesake, name_variants
from geomap.resolution._source_home import SourceHome, read_source_homes
from geomap.tables import Floats, Ints


class Asked(NamedTuple):
    """What is looked up for a mention.

    Parameters
    ----------
    toponym
        Its words.
    year
        The year in which it was written, None where that makes no difference.
    countries
        Codes of the countries that its article is about, where these decide because the gazetteer lacks the name as
        written; empty if they are not known. None where it has the name.
    """

    toponym: str
    year: int | None
    countries: frozenset[str] | None = None


class Proposal(NamedTuple):
    """A candidate for a toponym.

    Parameters
    ----------
    depth
        How far the toponym had to be cut, or changed.
    place
        The candidate.
    spelled
        The other name by which it was found; empty where it has the name as written.
    trust
        The most that its confidence can be: the ranker was calibrated on names as they are written.
    """

    depth: int
    place: Candidate
    spelled: str = ""
    trust: float = 1.0


# For each of these, the folded name by which candidates were found, and the candidates.
Found = dict[Asked, tuple[str, list[Proposal]]]
DEEPEST = 4
# Another spelling is as doubtful as a name with a word cut off.
SPELLING_DEPTH = 1
# Words of so few letters and nothing but capitals are initials of something, and no spelling of a name.
LONGEST_INITIALS = 5
# Of 20 gold mentions found by a key 18 were right. (Villages that the gazetteer lacks fare worse: of 4,600 in Iraq and Syria
# 45 share the key of a place there, which 25 of them are or lie near.)
SPELLING_TRUST = 0.89
# A similar name mostly means a place that the gazetteer lacks: 28 of those villages have one, and 2 of them are it. So
# it is proposed, among the alternatives, and by default the mention stays unresolved.
SIMILAR_TRUST = 0.1
# What is less trusted is no evidence for the article's other names.
LEAST_EVIDENCE = 0.5
# A similar name must have most letters in common (see :func:`~geomap.gazetteer._fuzzy.similarity`), and lie where names are
# spelled out from another alphabet, so that a difference is likely one of transliteration: elsewhere "Anfield" is not
# Enfield, and "Silver Bridge" not Silver Ridge. Of the names found only those about as similar as the best count.
LEAST_SIMILARITY = 0.85
SHORTEST_SIMILAR = 6
SIMILARITY_MARGIN = 0.03
MOST_SIMILAR = 60
# In small letters "kl" and "la" are other words, "nyc" is not.
SHORTEST_SMALL_FORM = 2
# What is named after a place whose country the article does not speak of is named after a city.
NAMESAKE_CITY = 100_000
# An article is about a country when at least this share of its names, or two of them, are of places there.
COUNTRY_SHARE = 0.25


@dataclass
class Columns:
    """The candidates' attributes, one entry per row; codes are small integers, -1 where there is none."""

    lat: Floats
    lon: Floats
    population: Floats
    alternates: Floats
    kind: Ints
    depth: Ints
    country: Ints
    admin1: Ints
    admin2: Ints
    feature: npt.NDArray[np.str_]
    trust: Floats

    def take(self, rows: Ints) -> Columns:
        """Return the columns at some rows, in that order."""
        return Columns(*(getattr(self, name)[rows] for name in self.__dataclass_fields__))


@dataclass
class Batch:
    """Groups and their candidates.

    Parameters
    ----------
    places
        The candidate of each row.
    columns
        The same as arrays.
    group, article
        Group and article number of each row.
    starts
        First row of each group, and behind them the number of rows: shape (groups + 1,).
    group_article
        Article number of each group.
    contexts
        What the text around a group's mentions says, one per group.
    family
        Of each group, the number of the first group of the same name in the same article: groups of one name are no
        evidence for each other ("from Paris, Texas, to Paris, France").
    name
        Of each group, a number that it shares with the groups of the same name in all articles.
    mention_group
        Group number of each mention, -1 where it has no candidate.
    sources, homes
        Publisher of each article, and where the user says that it is at home; None where not known.
    spelled
        Of each row, the other spelling by which the candidate was found; empty where it has the name as written.
    """

    places: list[Candidate]
    columns: Columns
    group: Ints
    article: Ints
    starts: Ints
    group_article: Ints
    contexts: list[MentionContext]
    family: Ints
    name: Ints
    mention_group: Ints
    sources: list[str | None]
    homes: list[SourceHome | None]
    spelled: list[str]


class Codes:
    """Small integers for codes such as "US" or "US.OH"."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}

    def __call__(self, code: str | None) -> int:
        """Return the number of a code, -1 for none."""
        return self._numbers.setdefault(code, len(self._numbers)) if code else -1


def build_batch(
    articles: pd.DataFrame,
    mentions: pd.DataFrame,
    gazetteer: Gazetteer,
    *,
    limit: int = 100,
    spelling: bool = True,
    similar: bool = True,
) -> Batch:
    """Collect the candidates of every mention.

    Parameters
    ----------
    articles
        The articles table.
    mentions
        ``article_id, field, start, end, toponym``, in article order then text order.
    gazetteer
        Where candidates come from.
    limit
        How many candidates a name may have.
    spelling
        Whether a name that the gazetteer lacks gets the candidates of which it is another spelling by rule.
    similar
        Whether a name that is still without gets those with a similar name. Both only in the countries that the article is
        about; where these are not known, another spelling may be anywhere, a similar name nowhere, and only in countries
        whose names are spelled out from another alphabet.
    """
    numbers = {article_id: number for number, article_id in enumerate(articles["article_id"])}
    years = _years(articles, mentions, gazetteer)
    asked = [Asked(*each) for each in zip(mentions["toponym"], years, strict=True)]
    found = _find(asked, gazetteer, limit)
    homes = read_source_homes(articles, gazetteer)
    asked = _within_countries(articles, mentions, asked, found, homes)
    found |= _namesakes_around(asked, found)
    found |= _find_spelled(asked, found, gazetteer, limit, spelling=spelling, similar=similar)
    contexts = _checked(mentions, asked, read_contexts(articles, mentions, gazetteer, years), found)
    keys: dict[tuple[int, str, str], int] = {}
    groups: list[tuple[int, Asked]] = []
    group_contexts: list[MentionContext] = []
    mention_group = np.full(len(mentions), -1, dtype=np.int64)
    for position, (article_id, name_and_year, context) in enumerate(
        zip(mentions["article_id"], asked, contexts, strict=True)
    ):
        name, candidates = found[name_and_year]
        if not candidates:
            continue
        key = (numbers[article_id], name, context.container_key)
        if key not in keys:
            keys[key] = len(groups)
            groups.append((numbers[article_id], name_and_year))
            group_contexts.append(context)
        else:
            group_contexts[keys[key]] = group_contexts[keys[key]].merged(context)
        mention_group[position] = keys[key]
    return _lay_out(articles, homes, groups, group_contexts, mention_group, found)


def _years(articles: pd.DataFrame, mentions: pd.DataFrame, gazetteer: Gazetteer) -> list[int | None]:
    """Return the year of each mention's article, None where it is not known or the gazetteer's names have no dates."""
    if not gazetteer.dated:
        return [None] * len(mentions)
    published = pd.to_datetime(articles["published"], utc=True)
    years = {
        article_id: None if pd.isna(date) else int(date.year)
        for article_id, date in zip(articles["article_id"], published, strict=True)
    }
    return [years[article_id] for article_id in mentions["article_id"]]


def _checked(
    mentions: pd.DataFrame, asked: Sequence[Asked], contexts: list[MentionContext], found: Found
) -> list[MentionContext]:
    """Return the contexts without containers that hold no candidate, and with those that a definition gives elsewhere."""
    checked: list[MentionContext] = []
    defined: dict[tuple[str, str], dict[str, MentionContext]] = {}
    keys = [(article_id, found[each][0]) for article_id, each in zip(mentions["article_id"], asked, strict=True)]
    for key, each, context in zip(keys, asked, contexts, strict=True):
        candidates = [proposal.place for proposal in found[each][1]]
        if context.areas and not any(holds(context.areas, candidate) for candidate in candidates):
            if context.firm and not _is_country(candidates) and lies_elsewhere(context.areas, candidates):
                context = context.placed_nowhere()
            else:
                context = context.unplaced()  # an enumeration: "Baghdad, Cairo and Amman"
        if context.defined:
            defined.setdefault(key, {}).setdefault(context.container_key, context)
        checked.append(context)
    # Where an article defines two places of one name, each other mention may mean either.
    only = {key: next(iter(each.values())) for key, each in defined.items() if len(each) == 1}
    return [
        context.placed_as(only[key]) if not context.areas and key in only else context
        for key, context in zip(keys, checked, strict=True)
    ]


def _is_country(candidates: Sequence[Candidate]) -> bool:
    """Return whether a name is a country's own: "Jordan, Egypt" is a list."""
    return any(each.kind == NameKind.MAIN and (each.feature_code or "").startswith("PCL") for each in candidates)


def _find(asked: Iterable[Asked], gazetteer: Gazetteer, limit: int) -> Found:
    """Return for each toponym its folded name and its candidates as it is written."""
    by_year: dict[int | None, list[str]] = {}
    for toponym, year, _ in dict.fromkeys(asked):
        by_year.setdefault(year, []).append(toponym)
    return {
        Asked(toponym, year): named
        for year, toponyms in by_year.items()
        for toponym, named in _find_in_year(toponyms, gazetteer, limit, year).items()
    }


def _find_in_year(
    toponyms: Iterable[str], gazetteer: Gazetteer, limit: int, year: int | None
) -> dict[str, tuple[str, list[Proposal]]]:
    variants = {toponym: list(name_variants(toponym)) for toponym in toponyms}
    every = {name for names in variants.values() for name in names}
    answers = gazetteer.candidates(every | set(SHORT_FORMS.values()), limit=limit, year=year)
    found = {}
    for toponym, names in variants.items():
        # A shorter form is asked for only where the name as written has nothing: "Kansas City" is not in Kansas.
        both = ((d, n, _with_short_form(n, answers)) for d, n in enumerate(names))
        depth, name, candidates = next((each for each in both if each[2]), (0, toponym, []))
        found[toponym] = (fold(name) or toponym, [Proposal(min(depth, DEEPEST), each) for each in candidates])
    return found


def _within_countries(
    articles: pd.DataFrame,
    mentions: pd.DataFrame,
    asked: Sequence[Asked],
    found: Found,
    homes: Sequence[SourceHome | None],
) -> list[Asked]:
    """Return what is asked for, with the countries that its article is about where these decide what is found."""
    names: dict[str, dict[str, str]] = {}
    undecided = {each for each in set(asked) if not found[each][1] or is_namesake(each.toponym, found[each][0])}
    for article_id, each in zip(mentions["article_id"], asked, strict=True):
        name, proposals = found[each]
        if each not in undecided and proposals[0].place.country_code:
            names.setdefault(article_id, {})[name] = proposals[0].place.country_code
    countries = {article_id: _countries_of(of_names) for article_id, of_names in names.items()}
    for article_id, home in zip(articles["article_id"], homes, strict=True):
        if home is not None and home.country_code:
            countries[article_id] = countries.get(article_id, frozenset()) | {home.country_code}
    return [
        each._replace(countries=countries.get(article_id, frozenset())) if each in undecided else each
        for article_id, each in zip(mentions["article_id"], asked, strict=True)
    ]


def _countries_of(names: Mapping[str, str]) -> frozenset[str]:
    """Return the countries that an article is about, given the country of the most prominent place of each of its names."""
    counts = Counter(names.values())
    return frozenset(code for code, count in counts.items() if count >= min(2, COUNTRY_SHARE * len(names)))


def _namesakes_around(asked: Iterable[Asked], found: Found) -> Found:
    """Return the candidates after which a place may be named: cities, and in the countries asked for any place.

    "Memphis Station" is in Memphis, but Pearl Harbor has nothing to do with Pearl in Mississippi.
    """
    within: Found = {}
    for each in dict.fromkeys(each for each in asked if each.countries is not None):
        name, proposals = found[each._replace(countries=None)]
        kept = [
            one
            for one in proposals
            if one.place.population >= NAMESAKE_CITY or one.place.country_code in (each.countries or ())
        ]
        within[each] = (name, kept)
    return within


def _find_spelled(
    asked: Iterable[Asked], known: Found, gazetteer: Gazetteer, limit: int, *, spelling: bool, similar: bool
) -> Found:
    """Return the candidates with another spelling, or else a similar one, in the countries asked for."""
    by_rule: dict[tuple[str, int | None], list[Proposal]] = {}
    alike: dict[tuple[str, int | None], list[tuple[Proposal, float]]] = {}
    found: Found = {}
    for each in dict.fromkeys(each for each in asked if each.countries is not None and not known[each][1]):
        key, countries = (each.toponym, each.year), each.countries or frozenset()
        if spelling and key not in by_rule:
            by_rule[key] = _spelled(each.toponym, gazetteer, limit, each.year)
        proposals = [one for one in by_rule.get(key, ()) if not countries or one.place.country_code in countries]
        transliterated = frozenset(filter(is_transliterated, countries))
        if similar and transliterated and not proposals:
            if key not in alike:
                alike[key] = _similar(each.toponym, gazetteer, each.year)
            within = [(one, score) for one, score in alike[key] if one.place.country_code in transliterated]
            best = max((score for _, score in within), default=0.0) - SIMILARITY_MARGIN
            proposals = [one for one, score in within if score >= best]
        found[each] = (fold(next(name_variants(each.toponym), "")) or each.toponym, proposals)
    return found


def _spelled(toponym: str, gazetteer: Gazetteer, limit: int, year: int | None) -> list[Proposal]:
    """Return the candidates that have another spelling of the toponym, or of the first of its shorter forms that has any."""
    if toponym.isupper() and len(toponym) <= LONGEST_INITIALS:
        return []
    for depth, name in enumerate(name_variants(toponym), start=SPELLING_DEPTH):
        others = gazetteer.spelled(name, limit=limit, year=year)
        if others:
            depth = min(depth, DEEPEST)
            return [Proposal(depth, each.place, _shown(each.place, each.name), trust=SPELLING_TRUST) for each in others]
    return []


def _shown(place: Candidate, name: str) -> str:
    """Return a name as its feature writes it, where that is known."""
    return place.name if fold(place.name) == name else name


def _similar(toponym: str, gazetteer: Gazetteer, year: int | None) -> list[tuple[Proposal, float]]:
    """Return the candidates with a name similar to the toponym, each with the similarity."""
    name = next(name_variants(toponym), "")
    if len(fold(name)) < SHORTEST_SIMILAR:
        return []
    return [
        (
            Proposal(2 * SPELLING_DEPTH, place._replace(kind=int(NameKind.SPELLING)), place.name, trust=SIMILAR_TRUST),
            score,
        )
        for place, score in gazetteer.fuzzy(name, limit=MOST_SIMILAR, year=year)
        if score >= LEAST_SIMILARITY
    ]


def _with_short_form(name: str, answers: dict[str, list[Candidate]]) -> list[Candidate]:
    spelled = SHORT_FORMS.get(name.upper() if len(name) > SHORTEST_SMALL_FORM else name)
    return answers.get(name, []) + (answers.get(spelled, []) if spelled else [])


def _lay_out(
    articles: pd.DataFrame,
    homes: list[SourceHome | None],
    groups: Sequence[tuple[int, Asked]],
    contexts: list[MentionContext],
    mention_group: Ints,
    found: Found,
) -> Batch:
    order = sorted(range(len(groups)), key=lambda number: groups[number][0])
    renumbered = np.empty(len(groups) + 1, dtype=np.int64)
    renumbered[order] = np.arange(len(groups))
    renumbered[-1] = -1
    # Attributes are laid out once per name; groups then only take slices of them.
    proposals: list[Proposal] = []
    spans: dict[Asked, tuple[int, int]] = {}
    for toponym in dict.fromkeys(name for _, name in groups):
        spans[toponym] = (len(proposals), len(proposals) + len(found[toponym][1]))
        proposals.extend(found[toponym][1])
    bounds = np.array([spans[groups[number][1]] for number in order], dtype=np.int64).reshape(-1, 2)
    sizes = bounds[:, 1] - bounds[:, 0]
    starts = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
    rows = np.repeat(bounds[:, 0] - starts[:-1], sizes) + np.arange(starts[-1])
    group = np.repeat(np.arange(len(order)), sizes)
    group_article = np.array([groups[number][0] for number in order], dtype=np.int64)
    return Batch(
        places=[proposals[row].place for row in rows],
        columns=_columns(proposals).take(rows),
        group=group,
        article=group_article[group] if len(group) else group,
        starts=starts,
        group_article=group_article,
        contexts=[contexts[number] for number in order],
        family=_families([(groups[number][0], found[groups[number][1]][0]) for number in order]),
        name=_numbers([found[groups[number][1]][0] for number in order]),
        mention_group=renumbered[mention_group],
        sources=[None if pd.isna(source) else str(source) for source in articles["source"]],
        homes=homes,
        spelled=[proposals[row].spelled for row in rows],
    )


def _families(names: Sequence[tuple[int, str]]) -> Ints:
    first: dict[tuple[int, str], int] = {}
    return np.array([first.setdefault(name, number) for number, name in enumerate(names)], dtype=np.int64)


def _numbers(names: Sequence[str]) -> Ints:
    numbers: dict[str, int] = {}
    return np.array([numbers.setdefault(name, len(numbers)) for name in names], dtype=np.int64)


def _columns(proposals: Sequence[Proposal]) -> Columns:
    places = [each.place for each in proposals]
    countries, admin1, admin2 = Codes(), Codes(), Codes()
    country = [countries(place.country_code) for place in places]
    first = [admin1(f"{p.country_code}.{p.admin1_code}" if p.admin1_code else None) for p in places]
    second = [admin2(f"{p.country_code}.{p.admin1_code}.{p.admin2_code}" if p.admin2_code else None) for p in places]
    return Columns(
        lat=np.array([place.lat for place in places], dtype=float),
        lon=np.array([place.lon for place in places], dtype=float),
        population=np.array([place.population or 0 for place in places], dtype=float),
        alternates=np.array([place.alternates or 0 for place in places], dtype=float),
        kind=np.array([int(place.kind) for place in places], dtype=np.int64),
        depth=np.array([each.depth for each in proposals], dtype=np.int64),
        country=np.array(country, dtype=np.int64),
        admin1=np.array(first, dtype=np.int64),
        admin2=np.array(second, dtype=np.int64),
        feature=np.array([f"{p.feature_class or ''}.{p.feature_code or ''}" for p in places], dtype=np.str_),
        trust=np.array([each.trust for each in proposals], dtype=float),
    )
