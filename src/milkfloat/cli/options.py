"""Options that `solve` and `check` share."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeAlias, cast

import typer

from milkfloat.errors import Fault, InputError

if TYPE_CHECKING:
    from milkfloat.routing.formats.instance import Options, Table

FORMAT: TypeAlias = Annotated[
    Literal["auto", "vroom", "solomon", "vrplib", "schneider", "evrpnl", "lilim", "mamut", "milkfloat"],
    typer.Option(help="Format of FILE; auto tells it from the content."),
]
OBJECTIVE: TypeAlias = Annotated[
    Literal["distance", "vehicles-then-distance", "duration", "cost"] | None,
    typer.Option(help="What to minimise; default: as published."),
]
ROUNDING: TypeAlias = Annotated[
    Literal["exact", "dimacs", "integer"] | None,
    typer.Option(help="Distances as doubles, truncated to one decimal, or nearest whole; default: as published."),
]
CHARGING: TypeAlias = Annotated[
    Literal["full", "partial"] | None,
    typer.Option(help="Whether each charge fills the battery; default: partial."),
]
METRIC: TypeAlias = Annotated[
    Literal["great-circle"] | None,
    typer.Option(help="Travel times for coordinates without matrices: as the crow flies."),
]
MAP: TypeAlias = Annotated[
    Path | None,
    typer.Option("--map", help="Map (.osm.pbf) for coordinates without matrices.", metavar="FILE.osm.pbf"),
]
CIRCUITY: TypeAlias = Annotated[
    float, typer.Option(help="With great-circle: road distance over the crow's.", min=1.0, max=10.0)
]
SPEED_KMH: TypeAlias = Annotated[float, typer.Option(help="With great-circle: speed driven.", min=1.0, max=200.0)]


def options_of(objective: str | None, rounding: str | None, charging: str | None) -> Options:
    """The options of the formats from those of the command line."""
    from milkfloat.routing.formats.instance import Options

    return Options(objective=cast(Any, objective), rounding=cast(Any, rounding), charging=cast(Any, charging))


def table_of(metric: str | None, circuity: float, speed_kmh: float, map_path: Path | None) -> Table | None:
    """The table for coordinates, with a warning of what it is worth; None when none is asked for."""
    if map_path is not None:
        if metric is not None:
            raise InputError(Fault("--map", "takes the place of --metric; give one of them"))
        from milkfloat.app.maps import open_map
        from milkfloat.app.road_table import road_table
        from milkfloat.roads.traffic import base_metric, flat_profile

        graph = open_map(map_path).graph
        return road_table(graph, base_metric(graph, flat_profile(), bins=(0,)))
    if metric is None:
        return None
    if metric != "great-circle":
        raise InputError(Fault("--metric", f"{metric!r} is not great-circle"))
    from milkfloat.app.solve import great_circle_table
    from milkfloat.cli.output import errors

    text = f"warning: travel times are distances as the crow flies x {circuity:g} at {speed_kmh:g} km/h, not roads"
    errors.print(text, style="yellow", markup=False, soft_wrap=True)
    return great_circle_table(circuity=circuity, speed_kmh=speed_kmh)
