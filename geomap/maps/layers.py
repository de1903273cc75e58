"""Folium layers: the places of a corpus, the built-in basemap, and tiles that give way when they do not come."""

from __future__ import annotations

import math
from importlib.resources import files
from typing import TYPE_CHECKING, Any, cast

import folium
from branca.element import MacroElement
from folium.map import Layer
from folium.template import Template

from geomap.errors import ResourceDamaged
from geomap.maps import page
from geomap.maps.escaping import clean_attribution, html_text
from geomap.maps.payload import bounds, compressed_block, data_block, payload

if TYPE_CHECKING:
    import geopandas as gpd
    import xyzservices
    from branca.element import Figure

_SCRIPTS = ("core.js", "basemap.js", "tiles.js", "symbols.js", "places.js", "card.js", "panel.js")


class _ScriptedLayer(Layer):
    """A layer that geomap's own script draws from a block of data on the page."""

    data: str = ""

    def render(self, **kwargs: Any) -> None:  # type: ignore[override]  # as in branca's MacroElement
        """Put the style, the script and the data on the page, then the layer on its map."""
        figure = cast("Figure", self.get_root())
        templates = files("geomap.maps") / "templates"
        figure.header.add_child(page.style((templates / "geomap.css").read_text("utf-8")), name="geomap_css")
        javascript = "\n".join((templates / name).read_text("utf-8") for name in _SCRIPTS)
        figure.header.add_child(page.script(javascript), name="geomap_js")
        if self.data:
            figure.html.add_child(page.Verbatim(self.data), name=self.data_id)
        # Not Layer.render, which adds the layer to its map once more each time a map is rendered.
        MacroElement.render(self, **kwargs)  # type: ignore[no-untyped-call]

    @property
    def added(self) -> str:
        """What adds the layer to its map, where it shows from the start."""
        assert self._parent is not None
        return f".addTo({self._parent.get_name()})" if self.show else ""

    @property
    def data_id(self) -> str:
        """The id of the element that holds the layer's data."""
        return f"{self.get_name()}_data"


class PlacesLayer(_ScriptedLayer):
    """The places of a mentions table, for any Folium map.

    One symbol per place, its area by the number of mentions: towns and sites are filled circles; countries (squares),
    divisions (diamonds), and regions, waters and landforms (rings) are hollow, because they stand for an area and not
    for the point they are drawn at. A click shows the sentences that name the place and their articles. Text from
    articles reaches the page as data and is shown as written.

    Parameters
    ----------
    mentions
        A mentions table. Unresolved mentions are counted, not drawn.
    title
        A heading for the panel.
    panel
        Whether to show the panel: counts, the list of places (the way in for keyboards and screen readers), legend.
    fit
        Whether the map moves to show all places when it opens.
    name
        What a ``folium.LayerControl`` calls the layer.

    Raises
    ------
    ColumnMissing
        If the mentions lack a column that is needed here.

    Examples
    --------
    >>> import folium, geomap.tables
    >>> m = folium.Map(tiles=None)
    >>> layer = PlacesLayer(geomap.tables.empty_mentions()).add_to(m)
    """

    _template = Template(
        "{% macro script(this, kwargs) %}"
        "var {{ this.get_name() }} = L.geomap.places({{ this.data_id|tojson }}, {{ this.settings|tojson }}){{ this.added }};"
        "{% endmacro %}"
    )

    def __init__(
        self,
        mentions: gpd.GeoDataFrame,
        *,
        title: str | None = None,
        panel: bool = True,
        fit: bool = False,
        name: str = "Places",
    ) -> None:
        super().__init__(name=html_text(name), overlay=True)
        self._name = "PlacesLayer"
        content = payload(mentions)
        if title:
            content["title"] = title
        self.box = bounds(content["places"]["lon"], content["places"]["lat"])
        self.settings = {"panel": panel, "fit": self.box if fit else None}
        self.data = data_block(self.data_id, content)

    def _get_self_bounds(self) -> list[list[float | None]]:
        return [[None, None], [None, None]] if self.box is None else [list(corner) for corner in self.box]


class Basemap(_ScriptedLayer):
    """Land, borders and the names of countries, drawn from data that ships with geomap.

    Natural Earth 1:50m, which looks right from the whole world to about zoom 7, and the lines between US states. It
    needs no network. Boundaries are Natural Earth's, by who holds the ground.
    """

    _template = Template(
        "{% macro script(this, kwargs) %}"
        "var {{ this.get_name() }} = L.geomap.basemap({{ this.data_id|tojson }}){{ this.added }};"
        "{% endmacro %}"
    )

    def __init__(self) -> None:
        super().__init__(name="Basemap", overlay=True, control=False)
        self._name = "Basemap"
        resource = files("geomap") / "resources" / "basemap.json.gz"
        try:
            self.data = compressed_block(self.data_id, resource.read_bytes())
        except FileNotFoundError as error:
            raise ResourceDamaged("geomap/resources/basemap.json.gz is missing; install geomap again") from error


class Tiles(_ScriptedLayer, folium.TileLayer):
    """Tiles from a web service, over the built-in basemap, which shows again where they do not come.

    Parameters
    ----------
    tiles
        The name of a provider in ``xyzservices`` ("OpenStreetMap", "OpenTopoMap"), or a ``TileProvider``.

    Raises
    ------
    ValueError
        If no provider has that name.
    """

    _template = Template(
        "{% macro script(this, kwargs) %}"
        "var {{ this.get_name() }} = "
        "L.geomap.tiles({{ this.tiles|tojson }}, {{ this.options|tojavascript }}){{ this.added }};"
        "{% endmacro %}"
    )

    def __init__(self, tiles: str | xyzservices.TileProvider) -> None:
        provider = _provider(tiles)
        # Jinja would take these for its own when Folium renders the layer.
        if any(opening in provider["url"] for opening in ("{{", "{%", "{#")):
            raise ValueError(f"the tile address {provider['url']!r} holds braces that are no placeholder")
        attribution = provider.get("html_attribution") or provider.get("attribution") or ""
        super().__init__(tiles=provider, attr=clean_attribution(attribution) or html_text(provider["name"]))
        self.layer_name = html_text(str(provider["name"]))


def _provider(tiles: str | xyzservices.TileProvider) -> xyzservices.TileProvider:
    import xyzservices

    if isinstance(tiles, xyzservices.TileProvider):
        return tiles
    name = "OpenStreetMap Mapnik" if tiles.lower() == "openstreetmap" else tiles
    try:
        return xyzservices.providers.query_name(name)
    except ValueError as error:
        raise ValueError(
            f"no tile provider is called {tiles!r}; give a name from xyzservices.providers, or for an address of your "
            "own xyzservices.TileProvider(name=..., url=..., attribution=...)"
        ) from error


def middle(box: list[list[float]] | None) -> list[float]:
    """Return the middle of a box as [latitude, longitude]; of none, a view of the whole world."""
    if box is None:
        return [20.0, 10.0]
    (south, west), (north, east) = box
    return [math.fsum((south, north)) / 2, math.fsum((west, east)) / 2]
