"""`milkfloat serve`: the HTTP service."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from milkfloat.errors import Fault, InputError

if TYPE_CHECKING:
    from milkfloat.server.services import Services


def serve(
    map_path: Annotated[
        Path | None, typer.Option("--map", help="OpenStreetMap extract.", metavar="FILE.osm.pbf")
    ] = None,
    database: Annotated[
        str | None,
        typer.Option(
            help="sqlite:///file or postgresql://user@host/name; default: a file in the user's data folder.",
            metavar="URL",
        ),
    ] = None,
    host: Annotated[str, typer.Option(help="Address to bind; any but 127.0.0.1 needs --token.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to bind; 0: any that is free.", min=0, max=65_535)] = 8_000,
    token: Annotated[
        str | None, typer.Option(help="What writes under /v1 must carry.", envvar="MILKFLOAT_TOKEN")
    ] = None,
    timezone: Annotated[
        str | None, typer.Option(help="Zone of the map; default: where it lies.", metavar="IANA")
    ] = None,
    elevation: Annotated[Path | None, typer.Option(help="Folder of .hgt tiles, for hills.", metavar="DIR")] = None,
    workers: Annotated[
        int | None, typer.Option(help="Processes that search; default: one per core but one.", min=1)
    ] = None,
    orders: Annotated[Path | None, typer.Option(help="Orders of a day to run.", metavar="O.csv")] = None,
    vans: Annotated[Path | None, typer.Option(help="Its vans.", metavar="V.csv")] = None,
    chargers: Annotated[Path | None, typer.Option(help="Its chargers.", metavar="C.csv|json")] = None,
    depart: Annotated[str | None, typer.Option(help="No van leaves before; names the day.", metavar="RFC3339")] = None,
    temperature: Annotated[
        float, typer.Option(help="Outside on that day, in degrees Celsius.", min=-50.0, max=60.0)
    ] = 20.0,
    confirm: Annotated[
        bool, typer.Option("--confirm", help="Stops are over when the driver says so, not when the plan does.")
    ] = False,
) -> None:
    r"""
    Serve the console, driver pages, plans, and the doors of VROOM and OSRM.

    Binds 127.0.0.1. Any other address needs --token, and every write under
    /v1 must then carry it. Jobs that were under way when the service ended
    begin again when it starts, and a day that was running goes on.
    --orders and --vans begin a new day: it runs at the speed of the clock on
    the console, and its drivers have pages of their own.

    \b
    Examples:
      milkfloat serve --map porto.osm.pbf
      milkfloat serve --map porto.osm.pbf --orders orders.csv --vans vans.csv
      milkfloat serve --map porto.osm.pbf --host 0.0.0.0 --token "$(openssl rand -hex 16)"
      milkfloat serve --map porto.osm.pbf --database postgresql://milkfloat@db/milkfloat
    """
    from milkfloat.app.workers import MapFile
    from milkfloat.cli.output import console, progress
    from milkfloat.server.auth import check_address
    from milkfloat.server.run import open_services, run_server

    check_address(host, token)
    _check_files(map_path, orders, vans, chargers)
    map_file = None if map_path is None else MapFile(map_path, None, elevation, timezone)
    with progress() as display:
        tasks: dict[str, object] = {}

        def phases(phase: str, part: float) -> None:
            if phase not in tasks:
                tasks[phase] = display.add_task(f"map: {phase}", total=1.0)
            display.update(tasks[phase], completed=part, visible=part < 1.0)  # type: ignore[arg-type]

        services = open_services(
            database or default_database(), map_file=map_file, worker_count=workers, progress=phases
        )

    try:
        if orders is not None and vans is not None:
            _begin_day(services, orders, vans, chargers, depart, temperature, confirm=confirm)
        elif services.city is not None:
            _resume_day(services)
    except InputError:
        services.close()
        raise

    def tell(url: str) -> None:
        console.print(f"Milkfloat serves {url}", markup=False, soft_wrap=True)
        if map_file is None:
            console.print("without a map: only questions with matrices are answered; give one by --map")

    run_server(services, host=host, port=port, token=token, on_start=tell)


def _check_files(map_path: Path | None, orders: Path | None, vans: Path | None, chargers: Path | None) -> None:
    given = {"--orders": orders, "--vans": vans, "--chargers": chargers}
    if not any(given.values()):
        return
    faults = [Fault(name, "is missing; a day needs it") for name in ("--orders", "--vans") if given[name] is None]
    if map_path is None:
        faults.append(Fault("--map", "is missing; a day needs it"))
    if faults:
        raise InputError(faults)


def _begin_day(
    services: Services,
    orders: Path,
    vans: Path,
    chargers: Path | None,
    depart: str | None,
    temperature: float,
    *,
    confirm: bool,
) -> None:
    """Open the day that the files hold; one that was running is closed."""
    from dataclasses import replace

    from milkfloat.app.day_input import departure_of, read_day
    from milkfloat.cli.output import errors, print_error
    from milkfloat.server.own_day import open_own_day
    from milkfloat.store import days

    now = services.clock.now()
    given = read_day(
        services.need_city(),
        orders,
        vans,
        chargers=chargers,
        depart=departure_of(depart),
        now=now,
        conditions=lambda conditions: replace(conditions, temperature_c=temperature),
    )
    host, faults, notes = open_own_day(services.need_city(), given, services.clock, confirm=confirm)
    for note in notes:
        errors.print(f"note: {note}", markup=False, soft_wrap=True)
    for fault in faults:
        print_error(str(fault))
    while (before := days.latest_open(services.db)) is not None:
        days.close(services.db, before.id, at=now)
    services.run_day(host)


def _resume_day(services: Services) -> None:
    """Go on with the day that was running, if one was."""
    from milkfloat.cli.output import console, print_error
    from milkfloat.server.day_keeper import resume_day

    try:
        host = resume_day(services.db, services.need_city(), services.clock)
    except InputError as error:
        print_error(f"the day that was running is left alone: {error}")
        return
    if host is not None:
        services.run_day(host)
        console.print(f"{host.day.name} goes on at {host.day.clock(host.day.now_s)}", markup=False)


def default_database() -> str:
    """The file in the user's data folder: ``$XDG_DATA_HOME/milkfloat``, or ``~/.local/share/milkfloat``."""
    base = os.environ.get("XDG_DATA_HOME")
    folder = (Path(base) if base else Path.home() / ".local" / "share") / "milkfloat"
    return f"sqlite:///{folder / 'milkfloat.sqlite'}"
