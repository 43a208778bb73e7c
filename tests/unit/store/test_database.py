"""Opening: addresses, migrations that lead to the schema, transactions that are whole or nothing."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from milkfloat.errors import InputError
from milkfloat.store import days, jobs
from milkfloat.store.database import Database, migrate, open_database
from milkfloat.store.schema import metadata

AT = datetime(2026, 1, 15, 8, 0, 0, 123_456, tzinfo=UTC)


def test_migrations_lead_to_the_schema(db: Database) -> None:
    with db.read() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []


def test_tables_made_both_ways_are_the_same_to_sqlite() -> None:
    def columns(engine: sa.Engine) -> dict[str, Any]:
        inspector = sa.inspect(engine)
        return {
            table: (
                [(c["name"], str(c["type"]), c["nullable"]) for c in inspector.get_columns(table)],
                inspector.get_pk_constraint(table),
                sorted(map(str, inspector.get_foreign_keys(table))),
                sorted(map(str, inspector.get_unique_constraints(table))),
                sorted(map(str, inspector.get_indexes(table))),
            )
            for table in metadata.tables
        }

    direct = sa.create_engine("sqlite://", poolclass=sa.StaticPool)
    metadata.create_all(direct)
    migrated = open_database("sqlite://")
    assert columns(direct) == columns(migrated.engine)
    with direct.connect() as a, migrated.read() as b:
        strict = sa.text("SELECT name FROM pragma_table_list WHERE schema = 'main' AND strict")
        for connection in (a, b):
            assert set(connection.execute(strict).scalars()) == set(metadata.tables)
    direct.dispose()
    migrated.close()


def test_opening_again_finds_what_was_written(sqlite_file: str) -> None:
    first = open_database(sqlite_file)
    jobs.add(first, "j1", kind="plan", request={"a": 1}, at=AT)
    first.close()
    second = open_database(sqlite_file)
    found = jobs.get(second, "j1")
    assert found is not None
    assert found.request == {"a": 1}
    assert found.created_at == AT
    migrate(second)
    with second.read() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
    second.close()


def test_many_may_open_and_migrate_at_once(sqlite_file: str) -> None:
    failures: list[BaseException] = []

    def open_it() -> None:
        try:
            open_database(sqlite_file).close()
        except BaseException as error:  # noqa: BLE001 - handed to the test's own thread
            failures.append(error)

    threads = [threading.Thread(target=open_it) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("nonsense", "no address of a database"),
        ("mysql://root@localhost/x", "mysql is not supported"),
        ("postgresql://nobody@127.0.0.1:1/none", "--database"),
    ],
)
def test_an_address_that_leads_nowhere_is_named(url: str, said: str) -> None:
    with pytest.raises(InputError, match=said):
        open_database(url)


def test_a_file_that_is_no_database_is_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "orders.csv"
    file.write_text("id,lon,lat\n" * 100, encoding="utf-8")
    with pytest.raises(InputError, match="not a database"):
        open_database(f"sqlite:///{file}")
    assert file.read_text(encoding="utf-8").startswith("id,lon,lat")


def test_the_password_of_an_address_is_not_printed() -> None:
    with pytest.raises(InputError) as caught:
        open_database("postgresql://nobody:secret@127.0.0.1:1/none")
    assert "secret" not in str(caught.value)


def test_a_block_that_raises_is_undone(db: Database) -> None:
    jobs.add(db, "j1", kind="plan", request={}, at=AT)

    def delete_and_fail() -> None:
        with db.write() as connection:
            connection.execute(sa.text("DELETE FROM jobs WHERE tenant = :tenant"), {"tenant": db.tenant})
            raise KeyError

    with pytest.raises(KeyError):
        delete_and_fail()
    assert jobs.get(db, "j1") is not None


def test_instants_keep_microseconds_and_lose_their_zone(db: Database) -> None:
    helsinki = timezone(timedelta(hours=2))
    days.add(db, "d1", name="today", at=AT.astimezone(helsinki))
    found = days.get(db, "d1")
    assert found is not None
    assert found.created_at == AT
    assert found.created_at.tzinfo is UTC
    with pytest.raises((AssertionError, sa.exc.StatementError)):
        days.add(db, "d2", name="today", at=AT.replace(tzinfo=None))


def test_documents_keep_what_json_can_say(db: Database) -> None:
    document = {"name": "Mühlweg 🚚", "values": [1, 2.5, None, True], "nested": {"": []}}
    jobs.add(db, "j1", kind="plan", request=document, at=AT)
    found = jobs.get(db, "j1")
    assert found is not None
    assert found.request == document


def test_tenants_do_not_see_each_other(db: Database) -> None:
    other = Database(db.engine, tenant="other-" + db.tenant)
    jobs.add(db, "j1", kind="plan", request=1, at=AT)
    jobs.add(other, "j1", kind="plan", request=2, at=AT)
    mine, theirs = jobs.get(db, "j1"), jobs.get(other, "j1")
    assert (mine and mine.request, theirs and theirs.request) == (1, 2)
    assert jobs.queued(db) == ("j1",)
