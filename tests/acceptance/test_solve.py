"""Problems in files, from the command line: solved, checked, refused; and published plans told at their cost."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from milkfloat.app.solve import great_circle_table, load, solve_loaded
from milkfloat.cli.main import main
from milkfloat.routing.evaluate import schedule
from milkfloat.routing.formats import vroom
from milkfloat.routing.formats.instance import Options
from milkfloat.routing.formats.vroom_answer import write
from milkfloat.routing.problem import Problem, Visit
from milkfloat.routing.solve import solve

_SOLOMON = """SQUARE

VEHICLE
NUMBER     CAPACITY
  3         10

CUSTOMER
CUST NO.  XCOORD.   YCOORD.    DEMAND   READY TIME  DUE DATE   SERVICE TIME

    0       0          0          0          0        200          0
    1       0         10          5          0         50          1
    2      10         10          5          0         90          1
    3      10          0          5          0        150          1
    4      20          0          5          0        150          1
"""


def _run(*args: str | Path) -> int:
    with pytest.raises(SystemExit) as ended:
        main([str(arg) for arg in args])
    return int(ended.value.code or 0)


@pytest.fixture
def square(tmp_path: Path) -> Path:
    path = tmp_path / "square.txt"
    path.write_text(_SOLOMON)
    return path


def test_a_file_is_solved_and_its_plan_is_feasible(
    square: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    plan = tmp_path / "plan.json"
    assert _run("solve", square, "--iterations", "300", "--seed", "3", "--output", plan) == 0
    capsys.readouterr()
    assert _run("check", square, plan) == 0
    assert capsys.readouterr().out == "feasible\n"
    document = json.loads(plan.read_text())
    # Two trips of two: 0-1-2-0 and 0-3-4-0.
    assert document["summary"]["vehicles"] == 2
    assert document["summary"]["distance"] == pytest.approx(20 + 200**0.5 + 40, abs=1e-9)
    assert {step["id"] for route in document["routes"] for step in route["steps"] if "id" in step} == set("1234")


def test_the_same_seed_gives_the_same_plan(square: Path, tmp_path: Path) -> None:
    documents = []
    for name in ("a.json", "b.json"):
        assert _run("solve", square, "--iterations", "200", "--output", tmp_path / name) == 0
        document = json.loads((tmp_path / name).read_text())
        document["summary"].pop("elapsed_s")
        documents.append(document)
    assert documents[0] == documents[1]


def test_a_plan_that_cheats_is_found_out(square: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    plan = tmp_path / "plan.json"
    assert _run("solve", square, "--iterations", "100", "--output", plan) == 0
    document = json.loads(plan.read_text())
    document["routes"][0]["steps"].pop(1)
    plan.write_text(json.dumps(document))
    capsys.readouterr()
    assert _run("check", square, plan) == 1
    assert "feasible" not in capsys.readouterr().out.splitlines()
    assert _run("check", square, plan, "--json") == 1
    result = json.loads(capsys.readouterr().out)
    assert result["feasible"] is False
    assert result["violations"]


def test_our_own_problem_file_gives_the_same_plan(square: Path, tmp_path: Path) -> None:
    problem, first, second = (tmp_path / name for name in ("problem.json", "a.json", "b.json"))
    assert _run("solve", square, "--iterations", "100", "--problem", problem, "--output", first) == 0
    assert _run("solve", problem, "--iterations", "100", "--output", second) == 0
    assert json.loads(first.read_text())["routes"] == json.loads(second.read_text())["routes"]
    assert _run("check", problem, first) == 0


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (_SOLOMON.replace("   90 ", "   x "), "square.txt:12: due date: 'x' is not a number"),
        ("", "square.txt: the file is empty"),
        ("hello\n", "is in none of the formats"),
    ],
)
def test_a_file_that_cannot_be_read_ends_with_2_and_says_why(
    square: Path, capsys: pytest.CaptureFixture[str], content: str, expected: str
) -> None:
    square.write_text(content)
    assert _run("solve", square) == 2
    assert expected in capsys.readouterr().err.replace("\n", " ")


def test_smoke_walks_folders_and_fails_for_one_bad_instance(
    square: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "papers").mkdir()
    (tmp_path / "papers" / "notes.md").write_text("nothing to solve")
    assert _run("bench", "smoke", tmp_path, "--time-limit", "0.05") == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "skip  papers/: no instances in or below this folder"
    assert lines[1].startswith("ok    square.txt  solomon, 4 orders: 2 vans, cost ")
    assert lines[2].startswith("1 instances: 1 solved and checked, 0 failed")
    (tmp_path / "broken.txt").write_text(_SOLOMON.replace("   90 ", "   x "))
    assert _run("bench", "smoke", tmp_path, "--time-limit", "0.05") == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "FAIL  broken.txt: InputError: broken.txt:12: due date: 'x' is not a number"
    assert lines[-1].startswith("2 instances: 1 solved and checked, 1 failed")


# VROOM's documented example with matrices (docs/example_2.json of its repository).
_VROOM_MATRIX = {
    "vehicles": [{"id": 0, "start_index": 0, "end_index": 3}],
    "jobs": [{"id": 1414, "location_index": 1}, {"id": 1515, "location_index": 2}],
    "matrices": {
        "car": {"durations": [[0, 2104, 197, 1299], [2103, 0, 2255, 3152], [197, 2256, 0, 1102], [1299, 3153, 1102, 0]]}
    },
}


def test_vrooms_example_with_a_matrix_costs_what_vroom_says() -> None:
    instance = vroom.read_document(_VROOM_MATRIX)
    answer = write(instance, solve(instance.problem, iterations=200))
    assert answer["summary"]["cost"] == answer["summary"]["duration"] == 5461
    assert answer["unassigned"] == []
    (route,) = answer["routes"]
    assert [step.get("id") for step in route["steps"]] == [None, 1414, 1515, None]
    assert [step["duration"] for step in route["steps"]] == [0, 2104, 4359, 5461]


# VROOM's documented example with skills, a shipment and a break (docs/example_1.json). Its matrix is not published:
# the legs of its documented answer are, the others are as the crow flies.
_DEPOT, _J1, _J2, _J5, _J6 = (
    (2.35044, 48.71764),
    (1.98935, 48.701),
    (2.03655, 48.61128),
    (2.28325, 48.5958),
    (2.89357, 48.90736),
)
_P4, _D3 = (2.41808, 49.22619), (2.39719, 49.07611)
_LEGS_S = {
    (_DEPOT, _J1): 2328, (_J1, _J2): 890, (_J2, _J5): 1595, (_J5, _DEPOT): 1752,
    (_DEPOT, _J6): 2941, (_J6, _P4): 3816, (_P4, _D3): 1909, (_D3, _DEPOT): 3480,
}  # fmt: skip
_SHIFT = [1600416000, 1600430400]
_VROOM_TASKS: dict[str, Any] = {
    "vehicles": [
        {"id": 1, "start": [*_DEPOT], "end": [*_DEPOT], "capacity": [4], "skills": [1, 14], "time_window": _SHIFT},
        {"id": 2, "start": [*_DEPOT], "end": [*_DEPOT], "capacity": [4], "skills": [2, 14], "time_window": _SHIFT,
         "breaks": [{"id": 2, "service": 300, "time_windows": [[1600423200, 1600425000]]}]},
    ],
    "jobs": [
        {"id": 1, "service": 300, "delivery": [1], "location": [*_J1], "skills": [1],
         "time_windows": [[1600419600, 1600423200]]},
        {"id": 2, "service": 300, "pickup": [1], "location": [*_J2], "skills": [1]},
        {"id": 5, "service": 300, "delivery": [1], "location": [*_J5], "skills": [14]},
        {"id": 6, "service": 300, "delivery": [1], "location": [*_J6], "skills": [14]},
    ],
    "shipments": [
        {"amount": [1], "skills": [2], "pickup": {"id": 4, "service": 300, "location": [*_P4]},
         "delivery": {"id": 3, "service": 300, "location": [*_D3]}},
    ],
}  # fmt: skip


def test_vrooms_example_with_tasks_is_served_as_vroom_serves_it() -> None:
    def table(points: Any) -> Any:
        durations, distances = great_circle_table(circuity=1.35, speed_kmh=60.0)(points)
        for (a, b), seconds in _LEGS_S.items():
            durations[points.index(a), points.index(b)] = seconds
        return durations, distances

    instance = vroom.read_document(_VROOM_TASKS, table=table)
    answer = write(instance, solve(instance.problem, iterations=2000))
    assert answer["unassigned"] == []
    served = {
        (step["type"], step["id"], route["vehicle"])
        for route in answer["routes"]
        for step in route["steps"]
        if "id" in step
    }
    # Skills leave no choice but for jobs 5 and 6.
    assert served >= {("job", 1, 1), ("job", 2, 1), ("pickup", 4, 2), ("delivery", 3, 2), ("break", 2, 2)}
    assert {("job", 5), ("job", 6)} <= {(kind, name) for kind, name, _ in served}
    assert answer["summary"]["delivery"] == [4]
    assert answer["summary"]["pickup"] == [2]
    # The documented answer takes 18711 s of travel.
    assert answer["summary"]["cost"] <= 18711


def _visits(problem: Problem, names: list[str]) -> list[Visit]:
    orders = {order.id: k for k, order in enumerate(problem.orders)}
    stations = {station.id: k for k, station in enumerate(problem.stations)}
    return [Visit("stop", orders[n]) if n in orders else Visit("charge", stations[n]) for n in names[1:-1]]


def test_published_electric_plans_are_feasible_at_their_published_distance(milkfloat_data: Path) -> None:
    folder = milkfloat_data / "bench" / "evrptw"
    known = 0
    for published in json.loads((folder / "bks_routes_partial.json").read_text()):
        path = folder / "instances" / "100" / f"{published['instance']}.txt"
        if not path.exists():
            continue
        known += 1
        problem = load(path).problem
        routes = [schedule(problem, k, _visits(problem, names)) for k, names in enumerate(published["routes"])]
        assert all(route is not None for route in routes), path.name
        total = sum(route.distance for route in routes if route is not None)
        assert total == pytest.approx(published["distance"], abs=2e-6 * max(1.0, published["distance"])), path.name
    assert known > 0


@pytest.mark.parametrize(("charging", "expected"), [("full", (2, 257.75)), ("partial", (2, 257.75))])
def test_a_small_electric_instance_reaches_its_published_plan(
    milkfloat_data: Path, charging: Any, expected: tuple[int, float]
) -> None:
    path = milkfloat_data / "bench" / "evrptw" / "instances" / "5" / "c101C5.txt"
    plan = solve_loaded(load(path, options=Options(charging=charging)), iterations=2000).plan
    assert plan.vehicles == expected[0]
    assert plan.distance == pytest.approx(expected[1], abs=0.01)


def test_distances_as_the_crow_flies_are_metres_times_circuity() -> None:
    # A degree of a meridian on a sphere of 6371.0088 km is 111.195 km.
    seconds, metres = great_circle_table(circuity=1.35, speed_kmh=60.0)([(24.0, 60.0), (24.0, 61.0)])
    assert np.asarray(metres)[0, 1] == pytest.approx(1.35 * 111_195.08, rel=1e-6)
    assert np.asarray(seconds)[0, 1] == pytest.approx(1.35 * 111_195.08 / (60 / 3.6), rel=1e-6)
