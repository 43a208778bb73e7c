"""One van of a running day: what it has done, where it is in its round, and when it will be where."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from math import inf

import numpy as np

from milkfloat.app.day_motion import Drive
from milkfloat.dispatch.live import Phase
from milkfloat.routing.plan import Route, Step, StepKind
from milkfloat.routing.problem import Problem, Vehicle, Window

STOPS = ("job", "pickup", "delivery")
"""Kinds of steps at customers."""
_BUSY: dict[str, Phase] = {
    "charge": "charging",
    "reload": "loading",
    "start": "loading",
    "break": "break",
    "end": "off",
}


@dataclass(frozen=True, slots=True)
class Done:
    """
    A step that is over.

    Attributes
    ----------
    id
        Of the order, the station or the break; empty for the depot.
    distance_m
        Driven since the begin of the day, on arrival.
    soc_wh
        On arrival.
    """

    kind: StepKind
    id: str
    location: int
    arrival_s: float
    start_s: float
    departure_s: float
    distance_m: float
    soc_wh: float
    charge_wh: float = 0.0


@dataclass(slots=True)
class VanDay:
    """
    A van.

    Attributes
    ----------
    index
        Of the van in the first problem of the day: orders, vans and places keep their numbers there.
    vehicle
        The van as the day began with it.
    soc_wh
        When it last arrived or left somewhere.
    distance_m
        Driven so far, whole drives only.
    done
        What it has done.
    planned
        Its route in the present plan, empty without one.
    steps
        The same route with the times as they were and are expected to be; the first ``at`` steps are over.
    at
        The step it is at or drives to.
    drive
        The drive it is on.
    """

    index: int
    vehicle: Vehicle
    soc_wh: float
    distance_m: float = 0.0
    drawn_wh: float = 0.0
    done: list[Done] = field(default_factory=list)
    planned: tuple[Step, ...] = ()
    steps: list[Step] = field(default_factory=list)
    at: int = 0
    drive: Drive | None = None

    @property
    def id(self) -> str:
        """Id of the van."""
        return self.vehicle.id

    @property
    def step(self) -> Step | None:
        """The step it is at or drives to."""
        return self.steps[self.at] if self.steps else None

    @property
    def location(self) -> int:
        """Where it is, or goes."""
        if self.drive is not None:
            return self.drive.target
        return self.step.location if self.step else (self.done[-1].location if self.done else self.vehicle.start)

    @property
    def is_home(self) -> bool:
        """Whether it has come to the end of its route."""
        return self.drive is None and (not self.steps or self.at == len(self.steps) - 1)

    def free_s(self) -> float:
        """When a van that has not begun its route can begin it; minus infinity where nothing holds it."""
        if self.at > 0:
            return -inf
        if self.steps and self.steps[0].kind == "pickup":
            return self.steps[0].departure
        return self.drive.arrives_s if self.drive is not None else -inf

    def driven(self) -> tuple[Step, ...]:
        """Its steps as a route of the present plan, where a pickup that counts as done is where the route begins."""
        first = self.steps[0]
        if first.kind == "pickup":
            first = replace(first, kind="start", index=-1, arrival=first.departure, start=first.departure)
        return (first, *self.steps[1:])

    def trip_ahead(self, *, is_loaded: bool) -> list[Step]:
        """
        Stops before the van comes to the depot again.

        Parameters
        ----------
        is_loaded
            Whether what it waits to leave the depot with is on board already.
        """
        step = self.step
        if step is None:
            return []
        at_depot = step.kind in ("start", "reload")
        if at_depot and (self.drive is not None or not is_loaded):
            return []
        found = []
        for ahead in self.steps[self.at + at_depot :]:
            if ahead.kind in ("reload", "end"):
                break
            found.append(ahead)
        return found

    def next_s(self) -> float:
        """When its state changes next; infinity when it does not."""
        if self.drive is not None:
            return self.drive.arrives_s
        return inf if self.is_home else self.steps[self.at].departure

    def phase(self, now_s: float) -> Phase:
        """What it does."""
        if self.drive is not None:
            return "driving"
        step = self.step
        if step is None or self.is_home:
            return "off" if self.done else "idle"
        if now_s < step.start:
            return "idle" if step.kind in ("start", "reload") else "waiting"
        return _BUSY.get(step.kind, "serving")

    def soc_now(self, now_s: float) -> float:
        """Energy in its battery."""
        if self.drive is not None:
            return self.soc_wh - self.drive.share(now_s) * self.drive.drawn_wh
        step = self.step
        if step is not None and step.kind == "charge" and step.departure > step.start:
            part = min(max((now_s - step.start) / (step.departure - step.start), 0.0), 1.0)
            return self.soc_wh + part * step.charge
        return self.soc_wh

    def distance_now(self, now_s: float) -> float:
        """Metres driven."""
        return self.distance_m + (self.drive.share(now_s) * self.drive.distance_m if self.drive else 0.0)

    # Changes of state.

    def adopt(
        self, problem: Problem, route: Route | None, vehicle: Vehicle | None, now_s: float, committed: str
    ) -> None:
        """
        Take a new route; what the van is committed to goes on as it was.

        Parameters
        ----------
        committed
            Order of the step it is at or drives to, if it is one of a customer.
        """
        before = self.step
        self.planned = route.steps if route else ()
        self.steps = list(self.planned)
        self.at = 0
        if not self.steps or vehicle is None:
            return
        if vehicle.frozen and before is not None:
            self.at = 1
            self.steps[0] = replace(self.steps[0], arrival=now_s, start=now_s, departure=now_s)
            kept = {name: getattr(before, name) for name in ("arrival", "start", "departure", "soc", "charge")}
            self.steps[1] = replace(self.steps[1], **kept)
        elif vehicle.under_way and before is not None and before.kind == "pickup":
            # The plan begins when the pickup is over, with the parcel on board.
            index = next((k for k, order in enumerate(problem.orders) if order.id == committed), None)
            if index is not None:
                self.steps[0] = replace(before, index=index)
                self.planned = (self.steps[0], *self.planned[1:])
        elif vehicle.under_way and before is not None and self.drive is None and before.kind in ("start", "reload"):
            # It loads: the parcels are fixed, and so is when it began.
            self.steps[0] = replace(self.steps[0], arrival=before.arrival, start=before.start)

    def expect(self, problem: Problem) -> None:
        """Work out when the rest of the round will happen; the arrival at the next step is known."""
        self.steps[self.at] = self._timed(problem, self.at)
        self.expect_after(problem)

    def expect_after(self, problem: Problem) -> None:
        """Work out what follows the step the van is at, as the plan has it, from when that will be over."""
        for k in range(self.at + 1, len(self.steps)):
            before, planned_before = self.steps[k - 1], self.planned[k - 1]
            planned = self.planned[k]
            arrival = before.departure + max(planned.arrival - planned_before.departure, 0.0)
            soc = planned.soc
            if before.soc is not None and planned.soc is not None and planned_before.soc is not None:
                drawn = planned_before.soc + planned_before.charge - planned.soc
                soc = max(before.soc + before.charge - drawn, 0.0)
            self.steps[k] = replace(self.steps[k], arrival=arrival, soc=soc)
            self.steps[k] = self._timed(problem, k)

    def _timed(self, problem: Problem, k: int) -> Step:
        vehicle = next((van for van in problem.vehicles if van.id == self.id), self.vehicle)
        return timed(problem, vehicle, self.planned[k], self.steps[k])

    def arrive(self, problem: Problem, standing: Callable[[Step, float], float]) -> Step:
        """Come to the end of the drive; the step it arrives at, timed anew."""
        drive = self.drive
        assert drive is not None
        now_s = drive.arrives_s
        self.soc_wh = max(self.soc_wh - drive.drawn_wh, 0.0)
        self.distance_m += drive.distance_m
        self.drawn_wh += drive.drawn_wh
        self.drive = None
        step = self.step
        if step is None:
            # Home, and nothing to do there.
            home = Step("end", drive.target, -1, now_s, now_s, now_s, self.distance_m, (), self.soc_wh)
            self.done.append(self._done(home, ""))
            return home
        self.steps[self.at] = replace(step, arrival=now_s, soc=self.soc_wh)
        here = self._timed(problem, self.at)
        if here.kind in STOPS:
            here = replace(here, departure=here.start + standing(here, here.departure - here.start))
        self.steps[self.at] = here
        self.expect_after(problem)
        if here.kind == "end":
            self.done.append(self._done(here, ""))
        return here

    def leave(self, name: str) -> Done:
        """Be done with the step the van is at; it stands there without a drive."""
        here = self.steps[self.at]
        finished = self._done(here, name)
        self.done.append(finished)
        self.soc_wh += here.charge
        self.at += 1
        return finished

    def set_off(self, problem: Problem, drive: Drive) -> None:
        """Begin to drive to the next step, or go on another way."""
        self.drive = drive
        if self.steps:
            soc = max(self.soc_wh - drive.drawn_wh, 0.0)
            self.steps[self.at] = replace(self.steps[self.at], arrival=drive.arrives_s, soc=soc)
            self.expect(problem)

    def turn_to(self, rest: Drive, now_s: float) -> None:
        """Go on another way; what is driven is driven."""
        if self.drive is not None:
            share = self.drive.share(now_s)
            self.soc_wh = max(self.soc_wh - share * self.drive.drawn_wh, 0.0)
            self.drawn_wh += share * self.drive.drawn_wh
            self.distance_m += share * self.drive.distance_m
        self.drive = rest

    def cut_short(self, now_s: float) -> None:
        """The van is there already, sooner or later than was thought."""
        if self.drive is not None:
            whole = self.drive.arrives_s - self.drive.departs_s
            part = (self.drive.times_s - self.drive.departs_s) / whole if whole > 0 else 0.0
            times_s = self.drive.departs_s + part * (now_s - self.drive.departs_s)
            self.drive = replace(self.drive, times_s=times_s + np.zeros_like(self.drive.times_s))

    def _done(self, step: Step, name: str) -> Done:
        return Done(
            step.kind,
            name,
            step.location,
            step.arrival,
            step.start,
            step.departure,
            self.distance_m,
            self.soc_wh,
            step.charge,
        )


def as_done(step: Step, name: str) -> Done:
    """A step that is expected, in the words of those that are over."""
    soc_wh = inf if step.soc is None else step.soc
    times_s = step.arrival, step.start, step.departure
    return Done(step.kind, name, step.location, *times_s, step.distance, soc_wh, step.charge)


def timed(problem: Problem, vehicle: Vehicle, planned: Step, step: Step) -> Step:
    """A step whose arrival is known, with the times that follow."""
    arrival = step.arrival
    if step.kind in STOPS:
        windows = windows_of(problem, step)
        start = earliest(windows, arrival + max(planned.start - planned.arrival - _wait(planned, windows), 0.0))
        return replace(step, start=start, departure=start + planned.departure - planned.start)
    if step.kind in ("start", "reload"):
        # A van that comes early leaves when it was to leave, not before; one that comes late still has to load.
        loading = vehicle.load_time if step.kind == "start" else vehicle.reload_time
        start = max(arrival, planned.start) if step.kind == "start" else arrival
        return replace(step, start=start, departure=max(planned.departure, arrival + loading))
    if step.kind == "charge":
        return _charged(problem, vehicle, planned, step)
    if step.kind == "break":
        start = max(arrival, planned.start)
        return replace(step, start=start, departure=start + planned.departure - planned.start)
    return replace(step, start=arrival, departure=arrival)


def windows_of(problem: Problem, step: Step) -> tuple[Window, ...]:
    """Windows of a stop; a pickup that counts as done in the plan has none."""
    order = problem.orders[step.index]
    if step.kind == "pickup" and not order.is_shipment:
        return ()
    return order.stops[1 if step.kind == "delivery" else 0].windows


def _wait(planned: Step, windows: Sequence[Window]) -> float:
    """Seconds the plan waits for a window to open; the rest before service is set-up."""
    opens = {early for early, _ in windows}
    return planned.start - planned.arrival if planned.start in opens else 0.0


def _charged(problem: Problem, vehicle: Vehicle, planned: Step, step: Step) -> Step:
    """A charge as long as it takes with what is in the battery on arrival."""
    battery, station = vehicle.battery, problem.stations[step.index]
    curve = battery.curves[station.kind] if battery and battery.curves else None
    if curve is None or battery is None or step.soc is None:
        return replace(step, start=step.arrival, departure=step.arrival + planned.departure - planned.arrival)
    # Charged up to what was planned: more where it came with less, less where it came with more.
    top = min((planned.soc or 0.0) + planned.charge, curve.energy[-1])
    charge = max(top - step.soc, 0.0)
    from_s, until_s = np.interp([step.soc, step.soc + charge], curve.energy, curve.time).tolist()
    leaves = step.arrival + station.access_time + until_s - from_s
    return replace(step, start=step.arrival, departure=leaves, charge=charge)


def earliest(windows: Sequence[Window], ready: float) -> float:
    """The first instant from ``ready`` on that lies in a window; ``ready`` itself when all are over."""
    return next((max(ready, early) for early, late in windows if ready <= late), ready)
