from __future__ import annotations

import gzip
import json
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from milkfloat.routing.formats import mamut
from milkfloat.routing.formats.instance import Instance
from milkfloat.routing.formats.mamut_write import write
from milkfloat.routing.metric import ArrivalMetric, SpeedMetric


def _speeds() -> tuple[dict[str, Any], dict[str, Any]]:
    instance = {
        "instance_name": "tiny",
        "num_customers": 2,
        "num_vehicles": 3,
        "vehicle_capacity": 9,
        "coordinates": [[0, 0], [3, 4], [1, 1]],
        "demands": [0, 4, 5],
        "service_times": [0, 10, 20],
        "time_windows": [[0, 100], [5, 50], [6, 60]],
        "depot": 0,
        "td": {
            "model": "igp-profile",
            "time_periods": [[0, 40], [40, 100]],
            "speeds": [[1, 0.5], [2, 1.5]],
            "categories_path": "tiny.igp.json.gz",
        },
    }
    return instance, {"format": "mamut-td-igp-categories", "categories": ["011", "100", "100"]}


def _arrivals() -> tuple[dict[str, Any], dict[str, Any]]:
    instance, _ = _speeds()
    instance["td"] = {"model": "atf-ndcpwlf", "atf_path": "tiny.atf.json"}
    instance |= {"num_vehicles": None, "fleet_fixed_cost": 360.0}
    arcs = [[i, j, [0.0, 10.0, 10.0, 20.0], [5.0, 12.0, 14.0, 24.0]] for i in range(3) for j in range(3) if i != j]
    return instance, {"format": "mamut-td-atf", "arcs": arcs}


def _read(instance: dict[str, Any], second: dict[str, Any]) -> Instance:
    packed = gzip.compress(json.dumps(second).encode())
    return mamut.read(json.dumps(instance).encode(), source="t", companion=lambda _: packed)


def test_speeds_by_period_and_category() -> None:
    problem = _read(*_speeds()).problem
    assert (problem.objective, len(problem.vehicles), problem.vehicles[0].shift) == ("duration", 3, (0.0, 100.0))
    metric = problem.metrics[0]
    assert isinstance(metric, SpeedMetric)
    assert metric.distance.tolist() == [[0, 5, math.sqrt(2)], [5, 0, math.sqrt(13)], [math.sqrt(2), math.sqrt(13), 0]]
    assert metric.category.tolist() == [[0, 1, 1], [1, 0, 0], [1, 0, 0]]
    assert metric.period_start.tolist() == [0, 40]
    assert metric.speed.tolist() == [[1, 0.5], [2, 1.5]]
    assert [(o.id, o.delivery, o.stops[0].service, o.stops[0].windows) for o in problem.orders] == [
        ("1", (4.0,), 10.0, ((5.0, 50.0),)),
        ("2", (5.0,), 20.0, ((6.0, 60.0),)),
    ]


def test_arrival_functions_keep_the_smaller_value_at_a_jump() -> None:
    problem = _read(*_arrivals()).problem
    assert problem.objective == "cost"
    van = problem.vehicles[0]
    assert (van.fixed_cost, van.cost_per_distance, van.cost_per_time, len(problem.vehicles)) == (360.0, 0.0, 1.0, 2)
    metric = problem.metrics[0]
    assert isinstance(metric, ArrivalMetric)
    assert metric.offset.tolist() == [0, 1, 5, 9, 13, 14, 18, 22, 26, 27]
    departure, arrival = metric.departure[1:5], metric.arrival[1:5]
    assert (np.diff(departure) > 0).all()
    assert arrival.tolist() == [5, 12, 14, 24]
    assert float(np.interp(10.0, departure, arrival)) == 12.0
    assert float(np.interp(10.1, departure, arrival)) == pytest.approx(14.1)
    assert metric.distance[0, 1] == 2.0  # the least travel time: from 10 to 12


def test_the_second_file_must_be_there(faults_of: Callable[..., list[str]]) -> None:
    instance, _ = _speeds()
    assert faults_of(mamut.read, json.dumps(instance).encode(), source="t") == [
        "t: the travel times are in a second file, tiny.igp.json.gz, which is not here"
    ]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"demands": [0, 4]}, "t:demands: this is no list of 3 numbers"),
        ({"demands": [0, -4, 5]}, "t:demands[1]: -4 is less than 0"),
        ({"service_times": [0, "x", 1]}, "t:service_times: this is no list of 3 numbers"),
        ({"time_windows": [[0, 100], [50, 5], [6, 60]]}, "t:time_windows[1]: it ends at 5, before it begins at 50"),
        ({"depot": 3}, "t:depot: 3 is not one of 0 to 2"),
        ({"vehicle_capacity": None}, "t:vehicle_capacity: None is not a number of at least 0"),
        ({"td": {"model": "x"}}, "t:td.model: 'x' is not one of igp-profile atf-ndcpwlf"),
        ({"td": None}, "t: there is no object `td` with the travel times"),
        (
            {"td": {"model": "igp-profile", "categories_path": "../x"}},
            "t:td.categories_path: '../x' is not the name of a file beside this one",
        ),
    ],
)
def test_a_broken_instance_is_refused_with_place_and_value(
    faults_of: Callable[..., list[str]], change: dict[str, Any], expected: str
) -> None:
    instance, second = _speeds()
    assert expected in faults_of(_read, instance | change, second)


@pytest.mark.parametrize(
    ("second", "expected"),
    [
        ({"categories": ["01", "10"]}, "tiny.igp.json.gz:categories: this is no list of 3 strings of 3 digits"),
        (
            {"categories": ["011", "105", "100"]},
            "tiny.igp.json.gz:categories[1]: '5' is not one of the 2 categories",
        ),
    ],
)
def test_broken_categories_are_refused(
    faults_of: Callable[..., list[str]], second: dict[str, Any], expected: str
) -> None:
    assert expected in faults_of(_read, _speeds()[0], second)


def test_arrivals_that_go_back_or_are_missing_are_refused(faults_of: Callable[..., list[str]]) -> None:
    instance, second = _arrivals()
    second["arcs"][0][3] = [5.0, 4.0, 14.0, 24.0]
    del second["arcs"][-1]
    faults = faults_of(_read, instance, second)
    assert faults == [
        "tiny.atf.json:arcs[0]: the arrival function from 0 to 1 is not ascending, or arrives before it departs",
        "tiny.atf.json:arcs: there is no arrival function from 2 to 1",
    ]


@pytest.mark.parametrize("files", [_speeds, _arrivals])
def test_what_is_written_reads_back_equal(files: Callable[[], tuple[dict[str, Any], dict[str, Any]]]) -> None:
    problem = _read(*files()).problem
    written = write(problem, "again")
    again = mamut.read(written["again.vrp.json"], companion=written.__getitem__).problem
    assert (again.orders, again.vehicles, again.locations) == (problem.orders, problem.vehicles, problem.locations)
    assert again.objective == problem.objective
    for key, value in vars(problem.metrics[0]).items():
        assert np.array_equal(getattr(again.metrics[0], key), value), key
