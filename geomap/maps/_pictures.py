"""Maps as pictures, for papers: matplotlib over the built-in basemap."""

from __future__ import annotations

import io
import struct
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt
from matplotlib.figure import Figure

from geomap.errors import InvalidTable, MissingDependency

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import geopandas as gpd
    import pandas as pd
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.offsetbox import OffsetBox
    from matplotlib.text import Annotation
    from shapely.geometry.base import BaseGeometry

Floats = npt.NDArray[np.float64]

_SHOWN_DPI = 100  # of the picture on the screen; the rest of its own resolution makes it sharp


class MapFigure(Figure):
    """A ``matplotlib.figure.Figure`` that shows itself as the last line of a cell, with or without ``%matplotlib``."""

    def _repr_png_(self) -> tuple[bytes, dict[str, int]]:
        """Return the picture, and its width and height on the screen in pixels."""
        stream = io.BytesIO()
        self.savefig(stream, format="png", dpi=self.dpi, bbox_inches="tight", pad_inches=0.05)
        picture = stream.getvalue()
        width, height = (round(side * _SHOWN_DPI / self.dpi) for side in struct.unpack(">II", picture[16:24]))
        return picture, {"width": width, "height": height}


_ROUND = tuple(one * 10**ten for ten in range(9) for one in (1, 2, 5))
_SIZE = 6.5  # points
_LEGEND_EDGE = 4.0  # points between the legend and the edge of the picture


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
    width = float(figure.get_size_inches()[0]) * 72 - 2 * _LEGEND_EDGE
    rows: list[list[Artist]] = [[]]
    for entry in entries:
        tried = _row([*rows[-1], _item(entry, ink)])
        tried.set_figure(figure)
        if rows[-1] and tried.get_bbox(renderer).width / scale > width:
            rows.append([])
        rows[-1].append(_item(entry, ink))
    whole = VPacker(children=[_row(items) for items in rows], align="left", pad=0, sep=3)
    whole.set_figure(figure)
    return whole, float(whole.get_bbox(renderer).height / scale) + 2 * _LEGEND_EDGE


def add_legend(figure: Figure, legend: OffsetBox) -> None:
    """Put a legend at the lower left of a figure."""
    from matplotlib.offsetbox import AnnotationBbox

    width, height = (float(side) * 72 for side in figure.get_size_inches())
    where = (_LEGEND_EDGE / width, _LEGEND_EDGE / height)
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


_SEA, _LAND, _BORDER, _INK, _MUTED = "#dfe8ed", "#f8f6f1", "#c3bbac", "#18222b", "#53616c"
_TOWN, _AREA = "#c8430f", "#1f5d99"
_MARKERS = {"town": "o", "country": "s", "division": "D", "region": "o"}
_FORMS = {
    "town": "Town, city or site",
    "country": "Country as a whole",
    "division": "Province or other division",
    "region": "Region, water or landform",
}
_LARGEST = 15.0  # points: the radius of the place with most mentions
_SMALLEST = 1.8
_WORLD = 130.0  # degrees of longitude; wider maps show the whole world
_MARGIN = 0.08
_EDGE = 4.0  # points around the map
_HEADING = 20.0  # points for a title
_CREDIT = 9.0  # points for the attribution


class _View(NamedTuple):
    """A projection and the rectangle of it that is shown."""

    crs: str
    center: float
    limits: tuple[float, float, float, float]
    whole: bool


