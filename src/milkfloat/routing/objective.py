"""
What a plan costs, by objective.

``distance``
    Metres driven.
``vehicles-then-distance``
    Metres driven, compared only between plans that leave out the same orders with the same number of vans.
``duration``
    Time from departure to return of every van, service included unless the problem says otherwise.
``cost``
    Per van in use its fixed cost, plus distance and time at the van's prices.

In all of them an optional order that is left out costs its prize.
"""

from __future__ import annotations

from collections.abc import Iterable

from milkfloat.routing.plan import Route
from milkfloat.routing.problem import Problem, Vehicle


def route_cost(problem: Problem, vehicle: Vehicle, *, distance: float, duration: float, service_time: float) -> float:
    """What one route costs under the problem's objective."""
    if problem.objective == "duration":
        return duration if problem.service_in_duration else duration - service_time
    if problem.objective == "cost":
        return vehicle.fixed_cost + vehicle.cost_per_distance * distance + vehicle.cost_per_time * duration
    return distance


def plan_cost(problem: Problem, routes: Iterable[Route], unserved: Iterable[int]) -> float:
    """What a plan costs: its routes, and the prizes it forgoes."""
    forgone = sum(problem.orders[index].prize or 0.0 for index in unserved)
    return sum(route.cost for route in routes) + forgone
