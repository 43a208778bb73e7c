"""
A problem as the compiled search takes it.

Instants are shifted to begin near zero, so that Unix seconds keep their fractions in sums; equal vans become one type;
objectives become prices; what must be served gets a penalty no detour can outweigh.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from math import inf, isfinite

import numpy as np

from milkfloat.routing import _core
from milkfloat.routing.metric import CoordinateMetric, MatrixMetric, Metric, SpeedMetric
from milkfloat.routing.problem import Battery, ChargeCurve, Load, Problem, Vehicle, Visit, Window

_KINDS = {"stop": 0, "charge": 1, "reload": 2, "break": 3}
_ROUNDINGS = {"exact": 0, "truncate": 1, "nearest": 2, "up": 3}
_METRES_PER_DEGREE = 111_195.1  # of a great circle on the sphere of the metric
_MOST_STOPS = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Flat:
    """
    A problem in the search.

    Attributes
    ----------
    instance
        For `_core.Search` and `_core.Scheduler`.
    origin
        The instant that is zero there.
    first_task
        Number of the first stop of every order.
    task_order, task_stop
        Order and stop of every task.
    penalty
        What leaving out each order costs in the search: its prize, or more than any detour.
    """

    instance: _core.Instance
    origin: float
    first_task: tuple[int, ...]
    task_order: tuple[int, ...]
    task_stop: tuple[int, ...]
    penalty: tuple[float, ...]

    def visits(self, visits: Iterable[Visit]) -> list[tuple[int, int, float]]:
        """Visits in numbers."""
        return [_visit(visit, self.first_task) for visit in visits]


def flatten(problem: Problem) -> Flat:
    """A problem, which was validated when it was built, in numbers."""
    origin = _origin(problem)
    instance = _core.Instance(
        [place.x for place in problem.locations],
        [place.y for place in problem.locations],
        problem.dimensions,
        -1 if problem.mass_dimension is None else problem.mass_dimension,
        problem.charging == "full",
        problem.service_in_duration,
    )
    for metric in problem.metrics:
        _add_metric(instance, metric, origin)
    for station in problem.stations:
        instance.add_station(station.location, station.kind, station.access_time)
    first_task: list[int] = []
    task_order: list[int] = []
    task_stop: list[int] = []
    for k, order in enumerate(problem.orders):
        first_task.append(len(task_order))
        task_order += [k] * len(order.stops)
        task_stop += range(len(order.stops))
    penalty = _penalties(problem)
    _add_orders(instance, problem, origin, penalty)
    _add_vehicles(instance, problem, origin, first_task)
    return Flat(instance, origin, tuple(first_task), tuple(task_order), tuple(task_stop), penalty)


def _visit(visit: Visit, first_task: Sequence[int]) -> tuple[int, int, float]:
    index = first_task[visit.index] + visit.stop if visit.kind == "stop" else visit.index
    return _KINDS[visit.kind], index, -1.0 if visit.charge is None else visit.charge


def _origin(problem: Problem) -> float:
    """The first instant at which anything can happen; 0 where nothing says."""
    instants = [instant for van in problem.vehicles for instant in van.shift]
    instants += [w[0] for order in problem.orders for stop in order.stops for w in stop.windows]
    finite = [instant for instant in instants if isfinite(instant)]
    return min(finite, default=0.0)


def _windows(windows: Iterable[Window], origin: float) -> list[tuple[float, float]]:
    return [(early - origin, late - origin) for early, late in windows]


def _floats(array: object) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    return np.ascontiguousarray(array, dtype=np.float64)


def _add_metric(instance: _core.Instance, metric: Metric, origin: float) -> None:
    if isinstance(metric, MatrixMetric):
        instance.add_matrix(
            _floats(metric.time),
            _floats(metric.distance),
            None if metric.energy is None else _floats(metric.energy),
            None if metric.energy_per_load is None else _floats(metric.energy_per_load),
            metric.slice_start - origin,
            metric.slice_width,
        )
    elif isinstance(metric, CoordinateMetric):
        instance.add_coordinates(
            metric.geometry == "great-circle",
            metric.factor,
            _ROUNDINGS[metric.rounding],
            metric.resolution,
            metric.speed,
            metric.energy_per_distance,
        )
    elif isinstance(metric, SpeedMetric):
        instance.add_speeds(
            _floats(metric.distance),
            np.ascontiguousarray(metric.category, dtype=np.uint8),
            _floats(metric.period_start - origin),
            _floats(metric.speed),
        )
    else:
        instance.add_arrivals(
            _floats(metric.distance),
            np.ascontiguousarray(metric.offset, dtype=np.int64),
            _floats(metric.departure - origin),
            _floats(metric.arrival - origin),
            None if metric.energy is None else _floats(metric.energy),
        )


def _full(load: Load, dimensions: int, missing: float = 0.0) -> list[float]:
    return list(load) if load else [missing] * dimensions


def _add_orders(instance: _core.Instance, problem: Problem, origin: float, penalties: Sequence[float]) -> None:
    size = problem.dimensions
    for order, penalty in zip(problem.orders, penalties, strict=True):
        instance.add_order(
            [(s.location, s.service, s.setup, _windows(s.windows, origin)) for s in order.stops],
            _full(order.delivery, size),
            _full(order.pickup, size),
            _full(order.amount, size),
            penalty,
            order.release - origin,
            -1 if order.onboard is None else order.onboard,
        )


def _span(problem: Problem) -> tuple[float, float]:
    """A distance and a travel time that no leg between two locations exceeds."""
    far = long = 0.0
    for metric in problem.metrics:
        if isinstance(metric, CoordinateMetric):
            x = [place.x for place in problem.locations]
            y = [place.y for place in problem.locations]
            width, height = max(x) - min(x), max(y) - min(y)
            scale = metric.factor * (_METRES_PER_DEGREE if metric.geometry == "great-circle" else 1.0)
            distance = (width + height) * scale + 1.0 / metric.resolution
            time = distance / metric.speed
        else:
            distance = _largest(metric.distance)
            if isinstance(metric, MatrixMetric):
                time = _largest(metric.time)
            elif isinstance(metric, SpeedMetric):
                time = distance / float(metric.speed.min())
            else:
                time = float((metric.arrival - metric.departure).max(initial=0.0))
        far, long = max(far, distance), max(long, time)
    return far, long


def _largest(array: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> float:
    return float(array.max(initial=0.0, where=np.isfinite(array)))


def _prices(problem: Problem, van: Vehicle) -> tuple[float, float, float]:
    """Fixed, per distance and per time, so that the search minimises the objective."""
    if problem.objective == "duration":
        return 0.0, 0.0, 1.0
    if problem.objective == "cost":
        return van.fixed_cost, van.cost_per_distance, van.cost_per_time
    if problem.objective == "vehicles-then-distance":
        return (0.0 if van.under_way or van.frozen else _van_price(problem)), 1.0, 0.0
    return 0.0, 1.0, 0.0


def _van_price(problem: Problem) -> float:
    """More than all distance that a van can save."""
    far, _ = _span(problem)
    return 2.0 * far * (sum(len(order.stops) for order in problem.orders) + 1)


def _penalties(problem: Problem) -> tuple[float, ...]:
    """What leaving out each order costs; must it be served, ten times a van of its own that goes there and back."""
    far, long = _span(problem)
    dearest = 1.0
    for van in {id(v): v for v in problem.vehicles}.values():
        fixed, per_distance, per_time = _prices(problem, van)
        service = max((stop.service + stop.setup for order in problem.orders for stop in order.stops), default=0.0)
        waiting = van.shift[1] - van.shift[0] if isfinite(van.shift[1] - van.shift[0]) else 0.0
        time = 4 * long / van.speed_factor + 2 * service + waiting
        dearest = max(dearest, fixed + per_distance * 4 * far + per_time * time)
    return tuple(
        10.0 * dearest * (1 + order.priority) if order.prize is None else order.prize for order in problem.orders
    )


def _add_vehicles(instance: _core.Instance, problem: Problem, origin: float, first_task: Sequence[int]) -> None:
    named = {index for order in problem.orders for index in order.vehicles or ()}
    named |= {order.onboard for order in problem.orders if order.onboard is not None}
    _, longest = _span(problem)
    numbers: dict[object, int] = {}
    types: list[int] = []
    members: list[int] = []  # the first vehicle of each type
    hours = None  # the shift of vans that may leave whenever they like
    for k, van in enumerate(problem.vehicles):
        alone = k in named or van.under_way or van.frozen
        key = (k,) if alone else replace(van, id="")
        number = numbers.get(key)
        if number is None:
            if hours is None:
                hours = _opening(problem, origin, longest)
            number = _add_type(instance, problem, van, origin, first_task, hours)
            numbers[key] = number
            members.append(k)
        types.append(number)
    instance.set_vehicles(types, _compatible(problem, members))


def _opening(problem: Problem, origin: float, longest: float) -> float:
    """Early enough for everything, where no shift says when the day begins."""
    opens = [s.windows[0][0] - origin for order in problem.orders for s in order.stops if s.windows]
    finite = [instant for instant in opens if isfinite(instant)]
    slowest = min((van.speed_factor for van in problem.vehicles), default=1.0)
    return min(0.0, min(finite, default=0.0) - longest / slowest)


def _add_type(
    instance: _core.Instance,
    problem: Problem,
    van: Vehicle,
    origin: float,
    first_task: Sequence[int],
    opening: float,
) -> int:
    early, late = van.shift[0] - origin, van.shift[1] - origin
    number = instance.add_type(
        profile=van.profile,
        start=van.start,
        end=-1 if van.end is None else van.end,
        shift=(early if isfinite(early) else min(opening, late), late),
        capacity=_full(van.capacity, problem.dimensions, inf),
        depots=van.depots,
        max_trips=van.max_trips if van.depots else 1 + sum(visit.kind == "reload" for visit in van.frozen),
        reload_time=van.reload_time,
        load_time=van.load_time,
        costs=_prices(problem, van),
        limits=(
            van.max_duration,
            van.max_distance,
            van.max_travel_time,
            _MOST_STOPS if van.max_stops is None else van.max_stops,
        ),
        speed_factor=van.speed_factor,
        aux_power=van.aux_power,
        breaks=[(_windows(pause.windows, origin), pause.duration) for pause in van.breaks],
        under_way=van.under_way,
        initial_load=_full(van.initial_load, problem.dimensions),
        frozen=[_visit(visit, first_task) for visit in van.frozen],
    )
    if van.battery is not None:
        _add_battery(instance, number, van.battery, max((s.kind for s in problem.stations), default=-1) + 1)
    return number


def _add_battery(instance: _core.Instance, number: int, battery: Battery, kinds: int) -> None:
    curves = [([], []) if c is None else (list(c.time), list(c.energy)) for c in _padded(battery, kinds)]
    instance.set_battery(number, battery.capacity, battery.start, battery.reserve, battery.end_min, curves)


def _padded(battery: Battery, kinds: int) -> Iterator[ChargeCurve | None]:
    yield from battery.curves
    yield from [None] * (kinds - len(battery.curves))


def _compatible(problem: Problem, members: Sequence[int]) -> np.ndarray[tuple[int, int], np.dtype[np.uint8]]:
    """Orders x types: whether skills, locks and the van that carries an order leave the choice."""
    table = np.ones((len(problem.orders), len(members)), dtype=np.uint8)
    skills = [problem.vehicles[k].skills for k in members]
    for row, order in zip(table, problem.orders, strict=True):
        if order.skills:
            row &= [order.skills <= able for able in skills]
        if order.vehicles is not None:
            row &= [k in order.vehicles for k in members]
        if order.onboard is not None:
            row &= [k == order.onboard for k in members]
    return table
