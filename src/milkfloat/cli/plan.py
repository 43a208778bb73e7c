"""`milkfloat plan`: a map, orders, vans and chargers into a battery-true plan."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from milkfloat.errors import Fault, InputError

if TYPE_CHECKING:
    from rich.progress import Progress as Display
    from rich.progress import TaskID

    from milkfloat.app.conditions import Conditions
    from milkfloat.app.plan import Planned
    from milkfloat.routing.solve import Progress

_PHASES = {"places": "looking places up", "roads": "travel times and energy"}


def plan(
    map_path: Annotated[Path, typer.Option("--map", help="OpenStreetMap extract.", metavar="FILE.osm.pbf")],
    orders: Annotated[Path, typer.Option(help="Table of orders.", metavar="O.csv")],
    vans: Annotated[Path, typer.Option(help="Table of vans.", metavar="V.csv")],
    chargers: Annotated[Path | None, typer.Option(help="Table or JSON of chargers.", metavar="C.csv|json")] = None,
    traffic: Annotated[
        Path | None, typer.Option(help="Speeds (OSRM's CSV), or closures and jams (GeoJSON lines).", metavar="FILE")
    ] = None,
    elevation: Annotated[Path | None, typer.Option(help="Folder of .hgt tiles, for hills.", metavar="DIR")] = None,
    depart: Annotated[str | None, typer.Option(help="No van leaves before; names the day.", metavar="RFC3339")] = None,
    timezone: Annotated[
        str | None, typer.Option(help="Zone of times without an offset; default: the map's.", metavar="IANA")
    ] = None,
    temperature: Annotated[float, typer.Option(help="Outside, in degrees Celsius.", min=-50, max=60)] = 20.0,
    reserve: Annotated[float, typer.Option(help="Per cent of a battery never touched.", min=0, max=90)] = 10.0,
    depot_kw: Annotated[float, typer.Option(help="Charge points at depots; 0: none.", min=0, max=1000)] = 11.0,
    time_limit: Annotated[float | None, typer.Option(help="Seconds to search.", min=0.0)] = None,
    iterations: Annotated[int | None, typer.Option(help="Iterations to search instead of a time.", min=1)] = None,
    seed: Annotated[int, typer.Option(help="Same seed and iterations, same plan.", min=0)] = 1,
    threads: Annotated[int, typer.Option(help="Searches at the same time.", min=1)] = 1,
    output: Annotated[Path | None, typer.Option(help="Write the plan here.", metavar="PLAN.json")] = None,
    problem: Annotated[
        Path | None, typer.Option(help="Write the problem, for check and replan.", metavar="PROBLEM.json")
    ] = None,
    html: Annotated[Path | None, typer.Option(help="Write a report to look at.", metavar="REPORT.html")] = None,
    sheets: Annotated[
        Path | None, typer.Option(help="Write a sheet per driver, to print.", metavar="SHEETS.html")
    ] = None,
    geojson: Annotated[Path | None, typer.Option(help="Write routes and stops for a map.", metavar="FILE")] = None,
    csv: Annotated[Path | None, typer.Option(help="Write a table of all steps.", metavar="FILE")] = None,
    gpx: Annotated[Path | None, typer.Option(help="Write a track per van for navigators.", metavar="DIR")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print the plan as JSON.")] = False,
) -> None:
    r"""
    Plan a day's rounds on real streets, with batteries that last.

    Rows that cannot be planned are named on stderr with row, value and limit;
    the others are planned and written, and the command ends with 2. Ctrl-C
    during the search keeps the best plan so far. The files and their columns:
    docs/reference/input.md.

    \b
    Examples:
      milkfloat plan --map porto.osm.pbf --orders orders.csv --vans vans.csv --output plan.json
      milkfloat plan --map helsinki.osm.pbf --orders orders.csv --vans vans.csv \
        --chargers chargers.csv --depart 2026-01-15T06:00 --temperature -15 \
        --problem problem.json --output plan.json --html report.html
      milkfloat check problem.json plan.json
    """
    from milkfloat.app.day_input import departure_of, read_day
    from milkfloat.app.maps import open_map
    from milkfloat.app.plan import plan_day
    from milkfloat.cli.output import errors, print_error, print_json, progress

    departure = departure_of(depart)
    _check_folders(output, problem, html, sheets, geojson, csv)
    with progress() as display:
        city = open_map(map_path, timezone=timezone, elevation=elevation, progress=_phases(display, "map: {}"))

        def wishes(conditions: Conditions) -> Conditions:
            return replace(
                conditions, temperature_c=temperature, reserve_share=reserve / 100, depot_power_w=depot_kw * 1_000
            )

        day = read_day(city, orders, vans, chargers=chargers, traffic=traffic, depart=departure, conditions=wishes)
        planned = plan_day(
            city,
            day.orders,
            day.vans,
            day.chargers,
            day.conditions,
            time_limit_s=time_limit,
            iterations=iterations,
            seed=seed,
            threads=threads,
            faults=day.faults,
            notes=day.notes,
            on_build=_phases(display, "{}"),
            on_progress=_search(display, len(day.orders)),
        )
    written = _write(
        planned, output=output, problem=problem, html=html, sheets=sheets, geojson=geojson, csv=csv, gpx=gpx
    )
    for note in planned.notes:
        errors.print(f"note: {note}", markup=False, soft_wrap=True)
    for fault in planned.faults:
        print_error(str(fault))
    if json:
        print_json(planned.document)
    else:
        _print_summary(planned, written)
    if planned.faults:
        count = len(planned.faults)
        print_error(f"{count} {'fault' if count == 1 else 'faults'}; the rest was planned")
        raise typer.Exit(2)


def _check_folders(*paths: Path | None) -> None:
    """Before a long search, not after it."""
    missing = [path for path in paths if path is not None and not path.absolute().parent.is_dir()]
    if missing:
        raise InputError(Fault(str(path), f"there is no folder {path.absolute().parent}") for path in missing)


def _phases(display: Display, text: str) -> Callable[[str, float], None]:
    """A bar per phase."""
    tasks: dict[str, TaskID] = {}

    def report(phase: str, part: float) -> None:
        if phase not in tasks:
            tasks[phase] = display.add_task(text.format(_PHASES.get(phase, phase)), total=1.0)
        display.update(tasks[phase], completed=part, visible=part < 1.0)

    return report


def _search(display: Display, order_count: int) -> Callable[[Progress], None]:
    tasks: dict[int, TaskID] = {}

    def report(state: Progress) -> None:
        if not tasks:
            tasks[0] = display.add_task(f"{order_count} orders", total=1.0)
        unserved = f", {state.unserved} unserved" if state.unserved else ""
        text = f"cost {state.cost:,.2f}, {state.vehicles} vans, {state.distance / 1000:,.1f} km{unserved}"
        display.update(tasks[0], completed=state.part, description=text)

    return report


def _write(
    planned: Planned,
    *,
    output: Path | None,
    problem: Path | None,
    html: Path | None,
    sheets: Path | None,
    geojson: Path | None,
    csv: Path | None,
    gpx: Path | None,
) -> list[Path]:
    """Write what was asked for; returns the paths."""
    from milkfloat.app import draw
    from milkfloat.app.solve import write_bytes, write_json

    if output is not None:
        write_json(output, planned.document)
    if problem is not None:
        write_bytes(problem, planned.problem_json)
    if geojson is not None:
        write_json(geojson, draw.geojson(planned))
    if csv is not None:
        write_bytes(csv, draw.csv_text(planned).encode())
    if gpx is not None:
        gpx.mkdir(parents=True, exist_ok=True)
        for k, route in enumerate(planned.plan.routes):
            name = planned.built.problem.vehicles[route.vehicle].id
            write_bytes(gpx / f"{draw.file_name(name)}.gpx", draw.gpx(planned, k).encode())
    if html is not None or sheets is not None:
        from milkfloat.app.report.page import report_html, sheets_html

        if html is not None:
            write_bytes(html, report_html(planned).encode())
        if sheets is not None:
            write_bytes(sheets, sheets_html(planned).encode())
    return [path for path in (output, problem, html, sheets, geojson, csv, gpx) if path is not None]


def _print_summary(planned: Planned, written: list[Path]) -> None:
    from milkfloat.app.figures import figures
    from milkfloat.cli.output import console

    built, solved = planned.built, planned.plan
    console.print(f"{built.problem.name}: {len(built.orders)} orders, {len(built.vans)} vans", markup=False)
    rows = figures(built.problem, solved)
    width = max(len(name) for name, _ in rows)
    for name, value in rows:
        console.print(f"  {name:<{width}}  {value}", markup=False)
    for unserved in solved.unserved[:10]:
        reason = unserved.reasons[0].text if unserved.reasons else "no reason found"
        console.print(f"  order {built.problem.orders[unserved.order].id}: {reason}", markup=False, soft_wrap=True)
    if len(solved.unserved) > 10:
        console.print(f"  and {len(solved.unserved) - 10} more, with their reasons in the plan")
    if written:
        console.print(f"  written to {', '.join(str(path) for path in written)}", markup=False, soft_wrap=True)
