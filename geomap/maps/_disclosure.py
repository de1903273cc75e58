"""How much of the articles a map's file gives away."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

import numpy as np
import pandas as pd

from geomap._text import from_utf16, utf16, utf16_length
from geomap.errors import DisclosureMisused
from geomap.maps._highlights import Highlights

TEXTS = ("full", "snippets", "none")
LEVELS = ("admin1", "country")
_CONTEXT = 40  # characters of a snippet on either side of the mention


@dataclass(frozen=True)
class Disclosure:
    """How much of the articles a file holds; :func:`geomap.maps.save_html` explains the options."""

    text: str = "full"
    min_articles: int = 1
    coarsen: str | None = None

    def __post_init__(self) -> None:
        if self.text not in TEXTS:
            raise DisclosureMisused(f"text must be one of {', '.join(map(repr, TEXTS))}; got {self.text!r}")
        if self.coarsen is not None and self.coarsen not in LEVELS:
            raise DisclosureMisused(f"coarsen must be None, 'admin1' or 'country'; got {self.coarsen!r}")
        if self.coarsen is not None and self.text != "none":
            raise DisclosureMisused(
                f"coarsen={self.coarsen!r} needs text='none': the articles' text names the places that it hides"
            )
        if self.min_articles < 1:
            raise DisclosureMisused(f"min_articles must be at least 1; got {self.min_articles}")


FULL = Disclosure()
_rendering: ContextVar[Disclosure] = ContextVar("geomap_disclosure", default=FULL)


@contextmanager
def rendering_with(disclosure: Disclosure) -> Iterator[None]:
    """Render layers with a disclosure.

    Not an argument of ``render``, because some of Folium's own (``DualMap``) render their children without passing
    arguments on: a layer there would be written in full.
    """
    token = _rendering.set(disclosure)
    try:
        yield
    finally:
        _rendering.reset(token)


def current_disclosure() -> Disclosure:
    """Return the disclosure that layers are rendered with, in full by default."""
    return _rendering.get()


def coarsened(table: pd.DataFrame, disclosure: Disclosure) -> pd.DataFrame:
    """Return the drawn mentions with each place replaced by its division or country, at the mean of its mentions.

    The mean is rounded to whole degrees, so that a division with one town does not reveal it. Places without a country
    (seas, rivers along borders, continents) are left out, because nothing coarser is known of them.
    """
    level = disclosure.coarsen
    if level is None or table.empty:
        return table
    table = table[table["country_code"].fillna("").astype(str) != ""]
    country = table["country_code"].astype(str)
    name = table["country"].where(table["country"].notna(), table["name"]).fillna("").astype(str)
    division = table["admin1"].fillna("").astype(str) if level == "admin1" else pd.Series("", index=table.index)
    within = division != ""
    # Longitudes are averaged as angles: the mean of 179 and -179 is 180, not 0.
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


def shortened(highlights: Highlights) -> Highlights:
    """Return highlights in snippets: the words around each mention instead of its whole sentence."""
    number_of: dict[str, int] = {}
    numbers, starts = [], []
    for sentence, start, length in zip(highlights.number.tolist(), highlights.start, highlights.length, strict=True):
        text, offset = _snippet(highlights.sentences[sentence], start, length)
        numbers.append(number_of.setdefault(text, len(number_of)))
        starts.append(offset)
    return highlights._replace(
        sentences=list(number_of), number=np.array(numbers, dtype=np.int64), start=starts, candidates={}
    )


def _snippet(sentence: str, begin: int, length: int) -> tuple[str, int]:
    units = utf16(sentence)
    begin = max(begin, 0)

    def text(start: int, stop: int) -> str:
        return from_utf16(units[2 * start : 2 * stop])

    left, right = text(max(0, begin - _CONTEXT), begin), text(begin + length, begin + length + _CONTEXT)
    if begin > _CONTEXT:
        left = "…" + left.partition(" ")[2] if " " in left else "…"
    if begin + length + _CONTEXT < len(units) // 2:
        right = right.rpartition(" ")[0] + " …" if " " in right else "…"
    return left + text(begin, begin + length) + right, utf16_length(left)
