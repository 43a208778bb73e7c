"""
The tables. One schema for SQLite (STRICT, WAL) and PostgreSQL; the tenant comes first in every key.

Instants are microseconds since 1970, documents JSON text: both read the same in either database, and STRICT tables know
no other types. Migrations (``migrations/versions``) lead here, and add the triggers that refuse to change what
happened; a test builds the tables both ways and finds no difference.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa

metadata = sa.MetaData(
    naming_convention={
        "pk": "%(table_name)s_pkey",
        "fk": "%(table_name)s_%(column_0_N_name)s_fkey",
        "uq": "%(table_name)s_%(column_0_N_name)s_key",
        "ck": "%(table_name)s_%(constraint_name)s_check",
        "ix": "%(table_name)s_%(column_0_N_name)s_idx",
    }
)

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
# STRICT tables of SQLite take INTEGER, which holds 64 bits there.
Integer64 = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


class Instant(sa.types.TypeDecorator[datetime]):
    """An aware instant, kept as microseconds since 1970."""

    impl = Integer64
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> int | None:  # noqa: ARG002
        """Microseconds of an instant."""
        if value is None:
            return None
        assert value.tzinfo is not None, f"instant {value.isoformat()} has no time zone"
        return (value - _EPOCH) // _MICROSECOND

    def process_result_value(self, value: int | None, dialect: sa.Dialect) -> datetime | None:  # noqa: ARG002
        """The instant, in UTC."""
        return None if value is None else _EPOCH + value * _MICROSECOND


class Document(sa.types.TypeDecorator[Any]):
    """A JSON value, kept as text."""

    impl = sa.Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: sa.Dialect) -> str | None:  # noqa: ARG002
        """The text of a value; None stays NULL."""
        if value is None:
            return None
        return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))

    def process_result_value(self, value: str | None, dialect: sa.Dialect) -> Any:  # noqa: ARG002
        """The value of a text."""
        return None if value is None else json.loads(value)


def _table(name: str, *columns: sa.schema.SchemaItem) -> sa.Table:
    return sa.Table(name, metadata, *columns, sqlite_strict=True)


def _tenant() -> sa.Column[str]:
    return sa.Column("tenant", sa.Text, primary_key=True)


jobs = _table(
    "jobs",
    _tenant(),
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("request", Document, nullable=False),
    sa.Column("result", Document),
    sa.Column("error", Document),
    sa.Column("idempotency_key", sa.Text),
    sa.Column("attempt", sa.Integer, nullable=False),
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("started_at", Instant),
    sa.Column("finished_at", Instant),
    sa.CheckConstraint("state IN ('queued', 'running', 'done', 'failed', 'cancelled')", name="state"),
    sa.UniqueConstraint("tenant", "idempotency_key"),
)
sa.Index(None, jobs.c.tenant, jobs.c.state, jobs.c.created_at)

job_events = _table(
    "job_events",
    _tenant(),
    sa.Column("job_id", sa.Text, primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("document", Document, nullable=False),
    sa.Column("recorded_at", Instant, nullable=False),
    sa.ForeignKeyConstraint(["tenant", "job_id"], ["jobs.tenant", "jobs.id"], ondelete="CASCADE"),
)

plans = _table(
    "plans",
    _tenant(),
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("job_id", sa.Text),
    sa.Column("problem", Document, nullable=False),
    sa.Column("plan", Document, nullable=False),
    sa.Column("geojson", Document),
    sa.Column("created_at", Instant, nullable=False),
)

days = _table(
    "days",
    _tenant(),
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("closed_at", Instant),
)

day_events = _table(
    "day_events",
    _tenant(),
    sa.Column("day_id", sa.Text, primary_key=True),
    sa.Column("number", Integer64, primary_key=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("document", Document, nullable=False),
    sa.Column("effective_at", Instant, nullable=False),
    sa.Column("recorded_at", Instant, nullable=False),
    sa.ForeignKeyConstraint(["tenant", "day_id"], ["days.tenant", "days.id"]),
)

day_snapshots = _table(
    "day_snapshots",
    _tenant(),
    sa.Column("day_id", sa.Text, primary_key=True),
    sa.Column("number", Integer64, primary_key=True),
    sa.Column("document", Document, nullable=False),
    sa.Column("recorded_at", Instant, nullable=False),
    sa.ForeignKeyConstraint(["tenant", "day_id"], ["days.tenant", "days.id"]),
)

driver_tokens = _table(
    "driver_tokens",
    _tenant(),
    sa.Column("digest", sa.Text, primary_key=True),
    sa.Column("day_id", sa.Text, nullable=False),
    sa.Column("van_id", sa.Text, nullable=False),
    sa.Column("driver", sa.Text, nullable=False),
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("revoked_at", Instant),
    sa.ForeignKeyConstraint(["tenant", "day_id"], ["days.tenant", "days.id"]),
)
sa.Index(None, driver_tokens.c.tenant, driver_tokens.c.day_id, driver_tokens.c.van_id)
