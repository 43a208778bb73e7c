"""Plans that were made, with the problems they solve."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from milkfloat.store.database import Database
from milkfloat.store.schema import plans


@dataclass(frozen=True, slots=True)
class StoredPlan:
    """
    A plan and its problem as documents.

    Attributes
    ----------
    job_id
        The job that made it, if one did.
    geojson
        Its routes along the streets; None for a plan without a map.
    """

    id: str
    job_id: str | None
    problem: Any
    plan: Any
    geojson: Any
    created_at: datetime


def add(db: Database, stored: StoredPlan) -> None:
    """Keep a plan; plans never change."""
    with db.write() as connection:
        connection.execute(
            sa.insert(plans).values(
                tenant=db.tenant,
                id=stored.id,
                job_id=stored.job_id,
                problem=stored.problem,
                plan=stored.plan,
                geojson=stored.geojson,
                created_at=stored.created_at,
            )
        )


def get(db: Database, id: str) -> StoredPlan | None:
    """One plan."""
    with db.read() as connection:
        row = connection.execute(_columns().where(plans.c.tenant == db.tenant, plans.c.id == id)).first()
    return None if row is None else StoredPlan(*row)


def of_job(db: Database, job_id: str) -> StoredPlan | None:
    """The plan that a job made."""
    with db.read() as connection:
        row = connection.execute(_columns().where(plans.c.tenant == db.tenant, plans.c.job_id == job_id)).first()
    return None if row is None else StoredPlan(*row)


def _columns() -> sa.Select[Any]:
    names = ("id", "job_id", "problem", "plan", "geojson", "created_at")
    return sa.select(*(plans.c[name] for name in names))
