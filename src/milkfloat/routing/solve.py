"""
Plan a problem: run the compiled search, one or several at once, and hand over what passes the checker.

The search is stopped between two short slices, so an interrupt keeps the best plan found. With a number of iterations
instead of a time the same seed gives the same plan on every machine.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from math import isinf

from milkfloat.errors import Fault, InputError, InvariantViolation
from milkfloat.routing import _core
from milkfloat.routing.check import violations
from milkfloat.routing.evaluate import Scheduler, assemble
from milkfloat.routing.flatten import Flat, flatten
from milkfloat.routing.plan import Plan
from milkfloat.routing.problem import Problem, Visit

_SLICE_S = 0.1
# Default time: a second per this many orders, within limits.
_ORDERS_PER_S = 20
_SHORTEST_S, _LONGEST_S = 1.0, 60.0
THREADS_MAX = 1_024
# Seeds and iterations are counted in 64 bits; every JSON reader has 53 of them.
WHOLE_MAX = 2**53 - 1


@dataclass(frozen=True, slots=True)
class Progress:
    """
    The best plan so far.

    Attributes
    ----------
    elapsed_s, part
        Time spent, and the part of the search that is done, 0 to 1.
    cost, distance
        Of the best plan, as in `Plan`.
    """

    elapsed_s: float
    part: float
    iterations: int
    cost: float
    distance: float
    vehicles: int
    unserved: int


def solve(
    problem: Problem,
    *,
    time_limit_s: float | None = None,
    iterations: int | None = None,
    seed: int = 1,
    threads: int = 1,
    initial: Sequence[Sequence[Visit]] | None = None,
    on_progress: Callable[[Progress], bool | None] | None = None,
    stop: threading.Event | None = None,
) -> Plan:
    """
    Plan a problem as well as the time allows.

    Parameters
    ----------
    time_limit_s, iterations
        When to end; both: whichever comes first. Neither: a second per 20 orders, at least 1 and at most 60.
    threads
        Searches run at once, with the seeds ``seed``, ``seed + 1``, ...; the best plan of all is returned.
    initial
        Visits of every van to begin with, frozen ones left out; what of them no longer fits is inserted anew.
    on_progress
        Called about ten times a second; False ends the search.
    stop
        Set from another thread it ends the search.

    Returns
    -------
    Plan
        It has passed `milkfloat.routing.check.violations`. An interrupt from the keyboard ends the search, too.

    Raises
    ------
    InputError
        When a van's frozen visits cannot be driven, or a limit, the seed or the number of threads is out of range.
    InvariantViolation
        When the checker refuses the plan: a fault of ours.
    """
    began = time.perf_counter()
    _check_limits(time_limit_s, iterations, threads, seed)
    if time_limit_s is None and iterations is None:
        time_limit_s = min(_LONGEST_S, max(_SHORTEST_S, len(problem.orders) / _ORDERS_PER_S))
    flat = flatten(problem)
    scheduler = Scheduler(problem, flat)
    _check_frozen(problem, flat)
    run = _Run(problem, flat, initial, iterations or 0, time_limit_s or 0.0, began, on_progress, stop)
    searches = run.all([seed + k for k in range(threads)])
    best = min(range(len(searches)), key=lambda k: (searches[k].best_cost, k))
    search = searches[best]
    routes = []
    for vehicle, visits in enumerate(search.best_visits(len(problem.vehicles))):
        van = problem.vehicles[vehicle]
        if visits or van.under_way:
            route = scheduler.numbered(vehicle, visits)
            if route is None:
                raise InvariantViolation(f"van {van.id}: a round the search accepted cannot be driven")
            routes.append(route)
    plan = assemble(
        problem,
        routes,
        flat,
        seed=seed + best,
        iterations=search.iterations,
        elapsed_s=time.perf_counter() - began,
    )
    found = violations(problem, plan)
    if found:
        raise InvariantViolation("\n".join(str(violation) for violation in found))
    return plan


def _check_limits(time_limit_s: float | None, iterations: int | None, threads: int, seed: int) -> None:
    faults = []
    if time_limit_s is not None and not time_limit_s > 0:
        faults.append(Fault("time limit", f"{time_limit_s:g} s is not above zero"))
    if iterations is not None and iterations < 1:
        faults.append(Fault("iterations", f"{iterations} is less than one"))
    if iterations is not None and iterations > WHOLE_MAX:
        faults.append(Fault("iterations", f"{iterations} is more than {WHOLE_MAX}"))
    if threads < 1:
        faults.append(Fault("threads", f"{threads} is less than one"))
    if threads > THREADS_MAX:
        faults.append(Fault("threads", f"{threads} is more than {THREADS_MAX}"))
    if not 0 <= seed <= WHOLE_MAX:
        faults.append(Fault("seed", f"{seed} is not within 0 to {WHOLE_MAX}"))
    if faults:
        raise InputError(faults)


def _check_frozen(problem: Problem, flat: Flat) -> None:
    """What is frozen is a fact; where it cannot be driven the problem contradicts itself."""
    core = _core.Scheduler(flat.instance)
    faults = [
        Fault(f"van {van.id}", f"its {len(van.frozen)} frozen visits and the way home cannot be driven")
        for k, van in enumerate(problem.vehicles)
        if (van.frozen or van.under_way) and isinf(core.cost(k, flat.visits(van.frozen)))
    ]
    if faults:
        raise InputError(faults)


@dataclass(frozen=True, slots=True)
class _Run:
    problem: Problem
    flat: Flat
    initial: Sequence[Sequence[Visit]] | None
    iterations: int
    seconds: float
    began: float
    on_progress: Callable[[Progress], bool | None] | None
    stop: threading.Event | None

    def all(self, seeds: Sequence[int]) -> list[_core.Search]:
        """Searches with these seeds, at their end."""
        ended = threading.Event()
        if len(seeds) == 1:
            return [self._one(seeds[0], ended, report=True)]
        with ThreadPoolExecutor(len(seeds) - 1) as pool:
            others = [pool.submit(self._one, seed, ended, report=False) for seed in seeds[1:]]
            first = self._one(seeds[0], ended, report=True)
            return [first, *(other.result() for other in others)]

    def _one(self, seed: int, ended: threading.Event, *, report: bool) -> _core.Search:
        search = _core.Search(self.flat.instance, seed, self.problem.objective == "vehicles-then-distance")
        for vehicle, visits in enumerate(self.initial or ()):
            wanted = [visit for visit in visits if visit.kind in ("stop", "reload")]
            if wanted:
                search.start_with(vehicle, self.flat.visits(wanted))
        try:
            search.begin(self.iterations, self._seconds_left())
            while not search.advance(_SLICE_S) and not ended.is_set() and not self._stopped():
                if report and self._report(search) is False:
                    ended.set()
            if report:
                self._report(search)
        except KeyboardInterrupt:
            ended.set()
        return search

    def _stopped(self) -> bool:
        return self.stop is not None and self.stop.is_set()

    def _seconds_left(self) -> float:
        """Of the time limit; the preparation counts. 0 where there is none."""
        return max(1e-3, self.seconds - (time.perf_counter() - self.began)) if self.seconds else 0.0

    def _report(self, search: _core.Search) -> bool | None:
        if self.on_progress is None:
            return None
        elapsed_s = time.perf_counter() - self.began
        part = max(
            search.iterations / self.iterations if self.iterations else 0.0,
            elapsed_s / self.seconds if self.seconds else 0.0,
        )
        absent = search.best_absent
        orders = self.problem.orders
        if self.problem.objective in ("distance", "vehicles-then-distance"):
            cost = search.best_distance + sum(orders[k].prize or 0.0 for k in absent)
        else:
            cost = search.best_cost - sum(self.flat.penalty[k] for k in absent if orders[k].prize is None)
        return self.on_progress(
            Progress(
                elapsed_s,
                min(1.0, part),
                search.iterations,
                cost,
                search.best_distance,
                search.best_used,
                len(absent),
            )
        )
