"""Each reason names a limit, says by how much it is missed, and is the one whose lifting serves the order."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from math import inf
from typing import Any

import numpy as np
import pytest

from milkfloat.routing.metric import MatrixMetric
from milkfloat.routing.plan import Reason
from milkfloat.routing.problem import Battery, Break, ChargeCurve, Location, Order, Problem, Stop, Vehicle
from milkfloat.routing.solve import solve
from milkfloat.routing.spell import amount

Line = Callable[..., Problem]
_VAN = Vehicle("v", 0, 0, shift=(0.0, 100.0), capacity=(5.0,))
_ORDER = Order("a", (Stop(10),), delivery=(1.0,))


def _reasons(problem: Problem) -> tuple[Reason, ...]:
    plan = solve(problem, iterations=5)
    return plan.unserved[0].reasons if plan.unserved else ()


@pytest.mark.parametrize(
    ("order", "van", "code", "text"),
    [
        ({"skills": frozenset({"cold"})}, {}, "skills", "needs cold, which van v lacks"),
        ({"vehicles": ()}, {}, "locked", "is locked to no van"),
        ({"delivery": (6.0,)}, {}, "capacity", "its load of 6 kg is more than the 5 kg van v holds"),
        (
            {"stops": (Stop(10, windows=((2.0, 7.0),)),)},
            {},
            "time_window",
            "van v cannot be there within its time windows: 3 s too late",
        ),
        ({}, {"shift": (0.0, 15.0)}, "shift", "the round takes 20 s, the shift of van v has 15 s"),
        ({}, {"max_duration": 15.0}, "shift", "the round takes 20 s, the shift of van v has 15 s"),
        ({}, {"max_distance": 15.0}, "max_distance", "there and back is 20 m, van v may drive 15 m"),
        ({}, {"max_travel_time": 15.0}, "max_travel_time", "there and back takes 20 s, van v may drive 15 s"),
        ({}, {"max_stops": 0}, "max_stops", "van v may make 0 stops"),
        (
            {},
            {"battery": Battery(15.0, 15.0, reserve=1.0)},
            "battery",
            "there and back takes 20 Wh, van v has 14 Wh above its reserve and no charger on the way helps",
        ),
        ({}, {"breaks": (Break("b", ((0.0, 3.0),), 90.0),)}, "break", "the breaks of van v leave no time for it"),
        ({"release": 85.0}, {}, "release", "it is released too late for van v"),
    ],
)
def test_the_limit_that_binds_is_named(
    line: Line, order: dict[str, Any], van: dict[str, Any], code: str, text: str
) -> None:
    problem = line(orders=(replace(_ORDER, **order),), van=replace(_VAN, **van))
    problem = replace(problem, units=replace(problem.units, load=("kg",)))
    assert _reasons(problem) == (Reason(code, text, 1),)


def test_two_limits_that_bind_together_are_both_named(line: Line) -> None:
    van = replace(_VAN, max_distance=15.0, max_stops=0)
    codes = {reason.code: reason.text for reason in _reasons(line(orders=(_ORDER,), van=van))}
    assert set(codes) == {"max_distance", "max_stops"}
    assert codes["max_stops"] == "van v may make 0 stops (together with max distance)"


def test_no_way_is_unreachable() -> None:
    time = np.array([[0.0, inf], [1.0, 0.0]])
    problem = Problem(
        (Location("d"), Location("c")), (Order("a", (Stop(1),)),), (Vehicle("v", 0, 0),), (MatrixMetric(time, time),)
    )
    assert _reasons(problem) == (Reason("unreachable", "van v finds no way there and back", 1),)


def test_vans_of_a_kind_are_counted_together_and_the_commonest_reason_comes_first(line: Line) -> None:
    van = replace(_VAN, capacity=(0.5,))
    vans = (replace(van, id="a"), replace(van, id="b"), replace(_VAN, id="c", shift=(0.0, 5.0)))
    reasons = _reasons(line(orders=(_ORDER,), vehicles=vans))
    assert [(reason.code, reason.vehicles) for reason in reasons] == [("capacity", 2), ("shift", 1)]


def test_lifting_the_battery_named_serves_the_order(line: Line) -> None:
    curve = ChargeCurve((0.0, 1.0), (0.0, 15.0))
    van = replace(_VAN, battery=Battery(15.0, 15.0, curves=(curve,)))
    problem = line(orders=(_ORDER,), van=van)
    assert _reasons(problem)[0].code == "battery"
    assert _reasons(replace(problem, vehicles=(replace(van, battery=None),))) == ()


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (7380, "s", "2 h 3 min"),
        (-600, "s", "-10 min"),
        (12.3, "s", "12.3 s"),
        (900_000, "g", "900 kg"),
        (12_345, "m", "12.35 km"),
        (14, "Wh", "14 Wh"),
        (2.5, "", "2.5"),
    ],
)
def test_amounts_are_told_as_people_tell_them(value: float, unit: str, text: str) -> None:
    assert amount(value, unit) == text


def test_how_late_it_would_be_counts_from_the_first_departure_not_from_the_cheapest() -> None:
    # 20 there at once, 10 for those who leave at 100 or later.
    far = np.array([[0.0, 20.0], [20.0, 0.0]])
    metric = MatrixMetric(np.stack([far, far / 2]), far, slice_start=0.0, slice_width=100.0)
    problem = Problem(
        locations=(Location("depot"), Location("stop")),
        orders=(Order("a", (Stop(1, windows=((2.0, 7.0),)),)),),
        vehicles=(Vehicle("v", 0, 0, shift=(0.0, 400.0), cost_per_time=1.0),),
        metrics=(metric,),
        objective="cost",
    )
    (reason,) = _reasons(problem)
    assert reason.text == "van v cannot be there within its time windows: 13 s too late"
