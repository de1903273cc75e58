"""Names as they are written: what stands between the spans of a recognizer and the names of the gazetteer.

A recognizer finds "North" in "North and South Dakota", "san antonio tx" as one name, nothing in "#LosAngeles" and "D-Ore.",
and reads the "US" of "US$" as a country. :data:`RULES` lists what is done about each such notation; a rule takes the spans
of a text and returns them, some split, added, given the name that they mean, or dropped.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import lru_cache

from geomap._coordinates import coordinates_in
from geomap._place_words import DIRECTIONS
from geomap.gazetteer import Candidate, Gazetteer, NameKind
from geomap.recognition import Span
from geomap.recognition._words import english_words
from geomap.resolution._names import name_variants

WELL_KNOWN = 15_000
"""Inhabitants from which on a town's name is read out of a notation that hides it, such as a hashtag."""

OFFICES = frozenset(
    """
    attorney commission commissioners council court courthouse courts jail jury police prison prosecutor sheriff
    """.split()
)
"""What belongs to the place in its name, so that the place is meant where nothing is known of the whole."""

COUNTY = re.compile(r"(?:county|parish|borough|township)\Z", re.IGNORECASE)


class Names:
    """What the gazetteer knows of names.

    Parameters
    ----------
    gazetteer
        The gazetteer.
    """

    def __init__(self, gazetteer: Gazetteer) -> None:
        self._gazetteer = gazetteer
        self.exact = lru_cache(maxsize=65536)(self._exact)
        self.known = lru_cache(maxsize=65536)(self._known)
        self.airport = lru_cache(maxsize=4096)(self._airport)

    def _exact(self, name: str) -> tuple[Candidate, ...]:
        return tuple(self._gazetteer.candidates([name], limit=30).get(name, ()))

    def _known(self, name: str) -> bool:
        """Return whether the resolver would find a candidate for a name."""
        return any(map(self.exact, name_variants(name)))

    def well_known(self, name: str) -> bool:
        """Return whether a name is that of a country, a first-order division, a region or a large town."""
        return any(each.kind != NameKind.DEMONYM and _is_large(each) for each in self.exact(name))

    def areas(self, name: str) -> tuple[Candidate, ...]:
        """Return the countries and first-order divisions of a name."""
        return tuple(each for each in self.exact(name) if each.kind != NameKind.DEMONYM and _is_area(each))

    def is_country_in_letters(self, letters: str) -> bool:
        """Return whether letters are the initials of a country, by which no other is called, or of the European Union."""
        if letters.replace(".", "") == "EU":
            return bool(self.exact(letters))
        if letters.casefold() in english_words().ordinary:
            return False
        countries = [each for each in self.exact(letters) if (each.feature_code or "").startswith("PCL")]
        return bool(countries) and all(each.kind == NameKind.ABBREVIATION for each in countries)

    def has_town(self, name: str, *, least: int = 1) -> bool:
        """Return whether a town of at least some inhabitants is called so."""
        return any(each.feature_class == "P" and each.population >= least for each in self.exact(name))

    def within(self, name: str, areas: Iterable[Candidate], *, least: int = 0) -> bool:
        """Return whether a town or a division of a name lies in one of the areas."""
        return any(
            place.feature_class in {"P", "A"} and place.population >= least and _lies_in(place, area)
            for area in areas
            for place in self.exact(name)
        )

    def of_run(self, squeezed: str) -> str | None:
        """Return the well-known name that "losangeles" is when its words are run together."""
        for each in self._gazetteer.spelled(squeezed, limit=5):
            if each.name.replace(" ", "") == squeezed.casefold() and self.well_known(each.name):
                return each.name
        return None

    def _airport(self, code: str) -> str | None:
        """Return the name of the airport that has an IATA or ICAO code, with its country."""
        for each in self._gazetteer.candidates([code], codes=True).get(code, ()):
            if each.feature_code == "AIRP" or each.kind == NameKind.CODE:
                country = self._gazetteer.country_name(each.country_code)
                return f"{each.name}, {country}" if country else each.name
        return None


def _is_area(place: Candidate) -> bool:
    code = place.feature_code or ""
    return place.feature_class == "A" and (code.startswith("PCL") or code in {"ADM1", "TERR"})


def _is_large(place: Candidate) -> bool:
    if place.feature_class == "P":
        return place.population >= WELL_KNOWN
    return _is_area(place) or place.feature_class in {"L", "X"} or place.feature_code == "ADM2"


def _lies_in(place: Candidate, area: Candidate) -> bool:
    return (
        place.row != area.row
        and place.country_code == area.country_code
        and (area.feature_code != "ADM1" or place.admin1_code == area.admin1_code)
    )


Rule = Callable[[str, list[Span], Names], list[Span]]


