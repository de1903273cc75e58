"""A title that the text repeats at its start is read in the text only."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geomap.articles import title_is_repeated

TITLE = "Floods reach the markets of Kirkuk"


@pytest.mark.parametrize(
    ("title", "text"),
    [
        (TITLE, f"{TITLE}\nHeavy rain fell."),
        (TITLE, f"{TITLE}. Heavy rain fell."),
        (TITLE, f"{TITLE} Heavy rain fell."),
        (TITLE, f"\r\n  — -- {TITLE.upper()}\nHeavy rain fell."),
        (TITLE, "Floods  reach the\nmarkets of Kirkuk\n\nHeavy rain fell."),
        ("Floods reach ‘Kirkuk’ again", "\"Floods reach 'Kirkuk' again\"\nHeavy rain fell."),
        (f"{TITLE} | The Daily Test", f"{TITLE}\nHeavy rain fell."),
        (f"{TITLE} - Reuters", f"{TITLE}\nHeavy rain fell."),
        (TITLE, f"{TITLE} | The Daily Test\nHeavy rain fell."),
        ("Floods reach the markets of…", f"{TITLE}\nHeavy rain fell."),
        ("Floods reach the mark...", f"{TITLE}\nHeavy rain fell."),
        ("Café &amp; market in Besançon", "Cafe\u0301 & market in Besancon\nHeavy rain fell."),
        ("Mosul", "MOSUL\nIt fell on Friday."),
        ("Mosul", "Mosul: it fell on Friday."),
        ("Mosul", "Mosul"),
        ("洪水到达基尔库克", "洪水到达基尔库克\n大雨。"),
    ],
)
def test_a_repeated_title_is_seen(title, text):
    assert title_is_repeated(title, text)


@pytest.mark.parametrize(
    ("title", "text"),
    [
        (TITLE, "Heavy rain fell."),
        (TITLE, f"Heavy rain fell.\n{TITLE}"),
        (TITLE, "Floods reach the markets of Erbil\nHeavy rain fell."),
        (TITLE, "Floods reach"),
        (TITLE, "Floods reach the markets of Kirkukia\nHeavy rain fell."),
        ("Mosul", "Mosul fell on Friday."),
        ("Iraq", "Iraqi forces left."),
        ("Iraq", "Iraq's forces left."),
        ("Mosul - The Daily Test", "Mosul: it fell on Friday."),
        ("", "Heavy rain fell."),
        ("—", "— Heavy rain fell."),
        (TITLE, ""),
    ],
)
def test_another_beginning_is_no_repeated_title(title, text):
    assert not title_is_repeated(title, text)


@given(title=st.text(max_size=60), text=st.text(max_size=120))
def test_a_title_on_a_line_of_its_own_is_always_repeated_if_it_has_a_letter(title, text):
    expected = any(letter.isalnum() for letter in title)
    if expected:
        assert title_is_repeated(title, f"{title}\n{text}")
    else:
        assert not title_is_repeated(title, text)
