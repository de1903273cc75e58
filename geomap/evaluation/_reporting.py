"""``geomap.evaluation.report``: everything that can be said of predictions on gold, as tables, JSON and one HTML page."""

from __future__ import annotations

import html
import io
import json
import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from geomap._files import replacing
from geomap.errors import MissingDependency
from geomap.evaluation._breakdowns import BY, breakdown, confusions, distances, reliability
from geomap.evaluation._gold import Gold
from geomap.evaluation._metrics import NEAR_KM
from geomap.evaluation._scoring import RESAMPLES, compare, is_count, scores
from geomap.pipeline import Geoparser

if TYPE_CHECKING:
    from matplotlib.figure import Figure

# Stand-ins that no plot would use otherwise: matplotlib wants colors, and the page has two sets of them.
_COLORS = {
    "#010203": "var(--ink)",
    "#040506": "var(--muted)",
    "#070809": "var(--line)",
    "#0a0b0c": "var(--accent)",
    "#0d0e0f": "var(--second)",
}
INK, MUTED, LINE, ACCENT, SECOND = _COLORS
_WIDTH = 7.2
_FEW = 20  # mentions: a bin of fewer says little, and is drawn hollow
_PLOT_STYLE = {
    "svg.fonttype": "none",
    "font.family": "sans-serif",
    "font.size": 10,
    "text.color": INK,
    "axes.labelcolor": INK,
    "axes.edgecolor": LINE,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "xtick.color": MUTED,
    "ytick.color": MUTED,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "grid.color": LINE,
    "grid.linewidth": 0.6,
}
_UNUSED_ID = re.compile(r' id="[a-z0-9.]+_\d+"')


def intervals(name: str, rows: pd.DataFrame, labels: Sequence[str]) -> str:
    """Draw shares with their intervals, one line each: ``value``, ``low`` and ``high`` of the rows, from the top down."""
    with _style(name):
        figure = _plot_figure(0.55 + 0.27 * len(rows))
        axes = figure.add_subplot()
        places = np.arange(len(rows))[::-1]
        value = rows["value"].to_numpy(dtype=float)
        low, high = (
            rows["low"].fillna(rows["value"]).to_numpy(float),
            rows["high"].fillna(rows["value"]).to_numpy(float),
        )
        axes.hlines(places, low, high, color=ACCENT, linewidth=2.5, alpha=0.45)
        axes.plot(value, places, "o", color=ACCENT, markersize=5.5)
        axes.set_yticks(places, labels)
        axes.set_xlim(*_limits(low))
        axes.set_ylim(-0.7, len(rows) - 0.3)
        axes.grid(axis="x")
        axes.tick_params(length=0)
        axes.spines["left"].set_visible(False)
        return _svg(figure)


def _limits(low: Any) -> tuple[float, float]:
    least = float(np.nanmin(low)) if len(low) and np.isfinite(low).any() else 0.0
    return max(0.0, np.floor(least * 10) / 10 - 0.02), 1.02


def reliability_diagram(rows: pd.DataFrame) -> str:
    """Draw stated confidence against the share that was right, with the number of mentions in each bin below."""
    with _style("reliability"):
        figure = _plot_figure(4.4)
        above, below = figure.subplots(2, 1, sharex=True, height_ratios=[4, 1])
        above.plot([0, 1], [0, 1], color=MUTED, linewidth=1, linestyle=(0, (4, 3)))
        above.vlines(rows["confidence"], rows["low"], rows["high"], color=ACCENT, linewidth=2.5, alpha=0.45)
        sure = rows["mentions"].ge(_FEW).to_numpy()
        above.plot(rows["confidence"][sure], rows["right"][sure], "o", color=ACCENT, markersize=6)
        above.plot(
            rows["confidence"][~sure], rows["right"][~sure], "o", color=ACCENT, markersize=6, markerfacecolor="none"
        )
        above.set_ylabel("share that is right")
        above.set_ylim(-0.03, 1.03)
        above.grid()
        middle = (rows["confidence_from"] + rows["confidence_to"]) / 2
        below.bar(middle, rows["mentions"], width=0.088, color=SECOND)
        below.set_ylabel("mentions")
        below.set_xlabel("stated confidence")
        below.set_xlim(-0.02, 1.02)
        for axes in (above, below):
            axes.tick_params(length=0)
        return _svg(figure)


