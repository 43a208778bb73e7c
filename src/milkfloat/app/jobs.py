"""
Long work for the service: queued in the store, done by worker processes, heard about by whoever listens.

A job survives its service: what was waiting or running when that ended begins anew when it starts again.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from datetime import datetime
from typing import Any

from milkfloat.app.workers import Document, WorkerLost, Workers
from milkfloat.clock import Clock
from milkfloat.errors import InputError
from milkfloat.ids import ID_RANDOM_BYTES, new_id
from milkfloat.store import jobs, plans
from milkfloat.store.database import Database
from milkfloat.store.jobs import ENDED, Job, JobEvent, State
from milkfloat.store.plans import StoredPlan

log = logging.getLogger("milkfloat.jobs")

# A worker that dies once may have been unlucky; one that dies again will do so forever.
ATTEMPTS_MAX = 3
# Progress is written down this often: enough for a bar that moves.
_PROGRESS_S = 0.4
PLAN = "plan"


class Jobs:
    """
    The jobs of a service.

    Parameters
    ----------
    on_event
        Called from any thread with the id of a job whenever something has happened to it.
    """

    def __init__(
        self,
        db: Database,
        workers: Workers,
        clock: Clock,
        *,
        on_event: Callable[[str], None] | None = None,
    ) -> None:
        self.db = db
        self._on_event = on_event
        self._workers = workers
        self._clock = clock
        self._cancelled: set[str] = set()
        self._lock = threading.Lock()
        self._is_closing = False

    def resume(self) -> tuple[str, ...]:
        """Take up what the last service left: call once, before anything is added. Returns the ids of the jobs."""
        for job_id in jobs.requeue(self.db):
            self._event(job_id, "queued", {"reason": "the service was started again"})
        waiting = jobs.queued(self.db)
        for job_id in waiting:
            self._submit(job_id)
        return waiting

    def add(self, request: Document, *, idempotency_key: str | None = None) -> Job:
        """
        Queue a request for a plan (see `milkfloat.app.tasks.plan_task`).

        Raises
        ------
        ConflictError
            When the key was used for another request.
        """
        job_id = self._new_id()
        job = jobs.add(self.db, job_id, kind=PLAN, request=request, at=self._now(), idempotency_key=idempotency_key)
        if job.id == job_id:
            self._event(job_id, "queued", {})
            self._submit(job_id)
        return job

    def get(self, job_id: str) -> Job | None:
        """One job."""
        return jobs.get(self.db, job_id)

    def recent(self, limit: int) -> tuple[Job, ...]:
        """The latest jobs, newest first, without requests and results."""
        return jobs.recent(self.db, kind=PLAN, limit=limit)

    def events_since(self, job_id: str, number: int) -> tuple[JobEvent, ...]:
        """What happened to a job after event ``number``."""
        return jobs.events_since(self.db, job_id, number)

    def plan_of(self, job_id: str) -> StoredPlan | None:
        """The plan that a job made."""
        return plans.of_job(self.db, job_id)

    def cancel(self, job_id: str) -> bool:
        """End a job; a running one keeps its best plan so far. False when it has ended already."""
        job = jobs.get(self.db, job_id)
        if job is None or job.has_ended:
            return False
        with self._lock:
            self._cancelled.add(job_id)
        if job.state == "queued":
            self._end(job_id, "cancelled")
        return True

    def close(self) -> None:
        """Stop; jobs that run go on when the service starts again."""
        self._is_closing = True

    def _submit(self, job_id: str) -> None:
        job = jobs.get(self.db, job_id)
        assert job is not None
        is_mine: bool | None = None
        last = -_PROGRESS_S

        def report(progress: Document) -> bool:
            nonlocal is_mine, last
            if is_mine is None:
                # A job that was cancelled while it waited is not begun.
                is_mine = jobs.start(self.db, job_id, at=self._now())
                if is_mine:
                    self._event(job_id, "running", {})
            now = time.monotonic()
            if is_mine and now - last >= _PROGRESS_S:
                last = now
                self._event(job_id, "progress", progress)
            return is_mine and job_id not in self._cancelled and not self._is_closing

        # The day that is meant when none is named is that of the request, however late it is done.
        future = self._workers.submit(PLAN, job.request | {"now": job.created_at.isoformat()}, report)
        future.add_done_callback(lambda done: self._finished(job_id, done))

    def _finished(self, job_id: str, done: Future[Document]) -> None:
        if self._is_closing or done.cancelled():
            return
        try:
            self._take(job_id, done)
        except Exception:
            log.exception("job %s: its end could not be written down", job_id)

    def _take(self, job_id: str, done: Future[Document]) -> None:
        job = jobs.get(self.db, job_id)
        if job is None or job.has_ended:
            return
        error = done.exception()
        if error is None:
            was_cancelled = job_id in self._cancelled
            plan_id = self._keep(job_id, done.result())
            state: State = "cancelled" if was_cancelled else "done"
            self._end(job_id, state, result={"plan": plan_id} if plan_id else None)
        elif isinstance(error, WorkerLost):
            log.error("job %s: %s", job_id, error)
            if job.attempt < ATTEMPTS_MAX and job_id not in self._cancelled:
                jobs.requeue_one(self.db, job_id)
                self._event(job_id, "queued", {"reason": str(error)})
                self._submit(job_id)
            else:
                self._end(job_id, "failed", error=_error(f"the search failed: {error}", ()))
        elif isinstance(error, InputError):
            faults = [{"where": fault.where, "message": fault.message} for fault in error.faults]
            self._end(job_id, "failed", error=_error("the input is faulty", faults))
        else:
            log.error("job %s failed: %s", job_id, error)
            self._end(job_id, "failed", error=_error("the search failed; the log of the service says why", ()))

    def _keep(self, job_id: str, result: Document) -> str | None:
        if result["plan"] is None:
            return None
        stored = StoredPlan(self._new_id(), job_id, result["problem"], result["plan"], result["geojson"], self._now())
        plans.add(self.db, stored)
        return stored.id

    def _end(self, job_id: str, state: State, *, result: Any = None, error: Any = None) -> None:
        assert state in ENDED
        if jobs.finish(self.db, job_id, state, at=self._now(), result=result, error=error):
            self._event(job_id, state, {"result": result, "error": error})
        with self._lock:
            self._cancelled.discard(job_id)

    def _event(self, job_id: str, kind: str, document: Document) -> None:
        jobs.add_event(self.db, job_id, kind, document, at=self._now())
        if self._on_event is not None:
            self._on_event(job_id)

    def _new_id(self) -> str:
        return str(new_id(at=self._now(), random=os.urandom(ID_RANDOM_BYTES)))

    def _now(self) -> datetime:
        return self._clock.now()


def _error(title: str, faults: Any) -> Document:
    return {"title": title, "errors": list(faults)}
