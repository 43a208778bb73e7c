"""
The road graph of one map: what is true whatever the traffic. Built once per extract, then loaded from its bytes.

A search runs on edges, not junctions: the cost of a turn and the bans on turns lie between two edges. Edges that share
a street and a direction may appear more than once, as copies that remember where the van came from
(``restrictions.py``); ``edge_base`` names the first of them, the one that places are snapped to.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from milkfloat.roads._core import strong_components
from milkfloat.roads.access import VanSize
from milkfloat.roads.classes import RoadFlag
from milkfloat.roads.container import pack, unpack
from milkfloat.roads.elevation import edge_grade, level_bridges, node_elevation
from milkfloat.roads.geometry import ranges
from milkfloat.roads.osm import RawRoads, read_roads
from milkfloat.roads.restrictions import rules_from
from milkfloat.roads.shapes import Streets, cut_at_junctions
from milkfloat.roads.turns import Turns, build_turns
from milkfloat.roads.types import Bool, Float32, Float64, Int32, Int64, Progress, UInt8

# Bytes of another version are refused: the version is part of the magic and of the content hash.
MAGIC = b"MFROADS1"


@dataclass(frozen=True, eq=False)
class RoadGraph:
    """
    Junctions (N), shapes (H) with points (P), directed edges (E), turns (T). All arrays are read-only.

    Every edge can be reached from every other by allowed turns.

    Attributes
    ----------
    node_lon, node_lat, node_elevation_m, node_osm
        Shape (N,): junctions; heights are 0 without elevation data.
    point_first, point_lon, point_lat, point_osm
        Shape (H + 1,) and (P,): points of shape ``h`` are ``point_first[h]`` to ``point_first[h + 1]``, with both its
        junctions.
    shape_forward, shape_backward
        Shape (H,): the edge along the shape and the one against it, or -1.
    edge_source, edge_target
        Shape (E,): junctions.
    edge_shape, edge_reversed
        Shape (E,): a reversed edge runs against its shape.
    edge_base
        Shape (E,): the first edge with the same shape and direction; itself but for copies.
    edge_length_dm, edge_speed_kmh, edge_grade
        Shape (E,): length, free-flow speed between junctions, rise over length.
    edge_delay_ms, edge_stops
        Shape (E,): time lost and expected full stops at signals, signs and crossings on the edge and at its end.
    edge_class, edge_flags, edge_name, edge_ref, edge_way
        Shape (E,): RoadClass, RoadFlag bits, indexes into ``names`` (0 is no name), OpenStreetMap way id.
    turn_first, turn_edge, turn_cost_ms
        Shape (E + 1,) and (T,): turns from edge ``e`` are ``turn_first[e]`` to ``turn_first[e + 1]``.
    names
        Street names and road numbers.
    bbox
        West, south, east, north of the junctions, in degrees.
    content_hash
        Names the extract, the elevation and the rules the graph was built from.
    counts
        What was read and left out, for the map's summary.
    """

    node_lon: Float64
    node_lat: Float64
    node_elevation_m: Float32
    node_osm: Int64
    point_first: Int64
    point_lon: Float64
    point_lat: Float64
    point_osm: Int64
    shape_forward: Int32
    shape_backward: Int32
    edge_source: Int32
    edge_target: Int32
    edge_shape: Int32
    edge_reversed: Bool
    edge_base: Int32
    edge_length_dm: Int32
    edge_speed_kmh: Float32
    edge_grade: Float32
    edge_delay_ms: Int32
    edge_stops: Float32
    edge_class: UInt8
    edge_flags: UInt8
    edge_name: Int32
    edge_ref: Int32
    edge_way: Int64
    turn_first: Int32
    turn_edge: Int32
    turn_cost_ms: Int32
    names: tuple[str, ...]
    bbox: tuple[float, float, float, float]
    content_hash: str
    counts: Mapping[str, int]

    @property
    def node_count(self) -> int:
        """Number of junctions."""
        return len(self.node_lon)

    @property
    def edge_count(self) -> int:
        """Number of directed edges, copies included."""
        return len(self.edge_source)


def build_graph(
    pbf: bytes,
    *,
    elevation: Mapping[str, bytes] | None = None,
    size: VanSize | None = None,
    left_hand_traffic: bool = False,
    progress: Progress | None = None,
) -> RoadGraph:
    """
    The road graph of an OpenStreetMap extract, for vans of one size.

    Parameters
    ----------
    pbf
        Bytes of an ``.osm.pbf`` file (or of OpenStreetMap XML).
    elevation
        ``.hgt`` tiles by name; without them the map is flat.
    progress
        Called with (phase, part done) for the phases ``read``, ``junctions``, ``turns``, ``connect`` and ``elevation``.

    Raises
    ------
    InputError
        When the bytes are no complete extract, hold no drivable road, or an elevation tile is unusable.
    """
    report = progress or _no_progress
    size = size or VanSize()
    raw = read_roads(pbf, size=size, progress=report)
    report("junctions", 0.0)
    streets = cut_at_junctions(raw)
    report("turns", 0.0)
    rules = rules_from(streets, raw.way_id, raw.restrictions)
    turns = build_turns(streets, rules, way_flags=raw.way_flags, left_hand_traffic=left_hand_traffic)
    report("connect", 0.0)
    keep = largest_component(len(turns.base), turns.source, turns.target)
    counts = {
        "ways": len(np.unique(raw.way_id)),
        "ways_closed_to_vans": raw.ways_closed,
        "restrictions_applied": rules.applied,
        "restrictions_ignored": rules.ignored,
        "barriers": int(streets.node_blocked.sum()),
        "edges_read": len(streets.edge_source),
        "edges_cut_off": len(streets.edge_source) - len(np.unique(turns.base[keep])),
    }
    report("elevation", 0.0)
    graph = _assemble(
        raw,
        streets,
        turns,
        keep,
        elevation or {},
        content_hash=_content_hash(pbf, elevation or {}, f"{size} {left_hand_traffic}"),
        counts=counts,
    )
    report("elevation", 1.0)
    return graph


def largest_component(edge_count: int, source: Int32, target: Int32) -> Bool:
    """The edges of the largest part in which each can be reached from each by turns; turns are sorted by source."""
    first = np.searchsorted(source, np.arange(edge_count + 1)).astype(np.int32)
    component = strong_components(first, target.astype(np.int32))
    result: Bool = component == np.argmax(np.bincount(component))
    return result


def _assemble(
    raw: RawRoads,
    streets: Streets,
    turns: Turns,
    keep: Bool,
    tiles: Mapping[str, bytes],
    *,
    content_hash: str,
    counts: Mapping[str, int],
) -> RoadGraph:
    """The kept search edges, renumbered, with the junctions and shapes they use."""
    base = turns.base[keep]
    new_edge = np.full(len(keep), -1, np.int32)
    new_edge[keep] = np.arange(len(base), dtype=np.int32)
    shapes, edge_shape = np.unique(streets.edge_shape[base], return_inverse=True)
    ends = np.stack([streets.edge_source[base], streets.edge_target[base]])
    nodes, flat_ends = np.unique(ends, return_inverse=True)
    source, target = flat_ends.reshape(2, -1).astype(np.int32)
    is_reversed = streets.edge_reversed[base]
    along = np.full((2, len(shapes)), -1, np.int32)
    backwards = np.arange(len(base) - 1, -1, -1, dtype=np.int32)
    # Written from the last to the first, so that the first edge of a shape and direction, not its copy, stays.
    along[is_reversed[backwards].astype(np.int64), edge_shape[backwards]] = backwards
    count = np.diff(streets.point_first)[shapes]
    points = ranges(streets.point_first[shapes], count)
    kept_turns = keep[turns.source] & keep[turns.target]
    turn_source = new_edge[turns.source[kept_turns]]
    way = streets.edge_way[base]
    length_dm = streets.edge_length_dm[base]
    flags = raw.way_flags[way]
    lon, lat = streets.node_lon[nodes], streets.node_lat[nodes]
    height = level_bridges(
        node_elevation(lon, lat, tiles),
        source,
        target,
        length_dm,
        on_structure=(flags & (RoadFlag.BRIDGE | RoadFlag.TUNNEL)) > 0,
    )
    arrays = {
        "node_lon": lon,
        "node_lat": lat,
        "node_elevation_m": height,
        "node_osm": streets.node_osm[nodes],
        "point_first": np.concatenate([[0], np.cumsum(count)]).astype(np.int64),
        "point_lon": streets.point_lon[points],
        "point_lat": streets.point_lat[points],
        "point_osm": streets.point_osm[points],
        "shape_forward": along[0],
        "shape_backward": along[1],
        "edge_source": source,
        "edge_target": target,
        "edge_shape": edge_shape.astype(np.int32),
        "edge_reversed": is_reversed,
        "edge_base": along[is_reversed.astype(np.int64), edge_shape],
        "edge_length_dm": length_dm,
        "edge_speed_kmh": streets.edge_speed_kmh[base],
        "edge_grade": edge_grade(height, source, target, length_dm),
        "edge_delay_ms": streets.edge_delay_ms[base],
        "edge_stops": streets.edge_stops[base],
        "edge_class": raw.way_class[way],
        "edge_flags": flags,
        "edge_name": raw.way_name[way],
        "edge_ref": raw.way_ref[way],
        "edge_way": raw.way_id[way],
        "turn_first": np.searchsorted(turn_source, np.arange(len(base) + 1)).astype(np.int32),
        "turn_edge": new_edge[turns.target[kept_turns]],
        "turn_cost_ms": turns.cost_ms[kept_turns],
    }
    return _from_arrays(
        arrays,
        {
            "names": raw.names,
            "bbox": (float(lon.min()), float(lat.min()), float(lon.max()), float(lat.max())),
            "content_hash": content_hash,
            "counts": dict(counts),
        },
    )


def to_bytes(graph: RoadGraph) -> bytes:
    """The graph as one block of bytes, for a cache."""
    values = {name: getattr(graph, name) for name in ("names", "bbox", "content_hash", "counts")}
    arrays = {field.name: getattr(graph, field.name) for field in fields(graph) if field.name not in values}
    return pack(MAGIC, arrays, values)


def from_bytes(data: bytes) -> RoadGraph:
    """
    The graph that `to_bytes` wrote; its arrays are views of ``data``.

    Raises
    ------
    InputError
        When the bytes were written by another version, or are damaged.
    """
    arrays, values = unpack(MAGIC, data, what="road graph")
    return _from_arrays(arrays, values)


def _from_arrays(arrays: dict[str, Any], values: dict[str, Any]) -> RoadGraph:
    for array in arrays.values():
        array.flags.writeable = False
    west, south, east, north = values["bbox"]
    return RoadGraph(
        **arrays,
        names=tuple(values["names"]),
        bbox=(west, south, east, north),
        content_hash=values["content_hash"],
        counts=values["counts"],
    )


def _content_hash(pbf: bytes, tiles: Mapping[str, bytes], rules: str) -> str:
    digest = hashlib.sha256(MAGIC + rules.encode())
    for name, data in [("map", pbf), *sorted(tiles.items())]:
        digest.update(name.encode() + hashlib.sha256(data).digest())
    return digest.hexdigest()


def _no_progress(phase: str, part: float) -> None:
    """For callers who do not care."""
