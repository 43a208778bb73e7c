"""`milkfloat demo`: a day in a city, live in the browser or as a table of figures."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from milkfloat.errors import Fault, InputError

if TYPE_CHECKING:
    from milkfloat.app.maps import City
    from milkfloat.sim.world import World

# Simulated seconds between two looks at the clock.
_STEP_S = 300.0


def demo(
    map_path: Annotated[
        Path | None, typer.Option("--map", help="Another map; default: central Helsinki.", metavar="FILE.osm.pbf")
    ] = None,
    headless: Annotated[bool, typer.Option("--headless", help="No browser: print the figures of the day.")] = False,
    until: Annotated[str, typer.Option(help="With --headless: stop at this time of day.", metavar="HH:MM")] = "20:00",
    port: Annotated[int, typer.Option(help="Port of the console; 0: any free one.", min=0, max=65_535)] = 8_000,
    seed: Annotated[int, typer.Option(help="Another seed, another day.", min=0)] = 1,
    speed: Annotated[float, typer.Option(help="Simulated seconds per second.", min=0.1, max=3_600)] = 30.0,
    browser: Annotated[bool, typer.Option(help="Open the console in the browser.")] = True,
    json: Annotated[bool, typer.Option("--json", help="With --headless: print the figures as JSON.")] = False,
) -> None:
    r"""
    Run a day in a city: orders come in, streets jam, a charger fails.

    A winter day at -15 degrees in central Helsinki with light electric vans
    that make several trips a day from a micro-hub. A larger map, such as
    Porto, gets full-size vans on rounds that last the day. The same map and
    seed give the same figures everywhere. docs/concepts/demo.md says what is
    assumed, and what the hand plan is that the figures stand beside.

    \b
    Examples:
      milkfloat demo
      milkfloat demo --headless --until 12:00
      milkfloat demo --map porto.osm.pbf --headless --seed 7
    """
    from milkfloat.app.maps import open_map
    from milkfloat.sim.demo_map import demo_map

    city = open_map(map_path or demo_map())
    if headless:
        _headless(city, seed, until, json=json)
    else:
        _live(city, seed, port, speed, browser=browser)


def _headless(city: City, seed: int, until: str, *, json: bool) -> None:
    from milkfloat.cli.output import print_json, progress
    from milkfloat.sim.city import scenario
    from milkfloat.sim.report import compare
    from milkfloat.sim.world import open_day

    day = scenario(city, seed=seed)
    until_s = _until_s(until, day.conditions.midnight_s)
    with progress() as display:
        task = display.add_task("the first plan", total=max(until_s - day.starts_s, 1.0))
        world = open_day(city, day, seed=seed)
        now_s = world.day.now_s
        while now_s < until_s and not world.is_over:
            now_s = min(now_s + _STEP_S, until_s)
            world.advance(now_s)
            display.update(task, completed=now_s - day.starts_s, description=world.day.clock(now_s))
        display.update(task, description="the hand plan")
        compared = compare(city, world, until_s=until_s)
    if json:
        print_json({"seed": seed, "map": city.name, "until": until, "columns": compared.document})
    else:
        _print(city, world, until, compared)


def _until_s(until: str, midnight_s: float) -> float:
    hours, separator, minutes = until.partition(":")
    if not (separator and hours.isdecimal() and minutes.isdecimal() and int(hours) < 48 and int(minutes) < 60):
        raise InputError(Fault("--until", f"{until!r} is no time of day; write 12:00"))
    return midnight_s + int(hours) * 3_600.0 + int(minutes) * 60.0


def _print(city: City, world: World, until: str, compared: object) -> None:
    from rich.table import Table

    from milkfloat.app.maps import ATTRIBUTION
    from milkfloat.cli.output import console
    from milkfloat.sim.report import Comparison, notes

    assert isinstance(compared, Comparison)
    conditions = world.scenario.conditions
    title = f"{city.name}, {conditions.day:%-d %B %Y} until {until}, {conditions.temperature_c:.0f} degrees"
    table = Table(title=title, title_justify="left", box=None, pad_edge=False, padding=(0, 3, 0, 0))
    table.add_column("")
    for column in compared.columns:
        table.add_column(column.name, justify="right")
    for name, cells in compared.rows:
        table.add_row(name, *cells)
    console.print(table)
    for note in notes(world, compared.columns):
        console.print(note, markup=False, soft_wrap=True)
    console.print(f"map {ATTRIBUTION}", markup=False)


def _live(city: City, seed: int, port: int, speed: float, *, browser: bool) -> None:
    from milkfloat.app.maps import ATTRIBUTION
    from milkfloat.cli.output import console
    from milkfloat.sim.live import run_live

    def tell(url: str) -> None:
        console.print(f"{city.name} at {speed:g} times the speed of the clock: {url}", markup=False, soft_wrap=True)
        console.print(f"map {ATTRIBUTION}; Ctrl-C ends the day", markup=False)

    console.print("making the first plan ...")
    run_live(city, seed=seed, port=port, speed=speed, browser=browser, on_start=tell)
