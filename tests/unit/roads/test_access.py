"""Which ways a van may use, and in which direction."""

from __future__ import annotations

import pytest

from milkfloat.roads.access import Access, VanSize, blocks, metric_value, van_access

SIZE = VanSize()
BOTH = Access(forward=True, backward=True, destination_only=False)
ALONG = Access(forward=True, backward=False, destination_only=False)
AGAINST = Access(forward=False, backward=True, destination_only=False)
TO_DELIVER = Access(forward=True, backward=True, destination_only=True)


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ({}, BOTH),
        ({"oneway": "yes"}, ALONG),
        ({"oneway": "1"}, ALONG),
        ({"oneway": "-1"}, AGAINST),
        ({"oneway": "no"}, BOTH),
        ({"oneway": "reversible"}, None),
        ({"oneway:motor_vehicle": "yes"}, ALONG),
        ({"junction": "roundabout"}, ALONG),
        ({"junction": "roundabout", "oneway": "no"}, BOTH),
        ({"highway": "motorway"}, ALONG),
        ({"highway": "motorway_link"}, BOTH),
        ({"highway": "footway"}, None),
        ({"highway": "cycleway"}, None),
        ({"highway": "construction"}, None),
        ({"area": "yes"}, None),
        ({"access": "private"}, None),
        ({"access": "no"}, None),
        ({"motor_vehicle": "no"}, None),
        # The more special tag beats the general one, both ways.
        ({"access": "no", "motor_vehicle": "yes"}, BOTH),
        ({"access": "yes", "goods": "no"}, None),
        ({"motor_vehicle": "no", "goods": "yes"}, BOTH),
        ({"motor_vehicle": "destination"}, TO_DELIVER),
        ({"access": "customers"}, TO_DELIVER),
        # Who delivers may enter.
        ({"motor_vehicle": "no", "delivery": "yes"}, TO_DELIVER),
        ({"access": "residents", "hgv": "delivery"}, TO_DELIVER),
        ({"access": "unknown"}, BOTH),
        ({"highway": "pedestrian"}, None),
        ({"highway": "pedestrian", "delivery": "yes"}, TO_DELIVER),
        ({"highway": "pedestrian", "motor_vehicle": "yes"}, BOTH),
        ({"highway": "track"}, None),
        ({"highway": "track", "motor_vehicle": "permissive"}, BOTH),
        ({"highway": "service", "service": "emergency_access"}, None),
        # 2.8 m high, 2.1 m wide, 3.5 t.
        ({"maxheight": "2.7"}, None),
        ({"maxheight": "2.8"}, BOTH),
        ({"maxheight": "default"}, BOTH),
        ({"maxheight": "9'0\""}, None),  # 9 * 0.3048 = 2.74 m
        ({"maxheight": "9'6\""}, BOTH),  # 9.5 * 0.3048 = 2.90 m
        ({"maxwidth": "2 m"}, None),
        ({"maxwidth": "2,3"}, BOTH),
        ({"maxweight": "3.4 t"}, None),
        ({"maxweight": "3.5"}, BOTH),
    ],
)
def test_access_of_a_residential_street_with(tags: dict[str, str], expected: Access | None) -> None:
    assert van_access({"highway": "residential", **tags}, SIZE) == expected


def test_a_lower_van_passes_a_lower_bridge() -> None:
    tags = {"highway": "primary", "maxheight": "2.2"}
    assert van_access(tags, SIZE) is None
    assert van_access(tags, VanSize(height_m=2.0)) == BOTH


@pytest.mark.parametrize(
    ("tags", "stopped"),
    [
        ({"barrier": "bollard"}, True),
        ({"barrier": "bollard", "motor_vehicle": "yes"}, False),
        ({"barrier": "gate"}, False),
        ({"barrier": "gate", "access": "private"}, True),
        ({"barrier": "height_restrictor", "maxheight": "2"}, True),
        ({"barrier": "height_restrictor", "maxheight": "3"}, False),
        ({"highway": "crossing"}, False),
    ],
)
def test_a_barrier_stops_a_van(tags: dict[str, str], stopped: bool) -> None:
    assert blocks(tags, SIZE) is stopped


@pytest.mark.parametrize(
    ("text", "value"), [("2.5", 2.5), ("2,5 m", 2.5), ("7.5 t", 7.5), ("7'6\"", 2.286), ("none", None), (None, None)]
)
def test_measures_of_signs(text: str | None, value: float | None) -> None:
    assert metric_value(text) == (None if value is None else pytest.approx(value))
