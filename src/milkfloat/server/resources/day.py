"""The running day: what it looks like, how it goes on, and everything a dispatcher does to it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from http import HTTPStatus
from math import inf
from typing import Annotated, Any

from fastapi import APIRouter, Depends, HTTPException, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import StreamingResponse

from milkfloat.app.day_traffic import street_at
from milkfloat.server.day_host import DayHost
from milkfloat.server.resources.day_requests import (
    ChargerRequest,
    ClosureRequest,
    JamRequest,
    LockRequest,
    MoveRequest,
    OrdersRequest,
    SpeedRequest,
    orders_of,
)
from milkfloat.server.resources.slow_streets import slow_streets
from milkfloat.server.services import DAY_TOPIC, Services, services_of
from milkfloat.server.stream import HEADERS, RETRY_MS, Message, Topics, last_seen, written

router = APIRouter(prefix="/v1/day", tags=["day"])
# A day that stands still, or plans, says so as often.
BEAT_S = 1.0


def day_of(services: Annotated[Services, Depends(services_of)]) -> DayHost:
    """Return the running day; a dependency of endpoints. 404 where none runs."""
    if services.day is None:
        raise HTTPException(HTTPStatus.NOT_FOUND, "no day is running")
    return services.day


Host = Annotated[DayHost, Depends(day_of)]


@router.get("")
def snapshot(host: Host) -> dict[str, Any]:
    """Show everything: orders, vans with their rounds, traffic, figures, the last change, the log."""
    return host.snapshot()


@router.get("/events")
def events(request: Request, host: Host, services: Annotated[Services, Depends(services_of)]) -> StreamingResponse:
    """
    Follow the day (server-sent events).

    ``snapshot``, numbered by version, comes first and whenever something changed; ``position`` says several times a
    second where the vans are.
    """
    stream = _events(host, services.topics, last_seen(request))
    return StreamingResponse(stream, media_type="text/event-stream", headers=HEADERS)


@router.get("/traffic")
def traffic(host: Host) -> dict[str, Any]:
    """Show where traffic is slow at this moment, as GeoJSON lines."""
    with host.day.lock_of_day:
        built, now_s = host.day.built, host.day.now_s
    return slow_streets(built, now_s)


@router.post("/play")
def play(host: Host) -> dict[str, Any]:
    """Let time pass."""
    host.playing = True
    return _version(host)


@router.post("/pause")
def pause(host: Host) -> dict[str, Any]:
    """Let time stand; plans are made all the same."""
    host.playing = False
    return _version(host)


@router.post("/speed")
def speed(host: Host, request: SpeedRequest) -> dict[str, Any]:
    """Say how fast time passes."""
    host.speed = request.speed
    return _version(host)


@router.post("/orders", status_code=HTTPStatus.CREATED)
def add_orders(host: Host, request: OrdersRequest) -> dict[str, Any]:
    """Take orders in; those that cannot be taken are named with the reason."""
    orders = orders_of(request, host.day)
    known = set(host.day.orders)
    faults = host.day.add_orders(orders)
    taken = [order.id for order in orders if order.id in host.day.orders and order.id not in known]
    errors = [{"where": fault.where, "message": fault.message} for fault in faults]
    return _version(host) | {"orders": taken, "errors": errors}


@router.delete("/orders/{order_id}")
def cancel_order(host: Host, order_id: str) -> dict[str, Any]:
    """Take an order out of the day."""
    host.day.cancel(order_id)
    return _version(host)


@router.post("/closures", status_code=HTTPStatus.CREATED)
def close_road(host: Host, request: ClosureRequest) -> dict[str, Any]:
    """Close the stretch of street beside a point."""
    closed = host.day.close_road(request.lon, request.lat, until_s=inf if request.until is None else request.until)
    return _version(host) | closed.document(host.day.built.city.graph)


@router.delete("/closures/{disturbance_id}")
def reopen(host: Host, disturbance_id: str) -> dict[str, Any]:
    """Open a road again, or end a jam."""
    host.day.reopen(disturbance_id)
    return _version(host)


@router.post("/jams", status_code=HTTPStatus.CREATED)
def jam(host: Host, request: JamRequest) -> dict[str, Any]:
    """Slow the stretch of street beside a point down."""
    day = host.day
    edges = street_at(day.built.city, request.lon, request.lat)
    found = day.jam(edges, factor=request.factor, until_s=inf if request.until is None else request.until)
    return _version(host) | found.document(day.built.city.graph)


@router.post("/chargers")
def charger(host: Host, request: ChargerRequest) -> dict[str, Any]:
    """Say that a charger works, or does not."""
    if request.works:
        host.day.repair_charger(request.charger)
    else:
        host.day.fail_charger(request.charger)
    return _version(host)


@router.post("/lock")
def lock(host: Host, request: LockRequest) -> dict[str, Any]:
    """Tie an order to a van, or let it go."""
    host.day.lock(request.order, request.van, locked=request.locked)
    return _version(host)


@router.post("/move")
def move(host: Host, request: MoveRequest) -> dict[str, Any]:
    """Put an order into a van's round by hand; 409 when the van cannot drive it."""
    host.day.move(request.order, request.van, before=request.before)
    return _version(host)


@router.post("/replan")
def replan(host: Host) -> dict[str, Any]:
    """Plan the rest of the day anew, now."""
    host.day.replan()
    return _version(host)


@router.post("/undo")
def undo(host: Host) -> dict[str, Any]:
    """Take the last change of the plan back, as far as it is not driven."""
    host.day.undo()
    return _version(host)


def _version(host: DayHost) -> dict[str, Any]:
    """What a write is answered with, once it is kept."""
    host.keep()
    return {"version": host.version}


async def _events(host: DayHost, topics: Topics, seen: int | None) -> AsyncIterator[str]:
    yield f"retry: {RETRY_MS}\n\n"
    while not topics.is_closed:
        count = topics.count(DAY_TOPIC)
        # While a plan is being made its day cannot be read, but it can be said that it plans.
        if host.version != seen and not host.is_busy:
            document = await run_in_threadpool(host.snapshot)
            seen = document["version"]
            yield written(Message(seen, "snapshot", document))
        yield written(Message(None, "position", host.positions()))
        await topics.wait(DAY_TOPIC, count, BEAT_S)
