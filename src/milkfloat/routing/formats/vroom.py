"""
VROOM's JSON: jobs, shipments and vehicles into a problem.

The question is read as VROOM reads it: deliveries are loaded at the start, pickups go to the end, tasks are left out
by priority when not all fit, and the cost of a route is fixed cost plus what its travel time and distance cost
(waiting and service are free). To minimise exactly that, the ``distance`` of the problem is that cost of a leg, unless
a ``max_distance`` needs the metres. Answers in VROOM's shape are in `milkfloat.routing.formats.vroom_answer`.

Ours on top: ``battery`` of a vehicle (``capacity_wh``, ``start_wh``, ``reserve_wh``, ``consumption_wh_per_km``) and
``chargers`` (``id``, ``location`` or ``location_index``, ``power_w``, ``access_time``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import inf
from typing import Any

import numpy as np

from milkfloat.errors import Fault, InputError
from milkfloat.routing.formats.instance import PUBLISHED, Instance, Names, Options, Table
from milkfloat.routing.formats.jsontext import parse
from milkfloat.routing.formats.text import Faults, naming
from milkfloat.routing.formats.vroom_keys import unread_keys
from milkfloat.routing.formats.vroom_places import Places, matrices_of
from milkfloat.routing.formats.vroom_values import Reader
from milkfloat.routing.metric import FloatArray, MatrixMetric
from milkfloat.routing.problem import (
    Battery,
    Break,
    ChargeCurve,
    Order,
    Problem,
    Station,
    Stop,
    Units,
    Vehicle,
    Visit,
    Window,
)

_ALWAYS: Window = (0.0, inf)


@dataclass(frozen=True, slots=True)
class Rates:
    """What a vehicle costs: once, per hour of travel, per hour of tasks, per kilometre."""

    fixed: float = 0.0
    per_hour: float = 3600.0
    per_task_hour: float = 0.0
    per_km: float = 0.0


@dataclass(frozen=True, slots=True)
class Question:
    """
    What an answer repeats of its question.

    Attributes
    ----------
    document
        As parsed.
    rates
        Per vehicle.
    distances, costs
        Per vehicle, shape (n, n): metres, and costs given in the file; None where it has none.
    """

    document: Mapping[str, Any]
    rates: tuple[Rates, ...]
    distances: tuple[FloatArray | None, ...]
    costs: tuple[FloatArray | None, ...]


def looks_like(text: str) -> bool:
    """Whether a JSON text has the keys of this format (they may stand anywhere)."""
    return text.lstrip().startswith("{") and '"vehicles"' in text and ('"jobs"' in text or '"shipments"' in text)


def read(data: bytes, *, source: str = "problem", options: Options = PUBLISHED, table: Table | None = None) -> Instance:
    """
    Read a question to VROOM.

    Parameters
    ----------
    table
        Gives travel times and distances between coordinates, for a question without matrices.

    Raises
    ------
    InputError
        With every fault and its path in the document.
    """
    document = parse(data, source)
    if not isinstance(document, dict):
        raise InputError(Fault(source, "this is no JSON object"))
    return read_document(document, source=source, options=options, table=table)


def read_document(
    document: Mapping[str, Any], *, source: str = "problem", options: Options = PUBLISHED, table: Table | None = None
) -> Instance:
    """As `read`, from a parsed document."""
    faults = Faults(source)
    if options.rounding is not None:
        faults.add(None, f"rounding {options.rounding}: this format counts whole seconds and metres")
    r = Reader(faults)
    notes = list(unread_keys(document))
    vehicles, jobs, shipments, chargers = (
        r.objects(document, key, key) for key in ("vehicles", "jobs", "shipments", "chargers")
    )
    if not vehicles:
        faults.add("vehicles", "there is none")
    if not jobs and not shipments:
        faults.add("jobs", "there are neither jobs nor shipments")
    matrices = matrices_of(document, [str(vehicle.get("profile", "car")) for vehicle in vehicles], faults)
    faults.stop()
    places = Places(matrices, faults)
    types = [str(vehicle.get("type", "")) for vehicle in vehicles]
    orders, stop_names = _orders(r, places, jobs, shipments, types, notes)
    ends = [places.ends(vehicle, f"vehicles[{k}]") for k, vehicle in enumerate(vehicles)]
    stations, powers = _stations(r, places, chargers)
    faults.stop()
    profiles = [str(vehicle.get("profile", "car")) for vehicle in vehicles]
    locations, tables = places.finish(table, profiles)
    rates = tuple(_rates(r, vehicle, f"vehicles[{k}]") for k, vehicle in enumerate(vehicles))
    if len({rate.per_task_hour for rate in rates}) > 1:
        notes.append("costs.per_task_hour: it differs between vehicles, and is in the costs told but not in the search")
    by_metres = any(vehicle.get("max_distance") is not None for vehicle in vehicles)
    if by_metres and any(rate.per_hour for rate in rates):
        notes.append("max_distance: to keep it, costs.per_hour is taken on all the time of a route, not travel alone")
    metrics: list[MatrixMetric] = []
    keys: dict[tuple[Any, ...], int] = {}
    made: list[Vehicle] = []
    for k, (vehicle, rate) in enumerate(zip(vehicles, rates, strict=True)):
        where = f"vehicles[{k}]"
        profile = profiles[k]
        speed = r.number(vehicle, "speed_factor", where, 1.0)
        if not 0 < speed <= 5:
            faults.add(f"{where}.speed_factor", f"{speed:g} is not more than 0 and at most 5")
            speed = 1.0
        battery, consumption = _battery(r, vehicle, where, powers)
        key = (profile, speed, rate.per_hour, rate.per_km, consumption)
        if key not in keys:
            durations, distances, costs = tables[profile]
            if distances is None and (rate.per_km or by_metres or battery is not None):
                faults.add(where, f"its costs or limits need distances, and matrices.{profile} has none")
                distances = durations
            if by_metres:
                leg = distances
            elif costs is not None:
                leg = costs
            else:
                # Rates of zero are left out: a way that does not exist is infinite, and must stay so.
                leg = durations / speed * (rate.per_hour / 3600.0) if rate.per_hour else np.zeros_like(durations)
                leg = leg + distances * (rate.per_km / 1000.0) if rate.per_km and distances is not None else leg
            energy = None if battery is None or distances is None else distances / 1000.0 * consumption
            keys[key] = len(metrics)
            metrics.append(MatrixMetric(time=durations, distance=leg if leg is not None else durations, energy=energy))
        made.append(
            Vehicle(
                id=str(vehicle.get("id")),
                start=ends[k][0] if ends[k][0] >= 0 else len(locations) - 1,
                end=ends[k][1],
                shift=r.window(vehicle["time_window"], f"{where}.time_window") if "time_window" in vehicle else _ALWAYS,
                capacity=r.amounts(vehicle, "capacity", where),
                skills=r.skills(vehicle, where),
                fixed_cost=rate.fixed,
                cost_per_distance=rate.per_km / 1000.0 if by_metres else 1.0,
                cost_per_time=rate.per_hour / 3600.0 if by_metres else 0.0,
                max_distance=r.number(vehicle, "max_distance", where, inf),
                max_travel_time=r.number(vehicle, "max_travel_time", where, inf),
                max_stops=r.optional_count(vehicle, "max_tasks", where),
                speed_factor=speed,
                profile=keys[key],
                battery=battery,
                breaks=_breaks(r, vehicle, where, notes),
            )
        )
    r.same_length(made, orders)
    names = Names(tuple(r.identifier(v, f"vehicles[{k}]") for k, v in enumerate(vehicles)), stop_names)
    r.unique(names.vehicles, "vehicles")
    initial = _initial(r, vehicles, stop_names)
    faults.stop()
    if not by_metres and any(distances is not None for _, distances, _ in tables.values()):
        notes.append("distances in our plan are costs of travel; the answer in VROOM's shape has the metres")
    with naming(source):
        problem = Problem(
            locations=locations,
            orders=orders,
            vehicles=tuple(made),
            metrics=tuple(metrics),
            stations=stations,
            charging=options.charging or "partial",
            objective=options.objective or "cost",
            units=Units(distance="m" if by_metres else "cost"),
        )
    question = Question(
        document=document,
        rates=rates,
        distances=tuple(tables[profile][1] for profile in profiles),
        costs=tuple(tables[profile][2] for profile in profiles),
    )
    return Instance(problem, names, tuple(dict.fromkeys(notes)), initial, question)


def _orders(
    r: Reader,
    places: Places,
    jobs: list[Mapping[str, Any]],
    shipments: list[Mapping[str, Any]],
    types: list[str],
    notes: list[str],
) -> tuple[tuple[Order, ...], tuple[tuple[str | int, ...], ...]]:
    orders: list[Order] = []
    names: list[tuple[str | int, ...]] = []

    def stop(step: Mapping[str, Any], where: str) -> Stop:
        return Stop(
            places.of(step, where),
            service=_by_type(r, step, "service", where, types, notes),
            windows=r.windows(step, where),
            setup=_by_type(r, step, "setup", where, types, notes),
        )

    for k, job in enumerate(jobs):
        where = f"jobs[{k}]"
        names.append((r.identifier(job, where),))
        orders.append(
            Order(
                str(job.get("id")),
                (stop(job, where),),
                delivery=r.amounts(job, "delivery" if "delivery" in job else "amount", where),
                pickup=r.amounts(job, "pickup", where),
                priority=r.priority(job, where),
                skills=r.skills(job, where),
            )
        )
    r.unique(tuple(name for (name,) in names), "jobs")
    for k, shipment in enumerate(shipments):
        where = f"shipments[{k}]"
        steps = [r.object(shipment, key, where) for key in ("pickup", "delivery")]
        places_of = [f"{where}.{key}" for key in ("pickup", "delivery")]
        pair = tuple(r.identifier(step, place) for step, place in zip(steps, places_of, strict=True))
        names.append(pair)
        orders.append(
            Order(
                # A job and a pickup may have the same number in VROOM; orders here may not.
                f"shipment {pair[0]}-{pair[1]}",
                tuple(stop(step, place) for step, place in zip(steps, places_of, strict=True)),
                amount=r.amounts(shipment, "amount", where),
                priority=r.priority(shipment, where),
                skills=r.skills(shipment, where),
            )
        )
    for side, key in enumerate(("pickup", "delivery")):
        r.unique(tuple(pair[side] for pair in names[len(jobs) :]), "shipments", f".{key}")
    return tuple(orders), tuple(names)


def _by_type(r: Reader, step: Mapping[str, Any], key: str, where: str, types: list[str], notes: list[str]) -> float:
    """A duration; where it depends on the vehicle's type, the longest of the types there are."""
    general = r.number(step, key, where, 0.0)
    special = step.get(f"{key}_per_type")
    if special is None:
        return general
    given = r.object(step, f"{key}_per_type", where)
    values = {name: r.number(given, name, f"{where}.{key}_per_type", general) for name in given}
    used = {values.get(name, general) for name in types}
    if len(used) > 1:
        notes.append(f"{key}_per_type: where types differ, the longest {key} is taken for every vehicle")
    return max(used, default=general)


