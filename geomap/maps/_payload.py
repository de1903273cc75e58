"""Mentions as the columns of numbers and text that a map's script reads.

Numbers and text are separate: a page draws its places from the numbers, and unpacks the sentences only when a reader
opens or searches them. Every distinct article and sentence is stored once. Rows are mentions; those of a place are
adjacent, newest article first. Columns that grow within a place are stored as differences, which compress well.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from geomap import tables
from geomap.maps._disclosure import FULL, Disclosure, coarsened, shortened
from geomap.maps._highlights import find_highlights
from geomap.maps._markup import json_for_html, web_link
from geomap.maps._names import PlaceNames
from geomap.tables import Bools, Ints

if TYPE_CHECKING:
    import geopandas as gpd

REQUIRED = ("article_id", "place_id", "name")
_OF_PLACE = ("name", "country_code", "country", "admin1", "feature_class", "feature_code")
# Columns that a table may lack: the map then does without what they show.
_OPTIONAL = ("toponym", "confidence", "sentence", "title", "published", "source", "url", *_OF_PLACE)
_OF_MENTION = ("field", "start", "end", "kind", "precision", "radius_km", "language", "checked")
_USED = ("article_id", "place_id", *_OPTIONAL, *_OF_MENTION)
_LARGEST_PLAIN = 500_000  # characters; larger data is compressed
_LEVEL = 6  # of gzip: 5 % smaller than 4, for a third of a second per hundred thousand sentences
_KINDS = {
    "P": "town or city",
    "A": "division",
    "L": "region or area",
    "H": "river, lake or sea",
    "T": "mountain, island or landform",
    "S": "building or site",
    "R": "road or railway",
    "V": "forest or heath",
    "U": "undersea feature",
    "X": "body of states",
}
_CAPITALS = {"PPLC": "capital city", "PPLA": "regional capital"}
_DIVISIONS = {"ADM1": "first-level division", "ADM2": "second-level division", "ADM3": "third-level division"}
# What stands in front of the id of a place for what lies somewhere in it: it is drawn apart.
_WITHIN = "within:"
_EVERYTHING = {"embedded": True, "approximate": True}
_VERDICTS = ("", "right", "moved", "not a place")


class Payload:
    """What a map shows of a mentions table, in the order in which its page holds it.

    Parameters
    ----------
    mentions
        A mentions table. Only resolved mentions with a point become part of a place; all are counted in ``totals``.
    disclosure
        How much of the articles the page may hold.
    embedded, approximate
        Whether names inside other names and approximate places count, as for :func:`geomap.tables.is_counted`.
    switchable
        Whether those that do not count are there all the same, for a reader to bring; never in a page that leaves places
        out or merges them.

    Attributes
    ----------
    places
        One row per place, most mentions that count first, then by ``place_id``; with ``lon``, ``lat``, ``mentions``, the
        ``form`` that it is drawn in and, for a ring, its ``radius_km``. What lies somewhere in a place is a place apart.
    shown
        Those of them with a mention that counts.
    names
        What the places are called.
    order
        The position in ``mentions`` of each row of the page.
    numbers
        For the page: ``totals``, ``places``, ``rows``, ``articles``, ``sources`` and ``kinds``, ready for JSON.

    Raises
    ------
    ColumnMissing
        If the mentions lack ``article_id``, ``place_id``, ``name`` or a geometry.
    """

    def __init__(
        self,
        mentions: gpd.GeoDataFrame,
        disclosure: Disclosure = FULL,
        *,
        embedded: bool = False,
        approximate: bool = False,
        switchable: bool = False,
    ) -> None:
        tables.require_columns(mentions, REQUIRED, what="mentions")
        self.disclosure = disclosure
        self._which = {"embedded": embedded, "approximate": approximate}
        counted, resolved = (tables.is_counted(mentions, **which) for which in (self._which, _EVERYTHING))
        whole = disclosure.min_articles == 1 and disclosure.coarsen is None
        drawn = _drawn(mentions, resolved if switchable and whole else counted)
        table = coarsened(drawn.assign(_counts=counted[drawn["_row"]]), disclosure)
        codes, ids = pd.factorize(table["place_id"].astype(str), sort=True)
        if disclosure.min_articles > 1 and len(table):
            kept = _in_enough_articles(codes, pd.factorize(table["article_id"])[0], disclosure.min_articles)
            table, codes = table[kept], codes[kept]
        articles, article_codes = _articles(table)
        # Number the places by their mentions, most first; `ids` is sorted, which breaks ties.
        size, shown = (
            np.bincount(of, minlength=len(ids)) for of in (codes, codes[table["_counts"].to_numpy(dtype=bool)])
        )
        ranked = np.lexsort((-size, -shown))[: int((size > 0).sum())]
        number = np.empty(len(ids), dtype=np.int64)
        number[ranked] = np.arange(len(ranked))
        place = number[codes]
        start = table["start"].to_numpy() if "start" in table.columns else np.arange(len(table))
        sort = np.lexsort((start, article_codes, place))  # by place, then article, then text order
        self._table, self._place, self._article = table.iloc[sort], place[sort], article_codes[sort]
        self.order: Ints = self._table["_row"].to_numpy(dtype=np.int64)
        begins = np.concatenate([[0], np.cumsum(size[ranked])]).astype(np.int64)
        self.places = _with_forms(_representatives(self._table, begins), self._table, begins).assign(
            place_id=ids.to_numpy()[ranked] if len(ids) else [], mentions=shown[ranked]
        )
        self.shown = self.places[self.places["mentions"] > 0]
        self.names = PlaceNames(table, place, self.places, written=disclosure.text != "none")
        self._articles = articles
        totals = {
            "articles": int(mentions["article_id"].nunique()),
            "mentions": len(mentions),
            "resolved": int((resolved & ~tables.is_approximate(mentions)).sum()),
        }
        self.numbers = self._numbers(totals, begins)

    def _numbers(self, totals: dict[str, int], begins: Ints) -> dict[str, Any]:
        table = self._table
        kinds, kind_names = _kinds(table)
        sources, source_names = pd.factorize(pd.Series(words(self._articles["source"])))
        named = source_names.to_numpy() != "" if len(source_names) else np.zeros(0, dtype=bool)
        rename = np.where(named, np.cumsum(named) - 1, -1)
        days = self._articles["published"].to_numpy(dtype="datetime64[D]")
        dated = (~np.isnat(days)).tolist()
        content: dict[str, Any] = {
            "totals": totals,
            "text": self.disclosure.text,
            "shown": self._which,
            "places": _place_columns(self.places) | self.names.columns() | {"rows": begins.tolist()},
            "rows": {
                "article": differences(self._article, begins).tolist(),
                "confidence": percents(table["confidence"]).tolist(),
                "kind": kinds.tolist(),
                "radius": _radii(table),
            },
            "kinds": kind_names,
            "sources": [str(name) for name, one in zip(source_names, named, strict=True) if one],
            "articles": {
                "source": rename[sources].tolist() if len(sources) else [],
                "day": [
                    day if known else None for day, known in zip(days.astype(np.int64).tolist(), dated, strict=True)
                ],
            },
        }
        if "checked" in table.columns and table["checked"].notna().any():
            known = {name: code for code, name in enumerate(_VERDICTS)}
            content["rows"]["checked"] = [known.get(name, 0) for name in words(table["checked"])]
        return content

    def words(self) -> dict[str, Any] | None:
        """Return the sentences, where each mention is in them, and the articles; None if the page may hold no text."""
        if self.disclosure.text == "none":
            return None
        highlights = find_highlights(self._table)
        if self.disclosure.text == "snippets":
            highlights = shortened(highlights)
        return {
            "sentences": highlights.sentences,
            "rows": {
                "sentence": differences(highlights.number, np.zeros(1, dtype=np.int64)).tolist(),
                "at": highlights.start,
                "length": highlights.length,
                **_offsets(self._table, highlights.length),
            },
            "also": highlights.candidates,
            "articles": _article_columns(self._articles),
        }


def _drawn(mentions: gpd.GeoDataFrame, counted: Bools) -> pd.DataFrame:
    """Return those that count and have a point, with ``lon``, ``lat``, their row, and all columns of a map."""
    lon, lat = tables.active_coordinates(mentions, what="mentions")
    drawn = counted & mentions["place_id"].notna().to_numpy() & np.isfinite(lon) & np.isfinite(lat)
    used = [name for name in _USED if name in mentions.columns]
    # What a reader sees of a dot's sureness is that the dot is right, not only that the place is.
    table = pd.DataFrame(mentions[used]).assign(confidence=tables.chances(mentions))[drawn].reset_index(drop=True)
    for name in _OPTIONAL:
        if name not in table.columns:
            table[name] = tables.as_dtype(pd.Series(None, index=table.index, dtype=object), tables.MENTIONS[name])
    return _with_rings_apart(table.assign(lon=lon[drawn], lat=lat[drawn], _row=np.flatnonzero(drawn)))


def _with_rings_apart(table: pd.DataFrame) -> pd.DataFrame:
    """Return mentions with what lies somewhere in a place as a place of its own."""
    inside = tables.is_approximate(table)
    if not inside.any():
        return table
    apart = {"place_id": _WITHIN + table["place_id"].astype(str), "name": "somewhere in " + table["name"].astype(str)}
    return table.assign(**{name: table[name].astype(object).mask(inside, values) for name, values in apart.items()})


def _articles(table: pd.DataFrame) -> tuple[pd.DataFrame, Ints]:
    """Return one row per article, the newest first, and the number of each mention's article."""
    codes, ids = pd.factorize(table["article_id"])
    first = np.full(len(ids), len(table), dtype=np.int64)
    np.minimum.at(first, codes, np.arange(len(table)))
    articles = table.iloc[first]
    published = articles["published"].to_numpy(dtype="datetime64[us]").astype(np.int64)
    newest = np.argsort(-published, kind="stable")
    # Not-a-time is the smallest integer, which is its own negative: put articles without a date last.
    undated = articles["published"].isna().to_numpy()
    newest = np.concatenate([newest[~undated[newest]], newest[undated[newest]]])
    number = np.empty(len(ids), dtype=np.int64)
    number[newest] = np.arange(len(ids))
    return articles.iloc[newest], number[codes]


