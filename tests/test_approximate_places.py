"""Places that no gazetteer holds: the area in which they lie, by what the text says, and how large it must be."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import geomap
from geomap.resolution._approximate import NEEDED, SOURCES, Area, Container, radius_of, shipped, with_approximate_places

PLACES = {
    "Mosul": (36.34, 43.12, "P", "PPLA", "IQ"),
    "Erbil": (36.19, 44.01, "P", "PPLA", "IQ"),
    "Kirkuk": (35.47, 44.39, "P", "PPLA", "IQ"),
    "Lima": (-12.05, -77.04, "P", "PPLC", "PE"),
    "Iraq": (33.0, 44.0, "A", "PCLI", "IQ"),
    "Tigris": (31.0, 47.44, "H", "STM", None),
}


def approximated(
    text: str,
    *unknown: str,
    gazetteer: geomap.Gazetteer,
    score: float = 0.99,
    kind: str = "toponym",
    least: float = 0.3,
) -> dict[str, pd.Series]:
    """Return what becomes of unknown names in a text in which the names above have their places."""
    rows = []
    for name in (*PLACES, *unknown):
        start = text.find(name)
        while start >= 0:
            lat, lon, feature, code, country = PLACES.get(name, (None,) * 5)
            place_id = None if lat is None else f"geonames:{name}"
            known = (name, feature, code, country, "Iraq" if country == "IQ" else None, None, lat, lon)
            found = (0.95, 0.95, "resolved", "place") if place_id else (0.0, 0.0, "nil", None)
            rows.append(
                (
                    "a",
                    "text",
                    start,
                    start + len(name),
                    name,
                    kind if place_id is None else "toponym",
                    score,
                    *found,
                    place_id,
                    *known,
                )
            )
            start = text.find(name, start + 1)
    columns = ["article_id", "field", "start", "end", "toponym", "kind", "recognition_score", "confidence"]
    columns += ["dot_probability", "status", "precision", "place_id", "name", "feature_class", "feature_code"]
    columns += ["country_code", "country", "admin1", "lat", "lon"]
    table = pd.DataFrame(rows, columns=columns).sort_values("start", ignore_index=True)
    table = table.assign(geonameid=None, population=None, radius_km=None)
    articles = pd.DataFrame({"article_id": ["a"], "title": [""], "text": [text]})
    done = with_approximate_places(articles, table, gazetteer, min_confidence=least)
    return {name: done[done["toponym"] == name].iloc[0] for name in unknown}


@pytest.mark.parametrize(
    ("text", "container"),
    [
        ("Rain fell. Troops took Qwxhan, Mosul, on Friday. Erbil was calm. Kirkuk too.", "Mosul"),
        ("Rain fell on Erbil. Troops took Qwxhan in Kirkuk on Friday and went to Mosul.", "Kirkuk"),
        ("They fled Mosul's Qwxhan for Erbil.", "Mosul"),
        ("In Erbil there is peace. Shells hit Qwxhan, they said, and then Mosul. Kirkuk was calm.", "Mosul"),
        ("Troops left Erbil. They slept in Qwxhan.", "Erbil"),
        ("Qwxhan fell. Troops left Erbil.", "Erbil"),
    ],
    ids=["behind a comma", "in", "owner", "the sentence", "before", "focus"],
)
def test_an_unknown_place_lies_in_what_stands_with_it(text: str, container: str, gazetteer: geomap.Gazetteer) -> None:
    row = approximated(text, "Qwxhan", gazetteer=gazetteer)["Qwxhan"]
    assert (row["status"], row["precision"], row["name"]) == ("resolved", "within", container)
    assert (row["lat"], row["lon"]) == PLACES[container][:2]
    assert row["radius_km"] > 0
    assert 0.3 < row["dot_probability"] <= row["confidence"] == shipped().inside


def test_a_name_inside_its_own_name_counts_where_the_article_is(gazetteer: geomap.Gazetteer) -> None:
    text = "Shells hit Baghdad Qwx Stadium. Troops went on to {}. It rained in Kirkuk."
    far = approximated(text.format("Lima"), "Baghdad Qwx Stadium", gazetteer=gazetteer)["Baghdad Qwx Stadium"]
    assert far["name"] != "Baghdad"
    inside = approximated("Shells hit Erbil Qwx Stadium as Mosul fell.", "Erbil Qwx Stadium", gazetteer=gazetteer)
    assert "rbil" in inside["Erbil Qwx Stadium"]["name"]
    assert inside["Erbil Qwx Stadium"]["radius_km"] < 100


def test_a_street_does_not_lie_in_the_town_whose_name_it_bears(gazetteer: geomap.Gazetteer) -> None:
    row = approximated("A fire in Erbil Street drew crowds. Mosul was calm.", "Erbil Street", gazetteer=gazetteer)
    assert row["Erbil Street"]["name"] != "Erbil" or row["Erbil Street"]["radius_km"] > 100


def test_a_name_across_the_world_is_no_container(gazetteer: geomap.Gazetteer) -> None:
    text = "Mosul, Erbil and Kirkuk were hit. A Lima paper wrote of Qwxhan. Then Mosul and Erbil fell."
    row = approximated(text, "Qwxhan", gazetteer=gazetteer)["Qwxhan"]
    assert row["status"] == "nil" or row["name"] != "Lima"


def test_where_the_text_names_the_country_the_area_lies_in_it(gazetteer: geomap.Gazetteer) -> None:
    text = "They came from Lima. In Qwxhan, Iraq, they met. Mosul is near."
    assert approximated(text, "Qwxhan", gazetteer=gazetteer)["Qwxhan"]["name"] == "Mosul"
    alone = "They came from Lima. In Qwxhan, Iraq, they met."
    assert approximated(alone, "Qwxhan", gazetteer=gazetteer)["Qwxhan"]["status"] == "nil"


def test_what_is_probably_no_place_gets_no_area(gazetteer: geomap.Gazetteer) -> None:
    text = "Qwxhan said so in Mosul."
    assert approximated(text, "Qwxhan", gazetteer=gazetteer, score=0.05)["Qwxhan"]["status"] == "nil"
    assert approximated(text, "Qwxhan", gazetteer=gazetteer, kind="embedded")["Qwxhan"]["status"] == "nil"


def test_an_area_less_probable_than_asked_stays_nil(gazetteer: geomap.Gazetteer) -> None:
    row = approximated("It rained in Qwxhan, Mosul.", "Qwxhan", gazetteer=gazetteer, least=0.99)["Qwxhan"]
    assert row["status"] == "nil"


def test_without_any_place_there_is_no_area(gazetteer: geomap.Gazetteer) -> None:
    assert approximated("It rained in Qwxhan.", "Qwxhan", gazetteer=gazetteer)["Qwxhan"]["status"] == "nil"


@given(spread=st.floats(0, 30_000) | st.just(float("nan")), wider=st.floats(0, 30_000))
def test_rings_are_finite_and_grow_with_the_spread_of_the_article(spread: float, wider: float) -> None:
    for source in SOURCES:
        rings = [shipped().radius_km(Area(0, source, Container(0.0, 0.0), km)) for km in sorted((spread, wider))]
        assert all(0 < ring < 2_000 for ring in rings)
        assert rings[0] <= rings[1] or spread != spread


def test_every_source_says_how_much_of_the_article_must_lie_around() -> None:
    assert set(NEEDED) == set(SOURCES)
    assert {radius_of(source) for source in SOURCES} == set(shipped().log_km)


def test_the_parser_gives_areas_unless_told_not_to_and_counts_leave_them_out(gazetteer: geomap.Gazetteer) -> None:
    text = "Shells hit Qwxhan, Mosul. Erbil was calm."

    class Finds:
        def recognize(self, texts: list[str]) -> list[list[geomap.recognition.Span]]:
            names = ("Qwxhan", "Mosul", "Erbil")
            return [
                [
                    geomap.recognition.Span(one.index(name), one.index(name) + len(name), "toponym")
                    for name in names
                    if name in one
                ]
                for one in texts
            ]

    by_default = geomap.Geoparser(recognizer=Finds(), gazetteer=gazetteer).geoparse(text)
    assert by_default["precision"].tolist() == ["within", "place", "place"]
    without = geomap.Geoparser(recognizer=Finds(), gazetteer=gazetteer, approximate=False).geoparse(text)
    assert without["status"].tolist() == ["nil", "resolved", "resolved"]
    pd.testing.assert_frame_equal(by_default.iloc[1:], without.iloc[1:])
    assert geomap.places(by_default)["mentions"].sum() == 2
    near, mosul = by_default.geometry.iloc[:2]
    assert near.equals(mosul)
