"""The gazetteer that ships with geomap: unpacked once, at first use, into an index in the user's cache folder."""

from __future__ import annotations

import hashlib
import lzma
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from geomap._files import cache_folder
from geomap._progress import progress_bars
from geomap.errors import ResourceDamaged
from geomap.gazetteer._folding import fold
from geomap.gazetteer._index import IndexRows, NameRow, build_once, write_index
from geomap.gazetteer._model import (
    PLACES_AT_ONCE,
    RESOURCE_FIELDS,
    SCHEMA_VERSION,
    Candidate,
    NameKind,
    places_of,
)
from geomap.resources._loading import manifest, read_resource

RESOURCE = "gazetteer.tsv.xz"
_SIZE = 100_000_000


def ensure_index(cache_dir: str | os.PathLike[str] | None = None) -> Path:
    """Return the path of the embedded gazetteer's index; build it if it does not exist.

    Several processes may call this at once: one builds, the others wait.

    Raises
    ------
    ResourceDamaged
        If the shipped resource differs from its checksum.
    GazetteerUnwritable
        If the folder is not writable or the disk is full.
    """
    digest = str(manifest().get(RESOURCE, {}).get("sha256", "none"))
    folder = cache_folder(cache_dir)
    target = folder / f"gazetteer-{digest[:16]}-v{SCHEMA_VERSION}.sqlite"
    if target.is_file():
        return target
    content = read_resource(RESOURCE)

    def write(path: Path) -> None:
        with progress_bars() as progress:
            rows = read_rows(content, lambda percent: progress("building the gazetteer index (once)", percent, 200))
            write_index(path, rows)

    return build_once(target, write, needed=_SIZE)


def read_rows(content: bytes, advance: Callable[[int], None] = lambda percent: None) -> IndexRows:
    """Read the packed resource.

    Parameters
    ----------
    content
        The bytes of ``gazetteer.tsv.xz``.
    advance
        Called with the percentage that is done.

    Raises
    ------
    ResourceDamaged
        If the content is not in the format that the recipe writes.
    """
    with _readable():
        sections = _sections(lzma.decompress(content).decode("utf-8"))
        advance(15)
        names = [(folded, int(row), int(kind)) for folded, row, kind in _split(sections["name"])]
        return IndexRows(
            meta={
                **dict(line.split("\t", 1) for line in sections["meta"]),
                "sha256": hashlib.sha256(content).hexdigest(),
            },
            places=_places(sections["place"], names),
            names=_sorted(names, advance),
            countries=[(code, int(row)) for code, row in _split(sections["country"])],
            divisions=[(code, int(row)) for code, row in _split(sections["division"])],
            demonyms=[(form, int(row), sort) for form, row, sort in _split(sections["demonym"])],
            abbreviations=[(form, int(row), sort) for form, row, sort in _split(sections["abbreviation"])],
            stop_names=sections["stop"],
        )


@contextmanager
def _readable() -> Iterator[None]:
    try:
        yield
    except (lzma.LZMAError, UnicodeDecodeError, KeyError, ValueError) as error:
        raise ResourceDamaged(f"cannot read the resource {RESOURCE} ({error}); reinstall geomap-toolkit") from error


def _sections(text: str) -> dict[str, list[str]]:
    sections: dict[str, list[str]] = {}
    for part in f"\n{text}".split("\n#")[1:]:
        header, _, body = part.partition("\n")
        sections[header.partition("\t")[0]] = body.rstrip("\n").split("\n") if body.strip("\n") else []
    return sections


def _split(lines: list[str]) -> Iterator[list[str]]:
    return (line.split("\t") for line in lines)


def _places(lines: list[str], names: list[NameRow]) -> Iterator[Candidate]:
    """Yield the places, and add their names to ``names``."""
    main, alternate = int(NameKind.MAIN), int(NameKind.ALTERNATE)
    with _readable():
        for begin in range(0, len(lines), PLACES_AT_ONCE):
            *columns, alternates = zip(*_split(lines[begin : begin + PLACES_AT_ONCE]), strict=True)
            places = places_of(dict(zip(RESOURCE_FIELDS, columns, strict=True)), first_row=begin + 1)
            for place, folded in zip(places, alternates, strict=True):
                names.append((fold(place.name), place.row, main))
                if folded:
                    names.extend([(name, place.row, alternate) for name in folded.split("|")])
                yield place


def _sorted(names: list[NameRow], advance: Callable[[int], None]) -> Iterator[NameRow]:
    # A generator, because the names are complete only when the places have been consumed.
    advance(60)
    names.sort()
    advance(75)
    yield from names
