from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from math import inf
from typing import Any

import numpy as np
import pytest

from milkfloat.routing.formats.instance import Names
from milkfloat.routing.formats.milkfloat import problem_hash, read_plan, read_problem, write_plan, write_problem
from milkfloat.routing.metric import ArrivalMetric, CoordinateMetric, MatrixMetric, Metric, SpeedMetric
from milkfloat.routing.plan import Plan, Reason, Route, Step, Unserved
from milkfloat.routing.problem import (
    Battery,
    Break,
    ChargeCurve,
    Location,
    Order,
    Problem,
    Station,
    Stop,
    Units,
    Vehicle,
)


def _problem(*metrics: Metric) -> Problem:
    """Something of everything that a problem can hold."""
    energy = np.array([[0.0, 3.5, 4.0], [3.0, 0.0, 2.0], [-1.0, 2.0, 0.0]])
    time = np.array([[0.0, 5.0, 7.0], [5.0, 0.0, 6.0], [7.0, 6.0, 0.0]])
    if not metrics:
        metrics = tuple(MatrixMetric(time, time, energy=scale * energy) for scale in (1.0, 2.0))
    curve = ChargeCurve((0.0, 30.0, 60.0), (0.0, 40.0, 50.0))
    van = Vehicle(
        "big",
        0,
        0,
        shift=(0.0, 500.0),
        capacity=(10.0, 3.0),
        depots=(0,),
        max_trips=3,
        skills=frozenset({"lift", "cold"}),
        battery=Battery(50.0, 40.0, reserve=5.0, curves=(curve, None)),
        breaks=(Break("lunch", ((100.0, 200.0),), 30.0),),
        profile=len(metrics) - 1,
    )
    return Problem(
        locations=(Location("depot"), Location("a", 1.5, -2.25), Location("b", 3.0, 4.0)),
        orders=(
            Order("x", (Stop(1, 5.0, ((10.0, 20.0), (30.0, inf))),), delivery=(1.0, 0.0), release=-inf),
            Order("y", (Stop(1), Stop(2)), amount=(2.0, 1.0), skills=frozenset({"lift"}), prize=12.5),
        ),
        vehicles=(van, van, Vehicle("open", 0, None, capacity=(1.0, 1.0), profile=0)),
        metrics=metrics,
        stations=(Station("fast", 2, 0, 1.0),),
        mass_dimension=0,
        objective="cost",
        units=Units(load=("g", "ml"), currency="EUR"),
        name="one of everything",
        timezone="Europe/Helsinki",
    )


def _plan() -> Plan:
    steps = (
        Step("start", 0, -1, 0.0, 0.0, 3.0, 0.0, (3.0, 1.0), 40.0),
        Step("pickup", 1, 1, 8.0, 8.0, 8.0, 5.0, (3.0, 1.0), 36.5),
        Step("job", 1, 0, 8.0, 10.0, 15.0, 5.0, (2.0, 1.0), 36.5),
        Step("delivery", 2, 1, 21.0, 21.0, 21.0, 11.0, (0.0, 0.0), 34.5),
        Step("charge", 2, 0, 21.0, 22.0, 40.1, 11.0, (0.0, 0.0), 34.5, 7.3),
        Step("break", 2, 0, 100.0, 100.0, 130.0, 11.0, (0.0, 0.0), 41.8),
        Step("reload", 0, -1, 137.0, 137.0, 137.0, 18.0, (0.0, 0.0), 42.8),
        Step("end", 0, -1, 137.0, 137.0, 137.0, 18.0, (0.0, 0.0), 42.8),
    )
    route = Route(1, steps, 18.0, 134.0, 18.0, 4.5, 18.125)
    left = Unserved(0, (Reason("time_window", "3 s too late", 2),))
    return Plan((route,), (left,), 18.125, 18.0, 134.0, 1, seed=7, iterations=99, elapsed_s=0.25)


