"""The model-free recognizer: what counts as a mention, and what only looks like one."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from laws import many

import geomap
from geomap.recognition import Recognizer
from geomap.recognition._matcher import GazetteerMatcher, tokenize


@pytest.fixture(scope="session")
def matcher(gazetteer: geomap.Gazetteer) -> GazetteerMatcher:
    return GazetteerMatcher(gazetteer)


def found(matcher: GazetteerMatcher, text: str) -> list[str]:
    (spans,) = matcher.recognize([text])
    return [text[span.start : span.end] for span in spans]


def kinds(matcher: GazetteerMatcher, text: str) -> dict[str, str]:
    (spans,) = matcher.recognize([text])
    return {text[span.start : span.end]: span.kind for span in spans}


def test_it_is_a_recognizer(matcher: GazetteerMatcher) -> None:
    assert isinstance(matcher, Recognizer)


@pytest.mark.slow
def test_the_longest_name_wins(matcher: GazetteerMatcher) -> None:
    assert found(matcher, "Flights to New York City and South Korea resumed.") == ["New York City", "South Korea"]


def test_neighboring_names_are_both_found(matcher: GazetteerMatcher) -> None:
    assert found(matcher, "The Baghdad Mosul road and the Paris-London train") == [
        "Baghdad",
        "Mosul",
        "Paris",
        "London",
    ]


def test_a_name_inside_a_word_is_none(matcher: GazetteerMatcher) -> None:
    assert "Paris" not in found(matcher, "The Parisienne cafe opened.")


def test_possessives_and_punctuation_stay_outside(matcher: GazetteerMatcher) -> None:
    assert found(matcher, "In Mosul's old quarter (near Erbil), Baghdad’s envoy spoke.") == [
        "Mosul",
        "Erbil",
        "Baghdad",
    ]


def test_diacritics_and_written_variants_are_found_as_written(matcher: GazetteerMatcher) -> None:
    assert found(matcher, "From Zürich to St. Louis and São Paulo.") == ["Zürich", "St. Louis", "São Paulo"]


@pytest.mark.parametrize(
    "text",
    [
        "Paris Hilton arrived late.",
        "Mr. Jordan declined to comment.",
        "Judge Lincoln ruled on Monday.",
        "Austin said that he would appeal.",
    ],
)
def test_persons_who_are_called_like_places_are_no_mentions(matcher: GazetteerMatcher, text: str) -> None:
    assert found(matcher, text) == []


def test_a_person_once_named_in_full_is_known_by_the_surname(matcher: GazetteerMatcher) -> None:
    assert found(matcher, "Michael Jordan played. Later Jordan left.") == []


def test_the_country_still_is_one_when_it_acts(matcher: GazetteerMatcher) -> None:
    assert found(matcher, "Officials in Jordan closed the border.") == ["Jordan"]


def test_ordinary_words_at_the_start_of_a_sentence_are_no_places(matcher: GazetteerMatcher) -> None:
    assert found(matcher, "Reading is fun. Nice weather. Most people agree.") == []
    assert found(matcher, "She was born in Reading.") == ["Reading"]


def test_lower_case_words_are_no_mentions(matcher: GazetteerMatcher) -> None:
    assert found(matcher, "the mobile phone, the turkey and the china plates") == []


def test_demonyms_are_told_from_toponyms(matcher: GazetteerMatcher) -> None:
    assert kinds(matcher, "Iraqi troops and Texans met in Baghdad.") == {
        "Iraqi": "demonym",
        "Texans": "demonym",
        "Baghdad": "toponym",
    }


def test_a_place_inside_an_organization_is_embedded(matcher: GazetteerMatcher) -> None:
    assert kinds(matcher, "The Paris Police Department said so.")["Paris"] == "embedded"


def test_abbreviations_count_with_their_case_and_dots_only(matcher: GazetteerMatcher) -> None:
    assert found(matcher, "The U.S. and the UK asked us.") == ["U.S.", "UK"]
    assert found(matcher, "A fire in Paducah, Ky., burned.") == ["Paducah", "Ky."]
    assert "Ind" not in found(matcher, "An Ind company.")


def test_a_small_town_counts_where_the_text_says_where_it_is(matcher: GazetteerMatcher) -> None:
    assert found(matcher, "The fair in Murray, Kentucky, opened.") == ["Murray", "Kentucky"]


ODD = st.sampled_from(
    ["Mosul", "U.S.", "São", "e\u0301", "🌍", "\r\n", "\u202e", "الموصل", "\x00", "St. ", "’s", "-", "Iraqi"]
)


@settings(max_examples=many(150), deadline=None)
@given(st.lists(st.one_of(ODD, st.text(max_size=5)), max_size=25).map("".join))
def test_spans_are_inside_the_text_in_order_and_apart(matcher: GazetteerMatcher, text: str) -> None:
    (spans,) = matcher.recognize([text])
    end = 0
    for span in spans:
        assert end <= span.start < span.end <= len(text)
        end = span.end


@given(st.text(max_size=200))
def test_tokens_are_the_text_at_their_offsets(text: str) -> None:
    for token in tokenize(text):
        assert text[token.start : token.end] == token.word


@pytest.mark.slow
def test_time_grows_no_faster_than_the_text(matcher: GazetteerMatcher) -> None:
    sentence = "Troops left Mosul for Erbil while Turkish officials met in Ankara. "
    matcher.recognize([sentence])

    def seconds(times: int) -> float:
        # CPU time, the best of three: other processes on the machine are not the matcher's.
        taken = []
        for _ in range(3):
            started = time.process_time()
            (spans,) = matcher.recognize([sentence * times])
            taken.append(time.process_time() - started)
            assert len(spans) == 4 * times
        return min(taken)

    assert seconds(8000) < 60 * max(seconds(400), 0.01)


def test_only_names_of_the_most_prominent_places_are_looked_for(tmp_path: Path, gazetteer_cache: Path) -> None:
    path = tmp_path / "own.csv"
    path.write_text("name,lat,lon,population\nAldersholt,51,-1,9000\nWymondbury,52,0,2000\n", encoding="utf-8")
    own = geomap.Gazetteer(path, cache_dir=gazetteer_cache)
    text = "They went to Aldersholt and to Wymondbury."
    assert found(GazetteerMatcher(own), text) == ["Aldersholt", "Wymondbury"]
    assert found(GazetteerMatcher(own, limit=1), text) == ["Aldersholt"]
    # The whole of GeoNames has thirteen million places: their names do not fit into memory.
    assert GazetteerMatcher(own).limit == 400_000


def test_a_gazetteer_without_abbreviations_has_no_empty_mentions(tmp_path: Path, gazetteer_cache: Path) -> None:
    path = tmp_path / "own.csv"
    path.write_text("name,lat,lon\nAldersholt,51.2,-1.3\n", encoding="utf-8")
    own = GazetteerMatcher(geomap.Gazetteer(path, cache_dir=gazetteer_cache))
    assert found(own, "They met in Aldersholt, (of course), on Monday.") == ["Aldersholt"]
