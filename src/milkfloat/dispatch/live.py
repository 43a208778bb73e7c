"""
Vans under way: what is left of a plan at an instant, as vehicles of a problem for the rest of the day.

A van is planned from where it is committed to be next. On its way to a stop or a charger, or at one, it begins there
with that visit frozen; while it loads it begins loaded; on its way to the depot it begins there, empty and free. What
it is to pick up for another customer counts as picked up: it begins with that on board, when the pickup is over.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from math import inf
from typing import Literal, TypeAlias

from milkfloat.dispatch.rounds import Rounds, RoundVisit, route_visits
from milkfloat.routing.plan import Plan, Route, Step
from milkfloat.routing.problem import Battery, Break, Load, Order, Problem, Vehicle, Visit, Window

Phase: TypeAlias = Literal["idle", "loading", "driving", "waiting", "serving", "charging", "break", "off"]

_BUSY: dict[str, Phase] = {
    "charge": "charging",
    "reload": "loading",
    "start": "loading",
    "break": "break",
    "end": "off",
}


@dataclass(frozen=True, slots=True)
class Standing:
    """
    Where a van stands in its route.

    Attributes
    ----------
    phase
        ``idle`` before it loads, ``off`` after its end.
    step
        The step it is at or drives to; the last one when it is off.
    """

    phase: Phase
    step: int


@dataclass(frozen=True, slots=True)
class VanNow:
    """
    A van at an instant.

    Attributes
    ----------
    index
        Its index in the problem of its plan.
    vehicle
        The van for the rest of its shift; locations are those of the problem of its plan. None when its shift is over.
    standing
        Where it stands.
    onboard
        Orders whose parcels it carries and has not delivered.
    done
        Stops it has left, as (order, stop).
    visits
        What is left of its round, frozen visits first.
    """

    index: int
    vehicle: Vehicle | None
    standing: Standing
    onboard: frozenset[int]
    done: frozenset[tuple[int, int]]
    visits: tuple[RoundVisit, ...]


@dataclass(frozen=True, slots=True)
class Rest:
    """
    What is left of a plan.

    Attributes
    ----------
    problem
        Open orders, vans that are still on shift, everything else as it was.
    rounds
        The rounds as far as they are not driven.
    vans
        Every van of the plan's problem.
    done
        Ids of the orders that are done.
    """

    problem: Problem
    rounds: Rounds
    vans: tuple[VanNow, ...]
    done: frozenset[str]


def rest_of(problem: Problem, plan: Plan, now: float) -> Rest:
    """
    The problem that is left at an instant, and what of the plan goes on in it.

    The vans are taken to be where the plan says. Windows of a frozen stop that it will miss are opened: the van is on
    its way, early or late.
    """
    routes = {route.vehicle: route for route in plan.routes}
    vans = tuple(van_now(problem, k, routes.get(k), now) for k in range(len(problem.vehicles)))
    vehicles = [van for van in vans if van.vehicle is not None]
    new_vehicle = {van.index: k for k, van in enumerate(vehicles)}
    carrier = {order: van.index for van in vans for order in van.onboard}
    stops_done = frozenset(stop for van in vans for stop in van.done)
    orders: list[Order] = []
    new_order: dict[int, int] = {}
    done = set()
    for k, order in enumerate(problem.orders):
        left = len(order.stops) - sum((k, stop) in stops_done for stop in range(len(order.stops)))
        if left == 0:
            done.add(order.id)
            continue
        new_order[k] = len(orders)
        orders.append(_order_now(order, left, carrier.get(k), new_vehicle))
    for van in vehicles:
        for step in _frozen_stop(routes.get(van.index), van):
            orders[new_order[step.index]] = opened(orders[new_order[step.index]], step.arrival)
    left_problem = replace(
        problem,
        orders=tuple(orders),
        vehicles=tuple(_renumbered(van.vehicle, new_order) for van in vehicles if van.vehicle is not None),
    )
    halfway = {problem.orders[k].id for k in carrier if problem.orders[k].is_shipment}
    rounds = Rounds(
        {problem.vehicles[van.index].id: _one_stop(van.visits, halfway) for van in vehicles},
        frozenset(problem.orders[u.order].id for u in plan.unserved),
    )
    return Rest(left_problem, rounds, vans, frozenset(done))


def standing(route: Route, now: float) -> Standing:
    """Where the van of a route stands at an instant."""
    last = len(route.steps) - 1
    for k, step in enumerate(route.steps):
        if now < step.departure or (k == last and now < step.arrival):
            if k == 0:
                return Standing("idle" if now < step.start else "loading", 0)
            if now < step.arrival:
                return Standing("driving", k)
            if now < step.start:
                return Standing("waiting", k)
            return Standing(_BUSY.get(step.kind, "serving"), k)
    return Standing("off", last)


def van_now(problem: Problem, index: int, route: Route | None, now: float) -> VanNow:
    """A van of a plan at an instant; ``route`` is None for a van that has none."""
    van = problem.vehicles[index]
    if route is None:
        return _at_depot(problem, index, van, None, Standing("idle", 0), now, first=0)
    at = standing(route, now)
    step = route.steps[at.step]
    if at.phase == "idle":
        return _waiting_to_start(problem, index, van, route, now)
    if at.step == 0 or (step.kind == "reload" and at.phase == "loading"):
        return _loaded(problem, index, van, route, at)
    if step.kind in ("reload", "end"):
        return _at_depot(problem, index, van, route, at, max(now, step.arrival), first=at.step + 1)
    if step.kind == "pickup":
        return _picking_up(problem, index, van, route, at)
    return _committed(problem, index, van, route, at)


def opened(order: Order, start: float) -> Order:
    """The order with its windows opened to the end when service can only begin after them, at ``start`` or later."""
    stops = tuple(
        replace(stop, windows=open_end(stop.windows, start)) if stop.windows and start > stop.windows[-1][1] else stop
        for stop in order.stops
    )
    return replace(order, stops=stops)


def open_end(windows: tuple[Window, ...], start: float) -> tuple[Window, ...]:
    """The windows with the last one open until ``start`` and beyond."""
    return (*windows[:-1], (windows[-1][0], inf)) if start > windows[-1][1] else windows


def _waiting_to_start(problem: Problem, index: int, van: Vehicle, route: Route, now: float) -> VanNow:
    """A van that has not begun its route: at the depot, or on its way to the frozen visit it begins with."""
    early = van.shift[0] if van.under_way else max(van.shift[0], now)
    onboard = frozenset(k for k, order in enumerate(problem.orders) if order.onboard == index)
    vehicle = replace(van, shift=(min(early, van.shift[1]), van.shift[1]))
    return VanNow(index, vehicle, Standing("idle", 0), onboard, frozenset(), route_visits(problem, route, first=1))


def _at_depot(
    problem: Problem, index: int, van: Vehicle, route: Route | None, at: Standing, free_at: float, *, first: int
) -> VanNow:
    """A van that is, or will next be, at its depot with nothing on board; None where its shift leaves nothing to do."""
    shift = (max(free_at, van.shift[0]), van.shift[1])
    if route is None:
        unused = replace(van, shift=shift) if free_at < shift[1] else None
        return VanNow(index, unused, at, frozenset(), frozenset(), ())
    step = route.steps[at.step]
    trips = van.max_trips - _reloads(route, at.step) - 1
    vehicle: Vehicle | None = None
    if free_at < shift[1] and trips > 0 and step.location in (*van.depots, van.start):
        vehicle = replace(
            _used(van, route, at.step, free_at),
            start=step.location,
            shift=shift,
            max_trips=trips,
            load_time=van.reload_time,
            battery=_battery(van, step.soc),
            under_way=False,
            initial_load=(),
            frozen=van.frozen[at.step :],
        )
    visits = route_visits(problem, route, first=first) if vehicle else ()
    return VanNow(index, vehicle, at, frozenset(), _done(route, at.step), visits)


def _loaded(problem: Problem, index: int, van: Vehicle, route: Route, at: Standing) -> VanNow:
    """A van that is loading: its parcels are committed, its round is not."""
    step = route.steps[at.step]
    vehicle = replace(
        _used(van, route, at.step, step.departure),
        start=step.location,
        shift=(step.departure, max(van.shift[1], step.departure)),
        max_trips=van.max_trips - _reloads(route, at.step + 1),
        load_time=0.0,
        battery=_battery(van, step.soc),
        under_way=True,
        initial_load=van.initial_load if at.step == 0 else (),
        frozen=van.frozen[at.step :],
    )
    onboard = _carried(problem, route, at.step + 1)
    visits = route_visits(problem, route, first=at.step + 1)
    return VanNow(index, vehicle, at, onboard, _done(route, at.step), visits)


def _picking_up(problem: Problem, index: int, van: Vehicle, route: Route, at: Standing) -> VanNow:
    """A van at the first stop of a shipment or on its way there; the second stop stays free to be planned."""
    step = route.steps[at.step]
    vehicle = replace(
        _used(van, route, at.step, step.departure, stops=1),
        start=step.location,
        shift=(step.departure, max(van.shift[1], step.departure)),
        max_trips=van.max_trips - _reloads(route, at.step),
        load_time=0.0,
        battery=_battery(van, step.soc),
        breaks=_breaks_left(van, route, at.step),
        under_way=True,
        initial_load=_collected(problem, van, route, at.step),
        frozen=van.frozen[at.step :],
    )
    onboard = _carried(problem, route, at.step) | {step.index}
    done = _done(route, at.step) | {(step.index, 0)}
    return VanNow(index, vehicle, at, onboard, done, route_visits(problem, route, first=at.step + 1))


def _committed(problem: Problem, index: int, van: Vehicle, route: Route, at: Standing) -> VanNow:
    """A van at a stop, a charger or a break, or on its way there."""
    step = route.steps[at.step]
    # A van that begins where it stands pays no set-up for coming from elsewhere, hence it is free that much later.
    setup = _setup(problem, route, at.step)
    kind = {"charge": "charge", "break": "break"}.get(step.kind, "stop")
    breaks = _breaks_left(van, route, at.step)
    if kind == "break":
        frozen = Visit("break", breaks.index(van.breaks[step.index]))
    elif kind == "charge":
        frozen = Visit("charge", step.index, charge=step.charge)
    else:
        frozen = Visit("stop", step.index)
    free_at = step.arrival + setup
    vehicle = replace(
        _used(van, route, at.step, free_at),
        start=step.location,
        shift=(free_at, max(van.shift[1], free_at)),
        max_trips=van.max_trips - _reloads(route, at.step),
        load_time=0.0,
        battery=_battery(van, step.soc),
        breaks=breaks,
        under_way=True,
        initial_load=_collected(problem, van, route, at.step),
        frozen=(frozen, *van.frozen[at.step :]),
    )
    onboard = _carried(problem, route, at.step)
    visits = route_visits(problem, route, first=at.step)
    return VanNow(index, vehicle, at, onboard, _done(route, at.step), visits)


def _breaks_left(van: Vehicle, route: Route, step: int) -> tuple[Break, ...]:
    """Breaks not taken before step ``step``."""
    taken = {s.index for s in route.steps[:step] if s.kind == "break"}
    return tuple(pause for k, pause in enumerate(van.breaks) if k not in taken)


def _used(van: Vehicle, route: Route, step: int, free_at: float, *, stops: int = 0) -> Vehicle:
    """The van with its limits lowered by what it has driven and ``stops`` more; its fixed cost is spent."""
    done = route.steps[: step + 1]
    travel = sum(b.arrival - a.departure for a, b in pairwise(done))
    stops += sum(s.kind in ("job", "pickup", "delivery") for s in route.steps[:step])
    return replace(
        van,
        fixed_cost=0.0,
        max_duration=max(van.max_duration - (free_at - route.steps[0].departure), 0.0),
        max_distance=max(van.max_distance - route.steps[step].distance, 0.0),
        max_travel_time=max(van.max_travel_time - travel, 0.0),
        max_stops=None if van.max_stops is None else max(van.max_stops - stops, 0),
    )


def _battery(van: Vehicle, charge: float | None) -> Battery | None:
    """The van's battery as full as it is now; None charge: as it was."""
    if van.battery is None or charge is None:
        return van.battery
    return replace(van.battery, start=charge)


