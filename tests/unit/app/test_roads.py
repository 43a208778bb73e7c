from __future__ import annotations

import gzip
import json
from datetime import datetime
from pathlib import Path

import pytest
from tests.unit.app.conftest import BLOCK_M, at
from tests.unit.roads.tiny_maps import square

from milkfloat.app.maps import City, open_map
from milkfloat.app.roads import (
    find_model,
    map_facts,
    matrix_document,
    read_points,
    roads_at,
    spot_of,
    way,
    way_document,
)
from milkfloat.cli.main import main
from milkfloat.errors import InputError
from milkfloat.fleet.places import Address, Place


def _run(*args: str | Path) -> int:
    with pytest.raises(SystemExit) as ended:
        main([str(arg) for arg in args])
    return int(ended.value.code or 0)


def test_a_map_tells_what_it_holds(city: City) -> None:
    facts = map_facts(city)
    # 6 x 6 junctions, 60 streets between them, both ways.
    assert (facts["junctions"], facts["edges"]) == (36, 120)
    assert facts["road_km"] == pytest.approx(120 * BLOCK_M / 1_000, rel=0.001)
    assert facts["elevation_m"] is None


def test_a_matrix_and_a_path_agree(city: City, tmp_path: Path) -> None:
    here, there = at(0.5, 0), at(4, 3.5)
    table = tmp_path / "points.csv"
    table.write_text(f"id,lon,lat\na,{here.lon},{here.lat}\nb,{there.lon},{there.lat}\nsea,11,3\n")
    roads = roads_at(city, depart=datetime.fromisoformat("2026-01-15T08:00"), van="addax-mt10", temperature_c=-10.0)
    points = read_points(city, table)
    assert points.names == ("a", "b")
    assert [fault.where for fault in points.faults] == ["points.csv:4.lon"]
    document = matrix_document(roads, points)
    found = way(roads, [(here, "FROM"), (there, "TO")])
    facts = way_document(roads, found)["properties"]
    assert document["travel_time_s"][0][1] == pytest.approx(facts["travel_time_s"], abs=0.01)
    assert document["distance_m"][0][1] == pytest.approx(facts["distance_m"], abs=0.2)
    assert document["energy_wh"][0][1] == pytest.approx(facts["energy_wh"], rel=0.001)
    assert facts["distance_m"] == pytest.approx(3.5 * BLOCK_M + 3.5 * BLOCK_M, abs=2)
    assert facts["steps"][0]["instruction"].startswith("Head")
    assert facts["steps"][-1]["instruction"].startswith("Arrive")
    rush = facts["travel_time_s"]
    empty = roads_at(city, depart=None, van=None, temperature_c=20.0)
    calm = way_document(empty, way(empty, [(here, "FROM"), (there, "TO")]))["properties"]
    assert calm["travel_time_s"] < rush
    assert "energy_wh" not in calm


def test_places_are_typed_as_numbers_or_addresses() -> None:
    assert spot_of("24.94, 60.17", "FROM") == Place(24.94, 60.17)
    assert spot_of("Main Street 1, Town", "FROM") == Address("Main Street 1, Town")
    with pytest.raises(InputError, match=r"FROM: latitude 124\.9"):
        spot_of("60.2,124.9", "FROM")
    with pytest.raises(InputError, match="nearest: addax-mt1"):
        find_model("Adax MT1")


def test_the_commands(
    city: City, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert _run("roads", "build", city.path, "--json") == 0
    assert json.loads(capsys.readouterr().out)["junctions"] == 36
    here, there = at(1, 1), at(3, 1)
    line = tmp_path / "way.geojson"
    spots = [f"{p.lon:.6f},{p.lat:.6f}" for p in (here, there)]
    assert _run("roads", "path", city.path, *spots, "--van", "Goupil G4, 7.2 kWh", "--geojson", line) == 0
    captured = capsys.readouterr()
    assert "0.80 km in" in captured.out
    assert "Wh with an empty goupil-g4-7" in captured.out
    assert json.loads(line.read_text())["geometry"]["type"] == "LineString"
    assert _run("roads", "path", city.path, "Row A 3", "Row Z 9") == 2
    assert "TO.address: no street like 'Row Z 9'" in capsys.readouterr().err
    points = tmp_path / "points.csv"
    points.write_text("id,lon,lat\nsea,11,3\n")
    assert _run("roads", "matrix", city.path, points) == 2
    assert capsys.readouterr().err.splitlines()[-1] == "points.csv: no point is left"
    points.write_text(f"id,address,lon,lat\na,Row A 3,,\nb,,{there.lon},{there.lat}\n")
    assert _run("roads", "matrix", city.path, points, "--output", tmp_path / "m.json") == 0
    assert len(json.loads((tmp_path / "m.json").read_text())["travel_time_s"]) == 2


def test_a_packed_map_is_unpacked(tmp_path: Path) -> None:
    packed = tmp_path / "square.osm.pbf.gz"
    packed.write_bytes(gzip.compress(square(200.0).pbf()))
    city = open_map(packed, cache=tmp_path / "cache", timezone="UTC")
    assert city.name == "square"
    assert city.graph.node_count > 0
