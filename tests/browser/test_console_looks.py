"""The console in a browser, on a real day: what a dispatcher sees."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import expect
from tests.browser.conftest import PHONE, Site, Visitor, drawn, serve

from milkfloat.app.maps import City


@pytest.fixture
def console(quiet_site: Site, visitor: Visitor) -> Any:
    return drawn(visitor.open(quiet_site.url))


def test_the_day_is_there(console: Any, quiet_site: Site) -> None:
    day = quiet_site.get("/v1/day")
    expect(console.locator(".clock")).to_have_text(quiet_site.day.day.clock(day["time"]))
    expect(console.locator(".van")).to_have_count(len(day["vans"]))
    expect(console.locator(".order")).to_have_count(len(day["orders"]))
    expect(console.get_by_text("© OpenStreetMap contributors")).to_be_visible()
    delivered = console.locator(".figure", has_text="Delivered")
    expect(delivered).to_contain_text(f"{day['kpis']['served']} / {len(day['orders'])}")
    for van in day["vans"]:
        row = console.locator(".van", has_text=van["id"])
        share = f"{round(100 * van['soc_wh'] / van['capacity_wh'])} %"
        expect(row.get_by_role("img", name=re.compile(f"^{share} charge left"))).to_be_visible()


def test_escape_leaves_a_tool(console: Any) -> None:
    console.locator("body").press("a")
    expect(console.get_by_text("Click where the order goes")).to_be_visible()
    console.keyboard.press("Escape")
    expect(console.get_by_text("Click where the order goes")).to_have_count(0)
    expect(console.get_by_role("button", name="Select")).to_have_attribute("aria-pressed", "true")


def test_what_a_van_cannot_do_is_told(console: Any, quiet_site: Site, visitor: Visitor) -> None:
    day = quiet_site.get("/v1/day")
    onboard = next(order for order in day["orders"] if order["status"] == "onboard")
    other = next(van["id"] for van in day["vans"] if van["id"] != onboard["van"])
    console.get_by_label("Find an order").fill(onboard["id"])
    row = console.locator(".order", has_text=onboard["id"])
    row.get_by_role("button", name=onboard["id"]).click()
    row.get_by_label("Move to").select_option(other)
    row.get_by_role("button", name="Move", exact=True).click()
    expect(console.locator(".toast.bad")).to_contain_text(f"the parcel of order {onboard['id']} is on {onboard['van']}")
    visitor.forgive("409")


def test_a_van_shows_its_round(console: Any, quiet_site: Site) -> None:
    day = quiet_site.get("/v1/day")
    van = max(day["vans"], key=lambda van: sum(not stop["done"] for stop in van["stops"]))
    console.locator(".van", has_text=van["id"]).get_by_role("button").click()
    panel = console.get_by_role("tabpanel", name=f"Round of {van['id']}")
    ahead = [stop for stop in van["stops"] if not stop["done"]]
    expect(panel.locator(".stop")).to_have_count(len(ahead))
    expect(panel.locator(".stop").first).to_contain_text(quiet_site.day.day.clock(ahead[0]["arrival"]))
    for stop in (stop for stop in ahead if stop["kind"] == "charge"):
        expect(panel.locator(".stop.charge").first).to_contain_text(f"{stop['charge_wh'] / 1000:.1f} kWh")
        break


def test_orders_are_found_and_filtered(console: Any, quiet_site: Site) -> None:
    day = quiet_site.get("/v1/day")
    street = day["orders"][0]["address"].rsplit(" ", 1)[0]
    found = [order for order in day["orders"] if street.lower() in order["address"].lower()]
    console.locator("body").press("/")
    console.keyboard.type(street)
    expect(console.locator(".order")).to_have_count(len(found))
    console.get_by_label("Find an order").fill("nowhere at all")
    expect(console.get_by_text("No such order.")).to_be_visible()
    console.get_by_label("Find an order").fill("")
    console.get_by_role("button", name=re.compile("^Open ")).click()
    expect(console.locator(".order")).to_have_count(sum(order["status"] != "done" for order in day["orders"]))


def test_a_service_without_a_day_says_so(city: City, visitor: Visitor) -> None:
    with serve(city, None) as site:
        page = visitor.open(site.url)
        expect(page.get_by_role("status")).to_contain_text("No day is running here")
        page.close()
    visitor.forgive("404")


@pytest.mark.parametrize("dark", [False, True])
def test_a_telephone_shows_it_part_by_part(quiet_site: Site, visitor: Visitor, dark: bool) -> None:
    page = visitor.open(quiet_site.url, PHONE, dark=dark)
    page.locator(".map[data-state=drawn]").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE[0]
    expect(page.locator(".van").first).to_be_visible()
    expect(page.locator(".order").first).not_to_be_visible()
    page.get_by_role("button", name="Orders", exact=True).click()
    expect(page.locator(".order").first).to_be_visible()
    theme = page.locator("html").get_attribute("data-theme")
    assert theme == ("dark" if dark else "light")
    page.get_by_role("button", name="Light colours" if dark else "Dark colours").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "light" if dark else "dark")
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-theme", "light" if dark else "dark")


def test_everything_that_can_be_used_has_a_name(console: Any) -> None:
    console.locator(".van").first.get_by_role("button").click()
    console.locator(".order").first.get_by_role("button").click()
    nameless = console.evaluate("""() => [...document.querySelectorAll("button, a, input, select, [role=img]")].filter(
        (one) => !(one.getAttribute("aria-label") || one.textContent.trim() || one.labels?.length)
    ).map((one) => one.outerHTML)""")
    assert nameless == []
    # Texts stand out from what is behind them: 4.5 to 1, as the guidelines for accessible pages ask.
    assert console.evaluate(CONTRAST) == []


# Texts whose colour is too close to that of the first box behind them that has one.
CONTRAST = """() => {
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const rgba = (colour) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    return canvas.getImageData(0, 0, 1, 1).data;
  };
  const light = ([r, g, b]) => [r, g, b].map((part) => part / 255)
    .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4))
    .reduce((sum, part, k) => sum + part * [0.2126, 0.7152, 0.0722][k], 0);
  const behind = (node) => {
    for (let one = node; one; one = one.parentElement) {
      const colour = rgba(getComputedStyle(one).backgroundColor);
      if (colour[3] > 200) return colour;
    }
    return [255, 255, 255];
  };
  const found = [];
  for (const node of document.querySelectorAll(".header *, .panel *")) {
    const text = [...node.childNodes].some((one) => one.nodeType === 3 && one.textContent.trim());
    if (!text || node.closest(":disabled, svg, option") || node.offsetParent === null) continue;
    const [a, b] = [light(rgba(getComputedStyle(node).color)), light(behind(node))];
    const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (contrast < 4.5) found.push(`${contrast.toFixed(2)} ${node.className} ${node.textContent.trim().slice(0, 30)}`);
  }
  return [...new Set(found)];
}"""
