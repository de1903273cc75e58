"""Folium layers: mentions drawn in four ways, the built-in basemap, and tiles over it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, NamedTuple, cast

import folium
import pandas as pd
from branca.element import MacroElement
from folium.map import Layer
from folium.template import Template, tojavascript

from geomap._checks import at_least, one_of, positive
from geomap.maps._classes import Areas, classes, countries
from geomap.maps._corpus import Corpus
from geomap.maps._detail import BOUNDARIES, DETAILS, detail_bytes
from geomap.maps._disclosure import Disclosure, current_disclosure
from geomap.maps._fallback import fallback
from geomap.maps._markup import Verbatim, clean_attribution, html_text, json_for_html, script_tag, style_tag
from geomap.maps._names import CORPUS, choice
from geomap.maps._payload import compressed_block, data_block
from geomap.maps._story import Place, Story, View
from geomap.maps._views import Box, bounds, core
from geomap.resources._loading import read_resource

if TYPE_CHECKING:
    import geopandas as gpd
    import xyzservices
    from branca.element import Figure

# The modules of `page/`, bundled into one script by `make page`.
_SCRIPT = "page.js"
_STYLES = tuple(f"page/{name}.css" for name in ("geomap", "popup", "controls", "dialogs", "frames", "print"))
_LARGEST_LIST = 4_000  # characters of the countries of places; longer lists are compressed
_WORLD = "geomap_world"  # the element with the basemap's data


class LayerContent(NamedTuple):
    """What a layer puts on its page.

    Attributes
    ----------
    blocks
        Elements that hold data, by id; layers that share data use the same id.
    arguments
        Of the layer's constructor, each as JavaScript.
    """

    blocks: Mapping[str, str]
    arguments: tuple[str, ...]


@cache
def own_text(*names: str) -> str:
    """Return the text of files of this package, one after the other."""
    return "\n".join((files("geomap.maps") / name).read_text("utf-8") for name in names)


class ScriptedLayer(Layer):
    """A layer that geomap's own script draws from blocks of data on the page."""

    _template = Template("")  # nothing goes through Jinja, which would read templates into the text of articles
    _constructor: str  # a function of ``L.geomap`` in the page's script

    def content(self, disclosure: Disclosure) -> LayerContent:
        """Return the layer's data and arguments, with as much of the articles as may be disclosed."""
        raise NotImplementedError

    def render(self, **kwargs: Any) -> None:  # type: ignore[override]  # as in branca's MacroElement
        """Put the style, the script and the data on the page, then the layer on its map."""
        assert self._parent is not None
        figure = cast("Figure", self.get_root())
        figure.header.add_child(Verbatim(style_tag(own_text(*_STYLES))), name="geomap_css")
        figure.header.add_child(Verbatim(script_tag(own_text(_SCRIPT))), name="geomap_js")
        blocks, arguments = self.content(current_disclosure())
        for name, block in blocks.items():
            figure.html.add_child(Verbatim(block), name=name)
        name = self.get_name()
        added = f".addTo({self._parent.get_name()})" if self.show else ""
        script = f"var {name} = L.geomap.{self._constructor}({', '.join(arguments)}){added};"
        figure.script.add_child(Verbatim(script), name=name)
        # Not Layer.render, which adds the layer to its map again each time a map is rendered.
        MacroElement.render(self, **kwargs)  # type: ignore[no-untyped-call]


def _basemap_block() -> dict[str, str]:
    return {_WORLD: compressed_block(_WORLD, read_resource("basemap.json.gz"))}


class _MentionsLayer(ScriptedLayer):
    """A layer over mentions, which follows the filters of the panel if the map has one."""

    def __init__(
        self,
        mentions: gpd.GeoDataFrame,
        *,
        embedded: bool,
        approximate: bool,
        name: str,
        caption: str | None = None,
        show: bool = True,
    ) -> None:
        super().__init__(name=html_text(name), overlay=True, show=show)
        self._name = type(self).__name__
        self.corpus = Corpus(mentions, embedded=embedded, approximate=approximate)
        self._settings: dict[str, Any] = {"caption": name if caption is None else caption}

    def content(self, disclosure: Disclosure) -> LayerContent:
        """Return the corpus, and the settings with its attribution."""
        settings = {**self._settings, "attribution": self.corpus.attribution(disclosure)}
        return LayerContent(self.corpus.blocks(disclosure), (json_for_html(self.corpus.key), json_for_html(settings)))

    def _get_self_bounds(self) -> list[list[float | None]]:
        places = self.corpus.payload().shown
        box = bounds(places["lon"], places["lat"])
        return [[None, None], [None, None]] if box is None else [list(corner) for corner in box]


