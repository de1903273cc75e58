from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from geomap._varints import from_zigzag, packed, unpacked, zigzag


@given(st.lists(st.integers(0, 2**40)))
def test_numbers_come_back_from_their_bytes(numbers: list[int]) -> None:
    assert unpacked(packed(numbers)).tolist() == numbers


@given(st.lists(st.integers(-(2**40), 2**40)))
def test_signed_numbers_come_back_from_their_zigzag(numbers: list[int]) -> None:
    assert from_zigzag(zigzag(numbers)).tolist() == numbers


def test_a_number_takes_a_byte_for_seven_binary_digits() -> None:
    assert [len(packed([2**bits - 1])) for bits in (1, 7, 8, 14, 15, 35)] == [1, 1, 2, 2, 3, 5]
