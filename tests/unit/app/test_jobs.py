"""Jobs: what is written down when workers answer, fail and die."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import Future
from datetime import UTC, datetime
from typing import Any

import pytest

from milkfloat.app.jobs import ATTEMPTS_MAX, Jobs
from milkfloat.app.workers import Document, Report, WorkerLost, Workers
from milkfloat.clock import FixedClock
from milkfloat.errors import Fault, InputError
from milkfloat.store.database import Database, open_database

CLOCK = FixedClock(datetime(2026, 1, 15, 8, tzinfo=UTC))
RESULT: Document = {"plan": {"routes": []}, "problem": {"orders": []}, "geojson": {"features": []}}


class HandWorkers(Workers):
    """Workers whose answers the test gives by hand: no process, no time."""

    def __init__(self) -> None:
        super().__init__({})
        self.asked: list[tuple[Mapping[str, Any], Report, Future[Document]]] = []

    def submit(self, name: str, request: Document, report: Report) -> Future[Document]:  # noqa: ARG002
        future: Future[Document] = Future()
        self.asked.append((request, report, future))
        return future


@pytest.fixture
def db() -> Database:
    return open_database("sqlite://")


@pytest.fixture
def workers() -> HandWorkers:
    return HandWorkers()


def kinds(jobs: Jobs, job_id: str) -> list[str]:
    return [event.kind for event in jobs.events_since(job_id, 0)]


def state(jobs: Jobs, job_id: str) -> str:
    job = jobs.get(job_id)
    assert job is not None
    return job.state


def test_a_job_that_is_done_has_a_plan(db: Database, workers: HandWorkers) -> None:
    told: list[str] = []
    jobs = Jobs(db, workers, CLOCK, on_event=told.append)
    job = jobs.add({"seed": 1})
    request, report, future = workers.asked[0]
    assert request == {"seed": 1, "now": "2026-01-15T08:00:00+00:00"}
    assert state(jobs, job.id) == "queued"
    assert report({"part": 0.1})
    assert state(jobs, job.id) == "running"
    future.set_result(RESULT)
    assert state(jobs, job.id) == "done"
    assert kinds(jobs, job.id) == ["queued", "running", "progress", "done"]
    assert told == [job.id] * 4
    plan = jobs.plan_of(job.id)
    assert plan is not None
    assert (plan.plan, plan.problem, plan.geojson) == (RESULT["plan"], RESULT["problem"], RESULT["geojson"])


def test_faults_are_kept_and_failures_are_told_without_their_inside(db: Database, workers: HandWorkers) -> None:
    jobs = Jobs(db, workers, CLOCK)
    first, second = jobs.add({}), jobs.add({})
    workers.asked[0][2].set_exception(InputError(Fault("orders.csv:2", "is wrong")))
    workers.asked[1][2].set_exception(RuntimeError("KeyError: secret"))
    faulty, failed = jobs.get(first.id), jobs.get(second.id)
    assert faulty is not None
    assert failed is not None
    assert (faulty.state, faulty.error["errors"]) == ("failed", [{"where": "orders.csv:2", "message": "is wrong"}])
    assert failed.state == "failed"
    assert "secret" not in str(failed.error)


def test_a_job_whose_process_dies_is_begun_again_but_not_forever(db: Database, workers: HandWorkers) -> None:
    jobs = Jobs(db, workers, CLOCK)
    job = jobs.add({})
    for attempt in range(ATTEMPTS_MAX):
        _, report, future = workers.asked[attempt]
        report({"part": 0.0})
        future.set_exception(WorkerLost("the process ended with code -9"))
    assert len(workers.asked) == ATTEMPTS_MAX
    assert state(jobs, job.id) == "failed"
    assert kinds(jobs, job.id).count("running") == ATTEMPTS_MAX


def test_cancelling_ends_the_search_and_keeps_its_plan(db: Database, workers: HandWorkers) -> None:
    jobs = Jobs(db, workers, CLOCK)
    job = jobs.add({})
    _, report, future = workers.asked[0]
    assert report({"part": 0.1})
    assert jobs.cancel(job.id)
    assert not report({"part": 0.2})
    future.set_result(RESULT)
    assert state(jobs, job.id) == "cancelled"
    assert jobs.plan_of(job.id) is not None
    assert not jobs.cancel(job.id)
    assert not jobs.cancel("nobody")


def test_cancelling_before_there_is_a_plan_leaves_none(db: Database, workers: HandWorkers) -> None:
    jobs = Jobs(db, workers, CLOCK)
    job = jobs.add({})
    _, report, future = workers.asked[0]
    report({"part": 0.1})
    jobs.cancel(job.id)
    future.set_result({"plan": None, "problem": None, "geojson": None})
    assert state(jobs, job.id) == "cancelled"
    assert jobs.plan_of(job.id) is None


def test_a_job_cancelled_while_it_waited_is_not_begun(db: Database, workers: HandWorkers) -> None:
    jobs = Jobs(db, workers, CLOCK)
    job = jobs.add({})
    assert jobs.cancel(job.id)
    assert state(jobs, job.id) == "cancelled"
    _, report, future = workers.asked[0]
    assert not report({"part": 0.0})
    future.set_result(RESULT)
    assert kinds(jobs, job.id) == ["queued", "cancelled"]
    assert jobs.plan_of(job.id) is None


def test_what_was_under_way_is_taken_up_by_the_next_service(db: Database, workers: HandWorkers) -> None:
    jobs = Jobs(db, workers, CLOCK)
    running, waiting, done = jobs.add({"k": 1}), jobs.add({"k": 2}), jobs.add({"k": 3})
    workers.asked[0][1]({"part": 0.5})
    workers.asked[2][1]({"part": 0.5})
    workers.asked[2][2].set_result(RESULT)
    jobs.close()
    workers.asked[0][2].set_exception(WorkerLost("the service is ending"))
    after = HandWorkers()
    again = Jobs(db, after, CLOCK)
    assert set(again.resume()) == {running.id, waiting.id}
    reports = {request["k"]: report for request, report, _ in after.asked}
    assert set(reports) == {1, 2}
    assert state(again, done.id) == "done"
    reports[1]({"part": 0.0})
    assert kinds(again, running.id) == ["queued", "running", "progress", "queued", "running", "progress"]
