"""What is left of a plan: at any instant no parcel is lost, delivered twice, or moved while frozen."""

from __future__ import annotations

from dataclasses import replace
from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.dispatch.tiny import (
    HUB,
    POST,
    A,
    B,
    C,
    D,
    delivery,
    plan,
    problem,
    route,
    step,
    two_trips,
    van,
)

from milkfloat.dispatch.live import Rest, open_end, opened, rest_of, standing
from milkfloat.dispatch.rounds import RoundVisit, initial_visits, rounds_of
from milkfloat.routing.plan import Plan
from milkfloat.routing.problem import Problem, Visit


@pytest.fixture(scope="module")
def city() -> tuple[Problem, Plan]:
    return two_trips()


def at(city: tuple[Problem, Plan], now: float) -> Rest:
    return rest_of(*city, now)


@pytest.mark.parametrize(
    ("now", "phase", "index"),
    [
        (-1.0, "idle", 0),
        (0.0, "loading", 0),
        (300.0, "driving", 1),
        (360.0, "serving", 1),
        (459.0, "serving", 1),
        (460.0, "driving", 2),
        (1_080.0, "loading", 4),
        (1_280.0, "driving", 5),
        (1_700.0, "charging", 6),
        (2_400.0, "driving", 7),
        (2_700.0, "off", 7),
    ],
)
def test_a_van_stands_where_its_plan_says(city: tuple[Problem, Plan], now: float, phase: str, index: int) -> None:
    found = standing(city[1].routes[0], now)
    assert (found.phase, found.step) == (phase, index)


def test_a_van_waits_for_a_window_to_open() -> None:
    late = route(0, step("start", HUB, -1, (0, 0, 0), soc=9.0), step("job", A, 0, (60, 90, 190), soc=9.0))
    assert standing(late, 70.0).phase == "waiting"


def test_before_the_day_everything_is_left(city: tuple[Problem, Plan]) -> None:
    rest = at(city, -100.0)
    assert rest.problem.orders == city[0].orders
    assert rest.problem.vehicles == city[0].vehicles
    assert rest.rounds == rounds_of(*city)
    assert rest.done == frozenset()


def test_a_van_that_waits_at_the_hub_can_leave_from_now_on(city: tuple[Problem, Plan]) -> None:
    spare = at(city, 1_000.0).problem.vehicles[1]
    assert spare == replace(city[0].vehicles[1], shift=(1_000.0, 10_000.0))


def test_a_van_on_its_way_is_planned_from_the_stop_it_drives_to(city: tuple[Problem, Plan]) -> None:
    rest = at(city, 320.0)
    first = rest.problem.vehicles[0]
    assert (first.start, first.shift, first.max_trips) == (A, (360.0, 10_000.0), 3)
    assert first.under_way
    assert first.frozen == (Visit("stop", 0),)
    assert first.battery is not None
    assert first.battery.start == 1_400.0
    assert first.load_time == 0.0
    # The parcel for a is on board, that of the shipment and that of the second trip are not.
    assert [order.onboard for order in rest.problem.orders] == [0, None, None]


def test_a_shipment_that_was_picked_up_is_a_delivery_of_what_is_on_board(city: tuple[Problem, Plan]) -> None:
    rest = at(city, 650.0)
    order = rest.problem.orders[0]
    assert (order.id, order.delivery, order.amount, order.onboard) == ("s", (1.0,), (), 0)
    assert [stop.location for stop in order.stops] == [D]
    assert rest.rounds.of("v1")[0] == RoundVisit("stop", "s", 0)
    assert rest.problem.vehicles[0].frozen == (Visit("stop", 0),)
    assert rest.done == {"a"}


