"""Orders that come in while a day is running: onto the map, into the problem of the day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import isfinite

import numpy as np

from milkfloat.app.build import Built, with_more
from milkfloat.app.locate import Located, Locator
from milkfloat.app.screen import named, usable_orders
from milkfloat.errors import Fault, InputError
from milkfloat.fleet.orders import Order
from milkfloat.routing.metric import MatrixMetric
from milkfloat.routing.problem import Location


@dataclass(frozen=True, slots=True)
class Extended:
    """
    A day with more orders.

    Attributes
    ----------
    added
        The orders that were taken in; they are the last ones of the problem.
    faults
        What could not be, and why.
    """

    built: Built
    added: tuple[Order, ...]
    faults: tuple[Fault, ...]


def with_orders(built: Built, orders: Sequence[Order], *, now_s: float, threads: int = 1) -> Extended:
    """
    The problem of the day with further orders behind those it has; orders, vans and places keep their numbers.

    Raises
    ------
    InputError
        When none of the orders can be taken in, with every fault.
    """
    faults: list[Fault] = []
    known = {order.id for order in built.orders}
    fresh = []
    for order in orders:
        where = named("order", order.id, order.where)
        if order.id in known:
            faults.append(Fault(where, f"there is an order {order.id} already"))
        else:
            fresh.append(order)
        known.add(order.id)
    horizon = (now_s, max(van.shift.end_s for van in built.vans))
    places = _Places(built)
    good = []
    for order in usable_orders(fresh, built.vans, horizon, built.conditions.zone, faults):
        stops_at = places.stops(order, faults)
        if stops_at is not None:
            good.append((order, stops_at))
    if not good:
        raise InputError(faults or [Fault("orders", "there is none")])
    more = with_more(built, good, places.new, from_s=now_s, threads=threads)
    reachable = {order.id for order, stops_at in good if _has_way(more, stops_at)}
    faults += [
        Fault(named("order", order.id, order.where), "closed roads leave no way from any depot to it and back")
        for order, _ in good
        if order.id not in reachable
    ]
    if not reachable:
        raise InputError(faults)
    if len(reachable) < len(good):
        good = [pair for pair in good if pair[0].id in reachable]
        more = with_more(built, good, places.new, from_s=now_s, threads=threads)
    return Extended(more, tuple(order for order, _ in good), tuple(faults))


class _Places:
    """Locations of the problem by place, and those to add."""

    def __init__(self, built: Built) -> None:
        self.locator = Locator(built.city)
        self.count = len(built.places)
        self.new: list[tuple[Location, Located]] = []
        self.at: dict[tuple[float, float], int] = {}
        depots = {vehicle.start for vehicle in built.problem.vehicles}
        for k, located in enumerate(built.places):
            if k not in depots:
                self.at.setdefault((located.place.lon, located.place.lat), k)

    def stops(self, order: Order, faults: list[Fault]) -> tuple[int, ...] | None:
        """The location of every stop; None, with a fault, where one is on no street."""
        where = named("order", order.id, order.where)
        found = [self.locator.find(stop.place, where, faults) for stop in order.stops]
        if any(located is None for located in found):
            return None
        return tuple(self._add(located, order.id) for located in found if located is not None)

    def _add(self, located: Located, name: str) -> int:
        place = located.place
        key = place.lon, place.lat
        if key not in self.at:
            self.at[key] = self.count + len(self.new)
            self.new.append((Location(place.address or name, place.lon, place.lat), located))
        return self.at[key]


def _has_way(built: Built, stops_at: Sequence[int]) -> bool:
    """Whether some van can drive from its depot to the stops and back."""
    metric = built.problem.metrics[0]
    assert isinstance(metric, MatrixMetric)
    for home in {vehicle.start for vehicle in built.problem.vehicles}:
        way = (home, *stops_at, home)
        if all(isfinite(float(np.min(metric.time[..., a, b]))) for a, b in pairwise(way)):
            return True
    return False
