"""`milkfloat solve`: a problem in a file into a plan."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

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

if TYPE_CHECKING:
    from milkfloat.app.solve import Solved
    from milkfloat.routing.solve import Progress


def solve(
    file: Annotated[Path, typer.Argument(help="The problem; may be packed as .gz or .xz.", metavar="FILE")],
    output: Annotated[Path | None, typer.Option(help="Write the plan here (PLAN.json).")] = None,
    format: FORMAT = "auto",
    objective: OBJECTIVE = None,
    rounding: ROUNDING = None,
    charging: CHARGING = None,
    time_limit: Annotated[float | None, typer.Option(help="Seconds to search.", min=0.0)] = None,
    iterations: Annotated[int | None, typer.Option(help="Iterations to search instead of a time.", min=0)] = None,
    seed: Annotated[int, typer.Option(help="Same seed and iterations, same plan.", min=0)] = 1,
    threads: Annotated[int, typer.Option(help="Searches at the same time.", min=1)] = 1,
    map_path: MAP = None,
    metric: METRIC = None,
    circuity: CIRCUITY = 1.35,
    speed_kmh: SPEED_KMH = 30.0,
    problem: Annotated[Path | None, typer.Option(help="Also write the problem in our own format.")] = None,
    vroom: Annotated[Path | None, typer.Option(help="Also write the answer in VROOM's shape.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print the plan as JSON.")] = False,
) -> None:
    r"""
    Solve a routing problem given in a file.

    The format is told from the content: VROOM JSON, Solomon / Homberger,
    VRPLIB, Schneider (E-VRPTW), Montoya (E-VRP-NL), Li & Lim, MAMUT
    (time-dependent), or our own. Objective and rounding are the published
    convention of the set unless given. Ctrl-C ends the search and keeps the
    best plan so far.

    \b
    Examples:
      milkfloat solve C101.txt --time-limit 10 --output plan.json
      milkfloat solve c101_21.txt --charging full --iterations 20000
      milkfloat solve question.json --metric great-circle --vroom answer.json
    """
    from milkfloat.app import solve as app
    from milkfloat.cli.output import errors, print_json, progress

    loaded = app.load(
        file,
        format=format,
        options=options_of(objective, rounding, charging),
        table=table_of(metric, circuity, speed_kmh, map_path),
    )
    for note in loaded.notes:
        errors.print(f"note: {note}", markup=False, soft_wrap=True)
    if problem is not None:
        from milkfloat.routing.formats.milkfloat import write_problem

        app.write_bytes(problem, write_problem(loaded.problem))
    with progress() as display:
        task = display.add_task(f"{len(loaded.problem.orders)} orders", total=time_limit or iterations)

        def show(state: Progress) -> None:
            display.update(
                task,
                completed=state.elapsed_s if time_limit else state.iterations,
                description=f"cost {state.cost:.6g}, {state.vehicles} vans, {state.unserved} unserved",
            )

        solved = app.solve_loaded(
            loaded,
            time_limit_s=time_limit,
            iterations=iterations,
            seed=seed,
            threads=threads,
            on_progress=show,
        )
    if output is not None:
        app.write_json(output, solved.document)
    if vroom is not None:
        app.write_json(vroom, solved.vroom_answer())
    if json:
        print_json(solved.document)
    else:
        _print_summary(solved, output)


def _print_summary(solved: Solved, output: Path | None) -> None:
    from milkfloat.cli.output import console

    problem, plan = solved.loaded.problem, solved.plan
    units = problem.units
    console.print(f"{problem.name or solved.loaded.path.name}: {len(problem.orders)} orders, {problem.objective}")
    rows = [
        ("cost", f"{plan.cost:.10g}", ""),
        ("vans", str(plan.vehicles), ""),
        ("distance", f"{plan.distance:.10g}", units.distance),
        ("duration", f"{plan.duration:.10g}", units.time),
        ("unserved", str(len(plan.unserved)), ""),
        ("search", f"{plan.elapsed_s:.2f} s, {plan.iterations} iterations, seed {plan.seed}", ""),
    ]
    for name, value, unit in rows:
        console.print(f"  {name:<9} {value} {unit}".rstrip(), markup=False)
    for unserved in plan.unserved[:10]:
        reason = unserved.reasons[0].text if unserved.reasons else "no reason found"
        console.print(f"  order {problem.orders[unserved.order].id}: {reason}", markup=False, soft_wrap=True)
    if len(plan.unserved) > 10:
        console.print(f"  and {len(plan.unserved) - 10} more, with their reasons in the plan")
    if output is not None:
        console.print(f"  written to {output}", markup=False, soft_wrap=True)
