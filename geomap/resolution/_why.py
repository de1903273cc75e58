"""Why a mention was resolved as it was: the evidence for the choice against the runner-up, in words and numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from geomap.resolution._signals import NAMES

Floats = npt.NDArray[np.float64]

# Signals that say the same thing in several ways, and what they say.
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
    "what the text says of where it lies": ("contained", "contradicted"),
    "the country and divisions that the article's other names lie in": (
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
    "where the publisher's other articles happen": (
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
}


@dataclass(frozen=True)
class Explanation:
    """Why one mention was resolved as it was.

    Parameters
    ----------
    text
        The explanation in words.
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


def explain(toponym: str, candidates: list[tuple[Any, ...]], ranker: Any, names: list[str]) -> Explanation:
    """Explain one decision.

    Parameters
    ----------
    toponym
        The words as written.
    candidates
        Place, probability and signals of each candidate, the likeliest first.
    ranker
        What scored them.
    names
        How to call the first two candidates ("Paris, Texas, United States").
    """
    empty = pd.DataFrame({"evidence": [], "contribution": [], "signals": []})
    if not candidates:
        return Explanation(f"The gazetteer has nothing by the name “{toponym}”.", empty)
    if len(candidates) == 1:
        return Explanation(f"“{toponym}” is {names[0]}: the gazetteer has no other place by that name.", empty)
    (_, sure, chosen), (_, _, other) = candidates[:2]
    # The stored signals are rounded to single precision; both rows go the same way through the trees as they did.
    difference = ranker.contributions(chosen.astype(float)) - ranker.contributions(other.astype(float))
    rows = []
    for evidence, signals in EVIDENCE.items():
        parts = {name: float(difference[NAMES.index(name)]) for name in signals}
        rows.append((evidence, sum(parts.values()), {name: round(value, 3) for name, value in parts.items() if value}))
    table = pd.DataFrame(rows, columns=["evidence", "contribution", "signals"])
    table = table.iloc[np.argsort(-table["contribution"].abs().to_numpy(), kind="stable")].reset_index(drop=True)
    return Explanation(_in_words(toponym, names, sure, table), table)


def _in_words(toponym: str, names: list[str], sure: float, table: pd.DataFrame) -> str:
    weighty = table[table["contribution"].abs() >= 0.1]
    spoke_for = weighty.loc[weighty["contribution"] > 0, "evidence"].tolist()[:3]
    against = weighty.loc[weighty["contribution"] < 0, "evidence"].tolist()[:2]
    text = f"“{toponym}” was taken to be {names[0]} ({sure:.0%} sure) rather than {names[1]}."
    if spoke_for:
        text += f" For it spoke {_listed(spoke_for)}."
    if against:
        text += f" Against it spoke {_listed(against)}."
    return text


def _listed(items: list[str]) -> str:
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} and {items[-1]}"
