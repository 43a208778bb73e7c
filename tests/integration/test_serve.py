"""`milkfloat serve` as a process: it refuses strangers, survives being killed, and ends when told to."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.unit.roads.tiny_maps import lonlat, square

from milkfloat.fleet.catalogue import load_models

MILKFLOAT = (sys.executable, "-c", "from milkfloat.cli.main import main; main()")


class Serving:
    """A server process on a map and a database that outlive it."""

    def __init__(self, folder: Path, database: str) -> None:
        self.map = folder / "square.osm.pbf"
        self.map.write_bytes(square(200.0).pbf())
        self.database = database
        self.environment = {**os.environ, "XDG_CACHE_HOME": str(folder / "cache"), "PYTHONUNBUFFERED": "1"}
        self.process: subprocess.Popen[str] | None = None
        self.said: list[str] = []

    def start(self, *more: str) -> httpx.Client:
        arguments: tuple[str, ...] = (
            "serve",
            "--map",
            str(self.map),
            "--database",
            self.database,
            "--port",
            "0",
            "--timezone",
            "UTC",
        )
        self.process = subprocess.Popen(
            [*MILKFLOAT, *arguments, *more],
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        while line and not line.startswith("Milkfloat serves"):
            self.said.append(line.strip())
            line = self.process.stdout.readline()
        assert line.startswith("Milkfloat serves http://127.0.0.1:"), line
        return httpx.Client(base_url=line.split()[-1], timeout=30.0)

    def end(self, by: signal.Signals) -> int:
        assert self.process is not None
        self.process.send_signal(by)
        code = self.process.wait(30)
        assert self.process.stdout is not None
        self.process.stdout.close()
        return code


@pytest.fixture(params=["sqlite", "postgres"])
def serving(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Serving]:
    database = f"sqlite:///{tmp_path / 'milkfloat.sqlite'}"
    if request.param == "postgres":
        database = request.getfixturevalue("postgres_url")
    made = Serving(tmp_path, database)
    yield made
    if made.process is not None and made.process.poll() is None:
        made.process.kill()
        made.process.wait()


def body(**more: Any) -> dict[str, Any]:
    hub = lonlat(-15, 0)
    return {
        "orders": [{"id": "a", "lon": hub[0] + 0.0005, "lat": 0.0, "demand_kg": 5}],
        "vans": [
            {
                "id": "v1",
                "model": next(iter(load_models())),
                "depot_lon": hub[0],
                "depot_lat": hub[1],
                "shift_start": "08:00",
                "shift_end": "16:00",
            }
        ],
        "depart": "2026-01-15T08:00",
        **more,
    }


def kinds(client: httpx.Client, plan: str, *, until: str | None = None) -> list[str]:
    """Kinds of events of a plan, until one comes or the stream ends."""
    found = []
    with client.stream("GET", f"/v1/plans/{plan}/events") as stream:
        for line in stream.iter_lines():
            if line.startswith("event: ") and line != "event: beat":
                found.append(line.removeprefix("event: "))
                if found[-1] == until:
                    break
    return found


def test_a_plan_under_way_when_the_service_is_killed_is_finished_by_the_next(serving: Serving) -> None:
    with serving.start() as client:
        plan = client.post("/v1/plans", json=body(time_limit_s=2)).json()["id"]
        kinds(client, plan, until="progress")
        serving.end(signal.SIGKILL)
    with serving.start() as client:
        assert kinds(client, plan)[-1] == "done"
        assert client.get(f"/v1/plans/{plan}").json()["attempt"] == 2
        assert client.get(f"/v1/plans/{plan}/plan").json()["summary"]["unassigned"] == 0
        serving.end(signal.SIGTERM)


def test_a_signal_ends_the_service_with_streams_open_and_searches_under_way(tmp_path: Path) -> None:
    serving = Serving(tmp_path, f"sqlite:///{tmp_path / 'milkfloat.sqlite'}")
    with serving.start() as client:
        plan = client.post("/v1/plans", json=body(time_limit_s=600)).json()["id"]
        with client.stream("GET", f"/v1/plans/{plan}/events") as stream:
            lines = stream.iter_lines()
            while next(lines) != "event: progress":
                pass
            code = serving.end(signal.SIGTERM)
        assert code in (0, -signal.SIGTERM)


def test_an_open_address_without_a_token_is_refused(tmp_path: Path) -> None:
    done = subprocess.run(
        [*MILKFLOAT, "serve", "--host", "0.0.0.0", "--database", f"sqlite:///{tmp_path / 'x.sqlite'}"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "give a --token" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "x.sqlite").exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--database", "mysql://x/y"), "mysql is not supported"),
        (("--map", "nowhere.osm.pbf"), "nowhere.osm.pbf: No such file"),
        (("--token", "short"), "too few"),
    ],
)
def test_what_cannot_be_opened_is_named(tmp_path: Path, arguments: tuple[str, ...], said: str) -> None:
    done = subprocess.run(
        [*MILKFLOAT, "serve", *arguments],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
        env={**os.environ, "XDG_DATA_HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path)},
    )
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_a_port_that_is_taken_is_named(tmp_path: Path) -> None:
    serving = Serving(tmp_path, f"sqlite:///{tmp_path / 'milkfloat.sqlite'}")
    with serving.start() as client:
        port = str(client.base_url.port)
        arguments = ("serve", "--port", port, "--database", f"sqlite:///{tmp_path / 'y.sqlite'}")
        done = subprocess.run([*MILKFLOAT, *arguments], capture_output=True, text=True, check=False)
        assert done.returncode == 2
        assert "is taken by another program" in done.stderr
    serving.end(signal.SIGTERM)


_ORDERS = """id,lon,lat,demand_kg,demand_l,service_s
near,{near},5,20,60
far,{far},5,20,60
"""
_VANS = """id,model,depot,depot_lon,depot_lat,shift_start,shift_end
v,maxus-edeliver-3-35,hub,{hub},2030-01-15T08:00:00Z,2030-01-15T16:00:00Z
"""


def test_a_day_that_was_running_goes_on_after_a_kill(serving: Serving, tmp_path: Path) -> None:
    near, far, hub = (",".join(f"{x:.6f}" for x in lonlat(*at)) for at in ((150, 0), (200, 150), (0, 0)))
    (tmp_path / "orders.csv").write_text(_ORDERS.format(near=near, far=far))
    (tmp_path / "vans.csv").write_text(_VANS.format(hub=hub))
    files = ("--orders", str(tmp_path / "orders.csv"), "--vans", str(tmp_path / "vans.csv"), "--confirm")
    with serving.start(*files) as client:
        before = client.get("/v1/day").raise_for_status().json()
        assert [order["id"] for order in before["orders"]] == ["near", "far"]
        client.post("/v1/day/pause").raise_for_status()
        client.post("/v1/day/lock", json={"order": "far", "van": "v"}).raise_for_status()
        added = {"orders": [{"id": "late", "lon": float(far.split(",")[0]), "lat": float(far.split(",")[1])}]}
        client.post("/v1/day/orders", json=added).raise_for_status()
        kept = client.get("/v1/day").json()
    serving.end(signal.SIGKILL)
    with serving.start() as client:
        after = client.get("/v1/day").raise_for_status().json()
        assert serving.said[-1].startswith("square 2030-01-15 goes on at ")
        assert {order["id"]: order["locked"] for order in after["orders"]} == {
            "near": False,
            "far": True,
            "late": False,
        }
        assert after["time"] == pytest.approx(kept["time"], abs=1.0)
        assert after["playing"] is False
        assert after["vans"][0]["soc_wh"] == kept["vans"][0]["soc_wh"]
    serving.end(signal.SIGTERM)


def test_a_day_needs_its_files(tmp_path: Path) -> None:
    ran = subprocess.run(
        [*MILKFLOAT, "serve", "--orders", str(tmp_path / "orders.csv")], capture_output=True, text=True, check=False
    )
    assert ran.returncode == 2
    assert ran.stderr.splitlines() == [
        "--vans: is missing; a day needs it",
        "--map: is missing; a day needs it",
        "2 faults",
    ]
