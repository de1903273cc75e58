"""From the words of a mention to the names worth looking up."""

from __future__ import annotations

import re
from collections.abc import Iterator

# Words that narrow a place without naming another one: "eastern Mosul", "downtown Columbus".
LEADING = re.compile(
    r"^(?:(?:north|south|east|west|central)(?:ern)?|north-?(?:east|west)(?:ern)?|south-?(?:east|west)(?:ern)?|"
    r"mid|upper|lower|inner|outer|greater|downtown|uptown|metro|metropolitan|suburban|rural|old|"
    r"(?:the )?(?:city|town|village|province|state|county|district|governorate|region|republic|port|borough) of|"
    r"the)\s+",
    re.IGNORECASE,
)
TRAILING = re.compile(
    r"\s+(?:city|town|village|township|province|governorate|state|district|county|region|prefecture|oblast|"
    r"metropolitan area|metro area|area|municipality|island|islands|basin|valley|coast|border|peninsula|old city)$",
    re.IGNORECASE,
)
POSSESSIVE = re.compile(r"['’]s?$")
COMMA = re.compile(r"\s*,\s*")
COMPASS = re.compile(r"^(?:north|south|east|west|northern|southern|eastern|western|new)\s", re.IGNORECASE)


def name_variants(toponym: str) -> Iterator[str]:
    """Yield the strings to look up for a toponym, the most faithful first.

    "Paris, Texas" is looked up by its first part (the rest is evidence of where, see :func:`own_container`); a
    possessive, a narrowing word in front and a generic word behind are taken off one after the other.
    """
    name = (
        " ".join(toponym.split()).strip(" .,;:\"'“”‘’()[]") if not toponym.endswith(".") else " ".join(toponym.split())
    )
    seen: set[str] = set()
    queue = [name]
    head = COMMA.split(name)[0]
    if head != name:
        queue.append(head)
    while queue:
        current = queue.pop(0)
        if not current or current in seen:
            continue
        seen.add(current)
        yield current
        for pattern in (POSSESSIVE, LEADING, TRAILING):
            shorter = pattern.sub("", current)
            if shorter != current:
                queue.append(shorter)


def own_container(toponym: str) -> str:
    """Return what a toponym says of where it is: "Texas" of "Paris, Texas", else nothing."""
    parts = COMMA.split(toponym, maxsplit=1)
    return parts[1] if len(parts) == 2 else ""
