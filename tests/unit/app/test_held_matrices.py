"""What has not changed is not computed again, and nobody can tell the difference."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from tests.unit.app.conftest import at

from milkfloat.app import held_matrices
from milkfloat.app.held_matrices import HeldMatrices
from milkfloat.app.maps import City
from milkfloat.app.travel import Slices
from milkfloat.roads.matrix import road_matrix
from milkfloat.roads.metric import with_energy
from milkfloat.roads.overrides import Overrides, Slowdown
from milkfloat.roads.snap import Snap
from milkfloat.roads.traffic import apply, base_metric, default_profile

BINS = (28, 30, 34)


@pytest.fixture
def places(city: City) -> list[Snap]:
    spots = [at(0, 0), at(5, 5), at(5, 0), at(2.5, 3)]
    snaps = city.snaps.snaps(np.array([(p.lon, p.lat) for p in spots]), limit_m=500.0)
    return [snap for snap in snaps if isinstance(snap, Snap)]


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, ...]]:
    """The bins that are searched."""
    calls: list[tuple[int, ...]] = []

    def counted(*args: Any, **more: Any) -> Any:
        calls.append(tuple(more["bins"]))
        return road_matrix(*args, **more)

    monkeypatch.setattr(held_matrices, "road_matrix", counted)
    return calls


def test_only_bins_in_new_traffic_are_searched(city: City, places: list[Snap], asked: list[tuple[int, ...]]) -> None:
    usual = base_metric(city.graph, default_profile(), bins=range(96))
    energy = np.ones(city.graph.edge_count, np.float32)
    usual = with_energy(usual, energy, energy)
    held = HeldMatrices()
    first = held.matrix(city.graph, usual, places, bins=BINS)
    held.matrix(city.graph, usual, places, bins=BINS)
    jam = Slowdown(tuple(range(city.graph.edge_count)), 0.5, 30 * 900.0, 31 * 900.0)
    jammed = with_energy(apply(city.graph, usual, Overrides(slowdowns=(jam,))), energy, energy)
    mixed = held.matrix(city.graph, jammed, places, bins=BINS)
    assert asked == [BINS, (30,)]
    assert np.array_equal(mixed.travel_time_ms[0], first.travel_time_ms[0])
    exact = road_matrix(city.graph, jammed, places, bins=BINS)
    for name in ("travel_time_ms", "distance_dm", "energy_j", "energy_j_per_kg"):
        assert np.array_equal(getattr(mixed, name), getattr(exact, name))


def test_other_places_and_energies_are_other_matrices(
    city: City, places: list[Snap], asked: list[tuple[int, ...]]
) -> None:
    usual = base_metric(city.graph, default_profile(), bins=range(96))
    held = HeldMatrices()
    held.matrix(city.graph, usual, places, bins=(30,))
    held.matrix(city.graph, usual, places[:2], bins=(30,))
    energy = np.ones(city.graph.edge_count, np.float32)
    held.matrix(city.graph, with_energy(usual, energy, energy), places, bins=(30,))
    held.matrix(city.graph, with_energy(usual, energy, 2 * energy), places, bins=(30,))
    held.matrix(city.graph, replace(usual), places, bins=(30,))
    assert len(asked) == 4


def test_memory_has_a_limit(
    city: City, places: list[Snap], asked: list[tuple[int, ...]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(held_matrices, "_PAIRS_MAX", 2 * len(places) ** 2)
    usual = base_metric(city.graph, default_profile(), bins=range(96))
    held = HeldMatrices()
    for bins in ((28, 30), (34,), (28, 30), (28, 30), BINS, BINS):
        held.matrix(city.graph, usual, places, bins=bins)
    assert asked == [(28, 30), (34,), (28, 30), BINS[2:], BINS]


def test_slices_of_the_rest_of_the_day() -> None:
    day = Slices(28, 48, 1)
    # One slice stays behind, for drives that began before.
    assert day.since(30 * 900.0) == Slices(29, 47, 1)
    assert day.since(0.0) == day
    assert day.since(200 * 900.0) == Slices(75, 1, 1)
    assert Slices(28, 24, 2).since(40 * 900.0) == Slices(38, 19, 2)
