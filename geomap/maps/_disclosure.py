"""How much of a corpus a map's file gives away."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from geomap.errors import DisclosureMisused
from geomap.maps._highlights import Marks

TEXTS = ("full", "snippets", "none")
LEVELS = ("admin1", "country")
_AROUND = 40  # characters of a snippet on either side of the mention


@dataclass(frozen=True)
class Disclosure:
    """How much travels with a map; see :func:`geomap.maps.save_html` for the meaning of each."""

    text: str = "full"
    min_articles: int = 1
    coarsen: str | None = None

    def __post_init__(self) -> None:
        if self.text not in TEXTS:
            raise DisclosureMisused(f"text is {self.text!r}; it is one of {', '.join(map(repr, TEXTS))}")
        if self.coarsen is not None and self.coarsen not in LEVELS:
            raise DisclosureMisused(f"coarsen is {self.coarsen!r}; it is None, 'admin1' or 'country'")
        if self.coarsen is not None and self.text != "none":
            raise DisclosureMisused(
                f"coarsen={self.coarsen!r} would be undone by the words of the articles, which name the places; "
                "give text='none' with it"
            )
        if self.min_articles < 1:
            raise DisclosureMisused(f"min_articles is {self.min_articles}; it is a count of articles, 1 or more")


FULL = Disclosure()


def coarsened(table: pd.DataFrame, disclosure: Disclosure) -> pd.DataFrame:
    """Return drawn mentions with each place replaced by its division or country, at the middle of its mentions.

    The middle is rounded to whole degrees, so that a division with one town does not give that town away. Places of no
    country (seas, rivers along borders, continents) are left out: there is nothing coarser to say of them.
    """
    level = disclosure.coarsen
    if level is None or table.empty:
        return table
    table = table[table["country_code"].fillna("").astype(str) != ""]
    country = table["country_code"].astype(str)
    name = table["country"].where(table["country"].notna(), table["name"]).fillna("").astype(str)
    division = table["admin1"].fillna("").astype(str) if level == "admin1" else pd.Series("", index=table.index)
    within = division != ""
    angle = np.radians(table["lon"])
    groups = [country, division]
    sines, cosines = np.sin(angle).groupby(groups).transform("mean"), np.cos(angle).groupby(groups).transform("mean")
    return table.assign(
        place_id="coarse:" + country + "." + division,
        name=division.where(within, name),
        admin1=None,
        feature_class="A",
        feature_code=np.where(within, "ADM1", "PCLI"),
        lon=np.degrees(np.arctan2(sines, cosines)).round(),
        lat=table["lat"].groupby(groups).transform("mean").round(),
    )


def shortened(marks: Marks) -> tuple[list[str], Marks]:
    """Return marks over snippets: the words right around each mention instead of its whole sentence."""
    numbers: dict[str, int] = {}
    number, at = [], []
    for sentence, begin, length in zip(marks.number.tolist(), marks.at, marks.length, strict=True):
        text, offset = _snippet(marks.sentences[sentence], begin, length)
        number.append(numbers.setdefault(text, len(numbers)))
        at.append(offset)
    snippets = list(numbers)
    return snippets, marks._replace(sentences=snippets, number=np.array(number, dtype=np.int64), at=at, also={})


def _snippet(sentence: str, begin: int, length: int) -> tuple[str, int]:
    # The offsets are JavaScript's: cut in UTF-16 and never inside a pair.
    units = sentence.encode("utf-16-le", "surrogatepass")
    begin = max(begin, 0)

    def text(start: int, stop: int) -> str:
        return units[2 * start : 2 * stop].decode("utf-16-le", "replace")

    left, right = text(max(0, begin - _AROUND), begin), text(begin + length, begin + length + _AROUND)
    if begin > _AROUND:
        left = "…" + left.partition(" ")[2] if " " in left else "…"
    if begin + length + _AROUND < len(units) // 2:
        right = right.rpartition(" ")[0] + " …" if " " in right else "…"
    offset = len(left.encode("utf-16-le", "surrogatepass")) // 2
    return left + text(begin, begin + length) + right, offset
