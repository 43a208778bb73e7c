"""
Turns between edges and what they cost: the arcs of the turn-expanded graph.

Costs are assumptions in seconds for a van in town, on top of signals and signs (``delays.py``): a right angle takes
3 s of slowing down and speeding up, 5.5 s across the oncoming traffic, growing linearly from 25 degrees on. Where only
two roads meet there is no turn, just a bend. Turning round costs 20 s and is done only where there is no other way on.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from milkfloat.roads.classes import RoadFlag
from milkfloat.roads.geometry import ranges, turn_deg
from milkfloat.roads.restrictions import Rules
from milkfloat.roads.shapes import Streets
from milkfloat.roads.types import Bool, Float64, Int32, Int64, UInt8

NEAR_TURN_S = 3.0
FAR_TURN_S = 5.5
U_TURN_S = 20.0
ENTER_ROUNDABOUT_S = 2.0
STRAIGHT_DEG = 25.0
# A turn back into a side street is no dearer than this many right angles.
BEND_MAX = 1.5


@dataclass(frozen=True, eq=False)
class Turns:
    """
    Allowed turns, sorted by the edge they leave.

    ``source`` and ``target`` index search edges: the edges of the streets, followed by copies of those edges on which
    a restriction remembers where the van came from. ``base[i]`` is the street edge that search edge ``i`` runs along.
    """

    source: Int32
    target: Int32
    cost_ms: Int32
    base: Int32


def build_turns(streets: Streets, rules: Rules, *, way_flags: UInt8, left_hand_traffic: bool) -> Turns:
    """Every turn a van may make; ``way_flags`` are those of the ways as read."""
    source, target = _candidates(streets)
    flags = way_flags[streets.edge_way]
    keep = ~_is_reversal(streets, source, target) & ~_barred(streets, source)
    keep &= ~np.isin(_pair(source, target, len(flags)), rules.forbidden_pairs(len(flags)))
    source, target = source[keep], target[keep]
    source, target, base = rules.remember_ways(source, target, edge_count=len(flags))
    round_source, round_target = _turning_round(streets, source, base)
    source = np.concatenate([source, round_source])
    target = np.concatenate([target, round_target])
    order = np.lexsort((target, source))
    source, target = source[order], target[order]
    cost_ms = _cost_ms(streets, base[source], base[target], flags, left_hand_traffic=left_hand_traffic)
    return Turns(source=source, target=target, cost_ms=cost_ms, base=base)


def _candidates(streets: Streets) -> tuple[Int32, Int32]:
    """Every pair of an edge and an edge that leaves its target; edges are sorted by source."""
    node_count = len(streets.node_lon)
    first = np.searchsorted(streets.edge_source, np.arange(node_count + 1))
    count = np.diff(first)[streets.edge_target]
    source = np.repeat(np.arange(len(count), dtype=np.int32), count)
    return source, ranges(first[:-1][streets.edge_target], count).astype(np.int32)


def _is_reversal(streets: Streets, source: Int32, target: Int32) -> Bool:
    result: Bool = (streets.edge_shape[source] == streets.edge_shape[target]) & (
        streets.edge_reversed[source] != streets.edge_reversed[target]
    )
    return result


def _barred(streets: Streets, source: Int32) -> Bool:
    """Turns across a barrier; one mapped on a true junction would close all its roads and is taken as misplaced."""
    result: Bool = (streets.node_blocked & (_degree(streets) <= 2))[streets.edge_target[source]]
    return result


def _degree(streets: Streets) -> Int64:
    """Number of shape ends at each junction."""
    shape_edges = np.unique(streets.edge_shape, return_index=True)[1]
    ends = np.concatenate([streets.edge_source[shape_edges], streets.edge_target[shape_edges]])
    return np.bincount(ends, minlength=len(streets.node_lon))


def _turning_round(streets: Streets, source: Int32, base: Int32) -> tuple[Int32, Int32]:
    """Turns back along the same street, for search edges from which nothing else leads on."""
    stuck = np.setdiff1d(np.arange(len(base), dtype=np.int32), source)
    opposite = opposite_edges(streets.edge_shape, streets.edge_reversed)[base[stuck]]
    has_opposite = opposite >= 0
    return stuck[has_opposite], opposite[has_opposite]


def opposite_edges(edge_shape: Int32, edge_reversed: Bool) -> Int32:
    """The edge that runs along the same shape the other way, or -1; shape (E,)."""
    along = np.full((2, int(edge_shape.max(initial=-1)) + 1), -1, np.int32)
    side = edge_reversed.astype(np.int64)
    along[side, edge_shape] = np.arange(len(edge_shape), dtype=np.int32)
    result: Int32 = along[1 - side, edge_shape]
    return result


def _cost_ms(streets: Streets, source: Int32, target: Int32, flags: UInt8, *, left_hand_traffic: bool) -> Int32:
    angle = turn_deg(streets.edge_bearing_end[source], streets.edge_bearing_start[target])
    cost_s: Float64 = bend_cost_s(angle, left_hand_traffic=left_hand_traffic)
    cost_s[_degree(streets)[streets.edge_target[source]] <= 2] = 0.0
    from_ring, to_ring = (flags[source] & RoadFlag.ROUNDABOUT) > 0, (flags[target] & RoadFlag.ROUNDABOUT) > 0
    cost_s[from_ring] = 0.0
    cost_s[to_ring & ~from_ring] = ENTER_ROUNDABOUT_S
    cost_s[_is_reversal(streets, source, target)] = U_TURN_S
    return np.rint(cost_s * 1_000).astype(np.int32)


def bend_cost_s(angle_deg: Float64, *, left_hand_traffic: bool = False) -> Float64:
    """Seconds a turn by this angle costs at a junction; right is positive."""
    bend = np.clip((np.abs(angle_deg) - STRAIGHT_DEG) / (90.0 - STRAIGHT_DEG), 0.0, BEND_MAX)
    near = angle_deg < 0 if left_hand_traffic else angle_deg > 0
    result: Float64 = bend * np.where(near, NEAR_TURN_S, FAR_TURN_S)
    return result


def _pair(source: Int32, target: Int32, edge_count: int) -> Int64:
    return source.astype(np.int64) * edge_count + target
