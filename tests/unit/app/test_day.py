"""A day that runs in a grid town: vans drive its streets, people add, close, lock, move and tap, the plan follows."""

from __future__ import annotations

import itertools
import json
import threading
from dataclasses import replace
from math import inf

import pytest
from tests.unit.app.conftest import BLOCK_M, at, calm, charger, clock, order, van

from milkfloat.app.build import build_problem
from milkfloat.app.day import LiveDay, Policy
from milkfloat.app.day_document import from_document, to_document
from milkfloat.app.day_figures import day_figures, plan_figures
from milkfloat.app.day_view import DayView
from milkfloat.app.maps import City
from milkfloat.dispatch.replan import Effort
from milkfloat.errors import ConflictError, InputError
from milkfloat.fleet.orders import Order, OrderStop
from milkfloat.fleet.places import Address
from milkfloat.routing.solve import solve

QUICK = Policy(first=Effort(iterations=60), effort=Effort(iterations=40, grace_s=(1_800.0, 86_400.0)))
START = clock(7.5)


def orders() -> list[Order]:
    """Six houses in two corners of the town; a parcel from house to house, and one that is fetched."""
    return [
        order("a", at(4.5, 0), window=(8, 10)),
        order("b", at(5, 0.5), window=(8, 12)),
        order("c", at(4.5, 1)),
        order("d", at(0, 4.5), window=(9, 12)),
        order("e", at(0.5, 5)),
        replace(order("f", at(1, 4.5)), kind="pickup"),
        Order("s", (OrderStop(at(3, 2.5), (), 60.0), OrderStop(at(2.5, 5), (), 60.0)), kind="shipment"),
    ]


def make(city: City, *, policy: Policy = QUICK, known: list[str] | None = None) -> LiveDay:
    built = build_problem(
        city,
        orders(),
        [van("v1"), van("v2", soc=0.6)],
        [charger("post", at(4, 0))],
        calm(temperature_c=-10.0),
    )
    day = LiveDay(built, now_s=START, known=known, policy=policy)
    day.begin()
    return day


@pytest.fixture
def day(city: City) -> LiveDay:
    return make(city)


def kinds(day: LiveDay) -> list[str]:
    return [entry.kind for entry in day.events_since(0)]


def stations(day: LiveDay) -> list[str]:
    """Where the plan may charge."""
    return [station.id for station in day.problem.stations]


def run_out(day: LiveDay) -> None:
    day.advance(clock(20))


def on_the_way(day: LiveDay) -> tuple[str, str]:
    """Let the day run until a van drives to a customer; the van and the order."""
    now = START
    while now < clock(16):
        now += 20.0
        day.advance(now)
        for one in day.vans.values():
            step = one.step
            if one.drive is not None and step is not None and step.kind == "job":
                return one.id, day.name_of(step)
    raise AssertionError("no van set off")


def test_everything_is_served_once_and_in_time(day: LiveDay) -> None:
    run_out(day)
    assert all(o.done_s is not None and o.late_s == 0.0 for o in day.orders.values())
    served = [done.id for one in day.vans.values() for done in one.done if done.kind in ("job", "delivery")]
    assert sorted(served) == ["a", "b", "c", "d", "e", "f", "s"]
    figures = day_figures(day)
    assert (figures.served, figures.orders, figures.late, figures.vans_out) == (7, 7, 0, 0)
    assert all(one.phase(day.now_s) in ("off", "idle") for one in day.vans.values())
    assert kinds(day)[0] == "plan"
    assert "home" in kinds(day)


def test_a_day_driven_in_small_steps_is_the_same_day(city: City) -> None:
    whole, steps = make(city), make(city)
    whole.advance(clock(12))
    for k in range(1, 271):
        steps.advance(START + k * 60.0)
    assert [e.document for e in whole.log.since()] == [e.document for e in steps.log.since()]
    assert day_figures(whole) == day_figures(steps)


