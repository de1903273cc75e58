"""Maps as pictures, for papers: matplotlib over the built-in basemap. Imported only when a picture is drawn."""

from __future__ import annotations

import io
import struct
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.lines import Line2D
from matplotlib.offsetbox import AnchoredOffsetbox, DrawingArea, HPacker, TextArea, VPacker
from matplotlib.patches import Circle
from matplotlib.patheffects import withStroke
from matplotlib.text import Annotation
from matplotlib_scalebar.scalebar import ScaleBar
from pyproj import Transformer
from shapely.affinity import translate

from geomap._checks import at_least
from geomap.geometry import circles
from geomap.maps._credits import credit
from geomap.maps._names import choice
from geomap.maps._payload import Payload
from geomap.maps._views import checked_bounds, core
from geomap.outlines._shipped import drawn_outlines
from geomap.tables import Floats

_SEA, _LAND, _BORDER, _INK, _MUTED = "#dfe8ed", "#f8f6f1", "#c3bbac", "#18222b", "#53616c"
_TOWN, _AREA = "#c8430f", "#1f5d99"
_SCREEN_DPI = 100  # of the picture in a notebook; its own, higher resolution keeps it sharp
# Lengths in points.
_LARGEST = 15.0  # the radius of the place with most mentions
_SMALLEST = 1.8
_MARGIN = 4.0  # around the map
_TITLE_HEIGHT = 20.0
_CREDIT_HEIGHT = 9.0
_SMALL_FONT = 6.5  # of the legend and the scale bar
_NAME_FONT = 7
# Degrees of longitude; wider maps show the entire world.
_WORLD = 130.0
_PADDING = 0.08  # around the places, as a share of the view


class _Style(NamedTuple):
    """How a form is drawn, and the words of the legend; towns explain the sizes there."""

    marker: str
    color: str
    opacity: float
    edge: str
    edge_width: float
    words: str = ""
    is_broken: bool = False


_STYLES = {
    "town": _Style("o", _TOWN, 0.75, "white", 0.5),
    "coordinate": _Style("^", _TOWN, 0.75, "white", 0.5, "Coordinates in the text"),
    "ring": _Style("o", _TOWN, 0.08, _TOWN, 0.9, "Relative or approximate place", is_broken=True),
    "country": _Style("s", _AREA, 0.12, _AREA, 0.9, "Country as a whole"),
    "division": _Style("D", _AREA, 0.12, _AREA, 0.9, "Province or other division"),
    "region": _Style("o", _AREA, 0.12, _AREA, 0.9, "Region, water or landform"),
}
_POINTS = ("town", "coordinate", "ring")
_BROKEN = (0, (2.5, 1.5))
_SMALL = 3.0  # points: a ring without room for broken lines and its middle
_CALM = 1 / 8  # of the width of a view: larger circles would hide the map, the legend tells their radius
_MIDDLE = 2.0  # points: the dot in a ring


class MapFigure(Figure):
    """A ``matplotlib.figure.Figure`` that a notebook displays, with or without ``%matplotlib``."""

    def _repr_png_(self) -> tuple[bytes, dict[str, int]]:
        """Return the picture, and its width and height on the screen in pixels."""
        stream = io.BytesIO()
        self.savefig(stream, format="png", dpi=self.dpi, bbox_inches="tight", pad_inches=0.05)
        picture = stream.getvalue()
        width, height = (round(side * _SCREEN_DPI / self.dpi) for side in struct.unpack(">II", picture[16:24]))
        return picture, {"width": width, "height": height}


class _View(NamedTuple):
    """A projection, its central longitude, and the part that is shown as west, south, east and north in meters."""

    crs: str
    center: float
    limits: tuple[float, float, float, float]
    is_world: bool