def figure(
    mentions: gpd.GeoDataFrame,
    *,
    title: str | None = None,
    labels: int = 15,
    extent: Sequence[float] | None = None,
    size: tuple[float, float] = (7.2, 4.8),
    legend: bool = True,
    largest: int | None = None,
) -> Figure:
    """Draw the places of a corpus as a picture to publish.

    Parameters
    ----------
    mentions
        A mentions table.
    title
        A heading; none by default, because captions belong to the paper.
    labels
        How many places are named at most: those with most mentions, as far as there is room for their names. A line
        leads to a name that has no room beside its symbol.
    extent
        West, south, east and north in degrees; across the antimeridian, east is beyond 180. By default where most
        mentions lie.
    size
        Width and height in inches.
    legend
        Whether to explain sizes and forms.
    largest
        How many mentions the largest symbol stands for; None: as many as the place with most mentions has. Give two
        pictures the same number, and their symbols can be compared.

    Returns
    -------
    matplotlib.figure.Figure
        A notebook shows it, without ``%matplotlib inline`` too. Save it with ``savefig("map.pdf")`` (also PNG and SVG).
        The area of a symbol grows with the mentions of its place; only the smallest are drawn larger, to be seen. A
        region is drawn in Lambert's azimuthal equal-area
        projection around its middle, with a scale bar that holds there; wider maps in Equal Earth (Savric et al. 2019).

    Raises
    ------
    MissingDependency
        If matplotlib is not installed.
    InvalidTable
        If the extent is not one, or ``largest`` is below 1.
    """
    try:
        from matplotlib.backends.backend_agg import FigureCanvasAgg

    except ImportError as error:
        raise MissingDependency("geomap.maps.figure needs matplotlib: pip install 'geomap-toolkit[maps]'") from error
    from geomap.maps._corpus import credit

    places = _places(mentions)
    most = _most(places, largest)
    drawn = MapFigure(figsize=size, dpi=200)
    renderer = FigureCanvasAgg(drawn).get_renderer()
    wide, high = (72.0 * side for side in size)
    head, foot = (_HEADING if title else _EDGE), _CREDIT
    view, shown = _seen(places, extent, (wide - 2 * _EDGE) / max(high - head - foot, 36.0))
    if legend and len(shown):
        # What the legend explains depends on the view, and the view on the room that the legend leaves.
        foot += legend_of(_entries(shown, most), drawn, renderer, ink=_INK)[1]
        view, shown = _seen(places, extent, (wide - 2 * _EDGE) / max(high - head - foot, 36.0))
        if len(shown):
            add_legend(drawn, legend_of(_entries(shown, most), drawn, renderer, ink=_INK)[0])
    share = max(high - head - foot, 36.0) / high
    axes = drawn.add_axes((_EDGE / wide, foot / high, 1 - 2 * _EDGE / wide, share))
    _land(axes, view)
    shown = shown.assign(radius=_radius(shown["mentions"], most))
    _symbols(axes, shown)
    west, south, east, north = view.limits
    axes.set(xlim=(west, east), ylim=(south, north), xticks=[], yticks=[], xlabel="", ylabel="")
    axes.set(aspect="equal", anchor="S")
    for spine in axes.spines.values():
        spine.set(color=_BORDER, linewidth=0.6, visible=not view.whole)
    if title:
        axes.set_title(title, loc="left", fontsize=11, fontweight="bold", color=_INK, pad=5)
    words = f"Places: {credit(shown['place_id'])}. Land: Natural Earth. Made with geomap."
    add_attribution(axes, words, color=_MUTED)
    axes.apply_aspect()  # positions are final from here on
    bar = [] if view.whole else [add_scale_bar(axes, renderer, view.limits, _boxes(axes, renderer, shown), ink=_INK)]
    inks = Inks(_INK, _AREA, "white")
    write_names(axes, renderer, shown, count=labels, filled=bar, inks=inks)
    return drawn


def _places(mentions: gpd.GeoDataFrame) -> pd.DataFrame:
    from geomap.maps._payload import Payload

    payload = Payload(mentions)
    return payload.places.assign(form=payload.numbers["places"]["form"])


def _most(places: pd.DataFrame, largest: int | None) -> int:
    if largest is None:
        return max(1, int(places["mentions"].max())) if len(places) else 1
    if largest < 1:
        raise InvalidTable(f"largest is {largest}; it is a number of mentions, 1 at least")
    return int(largest)


def _seen(places: pd.DataFrame, extent: Sequence[float] | None, ratio: float) -> tuple[_View, pd.DataFrame]:
    """Return the view for a map so many times as wide as high, and the places in it."""
    view = _view(places, extent, ratio)
    x, y = _projected(places["lon"].to_numpy(dtype=float), places["lat"].to_numpy(dtype=float), view)
    places = places.assign(x=x, y=y)
    west, south, east, north = view.limits
    return view, places[places["x"].between(west, east) & places["y"].between(south, north)]


def _boxes(axes: Axes, renderer: Any, places: pd.DataFrame) -> Floats:
    """Return the boxes of symbols: left, bottom, right and top in pixels."""
    at = axes.transData.transform(places[["x", "y"]].to_numpy(dtype=float)) if len(places) else np.zeros((0, 2))
    radius = places["radius"].to_numpy(dtype=float)[:, None] * renderer.points_to_pixels(1.0)
    return np.column_stack([at - radius, at + radius])


def _view(places: pd.DataFrame, extent: Sequence[float] | None, ratio: float) -> _View:
    from geomap.maps._views import first_view

    if extent is not None:
        west, south, east, north = _checked(extent)
    else:
        box = first_view(places["lon"], places["lat"], places["mentions"])
        if box is None:
            box = [[-56.0, -180.0], [80.0, 180.0]]
        (south, west), (north, east) = box
        # One place is no map: show some land around it.
        wider, higher = max(0.0, 6 - (east - west)) / 2, max(0.0, 4 - (north - south)) / 2
        west, east, south, north = west - wider, east + wider, south - higher, north + higher
    center, middle = (west + east) / 2, (south + north) / 2
    if east - west > _WORLD:
        center = center if east > 180 else 0.0
        crs = f"+proj=eqearth +lon_0={center}"
        outline = _projected(
            np.array([center - 179.9, center + 179.9, center, center]), np.array([0, 0, 84.0, -57.0]), crs
        )
        return _View(crs, center, (outline[0][0], outline[1][3], outline[0][1], outline[1][2]), True)
    crs = f"+proj=laea +lat_0={middle} +lon_0={center}"
    lon, lat = np.meshgrid(np.linspace(west, east, 20), np.linspace(max(south, -89.9), min(north, 89.9), 20))
    x, y = _projected(lon.ravel(), lat.ravel(), crs)
    limits = [float(x.min()), float(y.min()), float(x.max()), float(y.max())]
    wide, high = (limits[2] - limits[0]) * (1 + 2 * _MARGIN), (limits[3] - limits[1]) * (1 + 2 * _MARGIN)
    # Fill the picture: widen the shorter side.
    wide, high = max(wide, high * ratio), max(high, wide / ratio)
    mid_x, mid_y = (limits[0] + limits[2]) / 2, (limits[1] + limits[3]) / 2
    return _View(crs, center, (mid_x - wide / 2, mid_y - high / 2, mid_x + wide / 2, mid_y + high / 2), False)


