"""Pack an index for the wheel, and unpack it: the same bytes come back.

What an index is made of (:data:`geomap.gazetteer._index.BASE`) is rearranged so that it compresses well, each column on its
own: places by division, where neighbors have much in common, names by what they share with the one before. What can be
made again in a moment, such as hashes, is left out.

.. code-block:: text

    magic, length of the contents, contents (JSON: name, length of each stream, and of columns their type), streams (xz)
"""

from __future__ import annotations

import json
import lzma
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING, Any

from geomap.gazetteer._index import BASE, KIND_BITS, OWN_ID, RECORD, add_derived, records_of
from geomap.gazetteer._model import SCHEMA_VERSION
from geomap.gazetteer._sections import Sections, SectionsWriter, Texts

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Column = npt.NDArray[Any]

MAGIC = b"geomap gazetteer 1\n"
_LENGTH_BYTES = 4
_LONGEST_PREFIX = 255
# Sections that are packed as they are.
_JSON = ("features", "countries", "demonyms", "abbreviations", "stop_names", "sources", "meta")
_PLAIN = (
    *("validity_names", "validity_rows", "validity_years", "origins_rows", "origins_sources"),
    *("aliases_rows", "points", "points_rows"),
)
_COLUMNS = tuple(name for name, _ in RECORD if name not in {"name", "area"})
# Two threads take half the time: the compression library lets other threads run.
_THREADS = 4


def pack(path: Path) -> bytes:
    """Return an index as the bytes that ship; the same index always gives the same.

    Raises
    ------
    ValueError
        If its places are not in order of falling population, or a text has more than one line.
    """
    sections = Sections.open(path, SCHEMA_VERSION)
    streams: dict[str, Column | bytes] = {name: bytes(sections.view(name)) for name in _JSON}
    streams |= {name: sections.array(name) for name in _PLAIN}
    streams["origins"] = _lines(Texts(sections, "origins"))
    place_of = _pack_places(sections, streams)
    _pack_names(sections, place_of, streams)
    _pack_divisions(sections, place_of, streams)
    contents, packed = [], []
    for name, stream in streams.items():
        kind, raw = ("", stream) if isinstance(stream, bytes) else (stream.dtype.str, _planes(stream))
        packed.append(_compressed(raw, text=not kind or name == "names_shared"))
        contents.append([name, len(packed[-1]), kind])
    table = json.dumps(contents, separators=(",", ":")).encode()
    return b"".join([MAGIC, len(table).to_bytes(_LENGTH_BYTES, "little"), table, *packed])


def unpack(content: bytes, path: Path) -> None:
    """Write the index that was packed.

    Raises
    ------
    ValueError, LZMAError
        If the content was not written by :func:`pack`.
    """
    streams = _read_streams(content)
    parts: dict[str, Any] = {name: streams[name] for name in (*_JSON, *_PLAIN)}
    parts["origins"], parts["origins_starts"] = _texts(_split(streams["origins"]))
    row_of = _unpack_places(streams, parts)
    names = _unpack_names(streams, row_of, parts)
    codes, rows = _split(streams["division_codes"]), row_of[_undone(streams["division_places"])].tolist()
    parts["divisions"] = json.dumps(
        dict(zip(map(bytes.decode, codes), rows, strict=True)), ensure_ascii=False, separators=(",", ":")
    ).encode()
    with SectionsWriter(path, SCHEMA_VERSION) as sections:
        for name in BASE:
            sections.add(name, parts[name])
        add_derived(sections, names)


def _read_streams(content: bytes) -> dict[str, Any]:
    import numpy as np

    if not content.startswith(MAGIC):
        raise ValueError("not a packed gazetteer")
    begin = len(MAGIC) + _LENGTH_BYTES
    end = begin + int.from_bytes(content[len(MAGIC) : begin], "little")
    contents = json.loads(content[begin:end])
    ends = [end, *accumulate((length for _, length, _ in contents), initial=end)][1:]
    with ThreadPoolExecutor(_THREADS) as pool:
        # The longest first, so that no thread is left with it at the end.
        order = sorted(range(len(contents)), key=lambda number: -contents[number][1])
        raw = dict(
            zip(order, pool.map(lambda at: lzma.decompress(content[ends[at] : ends[at + 1]]), order), strict=True)
        )
    return {
        name: _whole(raw[number], np.dtype(kind)) if kind else raw[number]
        for number, (name, _, kind) in enumerate(contents)
    }


