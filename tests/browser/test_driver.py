"""The driver's page in a browser the size of a telephone, on a real day."""

from __future__ import annotations

import re
from typing import Any

import httpx
import pytest
from playwright.sync_api import expect
from tests.browser.conftest import PHONE, Site, Visitor

CUSTOMERS = ("delivery", "pickup")


def busy_van(site: Site) -> dict[str, Any]:
    """The van with most stops ahead of those whose next stop is a customer's."""
    vans = site.get("/v1/day")["vans"]

    def ahead(van: dict[str, Any]) -> list[dict[str, Any]]:
        return [stop for stop in van["stops"] if not stop["done"]]

    return max((van for van in vans if ahead(van) and ahead(van)[0]["kind"] in CUSTOMERS), key=lambda v: len(ahead(v)))


def link(site: Site, van_id: str) -> str:
    path: str = site.post("/v1/day/drivers", {"van": van_id})["path"]
    return site.url + path


def opened(visitor: Visitor, url: str) -> Any:
    page = visitor.open(url, PHONE)
    page.locator(".mini-map[data-state=drawn]").wait_for()
    return page


def round_of(site: Site, page: Any) -> dict[str, Any]:
    document: dict[str, Any] = site.get("/v1" + page.evaluate("location.pathname"))
    return document


def stops_ahead(site: Site, page: Any) -> list[dict[str, Any]]:
    return [stop for stop in round_of(site, page)["stops"] if not stop["done"]]


def test_the_round_is_there(quiet_site: Site, visitor: Visitor) -> None:
    van = busy_van(quiet_site)
    page = opened(visitor, link(quiet_site, van["id"]))
    ahead = stops_ahead(quiet_site, page)
    clock = quiet_site.day.day.clock
    expect(page.get_by_role("heading", level=1)).to_have_text(van["id"])
    card = page.get_by_role("region", name="Next stop")
    expect(card.get_by_role("heading")).to_have_text(ahead[0]["address"])
    expect(card).to_contain_text(ahead[0]["id"])
    way = card.get_by_role("link", name="Navigate").get_attribute("href")
    assert way.startswith(f"geo:{ahead[0]['lat']:.6f},{ahead[0]['lon']:.6f}")
    rows = page.locator(".rest-stop")
    expect(rows).to_have_count(len(ahead) - 1)
    for k, stop in enumerate(ahead[1:]):
        expect(rows.nth(k).locator("time")).to_have_text(clock(stop["arrival"]))
        share = f"{round(100 * stop['soc_wh'] / van['capacity_wh'])} %"
        expect(rows.nth(k).locator(".rest-charge")).to_contain_text(share)
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE[0]
    # Made for thumbs.
    for name in ("Navigate", "Problem", "Done"):
        assert card.get_by_text(name).bounding_box()["height"] >= 48


def test_what_is_done_reaches_the_console(site: Site, visitor: Visitor) -> None:
    van = busy_van(site)
    page = opened(visitor, link(site, van["id"]))
    first, second = (stop for stop in stops_ahead(site, page)[:2])
    page.get_by_role("button", name="Done").click()
    expect(page.locator(".undo")).to_contain_text("done")
    if second["kind"] in CUSTOMERS:
        expect(page.get_by_role("region", name="Next stop")).to_contain_text(second["id"])
    console = visitor.open(site.url)
    console.get_by_role("tab", name="Log").click()
    expect(console.get_by_role("tabpanel", name="Log")).to_contain_text(f"{van['id']}: order {first['id']} done")
    assert site.day.day.orders[first["id"]].done_s is not None or first["kind"] == "pickup"


def test_a_tap_can_be_taken_back(quiet_site: Site, visitor: Visitor) -> None:
    van = busy_van(quiet_site)
    page = opened(visitor, link(quiet_site, van["id"]))
    stop = stops_ahead(quiet_site, page)[0]
    card = page.get_by_role("region", name="Next stop")
    page.get_by_role("button", name="Done").click()
    expect(card).not_to_contain_text(f"{stop['id']} ·")
    page.get_by_role("button", name="Undo").click()
    expect(card).to_contain_text(stop["id"])
    assert waiting(page) == []
    assert not stops_ahead(quiet_site, page)[0]["done"]


def test_a_problem_takes_the_order_out_of_the_round(site: Site, visitor: Visitor) -> None:
    van = busy_van(site)
    page = opened(visitor, link(site, van["id"]))
    stop = stops_ahead(site, page)[0]
    page.get_by_role("button", name="Problem").click()
    sheet = page.get_by_role("dialog", name="Report a problem")
    sheet.get_by_text("No way in").click()
    sheet.get_by_label("Anything to add").fill("the yard is locked")
    sheet.get_by_role("button", name="Report").click()
    expect(sheet).to_have_count(0)
    console = visitor.open(site.url)
    console.get_by_label("Find an order").fill(stop["id"])
    row = console.locator(".order", has_text=stop["id"])
    expect(row.locator(".chip")).to_have_text("Failed")
    row.get_by_role("button").first.click()
    expect(row).to_contain_text("No way in: the yard is locked")


