"""What can be wrong with a metric: shapes, values, and travel times that would reward leaving later."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import isfinite
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import numpy as np
import numpy.typing as npt

from milkfloat.errors import Fault
from milkfloat.routing.metric import ArrivalMetric, CoordinateMetric, FloatArray, MatrixMetric, Metric, SpeedMetric

if TYPE_CHECKING:
    from milkfloat.routing.problem import Location

# A later departure may arrive earlier by this much, in units of time: matrices are often rounded.
_OVERTAKING_TOLERANCE = 1e-6
# Tables found sound, with their number of locations: a day plans again and again on the same ones.
_SOUND: WeakKeyDictionary[Metric, int] = WeakKeyDictionary()


def metric_faults(where: str, metric: Metric, locations: Sequence[Location]) -> Iterator[Fault]:
    """All faults of a metric on these locations."""
    n = len(locations)
    if isinstance(metric, CoordinateMetric):
        yield from _coordinate_faults(where, metric, locations)
        return
    if _SOUND.get(metric) == n:
        return
    if isinstance(metric, MatrixMetric):
        found = list(_matrix_faults(where, metric, n))
    elif isinstance(metric, SpeedMetric):
        found = list(_speed_faults(where, metric, n))
    else:
        found = list(_arrival_faults(where, metric, n))
    if not found:
        _SOUND[metric] = n
    yield from found


def _shape(where: str, array: npt.NDArray[Any], shape: tuple[int, ...], *others: tuple[int, ...]) -> Iterator[Fault]:
    if array.shape not in (shape, *others):
        wanted = " or ".join(str(s) for s in dict.fromkeys((shape, *others)))
        yield Fault(where, f"has shape {array.shape}, not {wanted}")


def _lengths(where: str, array: FloatArray) -> Iterator[Fault]:
    """Values that are NaN or negative; infinity says that there is no way."""
    with np.errstate(invalid="ignore"):
        wrong = ~(array >= 0)
    if wrong.any():
        index = tuple(int(i) for i in np.argwhere(wrong)[0])
        yield Fault(f"{where}{list(index)}", f"{array[index]:g} is not zero or more ({int(wrong.sum())} such)")


def _finite(where: str, array: FloatArray) -> Iterator[Fault]:
    wrong = np.isnan(array) | (array == -np.inf)
    if wrong.any():
        index = tuple(int(i) for i in np.argwhere(wrong)[0])
        yield Fault(f"{where}{list(index)}", f"{array[index]} is no number")


def _matrix_faults(where: str, metric: MatrixMetric, n: int) -> Iterator[Fault]:
    slices = metric.time.shape[0] if metric.time.ndim == 3 else 1
    full = (slices, n, n) if metric.time.ndim == 3 else (n, n)
    found = list(_shape(f"{where}.time", metric.time, full))
    found += _shape(f"{where}.distance", metric.distance, full, (n, n))
    for name in ("energy", "energy_per_load"):
        table = getattr(metric, name)
        if table is not None:
            found += _shape(f"{where}.{name}", table, full, (n, n))
    if slices == 0:
        found.append(Fault(f"{where}.time", "has no slice"))
    if not (isfinite(metric.slice_start) and isfinite(metric.slice_width) and metric.slice_width > 0):
        message = f"{metric.slice_width:g} from {metric.slice_start:g} on is no width of time"
        found.append(Fault(f"{where}.slice_width", message))
    yield from found
    if found:
        return
    yield from _lengths(f"{where}.time", metric.time)
    yield from _lengths(f"{where}.distance", metric.distance)
    for name in ("energy", "energy_per_load"):
        table = getattr(metric, name)
        if table is not None:
            yield from _finite(f"{where}.{name}", table)
    if slices > 1:
        yield from _overtaking(where, metric, slices)


def _overtaking(where: str, metric: MatrixMetric, slices: int) -> Iterator[Fault]:
    """Pairs of slices between which the travel time falls faster than the clock runs."""
    for k in range(slices - 1):
        before, after = metric.time[k], metric.time[k + 1]
        with np.errstate(invalid="ignore"):
            wrong = (before - after > metric.slice_width + _OVERTAKING_TOLERANCE) | (
                np.isinf(before) != np.isinf(after)
            )
        if wrong.any():
            i, j = (int(v) for v in np.argwhere(wrong)[0])
            yield Fault(
                f"{where}.time[{k + 1}, {i}, {j}]",
                f"falls from {before[i, j]:g} to {after[i, j]:g} within {metric.slice_width:g}: "
                f"who leaves later would arrive earlier ({int(wrong.sum())} such pairs)",
            )


def _coordinate_faults(where: str, metric: CoordinateMetric, locations: Sequence[Location]) -> Iterator[Fault]:
    if metric.geometry not in ("euclidean", "great-circle"):
        yield Fault(f"{where}.geometry", f"{metric.geometry!r} is neither euclidean nor great-circle")
    if metric.rounding not in ("exact", "truncate", "nearest", "up"):
        yield Fault(f"{where}.rounding", f"{metric.rounding!r} is none of exact truncate nearest up")
    for name in ("factor", "resolution", "speed"):
        value = getattr(metric, name)
        if not (isfinite(value) and value > 0):
            yield Fault(f"{where}.{name}", f"{value:g} is not positive")
    if not (isfinite(metric.energy_per_distance) and metric.energy_per_distance >= 0):
        yield Fault(f"{where}.energy_per_distance", f"{metric.energy_per_distance:g} is not zero or more")
    if metric.geometry == "great-circle":
        for k, place in enumerate(locations):
            if not (-180 <= place.x <= 180 and -90 <= place.y <= 90):
                yield Fault(f"locations[{k}]", f"({place.x:g}, {place.y:g}) is no longitude and latitude")


def _speed_faults(where: str, metric: SpeedMetric, n: int) -> Iterator[Fault]:
    periods = len(metric.period_start)
    found = [
        *_shape(f"{where}.distance", metric.distance, (n, n)),
        *_shape(f"{where}.category", metric.category, (n, n)),
        *_shape(f"{where}.speed", metric.speed, (metric.speed.shape[0], periods)),
    ]
    if periods == 0:
        found.append(Fault(f"{where}.period_start", "there is no period"))
    elif not np.all(np.diff(metric.period_start) > 0):
        found.append(Fault(f"{where}.period_start", "the periods do not ascend"))
    yield from found
    if found:
        return
    yield from _lengths(f"{where}.distance", metric.distance)
    if not (np.isfinite(metric.speed).all() and (metric.speed > 0).all()):
        yield Fault(f"{where}.speed", "holds a speed that is not positive")
    if metric.category.size and int(metric.category.max()) >= metric.speed.shape[0]:
        message = f"{int(metric.category.max())} has no speeds: there are {metric.speed.shape[0]} categories"
        yield Fault(f"{where}.category", message)


def _arrival_faults(where: str, metric: ArrivalMetric, n: int) -> Iterator[Fault]:
    found = [
        *_shape(f"{where}.distance", metric.distance, (n, n)),
        *_shape(f"{where}.offset", metric.offset, (n * n + 1,)),
        *_shape(f"{where}.arrival", metric.arrival, metric.departure.shape),
    ]
    if metric.energy is not None:
        found += _shape(f"{where}.energy", metric.energy, (n, n))
    if not found:
        inside = metric.offset[0] == 0 and metric.offset[-1] == len(metric.departure)
        if not inside or (np.diff(metric.offset) < 0).any():
            found.append(Fault(f"{where}.offset", "does not ascend from 0 to the number of breakpoints"))
    yield from found
    if found:
        return
    yield from _lengths(f"{where}.distance", metric.distance)
    if not (np.isfinite(metric.departure).all() and np.isfinite(metric.arrival).all()):
        yield Fault(where, "a breakpoint is not finite")
        return
    inner = np.ones(max(len(metric.departure) - 1, 0), dtype=bool)
    cuts = metric.offset[1:-1] - 1
    inner[cuts[(cuts >= 0) & (cuts < len(inner))]] = False
    if (np.diff(metric.departure)[inner] <= 0).any():
        yield Fault(f"{where}.departure", "the breakpoints of an arc do not ascend")
    if (np.diff(metric.arrival)[inner] < -_OVERTAKING_TOLERANCE).any():
        yield Fault(f"{where}.arrival", "who leaves later would arrive earlier on an arc")
    if (metric.arrival < metric.departure).any():
        yield Fault(f"{where}.arrival", "somebody arrives before leaving")
