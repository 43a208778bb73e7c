"""
Days: what happened, event by event, and snapshots to go on from.

Events are never changed or removed. A day is resumed from its latest snapshot and the events after it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from milkfloat.errors import ConflictError
from milkfloat.store.database import Database
from milkfloat.store.schema import day_events, day_snapshots, days

# The last one, and one before it in case that is damaged.
SNAPSHOTS_KEPT = 2


@dataclass(frozen=True, slots=True)
class Day:
    """One day of a fleet; open until ``closed_at``."""

    id: str
    name: str
    created_at: datetime
    closed_at: datetime | None


@dataclass(frozen=True, slots=True)
class NewEvent:
    """Something that happened, not yet written down: ``effective_at`` is when, on the clock of the day."""

    kind: str
    document: Any
    effective_at: datetime


@dataclass(frozen=True, slots=True)
class DayEvent:
    """Something that happened; numbers count from 1 without gaps."""

    number: int
    kind: str
    document: Any
    effective_at: datetime
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The state of a day after event ``number``."""

    number: int
    document: Any
    recorded_at: datetime


def add(db: Database, id: str, *, name: str, at: datetime) -> Day:
    """Open a day."""
    with db.write() as connection:
        connection.execute(sa.insert(days).values(tenant=db.tenant, id=id, name=name, created_at=at))
    return Day(id, name, at, None)


def get(db: Database, id: str) -> Day | None:
    """One day."""
    with db.read() as connection:
        row = connection.execute(_columns().where(days.c.tenant == db.tenant, days.c.id == id)).first()
    return None if row is None else Day(*row)


def latest_open(db: Database) -> Day | None:
    """The open day that was begun last: the one to resume."""
    with db.read() as connection:
        row = connection.execute(
            _columns()
            .where(days.c.tenant == db.tenant, days.c.closed_at.is_(None))
            .order_by(days.c.created_at.desc(), days.c.id.desc())
            .limit(1)
        ).first()
    return None if row is None else Day(*row)


def close(db: Database, id: str, *, at: datetime) -> bool:
    """Close an open day; False when it was not open."""
    with db.write() as connection:
        changed = connection.execute(
            sa.update(days)
            .where(days.c.tenant == db.tenant, days.c.id == id, days.c.closed_at.is_(None))
            .values(closed_at=at)
        )
        return changed.rowcount == 1


def append(
    db: Database, day_id: str, events: Sequence[NewEvent], *, after: int | None = None, at: datetime
) -> tuple[DayEvent, ...]:
    """
    Write down what happened, all or nothing.

    Parameters
    ----------
    after
        Number of the last event the writer knows; None where it does not matter.

    Raises
    ------
    ConflictError
        When others were written since ``after``.
    """
    with db.write() as connection:
        last = _last_number(connection, db, day_id)
        if after is not None and last != after:
            raise ConflictError(f"day {day_id} is at event {last}, not at {after}: another writer was here")
        written = tuple(
            DayEvent(number, event.kind, event.document, event.effective_at, at)
            for number, event in enumerate(events, last + 1)
        )
        if written:
            connection.execute(
                sa.insert(day_events),
                [
                    {
                        "tenant": db.tenant,
                        "day_id": day_id,
                        "number": event.number,
                        "kind": event.kind,
                        "document": event.document,
                        "effective_at": event.effective_at,
                        "recorded_at": at,
                    }
                    for event in written
                ],
            )
    return written


def last_number(db: Database, day_id: str) -> int:
    """Number of the last event of a day; 0 where nothing has happened."""
    with db.read() as connection:
        return _last_number(connection, db, day_id)


def events_since(db: Database, day_id: str, number: int, *, limit: int | None = None) -> tuple[DayEvent, ...]:
    """What happened after event ``number``, in order."""
    columns = ("number", "kind", "document", "effective_at", "recorded_at")
    with db.read() as connection:
        rows = connection.execute(
            sa.select(*(day_events.c[name] for name in columns))
            .where(day_events.c.tenant == db.tenant, day_events.c.day_id == day_id, day_events.c.number > number)
            .order_by(day_events.c.number)
            .limit(limit)
        ).all()
    return tuple(DayEvent(*row) for row in rows)


def save_snapshot(db: Database, day_id: str, number: int, document: Any, *, at: datetime) -> None:
    """Keep the state after event ``number``; older ones but a few are dropped."""
    is_day = (day_snapshots.c.tenant == db.tenant, day_snapshots.c.day_id == day_id)
    with db.write() as connection:
        connection.execute(sa.delete(day_snapshots).where(*is_day, day_snapshots.c.number >= number))
        connection.execute(
            sa.insert(day_snapshots).values(
                tenant=db.tenant, day_id=day_id, number=number, document=document, recorded_at=at
            )
        )
        kept = sa.select(day_snapshots.c.number).where(*is_day).order_by(day_snapshots.c.number.desc())
        numbers = connection.execute(kept.limit(SNAPSHOTS_KEPT)).scalars().all()
        connection.execute(sa.delete(day_snapshots).where(*is_day, day_snapshots.c.number < min(numbers)))


def latest_snapshot(db: Database, day_id: str) -> Snapshot | None:
    """The state to go on from."""
    with db.read() as connection:
        row = connection.execute(
            sa.select(day_snapshots.c.number, day_snapshots.c.document, day_snapshots.c.recorded_at)
            .where(day_snapshots.c.tenant == db.tenant, day_snapshots.c.day_id == day_id)
            .order_by(day_snapshots.c.number.desc())
            .limit(1)
        ).first()
    return None if row is None else Snapshot(*row)


def _last_number(connection: sa.Connection, db: Database, day_id: str) -> int:
    last = connection.execute(
        sa.select(sa.func.max(day_events.c.number)).where(
            day_events.c.tenant == db.tenant, day_events.c.day_id == day_id
        )
    ).scalar()
    return int(last or 0)


def _columns() -> sa.Select[Any]:
    return sa.select(days.c.id, days.c.name, days.c.created_at, days.c.closed_at)
