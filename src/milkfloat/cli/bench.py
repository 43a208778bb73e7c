"""`milkfloat bench`: benchmark sets in folders."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(add_completion=False, no_args_is_help=True, help="Run benchmark sets and report on them.")


@app.callback()
def _group() -> None:
    """Run benchmark sets and report on them."""


@app.command()
def smoke(
    folder: Annotated[Path, typer.Argument(help="Any folder; those below it are walked.", metavar="DIR")],
    time_limit: Annotated[float, typer.Option(help="Seconds of search for each instance.", min=0.0)] = 1.0,
    seed: Annotated[int, typer.Option(help="Seed of every search.", min=0)] = 1,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object a line.")] = False,
) -> None:
    r"""
    Parse, solve and check every instance in a folder.

    Prints a line for each instance as it finishes, names folders without
    instances, and ends with the counts. Exits with 1 when an instance fails.

    \b
    Example:
      milkfloat bench smoke instances/ --time-limit 1
    """
    import json as jsonlib
    from dataclasses import asdict

    from milkfloat.bench.smoke import run

    outcomes = []
    for outcome in run(folder, time_limit_s=time_limit, seed=seed):
        outcomes.append(outcome)
        typer.echo(jsonlib.dumps(asdict(outcome)) if json else outcome.line())
    solved, failed, skipped = (sum(o.status == status for o in outcomes) for status in ("ok", "FAIL", "skip"))
    unserved = sum(o.unserved for o in outcomes)
    last = {"instances": solved + failed, "ok": solved, "failed": failed, "skipped": skipped, "unserved": unserved}
    if json:
        typer.echo(jsonlib.dumps(last))
    else:
        typer.echo(
            f"{solved + failed} instances: {solved} solved and checked, {failed} failed; "
            f"{unserved} orders left unserved; {skipped} folders without instances"
        )
    if failed or not solved:
        raise typer.Exit(1)


@app.command()
def orders(
    folder: Annotated[Path, typer.Argument(help="Folder with the sets, each in one of its own.", metavar="DIR")],
    time_limit: Annotated[float, typer.Option(help="Seconds of search for each set.", min=0.1)] = 30.0,
    routes: Annotated[int, typer.Option(help="How many of Amazon's routes; they share the time.", min=1)] = 20,
    seed: Annotated[int, typer.Option(help="Seed of every search.", min=0)] = 1,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object a line.")] = False,
) -> None:
    r"""
    Plan published sets of real orders: JD Beijing, Amazon Austin, LaDe.

    Every plan is checked. Orders that are not served are counted by reason.
    Distances are as the crow flies times a stated circuity: the sets have no
    roads, and figures compare only under that rule.

    \b
    Example:
      milkfloat bench orders data/ --time-limit 30
    """
    import json as jsonlib
    from dataclasses import asdict

    from milkfloat.bench.orders import run

    for outcome in run(folder, time_limit_s=time_limit, routes=routes, seed=seed):
        typer.echo(jsonlib.dumps(asdict(outcome)) if json else outcome.line())
