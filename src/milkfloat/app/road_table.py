"""Travel times and distances between coordinates on a map, for questions that bring no matrices."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from milkfloat.errors import Fault, InputError
from milkfloat.roads.graph import RoadGraph
from milkfloat.roads.matrix import road_matrix
from milkfloat.roads.metric import Metric
from milkfloat.roads.snap import SnapFault, snap
from milkfloat.roads.types import UNREACHABLE
from milkfloat.routing.formats.instance import Table
from milkfloat.routing.metric import FloatArray


def road_table(graph: RoadGraph, metric: Metric, *, bin_index: int = 0, threads: int = 1) -> Table:
    """
    A table for `milkfloat.routing.formats.vroom.read`: seconds and metres of the fastest ways in one bin of ``metric``.

    The table raises InputError naming every point that is on no street of the map and the box the map covers. Where
    there is no way the values are infinite.
    """

    def table(points: Sequence[tuple[float, float]]) -> tuple[FloatArray, FloatArray]:
        snaps, faults = [], []
        for place, found in zip(points, snap(graph, np.asarray(points, dtype=np.float64)), strict=True):
            if isinstance(found, SnapFault):
                faults.append(Fault(f"location [{place[0]:g}, {place[1]:g}]", found.message))
            else:
                snaps.append(found)
        if faults:
            raise InputError(faults)
        matrix = road_matrix(graph, metric, snaps, bins=(bin_index,), threads=threads)
        unreachable = matrix.travel_time_ms[0] == UNREACHABLE
        seconds = np.where(unreachable, np.inf, matrix.travel_time_ms[0] / 1000.0)
        return seconds, np.where(unreachable, np.inf, matrix.distance_dm[0] / 10.0)

    return table
