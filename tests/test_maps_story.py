"""What an editor decides of a map: what places are called, where it opens, and what is written on it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from laws import many
from shapely import Point
from test_maps_corpus import corpus, mention, of_place
from test_maps_saving import offline_leaflet

import geomap
from geomap import errors, tables
from geomap.gazetteer import Gazetteer
from geomap.maps import PlacesLayer, explore, figure, save_html
from geomap.maps._disclosure import FULL, Disclosure
from geomap.maps._payload import Payload
from geomap.maps._views import Box, core, first_view

__all__ = ["offline_leaflet"]
CORPORA = Path(__file__).resolve().parents[1] / "data" / "corpora"
Places = Mapping[str, tuple[float, float, int]]  # longitude, latitude, mentions


def mentions_of(*words: str, key: str = "Mosul", **columns: Any) -> gpd.GeoDataFrame:
    """Return mentions of one place, by the words that are written for it."""
    rows = [
        mention("a", f"In {written}.", 3, written, **(of_place(key) | columns)) | {"start": 3 + 100 * number}
        for number, written in enumerate(words)
    ]
    return tables.finish_mentions(pd.DataFrame(rows).assign(end=lambda table: table["start"] + 1))


def spread(places: Places, *, code: str = "PPL", kind: str = "P") -> gpd.GeoDataFrame:
    """Return mentions of made-up places."""
    rows = [
        mention("a", name, 0, name, **of_place("Mosul"))
        | {"place_id": f"x:{name}", "name": name, "lon": lon, "lat": lat, "feature_code": code, "feature_class": kind}
        | {"start": number, "end": number + 1}
        for name, (lon, lat, count) in places.items()
        for number in range(count)
    ]
    return tables.finish_mentions(pd.DataFrame(rows))


def settings_of(layer: PlacesLayer, disclosure: Disclosure = FULL) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(layer.content(disclosure).arguments[-1])
    return found


def inside(box: Box | None, lon: float, lat: float) -> bool:
    assert box is not None
    (south, west), (north, east) = box
    across = any(west - 1e-5 <= lon + turn <= east + 1e-5 for turn in (-360, 0, 360))
    return south - 1e-5 <= lat <= north + 1e-5 and across


# What places are called


def called(table: gpd.GeoDataFrame, names: str = "corpus", **disclosure: str) -> tuple[str, list[list[str]]]:
    """Return what the first place of a map is called, and what else its card says."""
    columns = Payload(table, Disclosure(**disclosure)).names.columns(names)  # type: ignore[arg-type]
    return columns["name"][0], columns["also"].get("0", [])


HATRA = {"name": "Al Ḩaḑar", "place_id": "geonames:99471"}


def test_a_place_is_called_as_the_corpus_calls_it_and_its_card_knows_the_gazetteers_name() -> None:
    table = mentions_of("Hatra", "al-Hadr", "Hatra", **HATRA)
    assert called(table) == ("Hatra", [["Al Ḩaḑar", "GeoNames"]])
    assert called(table, "gazetteer") == ("Al Ḩaḑar", [["Hatra", ""]])
    assert called(mentions_of("Mosul")) == ("Mosul", [])


def test_a_place_is_called_as_the_articles_of_a_language_call_it() -> None:
    table = pd.concat(
        [mentions_of("Mossoul", language="fr"), mentions_of("Mosul", "Mosul", language="en")], ignore_index=True
    )
    assert called(table, "fr") == ("Mossoul", [["Mosul", "GeoNames"]])
    assert called(table, "de")[0] == "Mosul"


def test_a_place_that_the_corpus_never_names_is_called_as_in_the_gazetteer() -> None:
    assert called(mentions_of("Maslawi", kind="demonym")) == ("Mosul", [])
    assert called(mentions_of("x", name=None))[0] == "x"


def test_a_file_without_words_calls_places_as_the_gazetteer_does() -> None:
    table = mentions_of("Hatra", **HATRA)
    assert called(table, text="none") == ("Al Ḩaḑar", [])
    assert called(table, text="none", coarsen="admin1")[0] == "Nineveh"
    assert "Hatra" not in json.dumps(Payload(table, Disclosure(text="none")).names.searched())


def test_a_choice_of_names_that_does_not_exist_is_refused_and_one_without_articles_is_told() -> None:
    with pytest.raises(errors.InvalidTable, match=r"'corpus', 'gazetteer' or .* 'klingon'"):
        explore(corpus(), names="klingon")
    with pytest.raises(errors.InvalidTable, match="names must be"):
        figure(corpus(), names=None)  # type: ignore[arg-type]
    with pytest.warns(errors.NamesMissing, match="French"):
        assert PlacesLayer(corpus(), names="fr").content(FULL)


def test_a_picture_is_written_in_the_words_of_the_corpus_too() -> None:
    table = mentions_of("Hatra", **HATRA)
    assert "Hatra" in {text.get_text() for text in figure(table).axes[0].texts}
    assert "Al Ḩaḑar" in {text.get_text() for text in figure(table, names="gazetteer").axes[0].texts}


def test_the_search_has_all_words_for_a_place_and_the_gazetteers_other_names(gazetteer_index: None) -> None:
    found = Payload(mentions_of("Mossoul", "Maslawi", "Mosul", "Mossoul")).names.searched()
    assert found["written"] == ["Mossoul\nMaslawi\nMosul"]
    assert {"ninive", "الموصل"} & set(found["alternates"][0].split("\n"))


@pytest.fixture
def gazetteer_index(gazetteer_cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GEOMAP_CACHE", str(gazetteer_cache))


def test_a_place_is_found_by_id_by_what_it_is_called_and_by_any_word_for_it() -> None:
    names = Payload(mentions_of("Hatra", "Hatra", "al-Hadhr", **HATRA)).names
    for words in ("geonames:99471", "hatra", "HATRA", "Al Hadar", "al Hadhr"):
        assert names.find(words) == 0
    assert names.find("Mosul") is None
    assert names.find("") is None


# Where a map opens


@pytest.fixture(scope="module")
def samples(gazetteer_cache: Path) -> dict[str, pd.DataFrame]:
    """Return the places of the two sample corpora, found by the gazetteer's names alone."""
    gazetteer = Gazetteer(cache_dir=gazetteer_cache)
    parser = geomap.Geoparser(recognizer="gazetteer", ranker="hand-set", gazetteer=gazetteer)
    return {name: Payload(parser.geoparse(geomap.read_articles(CORPORA / name))).places for name in ("mosul", "world")}


