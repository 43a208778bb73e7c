"""An order put into the round of a van by hand: where the dispatcher says, or where it fits best."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations_with_replacement

from milkfloat.dispatch.rounds import Rounds, RoundVisit, initial_visits, named
from milkfloat.errors import ConflictError
from milkfloat.routing.evaluate import Scheduler
from milkfloat.routing.problem import Problem, Vehicle


def placed(problem: Problem, rounds: Rounds, order_id: str, van_id: str, position: int | None = None) -> Rounds:
    """
    The rounds with an order moved to a van.

    Parameters
    ----------
    position
        Place among the visits of the van, frozen ones included, from 0; for a shipment that of its pickup. None: the
        cheapest place. A parcel that still lies at the depot comes after the next reload; where there is none the van
        is sent back for it.

    Raises
    ------
    ConflictError
        When the van cannot drive the round with it.
    """
    vehicle = next((k for k, van in enumerate(problem.vehicles) if van.id == van_id), None)
    order = next((order for order in problem.orders if order.id == order_id), None)
    if vehicle is None or order is None:
        what = f"van {van_id} is home" if vehicle is None else f"order {order_id} is done"
        raise ConflictError(f"{what}: nothing can be moved")
    van = problem.vehicles[vehicle]
    calls = [RoundVisit("stop", order_id, stop) for stop in range(len(order.stops))]
    if any(named(problem, k, visit) in calls for k, v in enumerate(problem.vehicles) for visit in v.frozen):
        raise ConflictError(f"a van is on its way to order {order_id}: it stays where it is")
    others = rounds.without([order_id])
    scheduler = Scheduler(problem)
    best: tuple[float, tuple[RoundVisit, ...]] | None = None
    for visits in _ways(problem, van, others.of(van_id), calls, position):
        wanted = Rounds({**others.by_van, van_id: visits}, others.unserved)
        route = scheduler.route(vehicle, initial_visits(problem, wanted)[vehicle])
        if route is not None and (best is None or route.cost < best[0]):
            best = route.cost, visits
    if best is None:
        where = "" if position is None else f" at place {position + 1}"
        raise ConflictError(f"van {van_id} cannot take order {order_id}{where}: time, charge or room does not allow it")
    return Rounds({**others.by_van, van_id: best[1]}, others.unserved)


def _ways(
    problem: Problem, van: Vehicle, visits: tuple[RoundVisit, ...], calls: list[RoundVisit], position: int | None
) -> Iterator[tuple[RoundVisit, ...]]:
    """The round with the order at every place it may have."""
    first, last = len(van.frozen), len(visits)
    for places in combinations_with_replacement(range(first, last + 1), len(calls)):
        if position is not None and places[0] != min(max(position, first), last):
            continue
        found = list(visits)
        for place, call in reversed(list(zip(places, calls, strict=True))):
            found.insert(place, call)
        yield tuple(found)
    if van.depots and (position is None or position >= last):
        reload = RoundVisit("reload", problem.locations[van.depots[0]].name)
        yield (*visits, reload, *calls)
