"""What a widget and the page of its map tell each other, checked, and which mentions they mean by it."""

from __future__ import annotations

import base64
import binascii
import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from numbers import Integral, Real
from types import MappingProxyType
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from geomap import tables
from geomap._checks import described, of_kind, one_of, wrong_kind
from geomap.corrections import read_corrections
from geomap.errors import InvalidCorrections, InvalidTable
from geomap.maps._payload import Payload
from geomap.tables import Bools, Ints

Filters = Mapping[str, Any]

_DAYS, _CHOICES, _SWITCHES = ("from", "to"), ("sources", "kinds"), ("possible", "embedded", "approximate")
_FILTERS = (*_DAYS, *_CHOICES, "certain", *_SWITCHES, "text")
_CERTAIN = 50  # percent: what counts as certain until a reader moves the line
_LONGEST_TEXT, _LONGEST_NAME = 200, 1_000  # characters
_FARTHEST, _CLOSEST = 540, 24  # degrees of longitude, zoom
_KEY = list(tables.MENTION_KEY)


class WidgetPage:
    """The mentions of a widget as its page holds them, and what may be said of them.

    Parameters
    ----------
    mentions
        The mentions table.
    payload
        What the page holds of it.
    shown
        Whether the page opens with names inside other names (``embedded``) and approximate places (``approximate``).
    """

    def __init__(self, mentions: gpd.GeoDataFrame, payload: Payload, *, shown: Mapping[str, bool]) -> None:
        # What happens to the caller's table later does not move these rows.
        self.mentions = mentions.copy(deep=False)
        self._order = payload.order
        self._ids = payload.places["place_id"].astype(str).to_list()
        self._number = {place_id: number for number, place_id in enumerate(self._ids)}
        begins = np.asarray(payload.numbers["places"]["rows"], dtype=np.int64)
        self._place = np.repeat(np.arange(len(self._ids)), np.diff(begins))
        # Articles without a source go by an empty name.
        self._names = {"sources": [*payload.numbers["sources"], ""], "kinds": payload.numbers["kinds"]}
        self._opening = {**dict.fromkeys(_DAYS), **dict.fromkeys(_CHOICES), "certain": _CERTAIN, "possible": True}
        self._opening |= {"text": "", **shown}

    def selected(self, value: Any) -> tuple[str, ...]:
        """Return the places that a value names: ``place_id``, several of them, or a table."""
        if isinstance(value, pd.DataFrame):
            rows = self._rows(self._positions_in(value, "selected"))
            return tuple(self._ids[number] for number in np.unique(self._place[rows]).tolist())
        ids = (value,) if isinstance(value, str) else value
        if not isinstance(ids, Iterable) or isinstance(ids, bytes | Mapping):
            raise wrong_kind("selected", value, "place_ids (str) of the map, or a table with the column place_id")
        names = tuple(of_kind("selected", one, str, "place_ids (str) of the map") for one in ids)
        unknown = [one for one in names if one not in self._number]
        if unknown:
            raise InvalidTable(
                f"selected names {unknown[0]!r}, which is no place of this map; give values of the column place_id of "
                "its mentions"
            )
        return tuple(dict.fromkeys(names))

    def view(self, value: Any) -> tuple[float, float, float] | None:
        """Return latitude, longitude and zoom, rounded as the page does; None before the page has said its own."""
        if value is None:
            return None
        if isinstance(value, str) or not isinstance(value, Sequence) or len(value) != 3:
            raise wrong_kind("view", value, "(latitude, longitude, zoom)")
        lat, lon, zoom = (
            float(of_kind("view", part, Real, "(latitude, longitude, zoom), three numbers")) for part in value
        )
        if not (abs(lat) <= 90 and abs(lon) <= _FARTHEST):
            raise InvalidTable(f"view is at latitude {lat:g}, longitude {lon:g}, which is not on the earth")
        if not 0 <= zoom <= _CLOSEST:
            raise InvalidTable(f"view has zoom {zoom:g}; it must be from 0, the world, to {_CLOSEST}")
        return round(lat, 5), round(lon, 5), round(zoom, 2)

    def filters(self, value: Any) -> Filters:
        """Return filters with every key, those that are not given as the map opens with them."""
        if not isinstance(value, Mapping):
            raise wrong_kind("filters", value, f"a dict of {', '.join(_FILTERS)}")
        for name in value:
            one_of("a key of filters", name, _FILTERS)
        given = {**self._opening, **value}
        days = {name: _day(name, given[name]) for name in _DAYS}
        if days["from"] and days["to"] and days["from"] > days["to"]:
            raise InvalidTable(f"filters: from {days['from']} is after to {days['to']}")
        return MappingProxyType(
            {
                **days,
                **{name: self._chosen(name, given[name]) for name in _CHOICES},
                "certain": _percent(given["certain"]),
                **{name: _switch(name, given[name]) for name in _SWITCHES},
                "text": _text(given["text"]),
            }
        )

    def _chosen(self, name: str, value: Any) -> tuple[str, ...] | None:
        if value is None:
            return None
        names = [value] if isinstance(value, str) else value
        if not isinstance(names, Iterable) or isinstance(names, bytes | Mapping):
            raise wrong_kind(f"filters: {name}", value, "a list of names (str), or None for all")
        wanted = {of_kind(f"filters: {name}", one, str, "a list of names (str), or None for all") for one in names}
        unknown = sorted(wanted.difference(self._names[name]))
        if unknown:
            raise InvalidTable(f"filters: no mention of this map is of the {name[:-1]} {unknown[0]!r}")
        return tuple(one for one in self._names[name] if one in wanted) or None

    def only(self, value: Any) -> tuple[int, ...] | None:
        """Return the positions of the mentions that a value means: a table, truth by row, or positions; None for all."""
        if value is None:
            return None
        if isinstance(value, pd.DataFrame):
            return tuple(self._positions_in(value, "only").tolist())
        if isinstance(value, pd.Series | np.ndarray) and value.dtype in (bool, "boolean"):
            if len(value) != len(self.mentions):
                raise InvalidTable(f"only has {len(value):,} values; the table has {len(self.mentions):,} mentions")
            return tuple(np.flatnonzero(np.asarray(value, dtype=bool)).tolist())
        wanted = "a table of mentions or places, truth by mention, positions in the table (int), or None for all"
        if isinstance(value, str | bytes | Mapping) or not isinstance(value, Iterable):
            raise wrong_kind("only", value, wanted)
        positions = sorted({int(_whole("only", one, wanted)) for one in value})
        if positions and not 0 <= positions[0] <= positions[-1] < len(self.mentions):
            wrong = positions[0] if positions[0] < 0 else positions[-1]
            raise InvalidTable(f"only holds {wrong}; positions in the table are from 0 to {len(self.mentions) - 1}")
        return tuple(positions)

    def corrections(self, value: Any) -> tuple[dict[str, Any], ...]:
        """Return corrections as the page keeps them."""
        rows = read_corrections(value)
        for number, row in enumerate(rows, start=1):
            if not row.get("rule"):
                row.pop("rule", None)
                row["article_id"] = str(row["article_id"])
                one_of(f"corrections, row {number}: field", row["field"], tables.FIELDS)
            if row["verdict"] == "moved":
                row.setdefault("name", row["place_id"])
            long = [name for name, text in row.items() if isinstance(text, str) and len(text) > _LONGEST_NAME]
            if long:
                raise InvalidCorrections(
                    f"corrections, row {number}: {long[0]} has more than {_LONGEST_NAME:,} characters"
                )
        return tuple(rows)

    def of_places(self, ids: Iterable[str]) -> gpd.GeoDataFrame:
        """Return the mentions of places of the map, in the order of the table."""
        numbers = [self._number[one] for one in ids]
        return self._at(np.isin(self._place, numbers))

    def of_rows(self, packed: str) -> gpd.GeoDataFrame:
        """Return the mentions in rows of the page, in the order of the table."""
        return self._at(self._unpacked(packed))

    def packed(self, positions: Iterable[int] | None) -> str | None:
        """Return mentions as the page's rows, a bit each, in base64; None for all."""
        if positions is None:
            return None
        rows = self._rows(np.fromiter(positions, dtype=np.int64))
        return base64.b64encode(np.packbits(rows, bitorder="little").tobytes()).decode("ascii")

    def unpacked(self, packed: Any) -> tuple[int, ...] | None:
        """Return the positions of mentions from the page's rows."""
        if packed is None:
            return None
        return tuple(np.sort(self._order[self._unpacked(packed)]).tolist())

    def _unpacked(self, packed: Any) -> Bools:
        try:
            data = base64.b64decode(of_kind("rows of a map", packed, str, "text (str)"), validate=True)
        except binascii.Error as error:
            raise InvalidTable(f"rows of a map must be base64: {error}") from error
        bits = np.unpackbits(np.frombuffer(data, dtype=np.uint8), bitorder="little")
        if not len(self._order) <= len(bits) < len(self._order) + 8:
            raise InvalidTable(f"rows of a map must be {len(self._order):,} bits; got {len(bits):,}")
        return bits[: len(self._order)].astype(bool)

    def _rows(self, positions: Ints) -> Bools:
        """Return which rows of the page are mentions at these positions of the table."""
        return np.isin(self._order, positions)

    def _at(self, rows: Bools) -> gpd.GeoDataFrame:
        return self.mentions.iloc[np.sort(self._order[rows])]

    def _positions_in(self, table: pd.DataFrame, what: str) -> Ints:
        """Return the positions of the mentions that a table holds: by their offsets, else by their places."""
        if {*_KEY} <= {*table.columns} & {*self.mentions.columns}:
            return np.flatnonzero(_keys(self.mentions).isin(_keys(table)))
        tables.require_columns(table, ("place_id",), what=what)
        return np.flatnonzero(self.mentions["place_id"].isin(table["place_id"].dropna()).to_numpy())


