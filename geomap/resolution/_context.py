"""What the words around a mention say about where it lies."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import pandas as pd

from geomap._datelines import opens_text
from geomap.gazetteer import Candidate, Gazetteer, fold
from geomap.geometry import distance_km
from geomap.resolution._names import own_container
from geomap.tables import MENTION_KEY, field_texts

# Up to four words behind a comma or an opening bracket, the first with a capital: ", North Carolina", " (Iraq".
_FOLLOWING = re.compile(
    r"\s?(?:,\s{0,2}(?:in\s)?|\(|\sin\s)((?:[^\W\d_a-z][\w.'’-]*)(?:[ \u00a0](?:of|and|the|[^\W\d_a-z])[\w.'’-]*){0,3})"
)
_POSSESSOR = re.compile(r"((?:[^\W\d_a-z][\w.-]*[ \u00a0]){0,2}[^\W\d_a-z][\w.-]*)['’]s?[ \u00a0]$")
# What a definition says that a place is.
_SORT = (
    r"(?:city|town|village|hamlet|borough|township|municipality|commune|settlement|community|locality|suburb|neighbou?rhood|"
    r"quarter|capital|seat|port|place|county|parish|district|subdistrict|department|province|region|prefecture|oblast|"
    r"governorate|canton|barangay|island|islet|peninsula|river|lake|mountain|resort)"
)
_PHRASE = r"[^\W\d_a-z][\w'’.-]*(?:[ \u00a0](?:(?:of|and|the|del?|do|da|dos|la|du)[ \u00a0])?[^\W\d_a-z][\w'’.-]*){0,3}"
# "Lebanon (population 16,000) is a city in ...", "Lebanon, known for its courthouse, is the seat of ...".
_IS = r"(?:\s?\([^()\n]{0,120}\))?(?:,[^.!?;\n]{1,80},)?\s(?:is|was|are|were|became)\s(?:an?|the|one\sof\sthe)\s"
_APPOSITION = r"(?:\s?\([^()\n]{0,120}\))?,\s(?:an?|the|one\sof\sthe)\s"
_DEFINITION = re.compile(
    rf"(?:{_IS}|{_APPOSITION})[^.!?;:\n,]{{0,70}}?\b{_SORT}\b(?=[^.!?;:\n,]{{0,60}}\s(?:in|of|within|at)\s)"
)
_HOLDER = re.compile(rf"(?:\b(?:in|of|within)\s|,\s(?:in\s)?)(?:the\s)?({_PHRASE})")
_END = re.compile(
    r"[!?;:\n]|[^\W\d_A-Z]{3}\.(?:\s|$)|\sand\s(?:is|was|has|had|lies|stands|hosts)\b|,\s(?!(?:in|within|an?)\s)[a-z]"
)
# "the Kentucky town of Paris", "Paraguay's river port of Concepción", "the Iraqi city Mosul".
_BEFORE = re.compile(rf"({_PHRASE})(?:['’]s?)?\s(?:[a-z-]+\s){{0,3}}{_SORT}(?:\sof)?\s$")
_LONGEST = 240


def container_phrases(text: str, start: int, end: int, toponym: str) -> list[str]:
    """Return the phrases in the name of a mention and beside it that may say what holds it, the most telling first."""
    phrases = [own_container(toponym)]
    following = _FOLLOWING.match(text, end)
    if following:
        chained = _FOLLOWING.match(text, following.end())
        phrases.append(following.group(1))
        if chained and text[following.end()] == ",":
            phrases.append(chained.group(1))
    possessor = _POSSESSOR.search(text[max(0, start - 40) : start])
    if possessor:
        phrases.append(possessor.group(1))
    return [phrase for phrase in phrases if phrase]


_ENDS = r"(?=\s?(?:[.;:!?\n]|,\s[a-z]|[-–—]\s|\Z)|[)])"
_FIRM = re.compile(rf"\s?(?:\(({_PHRASE}),?\)|,\s(?:in\s)?({_PHRASE}){_ENDS})")
_LISTED = re.compile(r"(?:,|\b(?:and|or|between|from|to))\s(?:the\s)?$")


def firm_phrase(text: str, start: int, end: int) -> str:
    """Return the container that the words behind a mention name firmly, empty if they may be an enumeration."""
    found = _FIRM.match(text, end)
    if found is None or (found.group(1) is None and _LISTED.search(text[max(0, start - 12) : start])):
        return ""
    return found.group(1) or found.group(2)


def defining_phrases(text: str, start: int, end: int) -> list[str]:
    """Return the phrases by which the text defines the mention's place: "a village in the Y district of Z"."""
    before = _BEFORE.search(text[max(0, start - 90) : start])
    if before:
        return list(_endings(before.group(1)))
    definition = _DEFINITION.match(text, end)
    if not definition:
        return []
    rest = text[definition.end() : end + _LONGEST]
    stop = _END.search(rest, 1)
    return [holder.group(1) for holder in _HOLDER.finditer(rest[: stop.start() + 3] if stop else rest)]