def _in_enough_articles(places: Ints, articles: Ints, min_articles: int) -> Bools:
    """Return which mentions are of places that at least so many articles name."""
    pairs = np.unique(np.column_stack([places, articles]), axis=0)
    counts = np.bincount(pairs[:, 0], minlength=int(places.max()) + 1)
    enough: Bools = counts[places] >= min_articles
    return enough


def _representatives(table: pd.DataFrame, begins: Ints) -> pd.DataFrame:
    """Return the columns of each place: those of its first mention, gaps filled from the next that has a value."""
    columns = [*_OF_PLACE, "lon", "lat"]
    first = table[columns].iloc[begins[:-1]].reset_index(drop=True)
    gaps = [name for name in columns if first[name].isna().any() and table[name].notna().any()]
    if gaps:
        number = np.repeat(np.arange(len(first)), np.diff(begins))
        first[gaps] = table[gaps].astype(object).groupby(number).first()
    return first


def _with_forms(places: pd.DataFrame, table: pd.DataFrame, begins: Ints) -> pd.DataFrame:
    """Return places with the form that each is drawn in and, of rings, the radius: the median of what the words say."""
    number = np.repeat(np.arange(len(places)), np.diff(begins))

    ringed = table["precision"].isin(tables.RINGED).to_numpy() if "precision" in table.columns else number < 0
    ring = np.bincount(number, weights=ringed, minlength=len(places)) > 0
    ids = table["place_id"].astype(str).iloc[begins[:-1]]
    coordinate = ids.str.startswith(f"{tables.COORDINATE}:").to_numpy(dtype=bool)
    forms = np.array([_form(*feature) for feature in _features(places)], dtype=object)
    forms[coordinate], forms[ring] = "coordinate", "ring"
    radius = np.full(len(places), np.nan)
    if ring.any() and "radius_km" in table.columns:
        radius = table["radius_km"].groupby(number).median().where(ring).to_numpy(dtype=float, na_value=np.nan)
    return places.assign(form=forms, radius_km=radius)


