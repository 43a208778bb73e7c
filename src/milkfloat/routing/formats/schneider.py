"""
E-VRPTW of Schneider, Stenger & Goeke (2014): electric vans, time windows, stations that charge at a constant rate.

One row per location (name, type d/f/c, x, y, demand, ready time, due date, service time), then five lines with the
van: Q battery, C load, r consumption per distance, g time per unit charged, v speed. Doubles throughout; vans leave
full; fewest vans first, then distance; the fleet is free. Any amount may be charged unless ``full`` is asked for
(the problem of 2014; the two are different problems).
"""

from __future__ import annotations

import re

from milkfloat.errors import Fault, InputError
from milkfloat.routing.formats.fit import require_plane
from milkfloat.routing.formats.instance import PUBLISHED, Instance, Names, Options
from milkfloat.routing.formats.text import Faults, Line, decode, naming, plane
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
    with naming(source):
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


_HAS = ("one-stop orders", "service times", "time windows", "loads", "shifts", "batteries", "stations")


def write(problem: Problem) -> bytes:
    """
    ``problem`` in this format.

    Raises
    ------
    InputError
        Naming each thing the format has no place for, a station that does not charge at a constant rate among them.
    """
    plane = require_plane(problem, "Schneider's format", _HAS)
    van = problem.vehicles[0]
    battery = van.battery
    curves = battery.curves if battery is not None else ()
    if battery is None or any(curve is None or len(curve.time) != 2 or curve != curves[0] for curve in curves):
        raise InputError(Fault(f"vehicle {van.id}", "Schneider's format needs a battery that charges at one rate"))
    rate = curves[0].time[1] / curves[0].energy[1] if curves and curves[0] is not None else 1.0
    rows = [(plane.depot, problem.locations[plane.depot].name, "d", 0.0, van.shift, 0.0)]
    rows += [(station.location, station.id, "f", 0.0, van.shift, 0.0) for station in problem.stations]
    for order in problem.orders:
        (stop,) = order.stops
        window = stop.windows[0] if stop.windows else van.shift
        rows.append((stop.location, order.id, "c", sum(order.delivery), window, stop.service))
    lines = ["StringID Type x y demand ReadyTime DueDate ServiceTime"]
    for location, name, kind, demand, window, service in rows:
        place = problem.locations[location]
        lines.append(f"{name} {kind} " + " ".join(map(repr, (place.x, place.y, demand, *window, service))))
    values = (
        ("Q Vehicle fuel tank capacity", battery.capacity),
        ("C Vehicle load capacity", plane.capacity),
        ("r fuel consumption rate", plane.metric.energy_per_distance),
        ("g inverse refueling rate", rate),
        ("v average Velocity", plane.metric.speed),
    )
    lines += ["", *(f"{name} /{value!r}/" for name, value in values)]
    return ("\n".join(lines) + "\n").encode()
