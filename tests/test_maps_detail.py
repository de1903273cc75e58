"""What a map shows close up without a network: the cells around a corpus, their names, and places as what they are."""

from __future__ import annotations

import gzip
import json
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

import geomap
from geomap._varints import from_zigzag, unpacked
from geomap.datasets import sample_mentions
from geomap.errors import InvalidTable
from geomap.maps import PlacesLayer, explore
from geomap.maps._detail import cells_around, detail_bytes, place_shapes, towns
from geomap.maps._disclosure import Disclosure
from geomap.maps._payload import Payload

MOSUL = {
    "place_id": "geonames:99072",
    "name": "Mosul",
    "lon": 43.13,
    "lat": 36.34,
    "feature_class": "P",
    "country_code": "IQ",
}
SUVA = {
    "place_id": "geonames:2198148",
    "name": "Suva",
    "lon": 178.44,
    "lat": -18.14,
    "feature_class": "P",
    "country_code": "FJ",
}
TAVEUNI = {
    "place_id": "x:1",
    "name": "Waiyevo",
    "lon": 179.98,
    "lat": -16.8,
    "feature_class": "P",
    "country_code": "FJ",
}
POLE = {"place_id": "x:2", "name": "South Pole", "lon": 0.0, "lat": -90.0, "feature_class": "S", "country_code": "AQ"}


def places(*rows: dict[str, Any]) -> pd.DataFrame:
    return pd.DataFrame(rows).assign(feature_code="PPL")


class Page:
    """What a page reads from a block of detail."""

    def __init__(self, content: bytes) -> None:
        first, _, rest = gzip.decompress(content).partition(b"\n")
        self.header = json.loads(first)
        self.lines: list[dict[tuple[int, int], list[tuple[str, int, Any]]]] = []
        for tier in self.header["tiers"]:
            blocks = {}
            for column, row, size in zip(tier["columns"], tier["rows"], tier["bytes"], strict=True):
                block, rest = rest[:size], rest[size:]
                corner = np.array([column * tier["side"] - 180, row * tier["side"] - 90])
                blocks[column, row] = list(self._block(block, corner, tier["grid"]))
            self.lines.append(blocks)
        text = self.header["names"]["text"].split("\n")
        numbers = unpacked(rest[: self.header["names"]["bytes"]])
        kind, zoom, _, steps = np.split(numbers, [len(text), 2 * len(text), 3 * len(text)])
        points = np.cumsum(from_zigzag(steps).reshape(-1, 2), axis=0) / self.header["names"]["grid"]
        kinds = [self.header["names"]["kinds"][number] for number in kind.tolist()]
        self.names = pd.DataFrame({"text": text, "kind": kinds, "zoom": zoom, "lon": points[:, 0], "lat": points[:, 1]})

    def _block(self, block: bytes, corner: Any, grid: int) -> Any:
        numbers, at, last = unpacked(block), 0, corner * grid
        while at < len(numbers):
            code, count = numbers[at : at + 2].tolist()
            points = last + np.cumsum(from_zigzag(numbers[at + 2 : at + 2 + 2 * count]).reshape(-1, 2), axis=0)
            yield self.header["layers"][code % 8], code // 8, points / grid
            last, at = points[-1], at + 2 + 2 * count

    def drawn(self, tier: int, layer: str) -> list[Any]:
        return [points for block in self.lines[tier].values() for name, _, points in block if name == layer]


def test_a_page_has_lines_and_names_around_its_places() -> None:
    page = Page(detail_bytes(places(MOSUL), "corpus"))
    tigris = shapely.multilinestrings([shapely.linestrings(line) for line in page.drawn(1, "river")])
    assert shapely.distance(tigris, shapely.Point(43.13, 36.34)) < 0.05
    assert page.drawn(1, "division") and page.drawn(1, "land") and not page.drawn(1, "coast")
    near = page.names[np.hypot(page.names["lon"] - 43.13, page.names["lat"] - 36.34) < 0.4]
    assert "town" in set(near["kind"]) and len(near) >= 3
    assert {"division", "sea"} <= set(page.names["kind"])
    assert "Mosul" not in set(page.names["text"])  # it is a place of the corpus


