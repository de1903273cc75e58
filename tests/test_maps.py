"""Maps without a browser: what is counted, what the page is given, and what never becomes code."""

from __future__ import annotations

import gzip
import json
import re
from pathlib import Path

import folium
import pandas as pd
import pytest
from test_maps_corpus import HOSTILE, corpus, mention, of_place, one

import geomap.maps
from geomap import errors, tables
from geomap.analysis import places
from geomap.maps import PlacesLayer
from geomap.maps.escaping import clean_attribution, html_text, json_for_html, web_link
from geomap.maps.payload import bounds, payload

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


def test_marks_stand_on_the_words_of_the_place() -> None:
    content = payload(corpus())
    columns, rows = content["places"], content["rows"]
    for number, name in enumerate(columns["name"]):
        for row in range(columns["rows"][number], columns["rows"][number + 1]):
            sentence, marks = content["sentences"][rows["sentence"][row]], rows["marks"][row]
            assert marks
            assert {sentence[marks[i] : marks[i + 1]] for i in range(0, len(marks), 2)} == {name}


def test_each_of_two_same_words_is_marked_for_its_own_place() -> None:
    text = "Paris is not Paris."
    elsewhere = of_place("Paris") | {"place_id": "geonames:4717560", "name": "Paris", "admin1": "Texas"}
    rows = [
        mention("a", text, 0, "Paris", **of_place("Paris")),
        mention("a", text, 13, "Paris", **elsewhere),
    ]
    content = payload(tables.finish_mentions(pd.DataFrame(rows)))
    assert sorted(content["rows"]["marks"]) == [[0, 5], [13, 18]]


def test_marks_count_as_javascript_does_behind_an_emoji() -> None:
    text = "🙂 from Mosul"
    content = payload(tables.finish_mentions(pd.DataFrame([mention("a", text, 7, "Mosul", **of_place("Mosul"))])))
    start, end = content["rows"]["marks"][0]
    assert text.encode("utf-16-le")[2 * start : 2 * end].decode("utf-16-le") == "Mosul"


def test_a_toponym_across_lines_is_marked_in_the_sentence_on_one_line() -> None:
    row = mention("a", "in New\nYork", 3, "New\nYork", **of_place("Mosul"))
    content = payload(tables.finish_mentions(pd.DataFrame([row])))
    assert content["sentences"] == ["in New York"]
    assert content["rows"]["marks"] == [[3, 11]]


def test_the_sentences_of_a_place_come_newest_article_first() -> None:
    content = payload(corpus())
    begin, end = content["places"]["rows"][:2]
    dates = [content["articles"]["date"][content["rows"]["article"][row]] for row in range(begin, end)]
    assert dates == sorted(dates, reverse=True)


def test_forms_tell_areas_from_towns() -> None:
    columns = payload(corpus())["places"]
    forms = dict(zip(columns["name"], columns["form"], strict=True))
    assert (forms["Iraq"], forms["Nineveh"], forms["Tigris"], forms["Mosul"]) == (
        "country",
        "division",
        "region",
        "town",
    )


def test_a_place_says_where_it_is_without_saying_its_own_name() -> None:
    columns = payload(corpus())["places"]
    within = dict(zip(columns["name"], columns["within"], strict=True))
    assert (within["Mosul"], within["Baghdad"], within["Iraq"]) == ("Nineveh, Iraq", "Iraq", "")


def test_unresolved_mentions_are_counted_and_not_drawn() -> None:
    content = payload(corpus())
    assert content["totals"] == {"articles": 5, "mentions": 29, "resolved": 28}
    assert sum(content["places"]["mentions"]) == 28


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
