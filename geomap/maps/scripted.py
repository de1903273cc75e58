"""What the layers share that geomap's own script draws from blocks of data on the page."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.resources import files
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, cast

from branca.element import MacroElement
from folium.map import Layer

from geomap.errors import ResourceDamaged
from geomap.maps import page
from geomap.maps.escaping import json_for_html
from geomap.maps.payload import compressed_block

if TYPE_CHECKING:
    from branca.element import Figure

    from geomap.maps.corpus import Corpus

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
        figure.header.add_child(page.style(css), name="geomap_css")
        javascript = "\n".join((templates / f"{name}.js").read_text("utf-8") for name in _SCRIPTS)
        figure.header.add_child(page.script(javascript), name="geomap_js")
        for name, block in self.blocks().items():
            figure.html.add_child(page.Verbatim(block), name=name)
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
