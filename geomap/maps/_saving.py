"""A map as one HTML file."""

from __future__ import annotations

import os
import secrets
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, cast

from geomap.errors import NotSelfContained, UnsafeOutput

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
) -> Path:
    """Write a map to one file that opens without a network.

    Parameters
    ----------
    m
        A map from :func:`~geomap.maps.explore`, or any Folium map, a ``folium.plugins.DualMap`` too. The scripts,
        styles, fonts and images that it uses are written into the file, and below its tiles lies the basemap that ships
        with geomap; :func:`~geomap.maps.offline_plugins` says which plugins of Folium need no network then.
    path
        Where to write. A file that is there is replaced, at once and only when the new one is whole.
    offline
        Whether the file holds everything. If not, scripts and styles of others stay links, as Folium writes them: for a
        page on the web.
    fetch
        Whether scripts may be fetched that did not come with the install: once, checked against their SHA-256, and kept
        in the user's cache folder. Leaflet, jQuery, Bootstrap, Folium's markers and clusters come with the wheel.
    files
        Files of your own, by the address that the map links to, for scripts and styles that geomap does not know. Such
        addresses are not fetched, because nothing says what should come from them.
    text
        How much of the articles travels in geomap's own layers: ``"full"``, whole sentences with titles and links;
        ``"snippets"``, some 40 characters on either side of each mention instead of its sentence; ``"none"``, neither
        words nor titles, links or ids of articles: places, counts, dates of publication and names of sources. What
        other layers hold, and the map's own title, is not touched.
    min_articles
        Places that stand in fewer articles are left out.
    coarsen
        ``"admin1"`` or ``"country"``: places are merged into their divisions or countries, at the middle of their
        mentions to a whole degree; those of no country, such as seas, are left out. It needs ``text="none"``, because
        words name the places.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    UnsafeOutput
        If the file cannot be written there; what was there is untouched.
    DisclosureMisused
        If ``text``, ``min_articles`` or ``coarsen`` have no meaning.

    Warns
    -----
    NotSelfContained
        If the file still needs the network for a script, a style or a picture; tiles apart.
    """
    from geomap.maps._disclosure import Disclosure
    from geomap.maps._document import disclosed, linked, self_contained

    target = Path(path)
    disclosure = Disclosure(text=text, min_articles=min_articles, coarsen=coarsen)
    _check(target)
    root = cast("Figure", m.get_root())
    with disclosed(root, disclosure):
        document, links = self_contained(root, fetch=fetch, files=files) if offline else (linked(root), {})
    _replace(target, document.encode("utf-8", "replace"))
    if links:
        listed = "; ".join(f"{url} ({reason})" for url, reason in links.items())
        warnings.warn(f"{target} needs the network to open: it links to {listed}", NotSelfContained, stacklevel=2)
    return target


def _check(target: Path) -> None:
    if target.is_dir():
        raise UnsafeOutput(f"{target} is a folder; give the name of a file, such as {target / 'map.html'}")
    if not target.parent.is_dir():
        raise UnsafeOutput(f"{target} cannot be written: there is no folder {target.parent}; create it first")


def _replace(target: Path, content: bytes) -> None:
    """Write beside the target and then rename, so that a reader never sees half a file."""
    target = Path(os.path.realpath(target))
    temporary = target.with_name(f".{target.name[:100]}.{secrets.token_hex(6)}.tmp")
    try:
        with temporary.open("xb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        temporary.replace(target)
    except OSError as error:
        raise UnsafeOutput(
            f"{target} cannot be written ({error.strerror or error}); choose a folder you may write to, with room for "
            f"{len(content) / 1e6:.1f} MB"
        ) from error
    finally:
        temporary.unlink(missing_ok=True)
