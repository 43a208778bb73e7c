"""`milkfloat plan` from files to files: on a small map made here, and on a mountainous country and a large city."""

from __future__ import annotations

import json
import random
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import pytest
from tests.unit.app.conftest import ZONE, at, clock
from tests.unit.app.conftest import city as _city

from milkfloat.app.day_input import read_day
from milkfloat.app.maps import City, open_map
from milkfloat.cli.main import main
from milkfloat.fleet.places import Place

city = _city


def _run(*args: str | Path) -> int:
    with pytest.raises(SystemExit) as ended:
        main([str(arg) for arg in args])
    return int(ended.value.code or 0)


def _orders(places: list[Place], *, seed: int = 1) -> str:
    chance = random.Random(seed)
    rows = ["id,lon,lat,demand_kg,demand_l,window_start,window_end,service_s"]
    for k, place in enumerate(places):
        hour = chance.choice([8, 10, 12])
        window = f"{hour:02d}:00,{hour + 3:02d}:00" if k % 2 else ","
        rows.append(f"o{k},{place.lon:.6f},{place.lat:.6f},{chance.choice([3, 12, 40])},20,{window},120")
    return "\n".join(rows) + "\n"


def _vans(depot: Place, model: str, count: int) -> str:
    rows = ["id,model,depot_lon,depot_lat,shift_start,shift_end"]
    rows += [f"v{k},{model},{depot.lon:.6f},{depot.lat:.6f},07:00,17:00" for k in range(count)]
    return "\n".join(rows) + "\n"


