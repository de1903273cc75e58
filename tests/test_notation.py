"""Names as they are written: hashtags, shared heads, parties, airports, coordinates, and what only looks like a name."""

from __future__ import annotations

import re
from itertools import pairwise

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import geomap
from geomap._coordinates import coordinates_in, point_of
from geomap._notation import Notation, Plain
from geomap.geometry import distance_km
from geomap.recognition import Span


@pytest.fixture(scope="module")
def parser() -> geomap.Geoparser:
    return geomap.Geoparser(relative=False)


@pytest.fixture(scope="module")
def notation() -> Notation:
    return Notation(geomap.Gazetteer())


def resolved(parser: geomap.Geoparser, text: str) -> list[tuple[str, str]]:
    """Return what was found: the words as written, and the name of the place."""
    mentions = parser.geoparse(text)
    assert all(
        text[start:end] == words
        for start, end, words in zip(mentions["start"], mentions["end"], mentions["toponym"], strict=True)
    )
    found = mentions[mentions["status"] == "resolved"]
    return list(zip(found["toponym"], found["name"], strict=True))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Envoys from North and South Dakota met.", [("North", "North Dakota"), ("South Dakota", "South Dakota")]),
        ("Rain fell in East and West Sussex.", [("East", "East Sussex"), ("West Sussex", "West Sussex")]),
        ("The Chile-Bolivia border was closed.", [("Chile", "Chile"), ("Bolivia", "Bolivia")]),
        ("She lives in Baden-Württemberg.", [("Baden-Württemberg", "Baden-Wurttemberg")]),
        ("The mayor lives in Clermont-Ferrand.", [("Clermont-Ferrand", "Clermont-Ferrand")]),
        ("Sen. Ann Smith (R-Calif.) said no.", [("Calif.", "California")]),
        ("Sen. Ann Smith, D-Ore., said no.", [("Ore.", "Oregon")]),
        ("Sen. Ann Smith, D-N.Y., said no.", [("N.Y.", "New York")]),
        ("Sen. Ann Smith, R-TX, said no.", [("TX", "Texas")]),
        ("Rep. Vicki Lee, D-Iowa City, said no.", [("Iowa City", "Iowa City")]),
        ("He was booked into the Titus County Jail.", [("Titus County", "Titus County")]),
        ("Iraqi forces retook the town of Hit on Monday.", [("Iraqi", "Iraq"), ("Hit", "Hīt")]),
        ("They drove from Most to Prague.", [("Most", "Most"), ("Prague", "Prague")]),
        ("Kharkov and Kiev were shelled in 1943.", [("Kharkov", "Kharkiv"), ("Kiev", "Kyiv")]),
        ("Voters of Rio Tinto in Portugal went to the polls.", [("Rio Tinto", "Rio Tinto"), ("Portugal", "Portugal")]),
        ("Rep. Lee of Elko, Nev., said no.", [("Elko", "Elko"), ("Nev.", "Nevada")]),
        ("MOBILE, Ala. — Shrimpers met.", [("MOBILE", "Mobile"), ("Ala.", "Alabama")]),
        ("BATH, Maine — The ship was launched.", [("BATH", "Bath"), ("Maine", "Maine")]),
        ("Voters of Green in Ohio went to the polls.", [("Green", "Green"), ("Ohio", "Ohio")]),
        ("Ohio's Heath was flooded on Friday.", [("Ohio", "Ohio"), ("Heath", "Heath")]),
        ("stuck in san antonio tx again", [("san antonio", "San Antonio"), ("tx", "Texas")]),
        ("she moved to manhattan new york", [("manhattan", "Manhattan"), ("new york", "New York")]),
        ("He was held at the Waldo County Jail overnight.", [("Waldo County", "Waldo County")]),
        ("Smoke over #LosAngeles and #SanFrancisco", [("LosAngeles", "Los Angeles"), ("SanFrancisco", "San Francisco")]),
        ("stay safe #losangeles", [("losangeles", "Los Angeles")]),
        ("Volunteers needed #FloodsInKerala", [("Kerala", "Kerala")]),
        ("Delegates of the D.P.R. of Korea walked out.", [("D.P.R. of Korea", "North Korea")]),
        ("The P.R. of China signed.", [("P.R. of China", "China")]),
        ("Troops of the P.\nR. of China met.", [("P.\nR. of China", "China")]),
        ("The DPRK fired a missile at the U.A.E.", [("DPRK", "North Korea"), ("U.A.E.", "United Arab Emirates")]),
        ("🔥Mosul🔥 is burning.", [("Mosul", "Mosul")]),
        ("The army entered Ｍｏｓｕｌ at dawn.", [("Ｍｏｓｕｌ", "Mosul")]),
        ("The army entered Bagh-\ndad at dawn.", [("Bagh-\ndad", "Baghdad")]),
        ("The train goes London→Paris→Rome today.", [("London", "London"), ("Paris", "Paris"), ("Rome", "Rome")]),
    ],
)  # fmt: skip
def test_a_name_is_read_as_the_place_that_its_notation_means(
    parser: geomap.Geoparser, text: str, expected: list[tuple[str, str]]
) -> None:
    assert resolved(parser, text) == expected


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("It cost US$5 million.", "US"),
        ("They told us that the road is closed.", "us"),
        ("The court cited Mason v. Washington at length.", "Washington"),
        ("Officials told Xinhua that the dam held.", "Xinhua"),
        ("Iraq's Turkmen protested in Kirkuk.", "Turkmen"),
        ("ISIS fighters fled. The ISIS flag was gone.", "ISIS"),
        ("The turkey farmers of Minnesota met.", "turkey"),
        ("He drives a CAR to Paris.", "CAR"),
        ("Airport staff said that the TSA and the FAA met.", "TSA"),
        ("A charity (NGO) met passengers at the airport.", "NGO"),
        ("Police and HUD officials met at the airport.", "HUD"),
        ("Lighthizer, U.S. Trade Representative Smith said.", "Lighthizer"),
        ("D-Day was remembered in Normandy.", "Day"),
        ("He played the R-Type in Leeds.", "Type"),
    ],
)
def test_what_only_looks_like_a_name_is_none(parser: geomap.Geoparser, text: str, word: str) -> None:
    assert word not in set(parser.geoparse(text)["toponym"])


