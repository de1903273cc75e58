"""Folium layers: the places of a corpus, the built-in basemap, and tiles that give way when they do not come."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.resources import files
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, cast

import folium
import pandas as pd
from branca.element import MacroElement
from folium.map import Layer
from folium.template import Template

from geomap.errors import ResourceDamaged
from geomap.maps._classes import Areas, classes
from geomap.maps._corpus import Corpus
from geomap.maps._markup import Verbatim, clean_attribution, html_text, json_for_html, script_tag, style_tag
from geomap.maps._payload import compressed_block, data_block
from geomap.maps._views import bounds, first_view

if TYPE_CHECKING:
    import geopandas as gpd
    import xyzservices
    from branca.element import Figure

    from geomap.maps._corpus import Corpus

_SCRIPTS = (
    "core",
    "model",
    "hash",
    "symbols",
    "clusters",
    "basemap",
    "tiles",
    "places",
    "card",
    "check",
    "corrections",
    "address",
    "panel",
    "legend",
    "search",
    "filters",
    "timeline",
    "table",
    "heat",
    "comentions",
    "choropleth",
)
_STYLES = ("geomap", "popup", "controls", "dialogs")
WORLD = "geomap_world"


class ScriptedLayer(Layer):
    """A layer that geomap's own script draws from blocks of data on the page."""

    corpus: Corpus | None = None
    settings: Mapping[str, Any] = MappingProxyType({})

    def blocks(self) -> dict[str, str]:
        """Return the elements that hold the layer's data, by id; what several layers need has one id."""
        return {}

    def render(self, **kwargs: Any) -> None:  # type: ignore[override]  # as in branca's MacroElement
        """Put the style, the script and the data on the page, then the layer on its map."""
        figure = cast("Figure", self.get_root())
        templates = files("geomap.maps") / "templates"
        css = "\n".join((templates / f"{name}.css").read_text("utf-8") for name in _STYLES)
        figure.header.add_child(Verbatim(style_tag(css)), name="geomap_css")
        javascript = "\n".join((templates / f"{name}.js").read_text("utf-8") for name in _SCRIPTS)
        figure.header.add_child(Verbatim(script_tag(javascript)), name="geomap_js")
        for name, block in self.blocks().items():
            figure.html.add_child(Verbatim(block), name=name)
        # Not Layer.render, which adds the layer to its map once more each time a map is rendered.
        MacroElement.render(self, **kwargs)  # type: ignore[no-untyped-call]

    @property
    def told(self) -> str:
        """What the script is told, as JSON that neither Jinja nor an HTML parser sees anything in."""
        return json_for_html(dict(self.settings))

    @property
    def added(self) -> str:
        """What adds the layer to its map, where it shows from the start."""
        assert self._parent is not None
        return f".addTo({self._parent.get_name()})" if self.show else ""


def world_block() -> str:
    """Return the element that holds the land, once for all layers that draw it."""
    resource = files("geomap") / "resources" / "basemap.json.gz"
    try:
        return compressed_block(WORLD, resource.read_bytes())
    except FileNotFoundError as error:
        raise ResourceDamaged("geomap/resources/basemap.json.gz is missing; install geomap again") from error


class _OfMentions(ScriptedLayer):
    """A layer over the mentions, which follows the filters of the panel where the map has one."""

    def __init__(self, mentions: gpd.GeoDataFrame, *, name: str, caption: str | None, show: bool) -> None:
        super().__init__(name=html_text(name), overlay=True, show=show)
        self._name = type(self).__name__
        self.corpus: Corpus = Corpus(mentions)
        self.settings: dict[str, Any] = {"caption": name if caption is None else caption}

    def blocks(self) -> dict[str, str]:
        """Return the corpus."""
        self.settings["attribution"] = self.corpus.attribution
        return self.corpus.blocks()

    def _get_self_bounds(self) -> list[list[float | None]]:
        places = self.corpus.payload.places
        box = bounds(places["lon"], places["lat"])
        return [[None, None], [None, None]] if box is None else [list(corner) for corner in box]


