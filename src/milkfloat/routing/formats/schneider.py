"""
E-VRPTW of Schneider, Stenger & Goeke (2014): electric vans, time windows, stations that charge at a constant rate.

One row per location (name, type d/f/c, x, y, demand, ready time, due date, service time), then five lines with the
van: Q battery, C load, r consumption per distance, g time per unit charged, v speed. Doubles throughout; vans leave
full; fewest vans first, then distance; the fleet is free. Any amount may be charged unless ``full`` is asked for
(the problem of 2014; the two are different problems).
"""

from __future__ import annotations

import re

from milkfloat.routing.formats.instance import PUBLISHED, Instance, Names, Options
from milkfloat.routing.formats.text import Faults, Line, decode, plane
from milkfloat.routing.problem import Battery, ChargeCurve, Location, Order, Problem, Station, Stop, Units, Vehicle

_UNITS = Units(time="", distance="", energy="", load=("",))
_COLUMNS = ("x", "y", "demand", "ready time", "due date", "service time")
_VALUE = re.compile(r"^\s*([QCrgv])\b[^/]*/\s*([^/]*?)\s*/\s*$")
_PARAMETERS = {"Q": "battery", "C": "load", "r": "consumption", "g": "time per unit charged", "v": "speed"}


def looks_like(head: str) -> bool:
    """Whether a file that begins with ``head`` is of this format."""
    return re.match(r"\s*StringID\s+Type\s+x\s+y\s", head) is not None


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
    parameters = _parameters(lines, faults)
    locations: list[Location] = []
    stations: list[Station] = []
    orders: list[Order] = []
    depot: tuple[int, tuple[float, float]] | None = None
    seen: dict[str, int] = {}
    for number, line in lines[1:]:
        if "/" in line:
            continue
        cells = line.split()
        if len(cells) != 2 + len(_COLUMNS):
            faults.add(number, f"{len(cells)} values where {2 + len(_COLUMNS)} belong: name type {' '.join(_COLUMNS)}")
            continue
        name, kind = cells[:2]
        if name in seen:
            faults.add(number, f"{name} stands in line {seen[name]} already")
        seen[name] = number
        x, y, demand, ready, due, service = (
            faults.number(cell, number, f"{name} {column}", least=None if column in "xy" else 0.0)
            for cell, column in zip(cells[2:], _COLUMNS, strict=True)
        )
        if due < ready:
            faults.add(number, f"{name}: due date {due:g} is before ready time {ready:g}")
        index = len(locations)
        locations.append(Location(name, x, y))
        if kind == "d":
            if depot is not None:
                faults.add(number, f"{name}: a second depot; the format has one")
            depot = (index, (ready, due))
        elif kind == "f":
            stations.append(Station(name, index))
        elif kind == "c":
            orders.append(Order(name, (Stop(index, service, ((ready, due),)),), delivery=(demand,)))
        else:
            faults.add(number, f"{name}: type {kind!r} is not one of d f c")
    if depot is None:
        faults.add(None, "there is no depot (a row of type d)")
    if not orders:
        faults.add(None, "there are no customers (rows of type c)")
    faults.stop()
    assert depot is not None
    full = parameters["Q"]
    van = Vehicle(
        "van",
        depot[0],
        depot[0],
        shift=depot[1],
        capacity=(parameters["C"],),
        battery=Battery(full, full, curves=(ChargeCurve((0.0, full * parameters["g"]), (0.0, full)),)),
    )
    problem = Problem(
        locations=tuple(locations),
        orders=tuple(orders),
        vehicles=(van,) * len(orders),
        metrics=(plane(options.rounding or "exact", speed=parameters["v"], energy_per_distance=parameters["r"]),),
        stations=tuple(stations),
        charging=options.charging or "partial",
        objective=options.objective or "vehicles-then-distance",
        units=_UNITS,
        name=source.rpartition("/")[2].partition(".")[0],
    )
    return Instance(problem, Names.of(problem))


def _parameters(lines: list[Line], faults: Faults) -> dict[str, float]:
    found: dict[str, float] = {}
    for number, line in lines:
        if match := _VALUE.match(line):
            found[match[1]] = faults.number(match[2], number, f"{match[1]} ({_PARAMETERS[match[1]]})", least=0.0)
            if match[1] in "Qv" and found[match[1]] <= 0:
                faults.add(number, f"{match[1]} ({_PARAMETERS[match[1]]}): {match[2]} is not more than 0")
    for key, meaning in _PARAMETERS.items():
        if key not in found:
            faults.add(None, f"the line with {key} ({meaning}) is missing")
            found[key] = 1.0
    return found
