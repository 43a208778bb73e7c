"""The exact route of a van for given visits: when to leave, where and how much to charge, when to pause."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import nan

from milkfloat.errors import Fault, InputError
from milkfloat.routing import _core
from milkfloat.routing.explain import explain
from milkfloat.routing.flatten import Flat, flatten
from milkfloat.routing.objective import plan_cost, route_cost
from milkfloat.routing.plan import Plan, Route, Step, StepKind, Unserved
from milkfloat.routing.problem import Problem, Visit

_STOP, _CHARGE, _RELOAD, _BREAK = range(4)


class Scheduler:
    """Turns sequences of visits of one problem into routes; keeps what it prepared between two calls."""

    def __init__(self, problem: Problem, flat: Flat | None = None) -> None:
        self.problem = problem
        self.flat = flat or flatten(problem)
        self._core = _core.Scheduler(self.flat.instance)

    def route(self, vehicle: int, visits: Sequence[Visit], *, departure: float | None = None) -> Route | None:
        """See `schedule`."""
        van = self.problem.vehicles[vehicle]
        # The schedule chooses charges anew; one with an amount is a wish it may grant only when frozen.
        wanted = [visit for visit in visits if visit.kind not in ("charge", "break")]
        return self.numbered(vehicle, self.flat.visits((*van.frozen, *wanted)), departure=departure)

    def numbered(
        self, vehicle: int, visits: Sequence[tuple[int, int, float]], *, departure: float | None = None
    ) -> Route | None:
        """The same for visits in the numbers of the search, frozen ones included."""
        leave = nan if departure is None else departure - self.flat.origin
        found = self._core.schedule(vehicle, visits, leave)
        if found is None:
            return None
        (_, left, end, distance, travel_time, energy, service_time), what, when, loads = found
        origin = self.flat.origin
        battery = self.problem.vehicles[vehicle].battery is not None
        size = self.problem.dimensions
        steps = []
        last = len(what) - 1
        for k, (kind, index, location) in enumerate(what.tolist()):
            arrival, start, leaving, driven, level, charge = when[k].tolist()
            step_kind, number = self._named(kind, index, k, last)
            steps.append(
                Step(
                    step_kind,
                    location,
                    number,
                    arrival + origin,
                    start + origin,
                    leaving + origin,
                    driven,
                    tuple(loads[k].tolist()) if size else (),
                    level if battery else None,
                    charge,
                )
            )
        duration = end - left
        cost = route_cost(
            self.problem,
            self.problem.vehicles[vehicle],
            distance=distance,
            duration=duration,
            service_time=service_time,
        )
        return Route(vehicle, tuple(steps), distance, duration, travel_time, energy, cost)

    def _named(self, kind: int, index: int, k: int, last: int) -> tuple[StepKind, int]:
        if kind == _CHARGE:
            return "charge", index
        if kind == _BREAK:
            return "break", index
        if kind == _RELOAD:
            return ("start" if k == 0 else "end" if k == last else "reload"), -1
        order = self.flat.task_order[index]
        if not self.problem.orders[order].is_shipment:
            return "job", order
        return ("delivery" if self.flat.task_stop[index] else "pickup"), order


def schedule(
    problem: Problem, vehicle: int, visits: Sequence[Visit], *, departure: float | None = None
) -> Route | None:
    """
    The cheapest route of a van that makes these visits in this order.

    Parameters
    ----------
    visits
        Stops and reloads after the frozen ones; charges and breaks are chosen anew.
    departure
        When to leave; default: the best instant.

    Returns
    -------
    Route or None
        None where no departure, charging and pausing makes the sequence feasible.
    """
    return Scheduler(problem).route(vehicle, visits, departure=departure)


def plan_of(
    problem: Problem, visits: Sequence[Sequence[Visit]], *, departures: Mapping[int, float] | None = None
) -> Plan:
    """
    The plan of given visits, one sequence per van (see `schedule`); orders in none of them are unserved, with reasons.

    Raises
    ------
    InputError
        Naming every van whose sequence cannot be driven.
    """
    scheduler = Scheduler(problem)
    routes, faults = [], []
    for k, (van, wanted) in enumerate(zip(problem.vehicles, visits, strict=True)):
        if not wanted and not van.frozen and not van.under_way:
            continue
        route = scheduler.route(k, wanted, departure=(departures or {}).get(k))
        if route is None:
            faults.append(Fault(f"van {van.id}", f"its {len(van.frozen) + len(wanted)} visits cannot be driven"))
        else:
            routes.append(route)
    if faults:
        raise InputError(faults)
    return assemble(problem, routes, scheduler.flat)


def assemble(
    problem: Problem,
    routes: Sequence[Route],
    flat: Flat,
    *,
    seed: int = 0,
    iterations: int = 0,
    elapsed_s: float = 0.0,
) -> Plan:
    """A plan of routes, with what they leave out explained and everything added up."""
    served = {step.index for route in routes for step in route.steps if step.kind in ("job", "pickup", "delivery")}
    absent = [k for k in range(len(problem.orders)) if k not in served]
    reasons = explain(problem, flat, absent)
    return Plan(
        tuple(routes),
        tuple(Unserved(k, reasons[k]) for k in absent),
        cost=plan_cost(problem, routes, absent),
        distance=sum(route.distance for route in routes),
        duration=sum(route.duration for route in routes),
        vehicles=sum(len(route.steps) > 2 for route in routes),
        seed=seed,
        iterations=iterations,
        elapsed_s=elapsed_s,
    )
