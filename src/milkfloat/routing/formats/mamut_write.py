"""A time-dependent problem as the two files that `milkfloat.routing.formats.mamut` reads."""

from __future__ import annotations

from typing import Any

import msgspec
import numpy as np

from milkfloat.errors import Fault, InputError
from milkfloat.routing.formats.fit import require
from milkfloat.routing.metric import ArrivalMetric, SpeedMetric
from milkfloat.routing.problem import Problem

_HAS = (
    "one-stop orders",
    "service times",
    "time windows",
    "loads",
    "shifts",
    "costs",
    "costs per time",
    "objective duration",
    "objective cost",
)


def write(problem: Problem, stem: str) -> dict[str, bytes]:
    """
    The files of ``problem`` by name: ``stem``.vrp.json and its second file with the travel times.

    Raises
    ------
    InputError
        Naming each thing the format has no place for.
    """
    require(problem, "the MAMUT format", _HAS)
    van, n = problem.vehicles[0], len(problem.locations)
    demands, services, windows = [0.0] * n, [0.0] * n, [van.shift] * n
    for order in problem.orders:
        (stop,) = order.stops
        demands[stop.location], services[stop.location] = sum(order.delivery), stop.service
        windows[stop.location] = stop.windows[0] if stop.windows else van.shift
    if n != len(problem.orders) + 1 or len({order.stops[0].location for order in problem.orders}) != n - 1:
        raise InputError(Fault("locations", "the MAMUT format has one location for the depot and one for each order"))
    document: dict[str, Any] = {
        "instance_name": problem.name,
        "num_customers": len(problem.orders),
        "num_vehicles": len(problem.vehicles),
        "vehicle_capacity": van.capacity[0] if van.capacity else sum(demands),
        "coordinates": [[place.x, place.y] for place in problem.locations],
        "demands": demands,
        "service_times": services,
        "time_windows": windows,
        "depot": van.start,
        "horizon": van.shift,
    }
    if problem.objective == "cost":
        if (van.cost_per_distance, van.cost_per_time) != (0.0, 1.0):
            raise InputError(Fault(f"vehicle {van.id}", "the MAMUT format has costs of vans and of time 1 only"))
        document["fleet_fixed_cost"] = van.fixed_cost
    metric = problem.metrics[0]
    if isinstance(metric, SpeedMetric):
        second, name = _speeds(metric, document, stem)
    elif isinstance(metric, ArrivalMetric):
        second, name = _arrivals(metric, n, document, stem)
    else:
        raise InputError(Fault("metrics[0]", "the MAMUT format has no place for travel times without time of day"))
    return {f"{stem}.vrp.json": msgspec.json.encode(document), name: msgspec.json.encode(second)}


def _speeds(metric: SpeedMetric, document: dict[str, Any], stem: str) -> tuple[dict[str, Any], str]:
    points = np.array(document["coordinates"], dtype=np.float64)
    steps = points[:, None, :] - points[None, :, :]
    if (metric.distance != np.sqrt((steps * steps).sum(axis=2))).any() or len(metric.speed) > 10:
        raise InputError(Fault("metrics[0]", "the MAMUT format has Euclidean distances and at most ten categories"))
    starts = metric.period_start.tolist()
    name = f"{stem}.igp.json"
    document["td"] = {
        "model": "igp-profile",
        "time_periods": list(zip(starts, [*starts[1:], max(document["horizon"][1], starts[-1] + 1.0)], strict=True)),
        "speeds": metric.speed.tolist(),
        "categories_path": name,
    }
    rows = ["".join(map(str, row)) for row in metric.category.tolist()]
    return {"format": "mamut-td-igp-categories", "format_version": 1, "categories": rows}, name


def _arrivals(metric: ArrivalMetric, n: int, document: dict[str, Any], stem: str) -> tuple[dict[str, Any], str]:
    name = f"{stem}.atf.json"
    document["td"] = {"model": "atf-ndcpwlf", "atf_path": name}
    arcs: list[list[Any]] = []
    for place in range(n * n):
        if place // n != place % n:
            part = slice(int(metric.offset[place]), int(metric.offset[place + 1]))
            arcs.append([place // n, place % n, metric.departure[part].tolist(), metric.arrival[part].tolist()])
    return {"format": "mamut-td-atf", "format_version": 1, "arcs": arcs}, name
