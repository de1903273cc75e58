"""From the words of a mention to the names worth looking up."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from geomap._place_words import DIRECTIONS, PARTS_OF_AREAS
from geomap.gazetteer import fold

# Words that narrow a place without naming another one: "eastern Mosul", "downtown Columbus".
LEADING = re.compile(
    rf"^(?:{DIRECTIONS}|{PARTS_OF_AREAS}|upper|lower|inner|outer|uptown|suburban|old|"
    r"(?:the )?(?:city|town|village|province|state|county|district|governorate|region|republic|port|borough) of|"
    r"the)\s+",
    re.IGNORECASE,
)
TRAILING = re.compile(
    r"\s+(?:city|town|village|township|province|governorate|state|district|county|region|prefecture|oblast|"
    r"metropolitan area|metro area|area|municipality|island|islands|basin|valley|coast|border|peninsula|old city|"
    r"twp\.?|co\.?|cty\.?|borough|parish)$",
    re.IGNORECASE,
)
# Features that are often called after a place beside them; asked for only where the gazetteer has neither them nor the
# name otherwise cut.
NAMED_AFTER = re.compile(
    r"\s+(?:river|creek|brook|bay|station|junction|crossing|airport|airfield|harbou?r|falls|mountains?|hills|heights)$",
    re.IGNORECASE,
)
INHABITANTS = re.compile(r"(?<=[a-z]{3})(?:ers?|ites?)$")
_QUARTERS = {"n": "North", "no": "North", "s": "South", "so": "South", "e": "East", "w": "West"}
QUARTER = re.compile(r"^(No|So|[NSEW])\.\s?(?=[^\W\d_]{3})")
# Cities that are as often called by their initials; what else bears the short form stays a candidate.
SHORT_FORMS = {
    "L.A.": "Los Angeles",
    "N.Y.C.": "New York City",
    "NYC": "New York City",
    "S.F.": "San Francisco",
    "K.C.": "Kansas City",
    "OKC": "Oklahoma City",
    "SLC": "Salt Lake City",
    "NOLA": "New Orleans",
    "CDMX": "Mexico City",
    "KL": "Kuala Lumpur",
    "HCMC": "Ho Chi Minh City",
}
POSSESSIVE = re.compile(r"['’]s?$")
HYPHEN = re.compile(r"\s?[-–/]\s?")
MIN_PART = 3
COMMA = re.compile(r"\s*,\s*")


def name_variants(toponym: str) -> Iterator[str]:
    """Yield the strings to look up for a toponym, the most faithful first.

    "Paris, Texas" is looked up by its first part (the rest is evidence of where, see :func:`own_container`); a
    possessive, a narrowing word in front and a generic word behind are taken off one after the other. Last come the place
    that a river or a station may be named after, the parts of a hyphened name, and the place of "Londoners".
    """
    seen = _own_variants(toponym)
    yield from seen
    known = len(seen)
    last = [part for each in seen for part in HYPHEN.split(each) if len(part) > MIN_PART and part[0].isupper()]
    last += [pattern.sub("", each) for each in seen for pattern in (NAMED_AFTER, INHABITANTS)]
    _cut(last, seen, ())
    yield from list(seen)[known:]


def is_namesake(toponym: str, folded: str) -> bool:
    """Return whether a name is not the toponym's own, but one after which it is called or of which it is made.

    Parameters
    ----------
    toponym
        The words of a mention.
    folded
        One of the names of :func:`name_variants`, folded: "pearl" of "Pearl Harbor", "numan" of "Maarat al-Numan".
    """
    return folded not in set(map(fold, _own_variants(toponym)))


def _own_variants(toponym: str) -> dict[str, None]:
    """Return the names that leave a toponym what it is: without a container, a possessive and generic words."""
    name = (
        " ".join(toponym.split()).strip(" .,;:\"'“”‘’()[]") if not toponym.endswith(".") else " ".join(toponym.split())
    )
    seen: dict[str, None] = {}
    head = COMMA.split(name)[0]
    _cut([name, head], seen, (_whole_quarter, *(_without(each) for each in (POSSESSIVE, LEADING, TRAILING))))
    return seen


def _cut(queue: list[str], seen: dict[str, None], shorten: tuple[Callable[[str], str], ...]) -> None:
    """Add the names and what is left of them when words are taken off."""
    queue = list(queue)
    while queue:
        current = queue.pop(0)
        if current and current not in seen:
            seen[current] = None
            queue += [shorter for shorter in (each(current) for each in shorten) if shorter != current]


def _without(pattern: re.Pattern[str]) -> Callable[[str], str]:
    return lambda name: pattern.sub("", name)


def _whole_quarter(name: str) -> str:
    """Return "West Columbia" for "W. Columbia"."""
    return QUARTER.sub(lambda match: f"{_QUARTERS[match.group(1).lower()]} ", name)


def own_container(toponym: str) -> str:
    """Return what a toponym says of where it is: "Texas" of "Paris, Texas", else nothing."""
    parts = COMMA.split(toponym, maxsplit=1)
    return parts[1] if len(parts) == 2 else ""
