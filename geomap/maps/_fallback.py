"""What a page shows where its scripts do not run: a sentence on what is needed, and the places as a plain list."""

from __future__ import annotations

import numpy as np

from geomap.maps._markup import html_text
from geomap.maps._payload import Payload

_LISTED = 50  # places
_NEEDED = (
    "The interactive map needs JavaScript, which is off or not allowed here. Save this file and open it in a browser; a "
    "frame that shows it needs sandbox=&quot;allow-scripts&quot;, a server a content security policy that allows it."
)


def fallback(title: str | None, payload: Payload) -> str:
    """Return the element, which the script of the map takes away."""
    places = payload.numbers["places"]
    mentions = np.diff(places["rows"]).tolist()
    rows = sorted(zip(mentions, places["name"], places["within"], strict=True), key=lambda row: -row[0])
    listed = "".join(
        f"<li>{html_text(name)}{html_text(f' ({within})') if within else ''}: {count:,}</li>"
        for count, name, within in rows[:_LISTED]
    )
    rest = f"<p>and {len(rows) - _LISTED:,} more places</p>" if len(rows) > _LISTED else ""
    return (
        f'<section class="geomap-fallback"><h1>{html_text(title or "Map")}</h1><p>{_NEEDED}</p>'
        f"<h2>Places by their number of mentions</h2><ol>{listed}</ol>{rest}</section>"
    )
