"""Everything that can be wrong with a problem, found in one pass; building a `Problem` calls it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from math import inf, isfinite, isnan
from typing import TYPE_CHECKING

from milkfloat.errors import Fault
from milkfloat.routing.validate_metric import metric_faults

if TYPE_CHECKING:
    from milkfloat.routing.problem import Battery, ChargeCurve, Order, Problem, Station, Stop, Vehicle, Visit, Window

_OBJECTIVES = ("distance", "vehicles-then-distance", "duration", "cost")
_KINDS = ("stop", "charge", "reload", "break")
# The compiled search numbers stations in 16 bits.
_MOST_STATIONS = 32_767
# Rounding of coordinates and of published figures: a curve may bend the wrong way by this share of its slope.
_SLOPE_TOLERANCE = 1e-9


def faults(problem: Problem) -> list[Fault]:
    """All faults of a problem; an empty list when it is sound."""
    return list(_faults(problem))


def _faults(problem: Problem) -> Iterator[Fault]:
    if not problem.locations:
        yield Fault("locations", "there is none")
    for k, location in enumerate(problem.locations):
        if not (isfinite(location.x) and isfinite(location.y)):
            yield Fault(f"locations[{k}]", f"{location.name!r} lies at ({location.x}, {location.y}), no finite place")
    if not problem.metrics:
        yield Fault("metrics", "there is none")
    if problem.objective not in _OBJECTIVES:
        yield Fault("objective", f"{problem.objective!r} is none of {' '.join(_OBJECTIVES)}")
    if problem.charging not in ("partial", "full"):
        yield Fault("charging", f"{problem.charging!r} is neither partial nor full")
    dimensions = problem.dimensions
    if problem.mass_dimension is not None and not 0 <= problem.mass_dimension < dimensions:
        yield Fault("mass_dimension", f"{problem.mass_dimension} is no load dimension: there are {dimensions}")
    yield from _doubled("orders", (order.id for order in problem.orders))
    yield from _doubled("stations", (station.id for station in problem.stations))
    for k, metric in enumerate(problem.metrics):
        yield from metric_faults(f"metrics[{k}]", metric, problem.locations)
    for k, order in enumerate(problem.orders):
        yield from _order_faults(f"orders[{k}] ({order.id})", order, problem, dimensions)
    if len(problem.stations) > _MOST_STATIONS:
        yield Fault("stations", f"{len(problem.stations)} are more than {_MOST_STATIONS}")
    for k, station in enumerate(problem.stations):
        yield from _station_faults(f"stations[{k}] ({station.id})", station, problem)
    curves: set[int] = set()
    for k, vehicle in enumerate(problem.vehicles):
        yield from _vehicle_faults(f"vehicles[{k}] ({vehicle.id})", vehicle, problem, dimensions, curves)


def _doubled(what: str, ids: Iterable[str]) -> Iterator[Fault]:
    for name, count in Counter(ids).items():
        if count > 1:
            yield Fault(what, f"{count} of them are called {name!r}")


def _location(where: str, index: int, problem: Problem) -> Iterator[Fault]:
    if not 0 <= index < len(problem.locations):
        yield Fault(where, f"location {index} does not exist: there are {len(problem.locations)}")


def _amount(where: str, value: float, *, finite: bool = True, positive: bool = False) -> Iterator[Fault]:
    if isnan(value) or value < 0 or (positive and value == 0):
        yield Fault(where, f"{value:g} is not {'positive' if positive else 'zero or more'}")
    elif finite and value == inf:
        yield Fault(where, "is infinite")


def _load(where: str, load: Sequence[float], dimensions: int, *, finite: bool = True) -> Iterator[Fault]:
    if load and len(load) != dimensions:
        yield Fault(where, f"has {len(load)} dimensions, the problem has {dimensions}")
    for k, value in enumerate(load):
        yield from _amount(f"{where}[{k}]", value, finite=finite)


def _windows(where: str, windows: Sequence[Window]) -> Iterator[Fault]:
    last = -inf
    for k, (early, late) in enumerate(windows):
        if isnan(early) or isnan(late):
            yield Fault(f"{where}[{k}]", "has no number")
        elif early > late:
            yield Fault(f"{where}[{k}]", f"opens at {early:.15g}, after it closes at {late:.15g}")
        elif k > 0 and early <= last:
            yield Fault(f"{where}[{k}]", f"opens at {early:.15g}, before the one before it closes at {last:.15g}")
        last = late


def _order_faults(where: str, order: Order, problem: Problem, dimensions: int) -> Iterator[Fault]:
    if len(order.stops) not in (1, 2):
        yield Fault(f"{where}.stops", f"{len(order.stops)} stops; an order has one, a shipment two")
    for k, stop in enumerate(order.stops):
        yield from _stop_faults(f"{where}.stops[{k}]", stop, problem)
    for name in ("delivery", "pickup", "amount"):
        yield from _load(f"{where}.{name}", getattr(order, name), dimensions)
    if order.is_shipment and (any(order.delivery) or any(order.pickup)):
        yield Fault(where, "a shipment has an amount, neither delivery nor pickup")
    if not order.is_shipment and any(order.amount):
        yield Fault(f"{where}.amount", "only a shipment of two stops has an amount")
    if order.prize is not None:
        yield from _amount(f"{where}.prize", order.prize)
    if order.priority < 0:
        yield Fault(f"{where}.priority", f"{order.priority} is not zero or more")
    if isnan(order.release) or order.release == inf:
        yield Fault(f"{where}.release", f"{order.release} is no instant")
    count = len(problem.vehicles)
    yield from (
        Fault(f"{where}.vehicles", f"van {index} does not exist: there are {count}")
        for index in order.vehicles or ()
        if not 0 <= index < count
    )
    if order.onboard is not None:
        if not 0 <= order.onboard < count:
            yield Fault(f"{where}.onboard", f"van {order.onboard} does not exist: there are {count}")
        if order.is_shipment:
            yield Fault(f"{where}.onboard", "a shipment that is on board has one stop left, not two")


def _stop_faults(where: str, stop: Stop, problem: Problem) -> Iterator[Fault]:
    yield from _location(f"{where}.location", stop.location, problem)
    yield from _amount(f"{where}.service", stop.service)
    yield from _amount(f"{where}.setup", stop.setup)
    yield from _windows(f"{where}.windows", stop.windows)


def _station_faults(where: str, station: Station, problem: Problem) -> Iterator[Fault]:
    yield from _location(f"{where}.location", station.location, problem)
    yield from _amount(f"{where}.access_time", station.access_time)
    if station.kind < 0:
        yield Fault(f"{where}.kind", f"{station.kind} is not zero or more")


def _vehicle_faults(
    where: str, vehicle: Vehicle, problem: Problem, dimensions: int, seen_curves: set[int]
) -> Iterator[Fault]:
    yield from _location(f"{where}.start", vehicle.start, problem)
    if vehicle.end is not None:
        yield from _location(f"{where}.end", vehicle.end, problem)
    for depot in vehicle.depots:
        yield from _location(f"{where}.depots", depot, problem)
    yield from _windows(f"{where}.shift", (vehicle.shift,))
    yield from _load(f"{where}.capacity", vehicle.capacity, dimensions, finite=False)
    yield from _load(f"{where}.initial_load", vehicle.initial_load, dimensions)
    for name in ("reload_time", "load_time", "fixed_cost", "cost_per_distance", "cost_per_time", "aux_power"):
        yield from _amount(f"{where}.{name}", getattr(vehicle, name))
    for name in ("max_duration", "max_distance", "max_travel_time"):
        yield from _amount(f"{where}.{name}", getattr(vehicle, name), finite=False)
    yield from _amount(f"{where}.speed_factor", vehicle.speed_factor, positive=True)
    if vehicle.max_trips < 1:
        yield Fault(f"{where}.max_trips", f"{vehicle.max_trips} is not one or more")
    if vehicle.max_stops is not None and vehicle.max_stops < 0:
        yield Fault(f"{where}.max_stops", f"{vehicle.max_stops} is not zero or more")
    if not 0 <= vehicle.profile < len(problem.metrics):
        yield Fault(f"{where}.profile", f"metric {vehicle.profile} does not exist: there are {len(problem.metrics)}")
    for k, pause in enumerate(vehicle.breaks):
        yield from _amount(f"{where}.breaks[{k}].duration", pause.duration)
        if not pause.windows:
            yield Fault(f"{where}.breaks[{k}].windows", "there is none; a break starts inside a window")
        yield from _windows(f"{where}.breaks[{k}].windows", pause.windows)
    if vehicle.battery is not None:
        yield from _battery_faults(f"{where}.battery", vehicle.battery, problem, seen_curves)
    for k, visit in enumerate(vehicle.frozen):
        yield from _visit_faults(f"{where}.frozen[{k}]", visit, vehicle, problem)


def _battery_faults(where: str, battery: Battery, problem: Problem, seen_curves: set[int]) -> Iterator[Fault]:
    yield from _amount(f"{where}.capacity", battery.capacity)
    for name in ("start", "reserve", "end_min"):
        value = getattr(battery, name)
        if isnan(value) or value > battery.capacity:
            yield Fault(f"{where}.{name}", f"{value:g} is more than the capacity of {battery.capacity:g}")
        elif value < 0:
            yield Fault(f"{where}.{name}", f"{value:g} is not zero or more")
    kinds = max((station.kind for station in problem.stations), default=-1)
    if battery.curves and len(battery.curves) <= kinds:
        yield Fault(f"{where}.curves", f"there are {len(battery.curves)}, stations go up to kind {kinds}")
    for k, curve in enumerate(battery.curves):
        if curve is not None and id(curve) not in seen_curves:
            seen_curves.add(id(curve))
            yield from _curve_faults(f"{where}.curves[{k}]", curve, battery.capacity)


def _curve_faults(where: str, curve: ChargeCurve, capacity: float) -> Iterator[Fault]:
    time, energy = curve.time, curve.energy
    if len(time) != len(energy) or len(time) < 2:
        yield Fault(where, f"has {len(time)} times and {len(energy)} energies; both have the same two or more")
        return
    if not all(map(isfinite, (*time, *energy))):
        yield Fault(where, "holds a number that is not finite")
        return
    if time[0] != 0 or energy[0] != 0:
        yield Fault(where, f"begins at ({time[0]:g}, {energy[0]:g}) instead of (0, 0)")
    if energy[-1] > capacity * (1 + _SLOPE_TOLERANCE):
        yield Fault(where, f"fills {energy[-1]:g}, more than the capacity of {capacity:g}")
    slope = inf
    for k in range(1, len(time)):
        if time[k] <= time[k - 1]:
            yield Fault(where, f"time {time[k]:g} does not come after {time[k - 1]:g}")
            return
        steeper = (energy[k] - energy[k - 1]) / (time[k] - time[k - 1])
        if steeper < 0:
            yield Fault(where, f"energy falls from {energy[k - 1]:g} to {energy[k]:g}")
        elif steeper > slope * (1 + _SLOPE_TOLERANCE):
            yield Fault(where, f"charges faster after {time[k - 1]:g} than before; a charging curve is concave")
        slope = steeper


def _visit_faults(where: str, visit: Visit, vehicle: Vehicle, problem: Problem) -> Iterator[Fault]:
    if visit.kind not in _KINDS:
        yield Fault(where, f"{visit.kind!r} is none of {' '.join(_KINDS)}")
        return
    if visit.kind == "reload":
        yield from _location(where, visit.index, problem)
        return
    size = {"stop": len(problem.orders), "charge": len(problem.stations), "break": len(vehicle.breaks)}[visit.kind]
    if not 0 <= visit.index < size:
        yield Fault(where, f"{visit.kind} {visit.index} does not exist: there are {size}")
    elif visit.kind == "stop" and not 0 <= visit.stop < len(problem.orders[visit.index].stops):
        yield Fault(where, f"order {problem.orders[visit.index].id!r} has no stop {visit.stop}")
    elif visit.kind == "charge" and not _can_charge(vehicle, problem.stations[visit.index]):
        yield Fault(where, f"the van cannot charge at station {problem.stations[visit.index].id!r}")


def _can_charge(vehicle: Vehicle, station: Station) -> bool:
    battery = vehicle.battery
    return battery is not None and station.kind < len(battery.curves) and battery.curves[station.kind] is not None
