"""Jobs, plans, days and the tokens of drivers."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the first tables; their order is that of their references."""
    op.create_table(
        "jobs",
        _text("tenant"),
        _text("id"),
        _text("kind"),
        _text("state"),
        _text("request"),
        _text("result", nullable=True),
        _text("error", nullable=True),
        _text("idempotency_key", nullable=True),
        sa.Column("attempt", sa.Integer(), nullable=False),
        _instant("created_at"),
        _instant("started_at", nullable=True),
        _instant("finished_at", nullable=True),
        sa.PrimaryKeyConstraint("tenant", "id", name="jobs_pkey"),
        sa.UniqueConstraint("tenant", "idempotency_key", name="jobs_tenant_idempotency_key_key"),
        sa.CheckConstraint("state IN ('queued', 'running', 'done', 'failed', 'cancelled')", name="jobs_state_check"),
        sqlite_strict=True,
    )
    op.create_index("jobs_tenant_state_created_at_idx", "jobs", ["tenant", "state", "created_at"])
    op.create_table(
        "job_events",
        _text("tenant"),
        _text("job_id"),
        sa.Column("number", sa.Integer(), nullable=False),
        _text("kind"),
        _text("document"),
        _instant("recorded_at"),
        sa.PrimaryKeyConstraint("tenant", "job_id", "number", name="job_events_pkey"),
        sa.ForeignKeyConstraint(
            ["tenant", "job_id"],
            ["jobs.tenant", "jobs.id"],
            name="job_events_tenant_job_id_fkey",
            ondelete="CASCADE",
        ),
        sqlite_strict=True,
    )
    op.create_table(
        "plans",
        _text("tenant"),
        _text("id"),
        _text("job_id", nullable=True),
        _text("problem"),
        _text("plan"),
        _text("geojson", nullable=True),
        _instant("created_at"),
        sa.PrimaryKeyConstraint("tenant", "id", name="plans_pkey"),
        sqlite_strict=True,
    )
    op.create_table(
        "days",
        _text("tenant"),
        _text("id"),
        _text("name"),
        _instant("created_at"),
        _instant("closed_at", nullable=True),
        sa.PrimaryKeyConstraint("tenant", "id", name="days_pkey"),
        sqlite_strict=True,
    )
    op.create_table(
        "day_events",
        _text("tenant"),
        _text("day_id"),
        sa.Column("number", _integer64(), nullable=False),
        _text("kind"),
        _text("document"),
        _instant("effective_at"),
        _instant("recorded_at"),
        sa.PrimaryKeyConstraint("tenant", "day_id", "number", name="day_events_pkey"),
        _day_key("day_events"),
        sqlite_strict=True,
    )
    op.create_table(
        "day_snapshots",
        _text("tenant"),
        _text("day_id"),
        sa.Column("number", _integer64(), nullable=False),
        _text("document"),
        _instant("recorded_at"),
        sa.PrimaryKeyConstraint("tenant", "day_id", "number", name="day_snapshots_pkey"),
        _day_key("day_snapshots"),
        sqlite_strict=True,
    )
    op.create_table(
        "driver_tokens",
        _text("tenant"),
        _text("digest"),
        _text("day_id"),
        _text("van_id"),
        _text("driver"),
        _instant("created_at"),
        _instant("revoked_at", nullable=True),
        sa.PrimaryKeyConstraint("tenant", "digest", name="driver_tokens_pkey"),
        _day_key("driver_tokens"),
        sqlite_strict=True,
    )
    op.create_index("driver_tokens_tenant_day_id_van_id_idx", "driver_tokens", ["tenant", "day_id", "van_id"])
    for statement in _append_only(op.get_bind().dialect.name):
        op.execute(sa.text(statement))


def _text(name: str, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=nullable)


def _instant(name: str, *, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(name, _integer64(), nullable=nullable)


def _integer64() -> sa.types.TypeEngine[int]:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _day_key(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["tenant", "day_id"], ["days.tenant", "days.id"], name=f"{table}_tenant_day_id_fkey")


def _append_only(dialect: str) -> tuple[str, ...]:
    """Triggers that refuse to change what happened; written out, for a migration never changes."""
    if dialect == "postgresql":
        function = """
            CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS
            $$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$
        """
        trigger = """
            CREATE TRIGGER day_events_append_only BEFORE UPDATE OR DELETE ON day_events
            FOR EACH ROW EXECUTE FUNCTION refuse_change()
        """
        return function, trigger
    return tuple(
        f"CREATE TRIGGER day_events_no_{change.lower()} BEFORE {change} ON day_events "
        "BEGIN SELECT RAISE(ABORT, 'day_events is append-only'); END"
        for change in ("UPDATE", "DELETE")
    )
