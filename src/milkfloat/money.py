"""
Money: a whole number of minor units and its currency, which never travel apart.

No float ever holds money. Sums are exact; what is not a whole number of minor units (a tariff times an energy, a share
of a bill) becomes an amount only through a function that is told how to round and says where the residue goes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from math import ceil, floor

from milkfloat.errors import InputError

# ISO 4217: how many decimals a currency's minor unit stands for; those not named here have two.
_DECIMALS = {
    "BHD": 3,
    "CLP": 0,
    "IQD": 3,
    "ISK": 0,
    "JOD": 3,
    "JPY": 0,
    "KRW": 0,
    "KWD": 3,
    "LYD": 3,
    "OMR": 3,
    "PYG": 0,
    "TND": 3,
    "UGX": 0,
    "VND": 0,
    "XAF": 0,
    "XOF": 0,
    "XPF": 0,
}
_DEFAULT_DECIMALS = 2
_CURRENCY_LETTERS = 3


class Rounding(StrEnum):
    """Direction in which a fraction of a minor unit goes."""

    HALF_EVEN = "half-even"
    HALF_UP = "half-up"  # Halves away from zero, as invoices do.
    DOWN = "down"  # Towards zero.
    FLOOR = "floor"
    CEILING = "ceiling"


@dataclass(frozen=True, slots=True, order=False)
class Amount:
    """
    An exact amount of one currency.

    Attributes
    ----------
    amount_minor
        Minor units of the currency (cents for EUR, whole yen for JPY); negative amounts are allowed.
    currency
        ISO 4217 code, three capital letters.

    Raises
    ------
    InputError
        When the amount is not a whole number or the currency is not three capital ASCII letters.
    """

    amount_minor: int
    currency: str

    def __post_init__(self) -> None:
        # bool is an int to Python, and True euros are somebody's bug.
        if type(self.amount_minor) is not int:
            raise InputError(f"amount_minor {self.amount_minor!r} must be a whole number of minor units")
        code = self.currency
        if len(code) != _CURRENCY_LETTERS or not (code.isascii() and code.isalpha() and code.isupper()):
            raise InputError(f"currency {code!r} must be three capital letters, as ISO 4217 writes them")

    def __add__(self, other: Amount) -> Amount:
        return Amount(self.amount_minor + self._minor_of(other), self.currency)

    def __sub__(self, other: Amount) -> Amount:
        return Amount(self.amount_minor - self._minor_of(other), self.currency)

    def __neg__(self) -> Amount:
        return Amount(-self.amount_minor, self.currency)

    def __mul__(self, count: int) -> Amount:
        # Whole counts only: any other factor needs a rounding, so it goes through `rounded`.
        if type(count) is not int:
            return NotImplemented
        return Amount(self.amount_minor * count, self.currency)

    __rmul__ = __mul__

    def __lt__(self, other: Amount) -> bool:
        return self.amount_minor < self._minor_of(other)

    def __le__(self, other: Amount) -> bool:
        return self.amount_minor <= self._minor_of(other)

    def __gt__(self, other: Amount) -> bool:
        return self.amount_minor > self._minor_of(other)

    def __ge__(self, other: Amount) -> bool:
        return self.amount_minor >= self._minor_of(other)

    def __bool__(self) -> bool:
        return self.amount_minor != 0

    def __str__(self) -> str:
        """Return the amount with its decimals and currency, such as ``-12.05 EUR``."""
        decimals = decimals_of(self.currency)
        sign = "-" if self.amount_minor < 0 else ""
        digits = str(abs(self.amount_minor)).rjust(decimals + 1, "0")
        whole, fraction = digits[: len(digits) - decimals], digits[len(digits) - decimals :]
        return f"{sign}{whole}{'.' if fraction else ''}{fraction} {self.currency}"

    def _minor_of(self, other: Amount) -> int:
        if self.currency != other.currency:
            raise InputError(f"{other} cannot be combined with {self}: the currencies differ")
        return other.amount_minor


def decimals_of(currency: str) -> int:
    """How many decimals the minor unit of ``currency`` stands for (ISO 4217): 2 for EUR, 0 for JPY."""
    return _DECIMALS.get(currency, _DEFAULT_DECIMALS)


def rounded(value_minor: Fraction | int, currency: str, *, rounding: Rounding) -> Amount:
    """
    Turn an exact number of minor units into an amount, rounded to the whole minor unit.

    Parameters
    ----------
    value_minor
        Exact value in minor units; floats are refused by the type and by the code.
    rounding
        Where a fraction goes. The residue (exact value minus amount) stays with the caller.

    Raises
    ------
    InputError
        When ``value_minor`` is a float or anything else that is not exact.
    """
    if not isinstance(value_minor, Fraction | int):
        raise InputError(f"{value_minor!r} is not exact: money is made from integers and fractions only")
    value = Fraction(value_minor)
    match rounding:
        case Rounding.HALF_EVEN:
            minor = round(value)
        case Rounding.HALF_UP:
            minor = floor(abs(value) + Fraction(1, 2)) * (-1 if value < 0 else 1)
        case Rounding.DOWN:
            minor = floor(value) if value >= 0 else ceil(value)
        case Rounding.FLOOR:
            minor = floor(value)
        case Rounding.CEILING:
            minor = ceil(value)
    return Amount(minor, currency)


def total(amounts: Iterable[Amount], currency: str) -> Amount:
    """Sum of ``amounts``, all in ``currency``; zero of that currency when there are none."""
    result = Amount(0, currency)
    for amount in amounts:
        result += amount
    return result


def split(amount: Amount, weights: Sequence[int]) -> tuple[Amount, ...]:
    """
    Share ``amount`` in proportion to ``weights`` so that the shares sum to it exactly.

    Every share is rounded towards zero first; the minor units left over go one each to the shares with the largest
    fraction cut off, the earlier share first where they tie (largest remainder method).

    Raises
    ------
    InputError
        When there is no weight, a weight is negative, or all are zero.
    """
    whole = sum(weights)
    if not weights or min(weights) < 0 or whole == 0:
        raise InputError(f"weights {list(weights)} must be at least one number, none negative, not all zero")
    sign = -1 if amount.amount_minor < 0 else 1
    divided = [divmod(abs(amount.amount_minor) * weight, whole) for weight in weights]
    shares = [quotient for quotient, _ in divided]
    left_over = abs(amount.amount_minor) - sum(shares)
    by_remainder = sorted(range(len(weights)), key=lambda index: -divided[index][1])
    for index in by_remainder[:left_over]:
        shares[index] += 1
    return tuple(Amount(sign * share, amount.currency) for share in shares)