def draw(
    payload: Payload,
    *,
    title: str | None,
    labels: int,
    extent: Sequence[float] | None,
    size: tuple[float, float],
    legend: bool,
    largest: int | None,
    names: str,
) -> MapFigure:
    """Draw a map; :func:`geomap.maps.figure` explains the options."""
    places = payload.places.assign(name=payload.names.called(choice(payload.names, names)))
    scale = _largest_count(places) if largest is None else int(at_least("largest", largest, 1))
    figure = MapFigure(figsize=size, dpi=200)
    renderer = FigureCanvasAgg(figure).get_renderer()
    width, height = (72.0 * side for side in size)
    top, bottom = (_TITLE_HEIGHT if title else _MARGIN), _CREDIT_HEIGHT

    def view_above(bottom: float) -> tuple[float, _View, pd.DataFrame]:
        room = max(height - top - bottom, 36.0)
        return room, *_view_of(places, extent, (width - 2 * _MARGIN) / room)

    room, view, shown = view_above(bottom)
    if legend and len(shown):
        # What the legend explains depends on the view, and the view on the room that the legend leaves.
        box = _legend(figure, renderer, shown, scale)
        bottom += box.get_window_extent(renderer).height / renderer.points_to_pixels(1.0) + 2 * _MARGIN
        room, view, shown = view_above(bottom)
        if len(shown):
            figure.add_artist(_legend(figure, renderer, shown, scale))
    axes = figure.add_axes((_MARGIN / width, bottom / height, 1 - 2 * _MARGIN / width, room / height))
    shown = shown.assign(radius=_radius(shown["mentions"], scale))
    _draw_land(axes, view)
    _draw_symbols(axes, shown)
    _draw_circles(axes, view, shown, meters_per_point=(view.limits[2] - view.limits[0]) / (width - 2 * _MARGIN))
    west, south, east, north = view.limits
    axes.set(xlim=(west, east), ylim=(south, north), xticks=[], yticks=[], xlabel="", ylabel="")
    axes.set(aspect="equal", anchor="S")
    for spine in axes.spines.values():
        spine.set(color=_BORDER, linewidth=0.6, visible=not view.is_world)
    if title:
        axes.set_title(title, loc="left", fontsize=11, fontweight="bold", color=_INK, pad=5)
    _draw_credit(axes, f"Places: {credit(shown['place_id'])}. Land: Natural Earth. Made with geomap.")
    axes.apply_aspect()  # positions are final from here on
    taken = [] if view.is_world else [_draw_scale_bar(axes, renderer, _boxes(axes, renderer, shown))]
    _draw_names(axes, renderer, shown, limit=labels, taken=taken)
    return figure


def _largest_count(places: pd.DataFrame) -> int:
    return max(1, int(places["mentions"].max())) if len(places) else 1


# The view


def _view_of(places: pd.DataFrame, extent: Sequence[float] | None, ratio: float) -> tuple[_View, pd.DataFrame]:
    """Return the view for a map of a ratio of width to height, and the places in it with their ``x`` and ``y``."""
    if extent is not None:
        (south, west), (north, east) = checked_bounds("extent", extent)
    else:
        (south, west), (north, east) = core(places) or [[-56.0, -180.0], [80.0, 180.0]]
        # A single place would fill the picture: show some land around it.
        wider, higher = max(0.0, 6 - (east - west)) / 2, max(0.0, 4 - (north - south)) / 2
        west, east, south, north = west - wider, east + wider, south - higher, north + higher
    is_world = east - west > _WORLD
    view = (
        _world_view((west + east) / 2 if east > 180 else 0.0) if is_world else _region(west, south, east, north, ratio)
    )
    x, y = _projected(places["lon"].to_numpy(dtype=float), places["lat"].to_numpy(dtype=float), view.crs)
    west, south, east, north = view.limits
    places = places.assign(x=x, y=y)
    return view, places[places["x"].between(west, east) & places["y"].between(south, north)]


def _world_view(center: float) -> _View:
    crs = f"+proj=eqearth +lon_0={center}"
    x, y = _projected(
        np.array([center - 179.9, center + 179.9, center, center]), np.array([0.0, 0.0, 84.0, -57.0]), crs
    )
    return _View(crs, center, (float(x[0]), float(y[3]), float(x[1]), float(y[2])), is_world=True)


