"""The widget's traits in Python: what may be set, what it becomes, and which mentions it means."""

from __future__ import annotations

import datetime as dt
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from test_maps_corpus import corpus

import geomap
from geomap import errors, maps
from geomap.datasets import sample_mentions

MOSUL, ERBIL = "geonames:99072", "geonames:95446"
EVERYTHING = {"from": None, "to": None, "sources": None, "kinds": None, "certain": 50, "possible": True} | {
    "embedded": False,
    "approximate": False,
    "text": "",
}


@pytest.fixture(scope="module")
def made() -> Any:
    return maps.widget(sample_mentions(), title="Where the bridges are")


@pytest.fixture
def w(made: Any) -> Any:
    """Return a widget with nothing set: one for all tests, since its page takes a second to write."""
    made.selected, made.view, made.filters, made.only, made.corrections = (), None, {}, None, ()
    made._shown = None
    return made


def heard(w: Any, **values: Any) -> None:
    """Let the widget hear what its page says, as the kernel of a notebook hands it on."""
    w.set_state(json.loads(json.dumps(values)))


def test_places_are_chosen_by_id_or_by_a_table(w: Any) -> None:
    mentions = sample_mentions()
    w.selected = MOSUL
    assert w.selected == (MOSUL,)
    w.selected = [ERBIL, MOSUL, ERBIL]
    assert w.selected == (ERBIL, MOSUL)
    assert w.selected_mentions["name"].to_list() == ["Mosul", "Erbil", "Mosul", "Mosul", "Erbil"]
    w.selected = mentions[mentions["source"] == "Gazette"]
    assert set(w.selected_mentions["name"]) == {"Syria", "Geneva", "France", "Mosul", "Erbil"}
    w.selected = geomap.places(mentions).query("name == 'Erbil'")
    assert w.selected == (ERBIL,)
    w.selected = mentions.iloc[:0]
    assert w.selected == ()
    assert w.selected_mentions.empty


def test_a_table_limits_the_map_to_its_mentions_in_whatever_way_it_names_them(w: Any) -> None:
    mentions = sample_mentions()
    courier = [0, 1, 2, 3, 4]
    for given in (
        mentions[mentions["source"] == "Courier"],
        mentions[mentions["source"] == "Courier"].sample(frac=1, random_state=1).reset_index(drop=True),
        mentions["source"] == "Courier",
        (mentions["source"] == "Courier").to_numpy(),
        courier[::-1],
        np.array(courier),
    ):
        w.only = given
        assert w.only == tuple(courier)
    w.only = geomap.places(mentions).query("name == 'Mosul'")
    assert w.only == (0, 3, 8)
    w.only = mentions.iloc[:0]
    assert w.only == ()
    assert w.page.unpacked(w.get_state("only")["only"]) == ()
    w.only = None
    assert w.get_state("only") == {"only": None}


def test_mentions_go_to_the_page_and_back_where_it_holds_them_in_another_order_and_not_all() -> None:
    mentions = corpus()
    w = maps.widget(mentions, detail=None)
    drawn = np.flatnonzero(mentions["place_id"].notna().to_numpy())
    assert 0 < len(drawn) < len(mentions)
    assert list(w.page._order) != sorted(w.page._order)
    w.only = range(0, len(mentions), 3)
    assert set(w.page.unpacked(w.page.packed(w.only))) == set(w.only) & set(w.page._order.tolist())


def test_filters_have_every_key_and_are_told_as_the_page_tells_them(w: Any) -> None:
    assert w.filters == EVERYTHING
    w.filters = {"from": dt.date(2017, 3, 1), "to": pd.Timestamp("2017-03-08 12:00"), "sources": ["Courier", "Gazette"]}
    assert w.filters == EVERYTHING | {"from": "2017-03-01", "to": "2017-03-08", "sources": ("Gazette", "Courier")}
    w.filters = w.filters | {"sources": "Gazette", "certain": 80.0, "possible": np.bool_(False), "text": "camp"}
    assert w.filters["sources"] == ("Gazette",)
    assert w.filters["from"] == "2017-03-01"
    told = json.loads(json.dumps(w.get_state("filters")))["filters"]
    assert list(told) == list(EVERYTHING)
    assert told["certain"] == 80
    assert told["possible"] is False
    w.filters = {"sources": []}
    assert w.filters == EVERYTHING


