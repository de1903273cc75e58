"""What a whole article tells about a doubtful sentence, and where names end in text without case."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geomap import Gazetteer
from geomap.recognition._defaults import well_known
from geomap.recognition._name_rules import whole_name, with_known_names, without_people
from geomap.recognition._spans import Span

TEXT = "Clashes in Bartella. Later, Bartella 2, Rovers 1. Mr Stone left Bartella."


def span(text: str, words: str, *, score: float, nth: int = 0, kind: str = "toponym") -> Span:
    start = -1
    for _ in range(nth + 1):
        start = text.index(words, start + 1)
    return Span(start, start + len(words), kind, "literal", score)


@pytest.fixture(scope="module")
def known() -> Callable[[str], bool]:
    return well_known(Gazetteer())


def test_a_doubtful_name_is_kept_when_the_article_surely_knows_it() -> None:
    sure, doubtful = span(TEXT, "Bartella", score=0.99), span(TEXT, "Bartella", score=0.4, nth=1)
    assert with_known_names(TEXT, [sure], [doubtful]) == [sure, doubtful]


def test_a_doubtful_name_that_the_article_does_not_know_is_left_out() -> None:
    sure, doubtful = span(TEXT, "Bartella", score=0.99), span(TEXT, "Rovers", score=0.7)
    assert with_known_names(TEXT, [sure], [doubtful]) == [sure]


def test_a_name_that_is_only_half_sure_lifts_nothing() -> None:
    half, doubtful = span(TEXT, "Bartella", score=0.6), span(TEXT, "Bartella", score=0.4, nth=1)
    assert with_known_names(TEXT, [half], [doubtful]) == [half]


def test_a_name_below_the_least_score_stays_out() -> None:
    sure, faint = span(TEXT, "Bartella", score=0.99), span(TEXT, "Bartella", score=0.1, nth=1)
    assert with_known_names(TEXT, [sure], [faint]) == [sure]


def test_a_surname_of_the_article_is_no_place_unless_surely_one() -> None:
    text = "Jack London spoke. London smiled. He flew to London."
    doubtful, sure = span(text, "London", score=0.7, nth=1), span(text, "London", score=0.99, nth=2)
    assert without_people(text, [doubtful, sure], {"London"}) == [sure]


@given(st.lists(st.tuples(st.integers(0, 60), st.integers(1, 8), st.floats(0.0, 1.0)), max_size=12))
def test_lifted_spans_never_overlap_the_certain_ones(rows: list[tuple[int, int, float]]) -> None:
    text = "ab " * 24
    certain, possible, reached = [], [], 0
    for start, length, score in sorted(rows):
        each = Span(start, start + length, "toponym", None, score)
        if start >= reached and score > 0.5:
            certain.append(each)
            reached = start + length
        else:
            possible.append(each)
    for kept in with_known_names(text, certain, possible):
        assert kept in certain or not any(kept.start < other.end and other.start < kept.end for other in certain)


@pytest.mark.parametrize(
    ("text", "found", "whole"),
    [
        ("talks in north korea failed", "korea", "north korea"),
        ("TALKS IN NORTH KOREA FAILED", "KOREA", "NORTH KOREA"),
        ("across the middle east today", "middle", "middle east"),
        ("in eastern mosul today", "eastern mosul", "mosul"),
        ("police in boone county said", "boone", "boone county"),
        ("a fire on wichita street at night", "wichita", "wichita street"),
        ("an ohio state trooper", "ohio", "ohio"),
        ("the state of texas sued", "texas", "texas"),
        ("a house on north cooper street", "north cooper street", "north cooper street"),
    ],
)
def test_names_in_text_without_case_are_found_whole(
    known: Callable[[str], bool], text: str, found: str, whole: str
) -> None:
    start = text.index(found)
    first, last = whole_name(text, start, start + len(found), known)
    assert text[first:last] == whole


@given(st.text(alphabet="ab northsueawic.-' ", min_size=1, max_size=40), st.data())
def test_the_whole_name_lies_inside_the_text_and_is_never_empty(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    first, last = whole_name(text, start, end, lambda folded: len(folded) % 3 == 0)
    assert 0 <= first < last <= len(text)
