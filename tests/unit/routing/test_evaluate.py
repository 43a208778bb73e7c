"""Routes of given visits, computed by hand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from milkfloat.errors import InputError
from milkfloat.routing.check import violations
from milkfloat.routing.evaluate import plan_of, schedule
from milkfloat.routing.metric import ArrivalMetric, MatrixMetric, SpeedMetric
from milkfloat.routing.plan import Route
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
from milkfloat.routing.solve import solve

Line = Callable[..., Problem]


def _steps(route: Route | None) -> list[tuple[str, float, float, float]]:
    assert route is not None
    return [(s.kind, s.arrival, s.start, s.departure) for s in route.steps]


def test_waiting_service_and_windows(line: Line) -> None:
    orders = (Order("a", (Stop(4, service=2.0, windows=((10.0, 12.0),)),)), Order("b", (Stop(7, service=1.0),)))
    problem = line(orders=orders, van=Vehicle("v", 0, 0, shift=(0.0, 100.0)))
    assert _steps(schedule(problem, 0, [Visit("stop", 0), Visit("stop", 1)], departure=0.0)) == [
        ("start", 0, 0, 0),
        ("job", 4, 10, 12),
        ("job", 15, 15, 16),
        ("end", 23, 23, 23),
    ]


def test_a_van_paid_by_time_leaves_as_late_as_it_can(line: Line) -> None:
    orders = (Order("a", (Stop(4, windows=((10.0, 12.0),)),)),)
    problem = line(orders=orders, van=Vehicle("v", 0, 0, shift=(0.0, 100.0)), objective="duration")
    route = schedule(problem, 0, [Visit("stop", 0)])
    assert route is not None
    assert route.steps[0].departure == 6
    assert route.duration == 8


def test_the_second_of_two_windows_is_taken_when_the_first_has_passed(line: Line) -> None:
    orders = (Order("a", (Stop(4, windows=((0.0, 3.0), (9.0, 9.5))),)),)
    problem = line(orders=orders, van=Vehicle("v", 0, 0, shift=(0.0, 100.0)))
    assert _steps(schedule(problem, 0, [Visit("stop", 0)], departure=0.0))[1] == ("job", 4, 9, 9)
    assert schedule(problem, 0, [Visit("stop", 0)], departure=6.0) is None


def test_setup_is_paid_once_per_place(line: Line) -> None:
    orders = tuple(Order(name, (Stop(3, service=1.0, setup=5.0),)) for name in "ab")
    problem = line(orders=orders, van=Vehicle("v", 0, 0, shift=(0.0, 100.0)))
    route = schedule(problem, 0, [Visit("stop", 0), Visit("stop", 1)])
    assert [s[3] for s in _steps(route)] == [0, 9, 10, 13]


def test_trips_reload_at_a_depot_and_wait_for_releases(line: Line) -> None:
    orders = (Order("a", (Stop(2),), delivery=(1.0,)), Order("b", (Stop(3),), delivery=(1.0,), release=10.0))
    van = Vehicle("v", 0, 0, shift=(0.0, 100.0), capacity=(1.0,), depots=(0,), max_trips=2, reload_time=2.0)
    problem = line(orders=orders, van=van)
    visits = [Visit("stop", 0), Visit("reload", 0), Visit("stop", 1)]
    route = schedule(problem, 0, visits)
    assert route is not None
    assert [(s.kind, s.arrival, s.departure, s.load) for s in route.steps] == [
        ("start", 0, 0, (1.0,)),
        ("job", 2, 2, (0.0,)),
        ("reload", 4, 10, (1.0,)),
        ("job", 13, 13, (0.0,)),
        ("end", 16, 16, (0.0,)),
    ]
    assert schedule(problem, 0, [Visit("stop", 0), Visit("stop", 1)]) is None
    assert schedule(replace(problem, vehicles=(replace(van, max_trips=1),)), 0, visits) is None


def test_a_shipment_stays_in_its_trip_and_its_order(line: Line) -> None:
    orders = (Order("s", (Stop(2), Stop(5)), amount=(3.0,)), Order("t", (Stop(3), Stop(4)), amount=(3.0,)))
    problem = line(orders=orders, van=Vehicle("v", 0, 0, capacity=(5.0,)))
    pick, drop = Visit("stop", 0, 0), Visit("stop", 0, 1)
    route = schedule(problem, 0, [pick, drop])
    assert route is not None
    assert [s.load for s in route.steps] == [(0.0,), (3.0,), (0.0,), (0.0,)]
    assert schedule(problem, 0, [drop, pick]) is None
    assert schedule(problem, 0, [pick]) is None
    assert schedule(problem, 0, [pick, Visit("stop", 1, 0), Visit("stop", 1, 1), drop]) is None


# A charger gives 2 per unit of time up to 8 and 0.5 beyond, up to 10.
_CURVE = ChargeCurve((0.0, 4.0, 8.0), (0.0, 8.0, 10.0))


def _electric(line: Line, *, stations: tuple[int, ...] = (5,), **changes: float) -> Problem:
    battery = Battery(capacity=10.0, start=10.0, curves=(_CURVE,))
    battery = replace(battery, **changes)  # type: ignore[arg-type]
    van = Vehicle("v", 0, 0, shift=(0.0, 100.0), battery=battery)
    stops = tuple(Station(f"s{k}", k, 0, 0.5) for k in stations)
    return line(at=(8,), van=van, stations=stops)


def test_the_battery_is_charged_as_little_as_it_takes(line: Line) -> None:
    # There and back is 16. On the way home it arrives at 5 (8 there, 3 back) with -1: so it charges on the way there,
    # with 5 left, up to 10 (8 - 5 = 3 over 1.5 h fast, 2 over 4 h slow), comes back to 5 with 10 - 6 = 4, and needs 5.
    # Charging twice is cheaper in time: to 8 in 1.5, back with 2, then 3 more in 1.5.
    problem = _electric(line)
    route = schedule(problem, 0, [Visit("stop", 0)])
    assert route is not None
    charges = [s for s in route.steps if s.kind == "charge"]
    assert sum(s.charge for s in charges) >= 6
    assert min(s.soc for s in route.steps if s.soc is not None) >= 0
    assert route.distance == 16
    assert not violations(problem, plan_of(problem, [[Visit("stop", 0)]]))


def test_charging_at_the_stop_itself_takes_the_time_of_the_curve(line: Line) -> None:
    # At the stop (8) with 2 left it needs 8 to get home: from 2 (1.0) to 8 (4.0) takes 3, plus 0.5 to plug in.
    problem = _electric(line, stations=(8,))
    route = schedule(problem, 0, [Visit("stop", 0)])
    assert route is not None
    (charge,) = (s for s in route.steps if s.kind == "charge")
    assert charge.soc == 2
    assert charge.charge == pytest.approx(6)
    assert charge.departure - charge.start == pytest.approx(3.5)
    assert route.steps[-1].arrival == pytest.approx(8 + 3.5 + 8)
    assert route.energy == 16


def test_a_full_charge_fills_the_battery(line: Line) -> None:
    problem = replace(_electric(line, stations=(8,)), charging="full")
    route = schedule(problem, 0, [Visit("stop", 0)])
    assert route is not None
    (charge,) = (s for s in route.steps if s.kind == "charge")
    assert charge.charge == pytest.approx(8)
    assert charge.departure - charge.start == pytest.approx(7 + 0.5)


def test_reserve_and_charge_at_the_end_are_kept(line: Line) -> None:
    for changes in ({"reserve": 1.0}, {"end_min": 1.0}):
        route = schedule(_electric(line, stations=(8,), **changes), 0, [Visit("stop", 0)])
        assert route is not None
        (charge,) = (s for s in route.steps if s.kind == "charge")
        assert charge.charge == pytest.approx(7)
    assert schedule(_electric(line, stations=(8,), reserve=3.0), 0, [Visit("stop", 0)]) is None


def test_a_leg_too_long_for_any_charge_is_infeasible(line: Line) -> None:
    van = Vehicle("v", 0, 0, battery=Battery(10.0, 10.0, curves=(_CURVE,)))
    assert schedule(line(at=(20,), van=van, stations=(Station("s", 0),)), 0, [Visit("stop", 0)]) is None


def test_auxiliaries_draw_by_time_and_load_by_mass() -> None:
    flat = np.array([[0.0, 10.0], [10.0, 0.0]])
    metric = MatrixMetric(time=flat, distance=flat, energy=flat, energy_per_load=0.5 * flat)
    van = Vehicle("v", 0, 0, capacity=(4.0,), battery=Battery(100.0, 100.0), aux_power=0.1, speed_factor=2.0)
    problem = Problem(
        (Location("d"), Location("c")),
        (Order("a", (Stop(1),), delivery=(4.0,)),),
        (van,),
        (metric,),
        mass_dimension=0,
    )
    route = schedule(problem, 0, [Visit("stop", 0)])
    assert route is not None
    # Out: 10 + 4 x 0.5 x 10 = 30; home: 10; driving takes 5 + 5 at 0.1.
    assert route.energy == pytest.approx(41)
    assert route.duration == pytest.approx(10)


def test_a_break_is_taken_where_it_costs_least(line: Line) -> None:
    pause = Break("lunch", ((5.0, 9.0),), 3.0)
    problem = line(at=(4,), van=Vehicle("v", 0, 0, shift=(0.0, 100.0), breaks=(pause,)))
    route = schedule(problem, 0, [Visit("stop", 0)], departure=2.0)
    steps = _steps(route)
    assert ("break", 6, 6, 9) in steps
    # Home before it is due: not taken.
    early = line(at=(4,), van=Vehicle("v", 0, 0, shift=(0.0, 8.5), breaks=(pause,)))
    assert [s[0] for s in _steps(schedule(early, 0, [Visit("stop", 0)], departure=0.0))] == ["start", "job", "end"]


def test_travel_time_is_interpolated_between_slices() -> None:
    time = np.zeros((2, 2, 2))
    time[0], time[1] = [[0, 10], [10, 0]], [[0, 20], [20, 0]]
    distance = np.array([[0.0, 7.0], [7.0, 0.0]])
    metric = MatrixMetric(time, distance, slice_start=0.0, slice_width=100.0)
    van = Vehicle("v", 0, 0, shift=(0.0, 1000.0))
    problem = Problem((Location("d"), Location("c")), (Order("a", (Stop(1),)),), (van,), (metric,))
    route = schedule(problem, 0, [Visit("stop", 0)], departure=50.0)
    assert route is not None
    # Out at 50: 15. Home at 65: 16.5.
    assert [s.arrival for s in route.steps] == pytest.approx([50, 65, 81.5])
    assert not violations(problem, plan_of(problem, [[Visit("stop", 0)]], departures={0: 50.0}))


def test_speeds_change_on_the_way() -> None:
    distance = np.array([[0.0, 30.0], [30.0, 0.0]])
    metric = SpeedMetric(distance, np.zeros((2, 2), np.uint8), np.array([0.0, 10.0, 20.0]), np.array([[1.0, 2.0, 3.0]]))
    van = Vehicle("v", 0, 0, shift=(0.0, 1000.0))
    problem = Problem((Location("d"), Location("c")), (Order("a", (Stop(1),)),), (van,), (metric,))
    route = schedule(problem, 0, [Visit("stop", 0)], departure=0.0)
    assert route is not None
    # 10 at speed 1, 20 at speed 2; home 30 at speed 3.
    assert [s.arrival for s in route.steps] == [0, 20, 30]


def test_arrival_functions_are_followed() -> None:
    offset = np.array([0, 0, 3, 5, 5])
    departure = np.array([0.0, 10.0, 20.0, 0.0, 50.0])
    arrival = np.array([5.0, 25.0, 26.0, 10.0, 55.0])
    metric = ArrivalMetric(np.array([[0.0, 3.0], [3.0, 0.0]]), offset, departure, arrival)
    van = Vehicle("v", 0, 0, shift=(0.0, 1000.0))
    problem = Problem(
        (Location("d"), Location("c")), (Order("a", (Stop(1),)),), (van,), (metric,), objective="duration"
    )
    route = schedule(problem, 0, [Visit("stop", 0)], departure=5.0)
    assert route is not None
    # 5 lies between 0 and 10: arrives at 15; 15 of 50 on the way home: 10 + 0.3 * 45 = 23.5.
    assert [s.arrival for s in route.steps] == pytest.approx([5, 15, 23.5])
    best = schedule(problem, 0, [Visit("stop", 0)])
    assert best is not None
    # Late departures take 6 and then 5.
    assert best.duration == pytest.approx(11, abs=1e-6)


def test_a_van_under_way_goes_on_from_where_it_is(line: Line) -> None:
    orders = (
        Order("carried", (Stop(6),), delivery=(2.0,), onboard=0),
        Order("new", (Stop(8),), delivery=(2.0,)),
        Order("collect", (Stop(7),), pickup=(1.0,)),
    )
    van = Vehicle(
        "v", 5, 0, shift=(50.0, 100.0), capacity=(4.0,), depots=(0,), max_trips=2, under_way=True, initial_load=(1.0,)
    )
    problem = line(orders=orders, van=van)
    route = schedule(problem, 0, [Visit("stop", 0), Visit("stop", 2)])
    assert route is not None
    assert [s.load for s in route.steps] == [(3.0,), (1.0,), (2.0,), (0.0,)]
    assert schedule(problem, 0, [Visit("stop", 1)]) is None, "it is out and cannot have loaded the new order"
    assert schedule(problem, 0, [Visit("stop", 0), Visit("reload", 0), Visit("stop", 1)]) is not None
    assert schedule(problem, 0, [Visit("reload", 0), Visit("stop", 0)]) is None, "it is in the first trip's load"


def test_nothing_is_charged_before_a_frozen_visit(line: Line) -> None:
    # From 5 it may go on to the frozen stop at 8 and to the station there, 3 of 6 away; 9 home need a charge. The
    # station at 5 would do as well, were it not for what is frozen.
    curve = ChargeCurve((0.0, 10.0), (0.0, 10.0))
    van = Vehicle(
        "v",
        5,
        0,
        shift=(0.0, 99.0),
        battery=Battery(10.0, 6.0, curves=(curve,)),
        under_way=True,
        frozen=(Visit("stop", 0),),
    )
    problem = line(at=(8.0,), van=van, stations=(Station("s5", 5), Station("s8", 8)))
    plan = plan_of(problem, [[]])
    assert violations(problem, plan) == ()
    assert [step.kind for step in plan.routes[0].steps] == ["start", "job", "charge", "end"]
    nowhere = line(
        at=(8.0,),
        van=van,
        stations=(Station("s5", 5),),
        vehicles=(replace(van, battery=Battery(10.0, 2.0, curves=(curve,))),),
    )
    assert schedule(nowhere, 0, ()) is None


def test_frozen_visits_come_first(line: Line) -> None:
    van = Vehicle("v", 0, 0, shift=(0.0, 99.0), frozen=(Visit("stop", 1),))
    problem = line(at=(2, 9), van=van)
    route = schedule(problem, 0, [Visit("stop", 0)])
    assert [s[1] for s in _steps(route)] == [0, 9, 16, 18]


def test_a_plan_of_rounds_that_cannot_be_driven_names_the_vans(line: Line) -> None:
    problem = line(at=(9,), van=Vehicle("slow", 0, 0, shift=(0.0, 10.0)))
    with pytest.raises(InputError, match="van slow: its 1 visits cannot be driven"):
        plan_of(problem, [[Visit("stop", 0)]])


def test_unix_seconds_keep_their_fractions(line: Line) -> None:
    base = 1.8e9
    orders = (Order("a", (Stop(4, service=0.125, windows=((base + 10.25, base + 12.0),)),)),)
    problem = line(orders=orders, van=Vehicle("v", 0, 0, shift=(base, base + 100.0)))
    plan = plan_of(problem, [[Visit("stop", 0)]])
    assert plan.routes[0].steps[1].departure == base + 10.375
    assert violations(problem, plan) == ()


# A ten-millionth of a slice is 9e-5 s: there the last digit decides, and the checker takes either side.
@pytest.mark.parametrize("short_s", [0.0, 1.0e-6, *np.linspace(8.99e-5, 9.01e-5, 21).tolist()])
def test_a_departure_on_the_boundary_of_two_slices_is_in_the_later_one(short_s: float) -> None:
    base, third = 1.7e9, 900.0 / 7
    time = np.full((4, 2, 2), third)
    energy = np.stack([np.full((2, 2), float(k)) for k in range(4)])
    metric = MatrixMetric(time, np.ones((2, 2)), energy=energy, slice_start=base, slice_width=900.0)
    van = Vehicle("v", 0, 0, shift=(base, base + 9000.0), battery=Battery(100.0, 100.0))
    # Out at 0, arrives a seventh of a slice later and stays until its end, as far as doubles can tell, or departures
    # that are found by bisection.
    order = Order("a", (Stop(1, service=900.0 - third - short_s),))
    problem = Problem((Location("d"), Location("c")), (order,), (van,), (metric,))
    plan = plan_of(problem, [[Visit("stop", 0)]])
    assert plan.routes[0].energy == (0 + 1 if short_s < 8.9e-5 else plan.routes[0].energy)
    assert violations(problem, plan) == ()


@pytest.mark.parametrize("cost_per_time", [0.0, 1.0])
def test_a_van_waits_at_its_depot_until_traffic_draws_what_its_battery_holds(cost_per_time: float) -> None:
    # 6 there and 6 back until 100, then 4 and 4: a battery of 9 is enough for those who leave later.
    distance = np.array([[0.0, 10.0], [10.0, 0.0]])
    energy = np.stack([distance * 0.6, distance * 0.4])
    metric = MatrixMetric(np.stack([distance] * 2), distance, energy=energy, slice_start=0.0, slice_width=100.0)
    problem = Problem(
        locations=(Location("depot"), Location("stop")),
        orders=(Order("a", (Stop(1),)),),
        vehicles=(Vehicle("v", 0, 0, shift=(0.0, 400.0), battery=Battery(9.0, 9.0), cost_per_time=cost_per_time),),
        metrics=(metric,),
        objective="cost",
    )
    route = schedule(problem, 0, [Visit("stop", 0)])
    assert route is not None
    assert route.steps[0].departure >= 100.0
    assert route.steps[-1].soc == pytest.approx(1.0)
    assert schedule(problem, 0, [Visit("stop", 0)], departure=50.0) is None
    plan = solve(problem, iterations=10)
    assert not plan.unserved
    assert violations(problem, plan) == ()
