"""
How commands speak: results on stdout, progress and faults on stderr, and every error as an exit code.

0 done, 1 the answer is no or Milkfloat failed, 2 the input or the arguments are wrong, 130 interrupted.
"""

from __future__ import annotations

import errno
import json
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

import typer
from rich.console import Console

from milkfloat.errors import InputError, MilkfloatError

if TYPE_CHECKING:
    from rich.progress import Progress

T = TypeVar("T")

console = Console(highlight=False)
errors = Console(stderr=True, highlight=False)

# Import name of a library that is not in the core install -> the extra that brings it.
_EXTRA_OF = {
    "alembic": "server",
    "fastapi": "server",
    "mapbox_vector_tile": "server",
    "pyarrow": "analysis",
    "pydantic": "server",
    "sqlalchemy": "server",
    "starlette": "server",
    "uvicorn": "server",
}


def fail(error: InputError) -> NoReturn:
    """Print every fault to stderr, one a line, and exit with 2."""
    for fault in error.faults:
        print_error(str(fault))
    count = len(error.faults)
    if count > 1:
        print_error(f"{count} faults")
    raise typer.Exit(2)


def print_error(text: str) -> None:
    """One line on stderr, as it is: no markup, no wrapping."""
    errors.print(text, style="red", markup=False, soft_wrap=True)


def run(command: Callable[[], T]) -> T:
    """Call ``command``; what Milkfloat raises on purpose becomes a message and an exit code, never a traceback."""
    try:
        return command()
    except InputError as error:
        fail(error)
    except MilkfloatError as error:
        print_error(str(error))
        raise typer.Exit(1) from None
    except ModuleNotFoundError as error:
        extra = _EXTRA_OF.get((error.name or "").partition(".")[0])
        if extra is None:
            raise
        print_error(f"this needs {error.name}, which is not installed; get it with: pip install 'milkfloat[{extra}]'")
        raise typer.Exit(1) from None
    except OSError as error:
        # A closed pipe (`milkfloat ... | head`) is no fault; typer ends quietly on it.
        if error.errno == errno.EPIPE or error.filename is None:
            raise
        print_error(f"{error.filename}: {error.strerror}")
        raise typer.Exit(2) from None
    except KeyboardInterrupt:
        print_error("interrupted")
        raise typer.Exit(130) from None


def progress() -> Progress:
    """A progress display on stderr, to be used as a context manager; nothing is drawn when stderr is no terminal."""
    from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(bar_width=30), TimeElapsedColumn())
    return Progress(*columns, console=errors, transient=True, disable=not errors.is_terminal)


def print_json(value: Any) -> None:
    """Write ``value`` to stdout as JSON, floats with all their digits."""
    json.dump(value, sys.stdout, indent=2, ensure_ascii=False)
    sys.stdout.write("\n")