def test_filters_and_choices_cannot_be_changed_unseen(w: Any) -> None:
    with pytest.raises(TypeError):
        w.filters["from"] = "2017-03-01"
    assert isinstance(w.selected, tuple)
    assert isinstance(w.corrections, tuple)


def test_the_view_is_rounded_as_the_page_rounds_it(w: Any) -> None:
    w.view = [36.3456789, 43, np.float64(7)]
    assert w.view == (36.34568, 43.0, 7.0)
    # JavaScript writes 7 for 7.0; what comes back otherwise than it was told counts as another view.
    assert json.dumps(w.get_state("view")) == '{"view": [36.34568, 43, 7]}'


def test_corrections_are_rows_a_table_and_corrected_mentions(w: Any, tmp_path: Path) -> None:
    mentions = sample_mentions()
    one = {"article_id": "a2", "field": "text", "start": int(mentions["start"][2]), "end": int(mentions["end"][2])}
    rows = [
        {**one, "toponym": "Tigris", "verdict": "not a place"},
        {
            "rule": True,
            "toponym": "Mosul",
            "was": MOSUL,
            "verdict": "moved",
            "place_id": ERBIL,
            "lat": 36.2,
            "lon": 44.0,
        },
    ]
    w.corrections = rows
    assert w.corrections[1]["name"] == ERBIL
    table = w.corrections_table
    assert table["verdict"].to_list() == ["not a place", "moved"]
    assert table["rule"].to_list() == [False, True]
    assert w.corrected_mentions["checked"].value_counts().to_dict() == {"moved": 3, "not a place": 1}
    path = tmp_path / "corrections.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    before = w.corrections
    for given in (table, path):
        w.corrections = ()
        w.corrections = given
        assert w.corrections == before
    w.corrections = []
    assert w.corrections_table.empty
    assert w.corrected_mentions["checked"].isna().all()


@pytest.mark.parametrize(
    ("name", "value", "error", "told"),
    [
        ("selected", "Mosul", errors.InvalidTable, "selected names 'Mosul', which is no place of this map"),
        ("selected", 3, errors.WrongKind, "selected must be place_ids"),
        ("selected", [3], errors.WrongKind, "selected must be place_ids"),
        ("selected", None, errors.WrongKind, "selected must be place_ids"),
        ("selected", pd.DataFrame({"name": []}), errors.ColumnMissing, "place_id"),
        ("view", (36.3, 43.1), errors.WrongKind, "view must be"),
        ("view", "36.3", errors.WrongKind, "view must be"),
        ("view", (36.3, "43.1", 7), errors.WrongKind, "three numbers"),
        ("view", (91, 0, 3), errors.InvalidTable, "latitude 91"),
        ("view", (0, float("nan"), 3), errors.InvalidTable, "longitude nan"),
        ("view", (0, 0, 25), errors.InvalidTable, "zoom 25"),
        ("filters", None, errors.WrongKind, "filters must be a dict of from, to"),
        ("filters", {"dates": 1}, errors.InvalidTable, "a key of filters .* got 'dates'"),
        ("filters", {"from": "1 March"}, errors.InvalidTable, "from must be a day .*'1 March'"),
        ("filters", {"from": 20170301}, errors.InvalidTable, "from must be a day"),
        ("filters", {"from": "2017-03-02", "to": "2017-03-01"}, errors.InvalidTable, "is after"),
        ("filters", {"sources": ["Herald"]}, errors.InvalidTable, "of the source 'Herald'"),
        ("filters", {"kinds": 3}, errors.WrongKind, "kinds must be a list"),
        ("filters", {"certain": 101}, errors.InvalidTable, "from 0 to 100; got 101"),
        ("filters", {"certain": True}, errors.WrongKind, "certain must be"),
        ("filters", {"possible": 1}, errors.WrongKind, "possible must be True or False"),
        ("filters", {"text": "x" * 201}, errors.InvalidTable, "201 characters"),
        ("only", "Mosul", errors.WrongKind, "only must be"),
        ("only", [True], errors.WrongKind, "only must be"),
        ("only", [0, 10], errors.InvalidTable, "only holds 10; positions in the table are from 0 to 9"),
        ("only", pd.Series([True, False]), errors.InvalidTable, "2 values; the table has 10"),
        ("corrections", 3, errors.WrongKind, "corrections must be"),
        ("corrections", [{"verdict": "wrong"}], errors.InvalidCorrections, "row 1: verdict must be"),
        ("corrections", "none.jsonl", errors.CorrectionsNotFound, "none.jsonl"),
        (
            "corrections",
            [{"rule": True, "toponym": "x" * 1001, "verdict": "right"}],
            errors.InvalidCorrections,
            "row 1: toponym has more than 1,000 characters",
        ),
    ],
)
def test_what_an_attribute_cannot_be_is_said_and_changes_nothing(
    w: Any, name: str, value: Any, error: type[Exception], told: str
) -> None:
    before = getattr(w, name)
    with pytest.raises(error, match=told) as raised:
        setattr(w, name, value)
    assert isinstance(raised.value, errors.GeomapError)
    assert getattr(w, name) == before


