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
    from matplotlib.figure import Figure
    from shapely.geometry.base import BaseGeometry

    from geomap.maps.picture_legend import Entry

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

        from geomap.maps.map_figure import MapFigure
    except ImportError as error:
        raise MissingDependency("geomap.maps.figure needs matplotlib: pip install 'geomap-toolkit[maps]'") from error
    from geomap.maps.credits import credit
    from geomap.maps.picture_legend import add_attribution, add_legend, add_scale_bar, legend_of
    from geomap.maps.picture_names import Inks, write_names

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
    from geomap.maps.payload import Payload

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
    from geomap.maps.picture_legend import Entry, round_counts

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
