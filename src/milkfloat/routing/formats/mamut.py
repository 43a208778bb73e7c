"""
Time-dependent vehicle routing in the JSON of the MAMUT-routing families.

A ``.vrp.json`` names a second file: arc categories for speeds by period (``.igp.json``), or arrival functions
(``.atf.json``). The objective is the duration of all tours with free departure; where the file has a cost per van,
that cost plus the duration. Numbers are in the file's own units (milliseconds in the Blauth family).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import numpy as np

from milkfloat.errors import Fault, InputError
from milkfloat.routing.formats.instance import PUBLISHED, Companion, Instance, Names, Options
from milkfloat.routing.formats.jsontext import parse
from milkfloat.routing.formats.text import MOST, Faults, naming, unpack
from milkfloat.routing.metric import ArrivalMetric, FloatArray, SpeedMetric
from milkfloat.routing.problem import Location, Objective, Order, Problem, Stop, Units, Vehicle, Window

_UNITS = Units(time="", distance="", energy="", load=("",))


def looks_like(head: str) -> bool:
    """Whether a file that begins with ``head`` is of this format (the second files are not)."""
    return head.lstrip().startswith("{") and '"instance_name"' in head and '"vehicle_capacity"' in head


def read(
    data: bytes, *, source: str = "instance", options: Options = PUBLISHED, companion: Companion | None = None
) -> Instance:
    """
    Read an instance.

    Parameters
    ----------
    companion
        Gives the bytes of the second file, whose name stands in the first one.

    Raises
    ------
    InputError
        With every fault and its place.
    """
    faults = Faults(source)
    document = parse(data, source)
    td = document.get("td") if isinstance(document, dict) else None
    if not isinstance(document, dict) or not isinstance(td, dict):
        raise InputError(Fault(source, "there is no object `td` with the travel times"))
    points = _array(document, "coordinates", 2, None, faults)
    n = len(points)
    demands, services = (_array(document, key, 1, n, faults)[:, 0] for key in ("demands", "service_times"))
    windows = _array(document, "time_windows", 2, n, faults)
    for k in np.flatnonzero(windows[:, 1] < windows[:, 0]):
        faults.add(f"time_windows[{k}]", f"it ends at {windows[k, 1]:g}, before it begins at {windows[k, 0]:g}")
    for key, values in (("demands", demands), ("service_times", services)):
        for k in np.flatnonzero(values < 0):
            faults.add(f"{key}[{k}]", f"{values[k]:g} is less than 0")
    depot = int(_scalar(document, "depot", faults, default=0.0))
    if n and not 0 <= depot < n:
        faults.add("depot", f"{depot} is not one of 0 to {n - 1}")
    capacity = _scalar(document, "vehicle_capacity", faults)
    fixed = _scalar(document, "fleet_fixed_cost", faults, default=0.0)
    vans = int(_scalar(document, "num_vehicles", faults, default=float(max(n - 1, 1))))
    if not 1 <= vans <= MOST:
        faults.add("num_vehicles", f"{vans} is not one of 1 to {MOST}")
    faults.stop()
    metric = _metric(td, points, companion, faults)
    objective: Objective = "cost" if fixed else "duration"
    slots: list[tuple[Window]] = [((a, b),) for a, b in windows.tolist()]
    van = Vehicle(
        "van",
        depot,
        depot,
        shift=slots[depot][0],
        capacity=(capacity,),
        fixed_cost=fixed,
        cost_per_distance=0.0,
        cost_per_time=1.0,
    )
    with naming(source):
        problem = Problem(
            locations=tuple(Location(str(k), x, y) for k, (x, y) in enumerate(points.tolist())),
            orders=tuple(
                Order(str(k), (Stop(k, float(services[k]), slots[k]),), delivery=(float(demands[k]),))
                for k in range(n)
                if k != depot
            ),
            vehicles=(van,) * vans,
            metrics=(metric,),
            objective=options.objective or objective,
            units=_UNITS,
            name=str(document.get("instance_name", "")),
        )
    return Instance(problem, Names.of(problem))


def _scalar(document: Mapping[str, Any], key: str, faults: Faults, *, default: float | None = None) -> float:
    value = document.get(key)
    if value is None and default is not None:
        return default
    if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
        faults.add(key, f"{value!r} is not a number of at least 0")
        return 0.0
    return float(value)


def _array(document: Mapping[str, Any], key: str, width: int, length: int | None, faults: Faults) -> FloatArray:
    """A list of numbers, or of rows of ``width`` numbers; shape (length, width)."""
    given = document.get(key)
    try:
        values = np.array(given, dtype=np.float64).reshape(-1, width)
        good = bool(np.isfinite(values).all()) and isinstance(given, list) and len(values) == len(given)
    except (TypeError, ValueError):
        good = False
    if not good or (length is not None and len(values) != length):
        what = "numbers" if width == 1 else f"rows of {width} numbers"
        faults.add(key, f"this is no list of {'' if length is None else f'{length} '}{what}")
        return np.zeros((length or 0, width))
    return values


def _metric(
    td: Mapping[str, Any], points: FloatArray, companion: Companion | None, faults: Faults
) -> SpeedMetric | ArrivalMetric:
    model = td.get("model")
    key = {"igp-profile": "categories_path", "atf-ndcpwlf": "atf_path"}.get(str(model))
    if key is None:
        faults.add("td.model", f"{model!r} is not one of igp-profile atf-ndcpwlf")
        faults.stop()
    name = td.get(str(key))
    if not isinstance(name, str) or not re.fullmatch(r"[\w.=-]+", name):
        faults.add(f"td.{key}", f"{name!r} is not the name of a file beside this one")
        faults.stop()
    if companion is None:
        raise InputError(Fault(faults.source, f"the travel times are in a second file, {name}, which is not here"))
    document = parse(unpack(companion(str(name)), str(name)), str(name))
    if not isinstance(document, dict):
        raise InputError(Fault(str(name), "this is no JSON object"))
    other = Faults(str(name))
    if key == "categories_path":
        return _speeds(td, document, points, faults, other)
    return _arrivals(document, len(points), other)


def _speeds(
    td: Mapping[str, Any], document: Mapping[str, Any], points: FloatArray, faults: Faults, other: Faults
) -> SpeedMetric:
    n = len(points)
    periods = _array(td, "time_periods", 2, None, faults)
    if len(periods) == 0 or (periods[1:, 0] != periods[:-1, 1]).any() or (periods[:, 1] <= periods[:, 0]).any():
        faults.add("td.time_periods", "the periods do not follow one another without gaps")
    speed = _array(td, "speeds", max(len(periods), 1), None, faults)
    if (speed <= 0).any():
        faults.add("td.speeds", f"{speed.min():g} is not more than 0")
    rows = document.get("categories")
    if not isinstance(rows, list) or len(rows) != n or any(not isinstance(r, str) or len(r) != n for r in rows):
        other.add("categories", f"this is no list of {n} strings of {n} digits")
        other.stop()
    assert isinstance(rows, list)
    category = np.frombuffer("".join(rows).encode("ascii", "replace"), dtype=np.uint8).reshape(n, n) - ord("0")
    if category.max(initial=0) >= len(speed):
        at = tuple(int(k) for k in np.argwhere(category >= len(speed))[0])
        other.add(f"categories[{at[0]}]", f"{rows[at[0]][at[1]]!r} is not one of the {len(speed)} categories")
    faults.stop()
    other.stop()
    steps = points[:, None, :] - points[None, :, :]
    with np.errstate(over="ignore"):  # a distance that is infinite is told when the problem is validated
        distance = np.sqrt((steps * steps).sum(axis=2))
    return SpeedMetric(distance, category, np.ascontiguousarray(periods[:, 0]), speed)


def _arrivals(document: Mapping[str, Any], n: int, faults: Faults) -> ArrivalMetric:
    """
    Arrival functions. The files hold no distances: each arc's is its least travel time.

    Where a function jumps, its file repeats the instant with both values, and the smaller one holds there; the second
    one is moved to the next representable number, so that departures strictly ascend.
    """
    arcs = document.get("arcs")
    if document.get("format") != "mamut-td-atf" or not isinstance(arcs, list):
        faults.add(None, "this is no mamut-td-atf file with a list `arcs`")
        faults.stop()
    assert isinstance(arcs, list)
    found: list[tuple[FloatArray, FloatArray] | None] = [None] * (n * n)
    for k, arc in enumerate(arcs):
        where = f"arcs[{k}]"
        try:
            i, j, departure, arrival = arc
            x, y = np.array(departure, dtype=np.float64), np.array(arrival, dtype=np.float64)
            place = int(i) * n + int(j)
            good = 0 <= i < n and 0 <= j < n and x.shape == y.shape and x.ndim == 1 and len(x) > 0
        except (TypeError, ValueError):
            good = False
        if not good:
            faults.add(where, "is not [from, to, [departures], [arrivals]] with as many arrivals as departures")
            continue
        if (np.diff(x) < 0).any() or (np.diff(y) < 0).any() or (y < x).any():
            faults.add(where, f"the arrival function from {i} to {j} is not ascending, or arrives before it departs")
        found[place] = (_strictly(x), y)
    for place in range(n * n):
        if found[place] is None:
            if place // n != place % n:
                faults.add("arcs", f"there is no arrival function from {place // n} to {place % n}")
            found[place] = (np.zeros(1), np.zeros(1))
    faults.stop()
    functions = [function for function in found if function is not None]
    offset = np.concatenate(([0], np.cumsum([len(x) for x, _ in functions]))).astype(np.int64)
    distance = np.array([float((y - x).min()) for x, y in functions]).reshape(n, n)
    departure, arrival = (np.concatenate([function[part] for function in functions]) for part in (0, 1))
    return ArrivalMetric(distance, offset, departure, arrival)


def _strictly(x: FloatArray) -> FloatArray:
    for k in np.flatnonzero(np.diff(x) <= 0):
        x[k + 1] = np.nextafter(x[k], np.inf)
    return x
