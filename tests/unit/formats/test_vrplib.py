from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest

from milkfloat.routing.formats import vrplib
from milkfloat.routing.formats.instance import Options
from milkfloat.routing.metric import MatrixMetric


def _with(text: str, *sections: str, **header: str) -> bytes:
    """``text`` with header lines replaced or added, and sections before the depots."""
    for key, value in header.items():
        lines = [line for line in text.splitlines() if not line.startswith(f"{key} :")]
        text = "\n".join([f"{key} : {value}", *lines]) + "\n"
    return text.replace("DEPOT_SECTION", "\n".join([*sections, "DEPOT_SECTION"])).encode()


def test_cvrp_takes_whole_distances_and_a_free_fleet(cvrp_text: str, length: Callable[..., float]) -> None:
    problem = vrplib.read(cvrp_text.encode()).problem
    assert problem.name == "tiny"
    assert problem.objective == "distance"
    assert [(order.id, order.delivery) for order in problem.orders] == [("2", (4.0,)), ("3", (5.0,))]
    assert len(problem.vehicles) == 2
    assert problem.vehicles[0].capacity == (9.0,)
    assert length(problem, "1", "2", "3", "1") == 1 + 4 + 5


@pytest.mark.parametrize(
    ("kind", "rounding", "expected"),
    [
        ("CVRP", "exact", math.sqrt(2) + math.sqrt(13) + 5),
        ("CVRP", "dimacs", 1.4 + 3.6 + 5),
        ("MTVRPTWR", None, 1.4 + 3.6 + 5),
        ("MDVRPTW", None, 1.414 + 3.606 + 5),
        ("HFVRP", None, math.sqrt(2) + math.sqrt(13) + 5),
    ],
)
def test_rounding_is_that_of_the_set_unless_given(
    cvrp_text: str, length: Callable[..., float], kind: str, rounding: str | None, expected: float
) -> None:
    options = Options(rounding=rounding)  # type: ignore[arg-type]
    problem = vrplib.read(_with(cvrp_text, TYPE=kind), options=options).problem
    assert length(problem, "1", "2", "3", "1") == pytest.approx(expected, abs=1e-12)


def test_a_full_matrix_is_taken_as_time_and_distance(cvrp_text: str) -> None:
    data = _with(
        cvrp_text,
        "EDGE_WEIGHT_SECTION",
        "0 1 2",
        "3 0 4 5",
        "6 0",
        EDGE_WEIGHT_TYPE="EXPLICIT",
        EDGE_WEIGHT_FORMAT="FULL_MATRIX",
    )
    metric = vrplib.read(data).problem.metrics[0]
    assert isinstance(metric, MatrixMetric)
    assert metric.distance.tolist() == [[0, 1, 2], [3, 0, 4], [5, 6, 0]]
    assert metric.time is metric.distance


@pytest.mark.parametrize(
    ("form", "row"),
    [
        ("LOWER_ROW", "1 2 3"),
        ("LOWER_DIAG_ROW", "0 1 0 2 3 0"),
        ("UPPER_ROW", "1 2 3"),
        ("UPPER_DIAG_ROW", "0 1 2 0 3 0"),
    ],
)
def test_a_triangle_is_taken_as_symmetric(cvrp_text: str, form: str, row: str) -> None:
    data = _with(cvrp_text, "EDGE_WEIGHT_SECTION", row, EDGE_WEIGHT_TYPE="EXPLICIT", EDGE_WEIGHT_FORMAT=form)
    metric = vrplib.read(data).problem.metrics[0]
    assert isinstance(metric, MatrixMetric)
    assert metric.distance.tolist() == [[0, 1, 2], [1, 0, 3], [2, 3, 0]]


def test_time_windows_releases_reloads_and_limits_reach_the_problem(cvrp_text: str) -> None:
    data = _with(
        cvrp_text,
        "TIME_WINDOW_SECTION",
        "1 0 100",
        "2 5 50",
        "3 6 60",
        "RELEASE_TIME_SECTION",
        "1 0",
        "2 7",
        "3 8",
        "VEHICLES_RELOAD_DEPOT_SECTION",
        "1 1",
        "2 1",
        TYPE="MTVRPTWR",
        VEHICLES="2",
        SERVICE_TIME="9",
        VEHICLES_MAX_DURATION="77",
    )
    problem = vrplib.read(data).problem
    assert [(o.release, o.stops[0].windows, o.stops[0].service) for o in problem.orders] == [
        (7.0, ((5.0, 50.0),), 9.0),
        (8.0, ((6.0, 60.0),), 9.0),
    ]
    van = problem.vehicles[1]
    assert (van.depots, van.max_trips, van.shift, van.max_duration) == ((0,), 3, (0.0, 100.0), 77.0)