def test_a_shipment_that_is_about_to_be_picked_up_counts_as_picked_up(city: tuple[Problem, Plan]) -> None:
    for now in (500.0, 560.0):
        rest = at(city, now)
        order = rest.problem.orders[0]
        assert (order.id, len(order.stops), order.onboard, order.delivery) == ("s", 1, 0, (1.0,))
        first = rest.problem.vehicles[0]
        # It is free when the pickup is over; the delivery may be planned anew.
        assert (first.start, first.shift[0], first.frozen, first.under_way) == (B, 620.0, (), True)
        assert rest.rounds.of("v1")[0] == RoundVisit("stop", "s", 0)


def test_a_van_on_its_way_to_the_hub_is_free_there(city: tuple[Problem, Plan]) -> None:
    rest = at(city, 900.0)
    first = rest.problem.vehicles[0]
    assert (first.start, first.shift, first.max_trips, first.load_time) == (HUB, (1_080.0, 10_000.0), 2, 200.0)
    assert not first.under_way
    assert first.frozen == ()
    assert [order.id for order in rest.problem.orders] == ["c"]
    assert rest.problem.orders[0].onboard is None
    assert rest.rounds.of("v1") == (RoundVisit("stop", "c"), RoundVisit("charge", "s1"))


def test_a_van_that_loads_is_committed_to_its_parcels_and_not_to_its_round(city: tuple[Problem, Plan]) -> None:
    rest = at(city, 1_100.0)
    first = rest.problem.vehicles[0]
    assert (first.start, first.shift, first.load_time) == (HUB, (1_280.0, 10_000.0), 0.0)
    assert first.frozen == ()
    assert rest.problem.orders[0].onboard == 0


def test_a_charge_that_has_begun_goes_on(city: tuple[Problem, Plan]) -> None:
    first = at(city, 1_800.0).problem.vehicles[0]
    assert (first.start, first.shift[0], first.frozen) == (POST, 1_680.0, (Visit("charge", 0, charge=400.0),))
    assert first.battery is not None
    assert first.battery.start == 200.0


def test_a_van_back_at_the_hub_goes_out_again_while_it_has_trips_left(city: tuple[Problem, Plan]) -> None:
    first = at(city, 3_000.0).problem.vehicles[0]
    assert (first.start, first.shift[0], first.max_trips) == (HUB, 3_000.0, 1)
    one_trip = problem(city[0].orders, [replace(city[0].vehicles[0], max_trips=2), city[0].vehicles[1]])
    rest = rest_of(one_trip, city[1], 3_000.0)
    assert [v.id for v in rest.problem.vehicles] == ["v2"]
    assert rest.vans[0].vehicle is None


def test_limits_of_a_shift_shrink_by_what_was_driven() -> None:
    city, made = two_trips()
    tight = replace(
        city.vehicles[0],
        fixed_cost=7.0,
        max_distance=9_000.0,
        max_duration=5_000.0,
        max_travel_time=1_000.0,
        max_stops=5,
    )
    limited = replace(city, vehicles=(tight, city.vehicles[1]))
    first = rest_of(limited, made, 700.0).problem.vehicles[0]
    # On its way to d: 2,400 m, 440 s after leaving, 240 s of driving, two stops left behind.
    assert (first.max_distance, first.max_duration, first.max_travel_time) == (6_600.0, 4_560.0, 760.0)
    assert (first.max_stops, first.fixed_cost) == (3, 0.0)


def test_setup_of_the_stop_ahead_is_part_of_coming_there() -> None:
    order = delivery("a", A)
    order = replace(order, stops=(replace(order.stops[0], setup=30.0),))
    made = plan(
        route(
            0,
            step("start", HUB, -1, (0, 0, 300), load=1.0, soc=1_500.0),
            step("job", A, 0, (360, 390, 490), m=600.0, soc=1_400.0),
            step("end", HUB, -1, (550, 550, 550), m=1_200.0, soc=1_300.0),
        )
    )
    first = rest_of(problem([order], [van("v1")]), made, 310.0).problem.vehicles[0]
    assert first.shift[0] == 390.0


