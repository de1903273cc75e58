"""``geomap.evaluation.report``: everything that can be said of predictions on gold, as tables, JSON and one HTML page."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from geomap.evaluation.breakdowns import breakdown
from geomap.evaluation.comparing import compare
from geomap.evaluation.gold import Gold
from geomap.evaluation.mistakes import confusions, distances, reliability
from geomap.evaluation.verb import RESAMPLES, scores
from geomap.files import replacing
from geomap.pipeline import Geoparser

TABLES = ("scores", "breakdown", "confusions", "reliability", "distances", "left_out")


@dataclass(frozen=True)
class Report:
    """The evaluation of predictions on gold.

    Parameters
    ----------
    scores
        Every score with its interval, as :func:`geomap.evaluate` returns.
    breakdown
        Recall and accuracy by kind, usage, feature class, country and population band; see
        :func:`~geomap.evaluation.breakdown`.
    confusions
        What was mistaken for what; see :func:`~geomap.evaluation.confusions`.
    reliability
        How often a stated confidence was right; see :func:`~geomap.evaluation.reliability`.
    distances
        The share of mentions resolved within each distance; see :func:`~geomap.evaluation.distances`.
    left_out
        Rows of gold and predictions that could not be used: ``article_id``, ``row``, ``reason``.
    about
        What was evaluated: ``gold``, ``predictions``, ``bootstrap``, ``seed``, ``geomap``.
    """

    scores: pd.DataFrame
    breakdown: pd.DataFrame
    confusions: pd.DataFrame
    reliability: pd.DataFrame
    distances: pd.DataFrame
    left_out: pd.DataFrame
    about: Mapping[str, str] = field(default_factory=dict)

    def to_json(self, path: str | Path) -> Path:
        """Write all tables as one JSON object, a list of rows each; a missing number is null.

        Raises
        ------
        UnsafeOutput
            If the file cannot be written; nothing is left half written.
        """
        content = {"about": dict(self.about)} | {name: _records(getattr(self, name)) for name in TABLES}
        with replacing(path) as temporary:
            temporary.write_text(json.dumps(content, ensure_ascii=False, indent=1, allow_nan=False), encoding="utf-8")
        return Path(path)

    def to_html(self, path: str | Path) -> Path:
        """Write one HTML page with tables and plots that needs no network.

        Raises
        ------
        MissingDependency
            If matplotlib is not installed.
        UnsafeOutput
            If the file cannot be written; nothing is left half written.
        """
        from geomap.evaluation.page import page

        content = page(self)
        with replacing(path) as temporary:
            temporary.write_text(content, encoding="utf-8")
        return Path(path)


def report(
    gold: str | Path | Gold,
    predictions: pd.DataFrame | str | Path | None = None,
    *,
    geoparser: Geoparser | None = None,
    bootstrap: int = RESAMPLES,
    seed: int = 0,
    called: str | None = None,
) -> Report:
    """Evaluate as :func:`geomap.evaluate` does, and say where it goes wrong.

    Parameters
    ----------
    gold, predictions, geoparser, bootstrap, seed
        As for :func:`geomap.evaluate`.
    called
        What the report calls the gold; its file's name when left out.

    Returns
    -------
    Report
        Tables; ``to_json(path)`` and ``to_html(path)`` write them.

    Raises
    ------
    InvalidGold, UnsupportedFormat, ColumnMissing
        If gold or predictions cannot be read at all; single bad rows are left out and listed in ``left_out``.
    """
    from geomap import __version__

    comparison = compare(gold, predictions, geoparser=geoparser)
    about = {
        "gold": called or _called(gold),
        "predictions": "the geoparser's" if predictions is None else _called(predictions),
        "bootstrap": str(bootstrap),
        "seed": str(seed),
        "geomap": __version__,
    }
    return Report(
        scores=scores(comparison, bootstrap=bootstrap, seed=seed),
        breakdown=breakdown(comparison, bootstrap=bootstrap, seed=seed),
        confusions=confusions(comparison),
        reliability=reliability(comparison, bootstrap=bootstrap, seed=seed),
        distances=distances(comparison, bootstrap=bootstrap, seed=seed),
        left_out=pd.DataFrame(comparison.problems, columns=["article_id", "row", "reason"]),
        about=about,
    )


def _called(given: object) -> str:
    return Path(given).name if isinstance(given, (str, Path)) else "a table"


def _records(table: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(name): _plain(value) for name, value in row.items()} for row in table.to_dict("records")]


def _plain(value: Any) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value if isinstance(value, (str, int, float, bool)) or value is None else str(value)
