"""``geomap.evaluation.report``: everything about predictions on gold, as tables, JSON and one HTML page."""

from __future__ import annotations

import io
import json
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from geomap._files import replacing
from geomap._optional import optional
from geomap._version import __version__
from geomap.evaluation._breakdowns import BY, breakdown, confusions, distances, reliability
from geomap.evaluation._dots import dots, thresholds
from geomap.evaluation._gold import Gold
from geomap.evaluation._metrics import NEAR_KM
from geomap.evaluation._scoring import RESAMPLES, RESOLUTION, WITHOUT_SOURCE, compare, is_count, scores
from geomap.pipeline import Geoparser

if TYPE_CHECKING:
    from markupsafe import Markup
    from matplotlib.figure import Figure

TABLES = ("scores", "breakdown", "confusions", "reliability", "dots", "thresholds", "distances", "left_out")
_MAX_ROWS = 60
_MAX_GROUPS = 20
_MIN_MENTIONS = 5
_FEW_MENTIONS = 20  # a bin of fewer says little, and is drawn hollow
_HEADLINES: Mapping[tuple[str, str], str] = {
    ("recognition", "exact_f1"): "spans, exact F1",
    ("recognition", "overlap_f1"): "spans, overlap F1",
    ("recognition", "exact_without_demonyms_f1"): "without demonyms, exact F1",
    (RESOLUTION, "candidate_recall"): "right place among candidates",
    (RESOLUTION, "accuracy_161km"): "gold spans within 161 km",
    (WITHOUT_SOURCE, "accuracy_161km"): "the same with the source hidden",
    (RESOLUTION, "accuracy_region"): "gold spans, region-aware",
    (RESOLUTION, "accuracy_id"): "gold spans, exact id",
    ("end to end", "end_to_end_161km_f1"): "end to end within 161 km, F1",
    ("end to end", "end_to_end_id_f1"): "end to end, exact span and id, F1",
}
_TITLES: Mapping[str, str] = {
    "kind": "By kind of mention",
    "usage": "By usage",
    "feature_class": "By feature class (GeoNames)",
    "country": "By country",
    "population": "By population of the place",
}
_SCORES: Mapping[str, str] = {
    "exact_recall": "found, exact",
    "overlap_recall": "found, overlap",
    "exact_precision": "precision, exact",
    "accuracy_161km": "within 161 km",
    "accuracy_region": "region-aware",
    "end_to_end_161km_recall": "found and within 161 km",
}
_FEATURE_CLASSES: Mapping[str, str] = {
    "A": "country, state",
    "H": "water",
    "L": "area, park",
    "P": "town",
    "R": "road",
    "S": "building, spot",
    "T": "mountain, island",
    "U": "undersea",
    "V": "forest",
    "X": "body of states",
}


def report(
    gold: str | Path | Gold,
    predictions: pd.DataFrame | str | Path | None = None,
    *,
    geoparser: Geoparser | None = None,
    bootstrap: int = RESAMPLES,
    seed: int = 0,
    gold_name: str | None = None,
) -> Report:
    """Evaluate as :func:`geomap.evaluate` does, and show where it goes wrong.

    Parameters
    ----------
    gold, predictions, geoparser, bootstrap, seed
        As for :func:`geomap.evaluate`.
    gold_name
        Name of the gold in the report; by default the name of its file.

    Returns
    -------
    Report
        Tables; ``to_json(path)`` and ``to_html(path)`` write them.

    Raises
    ------
    InvalidGold, UnsupportedFormat, ColumnMissing
        If gold or predictions cannot be read at all. Single bad rows are left out and listed in ``left_out``.
    """
    comparison = compare(gold, predictions, geoparser=geoparser)
    return Report(
        scores=scores(comparison, bootstrap=bootstrap, seed=seed),
        breakdown=breakdown(comparison, bootstrap=bootstrap, seed=seed),
        confusions=confusions(comparison),
        reliability=reliability(comparison, bootstrap=bootstrap, seed=seed),
        dots=dots(comparison, bootstrap=bootstrap, seed=seed),
        thresholds=thresholds(comparison),
        distances=distances(comparison, bootstrap=bootstrap, seed=seed),
        left_out=pd.DataFrame(comparison.problems, columns=["article_id", "row", "reason"]),
        about={
            "gold": gold_name or _file_name(gold),
            "predictions": "the geoparser's" if predictions is None else _file_name(predictions),
            "bootstrap": str(bootstrap),
            "seed": str(seed),
            "geomap": __version__,
        },
    )


