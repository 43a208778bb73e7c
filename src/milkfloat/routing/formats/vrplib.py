"""
VRPLIB: the CVRP library's files and the dialect in which PyVRP's instances extend them.

``KEY : value`` lines, then sections with one row per location (first column its number from 1) or per van. Carried
over: capacity, time windows, service and release times, prizes, backhauls; per van capacity, fixed cost, cost per
distance, depot, reload depots, longest duration and distance, allowed customers. Time equals distance.

Published conventions: CVRP takes distances to the nearest whole number, HFVRP (heterogeneous fleets) as doubles;
MTVRPTWR truncates them to one decimal (its published costs are ten times ours); MDVRPTW keeps three decimals
(published costs are a thousand times ours). Costs per distance and per van stand in HFVRP files a hundredfold; here
they are the original ones.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from math import inf

import numpy as np

from milkfloat.errors import Fault, InputError
from milkfloat.routing.formats.instance import PUBLISHED, Instance, Names, Options
from milkfloat.routing.formats.text import Faults, Line, decode, naming, numbers, plane, table
from milkfloat.routing.formats.vrplib_matrix import explicit_matrix
from milkfloat.routing.metric import FloatArray, MatrixMetric, Metric
from milkfloat.routing.problem import Location, Objective, Order, Problem, Stop, Units, Vehicle

_UNITS = Units(time="", distance="", energy="", load=("",))
_ROUNDING = {
    "MTVRPTWR": "dimacs",
    "MDVRPTW": "milli",
    "HFVRP": "exact",
    "VRPTW": "dimacs",
    "PCVRPTW": "dimacs",
    "SDVRPTW": "dimacs",
}
_PLANES = {"EUC_2D": "integer", "CEIL_2D": "up", "FLOOR_2D": "down", "EXACT_2D": "exact"}
# PyVRP's heterogeneous instances are the published ones with every cost multiplied by this.
_HFVRP_COST_SCALE = 100.0
_HEADER = re.compile(r"^\s*([A-Z][A-Z0-9_]*)\s*:\s*(.*?)\s*$")
_SECTION = re.compile(r"^\s*([A-Z][A-Z0-9_]*)_SECTION\s*$")
_HEADER_KEYS = frozenset(
    {
        "NAME",
        "COMMENT",
        "TYPE",
        "DIMENSION",
        "CAPACITY",
        "VEHICLES",
        "EDGE_WEIGHT_TYPE",
        "EDGE_WEIGHT_FORMAT",
        "NODE_COORD_TYPE",
        "SERVICE_TIME",
        "DISTANCE",
        "VEHICLES_MAX_DURATION",
        "VEHICLES_MAX_DISTANCE",
        "VEHICLES_MAX_RELOADS",
        "VEHICLES_FIXED_COST",
        "RELEASE_TIME",
        "VEHICLES_UNIT_DISTANCE_COST",
        "DISPLAY_DATA_TYPE",
        "EDGE_WEIGHT_UNIT_OF_MEASUREMENT",
        "DEPOT_TYPE",
    }
)
_PER_LOCATION = {
    "NODE_COORD": ("x", "y"),
    "DEMAND": ("demand",),
    "LINEHAUL": ("linehaul",),
    "BACKHAUL": ("backhaul",),
    "SERVICE_TIME": ("service time",),
    "TIME_WINDOW": ("ready time", "due date"),
    "RELEASE_TIME": ("release time",),
    "PRIZE": ("prize",),
}
_PER_VAN = {
    "CAPACITY": "capacity",
    "VEHICLES_FIXED_COST": "fixed cost",
    "VEHICLES_UNIT_DISTANCE_COST": "cost per distance",
    "VEHICLES_MAX_DURATION": "longest duration",
    "VEHICLES_MAX_DISTANCE": "longest distance",
    "VEHICLES_MAX_RELOADS": "most reloads",
    "VEHICLES_DEPOT": "depot",
}
_LISTS = ("VEHICLES_RELOAD_DEPOT", "VEHICLES_ALLOWED_CLIENTS")


def looks_like(head: str) -> bool:
    """Whether a file that begins with ``head`` is of this format."""
    return re.search(r"^\s*(DIMENSION|EDGE_WEIGHT_TYPE|TYPE)\s*:", head, re.MULTILINE) is not None


@dataclass(frozen=True, slots=True)
class _File:
    """Header values with their lines, and the lines of each section (its title's line first)."""

    header: dict[str, tuple[int, str]]
    sections: dict[str, list[Line]]

    def text(self, key: str, default: str = "") -> str:
        return self.header[key][1] if key in self.header else default


def read(data: bytes, *, source: str = "instance", options: Options = PUBLISHED) -> Instance:
    """
    Read an instance of up to hundreds of thousands of stops.

    Raises
    ------
    InputError
        With every fault and its line.
    """
    faults = Faults(source)
    file = _split(decode(data, source), faults)
    if "DIMENSION" not in file.header:
        raise InputError([*faults.found, Fault(source, "the line DIMENSION is missing")])
    n = faults.count(file.text("DIMENSION"), file.header["DIMENSION"][0], "DIMENSION", least=1)
    faults.stop()
    kind = file.text("TYPE", "CVRP").upper()
    columns = {name: _by_location(file, name, n, faults) for name in _PER_LOCATION}
    depots = _depots(file, n, faults)
    faults.stop()
    windows = columns["TIME_WINDOW"]
    metric = _metric(file, kind, n, options, faults)
    orders = _orders(file, n, depots, columns, faults)
    vehicles = _vehicles(file, kind, depots, len(orders), windows, faults)
    faults.stop()
    orders = _allowed(file, orders, len(vehicles), n, faults)
    faults.stop()
    coordinates = columns["NODE_COORD"]
    points = coordinates.tolist() if coordinates is not None else [(0.0, 0.0)] * n
    has_costs = "VEHICLES_FIXED_COST" in file.sections or "VEHICLES_UNIT_DISTANCE_COST" in file.sections
    objective: Objective = "cost" if has_costs or columns["PRIZE"] is not None else "distance"
    with naming(source):
        problem = Problem(
            locations=tuple(Location(str(k), x, y) for k, (x, y) in enumerate(points, 1)),
            orders=orders,
            vehicles=vehicles,
            metrics=(metric,),
            objective=options.objective or objective,
            units=_UNITS,
            name=file.text("NAME"),
        )
    return Instance(problem, Names.of(problem))


def _split(text: str, faults: Faults) -> _File:
    header: dict[str, tuple[int, str]] = {}
    sections: dict[str, list[Line]] = {}
    rows: list[Line] | None = None
    for number, line in enumerate(text.splitlines(), 1):
        first = line.lstrip()[:1]
        if rows is not None and (first.isdigit() or first in "-+."):
            if first:
                rows.append((number, line))
        elif match := _SECTION.match(line):
            rows = sections.setdefault(match[1], [])
            if rows:
                faults.add(number, f"the section {match[1]} stands in line {rows[0][0]} already")
            rows.append((number, line))
        elif match := _HEADER.match(line):
            rows = None
            if match[1] in _HEADER_KEYS:
                header[match[1]] = (number, match[2].strip('"'))
            else:
                faults.add(number, f"the key {match[1]} is not known")
        elif line.strip() == "EOF":
            break
        elif line.strip():
            faults.add(number, f"{line.strip()[:40]!r} is neither a key, a section nor a row of numbers")
    known = {*_PER_LOCATION, *_PER_VAN, *_LISTS, "EDGE_WEIGHT", "DEPOT"}
    for name in sections.keys() - known:
        faults.add(sections[name][0][0], f"the section {name}_SECTION is not known")
    return _File(header, sections)


def _by_number(rows: list[Line], columns: tuple[str, ...], size: int, what: str, faults: Faults) -> FloatArray:
    """A section whose rows carry the numbers 1 to ``size``, in any order; shape (size, columns)."""
    title, body = rows[0], rows[1:]
    before = len(faults.found)
    values = table(body, (what, *columns), faults)
    if len(faults.found) > before:
        return np.zeros((size, len(columns)))
    index = values[:, 0]
    if len(body) == size and (index == np.arange(1, size + 1)).all():
        return values[:, 1:]
    result = np.zeros((size, len(columns)))
    seen: dict[float, int] = {}
    for (line, _), row in zip(body, values, strict=True):
        k = float(row[0])
        if k != int(k) or not 1 <= k <= size:
            faults.add(line, f"{what} {k:g} is not one of 1 to {size}")
        elif k in seen:
            faults.add(line, f"{what} {k:g} stands in line {seen[k]} already")
        else:
            seen[k] = line
            result[int(k) - 1] = row[1:]
    if len(seen) < size:
        missing = next(k for k in range(1, size + 1) if k not in seen)
        faults.add(title[0], f"{title[1].strip()}: {len(seen)} of {size} {what}s, the first missing one is {missing}")
    return result


def _by_location(file: _File, name: str, n: int, faults: Faults) -> FloatArray | None:
    rows = file.sections.get(name)
    if rows is not None:
        values = _by_number(rows, _PER_LOCATION[name], n, "location", faults)
        if name != "NODE_COORD":
            for k in np.flatnonzero(values.min(axis=1) < 0):
                faults.add(rows[0][0], f"{name}: location {k + 1} has {values[k].min():g}, which is less than 0")
        if name == "TIME_WINDOW":
            for k in np.flatnonzero(values[:, 1] < values[:, 0]):
                early, late = values[k]
                faults.add(rows[0][0], f"{name}: location {k + 1}: due date {late:g} is before ready time {early:g}")
        return values
    if name in ("SERVICE_TIME", "RELEASE_TIME") and name in file.header:
        line, token = file.header[name]
        return np.full((n, 1), faults.number(token, line, name, least=0.0))
    return None


def _depots(file: _File, n: int, faults: Faults) -> list[int]:
    rows = file.sections.get("DEPOT", [])[1:]
    found: list[int] = []
    for line, text in rows:
        for cell in text.split():
            if cell == "-1":
                return found or [0]
            number = faults.count(cell, line, "depot", least=1)
            if number > n:
                faults.add(line, f"depot {number} is not one of 1 to {n}")
            else:
                found.append(number - 1)
    return found or [0]


def _metric(file: _File, kind: str, n: int, options: Options, faults: Faults) -> Metric:
    line, given = file.header.get("EDGE_WEIGHT_TYPE", (None, "EUC_2D"))
    given = given.upper()
    if given == "EXPLICIT":
        matrix = explicit_matrix(file.sections.get("EDGE_WEIGHT"), file.text("EDGE_WEIGHT_FORMAT"), n, faults)
        if matrix is None:
            faults.stop()
        assert matrix is not None
        return MatrixMetric(time=matrix, distance=matrix)
    if given not in _PLANES:
        faults.add(line, f"EDGE_WEIGHT_TYPE {given} is not one of EXPLICIT {' '.join(_PLANES)}")
        faults.stop()
    if "NODE_COORD" not in file.sections:
        faults.add(line, f"EDGE_WEIGHT_TYPE {given} needs the section NODE_COORD_SECTION")
    published = _ROUNDING.get(kind, _PLANES[given]) if given == "EUC_2D" else _PLANES[given]
    return plane(options.rounding or published)


def _orders(
    file: _File, n: int, depots: list[int], columns: dict[str, FloatArray | None], faults: Faults
) -> tuple[Order, ...]:
    def column(name: str) -> list[float]:
        values = columns[name]
        return values[:, 0].tolist() if values is not None else [0.0] * n

    demand = column("DEMAND" if columns["DEMAND"] is not None else "LINEHAUL")
    backhaul, service, release, prize = map(column, ("BACKHAUL", "SERVICE_TIME", "RELEASE_TIME", "PRIZE"))
    windows = columns["TIME_WINDOW"]
    slots = [((a, b),) for a, b in windows.tolist()] if windows is not None else [()] * n
    released = columns["RELEASE_TIME"] is not None
    at_depot = set(depots)
    for k in at_depot:
        if demand[k]:
            line = (file.sections.get("DEMAND") or file.sections["LINEHAUL"])[0][0]
            faults.add(line, f"demand: the depot {k + 1} has {demand[k]:g}, it must be 0")
    return tuple(
        Order(
            str(k + 1),
            (Stop(k, service[k], slots[k]),),
            delivery=(demand[k],),
            pickup=(backhaul[k],) if backhaul[k] else (),
            prize=prize[k] if prize[k] > 0 else None,
            release=release[k] if released else -inf,
        )
        for k in range(n)
        if k not in at_depot
    )


def _vehicles(
    file: _File, kind: str, depots: list[int], orders: int, windows: FloatArray | None, faults: Faults
) -> tuple[Vehicle, ...]:
    # ORTEC's files name the vans of one known plan, which is no limit (rules of the EURO-NeurIPS 2022 competition).
    free = "VEHICLES" not in file.header or file.text("COMMENT").upper() == "ORTEC"
    size = (
        max(orders, 1) if free else faults.count(file.text("VEHICLES"), file.header["VEHICLES"][0], "VEHICLES", least=1)
    )
    scale = _HFVRP_COST_SCALE if kind == "HFVRP" else 1.0

    def per_van(name: str, default: float) -> list[float]:
        if name in file.sections:
            rows = _by_number(file.sections[name], (_PER_VAN[name],), size, "vehicle", faults)
            return [float(value) for value in rows[:, 0]]
        if name in file.header:
            line, token = file.header[name]
            return [faults.number(token, line, name, least=0.0)] * size
        return [default] * size

    capacity = per_van("CAPACITY", inf)
    fixed, unit = per_van("VEHICLES_FIXED_COST", 0.0), per_van("VEHICLES_UNIT_DISTANCE_COST", scale)
    duration, distance = per_van("VEHICLES_MAX_DURATION", inf), per_van("VEHICLES_MAX_DISTANCE", inf)
    if "DISTANCE" in file.header:
        # TSPLIB's route limit of the distance-constrained CVRP, service included.
        duration = [faults.number(file.text("DISTANCE"), file.header["DISTANCE"][0], "DISTANCE", least=0.0)] * size
    home = [int(value) - 1 for value in per_van("VEHICLES_DEPOT", depots[0] + 1)]
    reloads = _lists(file, "VEHICLES_RELOAD_DEPOT", size, faults) or [()] * size
    # A van never needs more trips than there are orders.
    most = per_van("VEHICLES_MAX_RELOADS", float(orders))
    for van, depot in enumerate(home, 1):
        for place in (depot, *reloads[van - 1]):
            if place not in depots:
                faults.add(None, f"vehicle {van}: {place + 1} is not a depot")
    faults.stop()
    made: dict[tuple[object, ...], Vehicle] = {}

    def type_of(k: int) -> Vehicle:
        key = (capacity[k], fixed[k], unit[k], duration[k], distance[k], home[k], reloads[k], most[k])
        if key not in made:
            made[key] = Vehicle(
                "van" if not made else f"van{len(made) + 1}",
                home[k],
                home[k],
                shift=(-inf, inf) if windows is None else (float(windows[home[k], 0]), float(windows[home[k], 1])),
                capacity=(capacity[k],) if capacity[k] < inf else (),
                depots=reloads[k],
                max_trips=1 + min(int(most[k]), orders) if reloads[k] else 1,
                fixed_cost=fixed[k] / scale,
                cost_per_distance=unit[k] / scale,
                max_duration=duration[k],
                max_distance=distance[k],
            )
        return made[key]

    return tuple(type_of(k) for k in range(size))


def _lists(file: _File, name: str, size: int, faults: Faults) -> list[tuple[int, ...]] | None:
    """A section with a list of locations per van, as indices from 0; None when the file has none."""
    rows = file.sections.get(name)
    if rows is None:
        return None
    found: dict[int, tuple[int, ...]] = {}
    for line, text in rows[1:]:
        values = numbers(text.split())
        if values is None or (values != np.floor(values)).any():
            faults.add(line, f"{name}: {text.strip()[:40]!r} holds something that is not a whole number")
            continue
        van, *members = (int(value) for value in values)
        if not 1 <= van <= size:
            faults.add(line, f"{name}: vehicle {van} is not one of 1 to {size}")
        found[van] = tuple(member - 1 for member in members)
    if len(found) < size and not faults.found:
        faults.add(rows[0][0], f"{name}: {len(found)} of {size} vehicles")
    return [found.get(van, ()) for van in range(1, size + 1)]


def _allowed(file: _File, orders: tuple[Order, ...], vans: int, n: int, faults: Faults) -> tuple[Order, ...]:
    """``orders`` with the vans that may serve them, where the file restricts that."""
    lists = _lists(file, "VEHICLES_ALLOWED_CLIENTS", vans, faults)
    if lists is None:
        return orders
    by_location: dict[int, list[int]] = {}
    for van, members in enumerate(lists):
        for location in members:
            if not 0 <= location < n:
                faults.add(None, f"VEHICLES_ALLOWED_CLIENTS: vehicle {van + 1}: {location + 1} is not one of 1 to {n}")
            by_location.setdefault(location, []).append(van)
    everyone = vans
    return tuple(
        order
        if len(allowed := by_location.get(order.stops[0].location, [])) == everyone
        else replace(order, vehicles=tuple(allowed))
        for order in orders
    )
