"""Text by offsets: sentences, found by rules, and the UTF-16 units that browsers and annotation tools count in."""

from __future__ import annotations

import re
from bisect import bisect_right

LONGEST = 600
# A full stop ends a sentence unless it follows an initial or a common abbreviation. Scraped text often lacks the space
# after it, so a capital after "word." is enough.
_END = re.compile(
    r"[.!?…]+[\"'”’)\]]*(?=\s|$)|(?<=[a-z]{3})[.!?](?=[A-Z“\"])|[。！？｡]+[」』”’）]*|[؟۔।॥]+(?=\s|$)|\n+"
)
_NOT_AN_END = re.compile(
    r"(?:\b(?:Mr|Mrs|Ms|Dr|Prof|Gen|Col|Lt|Maj|Capt|Sgt|Cpl|Adm|Sen|Rep|Gov|Pres|Rev|Hon|St|Mt|Ft|Jr|Sr|No|vs|etc|Inc|Ltd|Co|"
    r"Corp|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept|Sep|Oct|Nov|Dec|a\.m|p\.m|Ala|Ariz|Ark|Calif|Colo|Conn|Del|Fla|Ga|Ill|Ind|Kan|Ky|La|"
    r"Md|Mass|Mich|Minn|Miss|Mo|Mont|Neb|Nev|Okla|Ore|Pa|Tenn|Tex|Va|Vt|Wash|Wis|Wyo|Ont|Que|Alta|Sask|Man)|\b[A-Z]|\b(?:[A-Z]\.)+[A-Z])\.$"
)


def sentence_bounds(text: str) -> list[tuple[int, int]]:
    """Return the sentences of a text as (start, end) offsets, in order, without white space at their ends.

    Examples
    --------
    >>> text = "Gov. Smith flew to St. Louis. He left at 6 a.m."
    >>> [text[start:end] for start, end in sentence_bounds(text)]
    ['Gov. Smith flew to St. Louis.', 'He left at 6 a.m.']
    >>> [text[start:end] for text in ["他去了北京。他说：“很冷！”"] for start, end in sentence_bounds(text)]
    ['他去了北京。', '他说：“很冷！”']
    """
    bounds: list[tuple[int, int]] = []
    begin = 0
    for match in _END.finditer(text):
        end = match.end()
        if match.group()[0] == "." and _NOT_AN_END.search(text, max(begin, match.start() - 12), match.start() + 1):
            continue
        _append(text, begin, end, bounds)
        begin = end
    _append(text, begin, len(text), bounds)
    return bounds


def _append(text: str, begin: int, end: int, bounds: list[tuple[int, int]]) -> None:
    stripped = text[begin:end].strip()
    if stripped:
        start = begin + text[begin:end].index(stripped[0])
        bounds.append((start, start + len(stripped)))


class Sentences:
    """The sentences of one text, found by offset.

    Parameters
    ----------
    text
        The text.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self._bounds = sentence_bounds(text)
        self._starts = [start for start, _ in self._bounds]

    def around(self, start: int, end: int) -> str:
        """Return the sentence around ``text[start:end]`` on one line, cut to about 600 characters around it."""
        number = max(bisect_right(self._starts, start) - 1, 0)
        begin, stop = self._bounds[number] if self._bounds else (start, end)
        begin, stop = min(begin, start), max(stop, end)
        if stop - begin > LONGEST:
            begin, stop = max(begin, start - LONGEST // 2), min(stop, end + LONGEST // 2)
        return " ".join(self.text[begin:stop].split())


def utf16(text: str) -> bytes:
    """Return text as UTF-16 without a byte order mark, two bytes a unit; a lone surrogate is kept."""
    return text.encode("utf-16-le", "surrogatepass")


def from_utf16(units: bytes) -> str:
    """Return the text of UTF-16 bytes; half a character becomes U+FFFD."""
    return units.decode("utf-16-le", "replace")


def clean(text: str) -> str:
    r"""Return a text that any file can hold: half of a surrogate pair becomes U+FFFD, a whole one its character.

    Examples
    --------
    >>> clean("Mosul \ud83d"), clean("Mosul \ud83d\ude92")
    ('Mosul �', 'Mosul 🚒')
    """
    try:
        text.encode()
    except UnicodeEncodeError:
        return from_utf16(utf16(text))
    return text


def utf16_length(text: str) -> int:
    """Return the length of text in UTF-16 units, as JavaScript and Java count it.

    Examples
    --------
    >>> len("Mosul 🚒"), utf16_length("Mosul 🚒")
    (7, 8)
    """
    return len(text) if text.isascii() else len(utf16(text)) // 2
