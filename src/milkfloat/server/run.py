"""The service, started: a database and a map opened, a socket bound, and everything ended in order."""

from __future__ import annotations

import errno
import socket
from collections.abc import Callable

import uvicorn

from milkfloat.app.maps import open_map
from milkfloat.app.workers import MapFile
from milkfloat.errors import Fault, InputError
from milkfloat.roads.types import Progress
from milkfloat.server.app import create_app
from milkfloat.server.services import Services, make_services
from milkfloat.store.database import open_database

# Streams end at once when the service does; a question under way gets this long.
_GRACE_S = 5


def open_services(
    database_url: str,
    *,
    map_file: MapFile | None = None,
    worker_count: int | None = None,
    progress: Progress | None = None,
) -> Services:
    """
    The services on a database and a map, both opened.

    Raises
    ------
    InputError
        When one of them cannot be opened.
    """
    city = None
    if map_file is not None:
        city = open_map(
            map_file.path,
            cache=map_file.cache,
            elevation=map_file.elevation,
            timezone=map_file.timezone,
            progress=progress,
        )
        # What the first question and the first tile would wait for.
        city.tiles.warm()
        assert city.snaps is not None
    return make_services(open_database(database_url), map_file=map_file, city=city, worker_count=worker_count)


def run_server(
    services: Services,
    *,
    host: str = "127.0.0.1",
    port: int = 8_000,
    token: str | None = None,
    on_start: Callable[[str], None] | None = None,
) -> None:
    """
    Serve until an interrupt from the keyboard or a signal to end.

    Parameters
    ----------
    on_start
        Called with the address of the console once the port is bound.

    Raises
    ------
    InputError
        When the address cannot be bound, or needs a token.
    """
    app = create_app(services, host=host, token=token)
    bound = bind(host, port)
    if on_start is not None:
        name = f"[{host}]" if ":" in host else host
        on_start(f"http://{name}:{bound.getsockname()[1]}/")
    config = uvicorn.Config(app, log_level="warning", access_log=False, timeout_graceful_shutdown=_GRACE_S)
    server = _Server(config, services)
    try:
        server.run(sockets=[bound])
    finally:
        bound.close()


class _Server(uvicorn.Server):
    """A server that ends its streams when it is told to end, not only when everybody has gone."""

    def __init__(self, config: uvicorn.Config, services: Services) -> None:
        super().__init__(config)
        self._services = services

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End."""
        self._services.topics.close()
        await super().shutdown(sockets)


def bind(host: str, port: int) -> socket.socket:
    """
    A socket that listens; port 0 takes any that is free.

    Raises
    ------
    InputError
        When the address cannot be bound.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # The protocol is named because asyncio sets TCP_NODELAY only then: else small answers wait 40 ms.
    bound = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((host, port))
    except OSError as error:
        bound.close()
        taken = (
            "is taken by another program; choose another --port" if error.errno == errno.EADDRINUSE else error.strerror
        )
        raise InputError(Fault("--port", f"{host}:{port} {taken}")) from None
    bound.listen(128)
    return bound
