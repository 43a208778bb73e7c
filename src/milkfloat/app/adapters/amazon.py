"""
Routes that Amazon's drivers really drove (2021 Last Mile Routing Research Challenge, Austin part).

Each route is a problem of its own: one van from its station to the same stops and back. The road distances of the
legs driven are part of the set, those of other legs are not; so both orders are measured by one rule, great-circle
distance x 1.40 (the set's mean of driven over straight distance) at 30 km/h. No battery: none is known.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from milkfloat.app.adapters.rows import Fields, Row, column
from milkfloat.routing.metric import CoordinateMetric
from milkfloat.routing.problem import Location, Order, Problem, Stop, Vehicle, Visit


@dataclass(frozen=True, slots=True)
class DrivenRoute:
    """A route as a problem, and the visits in the order in which they were driven."""

    route_id: str
    problem: Problem
    driven: tuple[Visit, ...]


def read(rows: Sequence[Row], *, circuity: float = 1.40, speed_kmh: float = 30.0) -> tuple[DrivenRoute, ...]:
    """
    The routes of a table with columns ``route_id, seq, stop_id, type (Station | Dropoff), lat, lng``.

    Raises
    ------
    InputError
        With every fault found.
    """
    for name in ("route_id", "seq", "stop_id", "type"):
        column(rows, name, "stops")
    fields = Fields("stops")
    metric = CoordinateMetric("great-circle", circuity, speed=speed_kmh / 3.6)
    routes = []
    numbered = list(enumerate(rows, start=2))
    for route_id, members in groupby(numbered, key=lambda entry: str(entry[1]["route_id"])):
        stops = sorted(members, key=lambda entry: int(entry[1]["seq"]))
        places = [fields.place(row, line) for line, row in stops]
        if fields.faults:
            continue
        locations = tuple(Location(str(row["stop_id"]), *at) for (_, row), at in zip(stops, places, strict=True))
        orders = tuple(Order(f"{k}:{locations[k].name}", (Stop(k),)) for k in range(1, len(stops)))
        problem = Problem(
            locations, orders, (Vehicle("van", 0, 0),), (metric,), name=route_id, timezone="America/Chicago"
        )
        routes.append(DrivenRoute(route_id, problem, tuple(Visit("stop", k) for k in range(len(orders)))))
    fields.done()
    return tuple(routes)
