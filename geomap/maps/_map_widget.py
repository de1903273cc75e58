"""The widget of a map: the page in a frame of a notebook, and what both sides set as traits of one object.

The widget draws nothing: its front end (``page/widget.js``) shows the document that :func:`geomap.maps.save_html` would
write, and passes on what the page and the kernel say, so that there is one map and not two.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, cast

import anywidget
import pandas as pd
import traitlets

from geomap import tables
from geomap._optional import optional
from geomap.corrections import apply_corrections
from geomap.errors import MapNotShown
from geomap.maps._document import Page, framed, marked, self_contained
from geomap.maps._layers import PlacesLayer, own_text
from geomap.maps._widget_page import WidgetPage

if TYPE_CHECKING:
    import geopandas as gpd

    from geomap.maps._folium_map import Map

_SCRIPT = "widget.js"
_WAIT = 2  # seconds that the map without a kernel waits for the one with a kernel
# Of corrections as a table, before whatever else they say of a place.
_CORRECTION = {
    **dict.fromkeys(("article_id", "field"), "str"),
    **dict.fromkeys(("start", "end"), "Int64"),
    "toponym": "str",
    "rule": "bool",
    **dict.fromkeys(("verdict", "was", "place_id", "name"), "str"),
    **dict.fromkeys(("lat", "lon"), "float64"),
}


class _Said(traitlets.TraitType[Any, Any]):
    """A value that Python and the page both set, checked by the method of the page's that bears its name."""

    def __init__(self, default: Any, **tags: Any) -> None:
        super().__init__(default)
        self.tag(sync=True, **tags)

    def validate(self, obj: Any, value: Any) -> Any:
        assert self.name is not None
        return getattr(obj.page, self.name)(value)


def _packed(value: Any, widget: MapWidget) -> str | None:
    return widget.page.packed(value)


def _unpacked(value: Any, widget: MapWidget) -> tuple[int, ...] | None:
    return widget.page.unpacked(value)


def _short(value: tuple[float, ...] | None, _: MapWidget) -> list[float] | None:
    """Return a view as JavaScript writes it: what comes back in other digits counts as another view."""
    return None if value is None else [int(part) if part.is_integer() else part for part in value]


def _as_dict(value: Mapping[str, Any], _: MapWidget) -> dict[str, Any]:
    return dict(value)


class MapWidget(anywidget.AnyWidget):
    """A map in a notebook, as :func:`geomap.maps.widget` makes it and describes its attributes."""

    _esm: ClassVar[str] = own_text(_SCRIPT)

    selected = _Said(())
    view = _Said(None, to_json=_short)
    filters = _Said({}, to_json=_as_dict)
    only = _Said(None, to_json=_packed, from_json=_unpacked)
    corrections = _Said((), to_json=lambda value, _: list(value))
    _shown = traitlets.Dict(default_value=None, allow_none=True).tag(sync=True)
    _document = traitlets.Unicode().tag(sync=True)
    _title = traitlets.Unicode().tag(sync=True)
    _height = traitlets.Int().tag(sync=True)
    _static = traitlets.Unicode().tag(sync=True)

    def __init__(self, mentions: gpd.GeoDataFrame, m: Map, **shown: bool) -> None:
        layer = next(child for child in m._children.values() if isinstance(child, PlacesLayer))
        # Whatever is set is checked against it, from the first trait on.
        self.page = WidgetPage(mentions, layer.corpus.payload(), shown=shown)
        root = cast("Page", m.get_root())
        self._plain, _ = self_contained(root, fetch=True)
        super().__init__(
            filters={},
            _document=marked(self._plain, "widget"),
            _title=root.title or "Map",
            _height=root.pixels_high(),
            _static=uuid.uuid4().hex,
        )

    @property
    def selected_mentions(self) -> gpd.GeoDataFrame:
        """The mentions of the places that are selected, in the order of the table, filtered or not."""
        return self.page.of_places(self.selected)

    @property
    def shown_mentions(self) -> gpd.GeoDataFrame:
        """The mentions that pass the filters, in the order of the table, as the page says."""
        said = self._shown
        if said is None:
            raise MapNotShown(
                "no page has said yet what it shows: display the widget in a cell, and ask in a later one"
            )
        if (self.page.filters(said["filters"]), said["only"]) != (self.filters, self.page.packed(self.only)):
            raise MapNotShown("the page has not taken the filters yet: ask in a later cell than the one that sets them")
        return self.page.of_rows(said["rows"])

    @property
    def corrections_table(self) -> pd.DataFrame:
        """The corrections, one row each, as :func:`geomap.apply_corrections` takes them too."""
        table = pd.DataFrame(list(self.corrections), dtype=object)
        further = [name for name in table.columns if name not in _CORRECTION]
        table = table.reindex(columns=[*_CORRECTION, *further])
        known = {**_CORRECTION, **{name: dtype for name, dtype in tables.PLACE.items() if name in further}}
        return table.assign(rule=table["rule"].eq(True)).astype(known)

    @property
    def corrected_mentions(self) -> gpd.GeoDataFrame:
        """The mentions with the corrections applied to them."""
        return apply_corrections(self.page.mentions, self.corrections)

    def __repr__(self) -> str:
        return f"<MapWidget: {self._title}, {len(self.page.mentions):,} mentions>"

    def _ipython_display_(self, **kwargs: Any) -> None:
        """Show the map, and beside it one that needs no kernel, which waits until it is known whether there is one.

        Two outputs, because a notebook shows one form of an output only: a file that was executed holds the widget's
        state, and a page made of it would ask the web for the scripts of widgets instead of showing the other form.
        """
        display = optional("IPython.display", needed_by="geomap.maps.widget", extra="notebooks").display
        bundle, metadata = super()._repr_mimebundle_()
        display(bundle, metadata=metadata, raw=True)
        display({"text/html": self._stand_in(), "text/plain": ""}, raw=True)

    def _stand_in(self) -> str:
        """Return the map as it opens, for a notebook that was saved or made a page, hidden where the widget lives."""
        size = f'width="100%" height="{self._height}" loading="lazy"'
        return (
            f"<style>@keyframes geomap-static{{0%,99%{{display:none}}}}"
            f"[data-geomap-static]{{animation:geomap-static {_WAIT}s}}</style>"
            f'<div data-geomap-static="{self._static}">{framed(self._plain, self._title, size)}</div>'
        )
