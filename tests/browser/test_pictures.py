"""
Pictures of the pages on a real day, as the README shows them.

``MILKFLOAT_PICTURES=docs/pictures make test ARGS=tests/browser/test_pictures.py`` writes them anew; otherwise they are
only taken and held to be pictures.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect
from tests.browser.conftest import PHONE, WIDE, Site, Visitor, drawn, serve
from tests.browser.small_png import smaller
from tests.browser.test_driver import busy_van, link

from milkfloat.app.maps import City
from milkfloat.server.day_host import DayHost
from milkfloat.sim.city import Scenario
from milkfloat.sim.world import open_day

BYTES_MAX = 300_000


@pytest.fixture(scope="module")
def busy_site(city: City, winter_day: Scenario) -> Iterator[Site]:
    """The demo's day at 11:43 with a road that was just closed in front of a van."""
    world = open_day(city, winter_day)
    world.advance(winter_day.conditions.midnight_s + 11.72 * 3_600.0)
    with serve(city, DayHost(world.day, advance=world.advance, speed=30.0, playing=False)) as site:
        driving = max(site.get("/v1/day")["vans"], key=lambda van: len(van["line"]))
        lon, lat = driving["line"][len(driving["line"]) // 8]
        site.post("/v1/day/closures", {"lon": lon, "lat": lat, "until": world.day.now_s + 5_400.0})
        yield site


def take(page: Any, name: str) -> None:
    """Take a picture of the window; it must show something. Keep it where the README's pictures are asked for."""
    png = page.screenshot()
    assert len(png) > 30_000, "a page of one colour takes less"
    folder = os.environ.get("MILKFLOAT_PICTURES")
    if folder:
        data = smaller(png)
        assert len(data) < BYTES_MAX
        Path(folder).mkdir(parents=True, exist_ok=True)
        (Path(folder) / name).write_bytes(data)


@pytest.mark.parametrize("dark", [False, True])
def test_the_console(busy_site: Site, visitor: Visitor, dark: bool) -> None:
    page = drawn(visitor.open(busy_site.url, WIDE, dark=dark))
    expect(page.locator(".closed-road")).to_be_visible()
    expect(page.get_by_role("tabpanel", name="What changed")).to_contain_text("is closed until")
    if dark:
        van = busy_van(busy_site)
        page.locator(".van", has_text=van["id"]).get_by_role("button").click()
        expect(page.get_by_role("tabpanel")).to_contain_text("ahead")
    take(page, "console-dark.png" if dark else "console.png")


def test_the_console_on_a_telephone(busy_site: Site, visitor: Visitor) -> None:
    page = drawn(visitor.open(busy_site.url, PHONE, scale=1.5))
    expect(page.locator(".van").first).to_be_visible()
    take(page, "console-phone.png")


@pytest.mark.parametrize("dark", [False, True])
def test_the_driver_page(busy_site: Site, visitor: Visitor, dark: bool) -> None:
    vans = busy_site.get("/v1/day")["vans"]
    charging = (van for van in vans if any(stop["charge_wh"] and not stop["done"] for stop in van["stops"]))
    driving = (van for van in vans if van["status"] == "driving")
    shown = next(charging if dark else driving, busy_van(busy_site))
    page = visitor.open(link(busy_site, shown["id"]), PHONE, dark=dark, scale=1.5)
    page.locator(".mini-map[data-state=drawn]").wait_for()
    for notice in page.get_by_role("button", name="Seen").all():
        if dark:
            notice.click()
    if dark:
        page.evaluate("scrollTo(0, document.querySelector('.mini-map').offsetTop)")
    take(page, "driver-dark.png" if dark else "driver.png")
