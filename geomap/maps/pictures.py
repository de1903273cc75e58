"""Maps as pictures, for papers: matplotlib over the built-in basemap."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt

from geomap.errors import InvalidTable, MissingDependency

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure
    from shapely.geometry.base import BaseGeometry

    Floats = npt.NDArray[np.float64]

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
_BELOW = 0.75  # inches for the legend
_ATTRIBUTION = "Places: GeoNames (CC BY 4.0). Land: Natural Earth. Made with geomap."


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
) -> Figure:
    """Draw the places of a corpus as a picture to publish.

    Parameters
    ----------
    mentions
        A mentions table.
    title
        A heading; none by default, because captions belong to the paper.
    labels
        How many places are named at most: those with most mentions, as far as their names do not overlap.
    extent
        West, south, east and north in degrees; across the antimeridian, east is beyond 180. By default where most
        mentions lie.
    size
        Width and height in inches.
    legend
        Whether to explain sizes and forms.

    Returns
    -------
    matplotlib.figure.Figure
        Save it with ``savefig("map.pdf")`` (also PNG and SVG). A region is drawn in Lambert's azimuthal equal-area
        projection around its middle, with a scale bar that holds there; wider maps in Equal Earth (Savric et al. 2019).

    Raises
    ------
    MissingDependency
        If matplotlib is not installed.
    InvalidTable
        If the extent is not one.
    """
    try:
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure
    except ImportError as error:
        raise MissingDependency("geomap.maps.figure needs matplotlib: pip install 'geomap-toolkit[maps]'") from error
    from geomap.maps.payload import Payload

    payload = Payload(mentions)
    places = payload.places.assign(form=payload.numbers["places"]["form"])
    drawn = Figure(figsize=size, dpi=200, layout="constrained")
    canvas = FigureCanvasAgg(drawn)
    axes = drawn.add_subplot()
    view = _view(places, extent, size[0] / max(size[1] - (_BELOW if legend else 0) - (0.3 if title else 0), 0.5))
    _land(axes, view)
    x, y = _projected(places["lon"].to_numpy(dtype=float), places["lat"].to_numpy(dtype=float), view)
    places = places.assign(x=x, y=y)
    west, south, east, north = view.limits
    places = places[places["x"].between(west, east) & places["y"].between(south, north)]
    most = max(1, int(payload.places["mentions"].max() or 1)) if len(payload.places) else 1
    _symbols(axes, places, most)
    axes.set(xlim=(west, east), ylim=(south, north), xticks=[], yticks=[], xlabel="", ylabel="", aspect="equal")
    for spine in axes.spines.values():
        spine.set(color=_BORDER, linewidth=0.6, visible=not view.whole)
    if title:
        axes.set_title(title, loc="left", fontsize=11, fontweight="bold", color=_INK)
    if legend and len(places):
        _legend(axes, places, most)
    if not view.whole:
        _scale_bar(axes, view)
    axes.text(
        0.995, 0.008, _ATTRIBUTION, transform=axes.transAxes, ha="right", va="bottom", fontsize=5, color=_MUTED, zorder=5
    )  # fmt: skip
    _names(canvas, axes, places.head(max(0, labels) * 4), most, labels)
    return drawn


def _view(places: pd.DataFrame, extent: Sequence[float] | None, ratio: float) -> _View:
    from geomap.maps.views import first_view

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

    from geomap.maps.countries import countries

    reach = 179.999 if view.whole else 85
    west, east = view.center - reach, view.center + reach
    parts: list[BaseGeometry] = []
    for shape in countries().geometry:
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


def _symbols(axes: Axes, places: pd.DataFrame, most: int) -> None:
    for form, marker in _MARKERS.items():
        these = places[places["form"] == form]
        town = form == "town"
        axes.scatter(
            these["x"],
            these["y"],
            s=np.pi * _radius(these["mentions"], most) ** 2 * (1 if marker == "o" else 4 / np.pi),
            marker=marker,
            facecolor=_with_alpha(_TOWN, 0.75) if town else _with_alpha(_AREA, 0.12),
            edgecolor="white" if town else _AREA,
            linewidth=0.5 if town else 0.9,
            # Areas below the towns in them.
            zorder=3 if town else 2,
        )


def _with_alpha(color: str, alpha: float) -> tuple[float, ...]:
    return (*(int(color[at : at + 2], 16) / 255 for at in (1, 3, 5)), alpha)


def _legend(axes: Axes, places: pd.DataFrame, most: int) -> None:
    from matplotlib.lines import Line2D

    entries = []
    rounds = [one * 10**ten for ten in range(9) for one in (1, 2, 5)]
    largest = max(value for value in rounds if value <= most)
    for count in sorted({1, max(value for value in rounds if value <= max(1, largest / 4)), largest}):
        label = f"{count:,} mention{'' if count == 1 else 's'}"
        style: dict[str, Any] = {
            "marker": "o",
            "markersize": float(2 * _radius(count, most)),
            "markerfacecolor": _with_alpha(_TOWN, 0.75),
        }
        entries.append(Line2D([], [], linestyle="", markeredgecolor="white", label=label, **style))
    for form, words in _FORMS.items():
        if form != "town" and (places["form"] == form).any():
            style = {"marker": _MARKERS[form], "markersize": 7, "markerfacecolor": _with_alpha(_AREA, 0.12)}
            entries.append(Line2D([], [], linestyle="", markeredgecolor=_AREA, label=words, **style))
    axes.legend(
        handles=entries, loc="upper left", bbox_to_anchor=(0, -0.01), ncols=6, frameon=False, fontsize=6.5, labelcolor=_INK,
        columnspacing=1.4, handletextpad=0.9, borderaxespad=0.6, borderpad=0.6,
    )  # fmt: skip


def _scale_bar(axes: Axes, view: _View) -> None:
    west, south, east, north = view.limits
    longest = (east - west) / 5
    lengths = [one * 10**ten for ten in range(3, 8) for one in (1, 2, 5)]
    length = max((value for value in lengths if value <= longest), default=lengths[0])
    x, y = west + (east - west) * 0.03, south + (north - south) * 0.04
    axes.plot([x, x + length], [y, y], color=_INK, linewidth=1.4, solid_capstyle="butt", zorder=5)
    axes.annotate(
        f"{length / 1000:,.0f} km", (x + length / 2, y), (0, 3), textcoords="offset points", ha="center", va="bottom",
        fontsize=6.5, color=_INK, zorder=5,
    )  # fmt: skip


def _names(canvas: FigureCanvasAgg, axes: Axes, places: pd.DataFrame, most: int, count: int) -> None:
    """Write the names of places beside their symbols where nothing is written yet."""
    from matplotlib.patheffects import withStroke
    from matplotlib.transforms import Bbox

    drawn = canvas.figure
    canvas.draw()  # the layout is known only now, and stays
    drawn.set_layout_engine("none")
    renderer: Any = canvas.get_renderer()
    frame = axes.get_window_extent(renderer)
    points = drawn.dpi / 72
    taken: list[Bbox] = []
    at = axes.transData.transform(places[["x", "y"]].to_numpy(dtype=float)) if len(places) else np.zeros((0, 2))
    radii = _radius(places["mentions"], most) * points
    for (x, y), radius in zip(at, radii, strict=True):
        taken.append(Bbox([[x - radius, y - radius], [x + radius, y + radius]]))
    written = 0
    for name, form, (x, y), radius in zip(places["name"], places["form"], at, radii, strict=True):
        if written >= count:
            return
        text = axes.text(
            0, 0, str(name), fontsize=7, color=_INK if form == "town" else _AREA, zorder=6, parse_math=False, va="bottom",
            fontstyle="normal" if form == "town" else "italic", fontweight="bold",
            path_effects=[withStroke(linewidth=1.6, foreground="white", alpha=0.85)],
        )  # fmt: skip
        extent = text.get_window_extent(renderer)
        gap, wide, high = radius + 2.5 * points, extent.width, extent.height
        corners = (
            (x + gap, y - high / 2),
            (x - gap - wide, y - high / 2),
            (x - wide / 2, y + gap),
            (x - wide / 2, y - gap - high),
        )
        for left, bottom in corners:
            box = Bbox([[left, bottom], [left + wide, bottom + high]])
            inside = frame.x0 < box.x0 and box.x1 < frame.x1 and frame.y0 < box.y0 and box.y1 < frame.y1
            if inside and not any(box.overlaps(other) for other in taken):
                # In data units, so that it stays where it is in PDF and SVG, whatever their resolution.
                text.set_position(tuple(axes.transData.inverted().transform((left, bottom))))
                taken.append(box)
                written += 1
                break
        else:
            text.remove()
