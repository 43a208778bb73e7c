from __future__ import annotations

import pytest

from milkfloat.errors import InputError
from milkfloat.fleet.orders import Order, OrderStop, TimeWindow
from milkfloat.fleet.places import Address, Charger, Place


@pytest.mark.parametrize(
    ("lon", "lat", "said"),
    [
        (60.2, 124.9, "swapped"),
        (181.0, 0.0, "longitude 181"),
        (0.0, -91.0, "look swapped"),
        (float("nan"), 0.0, "numbers"),
    ],
)
def test_what_is_no_place_is_refused(lon: float, lat: float, said: str) -> None:
    with pytest.raises(InputError, match=said):
        Place(lon, lat)


def test_a_charger_needs_power() -> None:
    with pytest.raises(InputError, match="more than 0"):
        Charger("c", Place(1.0, 2.0), 0.0)


def test_current_follows_power_unless_it_is_said() -> None:
    assert not Charger("c", Place(1.0, 2.0), 22_000.0).is_dc
    assert Charger("c", Place(1.0, 2.0), 24_000.0).is_dc
    assert not Charger("c", Place(1.0, 2.0), 43_000.0, "ac").is_dc


def test_a_shipment_needs_two_stops() -> None:
    with pytest.raises(InputError, match="a shipment has 2 stops, not 1"):
        Order("x", (OrderStop(Address("Main Street 1")),), kind="shipment")


def test_a_window_does_not_end_before_it_starts() -> None:
    with pytest.raises(InputError, match="before it starts"):
        TimeWindow(2.0, 1.0)
