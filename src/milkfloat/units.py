"""
Measures that must not mix, and the factors between them.

The unit belongs to the layer (docs/glossary.md): road edges and metrics count milliseconds, decimetres and joules;
domain values and JSON hold seconds, metres, watt-hours, watts and grams; kilometres, kilowatt-hours and percent are
for people and exist at the edges only. The types below are free at run time: they exist so that a checker
refuses a distance where a duration is due.
"""

from __future__ import annotations

from typing import NewType

Seconds = NewType("Seconds", float)
Metres = NewType("Metres", float)
WattHours = NewType("WattHours", float)
Watts = NewType("Watts", float)
MetresPerSecond = NewType("MetresPerSecond", float)

Milliseconds = NewType("Milliseconds", int)
Decimetres = NewType("Decimetres", int)
Joules = NewType("Joules", int)
Grams = NewType("Grams", int)

S_PER_MIN = 60
S_PER_H = 3_600
MS_PER_S = 1_000
DM_PER_M = 10
M_PER_KM = 1_000
G_PER_KG = 1_000
W_PER_KW = 1_000
WH_PER_KWH = 1_000
# One watt-hour is one joule per second, kept up for an hour.
J_PER_WH = S_PER_H
# 1 m/s = 3,600 m/h = 3.6 km/h.
KMH_PER_MPS = S_PER_H / M_PER_KM


def mps_from_kmh(speed_kmh: float) -> MetresPerSecond:
    """Metres per second from kilometres per hour."""
    return MetresPerSecond(speed_kmh / KMH_PER_MPS)


def kmh_from_mps(speed_mps: float) -> float:
    """Kilometres per hour from metres per second."""
    return speed_mps * KMH_PER_MPS


def wh_from_kwh(energy_kwh: float) -> WattHours:
    """Watt-hours from kilowatt-hours."""
    return WattHours(energy_kwh * WH_PER_KWH)


def kwh_from_wh(energy_wh: float) -> float:
    """Kilowatt-hours from watt-hours."""
    return energy_wh / WH_PER_KWH


def wh_from_j(energy_j: float) -> WattHours:
    """Watt-hours from joules."""
    return WattHours(energy_j / J_PER_WH)


def j_from_wh(energy_wh: float) -> Joules:
    """Joules from watt-hours, rounded half to even to the whole joule (a watt-hour is 3,600 of them)."""
    return Joules(round(energy_wh * J_PER_WH))


def w_from_kw(power_kw: float) -> Watts:
    """Watts from kilowatts."""
    return Watts(power_kw * W_PER_KW)


def s_from_ms(duration_ms: int) -> Seconds:
    """Seconds from milliseconds."""
    return Seconds(duration_ms / MS_PER_S)


def ms_from_s(duration_s: float) -> Milliseconds:
    """Milliseconds from seconds, rounded half to even."""
    return Milliseconds(round(duration_s * MS_PER_S))


def m_from_dm(distance_dm: int) -> Metres:
    """Metres from decimetres."""
    return Metres(distance_dm / DM_PER_M)


def dm_from_m(distance_m: float) -> Decimetres:
    """Decimetres from metres, rounded half to even."""
    return Decimetres(round(distance_m * DM_PER_M))


def g_from_kg(mass_kg: float) -> Grams:
    """Grams from kilograms, rounded half to even."""
    return Grams(round(mass_kg * G_PER_KG))


def kg_from_g(mass_g: int) -> float:
    """Kilograms from grams."""
    return mass_g / G_PER_KG
