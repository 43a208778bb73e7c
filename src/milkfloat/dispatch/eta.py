"""When each order is reached, by whom, and how late."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from milkfloat.routing.plan import Plan, Step
from milkfloat.routing.problem import Problem, Window

# Plans are computed in double precision; less than this is no lateness.
TOLERANCE_S = 1e-3


@dataclass(frozen=True, slots=True)
class Eta:
    """
    The last stop of an order as planned.

    Attributes
    ----------
    van_id
        Who comes.
    position
        Place among the visits of the van, from 0.
    arrival, start, departure
        Instants: arrival, begin of service, leaving.
    late_s
        How long after the last promised window service begins; 0 when in time.
    soc
        Energy in the battery on arrival; None without battery.
    """

    van_id: str
    position: int
    arrival: float
    start: float
    departure: float
    late_s: float
    soc: float | None


def etas(problem: Problem, plan: Plan, promised: Mapping[str, Sequence[Window]]) -> dict[str, Eta]:
    """
    The ETA of every order in the plan, by its id.

    Parameters
    ----------
    promised
        Windows promised to the customer, by order; a live problem may have opened windows that are lost. An order that
        is not listed was promised nothing.
    """
    found = {}
    for route in plan.routes:
        van_id = problem.vehicles[route.vehicle].id
        for position, step in enumerate(route.steps[1:-1]):
            if step.kind in ("job", "pickup", "delivery"):
                order_id = problem.orders[step.index].id
                found[order_id] = _eta(van_id, position, step, promised.get(order_id, ()))
    return found


def late_s(windows: Sequence[Window], start: float) -> float:
    """How long after the end of the last window service begins; 0 when in time."""
    if not windows:
        return 0.0
    over = start - windows[-1][1]
    return over if over > TOLERANCE_S else 0.0


def _eta(van_id: str, position: int, step: Step, windows: Sequence[Window]) -> Eta:
    return Eta(van_id, position, step.arrival, step.start, step.departure, late_s(windows, step.start), step.soc)
