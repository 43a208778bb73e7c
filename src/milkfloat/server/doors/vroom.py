"""The door of VROOM: its JSON in and out, at the address and with the codes of `vroom-express`."""

from __future__ import annotations

import asyncio
import json
import threading
from http import HTTPStatus
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import JSONResponse

from milkfloat.app.workers import Document, WorkerLost
from milkfloat.errors import InputError
from milkfloat.roads.metric import BIN_S
from milkfloat.routing.formats.vroom_answer import write_error
from milkfloat.routing.solve import WHOLE_MAX
from milkfloat.server.services import Services, services_of

router = APIRouter(tags=["vroom"])

BODY_MAX = 64 << 20
# A question is answered while its asker waits.
TIME_LIMIT_MAX_S = 300.0
_INTERNAL, _INPUT = 1, 2
_POLL_S = 0.5


@router.get("/vroom/health")
@router.get("/health")
def health() -> dict[str, Any]:
    """Answer as `vroom-express` does to who asks whether it is there."""
    return {"status": "ok"}


@router.post("/vroom")
@router.post("/vroom/")
async def answer(
    request: Request,
    services: Annotated[Services, Depends(services_of)],
    metric: Literal["great-circle"] | None = None,
    circuity: Annotated[float, Query(ge=1, le=10)] = 1.35,
    speed_kmh: Annotated[float, Query(ge=1, le=200)] = 30.0,
    time_limit: Annotated[float | None, Query(gt=0, le=TIME_LIMIT_MAX_S)] = None,
    iterations: Annotated[int | None, Query(ge=1, le=WHOLE_MAX)] = None,
    seed: Annotated[int, Query(ge=0, le=WHOLE_MAX)] = 1,
) -> JSONResponse:
    """
    Answer a question to VROOM.

    Coordinates without matrices are answered by the roads of the map in the traffic of this moment, or as the crow
    flies with ``metric=great-circle``.
    """
    body = await request.body()
    if len(body) > BODY_MAX:
        message = f"{len(body):,} bytes are more than {BODY_MAX:,}"
        return JSONResponse(write_error(message, code=_INPUT), HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    try:
        question = json.loads(body)
    except (ValueError, RecursionError) as error:
        return _refused(f"the question is not JSON: {error}")
    task = {
        "question": question,
        "metric": metric,
        "circuity": circuity,
        "speed_kmh": speed_kmh,
        "bin": int(services.day_second() // BIN_S) if services.city is not None else 0,
        "time_limit_s": time_limit,
        "iterations": iterations,
        "seed": seed,
    }
    has_gone = threading.Event()

    def report(_: Document) -> bool:
        return not has_gone.is_set()

    work = asyncio.wrap_future(services.workers.submit("vroom", task, report))
    try:
        while not work.done():
            await asyncio.wait((work,), timeout=_POLL_S)
            if await request.is_disconnected():
                # Nobody waits for the answer any more.
                has_gone.set()
        return JSONResponse(work.result())
    except InputError as error:
        return _refused("; ".join(map(str, error.faults)))
    except WorkerLost as error:
        return JSONResponse(write_error(str(error), code=_INTERNAL), HTTPStatus.INTERNAL_SERVER_ERROR)
    finally:
        has_gone.set()


def _refused(message: str) -> JSONResponse:
    return JSONResponse(write_error(message, code=_INPUT), HTTPStatus.BAD_REQUEST)
