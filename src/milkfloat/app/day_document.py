"""
A running day as one JSON document, and back: what a service that is started again goes on from.

Matrices are not in it: they follow from map, places and traffic, and are made anew. Everything else is, so the day goes
on at the very instant, with vans in the middle of their streets.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass, replace
from datetime import date
from math import inf, isinf
from typing import Any, TypeVar

import msgspec
import numpy as np

from milkfloat.app.build import Built, build_problem, with_more, with_overrides
from milkfloat.app.conditions import Conditions, Costs
from milkfloat.app.day import LiveDay
from milkfloat.app.day_log import DayLog, LogEntry
from milkfloat.app.day_motion import Drive, Motion
from milkfloat.app.day_state import Change, OrderDay, Pending, Policy
from milkfloat.app.day_traffic import Disturbance
from milkfloat.app.day_van import Done, VanDay
from milkfloat.app.locate import Located
from milkfloat.app.maps import City
from milkfloat.app.travel import SLICE_S, Slices
from milkfloat.errors import Fault, InputError
from milkfloat.fleet.orders import Demand, Order, OrderStop, TimeWindow
from milkfloat.fleet.places import Charger, Depot, Place
from milkfloat.fleet.vans import Van, VanBreak, VanModel
from milkfloat.roads.overrides import Overrides
from milkfloat.roads.path import RoadPath
from milkfloat.roads.snap import Snap
from milkfloat.roads.traffic import SpeedProfile
from milkfloat.routing.formats.milkfloat import read_problem, write_problem
from milkfloat.routing.formats.plan import read_plan, write_plan
from milkfloat.routing.metric import CoordinateMetric
from milkfloat.routing.plan import Step
from milkfloat.routing.problem import Location, Problem

T = TypeVar("T")

SCHEMA_VERSION = 1


def to_document(day: LiveDay) -> dict[str, Any]:
    """The day as it is now."""
    with day.lock_of_day:
        built = day.built
        orders, places = day.first_counts
        problem = _without_matrices(day.problem)
        return {
            "schema_version": SCHEMA_VERSION,
            "map": built.city.graph.content_hash,
            "name": day.name,
            "now_s": day.now_s,
            "version": day.version,
            "policy": plain(day.policy),
            "conditions": plain(replace(built.conditions, overrides=day.morning)),
            "overrides": plain(built.conditions.overrides),
            "slices": plain(built.slices),
            "orders": [_order(order, built) for order in built.orders],
            "orders_first": orders,
            "stops_at": [[stop.location for stop in order.stops] for order in built.problem.orders[orders:]],
            "places_more": [
                plain(location) | {"place": plain(located.place), "snap": plain(located.snap)}
                for location, located in zip(built.problem.locations[places:], built.places[places:], strict=True)
            ],
            "vans": [_van(van, built.places[vehicle.start].place) for van, vehicle in _pairs(built)],
            "chargers": plain(built.chargers),
            "problem": msgspec.json.decode(write_problem(problem)),
            "plan": write_plan(problem, replace(day.plan, routes=())),
            "orders_day": {order_id: _order_day(order) for order_id, order in day.orders.items()},
            "vans_day": {van_id: _van_day(van) for van_id, van in day.vans.items()},
            "disturbances": plain(list(day.disturbances.values())),
            "broken": sorted(day.broken),
            "changes": plain(day.changes),
            "pending": plain(day.pending),
            "late_replan_s": plain(day.late_replan_s),
            "log": plain(day.log.since()),
        }


def from_document(document: Mapping[str, Any], city: City, *, motion: Motion | None = None) -> LiveDay:
    """
    The day that a document of `to_document` holds, on the map it was made on.

    Raises
    ------
    InputError
        When the document is of another version or another map.
    """
    if document.get("schema_version") != SCHEMA_VERSION:
        version = document.get("schema_version")
        raise InputError(Fault("day", f"schema_version {version!r} is not {SCHEMA_VERSION}, the one we read"))
    if document["map"] != city.graph.content_hash:
        raise InputError(Fault("day", f"it was begun on another map than {city.path.name}"))
    given = unplain(document)
    first = build_problem(
        city,
        [_read_order(value) for value in given["orders"][: given["orders_first"]]],
        [_read_van(value) for value in given["vans"]],
        [_read(Charger, value) for value in given["chargers"]],
        _read_conditions(given["conditions"]),
    )
    day = LiveDay(
        first,
        now_s=given["now_s"],
        known=[],
        motion=motion,
        policy=_read(Policy, given["policy"]),
        name=given["name"],
    )
    day.built = _grown(first, given)
    read = read_problem(msgspec.json.encode(document["problem"]), source="day")
    # Places of orders that came in since the last plan were not in its problem yet; in the matrices they are.
    grown = day.built.problem
    day.problem = replace(read, metrics=grown.metrics, locations=grown.locations)
    day.plan = read_plan(read, document["plan"])
    for order in day.built.orders:
        if order.id in given["orders_day"]:
            day.announce(order, given["now_s"])
            for name, value in given["orders_day"][order.id].items():
                setattr(day.orders[order.id], name, value)
    for van_id, value in given["vans_day"].items():
        _fill_van(day.vans[van_id], value)
    day.disturbances = {one.id: one for one in _read(list[Disturbance], given["disturbances"])}
    day.broken = set(given["broken"])
    day.changes = _read(list[Change], given["changes"])
    day.pending = _read(Pending, given["pending"])
    day.late_replan_s = given["late_replan_s"]
    day.version = given["version"]
    day.log = DayLog(_read(list[LogEntry], given["log"]))
    return day


def plain(value: Any) -> Any:
    """A value as JSON; infinities, which JSON has not, as an object."""
    if is_dataclass(value) and not isinstance(value, type):
        return {f.name: plain(getattr(value, f.name)) for f in fields(value)}
    if isinstance(value, float) and isinf(value):
        return {"infinite": 1 if value > 0 else -1}
    if isinstance(value, np.ndarray):
        return value.tolist()
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, Mapping):
        return {str(key): plain(each) for key, each in value.items()}
    if isinstance(value, set | frozenset):
        return sorted(value)
    if isinstance(value, list | tuple):
        return [plain(each) for each in value]
    return value.isoformat() if isinstance(value, date) else value


def unplain(value: Any) -> Any:
    """The same with infinities as numbers again."""
    if isinstance(value, Mapping):
        if value.keys() == {"infinite"}:
            return inf * value["infinite"]
        return {key: unplain(each) for key, each in value.items()}
    return [unplain(each) for each in value] if isinstance(value, list) else value


def _read(type_: type[T], value: Any) -> T:
    return msgspec.convert(value, type_, strict=False)


def _pairs(built: Built) -> Sequence[tuple[Van, Any]]:
    return list(zip(built.vans, built.problem.vehicles, strict=True))


def _grown(first: Built, given: Mapping[str, Any]) -> Built:
    """The day's problem with the orders that came in and the traffic there is."""
    built = first
    more = [_read_order(value) for value in given["orders"][given["orders_first"] :]]
    places = [
        (
            _read(Location, {key: value[key] for key in ("name", "x", "y")}),
            Located(_read(Place, value["place"]), _read(Snap, value["snap"])),
        )
        for value in given["places_more"]
    ]
    slices = _read(Slices, given["slices"])
    # An instant from which on these are the slices that are left.
    from_s = first.midnight_s + (slices.first + 1.5 * slices.step) * SLICE_S
    if more:
        stops_at = [tuple(locations) for locations in given["stops_at"]]
        built = with_more(built, list(zip(more, stops_at, strict=True)), places, from_s=from_s)
    overrides = _read(Overrides, given["overrides"])
    if overrides != built.conditions.overrides or slices != built.slices:
        built = with_overrides(built, overrides, from_s=from_s)
    return built


