"""Runs migrations on the connection that `milkfloat.store.database.migrate` hands over."""

from __future__ import annotations

from alembic import context

from milkfloat.store.schema import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    # One transaction around all: a server that is killed while it migrates finds the old tables.
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
