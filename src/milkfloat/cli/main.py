"""
The `milkfloat` command: a table of commands, each loaded when it is called.

Reading the table costs nothing, so `milkfloat --help` answers at once however heavy a command's libraries are.
"""

from __future__ import annotations

import importlib
import inspect
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

import typer
from typer.core import TyperGroup


@dataclass(frozen=True, slots=True)
class Entry:
    """Where a command lives: ``attribute`` of ``module`` is a function, or a `typer.Typer` with commands of its own."""

    module: str
    attribute: str
    help: str


_GROUPS: dict[str, dict[str, Entry]] = {
    "A city's day": {
        "demo": Entry(
            "milkfloat.cli.demo", "demo", "A winter day in central Helsinki, live in the browser or headless."
        ),
        "plan": Entry("milkfloat.cli.plan", "plan", "Map, orders, vans and chargers into a battery-true plan."),
        "replan": Entry("milkfloat.cli.replan", "replan", "A plan and what happened into the next plan, with reasons."),
        "serve": Entry("milkfloat.cli.serve", "serve", "The HTTP service with dispatcher console and driver pages."),
    },
    "Problems in files": {
        "solve": Entry("milkfloat.cli.solve", "solve", "Solve a routing problem given in any format we read."),
        "check": Entry("milkfloat.cli.check", "check", "Check a plan independently: feasible, or every violation."),
    },
    "Parts and measurements": {
        "roads": Entry("milkfloat.cli.roads", "app", "Build road graphs; matrices and paths on them."),
        "bench": Entry("milkfloat.cli.bench", "app", "Run benchmark sets and report on them."),
    },
}

COMMANDS: dict[str, Entry] = {name: entry for group in _GROUPS.values() for name, entry in group.items()}

_EXAMPLES = """\
  milkfloat demo                                   open the demo city in the browser
  milkfloat demo --headless --until 12:00          the same day as a table of figures
  milkfloat plan --map porto.osm.pbf --orders orders.csv --vans vans.csv --output plan.json
  milkfloat solve C101.txt --time-limit 10 --output plan.json
  milkfloat check C101.txt plan.json
  milkfloat bench smoke instances/ --time-limit 1
"""


class _LazyGroup(TyperGroup):
    """A command group that knows its commands by name only, until one is called."""

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002 - Click's signature
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ARG002 - Click's signature
        entry = COMMANDS.get(cmd_name)
        if entry is None:
            return None
        found = getattr(importlib.import_module(entry.module), entry.attribute)
        if not isinstance(found, typer.Typer):
            app = typer.Typer(add_completion=False)
            app.command(cmd_name)(found)
            found = app
        for info in found.registered_commands:
            info.help = info.help or _help_of(info.callback)
        command = typer.main.get_command(found)
        command.name = cmd_name
        return command

    def invoke(self, ctx: Any) -> Any:
        from milkfloat.cli.output import run  # --help needs no console

        return run(lambda: super(_LazyGroup, self).invoke(ctx))

    def format_help(self, ctx: Any, formatter: Any) -> None:  # noqa: ARG002 - Click's signature
        formatter.write(_help_text())


def _help_of(command: object) -> str:
    r"""Docstring of a command; a line of its own with ``\b`` keeps the lines of the paragraph after it."""
    return (inspect.getdoc(command) or "").replace("\\b\n", "\b\n")


def _help_text() -> str:
    lines = [
        "Usage: milkfloat COMMAND [OPTIONS]",
        "",
        "Plans the rounds of electric delivery vans, and keeps them true.",
        "",
    ]
    width = max(map(len, COMMANDS)) + 2
    for title, group in _GROUPS.items():
        lines.append(f"{title}:")
        lines += [f"  {name:<{width}}{entry.help}" for name, entry in group.items()]
        lines.append("")
    lines += ["Options:", "  --version  Print the version and exit.", "  --help     Show this message and exit.", ""]
    lines += ["Examples:", _EXAMPLES.rstrip(), "", "`milkfloat COMMAND --help` explains a command.", ""]
    return "\n".join(lines)


def _print_version(asked: bool) -> None:
    if asked:
        from importlib.metadata import PackageNotFoundError, version

        try:
            typer.echo(f"milkfloat {version('milkfloat')}")
        except PackageNotFoundError:
            typer.echo("milkfloat (run from its sources)")
        raise typer.Exit


app = typer.Typer(cls=_LazyGroup, add_completion=False)


@app.callback()
def _options(
    version: Annotated[bool, typer.Option("--version", callback=_print_version, is_eager=True)] = False,
) -> None:
    """Plans the rounds of electric delivery vans, and keeps them true."""


def main(args: Sequence[str] | None = None) -> None:
    """
    Run the command line with ``args`` (default: those of the process) and exit.

    Exit codes: 0 done; 1 the answer is no, or Milkfloat failed; 2 the input or the arguments are wrong;
    130 interrupted.
    """
    given = list(sys.argv[1:] if args is None else args)
    typer.main.get_command(app).main(args=given or ["--help"], prog_name="milkfloat")
