"""
What is left of a plan, with what happened since: orders that came in or went, locks, traffic, chargers.

Vans that the news would strand are still driven: a van on the road comes home late rather than not at all, and below
its reserve rather than by tow truck.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from math import inf

import numpy as np

from milkfloat.dispatch.live import Rest
from milkfloat.dispatch.rounds import Rounds
from milkfloat.errors import ConflictError, Fault, InputError
from milkfloat.routing.evaluate import Scheduler
from milkfloat.routing.metric import Metric
from milkfloat.routing.problem import Battery, Location, Order, Problem, Station, Vehicle, Visit

# Parts of the reserve that a van may keep that cannot come home with all of it, tried one after the other.
_RESERVE_LEFT = (0.75, 0.5, 0.25, 0.0)
# Longer than any shift is overrun.
_NEXT_DAY_S = 86_400.0


@dataclass(frozen=True, slots=True)
class Changes:
    """
    What the next plan has to know.

    Attributes
    ----------
    orders
        New ones, at locations of the problem or at ``locations``.
    locations
        Places to add to those of the problem.
    metrics
        Travel between all places as it is now; None: as it was. Needed when there are new places.
    cancelled
        Orders that are no longer wanted.
    locks
        Order to van; None takes a lock away.
    broken
        Stations that do not work.
    stations
        Stations that work again.
    """

    orders: tuple[Order, ...] = ()
    locations: tuple[Location, ...] = ()
    metrics: tuple[Metric, ...] | None = None
    cancelled: frozenset[str] = frozenset()
    locks: Mapping[str, str | None] = field(default_factory=dict)
    broken: frozenset[str] = frozenset()
    stations: tuple[Station, ...] = ()


def changed(rest: Rest, changes: Changes, now: float) -> tuple[Problem, Rounds]:
    """
    The problem of the rest of the day with its changes, and the old rounds as far as they go on.

    Raises
    ------
    InputError
        Naming every order, van and station that is not known, or known already.
    ConflictError
        When an order is locked to a van that does not carry its parcel.
    """
    problem = rest.problem
    _check_names(problem, rest, changes)
    orders = [order for order in problem.orders if order.id not in changes.cancelled]
    orders += changes.orders
    orders = [_locked(problem, order, changes.locks) if order.id in changes.locks else order for order in orders]
    stations = [station for station in problem.stations if station.id not in changes.broken] + list(changes.stations)
    new_order = {order.id: k for k, order in enumerate(orders)}
    new_station = {station.id: k for k, station in enumerate(stations)}

    def kept(visit: Visit) -> Visit | None:
        """A frozen visit under its new number; None where there is nothing left to do at the place."""
        if visit.kind == "stop":
            index = new_order.get(problem.orders[visit.index].id)
        elif visit.kind == "charge":
            index = new_station.get(problem.stations[visit.index].id)
        else:
            return visit
        return None if index is None else replace(visit, index=index)

    vehicles = []
    for van in problem.vehicles:
        frozen = tuple(new for visit in van.frozen if (new := kept(visit)) is not None)
        if len(frozen) < len(van.frozen):
            van = _interrupted(problem, van, now)  # noqa: PLW2901 - the same van, freed
        vehicles.append(replace(van, frozen=frozen))
    after = replace(
        problem,
        locations=problem.locations + changes.locations,
        orders=tuple(orders),
        vehicles=tuple(vehicles),
        stations=tuple(stations),
        metrics=changes.metrics or problem.metrics,
    )
    return drivable(after), rest.rounds.without(changes.cancelled)


def _interrupted(problem: Problem, van: Vehicle, now: float) -> Vehicle:
    """A van with nothing left to do where it is or goes: free on arrival, or now, with what it has charged so far."""
    since = van.shift[0]
    free = replace(van, shift=(max(since, now), max(van.shift[1], now)))
    visit, battery = van.frozen[0], van.battery
    if visit.kind != "charge" or battery is None or now <= since:
        return free
    station = problem.stations[visit.index]
    curve = battery.curves[station.kind]
    if curve is None:
        return free
    plugged = max(now - since - station.access_time, 0.0)
    begun = float(np.interp(battery.start, curve.energy, curve.time))
    level = max(float(np.interp(begun + plugged, curve.time, curve.energy)), battery.start)
    return replace(free, battery=replace(battery, start=level))


def drivable(problem: Problem) -> Problem:
    """
    The problem with the limits of vans on the road widened until what is frozen and the way home can be driven.

    Raises
    ------
    ConflictError
        When a van can come home by no means.
    """
    # A van that drew more than was planned may be below its reserve already: from there it may only rise.
    vans = [replace(van, battery=_floored(van.battery)) for van in problem.vehicles]
    problem = replace(problem, vehicles=tuple(vans))
    scheduler = Scheduler(problem)
    for k, van in enumerate(problem.vehicles):
        if (van.under_way or van.frozen) and scheduler.route(k, ()) is None:
            vans[k] = _widened(problem, k, van)
    return problem if tuple(vans) == problem.vehicles else replace(problem, vehicles=tuple(vans))


def _widened(problem: Problem, index: int, van: Vehicle) -> Vehicle:
    late = replace(
        van,
        shift=(van.shift[0], van.shift[1] + _NEXT_DAY_S),
        breaks=(),
        frozen=tuple(visit for visit in van.frozen if visit.kind != "break"),
        max_duration=inf,
        max_distance=inf,
        max_travel_time=inf,
        max_stops=None,
    )
    lower = [replace(late, battery=_lowered(van.battery, share)) for share in _RESERVE_LEFT]
    for tried in (late, *lower, replace(lower[-1], frozen=())):
        vehicles = list(problem.vehicles)
        vehicles[index] = tried
        if Scheduler(replace(problem, vehicles=tuple(vehicles))).route(index, ()) is not None:
            return tried
    raise ConflictError(f"van {van.id} can come home by no means: no charge, or no way, is left")


def _floored(battery: Battery | None) -> Battery | None:
    return battery and replace(battery, reserve=min(battery.reserve, battery.start))


def _lowered(battery: Battery | None, share: float) -> Battery | None:
    return battery and replace(battery, reserve=battery.reserve * share, end_min=battery.end_min * share)


def _locked(problem: Problem, order: Order, locks: Mapping[str, str | None]) -> Order:
    van_id = locks[order.id]
    if van_id is None:
        return replace(order, vehicles=None)
    van = next(k for k, van in enumerate(problem.vehicles) if van.id == van_id)
    if order.onboard not in (None, van):
        carrier = problem.vehicles[order.onboard].id
        raise ConflictError(f"order {order.id} cannot be locked to van {van_id}: its parcel is on van {carrier}")
    return replace(order, vehicles=(van,))


def _check_names(problem: Problem, rest: Rest, changes: Changes) -> None:
    orders, vans, stations = (
        {thing.id for thing in things} for things in (problem.orders, problem.vehicles, problem.stations)
    )
    faults = [
        Fault(f"order {order.id}", "there is one of this id already")
        for order in changes.orders
        if order.id in orders | rest.done
    ]
    faults += [_unknown("order", name, rest.done) for name in sorted(changes.cancelled - orders)]
    orders |= {order.id for order in changes.orders}
    faults += [_unknown("order", name, rest.done) for name in changes.locks if name not in orders]
    faults += [Fault(f"van {name}", "is not on shift") for name in changes.locks.values() if name and name not in vans]
    faults += [Fault(f"station {name}", "is not known") for name in sorted(changes.broken - stations)]
    if faults:
        raise InputError(faults)


def _unknown(kind: str, name: str, done: Iterable[str]) -> Fault:
    return Fault(f"{kind} {name}", "is done" if name in done else "is not known")
