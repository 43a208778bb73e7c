"""A simulated day in the browser: the real service, with a world in place of the streets."""

from __future__ import annotations

import webbrowser
from collections.abc import Callable

from milkfloat.app.maps import City
from milkfloat.app.workers import MapFile
from milkfloat.server.day_host import DayHost
from milkfloat.server.run import run_server
from milkfloat.server.services import make_services
from milkfloat.sim.city import scenario
from milkfloat.sim.world import open_day
from milkfloat.store.database import open_database


def run_live(
    city: City,
    *,
    seed: int = 1,
    port: int = 8_000,
    speed: float = 30.0,
    browser: bool = True,
    on_start: Callable[[str], None] | None = None,
) -> None:
    """
    Serve the console with a day that runs ``speed`` times as fast as the clock, until an interrupt.

    The day begins when its first van loads, with the first plan made, and lives in memory: it ends with the service.

    Raises
    ------
    InputError
        When the port cannot be bound, or the map is too small for a day.
    """
    day = scenario(city, seed=seed)
    world = open_day(city, day, seed=seed)
    world.advance(day.starts_s - 300.0)
    services = make_services(open_database("sqlite://"), map_file=MapFile(city.path, None, None, None), city=city)
    city.tiles.warm()
    services.run_day(DayHost(world.day, advance=world.advance, speed=speed), keep=False)

    def started(url: str) -> None:
        if on_start is not None:
            on_start(url)
        if browser:
            webbrowser.open(url)

    try:
        run_server(services, port=port, on_start=started)
    finally:
        services.close()
