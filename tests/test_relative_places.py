"""Places that a text gives by another: the point that the words describe, and never another one."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import geomap
from geomap.geometry import distance_km
from geomap.resolution._relative import with_relative_places

MOSUL = (36.335, 43.119)


@pytest.fixture(scope="module")
def parser() -> geomap.Geoparser:
    return geomap.Geoparser()


def anchored(text: str, *names: str, points: dict[str, tuple[float, float]] | None = None) -> pd.DataFrame:
    """Return what becomes of names of towns whose places are known: at Mosul, or at the given points."""
    rows = []
    for name in names:
        start = text.index(name)
        lat, lon = (points or {}).get(name, MOSUL)
        where = ("1", "text", start, start + len(name), name, "toponym", 0.9)
        rows.append((*where, f"geonames:{name}", name, "P", "PPL", "IQ", "Iraq", None, lat, lon))
    of_place = ["place_id", "name", "feature_class", "feature_code", "country_code", "country", "admin1", "lat", "lon"]
    columns = ["article_id", "field", "start", "end", "toponym", "kind", "confidence", *of_place]
    table = pd.DataFrame(rows, columns=columns).assign(geonameid=1, population=5, status="resolved")
    articles = pd.DataFrame({"article_id": ["1"], "title": [""], "text": [text]})
    return with_relative_places(articles, table)


@pytest.mark.parametrize(
    ("words", "north_km", "east_km"),
    [
        ("20 km south of Mosul", -20, 0),
        ("some 30 miles to the west of Mosul", 0, -48.3),
        ("about 60 km (37 miles) northwest of Mosul", 42.4, -42.4),
        ("120km SW of Mosul", -84.9, -84.9),
        ("ten nautical miles east of Mosul", 0, 18.5),
        ("twenty-five kilometres due north of the city of Mosul", 25, 0),
        ("a dozen miles south-east of Mosul", -13.7, 13.7),
        ("10 to 20 km north of Mosul", 15, 0),
        ("1,200 km south of Mosul", -1200, 0),
        ("an hour's drive north of Mosul", 70, 0),
        ("200 meters east of Mosul", 0, 0.2),
        ("SOUTH OF Mosul", -15, 0),
        ("20 KM SOUTH OF Mosul", -20, 0),
    ],
)
def test_a_distance_and_a_direction_are_a_point(words: str, north_km: float, east_km: float) -> None:
    (row,) = anchored(f"A bomb went off {words} on Friday.", "Mosul").itertuples()
    assert row.precision == "offset" and row.place_id.startswith("geonames:Mosul+")
    north = (row.lat - MOSUL[0]) * 111.1
    east = (row.lon - MOSUL[1]) * 111.3 * 0.805
    assert north == pytest.approx(north_km, abs=max(1.5, 0.012 * abs(north_km)))
    assert east == pytest.approx(east_km, abs=max(1.5, 0.02 * abs(east_km)))
    assert 0 < row.radius_km <= 3 + 0.35 * 1200
    assert pd.isna(row.geonameid) and pd.isna(row.population) and row.name.endswith("Mosul")


@pytest.mark.parametrize(
    "text",
    [
        "A 100 km race in Mosul began.",
        "Some 20 miles of roads near Mosul were repaired.",
        "He fell in the south of Mosul.",
        "Talks on Mosul failed.",
        "The road goes from Mosul 20 km south.",
        "A 0 km south of Mosul marker.",
        "It is 90,000 km south of Mosul.",
        "They took the goods off Mosul's streets.",
    ],
)
def test_other_distances_and_directions_leave_the_place_where_it_is(text: str) -> None:
    (row,) = anchored(text, "Mosul").itertuples()
    assert (row.lat, row.lon, row.precision) == (*MOSUL, "place")


def test_what_lies_there_keeps_its_own_place_and_gets_one_where_it_has_none(parser: geomap.Geoparser) -> None:
    known = parser.geoparse("Fighters hold Tal Afar, 60 km west of Mosul.")
    assert list(known["precision"]) == ["place", "place"]
    text = "Troops reached Qabr Foobar, about 60 km northwest of Mosul, at dawn."
    spans = pd.DataFrame({"article_id": "1", "field": "text", "start": [15, text.index("Mosul")]})
    spans["end"] = spans["start"] + [11, 5]
    mentions = parser.resolve(text, spans)
    first, second = mentions.itertuples()
    assert (first.status, first.precision, first.country_code) == ("resolved", "offset", "IQ")
    assert distance_km(first.geometry.y, first.geometry.x, *MOSUL) == pytest.approx(60, abs=3)
    assert (second.name, second.precision) == ("Mosul", "place")


def test_what_the_gazetteer_lacks_is_as_sure_there_as_its_anchor(parser: geomap.Geoparser) -> None:
    found = parser.geoparse("Police in Foo, 14 km north of Mosul, found arms. Qwxhamlet, east of Mosul, was quiet.")
    known = found[found["precision"] == "offset"]
    assert len(known)
    assert (known["dot_probability"] > 0.5).all()


def test_near_a_town_and_a_distance_without_direction_are_a_radius() -> None:
    near, away = (anchored(text, "Mosul").iloc[0] for text in ("A fire near Mosul.", "A fire 5 km from Mosul."))
    assert (near["precision"], near["radius_km"], near["lat"]) == ("place", 15.0, MOSUL[0])
    assert (away["precision"], away["radius_km"], away["lat"]) == ("place", 8.0, MOSUL[0])


def test_between_two_towns_is_their_middle_but_talks_between_them_are_not() -> None:
    points = {"Homs": (34.73, 36.71), "Hama": (35.13, 36.75)}
    moved = anchored("A bus overturned halfway between Homs and Hama.", "Homs", "Hama", points=points)
    assert moved["place_id"].nunique() == 1 and set(moved["precision"]) == {"offset"}
    assert moved["lat"].iloc[0] == pytest.approx(34.93, abs=0.01)
    talks = anchored("Talks between Homs and Hama failed.", "Homs", "Hama", points=points)
    assert set(talks["precision"]) == {"place"}


@pytest.mark.parametrize(
    "text",
    [
        "Clashes on the Chile-Bolivia border.",
        "Chile's border with Bolivia is closed.",
        "The border between Chile and Bolivia is shut.",
    ],
)
def test_a_border_of_two_countries_is_a_point_on_it(parser: geomap.Geoparser, text: str) -> None:
    mentions = parser.geoparse(text)
    assert set(mentions["precision"]) == {"offset"} and set(mentions["country_code"]) == {"CL", "BO"}
    assert mentions.geometry.y.between(-23, -17).all() and mentions.geometry.x.between(-70, -67).all()
    assert 100 < mentions["radius_km"].iloc[0] < 500


def test_the_border_as_a_topic_has_no_place(parser: geomap.Geoparser) -> None:
    assert set(parser.geoparse("Chile-Bolivia border talks were held.")["precision"]) == {"place"}


def test_an_adjective_is_no_anchor(parser: geomap.Geoparser) -> None:
    mentions = parser.geoparse("The town lies 160 km south of the Sri Lankan capital Colombo.")
    assert dict(zip(mentions["toponym"], mentions["precision"], strict=True)) == {
        "Sri Lankan": "place",
        "Colombo": "offset",
    }


def test_off_a_town_is_the_sea_before_it_and_nothing_inland(parser: geomap.Geoparser) -> None:
    (row,) = parser.geoparse("Divers raised an anchor off the coast of Mombasa.").itertuples()
    assert row.precision == "offset" and row.geometry.x > 39.75 and row.name == "off Mombasa"
    (inland,) = parser.geoparse("Nothing was found off Nairobi.").itertuples()
    assert inland.precision == "place"


def test_without_relative_places_every_point_is_the_name_s_own() -> None:
    text = "A bomb went off 20 km south of Mosul."
    plain, moved = geomap.geoparse(text, relative=False), geomap.geoparse(text)
    assert (plain["name"].iloc[0], plain["precision"].iloc[0]) == ("Mosul", "place")
    assert moved["precision"].iloc[0] == "offset"
    assert distance_km(
        plain.geometry.y[0], plain.geometry.x[0], moved.geometry.y[0], moved.geometry.x[0]
    ) == pytest.approx(20, abs=0.1)
    assert len(geomap.places(moved)) == 1 and geomap.places(moved)["name"].iloc[0] == "20 km south of Mosul"


@given(
    st.floats(-89.5, 89.5),
    st.floats(-180, 180),
    st.integers(1, 1500),
    st.sampled_from(["north", "northeast", "east", "south", "west", "SSW", "NW"]),
)
@settings(deadline=None)
def test_any_offset_lies_at_its_distance_also_at_the_poles_and_the_antimeridian(
    lat: float, lon: float, km: int, direction: str
) -> None:
    (row,) = anchored(f"It lies {km} km {direction} of Mosul.", "Mosul", points={"Mosul": (lat, lon)}).itertuples()
    assert -90 <= row.lat <= 90 and -180 <= row.lon <= 180
    assert float(distance_km(lat, lon, row.lat, row.lon)) == pytest.approx(km, rel=0.01)


def test_why_says_what_a_relative_place_is(parser: geomap.Geoparser) -> None:
    said = [
        str(geomap.why(parser.geoparse(text).iloc[[0]]))
        for text in ("It fell 20 km south of Mosul.", "A fire near Mosul.", "He is in Mosul.")
    ]
    assert said[0].endswith("the words describe “20 km south of Mosul”, within about 10 km.")
    assert said[1].endswith("What is meant lies near it, within about 15 km.")
    assert "meant" not in said[2]