def _file_name(source: object) -> str:
    return Path(source).name if isinstance(source, (str, Path)) else "a table"


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
    dots
        How often a dot's stated probability was right; see :func:`~geomap.evaluation.dots`.
    thresholds
        What thresholds on that probability keep and lose; see :func:`~geomap.evaluation.thresholds`.
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
    dots: pd.DataFrame
    thresholds: pd.DataFrame
    distances: pd.DataFrame
    left_out: pd.DataFrame
    about: Mapping[str, str] = field(default_factory=dict)

    def to_json(self, path: str | Path) -> Path:
        """Write all tables as one JSON object, a list of rows each; missing numbers are null.

        Raises
        ------
        UnsafeOutput
            If the file cannot be written; an existing one is then unchanged.
        """
        content = {"about": dict(self.about)} | {
            name: [{column: _jsonable(value) for column, value in row.items()} for row in _records(getattr(self, name))]
            for name in TABLES
        }
        with replacing(path) as temporary:
            temporary.write_text(json.dumps(content, ensure_ascii=False, indent=1, allow_nan=False), encoding="utf-8")
        return Path(path)

    def to_html(self, path: str | Path) -> Path:
        """Write one HTML page with tables and plots that works without a network.

        Raises
        ------
        MissingDependency
            If matplotlib is not installed.
        UnsafeOutput
            If the file cannot be written; an existing one is then unchanged.
        """
        content = _page(self)
        with replacing(path) as temporary:
            temporary.write_text(content, encoding="utf-8")
        return Path(path)


def _records(table: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(name): value for name, value in row.items()} for row in table.to_dict("records")]


def _jsonable(value: Any) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value if isinstance(value, (str, int, float, bool)) or value is None else str(value)