class HeatLayer(_OfMentions):
    """How densely mentions lie, from the faintest to the densest spot of what the map shows.

    The color follows the root of the density relative to the densest spot in view, so that it neither saturates with
    many mentions nor vanishes with few. It says nothing absolute.

    Parameters
    ----------
    mentions
        A mentions table.
    radius
        How far a mention reaches, in pixels.
    name
        What a ``folium.LayerControl`` calls the layer.
    caption
        The caption of its legend; by default the name.
    show
        Whether it shows from the start.
    """

    _template = Template(
        "{% macro script(this, kwargs) %}"
        "var {{ this.get_name() }} = L.geomap.heat({{ this.corpus.key|tojson }}, {{ this.told }}){{ this.added }};"
        "{% endmacro %}"
    )

    def __init__(
        self,
        mentions: gpd.GeoDataFrame,
        *,
        radius: float = 26,
        name: str = "Density of mentions",
        caption: str | None = None,
        show: bool = True,
    ) -> None:
        super().__init__(mentions, name=name, caption=caption, show=show)
        self.settings["radius"] = float(radius)


class ComentionLayer(_OfMentions):
    """Curved lines between places that stand in the same articles, wider where more articles name both.

    Parameters
    ----------
    mentions
        A mentions table.
    most
        How many lines are drawn at most: the pairs that most articles name. In an article that names more than 40
        places, the 40 that the corpus names most are paired.
    name, caption, show
        As for :class:`HeatLayer`.
    """

    _template = Template(
        "{% macro script(this, kwargs) %}"
        "var {{ this.get_name() }} = L.geomap.comentions({{ this.corpus.key|tojson }}, {{ this.told }}){{ this.added }};"
        "{% endmacro %}"
    )

    def __init__(
        self,
        mentions: gpd.GeoDataFrame,
        *,
        most: int = 60,
        name: str = "Named together",
        caption: str | None = None,
        show: bool = True,
    ) -> None:
        super().__init__(mentions, name=name, caption=caption, show=show)
        self.settings["most"] = int(most)


class ChoroplethLayer(_OfMentions):
    """Areas colored by the mentions in them, in classes made from the whole corpus.

    Parameters
    ----------
    mentions
        A mentions table.
    shapes
        The areas: a GeoDataFrame of polygons. None: the countries of the built-in basemap, by ``country_code``.
    key
        The column of ``shapes`` that names the areas; by default the first one that is not the geometry.
    per
        None for the number of mentions, ``"article"`` for mentions per article of the corpus, or ``"million people"``,
        which needs ``population``.
    population
        People by country code, or by the areas' names where ``shapes`` are given.
    scheme
        A classification of mapclassify: ``"FisherJenks"``, ``"Quantiles"``, ``"EqualInterval"`` ...
    classes
        How many classes at most.
    name, caption, show
        As for :class:`HeatLayer`.

    Raises
    ------
    MissingDependency
        If mapclassify is not installed.
    InvalidTable
        If the population is missing, or ``per`` or the scheme has no meaning.
    """

    _template = Template(
        "{% macro script(this, kwargs) %}"
        "var {{ this.get_name() }} = L.geomap.choropleth({{ this.corpus.key|tojson }}, {{ this.data_id|tojson }}, "
        "{{ this.told }}){{ this.added }};"
        "{% endmacro %}"
    )

    def __init__(
        self,
        mentions: gpd.GeoDataFrame,
        *,
        shapes: gpd.GeoDataFrame | None = None,
        key: str | None = None,
        per: str | None = None,
        population: Mapping[str, float] | None = None,
        scheme: str = "FisherJenks",
        classes: int = 5,
        name: str | None = None,
        caption: str | None = None,
        show: bool = True,
    ) -> None:
        told = "Mentions" if per is None else f"Mentions per {per}"
        super().__init__(mentions, name=name or told, caption=caption, show=show)
        self._areas = Areas(shapes, key=key, per=per, population=population, scheme=scheme, classes=classes)
        self._areas.content(self.corpus.payload)  # what is wrong shows now, not when the map is saved
        self._of_countries = shapes is None
        self.settings["world"] = WORLD

    @property
    def data_id(self) -> str:
        """The id of the element that holds the areas."""
        return f"{self.get_name()}_areas"

    def blocks(self) -> dict[str, str]:
        """Return the corpus, the areas, and the land where they are its countries."""
        found = super().blocks()
        found[self.data_id] = data_block(self.data_id, self._areas.content(self.corpus.payload))
        if self._of_countries:
            found[WORLD] = world_block()
        return found


_CROWDED = 2_000  # places: from here on, those of Europe hide each other at the zoom that shows the world


