"""The road metrics of a day: usual traffic by the clock on the wall, what is known beyond it, energy by van type."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from milkfloat.app.conditions import Conditions
from milkfloat.energy.consumption import edge_energy
from milkfloat.fleet.vans import VanModel
from milkfloat.roads.graph import RoadGraph
from milkfloat.roads.metric import Metric, driving_speed_mps, with_energy
from milkfloat.roads.traffic import apply, base_metric
from milkfloat.roads.types import UNREACHABLE, Float32


def day_metric(graph: RoadGraph, conditions: Conditions, *, until_s: float) -> Metric:
    """
    Traffic of a day, from its midnight to ``until_s`` on the axis of seconds since then.

    Bins follow the clock on the wall: when the clocks change, an hour's traffic is left out or comes twice.
    """
    usual = usual_metric(graph, conditions, until_s=until_s)
    overrides = conditions.overrides
    if not (overrides.speeds or overrides.slowdowns or overrides.closures):
        return usual
    return apply(graph, usual, overrides)


def usual_metric(graph: RoadGraph, conditions: Conditions, *, until_s: float) -> Metric:
    """The same without measured speeds, jams and closures."""
    profile = conditions.profile
    count = max(1, int(np.ceil(until_s / profile.bin_s)))
    wall = [conditions.wall_bin((k + 0.5) * profile.bin_s, profile.bin_s) for k in range(count)]
    whole_day = base_metric(graph, profile, bins=range(len(profile.share)))
    # Bins of a day that is over at midnight need no copy of their rows.
    rows = whole_day.travel_time_ms if wall == list(range(len(profile.share))) else whole_day.travel_time_ms[wall]
    return replace(whole_day, travel_time_ms=rows)


def van_metric(
    graph: RoadGraph, traffic: Metric, model: VanModel, temperature_c: float, *, usual: Metric | None = None
) -> Metric:
    """
    The traffic as one type of van meets it: no faster than it can drive, with the energy it draws on every edge.

    Parameters
    ----------
    usual
        What the energy per kilogram is taken from, which has one value for all times: a jam somewhere must not change
        it everywhere. None: the traffic itself.
    """
    capped, distinct, row_of = _capped(graph, traffic, model)
    base_j, per_kg_j = _energies(
        graph, replace(capped, travel_time_ms=capped.travel_time_ms[distinct]), model, temperature_c
    )
    if usual is not None and usual is not traffic:
        normal, rows, _ = _capped(graph, usual, model)
        _, per_kg_j = _energies(
            graph, replace(normal, travel_time_ms=normal.travel_time_ms[rows]), model, temperature_c
        )
    return with_energy(capped, base_j[row_of], per_kg_j)


def _capped(graph: RoadGraph, traffic: Metric, model: VanModel) -> tuple[Metric, list[int], list[int]]:
    """
    The traffic for a van that has a top speed, its distinct rows, and for every row which of these it is.

    Rows that are alike are computed once: at night the traffic stands still for hours.
    """
    # 1 dm at 1 km/h takes 360 ms.
    fastest = np.ceil(graph.edge_length_dm * 360.0 / model.top_speed_kmh) + graph.edge_delay_ms
    times = np.maximum(traffic.travel_time_ms, np.minimum(fastest, UNREACHABLE - 1).astype(np.int32))
    first: dict[bytes, int] = {}
    row_of = [first.setdefault(row.tobytes(), len(first)) for row in times]
    return replace(traffic, travel_time_ms=times), [row_of.index(k) for k in range(len(first))], row_of


def _energies(graph: RoadGraph, metric: Metric, model: VanModel, temperature_c: float) -> tuple[Float32, Float32]:
    return edge_energy(
        model,
        length_m=graph.edge_length_dm / 10.0,
        speed_mps=driving_speed_mps(graph, metric),
        grade=graph.edge_grade,
        stops=graph.edge_stops,
        temperature_c=temperature_c,
    )
