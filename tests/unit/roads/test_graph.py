"""From an extract to the graph: junctions, edges, what can be reached, and the bytes it is kept as."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from tests.unit.roads.tiny_maps import Extract, edge, has_edge, line_of, square

from milkfloat.errors import InputError
from milkfloat.roads.access import VanSize
from milkfloat.roads.classes import RoadClass, RoadFlag
from milkfloat.roads.container import pack, unpack
from milkfloat.roads.graph import RoadGraph, build_graph, from_bytes, largest_component, to_bytes


def test_a_square_has_its_four_sides_in_both_directions() -> None:
    graph = square().graph()
    assert sorted(graph.node_osm.tolist()) == [1, 2, 3, 4, 5]
    assert graph.edge_count == 10
    lengths = graph.edge_length_dm[[edge(graph, 1, 2), edge(graph, 2, 1), edge(graph, 1, 5)]]
    assert lengths.tolist() == [1_000, 1_000, 300]
    assert graph.edge_speed_kmh[edge(graph, 1, 2)] == pytest.approx(26.0)
    assert graph.edge_way[edge(graph, 3, 2)] == 23
    assert graph.edge_class[edge(graph, 3, 2)] == RoadClass.RESIDENTIAL


def test_points_between_junctions_belong_to_the_edge_in_driving_order() -> None:
    extract = square()
    extract.node(6, 50, -20)
    extract.ways[12] = ([1, 6, 2], {"highway": "residential"})
    graph = extract.graph()
    assert line_of(graph, edge(graph, 1, 2)) == [(0, 0), (50, -20), (100, 0)]
    assert line_of(graph, edge(graph, 2, 1)) == [(100, 0), (50, -20), (0, 0)]
    # Twice the square root of 50 * 50 + 20 * 20 is 107.7 m.
    assert graph.edge_length_dm[edge(graph, 1, 2)] == 1_077


def test_a_loop_at_one_junction_is_driven_both_ways() -> None:
    extract = square()
    extract.node(6, 130, 0)
    extract.node(7, 130, 30)
    extract.way(2, 6, 7, 2, id=99)
    graph = extract.graph()
    assert (graph.edge_way == 99).sum() == 2
    assert (graph.edge_source[graph.edge_way == 99] == graph.edge_target[graph.edge_way == 99]).all()


def test_names_numbers_and_flags_are_kept() -> None:
    extract = square()
    extract.ways[12][1].update({"name": "Hauptstraße", "ref": "B 1", "bridge": "yes", "toll": "yes"})
    graph = extract.graph()
    on = edge(graph, 1, 2)
    assert graph.names[graph.edge_name[on]] == "Hauptstraße"
    assert graph.names[graph.edge_ref[on]] == "B 1"
    assert graph.edge_flags[on] == RoadFlag.BRIDGE | RoadFlag.TOLL


def test_a_oneway_street_has_one_edge() -> None:
    extract = square()
    extract.ways[12][1]["oneway"] = "yes"
    extract.ways[41] = ([1, 4], {"highway": "residential", "oneway": "-1"})
    graph = extract.graph()
    assert (has_edge(graph, 1, 2), has_edge(graph, 2, 1)) == (True, False)
    assert (has_edge(graph, 4, 1), has_edge(graph, 1, 4)) == (True, False)


def test_what_cannot_be_left_or_reached_is_cut_off() -> None:
    extract = square()
    extract.node(6, 200, 0)
    extract.node(7, 300, 0)
    extract.way(2, 6, tags={"oneway": "yes"})  # a trap
    extract.node(8, 1_000, 0)
    extract.node(9, 1_100, 0)
    extract.way(8, 9)  # an island
    graph = extract.graph()
    assert sorted(graph.node_osm.tolist()) == [1, 2, 3, 4, 5]
    assert graph.counts["edges_cut_off"] == 3


def test_turns_decide_what_can_be_reached_not_streets() -> None:
    """A side street that may be entered only by a forbidden turn is connected by streets, yet not by turns."""
    extract = Extract()
    for node, x_m, y_m in ((1, 0, 0), (2, 100, 0), (3, 200, 0), (4, 100, 100)):
        extract.node(node, x_m, y_m)
    extract.way(1, 2, id=12)
    extract.way(2, 3, id=23)
    extract.way(2, 4, id=24)
    assert has_edge(extract.graph(), 2, 4)
    extract.restriction("no_left_turn", 12, 2, 24)
    extract.restriction("no_right_turn", 23, 2, 24)
    graph = extract.graph()
    assert not has_edge(graph, 2, 4)
    assert not has_edge(graph, 4, 2)
    assert sorted(graph.node_osm.tolist()) == [1, 2, 3]


def test_vans_turn_round_only_where_nothing_leads_on() -> None:
    graph = square().graph()
    into, out = edge(graph, 1, 5), edge(graph, 5, 1)
    turns = graph.turn_edge[graph.turn_first[into] : graph.turn_first[into + 1]]
    assert turns.tolist() == [out]
    assert graph.turn_cost_ms[graph.turn_first[into]] == 20_000
    along = edge(graph, 1, 2)
    assert edge(graph, 2, 1) not in graph.turn_edge[graph.turn_first[along] : graph.turn_first[along + 1]]


def test_turning_across_the_oncoming_traffic_costs_more() -> None:
    extract = square()
    costs = {}
    for left_hand in (False, True):
        graph = build_graph(extract.pbf(), left_hand_traffic=left_hand)
        source, ahead, left = edge(graph, 5, 1), edge(graph, 1, 2), edge(graph, 1, 4)
        first, last = graph.turn_first[source : source + 2].tolist()
        by_edge = dict(zip(graph.turn_edge[first:last].tolist(), graph.turn_cost_ms[first:last].tolist(), strict=True))
        costs[left_hand] = by_edge[left]
        assert by_edge[ahead] == 0
    # A right angle: 5.5 s to the left where one drives on the right, 3 s where one drives on the left.
    assert costs == {False: 5_500, True: 3_000}


def test_signals_delay_who_arrives_and_a_sign_its_direction_only() -> None:
    extract = square()
    x_m, y_m, _ = extract.nodes[2]
    extract.nodes[2] = (x_m, y_m, {"highway": "traffic_signals"})
    extract.node(6, 80, 100, highway="give_way", direction="backward")
    extract.ways[34] = ([3, 6, 4], {"highway": "residential"})
    graph = extract.graph()
    assert graph.edge_delay_ms[[edge(graph, 1, 2), edge(graph, 3, 2)]].tolist() == [5_000, 5_000]
    assert graph.edge_delay_ms[edge(graph, 2, 1)] == 0
    assert graph.edge_delay_ms[edge(graph, 3, 4)] == 0
    assert graph.edge_delay_ms[edge(graph, 4, 3)] == 2_000
    assert graph.edge_stops[edge(graph, 4, 3)] == pytest.approx(0.4)


def test_larger_vans_have_fewer_roads() -> None:
    extract = square()
    extract.ways[12][1]["maxheight"] = "3"
    assert has_edge(extract.graph(), 1, 2)
    assert not has_edge(build_graph(extract.pbf(), size=VanSize(height_m=3.2)), 1, 2)


def test_the_largest_component_is_found_by_arcs() -> None:
    # 0 <-> 1 <-> 2 and 3 -> 4, as arcs sorted by source.
    source, target = np.array([0, 1, 1, 2, 3], np.int32), np.array([1, 0, 2, 1, 4], np.int32)
    assert largest_component(5, source, target).tolist() == [True, True, True, False, False]


def test_bytes_carry_the_whole_graph() -> None:
    graph = square().graph()
    again = from_bytes(to_bytes(graph))
    for field in dataclasses.fields(RoadGraph):
        before, after = getattr(graph, field.name), getattr(again, field.name)
        if isinstance(before, np.ndarray):
            assert before.dtype == after.dtype
            np.testing.assert_array_equal(before, after)
        else:
            assert before == after
    assert to_bytes(again) == to_bytes(graph)


def test_the_arrays_of_a_graph_cannot_be_written() -> None:
    for graph in (square().graph(), from_bytes(to_bytes(square().graph()))):
        with pytest.raises(ValueError, match="read-only"):
            graph.edge_length_dm[0] = 1


def test_the_same_input_has_the_same_hash_and_other_rules_another() -> None:
    data = square().pbf()
    hashes = {
        build_graph(data).content_hash,
        build_graph(data).content_hash,
        build_graph(data, size=VanSize(height_m=3.5)).content_hash,
        build_graph(data, left_hand_traffic=True).content_hash,
        build_graph(data, elevation={"N00E010.hgt": bytes(18)}).content_hash,
        build_graph(square(90.0).pbf()).content_hash,
    }
    assert len(hashes) == 5


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (lambda data: b"MFROADS0" + data[8:], "another kind or version"),
        (lambda data: data[:-1], "damaged"),
        (lambda data: data[:100] + b"\xff" + data[101:], "damaged"),
        (lambda data: data[:-200] + bytes([data[-200] ^ 1]) + data[-199:], "damaged"),
        (lambda data: data[:0], "another kind"),
    ],
)
def test_other_bytes_are_refused(damage: object, said: str) -> None:
    assert callable(damage)
    with pytest.raises(InputError, match=said):
        from_bytes(damage(to_bytes(square().graph())))


def test_a_container_keeps_types_shapes_and_empty_arrays() -> None:
    arrays: dict[str, npt.NDArray[Any]] = {
        "a": np.arange(6, dtype=np.int16).reshape(2, 3),
        "none": np.zeros((0, 4), np.float64),
        "big": np.array([1.5, -2.5], ">f8"),
        "yes": np.array([True, False]),
    }
    read, values = unpack(b"TESTTEST", pack(b"TESTTEST", arrays, {"text": "ä", "n": [1, 2]}), what="test")
    assert values == {"text": "ä", "n": [1, 2]}
    for name, array in arrays.items():
        np.testing.assert_array_equal(read[name], array)
        assert read[name].shape == array.shape
