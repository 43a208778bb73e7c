from __future__ import annotations

from dataclasses import replace
from datetime import date
from math import inf
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from tests.unit.app.conftest import BLOCK_M, DAY, ZONE, at, calm, charger, clock, order, van

from milkfloat.app.build import Built, build_problem, with_overrides
from milkfloat.app.conditions import Conditions
from milkfloat.app.maps import City
from milkfloat.energy.consumption import aux_power_w
from milkfloat.errors import InputError
from milkfloat.fleet.catalogue import load_models
from milkfloat.fleet.orders import Demand, Order, OrderStop, TimeWindow
from milkfloat.fleet.places import Address, Depot, Place
from milkfloat.fleet.times import instant_s
from milkfloat.fleet.vans import VanBreak
from milkfloat.roads.overrides import Closure, Overrides
from milkfloat.roads.path import find_path
from milkfloat.routing.metric import MatrixMetric
from milkfloat.routing.solve import solve


def _metric(built: Built, profile: int = 0) -> MatrixMetric:
    metric = built.problem.metrics[profile]
    assert isinstance(metric, MatrixMetric)
    return metric


def _faults(built: Built) -> list[str]:
    return [str(fault) for fault in built.faults]


def test_the_problem_is_in_seconds_metres_watt_hours_and_grams(city: City) -> None:
    built = build_problem(city, [order("a", at(3, 0), kg=12.5, window=(9, 10))], [van()], [], calm())
    problem = built.problem
    (wanted,), (vehicle,) = problem.orders, problem.vehicles
    assert wanted.delivery == (12_500.0, 10_000.0)
    assert wanted.stops[0].windows == ((clock(9), clock(10)),)
    assert wanted.stops[0].service == 120.0
    assert vehicle.shift == (clock(8), clock(16))
    assert vehicle.capacity == (1_000_000.0, 6_000_000.0)
    assert vehicle.depots == (vehicle.start,) == (vehicle.end,)
    assert vehicle.max_trips > 1
    assert vehicle.aux_power == pytest.approx(aux_power_w(van().model, 20.0) / 3_600)
    assert vehicle.battery is not None
    assert vehicle.battery.capacity == 10_000
    assert vehicle.battery.reserve == 1_000
    assert (problem.timezone, problem.units.energy, problem.mass_dimension) == (ZONE, "Wh", 0)
    there = _metric(built).distance[vehicle.start, wanted.stops[0].location]
    assert there == pytest.approx(3 * BLOCK_M, abs=1)


def test_time_and_energy_are_those_of_the_drive(city: City) -> None:
    built = build_problem(city, [order("a", at(3.5, 2))], [van()], [], calm(temperature_c=-15.0))
    home, stop = built.problem.vehicles[0].start, built.problem.orders[0].stops[0].location
    snaps = [located.snap for located in built.places]
    path = find_path(city.graph, built.road_metrics[0], snaps[home], snaps[stop], depart_s=10 * 3_600.0)
    assert path is not None
    metric = _metric(built)
    time = metric.time if metric.time.ndim == 2 else metric.time[8]
    assert time[home, stop] == pytest.approx(path.travel_time_ms / 1_000, abs=0.01)
    energy = metric.energy
    assert energy is not None
    assert path.energy_j is not None
    assert (energy if energy.ndim == 2 else energy[8])[home, stop] == pytest.approx(path.energy_j / 3_600, rel=1e-4)
    assert metric.energy_per_load is not None
    assert path.energy_j_per_kg is not None
    per_gram = path.energy_j_per_kg / 3_600 / 1_000
    assert metric.energy_per_load[home, stop] == pytest.approx(per_gram, rel=1e-4)
    # In the cold the same drive takes more, and heating comes on top of it.
    mild = build_problem(city, [order("a", at(3.5, 2))], [van()], [], calm())
    mild_energy = _metric(mild).energy
    assert mild_energy is not None
    assert (mild_energy < energy).sum() == (mild_energy > 0).sum() > 0
    assert built.problem.vehicles[0].aux_power > 5 * mild.problem.vehicles[0].aux_power


