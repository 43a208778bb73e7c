from __future__ import annotations

from collections.abc import Callable

import pytest

from milkfloat.routing.formats import schneider
from milkfloat.routing.formats.instance import Options
from milkfloat.routing.metric import CoordinateMetric


def test_vans_leave_full_and_charge_at_a_constant_rate(schneider_text: str, length: Callable[..., float]) -> None:
    instance = schneider.read(schneider_text.encode(), source="set/c101C1.txt")
    problem = instance.problem
    assert (problem.name, problem.objective, problem.charging) == ("c101C1", "vehicles-then-distance", "partial")
    (van,) = problem.vehicles
    assert van.capacity == (20.0,)
    assert van.battery is not None
    assert (van.battery.capacity, van.battery.start, van.battery.reserve) == (12.5, 12.5, 0.0)
    (curve,) = van.battery.curves
    assert curve is not None
    assert (curve.time, curve.energy) == ((0.0, 25.0), (0.0, 12.5))
    assert [(station.id, problem.locations[station.location].name) for station in problem.stations] == [
        ("S0", "S0"),
        ("S5", "S5"),
    ]
    metric = problem.metrics[0]
    assert isinstance(metric, CoordinateMetric)
    assert (metric.speed, metric.energy_per_distance, metric.rounding) == (2.0, 1.5, "exact")
    assert length(problem, "D0", "C1", "S5", "D0") == 5 + 5 + 10
    assert problem.orders[0].stops[0].windows == ((10.0, 20.0),)


def test_full_charging_is_asked_for(schneider_text: str) -> None:
    problem = schneider.read(schneider_text.encode(), options=Options(charging="full")).problem
    assert problem.charging == "full"


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("C1         c ", "C1         x ", "t:5: C1: type 'x' is not one of d f c"),
        ("C1         c          3.0 ", "C1         c          three ", "t:5: C1 x: 'three' is not a number"),
        ("7.0        10.0 ", "7.0        30.0 ", "t:5: C1: due date 20 is before ready time 30"),
        ("S5         f ", "S0         f ", "t:4: S0 stands in line 3 already"),
        ("7.0 ", "-7.0 ", "t:5: C1 demand: -7.0 is less than 0"),
        ("/2.0/\nv", "/two/\nv", "t:10: g (time per unit charged): 'two' is not a number"),
        ("/12.5/", "/0/", "t:7: Q (battery): 0 is not more than 0"),
        ("r fuel consumption rate /1.5/\n", "", "t: the line with r (consumption) is missing"),
        ("D0         d ", "D0         f ", "t: there is no depot (a row of type d)"),
        ("   2.0\n\nQ", "\n\nQ", "t:5: 7 values where 8 belong: name type x y demand ready time due date service time"),
    ],
)
def test_a_broken_file_is_refused_with_line_and_value(
    schneider_text: str, faults_of: Callable[..., list[str]], old: str, new: str, expected: str
) -> None:
    assert old in schneider_text
    assert expected in faults_of(schneider.read, schneider_text.replace(old, new, 1).encode(), source="t")
