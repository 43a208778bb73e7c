"""One route of a plan, driven again step by step; part of the checker."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import pairwise

from milkfloat.routing.measure import Measure
from milkfloat.routing.plan import Route, Step
from milkfloat.routing.problem import Battery, ChargeCurve, Problem, Stop, Visit, Window

_TOLERANCE = 1e-6
_ULPS = 8


@dataclass(frozen=True, slots=True)
class Violation:
    """
    One thing wrong with a plan.

    Attributes
    ----------
    where
        The van and the number of the step, the order, or the plan.
    text
        What is wrong, with the value and the limit.
    """

    where: str
    text: str

    def __str__(self) -> str:
        return f"{self.where}: {self.text}"


def slack_of(*values: float, scale: int = 1) -> float:
    """By how much two numbers of this size may differ."""
    size = max((abs(v) for v in values if math.isfinite(v)), default=0.0)
    return _TOLERANCE + _ULPS * scale * math.ulp(size)


def close(stated: float, computed: float, *, scale: int = 1) -> bool:
    """Whether two numbers are the same, as far as a sum of ``scale`` doubles can tell."""
    return stated == computed or abs(stated - computed) <= slack_of(stated, computed, scale=scale)


def _inside(instant: float, windows: Sequence[Window]) -> bool:
    slack = slack_of(instant)
    return not windows or any(early - slack <= instant <= late + slack for early, late in windows)


def _seconds_to(curve: ChargeCurve, level: float) -> float:
    """Charging time from empty to a level, the inverse of the curve."""
    for (t0, e0), (t1, e1) in pairwise(zip(curve.time, curve.energy, strict=True)):
        if level <= e1:
            return t0 if e1 == e0 else t0 + (t1 - t0) * (level - e0) / (e1 - e0)
    return curve.time[-1]


@dataclass
class RouteCheck:
    """
    Checks one route; after `violations` was run through, ``stops`` holds the stops it visits as (order, stop).

    Attributes
    ----------
    problem, route, measure
        What is checked, and the measure of the van's metric.
    """

    problem: Problem
    route: Route
    measure: Measure
    stops: list[tuple[int, int]] = field(default_factory=list)

    def violations(self) -> Iterator[Violation]:
        """Everything wrong with the route, in the order of its steps."""
        self.van = self.problem.vehicles[self.route.vehicle]
        steps = self.route.steps
        shape = self._shape(steps)
        if shape:
            yield Violation(f"van {self.van.id}", shape)
            return
        yield from self._frozen(steps)
        yield from self._drive(steps)
        yield from self._trips(steps)
        yield from self._breaks(steps)
        yield from self._limits(steps)

    def _at(self, k: int) -> str:
        return f"van {self.van.id} step {k}"

    def _shape(self, steps: Sequence[Step]) -> str:
        """What makes the steps no route at all."""
        if len(steps) < 2 or steps[0].kind != "start" or steps[-1].kind != "end":
            return "a route runs from a start to an end"
        sizes = {
            "job": len(self.problem.orders),
            "pickup": len(self.problem.orders),
            "delivery": len(self.problem.orders),
            "charge": len(self.problem.stations),
            "break": len(self.van.breaks),
        }
        for k, step in enumerate(steps):
            if step.kind in ("start", "end") and k not in (0, len(steps) - 1):
                return f"step {k} is a {step.kind} in the middle of the route"
            if not 0 <= step.location < len(self.problem.locations):
                return f"step {k} is at location {step.location}, which does not exist"
            if not 0 <= step.index < sizes.get(step.kind, math.inf) and step.kind in sizes:
                return f"step {k}: {step.kind} {step.index} does not exist"
            if step.kind in ("job", "pickup", "delivery"):
                shipment = self.problem.orders[step.index].is_shipment
                if shipment == (step.kind == "job"):
                    return f"step {k}: order {self.problem.orders[step.index].id} has no {step.kind}"
        return ""

    def _stop(self, step: Step) -> Stop:
        return self.problem.orders[step.index].stops[1 if step.kind == "delivery" else 0]

    def _frozen(self, steps: Sequence[Step]) -> Iterator[Violation]:
        """Frozen visits come first, in their order."""
        made = [step for step in steps[1:-1] if step.kind in ("job", "pickup", "delivery", "charge", "reload", "break")]
        for k, visit in enumerate(self.van.frozen):
            if k >= len(made) or not self._is(made[k], visit):
                what = f"{visit.kind} {visit.index}"
                yield Violation(f"van {self.van.id}", f"frozen visit {k} ({what}) is not made as its visit {k}")

    def _is(self, step: Step, visit: Visit) -> bool:
        if visit.kind == "stop":
            kinds = ("delivery",) if visit.stop else ("job", "pickup")
            return step.kind in kinds and step.index == visit.index
        if visit.kind == "reload":
            return step.kind == "reload" and step.location == visit.index
        return step.kind == visit.kind and step.index == visit.index

    def _drive(self, steps: Sequence[Step]) -> Iterator[Violation]:
        """Places, times, distances and charge from the start to the end."""
        van = self.van
        if steps[0].location != van.start:
            yield Violation(self._at(0), f"starts at location {steps[0].location} instead of {van.start}")
        if steps[-1].location != (steps[-2].location if van.end is None else van.end):
            yield Violation(self._at(len(steps) - 1), f"ends at location {steps[-1].location} instead of {van.end}")
        loading = 0.0 if van.under_way else van.load_time
        if steps[0].departure - steps[0].start < loading - slack_of(steps[0].departure):
            yield Violation(self._at(0), f"loads for less than {loading:g}")
        if steps[0].start < van.shift[0] - slack_of(steps[0].start):
            yield Violation(self._at(0), f"starts at {steps[0].start:.15g}, before the shift at {van.shift[0]:.15g}")
        if steps[-1].arrival > van.shift[1] + slack_of(steps[-1].arrival):
            yield Violation(
                self._at(len(steps) - 1), f"ends at {steps[-1].arrival:.15g}, after the shift at {van.shift[1]:.15g}"
            )
        level = None if van.battery is None else van.battery.start
        driven = travelled = energy = 0.0
        yield from self._level(0, steps[0], level)
        for k, (here, step) in enumerate(pairwise(steps), start=1):
            leave, travel, distance = here.departure, 0.0, 0.0
            if here.location != step.location:
                travel = self.measure.travel_time(here.location, step.location, leave) / van.speed_factor
                way = here.location, step.location
                distance = self._about(partial(self.measure.distance, *way), leave, step.distance - here.distance)
            driven += distance
            travelled += travel
            if not close(step.arrival, leave + travel):
                yield Violation(self._at(k), f"arrival is stated as {step.arrival:.15g}, it is {leave + travel:.15g}")
            if not close(step.distance, driven, scale=k):
                yield Violation(self._at(k), f"distance is stated as {step.distance:.15g}, it is {driven:.15g}")
            if level is not None and van.battery is not None:
                mass_dimension = self.problem.mass_dimension
                mass = 0.0 if mass_dimension is None or not here.load else here.load[mass_dimension]
                drawn = 0.0
                if here.location != step.location:
                    aux = van.aux_power * travel
                    stated = (here.soc or 0.0) + here.charge - (step.soc or 0.0) - aux
                    way = here.location, step.location
                    drawn = aux + self._about(partial(self.measure.energy, *way, mass=mass), leave, stated)
                energy += drawn
                level = min(level - drawn, van.battery.capacity)
                yield from self._level(k, step, level)
                level += step.charge
                yield from self._charge(k, step, van.battery, level)
            elif step.charge or step.soc is not None:
                yield Violation(self._at(k), "has a charge, the van has no battery")
            yield from self._service(k, step, here)
        if level is not None and van.battery is not None and level < van.battery.end_min - slack_of(level):
            yield Violation(
                self._at(len(steps) - 1), f"ends with {level:.10g}, less than the {van.battery.end_min:g} required"
            )
        for name, stated, computed in (
            ("distance", self.route.distance, driven),
            ("travel time", self.route.travel_time, travelled),
            ("duration", self.route.duration, steps[-1].arrival - steps[0].departure),
            ("energy", self.route.energy, energy),
            ("cost", self.route.cost, self._cost(driven)),
        ):
            if not close(stated, computed, scale=len(steps)):
                yield Violation(f"van {van.id}", f"{name} is stated as {stated:.15g}, it is {computed:.15g}")
        if driven > van.max_distance + slack_of(driven):
            yield Violation(f"van {van.id}", f"drives {driven:.15g}, more than {van.max_distance:g}")
        if travelled > van.max_travel_time + slack_of(travelled):
            yield Violation(f"van {van.id}", f"travels for {travelled:.15g}, more than {van.max_travel_time:g}")

    @staticmethod
    def _about(value: Callable[[float], float], leave: float, stated: float) -> float:
        """
        A value for a departure that is known as well as instants are.

        Values of slices jump. A search for the last departure that is good enough ends at the very jump, so on which
        side of it a stated instant lies is decided by its last digits: there the side counts that was stated.
        """
        slack = slack_of(leave)
        sides = (value(leave), value(leave - slack), value(leave + slack))
        return min(sides, key=lambda side: abs(side - stated))

    def _cost(self, driven: float) -> float:
        steps = self.route.steps
        duration = steps[-1].arrival - steps[0].departure
        objective = self.problem.objective
        if objective == "cost":
            van = self.van
            return van.fixed_cost + van.cost_per_distance * driven + van.cost_per_time * duration
        if objective == "duration":
            if self.problem.service_in_duration:
                return duration
            return duration - math.fsum(
                self._service_time(step, here)
                for here, step in pairwise(steps)
                if step.kind in ("job", "pickup", "delivery")
            )
        return driven

    def _level(self, k: int, step: Step, level: float | None) -> Iterator[Violation]:
        """Energy on arrival: as stated, and never below the reserve."""
        battery = self.van.battery
        if level is None or battery is None:
            return
        if step.soc is None:
            yield Violation(self._at(k), f"states no energy in the battery, it is {level:.10g}")
        elif not close(step.soc, level, scale=k + 1):
            yield Violation(self._at(k), f"energy in the battery is stated as {step.soc:.15g}, it is {level:.15g}")
        if level < battery.reserve - slack_of(level, scale=k + 1):
            yield Violation(self._at(k), f"arrives with {level:.10g}, below the reserve of {battery.reserve:g}")

    def _charge(self, k: int, step: Step, battery: Battery, level: float) -> Iterator[Violation]:
        """A charge: at its station, no more than the curve gives in the time."""
        if step.kind != "charge":
            if step.charge:
                yield Violation(self._at(k), f"charges {step.charge:g} at a {step.kind}")
            return
        station = self.problem.stations[step.index]
        if step.location != station.location:
            yield Violation(self._at(k), f"station {station.id} is at location {station.location}")
        curve = battery.curves[station.kind] if station.kind < len(battery.curves) else None
        if curve is None:
            yield Violation(self._at(k), f"the van cannot charge at station {station.id}")
            return
        slack = slack_of(level, scale=k + 1)
        if step.charge < -slack:
            yield Violation(self._at(k), f"charges {step.charge:g}, less than nothing")
        most = max(curve.energy[-1], level - step.charge)
        if level > most + slack:
            yield Violation(self._at(k), f"charges up to {level:.10g}, the charger fills {most:g}")
        frozen = k <= len(self.van.frozen)
        if self.problem.charging == "full" and not frozen and level < most - slack:
            yield Violation(self._at(k), f"charges up to {level:.10g} only; every charge fills the {most:g}")
        before = min(level - step.charge, curve.energy[-1])
        needed = station.access_time + _seconds_to(curve, min(level, curve.energy[-1])) - _seconds_to(curve, before)
        # A slack in energy is a slack in time by the slope of the curve.
        steepest = max((t1 - t0) / (e1 - e0) for (t0, e0), (t1, e1) in _rising(curve))
        if step.departure - step.start < needed - slack_of(step.departure) - slack * steepest:
            spent = step.departure - step.start
            yield Violation(self._at(k), f"charges {step.charge:.10g} in {spent:.10g}, it takes {needed:.10g}")

    def _service_time(self, step: Step, here: Step) -> float:
        stop = self._stop(step)
        return stop.service + (stop.setup if here.location != step.location else 0.0)

    def _service(self, k: int, step: Step, here: Step) -> Iterator[Violation]:
        """What happens at a step: its place, its windows, the time it takes."""
        if step.start < step.arrival - slack_of(step.arrival):
            yield Violation(self._at(k), f"begins at {step.start:.15g}, before the arrival at {step.arrival:.15g}")
        needed = 0.0
        if step.kind in ("job", "pickup", "delivery"):
            stop = self._stop(step)
            self.stops.append((step.index, 1 if step.kind == "delivery" else 0))
            needed = self._service_time(step, here)
            if step.location != stop.location:
                yield Violation(self._at(k), f"order {self.problem.orders[step.index].id} is at {stop.location}")
            if not _inside(step.start, stop.windows):
                yield Violation(
                    self._at(k),
                    f"order {self.problem.orders[step.index].id} is begun at {step.start:.15g}, "
                    f"outside of {_spell(stop.windows)}",
                )
        elif step.kind == "reload":
            needed = self.van.reload_time
            frozen = {visit.index for visit in self.van.frozen if visit.kind == "reload"}
            if step.location not in self.van.depots and step.location not in frozen:
                yield Violation(self._at(k), f"location {step.location} is none of the van's depots")
        elif step.kind == "break":
            pause = self.van.breaks[step.index]
            needed = pause.duration
            if step.location != here.location:
                yield Violation(self._at(k), f"break {pause.id} is not where the van stands")
            if not _inside(step.start, pause.windows):
                yield Violation(
                    self._at(k), f"break {pause.id} begins at {step.start:.15g}, outside of {_spell(pause.windows)}"
                )
        if step.departure - step.start < needed - slack_of(step.departure):
            yield Violation(self._at(k), f"leaves after {step.departure - step.start:.10g}, it takes {needed:.10g}")

    def _trips(self, steps: Sequence[Step]) -> Iterator[Violation]:
        """Loads, releases, shipments and who may carry what, trip by trip."""
        cuts = [k for k, step in enumerate(steps) if step.kind in ("start", "reload", "end")]
        trips = len(cuts) - 1
        if trips > max(self.van.max_trips, 1 + sum(visit.kind == "reload" for visit in self.van.frozen)):
            yield Violation(f"van {self.van.id}", f"makes {trips} trips, more than {self.van.max_trips}")
        for number, (first, last) in enumerate(pairwise(cuts)):
            yield from self._trip(steps, first, last, first_trip=number == 0)

    def _trip(self, steps: Sequence[Step], first: int, last: int, *, first_trip: bool) -> Iterator[Violation]:
        orders = self.problem.orders
        size = self.problem.dimensions
        load = [0.0] * size
        if first_trip and self.van.initial_load:
            load = list(self.van.initial_load)
        picked: set[int] = set()
        for k in range(first + 1, last):
            step = steps[k]
            if step.kind not in ("job", "pickup", "delivery"):
                continue
            order = orders[step.index]
            yield from self._allowed(k, step, first_trip=first_trip)
            if order.onboard is None and steps[first].departure < order.release - slack_of(order.release):
                leave = steps[first].departure
                yield Violation(
                    self._at(k),
                    f"order {order.id} is released at {order.release:.15g}, the trip begins at {leave:.15g}",
                )
            if step.kind == "job":
                for d, amount in enumerate(order.delivery):
                    load[d] += amount
        for k in range(first, last):
            step = steps[k]
            if k > first and step.kind in ("job", "pickup", "delivery"):
                order = orders[step.index]
                gain, loss = {
                    "job": (order.pickup, order.delivery),
                    "pickup": (order.amount, ()),
                    "delivery": ((), order.amount),
                }[step.kind]
                for d, amount in enumerate(gain):
                    load[d] += amount
                for d, amount in enumerate(loss):
                    load[d] -= amount
                if step.kind == "pickup":
                    picked.add(step.index)
                elif step.kind == "delivery" and step.index not in picked:
                    yield Violation(self._at(k), f"order {order.id} is delivered before it is picked up in this trip")
                elif step.kind == "delivery":
                    picked.discard(step.index)
            yield from self._load(k, step, load)
        for index in sorted(picked):
            yield Violation(self._at(last), f"order {orders[index].id} is picked up and not delivered in this trip")

    def _allowed(self, k: int, step: Step, *, first_trip: bool) -> Iterator[Violation]:
        order = self.problem.orders[step.index]
        missing = order.skills - self.van.skills
        if missing:
            yield Violation(self._at(k), f"order {order.id} needs {' '.join(sorted(missing))}")
        if order.vehicles is not None and self.route.vehicle not in order.vehicles:
            yield Violation(self._at(k), f"order {order.id} may not be served by this van")
        if order.onboard is not None and (order.onboard != self.route.vehicle or not first_trip):
            carrier = self.problem.vehicles[order.onboard].id
            yield Violation(self._at(k), f"order {order.id} is on board of van {carrier}, in its first trip")
        if first_trip and self.van.under_way and step.kind == "job" and any(order.delivery) and order.onboard is None:
            yield Violation(self._at(k), f"order {order.id} is not on board of the van, which is out")

    def _load(self, k: int, step: Step, load: Sequence[float]) -> Iterator[Violation]:
        for d, amount in enumerate(load):
            slack = slack_of(amount, scale=len(self.route.steps))
            if self.van.capacity and amount > self.van.capacity[d] + slack:
                yield Violation(
                    self._at(k), f"leaves with {amount:.10g} in dimension {d}, more than {self.van.capacity[d]:g}"
                )
            if amount < -slack:
                yield Violation(self._at(k), f"leaves with {amount:.10g} in dimension {d}")
            if d < len(step.load) and abs(step.load[d] - amount) > slack:
                yield Violation(self._at(k), f"load {d} is stated as {step.load[d]:.15g}, it is {amount:.15g}")
        if len(step.load) != len(load):
            yield Violation(self._at(k), f"states {len(step.load)} loads, there are {len(load)} dimensions")

    def _breaks(self, steps: Sequence[Step]) -> Iterator[Violation]:
        taken = [step.index for step in steps if step.kind == "break"]
        end = steps[-1].arrival
        for k, pause in enumerate(self.van.breaks):
            if taken.count(k) > 1:
                yield Violation(f"van {self.van.id}", f"takes break {pause.id} {taken.count(k)} times")
            last = pause.windows[-1][1]
            if k not in taken and end > last + slack_of(end):
                yield Violation(
                    f"van {self.van.id}", f"break {pause.id} is not taken; the shift goes on after {last:.15g}"
                )

    def _limits(self, steps: Sequence[Step]) -> Iterator[Violation]:
        stops = sum(step.kind in ("job", "pickup", "delivery") for step in steps)
        if self.van.max_stops is not None and stops > self.van.max_stops:
            yield Violation(f"van {self.van.id}", f"makes {stops} stops, more than {self.van.max_stops}")
        duration = steps[-1].arrival - steps[0].departure
        if duration > self.van.max_duration + slack_of(steps[-1].arrival):
            yield Violation(f"van {self.van.id}", f"is out for {duration:.15g}, longer than {self.van.max_duration:g}")


def _rising(curve: ChargeCurve) -> list[tuple[tuple[float, float], tuple[float, float]]]:
    """Pieces of a curve on which energy grows."""
    points = list(zip(curve.time, curve.energy, strict=True))
    return [(a, b) for a, b in pairwise(points) if b[1] > a[1]] or [((0.0, 0.0), (0.0, 1.0))]


def _spell(windows: Sequence[Window]) -> str:
    return " and ".join(f"[{early:.15g}, {late:.15g}]" for early, late in windows)