def test_a_slow_van_takes_longer_where_the_road_is_fast(city: City) -> None:
    vans = [van("fast", model="maxus-edeliver-3-35"), van("slow", model="goupil-g4-7")]
    slowest = replace(load_models()["goupil-g4-7"], id="crawler", top_speed_kmh=20.0)
    built = build_problem(city, [order("a", at(5, 0))], [*vans, van("crawler", model="goupil-g4-7")], [], calm())
    crawling = build_problem(city, [order("a", at(5, 0))], [replace(vans[1], model=slowest)], [], calm())
    assert len(built.problem.metrics) == 2
    assert [v.profile for v in built.problem.vehicles] == [0, 1, 1]

    def there(which: Built, profile: int) -> float:
        metric, vehicle = _metric(which, profile), which.problem.vehicles[profile]
        time = metric.time if metric.time.ndim == 2 else metric.time[0]
        return float(time[vehicle.start, which.problem.orders[0].stops[0].location])

    assert there(built, 0) == pytest.approx(there(built, 1))
    # 2,000 m at 20 km/h take 360 s, and nothing gets shorter.
    assert there(crawling, 0) >= 360 > there(built, 1)


def test_a_days_traffic_slows_the_rush_hour_and_never_rewards_leaving_late(city: City) -> None:
    conditions = Conditions(DAY, ZONE)
    built = build_problem(city, [order("a", at(5, 5)), order("b", at(2, 3))], [van()], [], conditions)
    time = _metric(built).time
    assert time.ndim == 3
    # Slices from 08:00 to 16:00, their centres 7.5 minutes after the start of their bins.
    assert len(time) == 32
    assert _metric(built).slice_start == clock(8) + 450
    rush, noon = time[0], time[16]
    off_diagonal = ~np.eye(len(rush), dtype=bool)
    assert (rush[off_diagonal] > noon[off_diagonal]).all()
    assert (np.diff(time, axis=0) >= -900).all()


def test_traffic_follows_the_clock_on_the_wall_in_the_night_when_it_changes() -> None:
    spring = Conditions(date(2026, 3, 29), ZONE)
    autumn = Conditions(date(2026, 10, 25), ZONE)
    # At 03:00 the clocks are put to 04:00; 6 h after midnight they show 07:00.
    assert spring.wall_bin(6 * 3_600, 900.0) == 7 * 4
    assert spring.wall_bin(2 * 3_600, 900.0) == 2 * 4
    # At 04:00 they are put back to 03:00; 6 h after midnight they show 05:00.
    assert autumn.wall_bin(6 * 3_600, 900.0) == 5 * 4


def test_every_kind_of_order_and_every_wish_is_carried_over(city: City) -> None:
    orders = [
        order("fetch", at(1, 1), kind="pickup", priority=70, skills=frozenset({"lift"}), prize=9.5),
        Order(
            "carry",
            (OrderStop(at(1, 2)), OrderStop(at(4, 2), (TimeWindow(-inf, clock(12)),))),
            Demand(2_000, 3_000),
            kind="shipment",
            release_s=clock(9),
        ),
    ]
    pause = VanBreak(TimeWindow(clock(11), clock(13)), 1_800.0)
    vans = [van(skills=frozenset({"lift"}), breaks=(pause,), max_trips=2, soc=0.5, soh=0.8)]
    fetch, carry = build_problem(city, orders, vans, [], calm()).problem.orders
    assert (fetch.pickup, fetch.delivery) == ((10_000.0, 10_000.0), ())
    assert (fetch.priority, fetch.skills, fetch.prize) == (70, frozenset({"lift"}), 9.5)
    assert (carry.amount, len(carry.stops), carry.release) == ((2_000.0, 3_000.0), 2, clock(9))
    assert carry.stops[1].windows == ((-inf, clock(12)),)
    vehicle = build_problem(city, orders, vans, [], calm()).problem.vehicles[0]
    assert vehicle.breaks[0].duration == 1_800
    assert vehicle.max_trips == 2
    assert vehicle.battery is not None
    # 80 % health of 10 kWh, half full.
    assert (vehicle.battery.capacity, vehicle.battery.start) == (8_000, 4_000)


