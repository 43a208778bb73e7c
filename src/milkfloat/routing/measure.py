"""
The checker's own reading of a metric, in plain double precision.

It repeats in a few slow lines what the compiled search computes in many fast ones, and shares none of them.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Sequence

import numpy as np

from milkfloat.routing.metric import ArrivalMetric, CoordinateMetric, FloatArray, MatrixMetric, Metric, SpeedMetric
from milkfloat.routing.problem import Location

_EARTH_RADIUS_M = 6_371_008.8
# What is short of a slice by less than this part of one belongs to it, as `MatrixMetric` says.
_BOUNDARY = 1e-7


class Measure:
    """Distances, travel times and energies between the locations of a problem by one metric."""

    def __init__(self, metric: Metric, locations: Sequence[Location]) -> None:
        self._metric = metric
        self._locations = locations

    def distance(self, origin: int, destination: int, departure: float) -> float:
        """Distance of the way taken when leaving at ``departure``."""
        metric = self._metric
        if isinstance(metric, CoordinateMetric):
            return _by_rule(metric, self._locations[origin], self._locations[destination])
        if isinstance(metric, MatrixMetric):
            return _cell(metric, metric.distance, origin, destination, departure)
        return float(metric.distance[origin, destination])

    def travel_time(self, origin: int, destination: int, departure: float) -> float:
        """Travel time of a van with speed factor 1."""
        metric = self._metric
        if isinstance(metric, CoordinateMetric):
            return self.distance(origin, destination, departure) / metric.speed
        if isinstance(metric, MatrixMetric):
            return _between_slices(metric, origin, destination, departure)
        if isinstance(metric, SpeedMetric):
            return _through_periods(metric, origin, destination, departure)
        return _by_breakpoints(metric, origin, destination, departure)

    def energy(self, origin: int, destination: int, departure: float, mass: float) -> float:
        """Energy drawn with ``mass`` on board, auxiliaries not included."""
        metric = self._metric
        if isinstance(metric, CoordinateMetric):
            return self.distance(origin, destination, departure) * metric.energy_per_distance
        if isinstance(metric, MatrixMetric):
            drawn = 0.0
            if metric.energy is not None:
                drawn = _cell(metric, metric.energy, origin, destination, departure)
            if metric.energy_per_load is not None and mass:
                drawn += mass * _cell(metric, metric.energy_per_load, origin, destination, departure)
            return drawn
        if isinstance(metric, ArrivalMetric) and metric.energy is not None:
            return float(metric.energy[origin, destination])
        return 0.0


def _by_rule(metric: CoordinateMetric, a: Location, b: Location) -> float:
    if metric.geometry == "euclidean":
        length = math.sqrt((a.x - b.x) * (a.x - b.x) + (a.y - b.y) * (a.y - b.y))
    else:
        lon, lat = math.radians(b.x - a.x), math.radians(b.y - a.y)
        chord = (
            math.sin(lat / 2) ** 2 + math.cos(math.radians(a.y)) * math.cos(math.radians(b.y)) * math.sin(lon / 2) ** 2
        )
        length = 2 * _EARTH_RADIUS_M * math.asin(min(1.0, math.sqrt(chord)))
    length *= metric.factor
    if metric.rounding == "truncate":
        return math.floor(length * metric.resolution) / metric.resolution
    if metric.rounding == "nearest":
        return math.floor(length * metric.resolution + 0.5) / metric.resolution
    if metric.rounding == "up":
        return math.ceil(length * metric.resolution) / metric.resolution
    return length


def _cell(metric: MatrixMetric, table: FloatArray, origin: int, destination: int, departure: float) -> float:
    """Value of a table in the slice that holds the departure."""
    if table.ndim == 2:
        return float(table[origin, destination])
    position = math.floor((departure - metric.slice_start) / metric.slice_width + _BOUNDARY)
    k = int(np.clip(position, 0, len(table) - 1))
    return float(table[k, origin, destination])


def _between_slices(metric: MatrixMetric, origin: int, destination: int, departure: float) -> float:
    if metric.time.ndim == 2:
        return float(metric.time[origin, destination])
    position = (departure - metric.slice_start) / metric.slice_width
    if position <= 0:
        return float(metric.time[0, origin, destination])
    if position >= len(metric.time) - 1:
        return float(metric.time[-1, origin, destination])
    k = math.floor(position)
    before, after = (float(metric.time[s, origin, destination]) for s in (k, k + 1))
    return before if before == after else before + (position - k) * (after - before)


def _through_periods(metric: SpeedMetric, origin: int, destination: int, departure: float) -> float:
    left = float(metric.distance[origin, destination])
    speeds = metric.speed[metric.category[origin, destination]]
    starts = metric.period_start
    k = max(0, bisect_right(starts, departure) - 1)
    now = departure
    while k + 1 < len(starts) and left > (starts[k + 1] - now) * speeds[k]:
        left -= (starts[k + 1] - now) * speeds[k]
        k += 1
        now = starts[k]
    return float(now - departure + left / speeds[k])


def _by_breakpoints(metric: ArrivalMetric, origin: int, destination: int, departure: float) -> float:
    arc = origin * len(metric.distance) + destination
    first, last = int(metric.offset[arc]), int(metric.offset[arc + 1])
    if first == last:
        return 0.0 if origin == destination else math.inf
    leaving, reaching = metric.departure[first:last], metric.arrival[first:last]
    if departure < leaving[0]:
        return float(reaching[0] - leaving[0])
    if departure >= leaving[-1]:
        return float(reaching[-1] - leaving[-1])
    return float(np.interp(departure, leaving, reaching)) - departure
