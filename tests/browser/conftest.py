"""The real service with a real day on the demo's map, and a browser that looks at it."""

from __future__ import annotations

import math
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
import uvicorn

from milkfloat.app.maps import City, open_map
from milkfloat.server.app import create_app
from milkfloat.server.day_host import DayHost
from milkfloat.server.run import bind
from milkfloat.server.services import Services, make_services
from milkfloat.sim.city import Scenario, scenario
from milkfloat.sim.demo_map import demo_map
from milkfloat.sim.world import World, open_day
from milkfloat.store.database import open_database

# MapLibre draws without a graphics card; the browser asks nobody for anything by itself.
CHROMIUM = (
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
WIDE = (1440, 900)
PHONE = (390, 844)
# A machine with other work to do.
PATIENCE_MS = 90_000


@pytest.fixture(scope="session")
def city() -> City:
    return open_map(demo_map())


@pytest.fixture(scope="session")
def winter_day(city: City) -> Scenario:
    return scenario(city)


@dataclass
class Site:
    """A service under test: where it answers, and what runs in it."""

    url: str
    services: Services
    host: DayHost | None

    @property
    def day(self) -> DayHost:
        assert self.host is not None
        return self.host

    def get(self, path: str) -> Any:
        return httpx.get(self.url + path, timeout=30).raise_for_status().json()

    def post(self, path: str, body: Any = None) -> Any:
        return httpx.post(self.url + path, json=body, timeout=30).raise_for_status().json()


@contextmanager
def serve(city: City, host: DayHost | None, *, port: int = 0, token: str | None = None) -> Iterator[Site]:
    """A service in a thread, with a day or without."""
    services = make_services(open_database("sqlite://"), city=city, worker_count=1)
    if host is not None:
        services.run_day(host)
    bound = bind("127.0.0.1", port)
    config = uvicorn.Config(create_app(services, token=token), log_level="warning", timeout_graceful_shutdown=2)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [bound]})
    thread.start()
    try:
        yield Site(f"http://127.0.0.1:{bound.getsockname()[1]}", services, host)
    finally:
        services.topics.close()
        server.should_exit = True
        thread.join()
        bound.close()


def morning(city: City, winter_day: Scenario) -> World:
    """The demo's day at 9:12: vans are out, orders come in."""
    world = open_day(city, winter_day)
    world.advance(winter_day.conditions.midnight_s + 9.2 * 3_600.0)
    return world


@pytest.fixture(scope="module")
def quiet_site(city: City, winter_day: Scenario) -> Iterator[Site]:
    """That day, served and standing, for tests that only look."""
    world = morning(city, winter_day)
    with serve(city, DayHost(world.day, advance=world.advance, playing=False)) as made:
        yield made


@pytest.fixture
def world(city: City, winter_day: Scenario) -> World:
    return morning(city, winter_day)


@pytest.fixture
def site(city: City, world: World) -> Iterator[Site]:
    """The same for tests that do something; it stands until a test lets it play."""
    with serve(city, DayHost(world.day, advance=world.advance, speed=30.0, playing=False)) as made:
        yield made


@dataclass
class Visitor:
    """A browser that opens pages, and notes what it should not have to see."""

    browser: Any
    troubles: list[str] = field(default_factory=list)
    strangers: list[str] = field(default_factory=list)
    contexts: list[Any] = field(default_factory=list)

    def open(self, url: str, size: tuple[int, int] = WIDE, *, dark: bool = False, scale: float = 1.0) -> Any:
        """A page at an address, in a window of its own."""
        context = self.browser.new_context(
            viewport={"width": size[0], "height": size[1]},
            color_scheme="dark" if dark else "light",
            device_scale_factor=scale,
            has_touch=size == PHONE,
            reduced_motion="reduce",
        )
        context.set_default_timeout(PATIENCE_MS)
        self.contexts.append(context)
        page = context.new_page()
        home = urlsplit(url).netloc
        page.on("request", lambda request: self._request(home, request.url))
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.troubles.append(str(error)))
        page.goto(url)
        return page

    def forgive(self, *texts: str) -> None:
        """What the browser wrote down about answers that the test asked for is no trouble."""
        self.troubles[:] = [one for one in self.troubles if not any(text in one for text in texts)]

    def _request(self, home: str, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme in ("http", "https", "ws", "wss") and parts.netloc != home:
            self.strangers.append(url)

    def _console(self, message: Any) -> None:
        if message.type in ("error", "warning"):
            self.troubles.append(message.text)


@pytest.fixture(scope="session")
def browser(chromium_path: Path) -> Iterator[Any]:
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as player:
        started = player.chromium.launch(executable_path=str(chromium_path), args=list(CHROMIUM))
        yield started
        started.close()


@pytest.fixture
def visitor(browser: Any) -> Iterator[Visitor]:
    """A visitor; afterwards no page may have asked a stranger, or complained."""
    made = Visitor(browser)
    yield made
    for context in made.contexts:
        context.close()
    assert made.strangers == []
    assert made.troubles == []


def drawn(page: Any) -> Any:
    """A console's page, once its streets are there."""
    page.locator(".map[data-state=drawn]").wait_for()
    return page


def on_screen(page: Any, day: Mapping[str, Any], lon: float, lat: float) -> tuple[float, float]:
    """Where a place is on a console that was just opened: its map shows all the day goes to (map_view.js)."""
    pickups = [order["pickup"] for order in day["orders"] if order["pickup"]]
    places = [*day["orders"], *pickups, *day["depots"], *day["chargers"]]
    west, east = (edge(place["lon"] for place in places) for edge in (min, max))
    south, north = (edge(place["lat"] for place in places) for edge in (min, max))
    top, right, bottom, left = 62.0, 12.0, 22.0, 12.0
    box = page.locator(".map canvas").bounding_box()
    x0, x1, y0, y1 = math.radians(west), math.radians(east), _mercator(south), _mercator(north)
    scale = min((box["width"] - left - right) / (x1 - x0), (box["height"] - top - bottom) / (y1 - y0))
    middle_x = box["x"] + (left + box["width"] - right) / 2
    middle_y = box["y"] + (top + box["height"] - bottom) / 2
    x = middle_x + (math.radians(lon) - (x0 + x1) / 2) * scale
    return x, middle_y - (_mercator(lat) - (y0 + y1) / 2) * scale


def _mercator(lat: float) -> float:
    return math.asinh(math.tan(math.radians(lat)))
