"""Random towns for property tests."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from hypothesis import assume
from hypothesis import strategies as st
from tests.unit.roads.tiny_maps import Extract, lonlat

from milkfloat.errors import InputError
from milkfloat.roads.graph import RoadGraph
from milkfloat.roads.metric import Metric
from milkfloat.roads.snap import Snap, SnapFault, snap
from milkfloat.roads.types import UNREACHABLE

SIDE = 4
STEP_M = 90.0


@dataclass(frozen=True, repr=False)
class Town:
    """A random graph with a metric of three bins and a few places on its streets."""

    graph: RoadGraph
    metric: Metric
    places: tuple[Snap, ...]


@st.composite
def towns(draw: st.DrawFn) -> Town:
    """A grid with gaps, one-way streets and restrictions by node and by way; random times, closures and places."""
    extract = Extract()
    for k in range(SIDE * SIDE):
        extract.node(k + 1, k % SIDE * STEP_M, k // SIDE * STEP_M)
    pairs = [(k + 1, k + 2) for k in range(SIDE * SIDE) if k % SIDE < SIDE - 1]
    pairs += [(k + 1, k + 1 + SIDE) for k in range(SIDE * (SIDE - 1))]
    kinds = draw(st.lists(st.sampled_from(["both"] * 5 + ["yes", "-1", "none"]), min_size=len(pairs), max_size=24))
    ways = {}
    for pair, kind in zip(pairs, kinds, strict=True):
        if kind != "none":
            tags = {} if kind == "both" else {"oneway": kind}
            ways[extract.way(*pair, tags=tags)] = pair
    assume(len(ways) >= 3)
    ids = sorted(ways)
    for _ in range(draw(st.integers(0, 8))):
        a, via, b = (draw(st.sampled_from(ids)) for _ in range(3))
        kind = draw(st.sampled_from(["no_left_turn", "no_right_turn", "only_straight_on", "no_u_turn", "no_entry"]))
        common = set(ways[a]) & set(ways[b])
        if draw(st.booleans()) and len(common) == 1:
            extract.restriction(kind, a, common.pop(), b)
        else:
            extract.restriction(kind, a, (via,), b)
    try:
        graph = extract.graph()
    except InputError:
        assume(condition=False)
        raise
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    times = random.integers(1, draw(st.sampled_from([5, 400, 60_000])), (3, graph.edge_count)).astype(np.int32)
    times[random.random(times.shape) < draw(st.sampled_from([0.0, 0.1]))] = UNREACHABLE
    closed = random.random(graph.edge_count) < draw(st.sampled_from([0.0, 0.15]))
    metric = Metric(
        0,
        900.0,
        times,
        closed,
        energy_base_j=random.normal(10.0, 20.0, times.shape).astype(np.float32),
        energy_per_kg_j=random.random(graph.edge_count).astype(np.float32),
    )
    points = random.uniform(0.0, STEP_M * (SIDE - 1), (5, 2))
    found = snap(graph, [lonlat(*point) for point in points.tolist()])
    return Town(graph, metric, tuple(place for place in found if not isinstance(place, SnapFault)))