_N = 3
_METRICS: list[Metric] = [
    MatrixMetric(np.full((2, _N, _N), 0.1), np.arange(9.0).reshape(3, 3), slice_start=8.0, slice_width=60.0),
    MatrixMetric(np.full((_N, _N), inf), np.zeros((_N, _N))),
    CoordinateMetric("great-circle", factor=1.35, rounding="truncate", resolution=10.0, speed=6.94),
    SpeedMetric(np.ones((_N, _N)), np.eye(_N, dtype=np.uint8), np.array([0.0, 40.0]), np.array([[1, 2.0], [3, 4.0]])),
    ArrivalMetric(np.ones((_N, _N)), np.arange(10), np.arange(9.0), np.arange(9.0) + 0.5),
]  # fmt: skip


@pytest.mark.parametrize("metric", _METRICS, ids=lambda metric: type(metric).__name__)
def test_a_problem_comes_back_as_it_was(metric: Metric) -> None:
    problem = _problem(metric)
    again = read_problem(write_problem(problem))
    for key in ("locations", "orders", "vehicles", "stations", "units", "objective", "mass_dimension", "timezone"):
        assert getattr(again, key) == getattr(problem, key), key
    assert type(again.metrics[0]) is type(metric)
    assert problem_hash(again) == problem_hash(problem)


def test_long_arrays_are_packed_and_exact() -> None:
    rng = np.random.default_rng(5)
    time = rng.random((70, 70)) * 1e6
    distance = np.rint(time)
    distance[3, 4] = -0.0
    locations = tuple(Location(str(k)) for k in range(70))
    metrics = (MatrixMetric(time, distance),)
    problem = replace(_problem(), locations=locations, metrics=metrics, vehicles=(Vehicle("v", 0, 0),))
    written = write_problem(problem)
    assert b'"zlib"' in written
    metric = read_problem(written).metrics[0]
    assert isinstance(metric, MatrixMetric)
    assert (metric.time == time).all()
    assert (metric.distance == distance).all()
    assert problem_hash(read_problem(written)) == problem_hash(problem)


def test_profiles_share_the_arrays_they_shared() -> None:
    again = read_problem(write_problem(_problem()))
    first, second = again.metrics
    assert isinstance(first, MatrixMetric)
    assert isinstance(second, MatrixMetric)
    assert first.time is second.time is second.distance
    assert first.energy is not second.energy


def test_the_hash_tells_problems_apart() -> None:
    problem = _problem()
    assert problem_hash(problem) == problem_hash(_problem())
    assert problem_hash(replace(problem, timezone="UTC")) != problem_hash(problem)
    moved = (problem.locations[0], replace(problem.locations[1], x=1.25), problem.locations[2])
    assert problem_hash(replace(problem, locations=moved)) != problem_hash(problem)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"format": "x"}, "t: this is no problem file: format is not 'milkfloat-problem'"),
        ({"schema_version": 2}, "t: schema_version: 2 is not 1, the one we read"),
        ({"objective": "fun"}, "t:objective: 'fun' is not one of distance vehicles-then-distance duration cost"),
        ({"orders": 5}, "t:orders: this is no list"),
        ({"locations": [{"x": 1}]}, "t:locations[0]: Object missing required field `name`"),
        ({"stations": [{"id": "s", "location": "a"}]}, "t:stations[0].location: Expected `int`, got `str`"),
        ({"orders": [{"id": "o", "stops": [{"location": 1, "servis": 3}]}]}, None),
        ({"vehicles": [{"id": "v", "start": 0, "end": 0, "count": 0}]},
         "t:vehicles[0].count: 0 is not a whole number from 1 to 10000000"),
        ({"metrics": [{"kind": "flight"}]},
         "t:metrics[0]: kind 'flight' is not one of matrix coordinates speeds arrivals"),
        ({"metrics": [{"kind": "matrix", "time": {"array": 99}, "distance": [[0]]}]},
         "t:metrics[0].time: array 99 is not one of the 3 arrays of the file"),
        ({"metrics": [{"kind": "matrix", "time": [[0]]}]}, "t:metrics[0]: distance is missing"),
        ({"arrays": [{"shape": [3, 3], "type": "f8", "zlib": "AAAA"}] * 3},
         "t:arrays[0]: this is no array: Error -3 while decompressing data: unknown compression method"),
    ],
)  # fmt: skip
def test_a_broken_problem_is_refused_with_path_and_value(
    faults_of: Callable[..., list[str]], change: dict[str, Any], expected: str | None
) -> None:
    document = json.loads(write_problem(_problem())) | change
    faults = faults_of(read_problem, json.dumps(document).encode(), source="t")
    if expected is None:
        assert faults[0].startswith("t:orders[0].stops[0].servis: this key is not known; there are ")
    else:
        assert any(fault.startswith(expected) for fault in faults), faults


