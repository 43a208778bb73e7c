"""Edges as lines on the map: their points in driving order, and the bearings at both ends."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from milkfloat.roads.geometry import distance_m, ranges
from milkfloat.roads.graph import RoadGraph
from milkfloat.roads.shapes import end_bearings
from milkfloat.roads.types import Float64, Int64


@dataclass(frozen=True, eq=False)
class Lines:
    """
    Points of k edges, each in driving order and with both its junctions.

    Attributes
    ----------
    first
        Shape (k + 1,): points of line ``i`` are ``first[i]`` to ``first[i + 1]``.
    lon, lat
        Shape (P,), degrees.
    at_m
        Shape (P,): distance from the start of the line.
    """

    first: Int64
    lon: Float64
    lat: Float64
    at_m: Float64

    @property
    def length_m(self) -> Float64:
        """Length of each line, shape (k,)."""
        length: Float64 = self.at_m[self.first[1:] - 1]
        return length


def edge_lines(graph: RoadGraph, edges: npt.ArrayLike) -> Lines:
    """The lines of these edges, shape (k,)."""
    edge = np.asarray(edges, np.int64)
    shape = graph.edge_shape[edge]
    start, end = graph.point_first[shape], graph.point_first[shape + 1]
    count = end - start
    first = np.concatenate([[0], np.cumsum(count)]).astype(np.int64)
    step = np.repeat(np.where(graph.edge_reversed[edge], -1, 1), count)
    origin = np.repeat(np.where(graph.edge_reversed[edge], end - 1, start), count)
    point = origin + step * ranges(np.zeros(len(edge), np.int64), count)
    lon, lat = graph.point_lon[point], graph.point_lat[point]
    hop = np.concatenate([[0.0], distance_m(lon[:-1], lat[:-1], lon[1:], lat[1:])])
    along = np.cumsum(hop)
    return Lines(first, lon, lat, along - np.repeat(along[first[:-1]], count))


def edge_bearings(graph: RoadGraph, edges: npt.ArrayLike) -> tuple[Float64, Float64]:
    """Compass bearings in degrees just after the start and just before the end of each edge, shape (k,)."""
    lines = edge_lines(graph, edges)
    return end_bearings(lines.first, lines.lon, lines.lat, lines.at_m)
