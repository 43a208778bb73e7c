"""Amounts for people: seconds as hours and minutes, metres as kilometres; units of instances as they are."""

from __future__ import annotations

_THOUSANDS = {"m": "km", "Wh": "kWh", "g": "kg", "ml": "l"}


def amount(value: float, unit: str) -> str:
    """``value`` with its unit, in the size people use: 7380 s is 2 h 3 min, 900000 g is 900 kg."""
    if unit == "s":
        return duration(value)
    if unit in _THOUSANDS and abs(value) >= 100:
        return f"{value / 1000:.4g} {_THOUSANDS[unit]}"
    return f"{value:.6g} {unit}".rstrip()


def duration(seconds: float) -> str:
    """A duration in at most two units."""
    if abs(seconds) < 60:
        return f"{seconds:.3g} s"
    minutes = round(seconds / 60)
    hours, rest = divmod(abs(minutes), 60)
    sign = "-" if minutes < 0 else ""
    return f"{sign}{hours} h {rest} min" if hours else f"{sign}{rest} min"