def distance_curve(rows: pd.DataFrame) -> str:
    """Draw the share of mentions that were resolved within each distance."""
    with _style("distances"):
        figure = _plot_figure(3.2)
        axes = figure.add_subplot()
        axes.fill_between(rows["km"], rows["low"], rows["high"], color=ACCENT, alpha=0.18, linewidth=0)
        axes.plot(rows["km"], rows["share"], color=ACCENT, linewidth=2)
        axes.axvline(NEAR_KM, color=MUTED, linewidth=1, linestyle=(0, (4, 3)))
        axes.text(NEAR_KM * 1.08, 0.03, "161 km", color=MUTED, transform=axes.get_xaxis_transform())
        axes.set_xscale("log")
        axes.set_xticks([1, 10, 100, 1000, 10000], ["1", "10", "100", "1,000", "10,000"])
        axes.set_ylim(*_limits(rows["low"].to_numpy(float)))
        axes.set_xlabel("kilometers from the gold point")
        axes.set_ylabel("share of mentions")
        axes.grid()
        axes.tick_params(length=0, which="both")
        return _svg(figure)


@contextmanager
def _style(name: str) -> Iterator[None]:
    """Set what all plots share; the name keeps their inner ids apart on one page."""
    try:
        import matplotlib as mpl
    except ImportError as error:
        raise MissingDependency(
            "the plots of the evaluation report need matplotlib: pip install 'geomap-toolkit[maps]'"
        ) from error
    with mpl.rc_context({**_PLOT_STYLE, "svg.hashsalt": name}):
        yield


def _plot_figure(height: float) -> Figure:
    from matplotlib.figure import Figure as NewFigure

    return NewFigure(figsize=(_WIDTH, height), layout="constrained")


def _svg(figure: Figure) -> str:
    written = io.StringIO()
    unsaid = dict.fromkeys(("Date", "Creator", "Format", "Type"))
    figure.savefig(written, format="svg", transparent=True, metadata=unsaid)
    svg = written.getvalue()
    svg = _UNUSED_ID.sub("", svg[svg.index("<svg") :])
    for stand_in, color in _COLORS.items():
        svg = svg.replace(stand_in, color)
    return svg


_MOST_ROWS = 60
_MOST_COUNTRIES = 20
_FEWEST = 5
_HEADLINES = (
    ("recognition", "exact_f1", "spans, exact F1"),
    ("recognition", "overlap_f1", "spans, overlap F1"),
    ("recognition", "exact_without_demonyms_f1", "without demonyms, exact F1"),
    ("resolution", "candidate_recall", "right place among candidates"),
    ("resolution", "accuracy_161km", "gold spans within 161 km"),
    ("resolution without source", "accuracy_161km", "the same with the source hidden"),
    ("resolution", "accuracy_region", "gold spans, region-aware"),
    ("resolution", "accuracy_id", "gold spans, exact id"),
    ("end to end", "end_to_end_161km_f1", "end to end within 161 km, F1"),
    ("end to end", "end_to_end_id_f1", "end to end, exact span and id, F1"),
)
_TITLES: Mapping[str, str] = {
    "kind": "By kind of mention",
    "usage": "By usage",
    "feature_class": "By feature class (GeoNames)",
    "country": "By country",
    "population": "By population of the place",
}
_NAMES: Mapping[str, str] = {
    "exact_recall": "found, exact",
    "overlap_recall": "found, overlap",
    "exact_precision": "precision, exact",
    "accuracy_161km": "within 161 km",
    "accuracy_region": "region-aware",
    "end_to_end_161km_recall": "found and within 161 km",
}
_CLASSES = {
    "A": "country, state",
    "H": "water",
    "L": "area, park",
    "P": "town",
    "R": "road",
    "S": "building, spot",
    "T": "mountain, island",
    "U": "undersea",
    "V": "forest",
}
_STYLE = """
:root { color-scheme: light dark; --paper: #fff; --ink: #1c2530; --muted: #5b6773; --line: #d9dee3; --accent: #1f5d99;
 --second: #b9c6d3; --stripe: #f4f6f8; }
@media (prefers-color-scheme: dark) { :root { --paper: #14191f; --ink: #e4e9ee; --muted: #9aa7b4; --line: #38424d;
 --accent: #6fb0ea; --second: #4a5b6c; --stripe: #1b222a; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1.5rem 1rem 4rem; max-width: 62rem; background: var(--paper); color: var(--ink);
 font: 16px/1.5 system-ui, sans-serif; }
h1 { font-size: 1.6rem; margin: 0 0 .3rem; } h2 { font-size: 1.2rem; margin: 2.4rem 0 .4rem; }
p { margin: .3rem 0 .8rem; max-width: 46rem; } .muted { color: var(--muted); }
figure { margin: .6rem 0 1.2rem; } figcaption { color: var(--muted); font-size: .9rem; max-width: 46rem; }
svg { display: block; width: 100%; max-width: 44rem; height: auto; }
.scroll { overflow-x: auto; } table { border-collapse: collapse; font-size: .9rem; font-variant-numeric: tabular-nums; }
caption { text-align: left; color: var(--muted); padding: 0 0 .4rem; }
th, td { text-align: left; padding: .22rem .7rem; border-bottom: 1px solid var(--line); vertical-align: top; }
td.number, th.number { text-align: right; white-space: nowrap; } tbody tr:nth-child(even) { background: var(--stripe); }
details { margin: .6rem 0; } summary { cursor: pointer; color: var(--accent); }
"""


