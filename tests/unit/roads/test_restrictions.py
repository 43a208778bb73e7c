"""Turn restrictions, by node and by way, on a crossing and on a dual carriageway."""

from __future__ import annotations

import pytest
from tests.unit.roads.tiny_maps import Extract, driven, edge, place, plain_metric

from milkfloat.roads.graph import RoadGraph
from milkfloat.roads.path import find_path


def crossing() -> Extract:
    """
    A crossing with its four arms joined by a ring, so that every arm can be reached whatever is forbidden.

        4        ways: 10 west arm, 20 south arm, 30 east arm, 40 north arm
        |
    1 - 5 - 3
        |
        2
    """
    extract = Extract()
    for node, x_m, y_m in ((1, -100, 0), (2, 0, -100), (3, 100, 0), (4, 0, 100), (5, 0, 0)):
        extract.node(node, x_m, y_m)
    for arm in (1, 2, 3, 4):
        extract.way(arm, 5, id=arm * 10, highway="secondary")
    for a, b in ((1, 2), (2, 3), (3, 4), (4, 1)):
        extract.way(a, b)
    return extract


def turns_from(graph: RoadGraph, source: int, via: int = 5) -> set[int]:
    """Where a van that comes from ``source`` may go on to at ``via``."""
    before = edge(graph, source, via)
    first, last = graph.turn_first[before : before + 2].tolist()
    return set(graph.node_osm[graph.edge_target[graph.turn_edge[first:last]]].tolist())


def test_without_restrictions_every_way_is_open_but_back() -> None:
    assert turns_from(crossing().graph(), 2) == {1, 3, 4}


@pytest.mark.parametrize(
    ("kind", "to_arm", "left"),
    [
        ("no_left_turn", 10, {3, 4}),
        ("no_right_turn", 30, {1, 4}),
        ("no_straight_on", 40, {1, 3}),
        ("no_u_turn", 20, {1, 3, 4}),
        ("only_left_turn", 10, {1}),
        ("only_straight_on", 40, {4}),
        ("only_right_turn", 30, {3}),
    ],
)
def test_coming_from_the_south(kind: str, to_arm: int, left: set[int]) -> None:
    extract = crossing()
    extract.restriction(kind, 20, 5, to_arm)
    graph = extract.graph()
    assert turns_from(graph, 2) == left
    assert turns_from(graph, 1) == {2, 3, 4}
    assert graph.counts["restrictions_applied"] == 1


@pytest.mark.parametrize(
    "tags",
    [
        {"except": "goods"},
        {"except": "bus;motorcar"},
        {"restriction": "", "restriction:hgv": "no_left_turn"},
        {"restriction": "", "restriction:conditional": "no_left_turn @ (07:00-09:00)"},
        {"restriction": "left_turn"},
    ],
)
def test_a_restriction_that_does_not_concern_vans_changes_nothing(tags: dict[str, str]) -> None:
    extract = crossing()
    extract.restriction("no_left_turn", 20, 5, 10, **tags)
    assert turns_from(extract.graph(), 2) == {1, 3, 4}


def test_a_restriction_for_goods_vehicles_concerns_vans() -> None:
    extract = crossing()
    extract.restriction("", 20, 5, 10, **{"restriction:goods": "no_left_turn"})
    assert turns_from(extract.graph(), 2) == {3, 4}


def test_where_a_way_runs_through_the_junction_the_word_tells_which_half_is_meant() -> None:
    extract = crossing()
    del extract.ways[10], extract.ways[30]
    extract.way(1, 5, 3, id=13, highway="secondary")
    extract.restriction("no_left_turn", 20, 5, 13)
    assert turns_from(extract.graph(), 2) == {3, 4}


def test_a_restriction_that_fits_no_edges_is_counted_and_left_out() -> None:
    extract = crossing()
    extract.restriction("no_left_turn", 20, 5, 99)  # no such way
    extract.restriction("no_left_turn", 20, 1, 10)  # way 20 does not touch node 1
    graph = extract.graph()
    assert (graph.counts["restrictions_applied"], graph.counts["restrictions_ignored"]) == (0, 2)


def dual_carriageway() -> Extract:
    """
    Two one-way carriageways joined by a short link; turning round over the link is what the restriction forbids.

    1 <- 2 <- 3        way 30: 3, 2, 1 westwards
         |             way 50: the link
    4 -> 5 -> 6        way 40: 4, 5 and way 41: 5, 6 eastwards
         |
         7             way 70: a side street, joined to the rest by an outer ring
    """
    extract = Extract()
    places = ((1, -200, 20), (2, 0, 20), (3, 200, 20), (4, -200, 0), (5, 0, 0), (6, 200, 0), (7, 0, -100))
    for node, x_m, y_m in places:
        extract.node(node, x_m, y_m)
    oneway = {"oneway": "yes"}
    extract.way(3, 2, id=30, highway="primary", tags=oneway)
    extract.way(2, 1, id=31, highway="primary", tags=oneway)
    extract.way(4, 5, id=40, highway="primary", tags=oneway)
    extract.way(5, 6, id=41, highway="primary", tags=oneway)
    extract.way(5, 2, id=50, highway="primary")
    extract.way(7, 5, id=70)
    extract.way(6, 3)
    extract.way(1, 4)
    extract.way(7, 4)
    return extract


def test_a_restriction_over_a_way_forbids_the_sequence_and_only_that() -> None:
    extract = dual_carriageway()
    extract.restriction("no_u_turn", 40, (50,), 31)
    graph = extract.graph()
    metric = plain_metric(graph)
    before, after = place(graph, -150, -1), place(graph, -150, 21)
    path = find_path(graph, metric, before, after, depart_s=0.0)
    assert path is not None
    assert driven(graph, path.edges) == [4, 5, 6, 3, 2, 1]
    # Who comes from the side street may go over the same link and turn left.
    path = find_path(graph, metric, place(graph, 1, -60), after, depart_s=0.0)
    assert path is not None
    assert driven(graph, path.edges) == [7, 5, 2, 1]
    # The link remembers where the van came from: there is a copy of it.
    assert graph.edge_base.tolist() != list(range(graph.edge_count))


def test_without_it_the_link_is_the_way_round() -> None:
    graph = dual_carriageway().graph()
    path = find_path(graph, plain_metric(graph), place(graph, -150, -1), place(graph, -150, 21), depart_s=0.0)
    assert path is not None
    assert driven(graph, path.edges) == [4, 5, 2, 1]


def test_a_place_on_the_remembered_way_is_reached_all_the_same() -> None:
    extract = dual_carriageway()
    extract.restriction("no_u_turn", 40, (50,), 31)
    graph = extract.graph()
    path = find_path(graph, plain_metric(graph), place(graph, -150, -1), place(graph, 1, 10), depart_s=0.0)
    assert path is not None
    assert driven(graph, path.edges) == [4, 5, 2]


def test_an_obligation_over_a_way_leaves_one_way_on() -> None:
    extract = dual_carriageway()
    extract.node(8, 0, 100)
    extract.way(2, 8, id=80)
    extract.way(8, 1)
    extract.restriction("only_straight_on", 40, (50,), 80)
    graph = extract.graph()
    path = find_path(graph, plain_metric(graph), place(graph, -150, -1), place(graph, -50, 21), depart_s=0.0)
    assert path is not None
    assert driven(graph, path.edges)[:4] != [4, 5, 2, 1]
    # From the side street the turn is free.
    path = find_path(graph, plain_metric(graph), place(graph, 1, -60), place(graph, -50, 21), depart_s=0.0)
    assert path is not None
    assert driven(graph, path.edges) == [7, 5, 2, 1]
