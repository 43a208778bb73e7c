"""Exact amounts: sums, roundings and shares."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from milkfloat.errors import InputError
from milkfloat.money import Amount, Rounding, decimals_of, rounded, split, total


def eur(amount_minor: int) -> Amount:
    return Amount(amount_minor, "EUR")


def test_amounts_of_one_currency_add_up() -> None:
    assert eur(1_205) + eur(-5) == eur(1_200)
    assert eur(1_205) - eur(5) == eur(1_200)
    assert -eur(3) == eur(-3)
    assert 3 * eur(7) == eur(7) * 3 == eur(21)
    assert total([eur(1), eur(2)], "EUR") == eur(3)
    assert total([], "EUR") == eur(0)


def test_amounts_of_two_currencies_do_not_mix() -> None:
    with pytest.raises(InputError, match=r"1 JPY cannot be combined with 0\.01 EUR"):
        eur(1) + Amount(1, "JPY")
    with pytest.raises(InputError, match="currencies differ"):
        assert eur(1) < Amount(2, "JPY")
    assert eur(1) != Amount(1, "JPY")


def test_amounts_compare_by_value() -> None:
    assert eur(1) < eur(2) <= eur(2)
    assert eur(2) > eur(1) >= eur(1)
    assert not eur(0)
    assert eur(-1)


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        (Amount(-1_205, "EUR"), "-12.05 EUR"),
        (Amount(5, "EUR"), "0.05 EUR"),
        (Amount(1_205, "JPY"), "1205 JPY"),
        (Amount(1_205, "KWD"), "1.205 KWD"),
    ],
)
def test_an_amount_is_written_with_the_decimals_of_its_currency(amount: Amount, text: str) -> None:
    assert str(amount) == text
    assert decimals_of(amount.currency) == len(text.split(maxsplit=1)[0].partition(".")[2])


@pytest.mark.parametrize(("minor", "currency"), [(1.5, "EUR"), (True, "EUR"), (1, "eur"), (1, "EURO"), (1, "")])
def test_a_fraction_or_an_unknown_currency_is_refused(minor: int, currency: str) -> None:
    with pytest.raises(InputError):
        Amount(minor, currency)


@pytest.mark.parametrize(
    ("rounding", "half", "minus_half", "minus_two_thirds"),
    [
        # Of 2.5, -2.5 and -2 2/3 minor units.
        (Rounding.HALF_EVEN, 2, -2, -3),
        (Rounding.HALF_UP, 3, -3, -3),
        (Rounding.DOWN, 2, -2, -2),
        (Rounding.FLOOR, 2, -3, -3),
        (Rounding.CEILING, 3, -2, -2),
    ],
)
def test_each_rounding_goes_its_declared_way(
    rounding: Rounding, half: int, minus_half: int, minus_two_thirds: int
) -> None:
    assert rounded(Fraction(5, 2), "EUR", rounding=rounding) == eur(half)
    assert rounded(Fraction(-5, 2), "EUR", rounding=rounding) == eur(minus_half)
    assert rounded(Fraction(-8, 3), "EUR", rounding=rounding) == eur(minus_two_thirds)


def test_a_float_never_becomes_money() -> None:
    with pytest.raises(InputError, match="not exact"):
        rounded(0.1, "EUR", rounding=Rounding.HALF_EVEN)  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        eur(1) * 0.5  # type: ignore[operator]


def test_left_over_cents_go_to_the_largest_remainders() -> None:
    # 100 * 1/3 = 33 1/3 each; the cent left over goes to the first of the tied.
    assert split(eur(100), [1, 1, 1]) == (eur(34), eur(33), eur(33))
    # 5 * 1/4 = 1 1/4 and 5 * 3/4 = 3 3/4: the larger fraction takes the cent.
    assert split(eur(-5), [1, 3]) == (eur(-1), eur(-4))


@pytest.mark.parametrize("weights", [[], [0, 0], [2, -1]])
def test_weights_that_share_nothing_are_refused(weights: list[int]) -> None:
    with pytest.raises(InputError, match="weights"):
        split(eur(1), weights)


@given(
    st.integers(-(10**12), 10**12),
    st.lists(st.integers(0, 10**9), min_size=1, max_size=8).filter(lambda weights: sum(weights) > 0),
)
def test_shares_sum_to_the_amount_and_stay_within_a_minor_unit(minor: int, weights: list[int]) -> None:
    """Whatever the weights, no minor unit is lost or made, and no share is off by a whole one."""
    shares = split(eur(minor), weights)
    assert total(shares, "EUR") == eur(minor)
    for share, weight in zip(shares, weights, strict=True):
        assert abs(share.amount_minor - Fraction(minor * weight, sum(weights))) < 1