def page(report: Report) -> str:
    """Return the page.

    Raises
    ------
    MissingDependency
        If matplotlib is not installed.
    """
    about = report.about
    counts = report.scores[report.scores["part"].eq("gold")].set_index("score")["value"]
    said = ", ".join(f"{_integer(value)} {str(name).replace('_', ' ')}" for name, value in counts.items() if value)
    body = [
        "<h1>Evaluation</h1>",
        f"<p>Predictions: {_text(about.get('predictions'))}. Gold: {_text(about.get('gold'))} ({_text(said)}). "
        f"geomap {_text(about.get('geomap'))}.</p>",
        f"<p class='muted'>Intervals are 95 % over articles: {_text(about.get('bootstrap'))} bootstrap resamples, seed "
        f"{_text(about.get('seed'))}. Resolution counts every gold mention with coordinates; an unanswered one is wrong. "
        "Region-aware: a country or a state of the United States is right anywhere inside it.</p>",
        *_left_out(report.left_out),
        *_headlines(report.scores),
        *_distances(report),
        *_reliability(report),
        *(part for by in BY for part in _broken_down(report.breakdown, by)),
        *_confusions(report.confusions),
        *_all_scores(report.scores),
    ]
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">\n'
        f"<title>Evaluation: {_text(about.get('gold'))}</title><style>{_STYLE}</style></head>\n<body>\n"
        + "\n".join(body)
        + "\n</body></html>\n"
    )


def _left_out(table: pd.DataFrame) -> list[str]:
    if not len(table):
        return []
    rows = [(row.article_id, row.row, row.reason) for row in rows_of(table.head(_MOST_ROWS))]
    more = f" The first {_MOST_ROWS} are shown; the JSON report has all." if len(table) > _MOST_ROWS else ""
    return [
        f"<details><summary>{len(table):,} rows could not be used and were left out</summary>",
        f"<p>The rest is scored.{more}</p>",
        _table(("article", "row", "reason"), rows),
        "</details>",
    ]


def _headlines(scores: pd.DataFrame) -> list[str]:
    by_name = scores.set_index(["part", "score"])
    kept = [((part, score), label) for part, score, label in _HEADLINES if (part, score) in by_name.index]
    rows = by_name.loc[[key for key, _ in kept]]
    labels = [f"{label}: {value:.3f}" for (_, label), value in zip(kept, rows["value"], strict=True)]
    return [
        "<h2>Scores</h2>",
        _figure(intervals("headlines", rows, labels), "The scores that count, with their intervals."),
    ]


def _distances(report: Report) -> list[str]:
    if report.distances["share"].isna().all():
        return []
    caption = "Gold mentions with coordinates, by how far from the gold point they were placed."
    return ["<h2>How far off</h2>", _figure(distance_curve(report.distances), caption)]


def _reliability(report: Report) -> list[str]:
    if not len(report.reliability):
        return []
    value = report.scores.set_index(["part", "score"])["value"].get(("resolution", "calibration_error"))
    caption = (
        "On the dashed line, a stated confidence is as often right as it says; hollow where a bin has fewer than 20. "
        f"Expected calibration error: {value:.3f}."
    )
    return ["<h2>Is the confidence right?</h2>", _figure(reliability_diagram(report.reliability), caption)]


