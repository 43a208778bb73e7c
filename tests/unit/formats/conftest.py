"""Tiny instances written by hand, and a distance oracle that shares nothing with the package."""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import pairwise

import pytest

from milkfloat.errors import InputError
from milkfloat.routing.metric import CoordinateMetric, MatrixMetric
from milkfloat.routing.problem import Problem

_RULES: dict[str, Callable[[float], float]] = {
    "exact": lambda value: value,
    "truncate": math.floor,
    "nearest": lambda value: math.floor(value + 0.5),
    "up": math.ceil,
}


@pytest.fixture
def length() -> Callable[..., float]:
    """Length of a walk over locations given by name, by the first metric of a problem."""

    def measure(problem: Problem, *names: str) -> float:
        index = {location.name: k for k, location in enumerate(problem.locations)}
        metric = problem.metrics[0]
        total = 0.0
        for a, b in pairwise(index[name] for name in names):
            if isinstance(metric, MatrixMetric):
                total += float(metric.distance[a, b])
            else:
                assert isinstance(metric, CoordinateMetric)
                p, q = problem.locations[a], problem.locations[b]
                scaled = math.sqrt((p.x - q.x) ** 2 + (p.y - q.y) ** 2) * metric.resolution
                total += _RULES[metric.rounding](scaled) / metric.resolution
        return total

    return measure


@pytest.fixture
def faults_of() -> Callable[..., list[str]]:
    """All faults that a call raises, as text."""

    def call(function: Callable[..., object], *args: object, **options: object) -> list[str]:
        with pytest.raises(InputError) as caught:
            function(*args, **options)
        return [str(fault) for fault in caught.value.faults]

    return call


@pytest.fixture
def solomon_text() -> str:
    return """TINY

VEHICLE
NUMBER     CAPACITY
  2         10

CUSTOMER
CUST NO.  XCOORD.   YCOORD.    DEMAND   READY TIME  DUE DATE   SERVICE TIME

    0       0          0          0          0        100          0
    1       3          4          4         10         20          2
    2       1          1          5          0         50          3
"""


@pytest.fixture
def cvrp_text() -> str:
    return """NAME : 	tiny
COMMENT : 	"by hand"
TYPE : 	CVRP
DIMENSION : 	3
EDGE_WEIGHT_TYPE : 	EUC_2D
CAPACITY : 	9
NODE_COORD_SECTION
1	0	0
2	1	1
3	3	4
DEMAND_SECTION
1	0
2	4
3	5
DEPOT_SECTION
	1
	-1
EOF
"""


@pytest.fixture
def schneider_text() -> str:
    return """StringID   Type       x          y          demand     ReadyTime  DueDate    ServiceTime
D0         d          0.0        0.0        0.0        0.0        100.0      0.0
S0         f          0.0        0.0        0.0        0.0        100.0      0.0
S5         f          6.0        8.0        0.0        0.0        100.0      0.0
C1         c          3.0        4.0        7.0        10.0       20.0       2.0

Q Vehicle fuel tank capacity /12.5/
C Vehicle load capacity /20.0/
r fuel consumption rate /1.5/
g inverse refueling rate /2.0/
v average Velocity /2.0/
"""


@pytest.fixture
def lilim_text() -> str:
    return "2\t10\t1\n" + "\n".join(
        "\t".join(map(str, row))
        for row in (
            (0, 0, 0, 0, 0, 100, 0, 0, 0),
            (1, 6, 8, -3, 0, 90, 2, 2, 0),
            (2, 3, 4, 3, 5, 40, 1, 0, 1),
        )
    )


@pytest.fixture
def evrpnl_text() -> str:
    return """<?xml version="1.0" encoding="UTF-8"?>
<instance>
  <info><dataset>by hand</dataset><name>tiny</name></info>
  <network>
    <nodes>
      <node id="0" type="0"><cx>0</cx><cy>0</cy></node>
      <node id="1" type="1"><cx>30</cx><cy>40</cy></node>
      <node id="2" type="2"><cx>60</cx><cy>80</cy><custom><cs_type>fast</cs_type></custom></node>
    </nodes>
    <euclidean/>
    <decimals>14</decimals>
  </network>
  <fleet>
    <vehicle_profile type="0">
      <departure_node>0</departure_node>
      <arrival_node>0</arrival_node>
      <max_travel_time>10</max_travel_time>
      <speed_factor>40</speed_factor>
      <custom>
        <consumption_rate>125</consumption_rate>
        <battery_capacity>16000</battery_capacity>
        <charging_functions>
          <function cs_type="fast">
            <breakpoint><battery_level>0</battery_level><charging_time>0.0</charging_time></breakpoint>
            <breakpoint><battery_level>13600</battery_level><charging_time>0.31</charging_time></breakpoint>
            <breakpoint><battery_level>16000</battery_level><charging_time>0.51</charging_time></breakpoint>
          </function>
        </charging_functions>
      </custom>
    </vehicle_profile>
  </fleet>
  <requests><request id="1" node="1"><service_time>0.5</service_time></request></requests>
</instance>
"""
