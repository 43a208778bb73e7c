"""`milkfloat replan`: a plan and what happened since into the plan for the rest of the day."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from milkfloat.app.replan import ReplannedFile

# As for a running day: half an hour late, then two hours, then whenever there is time.
_GRACE_S = (1_800.0, 7_200.0, 86_400.0)
_SHOWN = 30


def replan(
    problem: Annotated[Path, typer.Argument(help="The problem the plan is for.", metavar="PROBLEM.json")],
    plan: Annotated[Path, typer.Argument(help="The plan in force.", metavar="PLAN.json")],
    events: Annotated[Path, typer.Argument(help="What happened: docs/reference/events.md.", metavar="EVENTS.json")],
    budget_ms: Annotated[int, typer.Option(help="Milliseconds to search.", min=1)] = 1_000,
    iterations: Annotated[int | None, typer.Option(help="Iterations to search instead of a time.", min=1)] = None,
    seed: Annotated[int, typer.Option(help="Same seed and iterations, same plan.", min=0)] = 1,
    threads: Annotated[int, typer.Option(help="Searches at the same time.", min=1)] = 1,
    late: Annotated[
        bool, typer.Option("--allow-late", help="What cannot be served in time comes late instead of not at all.")
    ] = False,
    output: Annotated[Path | None, typer.Option(help="Write the new plan here.", metavar="PLAN.json")] = None,
    rest: Annotated[
        Path | None,
        typer.Option("--problem", help="Write the problem of the rest of the day, for check.", metavar="REST.json"),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print the new plan as JSON.")] = False,
) -> None:
    r"""
    Plan the rest of a day anew, and say why each stop moves.

    Vans go on from where the plan has them at the instant the events name: a
    parcel stays on its van, a stop that a van drives to stays its next one. The
    search begins with the old rounds. The new plan is for the rest of the day;
    --problem writes what it answers, and has a list of changes with one
    reason each.

    \b
    Examples:
      milkfloat replan problem.json plan.json events.json --budget-ms 800 --output plan2.json
      milkfloat replan problem.json plan.json events.json --problem rest.json --output plan2.json
      milkfloat check rest.json plan2.json
    """
    from milkfloat.app import solve as files
    from milkfloat.app.replan import replan_files
    from milkfloat.cli.output import errors, print_json
    from milkfloat.dispatch.replan import Effort

    effort = Effort(
        time_limit_s=budget_ms / 1_000.0 if iterations is None else None,
        iterations=iterations,
        seed=seed,
        threads=threads,
        grace_s=_GRACE_S if late else (),
    )
    found = replan_files(problem, plan, events, effort)
    for note in found.notes:
        errors.print(f"note: {note}", markup=False, soft_wrap=True)
    if rest is not None:
        files.write_bytes(rest, found.problem_json)
    if output is not None:
        files.write_json(output, found.document)
    if json:
        print_json(found.document)
    else:
        _print(found, output)


def _print(found: ReplannedFile, output: Path | None) -> None:
    from milkfloat.cli.output import console

    replanned = found.replanned
    problem, plan = replanned.problem, replanned.plan
    served = len(problem.orders) - len(plan.unserved)
    console.print(
        f"{served} of {len(problem.orders)} open orders planned for {plan.vehicles} vans; "
        f"{len(replanned.rest.done)} are done, {len(replanned.moves)} stops moved"
    )
    for told in replanned.moves[:_SHOWN]:
        move = told.move
        way = f"{move.from_van or '-'} -> {move.to_van or '-'}"
        console.print(f"  {move.order_id:<12} {way:<16} {told.reason.text}", markup=False, soft_wrap=True)
    if len(replanned.moves) > _SHOWN:
        console.print(f"  and {len(replanned.moves) - _SHOWN} more, with their reasons in the plan")
    for unserved in plan.unserved[:_SHOWN]:
        reason = unserved.reasons[0].text if unserved.reasons else "no reason found"
        console.print(f"  order {problem.orders[unserved.order].id}: {reason}", markup=False, soft_wrap=True)
    if output is not None:
        console.print(f"  written to {output}", markup=False, soft_wrap=True)
