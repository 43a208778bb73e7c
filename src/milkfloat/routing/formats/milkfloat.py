"""
Our own problem file: a Problem as JSON, nothing lost.

Values equal to their default are left out, infinities are the strings ``inf`` and ``-inf``, vans of one type that
stand side by side are written once with a ``count``, and arrays stand in one list so that profiles share them.
Plans are in `milkfloat.routing.formats.plan`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from itertools import groupby
from math import inf
from typing import Any, get_args

import msgspec
import numpy as np

from milkfloat.errors import Fault, InputError
from milkfloat.routing.formats.arrays import ArrayReader, ArrayWriter
from milkfloat.routing.formats.fingerprint import problem_hash
from milkfloat.routing.formats.instance import PUBLISHED, Instance, Names, Options
from milkfloat.routing.formats.jsontext import parse
from milkfloat.routing.formats.plan import read_plan, write_plan
from milkfloat.routing.formats.text import MOST, Faults, naming
from milkfloat.routing.metric import ArrivalMetric, CoordinateMetric, MatrixMetric, Metric, SpeedMetric
from milkfloat.routing.problem import (
    Battery,
    Break,
    ChargeCurve,
    Location,
    Objective,
    Order,
    Problem,
    Station,
    Stop,
    Units,
    Vehicle,
    Visit,
)

__all__ = ["problem_hash", "read", "read_plan", "read_problem", "write_plan", "write_problem"]

FORMAT = "milkfloat-problem"
SCHEMA_VERSION = 1

_METRICS: dict[str, type[Metric]] = {
    "matrix": MatrixMetric,
    "coordinates": CoordinateMetric,
    "speeds": SpeedMetric,
    "arrivals": ArrivalMetric,
}
_ARRAY_TYPES = {"category": "u1", "offset": "i8"}
_SCALARS: tuple[tuple[str, Any], ...] = (
    ("charging", ("partial", "full")),
    ("objective", get_args(Objective)),
    ("mass_dimension", int | None),
    ("service_in_duration", bool),
    ("name", str),
    ("timezone", str),
)
# Which values inside a value have keys of their own to be known.
_INNER: dict[type[Any], dict[str, type[Any]]] = {
    Order: {"stops": Stop},
    Vehicle: {"battery": Battery, "breaks": Break, "frozen": Visit},
    Battery: {"curves": ChargeCurve},
}


def looks_like(head: str) -> bool:
    """Whether a file that begins with ``head`` is of this format."""
    return head.lstrip().startswith("{") and f'"{FORMAT}"' in head[:200]


def write_problem(problem: Problem) -> bytes:
    """``problem`` as JSON; `read_problem` gives an equal one back."""
    arrays = ArrayWriter()
    document: dict[str, Any] = {"format": FORMAT, "schema_version": SCHEMA_VERSION, "name": problem.name}
    document |= {key: getattr(problem, key) for key, _ in _SCALARS}
    document["units"] = _plain(problem.units)
    for key in ("locations", "orders", "stations"):
        document[key] = [_plain(value) for value in getattr(problem, key)]
    document["vehicles"] = []
    for vehicle, same in groupby(problem.vehicles):
        count = sum(1 for _ in same)
        document["vehicles"].append(({"count": count} if count > 1 else {}) | _plain(vehicle))
    document["metrics"] = [_plain_metric(metric, arrays) for metric in problem.metrics]
    document["arrays"] = arrays.arrays
    return msgspec.json.encode(document)


def _plain(value: Any) -> Any:
    if is_dataclass(value):
        return {
            f.name: _plain(v)
            for f in fields(value)
            if (v := getattr(value, f.name)) != f.default or f.default is MISSING
        }
    if isinstance(value, tuple):
        return [_plain(v) for v in value]
    if isinstance(value, frozenset):
        return sorted(value)
    if value in (inf, -inf):
        return str(value)
    return value


def _plain_metric(metric: Metric, arrays: ArrayWriter) -> dict[str, Any]:
    kind = next(name for name, type_ in _METRICS.items() if isinstance(metric, type_))
    document: dict[str, Any] = {"kind": kind}
    for f in fields(metric):
        value = getattr(metric, f.name)
        if isinstance(value, np.ndarray):
            document[f.name] = arrays.refer(value)
        elif value is not None:
            document[f.name] = value
    return document


def read(data: bytes, *, source: str = "problem", options: Options = PUBLISHED) -> Instance:
    """
    Read a problem file as an instance; objective and charging of ``options`` replace the file's.

    Raises
    ------
    InputError
        With every fault and its path in the document.
    """
    if options.rounding is not None:
        raise InputError(Fault(source, f"rounding {options.rounding}: this format says itself how it rounds"))
    problem = read_problem(data, source=source, objective=options.objective, charging=options.charging)
    return Instance(problem, Names.of(problem))


def read_problem(
    data: bytes, *, source: str = "problem", objective: str | None = None, charging: str | None = None
) -> Problem:
    """
    The problem a file of `write_problem` holds; ``objective`` and ``charging`` replace the file's when given.

    Raises
    ------
    InputError
        With every fault and its path in the document.
    """
    document = parse(data, source)
    faults = Faults(source)
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise InputError(Fault(source, f"this is no problem file: format is not {FORMAT!r}"))
    if document.get("schema_version") != SCHEMA_VERSION:
        version = document.get("schema_version")
        raise InputError(Fault(source, f"schema_version: {version!r} is not {SCHEMA_VERSION}, the one we read"))
    document |= {k: v for k, v in (("objective", objective), ("charging", charging)) if v is not None}
    values: dict[str, Any] = {}
    for key, kind in _SCALARS:
        if key in document:
            values[key] = _scalar(document[key], kind, key, faults)
    values["units"] = _value(document.get("units", {}), Units, "units", faults)
    for key, type_ in (("locations", Location), ("orders", Order), ("stations", Station)):
        values[key] = _values(document.get(key, []), type_, key, faults)
    values["vehicles"] = _vehicles(document.get("vehicles", []), faults)
    arrays = ArrayReader(document.get("arrays"), faults)
    metrics = document.get("metrics", [])
    if not isinstance(metrics, list):
        faults.add("metrics", "this is no list")
        metrics = []
    values["metrics"] = tuple(_metric(metric, f"metrics[{k}]", arrays, faults) for k, metric in enumerate(metrics))
    faults.stop()
    with naming(source):
        return Problem(**values)


def _scalar(value: Any, kind: Any, where: str, faults: Faults) -> Any:
    if isinstance(kind, tuple):
        if value not in kind:
            faults.add(where, f"{value!r} is not one of {' '.join(kind)}")
        return value
    try:
        return msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        faults.add(where, str(error))
        return None


def _values(given: Any, type_: type[Any], where: str, faults: Faults) -> tuple[Any, ...]:
    if not isinstance(given, list):
        faults.add(where, "this is no list")
        return ()
    return tuple(_value(value, type_, f"{where}[{k}]", faults) for k, value in enumerate(given))


def _value(given: Any, type_: type[Any], where: str, faults: Faults) -> Any:
    if isinstance(given, Mapping):
        _known_keys(given, type_, where, faults)
    try:
        return msgspec.convert(given, type_, strict=False)
    except msgspec.ValidationError as error:
        message, _, path = str(error).partition(" - at `$")
        faults.add(where + path.rstrip("`"), message)
        return None


def _known_keys(given: Mapping[str, Any], type_: type[Any], where: str, faults: Faults) -> None:
    known = {f.name for f in fields(type_)}
    for key in given:
        if key not in known:
            faults.add(f"{where}.{key}", f"this key is not known; there are {' '.join(sorted(known))}")
    for key, inner in _INNER.get(type_, {}).items():
        below = given.get(key)
        for k, value in enumerate(below if isinstance(below, list) else [below]):
            if isinstance(value, Mapping):
                place = f"{where}.{key}[{k}]" if isinstance(below, list) else f"{where}.{key}"
                _known_keys(value, inner, place, faults)


def _vehicles(given: Any, faults: Faults) -> tuple[Vehicle, ...]:
    if not isinstance(given, list):
        faults.add("vehicles", "this is no list")
        return ()
    result: list[Vehicle] = []
    for k, entry in enumerate(given):
        value, count = entry, 1
        if isinstance(entry, dict) and "count" in entry:
            value = {key: entry[key] for key in entry if key != "count"}
            count = entry["count"]
            if not isinstance(count, int) or isinstance(count, bool) or not 1 <= count <= MOST:
                faults.add(f"vehicles[{k}].count", f"{count!r} is not a whole number from 1 to {MOST}")
                continue
        result += [_value(value, Vehicle, f"vehicles[{k}]", faults)] * count
    return tuple(result)


def _metric(given: Any, where: str, arrays: ArrayReader, faults: Faults) -> Metric | None:
    kind = given.get("kind") if isinstance(given, Mapping) else None
    if not isinstance(given, Mapping) or kind not in _METRICS:
        faults.add(where, f"kind {kind!r} is not one of {' '.join(_METRICS)}")
        return None
    type_ = _METRICS[kind]
    values: dict[str, Any] = {}
    for f in fields(type_):
        if f.name not in given:
            if f.default is MISSING and f.default_factory is MISSING:
                faults.add(where, f"{f.name} is missing")
                return None
        elif "Array" in str(f.type):
            values[f.name] = arrays.get(given[f.name], _ARRAY_TYPES.get(f.name, "f8"), f"{where}.{f.name}")
        elif isinstance(given[f.name], str) != (f.type in ("Geometry", "Rounding")):
            faults.add(f"{where}.{f.name}", f"{given[f.name]!r} is not what belongs here")
        else:
            values[f.name] = given[f.name]
    for key in given.keys() - {f.name for f in fields(type_)} - {"kind"}:
        faults.add(f"{where}.{key}", "this key is not known")
    return type_(**values) if not faults.found else None
