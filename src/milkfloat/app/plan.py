"""From a day's orders, vans and chargers to a checked plan, its document, and the streets it is driven on."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from milkfloat.app.build import Built, build_problem
from milkfloat.app.conditions import Conditions
from milkfloat.app.legs import Leg, route_legs
from milkfloat.app.maps import City
from milkfloat.errors import Fault, InputError
from milkfloat.fleet.orders import Order
from milkfloat.fleet.places import Charger
from milkfloat.fleet.vans import Van
from milkfloat.routing.formats.milkfloat import write_problem
from milkfloat.routing.formats.plan import write_plan
from milkfloat.routing.plan import Plan
from milkfloat.routing.solve import Progress, solve


@dataclass(frozen=True, eq=False)
class Planned:
    """
    A plan that passed the checker, with the problem it answers.

    Attributes
    ----------
    faults
        Rows that were left out of the problem, and why.
    notes
        Remarks on the input.
    """

    built: Built
    plan: Plan
    faults: tuple[Fault, ...] = ()
    notes: tuple[str, ...] = ()

    @cached_property
    def document(self) -> dict[str, Any]:
        """PLAN.json."""
        document = write_plan(self.built.problem, self.plan)
        document["faults"] = [{"where": fault.where, "message": fault.message} for fault in self.faults]
        document["notes"] = list(self.notes)
        return document

    @property
    def problem_json(self) -> bytes:
        """PROBLEM.json."""
        return write_problem(self.built.problem)

    @cached_property
    def legs(self) -> tuple[tuple[Leg, ...], ...]:
        """Per route of the plan its drives along real streets, in order."""
        return tuple(route_legs(self.built, route) for route in self.plan.routes)


def plan_day(
    city: City,
    orders: Sequence[Order],
    vans: Sequence[Van],
    chargers: Sequence[Charger],
    conditions: Conditions,
    *,
    time_limit_s: float | None = None,
    iterations: int | None = None,
    seed: int = 1,
    threads: int = 1,
    faults: Sequence[Fault] = (),
    notes: Sequence[str] = (),
    on_progress: Callable[[Progress], bool | None] | None = None,
    on_build: Callable[[str, float], None] | None = None,
    stop: threading.Event | None = None,
) -> Planned:
    """
    Plan a day.

    Parameters
    ----------
    time_limit_s, iterations, seed, threads, stop
        As in `milkfloat.routing.solve.solve`.
    faults, notes
        What was found before, when the files were read; kept beside what is found here.
    on_progress
        Called during the search with the best plan so far.
    on_build
        Called before, with a phase and the part of it that is done.

    Raises
    ------
    InputError
        When no order or no van can be planned, with every fault found.
    """
    try:
        built = build_problem(
            city, orders, vans, chargers, conditions, threads=max(threads, _cores()), progress=on_build
        )
    except InputError as error:
        raise InputError((*faults, *error.faults)) from None
    plan = solve(
        built.problem,
        time_limit_s=time_limit_s,
        iterations=iterations,
        seed=seed,
        threads=threads,
        on_progress=on_progress,
        stop=stop,
    )
    return Planned(built, plan, (*faults, *built.faults), (*notes, *built.notes))


def _cores() -> int:
    """Processors for the matrices between places; their result does not depend on how many there are."""
    import os

    return os.cpu_count() or 1
