"""Where traffic is slow at this moment, as lines for the map."""

from __future__ import annotations

from typing import Any

import numpy as np

from milkfloat.app.build import Built
from milkfloat.roads.classes import RoadClass
from milkfloat.roads.lines import edge_lines
from milkfloat.roads.traffic import speed_ratio

# Slower than this share of its free speed a street is worth a colour.
RATIO_MAX = 0.8
# On a map with more slow streets than this only the larger ones are told: nobody sees the others from so far away.
LINES_MAX = 4_000


def slow_streets(built: Built, now_s: float) -> dict[str, Any]:
    """
    Streets that are slow at an instant, as GeoJSON; ``ratio`` is their speed over their free speed.

    Both directions of a street are lines of their own. Closed roads are not among them.
    """
    graph, metric = built.city.graph, built.road_metrics[0]
    ratio = speed_ratio(graph, metric, int((now_s - built.midnight_s) // metric.bin_s))
    is_slow = (ratio < RATIO_MAX) & (ratio > 0.0) & (graph.edge_base == np.arange(graph.edge_count))
    edges = np.flatnonzero(is_slow)
    for largest in (RoadClass.TERTIARY, RoadClass.SECONDARY, RoadClass.PRIMARY):
        if len(edges) <= LINES_MAX:
            break
        edges = edges[graph.edge_class[edges] <= largest]
    lines = edge_lines(graph, edges)
    places = np.round(np.column_stack([lines.lon, lines.lat]), 6)
    features = [
        {
            "type": "Feature",
            "geometry": {"type": "LineString", "coordinates": places[first:end].tolist()},
            "properties": {"ratio": round(float(ratio[edge]), 2)},
        }
        for edge, first, end in zip(edges.tolist(), lines.first[:-1].tolist(), lines.first[1:].tolist(), strict=True)
    ]
    return {"type": "FeatureCollection", "features": features}
