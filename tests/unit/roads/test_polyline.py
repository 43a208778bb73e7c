"""Encoded lines."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from milkfloat.errors import InputError
from milkfloat.roads.polyline import decode, encode

# The example of the format's own page: (38.5, -120.2), (40.7, -120.95), (43.252, -126.453).
EXAMPLE = "_p~iF~ps|U_ulLnnqC_mqNvxq`@"
LINE = [(-120.2, 38.5), (-120.95, 40.7), (-126.453, 43.252)]


def test_the_published_example() -> None:
    assert encode(LINE) == EXAMPLE
    assert decode(EXAMPLE).tolist() == [pytest.approx(point) for point in LINE]


@given(st.lists(st.tuples(st.floats(-180, 180), st.floats(-90, 90)), max_size=20), st.sampled_from([5, 6]))
def test_a_line_comes_back_to_its_last_digit(line: list[tuple[float, float]], digits: int) -> None:
    """Decoding an encoded line gives every point within half a unit of the last digit kept."""
    again = decode(encode(line, digits=digits), digits=digits).tolist()
    assert again == [pytest.approx(point, abs=0.51 * 10**-digits) for point in line]


@settings(max_examples=50)
@given(st.text(max_size=30))
def test_any_text_is_a_line_or_a_fault(text: str) -> None:
    """Any text either decodes to points or raises InputError."""
    try:
        assert decode(text).shape[1] == 2
    except InputError:
        return


def test_what_is_no_line_is_named() -> None:
    with pytest.raises(InputError, match="' ' at 1"):
        decode("_ ")
    with pytest.raises(InputError, match="ends within a point"):
        decode("_p~iF")
