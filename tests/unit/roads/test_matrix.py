"""Matrices: by hand, against a plain Dijkstra, and the columns that ride along with time."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from tests.unit.roads import oracle
from tests.unit.roads.strategies import Town, towns
from tests.unit.roads.tiny_maps import edge, place, plain_metric, square

from milkfloat.roads.matrix import road_matrix
from milkfloat.roads.metric import Metric, with_energy
from milkfloat.roads.path import find_path
from milkfloat.roads.types import UNREACHABLE

GRAPH = square().graph()
FREE = plain_metric(GRAPH)


def test_times_and_distances_by_hand() -> None:
    south, north, dead_end = place(GRAPH, 25, -3), place(GRAPH, 25, 103), place(GRAPH, -15, 3)
    matrix = road_matrix(GRAPH, FREE, [south, north, dead_end], bins=[0])
    # South to north by the west side: 25 + 100 + 25 m, one right turn at 1 and one at 4, each between two streets only
    # (no turn) at 4 and at the junction with the dead end (3 s, a right turn) at 1. 26 km/h is 138.46 ms per m.
    assert matrix.distance_dm[0, 0, 1] == pytest.approx(1_500, abs=1)
    assert matrix.travel_time_ms[0, 0, 1] == pytest.approx(150 * 138.4615 + 3_000, abs=30)
    # Back the other way it is a left turn at 1: 5.5 s.
    assert matrix.travel_time_ms[0, 1, 0] == pytest.approx(150 * 138.4615 + 5_500, abs=30)
    # Straight on into the dead end: 40 m.
    assert matrix.travel_time_ms[0, 0, 2] == pytest.approx(40 * 138.4615, abs=30)
    assert np.diagonal(matrix.travel_time_ms[0]).tolist() == [0, 0, 0]
    assert np.diagonal(matrix.distance_dm[0]).tolist() == [0, 0, 0]
    assert matrix.energy_j is None


def test_a_place_just_behind_on_a_oneway_street_is_a_whole_round_away() -> None:
    extract = square()
    for way in (12, 23, 34, 41):
        extract.ways[way][1]["oneway"] = "yes"
    graph = extract.graph()
    ahead, behind = place(graph, 60, 0), place(graph, 50, 0)
    matrix = road_matrix(graph, plain_metric(graph), [ahead, behind], bins=[0])
    assert matrix.distance_dm[0].tolist() == [[0, pytest.approx(3_900, abs=1)], [pytest.approx(100, abs=1), 0]]


@settings(max_examples=150, deadline=None)
@given(towns())
def test_every_entry_is_what_a_plain_dijkstra_finds(town: Town) -> None:
    """Travel times of a matrix equal those of a textbook search on the same arrays, unreachable places included."""
    matrix = road_matrix(town.graph, town.metric, town.places, bins=[0, 1, 2])
    for k in range(3):
        for i, source in enumerate(town.places):
            for j, target in enumerate(town.places):
                expected = oracle.time_ms(town.graph, town.metric, source, target, bin_index=k)
                assert matrix.travel_time_ms[k, i, j] == expected


@settings(max_examples=60, deadline=None)
@given(towns())
def test_distance_and_energy_belong_to_a_way_of_that_time(town: Town) -> None:
    """Columns that ride along are those of the fastest path, up to ties."""
    metric = town.metric
    # Times that are sums of distinct powers have no ties; random ones have hardly any.
    rng = np.random.default_rng(7)
    times = rng.integers(10_000, 500_000, (1, town.graph.edge_count)).astype(np.int32)
    metric = Metric(0, 900.0, times, metric.closed, rng.random((1, times.shape[1]), np.float32), metric.energy_per_kg_j)
    matrix = road_matrix(town.graph, metric, town.places, bins=[0])
    assert matrix.energy_j is not None
    assert matrix.energy_j_per_kg is not None
    for i, source in enumerate(town.places):
        for j, target in enumerate(town.places):
            path = find_path(town.graph, metric, source, target, depart_s=0.0)
            if path is None:
                assert matrix.travel_time_ms[0, i, j] == UNREACHABLE
                continue
            assert path.travel_time_ms == pytest.approx(matrix.travel_time_ms[0, i, j], abs=2)
            assert path.distance_dm == pytest.approx(matrix.distance_dm[0, i, j], abs=2)
            assert path.energy_j == pytest.approx(matrix.energy_j[0, i, j], rel=1e-4, abs=1e-4)
            assert path.energy_j_per_kg == pytest.approx(matrix.energy_j_per_kg[0, i, j], rel=1e-4, abs=1e-4)


def test_slices_take_the_times_of_their_bins_and_the_last_row_holds_on() -> None:
    doubled = Metric(8, 900.0, np.vstack([FREE.travel_time_ms, 2 * FREE.travel_time_ms]), FREE.closed)
    places = [place(GRAPH, 25, 0), place(GRAPH, 75, 0)]
    matrix = road_matrix(GRAPH, doubled, places, bins=[0, 8, 9, 200])
    once = matrix.travel_time_ms[1, 0, 1]
    assert matrix.travel_time_ms[:, 0, 1].tolist() == [once, once, 2 * once, 2 * once]
    assert matrix.bins == (0, 8, 9, 200)


def test_slices_that_differ_in_energy_only_differ_in_energy() -> None:
    two = Metric(0, 900.0, np.vstack([FREE.travel_time_ms] * 2), FREE.closed)
    base = np.stack([np.full(GRAPH.edge_count, 100.0), np.full(GRAPH.edge_count, 300.0)]).astype(np.float32)
    metric = with_energy(two, base, np.full(GRAPH.edge_count, 2.0, np.float32))
    places = [place(GRAPH, 25, 0), place(GRAPH, 75, 0)]
    matrix = road_matrix(GRAPH, metric, places, bins=[0, 1])
    assert matrix.energy_j is not None
    assert matrix.energy_j_per_kg is not None
    # Half the street: half of its joules.
    assert matrix.energy_j[:, 0, 1].tolist() == pytest.approx([50.0, 150.0], rel=1e-3)
    assert matrix.energy_j_per_kg[:, 0, 1].tolist() == pytest.approx([1.0, 1.0], rel=1e-3)
    assert matrix.travel_time_ms[0].tolist() == matrix.travel_time_ms[1].tolist()


def test_a_closed_street_is_gone_round_and_left_by_who_stands_on_it() -> None:
    closed = np.zeros(GRAPH.edge_count, bool)
    closed[[edge(GRAPH, 1, 2), edge(GRAPH, 2, 1)]] = True
    metric = replace(FREE, closed=closed)
    on_it, west, east = place(GRAPH, 50, 0), place(GRAPH, -15, 0), place(GRAPH, 100, 50)
    matrix = road_matrix(GRAPH, metric, [on_it, west, east], bins=[0])
    assert matrix.travel_time_ms[0, 1, 0] == UNREACHABLE
    assert matrix.distance_dm[0, 0, 1] == pytest.approx(650, abs=1)
    # 15 + 100 + 100 + 50 m instead of 15 + 100 + 50.
    assert matrix.distance_dm[0, 1, 2] == pytest.approx(2_650, abs=1)


def test_targets_may_differ_from_sources_and_threads_change_nothing() -> None:
    random = np.random.default_rng(3)
    places = [place(GRAPH, *point) for point in random.uniform(0, 100, (40, 2)).tolist()]
    one = road_matrix(GRAPH, FREE, places, bins=[0], targets=places[:7])
    many = road_matrix(GRAPH, FREE, places, bins=[0], targets=places[:7], threads=3)
    assert one.travel_time_ms.shape == (1, 40, 7)
    np.testing.assert_array_equal(one.travel_time_ms, many.travel_time_ms)
    np.testing.assert_array_equal(one.distance_dm, many.distance_dm)


def test_progress_rises_to_one_and_may_cancel() -> None:
    places = [place(GRAPH, 25, 0)] * 40
    seen: list[float] = []
    road_matrix(GRAPH, FREE, places, bins=[0], progress=seen.append)
    assert seen == sorted(seen)
    assert seen[-1] == 1.0

    def stop(part: float) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        road_matrix(GRAPH, FREE, places, bins=[0], progress=stop)


def test_no_places_make_an_empty_matrix() -> None:
    assert road_matrix(GRAPH, FREE, [], bins=[0]).travel_time_ms.shape == (1, 0, 0)