def test_taps_without_network_wait_even_through_a_reload(site: Site, visitor: Visitor) -> None:
    van = busy_van(site)
    page = opened(visitor, link(site, van["id"]))
    stop = stops_ahead(site, page)[0]
    # Everything the page is made of is kept by now.
    page.wait_for_function("async () => Boolean(await (await caches.open('milkfloat-driver')).match(location.href))")
    page.context.set_offline(True)
    expect(page.locator(".network")).to_contain_text("No network. This is your round as of")
    page.get_by_role("button", name="Done").click()
    expect(page.locator(".network")).to_contain_text("One report waits")
    page.reload()
    expect(page.locator(".network")).to_contain_text("One report waits")
    expect(page.get_by_role("region", name="Next stop")).not_to_contain_text(f"{stop['id']} ·")
    assert [tap["order"] for tap in waiting(page)] == [stop["id"]]
    assert not site.day.taps_heard
    page.context.set_offline(False)
    expect(page.locator(".network")).to_have_count(0)
    page.wait_for_function(f"() => {OUTBOX}.length === 0")
    assert len(site.day.taps_heard) == 1
    log = [entry for entry in site.get("/v1/day")["log"] if entry["kind"] == "tap"]
    assert [entry["order"] for entry in log] == [stop["id"]]
    visitor.forgive("ERR_INTERNET_DISCONNECTED", "ERR_FAILED")


def test_a_changed_round_is_told_until_it_was_seen(site: Site, visitor: Visitor) -> None:
    van = busy_van(site)
    page = opened(visitor, link(site, van["id"]))
    # The dispatcher puts a later stop of the same trip before the next but one: the first the van can drive.
    ids = [stop["id"] for stop in stops_ahead(site, page)[1:] if stop["kind"] in CUSTOMERS]
    for later in ids[2:]:
        body = {"order": later, "van": van["id"], "before": ids[0]}
        if httpx.post(f"{site.url}/v1/day/move", json=body, timeout=30).is_success:
            break
    notice = page.get_by_role("alert").filter(has_text="Your round changed")
    change = site.get("/v1" + page.evaluate("location.pathname"))["change"]
    assert change["moves"]
    for move in change["moves"]:
        expect(notice).to_contain_text(move["reason"])
    notice.get_by_role("button", name="Seen").click()
    expect(notice).to_have_count(0)
    page.reload()
    expect(page.get_by_role("region", name="Next stop")).to_be_visible()
    expect(notice).to_have_count(0)


def test_a_withdrawn_link_opens_nothing(quiet_site: Site, visitor: Visitor) -> None:
    van = busy_van(quiet_site)
    page = opened(visitor, link(quiet_site, van["id"]))
    console = visitor.open(quiet_site.url)
    console.locator(".van", has_text=van["id"]).get_by_role("button").click()
    console.get_by_role("button", name="Driver page").click()
    given = console.get_by_role("group", name=f"Link for the driver of {van['id']}")
    expect(given.get_by_label("Link", exact=True)).to_have_value(re.compile(r"/drive/[\w-]{22}$"))
    given.get_by_role("button", name="Withdraw all").click()
    expect(given).to_have_count(0)
    expect(page.get_by_role("heading", name="This link is not valid")).to_be_visible()
    other = visitor.open(quiet_site.url + "/drive/AAAAAAAAAAAAAAAAAAAAAA", PHONE)
    expect(other.get_by_role("heading", name="This link is not valid")).to_be_visible()
    visitor.forgive("404")


@pytest.mark.parametrize("dark", [False, True])
def test_everything_has_a_name(quiet_site: Site, visitor: Visitor, dark: bool) -> None:
    page = visitor.open(link(quiet_site, busy_van(quiet_site)["id"]), PHONE, dark=dark)
    expect(page.get_by_role("region", name="Next stop")).to_be_visible()
    page.get_by_role("button", name="Problem").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    nameless = page.evaluate("""() => [...document.querySelectorAll("button, a, input, [role=img]")].filter(
        (one) => !(one.getAttribute("aria-label") || one.textContent.trim() || one.labels?.length)
    ).map((one) => one.outerHTML)""")
    assert nameless == []
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)


OUTBOX = "JSON.parse(Object.entries(localStorage).find(([key]) => key.startsWith('milkfloat.outbox'))?.[1] ?? '[]')"


def waiting(page: Any) -> list[dict[str, Any]]:
    """Taps that have not been sent."""
    taps: list[dict[str, Any]] = page.evaluate(OUTBOX)
    return taps
