"""When each order is reached, and how late."""

from __future__ import annotations

from tests.unit.dispatch.tiny import two_trips

from milkfloat.dispatch.eta import etas, late_s


def test_etas_name_the_van_the_place_and_the_lateness() -> None:
    city, made = two_trips()
    found = etas(city, made, {"a": ((0.0, 100.0), (200.0, 300.0)), "c": ((0.0, 5_000.0),)})
    assert found["a"].van_id == "v1"
    assert (found["a"].position, found["a"].arrival, found["a"].late_s) == (0, 360.0, 60.0)
    assert (found["c"].late_s, found["c"].soc) == (0.0, 400.0)
    # The last stop of a shipment counts.
    assert (found["s"].position, found["s"].arrival) == (2, 740.0)


def test_rounding_is_no_lateness() -> None:
    assert late_s(((0.0, 100.0),), 100.0005) == 0.0
    assert late_s(((0.0, 100.0),), 101.0) == 1.0
    assert late_s((), 1e9) == 0.0
