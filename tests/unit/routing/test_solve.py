"""The search against plans known by hand or by enumeration; `solve` itself sees to it that they pass the checker."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from math import inf
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from milkfloat.errors import InputError
from milkfloat.routing.check import violations
from milkfloat.routing.evaluate import Scheduler
from milkfloat.routing.metric import CoordinateMetric
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
    Vehicle,
    Visit,
)
from milkfloat.routing.solve import Progress, solve

Line = Callable[..., Problem]


def _served(plan: Plan) -> list[set[int]]:
    return [{s.index for s in r.steps if s.kind in ("job", "pickup")} for r in plan.routes]


def test_nothing_to_do_is_a_plan(line: Line) -> None:
    plan = solve(line(), iterations=10)
    assert plan.routes == ()
    assert plan.unserved == ()
    assert solve(replace(line(at=(3,)), vehicles=()), iterations=10).unserved[0].reasons[0].code == "fleet_busy"


def test_the_shorter_of_two_fleets_is_found(line: Line) -> None:
    van = Vehicle("v", 0, 0, capacity=(2.0,))
    orders = tuple(Order(str(x), (Stop(x),), delivery=(1.0,)) for x in (5, 6, 1, 2))
    plan = solve(line(orders=orders, vehicles=(van,) * 4), iterations=200)
    assert plan.distance == 12 + 4
    assert sorted(map(sorted, _served(plan))) == [[0, 1], [2, 3]]


def test_fewer_vans_come_first_where_asked(line: Line) -> None:
    # One van must wait for b's window and drive 20 + 20; two drive the same: only the number of vans differs.
    orders = (
        Order("a", (Stop(10, windows=((10.0, 10.0),)),)),
        Order("b", (Stop(10, windows=((60.0, 60.0),)),)),
    )
    van = Vehicle("v", 0, 0, shift=(0.0, 100.0))
    problem = line(orders=orders, vehicles=(van, van), objective="vehicles-then-distance")
    assert solve(problem, iterations=100).vehicles == 1


def test_the_cheaper_van_is_taken(line: Line) -> None:
    small = Vehicle("small", 0, 0, capacity=(1.0,), fixed_cost=5.0, cost_per_distance=1.0)
    large = Vehicle("large", 0, 0, capacity=(4.0,), fixed_cost=20.0, cost_per_distance=2.0)
    orders = tuple(Order(str(k), (Stop(10),), delivery=(1.0,)) for k in range(2))
    problem = line(orders=orders, vehicles=(small, small, large), objective="cost")
    plan = solve(problem, iterations=200)
    assert plan.cost == 2 * (5 + 20)
    problem = replace(problem, orders=(*orders, replace(orders[0], id="2"), replace(orders[0], id="3")))
    assert solve(problem, iterations=200).cost == 20 + 40


def test_every_depot_sends_its_own_vans(line: Line) -> None:
    vans = (Vehicle("west", 0, 0, capacity=(2.0,)), Vehicle("east", 20, 20, capacity=(2.0,)))
    orders = tuple(Order(str(x), (Stop(x),), delivery=(1.0,)) for x in (2, 18, 3, 17))
    plan = solve(line(orders=orders, vehicles=vans), iterations=200)
    assert _served(plan) == [{0, 2}, {1, 3}]
    assert plan.distance == 12


def test_one_van_makes_as_many_trips_as_it_takes(line: Line) -> None:
    van = Vehicle("v", 0, 0, shift=(0.0, 100.0), capacity=(1.0,), depots=(0,), max_trips=4, reload_time=1.0)
    orders = tuple(Order(str(k), (Stop(5),), delivery=(1.0,)) for k in range(4))
    plan = solve(line(orders=orders, van=van), iterations=200)
    assert plan.unserved == ()
    assert plan.distance == 40
    assert sum(s.kind == "reload" for s in plan.routes[0].steps) == 3


def test_skills_locks_and_what_is_on_board_bind(line: Line) -> None:
    vans = (
        Vehicle("a", 0, 0, skills=frozenset({"cold"})),
        Vehicle("b", 0, 0),
        Vehicle("c", 6, 0, under_way=True, capacity=(2.0,)),
    )
    orders = (
        Order("cold", (Stop(5),), skills=frozenset({"cold"})),
        Order("locked", (Stop(5),), vehicles=(1,)),
        Order("carried", (Stop(7),), delivery=(1.0,), onboard=2),
    )
    plan = solve(line(orders=orders, vehicles=tuple(replace(v, capacity=(2.0,)) for v in vans)), iterations=100)
    assert _served(plan) == [{0}, {1}, {2}]


def test_a_prize_decides_whether_a_detour_is_made(line: Line) -> None:
    for prize, served in ((19.0, False), (21.0, True)):
        plan = solve(line(orders=(Order("a", (Stop(10),), prize=prize),)), iterations=50)
        assert bool(plan.routes) == served
        assert plan.cost == min(prize, 20.0)
        assert [r.code for u in plan.unserved for r in u.reasons] == ([] if served else ["not_worth_it"])


def test_the_higher_priority_is_served_when_not_all_can_be(line: Line) -> None:
    van = Vehicle("v", 0, 0, capacity=(1.0,))
    orders = (Order("low", (Stop(1),), delivery=(1.0,)), Order("high", (Stop(9),), delivery=(1.0,), priority=1))
    plan = solve(line(orders=orders, van=van), iterations=100)
    assert [u.order for u in plan.unserved] == [0]
    assert plan.unserved[0].reasons[0].code == "fleet_busy"


def test_an_earlier_plan_is_the_beginning(line: Line) -> None:
    van = Vehicle("v", 0, 0, capacity=(2.0,))
    orders = tuple(Order(str(x), (Stop(x),), delivery=(1.0,)) for x in (5, 6, 1, 2))
    problem = line(orders=orders, vehicles=(van, van))
    given_visits = [[Visit("stop", 0), Visit("stop", 1)], [Visit("stop", 2), Visit("stop", 3)]]
    seen: list[Progress] = []
    plan = solve(problem, iterations=1, initial=given_visits, on_progress=seen.append)
    assert plan.distance == 16
    overloaded = [[Visit("stop", k) for k in range(4)], []]
    assert solve(problem, iterations=20, initial=overloaded).unserved == ()


def test_frozen_visits_that_cannot_be_driven_are_an_error(line: Line) -> None:
    van = Vehicle("stuck", 0, 0, shift=(0.0, 10.0), frozen=(Visit("stop", 0),))
    with pytest.raises(InputError, match="van stuck: its 1 frozen visits and the way home cannot be driven"):
        solve(line(at=(9,), van=van), iterations=1)


def test_limits_are_checked(line: Line) -> None:
    with pytest.raises(InputError) as caught:
        solve(line(), time_limit_s=0.0, iterations=0, threads=0)
    assert [fault.where for fault in caught.value.faults] == ["time limit", "iterations", "threads"]
    with pytest.raises(InputError) as caught:
        solve(line(), iterations=10**20, seed=10**20, threads=10**20)
    assert [fault.where for fault in caught.value.faults] == ["iterations", "threads", "seed"]


def test_a_search_ends_when_it_is_told_to(line: Line) -> None:
    problem = line(at=tuple(range(1, 20)))
    stop = threading.Event()
    stop.set()
    assert solve(problem, time_limit_s=60, stop=stop).unserved == ()
    assert solve(problem, time_limit_s=60, on_progress=lambda _: False).unserved == ()

    def interrupt(_: Progress) -> None:
        raise KeyboardInterrupt

    assert solve(problem, time_limit_s=60, on_progress=interrupt).unserved == ()


def test_the_same_seed_and_iterations_give_the_same_plan(line: Line) -> None:
    problem = line(at=tuple(k % 20 + 1 for k in range(40)), vehicles=(Vehicle("v", 0, 0, max_stops=7),) * 8)
    first, second = (solve(problem, iterations=300, seed=4, threads=2) for _ in range(2))
    assert replace(first, elapsed_s=0.0) == replace(second, elapsed_s=0.0)


# Random problems of all kinds: whatever is mixed, the plan passes the checker (solve raises otherwise) and what is left
# out would be served if what its reason names were lifted.
_PLACES = tuple(Location(f"p{k}", float(k % 5), float(k // 5)) for k in range(25))


@st.composite
def _problems(draw: st.DrawFn, *, most_orders: int = 9) -> Problem:
    places = st.integers(1, 24)
    amount = st.integers(0, 4).map(float)
    windows = st.one_of(
        st.just(()),
        st.tuples(st.integers(0, 25), st.integers(0, 25)).map(lambda w: ((float(min(w)), float(max(w))),)),
        st.tuples(st.integers(0, 9), st.integers(12, 30)).map(lambda w: ((0.0, float(w[0])), (float(w[1]), 40.0))),
    )
    stops = st.builds(
        Stop, places, service=st.sampled_from((0.0, 0.5)), windows=windows, setup=st.sampled_from((0.0, 0.25))
    )
    orders = []
    for k in range(draw(st.integers(0, most_orders))):
        common = {
            "prize": draw(st.sampled_from((None, None, 3.0))),
            "skills": draw(st.sampled_from((frozenset(), frozenset({"cold"})))),
            "release": draw(st.sampled_from((-inf, -inf, 5.0))),
        }
        if draw(st.booleans()):
            loads = {"delivery": (draw(amount),), "pickup": (draw(amount),)}
            orders.append(Order(f"o{k}", (draw(stops),), **loads, **common))  # type: ignore[arg-type]
        else:
            orders.append(Order(f"o{k}", (draw(stops), draw(stops)), amount=(draw(amount),), **common))  # type: ignore[arg-type]
    curves = (ChargeCurve((0.0, 2.0, 6.0), (0.0, 6.0, 9.0)), ChargeCurve((0.0, 9.0), (0.0, 9.0)))
    vans = []
    for k in range(draw(st.integers(1, 3))):
        battery = Battery(9.0, draw(st.sampled_from((9.0, 5.0))), draw(st.sampled_from((0.0, 1.0))), 0.0, curves)
        vans.append(
            Vehicle(
                f"v{k}",
                0,
                draw(st.sampled_from((0, 24, None))),
                shift=(0.0, draw(st.sampled_from((15.0, 60.0)))),
                capacity=(draw(st.sampled_from((4.0, 8.0))),),
                depots=draw(st.sampled_from(((), (0,), (0, 12)))),
                max_trips=draw(st.integers(1, 3)),
                reload_time=0.5,
                skills=draw(st.sampled_from((frozenset(), frozenset({"cold"})))),
                max_duration=draw(st.sampled_from((inf, 12.0))),
                max_stops=draw(st.sampled_from((None, 3))),
                battery=draw(st.sampled_from((None, battery))),
                aux_power=0.125,
                breaks=draw(st.sampled_from(((), (Break("b", ((6.0, 10.0),), 1.0),)))),
            )
        )
    return Problem(
        _PLACES,
        tuple(orders),
        tuple(vans),
        (CoordinateMetric(energy_per_distance=1.0),),
        stations=(Station("s", 7, 0, 0.25), Station("t", 17, 1, 0.25)),
        charging=draw(st.sampled_from(("partial", "full"))),
        objective=draw(st.sampled_from(("distance", "vehicles-then-distance", "duration", "cost"))),
    )


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(_problems())
def test_every_plan_passes_the_checker_and_explains_what_it_leaves_out(problem: Problem) -> None:
    plan = solve(problem, iterations=60)
    assert violations(problem, plan) == ()
    for unserved in plan.unserved:
        assert sum(reason.vehicles for reason in unserved.reasons) >= len(problem.vehicles)


def _sequences(order_count: int) -> Iterator[tuple[tuple[int, ...], ...]]:
    """Ways to give orders to two vans, in every order of visits; some left out."""
    for chosen in itertools.product((0, 1, None), repeat=order_count):
        groups = [[k for k, c in enumerate(chosen) if c == van] for van in (0, 1)]
        yield from itertools.product(*(itertools.permutations(group) for group in groups))


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_small_problems_are_solved_to_their_optimum(data: Any) -> None:
    window = st.sampled_from(((), ((0.0, 8.0),), ((6.0, 14.0),)))
    stop = st.builds(Stop, st.integers(1, 24), service=st.just(0.5), windows=window)
    orders = tuple(
        Order(f"o{k}", (data.draw(stop),), delivery=(float(data.draw(st.integers(1, 3))),))
        for k in range(data.draw(st.integers(1, 4)))
    )
    curve = ChargeCurve((0.0, 2.0, 6.0), (0.0, 6.0, 9.0))
    battery = data.draw(st.sampled_from((None, Battery(9.0, 9.0, curves=(curve,)))))
    van = Vehicle("v", 0, 0, shift=(0.0, 30.0), capacity=(5.0,), battery=battery)
    problem = Problem(
        _PLACES, orders, (van, van), (CoordinateMetric(energy_per_distance=1.0),), stations=(Station("s", 12),)
    )
    scheduler = Scheduler(problem)
    best = (len(orders) + 1, inf)
    for rounds in _sequences(len(orders)):
        routes = [scheduler.route(k, [Visit("stop", i) for i in r]) for k, r in enumerate(rounds) if r]
        if all(route is not None for route in routes):
            left = len(orders) - sum(map(len, rounds))
            best = min(best, (left, sum(route.distance for route in routes if route is not None)))
    plan = solve(problem, iterations=400)
    assert len(plan.unserved) == best[0]
    assert plan.distance == pytest.approx(best[1])
