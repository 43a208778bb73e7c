"""Travel time, distance and energy from every place to every other, by time slice."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from milkfloat.roads import _core
from milkfloat.roads.graph import RoadGraph
from milkfloat.roads.metric import Metric, same_rows
from milkfloat.roads.snap import Snap
from milkfloat.roads.types import UNREACHABLE, Float32, Float64, Int32

# Sources searched between two calls of progress: often enough to cancel at once, rarely enough to cost nothing.
_BLOCK = 16


@dataclass(frozen=True, eq=False)
class RoadMatrix:
    """
    Fastest ways from n sources to m targets in S slices. Time decides; the other columns belong to the same way.

    Attributes
    ----------
    bins, bin_s
        The bin of each slice and its width.
    travel_time_ms, distance_dm
        Shape (S, n, m); UNREACHABLE where there is no way.
    energy_j, energy_j_per_kg
        Shape (S, n, m): energy of the empty van without auxiliaries, and per kg of load; None when the metric has none.
    """

    bins: tuple[int, ...]
    bin_s: float
    travel_time_ms: Int32
    distance_dm: Int32
    energy_j: Float32 | None
    energy_j_per_kg: Float32 | None


def road_matrix(
    graph: RoadGraph,
    metric: Metric,
    snaps: Sequence[Snap],
    *,
    bins: Sequence[int],
    targets: Sequence[Snap] | None = None,
    threads: int = 1,
    progress: Callable[[float], None] | None = None,
) -> RoadMatrix:
    """
    The matrix between places, each slice with the traffic of its bin held still.

    Parameters
    ----------
    snaps
        The sources, and the targets too unless ``targets`` is given.
    bins
        One slice per entry; slices with equal travel times are searched once.
    threads
        Sources are shared between this many threads; the interpreter is free meanwhile.
    progress
        Called with the part done, 0 to 1; raise from it to cancel.
    """
    goals = snaps if targets is None else targets
    shape = (len(bins), len(snaps), len(goals))
    time_ms = np.full(shape, UNREACHABLE, np.int32)
    distance_dm = np.full(shape, UNREACHABLE, np.int32)
    has_energy = metric.energy_base_j is not None
    base_j = np.zeros(shape, np.float32) if has_energy else None
    per_kg_j = np.zeros(shape, np.float32) if has_energy else None
    first_alike = same_rows(metric, bins)
    distinct = sorted(set(first_alike))
    sources = source_phantoms(graph, snaps)
    wanted = target_phantoms(graph, goals)
    for done, position in enumerate(distinct):
        row = metric.row(bins[position])
        slice_graph = _slice_graph(graph, metric, bins[position])

        def report(part: float, done: int = done) -> None:
            if progress is not None:
                progress((done + part) / len(distinct))

        _fill(
            slice_graph,
            graph,
            (None, None)
            if metric.energy_base_j is None or metric.energy_per_kg_j is None
            else (np.ascontiguousarray(metric.energy_base_j[row]), metric.energy_per_kg_j),
            sources,
            wanted,
            (
                time_ms[position],
                distance_dm[position],
                None if base_j is None else base_j[position],
                None if per_kg_j is None else per_kg_j[position],
            ),
            threads=threads,
            report=report,
        )
    for position, first in enumerate(first_alike):
        if first != position:
            for column in (time_ms, distance_dm, base_j, per_kg_j):
                if column is not None:
                    column[position] = column[first]
    return RoadMatrix(tuple(bins), metric.bin_s, time_ms, distance_dm, base_j, per_kg_j)


@dataclass(frozen=True, eq=False)
class Phantoms:
    """Places as searches see them: edges and the part of the edge before the place; ``place`` says whose they are."""

    edge: Int32
    part: Float64
    place: Int32


def source_phantoms(graph: RoadGraph, snaps: Sequence[Snap]) -> Phantoms:
    """Shape (n, 2): a van may leave a place in either direction; edge -1 where there is only one."""
    edge = np.array([(s.edge_forward, s.edge_backward) for s in snaps], np.int32).reshape(-1, 2)
    assert edge.size == 0 or (int(edge.min()) >= -1 and int(edge.max()) < graph.edge_count)
    part = np.array([(s.fraction, 1.0 - s.fraction) for s in snaps], np.float64).reshape(-1, 2)
    return Phantoms(edge, part, np.arange(len(snaps), dtype=np.int32))


def target_phantoms(graph: RoadGraph, snaps: Sequence[Snap]) -> Phantoms:
    """Shape (k,): every edge from which a place is reached, copies of edges included."""
    copies = edge_copies(graph)
    rows = [
        (edge, part, place)
        for place, s in enumerate(snaps)
        for base, part in ((s.edge_forward, s.fraction), (s.edge_backward, 1.0 - s.fraction))
        if base >= 0
        for edge in (base, *copies.get(base, ()))
    ]
    return Phantoms(
        np.array([row[0] for row in rows], np.int32),
        np.array([row[1] for row in rows], np.float64),
        np.array([row[2] for row in rows], np.int32),
    )


def edge_copies(graph: RoadGraph) -> dict[int, list[int]]:
    """Copies of each edge that has any, by the edge they copy."""
    copies: dict[int, list[int]] = {}
    for edge in np.flatnonzero(graph.edge_base != np.arange(graph.edge_count)).tolist():
        copies.setdefault(int(graph.edge_base[edge]), []).append(edge)
    return copies


def _slice_graph(graph: RoadGraph, metric: Metric, bin_index: int) -> _core.SliceGraph:
    return _core.SliceGraph(
        graph.turn_first,
        graph.turn_edge,
        graph.turn_cost_ms,
        np.ascontiguousarray(metric.travel_time_ms[metric.row(bin_index)]),
        metric.closed_in(bin_index).view(np.uint8),
    )


def _fill(
    slice_graph: _core.SliceGraph,
    graph: RoadGraph,
    energies: tuple[Float32 | None, Float32 | None],
    sources: Phantoms,
    targets: Phantoms,
    out: tuple[Int32, Int32, Float32 | None, Float32 | None],
    *,
    threads: int,
    report: Callable[[float], None],
) -> None:
    """Run the searches of one slice, writing row by row into ``out``."""
    count = len(sources.edge)
    time_ms, distance_dm, base_j, per_kg_j = out

    def work(begin: int, step: int, tell: Callable[[float], None]) -> None:
        search = _core.SliceSearch(
            slice_graph, graph.edge_length_dm, *energies, targets.edge, targets.part, targets.place
        )
        for block in range(begin * _BLOCK, count, step * _BLOCK):
            rows = slice(block, min(block + _BLOCK, count))
            search.run(
                sources.edge[rows],
                sources.part[rows],
                graph.edge_count,
                time_ms[rows],
                distance_dm[rows],
                None if base_j is None else base_j[rows],
                None if per_kg_j is None else per_kg_j[rows],
            )
            tell(min(1.0, (block + _BLOCK) / count))

    report(0.0)
    if threads <= 1 or count <= _BLOCK:
        work(0, 1, report)
    else:
        with ThreadPoolExecutor(threads) as pool:
            # Only the first thread reports; the others keep pace with it.
            futures = [pool.submit(work, k, threads, report if k == 0 else _silent) for k in range(threads)]
            for future in futures:
                future.result()
    report(1.0)


def _silent(part: float) -> None:
    """For threads that do not report."""