@pytest.fixture
def day(city: City, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the files of a day in the grid town."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    (tmp_path / "map.osm.pbf").write_bytes(city.path.read_bytes())
    (tmp_path / "orders.csv").write_text(_orders([at(k % 5 + 0.5, k // 5) for k in range(20)]))
    (tmp_path / "vans.csv").write_text(_vans(at(0, 0), "addax-mt10", 3))
    place = at(3, 3)
    (tmp_path / "chargers.csv").write_text(f"id,lon,lat,power_kw\nc,{place.lon},{place.lat},11\n")
    return tmp_path


def _plan(day: Path, *more: str | Path) -> int:
    return _run(
        *("plan", "--map", day / "map.osm.pbf", "--orders", day / "orders.csv", "--vans", day / "vans.csv"),
        *("--timezone", ZONE, "--depart", "2026-01-15T06:00", "--iterations", "300"),
        *more,
    )


def test_a_day_is_planned_written_and_checked(day: Path, capsys: pytest.CaptureFixture[str]) -> None:
    names = ("plan.json", "problem.json", "report.html", "sheets.html", "plan.geojson", "plan.csv", "gpx")
    plan, problem, html, sheets, geojson, csv, gpx = (day / name for name in names)
    code = _plan(
        day,
        *("--chargers", day / "chargers.csv", "--temperature", "-15", "--output", plan, "--problem", problem),
        *("--html", html, "--sheets", sheets, "--geojson", geojson, "--csv", csv, "--gpx", gpx),
    )
    assert code == 0
    text = capsys.readouterr().out
    assert "20 of 20" in text
    assert _run("check", problem, plan) == 0
    assert capsys.readouterr().out == "feasible\n"
    document = json.loads(plan.read_text())
    assert document["timezone"] == ZONE
    served = {step["id"] for route in document["routes"] for step in route["steps"] if step["type"] == "job"}
    assert served == {f"o{k}" for k in range(20)}
    first = document["routes"][0]["steps"][0]
    assert first["departure"] >= clock(6)
    assert "soc_wh" in first
    assert all(path.stat().st_size > 0 for path in (html, sheets, geojson, csv))
    assert len(list(gpx.glob("*.gpx"))) == document["summary"]["vehicles"]
    assert json.loads(geojson.read_text())["type"] == "FeatureCollection"


def test_the_same_seed_gives_the_same_plan(day: Path, capsys: pytest.CaptureFixture[str]) -> None:
    documents = []
    for _ in range(2):
        assert _plan(day, "--json") == 0
        document = json.loads(capsys.readouterr().out)
        document["summary"].pop("elapsed_s")
        documents.append(document)
    assert documents[0] == documents[1]


def test_bad_rows_are_named_and_the_good_ones_are_planned(day: Path, capsys: pytest.CaptureFixture[str]) -> None:
    orders = (day / "orders.csv").read_text().splitlines()
    orders[4] = orders[4].replace(",20,", ",-20,")
    lon, lat = orders[6].split(",")[1:3]
    orders[6] = orders[6].replace(f"{lon},{lat}", f"{lat},{lon}")
    orders[8] = "o7,10.0,0.0,99999,20,,,120"
    (day / "orders.csv").write_text("\n".join(orders))
    assert _plan(day, "--output", day / "plan.json") == 2
    captured = capsys.readouterr()
    lines = captured.err.splitlines()
    assert "orders.csv:5.demand_l: -20 is less than 0 l" in lines
    assert any(line.startswith("orders.csv:7.lon: ") and "look swapped" in line for line in lines)
    assert "orders.csv:9.demand_kg: 99999 is more than 44 000 kg" in lines
    assert lines[-1] == "3 faults; the rest was planned"
    assert "17 of 17" in captured.out
    document = json.loads((day / "plan.json").read_text())
    assert len(document["faults"]) == 3


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("map.osm.pbf", b""), "map.osm.pbf"),
        (("map.osm.pbf", b"not a map"), "map.osm.pbf"),
        (("orders.csv", b"id\n\xff"), "is not UTF-8"),
        (("orders.csv", b""), "orders.csv: the file is empty"),
        (("vans.csv", b"id,model\nv,addax-mt10\n"), "vans.csv:2.depot_lon: there is no place"),
        (("vans.csv", None), "vans.csv: No such file"),
    ],
)
def test_what_cannot_be_planned_at_all_ends_with_2_and_says_why(
    day: Path, change: tuple[str, bytes | None], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    name, content = change
    if content is None:
        (day / name).unlink()
    else:
        (day / name).write_bytes(content)
    assert _plan(day) == 2
    captured = capsys.readouterr()
    assert said in captured.err
    assert "Traceback" not in captured.err


@pytest.mark.parametrize(
    ("option", "value", "said"),
    [
        ("--depart", "soon", "--depart: 'soon' is no date and time"),
        ("--timezone", "Mars/Base", "'Mars/Base' is no time zone"),
        ("--output", "nowhere/plan.json", "there is no folder"),
    ],
)
def test_wrong_options_are_named(
    day: Path, option: str, value: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _plan(day, option, value) == 2
    assert said in capsys.readouterr().err.replace("\n", " ")


def test_no_van_drives_where_a_file_closes_the_street(day: Path, capsys: pytest.CaptureFixture[str]) -> None:
    # Row B from the second lane to the fifth; a message that means nothing is named and left out.
    west, east = at(1, 1), at(4, 1)
    line = {"type": "LineString", "coordinates": [[west.lon, west.lat], [east.lon, east.lat]]}
    closed = {"type": "Feature", "properties": {"closed": True}, "geometry": line}
    nothing = {"type": "Feature", "properties": {}, "geometry": line}
    (day / "closed.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": [closed, nothing]}))
    (day / "orders.csv").write_text(_orders([at(4.5, 1)]))
    (day / "vans.csv").write_text(_vans(at(0, 1), "addax-mt10", 1))
    drawn = day / "plan.geojson"
    used = []
    for more in ((), ("--traffic", day / "closed.geojson")):
        code = _plan(day, "--geojson", drawn, *more)
        assert code == (2 if more else 0)
        lines = [f["geometry"]["coordinates"] for f in json.loads(drawn.read_text())["features"]]
        used.append(sum(_along(line, west, east) for line in lines if isinstance(line[0], list)))
    assert "closed.geojson.features[1]" in capsys.readouterr().err
    assert used[0] > 0 == used[1]


def _along(line: list[list[float]], west: Place, east: Place) -> int:
    """Drives between two points on one closed street."""
    return sum(
        abs(a[1] - west.lat) < 1e-6
        and abs(b[1] - west.lat) < 1e-6
        and a[0] != b[0]
        and west.lon - 1e-6 <= min(a[0], b[0])
        and max(a[0], b[0]) <= east.lon + 1e-6
        for a, b in pairwise(line)
    )


def test_the_day_is_the_one_the_files_name_or_the_next(day: Path, city: City) -> None:
    def read(now: str) -> tuple[str, tuple[str, ...]]:
        instant = datetime.fromisoformat(now).replace(tzinfo=UTC)
        found = read_day(city, day / "orders.csv", day / "vans.csv", now=instant)
        return found.conditions.day.isoformat(), found.notes

    # Shifts start at 07:00 in Helsinki, 05:00 in UTC.
    assert read("2026-03-02T04:00")[0] == "2026-03-02"
    assert read("2026-03-02T06:00")[0] == "2026-03-03"
    assert "2026-03-03 is planned" in read("2026-03-02T06:00")[1][-1]
    vans = (day / "vans.csv").read_text().replace("07:00,17:00", "2026-01-15 07:00,2026-01-15 17:00")
    (day / "vans.csv").write_text(vans)
    assert read("2026-03-02T06:00") == ("2026-01-15", ())


@pytest.mark.parametrize(
    ("name", "model", "orders", "vans"),
    [("liechtenstein", "maxus-edeliver-3-35", 60, 6), ("porto", "maxus-ev80", 120, 10)],
)
def test_real_maps_are_planned_and_checked(
    milkfloat_data: Path,
    tmp_path: Path,
    name: str,
    model: str,
    orders: int,
    vans: int,
    capsys: pytest.CaptureFixture[str],
) -> None:
    path = milkfloat_data / "data" / "osm_extracts" / f"{name}.osm.pbf"
    graph = open_map(path).graph
    chance = random.Random(7)
    junctions = [chance.randrange(graph.node_count) for _ in range(orders + 5)]
    places = [Place(float(graph.node_lon[k]), float(graph.node_lat[k])) for k in junctions]
    (tmp_path / "orders.csv").write_text(_orders(places[:orders]))
    (tmp_path / "vans.csv").write_text(_vans(places[orders], model, vans))
    chargers = "".join(f"c{k},{p.lon},{p.lat},50\n" for k, p in enumerate(places[orders + 1 :]))
    (tmp_path / "chargers.csv").write_text("id,lon,lat,power_kw\n" + chargers)
    plan, problem = tmp_path / "plan.json", tmp_path / "problem.json"
    code = _run(
        *("plan", "--map", path, "--orders", tmp_path / "orders.csv", "--vans", tmp_path / "vans.csv"),
        *("--chargers", tmp_path / "chargers.csv", "--depart", "2026-01-15T06:00", "--temperature", "-5"),
        *("--time-limit", "3", "--output", plan, "--problem", problem, "--html", tmp_path / "report.html"),
    )
    assert code == 0
    capsys.readouterr()
    assert _run("check", problem, plan) == 0
    assert capsys.readouterr().out == "feasible\n"
    document = json.loads(plan.read_text())
    # Every order is served or explained.
    assert all(entry["reasons"] for entry in document["unassigned"])
    assert len(document["unassigned"]) <= orders // 10
    assert (tmp_path / "report.html").stat().st_size < 3_000_000