def test_the_cells_end_where_the_corpus_does() -> None:
    page = Page(detail_bytes(places(MOSUL), "corpus"))
    assert all(abs(column - 180 - 43) <= 1 and abs(row - 90 - 36) <= 1 for column, row in page.lines[1])
    close = page.names[page.names["zoom"] > 7]
    assert (np.hypot(close["lon"] - 43.13, close["lat"] - 36.34) < 1.1).all()


def test_low_zooms_have_the_world() -> None:
    page = Page(detail_bytes(places(MOSUL), "corpus"))
    rivers = shapely.multilinestrings([shapely.linestrings(line) for line in page.drawn(0, "river")])
    for lon, lat in ((-60.0, -3.1), (31.2, 30.1), (104.6, 28.8)):  # Amazon, Nile, Yangtze
        assert shapely.distance(rivers, shapely.Point(lon, lat)) < 0.3
    assert {"Atlantic Ocean", "Black Sea"} & set(page.names["text"])


def test_the_land_of_a_cell_runs_on_a_little_so_that_no_seam_is_seen() -> None:
    page = Page(detail_bytes(places(MOSUL), "corpus"))
    cells = cells_around(np.array([43.13]), np.array([36.34]), 50)
    west, east = np.flatnonzero(cells.any(axis=0))[[0, -1]] * 0.25 - 180 + [0, 0.25]
    bounds = shapely.total_bounds([shapely.polygons(ring) for ring in page.drawn(1, "land")])
    assert west - 0.02 < bounds[0] < west and east < bounds[2] < east + 0.02


def test_cells_go_around_the_antimeridian_and_the_pole() -> None:
    around = cells_around(np.array([179.98]), np.array([-16.8]), 50)
    assert around[:, 0].any() and around[:, -1].any()
    pole = cells_around(np.array([0.0]), np.array([-90.0]), 50)
    assert pole[:2].all() and not pole[5].any()
    assert cells_around(np.array([]), np.array([]), 50).sum() == 0


def test_no_line_runs_along_the_antimeridian() -> None:
    page = Page(detail_bytes(places(SUVA, TAVEUNI, POLE), "corpus"))
    columns = {column for column, _ in page.lines[1]}
    assert {0, 359} <= columns
    for tier in (0, 1):
        for layer in ("coast", "border", "division", "disputed"):
            for line in page.drawn(tier, layer):
                edge = np.abs(np.abs(line[:, 0]) - 180) < 1e-9
                assert not (edge[1:] & edge[:-1]).any()


def test_a_map_without_places_has_the_world_alone() -> None:
    page = Page(detail_bytes(places(MOSUL).iloc[:0], "corpus"))
    assert page.lines[1] == {} and page.lines[0]


# Places as what they are


def of(place_id: str, feature_class: str, code: str, country: str | None = None) -> dict[str, Any]:
    return {"place_id": place_id, "feature_class": feature_class, "feature_code": code, "country_code": country}


def test_a_river_a_province_and_a_country_have_shapes_and_a_town_has_none() -> None:
    table = pd.DataFrame(
        [
            of("geomap:region/tigris-river", "H", "STM"),
            of("geonames:99738", "A", "ADM1", "IQ"),
            of("geonames:99237", "A", "PCLI", "IQ"),
            of("geonames:99072", "P", "PPLA", "IQ"),
        ]
    )
    shapes, countries = place_shapes(table)
    assert {number: shapely.get_dimensions(shape) for number, shape in shapes.items()} in ({0: 1, 1: 2}, {0: 1})
    assert countries == {2: "Iraq"}


