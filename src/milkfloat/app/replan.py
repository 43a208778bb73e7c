"""A problem, a plan for it and what happened since, in files, into the plan for the rest of the day."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from milkfloat.app.solve import load, read_document
from milkfloat.dispatch.live import standing
from milkfloat.dispatch.place import placed
from milkfloat.dispatch.read_events import News, read_events
from milkfloat.dispatch.replan import Effort, Replanned, replan
from milkfloat.dispatch.rounds import Rounds
from milkfloat.dispatch.slow_legs import slowed
from milkfloat.errors import ConflictError, Fault, InputError
from milkfloat.routing.formats.fingerprint import problem_hash
from milkfloat.routing.formats.milkfloat import write_problem
from milkfloat.routing.formats.plan import read_plan, write_plan
from milkfloat.routing.metric import Metric
from milkfloat.routing.plan import Route, Step
from milkfloat.routing.problem import Problem


@dataclass(frozen=True, slots=True)
class ReplannedFile:
    """
    A plan for the rest of a day.

    Attributes
    ----------
    now
        The instant it was made at.
    notes
        Remarks on the files.
    """

    now: float
    replanned: Replanned
    notes: tuple[str, ...]

    @property
    def document(self) -> dict[str, Any]:
        """PLAN.json, with what changed and why."""
        found = self.replanned
        document = write_plan(found.problem, found.plan)
        document["now"] = self.now
        document["done"] = sorted(found.rest.done)
        document["late_allowed"] = sorted(found.late_allowed)
        document["changes"] = [
            {
                "order": told.move.order_id,
                "stop": told.move.stop,
                "kind": told.move.kind,
                "from_vehicle": told.move.from_van,
                "from_position": told.move.from_position,
                "to_vehicle": told.move.to_van,
                "to_position": told.move.to_position,
                "reason": {"code": told.reason.code, "text": told.reason.text},
            }
            for told in found.moves
        ]
        document["notes"] = list(self.notes)
        return document

    @property
    def problem_json(self) -> bytes:
        """PROBLEM.json of the rest of the day."""
        return write_problem(self.replanned.problem)


def replan_files(
    problem_path: Path,
    plan_path: Path,
    events_path: Path,
    effort: Effort,
    *,
    stop: threading.Event | None = None,
) -> ReplannedFile:
    """
    Plan the rest of a day anew.

    Raises
    ------
    InputError
        When a file cannot be read, with every fault.
    ConflictError
        When the events contradict where parcels and vans are.
    """
    loaded = load(problem_path)
    document = read_document(plan_path)
    problem = loaded.problem
    plan = read_plan(problem, document, names=loaded.names, source=plan_path.name)
    notes = []
    stated = document.get("problem_hash") if isinstance(document, Mapping) else None
    if stated is not None and stated != problem_hash(problem):
        notes.append(f"the plan states another problem ({stated}); it is taken for {problem_path.name} all the same")
    given = read_document(events_path)
    news = read_events(problem, given, source=events_path.name)
    metrics = _metrics(problem, news, given, events_path)
    delayed = replace(plan, routes=tuple(_delayed(problem, route, news) for route in plan.routes))

    def by_hand(new: Problem, rounds: Rounds) -> Rounds:
        for placement in news.placements:
            position = None
            if placement.before is not None:
                ids = [visit.id for visit in rounds.without([placement.order_id]).of(placement.van_id)]
                if placement.before not in ids:
                    raise ConflictError(f"order {placement.before} is not ahead of van {placement.van_id}")
                position = ids.index(placement.before)
            rounds = placed(new, rounds, placement.order_id, placement.van_id, position)
        return rounds

    found = replan(problem, delayed, news.now, news.changes(metrics), news.events, effort, adjust=by_hand, stop=stop)
    return ReplannedFile(news.now, found, tuple(notes))


def _metrics(problem: Problem, news: News, given: Mapping[str, Any], events_path: Path) -> tuple[Metric, ...] | None:
    """Travel times as they are now: those of another problem file, jams and closures on top."""
    metrics = problem.metrics
    other = given.get("metrics_of")
    if other is not None:
        metrics = load(events_path.parent / str(other)).problem.metrics
        if len(metrics) != len(problem.metrics):
            message = f"{other} has {len(metrics)} metrics, the problem has {len(problem.metrics)}"
            raise InputError(Fault(f"{events_path.name}:metrics_of", message))
    if news.slowed:
        metrics = tuple(slowed(metric, news.slowed, events_path.name) for metric in metrics)
    return None if metrics is problem.metrics else metrics


def _delayed(problem: Problem, route: Route, news: News) -> Route:
    """The route of a van that is later than planned, from the step it is at or drives to on."""
    by = news.delays.get(problem.vehicles[route.vehicle].id, 0.0)
    if by == 0.0 or not route.steps:
        return route
    at = standing(route, news.now).step
    begun = route.steps[at].arrival <= news.now

    def later(k: int, step: Step) -> Step:
        if k < at:
            return step
        # Where the van has arrived already, it leaves later.
        arrival = step.arrival if k == at and begun else step.arrival + by
        start = step.start if k == at and step.start <= news.now else step.start + by
        return replace(step, arrival=arrival, start=start, departure=step.departure + by)

    return replace(route, steps=tuple(later(k, step) for k, step in enumerate(route.steps)))
