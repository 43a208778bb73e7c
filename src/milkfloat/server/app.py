"""The application: every door and resource, behind one gate."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator

from fastapi import FastAPI

from milkfloat.server import error_documents, pages
from milkfloat.server.auth import OWN_ADDRESSES, Gate, check_address
from milkfloat.server.doors import osrm, vroom
from milkfloat.server.resources import day, drive, health, maps, plans
from milkfloat.server.services import Services

RESOURCES = (
    health.router,
    maps.router,
    plans.router,
    day.router,
    drive.links,
    drive.router,
    drive.pages,
    osrm.router,
    vroom.router,
)


def create_app(services: Services, *, host: str = "127.0.0.1", token: str | None = None) -> FastAPI:
    """
    The service on these services.

    Parameters
    ----------
    host
        The address it will be bound to.
    token
        What writes must carry; needed for every address but this machine's own.

    Raises
    ------
    InputError
        When others could reach it and there is no token.
    """
    check_address(host, token)

    @contextlib.asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        services.jobs.resume()
        yield
        services.close()

    # The pages of documentation that FastAPI brings load their scripts from the network.
    app = FastAPI(
        title="Milkfloat",
        version="1",
        summary="Battery-true rounds for electric delivery vans",
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
    )
    app.state.services = services
    app.add_middleware(Gate, token=token, own_address_only=host in OWN_ADDRESSES)
    app.add_middleware(pages.SafeHeaders)
    error_documents.install(app)
    for router in RESOURCES:
        app.include_router(router)
    pages.install(app)
    return app
