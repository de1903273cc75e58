"""The gazetteer that ships with geomap: unpacked once, at first use, into an index in the user's cache folder."""

from __future__ import annotations

import hashlib
import lzma
import os
from collections.abc import Callable, Iterator
from pathlib import Path

from geomap.errors import ResourceDamaged
from geomap.gazetteer._folding import fold
from geomap.gazetteer._index import (
    SCHEMA_VERSION,
    IndexRows,
    NameRow,
    PlaceRow,
    build_once,
    cache_folder,
    progress_bar,
    write_index,
)
from geomap.gazetteer._model import NameKind
from geomap.resources._loading import manifest, read_resource

RESOURCE = "gazetteer.tsv.xz"
_SIZE = 100_000_000


def ensure_index(cache_dir: str | os.PathLike[str] | None = None) -> Path:
    """Return the path of the embedded gazetteer's index; build it if it is not there.

    Several processes may call this at once: one builds, the others wait. The index appears whole or not at all.

    Raises
    ------
    ResourceDamaged
        If the shipped resource differs from its checksum.
    GazetteerUnwritable
        If the folder cannot be written or the disk is full.
    """
    digest = str(manifest().get(RESOURCE, {}).get("sha256", "none"))
    folder = cache_folder(cache_dir)
    target = folder / f"gazetteer-{digest[:16]}-v{SCHEMA_VERSION}.sqlite"
    if target.is_file():
        return target
    content = read_resource(RESOURCE)

    def write(path: Path) -> None:
        with progress_bar("building the gazetteer's index (once)") as advance:
            rows = read_rows(content, lambda share: advance(0.5 * share))
            write_index(path, rows)

    return build_once(target, write, needed=_SIZE)


def read_rows(content: bytes, advance: Callable[[float], None] = lambda share: None) -> IndexRows:
    """Read the packed resource.

    Parameters
    ----------
    content
        The bytes of ``gazetteer.tsv.xz``.
    advance
        Called with the share of the work that is done, in [0, 1].

    Raises
    ------
    ResourceDamaged
        If the content is not what the recipe writes.
    """
    try:
        sections = _sections(lzma.decompress(content).decode("utf-8"))
        advance(0.15)
        places, names = _places(sections["place"])
        advance(0.6)
        names.extend((folded, int(row), int(kind)) for folded, row, kind in _split(sections["name"]))
        names.sort()
        advance(0.75)
        return IndexRows(
            meta={
                **dict(line.split("\t", 1) for line in sections["meta"]),
                "sha256": hashlib.sha256(content).hexdigest(),
            },
            places=places,
            names=names,
            countries=[(code, int(row)) for code, row in _split(sections["country"])],
            divisions=[(code, int(row)) for code, row in _split(sections["division"])],
            demonyms=[(form, int(row), sort) for form, row, sort in _split(sections["demonym"])],
            abbreviations=[(form, int(row), sort) for form, row, sort in _split(sections["abbreviation"])],
            stop_names=sections["stop"],
        )
    except (lzma.LZMAError, UnicodeDecodeError, KeyError, ValueError) as error:
        raise ResourceDamaged(f"the resource {RESOURCE} cannot be read ({error}); reinstall geomap-toolkit") from error


def _sections(text: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for part in f"\n{text}".split("\n#")[1:]:
        header, _, body = part.partition("\n")
        found[header.partition("\t")[0]] = body.rstrip("\n").split("\n") if body.strip("\n") else []
    return found


def _split(lines: list[str]) -> Iterator[list[str]]:
    return (line.split("\t") for line in lines)


def _places(lines: list[str]) -> tuple[list[PlaceRow], list[NameRow]]:
    places: list[PlaceRow] = []
    names: list[NameRow] = []
    main, alternate = int(NameKind.MAIN), int(NameKind.ALTERNATE)
    for row, line in enumerate(lines, start=1):
        name, number, own, lat, lon, kind, code, country, first, second, people, count, others = line.split("\t")
        places.append(
            (
                row,
                own or None,
                int(number) if number else None,
                name,
                float(lat),
                float(lon),
                kind,
                code or None,
                country or None,
                first or None,
                second or None,
                int(people),
                int(count),
            )
        )
        names.append((fold(name), row, main))
        if others:
            names.extend([(other, row, alternate) for other in others.split("|")])
    return places, names
