"""A database of each kind; every test has a tenant of its own, so that none sees another's rows."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from milkfloat.store.database import Database, open_database

KINDS = ("memory", "file", "postgres")


@pytest.fixture(scope="session")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Database]]:
    """Databases by kind, opened once; PostgreSQL by the first test that asks for it."""
    file = tmp_path_factory.mktemp("store") / "milkfloat.sqlite"
    databases = {"memory": open_database("sqlite://"), "file": open_database(f"sqlite:///{file}")}
    yield databases
    for database in databases.values():
        database.close()


@pytest.fixture(params=KINDS)
def db(request: pytest.FixtureRequest, opened: dict[str, Database]) -> Database:
    kind = request.param
    if kind == "postgres" and kind not in opened:
        opened[kind] = open_database(request.getfixturevalue("postgres_url"))
    return Database(opened[kind].engine, tenant=uuid.uuid4().hex) if kind != "memory" else _fresh()


def _fresh() -> Database:
    return open_database("sqlite://", tenant=uuid.uuid4().hex)


@pytest.fixture
def sqlite_file(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'deep' / 'milkfloat.sqlite'}"
