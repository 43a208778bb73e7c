"""Where things are in a VROOM document: rows of its matrices, or coordinates for which a table is asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import isfinite
from typing import Any, TypeAlias

import numpy as np

from milkfloat.errors import Fault, InputError
from milkfloat.routing.formats.instance import Table
from milkfloat.routing.formats.text import Faults
from milkfloat.routing.metric import FloatArray
from milkfloat.routing.problem import Location

Tables: TypeAlias = dict[str, tuple[FloatArray, FloatArray | None, FloatArray | None]]
"""Durations, distances and costs by profile, each of shape (n, n)."""


def matrices_of(document: Mapping[str, Any], profiles: Sequence[str], faults: Faults) -> Tables:
    """The matrices of the document for all ``profiles``; empty when it has none."""
    given = document.get("matrices")
    if given is None and "matrix" in document:
        given = {"car": {"durations": document["matrix"]}}
    if given is None:
        return {}
    if not isinstance(given, Mapping):
        faults.add("matrices", "this is no object")
        return {}
    tables: Tables = {}
    size: int | None = None
    for profile in dict.fromkeys(profiles):
        entry = given.get(profile)
        if not isinstance(entry, Mapping) or "durations" not in entry:
            faults.add(f"matrices.{profile}", "there are no durations, and a vehicle has this profile")
            continue
        kinds: list[FloatArray | None] = []
        for kind in ("durations", "distances", "costs"):
            matrix = _matrix(entry[kind], f"matrices.{profile}.{kind}", size, faults) if kind in entry else None
            size = len(matrix) if matrix is not None and size is None else size
            kinds.append(matrix)
        if kinds[0] is not None:
            tables[profile] = (kinds[0], kinds[1], kinds[2])
    return tables


def _matrix(given: Any, where: str, size: int | None, faults: Faults) -> FloatArray | None:
    if not isinstance(given, list) or not given:
        faults.add(where, "this is no list of rows")
        return None
    n = len(given) if size is None else size
    if len(given) != n:
        faults.add(where, f"it has {len(given)} rows, the others have {n}")
        return None
    for k, row in enumerate(given):
        if not isinstance(row, list) or len(row) != n:
            faults.add(f"{where}[{k}]", f"it is no row of {n} numbers")
            return None
    try:
        matrix = np.array(given, dtype=np.float64)
    except (TypeError, ValueError):
        matrix = np.full((n, n), np.nan)
    bad = np.argwhere(~np.isfinite(matrix) | (matrix < 0))
    if len(bad):
        i, j = (int(k) for k in bad[0])
        faults.add(f"{where}[{i}][{j}]", f"{given[i][j]!r} is no number of at least 0")
        return None
    return matrix


class Places:
    """Gathers the locations a document names; ``finish`` gives them with their matrices."""

    def __init__(self, matrices: Tables, faults: Faults) -> None:
        self._matrices, self._faults = matrices, faults
        self._size = len(next(iter(matrices.values()))[0]) if matrices else 0
        self._coordinates: dict[tuple[float, float], int] = {}
        self._points: dict[int, tuple[float, float]] = {}
        self._first: str | None = None
        # A vehicle without a start begins wherever its first task is: a place from which every way is free.
        self._anywhere = False

    def of(self, thing: Mapping[str, Any], where: str, prefix: str = "location") -> int:
        """Index of the location of a task, charger, or end of a route."""
        index_key = "location_index" if prefix == "location" else f"{prefix}_index"
        point = self._point(thing.get(prefix), f"{where}.{prefix}") if prefix in thing else None
        if self._matrices:
            index = thing.get(index_key)
            if isinstance(index, bool) or not isinstance(index, int) or not 0 <= index < self._size:
                what = "is missing" if index is None else f"{index!r} is not a whole number from 0 to {self._size - 1}"
                self._faults.add(f"{where}.{index_key}", what)
                return 0
            if point is not None:
                self._points.setdefault(index, point)
            return index
        if point is None:
            if prefix not in thing:
                self._faults.add(f"{where}.{prefix}", "is missing, and there are no matrices")
            return 0
        self._first = self._first or f"{where}.{prefix}"
        return self._coordinates.setdefault(point, len(self._coordinates))

    def ends(self, vehicle: Mapping[str, Any], where: str) -> tuple[int, int | None]:
        """Start and end of a vehicle; -1 for a start that is left open."""
        has = {key: key in vehicle or f"{key}_index" in vehicle for key in ("start", "end")}
        if not any(has.values()):
            self._faults.add(where, "it has neither start nor end")
        if not has["start"]:
            self._anywhere = True
        start = self.of(vehicle, where, "start") if has["start"] else -1
        return start, self.of(vehicle, where, "end") if has["end"] else None

    def _point(self, given: Any, where: str) -> tuple[float, float] | None:
        good = isinstance(given, list) and len(given) == 2
        if not good or any(isinstance(v, bool) or not isinstance(v, int | float) or not isfinite(v) for v in given):
            self._faults.add(where, f"{given!r} is not [lon, lat]")
            return None
        lon, lat = given
        if not (-180 <= lon <= 180 and -90 <= lat <= 90):
            self._faults.add(where, f"[{lon}, {lat}] is not [lon, lat] within 180 and 90 degrees")
            return None
        return (float(lon), float(lat))

    def finish(self, table: Table | None, profiles: Sequence[str]) -> tuple[tuple[Location, ...], Tables]:
        """All locations and, for each of ``profiles``, durations, distances and costs."""
        if self._matrices:
            tables = dict(self._matrices)
            locations = [Location(str(k), *self._points.get(k, (0.0, 0.0))) for k in range(self._size)]
        elif table is None:
            message = "there are no matrices; give a map, or --metric great-circle for the crow's distances"
            raise InputError(Fault(f"{self._faults.source}:{self._first}", message))
        else:
            points = list(self._coordinates)
            # VROOM counts whole seconds and metres.
            durations, distances = (np.rint(np.asarray(matrix, dtype=np.float64)) for matrix in table(points))
            tables = dict.fromkeys(profiles, (durations, distances, None))
            locations = [Location(f"{lon:g},{lat:g}", lon, lat) for lon, lat in points]
        if self._anywhere:
            locations.append(Location("anywhere"))
            tables = {profile: _with_free_row(*matrices) for profile, matrices in tables.items()}
        return tuple(locations), tables


def _with_free_row(
    durations: FloatArray, distances: FloatArray | None, costs: FloatArray | None
) -> tuple[FloatArray, FloatArray | None, FloatArray | None]:
    """The matrices with one more location, from and to which every way is free."""
    wider = [None if matrix is None else np.pad(matrix, ((0, 1), (0, 1))) for matrix in (distances, costs)]
    return np.pad(durations, ((0, 1), (0, 1))), wider[0], wider[1]
