"""
Hand-made extracts for the tests of the roads.

Nodes are given in metres east and north of a point on the equator, where a metre is as many degrees in both directions,
so that lengths, bearings and times can be computed by hand. An extract keeps seven decimals of a degree: 11 mm.
"""

from __future__ import annotations

import itertools
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import osmium
from osmium.osm import mutable

from milkfloat.roads.geometry import METRES_PER_DEGREE
from milkfloat.roads.graph import RoadGraph, build_graph
from milkfloat.roads.lines import edge_lines
from milkfloat.roads.metric import Metric
from milkfloat.roads.snap import Snap, SnapFault, snap

Tags = Mapping[str, str]
EAST = 10.0  # longitude of x = 0


def lonlat(x_m: float, y_m: float) -> tuple[float, float]:
    """Degrees of a point in metres."""
    return EAST + x_m / METRES_PER_DEGREE, y_m / METRES_PER_DEGREE


@dataclass
class Extract:
    """A small map under construction; ids are given by the test where it needs them, else counted."""

    nodes: dict[int, tuple[float, float, Tags]] = field(default_factory=dict)
    ways: dict[int, tuple[list[int], dict[str, str]]] = field(default_factory=dict)
    relations: list[tuple[list[tuple[str, int, str]], Tags]] = field(default_factory=list)
    _ids: Iterator[int] = field(default_factory=lambda: itertools.count(1_000))

    def node(self, id: int, x_m: float, y_m: float, **tags: str) -> int:
        self.nodes[id] = (x_m, y_m, _spelled(tags))
        return id

    def way(self, *refs: int, id: int | None = None, tags: Tags | None = None, highway: str = "residential") -> int:
        number = next(self._ids) if id is None else id
        self.ways[number] = (list(refs), {"highway": highway, **(tags or {})} if highway else dict(tags or {}))
        return number

    def restriction(self, kind: str, from_way: int, via: int | tuple[int, ...], to_way: int, **tags: str) -> None:
        """``via`` is a node, or a tuple of ways."""
        vias = [("n", via, "via")] if isinstance(via, int) else [("w", way, "via") for way in via]
        members = [("w", from_way, "from"), *vias, ("w", to_way, "to")]
        self.relations.append((members, {"type": "restriction", "restriction": kind, **tags}))

    def pbf(self, suffix: str = ".osm.pbf") -> bytes:
        """The extract as a file's bytes; other suffixes give OpenStreetMap XML, packed or not."""
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / f"map{suffix}"
            writer = osmium.SimpleWriter(str(path))
            for node, (x_m, y_m, tags) in sorted(self.nodes.items()):
                writer.add_node(mutable.Node(id=node, version=1, location=lonlat(x_m, y_m), tags=dict(tags)))
            for way, (refs, tags) in sorted(self.ways.items()):
                writer.add_way(mutable.Way(id=way, version=1, nodes=refs, tags=dict(tags)))
            for relation, (members, tags) in enumerate(self.relations, 1):
                writer.add_relation(mutable.Relation(id=relation, version=1, members=members, tags=dict(tags)))
            writer.close()
            return path.read_bytes()

    def graph(self) -> RoadGraph:
        return build_graph(self.pbf())


def _spelled(tags: Tags) -> dict[str, str]:
    """Keywords as tags: ``addr__street`` is ``addr:street``."""
    return {key.replace("__", ":"): value for key, value in tags.items()}


def square(side_m: float = 100.0, tags: Tags | None = None) -> Extract:
    """
    Four junctions joined by four two-way residential streets, each its own way, as a square with a dead end.

        4 - 3      ways 12, 23, 34, 41, 15
        |   |
    5 - 1 - 2

    In the dead end (30 m) vans turn round; without it nobody could come from driving round one way to the other.
    """
    extract = Extract()
    for node, x_m, y_m in ((1, 0, 0), (2, side_m, 0), (3, side_m, side_m), (4, 0, side_m), (5, -30, 0)):
        extract.node(node, x_m, y_m)
    for a, b in ((1, 2), (2, 3), (3, 4), (4, 1), (1, 5)):
        extract.way(a, b, id=a * 10 + b, tags=tags)
    return extract


def edge(graph: RoadGraph, source: int, target: int) -> int:
    """The edge between two junctions, by their ids; the one that is no copy."""
    osm = graph.node_osm
    at = (osm[graph.edge_source] == source) & (osm[graph.edge_target] == target)
    (found,) = set(graph.edge_base[at].tolist())
    return int(found)


def has_edge(graph: RoadGraph, source: int, target: int) -> bool:
    """Whether a van may drive from one junction straight to another."""
    osm = graph.node_osm
    return bool(((osm[graph.edge_source] == source) & (osm[graph.edge_target] == target)).any())


def place(graph: RoadGraph, x_m: float, y_m: float, limit_m: float = 500.0) -> Snap:
    """The point in metres on its nearest street."""
    (found,) = snap(graph, [lonlat(x_m, y_m)], limit_m=limit_m)
    assert not isinstance(found, SnapFault), found.message
    return found


def driven(graph: RoadGraph, edges: Iterable[int]) -> list[int]:
    """Ids of the junctions along a drive."""
    edges = list(edges)
    return [int(graph.node_osm[graph.edge_source[edges[0]]]), *graph.node_osm[graph.edge_target[edges]].tolist()]


def plain_metric(graph: RoadGraph, time_ms: Iterable[int] | None = None) -> Metric:
    """A metric of one bin: the given times, or free flow."""
    if time_ms is None:
        values = np.rint(graph.edge_length_dm * 360.0 / graph.edge_speed_kmh) + graph.edge_delay_ms
    else:
        values = np.array([*time_ms])
    return Metric(0, 900.0, values.astype(np.int32)[None, :], np.zeros(graph.edge_count, bool))


def line_of(graph: RoadGraph, edge_index: int) -> list[tuple[int, int]]:
    """Points of an edge in driving order, in whole metres."""
    lines = edge_lines(graph, [edge_index])
    x_m, y_m = (lines.lon - EAST) * METRES_PER_DEGREE, lines.lat * METRES_PER_DEGREE
    return [(round(x), round(y)) for x, y in zip(x_m.tolist(), y_m.tolist(), strict=True)]
