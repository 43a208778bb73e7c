"""The checker finds every way in which a plan can cheat."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from milkfloat.routing.check import violations
from milkfloat.routing.evaluate import plan_of
from milkfloat.routing.plan import Plan, Reason, StepKind, Unserved
from milkfloat.routing.problem import Battery, Break, ChargeCurve, Order, Problem, Station, Stop, Vehicle, Visit

_CURVE = ChargeCurve((0.0, 4.0, 8.0), (0.0, 8.0, 10.0))


@pytest.fixture
def day(line: Callable[..., Problem]) -> Problem:
    """Two trips with a charge, a break, a shipment and an order left out."""
    orders = (
        Order("a", (Stop(3, service=1.0, windows=((3.0, 6.0),)),), delivery=(2.0,)),
        Order("b", (Stop(4, service=1.0, setup=0.5),), pickup=(1.0,)),
        Order("s", (Stop(2), Stop(5)), amount=(3.0,)),
        Order("c", (Stop(3),), delivery=(2.0,), release=20.0, skills=frozenset({"cold"})),
        Order("x", (Stop(1),), prize=0.5),
    )
    van = Vehicle(
        "v",
        0,
        0,
        shift=(0.0, 90.0),
        capacity=(4.0,),
        depots=(0,),
        max_trips=2,
        reload_time=2.0,
        skills=frozenset({"cold"}),
        battery=Battery(14.0, 14.0, reserve=1.0, curves=(ChargeCurve((0.0, 7.0), (0.0, 14.0)),)),
        breaks=(Break("lunch", ((8.0, 12.0),), 3.0),),
    )
    return line(orders=orders, van=van, stations=(Station("s5", 5, 0, 0.5),))


@pytest.fixture
def plan(day: Problem) -> Plan:
    visits = [
        Visit("stop", 0),
        Visit("stop", 1),
        Visit("stop", 2, 0),
        Visit("stop", 2, 1),
        Visit("reload", 0),
        Visit("stop", 3),
    ]
    return plan_of(day, [visits])


def _text(problem: Problem, plan: Plan) -> str:
    return "\n".join(str(v) for v in violations(problem, plan))


def _with_step(plan: Plan, kind: str, **changes: Any) -> Plan:
    """The plan with the first step of a kind changed."""
    (route,) = plan.routes
    k = next(k for k, step in enumerate(route.steps) if step.kind == kind)
    steps = (*route.steps[:k], replace(route.steps[k], **changes), *route.steps[k + 1 :])
    return replace(plan, routes=(replace(route, steps=steps),))


def test_the_day_itself_is_feasible(day: Problem, plan: Plan) -> None:
    assert violations(day, plan) == ()
    kinds = [step.kind for step in plan.routes[0].steps]
    assert {"charge", "break", "reload", "pickup", "delivery"} <= set(kinds)


@pytest.mark.parametrize(
    ("kind", "changes", "expected"),
    [
        ("start", {"location": 1}, "starts at location 1 instead of 0"),
        ("start", {"start": -1.0}, "starts at -1, before the shift at 0"),
        ("job", {"arrival": 2.0}, "arrival is stated as 2, it is 3"),
        ("job", {"start": 2.5}, "begins at 2.5, before the arrival at 3"),
        ("job", {"start": 7.0}, "order a is begun at 7, outside of [3, 6]"),
        ("job", {"departure": 3.5}, "leaves after 0.5, it takes 1"),
        ("job", {"distance": 2.0}, "distance is stated as 2, it is 3"),
        ("job", {"load": (9.0,)}, "load 0 is stated as 9, it is 0"),
        ("job", {"load": ()}, "states 0 loads, there are 1 dimensions"),
        ("job", {"location": 4}, "order a is at 3"),
        ("job", {"index": 4}, "order a: is neither served nor listed as unserved"),
        ("job", {"index": 1}, "order b: is visited 2 times"),
        ("job", {"index": 2}, "order s has no job"),
        ("job", {"soc": 12.0}, "energy in the battery is stated as 12, it is 11"),
        ("job", {"soc": None}, "states no energy in the battery, it is 11"),
        ("job", {"charge": 1.0}, "charges 1 at a job"),
        ("charge", {"location": 4}, "station s5 is at location 5"),
        ("charge", {"charge": 13.9}, "charges up to"),
        ("charge", {"charge": -1.0}, "charges -1, less than nothing"),
        ("charge", {"charge": 0.0}, "below the reserve of 1"),
        ("charge", {"index": 1}, "charge 1 does not exist"),
        ("break", {"location": 9}, "break lunch is not where the van stands"),
        ("break", {"start": 40.0}, "break lunch begins at 40, outside of [8, 12]"),
        ("reload", {"location": 2}, "location 2 is none of the van's depots"),
        ("reload", {"departure": 19.0}, "order c is released at 20, the trip begins at 19"),
        ("delivery", {"index": 3}, "order c has no delivery"),
        ("end", {"location": 1}, "ends at location 1 instead of 0"),
    ],
)
def test_a_step_that_cheats_is_found(
    day: Problem, plan: Plan, kind: str, changes: dict[str, Any], expected: str
) -> None:
    assert expected in _text(day, _with_step(plan, kind, **changes))


def test_too_quick_a_charge_is_found(day: Problem, plan: Plan) -> None:
    charge = next(s for s in plan.routes[0].steps if s.kind == "charge")
    quick = _with_step(plan, "charge", departure=charge.departure - 0.25)
    assert f"charges {charge.charge:.10g} in" in _text(day, quick)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"max_trips": 1}, "makes 2 trips, more than 1"),
        ({"capacity": (1.0,)}, "leaves with 2 in dimension 0, more than 1"),
        ({"skills": frozenset()}, "order c needs cold"),
        ({"shift": (0.0, 20.0)}, "after the shift at 20"),
        ({"max_distance": 15.0}, "more than 15"),
        ({"max_travel_time": 15.0}, "more than 15"),
        ({"max_duration": 15.0}, "longer than 15"),
        ({"max_stops": 3}, "makes 5 stops, more than 3"),
        ({"reload_time": 200.0}, "it takes 200"),
        ({"load_time": 1.0}, "loads for less than 1"),
        (
            {"breaks": (Break("tea", ((0.0, 1.0),), 1.0), Break("lunch", ((8.0, 12.0),), 3.0))},
            "break lunch is not taken",
        ),
        ({"frozen": (Visit("stop", 3),)}, "frozen visit 0 (stop 3) is not made as its visit 0"),
        ({"under_way": True}, "order a is not on board of the van, which is out"),
        ({"battery": Battery(14.0, 13.0, curves=(_CURVE,))}, "energy in the battery is stated as 14, it is 13"),
        ({"battery": Battery(14.0, 14.0, curves=(None,))}, "the van cannot charge at station s5"),
        ({"battery": Battery(14.0, 14.0, end_min=14.0, curves=(_CURVE,))}, "less than the 14 required"),
        ({"battery": None}, "has a charge, the van has no battery"),
    ],
)
def test_a_plan_for_another_van_is_found(day: Problem, plan: Plan, changes: dict[str, Any], expected: str) -> None:
    other = replace(day, vehicles=(replace(day.vehicles[0], **changes),))
    assert expected in _text(other, plan)


@pytest.mark.parametrize(
    ("index", "changes", "expected"),
    [
        (0, {"vehicles": ()}, "order a may not be served by this van"),
        (3, {"onboard": 0}, "order c is on board of van v, in its first trip"),
    ],
)
def test_orders_that_are_not_the_vans_are_found(
    day: Problem, plan: Plan, index: int, changes: dict[str, Any], expected: str
) -> None:
    orders = list(day.orders)
    orders[index] = replace(orders[index], **changes)
    assert expected in _text(replace(day, orders=tuple(orders)), plan)


def test_a_shipment_out_of_order_is_found(day: Problem, plan: Plan) -> None:
    (route,) = plan.routes
    swap: dict[str, StepKind] = {"pickup": "delivery", "delivery": "pickup"}
    steps = tuple(replace(s, kind=swap.get(s.kind, s.kind)) for s in route.steps)
    text = _text(day, replace(plan, routes=(replace(route, steps=steps),)))
    assert "order s is delivered before it is picked up in this trip" in text
    assert "order s is picked up and not delivered in this trip" in text


def test_totals_and_what_is_left_out_must_be_right(day: Problem, plan: Plan) -> None:
    route = plan.routes[0]
    reason = (Reason("not_worth_it", "", 1),)
    for changed, expected in (
        (replace(plan, cost=plan.cost + 1), "plan: cost is stated as"),
        (replace(plan, distance=1.0), "plan: distance is stated as 1"),
        (replace(plan, vehicles=2), "vehicles are stated as 2, 1 make a visit"),
        (replace(plan, routes=(replace(route, energy=0.0),)), "van v: energy is stated as 0"),
        (replace(plan, routes=(replace(route, cost=0.0),)), "van v: cost is stated as 0"),
        (replace(plan, routes=(route, route)), "van v: has 2 routes"),
        (replace(plan, routes=(replace(route, vehicle=3),)), "van 3 does not exist"),
        (replace(plan, unserved=()), "order x: is neither served nor listed as unserved"),
        (replace(plan, unserved=(Unserved(4),)), "order x: is unserved without a reason"),
        (replace(plan, unserved=(Unserved(4, reason), Unserved(4, reason))), "order x: is listed as unserved 2 times"),
        (replace(plan, unserved=(Unserved(4, reason), Unserved(0, reason))), "is both served and listed as unserved"),
        (replace(plan, routes=(replace(route, steps=route.steps[1:]),)), "a route runs from a start to an end"),
    ):
        assert expected in _text(day, changed)


def test_a_van_that_is_out_must_come_home(day: Problem, plan: Plan) -> None:
    out = replace(day.vehicles[0], id="out", under_way=True)
    assert "van out: is out and has no route home" in _text(replace(day, vehicles=(*day.vehicles, out)), plan)


def test_a_full_charge_must_fill(day: Problem, plan: Plan) -> None:
    assert "every charge fills the 14" in _text(replace(day, charging="full"), plan)
