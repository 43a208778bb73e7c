"""
The hand plan: what a careful dispatcher draws with a map and a ruler, to compare ours with.

1. Orders are split by sector: sorted by bearing from the depot and cut into sectors of equal load, one per van.
2. A sector is cut into rounds. A round begins with the order that is due first and takes, by due time, those that fit
   into the van and share an instant of their windows with all the others.
3. Each round is improved by 2-opt and Or-opt to its end: fewest late orders, then least lateness, then the shortest
   drive.
4. Vans drive their rounds one after the other. At the depot a van below 25 % charges for the rest of its day, and so
   does one whose charge does not last for the next round.
5. The number of vans is the smallest with which every order is brought before the shifts end.

The dispatcher has more than a dispatcher has: every order of the day is known in the morning, the traffic of the day
too, charges are as long as they need to be and no longer, and nothing is forgotten. Late orders are brought late, not
left out. Orders, windows, releases, matrices, batteries and chargers are those of the problem; the plan that comes out
passes the independent checker but for time windows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from math import atan2, cos, inf, isfinite, pi, radians
from typing import TypeAlias

import numpy as np

from milkfloat.errors import Fault, InputError
from milkfloat.routing.measure import Measure
from milkfloat.routing.metric import FloatArray, MatrixMetric
from milkfloat.routing.objective import plan_cost, route_cost
from milkfloat.routing.plan import Plan, Reason, Route, Step, StepKind, Unserved
from milkfloat.routing.problem import Load, Order, Problem, Stop, Vehicle, Window

CHARGE_BELOW = 0.25
# A round may turn at most this many neighbouring stops around at once in Or-opt; three is the usual figure.
_OR_OPT_STOPS = 3
# Sums of doubles in another order; no improvement, no lateness.
_TOLERANCE = 1e-6

Call: TypeAlias = tuple[int, int]  # an order and which of its stops
Worth: TypeAlias = tuple[float, float]  # late orders and seconds late; infinite where it cannot be driven at all


def hand_plan(problem: Problem, *, charge_below: float = CHARGE_BELOW, vans: int | None = None) -> Plan:
    """
    The hand plan for a problem; limits of vans beyond those above, frozen visits and prizes are not looked at.

    Parameters
    ----------
    charge_below
        Part of the battery below which a van at the depot charges.
    vans
        How many vans to use; None: the fewest that hold all orders.

    Raises
    ------
    InputError
        When the problem has no matrix to measure on.
    """
    if not all(isinstance(metric, MatrixMetric) for metric in problem.metrics):
        raise InputError(Fault("metrics", "a hand plan is drawn on matrices"))
    if not problem.orders:
        return Plan((), (), cost=0.0, distance=0.0, duration=0.0, vehicles=0)
    if len({van.start for van in problem.vehicles}) != 1:
        raise InputError(Fault("vehicles", "a hand plan has one depot"))
    routes, left = _fewest_vans(problem, charge_below, vans)
    reason = Reason("fleet_busy", "no van of the hand plan has room, time and charge for it", len(problem.vehicles))
    return Plan(
        routes=tuple(sorted(routes, key=lambda route: route.vehicle)),
        unserved=tuple(Unserved(k, (reason,)) for k in sorted(left)),
        cost=plan_cost(problem, routes, left),
        distance=sum(route.distance for route in routes),
        duration=sum(route.duration for route in routes),
        vehicles=len(routes),
    )


def _fewest_vans(problem: Problem, charge_below: float, vans: int | None) -> tuple[list[Route], list[int]]:
    """Routes of the fewest vans that bring every order (or of so many), and the orders they leave out."""
    # The largest first: fewest vans hold the load.
    by_size = sorted(range(len(problem.vehicles)), key=lambda k: (-_size(problem.vehicles[k]), k))
    count = vans or _fewest_by_load(problem, by_size)
    last = vans or len(by_size)
    while True:
        sectors = _sectors(problem, by_size[:count])
        days = [_Day(problem, van, charge_below) for van in sectors]
        routes = []
        for day, orders in zip(days, sectors.values(), strict=True):
            routes.append(day.drive(orders))
            if day.left and count < last:
                break
        left = [order for day in days for order in day.left]
        if not left or count >= last:
            return [route for route in routes if route is not None], left
        count += 1


def _size(van: Vehicle) -> float:
    """What a van holds in a day, for comparing vans."""
    return sum(van.capacity, 0.0) * van.max_trips if van.capacity else inf


def _fewest_by_load(problem: Problem, vans: Sequence[int]) -> int:
    """A number of vans that fewer cannot do with: they would hold neither the loads nor the hours of service."""
    total = _across(sum, map(_need, problem.orders))
    service = sum(stop.service for order in problem.orders for stop in order.stops)
    for count in range(1, len(vans)):
        chosen = [problem.vehicles[k] for k in vans[:count]]
        holds = (
            sum(van.capacity[d] * van.max_trips if van.capacity else inf for van in chosen) for d in range(len(total))
        )
        hours = sum(van.shift[1] - van.shift[0] for van in chosen)
        if service <= hours and all(need <= held + _TOLERANCE for need, held in zip(total, holds, strict=True)):
            return count
    return len(vans)


def _need(order: Order) -> Load:
    """The larger of what an order brings and takes, or what it carries from stop to stop."""
    return _across(max, (order.delivery, order.pickup, order.amount))


def _across(what: Callable[[Iterable[float]], float], loads: Iterable[Load]) -> Load:
    known = [load for load in loads if load]
    return tuple(map(what, zip(*known, strict=True))) if known else ()


def _sectors(problem: Problem, vans: Sequence[int]) -> dict[int, list[int]]:
    """Orders by van: sectors around the depot, of equal load for equal vans."""
    bearings = [bearing(problem, problem.vehicles[vans[0]].start, order) for order in problem.orders]
    turn = sorted(range(len(problem.orders)), key=lambda k: (bearings[k], k))
    gaps = [bearings[b] - bearings[a] for a, b in pairwise(turn)]
    gaps.append(2 * pi + bearings[turn[0]] - bearings[turn[-1]])
    first = (gaps.index(max(gaps)) + 1) % len(turn)
    turn = turn[first:] + turn[:first]
    total = _across(sum, map(_need, problem.orders))

    def share(order: int) -> float:
        need = _need(problem.orders[order])
        return max((a / b for a, b in zip(need, total, strict=True) if b > 0), default=0.0) or 1e-6

    weights = [_size(problem.vehicles[van]) for van in vans]
    weights = [1.0 / len(vans)] * len(vans) if inf in weights else [w / sum(weights) for w in weights]
    ends = np.cumsum(weights) * sum(map(share, turn))
    found: dict[int, list[int]] = {van: [] for van in vans}
    filled = 0.0
    for order in turn:
        # The middle of the order decides, so that no sector is cut by rounding.
        middle = filled + share(order) / 2
        sector = min(int(np.searchsorted(ends, middle)), len(vans) - 1)
        found[_able(problem, vans, sector, order)].append(order)
        filled += share(order)
    return found


def bearing(problem: Problem, depot: int, order: Order) -> float:
    """Direction from the depot to the first stop of an order, in radians from east, -pi to pi."""
    centre, place = problem.locations[depot], problem.locations[order.stops[0].location]
    # A degree of longitude is shorter than one of latitude; instances on a plane have no latitudes.
    stretch = cos(radians(centre.y)) if problem.units.distance == "m" and abs(centre.y) <= 90 else 1.0
    return atan2(place.y - centre.y, (place.x - centre.x) * stretch)


def _able(problem: Problem, vans: Sequence[int], sector: int, order: int) -> int:
    """The van of the sector, or of the nearest one whose van may serve the order."""
    wanted = problem.orders[order]
    for step in sorted(range(-len(vans), len(vans)), key=abs):
        van = vans[(sector + step) % len(vans)]
        if wanted.skills <= problem.vehicles[van].skills and (wanted.vehicles is None or van in wanted.vehicles):
            return van
    return vans[sector]


def improving_moves(time: FloatArray) -> Iterator[list[int]]:
    """
    The orders of stops that one move of 2-opt or Or-opt makes shorter, the greatest gain first.

    ``time`` holds driving times, shape (n + 2, n + 2), between the depot, the n stops in their present order and the
    depot again; the orders are numbers of stops from 0.
    """
    n = len(time) - 2
    forward = np.concatenate([[0.0], np.cumsum(time.diagonal(1))])
    extra = np.concatenate([[0.0], np.cumsum(time.diagonal(-1))]) - forward
    moves: list[tuple[float, int, int, int, bool]] = []
    # 2-opt: the stretch from i to j is driven the other way round.
    i, j = (side + 1 for side in np.triu_indices(n, 1))
    gain = time[i - 1, i] + time[j, j + 1] - time[i - 1, j] - time[i, j + 1] - (extra[j] - extra[i])
    moves += [(-float(gain[m]), int(i[m]), int(j[m]), 0, True) for m in np.flatnonzero(gain > _TOLERANCE)]
    before = np.arange(n + 1)[None, :]
    for size in range(1, min(_OR_OPT_STOPS, n - 1) + 1):
        # Or-opt: the stops from i to j go between two neighbours elsewhere.
        i = np.arange(1, n - size + 2)[:, None]
        j = i + size - 1
        saved = time[i - 1, i] + time[j, j + 1] - time[i - 1, j + 1] + time[before, before + 1]
        for back in (False, True) if size > 1 else (False,):
            head, tail = (j, i) if back else (i, j)
            gain = saved - time[before, head] - time[tail, before + 1] - (extra[j] - extra[i] if back else 0.0)
            gain[(before >= i - 1) & (before <= j)] = 0.0
            for row, column in np.argwhere(gain > _TOLERANCE).tolist():
                moves.append((-float(gain[row, column]), row + 1, row + size, column + 1, back))
    for _, first, last, to, back in sorted(moves):
        yield _moved(n, first, last, to, back=back)


def _moved(n: int, first: int, last: int, to: int, *, back: bool) -> list[int]:
    """Stops 0 to n - 1 with those in places first to last (from 1) put before place ``to``; 0 leaves them there."""
    part = list(range(first - 1, last))
    rest = [k for k in range(n) if not first - 1 <= k < last]
    cut = first - 1 if to == 0 else sum(k < to - 1 for k in rest)
    return [*rest[:cut], *(part[::-1] if back else part), *rest[cut:]]


class _Round:
    """One round under improvement: its stops as plain numbers, for a departure from the depot."""

    def __init__(self, day: _Day, calls: Sequence[Call], free_at: float) -> None:
        self.day, self.calls = day, list(calls)
        self.leave_at = max(free_at, *(day.problem.orders[k].release for k, _ in calls))
        stops = [day.stop(call) for call in calls]
        places = np.array([day.van.start, *(stop.location for stop in stops)])
        metric = day.metric
        # Driving times by slice from the departure on; row and column 0 are the depot, k + 1 the stop k.
        first = max(int((self.leave_at - metric.slice_start) // metric.slice_width), 0)
        tables = metric.time[min(first, len(metric.time) - 1) :] if metric.time.ndim == 3 else metric.time[None]
        time = tables[:, places[:, None], places] / day.van.speed_factor
        self.first_slice: FloatArray = time[0]
        self.rows = time.tolist()
        self.slice_end = metric.slice_start + (first + 1) * metric.slice_width
        self.windows = [stop.windows or ((-inf, inf),) for stop in stops]
        self.service = [stop.service for stop in stops]
        self.setup = [stop.setup for stop in stops]
        places_of: dict[int, list[int]] = {}
        for place, (k, _) in enumerate(calls):
            places_of.setdefault(k, []).append(place)
        self.pairs = [(pair[0], pair[1]) for pair in places_of.values() if len(pair) == 2]
        orders = [day.problem.orders[k] for k in places_of]
        # Without pickups a van is fullest at the depot, whatever the order of its stops.
        self.has_pickups = bool(self.pairs) or any(any(order.pickup) for order in orders)
        self.loaded = day.loaded(calls)
        self.changes = np.array([day.change(call) for call in calls])
        self.limit = day.limit
        # However the stops are ordered: what is brought leaves no sooner than what is taken comes.
        self.always_fits = bool((self.loaded + np.maximum(self.changes, 0.0).sum(axis=0) <= self.limit).all())

    def improved(self) -> list[Call]:
        """The better of two rounds improved to their end: one begun by due time, one by bearing from the depot."""
        problem, depot = self.day.problem, self.day.van.start
        by_due = list(range(len(self.calls)))
        by_bearing = sorted(by_due, key=lambda k: (bearing(problem, depot, problem.orders[self.calls[k][0]]), k))
        best = min((self.to_its_end(order) for order in (by_due, by_bearing)), key=self.full_worth)
        return [self.calls[place] for place in best]

    def to_its_end(self, order: list[int]) -> list[int]:
        """2-opt and Or-opt until no move makes the round better."""
        worth = self.worth(order)
        while True:
            way = [0, *(place + 1 for place in order), 0]
            shorter = ([order[k] for k in new] for new in improving_moves(self.first_slice[np.ix_(way, way)]))
            better = next((new for new in shorter if self.worth(new) <= worth), None)
            if better is None and worth > (0.0, 0.0):
                # No shorter round is as punctual: look for a more punctual one that is longer.
                better = next((new for new in self.hurried(order) if self.worth(new) < worth), None)
            if better is None:
                return order
            order, worth = better, self.worth(better)

    def hurried(self, order: list[int]) -> Iterator[list[int]]:
        """The round with one late stop earlier, or one stop last."""
        lateness = self.lateness(order)
        for i, place in enumerate(order):
            rest = order[:i] + order[i + 1 :]
            if lateness[i] > 0.0:
                yield from ([*rest[:k], place, *rest[k:]] for k in range(i))
        for i, place in enumerate(order[:-1]):
            yield [*order[:i], *order[i + 1 :], place]

    def full_worth(self, order: Sequence[int]) -> tuple[float, float, float]:
        """Late orders, seconds late, seconds driven."""
        way = [0, *(place + 1 for place in order), 0]
        return *self.worth(order), float(self.first_slice[way[:-1], way[1:]].sum())

    def worth(self, order: Sequence[int]) -> Worth:
        """How many stops are late and by how long; infinite when the round cannot be driven in this order."""
        if self.has_pickups and not self.is_possible(order):
            return inf, inf
        late = [seconds for seconds in self.lateness(order) if seconds > _TOLERANCE]
        return float(len(late)), sum(late)

    def lateness(self, order: Sequence[int]) -> list[float]:
        """By how long service at each stop begins after the last window; negative where it is in time."""
        width, last = self.day.metric.slice_width, len(self.rows) - 1
        now = max(self.leave_at, self.windows[order[0]][0][0] - self.rows[0][0][order[0] + 1])
        here, found = 0, []
        for place in order:
            slice_index = 0 if now < self.slice_end else min(int((now - self.slice_end) / width) + 1, last)
            drive_s = self.rows[slice_index][here][place + 1]
            now += drive_s + (self.setup[place] if drive_s else 0.0)
            for early, late in self.windows[place]:
                if now <= late:
                    now = max(now, early)
                    break
            found.append(now - self.windows[place][-1][1])
            now += self.service[place]
            here = place + 1
        return found

    def is_possible(self, order: Sequence[int]) -> bool:
        """Whether shipments are picked up before they are delivered and the van holds the loads all the way."""
        at = {place: position for position, place in enumerate(order)}
        if any(at[delivery] < at[pickup] for pickup, delivery in self.pairs):
            return False
        return self.always_fits or _fits(self.loaded, self.changes[list(order)], self.limit)


@dataclass(frozen=True, slots=True)
class _State:
    """A van in the middle of its day: where and when it is free, with what charge, after which steps."""

    here: int
    now: float
    soc: float
    load: FloatArray
    breaks: tuple[int, ...]
    steps: tuple[Step, ...] = ()
    distance: float = 0.0
    travel_time: float = 0.0
    service_time: float = 0.0
    energy: float = 0.0
    lowest: float = inf

    def with_step(self, kind: StepKind, location: int, index: int, times: tuple[float, float, float]) -> _State:
        """Arrived and served at ``times`` (arrival, start, departure)."""
        soc = self.soc if isfinite(self.soc) else None
        step = Step(kind, location, index, *times, self.distance, tuple(self.load.tolist()), soc)
        return replace(self, here=location, now=times[2], steps=(*self.steps, step))


class _Day:
    """A van's day: its orders into rounds, its rounds one after the other."""

    def __init__(self, problem: Problem, index: int, charge_below: float) -> None:
        self.problem, self.index, self.charge_below = problem, index, charge_below
        self.van = problem.vehicles[index]
        metric = problem.metrics[self.van.profile]
        assert isinstance(metric, MatrixMetric)
        self.metric, self.measure = metric, Measure(metric, problem.locations)
        self.zero = np.zeros(problem.dimensions)
        self.limit = np.array(self.van.capacity or (inf,) * problem.dimensions) + _TOLERANCE
        self.left: list[int] = []

    def drive(self, orders: Sequence[int]) -> Route | None:
        """The route of a van for its orders, None when it has nothing to do; what it cannot bring is ``left``."""
        battery = self.van.battery
        at = _State(
            here=self.van.start,
            now=self.van.shift[0] if isfinite(self.van.shift[0]) else 0.0,
            soc=battery.start if battery else inf,
            load=self.zero,
            breaks=tuple(range(len(self.van.breaks))),
        )
        ahead = self.rounds(orders)
        trips = 0
        while ahead:
            calls = ahead.pop(0)
            if trips == self.van.max_trips:
                self.left += list(dict.fromkeys(k for k, _ in calls))
                continue
            after, driven = self.one_round(at, calls, ahead)
            if after.lowest < (battery.reserve if battery else -inf) - _TOLERANCE:
                # A full battery does not last for it: it is cut in two.
                half = list(dict.fromkeys(k for k, _ in driven))
                half = half[: len(half) // 2]
                if half:
                    ahead[:0] = [[c for c in driven if c[0] in half], [c for c in driven if c[0] not in half]]
                else:
                    self.left += list(dict.fromkeys(k for k, _ in calls))
            elif after.now > self.van.shift[1] + _TOLERANCE:
                # What is due last stays behind until the van is home in time.
                by_due = sorted({k for k, _ in calls}, key=lambda k: (_due(self.problem.orders[k]), k))
                late = (after.now - self.van.shift[1]) / (after.now - at.now)
                behind = by_due[-max(int(late * len(by_due)), 1) :]
                self.left += behind
                ahead[:0] = [kept] if (kept := [call for call in calls if call[0] not in behind]) else []
            else:
                at, trips = after, trips + 1
        return self.route(at) if at.steps else None

    def route(self, at: _State) -> Route:
        """The day as a route, with what is left to do at its end: pauses, and the charge it must end with."""
        battery = self.van.battery
        for pause in at.breaks:
            at = self.pause(at, pause)
        if battery and at.soc < battery.end_min:
            at = self.charged(at, battery.end_min)
        at = at.with_step("end", self.van.start, -1, (at.now, at.now, at.now))
        duration = at.now - at.steps[0].departure
        cost = route_cost(self.problem, self.van, distance=at.distance, duration=duration, service_time=at.service_time)
        return Route(self.index, at.steps, at.distance, duration, at.travel_time, at.energy, cost)

    # Rounds: which orders go together, and in which order.

    def rounds(self, orders: Sequence[int]) -> list[list[Call]]:
        """The orders in rounds that fit into the van and whose windows share an instant."""
        waiting = sorted(orders, key=lambda k: (_due(self.problem.orders[k]), _opens(self.problem.orders[k]), k))
        found = []
        while waiting:
            calls: list[Call] = []
            opens, due = -inf, inf
            for k in tuple(waiting):
                order = self.problem.orders[k]
                shared = max(opens, _opens(order)), min(due, _due(order))
                more = [*calls, *((k, stop) for stop in range(len(order.stops)))]
                if (not calls or shared[0] <= shared[1]) and self.fits(more):
                    calls, (opens, due) = more, shared
                    waiting.remove(k)
            if not calls:
                # Even the empty van does not hold any of them.
                self.left += waiting
                break
            found.append(calls)
        return found

    def fits(self, calls: Sequence[Call]) -> bool:
        """Whether the van holds the loads of a round all the way."""
        return _fits(self.loaded(calls), np.array([self.change(call) for call in calls]), self.limit)

    def loaded(self, calls: Sequence[Call]) -> FloatArray:
        """What is on board when a round leaves the depot."""
        return self.zero + sum((np.array(load) for k, _ in calls if (load := self.problem.orders[k].delivery)), 0.0)

    def change(self, call: Call) -> FloatArray:
        """What a stop changes of the load."""
        order = self.problem.orders[call[0]]
        plus, minus = (order.pickup, order.delivery)
        if order.is_shipment:
            plus, minus = ((), order.amount) if call[1] else (order.amount, ())
        return (np.array(plus) if plus else self.zero) - (np.array(minus) if minus else self.zero)

    # Driving: the rules of a problem, written once more.

    def one_round(self, at: _State, calls: list[Call], later: Sequence[Sequence[Call]]) -> tuple[_State, list[Call]]:
        """Load, charge where that is called for, and drive a round; the state back at the depot, and its stops."""
        depot = self.van.start
        loading_s = self.van.reload_time if at.steps else self.van.load_time
        best = _Round(self, calls, at.now + loading_s).improved()
        need = self.energy_of(best, at.now)
        rest = need + sum(self.energy_of(c, at.now) for c in later)
        if at.steps:
            charged = self.charged_if_low(at, need, rest)
            if charged is not at:
                at, best = charged, _Round(self, best, charged.now + loading_s).improved()
            leave = self.leaves(best, at.now + loading_s)
            at = replace(at, load=self.loaded(best), lowest=at.soc)
            at = at.with_step("reload", depot, -1, (at.now, at.now, leave))
        else:
            leave = self.leaves(best, at.now + loading_s)
            at = replace(at, load=self.loaded(best), lowest=at.soc)
            at = at.with_step("start", depot, -1, (leave - loading_s, leave - loading_s, leave))
            at = self.charged_if_low(at, need, rest)
        for call in best:
            at = self.serve(at, call)
        return replace(self.go(at, depot), load=self.zero), best

    def serve(self, at: _State, call: Call) -> _State:
        """Drive to a stop and serve it; a pause that would be missed comes first."""
        there, service = self.location(call), self.stop(call).service
        for pause in at.breaks:
            windows = self.van.breaks[pause].windows
            done_at = at.now + self.travel(at.here, there, at.now) + service
            if at.now >= windows[0][0] or done_at > windows[-1][1]:
                at = self.pause(at, pause)
        before = at.here
        at = self.go(at, there)
        start = self.begins(call, at.now, before)
        kind: StepKind = "job"
        if self.problem.orders[call[0]].is_shipment:
            kind = "delivery" if call[1] else "pickup"
        at = replace(at, load=at.load + self.change(call), service_time=at.service_time + service)
        return at.with_step(kind, there, call[0], (at.now, start, start + service))

    def pause(self, at: _State, index: int) -> _State:
        """Take a break where the van stands."""
        pause = self.van.breaks[index]
        start = _earliest(pause.windows, at.now)
        at = replace(at, breaks=tuple(k for k in at.breaks if k != index))
        return at.with_step("break", at.here, index, (at.now, start, start + pause.duration))

    def go(self, at: _State, there: int) -> _State:
        """Drive somewhere."""
        here = at.here
        if here == there:
            return at
        time = self.travel(here, there, at.now)
        drawn = self.drawn(here, there, at.now, at.load)
        soc = at.soc - drawn
        if self.van.battery:
            soc = min(soc, self.van.battery.capacity)
        return replace(
            at,
            here=there,
            now=at.now + time,
            soc=soc,
            distance=at.distance + self.measure.distance(here, there, at.now),
            travel_time=at.travel_time + time,
            energy=at.energy + drawn,
            lowest=min(at.lowest, soc),
        )

    def charged_if_low(self, at: _State, need: float, rest: float) -> _State:
        """Charge at the depot when below the limit, or when the next round needs more than there is."""
        battery = self.van.battery
        if battery is None:
            return at
        kept = self.charge_below * battery.capacity
        if at.soc >= kept and at.soc - need >= battery.reserve:
            return at
        return self.charged(at, min(rest + kept, battery.capacity))

    def charged(self, at: _State, level: float) -> _State:
        """Charge at the depot up to a level, at the station that is done first."""
        battery = self.van.battery
        assert battery is not None
        here = [(k, s) for k, s in enumerate(self.problem.stations) if s.location == at.here]
        ways = [
            (station.access_time + done_at - float(np.interp(at.soc, curve.energy, curve.time)), k, top)
            for k, station in here
            if (curve := battery.curves[station.kind] if battery.curves else None) is not None
            if (top := min(curve.energy[-1], battery.capacity if self.problem.charging == "full" else level)) > at.soc
            for done_at in (float(np.interp(top, curve.energy, curve.time)),)
        ]
        if not ways:
            return at
        time, station, top = min(ways)
        charging = at.with_step("charge", at.here, station, (at.now, at.now, at.now + time))
        step = replace(charging.steps[-1], charge=top - at.soc)
        return replace(charging, soc=top, steps=(*at.steps, step))

    # The problem's arithmetic.

    def leaves(self, calls: Sequence[Call], free_at: float) -> float:
        """When a van leaves for a round: loaded, all orders released, and not before the first stop opens."""
        released = max(self.problem.orders[k].release for k, _ in calls)
        leave = max(free_at, released)
        windows = self.stop(calls[0]).windows
        opens = windows[0][0] if windows else -inf
        return max(leave, opens - self.travel(self.van.start, self.location(calls[0]), leave))

    def stop(self, call: Call) -> Stop:
        return self.problem.orders[call[0]].stops[call[1]]

    def location(self, call: Call) -> int:
        return self.stop(call).location

    def begins(self, call: Call, arrival: float, came_from: int) -> float:
        """When service begins: after the set-up, in the first window that is not over, or late."""
        stop = self.stop(call)
        return _earliest(stop.windows, arrival + (stop.setup if came_from != stop.location else 0.0))

    def travel(self, here: int, there: int, now: float) -> float:
        return self.measure.travel_time(here, there, now) / self.van.speed_factor if here != there else 0.0

    def drawn(self, here: int, there: int, now: float, load: FloatArray) -> float:
        """Energy a drive takes out of the battery; negative where it gives back more."""
        if self.van.battery is None or here == there:
            return 0.0
        mass = 0.0 if self.problem.mass_dimension is None else float(load[self.problem.mass_dimension])
        return self.measure.energy(here, there, now, mass) + self.van.aux_power * self.travel(here, there, now)

    def energy_of(self, calls: Sequence[Call], now: float) -> float:
        if not calls:
            return 0.0
        load, total = self.loaded(calls), 0.0
        here = self.van.start
        for call in calls:
            total += self.drawn(here, self.location(call), now, load)
            load, here = load + self.change(call), self.location(call)
        return total + self.drawn(here, self.van.start, now, load)


def _fits(loaded: FloatArray, changes: FloatArray, limit: FloatArray) -> bool:
    """Whether loads stay within the limit: ``loaded`` at first, then changed stop by stop, (stops, dimensions)."""
    peak = loaded + np.maximum(np.cumsum(changes, axis=0).max(axis=0, initial=0.0), 0.0)
    return bool((peak <= limit).all())


def _due(order: Order) -> float:
    """When the last of its stops must have begun."""
    return min((stop.windows[-1][1] for stop in order.stops if stop.windows), default=inf)


def _opens(order: Order) -> float:
    """When it can be served at the earliest: opened, and released."""
    return max(order.release, max((stop.windows[0][0] for stop in order.stops if stop.windows), default=-inf))


def _earliest(windows: Sequence[Window], ready: float) -> float:
    """The first instant from ``ready`` on that lies in a window; ``ready`` itself when all are over."""
    return next((max(ready, early) for early, late in windows if ready <= late), ready)