class Notation:
    """Reads the spans of a recognizer as the names that they mean.

    Parameters
    ----------
    gazetteer
        The gazetteer whose names decide.
    """

    def __init__(self, gazetteer: Gazetteer) -> None:
        self._names = Names(gazetteer)

    def read(self, text: str, spans: Sequence[Span]) -> list[Span]:
        """Return the spans of a text with every rule applied, by start; none overlaps another if none did.

        Parameters
        ----------
        text
            The text.
        spans
            What a recognizer found in it.
        """
        read = sorted(spans, key=lambda span: span.start)
        for rule in RULES:
            read = rule(text, read, self._names)
        return read

    def names(self, text: str, spans: Sequence[Span]) -> list[str | None]:
        """Return the names that the words of given spans mean, None where it is themselves.

        Parameters
        ----------
        text
            The text.
        spans
            Spans in order, which stay as they are.
        """
        read = list(spans)
        for rule in RULES_OF_NAMES:
            read = rule(text, read, self._names)
        meant = {(each.start, each.end): each.name for each in read}
        return [meant.get((span.start, span.end)) for span in spans]


def _with(spans: Sequence[Span], further: Iterable[Span], *, instead: bool = False) -> list[Span]:
    """Return the spans with further ones, which give way to those that they overlap, or stand instead of them."""
    added: list[Span] = []
    for span in sorted(further, key=lambda span: (span.start, -span.end)):
        # Two neighbors may both lead to the name between them.
        if not added or span.start >= added[-1].end:
            added.append(span)
    if not added:
        return list(spans)
    kept, new = (_apart(spans, added), added) if instead else (list(spans), _apart(added, spans))
    return sorted([*kept, *new], key=lambda span: span.start)


def _apart(spans: Sequence[Span], others: Sequence[Span]) -> list[Span]:
    """Return the spans that overlap none of the others; both are in order, and no two of the others overlap."""
    kept, at = [], 0
    for span in spans:
        while at < len(others) and others[at].end <= span.start:
            at += 1
        if at == len(others) or others[at].start >= span.end:
            kept.append(span)
    return kept


def _coordinates(text: str, spans: list[Span], names: Names) -> list[Span]:
    """Take coordinates for mentions of a kind of their own."""
    del names
    found = (Span(each.start, each.end, "coordinate", "literal") for each in coordinates_in(text))
    return _with(spans, found, instead=True)


_HASHTAG = re.compile(r"(?<![\w&/])[#＃](\w{3,60})")
_HUMP = re.compile(r"[A-Z]+(?![a-z])|[^\W\d_a-z]?[^\W\d_A-Z]+|\d+|_+")
_JOINING = frozenset("at for from in near of to with".split())
_HAPPENINGS = frozenset(
    """
    attack attacks blast bombing crisis derby earthquake election elections fire fires flood flooding floods news protest
    protests quake riots shooting storm strong traffic votes war weather wildfire wildfires
    """.split()
)
SHORTEST_RUN = 6


def _hashtags(text: str, spans: list[Span], names: Names) -> list[Span]:
    """Take a hashtag for its words, #LosAngeles or #losangeles, or for the place in it: #FloodsInKerala, #LondonFire."""
    if "#" not in text and "＃" not in text:
        return spans
    return _with(spans, (found for tag in _HASHTAG.finditer(text) if (found := _tagged(tag, names))), instead=True)


def _tagged(tag: re.Match[str], names: Names) -> Span | None:
    start, end = tag.span(1)
    humps = [match for match in _HUMP.finditer(tag[1]) if not match[0].startswith("_")]
    words = [match[0] for match in humps]
    whole = " ".join(words)
    if names.well_known(whole) and not (len(words) == 1 and whole.casefold() in english_words().ordinary):
        return Span(start, end, "toponym", None, None, None if whole == tag[1] else whole)
    for number in range(len(words) - 1, 0, -1):
        rest = " ".join(words[number:])
        if words[number - 1].casefold() in _JOINING and names.well_known(rest):
            return Span(start + humps[number].start(), end, "toponym", "literal", None, rest)
    if len(words) > 1 and words[-1].casefold() in _HAPPENINGS and names.well_known(" ".join(words[:-1])):
        return Span(start, start + humps[-2].end(), "toponym", "literal", None, " ".join(words[:-1]))
    if len(words) == 1 and len(tag[1]) >= SHORTEST_RUN and (name := names.of_run(tag[1].casefold())):
        return Span(start, end, "toponym", None, None, name)
    return None


_PARTY = re.compile(
    r"(?<![\w-])(?:[DRIL]|Dem|Rep|GOP|DFL)[-–—]((?:[A-Z]\.){2,3}|[A-Z][a-z]{1,5}\.|[A-Z]{2}(?![\w-])|[A-Z][a-z]+(?:\s[A-Z][a-z]+)?)"
)


def _parties(text: str, spans: list[Span], names: Names) -> list[Span]:
    """Find the state behind a party: "D-Ore.", "(R-Calif.)"."""
    return _with(spans, _states_of_parties(text, names), instead=True)


