"""The console in a browser, on a real day: what a dispatcher does, and what becomes of it."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect
from tests.browser.conftest import Site, Visitor, drawn, on_screen, serve

from milkfloat.app.maps import City
from milkfloat.server.day_host import DayHost
from milkfloat.sim.world import World


@pytest.fixture
def console(site: Site, visitor: Visitor) -> Any:
    return drawn(visitor.open(site.url))


def test_time_passes_when_it_is_let(console: Any, site: Site) -> None:
    clock = console.locator(".clock")
    before = clock.inner_text()
    console.get_by_role("button", name="Play").click()
    expect(clock).not_to_have_text(before)
    console.get_by_label("Speed").select_option("120")
    expect(console.get_by_label("Speed")).to_have_value("120")
    assert site.day.speed == 120.0
    # The space bar stops it.
    console.locator("body").press("Space")
    expect(console.get_by_role("button", name="Play")).to_be_visible()
    assert not site.day.playing


def test_a_road_is_closed_by_a_click_and_every_moved_stop_has_a_reason(console: Any, site: Site) -> None:
    day = site.get("/v1/day")
    # In the middle of what a van is about to drive.
    driving = max((van for van in day["vans"] if len(van["line"]) > 8), key=lambda van: len(van["line"]))
    lon, lat = driving["line"][6]
    console.get_by_role("button", name="Close road").click()
    console.mouse.click(*on_screen(console, day, lon, lat))
    form = console.get_by_role("form", name="Close a road")
    form.get_by_label("Until").select_option("120")
    form.get_by_role("button", name="Close the road").click()
    closed = console.locator(".closed-road")
    expect(closed).to_contain_text("is closed")
    changes = console.get_by_role("tabpanel", name="What changed")
    expect(changes).to_contain_text("is closed until")
    told = site.get("/v1/day")["last_change"]
    expect(changes.locator(".move")).to_have_count(len(told["moves"]))
    for k, move in enumerate(told["moves"]):
        row = changes.locator(".move").nth(k)
        expect(row).to_contain_text(move["order"])
        assert move["reason"]
        expect(row.locator(".reason")).to_have_text(move["reason"])
    closed.get_by_role("button", name="Open again").click()
    expect(closed).to_have_count(0)
    assert site.get("/v1/day")["traffic"] == []


def test_a_road_is_closed_without_a_mouse(console: Any, site: Site) -> None:
    console.locator("body").press("c")
    expect(console.get_by_role("button", name="Close road")).to_have_attribute("aria-pressed", "true")
    console.locator(".map canvas").focus()
    console.keyboard.press("ArrowDown")
    console.keyboard.press("Enter")
    form = console.get_by_role("form", name="Close a road")
    expect(form.get_by_label("Until")).to_be_focused()
    console.keyboard.press("Tab")
    console.keyboard.press("Tab")
    console.keyboard.press("Enter")
    expect(console.locator(".closed-road")).to_be_visible()
    assert [one["kind"] for one in site.get("/v1/day")["traffic"]] == ["closure"]


def test_an_order_is_added_and_planned(console: Any, site: Site) -> None:
    day = site.get("/v1/day")
    target = next(order for order in day["orders"] if order["status"] == "planned")
    console.get_by_role("button", name="Add order").click()
    console.mouse.click(*on_screen(console, day, target["lon"], target["lat"]))
    form = console.get_by_role("form", name="Add an order")
    form.get_by_label("Weight, kg").fill("7.5")
    form.get_by_role("button", name="Add the order").click()
    added = console.locator(".order.chosen")
    expect(added).to_contain_text("N001")
    expect(added).to_contain_text("7.5 kg")
    expect(added.locator(".chip")).to_have_text("Waiting")
    console.get_by_role("button", name="Replan").click()
    expect(added.locator(".chip")).not_to_have_text("Waiting")
    order = next(order for order in site.get("/v1/day")["orders"] if order["id"] == "N001")
    assert (order["mass_g"], order["volume_ml"]) == (7_500, 50_000)
    assert (order["van"] is None) == (order["status"] == "unserved")


def test_a_stop_is_moved_by_hand_locked_and_the_move_undone(console: Any, site: Site) -> None:
    order, van = _movable(site)
    console.get_by_label("Find an order").fill(order["id"])
    row = console.locator(".order", has_text=order["id"])
    row.get_by_role("button", name=order["id"]).click()
    row.get_by_label("Move to").select_option(van)
    row.get_by_role("button", name="Move", exact=True).click()
    expect(console.locator(".toast")).to_contain_text(f"{order['id']} goes with {van}")
    # Moved by hand it stays there.
    expect(row.get_by_role("button", name="Unlock")).to_be_visible()
    assert _order(site, order["id"])["van"] == van
    changes = console.get_by_role("tabpanel", name="What changed")
    expect(changes.locator(".move", has_text=order["id"]).first).to_contain_text(van)
    console.get_by_role("button", name="Undo").first.click()
    expect(row.get_by_role("button", name=f"Lock to {order['van']}")).to_be_visible()
    assert _order(site, order["id"])["van"] == order["van"]
    row.get_by_role("button", name=f"Lock to {order['van']}").click()
    expect(row.get_by_role("button", name="Unlock")).to_be_visible()
    assert _order(site, order["id"])["locked"] is True


def test_a_lost_connection_is_told_and_found_again(city: City, world: World, visitor: Visitor) -> None:
    with serve(city, DayHost(world.day, playing=False)) as first:
        page = visitor.open(first.url)
        page.locator(".map[data-state=drawn]").wait_for()
        port = int(first.url.rsplit(":", 1)[1])
    expect(page.get_by_role("alert")).to_contain_text("Connection lost. This is the day as of")
    expect(page.get_by_role("button", name="Close road")).to_be_disabled()
    expect(page.get_by_role("button", name="Replan")).to_be_disabled()
    with serve(city, DayHost(world.day, playing=False), port=port):
        expect(page.get_by_role("alert")).to_have_count(0)
        expect(page.get_by_role("button", name="Close road")).to_be_enabled()
        page.close()
    visitor.forgive("Failed to load resource", "ERR_")


def _order(site: Site, order_id: str) -> dict[str, Any]:
    return next(order for order in site.get("/v1/day")["orders"] if order["id"] == order_id)


def _movable(site: Site) -> tuple[dict[str, Any], str]:
    """An order that is on no van yet, and another van that has time for it: one that stands at the depot."""
    day = site.get("/v1/day")
    idle = [van["id"] for van in day["vans"] if van["status"] in ("idle", "off")]
    planned = [order for order in day["orders"] if order["status"] == "planned"]
    for van in [*idle, *(van["id"] for van in day["vans"])]:
        for order in planned:
            if order["van"] != van and order["kind"] == "delivery" and order["window"][1] - day["time"] > 3 * 3_600:
                return order, van
    raise AssertionError("no order can be moved")


def test_a_service_with_a_token_asks_for_it_once(city: City, world: World, visitor: Visitor) -> None:
    token = "0123456789abcdef"
    asked: list[str] = []

    def answer(dialog: Any) -> None:
        asked.append(dialog.message)
        dialog.accept(token)

    with serve(city, DayHost(world.day, playing=False), token=token) as site:
        page = drawn(visitor.open(site.url))
        page.on("dialog", answer)
        page.get_by_label("Speed").select_option("10")
        expect(page.get_by_label("Speed")).to_have_value("10")
        page.wait_for_function("() => sessionStorage.length > 0")
        page.get_by_role("button", name="Replan").click()
        expect(page.locator(".toast.good")).to_contain_text("Planned again")
        assert site.day.speed == 10.0
        page.close()
    assert len(asked) == 1
    visitor.forgive("401")