def test_a_soft_hyphen_within_a_name_is_no_part_of_it(parser: geomap.Geoparser) -> None:
    with pytest.warns(geomap.errors.ArticlesDoubtful, match="soft hyphens"):
        assert resolved(parser, "The army entered Bagh\u00addad at dawn.") == [("Bagh\u00addad", "Baghdad")]


def test_codes_of_airports_count_where_a_text_speaks_of_flights(parser: geomap.Geoparser) -> None:
    mentions = parser.geoparse("The flight from LHR to CDG landed; the next goes JFK-LAX.")
    assert list(mentions["toponym"]) == ["LHR", "CDG", "JFK", "LAX"]
    assert set(mentions["feature_code"]) == {"AIRP"}
    assert not len(parser.geoparse("The LHR report went to the CDG group."))


def test_every_airport_code_of_the_gazetteer_is_found_after_a_word_of_travel(notation: Notation) -> None:
    codes = ["LHR", "CDG", "JFK", "FRA", "DXB", "HND", "GRU", "JNB", "SYD", "BGW", "EBL", "CAI", "NBO", "LOS", "DEL"]
    for code in codes:
        text = f"Flights to {code} were canceled."
        assert [(span.start, span.end) for span in notation.read(text, [])] == [(11, 14)], code


def test_coordinates_are_mentions_of_their_own_kind(parser: geomap.Geoparser) -> None:
    mentions = parser.geoparse("The grave lies at 36.34 N, 43.13 E, east of Mosul.")
    first = mentions.iloc[0]
    assert (first["toponym"], first["kind"], first["status"], first["confidence"]) == (
        "36.34 N, 43.13 E", "coordinate", "resolved", 1.0
    )  # fmt: skip
    assert (first.geometry.y, first.geometry.x) == (36.34, 43.13)
    assert list(mentions["toponym"])[1:] == ["Mosul"]
    assert len(geomap.places(mentions)) == 2
    assert len(geomap.alternatives(mentions)) >= 1


