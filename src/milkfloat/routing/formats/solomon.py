"""
Solomon's and Gehring & Homberger's vehicle routing problems with time windows.

A fleet of equal vans, then one row per location: number, x, y, demand, ready time, due date, service time; row 0 is
the depot. Time equals distance. Two conventions are published: doubles with fewest vans first (SINTEF), the default
here, and distances truncated to one decimal with distance alone (12th DIMACS challenge), taken with rounding
``dimacs`` or objective ``distance``.
"""

from __future__ import annotations

import re

from milkfloat.errors import Fault, InputError
from milkfloat.routing.formats.fit import numbered, require_plane, shortest
from milkfloat.routing.formats.instance import PUBLISHED, Instance, Names, Options, RoundingName
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
from milkfloat.routing.problem import Location, Objective, Order, Problem, Stop, Units, Vehicle

_COLUMNS = ("customer", "x", "y", "demand", "ready time", "due date", "service time")
_UNITS = Units(time="", distance="", energy="", load=("",))


def looks_like(head: str) -> bool:
    """Whether a file that begins with ``head`` is of this format."""
    return re.search(r"^\s*VEHICLE\s*\n\s*NUMBER\s+CAPACITY", head, re.MULTILINE | re.IGNORECASE) is not None


def conventions(options: Options) -> tuple[Objective, RoundingName]:
    """Objective and rounding: either one given chooses the published convention it belongs to."""
    if options.objective is None:
        objective: Objective = "vehicles-then-distance" if options.rounding in (None, "exact") else "distance"
    else:
        objective = options.objective
    if options.rounding is not None:
        return objective, options.rounding
    return objective, "dimacs" if objective == "distance" else "exact"


def read(data: bytes, *, source: str = "instance", options: Options = PUBLISHED) -> Instance:
    """
    Read an instance.

    Raises
    ------
    InputError
        With every fault and its line.
    """
    faults = Faults(source)
    lines = [(k, line) for k, line in enumerate(decode(data, source).splitlines(), 1) if line.strip()]
    fleet, rows = _sections(lines, faults)
    size, capacity = fleet_of(fleet, faults)
    values = table(rows, _COLUMNS, faults)
    faults.stop()
    names = [f"{number:g}" for number in values[:, 0].tolist()]
    seen: dict[str, int] = {}
    for (line, _), name in zip(rows, names, strict=True):
        if name in seen:
            faults.add(line, f"customer {name} stands in line {seen[name]} already")
        seen[name] = line
    not_negative(values, rows, 3, "demand", names, faults)
    not_negative(values, rows, 6, "service time", names, faults)
    windows = windows_of(values, rows, 4, 5, names, faults)
    faults.stop()
    objective, rounding = conventions(options)
    locations = tuple(Location(n, x, y) for n, (x, y) in zip(names, values[:, 1:3].tolist(), strict=True))
    orders = tuple(
        Order(names[k], (Stop(k, service, (windows[k],)),), delivery=(demand,))
        for k, (demand, service) in enumerate(values[:, (3, 6)].tolist())
        if k > 0
    )
    van = Vehicle("van", 0, 0, shift=windows[0], capacity=(capacity,))
    with naming(source):
        problem = Problem(
            locations=locations,
            orders=orders,
            vehicles=(van,) * size,
            metrics=(plane(rounding),),
            objective=objective,
            units=_UNITS,
            name=lines[0][1].strip(),
        )
    return Instance(problem, Names.of(problem))


def _sections(lines: list[Line], faults: Faults) -> tuple[Line, list[Line]]:
    """The line with the fleet and the lines of the customer table."""
    titles = {line.strip().upper(): k for k, (_, line) in enumerate(lines)}
    vehicle, customer = titles.get("VEHICLE"), titles.get("CUSTOMER")
    for name, at in (("VEHICLE", vehicle), ("CUSTOMER", customer)):
        if at is None:
            faults.add(None, f"the section {name} is missing")
    faults.stop()
    assert vehicle is not None
    assert customer is not None
    if vehicle + 2 >= len(lines):
        raise InputError(Fault(f"{faults.source}:{lines[vehicle][0]}", "the section VEHICLE has no row"))
    rows = lines[customer + 2 :]
    if not rows:
        raise InputError(Fault(f"{faults.source}:{lines[customer][0]}", "the section CUSTOMER has no rows"))
    return lines[vehicle + 2], rows


_HAS = ("one-stop orders", "service times", "time windows", "loads", "shifts")


def write(problem: Problem) -> bytes:
    """
    ``problem`` in this format.

    Raises
    ------
    InputError
        Naming each thing the format has no place for.
    """
    plane = require_plane(problem, "Solomon's format", _HAS)
    shift = problem.vehicles[0].shift
    names = numbered(problem)
    rows = [(names[plane.depot], plane.depot, 0.0, shift, 0.0)]
    for order in problem.orders:
        (stop,) = order.stops
        window = stop.windows[0] if stop.windows else shift
        rows.append((names[stop.location], stop.location, sum(order.delivery), window, stop.service))
    lines = [problem.name or "instance", "", "VEHICLE", "NUMBER     CAPACITY"]
    lines += [f"{len(problem.vehicles)} {shortest(plane.capacity)}", "", "CUSTOMER"]
    lines += ["CUST NO.  XCOORD.   YCOORD.    DEMAND   READY TIME  DUE DATE   SERVICE TIME", ""]
    for name, location, demand, window, service in rows:
        place = problem.locations[location]
        lines.append(" ".join((name, *map(shortest, (place.x, place.y, demand, *window, service)))))
    return ("\n".join(lines) + "\n").encode()
