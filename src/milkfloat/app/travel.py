"""
Travel times, distances and energies between the places of a plan, by time of departure, as the search reads them.

Each road matrix holds the traffic of one bin still. A drive that begins in one bin meets the traffic of the next, so
the time for a departure is read where half of the drive is over; and nobody who leaves later arrives earlier.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from milkfloat.app.held_matrices import HeldMatrices
from milkfloat.roads.graph import RoadGraph
from milkfloat.roads.matrix import RoadMatrix
from milkfloat.roads.metric import Metric, same_rows
from milkfloat.roads.snap import Snap
from milkfloat.roads.types import UNREACHABLE, Float32, Float64, Int64
from milkfloat.routing.metric import MatrixMetric
from milkfloat.units import G_PER_KG, J_PER_WH

# Slices of a plan: as many as fit beside each other, at least these minutes wide.
SLICE_S = 900.0
# Numbers of 8 bytes that one metric may take: 512 MB.
_CELLS_MAX = 64_000_000
# Energies by slice take as much again as times; above this the largest of all slices stands for each.
_ENERGY_CELLS_MAX = 24_000_000
# Where closed roads leave no way for the rest of the day, the drive takes this long: no shift has room for it.
_NEVER_S = 10 * 86_400.0


@dataclass(frozen=True, slots=True)
class Slices:
    """
    Departure slices.

    Attributes
    ----------
    first
        Bin of the first slice on the roads' axis.
    count, step
        Number of slices, and how many bins lie from one to the next.
    """

    first: int
    count: int
    step: int

    @property
    def bins(self) -> tuple[int, ...]:
        """The bin of each slice."""
        return tuple(self.first + k * self.step for k in range(self.count))

    def since(self, axis_s: float) -> Slices:
        """Those from the one before an instant of the roads' axis on; at least the last."""
        over = int((axis_s / SLICE_S - self.first) // self.step) - 1
        gone = min(max(over, 0), self.count - 1)
        return Slices(self.first + gone * self.step, self.count - gone, self.step)


def slices_for(places: int, from_s: float, until_s: float) -> Slices:
    """Slices that cover the time between two instants of the roads' axis; wider where many places need the room."""
    first = int(np.floor(from_s / SLICE_S))
    bins = max(1, int(np.ceil(until_s / SLICE_S)) - first)
    step = 1
    while places * places * -(-bins // step) > _CELLS_MAX and step < bins:
        step *= 2
    return Slices(first, -(-bins // step), step)


def travel_metric(
    graph: RoadGraph,
    metric: Metric,
    snaps: Sequence[Snap],
    slices: Slices,
    *,
    midnight_s: float,
    held: HeldMatrices | None = None,
    threads: int = 1,
    progress: Callable[[float], None] | None = None,
) -> MatrixMetric:
    """
    The metric between places for one type of van.

    Parameters
    ----------
    metric
        Traffic with the energies of the van.
    slices
        At which bins to look.
    midnight_s
        Unix seconds of the zero of the roads' axis.
    held
        Matrices of earlier calls, and of this one afterwards.

    Returns
    -------
    MatrixMetric
        Seconds, metres and watt-hours; loads in grams. Infinite times where there is no way at all.
    """
    # Each distinct bin is searched once.
    position = same_rows(metric, slices.bins)
    distinct = sorted(set(position))
    bins = [slices.bins[k] for k in distinct]
    source = held or HeldMatrices()
    matrix = source.matrix(graph, metric, snaps, bins=bins, threads=threads, progress=progress)
    row_of = np.array([distinct.index(k) for k in position])
    width_s = slices.step * metric.bin_s
    time = fifo(_by_departure(_seconds(matrix), row_of, width_s), width_s)
    cells = len(row_of) * len(snaps) ** 2
    return MatrixMetric(
        time=time if len(time) > 1 else time[0],
        distance=_metres(matrix),
        energy=_energy(matrix.energy_j, row_of, cells, J_PER_WH),
        energy_per_load=_most(matrix.energy_j_per_kg, J_PER_WH * G_PER_KG),
        slice_start=midnight_s + (slices.first + slices.step / 2.0) * metric.bin_s,
        slice_width=width_s,
    )


def _seconds(matrix: RoadMatrix) -> Float64:
    """Shape (distinct bins, n, n); infinite where there is no way."""
    return np.where(matrix.travel_time_ms == UNREACHABLE, np.inf, matrix.travel_time_ms / 1_000.0)


def _metres(matrix: RoadMatrix) -> Float64:
    """Shape (n, n): mean over the bins in which there is a way; 0 where there never is."""
    found = matrix.distance_dm != UNREACHABLE
    total = np.where(found, matrix.distance_dm, 0).sum(axis=0, dtype=np.float64)
    metres: Float64 = total / np.maximum(found.sum(axis=0), 1) / 10.0
    return metres


def _by_departure(held: Float64, row_of: Int64, width_s: float) -> Float64:
    """
    Time of a drive that begins at each slice, from those with the traffic held still: shape (slices, n, n).

    The traffic half-way stands for the traffic of the whole drive.
    """
    count = len(row_of)
    if len(held) == 1:
        return np.repeat(held, count, axis=0)
    result = np.empty((count, *held.shape[1:]))
    for k in range(count):
        here = held[row_of[k]]
        ahead = np.where(np.isfinite(here), here / 2.0 / width_s, 0.0)
        low = np.minimum(k + ahead.astype(np.int64), count - 1)
        part = np.clip(k + ahead - low, 0.0, 1.0)
        high = np.minimum(low + 1, count - 1)
        first = np.take_along_axis(held, row_of[low][None], axis=0)[0]
        second = np.take_along_axis(held, row_of[high][None], axis=0)[0]
        with np.errstate(invalid="ignore"):
            mixed = first + part * (second - first)
        # Where a road is closed now or half-way, the worse of both counts.
        result[k] = np.where(np.isfinite(mixed), mixed, np.maximum(first, second))
        result[k] = np.maximum(result[k], np.where(np.isinf(here), np.inf, 0.0))
    return result


def fifo(time: Float64, width_s: float) -> Float64:
    """
    Travel times by departure slice made so that nobody who leaves later arrives earlier; shape (slices, n, n).

    Where a road opens later, who comes too early waits for it; where it stays closed to the end, the drive takes longer
    than any shift; else the arrival of a later slice is put off to that of the one before.
    """
    some = np.isfinite(time).any(axis=0)
    time = np.where(np.isinf(time) & some, np.nan, time)
    for k in range(len(time) - 2, -1, -1):
        time[k] = np.where(np.isnan(time[k]), time[k + 1] + width_s, time[k])
    time = np.where(np.isnan(time), _NEVER_S, time)
    for k in range(1, len(time)):
        np.maximum(time[k], time[k - 1] - width_s, out=time[k])
    return time


def _energy(joules: Float32 | None, row_of: Int64, cells: int, per: float) -> Float64 | None:
    if joules is None:
        return None
    if cells > _ENERGY_CELLS_MAX or len(joules) == 1:
        return _most(joules, per)
    by_slice: Float64 = joules[row_of].astype(np.float64) / per
    return by_slice


def _most(joules: Float32 | None, per: float) -> Float64 | None:
    """The largest of all slices."""
    if joules is None:
        return None
    most: Float64 = joules.max(axis=0).astype(np.float64) / per
    return most
