"""Dijkstra (1959) by the book on the arrays of a graph: slow, plain, and the judge of every faster search."""

from __future__ import annotations

import heapq

import numpy as np

from milkfloat.roads.graph import RoadGraph
from milkfloat.roads.metric import Metric
from milkfloat.roads.snap import Snap
from milkfloat.roads.types import UNREACHABLE, Bool, Int64


def _share(part: float, whole: int) -> int:
    return int(np.floor(part * whole + 0.5))


def time_ms(graph: RoadGraph, metric: Metric, source: Snap, target: Snap, *, bin_index: int = 0) -> int:
    """
    Milliseconds of the fastest way between two places, all traffic held still in one bin; UNREACHABLE without one.

    A node of the search is an edge, its label the time at its end.
    """
    edge_ms = metric.travel_time_ms[metric.row(bin_index)].astype(np.int64)
    closed = metric.closed_in(bin_index)
    ends = _ends(target)
    best = UNREACHABLE
    queue: list[tuple[int, int]] = []
    labels: dict[int, int] = {}
    for start, part in _ends(source):
        for edge, end_part in ends:
            # Where nothing moves a van is still where it is.
            if edge == start and (end_part == part or (end_part > part and edge_ms[edge] != UNREACHABLE)):
                best = min(best, _share(end_part - part, int(edge_ms[edge])))
        if edge_ms[start] != UNREACHABLE:
            _relax(graph, edge_ms, closed, start, _share(1.0 - part, int(edge_ms[start])), labels, queue)
    while queue:
        label, edge = heapq.heappop(queue)
        if label > labels[edge]:
            continue
        for end, end_part in ends:
            if graph.edge_base[edge] == end:
                best = min(best, label - int(edge_ms[edge]) + _share(end_part, int(edge_ms[edge])))
        _relax(graph, edge_ms, closed, edge, label, labels, queue)
    return best


def _relax(
    graph: RoadGraph,
    edge_ms: Int64,
    closed: Bool,
    edge: int,
    label: int,
    labels: dict[int, int],
    queue: list[tuple[int, int]],
) -> None:
    for turn in range(graph.turn_first[edge], graph.turn_first[edge + 1]):
        after = int(graph.turn_edge[turn])
        if closed[after] or edge_ms[after] == UNREACHABLE:
            continue
        reached = label + int(graph.turn_cost_ms[turn]) + int(edge_ms[after])
        if reached < labels.get(after, UNREACHABLE):
            labels[after] = reached
            heapq.heappush(queue, (reached, after))


def _ends(place: Snap) -> list[tuple[int, float]]:
    """Edges a place lies on, each with the part before it."""
    both = ((place.edge_forward, place.fraction), (place.edge_backward, 1.0 - place.fraction))
    return [(edge, part) for edge, part in both if edge >= 0]