@pytest.mark.parametrize(
    ("written", "lat", "lon"),
    [
        ("36.34 N, 43.13 E", 36.34, 43.13),
        ("36.34° N 43.13° W", 36.34, -43.13),
        ("36°20′24″N, 43°07′48″E", 36.34, 43.13),
        ("36°20'N 43°8'E", 36.3333, 43.1333),
        ("N 36.34, E 43.13", 36.34, 43.13),
        ("33°51′S, 151°12′E", -33.85, 151.2),
        ("36 deg 20 min N, 43 deg 7 min E", 36.3333, 43.1167),
        ("36 degrees north, 43 degrees east", 36.0, 43.0),
        ("(-33.8568, 151.2153)", -33.8568, 151.2153),
        ("38S LF 32178 23283", 36.34, 43.13),
        ("38SLF3217823283", 36.34, 43.13),
    ],
)
def test_coordinates_are_read_in_their_notations(written: str, lat: float, lon: float) -> None:
    text = f"The wreck lies at {written}."
    (found,) = coordinates_in(text)
    assert text[found.start : found.end] == written.strip("()")
    assert distance_km(found.lat, found.lon, lat, lon) < 0.02


@pytest.mark.parametrize(
    "text",
    [
        "at 300 N, 200 E Main Street",
        "136.34 N, 43.13 E",
        "36.34 N, 190.5 E",
        "rates of 1.234, 5.678 fell",
        "38S LF 328 22771",
        "up 1.2345, 2.3456",
    ],
)
def test_other_numbers_are_no_coordinates(text: str) -> None:
    assert list(coordinates_in(text)) == []


@given(st.floats(-89.9, 89.9), st.floats(-179.9, 179.9))
def test_any_point_written_in_degrees_minutes_and_seconds_is_read_back(lat: float, lon: float) -> None:
    def angle(value: float, letters: str) -> str:
        seconds = round(abs(value) * 3600)
        return f"{seconds // 3600}°{seconds // 60 % 60:02}′{seconds % 60:02}″{letters[value < 0]}"

    point = point_of(f"{angle(lat, 'NS')}, {angle(lon, 'EW')}")
    assert point is not None and distance_km(*point, lat, lon) < 0.03


GLUED = st.text(st.sampled_from("aB é-\n\u200b\u00ad\u2060🔥→Ｍ　ｓ.,#@$0𝔘ß"), max_size=60)


@given(GLUED, st.data())
def test_spans_of_a_plain_text_stand_where_their_words_are_in_the_original(original: str, data: st.DataObject) -> None:
    plain = Plain(original)
    if not plain.text:
        return
    start = data.draw(st.integers(0, len(plain.text) - 1))
    end = data.draw(st.integers(start + 1, len(plain.text)))
    (placed,) = plain.placed([Span(start, end, "toponym")])
    assert 0 <= placed.start < placed.end <= len(original)
    kept = re.sub(r"[^a-zB0-9.,#@$éß𝔘]", "", plain.text[start:end].replace(", ", ""))
    assert all(char in original[placed.start : placed.end] for char in kept if char not in "Ms,")