def test_a_place_that_is_drawn_as_what_it_is_needs_no_cells() -> None:
    country = {**MOSUL, **of("geonames:99237", "A", "PCLI", "IQ")}
    page = Page(detail_bytes(pd.DataFrame([country]), "corpus"))
    assert page.lines[1] == {} and page.header["shapes"]["countries"] == [[0, "Iraq"]]


# Towns


def test_towns_grow_denser_by_zoom_and_never_stand_close() -> None:
    found = towns()
    counts = [int((found.zoom <= zoom).sum()) for zoom in range(2, 11)]
    assert counts == sorted(counts) and counts[0] > 20 and counts[-1] > 20_000


def test_few_towns_lie_in_the_water() -> None:
    """Of those over 15,000; 2.9 % with the coasts of 1:50m. Where the coast's line is drawn, at zoom 10, counts as land."""
    from geomap.gazetteer._embedded import ensure_index
    from geomap.gazetteer._store import Store
    from geomap.maps._detail import _land

    with Store(ensure_index()) as store:
        located = store.located("P")
    large = located.population >= 15_000
    points = shapely.points(located.lon[large], located.lat[large])
    tree = shapely.STRtree(_land().shapes)

    def in_water(distance: float) -> float:
        return 1 - len(np.unique(tree.query(points, predicate="dwithin", distance=distance)[0])) / len(points)

    assert in_water(0) <= 0.016
    assert in_water(0.0005) <= 0.014


# On a map


def blocks(layer: PlacesLayer, disclosure: Disclosure | None = None) -> dict[str, str]:
    return dict(layer.content(disclosure or Disclosure()).blocks)


def detail_of(layer: PlacesLayer, disclosure: Disclosure | None = None) -> Page:
    import base64

    (block,) = (block for name, block in blocks(layer, disclosure).items() if name.endswith("_detail"))
    return Page(base64.b64decode(block.partition(">")[2].rpartition("<")[0]))


def test_explore_brings_detail_unless_told_otherwise() -> None:
    def page(**options: Any) -> str:
        return str(explore(sample_mentions(), **options).get_root().render())

    assert "_detail" in page()
    assert "_detail" not in page(detail=None)
    assert "_detail" not in page(tiles="OpenStreetMap")


def test_an_unknown_detail_is_refused() -> None:
    with pytest.raises(InvalidTable, match="detail must be one of"):
        explore(sample_mentions(), detail="street")


def test_a_coarsened_map_has_no_cells_around_the_places_that_it_hides() -> None:
    layer = PlacesLayer(sample_mentions(), detail="corpus")
    assert detail_of(layer).lines[1]
    hidden = detail_of(layer, Disclosure(text="none", coarsen="country"))
    assert not hidden.lines[1] or set(hidden.lines[1]).isdisjoint(detail_of(layer).lines[1])


def test_readers_are_told_whose_view_the_lines_are() -> None:
    layer = PlacesLayer(sample_mentions(), detail="corpus")
    (manifest,) = (block for name, block in blocks(layer).items() if name.endswith("_manifest"))
    assert "disputed lines are dashed" in manifest


def test_shapes_are_those_of_the_page_s_places() -> None:
    layer = PlacesLayer(sample_mentions(), detail="corpus")
    names = Payload(sample_mentions()).places["name"].tolist()
    header = detail_of(layer).header
    assert [names[number] for number in header["shapes"]["places"]] == ["Tigris"]
    countries = {names[number]: name for number, name in header["shapes"]["countries"]}
    assert countries == {name: name for name in ("Syria", "France")}


def test_mentions_in_another_reference_system_get_the_same_detail() -> None:
    mentions = sample_mentions()
    moved = gpd.GeoDataFrame(mentions.to_crs(3857))
    assert (
        detail_of(PlacesLayer(moved, detail="corpus")).header["tiers"][1]["rows"]
        == (detail_of(PlacesLayer(mentions, detail="corpus")).header["tiers"][1]["rows"])
    )
    assert geomap.tables.CRS
