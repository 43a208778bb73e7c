"""
A plan as VROOM answers, so that its clients need not change; battery, charge stops and reasons are added.

Like VROOM, an answer counts whole seconds, metres and units of cost: times and distances are rounded to the nearest.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from milkfloat.routing.formats.instance import Instance
from milkfloat.routing.formats.vroom import Question
from milkfloat.routing.metric import FloatArray
from milkfloat.routing.plan import Plan, Route, Step
from milkfloat.routing.problem import Load

_TASKS = ("job", "pickup", "delivery")


def write(instance: Instance, plan: Plan) -> dict[str, Any]:
    """
    ``plan`` for a problem read by `milkfloat.routing.formats.vroom`, as a document for JSON.

    ``duration`` is travel time, ``cost`` is VROOM's: fixed cost, travel time, distance and, where given, task time.
    """
    writer = _Writer(instance)
    routes = [writer.route(route) for route in plan.routes]
    unassigned = [task for unserved in plan.unserved for task in writer.unassigned(unserved.order, unserved.reasons)]
    summary: dict[str, Any] = {"routes": len(routes), "unassigned": len(unassigned)}
    for key in ("cost", "setup", "service", "duration", "waiting_time", "priority"):
        summary[key] = sum(route[key] for route in routes)
    if routes and all("distance" in route for route in routes):
        summary["distance"] = sum(route["distance"] for route in routes)
    for key in ("delivery", "pickup"):
        summary[key] = [sum(values) for values in zip(*(route[key] for route in routes), strict=True)]
    summary |= {"violations": [], "computing_times": {"loading": 0, "solving": round(plan.elapsed_s * 1000)}}
    return {"code": 0, "summary": summary, "unassigned": unassigned, "routes": routes}


def write_error(message: str, *, code: int = 2) -> dict[str, Any]:
    """The answer to a question that cannot be answered; code 1 is an internal, 2 an input, 3 a routing error."""
    return {"code": code, "error": message}


class _Writer:
    def __init__(self, instance: Instance) -> None:
        question = instance.source
        assert isinstance(question, Question)
        self.question, self.problem, self.names = question, instance.problem, instance.names
        document = question.document
        self.vehicles: Sequence[Mapping[str, Any]] = document["vehicles"]
        self.tasks: list[tuple[Mapping[str, Any], ...]] = [(job,) for job in document.get("jobs") or ()]
        self.tasks += [(each["pickup"], each["delivery"]) for each in document.get("shipments") or ()]

    def route(self, route: Route) -> dict[str, Any]:
        vehicle = self.vehicles[route.vehicle]
        rates, costs = self.question.rates[route.vehicle], self.question.costs[route.vehicle]
        distances = self.question.distances[route.vehicle]
        travel = _travel_time(route.steps)
        metres = _along(distances, route.steps)
        steps = [self._step(route, k) for k in range(len(route.steps))]
        served = [step for step in route.steps if step.kind in _TASKS]
        setup, service = (sum(step[key] for step in steps) for key in ("setup", "service"))
        by_time = travel * rates.per_hour / 3600.0 if costs is None else _along(costs, route.steps)
        task_time = sum(step["setup"] + step["service"] for step in steps if step["type"] in _TASKS)
        cost = rates.fixed + by_time + metres * rates.per_km / 1000.0 + task_time * rates.per_task_hour / 3600.0
        orders = [self.problem.orders[step.index] for step in served if step.kind != "delivery"]
        document: dict[str, Any] = {
            "vehicle": self.names.vehicles[route.vehicle],
            "cost": round(cost),
            "delivery": self._total([order.amount or order.delivery for order in orders]),
            "pickup": self._total([order.amount or order.pickup for order in orders]),
            "setup": setup,
            "service": service,
            "duration": round(travel),
            "waiting_time": sum(step["waiting_time"] for step in steps),
            # Each task counts: a shipment is two.
            "priority": sum(self.problem.orders[step.index].priority for step in served),
            "steps": steps,
            "violations": [],
        }
        if distances is not None:
            document["distance"] = round(metres)
        if "description" in vehicle:
            document["description"] = vehicle["description"]
        return document

    def _total(self, loads: Sequence[Load]) -> list[int | float]:
        size = self.problem.dimensions
        return [_plain(sum(load[d] for load in loads if load)) for d in range(size)]

    def _step(self, route: Route, k: int) -> dict[str, Any]:
        step, before = route.steps[k], route.steps[k - 1] if k else None
        setup = self._setup(step, before)
        first = before is None
        document: dict[str, Any] = {
            "type": step.kind,
            # VROOM's start has no arrival of its own: the van is there when it leaves.
            "arrival": round(step.departure if first else step.arrival),
            "duration": round(_travel_time(route.steps[: k + 1])),
            "setup": round(setup),
            "service": 0 if first else round(step.departure - step.start - setup),
            "waiting_time": 0 if first else round(step.start - step.arrival),
            "violations": [],
        }
        if self.problem.dimensions:
            document["load"] = [_plain(value) for value in step.load]
        distances = self.question.distances[route.vehicle]
        if distances is not None:
            document["distance"] = round(_along(distances, route.steps[: k + 1]))
        document |= self._identity(route.vehicle, step)
        if step.soc is not None:
            document |= {"soc_wh": round(step.soc), "charge_wh": round(step.charge)}
        return document

    def _setup(self, step: Step, before: Step | None) -> float:
        if step.kind not in _TASKS or before is None or before.location == step.location:
            return 0.0
        return self.problem.orders[step.index].stops[1 if step.kind == "delivery" else 0].setup

    def _identity(self, vehicle: int, step: Step) -> dict[str, Any]:
        """Id, description and place of a step, as the question has them."""
        document: dict[str, Any] = {}
        source: Mapping[str, Any] = {}
        prefix = "location"
        if step.kind in _TASKS:
            side = 1 if step.kind == "delivery" else 0
            source = self.tasks[step.index][side]
            document["id"] = document["job"] = self.names.stops[step.index][side]
        elif step.kind == "charge":
            source = self.question.document["chargers"][step.index]
            document["id"] = source["id"]
        elif step.kind == "break":
            source = self.vehicles[vehicle]["breaks"][step.index]
            document["id"] = source["id"]
        elif step.kind in ("start", "end"):
            source, prefix = self.vehicles[vehicle], step.kind
        if "description" in source and prefix == "location":
            document["description"] = source["description"]
        index = "location_index" if prefix == "location" else f"{prefix}_index"
        for key, name in ((prefix, "location"), (index, "location_index")):
            if key in source:
                document[name] = source[key]
        return document

    def unassigned(self, order: int, reasons: Sequence[Any]) -> list[dict[str, Any]]:
        """One entry per task of an order, as VROOM has it, with our reasons."""
        tasks = self.tasks[order]
        kinds = ("job",) if len(tasks) == 1 else ("pickup", "delivery")
        result: list[dict[str, Any]] = []
        for side, (kind, task) in enumerate(zip(kinds, tasks, strict=True)):
            entry: dict[str, Any] = {"id": self.names.stops[order][side], "type": kind}
            entry |= {key: task[key] for key in ("location", "location_index", "description") if key in task}
            entry["reasons"] = [
                {"code": reason.code, "text": reason.text, "vehicles": reason.vehicles} for reason in reasons
            ]
            result.append(entry)
        return result


def _travel_time(steps: Sequence[Step]) -> float:
    return sum(after.arrival - before.departure for before, after in pairwise(steps))


def _along(matrix: FloatArray | None, steps: Sequence[Step]) -> float:
    """Sum of ``matrix`` over the legs; a break is no leg."""
    places = [step.location for step in steps if step.kind != "break"]
    return 0.0 if matrix is None else float(sum(matrix[a, b] for a, b in pairwise(places)))


def _plain(value: float) -> int | float:
    return int(value) if float(value).is_integer() else float(value)
