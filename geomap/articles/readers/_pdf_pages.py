"""The lines of a PDF's pages, as PDFium finds them. Run in a process of its own: it imports nothing of geomap."""

from __future__ import annotations

import re
from array import array
from base64 import b64encode
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
    dict, then tuples
        First ``pages``, their number, and ``Title``, ``Author`` and ``CreationDate``; or only ``protected``. Then for each
        page the texts of its lines, and where they stand: of each left, first base, right, last base and height in points,
        as floats of four bytes in base64. None for a page that cannot be opened.
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


def _lines(page: Any) -> tuple[list[str], str]:
    texts: list[str] = []
    # Four bytes a number, as PDFium has them; as JSON they would take as long as the page.
    places = array("f")
    with closing(page.get_textpage()) as layer:
        raw, box = layer.raw, pdfium.raw.FS_RECTF()
        for found in _LINE.finditer(layer.get_text_range()):
            text = found.group().strip()
            if text:
                start = found.start() + found.group().index(text[0])
                _find(raw, start, box)
                left, base, top = box.left, box.bottom, box.top
                _find(raw, start + len(text) - 1, box)
                texts.append(text)
                places.extend((left, base, box.right, box.bottom, max(top - base, 1.0)))
    return texts, b64encode(places.tobytes()).decode("ascii")


def _find(layer: Any, position: int, box: Any) -> None:
    """Fill in where a character of the text stands on the page."""
    # Some characters of the text are none of the page, such as the spaces that PDFium adds; their box is empty.
    index = pdfium.raw.FPDFText_GetCharIndexFromTextIndex(layer, position)
    pdfium.raw.FPDFText_GetLooseCharBox(layer, max(index, 0), box)