def _compressed(raw: bytes, *, text: bool) -> bytes:
    context = {"lc": 4 if text else 0, "lp": 0, "pb": 0}
    # A dictionary as large as the stream: the preset's would take half a gigabyte of memory for ten bytes.
    size = 1 << max(len(raw).bit_length(), 12)
    filters = [{"id": lzma.FILTER_LZMA2, "preset": 9 | lzma.PRESET_EXTREME, "dict_size": size, **context}]
    return lzma.compress(raw, format=lzma.FORMAT_XZ, check=lzma.CHECK_CRC32, filters=filters)


def _planes(column: Column) -> bytes:
    """Return all lowest bytes of numbers, then all next ones, and so on."""
    return column.view("u1").reshape(len(column), column.itemsize).T.tobytes()


def _whole(planes: bytes, kind: np.dtype[Any]) -> Column:
    import numpy as np

    return np.frombuffer(planes, "u1").reshape(kind.itemsize, -1).T.copy().view(kind).ravel()


def _pack_places(sections: Sections, streams: dict[str, Column | bytes]) -> npt.NDArray[np.int64]:
    """Pack the places, and return the packed place of each row less one."""
    import numpy as np

    records = records_of(sections)
    people = records["population"]
    if (people[1:] > people[:-1]).any():
        raise ValueError("places must come in order of falling population")
    texts = Texts(sections, "areas")
    areas = ["\t".join(texts[3 * area + part] for part in range(3)) for area in range(len(texts) // 3)]
    by_text = sorted(range(len(areas)), key=areas.__getitem__)
    rank = np.empty(len(areas), np.int64)
    rank[by_text] = np.arange(len(areas))
    area = rank[records["area"] & ~np.uint32(OWN_ID)]
    order = np.lexsort((records["geonameid"], area))
    streams["areas"] = _lines(areas[number] for number in by_text)
    streams["place_areas"] = area[order].astype("<u4")
    # The order of rows is that of population; among places of one population, their order is kept as a number.
    begins = (
        np.flatnonzero(np.concatenate([[True], people[1:] != people[:-1]])) if len(people) else np.empty(0, np.int64)
    )
    tie = np.arange(len(people)) - np.repeat(begins, np.diff([*begins, len(people)]))
    streams["place_ties"] = tie[order].astype("<u4")
    for name in _COLUMNS:
        streams[f"place_{name}"] = np.ascontiguousarray(records[name][order])
    for name in ("lat", "lon"):
        streams[f"place_{name}"], streams[f"{name}_unit"] = _scaled(np.ascontiguousarray(records[name][order]))
    own = (records["area"] & OWN_ID).astype(bool)
    streams["place_own"] = own[order].astype("u1")
    names, ids = list(Texts(sections, "place_names")), list(Texts(sections, "ids"))
    streams["place_names"] = _lines(names[row] for row in order.tolist())
    number_of = np.cumsum(own) - 1
    streams["ids"] = _lines(ids[number] for number in number_of[order][own[order]].tolist())
    streams["aliases"] = _lines(ids[int(own.sum()) :])
    place_of = np.empty(len(order), np.int64)
    place_of[order] = np.arange(len(order))
    return place_of


def _scaled(numbers: Column) -> tuple[Column, Column]:
    """Return numbers without their common factor, and the factor."""
    import numpy as np

    factor = max(int(np.gcd.reduce(np.abs(numbers))) if len(numbers) else 1, 1)
    return (numbers // factor).astype("<i4"), np.array([factor], "<i4")


def _unpack_places(streams: Mapping[str, Any], parts: dict[str, Any]) -> npt.NDArray[np.uint32]:
    """Unpack the places, and return the row of each packed one."""
    import numpy as np

    people, own = streams["place_population"], streams["place_own"].astype(bool)
    order = np.lexsort((streams["place_ties"], -people))
    records = np.zeros(len(order) + 1, np.dtype(list(RECORD)))
    for name in _COLUMNS:
        records[name][:-1] = streams[f"place_{name}"][order]
    for name in ("lat", "lon"):
        records[name] *= streams[f"{name}_unit"][0]
    names = _split(streams["place_names"])
    parts["place_names"], parts["place_names_starts"] = _texts(list(map(names.__getitem__, order.tolist())))
    records["name"] = parts["place_names_starts"]
    # Areas are numbered in the order in which the rows need them.
    ranks, areas = streams["place_areas"][order], _split(streams["areas"])
    first = np.zeros(len(areas), np.int64)
    # Backwards, so that of several rows the first remains.
    first[ranks[::-1]] = np.arange(len(ranks) - 1, -1, -1)
    in_turn = np.argsort(first)
    number = np.empty(len(areas), np.uint32)
    number[in_turn] = np.arange(len(areas), dtype=np.uint32)
    records["area"][:-1] = number[ranks] | (own[order] * np.uint32(OWN_ID))
    codes = [code for rank in in_turn.tolist() for code in areas[rank].split(b"\t")]
    parts["areas"], parts["areas_starts"] = _texts(codes)
    parts["places"] = records
    row_of = np.empty(len(order), np.uint32)
    row_of[order] = np.arange(1, len(order) + 1, dtype=np.uint32)
    ids, rows = _split(streams["ids"]), row_of[own]
    by_row = np.argsort(rows)
    parts["ids"], parts["ids_starts"] = _texts([*(ids[at] for at in by_row.tolist()), *_split(streams["aliases"])])
    parts["ids_rows"] = rows[by_row]
    return row_of


def _pack_names(sections: Sections, place_of: npt.NDArray[np.int64], streams: dict[str, Column | bytes]) -> None:
    import numpy as np

    names = [each for block in Texts(sections, "names").raw_blocks() for each in block]
    shared = list(map(_shared, [b"", *names[:-1]], names))
    streams["names_shared"] = np.array(shared, "u1")
    streams["names"] = _joined(name[length:] for name, length in zip(names, shared, strict=True))
    bearers, starts = sections.array("bearers"), sections.array("bearers_starts").astype(np.int64)
    sizes = np.diff(starts)
    streams["names_bearers"] = sizes.astype("<u2" if sizes.max(initial=0) < 1 << 16 else "<u4")
    places, kinds = place_of[(bearers >> KIND_BITS).astype(np.int64) - 1], bearers & ((1 << KIND_BITS) - 1)
    of = np.repeat(np.arange(len(names)), sizes)
    order = np.lexsort((kinds, places, of))
    streams["bearers_places"] = places[order].astype("<u4")
    streams["bearers_kinds"] = kinds[order].astype("u1")


def _shared(one: bytes, other: bytes) -> int:
    """Return how many bytes two texts have in common at their beginnings, at most 255."""
    most = min(len(one), len(other), _LONGEST_PREFIX)
    return next((at for at in range(most) if one[at] != other[at]), most)


def _unpack_names(streams: Mapping[str, Any], row_of: npt.NDArray[np.uint32], parts: dict[str, Any]) -> list[bytes]:
    """Unpack the names, and return them."""
    import numpy as np

    names, name = [], b""
    for shared, rest in zip(streams["names_shared"].tolist(), _split(streams["names"]), strict=True):
        name = name[:shared] + rest
        names.append(name)
    parts["names"], parts["names_starts"] = _texts(names)
    sizes = streams["names_bearers"]
    bearers = (row_of[streams["bearers_places"]] << np.uint32(KIND_BITS)) | streams["bearers_kinds"]
    together = (np.repeat(np.arange(len(names), dtype=np.uint64), sizes) << np.uint64(32)) | bearers
    together.sort()
    parts["bearers"] = together.astype(np.uint32)
    parts["bearers_starts"] = np.concatenate([[0], np.cumsum(sizes)]).astype(np.uint32)
    return names


def _pack_divisions(sections: Sections, place_of: npt.NDArray[np.int64], streams: dict[str, Column | bytes]) -> None:
    import numpy as np

    divisions = sections.json("divisions")
    streams["division_codes"] = _lines(divisions)
    places = place_of[np.array(list(divisions.values()), np.int64) - 1]
    streams["division_places"] = np.diff(places, prepend=0).astype("<i4")


def _undone(differences: Column) -> npt.NDArray[np.int64]:
    import numpy as np

    return np.cumsum(differences, dtype=np.int64)


def _lines(texts: Iterable[str]) -> bytes:
    return _joined(text.encode("utf-8", "surrogatepass") for text in texts)


def _joined(texts: Iterable[bytes]) -> bytes:
    """Return texts as lines, each with its end."""
    every = list(texts)
    if any(b"\n" in text for text in every):
        raise ValueError("a text has more than one line")
    return b"".join(text + b"\n" for text in every)


def _split(lines: bytes) -> list[bytes]:
    return lines.split(b"\n")[:-1]


def _texts(texts: Sequence[bytes]) -> tuple[bytes, npt.NDArray[np.uint32]]:
    """Return the two sections of texts."""
    import numpy as np

    lengths = np.fromiter(map(len, texts), np.uint32, len(texts))
    return b"".join(texts), np.concatenate([[0], np.cumsum(lengths)]).astype(np.uint32)
