"""What a day comes to so far: of one that runs, and of a plan that is driven to the letter, by the same rules."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from math import inf, isfinite
from typing import Any

from milkfloat.app.day import LiveDay
from milkfloat.app.day_van import STOPS
from milkfloat.routing.plan import Plan
from milkfloat.routing.problem import Problem
from milkfloat.units import M_PER_KM, WH_PER_KWH

# Under a minute nobody was kept waiting.
LATE_S = 60.0


@dataclass(frozen=True, slots=True)
class DayFigures:
    """
    Key figures.

    Attributes
    ----------
    orders
        That were to be served until now, or at all where nobody says when.
    late
        Of the served ones: later than promised by a minute or more.
    vans
        That left the depot.
    lowest_share
        Lowest charge of any van, as part of its full battery; 1 without batteries.
    ran_empty
        Vans that would have run empty on the same drives without their charges.
    """

    orders: int
    served: int
    late: int
    unserved: int
    vans: int
    vans_out: int
    distance_m: float
    drawn_wh: float
    charges: int
    charged_wh: float
    lowest_share: float
    lowest_wh: float
    lowest_van: str
    ran_empty: int

    @property
    def document(self) -> dict[str, Any]:
        """As JSON."""
        return asdict(self) | {
            "open": self.orders - self.served,
            "km": round(self.distance_m / M_PER_KM, 3),
            "kwh": round(self.drawn_wh / WH_PER_KWH, 3),
            "lowest_charge_wh": round(self.lowest_wh, 1),
        }


def day_figures(day: LiveDay) -> DayFigures:
    """Those of a running day."""
    with day.lock_of_day:
        now_s = day.now_s
        orders = [order for order in day.orders.values() if not order.cancelled or order.issue]
        served = [order for order in orders if order.done_s is not None]
        lowest = (1.0, 0.0, "")
        ran_empty = charges = 0
        charged_wh = 0.0
        for van in day.vans.values():
            battery = van.vehicle.battery
            if battery is None:
                continue
            levels = [(done.soc_wh, done.charge_wh) for done in van.done]
            levels.append((van.soc_now(now_s), 0.0))
            level_wh = min(level for level, _ in levels)
            if van.done:
                lowest = _lower(lowest, level_wh, battery.capacity, van.id)
            ran_empty += _runs_empty(levels)
            charges += sum(charge > 0 for _, charge in levels)
            charged_wh += sum(charge for _, charge in levels)
        return DayFigures(
            orders=len(orders),
            served=len(served),
            late=sum(order.late_s >= LATE_S for order in served),
            unserved=sum(bool(order.reason or order.issue) and order.done_s is None for order in orders),
            vans=sum(bool(van.done) for van in day.vans.values()),
            vans_out=sum(van.phase(now_s) not in ("idle", "off") for van in day.vans.values()),
            distance_m=sum(van.distance_now(now_s) for van in day.vans.values()),
            drawn_wh=sum(
                van.drawn_wh + (van.drive.share(now_s) * van.drive.drawn_wh if van.drive else 0.0)
                for van in day.vans.values()
            ),
            charges=charges,
            charged_wh=charged_wh,
            lowest_share=lowest[0],
            lowest_wh=lowest[1],
            lowest_van=lowest[2],
            ran_empty=ran_empty,
        )


def plan_figures(problem: Problem, plan: Plan, *, until_s: float = inf) -> DayFigures:
    """Those of a plan that is driven as it stands, until an instant."""
    served: dict[int, float] = {}
    lowest = (1.0, 0.0, "")
    ran_empty = charges = vans = out = 0
    distance_m = drawn_wh = charged_wh = 0.0
    for route in plan.routes:
        steps = [step for step in route.steps if step.arrival <= until_s and route.steps[0].departure <= until_s]
        if not steps:
            continue
        vans += 1
        out += len(steps) < len(route.steps)
        distance_m += steps[-1].distance
        for step in steps:
            if step.kind in STOPS and step.departure <= until_s:
                order = problem.orders[step.index]
                windows = order.stops[1 if step.kind == "delivery" else 0].windows
                late_s = max(step.start - windows[-1][1], 0.0) if windows else 0.0
                if step.kind != "pickup" or not order.is_shipment:
                    served[step.index] = max(served.get(step.index, 0.0), late_s)
        battery = problem.vehicles[route.vehicle].battery
        levels = [(step.soc, step.charge) for step in steps if step.soc is not None]
        if battery is not None and levels:
            charged = [charge for _, charge in levels]
            van_id = problem.vehicles[route.vehicle].id
            lowest = _lower(lowest, min(level for level, _ in levels), battery.capacity, van_id)
            ran_empty += _runs_empty(levels)
            charges += sum(charge > 0 for charge in charged)
            charged_wh += sum(charged)
            drawn_wh += levels[0][0] + sum(charged[:-1]) - levels[-1][0]
    return DayFigures(
        orders=len(problem.orders),
        served=len(served),
        late=sum(late_s >= LATE_S for late_s in served.values()),
        unserved=len(plan.unserved),
        vans=vans,
        vans_out=out,
        distance_m=distance_m,
        drawn_wh=drawn_wh,
        charges=charges,
        charged_wh=charged_wh,
        lowest_share=lowest[0],
        lowest_wh=lowest[1],
        lowest_van=lowest[2],
        ran_empty=ran_empty,
    )


def _lower(lowest: tuple[float, float, str], level: float, capacity: float, van: str) -> tuple[float, float, str]:
    """The lower of two charges."""
    share = level / capacity if isfinite(capacity) else 1.0
    return min(lowest, (share, level, van)) if lowest[2] else (share, level, van)


def _runs_empty(levels: Sequence[tuple[float, float]]) -> bool:
    """Whether a van with these charges on arrival would have come to nothing without what it charged there."""
    charged = 0.0
    for level, charge in levels:
        if level - charged <= 0.0:
            return True
        charged += charge
    return False