@pytest.mark.slow
def test_the_sample_on_mosul_opens_in_and_around_iraq(samples: dict[str, pd.DataFrame]) -> None:
    box = core(samples["mosul"])
    assert inside(box, 43.12, 36.34)
    assert inside(box, 44.4, 33.34)
    assert not inside(box, 2.35, 48.85)
    assert box is not None
    assert box[1][1] - box[0][1] < 25


@pytest.mark.slow
def test_the_sample_of_four_desks_opens_on_all_of_them(samples: dict[str, pd.DataFrame]) -> None:
    box = core(samples["world"])
    for lon, lat in ((-82.1, 39.33), (-0.13, 51.5), (36.8, -1.29)):  # Athens in Ohio, London, Nairobi
        assert inside(box, lon, lat)


def opened(places: Places, **kind: str) -> Box:
    box = core(Payload(spread(places, **kind)).places)
    assert box is not None
    return box


def test_a_map_of_one_city_opens_on_it_whatever_else_is_named_once() -> None:
    town: Places = {f"quarter {n}": (43.1 + n / 100, 36.3 + n % 3 / 100, 9) for n in range(9)}
    (south, west), (north, east) = opened({**town, "London": (-0.1, 51.5, 4), "Tokyo": (139.7, 35.7, 4)})
    assert 36.3 <= south <= north <= 36.32
    assert 43.1 <= west < east <= 43.18
    assert opened({"Mosul": (43.1, 36.3, 9), "London": (-0.1, 51.5, 1)}) == [[36.3, pytest.approx(43.1)]] * 2


def test_a_map_of_one_river_opens_on_its_towns() -> None:
    tigris = spread({"Tigris": (47.4, 31.0, 30)}, code="STM", kind="H")
    towns = spread({"Mosul": (43.1, 36.3, 6), "Tikrit": (43.7, 34.6, 5), "Baghdad": (44.4, 33.3, 6)})
    box = core(Payload(pd.concat([tigris, towns], ignore_index=True)).places)
    assert box == [[33.3, pytest.approx(43.1)], [36.3, pytest.approx(44.4)]]
    assert core(Payload(tigris).places) == [[31.0, pytest.approx(47.4)], [31.0, pytest.approx(47.4)]]


