"""
Ways cut at junctions: shapes (lines between two junctions) and the directed edges that run along them.

A shape keeps every point of its line with the OpenStreetMap node id; its one or two edges share it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from milkfloat.roads.classes import RoadFlag
from milkfloat.roads.geometry import bearing_deg, distance_m, ranges, space_order
from milkfloat.roads.osm import RawRoads
from milkfloat.roads.types import Bool, Float32, Float64, Int32, Int64

# Bearings at a junction look this far along the road: the last metre before a kerb says little about the turn.
BEARING_LOOK_M = 12.0
# A minor road that ends on one at least two classes above it gives way there.
YIELD_CLASS_GAP = 2
YIELD_DELAY_MS = 2_000
YIELD_STOPS = 0.4


@dataclass(frozen=True, eq=False)
class Streets:
    """
    Junctions (N), shapes (H) with their points (P), directed edges (E) sorted by their source.

    Attributes
    ----------
    node_lon, node_lat, node_osm, node_blocked
        Shape (N,): junctions, close in memory when close in space.
    point_first, point_lon, point_lat, point_osm, point_at_m
        Shape (H + 1,) and (P,): points of shape ``h`` are ``point_first[h]`` to ``point_first[h + 1]``;
        ``point_at_m`` is the distance from the start of the shape.
    edge_source, edge_target, edge_shape, edge_reversed, edge_way
        Shape (E,): ``edge_way`` indexes the ways as read; a reversed edge runs against its shape.
    edge_length_dm, edge_speed_kmh, edge_delay_ms, edge_stops
        Shape (E,): delays and stops are those met on the edge and at its end.
    edge_bearing_start, edge_bearing_end
        Shape (E,): compass bearings just after the start and just before the end.
    """

    node_lon: Float64
    node_lat: Float64
    node_osm: Int64
    node_blocked: Bool
    point_first: Int64
    point_lon: Float64
    point_lat: Float64
    point_osm: Int64
    point_at_m: Float64
    edge_source: Int32
    edge_target: Int32
    edge_shape: Int32
    edge_reversed: Bool
    edge_way: Int32
    edge_length_dm: Int32
    edge_speed_kmh: Float32
    edge_delay_ms: Int32
    edge_stops: Float32
    edge_bearing_start: Float64
    edge_bearing_end: Float64


def cut_at_junctions(raw: RawRoads) -> Streets:
    """Shapes and edges of the ways as read: a node is a junction where ways meet, end or are barred."""
    way_of_ref = np.repeat(np.arange(len(raw.way_id)), np.diff(raw.first))
    ids, point_of_ref, uses = np.unique(raw.ref, return_inverse=True, return_counts=True)
    is_junction = uses > 1
    is_junction[point_of_ref[raw.first[:-1]]] = True
    is_junction[point_of_ref[raw.first[1:] - 1]] = True
    blocked = np.isin(ids, np.fromiter(raw.blocked, np.int64, len(raw.blocked)))
    is_junction |= blocked

    cuts = np.flatnonzero(is_junction[point_of_ref])
    same_way = way_of_ref[cuts[:-1]] == way_of_ref[cuts[1:]]
    start, end = cuts[:-1][same_way], cuts[1:][same_way]

    # Number junctions along a curve that fills the plane; sort shapes by the junction they start from.
    junctions = np.flatnonzero(is_junction)
    place = np.empty(len(ids), np.int64)
    place[point_of_ref] = np.arange(len(raw.ref))
    order = space_order(raw.lon[place[junctions]], raw.lat[place[junctions]])
    junctions = junctions[order]
    node_of_point = np.full(len(ids), -1, np.int32)
    node_of_point[junctions] = np.arange(len(junctions), dtype=np.int32)
    source = node_of_point[point_of_ref[start]]
    shape_order = np.argsort(source, kind="stable")
    start, end = start[shape_order], end[shape_order]
    source, target = source[shape_order], node_of_point[point_of_ref[end]]
    way = way_of_ref[start].astype(np.int32)

    count = end - start + 1
    rows = ranges(start, count)
    point_first = np.concatenate([[0], np.cumsum(count)])
    lon, lat = raw.lon[rows], raw.lat[rows]
    step = distance_m(lon[:-1], lat[:-1], lon[1:], lat[1:])
    along = np.concatenate([[0.0], np.cumsum(step)])
    at_m = along - np.repeat(along[point_first[:-1]], count)
    length_m = at_m[point_first[1:] - 1]
    bearing_out, bearing_in = end_bearings(point_first, lon, lat, at_m)

    shape = np.arange(len(start), dtype=np.int32)
    forward = raw.speed_kmh[0][way] > 0
    backward = raw.speed_kmh[1][way] > 0
    edge_shape = np.concatenate([shape[forward], shape[backward]])
    is_reversed = np.concatenate([np.zeros(int(forward.sum()), bool), np.ones(int(backward.sum()), bool)])
    edge_source = np.where(is_reversed, target[edge_shape], source[edge_shape]).astype(np.int32)
    by_source = np.argsort(edge_source, kind="stable")
    edge_shape, is_reversed, edge_source = edge_shape[by_source], is_reversed[by_source], edge_source[by_source]
    edge_target = np.where(is_reversed, source[edge_shape], target[edge_shape]).astype(np.int32)
    edge_way = way[edge_shape]
    speed = np.where(is_reversed, raw.speed_kmh[1][edge_way], raw.speed_kmh[0][edge_way]).astype(np.float32)
    delay_ms, stops = _edge_delays(
        raw,
        raw.ref[rows],
        point_first,
        ids[junctions],
        edge_shape=edge_shape,
        is_reversed=is_reversed,
        target=edge_target,
    )
    yields = _yields(raw, edge_source, edge_target, edge_way, delay_ms)
    return Streets(
        node_lon=raw.lon[place[junctions]],
        node_lat=raw.lat[place[junctions]],
        node_osm=ids[junctions],
        node_blocked=blocked[junctions],
        point_first=point_first,
        point_lon=lon,
        point_lat=lat,
        point_osm=raw.ref[rows],
        point_at_m=at_m,
        edge_source=edge_source,
        edge_target=edge_target,
        edge_shape=edge_shape,
        edge_reversed=is_reversed,
        edge_way=edge_way,
        # At least one decimetre, so that no edge takes no time at all.
        edge_length_dm=np.maximum(1, np.rint(length_m * 10)).astype(np.int32)[edge_shape],
        edge_speed_kmh=speed,
        edge_delay_ms=delay_ms + np.where(yields, YIELD_DELAY_MS, 0).astype(np.int32),
        edge_stops=stops + np.where(yields, YIELD_STOPS, 0).astype(np.float32),
        edge_bearing_start=np.where(is_reversed, (bearing_in[edge_shape] + 180) % 360, bearing_out[edge_shape]),
        edge_bearing_end=np.where(is_reversed, (bearing_out[edge_shape] + 180) % 360, bearing_in[edge_shape]),
    )


def end_bearings(first: Int64, lon: Float64, lat: Float64, at_m: Float64) -> tuple[Float64, Float64]:
    """Bearings of each shape after its start and before its end, looking a few metres along it."""
    start, end = first[:-1], first[1:] - 1
    # Distances grow along a shape and shapes follow each other: one sorted key serves all shapes in one search.
    stride = float(at_m.max(initial=0.0)) + 1.0
    shape_of_point = np.repeat(np.arange(len(start)), np.diff(first))
    keys = at_m + shape_of_point * stride
    shape = np.arange(len(start))
    after = np.searchsorted(keys, np.minimum(BEARING_LOOK_M, at_m[end]) + shape * stride - 1e-6)
    before = np.searchsorted(keys, np.maximum(0.0, at_m[end] - BEARING_LOOK_M) + shape * stride + 1e-6, "right") - 1
    after = np.clip(after, start + 1, end)
    before = np.clip(before, start, end - 1)
    return (
        bearing_deg(lon[start], lat[start], lon[after], lat[after]),
        bearing_deg(lon[before], lat[before], lon[end], lat[end]),
    )


def _edge_delays(
    raw: RawRoads,
    point_osm: Int64,
    point_first: Int64,
    node_osm: Int64,
    *,
    edge_shape: Int32,
    is_reversed: Bool,
    target: Int32,
) -> tuple[Int32, Float32]:
    """Milliseconds and expected stops on each edge: points inside it, and its end, for traffic in its direction."""
    shape_count = len(point_first) - 1
    inside = np.zeros((2, 2, shape_count))  # [delay or stops, along or against, shape]
    marked = np.flatnonzero(np.isin(point_osm, np.fromiter(raw.delays, np.int64, len(raw.delays))))
    shape_of = np.searchsorted(point_first, marked, "right") - 1
    for point, shape in zip(marked.tolist(), shape_of.tolist(), strict=True):
        first, last = int(point_first[shape]), int(point_first[shape + 1]) - 1
        if point in (first, last):
            continue
        delay = raw.delays[int(point_osm[point])]
        direction = delay.direction
        if direction is None:
            direction = -1 if point - first < last - point else 1
        for side, sign in ((0, 1), (1, -1)):
            if direction in (0, sign):
                inside[0, side, shape] += delay.delay_s
                inside[1, side, shape] += delay.stops
    at_node = np.zeros((2, len(node_osm)))
    for node in np.flatnonzero(np.isin(node_osm, np.fromiter(raw.delays, np.int64, len(raw.delays)))).tolist():
        delay = raw.delays[int(node_osm[node])]
        at_node[:, node] = delay.delay_s, delay.stops
    way_round = is_reversed.astype(np.int64)
    delay_s = inside[0, way_round, edge_shape] + at_node[0, target]
    stops = inside[1, way_round, edge_shape] + at_node[1, target]
    return np.rint(delay_s * 1_000).astype(np.int32), stops.astype(np.float32)


def _yields(raw: RawRoads, source: Int32, target: Int32, way: Int32, delay_ms: Int32) -> Bool:
    """Edges that end on a road well above their class, with neither signal nor sign mapped there."""
    road_class = raw.way_class[way].astype(np.int64)
    best = np.full(int(max(source.max(initial=0), target.max(initial=0))) + 1, 255, np.int64)
    np.minimum.at(best, source, road_class)
    np.minimum.at(best, target, road_class)
    roundabout = (raw.way_flags[way] & RoadFlag.ROUNDABOUT) > 0
    result: Bool = (road_class - best[target] >= YIELD_CLASS_GAP) & (delay_ms == 0) & ~roundabout
    return result