class HeatLayer(_MentionsLayer):
    """The density of mentions as a heat map.

    Color follows the square root of the density relative to the densest spot in view, so that the map neither saturates
    with many mentions nor fades with few. It shows no absolute values.

    Parameters
    ----------
    mentions
        A mentions table.
    radius
        How far a mention reaches, in pixels.
    embedded, approximate
        Whether names inside other names ("Paris Police Department") and approximate places are drawn and counted, as for
        :func:`geomap.places`. On a map with a panel a reader can bring them, and take them away again.
    name
        The layer's name in a ``folium.LayerControl``.
    caption
        The caption of its legend; by default ``name``.
    show
        Whether it is visible when the map opens.

    Raises
    ------
    ColumnMissing
        If the mentions lack ``article_id``, ``place_id``, ``name`` or a geometry.
    InvalidTable
        If ``radius`` is not above 0.

    Examples
    --------
    >>> from geomap.datasets import sample_mentions
    >>> from geomap.maps import Map
    >>> m = Map()
    >>> layer = HeatLayer(sample_mentions(), radius=40).add_to(m)
    """

    _constructor = "heat"

    def __init__(
        self,
        mentions: gpd.GeoDataFrame,
        *,
        radius: float = 26,
        embedded: bool = False,
        approximate: bool = False,
        name: str = "Density of mentions",
        caption: str | None = None,
        show: bool = True,
    ) -> None:
        super().__init__(mentions, embedded=embedded, approximate=approximate, name=name, caption=caption, show=show)
        self._settings["radius"] = float(positive("radius", radius))


class ComentionLayer(_MentionsLayer):
    """Curved lines between places that the same articles name, wider the more articles name both.

    Parameters
    ----------
    mentions
        A mentions table.
    limit
        Maximum number of lines: the pairs that most articles name. Of an article that names more than 40 places, the 40
        with most mentions in the corpus are paired.
    min_articles
        Minimum number of articles that name both: what stands together once may do so by chance.
    embedded, approximate, name, caption, show
        As for :class:`HeatLayer`.

    Raises
    ------
    ColumnMissing
        If the mentions lack ``article_id``, ``place_id``, ``name`` or a geometry.
    InvalidTable
        If ``limit`` or ``min_articles`` is below 1.

    Examples
    --------
    >>> from geomap.datasets import sample_mentions
    >>> from geomap.maps import Map
    >>> m = Map()
    >>> layer = ComentionLayer(sample_mentions(), limit=10).add_to(m)
    """

    _constructor = "comentions"

    def __init__(
        self,
        mentions: gpd.GeoDataFrame,
        *,
        limit: int = 60,
        min_articles: int = 2,
        embedded: bool = False,
        approximate: bool = False,
        name: str = "Named together",
        caption: str | None = None,
        show: bool = True,
    ) -> None:
        super().__init__(mentions, embedded=embedded, approximate=approximate, name=name, caption=caption, show=show)
        self._settings["limit"] = int(at_least("limit", limit, 1))
        self._settings["least"] = int(at_least("min_articles", min_articles, 1))


