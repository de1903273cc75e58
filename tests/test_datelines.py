"""Datelines: the styles of many desks, and ordinary sentences that look a little like them."""

from __future__ import annotations

import pytest

from geomap._datelines import byline, opens_sentence, opens_text


@pytest.mark.parametrize(
    "sentence",
    [
        "KHAZER, Iraq — At first light",
        "— -- KHAZER, Iraq — At first light",
        "KHAZER (Reuters) - Troops",
        "KHAZER, Oct. 20 — Foreign ministers",
        "KHAZER, Iraq (geomap sample) - Security",
        "KHAZER (Bakhdida), Iraq — There were",
        "KHAZER CAMP, Nov. 11 — Each afternoon",
        "SOUTH OF KHAZER — Paramilitaries",
        "KHAZER/ROME — The agency",
        "KHAZER, Jan. 24. The desks",
        "KHAZER, June 18: Before sunrise",
        "KHAZER, 10 July (Tigris Dispatch) -- Haider",
        "KHAZER, Turkey—The final convoy",
        "KHAZER, N.C. — Around",
    ],
)
def test_datelines_of_many_styles_are_read(sentence: str) -> None:
    assert opens_sentence("KHAZER", sentence)


@pytest.mark.parametrize(
    ("toponym", "sentence"),
    [
        ("Khazer", "Khazer — a river — rose."),
        ("KHAZER", "KHAZER fell on Monday."),
        ("Mosul", "In Mosul - as elsewhere - it rained."),
        ("Iraq", "KHAZER, Iraq — At first light"),
        ("Mosul", "Mosul, which fell in 2014, is quiet."),
    ],
)
def test_ordinary_sentences_are_not_datelines(toponym: str, sentence: str) -> None:
    assert not opens_sentence(toponym, sentence)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("KHAZER, Iraq — At first light", True),
        ("Bridge reopens\nKHAZER (Reuters) - Troops", True),
        ("Khazer — A river rose.", True),
        ("NORTH OF KHAZER — Paramilitaries", True),
        ("Troops left Khazer — again.", False),
        ("KHAZER fell on Monday.", False),
        ("KHAZER fell. Then — nothing.", False),
        ("x" * 400 + "\nKHAZER, Iraq — At first light", False),
    ],
)
def test_a_text_opens_with_its_dateline(text: str, expected: bool) -> None:
    start = text.upper().index("KHAZER")
    assert opens_text(text, start, start + len("KHAZER")) is expected


def test_who_filed_an_article_is_named_at_the_head_of_its_text_only() -> None:
    found = byline("BASRA, Iraq, Sept 9 (Tigris Dispatch) – The port reopened.")
    assert found is not None and found.group(1) == "Tigris Dispatch"
    assert byline("x" * 300 + "BASRA (Tigris Dispatch) – The port reopened.") is None
    assert byline("The port (closed since May) reopened.") is None