def _endings(phrase: str) -> Iterator[str]:
    words = re.sub(r"['’]s?$", "", phrase).split()
    return (" ".join(words[number:]) for number in range(len(words)))


def prefixes(phrases: Iterable[str]) -> Iterator[str]:
    """Yield what each phrase begins with, the whole first."""
    for phrase in phrases:
        words = re.sub(r"['’]s?$", "", phrase).split()
        for length in range(len(words), 0, -1):
            name = " ".join(words[:length])
            yield name
            if name.endswith(".") and (length > 1 or len(name) > 4):
                yield name[:-1]


_PREPOSITION = re.compile(
    r"\b(?:in|at|near|from|to|of|outside|around|across|toward|towards|into|through|between|off)\s(?:the\s)?$",
    re.IGNORECASE,
)
_NEXT_WORD = re.compile(r"[ \u00a0]?([A-Za-z]+)")
# Words that say of what kind the place is whose name they stand beside; an enumeration may share one: "Boone and Clinton
# counties", "the provinces of Nineveh and Erbil".
_KINDS_BESIDE = {
    "water": "river lake creek bay sea gulf strait basin canal reservoir dam delta bayou brook pond harbor",
    "land": "mountain desert valley peninsula island hill hills plateau plain plains",
    "second": "county parish borough district",
    "first": "province governorate state region prefecture oblast",
    "spot": "airport airfield airbase station stadium hospital university bridge base",
}
_PLURALS = {"county": "counties", "parish": "parishes", "bay": "bays", "delta": "deltas", "university": "universities"}
_KIND_OF_WORD = {
    form: kind
    for kind, words in _KINDS_BESIDE.items()
    for word in words.split()
    for form in (word, _PLURALS.get(word, f"{word}s"))
}
_TOWN_WORDS = dict.fromkeys(("city", "town", "village", "hamlet", "suburb", "community"), "town")
FOLLOWERS = (*_KINDS_BESIDE, "town")
_ONE_MORE = r"[^\W\d_a-z][\w.'’-]*(?:[ \u00a0][^\W\d_a-z][\w.'’-]*){0,2}"
_SEPARATOR = r"(?:\s?,\s(?:and\s|or\s)?|\s(?:and|or|&)\s)"
_SHARED_BEHIND = re.compile(rf"(?:{_SEPARATOR}{_ONE_MORE}?){{1,12}}\s([a-z]+s)\b")
_SHARED_BEFORE = re.compile(rf"\b([A-Za-z]+s)(?:\sof)?\s(?:the\s)?(?:{_ONE_MORE}{_SEPARATOR}){{0,12}}$")
_KIND_OF = re.compile(r"\b([A-Za-z]+)\sof\s(?:the\s)?$")


class Area(NamedTuple):
    """A country, a first-order or a second-order division, by their codes; or what lies around a point of the country.

    A county of Britain or Ireland is often not the authority of its name: Newport in Shropshire belongs to Telford and
    Wrekin, and Berkshire has no authority at all. So places near its middle lie in it too.
    """

    country: str
    first: str | None = None
    second: str | None = None
    around: tuple[float, float] | None = None


Areas = frozenset[tuple[Area, int]]
COUNTY_KM = 45.0
_COUNTIES = ("GB", "IE")