def _rates(r: Reader, vehicle: Mapping[str, Any], where: str) -> Rates:
    if "costs" not in vehicle:
        return Rates()
    costs, place = r.object(vehicle, "costs", where), f"{where}.costs"
    return Rates(
        fixed=r.number(costs, "fixed", place, 0.0),
        per_hour=r.number(costs, "per_hour", place, 3600.0),
        per_task_hour=r.number(costs, "per_task_hour", place, 0.0),
        per_km=r.number(costs, "per_km", place, 0.0),
    )


def _breaks(r: Reader, vehicle: Mapping[str, Any], where: str, notes: list[str]) -> tuple[Break, ...]:
    breaks: list[Break] = []
    for k, pause in enumerate(r.objects(vehicle, "breaks", f"{where}.breaks")):
        place = f"{where}.breaks[{k}]"
        if "max_load" in pause:
            notes.append("max_load of a break is not kept")
        windows = r.windows(pause, place) or (_ALWAYS,)
        breaks.append(Break(str(r.identifier(pause, place)), windows, r.number(pause, "service", place, 0.0)))
    r.unique(tuple(pause.id for pause in breaks), f"{where}.breaks")
    return tuple(breaks)


def _stations(
    r: Reader, places: Places, chargers: list[Mapping[str, Any]]
) -> tuple[tuple[Station, ...], tuple[float, ...]]:
    """Stations, and the power in watts of each kind of station."""
    powers: dict[float, int] = {}
    stations: list[Station] = []
    for k, charger in enumerate(chargers):
        where = f"chargers[{k}]"
        power = r.number(charger, "power_w", where, None)
        if power <= 0:
            r.faults.add(f"{where}.power_w", f"{power:g} is not more than 0")
        kind = powers.setdefault(power, len(powers))
        access = r.number(charger, "access_time", where, 0.0)
        stations.append(Station(str(r.identifier(charger, where)), places.of(charger, where), kind, access))
    r.unique(tuple(station.id for station in stations), "chargers")
    return tuple(stations), tuple(powers)


