"""What the words around a mention say about where it lies."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

import pandas as pd

from geomap.gazetteer import Candidate, Gazetteer, fold
from geomap.resolution.names import own_container

# Up to four words behind a comma or an opening bracket, the first with a capital: ", North Carolina", " (Iraq".
_FOLLOWING = re.compile(
    r"\s?(?:,\s{0,2}(?:in\s)?|\(|\sin\s)((?:[^\W\d_a-z][\w.'’-]*)(?:[ \u00a0](?:of|and|the|[^\W\d_a-z])[\w.'’-]*){0,3})"
)
_POSSESSOR = re.compile(r"((?:[^\W\d_a-z][\w.-]*[ \u00a0]){0,2}[^\W\d_a-z][\w.-]*)['’]s?[ \u00a0]$")
_DATELINE = re.compile(r"^[^a-z\n]{0,60}$")
_DATELINE_END = re.compile(r"[^\n.!?]{0,60}?(?:\s[—–-]{1,2}\s|\)\s[—–-])")
_PREPOSITION = re.compile(
    r"\b(?:in|at|near|from|to|of|outside|around|across|toward|towards|into|through|between|off)\s(?:the\s)?$",
    re.IGNORECASE,
)
_NEXT_WORD = re.compile(r"[ \u00a0]?([A-Za-z]+)")
_WATER = {
    "river",
    "rivers",
    "lake",
    "creek",
    "bay",
    "sea",
    "gulf",
    "strait",
    "basin",
    "canal",
    "reservoir",
    "dam",
    "delta",
}
_LAND = {
    "mountain",
    "mountains",
    "desert",
    "valley",
    "peninsula",
    "island",
    "islands",
    "hills",
    "plateau",
    "plain",
    "plains",
}
_SECOND = {"county", "parish", "borough", "district"}
_FIRST = {"province", "governorate", "state", "region", "prefecture", "oblast"}
_SPOT = {"airport", "airfield", "airbase", "station", "stadium", "hospital", "university", "bridge", "base"}
FOLLOWERS = ("water", "land", "second", "first", "spot")

Area = tuple[str, str | None, str | None]


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
    """

    areas: frozenset[tuple[Area, int]]
    container_key: str
    in_title: bool
    dateline: bool
    preposition: bool
    follower: str
    first: int
    mentions: int
    order: int

    def unplaced(self) -> MentionContext:
        """Return the context without what was taken for a container."""
        return replace(self, areas=frozenset(), container_key="")

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


def read_contexts(articles: pd.DataFrame, mentions: pd.DataFrame, gazetteer: Gazetteer) -> list[MentionContext]:
    """Return one context per mention, in the order of the mentions."""
    texts = {field: dict(zip(articles["article_id"], articles[field], strict=True)) for field in ("title", "text")}
    rows = list(zip(mentions["article_id"], mentions["field"], mentions["start"], mentions["end"], strict=True))
    phrases = [_container_phrases(texts[field][article_id], start, end) for article_id, field, start, end in rows]
    known = _areas(_prefixes(chain for chains in phrases for chain in chains), gazetteer)
    contexts = []
    order = -1
    previous: str | None = None
    for (article_id, field, start, end), chains in zip(rows, phrases, strict=True):
        order = order + 1 if article_id == previous else 0
        previous = article_id
        contexts.append(_read(texts[field][article_id], field, start, end, chains, known, order))
    return contexts


def _read(
    text: str,
    field: str,
    start: int,
    end: int,
    chains: list[str],
    known: dict[str, frozenset[tuple[Area, int]]],
    order: int,
) -> MentionContext:
    areas, key = _combined(chains, known)
    line = text.rfind("\n", 0, start) + 1
    opening = text[line:start]
    dateline = (
        field == "text"
        and start < 400
        and bool(_DATELINE.match(opening))
        and text[start:end].upper() == text[start:end]
        and bool(_DATELINE_END.match(text[end : end + 90]))
    ) or (
        field == "text"
        and start < 400
        and not opening.strip(" —–-\u00a0")
        and bool(_DATELINE_END.match(text[end : end + 60]))
    )
    word = _NEXT_WORD.match(text, end)
    return MentionContext(
        areas=areas,
        container_key=key,
        in_title=field == "title",
        dateline=dateline,
        preposition=bool(_PREPOSITION.search(text[max(0, start - 12) : start])),
        follower=_follower(word.group(1).casefold() if word else "", text[start:end]),
        first=start,
        mentions=1,
        order=order,
    )


def _combined(
    chains: list[str], known: dict[str, frozenset[tuple[Area, int]]]
) -> tuple[frozenset[tuple[Area, int]], str]:
    """Return the areas of the first telling phrase, narrowed by a later one: "Franklin County, Ohio"."""
    areas: frozenset[tuple[Area, int]] = frozenset()
    key = ""
    for chain in chains:
        name = next((prefix for prefix in _prefixes([chain]) if known.get(prefix)), None)
        if name is None:
            continue
        if not areas:
            areas, key = known[name], fold(name)
            continue
        inside = frozenset(area for area in areas if any(within(area[0], outer) for outer, _ in known[name]))
        if inside:
            areas, key = inside, f"{key}, {fold(name)}"
    return areas, key


def within(inner: Area, outer: Area) -> bool:
    """Return whether one area lies in another, by their codes."""
    return inner[0] == outer[0] and all(
        theirs is None or ours == theirs for ours, theirs in zip(inner[1:], outer[1:], strict=True)
    )


def holds(areas: Iterable[tuple[Area, int]], place: Candidate) -> bool:
    """Return whether a place lies in one of the areas, and is not that area itself."""
    own = (place.country_code or "", place.admin1_code or None, place.admin2_code or None)
    return any(place.row != holder and within(own, area) for area, holder in areas)


def _follower(word: str, toponym: str) -> str:
    last = toponym.casefold().split()[-1] if toponym.split() else ""
    first = toponym.casefold().split()[0] if toponym.split() else ""
    for name, words in zip(FOLLOWERS, (_WATER, _LAND, _SECOND, _FIRST, _SPOT), strict=True):
        if word in words or last in words or first in words:
            return name
    return "land" if first in {"mount", "mt", "mt."} else ""


def _container_phrases(text: str, start: int, end: int) -> list[str]:
    """Return the phrases that may name what holds the mention, the most telling first."""
    phrases = [own_container(text[start:end])]
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


def _prefixes(phrases: Iterable[str]) -> Iterable[str]:
    for phrase in phrases:
        words = phrase.split()
        for length in range(len(words), 0, -1):
            name = " ".join(words[:length])
            yield name
            if name.endswith(".") and length > 1:
                yield name[:-1]


def _areas(names: Iterable[str], gazetteer: Gazetteer) -> dict[str, frozenset[tuple[Area, int]]]:
    wanted = {name for name in names if len(name) > 1}
    return {
        name: frozenset((_area(candidate), candidate.row) for candidate in candidates if _holds(candidate))
        for name, candidates in gazetteer.candidates(wanted, limit=30).items()
    }


def _holds(candidate: Candidate) -> bool:
    code = candidate.feature_code or ""
    return candidate.feature_class == "A" and (code.startswith("PCL") or code in {"ADM1", "ADM2", "TERR"})


def _area(candidate: Candidate) -> Area:
    code = candidate.feature_code or ""
    first = candidate.admin1_code if code in {"ADM1", "ADM2"} else None
    second = candidate.admin2_code if code == "ADM2" else None
    return (candidate.country_code or "", first or None, second or None)
