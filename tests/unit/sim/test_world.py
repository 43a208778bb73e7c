"""A whole simulated day holds the invariants, whatever happens in it, and happens the same way twice."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace

import pytest

from milkfloat.app.day import GRACE_S, Policy
from milkfloat.app.day_document import from_document, to_document
from milkfloat.app.day_figures import day_figures
from milkfloat.app.maps import City
from milkfloat.dispatch.replan import Effort
from milkfloat.routing.plan import Step
from milkfloat.sim.city import Scenario, scenario
from milkfloat.sim.report import compare, notes
from milkfloat.sim.world import DriverMotion, World, open_day

QUICK = Policy(batch_s=900.0, first=Effort(iterations=60), effort=Effort(iterations=30, grace_s=GRACE_S))


@pytest.fixture(scope="module")
def short(helsinki: City) -> Scenario:
    """The demo's day with a third of its orders."""
    day = scenario(helsinki, seed=5)
    kept = range(0, len(day.orders), 3)
    return replace(day, orders=tuple(day.orders[k] for k in kept), announced_s=tuple(day.announced_s[k] for k in kept))


@pytest.fixture(scope="module")
def ended(helsinki: City, short: Scenario) -> World:
    world = open_day(helsinki, short, seed=5, policy=QUICK)
    world.advance(short.ends_s + 3_600.0)
    return world


def test_no_parcel_is_lost_or_delivered_twice(ended: World) -> None:
    day = ended.day
    assert ended.is_over
    assert set(day.orders) == {order.id for order in ended.scenario.orders}
    last_stops = Counter(d.id for van in day.vans.values() for d in van.done if d.kind in ("job", "delivery"))
    assert last_stops == Counter(order_id for order_id, order in day.orders.items() if order.done_s is not None)
    assert max(last_stops.values()) == 1
    first_stops = [d.id for van in day.vans.values() for d in van.done if d.kind == "pickup"]
    assert len(set(first_stops)) == len(first_stops)
    for van in day.vans.values():
        collected: set[str] = set()
        for done in van.done:
            if done.kind == "pickup":
                collected.add(done.id)
            elif done.kind == "delivery" or (done.kind == "job" and day.orders[done.id].order.kind == "shipment"):
                assert done.id in collected, "what is delivered was collected by the same van"


def test_time_and_charge_flow_from_step_to_step(ended: World) -> None:
    for van in ended.day.vans.values():
        for before, after in zip(van.done, van.done[1:], strict=False):
            assert after.arrival_s >= before.departure_s - 1e-6
            assert after.soc_wh <= before.soc_wh + before.charge_wh + 1e-6
            assert after.distance_m >= before.distance_m
        battery = van.vehicle.battery
        assert battery is not None
        # Drives and doors differ from the plan; the reserve is there for that, and most of it is still there.
        assert all(done.soc_wh > 0.5 * battery.reserve for done in van.done)
        assert all(done.soc_wh <= battery.capacity + 1e-6 for done in van.done)


def test_vans_would_run_empty_without_charging_and_do_not(ended: World) -> None:
    figures = day_figures(ended.day)
    assert figures.served == figures.orders == len(ended.scenario.orders)
    assert figures.lowest_share > 0.05


def test_incidents_happen_and_are_answered(ended: World) -> None:
    kinds = Counter(entry.kind for entry in ended.day.log.since())
    assert kinds["jam"] == 2
    assert kinds["charger_failed"] == kinds["charger_works"] == 1
    assert kinds["replan"] >= 10
    assert kinds["conflict"] == kinds["fault"] == 0
    assert all(told.reason.text for change in ended.day.changes for told in change.moves)


def test_the_same_seed_gives_the_same_day_even_across_a_restart(helsinki: City, short: Scenario, ended: World) -> None:
    world = open_day(helsinki, short, seed=5, policy=QUICK)
    noon = short.conditions.midnight_s + 12 * 3_600.0
    for k in range(9):
        world.advance(short.starts_s + (noon - short.starts_s) * k / 8)
    document = json.loads(json.dumps(to_document(world.day), allow_nan=False))
    again = World(short, from_document(document, helsinki, motion=DriverMotion(5)))
    again.advance(short.ends_s + 3_600.0)
    assert day_figures(again.day) == day_figures(ended.day)
    assert [e.document for e in again.day.log.since()] == [e.document for e in ended.day.log.since()]


def test_drivers_take_as_long_as_planned_on_the_whole() -> None:
    motion = DriverMotion(1)
    step = Step("job", 0, 0, 0.0, 0.0, 0.0, 0.0)
    factors = [motion.standing_s("V1", replace(step, location=k), 100.0) / 100.0 for k in range(2_000)]
    assert sum(factors) / len(factors) == pytest.approx(1.0, abs=0.02)
    assert min(factors) < 0.7
    assert max(factors) > 1.4
    assert motion.standing_s("V1", step, 100.0) == motion.standing_s("V1", step, 100.0)


def test_the_day_is_told_beside_hand_plans(helsinki: City, ended: World) -> None:
    compared = compare(helsinki, ended)
    names = [column.name for column in compared.columns]
    assert names[:2] == ["Milkfloat", "by hand"]
    rows = dict(compared.rows)
    count = len(ended.scenario.orders)
    assert rows["orders served"][0] == f"{count} of {count}"
    assert rows["vans"][0] == str(day_figures(ended.day).vans)
    assert len(rows["distance"]) == len(names)
    ours, by_hand = (column.figures.distance_m for column in compared.columns[:2])
    assert ours < by_hand
    assert [column["name"] for column in compared.document] == names
    assert notes(ended, compared.columns)[0].startswith(f"all {count} orders came in")