def _states_of_parties(text: str, names: Names) -> Iterator[Span]:
    for match in _PARTY.finditer(text):
        start, end = match.span(1)
        stop = end if names.exact(match[1]) else start + len(match[1].split()[0])
        words = text[start:stop]
        if name := _state(words, names):
            yield Span(start, stop, "toponym", "associative", None, name)
        elif _is_whole(words, names) and names.within(words, names.areas("USA")):
            # Members of a state's parliament have their town behind the party: "D-Iowa City".
            yield Span(start, stop, "toponym", "associative")


def _state(words: str, names: Names) -> str | None:
    """Return the state of the United States, or the province of Canada, that words name or shorten, with the country."""
    for each in names.areas(words):
        if each.country_code in _ABBREVIATING and each.feature_code == "ADM1":
            sort = "state" if each.country_code == "US" else "province"
            return f"{sort} of {each.name}, {_ABBREVIATING[each.country_code]}"
    return None


_ABBREVIATING = {"US": "United States", "CA": "Canada"}
_WORD = r"[^\W\d_a-z][\w.'’-]*"
_RUN = rf"{_WORD}(?:[ \u00a0](?:(?:of|de|del|la|le|da|do|the|upon|on|am)[ \u00a0])?{_WORD}){{0,3}}"
_STATE_BEHIND = re.compile(
    rf"(?<![\w.'’-])(?P<town>{_RUN}),\s(?P<state>(?:[A-Z]\.){{2,3}}|[A-Z][a-z]{{2,5}}\.|[A-Z]{{2}}(?![\w.-]))"
)
# Letters behind a person's name that are a degree or an office as often as a state.
_DEGREES = frozenset("BA DC DDS DO ED EDD JD MA MBA MD ME MP MS MSC PA PHD RN VC VP".split())


def _states_behind(text: str, spans: list[Span], names: Names) -> list[Span]:
    """Find a town that stands before its abbreviated state, and the state: "Elko, Nev.", "MOBILE, Ala."."""
    return _with(spans, _towns_and_states(text, spans, names))


def _towns_and_states(text: str, spans: Sequence[Span], names: Names) -> Iterator[Span]:
    starts = {span.start for span in spans}
    for match in _STATE_BEHIND.finditer(text):
        letters = match["state"].replace(".", "").upper()
        if letters in _DEGREES and match.start("town") not in starts:
            continue
        state = _state(match["state"], names)
        if not state:
            continue
        start = _start_of_town(text, *match.span("town"), names.areas(match["state"]), names)
        if start is not None:
            yield Span(start, match.end("town"), "toponym", "literal")
        if start is not None or any(span.end == match.end("town") for span in spans):
            yield Span(*match.span("state"), "toponym", "literal", None, state)


def _start_of_town(text: str, start: int, end: int, areas: Sequence[Candidate], names: Names) -> int | None:
    """Return where the longest name of a place in the areas begins that ends a run of words with capitals."""
    for word in re.finditer(_WORD, text[start:end]):
        if names.within(text[start + word.start() : end], areas):
            # "Rep. Ann Elko, Nev." is no town, "Sheriff of Elko, Nev." is.
            before = text[max(0, start + word.start() - 4) : start + word.start()]
            if word.start() and not before.endswith((", ", "of ", "in ", "at ", "— ")):
                return None
            return start + word.start()
    return None


_CONTAINER_BEHIND = re.compile(r"(?:,\s|\s?\(|\sin\s)(?:the\s)?\Z")
_RUN_BEFORE = re.compile(rf"(?<![\w.'’-])({_RUN})\Z")
_PLACED = re.compile(
    r"(?:\b(?:in|at|near|from|to|of|outside|around|between|and|for|leaving|into)\s(?:the\s)?|\A|\n|[.!?:;|\t—–-]\s?)\Z"
)
_NAME_GOES_ON = re.compile(r"[ \u00a0][^\W\d_a-z]")
_OWNED = re.compile(rf"['’]s?\s({_RUN})")
LONGEST_RUN = 60
LEAST_OWNED = 1_000


def _contained(text: str, spans: list[Span], names: Names) -> list[Span]:
    """Find a name that stands with its container: "Bath, Maine", "Green in Ohio", "Ohio's Heath"."""
    found = list(_beside_containers(text, spans, names))
    # "Rio Tinto in Portugal": of two names that overlap the one in the container is meant, if it is the longer.
    longer = [each for each in found if any(_holds(each, span) for span in spans)]
    return _with(_with(spans, longer, instead=True), found)


def _holds(one: Span, other: Span) -> bool:
    return one.start <= other.start and other.end <= one.end and (one.start, one.end) != (other.start, other.end)


def _beside_containers(text: str, spans: Sequence[Span], names: Names) -> Iterator[Span]:
    taken = {span.end for span in spans}
    for span in spans:
        if span.kind != "toponym":
            continue
        areas = names.areas(text[span.start : span.end])
        if not areas:
            continue
        link = _CONTAINER_BEHIND.search(text, max(0, span.start - 8), span.start)
        # "Lighthizer, U.S. Trade Representative": the area is part of another name.
        if link and link.start() not in taken and not _NAME_GOES_ON.match(text, span.end):
            yield from _held_before(text, link, areas, names)
        owned = _OWNED.match(text, span.end)
        if owned:
            yield from _owned_behind(text, *owned.span(1), areas, names)