def test_pickups_on_board_come_along() -> None:
    orders = [replace(delivery("a", A), delivery=(), pickup=(2.0,)), delivery("c", C)]
    made = plan(
        route(
            0,
            step("start", HUB, -1, (0, 0, 300), load=1.0, soc=1_500.0),
            step("job", A, 0, (360, 360, 460), m=600.0, load=3.0, soc=1_400.0),
            step("job", C, 1, (580, 580, 680), m=1_800.0, load=2.0, soc=1_200.0),
            step("end", HUB, -1, (860, 860, 860), m=3_600.0, soc=900.0),
        )
    )
    city = problem(orders, [van("v1")])
    assert rest_of(city, made, 400.0).problem.vehicles[0].initial_load == ()
    assert rest_of(city, made, 500.0).problem.vehicles[0].initial_load == (2.0,)


def test_a_lost_window_of_a_frozen_stop_is_opened_and_of_others_kept() -> None:
    early = delivery("a", A)
    early = replace(early, stops=(replace(early.stops[0], windows=((0.0, 100.0), (200.0, 300.0))),))
    assert opened(early, 250.0) == early
    assert opened(early, 350.0).stops[0].windows == ((0.0, 100.0), (200.0, inf))
    assert open_end(((0.0, 1.0),), 0.5) == ((0.0, 1.0),)
    city, made = two_trips()
    late = replace(city, orders=(early, *city.orders[1:]))
    assert rest_of(late, made, 320.0).problem.orders[0].stops[0].windows == ((0.0, 100.0), (200.0, inf))
    assert rest_of(late, made, 200.0).problem.orders[0].stops[0].windows == ((0.0, 100.0), (200.0, 300.0))


def test_locks_follow_the_vans_that_are_left() -> None:
    city, made = two_trips()
    locked = replace(city, orders=(*city.orders[:2], replace(city.orders[2], vehicles=(1,))))
    empty = replace(made, routes=(replace(made.routes[0], steps=(*made.routes[0].steps[:4], made.routes[0].steps[7])),))
    one_trip = replace(locked, vehicles=(replace(city.vehicles[0], max_trips=1), city.vehicles[1]))
    rest = rest_of(one_trip, empty, 5_000.0)
    assert [v.id for v in rest.problem.vehicles] == ["v2"]
    assert rest.problem.orders[0].vehicles == (0,)


@given(now=st.floats(-100.0, 9_000.0))
def test_no_parcel_is_lost_delivered_twice_or_moved_while_frozen(city: tuple[Problem, Plan], now: float) -> None:
    rest = at(city, now)
    left = [order.id for order in rest.problem.orders]
    # Done or left, never both, never neither.
    assert sorted([*left, *rest.done]) == ["a", "c", "s"]
    visited = [(v.id, v.stop) for visits in rest.rounds.by_van.values() for v in visits if v.kind == "stop"]
    assert len(set(visited)) == len(visited)
    assert {order for order, _ in visited} == set(left)
    for vehicle, visits in enumerate(initial_visits(rest.problem, rest.rounds)):
        mine = rest.problem.vehicles[vehicle]
        # What is frozen stands first in the round and is not offered to the search again.
        frozen_stops = [(v.index, v.stop) for v in mine.frozen if v.kind == "stop"]
        assert not set(frozen_stops) & {(v.index, v.stop) for v in visits if v.kind == "stop"}
        assert len(rest.rounds.of(mine.id)) >= len(mine.frozen)
        for visit in (*mine.frozen, *visits):
            if visit.kind == "stop":
                assert rest.problem.orders[visit.index].onboard in (None, vehicle)
    done = [stop for one in rest.vans for stop in one.done]
    assert len(set(done)) == len(done)


@given(now=st.floats(-100.0, 9_000.0), later=st.floats(0.0, 3_000.0))
def test_what_is_done_stays_done(city: tuple[Problem, Plan], now: float, later: float) -> None:
    assert at(city, now).done <= at(city, now + later).done
