"""Classes of color: of areas by their mentions, and of mentions by a column."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from geomap import tables
from geomap._checks import at_least, one_of
from geomap._optional import optional
from geomap.errors import InvalidTable
from geomap.geometry import polygons, rows_inside
from geomap.outlines import shapes as shipped_shapes
from geomap.outlines._joining import rows_in_divisions
from geomap.outlines._shipped import area_table, basemap_names
from geomap.tables import Floats, Ints

if TYPE_CHECKING:
    import geopandas as gpd

    from geomap.maps._payload import Payload

_GRID = 0.001  # degrees between the points of a shape on the page
# Schemes of mapclassify that choose the number of classes themselves.
_WITHOUT_NUMBER = ("BoxPlot", "HeadTailBreaks", "StdMean", "Percentiles", "UserDefined", "MaxP")


class Areas:
    """Areas and how they are colored; see :class:`geomap.maps.ChoroplethLayer` for the parameters."""

    def __init__(
        self,
        shapes: gpd.GeoDataFrame | str | None,
        *,
        key: str | None,
        per: str | None,
        population: Mapping[str, float] | None,
        scheme: str,
        classes: int,
    ) -> None:
        if per is not None:
            one_of("per", per, ("article", "million people"))
        if per == "million people" and population is None:
            raise InvalidTable("per='million people' needs population: people by country code or name of the area")
        at_least("classes", classes, 1)
        self._of_divisions = isinstance(shapes, str) and one_of("shapes", shapes, ("country", "division")) == "division"
        self._shapes = None if shapes is None or isinstance(shapes, str) else polygons(shapes).reset_index(drop=True)
        if self._shapes is not None:
            columns = [name for name in self._shapes.columns if name != self._shapes.geometry.name]
            if key is None and not columns:
                raise InvalidTable("the shapes have no column with their names")
            self._names = self._shapes[columns[0] if key is None else key].fillna("").astype(str).to_list()
        self._per, self._population = per, population
        self._scheme, self._classes = scheme, classes

    def content(self, payload: Payload) -> dict[str, Any]:
        """Return what the page needs: names, the area of each place, upper limits of classes, denominators, shapes."""
        content: dict[str, Any] = {}
        if self._of_divisions:
            divisions, area = _with_places(payload.places)
            codes = [{code} for code in divisions["area_id"]]
            names = (divisions["name"] + ", " + divisions["country"]).to_list()
            content = _rings(divisions)
        elif self._shapes is None:
            area, codes, names = _by_country(payload.places)
        else:
            places = payload.places
            area, names = rows_inside(self._shapes, places["lon"].to_numpy(), places["lat"].to_numpy()), self._names
            codes = [{name} for name in names]
            content = _rings(self._shapes)
        mentions = payload.places["mentions"].to_numpy()
        values = np.bincount(area[area >= 0], weights=mentions[area >= 0], minlength=len(names)).astype(float)
        if self._per == "article":
            values /= max(1, payload.numbers["totals"]["articles"])
        elif self._population is not None and self._per == "million people":
            millions = np.array([sum(float(self._population.get(code, 0)) for code in each) / 1e6 for each in codes])
            values = np.divide(values, millions, out=np.zeros_like(values), where=millions > 0)
            content["base"] = millions.tolist()
        positive = values[values > 0]
        breaks = _breaks(positive, self._scheme, self._classes)
        if self._per is None:
            breaks = sorted({float(np.floor(edge)) for edge in breaks})  # counts are whole: the classes stay the same
        return {
            "names": names,
            "of": area.tolist(),
            "breaks": breaks,
            "least": float(positive.min()) if len(positive) else 0.0,
            "exact": len(breaks) == len(np.unique(positive)),
            "per": self._per,
            **content,
        }


def countries(places: pd.DataFrame) -> dict[str, Any] | None:
    """Return the countries that places lie in and the number of each place's, for a page; None if there are no two."""
    area, _, names = _by_country(places)
    return {"names": names, "of": area.tolist()} if len(names) > 1 else None


def _by_country(places: pd.DataFrame) -> tuple[Ints, list[set[str]], list[str]]:
    """Return the area of each place (-1: none), and the country codes and the name of each area."""
    name_of = basemap_names()
    codes = places["country_code"].fillna("").astype(str).to_list()
    drawn_as = [name_of.get(code, str(name)) for code, name in zip(codes, places["country"].fillna(""), strict=True)]
    # One area can have several codes: the overseas departments of France, among others, are drawn as part of it.
    names = sorted(set(filter(None, drawn_as)))
    number = {name: index for index, name in enumerate(names)}
    codes_of: list[set[str]] = [set() for _ in names]
    for code, name in zip(codes, drawn_as, strict=True):
        if name:
            codes_of[number[name]].add(code)
    return np.array([number.get(name, -1) for name in drawn_as], dtype=np.int64), codes_of, names


