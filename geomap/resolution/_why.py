"""Why a mention was resolved as it was: the evidence for the choice over the runner-up, in words and numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from geomap._alternatives import COLUMN, STORED, carries_alternatives, read_alternatives
from geomap._checks import of_kind
from geomap.errors import InvalidTable
from geomap.gazetteer import Gazetteer
from geomap.resolution._signals import NAMES
from geomap.tables import EMBEDDED, MENTION_KEY, OFFSET, WITHIN, require_columns

MIN_CONTRIBUTION = 0.1  # to the score; what weighs less is not worth a word

# The kinds of evidence, and the signals that measure each of them.
EVIDENCE: Mapping[str, tuple[str, ...]] = {
    "how prominent the place is": (
        "prominence",
        "prominence_gap",
        "prior",
        "rank",
        "log_population",
        "is_capital",
        "is_seat",
        "log_alternates",
    ),
    "what kind of place it is": (
        "is_country",
        "is_first_order",
        "is_second_order",
        "is_populated",
        "is_natural",
        "is_spot",
    ),
    "how the name matches": ("main_name", "alternate_name", "demonym", "abbreviation", "name_cut", "candidates"),
    "what the text says about its location": ("contained", "contradicted"),
    "the country and divisions of the article's other places": (
        "country_share",
        "first_order_share",
        "second_order_share",
        "country_named",
        "first_order_named",
    ),
    "how near it is to the article's other places": (
        "near_25",
        "near_100",
        "near_400",
        "nearest",
        "neighbor",
        "dateline_near",
    ),
    "where the publisher's other articles are set": (
        "outlet_known",
        "outlet_country",
        "outlet_first_order",
        "outlet_second_order",
        "outlet_near",
        "outlet_around",
    ),
    "the words around the name": (
        "neighbor_kind",
        "follower_fits",
        "follower_clashes",
        "preposition",
        "in_title",
        "mentions",
    ),
    "a division of the same name": ("same_name_parent",),
    "that the article names no other place": ("alone",),
}


@dataclass(frozen=True)
class Explanation:
    """Why one mention was resolved as it was.

    Parameters
    ----------
    text
        A summary in words.
    table
        One row per kind of evidence: ``evidence``, ``contribution`` (what it adds to the choice's score less what it
        adds to the runner-up's) and ``signals`` (the single signals of which it is the sum). The contributions add up
        to the difference in score. Strongest first, for or against.
    """

    text: str
    table: pd.DataFrame

    def __str__(self) -> str:
        return self.text

    def _repr_html_(self) -> str:
        from html import escape

        return f"<p>{escape(self.text)}</p>{self.table.to_html(index=False)}"


def why(mentions: pd.DataFrame, *, gazetteer: Gazetteer | None = None) -> Explanation:
    """Explain why a mention was resolved as it was.

    Parameters
    ----------
    mentions
        The mentions table cut down to one row: ``mentions.iloc[[i]]``.
    gazetteer
        Where the names of countries and divisions come from, for the words of the explanation: a
        :class:`~geomap.gazetteer.Gazetteer`. The gazetteer that ships with geomap by default.

    Returns
    -------
    Explanation
        ``print`` it for a summary in words. Its ``table`` weighs the evidence: the contributions add up to the
        difference in score between the likeliest candidate and the runner-up.

    Raises
    ------
    ColumnMissing
        If the table is not one of mentions.
    InvalidTable
        If the table has more or less than one row, or does not say what the mention's candidates were: it comes from an
        older geomap or from another program.

    See Also
    --------
    geomap.alternatives : all candidates and their probabilities.

    Examples
    --------
    >>> import geomap
    >>> mentions = geomap.datasets.sample_mentions()
    >>> explanation = geomap.why(mentions.query("toponym == 'Geneva'"))
    >>> print(explanation)  # doctest: +ELLIPSIS
    “Geneva” was resolved to Geneva, Geneva, Switzerland (probability 68%) rather than ...
    >>> explanation.table[["evidence", "contribution"]].round(1).head(3)
                                           evidence  contribution
    0                      what kind of place it is           0.8
    1                    how prominent the place is          -0.3
    2  how near it is to the article's other places          -0.2
    """
    require_columns(mentions, (*MENTION_KEY, "toponym"), what="mentions")
    if gazetteer is not None:
        of_kind("gazetteer", gazetteer, Gazetteer, "a geomap.Gazetteer")
    if len(mentions) != 1:
        raise InvalidTable(f"why explains one mention, and this table has {len(mentions)}; give mentions.iloc[[i]]")
    if not carries_alternatives(mentions):
        raise InvalidTable(f"the mention has no {COLUMN}, which geoparse writes; geoparse the articles again")
    row = mentions.iloc[0]
    also = _also(row)
    candidates, difference = read_alternatives(row[COLUMN])
    if len(candidates) > 1 and len(difference) != len(NAMES):
        raise InvalidTable(
            f"the mention was resolved by a geomap with {len(difference)} signals, and this one has {len(NAMES)}; "
            "geoparse the articles again"
        )
    places = [dict(zip(STORED, candidate, strict=True)) for candidate in candidates[:2]]
    names = [_full_name(place, gazetteer or Gazetteer()) for place in places]
    if not names:
        return Explanation(f"The gazetteer has no place named “{row['toponym']}”.{also}", _evidence([]))
    if len(names) == 1:
        like = _spelled_like(places[0]).removesuffix(",") or ", the only place of that name in the gazetteer"
        text = f"“{row['toponym']}” was resolved to {names[0]}{like}.{also}"
        return Explanation(text, _evidence([]))
    table = _evidence(difference)
    words = _in_words(row["toponym"], names, places[0]["probability"], _spelled_like(places[0]), table)
    return Explanation(words + also, table)


def _also(row: pd.Series[Any]) -> str:
    """Return what the mention is beside its name: a relative or approximate place, or inside another name."""
    km = row.get("radius_km")
    within = f", within about {max(1.0, km):,.0f} km" if isinstance(km, float) and km > 0 else ""
    precision, name = row.get("precision"), row.get("name")
    text = ""
    if precision == OFFSET:
        text = f" What is meant lies elsewhere: the words describe “{name}”{within}."
    elif precision == WITHIN:
        text = f" What is meant is somewhere in {name}{within}: the gazetteer does not have it."
    elif within:
        text = f" What is meant lies near it{within}."
    return text + (
        " It stands inside another name and counts only if asked for." if row.get("kind") == EMBEDDED else ""
    )


def _full_name(place: dict[str, Any], gazetteer: Gazetteer) -> str:
    """Return "Paris, Texas, United States"."""
    country, division = place["country_code"], place["admin1_code"]
    # A place that a geocoding service proposed, or that another gazetteer has.
    stored = (place["name"], gazetteer.admin1_name(country, division), gazetteer.country_name(country))
    return ", ".join(gazetteer.hierarchy(place["place_id"]) or filter(None, stored))


def _evidence(difference: list[float]) -> pd.DataFrame:
    """Return what the signals add by kind of evidence, the strongest first, for or against."""
    by_signal = dict(zip(NAMES, difference, strict=bool(difference)))
    rows = []
    for evidence, names in EVIDENCE.items() if difference else ():
        signals = {name: by_signal[name] for name in names if by_signal[name]}
        rows.append((evidence, sum(signals.values()), {name: round(value, 3) for name, value in signals.items()}))
    table = pd.DataFrame(rows, columns=["evidence", "contribution", "signals"])
    return table.sort_values("contribution", key=abs, ascending=False, kind="stable", ignore_index=True)


def _spelled_like(place: Mapping[str, Any]) -> str:
    """Return the words for a place that was found by another spelling of its name, empty for others."""
    return f", spelled like “{place['spelled_like']}”," if place["spelled_like"] else ""


def _in_words(toponym: str, names: list[str], probability: float, like: str, table: pd.DataFrame) -> str:
    weighty = table[table["contribution"].abs() >= MIN_CONTRIBUTION]
    in_favor = weighty.loc[weighty["contribution"] > 0, "evidence"].tolist()[:3]
    against = weighty.loc[weighty["contribution"] < 0, "evidence"].tolist()[:2]
    text = f"“{toponym}” was resolved to {names[0]} (probability {probability:.0%}){like} rather than {names[1]}."
    if in_favor:
        text += f" In favor: {_listed(in_favor)}."
    if against:
        text += f" Against: {_listed(against)}."
    return text


def _listed(items: list[str]) -> str:
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} and {items[-1]}"