def test_what_the_page_says_can_be_read_and_observed(w: Any) -> None:
    seen: list[Any] = []
    w.observe(lambda change: seen.append(change["new"]), "selected")
    heard(w, selected=[ERBIL], view=[36.2, 44, 8.25], filters=EVERYTHING | {"sources": ["Courier"]})
    assert seen == [(ERBIL,)]
    assert w.view == (36.2, 44.0, 8.25)
    assert w.filters["sources"] == ("Courier",)
    w.unobserve_all("selected")


def test_what_no_page_says_is_not_taken(w: Any) -> None:
    for values in (
        {"selected": ["nowhere"]},
        {"only": "%%%"},
        {"only": "////////"},
        {"view": [1, 2]},
        {"filters": {"x": 1}},
    ):
        with pytest.raises(errors.GeomapError):
            heard(w, **values)
    assert (w.selected, w.only, w.view, w.filters) == ((), None, None, EVERYTHING)


def test_what_the_map_shows_is_asked_of_its_page_and_never_of_an_older_state(w: Any) -> None:
    with pytest.raises(errors.MapNotShown, match="display the widget"):
        _ = w.shown_mentions
    courier = w.page.packed(range(5))
    heard(w, _shown={"rows": courier, "filters": EVERYTHING, "only": None})
    assert w.shown_mentions["source"].unique().tolist() == ["Courier"]
    w.filters = {"to": "2017-03-08"}
    with pytest.raises(errors.MapNotShown, match="a later cell"):
        _ = w.shown_mentions
    heard(w, _shown={"rows": courier, "filters": EVERYTHING | {"to": "2017-03-08"}, "only": None})
    assert len(w.shown_mentions) == 5
    w.only = [0]
    with pytest.raises(errors.MapNotShown):
        _ = w.shown_mentions


def test_what_happens_to_the_table_later_does_not_move_the_rows() -> None:
    mentions = sample_mentions()
    w = maps.widget(mentions, detail=None)
    mentions["name"] = "elsewhere"
    mentions.loc[:, "place_id"] = None
    w.selected = MOSUL
    assert w.selected_mentions["name"].to_list() == ["Mosul"] * 3


def test_what_lies_somewhere_in_a_place_is_a_place_of_its_own() -> None:
    mentions = sample_mentions()
    mentions.loc[0, "precision"] = "within"
    w = maps.widget(mentions, approximate=True, detail=None)
    assert w.filters["approximate"] is True
    w.selected = f"within:{MOSUL}"
    assert w.selected_mentions.index.to_list() == [0]
    w.selected = mentions.iloc[[0]]
    assert w.selected == (f"within:{MOSUL}",)


def test_a_table_without_anything_to_draw_has_a_widget_too() -> None:
    w = maps.widget(sample_mentions().iloc[:0], detail=None)
    w.only = []
    assert w.selected_mentions.empty
    assert w.page.unpacked(w.get_state("only")["only"]) == ()


def test_options_are_those_of_explore_and_the_page_says_that_it_is_hosted() -> None:
    mentions = sample_mentions()
    w = maps.widget(mentions, title="Bridges", panel=False, detail=None)
    assert '<meta name="geomap" content="widget">' in w._document
    assert "<title>Bridges</title>" in w._document
    assert '<meta name="geomap"' not in w._plain
    with pytest.raises(TypeError, match="colour"):
        maps.widget(mentions, colour="source")
    with pytest.raises(errors.WrongKind, match="mentions"):
        maps.widget("mentions.csv")


def test_without_anywidget_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "anywidget", None)
    with pytest.raises(
        errors.MissingDependency, match=r"geomap.maps.widget needs anywidget: .*geomap-toolkit\[notebooks\]"
    ):
        maps.widget(sample_mentions())
