"""A plan as what each driver is to do, step by step."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from milkfloat.routing.plan import Plan, Route, Step
from milkfloat.routing.problem import Problem

InstructionKind: TypeAlias = Literal["load", "deliver", "collect", "charge", "break", "return"]

_KINDS: dict[str, InstructionKind] = {
    "start": "load",
    "reload": "load",
    "job": "deliver",
    "pickup": "collect",
    "delivery": "deliver",
    "charge": "charge",
    "break": "break",
    "end": "return",
}


@dataclass(frozen=True, slots=True)
class Instruction:
    """
    One thing to do.

    Attributes
    ----------
    kind
        What.
    order_ids
        The order of a stop; the orders to load, in the order of their stops; none for the rest.
    location
        Index into the problem's locations.
    arrival, start, departure
        Instants: be there, begin, leave.
    soc
        Energy in the battery on arrival; None without battery.
    charge
        Energy to take here.
    text
        A sentence.
    """

    kind: InstructionKind
    order_ids: tuple[str, ...]
    location: int
    arrival: float
    start: float
    departure: float
    soc: float | None
    charge: float
    text: str


def instructions(problem: Problem, plan: Plan) -> dict[str, tuple[Instruction, ...]]:
    """What each van with a route is to do, by its id."""
    return {problem.vehicles[route.vehicle].id: of_route(problem, route) for route in plan.routes}


def of_route(problem: Problem, route: Route) -> tuple[Instruction, ...]:
    """What the van of a route is to do; a start with nothing to load is left out."""
    told = []
    for k, step in enumerate(route.steps):
        instruction = _instruction(problem, route, k, step)
        if step.kind != "start" or instruction.order_ids:
            told.append(instruction)
    return tuple(told)


def _instruction(problem: Problem, route: Route, k: int, step: Step) -> Instruction:
    kind = _KINDS[step.kind]
    order_ids: tuple[str, ...] = ()
    if step.kind in ("start", "reload"):
        order_ids = _to_load(problem, route, k)
    elif step.kind in ("job", "pickup", "delivery"):
        order = problem.orders[step.index]
        order_ids = (order.id,)
        if step.kind == "job" and any(order.pickup) and not any(order.delivery):
            kind = "collect"
    return Instruction(
        kind,
        order_ids,
        step.location,
        step.arrival,
        step.start,
        step.departure,
        step.soc,
        step.charge,
        _text(problem, kind, order_ids, step),
    )


def _to_load(problem: Problem, route: Route, k: int) -> tuple[str, ...]:
    """Orders whose parcels are loaded at step ``k``: deliveries up to the next reload that are not yet on board."""
    found = []
    for step in route.steps[k + 1 :]:
        if step.kind == "reload":
            break
        if step.kind == "job":
            order = problem.orders[step.index]
            if any(order.delivery) and order.onboard is None:
                found.append(order.id)
    return tuple(found)


def _text(problem: Problem, kind: InstructionKind, order_ids: tuple[str, ...], step: Step) -> str:
    place = problem.locations[step.location].name
    if kind == "load":
        return f"Load {len(order_ids)} {'order' if len(order_ids) == 1 else 'orders'} at {place}"
    if kind == "charge":
        station = problem.stations[step.index].id
        return f"Charge {step.charge:.0f} {problem.units.energy} at {station}"
    if kind == "break":
        return "Take your break"
    if kind == "return":
        return f"Return to {place}"
    return f"{'Deliver' if kind == 'deliver' else 'Collect'} order {order_ids[0]}"
