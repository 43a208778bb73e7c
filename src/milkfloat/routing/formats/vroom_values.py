"""Values in a VROOM document, checked: numbers, amounts, skills, windows, ids."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import isfinite
from typing import Any

from milkfloat.routing.formats.text import Faults
from milkfloat.routing.problem import Load, Order, Vehicle, Window


class Reader:
    """Takes values out of objects; each one that is wrong becomes a fault with its path, and something harmless."""

    def __init__(self, faults: Faults) -> None:
        self.faults = faults

    def objects(self, document: Mapping[str, Any], key: str, where: str) -> list[Mapping[str, Any]]:
        """The list of objects under ``key``; empty when there is none."""
        given = document.get(key)
        if given is None:
            return []
        if not isinstance(given, list):
            self.faults.add(where, "this is no list")
            return []
        for k, value in enumerate(given):
            if not isinstance(value, Mapping):
                self.faults.add(f"{where}[{k}]", f"{value!r} is no object")
        return [value if isinstance(value, Mapping) else {} for value in given]

    def object(self, document: Mapping[str, Any], key: str, where: str) -> Mapping[str, Any]:
        """The object under ``key``; it must be there."""
        given = document.get(key)
        if isinstance(given, Mapping):
            return given
        self.faults.add(f"{where}.{key}", "is missing" if given is None else f"{given!r} is no object")
        return {}

    def number(self, document: Mapping[str, Any], key: str, where: str, default: float | None) -> float:
        """A number of at least 0; without ``default`` it must be there."""
        given = document.get(key, default)
        if given is None:
            self.faults.add(f"{where}.{key}", "is missing")
            return 0.0
        if isinstance(given, bool) or not isinstance(given, int | float) or (key in document and not isfinite(given)):
            self.faults.add(f"{where}.{key}", f"{given!r} is no number")
            return 0.0
        if given < 0:
            self.faults.add(f"{where}.{key}", f"{given} is less than 0")
            return 0.0
        return float(given)

    def optional_count(self, document: Mapping[str, Any], key: str, where: str) -> int | None:
        """A whole number, or None when there is none."""
        return int(self.number(document, key, where, 0.0)) if key in document else None

    def identifier(self, document: Mapping[str, Any], where: str) -> str | int:
        """The ``id``: a whole number in VROOM, text is taken too."""
        given = document.get("id")
        if isinstance(given, bool) or not isinstance(given, int | str):
            self.faults.add(f"{where}.id", "is missing" if given is None else f"{given!r} is no whole number")
            return ""
        return given

    def unique(self, names: Sequence[str | int], where: str, suffix: str = "") -> None:
        """A fault for each name that another thing of the list has already."""
        seen: dict[str | int, int] = {}
        for k, name in enumerate(names):
            if name in seen:
                self.faults.add(f"{where}[{k}]{suffix}.id", f"{name} is the id of {where}[{seen[name]}] already")
            else:
                seen[name] = k

    def priority(self, document: Mapping[str, Any], where: str) -> int:
        """The ``priority``, 0 to 100."""
        value = self.number(document, "priority", where, 0.0)
        if value > 100:
            self.faults.add(f"{where}.priority", f"{value:g} is more than 100")
        return int(value)

    def amounts(self, document: Mapping[str, Any], key: str, where: str) -> Load:
        """A list of numbers of at least 0; empty when there is none."""
        given = document.get(key, [])
        if not isinstance(given, list):
            self.faults.add(f"{where}.{key}", f"{given!r} is no list of numbers")
            return ()
        for k, value in enumerate(given):
            if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
                self.faults.add(f"{where}.{key}[{k}]", f"{value!r} is no number of at least 0")
                return ()
        return tuple(float(value) for value in given)

    def skills(self, document: Mapping[str, Any], where: str) -> frozenset[str]:
        """The ``skills``, as text."""
        given = document.get("skills", [])
        if not isinstance(given, list):
            self.faults.add(f"{where}.skills", f"{given!r} is no list")
            return frozenset()
        return frozenset(str(skill) for skill in given)

    def window(self, given: Any, where: str) -> Window:
        """A time window [start, end]."""
        good = isinstance(given, list) and len(given) == 2
        if not good or any(isinstance(v, bool) or not isinstance(v, int | float) for v in given):
            self.faults.add(where, f"{given!r} is not [start, end]")
            return (0.0, 0.0)
        if given[1] < given[0]:
            self.faults.add(where, f"it ends at {given[1]}, before it starts at {given[0]}")
        return (float(given[0]), float(given[1]))

    def windows(self, document: Mapping[str, Any], where: str) -> tuple[Window, ...]:
        """The ``time_windows``: ascending and apart."""
        given = document.get("time_windows", [])
        if not isinstance(given, list):
            self.faults.add(f"{where}.time_windows", f"{given!r} is no list of [start, end]")
            return ()
        windows = tuple(self.window(value, f"{where}.time_windows[{k}]") for k, value in enumerate(given))
        for k in range(1, len(windows)):
            if windows[k][0] <= windows[k - 1][1]:
                self.faults.add(
                    f"{where}.time_windows[{k}]",
                    f"it starts at {windows[k][0]:g}, not after the one before it ends at {windows[k - 1][1]:g}",
                )
        return windows

    def same_length(self, vehicles: Sequence[Vehicle], orders: Sequence[Order]) -> None:
        """All amounts and capacities that are given have one length."""
        lengths = {len(vehicle.capacity) for vehicle in vehicles if vehicle.capacity}
        if len(lengths) > 1:
            self.faults.add(
                "vehicles", f"capacity has {' and '.join(map(str, sorted(lengths)))} values; it must be one"
            )
        size = max(lengths, default=0)
        for order in orders:
            for key in ("delivery", "pickup", "amount"):
                given = len(getattr(order, key))
                if given and size and given != size:
                    self.faults.add(f"order {order.id}.{key}", f"has {given} values where capacity has {size}")
