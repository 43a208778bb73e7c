"""
LaDe (Cainiao): parcels of one day, with the place and instant of acceptance and of the pickup or delivery.

`pickups`: couriers begin where they accepted their first order, collect within promised windows and end at their last
stop. `deliveries`: parcels are released at the courier's place of acceptance (rounded to about a kilometre: the
stations) and brought out by vans of that station. Rule: great-circle distance x 1.40 at 20 km/h, 3 minutes a stop.
The set knows no loads and no batteries; the instants are Unix seconds, its year a placeholder.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from milkfloat.app.adapters.rows import Fields, Row, column
from milkfloat.errors import Fault, InputError
from milkfloat.routing.metric import CoordinateMetric
from milkfloat.routing.problem import Location, Order, Problem, Stop, Units, Vehicle

_ZONE = "Asia/Shanghai"
_SERVICE_S = 180.0
_METRIC = CoordinateMetric("great-circle", 1.40, speed=20 / 3.6)
_SHIFT_S = 12 * 3600.0
# Parcels a van is given at most in a shift; the set says nothing of loads.
_MOST_STOPS = 60


def pickups(rows: Sequence[Row], city: str) -> Problem:
    """
    One city's pickups; every courier of the day is a van.

    A row's window is the promise; an order can be collected from its acceptance on. Couriers without a position at
    acceptance begin at their first order.

    Raises
    ------
    InputError
        When the city is not in the table, or fields are wrong.
    """
    for name in ("city", "courier_id", "order_id", "accept_time"):
        column(rows, name, "pickups")
    chosen = [(line, row) for line, row in enumerate(rows, start=2) if row["city"] == city]
    if not chosen:
        known = ", ".join(sorted({str(row["city"]) for row in rows}))
        raise InputError(Fault("city", f"{city!r} is not in the table, which has {known}"))
    fields = Fields("pickups")
    locations: list[Location] = []
    orders: list[Order] = []
    first: dict[str, tuple[float, int]] = {}
    for line, row in chosen:
        place = Location(str(row["order_id"]), *fields.place(row, line))
        accepted = _unix(fields, row, line, "accept_time")
        early, late = (_unix(fields, row, line, f"time_window_{end}") for end in ("start", "end"))
        here = len(locations)
        locations.append(place)
        courier = str(row["courier_id"])
        if courier not in first or accepted < first[courier][0]:
            if row.get("accept_gps_lng") is not None:
                at = fields.place(row, line, "accept_gps_lng", "accept_gps_lat")
                locations.append(Location(f"courier {courier}", *at))
                first[courier] = (accepted, len(locations) - 1)
            else:
                first[courier] = (accepted, here)
        window = (max(early, accepted), max(late, accepted))
        orders.append(Order(place.name, (Stop(here, _SERVICE_S, (window,)),)))
    fields.done()
    day = min(order.stops[0].windows[0][0] for order in orders)
    vans = []
    for courier, (accepted, start) in sorted(first.items()):
        begins = max(accepted, day)
        vans.append(Vehicle(courier, start, None, shift=(begins, begins + _SHIFT_S)))
    return Problem(
        tuple(locations), tuple(orders), tuple(vans), (_METRIC,), units=Units(), name=f"LaDe {city}", timezone=_ZONE
    )


def deliveries(rows: Sequence[Row]) -> Problem:
    """
    One day's deliveries; stations are where parcels were accepted, each with vans for its parcels.

    Raises
    ------
    InputError
        When fields are wrong.
    """
    for name in ("row", "accept_time"):
        column(rows, name, "deliveries")
    fields = Fields("deliveries")
    places = []
    stations: Counter[tuple[float, float]] = Counter()
    for line, row in enumerate(rows, start=2):
        accepted = fields.place(row, line, "accept_gps_lng", "accept_gps_lat")
        station = (round(accepted[0], 2), round(accepted[1], 2))
        stations[station] += 1
        to = fields.place(row, line, "delivery_gps_lng", "delivery_gps_lat")
        places.append((str(row["row"]), station, to, _unix(fields, row, line, "accept_time")))
    fields.done()
    index = {station: k for k, station in enumerate(sorted(stations))}
    locations = [Location(f"station {k}", *station) for station, k in index.items()]
    vans: list[Vehicle] = []
    teams: dict[tuple[float, float], tuple[int, ...]] = {}
    for station, k in index.items():
        released = [instant for _, s, _, instant in places if s == station]
        size = 1 + stations[station] // _MOST_STOPS + len({instant // 3600 for instant in released})
        teams[station] = tuple(range(len(vans), len(vans) + size))
        begin = min(released)
        vans += [
            Vehicle(f"{k}-{n}", k, k, shift=(begin, begin + 86_400), max_stops=_MOST_STOPS, depots=(k,), max_trips=4)
            for n in range(size)
        ]
    orders = []
    for name, station, to, released_at in places:
        locations.append(Location(name, *to))
        stop = Stop(len(locations) - 1, _SERVICE_S)
        orders.append(Order(name, (stop,), release=released_at, vehicles=teams[station]))
    return Problem(tuple(locations), tuple(orders), tuple(vans), (_METRIC,), name="LaDe Yantai", timezone=_ZONE)


def _unix(fields: Fields, row: Row, line: int, name: str) -> float:
    value = row.get(name)
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            value = None
    if not isinstance(value, datetime):
        fields.faults.append(Fault(f"{fields.source}:{line}.{name}", f"{row.get(name)!r} is no instant"))
        return 0.0
    return (value if value.tzinfo else value.replace(tzinfo=ZoneInfo(_ZONE))).timestamp()
