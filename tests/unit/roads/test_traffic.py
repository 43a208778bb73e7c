"""Speeds by time of day, what differs from them, and the feeds that say so."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest
from tests.unit.roads.test_restrictions import dual_carriageway
from tests.unit.roads.tiny_maps import edge, lonlat, place, square

from milkfloat.errors import InputError
from milkfloat.roads.classes import RoadClass
from milkfloat.roads.matrix import road_matrix
from milkfloat.roads.snap import snap_index
from milkfloat.roads.traffic import (
    Closure,
    MeasuredSpeeds,
    Overrides,
    Slowdown,
    TrafficRead,
    apply,
    base_metric,
    default_profile,
    flat_profile,
    read_geojson_lines,
    read_speed_csv,
    speed_ratio,
)
from milkfloat.roads.types import UNREACHABLE

GRAPH = square().graph()
INDEX = snap_index(GRAPH)
FREE = base_metric(GRAPH, flat_profile(), bins=range(4))
EAST, WEST = edge(GRAPH, 1, 2), edge(GRAPH, 2, 1)
# 100 m at 26 km/h.
FREE_MS = round(1_000 * 360 / 26)


def times(overrides: Overrides, of: int = EAST) -> list[int]:
    return [int(value) for value in apply(GRAPH, FREE, overrides).travel_time_ms[:, of]]


def test_free_flow_is_length_over_speed() -> None:
    assert FREE.travel_time_ms[:, EAST].tolist() == [FREE_MS] * 4


def test_the_rush_is_slow_on_main_roads_and_night_is_free() -> None:
    profile = default_profile()
    by_hour = profile.share.reshape(24, 4, -1).mean(axis=1)
    assert by_hour[3].tolist() == [1.0] * len(RoadClass)
    assert by_hour[8, RoadClass.PRIMARY] == pytest.approx(0.58, abs=0.1)
    assert by_hour[8, RoadClass.PRIMARY] < by_hour[8, RoadClass.RESIDENTIAL] < 1.0
    assert by_hour[16, RoadClass.PRIMARY] < by_hour[12, RoadClass.PRIMARY] < 1.0


def test_bins_go_on_past_midnight_with_the_same_day() -> None:
    metric = base_metric(GRAPH, default_profile(), bins=range(30, 30 + 96 + 1))
    assert metric.travel_time_ms[0].tolist() == metric.travel_time_ms[96].tolist()
    # Bin 32 begins at 8 o'clock.
    assert metric.travel_time_ms[2, EAST] > FREE_MS


def test_measured_speeds_replace_the_usual_ones_while_they_hold() -> None:
    # 13 km/h from 900 s on: half of 26.
    speeds = MeasuredSpeeds((EAST,), (13.0,), from_s=900.0, until_s=1_800.0)
    assert times(Overrides(speeds=(speeds,))) == [FREE_MS, 2 * FREE_MS, FREE_MS, FREE_MS]
    assert times(Overrides(speeds=(speeds,)), of=WEST) == [FREE_MS] * 4
    later = MeasuredSpeeds((EAST,), (26.0,))
    assert times(Overrides(speeds=(speeds, later))) == [FREE_MS] * 4


def test_jams_multiply_and_count_in_every_bin_they_touch() -> None:
    jams = (Slowdown((EAST,), 0.5, from_s=1_000.0, until_s=1_900.0), Slowdown((EAST,), 0.5, from_s=2_000.0))
    found = times(Overrides(slowdowns=jams))
    assert found == pytest.approx([FREE_MS, 2 * FREE_MS, 4 * FREE_MS, 2 * FREE_MS], abs=2)


def test_waits_at_signals_stay_what_they_are() -> None:
    extract = square()
    extract.nodes[2] = (100.0, 0.0, {"highway": "traffic_signals"})
    graph = extract.graph()
    on = edge(graph, 1, 2)
    metric = apply(graph, base_metric(graph, flat_profile(), bins=[0]), Overrides(slowdowns=(Slowdown((on,), 0.5),)))
    assert metric.travel_time_ms[0, on] == pytest.approx(2 * FREE_MS + 5_000, abs=2)
    assert speed_ratio(graph, metric, 0)[on] == pytest.approx(0.5, rel=1e-3)


def test_closures_for_good_and_for_a_while() -> None:
    for_good = apply(GRAPH, FREE, Overrides(closures=(Closure((EAST, WEST)),)))
    assert np.flatnonzero(for_good.closed).tolist() == sorted((EAST, WEST))
    assert for_good.closed_from_s is None
    assert speed_ratio(GRAPH, for_good, 0)[EAST] == 0.0
    a_while = apply(GRAPH, FREE, Overrides(closures=(Closure((EAST,), 900.0, 1_500.0), Closure((EAST,), 0.0, 100.0))))
    assert not a_while.closed.any()
    assert [bool(a_while.closed_in(k)[EAST]) for k in range(3)] == [True, True, False]
    # On top of what was closed before.
    assert apply(GRAPH, for_good, Overrides(closures=(Closure((0,), 1.0, 2.0),))).closed.sum() == 2


def test_copies_of_an_edge_follow_it() -> None:
    extract = dual_carriageway()
    extract.restriction("no_u_turn", 40, (50,), 31)
    graph = extract.graph()
    link = edge(graph, 5, 2)
    copies = np.flatnonzero(graph.edge_base == link)
    assert len(copies) == 2
    base = base_metric(graph, flat_profile(), bins=[0])
    slow = apply(graph, base, Overrides(slowdowns=(Slowdown((link,), 0.1),)))
    assert len(set(slow.travel_time_ms[0, copies].tolist())) == 1
    assert apply(graph, base, Overrides(closures=(Closure((link,)),))).closed[copies].all()


@pytest.mark.parametrize("factor", [0.0, -1.0, 6.0, math.nan])
def test_a_factor_out_of_range_is_refused(factor: float) -> None:
    with pytest.raises(InputError, match=r"not within 0\.01 to 5"):
        Slowdown((0,), factor)


def test_a_speed_out_of_range_is_refused() -> None:
    with pytest.raises(InputError, match="not above 0 and at most 200"):
        MeasuredSpeeds((0, 1), (30.0, 0.0))


# The speed CSV of OSRM.


def test_the_csv_sets_one_direction_and_zero_closes() -> None:
    read = read_speed_csv("1,2,13\n3,2,0\n4,3,26,0.5\n", GRAPH)
    assert read.faults == ()
    assert dict(zip(read.overrides.speeds[0].edges, read.overrides.speeds[0].speeds_kmh, strict=True)) == pytest.approx(
        {EAST: 13.0, edge(GRAPH, 4, 3): 26.0}, rel=1e-4
    )
    assert read.overrides.closures[0].edges == (edge(GRAPH, 3, 2),)


def test_segments_without_a_row_keep_their_speed() -> None:
    extract = square()
    extract.node(6, 25, 0)
    extract.ways[12] = ([1, 6, 2], {"highway": "residential"})
    graph = extract.graph()
    (speeds,) = read_speed_csv("from,to,speed\n6,2,13\n", graph).overrides.speeds
    # 25 m at 26 km/h and 75 m at 13 km/h: 100 / (25 / 26 + 75 / 13) = 14.857.
    assert speeds.edges == (edge(graph, 1, 2),)
    assert speeds.speeds_kmh[0] == pytest.approx(14.857, rel=1e-3)


def test_every_bad_row_is_named_and_good_ones_count() -> None:
    text = "1,2,13\n1,3,20\n1,2\na,b,c\n2,3,999\n# a remark\n\n77,78,20\n2,1,13"
    read = read_speed_csv(text, GRAPH, source="feed.csv")
    assert sorted(read.overrides.speeds[0].edges) == sorted((EAST, WEST))
    assert [str(fault) for fault in read.faults] == [
        "feed.csv:2: no street a van may use leads from node 1 straight to node 3",
        "feed.csv:3: has 2 values; from, to and speed are needed",
        "feed.csv:4: from 'a', to 'b' and speed 'c' must be numbers",
        "feed.csv:5: speed 999 km/h is not within 0 to 200",
        "feed.csv:8: no street a van may use leads from node 77 straight to node 78",
    ]


def test_an_empty_feed_says_nothing() -> None:
    assert read_speed_csv("", GRAPH) == TrafficRead(Overrides(), ())


# Lines on the map.


def feature(points: list[tuple[float, float]], **properties: object) -> dict[str, object]:
    line = [lonlat(*point) for point in points]
    geometry = {"type": "Point", "coordinates": line[0]}
    if len(line) > 1:
        geometry = {"type": "LineString", "coordinates": line}
    return {"type": "Feature", "geometry": geometry, "properties": {k.rstrip("_"): v for k, v in properties.items()}}


SOUTH_SIDE = [(5.0, 2.0), (95.0, 2.0)]


def read_lines(*features: dict[str, object], midnight: datetime | None = None) -> TrafficRead:
    return read_geojson_lines({"type": "FeatureCollection", "features": [*features]}, GRAPH, INDEX, midnight=midnight)


def test_a_line_slows_the_direction_it_is_drawn_in() -> None:
    (slowdown,) = read_lines(feature(SOUTH_SIDE, factor=0.3)).overrides.slowdowns
    assert (slowdown.edges, slowdown.factor) == ((EAST,), 0.3)
    (slowdown,) = read_lines(feature(SOUTH_SIDE[::-1], factor=0.3)).overrides.slowdowns
    assert slowdown.edges == (WEST,)
    (slowdown,) = read_lines(feature(SOUTH_SIDE, factor=0.3, direction="both")).overrides.slowdowns
    assert slowdown.edges == tuple(sorted((EAST, WEST)))


def test_a_closure_holds_both_ways_and_a_point_beside_a_street_means_it() -> None:
    for drawn in (SOUTH_SIDE, SOUTH_SIDE[::-1], [(50.0, -9.0)]):
        (closure,) = read_lines(feature(drawn, closed=True)).overrides.closures
        assert closure.edges == tuple(sorted((EAST, WEST)))


def test_a_line_that_only_crosses_a_street_does_not_mean_it() -> None:
    # From the east side along the north side; it begins 10 m below the corner.
    (closure,) = read_lines(feature([(100.0, 90.0), (100.0, 100.0), (5.0, 100.0)], closed=True)).overrides.closures
    assert set(GRAPH.edge_way[list(closure.edges)].tolist()) == {34}


def test_speed_zero_closes_and_times_may_be_clocks_seconds_or_instants() -> None:
    midnight = datetime(2026, 1, 15, tzinfo=UTC)
    read = read_lines(
        feature(SOUTH_SIDE, speed_kmh=0, until=7_200),
        feature(SOUTH_SIDE, speed_kmh=20, from_="08:30", until="10:00:30"),
        feature(SOUTH_SIDE, factor=0.5, from_="2026-01-15T09:00:00+01:00"),
        midnight=midnight,
    )
    assert read.faults == ()
    assert read.overrides.closures[0].until_s == 7_200.0
    assert (read.overrides.speeds[0].from_s, read.overrides.speeds[0].until_s) == (30_600.0, 36_030.0)
    assert read.overrides.slowdowns[0].from_s == 28_800.0


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        (feature(SOUTH_SIDE), "exactly one of closed, speed_kmh and factor, not none"),
        (feature(SOUTH_SIDE, closed=True, factor=0.5), "not factor and closed"),
        (feature(SOUTH_SIDE, factor="fast"), "'fast' is not a number"),
        (feature(SOUTH_SIDE, factor=9), "9 is not within"),
        (feature(SOUTH_SIDE, closed=True, until="noon"), "neither seconds nor HH:MM"),
        (feature(SOUTH_SIDE, closed=True, until="2026-01-15T09:00:00Z"), "a day to belong to"),
        (feature(SOUTH_SIDE, closed=True, from_=900, until=800), "not after 900"),
        (feature(SOUTH_SIDE, closed=True, direction="left"), "neither 'along' nor 'both'"),
        (feature([(5_000.0, 0.0), (5_100.0, 0.0)], closed=True), "follows no street"),
        ({"type": "Feature", "geometry": {"type": "Polygon"}, "properties": {"closed": True}}, "none of LineString"),
        ({"type": "Feature", "geometry": None, "properties": {"closed": True}}, "none of LineString"),
        (
            {"type": "Feature", "geometry": {"type": "LineString", "coordinates": [[1]]}, "properties": {"closed": 1}},
            "not longitudes and latitudes",
        ),
        ({"type": "Point"}, "not a GeoJSON Feature"),
        ({"type": "Feature", "geometry": [1, 2], "properties": {"closed": True}}, "is not an object"),
        ({"type": "Feature", "geometry": None, "properties": "closed"}, "is not an object"),
    ],
)
def test_a_bad_message_is_named_and_the_good_one_beside_it_counts(bad: dict[str, object], said: str) -> None:
    read = read_lines(bad, feature(SOUTH_SIDE, closed=True))
    assert len(read.overrides.closures) == 1
    (fault,) = read.faults
    assert said in str(fault)
    assert "[0]" in fault.where


def test_lines_of_text_each_with_a_feature_are_read_too() -> None:
    text = "\n".join(json.dumps(feature(SOUTH_SIDE, closed=True)) for _ in range(2)) + "\nno json\n"
    read = read_geojson_lines(text, GRAPH, INDEX)
    assert len(read.overrides.closures) == 2
    assert len(read.faults) == 1


def test_a_jam_moves_the_fastest_way() -> None:
    places = [place(GRAPH, -15, 0), place(GRAPH, 100, 80)]
    jam = apply(GRAPH, FREE, read_lines(feature(SOUTH_SIDE, factor=0.1)).overrides)
    before = road_matrix(GRAPH, FREE, places, bins=[0])
    after = road_matrix(GRAPH, jam, places, bins=[0])
    assert (before.distance_dm[0, 0, 1], after.distance_dm[0, 0, 1]) == (
        pytest.approx(1_950, abs=1),
        pytest.approx(2_350, abs=1),
    )


def test_a_road_at_a_standstill_stays_there_when_slowed() -> None:
    table = FREE.travel_time_ms.copy()
    table[:, EAST] = UNREACHABLE
    stands = replace(FREE, travel_time_ms=table)
    metric = apply(GRAPH, stands, Overrides(slowdowns=(Slowdown((EAST,), 0.5),)))
    assert (metric.travel_time_ms[:, EAST] == UNREACHABLE).all()