def _held_before(text: str, link: re.Match[str], areas: Sequence[Candidate], names: Names) -> Iterator[Span]:
    end = link.start()
    run = _RUN_BEFORE.search(text, max(0, end - LONGEST_RUN), end)
    if run is None:
        return
    start = _start_of_town(text, *run.span(1), areas, names)
    if start is None:
        return
    placed = _PLACED.search(text, max(0, start - 12), start)
    ordinary = _is_word(text[start:end])
    if link[0].strip().startswith("in"):
        # A sentence may begin with any word, and with a person's name: "Police in Ohio", "Clinton in Ohio".
        if placed and placed[0].strip(" \n|\t"):
            yield Span(start, end, "toponym", "literal")
    elif placed or not ordinary:
        yield Span(start, end, "toponym", "literal")


def _owned_behind(text: str, start: int, end: int, areas: Sequence[Candidate], names: Names) -> Iterator[Span]:
    words = text[start:end].split()
    for count in range(len(words), 0, -1):
        name = " ".join(words[:count]).rstrip(".")
        stop = start + len(name)
        behind = text[stop : stop + 2]
        if (
            text[start:stop] == name
            and not re.match(r"\s[A-Z]", behind)
            and names.within(name, areas, least=LEAST_OWNED)
        ):
            yield Span(start, stop, "toponym", "literal")
            return


_SORT = re.compile(
    rf"\b(?:the|a)\s(?:[a-z]+\s){{0,2}}(?:town|city|village|hamlet|suburb|port|borough|township|municipality)\sof\s(?P<name>{_RUN})"
)
_AND = "and|et|und|y|e|en|och|og|i|a|și|és|ja|ve|и|і|й|та"
_BESIDE = re.compile(rf"(?P<link>\sto\s|\s(?:{_AND})\s)\Z")
_BESIDE_BEHIND = re.compile(rf"\s(?:{_AND})\s({_WORD}(?:[ -]{_WORD}){{0,2}})(?!\s?[A-Z]|['’\w-])")
_LEADING = re.compile(r"\b(?:from|between)\s\Z")
LEAST_BESIDE = 100_000


def _of_sorts(text: str, spans: list[Span], names: Names) -> list[Span]:
    """Find what the text itself calls a town: "the town of Hit"."""
    return _with(spans, _called_towns(text, names))


def _called_towns(text: str, names: Names) -> Iterator[Span]:
    for match in _SORT.finditer(text):
        words = match["name"].split()
        for count in range(len(words), 0, -1):
            name = re.sub(r"['’]s?$", "", " ".join(words[:count])).rstrip(".,")
            if text.startswith(name, match.start("name")) and names.has_town(name):
                yield Span(match.start("name"), match.start("name") + len(name), "toponym", "literal")
                break


def _beside_others(text: str, spans: list[Span], names: Names) -> list[Span]:
    """Find a name that stands with one that was found: "from Most to Prague", "Kharkov and Kiev"."""
    return _with(spans, _companions(text, spans, names))


def _companions(text: str, spans: Sequence[Span], names: Names) -> Iterator[Span]:
    for span in spans:
        if span.kind != "toponym":
            continue
        behind = _BESIDE_BEHIND.match(text, span.end)
        if behind and _is_large_town(behind[1].rstrip(".,"), names):
            yield Span(behind.start(1), behind.start(1) + len(behind[1].rstrip(".,")), "toponym")
        link = _BESIDE.search(text, max(0, span.start - 6), span.start)
        run = _RUN_BEFORE.search(text, max(0, link.start() - LONGEST_RUN), link.start()) if link else None
        if link is None or run is None:
            continue
        start, end = run.span(1)
        led = _LEADING.search(text, max(0, start - 9), start)
        if led and names.has_town(run[1], least=WELL_KNOWN):
            yield Span(start, end, "toponym", "literal")
        elif link["link"] != " to " and _is_large_town(run[1], names):
            yield Span(start, end, "toponym")


def _is_large_town(name: str, names: Names) -> bool:
    return _is_whole(name, names) and names.has_town(name, least=LEAST_BESIDE)


def _is_word(name: str) -> bool:
    return name.casefold() in english_words().ordinary and not (name.isupper() and len(name) > 1)


