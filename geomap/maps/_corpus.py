"""The mentions of a map, put on its page once for all the layers that draw them."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from geomap import tables
from geomap.maps._disclosure import FULL, Disclosure
from geomap.maps._payload import NEEDED, Payload, corpus_hash, data_block

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

_FROM_OSM = ("nominatim:", "photon:", "pickpoint:", "openmapquest:")
_LINK = '<a href="{url}" target="_blank" rel="noopener noreferrer">{words}</a>'
_GEONAMES = f"{_LINK.format(url='https://www.geonames.org/', words='GeoNames')} (CC BY 4.0)"
_OSM = f"© {_LINK.format(url='https://www.openstreetmap.org/copyright', words='OpenStreetMap contributors')} (ODbL)"


def from_openstreetmap(place_ids: pd.Series[str]) -> bool:
    """Return whether any of the places comes from OpenStreetMap, whose license asks that a map says so."""
    ids = place_ids.dropna().astype(str)
    return bool(ids.str.startswith(_FROM_OSM).any())


def credit(place_ids: pd.Series[str]) -> str:
    """Return whose places these are, in words.

    Examples
    --------
    >>> import pandas as pd
    >>> credit(pd.Series(["geonames:99072", "nominatim:N123"]))
    'GeoNames (CC BY 4.0), © OpenStreetMap contributors (ODbL)'
    """
    return "GeoNames (CC BY 4.0)" + (", © OpenStreetMap contributors (ODbL)" if from_openstreetmap(place_ids) else "")


def credit_html(place_ids: pd.Series[str]) -> str:
    """Return whose places these are, with links, for the corner of a map."""
    return f"{_GEONAMES}, {_OSM}" if from_openstreetmap(place_ids) else _GEONAMES


ALTERNATIVES = "geomap_alternatives"  # where geoparse leaves them in a table's attrs
MANIFEST = "geomap_manifest"
_RUNNERS_UP = 5
_KEY = ("article_id", "field", "start", "end")


class Corpus:
    """A mentions table on its way to a page.

    Parameters
    ----------
    mentions
        A mentions table.

    Attributes
    ----------
    key
        A short name for the table: the same mentions have the same key, and so one block of data on a page.
    disclosure
        How much of it may travel.
    """

    def __init__(self, mentions: gpd.GeoDataFrame) -> None:
        self.mentions = mentions
        self.disclosure = FULL
        tables.require_columns(mentions, NEEDED, what="mentions")
        self._payload: Payload | None = None
        self.hash = corpus_hash(mentions)
        self.key = f"geomap_{self.hash[:16]}"

    def disclose(self, disclosure: Disclosure) -> None:
        """Let that much travel from now on."""
        if disclosure != self.disclosure:
            self._payload = None
            self.disclosure = disclosure

    @property
    def payload(self) -> Payload:
        """What is drawn, as it may travel under ``disclosure``."""
        if self._payload is None:
            self._payload = Payload(self.mentions, self.disclosure)
        return self._payload

    @property
    def drawn_ids(self) -> pd.Series[str]:
        """The ``place_id`` of every mention on the map, as the table has it, also where places are merged."""
        return self.mentions["place_id"].iloc[self.payload.order]

    @property
    def attribution(self) -> str:
        """Whose places these are, as HTML with links."""
        return credit_html(self.drawn_ids)

    def blocks(self) -> dict[str, str]:
        """Return the elements that hold the corpus on a page, by id: the numbers, and the words where they travel."""
        found = {self.key: data_block(self.key, {"key": self.key, **self.payload.numbers})}
        words = self.payload.words()
        if words is not None:
            found[f"{self.key}_words"] = data_block(f"{self.key}_words", words)
        return found

    def alternatives(self, table: pd.DataFrame | None) -> dict[str, Any] | None:
        """Return the runners-up of the mentions for the page, None where they are not known or may not travel.

        Parameters
        ----------
        table
            What :func:`geomap.alternatives` returns; None for those that the mentions table carries itself.
        """
        if self.disclosure.text == "none" or not set(_KEY).issubset(self.mentions.columns):
            return None
        if table is None:
            carried: Any = self.mentions.attrs.get(ALTERNATIVES)
            if not hasattr(carried, "table"):
                return None
            table = carried.table(self.mentions)
        shown = self.mentions.iloc[self.payload.order]
        # Of places that are left out not even a candidate's name travels.
        spans = pd.MultiIndex.from_frame(table[list(_KEY)]).isin(pd.MultiIndex.from_frame(shown[list(_KEY)]))
        table = table[spans & table["lat"].notna() & table["lon"].notna()]
        return None if table.empty else _packed(table, shown)

    def manifest(self, given: Mapping[str, object]) -> list[list[str]]:
        """Return what a reader may want to know of where the map comes from, as pairs of a name and words."""
        import geomap
        from geomap.resources._loading import manifest

        resources = manifest()
        today = (
            dt.datetime.fromtimestamp(float(os.environ["SOURCE_DATE_EPOCH"]), tz=dt.UTC).date()
            if ("SOURCE_DATE_EPOCH" in os.environ)
            else dt.datetime.now(tz=dt.UTC).date()
        )
        totals = self.payload.numbers["totals"]
        told: dict[str, object] = {
            "Made with": f"geomap {geomap.__version__}",
            "Date": today.isoformat(),
            "Corpus": f"{totals['articles']:,} articles, {totals['mentions']:,} mentions, "
            f"{totals['resolved']:,} of them resolved",
            "Corpus hash (SHA-256)": self.hash,
            "Words of the articles": _TOLD[self.disclosure.text],
        }
        if self.disclosure.min_articles > 1:
            told["Places left out"] = f"those in fewer than {self.disclosure.min_articles} articles"
        if self.disclosure.coarsen:
            told["Places merged by"] = {"admin1": "division", "country": "country"}[self.disclosure.coarsen]
        for name, label in (("gazetteer.tsv.xz", "Gazetteer of this geomap"), ("basemap.json.gz", "Basemap")):
            if entry := resources.get(name):
                told[label] = f"{entry.get('licence', '')}; SHA-256 {entry.get('sha256', '')}"
        carried = self.mentions.attrs.get(MANIFEST)
        told |= {str(name): value for name, value in (carried if isinstance(carried, Mapping) else {}).items()}
        told |= {str(name): value for name, value in given.items()}
        shapes = "Natural Earth, US Census Bureau (public domain)"
        told["Attribution"] = f"Places: {credit(self.drawn_ids)}. Shapes: {shapes}."
        return [[name, str(value)] for name, value in told.items()]


_TOLD = {"full": "whole sentences", "snippets": "a few words around each mention", "none": "none"}


def _packed(table: pd.DataFrame, mentions: pd.DataFrame) -> dict[str, Any]:
    """Return the candidates once each, and for every mention of the page which it had and how likely they were."""
    codes, ids = pd.factorize(table["place_id"])
    first = table.iloc[np.unique(codes, return_index=True)[1]]
    percent = np.round(100 * table["probability"].to_numpy()).astype(int)
    lists: dict[tuple[Any, ...], list[int]] = {}
    keys = zip(*(table[name].tolist() for name in _KEY), strict=True)
    for key, code, value in zip(keys, codes.tolist(), percent.tolist(), strict=True):
        kept = lists.setdefault(key, [])
        if len(kept) < 2 * (_RUNNERS_UP + 1):
            kept += (code, value)
    numbers: dict[tuple[int, ...], int] = {}
    of_rows = [
        numbers.setdefault(tuple(lists.get(key, ())), len(numbers))
        for key in zip(*(mentions[name].tolist() for name in _KEY), strict=True)
    ]
    return {
        "features": {
            "id": [str(place_id) for place_id in ids],
            "name": first["name"].fillna("").astype(str).to_list(),
            "country": first["country_code"].fillna("").astype(str).to_list(),
            "admin1": first["admin1_code"].fillna("").astype(str).to_list(),
            "code": first["feature_code"].fillna("").astype(str).to_list(),
            "population": [int(value) for value in first["population"].fillna(0)],
            "lat": first["lat"].astype(float).round(5).to_list(),
            "lon": first["lon"].astype(float).round(5).to_list(),
        },
        "lists": [list(pairs) for pairs in numbers],
        "rows": of_rows,
    }