def _with_places(places: pd.DataFrame) -> tuple[gpd.GeoDataFrame, Ints]:
    """Return the divisions that have a place, and the position of each place's among them, -1 for none.

    The page holds no others: those of the world would be four megabytes.
    """
    import geopandas as gpd

    known = area_table("country").index
    divisions = shipped_shapes("division", countries=known[known.isin(places["country_code"])])
    points = gpd.points_from_xy(places["lon"], places["lat"], crs=tables.CRS)
    row = rows_in_divisions(gpd.GeoDataFrame(places, geometry=points), divisions)
    kept, area = np.unique(row[row >= 0], return_inverse=True)
    row[row >= 0] = area
    return divisions.iloc[kept], row


def _breaks(values: Floats, scheme: str, classes: int) -> list[float]:
    """Return the upper limit of each class, in rising order."""
    mapclassify = optional("mapclassify", needed_by="geomap.maps.ChoroplethLayer", extra="maps")
    one_of("scheme", scheme, mapclassify.CLASSIFIERS)
    distinct = np.unique(values)
    if len(distinct) <= classes:
        return [float(value) for value in distinct]
    method = getattr(mapclassify, scheme)
    with warnings.catch_warnings():
        # Numba would only speed up arrays far larger than a list of areas.
        warnings.filterwarnings("ignore", message="Numba not installed")
        classified = method(values) if scheme in _WITHOUT_NUMBER else method(values, k=classes)
    return sorted({float(edge) for edge in classified.bins if edge >= distinct[0]})


def _rings(shapes: gpd.GeoDataFrame) -> dict[str, Any]:
    """Return every ring as differences on a grid, and the rings of each area."""
    import shapely

    arcs: list[list[int]] = []
    regions: list[list[int]] = []
    for geometry in shapes.geometry:
        numbers = []
        for polygon in shapely.get_parts(geometry) if geometry is not None else []:
            for ring in (polygon.exterior, *polygon.interiors):
                points = np.round(shapely.get_coordinates(ring) / _GRID).astype(np.int64)
                moved = np.concatenate([[True], (np.diff(points, axis=0) != 0).any(axis=1)])
                numbers.append(len(arcs))
                arcs.append(np.diff(points[moved], axis=0, prepend=[[0, 0]]).ravel().tolist())
        regions.append(numbers)
    return {"arcs": {"scale": [_GRID, _GRID], "translate": [0, 0], "arcs": arcs}, "regions": regions}


_MAX_VALUES = 7  # more classes could not be told apart by color
_STEPS = 5


def classes(mentions: pd.DataFrame, column: str) -> tuple[Ints, dict[str, Any]]:
    """Return the class of each mention (-1: none), and the classes as the legend describes them.

    Parameters
    ----------
    mentions
        A mentions table.
    column
        One of its columns. Numbers and dates become up to five steps with about the same number of mentions each;
        anything else its seven most frequent values and "Other".

    Raises
    ------
    ColumnMissing
        If there is no such column.
    """
    tables.require_columns(mentions, (column,), what="mentions")
    values = mentions[column]
    numeric = pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_bool_dtype(values)
    if numeric or pd.api.types.is_datetime64_any_dtype(values):
        codes, labels = _steps(values)
        return codes, {"name": str(column), "labels": labels, "ordered": True}
    text = values.astype(object).where(values.notna(), None)
    counts = text.astype(str).where(text.notna()).value_counts()
    frequent = sorted(counts.index, key=lambda word: (-counts[word], word))[:_MAX_VALUES]
    number = {word: code for code, word in enumerate(frequent)}
    other = len(number)
    codes = np.array([-1 if word is None else number.get(str(word), other) for word in text], dtype=np.int64)
    labels = [*number, *(["Other"] if (codes == other).any() else [])]
    return codes, {"name": str(column), "labels": labels, "ordered": False}


def _steps(values: pd.Series[Any]) -> tuple[Ints, list[str]]:
    """Return the step of each value between quantiles (-1: missing), and the range of each step as a label."""
    dated = pd.api.types.is_datetime64_any_dtype(values)
    known = values.notna().to_numpy()
    if dated:
        numbers = values.to_numpy(dtype="datetime64[D]").astype(np.int64).astype(float)
    else:
        numbers = values.to_numpy(dtype=float, na_value=np.nan)
    known = known & np.isfinite(numbers)
    codes = np.full(len(values), -1, dtype=np.int64)
    if not known.any():
        return codes, []
    edges = np.unique(np.quantile(numbers[known], np.linspace(0, 1, _STEPS + 1)))
    inner = edges[1:-1]
    codes[known] = np.searchsorted(inner, numbers[known], side="left")
    ends = [str(np.datetime64(int(edge), "D")) if dated else f"{edge:,.3g}" for edge in edges]
    labels = [f"{low} – {high}" for low, high in pairwise(ends)] or ends[:1]
    return codes, labels