def _broken_down(breakdown: pd.DataFrame, by: str) -> list[str]:
    part = breakdown[breakdown["by"].eq(by)]
    if part["group"].nunique() < 2:
        return []
    shown = part[part["group"].isin(part["group"].drop_duplicates()[:_MOST_COUNTRIES])]
    accuracy = shown[shown["score"].eq("accuracy_161km") & shown["mentions"].ge(_FEWEST)]
    labels = [f"{_group(by, row.group)}  ({row.mentions:,})" for row in rows_of(accuracy)]
    parts = [f"<h2>{_TITLES[by]}</h2>"]
    if len(accuracy):
        caption = f"Gold spans within 161 km; in brackets how many mentions. Groups of at least {_FEWEST}."
        parts.append(_figure(intervals(by, accuracy, labels), caption))
    names = [name for name in _NAMES if shown["score"].eq(name).any()]
    cells = {(row.group, row.score): row for row in rows_of(shown)}
    rows = [
        (_group(by, group), *(_with_interval(cells.get((group, name))) for name in names))
        for group in shown["group"].drop_duplicates()
    ]
    more = part["group"].nunique() - shown["group"].nunique()
    note = f"<p class='muted'>{more} more groups are in the JSON report.</p>" if more else ""
    table = _table(("", *(_NAMES[name] for name in names)), rows)
    return [*parts, f"<details><summary>As a table</summary>{table}{note}</details>"]


def _group(by: str, name: object) -> str:
    return f"{name} {_CLASSES[str(name)]}" if by == "feature_class" and str(name) in _CLASSES else str(name)


def _with_interval(row: object) -> str:
    if row is None:
        return ""
    value, low, high = (float(getattr(row, name)) for name in ("value", "low", "high"))
    return f"{value:.3f}" + (f" ({low:.3f} to {high:.3f})" if low == low else "")


def _confusions(table: pd.DataFrame) -> list[str]:
    if not len(table):
        return []
    sums = table.groupby("mistake", sort=False)["mentions"].sum().sort_values(ascending=False)
    said = ", ".join(f"{name} {count:,}" for name, count in sums.items())
    rows = [
        (
            row.mistake,
            row.toponym,
            row.gold,
            row.predicted,
            "" if row.km != row.km else f"{row.km:,.0f}",
            f"{row.mentions:,}",
        )
        for row in rows_of(table.head(_MOST_ROWS))
    ]
    head = ("mistake", "toponym", "gold", "predicted", "km", "mentions")
    return [
        "<h2>What was mistaken for what</h2>",
        f"<p>Mentions: {_text(said)}. The most frequent:</p>",
        _table(head, rows),
    ]


def _all_scores(scores: pd.DataFrame) -> list[str]:
    rows = [
        (row.part, row.score.replace("_", " "), _number(row.value, count=is_count(row.part, row.score)), _between(row))
        for row in rows_of(scores)
    ]
    return ["<h2>All scores</h2>", _table(("part", "score", "value", "95 % interval"), rows)]


def _between(row: Any) -> str:
    return "" if row.low != row.low else f"{_number(row.low)} to {_number(row.high)}"


def _number(value: float, *, count: bool = False) -> str:
    return _integer(value) if count else f"{value:,.3f}"


def rows_of(table: pd.DataFrame) -> list[Any]:
    """Return the rows as named tuples, their values untyped."""
    return list(table.itertuples(index=False))


def _integer(value: float) -> str:
    return f"{int(value):,}"


def _figure(svg: str, caption: str) -> str:
    return f'<figure role="group">{svg}<figcaption>{_text(caption)}</figcaption></figure>'


def _table(head: Iterable[str], rows: Iterable[Iterable[object]]) -> str:
    listed = [[str(cell) for cell in row] for row in rows]
    numeric = {"km", "mentions", "row", "value", "95 % interval"}
    names = list(head)
    right = [' class="number"' if name in numeric else "" for name in names]
    top = "".join(f"<th scope='col'{kind}>{_text(name)}</th>" for name, kind in zip(names, right, strict=True))
    lines = [
        "<tr>" + "".join(f"<td{kind}>{_text(cell)}</td>" for cell, kind in zip(row, right, strict=True)) + "</tr>"
        for row in listed
    ]
    return f"<div class='scroll'><table><thead><tr>{top}</tr></thead><tbody>{''.join(lines)}</tbody></table></div>"


def _text(words: object) -> str:
    return html.escape(str(words), quote=True)


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
    from geomap._version import __version__

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
