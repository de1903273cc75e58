"""The words around a place: keyword in context."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from geomap import tables
from geomap.analysis.options import positive
from geomap.analysis.tallies import empty, texts_of, typed

if TYPE_CHECKING:
    import geopandas as gpd

_LINES = {
    "article_id": "str",
    "field": "str",
    "start": "int64",
    "end": "int64",
    "left": "str",
    "toponym": "str",
    "right": "str",
    "place_id": "str",
    "name": "str",
    "published": "datetime64[us, UTC]",
    "source": "str",
}
_NEEDED = ("article_id", "field", "start", "end", "toponym", "place_id", "name", "sentence", "published", "source")


def concordance(
    mentions: gpd.GeoDataFrame, place: str, *, width: int = 60, articles: pd.DataFrame | None = None
) -> pd.DataFrame:
    """Return the words to either side of every mention of a place.

    Parameters
    ----------
    mentions
        A mentions table; unresolved mentions are looked at too.
    place
        A ``place_id``, or a name: as the gazetteer has it or as it is written, without regard to case.
    width
        How many characters to show on each side.
    articles
        The articles table, for words beyond the sentence; without it the sentence is all there is.

    Returns
    -------
    DataFrame
        One row per mention, in the order of the mentions: ``article_id``, ``field``, ``start``, ``end``; ``left``, the
        ``toponym`` as written, ``right``, on one line; ``place_id``, ``name``, ``published``, ``source``. No rows when
        nothing is called so.

    Raises
    ------
    ColumnMissing
        If the mentions or the articles lack a column that is needed here.
    InvalidTable
        If a mention's article is not in the articles table, or the width is not above 0.

    See Also
    --------
    aligned_text : the same as text to read.

    Notes
    -----
    Keyword in context after Luhn (1960). Text cut from a sentence is cut at its ends, not between words.

    Examples
    --------
    >>> import geomap.tables
    >>> concordance(geomap.tables.empty_mentions(), "Mosul").columns[4:7].to_list()
    ['left', 'toponym', 'right']
    """
    tables.require_columns(mentions, _NEEDED, what="mentions")
    positive("width", width)
    table = pd.DataFrame(mentions[list(_NEEDED)]).reset_index(drop=True)
    table["turn"] = table.groupby(["article_id", "field", "sentence", "toponym"], sort=False, dropna=False).cumcount()
    wanted = place.casefold()
    same = table["place_id"] == place
    for name in ("name", "toponym"):
        same |= tables.as_dtype(table[name], "str").str.casefold() == wanted
    table = table[same.to_numpy(dtype=bool, na_value=False)].reset_index(drop=True)
    if table.empty:
        return empty(_LINES)
    sides = _from_articles(table, articles, width) if articles is not None else _from_sentences(table, width)
    table["left"], table["right"] = zip(*sides, strict=True)
    return typed(table, _LINES)


def _from_articles(table: pd.DataFrame, articles: pd.DataFrame, width: int) -> list[tuple[str, str]]:
    texts = texts_of(articles, table["article_id"])
    found = []
    for article_id, field, start, end in zip(*(table[name].tolist() for name in _NEEDED[:4]), strict=True):
        text = texts[field][article_id]
        # Twice the width, since white space is about to shrink.
        found.append(_clipped(text[max(start - 2 * width, 0) : start], text[end : end + 2 * width], width))
    return found


def _from_sentences(table: pd.DataFrame, width: int) -> list[tuple[str, str]]:
    found = []
    for toponym, sentence, turn in zip(
        *(table[name].tolist() for name in ("toponym", "sentence", "turn")), strict=True
    ):
        if not isinstance(sentence, str):
            found.append(("", ""))
            continue
        name = " ".join(str(toponym).split())
        at = _occurrence(sentence, name, turn)
        found.append(_clipped(sentence[:at], sentence[at + len(name) :], width) if at >= 0 else ("", ""))
    return found


def _occurrence(sentence: str, name: str, turn: int) -> int:
    """Return where a name stands in a sentence for the so manieth time; the last time where it stands less often."""
    at = sentence.find(name)
    for _ in range(turn):
        following = sentence.find(name, at + len(name))
        if following < 0:
            break
        at = following
    return at


def _clipped(left: str, right: str, width: int) -> tuple[str, str]:
    # A space inside marks that the word goes on; split and join would glue it to the name.
    left = (" " if left[:1].isspace() else "") + " ".join(left.split()) + (" " if left[-1:].isspace() else "")
    right = (" " if right[:1].isspace() else "") + " ".join(right.split())
    return left[-width:].lstrip() if len(left) > width else left.lstrip(), right[:width].rstrip()


def aligned_text(lines: pd.DataFrame) -> str:
    """Return a concordance as text, the place names below one another.

    Parameters
    ----------
    lines
        What :func:`concordance` returned.

    Returns
    -------
    str
        One line per row: left, toponym, right; empty for no rows. Columns are counted in characters, so the names stand
        in line in a fixed-width font as long as the text holds no double-width characters.

    Raises
    ------
    ColumnMissing
        If the table is not a concordance.

    Examples
    --------
    >>> print(aligned_text(pd.DataFrame({"left": ["north of ", "in "], "toponym": ["Mosul"] * 2, "right": [" fell", "."]})))
    north of Mosul fell
          in Mosul.
    """
    tables.require_columns(lines, ("left", "toponym", "right"), what="concordance")
    reach = max((len(left) for left in lines["left"]), default=0)
    rows = zip(lines["left"], lines["toponym"], lines["right"], strict=True)
    return "\n".join(f"{left:>{reach}}{' '.join(toponym.split())}{right}" for left, toponym, right in rows)
