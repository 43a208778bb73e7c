"""A problem as a VRPLIB file, in the dialect that `milkfloat.routing.formats.vrplib` reads."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import inf

from milkfloat.errors import Fault, InputError
from milkfloat.routing.formats.fit import require, shortest
from milkfloat.routing.metric import CoordinateMetric, MatrixMetric, Metric
from milkfloat.routing.problem import Problem, Vehicle

_HAS = (
    "one-stop orders",
    "service times",
    "time windows",
    "loads",
    "pickups",
    "prizes",
    "release times",
    "shifts",
    "trips",
    "costs",
    "longest durations",
    "longest distances",
    "different vans",
    "several depots",
    "orders tied to vans",
    "objective cost",
)
# What the reader takes for EUC_2D under each TYPE, and other types of edge weight.
_KINDS = {
    ("nearest", 1.0): ("CVRP", "EUC_2D"),
    ("truncate", 10.0): ("MTVRPTWR", "EUC_2D"),
    ("nearest", 1000.0): ("MDVRPTW", "EUC_2D"),
    ("exact", 1.0): ("CVRP", "EXACT_2D"),
    ("up", 1.0): ("CVRP", "CEIL_2D"),
    ("truncate", 1.0): ("CVRP", "FLOOR_2D"),
}


def write(problem: Problem) -> bytes:
    """
    ``problem`` in VRPLIB's format: depots first, then the orders, numbered from 1.

    Raises
    ------
    InputError
        Naming each thing the format has no place for.
    """
    require(problem, "VRPLIB", _HAS)
    depots = sorted({vehicle.start for vehicle in problem.vehicles} | {d for v in problem.vehicles for d in v.depots})
    places = [*depots, *(order.stops[0].location for order in problem.orders)]
    number = {location: k for k, location in enumerate(depots, 1)}
    kind, weights = _metric(problem.metrics[0])
    header = [("NAME", problem.name or "instance"), ("TYPE", kind), ("DIMENSION", str(len(places)))]
    header += [("VEHICLES", str(len(problem.vehicles))), ("EDGE_WEIGHT_TYPE", weights)]
    lines = [f"{key} : {value}" for key, value in header]
    metric = problem.metrics[0]
    if isinstance(metric, MatrixMetric):
        lines += ["EDGE_WEIGHT_FORMAT : FULL_MATRIX", "EDGE_WEIGHT_SECTION"]
        lines += [" ".join(shortest(float(metric.distance[a, b])) for b in places) for a in places]
    points = [problem.locations[k] for k in places]
    lines += _section("NODE_COORD", [(point.x, point.y) for point in points])
    lines += _order_sections(problem, depots)
    lines += _vehicle_sections(problem.vehicles, number)
    for name, members in (
        ("VEHICLES_RELOAD_DEPOT", [[number[d] for d in vehicle.depots] for vehicle in problem.vehicles]),
        ("VEHICLES_ALLOWED_CLIENTS", _allowed(problem, len(depots))),
    ):
        if any(members):
            lines += _section(name, members)
    lines += ["DEPOT_SECTION", *(str(k) for k in range(1, len(depots) + 1)), "-1", "EOF"]
    return ("\n".join(lines) + "\n").encode()


def _metric(metric: Metric) -> tuple[str, str]:
    if isinstance(metric, MatrixMetric) and metric.time.ndim == 2 and (metric.time == metric.distance).all():
        return "CVRP", "EXPLICIT"
    known = (
        _KINDS.get((metric.rounding, metric.resolution))
        if isinstance(metric, CoordinateMetric) and metric.geometry == "euclidean" and metric.factor == 1
        else None
    )
    if known is None or (isinstance(metric, CoordinateMetric) and metric.speed != 1):
        raise InputError(Fault("metrics[0]", "VRPLIB has no place for times that are not distances, or this rounding"))
    return known


def _section(name: str, rows: Iterable[Sequence[float]]) -> list[str]:
    return [f"{name}_SECTION", *(" ".join(map(shortest, (k, *row))) for k, row in enumerate(rows, 1))]


def _order_sections(problem: Problem, depots: list[int]) -> list[str]:
    orders, lines = problem.orders, []
    nothing = [(0.0,)] * len(depots)
    lines += _section("DEMAND", [*nothing, *((sum(order.delivery),) for order in orders)])
    for name, values in (
        ("BACKHAUL", [sum(order.pickup) for order in orders]),
        ("SERVICE_TIME", [order.stops[0].service for order in orders]),
        ("RELEASE_TIME", [max(order.release, 0.0) for order in orders]),
        ("PRIZE", [order.prize or 0.0 for order in orders]),
    ):
        if any(values):
            lines += _section(name, [*nothing, *((value,) for value in values)])
    shifts = {vehicle.start: vehicle.shift for vehicle in problem.vehicles}
    if any(vehicle.shift != shifts[vehicle.start] for vehicle in problem.vehicles):
        raise InputError(Fault("vehicles", "VRPLIB has no place for different shifts at one depot"))
    bounded = any(shift != (-inf, inf) for shift in shifts.values())
    if bounded or any(order.stops[0].windows for order in orders):
        if not bounded:
            raise InputError(Fault("vehicles", "VRPLIB has no place for time windows without a shift"))
        always = (0.0, max(shift[1] for shift in shifts.values()))
        windows = [shifts.get(depot, always) for depot in depots]
        lines += _section(
            "TIME_WINDOW", [*windows, *(o.stops[0].windows[0] if o.stops[0].windows else always for o in orders)]
        )
    return lines


def _vehicle_sections(vehicles: Sequence[Vehicle], number: dict[int, int]) -> list[str]:
    lines: list[str] = []
    columns: tuple[tuple[str, list[float], float], ...] = (
        ("CAPACITY", [vehicle.capacity[0] if vehicle.capacity else inf for vehicle in vehicles], inf),
        ("VEHICLES_DEPOT", [float(number[vehicle.start]) for vehicle in vehicles], 1.0),
        ("VEHICLES_FIXED_COST", [vehicle.fixed_cost for vehicle in vehicles], 0.0),
        ("VEHICLES_UNIT_DISTANCE_COST", [vehicle.cost_per_distance for vehicle in vehicles], 1.0),
        ("VEHICLES_MAX_DURATION", [vehicle.max_duration for vehicle in vehicles], inf),
        ("VEHICLES_MAX_DISTANCE", [vehicle.max_distance for vehicle in vehicles], inf),
        ("VEHICLES_MAX_RELOADS", [float(vehicle.max_trips - 1) for vehicle in vehicles], 0.0),
    )
    for name, values, default in columns:
        if all(value == default for value in values):
            continue
        if inf in values:
            raise InputError(Fault("vehicles", f"VRPLIB has no place for {name} of some vans only"))
        lines += _section(name, [(value,) for value in values])
    return lines


def _allowed(problem: Problem, depots: int) -> list[list[int]]:
    if all(order.vehicles is None for order in problem.orders):
        return []
    return [
        [depots + k for k, order in enumerate(problem.orders, 1) if order.vehicles is None or van in order.vehicles]
        for van in range(len(problem.vehicles))
    ]
