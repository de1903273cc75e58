"""How much of a corpus travels with its map, and what the map says of where it comes from."""

from __future__ import annotations

import base64
import gzip
import json
import re
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from folium.plugins import DualMap
from test_maps_corpus import alternatives, corpus, mention, of_place
from test_maps_saving import offline_leaflet

import geomap
from geomap import errors, tables
from geomap.maps import ComentionLayer, HeatLayer, explore, save_html
from geomap.maps._classes import classes
from geomap.maps._corpus import Corpus
from geomap.maps._disclosure import FULL, Disclosure
from geomap.maps._payload import Payload

__all__ = ["offline_leaflet"]
_BLOCK = re.compile(r'<script type="application/(json|gzip)" id="([^"]+)">([^<]*)</script>')


def blocks(document: str) -> dict[str, Any]:
    """Return the data on a page, by the end of its id, but for lines and waters, which are no JSON."""
    found = {}
    for kind, name, text in _BLOCK.findall(document):
        if name.endswith("_detail"):
            continue
        plain = gzip.decompress(base64.b64decode(text)).decode() if kind == "gzip" else text
        found[name] = json.loads(plain)
    return found


def saved(path: Path, mentions: Any, **options: Any) -> str:
    return save_html(explore(mentions, title="A"), path / "map.html", **options).read_text("utf-8")


@pytest.mark.usefixtures("offline_leaflet")
def test_without_words_no_word_title_link_or_id_of_an_article_travels(tmp_path: Path) -> None:
    mentions = corpus()
    mentions["article_id"] = "secret-" + mentions["article_id"]
    text = json.dumps(blocks(saved(tmp_path, mentions, text="none")))
    for word in ("bridges", "melons", "Donors meet", "example.org/donors", "secret-"):
        assert word not in text
    for word in ("Mosul", "Tigris Post"):
        assert word in text
    assert "melons" in json.dumps(blocks(saved(tmp_path, mentions)))


@pytest.mark.usefixtures("offline_leaflet")
def test_a_map_can_be_saved_with_all_words_after_it_was_saved_without(tmp_path: Path) -> None:
    m = explore(corpus())
    first = save_html(m, tmp_path / "1.html").read_bytes()
    save_html(m, tmp_path / "2.html", text="none")
    assert save_html(m, tmp_path / "3.html").read_bytes() == first


def test_snippets_hold_a_few_words_around_each_mention() -> None:
    before = "Long before anybody asked for it the engineers had drawn the bridge and the road to "
    sentence = f"🙂 {before}Mosul, which nobody had paid for when the war began and the money went elsewhere."
    row = mention("a", sentence, sentence.index("Mosul"), "Mosul", **of_place("Mosul")) | {"sentence": sentence}
    words = Payload(tables.finish_mentions(pd.DataFrame([row])), Disclosure(text="snippets")).words()
    assert words is not None
    (snippet,) = words["sentences"]
    at, length = words["rows"]["at"][0], words["rows"]["length"][0]
    assert snippet[at : at + length] == "Mosul"
    assert snippet.startswith("…")
    assert snippet.endswith(" …")
    assert 30 < len(snippet) < 100
    assert "engineers" not in snippet


def test_short_sentences_are_snippets_already() -> None:
    words = Payload(corpus(), Disclosure(text="snippets")).words()
    assert words is not None
    assert "Paris will pay for ten." in words["sentences"]


def test_places_in_few_articles_are_left_out_with_their_articles() -> None:
    payload = Payload(corpus(), Disclosure(min_articles=2))
    assert set(payload.places["name"]) == {"Mosul", "Iraq", "Tigris", "Erbil", "Baghdad", "Nineveh"}
    words = payload.words()
    assert words is not None
    assert "Two harbors at the edge of the map" not in words["articles"]["title"]


@pytest.mark.usefixtures("offline_leaflet")
def test_of_places_left_out_not_even_a_candidate_travels(tmp_path: Path) -> None:
    mentions = corpus()
    m = explore(mentions, alternatives=alternatives(mentions))
    whole = json.dumps(blocks(save_html(m, tmp_path / "map.html").read_text("utf-8")))
    less = json.dumps(blocks(save_html(m, tmp_path / "map.html", min_articles=2).read_text("utf-8")))
    for name in ("Sinjar", "Savusavu"):
        assert f'"{name}"' in whole
        assert f'"{name}"' not in less


def carrying(mentions: Any) -> Any:
    """Return the mentions with a runner-up each, in their own column, as geoparse writes it."""
    of = [(place_id, name) for place_id, name in zip(mentions["place_id"], mentions["name"], strict=True)]
    texts = [
        json.dumps(
            [
                [
                    [place_id, name, "IQ", None, "PPL", 1, 0.7, 36, 43],
                    [f"x:{name}", f"Other {name}", "IQ", None, "PPL", 1, 0.3, 37, 44],
                ],
                [],
            ]
        )
        if isinstance(name, str)
        else "[[],[]]"
        for place_id, name in of
    ]
    return mentions.assign(alternatives=texts)


