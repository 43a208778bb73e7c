"""What a problem makes use of, so that a writer can name everything its format has no place for."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from math import inf

from milkfloat.errors import Fault, InputError
from milkfloat.routing.metric import CoordinateMetric
from milkfloat.routing.problem import Order, Problem, Vehicle


def uses(problem: Problem) -> Iterator[tuple[str, str]]:
    """Each feature in use with the first thing that uses it, such as ``("breaks", "vehicle van")``."""
    for order in problem.orders:
        for name, used in _order_features(order):
            if used:
                yield name, f"order {order.id}"
    for vehicle in problem.vehicles:
        for name, used in _vehicle_features(vehicle):
            if used:
                yield name, f"vehicle {vehicle.id}"
    if problem.stations:
        yield "stations", f"station {problem.stations[0].id}"
    if any(station.access_time for station in problem.stations):
        yield "access times of stations", "stations"
    if len(problem.metrics) > 1:
        yield "several metrics", "metrics"
    if problem.dimensions > 1:
        yield "loads of several dimensions", f"{problem.dimensions} dimensions"
    first = problem.vehicles[0]
    if any(vehicle != first for vehicle in problem.vehicles):
        yield "different vans", "vehicles"
    if len({vehicle.start for vehicle in problem.vehicles}) > 1:
        yield "several depots", "vehicles"
    if problem.objective not in ("distance", "vehicles-then-distance"):
        yield f"objective {problem.objective}", "objective"


def _order_features(order: Order) -> tuple[tuple[str, bool], ...]:
    return (
        ("shipments", order.is_shipment),
        ("one-stop orders", not order.is_shipment),
        ("service times", any(stop.service for stop in order.stops)),
        ("setup times", any(stop.setup for stop in order.stops)),
        ("time windows", any(stop.windows for stop in order.stops)),
        ("several time windows", any(len(stop.windows) > 1 for stop in order.stops)),
        ("loads", any(order.delivery) or any(order.amount)),
        ("pickups", any(order.pickup)),
        ("prizes", order.prize is not None),
        ("priorities", order.priority != 0),
        ("skills", bool(order.skills)),
        ("release times", order.release > -inf),
        ("orders tied to vans", order.vehicles is not None),
        ("orders on board", order.onboard is not None),
    )


def _vehicle_features(vehicle: Vehicle) -> tuple[tuple[str, bool], ...]:
    battery = vehicle.battery
    return (
        ("open routes", vehicle.end != vehicle.start),
        ("shifts", vehicle.shift != (-inf, inf)),
        ("trips", vehicle.max_trips > 1),
        ("loading times", bool(vehicle.reload_time or vehicle.load_time)),
        ("costs", vehicle.fixed_cost != 0 or vehicle.cost_per_distance != 1),
        ("costs per time", vehicle.cost_per_time != 0),
        ("longest durations", vehicle.max_duration < inf),
        ("longest distances", vehicle.max_distance < inf),
        ("longest travel times", vehicle.max_travel_time < inf),
        ("most stops", vehicle.max_stops is not None),
        ("speed factors", vehicle.speed_factor != 1),
        ("batteries", battery is not None),
        ("batteries that are not full, or keep a reserve",
         battery is not None and (battery.start, battery.reserve, battery.end_min) != (battery.capacity, 0.0, 0.0)),
        ("auxiliary power", vehicle.aux_power != 0),
        ("breaks", bool(vehicle.breaks)),
        ("vans under way", vehicle.under_way or bool(vehicle.frozen) or any(vehicle.initial_load)),
    )  # fmt: skip


def require(problem: Problem, format: str, has: Collection[str]) -> None:
    """
    Raise InputError naming each feature of ``problem`` that is not among those the format ``has``.

    One fault for each, at the first thing that uses it.
    """
    found: dict[str, str] = {}
    for name, where in uses(problem):
        if name not in has:
            found.setdefault(name, where)
    if found:
        raise InputError(Fault(where, f"{format} has no place for {name}") for name, where in found.items())


@dataclass(frozen=True, slots=True)
class Plane:
    """A problem on the plane around one depot: its metric, depot and the capacity of its equal vans (0 without)."""

    metric: CoordinateMetric
    depot: int
    capacity: float


def require_plane(problem: Problem, format: str, has: Collection[str]) -> Plane:
    """As `require`; also refuses metrics that are no Euclidean distances."""
    require(problem, format, has)
    metric = problem.metrics[0]
    if not isinstance(metric, CoordinateMetric) or metric.geometry != "euclidean" or metric.factor != 1:
        raise InputError(Fault("metrics[0]", f"{format} has no place for anything but Euclidean distances"))
    van = problem.vehicles[0]
    return Plane(metric, van.start, van.capacity[0] if van.capacity else 0.0)


def numbered(problem: Problem) -> list[str]:
    """Names of the locations when all are different whole numbers, their indices otherwise."""
    names = [location.name for location in problem.locations]
    if len(set(names)) == len(names) and all(name.isdecimal() for name in names):
        return names
    return [str(k) for k in range(len(names))]


def shortest(value: float) -> str:
    """The shortest text that reads back as ``value``, whole numbers without a point."""
    return str(int(value)) if value == int(value) else repr(value)
