from __future__ import annotations

import math
from collections.abc import Callable

import pytest

from milkfloat.routing.formats import solomon
from milkfloat.routing.formats.instance import Options


def test_an_instance_becomes_equal_vans_and_one_stop_orders(solomon_text: str) -> None:
    instance = solomon.read(solomon_text.encode(), source="tiny.txt")
    problem = instance.problem
    assert problem.name == "TINY"
    assert problem.objective == "vehicles-then-distance"
    assert [order.id for order in problem.orders] == ["1", "2"]
    first = problem.orders[0]
    assert (first.delivery, first.stops[0].service, first.stops[0].windows) == ((4.0,), 2.0, ((10.0, 20.0),))
    assert len(problem.vehicles) == 2
    assert problem.vehicles[0].capacity == (10.0,)
    assert problem.vehicles[0].shift == (0.0, 100.0)
    assert instance.names.vehicles == ("van-1", "van-2")


@pytest.mark.parametrize(
    ("options", "objective", "expected"),
    [
        # 0-1 is exactly 5, 1-2 is sqrt(13), 2-0 is sqrt(2).
        (Options(), "vehicles-then-distance", 5 + math.sqrt(13) + math.sqrt(2)),
        (Options(objective="distance"), "distance", 5 + 3.6 + 1.4),
        (Options(rounding="dimacs"), "distance", 5 + 3.6 + 1.4),
        (Options(rounding="integer"), "distance", 5 + 4 + 1),
        (Options(objective="distance", rounding="exact"), "distance", 5 + math.sqrt(13) + math.sqrt(2)),
    ],
)
def test_objective_and_rounding_choose_the_convention_they_belong_to(
    solomon_text: str, length: Callable[..., float], options: Options, objective: str, expected: float
) -> None:
    problem = solomon.read(solomon_text.encode(), options=options).problem
    assert problem.objective == objective
    assert length(problem, "0", "1", "2", "0") == pytest.approx(expected, abs=1e-12)


def test_dos_line_ends_and_a_byte_order_mark_change_nothing(solomon_text: str) -> None:
    plain = solomon.read(solomon_text.encode()).problem
    dos = solomon.read(b"\xef\xbb\xbf" + solomon_text.replace("\n", "\r\n").encode()).problem
    assert (dos.orders, dos.vehicles, dos.locations) == (plain.orders, plain.vehicles, plain.locations)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("  2         10", "  x         10", ["t:5: number of vehicles: 'x' is not a number"]),
        ("  2         10", "  0         10", ["t:5: number of vehicles: 0 is less than 1"]),
        ("  2         10", "  2         -1", ["t:5: capacity: -1 is less than 0"]),
        ("  2         10", "  2", ["t:5: 1 values where the number of vehicles and their capacity belong"]),
        ("10         20          2", "30         20          2", ["t:11: 1: due date 20 is before ready time 30"]),
        ("    2       1 ", "    1       1 ", ["t:12: customer 1 stands in line 11 already"]),
        ("  5          0         50", " -5          0         50", ["t:12: 2: demand -5 is less than 0"]),
        ("    1       3 ", "    1       nan ", ["t:11: x: 'nan' is not a number"]),
        ("CUSTOMER\n", "\n", ["t: the section CUSTOMER is missing"]),
    ],
)
def test_a_broken_file_is_refused_with_line_and_value(
    solomon_text: str, faults_of: Callable[..., list[str]], old: str, new: str, expected: list[str]
) -> None:
    assert old in solomon_text
    broken = solomon_text.replace(old, new, 1)
    assert faults_of(solomon.read, broken.encode(), source="t") == expected


def test_all_faults_of_a_file_are_told_at_once(solomon_text: str, faults_of: Callable[..., list[str]]) -> None:
    broken = solomon_text.replace("    1       3 ", "    1       a ").replace("    2       1 ", "    2       b ")
    assert faults_of(solomon.read, broken.encode(), source="t") == [
        "t:11: x: 'a' is not a number",
        "t:12: x: 'b' is not a number",
    ]


def test_bytes_that_are_no_text_are_refused_with_their_line(faults_of: Callable[..., list[str]]) -> None:
    assert faults_of(solomon.read, b"TINY\n\xff\xfe", source="t") == ["t:2: byte 0xff is not UTF-8 text"]
    (fault,) = faults_of(solomon.read, b"\xff\xfeT\x00\xd8", source="t")
    assert fault.endswith("is not UTF-16 text")
