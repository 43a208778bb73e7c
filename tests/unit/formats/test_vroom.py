from __future__ import annotations

import json
from collections.abc import Callable
from math import inf
from typing import Any

import numpy as np
import pytest

from milkfloat.routing.formats import vroom
from milkfloat.routing.formats.instance import Options
from milkfloat.routing.formats.vroom_answer import write
from milkfloat.routing.metric import MatrixMetric
from milkfloat.routing.plan import Plan, Reason, Route, Step, Unserved
from milkfloat.routing.problem import Visit


def _question(**changes: Any) -> dict[str, Any]:
    return {
        "vehicles": [
            {
                "id": 7,
                "description": "first van",
                "start_index": 0,
                "end_index": 0,
                "capacity": [4],
                "skills": [1, 14],
                "time_window": [0, 10_000],
                "costs": {"fixed": 100, "per_hour": 7200, "per_task_hour": 36, "per_km": 500},
                "breaks": [{"id": 3, "service": 300, "time_windows": [[100, 5000]]}],
            }
        ],
        "jobs": [
            {"id": 1, "location_index": 1, "setup": 20, "service": 60, "delivery": [1], "skills": [14]},
            {"id": 2, "location_index": 1, "setup": 20, "service": 40, "pickup": [2], "priority": 9},
        ],
        "shipments": [
            {
                "amount": [1],
                "priority": 5,
                "pickup": {"id": 1, "location_index": 1, "service": 10, "time_windows": [[0, 500], [900, 1000]]},
                "delivery": {"id": 8, "location_index": 2, "service": 20},
            }
        ],
        "matrices": {
            "car": {
                "durations": [[0, 100, 200], [110, 0, 50], [210, 60, 0]],
                "distances": [[0, 1000, 2000], [1000, 0, 400], [2000, 400, 0]],
            }
        },
    } | changes


def test_jobs_and_shipments_become_orders() -> None:
    instance = vroom.read_document(_question())
    problem = instance.problem
    first, second, shipment = problem.orders
    assert (first.delivery, first.stops[0].service, first.stops[0].setup) == ((1.0,), 60.0, 20.0)
    assert first.skills == {"14"}
    assert (second.pickup, second.priority) == ((2.0,), 9)
    assert (shipment.amount, shipment.priority) == ((1.0,), 5)
    assert shipment.stops[0].windows == ((0.0, 500.0), (900.0, 1000.0))
    assert instance.names.stops == ((1,), (2,), (1, 8))
    (van,) = problem.vehicles
    assert (van.shift, van.capacity, van.skills) == ((0.0, 10_000.0), (4.0,), frozenset({"1", "14"}))
    assert [(b.id, b.windows, b.duration) for b in van.breaks] == [("3", ((100.0, 5000.0),), 300.0)]


def test_a_leg_costs_its_travel_time_and_its_kilometres() -> None:
    problem = vroom.read_document(_question()).problem
    metric = problem.metrics[0]
    assert isinstance(metric, MatrixMetric)
    assert problem.objective == "cost"
    # 100 s at 7200 an hour are 200, 1 km is 500.
    assert metric.distance[0, 1] == 200 + 500
    assert metric.distance[2, 1] == 120 + 200
    assert (problem.vehicles[0].cost_per_distance, problem.vehicles[0].cost_per_time) == (1.0, 0.0)
    assert problem.vehicles[0].fixed_cost == 100


def test_without_costs_a_leg_costs_its_seconds_at_the_vehicles_speed() -> None:
    question = _question()
    question["vehicles"] = [{"id": 1, "start_index": 0, "speed_factor": 0.5}, {"id": 2, "end_index": 0}]
    problem = vroom.read_document(question).problem
    slow, free = problem.vehicles
    slow_metric, free_metric = problem.metrics
    assert isinstance(slow_metric, MatrixMetric)
    assert isinstance(free_metric, MatrixMetric)
    assert (slow.speed_factor, slow.end, slow.shift) == (0.5, None, (0.0, inf))
    assert slow_metric.time[0, 1] == 100
    assert slow_metric.distance[0, 1] == 200
    # A vehicle without a start begins anywhere: a place from which every way is free.
    assert free.start == 3
    assert free_metric.time[3].tolist() == [0, 0, 0, 0]


def test_own_cost_matrices_are_the_cost() -> None:
    question = _question()
    question["vehicles"][0].pop("costs")
    question["matrices"]["car"]["costs"] = [[0, 1, 2], [3, 0, 4], [5, 6, 0]]
    metric = vroom.read_document(question).problem.metrics[0]
    assert isinstance(metric, MatrixMetric)
    assert metric.distance.tolist() == [[0, 1, 2], [3, 0, 4], [5, 6, 0]]


