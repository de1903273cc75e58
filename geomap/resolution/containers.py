"""Phrases that may name what holds a place: behind a comma, in front as a possessor, or in a definition of the place."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from geomap.resolution.names import own_container

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


def container_phrases(text: str, start: int, end: int) -> list[str]:
    """Return the phrases beside a mention that may name what holds it, the most telling first."""
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
