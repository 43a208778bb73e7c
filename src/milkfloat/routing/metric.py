"""
Metrics: how far, how long and how much energy from one location to another.

A metric is data; the compiled search and the checker each evaluate it with code of their own. Time, distance and
energy are in the units of the problem (seconds, metres, watt-hours for map problems; an instance's own units else).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, TypeAlias

import numpy as np
import numpy.typing as npt

FloatArray: TypeAlias = npt.NDArray[np.float64]
IntArray: TypeAlias = npt.NDArray[np.int32]

Rounding: TypeAlias = Literal["exact", "truncate", "nearest", "up"]
Geometry: TypeAlias = Literal["euclidean", "great-circle"]


@dataclass(frozen=True, eq=False)
class MatrixMetric:
    """
    Matrices, one per departure time slice or one for all times.

    Attributes
    ----------
    time
        Travel time, shape (n, n) or (slices, n, n); ``inf`` where there is no way. Slice ``k`` holds the travel time
        for a departure at ``slice_start + k * slice_width``; between two such instants it is interpolated linearly,
        outside it is constant. Building a problem refuses slices that would let a later departure arrive earlier.
    distance
        Distance, shape as ``time`` or (n, n).
    energy
        Energy drawn by an empty van without auxiliaries, shape as ``time`` or (n, n), may be negative; None without
        battery. The slice is the one that holds the departure; an instant that is short of a slice by less than 1e-7 of
        its width counts as its begin, since departures often lie on boundaries.
    energy_per_load
        Further energy per unit of the problem's mass dimension on board, shape (n, n) or as ``energy``.
    slice_start, slice_width
        Instant of the first slice and time between two slices.
    """

    time: FloatArray
    distance: FloatArray
    energy: FloatArray | None = None
    energy_per_load: FloatArray | None = None
    slice_start: float = 0.0
    slice_width: float = 900.0


@dataclass(frozen=True, eq=False)
class CoordinateMetric:
    """
    A rule on coordinates, computed on demand: nothing is stored per pair.

    ``distance = round(geometry(a, b) * factor)`` by ``rounding``, applied at a resolution of ``1 / resolution``
    (resolution 10 with ``truncate`` keeps one decimal). ``time = distance / speed``;
    ``energy = distance * energy_per_distance``. For ``great-circle`` the locations are lon, lat in degrees and the
    distance is in metres on a sphere of radius 6,371,008.8 m.
    """

    geometry: Geometry = "euclidean"
    factor: float = 1.0
    rounding: Rounding = "exact"
    resolution: float = 1.0
    speed: float = 1.0
    energy_per_distance: float = 0.0


@dataclass(frozen=True, eq=False)
class SpeedMetric:
    """
    Speeds by period of the day and arc category, piecewise constant (Ichoua, Gendreau & Potvin 2003).

    A van that is under way at the end of a period goes on at the next period's speed, so nobody arrives earlier by
    leaving later. Before the first period its speed holds, after the last one that one's.

    Attributes
    ----------
    distance
        Shape (n, n).
    category
        Arc category, shape (n, n), values 0 .. categories-1.
    period_start
        Instants at which a period begins, ascending, shape (periods,).
    speed
        Shape (categories, periods), distance per time, all positive.
    """

    distance: FloatArray
    category: npt.NDArray[np.uint8]
    period_start: FloatArray
    speed: FloatArray


@dataclass(frozen=True, eq=False)
class ArrivalMetric:
    """
    Arrival-time functions per arc, piecewise linear and non-decreasing.

    Arc (i, j) owns the breakpoints ``offset[i * n + j] : offset[i * n + j + 1]`` of ``departure`` and ``arrival``.
    Before the first breakpoint the travel time of the first one holds, after the last one that of the last.

    Attributes
    ----------
    distance
        Shape (n, n).
    offset
        Shape (n * n + 1,).
    departure, arrival
        Shape (offset[-1],).
    """

    distance: FloatArray
    offset: npt.NDArray[np.int64]
    departure: FloatArray
    arrival: FloatArray
    energy: FloatArray | None = field(default=None)


Metric: TypeAlias = MatrixMetric | CoordinateMetric | SpeedMetric | ArrivalMetric