def _setup(problem: Problem, route: Route, step: int) -> float:
    here = route.steps[step]
    if here.kind not in ("job", "pickup", "delivery") or route.steps[step - 1].location == here.location:
        return 0.0
    return problem.orders[here.index].stops[1 if here.kind == "delivery" else 0].setup


def _reloads(route: Route, end: int) -> int:
    """Reloads among the steps before ``end``."""
    return sum(step.kind == "reload" for step in route.steps[:end])


def _done(route: Route, end: int) -> frozenset[tuple[int, int]]:
    """Stops before step ``end``."""
    return frozenset(
        (step.index, 1 if step.kind == "delivery" else 0)
        for step in route.steps[:end]
        if step.kind in ("job", "pickup", "delivery")
    )


def _trip(route: Route, step: int) -> tuple[tuple[Step, ...], tuple[Step, ...]]:
    """Steps of the trip that step ``step`` belongs to, before it and from it on."""
    cuts = [k for k, s in enumerate(route.steps) if s.kind in ("start", "reload", "end")]
    first = max((k for k in cuts if k < step), default=0)
    last = min((k for k in cuts if k >= step), default=len(route.steps))
    return route.steps[first:step], route.steps[step:last]


def _carried(problem: Problem, route: Route, step: int) -> frozenset[int]:
    """Orders on board when the van comes to step ``step``: deliveries ahead, shipments picked up."""
    before, ahead = _trip(route, step)
    deliveries = {s.index for s in ahead if s.kind == "job" and any(problem.orders[s.index].delivery)}
    picked = {s.index for s in before if s.kind == "pickup"} & {s.index for s in ahead if s.kind == "delivery"}
    return frozenset(deliveries | picked)


