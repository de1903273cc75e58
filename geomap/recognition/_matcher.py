"""The recognizer without a model: names of the gazetteer, found by an Aho-Corasick automaton and judged by rules.

The automaton (ahocorasick_rs) reads a text once for all names together. A match is a mention only if the words around
it agree: it begins with a capital, is not part of a person's or a longer name, and has evidence if it is a common word.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from geomap.gazetteer import Gazetteer, NameKind, fold
from geomap.recognition._spans import Span
from geomap.recognition._words import english_words

if TYPE_CHECKING:
    from ahocorasick_rs import AhoCorasick

CONNECTORS = frozenset(
    """
    a al am an and au aux bei da das de del della der des di do dos du e el en et im in la las le les lo los
    of on sur the upon van von y zu
    """.split()
)

HONORIFICS = frozenset(
    """
    adm admiral alderman ambassador archbishop attorney bishop capt captain cardinal chairman chairwoman
    chancellor chief cmdr coach col colonel commander constable coroner corporal councillor councilman
    councilwoman cpl dame deputy detective dr duke father gen general gov governor imam inspector judge
    justice king lady lieutenant lord lt maj major mayor minister miss mr mrs ms officer pastor pope premier
    pres president prince princess private prof professor pvt queen rabbi rep representative rev reverend
    secretary sen senator sergeant sgt sheikh sheriff sir
    """.split()
)

INSTITUTIONS = frozenset(
    """
    academy agency army association authority bank board bureau city club college commission committee company
    congress corporation council court department force forces foundation government guard herald high
    hospital institute journal league mail ministry museum navy news observatory office orchestra parliament
    party police post press school senate society star state team telegraph times tribune union united
    university zoo
    """.split()
)

PLACE_PREPOSITIONS = frozenset(
    """
    across around at between from in inside into near of off outside through throughout to toward towards via
    within
    """.split()
)

PARTS_OF_NAMES = frozenset(
    """
    and apr april at aug august central dec december downtown east eastern feb february friday from greater in
    jan january jul july jun june lake lower mar march may mid monday mount near new north northeast
    northeastern northern northwest northwestern nov november oct october old port saturday sept september
    south southeast southeastern southern southwest southwestern sunday the thursday tuesday upper wednesday
    west western
    """.split()
)

MAX_PLACES = 400_000
"""More than the gazetteer that ships has; the names of all of GeoNames would take gigabytes of memory."""

MIN_POPULATION = 1000
"""Towns with fewer inhabitants are not looked for."""

KNOWN_POPULATION = 15_000
"""A town of this size needs no more evidence than a capital inside a sentence."""

SPEECH = frozenset(("said", "says", "told", "added", "asked", "replied", "wrote", "testified", "argued", "tweeted"))
_CONTAINER = re.compile(r",\s(?=[A-Z])")
# Apostrophes are part of a word, hyphens are not; initials with dots ("U.S.") are one word.
_WORD = re.compile(r"(?:[^\W\d_]\.){2,}|[^\W_]+(?:['’ʼ][^\W_]+)*")
_SENTENCE_END = re.compile(r"[.!?:;…\n\"“”]")


@dataclass(frozen=True, slots=True)
class Token:
    """A word of a text.

    Parameters
    ----------
    start, end
        Character offsets.
    word
        The word as written.
    joined
        Whether only a space or a hyphen separates it from the word before.
    opens
        Whether it is the first of a sentence, a line or a quotation.
    """

    start: int
    end: int
    word: str
    joined: bool
    opens: bool

    @property
    def capital(self) -> bool:
        """Whether the word begins with a capital letter."""
        return self.word[0].isupper()

    @property
    def shouting(self) -> bool:
        """Whether the word is all capitals and longer than an abbreviation."""
        return len(self.word) > 4 and self.word.isupper()


def tokenize(text: str) -> list[Token]:
    """Return the words of a text in order; a possessive ``'s`` is not part of its word.

    Examples
    --------
    >>> [token.word for token in tokenize("Iraq's troops left the U.S. base.")]
    ['Iraq', 'troops', 'left', 'the', 'U.S.', 'base']
    """
    tokens: list[Token] = []
    end = 0
    for match in _WORD.finditer(text):
        start, stop = match.span()
        word = match.group()
        if word[-2:] in {"'s", "’s", "'S", "’S"}:
            word, stop = word[:-2], stop - 2
        gap = text[end:start]
        opens = not tokens or bool(_SENTENCE_END.search(gap))
        if tokens and gap.startswith(".") and gap.strip() == "." and "\n" not in gap:
            # After a short word with a capital ("St.", "Gov.") the dot is that of an abbreviation.
            opens = not (tokens[-1].capital and len(tokens[-1].word) <= 4)
        tokens.append(Token(start, stop, word, gap in {" ", "-", "\u00a0", "'s ", "’s ", ". "} and not opens, opens))
        end = stop
    return tokens


@dataclass(frozen=True, slots=True)
class Name:
    """What the matcher knows about a folded name.

    Parameters
    ----------
    folded
        The name.
    population
        Of the largest place of that name.
    demonym, ordinary, given, stopped
        Whether it is a demonym, a common word, a given name, or on the gazetteer's list of names to ignore.
    """

    folded: str
    population: int
    demonym: bool
    ordinary: bool
    given: bool
    stopped: bool


class GazetteerMatcher:
    """Find mentions by name alone, without a model.

    Parameters
    ----------
    gazetteer
        The gazetteer whose names are looked for.
    limit
        How many places to look for: the most prominent ones of each of the gazetteer's indexes.
    """

    def __init__(self, gazetteer: Gazetteer, *, limit: int = MAX_PLACES) -> None:
        self.gazetteer = gazetteer
        self.limit = limit

    def recognize(self, texts: Sequence[str]) -> list[list[Span]]:
        """Return the mentions of each text, in order, none overlapping another."""
        return [self._recognize(text) for text in texts]

    @cached_property
    def _names(self) -> list[Name]:
        ordinary, given = english_words()
        stopped = {fold(name) for name in self.gazetteer.stop_names()}
        names = []
        for entry in self.gazetteer.iter_names(places=self.limit):
            kinds, folded = entry.kinds, entry.folded
            if len(folded) < 3 or not folded[0].isalpha() or kinds == {NameKind.ABBREVIATION}:
                continue
            demonym = NameKind.DEMONYM in kinds
            if demonym or entry.population >= MIN_POPULATION or entry.population == 0:
                names.append(
                    Name(folded, entry.population, demonym, folded in ordinary, folded in given, folded in stopped)
                )
        return names

    @cached_property
    def _automaton(self) -> AhoCorasick:
        from ahocorasick_rs import AhoCorasick, Implementation, MatchKind

        # Two spaces between words: a match includes the space on either side, and still leaves one to the next match.
        patterns = [f" {name.folded.replace(' ', '  ')} " for name in self._names]
        return AhoCorasick(
            patterns,
            matchkind=MatchKind.LeftmostLongest,
            implementation=Implementation.ContiguousNFA,
            store_patterns=False,
        )

    @cached_property
    def _written(self) -> re.Pattern[str]:
        forms = sorted({form.written for form in self.gazetteer.abbreviations()}, key=lambda form: (-len(form), form))
        any_form = "|".join(map(re.escape, forms)) or "(?!)"  # without any form, match nothing rather than everything
        return re.compile(rf"(?<![\w.])(?:{any_form})(?![\w])")

    @cached_property
    def _country_forms(self) -> frozenset[str]:
        return frozenset(form.written for form in self.gazetteer.abbreviations() if form.form == "abbreviation")

    def _recognize(self, text: str) -> list[Span]:
        tokens = tokenize(text)
        spans = self._abbreviations(text)
        taken = [(span.start, span.end) for span in spans]
        people: set[str] = set()
        accepted = -2
        for name, first, last in self._matches(tokens):
            begin, end = tokens[first].start, tokens[last].end
            if any(start < end and begin < stop for start, stop in taken):
                continue
            after_mention = accepted == first - 1
            kind = self._judge(text, tokens, first, last, name, people, after_mention=after_mention)
            if kind:
                accepted = last
                spans.append(Span(begin, end, kind))
        return sorted(spans, key=lambda span: span.start)

    def _abbreviations(self, text: str) -> list[Span]:
        spans = []
        for match in self._written.finditer(text):
            country = match.group() in self._country_forms
            after_name = text[max(0, match.start() - 2) : match.start()] == ", " and text[match.start() - 3].isalpha()
            if after_name or (country and not text[max(0, match.start() - 40) : match.start()].isupper()):
                spans.append(Span(match.start(), match.end(), "toponym"))
        return spans

    def _matches(self, tokens: list[Token]) -> list[tuple[Name, int, int]]:
        pieces: list[str] = []
        owner: dict[int, int] = {}
        ends: dict[int, int] = {}
        length = 0
        for number, token in enumerate(tokens):
            follows = number + 1 < len(tokens) and tokens[number + 1].joined
            word = _folded(token, before_name=follows)
            if not token.joined:
                pieces.append(" \x02 ")
                length += 3
            owner[length] = number
            for part in word.split(" "):
                pieces.append(f" {part} ")
                length += len(part) + 2
            ends[length] = number
        haystack = "".join(pieces)
        matches = []
        for index, begin, stop in self._automaton.find_matches_as_indexes(haystack):
            first, last = owner.get(begin), ends.get(stop)
            if first is not None and last is not None and tokens[first].capital and tokens[last].capital:
                matches.append((self._names[index], first, last))
        return matches

    def _judge(
        self,
        text: str,
        tokens: list[Token],
        first: int,
        last: int,
        name: Name,
        people: set[str],
        *,
        after_mention: bool,
    ) -> str | None:
        """Return the kind of mention that a match is; None if it is not a mention."""
        # A hyphen separates names: "Paris-London" is two places, "Paris Hilton" is one person.
        before = tokens[first - 1] if first else None
        after = tokens[last + 1] if last + 1 < len(tokens) else None
        joined_before = before if before and tokens[first].joined and text[before.end] != "-" else None
        joined_after = after if after and after.joined and text[tokens[last].end] != "-" else None
        if name.demonym and tokens[first].capital:
            return "demonym"
        if self._is_person(tokens[last].word, joined_before, joined_after, name, people):
            return None
        placed = bool(joined_before and joined_before.word.casefold() in PLACE_PREPOSITIONS)
        contained = self._is_contained(text, tokens, last)
        placed = placed or contained
        if name.stopped and not contained:
            return None
        if not placed and fold(tokens[last].word) in people:
            return None
        if (
            name.ordinary
            and not placed
            and (tokens[first].opens or tokens[first].shouting or name.population < 200_000)
        ):
            return None
        if joined_after and joined_after.capital and joined_after.word.casefold() in INSTITUTIONS:
            return "embedded"
        if not placed and 0 < name.population < KNOWN_POPULATION:
            return None
        if joined_before and joined_before.capital and not after_mention and not self._may_precede(joined_before):
            return None
        return "toponym"

    def _is_contained(self, text: str, tokens: list[Token], last: int) -> bool:
        """Return whether a country or first-order division follows after a comma: "Murray, Kentucky"."""
        if not _CONTAINER.match(text, tokens[last].end):
            return False
        if self._written.match(text, tokens[last].end + 2):
            return True
        following = tokens[last + 1 : last + 4]
        names = [text[following[0].start : token.end] for token in following] if following else []
        return any(
            candidate.feature_class == "A" and (candidate.feature_code or "").startswith(("PCL", "ADM1"))
            for candidates in self.gazetteer.candidates(names, limit=20).values()
            for candidate in candidates
        )

    def _may_precede(self, token: Token) -> bool:
        return token.opens or token.word.casefold() in PARTS_OF_NAMES or token.shouting

    def _is_person(self, word: str, before: Token | None, after: Token | None, name: Name, people: set[str]) -> bool:
        """Return whether a name is a person's, whose surname is then remembered for the rest of the text."""
        given = english_words().given
        if before and (
            before.word.casefold().rstrip(".") in HONORIFICS or (before.capital and before.word.casefold() in given)
        ):
            people.add(fold(word))
            return True
        if name.given and after and after.capital and after.word.casefold() not in INSTITUTIONS:
            people.add(fold(after.word))
            return True
        return bool(name.given and name.population < 1_000_000 and after and after.word in SPEECH)


def _folded(token: Token, *, before_name: bool) -> str:
    """Return the word as the gazetteer folds it; "St." is short for "Saint" only before another word."""
    if not token.capital:
        return token.word if token.word in CONNECTORS else "\x01"
    folded = fold(token.word)
    return fold(f"{token.word} x").removesuffix(" x") if before_name and folded != "the" else folded
