"""The next plan keeps what is under way, takes in what happened, and has a reason for every stop that moves."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.dispatch.tiny import A, B, C, D, delivery, metric, problem, shipment, two_trips, van

from milkfloat.dispatch.change import Changes
from milkfloat.dispatch.diff import apply, inverse
from milkfloat.dispatch.events import Event
from milkfloat.dispatch.live import rest_of
from milkfloat.dispatch.place import placed
from milkfloat.dispatch.replan import Effort, Replanned, as_given, replan
from milkfloat.dispatch.rounds import Rounds, RoundVisit, initial_visits, rounds_of
from milkfloat.errors import ConflictError, InputError
from milkfloat.routing.check import violations
from milkfloat.routing.evaluate import plan_of
from milkfloat.routing.metric import MatrixMetric
from milkfloat.routing.plan import Plan
from milkfloat.routing.problem import Location, Problem, Station
from milkfloat.routing.solve import solve

EFFORT = Effort(iterations=60)


@pytest.fixture(scope="module")
def city() -> tuple[Problem, Plan]:
    """Two vans and six orders on the street, planned."""
    orders = [delivery(f"o{k}", place) for k, place in enumerate((A, B, C, D, A))]
    made = problem([*orders, shipment("s", B, D)], [van("v1", capacity=(3.0,)), van("v2", capacity=(3.0,))])
    return made, solve(made, iterations=200)


def names(rounds: Rounds) -> set[str]:
    return {v.id for visits in rounds.by_van.values() for v in visits if v.kind == "stop"}


def replanned(city: tuple[Problem, Plan], now: float, changes: Changes, *events: Event) -> Replanned:
    found = replan(*city, now, changes, events, EFFORT)
    assert violations(found.problem, found.plan) == ()
    return found


@given(now=st.floats(-100.0, 6_000.0))
@settings(deadline=None, max_examples=30)
def test_what_is_left_of_a_plan_can_be_driven_as_it_was_planned(city: tuple[Problem, Plan], now: float) -> None:
    made, plan = city
    rest = rest_of(made, plan, now)
    if not rest.problem.orders:
        return
    again = plan_of(rest.problem, initial_visits(rest.problem, rest.rounds))
    assert violations(rest.problem, again) == ()
    assert again.unserved == ()
    planned = {
        (made.orders[s.index].id, s.kind == "delivery"): s.start
        for r in plan.routes
        for s in r.steps
        if _is_stop(s.kind)
    }
    for route in again.routes:
        left = [s for s in route.steps if _is_stop(s.kind)]
        halfway = {o.id for o in rest.problem.orders if not o.is_shipment and o.id == "s"}
        for step in left:
            order_id = rest.problem.orders[step.index].id
            # Charges may be chosen anew, so nothing comes later than it was planned.
            assert step.start <= planned[order_id, step.kind == "delivery" or order_id in halfway] + 1e-6


def _is_stop(kind: str) -> bool:
    return kind in ("job", "pickup", "delivery")


@given(now=st.floats(-100.0, 4_000.0), seed=st.integers(1, 50))
@settings(deadline=None, max_examples=30)
def test_no_parcel_is_lost_and_nothing_frozen_moves(city: tuple[Problem, Plan], now: float, seed: int) -> None:
    made, plan = city
    new = delivery("new", C)
    found = replan(made, plan, now, Changes(orders=(new,)), [_came("new")], Effort(iterations=30, seed=seed))
    assert violations(found.problem, found.plan) == ()
    served = names(found.after)
    assert served | found.after.unserved | found.rest.done == {"o0", "o1", "o2", "o3", "o4", "s", "new"}
    assert not served & found.rest.done
    for van_now in found.rest.problem.vehicles:
        size = len(van_now.frozen)
        assert found.after.of(van_now.id)[:size] == found.rest.rounds.of(van_now.id)[:size]
    van_of = found.after.van_of()
    for order in found.rest.problem.orders:
        if order.onboard is not None and order.id in van_of:
            assert van_of[order.id] == found.rest.problem.vehicles[order.onboard].id
    assert apply(found.change, found.before) == found.after
    assert apply(inverse(found.change), found.after) == found.before
    assert len({(m.move.order_id, m.move.stop) for m in found.moves}) == len(found.moves)


def _came(order_id: str) -> Event:
    return Event("new_order", f"order {order_id} came in", orders=frozenset({order_id}))


def test_a_new_order_at_a_new_place_is_served(city: tuple[Problem, Plan]) -> None:
    # A seventh house, 600 m behind the post.
    apart = np.abs(np.subtract.outer(np.arange(7.0), np.arange(7.0)))
    longer = MatrixMetric(time=apart * 60.0, distance=apart * 600.0, energy=apart * 100.0)
    changes = Changes(orders=(delivery("new", 6),), locations=(Location("house e", 3_600.0, 0.0),), metrics=(longer,))
    found = replanned(city, 100.0, changes, _came("new"))
    assert "new" in names(found.after)
    told = {m.move.order_id: m for m in found.moves}
    assert (told["new"].move.kind, told["new"].reason.code) == ("added", "new_order")


def test_a_cancelled_order_is_dropped_for_this_reason(city: tuple[Problem, Plan]) -> None:
    found = replanned(
        city, -50.0, Changes(cancelled=frozenset({"o2"})), Event("cancelled", "o2 is off", orders=frozenset({"o2"}))
    )
    assert "o2" not in names(found.after)
    told = next(m for m in found.moves if m.move.order_id == "o2")
    assert (told.move.kind, told.reason.code, told.reason.text) == ("dropped", "cancelled", "o2 is off")


def test_a_van_on_its_way_to_a_cancelled_order_is_free_there(city: tuple[Problem, Plan]) -> None:
    made, plan = city
    route = plan.routes[0]
    first = route.steps[1]
    order_id = made.orders[first.index].id
    found = replanned(city, (route.steps[0].departure + first.arrival) / 2, Changes(cancelled=frozenset({order_id})))
    out = next(v for v in found.problem.vehicles if v.id == made.vehicles[route.vehicle].id)
    assert (out.start, out.frozen, out.under_way) == (first.location, (), True)


def test_a_lock_moves_an_order_and_a_parcel_on_board_cannot_be_locked_away(city: tuple[Problem, Plan]) -> None:
    made, plan = city
    now = -50.0
    other = {"v1": "v2", "v2": "v1"}
    mine = rounds_of(made, plan).van_of()["o3"]
    lock = Event("lock", f"o3 is locked to van {other[mine]}", orders=frozenset({"o3"}))
    found = replanned(city, now, Changes(locks={"o3": other[mine]}), lock)
    assert found.after.van_of()["o3"] == other[mine]
    assert next(m for m in found.moves if m.move.order_id == "o3").reason.code == "lock"
    free = replan(found.problem, found.plan, now, Changes(locks={"o3": None}), [], EFFORT)
    assert next(o for o in free.problem.orders if o.id == "o3").vehicles is None
    route = plan.routes[0]
    loaded = made.orders[route.steps[1].index]
    if not loaded.is_shipment:
        with pytest.raises(ConflictError, match="its parcel is on van"):
            replan(
                made,
                plan,
                route.steps[0].departure + 1,
                Changes(locks={loaded.id: other[made.vehicles[route.vehicle].id]}),
                [],
                EFFORT,
            )


def test_slow_traffic_is_the_reason_of_what_moves_out_of_slow_rounds() -> None:
    late = [
        replace(delivery(f"o{k}", place), stops=(replace(delivery("x", place).stops[0], windows=((0.0, 900.0),)),))
        for k, place in enumerate((C, D))
    ]
    made = problem(late, [van("v1"), van("v2")])
    plan = solve(made, iterations=100)
    assert plan.vehicles == 1
    slow = replace(metric(), time=metric().time * 2.2)
    jam = Event("jam", "slow traffic everywhere")
    found = replan(made, plan, -10.0, Changes(metrics=(slow,)), [jam], EFFORT)
    assert {m.reason.code for m in found.moves} == {"jam"}
    assert found.setbacks["v1"].cause == "time_window"


def test_a_broken_charger_is_not_driven_to(city: tuple[Problem, Plan]) -> None:
    made, plan = city
    charging = [r for r in plan.routes if any(s.kind == "charge" for s in r.steps)]
    found = replan(made, plan, -10.0, Changes(broken=frozenset({"s1"})), [], EFFORT)
    assert found.problem.stations == ()
    assert all(s.kind != "charge" for r in found.plan.routes for s in r.steps)
    back = replan(found.problem, found.plan, -5.0, Changes(stations=made.stations), [], EFFORT)
    assert back.problem.stations == made.stations
    assert charging or back.plan.routes


def test_orders_that_cannot_be_served_in_time_are_late_where_that_is_allowed() -> None:
    soon = delivery("soon", D)
    soon = replace(soon, stops=(replace(soon.stops[0], windows=((0.0, 400.0),)),))
    made = problem([delivery("a", A)], [van("v1")])
    plan = solve(made, iterations=20)
    strict = replan(made, plan, -10.0, Changes(orders=(soon,)), [_came("soon")], EFFORT)
    assert strict.after.unserved == {"soon"}
    # 300 s of loading and 240 s to house d: 140 s too late.
    lenient = replan(
        made, plan, -10.0, Changes(orders=(soon,)), [_came("soon")], replace(EFFORT, grace_s=(60.0, 600.0))
    )
    assert lenient.after.unserved == frozenset()
    assert lenient.late_allowed == {"soon"}


def test_names_that_mean_nothing_are_all_told(city: tuple[Problem, Plan]) -> None:
    changes = Changes(
        orders=(delivery("o1", A),),
        cancelled=frozenset({"x"}),
        locks={"y": "v1", "o1": "v9"},
        broken=frozenset({"z"}),
    )
    with pytest.raises(InputError) as raised:
        replan(*city, -50.0, changes, [], EFFORT)
    assert [fault.where for fault in raised.value.faults] == ["order o1", "order x", "order y", "van v9", "station z"]


def test_a_van_that_can_no_longer_be_home_in_time_comes_home_late() -> None:
    made = problem([delivery("d", D)], [van("v1", shift=(0.0, 1_100.0))])
    plan = solve(made, iterations=20)
    assert plan.unserved == ()
    slow = replace(metric(), time=metric().time * 4.0)
    # It has left for d and arrives there at 540; home is 960 s away, 1,600 in all.
    found = replan(made, plan, 400.0, Changes(metrics=(slow,)), [], EFFORT)
    assert found.plan.routes[0].steps[-1].arrival == pytest.approx(540.0 + 100.0 + 960.0)
    thirsty = replace(metric(), energy=np.asarray(metric().energy) * 2.6)
    found = replan(made, plan, 400.0, Changes(metrics=(thirsty,), broken=frozenset({"s1"})), [], EFFORT)
    assert found.problem.vehicles[0].battery is not None
    # 1,100 Wh on arrival, 1,040 Wh to come home: half of the reserve of 100 Wh is left.
    assert found.problem.vehicles[0].battery.reserve == 50.0
    dead = replace(metric(), energy=np.asarray(metric().energy) * 30.0)
    with pytest.raises(ConflictError, match="can come home by no means"):
        replan(made, plan, 400.0, Changes(metrics=(dead,), broken=frozenset({"s1"})), [], EFFORT)


def test_an_order_moved_by_hand_goes_where_it_is_put(city: tuple[Problem, Plan]) -> None:
    made, plan = city
    before = rounds_of(made, plan)
    other = "v2" if before.van_of()["o3"] == "v1" else "v1"
    moved = Event("manual_move", "o3 moved by hand", orders=frozenset({"o3"}))
    found = as_given(
        made, plan, -50.0, Changes(locks={"o3": other}), [moved], lambda p, r: placed(p, r, "o3", other, 0)
    )
    assert violations(found.problem, found.plan) == ()
    assert found.after.of(other)[0] == RoundVisit("stop", "o3")
    assert [m.reason.code for m in found.moves if m.move.order_id == "o3"] == ["manual_move"]
    # Taken back, the old rounds are driven again.
    back = as_given(found.problem, found.plan, -40.0, Changes(locks={"o3": None}), [], lambda _, __: found.before)
    assert names(back.after) == names(before)
    assert back.after.van_of() == before.van_of()


def test_a_van_under_way_is_sent_back_for_a_parcel_that_is_not_on_board() -> None:
    made = problem(
        [delivery("a", A), delivery("d", D)], [van("v1", capacity=(1.0,)), van("v2", shift=(4_000.0, 9_000.0))]
    )
    locked = replace(
        made, orders=(replace(made.orders[0], vehicles=(0,)), replace(made.orders[1], vehicles=(1,), release=3_900.0))
    )
    plan = solve(locked, iterations=50)
    now = plan.routes[0].steps[0].departure + 10.0
    found = as_given(locked, plan, now, Changes(locks={"d": "v1"}), [], lambda p, r: placed(p, r, "d", "v1"))
    assert [v.kind for v in found.after.of("v1")] == ["stop", "reload", "stop"]


def test_what_cannot_be_driven_is_refused(city: tuple[Problem, Plan]) -> None:
    made, plan = city
    big = replace(delivery("big", A), delivery=(9.0,))
    with pytest.raises(ConflictError, match="cannot take order big"):
        as_given(made, plan, -50.0, Changes(orders=(big,)), [], lambda p, r: placed(p, r, "big", "v1"))
    with pytest.raises(ConflictError, match="is done: nothing can be moved"):
        as_given(made, plan, -50.0, Changes(), [], lambda p, r: placed(p, r, "x", "v1"))
    every = Rounds({"v1": tuple(RoundVisit("stop", f"o{k}") for k in range(5))})
    with pytest.raises(ConflictError, match="van v1: its 5 visits cannot be driven"):
        as_given(made, plan, -50.0, Changes(), [], lambda _, __: every)
    route = plan.routes[0]
    first = made.orders[route.steps[1].index].id
    now = route.steps[0].departure + 1.0
    with pytest.raises(ConflictError, match="on its way to order"):
        as_given(made, plan, now, Changes(), [], lambda p, r: placed(p, r, first, "v1"))


def test_a_charge_that_is_cut_short_leaves_what_was_charged() -> None:
    made, plan = two_trips()
    made = replace(made, stations=(*made.stations, Station("s2", D)))
    # The charge began at 1,680 with 200 Wh; 2,000 Wh an hour bring 150 Wh in 270 s.
    found = replan(made, plan, 1_950.0, Changes(broken=frozenset({"s1"})), [], EFFORT)
    out = next(v for v in found.problem.vehicles if v.id == "v1")
    assert out.frozen == ()
    assert out.shift[0] == 1_950.0
    assert out.battery is not None
    assert out.battery.start == pytest.approx(350.0)
    # On the way there nothing was charged.
    found = replan(made, plan, 1_600.0, Changes(broken=frozenset({"s1"})), [], EFFORT)
    out = next(v for v in found.problem.vehicles if v.id == "v1")
    assert out.battery is not None
    assert (out.shift[0], out.battery.start) == (1_680.0, 200.0)
