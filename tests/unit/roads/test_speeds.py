"""Speeds without traffic, from tags."""

from __future__ import annotations

import pytest

from milkfloat.roads.speeds import free_flow_kmh, limit_kmh


@pytest.mark.parametrize(
    ("text", "kmh"),
    [
        ("50", 50.0),
        ("30 mph", 48.28032),
        ("50;30", 30.0),
        ("none", 110.0),
        ("walk", 7.0),
        ("FI:urban", 50.0),
        ("DE:zone30", 30.0),
        ("DE:zone:20", 20.0),
        ("signals", None),
        ("", None),
        (None, None),
    ],
)
def test_a_limit_is_read(text: str | None, kmh: float | None) -> None:
    assert limit_kmh(text) == (None if kmh is None else pytest.approx(kmh))


def test_the_class_gives_the_limit_that_is_not_signed() -> None:
    # Residential: 40 km/h, of which 0.65 is driven.
    assert free_flow_kmh({"highway": "residential"}, forward=True) == pytest.approx(26.0)


def test_directions_may_have_limits_of_their_own() -> None:
    tags = {"highway": "secondary", "maxspeed:forward": "30", "maxspeed": "50"}
    assert free_flow_kmh(tags, forward=True) == pytest.approx(0.86 * 30)
    assert free_flow_kmh(tags, forward=False) == pytest.approx(0.86 * 50)


def test_cobbles_parking_aisles_and_ramps_are_slower() -> None:
    assert free_flow_kmh({"highway": "residential", "surface": "sett"}, forward=True) == pytest.approx(26.0 * 0.85)
    aisle = {"highway": "service", "service": "parking_aisle"}
    assert free_flow_kmh(aisle, forward=True) == pytest.approx(15.0 * 0.75)
    assert free_flow_kmh({"highway": "motorway_link"}, forward=True) == pytest.approx(60.0 * 0.95)


def test_a_nonsense_limit_leaves_a_speed_that_moves() -> None:
    assert free_flow_kmh({"highway": "service", "maxspeed": "0"}, forward=True) == pytest.approx(15.0)
    assert free_flow_kmh({"highway": "service", "maxspeed": "1"}, forward=True) == pytest.approx(3.0)