def _checked(extent: Sequence[float]) -> tuple[float, float, float, float]:
    values = [float(value) for value in extent]
    if len(values) == 4 and all(np.isfinite(values)):
        west, south, east, north = values
        if west < east <= west + 360 and -90 <= south < north <= 90:
            return west, south, east, north
    raise InvalidTable(f"the extent is {list(extent)!r}; it is west < east and south < north, in degrees")


def _projected(lon: Floats, lat: Floats, view: _View | str) -> tuple[Floats, Floats]:
    from pyproj import Transformer

    crs = view if isinstance(view, str) else view.crs
    x, y = Transformer.from_crs(4326, crs, always_xy=True).transform(lon, lat)
    return np.asarray(x, dtype=float), np.asarray(y, dtype=float)


def _land(axes: Axes, view: _View) -> None:
    import geopandas as gpd
    import shapely
    from shapely.affinity import translate

    from geomap.outlines._shipped import drawn_outlines

    reach = 179.999 if view.whole else 85
    west, east = view.center - reach, view.center + reach
    parts: list[BaseGeometry] = []
    for shape in drawn_outlines("country").values():
        for turn in (-360, 0, 360):
            left, _, right, _ = shape.bounds
            if right + turn > west and left + turn < east:
                parts.append(shapely.clip_by_rect(translate(shape, turn), west, -89.9, east, 89.9))
    land = [part for part in parts if not part.is_empty and part.geom_type in ("Polygon", "MultiPolygon")]
    moved = gpd.GeoSeries([shapely.segmentize(part, 2.0) for part in land], crs=4326).to_crs(view.crs)
    visible = np.isfinite(moved.bounds.to_numpy()).all(axis=1)
    axes.set_facecolor("white" if view.whole else _SEA)
    if view.whole:
        edge = np.linspace(-89.9, 89.9, 120)
        lon = np.concatenate([np.full(120, west), np.full(120, east)])
        x, y = _projected(lon, np.concatenate([edge, edge[::-1]]), view)
        axes.fill(x, y, facecolor=_SEA, edgecolor=_BORDER, linewidth=0.6, zorder=0)
    moved[visible].plot(ax=axes, facecolor=_LAND, edgecolor=_BORDER, linewidth=0.35, zorder=1)


def _radius(mentions: Any, most: int) -> Any:
    return np.maximum(_SMALLEST, _LARGEST * np.sqrt(np.asarray(mentions, dtype=float) / max(most, 12)))


def _symbols(axes: Axes, places: pd.DataFrame) -> None:
    for form, marker in _MARKERS.items():
        these = places[places["form"] == form]
        town = form == "town"
        radius = these["radius"].to_numpy(dtype=float)
        axes.scatter(
            these["x"],
            these["y"],
            s=_marker_size(radius, marker),
            marker=marker,
            facecolor=_with_alpha(_TOWN, 0.75) if town else _with_alpha(_AREA, 0.12),
            edgecolor="white" if town else _AREA,
            linewidth=0.5 if town else 0.9,
            # Areas below the towns in them.
            zorder=3 if town else 2,
        )


def _marker_size(radius: Any, marker: str) -> Any:
    """Return matplotlib's size of markers that cover as much as circles of a radius."""
    return 4 * radius**2 if marker == "o" else np.pi * radius**2


def _with_alpha(color: str, alpha: float) -> tuple[float, ...]:
    return (*(int(color[at : at + 2], 16) / 255 for at in (1, 3, 5)), alpha)


def _entries(places: pd.DataFrame, most: int) -> list[Entry]:

    entries = []
    for count in round_counts(most):
        style: dict[str, Any] = {"markerfacecolor": _with_alpha(_TOWN, 0.75), "markeredgecolor": "white"}
        words = f"{count:,} mention{'' if count == 1 else 's'}"
        entries.append(Entry(words, "o", float(2 * _radius(count, most)), style | {"markeredgewidth": 0.5}))
    for form, words in _FORMS.items():
        if form != "town" and (places["form"] == form).any():
            style = {"markerfacecolor": _with_alpha(_AREA, 0.12), "markeredgecolor": _AREA}
            entries.append(Entry(words, _MARKERS[form], 7.0, style))
    return entries