class ChoroplethLayer(_MentionsLayer):
    """Areas colored by the mentions in them, in classes made from the entire corpus.

    Parameters
    ----------
    mentions
        A mentions table.
    shapes
        The areas: a GeoDataFrame of polygons in any CRS; or ``"division"`` for those of :func:`geomap.shapes`, by the
        name of each place's division, else by its point (the page holds those with a mention). None or ``"country"``:
        the countries of the built-in basemap, by ``country_code``.
    key
        The column of ``shapes`` with the areas' names; by default the first that is not the geometry.
    per
        None for the number of mentions, ``"article"`` for mentions per article of the corpus, or ``"million people"``,
        which needs ``population``.
    population
        People by country code, by GeoNames' code of the division (``IQ.15``), or by the names of your own areas.
    scheme
        A classification of mapclassify: ``"FisherJenks"``, ``"Quantiles"``, ``"EqualInterval"`` ...
    classes
        Maximum number of classes.
    embedded, approximate, name, caption, show
        As for :class:`HeatLayer`; the name says by default what is counted.

    Raises
    ------
    MissingDependency
        If mapclassify is not installed.
    ColumnMissing
        If the mentions lack ``article_id``, ``place_id``, ``name`` or a geometry.
    InvalidTable
        If ``per``, ``scheme`` or ``classes`` is not one of the above, the population is missing, or the shapes are
        neither polygons with a CRS nor a kind that ships.

    Examples
    --------
    >>> from geomap.datasets import sample_mentions
    >>> from geomap.maps import Map
    >>> m = Map()
    >>> layer = ChoroplethLayer(sample_mentions(), per="article").add_to(m)
    >>> layer.layer_name
    'Mentions per article'
    >>> divisions = ChoroplethLayer(sample_mentions(), shapes="division").add_to(m)
    """

    _constructor = "choropleth"

    def __init__(
        self,
        mentions: gpd.GeoDataFrame,
        *,
        shapes: gpd.GeoDataFrame | str | None = None,
        key: str | None = None,
        per: str | None = None,
        population: Mapping[str, float] | None = None,
        scheme: str = "FisherJenks",
        classes: int = 5,
        embedded: bool = False,
        approximate: bool = False,
        name: str | None = None,
        caption: str | None = None,
        show: bool = True,
    ) -> None:
        counted = "Mentions" if per is None else f"Mentions per {per}"
        super().__init__(
            mentions, embedded=embedded, approximate=approximate, name=name or counted, caption=caption, show=show
        )
        self._areas = Areas(shapes, key=key, per=per, population=population, scheme=scheme, classes=classes)
        self._areas.content(self.corpus.payload())  # errors appear now, not when the map is saved
        self._of_countries = shapes is None or (isinstance(shapes, str) and shapes == "country")
        self._settings["world"] = _WORLD

    def content(self, disclosure: Disclosure) -> LayerContent:
        """Return the corpus, the areas, and the basemap if they are its countries."""
        blocks, (key, settings) = super().content(disclosure)
        areas = f"{self.get_name()}_areas"
        block = {areas: data_block(areas, self._areas.content(self.corpus.payload(disclosure)))}
        world = _basemap_block() if self._of_countries else {}
        return LayerContent({**blocks, **block, **world}, (key, json_for_html(areas), settings))


