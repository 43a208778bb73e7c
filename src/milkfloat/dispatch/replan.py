"""
The next plan: what is left of the old one, what happened, a search that begins with the old rounds, and what changed.

Nothing of a plan is lost on the way: a parcel stays on its van, a stop that a van drives to stays its next one, and
every stop that moves has one reason.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import inf

from milkfloat.dispatch.change import Changes, changed
from milkfloat.dispatch.diff import Diff, diff, moves
from milkfloat.dispatch.events import Event
from milkfloat.dispatch.live import Rest, rest_of
from milkfloat.dispatch.reasons import Circumstances, ExplainedMove, Setback, explain
from milkfloat.dispatch.rounds import Rounds, initial_visits, rounds_of
from milkfloat.errors import ConflictError, InputError
from milkfloat.routing.evaluate import Scheduler, plan_of
from milkfloat.routing.plan import Plan
from milkfloat.routing.problem import Order, Problem
from milkfloat.routing.solve import solve

# Reasons to be unserved that a later hour can heal.
_TOO_LATE = frozenset({"time_window", "fleet_busy", "release"})


@dataclass(frozen=True, slots=True)
class Effort:
    """
    How long to search.

    Attributes
    ----------
    time_limit_s, iterations
        As in `milkfloat.routing.solve.solve`.
    grace_s
        Orders that no van can serve in time are allowed to be so much late, step by step; empty: they are left out.
    """

    time_limit_s: float | None = None
    iterations: int | None = None
    seed: int = 1
    threads: int = 1
    grace_s: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Replanned:
    """
    A new plan.

    Attributes
    ----------
    problem, plan
        The rest of the day.
    rest
        What was left of the old plan.
    before, after
        The rounds, old ones as far as they were not driven.
    change
        From ``before`` to ``after``.
    moves
        Every stop that moved, with its reason.
    setbacks
        By van, what became of its old round.
    late_allowed
        Orders whose windows were opened because no van can serve them in time.
    """

    problem: Problem
    plan: Plan
    rest: Rest
    before: Rounds
    after: Rounds
    change: Diff
    moves: tuple[ExplainedMove, ...]
    setbacks: Mapping[str, Setback]
    late_allowed: frozenset[str] = frozenset()


def replan(
    problem: Problem,
    plan: Plan,
    now: float,
    changes: Changes,
    events: Sequence[Event],
    effort: Effort,
    *,
    adjust: Callable[[Problem, Rounds], Rounds] | None = None,
    stop: threading.Event | None = None,
) -> Replanned:
    """
    Plan the rest of a day anew.

    Parameters
    ----------
    plan
        As it was driven until ``now`` and is expected to go on.
    events
        What happened, for the reasons.
    adjust
        Changes the old rounds that the search begins with, given the problem with its changes.
    stop
        Set from another thread it ends the search; the best plan so far counts.

    Raises
    ------
    InputError
        Naming what in ``changes`` is not known.
    ConflictError
        When they contradict where parcels and vans are.
    """
    rest = rest_of(problem, plan, now)
    new, rounds = changed(rest, changes, now)
    begin = adjust(new, rounds) if adjust is not None else rounds
    found = _search(new, begin, effort, stop)
    late: set[str] = set()
    for grace_s in effort.grace_s:
        hopeless = {new.orders[u.order].id for u in found.unserved if _TOO_LATE & {r.code for r in u.reasons}}
        if not hopeless:
            break
        late |= hopeless
        new = replace(new, orders=tuple(_later(order, grace_s) if order.id in late else order for order in new.orders))
        found = _search(new, rounds_of(new, found), effort, stop)
    setbacks = _setbacks(rest, new, rounds) if _is_traffic(changes) else {}
    return compared(rest, new, found, events, setbacks, frozenset(late))


def as_given(
    problem: Problem,
    plan: Plan,
    now: float,
    changes: Changes,
    events: Sequence[Event],
    wanted: Callable[[Problem, Rounds], Rounds],
) -> Replanned:
    """
    The plan in which vans drive exactly the rounds that are wanted; orders in none of them are unserved.

    Parameters
    ----------
    wanted
        Makes them out of the problem with its changes and the old rounds.

    Raises
    ------
    ConflictError
        Naming the vans that cannot drive theirs.
    """
    rest = rest_of(problem, plan, now)
    new, rounds = changed(rest, changes, now)
    try:
        found = plan_of(new, initial_visits(new, wanted(new, rounds)))
    except InputError as error:
        raise ConflictError("; ".join(map(str, error.faults))) from None
    return compared(rest, new, found, events, {}, frozenset())


def compared(
    rest: Rest,
    problem: Problem,
    plan: Plan,
    events: Sequence[Event],
    setbacks: Mapping[str, Setback],
    late: frozenset[str],
) -> Replanned:
    """A plan with what it changes in the old rounds, and why."""
    after = rounds_of(problem, plan)
    change = diff(rest.rounds, after)
    unserved = {
        problem.orders[u.order].id: u.reasons[0].text if u.reasons else "no van can serve it" for u in plan.unserved
    }
    known = Circumstances(rest.rounds, after, events, setbacks, unserved)
    told = explain(moves(change), known)
    return Replanned(problem, plan, rest, rest.rounds, after, change, told, setbacks, late)


def _search(problem: Problem, rounds: Rounds, effort: Effort, stop: threading.Event | None) -> Plan:
    return solve(
        problem,
        time_limit_s=effort.time_limit_s,
        iterations=effort.iterations,
        seed=effort.seed,
        threads=effort.threads,
        initial=initial_visits(problem, rounds),
        stop=stop,
    )


def _is_traffic(changes: Changes) -> bool:
    """Whether something changed that a round can suffer from."""
    return changes.metrics is not None or bool(changes.broken)


def _later(order: Order, grace_s: float) -> Order:
    """The order with its last windows closing later."""
    stops = tuple(
        replace(s, windows=(*s.windows[:-1], (s.windows[-1][0], s.windows[-1][1] + grace_s))) if s.windows else s
        for s in order.stops
    )
    return replace(order, stops=stops)


def _setbacks(rest: Rest, problem: Problem, rounds: Rounds) -> dict[str, Setback]:
    """What became of every van's old round."""
    old, new = Scheduler(rest.problem), Scheduler(problem)
    old_visits = initial_visits(rest.problem, rounds)
    old_index = {van.id: k for k, van in enumerate(rest.problem.vehicles)}
    patient: Scheduler | None = None
    found = {}
    for k, visits in enumerate(initial_visits(problem, rounds)):
        van_id = problem.vehicles[k].id
        before = old.route(old_index[van_id], old_visits[old_index[van_id]]) if visits else None
        if before is None:
            continue
        after = new.route(k, visits)
        if after is not None:
            found[van_id] = Setback(max(after.duration - before.duration, 0.0))
            continue
        patient = patient or Scheduler(_without_windows(problem))
        found[van_id] = Setback(inf, "battery" if patient.route(k, visits) is None else "time_window")
    return found


def _without_windows(problem: Problem) -> Problem:
    orders = tuple(replace(o, stops=tuple(replace(s, windows=()) for s in o.stops)) for o in problem.orders)
    vehicles = tuple(replace(v, shift=(v.shift[0], inf)) for v in problem.vehicles)
    return replace(problem, orders=orders, vehicles=vehicles)
