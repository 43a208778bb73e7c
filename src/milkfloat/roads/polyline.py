"""
Lines as text, in Google's encoded polyline format: what OSRM, VROOM and their clients write lines in.

https://developers.google.com/maps/documentation/utilities/polylinealgorithm
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from milkfloat.errors import Fault, InputError
from milkfloat.roads.types import Float64

DIGITS = 5


def encode(lonlat: npt.ArrayLike, *, digits: int = DIGITS) -> str:
    """
    The text of a line.

    Parameters
    ----------
    lonlat
        Shape (p, 2), degrees. The text has latitude first.
    digits
        Decimals kept: 5 (1.1 m at the equator) or 6.
    """
    whole = np.rint(np.asarray(lonlat, np.float64).reshape(-1, 2)[:, ::-1] * 10**digits).astype(np.int64)
    steps = np.diff(whole, axis=0, prepend=np.zeros((1, 2), np.int64))
    return "".join(_chunks(((steps << 1) ^ (steps >> 63)).ravel().tolist()))


def decode(text: str, *, digits: int = DIGITS) -> Float64:
    """
    The line of a text, shape (p, 2): longitude first.

    Raises
    ------
    InputError
        When it is not in the format.
    """
    values: list[int] = []
    value = shift = 0
    for place, letter in enumerate(text):
        bits = ord(letter) - 63
        if not 0 <= bits < 64 or shift > 60:
            raise InputError(Fault("polyline", f"{letter!r} at {place} is no letter of an encoded line"))
        value |= (bits & 31) << shift
        shift += 5
        if bits < 32:
            values.append(value >> 1 ^ -(value & 1))
            value = shift = 0
    if shift or len(values) % 2:
        raise InputError(Fault("polyline", "ends within a point"))
    steps = np.array(values, np.int64).reshape(-1, 2)
    return np.cumsum(steps, axis=0)[:, ::-1] / 10.0**digits


def _chunks(values: Iterable[int]) -> Iterable[str]:
    for value in values:
        rest = value
        while rest >= 32:
            yield chr((rest & 31 | 32) + 63)
            rest >>= 5
        yield chr(rest + 63)