def _collected(problem: Problem, van: Vehicle, route: Route, step: int) -> Load:
    """Pickups on board that go back to the depot when the van comes to step ``step``."""
    before, _ = _trip(route, step)
    loads = [problem.orders[s.index].pickup for s in before if s.kind == "job" and problem.orders[s.index].pickup]
    if van.initial_load and _reloads(route, step) == 0:
        loads.append(van.initial_load)
    return tuple(map(sum, zip(*loads, strict=True))) if loads else ()


def _order_now(order: Order, left: int, carrier: int | None, new_vehicle: dict[int, int]) -> Order:
    """The order as it stands: a shipment that is on board is a delivery of what the van carries."""
    vehicles = order.vehicles
    if vehicles is not None:
        vehicles = tuple(new_vehicle[v] for v in vehicles if v in new_vehicle)
    onboard = None if carrier is None else new_vehicle[carrier]
    if order.is_shipment and left == 1:
        return replace(
            order, stops=order.stops[1:], delivery=order.amount, amount=(), vehicles=vehicles, onboard=onboard
        )
    return replace(order, vehicles=vehicles, onboard=onboard)


def _one_stop(visits: tuple[RoundVisit, ...], halfway: set[str]) -> tuple[RoundVisit, ...]:
    """The visits with the deliveries of picked-up shipments as the only stop these have left."""
    return tuple(replace(v, stop=0) if v.kind == "stop" and v.id in halfway else v for v in visits)


def _frozen_stop(route: Route | None, van: VanNow) -> tuple[Step, ...]:
    """The stop a van drives to or is at, if it is one."""
    if route is None or van.vehicle is None or not van.vehicle.frozen or van.vehicle.frozen[0].kind != "stop":
        return ()
    return (route.steps[max(van.standing.step, 1)],)


def _renumbered(van: Vehicle, new_order: dict[int, int]) -> Vehicle:
    """The van with its frozen stops under their new order numbers."""
    frozen = tuple(replace(v, index=new_order[v.index]) if v.kind == "stop" else v for v in van.frozen)
    return replace(van, frozen=frozen)
