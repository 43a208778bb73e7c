from __future__ import annotations

from collections.abc import Callable

import pytest

from milkfloat.routing.formats import evrpnl


def test_hours_kilometres_and_watt_hours_are_kept(evrpnl_text: str, length: Callable[..., float]) -> None:
    problem = evrpnl.read(evrpnl_text.encode()).problem
    assert (problem.name, problem.objective, problem.service_in_duration) == ("tiny", "duration", False)
    assert (problem.units.time, problem.units.distance, problem.units.energy) == ("h", "km", "Wh")
    (van,) = problem.vehicles
    assert van.max_duration == 10.0
    assert van.battery is not None
    assert van.battery.start == 16000.0
    (curve,) = van.battery.curves
    assert curve is not None
    assert curve.time == (0.0, 0.31, 0.51)
    assert curve.energy == (0.0, 13600.0, 16000.0)
    assert problem.orders[0].stops[0].service == 0.5
    # 200 km at 40 km/h and 125 Wh/km: 5 h and 25 kWh, so the tour needs a charge.
    metric = problem.metrics[0]
    walk = length(problem, "0", "1", "2", "0")
    assert walk == 50 + 50 + 100
    assert walk / metric.speed == 5.0  # type: ignore[union-attr]
    assert walk * metric.energy_per_distance == 25_000.0  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("</requests>", "</request>", "t:32: not well-formed XML: mismatched tag"),
        ("<cx>30</cx>", "<cx>thirty</cx>", "t:node 1: cx: 'thirty' is not a number"),
        ("<cx>30</cx>", "", "t:node 1: cx is missing"),
        (">fast</cs_type>", ">slow</cs_type>", "t:node 2: cs_type 'slow' has no charging function; there are fast"),
        ('node="1"', 'node="2"', "t:request 1: node '2' is no customer of this file"),
        ("0.51", "0.31", "t:function fast: breakpoint (16000 at 0.31) does not follow (13600 at 0.31)"),
        ("<arrival_node>0", "<arrival_node>9", "t:vehicle_profile: arrival_node: there is no node '9'"),
        ("<battery_capacity>16000", "<battery_capacity>0", "t:vehicle_profile: battery_capacity: 0 is not more than 0"),
        ("<instance>", '<!DOCTYPE x [<!ENTITY a "b">]><instance>', "t: a document type declaration is not allowed"),
        ("<fleet>", "<fleets/><fleet>", None),
    ],
)
def test_a_broken_file_is_refused_with_place_and_value(
    evrpnl_text: str, faults_of: Callable[..., list[str]], old: str, new: str, expected: str | None
) -> None:
    assert old in evrpnl_text
    data = evrpnl_text.replace(old, new, 1).encode()
    if expected is None:  # what the format does not know is passed over
        assert evrpnl.read(data).problem.name == "tiny"
    else:
        assert expected in faults_of(evrpnl.read, data, source="t")
