"""Folium layers of quantity: density, areas by mentions, and lines between places that are named together."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from folium.template import Template

from geomap.maps.areas import Areas
from geomap.maps.corpus import Corpus
from geomap.maps.escaping import html_text
from geomap.maps.payload import data_block
from geomap.maps.scripted import WORLD, ScriptedLayer, world_block
from geomap.maps.views import bounds

if TYPE_CHECKING:
    import geopandas as gpd


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
