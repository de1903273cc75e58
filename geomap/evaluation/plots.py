"""The plots of the evaluation report, as SVG that takes its colors from the page around it."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from geomap.errors import MissingDependency
from geomap.evaluation.metrics import NEAR_KM

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
_STYLE = {
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
        figure = _figure(0.55 + 0.27 * len(rows))
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
        figure = _figure(4.4)
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
        figure = _figure(3.2)
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
    with mpl.rc_context({**_STYLE, "svg.hashsalt": name}):
        yield


def _figure(height: float) -> Figure:
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
