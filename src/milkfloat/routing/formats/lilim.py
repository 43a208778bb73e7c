"""
Pickup and delivery with time windows by Li & Lim.

First line: vans, capacity, speed. Then one row per location: number, x, y, demand (negative at deliveries), ready
time, due date, service time, number of its pickup, number of its delivery (0: none). Row 0 is the depot. Doubles;
fewest vans first, then distance. Time equals distance in every published solution: the speed, 1 or 0 in the published
files, means nothing.
"""

from __future__ import annotations

import re

from milkfloat.errors import Fault, InputError
from milkfloat.routing.formats.fit import require_plane, shortest
from milkfloat.routing.formats.instance import PUBLISHED, Instance, Names, Options
from milkfloat.routing.formats.text import (
    Faults,
    Line,
    decode,
    fleet_of,
    naming,
    not_negative,
    plane,
    table,
    windows_of,
)
from milkfloat.routing.metric import FloatArray
from milkfloat.routing.problem import Location, Order, Problem, Stop, Units, Vehicle, Window

_COLUMNS = ("task", "x", "y", "demand", "ready time", "due date", "service time", "pickup", "delivery")
_UNITS = Units(time="", distance="", energy="", load=("",))
_NUMBER = r"[-+]?\d+(?:\.\d+)?"


def looks_like(head: str) -> bool:
    """Whether a file that begins with ``head`` is of this format."""
    row = r"[ \t]+".join([_NUMBER] * 9)
    return (
        re.match(rf"\s*{_NUMBER}[ \t]+{_NUMBER}[ \t]+{_NUMBER}[ \t]*\r?\n[ \t]*{row}[ \t]*\r?(?:\n|$)", head)
        is not None
    )


def read(data: bytes, *, source: str = "instance", options: Options = PUBLISHED) -> Instance:
    """
    Read an instance; the pickup and the delivery of a shipment keep their own numbers as names.

    Raises
    ------
    InputError
        With every fault and its line.
    """
    faults = Faults(source)
    lines = [(k, line) for k, line in enumerate(decode(data, source).splitlines(), 1) if line.strip()]
    if len(lines) < 2:
        raise InputError(Fault(source, "there is no line with the fleet and no row for the depot"))
    size, capacity = fleet_of(lines[0], faults)
    rows = lines[1:]
    values = table(rows, _COLUMNS, faults)
    faults.stop()
    names = [f"{number:g}" for number in values[:, 0].tolist()]
    not_negative(values, rows, 6, "service time", names, faults)
    windows = windows_of(values, rows, 4, 5, names, faults)
    pairs = _pairs(values, rows, names, faults)
    faults.stop()
    demand, service = values[:, 3].tolist(), values[:, 6].tolist()
    orders = tuple(
        Order(
            f"{names[pickup]}-{names[delivery]}",
            tuple(Stop(k, service[k], (windows[k],)) for k in (pickup, delivery)),
            amount=(demand[pickup],),
        )
        for pickup, delivery in pairs
    )
    van = Vehicle("van", 0, 0, shift=windows[0], capacity=(capacity,))
    with naming(source):
        problem = Problem(
            locations=tuple(Location(n, x, y) for n, (x, y) in zip(names, values[:, 1:3].tolist(), strict=True)),
            orders=orders,
            vehicles=(van,) * size,
            metrics=(plane(options.rounding or "exact"),),
            objective=options.objective or "vehicles-then-distance",
            units=_UNITS,
            name=source.rpartition("/")[2].partition(".")[0],
        )
    stops = tuple((names[pickup], names[delivery]) for pickup, delivery in pairs)
    return Instance(problem, Names(Names.of(problem).vehicles, stops))


def _pairs(values: FloatArray, rows: list[Line], names: list[str], faults: Faults) -> list[tuple[int, int]]:
    """Row indices of pickup and delivery for each shipment."""
    at = {name: k for k, name in enumerate(names)}
    if len(at) < len(names):
        for k, name in enumerate(names):
            if at[name] != k:
                faults.add(rows[at[name]][0], f"task {name} stands in line {rows[k][0]} already")
    pairs: list[tuple[int, int]] = []
    partner: dict[int, int] = {}
    for k in range(1, len(names)):
        pickup, delivery = (f"{number:g}" for number in values[k, 7:9].tolist())
        other = delivery if pickup == "0" else pickup
        if (pickup == "0") == (delivery == "0"):
            faults.add(rows[k][0], f"task {names[k]}: exactly one of pickup {pickup} and delivery {delivery} must be 0")
        elif other not in at or at[other] in (0, k):
            faults.add(rows[k][0], f"task {names[k]}: its partner {other} is no other task of this file")
        else:
            partner[k] = at[other]
            if pickup == "0":
                pairs.append((k, at[other]))
    for k, other_row in partner.items():
        if partner.get(other_row, k) != k:
            faults.add(rows[k][0], f"task {names[k]} names {names[other_row]}, which names {names[partner[other_row]]}")
    for pickup_row, delivery_row in pairs:
        amount, back = float(values[pickup_row, 3]), float(values[delivery_row, 3])
        if amount < 0 or amount + back != 0:
            faults.add(
                rows[pickup_row][0],
                f"task {names[pickup_row]}: demand {amount:g} and its delivery's {back:g} are not opposite",
            )
    deliveries = {delivery for _, delivery in pairs}
    for k in partner:
        if f"{values[k, 7]:g}" != "0" and k not in deliveries and not faults.found:
            faults.add(rows[k][0], f"task {names[k]}: no pickup leads to it")
    return pairs


_HAS = ("shipments", "service times", "time windows", "loads", "shifts")


def write(problem: Problem) -> bytes:
    """
    ``problem`` in this format; rows are numbered from the depot, 0, in the order of the locations.

    Raises
    ------
    InputError
        Naming each thing the format has no place for.
    """
    plane = require_plane(problem, "Li & Lim's format", _HAS)
    shift = problem.vehicles[0].shift
    rows: list[tuple[int, float, Window, float, int, int]] = []
    number = {plane.depot: 0}
    for order in problem.orders:
        for stop in order.stops:
            if stop.location in number:
                raise InputError(Fault(f"order {order.id}", "Li & Lim's format has no place for stops at one location"))
            number[stop.location] = len(number)
    for order in problem.orders:
        pickup, delivery = order.stops
        amount = sum(order.amount)
        for stop, load, pair in (
            (pickup, amount, (0, number[delivery.location])),
            (delivery, -amount, (number[pickup.location], 0)),
        ):
            window = stop.windows[0] if stop.windows else shift
            rows.append((stop.location, load, window, stop.service, *pair))
    lines = [f"{len(problem.vehicles)}\t{shortest(plane.capacity)}\t1"]
    for location, load, window, service, before, after in [(plane.depot, 0.0, shift, 0.0, 0, 0), *rows]:
        place = problem.locations[location]
        values = (number[location], place.x, place.y, load, *window, service, before, after)
        lines.append("\t".join(map(shortest, values)))
    return ("\n".join(lines) + "\n").encode()
