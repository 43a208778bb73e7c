"""`milkfloat roads`: road graphs out of OpenStreetMap, and questions to them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer

if TYPE_CHECKING:
    from milkfloat.app.maps import City

app = typer.Typer(add_completion=False, no_args_is_help=True, help="Build road graphs; matrices and paths on them.")

MAP: TypeAlias = Annotated[Path, typer.Argument(help="OpenStreetMap extract.", metavar="FILE.osm.pbf")]
DEPART: TypeAlias = Annotated[
    str | None, typer.Option(help="Traffic at this time; default: empty roads.", metavar="RFC3339")
]
VAN: TypeAlias = Annotated[
    str | None, typer.Option(help="Type of van from the catalogue: its top speed and its energy.", metavar="MODEL")
]
TEMPERATURE: TypeAlias = Annotated[float, typer.Option(help="Outside, in degrees Celsius.", min=-50, max=60)]
ELEVATION: TypeAlias = Annotated[Path | None, typer.Option(help="Folder of .hgt tiles, for hills.", metavar="DIR")]
JSON: TypeAlias = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]


@app.callback()
def _group() -> None:
    """Build road graphs; matrices and paths on them."""


@app.command()
def build(map_path: MAP, elevation: ELEVATION = None, json: JSON = False) -> None:
    r"""
    Build the road graph of a map, once; later commands load it.

    The graph is kept by the content of the map, in $XDG_CACHE_HOME/milkfloat
    or ~/.cache/milkfloat.

    \b
    Example:
      milkfloat roads build porto.osm.pbf
    """
    from milkfloat.app.roads import map_facts
    from milkfloat.cli.output import console, print_json

    facts = map_facts(_open(map_path, elevation))
    if json:
        print_json(facts)
        return
    width = max(map(len, facts))
    for name, value in facts.items():
        if value is not None:
            console.print(f"{name.replace('_', ' '):<{width}}  {value}", markup=False, soft_wrap=True)


@app.command()
def matrix(
    map_path: MAP,
    points: Annotated[Path, typer.Argument(help="Table: id, lon, lat or id, address.", metavar="POINTS.csv")],
    depart: DEPART = None,
    van: VAN = None,
    temperature: TEMPERATURE = 20.0,
    elevation: ELEVATION = None,
    threads: Annotated[int, typer.Option(help="Searches at the same time.", min=1)] = 1,
    output: Annotated[Path | None, typer.Option(help="Write it here instead of printing it.")] = None,
) -> None:
    r"""
    Travel time, distance and energy from every point to every other, as JSON.

    Points that are on no street are named on stderr and left out, and the
    command ends with 2.

    \b
    Examples:
      milkfloat roads matrix porto.osm.pbf points.csv --output matrix.json
      milkfloat roads matrix porto.osm.pbf points.csv --depart 2026-01-15T08:00 --van goupil-g4-7
    """
    from milkfloat.app.day_input import departure_of
    from milkfloat.app.roads import matrix_document, read_points, roads_at
    from milkfloat.app.solve import write_json
    from milkfloat.cli.output import console, errors, print_error, print_json, progress

    departure = departure_of(depart)
    city = _open(map_path, elevation)
    found = read_points(city, points)
    for note in found.notes:
        errors.print(f"note: {note}", markup=False, soft_wrap=True)
    for fault in found.faults:
        print_error(str(fault))
    if not found.names:
        print_error(f"{points.name}: no point is left")
        raise typer.Exit(2)
    roads = roads_at(city, depart=departure, van=van, temperature_c=temperature)
    with progress() as display:
        task = display.add_task(f"{len(found.names)} points", total=1.0)
        document = matrix_document(
            roads, found, threads=threads, progress=lambda part: display.update(task, completed=part)
        )
    if output is None:
        print_json(document)
    else:
        write_json(output, document)
        console.print(f"{len(found.names)} points, written to {output}", markup=False, soft_wrap=True)
    if found.faults:
        raise typer.Exit(2)


@app.command()
def path(
    map_path: MAP,
    source: Annotated[str, typer.Argument(help="LON,LAT or an address.", metavar="FROM")],
    target: Annotated[str, typer.Argument(help="LON,LAT or an address.", metavar="TO")],
    depart: DEPART = None,
    van: VAN = None,
    temperature: TEMPERATURE = 20.0,
    elevation: ELEVATION = None,
    geojson: Annotated[Path | None, typer.Option(help="Also write the line as GeoJSON.", metavar="FILE")] = None,
    json: JSON = False,
) -> None:
    r"""
    The fastest way between two places, turn by turn.

    A place that begins with a minus sign comes after two dashes.

    \b
    Examples:
      milkfloat roads path helsinki.osm.pbf "Aleksanterinkatu 11" 24.9478,60.1686
      milkfloat roads path porto.osm.pbf --van maxus-ev80 --depart 2026-01-15T08:00 -- -8.61,41.15 -8.62,41.16
    """
    from milkfloat.app.day_input import departure_of
    from milkfloat.app.roads import roads_at, spot_of, way, way_document
    from milkfloat.app.solve import write_json
    from milkfloat.cli.output import console, errors, print_json

    spots = [(spot_of(text, where), where) for text, where in ((source, "FROM"), (target, "TO"))]
    departure = departure_of(depart)
    city = _open(map_path, elevation)
    roads = roads_at(city, depart=departure, van=van, temperature_c=temperature)
    found = way(roads, spots)
    for note in found.notes:
        errors.print(f"note: {note}", markup=False, soft_wrap=True)
    document = way_document(roads, found)
    if geojson is not None:
        write_json(geojson, document)
    if json:
        print_json(document)
        return
    for step in document["properties"]["steps"]:
        console.print(f"{step['distance_m']:>8.0f} m  {step['instruction']}", markup=False, soft_wrap=True)
    facts = document["properties"]
    text = f"{facts['distance_m'] / 1000:.2f} km in {facts['travel_time_s'] / 60:.1f} min"
    if "energy_wh" in facts:
        text += f", {facts['energy_wh']:.0f} Wh with an empty {facts['van']}"
    console.print(text, markup=False)


def _open(map_path: Path, elevation: Path | None) -> City:
    from milkfloat.app.maps import open_map
    from milkfloat.cli.output import progress

    with progress() as display:
        task = display.add_task("map", total=1.0)

        def report(phase: str, part: float) -> None:
            display.update(task, description=f"map: {phase}", completed=part)

        return open_map(map_path, elevation=elevation, progress=report)
