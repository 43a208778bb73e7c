"""
E-VRP-NL of Montoya, Gueret, Mendoza & Villegas (2017) in VRP-REP's XML: nonlinear charging, three kinds of station.

Kilometres, hours, watt-hours. The objective is driving plus charging time; service counts towards the longest tour
(``max_travel_time``) but not in the objective. There are no loads and no time windows, and the fleet is free.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from itertools import pairwise
from xml.etree.ElementTree import Element
from xml.parsers.expat import ErrorString

from milkfloat.errors import Fault, InputError
from milkfloat.routing.formats.fit import require_plane
from milkfloat.routing.formats.instance import PUBLISHED, Instance, Names, Options
from milkfloat.routing.formats.text import Faults, naming, plane
from milkfloat.routing.problem import Battery, ChargeCurve, Location, Order, Problem, Station, Stop, Units, Vehicle

_UNITS = Units(time="h", distance="km", energy="Wh")


def looks_like(head: str) -> bool:
    """Whether a file that begins with ``head`` is of this format."""
    return head.lstrip("\ufeff \r\n\t").startswith("<") and "<instance" in head


def read(data: bytes, *, source: str = "instance", options: Options = PUBLISHED) -> Instance:
    """
    Read an instance.

    Raises
    ------
    InputError
        With every fault and its place in the document.
    """
    root = _parse(data, source)
    faults = Faults(source)
    profile = root.find("fleet/vehicle_profile")
    if root.tag != "instance" or profile is None:
        raise InputError(Fault(source, "there is no instance with a fleet/vehicle_profile"))
    curves = _curves(profile, faults)
    kinds = {name: k for k, name in enumerate(curves)}
    locations: list[Location] = []
    stations: list[Station] = []
    index: dict[str, int] = {}
    customers: set[str] = set()
    for node in root.iterfind("network/nodes/node"):
        name = node.get("id", "")
        where = f"node {name}"
        if name in index:
            faults.add(where, "stands in the file already")
        index[name] = len(locations)
        locations.append(Location(name, _number(node, "cx", where, faults), _number(node, "cy", where, faults)))
        if node.get("type") == "1":
            customers.add(name)
        elif node.get("type") == "2":
            kind = (node.findtext("custom/cs_type") or "").strip()
            if kind not in kinds:
                faults.add(where, f"cs_type {kind!r} has no charging function; there are {' '.join(kinds) or 'none'}")
            stations.append(Station(name, index[name], kinds.get(kind, 0)))
        elif node.get("type") != "0":
            faults.add(where, f"type {node.get('type')!r} is not one of 0 1 2")
    orders = _orders(root, index, customers, faults)
    start, end = (_node(profile, tag, index, faults) for tag in ("departure_node", "arrival_node"))
    capacity = _number(profile, "custom/battery_capacity", "vehicle_profile", faults, positive=True)
    speed = _number(profile, "speed_factor", "vehicle_profile", faults, positive=True)
    consumption = _number(profile, "custom/consumption_rate", "vehicle_profile", faults)
    longest = _number(profile, "max_travel_time", "vehicle_profile", faults, positive=True)
    if not orders:
        faults.add(None, "there are no requests")
    faults.stop()
    battery = Battery(capacity, capacity, curves=tuple(curves.values()))
    van = Vehicle("van", start, end, shift=(0.0, longest), max_duration=longest, battery=battery)
    with naming(source):
        problem = Problem(
            locations=tuple(locations),
            orders=orders,
            vehicles=(van,) * len(orders),
            metrics=(plane(options.rounding or "exact", speed=speed, energy_per_distance=consumption),),
            stations=tuple(stations),
            charging=options.charging or "partial",
            objective=options.objective or "duration",
            service_in_duration=False,
            units=_UNITS,
            name=(root.findtext("info/name") or "").strip(),
        )
    return Instance(problem, Names.of(problem))


def _parse(data: bytes, source: str) -> Element:
    # Entities could be nested to blow a small file up; the format has no use for them.
    if b"<!DOCTYPE" in data or b"<!ENTITY" in data:
        raise InputError(Fault(source, "a document type declaration is not allowed"))
    try:
        return ET.fromstring(data)  # noqa: S314 - without declarations there is nothing to expand
    except ET.ParseError as error:
        line, _ = error.position
        raise InputError(Fault(f"{source}:{line}", f"not well-formed XML: {ErrorString(error.code)}")) from None
    except (LookupError, ValueError) as error:
        raise InputError(Fault(source, f"not well-formed XML: {error}")) from None


def _number(parent: Element, tag: str, where: str, faults: Faults, *, positive: bool = False) -> float:
    text = parent.findtext(tag)
    name = tag.rpartition("/")[2]
    if text is None:
        faults.add(where, f"{name} is missing")
        return 1.0
    value = faults.number(text.strip(), where, name, least=None if name in ("cx", "cy") else 0.0)
    if positive and value == 0:
        faults.add(where, f"{name}: 0 is not more than 0")
    return value


def _node(profile: Element, tag: str, index: dict[str, int], faults: Faults) -> int:
    name = (profile.findtext(tag) or "").strip()
    if name not in index:
        faults.add("vehicle_profile", f"{tag}: there is no node {name!r}")
    return index.get(name, 0)


def _orders(root: Element, index: dict[str, int], customers: set[str], faults: Faults) -> tuple[Order, ...]:
    orders: list[Order] = []
    seen: set[str] = set()
    for request in root.iterfind("requests/request"):
        name, node = request.get("id", ""), request.get("node", "")
        where = f"request {name}"
        if node not in customers:
            faults.add(where, f"node {node!r} is no customer of this file")
        if name in seen:
            faults.add(where, "stands in the file already")
        seen.add(name)
        service = _number(request, "service_time", where, faults) if request.find("service_time") is not None else 0.0
        orders.append(Order(name, (Stop(index.get(node, 0), service),)))
    return tuple(orders)


def _curves(profile: Element, faults: Faults) -> dict[str, ChargeCurve]:
    """Charging curve per kind of station, in the order of the file."""
    curves: dict[str, ChargeCurve] = {}
    for function in profile.iterfind("custom/charging_functions/function"):
        kind = function.get("cs_type", "")
        where = f"function {kind}"
        points = [
            (_number(point, "charging_time", where, faults), _number(point, "battery_level", where, faults))
            for point in function.iterfind("breakpoint")
        ]
        if len(points) < 2 or points[0] != (0.0, 0.0):
            faults.add(where, "needs at least two breakpoints, the first one 0 at time 0")
        for (time, level), (next_time, next_level) in pairwise(points):
            if next_time <= time or next_level < level:
                faults.add(
                    where, f"breakpoint ({next_level:g} at {next_time:g}) does not follow ({level:g} at {time:g})"
                )
        curves[kind] = ChargeCurve(tuple(t for t, _ in points), tuple(e for _, e in points))
    return curves


_HAS = (
    "one-stop orders",
    "service times",
    "shifts",
    "longest durations",
    "batteries",
    "stations",
    "objective duration",
)


def write(problem: Problem) -> bytes:
    """
    ``problem`` in this format.

    Raises
    ------
    InputError
        Naming each thing the format has no place for.
    """
    plane = require_plane(problem, "the E-VRP-NL format", _HAS)
    van = problem.vehicles[0]
    if van.battery is None:
        raise InputError(Fault(f"vehicle {van.id}", "the E-VRP-NL format needs a battery"))
    customers = {order.stops[0].location for order in problem.orders}
    stations = {station.location: station for station in problem.stations}
    root = ET.Element("instance")
    _child(_child(root, "info"), "name", problem.name)
    nodes = _child(_child(root, "network"), "nodes")
    for k, location in enumerate(problem.locations):
        kind = "1" if k in customers else "2" if k in stations else "0"
        node = _child(nodes, "node", id=location.name, type=kind)
        _child(node, "cx", repr(location.x))
        _child(node, "cy", repr(location.y))
        if k in stations:
            _child(_child(node, "custom"), "cs_type", f"kind{stations[k].kind}")
    profile = _child(_child(root, "fleet"), "vehicle_profile", type="0")
    for tag in ("departure_node", "arrival_node"):
        _child(profile, tag, problem.locations[plane.depot].name)
    _child(profile, "max_travel_time", repr(min(van.max_duration, van.shift[1] - van.shift[0])))
    _child(profile, "speed_factor", repr(plane.metric.speed))
    custom = _child(profile, "custom")
    _child(custom, "consumption_rate", repr(plane.metric.energy_per_distance))
    _child(custom, "battery_capacity", repr(van.battery.capacity))
    functions = _child(custom, "charging_functions")
    for kind_index, curve in enumerate(van.battery.curves):
        if curve is not None:
            function = _child(functions, "function", cs_type=f"kind{kind_index}")
            for time, energy in zip(curve.time, curve.energy, strict=True):
                point = _child(function, "breakpoint")
                _child(point, "battery_level", repr(energy))
                _child(point, "charging_time", repr(time))
    requests = _child(root, "requests")
    for order in problem.orders:
        (stop,) = order.stops
        request = _child(requests, "request", id=order.id, node=problem.locations[stop.location].name)
        _child(request, "service_time", repr(stop.service))
    ET.indent(root)
    text = ET.tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n'.encode()


def _child(parent: Element, tag: str, text: str = "", **attributes: str) -> Element:
    element = ET.SubElement(parent, tag, attributes)
    element.text = text or None
    return element
