"""Metrics: rows by time, rows that are alike, and the swap while queries run."""

from __future__ import annotations

import threading
from dataclasses import replace

import numpy as np
import pytest
from tests.unit.roads.tiny_maps import edge, place, plain_metric, square

from milkfloat.roads.matrix import road_matrix
from milkfloat.roads.metric import Metric, MetricHolder, driving_speed_mps, same_rows, with_energy
from milkfloat.roads.path import find_path
from milkfloat.roads.types import UNREACHABLE

GRAPH = square().graph()
FREE = plain_metric(GRAPH)


def test_before_the_first_row_and_after_the_last_those_hold() -> None:
    metric = Metric(10, 900.0, np.ones((3, 2), np.int32), np.zeros(2, bool))
    assert [metric.row(k) for k in (0, 10, 11, 12, 13, 99)] == [0, 0, 1, 2, 2, 2]
    assert metric.bins == range(10, 13)
    assert [metric.bin_at(second) for second in (-1.0, 0.0, 899.9, 900.0)] == [-1, 0, 0, 1]


def test_rows_alike_are_found_by_value() -> None:
    table = np.array([[1, 2], [3, 4], [1, 2], [1, 2]], np.int32)
    metric = Metric(0, 900.0, table, np.zeros(2, bool))
    assert same_rows(metric, [0, 1, 2, 3, 50]) == [0, 1, 0, 0, 0]
    from_s, until_s = np.array([np.inf, 1_900.0]), np.array([-np.inf, 2_000.0])
    assert same_rows(replace(metric, closed_from_s=from_s, closed_until_s=until_s), [0, 1, 2, 3]) == [0, 1, 2, 0]
    base = np.array([[0, 0], [0, 0], [0, 1], [0, 0]], np.float32)
    assert same_rows(with_energy(metric, base, np.zeros(2, np.float32)), [0, 1, 2, 3]) == [0, 1, 2, 0]


def test_the_speed_while_moving_leaves_waits_out() -> None:
    extract = square()
    extract.nodes[2] = (100.0, 0.0, {"highway": "traffic_signals"})
    graph = extract.graph()
    metric = plain_metric(graph)
    assert driving_speed_mps(graph, metric)[0].tolist() == pytest.approx([26.0 / 3.6] * graph.edge_count, rel=1e-3)
    stands = replace(metric, travel_time_ms=np.full_like(metric.travel_time_ms, UNREACHABLE))
    assert driving_speed_mps(graph, stands)[0, edge(graph, 1, 2)] == pytest.approx(26.0 / 3.6)


def test_an_edge_that_takes_no_time_is_no_metric() -> None:
    with pytest.raises(AssertionError, match="no time"):
        Metric(0, 900.0, np.zeros((1, 2), np.int32), np.zeros(2, bool))


def test_the_metric_is_swapped_while_queries_run_and_no_query_sees_two() -> None:
    """Each answer is that of one metric from start to end: either all slow or all fast."""
    slow = replace(FREE, travel_time_ms=FREE.travel_time_ms * 10)
    holder = MetricHolder(FREE)
    places = [place(GRAPH, x, y) for x, y in ((25, 0), (100, 70), (30, 100), (0, 60), (-20, 0))]
    expected = {
        road_matrix(GRAPH, metric, places, bins=[0]).travel_time_ms.tobytes(): metric for metric in (FREE, slow)
    }
    assert len(expected) == 2
    answers: list[bytes] = []
    failures: list[BaseException] = []
    done = threading.Event()

    def ask() -> None:
        try:
            while not done.is_set():
                metric = holder.current
                answers.append(road_matrix(GRAPH, metric, places, bins=[0]).travel_time_ms.tobytes())
                path = find_path(GRAPH, metric, places[0], places[1], depart_s=0.0)
                assert path is not None
                assert abs(path.travel_time_ms - np.frombuffer(answers[-1], np.int32)[1]) <= 2
        except BaseException as error:  # noqa: BLE001 - handed to the test's own thread
            failures.append(error)

    threads = [threading.Thread(target=ask) for _ in range(2)]
    for thread in threads:
        thread.start()
    for k in range(200):
        before = holder.swap(FREE if k % 2 else slow)
        assert before is (slow if k % 2 else FREE)
    done.set()
    for thread in threads:
        thread.join()
    assert not failures
    assert set(answers) <= set(expected)


def test_a_metric_of_another_graph_is_not_swapped_in() -> None:
    with pytest.raises(AssertionError, match="another graph"):
        MetricHolder(FREE).swap(Metric(0, 900.0, np.ones((1, 3), np.int32), np.zeros(3, bool)))