def test_a_map_of_fiji_opens_across_the_antimeridian() -> None:
    fiji: Places = {
        "Suva": (178.44, -18.14, 20),
        "Labasa": (179.36, -16.43, 9),
        "Naqara": (-179.9, -16.8, 6),
        "Lakeba": (-178.8, -18.23, 5),
    }
    (south, west), (north, east) = opened({**fiji, "Sydney": (151.2, -33.9, 1), "Los Angeles": (-118.2, 34.1, 1)})
    assert 178.43 < west < 180 < east <= 181.21
    assert -18.23 <= south <= -18.14 < -16.43 <= north < 0
    assert opened(fiji) == [[-18.23, pytest.approx(178.44)], [-16.43, pytest.approx(181.2)]]


def test_two_far_clusters_are_both_shown_where_neither_has_most_of_the_mentions() -> None:
    ohio: Places = {f"ohio {n}": (-82 + n / 10, 39 + n / 10, 10) for n in range(5)}
    kenya: Places = {f"kenya {n}": (36 + n / 10, -1 - n / 10, 10) for n in range(5)}
    both = opened({**ohio, **kenya})
    assert inside(both, -82, 39)
    assert inside(both, 36, -1)
    mostly = opened({**ohio, **{name: (lon, lat, 2) for name, (lon, lat, _) in kenya.items()}})
    assert inside(mostly, -82, 39)
    assert not inside(mostly, 36, -1)


@pytest.mark.parametrize(("code", "kind"), [("PCLI", "A"), ("CONT", "L"), ("OCN", "H"), ("BODY", "X")])
def test_countries_and_continents_decide_only_where_there_is_nothing_else(code: str, kind: str) -> None:
    wide = spread({"Far Land": (-100.0, 50.0, 90), "Other Land": (-90.0, 20.0, 50)}, code=code, kind=kind)
    towns = spread({"Mosul": (43.1, 36.3, 2), "Erbil": (44.0, 36.2, 1)})
    assert not inside(core(Payload(pd.concat([wide, towns], ignore_index=True)).places), -100.0, 50.0)
    assert inside(core(Payload(wide).places), -100.0, 50.0)


lons, lats = st.floats(-180, 180), st.floats(-85, 85)
weighted = st.lists(st.tuples(lons, lats, st.integers(1, 50)), min_size=1, max_size=40)


@given(weighted)
@settings(max_examples=many(60), deadline=None)
def test_the_core_holds_three_fifths_of_the_mentions_and_lies_within_all_places(
    points: list[tuple[float, float, int]],
) -> None:
    lon, lat, mentions = map(list, zip(*points, strict=True))
    box = first_view(lon, lat, mentions)
    held = sum(count for x, y, count in points if inside(box, x, y))
    assert held >= 0.6 * sum(mentions) - 1e-6
    assert box is not None
    (south, west), (north, east) = box
    assert min(lat) - 1e-5 <= south <= north <= max(lat) + 1e-5
    assert -180 <= west <= east <= west + 360


def test_a_map_opens_where_it_is_told_to() -> None:
    table = corpus()
    assert PlacesLayer(table).view is None
    assert PlacesLayer(table, view="core").view == core(Payload(table).places)
    everything = PlacesLayer(table, view="all")
    assert everything.view == everything.box
    assert inside(PlacesLayer(table, view="sinjar").view, 41.88, 36.32)
    assert not inside(PlacesLayer(table, view="geonames:448149").view, 43.12, 36.34)
    assert PlacesLayer(table, view=(40, 30, 50, 40)).view == [[30, 40], [40, 50]]
    assert PlacesLayer(table, view=[[30, 170], [40, 190]]).view == [[30, 170], [40, 190]]


