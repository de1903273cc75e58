"""Which names a feature gets: filters for alternate names, long and short forms of divisions and airports."""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import NamedTuple

from geomap.gazetteer._folding import fold

_HERE = Path(__file__).parent
# Between the word for the type and the name: "Provincia de la Rioja", "Département de l'Orne", "Comuna Albac".
_OF = r"\s+of(?:\s+the)?\s+"
# Written small: "Las" is part of the name in "Provincia de Las Palmas".
_LINK = (
    rf"(?:{_OF}|(?-i:\s+(?:de l|dell|d)['’])|"
    r"(?-i:\s+(?:de las|de los|de la|de el|della|delle|degli|dei|del|des|das|dos|du|de|di|da|do|van))\s+|\s+)"
)
# A division's name cut down to one of these would match every "Northern" and "Capital" in the news.
_TOO_GENERAL = frozenset((_HERE / "general_names.txt").read_text("utf-8").split("\n"))
_STATES = frozenset(("US", "MX", "BR", "IN", "NG", "AU", "MY", "VE", "DE", "AT", "SD", "SS", "MM", "PW", "FM"))
_INTERCHANGED = {"governorate", "province"}
_AIRPORT = re.compile(r"\s+(?:International\s+)?(?:Airport|Airfield|Aerodrome)$", re.IGNORECASE)
# fmt: off
_AIRPORT_WORDS = frozenset({
    "international", "regional", "municipal", "county", "airport", "field", "intl", "national", "domestic", "city",
    "metropolitan", "executive", "base", "air", "memorial", "north", "south", "east", "west", "central", "old",
    "new", "island", "bay", "lake",
})
# fmt: on


def usable(name: str) -> bool:
    """Tell whether an alternate name is Latin script and a name, not a code, a link or a machine transliteration."""
    folded = fold(name)
    if len(folded) < 2 or not folded.isascii() or "http" in folded or "wikipedia" in folded:
        return False
    if not any(each.isalpha() for each in folded) or any(each in name for each in "\t|/:"):
        return False
    # GeoNames' romanizations by machine ("mo su er") have no capital; written-out names do, also "al-Qaim".
    if not any(each.isupper() for each in name):
        return False
    return not (name.isupper() and len(name) <= 4)


def alternates(main: str, names: Iterable[str]) -> list[str]:
    """Return the usable alternates, folded, sorted, each once and without the main name."""
    own = fold(main)
    return sorted({fold(name) for name in names if usable(name)} - {own, ""})


class _Affixes(NamedTuple):
    """The words for types of divisions that stand before and after the names of one country's divisions."""

    prefix: re.Pattern[str]
    suffix: re.Pattern[str]


@cache
def _affixes(country_code: str) -> _Affixes:
    """Return the words for a country's divisions: those of all countries and its own."""
    words: dict[str, list[str]] = defaultdict(list)
    for row in _division_words():
        if not row["country_codes"] or country_code in row["country_codes"].split("|"):
            words[row["position"]] += row["words"].split("|")
    either = {
        position: "|".join(map(re.escape, sorted(each, key=len, reverse=True))) for position, each in words.items()
    }
    before = rf"(?P<type>{either['of']}){_OF}"
    if "front" in either:
        before = rf"(?:{before}|(?:{either['front']}){_LINK})"
    return _Affixes(
        re.compile(rf"^{before}(?P<base>\S.*)$", re.IGNORECASE),
        re.compile(rf"^(?P<base>.+?)[ -](?P<type>{either['back']})$", re.IGNORECASE),
    )


@cache
def _division_words() -> list[dict[str, str]]:
    with (_HERE / "division_words.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@cache
def _english() -> frozenset[str]:
    """Return the English words for divisions, lower case: those that the table gives for every country."""
    rows = (row["words"] for row in _division_words() if not row["country_codes"])
    return frozenset(word.lower() for words in rows for word in words.split("|"))


def _split(country_code: str, name: str) -> tuple[str, str]:
    """Return a division's name without the word for its type, and that word; as it is where there is none."""
    affixes = _affixes(country_code)
    match = affixes.suffix.match(name) or affixes.prefix.match(name)
    # "Powiat krakowski": an adjective is no name.
    return (match["base"], match["type"] or "") if match and match["base"][0].isupper() else (name, "")


def base(country_code: str, name: str) -> str:
    """Return a division's name without the word for its type: "Nineveh" of "Nineveh Governorate"."""
    return _split(country_code, name)[0]


def division_names(country_code: str, main: str, names: Iterable[str]) -> list[str]:
    """Return long and short forms of a first-order division: "Nineveh", "Nineveh Governorate", "Nineveh Province"."""
    written = [main, *(name for name in names if usable(name))]
    bases, types = [], set()
    for name in written:
        bare, kind = _split(country_code, name)
        types |= {kind.lower()} & _english()
        if fold(bare) not in _TOO_GENERAL:
            bases.append(bare)
    if types & _INTERCHANGED:
        types |= _INTERCHANGED
    if country_code in _STATES:
        types.add("state")
    if country_code == "CA":
        types.add("province")
    forms = list(written) + bases
    for each in dict.fromkeys(bases):
        # "District of Columbia Province" and "Provincia di X Region" are nobody's words.
        if each.casefold().split()[0] not in {"provincia", "provincie", "gobernación", "governatorato", "état"}:
            forms.extend(f"{each} {kind}" for kind in sorted(types))
            forms.extend(f"{kind} of {each}" for kind in sorted(types & {"state", "province", "canton", "emirate"}))
    own = fold(main)
    return sorted({fold(form) for form in forms} - {own, ""} - _TOO_GENERAL)


def bare_names(country_code: str, main: str, names: Iterable[str]) -> list[str]:
    """Return a second-order division's names without the word for its type, folded: what towns may be called too."""
    bare = {fold(base(country_code, name)) for name in [main, *(name for name in names if usable(name))]}
    return sorted(each for each in bare - _TOO_GENERAL - {fold(main)} if len(each) > 2)


def county_names(country_code: str, main: str) -> list[str]:
    """Return further forms of a second-order division: "Co Kerry" of "County Kerry"."""
    forms = []
    if country_code in {"IE", "GB", "US"} and main.startswith("County "):
        forms.append("Co " + main.removeprefix("County "))
    if country_code == "US" and main.endswith(" County"):
        forms.append(main.removesuffix(" County") + " Co")
    if country_code == "US" and main.startswith("City of "):
        forms.append(main.removeprefix("City of "))
    return sorted({fold(form) for form in forms} - {fold(main)})


def airport_names(main: str, city: str) -> list[str]:
    """Return how people call an airport: "Heathrow Airport" and "Heathrow" of "London Heathrow Airport"."""
    base = _AIRPORT.sub("", main)
    forms = [f"{base} Airport", f"{base} International Airport"] if base != main else []
    rest = base[len(city) :].strip(" -/") if city and fold(base).startswith(fold(city) + " ") else ""
    words = fold(rest).split()
    if words and not set(words) <= _AIRPORT_WORDS and words[0] not in _AIRPORT_WORDS:
        forms.append(f"{rest} Airport")
        forms.append(f"{rest} International Airport")
    return sorted({fold(form) for form in forms} - {fold(main), ""})