_TRAVEL = re.compile(
    r"(?i)\b(?:air(?:craft|line|lines|port|ports)|arriv\w+|boarding|depart\w+|diverted|flew|flights?|fl(?:y|ies|ying)|gates?|"
    r"jets?|land(?:ed|ing)|layover|passengers?|planes?|red-eye|runways?|stopover|take-?off|terminals?|took off)\b"
)
_CODE = re.compile(r"(?<![\w.#@&/])([A-Z]{3})(?![\w&]|\.[A-Z])")
_TO_CODE = re.compile(
    r"(?:\b(?:at|between|from|into|out of|through|to|via)\s|(?i:airport)\s\(|\b[A-Z]{3}(?:[-–/]|\s(?:to|and|or)\s|,\s))\Z"
)
# Agencies, airlines and others whose initials are also codes of airports.
_NO_AIRPORTS = frozenset(
    "ANA BBC CBS CDC CEO CIA CNN DEA EVA FAA FBI GDP ICE IDF IMF JAL KLM NBC NHS NYC PBS SAS TSA UAE UAL USA WHO".split()
)
_NEAR = 160


def _airports(text: str, spans: list[Span], names: Names) -> list[Span]:
    """Take codes of airports for names where the text speaks of flights: "from LHR to CDG", "JFK-LAX"."""
    if not _TRAVEL.search(text):
        return spans
    return _with(spans, _airports_by_code(text, names), instead=True)


def _airports_by_code(text: str, names: Names) -> Iterator[Span]:
    for match in _CODE.finditer(text):
        start, end = match.span(1)
        if match[1] in _NO_AIRPORTS or not _TRAVEL.search(text, max(0, start - _NEAR), end + _NEAR):
            continue
        leads = re.match(r"[-–/→]\s?[A-Z]{3}(?!\w)", text[end:])
        if (leads or _TO_CODE.search(text, max(0, start - 9), start)) and (name := names.airport(match[1])):
            yield Span(start, end, "toponym", "literal", None, name)


_HEADS = rf"(?:{DIRECTIONS}|upper|lower|inner|outer|central|new|greater)"
_SHARED_HEAD = re.compile(
    rf"(?<![\w-])(?P<first>(?i:{_HEADS}))(?:\s(?:and|or|&)\s|,\s)(?:(?:(?i:{_HEADS}))(?:,?\s(?:and|or|&)\s|,\s))?"
    rf"(?P<second>(?i:{_HEADS}))\s(?P<head>{_WORD}(?:\s{_WORD})?)"
)


def _shared_heads(text: str, spans: list[Span], names: Names) -> list[Span]:
    """Read the first of "North and South Dakota" as North Dakota."""
    for match in _SHARED_HEAD.finditer(text):
        first, second, head = match.group("first", "second", "head")
        if not (first[0].isupper() and second[0].isupper()):
            continue
        for name in dict.fromkeys((re.sub(r"['’]s?$", "", head).rstrip(".,"), head.split()[0].rstrip(".,"))):
            if names.exact(f"{first} {name}") and names.exact(f"{second} {name}"):
                start, stop = match.span("first")
                beside = [span for span in spans if span.start == match.start("second")]
                usage = beside[0].usage if beside else None
                spans = _with(spans, [Span(start, stop, "toponym", usage, None, f"{first} {name}")], instead=True)
                break
    return spans


_MARK = "['’ʼ‘`-]"
_REST_BEHIND = re.compile(rf"(?:{_MARK}[^\W\d_]+)+")
_REST_BEFORE = re.compile(rf"(?:[^\W\d_]+{_MARK})+\Z")
_POSSESSIVE = re.compile(r"['’][sS]\Z")


def _whole_words(text: str, spans: list[Span], names: Names) -> list[Span]:
    """Take the whole of a name with apostrophes or hyphens of which a part was found: "Ta'if", "Fort-de-France"."""
    return _with(spans, _wholes(text, spans, names), instead=True)


def _wholes(text: str, spans: Sequence[Span], names: Names) -> Iterator[Span]:
    last = 0
    for span in spans:
        behind = _REST_BEHIND.match(text, span.end)
        before = _REST_BEFORE.search(text, max(0, span.start - LONGEST_RUN), span.start)
        if not (behind or before) or span.start < last:
            continue
        start = before.start() if before else span.start
        end = behind.end() if behind else span.end
        end -= 2 * bool(_POSSESSIVE.search(text, max(start, end - 2), end))
        if (start, end) != (span.start, span.end) and start < end and names.exact(text[start:end]):
            last = end
            yield replace(span, start=start, end=end)


_HYPHEN = re.compile(r"\s?[-–—/]\s?")


def _pairs(text: str, spans: list[Span], names: Names) -> list[Span]:
    """Part two names that a hyphen joins, unless they are one: "the Chile-Bolivia border", not "Baden-Württemberg"."""
    read: list[Span] = []
    for span in spans:
        read += _halves(text, span, names)
    return read


def _halves(text: str, span: Span, names: Names) -> Iterator[Span]:
    words = text[span.start : span.end]
    parts, at = [], 0
    if span.kind != "demonym" and span.name is None and _HYPHEN.search(words) and not names.exact(words):
        for hyphen in [*_HYPHEN.finditer(words), None]:
            stop = hyphen.start() if hyphen else len(words)
            parts.append((at, stop))
            at = hyphen.end() if hyphen else stop
    if len(parts) > 1 and all(len(words[a:b]) > 2 and names.well_known(words[a:b]) for a, b in parts):
        for a, b in parts:
            yield replace(span, start=span.start + a, end=span.start + b)
    else:
        yield span