@pytest.mark.parametrize(
    ("view", "error", "message"),
    [
        ("Atlantis", errors.InvalidTable, "'Atlantis' is no place of this map"),
        ((50, 30, 40, 40), errors.InvalidTable, "west < east"),
        ((40, 30, 50, 120), errors.InvalidTable, "west, south, east, north"),
        ((1, 2, 3), errors.InvalidTable, "west, south, east, north"),
        (("a", "b", "c", "d"), errors.InvalidTable, "west, south, east, north"),
        (7, errors.WrongKind, "view must be"),
    ],
)
def test_a_view_that_is_none_is_refused(view: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        explore(corpus(), view=view)


def test_a_file_that_leaves_out_the_place_to_open_at_opens_at_the_core() -> None:
    layer = PlacesLayer(corpus(), view="Savusavu")
    few = Disclosure(min_articles=2)
    assert settings_of(layer, few)["fit"] == core(Payload(corpus(), few).places)


# What is written on a map


def test_headline_note_and_annotations_reach_the_page() -> None:
    layer = PlacesLayer(
        corpus(),
        title="  Where the\nbridges are ",
        note="A note.",
        annotations=[("mosul", "Five bridges"), ((36.9, 42.5), "Nobody"), (Point(44, 33), "Here <b>too</b>")],
    )
    given = settings_of(layer)
    assert (given["title"], given["note"]) == ("Where the bridges are", "A note.")
    assert given["annotations"] == [
        {"text": "Five bridges", "lat": 36.335, "lon": 43.11889, "place": 0},
        {"text": "Nobody", "lat": 36.9, "lon": 42.5, "place": None},
        {"text": "Here <b>too</b>", "lat": 33.0, "lon": 44.0, "place": None},
    ]
    assert "<b>" not in layer.content(FULL).arguments[-1]


def test_an_annotation_to_a_place_that_is_not_on_the_map_is_left_out_and_told() -> None:
    with pytest.warns(errors.AnnotationsLeftOut, match="'Atlantis'"):
        layer = PlacesLayer(corpus(), annotations=[("Atlantis", "Sunk"), ("Mosul", "Here")])
    assert [one["text"] for one in settings_of(layer)["annotations"]] == ["Here"]


def test_an_annotation_gives_no_place_away_that_the_file_leaves_out() -> None:
    layer = PlacesLayer(corpus(), annotations=[("Savusavu", "A yacht")])
    with pytest.warns(errors.AnnotationsLeftOut, match="A yacht"):
        assert settings_of(layer, Disclosure(min_articles=2))["annotations"] == []


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"title": "t" * 500}, errors.InvalidTable, "title has 500 characters; at most 200"),
        ({"title": 7}, errors.WrongKind, "title must be text"),
        ({"note": "n" * 1001}, errors.InvalidTable, "note has 1,001 characters"),
        ({"note": ["a"]}, errors.WrongKind, "note must be text"),
        ({"annotations": "Mosul"}, errors.WrongKind, "annotations must be pairs"),
        ({"annotations": 3}, errors.WrongKind, "annotations must be pairs"),
        ({"annotations": [("Mosul",)]}, errors.WrongKind, r"annotations\[0\] must be a pair"),
        ({"annotations": ["Mosul"]}, errors.WrongKind, r"annotations\[0\] must be a pair"),
        ({"annotations": [("Mosul", None)]}, errors.InvalidTable, r"annotations\[0\] has no text"),
        ({"annotations": [("Mosul", " ")]}, errors.InvalidTable, r"annotations\[0\] has no text"),
        ({"annotations": [("Mosul", "a" * 301)]}, errors.InvalidTable, r"annotations\[0\]: the text has 301"),
        ({"annotations": [(None, "a")]}, errors.WrongKind, r"annotations\[0\] must be to a place"),
        (
            {"annotations": [("Mosul", "a"), ((120, 40), "b")]},
            errors.InvalidTable,
            r"annotations\[1\] is at latitude 120",
        ),
        ({"annotations": [((float("nan"), 40), "b")]}, errors.InvalidTable, "not on the earth"),
        ({"annotations": [("Mosul", "a")] * 101}, errors.InvalidTable, "101 entries"),
    ],
)
def test_what_no_map_has_room_for_is_refused(options: dict[str, Any], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        explore(corpus(), **options)


@pytest.mark.usefixtures("offline_leaflet")
def test_a_file_to_embed_says_so_and_is_else_the_same(tmp_path: Path) -> None:
    m = explore(corpus())
    plain = save_html(m, tmp_path / "map.html").read_text("utf-8")
    mark = '<meta name="geomap" content="embed">'
    assert save_html(m, tmp_path / "embedded.html", embed=True).read_text("utf-8").replace(f"\n{mark}", "") == plain
    assert mark in save_html(m, tmp_path / "linked.html", embed=True, offline=False).read_text("utf-8")
    assert re.search(r'<script type="application/gzip" id="geomap_\w+_names">', plain)
