"""What the requests about a running day must look like, and what they mean in its own words."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from milkfloat.app.day import LiveDay
from milkfloat.app.day_traffic import street_at, street_name
from milkfloat.app.maps import City
from milkfloat.errors import Fault, InputError
from milkfloat.fleet.orders import Demand, Order, OrderStop, TimeWindow
from milkfloat.fleet.places import Address, Place, Spot

# To find the door, and to hand over.
SERVICE_S = 180.0


class _Request(BaseModel):
    model_config = ConfigDict(extra="forbid")


class SpeedRequest(_Request):
    """How many seconds of the day pass per second."""

    speed: float = Field(ge=0.1, le=600)


class PointRequest(_Request):
    """A point, in degrees."""

    lon: float = Field(ge=-180, le=180)
    lat: float = Field(ge=-90, le=90)


class ClosureRequest(PointRequest):
    """The stretch of street beside a point is closed, until an instant (Unix seconds) or further notice."""

    until: float | None = None


class JamRequest(ClosureRequest):
    """Traffic beside a point has slowed down to a share of its speed."""

    factor: float = Field(0.3, ge=0.01, lt=1)


class LockRequest(_Request):
    """An order is tied to a van (the one it is planned for), or let go."""

    order: str
    van: str | None = None
    locked: bool = True


class MoveRequest(_Request):
    """An order goes with a van, before another of its stops or where it fits best."""

    order: str
    van: str
    before: str | None = None


class ChargerRequest(_Request):
    """A charger works or does not."""

    charger: str
    works: bool


class DriverRequest(_Request):
    """Whose page a link is for."""

    van: str


class NewOrder(_Request):
    """An order that comes in; its place by coordinates or by address."""

    id: str | None = Field(None, min_length=1, max_length=80)
    lon: float | None = Field(None, ge=-180, le=180)
    lat: float | None = Field(None, ge=-90, le=90)
    address: str | None = Field(None, min_length=1, max_length=300)
    kind: Literal["delivery", "pickup"] = "delivery"
    mass_g: int = Field(0, ge=0)
    volume_ml: int = Field(0, ge=0)
    window: tuple[float, float] | None = Field(None, description="Unix seconds")
    service_s: float = Field(SERVICE_S, ge=0, le=14_400)


class OrdersRequest(_Request):
    """Orders that come in."""

    orders: list[NewOrder] = Field(min_length=1, max_length=5_000)


class TapRequest(_Request):
    """
    What a driver taps.

    ``key`` is the tap's own name: one that is sent twice, for a lost answer, counts once. ``at`` is when it was tapped.
    """

    kind: Literal["arrived", "done", "issue"]
    order: str
    text: str = Field("", max_length=300)
    key: str = Field("", max_length=80)
    at: str = Field("", max_length=40)


def orders_of(request: OrdersRequest, day: LiveDay) -> list[Order]:
    """
    The orders of a request; one without an id gets the next free number.

    Raises
    ------
    InputError
        With every fault.
    """
    taken = {order.id for order in day.built.orders} | set(day.orders)
    found, faults = [], []
    number = 0
    for position, new in enumerate(request.orders):
        where = f"orders[{position}]"
        order_id = new.id
        while order_id is None:
            number += 1
            order_id = f"N{number:03d}" if f"N{number:03d}" not in taken else None
        taken.add(order_id)
        try:
            found.append(_order(new, order_id, where, day))
        except InputError as error:
            faults += [Fault(f"{where}.{fault.where}", fault.message) for fault in error.faults]
    if faults:
        raise InputError(faults)
    return found


def _order(new: NewOrder, order_id: str, where: str, day: LiveDay) -> Order:
    windows = () if new.window is None else (TimeWindow(*new.window),)
    stop = OrderStop(_spot(new, day), windows, new.service_s)
    return Order(order_id, (stop,), Demand(new.mass_g, new.volume_ml), new.kind, where=where)


def _spot(new: NewOrder, day: LiveDay) -> Spot:
    if new.lon is None or new.lat is None:
        if not new.address:
            raise InputError(Fault("lon", "give lon and lat, or an address"))
        return Address(new.address)
    return Place(new.lon, new.lat, new.address or _street(day.built.city, new.lon, new.lat) or None)


def _street(city: City, lon: float, lat: float) -> str:
    """What people call a point they have clicked: its street."""
    try:
        return street_name(city.graph, street_at(city, lon, lat))
    except InputError:
        # Whether an order may lie there is decided, and said, where it is taken in.
        return ""