_OFFICIAL = {
    "D": "Democratic", "P": "People's", "R": "Republic", "F": "Federal", "I": "Islamic", "S": "Socialist",
    "DEM": "Democratic", "PEOP": "People's", "REP": "Republic", "FED": "Federal", "ISL": "Islamic", "SOC": "Socialist",
}  # fmt: skip
_INITIALS = re.compile(
    rf"(?<![\w.])((?:[DPRFIS]\.\s?){{1,4}}|(?:(?:Dem|Peop|Rep|Fed|Isl|Soc)\.\s?){{1,3}}|(?:DPR|PDR|DR|PR|FR|IR)\s)(?:of\s)?(?:the\s)?({_WORD})"
)


def _official_names(text: str, spans: list[Span], names: Names) -> list[Span]:
    """Read a country's official name from its initials: "D.P.R. of Korea", "P.R. China", "Dem. Rep. of Congo"."""
    for match in _INITIALS.finditer(text):
        words = re.findall(r"\w+", match[1]) if "." in match[1] else list(match[1].strip())
        official = " ".join(_OFFICIAL[word.upper()] for word in words)
        country = re.sub(r"['’]s?$", "", match[2]).rstrip(".,")
        for name in (f"{official} of {country}", f"{official} of the {country}"):
            if any((each.feature_code or "").startswith("PCL") for each in names.exact(name)):
                end = match.start(2) + len(country)
                beside = [span for span in spans if span.end == end]
                usage, score = (beside[0].usage, beside[0].score) if beside else (None, None)
                spans = _with(spans, [Span(match.start(), end, "toponym", usage, score, name)], instead=True)
                break
    return spans


_COUNTRY_LETTERS = re.compile(r"(?<![\w.&/-])(?:EU|E\.U\.|[A-Z]{3,5}|(?:[A-Z]\.){3,5})(?![\w&]|-\d)")


def _country_letters(text: str, spans: list[Span], names: Names) -> list[Span]:
    """Find the initials of countries: "The DPRK", "the U.A.E."."""
    if text.isupper():
        return spans
    found = (match.span() for match in _COUNTRY_LETTERS.finditer(text) if names.is_country_in_letters(match[0]))
    return _with(spans, (Span(start, end, "toponym") for start, end in found))


_POSTAL_CODE = re.compile(r"(?:[A-Z]{1,2}\d[A-Z\d]?(?:\s?\d[A-Z]{2})?|\d{4,6}(?:-\d{4})?)\Z")


def _backed_off(text: str, spans: list[Span], names: Names) -> list[Span]:
    """Replace a name that nothing is known of by its longest part with a candidate, and that part's container."""
    read: list[Span] = []
    for span in spans:
        words = text[span.start : span.end]
        unknown = span.name is None and span.kind in {"toponym", "embedded"} and not names.known(words)
        read += (_parts(text, span, names) if unknown else ()) or (span,)
    return read


_OWNER = re.compile(rf"({_RUN})['’]s?\s({_RUN})\Z")


def _parts(text: str, span: Span, names: Names) -> tuple[Span, ...]:
    owned = _OWNER.match(text, span.start, span.end)
    if owned and names.within(owned[2], names.areas(owned[1])):
        holder, held = owned.span(1), owned.span(2)
        return (replace(span, start=holder[0], end=holder[1]), replace(span, start=held[0], end=held[1]))
    words = list(re.finditer(r"\S+", text[span.start : span.end]))
    for count in range(len(words) - 1, 0, -1):
        first = replace(span, end=span.start + words[count - 1].end())
        rest = replace(span, start=span.start + words[count].start())
        name, behind = (text[each.start : each.end].strip(" ,") for each in (first, rest))
        first = replace(first, end=first.start + len(name))
        if not names.exact(name) or (name[0].islower() and not text.islower()):
            continue
        if areas := names.areas(behind.rstrip(".")):
            return (first, rest) if names.within(name, areas) and not (name[0].isupper() and _is_word(name)) else ()
        if _POSTAL_CODE.match(behind) and names.well_known(name):
            return (first,)
        if (behind.casefold().split()[-1] in OFFICES or COUNTY.search(name)) and _is_whole(name, names):
            return (replace(first, kind="embedded"),)
    return ()


def _is_whole(name: str, names: Names) -> bool:
    """Return whether a name is a place's rather than a saint's or a word: "Waldo County", not "Good" of a hospital."""
    return names.well_known(name) and name.casefold() not in english_words().ordinary | english_words().given