class PlacesLayer(_MentionsLayer):
    """The places of a mentions table, for any Folium map.

    One symbol per place, its area proportional to the number of mentions. Towns and sites are filled circles; countries
    (squares), divisions (diamonds), and regions, waters and landforms (rings) are hollow, because they stand for an area
    rather than for the point they are drawn at. Doubtful mentions (confidence below 50 %, unless the reader changes the
    threshold) add a faint dashed outline. A click shows the sentences that name the place and their articles. Text from
    articles reaches the page as data and is shown as written.

    Parameters
    ----------
    mentions
        A mentions table. Unresolved mentions are counted, not drawn.
    title
        A headline, of 200 characters at most.
    note
        A few sentences below the headline, of 1,000 characters at most.
    panel
        Whether to show the panel: counts, search, filters, the list of places (which also serves keyboards and screen
        readers), legend, and the map as a table.
    view
        Where the map opens: ``"core"``, where the corpus is; ``"all"``, with all places; the name or ``place_id`` of a
        place of the map; west, south, east and north in degrees, or two corners [[south, west], [north, east]]. None:
        wherever the map was before.
    annotations
        Words beside places, as pairs of a place and a text of 300 characters at most. The place is a name, the most named
        one counting, or a ``place_id``; or any point, as (latitude, longitude) or as a shapely Point.
    names
        What places are called: ``"corpus"``, by the name that the mentions write most often; ``"gazetteer"``, by its
        main name; or a language (``"fr"``), by the name that the articles in it write most often. The gazetteer's name
        stands in, and a card says both.
    color
        A column of the mentions to color the places by: the value that most mentions of a place have, or the mean step
        of a number or a date. None: by form.
    cluster
        Whether to merge towns, sites and small divisions that would overlap into one circle with their total mentions,
        which splits on a click; from zoom 8 on all are separate. None: at the zooms where a third of 200 or more hide each
        other. A reader can change it.
    detail
        What the basemap shows close up, which needs no network: ``"corpus"`` for the surroundings of the places (50 km),
        ``"world"`` for all (5.4 MB more), None for nothing.
    alternatives
        The runners-up of the mentions, as :func:`geomap.alternatives` returns them. None: those that the table carries
        from ``geoparse``, if any.
    manifest
        Further facts about where the map comes from (model, parameters) for its readers, by label.
    embedded, approximate
        As for :class:`HeatLayer`.
    name
        The layer's name in a ``folium.LayerControl``.

    Raises
    ------
    ColumnMissing
        If the mentions lack ``article_id``, ``place_id``, ``name``, a geometry, or the column to color by.
    WrongKind, InvalidTable
        If ``title``, ``note``, ``view``, ``annotations`` or ``names`` is not what is described above.

    Warns
    -----
    AnnotationsLeftOut
        If an annotation is to a place that is not on the map.
    NamesMissing
        If no article is in the language that places are to be called by.

    Notes
    -----
    The core is the smallest square on the map that holds four fifths of the mentions of towns and sites, or three fifths
    where each doubling of its side would bring less than a tenth more; countries and continents do not count as long as
    there is anything smaller.

    Examples
    --------
    >>> import folium
    >>> from geomap.datasets import sample_mentions
    >>> m = folium.Map(tiles=None)
    >>> layer = PlacesLayer(sample_mentions(), color="source").add_to(m)
    >>> [[round(degrees, 1) for degrees in corner] for corner in layer.box]  # south, west; north, east
    [[31.0, 2.0], [46.2, 47.4]]
    """

    _constructor = "places"

    def __init__(
        self,
        mentions: gpd.GeoDataFrame,
        *,
        title: str | None = None,
        note: str | None = None,
        panel: bool = True,
        view: View = None,
        annotations: Iterable[tuple[Place, str]] | None = None,
        names: str = CORPUS,
        color: str | None = None,
        cluster: bool | None = None,
        detail: str | None = None,
        alternatives: pd.DataFrame | None = None,
        manifest: Mapping[str, object] | None = None,
        embedded: bool = False,
        approximate: bool = False,
        name: str = "Places",
    ) -> None:
        super().__init__(mentions, embedded=embedded, approximate=approximate, name=name)
        payload = self.corpus.payload()
        self._panel, self._cluster = panel, cluster
        self._names = choice(payload.names, names)
        self._story = Story.of(payload, title=title, note=note, view=view, annotations=annotations)
        self._detail = None if detail is None else one_of("detail", detail, DETAILS)
        self._alternatives, self._manifest = alternatives, dict(manifest or {})
        self._classes = None if color is None else classes(mentions, color)

    @property
    def box(self) -> Box | None:
        """The box around all places as [[south, west], [north, east]] in degrees, None without places."""
        places = self.corpus.payload().shown
        return bounds(places["lon"], places["lat"])

    @property
    def view(self) -> Box | None:
        """The box that the map opens with; None without places, or if it opens wherever the map was before."""
        return self._story.opening(self.corpus.payload())

    def content(self, disclosure: Disclosure) -> LayerContent:
        """Return the corpus, the colors, the runners-up and the manifest."""
        payload = self.corpus.payload(disclosure)
        manifest = {"Boundaries": BOUNDARIES} | self._manifest if self._detail else self._manifest
        parts: dict[str, object] = {"manifest": self.corpus.manifest(manifest, disclosure)}
        if self._classes is not None:
            codes, legend = self._classes
            parts["color"] = {**legend, "values": codes[payload.order].tolist()}
        alternatives = self.corpus.alternatives(self._alternatives, disclosure)
        if alternatives is not None:
            parts["alternatives"] = alternatives
        if self._names != CORPUS:
            parts["names"] = payload.names.columns(self._names)
        if (by_country := countries(payload.places)) is not None:
            parts["countries"] = by_country
        ids = {part: f"{self.get_name()}_{part}" for part in parts}
        settings: dict[str, Any] = {
            "panel": self._panel,
            "fit": self._story.opening(payload),
            "core": core(payload.shown),
            "all": bounds(payload.shown["lon"], payload.shown["lat"]),
            "title": self._story.title,
            "note": self._story.note,
            "annotations": self._story.told(payload),
            "attribution": self.corpus.attribution(disclosure),
            "cluster": self._cluster,
            **ids,
        }
        blocks = {ids[part]: data_block(ids[part], content) for part, content in parts.items()}
        if by_country is not None:
            blocks[ids["countries"]] = data_block(ids["countries"], by_country, plain_up_to=_LARGEST_LIST)
        if self._detail:
            settings["detail"] = f"{self.get_name()}_detail"
            # Of the places as they are disclosed: the cells around others would tell where they are.
            blocks[settings["detail"]] = compressed_block(
                settings["detail"], detail_bytes(payload.places, self._detail)
            )
        blocks["geomap_fallback"] = fallback(self._story.title, payload)
        return LayerContent(
            {**self.corpus.blocks(disclosure), **blocks}, (json_for_html(self.corpus.key), json_for_html(settings))
        )


