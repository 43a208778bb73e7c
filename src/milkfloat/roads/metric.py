"""
Metrics: how long each edge takes, by time of day, and what it costs in energy. Swapped whole when traffic changes.

Time runs in seconds on an axis the caller chooses; the application takes seconds since midnight of the planned day, in
the map's zone, and may go past 24 h. Bin ``b`` covers the seconds from ``b * bin_s`` to ``(b + 1) * bin_s``.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from milkfloat.roads.graph import RoadGraph
from milkfloat.roads.types import UNREACHABLE, Bool, Float32, Float64, Int32

BIN_S = 900.0


@dataclass(frozen=True, eq=False)
class Metric:
    """
    Travel times and energies of all edges (E) in consecutive time bins (S). Immutable, hence safe to share by threads.

    Attributes
    ----------
    bin_first, bin_s
        Row ``k`` holds in bin ``bin_first + k``; before the first row and after the last, those hold.
    travel_time_ms
        Shape (S, E): time from the start of an edge to its end, with the delays on it; UNREACHABLE where nothing moves.
    closed
        Shape (E,): edges that may not be entered at any time; who stands on one may leave it.
    closed_from_s, closed_until_s
        Shape (E,): edges that may not be entered for a while; None where there are none such.
    energy_base_j, energy_per_kg_j
        Shape (S, E) and (E,): energy of the empty van without auxiliaries, and per kg of load; None without them.
    """

    bin_first: int
    bin_s: float
    travel_time_ms: Int32
    closed: Bool
    energy_base_j: Float32 | None = None
    energy_per_kg_j: Float32 | None = None
    closed_from_s: Float64 | None = None
    closed_until_s: Float64 | None = None

    def __post_init__(self) -> None:
        bins, edges = self.travel_time_ms.shape
        assert bins >= 1
        assert self.bin_s > 0
        assert self.closed.shape == (edges,)
        assert int(self.travel_time_ms.min(initial=1)) >= 1, (
            "an edge that takes no time would let a search run in circles"
        )
        assert (self.energy_base_j is None) == (self.energy_per_kg_j is None)
        assert self.energy_base_j is None or self.energy_base_j.shape == (bins, edges)
        assert (self.closed_from_s is None) == (self.closed_until_s is None)
        assert self.energy_per_kg_j is None or self.energy_per_kg_j.shape == (edges,)

    @property
    def bins(self) -> range:
        """The bins that have a row of their own."""
        return range(self.bin_first, self.bin_first + len(self.travel_time_ms))

    def row(self, bin_index: int) -> int:
        """The row that holds in a bin."""
        return min(max(bin_index - self.bin_first, 0), len(self.travel_time_ms) - 1)

    def closed_between_s(self) -> tuple[Float64, Float64]:
        """From when until when each edge may not be entered, shape (E,); infinity to minus infinity where it may."""
        if self.closed_from_s is None or self.closed_until_s is None:
            return np.where(self.closed, -np.inf, np.inf), np.where(self.closed, np.inf, -np.inf)
        return (
            np.where(self.closed, -np.inf, self.closed_from_s),
            np.where(self.closed, np.inf, self.closed_until_s),
        )

    def closed_in(self, bin_index: int) -> Bool:
        """Edges that may not be entered in a bin or a part of it, shape (E,)."""
        if self.closed_from_s is None or self.closed_until_s is None:
            return self.closed
        start_s = bin_index * self.bin_s
        during: Bool = (self.closed_from_s < start_s + self.bin_s) & (self.closed_until_s > start_s)
        return self.closed | during

    def bin_at(self, instant_s: float) -> int:
        """The bin an instant lies in."""
        return int(instant_s // self.bin_s)


def with_energy(metric: Metric, base_j: Float32, per_kg_j: Float32) -> Metric:
    """The metric with energies per edge: ``base_j`` of shape (S, E) or (E,), ``per_kg_j`` of shape (E,), in joules."""
    rows = np.broadcast_to(np.asarray(base_j, np.float32), metric.travel_time_ms.shape)
    return replace(metric, energy_base_j=rows, energy_per_kg_j=np.asarray(per_kg_j, np.float32))


def driving_speed_mps(graph: RoadGraph, metric: Metric) -> Float64:
    """
    Speed while moving, shape (S, E): length over travel time without the delays at signals and signs.

    Where nothing moves the free-flow speed stands in: no van takes those edges, and no energy model divides by zero.
    """
    moving_ms = np.maximum(metric.travel_time_ms.astype(np.float64) - graph.edge_delay_ms, 1.0)
    # 1 dm/ms = 100 m/s.
    speed = graph.edge_length_dm * 100.0 / moving_ms
    return np.where(metric.travel_time_ms == UNREACHABLE, graph.edge_speed_kmh / 3.6, speed)


def same_rows(metric: Metric, bins: Sequence[int]) -> list[int]:
    """
    For each bin, the position in ``bins`` of the first bin with equal travel times, closures and energies.

    Rows are compared by value: a day with two rush hours has long stretches that need to be searched only once.
    """
    first_with: dict[bytes, int] = {}
    return [first_with.setdefault(row_digest(metric, k), position) for position, k in enumerate(bins)]


def row_digest(metric: Metric, bin_index: int) -> bytes:
    """Names the travel times, closures and energies of a bin: equal rows have equal names."""
    row = metric.row(bin_index)
    digest = hashlib.sha256(np.ascontiguousarray(metric.travel_time_ms[row]).data)
    digest.update(metric.closed_in(bin_index).data)
    if metric.energy_base_j is not None:
        digest.update(np.ascontiguousarray(metric.energy_base_j[row]).data)
    return digest.digest()


class MetricHolder:
    """
    The metric now in force. Readers take it once per query and keep working on it while another is put in place.

    Nothing is locked for readers: a reference is read and written in one step, and metrics never change.
    """

    def __init__(self, metric: Metric) -> None:
        self._metric = metric
        self._lock = threading.Lock()

    @property
    def current(self) -> Metric:
        """The metric in force at this moment."""
        return self._metric

    def swap(self, metric: Metric) -> Metric:
        """Put another metric of the same graph in force; returns the one before."""
        with self._lock:
            before = self._metric
            assert metric.closed.shape == before.closed.shape, "a metric of another graph"
            self._metric = metric
        return before
