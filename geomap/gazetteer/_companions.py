"""What finds spellings and similar names, made at first need and kept beside an index that came without it.

The index that ships lacks it: it would take more of the wheel than the gazetteer itself, and is made in seconds.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

from geomap._progress import progress_bars
from geomap.errors import GazetteerUnwritable
from geomap.gazetteer._fuzzy import write_fuzzy
from geomap.gazetteer._index import build_once, write_spellings
from geomap.gazetteer._model import SCHEMA_VERSION
from geomap.gazetteer._sections import Sections, SectionsWriter, Texts
from geomap.gazetteer._spelling import VERSION as SPELLING_VERSION

SUFFIXES = {"spelling": f".spelling{SPELLING_VERSION}", "fuzzy": ".fuzzy"}
_STAGES = {"spelling": "indexing spellings (once)", "fuzzy": "indexing similar names (once)"}
# Over the bytes of the names; a part of them holds temporary files.
_SPACE = 12


def companion(path: Path, sections: Sections, what: str) -> Sections:
    """Return the sections that an index lacks; make them if they are not there or belong to another content.

    Where the folder cannot be written to, each process makes its own.

    Parameters
    ----------
    path
        The index.
    sections
        What it holds.
    what
        ``"spelling"`` or ``"fuzzy"``.
    """
    target = path.with_suffix(SUFFIXES[what])

    def write(temporary: Path) -> None:
        with progress_bars() as progress, SectionsWriter(temporary, SCHEMA_VERSION) as written:
            written.add("index", sections.stamp.encode())
            _write(
                what,
                sections,
                written,
                temporary.parent,
                lambda share: progress(_STAGES[what], round(100 * share), 100),
            )

    needed = _SPACE * len(sections.view("names")) + (1 << 20)
    try:
        build_once(target, write, needed=needed)
        found = Sections.open(target, SCHEMA_VERSION)
        if bytes(found.view("index")) == sections.stamp.encode():
            return found
        del found
        return Sections.open(build_once(target, write, needed=needed, anew=True), SCHEMA_VERSION)
    except GazetteerUnwritable:
        with tempfile.TemporaryDirectory(prefix="geomap-", ignore_cleanup_errors=True) as folder:
            own = Path(folder) / target.name
            write(own)
            return Sections.loaded(own, SCHEMA_VERSION)


def _write(
    what: str, sections: Sections, written: SectionsWriter, folder: Path, advance: Callable[[float], None]
) -> None:
    if what == "spelling":
        write_spellings(written, sections)
        advance(1)
    else:
        write_fuzzy(written, Texts(sections, "names").blocks(), folder, advance=advance)