def test_what_is_no_json_is_refused_with_its_line(faults_of: Callable[..., list[str]]) -> None:
    assert faults_of(read_problem, b'{"format":\n "milkfloat-problem",\n ]', source="t") == [
        "t:3: not JSON: Expecting property name enclosed in double quotes, column 2"
    ]
    assert faults_of(read_problem, b"", source="t") == ["t:1: not JSON: Expecting value, column 1"]


def test_a_plan_comes_back_as_it_was() -> None:
    problem, plan = _problem(), _plan()
    document = json.loads(json.dumps(write_plan(problem, plan), allow_nan=False))
    assert read_plan(problem, document) == plan
    assert document["problem_hash"] == problem_hash(problem)
    assert document["timezone"] == "Europe/Helsinki"
    assert document["routes"][0]["vehicle"] == "big-2"
    steps = document["routes"][0]["steps"]
    assert [step["type"] for step in steps] == [step.kind for step in plan.routes[0].steps]
    assert steps[4] | {"id": "fast", "charge": 7.3, "charge_wh": 7.3, "soc_wh": 34.5, "arrival": 21.0} == steps[4]
    assert steps[2]["waiting_time"] == 2.0
    assert document["unassigned"] == [
        {"id": "x", "reasons": [{"code": "time_window", "text": "3 s too late", "vehicles": 2}]}
    ]


def test_units_of_an_instance_have_no_watt_hours_in_their_keys() -> None:
    problem = replace(_problem(), units=Units(time="", distance="", energy="", load=("", "")))
    step = write_plan(problem, _plan())["routes"][0]["steps"][4]
    assert (step["soc"], step["charge"]) == (34.5, 7.3)
    assert not {"soc_wh", "charge_wh"} & step.keys()


def test_names_of_a_format_replace_the_ids() -> None:
    problem, plan = _problem(), _plan()
    names = Names((10, 11, 12), (("1",), ("5", "7")))
    document = write_plan(problem, plan, names=names)
    route = document["routes"][0]
    assert (route["vehicle"], [step.get("id") for step in route["steps"][1:4]]) == (11, ["5", "1", "7"])
    assert read_plan(problem, document, names=names) == plan


def test_a_broken_plan_is_refused_with_all_its_faults(faults_of: Callable[..., list[str]]) -> None:
    problem = _problem()
    document = write_plan(problem, _plan())
    steps = document["routes"][0]["steps"]
    document["routes"][0]["vehicle"] = "bike"
    steps[1]["id"] = "z"
    steps[2]["arrival"] = "noon"
    steps[4]["id"] = "slow"
    steps[5]["type"] = "nap"
    steps[6]["location_index"] = 3
    assert faults_of(read_plan, problem, document, source="p") == [
        "p:routes[0].vehicle: there is no van 'bike'",
        "p:routes[0].steps[1].id: there is no pickup 'z'",
        "p:routes[0].steps[2].arrival: 'noon' is no number",
        "p:routes[0].steps[4].id: there is no station 'slow'",
        "p:routes[0].steps[5]: type 'nap' is not one of start job pickup delivery charge reload break end",
        "p:routes[0].steps[6].location_index: 3 is not a whole number from 0 to 2",
    ]
    assert faults_of(read_plan, problem, [1], source="p") == ["p: this is no plan: there is no list `routes`"]