@dataclass(frozen=True)
class MentionContext:
    """What the text says around the mentions of one group.

    Parameters
    ----------
    areas
        The country, first-order and second-order division codes that the text names as holding the place; several
        where the container's own name is ambiguous.
    container_key
        The container as written, empty without one: mentions with different ones are resolved apart.
    in_title, dateline, preposition
        Whether any mention stands in the title, opens the article as its dateline, follows a preposition of place.
    follower
        Which of :data:`FOLLOWERS` the next word belongs to, empty otherwise.
    first
        Character offset of the first mention.
    mentions
        How many mentions the group has.
    order
        Position of the first mention among the article's mentions.
    defined
        Whether the container comes from a definition ("Lebanon is a city in Boone County, Indiana").
    firm
        Whether the words can hardly be read otherwise than as naming the container, a country or a first-order division:
        "Lansing (Egypt)", "in Lansing, Egypt, closed".
    absent
        Whether the text puts the place where no candidate lies.
    """

    areas: Areas
    container_key: str
    in_title: bool
    dateline: bool
    preposition: bool
    follower: str
    first: int
    mentions: int
    order: int
    defined: bool = False
    firm: bool = False
    absent: bool = False

    def unplaced(self) -> MentionContext:
        """Return the context without what was taken for a container."""
        return replace(self, areas=frozenset(), container_key="", defined=False, firm=False)

    def placed_nowhere(self) -> MentionContext:
        """Return the context of a place that the gazetteer does not know where the text puts it."""
        return replace(self, areas=frozenset(), defined=False, absent=True)

    def placed_as(self, other: MentionContext) -> MentionContext:
        """Return the context with the container of another mention of the name."""
        return replace(self, areas=other.areas, container_key=other.container_key)

    def merged(self, other: MentionContext) -> MentionContext:
        """Return the context of both."""
        return replace(
            self,
            areas=self.areas | other.areas,
            in_title=self.in_title or other.in_title,
            dateline=self.dateline or other.dateline,
            preposition=self.preposition or other.preposition,
            follower=self.follower or other.follower,
            first=min(self.first, other.first),
            mentions=self.mentions + other.mentions,
            order=min(self.order, other.order),
        )


def read_contexts(
    articles: pd.DataFrame, mentions: pd.DataFrame, gazetteer: Gazetteer, years: Sequence[int | None] | None = None
) -> list[MentionContext]:
    """Return one context per mention, in the order of the mentions.

    Parameters
    ----------
    articles, mentions, gazetteer
        As for :func:`~geomap.resolution._candidates.build_batch`.
    years
        Of each mention, the year whose names count; None for any. All None when left out.
    """
    years = [None] * len(mentions) if years is None else years
    texts = field_texts(articles)
    rows = list(zip(*(mentions[name] for name in (*MENTION_KEY, "toponym")), strict=True))
    phrases = [container_phrases(texts[field][of], start, end, toponym) for of, field, start, end, toponym in rows]
    defined = [defining_phrases(texts[field][of], start, end) for of, field, start, end, _ in rows]
    known = {
        year: areas_named(
            (
                phrase
                for of, *lists in zip(years, phrases, defined, strict=True)
                if of == year
                for each in lists
                for phrase in each
            ),
            gazetteer,
            year=year,
        )
        for year in set(years)
    }
    contexts = []
    order = -1
    previous: str | None = None
    for (article_id, field, start, end, toponym), chain, definition, year in zip(
        rows, phrases, defined, years, strict=True
    ):
        order = order + 1 if article_id == previous else 0
        previous = article_id
        text = texts[field][article_id]
        areas, key = combined([*chain, *definition], known[year])
        context = MentionContext(
            areas=areas,
            container_key=key,
            in_title=field == "title",
            dateline=field == "text" and opens_text(text, start, end),
            preposition=bool(_PREPOSITION.search(text[max(0, start - 12) : start])),
            follower=_follower(text, start, end, toponym),
            first=start,
            mentions=1,
            order=order,
        )
        firm = _is_upper(known[year].get(firm_phrase(text, start, end).removesuffix(".")))
        contexts.append(replace(context, defined=bool(definition and context.areas), firm=firm))
    return contexts


def _is_upper(areas: Areas | None) -> bool:
    """Return whether a phrase names countries or first-order divisions alone; of many places lower codes are not known."""
    return bool(areas) and all(area.second is None and area.around is None for area, _ in areas or ())


def combined(chains: list[str], known: dict[str, Areas]) -> tuple[Areas, str]:
    """Return the areas of the first telling phrase, narrowed by a later one: "Franklin County, Ohio"."""
    areas: Areas = frozenset()
    key = ""
    for chain in chains:
        name = next((prefix for prefix in prefixes([chain]) if known.get(prefix)), None)
        if name is None:
            continue
        if not areas:
            areas, key = known[name], fold(name)
            continue
        inside = _narrowed(areas, known[name]) or _narrowed(known[name], areas)
        if inside:
            areas, key = inside, f"{key}, {fold(name)}"
    return areas, key


