"""A database, opened: SQLite or PostgreSQL by its address, brought to the present schema."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import alembic.command
import sqlalchemy as sa
from alembic.config import Config

from milkfloat.errors import Fault, InputError

TENANT = "main"
# How long a writer waits for another one before it gives up.
_BUSY_MS = 10_000
# Any number: it names the lock under which PostgreSQL migrates.
_MIGRATION_LOCK = 0x6D69_6C6B


class Database:
    """
    Connections to one database, for one tenant.

    Statements run inside ``read`` or ``write``; a block that ends normally is committed, one that raises is undone.
    """

    def __init__(self, engine: sa.Engine, *, tenant: str = TENANT) -> None:
        self.engine = engine
        self.tenant = tenant
        # A database in memory is one connection: its users take turns.
        self._turn: contextlib.AbstractContextManager[Any] = contextlib.nullcontext()
        if engine.url.database in (None, "", ":memory:") and engine.dialect.name == "sqlite":
            self._turn = threading.RLock()

    @contextlib.contextmanager
    def read(self) -> Iterator[sa.Connection]:
        """Look at one consistent state of the database."""
        with self._turn, self.engine.begin() as connection:
            yield connection

    @contextlib.contextmanager
    def write(self) -> Iterator[sa.Connection]:
        """Change it: all or nothing."""
        with self._turn, self.engine.connect() as fresh:
            connection = fresh.execution_options(write=True)
            with connection.begin():
                yield connection

    def close(self) -> None:
        """Give all connections back."""
        self.engine.dispose()


def open_database(url: str, *, tenant: str = TENANT) -> Database:
    """
    Open a database, making its tables or bringing them to the present schema.

    Parameters
    ----------
    url
        ``sqlite:///path/to/file.sqlite``, ``sqlite://`` (in memory), or ``postgresql://user@host/database``.

    Raises
    ------
    InputError
        When the address cannot be understood or the database does not answer.
    """
    try:
        parsed = sa.make_url(url)
    except sa.exc.ArgumentError:
        raise InputError(Fault("--database", f"{url!r} is no address of a database")) from None
    kind = parsed.get_backend_name()
    if kind not in ("sqlite", "postgresql"):
        raise InputError(Fault("--database", f"{kind} is not supported; sqlite and postgresql are"))
    engine = _sqlite(parsed) if kind == "sqlite" else sa.create_engine(parsed.set(drivername="postgresql+psycopg"))
    database = Database(engine, tenant=tenant)
    try:
        migrate(database)
    except sa.exc.OperationalError as error:
        raise InputError(Fault("--database", f"{parsed.render_as_string()}: {error.orig}")) from None
    except sa.exc.DatabaseError as error:
        # SQLite says so of a file that is something else.
        raise InputError(Fault("--database", f"{parsed.render_as_string()}: {error.orig}")) from None
    return database


def migrate(database: Database, revision: str = "head") -> None:
    """Bring the tables to a revision; two processes that do so at once take turns."""
    with database.write() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(sa.text("SELECT pg_advisory_xact_lock(:key)"), {"key": _MIGRATION_LOCK})
        config = Config()
        config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
        config.set_main_option("path_separator", "os")
        config.attributes["connection"] = connection
        alembic.command.upgrade(config, revision)


def _sqlite(url: sa.URL) -> sa.Engine:
    if url.database in (None, "", ":memory:"):
        engine = sa.create_engine(url, poolclass=sa.StaticPool, connect_args={"check_same_thread": False})
    else:
        folder = Path(url.database or "").parent
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise InputError(Fault("--database", f"{folder}: {error.strerror}")) from None
        engine = sa.create_engine(url)

    @sa.event.listens_for(engine, "connect")
    def _configure(connection: Any, record: Any) -> None:  # noqa: ARG001 - SQLAlchemy's signature
        # The driver's own transactions begin at the first change, too late for the schema and for a consistent view.
        connection.isolation_level = None
        for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON", f"busy_timeout={_BUSY_MS}"):
            connection.execute(f"PRAGMA {pragma}").close()

    @sa.event.listens_for(engine, "begin")
    def _begin(connection: sa.Connection) -> None:
        # A writer takes its turn at once: one that began as a reader could be refused at its first change.
        is_write = connection.get_execution_options().get("write", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if is_write else "BEGIN")

    return engine
