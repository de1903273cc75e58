"""The mentions of a map: on its page once for all layers, with where they come from."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from geomap import tables
from geomap._alternatives import alternatives, carries_alternatives
from geomap._version import __version__
from geomap.maps._credits import credit, credit_html
from geomap.maps._disclosure import FULL, Disclosure
from geomap.maps._payload import Payload, corpus_hash, data_block
from geomap.resources._loading import manifest as resource_manifest
from geomap.tables import MENTION_KEY

if TYPE_CHECKING:
    import geopandas as gpd

MANIFEST = "geomap_manifest"
_MAX_ALTERNATIVES = 5
_SHORT = 2_000  # characters: names are read when somebody searches, and may take a moment longer to unpack
_KEY = list(MENTION_KEY)


class Corpus:
    """A mentions table and what a page holds of it.

    Parameters
    ----------
    mentions
        A mentions table.
    embedded, approximate
        Whether names inside other names and approximate places are drawn.

    Attributes
    ----------
    key
        An id made from the table and what is drawn of it: layers with the same key share one block of data.
    """

    def __init__(self, mentions: gpd.GeoDataFrame, *, embedded: bool = False, approximate: bool = False) -> None:
        self.mentions = mentions
        tables.require_table(mentions, what="mentions")
        self.hash = corpus_hash(mentions)
        self._embedded, self._approximate = embedded, approximate
        self.key = f"geomap_{self.hash[:16]}" + "_embedded" * embedded + "_approximate" * approximate
        self._payload = self._made(FULL)

    def payload(self, disclosure: Disclosure = FULL) -> Payload:
        """Return what is drawn, with as much of the articles as may be disclosed."""
        if self._payload.disclosure != disclosure:
            self._payload = self._made(disclosure)
        return self._payload

    def _made(self, disclosure: Disclosure) -> Payload:
        which = {"embedded": self._embedded, "approximate": self._approximate}
        return Payload(self.mentions, disclosure, **which, switchable=True)

    def drawn_ids(self, disclosure: Disclosure) -> pd.Series[str]:
        """Return the ``place_id`` of every mention on the map as in the table, even where places are merged."""
        return self.mentions["place_id"].iloc[self.payload(disclosure).order]

    def attribution(self, disclosure: Disclosure) -> str:
        """Return the attribution of the places as HTML with links."""
        return credit_html(self.drawn_ids(disclosure))

    def blocks(self, disclosure: Disclosure) -> dict[str, str]:
        """Return the elements that hold the corpus on a page, by id: numbers, names to search, text if it is disclosed."""
        payload = self.payload(disclosure)
        blocks = {
            self.key: data_block(self.key, {"key": self.key, "hash": self.hash, **payload.numbers}),
            f"{self.key}_names": data_block(f"{self.key}_names", payload.names.searched(), plain_up_to=_SHORT),
        }
        words = payload.words()
        if words is not None:
            blocks[f"{self.key}_words"] = data_block(f"{self.key}_words", words)
        return blocks

    def alternatives(self, table: pd.DataFrame | None, disclosure: Disclosure) -> dict[str, Any] | None:
        """Return the runners-up of the mentions for the page, None if they are unknown or may not be disclosed.

        Parameters
        ----------
        table
            What :func:`geomap.alternatives` returns; None to use those that the mentions table carries.
        disclosure
            How much of the articles the page may hold.
        """
        if disclosure.text == "none" or not set(_KEY).issubset(self.mentions.columns):
            return None
        if table is None:
            if not carries_alternatives(self.mentions):
                return None
            table = alternatives(self.mentions)
        shown = self.mentions.iloc[self.payload(disclosure).order]
        # Of places that are left out, not even the name of a candidate may be on the page.
        on_page = pd.MultiIndex.from_frame(table[_KEY]).isin(pd.MultiIndex.from_frame(shown[_KEY]))
        table = table[on_page & table["lat"].notna() & table["lon"].notna()]
        return None if table.empty else _packed(table, shown)

    def manifest(self, extra: Mapping[str, object], disclosure: Disclosure) -> list[list[str]]:
        """Return where the map comes from, for its readers, as pairs of a label and a text.

        Parameters
        ----------
        extra
            Further entries by label; they replace those of the same label.
        disclosure
            How much of the articles the page holds.
        """
        totals = self.payload(disclosure).numbers["totals"]
        entries: dict[str, object] = {
            "Made with": f"geomap {__version__}",
            "Date": _today().isoformat(),
            "Corpus": f"{totals['articles']:,} articles, {totals['mentions']:,} mentions, "
            f"{totals['resolved']:,} of them resolved",
            "Corpus hash (SHA-256)": self.hash,
            "Words of the articles": _TEXT_LABELS[disclosure.text],
        }
        if disclosure.min_articles > 1:
            entries["Places left out"] = f"those in fewer than {disclosure.min_articles} articles"
        if disclosure.coarsen:
            entries["Places merged by"] = {"admin1": "division", "country": "country"}[disclosure.coarsen]
        resources = resource_manifest()
        for name, label in (("gazetteer.pack", "Gazetteer of this geomap"), ("basemap.json.gz", "Basemap")):
            if entry := resources.get(name):
                entries[label] = f"{entry.get('licence', '')}; SHA-256 {entry.get('sha256', '')}"
        carried = self.mentions.attrs.get(MANIFEST)
        entries |= carried if isinstance(carried, Mapping) else {}
        entries |= extra
        shapes = "Natural Earth, US Census Bureau (public domain)"
        entries["Attribution"] = f"Places: {credit(self.drawn_ids(disclosure))}. Shapes: {shapes}."
        return [[str(label), str(value)] for label, value in entries.items()]


_TEXT_LABELS = {"full": "whole sentences", "snippets": "a few words around each mention", "none": "none"}


def _today() -> dt.date:
    """Return the date in UTC; reproducible builds set it with ``$SOURCE_DATE_EPOCH``."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    return (dt.datetime.fromtimestamp(float(epoch), tz=dt.UTC) if epoch else dt.datetime.now(tz=dt.UTC)).date()


def _packed(table: pd.DataFrame, mentions: pd.DataFrame) -> dict[str, Any]:
    """Return every candidate once, and for each mention of the page its candidates and their probabilities.

    A mention refers to a list of pairs (candidate, percent); mentions with the same list share it.
    """
    codes, ids = pd.factorize(table["place_id"])
    first = table.iloc[np.unique(codes, return_index=True)[1]]
    percent = np.round(100 * table["probability"].to_numpy()).astype(int)
    pairs_of: dict[tuple[Any, ...], list[int]] = {}
    keys = zip(*(table[name].tolist() for name in _KEY), strict=True)
    for key, code, value in zip(keys, codes.tolist(), percent.tolist(), strict=True):
        pairs = pairs_of.setdefault(key, [])
        if len(pairs) < 2 * (1 + _MAX_ALTERNATIVES):  # the choice comes first
            pairs += (code, value)
    number_of: dict[tuple[int, ...], int] = {}
    rows = [
        number_of.setdefault(tuple(pairs_of.get(key, ())), len(number_of))
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
        "lists": [list(pairs) for pairs in number_of],
        "rows": rows,
    }
