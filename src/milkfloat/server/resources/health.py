"""Whether the service is there, and which one it is."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version
from typing import Annotated, Any

import sqlalchemy as sa
from fastapi import APIRouter, Depends

from milkfloat.server.services import Services, services_of

router = APIRouter(tags=["health"])


@router.get("/healthz")
def health(services: Annotated[Services, Depends(services_of)]) -> dict[str, Any]:
    """Answer when the database answers."""
    with services.db.read() as connection:
        connection.execute(sa.text("SELECT 1"))
    return {"status": "ok", "version": _version(), "map": None if services.city is None else services.city.name}


def _version() -> str:
    try:
        return version("milkfloat")
    except PackageNotFoundError:
        return "0"
