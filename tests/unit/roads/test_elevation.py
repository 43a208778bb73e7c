"""Heights from tiles, gradients from heights."""

from __future__ import annotations

import numpy as np
import pytest
from tests.unit.roads.tiny_maps import edge, square

from milkfloat.errors import InputError
from milkfloat.roads.elevation import VOID, edge_grade, level_bridges, node_elevation
from milkfloat.roads.graph import build_graph


def tile(rows: list[list[int]]) -> bytes:
    """A tile of these heights, the northernmost row first."""
    return np.array(rows, ">i2").tobytes()


# 100 m higher with every half degree eastwards. A 1-2-1 mean leaves a plane a plane, but for the rim.
SLOPE = tile([[0, 100, 200, 300, 400]] * 5)


def test_heights_between_cells_are_interpolated() -> None:
    lon, lat = np.array([10.25, 10.375, 10.5, 10.75]), np.array([0.5, 0.1, 0.9, 0.25])
    heights = node_elevation(lon, lat, {"N00E010.hgt": SLOPE})
    assert heights.tolist() == pytest.approx([100.0, 150.0, 200.0, 300.0])


def test_rows_run_from_north_to_south() -> None:
    north_high = tile([[400] * 5, [300] * 5, [200] * 5, [100] * 5, [0] * 5])
    heights = node_elevation(np.array([10.5, 10.5]), np.array([0.75, 0.25]), {"n00e010.HGT": north_high})
    assert heights.tolist() == pytest.approx([300.0, 100.0])


def test_voids_are_filled_from_around_and_the_rest_of_the_world_is_flat() -> None:
    holed = tile([[50, 50, 50], [50, VOID, 50], [50, 50, 50]])
    heights = node_elevation(np.array([10.5, 11.5]), np.array([0.5, 0.5]), {"N00E010.hgt": holed})
    assert heights.tolist() == [50.0, 0.0]
    assert node_elevation(np.array([10.5]), np.array([0.5]), {"N00E010.hgt": tile([[VOID] * 3] * 3)}).tolist() == [0.0]


def test_southern_and_western_tiles() -> None:
    heights = node_elevation(np.array([-43.5]), np.array([-22.5]), {"path/S23W044.hgt": tile([[7] * 3] * 3)})
    assert heights.tolist() == [7.0]


def test_every_unusable_tile_is_named() -> None:
    with pytest.raises(InputError) as caught:
        node_elevation(np.zeros(1), np.zeros(1), {"hills.hgt": SLOPE, "N00E010.hgt": b"abc"})
    assert [fault.where for fault in caught.value.faults] == ["elevation:N00E010.hgt", "elevation:hills.hgt"]


def test_gradients_are_rise_over_length_and_capped() -> None:
    heights = np.array([0.0, 3.0, 60.0], np.float32)
    grade = edge_grade(heights, np.array([0, 1, 1]), np.array([1, 0, 2]), np.array([1_000, 1_000, 1_000]))
    # 3 m over 100 m; 57 m over 100 m is no street but a fault of the radar.
    assert grade.tolist() == pytest.approx([0.03, -0.03, 0.15])


def test_a_bridge_runs_straight_between_its_ends() -> None:
    # Over a valley: 0 and 3 on the ground at 20 m, 1 and 2 on the bridge, measured as the valley floor.
    heights = np.array([20.0, 5.0, 2.0, 26.0], np.float32)
    source, target = np.array([0, 1, 2, 0, 3], np.int32), np.array([1, 2, 3, 0, 3], np.int32)
    length = np.array([1_000, 1_000, 1_000, 100, 100], np.int32)
    on = np.array([True, True, True, False, False])
    assert level_bridges(heights, source, target, length, on_structure=on).tolist() == pytest.approx(
        [20, 22, 24, 26], abs=1e-3
    )


def test_a_graph_with_tiles_has_heights_and_gradients() -> None:
    # 400 m per degree is 0.36 m per 100 m: 400 / 1112.
    graph = build_graph(square().pbf(), elevation={"N00E010.hgt": SLOPE})
    assert graph.edge_grade[edge(graph, 2, 3)] == pytest.approx(0.0, abs=1e-6)
    flat = square().graph()
    assert not flat.edge_grade.any()
    assert not flat.node_elevation_m.any()
    # The first cells beside the rim are level after smoothing, so compare signs only.
    assert graph.edge_grade[edge(graph, 1, 2)] == -graph.edge_grade[edge(graph, 2, 1)]
    assert graph.edge_grade[edge(graph, 1, 2)] > 0