class PlacesLayer(ScriptedLayer):
    """The places of a mentions table, for any Folium map.

    One symbol per place, its area by the number of mentions: towns and sites are filled circles; countries (squares),
    divisions (diamonds), and regions, waters and landforms (rings) are hollow, because they stand for an area and not
    for the point they are drawn at. Mentions that are only possible (less than 50 % confidence, unless the reader moves
    that line) make a faint and broken outline around. A click shows the sentences that name the place and their
    articles. Text from articles reaches the page as data and is shown as written.

    Parameters
    ----------
    mentions
        A mentions table. Unresolved mentions are counted, not drawn.
    title
        A heading for the panel.
    panel
        Whether to show the panel: counts, search, filters, the list of places (the way in for keyboards and screen
        readers), legend, and the table that says the same as the map.
    fit
        Whether the map moves to where most mentions lie when it opens.
    color
        A column of the mentions to color the places by: the value that most mentions of a place have, or the mean step
        of a number or a date. None: by form.
    cluster
        Whether towns and sites that would lie on top of each other are summed in one circle, which says how often they
        are named together and falls apart on a click; from zoom 8 on all stand alone. None: from 2,000 places on.
    alternatives
        The runners-up of the mentions, as :func:`geomap.alternatives` returns them. None: those that the table carries
        from ``geoparse``, if any.
    manifest
        What else a reader may want to know of where the map comes from (model, parameters), by name.
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
        "var {{ this.get_name() }} = L.geomap.places({{ this.corpus.key|tojson }}, {{ this.told }})"
        "{{ this.added }};"
        "{% endmacro %}"
    )

    def __init__(
        self,
        mentions: gpd.GeoDataFrame,
        *,
        title: str | None = None,
        panel: bool = True,
        fit: bool = False,
        color: str | None = None,
        cluster: bool | None = None,
        alternatives: pd.DataFrame | None = None,
        manifest: Mapping[str, object] | None = None,
        name: str = "Places",
    ) -> None:
        super().__init__(name=html_text(name), overlay=True)
        self._name = "PlacesLayer"
        self.corpus: Corpus = Corpus(mentions)
        self._title, self._panel, self._fit, self._cluster = title, panel, fit, cluster
        self._alternatives, self._manifest = alternatives, dict(manifest or {})
        self._classes = None if color is None else classes(mentions, color)
        self.settings: dict[str, Any] = {}

    @property
    def box(self) -> list[list[float]] | None:
        """The box around all places, None without any."""
        places = self.corpus.payload.places
        return bounds(places["lon"], places["lat"])

    @property
    def view(self) -> list[list[float]] | None:
        """The box where most mentions lie, None without any."""
        places = self.corpus.payload.places
        return first_view(places["lon"], places["lat"], places["mentions"])

    def blocks(self) -> dict[str, str]:
        """Return the corpus, the colors, the runners-up and the manifest."""
        found = self.corpus.blocks()
        parts: dict[str, object] = {"manifest": self.corpus.manifest(self._manifest)}
        if self._classes is not None:
            codes, told = self._classes
            parts["color"] = told | {"values": self.corpus.payload.color(codes)}
        known = self.corpus.alternatives(self._alternatives)
        if known is not None:
            parts["alternatives"] = known
        crowded = len(self.corpus.payload.places) >= _CROWDED
        self.settings = {
            "panel": self._panel,
            "fit": self.view if self._fit else None,
            "title": self._title,
            "attribution": self.corpus.attribution,
            "cluster": crowded if self._cluster is None else self._cluster,
        }
        for name, content in parts.items():
            block = f"{self.get_name()}_{name}"
            found[block] = data_block(block, content)
            self.settings[name] = block
        return found

    def _get_self_bounds(self) -> list[list[float | None]]:
        box = self.box
        return [[None, None], [None, None]] if box is None else [list(corner) for corner in box]


class Basemap(ScriptedLayer):
    """Land, borders and the names of countries, drawn from data that ships with geomap.

    Natural Earth 1:50m, which looks right from the whole world to about zoom 7, and the lines between US states. It
    needs no network. Boundaries are Natural Earth's, by who holds the ground.
    """

    _template = Template(
        "{% macro script(this, kwargs) %}"
        "var {{ this.get_name() }} = L.geomap.basemap({{ this.world|tojson }}){{ this.added }};"
        "{% endmacro %}"
    )
    world = WORLD

    def __init__(self) -> None:
        super().__init__(name="Basemap", overlay=True, control=False)
        self._name = "Basemap"

    def blocks(self) -> dict[str, str]:
        """Return the land."""
        return {WORLD: world_block()}


class Tiles(ScriptedLayer, folium.TileLayer):
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
