"""The hand plan is driven by the rules of the problem, and its rounds are improved to their end."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from milkfloat.errors import InputError
from milkfloat.routing.check import violations
from milkfloat.routing.metric import CoordinateMetric, FloatArray, MatrixMetric
from milkfloat.routing.plan import Plan
from milkfloat.routing.problem import (
    Battery,
    Break,
    ChargeCurve,
    Location,
    Order,
    Problem,
    Station,
    Stop,
    Units,
    Vehicle,
    Window,
)
from milkfloat.sim.handplan import bearing, hand_plan, improving_moves

# A charger of 1,000 Wh an hour.
CURVE = ChargeCurve((0.0, 3_600.0), (0.0, 1_000.0))


def city(
    places: list[tuple[float, float]],
    orders: list[Order],
    vans: list[Vehicle],
    *,
    wh_per_m: float = 0.1,
    slower: float = 1.0,
) -> Problem:
    """Streets like a chessboard, driven at 10 m/s, `slower` times as long from the instant 3,600 on; depot first."""
    xy = np.array(places)
    metres = np.abs(xy[:, None] - xy[None]).sum(-1)
    time = np.stack([metres / 10.0, metres / 10.0, slower * metres / 10.0])
    metric = MatrixMetric(time, metres, energy=metres * wh_per_m, slice_start=0.0, slice_width=3_600.0)
    return Problem(
        locations=tuple(Location(f"place {k}", *place) for k, place in enumerate(places)),
        orders=tuple(orders),
        vehicles=tuple(vans),
        metrics=(metric,),
        stations=(Station("hub", 0, access_time=60.0),),
        mass_dimension=0,
        units=Units(distance="", load=("g",)),
    )


def order(id: str, location: int, *windows: Window, load: float = 1.0, **more: float) -> Order:
    return Order(id, (Stop(location, 60.0, windows),), delivery=(load,), **more)  # type: ignore[arg-type]


def van(id: str, *, capacity: float = 10.0, start: float = 1_000.0, breaks: tuple[Break, ...] = ()) -> Vehicle:
    battery = Battery(1_000.0, start, reserve=50.0, curves=(CURVE,))
    return Vehicle(
        id,
        0,
        0,
        shift=(0.0, 30_000.0),
        capacity=(capacity,),
        depots=(0,),
        max_trips=4,
        reload_time=120.0,
        load_time=300.0,
        battery=battery,
        breaks=breaks,
    )


def kinds(plan: Plan) -> list[list[str]]:
    return [[step.kind for step in route.steps] for route in plan.routes]


def names(problem: Problem, plan: Plan) -> list[list[str]]:
    return [[problem.orders[s.index].id for s in r.steps if s.kind == "job"] for r in plan.routes]


CROSS = [(0.0, 0.0), (1_000.0, 10.0), (1_000.0, -10.0), (-1_000.0, 10.0), (-1_000.0, -10.0)]


def test_orders_are_split_by_sector_to_the_fewest_vans_that_hold_them() -> None:
    orders = [order(name, k + 1, load=5.0) for k, name in enumerate("abcd")]
    one_trip = [Vehicle(f"v{k}", 0, 0, shift=(0.0, 9_000.0), capacity=(10.0,)) for k in range(4)]
    problem = city(CROSS, orders, one_trip)
    plan = hand_plan(problem)
    assert violations(problem, plan) == ()
    # Twenty units of load in vans of ten: two vans, one to each side.
    assert sorted(map(sorted, names(problem, plan))) == [["a", "b"], ["c", "d"]]
    assert len(hand_plan(problem, vans=4).routes) == 4


def test_a_van_that_comes_back_brings_the_rest_on_a_second_round() -> None:
    orders = [order(name, k + 1, load=5.0) for k, name in enumerate("abcd")]
    problem = city(CROSS, orders, [van("v1"), van("v2")])
    plan = hand_plan(problem)
    assert violations(problem, plan) == ()
    assert kinds(plan) == [["start", "job", "job", "reload", "job", "job", "end"]]


def test_hours_of_the_shift_call_for_another_van() -> None:
    places = [(0.0, 0.0), (50_000.0, 0.0), (-50_000.0, 0.0)]
    vans = [Vehicle(f"v{k}", 0, 0, shift=(0.0, 15_000.0), capacity=(9.0,)) for k in range(3)]
    problem = city(places, [order("a", 1), order("b", 2)], vans)
    # There and back takes 10,000 s; 20,000 s do not fit into 15,000 s.
    assert sorted(names(problem, hand_plan(problem))) == [["a"], ["b"]]


def test_what_no_van_can_bring_is_unserved_with_a_reason() -> None:
    problem = city(CROSS, [order("a", 1), order("big", 2, load=11.0)], [van("v1")])
    plan = hand_plan(problem)
    assert [problem.orders[u.order].id for u in plan.unserved] == ["big"]
    assert plan.unserved[0].reasons[0].code == "fleet_busy"


def test_rounds_hold_orders_whose_windows_share_an_instant() -> None:
    orders = [
        order("late", 1, (7_200.0, 9_000.0)),
        order("early", 2, (0.0, 3_600.0)),
        order("any", 3),
        order("later", 4, (8_000.0, 12_000.0)),
    ]
    problem = city(CROSS, orders, [van("v1")])
    plan = hand_plan(problem)
    assert violations(problem, plan) == ()
    steps = plan.routes[0].steps
    cut = [s.kind for s in steps].index("reload")
    first = {problem.orders[s.index].id for s in steps[:cut] if s.kind == "job"}
    assert first == {"early", "any"}


def test_a_round_waits_for_orders_to_be_released_and_leaves_no_earlier_than_it_is_wanted() -> None:
    problem = city(CROSS, [order("a", 1, release=2_000.0)], [van("v1")])
    assert hand_plan(problem).routes[0].steps[0].departure == 2_000.0
    problem = city(CROSS, [order("a", 1, (5_000.0, 6_000.0))], [van("v1")])
    # 1,010 m at 10 m/s, where traffic has no say yet.
    start, stop, _ = hand_plan(problem).routes[0].steps
    assert (start.departure, stop.arrival, stop.start) == (4_899.0, 5_000.0, 5_000.0)


def test_a_van_below_a_quarter_charges_at_the_depot_for_the_rest_of_its_day() -> None:
    orders = [order("a", 1, (0.0, 1_000.0)), order("b", 3, (9_000.0, 12_000.0))]
    problem = city(CROSS, orders, [van("v1", start=400.0)])
    plan = hand_plan(problem)
    assert violations(problem, plan) == ()
    assert kinds(plan) == [["start", "job", "charge", "reload", "job", "end"]]
    charge = plan.routes[0].steps[2]
    # 202 Wh to a and back leave 198 of 1,000; it charges for b (202 Wh) and a quarter (250 Wh): 452 - 198.
    assert charge.soc == pytest.approx(198.0)
    assert charge.charge == pytest.approx(254.0)
    # 60 s to plug in, then 3.6 s a watt-hour.
    assert charge.departure - charge.start == pytest.approx(60.0 + 254.0 * 3.6)


def test_a_van_above_a_quarter_drives_on_unless_the_next_round_needs_more() -> None:
    orders = [order("a", 1, (0.0, 1_000.0)), order("b", 3, (9_000.0, 12_000.0))]
    assert "charge" not in kinds(hand_plan(city(CROSS, orders, [van("v1", start=600.0)])))[0]
    far = [*CROSS[:3], (-3_000.0, 0.0), CROSS[4]]
    problem = city(far, orders, [van("v1", start=600.0)])
    # 398 Wh are left, more than a quarter, less than the 600 Wh to b and back.
    assert kinds(hand_plan(problem))[0][2] == "charge"
    assert violations(problem, hand_plan(problem)) == ()


def test_a_round_that_a_full_battery_does_not_hold_is_cut_in_two() -> None:
    places = [(0.0, 0.0), (4_000.0, 0.0), (-4_000.0, 0.0)]
    problem = city(places, [order("a", 1), order("b", 2)], [van("v1")])
    plan = hand_plan(problem)
    assert violations(problem, plan) == ()
    assert kinds(plan) == [["start", "job", "charge", "reload", "job", "end"]]


def test_shipments_pickups_and_pauses_are_driven_by_the_rules() -> None:
    orders = [
        Order("s", (Stop(1, 60.0), Stop(3, 60.0)), amount=(4.0,)),
        Order("p", (Stop(2, 60.0),), pickup=(6.0,)),
        order("d", 4, load=6.0),
    ]
    lunch = Break("lunch", ((300.0, 600.0),), 900.0)
    problem = city(CROSS, orders, [van("v1", breaks=(lunch,))])
    plan = hand_plan(problem)
    assert violations(problem, plan) == ()
    assert plan.unserved == ()
    assert sum(step.kind == "break" for step in plan.routes[0].steps) == 1


def test_late_orders_are_brought_late() -> None:
    problem = city(CROSS, [order("a", 1, (0.0, 100.0)), order("b", 3, (0.0, 410.0))], [van("v1")])
    plan = hand_plan(problem)
    assert plan.unserved == ()
    found = violations(problem, plan)
    assert found
    assert all("is begun at" in violation.text for violation in found)


def test_skills_and_locks_lead_to_the_nearest_sector_that_may() -> None:
    orders = [
        order("a", 1),
        Order("cold", (Stop(2, 60.0),), delivery=(1.0,), skills=frozenset({"cold"})),
        order("c", 3),
        Order("mine", (Stop(4, 60.0),), delivery=(1.0,), vehicles=(0,)),
    ]
    plain, cold = (Vehicle(f"v{k}", 0, 0, shift=(0.0, 9_000.0), capacity=(2.0,)) for k in range(2))
    problem = city(CROSS, orders, [plain, Vehicle("v1", 0, 0, cold.shift, (2.0,), skills=frozenset({"cold"}))])
    plan = hand_plan(problem)
    assert violations(problem, plan) == ()
    van_of = {problem.orders[s.index].id: r.vehicle for r in plan.routes for s in r.steps if s.kind == "job"}
    assert (van_of["cold"], van_of["mine"]) == (1, 0)


def test_it_is_drawn_on_matrices_around_one_depot() -> None:
    problem = city(CROSS, [order("a", 1)], [Vehicle("v1", 0, 0), Vehicle("v2", 1, 1)])
    with pytest.raises(InputError, match="one depot"):
        hand_plan(problem)
    plane = Problem(problem.locations, problem.orders, (Vehicle("v1", 0, 0),), (CoordinateMetric(),))
    with pytest.raises(InputError, match="matrices"):
        hand_plan(plane)


def test_bearings_count_from_east_against_the_clock() -> None:
    problem = city(CROSS, [order("a", 1), order("b", 2), order("c", 3)], [van("v1")])
    east, west = bearing(problem, 0, problem.orders[0]), bearing(problem, 0, problem.orders[2])
    assert east == pytest.approx(0.01, abs=1e-4)
    assert west == pytest.approx(np.pi - 0.01, abs=1e-4)


def length(time: FloatArray, stops: list[int]) -> float:
    way = [0, *(stop + 1 for stop in stops), len(time) - 1]
    return sum(float(time[a, b]) for a, b in pairwise(way))


@given(st.integers(1, 7), st.integers(0, 10_000))
@settings(deadline=None, max_examples=40)
def test_moves_are_those_of_2_opt_and_or_opt_that_gain_the_best_first(n: int, seed: int) -> None:
    time = np.random.default_rng(seed).uniform(1.0, 100.0, (n + 2, n + 2))
    stops = list(range(n))
    offered = list(improving_moves(time))
    lengths = [length(time, new) for new in offered]
    assert all(sorted(new) == stops for new in offered)
    assert all(new < length(time, stops) for new in lengths)
    assert lengths == pytest.approx(sorted(lengths))
    turned = [stops[:i] + stops[i:j][::-1] + stops[j:] for i in range(n) for j in range(i + 2, n + 1)]
    for size in (1, 2, 3):
        for i in range(n - size + 1):
            part, rest = stops[i : i + size], stops[:i] + stops[i + size :]
            for k in range(len(rest) + 1):
                turned += [rest[:k] + piece + rest[k:] for piece in (part, part[::-1])]
    expected = {tuple(new) for new in turned if length(time, new) < length(time, stops) - 1e-5}
    assert expected <= set(map(tuple, offered))


@given(st.integers(0, 10_000))
@settings(deadline=None, max_examples=25)
def test_the_checker_finds_nothing_but_late_orders(seed: int) -> None:
    rng = np.random.default_rng(seed)
    places = [(0.0, 0.0), *((float(x), float(y)) for x, y in rng.uniform(-3_000, 3_000, (12, 2)))]
    orders = []
    for k in range(1, 11):
        opens = float(rng.uniform(0, 9_000))
        windows = ((opens, opens + 2_000.0),) if rng.random() < 0.6 else ()
        more = {"release": opens / 2} if rng.random() < 0.3 else {}
        orders.append(order(f"o{k}", k, *windows, load=float(rng.integers(1, 5)), **more))
    orders.append(Order("s", (Stop(11, 30.0), Stop(12, 30.0)), amount=(3.0,)))
    problem = city(places, orders, [van(f"v{k}", start=float(rng.uniform(300, 1_000))) for k in range(4)], slower=1.3)
    plan = hand_plan(problem)
    assert [violation for violation in violations(problem, plan) if "is begun at" not in violation.text] == []
    assert len(plan.unserved) + sum(s.kind in ("job", "delivery") for r in plan.routes for s in r.steps) == 11