def _radii(table: pd.DataFrame) -> dict[str, float]:
    """Return how many kilometers the words of a mention leave open, by row; few do."""
    if "radius_km" not in table.columns:
        return {}
    radius = table["radius_km"].to_numpy(dtype=float, na_value=np.nan)
    rows = np.flatnonzero(np.isfinite(radius) & (radius > 0))
    return {str(row): round(float(radius[row]), 1) for row in rows.tolist()}


def differences(values: Ints, begins: Ints) -> Ints:
    """Return each value minus the one before it; the value itself where a run begins."""
    steps = np.diff(values, prepend=0)
    starts = begins[begins < len(values)]
    steps[starts] = values[starts]
    return steps


def percents(confidence: pd.Series[Any]) -> Ints:
    """Return probabilities in whole percent, -1 where unknown."""
    values = confidence.to_numpy(dtype=float, na_value=np.nan)
    return np.where(np.isnan(values), -1, np.round(100 * np.nan_to_num(values))).astype(np.int64)


def _kinds(table: pd.DataFrame) -> tuple[Ints, list[str]]:
    """Return the kind of each mention as a number, and the kinds that occur, in geomap's order, then by name."""
    kinds = words(table["kind"]) if "kind" in table.columns else [""] * len(table)
    occurring = set(kinds)
    names = [kind for kind in tables.KINDS if kind in occurring] + sorted(occurring.difference(tables.KINDS))
    return pd.Categorical(kinds, categories=names).codes.astype(np.int64), names


