"""A map as one HTML file."""

from __future__ import annotations

import os
import secrets
import warnings
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
    fetch: bool = True,
    text: str = "full",
    min_articles: int = 1,
    coarsen: str | None = None,
) -> Path:
    """Write a map to one file that opens without a network.

    Parameters
    ----------
    m
        A map from :func:`~geomap.maps.explore`, or any Folium map. Leaflet is written into the file; scripts of Folium
        plugins that geomap does not ship stay links, and a warning names them.
    path
        Where to write. A file that is there is replaced, at once and only when the new one is whole.
    fetch
        Whether Leaflet may be fetched where it did not come with the install (a checkout on a machine without npm):
        once, from the addresses that Folium names, checked, and kept in the user's cache folder.
    text
        How much of the articles travels in geomap's own layers: ``"full"``, whole sentences with titles and links;
        ``"snippets"``, some 40 characters on either side of each mention instead of its sentence; ``"none"``, neither
        words nor titles, links or ids of articles: places, counts, dates of publication and names of sources. What
        other layers hold, and the map's own title, is not touched.
    min_articles
        Places that stand in fewer articles are left out.
    coarsen
        ``"admin1"`` or ``"country"``: places are merged into their divisions or countries, at the middle of their
        mentions to a whole degree. It needs ``text="none"``, because words name the places.

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
        If the file still needs the network for a script or a style.
    """
    from geomap.maps.disclosure import Disclosure
    from geomap.maps.page import disclosed, self_contained

    target = Path(path)
    disclosure = Disclosure(text=text, min_articles=min_articles, coarsen=coarsen)
    _check(target)
    root = cast("Figure", m.get_root())
    with disclosed(root, disclosure):
        document, links = self_contained(root, fetch=fetch)
    _replace(target, document.encode("utf-8", "replace"))
    if links:
        listed = "; ".join(f"{url} ({reason})" if reason else url for url, reason in links.items())
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
