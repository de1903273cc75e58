"""Write a map to one HTML file."""

from __future__ import annotations

import os
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, cast

from geomap._checks import file_path, of_kind
from geomap._files import replacing
from geomap.errors import NotSelfContained

if TYPE_CHECKING:
    import folium
    from branca.element import Figure


def save_html(
    m: folium.Map,
    path: str | os.PathLike[str],
    *,
    offline: bool = True,
    fetch: bool = True,
    files: Mapping[str, str | os.PathLike[str]] | None = None,
    text: str = "full",
    min_articles: int = 1,
    coarsen: str | None = None,
    embed: bool = False,
) -> Path:
    """Write a map to one file that opens without a network.

    The scripts, styles, fonts and images that the map uses are written into the file, and the built-in basemap is drawn
    below its tiles. :func:`~geomap.maps.offline_plugins` lists which of Folium's plugins work offline.

    Parameters
    ----------
    m
        A map from :func:`~geomap.maps.explore`, or any Folium map, including ``folium.plugins.DualMap``.
    path
        The file to write. An existing file is replaced only once the new one is complete.
    offline
        Whether the file contains everything it needs. If False, third-party scripts and styles remain links, as Folium
        writes them: for pages on the web.
    fetch
        Whether scripts that are not installed may be downloaded: once, verified against their SHA-256, and kept in the
        user's cache folder. Leaflet, jQuery, Bootstrap, Folium's markers and clusters ship in the wheel.
    files
        Your own files, by the URL that they replace, for scripts and styles that geomap does not know. Such URLs are
        never downloaded, because there is no checksum to verify them against.
    text
        How much of the articles geomap's own layers contain: ``"full"``, entire sentences with titles and links;
        ``"snippets"``, about 40 characters on either side of each mention instead of its sentence; ``"none"``, no text,
        titles, links or ids of articles, only places, counts, dates of publication and names of sources. Other layers
        and the title of the map are not affected.
    min_articles
        Places named in fewer articles are left out.
    coarsen
        ``"admin1"`` or ``"country"``: merge places into their divisions or countries, at the mean of their mentions
        rounded to whole degrees; places without a country, such as seas, are left out. It requires ``text="none"``,
        because the text names the places.
    embed
        Whether the file is to stand in a frame on another page: without panel, with its headline, note and credit, and
        as large as the frame. Any other file does the same where its address ends in ``?embed``.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    UnsafeOutput
        If the file cannot be written there; an existing file is left unchanged.
    DisclosureMisused
        If ``text``, ``min_articles`` or ``coarsen`` is not one of the above.
    ResourceDamaged
        If a file that ships with geomap is missing or differs from its checksum.

    Warns
    -----
    NotSelfContained
        If the file still needs the network for a script, a style or an image, apart from tiles.

    Examples
    --------
    >>> import tempfile
    >>> from geomap.datasets import sample_mentions
    >>> from geomap.maps import explore
    >>> folder = tempfile.TemporaryDirectory()
    >>> m = explore(sample_mentions())
    >>> path = save_html(m, f"{folder.name}/map.html")
    >>> "walked to camps" in path.read_text("utf-8")
    True

    To share the map but not the articles:

    >>> path = save_html(m, f"{folder.name}/map.html", text="none", coarsen="admin1")
    >>> "walked to camps" in path.read_text("utf-8")
    False

    For an article on the web, whose page then holds ``<iframe src="map.html" title="Places in 4 articles" loading="lazy"
    style="width:100%;aspect-ratio:4/3;border:0" allowfullscreen></iframe>``:

    >>> path = save_html(m, f"{folder.name}/map.html", embed=True)
    >>> folder.cleanup()
    """
    from branca.element import Element

    from geomap.maps._disclosure import Disclosure, rendering_with
    from geomap.maps._document import linked, marked, self_contained

    of_kind("m", m, Element, "a map, as geomap.explore(mentions) returns, or any folium.Map")
    target = file_path("path", path)
    disclosure = Disclosure(text=text, min_articles=min_articles, coarsen=coarsen)
    root = cast("Figure", m.get_root())
    with replacing(target) as temporary:
        with rendering_with(disclosure):
            document, links = self_contained(root, fetch=fetch, files=files) if offline else (linked(root), {})
        document = marked(document, "embed") if embed else document
        temporary.write_bytes(document.encode("utf-8", "replace"))
    if links:
        listed = "; ".join(f"{url} ({reason})" for url, reason in links.items())
        warnings.warn(f"{target} needs the network to open: it links to {listed}", NotSelfContained, stacklevel=2)
    return target
