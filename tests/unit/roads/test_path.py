"""Paths: their edges, line, times and steps; traffic that changes on the way."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from tests.unit.roads import oracle
from tests.unit.roads.strategies import Town, towns
from tests.unit.roads.tiny_maps import EAST, Extract, driven, edge, place, plain_metric, square

from milkfloat.roads.geometry import METRES_PER_DEGREE
from milkfloat.roads.graph import RoadGraph
from milkfloat.roads.matrix import road_matrix
from milkfloat.roads.metric import Metric
from milkfloat.roads.path import RoadPath, find_path, line_length_m, steps
from milkfloat.roads.types import UNREACHABLE

GRAPH = square().graph()


def path_of(graph: RoadGraph, source: tuple[float, float], target: tuple[float, float]) -> RoadPath:
    path = find_path(graph, plain_metric(graph), place(graph, *source), place(graph, *target), depart_s=0.0)
    assert path is not None
    return path


def metres(path: RoadPath) -> list[tuple[int, int]]:
    return [
        (round((lon - EAST) * METRES_PER_DEGREE), round(lat * METRES_PER_DEGREE)) for lon, lat in path.lonlat.tolist()
    ]


@settings(max_examples=80, deadline=None)
@given(towns())
def test_in_traffic_that_stands_still_a_path_takes_the_time_of_the_matrix(town: Town) -> None:
    """A path is as fast as a textbook search finds, joins edges by allowed turns, and leads from place to place."""
    # One row of times holds at all times.
    metric = replace(
        town.metric,
        travel_time_ms=town.metric.travel_time_ms[:1],
        energy_base_j=None,
        energy_per_kg_j=None,
    )
    graph = town.graph
    for source in town.places:
        for target in town.places:
            expected = oracle.time_ms(graph, metric, source, target)
            path = find_path(graph, metric, source, target, depart_s=100.0)
            assert (path is None) == (expected == UNREACHABLE)
            if path is None:
                continue
            # The path keeps fractions of a millisecond, the matrix rounds at both ends.
            assert path.travel_time_ms == pytest.approx(expected, abs=2)
            for a, b in pairwise(path.edges.tolist()):
                assert b in graph.turn_edge[graph.turn_first[a] : graph.turn_first[a + 1]]
            assert path.lonlat[0].tolist() == [source.lon, source.lat]
            assert path.lonlat[-1].tolist() == [target.lon, target.lat]
            assert (np.diff(path.times_s) >= 0).all()
            assert (np.diff(path.edge_times_s) >= 0).all()
            assert path.times_s[-1] - path.times_s[0] == pytest.approx(path.travel_time_ms / 1_000, abs=1e-3)
            assert line_length_m(path.lonlat) == pytest.approx(path.distance_dm / 10, abs=0.2 * len(path.edges))
            told = steps(graph, path)
            assert [told[0].maneuver_type, told[-1].maneuver_type] == ["depart", "arrive"]
            assert sum(step.distance_m for step in told) == pytest.approx(line_length_m(path.lonlat), abs=1e-6)
            assert sum(step.travel_time_s for step in told) == pytest.approx(path.travel_time_ms / 1_000, abs=1e-3)


def test_the_line_follows_the_street_and_times_grow_with_the_way() -> None:
    extract = square()
    extract.node(6, 50, -20)
    extract.ways[12] = ([1, 6, 2], {"highway": "residential"})
    path = path_of(extract.graph(), (-15, 0), (100, 60))
    assert metres(path) == [(-15, 0), (0, 0), (50, -20), (100, 0), (100, 60)]
    # 15 + 107.7 + 60 m at 26 km/h; at 1 and 2 the bend is a turn only at 1, where three streets meet:
    # arctan(20 / 50) = 21.8 degrees, less than 25, costs nothing.
    assert path.travel_time_ms == pytest.approx(182.7 * 3_600 / 26.0, rel=1e-3)
    at_6 = path.times_s[2]
    assert at_6 == pytest.approx((15 + 53.85) * 3.6 / 26.0, rel=1e-3)


def test_a_place_on_the_same_street_ahead_and_behind() -> None:
    ahead = path_of(GRAPH, (20, 0), (80, 0))
    assert ahead.edges.tolist() == [edge(GRAPH, 1, 2)]
    assert metres(ahead) == [(20, 0), (80, 0)]
    behind = path_of(GRAPH, (80, 0), (20, 0))
    assert behind.edges.tolist() == [edge(GRAPH, 2, 1)]
    here = path_of(GRAPH, (50, 0), (50, 0))
    assert (here.travel_time_ms, here.distance_dm, len(here.lonlat)) == (0, 0, 2)


def two_bins(graph: RoadGraph, first_ms: int, then_ms: int) -> Metric:
    rows = [np.full(graph.edge_count, time, np.int32) for time in (first_ms, then_ms)]
    return Metric(0, 900.0, np.stack(rows), np.zeros(graph.edge_count, bool))


def test_a_border_between_bins_is_crossed_at_the_speed_of_each_side() -> None:
    # A street takes 100 s before 900 s and 400 s after it. Leaving its start at 850 s: half of it is driven by then,
    # the other half takes 200 s.
    metric = two_bins(GRAPH, 100_000, 400_000)
    source, target = place(GRAPH, 0.001, 0), place(GRAPH, 99.999, 0)
    path = find_path(GRAPH, metric, source, target, depart_s=850.0)
    assert path is not None
    assert path.travel_time_ms == pytest.approx(250_000, rel=1e-3)


@settings(max_examples=60, deadline=None)
@given(towns())
def test_nobody_arrives_earlier_by_leaving_later(town: Town) -> None:
    """First in, first out: the arrival never falls when the departure grows."""
    metric = replace(town.metric, closed_from_s=None, energy_base_j=None, energy_per_kg_j=None)
    for source in town.places[:3]:
        for target in town.places[:3]:
            arrivals = []
            for depart_s in (0.0, 400.0, 890.0, 899.9, 900.1, 1_700.0, 1_801.0, 3_000.0):
                path = find_path(town.graph, metric, source, target, depart_s=depart_s)
                if path is not None:
                    arrivals.append(path.edge_times_s[-1])
            assert all(b >= a - 1e-6 for a, b in pairwise(arrivals))


def test_a_street_closed_for_a_while_is_waited_for_when_that_is_faster() -> None:
    metric = plain_metric(GRAPH)
    south = [edge(GRAPH, 1, 2), edge(GRAPH, 2, 1)]
    closed_from, closed_until = np.full(GRAPH.edge_count, np.inf), np.full(GRAPH.edge_count, -np.inf)
    closed_from[south], closed_until[south] = 0.0, 10.0
    timed = replace(metric, closed_from_s=closed_from, closed_until_s=closed_until)
    source, target = place(GRAPH, -15, 0), place(GRAPH, 100, 40)
    waited = find_path(GRAPH, timed, source, target, depart_s=0.0)
    assert waited is not None
    # 15 m take 2.1 s; the street opens at 10 s; then 140 m.
    assert driven(GRAPH, waited.edges)[:3] == [5, 1, 2]
    assert waited.travel_time_ms == pytest.approx(10_000 + 140 * 138.4615, abs=40)
    closed_until[south] = 1_000.0
    round_it = find_path(
        GRAPH, replace(metric, closed_from_s=closed_from, closed_until_s=closed_until), source, target, depart_s=0.0
    )
    assert round_it is not None
    assert driven(GRAPH, round_it.edges) == [5, 1, 4, 3, 2]
    later = find_path(GRAPH, timed, source, target, depart_s=1_000.0)
    assert later is not None
    assert later.travel_time_ms == pytest.approx(155 * 138.4615, abs=40)


def named_crossing() -> Extract:
    """
    A main street with a side street, a road that ends, and a street that changes its name.

                   6
                   |  Side Street
    1 --- 2 ------ 3 ------ 4 --- 5     Main Street from 1 to 4, then Long Road
          |
          7  (dead end without a name)
    """
    extract = Extract()
    places = ((1, -300, 0), (2, -150, 0), (3, 0, 0), (4, 150, 0), (5, 300, 0), (6, 0, 150), (7, -150, -80))
    for node, x_m, y_m in places:
        extract.node(node, x_m, y_m)
    main = {"name": "Main Street"}
    extract.way(1, 2, 3, 4, highway="secondary", tags=main)
    extract.way(4, 5, highway="secondary", tags={"name": "Long Road"})
    extract.way(3, 6, tags={"name": "Side Street"})
    extract.way(2, 7, highway="service")
    return extract


def told(extract: Extract, source: tuple[float, float], target: tuple[float, float]) -> list[str]:
    graph = extract.graph()
    return [step.instruction for step in steps(graph, path_of(graph, source, target))]


def test_steps_name_turns_and_streets_and_pass_side_streets_in_silence() -> None:
    assert told(named_crossing(), (-290, 0), (0, 140)) == [
        "Head east on Main Street",
        "Turn left onto Side Street",
        "Arrive on Side Street",
    ]
    assert told(named_crossing(), (0, 140), (290, 0)) == [
        "Head south on Side Street",
        "At the end of the road turn left onto Main Street",
        "Continue onto Long Road",
        "Arrive on Long Road",
    ]


def test_the_numbers_of_a_step() -> None:
    graph = named_crossing().graph()
    first, turn, arrival = steps(graph, path_of(graph, (-290, 0), (0, 140)))
    assert (first.maneuver_type, first.modifier, first.name) == ("depart", "", "Main Street")
    assert first.distance_m == pytest.approx(290, abs=0.1)
    assert (turn.maneuver_type, turn.modifier, turn.name) == ("turn", "left", "Side Street")
    assert turn.bearing_before == pytest.approx(90, abs=0.1)
    assert turn.bearing == pytest.approx(0, abs=0.1)
    assert turn.location == pytest.approx((EAST, 0.0), abs=1e-6)
    assert turn.distance_m == pytest.approx(140, abs=0.1)
    assert (arrival.distance_m, arrival.travel_time_s, len(arrival.geometry)) == (0.0, 0.0, 2)


def test_a_van_turns_round_at_a_dead_end_and_is_told_so() -> None:
    graph = named_crossing().graph()
    # Westwards from the east side of node 3 with no way to turn on Main Street but its end.
    path = find_path(
        graph,
        plain_metric(graph),
        replace(place(graph, 250, 0), edge_backward=-1, edge_forward=edge(graph, 4, 5), fraction=0.5),
        place(graph, 50, 0),
        depart_s=0.0,
    )
    assert path is not None
    assert driven(graph, path.edges) == [4, 5, 4, 3]
    assert "Turn round on Long Road" in [step.instruction for step in steps(graph, path)]


def roundabout() -> Extract:
    """A ring of four arms, driven anticlockwise: 11 east, 12 north, 13 west, 14 south."""
    extract = Extract()
    for node, x_m, y_m in ((1, 20, 0), (2, 0, 20), (3, -20, 0), (4, 0, -20)):
        extract.node(node, x_m, y_m)
        extract.node(node + 10, x_m * 6, y_m * 6)
        extract.way(node, node + 10, tags={"name": f"Arm {node}"})
    extract.way(1, 2, 3, 4, 1, tags={"junction": "roundabout"})
    return extract


@pytest.mark.parametrize(
    ("target", "exit_word"), [((0, 100), "second exit onto Arm 2"), ((100, 0), "first exit onto Arm 1")]
)
def test_exits_of_a_roundabout_are_counted(target: tuple[float, float], exit_word: str) -> None:
    # From the south: the ring is entered at 4, the first exit is the east arm.
    extract = roundabout()
    assert f"At the roundabout take the {exit_word}" in told(extract, (0, -100), target)


def test_a_closed_town_has_no_path() -> None:
    metric = replace(plain_metric(GRAPH), closed=np.ones(GRAPH.edge_count, bool))
    assert find_path(GRAPH, metric, place(GRAPH, -15, 0), place(GRAPH, 100, 50), depart_s=0.0) is None
    # Along the street one stands on one may drive.
    assert find_path(GRAPH, metric, place(GRAPH, 10, 0), place(GRAPH, 50, 0), depart_s=0.0) is not None


def test_a_place_at_the_very_end_of_a_street_that_stands_is_not_left_by_it() -> None:
    """Path and matrix agree where the part of a street still to drive is nothing, and nothing moves on it."""
    metric = plain_metric(GRAPH)
    times = metric.travel_time_ms.copy()
    stands = edge(GRAPH, 1, 5)
    times[0, stands] = UNREACHABLE
    metric = replace(metric, travel_time_ms=times)
    at_end = replace(place(GRAPH, -15, 0), edge_forward=stands, edge_backward=-1, fraction=1.0)
    target = place(GRAPH, 50, 0)
    assert find_path(GRAPH, metric, at_end, target, depart_s=0.0) is None
    assert road_matrix(GRAPH, metric, [at_end, target], bins=[0]).travel_time_ms[0, 0].tolist() == [0, UNREACHABLE]
    here = find_path(GRAPH, metric, at_end, at_end, depart_s=0.0)
    assert here is not None
    assert here.travel_time_ms == 0


def test_energies_are_those_of_the_bins_driven_in() -> None:
    metric = two_bins(GRAPH, 600_000, 600_000)
    base = np.stack([np.full(GRAPH.edge_count, 100.0), np.full(GRAPH.edge_count, 300.0)]).astype(np.float32)
    metric = replace(metric, energy_base_j=base, energy_per_kg_j=np.full(GRAPH.edge_count, 2.0, np.float32))
    # The dead end is entered at 300 s, the side at 600 s (both in the first bin), the next at 1,200 s.
    path = find_path(GRAPH, metric, place(GRAPH, -15, 0), place(GRAPH, 100, 99.99), depart_s=300.0)
    assert path is not None
    assert driven(GRAPH, path.edges) == [5, 1, 2, 3]
    assert path.energy_j == pytest.approx(0.5 * 100 + 100 + 300, rel=1e-3)
    assert path.energy_j_per_kg == pytest.approx(2.5 * 2.0, rel=1e-3)