# Endings of names in sentences of other languages, and what the name itself ends in: "в Москве" is Москва.
_ENDINGS: tuple[tuple[str, tuple[str, ...]], ...] = (
    # Whose stem changes: Харкові, Києві, Krakowie, Warszawie
    ("ові", ("ів",)),
    ("єві", ("їв",)),
    ("owie", ("ów",)),
    ("odzi", ("ódź",)),
    ("ie", ("a", "", "o", "ia")),
    # Russian, Ukrainian, Bulgarian, Serbian
    *((ending, ("", "а", "о", "е")) for ending in ("ом", "е", "у", "а", "ем")),
    *((ending, ("а", "я")) for ending in ("ой", "ою", "ы", "у", "ю", "е")),
    *((ending, ("ь", "я", "й", "ия")) for ending in ("и", "ю", "ем", "ей", "ии", "ию", "ией", "ією", "ії")),
    # Czech, Slovak, Polish, Croatian, Slovene
    *((ending, ("", "a", "o")) for ending in ("ě", "e", "u", "y", "ou", "om", "em", "ie", "ę", "ą", "i")),
    # Finnish, Estonian
    *(
        (ending, ("",))
        for ending in ("ssa", "ssä", "sta", "stä", "lla", "llä", "lta", "ltä", "lle", "ksi", "n", "s", "st", "sse")
    ),
    # Hungarian
    *(
        (ending, ("",))
        for ending in ("ban", "ben", "ból", "ből", "ra", "re", "ról", "ről", "nak", "nek", "ba", "be", "on", "en", "ön")
    ),
    # Turkish
    *(
        (ending, ("",))
        for ending in ("da", "de", "ta", "te", "dan", "den", "tan", "ten", "ya", "ye", "nın", "nin", "ın", "in")
    ),
)
_APOSTROPHE = re.compile(r"['’][^\W\d_]{1,5}\Z")
_ARABIC_AND = re.compile(r"\s(?=و\S{3})")
# And, in, to, so: written together with the word behind.
_ARABIC_PREFIXES = "وبلف"
SHORTEST_STEM = 2
FOREIGN_SHARE = 0.01
_BEYOND_ASCII = re.compile(r"[^\W\d_\x00-\x7f]")


def _inflected(text: str, spans: list[Span], names: Names) -> list[Span]:
    """Read a name in another case than its own, or glued to a particle: "Москве", "İstanbul'da", "Helsingissä", "وبغداد"."""
    if not _is_foreign(text):
        return spans
    read: list[Span] = []
    for span in spans:
        words = text[span.start : span.end]
        if span.name is not None or span.kind not in {"toponym", "embedded"}:
            read.append(span)
        elif _ARABIC_AND.search(words):
            read += _arabic(span, words, names)
        elif names.known(words):
            read.append(span)
        elif words[0] in _ARABIC_PREFIXES:
            read += _arabic(span, words, names)
        else:
            read.append(replace(span, name=_nominative(words, names)))
    return read


def _is_foreign(text: str) -> bool:
    """Return whether a text has more letters beyond ASCII than an English one with some foreign names."""
    return not text.isascii() and len(_BEYOND_ASCII.findall(text)) > FOREIGN_SHARE * len(text)


def _arabic(span: Span, words: str, names: Names) -> Iterator[Span]:
    start = 0
    for stop in [*(match.start() for match in _ARABIC_AND.finditer(words)), len(words)]:
        begin = start + (words[start] in _ARABIC_PREFIXES and not names.known(words[start:stop]))
        yield replace(span, start=span.start + begin, end=span.start + stop)
        start = stop + 1


def _nominative(words: str, names: Names) -> str | None:
    """Return the well-known name of which words are another form."""
    stem = _APOSTROPHE.sub("", words)
    if stem != words and names.known(stem):
        return stem
    for ending, own in _ENDINGS:
        if words.endswith(ending) and len(words) - len(ending) >= SHORTEST_STEM:
            for each in own:
                name = words[: len(words) - len(ending)] + each
                if name != words and names.well_known(name):
                    return name
    return None


_CURRENCY = "$€£¥"
_VERSUS = re.compile(rf"{_WORD}\sv\.\s\Z")
_AGENCIES = frozenset("anadolu ansa bernama tasnim tass wafa xinhua".split())
_TURKMEN = re.compile(r"(?i)turkmen\Z|turkoman\Z|turcoman\Z")
_TURKMEN_ABROAD = re.compile(r"\b(?:Iraq|Iraqi|Syria|Syrian|Kirkuk|Mosul|Aleppo|Tal Afar|Iran)\b")
_AGENCY_BEHIND = re.compile(r"\s(?:\w+\s)?(?:province|county|district|town|village|city)\b")


_COURT = re.compile(
    rf"(?:Northern|Southern|Eastern|Western|Middle|Central)\sDistrict\sof\s(?P<state>{_WORD}(?:\s{_WORD}){{0,2}})"
)