@pytest.mark.slow
@pytest.mark.usefixtures("offline_leaflet")
def test_runners_up_that_the_table_carries_travel_only_with_the_words(tmp_path: Path) -> None:
    mentions = carrying(corpus())
    m = explore(mentions)
    whole = save_html(m, tmp_path / "map.html").read_text("utf-8")
    given = explore(mentions, alternatives=geomap.alternatives(mentions))
    same = blocks(save_html(given, tmp_path / "given.html").read_text("utf-8"))
    assert sorted(map(json.dumps, same.values())) == sorted(map(json.dumps, blocks(whole).values()))
    assert '"Other Mosul"' in json.dumps(blocks(whole))
    for options in ({"text": "none"}, {"text": "none", "coarsen": "admin1"}):
        assert "Other " not in save_html(m, tmp_path / "map.html", **options).read_text("utf-8")
    snippets = json.dumps(blocks(save_html(m, tmp_path / "map.html", text="snippets").read_text("utf-8")))
    assert '"Other Mosul"' in snippets
    less = json.dumps(blocks(save_html(m, tmp_path / "map.html", min_articles=2).read_text("utf-8")))
    assert '"Other Mosul"' in less
    for name in ("Sinjar", "Savusavu"):
        assert f'"Other {name}"' in json.dumps(blocks(whole))
        assert f"Other {name}" not in less


def test_coarse_places_are_divisions_and_countries_to_a_degree() -> None:
    by_country = Payload(corpus(), Disclosure(text="none", coarsen="country")).places.set_index("name")
    assert by_country.loc["Iraq", "mentions"] == 20
    assert "Tigris" not in by_country.index  # of no country
    assert set(by_country.index) == {"Iraq", "Syria", "Belgium", "France", "Fiji", "Russia"}
    by_division = Payload(corpus(), Disclosure(text="none", coarsen="admin1")).places.set_index("name")
    assert by_division.loc["Nineveh", "mentions"] == 10
    for places in (by_country, by_division):
        assert (places[["lon", "lat"]] % 1 == 0).all(axis=None)


@pytest.mark.parametrize(
    "options",
    [{"text": "some"}, {"coarsen": "admin1"}, {"text": "none", "coarsen": "town"}, {"min_articles": 0}],
)
def test_what_has_no_meaning_is_an_error(options: dict[str, Any], tmp_path: Path) -> None:
    with pytest.raises(errors.DisclosureMisused):
        save_html(explore(corpus()), tmp_path / "map.html", **options)
    assert not (tmp_path / "map.html").exists()


@pytest.mark.usefixtures("offline_leaflet")
def test_a_layer_that_a_dual_map_copies_discloses_no_more(tmp_path: Path) -> None:
    m = DualMap(tiles=None)
    HeatLayer(corpus()).add_to(m)
    with pytest.warns(errors.NotSelfContained):
        document = save_html(m, tmp_path / "map.html", text="none", fetch=False).read_text("utf-8")
    assert document.count("L.geomap.heat(") == 2
    assert "melons" not in json.dumps(blocks(document))


@pytest.mark.usefixtures("offline_leaflet")
def test_layers_of_the_same_mentions_share_their_data(tmp_path: Path) -> None:
    m = explore(corpus())
    HeatLayer(corpus()).add_to(m)
    ComentionLayer(corpus()).add_to(m)
    found = blocks(save_html(m, tmp_path / "map.html").read_text("utf-8"))
    assert sum("places" in content for content in found.values() if isinstance(content, dict)) == 1


def test_the_manifest_names_versions_counts_and_what_was_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "86400")
    told = dict(Corpus(corpus()).manifest({"Recognizer": "model 3"}, FULL))
    assert told["Date"] == "1970-01-02"
    assert told["Recognizer"] == "model 3"
    assert told["Corpus"] == "5 articles, 29 mentions, 28 of them resolved"
    assert re.fullmatch("[0-9a-f]{64}", told["Corpus hash (SHA-256)"])


def test_the_same_mentions_have_the_same_key_and_others_another() -> None:
    assert Corpus(corpus()).key == Corpus(corpus()).key
    assert Corpus(corpus()).key != Corpus(corpus().iloc[1:]).key


# Colors


def test_words_become_the_seven_most_frequent_and_others() -> None:
    values = [letter for number, letter in enumerate("abcdefghij") for _ in range(10 - number)]
    codes, told = classes(pd.DataFrame({"x": [*values, None]}), "x")
    assert told == {"name": "x", "labels": [*"abcdefg", "Other"], "ordered": False}
    assert codes[-1] == -1
    assert codes[:10].tolist() == [0] * 10
    assert set(codes[-7:-1].tolist()) == {7}


def test_numbers_and_dates_become_steps_with_as_many_each() -> None:
    codes, told = classes(pd.DataFrame({"x": [*range(100), float("nan")]}), "x")
    assert told["ordered"]
    assert len(told["labels"]) == 5
    assert all(15 <= (codes == step).sum() <= 25 for step in range(5))
    assert codes[-1] == -1
    dated, told = classes(corpus(), "published")
    assert told["labels"][0].startswith("2017-07-14")
    assert dated.min() >= 0


def test_a_constant_number_is_one_step() -> None:
    codes, told = classes(pd.DataFrame({"x": [3.0, 3.0]}), "x")
    assert told["labels"] == ["3"]
    assert codes.tolist() == [0, 0]


def test_a_column_that_is_not_there_is_named() -> None:
    with pytest.raises(errors.ColumnMissing, match="mood"):
        explore(corpus(), color="mood")