def _narrowed(areas: Areas, outer: Areas) -> Areas:
    return frozenset(area for area in areas if any(within(area[0], other) for other, _ in outer))


def within(inner: Area, outer: Area) -> bool:
    """Return whether one area lies in another, by their codes, or near its middle."""
    if outer.around is not None:
        near = inner.around is not None and distance_km(*inner.around, *outer.around) <= COUNTY_KM
        return inner.country == outer.country and bool(near)
    return (
        inner.country == outer.country and outer.first in (None, inner.first) and outer.second in (None, inner.second)
    )


def holds(areas: Iterable[tuple[Area, int]], place: Candidate) -> bool:
    """Return whether a place lies in one of the areas, and is not that area itself."""
    own = Area(place.country_code or "", place.admin1_code or None, place.admin2_code or None, (place.lat, place.lon))
    return any(place.row != holder and within(own, area) for area, holder in areas)


# Countries whose places are also said to lie in another: its dependencies, and what it holds or claims.
_RELATED = {
    "AU": "CC CX NF",
    "CN": "HK MO TW",
    "DK": "FO GL",
    "FI": "AX",
    "FR": "BL GF GP MF MQ NC PF PM RE TF WF YT",
    "GB": "AI BM FK GG GI IM JE KY MS PN SH TC VG",
    "IL": "PS SY",
    "MA": "EH",
    "NL": "AW BQ CW SX",
    "NO": "SJ",
    "NZ": "CK NU TK",
    "PS": "IL",
    "RS": "XK",
    "RU": "UA",
    "TW": "CN",
    "US": "AS GU MP PR VI",
}


def lies_elsewhere(areas: Areas, places: Iterable[Candidate]) -> bool:
    """Return whether every place lies outside of the areas and of what is said to belong to their countries."""
    countries = {area.country for area, _ in areas}
    countries |= {other for country in countries for other in _RELATED.get(country, "").split()}
    every = list(places)
    outer = all(area.first is None and area.around is None for area, _ in areas)
    return not any(holds(areas, place) for place in every) and not (
        outer and any(place.country_code in countries for place in every)
    )


def _follower(text: str, start: int, end: int, toponym: str) -> str:
    """Return the kind of place that the words in and around a toponym say it is, empty where they say none."""
    own = toponym.casefold().split()
    next_word = _NEXT_WORD.match(text, end)
    for word in (next_word.group(1).casefold() if next_word else "", own[-1] if own else "", own[0] if own else ""):
        if word in _KIND_OF_WORD:
            return _KIND_OF_WORD[word]
    if own and own[0] in {"mount", "mt", "mt."}:
        return "land"
    before = text[max(0, start - 200) : start]
    named = _KIND_OF.search(before)
    word = named.group(1).casefold() if named else ""
    if word in _KIND_OF_WORD or word in _TOWN_WORDS:
        return _KIND_OF_WORD.get(word) or _TOWN_WORDS[word]
    shared = _SHARED_BEHIND.match(text, end) or _SHARED_BEFORE.search(before)
    return _KIND_OF_WORD.get(shared.group(1).casefold(), "") if shared else ""


def areas_named(phrases: Iterable[str], gazetteer: Gazetteer, *, year: int | None = None) -> dict[str, Areas]:
    """Return the countries and divisions that each phrase, or what it begins with, may name."""
    wanted = {name for name in prefixes(phrases) if len(name) > 1}
    return {
        name: frozenset((area, place.row) for place in candidates if _holds(place) for area in _areas_of(place))
        for name, candidates in gazetteer.candidates(wanted, limit=30, year=year).items()
    }


def _holds(candidate: Candidate) -> bool:
    code = candidate.feature_code or ""
    return candidate.feature_class == "A" and (code.startswith("PCL") or code in {"ADM1", "ADM2", "ADM2H", "TERR"})


def _areas_of(place: Candidate) -> Iterator[Area]:
    code, country = place.feature_code or "", place.country_code or ""
    if code.startswith("ADM2") and country in _COUNTIES:
        yield Area(country, around=(place.lat, place.lon))
    if code != "ADM2H":
        first = place.admin1_code if code in {"ADM1", "ADM2"} else None
        second = place.admin2_code if code == "ADM2" else None
        yield Area(country, first or None, second or None)