def _region(west: float, south: float, east: float, north: float, ratio: float) -> _View:
    center, middle = (west + east) / 2, (south + north) / 2
    crs = f"+proj=laea +lat_0={middle} +lon_0={center}"
    lon, lat = np.meshgrid(np.linspace(west, east, 20), np.linspace(max(south, -89.9), min(north, 89.9), 20))
    x, y = _projected(lon.ravel(), lat.ravel(), crs)
    width, height = float(np.ptp(x)) * (1 + 2 * _PADDING), float(np.ptp(y)) * (1 + 2 * _PADDING)
    # Widen the shorter side, so that the map fills its frame.
    width, height = max(width, height * ratio), max(height, width / ratio)
    middle_x, middle_y = float(x.min() + x.max()) / 2, float(y.min() + y.max()) / 2
    limits = (middle_x - width / 2, middle_y - height / 2, middle_x + width / 2, middle_y + height / 2)
    return _View(crs, center, limits, is_world=False)


def _projected(lon: Floats, lat: Floats, crs: str) -> tuple[Floats, Floats]:
    x, y = Transformer.from_crs(4326, crs, always_xy=True).transform(lon, lat)
    return np.asarray(x, dtype=float), np.asarray(y, dtype=float)


# Land and symbols


def _draw_land(axes: Axes, view: _View) -> None:
    west, east = _reach(view)
    axes.set_facecolor("white" if view.is_world else _SEA)
    if view.is_world:
        edge = np.linspace(-89.9, 89.9, 120)
        lon = np.concatenate([np.full(120, west), np.full(120, east)])
        x, y = _projected(lon, np.concatenate([edge, edge[::-1]]), view.crs)
        axes.fill(x, y, facecolor=_SEA, edgecolor=_BORDER, linewidth=0.6, zorder=0)
    land = _bent(drawn_outlines("country").values(), view)
    land[land.geom_type.isin(("Polygon", "MultiPolygon"))].plot(
        ax=axes, facecolor=_LAND, edgecolor=_BORDER, linewidth=0.35, zorder=1
    )


def _reach(view: _View) -> tuple[float, float]:
    """Return the longitudes to the west and the east that a view can show."""
    reach = 179.999 if view.is_world else 85
    return view.center - reach, view.center + reach


def _bent(shapes: Iterable[shapely.Geometry], view: _View) -> gpd.GeoSeries:
    """Return what a view can show of shapes in degrees, in its projection."""
    west, east = _reach(view)
    parts = [
        shapely.clip_by_rect(translate(shape, turn), west, -89.9, east, 89.9)
        for shape in shapes
        for turn in (-360, 0, 360)
    ]
    # Long straight edges would not bend with the projection.
    kept = shapely.segmentize([part for part in parts if not part.is_empty], 2.0)
    projected = gpd.GeoSeries(kept, crs=4326).to_crs(view.crs)
    visible: gpd.GeoSeries = projected[np.isfinite(projected.bounds.to_numpy()).all(axis=1)]
    return visible


def _draw_circles(axes: Axes, view: _View, places: pd.DataFrame, *, meters_per_point: float) -> None:
    """Draw the circle that holds the truth around each ring that is smaller, unless it is very large."""
    meters, width = 1000 * places["radius_km"], view.limits[2] - view.limits[0]
    wide = places[(meters > places["radius"] * meters_per_point) & (meters < _CALM * width)]
    if wide.empty:
        return
    seams = shapely.box(-180, -90, 180, 90).boundary  # where circles are cut, which is no edge of theirs
    edges = circles(wide["lon"], wide["lat"], wide["radius_km"]).boundary.difference(seams)
    _bent(edges, view).plot(ax=axes, color=_TOWN, linewidth=0.6, alpha=0.7, linestyle=_BROKEN, zorder=2)


def _radius(mentions: Any, largest: int) -> Any:
    """Return radii in points, so that areas are proportional to mentions; the smallest are larger, to be seen."""
    return np.maximum(_SMALLEST, _LARGEST * np.sqrt(np.asarray(mentions, dtype=float) / max(largest, 12)))


def _draw_symbols(axes: Axes, places: pd.DataFrame) -> None:
    for form, style in _STYLES.items():
        of_form = places[places["form"] == form]
        radius = of_form["radius"].to_numpy(dtype=float)
        axes.scatter(
            of_form["x"],
            of_form["y"],
            # matplotlib's size is the square of the diameter; a square of the same area as the circle is smaller.
            s=4 * radius**2 if style.marker == "o" else np.pi * radius**2,
            marker=style.marker,
            facecolor=(style.color, style.opacity),
            edgecolor=style.edge,
            linewidth=style.edge_width,
            linestyle=[_BROKEN if style.is_broken and each > _SMALL else "-" for each in radius] or "-",
            zorder=3 if form in _POINTS else 2,  # areas below the towns in them
        )
    rings = places[(places["form"] == "ring") & (places["radius"] > _SMALL)]
    axes.scatter(rings["x"], rings["y"], s=_MIDDLE**2, color=_TOWN, linewidth=0, zorder=3)


