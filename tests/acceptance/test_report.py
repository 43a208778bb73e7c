"""The report in a browser: it draws, asks for nothing, fits a phone, and its switches work."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.unit.app.conftest import at, calm, charger, order, van
from tests.unit.app.conftest import city as _city

from milkfloat.app.maps import City
from milkfloat.app.plan import plan_day
from milkfloat.app.report.page import report_html

city = _city


@pytest.fixture(scope="module")
def browser(chromium_path: Path) -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as player:
        started = player.chromium.launch(executable_path=str(chromium_path), args=["--no-sandbox"])
        yield started
        started.close()


@pytest.fixture(scope="module")
def report(city: City, tmp_path_factory: pytest.TempPathFactory) -> Path:
    orders = [order(f"o{k}", at(k % 6, 1 + k // 6), kg=90, window=(8 + k % 3, 14)) for k in range(24)]
    planned = plan_day(
        city, orders, [van("v1"), van("v2")], [charger("c", at(3, 3))], calm(temperature_c=-15.0), iterations=300
    )
    path = tmp_path_factory.mktemp("report") / "report.html"
    path.write_text(report_html(planned), encoding="utf-8")
    return path


@pytest.mark.parametrize("width", [1280, 390])
def test_the_report_stands_alone_at_every_width(browser: Any, report: Path, width: int) -> None:
    page = browser.new_page(viewport={"width": width, "height": 844})
    requests: list[str] = []
    troubles: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    page.on("console", lambda message: troubles.append(message.text))
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.goto(report.as_uri())
    assert requests == [report.as_uri()]
    assert troubles == []
    # Nothing makes the page wider than the screen; wide parts scroll by themselves.
    assert page.evaluate("document.documentElement.scrollWidth") == width
    box = page.locator("#map").bounding_box()
    assert box["width"] > 0.6 * width
    route = page.locator("#route-0")
    assert route.is_visible()
    page.locator("[data-route=route-0]").uncheck()
    assert not route.is_visible()
    page.locator("#map").dblclick()
    x, y, wide, high = map(float, page.locator("#map").get_attribute("viewBox").split())
    assert (x > 0, y > 0, wide) == (True, True, 2_000)
    assert high > 0
    page.close()