def test_limits_of_a_vehicle_reach_the_problem() -> None:
    question = _question()
    question["vehicles"][0] |= {"max_tasks": 3, "max_travel_time": 900, "max_distance": 5000}
    instance = vroom.read_document(question)
    (van,) = instance.problem.vehicles
    assert (van.max_stops, van.max_travel_time, van.max_distance) == (3, 900.0, 5000.0)
    metric = instance.problem.metrics[0]
    assert isinstance(metric, MatrixMetric)
    assert metric.distance[0, 2] == 2000
    assert (van.cost_per_distance, van.cost_per_time) == (0.5, 2.0)
    assert any("max_distance" in note for note in instance.notes)


def test_what_can_only_be_approximated_is_noted() -> None:
    question = _question()
    question["vehicles"] += [{"id": 8, "start_index": 0, "type": "bike", "capacity": [1]}]
    question["jobs"][0]["service_per_type"] = {"bike": 90}
    question["vehicles"][0]["breaks"][0]["max_load"] = [1]
    instance = vroom.read_document(question)
    assert instance.problem.orders[0].stops[0].service == 90
    assert {note.partition(":")[0] for note in instance.notes} >= {"service_per_type", "costs.per_task_hour"}
    assert "max_load of a break is not kept" in instance.notes


def test_steps_are_the_plan_to_begin_with() -> None:
    question = _question()
    kinds = [("start", None), ("job", 2), ("pickup", 1), ("break", 3), ("delivery", 8), ("end", None)]
    question["vehicles"][0]["steps"] = [{"type": kind, "id": name} for kind, name in kinds]
    assert vroom.read_document(question).initial == ((Visit("stop", 1, 0), Visit("stop", 2, 0), Visit("stop", 2, 1)),)


def test_coordinates_need_a_table(faults_of: Callable[..., list[str]]) -> None:
    question = {
        "vehicles": [{"id": 1, "start": [24.9, 60.1], "end": [24.9, 60.1]}],
        "jobs": [{"id": 1, "location": [25.0, 60.2]}, {"id": 2, "location": [25.0, 60.2]}],
    }
    assert faults_of(vroom.read_document, question, source="t") == [
        "t:jobs[0].location: there are no matrices; give a map, or --metric great-circle for the crow's distances"
    ]
    asked: list[Any] = []

    def table(points: Any) -> Any:
        asked.extend(points)
        return np.full((2, 2), 60.4), np.full((2, 2), 1000.6)

    problem = vroom.read_document(question, table=table).problem
    assert asked == [(25.0, 60.2), (24.9, 60.1)]
    metric = problem.metrics[0]
    assert isinstance(metric, MatrixMetric)
    assert metric.time[0, 1] == 60
    assert [order.stops[0].location for order in problem.orders] == [0, 0]
    assert problem.vehicles[0].start == 1


def test_batteries_and_chargers_are_ours_on_top() -> None:
    question = _question(chargers=[{"id": "c", "location_index": 2, "power_w": 7200, "access_time": 30}])
    question["vehicles"][0]["battery"] = {"capacity_wh": 3600, "reserve_wh": 360, "consumption_wh_per_km": 250}
    problem = vroom.read_document(question, options=Options(charging="full")).problem
    battery = problem.vehicles[0].battery
    assert battery is not None
    assert (battery.capacity, battery.start, battery.reserve) == (3600.0, 3600.0, 360.0)
    assert battery.curves[0] is not None
    assert (battery.curves[0].time, battery.curves[0].energy) == ((0.0, 1800.0), (0.0, 3600.0))
    metric = problem.metrics[0]
    assert isinstance(metric, MatrixMetric)
    assert metric.energy is not None
    assert metric.energy[0, 2] == 500.0
    assert [(s.id, s.location, s.access_time) for s in problem.stations] == [("c", 2, 30.0)]
    assert problem.charging == "full"


@pytest.mark.parametrize(
    ("path", "value", "expected"),
    [
        (("jobs", 0, "location_index"), 3, "jobs[0].location_index: 3 is not a whole number from 0 to 2"),
        (("jobs", 0, "service"), "long", "jobs[0].service: 'long' is no number"),
        (("jobs", 0, "service"), -1, "jobs[0].service: -1 is less than 0"),
        (("jobs", 1, "id"), 1, "jobs[1].id: 1 is the id of jobs[0] already"),
        (("jobs", 1, "id"), None, "jobs[1].id: is missing"),
        (("jobs", 1, "priority"), 101, "jobs[1].priority: 101 is more than 100"),
        (("jobs", 0, "delivery"), [1, 2], "order 1.delivery: has 2 values where capacity has 1"),
        (("jobs", 0, "delivery"), [-1], "jobs[0].delivery[0]: -1 is no number of at least 0"),
        (("jobs", 0, "time_windows"), [[9, 3]], "jobs[0].time_windows[0]: it ends at 3, before it starts at 9"),
        (
            ("jobs", 0, "time_windows"),
            [[0, 5], [5, 9]],
            "jobs[0].time_windows[1]: it starts at 5, not after the one before it ends at 5",
        ),
        (("shipments", 0, "pickup"), None, "shipments[0].pickup: is missing"),
        (("vehicles", 0, "speed_factor"), 6, "vehicles[0].speed_factor: 6 is not more than 0 and at most 5"),
        (("vehicles", 0, "profile"), "bike", "matrices.bike: there are no durations, and a vehicle has this profile"),
        (("vehicles", 0, "time_window"), [5], "vehicles[0].time_window: [5] is not [start, end]"),
        (("vehicles", 0, "steps"), [{"type": "job", "id": 5}], "vehicles[0].steps[0].id: there is no job 5"),
        (("vehicles",), [], "vehicles: there is none"),
        (("matrices", "car", "durations", 1), [0, 1], "matrices.car.durations[1]: it is no row of 3 numbers"),
        (("matrices", "car", "durations", 1, 2), -5, "matrices.car.durations[1][2]: -5 is no number of at least 0"),
        (("matrices", "car", "distances"), [[0]], "matrices.car.distances: it has 1 rows, the others have 3"),
    ],
)
def test_a_broken_question_is_refused_with_path_and_value(
    faults_of: Callable[..., list[str]], path: tuple[Any, ...], value: Any, expected: str
) -> None:
    question = json.loads(json.dumps(_question()))
    place = question
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    assert f"t:{expected}" in faults_of(vroom.read_document, question, source="t")


