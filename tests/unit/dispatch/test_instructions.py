"""What drivers are told to do."""

from __future__ import annotations

from dataclasses import replace

from tests.unit.dispatch.tiny import HUB, A, delivery, plan, problem, route, step, two_trips, van

from milkfloat.dispatch.instructions import instructions
from milkfloat.routing.problem import Break


def test_a_day_of_two_trips_in_words() -> None:
    city, made = two_trips()
    told = instructions(city, made)
    assert list(told) == ["v1"]
    assert [i.text for i in told["v1"]] == [
        "Load 1 order at hub",
        "Deliver order a",
        "Collect order s",
        "Deliver order s",
        "Load 1 order at hub",
        "Deliver order c",
        "Charge 400 Wh at s1",
        "Return to hub",
    ]
    assert [i.order_ids for i in told["v1"]] == [("a",), ("a",), ("s",), ("s",), ("c",), ("c",), (), ()]
    charge = told["v1"][6]
    assert (charge.kind, charge.soc, charge.charge, charge.departure) == ("charge", 200.0, 400.0, 2_400.0)


def test_what_is_on_board_already_is_not_loaded_and_pickups_never() -> None:
    orders = [delivery("a", A, onboard=0), replace(delivery("b", A), delivery=(), pickup=(1.0,))]
    city = problem(orders, [van("v1", breaks=(Break("lunch", ((0.0, 900.0),), 60.0),))])
    made = plan(
        route(
            0,
            step("start", HUB, -1, (0, 0, 0), soc=1_500.0),
            step("job", A, 0, (60, 60, 160), m=600.0, soc=1_400.0),
            step("job", A, 1, (160, 160, 260), m=600.0, soc=1_400.0),
            step("break", A, 0, (260, 260, 320), m=600.0, soc=1_400.0),
            step("end", HUB, -1, (380, 380, 380), m=1_200.0, soc=1_300.0),
        )
    )
    told = instructions(city, made)["v1"]
    assert [(i.kind, i.text) for i in told] == [
        ("deliver", "Deliver order a"),
        ("collect", "Collect order b"),
        ("break", "Take your break"),
        ("return", "Return to hub"),
    ]