def test_a_mixed_fleet_has_its_own_capacities_and_costs(cvrp_text: str) -> None:
    data = _with(
        cvrp_text,
        "CAPACITY_SECTION",
        "1 9",
        "2 20",
        "VEHICLES_FIXED_COST_SECTION",
        "1 1000",
        "2 2000",
        "VEHICLES_UNIT_DISTANCE_COST_SECTION",
        "1 150",
        "2 100",
        TYPE="HFVRP",
        VEHICLES="2",
    )
    problem = vrplib.read(data).problem
    assert problem.objective == "cost"
    assert [(v.capacity, v.fixed_cost, v.cost_per_distance) for v in problem.vehicles] == [
        ((9.0,), 10.0, 1.5),
        ((20.0,), 20.0, 1.0),
    ]


def test_vans_are_tied_to_their_depots_and_customers() -> None:
    data = b"""NAME: two
TYPE: MDVRPTW
DIMENSION: 4
VEHICLES: 2
EDGE_WEIGHT_TYPE: EUC_2D
NODE_COORD_SECTION
1 0 0
2 9 9
3 1 1
4 8 8
VEHICLES_DEPOT_SECTION
1 1
2 2
VEHICLES_ALLOWED_CLIENTS_SECTION
1 3
2 3 4
DEPOT_SECTION
1
2
EOF
"""
    problem = vrplib.read(data).problem
    assert [(v.start, v.end) for v in problem.vehicles] == [(0, 0), (1, 1)]
    assert [(o.id, o.vehicles) for o in problem.orders] == [("3", None), ("4", (1,))]


def test_a_prize_makes_an_order_optional(cvrp_text: str) -> None:
    problem = vrplib.read(_with(cvrp_text, "PRIZE_SECTION", "1 0", "2 0", "3 12")).problem
    assert [order.prize for order in problem.orders] == [None, 12.0]
    assert problem.objective == "cost"


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("DIMENSION : \t3", "DIMENSION : \tx", "t:4: DIMENSION: 'x' is not a number"),
        ("DIMENSION : \t3\n", "", "t: the line DIMENSION is missing"),
        ("2\t1\t1", "2\t1", "t:9: 2 values where 3 belong: location x y"),
        ("2\t1\t1", "2\tone\t1", "t:9: x: 'one' is not a number"),
        ("2\t1\t1", "3\t1\t1", "t:10: location 3 stands in line 9 already"),
        ("2\t1\t1", "7\t1\t1", "t:9: location 7 is not one of 1 to 3"),
        ("2\t4\n", "2\t-4\n", "t:11: DEMAND: location 2 has -4, which is less than 0"),
        ("EUC_2D", "GEO", "t:5: EDGE_WEIGHT_TYPE GEO is not one of EXPLICIT EUC_2D CEIL_2D FLOOR_2D EXACT_2D"),
        ("CAPACITY", "CAPACITAS", "t:6: the key CAPACITAS is not known"),
        ("DEMAND_SECTION", "DEMANDS_SECTION", "t:11: the section DEMANDS_SECTION is not known"),
        ("\t1\n\t-1", "\t4\n\t-1", "t:16: depot 4 is not one of 1 to 3"),
        ("3\t5\nDEPOT", "3\t5\nhello\nDEPOT", "t:15: 'hello' is neither a key, a section nor a row of numbers"),
    ],
)
def test_a_broken_file_is_refused_with_line_and_value(
    cvrp_text: str, faults_of: Callable[..., list[str]], old: str, new: str, expected: str
) -> None:
    assert old in cvrp_text
    assert expected in faults_of(vrplib.read, cvrp_text.replace(old, new, 1).encode(), source="t")


def test_a_short_matrix_is_refused(cvrp_text: str, faults_of: Callable[..., list[str]]) -> None:
    data = _with(
        cvrp_text, "EDGE_WEIGHT_SECTION", "0 1 2", EDGE_WEIGHT_TYPE="EXPLICIT", EDGE_WEIGHT_FORMAT="FULL_MATRIX"
    )
    (fault,) = faults_of(vrplib.read, data, source="t")
    assert "has 3 numbers where FULL_MATRIX of 3 locations has 9" in fault


def test_a_hundred_thousand_stops_are_read() -> None:
    n = 100_000
    points = np.random.default_rng(7).integers(0, 10_000, (n, 2))
    rows = "\n".join(f"{k} {x} {y}" for k, (x, y) in enumerate(points.tolist(), 1))
    demand = "\n".join(f"{k} {int(k > 1)}" for k in range(1, n + 1))
    text = (
        f"NAME : big\nTYPE : CVRP\nDIMENSION : {n}\nEDGE_WEIGHT_TYPE : EUC_2D\nCAPACITY : 50\n"
        f"NODE_COORD_SECTION\n{rows}\nDEMAND_SECTION\n{demand}\nDEPOT_SECTION\n1\n-1\nEOF\n"
    )
    problem = vrplib.read(text.encode()).problem
    assert len(problem.orders) == n - 1
    assert problem.locations[-1].name == str(n)
    assert (problem.locations[-1].x, problem.locations[-1].y) == tuple(points[-1].tolist())
