"""What is read from an extract, in every packing, and what is said of files that are none."""

from __future__ import annotations

import contextlib
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.roads.tiny_maps import Extract, has_edge, square

from milkfloat.errors import InputError
from milkfloat.roads.addresses import AddressBook
from milkfloat.roads.graph import build_graph

PBF = square().pbf()


@pytest.mark.parametrize("suffix", [".osm.pbf", ".osm", ".osm.gz", ".osm.bz2"])
def test_every_packing_of_openstreetmap_gives_the_same_streets(suffix: str) -> None:
    assert build_graph(square().pbf(suffix)).edge_count == 10


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "empty"),
        (b"\x00" * 100, "not an OpenStreetMap extract"),
        (b"id,lon,lat\n1,24.9,60.1\n", "not an OpenStreetMap extract"),
        (json.dumps({"type": "FeatureCollection", "features": []}).encode(), "not an OpenStreetMap extract"),
        (b"\x1f\x8b" + b"no gzip at all", "not an OpenStreetMap extract"),
        (b"<html><body>404</body></html>", "not an OpenStreetMap extract"),
        (PBF[:-20], "incomplete"),
        (square().pbf(".osm")[:-40], "incomplete"),
    ],
)
def test_a_file_that_is_no_extract_is_named_as_such(data: bytes, said: str) -> None:
    for read in (build_graph, AddressBook.from_pbf):
        with pytest.raises(InputError) as caught:
            read(data)
        (fault,) = caught.value.faults
        assert said in fault.message


def test_an_extract_without_a_drivable_road_is_refused_with_what_it_holds() -> None:
    extract = Extract()
    extract.node(1, 0, 0)
    extract.node(2, 50, 0)
    extract.way(1, 2, highway="footway")
    extract.way(1, 2, tags={"access": "private"})
    with pytest.raises(InputError, match="no road that a van may drive on; 1 are closed to vans"):
        build_graph(extract.pbf())


@settings(max_examples=60, deadline=None)
@given(st.integers(0, len(PBF) - 1), st.binary(min_size=1, max_size=4))
def test_bytes_changed_anywhere_give_a_graph_or_a_fault_and_nothing_else(at: int, other: bytes) -> None:
    """Any bytes either build or raise InputError."""
    data = PBF[:at] + other + PBF[at + len(other) :]
    with contextlib.suppress(InputError):
        assert build_graph(data).edge_count >= 1


def test_a_way_whose_nodes_the_cut_left_out_goes_on_behind_the_gap() -> None:
    extract = square()
    # Node 99 lies beyond the border of the extract.
    extract.node(6, 50, 50)
    extract.way(1, 6, 99, 3)
    graph = extract.graph()
    assert has_edge(graph, 1, 6)
    assert not has_edge(graph, 6, 3)


@pytest.mark.parametrize(
    ("barrier", "open_to_vans"),
    [({}, True), ({"barrier": "bollard"}, False), ({"barrier": "bollard", "goods": "yes"}, True)],
)
def test_a_bollard_cuts_a_street_in_two(barrier: dict[str, str], open_to_vans: bool) -> None:
    extract = square()
    extract.node(6, 50, 0, **barrier)
    extract.ways[12] = ([1, 6, 2], {"highway": "residential"})
    graph = extract.graph()
    # Without the barrier node 6 is no junction; with it the street consists of two dead ends.
    assert has_edge(graph, 1, 2) is open_to_vans
    assert has_edge(graph, 1, 6) is not open_to_vans


def test_progress_goes_through_the_phases_and_never_back() -> None:
    seen: list[tuple[str, float]] = []
    build_graph(PBF, progress=lambda phase, part: seen.append((phase, part)))
    assert list(dict.fromkeys(phase for phase, _ in seen)) == ["read", "junctions", "turns", "connect", "elevation"]
    assert all(0.0 <= part <= 1.0 for _, part in seen)
    reading = [part for phase, part in seen if phase == "read"]
    assert reading == sorted(reading)


def test_building_ends_when_progress_says_so() -> None:
    def stop(phase: str, part: float) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        build_graph(PBF, progress=stop)
