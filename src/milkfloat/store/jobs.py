"""Long work: what was asked, how far it is, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, TypeAlias

import sqlalchemy as sa

from milkfloat.errors import ConflictError
from milkfloat.store.database import Database
from milkfloat.store.schema import job_events, jobs

State: TypeAlias = Literal["queued", "running", "done", "failed", "cancelled"]
ENDED: frozenset[State] = frozenset({"done", "failed", "cancelled"})


@dataclass(frozen=True, slots=True)
class Job:
    """
    One job.

    Attributes
    ----------
    request, result, error
        JSON values; the result of a job that is done, the error of one that failed.
    attempt
        How often it was started: more than once when the server was stopped meanwhile.
    """

    id: str
    kind: str
    state: State
    request: Any
    result: Any
    error: Any
    attempt: int
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None

    @property
    def has_ended(self) -> bool:
        """Whether nothing more will happen to it."""
        return self.state in ENDED


@dataclass(frozen=True, slots=True)
class JobEvent:
    """Something that happened to a job; numbers count from 1 without gaps."""

    number: int
    kind: str
    document: Any
    recorded_at: datetime


def add(db: Database, id: str, *, kind: str, request: Any, at: datetime, idempotency_key: str | None = None) -> Job:
    """
    Queue a job; where its key was used before for the same request, that job.

    Raises
    ------
    ConflictError
        When the key was used for another request.
    """
    with db.write() as connection:
        if idempotency_key is not None:
            row = connection.execute(
                _job_columns().where(jobs.c.tenant == db.tenant, jobs.c.idempotency_key == idempotency_key)
            ).first()
            if row is not None:
                found = Job(**row._mapping)  # noqa: SLF001 - the public name of SQLAlchemy
                if (found.kind, found.request) != (kind, request):
                    raise ConflictError(f"idempotency key {idempotency_key!r} was used for another request")
                return found
        connection.execute(
            sa.insert(jobs).values(
                tenant=db.tenant,
                id=id,
                kind=kind,
                state="queued",
                request=request,
                idempotency_key=idempotency_key,
                attempt=0,
                created_at=at,
            )
        )
    return Job(id, kind, "queued", request, None, None, 0, at, None, None)


def get(db: Database, id: str) -> Job | None:
    """One job with its documents."""
    with db.read() as connection:
        row = connection.execute(_job_columns().where(*_is(db, id))).first()
    return None if row is None else Job(**row._mapping)  # noqa: SLF001 - the public name of SQLAlchemy


def recent(db: Database, *, kind: str, limit: int) -> tuple[Job, ...]:
    """The latest jobs of a kind, newest first, without their requests and results."""
    lean = sa.select(
        *(jobs.c[name] for name in ("id", "kind", "state", "error", "attempt", "created_at", "started_at")),
        jobs.c.finished_at,
    )
    with db.read() as connection:
        rows = connection.execute(
            lean.where(jobs.c.tenant == db.tenant, jobs.c.kind == kind)
            .order_by(jobs.c.created_at.desc(), jobs.c.id.desc())
            .limit(limit)
        ).all()
    return tuple(Job(request=None, result=None, **row._mapping) for row in rows)  # noqa: SLF001 - public there


def queued(db: Database) -> tuple[str, ...]:
    """Ids of the jobs that wait, in the order they came."""
    with db.read() as connection:
        rows = connection.execute(
            sa.select(jobs.c.id)
            .where(jobs.c.tenant == db.tenant, jobs.c.state == "queued")
            .order_by(jobs.c.created_at, jobs.c.id)
        )
        return tuple(rows.scalars())


def start(db: Database, id: str, *, at: datetime) -> bool:
    """Take a waiting job; False when it does not wait (any more)."""
    with db.write() as connection:
        changed = connection.execute(
            sa.update(jobs)
            .where(*_is(db, id), jobs.c.state == "queued")
            .values(state="running", attempt=jobs.c.attempt + 1, started_at=at)
        )
        return changed.rowcount == 1


def requeue(db: Database) -> tuple[str, ...]:
    """Let jobs that were running when their server ended wait again; returns their ids."""
    with db.write() as connection:
        rows = connection.execute(
            sa.update(jobs)
            .where(jobs.c.tenant == db.tenant, jobs.c.state == "running")
            .values(state="queued")
            .returning(jobs.c.id)
        )
        return tuple(sorted(rows.scalars()))


def requeue_one(db: Database, id: str) -> bool:
    """Let a job whose process was lost wait again; False when it does not run."""
    with db.write() as connection:
        changed = connection.execute(
            sa.update(jobs).where(*_is(db, id), jobs.c.state == "running").values(state="queued")
        )
        return changed.rowcount == 1


def finish(db: Database, id: str, state: State, *, at: datetime, result: Any = None, error: Any = None) -> bool:
    """End a job that waits or runs; False when it had ended before."""
    assert state in ENDED
    with db.write() as connection:
        changed = connection.execute(
            sa.update(jobs)
            .where(*_is(db, id), jobs.c.state.in_(("queued", "running")))
            .values(state=state, result=result, error=error, finished_at=at)
        )
        return changed.rowcount == 1


def add_event(db: Database, job_id: str, kind: str, document: Any, *, at: datetime) -> JobEvent:
    """Add to what happened to a job."""
    with db.write() as connection:
        last = connection.execute(
            sa.select(sa.func.max(job_events.c.number)).where(
                job_events.c.tenant == db.tenant, job_events.c.job_id == job_id
            )
        ).scalar()
        number = (last or 0) + 1
        connection.execute(
            sa.insert(job_events).values(
                tenant=db.tenant, job_id=job_id, number=number, kind=kind, document=document, recorded_at=at
            )
        )
    return JobEvent(number, kind, document, at)


def events_since(db: Database, job_id: str, number: int) -> tuple[JobEvent, ...]:
    """What happened to a job after event ``number``, in order."""
    columns = (job_events.c.number, job_events.c.kind, job_events.c.document, job_events.c.recorded_at)
    with db.read() as connection:
        rows = connection.execute(
            sa.select(*columns)
            .where(job_events.c.tenant == db.tenant, job_events.c.job_id == job_id, job_events.c.number > number)
            .order_by(job_events.c.number)
        ).all()
    return tuple(JobEvent(*row) for row in rows)


def _job_columns() -> sa.Select[Any]:
    names = ("id", "kind", "state", "request", "result", "error", "attempt", "created_at", "started_at", "finished_at")
    return sa.select(*(jobs.c[name] for name in names))


def _is(db: Database, id: str) -> tuple[sa.ColumnElement[bool], ...]:
    return jobs.c.tenant == db.tenant, jobs.c.id == id
