"""
A day that runs: orders come in, vans drive, traffic changes, and the plan follows.

The day is moved on by `LiveDay.advance` and told the time by it; nothing here looks at a clock or waits for one. So the
same code runs a day in the streets, where time passes by itself, and one in a simulation. All methods may be called
from any thread.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from math import inf, isfinite
from typing import TypeAlias

from milkfloat.app.build import Built, with_overrides
from milkfloat.app.day_log import DayLog, LogEntry
from milkfloat.app.day_motion import Motion, RoadMotion, stay
from milkfloat.app.day_orders import with_orders
from milkfloat.app.day_traffic import Disturbance, overrides_of, street_at, street_name
from milkfloat.app.day_van import STOPS, VanDay, windows_of
from milkfloat.dispatch.change import Changes
from milkfloat.dispatch.events import Event, EventKind
from milkfloat.dispatch.place import placed
from milkfloat.dispatch.replan import Effort, Replanned, as_given, replan
from milkfloat.dispatch.rounds import Rounds
from milkfloat.errors import ConflictError, Fault, InputError
from milkfloat.fleet.orders import Order
from milkfloat.roads.overrides import Overrides
from milkfloat.routing.plan import Plan, Route, Step
from milkfloat.routing.problem import Problem, Window
from milkfloat.routing.solve import solve

_Make: TypeAlias = Callable[[Problem, Plan, Changes, Sequence[Event]], Replanned]

# What no van can serve in time may be so much late, step by step: better late than not at all.
GRACE_S = (1_800.0, 7_200.0, 86_400.0)
# A driver who has not said that a stop is over is taken to need so much longer.
_PATIENCE_S = 60.0
# A plan that cannot be made is tried again after this.
_RETRY_S = 600.0


@dataclass(frozen=True, slots=True)
class Policy:
    """
    When to plan anew, and how hard to think.

    Attributes
    ----------
    batch_s
        New orders wait so long for others to be planned with.
    late_s, late_every_s
        Vans that will be so much late are a reason to plan anew, but not again before so long.
    first, effort
        For the first plan, and for those of the day.
    confirm
        Stops are over when the driver says so; otherwise when the plan does.
    """

    batch_s: float = 300.0
    late_s: float = 180.0
    late_every_s: float = 900.0
    first: Effort = field(default_factory=lambda: Effort(iterations=600))
    effort: Effort = field(default_factory=lambda: Effort(iterations=300, grace_s=GRACE_S))
    confirm: bool = False


@dataclass(slots=True)
class OrderDay:
    """
    An order on this day.

    Attributes
    ----------
    locations, promised
        Of each stop: where it is, and the windows as the customer was told.
    done_s, late_s
        When the last stop was over, and how late it began; None while it is not.
    van_id
        Who serves or served it.
    """

    order: Order
    announced_s: float
    locations: tuple[int, ...]
    promised: tuple[tuple[Window, ...], ...]
    van_id: str | None = None
    locked: bool = False
    done_s: float | None = None
    late_s: float = 0.0
    issue: str = ""
    cancelled: bool = False
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Change:
    """The last change of the plan, for those who look at it."""

    id: int
    time_s: float
    events: tuple[Event, ...]
    replanned: Replanned
    etas_before: Mapping[str, float]
    locked: frozenset[str]
    took_s: float = 0.0


@dataclass(slots=True)
class _Pending:
    """What the next plan will have to know."""

    orders: list[str] = field(default_factory=list)
    cancelled: set[str] = field(default_factory=set)
    locks: dict[str, str | None] = field(default_factory=dict)
    broken: set[str] = field(default_factory=set)
    works: set[str] = field(default_factory=set)
    traffic: bool = False
    events: list[Event] = field(default_factory=list)
    due_s: float = inf


class LiveDay:
    """
    The running day.

    Parameters
    ----------
    built
        The day's problem. It may hold orders that are not known yet: their places are then no news later.
    known
        Ids of the orders that are known; None: all.
    now_s
        Unix instant at which the day begins to run.
    motion
        How vans move.
    """

    def __init__(
        self,
        built: Built,
        *,
        now_s: float,
        known: Iterable[str] | None = None,
        motion: Motion | None = None,
        policy: Policy | None = None,
        name: str = "",
    ) -> None:
        ids = {order.id for order in built.orders}
        chosen = ids if known is None else ids & set(known)
        self.built = built
        self.name = name or built.problem.name
        self.policy = policy or Policy()
        self.motion = motion or RoadMotion()
        self.log = DayLog()
        self.problem = replace(built.problem, orders=tuple(o for o in built.problem.orders if o.id in chosen))
        self.plan = Plan((), (), 0.0, 0.0, 0.0, 0)
        self.vans = {
            vehicle.id: VanDay(k, vehicle, vehicle.battery.start if vehicle.battery else inf)
            for k, vehicle in enumerate(built.problem.vehicles)
        }
        self.orders: dict[str, OrderDay] = {}
        self.disturbances: dict[str, Disturbance] = {}
        self.broken: set[str] = set()
        self.changes: list[Change] = []
        self.version = 0
        self._morning = built.conditions.overrides
        self._stations = {station.id: station for station in built.problem.stations}
        self._now_s = now_s
        self._late_replan_s = -inf
        self._pending = _Pending()
        self._lock = threading.RLock()
        for order in built.orders:
            if order.id in chosen:
                self._announce(order, now_s)

    # The clock.

    @property
    def now_s(self) -> float:
        """The instant the day has come to."""
        return self._now_s

    @property
    def lock_of_day(self) -> threading.RLock:
        """Held while something is read that must not change meanwhile."""
        return self._lock

    def begin(self) -> None:
        """Make the first plan."""
        with self._lock:
            effort = self.policy.first
            plan = solve(
                self.problem,
                time_limit_s=effort.time_limit_s,
                iterations=effort.iterations,
                seed=effort.seed,
                threads=effort.threads,
            )
            self._adopt(self.problem, plan)
            served = len(self.problem.orders) - len(plan.unserved)
            self._tell("plan", f"{served} orders planned for {plan.vehicles} vans")

    def advance(self, now_s: float) -> None:
        """Let the day run on until an instant; one that is over already changes nothing."""
        with self._lock:
            while True:
                van = min(self.vans.values(), key=lambda van: (self._next_s(van), van.index))
                next_s, due_s = self._next_s(van), self._pending.due_s
                if min(next_s, due_s) > now_s:
                    break
                # What happens at the instant of a plan happens before it: the plan then knows of it.
                self._now_s = max(self._now_s, min(next_s, due_s))
                if next_s <= due_s:
                    self._move_on(van)
                else:
                    self._replan()
            self._now_s = max(self._now_s, now_s)
            if self.policy.confirm:
                self._wait_for_drivers()

    # What people do.

    def add_orders(self, orders: Sequence[Order]) -> tuple[Fault, ...]:
        """
        Take orders in; they are planned with the next batch.

        Returns
        -------
        Faults of the orders that could not be taken in.

        Raises
        ------
        InputError
            When none of them could.
        """
        with self._lock:
            here = {order.id: order for order in self.built.orders}
            expected = [o for o in orders if o.id in here and o.id not in self.orders]
            faults: tuple[Fault, ...] = ()
            others = [o for o in orders if o.id not in here or o.id in self.orders]
            taken = list(expected)
            if others:
                try:
                    more = with_orders(self.built, others, now_s=self._now_s)
                except InputError as error:
                    if not expected:
                        raise
                    faults = error.faults
                else:
                    self.built, faults = more.built, more.faults
                    taken += more.added
            for order in taken:
                self._announce(order, self._now_s)
                self._pending.orders.append(order.id)
                text = f"order {order.id} came in at {self.clock(self._now_s)}"
                self._ask("new_order", text, orders=[order.id], after_s=self.policy.batch_s)
            return faults

    def cancel(self, order_id: str, *, issue: str = "") -> None:
        """Take an order out of the day; with an issue when a driver could not serve it."""
        with self._lock:
            order = self._open_order(order_id)
            if order_id in self._pending.orders:
                self._pending.orders.remove(order_id)
            else:
                self._pending.cancelled.add(order_id)
            order.cancelled, order.issue = True, issue
            what = f"order {order_id}: {issue}" if issue else f"order {order_id} was cancelled"
            self._ask("issue" if issue else "cancelled", what, orders=[order_id])

    def close_road(self, lon: float, lat: float, *, until_s: float = inf, edges: Sequence[int] = ()) -> Disturbance:
        """
        Close the stretch of street beside a point (or these edges) from now on.

        Raises
        ------
        InputError
            When no street is near.
        """
        with self._lock:
            on = tuple(edges) or street_at(self.built.city, lon, lat)
            return self._disturb("closure", on, 0.0, until_s)

    def jam(self, edges: Sequence[int], *, factor: float, until_s: float = inf) -> Disturbance:
        """Traffic on these edges has slowed down to a share of its speed."""
        with self._lock:
            return self._disturb("jam", tuple(edges), factor, until_s)

    def reopen(self, disturbance_id: str) -> None:
        """
        A road is open again, a jam has dissolved.

        Raises
        ------
        InputError
            When there is none of this id.
        """
        with self._lock:
            gone = self.disturbances.pop(disturbance_id, None)
            if gone is None:
                raise InputError(Fault(f"closure {disturbance_id}", "is not known"))
            self._pending.traffic = True
            self._ask("traffic_clears", f"{gone.name or 'the street'} is open again")

    def fail_charger(self, charger_id: str) -> None:
        """A charger is out of order."""
        with self._lock:
            self._check_charger(charger_id)
            if charger_id in self.broken:
                return
            self.broken.add(charger_id)
            self._pending.works.discard(charger_id)
            if charger_id in {station.id for station in self.problem.stations}:
                self._pending.broken.add(charger_id)
            self._ask("charger_failed", f"{self._charger_name(charger_id)} is out of order", stations=[charger_id])

    def repair_charger(self, charger_id: str) -> None:
        """A charger works again."""
        with self._lock:
            self._check_charger(charger_id)
            if charger_id not in self.broken:
                return
            self.broken.discard(charger_id)
            self._pending.broken.discard(charger_id)
            if charger_id not in {station.id for station in self.problem.stations}:
                self._pending.works.add(charger_id)
            self._ask("charger_works", f"{self._charger_name(charger_id)} works again", stations=[charger_id])

    def lock(self, order_id: str, van_id: str | None = None, *, locked: bool = True) -> None:
        """
        Tie an order to a van (the one it is planned for), or let it go again.

        Raises
        ------
        ConflictError
            When the order is on no van and none is named, or its parcel is on another van.
        """
        with self._lock:
            order = self._open_order(order_id)
            van_id = van_id or order.van_id
            if locked and van_id is None:
                raise ConflictError(f"order {order_id} is on no van yet: say which one it is to be locked to")
            if van_id is not None and van_id not in self.vans:
                raise InputError(Fault(f"van {van_id}", "is not known"))
            self._check_onboard(order_id, van_id if locked else None)
            order.locked = locked
            self._pending.locks[order_id] = van_id if locked else None
            text = f"order {order_id} is locked to {van_id}" if locked else f"order {order_id} may change vans again"
            moves = locked and van_id != order.van_id
            self._ask("lock" if locked else "unlock", text, orders=[order_id], after_s=0.0 if moves else inf)

    def move(self, order_id: str, van_id: str, *, before: str | None = None) -> Replanned:
        """
        Put an order into the round of a van by hand, before another order or where it fits best; it stays there.

        Raises
        ------
        ConflictError
            When the van cannot drive its round with it.
        """
        with self._lock:
            order = self._open_order(order_id)
            if van_id not in self.vans:
                raise InputError(Fault(f"van {van_id}", "is not known"))
            self._check_onboard(order_id, van_id)

            def wanted(problem: Problem, rounds: Rounds) -> Rounds:
                place = None
                if before is not None:
                    ids = [visit.id for visit in rounds.without([order_id]).of(van_id)]
                    if before not in ids:
                        raise ConflictError(f"order {before} is not ahead of van {van_id}")
                    place = ids.index(before)
                return placed(problem, rounds, order_id, van_id, place)

            text = f"order {order_id} was moved to {van_id} by hand"
            event = Event("manual_move", text, orders=frozenset({order_id}))
            locks = self._pending.locks | {order_id: van_id}
            found = self._take(lambda p, plan, c, e: as_given(p, plan, self._now_s, c, e, wanted), [event], locks=locks)
            order.locked = True
            return found

    def undo(self) -> Replanned:
        """
        Take the last change of the plan back, as far as it is not driven.

        Raises
        ------
        ConflictError
            When there is none, or the vans can no longer drive the old rounds.
        """
        with self._lock:
            if not self.changes:
                raise ConflictError("there is no change to take back")
            last = self.changes[-1]
            locks: dict[str, str | None] = {
                order_id: None for order_id, o in self.orders.items() if o.locked and order_id not in last.locked
            }

            def wanted(problem: Problem, rounds: Rounds) -> Rounds:
                before = last.replanned.before
                fresh = {o.id for o in problem.orders} - set(before.van_of()) - before.unserved
                stay_put = {
                    van: (*before.of(van), *(v for v in rounds.of(van) if v.kind == "stop" and v.id in fresh))
                    for van in before.by_van.keys() | rounds.by_van.keys()
                }
                return Rounds(stay_put, before.unserved)

            event = Event("routine", "the last change was taken back")
            open_locks = {k: v for k, v in locks.items() if k in {o.id for o in self.problem.orders}}
            found = self._take(
                lambda p, plan, c, e: as_given(p, plan, self._now_s, c, e, wanted), [event], locks=open_locks
            )
            for order_id in open_locks:
                self.orders[order_id].locked = False
            # What was undone and what undid it are no changes to take back.
            del self.changes[-2:]
            return found

    def tap(self, van_id: str, kind: str, order_id: str, text: str = "") -> None:
        """
        What a driver says: ``arrived`` at an order, ``done`` with it, or an ``issue`` that keeps it from being served.

        Raises
        ------
        ConflictError
            When another stop is the van's next one.
        """
        with self._lock:
            van = self.vans.get(van_id)
            if van is None:
                raise InputError(Fault(f"van {van_id}", "is not known"))
            if kind not in ("arrived", "done", "issue"):
                raise InputError(Fault("kind", f"{kind!r} is none of arrived, done and issue"))
            if kind == "issue":
                self._open_order(order_id)
                self.cancel(order_id, issue=text or "could not be served")
                self.replan()
                return
            step = van.step
            if step is None or step.kind not in STOPS or self.problem.orders[step.index].id != order_id:
                following = self.name_of(step) if step else ""
                raise ConflictError(f"the next stop of {van_id} is {following or 'none'}, not order {order_id}")
            if van.drive is not None:
                van.cut_short(self._now_s)
                self._move_on(van)
            if kind == "done":
                van.steps[van.at] = replace(van.steps[van.at], departure=self._now_s)
                self._leave(van)
            self._tell("tap", f"{van_id}: order {order_id} {kind}", van=van_id, order=order_id)

    def replan(self) -> None:
        """Plan anew now."""
        with self._lock:
            if not self._pending.events:
                self._pending.events.append(Event("routine", "planned anew by the dispatcher"))
            self._replan()

    # For those who look at it.

    def events_since(self, last_id: int) -> tuple[LogEntry, ...]:
        """What happened after entry ``last_id`` of the log."""
        return self.log.since(last_id)

    def clock(self, unix_s: float) -> str:
        """An instant as the clock at the depot shows it."""
        return datetime.fromtimestamp(unix_s, UTC).astimezone(self.built.conditions.zone).strftime("%H:%M")

    def etas(self) -> dict[str, float]:
        """When service at the last stop of each open order is expected to begin."""
        found = {}
        for van in self.vans.values():
            for step in van.steps[van.at :]:
                if step.kind in STOPS:
                    found[self.problem.orders[step.index].id] = step.start
        return found

    # Inside.

    def _announce(self, order: Order, now_s: float) -> None:
        routing = next(o for o in self.built.problem.orders if o.id == order.id)
        locations = tuple(stop.location for stop in routing.stops)
        self.orders[order.id] = OrderDay(order, now_s, locations, tuple(stop.windows for stop in routing.stops))

    def _open_order(self, order_id: str) -> OrderDay:
        order = self.orders.get(order_id)
        if order is None:
            raise InputError(Fault(f"order {order_id}", "is not known"))
        if order.done_s is not None or order.cancelled:
            raise ConflictError(f"order {order_id} is {'cancelled' if order.cancelled else 'done'}")
        return order

    def _check_onboard(self, order_id: str, van_id: str | None) -> None:
        """A parcel that is on a van can be locked to no other one."""
        carrier = self.carriers().get(order_id)
        if van_id is not None and carrier not in (None, van_id):
            raise ConflictError(f"the parcel of order {order_id} is on {carrier}")

    def carriers(self) -> dict[str, str]:
        """The van of every order whose parcel is on board."""
        under_way = {vehicle.id for vehicle in self.problem.vehicles if vehicle.under_way}
        found = {}
        for van in self.vans.values():
            is_loaded = van.id in under_way or van.phase(self._now_s) == "loading"
            ahead = van.trip_ahead(is_loaded=is_loaded)
            to_collect = {step.index for step in ahead if step.kind == "pickup"}
            for step in ahead:
                order = self.problem.orders[step.index] if step.kind in STOPS else None
                if order is None or step.kind == "pickup" or step.index in to_collect:
                    continue
                if order.is_shipment or any(order.delivery):
                    found[order.id] = van.id
        return found

    def _check_charger(self, charger_id: str) -> None:
        if charger_id not in self._stations:
            raise InputError(Fault(f"charger {charger_id}", "is not known"))

    def _charger_name(self, charger_id: str) -> str:
        is_depot = any(van.depot.id == charger_id for van in self.built.vans)
        return f"the charge point at the {charger_id}" if is_depot else charger_id

    def _disturb(self, kind: str, edges: tuple[int, ...], factor: float, until_s: float) -> Disturbance:
        name = street_name(self.built.city.graph, edges)
        number = self.version + len(self.log) + 1
        one = Disturbance(
            f"{kind}-{number}", "closure" if kind == "closure" else "jam", name, edges, factor, self._now_s, until_s
        )
        self.disturbances[one.id] = one
        self._pending.traffic = True
        until = f" until {self.clock(until_s)}" if isfinite(until_s) else ""
        self._ask("closure" if kind == "closure" else "jam", one.text + until)
        return one

    def _ask(
        self,
        kind: EventKind,
        text: str,
        *,
        orders: Iterable[str] = (),
        stations: Iterable[str] = (),
        vans: Iterable[str] = (),
        after_s: float = 0.0,
    ) -> None:
        """Write an event down and have it taken into a plan, at the latest after a while."""
        event = Event(kind, text, frozenset(orders), frozenset(vans), frozenset(stations))
        self._pending.events.append(event)
        self._pending.due_s = min(self._pending.due_s, self._now_s + after_s)
        self._tell(kind, text, **({"orders": sorted(event.orders)} if event.orders else {}))

    def _tell(self, kind: str, text: str, **data: object) -> None:
        self.version += 1
        self.log.add(self._now_s, kind, text, **data)

    def _next_s(self, van: VanDay) -> float:
        step = van.step
        waits = self.policy.confirm and van.drive is None and step is not None and step.kind in STOPS
        return inf if waits else van.next_s()

    def _wait_for_drivers(self) -> None:
        """Stops that nobody has confirmed go on."""
        for van in self.vans.values():
            step = van.step
            if van.drive is None and step is not None and step.kind in STOPS and step.departure <= self._now_s:
                van.steps[van.at] = replace(step, departure=self._now_s + _PATIENCE_S)
                van.expect_after(self.problem)

    def _move_on(self, van: VanDay) -> None:
        """The next thing a van does."""
        self.version += 1
        if van.drive is None:
            self._leave(van)
            return
        step = van.arrive(self.problem, lambda step, planned_s: self.motion.standing_s(van.id, step, planned_s))
        if step.kind == "charge":
            station = self.problem.stations[step.index].id
            self._tell("charging", f"{van.id} charges at {station} until {self.clock(step.departure)}", van=van.id)
        elif step.kind == "end":
            self._tell("home", f"{van.id} is back", van=van.id)
        self._watch(van)

    def _leave(self, van: VanDay) -> None:
        """A van is done with the step it is at and drives on."""
        step = van.steps[van.at]
        name = self.name_of(step)
        location, load_g = step.location, step.load[0] if step.load else 0.0
        van.leave(name)
        if step.kind in STOPS:
            self._served(van, step, name)
        elif step.kind in ("start", "reload"):
            self._tell("departed", f"{van.id} leaves {self.problem.locations[location].name}", van=van.id)
        target = van.steps[van.at].location
        if target == location:
            van.set_off(self.problem, stay(self.built, target, self._now_s))
        else:
            source = self.built.places[location].snap
            drive = self.motion.drive(self.built, van.vehicle, source, target, self._now_s, load_g)
            van.set_off(self.problem, drive)

    def _served(self, van: VanDay, step: Step, order_id: str) -> None:
        order = self.orders[order_id]
        order.van_id = van.id
        stop = len(order.promised) - 1 if step.kind != "pickup" else 0
        windows = order.promised[stop]
        late_s = max(step.start - windows[-1][1], 0.0) if windows else 0.0
        order.late_s = max(order.late_s, late_s if late_s > 1.0 else 0.0)
        what = "collected" if step.kind == "pickup" or order.order.kind == "pickup" else "delivered"
        if step.kind != "pickup":
            order.done_s = step.departure
        late = f", {late_s / 60:.0f} min late" if late_s >= 60.0 else ""
        self._tell("served", f"{van.id}: order {order_id} {what}{late}", van=van.id, order=order_id)

    def name_of(self, step: Step) -> str:
        """Id of the order or the station of a step of the present plan; empty for others."""
        if step.kind in STOPS:
            return self.problem.orders[step.index].id
        return self.problem.stations[step.index].id if step.kind == "charge" else ""

    def _watch(self, van: VanDay) -> None:
        """Plan anew when a van is going to be late."""
        worst = 0.0
        for step in van.steps[van.at :]:
            if step.kind in STOPS:
                windows = windows_of(self.problem, step)
                worst = max(worst, step.start - windows[-1][1] if windows else 0.0)
        if worst > self.policy.late_s and self._now_s >= self._late_replan_s + self.policy.late_every_s:
            self._late_replan_s = self._now_s
            self._ask("van_late", f"{van.id} is going to be {worst / 60:.0f} min late", vans=[van.id])

    # Planning.

    def _replan(self) -> None:
        """Take what is pending into a new plan; when that is impossible the old one goes on."""
        effort, now_s = self.policy.effort, self._now_s
        try:
            self._take(lambda p, plan, c, e: replan(p, plan, now_s, c, e, effort), ())
        except (ConflictError, InputError) as error:
            orders = self._pending.orders
            self._pending = _Pending(orders=orders, due_s=now_s + _RETRY_S if orders else inf)
            self._tell("conflict", f"no new plan could be made: {error}")

    def _take(
        self, make: _Make, events: Sequence[Event], *, locks: Mapping[str, str | None] | None = None
    ) -> Replanned:
        """Make a plan of what is pending and put it in force."""
        pending = self._pending
        before_s = self.etas()
        if pending.traffic:
            zero = self.built.conditions.midnight_s
            known = overrides_of(self._morning, self.disturbances.values(), zero)
            self.built = with_overrides(self.built, known, from_s=self._now_s)
            self._reroute()
        by_id = {order.id: order for order in self.built.problem.orders}
        open_ids = {order.id for order in self.problem.orders}
        size = len(self.problem.locations)
        has_news = pending.traffic or len(self.built.problem.locations) > size
        changes = Changes(
            orders=tuple(by_id[order_id] for order_id in pending.orders),
            locations=self.built.problem.locations[size:],
            metrics=self.built.problem.metrics if has_news else None,
            cancelled=frozenset(pending.cancelled & open_ids),
            locks={k: v for k, v in (locks or pending.locks).items() if k in open_ids or k in pending.orders},
            broken=frozenset(pending.broken),
            stations=tuple(self._stations[k] for k in sorted(pending.works)),
        )
        told = (*pending.events, *events)
        locked = frozenset(order_id for order_id, order in self.orders.items() if order.locked)
        began = time.perf_counter()
        found = make(self._actual(), self._driven(), changes, told)
        took_s = time.perf_counter() - began
        self._pending = _Pending()
        self._adopt(found.problem, found.plan)
        self.changes.append(Change(len(self.log) + 1, self._now_s, told, found, before_s, locked, took_s))
        del self.changes[:-20]
        late = f", {len(found.late_allowed)} will be late" if found.late_allowed else ""
        self._tell("replan", f"planned anew: {len(found.moves)} stops moved{late}")
        return found

    def _adopt(self, problem: Problem, plan: Plan) -> None:
        """Put a plan in force."""
        committed = {van.id: self.name_of(van.step) if van.step else "" for van in self.vans.values()}
        self.problem, self.plan = problem, plan
        routes = {problem.vehicles[route.vehicle].id: route for route in plan.routes}
        vehicles = {vehicle.id: vehicle for vehicle in problem.vehicles}
        for van in self.vans.values():
            van.adopt(problem, routes.get(van.id), vehicles.get(van.id), self._now_s, committed[van.id])
            if van.drive is not None and van.steps:
                van.set_off(problem, van.drive)
            elif van.steps:
                van.expect_after(problem)
        reasons = {problem.orders[u.order].id: u.reasons[0].text if u.reasons else "" for u in plan.unserved}
        serving = {
            problem.orders[step.index].id: van.id
            for van in self.vans.values()
            for step in van.steps
            if step.kind in STOPS
        }
        for order_id, order in self.orders.items():
            if order.done_s is None:
                order.van_id = serving.get(order_id)
                order.reason = reasons.get(order_id, "")
        self.version += 1

    def _reroute(self) -> None:
        """Vans on the road look for the best way in the new traffic."""
        for van in self.vans.values():
            drive = van.drive
            place = drive.place(self.built, self._now_s) if drive is not None else None
            if drive is None or place is None or drive.arrives_s - self._now_s < 5.0:
                continue
            step = van.steps[van.at - 1] if van.at > 0 else None
            load_g = step.load[0] if step is not None and step.load else 0.0
            rest = self.motion.drive(self.built, van.vehicle, place, drive.target, self._now_s, load_g)
            van.turn_to(rest, self._now_s)
            van.set_off(self.problem, rest)

    def _driven(self) -> Plan:
        """The plan as it was driven and is expected to go on."""
        index = {vehicle.id: k for k, vehicle in enumerate(self.problem.vehicles)}
        routes = tuple(
            Route(index[van.id], van.driven(), 0.0, 0.0, 0.0, 0.0, 0.0)
            for van in self.vans.values()
            if van.steps and van.id in index
        )
        return replace(self.plan, routes=routes)

    def _actual(self) -> Problem:
        """The problem with vans at the depot, or on their way there, as full and as free as they really are."""
        vehicles = []
        for vehicle in self.problem.vehicles:
            van = self.vans[vehicle.id]
            battery, base = vehicle.battery, van.vehicle.battery
            if battery is not None and base is not None:
                battery = replace(battery, reserve=base.reserve, end_min=base.end_min)
                if van.at == 0 or van.is_home:
                    drawn = van.drive.drawn_wh if van.drive is not None else 0.0
                    battery = replace(battery, start=min(max(van.soc_wh - drawn, 0.0), battery.capacity))
            free_s = van.free_s()
            shift = (max(vehicle.shift[0], free_s), max(vehicle.shift[1], free_s))
            vehicles.append(replace(vehicle, battery=battery, shift=shift))
        return replace(self.problem, vehicles=tuple(vehicles))

    @property
    def morning(self) -> Overrides:
        """Traffic beyond the usual as it was known when the day began."""
        return self._morning
