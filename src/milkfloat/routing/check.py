"""
Whether a plan is one: everything it says is recomputed from the problem and compared.

Nothing here is shared with the search. The checker drives every route step by step in double precision and reports all
it finds, so a plan that passes can be driven as written. Numbers may differ by 1e-6 and by what a double cannot tell
apart at the size of an instant (Unix seconds have 2e-7 between two neighbours).
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from milkfloat.routing.check_route import RouteCheck, Violation, close
from milkfloat.routing.measure import Measure
from milkfloat.routing.plan import Plan
from milkfloat.routing.problem import Problem

__all__ = ["Violation", "violations"]


@dataclass(frozen=True, slots=True)
class _Served:
    stops: Counter[tuple[int, int]]
    vehicles: Counter[int]


def violations(problem: Problem, plan: Plan) -> tuple[Violation, ...]:
    """
    Everything a plan breaks or misstates; empty when it is feasible and its figures are right.

    The parts of a plan checked: every step's times, distances, loads and charges; windows, set-up and service times;
    trips, releases and loads; skills, locks and what is on board; shipments; breaks; the limits of every van; battery
    and charging; frozen visits; totals and cost; that every order is served once or listed as unserved with a reason.
    """
    return tuple(_violations(problem, plan))


def _violations(problem: Problem, plan: Plan) -> Iterator[Violation]:
    measures = [Measure(metric, problem.locations) for metric in problem.metrics]
    served = _Served(Counter(), Counter())
    for k, route in enumerate(plan.routes):
        if not 0 <= route.vehicle < len(problem.vehicles):
            yield Violation(f"routes[{k}]", f"van {route.vehicle} does not exist: there are {len(problem.vehicles)}")
            continue
        served.vehicles[route.vehicle] += 1
        found = RouteCheck(problem, route, measures[problem.vehicles[route.vehicle].profile])
        yield from found.violations()
        served.stops.update(found.stops)
    for vehicle, count in served.vehicles.items():
        if count > 1:
            yield Violation(f"van {problem.vehicles[vehicle].id}", f"has {count} routes")
    yield from _missing_vans(problem, served)
    yield from _orders(problem, plan, served)
    yield from _totals(problem, plan)


def _missing_vans(problem: Problem, served: _Served) -> Iterator[Violation]:
    for k, van in enumerate(problem.vehicles):
        if (van.under_way or van.frozen) and served.vehicles[k] == 0:
            yield Violation(f"van {van.id}", "is out and has no route home")


def _orders(problem: Problem, plan: Plan, served: _Served) -> Iterator[Violation]:
    unserved = Counter(entry.order for entry in plan.unserved)
    for entry in plan.unserved:
        if not 0 <= entry.order < len(problem.orders):
            yield Violation("unserved", f"order {entry.order} does not exist: there are {len(problem.orders)}")
        elif not entry.reasons:
            yield Violation(f"order {problem.orders[entry.order].id}", "is unserved without a reason")
    for k, order in enumerate(problem.orders):
        where = f"order {order.id}"
        counts = [served.stops[k, stop] for stop in range(len(order.stops))]
        if max(counts) > 1:
            yield Violation(where, f"is visited {max(counts)} times")
        elif any(counts) and not all(counts):
            yield Violation(where, "only one of its two stops is visited")
        if any(counts) and unserved[k]:
            yield Violation(where, "is both served and listed as unserved")
        elif not any(counts) and not unserved[k]:
            yield Violation(where, "is neither served nor listed as unserved")
        if unserved[k] > 1:
            yield Violation(where, f"is listed as unserved {unserved[k]} times")


def _totals(problem: Problem, plan: Plan) -> Iterator[Violation]:
    forgone = [problem.orders[entry.order].prize or 0.0 for entry in plan.unserved if entry.order < len(problem.orders)]
    sums: Sequence[tuple[str, float, float]] = (
        ("cost", plan.cost, math.fsum([route.cost for route in plan.routes] + forgone)),
        ("distance", plan.distance, math.fsum(route.distance for route in plan.routes)),
        ("duration", plan.duration, math.fsum(route.duration for route in plan.routes)),
    )
    for name, stated, computed in sums:
        if not close(stated, computed, scale=max(1, len(plan.routes))):
            yield Violation("plan", f"{name} is stated as {stated:.15g}, it is {computed:.15g}")
    used = sum(len(route.steps) > 2 for route in plan.routes)
    if plan.vehicles != used:
        yield Violation("plan", f"vehicles are stated as {plan.vehicles}, {used} make a visit")
