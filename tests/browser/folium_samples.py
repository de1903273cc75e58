"""A small map for every plugin of Folium, with what a browser shows where the plugin has done its work."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import folium
from folium import plugins
from folium.utilities import JsCode

PIXEL = "data:image/gif;base64,R0lGODlhAQABAIAAAP///wAAACH5BAEAAAAALAAAAAABAAEAAAICRAEAOw=="
SERVER = "https://server.invalid/"  # what a plugin asks of a server by its nature goes there
HERE, THERE = (40.0, 20.0), (42.0, 24.0)
LINE = [HERE, THERE]
PLACES = [(40 + i / 10, 20 + i / 7) for i in range(20)]
Shown = tuple[Any, str]


def plain() -> folium.Map:
    """Return a map without tiles."""
    return folium.Map(HERE, zoom_start=5, tiles=None)


def blank(name: str = "blank") -> folium.TileLayer:
    """Return tiles that are all the same pixel."""
    return folium.TileLayer(tiles=PIXEL, attr="nobody", name=name)


def with_one(element: Any, shown: str) -> Shown:
    """Return a map with one element."""
    m = plain()
    element.add_to(m)
    return m, shown


def feature(properties: dict[str, Any], geometry: dict[str, Any] | None = None) -> dict[str, Any]:
    """Return a feature of GeoJSON."""
    point = {"type": "Point", "coordinates": [20.0, 40.0]}
    return {"type": "Feature", "properties": properties, "geometry": geometry or point}


def collection(*features: dict[str, Any]) -> dict[str, Any]:
    """Return features together."""
    return {"type": "FeatureCollection", "features": list(features)}


def _area() -> dict[str, Any]:
    ring = [[20, 40], [24, 40], [24, 42], [20, 42], [20, 40]]
    return {"type": "Polygon", "coordinates": [ring]}


def _clustered(plugin: Any) -> Shown:
    return with_one(plugin(PLACES), ".marker-cluster")


def _pattern(plugin: Any) -> Shown:
    m = plain()
    pattern = plugin().add_to(m)
    folium.Circle(HERE, radius=90_000, fill_pattern=pattern).add_to(m)
    return m, "svg defs pattern"


def _dual() -> Shown:
    m = plugins.DualMap(HERE, zoom_start=5, tiles=None)
    folium.Marker(HERE).add_to(m)
    return m, ".leaflet-container ~ .leaflet-container .leaflet-marker-icon"


def _sub_group() -> Shown:
    m = plain()
    parent = folium.FeatureGroup().add_to(m)
    group = plugins.FeatureGroupSubGroup(parent, "sub").add_to(m)
    folium.Marker(HERE).add_to(group)
    return m, ".leaflet-marker-icon"


def _grouped() -> Shown:
    m = plain()
    first, second = (folium.FeatureGroup(name=name).add_to(m) for name in ("a", "b"))
    plugins.GroupedLayerControl({"both": [first, second]}, collapsed=False).add_to(m)
    return m, ".leaflet-control-layers-group"


def _beautiful() -> Shown:
    m = plain()
    folium.Marker(HERE, icon=plugins.BeautifyIcon(icon="leaf", icon_shape="marker")).add_to(m)
    return m, ".beautify-marker"


def _overlapping() -> Shown:
    m = plain()
    for _ in range(3):
        folium.Marker(HERE, popup="here").add_to(m)
    plugins.OverlappingMarkerSpiderfier().add_to(m)
    return m, ".leaflet-marker-icon"


def _text_path() -> Shown:
    m = plain()
    line = folium.PolyLine(LINE).add_to(m)
    plugins.PolyLineTextPath(line, "along the way").add_to(m)
    return m, "textPath"


def _search() -> Shown:
    m = plain()
    layer = folium.GeoJson(collection(feature({"name": "here"}, _area()))).add_to(m)
    plugins.Search(layer, search_label="name").add_to(m)
    return m, ".leaflet-control-search"


def _side_by_side() -> Shown:
    m = plain()
    left, right = blank("left").add_to(m), blank("right").add_to(m)
    plugins.SideBySideLayers(left, right).add_to(m)
    return m, ".leaflet-sbs"


def _tags() -> Shown:
    m = plain()
    folium.Marker(HERE, tags=["old"]).add_to(m)
    plugins.TagFilterButton(["old", "new"]).add_to(m)
    return m, ".easy-button-button"


def _realtime() -> Shown:
    data = '{type: "Feature", properties: {id: 1}, geometry: {type: "Point", coordinates: [20, 40]}}'
    code = JsCode(f"(success, failure) => success({{type: 'FeatureCollection', features: [{data}]}})")
    return with_one(plugins.Realtime(code, interval=60_000), ".leaflet-marker-icon")


def _choropleth() -> Shown:
    area = feature({}, _area()) | {"id": "0"}
    styles = {
        "0": {"1500000000": {"color": "#ff0000", "opacity": 0.5}, "1600000000": {"color": "#00ff00", "opacity": 1}}
    }
    return with_one(plugins.TimeSliderChoropleth(collection(area), styledict=styles), "input[type=range]")


def _timeline() -> Shown:
    m = plain()
    when = {"start": "2020-01-01", "end": "2020-02-01"}
    timeline = plugins.Timeline(collection(feature(when))).add_to(m)
    plugins.TimelineSlider(auto_play=False).add_timelines(timeline).add_to(m)
    return m, ".leaflet-timeline-control"


def _timestamped() -> Shown:
    line = {"type": "LineString", "coordinates": [[20, 40], [24, 42]]}
    moving = feature({"times": [1435708800000, 1435795200000]}, line)
    return with_one(plugins.TimestampedGeoJson(collection(moving)), ".timecontrol-play")


def _web_map_service() -> Shown:
    m = plain()
    layer = folium.WmsTileLayer(url=SERVER, layers="sea", name="sea", fmt="image/png", transparent=True).add_to(m)
    plugins.TimestampedWmsTileLayers(layer, time_interval="2020-01-01/2020-01-03").add_to(m)
    return m, ".timecontrol-play"


def _tree() -> Shown:
    m = plain()
    marker = folium.Marker(HERE).add_to(m)
    tree = {"label": "Points", "children": [{"label": "here", "layer": marker}]}
    plugins.TreeLayerControl(overlay_tree=tree).add_to(m)
    return m, ".leaflet-layerstree-header"


def _warm() -> list[list[list[float]]]:
    return [[[*place, 0.5] for place in PLACES[begin : begin + 10]] for begin in (0, 10)]


SAMPLES: dict[str, Callable[[], Shown]] = {
    "AntPath": lambda: with_one(plugins.AntPath(LINE), "path.leaflet-ant-path, path.leaflet-interactive"),
    "BeautifyIcon": _beautiful,
    "BoatMarker": lambda: with_one(plugins.BoatMarker(HERE, heading=45), ".leaflet-marker-pane *"),
    "CirclePattern": lambda: _pattern(plugins.CirclePattern),
    "Draw": lambda: with_one(plugins.Draw(), ".leaflet-draw-toolbar"),
    "DualMap": _dual,
    "FastMarkerCluster": lambda: _clustered(plugins.FastMarkerCluster),
    "FeatureGroupSubGroup": _sub_group,
    "FloatImage": lambda: with_one(plugins.FloatImage(PIXEL), f"img[src='{PIXEL}']"),
    "Fullscreen": lambda: with_one(plugins.Fullscreen(), ".leaflet-control-zoom-fullscreen"),
    "GeoMan": lambda: with_one(plugins.GeoMan(), ".leaflet-pm-toolbar"),
    "Geocoder": lambda: with_one(plugins.Geocoder(), ".leaflet-control-geocoder"),
    "GroupedLayerControl": _grouped,
    "HeatMap": lambda: with_one(plugins.HeatMap(PLACES), "canvas.leaflet-heatmap-layer"),
    "HeatMapWithTime": lambda: with_one(plugins.HeatMapWithTime(_warm()), "canvas.heatmap-canvas"),
    "LocateControl": lambda: with_one(plugins.LocateControl(), ".leaflet-control-locate"),
    "MarkerCluster": lambda: _clustered(plugins.MarkerCluster),
    "MeasureControl": lambda: with_one(plugins.MeasureControl(), ".leaflet-control-measure"),
    "MiniMap": lambda: with_one(plugins.MiniMap(tile_layer=blank()), ".leaflet-control-minimap .leaflet-tile-loaded"),
    "MousePosition": lambda: with_one(plugins.MousePosition(), ".leaflet-control-mouseposition"),
    "OverlappingMarkerSpiderfier": _overlapping,
    "PolyLineFromEncoded": lambda: with_one(plugins.PolyLineFromEncoded("_p~iF~cn~U_ulLn{vA_mqNvxq`@"), "path"),
    "PolyLineOffset": lambda: with_one(plugins.PolyLineOffset(LINE, offset=5), "path.leaflet-interactive"),
    "PolyLineTextPath": _text_path,
    "PolygonFromEncoded": lambda: with_one(plugins.PolygonFromEncoded("w`j~FpxivO}jz@qnnCd}~Bsa{@~f`C`lkH"), "path"),
    "Realtime": _realtime,
    "ScrollZoomToggler": lambda: with_one(plugins.ScrollZoomToggler(), "img[alt=scroll][src^='data:image/png']"),
    "Search": _search,
    "SemiCircle": lambda: with_one(plugins.SemiCircle(HERE, 90_000, direction=90, arc=60), "path.leaflet-interactive"),
    "SideBySideLayers": _side_by_side,
    "StripePattern": lambda: _pattern(plugins.StripePattern),
    "TagFilterButton": _tags,
    "Terminator": lambda: with_one(plugins.Terminator(), ".leaflet-overlay-pane path"),
    "TimeSliderChoropleth": _choropleth,
    "Timeline": _timeline,
    "TimelineSlider": _timeline,
    "TimestampedGeoJson": _timestamped,
    "TimestampedWmsTileLayers": _web_map_service,
    "TreeLayerControl": _tree,
    "VectorGridProtobuf": lambda: with_one(
        plugins.VectorGridProtobuf(SERVER + "{z}/{x}/{y}.pbf", "grid"), ".leaflet-pane.leaflet-tile-pane *"
    ),
}
