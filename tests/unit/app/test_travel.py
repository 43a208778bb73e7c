from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from tests.unit.app.conftest import at

from milkfloat.app.maps import City
from milkfloat.app.travel import Slices, fifo, slices_for, travel_metric
from milkfloat.roads.path import find_path
from milkfloat.roads.snap import Snap
from milkfloat.roads.traffic import base_metric, default_profile

_WIDTH = 900.0


@given(arrays(np.float64, (5, 2, 2), elements=st.one_of(st.floats(0.0, 5_000.0), st.just(np.inf))))
def test_nobody_who_leaves_later_arrives_earlier(time: np.ndarray) -> None:
    """Arrivals never fall from slice to slice, nothing gets faster, and a pair is unreachable always or never."""
    before = time.copy()
    after = fifo(time, _WIDTH)
    finite = np.isfinite(after)
    assert (finite.all(axis=0) | ~finite.any(axis=0)).all()
    known = np.isfinite(before)
    assert (after[known] >= before[known]).all()
    arrivals = after + np.arange(5)[:, None, None] * _WIDTH
    open_pairs = finite.all(axis=0)
    assert (np.diff(arrivals[:, open_pairs], axis=0) >= -1e-6).all()


def test_who_comes_before_a_road_opens_waits_for_it() -> None:
    time = np.full((4, 1, 1), 60.0)
    time[1:3] = np.inf
    # At slice 3 the drive takes 60 s; from slice 2 it takes a slice more, from slice 1 two.
    assert fifo(time, _WIDTH)[:, 0, 0].tolist() == [60.0, 1_860.0, 960.0, 60.0]
    closed_to_the_end = np.array([60.0, np.inf]).reshape(2, 1, 1)
    assert fifo(closed_to_the_end, _WIDTH)[1, 0, 0] >= 86_400


def test_slices_cover_the_day_and_widen_for_many_places() -> None:
    assert slices_for(100, 7 * 3_600, 19 * 3_600) == Slices(28, 48, 1)
    wide = slices_for(2_000, 7 * 3_600, 19 * 3_600)
    assert wide.step > 1
    assert wide.count * 2_000**2 <= 64_000_000
    assert wide.bins[-1] + wide.step >= 19 * 4


def test_times_by_departure_are_those_of_drives_through_the_rush(city: City) -> None:
    """Half-way traffic is right to a few per cent of an exact search, whichever the time of departure."""
    metric = base_metric(city.graph, default_profile(), bins=range(96))
    metric = type(metric)(metric.bin_first, metric.bin_s, metric.travel_time_ms * 6, metric.closed)  # a larger town
    spots = [at(0, 0), at(5, 5), at(5, 0)]
    snaps = city.snaps.snaps(np.array([(p.lon, p.lat) for p in spots]), limit_m=500.0)
    places = [snap for snap in snaps if isinstance(snap, Snap)]
    slices = slices_for(3, 6 * 3_600, 20 * 3_600)
    table = travel_metric(city.graph, metric, places, slices, midnight_s=0.0)
    off = []
    for k in range(slices.count - 4):
        depart = table.slice_start + k * table.slice_width
        for a, b in ((0, 1), (1, 2), (2, 0)):
            path = find_path(city.graph, metric, places[a], places[b], depart_s=depart)
            assert path is not None
            off.append(table.time[k, a, b] / (path.travel_time_ms / 1_000) - 1)
    assert np.abs(off).max() < 0.05
    assert abs(np.mean(off)) < 0.01
