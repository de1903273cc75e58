"""The lines of a PDF's pages, as PDFium finds them. Run in a process of its own: it imports nothing of geomap."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pypdfium2 as pdfium  # type: ignore[import-untyped,unused-ignore]

_LINE = re.compile(r"[^\r\n]+")
# A damaged file may claim a million pages.
_MOST_BROKEN_PAGES = 100
_PASSWORD = (pdfium.raw.FPDF_ERR_PASSWORD, pdfium.raw.FPDF_ERR_SECURITY)


def run(data: bytes) -> Iterator[Any]:
    """Yield what the document says of itself, then its pages.

    Yields
    ------
    dict, then lists
        First ``pages``, their number, and ``Title``, ``Author`` and ``CreationDate``; or only ``protected``. Then for each
        page its lines, each as text, left, first base, right, last base and height in points; None for a page that cannot
        be opened.
    """
    try:
        document = pdfium.PdfDocument(data)
    except pdfium.PdfiumError as error:
        if error.err_code in _PASSWORD:
            yield {"protected": True}
            return
        raise
    with closing(document):
        said = {key: document.get_metadata_value(key) for key in ("Title", "Author", "CreationDate")}
        yield {"pages": len(document), **said}
        broken = 0
        for number in range(len(document)):
            try:
                with closing(document[number]) as page:
                    yield _lines(page)
            except pdfium.PdfiumError:
                yield None
                broken += 1
            if broken > _MOST_BROKEN_PAGES:
                break


def _lines(page: Any) -> list[tuple[str, float, float, float, float, float]]:
    lines = []
    with closing(page.get_textpage()) as layer:
        where = _Boxes(layer)
        for found in _LINE.finditer(layer.get_text_range()):
            text = found.group().strip()
            if text:
                start = found.start() + found.group().index(text[0])
                left, base, _, top = where.box(start)
                _, last_base, right, _ = where.box(start + len(text) - 1)
                lines.append((text, left, base, right, last_base, round(max(top - base, 1.0), 2)))
    return lines


class _Boxes:
    """Where the characters of a page stand on it."""

    def __init__(self, layer: Any) -> None:
        self._layer, self._box = layer.raw, pdfium.raw.FS_RECTF()

    def box(self, position: int) -> tuple[float, float, float, float]:
        """Return left, bottom, right and top of a character of the text, in points."""
        box = self._box
        # Some characters of the text are none of the page, such as the spaces that PDFium adds; their box is empty.
        index = pdfium.raw.FPDFText_GetCharIndexFromTextIndex(self._layer, position)
        pdfium.raw.FPDFText_GetLooseCharBox(self._layer, max(index, 0), box)
        return round(box.left, 2), round(box.bottom, 2), round(box.right, 2), round(box.top, 2)
