"""A problem that is wrong says everything that is wrong, at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from math import inf, nan

import numpy as np
import pytest

from milkfloat.errors import InputError
from milkfloat.routing.metric import ArrivalMetric, CoordinateMetric, MatrixMetric, Metric, SpeedMetric
from milkfloat.routing.problem import (
    Battery,
    Break,
    ChargeCurve,
    Location,
    Order,
    Problem,
    Station,
    Stop,
    Vehicle,
    Visit,
)

Line = Callable[..., Problem]


def _faults(line: Line, **fields: object) -> list[str]:
    with pytest.raises(InputError) as caught:
        line(**fields)
    return [str(fault) for fault in caught.value.faults]


def test_all_faults_are_told_at_once(line: Line) -> None:
    orders = (
        Order("a", (Stop(99, service=-1.0, windows=((5.0, 3.0),)),), delivery=(1.0, 2.0)),
        Order("a", (), prize=nan),
    )
    van = Vehicle("v", 0, 77, capacity=(1.0,), speed_factor=0.0, max_trips=0)
    assert _faults(line, orders=orders, van=van) == [
        "orders: 2 of them are called 'a'",
        "orders[0] (a).stops[0].location: location 99 does not exist: there are 21",
        "orders[0] (a).stops[0].service: -1 is not zero or more",
        "orders[0] (a).stops[0].windows[0]: opens at 5, after it closes at 3",
        "orders[1] (a).stops: 0 stops; an order has one, a shipment two",
        "orders[1] (a).prize: nan is not zero or more",
        "vehicles[0] (v).end: location 77 does not exist: there are 21",
        "vehicles[0] (v).capacity: has 1 dimensions, the problem has 2",
        "vehicles[0] (v).speed_factor: 0 is not positive",
        "vehicles[0] (v).max_trips: 0 is not one or more",
    ]


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        (Order("s", (Stop(1), Stop(2)), delivery=(1.0,)), "a shipment has an amount, neither delivery nor pickup"),
        (Order("s", (Stop(1),), amount=(1.0,)), "only a shipment of two stops has an amount"),
        (Order("s", (Stop(1),), delivery=(inf,)), "delivery[0]: is infinite"),
        (Order("s", (Stop(1),), release=nan), "release: nan is no instant"),
        (Order("s", (Stop(1),), vehicles=(3,)), "van 3 does not exist: there are 1"),
        (Order("s", (Stop(1),), onboard=-1), "van -1 does not exist: there are 1"),
        (Order("s", (Stop(1), Stop(2)), onboard=0), "a shipment that is on board has one stop left, not two"),
        (Order("s", (Stop(1, windows=((0.0, 5.0), (5.0, 6.0))),)), "opens at 5, before the one before it closes at 5"),
        (Order("s", (Stop(1),), priority=-1), "priority: -1 is not zero or more"),
    ],
)
def test_faults_of_orders(line: Line, order: Order, expected: str) -> None:
    (fault,) = _faults(line, orders=(order,))
    assert expected in fault


@pytest.mark.parametrize(
    ("battery", "expected"),
    [
        (Battery(10.0, 11.0), "start: 11 is more than the capacity of 10"),
        (Battery(10.0, 5.0, reserve=-1.0), "reserve: -1 is not zero or more"),
        (Battery(10.0, 5.0, curves=(ChargeCurve((0.0, 1.0), (1.0, 5.0)),)), "begins at (0, 1) instead of (0, 0)"),
        (Battery(10.0, 5.0, curves=(ChargeCurve((0.0, 1.0), (0.0, 12.0)),)), "fills 12, more than the capacity of 10"),
        (
            Battery(10.0, 5.0, curves=(ChargeCurve((0.0, 1.0, 2.0), (0.0, 1.0, 5.0)),)),
            "charges faster after 1 than before; a charging curve is concave",
        ),
        (Battery(10.0, 5.0, curves=(ChargeCurve((0.0, 0.0), (0.0, 1.0)),)), "time 0 does not come after 0"),
        (Battery(10.0, 5.0, curves=(ChargeCurve((0.0,), (0.0,)),)), "both have the same two or more"),
    ],
)
def test_faults_of_batteries(line: Line, battery: Battery, expected: str) -> None:
    (fault,) = _faults(line, van=Vehicle("v", 0, 0, battery=battery))
    assert expected in fault


@pytest.mark.parametrize(
    ("van", "expected"),
    [
        (Vehicle("v", 0, 0, shift=(9.0, 1.0)), "opens at 9, after it closes at 1"),
        (Vehicle("v", 0, 0, profile=1), "metric 1 does not exist: there are 1"),
        (Vehicle("v", 0, 0, breaks=(Break("b", (), 1.0),)), "there is none; a break starts inside a window"),
        (Vehicle("v", 0, 0, frozen=(Visit("stop", 0),)), "stop 0 does not exist: there are 0"),
        (Vehicle("v", 0, 0, frozen=(Visit("charge", 0),)), "the van cannot charge at station 's'"),
        (Vehicle("v", 0, 0, max_stops=-1), "max_stops: -1 is not zero or more"),
    ],
)
def test_faults_of_vans(line: Line, van: Vehicle, expected: str) -> None:
    (fault,) = _faults(line, van=van, stations=(Station("s", 1),))
    assert expected in fault


_TWO = np.array([[0.0, 1.0], [1.0, 0.0]])


@pytest.mark.parametrize(
    ("metric", "expected"),
    [
        (MatrixMetric(_TWO, np.zeros((3, 3))), "metrics[0].distance: has shape (3, 3), not (2, 2)"),
        (MatrixMetric(-_TWO, _TWO), "metrics[0].time[0, 1]: -1 is not zero or more (2 such)"),
        (MatrixMetric(_TWO, _TWO, energy=_TWO * nan), "metrics[0].energy[0, 0]: nan is no number"),
        (
            MatrixMetric(np.stack([_TWO * 9, _TWO]), _TWO, slice_width=5.0),
            "metrics[0].time[1, 0, 1]: falls from 9 to 1 within 5: who leaves later would arrive earlier",
        ),
        (CoordinateMetric(speed=0.0), "metrics[0].speed: 0 is not positive"),
        (CoordinateMetric(geometry="great-circle"), "locations[1]: (500, 0) is no longitude and latitude"),
        (
            SpeedMetric(_TWO, np.ones((2, 2), np.uint8), np.array([0.0]), np.array([[1.0]])),
            "metrics[0].category: 1 has no speeds: there are 1 categories",
        ),
        (
            ArrivalMetric(_TWO, np.array([0, 0, 2, 2, 2]), np.array([0.0, 9.0]), np.array([8.0, 7.0])),
            "metrics[0].arrival: who leaves later would arrive earlier on an arc",
        ),
    ],
)
def test_faults_of_metrics(metric: Metric, expected: str) -> None:
    places = (Location("a"), Location("b", 500.0))
    with pytest.raises(InputError) as caught:
        Problem(places, (), (Vehicle("v", 0, 0),), (metric,))
    assert expected in str(caught.value)


def test_a_sound_problem_with_everything_in_it_has_no_fault(line: Line) -> None:
    curve = ChargeCurve((0.0, 4.0, 8.0), (0.0, 8.0, 10.0))
    van = Vehicle("v", 0, None, battery=Battery(10.0, 10.0, 1.0, 1.0, (curve, None)), depots=(0, 1), max_trips=3)
    problem = line(at=(1, 2), van=van, stations=(Station("s", 1), Station("t", 2, kind=1)))
    assert replace(problem, charging="full").dimensions == 0