def _boxes(axes: Axes, renderer: Any, places: pd.DataFrame) -> Floats:
    """Return the boxes of symbols as left, bottom, right and top in pixels."""
    middle = axes.transData.transform(places[["x", "y"]].to_numpy(dtype=float).reshape(-1, 2))
    radius = places["radius"].to_numpy(dtype=float)[:, None] * renderer.points_to_pixels(1.0)
    return np.column_stack([middle - radius, middle + radius])


# Legend, scale bar and attribution


def round_counts(largest: int) -> list[int]:
    """Return up to three round numbers of mentions, from 1 to at most the largest, to explain the size of symbols.

    Examples
    --------
    >>> round_counts(172)
    [1, 20, 100]
    """
    steps = [digit * 10**power for power in range(9) for digit in (1, 2, 5)]
    highest = max(step for step in steps if step <= max(1, largest))
    return sorted({1, max(step for step in steps if step <= max(1, highest / 4)), highest})


def _legend(figure: Figure, renderer: Any, places: pd.DataFrame, largest: int) -> AnchoredOffsetbox:
    """Return the legend for the lower left of a figure, in as many rows as its width requires.

    matplotlib's own legend gives all symbols the room of the largest, which takes twice as many rows.
    """
    items = []
    for count in round_counts(largest):
        words = f"{count:,} mention{'' if count == 1 else 's'}"
        items.append(_legend_item(words, _STYLES["town"], 2 * float(_radius(count, largest))))
    for form, style in _STYLES.items():
        drawn = places[places["form"] == form]
        if style.words and len(drawn):
            items.append(_legend_item(style.words + _within(drawn["radius_km"]), style, 7.0))
    pixels, gap = renderer.points_to_pixels(1.0), 11
    room = float(figure.get_size_inches()[0]) * 72 - 2 * _MARGIN
    rows: list[list[Artist]] = [[]]
    used = 0.0
    for item in items:
        item.set_figure(figure)
        width = gap + item.get_bbox(renderer).width / pixels
        if rows[-1] and used + width > room + gap:
            rows.append([])
            used = 0.0
        rows[-1].append(item)
        used += width
    packed: list[Artist] = [HPacker(children=row, align="center", pad=0, sep=gap) for row in rows]
    legend = AnchoredOffsetbox(
        loc="lower left",
        child=VPacker(children=packed, align="left", pad=0, sep=3),
        pad=0,
        borderpad=_MARGIN / _SMALL_FONT,
        prop=FontProperties(size=_SMALL_FONT),
        frameon=False,
        bbox_to_anchor=(0, 0, 1, 1),
        bbox_transform=figure.transFigure,
    )
    legend.set_figure(figure)
    return legend


def _within(radius_km: pd.Series[float]) -> str:
    """Return " (within 8 to 40 km)" for radii, empty where none is known."""
    known = radius_km.dropna()
    ends = dict.fromkeys(f"{max(1.0, float(km)):,.0f}" for km in (known.min(), known.max())) if len(known) else {}
    return f" (within {' to '.join(ends)} km)" if ends else ""


def _legend_item(words: str, style: _Style, diameter: float) -> HPacker:
    side = max(diameter, 6.0)
    area = DrawingArea(side, side)
    fill, middle = (style.color, style.opacity), side / 2
    if style.is_broken:  # the edges of markers cannot be
        circle = Circle((middle, middle), diameter / 2, facecolor=fill, edgecolor=style.edge)
        circle.set(linewidth=style.edge_width, linestyle=_BROKEN)
        area.add_artist(circle)
        area.add_artist(Circle((middle, middle), _MIDDLE / 2, facecolor=style.edge, linewidth=0))
    else:
        symbol = Line2D([middle], [middle], linestyle="", marker=style.marker, markersize=diameter)
        symbol.set(markerfacecolor=fill, markeredgecolor=style.edge, markeredgewidth=style.edge_width)
        area.add_artist(symbol)
    text = TextArea(words, textprops={"fontsize": _SMALL_FONT, "color": _INK})
    return HPacker(children=[area, text], align="center", pad=0, sep=4)


