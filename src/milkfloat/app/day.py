"""
A day that runs: orders come in, vans drive, traffic changes, and the plan follows.

The day is moved on by `LiveDay.advance` and told the time by it; nothing here looks at a clock or waits for one. So the
same code runs a day in the streets, where time passes by itself, and one in a simulation. All methods may be called
from any thread.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from math import inf, isfinite

from milkfloat.app.day_motion import stay
from milkfloat.app.day_orders import with_orders
from milkfloat.app.day_plans import DayPlans
from milkfloat.app.day_state import GRACE_S, Change, OrderDay, Policy
from milkfloat.app.day_traffic import Disturbance, street_at, street_name
from milkfloat.app.day_van import STOPS, VanDay
from milkfloat.dispatch.events import Event
from milkfloat.dispatch.place import placed
from milkfloat.dispatch.replan import Replanned, as_given
from milkfloat.dispatch.rounds import Rounds
from milkfloat.errors import ConflictError, Fault, InputError
from milkfloat.fleet.orders import Order
from milkfloat.routing.plan import Step
from milkfloat.routing.problem import Problem
from milkfloat.routing.solve import solve

__all__ = ["GRACE_S", "Change", "LiveDay", "OrderDay", "Policy"]

# A driver who has not said that a stop is over is taken to need so much longer.
_PATIENCE_S = 60.0


class LiveDay(DayPlans):
    """
    The running day.

    See `milkfloat.app.day_state.DayState` for what it is made with.
    """

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
                next_s, due_s = self._next_s(van), self.pending.due_s
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
                    more = with_orders(self.built, others, now_s=self._now_s, threads=2)
                except InputError as error:
                    if not expected:
                        raise
                    faults = error.faults
                else:
                    self.built, faults = more.built, more.faults
                    taken += more.added
            for order in taken:
                self.announce(order, self._now_s)
                self.pending.orders.append(order.id)
                text = f"order {order.id} came in at {self.clock(self._now_s)}"
                self._ask("new_order", text, orders=[order.id], after_s=self.policy.batch_s)
            return faults

    def cancel(self, order_id: str, *, issue: str = "") -> None:
        """Take an order out of the day; with an issue when a driver could not serve it."""
        with self._lock:
            order = self._open_order(order_id)
            if order_id in self.pending.orders:
                self.pending.orders.remove(order_id)
            else:
                self.pending.cancelled.add(order_id)
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
            self.pending.traffic = True
            self._ask("traffic_clears", f"{gone.name or 'the street'} is open again")

    def fail_charger(self, charger_id: str) -> None:
        """A charger is out of order."""
        with self._lock:
            self._check_charger(charger_id)
            if charger_id in self.broken:
                return
            self.broken.add(charger_id)
            self.pending.works.discard(charger_id)
            if charger_id in {station.id for station in self.problem.stations}:
                self.pending.broken.add(charger_id)
            self._ask("charger_failed", f"{self._charger_name(charger_id)} is out of order", stations=[charger_id])

    def repair_charger(self, charger_id: str) -> None:
        """A charger works again."""
        with self._lock:
            self._check_charger(charger_id)
            if charger_id not in self.broken:
                return
            self.broken.discard(charger_id)
            self.pending.broken.discard(charger_id)
            if charger_id not in {station.id for station in self.problem.stations}:
                self.pending.works.add(charger_id)
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
            self.pending.locks[order_id] = van_id if locked else None
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
            locks = self.pending.locks | {order_id: van_id}
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
                before = last.before
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
            if not self.pending.events:
                self.pending.events.append(Event("routine", "planned anew by the dispatcher"))
            self._replan()

    # Inside.

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
        self.pending.traffic = True
        until = f" until {self.clock(until_s)}" if isfinite(until_s) else ""
        self._ask("closure" if kind == "closure" else "jam", one.text + until)
        return one

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
