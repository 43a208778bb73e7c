"""`milkfloat check`: whether a plan is feasible for a problem."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from milkfloat.cli.options import (
    CHARGING,
    CIRCUITY,
    FORMAT,
    MAP,
    METRIC,
    OBJECTIVE,
    ROUNDING,
    SPEED_KMH,
    options_of,
    table_of,
)


def check(
    file: Annotated[Path, typer.Argument(help="The problem, in any format `solve` reads.", metavar="FILE")],
    plan: Annotated[Path, typer.Argument(help="The plan (PLAN.json).", metavar="PLAN.json")],
    format: FORMAT = "auto",
    objective: OBJECTIVE = None,
    rounding: ROUNDING = None,
    charging: CHARGING = None,
    map_path: MAP = None,
    metric: METRIC = None,
    circuity: CIRCUITY = 1.35,
    speed_kmh: SPEED_KMH = 30.0,
    json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
) -> None:
    r"""
    Check a plan with code that shares nothing with the search.

    Prints `feasible` and exits with 0, or prints every violation and exits with 1.

    \b
    Examples:
      milkfloat check C101.txt plan.json
      milkfloat check problem.json plan.json --json
    """
    from milkfloat.app.solve import check_file
    from milkfloat.cli.output import errors, print_json

    checked = check_file(
        file,
        plan,
        format=format,
        options=options_of(objective, rounding, charging),
        table=table_of(metric, circuity, speed_kmh, map_path),
    )
    for note in checked.notes:
        errors.print(f"note: {note}", markup=False, soft_wrap=True)
    if json:
        found = [{"where": v.where, "text": v.text} for v in checked.violations]
        print_json({"feasible": not found, "violations": found})
    else:
        for violation in checked.violations:
            typer.echo(str(violation))
        if not checked.violations:
            typer.echo("feasible")
    if checked.violations:
        raise typer.Exit(1)