class Basemap(ScriptedLayer):
    """Land, borders and the names of countries, drawn from data that ships with geomap.

    Natural Earth 1:50m, suited to zoom levels from the entire world to about 7, and the lines between US states. It needs
    no network. Boundaries are Natural Earth's, which draws them by who holds the ground.

    Examples
    --------
    >>> import folium
    >>> m = folium.Map(tiles=None)
    >>> basemap = Basemap().add_to(m)
    """

    _constructor = "basemap"

    def __init__(self) -> None:
        super().__init__(name="Basemap", overlay=True, control=False)
        self._name = "Basemap"

    def content(self, disclosure: Disclosure) -> LayerContent:
        """Return the land."""
        return LayerContent(_basemap_block(), (json_for_html(_WORLD),))


class Tiles(ScriptedLayer, folium.TileLayer):
    """Tiles from a web service over the built-in basemap, which shows wherever they do not load.

    Parameters
    ----------
    tiles
        The name of a provider in ``xyzservices`` ("OpenStreetMap", "OpenTopoMap"), or a ``TileProvider``.

    Raises
    ------
    ValueError
        If there is no provider of that name.
    """

    _constructor = "tiles"

    def __init__(self, tiles: str | xyzservices.TileProvider) -> None:
        provider = _provider(tiles)
        # folium.TileLayer takes such text for a Jinja template.
        if any(opening in provider["url"] for opening in ("{{", "{%", "{#")):
            raise ValueError(f"tile URL {provider['url']!r} contains braces that are not placeholders")
        attribution = provider.get("html_attribution") or provider.get("attribution") or ""
        super().__init__(tiles=provider, attr=clean_attribution(attribution) or html_text(provider["name"]))
        self.layer_name = html_text(str(provider["name"]))

    def content(self, disclosure: Disclosure) -> LayerContent:
        """Return the address of the tiles and Leaflet's options."""
        return LayerContent({}, (json_for_html(self.tiles), tojavascript(self.options)))


def _provider(tiles: str | xyzservices.TileProvider) -> xyzservices.TileProvider:
    import xyzservices

    if isinstance(tiles, xyzservices.TileProvider):
        return tiles
    name = "OpenStreetMap Mapnik" if tiles.lower() == "openstreetmap" else tiles
    try:
        return xyzservices.providers.query_name(name)
    except ValueError as error:
        raise ValueError(
            f"unknown tile provider {tiles!r}; use a name from xyzservices.providers, or "
            "xyzservices.TileProvider(name=..., url=..., attribution=...) for your own server"
        ) from error
