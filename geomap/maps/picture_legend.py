"""What stands around a picture of a map: its legend, a scale bar, and whose data it shows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.offsetbox import OffsetBox

    Floats = npt.NDArray[np.float64]

_ROUND = tuple(one * 10**ten for ten in range(9) for one in (1, 2, 5))
_SIZE = 6.5  # points
_EDGE = 4.0  # points between the legend and the edge of the picture


class Entry(NamedTuple):
    """A line of a legend: a marker of matplotlib with its diameter in points and its style, and what it means."""

    words: str
    marker: str
    diameter: float
    style: dict[str, Any]


def round_counts(most: int) -> list[int]:
    """Return up to three round numbers of mentions, 1 and the largest among them, to explain the size of symbols.

    Examples
    --------
    >>> round_counts(172)
    [1, 20, 100]
    """
    largest = max(value for value in _ROUND if value <= max(1, most))
    return sorted({1, max(value for value in _ROUND if value <= max(1, largest / 4)), largest})


def legend_of(entries: Sequence[Entry], figure: Figure, renderer: Any, *, ink: str) -> tuple[OffsetBox, float]:
    """Return the entries in as many rows as the width of a figure needs, and how many points high they are."""
    from matplotlib.offsetbox import VPacker

    scale = renderer.points_to_pixels(1.0)
    width = float(figure.get_size_inches()[0]) * 72 - 2 * _EDGE
    rows: list[list[Artist]] = [[]]
    for entry in entries:
        tried = _row([*rows[-1], _item(entry, ink)])
        tried.set_figure(figure)
        if rows[-1] and tried.get_bbox(renderer).width / scale > width:
            rows.append([])
        rows[-1].append(_item(entry, ink))
    whole = VPacker(children=[_row(items) for items in rows], align="left", pad=0, sep=3)
    whole.set_figure(figure)
    return whole, float(whole.get_bbox(renderer).height / scale) + 2 * _EDGE


def add_legend(figure: Figure, legend: OffsetBox) -> None:
    """Put a legend at the lower left of a figure."""
    from matplotlib.offsetbox import AnnotationBbox

    width, height = (float(side) * 72 for side in figure.get_size_inches())
    where = (_EDGE / width, _EDGE / height)
    figure.add_artist(
        AnnotationBbox(legend, where, xycoords="figure fraction", box_alignment=(0, 0), frameon=False, pad=0)
    )


def _row(items: list[Artist]) -> OffsetBox:
    from matplotlib.offsetbox import HPacker

    return HPacker(children=items, align="center", pad=0, sep=11)


def _item(entry: Entry, ink: str) -> OffsetBox:
    from matplotlib.lines import Line2D
    from matplotlib.offsetbox import DrawingArea, HPacker, TextArea

    side = max(entry.diameter, 6.0)
    area = DrawingArea(side, side)
    area.add_artist(
        Line2D([side / 2], [side / 2], linestyle="", marker=entry.marker, markersize=entry.diameter, **entry.style)
    )
    words = TextArea(entry.words, textprops={"fontsize": _SIZE, "color": ink})
    return HPacker(children=[area, words], align="center", pad=0, sep=4)


def add_attribution(axes: Axes, words: str, *, color: str) -> None:
    """Say below the lower right corner of a map whose data it shows."""
    axes.annotate(
        words, (1, 0), (-1, -2), xycoords="axes fraction", textcoords="offset points", ha="right", va="top", fontsize=5,
        color=color, annotation_clip=False,
    )  # fmt: skip


def add_scale_bar(
    axes: Axes, renderer: Any, limits: tuple[float, float, float, float], symbols: Floats, *, ink: str
) -> Floats:
    """Draw a scale bar into the corner of a map where it covers least, and return its box.

    Parameters
    ----------
    axes, renderer
        The map, laid out for good, and the renderer of its figure.
    limits
        Its west, south, east and north in meters.
    symbols
        Boxes of symbols (left, bottom, right, top, in pixels).
    ink
        Its color.

    Returns
    -------
    numpy.ndarray
        Left, bottom, right and top in pixels.
    """
    west, south, east, north = limits
    lengths = [one * 10**ten for ten in range(3, 8) for one in (1, 2, 5)]
    length = max((value for value in lengths if value <= (east - west) / 5), default=lengths[0])
    aside, above = (east - west) * 0.03, (north - south) * 0.04
    high = _high(axes, renderer)
    boxes = []
    for x in (west + aside, east - aside - length):
        for y in (south + above, north - above - high):
            (left, bottom), (right, top) = axes.transData.transform([(x, y), (x + length, y + high)])
            boxes.append((x, y, np.array([left, bottom, right, top])))
    # The first of equals: the lower left is where readers look.
    x, y, box = min(boxes, key=lambda one: _covered(one[2], symbols))
    axes.plot([x, x + length], [y, y], color=ink, linewidth=1.4, solid_capstyle="butt", zorder=5)
    axes.annotate(
        f"{length / 1000:,.0f} km", (x + length / 2, y), (0, 3), textcoords="offset points", ha="center", va="bottom",
        fontsize=_SIZE, color=ink, zorder=5,
    )  # fmt: skip
    return box


def _high(axes: Axes, renderer: Any) -> float:
    """Return how high a scale bar and its words are, in data units."""
    pixels = renderer.points_to_pixels(3 + 1.3 * _SIZE)
    to_data: Callable[[Any], Any] = axes.transData.inverted().transform
    (_, low), (_, high) = to_data([(0, 0), (0, pixels)])
    return float(high - low)


def _covered(box: Floats, symbols: Floats) -> float:
    """Return how many square pixels of symbols a box covers."""
    across = np.minimum(box[2], symbols[:, 2]) - np.maximum(box[0], symbols[:, 0])
    up = np.minimum(box[3], symbols[:, 3]) - np.maximum(box[1], symbols[:, 1])
    return float((np.clip(across, 0, None) * np.clip(up, 0, None)).sum())
