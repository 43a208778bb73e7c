"""
Why an order is not served.

For every kind of van the order is tried alone in an otherwise idle van; what cannot be done is tried again with one
limit lifted after the other. So every reason is a test that was made: lift what it names, and the order is served.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from math import inf, isfinite, nan
from typing import TypeAlias

from milkfloat.routing import _core
from milkfloat.routing.flatten import Flat, flatten
from milkfloat.routing.plan import Reason
from milkfloat.routing.problem import Battery, Order, Problem, Vehicle, Visit
from milkfloat.routing.spell import amount

# Holds more than any day takes, and still tells how much that is.
_ENDLESS = Battery(1e18, 1e18)

_Lift: TypeAlias = Callable[[Vehicle, Order], tuple[Vehicle, Order]]

# What each limit's relaxation is, in the order in which a sole culprit is looked for.
_LIFTS: dict[str, _Lift] = {
    "time_window": lambda van, order: (van, replace(order, stops=tuple(replace(s, windows=()) for s in order.stops))),
    "release": lambda van, order: (van, replace(order, release=-inf)),
    "battery": lambda van, order: (replace(van, battery=van.battery and _ENDLESS), order),
    "break": lambda van, order: (replace(van, breaks=()), order),
    "max_distance": lambda van, order: (replace(van, max_distance=inf), order),
    "max_travel_time": lambda van, order: (replace(van, max_travel_time=inf), order),
    "max_stops": lambda van, order: (replace(van, max_stops=None), order),
    "shift": lambda van, order: (
        replace(van, shift=(van.shift[0] if van.under_way else -inf, inf), max_duration=inf),
        order,
    ),
}


@dataclass(frozen=True, slots=True)
class _Group:
    """Vans that are alike for all orders."""

    vehicle: int
    count: int


def explain(problem: Problem, flat: Flat, absent: Sequence[int]) -> dict[int, tuple[Reason, ...]]:
    """
    Reasons for orders that a plan leaves out, the commonest first.

    Parameters
    ----------
    flat
        The problem in the search.
    absent
        The orders.
    """
    if not absent:
        return {}
    if not problem.vehicles:
        return {k: (Reason("fleet_busy", "there is no van", 0),) for k in absent}
    groups = _groups(problem)
    prober = _Prober(problem, absent, groups)
    scheduler = _core.Scheduler(flat.instance)
    result: dict[int, tuple[Reason, ...]] = {}
    for k in absent:
        found: dict[str, Reason] = {}
        for number, group in enumerate(groups):
            for code, text in _why(problem, flat, scheduler, prober, k, number, group):
                before = found.get(code)
                found[code] = (
                    Reason(code, text, group.count)
                    if before is None
                    else replace(before, vehicles=before.vehicles + group.count)
                )
        result[k] = tuple(sorted(found.values(), key=lambda reason: -reason.vehicles))
    return result


def _groups(problem: Problem) -> list[_Group]:
    named = {k for order in problem.orders for k in (*(order.vehicles or ()), order.onboard)}
    first: dict[object, int] = {}
    count: dict[int, int] = {}
    for k, van in enumerate(problem.vehicles):
        alone = k in named or van.under_way or van.frozen
        member = first.setdefault((k,) if alone else replace(van, id=""), k)
        count[member] = count.get(member, 0) + 1
    return [_Group(vehicle, size) for vehicle, size in count.items()]


def _why(
    problem: Problem,
    flat: Flat,
    scheduler: _core.Scheduler,
    prober: _Prober,
    index: int,
    number: int,
    group: _Group,
) -> list[tuple[str, str]]:
    """Codes and texts for one order and the vans of one group."""
    order, van = problem.orders[index], problem.vehicles[group.vehicle]
    missing = order.skills - van.skills
    if missing:
        return [("skills", f"needs {', '.join(sorted(missing))}, which van {van.id} lacks")]
    if order.vehicles is not None and group.vehicle not in order.vehicles:
        names = ", ".join(problem.vehicles[k].id for k in order.vehicles) or "no van"
        return [("locked", f"is locked to {names}")]
    if order.onboard is not None and group.vehicle != order.onboard:
        return [("locked", f"is on board of van {problem.vehicles[order.onboard].id}")]
    heavy = _too_heavy(problem, order, van)
    if heavy:
        return [("capacity", heavy)]
    visits = _visits(van, index, order)
    cost = min(scheduler.cost(group.vehicle, flat.visits(wanted)) for wanted in visits)
    if cost < inf:
        if order.prize is not None:
            return [("not_worth_it", f"serving it costs more than its prize of {order.prize:g}")]
        if van.under_way or order.vehicles is not None or order.onboard is not None:
            return [("fleet_busy", f"van {van.id} could serve it alone, beside its other stops it cannot")]
        return [("fleet_busy", f"every van that could serve it is busy; one more like {van.id} would serve it")]
    culprits = prober.culprits(index, number)
    if not culprits:
        return [("unreachable", f"van {van.id} finds no way there and back")]
    texts = []
    for code in culprits:
        others = ", ".join(c.replace("_", " ") for c in culprits if c != code)
        text = prober.text(code, frozenset(culprits), index, number)
        texts.append((code, f"{text} (together with {others})" if others else text))
    return texts


def _too_heavy(problem: Problem, order: Order, van: Vehicle) -> str:
    """The first dimension in which the order alone exceeds the van, in words."""
    names = problem.units.load
    for d, most in enumerate(van.capacity):
        for load in (order.delivery, order.pickup, order.amount):
            if load and load[d] > most:
                unit = names[d] if d < len(names) else ""
                return f"its load of {amount(load[d], unit)} is more than the {amount(most, unit)} van {van.id} holds"
    return ""


def _visits(van: Vehicle, index: int, order: Order) -> list[tuple[Visit, ...]]:
    """Ways to serve the order alone: after the frozen visits, if need be after loading at a depot."""
    stops = tuple(Visit("stop", index, stop) for stop in range(len(order.stops)))
    frozen = {(visit.index, visit.stop) for visit in van.frozen if visit.kind == "stop"}
    stops = tuple(visit for visit in stops if (visit.index, visit.stop) not in frozen)
    ways = [(*van.frozen, *stops)]
    if van.under_way and van.max_trips > 1:
        ways += [(*van.frozen, Visit("reload", depot), *stops) for depot in van.depots]
    return ways


@dataclass(frozen=True, slots=True)
class _Probe:
    """The orders left out and one van, with some limits lifted, in the search; ``place`` numbers the orders there."""

    problem: Problem
    flat: Flat
    scheduler: _core.Scheduler
    place: Mapping[int, int]


class _Prober:
    """Tries orders alone in a van with some of the limits lifted."""

    def __init__(self, problem: Problem, absent: Sequence[int], groups: Sequence[_Group]) -> None:
        self._problem = problem
        self._absent = frozenset(absent)
        self._groups = groups
        self._probes: dict[tuple[frozenset[str], int], _Probe] = {}

    def culprits(self, index: int, number: int) -> list[str]:
        """The fewest limits found whose lifting serves the order; none where even all together do not."""
        codes = list(_LIFTS)
        for code in codes:
            if self._feasible(frozenset({code}), index, number):
                return [code]
        lifted = frozenset(codes)
        if not self._feasible(lifted, index, number):
            return []
        for code in reversed(codes):
            if self._feasible(lifted - {code}, index, number):
                lifted -= {code}
        return [code for code in codes if code in lifted]

    def text(self, code: str, lifted: frozenset[str], index: int, number: int) -> str:
        """The limit, and by how much it is missed."""
        problem = self._problem
        van = problem.vehicles[self._groups[number].vehicle]
        units = problem.units
        totals, start = self._lone(lifted, index, number)
        _, left, end, distance, travel_time, energy, _ = totals
        if code == "battery" and van.battery is not None:
            needed = amount(energy, units.energy)
            spare = amount(van.battery.start - van.battery.reserve, units.energy)
            return (
                f"there and back takes {needed}, van {van.id} has {spare} above its reserve "
                "and no charger on the way helps"
            )
        if code == "time_window":
            windows = problem.orders[index].stops[0].windows
            soonest = self._lone(lifted, index, number, early=True)[1]
            late = min(start, soonest) - windows[-1][1] if windows else 0.0
            by = f": {amount(late, units.time)} too late" if late > 0 else ""
            return f"van {van.id} cannot be there within its time windows{by}"
        if code == "max_distance":
            far, most = (amount(value, units.distance) for value in (distance, van.max_distance))
            return f"there and back is {far}, van {van.id} may drive {most}"
        if code == "max_travel_time":
            long, most = (amount(value, units.time) for value in (travel_time, van.max_travel_time))
            return f"there and back takes {long}, van {van.id} may drive {most}"
        if code == "max_stops":
            return f"van {van.id} may make {van.max_stops} stops"
        if code == "shift":
            out = min(van.shift[1] - van.shift[0], van.max_duration)
            long, most = (amount(value, units.time) for value in (end - left, out))
            return f"the round takes {long}, the shift of van {van.id} has {most}"
        if code == "release":
            return f"it is released too late for van {van.id}"
        return f"the breaks of van {van.id} leave no time for it"

    def _feasible(self, lifted: frozenset[str], index: int, number: int) -> bool:
        probe = self._probe(lifted, number)
        place = probe.place[index]
        ways = _visits(probe.problem.vehicles[0], place, probe.problem.orders[place])
        return any(probe.scheduler.cost(0, probe.flat.visits(visits)) < inf for visits in ways)

    def _lone(
        self, lifted: frozenset[str], index: int, number: int, *, early: bool = False
    ) -> tuple[Sequence[float], float]:
        """Totals of the order's own round with limits lifted, and when its first stop is begun; ``early``: at once."""
        probe = self._probe(lifted, number)
        place = probe.place[index]
        order, van = probe.problem.orders[place], probe.problem.vehicles[0]
        departure = nan
        if early and not van.under_way and isfinite(van.shift[0]):
            departure = max(van.shift[0] + van.load_time, order.release) - probe.flat.origin
        for visits in _visits(van, place, order):
            found = probe.scheduler.schedule(0, probe.flat.visits(visits), departure)
            if found is not None:
                totals, what, when, _ = found
                starts = when[what[:, 0] == 0, 1]
                return totals, float(starts[-len(order.stops)]) + probe.flat.origin
        return (nan,) * 7, nan

    def _probe(self, lifted: frozenset[str], number: int) -> _Probe:
        key = (lifted, number)
        if key not in self._probes:
            vehicle = self._groups[number].vehicle
            van = self._problem.vehicles[vehicle]
            chosen = sorted(self._absent | {v.index for v in van.frozen if v.kind == "stop"})
            place = {k: i for i, k in enumerate(chosen)}
            orders = []
            for k in chosen:
                order = self._problem.orders[k]
                carried = 0 if order.onboard == vehicle else None
                orders.append(replace(order, vehicles=None, onboard=carried))
            van = replace(van, frozen=tuple(_renumbered(van, place, lifted)))
            for code in lifted:
                orders = [_LIFTS[code](van, order)[1] for order in orders]
            for code in lifted:
                van = _LIFTS[code](van, orders[0])[0]
            problem = replace(self._problem, orders=tuple(orders), vehicles=(van,))
            flat = flatten(problem)
            self._probes[key] = _Probe(problem, flat, _core.Scheduler(flat.instance), place)
        return self._probes[key]


def _renumbered(van: Vehicle, place: Mapping[int, int], lifted: frozenset[str]) -> Iterator[Visit]:
    """The frozen visits, without those that a lifted limit made necessary."""
    for visit in van.frozen:
        if visit.kind == "stop":
            yield replace(visit, index=place[visit.index])
        elif not (visit.kind == "charge" and "battery" in lifted) and not (visit.kind == "break" and "break" in lifted):
            yield visit