def test_vans_drive_along_streets_and_use_their_batteries(day: LiveDay) -> None:
    van_id, order_id = on_the_way(day)
    one = day.vans[van_id]
    drive = one.drive
    assert drive is not None
    target = day.built.places[day.orders[order_id].locations[0]].snap
    assert drive.lonlat[-1].tolist() == [target.lon, target.lat]
    half = (drive.departs_s + drive.arrives_s) / 2
    day.advance(half)
    lon, lat, heading = drive.position(half)
    assert min(drive.lonlat[:, 0]) <= lon <= max(drive.lonlat[:, 0])
    assert min(drive.lonlat[:, 1]) <= lat <= max(drive.lonlat[:, 1])
    # The streets of the town run north-south and west-east.
    assert min(abs(heading - right) for right in (0, 90, 180, 270, 360)) < 2.0
    assert 0.0 < one.soc_wh - one.soc_now(half) < drive.drawn_wh
    assert one.distance_now(half) == pytest.approx(one.distance_m + drive.distance_m / 2, rel=0.01)
    assert drive.ahead(half)[0] == (lon, lat)


def test_orders_that_come_in_are_planned_together_and_served(day: LiveDay) -> None:
    day.advance(clock(8))
    assert day.add_orders([order("n1", at(3.5, 1)), order("n2", at(2, 2.5))]) == ()
    assert day.orders["n1"].van_id is None
    day.advance(clock(8) + QUICK.batch_s)
    assert day.orders["n1"].van_id is not None
    change = day.changes[-1]
    told = {told.move.order_id: told.reason for told in change.moves}
    assert told["n1"].code == "new_order"
    run_out(day)
    assert day.orders["n2"].done_s is not None


def test_orders_that_cannot_be_taken_in_are_named_and_the_others_go_on(day: LiveDay) -> None:
    day.advance(clock(8))
    faults = day.add_orders([order("ok", at(3, 3)), order("a", at(1, 1)), order("far", at(300, 3))])
    assert sorted(fault.where for fault in faults) == ["order a", "order far.lon"]
    assert "ok" in day.orders
    with pytest.raises(InputError, match="there is an order b already"):
        day.add_orders([order("b", at(1, 1))])
    with pytest.raises(InputError, match="nowhere"):
        day.add_orders([Order("x", (OrderStop(Address("nowhere 5"), (), 0.0),))])


def test_an_order_known_to_the_problem_is_news_all_the_same(city: City) -> None:
    day = make(city, known=["a", "b", "c", "d", "e", "f"])
    assert "s" not in day.orders
    places = day.built.places
    day.add_orders([o for o in orders() if o.id == "s"])
    assert day.built.places is places
    run_out(day)
    assert day.orders["s"].done_s is not None


