"""Names beside the symbols of a picture: the largest places first, where nothing is covered."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.text import Annotation

    Floats = npt.NDArray[np.float64]

SIZE = 7  # points
_APART = 1.5  # points between names, and between a name and the edge
_GAP = 2.5  # points between a symbol and its name
_FAR = (7.0, 13.0, 20.0, 28.0, 38.0, 50.0)  # points beyond the gap, where a line leads to the name
_TRIED = 4  # places for each name asked for: smaller ones say little
_LEFT, _BOTTOM, _RIGHT, _TOP = range(4)


class Inks(NamedTuple):
    """The colors of names: of towns, of areas, and of the halo around both."""

    town: str
    area: str
    halo: str


class _Spot(NamedTuple):
    """Where a name may stand: its box in pixels, and from where to where a line leads, if any."""

    box: Floats
    line: tuple[tuple[float, float], tuple[float, float]] | None


def write_names(
    axes: Axes, renderer: Any, places: pd.DataFrame, *, count: int, filled: list[Floats], inks: Inks
) -> None:
    """Write the names of places beside their symbols.

    A name covers no other name and no symbol. Beside, above and below its symbol come first, then the corners; where
    all of these are taken, a line leads to the name, but only for the first half of the names, because a picture with
    many such lines is hard to read. What fits nowhere stays unnamed, and a smaller place gets its turn, up to four for
    each name asked for.

    Parameters
    ----------
    axes
        The map, laid out for good.
    renderer
        That of the figure's canvas.
    places
        Most mentions first, with ``name``, ``form``, ``x``, ``y`` in data units and ``radius`` in points.
    count
        How many names at most.
    filled
        Boxes (left, bottom, right, top, in pixels) that no name may cover.
    inks
        The colors.
    """
    if not len(places) or count < 1:
        return
    scale = renderer.points_to_pixels(1.0)
    middles = axes.transData.transform(places[["x", "y"]].to_numpy(dtype=float))
    radii = places["radius"].to_numpy(dtype=float) * scale
    symbols = np.column_stack([middles - radii[:, None], middles + radii[:, None]])
    apart = np.array([-1.0, -1.0, 1.0, 1.0]) * _APART * scale
    frame = np.asarray(axes.get_window_extent(renderer).extents, dtype=float) - apart
    names = [*filled]
    written = 0
    tried = places.head(_TRIED * count)
    for row, (name, form) in enumerate(zip(tried["name"], tried["form"], strict=True)):
        if written >= count:
            return
        text = _text(axes, str(name), form=str(form), at=places[["x", "y"]].to_numpy(dtype=float)[row], inks=inks)
        extent = text.get_window_extent(renderer)
        far = _FAR if written < max(1, count // 2) else ()
        spots = _spots(middles[row], radii[row], extent.width, extent.height, scale, far)
        spot = next((one for one in spots if _is_free(one, frame, symbols, names, symbols[row])), None)
        if spot is None:
            text.remove()
            continue
        _put(axes, text, spot, middles[row], scale, inks.town if form == "town" else inks.area)
        names.append(spot.box + apart)
        written += 1


def _text(axes: Axes, name: str, *, form: str, at: Floats, inks: Inks) -> Annotation:
    from matplotlib.patheffects import withStroke

    town = form == "town"
    return axes.annotate(
        name, (float(at[0]), float(at[1])), (0, 0), textcoords="offset points", fontsize=SIZE, zorder=6,
        color=inks.town if town else inks.area, parse_math=False, ha="left", va="bottom",
        fontstyle="normal" if town else "italic", fontweight="bold", annotation_clip=False,
        path_effects=[withStroke(linewidth=1.6, foreground=inks.halo, alpha=0.85)],
    )  # fmt: skip


def _spots(
    middle: Floats, radius: float, wide: float, high: float, scale: float, far: tuple[float, ...]
) -> Iterator[_Spot]:
    x, y = float(middle[0]), float(middle[1])
    gap = radius + _GAP * scale
    slant = radius * 0.71 + _GAP * scale * 0.6
    for left, bottom in (
        (x + gap, y - high / 2),
        (x - gap - wide, y - high / 2),
        (x - wide / 2, y + gap),
        (x - wide / 2, y - gap - high),
        (x + slant, y + slant),
        (x + slant, y - slant - high),
        (x - slant - wide, y + slant),
        (x - slant - wide, y - slant - high),
    ):
        yield _Spot(np.array([left, bottom, left + wide, bottom + high]), None)
    for further in far:
        for turn in np.linspace(0, 2 * np.pi, 24, endpoint=False):
            across, up = np.cos(turn), np.sin(turn)
            away = gap + further * scale
            left = x + away * across - wide * (1 - across) / 2
            bottom = y + away * up - high * (1 - up) / 2
            box = np.array([left, bottom, left + wide, bottom + high])
            end = (float(np.clip(x, box[_LEFT], box[_RIGHT])), float(np.clip(y, box[_BOTTOM], box[_TOP])))
            apart = float(np.hypot(end[0] - x, end[1] - y))
            if apart > gap:
                begin = (x + (end[0] - x) * radius / apart, y + (end[1] - y) * radius / apart)
                yield _Spot(box, (begin, end))


def _is_free(spot: _Spot, frame: Floats, symbols: Floats, names: list[Floats], own: Floats) -> bool:
    box = spot.box
    inside = frame[_LEFT] < box[_LEFT] and box[_RIGHT] < frame[_RIGHT]
    if not (inside and frame[_BOTTOM] < box[_BOTTOM] and box[_TOP] < frame[_TOP]):
        return False
    # A corner of the name may stand over the corner of the box around its own symbol.
    others = symbols[(symbols != own).any(axis=1)]
    if _overlapping(box, others).any() or (names and _overlapping(box, np.array(names)).any()):
        return False
    if spot.line is None or not names:
        return True
    (x, y), (to_x, to_y) = spot.line
    along = np.linspace(0, 1, 16)
    points = np.column_stack([x + (to_x - x) * along, y + (to_y - y) * along])
    return not any(_overlapping(np.concatenate([point, point]), np.array(names)).any() for point in points)


def _overlapping(box: Floats, others: Floats) -> npt.NDArray[np.bool_]:
    found: npt.NDArray[np.bool_] = (
        (box[_LEFT] <= others[:, _RIGHT])
        & (others[:, _LEFT] <= box[_RIGHT])
        & (box[_BOTTOM] <= others[:, _TOP])
        & (others[:, _BOTTOM] <= box[_TOP])
    )
    return found


def _put(axes: Axes, text: Annotation, spot: _Spot, middle: Floats, scale: float, color: str) -> None:
    """Move a name to its spot, in points from its place: so it stays there in PDF and SVG, whatever their resolution."""
    text.set_position(((spot.box[_LEFT] - middle[0]) / scale, (spot.box[_BOTTOM] - middle[1]) / scale))
    if spot.line is not None:
        begin, end = axes.transData.inverted().transform(spot.line)
        axes.plot([begin[0], end[0]], [begin[1], end[1]], color=color, linewidth=0.6, zorder=5, solid_capstyle="butt")
