"""Areas: the countries of the basemap, classes, and shapes of one's own."""

from __future__ import annotations

import sys
import warnings
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from test_maps_corpus import PLACES, corpus, one

from geomap import errors
from geomap.maps import ChoroplethLayer, ComentionLayer, HeatLayer
from geomap.maps._classes import Areas
from geomap.maps._payload import Payload
from geomap.outlines._shipped import basemap_names, drawn_outlines


def areas(shapes: gpd.GeoDataFrame | str | None = None, **options: object) -> dict[str, Any]:
    given = {"key": None, "per": None, "population": None, "scheme": "FisherJenks", "classes": 5} | options
    return Areas(shapes, **given).content(Payload(corpus()))  # type: ignore[arg-type]


def test_places_are_counted_in_their_countries() -> None:
    content = areas()
    assert content["names"] == ["Belgium", "Fiji", "France", "Iraq", "Russia", "Syria"]
    names = [content["names"][number] for number in content["of"]]
    payload = Payload(corpus()).places
    assert dict(zip(payload["name"], names, strict=True))["Provideniya"] == "Russia"
    assert content["breaks"] == [1, 2, 3, 20]
    assert content["exact"]


def test_rates_are_per_article_or_million_people() -> None:
    assert areas(per="article")["breaks"] == [0.2, 0.4, 0.6, 4.0]
    content = areas(per="million people", population={"IQ": 40e6, "FR": 60e6})
    assert content["base"] == [0, 0, 60, 40, 0, 0]
    assert content["breaks"] == [3 / 60, 20 / 40]


def test_shapes_of_ones_own_take_the_places_within() -> None:
    boxes = gpd.GeoDataFrame(
        {"label": ["here", "nowhere"]}, geometry=[shapely.box(40, 30, 50, 40), shapely.box(0, -80, 1, -79)], crs=4326
    )
    content = areas(boxes.to_crs(3857), key="label")
    assert content["names"] == ["here", "nowhere"]
    assert set(content["of"]) == {0, -1}
    assert content["regions"] == [[0], [1]]
    assert len(content["arcs"]["arcs"]) == 2


def test_divisions_take_the_places_of_their_name_and_else_those_within() -> None:
    content = areas("division")
    names = [content["names"][number] if number >= 0 else "" for number in content["of"]]
    of = dict(zip(Payload(corpus()).places["name"], names, strict=True))
    # A country is in none of its divisions.
    assert (of["Mosul"], of["Nineveh"], of["Iraq"]) == ("Nineveh, Iraq", "Nineveh, Iraq", "")
    assert (of["Brussels"], of["Savusavu"]) == ("Brussels Capital, Belgium", "Northern, Fiji")
    assert of["Provideniya"] == "Chukotka, Russia"
    assert len(content["regions"]) == len(content["names"]) == len(set(names) - {""})
    # The antimeridian cuts Chukotka in two.
    assert len(content["regions"][content["names"].index("Chukotka, Russia")]) > 1


def test_people_of_a_division_go_by_its_code() -> None:
    content = areas("division", per="million people", population={"IQ.15": 4e6})
    assert content["base"][content["names"].index("Nineveh, Iraq")] == 4
    assert sum(content["base"]) == 4


def test_country_is_the_basemap_and_no_other_kind_has_a_layer() -> None:
    assert areas("country") == areas()
    with pytest.raises(errors.InvalidTable, match="'country', 'division'"):
        ChoroplethLayer(corpus(), shapes="us_state")


@pytest.mark.parametrize(
    "options",
    [
        {"per": "head"},
        {"per": "million people"},
        {"classes": 0},
        {"scheme": "Beautiful"},
    ],
)
def test_options_without_meaning_are_errors(options: dict[str, object]) -> None:
    with pytest.raises(errors.InvalidTable):
        areas(**options)


def test_layers_name_an_option_without_meaning() -> None:
    with pytest.raises(errors.InvalidTable, match="limit must be at least 1; got 0"):
        ComentionLayer(corpus(), limit=0)
    with pytest.raises(errors.InvalidTable, match="radius must be greater than 0; got 0"):
        HeatLayer(corpus(), radius=0)


def test_shapes_that_are_no_areas_are_an_error() -> None:
    points = gpd.GeoDataFrame({"label": ["x"]}, geometry=[shapely.Point(1, 1)], crs=4326)
    with pytest.raises(errors.InvalidTable, match="Point"):
        ChoroplethLayer(corpus(), shapes=points)
    with pytest.raises(errors.InvalidTable, match="set_crs"):
        ChoroplethLayer(corpus(), shapes=gpd.GeoDataFrame({"a": ["x"]}, geometry=[shapely.box(0, 0, 1, 1)]))


def many_countries() -> gpd.GeoDataFrame:
    """Return mentions of seven countries, one of the first, four of the second, nine of the third, and so on."""
    codes = {
        "FR": "France",
        "DE": "Germany",
        "IT": "Italy",
        "ES": "Spain",
        "PT": "Portugal",
        "PL": "Poland",
        "SE": "Sweden",
    }
    rows = [
        one(place_id=f"x:{code}", country_code=code, country=country)
        for number, (code, country) in enumerate(codes.items(), start=1)
        for _ in range(number**2)
    ]
    return gpd.GeoDataFrame(pd.concat(rows, ignore_index=True), crs=4326)


@pytest.mark.slow
@pytest.mark.parametrize("scheme", ["FisherJenks", "HeadTailBreaks", "EqualInterval", "Quantiles"])
def test_the_classes_of_counts_are_whole_and_hold_every_count(scheme: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        layer = ChoroplethLayer(many_countries(), scheme=scheme)
    content = layer._areas.content(layer.corpus.payload())
    assert content["breaks"] == [int(edge) for edge in content["breaks"]]
    assert content["breaks"][-1] == 49 and content["least"] == 1


def test_without_mapclassify_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "mapclassify", None)
    with pytest.raises(errors.MissingDependency, match="pip install"):
        ChoroplethLayer(corpus())


def test_the_countries_of_the_basemap_are_whole_and_cut_at_the_antimeridian() -> None:
    outlines, names = drawn_outlines("country"), basemap_names()
    assert shapely.is_valid(list(outlines.values())).all()
    assert shapely.total_bounds(list(outlines.values()))[[0, 2]].tolist() == [-180, 180]
    for geonameid, _, code, country, _, feature_code, lat, lon, _ in PLACES.values():
        if feature_code.startswith("PPL"):
            shape = outlines[names.get(code, country)]
            assert shapely.distance(shape, shapely.Point(lon, lat)) < 0.2, geonameid


def test_every_country_that_goes_by_another_name_is_on_the_basemap() -> None:
    names = basemap_names()
    assert set(names.values()) <= set(drawn_outlines("country"))
    assert (names["SO"], names["AU"], names["CY"]) == ("Somalia", "Australia", "Cyprus")
    assert (names["GF"], names["SJ"], names["BQ"]) == ("France", "Norway", "Netherlands")
