from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from milkfloat.routing.formats import evrpnl, lilim, schneider, solomon, vrplib, vrplib_write
from milkfloat.routing.problem import Break, Problem

_KEYS = ("orders", "vehicles", "locations", "stations", "charging", "objective", "name")


@pytest.mark.parametrize(
    ("fixture", "format"),
    [("solomon_text", solomon), ("schneider_text", schneider), ("evrpnl_text", evrpnl), ("cvrp_text", vrplib)],
)
def test_what_is_written_reads_back_equal(request: pytest.FixtureRequest, fixture: str, format: Any) -> None:
    problem: Problem = format.read(request.getfixturevalue(fixture).encode(), source="tiny").problem
    write = vrplib_write.write if format is vrplib else format.write
    again = format.read(write(problem), source="tiny").problem
    for key in _KEYS:
        assert getattr(again, key) == getattr(problem, key), key
    assert vars(again.metrics[0]) == vars(problem.metrics[0])


def test_shipments_read_back_under_new_numbers(lilim_text: str, length: Callable[..., float]) -> None:
    problem = lilim.read(lilim_text.encode()).problem
    again = lilim.read(lilim.write(problem)).problem
    assert [order.id for order in again.orders] == ["1-2"]
    for before, after in zip(problem.orders[0].stops, again.orders[0].stops, strict=True):
        assert (after.windows, after.service) == (before.windows, before.service)
        a, b = problem.locations[before.location], again.locations[after.location]
        assert (a.x, a.y) == (b.x, b.y)
    assert again.orders[0].amount == (3.0,)


def test_depots_reloads_costs_and_ties_read_back(cvrp_text: str) -> None:
    problem = vrplib.read(cvrp_text.encode()).problem
    van = replace(problem.vehicles[0], shift=(0.0, 90.0))
    other = replace(
        van, capacity=(20.0,), fixed_cost=7.5, cost_per_distance=2.0, depots=(0,), max_trips=3, max_duration=80.0
    )
    van = replace(van, max_duration=70.0)
    orders = (replace(problem.orders[0], vehicles=(1,), release=5.0, prize=9.0), problem.orders[1])
    problem = replace(problem, vehicles=(van, other), orders=orders, objective="cost")
    again = vrplib.read(vrplib_write.write(problem)).problem
    # A file that releases one order says 0 for the others, and ids of vans are not in it.
    assert [order.release for order in again.orders] == [5.0, 0.0]
    assert [(o.vehicles, o.prize) for o in again.orders] == [((1,), 9.0), (None, None)]
    assert [replace(v, id="van") for v in again.vehicles] == [replace(v, id="van") for v in problem.vehicles]


def test_everything_without_a_place_is_named(solomon_text: str, faults_of: Callable[..., list[str]]) -> None:
    problem = solomon.read(solomon_text.encode()).problem
    van = replace(problem.vehicles[0], breaks=(Break("b", ((0.0, 9.0),), 1.0),), max_stops=3)
    first = replace(problem.orders[0], skills=frozenset({"lift"}))
    problem = replace(problem, vehicles=(van, van), orders=(first, problem.orders[1]), objective="cost")
    assert faults_of(solomon.write, problem) == [
        "order 1: Solomon's format has no place for skills",
        "vehicle van: Solomon's format has no place for most stops",
        "vehicle van: Solomon's format has no place for breaks",
        "objective: Solomon's format has no place for objective cost",
    ]
