"""Folium layers: the places of a corpus, the built-in basemap, and tiles that give way when they do not come."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import folium
import pandas as pd
from folium.template import Template

from geomap.maps.coloring import classes
from geomap.maps.corpus import Corpus
from geomap.maps.escaping import clean_attribution, html_text
from geomap.maps.payload import data_block
from geomap.maps.scripted import WORLD, ScriptedLayer, world_block
from geomap.maps.views import bounds, first_view

if TYPE_CHECKING:
    import geopandas as gpd
    import xyzservices

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
