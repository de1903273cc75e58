"""A column of the mentions as classes of color: the most frequent words, or steps of a number."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from geomap import tables
from geomap.errors import InvalidTable, MissingDependency
from geomap.outlines._shipped import basemap_names

if TYPE_CHECKING:
    import geopandas as gpd

    from geomap.maps._payload import Payload

    Integers = npt.NDArray[np.int64]

PER = (None, "article", "million people")
_GRID = 0.001  # degrees between the points of a shape on the page


class Areas:
    """Areas and how they are colored; see :class:`geomap.maps.ChoroplethLayer` for the parameters."""

    def __init__(
        self,
        shapes: gpd.GeoDataFrame | None,
        *,
        key: str | None,
        per: str | None,
        population: Mapping[str, float] | None,
        scheme: str,
        classes: int,
    ) -> None:
        if per not in PER:
            raise InvalidTable(f"per is {per!r}; it is None, 'article' or 'million people'")
        if per == "million people" and population is None:
            raise InvalidTable("per='million people' needs population=, people by country code or name of the area")
        if classes < 1:
            raise InvalidTable(f"classes is {classes}; there is at least one")
        self._shapes = None if shapes is None else _checked(shapes)
        if self._shapes is not None:
            named = [name for name in self._shapes.columns if name != self._shapes.geometry.name]
            if key is None and not named:
                raise InvalidTable("the shapes have no column that names them")
            self._names = self._shapes[named[0] if key is None else key].fillna("").astype(str).to_list()
        self._per, self._population = per, population
        self._scheme, self._classes = scheme, classes

    def content(self, payload: Payload) -> dict[str, Any]:
        """Return what the page needs: names, the area of each place, class limits, what to divide by, and shapes."""
        if self._shapes is None:
            of, codes, names = _by_country(payload.places)
            extra = {}
        else:
            of, names = _inside(payload.places, self._shapes), self._names
            codes, extra = [{name} for name in names], _rings(self._shapes)
        mentions = payload.places["mentions"].to_numpy()
        values = np.bincount(of[of >= 0], weights=mentions[of >= 0], minlength=len(names)).astype(float)
        base = None
        if self._per == "article":
            values /= max(1, payload.numbers["totals"]["articles"])
        elif self._population is not None and self._per == "million people":
            base = [sum(float(self._population.get(code, 0)) for code in each) / 1e6 for each in codes]
            people = np.array(base)
            values = np.divide(values, people, out=np.zeros_like(values), where=people > 0)
        positive = values[values > 0]
        breaks = _breaks(positive, self._scheme, self._classes)
        if self._per is None:
            breaks = sorted({float(np.floor(edge)) for edge in breaks})  # counts are whole: the classes stay the same
        told: dict[str, Any] = {
            "names": names,
            "of": of.tolist(),
            "breaks": breaks,
            "least": float(positive.min()) if len(positive) else 0.0,
            "exact": len(breaks) == len(np.unique(positive)),
            "per": self._per,
        }
        return told | ({"base": base} if base is not None else {}) | extra


def _checked(shapes: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    from geomap.tables import CRS

    kinds = set(shapes.geometry.geom_type.dropna())
    if not kinds <= {"Polygon", "MultiPolygon"}:
        raise InvalidTable(f"the shapes are {', '.join(sorted(kinds))}; areas are polygons")
    if shapes.crs is None:
        raise InvalidTable("the shapes have no coordinate system; set it with shapes.set_crs(...)")
    return shapes.to_crs(CRS).reset_index(drop=True)


def _by_country(places: pd.DataFrame) -> tuple[Integers, list[set[str]], list[str]]:
    on_basemap = basemap_names()
    codes = places["country_code"].fillna("").astype(str).to_list()
    called = [on_basemap.get(code, str(name)) for code, name in zip(codes, places["country"].fillna(""), strict=True)]
    # The overseas departments of France, among others, are one shape with the country.
    names = sorted({name for name in called if name})
    number = {name: index for index, name in enumerate(names)}
    of_codes: list[set[str]] = [set() for _ in names]
    for code, name in zip(codes, called, strict=True):
        if name:
            of_codes[number[name]].add(code)
    return np.array([number.get(name, -1) for name in called], dtype=np.int64), of_codes, names


def _inside(places: pd.DataFrame, shapes: gpd.GeoDataFrame) -> Integers:
    import shapely

    points = shapely.points(places["lon"].to_numpy(dtype=float), places["lat"].to_numpy(dtype=float))
    point, shape = shapes.sindex.query(points, predicate="intersects")
    of = np.full(len(places), -1, dtype=np.int64)
    # The first of several that overlap.
    of[point[::-1]] = shape[::-1]
    return of


def _breaks(values: npt.NDArray[np.float64], scheme: str, classes: int) -> list[float]:
    try:
        import mapclassify
    except ImportError as error:
        raise MissingDependency(
            "geomap.maps.ChoroplethLayer needs mapclassify: pip install 'geomap-toolkit[maps]'"
        ) from error
    if not hasattr(mapclassify, scheme):
        raise InvalidTable(f"mapclassify knows no scheme {scheme!r}; it knows {', '.join(mapclassify.CLASSIFIERS)}")
    distinct = np.unique(values)
    if len(distinct) <= classes:
        return [float(value) for value in distinct]
    method = getattr(mapclassify, scheme)
    with warnings.catch_warnings():
        # A faster way for arrays far larger than a list of areas.
        warnings.filterwarnings("ignore", message="Numba not installed")
        found = method(values, k=classes) if scheme not in _WITHOUT_NUMBER else method(values)
    return sorted({float(edge) for edge in found.bins if edge >= distinct[0]})


_WITHOUT_NUMBER = ("BoxPlot", "HeadTailBreaks", "StdMean", "Percentiles", "UserDefined", "MaxP")


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


_WORDS = 7  # classes beyond cannot be told apart by color
_STEPS = 5


def classes(mentions: pd.DataFrame, column: str) -> tuple[Integers, dict[str, Any]]:
    """Return the class of each mention (-1: none), and what a legend says of the classes.

    Parameters
    ----------
    mentions
        A mentions table.
    column
        Its column: numbers and dates become up to five steps with as many mentions each; anything else its seven most
        frequent values and "Other".

    Raises
    ------
    ColumnMissing
        If there is no such column.
    """
    tables.require_columns(mentions, (column,), what="mentions")
    values = mentions[column]
    told: dict[str, Any] = {"name": str(column)}
    ordered = pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_bool_dtype(values)
    if ordered or pd.api.types.is_datetime64_any_dtype(values):
        codes, labels = _steps(values)
        return codes, told | {"labels": labels, "ordered": True}
    text = values.astype(object).where(values.notna(), None)
    counts = text.astype(str).where(text.notna()).value_counts()
    frequent = sorted(counts.index, key=lambda word: (-counts[word], word))[:_WORDS]
    number = {word: code for code, word in enumerate(frequent)}
    other = len(number)
    codes = np.array([-1 if word is None else number.get(str(word), other) for word in text], dtype=np.int64)
    labels = [*number, *(["Other"] if (codes == other).any() else [])]
    return codes, told | {"labels": labels, "ordered": False}


def _steps(values: pd.Series[Any]) -> tuple[Integers, list[str]]:
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
