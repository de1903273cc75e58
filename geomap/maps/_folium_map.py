"""A Folium map that needs no network: built-in basemap, Leaflet only, and a page fit for phones."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, cast

import folium

from geomap.maps._document import Page
from geomap.maps._layers import Basemap, Tiles
from geomap.maps._markup import Verbatim, descendants, needs_only_leaflet

if TYPE_CHECKING:
    import xyzservices

_LEAFLET = ("leaflet", "leaflet_css")
_MAX_ZOOM_BASEMAP, _MAX_ZOOM_TILES = 12, 19


class Map(folium.Map):
    """A ``folium.Map`` over the built-in basemap, which works offline in notebooks and saved files.

    Anything made for Folium can be added to it. Scripts that Folium puts on every page are left out unless something on
    the map needs them.

    Parameters
    ----------
    tiles
        Tiles to show over the basemap; see :func:`geomap.maps.explore`. None: the basemap alone.
    title
        The title of the page.
    language
        The language of the page, a BCP 47 tag.
    **options
        Passed on to ``folium.Map`` (``location``, ``zoom_start``, ``width``, ``height`` ...) and Leaflet.

    Raises
    ------
    ValueError
        If there is no tile provider of that name.

    Examples
    --------
    >>> from geomap.datasets import sample_mentions
    >>> from geomap.maps import HeatLayer
    >>> m = Map(location=[36.3, 43.1], zoom_start=6, title="Mosul")
    >>> layer = HeatLayer(sample_mentions()).add_to(m)
    """

    def __init__(
        self,
        *,
        tiles: str | xyzservices.TileProvider | folium.TileLayer | None = None,
        title: str = "Map",
        language: str = "en",
        **options: Any,
    ) -> None:
        super().__init__(tiles=None, **{"zoom_control": "bottomright", **options})
        page = Page(title=title, language=language)
        page.add_child(self)
        self.default_js, self.default_css = list(self.default_js), list(self.default_css)
        # Folium gives max_zoom to tiles only; without it, Leaflet zooms in without end.
        self.options.setdefault("max_zoom", _MAX_ZOOM_BASEMAP if tiles is None else _MAX_ZOOM_TILES)
        self.options.setdefault("min_zoom", 1)
        self.options.setdefault("zoom_snap", 0.25 if tiles is None else 1)
        Basemap().add_to(self)
        if tiles is not None:
            (tiles if isinstance(tiles, folium.TileLayer) else Tiles(tiles)).add_to(self)

    def render(self, **kwargs: Any) -> None:  # type: ignore[override]  # as in branca's MacroElement
        """Render the map, with Leaflet alone unless something on it needs more."""
        header = cast("Page", self.get_root()).header
        linked = set(header._children)
        super().render(**kwargs)  # type: ignore[no-untyped-call]
        if not self.objects_to_stay_in_front and all(map(needs_only_leaflet, descendants(self))):
            for name, _ in (*folium.Map.default_js, *folium.Map.default_css):
                if name not in linked and name not in _LEAFLET:
                    header._children.pop(name, None)
        # Replaces Folium's own, which forbids zooming on phones.
        header.add_child(Verbatim(self._head()), name=self.get_name())

    def save(self, outfile: str | bytes | Path | BinaryIO, close_file: bool = True, **kwargs: Any) -> None:
        """Write the map to one file that opens without a network, as :func:`~geomap.maps.save_html` does.

        Parameters
        ----------
        outfile
            The file to write, or a binary stream.
        close_file
            Whether to close the stream.
        **kwargs
            Passed on to :func:`~geomap.maps.save_html`.
        """
        from geomap.maps._saving import save_html

        if isinstance(outfile, str | bytes | Path):
            save_html(self, os.fsdecode(outfile), **kwargs)
            return
        with tempfile.TemporaryDirectory() as folder:
            outfile.write(save_html(self, Path(folder) / "map.html", **kwargs).read_bytes())
        if close_file:
            outfile.close()

    def _head(self) -> str:
        switches = (("L_NO_TOUCH", self.global_switches.no_touch), ("L_DISABLE_3D", self.global_switches.disable_3d))
        size = "".join(
            f"{side}:{value[0]}{value[1]};"
            for side, value in (("width", self.width), ("height", self.height), ("left", self.left), ("top", self.top))
        )
        return (
            '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
            '<meta name="color-scheme" content="light dark">\n'
            '<meta name="referrer" content="strict-origin-when-cross-origin">\n'
            f"<style>html,body,main{{width:100%;height:100%;margin:0;padding:0}}"
            f"#{self.get_name()}{{position:{self.position};{size}}}"
            f".leaflet-container{{font-size:{self.font_size}}}</style>\n"
            f"<script>{''.join(f'var {name} = {str(value).lower()};' for name, value in switches)}</script>"
        )
