"""`milkfloat replan`: what happened goes in as a file, the plan for the rest of the day comes out, with its reasons."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from tests.unit.dispatch.tiny import A, B, C, D, delivery, problem, shipment, van

from milkfloat.cli.main import main
from milkfloat.dispatch.slow_legs import Slowed, slowed
from milkfloat.errors import InputError
from milkfloat.routing.formats.milkfloat import write_problem
from milkfloat.routing.metric import CoordinateMetric


def run(*args: str | Path) -> int:
    with pytest.raises(SystemExit) as ended:
        main([str(arg) for arg in args])
    return int(ended.value.code or 0)


@pytest.fixture
def files(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    """A problem of two vans and five orders on a street, and its plan."""
    orders = [delivery(f"o{k}", place) for k, place in enumerate((A, B, C, D))]
    city = problem([*orders, shipment("s", B, D)], [van("v1", capacity=(3.0,)), van("v2", capacity=(3.0,))])
    (tmp_path / "problem.json").write_bytes(write_problem(city))
    assert run("solve", tmp_path / "problem.json", "--iterations", "200", "--output", tmp_path / "plan.json") == 0
    capsys.readouterr()
    return tmp_path


def replan(files: Path, *events: dict[str, Any], now: object = 310.0, more: dict[str, Any] | None = None) -> int:
    (files / "events.json").write_text(json.dumps({"now": now, "events": list(events)} | (more or {})))
    names = (files / name for name in ("problem.json", "plan.json", "events.json"))
    extra: list[str | Path] = ["--iterations", "80", "--output", files / "next.json", "--problem", files / "rest.json"]
    return run("replan", *names, *extra)


def read(files: Path) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((files / "next.json").read_text())
    return document


NEW = {"id": "new", "stops": [{"location": "house c", "service": 60}], "delivery": [1]}


def test_the_next_plan_answers_the_rest_of_the_day_and_says_what_changed(
    files: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert replan(files, {"type": "new_order", "order": NEW, "text": "new came in at ten"}) == 0
    told = capsys.readouterr().out
    assert "6 of 6 open orders planned" in told
    assert "new came in at ten" in told
    document = read(files)
    assert document["now"] == 310.0
    assert document["done"] == []
    change = next(change for change in document["changes"] if change["order"] == "new")
    assert (change["kind"], change["from_vehicle"]) == ("added", None)
    assert change["reason"] == {"code": "new_order", "text": "new came in at ten"}
    assert run("check", files / "rest.json", files / "next.json") == 0
    assert capsys.readouterr().out == "feasible\n"


def test_the_rest_can_be_planned_anew_again_and_again(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for now in (310.0, 600.0, 900.0, 1_500.0, 2_500.0):
        # A van that is home for the day is no longer in the problem.
        assert replan(files, {"type": "van_late", "van": "v1", "by": 30.0}, now=now) in (0, 2)
        if (files / "next.json").exists():
            assert run("check", files / "rest.json", files / "next.json") == 0
            (files / "rest.json").rename(files / "problem.json")
            (files / "next.json").rename(files / "plan.json")
    capsys.readouterr()


def test_a_budget_in_milliseconds_is_kept(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (files / "events.json").write_text(json.dumps({"now": 310.0, "events": []}))
    names = [files / name for name in ("problem.json", "plan.json", "events.json")]
    assert run("replan", *names, "--budget-ms", "60", "--json") == 0
    assert json.loads(capsys.readouterr().out)["summary"]["elapsed_s"] < 5.0


def test_every_kind_of_event_is_taken_in(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    events: list[dict[str, Any]] = [
        {"type": "cancelled", "order": "o0"},
        {"type": "lock", "order": "o1", "van": "v2"},
        {"type": "manual_move", "order": "o2", "van": "v1"},
        {"type": "jam", "factor": 0.8, "from": 600.0, "until": 1_800.0},
        {"type": "closure", "legs": [["house a", "house b"], [2, 1]], "until": 700.0},
        {"type": "charger_failed", "charger": "s1"},
        {"type": "charger_works", "charger": {"id": "s9", "location": "house d"}},
        {"type": "van_late", "van": "v2", "by": 60.0},
        {"type": "issue", "order": "o3", "text": "nobody at home"},
        {"type": "unlock", "order": "s"},
    ]
    assert replan(files, *events, now=-10.0) == 0
    document = read(files)
    van_of = {step["id"]: route["vehicle"] for route in document["routes"] for step in route["steps"] if "id" in step}
    assert "o0" not in van_of
    assert (van_of["o1"], van_of["o2"]) == ("v2", "v1")
    assert {c["reason"]["code"] for c in document["changes"] if c["order"] == "o3"} == {"issue"}
    rest = json.loads((files / "rest.json").read_text())
    assert [station["id"] for station in rest["stations"]] == ["s9"]
    assert run("check", files / "rest.json", files / "next.json") == 0
    capsys.readouterr()


def test_instants_may_be_dates_and_travel_times_another_file(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    slower = problem([], [van("v1"), van("v2")])
    (files / "slow.json.gz").write_bytes(gzip.compress(write_problem(slower)))
    more = {"metrics_of": "slow.json.gz", "locations": []}
    assert replan(files, now="1970-01-01T02:05:10+02:00", more=more) == 0
    assert read(files)["now"] == 310.0
    capsys.readouterr()


def test_what_comes_too_late_may_come_late(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    late = NEW | {"stops": [{"location": "house c", "service": 60, "windows": [[0, 320]]}]}
    assert replan(files, {"type": "new_order", "order": late}) == 0
    assert [entry["id"] for entry in read(files)["unassigned"]] == ["new"]
    names = [files / name for name in ("problem.json", "plan.json", "events.json")]
    assert run("replan", *names, "--iterations", "80", "--allow-late", "--output", files / "next.json") == 0
    assert read(files)["late_allowed"] == ["new"]
    assert read(files)["unassigned"] == []
    capsys.readouterr()


def test_all_that_is_wrong_with_the_events_is_told(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    events: list[dict[str, Any]] = [
        {"type": "storm"},
        {"type": "new_order", "order": {"id": "x"}},
        {"type": "lock", "order": "o1"},
        {"type": "jam", "factor": 3},
        {"type": "jam", "factor": "fast"},
        {"type": "closure"},
        {"type": "closure", "legs": [["house a", "house z"], 5]},
        {"type": "closure", "legs": [["house a", "house z"]]},
        {"type": "van_late", "van": "v7", "by": -5},
        {"type": "cancelled", "order": 7},
        {"type": "charger_works", "charger": "s1"},
        {"type": "charger_failed"},
        {"type": "manual_move", "order": "o1"},
    ]
    assert replan(files, *events, now="soon") == 2
    told = capsys.readouterr().err
    for part in (
        "events.json:now: 'soon' is no instant",
        "events.json:events[0]: type 'storm' is not one of new_order",
        "events.json:events[1].order",
        "events.json:events[2].van: is missing",
        "events.json:events[3].factor: 3 is not above 0 and at most 1",
        "events.json:events[4].factor: 'fast' is no number",
        "events.json:events[5].legs: a closure names the legs that are closed",
        "events.json:events[6].legs: this is no list of pairs of places",
        "events.json:events[7].legs[0]: there is no place 'house z'",
        "events.json:events[8].van: there is no van 'v7'",
        "events.json:events[8].by: -5 is not zero or more",
        "events.json:events[9].order: 7 is no name",
        "events.json:events[10].charger",
        "events.json:events[11].charger: is missing",
        "events.json:events[12].van: is missing",
    ):
        assert part in told
    (files / "events.json").write_text("[]")
    names = [files / name for name in ("problem.json", "plan.json", "events.json")]
    assert run("replan", *names) == 2
    assert "there is no list `events`" in capsys.readouterr().err


def test_events_that_contradict_the_day_end_with_one(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    plan = json.loads((files / "plan.json").read_text())
    route = next(r for r in plan["routes"] if any(s["type"] == "job" for s in r["steps"]))
    out_at = route["steps"][0]["departure"] + 1.0
    mine = next(step["id"] for step in route["steps"] if step["type"] == "job")
    other = "v2" if route["vehicle"] == "v1" else "v1"
    assert replan(files, {"type": "lock", "order": mine, "van": other}, now=out_at) == 1
    assert "its parcel is on van" in capsys.readouterr().err
    assert replan(files, {"type": "manual_move", "order": mine, "van": other, "before": "zz"}, now=-5.0) == 1
    assert "order zz is not ahead of van" in capsys.readouterr().err


def test_a_jam_on_static_matrices_lasts_as_long_as_it_is_told_to() -> None:
    usual = problem([], [van("v1")]).metrics[0]
    jam = slowed(usual, [Slowed(0.5, 1_000.0, 2_000.0)], "events")
    assert jam.time.ndim == 3  # type: ignore[union-attr]
    starts = jam.slice_start  # type: ignore[union-attr]
    assert starts <= 1_000.0
    # 60 s a house, half as fast during the jam, and as before at its end.
    assert jam.time[:, 0, 1].max() == 120.0  # type: ignore[union-attr]
    assert jam.time[-1, 0, 1] == 60.0  # type: ignore[union-attr]
    for_good = slowed(usual, [Slowed(0.5)], "events")
    assert for_good.time[0, 2] == 240.0  # type: ignore[union-attr]
    closed = slowed(usual, [Slowed(0.0, 0.0, 900.0, ((0, 1),))], "events")
    # Who leaves at 0 waits for 900 s and drives 60 s; the way back is open.
    at_zero = 1
    assert closed.time[at_zero, 0, 1] == 960.0  # type: ignore[union-attr]
    assert closed.time[at_zero, 1, 0] == 60.0  # type: ignore[union-attr]
    plane = slowed(CoordinateMetric(speed=10.0), [Slowed(0.5)], "events")
    assert plane.speed == 5.0  # type: ignore[union-attr]
    with pytest.raises(InputError, match="need a problem with matrices"):
        slowed(CoordinateMetric(), [Slowed(0.5, legs=((0, 1),))], "events")
