"""
EVENTS.json: what happened since a plan was made, for ``milkfloat replan``; see docs/reference/events.md.

Every event is read; all that is wrong with them is told at once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from math import inf, isfinite
from typing import Any, cast, get_args

import msgspec

from milkfloat.dispatch.change import Changes
from milkfloat.dispatch.events import Event, EventKind
from milkfloat.dispatch.slow_legs import Slowed
from milkfloat.errors import Fault, InputError
from milkfloat.routing.formats.text import Faults
from milkfloat.routing.problem import Location, Order, Problem, Station

_KINDS = tuple(kind for kind in get_args(EventKind) if kind not in ("routine", "traffic_clears"))


@dataclass(frozen=True, slots=True)
class Placement:
    """An order put into the round of a van by hand, before another order or where it fits best."""

    order_id: str
    van_id: str
    before: str | None


@dataclass(slots=True)
class News:
    """
    What a file of events holds.

    Attributes
    ----------
    now
        The instant the next plan is made at, on the problem's clock.
    orders, locations, stations
        New ones.
    delays
        By van, how much later it is than planned.
    slowed
        Legs that are slower or closed.
    """

    now: float
    events: list[Event] = field(default_factory=list)
    orders: list[Order] = field(default_factory=list)
    locations: tuple[Location, ...] = ()
    cancelled: set[str] = field(default_factory=set)
    locks: dict[str, str | None] = field(default_factory=dict)
    placements: list[Placement] = field(default_factory=list)
    broken: set[str] = field(default_factory=set)
    stations: list[Station] = field(default_factory=list)
    delays: dict[str, float] = field(default_factory=dict)
    slowed: list[Slowed] = field(default_factory=list)

    def changes(self, metrics: Any) -> Changes:
        """What the next plan has to know, with the travel times there are now (None: as they were)."""
        return Changes(
            orders=tuple(self.orders),
            locations=self.locations,
            metrics=metrics,
            cancelled=frozenset(self.cancelled),
            locks=self.locks | {placement.order_id: placement.van_id for placement in self.placements},
            broken=frozenset(self.broken),
            stations=tuple(self.stations),
        )


def read_events(problem: Problem, document: Any, *, source: str = "events") -> News:
    """
    The news in a document.

    Raises
    ------
    InputError
        With every fault and its path in the document.
    """
    if not isinstance(document, Mapping) or not isinstance(document.get("events"), list):
        raise InputError(Fault(source, "this is no file of events: there is no list `events`"))
    faults = Faults(source)
    reader = _Reader(problem, faults, document)
    for k, event in enumerate(document["events"]):
        reader.read(event, f"events[{k}]")
    faults.stop()
    return reader.news


class _Reader:
    def __init__(self, problem: Problem, faults: Faults, document: Mapping[str, Any]) -> None:
        self.problem, self.faults = problem, faults
        self.news = News(self.instant(document, "now", "now", default=None))
        locations = self.converted(document.get("locations", []), tuple[Location, ...], "locations")
        self.news.locations = locations or ()
        self.places = {place.name: k for k, place in enumerate((*problem.locations, *self.news.locations))}

    def read(self, event: Any, where: str) -> None:
        """One event."""
        kind = event.get("type") if isinstance(event, Mapping) else None
        if not isinstance(event, Mapping) or kind not in _KINDS:
            self.faults.add(where, f"type {kind!r} is not one of {' '.join(_KINDS)}")
            return
        readers: dict[str, Callable[[Mapping[str, Any], str], Event | None]] = {
            "new_order": self.new_order,
            "cancelled": self.cancelled,
            "issue": self.cancelled,
            "lock": self.lock,
            "unlock": self.lock,
            "manual_move": self.manual_move,
            "jam": self.traffic,
            "closure": self.traffic,
            "charger_failed": self.charger_failed,
            "charger_works": self.charger_works,
            "van_late": self.van_late,
        }
        found = readers[str(kind)](event, where)
        if found is not None:
            self.news.events.append(found)

    def new_order(self, event: Mapping[str, Any], where: str) -> Event | None:
        value = event.get("order")
        if isinstance(value, Mapping) and isinstance(value.get("stops"), list):
            # Places may go by their names.
            stops = [
                {**stop, "location": self.places.get(stop.get("location"), stop.get("location"))}
                if isinstance(stop, Mapping) and isinstance(stop.get("location"), str)
                else stop
                for stop in value["stops"]
            ]
            value = {**value, "stops": stops}
        order = self.converted(value, Order, f"{where}.order")
        if order is None:
            return None
        self.news.orders.append(order)
        return self.event(event, "new_order", f"order {order.id} came in", orders=(order.id,))

    def cancelled(self, event: Mapping[str, Any], where: str) -> Event | None:
        order_id = self.text(event, "order", where)
        if order_id is None:
            return None
        self.news.cancelled.add(order_id)
        kind = cast(EventKind, event["type"])
        what = "could not be served" if kind == "issue" else "was cancelled"
        return self.event(event, kind, f"order {order_id} {what}", orders=(order_id,))

    def lock(self, event: Mapping[str, Any], where: str) -> Event | None:
        order_id = self.text(event, "order", where)
        is_lock = event["type"] == "lock"
        van_id = self.text(event, "van", where) if is_lock else None
        if order_id is None or (is_lock and van_id is None):
            return None
        self.news.locks[order_id] = van_id
        what = f"is locked to van {van_id}" if is_lock else "may change vans again"
        return self.event(event, "lock" if is_lock else "unlock", f"order {order_id} {what}", orders=(order_id,))

    def manual_move(self, event: Mapping[str, Any], where: str) -> Event | None:
        order_id, van_id = self.text(event, "order", where), self.text(event, "van", where)
        before = self.text(event, "before", where) if event.get("before") is not None else None
        if order_id is None or van_id is None:
            return None
        self.news.placements.append(Placement(order_id, van_id, before))
        what = f"order {order_id} was moved to van {van_id} by hand"
        return self.event(event, "manual_move", what, orders=(order_id,))

    def traffic(self, event: Mapping[str, Any], where: str) -> Event | None:
        is_closure = event["type"] == "closure"
        factor = 0.0 if is_closure else self.number(event, "factor", where)
        if not is_closure and not 0.0 < factor <= 1.0:
            self.faults.add(f"{where}.factor", f"{factor:g} is not above 0 and at most 1")
        legs = self.legs(event, where)
        if is_closure and legs is None:
            self.faults.add(f"{where}.legs", "a closure names the legs that are closed")
        from_at = self.instant(event, "from", f"{where}.from", default=-inf)
        until_at = self.instant(event, "until", f"{where}.until", default=inf)
        self.news.slowed.append(Slowed(factor, from_at, until_at, legs))
        what = "a road is closed" if is_closure else f"traffic has slowed down to {factor:.0%} of its speed"
        return self.event(event, "closure" if is_closure else "jam", what)

    def legs(self, event: Mapping[str, Any], where: str) -> tuple[tuple[int, int], ...] | None:
        given = event.get("legs")
        if given is None:
            return None
        if not isinstance(given, list) or not all(isinstance(leg, list) and len(leg) == 2 for leg in given):
            self.faults.add(f"{where}.legs", "this is no list of pairs of places")
            return ()
        found = []
        for k, leg in enumerate(given):
            ends = [self.place(end, f"{where}.legs[{k}]") for end in leg]
            if ends[0] is not None and ends[1] is not None:
                found.append((ends[0], ends[1]))
        return tuple(found)

    def charger_failed(self, event: Mapping[str, Any], where: str) -> Event | None:
        charger = self.text(event, "charger", where)
        if charger is None:
            return None
        self.news.broken.add(charger)
        return self.event(event, "charger_failed", f"charger {charger} is out of order", stations=(charger,))

    def charger_works(self, event: Mapping[str, Any], where: str) -> Event | None:
        value = event.get("charger")
        if isinstance(value, Mapping) and isinstance(value.get("location"), str):
            value = {**value, "location": self.places.get(value["location"], value["location"])}
        station = self.converted(value, Station, f"{where}.charger")
        if station is None:
            return None
        self.news.stations.append(station)
        return self.event(event, "charger_works", f"charger {station.id} works", stations=(station.id,))

    def van_late(self, event: Mapping[str, Any], where: str) -> Event | None:
        van_id, by = self.text(event, "van", where), self.number(event, "by", where)
        if van_id is None:
            return None
        if van_id not in {van.id for van in self.problem.vehicles}:
            self.faults.add(f"{where}.van", f"there is no van {van_id!r}")
        if by < 0:
            self.faults.add(f"{where}.by", f"{by:g} is not zero or more")
        self.news.delays[van_id] = self.news.delays.get(van_id, 0.0) + by
        minutes = f"{by / 60:.0f} min" if self.problem.units.time == "s" else f"{by:g} {self.problem.units.time}"
        return self.event(event, "van_late", f"van {van_id} is {minutes} late", vans=(van_id,))

    # Values.

    def event(
        self,
        given: Mapping[str, Any],
        kind: EventKind,
        text: str,
        *,
        orders: Sequence[str] = (),
        vans: Sequence[str] = (),
        stations: Sequence[str] = (),
    ) -> Event:
        return Event(kind, str(given.get("text") or text), frozenset(orders), frozenset(vans), frozenset(stations))

    def text(self, event: Mapping[str, Any], key: str, where: str) -> str | None:
        value = event.get(key)
        if not isinstance(value, str) or not value:
            self.faults.add(f"{where}.{key}", "is missing" if value is None else f"{value!r} is no name")
            return None
        return value

    def number(self, event: Mapping[str, Any], key: str, where: str) -> float:
        value = event.get(key)
        if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value):
            self.faults.add(f"{where}.{key}", "is missing" if value is None else f"{value!r} is no number")
            return 1.0
        return float(value)

    def place(self, value: Any, where: str) -> int | None:
        index = self.places.get(value) if isinstance(value, str) else value
        count = len(self.problem.locations) + len(self.news.locations)
        if isinstance(index, bool) or not isinstance(index, int) or not 0 <= index < count:
            self.faults.add(where, f"there is no place {value!r}")
            return None
        return index

    def instant(self, given: Mapping[str, Any], key: str, where: str, *, default: float | None) -> float:
        value = given.get(key)
        if value is None and default is not None:
            return default
        if isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value):
            return float(value)
        if isinstance(value, str) and self.problem.units.time == "s":
            try:
                moment = datetime.fromisoformat(value)
            except ValueError:
                moment = None
            if moment is not None and moment.tzinfo is not None:
                return moment.timestamp()
        told = "is missing" if value is None else f"{value!r} is no instant"
        self.faults.add(where, f"{told}; write a number of the problem's clock, or 2026-01-15T10:00:00+02:00")
        return 0.0

    def converted(self, value: Any, type_: Any, where: str) -> Any:
        try:
            return msgspec.convert(value, type_, strict=False)
        except msgspec.ValidationError as error:
            message, _, path = str(error).partition(" - at `$")
            self.faults.add(where + path.rstrip("`"), message)
            return None
