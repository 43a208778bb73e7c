"""Conversions between the units of the layers."""

from __future__ import annotations

import pytest

from milkfloat import units


def test_speeds_convert_both_ways() -> None:
    # 90 km/h = 90,000 m / 3,600 s = 25 m/s
    assert units.mps_from_kmh(90) == pytest.approx(25)
    assert units.kmh_from_mps(25) == pytest.approx(90)


def test_energies_convert_both_ways() -> None:
    assert units.wh_from_kwh(8.5) == pytest.approx(8_500)
    assert units.kwh_from_wh(8_500) == 8.5
    # 2.5 Wh * 3,600 J/Wh
    assert units.j_from_wh(2.5) == 9_000
    assert units.wh_from_j(9_000) == 2.5


def test_edge_units_round_half_to_even() -> None:
    assert units.ms_from_s(0.0005) == 0  # Half a millisecond, and 0 is the even neighbour.
    assert units.dm_from_m(12.34) == 123
    assert units.g_from_kg(1.2345) == 1_234  # 1,234.5 g, and 1,234 is the even neighbour.


def test_edge_units_come_back_as_domain_values() -> None:
    assert units.s_from_ms(1_500) == 1.5
    assert units.m_from_dm(123) == 12.3
    assert units.kg_from_g(1_234) == 1.234
    assert units.w_from_kw(22) == pytest.approx(22_000)
