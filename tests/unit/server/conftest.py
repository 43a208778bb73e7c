"""The service on a hand-made town, on a real socket, with one worker process; most tests share one."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
import uvicorn
from fastapi import FastAPI
from tests.unit.roads.tiny_maps import square

from milkfloat.app.maps import open_map
from milkfloat.app.workers import MapFile
from milkfloat.clock import FixedClock
from milkfloat.server.app import create_app
from milkfloat.server.run import bind
from milkfloat.server.services import Services, make_services
from milkfloat.store.database import open_database

# Three in the morning: no traffic.
NOW = datetime(2026, 1, 15, 3, 0, tzinfo=UTC)


@contextlib.contextmanager
def serving(app: FastAPI, *, with_lifespan: bool = True) -> Iterator[httpx.Client]:
    """
    A client of an application that serves in a thread.

    Without its lifespan the services of the application outlive it, for tests that share them.
    """
    config = uvicorn.Config(
        app, log_level="warning", lifespan="on" if with_lifespan else "off", timeout_graceful_shutdown=2
    )
    server = uvicorn.Server(config)
    bound = bind("127.0.0.1", 0)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [bound]})
    thread.start()
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{bound.getsockname()[1]}", timeout=30.0) as client:
            yield client
    finally:
        server.should_exit = True
        thread.join()
        bound.close()


@pytest.fixture(scope="session")
def map_file(tmp_path_factory: pytest.TempPathFactory) -> MapFile:
    folder = tmp_path_factory.mktemp("map")
    extract = square(200.0, tags={"name": "Ring"})
    extract.node(900, 50, 20, addr__street="Ring", addr__housenumber="7")
    path = folder / "square.osm.pbf"
    path.write_bytes(extract.pbf())
    return MapFile(path, folder / "cache", None, "UTC")


def services_on(map_file: MapFile | None, *, url: str = "sqlite://") -> Services:
    city = None
    if map_file is not None:
        city = open_map(map_file.path, cache=map_file.cache, timezone=map_file.timezone)
    return make_services(open_database(url), map_file=map_file, city=city, worker_count=1, clock=FixedClock(NOW))


@pytest.fixture(scope="session")
def services(map_file: MapFile) -> Iterator[Services]:
    made = services_on(map_file)
    made.jobs.resume()
    yield made
    made.close()


@pytest.fixture(scope="session")
def client(services: Services) -> Iterator[httpx.Client]:
    with serving(create_app(services), with_lifespan=False) as connected:
        yield connected


@pytest.fixture(scope="session")
def mapless() -> Iterator[httpx.Client]:
    with serving(create_app(services_on(None))) as connected:
        yield connected


@pytest.fixture
def database_file(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'milkfloat.sqlite'}"