def _draw_credit(axes: Axes, words: str) -> None:
    axes.annotate(
        words, (1, 0), (-1, -2), xycoords="axes fraction", textcoords="offset points", ha="right", va="top", fontsize=5,
        color=_MUTED, annotation_clip=False,
    )  # fmt: skip


def _draw_scale_bar(axes: Axes, renderer: Any, symbols: Floats) -> Floats:
    """Draw a scale bar into the corner where it covers least, and return its box in pixels."""

    def drawn_at(location: str) -> tuple[ScaleBar, Floats]:
        bar = ScaleBar(
            1, "m", location=location, length_fraction=0.2, width_fraction=0.004, color=_INK, box_alpha=0, pad=0,
            border_pad=1.3, sep=2, scale_loc="top", font_properties={"size": _SMALL_FONT},
        )  # fmt: skip
        axes.add_artist(bar)
        bar.draw(renderer)
        bar.remove()
        return bar, np.asarray(bar.info.window_extent.extents, dtype=float)

    # The first of equals: the lower left is where readers look.
    corners = map(drawn_at, ("lower left", "lower right", "upper left", "upper right"))
    bar, box = min(corners, key=lambda corner: _covered(corner[1], symbols))
    axes.add_artist(bar)
    return box


def _covered(box: Floats, symbols: Floats) -> float:
    """Return how many square pixels of symbols a box covers."""
    across = np.minimum(box[2], symbols[:, 2]) - np.maximum(box[0], symbols[:, 0])
    up = np.minimum(box[3], symbols[:, 3]) - np.maximum(box[1], symbols[:, 1])
    return float((np.clip(across, 0, None) * np.clip(up, 0, None)).sum())


# Names

_BETWEEN = 1.5  # points between names, and between a name and the edge
_GAP = 2.5  # points between a symbol and its name
_LEADER_LENGTHS = (7.0, 13.0, 20.0, 28.0, 38.0, 50.0)  # points beyond the gap
_TRIED = 4  # places for each name asked for: smaller ones matter little
_LEFT, _BOTTOM, _RIGHT, _TOP = range(4)


class _Position(NamedTuple):
    """Where a name may be: its box in pixels, and the ends of a leader line, if any."""

    box: Floats
    leader: tuple[tuple[float, float], tuple[float, float]] | None