def _districts_of_courts(text: str, spans: list[Span], names: Names) -> list[Span]:
    """Take the district of a federal court for its state: "the Southern District of New York", not one of Israel."""
    found = []
    for court in _COURT.finditer(text):
        words = court["state"].split()
        parts = (" ".join(words[:count]) for count in range(len(words), 0, -1))
        state = next((name for name in parts if names.areas(name)), None)
        if state:
            kept = [span for span in spans if court.start() <= span.start and span.end <= court.start("state")]
            found.append(Span(court.start("state"), court.start("state") + len(state), "toponym", "associative"))
            spans = [span for span in spans if span not in kept]
    return _with(spans, found, instead=True)


def _no_places(text: str, spans: list[Span], names: Names) -> list[Span]:
    """Drop currencies, pronouns, degrees, parties of a court's case and news agencies."""
    del names
    return [span for span in spans if span.kind == "coordinate" or not _is_no_place(text, span)]


def _is_no_place(text: str, span: Span) -> bool:
    words, behind = text[span.start : span.end], text[span.end : span.end + 1]
    before = text[max(0, span.start - 40) : span.start]
    if behind and behind in _CURRENCY and words.isupper():
        return True
    if words == "us" and not before.endswith("the "):
        return True
    letters = words.replace(".", "").upper()
    if (
        letters in _DEGREES
        and re.search(r"[^\W\d_],\s\Z", before)
        and re.match(r"[,.;)]|\s(?:and|of)\b|\Z", text[span.end :])
    ):
        return bool(re.search(rf"(?:Dr\.|{_WORD})\s{_WORD},\s\Z", before)) and "." in words
    if _VERSUS.search(before):
        return True
    if words.casefold() in _AGENCIES and not _AGENCY_BEHIND.match(text, span.end):
        return True
    return bool(_TURKMEN.match(words) and "Turkmenistan" not in text and _TURKMEN_ABROAD.search(text))


# What may be glued to a name, or divides it: invisible characters, emoji, full-width letters, hyphens at the end of a line.
_UNPLAIN = re.compile(
    "(?P<nothing>[\u00ad\u200e\u200f\u2060\ufeff]|(?<=[^\\W\\d_]{2})[-\u2010]\\r?\\n(?=[a-z]{2})(?!(?:upon|sur|le|la|les|on|under)\\b))"
    "|(?P<arrow>[\u2190-\u21ff])"
    "|(?P<space>\u200b|(?:[\u2300-\u23ff\u2600-\u27bf\u2b00-\u2bff\U0001f000-\U0001faff][\ufe0f\u200d]*)+)"
    "|(?P<wide>[\uff01-\uff5e\u3000])"
)
_FROM_WIDE = {**{0xFF00 + number: 0x20 + number for number in range(1, 0x5F)}, 0x3000: 0x20}


class Plain:
    r"""A text without what hides names from a recognizer, and where each of its characters stands in the original.

    Parameters
    ----------
    original
        Any text.

    Examples
    --------
    >>> plain = Plain("\U0001f525Ｍｏｓｕｌ, Bagh-\ndad")
    >>> plain.text
    ' Mosul, Baghdad'
    >>> [(each.start, each.end, each.name) for each in plain.placed([Span(1, 6, "toponym"), Span(8, 15, "toponym")])]
    [(1, 6, 'Mosul'), (8, 17, 'Baghdad')]
    """

    def __init__(self, original: str) -> None:
        self.original = self.text = original
        self._starts: list[int] | None = None
        if _UNPLAIN.search(original):
            self._read()

    def _read(self) -> None:
        parts: list[str] = []
        starts: list[int] = []
        at = 0
        for match in _UNPLAIN.finditer(self.original):
            start, end = match.span()
            parts.append(self.original[at:start])
            starts += range(at, start)
            instead = {"nothing": "", "arrow": ", ", "space": " ", "wide": match[0].translate(_FROM_WIDE)}[
                str(match.lastgroup)
            ]
            parts.append(instead)
            starts += [start] * len(instead)
            at = end
        self.text = "".join([*parts, self.original[at:]])
        self._starts = [*starts, *range(at, len(self.original))]

    def placed(self, spans: Sequence[Span]) -> list[Span]:
        """Return spans of the plain text as spans of the original, each with its plain name where that differs."""
        if self._starts is None:
            return list(spans)
        placed = []
        for span in spans:
            start, end = self._starts[span.start], self._starts[span.end - 1] + 1
            words = self.text[span.start : span.end]
            named = span.name or (words if self.original[start:end] != words else None)
            placed.append(replace(span, start=start, end=end, name=named))
        return placed


RULES: tuple[Rule, ...] = (
    _coordinates,
    _hashtags,
    _parties,
    _airports,
    _official_names,
    _country_letters,
    _districts_of_courts,
    _shared_heads,
    _no_places,
    _whole_words,
    _inflected,
    _pairs,
    _backed_off,
    _states_behind,
    _contained,
    _of_sorts,
    _beside_others,
)
"""What is done about each notation, in this order: what stands before others decides."""

RULES_OF_NAMES: tuple[Rule, ...] = (_hashtags, _parties, _airports, _official_names, _shared_heads, _inflected)
"""Those that say which name the words of a span mean."""