def test_an_answer_has_vrooms_keys_and_figures() -> None:
    question = _question()
    question["jobs"].append({"id": 4, "location_index": 2, "description": "left out"})
    instance = vroom.read_document(question)
    steps = (
        Step("start", 0, -1, 0.0, 0.0, 10.0, 0.0, (2.0,)),
        Step("job", 1, 0, 110.0, 115.0, 195.0, 700.0, (1.0,)),
        Step("break", 1, 0, 195.0, 195.0, 495.0, 700.0, (1.0,)),
        # At the same place: no setup again.
        Step("job", 1, 1, 495.0, 495.0, 535.0, 700.0, (3.0,)),
        Step("pickup", 1, 3, 535.0, 535.0, 545.0, 700.0, (4.0,)),
        Step("delivery", 2, 3, 595.0, 595.0, 615.0, 1000.0, (3.0,)),
        Step("end", 0, -1, 825.0, 825.0, 825.0, 2420.0, (3.0,)),
    )
    route = Route(0, steps, 2420.0, 815.0, 360.0, 0.0, 2520.0)
    left = Unserved(2, (Reason("shift", "too long", 1),))
    answer = write(instance, Plan((route,), (left,), 2520.0, 2420.0, 815.0, 1, elapsed_s=0.5))
    assert answer["code"] == 0
    # Travel 100 + 50 + 210 s at 2 a second, 3.4 km at 500, 150 s of tasks at 36 an hour, and 100 fixed.
    assert answer["summary"] == {
        "cost": 2522,
        "routes": 1,
        "unassigned": 1,
        "setup": 20,
        "service": 130 + 300,
        "duration": 360,
        "waiting_time": 5,
        "priority": 9 + 5 + 5,
        "distance": 3400,
        "delivery": [2],
        "pickup": [3],
        "violations": [],
        "computing_times": {"loading": 0, "solving": 500},
    }
    (given,) = answer["routes"]
    assert (given["vehicle"], given["description"]) == (7, "first van")
    assert [(s["type"], s.get("id"), s["arrival"], s["duration"]) for s in given["steps"]] == [
        ("start", None, 10, 0),
        ("job", 1, 110, 100),
        ("break", 3, 195, 100),
        ("job", 2, 495, 100),
        ("pickup", 1, 535, 100),
        ("delivery", 8, 595, 150),
        ("end", None, 825, 360),
    ]
    assert [s["setup"] for s in given["steps"]] == [0, 20, 0, 0, 0, 0, 0]
    assert [s["service"] for s in given["steps"]] == [0, 60, 300, 40, 10, 20, 0]
    assert [s["load"] for s in given["steps"]] == [[2], [1], [1], [3], [4], [3], [3]]
    assert [s["distance"] for s in given["steps"]] == [0, 1000, 1000, 1000, 1000, 1400, 3400]
    assert given["steps"][0]["location_index"] == 0
    assert answer["unassigned"] == [
        {
            "id": 4,
            "type": "job",
            "location_index": 2,
            "description": "left out",
            "reasons": [{"code": "shift", "text": "too long", "vehicles": 1}],
        }
    ]


def test_keys_that_nothing_reads_are_named() -> None:
    job = {"id": 1, "location_index": 1, "time_window": [0, 5]}
    steps = [{"type": "start"}, {"type": "job", "id": 1, "service_at": 50}]
    question = {
        "vehicles": [{"id": 1, "start_index": 0, "steps": steps, "costs": {"per_mile": 3}}],
        "jobs": [job, job | {"id": 2}],
        "matrices": {"car": {"durations": [[0, 9], [9, 0]]}},
        "options": {"g": True},
    }
    notes = vroom.read(json.dumps(question).encode()).notes
    assert notes == (
        "unknown keys were ignored: vehicles.costs.per_mile, jobs.time_window (2 times), options",
        "service_at of steps: not kept; the search begins with the steps and may change them",
    )