def _page(report: Report) -> str:
    """Fill in the page's template with the tables and plots."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("geomap.evaluation"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )
    environment.filters["number"] = lambda value, digits=0: f"{value:,.{digits}f}"
    environment.filters["words"] = lambda name: name.replace("_", " ")
    by_name = report.scores.set_index(["part", "score"])
    keys = [key for key in _HEADLINES if key in by_name.index]
    headlines = by_name.loc[keys]
    labels = [f"{_HEADLINES[key]}: {value:.3f}" for key, value in zip(keys, headlines["value"], strict=True)]
    mistakes = report.confusions.groupby("mistake", sort=False)["mentions"].sum().sort_values(ascending=False)
    return environment.get_template("report.html.jinja").render(
        about=report.about,
        counts=[row for row in _records(report.scores) if row["part"] == "gold" and row["value"]],
        left_out={"total": len(report.left_out), "rows": _records(report.left_out.head(_MAX_ROWS))},
        headlines=_interval_plot("headlines", headlines, labels),
        distances=None if report.distances["share"].isna().all() else _distance_plot(report.distances),
        reliability=_reliability_plot(report.reliability) if len(report.reliability) else None,
        few=_FEW_MENTIONS,
        calibration_error=by_name["value"].get((RESOLUTION, "calibration_error")),
        dots=_records(report.dots),
        dots_error=report.dots.attrs.get("calibration_error"),
        dots_by_chance=report.dots.attrs.get("by_chance"),
        thresholds=_records(report.thresholds) if len(report.dots) else [],
        breakdowns=[part for part in (_breakdown_part(report.breakdown, by) for by in BY) if part],
        mistakes=mistakes.to_dict(),
        confusions=_records(report.confusions.head(_MAX_ROWS)),
        scores=[row | {"is_count": is_count(row["part"], row["score"])} for row in _records(report.scores)],
    )


def _breakdown_part(table: pd.DataFrame, by: str) -> dict[str, Any] | None:
    """Return what the page shows of one grouping; None if there is nothing to compare."""
    rows = table[table["by"].eq(by)]
    groups = rows["group"].drop_duplicates()
    if len(groups) < 2:
        return None
    rows = rows[rows["group"].isin(groups[:_MAX_GROUPS])]
    cells: dict[str, dict[str, Any]] = {}
    for row in _records(rows):
        cells.setdefault(_group_label(by, row["group"]), {})[row["score"]] = row
    plotted = rows[rows["score"].eq("accuracy_161km") & rows["mentions"].ge(_MIN_MENTIONS)]
    labels = [f"{_group_label(by, row['group'])}  ({row['mentions']:,})" for row in _records(plotted)]
    return {
        "title": _TITLES[by],
        "plot": _interval_plot(by, plotted, labels) if len(plotted) else None,
        "min_mentions": _MIN_MENTIONS,
        "scores": {name: label for name, label in _SCORES.items() if rows["score"].eq(name).any()},
        "groups": cells,
        "hidden": max(0, len(groups) - _MAX_GROUPS),
    }


def _group_label(by: str, name: str) -> str:
    return f"{name} {_FEATURE_CLASSES[name]}" if by == "feature_class" and name in _FEATURE_CLASSES else name


# matplotlib wants colors, and the page has two sets of them. These stand-ins, which no plot would use otherwise, become
# CSS variables in the SVG.
_COLORS = {
    "#010203": "var(--ink)",
    "#040506": "var(--muted)",
    "#070809": "var(--line)",
    "#0a0b0c": "var(--accent)",
    "#0d0e0f": "var(--second)",
}
_INK, _MUTED, _LINE, _ACCENT, _SECOND = _COLORS
_WIDTH = 7.2
_PLOT_STYLE = {
    "svg.fonttype": "none",
    "font.family": "sans-serif",
    "font.size": 10,
    "text.color": _INK,
    "axes.labelcolor": _INK,
    "axes.edgecolor": _LINE,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "xtick.color": _MUTED,
    "ytick.color": _MUTED,
    "xtick.labelcolor": _INK,
    "ytick.labelcolor": _INK,
    "grid.color": _LINE,
    "grid.linewidth": 0.6,
}
_UNUSED_ID = re.compile(r' id="[a-z0-9.]+_\d+"')


def _interval_plot(name: str, rows: pd.DataFrame, labels: Sequence[str]) -> Markup:
    """Draw shares with their intervals, one line each, from the top: ``value``, ``low`` and ``high`` of the rows."""
    with _plot_style(name):
        figure = _new_figure(0.55 + 0.27 * len(rows))
        axes = figure.add_subplot()
        lines = np.arange(len(rows))[::-1]
        value = rows["value"].to_numpy(dtype=float)
        low, high = (rows[bound].fillna(rows["value"]).to_numpy(float) for bound in ("low", "high"))
        axes.hlines(lines, low, high, color=_ACCENT, linewidth=2.5, alpha=0.45)
        axes.plot(value, lines, "o", color=_ACCENT, markersize=5.5)
        axes.set_yticks(lines, labels)
        axes.set_xlim(*_share_limits(low))
        axes.set_ylim(-0.7, len(rows) - 0.3)
        axes.grid(axis="x")
        axes.tick_params(length=0)
        axes.spines["left"].set_visible(False)
        return _svg(figure)


def _reliability_plot(rows: pd.DataFrame) -> Markup:
    """Draw stated confidence against the share that was right, and below it the number of mentions in each bin."""
    with _plot_style("reliability"):
        figure = _new_figure(4.4)
        above, below = figure.subplots(2, 1, sharex=True, height_ratios=[4, 1])
        above.plot([0, 1], [0, 1], color=_MUTED, linewidth=1, linestyle=(0, (4, 3)))
        above.vlines(rows["confidence"], rows["low"], rows["high"], color=_ACCENT, linewidth=2.5, alpha=0.45)
        enough = rows["mentions"].ge(_FEW_MENTIONS)
        for part, face in ((rows[enough], _ACCENT), (rows[~enough], "none")):
            above.plot(part["confidence"], part["right"], "o", color=_ACCENT, markersize=6, markerfacecolor=face)
        above.set_ylabel("share that is right")
        above.set_ylim(-0.03, 1.03)
        above.grid()
        middle = (rows["confidence_from"] + rows["confidence_to"]) / 2
        below.bar(middle, rows["mentions"], width=0.088, color=_SECOND)
        below.set_ylabel("mentions")
        below.set_xlabel("stated confidence")
        below.set_xlim(-0.02, 1.02)
        for axes in (above, below):
            axes.tick_params(length=0)
        return _svg(figure)


def _distance_plot(rows: pd.DataFrame) -> Markup:
    """Draw the share of mentions that were resolved within each distance."""
    with _plot_style("distances"):
        figure = _new_figure(3.2)
        axes = figure.add_subplot()
        axes.fill_between(rows["km"], rows["low"], rows["high"], color=_ACCENT, alpha=0.18, linewidth=0)
        axes.plot(rows["km"], rows["share"], color=_ACCENT, linewidth=2)
        axes.axvline(NEAR_KM, color=_MUTED, linewidth=1, linestyle=(0, (4, 3)))
        axes.text(NEAR_KM * 1.08, 0.03, "161 km", color=_MUTED, transform=axes.get_xaxis_transform())
        axes.set_xscale("log")
        axes.set_xticks([1, 10, 100, 1000, 10000], ["1", "10", "100", "1,000", "10,000"])
        axes.set_ylim(*_share_limits(rows["low"].to_numpy(float)))
        axes.set_xlabel("kilometers from the gold point")
        axes.set_ylabel("share of mentions")
        axes.grid()
        axes.tick_params(length=0, which="both")
        return _svg(figure)


def _share_limits(low: Any) -> tuple[float, float]:
    """Return the limits of an axis of shares: from the tenth below the lowest to a little above 1."""
    lowest = float(np.nanmin(low)) if len(low) and np.isfinite(low).any() else 0.0
    return max(0.0, np.floor(lowest * 10) / 10 - 0.02), 1.02


@contextmanager
def _plot_style(name: str) -> Iterator[None]:
    """Set the style that all plots share; the name keeps their SVG ids apart on one page."""
    matplotlib = optional("matplotlib", needed_by="the plots of the evaluation report", extra="maps")
    with matplotlib.rc_context({**_PLOT_STYLE, "svg.hashsalt": name}):
        yield


def _new_figure(height: float) -> Figure:
    from matplotlib.figure import Figure as NewFigure

    return NewFigure(figsize=(_WIDTH, height), layout="constrained")


def _svg(figure: Figure) -> Markup:
    """Return a figure as SVG markup without what would differ between runs or be of no use on the page."""
    from markupsafe import Markup

    drawing = io.StringIO()
    no_metadata = dict.fromkeys(("Date", "Creator", "Format", "Type"))
    figure.savefig(drawing, format="svg", transparent=True, metadata=no_metadata)
    svg = drawing.getvalue()
    svg = _UNUSED_ID.sub("", svg[svg.index("<svg") :])
    for stand_in, color in _COLORS.items():
        svg = svg.replace(stand_in, color)
    return Markup(svg)  # noqa: S704 - matplotlib has escaped the labels