def test_a_closed_road_leads_a_van_round_it_at_once_and_opens_again(day: LiveDay) -> None:
    van_id, _ = on_the_way(day)
    drive = day.vans[van_id].drive
    assert drive is not None
    assert drive.path is not None
    # A street on its way that it has not come to yet.
    graph = day.built.city.graph
    ahead = [int(edge) for edge in drive.path.edges[len(drive.path.edges) // 2 + 1 : -1]]
    blocked = next(edge for edge in ahead if graph.edge_name[edge])
    lon, lat, _ = drive.position(day.now_s)
    closed = day.close_road(lon, lat, edges=[blocked])
    assert closed.name
    day.advance(day.now_s + 1.0)
    around = day.vans[van_id].drive
    assert around is not None
    assert around.path is not None
    assert blocked not in around.path.edges.tolist()
    assert around.arrives_s > drive.arrives_s
    assert day.changes[-1].events[0].kind == "closure"
    view = DayView(day).snapshot()
    assert view["traffic"][0]["kind"] == "closure"
    assert view["traffic"][0]["lines"]
    day.reopen(closed.id)
    with pytest.raises(InputError, match="is not known"):
        day.reopen(closed.id)
    run_out(day)
    assert "traffic_clears" in kinds(day)
    assert all(o.done_s is not None for o in day.orders.values())


def test_a_road_is_closed_where_one_points_at_it(day: LiveDay) -> None:
    place = at(2.5, 0.01)
    closed = day.close_road(place.lon, place.lat, until_s=clock(9))
    assert (closed.name, closed.kind, len(closed.edges)) == ("Row A", "closure", 2)
    assert "until 09:00" in day.log.since()[-1].text
    with pytest.raises(InputError, match="near"):
        day.close_road(at(90, 90).lon, at(90, 90).lat)


def test_a_jam_slows_vans_down(city: City) -> None:
    calm_day, jammed = make(city), make(city)
    jammed.jam(range(city.graph.edge_count), factor=0.25, until_s=clock(18))
    run_out(calm_day)
    run_out(jammed)
    assert jammed.built.problem.metrics[0].time.max() > 2 * calm_day.built.problem.metrics[0].time.max()  # type: ignore[union-attr]
    assert day_figures(jammed).served == 7


def test_a_charger_that_fails_is_not_planned_with_until_it_works_again(day: LiveDay) -> None:
    day.fail_charger("post")
    day.fail_charger("hub")
    day.advance(day.now_s + 1.0)
    assert stations(day) == []
    day.fail_charger("post")
    day.repair_charger("post")
    day.advance(day.now_s + 1.0)
    assert set(day.broken) == {"hub"}
    assert stations(day) == ["post"]
    view = DayView(day).snapshot()
    assert view["chargers"][0]["status"] == "ok"
    assert view["depots"][0]["charging"] == "failed"
    with pytest.raises(InputError, match="charger x"):
        day.fail_charger("x")
    run_out(day)
    assert day_figures(day).served == 7


def test_a_locked_order_stays_with_its_van(day: LiveDay) -> None:
    mine = day.orders["e"].van_id
    other = "v2" if mine == "v1" else "v1"
    day.lock("e", other)
    day.advance(day.now_s + 1.0)
    assert day.orders["e"].van_id == other
    day.replan()
    assert day.orders["e"].van_id == other
    day.lock("e", locked=False)
    day.replan()
    routing = next(o for o in day.problem.orders if o.id == "e")
    assert routing.vehicles is None
    with pytest.raises(InputError, match="van v9"):
        day.lock("e", "v9")
    with pytest.raises(InputError, match="order x"):
        day.lock("x", "v1")


def test_an_order_moved_by_hand_stays_where_it_was_put_and_can_be_taken_back(day: LiveDay) -> None:
    before = {order_id: o.van_id for order_id, o in day.orders.items()}
    mine = before["e"]
    other = "v2" if mine == "v1" else "v1"
    day.move("e", other)
    assert day.orders["e"].van_id == other
    assert day.orders["e"].locked
    assert next(m for m in day.changes[-1].moves if m.move.order_id == "e").reason.code == "manual_move"
    ahead = [visit for visit in day.etas() if day.orders[visit].van_id == other and visit not in ("e", "s", "f")]
    if ahead:
        first = min(ahead, key=day.etas().__getitem__)
        day.move("e", other, before=first)
        assert day.etas()["e"] <= day.etas()[first]
        day.undo()
    day.undo()
    assert {order_id: o.van_id for order_id, o in day.orders.items()} == before
    assert not day.orders["e"].locked
    with pytest.raises(ConflictError, match="no change to take back"):
        day.undo()
    with pytest.raises(ConflictError, match="order zz is not ahead"):
        day.move("e", other, before="zz")
    run_out(day)
    assert day_figures(day).served == 7


def test_a_parcel_on_board_cannot_be_given_to_another_van(day: LiveDay) -> None:
    van_id, order_id = on_the_way(day)
    other = "v2" if van_id == "v1" else "v1"
    assert day.carriers()[order_id] == van_id
    with pytest.raises(ConflictError, match=f"the parcel of order {order_id} is on {van_id}"):
        day.lock(order_id, other)
    with pytest.raises(ConflictError, match="is on"):
        day.move(order_id, other)


def test_what_is_done_cannot_be_changed(day: LiveDay) -> None:
    run_out(day)
    for act in (lambda: day.lock("a", "v1"), lambda: day.move("a", "v1"), lambda: day.cancel("a")):
        with pytest.raises(ConflictError, match="order a is done"):
            act()


def test_a_cancelled_order_is_left_out(day: LiveDay) -> None:
    day.cancel("e")
    day.advance(day.now_s + 1.0)
    assert "e" not in {o.id for o in day.problem.orders}
    run_out(day)
    assert day.orders["e"].done_s is None
    assert day_figures(day).orders == 6


def test_an_order_that_is_cancelled_before_it_was_planned_never_is(day: LiveDay) -> None:
    day.add_orders([order("n1", at(3.5, 1))])
    day.cancel("n1")
    day.advance(day.now_s + 1_000.0)
    assert "n1" not in {o.id for o in day.problem.orders}


def test_drivers_tap_what_happens(city: City) -> None:
    day = make(city, policy=replace(QUICK, confirm=True))
    van_id, order_id = on_the_way(day)
    with pytest.raises(ConflictError, match="the next stop of"):
        day.tap(van_id, "done", "zz")
    with pytest.raises(InputError, match="none of arrived, done and issue"):
        day.tap(van_id, "lost", order_id)
    day.tap(van_id, "arrived", order_id)
    one = day.vans[van_id]
    assert one.drive is None
    assert one.steps[one.at].arrival == day.now_s
    # Nobody says that it is done: the van stays, and what follows moves back.
    late = day.now_s + 3_600.0
    day.advance(late)
    assert day.orders[order_id].done_s is None
    assert one.steps[one.at].departure > late
    day.tap(van_id, "done", order_id)
    assert day.orders[order_id].done_s == late
    assert "tap" in kinds(day)


def test_a_driver_who_cannot_serve_an_order_goes_on_and_the_console_knows(day: LiveDay) -> None:
    van_id, order_id = on_the_way(day)
    day.tap(van_id, "issue", order_id, "nobody at home")
    assert day.orders[order_id].issue == "nobody at home"
    assert order_id not in {o.id for o in day.problem.orders}
    run_out(day)
    figures = day_figures(day)
    assert (figures.served, figures.unserved) == (6, 1)
    shown = next(o for o in DayView(day).snapshot()["orders"] if o["id"] == order_id)
    assert (shown["status"], shown["issue"]) == ("failed", "nobody at home")


def test_orders_nobody_can_serve_in_time_come_late_rather_than_never(day: LiveDay) -> None:
    day.advance(clock(8))
    day.add_orders([order("soon", at(5, 5), window=(8, 8.05))])
    run_out(day)
    soon = day.orders["soon"]
    assert soon.done_s is not None
    assert soon.late_s > 60.0
    assert day_figures(day).late == 1


def test_where_no_plan_can_be_made_the_old_one_goes_on(day: LiveDay, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise ConflictError("two facts disagree")

    monkeypatch.setattr("milkfloat.app.day_plans.replan", refuse)
    plan = day.plan
    day.replan()
    assert day.plan is plan
    assert "no new plan could be made: two facts disagree" in day.log.since()[-1].text
    run_out(day)
    assert day_figures(day).served == 7


@pytest.mark.parametrize("hour", [7.6, 8.2, 8.5, 9.1, 10.0, 14.0])
def test_a_day_goes_on_from_its_document_at_the_very_instant(city: City, hour: float) -> None:
    day = make(city)
    day.advance(clock(min(hour, 8.0)))
    day.add_orders([order("n1", at(3.5, 1))])
    day.jam(range(0, city.graph.edge_count, 2), factor=0.5, until_s=clock(9))
    day.lock("d")
    day.advance(clock(hour))
    text = json.dumps(to_document(day), allow_nan=False)
    again = from_document(json.loads(text), city)
    assert to_document(again) == json.loads(text)
    assert DayView(again).snapshot() == DayView(day).snapshot()
    run_out(day)
    run_out(again)
    assert day_figures(again) == day_figures(day)


def test_a_document_of_another_map_or_version_is_refused(city: City, day: LiveDay) -> None:
    document = to_document(day)
    with pytest.raises(InputError, match="schema_version 9"):
        from_document(document | {"schema_version": 9}, city)
    with pytest.raises(InputError, match="another map"):
        from_document(document | {"map": "x"}, city)


def test_the_view_tells_the_whole_day_of_every_van(day: LiveDay) -> None:
    view = DayView(day)
    seen = []
    for hour in (7.6, 8.1, 8.3, 9.0, 10.0, 15.0):
        day.advance(clock(hour))
        shown = view.snapshot()
        json.dumps(shown, allow_nan=False)
        for one in shown["vans"]:
            stops = one["stops"]
            # What is over comes first, in the order in which it happened.
            assert [s["done"] for s in stops] == sorted((s["done"] for s in stops), reverse=True)
            assert all(a["departure"] <= b["arrival"] + 1e-6 for a, b in itertools.pairwise(stops))
            if stops:
                assert stops[0]["kind"] == "start"
                assert stops[-1]["kind"] == "end"
        seen.append({o["status"] for o in shown["orders"]})
    assert seen[0] == {"planned"}
    assert "onboard" in set.union(*seen)
    assert seen[-1] == {"done"}
    assert shown["kpis"]["served"] == 7


def test_the_line_of_a_round_begins_at_the_van_and_ends_at_the_depot(day: LiveDay) -> None:
    van_id, _ = on_the_way(day)
    one = next(v for v in DayView(day).snapshot()["vans"] if v["id"] == van_id)
    assert one["line"][0] == pytest.approx([one["lon"], one["lat"]], abs=1e-5)
    home = day.built.places[day.vans[van_id].vehicle.start].snap
    assert one["line"][-1] == pytest.approx([home.lon, home.lat], abs=1e-5)
    # A round to the other end of the town and back is longer than the town is wide.
    assert len(one["line"]) > BLOCK_M / 100


def test_drivers_see_their_own_day(day: LiveDay) -> None:
    van_id, _ = on_the_way(day)
    mine = DayView(day).driver(van_id)
    assert {o["van"] for o in mine["orders"]} == {van_id}
    assert mine["van"]["id"] == van_id
    assert mine["change"] is None
    day.cancel(mine["orders"][-1]["id"])
    day.replan()
    change = DayView(day).driver(van_id)["change"]
    assert change is not None
    assert change["moves"][0]["code"] == "cancelled"


def test_several_threads_may_look_and_act_while_the_day_runs(day: LiveDay) -> None:
    view, failures = DayView(day), []

    def look() -> None:
        try:
            for _ in range(40):
                view.positions()
                view.snapshot()
        except Exception as error:  # noqa: BLE001 - whatever it is, the test tells it
            failures.append(error)

    def act() -> None:
        try:
            for k in range(4):
                day.add_orders([order(f"t{k}", at(3, k + 1))])
        except Exception as error:  # noqa: BLE001 - as above
            failures.append(error)

    threads = [threading.Thread(target=work) for work in (look, act)]
    for thread in threads:
        thread.start()
    for k in range(60):
        day.advance(START + 30.0 * k)
    for thread in threads:
        thread.join()
    assert failures == []
    run_out(day)
    assert day_figures(day).served == 11


def test_readers_of_the_log_wait_for_news(day: LiveDay) -> None:
    seen = len(day.log)
    waiting = threading.Thread(target=lambda: found.extend(day.log.wait(seen, 5.0)))
    found: list[object] = []
    waiting.start()
    day.cancel("e")
    waiting.join()
    assert len(found) == 1
    assert day.log.wait(len(day.log), 0.01) == ()


def test_figures_of_a_plan_follow_the_same_rules(city: City) -> None:
    built = build_problem(city, orders(), [van("v1", soc=0.25)], [], calm(temperature_c=-10.0))
    plan = solve(built.problem, iterations=60)
    whole = plan_figures(built.problem, plan)
    assert (whole.served, whole.vans, whole.vans_out) == (7 - len(plan.unserved), 1, 0)
    assert whole.distance_m == pytest.approx(plan.distance)
    assert whole.drawn_wh == pytest.approx(plan.routes[0].energy)
    levels = [(s.soc or inf, s.charge) for s in plan.routes[0].steps]
    charged = [sum(charge for _, charge in levels[:k]) for k in range(len(levels))]
    assert whole.ran_empty == any(soc - before <= 0 for (soc, _), before in zip(levels, charged, strict=True))
    early = plan_figures(built.problem, plan, until_s=clock(7))
    assert (early.served, early.vans, early.distance_m) == (0, 0, 0.0)
