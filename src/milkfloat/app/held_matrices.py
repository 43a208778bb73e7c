"""
Matrices between the places of a day, kept by what decides them: the traffic of one bin, and the places.

A jam changes the traffic of a few bins, the clock none. Whoever asks for the matrices of a day again gets what has not
changed out of memory, and waits for the rest only.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Sequence
from typing import TypeAlias

import numpy as np

from milkfloat.roads.graph import RoadGraph
from milkfloat.roads.matrix import RoadMatrix, road_matrix
from milkfloat.roads.metric import Metric, row_digest
from milkfloat.roads.snap import Snap
from milkfloat.roads.types import Float32, Int32

_Slice: TypeAlias = tuple[Int32, Int32, Float32 | None, Float32 | None]

# Pairs of places that are kept, over all bins: 16 bytes each, 400 MB.
_PAIRS_MAX = 25_000_000


class HeldMatrices:
    """Matrices of bins. May be used by several threads."""

    def __init__(self) -> None:
        self._held: dict[bytes, _Slice] = {}
        self._lock = threading.Lock()

    def matrix(
        self,
        graph: RoadGraph,
        metric: Metric,
        snaps: Sequence[Snap],
        *,
        bins: Sequence[int],
        threads: int = 1,
        progress: Callable[[float], None] | None = None,
    ) -> RoadMatrix:
        """See `milkfloat.roads.matrix.road_matrix`; ``bins`` differ from each other."""
        common = _common_digest(graph, metric, snaps)
        keys = [common + row_digest(metric, bin_index) for bin_index in bins]
        with self._lock:
            known = {key: self._held[key] for key in keys if key in self._held}
        missing = [k for k, key in enumerate(keys) if key not in known]
        if missing:
            wanted = [bins[k] for k in missing]
            found = road_matrix(graph, metric, snaps, bins=wanted, threads=threads, progress=progress)
            if len(missing) == len(bins):
                self._keep({keys[k]: _slice(found, at) for at, k in enumerate(missing)}, keys)
                return found
            known |= {keys[k]: _slice(found, at) for at, k in enumerate(missing)}
        self._keep(known, keys)
        slices = [known[key] for key in keys]
        return RoadMatrix(
            bins=tuple(bins),
            bin_s=metric.bin_s,
            travel_time_ms=np.stack([one[0] for one in slices]),
            distance_dm=np.stack([one[1] for one in slices]),
            energy_j=_stacked([one[2] for one in slices]),
            energy_j_per_kg=_stacked([one[3] for one in slices]),
        )

    def _keep(self, slices: dict[bytes, _Slice], keys: Sequence[bytes]) -> None:
        """Hold slices; when that is too much, only those that were asked for last."""
        with self._lock:
            self._held |= slices
            if sum(one[0].size for one in self._held.values()) > _PAIRS_MAX:
                self._held = {key: self._held[key] for key in keys if key in self._held}
                if sum(one[0].size for one in self._held.values()) > _PAIRS_MAX:
                    self._held.clear()


def _slice(matrix: RoadMatrix, at: int) -> _Slice:
    return (
        matrix.travel_time_ms[at],
        matrix.distance_dm[at],
        None if matrix.energy_j is None else matrix.energy_j[at],
        None if matrix.energy_j_per_kg is None else matrix.energy_j_per_kg[at],
    )


def _stacked(columns: Sequence[Float32 | None]) -> Float32 | None:
    known = [column for column in columns if column is not None]
    return np.stack(known) if known else None


def _common_digest(graph: RoadGraph, metric: Metric, snaps: Sequence[Snap]) -> bytes:
    """What decides all slices alike."""
    digest = hashlib.sha256(graph.content_hash.encode())
    edges = np.array([(s.edge_forward, s.edge_backward) for s in snaps], np.int64)
    digest.update(edges.tobytes() + np.array([s.fraction for s in snaps]).tobytes())
    if metric.energy_per_kg_j is not None:
        digest.update(np.ascontiguousarray(metric.energy_per_kg_j).data)
    return digest.digest()
