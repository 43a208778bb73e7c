"""
Drivers: links to their pages, what these show, and what drivers tap.

A link holds 128 random bits and opens the round of one van on one day. Making one is a write, so where the service asks
for a token only who has it can give links out; only digests are kept, so a lost link is replaced, not looked up.
"""

from __future__ import annotations

import os
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Depends, HTTPException
from starlette.responses import FileResponse

from milkfloat.errors import Fault, InputError
from milkfloat.ids import TOKEN_RANDOM_BYTES, new_token
from milkfloat.server.day_host import DayHost
from milkfloat.server.pages import WEB
from milkfloat.server.resources.day import day_of
from milkfloat.server.resources.day_requests import DriverRequest, TapRequest
from milkfloat.server.services import Services, services_of
from milkfloat.store import tokens

links = APIRouter(prefix="/v1/day/drivers", tags=["drivers"])
router = APIRouter(prefix="/v1/drive", tags=["drivers"])
pages = APIRouter(include_in_schema=False)

Service = Annotated[Services, Depends(services_of)]
Host = Annotated[DayHost, Depends(day_of)]


@links.post("", status_code=HTTPStatus.CREATED)
def give_link(services: Service, host: Host, request: DriverRequest) -> dict[str, Any]:
    """Make a link to the page of a van's driver; earlier ones stay good until they are withdrawn."""
    _check_van(host, request.van)
    token = new_token(os.urandom(TOKEN_RANDOM_BYTES))
    tokens.add(services.db, token, day_id=host.id, van_id=request.van, driver="", at=services.clock.now())
    return {"van": request.van, "path": f"/drive/{token}"}


@links.delete("/{van_id}")
def withdraw_links(services: Service, host: Host, van_id: str) -> dict[str, Any]:
    """Withdraw every link to the page of a van's driver."""
    _check_van(host, van_id)
    now = services.clock.now()
    given = [token for token in tokens.of_day(services.db, host.id) if token.van_id == van_id]
    return {"van": van_id, "withdrawn": sum(tokens.revoke(services.db, token.digest, at=now) for token in given)}


def van_of(services: Service, host: Host, token: str) -> str:
    """Return the van whose driver's page a token opens; 404 where it opens none."""
    found = tokens.find(services.db, token)
    if found is None or found.day_id != host.id:
        raise HTTPException(HTTPStatus.NOT_FOUND, "this link is not valid, or no longer")
    return found.van_id


@router.get("/{token}")
def round_of_driver(host: Host, van_id: Annotated[str, Depends(van_of)]) -> dict[str, Any]:
    """Show the driver's round: every stop with its time and the charge left there, and the last change of the plan."""
    document = host.view.driver(van_id)
    orders = {order["id"]: order for order in document.pop("orders")}
    places = {charger.id: charger for charger in host.day.built.chargers}
    for stop in document["stops"]:
        order = orders.get(stop["id"]) if stop["kind"] in ("delivery", "pickup") else None
        if order is not None:
            # Where a shipment is fetched is told by its own stop.
            is_fetched = order["pickup"] is not None and stop["kind"] == "pickup"
            place = order["pickup"] if is_fetched else order
            stop.update({key: order[key] for key in ("mass_g", "volume_ml", "late_s")}, address=place["address"])
        elif stop["kind"] == "charge" and stop["id"] in places:
            stop["power_w"] = places[stop["id"]].power_w
    change = document["change"]
    if change is not None:
        for move in change["moves"]:
            known = host.day.orders.get(move["order"])
            place = None if known is None else host.day.built.places[known.locations[-1]].place
            move["address"] = None if place is None else place.address
    return document


@router.post("/{token}/taps")
def tap(host: Host, van_id: Annotated[str, Depends(van_of)], request: TapRequest) -> dict[str, Any]:
    """Take what a driver says of a stop; 409 where it fits nothing the van has to do."""
    day = host.day
    with day.lock_of_day:
        if request.key and request.key in host.taps_heard:
            return {"accepted": True, "again": True}
        order = day.orders.get(request.order)
        # A stop the plan has taken for done before its driver said so: what the driver says is no news.
        is_known = request.kind != "issue" and order is not None and order.done_s is not None
        if not (is_known and order is not None and order.van_id == van_id):
            day.tap(van_id, request.kind, request.order, request.text)
        if request.key:
            host.taps_heard.add(request.key)
    host.keep()
    return {"accepted": True, "again": False}


@pages.get("/drive/offline.js")
def offline_worker() -> FileResponse:
    """Serve the worker that keeps driver pages usable without network; it may answer for the addresses beside it."""
    headers = {"Cache-Control": "no-cache"}
    return FileResponse(WEB / "driver" / "offline.js", media_type="text/javascript", headers=headers)


def _check_van(host: DayHost, van_id: str) -> None:
    if van_id not in host.day.vans:
        raise InputError(Fault(f"van {van_id}", "is not known"))
