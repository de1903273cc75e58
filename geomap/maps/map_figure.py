"""A matplotlib figure that a notebook shows without pyplot."""

from __future__ import annotations

import io
import struct

from matplotlib.figure import Figure

_SHOWN_DPI = 100  # of the picture on the screen; the rest of its own resolution makes it sharp


class MapFigure(Figure):
    """A ``matplotlib.figure.Figure`` that shows itself as the last line of a cell, with or without ``%matplotlib``."""

    def _repr_png_(self) -> tuple[bytes, dict[str, int]]:
        """Return the picture, and its width and height on the screen in pixels."""
        stream = io.BytesIO()
        self.savefig(stream, format="png", dpi=self.dpi, bbox_inches="tight", pad_inches=0.05)
        picture = stream.getvalue()
        width, height = (round(side * _SHOWN_DPI / self.dpi) for side in struct.unpack(">II", picture[16:24]))
        return picture, {"width": width, "height": height}
