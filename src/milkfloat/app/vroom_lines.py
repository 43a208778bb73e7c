"""Lines along the streets for the routes of an answer in VROOM's shape."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np

from milkfloat.roads.graph import RoadGraph
from milkfloat.roads.metric import Metric
from milkfloat.roads.path import find_path
from milkfloat.roads.polyline import encode
from milkfloat.roads.snap import Snap, snap


def add_lines(answer: dict[str, Any], graph: RoadGraph, metric: Metric) -> None:
    """
    Add ``geometry`` (an encoded polyline of five digits) to every route whose steps all have places on the map.

    The traffic of ``metric`` stands still, as it did when the travel times were made.
    """
    for route in answer["routes"]:
        places = [step["location"] for step in route["steps"] if "location" in step]
        if len(places) == len(route["steps"]) and len(places) > 1:
            line = _line(places, graph, metric)
            if line is not None:
                route["geometry"] = line


def _line(places: list[list[float]], graph: RoadGraph, metric: Metric) -> str | None:
    found = [each for each in snap(graph, places) if isinstance(each, Snap)]
    if len(found) < len(places):
        return None
    pieces = [np.array([[found[0].lon, found[0].lat]])]
    for source, target in pairwise(found):
        if source != target:
            path = find_path(graph, metric, source, target, depart_s=metric.bin_first * metric.bin_s)
            if path is None:
                return None
            pieces.append(path.lonlat[1:])
    return encode(np.concatenate(pieces))