def _battery(
    r: Reader, vehicle: Mapping[str, Any], where: str, powers: tuple[float, ...]
) -> tuple[Battery | None, float]:
    """The battery, charged at constant power, and the consumption in Wh per km."""
    if "battery" not in vehicle:
        return None, 0.0
    given, place = r.object(vehicle, "battery", where), f"{where}.battery"
    capacity = r.number(given, "capacity_wh", place, None)
    curves = tuple(
        ChargeCurve((0.0, capacity * 3600.0 / power), (0.0, capacity)) for power in powers if power > 0 and capacity > 0
    )
    battery = Battery(
        capacity,
        start=r.number(given, "start_wh", place, capacity),
        reserve=r.number(given, "reserve_wh", place, 0.0),
        curves=curves,
    )
    return battery, r.number(given, "consumption_wh_per_km", place, None)


def _initial(
    r: Reader, vehicles: list[Mapping[str, Any]], names: tuple[tuple[str | int, ...], ...]
) -> tuple[tuple[Visit, ...], ...] | None:
    """The routes that ``steps`` of the vehicles describe; None when none does."""
    if not any("steps" in vehicle for vehicle in vehicles):
        return None
    find: dict[tuple[str, str], Visit] = {}
    for order, stops in enumerate(names):
        kinds = ("job",) if len(stops) == 1 else ("pickup", "delivery")
        for stop, (kind, name) in enumerate(zip(kinds, stops, strict=True)):
            find[kind, str(name)] = Visit("stop", order, stop)
    routes: list[tuple[Visit, ...]] = []
    used: dict[Visit, str] = {}
    for k, vehicle in enumerate(vehicles):
        visits: list[Visit] = []
        for s, step in enumerate(r.objects(vehicle, "steps", f"vehicles[{k}].steps")):
            where, kind = f"vehicles[{k}].steps[{s}]", str(step.get("type"))
            if kind not in ("start", "end", "break", "job", "pickup", "delivery"):
                r.faults.add(f"{where}.type", f"{kind!r} is not one of start job pickup delivery break end")
            elif kind in ("job", "pickup", "delivery"):
                visit = find.get((kind, str(step.get("id"))))
                if visit is None:
                    r.faults.add(f"{where}.id", f"there is no {kind} {step.get('id')!r}")
                elif visit in used:
                    r.faults.add(f"{where}.id", f"{kind} {step.get('id')!r} is at {used[visit]} already")
                else:
                    used[visit] = where
                    visits.append(visit)
        routes.append(tuple(visits))
    return tuple(routes)
