"""Real maps of a city centre, a mountainous country and a large city: they build, answer and stay what they are."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from tests.unit.roads import oracle

from milkfloat.app.maps import City, open_map
from milkfloat.errors import InputError
from milkfloat.roads.addresses import Match, Miss
from milkfloat.roads.matrix import road_matrix
from milkfloat.roads.path import find_path, steps
from milkfloat.roads.snap import Snap, snap
from milkfloat.roads.traffic import base_metric, default_profile
from milkfloat.roads.types import UNREACHABLE

# Name, edges between junctions as a plain count of the extract's ways gives them (README of the set), zone.
MAPS = {
    "helsinki-centre": (1_829, "Europe/Helsinki"),
    "liechtenstein": (7_762, "Europe/Vaduz"),
    "porto": (148_599, "Europe/Lisbon"),
}


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="module", params=MAPS)
def city(request: pytest.FixtureRequest, milkfloat_data: Path, cache: Path) -> City:
    return open_map(milkfloat_data / "data" / "osm_extracts" / f"{request.param}.osm.pbf", cache=cache)


def places(city: City, count: int, seed: int) -> list[Snap]:
    random = np.random.default_rng(seed)
    junctions = random.choice(city.graph.node_count, count)
    points = np.stack([city.graph.node_lon[junctions], city.graph.node_lat[junctions]], axis=1)
    found = snap(city.graph, points + random.normal(0, 2e-4, points.shape))
    return [each for each in found if isinstance(each, Snap)]


def test_nearly_every_street_of_the_extract_is_in_the_graph(city: City) -> None:
    streets, zone = MAPS[city.name]
    base_edges = len(np.unique(city.graph.edge_base))
    # What is missing: private ways, pedestrian streets, what the border cut off. Helsinki's centre has many of those.
    assert (0.70 if city.name == "helsinki-centre" else 0.95) * streets < base_edges < streets
    assert city.timezone == zone


def test_the_second_opening_loads_what_the_first_built(city: City, cache: Path) -> None:
    def refuse(phase: str, part: float) -> None:
        raise AssertionError(f"built again: {phase} {part}")

    again = open_map(city.path, cache=cache, progress=refuse)
    assert again.graph.content_hash == city.graph.content_hash
    np.testing.assert_array_equal(again.graph.turn_edge, city.graph.turn_edge)


def test_everything_reaches_everything(city: City) -> None:
    found = places(city, 40, seed=1)
    metric = base_metric(city.graph, default_profile(), bins=range(32, 36))
    matrix = road_matrix(city.graph, metric, found, bins=[32, 35], threads=2)
    assert int(matrix.travel_time_ms.max()) < UNREACHABLE
    assert int(matrix.distance_dm.max()) < UNREACHABLE


def test_matrix_and_path_are_what_a_plain_dijkstra_finds(city: City) -> None:
    found = places(city, 4, seed=2)
    metric = base_metric(city.graph, default_profile(), bins=[32])
    matrix = road_matrix(city.graph, metric, found, bins=[32])
    for i, source in enumerate(found):
        for j, target in enumerate(found):
            if i != j and (city.name != "porto" or i == 0):
                assert matrix.travel_time_ms[0, i, j] == oracle.time_ms(city.graph, metric, source, target)
            path = find_path(city.graph, metric, source, target, depart_s=32 * 900.0)
            assert path is not None
            assert path.travel_time_ms == pytest.approx(matrix.travel_time_ms[0, i, j], abs=2)
            assert path.distance_dm == pytest.approx(matrix.distance_dm[0, i, j], rel=0.02, abs=10)
            told = steps(city.graph, path)
            assert told[0].maneuver_type == "depart"
            assert told[-1].maneuver_type == "arrive"


def test_travel_times_are_those_of_a_van_in_town(city: City) -> None:
    found = places(city, 40, seed=3)
    night = base_metric(city.graph, default_profile(), bins=[8])
    rush = base_metric(city.graph, default_profile(), bins=[32])
    slow, fast = (road_matrix(city.graph, metric, found, bins=[8]) for metric in (rush, night))
    apart = fast.distance_dm[0] > 50_000
    kmh = fast.distance_dm[0][apart].sum() / max(1, fast.travel_time_ms[0][apart].sum()) * 360.0
    # Most of a long drive around Porto is on motorways; the centre of Helsinki has no two places 5 km apart.
    assert not apart.any() or 25.0 < kmh < 75.0
    longer = fast.travel_time_ms[0] > 60_000
    assert 1.05 < float(np.median(slow.travel_time_ms[0][longer] / fast.travel_time_ms[0][longer])) < 2.0


def test_addresses_of_the_centre_of_helsinki_are_found(milkfloat_data: Path, cache: Path) -> None:
    city = open_map(milkfloat_data / "data" / "osm_extracts" / "helsinki-centre.osm.pbf", cache=cache)
    for text in ("Aleksanterinkatu 11, Helsinki", "Alexandersgatan 11", "Mannerheimintie 5 A 3, 00100 Helsinki"):
        match = city.addresses.find(text)
        assert isinstance(match, Match)
        assert match.kind == "house"
        assert isinstance(snap(city.graph, [(match.lon, match.lat)])[0], Snap)
    miss = city.addresses.find("Mannerhimintie 5")
    assert isinstance(miss, Miss)
    assert miss.candidates[0] == "Mannerheimintie"


def test_a_damaged_cache_is_built_again(milkfloat_data: Path, tmp_path: Path) -> None:
    path = milkfloat_data / "data" / "osm_extracts" / "helsinki-centre.osm.pbf"
    city = open_map(path, cache=tmp_path)
    assert city.cache is not None
    file = city.cache / "graph.bin"
    file.write_bytes(file.read_bytes()[:1_000])
    assert open_map(path, cache=tmp_path).graph.edge_count == city.graph.edge_count
    assert file.stat().st_size > 1_000


def test_other_files_of_the_set_are_no_maps(milkfloat_data: Path, tmp_path: Path) -> None:
    for name in ("data/osm_extracts/README.md", "data/MANIFEST.csv"):
        with pytest.raises(InputError, match="not an OpenStreetMap extract") as caught:
            open_map(milkfloat_data / name, cache=tmp_path)
        assert str(milkfloat_data / name) in str(caught.value)


def test_a_map_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="No such file"):
        open_map(tmp_path / "nowhere.osm.pbf", cache=tmp_path)