def test_chargers_and_depots_are_stations_with_their_curves(city: City) -> None:
    vans = [van("light"), van("large", model="maxus-edeliver-5")]
    built = build_problem(
        city, [order("a", at(1, 1))], vans, [charger("ac", at(2, 2)), charger("dc", at(3, 3), 50)], calm()
    )
    problem = built.problem
    assert [station.id for station in problem.stations] == ["ac", "dc", "hub"]
    # The charger at 11 kW and the depot's own share a curve.
    assert [station.kind for station in problem.stations] == [0, 1, 0]
    light, large = (vehicle.battery for vehicle in problem.vehicles)
    assert light is not None
    assert large is not None
    assert light.curves[1] is None
    assert large.curves[1] is not None
    assert large.curves[1].energy[-1] == pytest.approx(64_000)
    assert problem.stations[2].location == problem.vehicles[0].start
    none = build_problem(city, [order("a", at(1, 1))], vans, [], calm(depot_power_w=0.0)).problem
    assert none.stations == ()


def test_orders_at_one_place_share_a_location(city: City) -> None:
    built = build_problem(city, [order("a", at(1, 1)), order("b", at(1, 1)), order("c", at(0, 0))], [van()], [], calm())
    places = [o.stops[0].location for o in built.problem.orders]
    assert places[0] == places[1]
    # The depot keeps a location of its own.
    assert len(built.problem.locations) == 3
    assert built.problem.locations[built.problem.vehicles[0].start].name == "hub"


def test_addresses_are_looked_up_and_misses_name_the_nearest(city: City) -> None:
    orders = [
        Order("a", (OrderStop(Address("Row A 3")),)),
        Order("b", (OrderStop(Address("Row A 4")),), where="orders.csv:3"),
        Order("c", (OrderStop(Address("Raw B 1")),), where="orders.csv:4"),
        Order("d", (OrderStop(Address("Lane B")),)),
    ]
    built = build_problem(city, orders, [van()], [], calm())
    assert [o.id for o in built.orders] == ["a", "d"]
    location = built.problem.orders[0].stops[0].location
    assert built.problem.locations[location].name == "Row A 3"
    assert built.problem.locations[location].x == pytest.approx(at(0.75, 0).lon, abs=1e-6)
    first, second = _faults(built)
    assert first.startswith("orders.csv:3.address: house 4 of 'Row A' is not on the map; nearest: Row A 3")
    assert second.startswith("orders.csv:4.address: no street like 'Raw B 1' is on the map; nearest: Row B")
    assert built.notes == ("'Lane B': no house number is known, the middle of Lane B is taken",)


def test_what_no_van_can_do_is_a_fault_and_the_rest_goes_on(city: City) -> None:
    far, swapped = Place(11.0, 3.0), Place(0.001, 10.001)
    orders = [
        order("good", at(1, 1)),
        order("heavy", at(1, 2), kg=1_200, where="orders.csv:3"),
        order("far", far, where="orders.csv:4"),
        order("swapped", swapped, where="orders.csv:5"),
        order("past", at(1, 1), window=(5, 6), where="orders.csv:6"),
        order("late", at(1, 1), window=(20, 21), where="orders.csv:7"),
        order("cold", at(1, 1), skills=frozenset({"cold"}), where="orders.csv:8"),
        order("released", at(1, 1), release_s=clock(17), where="orders.csv:9"),
    ]
    built = build_problem(city, orders, [van()], [charger("c", far)], calm())
    assert [o.id for o in built.orders] == ["good"]
    expected = {
        "orders.csv:3.demand_kg": "1200 kg is more than the 1000 kg a van carries at most",
        "orders.csv:4.lon": "km off the map",
        "orders.csv:5.lon": "look swapped",
        "orders.csv:6.window_end": "2026-01-15 06:00 is past: the first van can leave at 2026-01-15 08:00",
        "orders.csv:7.window_start": "2026-01-15 20:00 is too late: the last shift ends at 2026-01-15 16:00",
        "orders.csv:8.skills": "'cold' is asked for, and no van has it",
        "orders.csv:9.release_at": "is too late",
        "charger c.lon": "km off the map",
    }
    found = {fault.where: fault.message for fault in built.faults}
    assert found.keys() == expected.keys()
    for where, text in expected.items():
        assert text in found[where]


