from __future__ import annotations

from collections.abc import Callable

import pytest

from milkfloat.routing.formats import lilim

_COLUMNS = "task x y demand ready time due date service time pickup delivery"


def test_a_pair_of_rows_becomes_one_shipment(lilim_text: str, length: Callable[..., float]) -> None:
    instance = lilim.read(lilim_text.encode(), source="lc1.txt")
    problem = instance.problem
    (order,) = problem.orders
    assert order.is_shipment
    assert order.amount == (3.0,)
    assert [problem.locations[stop.location].name for stop in order.stops] == ["2", "1"]
    assert [stop.windows for stop in order.stops] == [((5.0, 40.0),), ((0.0, 90.0),)]
    assert [stop.service for stop in order.stops] == [1.0, 2.0]
    assert instance.names.stops == (("2", "1"),)
    assert len(problem.vehicles) == 2
    assert problem.objective == "vehicles-then-distance"
    assert length(problem, "0", "2", "1", "0") == 5 + 5 + 10


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("2\t10\t1\n", "x\t10\t1\n", "t:1: number of vehicles: 'x' is not a number"),
        ("\t1\t0\t1", "\t1\t0\t7", "t:4: task 2: its partner 7 is no other task of this file"),
        ("\t1\t0\t1", "\t1\t0\t0", "t:4: task 2: exactly one of pickup 0 and delivery 0 must be 0"),
        ("8\t-3", "8\t-4", "t:4: task 2: demand 3 and its delivery's -4 are not opposite"),
        ("\t5\t40", "\t50\t40", "t:4: 2: due date 40 is before ready time 50"),
        ("\t40\t1\t0\t1", "\t40\t1\t0", f"t:4: 8 values where 9 belong: {_COLUMNS}"),
        ("2\t3\t4\t3", "1\t3\t4\t3", "t:4: task 1 stands in line 3 already"),
    ],
)
def test_a_broken_file_is_refused_with_line_and_value(
    lilim_text: str, faults_of: Callable[..., list[str]], old: str, new: str, expected: str
) -> None:
    assert old in lilim_text
    assert expected in faults_of(lilim.read, lilim_text.replace(old, new, 1).encode(), source="t")
