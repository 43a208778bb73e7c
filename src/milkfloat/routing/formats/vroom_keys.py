"""Keys of a question to VROOM that nothing reads, so that no wish is passed over in silence."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

_PLACE = {"location", "location_index"}
_TASK = {"id", "description", *_PLACE, "setup", "service", "setup_per_type", "service_per_type", "time_windows"}
_WISHES = {"amount", "skills", "priority"}
_VEHICLE = {
    *("id", "description", "profile", "type", "start", "start_index", "end", "end_index", "capacity", "skills"),
    *("costs", "time_window", "breaks", "speed_factor", "max_tasks", "max_travel_time", "max_distance", "steps"),
    "battery",
}
_INSIDE: dict[str, set[str]] = {
    "": {"vehicles", "jobs", "shipments", "chargers", "matrices", "matrix"},
    "jobs": {*_TASK, *_WISHES, "delivery", "pickup"},
    "shipments": {"pickup", "delivery", *_WISHES},
    "shipments.pickup": _TASK,
    "shipments.delivery": _TASK,
    "vehicles": _VEHICLE,
    "vehicles.costs": {"fixed", "per_hour", "per_task_hour", "per_km"},
    "vehicles.breaks": {"id", "description", "time_windows", "service", "max_load"},
    "vehicles.battery": {"capacity_wh", "start_wh", "reserve_wh", "consumption_wh_per_km"},
    "chargers": {"id", "description", *_PLACE, "power_w", "access_time"},
}
_FORCED = ("service_at", "service_after", "service_before")


def unread_keys(document: Mapping[str, Any]) -> tuple[str, ...]:
    """Notes about keys that are not known, and about times that steps are forced to, which are not kept."""
    unknown = Counter(_unknown(document, ""))
    notes = []
    if unknown:
        named = (f"{key} ({count} times)" if count > 1 else key for key, count in unknown.items())
        notes.append(f"unknown keys were ignored: {', '.join(named)}")
    steps = [step for vehicle in _objects(document, "vehicles") for step in _objects(vehicle, "steps")]
    forced = [key for key in _FORCED if any(key in step for step in steps)]
    if forced:
        notes.append(f"{' '.join(forced)} of steps: not kept; the search begins with the steps and may change them")
    return tuple(notes)


def _objects(value: Mapping[str, Any], key: str) -> list[Mapping[str, Any]]:
    given = value.get(key)
    return [each for each in given if isinstance(each, Mapping)] if isinstance(given, list) else []


def _unknown(value: Any, where: str) -> Iterator[str]:
    if isinstance(value, list):
        for each in value:
            yield from _unknown(each, where)
    elif isinstance(value, Mapping):
        known = _INSIDE[where]
        for key, inner in value.items():
            path = f"{where}.{key}" if where else str(key)
            if key not in known:
                yield path
            elif path in _INSIDE:
                yield from _unknown(inner, path)