@given(st.text(st.sampled_from("#DRN-.vPIw $us°'\"0189NSEW, ABLHRa\n→of"), max_size=80))
def test_any_text_gives_spans_in_order_that_do_not_overlap(notation: Notation, text: str) -> None:
    spans = notation.read(text, [])
    assert all(0 <= span.start < span.end <= len(text) for span in spans)
    assert all(first.end <= second.start for first, second in pairwise(spans))


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("Litchfield Superior Court", [("Litchfield", "embedded")]),
        ("Adair County Regional Jail", [("Adair County", "embedded")]),
        ("Colchester Hospital", [("Colchester Hospital", "toponym")]),
        ("Reserve America", [("Reserve America", "toponym")]),
        ("Leeds LS2 9JT", [("Leeds", "toponym")]),
        ("Alaska's Gateway", [("Alaska", "toponym"), ("Gateway", "toponym")]),
        ("Maiduguri Borno State", [("Maiduguri", "toponym"), ("Borno State", "toponym")]),
    ],
)
def test_a_span_that_nothing_is_known_of_gives_way_to_its_longest_known_part(
    notation: Notation, words: str, found: list[tuple[str, str]]
) -> None:
    text = f"He was seen at {words} on Friday."
    spans = notation.read(text, [Span(15, 15 + len(words), "toponym")])
    assert [(text[span.start : span.end], span.kind) for span in spans] == found


@pytest.mark.parametrize(
    ("text", "part", "whole"),
    [
        ("Two were hurt in Ta’if on Monday.", "Ta", "Ta’if"),
        ("Two were hurt in Rui'an on Monday.", "Rui", "Rui'an"),
        ("Fort-de-France's schools reopen.", "Fort", "Fort-de-France"),
        ("Mosul's schools reopen.", "Mosul", "Mosul"),
        ("The Paris-based firm failed.", "Paris", "Paris"),
    ],
)
def test_a_part_of_a_name_with_apostrophes_or_hyphens_becomes_the_whole(
    notation: Notation, text: str, part: str, whole: str
) -> None:
    start = text.index(part)
    (span,) = notation.read(text, [Span(start, start + len(part), "toponym")])
    assert text[span.start : span.end] == whole


@pytest.mark.parametrize(
    ("text", "words", "name"),
    [
        ("В Москве прошли переговоры.", "Москве", "Москва"),
        ("Пожар в Казани потушен.", "Казани", "Казань"),
        ("У Києві тривають обстріли.", "Києві", "Київ"),
        ("Вибухи у Львові та Харкові.", "Харкові", "Харків"),
        ("Protest w Krakowie trwał do nocy.", "Krakowie", "Kraków"),
        ("V Brně pršelo.", "Brně", "Brno"),
        ("Presidentti puhui Helsingissä tiistaina.", "Helsingissä", "Helsingi"),
        ("Cumhurbaşkanı İstanbul'da konuştu.", "İstanbul'da", "İstanbul"),
        ("The mayor of Perryvilleda spoke.", "Perryvilleda", None),
    ],
)
def test_a_name_in_another_case_is_read_as_the_name_itself(
    notation: Notation, text: str, words: str, name: str | None
) -> None:
    start = text.index(words)
    assert notation.names(text, [Span(start, start + len(words), "toponym")]) == [name]


def test_arabic_names_are_parted_from_the_word_that_is_written_with_them(notation: Notation) -> None:
    text = "اندلعت اشتباكات في الموصل وبغداد يوم الاثنين."
    start = text.index("الموصل")
    spans = notation.read(text, [Span(start, start + len("الموصل وبغداد"), "toponym")])
    assert [text[span.start : span.end] for span in spans] == ["الموصل", "بغداد"]


def test_a_name_between_two_that_were_found_is_found_once(notation: Notation) -> None:
    text = "Trains from Lyon and Leipzig and Berlin were late."
    starts = [text.index(name) for name in ("Lyon", "Berlin")]
    found = [Span(starts[0], starts[0] + 4, "toponym"), Span(starts[1], starts[1] + 6, "toponym")]
    assert [text[span.start : span.end] for span in notation.read(text, found)] == ["Lyon", "Leipzig", "Berlin"]


def test_given_spans_stay_and_are_read_as_the_name_that_they_mean(parser: geomap.Geoparser) -> None:
    text = "Envoys from North and South Dakota met."
    spans = pd.DataFrame({"article_id": ["1"], "field": ["text"], "start": [12], "end": [17]})
    mentions = parser.resolve(text, spans)
    assert list(mentions["toponym"]) == ["North"] and list(mentions["name"]) == ["North Dakota"]