def _keys(table: pd.DataFrame) -> pd.MultiIndex:
    """Return what names each mention, whatever its columns are made of."""
    return pd.MultiIndex.from_arrays(
        [table[name].astype(str) if name in ("article_id", "field") else table[name].astype("int64") for name in _KEY]
    )


def _whole(name: str, value: Any, wanted: str) -> Any:
    if not isinstance(value, Integral) or isinstance(value, bool):
        raise wrong_kind(name, value, wanted)
    return value


def _day(name: str, value: Any) -> str | None:
    """Return a day as text, None for no end."""
    if value is None:
        return None
    if isinstance(value, dt.datetime):
        value = value.date()
    try:
        day = dt.date.fromisoformat(value) if isinstance(value, str) else of_kind(name, value, dt.date, "")
    except (ValueError, TypeError) as error:
        raise InvalidTable(
            f"filters: {name} must be a day such as '2018-07-01', a date, or None; got {described(value)}"
        ) from error
    return day.isoformat()


def _percent(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, Real):
        raise wrong_kind("filters: certain", value, "a percentage (a number from 0 to 100)")
    percent = float(value)
    if not 0 <= percent <= 100:
        raise InvalidTable(f"filters: certain must be a percentage, from 0 to 100; got {value}")
    return round(percent)


def _switch(name: str, value: Any) -> bool:
    return bool(of_kind(f"filters: {name}", value, (bool, np.bool_), "True or False"))


def _text(value: Any) -> str:
    text: str = of_kind("filters: text", value, str, "text (str), empty for all")
    if len(text) > _LONGEST_TEXT:
        raise InvalidTable(f"filters: text has {len(text):,} characters; at most {_LONGEST_TEXT} can be searched for")
    return text