def test_vans_that_get_nowhere_are_faults(city: City) -> None:
    tiny = replace(load_models()["goupil-g4-7"], id="toy", name="Toy", battery_wh=20.0)
    vans = [
        van("good"),
        replace(van("toy", where="vans.csv:3"), model=tiny),
        van("empty", soc=0.1, depot=Depot("dark", at(0, 0), power_w=0.0), where="vans.csv:4"),
        van("brief", shift=TimeWindow(clock(8), clock(8) + 660), where="vans.csv:5"),
        van("lost", depot=Depot("sea", Place(11.0, 3.0)), where="vans.csv:6"),
    ]
    built = build_problem(city, [order("a", at(5, 5))], vans, [], calm())
    assert [v.id for v in built.vans] == ["good"]
    found = {fault.where: fault.message for fault in built.faults}
    assert "0.02 kWh above its reserve reach no stop" in found["vans.csv:3.model"]
    assert "0.00 kWh above its reserve reach no stop" in found["vans.csv:4.soc_pct"]
    assert "the shift leaves 1 min" in found["vans.csv:5.shift_end"]
    assert "off the map" in found["vans.csv:6.depot_lon"]


def test_without_orders_or_vans_every_fault_is_told(city: City) -> None:
    with pytest.raises(InputError) as caught:
        build_problem(city, [order("a", Place(11.0, 3.0))], [van()], [], calm())
    assert [fault.where for fault in caught.value.faults] == ["order a.lon", "orders"]


def test_a_closed_street_makes_the_way_longer_or_cuts_off(city: City) -> None:
    built = build_problem(city, [order("a", at(5.5, 0)), order("b", at(3, 0))], [van()], [], calm())
    # Row A between junctions 2 and 3, both directions.
    graph = city.graph
    osm = graph.node_osm
    ends = {2, 3}
    edges = [
        e for e in range(graph.edge_count) if {int(osm[graph.edge_source[e]]), int(osm[graph.edge_target[e]])} == ends
    ]
    closed = with_overrides(built, Overrides(closures=(Closure(tuple(edges)),)))
    home = built.problem.vehicles[0].start
    stop = built.problem.orders[1].stops[0].location
    assert _metric(closed).distance[home, stop] > _metric(built).distance[home, stop] + BLOCK_M
    assert closed.problem.orders == built.problem.orders
    all_edges = Overrides(closures=(Closure(tuple(range(graph.edge_count))),))
    with pytest.raises(InputError) as caught:
        build_problem(city, [order("a", at(5, 5))], [van()], [], calm(overrides=all_edges))
    assert "closed roads leave no way" in str(caught.value)


def test_a_plan_for_it_is_found(city: City) -> None:
    orders = [order(f"o{k}", at(k % 6, k // 6), kg=50, window=(8 + k % 4, 12 + k % 4)) for k in range(1, 24)]
    built = build_problem(city, orders, [van("v1"), van("v2")], [charger("c", at(3, 3))], Conditions(DAY, ZONE))
    plan = solve(built.problem, iterations=500, seed=1)
    assert not plan.unserved
    # 23 orders of 50 kg: more than one load of 1,000 kg.
    assert sum(step.kind in ("start", "reload") for route in plan.routes for step in route.steps) >= 2


@pytest.mark.parametrize(
    ("day", "hours", "rush_s"),
    # Until 09:00 by the clock: ten hours in the night with an hour twice, eight in the one without it.
    [(date(2026, 10, 25), 10, 9 * 3_600), (date(2026, 3, 29), 8, 7 * 3_600), (DAY, 9, 8 * 3_600)],
)
def test_a_shift_through_the_night_when_clocks_change_is_as_long_as_it_is(
    city: City, day: date, hours: int, rush_s: float
) -> None:
    zone = ZoneInfo(ZONE)
    shift = TimeWindow(instant_s("00:00", zone, day), instant_s("09:00", zone, day))
    assert shift.end_s - shift.start_s == hours * 3_600
    night = van(shift=shift)
    built = build_problem(city, [order("a", at(5, 5))], [night], [], Conditions(day, ZONE))
    metric = _metric(built)
    assert len(metric.time) == hours * 4
    home, stop = built.problem.vehicles[0].start, built.problem.orders[0].stops[0].location
    by_slice = metric.time[:, home, stop]
    # The rush of 07:45 to 08:30 on the wall is the slowest, wherever it lies in real time; at night all is free.
    slowest = float(np.argmax(by_slice)) * 900
    assert rush_s - 1_800 <= slowest <= rush_s + 1_800
    assert by_slice[0] == by_slice[4] < by_slice.max()
    plan = solve(built.problem, iterations=50)
    assert not plan.unserved
