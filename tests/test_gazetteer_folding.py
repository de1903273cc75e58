from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geomap.gazetteer import fold

LATIN = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x17F))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Zürich", "ZURICH"),
        ("St. Louis", "Saint Louis"),
        ("St.Louis", "st louis"),
        ("Mt. Sinjar", "Mount Sinjar"),
        ("Ft. Worth", "Fort Worth"),
        ("Sault Ste. Marie", "Sault Sainte Marie"),
        ("The Hague", "Hague"),
        ("Al-Qa'im", "al Qaim"),
        ("Hawaiʻi", "Hawai’i"),
        ("Trinidad & Tobago", "Trinidad and Tobago"),
        ("Washington, D.C.", "Washington D. C."),
        ("U.S.A.", "USA"),
        ("Straße", "STRASSE"),
        ("Łódź", "Lodz"),
        ("Tromsø", "Tromso"),
        ("Ærø", "Aero"),
        ("İzmir", "Izmir"),
        ("Guinea-Bissau", "Guinea  Bissau"),
        ("Côte d'Ivoire", "Cote dIvoire"),
    ],
)
def test_spellings_of_one_name_fold_to_the_same_string(one: str, other: str) -> None:
    assert fold(one) == fold(other) != ""


@pytest.mark.parametrize(
    ("one", "other"), [("MT", "Mount"), ("The", ""), ("Main St", "Main Saint"), ("New York", "Newyork"), ("US", "U")]
)
def test_different_names_stay_different(one: str, other: str) -> None:
    assert fold(one) != fold(other)


def test_other_scripts_are_kept_in_their_usual_form() -> None:
    assert fold("한국") == "한국"
    assert fold("Москва") == "москва"
    assert fold("दिल्ली") == unicodedata.normalize("NFC", "दिल्ली").replace("\u200d", "")


@given(st.text())
def test_folding_twice_changes_nothing(name: str) -> None:
    assert fold(fold(name)) == fold(name)


@given(st.text())
def test_a_folded_name_is_words_with_single_spaces(name: str) -> None:
    folded = fold(name)
    assert folded == " ".join(folded.split())


@given(LATIN)
def test_case_makes_no_difference_to_latin_names(name: str) -> None:
    assert fold(name.upper()) == fold(name) == fold(name.lower())


@given(st.text(st.sampled_from("abcxyz .-'"), min_size=1), st.sampled_from("\u0300\u0301\u0302\u0308\u0327\u030c"))
def test_marks_on_letters_make_no_difference(name: str, mark: str) -> None:
    marked = "".join(each + mark if each.isalpha() else each for each in name)
    assert fold(marked) == fold(unicodedata.normalize("NFC", marked)) == fold(name)


@given(st.text(st.sampled_from("abc .-'&"), min_size=1))
def test_spaces_around_a_name_make_no_difference(name: str) -> None:
    assert fold(f"  {name}\t") == fold(name)
