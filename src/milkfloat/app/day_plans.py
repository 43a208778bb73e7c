"""How a running day gets its next plan: what is pending goes in, vans and orders learn what comes out."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from math import inf
from typing import TypeAlias

from milkfloat.app.build import with_overrides
from milkfloat.app.day_state import Change, DayState, Pending
from milkfloat.app.day_traffic import overrides_of
from milkfloat.app.day_van import STOPS, VanDay, windows_of
from milkfloat.dispatch.change import Changes
from milkfloat.dispatch.events import Event, EventKind
from milkfloat.dispatch.replan import Replanned, replan
from milkfloat.errors import ConflictError, InputError
from milkfloat.routing.plan import Plan, Route
from milkfloat.routing.problem import Problem

_Make: TypeAlias = Callable[[Problem, Plan, Changes, Sequence[Event]], Replanned]

# For matrices in new traffic; their result does not depend on it.
_THREADS = 2
# A plan that cannot be made is tried again after this.
_RETRY_S = 600.0


class DayPlans(DayState):
    """A day that can be planned anew."""

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
        self.pending.events.append(event)
        self.pending.due_s = min(self.pending.due_s, self._now_s + after_s)
        self._tell(kind, text, **({"orders": sorted(event.orders)} if event.orders else {}))

    def _watch(self, van: VanDay) -> None:
        """Plan anew when a van is going to be late."""
        worst = 0.0
        for step in van.steps[van.at :]:
            if step.kind in STOPS:
                windows = windows_of(self.problem, step)
                worst = max(worst, step.start - windows[-1][1] if windows else 0.0)
        if worst > self.policy.late_s and self._now_s >= self.late_replan_s + self.policy.late_every_s:
            self.late_replan_s = self._now_s
            self._ask("van_late", f"{van.id} is going to be {worst / 60:.0f} min late", vans=[van.id])

    def _replan(self) -> None:
        """Take what is pending into a new plan; when that is impossible the old one goes on."""
        effort, now_s = self.policy.effort, self._now_s
        try:
            self._take(lambda p, plan, c, e: replan(p, plan, now_s, c, e, effort), ())
        except (ConflictError, InputError) as error:
            orders = self.pending.orders
            self.pending = Pending(orders=orders, due_s=now_s + _RETRY_S if orders else inf)
            self._tell("conflict", f"no new plan could be made: {error}")

    def _take(
        self, make: _Make, events: Sequence[Event], *, locks: Mapping[str, str | None] | None = None
    ) -> Replanned:
        """Make a plan of what is pending and put it in force."""
        pending = self.pending
        before_s = self.etas()
        if pending.traffic:
            zero = self.built.conditions.midnight_s
            known = overrides_of(self._morning, self.disturbances.values(), zero)
            self.built = with_overrides(self.built, known, from_s=self._now_s, threads=_THREADS)
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
        self.pending = Pending()
        self._adopt(found.problem, found.plan)
        self.changes.append(
            Change(len(self.log) + 1, self._now_s, told, found.before, found.moves, before_s, locked, took_s)
        )
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
