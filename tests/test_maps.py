"""Maps without a browser: what is counted, what the page is given, and what never becomes code."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import folium
import geopandas as gpd
import pandas as pd
import pytest
from test_maps_corpus import HOSTILE, corpus, mention, of_place, one

import geomap.maps
from geomap import errors, tables
from geomap.analysis import places
from geomap.maps import PlacesLayer, explore, save_html
from geomap.maps._disclosure import FULL, Disclosure
from geomap.maps._markup import clean_attribution, html_text, json_for_html, web_link
from geomap.maps._payload import Payload
from geomap.maps._views import bounds, first_view

# The places of a corpus


def test_places_has_one_row_per_place_most_mentions_first() -> None:
    table = places(corpus())
    assert list(table.columns) == [*tables.PLACES, "geometry"]
    assert table["place_id"].is_unique
    assert table["name"][:2].to_list() == ["Mosul", "Iraq"]
    assert table["mentions"].is_monotonic_decreasing
    assert table.crs == tables.CRS


def test_places_counts_mentions_articles_and_dates() -> None:
    mosul = places(corpus()).set_index("name").loc["Mosul"]
    assert (mosul["mentions"], mosul["articles"]) == (6, 4)
    assert str(mosul["first"].date()) == "2017-07-14"
    assert str(mosul["last"].date()) == "2018-03-05"
    assert mosul["confidence"] == pytest.approx(0.96)
    assert (mosul.geometry.x, mosul.geometry.y) == (43.11889, 36.335)


def test_places_breaks_ties_by_place_id() -> None:
    tied = places(corpus()).query("mentions == 2")["place_id"].to_list()
    assert tied == sorted(tied)


def test_places_of_no_mention_is_an_empty_table() -> None:
    table = places(tables.empty_mentions())
    pd.testing.assert_series_equal(table.dtypes, tables.empty_places().dtypes)
    assert len(table) == 0


def test_places_leaves_out_what_is_unresolved() -> None:
    assert len(places(corpus().query("status == 'nil'"))) == 0


def test_places_names_the_column_that_is_missing() -> None:
    with pytest.raises(errors.ColumnMissing, match="place_id"):
        places(corpus().drop(columns="place_id"))


def test_places_without_dates_has_missing_dates() -> None:
    table = places(one(published=None))
    assert table["first"].isna().all()
    assert table["first"].dtype == tables.PLACES["first"]


# What the page is given


def runs(content: dict[str, Any]) -> Iterator[tuple[int, int]]:
    """Yield every row with the number of its place."""
    begins = content["places"]["rows"]
    for number, (begin, end) in enumerate(pairwise(begins)):
        for row in range(begin, end):
            yield number, row


def of_rows(content: dict[str, Any], name: str) -> list[int]:
    """Undo the differences along a column."""
    begins = set(content["places"]["rows"]) if name == "article" else {0}
    found: list[int] = []
    for row, step in enumerate(content["rows"][name]):
        found.append(step if row in begins else found[-1] + step)
    return found


def written(table: gpd.GeoDataFrame) -> tuple[dict[str, Any], dict[str, Any]]:
    content = Payload(table)
    words = content.words()
    assert words is not None
    return content.numbers, words


def test_marks_stand_on_the_words_of_the_place() -> None:
    content, words = written(corpus())
    sentence = of_rows({**words, "places": content["places"]}, "sentence")
    for number, row in runs(content):
        text, at = words["sentences"][sentence[row]], words["rows"]["at"][row]
        assert text[at : at + words["rows"]["length"][row]] == content["places"]["name"][number]


def test_each_of_two_same_words_is_marked_for_its_own_place() -> None:
    text = "Paris is not Paris."
    elsewhere = of_place("Paris") | {"place_id": "geonames:4717560", "name": "Paris", "admin1": "Texas"}
    rows = [
        mention("a", text, 0, "Paris", **of_place("Paris")),
        mention("a", text, 13, "Paris", **elsewhere),
    ]
    content, words = written(tables.finish_mentions(pd.DataFrame(rows)))
    by_place = dict(zip(content["places"]["id"], words["rows"]["at"], strict=True))
    assert by_place == {"geonames:2988507": 0, "geonames:4717560": 13}
    assert words["also"] == {}


def test_marks_count_as_javascript_does_behind_an_emoji() -> None:
    text = "🙂 from Mosul"
    _, words = written(tables.finish_mentions(pd.DataFrame([mention("a", text, 7, "Mosul", **of_place("Mosul"))])))
    start, length = words["rows"]["at"][0], words["rows"]["length"][0]
    assert text.encode("utf-16-le")[2 * start : 2 * (start + length)].decode("utf-16-le") == "Mosul"


def test_a_toponym_across_lines_is_marked_in_the_sentence_on_one_line() -> None:
    row = mention("a", "in New\nYork", 3, "New\nYork", **of_place("Mosul"))
    _, words = written(tables.finish_mentions(pd.DataFrame([row])))
    assert words["sentences"] == ["in New York"]
    assert (words["rows"]["at"], words["rows"]["length"]) == ([3], [8])


def test_a_mention_of_rare_characters_keeps_its_span_in_the_article() -> None:
    row = mention("a", "in 𝔐osul", 3, "𝔐osul", **of_place("Mosul"))
    _, words = written(tables.finish_mentions(pd.DataFrame([row])))
    assert (words["rows"]["length"], words["rows"]["span"]) == ([6], {"0": 5})


def test_the_mentions_of_a_place_come_newest_article_first() -> None:
    content, _ = written(corpus())
    article = of_rows(content, "article")
    days = [content["articles"]["day"][article[row]] for number, row in runs(content) if number == 0]
    assert days == sorted(days, reverse=True)
    assert len(days) == 6


def test_a_mention_is_named_by_its_article_field_and_span() -> None:
    table = corpus()
    content = Payload(table)
    _, words = written(table)
    article = of_rows(content.numbers, "article")
    for row, position in enumerate(content.order.tolist()):
        original = table.iloc[position]
        assert words["articles"]["id"][article[row]] == original["article_id"]
        assert words["rows"]["start"][row] == original["start"]
        span = words["rows"]["span"].get(str(row), words["rows"]["length"][row])
        assert words["rows"]["start"][row] + span == original["end"]


def test_forms_tell_areas_from_towns() -> None:
    columns = Payload(corpus()).numbers["places"]
    forms = dict(zip(columns["name"], columns["form"], strict=True))
    assert (forms["Iraq"], forms["Nineveh"], forms["Tigris"], forms["Mosul"]) == (
        "country",
        "division",
        "region",
        "town",
    )


def test_a_place_says_where_it_is_without_saying_its_own_name() -> None:
    columns = Payload(corpus()).numbers["places"]
    within = dict(zip(columns["name"], columns["within"], strict=True))
    assert (within["Mosul"], within["Baghdad"], within["Iraq"]) == ("Nineveh, Iraq", "Iraq", "")


def test_the_page_lists_the_places_that_the_table_of_places_lists() -> None:
    table, payload = places(corpus()), Payload(corpus()).places
    for name in ("place_id", "name", "mentions"):
        assert payload[name].to_list() == table[name].to_list()


def test_a_place_whose_first_mention_has_gaps_takes_the_next_that_has_none() -> None:
    table = corpus()
    first = table.index[table["name"] == "Mosul"][0]
    table.loc[table.index[table["name"] == "Mosul"][2:], "country"] = None
    table.loc[first, ["admin1", "country"]] = None
    columns = Payload(table).numbers["places"]
    assert columns["within"][columns["name"].index("Mosul")] == "Nineveh, Iraq"


def test_a_table_with_few_columns_makes_a_map(tmp_path: Path) -> None:
    table = corpus().query("status == 'resolved'")[["article_id", "place_id", "name", "geometry"]]
    content, words = written(table.to_crs("EPSG:3857").rename_geometry("point"))
    full = Payload(corpus()).numbers
    assert content["places"]["id"] == full["places"]["id"]
    assert content["places"]["lon"] == pytest.approx(full["places"]["lon"])
    assert content["totals"] == {"articles": 5, "mentions": 28, "resolved": 28}
    assert set(content["rows"]["confidence"]) == {-1}
    assert words["sentences"] == [""]
    assert "Mosul" in save_html(explore(table), tmp_path / "map.html").read_text("utf-8")


@pytest.mark.parametrize("name", ["article_id", "place_id", "name", "geometry"])
def test_a_map_names_the_column_that_is_missing(name: str) -> None:
    with pytest.raises(errors.ColumnMissing, match=name):
        explore(pd.DataFrame(corpus()).drop(columns=name))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("option", "column", "value"), [("embedded", "kind", "embedded"), ("approximate", "precision", "within")]
)
def test_names_inside_other_names_and_approximate_places_are_drawn_when_asked_for(
    option: str, column: str, value: str
) -> None:
    mentions = corpus()
    first = mentions.index == mentions.index[0]
    marked = mentions.assign(**{column: mentions[column].mask(first, value)})
    left_out, asked, plain = Payload(marked), Payload(marked, **{option: True}), Payload(mentions)
    assert left_out.places["mentions"].sum() == plain.places["mentions"].sum() - 1
    resolved = plain.numbers["totals"]["resolved"] - (option == "approximate")
    assert left_out.numbers["totals"] == {**plain.numbers["totals"], "resolved": resolved}
    assert asked.places["mentions"].sum() == plain.places["mentions"].sum()
    keys = [PlacesLayer(marked).corpus.key, PlacesLayer(marked, **{option: True}).corpus.key]
    assert keys[0] != keys[1], "two layers of one map that draw different mentions share no data"


def test_a_page_holds_what_does_not_count_for_its_readers_to_bring_unless_it_leaves_places_out() -> None:
    mentions = corpus()
    embedded, within = (mentions.index == mentions.index[number] for number in (0, 1))
    marked = mentions.assign(kind=mentions["kind"].mask(embedded, "embedded"))
    marked = marked.assign(precision=mentions["precision"].mask(within, "within"))
    page, drawn = Payload(marked, switchable=True), Payload(marked)
    assert len(page.order) == len(drawn.order) + 2
    assert page.shown["mentions"].tolist() == drawn.places["mentions"].tolist()
    assert page.numbers["shown"] == {"embedded": False, "approximate": False}
    assert page.places["place_id"].str.startswith("within:").tolist() == [False] * len(page.shown) + [True]
    for disclosure in (Disclosure(min_articles=2), Disclosure(text="none", coarsen="country")):
        few = Payload(marked, disclosure, switchable=True)
        assert few.order.tolist() == Payload(marked, disclosure).order.tolist()


def test_relative_approximate_and_written_places_have_a_form_and_words_of_their_own() -> None:
    rows = [
        one(),
        one(precision="within", radius_km=8.0),
        one(place_id="x+20kmS", name="20 km south of Mosul", precision="offset", radius_km=10.04),
        one(place_id="border:a|b", name="border of A and B", precision="offset", radius_km=300.0),
        one(place_id="coordinate:1,2", name="1 N, 2 E", kind="coordinate"),
    ]
    numbers = Payload(gpd.GeoDataFrame(pd.concat(rows, ignore_index=True), crs=4326), approximate=True).numbers
    places = pd.DataFrame({name: numbers["places"][name] for name in ("id", "name", "form", "kind", "radius")})
    places = places.set_index("id")
    assert places["form"].value_counts().to_dict() == {"ring": 3, "town": 1, "coordinate": 1}
    (inside,) = places[places.index.str.startswith("within:")].itertuples()
    assert (inside.name, inside.kind, inside.radius) == (
        f"somewhere in {one()['name'].iloc[0]}",
        "approximate place",
        8.0,
    )
    assert places.loc["x+20kmS", ["kind", "radius"]].tolist() == ["relative place", 10.0]
    assert places.loc["border:a|b", "kind"] == "middle of a border"
    assert places.loc["coordinate:1,2", ["kind", "radius"]].tolist() == ["coordinates in the text", 0.0]
    assert sorted(numbers["rows"]["radius"].values()) == [8.0, 10.0, 300.0]


def test_unresolved_mentions_are_counted_and_not_drawn() -> None:
    content = Payload(corpus())
    assert content.numbers["totals"] == {"articles": 5, "mentions": 29, "resolved": 28}
    assert len(content.order) == 28


def test_the_first_view_is_where_most_mentions_lie() -> None:
    lon, lat = [43.0, 44.0, 42.0, 44.5, -100.0, 150.0], [36.0, 33.0, 35.0, 36.2, 40.0, -30.0]
    assert first_view(lon, lat, [50, 30, 20, 10, 5, 5]) == [
        [33.0, pytest.approx(42.0)],
        [36.0, pytest.approx(44.0)],
    ]


def test_the_first_view_is_everything_where_mentions_are_everywhere() -> None:
    lon = [float(step) for step in range(-170, 180, 10)]
    lat = [float((7 * step) % 120 - 60) for step in range(len(lon))]
    assert first_view(lon, lat, [1] * len(lon)) == bounds(lon, lat)
    assert first_view([], [], []) is None
    assert first_view([7.0], [8.0], [3]) == [[8.0, 7.0], [8.0, 7.0]]


def test_the_first_view_crosses_the_antimeridian_where_that_is_shorter() -> None:
    view = first_view([179.3, -179.5, -178.0, 10.0], [-17.0, -16.0, -18.0, 50.0], [9, 9, 9, 1])
    assert view == [[-18.0, pytest.approx(179.3)], [-16.0, pytest.approx(182.0)]]


def test_a_box_across_the_antimeridian_runs_on_past_180() -> None:
    assert bounds([179.34, -173.23], [-16.8, 64.4]) == [[-16.8, 179.34], [64.4, pytest.approx(186.77)]]
    assert bounds([-100.0, 150.0, 10.0], [0.0, 1.0, 2.0]) == [[0.0, -100.0], [2.0, 150.0]]
    assert bounds([7.0], [8.0]) == [[8.0, 7.0], [8.0, 7.0]]
    assert bounds([], []) is None


def test_the_layer_tells_folium_its_bounds() -> None:
    m = folium.Map(tiles=None)
    PlacesLayer(one()).add_to(m)
    assert m.get_bounds() == [[36.335, 43.11889], [36.335, 43.11889]]


def test_every_basemap_line_is_free_of_bands() -> None:
    resource = Path(geomap.maps.__file__).parents[1] / "resources" / "basemap.json.gz"
    world = json.loads(gzip.decompress(resource.read_bytes()))["world"]
    turn = 360 / world["scale"][0]
    assert all(abs(step) < turn / 2 for arc in world["arcs"] for step in arc[2::2])


# What never becomes code


@pytest.mark.parametrize("text", HOSTILE)
def test_json_on_a_page_holds_no_markup_and_comes_back_as_written(text: str) -> None:
    written = json_for_html({"text": text, "list": [{"again": text}]})
    assert not re.search(r"[<>&\u2028\u2029]|\{[{%#]", written)
    assert json.loads(written)["text"] == text


def test_html_text_escapes_what_folium_would_run() -> None:
    assert not set(html_text("".join(HOSTILE))) & set("<>`$\\{}")


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://example.org/a", True),
        ("http://example.org", True),
        ("javascript:alert(1)", False),
        (" javascript:alert(1)", False),
        ("data:text/html,x", False),
        ("//example.org", False),
        ("https://[", False),
        ("articles/a.txt", False),
    ],
)
def test_only_web_pages_are_linked(url: str, expected: bool) -> None:
    assert web_link(url) is expected


def test_an_attribution_keeps_text_and_web_links_only() -> None:
    cleaned = clean_attribution(
        '<a href="javascript:x()">A</a> <a href="https://b.org" onclick="x()">`B`</a><script>c()</script><img src=x>'
    )
    assert re.findall(r"<(\w+)", cleaned) == ["a"]
    assert "onclick" not in cleaned
    assert "`" not in cleaned


@pytest.mark.parametrize("cluster", [None, True, False])
def test_the_page_is_told_whether_places_are_to_be_summed(cluster: bool | None) -> None:
    settings = json.loads(PlacesLayer(one(), cluster=cluster).content(FULL).arguments[-1])
    assert settings["cluster"] is cluster
