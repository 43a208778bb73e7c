"""
What tests may find on a machine, and what to do where it is missing.

Everything that always runs needs nothing beside the clone. A test that needs more asks for it by fixture
(``milkfloat_data``, ``chromium_path``, ``postgres_url``) and is skipped with the reason and the command that would
enable it; the run ends with a list of those. Names in MILKFLOAT_REQUIRE (``chromium,postgres,data``) turn such a skip
into a failure: that is how a machine that must have everything makes sure nothing was left out.
"""

from __future__ import annotations

import os
import shutil
import uuid
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import pytest
from hypothesis import settings

if TYPE_CHECKING:
    from collections.abc import Iterator

# No test is timed: a machine with other work to do is slow. Where everything must pass, the same examples are tried
# every time; elsewhere new ones are.
settings.register_profile("new examples", deadline=None)
settings.register_profile("same examples", deadline=None, derandomize=True)
settings.load_profile("same examples" if os.environ.get("MILKFLOAT_REQUIRE") else "new examples")

_ENABLE = {
    "data": "MILKFLOAT_DATA=/path/to/data make test   (docs/reference/data.md says where each set is published)",
    "chromium": "apt-get install chromium   (or Google Chrome, or MILKFLOAT_CHROMIUM=/path/to/it)",
    "postgres": "make postgres   (or MILKFLOAT_POSTGRES=postgresql://user@host/db of a role that creates databases)",
}
_BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_LOCAL_POSTGRES = "postgresql://postgres@127.0.0.1:5432/postgres"


def _missing(thing: str, reason: str) -> NoReturn:
    """Skip the test for want of ``thing``, or fail it where MILKFLOAT_REQUIRE says that it must be here."""
    required = {name.strip() for name in os.environ.get("MILKFLOAT_REQUIRE", "").split(",")}
    if thing in required:
        pytest.fail(f"{thing} is required by MILKFLOAT_REQUIRE: {reason}; enable with: {_ENABLE[thing]}", pytrace=False)
    pytest.skip(f"[{thing}] {reason}")


@pytest.fixture(scope="session")
def milkfloat_data() -> Path:
    """Folder of the outside data: benchmark instances, maps, orders."""
    value = os.environ.get("MILKFLOAT_DATA", "")
    if not value:
        _missing("data", "MILKFLOAT_DATA is not set")
    folder = Path(value).resolve()
    if not folder.is_dir():
        _missing("data", f"MILKFLOAT_DATA={value} is no folder")
    return folder


@pytest.fixture(scope="session")
def chromium_path() -> Path:
    """Program of a Chromium or Chrome browser."""
    named = os.environ.get("MILKFLOAT_CHROMIUM")
    found = next(filter(None, map(shutil.which, [named] if named else _BROWSERS)), None)
    if found is None:
        _missing("chromium", "no Chromium or Chrome on this machine")
    return Path(found)


@pytest.fixture(scope="session")
def _postgres_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """URL of a PostgreSQL server: the one named, else the one of this machine, else one started from the wheel."""
    psycopg = pytest.importorskip("psycopg", reason="[postgres] psycopg is not installed")
    named = os.environ.get("MILKFLOAT_POSTGRES")
    url = named or _LOCAL_POSTGRES
    try:
        psycopg.connect(url, connect_timeout=5).close()
    except psycopg.OperationalError as error:
        if named:
            _missing("postgres", f"MILKFLOAT_POSTGRES={named} does not answer ({error})")
    else:
        yield url
        return
    try:
        import pgserver
    except ImportError:
        _missing("postgres", "no PostgreSQL answers at 127.0.0.1:5432, and the pgserver wheel is not installed")
    server = pgserver.get_server(tmp_path_factory.mktemp("postgres"), cleanup_mode="stop")
    try:
        yield server.get_uri()
    finally:
        server.cleanup()


@pytest.fixture(scope="session")
def postgres_url(_postgres_server: str) -> Iterator[str]:
    """URL of a new, empty PostgreSQL database, one per test process; it is dropped at the end."""
    import psycopg
    from psycopg.conninfo import conninfo_to_dict

    name = f"milkfloat_test_{uuid.uuid4().hex}"
    with psycopg.connect(_postgres_server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    try:
        yield _with_database(_postgres_server, str(conninfo_to_dict(_postgres_server).get("dbname", "")), name)
    finally:
        with psycopg.connect(_postgres_server, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def _with_database(url: str, old: str, new: str) -> str:
    """``url`` with its database (the path of the address) replaced."""
    head, separator, query = url.partition("?")
    if old and head.endswith(f"/{old}"):
        head = head.removesuffix(f"/{old}")
    return f"{head.rstrip('/')}/{new}{separator}{query}"


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Tell what was skipped for want of something, and the command that enables it."""
    skipped: Counter[str] = Counter()
    for report in terminalreporter.stats.get("skipped", []):
        _, _, reason = report.longrepr
        skipped[str(reason).removeprefix("Skipped: ")] += 1
    if not skipped:
        return
    terminalreporter.section("skipped")
    for reason, count in skipped.most_common():
        terminalreporter.write_line(f"{count} test{'s' if count > 1 else ''}: {reason}")
        thing = reason.partition("]")[0].removeprefix("[")
        if thing in _ENABLE:
            terminalreporter.write_line(f"    enable with: {_ENABLE[thing]}")
