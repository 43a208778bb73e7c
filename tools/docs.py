"""
Writes ``docs/reference/commands.md`` from the commands themselves, and checks every link between the documents.

``--check`` writes nothing and exits with 1 when the file is not what it would be, or when a link leads nowhere.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from milkfloat.cli.main import COMMANDS

if TYPE_CHECKING:
    from collections.abc import Iterator

    # Typer carries its own copy of the library it was built on, so its commands have no public type.
    from typer.core import TyperGroup

ROOT = Path(__file__).resolve().parent.parent
COMMANDS_PAGE = ROOT / "docs" / "reference" / "commands.md"

# A link or picture of Markdown: what stands in its parentheses, without a title.
LINK = re.compile(r"\]\(\s*<?([^)\s>]+)>?[^)]*\)")
FENCE = re.compile(r"^(```|~~~).*?^\1", re.MULTILINE | re.DOTALL)
HEADING = re.compile(r"^#+ +(.*?) *#*$", re.MULTILINE)
EXAMPLES = re.compile(r"\n+\x08?\n?(Examples?:)\n", re.MULTILINE)


def group() -> TyperGroup:
    """The root command."""
    from milkfloat.cli.main import app

    return typer.main.get_command(app)  # type: ignore[return-value]


def commands() -> Iterator[tuple[str, object]]:
    """Each command with its full name, groups before their own commands."""
    root = group()
    for name in COMMANDS:
        command = root.get_command(None, name)  # type: ignore[arg-type]
        yield name, command
        for inner, found in getattr(command, "commands", {}).items():
            yield f"{name} {inner}", found


def section(name: str, command: object) -> str:
    """What a command does, takes and offers, as Markdown."""
    lines = [f"## {name}", ""]
    summary, _, examples = (getattr(command, "help", "") or "").strip().partition("\x08")
    lines += [re.sub(r"\n(?!\n)(?<!\n\n)", " ", summary.strip()).replace("  ", " "), ""]
    rows = []
    for parameter in getattr(command, "params", ()):
        if getattr(parameter, "hidden", False):
            continue
        if parameter.param_type_name == "argument":
            shown = parameter.metavar or parameter.name.upper()
        else:
            shown = ", ".join([*parameter.opts, *parameter.secondary_opts])
        text = " ".join((getattr(parameter, "help", "") or "").split())
        default = parameter.default
        if isinstance(default, str | int | float | Path) and not isinstance(default, bool):
            text = f"{text} Default: `{default}`."
        if parameter.name != "help":
            rows.append(f"| `{shown}` | {text.strip().replace('|', chr(92) + '|')} |")
    if rows:
        lines += ["| | |", "|---|---|", *rows, ""]
    if examples:
        shown_examples = [line.strip() for line in examples.strip().splitlines()[1:] if line.strip()]
        lines += ["```sh", *shown_examples, "```", ""]
    return "\n".join(lines)


def commands_page() -> str:
    """The whole reference of the commands."""
    head = [
        "# Commands",
        "",
        "Written by `make docs` from the commands themselves; `milkfloat COMMAND --help` shows the same.",
        "",
        "Exit codes: 0 done; 1 the answer is no, or Milkfloat failed; 2 the input or the arguments are wrong, each",
        "fault named; 130 interrupted.",
        "",
        "",
    ]
    return "\n".join(head) + "\n".join(section(name, command) for name, command in commands()).rstrip() + "\n"


def anchor(heading: str) -> str:
    """The name by which a heading is linked to."""
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")


def documents() -> list[Path]:
    """Every Markdown file that is part of the project."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "*.md"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return [path for line in listed.stdout.splitlines() if (path := ROOT / line).is_file()]


def broken_links() -> list[str]:
    """Links to files or headings that are not there, one line each."""
    faults = []
    for document in documents():
        text = FENCE.sub("", document.read_text(encoding="utf-8"))
        for target in LINK.findall(text):
            if re.match(r"[a-z]+:", target):
                continue
            name, _, fragment = target.partition("#")
            path = (document.parent / name).resolve() if name else document
            where = document.relative_to(ROOT)
            if not path.exists():
                faults.append(f"{where}: {target} leads nowhere")
            elif fragment and path.suffix == ".md":
                headings = HEADING.findall(FENCE.sub("", path.read_text(encoding="utf-8")))
                if fragment not in map(anchor, headings):
                    faults.append(f"{where}: {target} names no heading")
    return faults


def main() -> None:
    """Write or check."""
    page = commands_page()
    faults = []
    if "--check" not in sys.argv[1:]:
        COMMANDS_PAGE.write_text(page, encoding="utf-8")
    elif not COMMANDS_PAGE.is_file() or COMMANDS_PAGE.read_text(encoding="utf-8") != page:
        faults.append("docs/reference/commands.md is not what the commands say: run `make docs`")
    faults += broken_links()
    if faults:
        sys.exit("\n".join(faults))


if __name__ == "__main__":
    main()
