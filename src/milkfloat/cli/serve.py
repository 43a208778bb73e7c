"""`milkfloat serve`: the HTTP service."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer


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
) -> None:
    r"""
    Serve the console, driver pages, plans, and the doors of VROOM and OSRM.

    Binds 127.0.0.1. Any other address needs --token, and every write under
    /v1 must then carry it. Jobs that were under way when the service ended
    begin again when it starts.

    \b
    Examples:
      milkfloat serve --map porto.osm.pbf
      milkfloat serve --map porto.osm.pbf --host 0.0.0.0 --token "$(openssl rand -hex 16)"
      milkfloat serve --map porto.osm.pbf --database postgresql://milkfloat@db/milkfloat
    """
    from milkfloat.app.workers import MapFile
    from milkfloat.cli.output import console, progress
    from milkfloat.server.auth import check_address
    from milkfloat.server.run import open_services, run_server

    check_address(host, token)
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

    def tell(url: str) -> None:
        console.print(f"Milkfloat serves {url}", markup=False, soft_wrap=True)
        if map_file is None:
            console.print("without a map: only questions with matrices are answered; give one by --map")

    run_server(services, host=host, port=port, token=token, on_start=tell)


def default_database() -> str:
    """The file in the user's data folder: ``$XDG_DATA_HOME/milkfloat``, or ``~/.local/share/milkfloat``."""
    base = os.environ.get("XDG_DATA_HOME")
    folder = (Path(base) if base else Path.home() / ".local" / "share") / "milkfloat"
    return f"sqlite:///{folder / 'milkfloat.sqlite'}"
