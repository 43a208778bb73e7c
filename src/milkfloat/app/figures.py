"""The key figures of a plan, as text for people."""

from __future__ import annotations

from collections.abc import Iterator

from milkfloat.routing.plan import Plan, Route, Step
from milkfloat.routing.problem import Problem
from milkfloat.units import M_PER_KM, S_PER_H, S_PER_MIN, WH_PER_KWH


def figures(problem: Problem, plan: Plan) -> list[tuple[str, str]]:
    """Names and values of what a plan comes to; for problems in seconds, metres and watt-hours."""
    steps = [step for route in plan.routes for step in route.steps]
    energy_wh = sum(route.energy for route in plan.routes)
    charges = [step for step in steps if step.kind == "charge"]
    trips = sum(step.kind == "reload" for step in steps) + len(plan.routes)
    per_100_km = f" ({energy_wh / plan.distance * 100:.1f} kWh/100 km)" if plan.distance > 0 else ""
    rows = [
        ("orders served", f"{len(problem.orders) - len(plan.unserved)} of {len(problem.orders)}"),
        ("vans out", f"{plan.vehicles} of {len(problem.vehicles)}, {trips} trips"),
        ("distance", f"{plan.distance / M_PER_KM:,.1f} km"),
        ("time out", duration_text(plan.duration)),
        ("driving", duration_text(sum(route.travel_time for route in plan.routes))),
        ("energy", f"{energy_wh / WH_PER_KWH:,.1f} kWh{per_100_km}"),
        ("charges", f"{len(charges)}, {sum(step.charge for step in charges) / WH_PER_KWH:,.1f} kWh"),
    ]
    lowest = min(lowest_charges(problem, plan), default=None)
    if lowest is not None:
        rows.append(("lowest charge", f"{lowest[0]:.0%} ({lowest[1]})"))
    rows.append(("cost", f"{plan.cost:,.2f} {problem.units.currency}".strip()))
    rows.append(("search", f"{plan.elapsed_s:.1f} s, {plan.iterations:,} iterations, seed {plan.seed}"))
    return rows


def lowest_charges(problem: Problem, plan: Plan) -> Iterator[tuple[float, str]]:
    """Per van with a battery the lowest charge on its round, as part of a full battery, and its name."""
    for route in plan.routes:
        van = problem.vehicles[route.vehicle]
        levels = [step.soc for step in route.steps if step.soc is not None]
        if van.battery is not None and levels:
            yield min(levels) / van.battery.capacity, van.id


def duration_text(duration_s: float) -> str:
    """Hours and minutes: ``7 h 05 min``."""
    minutes = round(duration_s / S_PER_MIN)
    hours, rest = divmod(minutes, S_PER_H // S_PER_MIN)
    return f"{hours} h {rest:02d} min" if hours else f"{rest} min"


def served(step: Step) -> bool:
    """Whether a step serves an order."""
    return step.kind in ("job", "pickup", "delivery")


def stops_of(route: Route) -> int:
    """Stops at customers on a route."""
    return sum(map(served, route.steps))
