"""Places on streets: phantom points, and the reasons why there is none."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.roads.tiny_maps import EAST, edge, lonlat, place, square

from milkfloat.roads.snap import Snap, SnapFault, snap, snap_index

GRAPH = square().graph()


def test_a_place_lies_on_the_street_with_both_directions() -> None:
    found = place(GRAPH, 25, -7)
    assert {found.edge_forward, found.edge_backward} == {edge(GRAPH, 1, 2), edge(GRAPH, 2, 1)}
    assert found.distance_m == pytest.approx(7.0, abs=0.02)
    # A quarter of the way from 1 to 2.
    assert found.fraction == pytest.approx(0.25 if found.edge_forward == edge(GRAPH, 1, 2) else 0.75, abs=1e-3)
    assert (found.lon, found.lat) == pytest.approx(lonlat(25, 0), abs=1e-6)


@pytest.mark.parametrize("oneway", ["yes", "-1"])
def test_on_a_oneway_street_the_part_counts_along_its_only_edge(oneway: str) -> None:
    extract = square(tags=None)
    extract.ways[12][1]["oneway"] = oneway
    graph = extract.graph()
    found = place(graph, 25, -7)
    assert found.edge_backward == -1
    assert found.edge_forward == (edge(graph, 1, 2) if oneway == "yes" else edge(graph, 2, 1))
    assert found.fraction == pytest.approx(0.25 if oneway == "yes" else 0.75, abs=1e-3)


def test_a_place_behind_the_end_of_a_street_is_its_end() -> None:
    found = place(GRAPH, -50, 0)
    assert found.distance_m == pytest.approx(20.0, abs=0.02)
    assert found.fraction in (0.0, 1.0)


@given(st.floats(-200, 300), st.floats(-200, 300))
def test_no_street_is_nearer_than_the_one_found(x_m: float, y_m: float) -> None:
    """The distance found is that to the nearest of all segments, computed one by one."""

    def to_segment(ax: float, ay: float, bx: float, by: float) -> float:
        dx, dy = bx - ax, by - ay
        t = min(1.0, max(0.0, ((x_m - ax) * dx + (y_m - ay) * dy) / (dx * dx + dy * dy)))
        return math.hypot(ax + t * dx - x_m, ay + t * dy - y_m)

    corners = {1: (0.0, 0.0), 2: (100.0, 0.0), 3: (100.0, 100.0), 4: (0.0, 100.0), 5: (-30.0, 0.0)}
    nearest = min(to_segment(*corners[a], *corners[b]) for a, b in ((1, 2), (2, 3), (3, 4), (4, 1), (1, 5)))
    # Coordinates keep 11 mm.
    assert place(GRAPH, x_m, y_m).distance_m == pytest.approx(nearest, abs=0.03)


def test_the_limit_is_told() -> None:
    (found,) = snap(GRAPH, [lonlat(50, 50)], limit_m=40.0)
    assert isinstance(found, SnapFault)
    assert "more than 40 m from any street" in found.message
    assert isinstance(snap(GRAPH, [lonlat(50, 50)], limit_m=51.0)[0], Snap)


@pytest.mark.parametrize(
    ("lon", "lat", "said", "swapped"),
    [
        (0.0004, EAST + 0.0004, "exchanged, the point lies on the map", True),
        (11.0, 0.0, "111.1 km off the map", False),
        (math.nan, 0.0, "no place on Earth", False),
        (200.0, 0.0, "no place on Earth", False),
        (EAST, 91.0, "no place on Earth", False),
    ],
)
def test_a_point_elsewhere_is_a_fault_that_says_where(lon: float, lat: float, said: str, swapped: bool) -> None:
    good, bad = snap(GRAPH, [lonlat(0, 0), (lon, lat)])
    assert isinstance(good, Snap)
    assert isinstance(bad, SnapFault)
    assert said in bad.message
    assert bad.swapped is swapped


def test_with_a_heading_only_the_direction_driven_counts() -> None:
    extract = square()
    extract.ways[12][1]["oneway"] = "yes"
    graph = extract.graph()
    points = np.array([lonlat(50, -1)] * 2)
    near = snap_index(graph).nearest(points, limit_m=200.0, heading_deg=np.array([90.0, 270.0]))
    assert graph.edge_way[graph.shape_forward[near.shape[0]]] == 12
    # Against the one-way street: the dead end that leads on westwards, 50 m away.
    assert graph.edge_way[graph.shape_forward[near.shape[1]]] == 15
    assert near.distance_m.tolist() == pytest.approx([1.0, 50.01], abs=0.02)


def test_no_points_are_no_places() -> None:
    assert snap(GRAPH, []) == ()