def _offsets(table: pd.DataFrame, lengths: list[int]) -> dict[str, Any]:
    """Return what identifies a mention in its article, for corrections; nothing if the table does not say."""
    if not {"field", "start", "end"}.issubset(table.columns):
        return {}
    spans = (table["end"].to_numpy() - table["start"].to_numpy()).tolist()
    return {
        "title": (table["field"].to_numpy() == "title").astype(int).tolist(),
        "start": table["start"].tolist(),
        # Only where the length in the field differs from that in the sentence: line breaks, characters beyond UTF-16.
        "span": {
            str(row): span for row, (span, length) in enumerate(zip(spans, lengths, strict=True)) if span != length
        },
    }


def _features(places: pd.DataFrame) -> list[tuple[str, str]]:
    return list(zip(words(places["feature_class"]), words(places["feature_code"]), strict=True))


def _place_columns(places: pd.DataFrame) -> dict[str, list[Any]]:
    names, ids = words(places["name"]), words(places["place_id"])
    return {
        "id": ids,
        "within": [
            ", ".join(part for part in dict.fromkeys((admin1, country)) if part and part != name)
            for name, admin1, country in zip(names, words(places["admin1"]), words(places["country"]), strict=True)
        ],
        "form": places["form"].to_list(),
        "kind": [
            _described(place_id, form) or _kind(*feature)
            for place_id, form, feature in zip(ids, places["form"], _features(places), strict=True)
        ],
        "radius": places["radius_km"].round(1).fillna(0.0).to_list(),
        "lon": places["lon"].round(5).to_list(),
        "lat": places["lat"].round(5).to_list(),
    }


def _article_columns(articles: pd.DataFrame) -> dict[str, list[Any]]:
    urls = [url.strip() for url in words(articles["url"])]
    return {
        "id": words(articles["article_id"]),
        "title": words(articles["title"]),
        "url": urls,
        # The page checks again; anything but a web link is shown as text.
        "link": [int(web_link(url)) for url in urls],
    }


def _form(feature_class: str, feature_code: str) -> str:
    """Return the form that a place of the gazetteer is drawn in."""
    if feature_class == "A":
        return "country" if feature_code.startswith("PCL") else "division"
    return "region" if feature_class in ("L", "H", "T", "V", "U", "X") else "town"


def _described(place_id: str, form: str) -> str:
    """Return what a place is that only the words of a text describe, empty for those that a gazetteer has."""
    if form == "coordinate":
        return "coordinates in the text"
    if form != "ring":
        return ""
    if place_id.startswith(_WITHIN):
        return "approximate place"
    return "middle of a border" if place_id.startswith("border:") else "relative place"


def _kind(feature_class: str, feature_code: str) -> str:
    if feature_class == "A":
        return "country" if feature_code.startswith("PCL") else _DIVISIONS.get(feature_code, "division")
    if feature_class == "P":
        return _CAPITALS.get(feature_code, _KINDS["P"])
    return _KINDS.get(feature_class, "")


def words(column: pd.Series[Any]) -> list[str]:
    """Return a column as text, empty where a value is missing."""
    if isinstance(column.dtype, pd.CategoricalDtype):
        # Code -1, of missing values, picks the last name.
        names = np.array([*column.cat.categories.astype(str), ""], dtype=object)
        texts: list[str] = names[column.cat.codes.to_numpy()].tolist()
        return texts
    return column.astype(object).where(column.notna(), "").astype(str).to_list()


def corpus_hash(mentions: pd.DataFrame) -> str:
    """Return what identifies a mentions table: a SHA-256 over its articles, spans and places."""
    named = [name for name in (*tables.MENTION_KEY, "toponym", "place_id") if name in mentions.columns]
    hashed = pd.util.hash_pandas_object(pd.DataFrame(mentions[named]), index=False)
    return hashlib.sha256(hashed.to_numpy().tobytes()).hexdigest()


def data_block(element_id: str, content: object, *, plain_up_to: int = _LARGEST_PLAIN) -> str:
    """Return the content as a script element that a browser does not run, compressed if it has more characters."""
    plain = json.dumps(content, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    if len(plain) > plain_up_to:
        return compressed_block(element_id, gzip.compress(plain.encode("utf-8", "replace"), _LEVEL, mtime=0))
    return f'<script type="application/json" id="{element_id}">{json_for_html(content)}</script>'


def compressed_block(element_id: str, gzipped: bytes) -> str:
    """Return gzipped JSON as a script element that a browser does not run."""
    encoded = base64.b64encode(gzipped).decode("ascii")
    return f'<script type="application/gzip" id="{element_id}">{encoded}</script>'
