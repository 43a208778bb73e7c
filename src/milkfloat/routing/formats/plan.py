"""
PLAN.json: a plan in the shape of VROOM's answer, with battery, reloads, reasons and the hash of its problem.

Instants, distances and energies are in the units of the problem. Where those are watt-hours their keys say so
(``soc_wh``, ``charge_wh``); an instance's own units have ``soc`` and ``charge``, and every charge step has ``charge``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast, get_args

from milkfloat.errors import Fault, InputError
from milkfloat.routing.formats.fingerprint import problem_hash
from milkfloat.routing.formats.instance import Names
from milkfloat.routing.formats.text import Faults
from milkfloat.routing.plan import Plan, Reason, Route, Step, StepKind, Unserved
from milkfloat.routing.problem import Problem

SCHEMA_VERSION = 1


def write_plan(problem: Problem, plan: Plan, *, names: Names | None = None) -> dict[str, Any]:
    """
    ``plan`` as a document for JSON.

    Parameters
    ----------
    names
        What the vans and stops are called; default: the ids in ``problem``.
    """
    names = names or Names.of(problem)
    energy = "energy_wh" if problem.units.energy == "Wh" else "energy"
    routes = [
        {
            "vehicle": names.vehicles[route.vehicle],
            "distance": route.distance,
            "duration": route.duration,
            "travel_time": route.travel_time,
            energy: route.energy,
            "cost": route.cost,
            "steps": [_step(problem, names, route.vehicle, step) for step in route.steps],
        }
        for route in plan.routes
    ]
    steps = [step for route in plan.routes for step in route.steps]
    return {
        "schema_version": SCHEMA_VERSION,
        "problem_hash": problem_hash(problem),
        "name": problem.name,
        "seed": plan.seed,
        "iterations": plan.iterations,
        "currency": problem.units.currency,
        "timezone": problem.timezone,
        "objective": problem.objective,
        "summary": {
            "vehicles": plan.vehicles,
            "distance": plan.distance,
            "duration": plan.duration,
            "travel_time": sum(route.travel_time for route in plan.routes),
            "service": sum(step.departure - step.start for step in steps if step.kind in _SERVED),
            "waiting_time": sum(step.start - step.arrival for step in steps),
            energy: sum(route.energy for route in plan.routes),
            "cost": plan.cost,
            "unassigned": len(plan.unserved),
            "elapsed_s": plan.elapsed_s,
        },
        "routes": routes,
        "unassigned": [_unserved(problem, names, unserved) for unserved in plan.unserved],
    }


_SERVED = ("job", "pickup", "delivery")


def _step(problem: Problem, names: Names, vehicle: int, step: Step) -> dict[str, Any]:
    place = problem.locations[step.location]
    document: dict[str, Any] = {"type": step.kind}
    if step.kind in _SERVED:
        document["id"] = names.stops[step.index][1 if step.kind == "delivery" else 0]
    elif step.kind == "charge":
        document["id"] = problem.stations[step.index].id
    elif step.kind == "break":
        document["id"] = problem.vehicles[vehicle].breaks[step.index].id
    document |= {
        "name": place.name,
        "location": [place.x, place.y],
        "location_index": step.location,
        "arrival": step.arrival,
        "start": step.start,
        "departure": step.departure,
        "service": step.departure - step.start,
        "waiting_time": step.start - step.arrival,
        "distance": step.distance,
    }
    if problem.dimensions:
        document["load"] = list(step.load)
    unit = "_wh" if problem.units.energy == "Wh" else ""
    if step.soc is not None:
        document["soc" + unit] = step.soc
    if step.kind == "charge":
        document["charge"] = step.charge
    if step.soc is not None or step.kind == "charge":
        document["charge" + unit] = step.charge
    return document


def _unserved(problem: Problem, names: Names, unserved: Unserved) -> dict[str, Any]:
    order = problem.orders[unserved.order]
    document: dict[str, Any] = {"id": order.id}
    if order.is_shipment:
        document["pickup"], document["delivery"] = names.stops[unserved.order]
    document["reasons"] = [
        {"code": reason.code, "text": reason.text, "vehicles": reason.vehicles} for reason in unserved.reasons
    ]
    return document


def read_plan(problem: Problem, obj: Any, *, names: Names | None = None, source: str = "plan") -> Plan:
    """
    The plan a document of `write_plan` holds.

    What a document leaves out is taken from the problem (locations) or from the step itself (``start`` is ``arrival``
    plus ``waiting_time``). Nothing is checked against the problem but the names: that is the checker's work.

    Raises
    ------
    InputError
        Naming every van, stop and value that cannot be read.
    """
    faults = Faults(source)
    if not isinstance(obj, Mapping) or not isinstance(obj.get("routes"), list):
        raise InputError(Fault(source, "this is no plan: there is no list `routes`"))
    reader = _Reader(problem, names or Names.of(problem), faults)
    routes = tuple(reader.route(route, f"routes[{k}]") for k, route in enumerate(obj["routes"]))
    given = obj.get("unassigned", [])
    unserved = tuple(
        reader.unserved(value, f"unassigned[{k}]") for k, value in enumerate(given if isinstance(given, list) else [])
    )
    summary = obj.get("summary", {})
    if not isinstance(summary, Mapping):
        faults.add("summary", "this is no object")
        summary = {}
    plan = Plan(
        routes=routes,
        unserved=unserved,
        cost=reader.number(summary, "cost", "summary", default=sum(route.cost for route in routes)),
        distance=reader.number(summary, "distance", "summary", default=sum(route.distance for route in routes)),
        duration=reader.number(summary, "duration", "summary", default=sum(route.duration for route in routes)),
        vehicles=int(reader.number(summary, "vehicles", "summary", default=float(len(routes)))),
        seed=int(reader.number(obj, "seed", "", default=0.0)),
        iterations=int(reader.number(obj, "iterations", "", default=0.0)),
        elapsed_s=reader.number(summary, "elapsed_s", "summary", default=0.0),
    )
    faults.stop()
    return plan


class _Reader:
    def __init__(self, problem: Problem, names: Names, faults: Faults) -> None:
        self.problem, self.faults = problem, faults
        self.vehicles = {str(name): k for k, name in enumerate(names.vehicles)}
        self.stations = {station.id: k for k, station in enumerate(problem.stations)}
        self.orders = {order.id: k for k, order in enumerate(problem.orders)}
        self.stops: dict[str, dict[str, int]] = {"job": {}, "pickup": {}, "delivery": {}}
        for k, stops in enumerate(names.stops):
            for kind, name in zip(("pickup", "delivery") if len(stops) == 2 else ("job",), stops, strict=True):
                self.stops[kind][str(name)] = k

    def number(self, document: Mapping[str, Any], key: str, where: str, *, default: float | None = None) -> float:
        value = document.get(key, default)
        if isinstance(value, bool) or not isinstance(value, int | float):
            self.faults.add(f"{where}.{key}".lstrip("."), "is missing" if value is None else f"{value!r} is no number")
            return 0.0
        return float(value)

    def route(self, document: Any, where: str) -> Route:
        if not isinstance(document, Mapping) or not isinstance(document.get("steps"), list):
            self.faults.add(where, "this is no route: there is no list `steps`")
            return Route(0, (), 0.0, 0.0, 0.0, 0.0, 0.0)
        name = document.get("vehicle")
        vehicle = self.vehicles.get(str(name))
        if vehicle is None:
            self.faults.add(f"{where}.vehicle", f"there is no van {name!r}")
            vehicle = 0
        steps: list[Step] = []
        for k, given in enumerate(document["steps"]):
            step = self.step(given, vehicle, steps, f"{where}.steps[{k}]")
            if step is not None:
                steps.append(step)
        values = [self.number(document, key, where, default=0.0) for key in ("distance", "duration", "travel_time")]
        energy = "energy_wh" if "energy_wh" in document else "energy"
        rest = [self.number(document, key, where, default=0.0) for key in (energy, "cost")]
        return Route(vehicle, tuple(steps), *values, *rest)

    def step(self, document: Any, vehicle: int, before: list[Step], where: str) -> Step | None:
        given = document.get("type") if isinstance(document, Mapping) else None
        if not isinstance(document, Mapping) or given not in get_args(StepKind):
            self.faults.add(where, f"type {given!r} is not one of {' '.join(get_args(StepKind))}")
            return None
        kind = cast(StepKind, given)
        index, location = self.place(document, kind, vehicle, before, where)
        arrival = self.number(document, "arrival", where)
        start = self.number(document, "start", where, default=arrival + self.optional(document, "waiting_time", where))
        service = self.optional(document, "setup", where) + self.optional(document, "service", where)
        soc = next((document[key] for key in ("soc_wh", "soc") if key in document), None)
        charge = next((key for key in ("charge_wh", "charge") if key in document), "charge")
        load = document.get("load", [])
        if not isinstance(load, list) or any(isinstance(v, bool) or not isinstance(v, int | float) for v in load):
            self.faults.add(f"{where}.load", "this is no list of numbers")
            load = []
        return Step(
            kind=kind,
            location=location,
            index=index,
            arrival=arrival,
            start=start,
            departure=self.number(document, "departure", where, default=start + service),
            distance=self.number(document, "distance", where),
            load=tuple(float(value) for value in load),
            soc=None if soc is None else self.number({"soc": soc}, "soc", where),
            charge=self.number(document, charge, where, default=0.0),
        )

    def optional(self, document: Mapping[str, Any], key: str, where: str) -> float:
        return self.number(document, key, where, default=0.0)

    def place(
        self, document: Mapping[str, Any], kind: StepKind, vehicle: int, before: list[Step], where: str
    ) -> tuple[int, int]:
        """Index and location of a step."""
        van = self.problem.vehicles[vehicle]
        index, location = -1, before[-1].location if before else van.start
        name = str(document.get("id"))
        if kind in self.stops:
            index = self._find(self.stops[kind], name, kind, where)
            location = self.problem.orders[index].stops[1 if kind == "delivery" else 0].location if index >= 0 else 0
        elif kind == "charge":
            index = self._find(self.stations, name, "station", where)
            location = self.problem.stations[index].location if index >= 0 else 0
        elif kind == "break":
            index = self._find({pause.id: k for k, pause in enumerate(van.breaks)}, name, "break of this van", where)
        elif kind == "start":
            location = van.start
        elif kind == "end" and van.end is not None:
            location = van.end
        elif kind == "reload" and len(van.depots) == 1:
            location = van.depots[0]
        given = document.get("location_index", location)
        if isinstance(given, bool) or not isinstance(given, int) or not 0 <= given < len(self.problem.locations):
            last = len(self.problem.locations) - 1
            self.faults.add(f"{where}.location_index", f"{given!r} is not a whole number from 0 to {last}")
            return index, location
        return index, given

    def _find(self, names: Mapping[str, int], name: str, what: str, where: str) -> int:
        if name not in names:
            self.faults.add(f"{where}.id", f"there is no {what} {name!r}")
        return names.get(name, -1)

    def unserved(self, document: Any, where: str) -> Unserved:
        name = document.get("id") if isinstance(document, Mapping) else None
        reasons = document.get("reasons", []) if isinstance(document, Mapping) else []
        order = self._find(self.orders, str(name), "order", where)
        return Unserved(
            order,
            tuple(
                Reason(str(reason.get("code", "")), str(reason.get("text", "")), int(reason.get("vehicles", 0)))
                for reason in (reasons if isinstance(reasons, list) else [])
                if isinstance(reason, Mapping)
            ),
        )
