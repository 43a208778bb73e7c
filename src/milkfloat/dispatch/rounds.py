"""
Rounds: who visits what in which order, by name.

Indexes into a problem change from one plan to the next, names do not; so plans of different problems are compared,
patched and carried over as rounds.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from milkfloat.routing.plan import Plan, Route
from milkfloat.routing.problem import Problem, Vehicle, Visit, VisitKind


@dataclass(frozen=True, slots=True, order=True)
class RoundVisit:
    """
    One visit of a round.

    Attributes
    ----------
    kind
        As in `milkfloat.routing.problem.Visit`.
    id
        Of the order, the station or the break; the name of the depot's location for a reload.
    stop
        Which of the order's stops.
    """

    kind: VisitKind
    id: str
    stop: int = 0


@dataclass(frozen=True, slots=True)
class Rounds:
    """
    The visits of every van that has any, and the orders nobody visits.

    Vans without visits are left out, so that equal rounds compare equal.
    """

    by_van: Mapping[str, tuple[RoundVisit, ...]] = field(default_factory=dict)
    unserved: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_van", {van: tuple(v) for van, v in self.by_van.items() if v})

    def of(self, van: str) -> tuple[RoundVisit, ...]:
        """Visits of one van, possibly none."""
        return self.by_van.get(van, ())

    def van_of(self) -> dict[str, str]:
        """The van of every order with a stop in a round."""
        return {v.id: van for van, visits in self.by_van.items() for v in visits if v.kind == "stop"}

    def without(self, orders: Iterable[str]) -> Rounds:
        """The rounds with all stops of some orders taken out, from the unserved too."""
        gone = frozenset(orders)
        kept = {
            van: tuple(v for v in visits if v.kind != "stop" or v.id not in gone) for van, visits in self.by_van.items()
        }
        return Rounds(kept, self.unserved - gone)


def rounds_of(problem: Problem, plan: Plan) -> Rounds:
    """The rounds of a plan, frozen visits included."""
    return Rounds(
        {problem.vehicles[route.vehicle].id: route_visits(problem, route) for route in plan.routes},
        frozenset(problem.orders[u.order].id for u in plan.unserved),
    )


def route_visits(problem: Problem, route: Route, *, first: int = 0) -> tuple[RoundVisit, ...]:
    """The visits of a route from step ``first`` on; its start and end are none."""
    found = (named(problem, route.vehicle, v) for v in visits_of_route(route, first=first))
    return tuple(found)


def visits_of_route(route: Route, *, first: int = 0) -> tuple[Visit, ...]:
    """The same as visits of the route's own problem; charges carry the energy they took."""
    visits = []
    for step in route.steps[first:]:
        if step.kind in ("job", "pickup"):
            visits.append(Visit("stop", step.index))
        elif step.kind == "delivery":
            visits.append(Visit("stop", step.index, 1))
        elif step.kind == "charge":
            visits.append(Visit("charge", step.index, charge=step.charge))
        elif step.kind == "reload":
            visits.append(Visit("reload", step.location))
        elif step.kind == "break":
            visits.append(Visit("break", step.index))
    return tuple(visits)


def named(problem: Problem, vehicle: int, visit: Visit) -> RoundVisit:
    """A visit by name."""
    if visit.kind == "stop":
        return RoundVisit("stop", problem.orders[visit.index].id, visit.stop)
    if visit.kind == "charge":
        return RoundVisit("charge", problem.stations[visit.index].id)
    if visit.kind == "reload":
        return RoundVisit("reload", problem.locations[visit.index].name)
    return RoundVisit("break", problem.vehicles[vehicle].breaks[visit.index].id)


def initial_visits(problem: Problem, rounds: Rounds) -> list[tuple[Visit, ...]]:
    """
    Rounds as visits of a problem, one tuple per vehicle, without the frozen ones that a vehicle begins with.

    What the problem no longer knows is left out: orders that are done or cancelled, vans that went home, charges (the
    schedule chooses them anew).
    """
    orders = {order.id: k for k, order in enumerate(problem.orders)}
    result = []
    for vehicle, van in enumerate(problem.vehicles):
        depots = {problem.locations[location].name: location for location in van.depots}
        frozen = [named(problem, vehicle, visit) for visit in van.frozen]
        visits: list[Visit] = []
        for visit in _after(rounds.of(van.id), frozen):
            if visit.kind == "stop" and visit.id in orders:
                index = orders[visit.id]
                onboard = problem.orders[index].onboard
                if onboard in (None, vehicle) and visit.stop < len(problem.orders[index].stops):
                    visits.append(Visit("stop", index, visit.stop))
            elif visit.kind == "reload" and visit.id in depots and _ends_trip(visits, van):
                visits.append(Visit("reload", depots[visit.id]))
        while visits and visits[-1].kind == "reload":
            visits.pop()
        result.append(tuple(visits))
    return result


def _ends_trip(visits: Sequence[Visit], van: Vehicle) -> bool:
    """Whether there is a trip for a reload to end; two reloads in a row would load nothing."""
    return visits[-1].kind != "reload" if visits else van.under_way


def _after(visits: Sequence[RoundVisit], frozen: Sequence[RoundVisit]) -> tuple[RoundVisit, ...]:
    """The visits without the frozen ones they begin with."""
    left = list(frozen)
    at = 0
    while left and at < len(visits) and visits[at] == left[0]:
        left.pop(0)
        at += 1
    return tuple(visits[at:])