def _without_matrices(problem: Problem) -> Problem:
    return replace(problem, metrics=tuple(CoordinateMetric() for _ in problem.metrics))


def _read_conditions(value: Mapping[str, Any]) -> Conditions:
    profile = SpeedProfile(value["profile"]["bin_s"], np.array(value["profile"]["share"]))
    return Conditions(
        **{
            **value,
            "day": date.fromisoformat(value["day"]),
            "profile": profile,
            "overrides": _read(Overrides, value["overrides"]),
            "costs": _read(Costs, value["costs"]),
        }
    )


def _order(order: Order, built: Built) -> dict[str, Any]:
    """An order with the places that were found for its addresses."""
    index = next(k for k, other in enumerate(built.orders) if other.id == order.id)
    places = [built.places[stop.location].place for stop in built.problem.orders[index].stops]
    document: dict[str, Any] = plain(order)
    for stop, place in zip(document["stops"], places, strict=True):
        stop["place"] = plain(place)
    return document


def _read_order(value: Mapping[str, Any]) -> Order:
    stops = tuple(
        OrderStop(_read(Place, stop["place"]), _read(tuple[TimeWindow, ...], stop["windows"]), float(stop["service_s"]))
        for stop in value["stops"]
    )
    demand = _read(Demand, value["demand"])
    return Order(**{**value, "stops": stops, "demand": demand, "skills": frozenset(value["skills"])})


def _van(van: Van, home: Place) -> dict[str, Any]:
    document: dict[str, Any] = plain(van)
    document["depot"]["place"] = plain(home)
    return document


def _read_van(value: Mapping[str, Any]) -> Van:
    depot = {**value["depot"], "place": _read(Place, value["depot"]["place"])}
    return Van(
        **{
            **value,
            "model": _read(VanModel, value["model"]),
            "depot": Depot(**depot),
            "shift": _read(TimeWindow, value["shift"]),
            "skills": frozenset(value["skills"]),
            "breaks": _read(tuple[VanBreak, ...], value["breaks"]),
        }
    )


def _order_day(order: OrderDay) -> dict[str, Any]:
    kept = ("announced_s", "van_id", "locked", "done_s", "late_s", "issue", "cancelled", "reason")
    return {name: plain(getattr(order, name)) for name in kept}


def _van_day(van: VanDay) -> dict[str, Any]:
    kept = ("soc_wh", "distance_m", "drawn_wh", "done", "planned", "steps", "at", "drive")
    return {name: plain(getattr(van, name)) for name in kept}


def _fill_van(van: VanDay, value: Mapping[str, Any]) -> None:
    van.soc_wh, van.distance_m, van.drawn_wh = (float(value[k]) for k in ("soc_wh", "distance_m", "drawn_wh"))
    van.done = _read(list[Done], value["done"])
    van.planned = _read(tuple[Step, ...], value["planned"])
    van.steps = _read(list[Step], value["steps"])
    van.at = value["at"]
    van.drive = None if value["drive"] is None else _read_drive(value["drive"])


def _read_drive(value: Mapping[str, Any]) -> Drive:
    path = value["path"]
    if path is not None:
        kinds = {"edges": np.int32, "point_first": np.int64}
        arrays = {name: np.array(path[name], kinds.get(name, np.float64)) for name in _PATH_ARRAYS}
        path = RoadPath(**{**path, **arrays})
    return Drive(
        value["target"],
        np.array(value["lonlat"]),
        np.array(value["times_s"]),
        value["distance_m"],
        value["drawn_wh"],
        path,
    )


_PATH_ARRAYS = ("edges", "edge_times_s", "lonlat", "times_s", "point_first")
