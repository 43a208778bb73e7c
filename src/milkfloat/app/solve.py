"""Problems in files: load one in any format, solve it, check a plan for it."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast, get_args

import numpy as np

from milkfloat.errors import Fault, InputError
from milkfloat.routing.check import Violation, violations
from milkfloat.routing.formats import evrpnl, lilim, mamut, milkfloat, schneider, solomon, vroom, vrplib
from milkfloat.routing.formats.detect import Format, detect
from milkfloat.routing.formats.fingerprint import problem_hash
from milkfloat.routing.formats.instance import PUBLISHED, Instance, Names, Options, Table
from milkfloat.routing.formats.jsontext import parse
from milkfloat.routing.formats.plan import read_plan, write_plan
from milkfloat.routing.formats.text import unpack
from milkfloat.routing.formats.vroom_answer import write as write_answer
from milkfloat.routing.plan import Plan
from milkfloat.routing.problem import Problem
from milkfloat.routing.solve import Progress, solve

_EARTH_RADIUS_M = 6_371_008.8


@dataclass(frozen=True, slots=True)
class Loaded:
    """An instance with the file and the format it came from, and the options it was read with."""

    path: Path
    format: Format
    options: Options
    instance: Instance

    @property
    def problem(self) -> Problem:
        """What is to be planned."""
        return self.instance.problem

    @property
    def names(self) -> Names:
        """What the file calls its vans and stops."""
        return self.instance.names

    @property
    def notes(self) -> tuple[str, ...]:
        """What the file asks for that the problem carries only approximately."""
        return self.instance.notes


@dataclass(frozen=True, slots=True)
class Solved:
    """A plan that passed the checker, with its document for PLAN.json."""

    loaded: Loaded
    plan: Plan
    document: dict[str, Any]

    def vroom_answer(self) -> dict[str, Any]:
        """
        The plan in VROOM's shape.

        Raises
        ------
        InputError
            When the file was no question to VROOM.
        """
        if self.loaded.format != "vroom":
            message = (
                f"an answer in VROOM's shape needs a question to VROOM; this file is in format {self.loaded.format}"
            )
            raise InputError(Fault(str(self.loaded.path), message))
        return write_answer(self.loaded.instance, self.plan)


@dataclass(frozen=True, slots=True)
class Checked:
    """What the checker found; ``notes`` are remarks that are no violations."""

    loaded: Loaded
    plan: Plan
    violations: tuple[Violation, ...]
    notes: tuple[str, ...]


def read_file(path: Path) -> bytes:
    """
    The unpacked content of a file.

    Raises
    ------
    InputError
        When it cannot be read, or is packed and broken.
    """
    try:
        return unpack(path.read_bytes(), path.name)
    except OSError as error:
        raise InputError(Fault(str(path), error.strerror or str(error))) from None


def great_circle_table(*, circuity: float = 1.35, speed_kmh: float = 30.0) -> Table:
    """Travel times and distances as the crow flies times ``circuity``, driven at ``speed_kmh``."""

    def table(points: Any) -> tuple[Any, Any]:
        lon, lat = np.radians(np.asarray(points, dtype=np.float64).reshape(-1, 2)).T
        half_lat, half_lon = (lat[:, None] - lat) / 2, (lon[:, None] - lon) / 2
        chord = np.sin(half_lat) ** 2 + np.cos(lat)[:, None] * np.cos(lat) * np.sin(half_lon) ** 2
        metres = 2 * _EARTH_RADIUS_M * np.arcsin(np.sqrt(np.minimum(chord, 1.0))) * circuity
        return metres / (speed_kmh / 3.6), metres

    return table


def load(
    path: Path | str, *, format: Format | str = "auto", options: Options = PUBLISHED, table: Table | None = None
) -> Loaded:
    """
    Read a problem from a file, packed or not.

    Parameters
    ----------
    format
        ``auto`` tells it from the content.
    options
        What to take instead of the published convention.
    table
        Travel times and distances between coordinates, for a question to VROOM without matrices.

    Raises
    ------
    InputError
        With every fault found.
    """
    path = Path(path)
    data = read_file(path)
    known = get_args(Format)
    if format not in ("auto", *known):
        raise InputError(Fault("--format", f"{format!r} is not one of auto {' '.join(known)}"))
    found = detect(data) if format == "auto" else cast(Format, format)
    if found is None:
        what = "the file is empty" if not data.strip() else f"this is in none of the formats {' '.join(known)}"
        raise InputError(Fault(str(path), what))
    return Loaded(path, found, options, _read(found, data, path, options, table))


def _read(format: Format, data: bytes, path: Path, options: Options, table: Table | None) -> Instance:
    if format == "vroom":
        return vroom.read(data, source=path.name, options=options, table=table)
    if format == "mamut":
        return mamut.read(data, source=path.name, options=options, companion=lambda name: read_file(path.parent / name))
    readers = {
        "solomon": solomon.read,
        "vrplib": vrplib.read,
        "schneider": schneider.read,
        "evrpnl": evrpnl.read,
        "lilim": lilim.read,
        "milkfloat": milkfloat.read,
    }
    return readers[format](data, source=path.name, options=options)


def solve_loaded(
    loaded: Loaded,
    *,
    time_limit_s: float | None = None,
    iterations: int | None = None,
    seed: int = 1,
    threads: int = 1,
    on_progress: Callable[[Progress], bool | None] | None = None,
    stop: threading.Event | None = None,
) -> Solved:
    """
    Solve a loaded problem; an interrupt keeps the best plan so far.

    Raises
    ------
    InvariantViolation
        When the checker refuses the plan: a fault of ours.
    """
    problem, instance = loaded.problem, loaded.instance
    plan = solve(
        problem,
        time_limit_s=time_limit_s,
        iterations=iterations,
        seed=seed,
        threads=threads,
        initial=instance.initial,
        on_progress=on_progress,
        stop=stop,
    )
    document = write_plan(problem, plan, names=instance.names)
    given = {key: getattr(loaded.options, key) for key in ("objective", "rounding", "charging")}
    document["options"] = {key: value for key, value in given.items() if value is not None}
    return Solved(loaded, plan, document)


def read_document(path: Path) -> Any:
    """A JSON document from a file, packed or not."""
    return parse(read_file(path), path.name)


def check_file(
    path: Path | str,
    plan_path: Path | str,
    *,
    format: Format | str = "auto",
    options: Options = PUBLISHED,
    table: Table | None = None,
) -> Checked:
    """
    Check the plan in one file for the problem in another.

    Options not given are those the plan was made with.

    Raises
    ------
    InputError
        When one of the files cannot be read.
    """
    plan_path = Path(plan_path)
    document = read_document(plan_path)
    made_with = document.get("options") if isinstance(document, dict) else None
    if isinstance(made_with, dict):
        options = Options(
            objective=options.objective or made_with.get("objective"),
            rounding=options.rounding or made_with.get("rounding"),
            charging=options.charging or made_with.get("charging"),
        )
    loaded = load(path, format=format, options=options, table=table)
    plan = read_plan(loaded.problem, document, names=loaded.names, source=plan_path.name)
    notes = list(loaded.notes)
    stated = document.get("problem_hash")
    if stated is not None and stated != problem_hash(loaded.problem):
        notes.append(f"the plan states another problem ({stated}), it is checked for {loaded.path.name} all the same")
    return Checked(loaded, plan, violations(loaded.problem, plan), tuple(notes))


def write_json(path: Path, document: Any) -> None:
    """
    Write a document to a file, whole or not at all.

    Raises
    ------
    InputError
        When the file cannot be written.
    """
    text = json.dumps(document, indent=1, ensure_ascii=False, allow_nan=False) + "\n"
    write_bytes(path, text.encode())


def write_bytes(path: Path, data: bytes) -> None:
    """Write a file, whole or not at all."""
    part = path.with_name(path.name + ".part")
    try:
        part.write_bytes(data)
        part.replace(path)
    except OSError as error:
        raise InputError(Fault(str(path), error.strerror or str(error))) from None
