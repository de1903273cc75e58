"""Which names a feature gets: filters for alternate names, long and short forms of divisions and airports."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from geomap.gazetteer._folding import fold

# Words that say what kind of division a name means. English first, then what iso3166-2-db leaves in its English names.
_TYPES = (
    "Autonomous Region|Autonomous Province|Autonomous Community|Capital Region|Special Region|Metropolitan City|"
    "Governorate|Province|Region|Oblast|Prefecture|Department|District|County|Canton|State|Territory|Voivodeship|"
    "Municipality|Emirate|Division|Parish|Krai|Republic|Raion|Commune"
)
_SUFFIX = re.compile(rf"^(?P<base>.+?)[ -](?P<type>{_TYPES})$", re.IGNORECASE)
_PREFIX = re.compile(rf"^(?P<type>{_TYPES}) of (?:the )?(?P<base>.+)$", re.IGNORECASE)
# A division's name cut down to one of these would match every "Northern" and "Capital" in the news.
_TOO_GENERAL = frozenset((Path(__file__).parent / "general_names.txt").read_text("utf-8").split("\n"))
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


def base(name: str) -> str:
    """Return a division's name without the word for its type: "Nineveh" of "Nineveh Governorate"."""
    match = _SUFFIX.match(name) or _PREFIX.match(name)
    return match["base"] if match else name


def division_names(country_code: str, main: str, names: Iterable[str]) -> list[str]:
    """Return long and short forms of a first-order division: "Nineveh", "Nineveh Governorate", "Nineveh Province"."""
    written = [main, *(name for name in names if usable(name))]
    bases, types = [], set()
    for name in written:
        match = _SUFFIX.match(name) or _PREFIX.match(name)
        if match:
            types.add(match["type"].lower())
        base = match["base"] if match else name
        if fold(base) not in _TOO_GENERAL:
            bases.append(base)
    if types & _INTERCHANGED:
        types |= _INTERCHANGED
    if country_code in _STATES:
        types.add("state")
    if country_code == "CA":
        types.add("province")
    forms = list(written) + bases
    for base in dict.fromkeys(bases):
        # "District of Columbia Province" and "Provincia di X Region" are nobody's words.
        if base.casefold().split()[0] not in {"provincia", "provincie", "gobernación", "governatorato", "état"}:
            forms.extend(f"{base} {kind}" for kind in sorted(types))
            forms.extend(f"{kind} of {base}" for kind in sorted(types & {"state", "province", "canton", "emirate"}))
    own = fold(main)
    return sorted({fold(form) for form in forms} - {own, ""} - _TOO_GENERAL)


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