def _draw_names(axes: Axes, renderer: Any, places: pd.DataFrame, *, limit: int, taken: list[Floats]) -> None:
    """Write the names of places beside their symbols.

    A name covers no other name and no symbol. Positions beside, above and below its symbol come first, then the corners;
    where all are taken, a leader line connects the name, but only for the first half of the names, because many such
    lines make a picture hard to read. A place without any free position stays unnamed, and a smaller one is tried, up to
    four for each name asked for.

    Parameters
    ----------
    axes
        The map, in its final layout.
    renderer
        That of the figure's canvas.
    places
        Most mentions first, with ``name``, ``form``, ``x``, ``y`` in data units and ``radius`` in points.
    limit
        Maximum number of names.
    taken
        Boxes (left, bottom, right, top, in pixels) that no name may cover.
    """
    if not len(places) or limit < 1:
        return
    pixels = renderer.points_to_pixels(1.0)
    symbols = _boxes(axes, renderer, places)
    margin = np.array([-1.0, -1.0, 1.0, 1.0]) * _BETWEEN * pixels
    frame = np.asarray(axes.get_window_extent(renderer).extents, dtype=float) - margin
    names = [*taken]
    written = 0
    tried = places.head(_TRIED * limit)
    points, radii = tried[["x", "y"]].to_numpy(dtype=float), tried["radius"].to_numpy(dtype=float) * pixels
    for row, (name, form) in enumerate(zip(tried["name"], tried["form"], strict=True)):
        if written >= limit:
            return
        text = _name(axes, str(name), str(form), points[row])
        extent = text.get_window_extent(renderer)
        middle, radius = (symbols[row, :2] + symbols[row, 2:]) / 2, float(radii[row])
        lengths = _LEADER_LENGTHS if written < max(1, limit // 2) else ()
        positions = _positions(middle, radius, extent.width, extent.height, pixels, lengths)
        position = next((one for one in positions if _is_free(one, frame, symbols, names, symbols[row])), None)
        if position is None:
            text.remove()
            continue
        # In points from its place, so that it stays there in PDF and SVG, whatever their resolution.
        text.set_position(((position.box[_LEFT] - middle[0]) / pixels, (position.box[_BOTTOM] - middle[1]) / pixels))
        if position.leader is not None:
            x, y = axes.transData.inverted().transform(position.leader).T
            axes.plot(x, y, color=text.get_color(), linewidth=0.6, zorder=5, solid_capstyle="butt")
        names.append(position.box + margin)
        written += 1


def _name(axes: Axes, name: str, form: str, at: Floats) -> Annotation:
    is_town = form in _POINTS
    return axes.annotate(
        name, (at[0], at[1]), (0, 0), textcoords="offset points", fontsize=_NAME_FONT, zorder=6,
        color=_INK if is_town else _AREA, parse_math=False, ha="left", va="bottom",
        fontstyle="normal" if is_town else "italic", fontweight="bold", annotation_clip=False,
        path_effects=[withStroke(linewidth=1.6, foreground="white", alpha=0.85)],
    )  # fmt: skip


def _positions(
    middle: Floats, radius: float, width: float, height: float, pixels: float, lengths: Sequence[float]
) -> Iterator[_Position]:
    """Yield the positions of a name around its symbol, best first; all arguments but ``lengths`` are in pixels."""
    x, y = float(middle[0]), float(middle[1])
    gap = radius + _GAP * pixels
    slant = radius * 0.71 + _GAP * pixels * 0.6
    for left, bottom in (
        (x + gap, y - height / 2),
        (x - gap - width, y - height / 2),
        (x - width / 2, y + gap),
        (x - width / 2, y - gap - height),
        (x + slant, y + slant),
        (x + slant, y - slant - height),
        (x - slant - width, y + slant),
        (x - slant - width, y - slant - height),
    ):
        yield _Position(np.array([left, bottom, left + width, bottom + height]), None)
    for length in lengths:
        for angle in np.linspace(0, 2 * np.pi, 24, endpoint=False):
            across, up = np.cos(angle), np.sin(angle)
            distance = gap + length * pixels
            # The box touches the circle with its near side: the left one to the east, the right one to the west.
            left = x + distance * across - width * (1 - across) / 2
            bottom = y + distance * up - height * (1 - up) / 2
            box = np.array([left, bottom, left + width, bottom + height])
            end = (float(np.clip(x, box[_LEFT], box[_RIGHT])), float(np.clip(y, box[_BOTTOM], box[_TOP])))
            away = float(np.hypot(end[0] - x, end[1] - y))
            if away > gap:
                begin = (x + (end[0] - x) * radius / away, y + (end[1] - y) * radius / away)
                yield _Position(box, (begin, end))


def _is_free(position: _Position, frame: Floats, symbols: Floats, names: list[Floats], own: Floats) -> bool:
    box = position.box
    inside = frame[_LEFT] < box[_LEFT] and box[_RIGHT] < frame[_RIGHT]
    if not (inside and frame[_BOTTOM] < box[_BOTTOM] and box[_TOP] < frame[_TOP]):
        return False
    # A corner of the name may lie over a corner of the box around its own, round symbol.
    others = symbols[(symbols != own).any(axis=1)]
    if _overlapping(box, others).any() or (names and _overlapping(box, np.array(names)).any()):
        return False
    if position.leader is None or not names:
        return True
    begin, end = np.array(position.leader)
    points = begin + np.linspace(0, 1, 16)[:, None] * (end - begin)
    return not any(_overlapping(np.concatenate([point, point]), np.array(names)).any() for point in points)


def _overlapping(box: Floats, others: Floats) -> npt.NDArray[np.bool_]:
    overlapping: npt.NDArray[np.bool_] = (
        (box[_LEFT] <= others[:, _RIGHT])
        & (others[:, _LEFT] <= box[_RIGHT])
        & (box[_BOTTOM] <= others[:, _TOP])
        & (others[:, _BOTTOM] <= box[_TOP])
    )
    return overlapping
