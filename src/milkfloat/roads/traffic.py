"""Traffic into metrics: the usual speeds of a day by road class, and what differs from them now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from milkfloat.roads.classes import RoadClass
from milkfloat.roads.feeds import TrafficRead, read_geojson_lines, read_speed_csv
from milkfloat.roads.graph import RoadGraph
from milkfloat.roads.metric import BIN_S, Metric
from milkfloat.roads.overrides import Closure, MeasuredSpeeds, Overrides, Slowdown
from milkfloat.roads.types import UNREACHABLE, Float32, Float64, Int32, Int64

__all__ = [
    "Closure",
    "MeasuredSpeeds",
    "Overrides",
    "Slowdown",
    "SpeedProfile",
    "TrafficRead",
    "apply",
    "base_metric",
    "default_profile",
    "flat_profile",
    "read_geojson_lines",
    "read_speed_csv",
    "speed_ratio",
]

DAY_S = 86_400.0
# Share of the free-flow speed that is left at the worst moment of the rush. An assumption for a weekday in a European
# city: through roads fill up, side streets hardly do.
RUSH_SHARE: dict[RoadClass, float] = {
    RoadClass.MOTORWAY: 0.55,
    RoadClass.TRUNK: 0.55,
    RoadClass.PRIMARY: 0.58,
    RoadClass.SECONDARY: 0.63,
    RoadClass.TERTIARY: 0.70,
    RoadClass.UNCLASSIFIED: 0.78,
    RoadClass.RESIDENTIAL: 0.85,
    RoadClass.LIVING_STREET: 0.95,
    RoadClass.SERVICE: 1.00,
    RoadClass.TRACK: 1.00,
    RoadClass.PEDESTRIAN: 0.90,
}
# (hour, how much of the worst there is); straight lines between them.
_CONGESTION = (
    (0.0, 0.0),
    (5.5, 0.0),
    (7.0, 0.6),
    (7.75, 1.0),
    (8.5, 1.0),
    (9.5, 0.4),
    (14.5, 0.4),
    (15.75, 1.0),
    (17.25, 1.0),
    (18.5, 0.4),
    (20.5, 0.0),
    (24.0, 0.0),
)


@dataclass(frozen=True, eq=False)
class SpeedProfile:
    """
    Share of the free-flow speed by time of day and road class.

    Attributes
    ----------
    bin_s
        Width of a bin; bins begin at midnight and repeat every day.
    share
        Shape (bins of a day, road classes), above 0.
    """

    bin_s: float
    share: Float64

    def __post_init__(self) -> None:
        assert self.share.shape == (round(DAY_S / self.bin_s), len(RoadClass))
        assert float(self.share.min()) > 0.0


def default_profile() -> SpeedProfile:
    """A weekday with a morning and an afternoon rush, by road class."""
    hours = (np.arange(round(DAY_S / BIN_S)) + 0.5) * BIN_S / 3_600.0
    knots = np.array(_CONGESTION)
    congestion = np.interp(hours, knots[:, 0], knots[:, 1])
    loss = 1.0 - np.array([RUSH_SHARE[road_class] for road_class in RoadClass])
    # Rounded, so that bins which hardly differ are equal and are searched only once.
    return SpeedProfile(BIN_S, 1.0 - np.round(congestion, 2)[:, None] * loss)


def flat_profile() -> SpeedProfile:
    """Free flow all day."""
    return SpeedProfile(BIN_S, np.ones((round(DAY_S / BIN_S), len(RoadClass))))


def base_metric(graph: RoadGraph, profile: SpeedProfile, *, bins: Sequence[int]) -> Metric:
    """
    The metric of a day without news.

    Parameters
    ----------
    bins
        Consecutive bins since midnight; those past the last of the day go on with the next day.
    """
    assert len(bins) >= 1
    assert list(bins) == list(range(bins[0], bins[0] + len(bins))), "bins must be consecutive"
    free_ms = graph.edge_length_dm * 360.0 / graph.edge_speed_kmh  # 1 dm at 1 km/h takes 360 ms
    rows: dict[bytes, Int32] = {}
    table = np.empty((len(bins), graph.edge_count), np.int32)
    for row, bin_index in enumerate(bins):
        share = profile.share[bin_index % len(profile.share)]
        key = share.tobytes()
        if key not in rows:
            rows[key] = _whole_ms(free_ms / share[graph.edge_class], graph.edge_delay_ms)
        table[row] = rows[key]
    return Metric(bins[0], profile.bin_s, table, np.zeros(graph.edge_count, bool))


def apply(graph: RoadGraph, base: Metric, overrides: Overrides) -> Metric:
    """
    A metric with the overrides on top of the usual traffic; the result has no energies, for they follow the speeds.

    Times at signals and signs stay as they are: speeds are those between them.
    """
    table = base.travel_time_ms.copy()
    for measured in overrides.speeds:
        on, speed_kmh = _of_copies(graph, measured.edges, measured.speeds_kmh)
        moving_ms = graph.edge_length_dm[on] * 360.0 / speed_kmh
        table[np.ix_(_rows_within(base, measured.from_s, measured.until_s), on)] = _whole_ms(
            moving_ms, graph.edge_delay_ms[on]
        )
    for slowdown in overrides.slowdowns:
        on, factor = _of_copies(graph, slowdown.edges, [slowdown.factor] * len(slowdown.edges))
        cells = np.ix_(_rows_within(base, slowdown.from_s, slowdown.until_s), on)
        delay_ms = graph.edge_delay_ms[on]
        slowed = _whole_ms((table[cells] - delay_ms) / factor, delay_ms)
        table[cells] = np.where(table[cells] == UNREACHABLE, UNREACHABLE, slowed)
    from_s, until_s = (column.copy() for column in base.closed_between_s())
    for closure in overrides.closures:
        on, _ = _of_copies(graph, closure.edges, [1.0] * len(closure.edges))
        # Of two closures the whole time from the first to the last counts: one interval per edge is kept.
        from_s[on] = np.minimum(from_s[on], closure.from_s)
        until_s[on] = np.maximum(until_s[on], closure.until_s)
    closed = np.isneginf(from_s) & np.isposinf(until_s)
    is_timed = bool((~closed & (from_s < until_s)).any())
    return Metric(
        base.bin_first,
        base.bin_s,
        table,
        closed,
        closed_from_s=from_s if is_timed else None,
        closed_until_s=until_s if is_timed else None,
    )


def speed_ratio(graph: RoadGraph, metric: Metric, bin_index: int) -> Float32:
    """Speed while moving in one bin over the free-flow speed, shape (E,); 0 where an edge is closed or stands."""
    row = metric.travel_time_ms[metric.row(bin_index)]
    moving_ms = np.maximum(row - graph.edge_delay_ms, 1)
    free_ms = graph.edge_length_dm * 360.0 / graph.edge_speed_kmh
    stands = metric.closed_in(bin_index) | (row == UNREACHABLE)
    return np.where(stands, 0.0, free_ms / moving_ms).astype(np.float32)


def _whole_ms(moving_ms: Float64, delay_ms: Int32) -> Int32:
    """Whole milliseconds with the delays, at least one and below UNREACHABLE."""
    return np.clip(np.rint(moving_ms) + delay_ms, 1, UNREACHABLE - 1).astype(np.int32)


def _of_copies(graph: RoadGraph, edges: Sequence[int], values: Sequence[float]) -> tuple[Int64, Float64]:
    """The edges with all their copies, and the value of each."""
    by_base = np.full(graph.edge_count, np.nan)
    by_base[graph.edge_base[np.asarray(edges, np.int64)]] = values
    by_edge = by_base[graph.edge_base]
    on = np.flatnonzero(~np.isnan(by_edge))
    return on, by_edge[on]


def _rows_within(metric: Metric, from_s: float, until_s: float) -> Int64:
    """Rows whose bins overlap the time from ``from_s`` until ``until_s``."""
    starts_s = np.array(metric.bins) * metric.bin_s
    return np.flatnonzero((starts_s + metric.bin_s > from_s) & (starts_s < until_s))
